//! Numbers and octets as digits, and texts looked at for what needs escaping: many octets at a time, in loops over blocks
//! of a fixed width that compilers turn into vector instructions. A rest is read as one more block that ends with the
//! text and overlaps the block before.

use crate::ndr::sink::Guid;
use crate::ndr::{Endian, WStr};

/// The two digits of each number below 100.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut n = 0;
    while n < 100 {
        pairs[n] = [b'0' + n as u8 / 10, b'0' + n as u8 % 10];
        n += 1;
    }
    pairs
};

#[inline(always)]
fn pair(n: u32) -> [u8; 2] {
    PAIRS.get(n as usize).copied().unwrap_or_default()
}

/// The digits of a number, from the front, and how many they are.
#[inline]
pub(super) fn decimal(value: u64) -> ([u8; 24], usize) {
    let mut text = [0; 24];
    let len = match value {
        0..10_000 => below_10_000(value as u32, &mut text, 0),
        10_000..100_000_000 => {
            let (front, back) = (value as u32 / 10_000, value as u32 % 10_000);
            let at = below_10_000(front, &mut text, 0);
            let ([a, b], [c, d]) = (pair(back / 100), pair(back % 100));
            if let Some(room) = text.get_mut(at..at + 4) {
                room.copy_from_slice(&[a, b, c, d]);
            }
            at + 4
        }
        _ => {
            let mut buffer = itoa::Buffer::new();
            let digits = buffer.format(value).as_bytes();
            if let Some(room) = text.get_mut(..digits.len()) {
                room.copy_from_slice(digits);
            }
            digits.len()
        }
    };
    (text, len)
}

/// A number of up to four digits.
#[inline(always)]
fn below_10_000(value: u32, text: &mut [u8; 24], at: usize) -> usize {
    let ([a, b], [c, d]) = (pair(value / 100), pair(value % 100));
    let (digits, len) = match value {
        0..10 => ([d, 0, 0, 0], 1),
        10..100 => ([c, d, 0, 0], 2),
        100..1000 => ([b, c, d, 0], 3),
        _ => ([a, b, c, d], 4),
    };
    if let Some(room) = text.get_mut(at..at + 4) {
        room.copy_from_slice(&digits);
    }
    at + len
}

/// Octets in a block of hexadecimal digits.
const HEX: usize = 16;

/// The digits of octets; `room` holds two for each.
#[inline]
pub(super) fn hex(octets: &[u8], room: &mut [u8]) {
    let (blocks, rest) = octets.as_chunks::<HEX>();
    let (rooms, rest_room) = room.as_chunks_mut::<{ 2 * HEX }>();
    for (block, room) in blocks.iter().zip(rooms) {
        *room = hex_block(block);
    }
    if rest.is_empty() {
        return;
    }
    let mut last = [0; HEX];
    for (slot, octet) in last.iter_mut().zip(rest) {
        *slot = *octet;
    }
    let digits = hex_block(&last);
    for (slot, digit) in rest_room.iter_mut().zip(digits) {
        *slot = digit;
    }
}

#[inline(always)]
fn digit(n: u8) -> u8 {
    n + if n > 9 { b'a' - 10 } else { b'0' }
}

#[inline]
fn hex_block(octets: &[u8; HEX]) -> [u8; 2 * HEX] {
    let high = octets.map(|octet| digit(octet >> 4));
    let low = octets.map(|octet| digit(octet & 15));
    let mut digits = [0; 2 * HEX];
    for (pair, (high, low)) in digits.as_chunks_mut::<2>().0.iter_mut().zip(high.iter().zip(&low)) {
        *pair = [*high, *low];
    }
    digits
}

/// A GUID as text.
#[inline]
pub(super) fn guid(guid: Guid) -> [u8; 36] {
    let digits = hex_block(&guid.to_wire(Endian::Big));
    let mut text = [b'-'; 36];
    for (to, from) in [(0..8, 0..8), (9..13, 8..12), (14..18, 12..16), (19..23, 16..20), (24..36, 20..32)] {
        text[to].copy_from_slice(&digits[from]);
    }
    text
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
    let mut put = |octet: u8| {
        if let Some(slot) = text.get_mut(len) {
            *slot = octet;
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
    fn block<const N: usize>(block: &[u8; N]) -> bool {
        !block.iter().fold(false, |found, octet| found | (*octet < 0x20) | (*octet == b'"') | (*octet == b'\\'))
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
    text.iter().all(|octet| block(&[*octet]))
}

/// Writes UTF-16 as octets where all of it is ASCII with nothing to escape; says whether it is. `room` is as long as the
/// text has units; of another text it holds anything.
#[inline]
pub(super) fn narrow(text: WStr<'_>, room: &mut [u8]) -> bool {
    let (units, _) = text.as_bytes().as_chunks::<2>();
    match text.endian() {
        Endian::Little => narrow_units(units, room, u16::from_le_bytes),
        Endian::Big => narrow_units(units, room, u16::from_be_bytes),
    }
}

#[inline(always)]
fn narrow_units(units: &[[u8; 2]], room: &mut [u8], unit: impl Fn([u8; 2]) -> u16 + Copy) -> bool {
    if units.len() < 4 {
        return units.iter().zip(room).all(|(unit2, octet)| narrow_block(&[*unit2], std::array::from_mut(octet), unit));
    }
    if let Some(plain) = narrow_ends::<4>(units, room, unit).or_else(|| narrow_ends::<8>(units, room, unit)) {
        return plain;
    }
    let mut plain = true;
    for (units, room) in units.as_chunks::<16>().0.iter().zip(room.as_chunks_mut::<16>().0) {
        plain &= narrow_block(units, room, unit);
    }
    match (units.last_chunk::<16>(), room.last_chunk_mut::<16>()) {
        (Some(units), Some(room)) => plain & narrow_block(units, room, unit),
        _ => plain,
    }
}

/// The first and the last block, if they are all of the text.
#[inline(always)]
fn narrow_ends<const N: usize>(
    units: &[[u8; 2]],
    room: &mut [u8],
    unit: impl Fn([u8; 2]) -> u16 + Copy,
) -> Option<bool> {
    if units.len() > 2 * N {
        return None;
    }
    let front = narrow_block(units.first_chunk::<N>()?, room.first_chunk_mut::<N>()?, unit);
    let back = narrow_block(units.last_chunk::<N>()?, room.last_chunk_mut::<N>()?, unit);
    Some(front & back)
}

#[inline(always)]
fn narrow_block<const N: usize>(
    units: &[[u8; 2]; N],
    room: &mut [u8; N],
    unit: impl Fn([u8; 2]) -> u16 + Copy,
) -> bool {
    let mut strange = false;
    for (octet, octets) in room.iter_mut().zip(units) {
        let unit = unit(*octets);
        strange |= !(0x20..=0x7e).contains(&unit) | (unit == 0x22) | (unit == 0x5c);
        *octet = unit as u8;
    }
    !strange
}

#[cfg(test)]
mod tests;
