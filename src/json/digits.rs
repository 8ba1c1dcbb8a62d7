//! Numbers and octets as digits, and texts looked at for what needs escaping: many octets at a time, in loops over blocks
//! of a fixed width that compilers turn into vector instructions. A rest is read as one more block that ends with the
//! text and overlaps the block before.

use crate::ndr::sink::Guid;
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
    if value >= 10_000_000 {
        return None;
    }
    let digits = eight(value as u32);
    // One digit is left of 0; the first of eight is one of those that don't count.
    let zeros = (digits | 1 << 56).trailing_zeros() & !7;
    let text = ((digits | 0x3030_3030_3030_3030) >> zeros) | u64::from(b',') << (64 - zeros);
    Some((text.to_le_bytes(), 9 - (zeros >> 3) as usize))
}

/// The eight digits of a number, as numbers, each in an octet, the first one in the lowest: split in two three times, all
/// parts at once.
#[inline(always)]
fn eight(value: u32) -> u64 {
    let (front, back) = (value / 10_000, value % 10_000);
    let fours = u64::from(front) | u64::from(back) << 32;
    // What is multiplied and shifted here is divided by 100, exactly for all below 10,000, and below by 10.
    let hundreds = ((fours * 5243) >> 19) & 0x0000_007f_0000_007f;
    let twos = hundreds | (fours - hundreds * 100) << 16;
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (twos - tens * 10) << 8
}

/// The digits of octets; `room` holds two for each.
#[inline]
pub(super) fn hex(octets: &[u8], room: &mut [u8]) {
    let (rooms, _) = room.as_chunks_mut::<2>();
    if let Some(last) = octets.last_chunk::<16>() {
        for (block, room) in octets.as_chunks::<16>().0.iter().zip(rooms.as_chunks_mut::<16>().0) {
            hex_16(block, room);
        }
        if let Some(room) = rooms.last_chunk_mut::<16>() {
            hex_16(last, room);
        }
    } else if !hex_ends::<8>(octets, rooms) && !hex_ends::<4>(octets, rooms) {
        for (octet, room) in octets.iter().zip(rooms) {
            hex_block(&[*octet], std::array::from_mut(room));
        }
    }
}

/// Not inlined: as part of a loop over blocks it becomes much longer and slower.
#[inline(never)]
fn hex_16(octets: &[u8; 16], room: &mut [[u8; 2]; 16]) {
    hex_block(octets, room);
}

/// The first and the last block, if there are as many.
#[inline(always)]
fn hex_ends<const N: usize>(octets: &[u8], rooms: &mut [[u8; 2]]) -> bool {
    let (Some(first), Some(last)) = (octets.first_chunk::<N>(), octets.last_chunk::<N>()) else { return false };
    if let Some(room) = rooms.first_chunk_mut::<N>() {
        hex_block(first, room);
    }
    if let Some(room) = rooms.last_chunk_mut::<N>() {
        hex_block(last, room);
    }
    true
}

/// Both digits of an octet at once, in the two halves of a 16-bit number: so it is the same work in every lane.
#[inline(always)]
fn hex_block<const N: usize>(octets: &[u8; N], room: &mut [[u8; 2]; N]) {
    for (digits, octet) in room.iter_mut().zip(octets) {
        let octet = u16::from(*octet);
        let nibbles = octet >> 4 | (octet & 15) << 8;
        let letters = ((nibbles + 0x0606) >> 4) & 0x0101;
        *digits = (nibbles + 0x3030 + letters * u16::from(b'a' - b'9' - 1)).to_le_bytes();
    }
}

/// A GUID as text.
#[inline]
pub(super) fn guid(guid: Guid) -> [u8; 36] {
    let mut digits = [[0; 2]; 16];
    hex_16(&guid.to_wire(Endian::Big), &mut digits);
    let digits = digits.as_flattened();
    let mut text = [b'-'; 36];
    for (to, from) in [(0..8, 0..8), (9..13, 8..12), (14..18, 12..16), (19..23, 16..20), (24..36, 20..32)] {
        text[to].copy_from_slice(&digits[from]);
    }
    text
}

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
    #[inline(always)]
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
pub(super) fn narrow(text: WStr<'_>, room: &mut [u8]) -> bool {
    let (units, _) = text.as_bytes().as_chunks::<2>();
    let plain = match (text.endian(), units.len()) {
        (Endian::Little, 4..8) => narrow_ends::<4>(units, room),
        (Endian::Little, 8..16) => narrow_ends::<8>(units, room),
        (Endian::Little, 16..) => {
            let mut plain = true;
            for (units, room) in units.as_chunks::<16>().0.iter().zip(room.as_chunks_mut::<16>().0) {
                plain &= narrow_16(units, room);
            }
            match (units.last_chunk::<16>(), room.last_chunk_mut::<16>()) {
                (Some(units), Some(room)) => Some(plain & narrow_16(units, room)),
                _ => None,
            }
        }
        // Few units; and the other order, which is rare.
        _ => None,
    };
    plain.unwrap_or_else(|| {
        text.units().zip(room).all(|(unit, octet)| narrow_block(&[unit.to_le_bytes()], std::array::from_mut(octet)))
    })
}

/// The first and the last block, which are all of the text.
#[inline(always)]
fn narrow_ends<const N: usize>(units: &[[u8; 2]], room: &mut [u8]) -> Option<bool> {
    let front = narrow_block(units.first_chunk::<N>()?, room.first_chunk_mut::<N>()?);
    let back = narrow_block(units.last_chunk::<N>()?, room.last_chunk_mut::<N>()?);
    Some(front & back)
}

/// Not inlined, for the same reason as [`hex_16`].
#[inline(never)]
fn narrow_16(units: &[[u8; 2]; 16], room: &mut [u8; 16]) -> bool {
    narrow_block(units, room)
}

#[inline(always)]
fn narrow_block<const N: usize>(units: &[[u8; 2]; N], room: &mut [u8; N]) -> bool {
    let mut strange = false;
    for (octet, octets) in room.iter_mut().zip(units) {
        let unit = u16::from_le_bytes(*octets);
        strange |= !(0x20..=0x7e).contains(&unit) | (unit == 0x22) | (unit == 0x5c);
        *octet = unit as u8;
    }
    !strange
}

#[cfg(test)]
mod tests;
