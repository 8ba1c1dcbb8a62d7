//! What events tell beside their stubs: sizes, places of broken rules, contexts taken for others, bytes before a hole.

use super::*;
use crate::rpc::event::{AssumedContext, Sizes, Unbound};

/// What `see` does not keep.
#[derive(Debug, PartialEq)]
struct More {
    sizes: Option<Sizes>,
    notes: Vec<(usize, String, u64, Option<u64>)>,
    reassumed: Option<AssumedContext>,
    intact: Option<usize>,
    times: (Option<Timestamp>, Option<Timestamp>),
    frame: u64,
    context_id: Option<u16>,
    cancel_count: Option<u8>,
}

fn run(connection: &mut Connection<u32>, script: &[(Side, Vec<u8>)]) -> Vec<More> {
    let mut seen = Vec::new();
    let mut out = |e: Event<'_, u32>| {
        let note = |d: &crate::base::diagnostic::Diagnostic| (d.offset, d.path.to_string(), d.value, d.expected);
        seen.push(More {
            sizes: e.auth.as_ref().map(|a| a.sizes),
            notes: e.diagnostics.iter().map(note).collect(),
            reassumed: e.reassumed,
            intact: if let Body::Incomplete { intact, .. } = e.body { Some(intact) } else { None },
            times: (e.first_time(), e.time()),
            frame: e.frame(),
            context_id: e.context_id,
            cancel_count: match e.body {
                Body::Response { cancel_count, .. } | Body::Fault { cancel_count, .. } => Some(cancel_count),
                _ => None,
            },
        });
    };
    for (n, (side, bytes)) in (1..).zip(script) {
        let time = Some(Timestamp(n as i64));
        connection.data(*side, n, time, bytes, &mut NoSecurity, &mut out);
    }
    for side in [Side::A, Side::B] {
        connection.end(side, "end", &mut NoSecurity, &mut out);
    }
    seen
}

fn script(pdus: &[(Side, Vec<u8>)]) -> Vec<More> {
    let all = [&[(Side::A, bind_ndr()), (Side::B, ack_ndr())], pdus].concat();
    run(&mut Connection::new(RpcLimits::default()), &all).split_off(2)
}

fn protected(call_id: u32, flags: u8, level: u8, pad: u8, stub: &[u8]) -> Vec<u8> {
    let body = Request { alloc_hint: 0, context_id: 0, opnum: 8, object: None, stub };
    let mut pdu = pdu(PduBody::Request(body), call_id, false);
    pdu.header.flags = PfcFlags::from_bits_retain(flags);
    pdu.auth = Some(verifier(b"sixteen byte sig", level, pad));
    pdu.encode().unwrap()
}

/// Bytes of stub without padding, and of the token; of all fragments together.
#[test]
fn sizes() {
    let alone = |pad, stub| script(&[(Side::A, protected(2, 3, 5, pad, stub))])[0].sizes;
    assert_eq!(alone(0, b"12345678"), Some(Sizes { stub: 8, auth: 16 }));
    assert_eq!(alone(0, b""), Some(Sizes { stub: 0, auth: 16 }));
    let parts = [(1, &b"abcd"[..]), (0, b"efgh"), (2, b"ijkl")];
    let told = script(&parts.map(|(flags, stub)| (Side::A, protected(2, flags, 5, 0, stub))));
    assert_eq!((told.len(), told[0].sizes), (1, Some(Sizes { stub: 12, auth: 48 })));
    assert_eq!((told[0].times, told[0].frame), ((Some(Timestamp(3)), Some(Timestamp(5))), 5));
    let plain = script(&[(Side::A, request(2, 8, 3, b"12345678"))]);
    assert_eq!(plain[0].sizes, None);
}

/// C706 13.2.6.1: padding is part of the body. More of it than there is is told at its byte, the third of the trailer.
#[test]
fn padding_that_lies() {
    for (pad, told) in [(3, false), (4, false), (5, true), (200, true)] {
        let mut bytes = protected(2, 3, 5, 0, b"abcd");
        // The trailer stands behind 24 bytes of header and four of stub.
        bytes[30] = pad;
        let notes = &script(&[(Side::A, bytes)])[0].notes;
        let expected = (30, "auth_pad_length".to_string(), u64::from(pad), Some(4));
        assert_eq!(notes.contains(&expected), told, "{pad}: {notes:?}");
    }
}

/// `p_cont_id` and `cancel_count` of answers.
#[test]
fn members_of_answers() {
    let response = Response { alloc_hint: 0, context_id: 7, cancel_count: 3, reserved: 0, stub: b"" };
    let fault =
        Fault { alloc_hint: 0, context_id: 6, cancel_count: 5, flags: 0, status: 5, reserved: Some(0), stub: b"" };
    let told =
        script(&[(Side::B, make(PduBody::Response(response), 2, 3)), (Side::B, make(PduBody::Fault(fault), 3, 3))]);
    let members: Vec<_> = told.iter().map(|more| (more.context_id, more.cancel_count)).collect();
    assert_eq!(members, [(Some(7), Some(3)), (Some(6), Some(5))]);
}

/// At the end each side's open messages come out, oldest first, with what there is of them before any hole.
#[test]
fn messages_left_over() {
    let told = script(&[
        (Side::A, request(2, 8, 1, b"abc")),
        (Side::B, response(9, 1, b"12")),
        (Side::A, request(3, 8, 1, b"defgh")),
        (Side::B, response(8, 1, b"3456789")),
    ]);
    let intact: Vec<_> = told.iter().map(|more| more.intact).collect();
    assert_eq!(intact, [Some(3), Some(5), Some(2), Some(7)]);
    // Without its beginning nothing of a message stands where it should.
    let told = script(&[(Side::A, request(2, 8, 0, b"abc"))]);
    assert_eq!(told[0].intact, Some(0));
}

/// Takes calls of an even number for version 2.0, the others for 3.0.
struct Versions;

impl Resolver for Versions {
    fn resolve(&mut self, message: &Unbound<'_>) -> Option<AssumedContext> {
        Some(assumed(message.opnum? % 2))
    }
}

fn assumed(odd: u16) -> AssumedContext {
    AssumedContext {
        interface: CLUSAPI.uuid,
        version: (2 + odd, 0),
        syntax: TransferSyntax::Ndr,
        confidence: 500 + odd,
    }
}

/// What earlier messages were taken for is told once it changes, for as many contexts as are remembered.
#[test]
fn contexts_taken_for_others() {
    let ask = |context_id: u16, opnum: u16| {
        let body = Request { alloc_hint: 0, context_id, opnum, object: None, stub: b"x" };
        (Side::A, make(PduBody::Request(body), 2, 0x43))
    };
    let told = |contexts: usize, asked: &[(u16, u16)]| {
        let limits = RpcLimits { contexts, ..RpcLimits::default() };
        let script: Vec<_> = asked.iter().map(|(id, opnum)| ask(*id, *opnum)).collect();
        let mut connection = Connection::with_resolver(limits, Box::new(Versions));
        let told: Vec<_> = run(&mut connection, &script).into_iter().map(|more| more.reassumed).collect();
        told
    };
    let (even, odd) = (Some(assumed(0)), Some(assumed(1)));
    assert_eq!(told(9, &[(0, 8), (0, 6), (0, 7), (0, 9), (0, 8)]), [None, None, even, None, odd]);
    // One context has nothing to do with another.
    assert_eq!(told(9, &[(0, 8), (1, 7), (0, 8), (1, 8)]), [None, None, None, odd]);
    // What is not remembered does not change; what is remembered still does.
    assert_eq!(told(1, &[(0, 8), (1, 7), (1, 8), (0, 7), (0, 8)]), [None, None, None, even, odd]);
    assert_eq!(told(2, &[(0, 8), (1, 7), (1, 8), (0, 7)]), [None, None, odd, even]);
}

/// Remembers what the answer to a bind that was not captured accepted.
#[derive(Default)]
struct Accepted(std::sync::Arc<std::sync::Mutex<Vec<Option<TransferSyntax>>>>);

impl Resolver for Accepted {
    fn resolve(&mut self, message: &Unbound<'_>) -> Option<AssumedContext> {
        self.0.lock().unwrap().push(message.accepted);
        None
    }
}

/// C706 12.6.3.4: results stand in the order of the proposals, which clients number from 0.
#[test]
fn answers_without_their_binds() {
    let accepted = Accepted::default();
    let told = accepted.0.clone();
    let mut connection = Connection::with_resolver(RpcLimits::default(), Box::new(accepted));
    let answer = ack(&[(2, 2, SyntaxId::NDR), (0, 0, SyntaxId::NDR64), (0, 0, SyntaxId::NDR)]);
    let mut script = vec![(Side::B, make(PduBody::BindAck(answer), 1, 3))];
    script.extend((0..4).map(|context_id| {
        let body = Request { alloc_hint: 0, context_id, opnum: 8, object: None, stub: b"x" };
        (Side::A, make(PduBody::Request(body), 2, 3))
    }));
    run(&mut connection, &script);
    assert_eq!(*told.lock().unwrap(), [None, Some(TransferSyntax::Ndr64), Some(TransferSyntax::Ndr), None]);
}

/// Both halves of an interface's version; the address without its terminator.
#[test]
fn members_of_binds() {
    let mut connection = Connection::<u32>::new(RpcLimits::default());
    let mut told = Vec::new();
    let mut out = |e: Event<'_, u32>| match e.body {
        Body::Bind(proposal) => {
            let syntax = proposal.contexts[0].abstract_syntax;
            told.push(format!("{}.{} {}", syntax.major, syntax.minor, proposal.assoc_group_id));
        }
        Body::BindAck(answer) => told.push(String::from_utf8(answer.secondary_address.to_vec()).unwrap()),
        other => panic!("{other:?}"),
    };
    let syntax = SyntaxId { major: 3, minor: 1, ..CLUSAPI };
    let bytes = make(PduBody::Bind(bind(&[(0, syntax, &[SyntaxId::NDR])])), 1, 3);
    connection.data(Side::A, 1, None, &bytes, &mut NoSecurity, &mut out);
    connection.data(Side::B, 2, None, &ack_ndr(), &mut NoSecurity, &mut out);
    assert_eq!(told, ["3.1 4660", "49664"]);
}
