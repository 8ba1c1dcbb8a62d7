//! Traffic that goes on for as long as somebody reads it, for measurements of endurance.
//!
//! A recorded connection is played from its first packet to its last, and then again from another client: sealed
//! connections stay readable, because nothing of what was negotiated, numbered or sealed is played twice within one.

use super::{ACK, Capture, Ends, FIN, Recorded, Result, SYN, recorded};
use std::collections::BTreeSet;
use std::io::Write;

/// Every so many connections one has this client port, and no other has it: the ones to compare with their recording.
const SAMPLE_EVERY: u64 = 997;
const SAMPLE_PORT: u16 = 65_000;
const NANOS: u64 = 1_000_000_000;

/// Four bytes of a context handle in a recorded segment, that become different in each repetition.
struct Turned {
    segment: usize,
    at: usize,
    /// Which byte of the number is added here.
    byte: usize,
}

/// A recording, and where the context handles are in it.
struct Played {
    of: Recorded,
    turned: Vec<Turned>,
}

/// The identifiers of context handles that the lines beside a capture name, in both byte orders.
fn handles(capture: &str) -> BTreeSet<[u8; 16]> {
    let lines = std::path::Path::new(capture).with_extension("jsonl");
    let text = std::fs::read_to_string(lines).unwrap_or_default();
    let mut found = BTreeSet::new();
    for part in text.split("\"attributes\":0,\"uuid\":\"").skip(1) {
        let digits: String = part.chars().take(36).filter(|c| *c != '-').collect();
        let number = u128::from_str_radix(&digits, 16).unwrap_or_default();
        if number != 0 {
            let big = number.to_be_bytes();
            let mut little = big;
            little[..4].reverse();
            little[4..6].reverse();
            little[6..8].reverse();
            found.extend([big, little]);
        }
    }
    found
}

/// Whether the identifier of a handle at `at` would be the first in the stub of a request or response: behind a header of
/// 24 bytes (C706 12.6.4.9) and four bytes of attributes.
fn is_first(segment: &[u8], at: usize) -> bool {
    at == 28 && matches!(segment, [5, _, 0 | 2, ..])
}

fn played(captures: &[String]) -> Result<Vec<Played>> {
    let mut all = Vec::new();
    for path in captures {
        let handles = handles(path);
        for of in recorded(path)? {
            let mut turned = Vec::new();
            for client in [true, false] {
                // Where each byte of the direction is; a handle may lie across segments.
                let bytes: Vec<(usize, usize, u8)> = (of.segments.iter().enumerate())
                    .filter(|(_, segment)| segment.from_client == client)
                    .flat_map(|(n, segment)| segment.payload.iter().enumerate().map(move |(at, byte)| (n, at, *byte)))
                    .collect();
                for place in bytes.windows(16) {
                    let value: [u8; 16] = std::array::from_fn(|at| place[at].2);
                    // One of mostly zeros is told from other zeros only where it is the stub's first field.
                    let sure = value[..8] != [0; 8] || is_first(&of.segments[place[0].0].payload, place[0].1);
                    if sure && handles.contains(&value) {
                        turned.extend((0..4).map(|byte| Turned { segment: place[byte].0, at: place[byte].1, byte }));
                    }
                }
            }
            turned.sort_by_key(|t| t.segment);
            all.push(Played { of, turned });
        }
    }
    if all.is_empty() {
        return Err("no TCP connection over Ethernet and IPv4 in these captures".into());
    }
    Ok(all)
}

/// A connection under way.
struct Playing<'p> {
    what: &'p Played,
    ends: Ends,
    number: u64,
    at: usize,
    /// Segments from here on are left out.
    end: usize,
    base: [u32; 2],
}

impl<'p> Playing<'p> {
    fn new(recordings: &'p [Played], number: u64, short: bool) -> Self {
        let what = &recordings[(number % recordings.len() as u64) as usize];
        // Addresses of 10.0.0.0/8 in turn, then the next port.
        let port = 40_000 + (number / 0x00f0_0000 % 20_000) as u16;
        let port = if number.is_multiple_of(SAMPLE_EVERY) { SAMPLE_PORT } else { port };
        let client = (0x0a00_0001 + (number % 0x00f0_0000) as u32, port);
        let seed = (number as u32).wrapping_mul(0x9e37_79b9);
        let segments = &what.of.segments;
        let end = if short {
            let answer = |s: &super::Segment| !s.from_client && !s.payload.is_empty();
            segments.iter().skip(what.of.opening).position(answer).map_or(segments.len(), |n| what.of.opening + n + 1)
        } else {
            segments.len()
        };
        Playing { what, ends: Ends { src: client, dst: what.of.server }, number, at: 0, end, base: [seed, !seed] }
    }

    /// Sends a segment; after the last one it closes the connection. Tells whether more is to come.
    fn step<W: Write>(&mut self, capture: &mut Capture<W>, payload: &mut Vec<u8>) -> std::io::Result<bool> {
        let Some(segment) = self.what.of.segments.get(self.at).filter(|_| self.at < self.end) else {
            self.close(capture)?;
            return Ok(false);
        };
        payload.clear();
        payload.extend_from_slice(&segment.payload);
        let first = self.what.turned.partition_point(|t| t.segment < self.at);
        for turned in self.what.turned[first..].iter().take_while(|t| t.segment == self.at) {
            payload[turned.at] ^= (self.number as u32).to_le_bytes()[turned.byte];
        }
        let (side, ends) = if segment.from_client { (0, self.ends) } else { (1, self.ends.turned()) };
        let seq = self.base[side].wrapping_add(segment.seq);
        let ack = self.base[1 - side].wrapping_add(segment.ack);
        capture.tcp(ends, seq, ack, segment.flags, payload)?;
        self.at += 1;
        Ok(true)
    }

    fn close<W: Write>(&self, capture: &mut Capture<W>) -> std::io::Result<()> {
        let next = |client: bool| {
            let mut sent = self.what.of.segments[..self.end].iter().filter(|s| s.from_client == client);
            let last = sent.next_back().map_or(0, |s| s.seq.wrapping_add(s.payload.len() as u32));
            self.base[usize::from(!client)].wrapping_add(last)
        };
        let (seq, ack) = (next(true), next(false));
        capture.tcp(self.ends, seq, ack, FIN | ACK, &[])?;
        capture.tcp(self.ends.turned(), ack, seq.wrapping_add(1), FIN | ACK, &[])?;
        capture.tcp(self.ends, seq.wrapping_add(1), ack.wrapping_add(1), ACK, &[])
    }
}

/// Plays connections whole, `concurrent` at a time, until `bytes` are written.
pub fn whole(out: impl Write, bytes: u64, concurrent: usize, captures: &[String]) -> Result<()> {
    run(out, concurrent, captures, false, |capture, _| capture.written < bytes)
}

/// Plays `count` connections up to their first answer.
pub fn connections(out: impl Write, count: u64, concurrent: usize, captures: &[String]) -> Result<()> {
    run(out, concurrent, captures, true, |_, made| made < count)
}

fn run<W: Write>(
    out: W,
    concurrent: usize,
    captures: &[String],
    short: bool,
    more: impl Fn(&Capture<W>, u64) -> bool,
) -> Result<()> {
    let recordings = played(captures)?;
    let mut capture = Capture::new(out)?;
    let (mut made, mut open, mut payload) = (0, Vec::new(), Vec::new());
    loop {
        while open.len() < concurrent && more(&capture, made) {
            open.push(Playing::new(&recordings, made, short));
            made += 1;
        }
        if open.is_empty() {
            return Ok(capture.out.flush()?);
        }
        let mut at = 0;
        while let Some(one) = open.get_mut(at) {
            if one.step(&mut capture, &mut payload)? {
                at += 1;
            } else {
                open.swap_remove(at);
            }
        }
    }
}

/// Connections that are silent for five minutes between any two of their packets, for so many seconds; the clock of
/// who captures jumps by up to six hours, there and back, every hundred rounds.
pub fn idle(out: impl Write, seconds: u64, concurrent: usize, captures: &[String]) -> Result<()> {
    let recordings = played(captures)?;
    let mut capture = Capture::new(out)?;
    let (mut made, mut payload) = (concurrent as u64, Vec::new());
    let mut open: Vec<_> = (0..made).map(|n| Playing::new(&recordings, n, false)).collect();
    for round in 0..seconds / 300 {
        capture.nanos += 300 * NANOS;
        let hours = (round / 200 % 6 + 1) * 3600 * NANOS;
        match round % 200 {
            50 => capture.nanos += hours,
            150 => capture.nanos -= hours,
            _ => {}
        }
        for one in &mut open {
            if !one.step(&mut capture, &mut payload)? {
                *one = Playing::new(&recordings, made, false);
                made += 1;
            }
        }
    }
    Ok(capture.out.flush()?)
}

/// A PDU of C706 12.6.4 without authentication.
fn pdu(kind: u8, call: u32, opnum: u16, stub: &[u8]) -> Vec<u8> {
    let mut out = vec![5, 0, kind, 3, 0x10, 0, 0, 0];
    out.extend((24 + stub.len() as u16).to_le_bytes());
    out.extend([0, 0]);
    out.extend(call.to_le_bytes());
    out.extend((stub.len() as u32).to_le_bytes());
    out.extend([0, 0]);
    out.extend(opnum.to_le_bytes());
    out.extend(stub);
    out
}

/// Opens `count` context handles (ApiOpenCluster) on one connection and closes each of them (ApiCloseCluster), or none.
/// The first connection of the captures has to negotiate ClusAPI in NDR without protection.
pub fn handles_of(out: impl Write, count: u64, close: bool, captures: &[String]) -> Result<()> {
    let recordings = played(captures)?;
    let mut capture = Capture::new(out)?;
    let first = Playing::new(&recordings, 1, false);
    let (ends, server) = (first.ends, first.ends.turned());
    let bind = |client: bool| {
        let mut said = recordings[0].of.segments.iter().filter(|s| s.from_client == client && !s.payload.is_empty());
        said.next().map(|s| s.payload.clone()).ok_or("a connection without a bind")
    };
    let ends = Ends { dst: recordings[0].of.server, ..ends };
    let server = Ends { src: ends.dst, ..server };
    let (mut seq, mut ack) = (1_u32, 1_u32);
    capture.tcp(ends, 0, 0, SYN, &[])?;
    capture.tcp(server, 0, 1, SYN | ACK, &[])?;
    let mut exchange = |request: Vec<u8>, response: Vec<u8>| {
        capture.tcp(ends, seq, ack, ACK, &request)?;
        seq = seq.wrapping_add(request.len() as u32);
        capture.tcp(server, ack, seq, ACK, &response)?;
        ack = ack.wrapping_add(response.len() as u32);
        Ok::<_, std::io::Error>(())
    };
    exchange(bind(true)?, bind(false)?)?;
    for number in 0..count {
        let call = 10 + 2 * number as u32;
        let mut handle = [0_u8; 20];
        handle[4..12].copy_from_slice(&(number + 1).to_le_bytes());
        handle[12..20].copy_from_slice(b"endless!");
        let mut opened = vec![0; 4];
        opened.extend(handle);
        exchange(pdu(0, call, 0, &[]), pdu(2, call, 0, &opened))?;
        if close {
            exchange(pdu(0, call + 1, 1, &handle), pdu(2, call + 1, 0, &[0; 24]))?;
        }
    }
    Ok(capture.out.flush()?)
}
