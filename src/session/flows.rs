//! The associations that a session keeps, under one budget: when it is used up, those go that were quiet for longest,
//! first among those that have not turned out to be of interest.

use super::packets::{Found, flow, record};
use super::{Record, SessionLimits, Stats};
use crate::auth::{self, Association};
use crate::base::bounded::Bounded;
use crate::base::guid::Guid;
use crate::base::hash::Map;
use crate::net::{Datagram, Origin, Side, Transport};
use crate::rpc::connection::Connection;
use crate::rpc::dg::{self, Conversation};
use crate::session::call_context::CallContext;
use crate::session::inference::{InterfaceInference, Shared};
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// For so many conversations one activity is known by its flow.
const ACTIVITIES: usize = 16;

/// What an association that is given up is told.
const GIVEN_UP: &str = "given up for the limits of the session";

/// An association: a TCP connection or a UDP flow that carries DCE/RPC, or may.
pub(super) struct FlowEntry<A> {
    stream: u64,
    pub(super) rpc: A,
    pub(super) security: Association,
    /// The side that sent the first packet, then the other.
    pub(super) ends: [SocketAddr; 2],
    pub(super) ended: [bool; 2],
    /// Whether a context of ours was seen.
    pub(super) ours: bool,
    /// The interface of its last message.
    pub(super) found: Found,
    /// How often it is passed over before it has to go.
    lives: u8,
    /// What it cost when it was last looked at, bytes.
    cost: usize,
}

impl<A> FlowEntry<A> {
    /// Takes account of what it costs now; returns its stream.
    #[inline]
    fn account(&mut self, cost: usize, total: &mut usize) -> u64 {
        let fresh = self.cost == 0;
        *total = total.saturating_sub(self.cost).saturating_add(cost);
        self.cost = cost;
        // What was of interest once is spared longer, what is new not at all.
        self.lives = match (self.ours, fresh) {
            (true, _) => 3,
            (false, fresh) => u8::from(!fresh),
        };
        self.stream
    }
}

pub(super) type Tracked = FlowEntry<Connection<CallContext>>;
pub(super) type Conversed = FlowEntry<Conversation<CallContext>>;

impl<A> FlowEntry<A> {
    fn new(rpc: A, auth: &Arc<auth::Run>, limits: &SessionLimits, origin: &Origin) -> Box<Self> {
        let security = Association::of_run(Arc::clone(auth), limits.auth);
        let (stream, ends) = (origin.stream, ends(origin));
        let (ended, found) = ([false; 2], Found::default());
        Box::new(FlowEntry { stream, rpc, security, ends, ended, ours: false, found, lives: 0, cost: 0 })
    }
}

/// Associations of one transport, by stream number.
struct Table<A> {
    /// Those that are gone leave their places to others.
    slots: Vec<Option<Box<FlowEntry<A>>>>,
    free: Vec<usize>,
    places: Map<u64, usize>,
    /// The order in which they are looked at for eviction; numbers of those that are gone are left in it for a while.
    queue: VecDeque<u64>,
}

impl<A> Table<A> {
    fn new() -> Self {
        Table { slots: Vec::new(), free: Vec::new(), places: Map::default(), queue: VecDeque::new() }
    }

    fn len(&self) -> usize {
        self.places.len()
    }

    /// The place of an association; `memo` is where it was last time, and becomes where it is.
    #[inline]
    fn place(&mut self, memo: &mut usize, stream: u64, make: impl FnOnce() -> Box<FlowEntry<A>>) -> usize {
        match self.slots.get(*memo) {
            Some(Some(kept)) if kept.stream == stream => {}
            _ => *memo = self.search(stream, make),
        }
        *memo
    }

    fn search(&mut self, stream: u64, make: impl FnOnce() -> Box<FlowEntry<A>>) -> usize {
        if let Some(place) = self.places.get(&stream) {
            return *place;
        }
        self.tidy();
        self.queue.push_back(stream);
        let place = self.free.pop().unwrap_or(self.slots.len());
        match self.slots.get_mut(place) {
            Some(slot) => *slot = Some(make()),
            None => self.slots.push(Some(make())),
        }
        self.places.insert(stream, place);
        place
    }

    #[inline]
    fn at(&mut self, place: usize) -> Option<&mut FlowEntry<A>> {
        self.slots.get_mut(place)?.as_deref_mut()
    }

    fn get_mut(&mut self, stream: u64) -> Option<&mut FlowEntry<A>> {
        let place = *self.places.get(&stream)?;
        self.at(place)
    }

    fn remove(&mut self, stream: u64) -> Option<Box<FlowEntry<A>>> {
        let place = self.places.remove(&stream)?;
        self.free.push(place);
        self.slots.get_mut(place)?.take()
    }

    fn streams(&self) -> Vec<u64> {
        let mut streams: Vec<u64> = self.places.keys().copied().collect();
        streams.sort_unstable();
        streams
    }

    fn values(&self) -> impl Iterator<Item = &FlowEntry<A>> {
        self.slots.iter().flatten().map(|kept| &**kept)
    }

    /// The association whose turn it is to go, never `current`.
    fn victim(&mut self, current: Option<u64>) -> Option<u64> {
        // Each pass takes a life or the number of one that is gone, so that there is an end; `current` has but one turn.
        let mut met = false;
        while let Some(stream) = self.queue.pop_front() {
            let Some(kept) = self.get_mut(stream) else { continue };
            if Some(stream) == current {
                self.queue.push_back(stream);
                if met && self.len() <= 1 {
                    return None;
                }
                met = true;
                continue;
            }
            if kept.lives == 0 {
                return Some(stream);
            }
            kept.lives -= 1;
            self.queue.push_back(stream);
        }
        None
    }

    /// Forgets the numbers of those that are gone, now and then.
    fn tidy(&mut self) {
        if self.queue.len() > 2 * self.len() + 1024 {
            let places = &self.places;
            self.queue.retain(|stream| places.contains_key(stream));
        }
    }
}

/// All associations.
pub(super) struct Flows {
    connections: Table<Connection<CallContext>>,
    conversations: Table<Conversation<CallContext>>,
    activities: Activities,
    cost: usize,
}

/// The UDP flow on which an activity was seen first at an end, and between two hosts. What other hosts send with the same
/// activity, by chance or on purpose, changes nothing of it.
struct Activities {
    by_end: Bounded<(Guid, SocketAddr), u64>,
    /// The lower address first.
    by_hosts: Bounded<(Guid, IpAddr, IpAddr), u64>,
}

impl Activities {
    /// For so many activities, each at two ends.
    fn new(limit: usize) -> Self {
        Activities { by_end: Bounded::new(limit.saturating_mul(2)), by_hosts: Bounded::new(limit) }
    }

    /// The stream on which the activity was seen first: at the sender, at the receiver, between their hosts.
    fn streams(&mut self, activity: Guid, src: SocketAddr, dst: SocketAddr) -> [Option<u64>; 3] {
        let hosts = (activity, src.ip().min(dst.ip()), src.ip().max(dst.ip()));
        [
            self.by_end.get(&(activity, src)).copied(),
            self.by_end.get(&(activity, dst)).copied(),
            self.by_hosts.get(&hosts).copied(),
        ]
    }

    fn insert(&mut self, activity: Guid, src: SocketAddr, dst: SocketAddr, stream: u64) {
        self.by_end.insert((activity, src), stream);
        self.by_end.insert((activity, dst), stream);
        self.by_hosts.insert((activity, src.ip().min(dst.ip()), src.ip().max(dst.ip())), stream);
    }
}

impl Flows {
    pub(super) fn new(limits: &SessionLimits) -> Self {
        let activities = Activities::new(limits.conversations / ACTIVITIES);
        Flows { connections: Table::new(), conversations: Table::new(), activities, cost: 0 }
    }

    /// The stream of another conversation that a datagram belongs to, and the side of it that sent the datagram: that of
    /// the datagram's activity, where one end is the same or both are ports of the same two hosts.
    pub(super) fn conversation_of(&mut self, origin: &Origin, datagram: &Datagram<'_>) -> Option<(u64, Side)> {
        if !dg::Header::plausible(datagram.data, datagram.wire_len) {
            return None;
        }
        let activity = dg::Header::parse(datagram.data).ok()?.activity;
        let (src, dst) = (origin.src, origin.dst);
        for stream in self.activities.streams(activity, src, dst).into_iter().flatten() {
            if stream == origin.stream {
                return None;
            }
            // One that was given up leaves its activity to the next.
            let Some([a, b]) = self.conversations.get_mut(stream).map(|kept| kept.ends) else { continue };
            if src == a || dst == b {
                return Some((stream, Side::A));
            }
            if src == b || dst == a {
                return Some((stream, Side::B));
            }
            // Where both ends are of one host, its ports alone tell them apart.
            if a.ip() != b.ip() {
                return Some((stream, if a.ip() == src.ip() { Side::A } else { Side::B }));
            }
        }
        self.activities.insert(activity, src, dst, origin.stream);
        None
    }

    /// The connection of a stream; `memo` is where it was last time, and becomes where it is.
    #[inline]
    pub(super) fn connection(
        &mut self,
        memo: &mut usize,
        origin: &Origin,
        limits: &SessionLimits,
        auth: &Arc<auth::Run>,
        knowledge: &Shared,
    ) -> Option<&mut Tracked> {
        let place = self.connections.place(memo, origin.stream, || {
            let guesser = InterfaceInference::new(Arc::clone(knowledge), ends(origin));
            FlowEntry::new(Connection::with_resolver(limits.rpc, Box::new(guesser)), auth, limits, origin)
        });
        self.connections.at(place)
    }

    /// The conversation of a stream, and its place.
    pub(super) fn conversation(
        &mut self,
        memo: &mut usize,
        stream: u64,
        origin: &Origin,
        limits: &SessionLimits,
        auth: &Arc<auth::Run>,
    ) -> Option<&mut Conversed> {
        let make = || FlowEntry::new(Conversation::new(limits.rpc), auth, limits, origin);
        let place = self.conversations.place(memo, stream, make);
        self.conversations.at(place)
    }

    /// Takes account of what an association costs now, and makes room where all together cost too much.
    #[inline]
    pub(super) fn settle(
        &mut self,
        transport: Transport,
        place: usize,
        limits: &SessionLimits,
        stats: &mut Stats,
        out: &mut dyn FnMut(&mut Record<'_>),
    ) {
        let stream = match transport {
            Transport::Tcp => {
                let Some(kept) = self.connections.at(place) else { return };
                let cost = kept.rpc.cost().saturating_add(kept.security.cost());
                kept.account(cost, &mut self.cost)
            }
            Transport::Udp => {
                let Some(kept) = self.conversations.at(place) else { return };
                let cost = kept.rpc.cost().saturating_add(kept.security.cost());
                kept.account(cost, &mut self.cost)
            }
        };
        if self.connections.len() > limits.connections.max(1)
            || self.conversations.len() > limits.conversations.max(1)
            || self.cost > limits.association_bytes
        {
            self.make_room(transport, stream, limits, stats, out);
        }
    }

    #[cold]
    fn make_room(
        &mut self,
        transport: Transport,
        stream: u64,
        limits: &SessionLimits,
        stats: &mut Stats,
        out: &mut dyn FnMut(&mut Record<'_>),
    ) {
        while self.connections.len() > limits.connections.max(1) {
            let Some(victim) = self.connections.victim(Some(stream)) else { break };
            stats.connections_evicted += 1;
            self.drop_connection(victim, stats, out);
        }
        while self.conversations.len() > limits.conversations.max(1) {
            let Some(victim) = self.conversations.victim(Some(stream)) else { break };
            stats.conversations_evicted += 1;
            self.drop_conversation(victim, stats, out);
        }
        while self.cost > limits.association_bytes {
            // The transport that brought the trouble pays first.
            let (tcp, udp) = match transport {
                Transport::Tcp => (Some(stream), None),
                Transport::Udp => (None, Some(stream)),
            };
            let tcp_first = transport == Transport::Tcp && self.connections.len() > 1;
            let victim = if tcp_first || self.conversations.len() <= usize::from(udp.is_some()) {
                self.connections.victim(tcp).map(|v| (Transport::Tcp, v))
            } else {
                self.conversations.victim(udp).map(|v| (Transport::Udp, v))
            };
            match victim {
                Some((Transport::Tcp, victim)) => {
                    stats.connections_evicted += 1;
                    self.drop_connection(victim, stats, out);
                }
                Some((Transport::Udp, victim)) => {
                    stats.conversations_evicted += 1;
                    self.drop_conversation(victim, stats, out);
                }
                None => break,
            }
        }
    }

    /// Hands out what is incomplete of a connection and forgets it.
    pub(super) fn drop_connection(&mut self, stream: u64, stats: &mut Stats, out: &mut dyn FnMut(&mut Record<'_>)) {
        let Some(mut kept) = self.connections.remove(stream) else { return };
        self.cost = self.cost.saturating_sub(kept.cost);
        let FlowEntry { rpc, security, ends, .. } = &mut *kept;
        for side in [Side::A, Side::B] {
            rpc.end(side, GIVEN_UP, security, &mut |event| {
                stats.records += 1;
                out(&mut record(flow(Transport::Tcp, stream, ends, event.side), event));
            });
        }
        stats.rpc.add(rpc.counters());
        stats.auth.add(&security.counters());
        stats.associations += u64::from(kept.ours);
    }

    /// Hands out what is incomplete of a conversation and forgets it.
    pub(super) fn drop_conversation(&mut self, stream: u64, stats: &mut Stats, out: &mut dyn FnMut(&mut Record<'_>)) {
        let Some(mut kept) = self.conversations.remove(stream) else { return };
        self.cost = self.cost.saturating_sub(kept.cost);
        let FlowEntry { rpc, security, ends, .. } = &mut *kept;
        rpc.end(security, &mut |event| {
            stats.records += 1;
            out(&mut record(flow(Transport::Udp, stream, ends, event.side), event));
        });
        stats.rpc.add(rpc.counters());
        stats.auth.add(&security.counters());
    }

    /// Hands out everything and forgets it, in the order of the streams.
    pub(super) fn finish(&mut self, stats: &mut Stats, out: &mut dyn FnMut(&mut Record<'_>)) {
        for stream in self.connections.streams() {
            self.drop_connection(stream, stats, out);
        }
        for stream in self.conversations.streams() {
            self.drop_conversation(stream, stats, out);
        }
    }

    /// Adds the counters of those that are still there.
    pub(super) fn count(&self, stats: &mut Stats) {
        stats.activities_forgotten += self.activities.by_hosts.dropped();
        let mut add = |rpc, security: &Association| {
            stats.rpc.add(rpc);
            stats.auth.add(&security.counters());
        };
        self.connections.values().for_each(|kept| add(kept.rpc.counters(), &kept.security));
        self.conversations.values().for_each(|kept| add(kept.rpc.counters(), &kept.security));
    }
}

/// The ends of a flow, the side that sent its first packet first.
fn ends(origin: &Origin) -> [SocketAddr; 2] {
    match origin.from {
        Side::A => [origin.src, origin.dst],
        Side::B => [origin.dst, origin.src],
    }
}
