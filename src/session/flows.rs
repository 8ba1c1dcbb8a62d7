//! The associations that a session keeps, under one budget: when it is used up, those go that were quiet for longest,
//! first among those that have not turned out to be of interest.

use super::{Limits, Record, Stats, flow, record};
use crate::auth::{Association, KeyStore};
use crate::context::CallContext;
use crate::hash::Map;
use crate::net::{Origin, Side, Transport};
use crate::resolve::{Guesser, Shared};
use crate::rpc::connection::Connection;
use crate::rpc::dg::Conversation;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

/// What an association that is given up is told.
const GIVEN_UP: &str = "given up for the limits of the session";

/// An association: a TCP connection or a UDP flow that carries DCE/RPC, or may.
pub(super) struct Kept<A> {
    pub(super) rpc: A,
    pub(super) security: Association,
    /// The side that sent the first packet, then the other.
    pub(super) ends: [SocketAddr; 2],
    pub(super) ended: [bool; 2],
    /// Whether a context of ours was seen.
    pub(super) ours: bool,
    /// How often it is passed over before it has to go.
    lives: u8,
    /// What it cost when it was last looked at, octets.
    cost: usize,
}

pub(super) type Tracked = Kept<Connection<CallContext>>;
pub(super) type Conversed = Kept<Conversation<CallContext>>;

impl<A> Kept<A> {
    fn new(rpc: A, keys: &Arc<KeyStore>, limits: &Limits, ends: [SocketAddr; 2]) -> Box<Self> {
        let security = Association::with_limits(Arc::clone(keys), limits.auth);
        Box::new(Kept { rpc, security, ends, ended: [false; 2], ours: false, lives: 0, cost: 0 })
    }
}

/// Associations of one transport, by stream number.
struct Table<A> {
    kept: Map<u64, Box<Kept<A>>>,
    /// The order in which they are looked at for eviction; numbers of those that are gone are left in it for a while.
    queue: VecDeque<u64>,
}

impl<A> Table<A> {
    fn new() -> Self {
        Table { kept: Map::default(), queue: VecDeque::new() }
    }

    fn get(&mut self, stream: u64, make: impl FnOnce() -> Box<Kept<A>>) -> &mut Kept<A> {
        let queue = &mut self.queue;
        self.kept.entry(stream).or_insert_with(|| {
            queue.push_back(stream);
            make()
        })
    }

    /// The association whose turn it is to go, never `current`.
    fn victim(&mut self, current: Option<u64>) -> Option<u64> {
        // Each pass takes a life or the number of one that is gone, so that there is an end; `current` has but one turn.
        let mut met = false;
        while let Some(stream) = self.queue.pop_front() {
            let Some(kept) = self.kept.get_mut(&stream) else { continue };
            if Some(stream) == current {
                self.queue.push_back(stream);
                if met && self.kept.len() <= 1 {
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
        if self.queue.len() > 2 * self.kept.len() + 1024 {
            let kept = &self.kept;
            self.queue.retain(|stream| kept.contains_key(stream));
        }
    }
}

/// All associations.
pub(super) struct Flows {
    connections: Table<Connection<CallContext>>,
    conversations: Table<Conversation<CallContext>>,
    cost: usize,
}

impl Flows {
    pub(super) fn new() -> Self {
        Flows { connections: Table::new(), conversations: Table::new(), cost: 0 }
    }

    /// The connection of a stream.
    pub(super) fn connection(
        &mut self,
        origin: &Origin,
        limits: &Limits,
        keys: &Arc<KeyStore>,
        knowledge: &Shared,
    ) -> &mut Tracked {
        self.connections.get(origin.stream, || {
            let guesser = Guesser::new(Arc::clone(knowledge), ends(origin));
            Kept::new(Connection::with_resolver(limits.rpc, Box::new(guesser)), keys, limits, ends(origin))
        })
    }

    /// The conversation of a stream.
    pub(super) fn conversation(&mut self, origin: &Origin, limits: &Limits, keys: &Arc<KeyStore>) -> &mut Conversed {
        self.conversations.get(origin.stream, || Kept::new(Conversation::new(limits.rpc), keys, limits, ends(origin)))
    }

    /// Takes account of what an association costs now, and makes room where all together cost too much.
    pub(super) fn settle(
        &mut self,
        transport: Transport,
        stream: u64,
        limits: &Limits,
        stats: &mut Stats,
        out: &mut dyn FnMut(Record<'_>),
    ) {
        let account = |kept: (&mut usize, &mut u8, bool), cost: usize, total: &mut usize| {
            let (before, lives, ours) = kept;
            *total = total.saturating_sub(*before).saturating_add(cost);
            *before = cost;
            // What was of interest once is spared longer.
            *lives = if ours { 3 } else { 1 };
        };
        match transport {
            Transport::Tcp => {
                if let Some(k) = self.connections.kept.get_mut(&stream) {
                    let cost = k.rpc.cost().saturating_add(k.security.cost());
                    let fresh = k.cost == 0;
                    account((&mut k.cost, &mut k.lives, k.ours), cost, &mut self.cost);
                    k.lives -= u8::from(fresh && !k.ours);
                }
            }
            Transport::Udp => {
                if let Some(k) = self.conversations.kept.get_mut(&stream) {
                    let cost = k.rpc.cost().saturating_add(k.security.cost());
                    let fresh = k.cost == 0;
                    account((&mut k.cost, &mut k.lives, k.ours), cost, &mut self.cost);
                    k.lives -= u8::from(fresh && !k.ours);
                }
            }
        }
        while self.connections.kept.len() > limits.connections.max(1) {
            let Some(victim) = self.connections.victim(Some(stream)) else { break };
            stats.connections_evicted += 1;
            self.drop_connection(victim, stats, out);
        }
        while self.conversations.kept.len() > limits.conversations.max(1) {
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
            let tcp_first = transport == Transport::Tcp && self.connections.kept.len() > 1;
            let victim = if tcp_first || self.conversations.kept.len() <= usize::from(udp.is_some()) {
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
        self.connections.tidy();
        self.conversations.tidy();
    }

    /// Hands out what is incomplete of a connection and forgets it.
    pub(super) fn drop_connection(&mut self, stream: u64, stats: &mut Stats, out: &mut dyn FnMut(Record<'_>)) {
        let Some(mut kept) = self.connections.kept.remove(&stream) else { return };
        self.cost = self.cost.saturating_sub(kept.cost);
        let Kept { rpc, security, ends, .. } = &mut *kept;
        for side in [Side::A, Side::B] {
            rpc.end(side, GIVEN_UP, security, &mut |event| {
                stats.records += 1;
                out(record(flow(Transport::Tcp, stream, *ends, event.side), event));
            });
        }
        stats.rpc.add(rpc.counters());
        stats.auth.add(&security.counters());
        stats.associations += u64::from(kept.ours);
    }

    /// Hands out what is incomplete of a conversation and forgets it.
    pub(super) fn drop_conversation(&mut self, stream: u64, stats: &mut Stats, out: &mut dyn FnMut(Record<'_>)) {
        let Some(mut kept) = self.conversations.kept.remove(&stream) else { return };
        self.cost = self.cost.saturating_sub(kept.cost);
        let Kept { rpc, security, ends, .. } = &mut *kept;
        rpc.end(security, &mut |event| {
            stats.records += 1;
            out(record(flow(Transport::Udp, stream, *ends, event.side), event));
        });
        stats.rpc.add(rpc.counters());
        stats.auth.add(&security.counters());
    }

    /// Hands out everything and forgets it, in the order of the streams.
    pub(super) fn finish(&mut self, stats: &mut Stats, out: &mut dyn FnMut(Record<'_>)) {
        let mut streams: Vec<u64> = self.connections.kept.keys().copied().collect();
        streams.sort_unstable();
        for stream in streams {
            self.drop_connection(stream, stats, out);
        }
        let mut streams: Vec<u64> = self.conversations.kept.keys().copied().collect();
        streams.sort_unstable();
        for stream in streams {
            self.drop_conversation(stream, stats, out);
        }
    }

    /// Adds the counters of those that are still there.
    pub(super) fn count(&self, stats: &mut Stats) {
        let mut add = |rpc, security: &Association| {
            stats.rpc.add(rpc);
            stats.auth.add(&security.counters());
        };
        self.connections.kept.values().for_each(|kept| add(kept.rpc.counters(), &kept.security));
        self.conversations.kept.values().for_each(|kept| add(kept.rpc.counters(), &kept.security));
    }
}

/// The ends of a flow, the side that sent its first packet first.
fn ends(origin: &Origin) -> [SocketAddr; 2] {
    match origin.from {
        Side::A => [origin.src, origin.dst],
        Side::B => [origin.dst, origin.src],
    }
}
