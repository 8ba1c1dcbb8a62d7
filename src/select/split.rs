//! The two hosts that each packet is exchanged between, as a session reads it: link layers, VLAN tags and tunnels taken
//! off, fragments of IP packets with the others of their datagram.
//!
//! [`Splitter`] tells of each packet its pair; [`Survey`] tells of a capture which pairs there are and what they carry, for
//! [`Groups`](super::Groups) to decide which of them have to stay together.

use super::{Joined, Seen, pair};
use crate::base::bounded::Bounded;
use crate::capture::Packet;
use crate::idl;
use crate::limits::Select;
use crate::ndr::Interface;
use crate::net::{Chunk, Datagram, DecodeAs, Handler, Network, NetworkLimits, Origin, Sighting, Transport, Verdict};
use crate::rpc::event::Body;
use crate::session::inference::served;
use crate::session::{Record, Session};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Two hosts, the lower address first.
pub type Pair = (IpAddr, IpAddr);

/// What a session makes of the packets of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bearing {
    /// No record.
    Nothing,
    /// Records, but none about the cluster: the endpoint mapper's, refused binds, messages of unknown interfaces.
    Rpc,
    /// Messages of an interface of ours, a bind that proposes one, or an endpoint mapper's answer that names one.
    Cluster,
}

impl Bearing {
    /// All of them.
    pub const ALL: [Bearing; 3] = [Bearing::Nothing, Bearing::Rpc, Bearing::Cluster];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Bearing::Nothing => "nothing",
            Bearing::Rpc => "rpc",
            Bearing::Cluster => "cluster",
        }
    }
}

/// Tells of each packet of a capture which pair of hosts it belongs to.
pub struct Splitter {
    network: Network,
    limits: Select,
    /// Fragments of datagrams that are not complete: the ends that their own IP header names.
    waiting: Bounded<u64, Pair>,
    links: BTreeSet<(Pair, Pair)>,
    left_out: u64,
}

impl core::fmt::Debug for Splitter {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Splitter").field("links", &self.links).field("left_out", &self.left_out).finish_non_exhaustive()
    }
}

impl Splitter {
    /// A splitter that reads link layers, IP and tunnels under the same limits and rules as a session.
    #[must_use]
    pub fn new(limits: Select, network: NetworkLimits, rules: DecodeAs) -> Self {
        let mut network = Network::new(network);
        network.decode_as(rules);
        let waiting = Bounded::new(limits.hosts);
        Splitter { network, limits, waiting, links: BTreeSet::new(), left_out: 0 }
    }

    /// The hosts that exchange a packet; `None` for one that holds neither a TCP segment nor a datagram nor a fragment, of
    /// which a session makes nothing.
    pub fn packet(&mut self, packet: &Packet<'_>) -> Option<Pair> {
        let mut found = Found::default();
        self.network.input(packet, &mut found);
        let Found { pairs, fragment, joined } = found;
        let belongs = pairs.first().copied().or(fragment);
        // Several packets in one, as 802.11 aggregates them.
        for other in pairs.iter().skip(1) {
            self.link(belongs, *other);
        }
        // Those that were fragments of this one have the ends of the tunnel, if it came through one in fragments.
        for frame in joined {
            if let Some(ends) = self.waiting.remove(&frame) {
                self.link(belongs, ends);
            }
        }
        if let (Some(ends), true) = (fragment, pairs.is_empty()) {
            self.waiting.insert(packet.frame, ends);
        }
        belongs
    }

    fn link(&mut self, one: Option<Pair>, other: Pair) {
        let Some(one) = one.filter(|one| *one != other) else { return };
        let link = (one.min(other), one.max(other));
        if self.links.len() < self.limits.hosts || self.links.contains(&link) {
            self.links.insert(link);
        } else {
            self.left_out += 1;
        }
    }

    /// How often there was no room for a link or a fragment that waits for others.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.left_out + self.waiting.dropped() + self.network.stats().fragment_evictions
    }

    /// Pairs that share a packet, so that they have to be read together.
    pub fn links(&self) -> impl Iterator<Item = (Pair, Pair)> + '_ {
        self.links.iter().copied()
    }
}

/// What a packet holds.
#[derive(Default)]
struct Found {
    /// The hosts of each segment and datagram that is no tunnel.
    pairs: Vec<Pair>,
    /// The ends of a fragment of which others are missing.
    fragment: Option<Pair>,
    /// Packets that are complete with this one.
    joined: Vec<u64>,
}

impl Found {
    fn whole(&mut self, hosts: Pair, frames: &[u64]) {
        if !self.pairs.contains(&hosts) {
            self.pairs.push(hosts);
        }
        if frames.len() > 1 {
            self.joined.extend_from_slice(frames);
        }
    }
}

impl Handler for Found {
    fn sighted(&mut self, sighting: Sighting<'_>) {
        match sighting {
            Sighting::Fragment { src, dst } => self.fragment = Some(pair(src, dst)),
            Sighting::Whole { transport: Transport::Tcp, src, dst, frames } => {
                self.whole(pair(src.ip(), dst.ip()), frames);
            }
            // A datagram may be a tunnel; `udp` gets those that are none.
            Sighting::Whole { transport: Transport::Udp, .. } => {}
        }
    }

    fn wants_places(&self) -> bool {
        false
    }

    fn tcp(&mut self, _: &Origin, _: Chunk<'_>) -> Verdict {
        // The addresses decide; nothing is put together.
        Verdict::Ignore
    }

    fn udp(&mut self, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        self.whole(pair(origin.src.ip(), origin.dst.ip()), datagram.frames);
        Verdict::Keep
    }
}

/// Which pairs of hosts a capture has, and what they carry.
#[derive(Debug)]
pub struct Survey {
    splitter: Splitter,
    pairs: BTreeMap<Pair, Bearing>,
}

impl Survey {
    /// Nothing yet; the arguments are those of [`Splitter::new`].
    #[must_use]
    pub fn new(limits: Select, network: NetworkLimits, rules: DecodeAs) -> Self {
        Survey { splitter: Splitter::new(limits, network, rules), pairs: BTreeMap::new() }
    }

    /// Has the session read a packet, and takes note of its hosts and its records.
    pub fn packet(&mut self, session: &mut Session, packet: &Packet<'_>) {
        if let Some(pair) = self.splitter.packet(packet) {
            self.note(pair, Bearing::Nothing);
        }
        let seen = Seen::default();
        session.packet_tapped(packet, &mut &seen, &mut |record| self.record(&record, seen.at.get()));
        for Joined { flows, .. } in seen.joined.take() {
            let [one, other] = flows.map(|[src, dst]| pair(src.ip(), dst.ip()));
            self.splitter.link(Some(one), other);
        }
    }

    /// The same at the end of the capture.
    pub fn finish(&mut self, session: &mut Session) {
        session.finish(&mut |record| self.record(&record, None));
    }

    /// The pairs, in the order of their addresses.
    pub fn pairs(&self) -> impl Iterator<Item = (Pair, Bearing)> + '_ {
        self.pairs.iter().map(|(pair, bearing)| (*pair, *bearing))
    }

    /// Pairs that share a packet or a conversation.
    pub fn links(&self) -> impl Iterator<Item = (Pair, Pair)> + '_ {
        self.splitter.links()
    }

    /// How often there was no room for a pair, a link or a fragment that waits for others ([`Select::hosts`], and
    /// [`NetworkLimits`] for fragments): each packet of a pair without room counts, and each record of it again.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.splitter.left_out()
    }

    fn note(&mut self, pair: Pair, bearing: Bearing) {
        if let Some(known) = self.pairs.get_mut(&pair) {
            *known = bearing.max(*known);
        } else if self.pairs.len() < self.splitter.limits.hosts {
            self.pairs.insert(pair, bearing);
        } else {
            self.splitter.left_out += 1;
        }
    }

    /// `at`: where the packet's last segment or datagram with a payload comes from.
    fn record(&mut self, record: &Record<'_>, at: Option<Origin>) {
        let flow = record.flow;
        let mut bearing = Bearing::Rpc;
        let proposed = match &record.event.body {
            Body::Bind(p) | Body::AlterContext(p) => {
                p.contexts.iter().filter_map(|c| idl::interface_by_uuid(&c.abstract_syntax.uuid.0)).any(is_cluster)
            }
            _ => false,
        };
        if proposed || record.interface.is_some_and(|(interface, _)| is_cluster(interface)) {
            bearing = Bearing::Cluster;
        }
        let mut hosts = Vec::new();
        served(record, &mut |_, server, interface, _| {
            if idl::interface_by_uuid(&interface.uuid.0).is_some_and(is_cluster) {
                hosts.push(server.ip());
            }
        });
        for host in hosts {
            bearing = Bearing::Cluster;
            // An endpoint mapper may name another host than its own.
            if host != flow.src.ip() {
                self.note(pair(host, flow.src.ip()), Bearing::Cluster);
            }
        }
        self.note(pair(flow.src.ip(), flow.dst.ip()), bearing);
        // What completed the message may have come from another host than what began it.
        if let Some(at) = at.filter(|_| flow.transport == Transport::Udp) {
            let (other, own) = (pair(at.src.ip(), at.dst.ip()), pair(flow.src.ip(), flow.dst.ip()));
            self.note(other, bearing);
            self.splitter.link(Some(own), other);
        }
    }
}

/// Whether an interface is one of ours and not the endpoint mapper's.
fn is_cluster(interface: &'static Interface) -> bool {
    !core::ptr::eq(interface, &idl::EPM)
}
