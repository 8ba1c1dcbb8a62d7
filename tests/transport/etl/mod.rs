//! Event traces of Windows: two real ones without packets, and traces that the test kit's writer makes of captures.
//!
//! The writer follows the same documents as the reader, so that agreement between them proves no more than that both do what
//! those say; `peer.rs` asks an independent reader.

mod damage;
mod equal;
mod peer;
mod real;
mod traced;

use crate::support::*;
use cluscope::internals::capture::{CaptureError, LinkType, Reader};
use cluscope::internals::net::Timestamp;
use cluscope_testkit::etl_writer::{Settings, Trace, ndis, pktmon};
use std::io::Cursor;

/// Packets with times that traces can tell: of 100 ns, each later than the one before, since their order is that of time.
pub(super) fn timed(mut packets: Vec<Owned>) -> Vec<Owned> {
    let mut last = i64::MIN;
    for packet in &mut packets {
        let time = packet.time.map_or(1_795_000_000_000_000_000, |time| time.0.div_euclid(100) * 100);
        last = time.max(last.saturating_add(100));
        packet.time = Some(Timestamp(last));
    }
    packets
}

/// As Ethernet or, for the link types that traces don't have, as the IP packet in it.
pub(super) fn plain(packets: Vec<Owned>) -> Vec<Owned> {
    let strip = |mut packet: Owned| {
        let header = match packet.link.0 {
            0 | 108 => 4,
            113 => 16,
            276 => 20,
            228 | 229 => 0,
            _ => return packet,
        };
        packet.data.drain(..header.min(packet.data.len()));
        packet.original_len -= header;
        packet.link = LinkType::RAW;
        packet
    };
    packets.into_iter().map(strip).enumerate().map(|(at, packet)| Owned { frame: at as u64 + 1, ..packet }).collect()
}

/// A trace with a start before the first packet.
pub(super) fn trace(settings: Settings, packets: &[Owned]) -> Trace {
    Trace::new(settings, packets.first().and_then(|packet| packet.time).map_or(0, |time| time.0 - 1_000_000))
}

fn media(link: LinkType) -> u64 {
    match link {
        LinkType::RAW => 0x200,
        LinkType::IEEE802_11 => 0x1_0000,
        _ => 1,
    }
}

/// Packets as the NDIS packet capture tells them, in events of `most` bytes, at so many layers.
pub(super) fn as_ndis(settings: Settings, packets: &[Owned], most: usize, layers: u32) -> Trace {
    let mut trace = trace(settings, packets);
    for (at, packet) in packets.iter().enumerate() {
        for layer in 0..layers {
            for event in ndis(7, 7 + layer, at % 2 == 0, media(packet.link), most, &packet.data) {
                trace.event(packet.time.unwrap().0, at as u16, &event);
            }
        }
    }
    trace
}

/// Packets as the packet monitor tells them at so many components; the first copy has `first` bytes at most.
pub(super) fn as_pktmon(settings: Settings, packets: &[Owned], components: u16, first: usize) -> Trace {
    let mut trace = trace(settings, packets);
    for (at, packet) in packets.iter().enumerate() {
        let kind = if packet.link == LinkType::RAW { 3 } else { 1 };
        for component in 0..components {
            let most = if component == 0 { first } else { usize::MAX };
            let logged = &packet.data[..packet.data.len().min(most)];
            let (group, number) = (at as u64 / 4 + 1, at as u16 % 4);
            let event = pktmon(group, number, component + 1, kind, 10 + component, 0, packet.original_len, logged);
            trace.event(packet.time.unwrap().0, at as u16, &event);
        }
    }
    trace
}

/// Everything that comes out of a trace, and the error at its end.
pub(super) fn read(bytes: &[u8]) -> (Vec<Owned>, Reader<Cursor<Vec<u8>>>, Option<CaptureError>) {
    let mut reader = Reader::new(Cursor::new(bytes.to_vec())).expect("a trace");
    let mut packets = Vec::new();
    let error = loop {
        match reader.next() {
            Ok(Some(p)) => packets.push(Owned {
                frame: p.frame,
                time: p.time,
                link: p.link,
                data: p.data.to_vec(),
                original_len: p.original_len,
            }),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    (packets, reader, error)
}

/// Whether the packets are the same, byte for byte; names the first that is not.
#[track_caller]
pub(super) fn assert_same(found: &[Owned], expected: &[Owned], what: &str) {
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!((found.frame, found.time, found.link), (expected.frame, expected.time, expected.link), "{what}");
        assert!(found.data == expected.data, "{what}: packet {}", expected.frame);
    }
    assert_eq!(found.len(), expected.len(), "{what}");
}
