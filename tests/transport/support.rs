//! Captures in memory, through a session, as the lines that `dissect` prints.

use crate::data;
use cluscope::internals::capture::{LinkType, Packet, Reader};
use cluscope::internals::net::{Chunk, Datagram, Handler, Network, Origin, Timestamp, Verdict};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::session::{Record, Session, SessionLimits};
use serde_json::Value;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

/// A packet that owns its bytes.
#[derive(Clone)]
pub(crate) struct Owned {
    pub(crate) frame: u64,
    pub(crate) time: Option<Timestamp>,
    pub(crate) link: LinkType,
    pub(crate) data: Vec<u8>,
    pub(crate) original_len: usize,
}

impl Owned {
    pub(crate) fn packet(&self) -> Packet<'_> {
        Packet {
            frame: self.frame,
            time: self.time,
            link: self.link,
            data: &self.data,
            original_len: self.original_len,
            comments: Vec::new(),
        }
    }
}

/// A capture of captures/.
pub(crate) fn ours(name: &str) -> Vec<Owned> {
    load(data::file("captures").join(name))
}

/// A recorded capture, where they are at hand.
#[track_caller]
pub(crate) fn recorded(name: &str) -> Option<Vec<Owned>> {
    data::shared(&format!("captures/{name}")).map(load)
}

/// The directory of the recorded captures.
#[track_caller]
pub(crate) fn recordings() -> Option<PathBuf> {
    data::shared("captures")
}

pub(crate) fn load(path: PathBuf) -> Vec<Owned> {
    let mut reader = Reader::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut packets = Vec::new();
    while let Ok(Some(p)) = reader.next() {
        let Packet { frame, time, link, data, original_len, .. } = p;
        packets.push(Owned { frame, time, link, data: data.to_vec(), original_len });
    }
    packets
}

/// Feeds packets to a session with default limits.
pub(crate) fn run(packets: &[Owned]) -> Vec<Value> {
    run_with(Session::new(SessionLimits::default(), Arc::default()), packets)
}

pub(crate) fn run_with(mut session: Session, packets: &[Owned]) -> Vec<Value> {
    let mut lines = Vec::new();
    let mut out = Out::new();
    let mut records = Records::default();
    let mut take = |record: Record<'_>| {
        records.print(&mut out, &record);
        lines.push(serde_json::from_slice(out.as_bytes()).expect("a JSON object"));
    };
    for packet in packets {
        session.packet(&packet.packet(), &mut take);
    }
    session.finish(&mut take);
    lines
}

/// The TCP stream of each packet that carries data.
pub(crate) fn streams(packets: &[Owned]) -> HashMap<u64, u64> {
    struct Streams(HashMap<u64, u64>);
    impl Handler for Streams {
        fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
            if let Chunk::Data(_) = chunk {
                self.0.insert(origin.frame, origin.stream);
            }
            Verdict::Keep
        }
        fn udp(&mut self, _: &Origin, _: Datagram<'_>) -> Verdict {
            Verdict::Ignore
        }
    }
    let mut streams = Streams(HashMap::new());
    let mut network = Network::new(cluscope::internals::net::NetworkLimits::default());
    for packet in packets {
        network.input(&packet.packet(), &mut streams);
    }
    network.finish(&mut streams);
    streams.0
}

/// Whether a record is of one of these types.
pub(crate) fn is(record: &Value, types: &[&str]) -> bool {
    types.iter().any(|t| record["type"] == *t)
}

/// Puts packets of hand-made payloads together: raw IPv4.
pub(crate) fn tcp_packet(src: (u32, u16), dst: (u32, u16), seq: u32, ack: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut segment = Vec::new();
    segment.extend(src.1.to_be_bytes());
    segment.extend(dst.1.to_be_bytes());
    segment.extend(seq.to_be_bytes());
    segment.extend(ack.to_be_bytes());
    segment.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend(payload);
    ipv4(src.0, dst.0, 6, &segment)
}

pub(crate) fn udp_packet(src: (u32, u16), dst: (u32, u16), payload: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::new();
    datagram.extend(src.1.to_be_bytes());
    datagram.extend(dst.1.to_be_bytes());
    datagram.extend(((8 + payload.len()) as u16).to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload);
    ipv4(src.0, dst.0, 17, &datagram)
}

fn ipv4(src: u32, dst: u32, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x45, 0];
    packet.extend(((20 + payload.len()) as u16).to_be_bytes());
    packet.extend([0, 0, 0, 0, 64, protocol, 0, 0]);
    packet.extend(src.to_be_bytes());
    packet.extend(dst.to_be_bytes());
    packet.extend(payload);
    packet
}

pub(crate) fn raw(frame: u64, data: Vec<u8>) -> Owned {
    let original_len = data.len();
    Owned { frame, time: Some(Timestamp(frame as i64 * 1_000_000)), link: LinkType::RAW, data, original_len }
}

/// Two ends of a TCP connection that send payloads in turn.
pub(crate) struct Talk {
    pub(crate) packets: Vec<Owned>,
    client: (u32, u16),
    server: (u32, u16),
    seq: [u32; 2],
}

impl Talk {
    pub(crate) fn new(client: (u32, u16), server: (u32, u16)) -> Talk {
        let mut talk = Talk { packets: Vec::new(), client, server, seq: [1000, 2000] };
        talk.push(false, 2, b"");
        talk.seq[0] += 1;
        talk.push(true, 18, b"");
        talk.seq[1] += 1;
        talk
    }

    fn push(&mut self, from_server: bool, flags: u8, payload: &[u8]) {
        let (src, dst) = if from_server { (self.server, self.client) } else { (self.client, self.server) };
        let [mine, theirs] = if from_server { [self.seq[1], self.seq[0]] } else { self.seq };
        let data = tcp_packet(src, dst, mine, theirs, flags, payload);
        let frame = self.packets.last().map_or(1, |p| p.frame + 1);
        self.packets.push(raw(frame, data));
        self.seq[usize::from(from_server)] = mine.wrapping_add(payload.len() as u32);
    }

    pub(crate) fn client(&mut self, payload: &[u8]) {
        self.push(false, 24, payload);
    }

    pub(crate) fn server(&mut self, payload: &[u8]) {
        self.push(true, 24, payload);
    }
}
