//! The Internet checksum (RFC 1071), only to count the bad ones: offloading network cards make them normal.
//!
//! A sum in ones' complement is the same in either byte order but for its own (RFC 1071, 2 B), so eight bytes are added
//! at a time as the machine has them; a right one comes to all ones, whichever order that is.

use std::net::IpAddr;

/// The sum of 64-bit words, the last one filled up with zeros, as one of 32-bit words.
#[inline]
fn sum(bytes: &[u8]) -> u64 {
    let mut sum = 0_u64;
    // Carries out of the 64 bits count as 1 each, for 2^64 counts as 1 as 2^16 does. Processors add the four words of a block
    // with one instruction each that takes the carry of the one before.
    let mut carries = 0_u64;
    let (blocks, rest) = bytes.as_chunks::<32>();
    for block in blocks {
        let (words, _) = block.as_chunks::<8>();
        let mut carry = false;
        for word in words {
            (sum, carry) = add(sum, u64::from_ne_bytes(*word), carry);
        }
        carries += u64::from(carry);
    }
    let (words, rest) = rest.as_chunks::<8>();
    for word in words {
        let (next, carry) = sum.overflowing_add(u64::from_ne_bytes(*word));
        (sum, carries) = (next, carries + u64::from(carry));
    }
    let (next, carry) = sum.overflowing_add(last_word(bytes, rest));
    (next >> 32) + (next & 0xffff_ffff) + carries + u64::from(carry)
}

/// A sum of 64 bits, and its carry.
#[inline(always)]
fn add(a: u64, b: u64, carry: bool) -> (u64, bool) {
    let (sum, first) = a.overflowing_add(b);
    let (sum, second) = sum.overflowing_add(u64::from(carry));
    (sum, first | second)
}

/// The last, fewer than eight, of some bytes, filled up with zeros.
#[inline(always)]
fn last_word(bytes: &[u8], rest: &[u8]) -> u64 {
    let bits = 8 * rest.len() as u32;
    if bits == 0 {
        return 0;
    }
    match bytes.last_chunk::<8>() {
        // They are the end of the last eight, from which those before them are shifted out.
        Some(last) => (u64::from_le_bytes(*last) >> (64 - bits)).to_le(),
        None => {
            let mut last = [0; 8];
            last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            u64::from_ne_bytes(last)
        }
    }
}

/// A sum in 16 bits.
fn folded(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

/// Whether a sum comes to all ones in 16 bits, whatever is added to it in carries: a multiple of that, and not 0.
#[inline]
fn is_right(sum: u64) -> bool {
    sum != 0 && sum.is_multiple_of(0xffff)
}

/// Whether the checksum over an IPv4 header, its checksum field included, is right.
pub(super) fn header_is_right(header: &[u8]) -> bool {
    is_right(sum(header))
}

/// The same of a header without options.
#[inline]
pub(super) fn plain_header_is_right(header: &[u8; 20]) -> bool {
    let (words, _) = header.as_chunks::<4>();
    is_right(words.iter().map(|word| u64::from(u32::from_ne_bytes(*word))).sum())
}

/// The sum of both addresses, for [`segment_is_right`].
pub(super) fn addresses(one: IpAddr, other: IpAddr) -> u64 {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => v4_addresses(one.to_bits(), other.to_bits()),
        (IpAddr::V6(one), IpAddr::V6(other)) => sum(&one.octets()) + sum(&other.octets()),
        // Not met in a packet.
        _ => 0,
    }
}

/// The same of IPv4 alone.
#[inline]
pub(super) fn v4_addresses(one: u32, other: u32) -> u64 {
    u64::from(one.to_be()) + u64::from(other.to_be())
}

/// Whether the checksum over a whole TCP or UDP segment, with its pseudo header, is right. A UDP checksum of 0, which
/// means none, is the caller's business.
#[inline]
pub(super) fn segment_is_right(addresses: u64, protocol: u8, segment: &[u8]) -> bool {
    let length = u32::try_from(segment.len()).unwrap_or(u32::MAX).to_be();
    let protocol = u32::from_ne_bytes([0, protocol, 0, 0]);
    is_right(addresses + u64::from(length) + u64::from(protocol) + sum(segment))
}

/// Whether a TCP or UDP checksum is one that the sender's network card was to fill in: none at all, or the sum of the
/// pseudo header alone, with or without the length, not complemented.
#[cold]
pub(super) fn is_offloaded(addresses: u64, protocol: u8, length: usize, checksum: Option<&[u8]>) -> bool {
    let Some(&[a, b]) = checksum else { return false };
    let checksum = u16::from_ne_bytes([a, b]);
    let length = u64::from(u32::try_from(length).unwrap_or(u32::MAX).to_be());
    let protocol = u64::from(u32::from_ne_bytes([0, protocol, 0, 0]));
    checksum == 0 || [0, length].into_iter().any(|length| folded(addresses + protocol + length) == checksum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use etherparse::checksum::Sum16BitWords;

    #[test]
    fn as_another_implementation_has_it() {
        let mut segment = Vec::new();
        for n in 0..300_u32 {
            segment.push((n.wrapping_mul(2_654_435_761) >> 13) as u8);
            let reference = Sum16BitWords::new().add_slice(&segment);
            let missing = reference.ones_complement();
            assert_eq!(header_is_right(&segment), missing == 0);
            if let Some(header) = segment.last_chunk::<20>() {
                assert_eq!(plain_header_is_right(header), header_is_right(header));
                let mut right = *header;
                let [.., a, b] = &mut right;
                (*a, *b) = (0, 0);
                let [a, b] = Sum16BitWords::new().add_slice(&right).ones_complement().to_ne_bytes();
                let [.., last, behind] = &mut right;
                (*last, *behind) = (a, b);
                assert!(plain_header_is_right(&right));
            }
            // Made right by what is missing, on an even place.
            let mut right = segment.clone();
            if right.len() % 2 == 1 {
                right.push(0);
            }
            right.extend(missing.to_ne_bytes());
            assert!(header_is_right(&right), "{n}");
            for (src, dst) in [("10.1.2.3", "192.0.2.9"), ("2001:db8::1", "fe80::abcd:ef01")] {
                let (src, dst): (IpAddr, IpAddr) = (src.parse().unwrap(), dst.parse().unwrap());
                let mut pseudo = match (src, dst) {
                    (IpAddr::V4(a), IpAddr::V4(b)) => {
                        Sum16BitWords::new().add_4bytes(a.octets()).add_4bytes(b.octets())
                    }
                    (IpAddr::V6(a), IpAddr::V6(b)) => {
                        Sum16BitWords::new().add_16bytes(a.octets()).add_16bytes(b.octets())
                    }
                    _ => unreachable!(),
                };
                let length = right.len() as u32 + 2;
                pseudo = pseudo.add_2bytes([0, 17]).add_4bytes(length.to_be_bytes()).add_slice(&right);
                let mut whole = right.clone();
                whole.extend(pseudo.ones_complement().to_ne_bytes());
                assert!(segment_is_right(addresses(src, dst), 17, &whole));
                whole[0] ^= 1;
                assert!(!segment_is_right(addresses(src, dst), 17, &whole));
            }
        }
        assert!(!header_is_right(&[0; 20]));
    }
}
