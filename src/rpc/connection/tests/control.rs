//! PDUs that carry no message: what their events tell, and what security contexts are told of them.

use super::*;
use crate::rpc::event::Sizes;
use crate::rpc::pdu::BindNak;
use crate::rpc::syntax::RejectReason;
use std::sync::{Arc, Mutex};

/// What an event says of a PDU that carries no message.
#[derive(Clone, Debug, Default, PartialEq)]
struct Told {
    body: &'static str,
    ptype: Option<PacketType>,
    side: Option<Side>,
    sender: Option<Sender>,
    call_id: Option<u32>,
    flags: u8,
    big: bool,
    /// Bytes of `auth_value` and of stub.
    sizes: Option<(u64, u64)>,
    opened: Option<Opened>,
    token: Option<Vec<u8>>,
    /// The request's frame.
    request: Option<u64>,
    cut: Option<String>,
}

fn told(event: Event<'_, u32>) -> Told {
    let body = match &event.body {
        Body::Bind(_) => "bind",
        Body::BindAck(_) => "bind_ack",
        Body::BindNak { .. } => "bind_nak",
        Body::AlterContext(_) => "alter_context",
        Body::AlterContextResp(_) => "alter_context_resp",
        Body::Auth3 => "auth3",
        Body::Cancel => "cancel",
        Body::Orphaned => "orphaned",
        Body::Shutdown => "shutdown",
        Body::Request { .. } => "request",
        Body::Malformed { .. } => "malformed",
        Body::Skipped { .. } => "skipped",
        Body::Incomplete { .. } => "incomplete",
        _ => "other",
    };
    let sizes = event.auth.as_ref().map(|auth| {
        assert_eq!(auth.identity.mechanism, "xor");
        let Sizes { stub, auth } = auth.sizes;
        (auth, stub)
    });
    Told {
        body,
        ptype: event.ptype,
        side: Some(event.side),
        sender: Some(event.sender),
        call_id: event.call_id,
        flags: event.flags.bits(),
        big: event.representation == Representation::BIG,
        sizes,
        opened: event.auth.and_then(|auth| auth.opened),
        token: event.token.map(<[u8]>::to_vec),
        request: event.call.map(|call| call.frame),
        cut: event.cut.map(|error| error.to_string()),
    }
}

/// Feeds chunks, then ends both directions; what events tell, and what the security was told.
fn run(chunks: &[(Side, Vec<u8>)]) -> (Vec<Told>, Vec<String>) {
    let mut security = Xor::default();
    let heard = security.told.clone();
    let mut connection = Connection::<u32>::new(RpcLimits::default());
    let mut events = Vec::new();
    for (frame, (side, bytes)) in (1..).zip(chunks) {
        connection.data(*side, frame, None, bytes, &mut security, &mut |e| events.push(told(e)));
    }
    for side in [Side::A, Side::B] {
        connection.end(side, "end", &mut security, &mut |e| events.push(told(e)));
    }
    let heard = heard.lock().unwrap().clone();
    (events, heard)
}

fn nak() -> PduBody<'static> {
    PduBody::BindNak(BindNak { reason: RejectReason::default(), versions: vec![(5, 0)], rest: b"" })
}

/// Every type but auth3, which is nothing without a trailer, in the clear: the body of its name, sent by its role (C706 12.6.3.1), with what its header says.
#[test]
fn types() {
    let proposal = || bind(&[(0, CLUSAPI, &[SyntaxId::NDR])]);
    let answer = || ack(&[(0, 0, SyntaxId::NDR)]);
    let pdus = [
        ("bind", PduBody::Bind(proposal()), PacketType::Bind, Sender::Client),
        ("bind_ack", PduBody::BindAck(answer()), PacketType::BindAck, Sender::Server),
        ("bind_nak", nak(), PacketType::BindNak, Sender::Server),
        ("alter_context", PduBody::AlterContext(proposal()), PacketType::AlterContext, Sender::Client),
        ("alter_context_resp", PduBody::AlterContextResp(answer()), PacketType::AlterContextResp, Sender::Server),
        ("cancel", PduBody::CoCancel, PacketType::CoCancel, Sender::Client),
        ("orphaned", PduBody::Orphaned, PacketType::Orphaned, Sender::Client),
        ("shutdown", PduBody::Shutdown, PacketType::Shutdown, Sender::Server),
    ];
    for (number, (name, body, ptype, sender)) in (70..).zip(pdus) {
        for big in [false, true] {
            let mut pdu = pdu(body.clone(), number, big);
            pdu.header.flags = PfcFlags::from_bits_retain(0x03 | 0x10);
            let side = if sender == Sender::Client { Side::A } else { Side::B };
            let (events, heard) = run(&[(side, pdu.encode().unwrap())]);
            let expected = Told {
                body: name,
                ptype: Some(ptype),
                side: Some(side),
                sender: Some(sender),
                call_id: Some(number),
                flags: 0x13,
                big,
                ..Told::default()
            };
            assert_eq!((events, heard.len()), (vec![expected], 0), "{name}");
        }
    }
}

/// With a trailer, those of the handshake carry a token and those about a call are protected like it (C706 13.2.6.1);
/// those about a call name its request.
#[test]
fn trailers() {
    let with = |body: PduBody<'_>, call_id, flags| sealed(body, call_id, flags, b"");
    let proposal = || bind(&[(0, CLUSAPI, &[SyntaxId::NDR])]);
    let body = Request { alloc_hint: 0, context_id: 0, opnum: 8, object: None, stub: b"" };
    let (events, heard) = run(&[
        (Side::A, with(PduBody::Bind(proposal()), 1, 3 | 4)),
        (Side::B, with(PduBody::BindAck(ack(&[(0, 0, SyntaxId::NDR)])), 1, 3)),
        (Side::A, with(PduBody::Auth3, 1, 3)),
        (Side::A, with(PduBody::AlterContext(proposal()), 2, 3)),
        (Side::A, with(PduBody::Request(body), 5, 3)),
        (Side::A, with(PduBody::CoCancel, 5, 3)),
        (Side::A, with(PduBody::Orphaned, 5, 3)),
        (Side::A, with(PduBody::CoCancel, 6, 3)),
        (Side::B, with(PduBody::Shutdown, 0, 3)),
    ]);
    // What is sent with the bind tells whether headers are signed.
    assert_eq!(
        heard,
        ["token 11 Client true", "token 12 Server false", "token 16 Client false", "token 14 Client false"]
    );
    let clear = Some(Opened::Clear { verified: Verified::Right, decrypted: true });
    let tokens: Vec<_> = events.iter().map(|told| (told.body, told.token.as_deref(), told.opened.clone())).collect();
    assert_eq!(
        tokens,
        [
            ("bind", Some(&b"sig"[..]), None),
            ("bind_ack", Some(b"sig"), None),
            ("auth3", Some(b"sig"), None),
            ("alter_context", Some(b"sig"), None),
            ("request", None, clear.clone()),
            ("cancel", None, clear.clone()),
            ("orphaned", None, clear.clone()),
            ("cancel", None, clear.clone()),
            ("shutdown", None, clear),
        ]
    );
    assert!(events.iter().all(|told| told.sizes == Some((3, 0))));
    let requests: Vec<_> = events.iter().map(|told| told.request).collect();
    assert_eq!(requests, [None, None, None, None, Some(5), Some(5), Some(5), None, None]);
}

/// A bind_nak rejects what was proposed with its call identifier only.
#[test]
fn refusals() {
    let mut rig = Rig::new(RpcLimits::default());
    rig.data(Side::A, &make(PduBody::Bind(bind(&[(0, CLUSAPI, &[SyntaxId::NDR])])), 1, 3));
    rig.data(Side::A, &make(PduBody::AlterContext(bind(&[(1, CLUSAPI, &[SyntaxId::NDR])])), 2, 3));
    rig.data(Side::B, &make(nak(), 2, 3));
    let state = |rig: &mut Rig, context_id: u16| {
        let body = Request { alloc_hint: 0, context_id, opnum: 1, object: None, stub: b"" };
        rig.data(Side::A, &make(PduBody::Request(body), 50, 3));
        let context = rig.last().context.unwrap();
        (context.state, context.assumed)
    };
    assert_eq!(state(&mut rig, 0), (ContextState::Proposed, true));
    assert_eq!(state(&mut rig, 1), (ContextState::Rejected, false));
}

/// The beginning of a bind: the PDU with what its header says, and why it is cut. What it proposed counts, and that an
/// answer has more results is no mistake.
#[test]
fn beginnings() {
    let elements: &[(u16, SyntaxId, &[SyntaxId])] = &[(0, CLUSAPI, &[SyntaxId::NDR]), (1, CLUSAPI, &[SyntaxId::NDR64])];
    for (body, name, ptype) in [
        (PduBody::Bind(bind(elements)), "bind", PacketType::Bind),
        (PduBody::AlterContext(bind(elements)), "alter_context", PacketType::AlterContext),
    ] {
        let mut whole = make(body, 33, 3);
        // A context and its transfer syntax take 44 bytes; of the second one ten are there.
        assert_eq!(whole.len(), 28 + 2 * 44);
        whole.truncate(28 + 44 + 10);
        let (events, _) = run(&[(Side::B, whole.clone())]);
        let cut = crate::base::error::Error::truncated(82, 34, 0, "frag_length").to_string();
        let expected = Told {
            body: name,
            ptype: Some(ptype),
            side: Some(Side::B),
            sender: Some(Sender::Client),
            call_id: Some(33),
            flags: 3,
            cut: Some(cut),
            ..Told::default()
        };
        assert_eq!(events[0], expected);

        let mut rig = Rig::new(RpcLimits::default());
        rig.data(Side::A, &whole);
        rig.gap(Side::A, Some(34));
        let answer = ack(&[(0, 0, SyntaxId::NDR), (0, 0, SyntaxId::NDR64)]);
        let answer = if name == "bind" { PduBody::BindAck(answer) } else { PduBody::AlterContextResp(answer) };
        rig.data(Side::B, &make(answer, 33, 3));
        assert!(rig.last().what.ends_with(" 0=acceptance 99=acceptance"), "{}", rig.last().what);
        assert_eq!(rig.last().rules, [""; 0]);
        rig.data(Side::A, &request(34, 8, 3, b""));
        assert_eq!(rig.last().context.unwrap().state, ContextState::Accepted);
    }
}

/// A PDU that can't be read tells what its header says, and counts.
#[test]
fn malformed() {
    for (n, big) in [(1, false), (3, true)] {
        let mut pdu = pdu(PduBody::BindAck(ack(&[(0, 0, SyntaxId::NDR)])), 44, big);
        pdu.header.flags = PfcFlags::from_bits_retain(3);
        let mut bytes = pdu.encode().unwrap();
        // The address claims more than there is.
        bytes[24..26].fill(0xff);
        let mut rig = bound();
        for _ in 0..n {
            rig.data(Side::B, &bytes);
        }
        let counters = rig.connection.counters();
        assert_eq!((counters.malformed, counters.pdus), (n, 2 + n));
        let (events, _) = run(&[(Side::B, bytes)]);
        let expected = Told {
            body: "malformed",
            ptype: Some(PacketType::BindAck),
            side: Some(Side::B),
            sender: Some(Sender::Server),
            call_id: Some(44),
            flags: 3,
            big,
            ..Told::default()
        };
        assert_eq!(events, [expected]);
    }
}

/// Bytes passed over belong to the role of their side; a PDU behind them says which role has lost something.
#[test]
fn holes() {
    for (client, server) in [(Side::A, Side::B), (Side::B, Side::A)] {
        let mut rig = Rig::with(Connection::new(RpcLimits::default()), Box::new(Xor::default()));
        rig.data(client, &bind_ndr());
        rig.data(server, &ack_ndr());
        rig.gap(server, Some(100));
        rig.data(server, &response(2, 3, b""));
        rig.gap(client, Some(7));
        rig.data(client, &request(3, 8, 3, b""));
        let skipped: Vec<_> = rig.seen.iter().filter(|seen| seen.what.contains("skipped")).collect();
        assert_eq!(skipped.iter().map(|seen| seen.sender).collect::<Vec<_>>(), [Sender::Server, Sender::Client]);
    }
    let lost = |first: Vec<u8>, next: Vec<u8>| {
        let security = Xor::default();
        let heard = security.told.clone();
        let mut rig = Rig::with(Connection::new(RpcLimits::default()), Box::new(security));
        rig.data(Side::A, &first);
        rig.gap(Side::A, Some(9));
        rig.data(Side::A, &next);
        heard.lock().unwrap().clone()
    };
    assert_eq!(lost(bind_ndr(), request(2, 8, 3, b"")), ["gap Client Some(9)"]);
    // The side that binds sends no responses.
    assert_eq!(lost(bind_ndr(), response(2, 3, b"")), [] as [&str; 0]);
    assert_eq!(lost(response(2, 3, b""), response(3, 3, b"")), ["gap Server Some(9)"]);
}

/// Makes this of every body.
struct Makes(&'static [u8], bool);

impl Security for Makes {
    fn token(&mut self, _: &Token<'_>) {}
    fn open(&mut self, _: &Protected<'_>, out: &mut Vec<u8>) -> Opened {
        out.extend_from_slice(self.0);
        Opened::Clear { verified: Verified::Unchecked, decrypted: self.1 }
    }
    fn gap(&mut self, _: Sender, _: Option<u64>) {}
    fn identity(&self, _: &AuthTrailer) -> Identity {
        Identity { mechanism: "makes".into(), user: None }
    }
}

/// MS-RPCE 2.2.1.1.8: level 1 is none, from 2 on there is something to open. What is decrypted is as long as what was
/// sealed.
#[test]
fn levels_and_lengths() {
    let open = |level: u8, made: &'static [u8], decrypted: bool| {
        let body = Request { alloc_hint: 0, context_id: 0, opnum: 8, object: None, stub: b"abcd" };
        let mut pdu = pdu(PduBody::Request(body), 2, false);
        pdu.auth = Some(verifier(b"sig", level, 0));
        let mut rig = Rig::with(Connection::new(RpcLimits::default()), Box::new(Makes(made, decrypted)));
        rig.data(Side::A, &pdu.encode().unwrap());
        (rig.last().opened.clone(), rig.last().stub.clone())
    };
    for level in [0, 1] {
        assert_eq!(open(level, b"1234", true), (None, Some(b"abcd".to_vec())), "{level}");
    }
    let clear = |decrypted| Some(Opened::Clear { verified: Verified::Unchecked, decrypted });
    for level in [2, 3, 4, 5, 6] {
        assert_eq!(open(level, b"1234", true), (clear(true), Some(b"1234".to_vec())), "{level}");
        assert_eq!(open(level, b"", false), (clear(false), Some(b"abcd".to_vec())), "{level}");
    }
    for made in [&b"123"[..], b"12345", b""] {
        let (opened, stub) = open(6, made, true);
        let Some(Opened::Failed { reason, .. }) = opened else { panic!("{opened:?}") };
        assert_eq!((reason.as_str(), stub), ("decrypted body has another length than the sealed one", None));
    }
}

/// Sizes of a message whose last fragment was cut: what there is of its stub, and what its header says of its token.
#[test]
fn sizes_of_what_was_cut() {
    let part = |flags, stub| {
        let body = Request { alloc_hint: 0, context_id: 0, opnum: 8, object: None, stub };
        sealed(PduBody::Request(body), 2, flags, b"")
    };
    let mut last = part(2, b"efghijkl");
    last.truncate(24 + 5);
    let (events, _) = run(&[(Side::A, bind_ndr()), (Side::B, ack_ndr()), (Side::A, part(1, b"abcd")), (Side::A, last)]);
    let told = events.last().unwrap();
    assert_eq!((told.body, told.sizes), ("incomplete", Some((6, 9))));
    assert_eq!(told.opened, Some(Opened::sealed("PDU not captured whole")));
}

/// Each PDU of the other role is told, at its type.
#[test]
fn wrong_directions() {
    let notes = Arc::new(Mutex::new(Vec::new()));
    let mut connection = Connection::<u32>::new(RpcLimits::default());
    for (frame, (side, bytes)) in (1..).zip([
        (Side::A, bind_ndr()),
        (Side::B, ack_ndr()),
        (Side::A, make(PduBody::Shutdown, 0, 3)),
        (Side::B, make(PduBody::Shutdown, 0, 3)),
        (Side::B, make(PduBody::CoCancel, 0, 3)),
    ]) {
        let notes = notes.clone();
        connection.data(side, frame, None, &bytes, &mut NoSecurity, &mut move |e| {
            let note = |d: &crate::base::diagnostic::Diagnostic| (d.rule.name, d.offset, d.path.to_string(), d.value);
            notes.lock().unwrap().push(e.diagnostics.iter().map(note).collect::<Vec<_>>());
        });
    }
    // `PTYPE` is the third byte; shutdown is 17, co_cancel 18.
    let wrong = |value| vec![("wrong-direction", 2, "PTYPE".to_string(), value)];
    assert_eq!(*notes.lock().unwrap(), [vec![], vec![], wrong(17), vec![], wrong(18)]);
}
