//! Places: segments that split PDUs anywhere, retransmissions, numbers that wrap around, IP fragments, checksums. What
//! is "opened" here is chosen by the tests; `tests/program/decrypt.rs` has the real thing.

use super::*;
use crate::auth::KeyStore;
use crate::capture::LinkType;
use crate::net::build::{A, ACK, B, SYN, ethernet, ipv4, ipv4_fragment, tcp, udp};
use crate::net::{self, Chunk, Datagram, Handler, Network, Origin, Placed, Verdict};
use crate::rpc::security::{AuthTrailer, Connectionless, Protected, Sender};
use crate::session;
use crate::session::observed_security::{Tap, Unsealed};
use etherparse::checksum::Sum16BitWords;
use std::ops::Range;
use std::sync::Arc;

const TRAILER: AuthTrailer = AuthTrailer { auth_type: 10, auth_level: 6, auth_pad_length: 0, auth_context_id: 1 };

/// A PDU whose body, at `body`, is sealed; `clear` is what it opens to.
#[derive(Clone)]
struct Sealed {
    pdu: Vec<u8>,
    body: Range<usize>,
    clear: Vec<u8>,
    datagram: bool,
}

impl Sealed {
    fn new(header: usize, body: usize, seed: u8, datagram: bool) -> Sealed {
        let mut pdu: Vec<u8> = (0..header + body + 24).map(|i| (i as u8).wrapping_mul(37).wrapping_add(seed)).collect();
        let trailer = header + body;
        if datagram {
            pdu[trailer..trailer + 2].copy_from_slice(&[6, 1]);
        } else {
            pdu[trailer..trailer + 8].copy_from_slice(&[10, 6, 0, 0, 1, 0, 0, 0]);
        }
        let clear = (0..body).map(|i| (i as u8).wrapping_mul(91) ^ 0x5a).collect();
        Sealed { pdu, body: header..trailer, clear, datagram }
    }

    /// What is to stand in the capture.
    fn opened(&self) -> Vec<u8> {
        let mut pdu = self.pdu.clone();
        pdu[self.body.clone()].copy_from_slice(&self.clear);
        pdu[self.body.end + usize::from(!self.datagram)] = 2;
        pdu
    }

    /// `held`: the packet of a datagram that was held back until now.
    fn tell(&self, patches: &mut Patches, origin: &Origin, seq: u32, held: Option<u64>) {
        let header = if self.datagram { 4 } else { 8 };
        let end = self.body.end + header;
        let connectionless = self.datagram.then_some(Connectionless { activity: [1; 16], sequence: 1, fragment: 0 });
        let pdu = Protected {
            sender: Sender::Client,
            pdu: &self.pdu,
            body: self.body.clone(),
            trailer_header: self.body.end..end,
            auth_value: end..self.pdu.len(),
            trailer: TRAILER,
            connectionless,
        };
        patches.unsealed(Unsealed { origin, seq, held, pdu: &pdu, clear: &self.clear });
    }
}

/// Opens what it is told to: PDUs of side A one after the other, or every datagram.
struct Opener {
    patches: Patches,
    pdus: Vec<Sealed>,
    start: Option<u32>,
    came: usize,
}

impl Handler for Opener {
    fn placed(&mut self, origin: &Origin, placed: Placed<'_>) {
        self.patches.placed(origin, placed);
    }

    fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        if let Chunk::Data(data) = chunk {
            let start = *self.start.get_or_insert(origin.seq);
            assert_eq!(origin.seq, start.wrapping_add(self.came as u32));
            let mut at = 0;
            for pdu in &self.pdus {
                let end = at + pdu.pdu.len();
                if self.came < end && end <= self.came + data.len() {
                    pdu.tell(&mut self.patches, origin, start.wrapping_add(at as u32), None);
                }
                at = end;
            }
            self.came += data.len();
        }
        Verdict::Keep
    }

    fn udp(&mut self, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        if let Some(pdu) = self.pdus.iter().find(|p| p.pdu == datagram.data) {
            pdu.tell(&mut self.patches, origin, 0, None);
        }
        Verdict::Keep
    }
}

/// Takes note of what comes.
#[derive(Default)]
struct Got(Vec<u8>);

impl Handler for Got {
    fn tcp(&mut self, _: &Origin, chunk: Chunk<'_>) -> Verdict {
        if let Chunk::Data(data) = chunk {
            self.0.extend_from_slice(data);
        }
        Verdict::Keep
    }

    fn udp(&mut self, _: &Origin, datagram: Datagram<'_>) -> Verdict {
        self.0.extend_from_slice(datagram.data);
        Verdict::Keep
    }
}

/// The packets as rewritten, and the patches.
fn rewritten(packets: &[Vec<u8>], pdus: &[Sealed]) -> (Vec<Option<Vec<u8>>>, Patches) {
    let mut network = Network::new(net::NetworkLimits::default());
    let mut opener = Opener { patches: Patches::new(), pdus: pdus.to_vec(), start: None, came: 0 };
    for (frame, packet) in (1..).zip(packets) {
        network.frame(frame, None, LinkType::ETHERNET, packet, packet.len(), &mut opener);
    }
    network.finish(&mut opener);
    let mut patches = opener.patches;
    let out = (1..).zip(packets).map(|(frame, packet)| patches.apply(frame, packet).0).collect();
    (out, patches)
}

/// What the rewritten packets carry; all their checksums are right.
fn carried(packets: &[Vec<u8>], changed: &[Option<Vec<u8>>]) -> Vec<u8> {
    let mut network = Network::new(net::NetworkLimits::default());
    let mut got = Got::default();
    for ((frame, packet), changed) in (1..).zip(packets).zip(changed) {
        let packet = changed.as_ref().unwrap_or(packet);
        network.frame(frame, None, LinkType::ETHERNET, packet, packet.len(), &mut got);
    }
    network.finish(&mut got);
    assert_eq!(network.stats().bad_transport_checksums, 0);
    got.0
}

/// A segment or datagram with its checksum.
fn summed(protocol: u8, mut segment: Vec<u8>) -> Vec<u8> {
    let at = if protocol == 6 { 16 } else { 6 };
    let length = u32::try_from(segment.len()).expect("short").to_be_bytes();
    let sum = Sum16BitWords::new().add_4bytes(A.octets()).add_4bytes(B.octets());
    let sum = sum.add_2bytes([0, protocol]).add_4bytes(length).add_slice(&segment);
    // etherparse reads words in the machine's order.
    segment[at..at + 2].copy_from_slice(&sum.ones_complement().to_be().to_be_bytes());
    segment
}

fn segment(seq: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    ethernet(0x0800, &ipv4(A, B, 6, &summed(6, tcp(50000, 49664, seq, 1, flags, payload))))
}

#[test]
fn segments_of_any_size_and_retransmissions() {
    let pdus: Vec<Sealed> = (0..5).map(|i| Sealed::new(24, 100 + 3 * usize::from(i), i, false)).collect();
    let stream: Vec<u8> = pdus.iter().flat_map(|p| p.pdu.clone()).collect();
    let opened: Vec<u8> = pdus.iter().flat_map(Sealed::opened).collect();
    // The numbers wrap around inside the stream.
    for (isn, size) in [(1000, 7), (u32::MAX - 100, 33), (u32::MAX - 300, 90), (5, 4000), (u32::MAX - 1, 1)] {
        let mut packets = vec![segment(isn, SYN, &[])];
        for (i, part) in stream.chunks(size).enumerate() {
            let seq = isn.wrapping_add(1 + (i * size) as u32);
            packets.push(segment(seq, ACK, part));
            if i % 3 == 0 {
                packets.push(segment(seq, ACK, part));
            }
            if i % 4 == 1 && size > 2 {
                // From the segment before on, cut elsewhere.
                let from = (i - 1) * size + 1;
                let again = &stream[from..((i + 1) * size).min(stream.len())];
                packets.push(segment(isn.wrapping_add(1 + from as u32), ACK, again));
            }
        }
        let (changed, patches) = rewritten(&packets, &pdus);
        assert_eq!((patches.pdus(), patches.left()), (5, 0));
        assert_eq!(carried(&packets, &changed), opened, "{isn} {size}");
        // Each copy is in clear: nothing of a sealed body is left anywhere.
        let reversed: Vec<Vec<u8>> =
            packets.iter().zip(&changed).map(|(p, c)| c.clone().unwrap_or_else(|| p.clone())).collect();
        for (packet, sealed) in reversed.iter().flat_map(|p| pdus.iter().map(move |s| (p, s))) {
            let body = &sealed.pdu[sealed.body.clone()][..40];
            assert!(!packet.windows(40).any(|w| w == body));
        }
        assert!(packets.iter().zip(&reversed).all(|(a, b)| a.len() == b.len()));
    }
}

#[test]
fn other_bytes_under_the_same_numbers_stay() {
    let pdu = Sealed::new(24, 80, 3, false);
    let forged = vec![0xee; pdu.pdu.len()];
    let packets = [segment(9, SYN, &[]), segment(10, ACK, &pdu.pdu), segment(10, ACK, &forged)];
    let (changed, _) = rewritten(&packets, std::slice::from_ref(&pdu));
    assert!(changed[0].is_none() && changed[1].is_some() && changed[2].is_none());
    assert_eq!(carried(&packets, &changed), pdu.opened());
}

#[test]
fn datagrams_whole_and_in_fragments() {
    let pdu = Sealed::new(80, 600, 9, true);
    for checksum in [true, false] {
        let mut datagram = udp(50000, 49664, &pdu.pdu);
        if checksum {
            datagram = summed(17, datagram);
        }
        let whole = [ethernet(0x0800, &ipv4(A, B, 17, &datagram))];
        let (changed, patches) = rewritten(&whole, std::slice::from_ref(&pdu));
        assert_eq!((patches.pdus(), patches.left()), (1, 0));
        assert_eq!(carried(&whole, &changed), pdu.opened());
        for reverse in [false, true] {
            let count = datagram.len().div_ceil(160);
            let mut packets: Vec<Vec<u8>> = (0..count)
                .map(|i| {
                    let part = &datagram[i * 160..((i + 1) * 160).min(datagram.len())];
                    let flags = (i as u16 * 20) | if i + 1 < count { 0x2000 } else { 0 };
                    ethernet(0x0800, &ipv4_fragment(A, B, 17, 77, flags, part))
                })
                .collect();
            if reverse {
                packets.reverse();
            }
            let (changed, patches) = rewritten(&packets, std::slice::from_ref(&pdu));
            assert_eq!((patches.pdus(), patches.left()), (1, 0));
            assert_eq!(carried(&packets, &changed), pdu.opened());
        }
    }
}

/// Opens a datagram when the next one comes, which brings what opens it.
struct Later(Patches, Sealed);

impl Handler for Later {
    fn placed(&mut self, origin: &Origin, placed: Placed<'_>) {
        self.0.placed(origin, placed);
    }

    fn tcp(&mut self, _: &Origin, _: Chunk<'_>) -> Verdict {
        Verdict::Keep
    }

    fn udp(&mut self, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        if datagram.data != self.1.pdu {
            self.1.tell(&mut self.0, origin, 0, Some(origin.frame - 1));
        }
        Verdict::Keep
    }
}

#[test]
fn a_datagram_that_waits_for_the_handshake_is_changed_where_it_stands() {
    let sealed = Sealed::new(80, 40, 5, true);
    let datagram = |payload: &[u8]| ethernet(0x0800, &ipv4(A, B, 17, &summed(17, udp(50000, 49664, payload))));
    let packets = [datagram(&sealed.pdu), datagram(&[7; 200])];
    for late in [false, true] {
        let mut network = Network::new(net::NetworkLimits::default());
        let mut later = Later(Patches::new(), sealed.clone());
        let mut changed = Vec::new();
        for (frame, packet) in (1..).zip(&packets) {
            network.frame(frame, None, LinkType::ETHERNET, packet, packet.len(), &mut later);
            if late {
                changed.push(later.0.apply(frame, packet).0);
            }
        }
        if late {
            // It was passed before: it stays as it is, and is counted.
            assert!(changed.iter().all(Option::is_none));
            assert_eq!((later.0.pdus(), later.0.left()), (1, 1));
            continue;
        }
        changed.extend((1..).zip(&packets).map(|(frame, packet)| later.0.apply(frame, packet).0));
        assert_eq!((later.0.pdus(), later.0.left()), (1, 0));
        assert!(changed[0].is_some() && changed[1].is_none());
        assert_eq!(carried(&packets, &changed), [&sealed.opened()[..], &[7; 200]].concat());
    }
}

/// With little memory the output is the same where packets come in order, and nothing is lost where they don't.
#[test]
fn memory_is_bounded() {
    let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/captures/sealed.pcapng")).expect("the capture");
    let mut keys = KeyStore::new();
    keys.add_keys_file(b"password LAB\\clusadm Passw0rd-Lab1").expect("a key");
    let keys = Arc::new(keys);
    let run = |memory: usize| {
        let reader = || Reader::new(file.as_slice()).expect("a capture");
        let session = Session::new(session::SessionLimits::default(), Arc::clone(&keys));
        let mut writer = Writer::new(Vec::new(), None, MARK);
        let limits = RewriteLimits { memory };
        let request = Request { limits, only: None, stop: &|| false, seen: &mut |_| true, withhold: false };
        let summary = rewrite(reader(), reader(), session, &mut writer, request).expect("rewritten").summary;
        (summary, writer.into_inner())
    };
    let (summary, whole) = run(usize::MAX);
    assert_eq!((summary.pdus, summary.left, summary.changed), (244, 0, 244));
    assert!(run(20_000) == (summary, whole.clone()));
    let (none, out) = run(0);
    assert_eq!((none.packets, none.pdus, out.len() <= whole.len()), (summary.packets, 244, true));
}

#[test]
fn segments_in_fragments() {
    let pdus = [Sealed::new(24, 300, 3, false), Sealed::new(24, 211, 4, false)];
    let stream: Vec<u8> = pdus.iter().flat_map(|p| p.pdu.clone()).collect();
    let opened: Vec<u8> = pdus.iter().flat_map(Sealed::opened).collect();
    let summed = summed(6, tcp(50000, 49664, 10, 1, ACK, &stream));
    let count = summed.len().div_ceil(160);
    let fragments = |segment: &[u8]| -> Vec<Vec<u8>> {
        let part = |i: usize| {
            let flags = (i as u16 * 20) | if i + 1 < count { 0x2000 } else { 0 };
            let part = &segment[i * 160..((i + 1) * 160).min(segment.len())];
            ethernet(0x0800, &ipv4_fragment(A, B, 6, 77, flags, part))
        };
        (0..count).map(part).collect()
    };
    for reverse in [false, true] {
        let packets = |segment: &[u8]| {
            let mut packets = fragments(segment);
            if reverse {
                packets.reverse();
            }
            packets.insert(0, self::segment(9, SYN, &[]));
            packets
        };
        let packets_right = packets(&summed);
        let (changed, patches) = rewritten(&packets_right, &pdus);
        assert_eq!((patches.pdus(), patches.left()), (2, 0));
        assert_eq!(carried(&packets_right, &changed), opened, "{reverse}");
        // One that was left to the network card stays as it is.
        let mut none = summed.clone();
        none[16..18].fill(0);
        let packets_none = packets(&none);
        let (changed, patches) = rewritten(&packets_none, &pdus);
        assert_eq!(patches.left(), 0);
        let with_header = if reverse { count } else { 1 };
        let header = changed[with_header].as_ref().expect("changed");
        assert_eq!(header[14 + 20 + 16..][..2], [0, 0]);
    }
}

/// Where the first packet of a segment in fragments was written before the last was read, all of it stays sealed: its checksum
/// could not be brought up to date any more.
#[test]
fn fragments_that_are_passed_before_the_segment_is_whole() {
    let pdu = Sealed::new(24, 300, 3, false);
    let segment = summed(6, tcp(50000, 49664, 10, 1, ACK, &pdu.pdu));
    let (one, other) = segment.split_at(160);
    let packets = [
        self::segment(9, SYN, &[]),
        ethernet(0x0800, &ipv4_fragment(A, B, 6, 77, 0x2000, one)),
        ethernet(0x0800, &ipv4_fragment(A, B, 6, 77, 20, other)),
    ];
    let mut network = Network::new(net::NetworkLimits::default());
    let mut opener = Opener { patches: Patches::new(), pdus: vec![pdu.clone()], start: None, came: 0 };
    let mut changed = Vec::new();
    for (frame, packet) in (1..).zip(&packets) {
        network.frame(frame, None, LinkType::ETHERNET, packet, packet.len(), &mut opener);
        changed.push(opener.patches.apply(frame, packet).0);
    }
    assert_eq!(changed, [None, None, None]);
    assert_eq!((opener.patches.pdus(), opener.patches.left()), (1, 1));
    assert_eq!(carried(&packets, &changed), pdu.pdu);
}

/// A checksum of 0 was left to the network card, unless it is right: then it stays right.
#[test]
fn checksums_that_are_zero() {
    let pdu = Sealed::new(24, 80, 3, false);
    let right = (0..=u16::MAX)
        .map(|ack| {
            let mut segment = tcp(50000, 49664, 10, u32::from(ack), ACK, &pdu.pdu);
            segment[16..18].fill(0);
            segment
        })
        .find(|segment| summed(6, segment.clone())[16..18] == [0, 0])
        .expect("one of them");
    let mut left = right.clone();
    left[11] ^= 1;
    for (segment, changes) in [(right, true), (left, false)] {
        let packets = [self::segment(9, SYN, &[]), ethernet(0x0800, &ipv4(A, B, 6, &segment))];
        let (changed, patches) = rewritten(&packets, std::slice::from_ref(&pdu));
        assert_eq!((patches.pdus(), patches.left()), (1, 0));
        let out = changed[1].as_ref().expect("changed");
        let mut network = Network::new(net::NetworkLimits::default());
        network.frame(1, None, LinkType::ETHERNET, out, out.len(), &mut Got::default());
        assert_eq!(network.stats().bad_transport_checksums, u64::from(!changes));
        assert_eq!(out[50..52] != [0, 0], changes);
    }
}
