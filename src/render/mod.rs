//! Everything that prints: a folder for each format.
//!
//! `buffer.rs` and `digits.rs`: what they all append to, and how numbers and bytes become digits fast.

mod buffer;
#[cfg(feature = "session")]
pub(crate) mod call;
#[cfg(feature = "session")]
pub mod csv;
mod digits;
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

/// The formats of one line a call: what `calls --format` knows beside text and JSON lines.
#[cfg(all(feature = "session", feature = "serde"))]
pub const CALL_FORMATS: &[CallFormat] = &[csv::FORMAT, zeek::FORMAT, ecs::FORMAT];

/// A format of one line a call.
#[cfg(feature = "session")]
#[derive(Clone, Copy, Debug)]
pub struct CallFormat {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// The lines before the first call, each with its end.
    pub header: fn() -> String,
    /// Appends a call as a line without its end.
    pub call: fn(&mut Vec<u8>, &crate::analysis::calls::Call, csv::Cells),
    /// The lines behind the last call, each with its end.
    pub footer: &'static str,
}

#[cfg(feature = "session")]
pub use call::{CallEnd, PrintedRequest};
