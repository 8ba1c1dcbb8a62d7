//! Link layers: from the first captured byte to the IP header.
//!
//! These headers are a few fixed fields each; `etherparse` reads the Ethernet and cooked ones as whole packets only,
//! with at most three tags, so they are read here with nom.

use crate::capture::LinkType;
use nom::IResult;
use nom::bytes::complete::take;
use nom::number::complete::{be_u8, be_u16, be_u32};

/// A part of a packet: what was captured of it, and how much more of it was on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CapturedSlice<'a> {
    /// The captured bytes.
    pub(super) data: &'a [u8],
    /// Bytes behind them that were on the wire but not captured.
    pub(super) cut: usize,
}

impl<'a> CapturedSlice<'a> {
    /// Length on the wire.
    pub(super) fn wire_len(self) -> usize {
        self.data.len().saturating_add(self.cut)
    }

    /// The part behind the first `count` bytes, which must have been captured.
    pub(super) fn after(self, count: usize) -> Option<CapturedSlice<'a>> {
        Some(CapturedSlice { data: self.data.get(count..)?, cut: self.cut })
    }

    /// The same with another length on the wire, as a length field claims it.
    pub(super) fn with_wire_len(self, len: usize) -> CapturedSlice<'a> {
        match self.data.get(..len) {
            Some(data) => CapturedSlice { data, cut: 0 },
            None => CapturedSlice { data: self.data, cut: len - self.data.len() },
        }
    }

    /// The first `len` bytes on the wire, fewer where there are not as many.
    pub(super) fn with_wire_len_at_most(self, len: usize) -> CapturedSlice<'a> {
        self.with_wire_len(len.min(self.wire_len()))
    }

    /// The part behind the first `count` bytes, whether they were captured or not.
    pub(super) fn after_lossy(self, count: usize) -> CapturedSlice<'a> {
        match self.data.get(count..) {
            Some(data) => CapturedSlice { data, cut: self.cut },
            None => CapturedSlice { data: &[], cut: self.cut.saturating_sub(count - self.data.len()) },
        }
    }
}

/// What a piece begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// A captured packet.
    Link(LinkType),
    /// An Ethernet header.
    Ethernet,
    /// What an EtherType names.
    EtherType(u16),
    /// A PPP protocol number.
    Ppp,
    /// An IP header.
    Ip,
}

/// Why there is no IP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkError {
    UnknownLink,
    NotIp,
    Malformed,
    TooDeep,
}

/// One step inwards: the layer below and how many bytes its header takes.
type Step<'a> = IResult<&'a [u8], Layer>;

/// Goes from `layer` to the IP header. Each step takes bytes or ends, and `tags` bounds their number.
pub(super) fn to_ip(
    mut layer: Layer,
    mut piece: CapturedSlice<'_>,
    tags: usize,
) -> Result<CapturedSlice<'_>, LinkError> {
    // By far the most.
    if let (Layer::Link(LinkType::ETHERNET), Some(([.., 0x08, 0x00], rest))) =
        (layer, piece.data.split_first_chunk::<14>())
    {
        return Ok(CapturedSlice { data: rest, cut: piece.cut });
    }
    // The fixed headers around the tags take a few steps of their own.
    for _ in 0..tags.saturating_add(4) {
        let step = match layer {
            Layer::Ip => return Ok(piece),
            Layer::Link(link) => from_link(link, piece.data)?,
            Layer::Ethernet => ethernet(piece.data),
            Layer::EtherType(kind) => from_ether_type(kind, piece.data)?,
            Layer::Ppp => ppp(piece.data),
        };
        match step {
            Ok((rest, inner)) => {
                piece.data = rest;
                layer = inner;
            }
            Err(_) => return Err(LinkError::Malformed),
        }
    }
    Err(LinkError::TooDeep)
}

fn from_link(link: LinkType, data: &[u8]) -> Result<Step<'_>, LinkError> {
    Ok(match link {
        LinkType::ETHERNET => Ok((data, Layer::Ethernet)),
        LinkType::NULL | LinkType::LOOP => return loopback(data),
        LinkType::RAW | LinkType::RAW_12 | LinkType::RAW_14 | LinkType::IPV4 | LinkType::IPV6 => Ok((data, Layer::Ip)),
        LinkType::LINUX_SLL => cooked(data),
        LinkType::LINUX_SLL2 => cooked2(data),
        LinkType::PPP | LinkType::PPP_HDLC => Ok((data, Layer::Ppp)),
        LinkType::PPP_ETHER => Ok((data, Layer::EtherType(0x8864))),
        _ => return Err(LinkError::UnknownLink),
    })
}

/// BSD loopback: an address family in the capturing host's byte order (type 0) or the network's (type 108). A family
/// is below 256, so the order shows; files of type 0 written on another host have been met in both.
fn loopback(data: &[u8]) -> Result<Step<'_>, LinkError> {
    let (rest, family) = be_u32::<_, nom::error::Error<&[u8]>>(data).map_err(|_| LinkError::Malformed)?;
    let family = if family > 0xffff { family.swap_bytes() } else { family };
    match family {
        // AF_INET; AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS.
        2 | 10 | 23 | 24 | 28 | 30 => Ok(Ok((rest, Layer::Ip))),
        _ => Err(LinkError::NotIp),
    }
}

/// Linux cooked capture, version 1: packet type, ARPHRD type, address length, address, protocol.
fn cooked(data: &[u8]) -> Step<'_> {
    let (rest, _) = take(14_usize)(data)?;
    let (rest, protocol) = be_u16(rest)?;
    Ok((rest, Layer::EtherType(protocol)))
}

/// Linux cooked capture, version 2: protocol first, then 18 bytes of interface and address.
fn cooked2(data: &[u8]) -> Step<'_> {
    let (rest, protocol) = be_u16(data)?;
    let (rest, _) = take(18_usize)(rest)?;
    Ok((rest, Layer::EtherType(protocol)))
}

fn ethernet(data: &[u8]) -> Step<'_> {
    let (rest, _) = take(12_usize)(data)?;
    let (rest, kind) = be_u16(rest)?;
    Ok((rest, Layer::EtherType(kind)))
}

fn from_ether_type(kind: u16, data: &[u8]) -> Result<Step<'_>, LinkError> {
    Ok(match kind {
        0x0800 | 0x86dd => Ok((data, Layer::Ip)),
        // 802.1Q, 802.1ad and what was used before it: tag, then the EtherType of what follows.
        0x8100 | 0x88a8 | 0x9100 | 0x9200 | 0x9300 => tag(data),
        // PPPoE session: version and code, session, length; then PPP.
        0x8864 => take(6_usize)(data).map(|(rest, _)| (rest, Layer::Ppp)),
        0x8847 | 0x8848 => mpls(data),
        // Transparent Ethernet bridging, as GRE and Geneve name it.
        0x6558 => Ok((data, Layer::Ethernet)),
        // Up to 1500 it is a length: 802.2 follows, of interest only with a SNAP header.
        0..=1500 => return snap(data),
        _ => return Err(LinkError::NotIp),
    })
}

fn tag(data: &[u8]) -> Step<'_> {
    let (rest, _) = be_u16(data)?;
    let (rest, kind) = be_u16(rest)?;
    Ok((rest, Layer::EtherType(kind)))
}

/// One MPLS label; behind the last one an IP version nibble tells, and else an Ethernet pseudowire with its control
/// word of zeros.
fn mpls(data: &[u8]) -> Step<'_> {
    let (rest, label) = be_u32(data)?;
    if label & 0x100 == 0 {
        return Ok((rest, Layer::EtherType(0x8847)));
    }
    match rest.first().map(|first| first >> 4) {
        Some(4 | 6) => Ok((rest, Layer::Ip)),
        _ => {
            let (rest, _) = take(4_usize)(rest)?;
            Ok((rest, Layer::Ethernet))
        }
    }
}

fn snap(data: &[u8]) -> Result<Step<'_>, LinkError> {
    match data.split_first_chunk::<6>() {
        Some(([0xaa, 0xaa, 0x03, 0, 0, 0], rest)) => {
            Ok(be_u16(rest).map(|(rest, kind)| (rest, Layer::EtherType(kind))))
        }
        _ => Err(LinkError::NotIp),
    }
}

/// PPP: maybe the HDLC address and control bytes, then a protocol of one or two bytes (RFC 1661, 2).
fn ppp(data: &[u8]) -> Step<'_> {
    let data = data.strip_prefix(&[0xff, 0x03]).unwrap_or(data);
    let (rest, first) = be_u8(data)?;
    // A protocol number ends with its first odd byte.
    let (rest, protocol) = if first & 1 == 1 {
        (rest, u16::from(first))
    } else {
        let (rest, second) = be_u8(rest)?;
        (rest, u16::from_be_bytes([first, second]))
    };
    let kind = match protocol {
        0x0021 => 0x0800,
        0x0057 => 0x86dd,
        0x0281 => 0x8847,
        // Nothing that could hold IP; 0xffff is a reserved EtherType.
        _ => 0xffff,
    };
    Ok((rest, Layer::EtherType(kind)))
}
