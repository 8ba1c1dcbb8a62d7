//! Numbers and bytes as digits, and texts looked at for what needs escaping: many bytes at a time, in loops over blocks
//! of a fixed width that compilers turn into vector instructions. A rest is read as one more block that ends with the
//! text and overlaps the block before.

use crate::base::Guid;
use crate::base::time::eight_digits;
use crate::ndr::{Endian, WStr};

/// The digits of a number, from the front, and how many they are.
#[inline]
pub(super) fn decimal(value: u64) -> ([u8; 24], usize) {
    let mut text = [0; 24];
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(value).as_bytes();
    if let Some(room) = text.get_mut(..digits.len()) {
        room.copy_from_slice(digits);
    }
    (text, digits.len())
}

/// A number of up to seven digits with a comma behind it, and how long that is: most numbers are, and fit into a register.
#[inline(always)]
pub(super) fn few(value: u64) -> Option<([u8; 8], usize)> {
    let digits = match value {
        ..10_000 => u64::from(four(value as u32)) << 24,
        10_000..10_000_000 => eight_digits(value as u32) >> 8,
        _ => return None,
    };
    // The last one stays, even if it is 0.
    let zeros = (digits | 1 << 48).trailing_zeros() & !7;
    let text = (digits | u64::from_le_bytes(*b"0000000,")) >> zeros;
    Some((text.to_le_bytes(), 8 - (zeros >> 3) as usize))
}

/// A number with its prefix `0x`, without leading zeros, and how long that is.
#[inline]
pub(super) fn hexadecimal(value: u64) -> ([u8; 18], usize) {
    let mut digits = [[0; 2]; 8];
    hex_block(&value.to_be_bytes(), &mut digits);
    // The last digit stays, even if it is 0.
    let zeros = (value | 1).leading_zeros() as usize / 4;
    let mut text = [b'0'; 18];
    text[1] = b'x';
    let (len, shown) = (18 - zeros, digits.as_flattened().get(zeros..).unwrap_or_default());
    if let Some(room) = text.get_mut(2..len) {
        room.copy_from_slice(shown);
    }
    (text, len)
}

/// The four digits of a number, in the way of [`eight_digits`].
#[inline(always)]
fn four(value: u32) -> u32 {
    let hundreds = (value * 5243) >> 19;
    let twos = hundreds | (value - hundreds * 100) << 16;
    let tens = ((twos * 103) >> 10) & 0x000f_000f;
    tens | (twos - tens * 10) << 8
}

/// Writes a block at the front and one at the back, which are all where there is no more than two; `None` where there is
/// less than one.
#[inline(always)]
fn ends<A, B, const N: usize>(from: &[A], to: &mut [B], write: impl Fn(&[A; N], &mut [B; N]) -> bool) -> Option<bool> {
    let front = write(from.first_chunk()?, to.first_chunk_mut()?);
    let back = write(from.last_chunk()?, to.last_chunk_mut()?);
    Some(front & back)
}

/// The digits of bytes; `room` holds two for each.
#[inline]
pub(super) fn hex(bytes: &[u8], room: &mut [u8]) {
    let (rooms, _) = room.as_chunks_mut::<2>();
    if let Some(last) = bytes.last_chunk::<16>() {
        for (block, room) in bytes.as_chunks::<16>().0.iter().zip(rooms.as_chunks_mut::<16>().0) {
            hex_16(block, room);
        }
        if let Some(room) = rooms.last_chunk_mut::<16>() {
            hex_16(last, room);
        }
    } else if ends(bytes, rooms, hex_block::<8>).or_else(|| ends(bytes, rooms, hex_block::<4>)).is_none() {
        for (byte, room) in bytes.iter().zip(rooms) {
            hex_block(&[*byte], std::array::from_mut(room));
        }
    }
}

/// Not inlined: as part of a loop over blocks it becomes much longer and slower.
#[inline(never)]
fn hex_16(bytes: &[u8; 16], room: &mut [[u8; 2]; 16]) {
    hex_block(bytes, room);
}

/// Both digits of a byte at once, in the two halves of a 16-bit number: so it is the same work in every lane.
#[inline(always)]
fn hex_block<const N: usize>(bytes: &[u8; N], room: &mut [[u8; 2]; N]) -> bool {
    for (digits, byte) in room.iter_mut().zip(bytes) {
        let byte = u16::from(*byte);
        let nibbles = byte >> 4 | (byte & 15) << 8;
        let letters = ((nibbles + 0x0606) >> 4) & 0x0101;
        *digits = (nibbles + 0x3030 + letters * u16::from(b'a' - b'9' - 1)).to_le_bytes();
    }
    true
}

/// A GUID as text between quotes, with a comma behind it.
#[inline]
pub(super) fn guid(guid: Guid) -> [u8; 39] {
    let mut digits = [[0; 2]; 16];
    hex_16(&guid.to_wire(Endian::Big), &mut digits);
    let digits = digits.as_flattened();
    let mut text = [b'-'; 39];
    (text[0], text[37], text[38]) = (b'"', b'"', b',');
    for (to, from) in [(1..9, 0..8), (10..14, 8..12), (15..19, 12..16), (20..24, 16..20), (25..37, 20..32)] {
        text[to].copy_from_slice(&digits[from]);
    }
    text
}

/// An IPv4 address as text between quotes, with a comma behind it, and how long that is.
pub(super) fn ipv4(bytes: [u8; 4]) -> ([u8; 20], usize) {
    let (mut text, mut len) = ([b'"'; 20], 1);
    for byte in bytes {
        if let Some(room) = text.get_mut(len..).and_then(|room| room.first_chunk_mut()) {
            *room = BYTES[usize::from(byte)];
            len += 2 + usize::from(byte > 9) + usize::from(byte > 99);
        }
    }
    // The last dot is none.
    if let Some([quote, comma]) = text.get_mut(len - 1..).and_then(|behind| behind.first_chunk_mut()) {
        (*quote, *comma) = (b'"', b',');
    }
    (text, len + 1)
}

/// The digits of each byte, and a dot behind them.
static BYTES: [[u8; 4]; 256] = {
    let (mut texts, mut byte) = ([[0; 4]; 256], 0);
    while byte < 256 {
        let [hundreds, tens, ones] = [byte / 100, byte / 10 % 10, byte % 10];
        let digits = [b'0' + hundreds as u8, b'0' + tens as u8, b'0' + ones as u8];
        texts[byte] = match digits {
            [b'0', b'0', ones] => [ones, b'.', 0, 0],
            [b'0', tens, ones] => [tens, ones, b'.', 0],
            [hundreds, tens, ones] => [hundreds, tens, ones, b'.'],
        };
        byte += 1;
    }
    texts
};

#[inline(always)]
fn digit(n: u8) -> u8 {
    n + if n > 9 { b'a' - 10 } else { b'0' }
}

/// An IPv6 address as text (RFC 5952), and how long it is: the first of the longest runs of zeros is left out.
pub(super) fn ipv6(groups: [u16; 8]) -> ([u8; 40], usize) {
    let (mut run, mut zeros) = (0..0, 0..0);
    for (i, group) in groups.iter().enumerate() {
        match group {
            0 => run.end = i + 1,
            _ => run = i + 1..i + 1,
        }
        if run.len() > zeros.len().max(1) {
            zeros = run.clone();
        }
    }
    let (mut text, mut len) = ([0; 40], 0);
    let mut put = |byte: u8| {
        if let Some(slot) = text.get_mut(len) {
            *slot = byte;
            len += 1;
        }
    };
    for (i, group) in groups.iter().enumerate() {
        if i == zeros.start && !zeros.is_empty() {
            put(b':');
            put(b':');
        }
        if zeros.contains(&i) {
            continue;
        }
        if i > 0 && i != zeros.end {
            put(b':');
        }
        for shift in [12, 8, 4, 0] {
            if group >> shift != 0 || shift == 0 {
                put(digit((group >> shift & 15) as u8));
            }
        }
    }
    (text, len)
}

/// Whether all of a text can stand between quotes as it is.
#[inline]
pub(super) fn is_plain(text: &[u8]) -> bool {
    #[inline(always)]
    fn block<const N: usize>(block: &[u8; N]) -> bool {
        !block
            .iter()
            .fold(false, |found, byte| found | !(0x20..0x7f).contains(byte) | (*byte == b'"') | (*byte == b'\\'))
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<16>(), text.last_chunk::<16>()) {
        let blocks = text.as_chunks::<16>().0.get(1..).unwrap_or(&[]);
        return block(first) & block(last) && blocks.iter().all(block);
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        return block(first) & block(last);
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        return block(first) & block(last);
    }
    text.iter().all(|byte| block(&[*byte]))
}

/// Writes UTF-16 as bytes where all of it is ASCII with nothing to escape; says whether it is. `"` and `\\` are escaped,
/// and the character `QUOTE`. `room` is as long as the text has units; of another text it holds anything.
#[inline(always)]
pub(super) fn narrow<const QUOTE: u8>(text: WStr<'_>, room: &mut [u8]) -> bool {
    let (units, _) = text.as_bytes().as_chunks::<2>();
    let plain = match (text.endian(), units.len()) {
        (Endian::Little, 4..8) => ends(units, room, narrow_block::<4, QUOTE>),
        (Endian::Little, 8..16) => ends(units, room, narrow_block::<8, QUOTE>),
        (Endian::Little, 16..) => {
            let mut plain = true;
            for (units, room) in units.as_chunks::<16>().0.iter().zip(room.as_chunks_mut::<16>().0) {
                plain &= narrow_16::<QUOTE>(units, room);
            }
            match (units.last_chunk::<16>(), room.last_chunk_mut::<16>()) {
                (Some(units), Some(room)) => Some(plain & narrow_16::<QUOTE>(units, room)),
                _ => None,
            }
        }
        // Few units; and the other order, which is rare.
        _ => None,
    };
    plain.unwrap_or_else(|| {
        text.units()
            .zip(room)
            .all(|(unit, byte)| narrow_block::<1, QUOTE>(&[unit.to_le_bytes()], std::array::from_mut(byte)))
    })
}

/// Not inlined, for the same reason as [`hex_16`].
#[inline(never)]
fn narrow_16<const QUOTE: u8>(units: &[[u8; 2]; 16], room: &mut [u8; 16]) -> bool {
    narrow_block::<16, QUOTE>(units, room)
}

#[inline(always)]
fn narrow_block<const N: usize, const QUOTE: u8>(units: &[[u8; 2]; N], room: &mut [u8; N]) -> bool {
    let mut strange = false;
    for (byte, bytes) in room.iter_mut().zip(units) {
        let unit = u16::from_le_bytes(*bytes);
        strange |= !(0x20..=0x7e).contains(&unit) | (unit == 0x22) | (unit == 0x5c) | (unit == u16::from(QUOTE));
        *byte = unit as u8;
    }
    !strange
}

#[cfg(test)]
mod tests;
