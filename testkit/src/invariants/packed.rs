//! What must hold for compressed captures.
//!
//! The first byte tells how the input is packed, the second one how it is read; then comes what is packed. Most frames
//! are made here, around a capture that is stored in them, since hardly any mutation gets past a checksum.

use cluscope::internals::capture::{CaptureLimits, Reader};
use std::io::{self, Read};

/// Small ones, so that running into them takes no time.
fn limits() -> CaptureLimits {
    CaptureLimits { block: 1 << 16, metadata: 1 << 12, decompressed_free: 1 << 18, ..CaptureLimits::default() }
}

/// Hands out so many bytes at a time.
struct Slowly<'d>(&'d [u8], usize);

impl Read for Slowly<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.1.min(into.len());
        self.0.read(into.get_mut(..n).unwrap_or_default())
    }
}

/// Packets of a capture: frame and bytes; and what ended it.
type Packets = (Vec<(u64, Vec<u8>)>, Option<String>);

fn packets(input: impl Read) -> Packets {
    let mut found = Vec::new();
    let mut reader = match Reader::with_limits(input, limits()) {
        Ok(reader) => reader,
        Err(error) => return (found, Some(error.to_string())),
    };
    let mut bytes = 0;
    loop {
        match reader.next() {
            Ok(Some(packet)) => {
                bytes += packet.data.len() as u64;
                found.push((packet.frame, packet.data.to_vec()));
            }
            Ok(None) => return (found, None),
            Err(error) => return (found, Some(error.to_string())),
        }
        assert!(bytes <= 1 << 30, "expands without end");
    }
}

/// Gzip: stored or compressed.
fn gzip(bytes: &[u8], out: &mut Vec<u8>) {
    use io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::new(bytes.len() as u32 % 3));
    let _ = encoder.write_all(bytes);
    let _ = encoder.finish();
}

/// Zstandard's frame around raw blocks (RFC 8878).
fn zstd(bytes: &[u8], size: usize, out: &mut Vec<u8>) {
    out.extend([0x28, 0xb5, 0x2f, 0xfd, 0xa0]);
    out.extend((bytes.len() as u32).to_le_bytes());
    let mut blocks = bytes.chunks(size).peekable();
    if blocks.peek().is_none() {
        out.extend([1, 0, 0]);
    }
    while let Some(block) = blocks.next() {
        let head = (block.len() as u32) << 3 | u32::from(blocks.peek().is_none());
        out.extend(head.to_le_bytes().iter().take(3));
        out.extend(block);
    }
}

/// LZ4's frame around stored blocks of at most 64 KiB; the third byte of its header is a checksum of the others.
fn lz4(bytes: &[u8], size: usize, out: &mut Vec<u8>) {
    out.extend([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
    for block in bytes.chunks(size) {
        out.extend((block.len() as u32 | 0x8000_0000).to_le_bytes());
        out.extend(block);
    }
    out.extend([0; 4]);
}

/// A compressed capture. It makes no difference in which pieces it is read; one that was packed here holds the packets
/// that it holds without.
pub fn compressed(data: &[u8]) {
    let [kind, cut, bytes @ ..] = data else { return };
    let size = 1 + usize::from(*cut) * 64;
    let mut packed = Vec::new();
    match kind % 8 {
        0 => gzip(bytes, &mut packed),
        1 => zstd(bytes, size, &mut packed),
        2 => lz4(bytes, size, &mut packed),
        3 => {
            // More than one frame.
            let (first, second) = bytes.split_at(bytes.len() / 2);
            for part in [first, second] {
                match cut % 3 {
                    0 => gzip(part, &mut packed),
                    1 => zstd(part, size, &mut packed),
                    _ => lz4(part, size, &mut packed),
                }
            }
        }
        4 => packed.extend([&[0x1f, 0x8b, 0x08][..], bytes].concat()),
        5 => packed.extend([&[0x28, 0xb5, 0x2f, 0xfd][..], bytes].concat()),
        6 => packed.extend([&[0x04, 0x22, 0x4d, 0x18][..], bytes].concat()),
        _ => packed.extend(bytes),
    }
    let whole = packets(packed.as_slice());
    let slow = packets(Slowly(&packed, 1 + usize::from(cut % 7)));
    assert_eq!(whole, slow, "read in small pieces");
    // What is packed twice is opened once.
    let twice = matches!(bytes, [0x1f, 0x8b, ..] | [0x28, 0xb5, ..] | [0x04, 0x22, ..] | [0x50..=0x5f, 0x2a, ..]);
    if kind % 8 < 4 && !bytes.is_empty() && !twice {
        assert_eq!(whole.0, packets(bytes).0, "packed in kind {}", kind % 8);
    }
}
