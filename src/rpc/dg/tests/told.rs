//! What events of connectionless PDUs tell beside their stubs; what is counted, and what a conversation weighs.

use super::super::deliver::{State, sender_of};
use super::*;
use crate::base::{Side, Timestamp};
use crate::rpc::connection::Recognition;
use crate::rpc::event::{self, Context, ContextState, Sizes};
use crate::rpc::header::PfcFlags;
use crate::rpc::security::{NoSecurity, Opened, Sender, Verified};
use crate::rpc::{RpcLimits, TransferSyntax};
use alloc::collections::VecDeque;
use alloc::string::{String, ToString};

/// Everything that an event says apart from its body and notes.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    ptype: Option<PacketType>,
    side: Side,
    sender: Sender,
    call_id: Option<u32>,
    flags: PfcFlags,
    representation: Representation,
    context: Option<Context>,
    serial: Option<u16>,
    times: (Option<Timestamp>, Option<Timestamp>),
    fragments: u32,
    sizes: Option<Sizes>,
    opened: Option<Opened>,
    mechanism: Option<String>,
    intact: Option<usize>,
}

struct Rig {
    conversation: Conversation<u64>,
    told: Vec<Told>,
    frame: u64,
}

impl Rig {
    fn new(limits: RpcLimits) -> Rig {
        Rig { conversation: Conversation::new(limits), told: Vec::new(), frame: 0 }
    }

    fn send(&mut self, side: Side, data: &[u8]) -> Recognition {
        self.send_cut(side, data, data.len())
    }

    fn send_cut(&mut self, side: Side, data: &[u8], wire_len: usize) -> Recognition {
        self.frame += 1;
        let (frames, time) = ([self.frame], Some(Timestamp(self.frame as i64)));
        let told = &mut self.told;
        let received = Received { side, frames: &frames, time, data, wire_len, identification: None };
        self.conversation.datagram(received, &mut NoSecurity, &mut |e| {
            let intact = match e.body {
                event::Body::Incomplete { intact, .. } => Some(intact),
                _ => None,
            };
            told.push(Told {
                ptype: e.ptype,
                side: e.side,
                sender: e.sender,
                call_id: e.call_id,
                flags: e.flags,
                representation: e.representation,
                context: e.context,
                serial: e.datagram.map(|h| h.serial),
                times: (e.first_time(), e.time()),
                fragments: e.fragments,
                sizes: e.auth.as_ref().map(|a| a.sizes),
                opened: e.auth.as_ref().and_then(|a| a.opened.clone()),
                mechanism: e.auth.as_ref().map(|a| a.identity.mechanism.clone()),
                intact,
            });
        })
    }

    fn last(&self) -> &Told {
        self.told.last().unwrap()
    }
}

fn make(body: Body<&[u8]>, sequence: u32, big: bool, change: impl FnOnce(&mut Pdu<'_>)) -> Vec<u8> {
    let mut pdu = pdu(body, big);
    pdu.header.sequence = sequence;
    pdu.header.flags1 = Flags1::empty();
    change(&mut pdu);
    pdu.encode().unwrap()
}

fn request(sequence: u32, stub: &[u8]) -> Vec<u8> {
    make(Body::Request(stub), sequence, false, |_| ())
}

/// The header tells the call, the interface, flags and representation; the packets tell the times.
#[test]
fn requests() {
    let mut rig = Rig::new(RpcLimits::default());
    let object = Guid::constant("11111111-2222-3333-4444-555555555555");
    rig.send(
        Side::A,
        &make(Body::Request(b"ab"), 0x0708, true, |pdu| {
            pdu.header.flags1 = Flags1::MAYBE;
            pdu.header.object = object;
            pdu.header.interface_version = (3, 1);
        }),
    );
    let whole = PfcFlags::FIRST_FRAG | PfcFlags::LAST_FRAG;
    let context = |version| Context {
        id: 0,
        interface: CLUSAPI,
        version,
        syntax: TransferSyntax::Ndr,
        state: ContextState::Stated,
        assumed: false,
        confidence: None,
    };
    let expected = Told {
        ptype: Some(PacketType::Request),
        side: Side::A,
        sender: Sender::Client,
        call_id: Some(0x0708),
        flags: whole | PfcFlags::MAYBE | PfcFlags::OBJECT_UUID,
        representation: Representation::BIG,
        context: Some(context((3, 1))),
        serial: Some(0x0102),
        times: (Some(Timestamp(1)), Some(Timestamp(1))),
        fragments: 1,
        sizes: None,
        opened: None,
        mechanism: None,
        intact: None,
    };
    assert_eq!(*rig.last(), expected);
    rig.send(Side::B, &make(Body::Request(b"ab"), 0x0709, false, |_| ()));
    let plain = Told {
        side: Side::B,
        call_id: Some(0x0709),
        flags: whole,
        representation: Representation::LITTLE,
        context: Some(context((2, 0))),
        times: (Some(Timestamp(2)), Some(Timestamp(2))),
        ..expected
    };
    assert_eq!(*rig.last(), plain);
    // What can't be read belongs to nobody; the side tells who is likely to have sent it.
    for (side, sender) in [(Side::A, Sender::Client), (Side::B, Sender::Server)] {
        assert_eq!(rig.send(side, b"?"), Recognition::Rpc);
        let told = rig.last();
        assert_eq!((told.ptype, told.side, told.sender, told.call_id), (None, side, sender, None));
        assert_eq!((told.context, told.serial, told.fragments), (None, None, 1));
    }
    let counters = rig.conversation.counters();
    assert_eq!((counters.pdus, counters.malformed), (4, 2));
}

#[test]
fn who_sends_what() {
    for (ptype, sender) in [
        (PacketType::Request, Some(Sender::Client)),
        (PacketType::Ping, Some(Sender::Client)),
        (PacketType::Ack, Some(Sender::Client)),
        (PacketType::ClCancel, Some(Sender::Client)),
        (PacketType::Fack, None),
        (PacketType::Response, Some(Sender::Server)),
        (PacketType::Fault, Some(Sender::Server)),
        (PacketType::Working, Some(Sender::Server)),
        (PacketType::Nocall, Some(Sender::Server)),
        (PacketType::Reject, Some(Sender::Server)),
        (PacketType::CancelAck, Some(Sender::Server)),
    ] {
        assert_eq!(sender_of(ptype), sender, "{ptype:?}");
    }
    // Facks come from both: from whoever the call's other side is not.
    let mut rig = Rig::new(RpcLimits::default());
    rig.send(Side::B, &request(1, b""));
    for (side, sender) in [(Side::A, Sender::Server), (Side::B, Sender::Client)] {
        rig.send(side, &make(Body::Fack(None), 1, false, |_| ()));
        assert_eq!(rig.last().sender, sender);
    }
}

/// Sizes of all fragments together; times of the first and the last packet.
#[test]
fn fragments_add_up() {
    let mut rig = Rig::new(RpcLimits::default());
    let part = |fragment: u16, level: u8, stub: &'static [u8]| {
        make(Body::Request(stub), 1, false, |pdu| {
            pdu.header.flags1 = if fragment == 2 { Flags1::FRAG | Flags1::LAST_FRAG } else { Flags1::FRAG };
            (pdu.header.fragment, pdu.header.auth_proto) = (fragment, 10);
            let trailer = AuthTrailer { auth_type: 10, auth_level: level, auth_pad_length: 0, auth_context_id: 0 };
            pdu.verifier = Some(Verifier { trailer, header: (0, 0), value: b"sixteen byte sig" });
        })
    };
    for (fragment, stub) in [(0, &b"abc"[..]), (1, b"de"), (2, b"fghi")] {
        rig.send(Side::A, &part(fragment, 5, stub));
    }
    let told = rig.last();
    assert_eq!((rig.told.len(), told.fragments), (1, 3));
    assert_eq!(told.times, (Some(Timestamp(1)), Some(Timestamp(3))));
    assert_eq!(told.sizes, Some(Sizes { stub: 9, auth: 48 }));
    assert_eq!(told.opened, Some(Opened::Clear { verified: Verified::Unchecked, decrypted: false }));
    assert_eq!(told.mechanism.as_deref(), Some("ntlm"));
    // Level 1 protects nothing: nobody is asked.
    for (level, opened) in [(1, false), (2, true)] {
        let mut rig = Rig::new(RpcLimits::default());
        (0..3).for_each(|n| {
            rig.send(Side::A, &part(n, level, b"x"));
        });
        assert_eq!(rig.last().opened.is_some(), opened, "{level}");
    }
}

/// So many bytes of a datagram that the capture cut are there without a hole.
#[test]
fn cut_datagrams() {
    let mut rig = Rig::new(RpcLimits::default());
    for n in 1..4 {
        let whole = request(n, b"abcdefgh");
        rig.send_cut(Side::A, &whole[..whole.len() - 3], whole.len());
        assert_eq!((rig.last().intact, rig.last().call_id), (Some(5), Some(n)));
        assert_eq!(rig.conversation.counters().messages_incomplete, u64::from(n));
    }
}

/// Each repetition counts, and each message that became too large.
#[test]
fn counters() {
    let mut rig = Rig::new(RpcLimits { message_bytes: 300, ..RpcLimits::default() });
    for n in 1..4 {
        rig.send(Side::A, &request(1, b""));
        assert_eq!(rig.conversation.counters().duplicates, n - 1);
    }
    for sequence in 2..4 {
        for fragment in 0..4 {
            rig.send(
                Side::A,
                &make(Body::Request(b"ab"), sequence, false, |pdu| {
                    (pdu.header.flags1, pdu.header.fragment) = (Flags1::FRAG, fragment);
                }),
            );
        }
        assert_eq!(rig.conversation.counters().messages_too_large, u64::from(sequence) - 1);
    }
    // What is below the last number is over.
    for (sequence, repeated) in [(36, true), (99, true), (35, true), (103, false)] {
        let mut rig = Rig::new(RpcLimits::default());
        (100..103).for_each(|n| {
            rig.send(Side::A, &request(n, b""));
        });
        rig.send(Side::A, &request(sequence, b""));
        assert_eq!(rig.told.len(), if repeated { 3 } else { 4 }, "{sequence}");
        assert_eq!(rig.conversation.counters().duplicates, u64::from(repeated));
        rig.send(Side::A, &request(102, b""));
        assert_eq!(rig.conversation.counters().duplicates, u64::from(repeated) + 1);
    }
    let mut rig = Rig::new(RpcLimits::default());
    [101, 102, 100].iter().for_each(|n| {
        rig.send(Side::A, &request(*n, b""));
    });
    assert_eq!(rig.told.len(), 2);
    let mut rig = Rig::new(RpcLimits { activities: 1, ..RpcLimits::default() });
    for n in 0..4 {
        rig.send(Side::A, &make(Body::Request(b""), 1, false, |pdu| pdu.header.activity = Guid([n + 1; 16])));
        assert_eq!(rig.conversation.counters().activities_evicted, u64::from(n));
    }
}

/// What no longer looks like a PDU, so many times, is none.
#[test]
fn attempts() {
    let mut rig = Rig::new(RpcLimits { recognition_attempts: 3, ..RpcLimits::default() });
    let after: Vec<_> = (0..3).map(|_| rig.send(Side::A, b"nothing")).collect();
    assert_eq!(after, [Recognition::Undecided, Recognition::Undecided, Recognition::NotRpc]);
    assert_eq!(rig.send(Side::A, &request(1, b"")), Recognition::NotRpc);
    assert_eq!((rig.told.len(), rig.conversation.counters().pdus), (0, 0));
}

/// Activities, calls and fragments weigh what they take, and nothing once they are gone.
#[test]
fn weights() {
    // As `conversation.rs` has it.
    #[allow(dead_code)]
    struct Activity {
        age: u64,
        past: Option<u32>,
        calls: VecDeque<State<u64>>,
        trailer: Option<AuthTrailer>,
    }
    let activity = 2 * size_of::<(Guid, Activity)>() + 64;
    let state = size_of::<State<u64>>() + 256;
    let mut rig = Rig::new(RpcLimits::default());
    let base = size_of::<Conversation<u64>>() + 512;
    assert_eq!(rig.conversation.cost(), base);
    for n in 1..4u8 {
        for sequence in 1..3 {
            rig.send(Side::A, &make(Body::Request(b""), sequence, false, |pdu| pdu.header.activity = Guid([n; 16])));
            let (activities, calls) = (usize::from(n), 2 * usize::from(n - 1) + sequence as usize);
            assert_eq!(rig.conversation.cost(), base + activities * activity + calls * state, "{n} {sequence}");
        }
    }
    let before = rig.conversation.cost();
    let stub = [7; 1000];
    rig.send(
        Side::A,
        &make(Body::Request(&stub), 3, false, |pdu| {
            (pdu.header.flags1, pdu.header.activity) = (Flags1::FRAG, Guid([1; 16]));
        }),
    );
    // A byte for each of the stub's, and what each fragment costs beside them.
    assert_eq!(rig.conversation.cost(), before + state + 1000 + 96);
    rig.conversation.end(&mut NoSecurity, &mut |_| ());
    // The number of its last call is kept of each.
    assert_eq!(rig.conversation.cost(), base + 3 * 64);
    assert_eq!(Guid([1; 16]).to_string().len(), 36);
}

/// C706 12.5: a verifier stands behind the body at the next multiple of 8, if one is announced and fits.
#[test]
fn bodies_and_verifiers() {
    let range = |length, auth_proto, available| {
        Header { length, auth_proto, ..header(PacketType::Ping, false) }.body_range(available)
    };
    for (length, auth_proto, available, end) in
        [(5, 0, 200, 85), (5, 10, 200, 88), (5, 10, 88, 88), (5, 10, 87, 85), (8, 10, 200, 88), (0, 0, 200, 80)]
    {
        assert_eq!(range(length, auth_proto, available), 80..end, "{length} {auth_proto} {available}");
    }
    // Bytes behind the body are a verifier only where one is announced.
    let mut bytes = request(1, b"12345678");
    bytes.extend([6; 24]);
    assert_eq!(Pdu::parse(&bytes).unwrap().verifier, None);
    bytes[78] = 10;
    assert_eq!(Pdu::parse(&bytes).unwrap().verifier.map(|v| v.value.len()), Some(20));
    // A body that can't be read may be sealed from level 6 on.
    let mut fault = make(Body::Fault(1), 1, false, |_| ());
    fault.extend([0; 28]);
    fault[74] = 2;
    fault[78] = 10;
    for (level, sealed) in [(5, false), (6, true), (7, true)] {
        fault[88] = level;
        let parsed = Pdu::parse(&fault).map(|pdu| pdu.body);
        assert_eq!(parsed.is_ok_and(|body| body == Body::Sealed(&[1, 0])), sealed, "{level}");
    }
}
