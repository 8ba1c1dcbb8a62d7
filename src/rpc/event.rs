//! What associations hand out: one [`Event`] for each message and for each thing that went wrong between messages.
//!
//! `event/frame_set.rs`: which packets carried it.

mod frame_set;

pub use frame_set::FrameSet;

use super::header::{PacketType, PfcFlags, Representation};
use super::limits::{Counters, RpcLimits};
use super::pdu::{ContextElement, ContextResult};
use super::security::{AuthTrailer, Doubt, Identity, Opened, Sender, Verified};
use super::syntax::{RejectReason, SyntaxId, TransferSyntax};
use super::verification::Verification;
use crate::base::diagnostic::{Diagnostic, Rule};
use crate::base::error::{Error, Path};
use crate::base::guid::Guid;
use crate::base::{Side, Timestamp};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// A message, or what stands in its place.
#[derive(Debug)]
pub struct Event<'a, N> {
    /// PDU type; `None` for bytes that belong to no readable PDU.
    pub ptype: Option<PacketType>,
    /// The side of the flow that sent it.
    pub side: Side,
    /// Its role, by what the PDU types have told; [`Side::A`] counts as the client until they tell.
    pub sender: Sender,
    /// `call_id`; for connectionless PDUs the sequence number. `None` where no header was readable.
    pub call_id: Option<u32>,
    /// The packets that carried it.
    pub frame_set: &'a FrameSet,
    /// How many fragments it came in.
    pub fragments: u32,
    /// Data representation of its (first) PDU.
    pub representation: Representation,
    /// Connection-oriented flags: those of all fragments together.
    pub flags: PfcFlags,
    /// `p_cont_id`, where the PDU has one; for presentation contexts that were never seen [`Event::context`] is `None`.
    pub context_id: Option<u16>,
    /// The presentation context.
    pub context: Option<Context>,
    /// What the context of earlier messages was taken for, where it is now known or believed to be another one.
    pub reassumed: Option<AssumedContext>,
    /// Where the capture cut a PDU of the association short: the body has what is whole in it.
    pub cut: Option<Box<Error>>,
    /// The security trailer and what came of it.
    pub auth: Option<Auth>,
    /// The token of a handshake that the PDU carries: `auth_value` of bind, bind_ack, alter_context, its answer and auth3;
    /// of connectionless associations what the conversation manager's callback and its answer carry.
    pub token: Option<&'a [u8]>,
    /// What the PDU says.
    pub body: Body<&'a [u8]>,
    /// The verification trailer behind the stub of a protected request; it is no longer part of the stub.
    pub verification: Option<Box<Verification>>,
    /// Broken rules, offsets counted from the first byte of the PDU concerned.
    pub diagnostics: Vec<Diagnostic>,
    /// The call that the message belongs to: of a request, for the receiver to put a note into; of a response or fault,
    /// with that note. `None` for requests that expect no answer, and where no request was seen.
    pub call: Option<&'a mut Call<N>>,
    /// The header of connectionless PDUs: flags, object, activity and whatever else they have beside all this.
    pub datagram: Option<&'a super::dg::Header>,
}

impl<'a, N> Event<'a, N> {
    /// An event with nothing known but what it says, who sent it and in which packets; for the rest to be filled in.
    #[must_use]
    pub fn new(side: Side, sender: Sender, body: Body<&'a [u8]>, frame_set: &'a FrameSet) -> Self {
        Event {
            ptype: None,
            side,
            sender,
            call_id: None,
            frame_set,
            fragments: 1,
            representation: Representation::LITTLE,
            flags: PfcFlags::empty(),
            context_id: None,
            context: None,
            reassumed: None,
            cut: None,
            auth: None,
            token: None,
            body,
            verification: None,
            diagnostics: Vec::new(),
            call: None,
            datagram: None,
        }
    }
}

impl<N> Event<'_, N> {
    /// The PDU type's name in lower case with underscores; where there is no whole PDU, what stands in its place.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.own_type().map_or_else(|name| name, PacketType::name)
    }

    /// The PDU type where the event has its name, else the event's own name.
    pub(crate) fn own_type(&self) -> Result<PacketType, &'static str> {
        match self.body {
            // A server's question about a call, in the other direction: neither a call of the client's nor its answer.
            Body::Request { .. } if self.is_callback() => Err("conv_request"),
            Body::Response { .. } if self.is_callback() => Err("conv_response"),
            Body::Malformed { .. } => Err("malformed"),
            Body::Skipped { .. } => Err("skipped"),
            Body::Incomplete { .. } => Err("incomplete"),
            _ => self.ptype.ok_or("unknown"),
        }
    }

    fn is_callback(&self) -> bool {
        self.datagram.is_some_and(|header| header.interface == crate::rpc::dg::conv::INTERFACE)
    }

    /// The packet that completed the message: the largest frame number that carried it; 0 if none did.
    #[must_use]
    pub fn frame(&self) -> u64 {
        self.frame_set.last().unwrap_or(0)
    }

    /// The packets that carried it, ascending.
    #[must_use]
    pub fn frames(&self) -> &[u64] {
        self.frame_set.frames()
    }

    /// When the packet was captured that completed it.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.frame_set.last_time
    }

    /// When the first packet was captured that carried it.
    #[must_use]
    pub fn first_time(&self) -> Option<Timestamp> {
        self.frame_set.first_time
    }
}

/// A presentation context: which interface the stubs belong to and how they are written.
///
/// In this order in memory: contexts are copied with each message, and the interface is looked at right after. It can be read
/// at once, without waiting for the copy, where it is the beginning of what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Context {
    /// The interface.
    pub interface: Guid,
    /// Its version, major and minor.
    pub version: (u16, u16),
    /// `p_cont_id`.
    pub id: u16,
    /// The transfer syntax.
    pub syntax: TransferSyntax,
    /// How far the negotiation got.
    pub state: ContextState,
    /// Whether any of this is a guess: the answer to the bind was not seen, or a [`Resolver`] was asked.
    pub assumed: bool,
    /// The [`Resolver`]'s confidence in its guess, in thousandths.
    pub confidence: Option<u16>,
}

impl Context {
    /// The interface as a syntax identifier.
    #[must_use]
    pub fn abstract_syntax(&self) -> SyntaxId {
        SyntaxId::new(self.interface, self.version.0, self.version.1)
    }
}

/// How far the negotiation of a presentation context got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextState {
    /// The client proposed it; the server's answer was not seen.
    Proposed,
    /// The server accepted it.
    Accepted,
    /// The server rejected it: nothing is to be read by it.
    Rejected,
    /// No bind was seen; a [`Resolver`] named it.
    Resolved,
    /// The message itself names the interface: connectionless ones in their header, a connection's first protected
    /// request in its verification trailer.
    Stated,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call<N> {
    /// `opnum` of the request.
    pub opnum: u16,
    /// `p_cont_id` of the request; 0 for connectionless calls.
    pub context_id: u16,
    /// The presentation context as it was when the request came.
    pub context: Option<Context>,
    /// The object UUID of the request.
    pub object: Option<Guid>,
    /// The packet that completed the request.
    pub frame: u64,
    /// When that packet was captured.
    pub time: Option<Timestamp>,
    /// The receiver's own.
    pub note: N,
}

/// A security trailer and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auth {
    /// The trailer.
    pub trailer: AuthTrailer,
    /// What came of opening the PDU, over all fragments: the first failure, or else their common success. `None` for
    /// PDUs that carry a token of the handshake instead of protected data.
    pub opened: Option<Opened>,
    /// Whether its signatures cover the stub alone, and not what the header says: no header signing, and no verification
    /// trailer that repeats the header.
    pub stub_only: bool,
    /// Whether its signatures are checksums that bytes can be changed under without a key (NTLM without extended session
    /// security).
    pub malleable: bool,
    /// Who the security context belongs to.
    pub identity: Identity,
    /// How much is protected.
    pub sizes: Sizes,
}

/// Sizes of a protected message, over all its fragments; they show whether it could be opened or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Bytes of stub, without authentication padding; as far as captured. A verification trailer counts.
    pub stub: u64,
    /// Bytes of `auth_value`.
    pub auth: u64,
}

impl Sizes {
    /// Adds a fragment's.
    pub(super) fn add(&mut self, other: Sizes) {
        self.stub = self.stub.saturating_add(other.stub);
        self.auth = self.auth.saturating_add(other.auth);
    }
}

/// What PDUs say, generic over how it holds bytes: `&[u8]` where it is handed out. A `stub` is `None` where the PDU could not be opened; [`Event::auth`] has the reason.
#[derive(Debug, PartialEq, Eq)]
pub enum Body<B> {
    /// The client opens the association.
    Bind(Proposal),
    /// The server answers.
    BindAck(Answer<B>),
    /// The server refuses.
    BindNak {
        /// Why.
        reason: RejectReason,
        /// The protocol versions it supports, major and minor.
        versions: Vec<(u8, u8)>,
        /// Extended error information (MS-EERR).
        extended_error: Option<B>,
    },
    /// The client proposes further contexts or another security context.
    AlterContext(Proposal),
    /// The server answers.
    AlterContextResp(Answer<B>),
    /// The third leg of a handshake.
    Auth3,
    /// A call.
    Request {
        /// `opnum`.
        opnum: u16,
        /// The object UUID.
        object: Option<Guid>,
        /// The whole stub.
        stub: Option<B>,
    },
    /// A call's result.
    Response {
        /// The request's `opnum`, where it was seen.
        opnum: Option<u16>,
        /// `cancel_count`.
        cancel_count: u8,
        /// The whole stub.
        stub: Option<B>,
    },
    /// The call failed; also a connectionless `reject`, of a call that was not begun.
    Fault {
        /// Why; `None` where the PDU could not be opened.
        status: Option<u32>,
        /// The request's `opnum`, where it was seen.
        opnum: Option<u16>,
        /// `cancel_count`.
        cancel_count: u8,
        /// Whether the stub is extended error information (MS-EERR).
        extended_error: bool,
        /// Stub data.
        stub: Option<B>,
    },
    /// Cancels the call.
    Cancel,
    /// Abandons the call.
    Orphaned,
    /// The server asks the client to close the connection.
    Shutdown,
    /// A connectionless PDU that is no part of a message: ping, working, nocall, ack, fack, cl_cancel, cancel_ack.
    Control(super::dg::Body<B>),
    /// A PDU that can't be read.
    Malformed {
        /// What is wrong, with the offset in the PDU.
        error: Box<Error>,
        /// The PDU as far as it is there.
        bytes: B,
    },
    /// Bytes that belong to no PDU, or were never captured.
    Skipped {
        /// Bytes that were captured and passed over.
        bytes: u64,
        /// Bytes that were never captured; `None` where their number is unknown.
        lost: Option<u64>,
        /// Why.
        reason: &'static str,
    },
    /// A fragmented message of which a part is missing; what is readable of it.
    Incomplete {
        /// The request's `opnum`, where it was seen.
        opnum: Option<u16>,
        /// The stub data that did come, in order; `None` where it could not be opened or was not kept.
        stub: Option<B>,
        /// How many bytes of it are the stub's beginning, without a hole.
        intact: usize,
        /// What is missing.
        reason: &'static str,
    },
}

/// What bind and alter_context propose.
#[derive(Debug, PartialEq, Eq)]
pub struct Proposal {
    /// `max_xmit_frag`, bytes.
    pub max_xmit_frag: u16,
    /// `max_recv_frag`, bytes.
    pub max_recv_frag: u16,
    /// `assoc_group_id`, 0 for a new group.
    pub assoc_group_id: u32,
    /// The contexts.
    pub contexts: Vec<ContextElement>,
}

/// What bind_ack and alter_context_resp answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer<B> {
    /// `max_xmit_frag`, bytes.
    pub max_xmit_frag: u16,
    /// `max_recv_frag`, bytes.
    pub max_recv_frag: u16,
    /// `assoc_group_id`.
    pub assoc_group_id: u32,
    /// `sec_addr` without its terminator.
    pub secondary_address: B,
    /// The results, each with the context it is about.
    pub results: Vec<AnswerResult>,
}

/// The answer to one proposed context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerResult {
    /// The result.
    pub result: ContextResult,
    /// What was proposed, where the proposal was seen.
    pub proposed: Option<ContextElement>,
}

impl<B> Body<B> {
    /// The same body with its bytes held in another way: a place in a buffer, a box. `f` is called for each run of bytes
    /// that the body has, of which none has more than one.
    #[must_use]
    pub fn map<C>(self, f: impl FnOnce(B) -> C) -> Body<C> {
        match self {
            Body::Bind(proposal) => Body::Bind(proposal),
            Body::BindAck(answer) => Body::BindAck(answer.map(f)),
            Body::BindNak { reason, versions, extended_error } => {
                Body::BindNak { reason, versions, extended_error: extended_error.map(f) }
            }
            Body::AlterContext(proposal) => Body::AlterContext(proposal),
            Body::AlterContextResp(answer) => Body::AlterContextResp(answer.map(f)),
            Body::Auth3 => Body::Auth3,
            Body::Request { opnum, object, stub } => Body::Request { opnum, object, stub: stub.map(f) },
            Body::Response { opnum, cancel_count, stub } => Body::Response { opnum, cancel_count, stub: stub.map(f) },
            Body::Fault { status, opnum, cancel_count, extended_error, stub } => {
                Body::Fault { status, opnum, cancel_count, extended_error, stub: stub.map(f) }
            }
            Body::Cancel => Body::Cancel,
            Body::Orphaned => Body::Orphaned,
            Body::Shutdown => Body::Shutdown,
            Body::Control(body) => Body::Control(body.map(f)),
            Body::Malformed { error, bytes } => Body::Malformed { error, bytes: f(bytes) },
            Body::Skipped { bytes, lost, reason } => Body::Skipped { bytes, lost, reason },
            Body::Incomplete { opnum, stub, intact, reason } => {
                Body::Incomplete { opnum, stub: stub.map(f), intact, reason }
            }
        }
    }
}

impl<B> Answer<B> {
    fn map<C>(self, f: impl FnOnce(B) -> C) -> Answer<C> {
        let Answer { max_xmit_frag, max_recv_frag, assoc_group_id, secondary_address, results } = self;
        Answer { max_xmit_frag, max_recv_frag, assoc_group_id, secondary_address: f(secondary_address), results }
    }
}

/// Names the interface of calls whose bind was not captured. Plugged into
/// [`Connection::with_resolver`](super::connection::Connection::with_resolver).
pub trait Resolver {
    /// What the context probably is, if anything.
    fn resolve(&mut self, message: &Unbound<'_>) -> Option<AssumedContext>;

    /// Bytes of memory that it takes for this connection, roughly.
    fn cost(&self) -> usize {
        0
    }
}

/// A message on a presentation context that was never negotiated as far as the capture tells.
#[derive(Clone, Copy, Debug)]
pub struct Unbound<'a> {
    /// `p_cont_id`.
    pub context_id: u16,
    /// The side of the flow that sent it.
    pub side: Side,
    /// Who sent it.
    pub sender: Sender,
    /// `opnum`, where it is known.
    pub opnum: Option<u16>,
    /// How the stub is written.
    pub representation: Representation,
    /// The stub, where it could be opened.
    pub stub: Option<&'a [u8]>,
    /// What the server accepted in the context's place, where only the answer to the bind was captured.
    pub accepted: Option<TransferSyntax>,
    /// Whether the stub is a whole one.
    pub whole: bool,
}

/// A [`Resolver`]'s guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssumedContext {
    /// The interface.
    pub interface: Guid,
    /// Its version, major and minor.
    pub version: (u16, u16),
    /// The transfer syntax.
    pub syntax: TransferSyntax,
    /// How sure that is, in thousandths.
    pub confidence: u16,
}

/// Collects diagnostics under [`RpcLimits::diagnostics`].
#[derive(Debug, Default)]
pub(super) struct Notes(pub(super) Vec<Diagnostic>);

impl Notes {
    pub(super) fn add(
        &mut self,
        limits: &RpcLimits,
        counters: &mut Counters,
        rule: &'static Rule,
        at: (usize, &'static str),
        value: u64,
        expected: Option<u64>,
    ) {
        if self.0.len() < limits.diagnostics {
            self.0.push(Diagnostic { offset: at.0, path: Path::of(at.1), rule, value, expected });
        } else {
            counters.diagnostics_omitted += 1;
        }
    }
}

/// Joins what came of one more fragment to what came of those before it.
pub(super) fn join_opened(all: &mut Option<Opened>, next: Opened) {
    *all = Some(match (all.take(), next) {
        (None, next) => next,
        (Some(Opened::Clear { verified: a, decrypted: c }), Opened::Clear { verified: b, decrypted: d }) => {
            Opened::Clear { verified: a.and(b), decrypted: c || d }
        }
        (Some(Opened::Clear { .. }), failed) => failed,
        (Some(failed), _) => failed,
    });
}

/// What holds of a message of which fragments are missing: their signatures weren't checked, so it isn't called verified.
pub(super) fn of_a_part(opened: &mut Option<Opened>) {
    if let Some(Opened::Clear { verified, .. }) = opened {
        *verified = verified.and(Verified::Unchecked);
    }
}

/// Why a body is not handed out, for [`Event::auth`].
pub(super) fn is_clear(opened: &Option<Opened>) -> bool {
    matches!(opened, None | Some(Opened::Clear { .. }))
}

/// What [`Opened`] is where `open` returned a body of the wrong length.
pub(super) fn wrong_length() -> Opened {
    Opened::Failed {
        reason: String::from("decrypted body has another length than the sealed one"),
        doubt: Doubt::Signature,
    }
}
