//! The connection under hand-made streams; `captures` runs it over recorded ones.

mod captures;
mod control;
mod holes;
mod limits;
mod mutations;
mod streams;
mod told;
mod weights;

use super::*;
use crate::rpc::event::{Body, Context, ContextState};
use crate::rpc::header::{PacketType, PfcFlags, Representation};
use crate::rpc::pdu::tests::{CLUSAPI, ack, bind, pdu, verifier};
use crate::rpc::pdu::{Body as PduBody, Fault, Request, Response};
use crate::rpc::security::{AuthTrailer, Doubt, Identity, NoSecurity, Opened, Protected, Sender, Token, Verified};
use crate::rpc::syntax::{SyntaxId, TransferSyntax};
use std::fmt::Write;

/// What a test keeps of an event.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    /// `PTYPE` or what stands in its place, then the details.
    what: String,
    sender: Sender,
    call_id: Option<u32>,
    frames: Vec<u64>,
    fragments: u32,
    context: Option<Context>,
    opened: Option<Opened>,
    stub: Option<Vec<u8>>,
    verification: bool,
    rules: Vec<&'static str>,
    /// The note that a request's handler left, and the request's frame.
    note: Option<(u32, u64)>,
}

/// A connection with what came out of it.
struct Rig {
    connection: Connection<u32>,
    security: Box<dyn Security>,
    seen: Vec<Seen>,
    frame: u64,
}

impl Rig {
    fn new(limits: RpcLimits) -> Rig {
        Rig::with(Connection::new(limits), Box::new(NoSecurity))
    }

    fn with(connection: Connection<u32>, security: Box<dyn Security>) -> Rig {
        Rig { connection, security, seen: Vec::new(), frame: 0 }
    }

    fn data(&mut self, side: Side, bytes: &[u8]) -> Recognition {
        self.frame += 1;
        let (frame, time) = (self.frame, Some(Timestamp(self.frame as i64 * 1000)));
        let seen = &mut self.seen;
        self.connection.data(side, frame, time, bytes, &mut *self.security, &mut |e| seen.push(see(e)))
    }

    fn gap(&mut self, side: Side, lost: Option<u64>) {
        let seen = &mut self.seen;
        self.connection.gap(side, lost, "lost", &mut *self.security, &mut |e| seen.push(see(e)));
    }

    fn end(&mut self) {
        for side in [Side::A, Side::B] {
            let seen = &mut self.seen;
            self.connection.end(side, "end", &mut *self.security, &mut |e| seen.push(see(e)));
        }
    }

    fn whats(&self) -> Vec<&str> {
        self.seen.iter().map(|s| s.what.as_str()).collect()
    }

    fn last(&self) -> &Seen {
        self.seen.last().unwrap()
    }
}

fn see(event: Event<'_, u32>) -> Seen {
    let mut what = event.ptype.map_or("-", PacketType::name).to_string();
    let mut stub = None;
    match &event.body {
        Body::Request { opnum, object, stub: s } => {
            let _ = write!(what, " {opnum}");
            if let Some(object) = object {
                let _ = write!(what, " {object}");
            }
            stub = s.map(<[u8]>::to_vec);
        }
        Body::Response { opnum, stub: s, .. } => {
            let _ = write!(what, " {opnum:?}");
            stub = s.map(<[u8]>::to_vec);
        }
        Body::Fault { status, opnum, stub: s, .. } => {
            let _ = write!(what, " {status:x?} {opnum:?}");
            stub = s.map(<[u8]>::to_vec);
        }
        Body::BindAck(answer) | Body::AlterContextResp(answer) => {
            for r in &answer.results {
                let _ = write!(what, " {}={}", r.proposed.as_ref().map_or(99, |p| p.id), r.result.outcome);
            }
        }
        Body::Malformed { error, .. } => {
            let _ = write!(what, " malformed {error}");
        }
        Body::Skipped { bytes, lost, reason } => {
            let _ = write!(what, " skipped {bytes} lost {lost:?} {reason}");
        }
        Body::Incomplete { opnum, stub: s, reason, .. } => {
            let _ = write!(what, " incomplete {opnum:?} {reason}");
            stub = s.map(<[u8]>::to_vec);
        }
        _ => {}
    }
    let call_id = event.call_id;
    let rules = event.diagnostics.iter().map(|d| d.rule.name).collect();
    let (frame, frames) = (event.frame(), event.frames().to_vec());
    assert_eq!(frames.last(), Some(&frame));
    let note = event.call.map(|call| {
        if matches!(event.body, Body::Request { .. }) {
            call.note = call_id.unwrap().wrapping_mul(10);
        }
        (call.note, call.frame)
    });
    Seen {
        what,
        sender: event.sender,
        call_id,
        frames,
        fragments: event.fragments,
        context: event.context,
        opened: event.auth.and_then(|a| a.opened),
        stub,
        verification: event.verification.is_some(),
        rules,
        note,
    }
}

fn make(body: PduBody<'_>, call_id: u32, flags: u8) -> Vec<u8> {
    let mut pdu = pdu(body, call_id, false);
    pdu.header.flags = PfcFlags::from_bits_retain(flags);
    pdu.encode().unwrap()
}

fn request(call_id: u32, opnum: u16, flags: u8, stub: &[u8]) -> Vec<u8> {
    let alloc_hint = stub.len() as u32;
    make(PduBody::Request(Request { alloc_hint, context_id: 0, opnum, object: None, stub }), call_id, flags)
}

fn response(call_id: u32, flags: u8, stub: &[u8]) -> Vec<u8> {
    let alloc_hint = stub.len() as u32;
    make(PduBody::Response(Response { alloc_hint, context_id: 0, cancel_count: 0, reserved: 0, stub }), call_id, flags)
}

fn fault(call_id: u32, status: u32) -> Vec<u8> {
    let body = Fault { alloc_hint: 32, context_id: 0, cancel_count: 0, flags: 0, status, reserved: Some(0), stub: b"" };
    make(PduBody::Fault(body), call_id, 3)
}

fn bind_ndr() -> Vec<u8> {
    make(PduBody::Bind(bind(&[(0, CLUSAPI, &[SyntaxId::NDR])])), 1, 3)
}

fn ack_ndr() -> Vec<u8> {
    make(PduBody::BindAck(ack(&[(0, 0, SyntaxId::NDR)])), 1, 3)
}

/// A rig with an accepted context 0.
fn bound() -> Rig {
    let mut rig = Rig::new(RpcLimits::default());
    rig.data(Side::A, &bind_ndr());
    rig.data(Side::B, &ack_ndr());
    rig
}

#[test]
fn calls_and_answers() {
    let mut rig = bound();
    assert_eq!(rig.connection.client(), Some(Side::A));
    rig.data(Side::A, &request(2, 8, 3, b"abcd"));
    rig.data(Side::B, &response(2, 3, b"efgh"));
    rig.data(Side::A, &[request(3, 9, 3, b""), request(4, 10, 3, b"")].concat());
    rig.data(Side::B, &fault(4, 0x1c01_0002));
    rig.data(Side::B, &response(3, 3, b"ij"));
    rig.data(Side::B, &response(3, 3, b"again"));
    assert_eq!(
        rig.whats(),
        [
            "bind",
            "bind_ack 0=acceptance",
            "request 8",
            "response Some(8)",
            "request 9",
            "request 10",
            "fault Some(1c010002) Some(10)",
            "response Some(9)",
            "response None"
        ]
    );
    let answer = &rig.seen[3];
    assert_eq!((answer.note, answer.sender, answer.frames.as_slice()), (Some((20, 3)), Sender::Server, &[4][..]));
    assert_eq!(answer.stub.as_deref(), Some(&b"efgh"[..]));
    let context = answer.context.unwrap();
    assert_eq!(context.abstract_syntax(), CLUSAPI);
    assert_eq!((context.syntax, context.state, context.assumed), (TransferSyntax::Ndr, ContextState::Accepted, false));
    assert_eq!(rig.last().note, None);
    assert!(rig.last().context.is_some());
}

#[test]
fn fragments_of_concurrent_calls() {
    let mut rig = bound();
    rig.data(Side::A, &request(2, 8, 1, b"ab"));
    rig.data(Side::A, &request(3, 9, 1, b"12"));
    rig.data(Side::A, &request(2, 8, 0, b"cd"));
    rig.data(Side::A, &request(3, 9, 2, b"34"));
    rig.data(Side::A, &request(2, 8, 2, b"ef"));
    let [.., three, two] = rig.seen.as_slice() else { panic!() };
    assert_eq!((three.stub.as_deref(), three.fragments, &three.frames[..]), (Some(&b"1234"[..]), 2, &[4, 6][..]));
    assert_eq!((two.stub.as_deref(), two.fragments, &two.frames[..]), (Some(&b"abcdef"[..]), 3, &[3, 5, 7][..]));
    assert!(two.rules.is_empty());
}

#[test]
fn slips_of_fragments() {
    let mut rig = bound();
    rig.data(Side::A, &request(2, 8, 2, b"ef"));
    assert_eq!(rig.last().what, "request incomplete Some(8) first fragment not captured");
    assert_eq!(
        (rig.last().stub.as_deref(), &rig.last().rules[..]),
        (Some(&b"ef"[..]), &["fragment-without-first"][..])
    );
    rig.data(Side::A, &request(3, 8, 1, b"ab"));
    rig.data(Side::A, &request(3, 8, 3, b"xy"));
    let [.., old, new] = rig.seen.as_slice() else { panic!() };
    assert_eq!(old.what, "request incomplete Some(8) another message took its place before the last fragment");
    assert_eq!((new.what.as_str(), &new.rules[..]), ("request 8", &["second-first-fragment"][..]));
    rig.data(Side::A, &request(4, 8, 1, b"ab"));
    rig.data(Side::A, &request(4, 9, 2, b"cd"));
    assert_eq!((rig.last().what.as_str(), &rig.last().rules[..]), ("request 8", &["opnum-changed"][..]));
    rig.data(Side::A, &request(4, 8, 3, b"ab"));
    assert_eq!(rig.last().rules, ["call-id-reused"]);
    rig.data(Side::A, &request(5, 8, 1, b"ab"));
    rig.end();
    assert_eq!(rig.last().what, "request incomplete Some(8) end");
}

#[test]
fn a_fault_ends_a_call_whose_request_is_still_coming() {
    let mut rig = bound();
    rig.data(Side::A, &request(2, 8, 1, b"ab"));
    rig.data(Side::B, &fault(2, 5));
    assert_eq!(rig.last().what, "fault Some(5) Some(8)");
    // ... and takes the place of a response that had begun.
    rig.data(Side::B, &response(3, 1, b"ab"));
    rig.data(Side::B, &fault(3, 5));
    assert_eq!(
        rig.whats()[3..],
        ["response incomplete None another message took its place before the last fragment", "fault Some(5) None"]
    );
}

#[test]
fn maybe_object_cancel_orphaned() {
    let mut rig = bound();
    let object = Some(crate::rpc::Guid::constant("00112233-4455-6677-8899-aabbccddeeff"));
    let body = Request { alloc_hint: 0, context_id: 0, opnum: 1, object, stub: b"s" };
    rig.data(Side::A, &make(PduBody::Request(body), 2, 3));
    assert_eq!(rig.last().what, "request 1 00112233-4455-6677-8899-aabbccddeeff");
    rig.data(Side::A, &make(PduBody::CoCancel, 2, 3));
    assert_eq!((rig.last().what.as_str(), rig.last().note), ("co_cancel", Some((20, 3))));
    rig.data(Side::A, &make(PduBody::Orphaned, 7, 3));
    assert_eq!((rig.last().what.as_str(), rig.last().note), ("orphaned", None));
    rig.data(Side::A, &request(3, 8, 0x43, b"maybe"));
    assert_eq!(rig.last().note, None);
    rig.data(Side::B, &make(PduBody::Shutdown, 0, 3));
    assert_eq!((rig.last().what.as_str(), rig.last().sender), ("shutdown", Sender::Server));
}

#[test]
fn contexts_as_the_server_answers() {
    let mut rig = Rig::new(RpcLimits::default());
    let other = SyntaxId { major: 9, ..CLUSAPI };
    let features = SyntaxId::bind_time_features(crate::rpc::syntax::BindTimeFeatures::all());
    let proposal = bind(&[
        (0, CLUSAPI, &[SyntaxId::NDR]),
        (1, CLUSAPI, &[features, SyntaxId::NDR64, SyntaxId::NDR]),
        (2, CLUSAPI, &[features]),
        (3, other, &[SyntaxId::NDR]),
    ]);
    rig.data(Side::A, &make(PduBody::Bind(proposal), 1, 3));
    let ask = |rig: &mut Rig, id: u16| {
        let body = Request { alloc_hint: 0, context_id: id, opnum: 1, object: None, stub: b"" };
        rig.data(Side::A, &make(PduBody::Request(body), 50, 3));
        rig.last().context
    };
    // No answer yet: what was proposed counts, marked.
    let one = ask(&mut rig, 0).unwrap();
    assert_eq!((one.syntax, one.state, one.assumed), (TransferSyntax::Ndr, ContextState::Proposed, true));
    assert_eq!(ask(&mut rig, 1).unwrap().syntax, TransferSyntax::Ndr64);
    assert_eq!(ask(&mut rig, 2), None);
    let none = SyntaxId::default();
    let answer = ack(&[(2, 2, none), (0, 0, SyntaxId::NDR64), (3, 1, none), (2, 1, none)]);
    rig.data(Side::B, &make(PduBody::BindAck(answer), 1, 3));
    assert_eq!(rig.last().what, "bind_ack 0=provider_rejection 1=acceptance 2=negotiate_ack 3=provider_rejection");
    assert_eq!(ask(&mut rig, 0).unwrap().state, ContextState::Rejected);
    assert!(rig.last().rules.contains(&"rejected-context"));
    let one = ask(&mut rig, 1).unwrap();
    assert_eq!((one.syntax, one.state, one.assumed), (TransferSyntax::Ndr64, ContextState::Accepted, false));
    assert_eq!(ask(&mut rig, 77), None);
    // alter_context uses an identifier again, and another is refused without effect on what is in force.
    let again = bind(&[(0, CLUSAPI, &[SyntaxId::NDR64]), (1, other, &[SyntaxId::NDR])]);
    rig.data(Side::A, &make(PduBody::AlterContext(again), 9, 3));
    assert_eq!(ask(&mut rig, 1).unwrap().state, ContextState::Accepted);
    rig.data(Side::B, &make(PduBody::AlterContextResp(ack(&[(0, 0, SyntaxId::NDR64), (2, 1, none)])), 9, 3));
    assert_eq!(ask(&mut rig, 0).unwrap().syntax, TransferSyntax::Ndr64);
    assert_eq!(ask(&mut rig, 1).unwrap().abstract_syntax(), CLUSAPI);
    // An answer to nothing, one of another length, one with a syntax nobody proposed.
    rig.data(Side::B, &make(PduBody::AlterContextResp(ack(&[(0, 0, SyntaxId::NDR)])), 10, 3));
    assert_eq!(rig.last().what, "alter_context_resp 99=acceptance");
    rig.data(Side::A, &make(PduBody::AlterContext(bind(&[(5, CLUSAPI, &[SyntaxId::NDR])])), 11, 3));
    rig.data(Side::B, &make(PduBody::AlterContextResp(ack(&[(0, 0, SyntaxId::NDR64), (0, 0, none)])), 11, 3));
    assert_eq!(rig.last().rules, ["results-count", "syntax-not-proposed"]);
}

#[test]
fn refused_bind() {
    let mut rig = Rig::new(RpcLimits::default());
    rig.data(Side::A, &bind_ndr());
    let nak = crate::rpc::pdu::BindNak { reason: Default::default(), versions: vec![(5, 0)], rest: b"" };
    rig.data(Side::B, &make(PduBody::BindNak(nak), 1, 3));
    rig.data(Side::A, &request(2, 8, 3, b""));
    assert_eq!(rig.last().context.unwrap().state, ContextState::Rejected);
}

struct Guess;

impl Resolver for Guess {
    fn resolve(&mut self, message: &crate::rpc::event::Unbound<'_>) -> Option<crate::rpc::event::AssumedContext> {
        let syntax = TransferSyntax::Ndr64;
        (message.opnum == Some(8)).then_some(crate::rpc::event::AssumedContext {
            interface: CLUSAPI.uuid,
            version: (3, 0),
            syntax,
            confidence: 700,
        })
    }
}

#[test]
fn resolver_is_asked_where_no_bind_was_seen() {
    let mut rig = Rig::with(Connection::with_resolver(RpcLimits::default(), Box::new(Guess)), Box::new(NoSecurity));
    rig.data(Side::B, &request(2, 8, 3, b"x"));
    assert_eq!(rig.connection.client(), Some(Side::B));
    let guess = rig.last().context.unwrap();
    assert_eq!((guess.state, guess.assumed, guess.syntax), (ContextState::Resolved, true, TransferSyntax::Ndr64));
    rig.data(Side::A, &response(2, 3, b"y"));
    assert_eq!(rig.last().context, Some(guess));
    rig.data(Side::B, &request(3, 9, 3, b"x"));
    assert_eq!(rig.last().context, None);
}

/// Seals with XOR 0x55; refuses a body that begins with `?`, and remembers what it is told.
#[derive(Default)]
struct Xor {
    told: std::sync::Arc<std::sync::Mutex<Vec<String>>>,
}

impl Security for Xor {
    fn token(&mut self, token: &Token<'_>) {
        let text = format!("token {} {:?} {}", token.ptype, token.sender, token.header_signing);
        self.told.lock().unwrap().push(text);
    }

    fn open(&mut self, p: &Protected<'_>, out: &mut Vec<u8>) -> Opened {
        out.clear();
        out.extend(p.pdu[p.body.clone()].iter().map(|b| b ^ 0x55));
        assert_eq!(p.trailer_header.end, p.auth_value.start);
        assert_eq!(p.auth_value.end, p.pdu.len());
        if out.first() == Some(&b'?') {
            return Opened::Failed { reason: "signature mismatch".into(), doubt: Doubt::Signature };
        }
        Opened::Clear { verified: Verified::Right, decrypted: true }
    }

    fn gap(&mut self, sender: Sender, lost: Option<u64>) {
        self.told.lock().unwrap().push(format!("gap {sender:?} {lost:?}"));
    }

    fn identity(&self, _trailer: &AuthTrailer) -> Identity {
        Identity { mechanism: "xor".into(), user: None }
    }
}

/// A sealed PDU; the padding belongs to what is sealed.
fn sealed(body: PduBody<'_>, call_id: u32, flags: u8, padding: &[u8]) -> Vec<u8> {
    let mut pdu = pdu(body, call_id, false);
    pdu.header.flags = PfcFlags::from_bits_retain(flags);
    pdu.padding = padding;
    pdu.auth = Some(verifier(b"sig", 6, padding.len() as u8));
    pdu.encode().unwrap()
}

fn xor(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|b| b ^ 0x55).collect()
}

#[test]
fn each_fragment_is_opened_and_loses_its_padding() {
    let security = Xor::default();
    let told = security.told.clone();
    let mut rig = Rig::with(Connection::new(RpcLimits::default()), Box::new(security));
    rig.data(Side::A, &sealed(PduBody::Bind(bind(&[(0, CLUSAPI, &[SyntaxId::NDR])])), 1, 7, b""));
    rig.data(Side::B, &sealed(PduBody::BindAck(ack(&[(0, 0, SyntaxId::NDR)])), 1, 3, b""));
    rig.data(Side::A, &sealed(PduBody::Auth3, 1, 3, b"\0\0\0\0"));
    let part = |flags, stub: &[u8], pad: &[u8]| {
        let stub = xor(stub);
        let body = Request { alloc_hint: 0, context_id: 0, opnum: 8, object: None, stub: &stub };
        sealed(PduBody::Request(body), 2, flags, &xor(pad))
    };
    rig.data(Side::A, &part(1, b"abcd", b"pad"));
    rig.data(Side::A, &part(0, b"efgh", b""));
    rig.data(Side::A, &part(2, b"ij", b"padpad"));
    assert_eq!(*told.lock().unwrap(), ["token 11 Client true", "token 12 Server false", "token 16 Client false"]);
    let last = rig.last();
    assert_eq!(last.stub.as_deref(), Some(&b"abcdefghij"[..]));
    assert_eq!(last.opened, Some(Opened::Clear { verified: Verified::Right, decrypted: true }));
    // One fragment that can't be opened spoils the message, and the reason comes out.
    rig.data(Side::A, &part(1, b"abcd", b""));
    rig.data(Side::A, &part(0, b"?efgh", b""));
    rig.data(Side::A, &part(2, b"ij", b""));
    assert_eq!((rig.last().what.as_str(), &rig.last().stub), ("request 8", &None));
    assert_eq!(
        rig.last().opened,
        Some(Opened::Failed { reason: "signature mismatch".into(), doubt: Doubt::Signature })
    );
    // More padding than stub.
    rig.data(Side::A, &{
        let mut bytes = part(3, b"ab", b"");
        let at = bytes.len() - 3 - 8 + 2;
        bytes[at] = 9;
        bytes
    });
    assert_eq!(
        (rig.last().stub.as_deref(), &rig.last().rules[..]),
        (Some(&b""[..]), &["padding-too-long", "call-id-reused"][..])
    );
}

#[test]
fn sealed_faults_of_both_kinds() {
    let mut rig = Rig::with(Connection::new(RpcLimits::default()), Box::new(Xor::default()));
    // Status sealed with the rest: nothing in the clear from offset 24 on.
    let hidden = xor(&[2, 0, 1, 0x1c, 0, 0, 0, 0]);
    let body = Response { alloc_hint: 32, context_id: 0, cancel_count: 0, reserved: 0, stub: &hidden };
    let mut bytes = sealed(PduBody::Response(body), 2, 3, &[0; 8]);
    bytes[2] = 3;
    rig.data(Side::B, &bytes);
    assert_eq!(rig.last().what, "fault Some(1c010002) None");
    // Status in the clear.
    let body = Fault {
        alloc_hint: 0,
        context_id: 0,
        cancel_count: 0,
        flags: 0,
        status: 5,
        reserved: Some(0),
        stub: &xor(b"abc"),
    };
    rig.data(Side::B, &sealed(PduBody::Fault(body), 2, 3, b""));
    assert_eq!((rig.last().what.as_str(), rig.last().stub.as_deref()), ("fault Some(5) None", Some(&b"abc"[..])));
    // Not opened.
    let mut rig = Rig::new(RpcLimits::default());
    rig.data(Side::B, &bytes);
    assert_eq!((rig.last().what.as_str(), rig.last().stub.as_deref()), ("fault None None", None));
    assert_eq!(rig.last().opened, Some(Opened::sealed("no key")));
}

#[test]
fn verification_trailer_of_a_protected_request() {
    let mut rig = Rig::with(Connection::new(RpcLimits::default()), Box::new(Xor::default()));
    let mut stub = b"abcdefg\0".to_vec();
    stub.extend_from_slice(&crate::rpc::verification::SIGNATURE);
    stub.extend_from_slice(&[1, 0x40, 4, 0, 1, 0, 0, 0]);
    let hidden = xor(&stub);
    let body = Request { alloc_hint: 0, context_id: 0, opnum: 8, object: None, stub: &hidden };
    rig.data(Side::A, &sealed(PduBody::Request(body), 2, 3, b""));
    assert_eq!((rig.last().verification, rig.last().stub.as_deref()), (true, Some(&b"abcdefg\0"[..])));
    // Where the bind was not captured, its pcontext says what was bound.
    assert_eq!(rig.last().context, None);
    let mut named = crate::rpc::verification::SIGNATURE.to_vec();
    named.extend_from_slice(&[2, 0x40, 40, 0]);
    named.extend_from_slice(&CLUSAPI.uuid.0);
    named.extend_from_slice(&[3, 0, 0, 0]);
    named.extend_from_slice(&SyntaxId::NDR64.uuid.0);
    named.extend_from_slice(&[1, 0, 0, 0]);
    let hidden = xor(&named);
    let body = Request { alloc_hint: 0, context_id: 0, opnum: 8, object: None, stub: &hidden };
    rig.data(Side::A, &sealed(PduBody::Request(body), 4, 3, b""));
    rig.data(Side::A, &request(5, 8, 3, b""));
    let context = rig.last().context.unwrap();
    assert_eq!((context.abstract_syntax(), context.syntax), (CLUSAPI, TransferSyntax::Ndr64));
    // Without protection these are the client's own bytes.
    rig.data(Side::A, &request(3, 8, 3, &stub));
    assert_eq!((rig.last().verification, rig.last().stub.as_deref()), (false, Some(&stub[..])));
}

#[test]
fn mixed_directions() {
    let mut rig = bound();
    rig.data(Side::A, &response(9, 3, b""));
    assert_eq!((rig.last().sender, &rig.last().rules[..]), (Sender::Server, &["wrong-direction"][..]));
    let mut big =
        pdu(PduBody::Request(Request { alloc_hint: 0, context_id: 0, opnum: 8, object: None, stub: b"" }), 5, true);
    big.header.flags = PfcFlags::LAST_FRAG;
    assert_eq!(big.header.representation, Representation::BIG);
    rig.data(Side::A, &request(5, 8, 1, b""));
    rig.data(Side::A, &big.encode().unwrap());
    assert_eq!(rig.last().rules, ["representation-changed"]);
}
