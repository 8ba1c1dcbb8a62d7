//! Recorded captures, compared with the log of what was really sent.

use super::super::{Conversation, Pdu, Received, conv};
use super::CLUSAPI;
use crate::rpc::RpcLimits;
use crate::rpc::connection::Recognition;
use crate::rpc::event::Body;
use crate::rpc::security::NoSecurity;
use crate::rpc::test_capture::{Packet, expected, log, names, packets};
use std::collections::{BTreeMap, HashMap};

fn udp() -> impl Iterator<Item = (String, Vec<Packet>)> {
    names("").into_iter().map(|name| (name.clone(), packets(&name))).filter(|(_, p)| p.iter().any(|p| p.udp))
}

#[test]
fn counts_of_each_pdu_type() {
    for (name, packets) in udp() {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let mut callbacks = 0;
        for packet in packets.iter().filter(|p| p.udp) {
            let pdu = Pdu::parse(&packet.payload).unwrap();
            assert_eq!(pdu.encode().unwrap(), packet.payload, "{name} frame {}", packet.frame);
            if pdu.header.interface == conv::INTERFACE {
                callbacks += 1;
            } else {
                *counts.entry(pdu.header.ptype.name().to_string()).or_default() += 1;
            }
        }
        let expected: BTreeMap<String, u64> = serde_json::from_value(expected(&name)["pdus"].clone()).unwrap();
        assert_eq!(counts, expected, "{name}");
        assert!(callbacks >= 2, "{name}");
    }
}

#[test]
fn messages_and_stubs() {
    for (name, packets) in udp() {
        let mut flows: HashMap<usize, Conversation<u64>> = HashMap::new();
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let mut stubs: HashMap<(String, u32, u64, String), usize> = HashMap::new();
        let (mut answered, mut callbacks) = (0, 0);
        for packet in packets.iter().filter(|p| p.udp) {
            let flow = flows.entry(packet.flow).or_insert_with(|| Conversation::new(RpcLimits::default()));
            let received = Received {
                side: packet.side,
                frames: &[packet.frame],
                time: None,
                data: &packet.payload,
                wire_len: packet.payload.len(),
                identification: Some(packet.frame as u16),
            };
            let recognition = flow.datagram(received, &mut NoSecurity, &mut |event| {
                assert!(event.diagnostics.is_empty() && !matches!(event.body, Body::Malformed { .. }), "{name}");
                let context = event.context.unwrap();
                if context.interface == conv::INTERFACE {
                    callbacks += 1;
                }
                let ptype = event.ptype.unwrap().name().to_string();
                let frame = event.frame();
                // A request of an unknown version is answered with a reject. The log does not have it; the number of
                // messages counts it, as it counts the request that was cancelled.
                if (context.interface, context.version.0) != (CLUSAPI, 2) {
                    if context.interface == CLUSAPI && matches!(event.body, Body::Request { .. }) {
                        *counts.entry(ptype).or_default() += 1;
                    }
                    return;
                }
                let (opnum, stub) = match event.body {
                    Body::Request { opnum, stub, .. } => {
                        if let Some(call) = event.call {
                            call.note = frame;
                        }
                        (Some(opnum), stub)
                    }
                    Body::Response { opnum, stub, .. } => {
                        let call = event.call.unwrap();
                        assert!(call.note == call.frame && call.frame < frame);
                        answered += 1;
                        (opnum, stub)
                    }
                    Body::Fault { .. } => (None, None),
                    _ => return,
                };
                *counts.entry(ptype.clone()).or_default() += 1;
                if let Some(stub) = stub {
                    let key = (ptype, event.call_id.unwrap(), opnum.unwrap().into(), hex::encode(stub));
                    *stubs.entry(key).or_default() += 1;
                }
            });
            assert_eq!(recognition, Recognition::Rpc, "{name}");
        }
        for flow in flows.values_mut() {
            flow.end(&mut NoSecurity, &mut |event| panic!("{name}: {:?}", event.body));
        }
        let expected: BTreeMap<String, u64> = serde_json::from_value(expected(&name)["messages"].clone()).unwrap();
        let mut compared = 0;
        for message in log(&name) {
            let Some(stub) = message["stub"].as_str() else { continue };
            let key = (
                message["ptype"].as_str().unwrap().to_string(),
                message["call_id"].as_u64().unwrap() as u32,
                message["opnum"].as_u64().unwrap(),
                stub.to_string(),
            );
            let left = stubs.get_mut(&key).unwrap_or_else(|| panic!("{name}: {key:?}"));
            *left = left.checked_sub(1).unwrap_or_else(|| panic!("{name}: once too often {key:?}"));
            compared += 1;
        }
        assert!(compared > 20 && answered > 10 && callbacks >= 2, "{name}: {compared} {answered} {callbacks}");
        for (ptype, count) in expected {
            assert_eq!(counts.get(&ptype), Some(&count), "{name} {ptype}");
        }
    }
}
