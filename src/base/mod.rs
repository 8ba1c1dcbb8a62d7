//! What every layer above uses: errors and diagnostics, points in time, GUIDs, the hasher of tables, the counter of work.

#[cfg(feature = "session")]
#[doc(hidden)]
pub mod bounded;
pub mod diagnostic;
mod endian;
pub mod error;
#[cfg(feature = "std")]
mod flow;
pub mod guid;
#[cfg(feature = "session")]
#[doc(hidden)]
pub mod hash;
#[cfg(feature = "std")]
pub mod printable;
pub mod time;
#[cfg(feature = "std")]
mod timestamp;
#[cfg(feature = "work-counter")]
#[doc(hidden)]
pub mod work;
#[cfg(not(feature = "work-counter"))]
pub(crate) mod work;

pub use endian::Endian;
#[cfg(feature = "std")]
pub use flow::{Side, Transport};
pub use guid::Guid;
#[cfg(feature = "std")]
pub use timestamp::Timestamp;
