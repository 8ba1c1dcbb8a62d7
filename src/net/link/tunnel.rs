//! Packets within packets: what IP protocols and UDP ports carry.

use super::ethernet::{looks_like_ethernet, next_protocol, skip};
use super::{Layer, LinkError, Step, serial};
use crate::capture::LinkType;
use nom::bytes::complete::take;
use nom::number::complete::{be_u8, be_u16, be_u32};

/// Takes four bytes where a flag says that they are there.
fn optional(present: bool, data: &[u8]) -> Result<&[u8], LinkError> {
    let (rest, _) = take(if present { 4_usize } else { 0 })(data)?;
    Ok(rest)
}

/// GRE (RFC 2784, RFC 2890), PPTP's variant of it (RFC 2637, 4.1), and what it brings: an EtherType, bridged Ethernet,
/// PPP, a mirrored frame in ERSPAN of type I, II or III (draft-foschiano-erspan), or an Aruba access point's 802.11.
pub(super) fn gre(data: &[u8]) -> Step<'_> {
    let (data, flags) = be_u16(data)?;
    let (data, protocol) = be_u16(data)?;
    let has = |bit: u16| flags & bit != 0;
    match flags & 0x7 {
        // Source routes (RFC 1701) are of no use to anybody any more.
        0 if has(0x4000) => Err(LinkError::Malformed),
        0 => {
            let data = optional(has(0x8000), data)?;
            let data = optional(has(0x2000), data)?;
            let data = optional(has(0x1000), data)?;
            match protocol {
                // A keepalive, WCCP's redirection of IPv4 with a header or without, NHRP.
                0 | 0x2001 => Err(LinkError::NeverIp),
                0x883e if data.first().is_some_and(|first| first >> 4 == 4) => Ok((data, Layer::Ip)),
                0x883e => skip(data, 4, Layer::Ip),
                // Type I has no header of its own; types II and III come with a sequence number.
                0x88be if !has(0x1000) => Ok((data, Layer::Ethernet)),
                0x88be => skip(data, 8, Layer::Ethernet),
                0x22eb => erspan3(data),
                // Aruba numbers its tunnels here.
                0x8200..=0x83ff | 0x9000 => Ok((data, Layer::Wlan)),
                _ => Ok((data, Layer::EtherType(protocol))),
            }
        }
        1 if protocol == 0x880b => {
            let data = optional(true, data)?;
            let data = optional(has(0x1000), data)?;
            let data = optional(has(0x0080), data)?;
            // An acknowledgement alone.
            if data.is_empty() { Err(LinkError::NeverIp) } else { Ok((data, Layer::Ppp)) }
        }
        _ => Err(LinkError::Malformed),
    }
}

/// ERSPAN type III: twelve bytes, eight more if the last bit says so.
fn erspan3(data: &[u8]) -> Step<'_> {
    let (data, _) = take(8_usize)(data)?;
    let (data, last) = be_u32(data)?;
    let more = if last & 1 == 1 { 8 } else { 0 };
    // Frame type: 0 is Ethernet, 2 is IP.
    match last >> 11 & 0x1f {
        0 => skip(data, more, Layer::Ethernet),
        2 => skip(data, more, Layer::Ip),
        _ => Err(LinkError::Malformed),
    }
}

/// EtherIP (RFC 3378).
pub(super) fn ether_ip(data: &[u8]) -> Step<'_> {
    let (data, version) = be_u16(data)?;
    if version >> 12 == 3 { Ok((data, Layer::Ethernet)) } else { Err(LinkError::Malformed) }
}

/// VXLAN (RFC 7348): flags, of which one says that a network identifier is there, and the identifier. The generic
/// protocol extension (draft-ietf-nvo3-vxlan-gpe) has a flag more, and then a next protocol.
pub(super) fn vxlan(data: &[u8]) -> Step<'_> {
    let (data, flags) = be_u32(data)?;
    let (data, _network) = be_u32(data)?;
    match (flags & 0x0800_0000 != 0, flags & 0x0400_0000 != 0) {
        (_, true) => Ok((data, next_protocol(flags as u8)?)),
        (true, false) => Ok((data, Layer::Ethernet)),
        (false, false) => Err(LinkError::Malformed),
    }
}

/// Geneve (RFC 8926): version 0, options in words of four bytes.
pub(super) fn geneve(data: &[u8]) -> Step<'_> {
    let (data, first) = be_u8(data)?;
    let (data, _flags) = be_u8(data)?;
    let (data, protocol) = be_u16(data)?;
    let (data, _network) = be_u32(data)?;
    if first >> 6 != 0 {
        return Err(LinkError::Malformed);
    }
    skip(data, usize::from(first & 0x3f) * 4, Layer::EtherType(protocol))
}

/// GTP-U (3GPP TS 29.281, 5): a T-PDU of version 1, with a chain of extension headers. Nothing says what it holds: IP,
/// or on newer networks Ethernet.
pub(super) fn gtp_u(data: &[u8]) -> Step<'_> {
    const T_PDU: u8 = 0xff;
    let (data, flags) = be_u8(data)?;
    let (data, kind) = be_u8(data)?;
    let (mut data, _length_tunnel) = take(6_usize)(data)?;
    if flags >> 4 != 3 {
        return Err(LinkError::Malformed);
    }
    if kind != T_PDU {
        return Err(LinkError::NeverIp);
    }
    // Any of three flags brings all three fields.
    if flags & 7 != 0 {
        let (rest, fields) = take(4_usize)(data)?;
        data = rest;
        let mut next = if flags & 4 != 0 { fields.last().copied().unwrap_or(0) } else { 0 };
        while next != 0 {
            crate::base::work::tick(1);
            // Its length in words of four bytes, the last of which is the next one's type.
            let (_, words) = be_u8(data)?;
            let (rest, extension) = take(usize::from(words) * 4)(data)?;
            next = *extension.last().ok_or(LinkError::Malformed)?;
            data = rest;
        }
    }
    Ok((data, ip_or_ethernet(data)))
}

/// IP by its version, PPP by its address, or else Ethernet.
fn ip_or_ethernet(data: &[u8]) -> Layer {
    match data.first() {
        Some(0x45..=0x4f | 0x60..=0x6f) if !looks_like_ethernet(data) => Layer::Ip,
        Some(0xff) if data.get(1) == Some(&3) => Layer::Ppp,
        Some(0x45..=0x4f) if data.get(12..14) != Some(&[8, 0]) => Layer::Ip,
        _ => Layer::Ethernet,
    }
}

/// L2TP over UDP: a data message of version 2 (RFC 2661, 3.1), or of version 3 (RFC 3931, 4.1.2).
pub(super) fn l2tp(data: &[u8]) -> Step<'_> {
    let (data, flags) = be_u16(data)?;
    let has = |bit: u16| flags & bit != 0;
    if has(0x8000) {
        // A control message.
        return Err(LinkError::NeverIp);
    }
    match flags & 0xf {
        2 => {
            let (data, _length) = take(if has(0x4000) { 2_usize } else { 0 })(data)?;
            let (data, _tunnel_session) = take(4_usize)(data)?;
            let data = optional(has(0x0800), data)?;
            let data = if has(0x0200) {
                let (data, offset) = be_u16(data)?;
                take(offset)(data).map_err(|_: nom::Err<nom::error::Error<&[u8]>>| LinkError::Malformed)?.0
            } else {
                data
            };
            Ok((data, Layer::Ppp))
        }
        3 => skip(data, 2, Layer::L2tpV3),
        _ => Err(LinkError::Malformed),
    }
}

/// L2TP version 3 (RFC 3931, 4.1.1; RFC 4719): a session, then a cookie of 0, 4 or 8 bytes and perhaps a sublayer of
/// four, both as the two ends have agreed: found by looking for an Ethernet header.
pub(super) fn l2tp_v3(data: &[u8]) -> Step<'_> {
    let (data, session) = be_u32(data)?;
    if session == 0 {
        // A control message.
        return Err(LinkError::NeverIp);
    }
    let found = [0, 4, 8, 12].into_iter().find(|count| data.get(*count..).is_some_and(looks_like_ethernet));
    match found {
        Some(count) => skip(data, count, Layer::Ethernet),
        None if matches!(data.first_chunk::<2>(), Some([0xff, 0x03])) => Ok((data, Layer::Ppp)),
        None => Err(LinkError::NeverIp),
    }
}

/// Teredo (RFC 4380, 5.1.1): authentication and origin indication may come before the IPv6 packet.
pub(super) fn teredo(data: &[u8]) -> Step<'_> {
    let mut rest = data;
    if let Some(([0, 1, id, value], _)) = rest.split_first_chunk::<4>() {
        // Both lengths, a nonce of eight bytes and a confirmation byte.
        let (behind, _) = take(4 + usize::from(*id) + usize::from(*value) + 9)(rest)?;
        rest = behind;
    }
    if let Some(([0, 0, ..], behind)) = rest.split_first_chunk::<8>() {
        rest = behind;
    }
    match rest.first().map(|first| first >> 4) {
        Some(6) => Ok((rest, Layer::Ip)),
        _ => Err(LinkError::Malformed),
    }
}

/// TZSP: version, type, what is encapsulated, then fields until the one that ends them.
pub(super) fn tzsp(data: &[u8]) -> Step<'_> {
    let (data, version) = be_u8(data)?;
    let (data, kind) = be_u8(data)?;
    let (mut data, encapsulated) = be_u16(data)?;
    if version != 1 || kind > 1 {
        return if version == 1 { Err(LinkError::NeverIp) } else { Err(LinkError::Malformed) };
    }
    loop {
        crate::base::work::tick(1);
        let (rest, field) = be_u8(data)?;
        data = match field {
            // Padding has no length, and neither has the end.
            0 => rest,
            1 => {
                data = rest;
                break;
            }
            _ => {
                let (rest, length) = be_u8(rest)?;
                skip(rest, usize::from(length), Layer::Ethernet)?.0
            }
        };
    }
    match encapsulated {
        1 => Ok((data, Layer::Ethernet)),
        7 => Ok((data, serial::hdlc(data))),
        18 => Ok((data, Layer::Wlan)),
        // Prism and AVS, which tell themselves apart.
        119 | 127 => Ok((data, Layer::Link(LinkType::IEEE802_11_PRISM))),
        _ => Err(LinkError::Malformed),
    }
}

/// CAPWAP data (RFC 5415, 4.3): the header's length in words of four bytes, and whether a native frame follows.
pub(super) fn capwap(data: &[u8]) -> Step<'_> {
    let (_, first) = be_u32(data)?;
    // The preamble's type 1 is DTLS.
    if first >> 24 != 0 {
        return Err(LinkError::NeverIp);
    }
    let (words, native, fragment, keepalive) =
        (first >> 19 & 0x1f, first & 0x100 != 0, first & 0x80 != 0, first & 0x08 != 0);
    if keepalive {
        return Err(LinkError::NeverIp);
    }
    if words < 2 || fragment {
        return Err(LinkError::Malformed);
    }
    let layer = if native { Layer::Wlan } else { Layer::Ethernet };
    skip(data, usize::try_from(words).unwrap_or(usize::MAX).saturating_mul(4), layer)
}

#[cfg(test)]
#[path = "tunnel_tests.rs"]
mod tests;
