//! Everything that prints: a folder for each format.

#[cfg(feature = "session")]
pub(crate) mod call;
#[cfg(feature = "session")]
pub mod csv;
#[cfg(all(feature = "session", feature = "serde"))]
pub mod ecs;
#[cfg(feature = "serde")]
pub mod json;
#[cfg(feature = "session")]
mod row;
#[cfg(feature = "serde")]
pub(crate) mod schema;
#[cfg(feature = "session")]
pub(crate) mod stats;
pub mod text;
#[cfg(feature = "session")]
pub mod zeek;

#[cfg(feature = "session")]
pub use call::{CallEnd, PrintedRequest};
