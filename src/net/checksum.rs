//! The Internet checksum (RFC 1071), only to count the bad ones: offloading network cards make them normal.

use etherparse::checksum::Sum16BitWords;
use std::net::IpAddr;

/// Whether the checksum over an IPv4 header, its checksum field included, is right.
pub(super) fn header_is_right(header: &[u8]) -> bool {
    Sum16BitWords::new().add_slice(header).ones_complement() == 0
}

/// Whether the checksum over a whole TCP or UDP segment, with its pseudo header, is right. A UDP checksum of 0, which
/// means none, is the caller's business.
pub(super) fn segment_is_right(src: IpAddr, dst: IpAddr, protocol: u8, segment: &[u8]) -> bool {
    let length = u32::try_from(segment.len()).unwrap_or(u32::MAX);
    let sum = match (src, dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => Sum16BitWords::new().add_4bytes(src.octets()).add_4bytes(dst.octets()),
        (IpAddr::V6(src), IpAddr::V6(dst)) => Sum16BitWords::new().add_16bytes(src.octets()).add_16bytes(dst.octets()),
        _ => return true,
    };
    sum.add_2bytes([0, protocol]).add_4bytes(length.to_be_bytes()).add_slice(segment).ones_complement() == 0
}
