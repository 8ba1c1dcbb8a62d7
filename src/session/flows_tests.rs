//! Which conversation a datagram belongs to, which associations make room for others, and what a session says of all that.

use super::flows::Flows;
use super::{Session, SessionLimits, Stats};
use crate::auth;
use crate::base::guid::Guid;
use crate::capture::{LinkType, Packet};
use crate::idl;
use crate::net::build::{A, B, ipv4, tcp, udp};
use crate::net::{Chunk, Datagram, Origin, Side, Timestamp, Transport, Verdict};
use crate::rpc::dg;
use crate::rpc::event::Body;
use crate::rpc::header::{Header, PacketType, PfcFlags, Representation};
use crate::rpc::pdu::{self, Bind, ContextElement, Pdu, Request};
use crate::rpc::syntax::SyntaxId;
use std::net::SocketAddr;
use std::sync::Arc;

fn origin(transport: Transport, stream: u64, src: SocketAddr, dst: SocketAddr) -> Origin {
    Origin { transport, stream, from: Side::A, src, dst, frame: stream + 1, time: Some(Timestamp(0)), seq: 0 }
}

/// Client and server of a stream.
fn ends(stream: u64) -> [SocketAddr; 2] {
    [([192, 0, 2, 10], 50_000 + stream as u16).into(), ([192, 0, 2, 20], 49_664).into()]
}

/// A request to the cluster, to be changed where a test needs another.
pub(crate) fn header(activity: u8) -> dg::Header {
    dg::Header {
        ptype: PacketType::Request,
        flags1: dg::Flags1::empty(),
        flags2: dg::Flags2::empty(),
        representation: Representation::LITTLE,
        serial: 0,
        object: Guid::NIL,
        interface: Guid(idl::CLUSAPI.uuid_bytes),
        activity: Guid([activity; 16]),
        server_boot: 1,
        interface_version: (3, 0),
        sequence: 0,
        opnum: 3,
        interface_hint: 0xffff,
        activity_hint: 0xffff,
        length: 0,
        fragment: 0,
        auth_proto: 0,
    }
}

fn call(activity: u8, flags1: dg::Flags1, interface: Guid, body: dg::Body<&[u8]>) -> Vec<u8> {
    let header = dg::Header { flags1, interface, interface_version: (2, 0), ..header(activity) };
    dg::Pdu { header, body, verifier: None }.encode().unwrap()
}

fn datagram(data: &[u8]) -> Datagram<'_> {
    Datagram { data, wire_len: data.len(), frames: &[1], identification: None }
}

/// An answer may come from another port than was asked: a call is its activity and sequence number. Where one end is the
/// same, or both hosts are, it belongs to the conversation that its activity was seen on first.
#[test]
fn conversations_over_other_ports() {
    let [client, server]: [SocketAddr; 2] = [([192, 0, 2, 10], 5000).into(), ([192, 0, 2, 20], 135).into()];
    let [client_too, server_too]: [SocketAddr; 2] = [([192, 0, 2, 10], 6000).into(), ([192, 0, 2, 20], 7000).into()];
    let [third, fourth]: [SocketAddr; 2] = [([192, 0, 2, 30], 5000).into(), ([192, 0, 2, 40], 135).into()];
    let limits = SessionLimits::default();
    let auth = Arc::new(auth::Run::new(Arc::default(), limits.auth));
    let data = call(1, dg::Flags1::empty(), Guid([7; 16]), dg::Body::Ping);
    let belongs = |asked: [SocketAddr; 2], src, dst| {
        let mut flows = Flows::new(&limits);
        let first = origin(Transport::Udp, 4, asked[0], asked[1]);
        assert_eq!(flows.conversation_of(&first, &datagram(&data)), None, "the first one of its activity");
        flows.conversation(&mut 0, 4, &first, &limits, &auth).unwrap();
        assert_eq!(flows.conversation_of(&first, &datagram(&data)), None, "one of the flow itself");
        flows.conversation_of(&origin(Transport::Udp, 5, src, dst), &datagram(&data))
    };
    for (src, dst, side) in [
        (client, server_too, Some(Side::A)),
        (client, fourth, Some(Side::A)),
        (third, server, Some(Side::A)),
        (client_too, server, Some(Side::A)),
        (client_too, server_too, Some(Side::A)),
        (server, client_too, Some(Side::B)),
        (server, third, Some(Side::B)),
        (fourth, client, Some(Side::B)),
        (server_too, client, Some(Side::B)),
        (server_too, client_too, Some(Side::B)),
        // The same activity elsewhere.
        (third, fourth, None),
        (client_too, fourth, None),
        (third, server_too, None),
        (server_too, third, None),
        (fourth, client_too, None),
    ] {
        assert_eq!(belongs([client, server], src, dst), side.map(|side| (4, side)), "{src} to {dst}");
    }
    // On one host other ports don't tell the direction.
    let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
    assert_eq!(belongs([local(1), local(2)], local(3), local(4)), None);
    assert_eq!(belongs([local(1), local(2)], local(1), local(4)), Some((4, Side::A)));
    assert_eq!(belongs([local(1), local(2)], local(2), local(4)), Some((4, Side::B)));
}

pub(super) fn session(change: impl FnOnce(&mut SessionLimits)) -> Session {
    let mut limits = SessionLimits::default();
    change(&mut limits);
    Session::new(limits, Arc::default())
}

/// Requests and answers that a session hands out for a datagram from the client, or from the server: by name, with
/// whether an answer finds its request.
fn converse(session: &mut Session, stream: u64, from: Side, data: &[u8]) -> Vec<(&'static str, bool)> {
    let [client, server] = ends(stream);
    let (src, dst) = if from == Side::A { (client, server) } else { (server, client) };
    let origin = Origin { from, ..origin(Transport::Udp, stream, src, dst) };
    let mut seen = Vec::new();
    session.datagram(&origin, datagram(data), &mut |record| {
        let name = match record.event.body {
            Body::Request { .. } => "request",
            Body::Response { .. } => "response",
            Body::Incomplete { .. } => "incomplete",
            _ => "other",
        };
        seen.push((name, record.event.call.is_some()));
    });
    seen
}

/// Beyond the limit those go first that have turned out to be of no interest.
#[test]
fn conversations_make_room() {
    let clusapi = Guid(idl::CLUSAPI.uuid_bytes);
    let asked = |n, interface| call(n, dg::Flags1::empty(), interface, dg::Body::Request(b"stub"));
    let answered = |n, interface| call(n, dg::Flags1::empty(), interface, dg::Body::Response(b"stub"));
    let mut session = session(|limits| limits.conversations = 2);
    assert_eq!(converse(&mut session, 0, Side::A, &asked(1, clusapi)), [("request", true)]);
    for n in 1..6 {
        assert_eq!(session.stats().conversations_evicted, u64::from(n).saturating_sub(2), "{n}");
        assert_eq!(converse(&mut session, u64::from(n), Side::A, &asked(n + 1, Guid([7; 16]))), [("request", true)]);
    }
    assert_eq!(session.stats().conversations_evicted, 4);
    // ClusAPI's was spared: its answer finds its request. Of the others the last one is there.
    assert_eq!(converse(&mut session, 0, Side::B, &answered(1, clusapi)), [("response", true)]);
    assert_eq!(converse(&mut session, 5, Side::B, &answered(6, Guid([7; 16]))), [("response", true)]);
    assert_eq!(converse(&mut session, 4, Side::B, &answered(5, Guid([7; 16]))), [("response", false)]);
    assert_eq!(session.given_up()[0], ("conversations_evicted", 5));
}

fn pdu(body: pdu::Body<'_>, flags: PfcFlags) -> Vec<u8> {
    let header = Header {
        minor_version: 0,
        ptype: body.ptype(),
        flags,
        representation: Representation::LITTLE,
        frag_length: 0,
        auth_length: 0,
        call_id: 1,
    };
    Pdu { header, body, padding: &[], auth: None }.encode().unwrap()
}

pub(super) fn bind(uuid: Guid) -> Vec<u8> {
    let abstract_syntax = SyntaxId { uuid, major: 3, minor: 0 };
    let contexts = vec![ContextElement { id: 0, abstract_syntax, transfer_syntaxes: vec![SyntaxId::NDR] }];
    let bind = Bind { max_xmit_frag: 4280, max_recv_frag: 4280, assoc_group_id: 0, contexts };
    pdu(pdu::Body::Bind(bind), PfcFlags::FIRST_FRAG | PfcFlags::LAST_FRAG)
}

/// The first fragment of a request of which the others are missing.
pub(super) fn begun() -> Vec<u8> {
    let request = Request { alloc_hint: 100, context_id: 0, opnum: 3, object: None, stub: b"stub" };
    pdu(pdu::Body::Request(request), PfcFlags::FIRST_FRAG)
}

/// What a session hands out for bytes of a client.
fn sent(session: &mut Session, stream: u64, data: &[u8]) -> (Verdict, Vec<&'static str>) {
    let [client, server] = ends(stream);
    let mut seen = Vec::new();
    let verdict = session.chunk(&origin(Transport::Tcp, stream, client, server), Chunk::Data(data), &mut |record| {
        seen.push(match record.event.body {
            Body::Bind(_) => "bind",
            Body::Incomplete { reason, .. } => reason,
            _ => "other",
        });
    });
    (verdict, seen)
}

/// A connection that gives way hands out what was begun; that is counted as any record.
#[test]
fn connections_make_room() {
    let other = Guid([7; 16]);
    let mut session = session(|limits| limits.connections = 1);
    assert_eq!(session.given_up(), []);
    assert_eq!(sent(&mut session, 0, &bind(other)), (Verdict::Keep, vec!["bind"]));
    assert_eq!(sent(&mut session, 0, &begun()), (Verdict::Keep, vec![]));
    assert_eq!(session.stats().records, 1);
    assert_eq!(
        sent(&mut session, 1, &bind(other)),
        (Verdict::Keep, vec!["bind", "given up for the limits of the session"])
    );
    let Stats { records, connections_evicted, .. } = session.stats();
    assert_eq!((records, connections_evicted), (3, 1));
    assert_eq!(session.given_up(), [("connections_evicted", 1), ("messages_incomplete", 1)]);
    // So does the end of the capture.
    assert_eq!(sent(&mut session, 1, &begun()), (Verdict::Keep, vec![]));
    let mut left = Vec::new();
    session.finish(&mut |record| left.push(matches!(record.event.body, Body::Incomplete { .. })));
    assert_eq!((left, session.stats().records), (vec![true], 4));
}

/// All associations together may hold so many bytes; the one that is worked on stays.
#[test]
fn bytes_of_associations_make_room() {
    for streams in [1, 2, 5] {
        let mut session = session(|limits| limits.association_bytes = 1);
        for n in 0..streams {
            let asked = call(n as u8 + 1, dg::Flags1::empty(), Guid([7; 16]), dg::Body::Request(b"stub"));
            assert_eq!(converse(&mut session, n, Side::A, &asked), [("request", true)]);
        }
        let Stats { conversations_evicted, connections_evicted, .. } = session.stats();
        assert_eq!((conversations_evicted, connections_evicted), (streams - 1, 0));
        let mut session = self::session(|limits| limits.association_bytes = 1);
        for n in 0..streams {
            assert_eq!(sent(&mut session, n, &bind(Guid([7; 16]))), (Verdict::Keep, vec!["bind"]));
        }
        let Stats { conversations_evicted, connections_evicted, .. } = session.stats();
        assert_eq!((conversations_evicted, connections_evicted), (0, streams - 1));
    }
    // A connection that is the only one makes room at the expense of what is there of the other transport.
    let mut session = session(|limits| limits.association_bytes = 1);
    let asked = call(1, dg::Flags1::empty(), Guid([7; 16]), dg::Body::Request(b"stub"));
    assert_eq!(converse(&mut session, 0, Side::A, &asked), [("request", true)]);
    assert_eq!(sent(&mut session, 0, &bind(Guid([7; 16]))), (Verdict::Keep, vec!["bind"]));
    let Stats { conversations_evicted, connections_evicted, .. } = session.stats();
    assert_eq!((conversations_evicted, connections_evicted), (1, 0));
}

/// What the user says of connections without a bind is taken.
#[test]
fn the_users_word() {
    // Without parameters it may be a call of either interface.
    let request = Request { alloc_hint: 0, context_id: 0, opnum: 0, object: None, stub: b"" };
    let whole = pdu(pdu::Body::Request(request), PfcFlags::FIRST_FRAG | PfcFlags::LAST_FRAG);
    for (word, name) in [("clusapi:3.0:ndr64", "clusapi"), ("witness:1.1:ndr", "witness")] {
        let mut session = session(|_| {});
        session.assume(word.parse().unwrap());
        let [client, server] = ends(0);
        let mut seen = Vec::new();
        session.chunk(&origin(Transport::Tcp, 0, client, server), Chunk::Data(&whole), &mut |record| {
            seen.push(record.interface.map(|(interface, _)| interface.name));
        });
        assert_eq!(seen, [Some(name)]);
    }
}

/// A capture is one of ours by a bind, even where nothing of it was accepted, and stays it.
#[test]
fn captures_of_ours() {
    let mut session = session(|_| {});
    assert!(!session.has_ours());
    sent(&mut session, 0, &bind(Guid([7; 16])));
    assert!(!session.has_ours(), "another interface");
    sent(&mut session, 1, &bind(Guid(idl::CLUSAPI.uuid_bytes)));
    assert!(session.has_ours() && !session.stats().ours, "no message of it yet");
    // Not bound in the capture: what the client sends is ClusAPI's by its looks.
    let mut name: Vec<u8> = [13_u32, 0, 13].iter().flat_map(|word| word.to_le_bytes()).collect();
    name.extend("Cluster Name\0".encode_utf16().flat_map(u16::to_le_bytes));
    let request = Request { alloc_hint: 0, context_id: 0, opnum: 8, object: None, stub: &name };
    let whole = pdu(pdu::Body::Request(request), PfcFlags::FIRST_FRAG | PfcFlags::LAST_FRAG);
    let mut session = self::session(|_| {});
    sent(&mut session, 2, &whole);
    assert!(session.has_ours() && session.stats().ours);
    sent(&mut session, 3, &bind(Guid([7; 16])));
    assert!(session.has_ours() && session.stats().ours, "once is enough");
}

pub(super) fn packet(data: &[u8]) -> Packet<'_> {
    let (link, original_len) = (LinkType::RAW, data.len());
    Packet { frame: 1, time: Some(Timestamp(0)), link, data, original_len, comments: Vec::new() }
}

/// Flows that don't look like DCE/RPC are given up, each once.
#[test]
fn flows_of_something_else() {
    let mut session = session(|limits| limits.rpc.recognition_attempts = 3);
    for stream in 0..2 {
        let mut pieces = 0;
        while sent(&mut session, stream, b"GET / HTTP/1.1\r\nHost: example.net\r\n\r\n").0 == Verdict::Keep {
            pieces += 1;
            assert!(pieces < 10);
        }
        assert_eq!(session.stats().foreign_flows, stream + 1);
    }
    let foreign = ipv4(A, B, 17, &udp(5000, 5001, b"something else altogether"));
    for (count, flows) in [(1, 2), (2, 2), (3, 3), (4, 3)] {
        session.packet(&packet(&foreign), &mut |record| panic!("{record:?}"));
        assert_eq!(session.stats().foreign_flows, flows, "{count} datagrams");
    }
    let foreign = ipv4(A, B, 17, &udp(5000, 5002, b"something else altogether"));
    (0..3).for_each(|_| session.packet(&packet(&foreign), &mut |record| panic!("{record:?}")));
    assert_eq!(session.stats().foreign_flows, 4);
}

/// What the user says of a port holds for the session's packets.
#[test]
fn ports_of_something_else() {
    let bound = ipv4(A, B, 6, &tcp(5000, 49_664, 1, 1, 0x18, &bind(Guid([7; 16]))));
    let records = |rule: Option<&str>| {
        let mut session = session(|_| {});
        session.decode_as(rule.iter().map(|rule| rule.parse().unwrap()).collect());
        let mut records = 0;
        session.packet(&packet(&bound), &mut |_| records += 1);
        session.finish(&mut |_| records += 1);
        records
    };
    assert_eq!(records(None), 1);
    assert_eq!(records(Some("tcp.port==49664,data")), 0);
    assert_eq!(records(Some("tcp.port==49665,data")), 1);
}
