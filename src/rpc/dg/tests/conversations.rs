//! Calls, fragments, repetitions, limits, security and callbacks of a conversation.

use super::*;
use crate::base::{Side, Timestamp};
use crate::rpc::RpcLimits;
use crate::rpc::connection::Recognition;
use crate::rpc::event::{self, Event};
use crate::rpc::security::{Doubt, Identity, NoSecurity, Opened, Protected, Security, Sender, Token, Verified};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};

/// What a test keeps of an event.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    what: String,
    sender: Sender,
    frames: Vec<u64>,
    fragments: u32,
    stub: Option<Vec<u8>>,
    opened: Option<Opened>,
    rules: Vec<&'static str>,
    note: Option<u64>,
}

struct Rig {
    conversation: Conversation<u64>,
    security: Box<dyn Security>,
    seen: Vec<Seen>,
    frame: u64,
}

impl Rig {
    fn new(limits: RpcLimits) -> Rig {
        Rig { conversation: Conversation::new(limits), security: Box::new(NoSecurity), seen: Vec::new(), frame: 0 }
    }

    fn send(&mut self, side: Side, data: &[u8]) -> Recognition {
        self.send_cut(side, data, data.len())
    }

    fn send_cut(&mut self, side: Side, data: &[u8], wire_len: usize) -> Recognition {
        self.frame += 1;
        let (frames, time) = ([self.frame], Some(Timestamp(self.frame as i64)));
        let seen = &mut self.seen;
        let received = Received { side, frames: &frames, time, data, wire_len, identification: None };
        self.conversation.datagram(received, &mut *self.security, &mut |e| seen.push(see(e)))
    }

    fn end(&mut self) {
        let seen = &mut self.seen;
        self.conversation.end(&mut *self.security, &mut |e| seen.push(see(e)));
    }

    fn whats(&self) -> Vec<&str> {
        self.seen.iter().map(|s| s.what.as_str()).collect()
    }

    fn last(&self) -> &Seen {
        self.seen.last().unwrap()
    }
}

fn see(event: Event<'_, u64>) -> Seen {
    let mut what = event.ptype.map_or("-", PacketType::name).to_string();
    let mut stub = None;
    match &event.body {
        event::Body::Request { opnum, object, stub: s } => {
            what = format!("{what} {opnum}{}", object.map_or(String::new(), |o| format!(" {o}")));
            stub = s.map(<[u8]>::to_vec);
        }
        event::Body::Response { opnum, stub: s, .. } => {
            what = format!("{what} {opnum:?}");
            stub = s.map(<[u8]>::to_vec);
        }
        event::Body::Fault { status, opnum, .. } => what = format!("{what} {status:x?} {opnum:?}"),
        event::Body::Control(_) => {}
        event::Body::Malformed { error, .. } => what = format!("{what} malformed {error}"),
        event::Body::Incomplete { stub: s, reason, .. } => {
            what = format!("{what} incomplete {reason}");
            stub = s.map(<[u8]>::to_vec);
        }
        other => panic!("{other:?}"),
    }
    let (frame, frames) = (event.frame(), event.frames().to_vec());
    let rules = event.diagnostics.iter().map(|d| d.rule.name).collect();
    let note = event.call.map(|call| {
        if matches!(event.body, event::Body::Request { .. }) {
            call.note = frame * 100;
        }
        call.note
    });
    Seen {
        what,
        sender: event.sender,
        frames,
        fragments: event.fragments,
        stub,
        opened: event.auth.and_then(|a| a.opened),
        rules,
        note,
    }
}

fn make(body: Body<&[u8]>, sequence: u32, change: impl FnOnce(&mut Header)) -> Vec<u8> {
    let mut pdu = pdu(body, false);
    pdu.header.sequence = sequence;
    pdu.header.flags1 = Flags1::empty();
    change(&mut pdu.header);
    pdu.encode().unwrap()
}

fn part(body: Body<&[u8]>, sequence: u32, fragment: u16, last: bool) -> Vec<u8> {
    make(body, sequence, |h| {
        h.flags1 = Flags1::FRAG;
        h.flags1.set(Flags1::LAST_FRAG, last);
        (h.fragment, h.serial) = (fragment, fragment);
    })
}

fn request(sequence: u32, stub: &[u8]) -> Vec<u8> {
    make(Body::Request(stub), sequence, |_| ())
}

fn response(sequence: u32, stub: &[u8]) -> Vec<u8> {
    make(Body::Response(stub), sequence, |_| ())
}

#[test]
fn calls_and_answers() {
    let mut rig = Rig::new(RpcLimits::default());
    assert_eq!(rig.send(Side::A, &request(1, b"ab")), Recognition::Rpc);
    rig.send(Side::A, &make(Body::Ping, 1, |_| ()));
    rig.send(Side::B, &make(Body::Working, 1, |_| ()));
    rig.send(Side::B, &response(1, b"cd"));
    rig.send(Side::A, &make(Body::Ack, 1, |_| ()));
    rig.send(
        Side::A,
        &make(Body::Request(b""), 2, |h| h.object = Guid::constant("00112233-4455-6677-8899-aabbccddeeff")),
    );
    rig.send(Side::B, &make(Body::Fault(0x1c00_000d), 2, |_| ()));
    rig.send(Side::A, &request(3, b""));
    rig.send(Side::B, &make(Body::Reject(0x1c01_0003), 3, |_| ()));
    rig.send(Side::A, &make(Body::Request(b""), 4, |h| h.flags1 = Flags1::MAYBE));
    rig.send(Side::B, &make(Body::Nocall(None), 9, |_| ()));
    rig.send(Side::B, &make(Body::Fack(None), 4, |_| ()));
    rig.send(Side::B, &response(5, b"request not captured"));
    assert_eq!(
        rig.whats(),
        [
            "request 8",
            "ping",
            "working",
            "response Some(8)",
            "ack",
            "request 8 00112233-4455-6677-8899-aabbccddeeff",
            "fault Some(1c00000d) Some(8)",
            "request 8",
            "reject Some(1c010003) Some(8)",
            "request 8",
            "nocall",
            "fack",
            "response Some(8)"
        ]
    );
    let notes: Vec<Option<u64>> = rig.seen.iter().map(|s| s.note).collect();
    let (a, b, c) = (Some(100), Some(600), Some(800));
    assert_eq!(notes, [a, a, a, a, None, b, b, c, c, None, None, None, None]);
    assert_eq!(rig.seen[11].sender, Sender::Server);
    assert_eq!(rig.seen[3].stub.as_deref(), Some(&b"cd"[..]));
}

#[test]
fn fragments_find_their_place() {
    let parts: [&[u8]; 4] = [b"ab", b"cd", b"", b"ef"];
    // Every order of arrival.
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1], [0, 2, 1, 3]] {
        let mut rig = Rig::new(RpcLimits::default());
        for n in order {
            rig.send(Side::A, &part(Body::Request(parts[n as usize]), 1, n, n == 3));
            // Each one twice.
            rig.send(Side::A, &part(Body::Request(parts[n as usize]), 1, n, n == 3));
        }
        assert_eq!(rig.whats(), ["request 8"], "{order:?}");
        assert_eq!((rig.last().stub.as_deref(), rig.last().fragments), (Some(&b"abcdef"[..]), 4));
        assert_eq!(rig.last().frames, [1, 3, 5, 7]);
        assert_eq!(rig.conversation.counters().duplicates, 4);
    }
}

#[test]
fn repetitions_are_not_reported() {
    let mut rig = Rig::new(RpcLimits::default());
    for _ in 0..2 {
        rig.send(Side::A, &request(1, b"a"));
        rig.send(Side::B, &response(1, b"b"));
    }
    rig.send(Side::A, &request(2, b"a"));
    rig.send(Side::B, &make(Body::Fault(1), 2, |_| ()));
    rig.send(Side::B, &make(Body::Fault(1), 2, |_| ()));
    rig.send(Side::A, &request(2, b"a"));
    // An old call's request long after.
    for sequence in 3..9 {
        rig.send(Side::A, &request(sequence, b""));
    }
    rig.send(Side::A, &request(1, b"a"));
    assert_eq!(rig.seen.len(), 4 + 6);
    assert_eq!(rig.conversation.counters().duplicates, 5);
    // A copy after the ack is one, too; a datagram of its own is executed again.
    rig.send(Side::B, &response(8, b""));
    rig.send(Side::A, &make(Body::Ack, 8, |_| ()));
    rig.send(Side::A, &request(8, b""));
    rig.send(Side::B, &response(8, b""));
    assert_eq!(rig.whats()[10..], ["response Some(8)", "ack"]);
    // Sequence numbers wrap.
    let mut rig = Rig::new(RpcLimits::default());
    for sequence in [u32::MAX - 2, u32::MAX - 1, u32::MAX, 0, 1] {
        rig.send(Side::A, &request(sequence, b""));
        rig.send(Side::B, &response(sequence, b""));
    }
    assert_eq!(rig.seen.len(), 10);
}

#[test]
fn incomplete_messages() {
    let mut rig = Rig::new(RpcLimits::default());
    rig.send(Side::A, &part(Body::Request(b"ab"), 1, 0, false));
    rig.send(Side::A, &part(Body::Request(b"ef"), 1, 2, true));
    rig.send(Side::A, &request(2, b""));
    rig.send(Side::B, &part(Body::Response(b"xy"), 2, 0, false));
    rig.end();
    assert_eq!(
        rig.whats(),
        ["request 8", "request incomplete a fragment not captured", "response incomplete last fragment not captured"]
    );
    assert_eq!(rig.seen[1].stub.as_deref(), Some(&b"abef"[..]));
    assert_eq!((rig.last().note, rig.last().sender), (Some(300), Sender::Server));
    assert_eq!(rig.conversation.counters().messages_incomplete, 2);
    rig.end();
    assert_eq!(rig.seen.len(), 3);
}

#[test]
fn numbers_beyond_the_last_fragment() {
    let mut rig = Rig::new(RpcLimits::default());
    rig.send(Side::A, &part(Body::Request(b"?"), 1, 7, false));
    rig.send(Side::A, &part(Body::Request(b"?"), 1, 9, false));
    rig.send(Side::A, &part(Body::Request(b"cd"), 1, 1, true));
    rig.send(Side::A, &part(Body::Request(b"?"), 1, 8, true));
    assert!(rig.seen.is_empty());
    rig.send(Side::A, &part(Body::Request(b"ab"), 1, 0, false));
    assert_eq!(rig.last().stub.as_deref(), Some(&b"abcd"[..]));
    // The largest number there is.
    rig.send(Side::A, &part(Body::Request(b"z"), 2, u16::MAX, true));
    rig.end();
    assert_eq!(rig.last().what, "request incomplete a fragment not captured");
}

#[test]
fn limits_bite() {
    let mut rig = Rig::new(RpcLimits { message_bytes: 300, ..RpcLimits::default() });
    for n in 0..4 {
        rig.send(Side::A, &part(Body::Request(b"ab"), 1, n, false));
    }
    assert_eq!(rig.whats(), ["request incomplete larger than the limits of reassembly"]);
    let counters = rig.conversation.counters();
    assert_eq!((counters.messages_too_large, counters.duplicates), (1, 0));
    // What was freed can be used again; empty fragments cost, too.
    let mut rig = Rig::new(RpcLimits { total_bytes: 300, ..RpcLimits::default() });
    for sequence in 1..20 {
        rig.send(Side::A, &part(Body::Request(b"ab"), sequence, 0, false));
        rig.send(Side::A, &part(Body::Request(b""), sequence, 1, true));
    }
    assert_eq!(rig.whats(), ["request 8"; 19]);
    rig.send(Side::A, &part(Body::Request(b""), 30, 0, false));
    rig.send(Side::A, &part(Body::Request(b""), 31, 0, false));
    rig.send(Side::A, &part(Body::Request(b""), 32, 0, false));
    rig.send(Side::A, &part(Body::Request(b""), 33, 0, false));
    assert!(rig.last().what.contains("incomplete"));
    // Activities: the one idle for longest goes.
    let mut rig = Rig::new(RpcLimits { activities: 2, ..RpcLimits::default() });
    for n in [1, 2, 1, 3] {
        rig.send(
            Side::A,
            &make(Body::Request(b""), n, |h| {
                h.activity = Guid([n as u8; 16]);
                h.flags1 = Flags1::FRAG;
            }),
        );
    }
    assert_eq!(rig.whats(), ["request incomplete last fragment not captured"]);
    assert_eq!(rig.last().frames, [2]);
    assert_eq!(rig.conversation.counters().activities_evicted, 1);
}

#[test]
fn recognition() {
    let mut rig = Rig::new(RpcLimits::default());
    for _ in 0..3 {
        assert_eq!(rig.send(Side::A, &[4; 100]), Recognition::Undecided);
    }
    assert_eq!(rig.send(Side::B, b""), Recognition::NotRpc);
    assert_eq!(rig.send(Side::A, &request(1, b"")), Recognition::NotRpc);
    assert!(rig.seen.is_empty());
    // In a flow that is DCE/RPC the odd ones are reported.
    let mut rig = Rig::new(RpcLimits::default());
    rig.send(Side::A, &request(1, b"abcd"));
    rig.send(Side::A, &[4; 100]);
    rig.send(Side::A, b"");
    rig.send(Side::A, &request(2, b"abcd")[..82]);
    rig.send_cut(Side::A, &request(3, b"abcd")[..82], 84);
    rig.send(Side::A, &[request(4, b"abcd"), vec![0; 9]].concat());
    assert_eq!(
        rig.whats(),
        [
            "request 8",
            "- malformed offset 4: 0x4 where a data representation was expected",
            "- malformed offset 0, rpc_vers: 1 bytes needed (rpc_vers), 0 left",
            "- malformed offset 82: 2 bytes needed (len), 0 left",
            "request incomplete datagram not captured whole",
            "- malformed offset 0: not a connectionless PDU of the datagram's length"
        ]
    );
}

#[test]
fn datagrams_cut_short_tell_what_they_can() {
    let mut rig = Rig::new(RpcLimits::default());
    let bytes = request(1, b"abcdef");
    rig.send_cut(Side::A, &bytes[..83], bytes.len());
    assert_eq!((rig.last().stub.as_deref(), rig.last().note), (Some(&b"abc"[..]), Some(0)));
    rig.send(Side::B, &response(1, b""));
    assert_eq!((rig.last().what.as_str(), rig.last().note), ("response Some(8)", Some(0)));
    rig.send(Side::A, &part(Body::Request(b"ab"), 2, 0, false));
    let bytes = part(Body::Request(b"cdef"), 2, 1, true);
    rig.send_cut(Side::A, &bytes[..82], bytes.len());
    assert_eq!((rig.last().stub.as_deref(), rig.last().fragments), (Some(&b"abcd"[..]), 2));
    let bytes = sealed(Body::Request(b"abcdef"), 3, 0, Flags1::empty());
    rig.send_cut(Side::A, &bytes[..83], bytes.len());
    assert_eq!((rig.last().what.as_str(), &rig.last().stub), ("request incomplete datagram not captured whole", &None));
    // Where a fault's status is missing, nothing is left to tell; of the header everything is needed.
    let bytes = make(Body::Fault(5), 3, |_| ());
    rig.send_cut(Side::B, &bytes[..82], bytes.len());
    assert_eq!(rig.last().what, "fault malformed offset 82: 2 bytes needed (len), 0 left");
    rig.send_cut(Side::B, &bytes[..79], bytes.len());
    assert!(rig.last().what.starts_with("- malformed offset 79"), "{}", rig.last().what);
}

#[test]
fn slips_of_fragments() {
    let mut rig = Rig::new(RpcLimits::default());
    rig.send(Side::A, &part(Body::Request(b"ab"), 1, 0, false));
    rig.send(
        Side::A,
        &make(Body::Request(b"cd"), 1, |h| {
            (h.opnum, h.fragment, h.flags1) = (9, 1, Flags1::FRAG | Flags1::LAST_FRAG);
            h.representation = Representation::BIG;
        }),
    );
    assert_eq!(rig.last().rules, ["opnum-changed", "representation-changed"]);
    // A whole message where fragments had begun.
    rig.send(Side::A, &part(Body::Request(b"cd"), 2, 1, false));
    rig.send(Side::A, &request(2, b"whole"));
    rig.end();
    assert_eq!((rig.seen.len(), rig.last().stub.as_deref()), (2, Some(&b"whole"[..])));
}

/// Seals with XOR 0x55, and remembers what it is told.
#[derive(Default)]
struct Xor {
    told: std::sync::Arc<std::sync::Mutex<Vec<String>>>,
}

impl Security for Xor {
    fn token(&mut self, token: &Token<'_>) {
        let text = format!("{} {:?} {:?} {:?}", token.ptype, token.sender, token.trailer.auth_type, token.token);
        self.told.lock().unwrap().push(text);
    }

    fn open(&mut self, p: &Protected<'_>, out: &mut Vec<u8>) -> Opened {
        out.clear();
        out.extend(p.pdu[p.body.clone()].iter().map(|b| b ^ 0x55));
        let cl = p.connectionless.unwrap();
        assert_eq!((p.body.len() % 8, p.trailer_header.len(), &p.pdu[p.auth_value.clone()]), (0, 4, &b"sig"[..]));
        if cl.fragment == 9 {
            return Opened::Failed { reason: "wrong".into(), doubt: Doubt::Signature };
        }
        Opened::Clear { verified: Verified::Right, decrypted: true }
    }

    fn gap(&mut self, _sender: Sender, _lost: Option<u64>) {}

    fn identity(&self, _trailer: &AuthTrailer) -> Identity {
        Identity::default()
    }
}

fn sealed(body: Body<&[u8]>, sequence: u32, fragment: u16, flags: Flags1) -> Vec<u8> {
    let mut pdu = pdu(body, false);
    (pdu.header.sequence, pdu.header.fragment, pdu.header.flags1) = (sequence, fragment, flags);
    pdu.header.auth_proto = 10;
    let trailer = AuthTrailer { auth_type: 10, auth_level: 6, auth_pad_length: 0, auth_context_id: 1 };
    pdu.verifier = Some(Verifier { trailer, header: (0, 0), value: b"sig" });
    let mut bytes = pdu.encode().unwrap();
    let end = if matches!(pdu.body, Body::Ping) { 80 } else { bytes.len() - 7 };
    bytes[80..end].iter_mut().for_each(|b| *b ^= 0x55);
    bytes
}

#[test]
fn sealed_messages() {
    let security = Xor::default();
    let told = security.told.clone();
    let mut rig = Rig::new(RpcLimits::default());
    rig.security = Box::new(security);
    let frag = Flags1::FRAG;
    rig.send(Side::A, &sealed(Body::Request(b"abc"), 1, 0, frag));
    // The callback brings the tokens of the handshake.
    let activity = header(PacketType::Request, false).activity;
    let mut question = activity.0.to_vec();
    question.extend_from_slice(&[9, 0, 0, 0, 2, 0, 0, 0, 7, 8, 0, 0, 2, 0, 0, 0, 0, 16, 0, 0]);
    let callback = |h: &mut Header| {
        (h.interface, h.activity, h.opnum) = (conv::INTERFACE, Guid([1; 16]), 3);
    };
    rig.send(Side::B, &make(Body::Request(&question), 0, callback));
    assert_eq!((rig.last().what.as_str(), rig.last().sender), ("request 3", Sender::Client));
    let mut answer = vec![0; 20];
    answer.extend_from_slice(&[0, 16, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 5, 6, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
    rig.send(Side::A, &make(Body::Response(&answer), 0, callback));
    assert_eq!(*told.lock().unwrap(), ["0 Server 10 [7, 8]", "2 Client 10 [5, 6]"]);
    rig.send(Side::A, &sealed(Body::Request(b"defgh"), 1, 1, frag | Flags1::LAST_FRAG));
    assert_eq!(rig.last().stub.as_deref(), Some(&b"abcdefgh"[..]));
    assert_eq!(rig.last().opened, Some(Opened::Clear { verified: Verified::Right, decrypted: true }));
    rig.send(Side::B, &sealed(Body::Fault(5), 1, 0, Flags1::empty()));
    assert_eq!((rig.last().what.as_str(), rig.last().note), ("fault Some(5) Some(8)", Some(400)));
    // A fragment that can't be opened spoils the message; a fault that can't has no status.
    for n in [8, 9] {
        for fragment in 0..=n {
            let last = if fragment == n { Flags1::LAST_FRAG } else { Flags1::empty() };
            rig.send(Side::A, &sealed(Body::Request(b"x"), n.into(), fragment, frag | last));
        }
    }
    let [.., good, bad] = rig.seen.as_slice() else { panic!() };
    assert_eq!((good.stub.as_ref().map(Vec::len), &bad.stub), (Some(9), &None));
    assert_eq!(bad.opened, Some(Opened::Failed { reason: "wrong".into(), doubt: Doubt::Signature }));
    rig.send(Side::B, &sealed(Body::Fault(5), 9, 9, Flags1::empty()));
    assert_eq!(rig.last().what, "fault None Some(8)");
}

#[test]
fn every_prefix_and_every_flipped_byte() {
    let stream = [
        request(1, b"ab"),
        response(1, b"cd"),
        part(Body::Request(b"ab"), 2, 0, false),
        part(Body::Request(b"cd"), 2, 1, true),
        make(Body::Fault(1), 2, |_| ()),
        sealed(Body::Request(b"abc"), 3, 0, Flags1::empty()),
        make(Body::Cancel(Some(Cancel { version: 0, id: 1 })), 3, |_| ()),
    ];
    let mut counts: BTreeMap<usize, u32> = BTreeMap::new();
    for (n, bytes) in stream.iter().enumerate() {
        for at in 0..bytes.len() {
            for value in [0, 1, 0x80, 0xff, bytes[at] ^ 1, bytes[at] ^ 0x10] {
                let mut bad = bytes.clone();
                bad[at] = value;
                let mut rig = Rig::new(RpcLimits::default());
                for (m, bytes) in stream.iter().enumerate() {
                    rig.send(Side::A, if m == n { &bad } else { bytes });
                }
                rig.end();
                *counts.entry(rig.seen.len()).or_default() += 1;
            }
            let mut rig = Rig::new(RpcLimits::default());
            rig.send(Side::A, &request(9, b""));
            rig.send(Side::A, &bytes[..at]);
            rig.end();
        }
    }
    assert!(counts.keys().all(|events| (3..=10).contains(events)), "{counts:?}");
}
