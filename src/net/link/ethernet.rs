//! Ethernet and what may stand between its header and IP: tags, LLC and SNAP, MPLS, NSH.

use super::{Layer, LinkError, Step};
use crate::net::unread::UnreadKind;
use etherparse::{EtherType, MacsecHeaderSlice, MacsecPType};
use nom::bytes::complete::take;
use nom::number::complete::{be_u8, be_u16, be_u32};

/// The part behind the first `count` bytes, which begins with `layer`.
pub(super) fn skip(data: &[u8], count: usize, layer: Layer) -> Step<'_> {
    let (rest, _) = take(count)(data)?;
    Ok((rest, layer))
}

/// `count` bytes of addresses or of a tag, then an EtherType.
pub(super) fn tag(data: &[u8], count: usize) -> Step<'_> {
    let (rest, _) = take(count)(data)?;
    let (rest, kind) = be_u16(rest)?;
    Ok((rest, Layer::EtherType(kind)))
}

/// Destination, source, EtherType or length (IEEE 802.3).
pub(super) fn ethernet(data: &[u8]) -> Step<'_> {
    tag(data, 12)
}

/// What an EtherType names.
pub(super) fn ether_type(kind: u16) -> Result<Layer, LinkError> {
    Ok(match kind {
        0x0800 | 0x86dd => Layer::Ip,
        // Up to 1500 it is a length: LLC follows.
        0..=1500 => Layer::Llc,
        // 802.1Q and 802.1ad, and the numbers that switches used or can be set to: 802.1QinQ drafts, Juniper, Nortel.
        0x8100 | 0x88a8 | 0x8200 | 0x9100 | 0x9101 | 0x9200 | 0x9201 | 0x9300 | 0x9901 => Layer::Vlan,
        0x893f => Layer::Etag,
        0x8926 => Layer::VnTag,
        0x88e7 => Layer::Pbb,
        0xf1c1 => Layer::Rtag,
        0x892f => Layer::Hsr,
        0x8903 => Layer::FabricPath,
        0x8909 => Layer::CiscoMetaData,
        0x22f3 => Layer::Trill,
        0x88e5 => Layer::Macsec,
        0x8847 | 0x8848 => Layer::Mpls,
        0x894f => Layer::Nsh,
        0x8864 => Layer::PppoeSession,
        0x880b => Layer::Ppp,
        // Transparent Ethernet bridging and raw Frame Relay, as GRE and Geneve name them.
        0x6558 => Layer::Ethernet,
        0x6559 => Layer::FrameRelay,
        _ if never_carries_ip(kind) => return Err(LinkError::NeverIp),
        _ => return Err(LinkError::Unread(UnreadKind::EtherType(kind))),
    })
}

/// EtherTypes of protocols that have nothing to do with IP packets: those of the network's own upkeep, of other network
/// layers, of storage and of industry.
fn never_carries_ip(kind: u16) -> bool {
    matches!(
        kind,
        // ARP and RARP, Wake-on-LAN, AVTP, SRP.
        0x0806 | 0x8035 | 0x0842 | 0x22f0 | 0x22ea
        // Cisco's CDP, VTP, DTP, UDLD and PVST+ in SNAP; NHRP.
        | 0x0111 | 0x0104 | 0x010b | 0x2000..=0x2004
        // DEC, AppleTalk, IPX, SNA, Banyan.
        | 0x6000..=0x6007 | 0x809b | 0x80f3 | 0x8137 | 0x8138 | 0x80d5 | 0x0bad
        // Flow control, slow protocols (LACP, OAM), PPPoE discovery, EAPOL and 802.11 pre-authentication.
        | 0x8808 | 0x8809 | 0x8863 | 0x888e | 0x88c7 | 0x88b4
        // LLDP, MRP's applications, CFM, PTP, E-LMI, EVB's ECP and VDP, IEEE 1905.1, LLTD, TDLS, loopback tests.
        | 0x88cc | 0x88f5 | 0x88f6 | 0x8902 | 0x88f7 | 0x88ee | 0x8940 | 0x8929 | 0x893a | 0x88d9 | 0x890d | 0x9000
        // FCoE, FIP, ATA over Ethernet, RoCE, HyperSCSI.
        | 0x8906 | 0x8914 | 0x88a2 | 0x8915 | 0x889a
        // PROFINET, EtherCAT, POWERLINK, SERCOS, CC-Link, MRP (IEC 62439-2), PRP supervision, GOOSE and its kin, TTEthernet.
        | 0x8892 | 0x88a4 | 0x88ab | 0x88cd | 0x890f | 0x88e3 | 0x88fb | 0x88b8..=0x88ba | 0x891d
        // Homeplug, Realtek, Broadcom, TIPC, MikroTik RoMON, Microsoft NLB heartbeat, ROCEv1's kin.
        | 0x887b | 0x88e1 | 0x8899 | 0x886c | 0x88ca | 0x88bf | 0x886f
        // Reserved.
        | 0xffff
    )
}

/// LLC (IEEE 802.2) with the SAPs that carry IP; SNAP with the OUIs whose protocol number is an EtherType.
pub(super) fn llc(data: &[u8]) -> Step<'_> {
    let (rest, dsap) = be_u8(data)?;
    let (rest, ssap) = be_u8(rest)?;
    let (rest, control) = be_u8(rest)?;
    match (dsap, ssap) {
        // Novell's raw 802.3: an IPX checksum field of ones.
        (0xff, 0xff) => Err(LinkError::NeverIp),
        // 802.2 with IP of its own (RFC 948), in an unnumbered information frame.
        (0x06, 0x06) if control == 0x03 => Ok((rest, Layer::Ip)),
        (0xaa, 0xaa | 0xab) => {
            let (rest, oui) = take(3_usize)(rest)?;
            let (rest, kind) = be_u16(rest)?;
            match oui {
                // RFC 1042, and 802.1H for what bridges translate.
                [0, 0, 0] | [0, 0, 0xf8] => Ok((rest, Layer::EtherType(kind))),
                // Bridged Ethernet (RFC 2427, RFC 2684), with and without its check sequence.
                // On ATM two bytes of padding come first.
                [0, 0x80, 0xc2] if matches!(kind, 1 | 7) => {
                    let padded = !looks_like_ethernet(rest) && rest.get(2..).is_some_and(looks_like_ethernet);
                    skip(rest, if padded { 2 } else { 0 }, Layer::Ethernet)
                }
                // Cisco, Apple, Extreme, and IEEE 802.1's other bridging numbers: spanning tree and discovery.
                [0, 0, 0x0c] | [8, 0, 7] | [0, 0xe0, 0x2b] | [0, 0x80, 0xc2] | [0x01, 0x00, 0x0c] => {
                    Err(LinkError::NeverIp)
                }
                _ => Err(LinkError::Unread(UnreadKind::Llc(dsap))),
            }
        }
        // Null (XID, TEST), spanning tree, IS-IS, NetBIOS, IPX, SNA, SNMP's kin, GVRP's bridge group.
        (0x00 | 0x02 | 0x03 | 0x42 | 0xfe | 0xf0 | 0xe0 | 0x04 | 0x05 | 0x08 | 0x0c | 0xf4 | 0xf8 | 0xfc | 0xff, _) => {
            Err(LinkError::NeverIp)
        }
        _ => Err(LinkError::Unread(UnreadKind::Llc(dsap))),
    }
}

/// Cisco MetaData: version, length of the options in words of four bytes, options, EtherType.
pub(super) fn cisco_meta_data(data: &[u8]) -> Step<'_> {
    let (rest, _version) = be_u8(data)?;
    let (rest, words) = be_u8(rest)?;
    tag(rest, usize::from(words) * 4)
}

/// TRILL (RFC 6325, 3.2): flags with the length of the options in words of four bytes, two nicknames.
pub(super) fn trill(data: &[u8]) -> Step<'_> {
    let (rest, flags) = be_u16(data)?;
    skip(rest, 4 + usize::from(flags >> 6 & 0x1f) * 4, Layer::Ethernet)
}

/// MACsec: what is only authenticated is in clear behind the SecTAG.
pub(super) fn macsec(data: &[u8]) -> Step<'_> {
    let header = MacsecHeaderSlice::from_slice(data).map_err(|_| LinkError::Malformed)?;
    let rest = data.get(header.header_len()..).ok_or(LinkError::Malformed)?;
    match header.ptype() {
        MacsecPType::Unmodified(EtherType(kind)) => Ok((rest, Layer::EtherType(kind))),
        _ => Err(LinkError::Unread(UnreadKind::MacsecSealed)),
    }
}

/// One MPLS label (RFC 3032); what stands behind the last one has no number of its own.
pub(super) fn mpls(data: &[u8]) -> Step<'_> {
    let (rest, label) = be_u32(data)?;
    if label & 0x100 == 0 {
        return Ok((rest, Layer::Mpls));
    }
    match rest.first().map(|first| first >> 4) {
        Some(4) if !looks_like_ethernet(rest) || is_ipv4(rest) => Ok((rest, Layer::Ip)),
        Some(6) if !looks_like_ethernet(rest) || is_ipv6(rest) => Ok((rest, Layer::Ip)),
        // An associated channel (RFC 5586): the network's own upkeep.
        Some(1) if !looks_like_ethernet(rest) => Err(LinkError::NeverIp),
        // An Ethernet pseudowire (RFC 4448), without its control word or with it.
        Some(_) if looks_like_ethernet(rest) && !rest.get(4..).is_some_and(looks_like_ethernet) => {
            Ok((rest, Layer::Ethernet))
        }
        _ => skip(rest, 4, Layer::Ethernet),
    }
}

/// Whether an EtherType that leads to IP stands where Ethernet has it.
pub(super) fn looks_like_ethernet(data: &[u8]) -> bool {
    let kind = data.get(12..14).and_then(|kind| kind.first_chunk::<2>()).map(|kind| u16::from_be_bytes(*kind));
    kind.is_some_and(|kind| kind > 1500 && ether_type(kind).is_ok())
}

/// Whether an IPv4 header's lengths fit together.
fn is_ipv4(data: &[u8]) -> bool {
    let Some(&[first, _, l0, l1]) = data.first_chunk::<4>() else { return false };
    let total = usize::from(u16::from_be_bytes([l0, l1]));
    first >> 4 == 4 && first & 0xf >= 5 && total >= usize::from(first & 0xf) * 4
}

/// The same of IPv6: a payload no longer than what is there.
fn is_ipv6(data: &[u8]) -> bool {
    let Some(&[first, _, _, _, l0, l1]) = data.first_chunk::<6>() else { return false };
    first >> 4 == 6 && usize::from(u16::from_be_bytes([l0, l1])).saturating_add(40) <= data.len()
}

/// Network Service Header (RFC 8300, 2.2): its own length in words of four bytes, and what comes next.
pub(super) fn nsh(data: &[u8]) -> Step<'_> {
    let (rest, base) = be_u16(data)?;
    let (rest, _metadata_type) = be_u8(rest)?;
    let (rest, next) = be_u8(rest)?;
    let length = usize::from(base & 0x3f) * 4;
    // Version 0; the service path takes four bytes behind the base header.
    let more = length.checked_sub(4).filter(|more| *more >= 4 && base >> 14 == 0).ok_or(LinkError::Malformed)?;
    skip(rest, more, next_protocol(next)?)
}

/// Next-protocol numbers of NSH and of VXLAN's generic protocol extension, which agree.
pub(super) fn next_protocol(next: u8) -> Result<Layer, LinkError> {
    match next {
        1 | 2 => Ok(Layer::Ip),
        3 => Ok(Layer::Ethernet),
        4 => Ok(Layer::Nsh),
        5 => Ok(Layer::Mpls),
        _ => Err(LinkError::NeverIp),
    }
}
