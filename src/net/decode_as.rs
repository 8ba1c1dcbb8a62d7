//! [`DecodeAs`]: what to take a port, EtherType, IP protocol or link type for, written as `tshark -d` takes it.

use super::link::{self, Layer};
use crate::capture::LinkType;
use std::fmt;
use std::str::FromStr;

/// What a rule's number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Selector {
    UdpPort,
    TcpPort,
    EtherType,
    IpProtocol,
    LinkType,
}

/// The layers whose numbers can be decoded as something else, by tshark's names.
const SELECTORS: &[(&str, Selector)] = &[
    ("udp.port", Selector::UdpPort),
    ("tcp.port", Selector::TcpPort),
    ("ethertype", Selector::EtherType),
    ("ip.proto", Selector::IpProtocol),
    ("wtap_encap", Selector::LinkType),
];

/// What the bytes are taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// A header that leads to IP.
    Layer(Layer),
    /// DCE/RPC, or no tunnel at any rate.
    DceRpc,
    /// Nothing that is looked into.
    Data,
}

/// The protocols, by tshark's names.
const PROTOCOLS: &[(&str, Target)] = &[
    ("dcerpc", Target::DceRpc),
    ("data", Target::Data),
    ("ip", Target::Layer(Layer::Ip)),
    ("ipv6", Target::Layer(Layer::Ip)),
    ("eth", Target::Layer(Layer::Ethernet)),
    ("eth_withoutfcs", Target::Layer(Layer::Ethernet)),
    ("eth_maybefcs", Target::Layer(Layer::Ethernet)),
    ("llc", Target::Layer(Layer::Llc)),
    ("vlan", Target::Layer(Layer::Vlan)),
    ("ieee8021ad", Target::Layer(Layer::Vlan)),
    ("ieee8021ah", Target::Layer(Layer::Pbb)),
    ("ieee8021cb", Target::Layer(Layer::Rtag)),
    ("etag", Target::Layer(Layer::Etag)),
    ("vntag", Target::Layer(Layer::VnTag)),
    ("hsr", Target::Layer(Layer::Hsr)),
    ("cfp", Target::Layer(Layer::FabricPath)),
    ("cmd", Target::Layer(Layer::CiscoMetaData)),
    ("ttag", Target::Layer(Layer::CiscoTtag)),
    ("trill", Target::Layer(Layer::Trill)),
    ("macsec", Target::Layer(Layer::Macsec)),
    ("mpls", Target::Layer(Layer::Mpls)),
    ("nsh", Target::Layer(Layer::Nsh)),
    ("ppp", Target::Layer(Layer::Ppp)),
    ("ppp_hdlc", Target::Layer(Layer::Ppp)),
    ("pppoes", Target::Layer(Layer::PppoeSession)),
    ("chdlc", Target::Layer(Layer::CiscoHdlc)),
    ("fr", Target::Layer(Layer::FrameRelay)),
    ("wlan", Target::Layer(Layer::Wlan)),
    ("wlan_withfcs", Target::Layer(Layer::Wlan)),
    ("wlan_withoutfcs", Target::Layer(Layer::Wlan)),
    ("radiotap", Target::Layer(Layer::Radiotap)),
    ("prism", Target::Layer(Layer::Link(LinkType::IEEE802_11_PRISM))),
    ("wlancap", Target::Layer(Layer::Link(LinkType::IEEE802_11_AVS))),
    ("ppi", Target::Layer(Layer::Link(LinkType::PPI))),
    ("null", Target::Layer(Layer::Link(LinkType::NULL))),
    ("sll", Target::Layer(Layer::Link(LinkType::LINUX_SLL))),
    ("nflog", Target::Layer(Layer::Link(LinkType::NFLOG))),
    ("pktap", Target::Layer(Layer::Link(LinkType::PKTAP))),
    ("pflog", Target::Layer(Layer::Link(LinkType::PFLOG))),
    ("enc", Target::Layer(Layer::Link(LinkType::ENC))),
    ("ipoib", Target::Layer(Layer::Link(LinkType::IPOIB))),
    ("infiniband", Target::Layer(Layer::Link(LinkType::INFINIBAND))),
    ("erf", Target::Layer(Layer::Link(LinkType::ERF))),
    ("gre", Target::Layer(Layer::Gre)),
    ("etherip", Target::Layer(Layer::EtherIp)),
    ("l2tp", Target::Layer(Layer::L2tp)),
    ("vxlan", Target::Layer(Layer::Vxlan)),
    ("vxlan_gpe", Target::Layer(Layer::Vxlan)),
    ("geneve", Target::Layer(Layer::Geneve)),
    ("gtp", Target::Layer(Layer::GtpU)),
    ("teredo", Target::Layer(Layer::Teredo)),
    ("lisp-data", Target::Layer(Layer::Lisp)),
    ("tzsp", Target::Layer(Layer::Tzsp)),
    ("capwap.data", Target::Layer(Layer::Capwap)),
];

/// One rule: `LAYER==VALUE,PROTOCOL`, such as `udp.port==14789,vxlan` or `ethertype==0x9998,vlan`. A range of values is
/// written `FIRST-LAST` or `FIRST:COUNT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeRule {
    selector: Selector,
    first: u32,
    last: u32,
    target: Target,
}

/// Why a text is no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeRuleError(String);

impl fmt::Display for DecodeRuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DecodeRuleError {}

/// A number, decimal, octal or hexadecimal as C writes them.
fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None if text.len() > 1 && text.starts_with('0') => u32::from_str_radix(text, 8).ok(),
        None => text.parse().ok(),
    }
}

impl FromStr for DecodeRule {
    type Err = DecodeRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let names = |names: &mut dyn Iterator<Item = &'static str>| names.collect::<Vec<_>>().join(", ");
        let shape = || DecodeRuleError(format!("{text:?} is not LAYER==VALUE,PROTOCOL, such as udp.port==14789,vxlan"));
        let (layer, rest) = text.split_once("==").ok_or_else(shape)?;
        let (value, protocol) = rest.split_once(',').ok_or_else(shape)?;
        let selector = SELECTORS.iter().find(|(name, _)| *name == layer.trim()).map(|(_, selector)| *selector);
        let selector = selector.ok_or_else(|| {
            let known = names(&mut SELECTORS.iter().map(|(name, _)| *name));
            DecodeRuleError(format!("{layer:?} is no layer that can be decoded as something else; those are {known}"))
        })?;
        let protocol = protocol.trim();
        let target = PROTOCOLS.iter().find(|(name, _)| *name == protocol).map(|(_, target)| *target);
        let target = target.ok_or_else(|| {
            let known = names(&mut PROTOCOLS.iter().map(|(name, _)| *name));
            DecodeRuleError(format!("{protocol:?} is no protocol that is known here; those are {known}"))
        })?;
        let value = value.trim();
        let (first, last) = if let Some((first, last)) = value.split_once('-') {
            (number(first), number(last))
        } else if let Some((first, count)) = value.split_once(':') {
            let first = number(first);
            let more = number(count).and_then(|count| count.checked_sub(1));
            (first, first.zip(more).and_then(|(first, more)| first.checked_add(more)))
        } else {
            (number(value), number(value))
        };
        let most = match selector {
            Selector::IpProtocol => 0xff,
            Selector::LinkType => u32::MAX,
            _ => 0xffff,
        };
        let range = first.zip(last).filter(|(first, last)| first <= last && *last <= most);
        let (first, last) = range.ok_or_else(|| DecodeRuleError(format!("{value:?} is no value of {layer}")))?;
        let fits = match selector {
            Selector::TcpPort => !matches!(target, Target::Layer(_)),
            Selector::UdpPort => true,
            _ => target != Target::DceRpc,
        };
        if !fits {
            return Err(DecodeRuleError(format!("{protocol} does not come directly in {layer}")));
        }
        Ok(DecodeRule { selector, first, last, target })
    }
}

/// Rules; of several for one number the last one counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecodeAs {
    rules: Vec<DecodeRule>,
}

impl FromIterator<DecodeRule> for DecodeAs {
    fn from_iter<I: IntoIterator<Item = DecodeRule>>(rules: I) -> Self {
        DecodeAs { rules: rules.into_iter().collect() }
    }
}

/// What is known of a UDP port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UdpPort {
    /// By a rule: what stands there is this.
    Told(Layer),
    /// By a rule: nothing is to be looked at.
    Ignored,
    /// By its assignment: it may be this.
    Assigned(Layer),
    /// Nothing, or that it is no tunnel.
    Plain,
}

impl DecodeAs {
    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    #[inline]
    fn target(&self, selector: Selector, value: u32) -> Option<Target> {
        if self.rules.is_empty() {
            return None;
        }
        let fits = |rule: &&DecodeRule| rule.selector == selector && (rule.first..=rule.last).contains(&value);
        self.rules.iter().rev().find(fits).map(|rule| rule.target)
    }

    fn layer(&self, selector: Selector, value: u32) -> Option<Option<Layer>> {
        Some(match self.target(selector, value)? {
            Target::Layer(layer) => Some(layer),
            Target::DceRpc | Target::Data => None,
        })
    }

    /// What a link type is taken for, by a rule; the inner `None` for nothing that is looked into.
    pub(super) fn link_type(&self, link: LinkType) -> Option<Option<Layer>> {
        if self.rules.is_empty() {
            return None;
        }
        let number = link.0;
        // Wireshark's own numbers of link types begin the types for private use at 45.
        let of_wireshark = (147..=162).contains(&number).then(|| number - 147 + 45);
        let found = of_wireshark.and_then(|number| self.layer(Selector::LinkType, number));
        found.or_else(|| self.layer(Selector::LinkType, number))
    }

    /// The same of an EtherType.
    pub(super) fn ether_type(&self, kind: u16) -> Option<Option<Layer>> {
        self.layer(Selector::EtherType, u32::from(kind))
    }

    /// The same of an IP protocol number.
    pub(super) fn ip_protocol(&self, protocol: u8) -> Option<Option<Layer>> {
        self.layer(Selector::IpProtocol, u32::from(protocol))
    }

    /// Whether TCP on this port is not to be looked at.
    pub(super) fn ignores_tcp(&self, port: u16) -> bool {
        self.target(Selector::TcpPort, u32::from(port)) == Some(Target::Data)
    }

    /// What UDP on this port carries.
    pub(super) fn udp_port(&self, port: u16) -> UdpPort {
        match (self.target(Selector::UdpPort, u32::from(port)), link::udp_port(port)) {
            (Some(Target::Layer(layer)), _) => UdpPort::Told(layer),
            (Some(Target::Data), _) => UdpPort::Ignored,
            (Some(Target::DceRpc), _) | (None, None) => UdpPort::Plain,
            (None, Some(layer)) => UdpPort::Assigned(layer),
        }
    }
}
