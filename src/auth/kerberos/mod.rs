//! Kerberos (RFC 4120, RFC 4121, RFC 4757): the tokens of the handshake, and behind feature `decrypt` tickets, keys
//! and the tokens that sign and seal.
//!
//! `message.rs` parses AP-REQ, AP-REP and KRB-ERROR, `etype.rs` has the encryption types, `search.rs` finds a ticket's
//! key, `handshake.rs` follows the legs, `wrap.rs` opens the tokens that sign and seal.

#[cfg(feature = "decrypt")]
pub(crate) mod etype;
#[cfg(feature = "decrypt")]
pub(crate) mod handshake;
mod message;
#[cfg(feature = "decrypt")]
mod search;
#[cfg(all(test, feature = "decrypt"))]
pub(super) mod test_peer;
#[cfg(all(test, feature = "decrypt"))]
mod tests;
#[cfg(feature = "decrypt")]
mod wrap;

#[cfg(feature = "decrypt")]
#[doc(hidden)]
pub use etype::opener;
#[cfg(all(feature = "decrypt", feature = "session", feature = "serde"))]
#[doc(hidden)]
pub use handshake::hidden_parts;
pub use message::{ApRepInfo, ApReqInfo, EncryptedInfo, ErrorInfo, TgtRepInfo, TgtReqInfo};
pub(crate) use message::{Message, encrypted, etype_number, parse, principal};
