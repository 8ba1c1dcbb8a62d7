//! Random damage to well-formed traffic, from a fixed seed: nothing panics, and memory stays inside the limits.

use super::*;
use crate::rpc::dg::{Conversation, Received};

/// xorshift64*.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

/// A PDU of some type with few different identifiers, so that they meet each other.
fn some_pdu(random: &mut Random) -> Vec<u8> {
    let (call_id, flags) = (random.below(4) as u32, random.below(4) as u8);
    let stub = vec![5; random.below(40)];
    let (opnum, context_id) = (random.below(3) as u16, random.below(3) as u16);
    match random.below(12) {
        0..=3 => {
            let body = Request { alloc_hint: 0, context_id, opnum, object: None, stub: &stub };
            if random.chance(2) {
                make(PduBody::Request(body), call_id, flags)
            } else {
                sealed(PduBody::Request(body), call_id, flags, b"pad")
            }
        }
        4..=6 => response(call_id, flags, &stub),
        7 => fault(call_id, 5),
        8 => make(PduBody::AlterContext(bind(&[(context_id, CLUSAPI, &[SyntaxId::NDR, SyntaxId::NDR64])])), call_id, 3),
        9 => make(PduBody::AlterContextResp(ack(&[(opnum, 0, SyntaxId::NDR)])), call_id, 3),
        10 => make(PduBody::CoCancel, call_id, 3),
        _ => make(PduBody::Orphaned, call_id, 3),
    }
}

#[test]
fn connections() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let limits = RpcLimits {
        message_bytes: 100,
        total_bytes: 150,
        open_messages: 2,
        pending_calls: 3,
        contexts: 2,
        pending_binds: 2,
        frames: 3,
        diagnostics: 2,
        ..RpcLimits::default()
    };
    for _ in 0..2000 {
        let mut rig = Rig::with(Connection::new(limits), Box::new(Xor::default()));
        for _ in 0..random.below(30) {
            let side = if random.chance(2) { Side::A } else { Side::B };
            let mut bytes = some_pdu(&mut random);
            while random.chance(4) {
                let at = random.below(bytes.len());
                bytes[at] = random.next() as u8;
            }
            if random.chance(10) {
                bytes.truncate(random.below(bytes.len()));
            }
            let at = random.below(bytes.len());
            rig.data(side, &bytes[..at]);
            if random.chance(12) {
                let lost = (!random.chance(3)).then(|| random.below(60) as u64);
                rig.gap(side, lost);
            }
            rig.data(side, &bytes[at..]);
        }
        rig.end();
        assert!(rig.seen.iter().all(|s| s.frames.len() <= 3 && s.rules.len() <= 2));
        assert!(rig.seen.iter().all(|s| s.fragments < 2 || s.stub.as_ref().is_none_or(|stub| stub.len() <= 100)));
    }
}

#[test]
fn conversations() {
    let mut random = Random(0x0123_4567_89ab_cdef);
    let limits = RpcLimits { message_bytes: 400, total_bytes: 900, activities: 2, frames: 3, ..RpcLimits::default() };
    for _ in 0..2000 {
        let mut conversation: Conversation<u32> = Conversation::new(limits);
        let mut events = 0;
        let mut out = |event: Event<'_, u32>| {
            events += 1;
            assert!(event.frames().len() <= 3);
        };
        let mut datagrams = 0;
        for frame in 1..random.below(40) as u64 {
            let mut data = vec![4, random.below(11) as u8, random.below(128) as u8 & 0x3e, 0, 0x10, 0, 0, 0];
            data.resize(40, 0);
            data.resize(56, 1 + random.below(3) as u8);
            data.resize(64, 2);
            let body = vec![0; random.below(60)];
            data.extend_from_slice(&[random.below(5) as u8, 0, 0, 0, random.below(3) as u8, 0, 0, 0, 0, 0]);
            let auth = if random.chance(4) { 10 } else { 0 };
            data.extend_from_slice(&[body.len() as u8, 0, random.below(6) as u8, 0, auth, 0]);
            data.extend_from_slice(&body);
            if random.chance(3) {
                let at = random.below(data.len());
                data[at] = random.next() as u8;
            }
            let wire_len = data.len();
            if random.chance(10) {
                data.truncate(random.below(wire_len));
            }
            let side = if random.chance(2) { Side::A } else { Side::B };
            let received = Received { side, frames: &[frame], time: None, data: &data, wire_len, identification: None };
            conversation.datagram(received, &mut NoSecurity, &mut out);
            datagrams += 1;
        }
        conversation.end(&mut NoSecurity, &mut out);
        // Each datagram makes at most one event of its own and leaves at most one message behind.
        assert!(events <= 2 * datagrams, "{events} {datagrams}");
    }
}

/// A PDU of the client and one of the server, mostly what [`Session::plain`] is for.
fn plain_pdus(random: &mut Random) -> [Vec<u8>; 2] {
    let call_id = random.below(4) as u32;
    let mut flags = 3;
    if random.chance(6) {
        flags ^= 1 << random.below(8);
    }
    let stub = vec![7; random.below(20)];
    let context_id = if random.chance(8) { random.below(4) as u16 } else { 0 };
    let object = random.chance(15).then_some(SyntaxId::NDR.uuid);
    let opnum = random.below(9) as u16;
    let mut client =
        make(PduBody::Request(Request { alloc_hint: 0, context_id, opnum, object, stub: &stub }), call_id, flags);
    let answer = Response { alloc_hint: 0, context_id, cancel_count: opnum as u8, reserved: 0, stub: &stub };
    let mut server = make(PduBody::Response(answer), call_id, 3);
    match random.below(12) {
        0 => client = some_pdu(random),
        1 => server = some_pdu(random),
        2 => server = fault(call_id, 5),
        3 => {
            // Behind what cuts the stream into PDUs.
            let at = 10 + random.below(client.len() - 10);
            client[at] ^= 1 << random.below(8);
        }
        4 => server.extend(response(call_id ^ 1, 3, b"and another")),
        5 => client.extend(request(call_id ^ 1, 4, 3, b"and another")),
        _ => {}
    }
    [client, server]
}

/// What comes whole may go the short way; what comes in two pieces can't. Both lead to the same.
#[test]
fn plain_messages_in_one_piece_and_in_two() {
    let mut random = Random(0x0123_4567_89ab_cdef);
    let limits = RpcLimits { pending_calls: 3, diagnostics: 1, ..RpcLimits::default() };
    for round in 0..300 {
        let mut rigs = [Connection::<u32>::new(limits), Connection::new(limits)];
        let mut seen = [Vec::new(), Vec::new()];
        let contexts: [(u16, _, &[SyntaxId]); 2] = [(0, CLUSAPI, &[SyntaxId::NDR]), (1, CLUSAPI, &[SyntaxId::NDR])];
        let first = [
            make(PduBody::Bind(bind(&contexts)), 1, 3),
            make(PduBody::BindAck(ack(&[(0, 0, SyntaxId::NDR), (2, 0, SyntaxId::NDR)])), 1, 3),
        ];
        for frame in 1..40 {
            let pdus = if frame == 1 && round % 10 > 0 { first.clone() } else { plain_pdus(&mut random) };
            for (side, pdu) in [Side::A, Side::B].into_iter().zip(pdus) {
                for (two, (rig, seen)) in rigs.iter_mut().zip(&mut seen).enumerate() {
                    let (one, rest) = pdu.split_at(two);
                    for part in [one, rest] {
                        rig.data(
                            side,
                            frame,
                            Some(Timestamp(frame as i64)),
                            part,
                            &mut NoSecurity,
                            &mut |mut event| {
                                if let Some(call) = &mut event.call {
                                    call.note = call.note.wrapping_add(frame as u32);
                                }
                                seen.push(format!("{event:?}"));
                            },
                        );
                    }
                }
            }
            let [one, two] = &rigs;
            assert_eq!(seen[0], seen[1]);
            assert_eq!(one.counters(), two.counters());
            assert_eq!((one.client(), one.recognition()), (two.client(), two.recognition()));
        }
    }
}
