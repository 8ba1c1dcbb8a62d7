//! The limit on nested headers, decode-as rules, and what can't be read by its kind.

use super::*;
use crate::net::build::*;
use std::net::Ipv4Addr;

const A: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const B: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);

fn reach<'a>(link: LinkType, data: &'a [u8], tags: usize, rules: &[&str]) -> Result<Reached<'a>, LinkError> {
    let rules = rules.iter().map(|rule| rule.parse().unwrap()).collect();
    to_ip(Layer::Link(link), CapturedSlice { data, cut: 0 }, tags, &rules)
}

/// As many tags as the limit allows, and one more; of every kind that may repeat.
#[test]
fn nested_to_the_limit() {
    let ip = ipv4(A, B, 17, &udp(1, 2, b"x"));
    let tags: [(u16, &[u8]); 8] = [
        (0x8100, &[0, 5]),
        (0x8926, &[0; 4]),
        (0x893f, &[0; 6]),
        (0xf1c1, &[0; 4]),
        (0x8909, &[1, 1, 0, 1, 0, 9]),
        (0x88e5, &[0; 6]),
        (0x88e7, &[0, 0, 0, 1, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]),
        (0x8903, &[0, 1, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]),
    ];
    for (kind, tag) in tags {
        for limit in [1, 4, 16] {
            let nested = |count: usize| {
                let mut inside = Vec::new();
                for _ in 0..count {
                    inside.extend(tag);
                    inside.extend(kind.to_be_bytes());
                }
                // The last one is followed by IP.
                let at = inside.len() - 2;
                inside[at..].copy_from_slice(&[8, 0]);
                ethernet(kind, &[&inside[..], &ip].concat())
            };
            let (most, more) = (nested(limit), nested(limit + 1));
            // Those with an Ethernet header inside take one step more each.
            let fits = reach(LinkType::ETHERNET, &most, limit, &[]);
            assert!(
                matches!(fits, Ok(Reached::Ip(slice)) if slice.data == ip) || tag.len() > 12,
                "{kind:04x}: {fits:?}"
            );
            assert_eq!(reach(LinkType::ETHERNET, &more, limit, &[]), Err(LinkError::TooDeep), "{kind:04x}");
        }
    }
    // Headers that name each other as what follows come to an end.
    for (link, header) in
        [(LinkType::PPI, &[0, 0, 8, 0, 192, 0, 0, 0][..]), (LinkType::PKTAP, &[12, 0, 0, 0, 1, 0, 0, 0, 2, 1, 0, 0])]
    {
        assert_eq!(reach(link, &header.repeat(200), 16, &[]), Err(LinkError::TooDeep));
    }
}

/// What can't be read is told by its kind; what never carries IP is not.
#[test]
fn kinds() {
    let unread = |kind| Err(LinkError::Unread(kind));
    let of = |link, data: &[u8]| reach(link, data, 16, &[]).map(|_| ());
    assert_eq!(of(LinkType(147), b"any"), unread(UnreadKind::LinkType(LinkType(147))));
    assert_eq!(of(LinkType::ETHERNET, &ethernet(0x88b5, b"any")), unread(UnreadKind::EtherType(0x88b5)));
    assert_eq!(of(LinkType::PPP, &[0, 0x2d, 1]), unread(UnreadKind::PppProtocol(0x2d)));
    assert_eq!(of(LinkType::NULL, &[7, 0, 0, 0, 1]), unread(UnreadKind::AddressFamily(7)));
    assert_eq!(of(LinkType::FRELAY, &[0x18, 0x41, 3, 0xb0]), unread(UnreadKind::Nlpid(0xb0)));
    let wlan = |control: [u8; 2], body: &[u8]| [&control[..], &[0; 22], body].concat();
    assert_eq!(of(LinkType::IEEE802_11, &wlan([8, 0x42], &[0x11; 40])), unread(UnreadKind::WlanSealed));
    assert_eq!(
        of(LinkType::IEEE802_11, &wlan([8, 0x06], &[0xaa, 0xaa, 3, 0, 0, 0, 8, 0])),
        unread(UnreadKind::WlanFragment)
    );
    assert_eq!(
        of(LinkType::ETHERNET, &ethernet(0x88e5, &[0x0c, 0, 0, 0, 0, 1, 9, 9])),
        unread(UnreadKind::MacsecSealed)
    );
    for frame in [
        ethernet(0x0806, &[0; 28]),
        ethernet(0x88cc, &[0; 20]),
        ethernet(0x8809, &[1; 20]),
        ethernet(0x888e, &[1; 20]),
        ethernet(0x88f7, &[1; 20]),
        ethernet(38, &[0x42, 0x42, 3, 0, 0, 0]),
        ethernet(38, &[0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 0]),
        ethernet(38, &[0xff, 0xff, 0, 1]),
    ] {
        assert_eq!(of(LinkType::ETHERNET, &frame), Err(LinkError::NeverIp), "{frame:02x?}");
    }
    // Beacons, acknowledgements, data frames without data.
    for control in [[0x80, 0], [0xd4, 0], [0x48, 1], [0xc8, 1]] {
        assert_eq!(of(LinkType::IEEE802_11, &wlan(control, &[])), Err(LinkError::NeverIp), "{control:02x?}");
    }
}

/// A port, an EtherType or a link type taken for something else, and texts that are no rules.
#[test]
fn decoded_as() {
    let ip = ipv4(A, B, 17, &udp(1, 2, b"x"));
    let is_ip = |found| matches!(found, Ok(Reached::Ip(slice)) if slice.data == ip);
    let frame = ethernet(0x9998, &[&[0, 5, 8, 0][..], &ip].concat());
    assert!(is_ip(reach(LinkType::ETHERNET, &frame, 16, &["ethertype==0x9998,vlan"])));
    assert!(is_ip(reach(LinkType::ETHERNET, &frame, 16, &["ethertype==39000-40000,vlan"])));
    assert!(!is_ip(reach(LinkType::ETHERNET, &frame, 16, &["ethertype==0x9998:1,vlan", "ethertype==0x9998,data"])));
    // The first link type for private use is 45 to Wireshark.
    for rule in ["wtap_encap==147,ip", "wtap_encap==45,ip", "wtap_encap==147:16,ip"] {
        assert!(is_ip(reach(LinkType(147), &ip, 16, &[rule])), "{rule}");
    }
    assert!(is_ip(reach(LinkType(162), &ethernet(0x0800, &ip), 16, &["wtap_encap==60,eth"])));
    for wrong in [
        "",
        "udp.port",
        "udp.port==1",
        "udp.port==x,vxlan",
        "udp.port==70000,vxlan",
        "udp.port==9-1,vxlan",
        "tcp.port==1,vxlan",
        "udp.port==1,nonsense",
        "nonsense==1,vxlan",
        "ip.proto==256,gre",
        "ethertype==1,dcerpc",
        "udp.port==1:0,vxlan",
    ] {
        assert!(wrong.parse::<crate::net::DecodeRule>().is_err(), "{wrong}");
    }
}
