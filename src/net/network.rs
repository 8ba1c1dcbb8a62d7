//! [`Network`]: takes packets, keeps the flows, calls the handler.

mod ends;
mod fast_path;
mod packet;
mod udp;

use super::decode_as::DecodeAs;
use super::flows::{Flows, Key};
use super::fragments::Fragments;
use super::link::Layer;
use super::reason::Reason;
use super::slice::CapturedSlice;
use super::tcp::{self, Bases, Checksum, Connection, Context, Segment, Sink};
use super::unread::Unread;
use super::{
    Chunk, Handler, Memo, NetworkLimits, Origin, Place, Placed, Side, Sighting, Stats, Timestamp, Transport, Verdict,
    checksum,
};
use crate::capture::{LinkType, Packet};
use ends::Due;
use fast_path::Plain;
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

/// Turns packets into byte streams and datagrams.
///
/// Bounded by [`NetworkLimits`]; whatever was left out or given up is counted in [`Stats`]. Flows belong to a pair of
/// addresses and ports alone, as in Wireshark: VLANs, interfaces and tunnels don't tell them apart.
#[derive(Debug)]
pub struct Network {
    limits: NetworkLimits,
    stats: Stats,
    tcp: Flows<TcpFlow>,
    udp: Flows<UdpFlow>,
    fragments: Fragments,
    unread: Unread,
    decode_as: DecodeAs,
    /// Out-of-order bytes held by all connections.
    held: usize,
    /// Connections that a reset has ended, or seems to have.
    resets: VecDeque<Due>,
    /// When the first of them is ended, in packets.
    next_reset: u64,
    /// Connections of which something waits, and when the first of them is looked at, in nanoseconds of the capture's clock.
    idle: VecDeque<Due>,
    next_idle: i64,
    last: At,
    /// Whether the fast paths are off, so that tests can compare them with the general ones.
    #[cfg(test)]
    general_only: bool,
}

/// The packet at hand.
#[derive(Clone, Copy, Debug, Default)]
struct At {
    frame: u64,
    time: Option<Timestamp>,
    /// Address of its first captured byte.
    start: usize,
    len: usize,
    /// The identification of its innermost IPv4 header.
    identification: Option<u16>,
}

#[derive(Debug)]
struct TcpFlow {
    stream: u64,
    /// Whether side A is the lower end of the key.
    a_is_low: bool,
    bases: Bases,
    state: TcpState,
    /// When something last came of it that was not plain and in turn, and the packets of the capture then.
    last: (Option<Timestamp>, u64),
    /// Whether it is in [`Network::idle`].
    queued: bool,
    /// The handler's.
    memo: Memo,
}

#[derive(Debug)]
enum TcpState {
    Active(Box<Connection>),
    /// The handler wants no more of it.
    Ignored,
    /// Both directions have ended, behind these sequence numbers.
    Closed([u32; 2]),
}

impl TcpFlow {
    /// Whether a segment belongs to another connection than the one that has ended here.
    fn is_another(&self, a_sends: bool, segment: &Segment<'_>) -> bool {
        match &self.state {
            // What was sent again is of the old one, but nothing behind its end.
            TcpState::Closed([a, b]) => !tcp::is_near(segment.seq, if a_sends { *a } else { *b }, 0),
            TcpState::Active(connection) => connection.is_reset() && !connection.is_near(a_sends, segment.seq),
            TcpState::Ignored => false,
        }
    }
}

#[derive(Debug)]
struct UdpFlow {
    stream: u64,
    a_is_low: bool,
    ignored: bool,
    /// Whether its ports were found to name neither a tunnel nor anything else.
    plain: bool,
    /// The handler's.
    memo: usize,
}

/// How a slice of a packet came about.
#[derive(Clone, Copy, Debug)]
struct Way<'a> {
    /// The packets that carried it, in the order of its parts.
    frames: &'a [u64],
    /// What fragments were put together to, and where it stands in the packets; `None` for bytes of the packet itself.
    joined: Option<(&'a [u8], &'a [Place])>,
    /// Tunnels that it went through.
    depth: usize,
}

/// Addresses of an IP packet, sender first.
#[derive(Clone, Copy, Debug)]
struct Ends {
    src: IpAddr,
    dst: IpAddr,
}

/// Gives a direction's chunks to the handler under their origin.
struct Out<'h, H> {
    handler: &'h mut H,
    memo: &'h mut Memo,
    /// Of what side A sends, and of what side B sends.
    origins: [Origin; 2],
    a_sends: bool,
    /// Set when the handler has taken something and wants more.
    wanted: bool,
}

impl<H: Handler> Sink for Out<'_, H> {
    fn chunk(&mut self, at: tcp::At, seq: u32, chunk: Chunk<'_>) -> Verdict {
        let [a, b] = &mut self.origins;
        let origin = if self.a_sends { a } else { b };
        (origin.frame, origin.time, origin.seq) = (at.frame, at.time, seq);
        let verdict = self.handler.tcp_of(self.memo, origin, chunk);
        self.wanted |= verdict == Verdict::Keep;
        verdict
    }

    fn from(&mut self, a_sends: bool) {
        self.a_sends = a_sends;
    }
}

/// Where bytes stand in the packets: those of the packet at hand, or of what was put together.
fn places<'p>(
    last: At,
    part: &[u8],
    way: Way<'p>,
    one: &'p mut [Place; 1],
    several: &'p mut Vec<Place>,
) -> &'p [Place] {
    let Some((whole, places)) = way.joined else {
        let At { frame, start, len, .. } = last;
        let Some(at) = offset_in(part, start, len) else { return &[] };
        *one = [Place { frame, at, len: part.len() }];
        return one;
    };
    let Some(mut skip) = offset_in(part, whole.as_ptr().addr(), whole.len()) else { return &[] };
    let mut left = part.len();
    for place in places {
        let from = skip.min(place.len);
        skip -= from;
        let len = (place.len - from).min(left);
        left -= len;
        if len > 0 {
            several.push(Place { frame: place.frame, at: place.at.saturating_add(from), len });
        }
    }
    several
}

/// Tells where a segment stands, of which so many bytes are its header.
fn place(origin: &Origin, last: At, header: usize, whole: &[u8], way: Way<'_>, handler: &mut impl Handler) {
    let (mut one, mut several) = ([Place::NONE], Vec::new());
    let places = places(last, whole, way, &mut one, &mut several);
    let checksum = whole.get(16..18).and_then(|c| c.try_into().ok()).map_or(0, u16::from_be_bytes);
    handler.placed(origin, Placed { places, header, checksum, bytes: whole });
}

/// Where `part` begins in `whole`, if it is a part of it.
fn offset_in(part: &[u8], start: usize, len: usize) -> Option<usize> {
    let at = part.as_ptr().addr().checked_sub(start)?;
    (at.checked_add(part.len())? <= len).then_some(at)
}

/// The origin of what one side of a flow sends.
#[inline(always)]
fn origin(transport: Transport, key: &Key, stream: u64, a_is_low: bool, a_sends: bool, at: At) -> Origin {
    let from = if a_sends { Side::A } else { Side::B };
    let At { frame, time, .. } = at;
    match key.v4_ends_from(a_is_low == a_sends) {
        Some((src, dst)) => {
            let (src, dst) = (SocketAddr::V4(src), SocketAddr::V4(dst));
            Origin { transport, stream, from, src, dst, frame, time, seq: 0 }
        }
        None => {
            let (src, dst) = key.ends_from(a_is_low == a_sends);
            Origin { transport, stream, from, src, dst, frame, time, seq: 0 }
        }
    }
}

impl Network {
    /// A network that has seen nothing yet.
    #[must_use]
    pub fn new(limits: NetworkLimits) -> Self {
        Network {
            tcp: Flows::new(limits.tcp_flows),
            udp: Flows::new(limits.udp_flows),
            limits,
            stats: Stats::default(),
            fragments: Fragments::default(),
            unread: Unread::default(),
            decode_as: DecodeAs::default(),
            held: 0,
            resets: VecDeque::new(),
            next_reset: u64::MAX,
            idle: VecDeque::new(),
            next_idle: i64::MAX,
            last: At::default(),
            #[cfg(test)]
            general_only: false,
        }
    }

    /// What was seen so far.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Takes ports, EtherTypes, IP protocols and link types for something else from here on.
    pub fn decode_as(&mut self, rules: DecodeAs) {
        self.decode_as = rules;
        self.udp.iter_mut().for_each(|flow| flow.plain = false);
    }

    /// Packets that could not be read down to IP.
    #[must_use]
    pub fn unread(&self) -> &Unread {
        &self.unread
    }

    /// Takes the next packet of a capture.
    pub fn input(&mut self, packet: &Packet<'_>, handler: &mut impl Handler) {
        self.frame(packet.frame, packet.time, packet.link, packet.data, packet.original_len, handler);
    }

    /// The same, for packets from elsewhere. Frame numbers should rise; `original_len` is the length on the wire.
    pub fn frame(
        &mut self,
        frame: u64,
        time: Option<Timestamp>,
        link: LinkType,
        data: &[u8],
        original_len: usize,
        handler: &mut impl Handler,
    ) {
        self.stats.packets += 1;
        if self.stats.packets >= self.next_reset || time.is_some_and(|time| time.0 >= self.next_idle) {
            self.end_due(time, handler);
        }
        self.last = At { frame, time, start: data.as_ptr().addr(), len: data.len(), identification: None };
        if self.decode_as.is_empty() && self.fast_path(link, data, handler) {
            return;
        }
        let slice = CapturedSlice { data, cut: original_len.saturating_sub(data.len()) };
        self.packet(Layer::Link(link), slice, Way { frames: &[frame], joined: None, depth: 0 }, handler);
    }

    /// Hands on what is held and ends every direction: to be called at the end of the capture.
    pub fn finish(&mut self, handler: &mut impl Handler) {
        self.fragments.finish(&mut self.stats);
        let mut flows: Vec<(Key, TcpFlow)> = self.tcp.drain().collect();
        flows.sort_unstable_by_key(|(_, flow)| flow.stream);
        for (key, flow) in flows {
            self.close(&key, flow, Reason::EndOfCapture.text(), handler);
        }
        self.udp.drain().for_each(drop);
    }

    fn tcp(&mut self, ends: Ends, slice: CapturedSlice<'_>, way: Way<'_>, handler: &mut impl Handler) {
        let Some(segment) = Segment::parse(slice) else {
            self.stats.malformed += 1;
            return;
        };
        let src = SocketAddr::new(ends.src, segment.src_port);
        let dst = SocketAddr::new(ends.dst, segment.dst_port);
        self.segment(Key::new(src, dst), &segment, slice, way, handler);
    }

    /// A segment; `slice` is the same with its header.
    fn segment(
        &mut self,
        (key, from_low): (Key, bool),
        segment: &Segment<'_>,
        slice: CapturedSlice<'_>,
        way: Way<'_>,
        handler: &mut impl Handler,
    ) {
        self.stats.tcp_segments += 1;
        let (src, dst) = key.ends_from(from_low);
        handler.sighted(Sighting::Whole { transport: Transport::Tcp, src, dst, frames: way.frames });
        let index = self.tcp_flow(key, from_low, handler);
        let done = Plain::of(segment, slice)
            .is_some_and(|plain| self.segment_fast_path((key, from_low), index, plain, way, handler));
        if !done {
            self.work_out((key, from_low), index, segment, slice, way, handler);
        }
    }

    /// A segment that may be out of order, begin or end something.
    fn work_out(
        &mut self,
        (key, from_low): (Key, bool),
        index: usize,
        segment: &Segment<'_>,
        slice: CapturedSlice<'_>,
        way: Way<'_>,
        handler: &mut impl Handler,
    ) {
        if self.tcp.at(index).is_some_and(|flow| flow.bases.is_reuse(segment, from_low)) {
            self.stats.tcp_port_reuses += 1;
            let flow = self.new_stream(from_low);
            if let Some(old) = self.tcp.at(index).map(|slot| std::mem::replace(slot, flow)) {
                self.close(&key, old, Reason::PortReuse.text(), handler);
            }
        }
        let Some(flow) = self.tcp.at(index) else { return };
        if !matches!(flow.state, TcpState::Active(_)) && flow.bases.is_unannounced(segment, from_low) {
            // Under the same number, as Wireshark does.
            self.stats.tcp_port_reuses += 1;
            flow.bases = Bases::default();
            flow.state = TcpState::Active(Box::default());
        }
        let a_sends = from_low == flow.a_is_low;
        if !segment.payload.data.is_empty() && flow.is_another(a_sends, segment) {
            // A connection whose SYN the capture has missed, under the same number.
            self.stats.tcp_port_reuses += 1;
            let renewed = flow.renewed();
            let old = std::mem::replace(flow, renewed);
            self.close(&key, old, Reason::PortReuse.text(), handler);
        }
        let Some(flow) = self.tcp.at(index) else { return };
        flow.bases.note(segment, from_low);
        flow.last = (self.last.time, self.stats.packets);
        if !segment.usable {
            self.stats.malformed += 1;
            return;
        }
        let TcpState::Active(connection) = &mut flow.state else {
            let ended = matches!(flow.state, TcpState::Closed(_));
            self.stats.tcp_after_end += u64::from(ended && !segment.payload.data.is_empty());
            return;
        };
        if !segment.payload.data.is_empty() && !segment.rst && handler.wants_places() {
            let mut origin = origin(Transport::Tcp, &key, flow.stream, flow.a_is_low, a_sends, self.last);
            origin.seq = segment.seq.wrapping_add(u32::from(segment.syn));
            let header = slice.data.len() - segment.payload.data.len();
            place(&origin, self.last, header, slice.data, way, handler);
        }
        let mut checksum = Checksum::Unknown;
        if self.limits.verify_checksums && slice.cut == 0 {
            checksum = checksum_of(&key, slice.data);
        }
        let before = connection.held();
        let mut context = Context {
            at: tcp::At { frame: self.last.frame, time: self.last.time },
            limits: &self.limits,
            stats: &mut self.stats,
            held_elsewhere: self.held.saturating_sub(before),
            clock: 0,
        };
        let origins = [true, false].map(|a| origin(Transport::Tcp, &key, flow.stream, flow.a_is_low, a, self.last));
        let mut out = Out { handler, memo: &mut flow.memo, origins, a_sends, wanted: false };
        let verdict = connection.segment(a_sends, segment, checksum, &mut context, &mut out);
        let wanted = out.wanted;
        let checked = self.limits.verify_checksums && slice.cut == 0 && verdict == Verdict::Keep;
        self.stats.bad_transport_checksums += u64::from(checked && checksum != Checksum::Right);
        if verdict == Verdict::Ignore {
            flow.state = TcpState::Ignored;
            self.held = self.held.saturating_sub(before);
            self.tcp.want(index, false);
        } else {
            self.held = self.held.saturating_sub(before).saturating_add(connection.held());
            if connection.has_ended() {
                flow.state = TcpState::Closed(connection.ends());
                self.tcp.want(index, false);
            } else if segment.rst && connection.is_reset() {
                let stream = flow.stream;
                self.tcp.want(index, false);
                self.note_reset((key, index, stream), handler);
            } else {
                let (waits, stream) = (!flow.queued && connection.held() > 0, flow.stream);
                if wanted {
                    self.tcp.want(index, true);
                }
                if waits {
                    self.note_waiting((key, index, stream), handler);
                }
            }
        }
    }

    /// The flow of these end points, a new one if need be.
    #[inline]
    fn tcp_flow(&mut self, key: Key, from_low: bool, handler: &mut impl Handler) -> usize {
        match self.tcp.find(&key) {
            Some(index) => index,
            None => self.new_tcp_flow(key, from_low, handler),
        }
    }

    #[cold]
    fn new_tcp_flow(&mut self, key: Key, from_low: bool, handler: &mut impl Handler) -> usize {
        let mut flow = self.new_stream(from_low);
        let (low, high) = key.ends();
        if self.decode_as.ignores_tcp(low.port()) || self.decode_as.ignores_tcp(high.port()) {
            flow.state = TcpState::Ignored;
        }
        let (index, evicted) = self.tcp.insert(key, flow);
        if let Some((key, flow)) = evicted {
            self.stats.tcp_evictions += 1;
            self.close(&key, flow, Reason::Evicted.text(), handler);
        }
        index
    }

    fn new_stream(&mut self, from_low: bool) -> TcpFlow {
        let stream = self.stats.tcp_streams;
        self.stats.tcp_streams += 1;
        let state = TcpState::Active(Box::default());
        TcpFlow {
            stream,
            a_is_low: from_low,
            bases: Bases::default(),
            state,
            last: (None, 0),
            queued: false,
            memo: Memo::default(),
        }
    }

    /// Hands on what a flow holds and ends its directions.
    fn close(&mut self, key: &Key, mut flow: TcpFlow, reason: &'static str, handler: &mut impl Handler) {
        let TcpState::Active(mut connection) = flow.state else { return };
        self.held = self.held.saturating_sub(connection.held());
        let mut context = Context {
            at: tcp::At { frame: self.last.frame, time: self.last.time },
            limits: &self.limits,
            stats: &mut self.stats,
            held_elsewhere: self.held,
            clock: 0,
        };
        let origins = [true, false].map(|a| origin(Transport::Tcp, key, flow.stream, flow.a_is_low, a, self.last));
        let mut out = Out { handler, memo: &mut flow.memo, origins, a_sends: true, wanted: false };
        let _ = connection.close([reason; 2], true, &mut context, &mut out);
    }
}

/// What the checksum of a whole segment says; one that a network card was to fill in says nothing.
#[inline]
fn checksum_of(key: &Key, segment: &[u8]) -> Checksum {
    let addresses = key.addresses();
    if checksum::segment_is_right(addresses, 6, segment) { Checksum::Right } else { not_right(addresses, segment) }
}

/// The same of one that is not right.
#[cold]
#[inline(never)]
fn not_right(addresses: u64, segment: &[u8]) -> Checksum {
    let offloaded = checksum::is_offloaded(addresses, 6, segment.len(), segment.get(16..18));
    if offloaded { Checksum::Unknown } else { Checksum::Wrong }
}

#[cfg(test)]
#[path = "network_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "numbering_tests.rs"]
mod numbering_tests;

#[cfg(test)]
#[path = "counted_tests.rs"]
mod counted_tests;
