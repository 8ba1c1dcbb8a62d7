//! Stream numbers in odd cases: what tshark 4.0.17 makes of the same packets, as found by giving it each of them.

use super::super::build::*;
use super::*;
use crate::net::Datagram;

struct Nothing;

impl Handler for Nothing {
    fn tcp(&mut self, _: &Origin, _: Chunk<'_>) -> Verdict {
        Verdict::Keep
    }
    fn udp(&mut self, _: &Origin, _: Datagram<'_>) -> Verdict {
        Verdict::Keep
    }
}

/// How many TCP and UDP streams there are after these packets, given with their lengths on the wire.
fn streams(packets: &[(Vec<u8>, usize)]) -> (u64, u64) {
    let mut network = Network::new(NetworkLimits::default());
    for (index, (data, len)) in packets.iter().enumerate() {
        network.frame(index as u64 + 1, None, LinkType::RAW, data, *len, &mut Nothing);
    }
    (network.stats().tcp_streams, network.stats().udp_streams)
}

fn whole(packets: &[Vec<u8>]) -> (u64, u64) {
    streams(&packets.iter().map(|packet| (packet.clone(), packet.len())).collect::<Vec<_>>())
}

fn a(segment: Vec<u8>) -> Vec<u8> {
    ipv4(A, B, 6, &segment)
}

fn b(segment: Vec<u8>) -> Vec<u8> {
    ipv4(B, A, 6, &segment)
}

#[test]
fn datagrams_with_odd_lengths() {
    let with_length =
        |length: u8, src: [u8; 2], dst: [u8; 2]| [&src[..], &dst, &[0, length, 0, 0], b"some payload"].concat();
    let datagram = |length| with_length(length, [0, 1], [0, 2]);
    assert_eq!(whole(&[ipv4(A, B, 17, &datagram(4))]), (0, 0));
    assert_eq!(whole(&[ipv4(A, B, 17, &datagram(0))]), (0, 0));
    assert_eq!(whole(&[ipv6(17, &datagram(0))]), (0, 1));
    assert_eq!(whole(&[ipv4(A, B, 17, &datagram(100))]), (0, 1));
    assert_eq!(whole(&[ipv4(A, B, 17, &datagram(8))]), (0, 1));
    assert_eq!(whole(&[ipv4(A, B, 17, &datagram(20)[..6])]), (0, 0));
}

#[test]
fn segments_with_broken_headers() {
    let with_offset = |offset: u8| {
        let mut segment = tcp(1, 2, 1, 1, ACK, b"");
        segment[12] = offset << 4;
        a(segment)
    };
    // A header length of 16 or 40 bytes: a stream, and its sequence number counts.
    for offset in [4, 10] {
        assert_eq!(whole(&[with_offset(offset)]), (1, 0));
        assert_eq!(whole(&[with_offset(offset), a(tcp(1, 2, 77, 0, SYN, b""))]), (2, 0));
        assert_eq!(whole(&[with_offset(offset), a(tcp(1, 2, 0, 0, SYN, b""))]), (1, 0));
    }
    // Cut by the capture: from sixteen bytes on.
    let packet = a(tcp(1, 2, 1, 1, ACK, b"abc"));
    for (captured, expected) in [(8, 0), (12, 0), (15, 0), (16, 1), (18, 1), (20, 1)] {
        assert_eq!(streams(&[(packet[..20 + captured].to_vec(), packet.len())]), (expected, 0), "{captured}");
    }
}

#[test]
fn unfinished_fragments_count_nothing() {
    let segment = tcp(1, 2, 1, 1, ACK, b"abcd");
    assert_eq!(whole(&[ipv4_fragment(A, B, 6, 1, 0x2000, &segment)]), (0, 0));
    assert_eq!(whole(&[ipv4_fragment(A, B, 6, 1, 2, &segment[..16])]), (0, 0));
}

#[test]
fn quoted_packets_count() {
    let error = |kind: u8, quoted: &[u8]| ipv4(B, A, 1, &[&[kind, 3, 0, 0, 0, 0, 0, 0][..], quoted].concat());
    let quoted = ipv4(A, B, 17, &udp(7, 8, b"some payload"));
    for kind in 0..20 {
        let expected = u64::from(matches!(kind, 3 | 4 | 5 | 11 | 12));
        assert_eq!(whole(&[error(kind, &quoted)]), (0, expected), "type {kind}");
    }
    assert_eq!(whole(&[error(3, &quoted[..28])]), (0, 1));
    assert_eq!(whole(&[error(3, &quoted[..27])]), (0, 0));
    let syn = a(tcp(7, 8, 1, 0, SYN, b""));
    assert_eq!(whole(&[error(3, &syn)]), (1, 0));
    assert_eq!(whole(&[error(3, &syn[..28])]), (0, 0));
    assert_eq!(whole(&[error(3, &syn[..36])]), (1, 0));
    // Its sequence number does not count.
    assert_eq!(whole(&[error(3, &syn), a(tcp(7, 8, 99, 0, SYN, b""))]), (1, 0));
    assert_eq!(whole(&[syn.clone(), error(3, &syn)]), (1, 0));
    for kind in 0..6 {
        let message = [&[kind, 0, 0, 0, 0, 0, 0, 0][..], &ipv6(17, &udp(7, 8, b"x"))].concat();
        assert_eq!(whole(&[ipv6(58, &message)]), (0, u64::from((1..=4).contains(&kind))), "type {kind}");
    }
}

#[test]
fn what_is_a_new_connection() {
    let syn = |seq| a(tcp(1, 2, seq, 0, SYN, b""));
    assert_eq!(whole(&[syn(10), syn(10)]), (1, 0));
    assert_eq!(whole(&[syn(10), syn(11)]), (2, 0));
    // The base without SYN is the number before; an acknowledgement tells the other side's.
    assert_eq!(whole(&[a(tcp(1, 2, 500, 900, ACK, b"x")), syn(499)]), (1, 0));
    assert_eq!(whole(&[a(tcp(1, 2, 500, 900, ACK, b"x")), syn(10)]), (2, 0));
    assert_eq!(whole(&[a(tcp(1, 2, 500, 900, ACK, b"")), b(tcp(2, 1, 899, 0, SYN, b""))]), (1, 0));
    assert_eq!(whole(&[a(tcp(1, 2, 500, 900, ACK, b"")), b(tcp(2, 1, 898, 0, SYN, b""))]), (2, 0));
    assert_eq!(whole(&[b(tcp(2, 1, 50, 11, SYN | ACK, b"")), syn(10)]), (1, 0));
    assert_eq!(whole(&[a(tcp(1, 2, 0, 0, RST, b"")), syn(10)]), (2, 0));
    let refused = b(tcp(2, 1, 0, 11, RST | ACK, b""));
    assert_eq!(whole(&[syn(10), refused, b(tcp(2, 1, 77, 0, SYN, b""))]), (2, 0));
    // The same port at both ends of one address.
    let own = |seq, flags| ipv4(A, A, 6, &tcp(5, 5, seq, 900, flags, b""));
    assert_eq!(whole(&[own(500, ACK), own(1, SYN), own(7, SYN)]), (3, 0));
}

/// A new connection whose SYN was not captured goes on under the old number.
#[test]
fn an_unannounced_connection() {
    #[derive(Default)]
    struct Texts(Vec<(u64, String)>);
    impl Handler for Texts {
        fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
            if let Chunk::Data(data) = chunk {
                self.0.push((origin.stream, String::from_utf8_lossy(data).into_owned()));
            }
            Verdict::Keep
        }
        fn udp(&mut self, _: &Origin, _: Datagram<'_>) -> Verdict {
            Verdict::Keep
        }
    }
    let mut texts = Texts::default();
    let mut network = Network::new(NetworkLimits::default());
    for (index, packet) in [
        a(tcp(1, 2, 10, 0, SYN, b"")),
        b(tcp(2, 1, 50, 11, SYN | ACK, b"")),
        a(tcp(1, 2, 11, 51, FIN | ACK, b"")),
        b(tcp(2, 1, 51, 12, FIN | ACK, b"")),
        b(tcp(2, 1, 7000, 100, SYN | ACK, b"")),
        a(tcp(1, 2, 100, 7001, ACK, b"request")),
        b(tcp(2, 1, 7001, 107, ACK, b"response")),
    ]
    .iter()
    .enumerate()
    {
        network.frame(index as u64 + 1, None, LinkType::RAW, packet, packet.len(), &mut texts);
    }
    assert_eq!(texts.0, [(0, "request".to_owned()), (0, "response".to_owned())]);
    assert_eq!(network.stats().tcp_streams, 1);
}
