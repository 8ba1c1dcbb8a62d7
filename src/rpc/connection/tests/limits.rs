//! Every limit bites, is counted, and the rest goes on.

use super::*;

fn with(limits: RpcLimits) -> Rig {
    let mut rig = Rig::new(limits);
    rig.data(Side::A, &bind_ndr());
    rig.data(Side::B, &ack_ndr());
    rig
}

#[test]
fn message_bytes() {
    let mut rig = with(RpcLimits { message_bytes: 5, ..RpcLimits::default() });
    rig.data(Side::A, &request(2, 8, 1, b"abc"));
    rig.data(Side::A, &request(2, 8, 0, b"def"));
    rig.data(Side::A, &request(2, 8, 0, b"g"));
    rig.data(Side::A, &request(2, 8, 2, b"h"));
    assert_eq!(rig.last().what, "request incomplete Some(8) larger than the limits of reassembly");
    assert_eq!((rig.last().stub.as_ref(), rig.last().fragments), (None, 4));
    let counters = rig.connection.counters();
    assert_eq!((counters.messages_too_large, counters.fragments_ignored), (1, 2));
    // A single fragment is not reassembled, so no limit is needed.
    rig.data(Side::A, &request(3, 8, 3, b"abcdefghijk"));
    assert_eq!(rig.last().stub.as_ref().unwrap().len(), 11);
    rig.data(Side::A, &request(3, 8, 1, b"abc"));
    rig.data(Side::A, &request(3, 8, 2, b"de"));
    assert_eq!(rig.last().stub.as_deref(), Some(&b"abcde"[..]));
}

#[test]
fn total_bytes() {
    let mut rig = with(RpcLimits { total_bytes: 8, ..RpcLimits::default() });
    rig.data(Side::A, &request(2, 8, 1, b"abcde"));
    rig.data(Side::A, &request(3, 8, 1, b"fghi"));
    rig.data(Side::A, &request(3, 8, 2, b""));
    assert_eq!(rig.last().what, "request incomplete Some(8) larger than the limits of reassembly");
    rig.data(Side::A, &request(2, 8, 2, b"xyz"));
    assert_eq!(rig.last().stub.as_deref(), Some(&b"abcdexyz"[..]));
    rig.data(Side::A, &request(4, 8, 1, b"12345678"));
    rig.data(Side::A, &request(4, 8, 2, b""));
    assert_eq!(rig.last().stub.as_deref(), Some(&b"12345678"[..]));
}

#[test]
fn open_messages() {
    let mut rig = with(RpcLimits { open_messages: 2, ..RpcLimits::default() });
    for call_id in 2..6 {
        rig.data(Side::A, &request(call_id, 8, 1, b"abc"));
    }
    let gone = "request incomplete Some(8) too many messages open at once";
    assert_eq!(rig.whats()[2..], [gone, gone]);
    assert_eq!(rig.connection.counters().messages_evicted, 2);
    rig.data(Side::A, &request(4, 8, 2, b"def"));
    assert_eq!(rig.last().stub.as_deref(), Some(&b"abcdef"[..]));
}

#[test]
fn pending_calls() {
    let mut rig = with(RpcLimits { pending_calls: 2, ..RpcLimits::default() });
    for call_id in 2..6 {
        rig.data(Side::A, &request(call_id, 8, 3, b""));
    }
    for call_id in 2..6 {
        rig.data(Side::B, &response(call_id, 3, b""));
    }
    assert_eq!(rig.whats()[6..], ["response None", "response None", "response Some(8)", "response Some(8)"]);
    assert_eq!(rig.connection.counters().calls_evicted, 2);
}

#[test]
fn contexts_and_binds() {
    let mut rig = Rig::new(RpcLimits { contexts: 1, pending_binds: 1, ..RpcLimits::default() });
    for id in 0..3 {
        rig.data(Side::A, &make(PduBody::AlterContext(bind(&[(id, CLUSAPI, &[SyntaxId::NDR])])), id.into(), 3));
    }
    rig.data(Side::B, &make(PduBody::AlterContextResp(ack(&[(0, 0, SyntaxId::NDR)])), 0, 3));
    assert_eq!(rig.last().what, "alter_context_resp 99=acceptance");
    rig.data(Side::B, &make(PduBody::AlterContextResp(ack(&[(0, 0, SyntaxId::NDR)])), 2, 3));
    assert_eq!(rig.last().what, "alter_context_resp 2=acceptance");
    let counters = rig.connection.counters();
    assert_eq!((counters.contexts_dropped, counters.binds_evicted), (3, 2));
}

#[test]
fn frames_and_diagnostics() {
    let mut rig = with(RpcLimits { frames: 3, diagnostics: 2, ..RpcLimits::default() });
    rig.data(Side::A, &request(2, 8, 1, b""));
    for opnum in 0..5 {
        rig.data(Side::A, &request(2, opnum, 0, b""));
    }
    rig.data(Side::A, &request(2, 8, 2, b""));
    assert_eq!(rig.last().frames, [3, 4, 9]);
    assert_eq!(rig.last().rules, ["opnum-changed", "opnum-changed"]);
    let counters = rig.connection.counters();
    assert_eq!((counters.frames_omitted, counters.diagnostics_omitted), (4, 3));
}
