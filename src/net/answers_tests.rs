//! What one direction of a TCP connection answers comes before the answer, wherever packets overtook each other or were
//! lost.

use super::build::*;
use super::{Chunk, Datagram, Handler, Network, NetworkLimits, Origin, Side, Verdict};
use crate::capture::LinkType;

/// Chunks as `A text` or `B text`, by side.
#[derive(Default)]
struct Log(Vec<String>);

impl Handler for Log {
    fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        let side = if origin.from == Side::A { 'A' } else { 'B' };
        self.0.push(match chunk {
            Chunk::Data(data) => format!("{side} {}", String::from_utf8_lossy(data)),
            Chunk::Gap { lost, .. } => format!("{side} gap {}", lost.unwrap_or(0)),
            Chunk::End { reason } => format!("{side} end {reason}"),
        });
        Verdict::Keep
    }
    fn udp(&mut self, _: &Origin, _: Datagram<'_>) -> Verdict {
        Verdict::Ignore
    }
}

/// A connection on which A asks, two bytes each, and B answers, two bytes each: `?0`, `!0`, `?1`, `!1` and so on.
struct Bench {
    network: Network,
    log: Log,
    frame: u64,
}

impl Bench {
    fn new(limits: NetworkLimits) -> Self {
        let mut bench = Bench { network: Network::new(limits), log: Log::default(), frame: 0 };
        bench.packet(true, tcp(1, 2, 999, 0, SYN, b""));
        bench.packet(false, tcp(2, 1, 4999, 1000, SYN | ACK, b""));
        bench.packet(true, tcp(1, 2, 1000, 5000, ACK, b""));
        bench
    }

    fn packet(&mut self, from_a: bool, segment: Vec<u8>) {
        self.frame += 1;
        let packet = if from_a { ipv4(A, B, 6, &segment) } else { ipv4(B, A, 6, &segment) };
        self.network.frame(self.frame, None, LinkType::RAW, &packet, packet.len(), &mut self.log);
    }

    /// A's question; it has all answers to those before.
    fn ask(&mut self, n: u32) {
        self.packet(true, tcp(1, 2, 1000 + 2 * n, 5000 + 2 * n, ACK, format!("?{n}").as_bytes()));
    }

    /// B's answer; it has the question.
    fn answer(&mut self, n: u32) {
        self.packet(false, tcp(2, 1, 5000 + 2 * n, 1002 + 2 * n, ACK, format!("!{n}").as_bytes()));
    }

    fn finish(mut self) -> String {
        self.network.finish(&mut self.log);
        self.log.0.retain(|text| !text.contains("end"));
        self.log.0.join(" ")
    }
}

#[test]
fn an_answer_that_overtook_its_question() {
    let mut bench = Bench::new(NetworkLimits::default());
    bench.answer(0);
    assert!(bench.log.0.is_empty());
    bench.ask(0);
    assert_eq!(bench.log.0, ["A ?0", "B !0"]);
    assert_eq!(bench.finish(), "A ?0 B !0");
    // All of a direction late, the other one's packets twice.
    let mut bench = Bench::new(NetworkLimits::default());
    for n in 0..8 {
        bench.answer(n);
        bench.answer(n);
        if n >= 3 {
            bench.ask(n - 3);
        }
    }
    (5..8).for_each(|n| bench.ask(n));
    assert_eq!(bench.finish(), "A ?0 B !0 A ?1 B !1 A ?2 B !2 A ?3 B !3 A ?4 B !4 A ?5 B !5 A ?6 B !6 A ?7 B !7");
}

/// A lost question costs that question: those after it stand before their answers all the same.
#[test]
fn a_lost_question() {
    let mut bench = Bench::new(NetworkLimits { hole_packets: 6, ..NetworkLimits::default() });
    for n in 0..8 {
        if n != 1 {
            bench.ask(n);
        }
        bench.answer(n);
    }
    let found = bench.finish();
    assert_eq!(found, "A ?0 B !0 A gap 2 B !1 A ?2 B !2 A ?3 B !3 A ?4 B !4 A ?5 B !5 A ?6 B !6 A ?7 B !7");
}

/// The same for an answer: what is asked next was asked after it.
#[test]
fn a_lost_answer() {
    let mut bench = Bench::new(NetworkLimits { hole_packets: 6, ..NetworkLimits::default() });
    for n in 0..8 {
        bench.ask(n);
        if n != 1 {
            bench.answer(n);
        }
    }
    let found = bench.finish();
    assert_eq!(found, "A ?0 B !0 A ?1 B gap 2 A ?2 B !2 A ?3 B !3 A ?4 B !4 A ?5 B !5 A ?6 B !6 A ?7 B !7");
}

/// Where the question never comes, nor anything behind it, the answer waits for so many packets, until the connection
/// is closed, or until too much waits.
#[test]
fn an_answer_does_not_wait_for_ever() {
    let mut bench = Bench::new(NetworkLimits { hole_packets: 3, ..NetworkLimits::default() });
    bench.answer(0);
    (1..6).for_each(|n| bench.answer(n));
    assert!(bench.log.0.is_empty());
    bench.answer(6);
    assert_eq!(bench.log.0, ["B !0", "B !1", "B !2", "B !3", "B !4", "B !5", "B !6"]);
    assert_eq!(bench.network.stats().tcp_gaps, 0);

    let mut bench = Bench::new(NetworkLimits::default());
    bench.answer(0);
    bench.packet(false, tcp(2, 1, 5002, 1002, RST | ACK, b""));
    assert_eq!(bench.log.0, ["A gap 2", "B !0"]);
    assert_eq!(bench.finish(), "A gap 2 B !0");

    let mut bench = Bench::new(NetworkLimits { tcp_segments: 2, ..NetworkLimits::default() });
    (0..3).for_each(|n| bench.answer(n));
    assert_eq!(bench.log.0, ["B !0", "B !1", "B !2"]);
    assert_eq!(bench.network.stats().tcp_buffer_limits, 1);
}

/// One byte more may be a FIN that was not captured; an end that waits is told after what it closes.
#[test]
fn ends() {
    let mut bench = Bench::new(NetworkLimits::default());
    bench.ask(0);
    bench.packet(false, tcp(2, 1, 5000, 1003, ACK, b"!0"));
    assert_eq!(bench.log.0, ["A ?0", "B !0"]);
    bench.packet(false, tcp(2, 1, 5002, 1005, ACK | FIN, b"!1"));
    assert_eq!(bench.log.0.len(), 2);
    bench.packet(true, tcp(1, 2, 1002, 5002, ACK, b"?11"));
    assert_eq!(bench.log.0, ["A ?0", "B !0", "A ?11", "B !1", "B end FIN"]);
}
