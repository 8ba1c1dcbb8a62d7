//! Kerberos (RFC 4120, RFC 4121, RFC 4757): the tokens of the handshake, and behind feature `decrypt` tickets, keys
//! and the tokens that sign and seal.
//!
//! `message.rs` parses AP-REQ, AP-REP and KRB-ERROR.

mod message;

pub use message::{ApRepInfo, ApReqInfo, EncryptedInfo, ErrorInfo};
pub(crate) use message::{Message, parse};
