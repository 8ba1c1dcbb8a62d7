//! Whole packets of every link type in, chunks and datagrams out.

use super::super::build::*;
use super::*;
use crate::base::bounds::{RESET_FLOWS, RESET_PACKETS};
use crate::net::Datagram;

/// A datagram: stream, side, payload, length on the wire, packets.
type Found = (u64, Side, Vec<u8>, usize, Vec<u64>);

#[derive(Default)]
struct Log {
    tcp: Vec<(u64, Side, String)>,
    udp: Vec<Found>,
    ignore: bool,
    origins: Vec<Origin>,
}

impl Log {
    fn verdict(&self) -> Verdict {
        if self.ignore { Verdict::Ignore } else { Verdict::Keep }
    }
}

impl Handler for Log {
    fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        let text = match chunk {
            Chunk::Data(data) => String::from_utf8_lossy(data).into_owned(),
            Chunk::Gap { lost, .. } => format!("gap {}", lost.unwrap_or(0)),
            Chunk::End { reason } => format!("end {reason}"),
        };
        self.tcp.push((origin.stream, origin.from, text));
        self.origins.push(*origin);
        self.verdict()
    }
    fn udp(&mut self, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        self.udp.push((
            origin.stream,
            origin.from,
            datagram.data.to_vec(),
            datagram.wire_len,
            datagram.frames.to_vec(),
        ));
        self.origins.push(*origin);
        self.verdict()
    }
}

struct Bench {
    network: Network,
    log: Log,
    frame: u64,
}

impl Bench {
    fn new() -> Self {
        Bench::with(NetworkLimits::default())
    }
    fn with(limits: NetworkLimits) -> Self {
        Bench { network: Network::new(limits), log: Log::default(), frame: 0 }
    }
    fn link(&mut self, link: LinkType, data: &[u8]) {
        self.cut(link, data, data.len());
    }
    fn cut(&mut self, link: LinkType, data: &[u8], original_len: usize) {
        self.frame += 1;
        self.network.frame(self.frame, None, link, data, original_len, &mut self.log);
    }
    fn ip(&mut self, data: &[u8]) {
        self.link(LinkType::RAW, data);
    }
    fn a(&mut self, segment: Vec<u8>) {
        self.ip(&ipv4(A, B, 6, &segment));
    }
    fn b(&mut self, segment: Vec<u8>) {
        self.ip(&ipv4(B, A, 6, &segment));
    }
    fn finish(&mut self) {
        self.network.finish(&mut self.log);
    }
    fn texts(&self) -> Vec<&str> {
        self.log.tcp.iter().map(|(_, _, text)| text.as_str()).collect()
    }
}

fn datagram() -> Vec<u8> {
    ipv4(A, B, 17, &udp(5, 6, b"hello"))
}

fn with_prefix(prefix: &[u8], rest: &[u8]) -> Vec<u8> {
    [prefix, rest].concat()
}

#[test]
fn link_types() {
    let v4 = datagram();
    let v6 = ipv6(17, &udp(5, 6, b"hello"));
    let cooked = |kind: u16, rest: &[u8]| with_prefix(&[&[0; 14][..], &kind.to_be_bytes()].concat(), rest);
    let cooked2 = |kind: u16, rest: &[u8]| with_prefix(&[&kind.to_be_bytes()[..], &[0; 18]].concat(), rest);
    let tagged = |tags: &[u16], rest: &[u8]| {
        let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
        for tag in tags {
            frame.extend(tag.to_be_bytes());
            frame.extend([0, 5]);
        }
        frame.extend(0x0800_u16.to_be_bytes());
        with_prefix(&frame, rest)
    };
    let snap = [&[0x00, 0x20, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0][..], &v4].concat();
    let cases: Vec<(LinkType, Vec<u8>)> = vec![
        (LinkType::ETHERNET, ethernet(0x0800, &v4)),
        (LinkType::ETHERNET, ethernet(0x86dd, &v6)),
        (LinkType::ETHERNET, tagged(&[0x8100], &v4)),
        (LinkType::ETHERNET, tagged(&[0x88a8, 0x8100], &v4)),
        (LinkType::ETHERNET, tagged(&[0x9100, 0x9100, 0x8100, 0x8100, 0x8100], &v4)),
        (LinkType::ETHERNET, [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2][..], &snap].concat()),
        (LinkType::ETHERNET, ethernet(0x8864, &with_prefix(&[0x11, 0, 0, 1, 0, 0, 0, 0x21], &v4))),
        (LinkType::ETHERNET, ethernet(0x8847, &with_prefix(&[0, 1, 0, 64, 0, 2, 1, 64], &v4))),
        (LinkType::ETHERNET, ethernet(0x8847, &with_prefix(&[0, 2, 1, 64, 0, 0, 0, 0], &ethernet(0x0800, &v4)))),
        (LinkType::NULL, with_prefix(&[2, 0, 0, 0], &v4)),
        (LinkType::NULL, with_prefix(&[0, 0, 0, 2], &v4)),
        (LinkType::NULL, with_prefix(&[30, 0, 0, 0], &v6)),
        (LinkType::NULL, with_prefix(&[0, 0, 0, 24], &v6)),
        (LinkType::NULL, with_prefix(&[23, 0, 0, 0], &v6)),
        (LinkType::NULL, with_prefix(&[28, 0, 0, 0], &v6)),
        (LinkType::NULL, with_prefix(&[10, 0, 0, 0], &v6)),
        (LinkType::LOOP, with_prefix(&[0, 0, 0, 2], &v4)),
        (LinkType::RAW, v4.clone()),
        (LinkType::RAW, v6.clone()),
        (LinkType::RAW_12, v4.clone()),
        (LinkType::RAW_14, v6.clone()),
        (LinkType::IPV4, v4.clone()),
        (LinkType::IPV6, v6.clone()),
        (LinkType::LINUX_SLL, cooked(0x0800, &v4)),
        (LinkType::LINUX_SLL, cooked(0x8100, &with_prefix(&[0, 1, 0x86, 0xdd], &v6))),
        (LinkType::LINUX_SLL2, cooked2(0x86dd, &v6)),
        (LinkType::PPP, with_prefix(&[0xff, 3, 0, 0x21], &v4)),
        (LinkType::PPP, with_prefix(&[0x21], &v4)),
        (LinkType::PPP_HDLC, with_prefix(&[0xff, 3, 0, 0x57], &v6)),
        (LinkType::PPP_ETHER, with_prefix(&[0x11, 0, 0, 1, 0, 0, 0, 0x21], &v4)),
    ];
    for (index, (link, data)) in cases.iter().enumerate() {
        let mut bench = Bench::new();
        bench.link(*link, data);
        assert_eq!(bench.log.udp, [(0, Side::A, b"hello".to_vec(), 5, vec![1])], "case {index}, {link}");
        // Every cut of it: no panic, and no more than that.
        for len in 0..data.len() {
            bench.cut(*link, &data[..len], data.len());
            bench.link(*link, &data[..len]);
        }
        assert!(bench.log.udp.iter().all(|(_, _, data, _, _)| b"hello".starts_with(data)));
    }
    let mut bench = Bench::new();
    bench.link(LinkType(147), &v4);
    bench.link(LinkType::ETHERNET, &ethernet(0x0806, &[0; 28]));
    bench.link(LinkType::ETHERNET, &tagged(&[0x8100; 60], &v4));
    bench.link(LinkType::ETHERNET, b"short");
    let stats = bench.network.stats();
    assert_eq!((stats.unknown_link, stats.not_ip, stats.too_deep, stats.malformed), (1, 1, 1, 1));
}

#[test]
fn padding_is_cut_and_offloaded_packets_keep_their_length() {
    let mut bench = Bench::new();
    bench.a(tcp(1, 2, 0, 0, SYN, b""));
    let mut padded = ethernet(0x0800, &ipv4(A, B, 6, &tcp(1, 2, 1, 0, ACK, b"a")));
    padded.extend([0; 5]);
    bench.link(LinkType::ETHERNET, &padded);
    let mut offloaded = ipv4(A, B, 6, &tcp(1, 2, 2, 0, ACK, b"bcd"));
    offloaded[2..4].copy_from_slice(&[0, 0]);
    bench.ip(&offloaded);
    let mut offloaded = ipv6(6, &tcp(1, 2, 2, 0, ACK, b"v6"));
    offloaded[4..6].copy_from_slice(&[0, 0]);
    bench.ip(&offloaded);
    bench.finish();
    assert_eq!(bench.texts()[..2], ["a", "bcd"]);
    assert!(bench.texts().contains(&"v6"));
    assert_eq!(bench.network.stats().offloaded, 2);
}

#[test]
fn extension_headers_are_passed_over() {
    let inner = udp(5, 6, b"hello");
    // Hop-by-hop, routing, destination options, an atomic fragment, authentication.
    let chain = [
        &[43, 0, 1, 4, 0, 0, 0, 0][..],
        &[60, 0, 0, 0, 0, 0, 0, 0],
        &[44, 0, 1, 4, 0, 0, 0, 0],
        &[51, 0, 0, 0, 0, 0, 0, 9],
        &[17, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        &inner,
    ]
    .concat();
    let mut bench = Bench::new();
    bench.ip(&ipv6(0, &chain));
    assert_eq!(bench.log.udp.len(), 1);
    let mut long = vec![];
    for _ in 0..40 {
        long.extend([60, 0, 1, 4, 0, 0, 0, 0]);
    }
    bench.ip(&ipv6(60, &long));
    assert_eq!(bench.network.stats().too_deep, 1);
}

#[test]
fn checksums_are_counted_and_ignored() {
    let mut bench = Bench::new();
    let mut packet = datagram();
    packet[10] ^= 0x55;
    packet[26..28].copy_from_slice(&[1, 2]); // UDP checksum
    bench.ip(&packet);
    bench.a(tcp(1, 2, 0, 0, SYN, b"x"));
    bench.finish();
    assert_eq!(bench.log.udp.len(), 1);
    assert!(bench.texts().contains(&"x"));
    assert_eq!((bench.network.stats().bad_ip_checksums, bench.network.stats().bad_transport_checksums), (1, 2));
}

#[test]
fn a_connection_from_syn_to_fin() {
    let mut bench = Bench::new();
    bench.a(tcp(1000, 135, 10, 0, SYN, b""));
    bench.b(tcp(135, 1000, 70, 11, SYN | ACK, b""));
    bench.a(tcp(1000, 135, 11, 71, ACK, b"request"));
    bench.b(tcp(135, 1000, 71, 18, ACK, b"response"));
    bench.a(tcp(1000, 135, 18, 79, ACK | FIN, b""));
    bench.b(tcp(135, 1000, 79, 19, ACK | FIN, b""));
    bench.a(tcp(1000, 135, 19, 80, ACK, b""));
    bench.finish();
    assert_eq!(
        bench.log.tcp,
        [
            (0, Side::A, "request".to_owned()),
            (0, Side::B, "response".to_owned()),
            (0, Side::A, "end FIN".to_owned()),
            (0, Side::B, "end FIN".to_owned()),
        ]
    );
    let origin = bench.log.origins[1];
    assert_eq!((origin.src, origin.dst), ((B, 135).into(), (A, 1000).into()));
    assert_eq!(origin.frame, 4);
}

#[test]
fn port_reuse_is_a_new_stream() {
    let mut bench = Bench::new();
    bench.a(tcp(1, 2, 10, 0, SYN, b""));
    bench.a(tcp(1, 2, 11, 0, ACK, b"one"));
    bench.a(tcp(1, 2, 15, 0, ACK, b"x")); // behind a hole
    bench.a(tcp(1, 2, 10, 0, SYN, b"")); // sent again: the same connection
    bench.b(tcp(2, 1, 900, 12, SYN | ACK, b""));
    bench.b(tcp(2, 1, 5000, 0, SYN, b"two")); // another one, the other way round
    bench.finish();
    let expected = [
        (0, Side::A, "one"),
        (0, Side::A, "gap 1"),
        (0, Side::A, "x"),
        (0, Side::A, "end port reuse"),
        (0, Side::B, "end port reuse"),
        (1, Side::A, "two"),
        (1, Side::A, "end end of capture"),
        (1, Side::B, "end end of capture"),
    ];
    assert_eq!(bench.log.tcp, expected.map(|(stream, side, text)| (stream, side, text.to_owned())));
    assert_eq!(bench.network.stats().tcp_port_reuses, 1);
}

#[test]
fn a_reset_ends_both_directions() {
    let mut bench = Bench::new();
    bench.a(tcp(1, 2, 10, 0, SYN, b""));
    bench.b(tcp(2, 1, 20, 11, SYN | ACK, b""));
    bench.b(tcp(2, 1, 22, 11, ACK, b"b"));
    bench.a(tcp(1, 2, 11, 21, RST | ACK, b""));
    assert_eq!(bench.texts(), ["gap 1", "b"]);
    // Sent again, and not new.
    bench.b(tcp(2, 1, 22, 11, ACK, b"b"));
    for _ in 0..RESET_PACKETS {
        bench.ip(&datagram());
    }
    assert_eq!(bench.texts(), ["gap 1", "b", "end RST", "end RST of the other side"]);
    assert_eq!((bench.network.stats().tcp_resets_passed, bench.network.resets.len()), (0, 0));
    bench.finish();
    assert_eq!(bench.texts().len(), 4);
}

/// What was on its way comes after a reset, and a reset that nobody heeds ends nothing.
#[test]
fn a_connection_that_goes_on_after_a_reset() {
    let mut bench = Bench::new();
    bench.a(tcp(1, 2, 10, 0, SYN, b""));
    bench.b(tcp(2, 1, 20, 11, SYN | ACK, b""));
    bench.a(tcp(1, 2, 11, 21, RST | ACK, b""));
    bench.b(tcp(2, 1, 21, 11, ACK, b"late"));
    bench.a(tcp(1, 2, 11, 25, ACK, b"more"));
    for _ in 0..RESET_PACKETS {
        bench.ip(&datagram());
    }
    assert_eq!(bench.texts(), ["late", "more"]);
    assert_eq!(bench.network.stats().tcp_resets_passed, 1);
    // A second one ends it.
    bench.b(tcp(2, 1, 25, 15, RST | ACK, b""));
    bench.finish();
    assert_eq!(bench.texts(), ["late", "more", "end RST", "end RST of the other side"]);
}

/// A connection goes silent with a hole that nobody acknowledges: what waits comes out when the capture's clock has gone on for
/// long enough, a question before its answer, and the connection goes on.
#[test]
fn a_silent_connection_with_a_hole() {
    let mut bench = Bench::new();
    let at = |bench: &mut Bench, seconds: i64, data: &[u8]| {
        bench.frame += 1;
        let time = Some(Timestamp(seconds * 1_000_000_000));
        bench.network.frame(bench.frame, time, LinkType::RAW, data, data.len(), &mut bench.log);
    };
    let a = |seq, ack, flags, text: &[u8]| ipv4(A, B, 6, &tcp(1, 2, seq, ack, flags, text));
    let b = |seq, ack, flags, text: &[u8]| ipv4(B, A, 6, &tcp(2, 1, seq, ack, flags, text));
    at(&mut bench, 0, &a(10, 0, SYN, b""));
    at(&mut bench, 0, &b(20, 11, SYN | ACK, b""));
    at(&mut bench, 1, &b(26, 16, ACK, b"answer")); // to what comes behind the hole
    at(&mut bench, 1, &a(13, 21, ACK, b"ask"));
    assert_eq!(bench.texts(), [""; 0]);
    // One packet with a time from nowhere, and many that are not late enough.
    at(&mut bench, 100_000, &datagram());
    (0..50).for_each(|_| at(&mut bench, 50, &datagram()));
    assert_eq!(bench.texts(), [""; 0]);
    (0..50).for_each(|n| at(&mut bench, 60 + n, &datagram()));
    assert_eq!(bench.texts(), ["gap 2", "ask", "gap 5", "answer"]);
    assert_eq!((bench.network.stats().tcp_idle_holes, bench.network.held, bench.network.idle.len()), (1, 0, 0));
    at(&mut bench, 200, &a(16, 32, ACK, b"more"));
    assert_eq!(bench.texts().last(), Some(&"more"));
}

/// No more resets than a number are waited on.
#[test]
fn many_resets() {
    let mut bench = Bench::new();
    for port in 0..3 * RESET_FLOWS as u16 {
        bench.a(tcp(1000 + port, 2, 10, 0, SYN, b""));
        bench.a(tcp(1000 + port, 2, 11, 0, RST, b""));
        assert!(bench.network.resets.len() <= RESET_FLOWS);
    }
    assert_eq!(bench.texts().len(), 2 * 2 * RESET_FLOWS);
    bench.finish();
    assert_eq!(bench.texts().len(), 2 * 3 * RESET_FLOWS);
}

/// A connection on the ports of one that has ended, whose SYN was not captured: its numbers are far from the others.
#[test]
fn another_connection_without_a_syn() {
    for end in [FIN, RST] {
        let mut bench = Bench::new();
        bench.a(tcp(1, 2, 10, 0, SYN, b""));
        bench.b(tcp(2, 1, 20, 11, SYN | ACK, b""));
        bench.a(tcp(1, 2, 11, 21, ACK, b"one"));
        bench.a(tcp(1, 2, 14, 21, ACK | end, b""));
        bench.b(tcp(2, 1, 21, 15, ACK | FIN, b""));
        bench.a(tcp(1, 2, 15, 22, ACK, b""));
        // Of the old one, then of the new one.
        bench.a(tcp(1, 2, 11, 21, ACK, b"one"));
        bench.a(tcp(1, 2, 0x4000_0000, 0x7000_0000, ACK, b"two"));
        bench.b(tcp(2, 1, 0x7000_0000, 0x4000_0003, ACK, b"three"));
        bench.finish();
        let texts = bench.texts();
        let data: Vec<&str> = texts.iter().copied().filter(|text| !text.starts_with("end")).collect();
        assert_eq!(data, ["one", "two", "three"], "{texts:?}");
        assert_eq!(bench.network.stats().tcp_port_reuses, 1);
        assert_eq!(bench.network.stats().tcp_streams, 1);
    }
}

#[test]
fn ignored_flows_cost_nothing_until_their_ports_are_reused() {
    let mut bench = Bench::new();
    bench.a(tcp(1, 2, 10, 0, SYN, b""));
    bench.a(tcp(1, 2, 15, 0, ACK, b"held"));
    assert!(bench.network.held > 0);
    bench.log.ignore = true;
    bench.a(tcp(1, 2, 11, 0, ACK, b"a"));
    bench.a(tcp(1, 2, 12, 0, ACK, b"bcd"));
    bench.b(tcp(2, 1, 12, 0, ACK, b"bcd"));
    assert_eq!(bench.texts(), ["a"]);
    assert_eq!(bench.network.held, 0);
    bench.log.ignore = false;
    bench.a(tcp(1, 2, 99, 0, SYN, b"new"));
    assert_eq!(bench.texts(), ["a", "new"]);
    assert_eq!(bench.log.tcp[1].0, 1);
    bench.log.ignore = true;
    bench.ip(&datagram());
    bench.ip(&datagram());
    assert_eq!(bench.log.udp.len(), 1);
    bench.log.tcp.clear();
    bench.a(tcp(1, 2, 500, 0, SYN, b""));
    bench.finish();
    assert_eq!(bench.log.tcp.len(), 2, "one end each for the two last connections, whose first verdict ends them");
}

#[test]
fn the_flow_table_is_bounded() {
    let mut bench = Bench::with(NetworkLimits { tcp_flows: 2, udp_flows: 2, ..NetworkLimits::default() });
    for port in 1..=4 {
        bench.a(tcp(port, 2, 10, 0, SYN, b"x"));
        bench.a(tcp(port, 2, 13, 0, ACK, b"z"));
        bench.ip(&ipv4(A, B, 17, &udp(port, 2, b"u")));
    }
    let stats = *bench.network.stats();
    assert_eq!((stats.tcp_evictions, stats.udp_evictions, stats.tcp_streams, stats.udp_streams), (2, 2, 4, 4));
    let ends: Vec<_> = bench.log.tcp.iter().filter(|(_, _, text)| text.starts_with("end evicted")).collect();
    assert_eq!(ends.iter().map(|(stream, _, _)| *stream).collect::<Vec<_>>(), [0, 0, 1, 1]);
    assert!(bench.texts().contains(&"gap 1"));
    bench.finish();
    assert_eq!(bench.network.held, 0);
}

#[test]
fn the_total_of_held_bytes_is_bounded() {
    let limits = NetworkLimits { tcp_buffer_total: 10_000, ..NetworkLimits::default() };
    let mut bench = Bench::with(limits);
    for port in 1..=100 {
        bench.a(tcp(port, 2, 10, 0, SYN, b""));
        bench.a(tcp(port, 2, 20, 0, ACK, &[b'x'; 900]));
        assert!(bench.network.held <= 10_000);
    }
    assert!(bench.network.stats().tcp_buffer_limits > 80);
    assert!(bench.network.stats().tcp_buffer_peak < 10_000 + 900 + NetworkLimits::SEGMENT_COST as u64 + 1);
}

#[test]
fn cut_segments_tell_their_missing_rest() {
    let mut bench = Bench::new();
    bench.a(tcp(1, 2, 10, 0, SYN, b""));
    let packet = ethernet(0x0800, &ipv4(A, B, 6, &tcp(1, 2, 11, 0, ACK, b"abcdef")));
    bench.cut(LinkType::ETHERNET, &packet[..packet.len() - 4], packet.len());
    // Cut within the header's options: all of the payload is missing.
    let mut with_options = tcp(1, 2, 17, 0, ACK, b"");
    with_options[12] = 0x80;
    with_options.extend([1; 12]);
    with_options.extend(b"ghi");
    let packet = ipv4(A, B, 6, &with_options);
    bench.cut(LinkType::RAW, &packet[..44], packet.len());
    bench.a(tcp(1, 2, 20, 0, ACK, b"j"));
    assert_eq!(bench.texts(), ["ab"]);
    let packet = datagram();
    bench.cut(LinkType::RAW, &packet[..30], packet.len());
    assert_eq!(bench.log.udp, [(0, Side::A, b"he".to_vec(), 5, vec![bench.frame])]);
    bench.finish();
    assert_eq!(bench.texts(), ["ab", "gap 4", "gap 3", "j", "end end of capture", "end end of capture"]);
}

#[test]
fn fragments_of_both_versions() {
    let whole = udp(5, 6, &[b'x'; 100]);
    let mut bench = Bench::new();
    bench.ip(&ipv4_fragment(A, B, 17, 7, 0x2000 + 6, &whole[48..96]));
    bench.ip(&ipv4_fragment(A, B, 17, 7, 12, &whole[96..]));
    bench.ip(&ipv4_fragment(A, B, 17, 8, 0x2000, &whole[..48])); // of another one
    bench.ip(&ipv4_fragment(A, B, 17, 7, 0x2000, &whole[..48]));
    assert_eq!(bench.log.udp, [(0, Side::A, vec![b'x'; 100], 100, vec![4, 1, 2])]);
    let part = |offset: u16, more: u16, bytes: &[u8]| {
        let header = [&[17, 0][..], &(offset | more).to_be_bytes(), &[0, 0, 0, 9]].concat();
        ipv6(44, &with_prefix(&header, bytes))
    };
    bench.ip(&part(0, 1, &whole[..64]));
    bench.ip(&part(64, 0, &whole[64..]));
    assert_eq!(bench.log.udp[1], (1, Side::A, vec![b'x'; 100], 100, vec![5, 6]));
    bench.finish();
    assert_eq!(bench.network.stats().fragment_timeouts, 1);
}

#[test]
fn tunnels() {
    let v4 = datagram();
    let v6 = ipv6(17, &udp(5, 6, b"hello"));
    let frame = ethernet(0x0800, &v4);
    let gre = |header: &[u8], inner: &[u8]| ipv4(A, B, 47, &with_prefix(header, inner));
    let vxlan = with_prefix(&[8, 0, 0, 0, 0, 0, 7, 0], &frame);
    let erspan3 = [&[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1][..], &[0x20; 8], &[0, 0, 0, 1], &[0; 8]].concat();
    let geneve = with_prefix(&[1, 0, 0x65, 0x58, 0, 0, 7, 0, 9, 9, 9, 9], &frame);
    let cases = [
        (0, ipv4(A, B, 4, &v4)),
        (0, ipv4(A, B, 41, &v6)),
        (0, ipv6(41, &v6)),
        (0, ipv4(A, B, 137, &with_prefix(&[0, 2, 1, 64], &v4))),
        (0, ipv4(A, B, 97, &with_prefix(&[0x30, 0], &frame))),
        (0, gre(&[0, 0, 8, 0], &v4)),
        (0, gre(&[0xb0, 0, 0x86, 0xdd, 1, 1, 0, 0, 2, 2, 2, 2, 3, 3, 3, 3], &v6)),
        (0, gre(&[0x20, 0, 0x65, 0x58, 0, 0, 0, 7], &frame)),
        (0, gre(&[0x30, 0x81, 0x88, 0x0b, 0, 9, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xff, 3, 0, 0x21], &v4)),
        (0, gre(&[0, 0, 0x88, 0xbe], &frame)),
        (0, gre(&[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0], &frame)),
        (0, gre(&erspan3, &frame)),
        (1, ipv4(A, B, 17, &udp(50_000, 4789, &vxlan))),
        (1, ipv4(A, B, 17, &udp(50_000, 8472, &vxlan))),
        (1, ipv4(A, B, 17, &udp(50_000, 6081, &geneve))),
    ];
    for (index, (stream, packet)) in cases.iter().enumerate() {
        let mut bench = Bench::new();
        bench.ip(packet);
        assert_eq!(bench.log.udp, [(*stream, Side::A, b"hello".to_vec(), 5, vec![1])], "case {index}");
        assert_eq!(bench.network.stats().tunnelled, 1);
        for len in 0..packet.len() {
            bench.cut(LinkType::RAW, &packet[..len], packet.len());
        }
    }
}

#[test]
fn what_is_no_tunnel_stays_a_datagram() {
    let mut bench = Bench::new();
    bench.log.ignore = true;
    for (port, payload) in [(4789, vec![0; 60]), (4789, vec![8; 60]), (6081, ethernet(0x0800, &datagram()))] {
        bench.ip(&ipv4(A, B, 17, &udp(port, port, &payload)));
    }
    assert_eq!(bench.log.udp.len(), 2, "the second of the first flow was of no interest any more");
    assert_eq!(bench.network.stats().tunnelled, 0);
    // A real tunnel goes on within a flow whose other datagrams are of no interest.
    let vxlan = with_prefix(&[8, 0, 0, 0, 0, 0, 7, 0], &ethernet(0x0800, &datagram()));
    bench.ip(&ipv4(A, B, 17, &udp(4789, 4789, &vxlan)));
    assert_eq!(bench.log.udp[2].2, b"hello");
}

#[test]
fn tunnels_within_tunnels_end_somewhere() {
    let mut packet = datagram();
    for _ in 0..8 {
        packet = ipv4(A, B, 4, &packet);
    }
    let mut bench = Bench::new();
    bench.ip(&packet);
    assert_eq!(bench.log.udp.len(), 1);
    for _ in 0..1000 {
        packet = ipv4(A, B, 4, &packet);
    }
    bench.ip(&packet);
    assert_eq!(bench.log.udp.len(), 1);
    assert_eq!(bench.network.stats().too_deep, 1);
}

/// Anything at all: no panic.
#[test]
fn random_packets() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let seeds = [
        ethernet(0x0800, &ipv4(A, B, 6, &tcp(1, 2, 10, 0, ACK, b"some data"))),
        ethernet(0x0800, &ipv4_fragment(A, B, 17, 1, 0x2000, &udp(5, 6, &[0; 40]))),
        ethernet(0x86dd, &ipv6(44, &[17, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])),
        ethernet(0x86dd, &ipv6(0, &[6, 0, 1, 4, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])),
        ethernet(0x0800, &ipv4(A, B, 47, &[0; 40])),
        ethernet(0x0800, &ipv4(A, B, 17, &udp(4789, 4789, &[8; 40]))),
    ];
    let mut bench = Bench::new();
    for round in 0..20_000 {
        let mut packet = seeds[round % seeds.len()].clone();
        for _ in 0..random() % 4 {
            let at = (random() % packet.len() as u64) as usize;
            packet[at] = random() as u8;
        }
        packet.truncate(packet.len() - (random() % 8) as usize);
        let link = [1, 1, 1, 0, 101, 113, 276, 9, 108][(random() % 9) as usize];
        bench.cut(LinkType(link), &packet, (random() % 2000) as usize);
    }
    bench.finish();
    assert_eq!(bench.network.held, 0);
}
