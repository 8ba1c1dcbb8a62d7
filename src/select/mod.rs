//! A capture without the packets that do not bear on cluster traffic.
//!
//! The captures are read twice. The first time a session reads them as `dissect` does, and [`Wanted`] notes the flows that
//! its records are about: those of our interfaces with the handshakes of their associations, the endpoint mapper's, binds
//! that were refused, and connections of which nothing tells what they carry. The second time [`Sorter`] decides packet by
//! packet: every packet of those flows is kept, those without a payload too (sequence numbers, resets), and so are all that
//! carry a fragment of one; and of the clients the Kerberos exchanges that gave them their tickets (port 88).
//!
//! Flows are told by addresses and ports. So reading what was kept gives the same records; only frames and streams have
//! other numbers, since those in between are gone.
//!
//! `split` and `groups` are for captures that are read by many sessions at a time: which hosts each packet is exchanged
//! between, and which pairs of hosts one session has to read together.

mod groups;
mod sorter;
mod split;
#[cfg(test)]
mod tests;

pub use groups::{By, Groups};
pub use sorter::Sorter;
pub use split::{Bearing, Pair, Splitter, Survey};

use crate::capture::Packet;
use crate::limits::Select;
use crate::net::{Origin, Placed, Sighting, Transport};
use crate::rpc::dg;
use crate::rpc::event::Body;
use crate::rpc::security::Sender;
use crate::session::observed_security::{Tap, Unsealed};
use crate::session::selection::{Choice, Selection};
use crate::session::{Record, SelectionLimits, Session};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The port of Kerberos' key distribution centre (RFC 4120 7.2.1).
const KERBEROS: u16 = 88;

/// A flow: whether TCP, and its two ends, the lower one first.
type Ends = (bool, SocketAddr, SocketAddr);

fn ends(transport: Transport, src: SocketAddr, dst: SocketAddr) -> Ends {
    (transport == Transport::Tcp, src.min(dst), src.max(dst))
}

fn pair(a: IpAddr, b: IpAddr) -> Pair {
    (a.min(b), a.max(b))
}

/// What is to be kept of a capture.
#[derive(Debug)]
pub struct Wanted {
    limits: Select,
    selection: Selection<()>,
    flows: BTreeSet<Ends>,
    /// Hosts all between which is kept, because there are too many flows.
    pairs: BTreeSet<(IpAddr, IpAddr)>,
    /// Hosts between which all datagrams of connectionless RPC are kept: an answer may come from another port.
    datagrams: BTreeSet<(IpAddr, IpAddr)>,
    clients: BTreeSet<IpAddr>,
    /// Flows whose datagrams, by their activity, belong to a conversation that began on another flow, that one included; by the
    /// stream of the conversation, and until it turns out to be wanted.
    joined: BTreeSet<(u64, SocketAddr, SocketAddr)>,
    /// Flows that had no room anywhere.
    left_out: u64,
}

impl Wanted {
    /// Nothing yet.
    pub fn new(limits: Select, selection: impl Into<SelectionLimits>) -> Self {
        Wanted {
            limits,
            selection: Selection::new(selection),
            flows: BTreeSet::new(),
            pairs: BTreeSet::new(),
            datagrams: BTreeSet::new(),
            clients: BTreeSet::new(),
            joined: BTreeSet::new(),
            left_out: 0,
        }
    }

    /// Flows that are wanted and for which there was no room.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Has the session read a packet, and takes note of its records.
    pub fn packet(&mut self, session: &mut Session, packet: &Packet<'_>) {
        let seen = Seen::default();
        session.packet_tapped(packet, &mut &seen, &mut |record| self.record(&record, &seen));
        self.join(&seen);
    }

    /// The same at the end of the capture.
    pub fn finish(&mut self, session: &mut Session) {
        let seen = Seen::default();
        session.finish_tapped(&mut &seen, &mut |record| self.record(&record, &seen));
    }

    /// Remembers which flows have a conversation in common.
    fn join(&mut self, seen: &Seen) {
        for Joined { stream, flows } in seen.joined.take() {
            for [src, dst] in flows {
                let flow = (stream, src.min(dst), src.max(dst));
                if self.joined.len() < self.limits.flows || self.joined.contains(&flow) {
                    self.joined.insert(flow);
                } else {
                    self.left_out += 1;
                }
            }
        }
    }

    fn record(&mut self, record: &Record<'_>, seen: &Seen) {
        self.join(seen);
        match self.selection.choose(record) {
            Choice::Show(_) => {}
            Choice::Hold => return self.selection.hold(record, (), 0),
            Choice::Skip => return,
        }
        let flow = record.flow;
        let client = match (&record.event.body, record.event.sender) {
            (Body::Response { .. } | Body::Fault { .. }, _) | (_, Sender::Server) => flow.dst,
            _ => flow.src,
        };
        let mut all = vec![(flow.src, flow.dst)];
        if flow.transport == Transport::Udp {
            // What completed the message may have come from another port than what began it, or what stands in between.
            all.extend(seen.at.get().map(|at| (at.src, at.dst)));
            let least = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
            while let Some(joined) = self.joined.range((flow.stream, least, least)..).next().copied()
                && joined.0 == flow.stream
            {
                self.joined.remove(&joined);
                all.push((joined.1, joined.2));
            }
        }
        for (src, dst) in all {
            self.want(flow.transport, src, dst);
        }
        if self.clients.len() < self.limits.hosts {
            self.clients.insert(client.ip());
        } else if !self.clients.contains(&client.ip()) {
            self.left_out += 1;
        }
    }

    fn want(&mut self, transport: Transport, src: SocketAddr, dst: SocketAddr) {
        let key = ends(transport, src, dst);
        if self.flows.contains(&key) {
            return;
        }
        let hosts = pair(src.ip(), dst.ip());
        if transport == Transport::Udp && self.datagrams.len() < self.limits.hosts {
            self.datagrams.insert(hosts);
        }
        if self.flows.len() < self.limits.flows {
            self.flows.insert(key);
        } else if self.pairs.len() < self.limits.hosts || self.pairs.contains(&hosts) {
            self.pairs.insert(hosts);
        } else {
            self.left_out += 1;
        }
    }

    /// Whether a packet is kept that holds this.
    fn keeps(&self, sighting: &Sighting<'_>) -> bool {
        let Sighting::Whole { transport, src, dst, .. } = *sighting else { return false };
        let hosts = pair(src.ip(), dst.ip());
        let kerberos = (src.port() == KERBEROS && self.clients.contains(&dst.ip()))
            || (dst.port() == KERBEROS && self.clients.contains(&src.ip()));
        kerberos || self.flows.contains(&ends(transport, src, dst)) || self.pairs.contains(&hosts)
    }

    /// Whether a datagram is kept though nothing was seen of its flow.
    fn keeps_datagram(&self, src: SocketAddr, dst: SocketAddr, data: &[u8], wire_len: usize) -> bool {
        self.datagrams.contains(&pair(src.ip(), dst.ip())) && dg::Header::plausible(data, wire_len)
    }
}

/// Where the segment or datagram at hand comes from, and which conversation it joins.
#[derive(Default)]
struct Seen {
    /// The packet's last one with a payload.
    at: Cell<Option<Origin>>,
    joined: RefCell<Vec<Joined>>,
}

/// Two flows with a conversation in common.
struct Joined {
    /// Of the conversation.
    stream: u64,
    /// The ends of both.
    flows: [[SocketAddr; 2]; 2],
}

impl Tap for &Seen {
    fn placed(&mut self, origin: &Origin, _: Placed<'_>) {
        self.at.set(Some(*origin));
    }

    fn joined(&mut self, origin: &Origin, stream: u64, ends: &[SocketAddr; 2]) {
        self.joined.borrow_mut().push(Joined { stream, flows: [[origin.src, origin.dst], *ends] });
    }

    fn unsealed(&mut self, _: Unsealed<'_>) {}
}
