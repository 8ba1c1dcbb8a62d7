//! Everything that prints: a folder for each format.

#[cfg(feature = "session")]
pub mod call;
#[cfg(feature = "session")]
pub mod csv;
#[cfg(all(feature = "session", feature = "serde"))]
pub mod ecs;
#[cfg(feature = "serde")]
pub mod json;
#[cfg(feature = "session")]
mod row;
#[cfg(feature = "serde")]
pub mod schema;
#[cfg(feature = "session")]
pub mod stats;
pub mod text;
#[cfg(feature = "session")]
pub mod zeek;
