//! Recorded captures, compared with the log of what was really sent.

use super::*;
use crate::rpc::pdu::Pdu;
use crate::rpc::test_capture::{Packet, expected, log, names, packets};
use std::collections::{BTreeMap, HashMap};

/// Runs a capture's TCP flows; every event in the order they come.
fn run(packets: &[Packet]) -> Vec<(usize, Seen)> {
    let mut rigs: HashMap<usize, Rig> = HashMap::new();
    let mut seen = Vec::new();
    for packet in packets.iter().filter(|p| !p.udp) {
        let rig = rigs.entry(packet.flow).or_insert_with(|| Rig::new(RpcLimits::default()));
        rig.frame = packet.frame - 1;
        assert_ne!(rig.data(packet.side, &packet.payload), Recognition::NotRpc);
        seen.extend(rig.seen.drain(..).map(|s| (packet.flow, s)));
    }
    for (flow, mut rig) in rigs {
        rig.end();
        seen.extend(rig.seen.drain(..).map(|s| (flow, s)));
    }
    seen
}

#[test]
fn counts_of_each_type() {
    for name in names("") {
        let packets = packets(&name);
        if packets.iter().any(|p| p.udp) {
            continue;
        }
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for (_, seen) in run(&packets) {
            let ptype = seen.what.split(' ').next().unwrap();
            *counts.entry(ptype.to_string()).or_default() += 1;
        }
        let expected: BTreeMap<String, u64> = serde_json::from_value(expected(&name)["messages"].clone()).unwrap();
        assert_eq!(counts, expected, "{name}");
    }
}

#[test]
fn stubs_of_plain_captures() {
    let mut compared = 0;
    for name in names("") {
        let packets = packets(&name);
        let plain = expected(&name)["credentials"].as_object().is_none_or(|c| c.is_empty());
        if packets.iter().any(|p| p.udp) || !plain {
            continue;
        }
        let mut stubs: HashMap<Vec<String>, usize> = HashMap::new();
        for (_, seen) in run(&packets) {
            let [ptype, opnum, ..] = seen.what.split(' ').collect::<Vec<_>>()[..] else { continue };
            let Some(stub) = &seen.stub else { continue };
            let context = seen.context.map(|c| format!("{} {}", c.interface, c.syntax.name().unwrap_or("?")));
            let opnum = opnum.trim_start_matches("Some(").trim_end_matches(')');
            let key = [ptype, opnum, &seen.call_id.unwrap().to_string(), &context.unwrap_or_default()];
            let key = key.iter().map(|s| s.to_string()).chain([hex::encode(stub)]).collect();
            *stubs.entry(key).or_default() += 1;
        }
        for message in log(&name) {
            let (Some(stub), ptype) = (message["stub"].as_str(), message["ptype"].as_str().unwrap()) else { continue };
            let context = format!("{} {}", message["interface"].as_str().unwrap(), message["syntax"].as_str().unwrap());
            let key = vec![
                ptype.to_string(),
                message["opnum"].to_string(),
                message["call_id"].to_string(),
                context,
                stub.to_string(),
            ];
            let left = stubs.get_mut(&key).unwrap_or_else(|| panic!("{name}: {key:?}"));
            *left = left.checked_sub(1).unwrap_or_else(|| panic!("{name}: once too often {key:?}"));
            compared += 1;
        }
    }
    assert!(compared > 1000 || names("").is_empty(), "{compared}");
}

#[test]
fn every_pdu_comes_back_when_encoded() {
    for name in names("") {
        let mut streams: HashMap<(usize, bool), Vec<u8>> = HashMap::new();
        for packet in packets(&name).into_iter().filter(|p| !p.udp) {
            streams.entry((packet.flow, packet.side == Side::A)).or_default().extend(packet.payload);
        }
        for stream in streams.values() {
            let mut rest = stream.as_slice();
            while !rest.is_empty() {
                let pdu = Pdu::parse(rest).unwrap();
                let (bytes, after) = rest.split_at(usize::from(pdu.header.frag_length));
                assert_eq!(pdu.encode().unwrap(), bytes, "{name}");
                rest = after;
            }
        }
    }
}
