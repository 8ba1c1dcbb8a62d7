//! Decompression of buffers as MS-XCA specifies it: LZNT1 (section 2.5) and plain LZ77, which Windows calls Xpress
//! (section 2.4).
//!
//! No library does it: those of the registry put out as much as the input asks for, and a few bytes ask for gigabytes.
//! Here the output never grows beyond what the buffer's header promises, which is 16 MiB at most.

use super::bytes::{u16_at, u32_at};

/// How the buffers of a trace are compressed: `COMPRESSION_FORMAT_…` of ntifs.h.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Lznt1,
    Xpress,
    /// Xpress with Huffman codes and whatever else has a number.
    Other,
}

impl Format {
    /// The format of a number.
    pub(super) fn of(number: u32) -> Self {
        match number {
            2 => Format::Lznt1,
            3 => Format::Xpress,
            _ => Format::Other,
        }
    }
}

/// Why a buffer can't be decompressed.
pub(super) type Reason = &'static str;

const SHORT: Reason = "a compressed buffer that ends too early";
const BEFORE: Reason = "a compressed buffer that repeats what lies before its start";
const LONG: Reason = "a compressed buffer that expands to more than it says";

/// Decompresses `input` into `out`, which it replaces; `most` is what may come of it.
pub(super) fn decompress(format: Format, input: &[u8], most: usize, out: &mut Vec<u8>) -> Result<(), Reason> {
    out.clear();
    match format {
        Format::Lznt1 => lznt1(input, most, out),
        Format::Xpress => xpress(input, most, out),
        Format::Other => Err("a buffer compressed in a way that is not read"),
    }
}

/// Appends `length` bytes that stand `offset` bytes back, none before `from`.
fn repeat(out: &mut Vec<u8>, from: usize, offset: usize, length: usize, most: usize) -> Result<(), Reason> {
    let start = out.len().checked_sub(offset).filter(|start| *start >= from && offset > 0).ok_or(BEFORE)?;
    if length > most.saturating_sub(out.len()) {
        return Err(LONG);
    }
    crate::base::work::tick(length / 64 + 1);
    if offset >= length {
        out.extend_from_within(start..start + length);
    } else {
        // What is copied is part of what is written.
        for at in start..start + length {
            let byte = out.get(at).copied().unwrap_or(0);
            out.push(byte);
        }
    }
    Ok(())
}

/// LZNT1: chunks of a two-byte header and at most 4096 bytes each; within a chunk flag bytes, lowest bit first, tell
/// literals from pairs of distance and length, whose widths follow from how much of the chunk is there.
fn lznt1(input: &[u8], most: usize, out: &mut Vec<u8>) -> Result<(), Reason> {
    let mut at = 0;
    while out.len() < most {
        let Some(header) = u16_at(input, at) else { break };
        if header == 0 {
            break;
        }
        let size = usize::from(header & 0xfff) + 1;
        let chunk = input.get(at + 2..at + 2 + size).ok_or(SHORT)?;
        at += 2 + size;
        let from = out.len();
        // A chunk holds 4096 bytes, whatever it says.
        let end = most.min(from + 4096);
        if header & 0x8000 == 0 {
            if chunk.len() > end - from {
                return Err(LONG);
            }
            out.extend_from_slice(chunk);
            continue;
        }
        let mut place = 0;
        'chunk: while place < chunk.len() {
            let flags = chunk.get(place).copied().unwrap_or(0);
            place += 1;
            for bit in 0..8 {
                let Some(&byte) = chunk.get(place) else { break 'chunk };
                if flags >> bit & 1 == 0 {
                    if out.len() >= end {
                        return Err(LONG);
                    }
                    out.push(byte);
                    place += 1;
                    continue;
                }
                let pair = usize::from(u16_at(chunk, place).ok_or(SHORT)?);
                place += 2;
                let done = (out.len() - from).checked_sub(1).ok_or(BEFORE)?;
                // Four bits of distance up to 16 bytes into the chunk, one more each time that doubles.
                let mut distance_bits = 4;
                while done >> distance_bits != 0 {
                    distance_bits += 1;
                }
                let length_bits = 16 - distance_bits.min(12);
                let (distance, length) = ((pair >> length_bits) + 1, (pair & ((1 << length_bits) - 1)) + 3);
                repeat(out, from, distance, length, end)?;
            }
        }
    }
    Ok(())
}

/// Plain LZ77: 32 flags at a time, highest bit first, tell literals from pairs of distance and length.
fn xpress(input: &[u8], most: usize, out: &mut Vec<u8>) -> Result<(), Reason> {
    let (mut at, mut flags, mut left) = (0, 0_u32, 0_u32);
    // Where the byte stands of which the second half is the next length's.
    let mut half: Option<usize> = None;
    while out.len() < most {
        if left == 0 {
            let Some(next) = u32_at(input, at) else { return if at >= input.len() { Ok(()) } else { Err(SHORT) } };
            (flags, left, at) = (next, 32, at + 4);
        }
        left -= 1;
        if flags >> left & 1 == 0 {
            let Some(byte) = input.get(at) else { return Err(SHORT) };
            out.push(*byte);
            at += 1;
            continue;
        }
        if at >= input.len() {
            // The end is marked by a pair for which nothing is there.
            return Ok(());
        }
        let pair = usize::from(u16_at(input, at).ok_or(SHORT)?);
        at += 2;
        let (distance, mut length) = ((pair >> 3) + 1, pair & 7);
        if length == 7 {
            length = match half.take() {
                Some(place) => usize::from(input.get(place).copied().ok_or(SHORT)? >> 4),
                None => {
                    half = Some(at);
                    at += 1;
                    usize::from(input.get(at - 1).copied().ok_or(SHORT)? & 15)
                }
            };
            if length == 15 {
                length = usize::from(input.get(at).copied().ok_or(SHORT)?);
                at += 1;
                if length == 255 {
                    length = usize::from(u16_at(input, at).ok_or(SHORT)?);
                    at += 2;
                    if length == 0 {
                        length = usize::try_from(u32_at(input, at).ok_or(SHORT)?).map_err(|_| LONG)?;
                        at += 4;
                    }
                    length = length.checked_sub(15 + 7).ok_or("a compressed buffer with a length too small")?;
                }
                length += 15;
            }
            length += 7;
        }
        repeat(out, 0, distance, length + 3, most)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decompressed(format: Format, input: &[u8], most: usize) -> Result<Vec<u8>, Reason> {
        let mut out = Vec::new();
        decompress(format, input, most, &mut out).map(|()| out)
    }

    /// MS-XCA 3.1: plain LZ77.
    #[test]
    fn the_specifications_xpress() {
        let mut alphabet = vec![0x3f, 0, 0, 0];
        alphabet.extend(b'a'..=b'z');
        assert_eq!(decompressed(Format::Xpress, &alphabet, 4096).unwrap(), b"abcdefghijklmnopqrstuvwxyz");
        let abc = [0xff, 0xff, 0xff, 0x1f, 0x61, 0x62, 0x63, 0x17, 0x00, 0x0f, 0xff, 0x26, 0x01];
        assert_eq!(decompressed(Format::Xpress, &abc, 4096).unwrap(), b"abc".repeat(100));
    }

    /// MS-XCA 3.3: LZNT1.
    #[test]
    fn the_specifications_lznt1() {
        let input = hex::decode(
            "38b08846232000204720410010a24701a045204400084501507900c045200524138805b4024a44ef0358028c09160148450\
             0be009e000401189000",
        )
        .unwrap();
        let text = "F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# D E F# G F# \
                    E D E A F# F# G A A G F# E D D E F# E D D\0";
        assert_eq!(String::from_utf8(decompressed(Format::Lznt1, &input, 4096).unwrap()).unwrap(), text);
    }

    /// A few bytes that ask for gigabytes get what was promised at most.
    #[test]
    fn bombs() {
        let mut xpress = vec![0, 0, 0, 0x40, b'x', 7, 0, 15, 255, 0, 0];
        xpress.extend(u32::MAX.to_le_bytes());
        assert_eq!(decompressed(Format::Xpress, &xpress, 1 << 20), Err(LONG));
        let mut lznt1 = Vec::new();
        for _ in 0..1000 {
            lznt1.extend([0x03, 0xb0, 0x02, b'x', 0xff, 0x0f]);
        }
        let out = decompressed(Format::Lznt1, &lznt1, 1 << 16);
        assert!(out == Err(LONG) || out.as_ref().is_ok_and(|out| out.len() <= 1 << 16), "{out:?}");
    }

    #[test]
    fn any_bytes() {
        let mut state = 1_u64;
        for round in 0..4000 {
            let input: Vec<u8> = (0..round % 97)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (state >> 56) as u8
                })
                .collect();
            for format in [Format::Lznt1, Format::Xpress] {
                let _ = decompressed(format, &input, 5000).map(|out| assert!(out.len() <= 5000));
            }
        }
    }
}
