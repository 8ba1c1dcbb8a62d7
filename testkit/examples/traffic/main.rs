//! Writes large captures (pcapng, to standard output) for measurements. The same arguments give the same bytes.
//!
//!     traffic ordinary BYTES [FLOWS]
//!     traffic cluster BYTES FLOWS CONCURRENT CAPTURE...
//!     traffic endless BYTES CONCURRENT CAPTURE...
//!     traffic connections COUNT CONCURRENT CAPTURE...
//!     traffic idle SECONDS CONCURRENT CAPTURE...
//!     traffic handles COUNT open|closed CAPTURE...
//!
//! `ordinary` is what a tap sees beside the cluster: web, TLS, file sharing and shell connections, bulk data with its
//! acknowledgements, names, time and datagrams of QUIC's look. `cluster` repeats the TCP connections of captures from
//! other clients, FLOWS connections in all, CONCURRENT at a time, each long enough that all come to BYTES.
//!
//! `endless` plays each connection once from its first packet to its last, sealed ones too, and then again from the next
//! client and with other context handles, as long as BYTES are not reached; `connections` so many up to the first answer.
//! `idle` lets connections be silent for minutes while the clock jumps, `handles` opens context handles on one connection.

mod endless;

use cluscope::internals::capture::Reader;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Error, Write};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const SYN: u8 = 2;
const FIN: u8 = 1;
const PSH: u8 = 8;
const ACK: u8 = 16;

/// The end points of packets, the one that sends first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ends {
    src: (u32, u16),
    dst: (u32, u16),
}

impl Ends {
    fn turned(self) -> Ends {
        Ends { src: self.dst, dst: self.src }
    }
}

/// Makes packets with proper checksums and writes them.
struct Capture<W: Write> {
    out: W,
    nanos: u64,
    written: u64,
    id: u16,
    packet: Vec<u8>,
}

fn sum(bytes: &[u8]) -> u32 {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let whole: u32 = pairs.iter().map(|pair| u32::from(u16::from_be_bytes(*pair))).sum();
    whole + rest.first().map_or(0, |last| u32::from(*last) << 8)
}

fn folded(mut sum: u32) -> [u8; 2] {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    (!(sum as u16)).to_be_bytes()
}

impl<W: Write> Capture<W> {
    fn new(mut out: W) -> std::io::Result<Self> {
        // Section header; an Ethernet interface that counts nanoseconds.
        let header = [0x0a0d_0d0a, 28, 0x1a2b_3c4d, 1, 0xffff_ffff, 0xffff_ffff, 28];
        let interface = [1, 32, 1, 0x4_0000, 0x0001_0009, 9, 0, 32];
        for word in header.iter().chain(&interface) {
            out.write_all(&u32::to_le_bytes(*word))?;
        }
        Ok(Capture { out, nanos: 1_790_000_000_000_000_000, written: 60, id: 0, packet: Vec::new() })
    }

    fn send(
        &mut self,
        protocol: u8,
        ends: Ends,
        header: &[u8],
        checksum_at: usize,
        payload: &[u8],
    ) -> std::io::Result<()> {
        let mut frame = std::mem::take(&mut self.packet);
        frame.clear();
        frame.extend([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]);
        self.id = self.id.wrapping_add(1);
        let total = (20 + header.len() + payload.len()) as u16;
        let [id, id2] = self.id.to_be_bytes();
        let [len, len2] = total.to_be_bytes();
        frame.extend([0x45, 0, len, len2, id, id2, 0x40, 0, 64, protocol, 0, 0]);
        frame.extend(ends.src.0.to_be_bytes());
        frame.extend(ends.dst.0.to_be_bytes());
        let ip = folded(sum(&frame[14..34]));
        frame[24..26].copy_from_slice(&ip);
        frame.extend(header);
        frame.extend(payload);
        let pseudo = sum(&frame[26..34]) + u32::from(protocol) + u32::from(total - 20);
        let checksum = folded(pseudo + sum(&frame[34..]));
        frame[34 + checksum_at..36 + checksum_at].copy_from_slice(&checksum);
        let len = frame.len() as u32;
        frame.resize(frame.len().next_multiple_of(4), 0);
        let block = 32 + frame.len() as u32;
        self.nanos += 2_000;
        for word in [6, block, 0, (self.nanos >> 32) as u32, self.nanos as u32, len, len] {
            self.out.write_all(&word.to_le_bytes())?;
        }
        self.out.write_all(&frame)?;
        self.out.write_all(&block.to_le_bytes())?;
        self.written += u64::from(block);
        self.packet = frame;
        Ok(())
    }

    fn tcp(&mut self, ends: Ends, seq: u32, ack: u32, flags: u8, payload: &[u8]) -> std::io::Result<()> {
        let mut header = Vec::with_capacity(20);
        header.extend(ends.src.1.to_be_bytes());
        header.extend(ends.dst.1.to_be_bytes());
        header.extend(seq.to_be_bytes());
        header.extend(if flags & ACK == 0 { 0 } else { ack }.to_be_bytes());
        header.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        self.send(6, ends, &header, 16, payload)
    }

    fn udp(&mut self, ends: Ends, payload: &[u8]) -> std::io::Result<()> {
        let mut header = Vec::with_capacity(8);
        header.extend(ends.src.1.to_be_bytes());
        header.extend(ends.dst.1.to_be_bytes());
        header.extend((8 + payload.len() as u16).to_be_bytes());
        header.extend([0, 0]);
        self.send(17, ends, &header, 6, payload)
    }
}

/// A small generator of numbers (xorshift), for traffic, not for secrets.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    fn fill(&mut self, out: &mut Vec<u8>, len: usize) {
        out.extend(std::iter::repeat_with(|| self.next().to_le_bytes()).flatten().take(len));
    }
}

/// One direction's sequence number, and the other's.
struct Tcp {
    ends: Ends,
    seq: [u32; 2],
    server: u16,
    /// Exchanges still to come.
    left: u64,
}

/// The first bytes of what client and server of a well-known service send, and the usual sizes.
fn speech(port: u16, from_client: bool, noise: &mut Noise, out: &mut Vec<u8>) {
    let len = match (from_client, noise.below(10)) {
        (true, 0..=7) => 80 + noise.below(500),
        (true, _) => 1400 + noise.below(6000),
        (false, 0..=3) => 100 + noise.below(900),
        (false, 4..=7) => 2000 + noise.below(10_000),
        (false, _) => 20_000 + noise.below(60_000),
    } as usize;
    match (port, from_client) {
        (80, true) => {
            out.extend(b"GET /index.html HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n")
        }
        (80, false) => out.extend(b"HTTP/1.1 200 OK\r\nContent-Type: application/byte-stream\r\n\r\n"),
        (443, _) => out.extend([0x17, 3, 3, (len >> 8) as u8, len as u8]),
        (445, _) => {
            out.extend([0, 0, (len >> 8) as u8, len as u8, 0xfe]);
            out.extend(b"SMB\x40\0\x01\0\0\0\0\0\x08\0\x01\0");
        }
        _ => {}
    }
    noise.fill(out, len);
}

fn ordinary(out: impl Write, bytes: u64, flows: u64) -> Result<()> {
    let mut capture = Capture::new(out)?;
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let mut open: Vec<Tcp> = Vec::new();
    let (mut made, mut data) = (0_u32, Vec::new());
    while capture.written < bytes {
        let client = |n: u32| (0x0a01_0000 + n % 5000, 32_768 + (n / 7 % 28_000) as u16);
        data.clear();
        match noise.below(10) {
            // Datagrams: names, time, something like QUIC.
            0..=2 => {
                made = made.wrapping_add(1);
                let (port, question, answer) = match noise.below(4) {
                    0 | 1 => (53, 30 + noise.below(30), 60 + noise.below(300)),
                    2 => (123, 48, 48),
                    _ => (443, 1200, 1200),
                };
                let ends = Ends { src: client(made), dst: (0xc000_0235, port) };
                for _ in 0..if port == 443 { 8 } else { 1 } {
                    data.clear();
                    noise.fill(&mut data, question as usize);
                    capture.udp(ends, &data)?;
                    data.clear();
                    noise.fill(&mut data, answer as usize);
                    capture.udp(ends.turned(), &data)?;
                }
            }
            // A connection begins.
            3 if (open.len() as u64) < flows => {
                made = made.wrapping_add(1);
                let port = [80, 443, 443, 443, 445, 22, 3306, 8080][noise.below(8) as usize];
                let ends = Ends { src: client(made), dst: (0xc633_6401 + (noise.below(64) as u32), port) };
                let seq = [noise.next() as u32, noise.next() as u32];
                capture.tcp(ends, seq[0], 0, SYN, &[])?;
                let seq = [seq[0].wrapping_add(1), seq[1].wrapping_add(1)];
                capture.tcp(ends.turned(), seq[1].wrapping_sub(1), seq[0], SYN | ACK, &[])?;
                capture.tcp(ends, seq[0], seq[1], ACK, &[])?;
                let left = 1 + noise.below(12);
                open.push(Tcp { ends, seq, server: port, left });
            }
            // One exchanges something.
            _ if !open.is_empty() => {
                let at = noise.below(open.len() as u64) as usize;
                let tcp = &mut open[at];
                for side in [0, 1] {
                    data.clear();
                    speech(tcp.server, side == 0, &mut noise, &mut data);
                    let ends = if side == 0 { tcp.ends } else { tcp.ends.turned() };
                    for (n, part) in data.chunks(1448).enumerate() {
                        capture.tcp(ends, tcp.seq[side], tcp.seq[1 - side], ACK | PSH, part)?;
                        tcp.seq[side] = tcp.seq[side].wrapping_add(part.len() as u32);
                        if n % 2 == 1 {
                            capture.tcp(ends.turned(), tcp.seq[1 - side], tcp.seq[side], ACK, &[])?;
                        }
                    }
                }
                tcp.left -= 1;
                if tcp.left == 0 {
                    let Tcp { ends, seq, .. } = open.swap_remove(at);
                    capture.tcp(ends, seq[0], seq[1], FIN | ACK, &[])?;
                    capture.tcp(ends.turned(), seq[1], seq[0].wrapping_add(1), FIN | ACK, &[])?;
                    capture.tcp(ends, seq[0].wrapping_add(1), seq[1].wrapping_add(1), ACK, &[])?;
                }
            }
            _ => {}
        }
    }
    Ok(capture.out.flush()?)
}

/// A segment of a recorded connection, numbers counted from the initial ones.
struct Segment {
    from_client: bool,
    seq: u32,
    ack: u32,
    flags: u8,
    payload: Vec<u8>,
}

/// A recorded connection: what opens it, and what is repeated.
#[derive(Default)]
struct Recorded {
    server: (u32, u16),
    segments: Vec<Segment>,
    /// Segments up to here are not repeated.
    opening: usize,
    /// Bytes that a repetition brings, client's and server's.
    body: [u32; 2],
    /// Whether a FIN or RST was met: what comes then is not taken.
    ended: bool,
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|w| w.try_into().ok()).map_or(0, u32::from_be_bytes)
}

/// The TCP connections over IPv4 and Ethernet that a capture has from their first packet on.
fn recorded(path: &str) -> Result<Vec<Recorded>> {
    let mut reader = Reader::new(File::open(path)?)?;
    let mut found: BTreeMap<Ends, (Recorded, [u32; 2])> = BTreeMap::new();
    while let Some(packet) = reader.next()? {
        let data = packet.data;
        let (Some(0x0800), Some(0x45), Some(6)) =
            (data.get(12..14).map(|t| u16::from_be_bytes([t[0], t[1]])), data.get(14).copied(), data.get(23).copied())
        else {
            continue;
        };
        let total = usize::from(u16::from_be_bytes([data[16], data[17]]));
        let (Some(tcp), Some(flags)) = (data.get(34..14 + total), data.get(47).copied()) else { continue };
        let header = usize::from(tcp[12] >> 4) * 4;
        let ports = word(tcp, 0);
        let ends = Ends { src: (word(data, 26), (ports >> 16) as u16), dst: (word(data, 30), ports as u16) };
        let (seq, ack) = (word(tcp, 4), word(tcp, 8));
        let from_client = !found.contains_key(&ends.turned());
        let key = if from_client { ends } else { ends.turned() };
        let (one, isn) = found.entry(key).or_default();
        one.server = key.dst;
        if flags & SYN != 0 {
            isn[usize::from(!from_client)] = seq;
        }
        one.ended |= flags & (FIN | 4) != 0;
        if one.ended {
            continue;
        }
        let [own, other] = if from_client { *isn } else { [isn[1], isn[0]] };
        let (seq, ack) = (seq.wrapping_sub(own), ack.wrapping_sub(other));
        let payload = tcp.get(header..).unwrap_or(&[]).to_vec();
        one.segments.push(Segment { from_client, seq, ack, flags, payload });
    }
    Ok(found
        .into_values()
        .filter_map(|(mut one, _)| {
            // The answer to the bind is the first that the server says.
            one.opening = one.segments.iter().position(|s| !s.from_client && !s.payload.is_empty())? + 1;
            for segment in one.segments.get(one.opening..)? {
                one.body[usize::from(!segment.from_client)] += segment.payload.len() as u32;
            }
            (one.body[0] > 0 && one.body[1] > 0).then_some(one)
        })
        .collect())
}

/// A connection being repeated.
struct Repeated<'r> {
    of: &'r Recorded,
    ends: Ends,
    at: usize,
    /// Added to sequence numbers, client's and server's.
    base: [u32; 2],
    left: u64,
}

impl Repeated<'_> {
    /// Sends segments until the server has said something.
    fn turn<W: Write>(&mut self, capture: &mut Capture<W>) -> std::io::Result<()> {
        loop {
            if self.at >= self.of.segments.len() {
                self.at = self.of.opening;
                self.base = [0, 1].map(|side| self.base[side].wrapping_add(self.of.body[side]));
            }
            let segment = &self.of.segments[self.at];
            self.at += 1;
            let (side, ends) = if segment.from_client { (0, self.ends) } else { (1, self.ends.turned()) };
            let seq = self.base[side].wrapping_add(segment.seq);
            let ack = self.base[1 - side].wrapping_add(segment.ack);
            let before = capture.written;
            capture.tcp(ends, seq, ack, segment.flags, &segment.payload)?;
            self.left = self.left.saturating_sub(capture.written - before);
            let request_next = self.of.segments.get(self.at).is_none_or(|s| s.from_client && !s.payload.is_empty());
            if request_next && !segment.from_client {
                return Ok(());
            }
        }
    }

    fn close<W: Write>(&self, capture: &mut Capture<W>) -> std::io::Result<()> {
        let Some(last) = self.of.segments.get(self.at - 1) else { return Ok(()) };
        let (side, ends) = if last.from_client { (0, self.ends) } else { (1, self.ends.turned()) };
        let seq = self.base[side].wrapping_add(last.seq).wrapping_add(last.payload.len() as u32);
        let ack = self.base[1 - side].wrapping_add(last.ack);
        capture.tcp(ends, seq, ack, FIN | ACK, &[])?;
        capture.tcp(ends.turned(), ack, seq.wrapping_add(1), FIN | ACK, &[])
    }
}

fn cluster(out: impl Write, bytes: u64, flows: u64, concurrent: u64, captures: &[String]) -> Result<()> {
    let mut recordings = Vec::new();
    for path in captures {
        recordings.extend(recorded(path)?);
    }
    if recordings.is_empty() {
        return Err("no TCP connection over Ethernet and IPv4 in these captures".into());
    }
    let mut capture = Capture::new(out)?;
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let mut made = 0;
    let mut open: Vec<Repeated<'_>> = Vec::new();
    let share = bytes / flows.max(1);
    loop {
        while made < flows && (open.len() as u64) < concurrent {
            let of = &recordings[(made % recordings.len() as u64) as usize];
            let client = (0x0a00_0001 + (made % 0x00f0_0000) as u32, 40_000 + (made / 0x00f0_0000) as u16);
            let base = [noise.next() as u32, noise.next() as u32];
            open.push(Repeated { of, ends: Ends { src: client, dst: of.server }, at: 0, base, left: share });
            made += 1;
        }
        if open.is_empty() {
            return Ok(capture.out.flush()?);
        }
        let mut at = 0;
        while let Some(one) = open.get_mut(at) {
            one.turn(&mut capture)?;
            if one.left == 0 {
                one.close(&mut capture)?;
                open.swap_remove(at);
            } else {
                at += 1;
            }
        }
    }
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| -> Result<u64> { Ok(arguments.get(at).ok_or("a number is missing")?.parse()?) };
    let out = BufWriter::with_capacity(1 << 18, std::io::stdout().lock());
    let captures = |at: usize| arguments.get(at..).unwrap_or(&[]);
    match arguments.first().map(String::as_str) {
        Some("ordinary") => ordinary(out, number(1)?, number(2).unwrap_or(200)),
        Some("cluster") => cluster(out, number(1)?, number(2)?, number(3)?, captures(4)),
        Some("endless") => endless::whole(out, number(1)?, number(2)? as usize, captures(3)),
        Some("connections") => endless::connections(out, number(1)?, number(2)? as usize, captures(3)),
        Some("idle") => endless::idle(out, number(1)?, number(2)? as usize, captures(3)),
        Some("handles") => {
            let close = arguments.get(2).is_some_and(|what| what == "closed");
            endless::handles_of(out, number(1)?, close, captures(3))
        }
        _ => Err(Error::other(
            "usage: traffic ordinary BYTES [FLOWS] | cluster BYTES FLOWS CONCURRENT CAPTURE... | \
             endless BYTES CONCURRENT CAPTURE... | connections COUNT CONCURRENT CAPTURE... | \
             idle SECONDS CONCURRENT CAPTURE... | handles COUNT open|closed CAPTURE...",
        )
        .into()),
    }
}
