//! DCE/RPC PDUs and associations, connection-oriented and connectionless.
//!
//! Two layers. The lower one knows single PDUs and keeps no state: [`pdu`] (connection-oriented, version 5), [`dg`]
//! (connectionless, version 4) and [`verification`] (the trailer behind the first protected stub). The upper one is sans
//! I/O and keeps what an association needs: [`connection`] for one TCP connection, [`dg::Conversation`] for datagrams.
//! Both hand out an [`event::Event`] for each message and ask a [`security::Security`] to open what is protected. Stubs
//! are handed on as bytes; what they mean is for others.
//!
//! Every parser here takes hostile bytes: no length, count or offset is believed before the bytes are there, and
//! everything that is remembered is bounded by [`RpcLimits`].

// The shared error type owns its path and needs no allocator; it is made once for a PDU that can't be read.
#![allow(clippy::result_large_err)]

#[cfg(feature = "session")]
pub(crate) mod connection;
pub mod dg;
#[cfg(feature = "session")]
pub(crate) mod event;
#[cfg(all(test, feature = "session"))]
mod event_tests;
pub(crate) mod extended_error;
pub(crate) mod header;
pub(crate) mod limits;
mod parse;
pub(crate) mod pdu;
pub mod security;
pub(crate) mod syntax;
#[cfg(all(test, feature = "session"))]
mod test_capture;
#[cfg(all(test, feature = "session"))]
mod test_network;
#[cfg(feature = "std")]
pub(crate) mod tower;
pub(crate) mod verification;
mod write;

pub use crate::base::guid::Guid;
#[cfg(feature = "session")]
pub use connection::{Connection, Recognition};
#[cfg(feature = "session")]
pub use dg::Conversation;
#[cfg(feature = "session")]
pub use event::{
    Answer, AnswerResult, AssumedContext, Auth, Body, Call, Context, ContextState, Event, FrameSet, Proposal, Resolver,
    Sizes, Unbound,
};
pub use extended_error::{ErrorRecord, Param};
pub use header::{Character, Endian, Float, PacketType, PfcFlags, Representation};
pub use limits::{Counters, RpcLimits};
pub use pdu::{ContextElement, ContextResult};
pub use security::{Doubt, NoSecurity, Opened, Security, Verified};
pub use syntax::{ContextOutcome, ProviderReason, RejectReason, SyntaxId, TransferSyntax};
pub use verification::{Header2, Verification};
