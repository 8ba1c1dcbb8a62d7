//! Records that outlive the packet they came in, many at a time: what one thread has put together and another prints.
//!
//! The octets of a batch's stubs and tokens lie in one buffer, and whatever else a record owns moves along with it; a
//! batch that is used again allocates nothing for the common messages.

use super::{Flow, Record};
use crate::base::Timestamp;
use crate::base::diagnostic::Diagnostic;
use crate::base::error::Error;
use crate::base::guid::Guid;
use crate::ndr::Interface;
use crate::net::Side;
use crate::rpc::dg;
use crate::rpc::event::{Answer, AnswerResult, AssumedContext, Auth, Body, Call, Carriers, Context, Event, Proposal};
use crate::rpc::header::{PacketType, PfcFlags, Representation};
use crate::rpc::pdu::ContextElement;
use crate::rpc::security::Sender;
use crate::rpc::syntax::{RejectReason, SyntaxId};
use crate::rpc::verification::Verification;
use crate::session::call_context::CallContext;
use std::ops::Range;

/// Records of one batch.
const RECORDS: usize = 256;

/// Octets of one batch; a single record may have more.
const OCTETS: usize = 256 << 10;

/// A number of records, in their order, each with what is known of it beside.
#[derive(Debug, Default)]
pub struct Batch<K> {
    octets: Vec<u8>,
    parcels: Vec<Parcel>,
    /// Of the parcels, in their order; behind those what is left of earlier records, to be used again.
    known: Vec<K>,
    /// Octets of what the parcels own beside `octets`, roughly.
    owned: usize,
    /// The packet of the record that is lent, where it is one alone.
    carriers: Carriers,
}

/// A record without what it borrowed.
#[derive(Debug)]
struct Parcel {
    flow: Flow,
    interface: Option<(&'static Interface, usize)>,
    ptype: Option<PacketType>,
    side: Side,
    sender: Sender,
    call_id: Option<u32>,
    carriers: Carried,
    fragments: u32,
    representation: Representation,
    flags: PfcFlags,
    context_id: Option<u16>,
    context: Option<Context>,
    body: Kept,
    call: Option<Call<CallContext>>,
    rare: Option<Box<Rare>>,
}

/// The packets that carried a record.
#[derive(Debug)]
enum Carried {
    One(u64, Option<Timestamp>),
    Several(Box<Carriers>),
}

/// What most records don't have.
#[derive(Debug)]
struct Rare {
    reassumed: Option<AssumedContext>,
    cut: Option<Box<Error>>,
    auth: Option<Auth>,
    token: Option<Range<usize>>,
    verification: Option<Box<Verification>>,
    diagnostics: Vec<Diagnostic>,
    datagram: Option<Box<dg::Header>>,
}

/// [`Body`] with places in the batch's octets.
#[derive(Debug)]
enum Kept {
    Bind(Box<Contexts>),
    BindAck(Box<Results>),
    BindNak {
        reason: RejectReason,
        versions: Vec<(u8, u8)>,
        extended_error: Option<Range<usize>>,
    },
    AlterContext(Box<Contexts>),
    AlterContextResp(Box<Results>),
    Auth3,
    Request {
        opnum: u16,
        object: Option<Guid>,
        stub: Option<Range<usize>>,
    },
    Response {
        opnum: Option<u16>,
        cancel_count: u8,
        stub: Option<Range<usize>>,
    },
    Fault {
        status: Option<u32>,
        opnum: Option<u16>,
        cancel_count: u8,
        extended_error: bool,
        stub: Option<Range<usize>>,
    },
    Cancel,
    Orphaned,
    Shutdown,
    Control(Box<dg::Body<'static>>, Range<usize>),
    Malformed {
        error: Option<Box<Error>>,
        bytes: Range<usize>,
    },
    Skipped {
        bytes: u64,
        lost: Option<u64>,
        reason: &'static str,
    },
    Incomplete {
        opnum: Option<u16>,
        stub: Option<Range<usize>>,
        intact: usize,
        reason: &'static str,
    },
}

#[derive(Debug)]
struct Contexts {
    max_xmit_frag: u16,
    max_recv_frag: u16,
    assoc_group_id: u32,
    contexts: Vec<ContextElement>,
}

#[derive(Debug)]
struct Results {
    max_xmit_frag: u16,
    max_recv_frag: u16,
    assoc_group_id: u32,
    secondary_address: Range<usize>,
    results: Vec<AnswerResult>,
}

impl<K: Default> Batch<K> {
    /// Whether it is time to hand it over.
    pub fn is_full(&self) -> bool {
        self.parcels.len() >= RECORDS || self.weight() >= OCTETS
    }

    /// Whether it has so much that only one like it is to be there at a time.
    pub fn is_large(&self) -> bool {
        self.weight() >= 2 * OCTETS
    }

    fn weight(&self) -> usize {
        self.octets.len().saturating_add(self.owned)
    }

    /// Whether there is no record in it.
    pub fn is_empty(&self) -> bool {
        self.parcels.is_empty()
    }

    /// Hands out its records in their order until an error stops that; the batch is empty then.
    pub fn drain<E>(&mut self, out: &mut dyn FnMut(&mut Record<'_>, &mut K) -> Result<(), E>) -> Result<(), E> {
        let Batch { octets, parcels, carriers, known, .. } = self;
        let mut each = parcels.iter_mut().zip(known);
        let result = each.try_for_each(|(parcel, known)| out(&mut parcel.lend(octets, carriers), known));
        self.parcels.clear();
        self.octets.clear();
        self.owned = 0;
        // What a single large message needed is not kept for all the others.
        self.octets.shrink_to(2 * OCTETS);
        result
    }

    fn put(&mut self, octets: &[u8]) -> Range<usize> {
        let start = self.octets.len();
        self.octets.extend_from_slice(octets);
        start..self.octets.len()
    }

    /// Takes in a record, and what it owned. `learn` is to put what is known of it into the place of what was known of an
    /// earlier one.
    pub fn push(&mut self, record: &mut Record<'_>, learn: impl FnOnce(&Record<'_>, &mut K)) {
        if self.known.len() == self.parcels.len() {
            self.known.push(K::default());
        }
        if let Some(known) = self.known.get_mut(self.parcels.len()) {
            learn(record, known);
        }
        let Record { flow, event, interface } = record;
        let mut put = |octets: Option<&[u8]>| octets.map(|octets| self.put(octets));
        let contexts = |proposal: Proposal<'_>| {
            let Proposal { max_xmit_frag, max_recv_frag, assoc_group_id, contexts } = proposal;
            Box::new(Contexts { max_xmit_frag, max_recv_frag, assoc_group_id, contexts: contexts.to_vec() })
        };
        let results = |answer: Answer<'_>, secondary_address: Option<Range<usize>>| {
            let Answer { max_xmit_frag, max_recv_frag, assoc_group_id, results, .. } = answer;
            let secondary_address = secondary_address.unwrap_or_default();
            Box::new(Results { max_xmit_frag, max_recv_frag, assoc_group_id, secondary_address, results })
        };
        let body = match std::mem::replace(&mut event.body, Body::Orphaned) {
            Body::Bind(proposal) => Kept::Bind(contexts(proposal)),
            Body::AlterContext(proposal) => Kept::AlterContext(contexts(proposal)),
            Body::BindAck(answer) => {
                let address = put(Some(answer.secondary_address));
                Kept::BindAck(results(answer, address))
            }
            Body::AlterContextResp(answer) => {
                let address = put(Some(answer.secondary_address));
                Kept::AlterContextResp(results(answer, address))
            }
            Body::BindNak { reason, versions, extended_error } => {
                Kept::BindNak { reason, versions: versions.to_vec(), extended_error: put(extended_error) }
            }
            Body::Auth3 => Kept::Auth3,
            Body::Request { opnum, object, stub } => Kept::Request { opnum, object, stub: put(stub) },
            Body::Response { opnum, cancel_count, stub } => Kept::Response { opnum, cancel_count, stub: put(stub) },
            Body::Fault { status, opnum, cancel_count, extended_error, stub } => {
                Kept::Fault { status, opnum, cancel_count, extended_error, stub: put(stub) }
            }
            Body::Cancel => Kept::Cancel,
            Body::Orphaned => Kept::Orphaned,
            Body::Shutdown => Kept::Shutdown,
            Body::Control(body) => {
                let octets = put(Some(body.octets())).unwrap_or_default();
                Kept::Control(Box::new(body.with_octets(&[])), octets)
            }
            Body::Malformed { error, bytes } => {
                Kept::Malformed { error: Some(error), bytes: put(Some(bytes)).unwrap_or_default() }
            }
            Body::Skipped { bytes, lost, reason } => Kept::Skipped { bytes, lost, reason },
            Body::Incomplete { opnum, stub, intact, reason } => {
                Kept::Incomplete { opnum, stub: put(stub), intact, reason }
            }
        };
        let rare = event.reassumed.is_some()
            || event.cut.is_some()
            || event.auth.is_some()
            || event.token.is_some()
            || event.verification.is_some()
            || !event.diagnostics.is_empty()
            || event.datagram.is_some();
        let rare = rare.then(|| {
            Box::new(Rare {
                reassumed: event.reassumed,
                cut: event.cut.take(),
                auth: event.auth.take(),
                token: put(event.token),
                verification: event.verification.take(),
                diagnostics: std::mem::take(&mut event.diagnostics),
                datagram: event.datagram.map(|header| Box::new(*header)),
            })
        });
        let listed = match &body {
            Kept::Bind(contexts) | Kept::AlterContext(contexts) => contexts.contexts.iter().map(context_cost).sum(),
            Kept::BindAck(results) | Kept::AlterContextResp(results) => {
                let each = |result: &AnswerResult| {
                    size_of::<AnswerResult>() + result.proposed.as_ref().map_or(0, context_cost)
                };
                results.results.iter().map(each).sum()
            }
            _ => 0,
        };
        let told =
            rare.as_ref().map_or(0, |rare| size_of::<Rare>() + rare.diagnostics.capacity() * size_of::<Diagnostic>());
        self.owned += listed + told + 8 * event.carriers.frames().len();
        let carriers = match event.carriers.only() {
            Some((frame, time)) => Carried::One(frame, time),
            None => Carried::Several(Box::new(event.carriers.clone())),
        };
        self.parcels.push(Parcel {
            flow: *flow,
            interface: *interface,
            ptype: event.ptype,
            side: event.side,
            sender: event.sender,
            call_id: event.call_id,
            carriers,
            fragments: event.fragments,
            representation: event.representation,
            flags: event.flags,
            context_id: event.context_id,
            context: event.context,
            body,
            call: event.call.as_deref().cloned(),
            rare,
        });
    }
}

/// Octets that a proposed context takes.
fn context_cost(context: &ContextElement) -> usize {
    size_of::<ContextElement>() + context.transfer_syntaxes.len() * size_of::<SyntaxId>()
}

impl Parcel {
    /// The record, once: what it owned is given away.
    #[inline]
    fn lend<'a>(&'a mut self, octets: &'a [u8], carriers: &'a mut Carriers) -> Record<'a> {
        let at = |range: &Range<usize>| octets.get(range.clone()).unwrap_or(&[]);
        let maybe = |range: &Option<Range<usize>>| range.as_ref().map(at);
        let proposal = |c: &'a Contexts| {
            let Contexts { max_xmit_frag, max_recv_frag, assoc_group_id, ref contexts } = *c;
            Proposal { max_xmit_frag, max_recv_frag, assoc_group_id, contexts }
        };
        let answer = |r: &mut Results| Answer {
            max_xmit_frag: r.max_xmit_frag,
            max_recv_frag: r.max_recv_frag,
            assoc_group_id: r.assoc_group_id,
            secondary_address: at(&r.secondary_address),
            results: std::mem::take(&mut r.results),
        };
        let body = match &mut self.body {
            Kept::Bind(contexts) => Body::Bind(proposal(contexts)),
            Kept::AlterContext(contexts) => Body::AlterContext(proposal(contexts)),
            Kept::BindAck(results) => Body::BindAck(answer(results)),
            Kept::AlterContextResp(results) => Body::AlterContextResp(answer(results)),
            Kept::BindNak { reason, versions, extended_error } => {
                Body::BindNak { reason: *reason, versions, extended_error: maybe(extended_error) }
            }
            Kept::Auth3 => Body::Auth3,
            Kept::Request { opnum, object, stub } => {
                Body::Request { opnum: *opnum, object: *object, stub: maybe(stub) }
            }
            Kept::Response { opnum, cancel_count, stub } => {
                Body::Response { opnum: *opnum, cancel_count: *cancel_count, stub: maybe(stub) }
            }
            Kept::Fault { status, opnum, cancel_count, extended_error, stub } => Body::Fault {
                status: *status,
                opnum: *opnum,
                cancel_count: *cancel_count,
                extended_error: *extended_error,
                stub: maybe(stub),
            },
            Kept::Cancel => Body::Cancel,
            Kept::Orphaned => Body::Orphaned,
            Kept::Shutdown => Body::Shutdown,
            Kept::Control(body, octets) => Body::Control(body.with_octets(at(octets))),
            Kept::Malformed { error, bytes } => match error.take() {
                Some(error) => Body::Malformed { error, bytes: at(bytes) },
                // Not met: a record is lent once.
                None => Body::Orphaned,
            },
            Kept::Skipped { bytes, lost, reason } => Body::Skipped { bytes: *bytes, lost: *lost, reason },
            Kept::Incomplete { opnum, stub, intact, reason } => {
                Body::Incomplete { opnum: *opnum, stub: maybe(stub), intact: *intact, reason }
            }
        };
        let carriers = match &self.carriers {
            Carried::One(frame, time) => {
                carriers.set(*frame, *time);
                &*carriers
            }
            Carried::Several(carriers) => carriers,
        };
        let event = Event {
            ptype: self.ptype,
            side: self.side,
            sender: self.sender,
            call_id: self.call_id,
            carriers,
            fragments: self.fragments,
            representation: self.representation,
            flags: self.flags,
            context_id: self.context_id,
            context: self.context,
            reassumed: None,
            cut: None,
            auth: None,
            token: None,
            body,
            verification: None,
            diagnostics: Vec::new(),
            call: self.call.as_mut(),
            datagram: None,
        };
        let mut record = Record { flow: self.flow, event, interface: self.interface };
        if let Some(rare) = self.rare.as_deref_mut() {
            let event = &mut record.event;
            event.reassumed = rare.reassumed;
            event.cut = rare.cut.take();
            event.auth = rare.auth.take();
            event.token = maybe(&rare.token);
            event.verification = rare.verification.take();
            event.diagnostics = std::mem::take(&mut rare.diagnostics);
            event.datagram = rare.datagram.as_deref();
        }
        record
    }
}
