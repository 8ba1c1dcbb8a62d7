//! Hostile captures and damaged ones: nothing panics, nothing that was readable is lost, everything is bounded.

use crate::support::*;
use cluscope::internals::capture::Reader;
use cluscope::internals::session::{Session, SessionLimits};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// What identifies a message in a capture and its copies.
fn identity(record: &Value) -> String {
    let mut map = record.as_object().unwrap().clone();
    // What a later packet may add is no part of it.
    for key in ["latency_ns", "request_frame"] {
        map.remove(key);
    }
    Value::Object(map).to_string()
}

fn messages(lines: &[Value]) -> impl Iterator<Item = &Value> {
    lines.iter().filter(|r| {
        is(r, &["request", "response", "fault", "bind", "bind_ack", "alter_context", "ping", "ack", "fack", "working"])
    })
}

/// Whatever is whole before packet `n` is printed as it is without the cut.
fn cut_at(packets: &[Owned], whole: &[Value], n: usize) {
    let lines = run(&packets[..n]);
    let found: HashSet<String> = messages(&lines).map(identity).collect();
    let last = packets[..n].last().map_or(0, |p| p.frame);
    for record in messages(whole) {
        let there = record["frames"].as_array().unwrap().iter().all(|f| f.as_u64().unwrap() <= last);
        if there {
            assert!(found.contains(&identity(record)), "cut at {n}: lost {record}");
        }
    }
}

#[test]
fn cut_at_every_packet() {
    for name in ["faults.pcapng", "witness.pcapng", "fragments.pcapng", "tour.pcapng", "sealed.pcapng"] {
        let packets = ours(name);
        let whole = run(&packets);
        // All boundaries of the short ones, and a thinned-out lot of the long ones.
        let step = (packets.len() / 120).max(1);
        for n in (0..=packets.len()).step_by(step) {
            cut_at(&packets, &whole, n);
        }
    }
    if let Some(packets) = recorded("n-base-udp.pcapng") {
        let whole = run(&packets);
        for n in 0..=packets.len() {
            cut_at(&packets, &whole, n);
        }
    }
}

/// The file cut at a thousand places: the reader gives every packet before the cut, the session every message.
#[test]
fn cut_at_a_thousand_bytes() {
    let file = std::fs::read(crate::data::file("captures/faults.pcapng")).unwrap();
    let packets = ours("faults.pcapng");
    let whole = run(&packets);
    let mut last = usize::MAX;
    let mut state = 1_u64;
    let mut cuts: Vec<usize> = (0..1000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % file.len()
        })
        .collect();
    cuts.sort_unstable();
    for cut in cuts {
        let mut count = 0;
        if let Ok(mut reader) = Reader::new(&file[..cut]) {
            while let Ok(Some(packet)) = reader.next() {
                assert_eq!(packet.data, packets[count].data);
                count += 1;
            }
        }
        if count != last {
            cut_at(&packets, &whole, count);
            last = count;
        }
    }
}

/// Each byte of the connection-oriented header, and of each PDU's first words, set to its extremes.
#[test]
fn header_fields_at_their_extremes() {
    let packets = ours("faults.pcapng");
    let mut tried = 0;
    for (index, packet) in packets.iter().enumerate() {
        // Where a PDU begins: Ethernet, IPv4 and TCP with their lengths.
        let ip = 14 + usize::from(packet.data[14] & 15) * 4;
        let payload = ip + usize::from(packet.data.get(ip + 12).copied().unwrap_or(0) >> 4) * 4;
        if packet.data.get(payload) != Some(&5) {
            continue;
        }
        for at in (payload..packet.data.len().min(payload + 32)).step_by(1) {
            for byte in [0, 0x7f, 0xff] {
                let mut damaged = packets[index.saturating_sub(6)..(index + 4).min(packets.len())].to_vec();
                let place = index - index.saturating_sub(6);
                damaged[place].data[at] = byte;
                run(&damaged);
                tried += 1;
            }
        }
    }
    assert!(tried > 1000, "{tried}");
}

/// More half-open associations than the limits take: what goes is counted, and what it held is handed out.
#[test]
fn half_open_associations() {
    let limits =
        SessionLimits { connections: 64, conversations: 64, association_bytes: 256 << 10, ..SessionLimits::default() };
    let mut session = Session::new(limits, Arc::default());
    let server = (0xc000_0214, 135);
    // A request's first fragment, of many.
    let mut first = vec![5, 0, 0, 1, 0x10, 0, 0, 0, 88, 0, 0, 0, 1, 0, 0, 0, 0, 16, 0, 0, 0, 0, 8, 0];
    first.resize(88, 0x61);
    let mut datagram = vec![4, 0, 4, 0, 0x10, 0, 0, 0];
    datagram.resize(24, 0);
    datagram.extend(cluscope::internals::idl::CLUSAPI.uuid_bytes);
    let activity = datagram.len();
    datagram.extend([7; 16]);
    datagram.extend([0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0xff, 0xff, 0xff, 0xff, 8, 0, 0, 0, 0, 0]);
    datagram.extend([0x62; 8]);
    let (mut incomplete, mut frame) = (0, 0);
    for i in 0..3000_u32 {
        let client = (0x0a00_0000 + i, 1024);
        // Each client has an activity of its own: what has the same one belongs to the same call.
        datagram[activity..activity + 4].copy_from_slice(&i.to_le_bytes());
        for data in [
            tcp_packet(client, server, 1000, 0, 2, b""),
            tcp_packet(client, server, 1001, 0, 24, &first),
            udp_packet(client, server, &datagram),
        ] {
            frame += 1;
            session.packet(&raw(frame, data).packet(), &mut |r| {
                incomplete +=
                    u32::from(matches!(r.event.body, cluscope::internals::rpc::event::Body::Incomplete { .. }));
            });
        }
    }
    session.finish(&mut |r| {
        incomplete += u32::from(matches!(r.event.body, cluscope::internals::rpc::event::Body::Incomplete { .. }));
    });
    let stats = session.stats();
    assert!(stats.connections_evicted > 2900 && stats.conversations_evicted > 2900, "{stats:?}");
    assert_eq!(incomplete, 6000);
}

/// A connection of interest outlives a flood of others.
#[test]
fn what_matters_stays() {
    let tour = ours("tour.pcapng");
    let limits = SessionLimits { connections: 32, ..SessionLimits::default() };
    let mut session = Session::new(limits, Arc::default());
    let (mut calls, mut assumed) = (0, 0);
    let mut flood = 0_u32;
    for packet in &tour {
        session.packet(&packet.packet(), &mut |r| {
            calls += u32::from(r.stub().is_some());
            assumed += u32::from(r.event.context.is_some_and(|c| c.assumed));
        });
        for _ in 0..8 {
            flood += 1;
            let client = (0x0a00_0000 + flood, 1024);
            for data in [
                tcp_packet(client, (0xc000_0214, 135), 1000, 0, 2, b""),
                tcp_packet(client, (0xc000_0214, 135), 1001, 0, 24, b"\x05\x00"),
            ] {
                session.packet(&raw(1_000_000, data).packet(), &mut |_| {});
            }
        }
    }
    let whole = run(&tour).iter().filter(|r| r.get("params").is_some()).count();
    assert_eq!((calls as usize, assumed), (whole, 0));
    assert!(session.stats().connections_evicted > 1000);
}
