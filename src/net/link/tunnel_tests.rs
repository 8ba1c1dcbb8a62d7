//! Headers of tunnels, byte by byte.

use super::*;

const REST: &[u8] = b"inner";

/// What a parser makes of a header and [`REST`] behind it; the rest must be what is left.
#[track_caller]
fn reads(parse: impl Fn(&[u8]) -> Step<'_>, header: &[u8]) -> Option<Layer> {
    let data = [header, REST].concat();
    let (rest, layer) = parse(&data).ok()?;
    assert_eq!(rest, REST, "{header:02x?}");
    // Half a header is none.
    for len in 0..header.len() {
        assert!(parse(&header[..len]).is_err(), "{len} bytes of {header:02x?}");
    }
    Some(layer)
}

/// RFC 2784, RFC 2890: checksum, key and sequence number where their bits say so; routing (RFC 1701) is refused.
#[test]
fn gre_options() {
    let header = |flags: u16, options: usize| [&flags.to_be_bytes()[..], &[8, 0], &[0xee; 12][..options]].concat();
    for (flags, options) in
        [(0, 0), (0x8000, 4), (0x2000, 4), (0x1000, 4), (0xa000, 8), (0xb000, 12), (0x3000, 8), (0x0008, 0)]
    {
        assert_eq!(reads(gre, &header(flags, options)), Some(Layer::EtherType(0x0800)), "{flags:04x}");
    }
    for flags in [0x4000, 0xc000, 0x0002, 0x0007] {
        assert_eq!(reads(gre, &header(flags, 0)), None, "{flags:04x}");
    }
}

/// RFC 2637, 4.1: version 1 carries PPP and nothing else; the acknowledgement has a bit of its own.
#[test]
fn gre_of_pptp() {
    let header = |flags: u16, kind: u16, options: usize| {
        [&flags.to_be_bytes()[..], &kind.to_be_bytes(), &[0xee; 12][..options]].concat()
    };
    for (flags, options) in [(0x2001, 4), (0x3001, 8), (0x2081, 8), (0x3081, 12)] {
        assert_eq!(reads(gre, &header(flags, 0x880b, options)), Some(Layer::Ppp), "{flags:04x}");
    }
    assert_eq!(reads(gre, &header(0x2001, 0x0800, 4)), None);
}

/// draft-foschiano-erspan: type I without a header, type II with 8 bytes, type III with 12 or 20, whose frame type
/// tells Ethernet from IP.
#[test]
fn erspan() {
    assert_eq!(reads(gre, &[0, 0, 0x88, 0xbe]), Some(Layer::Ethernet));
    assert_eq!(reads(gre, &[&[0x10, 0, 0x88, 0xbe][..], &[0xee; 12]].concat()), Some(Layer::Ethernet));
    let three = |last: u32, more: usize| {
        [&[0x10, 0, 0x22, 0xeb][..], &[0xee; 12], &last.to_be_bytes(), &[0xee; 8][..more]].concat()
    };
    // The other bits of the last word (hardware, direction, granularity) are full of ones.
    assert_eq!(reads(gre, &three(0xffff_07fe, 0)), Some(Layer::Ethernet));
    assert_eq!(reads(gre, &three(0xffff_07ff, 8)), Some(Layer::Ethernet));
    assert_eq!(reads(gre, &three(2 << 11, 0)), Some(Layer::Ip));
    assert_eq!(reads(gre, &three(2 << 11 | 1, 8)), Some(Layer::Ip));
    for kind in [1, 3, 16, 31] {
        assert_eq!(reads(gre, &three(kind << 11, 0)), None, "{kind}");
    }
}

/// RFC 3378: version 3, the rest of the header reserved.
#[test]
fn etherip() {
    assert_eq!(reads(ether_ip, &[0x30, 0]), Some(Layer::Ethernet));
    assert_eq!(reads(ether_ip, &[0x3f, 0xff]), Some(Layer::Ethernet));
    for version in [0x00, 0x20, 0x40, 0x70] {
        assert_eq!(reads(ether_ip, &[version, 0]), None);
    }
}

/// RFC 7348: the I flag is set; everything reserved is ignored. With the P flag a next protocol follows
/// (draft-ietf-nvo3-vxlan-gpe).
#[test]
fn vxlan_and_its_extension() {
    assert_eq!(reads(vxlan, &[0x08, 0, 0, 0, 1, 2, 3, 0]), Some(Layer::Ethernet));
    assert_eq!(reads(vxlan, &[0xfb, 1, 2, 3, 1, 2, 3, 4]), Some(Layer::Ethernet));
    assert_eq!(reads(vxlan, &[0xf3, 0, 0, 0, 1, 2, 3, 0]), None);
    for (next, layer) in [(1, Layer::Ip), (2, Layer::Ip), (3, Layer::Ethernet), (4, Layer::Nsh), (5, Layer::Mpls)] {
        assert_eq!(reads(vxlan, &[0x0c, 0, 0, next, 1, 2, 3, 0]), Some(layer));
    }
    assert_eq!(reads(vxlan, &[0x0c, 0, 0, 6, 1, 2, 3, 0]), None);
}

/// RFC 8926: version 0, options in words of four bytes.
#[test]
fn geneve_options() {
    let parse = |header: &[u8]| reads(geneve, header);
    assert_eq!(parse(&[0, 0, 0x65, 0x58, 1, 2, 3, 0]), Some(Layer::EtherType(0x6558)));
    assert_eq!(parse(&[2, 0, 8, 0, 1, 2, 3, 0, 9, 9, 9, 9, 9, 9, 9, 9]), Some(Layer::EtherType(0x0800)));
    assert_eq!(parse(&[0x40, 0, 8, 0, 1, 2, 3, 0]), None);
    assert_eq!(parse(&[0x80, 0, 8, 0, 1, 2, 3, 0]), None);
}
