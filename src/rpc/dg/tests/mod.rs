//! Connectionless PDUs by hand; `conversations` has what they mean together, `captures` the recorded ones.

#[cfg(feature = "session")]
mod captures;
#[cfg(feature = "session")]
mod conversations;
#[cfg(feature = "session")]
mod joined;
#[cfg(feature = "session")]
mod told;

use super::*;
use alloc::vec;
use alloc::vec::Vec;

const CLUSAPI: Guid = Guid::constant("b97db8b2-4c63-11cf-bff6-08002be23f2f");

fn header(ptype: PacketType, big: bool) -> Header {
    Header {
        ptype,
        flags1: Flags1::IDEMPOTENT,
        flags2: Flags2::empty(),
        representation: if big { Representation::BIG } else { Representation::LITTLE },
        serial: 0x0102,
        object: Guid::NIL,
        interface: CLUSAPI,
        activity: Guid::constant("8fc495dd-1f47-5cbd-ab16-8e0ddb23ff68"),
        server_boot: 0x5f00_0009,
        interface_version: (2, 0),
        sequence: 7,
        opnum: 8,
        interface_hint: 0xffff,
        activity_hint: 0xfffe,
        length: 0,
        fragment: 0,
        auth_proto: 0,
    }
}

fn pdu(body: Body<&[u8]>, big: bool) -> Pdu<'_> {
    Pdu { header: header(body.ptype().unwrap(), big), body, verifier: None }
}

/// One PDU of every type, and the ones with an optional body without it.
fn all(big: bool) -> Vec<Pdu<'static>> {
    let endian = if big { crate::rpc::Endian::Big } else { crate::rpc::Endian::Little };
    let fack = Fack {
        version: 0,
        window_size: 8,
        max_tsdu: 65528,
        max_frag_size: 4096,
        serial: 3,
        selack: Selack::new(&[1, 2, 3, 4, 5, 6, 7, 8], endian),
    };
    [
        Body::Request(&b"stub"[..]),
        Body::Ping,
        Body::Response(b""),
        Body::Fault(0x1c00_000d),
        Body::Working,
        Body::Nocall(None),
        Body::Nocall(Some(fack)),
        Body::Reject(0x1c01_0003),
        Body::Ack,
        Body::Cancel(Some(Cancel { version: 0, id: 1 })),
        Body::Cancel(None),
        Body::Fack(Some(fack)),
        Body::Fack(Some(Fack { selack: Selack::new(&[], endian), ..fack })),
        Body::Fack(None),
        Body::CancelAck(Some(CancelAck { version: 0, id: 1, accepting: 1 })),
        Body::CancelAck(None),
    ]
    .map(|body| pdu(body, big))
    .to_vec()
}

#[test]
fn round_trip_of_every_type() {
    for big in [false, true] {
        for mut pdu in all(big) {
            let bytes = pdu.encode().unwrap();
            pdu.header.length = (bytes.len() - Header::SIZE) as u16;
            assert_eq!(Pdu::parse(&bytes).unwrap(), pdu);
            assert_eq!(Pdu::parse(&bytes).unwrap().encode().unwrap(), bytes);
            assert!(Header::plausible(&bytes, bytes.len()));
        }
    }
}

#[test]
fn header_by_hand() {
    let mut bytes = hex::decode("0400240010000001").unwrap();
    bytes.extend_from_slice(&[0; 16]);
    bytes.extend_from_slice(&CLUSAPI.0);
    bytes.extend_from_slice(&[0xaa; 16]);
    bytes.extend_from_slice(&hex::decode("0900005f020001000700000008000000fffe040002000002").unwrap());
    bytes.extend_from_slice(b"stub");
    let pdu = Pdu::parse(&bytes).unwrap();
    let h = &pdu.header;
    assert_eq!((h.ptype, h.flags1), (PacketType::Request, Flags1::FRAG | Flags1::IDEMPOTENT));
    assert_eq!((h.serial, h.server_boot, h.interface_version), (0x0102, 0x5f00_0009, (2, 1)));
    assert_eq!((h.sequence, h.opnum, h.interface_hint, h.activity_hint), (7, 8, 0, 0xfeff));
    assert_eq!((h.length, h.fragment, h.auth_proto), (4, 2, 0));
    assert_eq!(h.interface, CLUSAPI);
    assert_eq!(pdu.body, Body::Request(&b"stub"[..]));
}

#[test]
fn version_in_both_byte_orders() {
    for (big, bytes) in [(false, [2, 0, 1, 0]), (true, [0, 1, 0, 2])] {
        let mut pdu = pdu(Body::Ping, big);
        pdu.header.interface_version = (2, 1);
        assert_eq!(pdu.encode().unwrap()[60..64], bytes);
    }
}

#[test]
fn selack_words() {
    let words: Vec<u32> = Selack::new(&[1, 2, 3, 4, 5, 6], crate::rpc::Endian::Big).words().collect();
    assert_eq!(words, [0x0102_0304]);
}

#[test]
fn verifiers() {
    // NTLM: alignment of 2 at every level; Kerberos: to its block of 8 when sealed.
    for (proto, level, alignment) in [(10, 5, 2), (10, 6, 2), (16, 5, 2), (16, 6, 6), (1, 6, 6)] {
        let mut pdu = pdu(Body::Request(b"12345"), false);
        pdu.header.auth_proto = proto;
        let trailer = AuthTrailer { auth_type: proto, auth_level: level, auth_pad_length: 3, auth_context_id: 4 };
        pdu.verifier = Some(Verifier { trailer, header: (88, 90 + alignment), value: b"sixteen byte sig" });
        let bytes = pdu.encode().unwrap();
        assert_eq!(bytes.len(), 90 + alignment + 16);
        pdu.header.length = 5;
        assert_eq!(Pdu::parse(&bytes).unwrap(), pdu);
        assert_eq!(pdu.header.body_range(bytes.len()), 80..88);
        assert!(Header::plausible(&bytes, bytes.len()));
    }
    // Announced, but not there.
    let mut pdu = pdu(Body::Ping, false);
    pdu.header.auth_proto = 10;
    let bytes = pdu.encode().unwrap();
    assert_eq!(Pdu::parse(&bytes).unwrap().verifier, None);
}

#[test]
fn implausible_datagrams() {
    let good = pdu(Body::Request(&b"stub"[..]), false).encode().unwrap();
    let check = |at: usize, value: u8| {
        let mut bad = good.clone();
        bad[at] = value;
        assert!(!Header::plausible(&bad, bad.len()), "byte {at} = {value}");
    };
    check(0, 5);
    check(1, 11);
    check(4, 0x20);
    check(5, 4);
    check(6, 1);
    check(74, 3);
    check(74, 5);
    check(76, 1);
    assert!(!Header::plausible(&good, good.len() + 1));
    let mut bad = good.clone();
    bad[40..56].fill(0);
    assert!(!Header::plausible(&bad, bad.len()));
    // A data packet of WireGuard begins 04 00 00 00, too.
    let wireguard = [&[4, 0, 0, 0], [0x5a; 92].as_slice()].concat();
    assert!(!Header::plausible(&wireguard, 96));
}

#[test]
fn hostile_values() {
    let fack = all(false).into_iter().find(|p| matches!(p.body, Body::Fack(Some(_)))).unwrap();
    let mut bytes = fack.encode().unwrap();
    bytes[94] = 200;
    let error = Pdu::parse(&bytes).unwrap_err();
    assert_eq!((error.offset, error.kind), (94, ErrorKind::Count { value: 200, limit: 2, claimed_by: "selack_len" }));
    let mut bytes = pdu(Body::Fault(1), false).encode().unwrap();
    bytes.truncate(82);
    assert_eq!(Pdu::parse(&bytes).unwrap_err().offset, 82);
    bytes[74] = 2;
    assert_eq!(Pdu::parse(&bytes).unwrap_err().offset, 80);
    let stub = vec![0; 65536];
    assert!(pdu(Body::Request(&stub), false).encode().is_err());
}

#[test]
fn every_prefix_and_every_flipped_byte() {
    for big in [false, true] {
        for mut pdu in all(big) {
            for proto in [0, 10] {
                pdu.header.auth_proto = proto;
                let trailer = AuthTrailer { auth_type: 10, auth_level: 6, auth_pad_length: 0, auth_context_id: 0 };
                pdu.verifier = (proto != 0).then_some(Verifier { trailer, header: (0, 0), value: b"0123456789abcdef" });
                let bytes = pdu.encode().unwrap();
                for cut in 0..bytes.len() {
                    let _ = (Pdu::parse(&bytes[..cut]).is_ok(), Header::plausible(&bytes[..cut], bytes.len()));
                }
                for at in 0..bytes.len() {
                    for value in [0, 1, 0x7f, 0x80, 0xff, bytes[at] ^ 1] {
                        let mut bad = bytes.clone();
                        bad[at] = value;
                        if let Ok(pdu) = Pdu::parse(&bad) {
                            let _ = pdu.encode();
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn callbacks() {
    assert_eq!(conv::name(0), Some("conv_who_are_you"));
    assert_eq!(conv::name(4), Some("conv_who_are_you_auth_more"));
    assert_eq!(conv::name(5), None);
    let mut stub = vec![0xaa; 16];
    stub.extend_from_slice(&[9, 0, 0, 0x5f]);
    let endian = crate::rpc::Endian::Little;
    let question = conv::Question::parse(0, endian, &stub).unwrap();
    assert_eq!((question.activity, question.boot_time, question.token), (Guid([0xaa; 16]), Some(0x5f00_0009), None));
    assert_eq!(conv::Question::parse(3, endian, &stub), None);
    stub.extend_from_slice(&[3, 0, 0, 0, b'a', b'b', b'c', 0, 3, 0, 0, 0, 0, 16, 0, 0]);
    assert_eq!(conv::Question::parse(3, endian, &stub).unwrap().token, Some(&b"abc"[..]));
    stub[20] = 200;
    assert_eq!(conv::Question::parse(3, endian, &stub), None);
    let mut answer = vec![0; 20];
    answer.extend_from_slice(&[0, 16, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, b'x', b'y']);
    assert_eq!(conv::answer_token(3, endian, &answer), Some(&b"xy"[..]));
    assert_eq!(conv::answer_token(0, endian, &answer), None);
}

/// C706, appendix P: the operations of the conversation manager.
#[test]
fn names_of_callbacks() {
    let names = (0..6).map(super::conv::name);
    let expected = [
        Some("conv_who_are_you"),
        Some("conv_who_are_you2"),
        Some("conv_are_you_there"),
        Some("conv_who_are_you_auth"),
        Some("conv_who_are_you_auth_more"),
        None,
    ];
    assert!(names.eq(expected));
}
