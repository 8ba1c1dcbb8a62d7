//! JSON: decoded stubs and capture records as lines, and back.
//!
//! [`out`]: a writer that appends to a buffer (`render/buffer.rs` and `render/digits.rs`: how it does that fast); [`values`]: the
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
mod lines;
#[cfg(feature = "session")]
pub(crate) mod list;
pub(crate) mod out;
#[cfg(feature = "session")]
mod prefix_cache;
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
#[cfg(feature = "etl")]
pub(crate) mod traced;
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
