//! [`Unread`]: packets that could not be read down to IP, counted by what stood in the way.
//!
//! What never carries IP (ARP, LLDP, spanning tree …) is not counted here: nothing is missed with it.

use crate::capture::LinkType;
use etherparse::IpNumber;
use std::collections::BTreeMap;
use std::fmt;

/// What stood in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum UnreadKind {
    /// A link type.
    LinkType(LinkType),
    /// An EtherType.
    EtherType(u16),
    /// A destination SAP of LLC, or SNAP (0xaa) with the protocol numbers of an organisation.
    Llc(u8),
    /// A PPP protocol number.
    PppProtocol(u16),
    /// A network layer protocol identifier (ISO/IEC TR 9577), as Frame Relay has it.
    Nlpid(u8),
    /// An address family, as BSD loopback and Linux netfilter logs have it.
    AddressFamily(u32),
    /// An IP protocol that could carry packets.
    IpProtocol(u8),
    /// IEEE 802.11 frames whose content is encrypted.
    WlanSealed,
    /// Fragments of IEEE 802.11 frames.
    WlanFragment,
    /// MACsec with encrypted content.
    MacsecSealed,
    /// More tags, extension headers or tunnels than the limits allow.
    TooDeep,
    /// Headers that were cut short or contradict themselves.
    Malformed,
}

impl UnreadKind {
    /// A short name of the kind, in lower case with underscores.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            UnreadKind::LinkType(_) => "link_type",
            UnreadKind::EtherType(_) => "ether_type",
            UnreadKind::Llc(_) => "llc_sap",
            UnreadKind::PppProtocol(_) => "ppp_protocol",
            UnreadKind::Nlpid(_) => "nlpid",
            UnreadKind::AddressFamily(_) => "address_family",
            UnreadKind::IpProtocol(_) => "ip_protocol",
            UnreadKind::WlanSealed => "wlan_encrypted",
            UnreadKind::WlanFragment => "wlan_fragments",
            UnreadKind::MacsecSealed => "macsec_encrypted",
            UnreadKind::TooDeep => "too_deep",
            UnreadKind::Malformed => "malformed",
        }
    }

    /// The number that says what it is, where there is one.
    #[must_use]
    pub fn value(self) -> Option<u32> {
        match self {
            UnreadKind::LinkType(link) => Some(link.0),
            UnreadKind::EtherType(number) | UnreadKind::PppProtocol(number) => Some(u32::from(number)),
            UnreadKind::Llc(number) | UnreadKind::Nlpid(number) | UnreadKind::IpProtocol(number) => {
                Some(u32::from(number))
            }
            UnreadKind::AddressFamily(number) => Some(number),
            _ => None,
        }
    }

    /// The name that the number is registered under, where it is known.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            UnreadKind::LinkType(link) => link.name(),
            UnreadKind::EtherType(number) => ether_type_name(number),
            UnreadKind::Llc(0xaa) => Some("SNAP"),
            UnreadKind::IpProtocol(number) => IpNumber(number).keyword_str(),
            UnreadKind::PppProtocol(number) => match number {
                0x002d => Some("Van Jacobson compressed TCP/IP"),
                0x002f => Some("Van Jacobson uncompressed TCP/IP"),
                0x003d => Some("Multilink"),
                0x0053 => Some("Encryption"),
                0x00fb => Some("Single-link compression"),
                0x00fd => Some("Compressed"),
                _ => None,
            },
            _ => None,
        }
    }
}

/// EtherTypes that could carry packets and can't be read.
fn ether_type_name(number: u16) -> Option<&'static str> {
    match number {
        0x6558 => Some("Transparent Ethernet Bridging"),
        0x876b => Some("TCP/IP Compression"),
        0x8850 => Some("PPP over Ethernet, Nortel"),
        0x8861 => Some("MCAP"),
        0x88a7 => Some("LWAPP"),
        0x88b5 => Some("IEEE 802.1 Local Experimental 1"),
        0x88b6 => Some("IEEE 802.1 Local Experimental 2"),
        0x88b7 => Some("OUI Extended EtherType"),
        0x88bb => Some("LWAPP"),
        0x88dc => Some("WSMP"),
        0x88e5 => Some("MACsec"),
        0x8917 => Some("Media Independent Handover"),
        0x891d => Some("TTEthernet"),
        0x8921 => Some("Bump in the Wire"),
        0x8947 => Some("GeoNetworking"),
        0xa0ed => Some("LoWPAN encapsulation"),
        0xb7ea => Some("GRE Control Channel"),
        0xdada => Some("Marvell EtherType DSA"),
        _ => None,
    }
}

impl fmt::Display for UnreadKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnreadKind::LinkType(link) => write!(f, "link type {}", link.0),
            UnreadKind::EtherType(number) => write!(f, "EtherType 0x{number:04x}"),
            UnreadKind::Llc(number) => write!(f, "LLC SAP 0x{number:02x}"),
            UnreadKind::PppProtocol(number) => write!(f, "PPP protocol 0x{number:04x}"),
            UnreadKind::Nlpid(number) => write!(f, "NLPID 0x{number:02x}"),
            UnreadKind::AddressFamily(number) => write!(f, "address family {number}"),
            UnreadKind::IpProtocol(number) => write!(f, "IP protocol {number}"),
            UnreadKind::WlanSealed => f.write_str("encrypted 802.11 frames"),
            UnreadKind::WlanFragment => f.write_str("fragmented 802.11 frames"),
            UnreadKind::MacsecSealed => f.write_str("encrypted MACsec"),
            UnreadKind::TooDeep => f.write_str("more nested headers than the limit"),
            UnreadKind::Malformed => f.write_str("headers cut short or contradictory"),
        }?;
        match self.name() {
            Some(name) => write!(f, " ({name})"),
            None => Ok(()),
        }
    }
}

/// How many packets of a kind there were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreadCount {
    /// Packets.
    pub packets: u64,
    /// The first one's number, from 1.
    pub first_frame: u64,
}

/// Packets that could not be read down to IP, by kind; at most [`NetworkLimits::unread_kinds`](super::NetworkLimits::unread_kinds)
/// kinds, the packets of further ones in one number.
#[derive(Clone, Debug, Default)]
pub struct Unread {
    kinds: BTreeMap<UnreadKind, UnreadCount>,
    further: u64,
}

impl Unread {
    /// Counts a packet.
    #[cold]
    pub(super) fn count(&mut self, kind: UnreadKind, frame: u64, limit: usize) {
        if let Some(count) = self.kinds.get_mut(&kind) {
            count.packets += 1;
        } else if self.kinds.len() < limit {
            self.kinds.insert(kind, UnreadCount { packets: 1, first_frame: frame });
        } else {
            self.further += 1;
        }
    }

    /// The kinds with their packets, in the order of the kinds.
    pub fn iter(&self) -> impl Iterator<Item = (UnreadKind, UnreadCount)> {
        self.kinds.iter().map(|(kind, count)| (*kind, *count))
    }

    /// Packets of kinds beyond the limit.
    #[must_use]
    pub fn further(&self) -> u64 {
        self.further
    }

    /// Whether there were none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.further == 0
    }
}

/// Whether packets of an IP protocol carry no other packets: the network's own upkeep, and transports that DCE/RPC does
/// not use.
pub(super) fn never_carries_packets(protocol: u8) -> bool {
    matches!(
        protocol,
        // ICMP, IGMP, GGP, EGP, IGP, ICMPv6, no next header.
        1 | 2 | 3 | 8 | 9 | 58 | 59
        // DCCP, RSVP, EIGRP, OSPF, PIM, VRRP, PGM, IS-IS, SCTP, HIP, SHIM6, experiments in routing.
        | 33 | 46 | 88 | 89 | 103 | 112 | 113 | 124 | 132 | 139 | 140 | 138
    )
}
