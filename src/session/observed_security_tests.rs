//! Security contexts behind a tap: what they say comes out as it is, and what they open is told with its place.

use super::observed_security::{ObservedSecurity, Tap, Unsealed};
use crate::base::guid::Guid;
use crate::net::{Origin, Placed, Side, Transport};
use crate::rpc::dg;
use crate::rpc::header::{PacketType, Representation};
use crate::rpc::security::{AuthTrailer, Identity, Opened, Protected, Security, Sender, Token, Verified};
use std::net::SocketAddr;

fn trailer(auth_level: u8, auth_context_id: u32) -> AuthTrailer {
    AuthTrailer { auth_type: 10, auth_level, auth_pad_length: 0, auth_context_id }
}

/// Says something else of each context, and opens what is sealed by turning each byte into zero.
#[derive(Default)]
struct Contexts {
    asked: Vec<(Sender, Option<(u32, u16)>)>,
    told: Vec<String>,
}

impl Security for Contexts {
    fn token(&mut self, token: &Token<'_>) {
        self.told.push(format!("token of {}", token.ptype));
    }

    fn open(&mut self, pdu: &Protected<'_>, out: &mut Vec<u8>) -> Opened {
        self.asked.push((pdu.sender, pdu.connectionless.map(|one| (one.sequence, one.fragment))));
        out.clear();
        out.resize(pdu.body.len(), 0);
        Opened::Clear { verified: Verified::Right, decrypted: pdu.trailer.auth_level >= 6 }
    }

    fn gap(&mut self, sender: Sender, lost: Option<u64>) {
        self.told.push(format!("gap of {sender:?}, {lost:?}"));
    }

    fn required(&self) -> Option<AuthTrailer> {
        Some(trailer(5, 77))
    }

    fn awaits(&self, trailer: &AuthTrailer) -> bool {
        trailer.auth_context_id == 1
    }

    fn covers_header(&self, trailer: &AuthTrailer) -> bool {
        trailer.auth_context_id == 2
    }

    fn is_malleable(&self, trailer: &AuthTrailer) -> bool {
        trailer.auth_context_id == 3
    }

    fn identity(&self, trailer: &AuthTrailer) -> Identity {
        Identity { mechanism: format!("mechanism {}", trailer.auth_context_id), user: Some("LAB\\anna".to_string()) }
    }
}

/// Sequence number, since when it was held back, and length of what was opened.
#[derive(Default)]
struct Told(Vec<(u32, Option<u64>, usize)>);

impl Tap for Told {
    fn placed(&mut self, _: &Origin, _: Placed<'_>) {}

    fn unsealed(&mut self, unsealed: Unsealed<'_>) {
        assert!(unsealed.clear.iter().all(|byte| *byte == 0));
        self.0.push((unsealed.seq, unsealed.held, unsealed.clear.len()));
    }
}

fn origin() -> Origin {
    let [src, dst]: [SocketAddr; 2] = [([192, 0, 2, 10], 50_000).into(), ([192, 0, 2, 20], 49_664).into()];
    Origin { transport: Transport::Udp, stream: 0, from: Side::A, src, dst, frame: 9, time: None, seq: u32::MAX - 99 }
}

#[test]
fn what_contexts_say_comes_out_as_it_is() {
    let (mut contexts, mut tap, origin) = (Contexts::default(), Told::default(), origin());
    let mut tapped = ObservedSecurity::new(&mut contexts, &mut tap, &origin, 0);
    for id in 0..5 {
        let trailer = trailer(6, id);
        let said = (tapped.awaits(&trailer), tapped.covers_header(&trailer), tapped.is_malleable(&trailer));
        assert_eq!(said, (id == 1, id == 2, id == 3), "{id}");
        let Identity { mechanism, user } = tapped.identity(&trailer);
        assert_eq!((mechanism, user.as_deref()), (format!("mechanism {id}"), Some("LAB\\anna")));
    }
    assert_eq!(tapped.required(), Some(trailer(5, 77)));
    tapped.gap(Sender::Server, Some(4));
    let (sender, trailer) = (Sender::Client, trailer(6, 1));
    tapped.token(&Token { sender, ptype: 11, trailer, token: &[], header_signing: false, pdu: &[] });
    assert_eq!(contexts.told, ["gap of Server, Some(4)", "token of 11"]);
}

/// The PDU ends before the bytes that are behind it in what was handed over; sequence numbers count modulo 2^32.
#[test]
fn what_is_opened_is_told_with_its_place() {
    let (mut contexts, mut tap, origin) = (Contexts::default(), Told::default(), origin());
    let mut tapped = ObservedSecurity::new(&mut contexts, &mut tap, &origin, 300);
    let bytes = [7; 120];
    let mut pdu = Protected {
        sender: Sender::Client,
        pdu: &bytes,
        body: 24..96,
        trailer_header: 96..104,
        auth_value: 104..120,
        trailer: trailer(6, 0),
        connectionless: None,
    };
    // Of 300 bytes from 100 before the end of the numbers on, the PDU has 120 and 30 are behind it.
    tapped.framed(30);
    tapped.open(&pdu, &mut Vec::new());
    // What is signed alone is not sealed.
    pdu.trailer = trailer(5, 0);
    tapped.open(&pdu, &mut Vec::new());
    assert_eq!(contexts.asked.len(), 2);
    assert_eq!(tap.0, [(50, None, 72)]);
}

fn sealed_datagram(ptype: PacketType, auth_level: u8) -> Vec<u8> {
    let header = dg::Header {
        ptype,
        flags1: dg::Flags1::FRAG,
        flags2: dg::Flags2::empty(),
        representation: Representation::LITTLE,
        serial: 0,
        object: Guid::NIL,
        interface: Guid([1; 16]),
        activity: Guid([2; 16]),
        server_boot: 1,
        interface_version: (2, 0),
        sequence: 11,
        opnum: 3,
        interface_hint: 0xffff,
        activity_hint: 0xffff,
        length: 16,
        fragment: 4,
        auth_proto: 10,
    };
    let stub = &[7; 16][..];
    let body = if ptype == PacketType::Request { dg::Body::Request(stub) } else { dg::Body::Response(stub) };
    let value = [8; 16];
    let verifier = dg::Verifier { trailer: trailer(auth_level, 0), header: (96, 104), value: &value };
    dg::Pdu { header, body, verifier: Some(verifier) }.encode().unwrap()
}

/// A datagram that was sent again is opened again where it is sealed, as what it is.
#[test]
fn repeated_datagrams_are_opened_again() {
    let repeated = |datagram: &[u8]| {
        let (mut contexts, mut tap, origin) = (Contexts::default(), Told::default(), origin());
        ObservedSecurity::new(&mut contexts, &mut tap, &origin, 0).repeated(datagram);
        (contexts.asked, tap.0)
    };
    for (ptype, sender) in [(PacketType::Request, Sender::Client), (PacketType::Response, Sender::Server)] {
        let (asked, told) = repeated(&sealed_datagram(ptype, 6));
        assert_eq!(asked, [(sender, Some((11, 4)))]);
        assert_eq!(told, [(0, None, 16)]);
        assert_eq!(repeated(&sealed_datagram(ptype, 5)), (vec![], vec![]), "what is signed alone");
    }
    assert_eq!(repeated(b"none at all"), (vec![], vec![]));
    // One that was worked on already is not opened twice.
    let (mut contexts, mut tap, origin) = (Contexts::default(), Told::default(), origin());
    let datagram = sealed_datagram(PacketType::Request, 6);
    let mut tapped = ObservedSecurity::new(&mut contexts, &mut tap, &origin, 0);
    let pdu = Protected {
        sender: Sender::Client,
        pdu: &datagram,
        body: 80..96,
        trailer_header: 96..104,
        auth_value: 104..120,
        trailer: trailer(6, 0),
        connectionless: None,
    };
    tapped.open(&pdu, &mut Vec::new());
    tapped.repeated(&datagram);
    assert_eq!(contexts.asked.len(), 1);
}
