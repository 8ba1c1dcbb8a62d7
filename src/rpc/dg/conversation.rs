//! What the datagrams between two endpoints mean together, sans I/O: calls by activity and sequence number, messages by
//! fragment number, repetitions left out. `conversation/dispatch.rs` is what becomes of the others, `deliver` makes the events,
//! `assembly` joins fragments.
//!
//! Whether a flow is DCE/RPC is told by its datagrams' headers alone, never by ports.

mod dispatch;

use super::deliver::{CUT, Parts, State, blank, incomplete, make, open, opened_body, sender_of};
use super::early::Early;
use super::{Header, Pdu};
use crate::base::bounded::Bounded;
use crate::base::bounds;
use crate::base::error::{Error, ErrorKind};
use crate::base::guid::Guid;
use crate::base::hash::Map;
use crate::base::{Side, Timestamp};
use crate::rpc::connection::Recognition;
use crate::rpc::event::{self, Event, FrameSet, Notes, Sizes};
use crate::rpc::header::PacketType;
use crate::rpc::limits::{Counters, RpcLimits};
use crate::rpc::security::{AuthTrailer, Opened, Security, Sender};
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::mem;

/// A datagram as it was captured.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// Who sent it.
    pub side: Side,
    /// The packets that carried it.
    pub frames: &'a [u64],
    /// When it was captured.
    pub time: Option<Timestamp>,
    /// The payload as far as it was captured.
    pub data: &'a [u8],
    /// Its length on the wire, bytes.
    pub wire_len: usize,
    /// The identification of the IPv4 packet: a copy has it in common, a datagram sent again has another.
    pub identification: Option<u16>,
}

/// The state of one UDP flow. `N` is the receiver's note on each call.
///
/// [`Event::sender`](Event) is the role in the call at hand: in a conversation manager's callback the server of the
/// original call is the client.
pub struct Conversation<N> {
    limits: RpcLimits,
    counters: Counters,
    recognition: Recognition,
    attempts: u8,
    activities: Map<Guid, Activity<N>>,
    /// Latest use to activity, for eviction.
    ages: BTreeMap<u64, Guid>,
    clock: u64,
    /// Activities that were forgotten, and the sequence number after their last one: what comes below is a repetition.
    past: Bounded<Guid, u32>,
    /// What all assemblies cost, bytes.
    total: usize,
    /// Calls of all activities.
    states: usize,
    scratch: Vec<u8>,
    /// Requests that wait for the handshake that they need (`early.rs`).
    early: Early,
}

/// The later one of two sequence numbers; they count modulo 2^32.
fn later(one: u32, other: u32) -> u32 {
    if other.wrapping_sub(one).cast_signed() >= 0 { other } else { one }
}

#[derive(Debug)]
struct Activity<N> {
    age: u64,
    /// The sequence number after the last one, where the activity had been forgotten.
    past: Option<u32>,
    /// Newest last.
    calls: VecDeque<State<N>>,
    /// The security trailer last seen.
    trailer: Option<AuthTrailer>,
}

impl<N: Default> Conversation<N> {
    /// A flow of which nothing was seen yet.
    #[must_use]
    pub fn new(limits: RpcLimits) -> Self {
        Conversation {
            limits,
            counters: Counters::default(),
            recognition: Recognition::Undecided,
            attempts: 0,
            activities: Map::default(),
            ages: BTreeMap::new(),
            clock: 0,
            past: Bounded::new(limits.activities),
            total: 0,
            states: 0,
            scratch: Vec::new(),
            early: Early::default(),
        }
    }

    /// Whether the flow carries DCE/RPC.
    #[must_use]
    pub fn recognition(&self) -> Recognition {
        self.recognition
    }

    /// What was seen and given up so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Roughly what the flow holds, bytes.
    #[must_use]
    pub fn cost(&self) -> usize {
        size_of::<Self>()
            + 512
            + self.total
            + self.scratch.capacity()
            + self.early.cost()
            + self.activities.len() * (2 * size_of::<(Guid, Activity<N>)>() + 64)
            + self.past.len() * 64
            + self.states * (size_of::<State<N>>() + 256)
    }

    /// The next datagram.
    pub fn datagram(
        &mut self,
        received: Received<'_>,
        security: &mut dyn Security,
        out: &mut dyn FnMut(Event<'_, N>),
    ) -> Recognition {
        if self.recognition == Recognition::NotRpc {
            return self.recognition;
        }
        let mut frame_set = FrameSet::default();
        for frame in received.frames {
            frame_set.add(*frame, received.time, self.limits.frames, &mut self.counters);
        }
        frame_set.settle();
        let plausible = Header::plausible(received.data, received.wire_len);
        match (plausible, self.recognition) {
            (true, _) => self.recognition = Recognition::Rpc,
            (false, Recognition::Rpc) => {}
            (false, _) => {
                self.attempts = self.attempts.saturating_add(1);
                if self.attempts >= self.limits.recognition_attempts {
                    self.recognition = Recognition::NotRpc;
                }
                return self.recognition;
            }
        }
        self.counters.pdus += 1;
        let cut = plausible && received.data.len() < received.wire_len;
        let parsed = match if cut { Pdu::parse_truncated(received.data) } else { Pdu::parse(received.data) } {
            Ok(_) if !plausible => {
                let expected = "a connectionless PDU of the datagram's length";
                Err(Error::new(0, ErrorKind::Mismatch { expected }))
            }
            parsed => parsed,
        };
        match parsed {
            Ok(pdu) => self.in_turn(&received, &pdu, &frame_set, security, out),
            Err(error) => {
                self.counters.malformed += 1;
                let header = Header::parse(received.data).ok();
                let body = event::Body::Malformed { error: error.into(), bytes: received.data };
                let mut event = match &header {
                    Some(header) => {
                        let parts = Parts {
                            side: received.side,
                            header,
                            frame_set: &frame_set,
                            fragments: 1,
                            trailer: None,
                            opened: None,
                            sizes: Sizes::default(),
                            notes: Notes::default(),
                            cut,
                            intact: 0,
                        };
                        make(parts, body, sender_of(header.ptype).unwrap_or(Sender::Client), security)
                    }
                    None => blank(received.side, body, &frame_set),
                };
                if !plausible {
                    event.ptype = None;
                }
                out(event);
            }
        }
        self.recognition
    }

    /// The flow ends: whatever is incomplete is handed out as such.
    pub fn end(&mut self, security: &mut dyn Security, out: &mut dyn FnMut(Event<'_, N>)) {
        while let Some(activity) = self.early.oldest() {
            self.release(activity, security, out);
        }
        while let Some((_, id)) = self.ages.pop_first() {
            self.forget(id, security, out);
        }
    }

    fn forget(&mut self, id: Guid, security: &mut dyn Security, out: &mut dyn FnMut(Event<'_, N>)) {
        if let Some(activity) = self.activities.remove(&id) {
            self.states = self.states.saturating_sub(activity.calls.len());
            let newest = activity.calls.iter().map(|call| call.sequence).reduce(later);
            if let Some(past) = newest.map(|newest| newest.wrapping_add(1)).or(activity.past) {
                self.past.insert(id, past);
            }
            for state in activity.calls {
                self.close(state, security, out);
            }
        }
    }

    /// A call is over: hands out what is incomplete of it.
    fn close(&mut self, mut state: State<N>, security: &mut dyn Security, out: &mut dyn FnMut(Event<'_, N>)) {
        for response in [false, true] {
            let assembly = if response { &mut state.response } else { &mut state.request };
            if assembly.is_open() {
                let reason = assembly.reason();
                self.counters.messages_incomplete += 1;
                incomplete(&mut state, response, reason, &mut self.total, security, out);
            }
        }
    }

    /// Marks the activity as used now; makes room for it.
    fn touch(&mut self, id: Guid, security: &mut dyn Security, out: &mut dyn FnMut(Event<'_, N>)) {
        self.clock += 1;
        let age = self.clock;
        match self.activities.get_mut(&id) {
            Some(activity) => {
                self.ages.remove(&mem::replace(&mut activity.age, age));
            }
            None => {
                while self.activities.len() >= self.limits.activities.max(1) {
                    let Some((_, oldest)) = self.ages.pop_first() else { break };
                    self.counters.activities_evicted += 1;
                    self.forget(oldest, security, out);
                }
                let past = self.past.remove(&id);
                self.activities.insert(id, Activity { age, past, calls: VecDeque::new(), trailer: None });
            }
        }
        self.ages.insert(age, id);
    }

    /// A PDU in its turn: the first request of an activity comes before the handshake that tells its key, so it is held
    /// back until that is complete, or until it is clear that it won't be. So are the requests of the activity behind it,
    /// or a copy that the capture has cut would take its place.
    fn in_turn(
        &mut self,
        received: &Received<'_>,
        pdu: &Pdu<'_>,
        frame_set: &FrameSet,
        security: &mut dyn Security,
        out: &mut dyn FnMut(Event<'_, N>),
    ) {
        let activity = pdu.header.activity;
        let trailer = pdu.verifier.map(|verifier| verifier.trailer).filter(|trailer| trailer.auth_level > 1);
        let whole = received.data.len() >= received.wire_len;
        let waits = |trailer: &AuthTrailer| whole && security.awaits(trailer);
        if pdu.header.ptype == PacketType::Request
            && (trailer.as_ref().is_some_and(waits) || self.early.holds(activity))
        {
            self.touch(activity, security, out);
            if let Some(known) = self.activities.get_mut(&activity) {
                known.trailer = trailer.or(known.trailer);
            }
            self.early.hold(activity, trailer, received);
            while let Some(oldest) = self.early.too_many() {
                self.release(oldest, security, out);
            }
            return;
        }
        let answers = matches!(pdu.header.ptype, PacketType::Response | PacketType::Fault | PacketType::Reject);
        if answers {
            self.release(activity, security, out);
        }
        self.pdu(received, pdu, frame_set, security, out);
        while let Some(complete) = self.early.find(&mut |trailer| !security.awaits(trailer)) {
            self.release(complete, security, out);
        }
        if let Some(late) = self.early.late() {
            self.release(late, security, out);
        }
    }

    /// Hands on what was held back of an activity.
    fn release(&mut self, activity: Guid, security: &mut dyn Security, out: &mut dyn FnMut(Event<'_, N>)) {
        for held in self.early.take(activity) {
            let received = held.received();
            let cut = received.data.len() < received.wire_len;
            let parsed = if cut { Pdu::parse_truncated(received.data) } else { Pdu::parse(received.data) };
            let Ok(pdu) = parsed else { continue };
            let mut frame_set = FrameSet::default();
            for frame in received.frames {
                frame_set.add(*frame, received.time, self.limits.frames, &mut self.counters);
            }
            frame_set.settle();
            security.held(received.frames.iter().max().copied());
            self.pdu(&received, &pdu, &frame_set, security, out);
            security.held(None);
        }
    }

    fn pdu(
        &mut self,
        received: &Received<'_>,
        pdu: &Pdu<'_>,
        frame_set: &FrameSet,
        security: &mut dyn Security,
        out: &mut dyn FnMut(Event<'_, N>),
    ) {
        let header = &pdu.header;
        let side = received.side;
        self.touch(header.activity, security, out);
        let Some(activity) = self.activities.get_mut(&header.activity) else { return };
        let mut known = activity.calls.iter().position(|c| c.sequence == header.sequence);
        let mut surplus = None;
        // After the client's ack the server has forgotten the call: a request that is sent again is executed again. A copy
        // of the first one is none.
        let newest = activity.calls.iter().map(|call| call.sequence).reduce(later);
        let sent_again = |at: &usize| {
            activity.calls.get(*at).is_some_and(|state| {
                // Where the first one was not captured, the one behind its ack can only be another.
                let another = match state.identification {
                    Some(first) => received.identification.is_some_and(|this| this != first),
                    None => state.request.is_unseen(),
                };
                state.acknowledged && newest == Some(header.sequence) && another
            })
        };
        if let (PacketType::Request, Some(at)) = (header.ptype, known.filter(sent_again)) {
            surplus = activity.calls.remove(at);
            self.states = self.states.saturating_sub(1);
            known = None;
        }
        let concludes =
            matches!(header.ptype, PacketType::Request | PacketType::Response | PacketType::Fault | PacketType::Reject);
        let mut index = known;
        if known.is_none() && concludes {
            // An activity has one call at a time: what is below the last request's number is over, and what is below all
            // that is remembered was seen.
            let oldest = activity
                .calls
                .front()
                .filter(|_| activity.calls.len() >= bounds::ACTIVITY_CALLS)
                .map(|call| call.sequence);
            let newest = newest.filter(|_| surplus.is_none());
            let least = if header.ptype == PacketType::Request { newest } else { oldest };
            if least.or(activity.past).is_some_and(|least| later(least, header.sequence) != header.sequence) {
                self.counters.duplicates += 1;
                return;
            }
            let caller = if header.ptype == PacketType::Request { side } else { side.other() };
            if activity.calls.len() >= bounds::ACTIVITY_CALLS {
                surplus = activity.calls.pop_front();
                self.states = self.states.saturating_sub(1);
            }
            index = Some(activity.calls.len());
            // Exactly: there are never many, and each is large.
            activity.calls.reserve_exact(1);
            activity.calls.push_back(State::new(header.sequence, caller));
            if header.ptype == PacketType::Request
                && let Some(state) = activity.calls.back_mut()
            {
                state.identification = received.identification;
            }
            self.states += 1;
        }
        // Repetitions are left out before anything is opened.
        if let Some(state) = index.and_then(|at| activity.calls.get(at)) {
            let repeated = match header.ptype {
                PacketType::Request => state.request.has(header.fragment),
                PacketType::Response => state.answered || state.response.has(header.fragment),
                PacketType::Fault | PacketType::Reject => state.answered,
                _ => false,
            };
            if repeated {
                self.counters.duplicates += 1;
                return;
            }
        }
        let sender = sender_of(header.ptype).unwrap_or_else(|| {
            let client = index.and_then(|at| activity.calls.get(at)).map_or(Side::A, |state| state.client);
            if side == client { Sender::Client } else { Sender::Server }
        });
        let mut scratch = mem::take(&mut self.scratch);
        let cut = received.data.len() < received.wire_len;
        let mut opened = open(received.data, pdu, sender, security, &mut scratch);
        if cut && header.auth_proto != 0 {
            opened = Some(Opened::sealed(CUT));
        }
        let body = opened_body(received.data, pdu, &opened, &scratch);
        let trailer = pdu.verifier.map(|v| v.trailer);
        if trailer.is_some() {
            activity.trailer = trailer;
        }
        if let Some(surplus) = surplus {
            self.close(surplus, security, out);
        }
        let sizes = pdu
            .verifier
            .map_or(Sizes::default(), |v| Sizes { stub: u64::from(header.length), auth: v.value.len() as u64 });
        let parts = Parts {
            side,
            header,
            frame_set,
            fragments: 1,
            trailer,
            opened,
            sizes,
            notes: Notes::default(),
            cut,
            intact: usize::MAX,
        };
        self.dispatch(parts, index, body, sender, received.data, security, out);
        self.scratch = scratch;
    }
}
