//! Ethernet frames with IP, TCP and UDP, whose checksums are right.

use std::net::{IpAddr, SocketAddr};

/// Sender and receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) src: SocketAddr,
    pub(super) dst: SocketAddr,
}

impl Ends {
    pub(super) fn reversed(self) -> Ends {
        Ends { src: self.dst, dst: self.src }
    }
}

const TCP: u8 = 6;
const UDP: u8 = 17;
const SYN: u8 = 2;
const PSH: u8 = 8;
const ACK: u8 = 16;

/// Bytes of a segment: what fits into an Ethernet frame of 1500 bytes with IPv6 and TCP headers, less 20 for options.
const SEGMENT: usize = 1420;

/// The largest datagram that IPv4 and IPv6 both have room for, with 8 bytes of UDP header and 20 or 40 of IP.
pub(super) const DATAGRAM: usize = 65_487;

/// The TCP part of a connection: the next sequence numbers of client and server.
#[derive(Debug)]
pub(super) struct Connection {
    client: Ends,
    stream: u64,
    next: [u32; 2],
    open: bool,
}

/// Another text for each connection.
impl std::fmt::Display for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.client.src, self.client.dst, self.stream)
    }
}

impl Connection {
    /// Of a stream of this number: a port that is used again begins with other sequence numbers, far from the earlier ones.
    pub(super) fn new(client: Ends, stream: u64) -> Connection {
        let start = (stream as u32).wrapping_mul(0x9e37_79b1);
        Connection { client, stream, next: [start.wrapping_add(1000), start.wrapping_add(2000)], open: false }
    }

    /// Sends bytes in one direction, behind the handshake if they are the first.
    pub(super) fn send(&mut self, from_client: bool, bytes: &[u8], out: &mut Vec<Vec<u8>>) {
        if !self.open {
            self.open = true;
            for (from_client, flags) in [(true, SYN), (false, SYN | ACK), (true, ACK)] {
                self.segment(from_client, flags, &[], out);
            }
        }
        for part in bytes.chunks(SEGMENT) {
            self.segment(from_client, PSH | ACK, part, out);
        }
    }

    fn segment(&mut self, from_client: bool, flags: u8, payload: &[u8], out: &mut Vec<Vec<u8>>) {
        let [client, server] = self.next;
        let (ends, own, other) = match from_client {
            true => (self.client, client, server),
            false => (self.client.reversed(), server, client),
        };
        let mut segment = Vec::with_capacity(20 + payload.len());
        segment.extend(ends.src.port().to_be_bytes());
        segment.extend(ends.dst.port().to_be_bytes());
        segment.extend(own.to_be_bytes());
        segment.extend(if flags & ACK == 0 { 0 } else { other }.to_be_bytes());
        segment.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        segment.extend(payload);
        out.push(frame(ends, TCP, segment, 16));
        let sent = (payload.len() as u32).wrapping_add(u32::from(flags & SYN != 0));
        if let Some(next) = self.next.get_mut(usize::from(!from_client)) {
            *next = next.wrapping_add(sent);
        }
    }
}

/// A datagram; its payload is no longer than [`DATAGRAM`].
pub(super) fn datagram(ends: Ends, payload: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::with_capacity(8 + payload.len());
    datagram.extend(ends.src.port().to_be_bytes());
    datagram.extend(ends.dst.port().to_be_bytes());
    datagram.extend(((8 + payload.len()) as u16).to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload);
    frame(ends, UDP, datagram, 6)
}

/// A frame around a segment or datagram, whose checksum stands at `checksum`.
fn frame(ends: Ends, protocol: u8, mut payload: Vec<u8>, checksum: usize) -> Vec<u8> {
    let length = payload.len() as u32;
    let mut pseudo = Vec::new();
    let (kind, mut header) = match (ends.src.ip(), ends.dst.ip()) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            let mut header = Vec::from([0x45, 0]);
            header.extend(((20 + payload.len()) as u16).to_be_bytes());
            header.extend([0, 0, 0x40, 0, 64, protocol, 0, 0]);
            header.extend(src.octets());
            header.extend(dst.octets());
            pseudo.extend(src.octets());
            pseudo.extend(dst.octets());
            put(&mut header, 10, sum(&[]));
            let of_header = sum(&[&header]);
            put(&mut header, 10, of_header);
            (0x0800_u16, header)
        }
        (src, dst) => {
            let six = |address: IpAddr| match address {
                IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
                IpAddr::V6(address) => address.octets(),
            };
            let mut header = Vec::from([0x60, 0, 0, 0]);
            header.extend((payload.len() as u16).to_be_bytes());
            header.extend([protocol, 64]);
            header.extend(six(src));
            header.extend(six(dst));
            pseudo.extend(six(src));
            pseudo.extend(six(dst));
            (0x86dd, header)
        }
    };
    pseudo.extend(length.to_be_bytes());
    pseudo.extend([0, 0, 0, protocol]);
    let right = match sum(&[&pseudo, &payload]) {
        // Of UDP, 0 says that there is none.
        0 if protocol == UDP => 0xffff,
        sum => sum,
    };
    put(&mut payload, checksum, right);
    let mut frame = Vec::from([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]);
    frame.extend(kind.to_be_bytes());
    frame.append(&mut header);
    frame.append(&mut payload);
    frame
}

fn put(bytes: &mut [u8], at: usize, value: u16) {
    for (slot, byte) in bytes.iter_mut().skip(at).zip(value.to_be_bytes()) {
        *slot = byte;
    }
}

/// The Internet checksum (RFC 1071) of parts of which only the last may have an odd length.
fn sum(parts: &[&[u8]]) -> u16 {
    if parts.is_empty() {
        return 0;
    }
    let mut sum = 0u32;
    for pair in parts.iter().flat_map(|part| part.chunks(2)) {
        let (high, low) = (pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0));
        sum += u32::from(u16::from_be_bytes([high, low]));
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
