//! JSON: decoded stubs and capture records as lines, and back.
//!
//! [`out`]: a writer that appends to a buffer (`render/digits.rs` and `kept.rs`: how it does that fast); [`values`]: the
//! visitor that prints a stub's values; [`input`]: JSON to [`Contents`](crate::ndr::value::Contents); [`stub`]: the lines of
//! `stub decode` and `stub encode`; [`record`]: the lines of `dissect`.

mod agree;
pub(crate) mod buffers;
#[cfg(feature = "session")]
pub(crate) mod call;
#[cfg(feature = "session")]
mod extended_error;
#[cfg(feature = "session")]
pub(crate) mod findings;
mod identity;
pub(crate) mod input;
#[cfg_attr(not(feature = "session"), allow(dead_code))]
mod kept;
#[cfg(feature = "session")]
mod lately;
mod lines;
#[cfg(feature = "session")]
pub(crate) mod list;
pub(crate) mod out;
#[cfg(feature = "session")]
pub(crate) mod record;
#[cfg_attr(not(feature = "session"), allow(dead_code))]
mod runtime;
#[cfg(feature = "session")]
pub(crate) mod stats;
#[cfg(feature = "session")]
pub(crate) mod story;
pub(crate) mod strict;
mod structure;
pub(crate) mod stub;
mod typed;
pub(crate) mod values;

#[cfg(feature = "session")]
pub use call::call;
#[cfg(feature = "session")]
pub use findings::{finding, fingerprint};
pub use out::Out;
#[cfg(feature = "session")]
pub use record::Records;
#[cfg(feature = "session")]
pub use story::event;
pub use stub::{Identity, decode_line, encode_line};
