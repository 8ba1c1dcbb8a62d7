//! ClusAPI 2.0 over UDP: what records say of it, every opnum, and hostile headers.

use crate::support::*;
use cluscope::internals::session::{Session, SessionLimits};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A connectionless header as bytes, little-endian.
fn header(ptype: u8, flags1: u8, activity: u64, sequence: u32, opnum: u16, fragment: u16, body: &[u8]) -> Vec<u8> {
    let mut pdu = vec![4, ptype, flags1, 0, 0x10, 0, 0, 0];
    pdu.extend([0; 16]);
    pdu.extend(cluscope::internals::idl::CLUSAPI.uuid_bytes);
    pdu.extend(activity.to_le_bytes());
    pdu.extend([1; 8]);
    pdu.extend(0_u32.to_le_bytes());
    pdu.extend(2_u32.to_le_bytes());
    pdu.extend(sequence.to_le_bytes());
    for half in [opnum, 0xffff, 0xffff, body.len() as u16, fragment] {
        pdu.extend(half.to_le_bytes());
    }
    pdu.extend([0, 0]);
    pdu.extend(body);
    pdu
}

const CLIENT: (u32, u16) = (0xc000_020a, 5000);
const SERVER: (u32, u16) = (0xc000_0214, 5001);

fn conversation(pdus: &[(bool, Vec<u8>)]) -> Vec<Owned> {
    let frames = 1..;
    let packet = |(frame, (from_server, pdu)): (u64, &(bool, Vec<u8>))| {
        let (src, dst) = if *from_server { (SERVER, CLIENT) } else { (CLIENT, SERVER) };
        raw(frame, udp_packet(src, dst, pdu))
    };
    frames.zip(pdus).map(packet).collect()
}

#[test]
fn every_opnum_out_of_udp() {
    let Some(packets) = recorded("k-v2-udp.pcapng") else { return };
    let lines = run(&packets);
    let mut seen: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for record in lines.iter().filter(|r| r["interface"] == "clusapi" && r["version"] == "2.0") {
        if record["params"].is_object() {
            assert!(record.get("error").is_none() && record.get("trailing").is_none(), "{record}");
            seen.entry(record["type"].as_str().unwrap()).or_default().insert(record["opnum"].as_u64().unwrap());
        }
    }
    let on_wire: BTreeSet<u64> = cluscope::internals::idl::CLUSAPI.versions[0]
        .methods
        .iter()
        .filter(|m| m.on_wire)
        .map(|m| u64::from(m.opnum))
        .collect();
    assert_eq!(seen["request"], on_wire);
    assert_eq!(seen["response"], on_wire);
}

#[test]
fn the_unusual_ones() {
    let Some(packets) = recorded("n-base-udp.pcapng") else { return };
    let lines = run(&packets);
    let of = |t: &str| lines.iter().filter(|r| r["type"] == t).collect::<Vec<&Value>>();
    for t in [
        "request",
        "response",
        "fault",
        "ping",
        "working",
        "nocall",
        "ack",
        "reject",
        "cl_cancel",
        "cancel_ack",
        "fack",
    ] {
        assert!(!of(t).is_empty(), "no {t}");
        assert!(of(t).iter().all(|r| r["activity"].is_string() && r["server_boot"].is_u64()), "{t}");
    }
    let fack = &of("fack")[0]["fack"];
    assert!(fack["window_size"].is_u64() && fack["max_frag_size"].is_u64() && fack["serial"].is_u64(), "{fack}");
    assert!(of("request").iter().any(|r| r["maybe"] == true));
    assert!(of("request").iter().any(|r| r["idempotent"] == true));
    assert!(of("request").iter().any(|r| r["object_uuid"].is_string()));
    assert!(of("request").iter().any(|r| r["fragments"].as_u64() > Some(5)));
    assert!(of("cancel_ack")[0]["server_is_accepting"].is_boolean());
    // The server's question about the call, in the other direction on the same ports.
    let (asked, answered) = (of("conv_request"), of("conv_response"));
    assert_eq!((asked.len(), answered.len()), (1, 1));
    assert_eq!((&asked[0]["interface"], &asked[0]["method"]), (&"conv".into(), &"conv_who_are_you".into()));
    assert_eq!(asked[0]["src"], of("response")[0]["src"]);
    assert!(asked[0]["params"]["actuid"].is_string() && answered[0]["params"]["seq"].is_u64());
}

/// Each byte of the header set to its extremes, for every PDU type.
#[test]
fn header_fields_at_their_extremes() {
    for ptype in 0..=11 {
        let body = [0_u8; 24];
        let plain = header(ptype, 0x20, 1, 1, 0, 0, &body);
        for at in 0..104 {
            for byte in [0, 1, 0x7f, 0x80, 0xff] {
                let mut pdu = plain.clone();
                pdu[at] = byte;
                // Once as the first thing seen of a flow, once in the middle of a conversation.
                let good = header(0, 0x20, 1, 1, 0, 0, b"");
                let answer = header(2, 0, 1, 1, 0, 0, &[0; 24]);
                run(&conversation(&[(false, pdu.clone()), (true, pdu.clone())]));
                let lines = run(&conversation(&[(false, good), (false, pdu.clone()), (true, pdu), (true, answer)]));
                // The good request is never lost.
                assert!(lines.iter().any(|r| r["frame"] == 1 && r["type"] == "request"), "{ptype} {at} {byte:#x}");
            }
        }
    }
}

/// Words of the header and of bodies at their extremes.
#[test]
fn words_at_their_extremes() {
    for ptype in 0..=10 {
        for at in (0..104).step_by(2) {
            for word in [0_u16, 1, 0x7fff, 0x8000, 0xfffe, 0xffff] {
                let mut pdu = header(ptype, 0x04, 1, 1, 0, 0, &[0xff; 24]);
                pdu[at..at + 2].copy_from_slice(&word.to_le_bytes());
                run(&conversation(&[(false, pdu.clone()), (false, pdu.clone()), (true, pdu)]));
            }
        }
    }
}

#[test]
fn fragments_that_overlap_repeat_and_never_end() {
    // 65535 is a fragment number like any other; the message it ends would have as many.
    let mut pdus: Vec<(bool, Vec<u8>)> = Vec::new();
    for fragment in [0, 1, 1, 0, 3, 3, 2, 65535, 65535, 65534] {
        pdus.push((false, header(0, 0x04, 1, 1, 0, fragment, b"abcd")));
    }
    // One that ends before fragments that were there already.
    pdus.push((false, header(0, 0x06, 1, 1, 0, 4, b"abcd")));
    let lines = run(&conversation(&pdus));
    let requests: Vec<_> = lines.iter().filter(|r| r["type"] == "request").collect();
    assert_eq!(requests.len(), 1, "{lines:?}");
    assert_eq!(requests[0]["fragments"], 5);
    // All 65536 of a message.
    let mut all: Vec<(bool, Vec<u8>)> =
        (0..=65535).map(|n| (false, header(0, if n == 65535 { 6 } else { 4 }, 2, 1, 0, n, b"xy"))).collect();
    let lines = run(&conversation(&all));
    assert!(lines.iter().any(|r| r["type"] == "request" && r["fragments"] == 65536));
    // The same without an end: bounded, and said so when the flow ends.
    all.pop();
    let lines = run(&conversation(&all));
    let last = lines.last().unwrap();
    assert_eq!((&last["type"], &last["of"]), (&"incomplete".into(), &"request".into()), "{last}");
    // Under a small limit it is given up at once, and counted.
    let mut limits = SessionLimits::default();
    limits.rpc.message_bytes = 10_000;
    let mut session = Session::new(limits, Arc::default());
    let mut given_up = 0;
    for packet in conversation(&all) {
        session.packet(&packet.packet(), &mut |r| {
            given_up += u32::from(matches!(r.event.body, cluscope::internals::rpc::event::Body::Incomplete { .. }));
        });
    }
    assert_eq!((given_up, session.stats().rpc.messages_too_large), (1, 1));
}

/// Datagrams cut short by the capture, and by the sender.
#[test]
fn datagrams_cut_short() {
    let method = &cluscope::internals::idl::resource::ApiOpenResource::METHOD;
    let contents =
        cluscope::internals::idl::resource::ApiOpenResource::Request::builder().lpszResourceName("Cluster IP").contents;
    let stub = cluscope::internals::idl::encode(
        method,
        cluscope::internals::ndr::Version::V2_0,
        cluscope::internals::ndr::Direction::Request,
        cluscope::internals::ndr::Syntax::Ndr,
        cluscope::internals::ndr::Endian::Little,
        &contents,
    )
    .unwrap();
    let pdu = header(0, 0x20, 1, 1, 8, 0, &stub);
    let whole = conversation(&[(false, pdu.clone())]);
    for length in 0..whole[0].data.len() {
        // The capture's snapshot length: the header says how long it was.
        let mut cut = whole.clone();
        cut[0].data.truncate(length);
        let lines = run(&cut);
        if length >= 28 + 80 {
            let record = &lines[0];
            assert_eq!((&record["type"], &record["of"]), (&"incomplete".into(), &"request".into()), "{record}");
            assert_eq!(record["method"], "ApiOpenResource");
            assert!(length == 28 + 80 || record["error"].is_object(), "{record}");
        }
        // The sender's own doing: a shorter datagram with the same header.
        if length > 28 {
            run(&conversation(&[(false, pdu.clone()), (false, pdu[..length - 28].to_vec())]));
        }
    }
}
