//! A capture that is made while it is read: one client opens resources, one after the other, and closes none.

use std::io::{self, Read};

/// Bytes in front of a PDU: a pcap record, IPv4, TCP.
const HEADS: usize = 16 + 20 + 20;

const CLIENT: [u8; 6] = [192, 0, 2, 10, 0xc3, 0x50];
const SERVER: [u8; 6] = [192, 0, 2, 20, 0xc2, 0x00];

/// The capture, as pcap with raw IPv4, microseconds, little-endian.
pub(crate) struct Opens {
    calls: u64,
    done: u64,
    /// Next byte of the stream that the client and the server send.
    sequence: [u32; 2],
    buffer: Vec<u8>,
    at: usize,
}

impl Opens {
    /// With so many opens.
    pub(crate) fn new(calls: u64) -> Self {
        let mut opens = Opens { calls, done: 0, sequence: [1, 1], buffer: Vec::new(), at: 0 };
        opens.buffer.extend(0xa1b2_c3d4u32.to_le_bytes());
        opens.buffer.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 101, 0, 0, 0]);
        opens.bind();
        opens
    }

    fn packet(&mut self, from_client: bool, pdu: &[u8]) {
        let micros = self.done * 10 + u64::from(!from_client) * 4;
        let length = (HEADS - 16 + pdu.len()) as u32;
        for word in [1_795_000_000 + (micros / 1_000_000) as u32, (micros % 1_000_000) as u32, length, length] {
            self.buffer.extend(word.to_le_bytes());
        }
        let (from, to) = if from_client { (CLIENT, SERVER) } else { (SERVER, CLIENT) };
        self.buffer.extend([0x45, 0]);
        self.buffer.extend((length as u16).to_be_bytes());
        self.buffer.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
        self.buffer.extend(&from[..4]);
        self.buffer.extend(&to[..4]);
        self.buffer.extend(&from[4..]);
        self.buffer.extend(&to[4..]);
        let (mine, other) = if from_client { (0, 1) } else { (1, 0) };
        self.buffer.extend(self.sequence[mine].to_be_bytes());
        self.buffer.extend(self.sequence[other].to_be_bytes());
        self.buffer.extend([0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]);
        self.buffer.extend(pdu);
        self.sequence[mine] = self.sequence[mine].wrapping_add(pdu.len() as u32);
    }

    fn pdu(kind: u8, call: u32, body: &[u8]) -> Vec<u8> {
        let mut pdu = vec![5, 0, kind, 3, 0x10, 0, 0, 0];
        pdu.extend((16 + body.len() as u16).to_le_bytes());
        pdu.extend([0, 0]);
        pdu.extend(call.to_le_bytes());
        pdu.extend(body);
        pdu
    }

    fn bind(&mut self) {
        const CLUSAPI: [u8; 20] =
            [0xb2, 0xb8, 0x7d, 0xb9, 0x63, 0x4c, 0xcf, 0x11, 0xbf, 0xf6, 8, 0, 0x2b, 0xe2, 0x3f, 0x2f, 3, 0, 0, 0];
        const NDR: [u8; 20] =
            [4, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 8, 0, 0x2b, 0x10, 0x48, 0x60, 2, 0, 0, 0];
        let mut bind = vec![0xd0, 0x16, 0xd0, 0x16, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0];
        bind.extend(CLUSAPI);
        bind.extend(NDR);
        self.packet(true, &Self::pdu(11, 1, &bind));
        let mut answer = vec![0xd0, 0x16, 0xd0, 0x16, 7, 0, 0, 0, 6, 0, b'4', b'9', b'6', b'6', b'4', 0];
        answer.extend([1, 0, 0, 0, 0, 0, 0, 0]);
        answer.extend(NDR);
        self.packet(false, &Self::pdu(12, 1, &answer));
    }

    /// ApiOpenResource and its answer.
    fn open(&mut self) {
        let call = self.done as u32 + 2;
        let name: Vec<u8> = format!("resource {:011}\0", self.done).encode_utf16().flat_map(u16::to_le_bytes).collect();
        let units = (name.len() as u32 / 2).to_le_bytes();
        let head = |stub: usize, opnum: u8| [(stub as u32).to_le_bytes(), [0, 0, opnum, 0]].concat();
        let mut request = head(12 + name.len(), 8);
        request.extend([units, [0; 4], units].concat());
        request.extend(name);
        self.packet(true, &Self::pdu(0, call, &request));
        let mut response = head(28, 0);
        response.extend([0; 12]);
        // The number is the handle, too.
        response.extend(self.done.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
        response.extend((self.done + 1).to_le_bytes());
        self.packet(false, &Self::pdu(2, call, &response));
        self.done += 1;
    }
}

impl Read for Opens {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.buffer.len() {
            self.buffer.clear();
            self.at = 0;
            while self.done < self.calls && self.buffer.len() < 1 << 16 {
                self.open();
            }
        }
        let rest = &self.buffer[self.at..];
        let n = rest.len().min(out.len());
        out[..n].copy_from_slice(&rest[..n]);
        self.at += n;
        Ok(n)
    }
}
