//! Reads the recorded captures for tests, where they are at hand: pcapng, Ethernet, IPv4, TCP in order or UDP. Much less
//! than [`crate::net`] can do, on purpose: it tests this module alone.

use crate::base::Side;
use crate::test_data;
use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;

/// A TCP segment or UDP datagram.
pub(crate) struct Packet {
    pub(crate) frame: u64,
    pub(crate) flow: usize,
    pub(crate) side: Side,
    pub(crate) udp: bool,
    pub(crate) payload: Vec<u8>,
}

/// The directory of the recorded captures.
#[track_caller]
pub(crate) fn directory() -> Option<PathBuf> {
    test_data::shared("captures")
}

/// Recorded captures (not derived ones) whose name begins so; empty where there are none.
#[track_caller]
pub(crate) fn names(prefix: &str) -> Vec<String> {
    let Some(directory) = directory() else { return Vec::new() };
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .filter_map(|e| e.unwrap().file_name().into_string().ok())
        .filter_map(|n| n.strip_suffix(".messages.jsonl.gz").map(String::from))
        .filter(|n| n.starts_with(prefix))
        .collect();
    names.sort();
    assert!(names.len() >= 25 || !prefix.is_empty(), "{} captures", names.len());
    names
}

/// The log beside a capture, one JSON value a message.
pub(crate) fn log(name: &str) -> Vec<serde_json::Value> {
    let path = directory().unwrap().join(format!("{name}.messages.jsonl.gz"));
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// `NAME.expected.json`.
pub(crate) fn expected(name: &str) -> serde_json::Value {
    let path = directory().unwrap().join(format!("{name}.expected.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The packets of a capture that have a payload.
pub(crate) fn packets(name: &str) -> Vec<Packet> {
    let file = std::fs::read(directory().unwrap().join(format!("{name}.pcapng"))).unwrap();
    let u32_at = |b: &[u8], at: usize| u32::from_le_bytes(b[at..at + 4].try_into().unwrap());
    let mut flows: HashMap<Vec<u8>, usize> = HashMap::new();
    let (mut packets, mut frame, mut at) = (Vec::new(), 0, 0);
    while at + 12 <= file.len() {
        let length = u32_at(&file, at + 4) as usize;
        let block = &file[at..at + length];
        if u32_at(block, 0) == 6 {
            frame += 1;
            let data = &block[28..28 + u32_at(block, 20) as usize];
            if let Some((key, forward, udp, payload)) = transport(data) {
                let next = flows.len();
                let flow = *flows.entry(key.clone()).or_insert(next);
                let side = if forward { Side::A } else { Side::B };
                if !payload.is_empty() {
                    packets.push(Packet { frame, flow, side, udp, payload });
                }
            }
        }
        at += length;
    }
    packets
}

/// Flow key, whether it goes from the smaller endpoint to the larger one, whether UDP, payload.
fn transport(ethernet: &[u8]) -> Option<(Vec<u8>, bool, bool, Vec<u8>)> {
    let ip = ethernet.get(14..)?;
    if ethernet[12..14] != [8, 0] {
        return None;
    }
    let header = usize::from(ip[0] & 15) * 4;
    let total = usize::from(u16::from_be_bytes([ip[2], ip[3]]));
    let body = ip.get(header..total)?;
    let skip = match ip[9] {
        6 => usize::from(body[12] >> 4) * 4,
        17 => 8,
        _ => return None,
    };
    let mut ends = [[&ip[12..16], &body[0..2]].concat(), [&ip[16..20], &body[2..4]].concat()];
    let forward = ends[0] < ends[1];
    ends.sort();
    Some((ends.concat(), forward, ip[9] == 17, body[skip..].to_vec()))
}
