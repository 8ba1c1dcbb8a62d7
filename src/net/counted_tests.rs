//! What is counted of packets, where their parts stand in them, and which checksums are right.

use super::super::build::*;
use super::super::tcp::Segment;
use super::*;
use crate::net::Datagram;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What was placed: places, header, checksum, and the sequence number of its payload.
type Told = (Vec<Place>, usize, u16, u32);

#[derive(Default)]
struct Log {
    placed: Vec<Told>,
    udp: Vec<Vec<u8>>,
}

impl Handler for Log {
    fn tcp(&mut self, _: &Origin, _: Chunk<'_>) -> Verdict {
        Verdict::Keep
    }
    fn udp(&mut self, _: &Origin, datagram: Datagram<'_>) -> Verdict {
        self.udp.push(datagram.data.to_vec());
        Verdict::Keep
    }
    fn placed(&mut self, origin: &Origin, placed: Placed<'_>) {
        self.placed.push((placed.places.to_vec(), placed.header, placed.checksum, origin.seq));
    }
}

fn fed(limits: NetworkLimits, packets: &[Vec<u8>]) -> (Log, Stats) {
    let (mut network, mut log) = (Network::new(limits), Log::default());
    for (frame, data) in packets.iter().enumerate() {
        network.frame(frame as u64 + 1, None, LinkType::RAW, data, data.len(), &mut log);
    }
    (log, *network.stats())
}

fn place(frame: u64, at: usize, len: usize) -> Place {
    Place { frame, at, len }
}

/// Offsets are counted from the first byte that was captured: behind 20 bytes of IPv4, 40 of IPv6.
#[test]
fn places_of_whole_packets() {
    let mut datagram = udp(5, 6, b"hello");
    datagram[6..8].copy_from_slice(&[0x12, 0x34]);
    let mut segment = tcp(1, 2, 100, 0, ACK, b"data");
    segment[16..18].copy_from_slice(&[0x56, 0x78]);
    let packets = [
        ipv4(A, B, 17, &datagram),
        ipv6(17, &udp(5, 6, b"hello")),
        ipv4(A, B, 6, &segment),
        // Nothing to change in these: no payload, a reset.
        ipv4(A, B, 6, &tcp(1, 2, 104, 0, ACK, b"")),
        ipv4(A, B, 6, &tcp(1, 2, 104, 0, RST, b"why")),
        // A first segment with data: its data begins behind the SYN.
        ipv4(A, B, 6, &tcp(3, 4, 7, 0, SYN, b"early")),
    ];
    let (log, stats) = fed(NetworkLimits::default(), &packets);
    assert_eq!(
        log.placed,
        [
            (vec![place(1, 20, 13)], 8, 0x1234, 0),
            (vec![place(2, 40, 13)], 8, 0, 0),
            (vec![place(3, 20, 24)], 20, 0x5678, 100),
            (vec![place(6, 20, 25)], 20, 0, 8),
        ]
    );
    assert_eq!((stats.packets, stats.udp_datagrams, stats.tcp_segments), (6, 2, 4));
    assert_eq!((stats.udp_streams, stats.tcp_streams, stats.malformed), (2, 2, 0));
}

/// A datagram of three fragments has three places; what a tunnel header takes of them is not in them.
#[test]
fn places_of_fragments() {
    let datagram = udp(5, 6, b"0123456789abcdefgh");
    let fragments = |protocol: u8, whole: &[u8]| {
        let part = |range: std::ops::Range<usize>, more: u16| {
            ipv4_fragment(A, B, protocol, 9, more | (range.start / 8) as u16, &whole[range])
        };
        [part(0..8, 0x2000), part(8..16, 0x2000), part(16..whole.len(), 0)]
    };
    let (log, stats) = fed(NetworkLimits::default(), &fragments(17, &datagram));
    assert_eq!(log.placed, [(vec![place(1, 20, 8), place(2, 20, 8), place(3, 20, 10)], 8, 0, 0)]);
    assert_eq!((stats.fragments, stats.reassembled), (3, 1));
    // IP in IP, in fragments: the inner header's 20 bytes take all of the first one and 4 of the second, the UDP header
    // begins there.
    let inner = ipv4(A, B, 17, &udp(5, 6, b"hi"));
    let (log, stats) = fed(NetworkLimits::default(), &fragments(4, &inner));
    assert_eq!(log.placed, [(vec![place(3, 24, 10)], 8, 0, 0)]);
    assert_eq!((stats.tunnelled, log.udp), (1, vec![b"hi".to_vec()]));
}

/// Each thing that is wrong counts once, each time.
#[test]
fn counters() {
    let twice = |packet: Vec<u8>| fed(NetworkLimits::default(), &[packet.clone(), packet]).1;
    assert_eq!(twice(ipv4(A, B, 253, b"")).other_protocol, 2);
    assert_eq!(twice(ipv4(A, B, 253, b"")).malformed, 0);
    assert_eq!(twice(vec![0x45, 0]).malformed, 2);
    assert_eq!(twice(ipv4(A, B, 17, b"short")).malformed, 2);
    assert_eq!(twice(ipv4(A, B, 6, &[0; 15])).malformed, 2);
    assert_eq!(twice(ipv4(A, B, 47, &[0x40, 0, 8, 0])).malformed, 2);
    assert_eq!(twice(ipv4(A, B, 1, &[3; 30])).other_protocol, 2);
    let mut lying = udp(5, 6, b"");
    lying[5] = 7;
    let stats = twice(ipv4(A, B, 17, &lying));
    assert_eq!((stats.malformed, stats.udp_datagrams), (2, 0));
    // A segment whose header is longer than itself still counts a stream.
    let mut long = tcp(1, 2, 1, 0, ACK, b"");
    long[12] = 0x60;
    let stats = twice(ipv4(A, B, 6, &long));
    assert_eq!((stats.malformed, stats.tcp_segments, stats.tcp_streams), (2, 2, 1));
    // Tunnel in tunnel, up to the limit and one more.
    let mut packet = ipv4(A, B, 17, &udp(5, 6, b"x"));
    let tunnels = NetworkLimits::default().tunnels;
    for _ in 0..tunnels {
        packet = ipv4(A, B, 4, &packet);
    }
    let stats = twice(packet.clone());
    assert_eq!((stats.udp_datagrams, stats.tunnelled, stats.too_deep), (2, 2 * tunnels as u64, 0));
    let stats = twice(ipv4(A, B, 4, &packet));
    assert_eq!((stats.udp_datagrams, stats.tunnelled, stats.too_deep), (0, 2 * tunnels as u64, 2));
    // A fragment within what was put together from fragments: IPv6 lets it be written.
    let inner = [&[17, 0, 0, 1, 0, 0, 0, 1][..], b"12345678"].concat();
    let outer = |flags: u8, data: &[u8]| ipv6(44, &[&[44, 0, 0, flags, 0, 0, 0, 2][..], data].concat());
    let packets = [outer(1, &inner), outer(16, b"end")];
    let (log, stats) = fed(NetworkLimits::default(), &packets);
    assert_eq!((stats.malformed, stats.reassembled, log.udp.len()), (1, 1, 0));
}

/// RFC 1071, RFC 8200 8.1: the sums are worked out by hand. A segment of which a part is missing has none.
#[test]
fn checksums() {
    let limits = NetworkLimits { verify_checksums: true, ..NetworkLimits::default() };
    let datagram = |checksum: u16| {
        let mut datagram = udp(5, 6, b"A");
        datagram[6..8].copy_from_slice(&checksum.to_be_bytes());
        datagram
    };
    let bad = |packets: &[Vec<u8>]| fed(limits.clone(), packets).1.bad_transport_checksums;
    // 0000 (none), what is right, what is not.
    for (checksum, expected) in [(0, 0), (0x3acd, 0), (0x3acc, 1)] {
        assert_eq!(bad(&[ipv4(A, B, 17, &datagram(checksum))]), expected, "{checksum:04x}");
    }
    for (checksum, expected) in [(0, 0), (0x635c, 0), (0x635d, 1)] {
        assert_eq!(bad(&[ipv6(17, &datagram(checksum))]), expected, "{checksum:04x}");
    }
    assert_eq!(bad(&[ipv4(A, B, 6, &tcp(1, 2, 1, 0, ACK, b"x"))]), 1);
    for (link, data) in [(17, datagram(1)), (6, tcp(1, 2, 1, 0, ACK, b"x"))] {
        let packet = ipv4(A, B, link, &data);
        let (mut network, mut log) = (Network::new(limits.clone()), Log::default());
        network.frame(1, None, LinkType::RAW, &packet[..packet.len() - 1], packet.len(), &mut log);
        assert_eq!(network.stats().bad_transport_checksums, 0);
    }
    let off = NetworkLimits { verify_checksums: false, ..NetworkLimits::default() };
    assert_eq!(fed(off, &[ipv4(A, B, 17, &datagram(1))]).1.bad_transport_checksums, 0);
}

/// A datagram to a tunnel's port is a tunnel only if a proper IP packet is inside.
#[test]
fn tunnels_over_udp() {
    let vxlan = |inner: &[u8]| {
        let frame = ethernet(0x0800, inner);
        ipv4(A, B, 17, &udp(5, 4789, &[&[8, 0, 0, 0, 0, 0, 1, 0][..], &frame].concat()))
    };
    let inner = ipv4(A, B, 17, &udp(7, 8, b"inside"));
    let (log, stats) = fed(NetworkLimits::default(), &[vxlan(&inner)]);
    assert_eq!((log.udp, stats.tunnelled), (vec![b"inside".to_vec()], 1));
    // A checksum that offloading left out, or left as it was: the length fits.
    for checksum in [[0, 0], [0xde, 0xad]] {
        let mut offloaded = inner.clone();
        offloaded[10..12].copy_from_slice(&checksum);
        let (log, stats) = fed(NetworkLimits::default(), &[vxlan(&offloaded)]);
        assert_eq!((log.udp, stats.tunnelled), (vec![b"inside".to_vec()], 1), "{checksum:?}");
    }
    // Neither fits: this is no packet.
    let mut broken = inner;
    broken[3] ^= 1;
    let (log, stats) = fed(NetworkLimits::default(), &[vxlan(&broken)]);
    assert_eq!((log.udp.len(), log.udp[0].len(), stats.tunnelled), (1, 8 + 14 + 34, 0));
}

/// RFC 9293, 3.1: a header has at least 20 bytes and is no longer than its segment. What is not so still has ports.
#[test]
fn headers_of_segments() {
    let usable = |change: &dyn Fn(&mut Vec<u8>), cut: usize| {
        let mut data = tcp(1, 2, 3, 4, ACK, b"");
        change(&mut data);
        Segment::parse(CapturedSlice { data: &data, cut }).map(|s| (s.usable, s.src_port, s.seq, s.ack))
    };
    assert_eq!(usable(&|_| {}, 0), Some((true, 1, 3, Some(4))));
    assert_eq!(usable(&|d| d[12] = 0x40, 0), Some((false, 1, 3, Some(4))));
    assert_eq!(usable(&|d| d[12] = 0x60, 0), Some((false, 1, 3, Some(4))));
    // Its options were cut off by the capture.
    assert_eq!(usable(&|d| d[12] = 0x60, 4), Some((true, 1, 3, Some(4))));
    assert_eq!(usable(&|d| d.truncate(18), 2), Some((false, 1, 3, Some(4))));
    assert_eq!(usable(&|d| d.truncate(16), 4), Some((false, 1, 3, Some(4))));
    assert_eq!(usable(&|d| d.truncate(15), 5), None);
}

/// RFC 1661: protocol numbers of PPP, MPLS (RFC 3032) among them.
#[test]
fn ppp_brings_labels() {
    let packet = [&[0x02, 0x81, 0, 2, 1, 64][..], &ipv4(A, B, 17, &udp(5, 6, b"hello"))].concat();
    let (mut network, mut log) = (Network::new(NetworkLimits::default()), Log::default());
    network.frame(1, None, LinkType::PPP, &packet, packet.len(), &mut log);
    assert_eq!(log.udp, [b"hello"]);
    assert_eq!(log.placed[0].0, [place(1, 26, 13)]);
}

/// Each address and each port has its part in the hash: a scanner must not be able to fill one bucket by chance.
#[test]
fn hashes_of_flows() {
    let hash = |low: &str, high: &str| {
        let (key, _) = Key::new(low.parse().unwrap(), high.parse().unwrap());
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        hasher.finish()
    };
    for base in [["10.0.0.1:1", "10.0.0.2:2"], ["[2001::1]:1", "[2001::2]:2"]] {
        let others = if base[0].starts_with('[') {
            [["[2001::1]:3", base[1]], [base[0], "[2001::2]:3"], ["[2001::]:1", base[1]], [base[0], "[2001::3]:2"]]
        } else {
            [["10.0.0.1:3", base[1]], [base[0], "10.0.0.2:3"], ["10.0.0.0:1", base[1]], [base[0], "10.0.0.3:2"]]
        };
        for other in others {
            assert_ne!(hash(base[0], base[1]), hash(other[0], other[1]), "{other:?}");
        }
    }
}

/// Takes everything, and reads nothing of what side A sends.
#[derive(Default)]
struct Deaf(Vec<(Side, Vec<u8>)>);

impl Handler for Deaf {
    fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        if let Chunk::Data(data) = chunk {
            self.0.push((origin.from, data.to_vec()));
        }
        Verdict::Keep
    }
    fn tcp_of(&mut self, memo: &mut Memo, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        memo.unread = [true, false];
        self.tcp(origin, chunk)
    }
    fn udp(&mut self, _: &Origin, _: Datagram<'_>) -> Verdict {
        Verdict::Keep
    }
}

/// Segments with a wrong checksum wait for their acknowledgement, but not those that nobody reads.
#[test]
fn checksums_of_what_is_not_read() {
    let damaged = |src, dst, seq, ack, data: &[u8]| {
        let mut segment = tcp(src, dst, seq, ack, ACK, data);
        segment[16..18].copy_from_slice(&[0x12, 0x34]);
        segment
    };
    let packets = [
        ipv4(A, B, 6, &tcp(1, 2, 10, 0, SYN, b"")),
        ipv4(B, A, 6, &tcp(2, 1, 20, 11, SYN | ACK, b"")),
        ipv4(A, B, 6, &tcp(1, 2, 11, 21, ACK, b"a")),
        ipv4(A, B, 6, &damaged(1, 2, 12, 21, b"b")),
        ipv4(B, A, 6, &damaged(2, 1, 21, 13, b"c")),
    ];
    let limits = NetworkLimits { verify_checksums: true, ..NetworkLimits::default() };
    let (mut network, mut deaf) = (Network::new(limits), Deaf::default());
    for (frame, packet) in packets.iter().enumerate() {
        let data = ethernet(0x0800, packet);
        network.frame(frame as u64 + 1, None, LinkType::ETHERNET, &data, data.len(), &mut deaf);
    }
    let found: Vec<_> = deaf.0.iter().map(|(from, data)| (*from, data.as_slice())).collect();
    assert_eq!(found, [(Side::A, &b"a"[..]), (Side::A, b"b")]);
}
