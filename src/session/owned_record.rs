//! Records that outlive the packet they came in, many at a time: what one thread has put together and another prints.
//!
//! The bytes of a batch's stubs and tokens lie in one buffer, and whatever else a record owns moves along with it; a
//! batch that is used again allocates nothing for the common messages.

use super::{Flow, Record};
use crate::base::Timestamp;
use crate::base::bounds::{BATCH_BYTES, BATCH_RECORDS};
use crate::base::diagnostic::Diagnostic;
use crate::base::error::Error;
use crate::ndr::Interface;
use crate::net::Side;
use crate::rpc::dg;
use crate::rpc::event::{AnswerResult, AssumedContext, Auth, Body, Call, Context, Event, FrameSet};
use crate::rpc::header::{PacketType, PfcFlags, Representation};
use crate::rpc::pdu::ContextElement;
use crate::rpc::security::Sender;
use crate::rpc::syntax::SyntaxId;
use crate::rpc::verification::Verification;
use crate::session::call_context::CallContext;
use std::ops::Range;

/// What a batch is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchLimits {
    /// Records of it.
    pub records: usize,
    /// Bytes that they own.
    pub bytes: usize,
}

impl Default for BatchLimits {
    fn default() -> Self {
        BatchLimits { records: BATCH_RECORDS, bytes: BATCH_BYTES }
    }
}

/// A number of records, in their order, each with what is known of it beside.
#[derive(Debug, Default)]
pub struct Batch<K> {
    bytes: Vec<u8>,
    /// Places of records, which are filled where they lie; how many of them are.
    places: Vec<OwnedRecord>,
    filled: usize,
    /// Of the records, in their order; behind those what is left of earlier records, to be used again.
    known: Vec<K>,
    /// Bytes of what the records own beside `bytes`, roughly.
    owned: usize,
    /// The packets of the records that are lent, where it is one alone of a record.
    frame_sets: Vec<FrameSet>,
    limits: BatchLimits,
}

/// A record without what it borrowed.
#[derive(Debug)]
struct OwnedRecord {
    flow: Flow,
    interface: Option<(&'static Interface, usize)>,
    ptype: Option<PacketType>,
    side: Side,
    sender: Sender,
    call_id: Option<u32>,
    frame_set: Carried,
    fragments: u32,
    representation: Representation,
    flags: PfcFlags,
    context_id: Option<u16>,
    context: Option<Context>,
    /// With places in the bytes of the batch.
    body: Body<Range<usize>>,
    call: Option<Call<CallContext>>,
    rare: Option<Box<Rare>>,
}

/// The packets that carried a record.
#[derive(Debug)]
enum Carried {
    One(u64, Option<Timestamp>),
    Several(Box<FrameSet>),
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

impl<K: Default> Batch<K> {
    /// An empty one that is to hold so much.
    pub fn within(limits: BatchLimits) -> Self {
        Batch { limits, ..Batch::default() }
    }

    /// Whether it is time to hand it over.
    pub fn is_full(&self) -> bool {
        self.filled >= self.limits.records || self.weight() >= self.limits.bytes
    }

    /// Whether it has so much that only one like it is to be there at a time.
    pub fn is_large(&self) -> bool {
        self.weight() >= self.limits.bytes.saturating_mul(2)
    }

    fn weight(&self) -> usize {
        self.bytes.len().saturating_add(self.owned)
    }

    /// Whether there is no record in it.
    pub fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Hands out its records in their order until an error stops that; the batch is empty then.
    pub fn drain<E>(&mut self, mut out: impl FnMut(&mut Record<'_>, &mut K) -> Result<(), E>) -> Result<(), E> {
        let Batch { bytes, places, filled, known, .. } = self;
        let mut frame_set = FrameSet::default();
        let mut result = Ok(());
        for (record, known) in places.iter_mut().take(*filled).zip(known) {
            result = out(&mut record.lend(bytes, &mut frame_set), known);
            if result.is_err() {
                break;
            }
        }
        self.clear();
        result
    }

    /// Its records in their order, each once: what they own is given away.
    pub fn lend(&mut self) -> impl ExactSizeIterator<Item = (Record<'_>, &mut K)> {
        let Batch { bytes, places, filled, frame_sets, known, .. } = self;
        let bytes = bytes.as_slice();
        if frame_sets.len() < *filled {
            frame_sets.resize_with(*filled, FrameSet::default);
        }
        places
            .iter_mut()
            .take(*filled)
            .zip(frame_sets)
            .zip(known)
            .map(|((record, frame_set), known)| (record.lend(bytes, frame_set), known))
    }

    /// Makes it empty, to be filled again.
    pub fn clear(&mut self) {
        self.places.iter_mut().take(self.filled).for_each(OwnedRecord::clear);
        self.filled = 0;
        self.bytes.clear();
        self.owned = 0;
        // What a single large message needed is not kept for all the others.
        self.bytes.shrink_to(self.limits.bytes.saturating_mul(2));
    }

    fn put(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    /// Takes in a record, and what it owned. `learn` is to put what is known of it into the place of what was known of an
    /// earlier one.
    pub fn push(&mut self, record: &mut Record<'_>, learn: impl FnOnce(&Record<'_>, &mut K)) {
        if self.places.capacity() == 0 {
            // Once, instead of moving all that is there each time it has doubled.
            self.places.reserve_exact(self.limits.records);
            self.known.reserve_exact(self.limits.records);
        }
        if self.known.len() == self.filled {
            self.known.push(K::default());
        }
        if let Some(known) = self.known.get_mut(self.filled) {
            learn(record, known);
        }
        let Record { flow, event, interface } = record;
        let mut put = |bytes: &[u8]| self.put(bytes);
        let body = std::mem::replace(&mut event.body, Body::Orphaned).map(&mut put);
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
                token: event.token.map(&mut put),
                verification: event.verification.take(),
                diagnostics: std::mem::take(&mut event.diagnostics),
                datagram: event.datagram.map(|header| Box::new(*header)),
            })
        });
        let listed = match &body {
            Body::Bind(proposal) | Body::AlterContext(proposal) => proposal.contexts.iter().map(context_cost).sum(),
            Body::BindAck(answer) | Body::AlterContextResp(answer) => {
                let each = |result: &AnswerResult| {
                    size_of::<AnswerResult>() + result.proposed.as_ref().map_or(0, context_cost)
                };
                answer.results.iter().map(each).sum()
            }
            _ => 0,
        };
        let told =
            rare.as_ref().map_or(0, |rare| size_of::<Rare>() + rare.diagnostics.capacity() * size_of::<Diagnostic>());
        self.owned += listed + told + 8 * event.frame_set.frames().len();
        let frame_set = match event.frame_set.only() {
            Some((frame, time)) => Carried::One(frame, time),
            None => Carried::Several(Box::new(event.frame_set.clone())),
        };
        if self.places.len() == self.filled {
            self.places.push(OwnedRecord::nothing(*flow));
        }
        let Some(place) = self.places.get_mut(self.filled) else { return };
        self.filled += 1;
        // Field by field: what is put together elsewhere has to be copied here.
        place.flow = *flow;
        place.interface = *interface;
        place.ptype = event.ptype;
        place.side = event.side;
        place.sender = event.sender;
        place.call_id = event.call_id;
        place.frame_set = frame_set;
        place.fragments = event.fragments;
        place.representation = event.representation;
        place.flags = event.flags;
        place.context_id = event.context_id;
        place.context = event.context;
        place.body = body;
        place.call = event.call.as_deref().cloned();
        place.rare = rare;
    }
}

/// Bytes that a proposed context takes.
fn context_cost(context: &ContextElement) -> usize {
    size_of::<ContextElement>() + context.transfer_syntaxes.len() * size_of::<SyntaxId>()
}

impl OwnedRecord {
    /// A place to be filled.
    fn nothing(flow: Flow) -> Self {
        OwnedRecord {
            flow,
            interface: None,
            ptype: None,
            side: Side::A,
            sender: Sender::Client,
            call_id: None,
            frame_set: Carried::One(0, None),
            fragments: 0,
            representation: Representation::LITTLE,
            flags: PfcFlags::empty(),
            context_id: None,
            context: None,
            body: Body::Orphaned,
            call: None,
            rare: None,
        }
    }

    /// Gives back the memory that it owns.
    fn clear(&mut self) {
        self.frame_set = Carried::One(0, None);
        self.body = Body::Orphaned;
        self.call = None;
        self.rare = None;
    }

    /// The record, once: what it owned is given away.
    #[inline]
    fn lend<'a>(&'a mut self, bytes: &'a [u8], frame_set: &'a mut FrameSet) -> Record<'a> {
        let at = |range: &Range<usize>| bytes.get(range.clone()).unwrap_or(&[]);
        let body = std::mem::replace(&mut self.body, Body::Orphaned).map(|range| at(&range));
        let frame_set = match &self.frame_set {
            Carried::One(frame, time) => {
                frame_set.set(*frame, *time);
                &*frame_set
            }
            Carried::Several(frame_set) => frame_set,
        };
        let event = Event::new(self.side, self.sender, body, frame_set);
        let mut record = Record { flow: self.flow, event, interface: self.interface };
        let event = &mut record.event;
        event.ptype = self.ptype;
        event.call_id = self.call_id;
        event.fragments = self.fragments;
        event.representation = self.representation;
        event.flags = self.flags;
        event.context_id = self.context_id;
        event.context = self.context;
        event.call = self.call.as_mut();
        if let Some(rare) = self.rare.as_deref_mut() {
            event.reassumed = rare.reassumed;
            event.cut = rare.cut.take();
            event.auth = rare.auth.take();
            event.token = rare.token.as_ref().map(at);
            event.verification = rare.verification.take();
            event.diagnostics = std::mem::take(&mut rare.diagnostics);
            event.datagram = rare.datagram.as_deref();
        }
        record
    }
}
