//! Link-layer types as the tcpdump group registers them: <https://www.tcpdump.org/linktypes.html>.

use std::fmt;

/// Link-layer type (`LINKTYPE_…`). Unknown values are kept as they are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkType(pub u32);

/// Declares the types that can be read, each with its constant, and the names of others.
macro_rules! link_types {
    (
        read { $($(#[$doc:meta])* $name:ident = $value:literal,)* }
        others { $($other:ident = $number:literal,)* }
    ) => {
        impl LinkType {
            $($(#[$doc])* pub const $name: LinkType = LinkType($value);)*

            /// The registered name without its prefix; `None` for numbers that were unknown when this was written.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some(stringify!($name)),)*
                    $($number => Some(stringify!($other)),)*
                    _ => None,
                }
            }

            /// Every type whose packets can be read.
            pub const READ: &'static [LinkType] = &[$(LinkType::$name,)*];
        }
    };
}

link_types! {
    read {
    /// BSD loopback: a 4-byte address family in the capturing host's byte order.
    NULL = 0,
    /// Ethernet.
    ETHERNET = 1,
    /// IEEE 802.5 token ring.
    IEEE802_5 = 6,
    /// PPP.
    PPP = 9,
    /// FDDI.
    FDDI = 10,
    /// Raw IP as some systems number it.
    RAW_12 = 12,
    /// Raw IP as OpenBSD numbers it.
    RAW_14 = 14,
    /// PPP in HDLC-like framing.
    PPP_HDLC = 50,
    /// PPPoE session packets, without an Ethernet header.
    PPP_ETHER = 51,
    /// LLC-encapsulated ATM (RFC 2684).
    ATM_RFC1483 = 100,
    /// Raw IP, version by the first nibble.
    RAW = 101,
    /// Cisco HDLC.
    C_HDLC = 104,
    /// IEEE 802.11.
    IEEE802_11 = 105,
    /// Frame Relay.
    FRELAY = 107,
    /// OpenBSD loopback: a 4-byte address family in network byte order.
    LOOP = 108,
    /// OpenBSD encapsulating device.
    ENC = 109,
    /// Linux cooked capture, version 1.
    LINUX_SLL = 113,
    /// OpenBSD packet filter log.
    PFLOG = 117,
    /// IEEE 802.11 behind a Prism header.
    IEEE802_11_PRISM = 119,
    /// IP over Fibre Channel (RFC 2625).
    IP_OVER_FC = 122,
    /// IEEE 802.11 behind a Radiotap header.
    IEEE802_11_RADIOTAP = 127,
    /// IP over IEEE 1394 as macOS captures it.
    APPLE_IP_OVER_IEEE1394 = 138,
    /// IEEE 802.11 behind an AVS header.
    IEEE802_11_AVS = 163,
    /// PPP behind a byte that tells the direction.
    PPP_PPPD = 166,
    /// Per-packet information, then a packet of the type that it names.
    PPI = 192,
    /// Endace's extensible record format.
    ERF = 197,
    /// PPP behind a byte that tells the direction.
    PPP_WITH_DIR = 204,
    /// Cisco HDLC behind a byte that tells the direction.
    C_HDLC_WITH_DIR = 205,
    /// Frame Relay behind a byte that tells the direction.
    FRELAY_WITH_DIR = 206,
    /// MPLS, beginning with a label.
    MPLS = 219,
    /// Raw IPv4.
    IPV4 = 228,
    /// Raw IPv6.
    IPV6 = 229,
    /// Linux netfilter log.
    NFLOG = 239,
    /// Ethernet behind a 4-byte header of Hilscher's netANALYZER.
    NETANALYZER = 240,
    /// The same with preamble and start delimiter.
    NETANALYZER_TRANSPARENT = 241,
    /// IP over InfiniBand (RFC 4391).
    IPOIB = 242,
    /// Raw InfiniBand.
    INFINIBAND = 247,
    /// macOS packet tap, then a packet of the type that it names.
    PKTAP = 258,
    /// Ethernet mPackets (IEEE 802.3br), with preamble.
    ETHERNET_MPACKET = 274,
    /// Linux cooked capture, version 2.
    LINUX_SLL2 = 276,
    }
    others {
    EXP_ETHERNET = 2, AX25 = 3, PRONET = 4, CHAOS = 5, ARCNET_BSD = 7, SLIP = 8, SLIP_BSDOS = 15, ATM_CLIP = 19,
    REDBACK_SMARTEDGE = 32, SYMANTEC_FIREWALL = 99, LANE8023 = 110, HIPPI = 111, LTALK = 114, ECONET = 115,
    IPFILTER = 116, CISCO_IOS = 118, IEEE802_11_AIRONET = 120, HHDLC = 121, SUNATM = 123, RIO = 124, PCI_EXP = 125,
    AURORA = 126, TZSP = 128, ARCNET_LINUX = 129, JUNIPER_MLPPP = 130, JUNIPER_MLFR = 131, JUNIPER_ES = 132,
    JUNIPER_GGSN = 133, JUNIPER_MFR = 134, JUNIPER_ATM2 = 135, JUNIPER_SERVICES = 136, JUNIPER_ATM1 = 137,
    MTP2_WITH_PHDR = 139, MTP2 = 140, MTP3 = 141, SCCP = 142, DOCSIS = 143, LINUX_IRDA = 144, IBM_SP = 145,
    IBM_SN = 146, USER0 = 147, USER1 = 148, USER2 = 149, USER3 = 150, USER4 = 151, USER5 = 152, USER6 = 153,
    USER7 = 154, USER8 = 155, USER9 = 156, USER10 = 157, USER11 = 158, USER12 = 159, USER13 = 160, USER14 = 161,
    USER15 = 162, JUNIPER_MONITOR = 164, BACNET_MS_TP = 165, JUNIPER_PPPOE = 167, JUNIPER_PPPOE_ATM = 168,
    GPRS_LLC = 169, GPF_T = 170, GPF_F = 171, GCOM_T1E1 = 172, GCOM_SERIAL = 173, JUNIPER_PIC_PEER = 174,
    ERF_ETH = 175, ERF_POS = 176, LINUX_LAPD = 177, JUNIPER_ETHER = 178, JUNIPER_PPP = 179, JUNIPER_FRELAY = 180,
    JUNIPER_CHDLC = 181, MFR = 182, JUNIPER_VP = 183, A429 = 184, A653_ICM = 185, USB_FREEBSD = 186,
    BLUETOOTH_HCI_H4 = 187, IEEE802_16_MAC_CPS = 188, USB_LINUX = 189, CAN20B = 190, IEEE802_15_4_LINUX = 191,
    IEEE802_16_MAC_CPS_RADIO = 193, JUNIPER_ISM = 194, IEEE802_15_4_WITHFCS = 195, SITA = 196, RAIF1 = 198,
    IPMB_KONTRON = 199, JUNIPER_ST = 200, BLUETOOTH_HCI_H4_WITH_PHDR = 201, AX25_KISS = 202, LAPD = 203,
    LAPB_WITH_DIR = 207, IPMB_LINUX = 209, FLEXRAY = 210, MOST = 211, LIN = 212, X2E_SERIAL = 213, X2E_XORAYA = 214,
    IEEE802_15_4_NONASK_PHY = 215, LINUX_EVDEV = 216, GSMTAP_UM = 217, GSMTAP_ABIS = 218, USB_LINUX_MMAPPED = 220,
    DECT = 221, AOS = 222, WIHART = 223, FC_2 = 224, FC_2_WITH_FRAME_DELIMS = 225, IPNET = 226, CAN_SOCKETCAN = 227,
    IEEE802_15_4_NOFCS = 230, DBUS = 231, JUNIPER_VS = 232, JUNIPER_SRX_E2E = 233, JUNIPER_FIBRECHANNEL = 234,
    DVB_CI = 235, MUX27010 = 236, STANAG_5066_D_PDU = 237, JUNIPER_ATM_CEMIC = 238, MPEG_2_TS = 243, NG40 = 244,
    NFC_LLCP = 245, PFSYNC = 246, SCTP = 248, USBPCAP = 249, RTAC_SERIAL = 250, BLUETOOTH_LE_LL = 251,
    WIRESHARK_UPPER_PDU = 252, NETLINK = 253, BLUETOOTH_LINUX_MONITOR = 254, BLUETOOTH_BREDR_BB = 255,
    BLUETOOTH_LE_LL_WITH_PHDR = 256, PROFIBUS_DL = 257, EPON = 259, IPMI_HPM_2 = 260, ZWAVE_R1_R2 = 261,
    ZWAVE_R3 = 262, WATTSTOPPER_DLM = 263, ISO_14443 = 264, RDS = 265, USB_DARWIN = 266, OPENFLOW = 267, SDLC = 268,
    TI_LLN_SNIFFER = 269, LORATAP = 270, VSOCK = 271, NORDIC_BLE = 272, DOCSIS31_XRA31 = 273, DISPLAYPORT_AUX = 275,
    SERCOS_MONITOR = 277, OPENVIZSLA = 278, EBHSCR = 279, VPP_DISPATCH = 280, DSA_TAG_BRCM = 281,
    DSA_TAG_BRCM_PREPEND = 282, IEEE802_15_4_TAP = 283, DSA_TAG_DSA = 284, DSA_TAG_EDSA = 285, ELEE = 286,
    Z_WAVE_SERIAL = 287, USB_2_0 = 288, ATSC_ALP = 289, ETW = 290, NETANALYZER_NG = 291, ZBOSS_NCP = 292,
    USB_2_0_LOW_SPEED = 293, USB_2_0_FULL_SPEED = 294, USB_2_0_HIGH_SPEED = 295, AUERSWALD_LOG = 296,
    ZWAVE_TAP = 297, SILABS_DEBUG_CHANNEL = 298, FIRA_UCI = 299, MDB = 300, DECT_NR = 301,
    }
}

impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

impl fmt::Debug for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkType({self})")
    }
}
