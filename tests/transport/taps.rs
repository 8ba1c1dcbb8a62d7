//! A tap with two ports gives one direction later than the other: every message comes out all the same.

use crate::support::*;
use cluscope::net::{Chunk, Datagram, Handler, Network, Origin, Side, Verdict};
use std::collections::HashSet;

/// The packets with data of the side that sent this one's first packet.
fn sent_by(side: Side, packets: &[Owned]) -> HashSet<u64> {
    struct Sent(Side, HashSet<u64>);
    impl Handler for Sent {
        fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
            if let (Chunk::Data(_), true) = (chunk, origin.from == self.0) {
                self.1.insert(origin.frame);
            }
            Verdict::Keep
        }
        fn udp(&mut self, _: &Origin, _: Datagram<'_>) -> Verdict {
            Verdict::Ignore
        }
    }
    let mut sent = Sent(side, HashSet::new());
    let mut network = Network::new(cluscope::net::Limits::default());
    packets.iter().for_each(|packet| network.input(&packet.packet(), &mut sent));
    network.finish(&mut sent);
    sent.1
}

/// The same packets, those of `late` so many places further back.
fn delayed(packets: &[Owned], late: &HashSet<u64>, places: usize) -> Vec<Owned> {
    let mut order: Vec<(usize, &Owned)> =
        packets.iter().enumerate().map(|(i, p)| (i + if late.contains(&p.frame) { places } else { 0 }, p)).collect();
    order.sort_by_key(|(place, _)| *place);
    order.into_iter().map(|(_, packet)| packet.clone()).collect()
}

fn messages(packets: &[Owned]) -> Vec<String> {
    let mut messages: Vec<String> = run(packets).iter().map(ToString::to_string).collect();
    messages.sort_unstable();
    messages
}

#[test]
fn one_direction_late() {
    for name in ["clean.pcapng", "ndr64.pcapng", "bigendian.pcapng", "fragments.pcapng", "witness.pcapng"] {
        let packets = ours(name);
        let whole = messages(&packets);
        for side in [Side::A, Side::B] {
            let late = sent_by(side, &packets);
            for places in [1, 2, 5, 20] {
                assert_eq!(messages(&delayed(&packets, &late, places)), whole, "{name}, {side:?} {places} places late");
            }
        }
    }
}
