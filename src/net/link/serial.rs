//! Serial lines: PPP, Cisco HDLC, Frame Relay.

use super::ethernet::{skip, tag};
use super::{Layer, LinkError, Step};
use crate::net::unread::UnreadKind;
use nom::number::complete::{be_u8, be_u16};

/// Captures of both kinds of HDLC come under either number: PPP's address byte is 0xff, Cisco's 0x0f or 0x8f.
pub(super) fn hdlc(data: &[u8]) -> Layer {
    match data {
        [0x0f | 0x8f, 0, ..] => Layer::CiscoHdlc,
        _ => Layer::Ppp,
    }
}

/// Address, control, EtherType.
pub(super) fn cisco_hdlc(data: &[u8]) -> Step<'_> {
    let (rest, layer) = tag(data, 2)?;
    match layer {
        // Cisco's keepalive, and OSI, which pads.
        Layer::EtherType(0x8035 | 0xfefe) => Err(LinkError::NeverIp),
        layer => Ok((rest, layer)),
    }
}

/// PPP: maybe the HDLC address and control bytes, then a protocol of one or two bytes (RFC 1661, 2).
pub(super) fn ppp(data: &[u8]) -> Step<'_> {
    let data = data.strip_prefix(&[0xff, 0x03]).unwrap_or(data);
    let (rest, first) = be_u8(data)?;
    // A protocol number ends with its first odd byte.
    let (rest, protocol) = if first & 1 == 1 {
        (rest, u16::from(first))
    } else {
        let (rest, second) = be_u8(rest)?;
        (rest, u16::from_be_bytes([first, second]))
    };
    match protocol {
        0x0021 | 0x0057 => Ok((rest, Layer::Ip)),
        0x0281 | 0x0283 => Ok((rest, Layer::Mpls)),
        // Bridged (RFC 3518): flags and MAC type, then Ethernet without its check sequence.
        0x0031 => skip(rest, 2, Layer::Ethernet),
        // The link's and the networks' control protocols, OSI, AppleTalk, IPX, NetBIOS, Cisco's discovery.
        0x0023 | 0x0025 | 0x0027 | 0x0029 | 0x002b | 0x003f | 0x0207 | 0x8000..=0xffff => Err(LinkError::NeverIp),
        other => Err(LinkError::Unread(UnreadKind::PppProtocol(other))),
    }
}

/// Frame Relay: an address of two to four bytes (Q.922), then a control byte and NLPID (RFC 2427), or an EtherType
/// (Cisco).
pub(super) fn frame_relay(data: &[u8]) -> Step<'_> {
    // Each byte's last bit tells whether it ends the address.
    let length = data.iter().take(4).position(|byte| byte & 1 == 1).ok_or(LinkError::Malformed)? + 1;
    // One byte of address is HDLC of another kind.
    let data = data.get(length..).filter(|_| length >= 2).ok_or(LinkError::Malformed)?;
    let Some(mut rest) = data.strip_prefix(&[0x03]) else {
        let (rest, kind) = be_u16(data)?;
        return if kind > 1500 { Ok((rest, Layer::EtherType(kind))) } else { Err(LinkError::NeverIp) };
    };
    // A byte of padding may stand before the NLPID.
    rest = rest.strip_prefix(&[0x00]).unwrap_or(rest);
    let (behind, nlpid) = be_u8(rest)?;
    match nlpid {
        0xcc | 0x8e => Ok((behind, Layer::Ip)),
        // SNAP without its SAPs.
        0x80 => match behind.split_first_chunk::<3>() {
            Some(([0, 0, 0], rest)) => tag(rest, 0),
            Some(([0, 0x80, 0xc2], rest)) => match be_u16::<_, nom::error::Error<&[u8]>>(rest)? {
                (rest, 1 | 7) => Ok((rest, Layer::Ethernet)),
                _ => Err(LinkError::NeverIp),
            },
            Some(_) => Err(LinkError::NeverIp),
            None => Err(LinkError::Malformed),
        },
        // PPP (RFC 1973).
        0xcf => Ok((behind, Layer::Ppp)),
        // Q.933, ISO CLNP, ES-IS and IS-IS, compression and multilink control.
        0x08 | 0x81..=0x83 => Err(LinkError::NeverIp),
        other => Err(LinkError::Unread(UnreadKind::Nlpid(other))),
    }
}
