//! The fast path is compared with the general one over random conversations of a fixed seed.

use super::super::{Network, NetworkLimits};
use crate::capture::LinkType;
use crate::net::build::*;
use crate::net::{Chunk, Datagram, Handler, Origin, Placed, Verdict};

struct Random(u64);

impl Random {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as u32 % n
    }
}

#[derive(Default, PartialEq, Debug)]
struct Log(Vec<String>);

impl Handler for Log {
    fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        self.0.push(format!("{origin:?} {chunk:?}"));
        match chunk {
            Chunk::Data([0xee, ..]) => Verdict::Ignore,
            _ => Verdict::Keep,
        }
    }
    fn placed(&mut self, origin: &Origin, placed: Placed<'_>) {
        self.0.push(format!("{origin:?} {placed:?}"));
    }
    fn udp(&mut self, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        self.0.push(format!("{origin:?} {datagram:?}"));
        if let [0xee, ..] = datagram.data { Verdict::Ignore } else { Verdict::Keep }
    }
}

/// What one side of a conversation sends next: mostly what is due, sometimes something else.
fn segment(random: &mut Random, port: u16, from_a: bool, seqs: &mut [u32; 2]) -> Vec<u8> {
    let (own, other) = if from_a { (0, 1) } else { (1, 0) };
    let (seq, ack) = (seqs[own], seqs[other]);
    let len = random.below(20);
    let first = if random.below(150) == 0 { 0xee } else { 7 };
    let mut data = vec![port as u8; len as usize];
    data.iter_mut().take(1).for_each(|byte| *byte = first);
    let (src, dst) = if from_a { (port, 9) } else { (9, port) };
    let (seq, ack, flags) = match random.below(60) {
        0 => (seq, ack, FIN | ACK),
        1 => (seq, ack, RST | ACK),
        2 => (random.below(u32::MAX), 0, SYN),
        3 => (seq, ack, SYN | ACK),
        4..=6 => (seq.wrapping_sub(random.below(12)), ack, ACK),
        7..=9 => (seq.wrapping_add(random.below(12)), ack, ACK),
        10 => (seq, ack, 0),
        11 => (seq, ack.wrapping_add(random.below(30)), ACK),
        _ => (seq, ack, ACK),
    };
    // What went ahead may be sent again or filled in later.
    if random.below(25) > 0 {
        seqs[own] = seq.wrapping_add(len).wrapping_add(u32::from(flags & (SYN | FIN) != 0));
    }
    tcp(src, dst, seq, ack, flags, &data)
}

#[test]
fn both_ways_lead_to_the_same() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut short = 0;
    for round in 0..60 {
        let limits = NetworkLimits { tcp_flows: [2, 3, 100][round % 3], ..NetworkLimits::default() };
        let (mut plain, mut long) = (Network::new(limits.clone()), Network::new(limits));
        long.general_only = true;
        let (mut found, mut expected) = (Log::default(), Log::default());
        let mut conversations = [[1_000, 2_000], [u32::MAX - 50, 5], [7, 7]];
        for frame in 1..400 {
            let which = random.below(3) as usize;
            let from_a = random.below(2) == 0;
            let port = 100 + which as u16;
            let (src, dst) = if from_a { (A, B) } else { (B, A) };
            let packet = if random.below(5) == 0 {
                let first = if random.below(50) == 0 { 0xee } else { 7 };
                // The last one is a tunnel's.
                let to = [port, port, 6081][random.below(3) as usize];
                ipv4(src, dst, 17, &udp(port, to, &vec![first; random.below(20) as usize]))
            } else {
                ipv4(src, dst, 6, &segment(&mut random, port, from_a, &mut conversations[which]))
            };
            let mut data = ethernet(0x0800, &packet);
            match random.below(40) {
                // Padding, a cut packet, a damaged header.
                0 => data.extend([0; 6]),
                1 => data.truncate(data.len() - random.below(30) as usize),
                2 => {
                    let at = 14 + random.below(data.len() as u32 - 14) as usize;
                    data[at] ^= 1 << random.below(8);
                }
                _ => {}
            }
            let original = data.len() + random.below(50).saturating_sub(45) as usize;
            plain.frame(frame, None, LinkType::ETHERNET, &data, original, &mut found);
            long.frame(frame, None, LinkType::ETHERNET, &data, original, &mut expected);
            assert_eq!(found, expected, "{data:02x?}");
            assert_eq!(plain.stats(), long.stats(), "{data:02x?}");
            assert_eq!(plain.held, long.held);
            short += found.0.len();
            (found, expected) = Default::default();
        }
        plain.finish(&mut found);
        long.finish(&mut expected);
        assert_eq!(found, expected);
    }
    assert!(short > 20_000, "{short}");
}
