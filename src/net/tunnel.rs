//! Packets within packets: GRE, ERSPAN, VXLAN, Geneve, EtherIP.
//!
//! Each function takes the piece behind the outer IP or UDP header and gives what the inner one begins with, or `None`
//! where the header contradicts itself. IP in IP needs no function.

use super::link::{CapturedSlice, Layer};
use nom::IResult;
use nom::bytes::complete::take;
use nom::number::complete::{be_u8, be_u16, be_u32};

type Parsed<'a> = IResult<&'a [u8], Layer>;

fn inner<'a>(piece: CapturedSlice<'a>, parse: impl Fn(&'a [u8]) -> Parsed<'a>) -> Option<(Layer, CapturedSlice<'a>)> {
    let (data, layer) = parse(piece.data).ok()?;
    Some((layer, CapturedSlice { data, cut: piece.cut }))
}

fn refuse<T>(input: &[u8]) -> IResult<&[u8], T> {
    Err(nom::Err::Error(nom::error::Error::new(input, nom::error::ErrorKind::Verify)))
}

/// GRE (RFC 2784, RFC 2890), PPTP's variant of it (RFC 2637, 4.1), and what it brings: an EtherType, bridged Ethernet,
/// PPP, or a mirrored frame in ERSPAN of type I, II or III (draft-foschiano-erspan).
pub(super) fn gre(piece: CapturedSlice<'_>) -> Option<(Layer, CapturedSlice<'_>)> {
    inner(piece, |data| {
        let (data, flags) = be_u16(data)?;
        let (data, protocol) = be_u16(data)?;
        let has = |bit: u16| flags & bit != 0;
        let optional = |present: bool, data| if present { take(4_usize)(data) } else { Ok((data, &[][..])) };
        match flags & 0x7 {
            // Source routes (RFC 1701) are of no use to anybody any more.
            0 if has(0x4000) => refuse(data),
            0 => {
                let (data, _checksum) = optional(has(0x8000), data)?;
                let (data, _key) = optional(has(0x2000), data)?;
                let (data, _sequence) = optional(has(0x1000), data)?;
                match protocol {
                    // Type I has no header of its own; types II and III come with a sequence number.
                    0x88be if !has(0x1000) => Ok((data, Layer::Ethernet)),
                    0x88be => take(8_usize)(data).map(|(data, _)| (data, Layer::Ethernet)),
                    0x22eb => erspan3(data),
                    _ => Ok((data, Layer::EtherType(protocol))),
                }
            }
            1 if protocol == 0x880b => {
                let (data, _key) = take(4_usize)(data)?;
                let (data, _sequence) = optional(has(0x1000), data)?;
                let (data, _acknowledgement) = optional(has(0x0080), data)?;
                Ok((data, Layer::Ppp))
            }
            _ => refuse(data),
        }
    })
}

/// ERSPAN type III: twelve bytes, eight more if the last bit says so.
fn erspan3(data: &[u8]) -> Parsed<'_> {
    let (data, _) = take(8_usize)(data)?;
    let (data, last) = be_u32(data)?;
    let (data, _) = take(if last & 1 == 1 { 8_usize } else { 0 })(data)?;
    // Frame type: 0 is Ethernet, 2 is IP.
    match last >> 11 & 0x1f {
        0 => Ok((data, Layer::Ethernet)),
        2 => Ok((data, Layer::Ip)),
        _ => refuse(data),
    }
}

/// EtherIP (RFC 3378).
pub(super) fn ether_ip(piece: CapturedSlice<'_>) -> Option<(Layer, CapturedSlice<'_>)> {
    inner(piece, |data| {
        let (data, version) = be_u16(data)?;
        if version >> 12 == 3 { Ok((data, Layer::Ethernet)) } else { refuse(data) }
    })
}

/// What a UDP datagram to one of the tunnel ports holds: VXLAN (RFC 7348; 8472 is what Linux used before), Geneve
/// (RFC 8926). Nothing in these headers tells them from other payloads for sure, so this is the one place where a port
/// number decides; the caller makes sure that a proper IP packet is inside and otherwise leaves the datagram as it is.
pub(super) fn udp(port: u16, piece: CapturedSlice<'_>) -> Option<(Layer, CapturedSlice<'_>)> {
    match port {
        4789 | 8472 => inner(piece, |data| {
            let (data, flags) = be_u32(data)?;
            let (data, network) = be_u32(data)?;
            // The flag that a network identifier is there; the last byte is reserved.
            if flags & 0x0800_0000 != 0 && network & 0xff == 0 { Ok((data, Layer::Ethernet)) } else { refuse(data) }
        }),
        6081 => inner(piece, |data| {
            let (data, first) = be_u8(data)?;
            let (data, _flags) = be_u8(data)?;
            let (data, protocol) = be_u16(data)?;
            let (data, _network) = be_u32(data)?;
            let (data, _options) = take(usize::from(first & 0x3f) * 4)(data)?;
            if first >> 6 == 0 { Ok((data, Layer::EtherType(protocol))) } else { refuse(data) }
        }),
        _ => None,
    }
}

#[cfg(test)]
#[path = "tunnel_tests.rs"]
mod tests;
