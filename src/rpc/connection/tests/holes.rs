//! What is passed over, to the byte; what is counted; what a connection weighs.

use super::*;

const GARBAGE: u8 = 0xaa;
const HEADERLESS: &str = "no PDU header where one was due";

/// Whatever stands where a header was due is passed over, and the next PDU is read, however the two were cut into
/// chunks.
#[test]
fn garbage_before_a_pdu() {
    let pdu = response(3, 3, b"abc");
    for garbage in [1_usize, 2, 9, 14, 15, 16, 17, 31, 32, 40] {
        let stream = [vec![GARBAGE; garbage], pdu.clone()].concat();
        for size in 1..=stream.len() {
            let mut rig = bound();
            stream.chunks(size).for_each(|chunk| {
                rig.data(Side::B, chunk);
            });
            let skipped = format!("- skipped {garbage} lost Some(0) {HEADERLESS}");
            assert_eq!(rig.whats()[2..], [skipped.as_str(), "response None"], "{garbage} bytes, chunks of {size}");
            assert_eq!(rig.connection.counters().skipped_bytes, garbage as u64);
            assert_eq!(rig.last().stub.as_deref(), Some(&b"abc"[..]));
            // Its packets and no other: two were there before, each chunk is another one.
            let frames: Vec<u64> = (garbage / size..=(stream.len() - 1) / size).map(|n| n as u64 + 3).collect();
            assert_eq!(rig.last().frames, frames, "{garbage} bytes, chunks of {size}");
        }
    }
}

/// Bytes that look like a header's beginning are kept only as long as they do.
#[test]
fn half_a_header_before_garbage() {
    for prefix in [&[5][..], &[5, 0], &[5, 0, 2, 3, 0x10, 0, 0, 0]] {
        let mut rig = Rig::new(RpcLimits::default());
        rig.data(Side::A, &bind_ndr());
        rig.data(Side::B, prefix);
        rig.data(Side::B, &[GARBAGE; 20]);
        rig.data(Side::B, &response(3, 3, b""));
        let skipped = prefix.len() + 20;
        let expected = format!("- skipped {skipped} lost Some(0) the direction's beginning was not captured");
        assert_eq!(rig.whats()[1..], [expected.as_str(), "response None"]);
    }
}

/// Sixteen bytes that begin well are no header yet: a length below 16 can't be.
#[test]
fn a_header_is_judged_by_all_of_it() {
    let mut short = request(1, 8, 3, b"");
    short[8..10].copy_from_slice(&[15, 0]);
    let mut rig = Rig::new(RpcLimits::default());
    for _ in 0..3 {
        assert_eq!(rig.data(Side::A, &short), Recognition::Undecided);
    }
    assert_eq!(rig.data(Side::A, &short), Recognition::NotRpc);
    assert!(rig.seen.is_empty());
}

/// Where the beginning is missing, so many bytes are searched and no more; once the connection is known to be RPC, all
/// of them.
#[test]
fn how_far_is_searched() {
    let limits = RpcLimits { recognition_bytes: 100, ..RpcLimits::default() };
    for (bytes, recognition) in [(100, Recognition::Undecided), (101, Recognition::NotRpc)] {
        let mut rig = Rig::new(limits);
        rig.gap(Side::A, None);
        assert_eq!(rig.data(Side::A, &vec![GARBAGE; bytes]), recognition, "{bytes}");
    }
    let mut rig = Rig::new(limits);
    rig.data(Side::A, &bind_ndr());
    rig.gap(Side::B, None);
    rig.data(Side::B, &[GARBAGE; 1000]);
    rig.data(Side::B, &response(3, 3, b""));
    assert_eq!(rig.last().what, "response None");
}

/// A gap while searching adds to what was lost; what was kept before it can't be continued.
#[test]
fn gaps_while_searching() {
    let mut rig = bound();
    rig.data(Side::B, &[GARBAGE; 40]);
    rig.gap(Side::B, Some(10));
    rig.data(Side::B, &[GARBAGE; 3]);
    rig.gap(Side::B, Some(5));
    rig.data(Side::B, &response(3, 3, b""));
    assert_eq!(rig.whats()[2], format!("- skipped 43 lost Some(15) {HEADERLESS}"));
    let mut rig = bound();
    rig.data(Side::B, &[GARBAGE; 40]);
    rig.gap(Side::B, None);
    rig.data(Side::B, &response(3, 3, b""));
    assert_eq!(rig.whats()[2], format!("- skipped 40 lost None {HEADERLESS}"));
}

/// Ten bytes of a header tell its PDU's length, but only a whole header is a PDU that was cut.
#[test]
fn a_gap_or_an_end_within_a_header() {
    let pdu = response(3, 3, b"abcdefgh");
    for kept in [10, 12, 15] {
        let mut rig = bound();
        rig.data(Side::B, &pdu[..kept]);
        rig.gap(Side::B, Some(16 - kept as u64));
        rig.data(Side::B, &pdu[16..]);
        rig.data(Side::B, &response(4, 3, b""));
        let lost = 16 - kept;
        let skipped = kept + pdu.len() - 16;
        assert_eq!(rig.whats()[2..], [format!("- skipped {skipped} lost Some({lost}) lost").as_str(), "response None"]);

        let mut rig = bound();
        rig.data(Side::B, &pdu[..kept]);
        rig.end();
        assert_eq!(rig.whats()[2..], [format!("- skipped {kept} lost Some(0) end")]);

        let mut rig = bound();
        rig.data(Side::B, &[GARBAGE; 20]);
        rig.data(Side::B, &pdu[..kept]);
        rig.end();
        assert_eq!(rig.whats()[2..], [format!("- skipped {} lost Some(0) {HEADERLESS}", 20 + kept)]);
    }
    // From sixteen on it is.
    let mut rig = bound();
    rig.data(Side::B, &pdu[..16]);
    rig.end();
    assert!(!rig.last().what.contains("skipped"), "{:?}", rig.whats());
}

/// A hole within a PDU takes the rest of that PDU and nothing of the next one.
#[test]
fn the_rest_of_a_pdu_with_a_hole() {
    let pdu = response(3, 3, b"abcdefgh");
    for lost in 1..=(pdu.len() - 20) {
        let mut rig = bound();
        rig.data(Side::B, &pdu[..20]);
        rig.gap(Side::B, Some(lost as u64));
        rig.data(Side::B, &[&pdu[20 + lost..], &response(4, 3, b"xy")].concat());
        assert_eq!(rig.last().what, "response None", "{lost}");
        assert_eq!(rig.last().stub.as_deref(), Some(&b"xy"[..]), "{lost}");
        assert_eq!(rig.connection.counters().skipped_bytes, 0, "{lost}");
    }
}

/// An answer to a bind of which the end is missing is still that answer.
#[test]
fn cut_answers_to_binds() {
    let cases: [(&[u8], &[u8]); 2] = [
        (&bind_ndr(), &ack_ndr()),
        (
            &make(PduBody::AlterContext(bind(&[(1, CLUSAPI, &[SyntaxId::NDR])])), 5, 3),
            &make(PduBody::AlterContextResp(ack(&[(0, 0, SyntaxId::NDR)])), 5, 3),
        ),
    ];
    for (i, (ask, answer)) in cases.into_iter().enumerate() {
        let mut connection = Connection::<u32>::new(RpcLimits::default());
        let mut kinds = Vec::new();
        let mut out = |event: Event<'_, u32>| {
            kinds.push(match event.body {
                Body::BindAck(_) => "ack",
                Body::AlterContextResp(_) => "resp",
                Body::Bind(_) | Body::AlterContext(_) => "ask",
                _ => "other",
            });
        };
        connection.data(Side::A, 1, None, ask, &mut NoSecurity, &mut out);
        connection.data(Side::B, 2, None, &answer[..answer.len() - 4], &mut NoSecurity, &mut out);
        connection.end(Side::B, "end", &mut NoSecurity, &mut out);
        assert_eq!(kinds, ["ask", ["ack", "resp"][i]]);
    }
}

/// Each of these counts every time.
#[test]
fn counters() {
    let mut rig = bound();
    for _ in 0..3 {
        rig.data(Side::A, &request(2, 8, 3, b""));
    }
    assert_eq!(rig.connection.counters().calls_replaced, 2);
    // Fragments whose message goes on with a first one again.
    for _ in 0..3 {
        rig.data(Side::A, &request(3, 8, 1, b"part"));
    }
    assert_eq!(rig.connection.counters().messages_incomplete, 2);
    // Requests of which the capture has the beginning.
    let mut rig = bound();
    for call_id in 2..5 {
        let whole = request(call_id, 8, 3, b"abcdefgh");
        rig.data(Side::A, &whole[..28]);
        rig.gap(Side::A, Some(4));
    }
    assert_eq!(rig.connection.counters().messages_incomplete, 3);
    assert_eq!(rig.last().stub.as_deref(), Some(&b"abcd"[..]));
}

/// Bytes behind a fault's status are its stub.
#[test]
fn stubs_of_faults() {
    let mut rig = bound();
    let stub = b"more";
    let body = Fault { alloc_hint: 36, context_id: 0, cancel_count: 0, flags: 0, status: 5, reserved: Some(0), stub };
    rig.data(Side::A, &request(2, 8, 3, b""));
    rig.data(Side::B, &make(PduBody::Fault(body), 2, 3));
    assert_eq!((rig.last().what.as_str(), rig.last().stub.as_deref()), ("fault Some(5) Some(8)", Some(&stub[..])));
}

/// What a connection is said to hold: itself, its buffers, and so much for each thing that it remembers.
#[test]
fn costs() {
    let mut rig = Rig::new(RpcLimits::default());
    let base = size_of::<Connection<u32>>() + 512;
    assert_eq!(rig.connection.cost(), base);
    // One buffer, then the other.
    let buffers = |rig: &Rig| {
        let [a, b] = &rig.connection.directions;
        (a.buffer.capacity(), b.buffer.capacity())
    };
    rig.data(Side::A, &bind_ndr()[..12]);
    let (a, _) = buffers(&rig);
    assert!(a >= 12);
    assert_eq!(rig.connection.cost(), base + a);
    rig.data(Side::B, &ack_ndr()[..10]);
    let (a, b) = buffers(&rig);
    assert!(b >= 10);
    assert_eq!(rig.connection.cost(), base + a + b);

    // Calls without an answer, apart from everything else.
    let mut rig = bound();
    let calls = |rig: &Rig| rig.connection.session.calls.cost();
    let others = |rig: &Rig| rig.connection.cost() - calls(rig);
    let (none, before) = (calls(&rig), others(&rig));
    rig.data(Side::A, &request(2, 8, 3, b""));
    let one = calls(&rig);
    assert!(one >= none + size_of::<crate::rpc::event::Call<u32>>(), "{one}");
    rig.data(Side::A, &request(3, 8, 3, b""));
    let two = calls(&rig);
    assert!(two > one);
    assert_eq!(others(&rig), before);
    // The table that the earlier call was in stays; the call made last needs none.
    rig.data(Side::B, &response(2, 3, b""));
    assert!((one..two).contains(&calls(&rig)));
    rig.data(Side::B, &response(3, 3, b""));
    assert_eq!(calls(&rig) - none, two - one - (one - none));
    assert_eq!(others(&rig), before);
    rig.data(Side::A, &request(3, 8, 3, b""));
    // An open message weighs at least its bytes, and nothing once it is whole.
    rig.data(Side::A, &request(4, 8, 1, &[7; 1000]));
    let open = others(&rig);
    assert!((before + 1000..before + 3500).contains(&open), "{before} {open}");
    rig.data(Side::A, &request(4, 8, 0, &[7; 1000]));
    assert!((open + 1000..open + 2500).contains(&others(&rig)), "{open}");
    rig.data(Side::A, &request(4, 8, 2, &[7; 1000]));
    assert_eq!(others(&rig), before);
    // A proposal weighs something until its answer comes, an accepted context from then on.
    let none = Rig::new(RpcLimits::default()).connection.cost();
    let mut rig = Rig::new(RpcLimits::default());
    rig.data(Side::A, &bind_ndr());
    let proposed = rig.connection.session.bindings.cost();
    assert!((50..2000).contains(&proposed), "{proposed}");
    let (a, b) = buffers(&rig);
    assert_eq!(rig.connection.cost(), none + a + b + proposed);
    rig.data(Side::B, &ack_ndr());
    let accepted = rig.connection.session.bindings.cost();
    assert!((size_of::<Context>()..4000).contains(&accepted), "{accepted}");
}
