//! What every layer above uses: errors and diagnostics, points in time, GUIDs, the hasher of tables, the counter of work.

#[cfg(any(feature = "session", feature = "decrypt"))]
#[doc(hidden)]
pub(crate) mod bounded;
pub(crate) mod bounds;
pub(crate) mod diagnostic;
mod endian;
pub(crate) mod error;
#[cfg(feature = "std")]
mod flow;
pub(crate) mod guid;
#[cfg(any(feature = "session", feature = "decrypt"))]
#[doc(hidden)]
pub(crate) mod hash;
#[cfg(feature = "std")]
pub(crate) mod printable;
pub(crate) mod time;
#[cfg(feature = "std")]
mod timestamp;
#[cfg(feature = "work-counter")]
#[doc(hidden)]
pub(crate) mod work;
#[cfg(not(feature = "work-counter"))]
pub(crate) mod work;

pub use diagnostic::{Diagnostic, Rule};
pub use endian::Endian;
pub use error::{Error, ErrorKind, Path, Segment};
#[cfg(feature = "std")]
pub use flow::{Side, Transport};
pub use guid::{Guid, ParseGuidError};
pub use time::FileTime;
#[cfg(feature = "std")]
pub use timestamp::Timestamp;
