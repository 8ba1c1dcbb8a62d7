//! Headers that no line carries: what operating systems and capture programs put in front of a packet, and the link
//! layers that need little more than that.

use super::ethernet::skip;
use super::{Layer, LinkError, Step, serial};
use crate::capture::LinkType;
use crate::net::unread::UnreadKind;
use nom::bytes::complete::take;
use nom::number::complete::{be_u8, be_u16, be_u32, le_u16, le_u32};

/// Address families of IP: AF_INET; AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS.
fn family(number: u32, rest: &[u8]) -> Step<'_> {
    match number {
        2 | 10 | 23 | 24 | 28 | 30 => Ok((rest, Layer::Ip)),
        other => Err(LinkError::Unread(UnreadKind::AddressFamily(other))),
    }
}

/// A 4-byte number in an unknown host's byte order. Those read here are small, so the order shows.
fn host_u32(data: &[u8]) -> Result<(&[u8], u32), LinkError> {
    let (rest, number) = be_u32::<_, nom::error::Error<&[u8]>>(data)?;
    Ok((rest, if number > 0xffff { number.swap_bytes() } else { number }))
}

/// BSD loopback: an address family in the capturing host's byte order (type 0) or the network's (type 108); files of
/// type 0 written on another host have been met in both.
pub(super) fn loopback(data: &[u8]) -> Step<'_> {
    let (rest, number) = host_u32(data)?;
    family(number, rest)
}

/// Linux cooked capture, version 1: packet type, ARPHRD type, address length, address, protocol.
pub(super) fn cooked(data: &[u8]) -> Step<'_> {
    let (rest, _packet_type) = be_u16(data)?;
    let (rest, hardware) = be_u16(rest)?;
    let (rest, _address) = take(10_usize)(rest)?;
    let (rest, protocol) = be_u16(rest)?;
    cooked_protocol(hardware, protocol, rest)
}

/// Linux cooked capture, version 2: protocol, reserved, interface, ARPHRD type, packet type, address length, address.
pub(super) fn cooked2(data: &[u8]) -> Step<'_> {
    let (rest, protocol) = be_u16(data)?;
    let (rest, _) = take(6_usize)(rest)?;
    let (rest, hardware) = be_u16(rest)?;
    let (rest, _address) = take(10_usize)(rest)?;
    cooked_protocol(hardware, protocol, rest)
}

/// The ARPHRD type says what the protocol number means.
fn cooked_protocol(hardware: u16, protocol: u16, rest: &[u8]) -> Step<'_> {
    match (hardware, protocol) {
        // Netlink messages.
        (824, _) => Err(LinkError::NeverIp),
        (770, _) => Ok((rest, Layer::FrameRelay)),
        (801, _) => Ok((rest, Layer::Wlan)),
        (802, _) => Ok((rest, Layer::Link(LinkType::IEEE802_11_PRISM))),
        (803, _) => Ok((rest, Layer::Radiotap)),
        // Numbers below 1536 are Linux' own: Novell's raw 802.3, CAN, IrDA and 802.15.4; frames of Ethernet, LLC, PPP.
        (_, 0x0001 | 0x000c | 0x000d | 0x0017 | 0x00f5 | 0x00f6) => Err(LinkError::NeverIp),
        (_, 0x0003) => Ok((rest, Layer::Ethernet)),
        (_, 0x0004) => Ok((rest, Layer::Llc)),
        (_, 0x0007 | 0x0008) => Ok((rest, Layer::Ppp)),
        (_, 0..=1535) => Err(LinkError::Unread(UnreadKind::EtherType(protocol))),
        (_, kind) => Ok((rest, Layer::EtherType(kind))),
    }
}

/// IEEE 802.5 token ring: access and frame control, two addresses, and a route if the source address says so.
pub(super) fn token_ring(data: &[u8]) -> Step<'_> {
    let (rest, control) = take(2_usize)(data)?;
    let (rest, addresses) = take(12_usize)(rest)?;
    let (Some(frame), Some(source)) = (control.get(1), addresses.get(6)) else { return Err(LinkError::Malformed) };
    if frame >> 6 != 1 {
        // A MAC frame.
        return Err(LinkError::NeverIp);
    }
    let route = match rest.first() {
        Some(route) if source & 0x80 != 0 => usize::from(route & 0x1f),
        _ => 0,
    };
    skip(rest, route, Layer::Llc)
}

/// Linux netfilter log: address family, version, group, then attributes, of which one is the packet. Numbers in the
/// attributes' headers stand in the capturing host's byte order.
pub(super) fn nflog(data: &[u8]) -> Step<'_> {
    const PACKET_HEADER: u16 = 1;
    const PAYLOAD: u16 = 9;
    let (rest, address_family) = be_u8(data)?;
    let (mut left, _) = take(3_usize)(rest)?;
    // The first attribute is shorter than 256 bytes, which shows the byte order.
    let big_endian = left.first_chunk::<2>().is_some_and(|[first, second]| *first == 0 && *second != 0);
    let number = |data| if big_endian { be_u16::<_, nom::error::Error<_>>(data) } else { le_u16(data) };
    let mut protocol = None;
    while !left.is_empty() {
        crate::base::work::tick(1);
        let (rest, length) = number(left)?;
        let (rest, kind) = number(rest)?;
        let length = usize::from(length).checked_sub(4).ok_or(LinkError::Malformed)?;
        // The upper two bits are flags.
        match kind & 0x3fff {
            PAYLOAD => {
                // A capture may have cut the packet.
                let packet = rest.get(..length).unwrap_or(rest);
                return match (address_family, protocol) {
                    // Bridged packets begin with IP too; what it is stands in the packet header.
                    (7, Some(kind)) => Ok((packet, Layer::EtherType(kind))),
                    (number, _) => family(u32::from(number), packet),
                };
            }
            PACKET_HEADER => protocol = rest.first_chunk::<2>().map(|kind| u16::from_be_bytes(*kind)),
            _ => {}
        }
        left = rest.get(length.next_multiple_of(4)..).unwrap_or(&[]);
    }
    // An event without a packet.
    Err(LinkError::NeverIp)
}

/// macOS packet tap: length of the header, type of what follows (1: a packet), its link type, and more that says which
/// process it belongs to; little-endian in files.
pub(super) fn pktap(data: &[u8]) -> Step<'_> {
    let (rest, length) = le_u32(data)?;
    let (rest, next) = le_u32(rest)?;
    let (_, link) = le_u32(rest)?;
    match (usize::try_from(length), next) {
        (_, 0) => Err(LinkError::NeverIp),
        (Ok(length @ 12..), 1) => skip(data, length, Layer::Link(LinkType(link))),
        _ => Err(LinkError::Malformed),
    }
}

/// OpenBSD packet filter log: the header's length, which is padded to four bytes, then the address family.
pub(super) fn pflog(data: &[u8]) -> Step<'_> {
    let (rest, length) = be_u8(data)?;
    let (_, number) = be_u8(rest)?;
    let (rest, _) = take(usize::from(length).next_multiple_of(4).max(4))(data)?;
    family(u32::from(number), rest)
}

/// OpenBSD encapsulating device: address family in the host's byte order, SPI, flags.
pub(super) fn enc(data: &[u8]) -> Step<'_> {
    let (rest, number) = host_u32(data)?;
    let (rest, _) = take(8_usize)(rest)?;
    family(number, rest)
}

/// IP over InfiniBand (RFC 4391, 6), behind two 20-byte addresses: an EtherType and two reserved bytes.
pub(super) fn ipoib(data: &[u8]) -> Step<'_> {
    let (rest, _addresses) = take(40_usize)(data)?;
    ipoib_encapsulation(rest)
}

fn ipoib_encapsulation(data: &[u8]) -> Step<'_> {
    let (rest, kind) = be_u16(data)?;
    let (rest, _reserved) = be_u16(rest)?;
    Ok((rest, Layer::EtherType(kind)))
}

/// A raw InfiniBand packet (InfiniBand Architecture 1.3, 5.2): local route header, perhaps a global one, base transport
/// header, and for unreliable datagrams, which IP comes in, one header more.
pub(super) fn infiniband(data: &[u8]) -> Step<'_> {
    const SEND_ONLY: u8 = 0x64;
    let (rest, local) = take(8_usize)(data)?;
    let global = match local.get(1).map(|byte| byte & 3) {
        Some(2) => 0,
        Some(3) => 40_usize,
        // Raw packets.
        _ => return Err(LinkError::NeverIp),
    };
    let (rest, _) = take(global)(rest)?;
    let (rest, transport) = take(12_usize)(rest)?;
    if transport.first() != Some(&SEND_ONLY) {
        return Err(LinkError::NeverIp);
    }
    let (rest, _) = take(8_usize)(rest)?;
    match rest.first_chunk::<2>() {
        Some([0x08, 0x00] | [0x86, 0xdd]) => ipoib_encapsulation(rest),
        _ => Err(LinkError::NeverIp),
    }
}

/// Endace's extensible record format: time, type, flags, lengths; headers of eight bytes more as long as a first bit
/// says so.
pub(super) fn erf(data: &[u8]) -> Step<'_> {
    let (rest, head) = take(16_usize)(data)?;
    let mut rest = rest;
    let kind = head.get(8).copied().unwrap_or_default();
    let mut more = kind & 0x80 != 0;
    while more {
        crate::base::work::tick(1);
        let (behind, extension) = take(8_usize)(rest)?;
        more = extension.first().is_some_and(|first| first & 0x80 != 0);
        rest = behind;
    }
    match kind & 0x7f {
        // Packet over SONET, plain and with colour or hash.
        1 | 10 | 15 | 17 => Ok((rest, serial::hdlc(rest))),
        // Ethernet, the same; an offset and a byte of padding come first.
        2 | 11 | 16 | 20 => skip(rest, 2, Layer::Ethernet),
        21 | 25 => infiniband(rest),
        22 | 23 => Ok((rest, Layer::Ip)),
        // Metadata and padding.
        27 | 48 => Err(LinkError::NeverIp),
        _ => Err(LinkError::Unread(UnreadKind::LinkType(LinkType::ERF))),
    }
}
