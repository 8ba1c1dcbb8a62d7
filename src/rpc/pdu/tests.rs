use super::*;
use crate::base::error::ErrorKind;
use crate::rpc::header::Representation;
use crate::rpc::syntax::{BindTimeFeatures, ContextOutcome, ProviderReason, RejectReason, SyntaxId};
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

pub(crate) const CLUSAPI: SyntaxId = SyntaxId::new(Guid::constant("b97db8b2-4c63-11cf-bff6-08002be23f2f"), 3, 0);

/// A PDU around a body, first and last fragment.
pub(crate) fn pdu(body: Body<'_>, call_id: u32, big: bool) -> Pdu<'_> {
    let representation = if big { Representation::BIG } else { Representation::LITTLE };
    let header = Header {
        minor_version: 0,
        ptype: body.ptype(),
        flags: PfcFlags::FIRST_FRAG | PfcFlags::LAST_FRAG,
        representation,
        frag_length: 16,
        auth_length: 0,
        call_id,
    };
    Pdu { header, body, padding: &[], auth: None }
}

pub(crate) fn verifier(value: &[u8], level: u8, pad: u8) -> Verifier<'_> {
    let trailer = AuthTrailer { auth_type: 10, auth_level: level, auth_pad_length: pad, auth_context_id: 0x0102_0304 };
    Verifier { trailer, value }
}

pub(crate) fn bind(contexts: &[(u16, SyntaxId, &[SyntaxId])]) -> Bind {
    let contexts = contexts
        .iter()
        .map(|(id, abstract_syntax, transfer)| ContextElement {
            id: *id,
            abstract_syntax: *abstract_syntax,
            transfer_syntaxes: transfer.to_vec(),
        })
        .collect();
    Bind { max_xmit_frag: 5840, max_recv_frag: 5840, assoc_group_id: 0x1234, contexts }
}

pub(crate) fn ack(results: &[(u16, u16, SyntaxId)]) -> BindAck<'static> {
    let results = results
        .iter()
        .map(|(outcome, reason, syntax)| ContextResult {
            outcome: ContextOutcome(*outcome),
            reason: ProviderReason(*reason),
            transfer_syntax: *syntax,
        })
        .collect();
    let secondary_address = b"49664\0";
    BindAck { max_xmit_frag: 5840, max_recv_frag: 5840, assoc_group_id: 0x1234, secondary_address, results }
}

fn features() -> SyntaxId {
    SyntaxId::bind_time_features(BindTimeFeatures::all())
}

/// One PDU of every type.
fn all(big: bool) -> Vec<Pdu<'static>> {
    let object = Some(Guid::constant("00112233-4455-6677-8899-aabbccddeeff"));
    let request = Request { alloc_hint: 8, context_id: 1, opnum: 8, object: None, stub: b"12345678" };
    let response = Response { alloc_hint: 5, context_id: 1, cancel_count: 2, reserved: 0, stub: b"12345" };
    let fault = Fault {
        alloc_hint: 32,
        context_id: 1,
        cancel_count: 1,
        flags: 1,
        status: 0x1c01_0002,
        reserved: Some(0),
        stub: b"ext",
    };
    let proposal = bind(&[(0, CLUSAPI, &[SyntaxId::NDR]), (7, CLUSAPI, &[SyntaxId::NDR64, features()])]);
    let answer = ack(&[(0, 0, SyntaxId::NDR), (2, 2, SyntaxId::default()), (3, 3, SyntaxId::default())]);
    let nak = BindNak { reason: RejectReason(4), versions: vec![(5, 0), (5, 1)], rest: &[0; 3] };
    let mut pdus: Vec<Pdu<'static>> = [
        Body::Request(request),
        Body::Request(Request { object, ..request }),
        Body::Response(response),
        Body::Fault(fault),
        Body::Fault(Fault { reserved: None, stub: b"", ..fault }),
        Body::Bind(proposal.clone()),
        Body::BindAck(answer.clone()),
        Body::BindNak(nak),
        Body::AlterContext(proposal),
        Body::AlterContextResp(BindAck { secondary_address: b"", ..answer }),
        Body::Auth3,
        Body::Shutdown,
        Body::CoCancel,
        Body::Orphaned,
    ]
    .into_iter()
    .map(|body| pdu(body, 0x0a0b_0c0d, big))
    .collect();
    for at in 0..pdus.len() {
        let mut protected = pdus[at].clone();
        protected.padding = if matches!(protected.body, Body::BindNak(_)) { b"" } else { b"\xbb\xbb\xbb" };
        protected.auth = Some(verifier(b"sixteen byte sig", 6, protected.padding.len() as u8));
        // A bind_nak takes everything behind the versions, and a fault without reserved2 has room for nothing else.
        if !matches!(protected.body, Body::Fault(Fault { reserved: None, .. })) {
            pdus.push(protected);
        }
    }
    pdus
}

/// The PDU with the lengths that encoding gives it.
fn measured<'a>(mut pdu: Pdu<'a>, bytes: &[u8]) -> Pdu<'a> {
    pdu.header.frag_length = bytes.len() as u16;
    pdu.header.auth_length = pdu.auth.map_or(0, |a| a.value.len() as u16);
    if let Body::Request(r) = &pdu.body {
        pdu.header.flags.set(PfcFlags::OBJECT_UUID, r.object.is_some());
    }
    pdu
}

#[test]
fn round_trip_of_every_type() {
    for big in [false, true] {
        for pdu in all(big) {
            let bytes = pdu.encode().unwrap();
            let parsed = Pdu::parse(&bytes).unwrap();
            assert_eq!(parsed, measured(pdu.clone(), &bytes));
            assert_eq!(parsed.encode().unwrap(), bytes);
            // An rpc_auth_3 without a token is readable, but nothing to recognise a stream by.
            let odd = pdu.body == Body::Auth3 && pdu.auth.is_none();
            assert_eq!(Header::plausible(&bytes), !odd, "{:?}", pdu.body);
            for cut in 0..16 {
                assert!(Header::plausible_prefix(&bytes[..cut]));
            }
        }
    }
}

#[test]
fn request_by_hand() {
    let bytes =
        hex::decode("05000083100000003000000002000000180000000100080033221100554477668899aabbccddeeff1122334455667788")
            .unwrap();
    let pdu = Pdu::parse(&bytes).unwrap();
    assert_eq!(pdu.header.flags, PfcFlags::FIRST_FRAG | PfcFlags::LAST_FRAG | PfcFlags::OBJECT_UUID);
    assert_eq!(pdu.stub_offset(), 40);
    let Body::Request(request) = pdu.body else { panic!() };
    assert_eq!((request.alloc_hint, request.context_id, request.opnum), (24, 1, 8));
    assert_eq!(request.object, Guid::parse("00112233-4455-6677-8899-aabbccddeeff"));
    assert_eq!(request.stub, [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88]);
}

#[test]
fn bind_version_in_both_byte_orders() {
    let syntax = SyntaxId { major: 3, minor: 1, ..CLUSAPI };
    for (big, expected) in [(false, [3, 0, 1, 0]), (true, [0, 1, 0, 3])] {
        let bytes = pdu(Body::Bind(bind(&[(0, syntax, &[SyntaxId::NDR])])), 1, big).encode().unwrap();
        assert_eq!(bytes[48..52], expected);
    }
}

#[test]
fn names_and_features() {
    assert_eq!(PacketType::from_u8(15).unwrap().name(), "alter_context_resp");
    assert_eq!(PacketType::from_u8(18).unwrap().name(), "co_cancel");
    assert_eq!(PacketType::from_u8(8).unwrap().name(), "cl_cancel");
    assert_eq!(PacketType::from_u8(20), None);
    assert_eq!(features().features(), Some(BindTimeFeatures::all()));
    assert_eq!(features().uuid.to_string(), "6cb71c2c-9812-4540-0300-000000000000");
    assert_eq!(SyntaxId::NDR.features(), None);
    let result =
        ContextResult { outcome: ContextOutcome::NEGOTIATE_ACK, reason: ProviderReason(3), ..Default::default() };
    assert_eq!(result.features(), Some(BindTimeFeatures::all()));
    assert_eq!(ProviderReason(2).name(), Some("proposed_transfer_syntaxes_not_supported"));
    assert_eq!(RejectReason(4).name(), Some("protocol_version_not_supported"));
    assert_eq!(ContextOutcome(9).name(), None);
}

#[test]
fn bind_nak_with_extended_error() {
    for pad in [0, 3] {
        let mut rest = vec![0; pad];
        rest.extend_from_slice(&bind::EXTENDED_ERROR.0);
        rest.extend_from_slice(b"eerr");
        let nak = BindNak { reason: RejectReason(0), versions: vec![(5, 0)], rest: &rest };
        let bytes = pdu(Body::BindNak(nak), 1, false).encode().unwrap();
        let parsed = Pdu::parse(&bytes).unwrap();
        let Body::BindNak(nak) = parsed.body else { panic!() };
        assert_eq!(nak.extended_error(), Some(&b"eerr"[..]));
    }
    // Versions left out altogether.
    let mut bytes = pdu(Body::Shutdown, 1, false).encode().unwrap();
    (bytes[2], bytes[8]) = (13, 18);
    bytes.extend_from_slice(&[4, 0]);
    let Body::BindNak(nak) = Pdu::parse(&bytes).unwrap().body else { panic!() };
    assert_eq!((nak.reason, nak.versions.len(), nak.extended_error()), (RejectReason(4), 0, None));
    // Encoding leaves them out where nothing is to follow; versions alone are something.
    let bytes = |versions: Vec<(u8, u8)>, rest: &[u8]| {
        pdu(Body::BindNak(BindNak { reason: RejectReason(4), versions, rest }), 1, false).encode().unwrap()[16..]
            .to_vec()
    };
    assert_eq!(bytes(vec![], b""), [4, 0]);
    assert_eq!(bytes(vec![(5, 0)], b""), [4, 0, 1, 5, 0]);
    assert_eq!(bytes(vec![], b"x"), [4, 0, 0, b'x']);
}

#[test]
fn hostile_headers() {
    let good =
        pdu(Body::Request(Request { alloc_hint: 0, context_id: 0, opnum: 0, object: None, stub: b"" }), 1, false);
    let good = good.encode().unwrap();
    let check = |at: usize, value: u8, offset: usize| {
        let mut bad = good.clone();
        bad[at] = value;
        assert_eq!(Pdu::parse(&bad).unwrap_err().offset, offset, "byte {at} = {value}");
    };
    check(0, 4, 0);
    check(1, 2, 1);
    check(2, 20, 2);
    check(2, 1, 2);
    check(4, 0x20, 4);
    check(4, 0x12, 4);
    check(5, 9, 4);
    check(8, 15, 8);
    check(8, 25, 24);
    check(10, 1, 10);
    check(11, 0xff, 10);
    // auth_length that leaves no room for the trailer's eight bytes, and one that just does.
    let mut bad = good.clone();
    bad.extend_from_slice(&[0; 8]);
    (bad[8], bad[10]) = (32, 9);
    assert!(matches!(
        Pdu::parse(&bad).unwrap_err().kind,
        ErrorKind::Count { value: 9, limit: 8, claimed_by: "auth_length" }
    ));
    bad[10] = 8;
    assert!(matches!(Pdu::parse(&bad).unwrap_err().kind, ErrorKind::Truncated { claimed_by: "alloc_hint", .. }));
}

#[test]
fn hostile_counts() {
    let bytes = pdu(Body::Bind(bind(&[(0, CLUSAPI, &[SyntaxId::NDR])])), 1, false).encode().unwrap();
    for (at, value) in [(24, 255), (30, 255)] {
        let mut bad = bytes.clone();
        bad[at] = value;
        let error = Pdu::parse(&bad).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Truncated { .. }), "{error}");
        assert_eq!(error.offset, bytes.len());
    }
    let mut bad = pdu(Body::BindAck(ack(&[(0, 0, SyntaxId::NDR)])), 1, false).encode().unwrap();
    bad[25] = 0xff;
    let error = Pdu::parse(&bad).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Count { claimed_by: "sec_addr.length", .. }), "{error}");
}

#[test]
fn padding_longer_than_the_stub() {
    let mut request =
        pdu(Body::Request(Request { alloc_hint: 0, context_id: 0, opnum: 0, object: None, stub: b"abcd" }), 1, false);
    request.auth = Some(verifier(b"0123456789abcdef", 6, 200));
    let bytes = request.encode().unwrap();
    let parsed = Pdu::parse(&bytes).unwrap();
    let Body::Request(r) = &parsed.body else { panic!() };
    assert_eq!((r.stub, parsed.padding), (&b""[..], &b"abcd"[..]));
    assert_eq!(parsed.encode().unwrap(), bytes);
}

#[test]
fn too_large_to_encode() {
    let stub = vec![0; 65536];
    let body = Body::Request(Request { alloc_hint: 0, context_id: 0, opnum: 0, object: None, stub: &stub });
    assert!(pdu(body, 1, false).encode().is_err());
    let one = ContextElement { id: 0, abstract_syntax: CLUSAPI, transfer_syntaxes: vec![] };
    let bind = Bind { contexts: vec![one; 256], ..Bind::default() };
    assert!(pdu(Body::Bind(bind), 1, false).encode().is_err());
}

#[test]
fn every_prefix_and_every_flipped_byte() {
    for big in [false, true] {
        for pdu in all(big) {
            let bytes = pdu.encode().unwrap();
            for cut in 0..bytes.len() {
                assert!(Pdu::parse(&bytes[..cut]).is_err());
                if let Ok(cut) = Pdu::parse_truncated(&bytes[..cut]) {
                    assert_eq!(cut.body.ptype(), pdu.body.ptype());
                    assert_eq!(cut.auth, None);
                }
            }
            for at in 0..bytes.len() {
                for value in [0, 1, 0x7f, 0x80, 0xff, bytes[at] ^ 1, bytes[at].wrapping_add(1)] {
                    let mut bad = bytes.clone();
                    bad[at] = value;
                    if let Ok(pdu) = Pdu::parse(&bad) {
                        let _ = pdu.encode();
                        let _ = (pdu.stub_offset(), pdu.auth_ranges());
                    }
                }
            }
        }
    }
}

/// Of a PDU that was not captured whole the type of its body is known all the same.
#[test]
fn truncated_answers_keep_their_type() {
    for body in [Body::BindAck(ack(&[(0, 0, SyntaxId::NDR)])), Body::AlterContextResp(ack(&[(0, 0, SyntaxId::NDR)]))] {
        let ptype = body.ptype();
        let bytes = pdu(body, 7, false).encode().unwrap();
        let parsed = Pdu::parse_truncated(&bytes[..bytes.len() - 24]).unwrap();
        assert_eq!((parsed.header.ptype, parsed.body.ptype()), (ptype, ptype));
        match parsed.body {
            Body::BindAck(ack) | Body::AlterContextResp(ack) => assert_eq!(ack.assoc_group_id, 0x1234),
            other => panic!("{other:?}"),
        }
    }
}

/// MS-RPCE 2.2.2.9: bit 0 alone says that extended error information follows.
#[test]
fn extended_errors() {
    for (flags, extended) in [(0, false), (1, true), (2, false), (0xfe, false), (0xff, true)] {
        let (alloc_hint, status) = (0, 5);
        let fault = Fault { alloc_hint, context_id: 0, cancel_count: 0, flags, status, reserved: None, stub: b"" };
        assert_eq!(fault.extended_error(), extended, "{flags:02x}");
    }
}

/// Transfer syntaxes there and back.
#[test]
fn transfer_syntaxes() {
    use crate::rpc::syntax::TransferSyntax;
    for (id, known) in [
        (SyntaxId::NDR, TransferSyntax::Ndr),
        (SyntaxId::NDR64, TransferSyntax::Ndr64),
        (CLUSAPI, TransferSyntax::Other(CLUSAPI)),
    ] {
        assert_eq!((TransferSyntax::from(id), SyntaxId::from(known)), (known, id));
    }
}
