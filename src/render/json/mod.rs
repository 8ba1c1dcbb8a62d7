//! JSON: decoded stubs and capture records as lines, and back.
//!
//! [`out`]: a writer that appends to a buffer (`digits.rs` and `kept.rs`: how it does that fast); [`values`]: the sink
//! that prints a stub's values; [`input`]: JSON to [`Contents`](crate::ndr::value::Contents); [`stub`]: the lines of
//! `stub decode` and `stub encode`; [`record`]: the lines of `dissect`.

mod agree;
pub mod buffers;
#[cfg(feature = "session")]
pub mod call;
mod digits;
#[cfg(feature = "session")]
mod extended_error;
#[cfg(feature = "session")]
pub mod findings;
pub mod input;
#[cfg_attr(not(feature = "session"), allow(dead_code))]
mod kept;
#[cfg(feature = "session")]
mod lately;
pub mod out;
#[cfg(feature = "session")]
pub mod record;
#[cfg_attr(not(feature = "session"), allow(dead_code))]
mod runtime;
#[cfg(feature = "session")]
pub mod stats;
#[cfg(feature = "session")]
pub mod story;
pub mod strict;
pub mod stub;
mod typed;
pub mod values;
