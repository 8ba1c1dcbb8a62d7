//! A tap with two ports gives one direction later than the other: every message comes out all the same.

use crate::support::*;
use cluscope::internals::net::{Chunk, Datagram, Handler, Network, Origin, Side, Verdict};
use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use std::collections::HashSet;
use std::net::SocketAddr;

/// The packets that this side sent, acknowledgements and FINs with the data: a tap delays the whole direction. The
/// connection's first packets stay where they are, so that both runs name the sides alike.
fn sent_by(side: Side, packets: &[Owned]) -> HashSet<u64> {
    struct Ends(Side, HashSet<(SocketAddr, SocketAddr)>);
    impl Handler for Ends {
        fn tcp(&mut self, origin: &Origin, _: Chunk<'_>) -> Verdict {
            if origin.from == self.0 {
                self.1.insert((origin.src, origin.dst));
            }
            Verdict::Keep
        }
        fn udp(&mut self, _: &Origin, _: Datagram<'_>) -> Verdict {
            Verdict::Ignore
        }
    }
    let mut ends = Ends(side, HashSet::new());
    let mut network = Network::new(cluscope::internals::net::NetworkLimits::default());
    packets.iter().for_each(|packet| network.input(&packet.packet(), &mut ends));
    network.finish(&mut ends);
    let is_sent = |packet: &&Owned| {
        let Ok(sliced) = SlicedPacket::from_ethernet(&packet.data) else { return false };
        let (Some(NetSlice::Ipv4(ip)), Some(TransportSlice::Tcp(tcp))) = (sliced.net, sliced.transport) else {
            return false;
        };
        let (src, dst) = (ip.header().source_addr(), ip.header().destination_addr());
        !tcp.syn() && ends.1.contains(&((src, tcp.source_port()).into(), (dst, tcp.destination_port()).into()))
    };
    packets.iter().filter(is_sent).map(|packet| packet.frame).collect()
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
            assert!(late.len() > 5 && late.len() < packets.len(), "{name}, {side:?}: {}", late.len());
            for places in [1, 2, 5, 20] {
                assert_eq!(messages(&delayed(&packets, &late, places)), whole, "{name}, {side:?} {places} places late");
            }
        }
    }
}
