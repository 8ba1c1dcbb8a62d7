//! Hostile traffic made by hand: captures, packets, DCE/RPC PDUs. Packets are bare IPv4 (link type RAW), checksums 0.

#![allow(dead_code, unreachable_pub, reason = "each test takes what it needs")]

use std::io::{Result, Write};

/// ClusAPI and NDR as they stand on the wire, with their versions.
pub const CLUSAPI: [u8; 20] =
    [0xb2, 0xb8, 0x7d, 0xb9, 0x63, 0x4c, 0xcf, 0x11, 0xbf, 0xf6, 8, 0, 0x2b, 0xe2, 0x3f, 0x2f, 3, 0, 0, 0];
pub const NDR: [u8; 20] =
    [0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 8, 0, 0x2b, 0x10, 0x48, 0x60, 2, 0, 0, 0];

pub const SYN: u8 = 2;
pub const ACK: u8 = 0x10;

/// First and last fragment, both.
pub const FIRST: u8 = 1;
pub const LAST: u8 = 2;
pub const WHOLE: u8 = 3;

/// A classic capture that packets are written to.
pub struct Pcap<W: Write> {
    out: W,
    pub packets: u64,
}

impl<W: Write> Pcap<W> {
    pub fn new(mut out: W) -> Result<Self> {
        out.write_all(&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0])?;
        Ok(Pcap { out, packets: 0 })
    }

    pub fn packet(&mut self, data: &[u8]) -> Result<()> {
        self.packets += 1;
        let (seconds, micros) = ((self.packets / 100_000) as u32, (self.packets % 100_000 * 10) as u32);
        let len = data.len() as u32;
        for word in [seconds, micros, len, len] {
            self.out.write_all(&word.to_le_bytes())?;
        }
        self.out.write_all(data)
    }

    pub fn into_inner(self) -> W {
        self.out
    }
}

/// One direction of a TCP connection.
#[derive(Clone, Copy)]
pub struct End {
    pub src: (u32, u16),
    pub dst: (u32, u16),
    pub seq: u32,
}

/// A TCP connection by number, client first: as many as anybody wants.
pub fn connection(n: u64) -> [End; 2] {
    let client = (0x0a00_0000 | (n / 60_000) as u32, 1024 + (n % 60_000) as u16);
    let server = (0xc000_0201, 49_664);
    [End { src: client, dst: server, seq: 1 }, End { src: server, dst: client, seq: 1 }]
}

impl End {
    /// The next segment of this direction.
    pub fn send(&mut self, payload: &[u8]) -> Vec<u8> {
        let packet = tcp(self.src, self.dst, self.seq, ACK, payload);
        self.seq = self.seq.wrapping_add(payload.len() as u32);
        packet
    }
}

pub fn tcp(src: (u32, u16), dst: (u32, u16), seq: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut segment = Vec::with_capacity(20 + payload.len());
    segment.extend(src.1.to_be_bytes());
    segment.extend(dst.1.to_be_bytes());
    segment.extend(seq.to_be_bytes());
    segment.extend(if flags & ACK == 0 { 0u32 } else { 1 }.to_be_bytes());
    segment.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend(payload);
    ipv4(6, src.0, dst.0, 0, 0, &segment)
}

pub fn udp(src: (u32, u16), dst: (u32, u16), payload: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::with_capacity(8 + payload.len());
    datagram.extend(src.1.to_be_bytes());
    datagram.extend(dst.1.to_be_bytes());
    datagram.extend((8 + payload.len() as u16).to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload);
    ipv4(17, src.0, dst.0, 0, 0, &datagram)
}

/// `fragment`: the flags and offset field as it stands (0x2000 more fragments, offset in units of 8).
pub fn ipv4(protocol: u8, src: u32, dst: u32, id: u16, fragment: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x45, 0];
    packet.extend((20 + payload.len() as u16).to_be_bytes());
    packet.extend(id.to_be_bytes());
    packet.extend(fragment.to_be_bytes());
    packet.extend([64, protocol, 0, 0]);
    packet.extend(src.to_be_bytes());
    packet.extend(dst.to_be_bytes());
    let sum: u32 = packet.chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
    let sum = !(((sum >> 16) + (sum & 0xffff)) as u16);
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
    packet.extend(payload);
    packet
}

/// A connection-oriented PDU.
pub fn pdu(ptype: u8, flags: u8, call: u32, body: &[u8], auth: &[u8]) -> Vec<u8> {
    let mut pdu = vec![5, 0, ptype, flags, 0x10, 0, 0, 0];
    pdu.extend((16 + body.len() as u16 + auth.len() as u16).to_le_bytes());
    pdu.extend((auth.len().saturating_sub(8) as u16).to_le_bytes());
    pdu.extend(call.to_le_bytes());
    pdu.extend(body);
    pdu.extend(auth);
    pdu
}

/// A bind of these contexts, each of ClusAPI in NDR `syntaxes` times.
pub fn bind(call: u32, contexts: std::ops::Range<u16>, syntaxes: u8) -> Vec<u8> {
    pdu(11, WHOLE, call, &proposal(contexts, syntaxes), &[])
}

/// The same as an alter_context.
pub fn alter(call: u32, contexts: std::ops::Range<u16>, syntaxes: u8) -> Vec<u8> {
    pdu(14, WHOLE, call, &proposal(contexts, syntaxes), &[])
}

fn proposal(contexts: std::ops::Range<u16>, syntaxes: u8) -> Vec<u8> {
    let mut body = vec![0xb8, 0x10, 0xb8, 0x10, 0, 0, 0, 0, contexts.len() as u8, 0, 0, 0];
    for id in contexts {
        body.extend(id.to_le_bytes());
        body.extend([syntaxes, 0]);
        body.extend(CLUSAPI);
        body.extend(NDR.repeat(usize::from(syntaxes)));
    }
    body
}

/// The answer that accepts `count` contexts.
pub fn bind_ack(call: u32, count: u8) -> Vec<u8> {
    let mut body = vec![0xb8, 0x10, 0xb8, 0x10, 1, 0, 0, 0, 4, 0, b'1', b'3', b'5', 0, 0, 0, count, 0, 0, 0];
    for _ in 0..count {
        body.extend([0; 4]);
        body.extend(NDR);
    }
    pdu(12, WHOLE, call, &body, &[])
}

pub fn request(call: u32, flags: u8, opnum: u16, stub: &[u8]) -> Vec<u8> {
    let mut body = u32::MAX.to_le_bytes().to_vec();
    body.extend([0, 0]);
    body.extend(opnum.to_le_bytes());
    body.extend(stub);
    pdu(0, flags, call, &body, &[])
}

pub fn response(call: u32, flags: u8, stub: &[u8]) -> Vec<u8> {
    let mut body = u32::MAX.to_le_bytes().to_vec();
    body.extend([0; 4]);
    body.extend(stub);
    pdu(2, flags, call, &body, &[])
}

/// A connectionless request or response of an activity.
pub fn datagram(ptype: u8, flags1: u8, activity: u64, sequence: u32, fragment: u16, stub: &[u8]) -> Vec<u8> {
    let mut pdu = vec![4, ptype, flags1, 0, 0x10, 0, 0, 0];
    pdu.extend([0; 16]);
    pdu.extend(&CLUSAPI[..16]);
    pdu.extend([0x77; 8]);
    pdu.extend(activity.to_be_bytes());
    pdu.extend([0; 4]);
    pdu.extend([2, 0, 0, 0]);
    pdu.extend(sequence.to_le_bytes());
    pdu.extend(8u16.to_le_bytes());
    pdu.extend([0xff; 4]);
    pdu.extend((stub.len() as u16).to_le_bytes());
    pdu.extend(fragment.to_le_bytes());
    pdu.extend([0, 0]);
    pdu.extend(stub);
    pdu
}

/// A string as a top-level reference parameter has it in NDR: maximum count, offset, actual count, units.
pub fn string(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
    let count = (units.len() as u32).to_le_bytes();
    let mut stub = [count, [0; 4], count].concat();
    stub.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    stub.resize(stub.len().next_multiple_of(4), 0);
    stub
}

/// A pcapng block.
pub fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let len = (12 + body.len().next_multiple_of(4)) as u32;
    let mut block = [kind.to_le_bytes(), len.to_le_bytes()].concat();
    block.extend(body);
    block.resize(block.len().next_multiple_of(4), 0);
    block.extend(len.to_le_bytes());
    block
}

/// A section header block with nothing in it.
pub fn section() -> Vec<u8> {
    let body = [&0x1a2b_3c4du32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
    block(0x0a0d_0d0a, &body)
}

/// An interface of bare IP packets.
pub fn interface(options: &[u8]) -> Vec<u8> {
    block(1, &[&[101, 0, 0, 0, 0, 0, 4, 0][..], options].concat())
}

/// An enhanced packet block.
pub fn enhanced(interface: u32, data: &[u8], options: &[u8]) -> Vec<u8> {
    let len = (data.len() as u32).to_le_bytes();
    let mut body = [interface.to_le_bytes(), [0; 4], [0; 4], len, len].concat();
    body.extend(data);
    body.resize(body.len().next_multiple_of(4), 0);
    body.extend(options);
    block(6, &body)
}

/// A pcapng option.
pub fn option(code: u16, value: &[u8]) -> Vec<u8> {
    let mut option = [code.to_le_bytes(), (value.len() as u16).to_le_bytes()].concat();
    option.extend(value);
    option.resize(option.len().next_multiple_of(4), 0);
    option
}
