//! Whole captures through the library: streams and datagrams, the buffers of every call, the rules of conformance. The
//! captures in `captures` are always there; the recorded sets are used where they are at hand.

#[path = "../common/accounting.rs"]
mod accounting;
#[path = "../common/data.rs"]
mod data;

mod conformance;
mod network;
#[cfg(feature = "decrypt")]
mod sealed;
mod structures;
mod visit;
