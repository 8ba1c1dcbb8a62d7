//! Every capture, recorded and derived, through the capture and network layers into associations: the messages that the
//! log counted have to come out.

use super::connection::{Connection, Recognition};
use super::dg::{Conversation, Received, conv};
use super::event::{Body, Event};
use super::security::NoSecurity;
use super::{RpcLimits, test_capture};
use crate::capture::Reader;
use crate::net::{self, Chunk, Datagram, Handler, Network, Origin, Verdict};
use std::collections::{BTreeMap, HashMap};

#[derive(Default)]
struct Counting {
    tcp: HashMap<u64, Connection<()>>,
    udp: HashMap<u64, Conversation<()>>,
    counts: BTreeMap<String, u64>,
    foreign: u64,
}

impl Counting {
    /// Counts a message as `NAME.expected.json` does: all of the capture, those too that the server's log does not have
    /// because they were cancelled or rejected; not the conversation manager's callbacks.
    fn count(counts: &mut BTreeMap<String, u64>, event: &Event<'_, ()>) {
        let kind = match (&event.body, event.ptype) {
            (Body::Malformed { .. }, _) => "malformed",
            (Body::Skipped { .. }, _) => "skipped",
            (Body::Incomplete { .. }, _) => "incomplete",
            (_, Some(ptype)) => ptype.name(),
            (_, None) => "-",
        };
        assert!(event.frames().last() == Some(&event.frame()), "{kind}");
        let ours = event.context.is_none_or(|c| c.interface != conv::INTERFACE);
        if ours {
            *counts.entry(kind.to_string()).or_default() += 1;
        }
    }
}

impl Handler for Counting {
    fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        let connection = self.tcp.entry(origin.stream).or_insert_with(|| Connection::new(RpcLimits::default()));
        let counts = &mut self.counts;
        let mut out = |event: Event<'_, ()>| Counting::count(counts, &event);
        match chunk {
            Chunk::Data(bytes) => {
                let security = &mut NoSecurity;
                let found = connection.data(origin.from, origin.frame, origin.time, bytes, security, &mut out);
                self.foreign += u64::from(found == Recognition::NotRpc);
            }
            Chunk::Gap { lost, reason } => connection.gap(origin.from, lost, reason, &mut NoSecurity, &mut out),
            Chunk::End { reason } => connection.end(origin.from, reason, &mut NoSecurity, &mut out),
        }
        Verdict::Keep
    }

    fn udp(&mut self, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        let conversation = self.udp.entry(origin.stream).or_insert_with(|| Conversation::new(RpcLimits::default()));
        let counts = &mut self.counts;
        let received = Received {
            side: origin.from,
            frames: datagram.frames,
            time: origin.time,
            data: datagram.data,
            wire_len: datagram.wire_len,
            identification: datagram.identification,
        };
        conversation.datagram(received, &mut NoSecurity, &mut |event| Counting::count(counts, &event));
        Verdict::Keep
    }
}

fn run(path: &std::path::Path) -> Counting {
    let mut counting = Counting::default();
    let mut network = Network::new(net::NetworkLimits::default());
    let mut reader = Reader::new(std::fs::File::open(path).unwrap()).unwrap();
    while let Ok(Some(packet)) = reader.next() {
        network.input(&packet, &mut counting);
    }
    network.finish(&mut counting);
    let Counting { udp, counts, .. } = &mut counting;
    for conversation in udp.values_mut() {
        conversation.end(&mut NoSecurity, &mut |event| Counting::count(counts, &event));
    }
    counting
}

#[test]
fn messages_of_every_capture() {
    let Some(directory) = test_capture::directory() else { return };
    let mut captures = 0;
    let mut files: Vec<_> = std::fs::read_dir(directory).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap().to_string();
        let Some((stem, "pcap" | "pcapng")) = name.rsplit_once('.') else { continue };
        let expectation = [name.as_str(), stem].map(|n| path.with_file_name(format!("{n}.expected.json")));
        let Some(expectation) = expectation.iter().find(|p| p.is_file()) else { continue };
        let expected: serde_json::Value = serde_json::from_slice(&std::fs::read(expectation).unwrap()).unwrap();
        let counting = run(&path);
        let got = |kind: &str| counting.counts.get(kind).copied().unwrap_or(0);
        assert_eq!(counting.foreign, 0, "{name}");
        captures += 1;
        if expected["same_messages_as_base"] == false {
            println!("{name}: {:?} of {}", counting.counts, expected["messages"]);
            continue;
        }
        let messages: BTreeMap<String, u64> = serde_json::from_value(expected["messages"].clone()).unwrap();
        if messages.is_empty() {
            continue;
        }
        for (kind, count) in messages {
            assert_eq!(got(&kind), count, "{name} {kind}: {:?}", counting.counts);
        }
        for kind in ["malformed", "skipped", "incomplete"] {
            assert_eq!(got(kind), 0, "{name}: {:?}", counting.counts);
        }
    }
    println!("{captures} captures");
    assert!(captures >= 60, "{captures} captures");
}
