//! What traces tell beside packets: processes, drops, calls of the RPC runtime.

use super::*;
use cluscope::internals::capture::etl::{CallSide, PacketOrigins};
use cluscope_testkit::etl_writer::{pktmon_component, rpc_end, rpc_start};

const CLUSAPI: [u8; 16] =
    [0xb2, 0xb8, 0x7d, 0xb9, 0x63, 0x4c, 0xcf, 0x11, 0xbf, 0xf6, 0x08, 0x00, 0x2b, 0xe2, 0x3f, 0x2f];

fn sample() -> Vec<Owned> {
    timed(plain(ours("clean.pcapng")))
}

#[test]
fn processes_in_comments_and_notes() {
    let packets = sample();
    let mut trace = trace(Settings::default(), &packets);
    for (at, packet) in packets.iter().enumerate() {
        for mut event in ndis(7, 9, true, 1, 60_000, &packet.data) {
            event.process = 1000 + at as u32;
            // A stack trace beside the packet.
            event.extended.push((8, vec![1; 24]));
            trace.event(packet.time.unwrap().0, 0, &event);
        }
    }
    let bytes = trace.bytes();
    let origins = PacketOrigins::default();
    let mut reader = Reader::new(&bytes[..]).unwrap().noting(origins.clone());
    let mut at = 0;
    while let Some(packet) = reader.next().unwrap() {
        assert_eq!(packet.data, packets[at].data);
        assert_eq!(packet.comments, [format!("PID={} TID=88 interface=7 layer=9 sent", 1000 + at)]);
        let origin = origins.get(packet.frame).unwrap();
        assert_eq!((origin.process, origin.interface), (1000 + at as u32, 7));
        at += 1;
    }
    assert_eq!(at, packets.len());
}

#[test]
fn drops_are_named() {
    let packets = sample();
    let mut trace = trace(Settings::default(), &packets);
    let time = packets[0].time.unwrap().0;
    trace.event(time, 0, &pktmon_component(10, "nic", "Ethernet adapter"));
    trace.event(time, 0, &pktmon_component(11, "tcpip.sys", ""));
    let data = &packets[0].data;
    trace.event(time, 0, &pktmon(1, 1, 1, 1, 10, 0, data.len(), data));
    trace.event(time, 0, &pktmon(1, 1, 2, 1, 11, 1204, data.len(), data));
    // Of one dropped for a reason without a name.
    trace.event(time, 0, &pktmon(2, 1, 1, 1, 12, 77_777, data.len(), data));
    // Long after its packet.
    trace.event(time + 2_000_000_000, 0, &pktmon(1, 1, 3, 1, 11, 8, data.len(), data));
    // A form that no capture has, and a packet without a byte.
    trace.event(time + 2_000_000_000, 0, &pktmon(3, 1, 1, 5, 11, 0, data.len(), data));
    trace.event(time + 2_000_000_000, 0, &pktmon(4, 1, 1, 1, 11, 8, data.len(), b""));
    let bytes = trace.bytes();
    let mut reader = Reader::new(&bytes[..]).unwrap();
    let mut comments = Vec::new();
    while let Some(packet) = reader.next().unwrap() {
        comments.push(packet.comments.join("|"));
    }
    assert_eq!(
        comments,
        [
            "PID=4 TID=88 interface=10 (Ethernet adapter) received; dropped at component 11 (tcpip.sys): \
             INET_EndpointNotFound",
            "PID=4 TID=88 interface=12 received; dropped at component 12: reason 77777",
        ]
    );
    assert_eq!(reader.trace_counters().unwrap().drops_without_packet, 2);
    assert_eq!(reader.problems().len(), 2);
}

#[test]
fn calls_of_the_runtime() {
    let packets = sample();
    let mut trace = as_ndis(Settings::default(), &packets, 60_000, 1);
    let time = packets[3].time.unwrap().0;
    trace.event(time, 0, &rpc_start(true, CLUSAPI, 102, "49664", 1));
    trace.event(time + 100, 0, &rpc_start(false, CLUSAPI, 8, "49664", 2));
    trace.event(time + 200, 0, &rpc_end(false, 0, 2));
    trace.event(time + 300, 0, &rpc_end(true, 5, 1));
    // Of a call that began before the trace.
    trace.event(time + 400, 0, &rpc_end(true, 1722, 3));
    let bytes = trace.bytes();
    let mut reader = Reader::new(&bytes[..]).unwrap();
    while reader.next().unwrap().is_some() {}
    let events: Vec<_> = std::iter::from_fn(|| reader.next_rpc_event()).collect();
    let told: Vec<_> =
        events.iter().map(|e| (e.id, e.side, e.call.as_ref().map(|call| call.opnum), e.status)).collect();
    assert_eq!(
        told,
        [
            (5, CallSide::Client, Some(102), None),
            (6, CallSide::Server, Some(8), None),
            (8, CallSide::Server, Some(8), Some(0)),
            (7, CallSide::Client, Some(102), Some(5)),
            (7, CallSide::Client, None, Some(1722)),
        ]
    );
    let call = events[0].call.as_ref().unwrap();
    assert_eq!((call.endpoint.as_str(), call.protocol_name()), ("49664", Some("ncacn_ip_tcp")));
    assert_eq!(call.interface.to_string(), "b97db8b2-4c63-11cf-bff6-08002be23f2f");
}

/// Frames of IEEE 802.11 are captured decrypted, with the flag that says otherwise still set.
#[test]
fn wireless_frames() {
    let packets = sample();
    let mut frame = vec![0x88, 0x41, 0, 0];
    frame.extend([2; 20]);
    frame.extend([0, 0, 0, 0]);
    frame.extend([0xaa, 0xaa, 3, 0, 0, 0, 8, 0]);
    frame.extend(&packets[0].data[14..]);
    let owned = Owned { link: LinkType::IEEE802_11, data: frame, ..packets[0].clone() };
    let (found, ..) = read(&as_ndis(Settings::default(), &[owned], 60_000, 1).bytes());
    assert_eq!((found[0].link, found[0].data[1]), (LinkType::IEEE802_11, 0x01));
}

/// What the capture driver cut is told by the IP header.
#[test]
fn packets_that_were_cut() {
    let packets: Vec<Owned> = sample()
        .into_iter()
        .map(|mut p| {
            p.data.truncate(60);
            p
        })
        .collect();
    let (found, reader, _) = read(&as_ndis(Settings::default(), &packets, 60_000, 1).bytes());
    let cut = packets.iter().filter(|p| p.original_len > 60).count() as u64;
    assert!(cut > 10);
    assert_eq!(reader.trace_counters().unwrap().cut, cut);
    assert!(found.iter().zip(&packets).all(|(f, p)| f.original_len == p.original_len), "the length on the wire");
}
