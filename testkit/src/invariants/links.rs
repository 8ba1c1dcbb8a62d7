//! What must hold for packets of any link type.
//!
//! The first byte picks the link type, the second one the layers that are put around; bit 7 of it says that the packets are
//! IP. Then come packets: two bytes, little-endian, the highest bit set for one that the capture has cut, the rest how many
//! bytes follow.

use super::streams;
use cluscope::internals::capture::LinkType;
use cluscope::internals::net::{
    Chunk, Datagram, Handler, Network, NetworkLimits, Origin, Placed, Side, Stats, Timestamp, Verdict,
};

/// A packet's bytes, and how many more it had on the wire.
type Packet = (Vec<u8>, usize);

/// What a handler was told of some bytes, or of a hole or an end, with the reason.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    origin: Origin,
    frames: Vec<u64>,
    bytes: Vec<u8>,
    wire_len: usize,
    identification: Option<u16>,
    lost: Option<u64>,
    reason: &'static str,
}

/// Takes everything, and looks whether it stands where it is said to stand.
struct Everything<'p> {
    packets: &'p [Packet],
    /// Bytes in front of each packet.
    shift: usize,
    told: Vec<Told>,
    /// Of each segment and datagram: its places, counted from behind what stands in front, and its header.
    places: Vec<(u64, usize, usize)>,
    /// The captured bytes of the datagram at hand.
    placed: Vec<u8>,
}

impl Everything<'_> {
    fn add(&mut self, origin: &Origin, bytes: &[u8], lost: Option<u64>, reason: &'static str) {
        assert!((1..=self.packets.len() as u64).contains(&origin.frame), "{origin:?}");
        self.told.push(Told {
            origin: *origin,
            frames: vec![origin.frame],
            bytes: bytes.to_vec(),
            wire_len: bytes.len(),
            identification: None,
            lost,
            reason,
        });
    }
}

impl Handler for Everything<'_> {
    fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        match chunk {
            Chunk::Data(bytes) => self.add(origin, bytes, None, "data"),
            Chunk::Gap { lost, reason } => self.add(origin, &[], lost, reason),
            Chunk::End { reason } => self.add(origin, &[], None, reason),
        }
        Verdict::Keep
    }

    fn placed(&mut self, origin: &Origin, placed: Placed<'_>) {
        self.placed.clear();
        for place in placed.places {
            let (packet, _) = &self.packets[place.frame as usize - 1];
            let bytes = packet.get(place.at..place.at + place.len).expect("a place lies in its packet");
            self.placed.extend_from_slice(bytes);
            self.places.push((place.frame, place.at - self.shift, place.len));
        }
        assert!(placed.header <= self.placed.len(), "{origin:?}: a header of {} bytes", placed.header);
        self.placed.drain(..placed.header);
    }

    fn udp(&mut self, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        assert!(self.placed.starts_with(datagram.data), "{origin:?}: a datagram is not where it is said to be");
        assert!(datagram.data.len() <= datagram.wire_len && !datagram.frames.is_empty());
        self.add(origin, datagram.data, None, "datagram");
        if let Some(last) = self.told.last_mut() {
            (last.frames, last.wire_len) = (datagram.frames.to_vec(), datagram.wire_len);
            last.identification = datagram.identification;
        }
        Verdict::Keep
    }
}

/// What came of packets.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    told: Vec<Told>,
    places: Vec<(u64, usize, usize)>,
    stats: Stats,
    unread: Vec<String>,
}

/// Reads packets that have so many bytes in front of what matters.
fn outcome(link: LinkType, packets: &[Packet], shift: usize) -> Outcome {
    let limits = NetworkLimits { verify_checksums: packets.len().is_multiple_of(2), ..NetworkLimits::default() };
    let mut network = Network::new(limits);
    let mut seen = Everything { packets, shift, told: Vec::new(), places: Vec::new(), placed: Vec::new() };
    for (frame, (data, cut)) in (1..).zip(packets) {
        network.frame(frame, Some(Timestamp(frame as i64)), link, data, data.len() + cut, &mut seen);
    }
    network.finish(&mut seen);
    let stats = *network.stats();
    assert_eq!(stats.packets, packets.len() as u64);
    // Nothing comes out that did not go in, and nothing twice.
    let (given, taken) = (packets.iter().map(|(data, _)| data.len()), seen.told.iter().map(|told| told.bytes.len()));
    assert!(taken.sum::<usize>() <= given.sum::<usize>(), "more bytes than the packets have");
    let unread = network.unread().iter().map(|(kind, count)| format!("{kind:?} {count:?}")).collect();
    Outcome { told: seen.told, places: seen.places, stats, unread }
}

/// Layers around an IP packet, by number: what a packet is captured as, and what stands in front. `any` is for fields that
/// make no difference.
fn around_ip(number: u8, six: bool, any: u8) -> (LinkType, Vec<u8>) {
    let kind: u16 = if six { 0x86dd } else { 0x0800 };
    let ether = |tags: &[u16]| {
        let mut header = vec![any & 0xfe; 12];
        for tag in tags {
            header.extend(tag.to_be_bytes());
            header.extend([any, any]);
        }
        header.extend(kind.to_be_bytes());
        header
    };
    let behind = |before: &[u8], after: &[u8]| [before, &kind.to_be_bytes(), after].concat();
    match number {
        0 => (LinkType::ETHERNET, ether(&[])),
        1 => (LinkType::ETHERNET, ether(&[0x8100])),
        2 => (LinkType::ETHERNET, ether(&[0x88a8, 0x8100])),
        // Linux cooked capture of an Ethernet interface.
        3 => (LinkType::LINUX_SLL, behind(&[0, any & 3, 0, 1, 0, 6, any, any, any, any, any, any, 0, 0], &[])),
        4 => {
            let rest = [0, 0, 0, 0, 0, any, 0, 1, any & 3, 6, any, any, any, any, any, any, 0, 0];
            (LinkType::LINUX_SLL2, behind(&[], &rest))
        }
        5 => (LinkType::NULL, vec![if six { [10, 23, 24, 28, 30][usize::from(any) % 5] } else { 2 }, 0, 0, 0]),
        6 => (LinkType::LOOP, vec![0, 0, 0, if six { 24 } else { 2 }]),
        7 => (LinkType::PPP, vec![0xff, 0x03, 0, if six { 0x57 } else { 0x21 }]),
        8 => (LinkType::PPP_WITH_DIR, vec![any & 1, 0xff, 0x03, 0, if six { 0x57 } else { 0x21 }]),
        9 => (LinkType::C_HDLC, behind(&[0x0f, 0], &[])),
        10 => (if six { LinkType::IPV6 } else { LinkType::IPV4 }, Vec::new()),
        11 => (LinkType::ENC, [&[if six { 24 } else { 2 }, 0, 0, 0][..], &[any; 8]].concat()),
        12 => (LinkType::APPLE_IP_OVER_IEEE1394, behind(&[any; 16], &[])),
        13 => (LinkType::NETANALYZER_TRANSPARENT, [vec![any; 12], ether(&[])].concat()),
        14 => (LinkType::ATM_RFC1483, behind(&[0xaa, 0xaa, 3, 0, 0, 0], &[])),
        _ => (LinkType::IPOIB, behind(&[any; 40], &[any, any])),
    }
}

/// A header that names the link type of what follows: macOS' packet tap, or per-packet information of so many bytes.
fn named(number: u8, link: LinkType) -> (LinkType, Vec<u8>) {
    let kind = link.0.to_le_bytes();
    if number.is_multiple_of(2) {
        let length = 8 + number;
        return (LinkType::PPI, [&[0, 0, length, 0][..], &kind, &vec![number; usize::from(number)]].concat());
    }
    let length = 12 + number;
    (LinkType::PKTAP, [&[length, 0, 0, 0, 1, 0, 0, 0][..], &kind, &vec![number; usize::from(number)]].concat())
}

/// Packets of a link type that can be read. What comes out lies in the packets, at the place that is told, once. It makes no
/// difference what an IP packet was captured with, nor whether a packet's link type is the file's or told by a header.
pub fn link_types(data: &[u8]) {
    let &[link, layers, ref rest @ ..] = data else { return };
    let mut packets: Vec<Packet> = streams::pieces(rest)
        .map(|(side, bytes)| (bytes.to_vec(), if side == Side::B { usize::from(layers) } else { 0 }))
        .collect();
    let is_ip = layers & 0x80 != 0;
    let link = if is_ip { LinkType::RAW } else { LinkType::READ[usize::from(link) % LinkType::READ.len()] };
    let any = data.first().copied().unwrap_or_default();
    let six = any & 1 != 0;
    if is_ip {
        packets.retain(|(bytes, _)| !bytes.is_empty());
        for first in packets.iter_mut().filter_map(|(bytes, _)| bytes.first_mut()) {
            *first = *first & 0x0f | if six { 0x60 } else { 0x40 };
        }
    }
    let plain = outcome(link, &packets, 0);
    let (other, header) = if is_ip { around_ip(layers & 15, six, any) } else { named(layers & 0x1f, link) };
    let wrapped: Vec<Packet> = packets.iter().map(|(bytes, cut)| ([&header[..], bytes].concat(), *cut)).collect();
    let again = outcome(other, &wrapped, header.len());
    // One more header may be one too many.
    if again.stats.too_deep == plain.stats.too_deep {
        assert_eq!(again, plain, "{link} within {other}");
    }
}
