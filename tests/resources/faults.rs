//! What programs that read hostile captures and DCE/RPC get wrong time and again, each as a test of its own:
//!
//! * [`unbounded_fragment_buffering`]: fragments are kept until the last one comes, and it never comes; or one is given
//!   up at a size that real messages have.
//! * [`lying_counts`]: a length field decides how much is allocated, looped over or skipped.
//! * [`state_growth`]: whatever opens something (a flow, a call, a handle, a context) is remembered for as long as the
//!   capture lasts.
//! * [`quadratic_scans`]: each element of a list is found by reading the list from its start again.
//! * [`use_across_packets`]: what belongs to one packet, message or connection shows up in another one.
//!
//! Every bound is checked twice: by the memory that is held meanwhile, as the allocator counts it, and by the counter
//! that has to show what was given up. The whole program under hostile streams is in `tests/program_resources/ceiling.rs`, work that grows with
//! the input in `linear.rs`.

use crate::wire::*;
use crate::{COUNTING, alone};
use cluscope::internals::capture::{self, LinkType, Packet, Reader};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::session::{Session, SessionLimits};
use stats_alloc::Region;
use std::alloc::System;

/// A session that is fed with packets of bare IP.
struct Feed {
    session: Session,
    frame: u64,
    records: Records,
    out: Out,
    lines: Vec<String>,
    keep: bool,
    region: Region<'static, System>,
    /// The most bytes held after a packet, beyond what was held at the start.
    held: isize,
}

impl Feed {
    fn new(limits: SessionLimits) -> Feed {
        let (records, out) = (Records::default(), Out::new());
        let region = Region::new(COUNTING);
        let session = Session::new(limits, Default::default());
        Feed { session, frame: 0, records, out, lines: Vec::new(), keep: false, region, held: 0 }
    }

    /// The same, keeping the records' lines.
    fn keeping(limits: SessionLimits) -> Feed {
        Feed { keep: true, ..Feed::new(limits) }
    }

    fn packet(&mut self, data: &[u8]) {
        self.frame += 1;
        let packet = Packet {
            frame: self.frame,
            time: None,
            link: LinkType::RAW,
            data,
            original_len: data.len(),
            comments: Vec::new(),
        };
        let Feed { session, records, out, lines, keep, .. } = self;
        session.packet(&packet, &mut |record| {
            if *keep {
                records.print(out, &record);
                lines.push(String::from_utf8_lossy(out.as_bytes()).into_owned());
            }
        });
        let change = self.region.change();
        let held = change.bytes_allocated as isize - change.bytes_deallocated as isize;
        self.held = self.held.max(held);
    }

    fn finish(&mut self) {
        let Feed { session, records, out, lines, keep, .. } = self;
        session.finish(&mut |record| {
            if *keep {
                records.print(out, &record);
                lines.push(String::from_utf8_lossy(out.as_bytes()).into_owned());
            }
        });
    }

    /// How often a limit has bitten, by the counter's name in the record of type `limits`.
    fn count(&self, name: &str) -> u64 {
        self.session.given_up().iter().find(|(counter, _)| *counter == name).map_or(0, |(_, count)| *count)
    }

    #[track_caller]
    fn bounded(&self, most: usize, counter: &str) {
        assert!(self.held <= most as isize, "{} bytes held, at most {most} expected", self.held);
        assert!(self.count(counter) > 0, "{counter} in {:?}", self.session.given_up());
    }
}

/// SessionLimits small enough to be reached at once.
fn small() -> SessionLimits {
    let mut limits = cluscope::internals::limits::Limits::for_memory(cluscope::internals::limits::LEAST_MEMORY).session;
    limits.association_bytes = 512 << 10;
    limits
}

mod unbounded_fragment_buffering {
    use super::*;

    /// Fragments of one call that never end.
    #[test]
    fn one_message_without_end() {
        let _alone = alone();
        let mut feed = Feed::keeping(small());
        let mut ends = connection(1);
        for i in 0..500 {
            feed.packet(&ends[0].send(&request(1, if i == 0 { FIRST } else { 0 }, 8, &[0x41; 4000])));
        }
        feed.bounded(2 << 20, "messages_too_large");
        assert!(feed.count("fragments_ignored") > 100);
        feed.finish();
        // It is told as what it is.
        assert!(feed.lines.iter().any(|line| line.contains("\"type\":\"incomplete\"")), "{:?}", feed.lines);
    }

    /// First fragments alone, each of another call.
    #[test]
    fn first_fragments_alone() {
        let _alone = alone();
        let mut feed = Feed::new(small());
        let mut ends = connection(1);
        (0..5000).for_each(|i| feed.packet(&ends[0].send(&request(i, FIRST, 8, &[0x41; 1000]))));
        feed.bounded(2 << 20, "messages_evicted");
    }

    /// The same on many connections: one budget for all of them.
    #[test]
    fn first_fragments_on_many_connections() {
        let _alone = alone();
        let mut feed = Feed::new(small());
        (0..5000).for_each(|i| feed.packet(&connection(i)[0].send(&request(1, FIRST, 8, &[0x41; 1200]))));
        feed.bounded(3 << 20, "connections_evicted");
    }

    #[test]
    fn connectionless_fragments() {
        let _alone = alone();
        let mut feed = Feed::new(small());
        for i in 0..8000u32 {
            let [client, _] = connection(u64::from(i % 50));
            let pdu = datagram(0, 4, u64::from(i % 50), 1, 1 + (i / 50) as u16, &[0x41; 1300]);
            feed.packet(&udp(client.src, client.dst, &pdu));
        }
        feed.bounded(3 << 20, "conversations_evicted");
    }

    #[test]
    fn fragments_of_datagrams() {
        let _alone = alone();
        let mut feed = Feed::new(small());
        for i in 0..8000u32 {
            feed.packet(&ipv4(17, 1, 2, (i / 40) as u16, 0x2000 | (185 * (i % 40)) as u16, &[0x41; 1480]));
        }
        feed.bounded(2 << 20, "fragment_evictions");
    }

    #[test]
    fn segments_behind_a_hole() {
        let _alone = alone();
        let mut feed = Feed::new(small());
        for i in 0..20_000u32 {
            let [client, _] = connection(u64::from(i % 20));
            if i < 20 {
                feed.packet(&tcp(client.src, client.dst, 0, SYN, &[]));
            }
            feed.packet(&tcp(client.src, client.dst, 100 + 200 * (i / 20), ACK, &[0x41; 100]));
        }
        feed.bounded(2 << 20, "tcp_buffer_limits");
    }

    /// And the other way round: a message of several mebibytes, as enumerations of large clusters are, comes out whole.
    #[test]
    fn a_large_message_is_kept() {
        let _alone = alone();
        let mut feed = Feed::keeping(SessionLimits::default());
        let mut ends = connection(1);
        feed.packet(&ends[0].send(&bind(0, 0..1, 1)));
        feed.packet(&ends[1].send(&bind_ack(0, 1)));
        let stub = string(&"x".repeat(2_500_000));
        let parts: Vec<&[u8]> = stub.chunks(60_000).collect();
        for (i, part) in parts.iter().enumerate() {
            let flags = if i == 0 { FIRST } else { 0 } | if i + 1 == parts.len() { LAST } else { 0 };
            feed.packet(&ends[0].send(&request(1, flags, 8, part)));
        }
        let last = feed.lines.last().unwrap();
        assert!(last.contains("ApiOpenResource") && last.len() > 2_500_000, "{}", &last[..300]);
    }
}

mod lying_counts {
    use super::*;
    use cluscope::internals::idl::INTERFACES;
    use cluscope::internals::ndr::value::Collect;
    use cluscope::internals::ndr::wire::{Kind, Message};
    use cluscope::internals::ndr::{Direction, Endian, Syntax};
    use cluscope::internals::structs;

    /// Bytes allocated in all by a piece of work.
    fn allocated(work: impl FnOnce()) -> usize {
        let region = Region::new(COUNTING);
        work();
        let change = region.change();
        change.bytes_allocated
    }

    /// Stubs of nothing but the largest counts, for every method, syntax and byte order: into a tree, which allocates
    /// as much as anything does.
    #[test]
    fn of_stubs() {
        let _alone = alone();
        let words: [[u8; 8]; 4] =
            [[0xff; 8], [0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0], [0, 0, 0, 0x40, 0, 0, 0, 0], [1; 8]];
        for interface in INTERFACES {
            for (version, of) in interface.versions.iter().enumerate() {
                for method in of.methods.iter().filter(|method| method.on_wire) {
                    for (word, direction) in words.iter().zip([Direction::Request, Direction::Response].iter().cycle())
                    {
                        for (syntax, endian) in [(Syntax::Ndr, Endian::Little), (Syntax::Ndr64, Endian::Big)] {
                            let stub = word.repeat(32);
                            let kind = Kind { interface, version, direction: *direction, syntax, endian };
                            let bytes = allocated(|| {
                                let mut tree = Collect::default();
                                let _ = Message::decode_with(method, kind, &stub, &mut tree);
                            });
                            assert!(bytes < 200_000, "{}: {bytes} bytes for {}", method.name, stub.len());
                        }
                    }
                }
            }
        }
    }

    /// A string that claims four thousand million units: an error that says who claimed it.
    #[test]
    fn of_a_string() {
        let mut stub = string("IP1");
        stub[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
        let interface = cluscope::internals::idl::interface("clusapi").unwrap();
        let method = interface.method(1, 8).unwrap();
        let kind =
            Kind { interface, version: 1, direction: Direction::Request, syntax: Syntax::Ndr, endian: Endian::Little };
        let error = Message::decode(method, kind, &stub).unwrap_err();
        assert_eq!(error.path.to_string(), "lpszResourceName");
        assert!(error.to_string().contains("8589934590 bytes needed (actual count), 8 left"), "{error}");
    }

    /// Structures of nothing but the largest counts.
    #[test]
    fn of_structures() {
        let _alone = alone();
        for structure in structs::ALL {
            for byte in [0xff, 0x7f, 1] {
                let bytes = vec![byte; 256];
                let taken = allocated(|| {
                    let _ = structs::decode(structure.name, &bytes);
                });
                assert!(taken < 200_000, "{}: {taken} bytes", structure.name);
            }
        }
    }

    /// PDUs whose lengths contradict each other and the stream.
    #[test]
    fn of_pdus() {
        let _alone = alone();
        for (at, value) in [(8, 15), (8, 0), (8, 0xffff), (10, 0xffff), (10, 40)] {
            let mut feed = Feed::keeping(small());
            let mut ends = connection(1);
            feed.packet(&ends[0].send(&bind(0, 0..1, 1)));
            let mut pdu = request(1, WHOLE, 8, &string("IP1"));
            pdu[at..at + 2].copy_from_slice(&u16::to_le_bytes(value));
            feed.packet(&ends[0].send(&pdu));
            feed.packet(&ends[0].send(&request(2, WHOLE, 8, &string("IP2"))));
            feed.finish();
            let (odd, rest): (Vec<_>, Vec<_>) = feed.lines.iter().partition(|line| {
                ["malformed", "skipped", "incomplete"].iter().any(|what| line.contains(&format!("\"type\":\"{what}\"")))
            });
            assert!(!odd.is_empty(), "{at} {value}: {rest:?}");
            assert!(feed.held < 300_000, "{at} {value}: {}", feed.held);
        }
        // A bind that claims 255 contexts and has one.
        let mut feed = Feed::keeping(small());
        let mut pdu = bind(0, 0..1, 1);
        pdu[24] = 255;
        feed.packet(&connection(1)[0].send(&pdu));
        feed.finish();
        assert!(feed.lines[0].contains("\"type\":\"malformed\""), "{:?}", feed.lines);
        // The allocation hint is a hint: `request` gives the largest there is.
        assert!(feed.held < 300_000, "{}", feed.held);
    }

    /// Blocks, records, options and names that claim what is not there.
    #[test]
    fn of_captures() {
        let _alone = alone();
        let start = [section(), interface(&[])].concat();
        let mut lies: Vec<Vec<u8>> = Vec::new();
        for kind in [1u32, 3, 4, 6, 10] {
            for len in [0u32, 11, 13, 0x7fff_fffc, 0xffff_fffc] {
                lies.push([&start[..], &kind.to_le_bytes(), &len.to_le_bytes(), &[0x41; 64]].concat());
            }
        }
        let mut packet = enhanced(0, &[0x45; 40], &option(1, b"comment"));
        packet[20..24].copy_from_slice(&u32::MAX.to_le_bytes());
        lies.push([start.clone(), packet].concat());
        let mut packet = enhanced(0, &[0x45; 40], &option(1, b"comment"));
        packet[70..72].copy_from_slice(&u16::MAX.to_le_bytes());
        lies.push([start.clone(), packet].concat());
        lies.push([start, block(4, &[1, 0, 0xff, 0xff, 1, 2, 3, 4])].concat());
        for lie in lies {
            let mut packets = 0;
            let bytes = allocated(|| {
                let mut reader = Reader::with_limits(&lie[..], capture::CaptureLimits::default()).unwrap();
                while let Ok(Some(_)) = reader.next() {
                    packets += 1;
                }
            });
            assert!(bytes < 600_000 && packets <= 1, "{bytes} bytes, {packets} packets: {}", hex::encode(lie));
        }
    }
}

mod state_growth {
    use super::*;
    use cluscope::internals::analysis::{self, Tracker};

    #[test]
    fn half_open_connections() {
        let _alone = alone();
        let mut feed = Feed::new(small());
        for i in 0..30_000 {
            let [client, _] = connection(i);
            feed.packet(&tcp(client.src, client.dst, 0, SYN, &[]));
        }
        feed.bounded(2 << 20, "tcp_evictions");
    }

    #[test]
    fn udp_flows() {
        let _alone = alone();
        let mut feed = Feed::new(small());
        for i in 0..30_000 {
            let [client, _] = connection(i);
            feed.packet(&udp(client.src, client.dst, b"no DCE/RPC"));
        }
        feed.bounded(2 << 20, "udp_evictions");
    }

    #[test]
    fn binds_and_contexts() {
        let _alone = alone();
        let mut feed = Feed::new(small());
        let mut ends = connection(1);
        feed.packet(&ends[0].send(&bind(0, 0..1, 1)));
        for i in 0..2000 {
            feed.packet(&ends[0].send(&alter(i, (i * 20 % 60_000) as u16..(i * 20 % 60_000) as u16 + 20, 1)));
        }
        feed.bounded(2 << 20, "contexts_dropped");
        assert!(feed.count("binds_evicted") > 1000);
    }

    #[test]
    fn calls_without_answer() {
        let _alone = alone();
        let mut feed = Feed::new(small());
        let mut ends = connection(1);
        feed.packet(&ends[0].send(&bind(0, 0..1, 1)));
        feed.packet(&ends[1].send(&bind_ack(0, 1)));
        // The resource type of a control code is kept until the answer comes.
        (0..5000).for_each(|i| feed.packet(&ends[0].send(&request(i, WHOLE, 75, &string(&"T".repeat(2000))))));
        feed.bounded(2 << 20, "calls_evicted");
    }

    #[test]
    fn activities() {
        let _alone = alone();
        let mut feed = Feed::new(small());
        let [client, _] = connection(1);
        (0..20_000).for_each(|i| feed.packet(&udp(client.src, client.dst, &datagram(0, 4, i, 1, 0, &[0x41; 64]))));
        feed.bounded(2 << 20, "activities_evicted");
    }

    /// Handles that are opened and never closed, with the longest names.
    #[test]
    fn handles() {
        let _alone = alone();
        let limits = cluscope::internals::limits::Limits::for_memory(cluscope::internals::limits::LEAST_MEMORY);
        let mut session = Session::new(limits.session.clone(), Default::default());
        let region = Region::new(COUNTING);
        let mut tracker = Tracker::new(limits.analysis);
        let mut ends = connection(1);
        let mut frame = 0;
        let mut held = 0;
        let mut feed = |session: &mut Session, tracker: &mut Tracker, data: Vec<u8>| {
            frame += 1;
            let (original_len, comments) = (data.len(), Vec::new());
            let packet = Packet { frame, time: None, link: LinkType::RAW, data: &data, original_len, comments };
            session.packet(&packet, &mut |record| drop(tracker.feed(&record)));
            let change = region.change();
            held = held.max(change.bytes_allocated as isize - change.bytes_deallocated as isize);
        };
        feed(&mut session, &mut tracker, ends[0].send(&bind(0, 0..1, 1)));
        feed(&mut session, &mut tracker, ends[1].send(&bind_ack(0, 1)));
        for i in 0..10_000u32 {
            let name = string(&format!("{i}{}", "\u{4e00}".repeat(500)));
            feed(&mut session, &mut tracker, ends[0].send(&request(i, WHOLE, 8, &name)));
            let handle = [&[0; 12][..], &[0x66; 12], &i.to_be_bytes()].concat();
            feed(&mut session, &mut tracker, ends[1].send(&response(i, WHOLE, &handle)));
        }
        assert!(held < 4 << 20, "{held}");
        let counters: analysis::Counters = *tracker.counters();
        assert!(counters.handles_forgotten > 8000, "{counters:?}");
        assert!(counters.all().iter().any(|(name, count)| *name == "handles_forgotten" && *count > 0));
    }

    /// Names of hosts and interfaces, section after section.
    #[test]
    fn names_and_interfaces() {
        let _alone = alone();
        let mut file = section();
        for i in 0..200u32 {
            (0..100).for_each(|_| file.extend(interface(&option(2, &[0x41; 60]))));
            let mut names = Vec::new();
            for j in 0..200u32 {
                names.extend([1, 0, 36, 0]);
                names.extend((i * 200 + j).to_be_bytes());
                names.extend([0xff; 31]);
                names.push(0);
            }
            names.extend([0; 4]);
            file.extend(block(4, &names));
        }
        let region = Region::new(COUNTING);
        let mut reader = Reader::with_limits(&file[..], capture::CaptureLimits::default()).unwrap();
        assert!(reader.next().unwrap().is_none());
        let change = region.change();
        let held = change.bytes_allocated as isize - change.bytes_deallocated as isize;
        assert!(held < 3 << 20, "{held}");
        let counters = reader.counters();
        assert!(counters.names_dropped > 30_000 && counters.problems > 3000, "{counters:?}");
    }
}

mod use_across_packets {
    use super::*;

    /// Requests of one connection, with names that only it has.
    fn talk(n: u64) -> Vec<Vec<u8>> {
        let mut ends = connection(n);
        let mut packets = vec![ends[0].send(&bind(0, 0..1, 1)), ends[1].send(&bind_ack(0, 1))];
        for call in 1..20 {
            let stub = string(&format!("name {call} of {n}"));
            let (head, tail) = stub.split_at(20);
            packets.push(ends[0].send(&request(call, FIRST, 8, head)));
            // In the middle of the next PDU's header.
            let pdu = request(call, LAST, 8, tail);
            packets.push(ends[0].send(&pdu[..7]));
            packets.push(ends[0].send(&pdu[7..]));
        }
        packets
    }

    /// What is told of a message, without where it stood.
    fn told(lines: &[String]) -> Vec<String> {
        let params = |line: &String| Some(line.split_once("\"params\"")?.1.to_string());
        lines.iter().filter_map(params).collect()
    }

    /// Connections whose packets alternate say the same as each alone: no buffer, context or call of one is used for
    /// another, though all use the same call ids and context ids.
    #[test]
    fn connections_that_alternate() {
        let _alone = alone();
        let all: Vec<_> = (1..5).map(talk).collect();
        let mut mixed = Feed::keeping(SessionLimits::default());
        for i in 0..all[0].len() {
            all.iter().for_each(|packets| mixed.packet(&packets[i]));
        }
        let mut expected = Vec::new();
        for packets in &all {
            let mut feed = Feed::keeping(SessionLimits::default());
            packets.iter().for_each(|packet| feed.packet(packet));
            expected.extend(told(&feed.lines));
        }
        let mut found = told(&mixed.lines);
        assert_eq!(found.len(), 4 * 19);
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
    }

    /// A message whose first fragment comes again has nothing of the earlier fragments in it.
    #[test]
    fn an_abandoned_message() {
        let _alone = alone();
        let mut feed = Feed::keeping(SessionLimits::default());
        let mut ends = connection(1);
        feed.packet(&ends[0].send(&bind(0, 0..1, 1)));
        feed.packet(&ends[0].send(&request(1, FIRST, 8, &[0x53; 64])));
        let stub = string("fresh");
        feed.packet(&ends[0].send(&request(1, FIRST, 8, &stub[..8])));
        feed.packet(&ends[0].send(&request(1, LAST, 8, &stub[8..])));
        let last = feed.lines.last().unwrap();
        assert!(last.contains("\"lpszResourceName\":\"fresh\"") && !last.contains("5353"), "{last}");
    }

    /// A new connection on the ports of an old one, in the middle of a PDU of the old one.
    #[test]
    fn ports_used_again() {
        let _alone = alone();
        let mut feed = Feed::keeping(SessionLimits::default());
        let [mut client, _] = connection(1);
        feed.packet(&tcp(client.src, client.dst, 0, SYN, &[]));
        feed.packet(&client.send(&request(1, WHOLE, 8, &[0x53; 400])[..200]));
        let [mut again, _] = connection(1);
        feed.packet(&tcp(again.src, again.dst, 7_000_000, SYN, &[]));
        again.seq = 7_000_001;
        feed.packet(&again.send(&bind(0, 0..1, 1)));
        feed.packet(&again.send(&request(1, WHOLE, 8, &string("fresh"))));
        let last = feed.lines.last().unwrap();
        assert!(last.contains("\"lpszResourceName\":\"fresh\"") && !last.contains("5353"), "{last}");
        assert!(last.contains("\"stream\":1"), "{last}");
    }

    /// Fragments of datagrams with the same identification, of other protocols and other senders.
    #[test]
    fn fragments_of_others() {
        let _alone = alone();
        let mut feed = Feed::keeping(SessionLimits::default());
        let stub = [0x53; 400];
        let whole = udp((1, 1), (2, 2), &datagram(0, 4 | 2, 1, 1, 0, &string("fresh")));
        let payload = &whole[20..];
        feed.packet(&ipv4(17, 9, 2, 1, 0x2000 | 3, &stub));
        feed.packet(&ipv4(6, 1, 2, 1, 0x2000 | 3, &stub));
        feed.packet(&ipv4(17, 1, 2, 2, 0x2000 | 3, &stub));
        feed.packet(&ipv4(17, 1, 2, 1, 0x2000, &payload[..24]));
        feed.packet(&ipv4(17, 1, 2, 1, 3, &payload[24..]));
        assert_eq!(feed.lines.len(), 1, "{:?}", feed.lines);
        assert!(feed.lines[0].contains("fresh") && !feed.lines[0].contains("5353"), "{:?}", feed.lines);
    }

    /// A context that the server rejected, and one that was never proposed, are not read as an earlier one.
    #[test]
    fn contexts_of_others() {
        let _alone = alone();
        let mut feed = Feed::keeping(SessionLimits::default());
        let mut ends = connection(1);
        feed.packet(&ends[0].send(&bind(0, 0..1, 1)));
        let mut nak = bind_ack(0, 1);
        let at = nak.len() - 24;
        nak[at] = 2;
        feed.packet(&ends[1].send(&nak));
        feed.packet(&ends[0].send(&request(1, WHOLE, 8, &string("rejected"))));
        assert!(!feed.lines.last().unwrap().contains("lpszResourceName"), "{:?}", feed.lines.last());
    }

    /// What is printed of a record has nothing of the one before, whatever the buffers keep.
    #[test]
    fn printing() {
        let _alone = alone();
        let mut feed = Feed::keeping(SessionLimits::default());
        let mut ends = connection(1);
        feed.packet(&ends[0].send(&bind(0, 0..1, 1)));
        feed.packet(&ends[0].send(&request(1, WHOLE, 8, &string(&"S".repeat(20_000)))));
        feed.packet(&ends[0].send(&request(2, WHOLE, 8, &string("fresh"))));
        feed.finish();
        let last = feed.lines.last().unwrap();
        assert!(last.contains("fresh") && !last.contains("SS") && last.len() < 1000, "{last}");
    }

    /// What a reader has handed out and was kept stays as it was when the reader reads on.
    #[test]
    fn comments_of_packets() {
        let mut file = [section(), interface(&[])].concat();
        (0..100).for_each(|i| file.extend(enhanced(0, &[i; 40], &option(1, format!("comment {i}").as_bytes()))));
        let mut reader = Reader::new(&file[..]).unwrap();
        let mut kept = Vec::new();
        while let Some(packet) = reader.next().unwrap() {
            let comments: Vec<String> = packet.comments.iter().map(|c| c.to_string()).collect();
            kept.push((packet.data.to_vec(), comments));
        }
        for (i, (data, comments)) in (0u8..).zip(&kept) {
            assert_eq!((&data[..], &comments[..]), (&[i; 40][..], &[format!("comment {i}")][..]));
        }
        assert_eq!(kept.len(), 100);
    }
}

mod quadratic_scans {
    use super::*;

    /// Bytes allocated for reading a capture; steps of its loops, where they are counted.
    fn work(file: &[u8]) -> (u64, u64) {
        let region = Region::new(COUNTING);
        #[cfg(feature = "work-counter")]
        cluscope::internals::base::work::taken();
        let mut reader = Reader::new(file).unwrap();
        let mut comments = 0;
        while let Ok(Some(packet)) = reader.next() {
            comments += packet.comments.len();
        }
        assert!(comments < usize::MAX);
        #[cfg(feature = "work-counter")]
        let steps = cluscope::internals::base::work::taken();
        #[cfg(not(feature = "work-counter"))]
        let steps = 0;
        (region.change().bytes_allocated as u64, steps)
    }

    /// Options of packets, interfaces and sections, as many as fit: read once, whatever they are.
    #[test]
    fn options() {
        let _alone = alone();
        let start = [section(), interface(&[])].concat();
        type Make = fn(&[u8], usize) -> Vec<u8>;
        let cases: [Make; 3] = [
            |start, n| [start, &enhanced(0, &[0; 40], &option(1, b"x").repeat(n))].concat(),
            |start, n| [start, &enhanced(0, &[0; 40], &option(99, b"").repeat(n))].concat(),
            |_, n| [section(), interface(&option(99, b"").repeat(n))].concat(),
        ];
        for make in cases {
            let (bytes, steps) = work(&make(&start, 10_000));
            let (twice, double) = work(&make(&start, 20_000));
            assert!(twice < bytes * 5 / 2 && double <= steps * 5 / 2, "{bytes} to {twice}, {steps} to {double}");
        }
    }

    /// Beyond the limit they are not read at all, and that is counted; the packet itself comes out.
    #[test]
    fn options_beyond_the_limit() {
        let _alone = alone();
        let start = [section(), interface(&[])].concat();
        let file = [start, enhanced(0, &[0x45; 40], &option(1, b"x").repeat(100_000))].concat();
        let mut reader = Reader::new(&file[..]).unwrap();
        let packet = reader.next().unwrap().unwrap();
        assert!(packet.comments.is_empty() && packet.data == [0x45; 40]);
        assert_eq!(reader.counters().problems, 1);
    }
}
