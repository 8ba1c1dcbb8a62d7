//! What a connection is said to hold while it remembers much of one kind, and which calls make room for others.
//!
//! A weight has to cover what is kept: the bytes of each thing, twice where it stands in a list or table that doubles
//! its room. It may not be a multiple of that either, or honest connections would be given up.

use super::*;
use crate::base::diagnostic::Diagnostic;
use crate::rpc::event::{AssumedContext, Call, Unbound};

/// An empty connection: itself, and 512 bytes for what goes with it.
const EMPTY: usize = size_of::<Connection<u32>>() + 512;

fn grown(rig: &mut Rig, change: impl FnOnce(&mut Rig)) -> usize {
    let before = rig.connection.cost();
    change(rig);
    rig.connection.cost() - before
}

fn between(weight: usize, least: usize, most: usize) {
    assert!((least..=most).contains(&weight), "{weight}, not {least} to {most}");
}

#[test]
fn calls() {
    let ask = |rig: &mut Rig, ids: std::ops::Range<u32>| {
        for id in ids {
            rig.data(Side::A, &request(id, 8, 3, b""));
        }
    };
    let call = size_of::<Call<u32>>();
    let mut rig = bound();
    // One alone stands in the connection itself; the second takes a table of four.
    between(grown(&mut rig, |rig| ask(rig, 1..2)), 192, 320);
    between(grown(&mut rig, |rig| ask(rig, 2..3)), 4 * call + 192, 4 * (call + 64) + 320);
    // 1000 take a table of 2048, which has room for seven eighths; each 192 bytes for its note and its place in line,
    // which is a number of eight bytes and the identifier in a queue that doubles.
    let mut rig = bound();
    let weight = grown(&mut rig, |rig| ask(rig, 1000..2000));
    between(weight, 2048 * (call + 1) + 1000 * (192 + 32), 2048 * (call + 64) + 1000 * 320);
    // A further one takes nothing but the note and the place.
    between(grown(&mut rig, |rig| ask(rig, 2000..2100)), 100 * (192 + 32), 100 * 320);
    // Answered ones keep the table, all of it: places that deletions have spoiled are there, too.
    let mut rig = bound();
    let weight = grown(&mut rig, |rig| {
        ask(rig, 1000..2750);
        for id in 1000..2750 {
            rig.data(Side::B, &response(id, 3, b""));
        }
    });
    between(weight, 2048 * (call + 1), 2048 * (call + 64));
}

/// An alter_context of so many contexts with so many transfer syntaxes each.
fn alter(call_id: u32, first: u16, contexts: u16, syntaxes: usize) -> Vec<u8> {
    let syntaxes = vec![SyntaxId::NDR; syntaxes];
    let elements: Vec<_> = (first..first + contexts).map(|id| (id, CLUSAPI, &syntaxes[..])).collect();
    make(PduBody::AlterContext(bind(&elements)), call_id, 3)
}

fn accept(call_id: u32, contexts: u16) -> Vec<u8> {
    make(PduBody::AlterContextResp(ack(&vec![(0, 0, SyntaxId::NDR); usize::from(contexts)])), call_id, 3)
}

#[test]
fn proposals() {
    let (element, syntax) = (size_of::<crate::rpc::pdu::ContextElement>(), size_of::<SyntaxId>());
    // Contexts that are known already, so that only the proposals grow.
    let proposed = |contexts: u16, syntaxes: usize| {
        let mut rig = Rig::new(RpcLimits::default());
        rig.data(Side::A, &alter(1, 0, contexts, 1));
        grown(&mut rig, |rig| {
            rig.data(Side::A, &alter(2, 0, contexts, syntaxes));
        })
    };
    between(proposed(100, 1), 100 * (2 * element + syntax), 100 * (2 * element + 2 * syntax + 64));
    between(proposed(40, 20), 40 * (2 * element + 20 * syntax), 40 * (2 * element + 40 * syntax + 64));
    between(proposed(1, 1), 2 * element + syntax + 32, 2 * element + 2 * syntax + 192);
    // The answer takes them off again.
    let mut rig = Rig::new(RpcLimits::default());
    // So that there is room for the answer's bytes.
    rig.data(Side::B, &accept(9, 40));
    rig.data(Side::A, &alter(1, 0, 40, 20));
    let before = rig.connection.cost();
    rig.data(Side::B, &accept(1, 40));
    between(before - rig.connection.cost(), 40 * (2 * element + 20 * syntax), 40 * (2 * element + 40 * syntax + 64));
    // As many wait for an answer as the limit says, no fewer.
    let mut rig = Rig::new(RpcLimits { pending_binds: 3, ..RpcLimits::default() });
    for call_id in 1..=3 {
        rig.data(Side::A, &alter(call_id, 0, 1, 1));
    }
    assert_eq!(rig.connection.counters().binds_evicted, 0);
    for (call_id, evicted) in [(4, 1), (5, 2), (6, 3)] {
        rig.data(Side::A, &alter(call_id, 0, 1, 1));
        assert_eq!(rig.connection.counters().binds_evicted, evicted);
    }
    for call_id in 3..=4 {
        rig.data(Side::B, &accept(call_id, 1));
    }
    assert_eq!(rig.whats()[6..], ["alter_context_resp 99=acceptance", "alter_context_resp 0=acceptance"]);
}

#[test]
fn contexts() {
    // 1000 contexts take a table of 2048.
    let mut rig = Rig::new(RpcLimits::default());
    for n in 0..10 {
        rig.data(Side::A, &alter(n, 100 * n as u16, 100, 1));
        rig.data(Side::B, &accept(n, 100));
    }
    assert_eq!(rig.connection.counters().contexts_dropped, 0);
    let context = size_of::<Context>();
    between(rig.connection.cost() - EMPTY, 2048 * context, 2048 * (context + 8) + 200);
    // What an answer accepted whose proposal was not captured.
    let mut rig = Rig::new(RpcLimits::default());
    rig.data(Side::B, &accept(1, 200));
    between(rig.connection.cost() - EMPTY, 200 * size_of::<SyntaxId>(), 400 * (size_of::<SyntaxId>() + 4));
}

#[test]
fn messages() {
    let fragments = |opnum: u16, count: usize| {
        let mut rig = bound();
        rig.data(Side::A, &request(2, 8, 1, b""));
        grown(&mut rig, |rig| {
            for _ in 0..count {
                rig.data(Side::A, &request(2, opnum, 0, b""));
            }
        })
    };
    // The number of each packet, eight bytes in a list that doubles.
    assert_eq!(fragments(8, 1000), 16 * 1000);
    // What is wrong with them, 16 times at most.
    let notes = fragments(9, 1000) - fragments(8, 1000);
    between(notes, 16 * size_of::<Diagnostic>(), 32 * size_of::<Diagnostic>());
}

/// Names every context, and takes so much for it.
struct Heavy;

impl Resolver for Heavy {
    fn resolve(&mut self, _: &Unbound<'_>) -> Option<AssumedContext> {
        let syntax = TransferSyntax::Ndr;
        Some(AssumedContext { interface: CLUSAPI.uuid, version: (3, 0), syntax, confidence: 900 })
    }

    fn cost(&self) -> usize {
        54_321
    }
}

#[test]
fn guesses() {
    let mut rig = Rig::with(Connection::with_resolver(RpcLimits::default(), Box::new(Heavy)), Box::new(NoSecurity));
    assert_eq!(rig.connection.cost(), EMPTY + 54_321);
    let weight = grown(&mut rig, |rig| {
        for context_id in 0..100 {
            let body = Request { alloc_hint: 0, context_id, opnum: 8, object: None, stub: b"" };
            // "Maybe", so that no call waits for an answer.
            rig.data(Side::A, &make(PduBody::Request(body), 2, 0x43));
        }
    });
    between(weight, 100 * (2 + size_of::<AssumedContext>()), 200 * (2 + size_of::<AssumedContext>()));
    // One that says nothing weighs nothing.
    let rig = Rig::with(Connection::with_resolver(RpcLimits::default(), Box::new(Guess)), Box::new(NoSecurity));
    assert_eq!(rig.connection.cost(), EMPTY);
}

/// Room for decrypted bodies is kept.
#[test]
fn decrypted_bodies() {
    let mut rig = Rig::with(Connection::new(RpcLimits::default()), Box::new(Xor::default()));
    let body = Request { alloc_hint: 0, context_id: 0, opnum: 8, object: None, stub: &[7; 5000] };
    rig.data(Side::A, &bind_ndr());
    let weight = grown(&mut rig, |rig| {
        rig.data(Side::A, &sealed(PduBody::Request(body), 2, 0x43, b""));
    });
    between(weight, 5000, 10_000);
}

/// Requests (`true`) and answers, by call: which answers found their request, and how many requests were forgotten and
/// replaced.
fn served(pending_calls: usize, script: &[(bool, u32)]) -> (Vec<u32>, u64, u64) {
    let mut rig = Rig::new(RpcLimits { pending_calls, ..RpcLimits::default() });
    rig.data(Side::A, &bind_ndr());
    rig.data(Side::B, &ack_ndr());
    let mut found = Vec::new();
    for (asks, id) in script {
        if *asks {
            rig.data(Side::A, &request(*id, 8, 3, b""));
        } else {
            rig.data(Side::B, &response(*id, 3, b""));
            found.extend(rig.last().what.ends_with("Some(8)").then_some(*id));
        }
    }
    let counters = rig.connection.counters();
    (found, counters.calls_evicted, counters.calls_replaced)
}

#[test]
fn old_calls_make_room() {
    let (ask, answer) = (true, false);
    // As many as the limit says; the oldest one goes.
    let three = [(ask, 2), (ask, 3), (answer, 2), (answer, 3)];
    assert_eq!(served(2, &three), (vec![2, 3], 0, 0));
    assert_eq!(served(1, &three), (vec![3], 1, 0));
    // At least one.
    assert_eq!(served(0, &three), (vec![3], 1, 0));
    // An identifier that is used again is as old as its latest request.
    let again = [(ask, 2), (ask, 3), (ask, 2), (ask, 4), (answer, 2), (answer, 3), (answer, 4)];
    assert_eq!(served(2, &again), (vec![2, 4], 1, 1));
    assert_eq!(served(3, &again), (vec![2, 3, 4], 0, 1));
    // Answered ones take no room, and their age is not another's.
    let between = [(ask, 2), (answer, 2), (ask, 3), (ask, 4), (ask, 5), (answer, 3), (answer, 4), (answer, 5)];
    assert_eq!(served(2, &between), (vec![2, 4, 5], 1, 0));
    let twice = [(ask, 2), (answer, 2), (ask, 3), (ask, 2), (ask, 4), (answer, 3), (answer, 2), (answer, 4)];
    assert_eq!(served(2, &twice), (vec![2, 2, 4], 1, 0));
    // Three replaced are three.
    let replaced = [(ask, 2), (ask, 2), (ask, 2), (ask, 2), (answer, 2), (answer, 2)];
    assert_eq!(served(2, &replaced), (vec![2], 0, 3));
}

/// The order of ages outlasts any number of calls that were answered in between.
#[test]
fn old_calls_stay_in_order() {
    let (ask, answer) = (true, false);
    for answered in [0, 10, 40, 200] {
        let mut script = vec![(ask, 2), (ask, 3)];
        script.extend((100..100 + answered).flat_map(|id| [(ask, id), (answer, id)]));
        script.extend([(ask, 4), (ask, 5), (ask, 6), (answer, 2), (answer, 3), (answer, 4), (answer, 5), (answer, 6)]);
        let found: Vec<u32> = (100..100 + answered).chain([4, 5, 6]).collect();
        assert_eq!(served(3, &script), (found, 2, 0), "{answered}");
        // The one that is left of the old ones is the younger one.
        let last = script.len() - 6;
        script.remove(last);
        let found: Vec<u32> = (100..100 + answered).chain([3, 4, 5]).collect();
        assert_eq!(served(3, &script), (found, 1, 0), "{answered}");
    }
}
