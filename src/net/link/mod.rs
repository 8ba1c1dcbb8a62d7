//! From the first captured byte, or the first byte inside a tunnel, to the IP header.
//!
//! [`Layer`] names what some bytes begin with. [`to_ip`] asks one parser after the other for the next layer until IP is
//! reached; each parser takes the bytes behind the header before and returns what follows its own. The headers are a
//! few fixed fields each and are read with nom; IPv4 and IPv6 themselves, the numbers' names and MACsec come from
//! `etherparse`.
//!
//! To add a link type or tunnel: a variant of [`Layer`], its arm in [`step`], and where it is found (the tables of this
//! file, `ethernet.rs` for EtherTypes, or the names of `decode_as.rs`).
//!
//! Next: `ethernet.rs` (tags, LLC, MPLS), `serial.rs` (PPP, HDLC, frame relay), `wlan.rs` (IEEE 802.11), `pseudo.rs`
//! (headers that operating systems put in front), `tunnel.rs` (what comes in IP and UDP).

use super::decode_as::DecodeAs;
use super::slice::CapturedSlice;
use super::unread::UnreadKind;
use crate::base::bounds;
use crate::capture::LinkType;

mod ethernet;
mod pseudo;
mod serial;
mod tunnel;
mod wlan;

pub(super) use wlan::Msdus;

/// What some bytes begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// A captured packet of this type.
    Link(LinkType),
    /// IPv4 or IPv6: the end of the way.
    Ip,
    /// An Ethernet header: two addresses and an EtherType or length.
    Ethernet,
    /// What an EtherType names; up to 1500 it is a length and LLC follows.
    EtherType(u16),
    /// IEEE 802.2 LLC, perhaps with SNAP.
    Llc,
    /// A two-byte tag, then an EtherType: 802.1Q, 802.1ad and what was used before it.
    Vlan,
    /// IEEE 802.1BR E-Tag.
    Etag,
    /// Cisco VN-Tag.
    VnTag,
    /// IEEE 802.1ah I-Tag (PBB), then an Ethernet header.
    Pbb,
    /// IEEE 802.1CB R-Tag.
    Rtag,
    /// HSR tag (IEC 62439-3).
    Hsr,
    /// Cisco FabricPath, then an Ethernet header.
    FabricPath,
    /// Cisco MetaData.
    CiscoMetaData,
    /// Cisco TTag, a time stamp.
    CiscoTtag,
    /// TRILL (RFC 6325), then an Ethernet header.
    Trill,
    /// IEEE 802.1AE MACsec.
    Macsec,
    /// An MPLS label stack.
    Mpls,
    /// Network Service Header (RFC 8300).
    Nsh,
    /// A PPP protocol number, perhaps behind HDLC address and control.
    Ppp,
    /// PPPoE session (RFC 2516).
    PppoeSession,
    /// Cisco HDLC.
    CiscoHdlc,
    /// Frame Relay (RFC 2427, or Cisco's encapsulation).
    FrameRelay,
    /// An IEEE 802.11 MAC header.
    Wlan,
    /// Radiotap, then IEEE 802.11.
    Radiotap,
    /// Padding up to a multiple of four bytes behind the 802.11 MAC header, as Radiotap's flags announce it.
    WlanPadded,
    /// GRE (RFC 2784, RFC 2890, RFC 2637).
    Gre,
    /// EtherIP (RFC 3378).
    EtherIp,
    /// L2TP version 2 over UDP (RFC 2661), or version 3 (RFC 3931).
    L2tp,
    /// L2TP version 3 over IP (RFC 3931).
    L2tpV3,
    /// VXLAN (RFC 7348) and its generic protocol extension.
    Vxlan,
    /// Geneve (RFC 8926).
    Geneve,
    /// GTP-U (3GPP TS 29.281).
    GtpU,
    /// Teredo (RFC 4380).
    Teredo,
    /// LISP data (RFC 9300).
    Lisp,
    /// TaZmen sniffer protocol.
    Tzsp,
    /// CAPWAP data (RFC 5415).
    Capwap,
}

impl Layer {
    /// Whether it is one of the headers that stand between an Ethernet header and IP in any number.
    fn is_tag(self) -> bool {
        use Layer::{
            CiscoMetaData, CiscoTtag, Etag, FabricPath, Hsr, Macsec, Mpls, Nsh, Pbb, PppoeSession, Rtag, Trill, Vlan,
            VnTag,
        };
        matches!(
            self,
            Vlan | Etag
                | VnTag
                | Pbb
                | Rtag
                | Hsr
                | FabricPath
                | CiscoMetaData
                | CiscoTtag
                | Trill
                | Macsec
                | Mpls
                | Nsh
                | PppoeSession
        )
    }
}

/// Why there is no IP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkError {
    /// Of this kind, which nothing here can read.
    Unread(UnreadKind),
    /// Of a kind that never carries IP, such as ARP or spanning tree.
    NeverIp,
    /// Cut short or contradictory.
    Malformed,
    /// More headers than the limit.
    TooDeep,
}

impl<'a> From<nom::Err<nom::error::Error<&'a [u8]>>> for LinkError {
    fn from(_: nom::Err<nom::error::Error<&'a [u8]>>) -> Self {
        LinkError::Malformed
    }
}

/// What [`to_ip`] arrives at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reached<'a> {
    /// An IP header.
    Ip(CapturedSlice<'a>),
    /// An 802.11 frame that holds several packets.
    Aggregate(Msdus<'a>),
}

/// One step inwards: the bytes behind a header and what they begin with.
type Step<'a> = Result<(&'a [u8], Layer), LinkError>;

/// Goes from `layer` to the IP header, over at most `tags` [tags](Layer::is_tag).
pub(super) fn to_ip<'a>(
    mut layer: Layer,
    mut slice: CapturedSlice<'a>,
    tags: usize,
    decode_as: &DecodeAs,
) -> Result<Reached<'a>, LinkError> {
    // The ordinary packet.
    if let (Layer::Link(LinkType::ETHERNET), Some(([.., 0x08, 0x00], rest)), true) =
        (layer, slice.data.split_first_chunk::<14>(), decode_as.is_empty())
    {
        return Ok(Reached::Ip(CapturedSlice { data: rest, cut: slice.cut }));
    }
    let mut tags_left = tags;
    // A tag takes two steps: itself and the EtherType behind it.
    for _ in 0..tags.saturating_mul(2).saturating_add(bounds::LINK_HEADERS) {
        crate::base::work::tick(1);
        if layer.is_tag() {
            tags_left = tags_left.checked_sub(1).ok_or(LinkError::TooDeep)?;
        }
        (slice.data, layer) = match layer {
            Layer::Ip => return Ok(Reached::Ip(slice)),
            Layer::Wlan | Layer::WlanPadded => match wlan::frame(slice, layer == Layer::WlanPadded)? {
                wlan::Body::Llc(data) => (data, Layer::Llc),
                wlan::Body::Aggregate(msdus) => return Ok(Reached::Aggregate(msdus)),
            },
            Layer::Link(link) => match decode_as.link_type(link) {
                Some(other) => (slice.data, other.ok_or(LinkError::NeverIp)?),
                None => from_link(link, slice.data)?,
            },
            Layer::EtherType(kind) => match decode_as.ether_type(kind) {
                Some(other) => (slice.data, other.ok_or(LinkError::NeverIp)?),
                None => (slice.data, ethernet::ether_type(kind)?),
            },
            other => step(other, slice.data)?,
        };
    }
    Err(LinkError::TooDeep)
}

/// Reads the header of one layer.
fn step(layer: Layer, data: &[u8]) -> Step<'_> {
    match layer {
        Layer::Ethernet => ethernet::ethernet(data),
        Layer::Llc => ethernet::llc(data),
        Layer::Vlan => ethernet::tag(data, 2),
        Layer::Etag => ethernet::tag(data, 6),
        Layer::VnTag | Layer::Rtag | Layer::Hsr => ethernet::tag(data, 4),
        Layer::CiscoTtag => ethernet::tag(data, 6),
        Layer::Pbb => ethernet::skip(data, 4, Layer::Ethernet),
        Layer::FabricPath => ethernet::skip(data, 2, Layer::Ethernet),
        Layer::CiscoMetaData => ethernet::cisco_meta_data(data),
        Layer::Trill => ethernet::trill(data),
        Layer::Macsec => ethernet::macsec(data),
        Layer::Mpls => ethernet::mpls(data),
        Layer::Nsh => ethernet::nsh(data),
        Layer::Ppp => serial::ppp(data),
        Layer::PppoeSession => ethernet::skip(data, 6, Layer::Ppp),
        Layer::CiscoHdlc => serial::cisco_hdlc(data),
        Layer::FrameRelay => serial::frame_relay(data),
        Layer::Radiotap => wlan::radiotap(data),
        Layer::Gre => tunnel::gre(data),
        Layer::EtherIp => tunnel::ether_ip(data),
        Layer::L2tp => tunnel::l2tp(data),
        Layer::L2tpV3 => tunnel::l2tp_v3(data),
        Layer::Vxlan => tunnel::vxlan(data),
        Layer::Geneve => tunnel::geneve(data),
        Layer::GtpU => tunnel::gtp_u(data),
        Layer::Teredo => tunnel::teredo(data),
        Layer::Lisp => ethernet::skip(data, 8, Layer::Ip),
        Layer::Tzsp => tunnel::tzsp(data),
        Layer::Capwap => tunnel::capwap(data),
        // The loop above has these.
        Layer::Ip | Layer::Link(_) | Layer::EtherType(_) | Layer::Wlan | Layer::WlanPadded => Err(LinkError::Malformed),
    }
}

/// What a captured packet of a link type begins with.
fn from_link(link: LinkType, data: &[u8]) -> Step<'_> {
    let same = |layer| Ok((data, layer));
    let behind = |count, layer| ethernet::skip(data, count, layer);
    match link {
        LinkType::ETHERNET => same(Layer::Ethernet),
        LinkType::NULL | LinkType::LOOP => pseudo::loopback(data),
        LinkType::RAW | LinkType::RAW_12 | LinkType::RAW_14 | LinkType::IPV4 | LinkType::IPV6 => same(Layer::Ip),
        LinkType::LINUX_SLL => pseudo::cooked(data),
        LinkType::LINUX_SLL2 => pseudo::cooked2(data),
        LinkType::PPP => same(Layer::Ppp),
        // Direction of the packet, then the frame.
        LinkType::PPP_PPPD | LinkType::PPP_WITH_DIR => behind(1, Layer::Ppp),
        LinkType::PPP_HDLC | LinkType::C_HDLC => same(serial::hdlc(data)),
        LinkType::C_HDLC_WITH_DIR => behind(1, Layer::CiscoHdlc),
        LinkType::PPP_ETHER => same(Layer::PppoeSession),
        LinkType::FRELAY => same(Layer::FrameRelay),
        LinkType::FRELAY_WITH_DIR => behind(1, Layer::FrameRelay),
        LinkType::MPLS => same(Layer::Mpls),
        LinkType::ATM_RFC1483 => same(Layer::Llc),
        LinkType::IEEE802_5 => pseudo::token_ring(data),
        LinkType::FDDI => behind(13, Layer::Llc),
        LinkType::IP_OVER_FC => behind(16, Layer::Llc),
        LinkType::IEEE802_11 => same(Layer::Wlan),
        LinkType::IEEE802_11_RADIOTAP => same(Layer::Radiotap),
        LinkType::IEEE802_11_PRISM | LinkType::IEEE802_11_AVS => wlan::prism_or_avs(data),
        LinkType::PPI => wlan::ppi(data),
        LinkType::NFLOG => pseudo::nflog(data),
        LinkType::PKTAP => pseudo::pktap(data),
        LinkType::PFLOG => pseudo::pflog(data),
        LinkType::ENC => pseudo::enc(data),
        LinkType::IPOIB => pseudo::ipoib(data),
        LinkType::INFINIBAND => pseudo::infiniband(data),
        // Two addresses of eight bytes, then an EtherType.
        LinkType::APPLE_IP_OVER_IEEE1394 => ethernet::tag(data, 16),
        LinkType::ERF => pseudo::erf(data),
        LinkType::NETANALYZER => behind(4, Layer::Ethernet),
        // The same with preamble and start delimiter.
        LinkType::NETANALYZER_TRANSPARENT => behind(12, Layer::Ethernet),
        LinkType::ETHERNET_MPACKET => behind(8, Layer::Ethernet),
        other => Err(LinkError::Unread(UnreadKind::LinkType(other))),
    }
}

/// The tunnel that an IP protocol number names.
pub(super) fn ip_protocol(protocol: u8) -> Option<Layer> {
    match protocol {
        // IPv4 and IPv6 in IP; KA9Q's number for the former.
        4 | 41 | 94 => Some(Layer::Ip),
        47 => Some(Layer::Gre),
        97 => Some(Layer::EtherIp),
        115 => Some(Layer::L2tpV3),
        137 => Some(Layer::Mpls),
        145 => Some(Layer::Nsh),
        _ => None,
    }
}

/// The tunnel that a UDP port names. Nothing in these headers tells them from other payloads for sure; whoever asks
/// makes sure that a proper IP packet is inside and otherwise leaves the datagram as it is.
pub(super) fn udp_port(port: u16) -> Option<Layer> {
    match port {
        1701 => Some(Layer::L2tp),
        2152 => Some(Layer::GtpU),
        3544 => Some(Layer::Teredo),
        4341 => Some(Layer::Lisp),
        4754 => Some(Layer::Gre),
        // Linux used 8472 before the port was assigned; 4790 is that of the generic protocol extension.
        4789 | 4790 | 8472 => Some(Layer::Vxlan),
        5247 => Some(Layer::Capwap),
        6081 => Some(Layer::Geneve),
        6635 => Some(Layer::Mpls),
        37008 => Some(Layer::Tzsp),
        _ => None,
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
