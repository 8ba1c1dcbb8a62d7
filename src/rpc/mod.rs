//! DCE/RPC PDUs and associations, connection-oriented and connectionless.
//!
//! Two layers. The lower one knows single PDUs and keeps no state: [`pdu`] (connection-oriented, version 5), [`dg`]
//! (connectionless, version 4) and [`verification`] (the trailer behind the first protected stub). The upper one is sans
//! I/O and keeps what an association needs: [`connection`] for one TCP connection, [`dg::Conversation`] for datagrams.
//! Both hand out an [`event::Event`] for each message and ask a [`security::Security`] to open what is protected. Stubs
//! are handed on as bytes; what they mean is for others.
//!
//! Every parser here takes hostile bytes: no length, count or offset is believed before the bytes are there, and
//! everything that is remembered is bounded by [`Limits`].

// The shared error type owns its path and needs no allocator; it is made once for a PDU that can't be read.
#![allow(clippy::result_large_err)]

#[cfg(feature = "session")]
pub mod connection;
pub mod dg;
#[cfg(feature = "session")]
pub mod event;
#[cfg(all(test, feature = "session"))]
mod event_tests;
pub mod extended_error;
pub mod header;
pub mod limits;
mod parse;
pub mod pdu;
pub mod security;
pub mod syntax;
#[cfg(all(test, feature = "session"))]
mod test_capture;
#[cfg(all(test, feature = "session"))]
mod test_network;
#[cfg(feature = "std")]
pub mod tower;
pub mod verification;
mod write;

pub use crate::base::guid::Guid;
pub use header::{Endian, PacketType, Representation};
pub use limits::{Counters, Limits};
pub use syntax::{SyntaxId, TransferSyntax};
