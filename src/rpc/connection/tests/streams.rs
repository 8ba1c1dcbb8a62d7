//! Cutting streams into PDUs: recognition, split PDUs, gaps, garbage.

use super::*;

/// A stream of the client and one of the server with PDUs of many kinds.
fn streams() -> (Vec<u8>, Vec<u8>) {
    let client = [
        bind_ndr(),
        request(2, 8, 1, b"first"),
        request(3, 9, 3, b"whole"),
        make(PduBody::CoCancel, 3, 3),
        request(2, 8, 2, b"second"),
        sealed(
            PduBody::Request(Request { alloc_hint: 0, context_id: 0, opnum: 8, object: None, stub: b"x" }),
            4,
            3,
            b"p",
        ),
        make(PduBody::AlterContext(bind(&[(1, CLUSAPI, &[SyntaxId::NDR64])])), 5, 3),
        request(6, 8, 1, b"never finished"),
    ]
    .concat();
    let server = [
        ack_ndr(),
        response(3, 3, b"answer"),
        response(2, 1, b"one"),
        response(2, 2, b"two"),
        fault(4, 5),
        make(PduBody::AlterContextResp(ack(&[(0, 0, SyntaxId::NDR64)])), 5, 3),
        make(PduBody::Shutdown, 0, 3),
    ]
    .concat();
    (client, server)
}

/// The events without what depends on how the stream was cut.
fn essence(rig: &Rig) -> Vec<Seen> {
    let strip = |seen: &Seen| Seen { frames: Vec::new(), note: seen.note.map(|(note, _)| (note, 0)), ..seen.clone() };
    rig.seen.iter().map(strip).collect()
}

fn run(client: &[&[u8]], server: &[&[u8]]) -> Rig {
    let mut rig = Rig::new(RpcLimits::default());
    client.iter().for_each(|part| {
        rig.data(Side::A, part);
    });
    server.iter().for_each(|part| {
        rig.data(Side::B, part);
    });
    rig.end();
    rig
}

#[test]
fn split_at_every_byte() {
    let (client, server) = streams();
    let whole = essence(&run(&[&client], &[&server]));
    assert_eq!(whole.len(), 13);
    for at in 0..client.len() {
        let (a, b) = client.split_at(at);
        assert_eq!(essence(&run(&[a, b], &[&server])), whole, "client at {at}");
    }
    for at in 0..server.len() {
        let (a, b) = server.split_at(at);
        assert_eq!(essence(&run(&[&client], &[a, b])), whole, "server at {at}");
    }
    for size in [1, 2, 3, 7, 16, 17] {
        let (c, s): (Vec<_>, Vec<_>) = (client.chunks(size).collect(), server.chunks(size).collect());
        assert_eq!(essence(&run(&c, &s)), whole, "chunks of {size}");
    }
}

#[test]
fn every_prefix_and_every_flipped_byte() {
    let (client, server) = streams();
    for cut in 0..client.len() {
        run(&[&client[..cut]], &[&server]);
    }
    for at in 0..client.len() {
        for value in [0, 0xff, client[at] ^ 1, client[at] ^ 0x80] {
            let mut bad = client.clone();
            bad[at] = value;
            run(&[&bad], &[&server]);
        }
    }
    for at in 0..server.len() {
        for value in [0, 0xff, server[at] ^ 1, server[at] ^ 0x80] {
            let mut bad = server.clone();
            bad[at] = value;
            run(&[&client], &bad.chunks(40).collect::<Vec<_>>());
        }
    }
}

#[test]
fn frames_of_split_pdus() {
    let mut rig = bound();
    let bytes = [request(2, 8, 3, b"abcdefgh"), request(3, 8, 3, b"")].concat();
    rig.data(Side::A, &bytes[..10]);
    rig.data(Side::A, &bytes[10..20]);
    rig.data(Side::A, &bytes[20..]);
    assert_eq!(rig.seen[2].frames, [3, 4, 5]);
    assert_eq!(rig.seen[3].frames, [5]);
}

#[test]
fn foreign_streams_are_told_quickly() {
    for first in ["GET / HTTP/1.1\r\n\r\n", "\u{5}\0", "\0\0\0\u{54}\u{fe}SMB", "SSH-2.0-OpenSSH"] {
        let mut rig = Rig::new(RpcLimits::default());
        for _ in 0..3 {
            assert_eq!(rig.data(Side::A, &[first.as_bytes(), &[0xaa; 20]].concat()), Recognition::Undecided);
        }
        assert_eq!(rig.data(Side::A, &[0x16, 3, 1, 0]), Recognition::NotRpc, "{first}");
        assert_eq!(rig.data(Side::A, &bind_ndr()), Recognition::NotRpc);
        assert!(rig.seen.is_empty());
    }
    // The other direction has a say.
    let mut rig = Rig::new(RpcLimits::default());
    rig.data(Side::B, &[5, 0]);
    for _ in 0..9 {
        assert_eq!(rig.data(Side::A, b"something else"), Recognition::Undecided);
    }
    assert_eq!(rig.data(Side::B, &ack_ndr()[2..]), Recognition::Rpc);
    assert_eq!(rig.last().what, "bind_ack 99=acceptance");
    rig.data(Side::A, &[b"tail of a PDU", bind_ndr().as_slice()].concat());
    assert_eq!(rig.last().what, "bind");
}

#[test]
fn capture_starts_inside_a_pdu() {
    // At a later chunk that begins with a PDU ...
    let mut rig = Rig::new(RpcLimits::default());
    rig.data(Side::B, &[7; 100]);
    rig.data(Side::B, &response(3, 3, b"abc"));
    assert_eq!(rig.whats()[0], "- skipped 100 lost Some(0) the direction's beginning was not captured");
    assert_eq!(rig.whats()[1], "response None");
    // ... or anywhere, where it is known that the beginning is missing.
    let mut rig = Rig::new(RpcLimits::default());
    rig.gap(Side::B, None);
    rig.data(Side::B, &[[5; 100].as_slice(), &response(3, 3, b"abc")].concat());
    assert_eq!(rig.last().what, "response None");
    let mut rig = Rig::new(RpcLimits { recognition_bytes: 1000, ..RpcLimits::default() });
    rig.gap(Side::B, None);
    rig.data(Side::B, &[5; 900]);
    assert_eq!(rig.data(Side::B, &[5; 900]), Recognition::NotRpc);
}

#[test]
fn garbage_between_pdus() {
    for size in [1, 5, 15, 16, 100, 4096] {
        let garbage = [5, 0, 0, 7].repeat(10);
        let stream = [request(2, 8, 3, b""), garbage, request(3, 9, 3, b"")].concat();
        let mut rig = bound();
        stream.chunks(size).for_each(|part| {
            rig.data(Side::A, part);
        });
        assert_eq!(
            rig.whats()[2..],
            ["request 8", "- skipped 40 lost Some(0) no PDU header where one was due", "request 9"],
            "chunks of {size}"
        );
        assert_eq!(rig.connection.counters().skipped_bytes, 40);
    }
}

#[test]
fn unreadable_pdus_are_stepped_over() {
    let mut rig = bound();
    let mut unknown = request(2, 8, 3, b"abc");
    unknown[2] = 20;
    let mut auth = request(3, 8, 3, b"abc");
    auth[10] = 200;
    rig.data(Side::A, &[unknown, auth, request(4, 8, 3, b"")].concat());
    assert_eq!(rig.whats()[2], "- malformed offset 2: 0x14 where a connection-oriented PDU type was expected");
    assert_eq!(rig.whats()[3], "- malformed offset 10: auth_length 200 is more than 3");
    assert_eq!(rig.whats()[4], "request 8");
    assert_eq!(rig.connection.counters().malformed, 2);
}

#[test]
fn gaps() {
    let security = Xor::default();
    let told = security.told.clone();
    let mut rig = Rig::with(Connection::new(RpcLimits::default()), Box::new(security));
    rig.data(Side::A, &bind_ndr());
    let damaged = request(2, 8, 3, &[1; 100]);
    // A hole inside a PDU whose header is there: the next PDU's place is known.
    rig.data(Side::A, &damaged[..50]);
    rig.gap(Side::A, Some(30));
    rig.data(Side::A, &[&damaged[80..], &request(3, 9, 3, b"")].concat());
    assert_eq!(rig.whats()[1..], ["request incomplete Some(8) lost", "request 9"]);
    // A hole that reaches into the next one.
    rig.data(Side::A, &damaged[..50]);
    rig.gap(Side::A, Some(100));
    rig.data(Side::A, &[&[9; 10], request(4, 9, 3, b"").as_slice()].concat());
    assert_eq!(rig.whats()[4..], ["- skipped 10 lost Some(26) lost", "request 9"]);
    // Between PDUs, of known and unknown length; part of a header.
    rig.gap(Side::A, Some(124));
    rig.data(Side::A, &request(5, 9, 3, b""));
    assert_eq!(rig.whats()[6..], ["- skipped 0 lost Some(124) lost", "request 9"]);
    rig.data(Side::A, &damaged[..9]);
    rig.gap(Side::A, None);
    rig.data(Side::A, &request(6, 9, 3, b""));
    assert_eq!(rig.whats()[8..], ["- skipped 9 lost None lost", "request 9"]);
    assert_eq!(
        *told.lock().unwrap(),
        ["gap Client Some(124)", "gap Client Some(160)", "gap Client Some(124)", "gap Client None"]
    );
}

#[test]
fn gaps_damage_fragmented_messages() {
    let mut rig = bound();
    rig.data(Side::A, &request(2, 8, 1, b"ab"));
    rig.data(Side::A, &request(3, 8, 1, b"ab"));
    // The header says whose fragment it is: only that message suffers.
    let middle = request(2, 8, 0, b"cdefgh");
    rig.data(Side::A, &middle[..26]);
    rig.gap(Side::A, Some(4));
    rig.data(Side::A, &[request(2, 8, 2, b"ij"), request(3, 8, 2, b"cd")].concat());
    assert_eq!(rig.whats()[2..], ["request incomplete Some(8) lost", "request 8"]);
    assert_eq!(rig.seen[2].stub.as_deref(), Some(&b"abcdij"[..]));
    // Nothing says whose: all of that direction do.
    rig.data(Side::A, &request(4, 8, 1, b"ab"));
    rig.gap(Side::A, Some(26));
    rig.data(Side::A, &request(4, 8, 2, b"ef"));
    assert_eq!(rig.last().what, "request incomplete Some(8) lost");
}

#[test]
fn pdus_cut_short_tell_what_they_can() {
    // As a snapshot length cuts them: the beginning of each PDU is there.
    let mut rig = Rig::new(RpcLimits::default());
    let cut = |rig: &mut Rig, side, bytes: &[u8], at: usize| {
        rig.data(side, &bytes[..at]);
        rig.gap(side, Some((bytes.len() - at) as u64));
    };
    let proposal = bind(&[(0, CLUSAPI, &[SyntaxId::NDR]), (1, CLUSAPI, &[SyntaxId::NDR64])]);
    cut(&mut rig, Side::A, &make(PduBody::Bind(proposal), 1, 3), 80);
    assert_eq!(rig.last().what, "bind");
    rig.data(Side::B, &make(PduBody::BindAck(ack(&[(0, 0, SyntaxId::NDR), (0, 0, SyntaxId::NDR64)])), 1, 3));
    assert_eq!((rig.last().what.as_str(), rig.last().rules.len()), ("bind_ack 0=acceptance 99=acceptance", 0));
    cut(&mut rig, Side::A, &request(2, 8, 3, &[7; 50]), 40);
    assert_eq!(rig.last().what, "request incomplete Some(8) lost");
    assert_eq!((rig.last().stub.as_deref(), rig.last().note), (Some(&[7; 16][..]), Some((0, 3))));
    assert_eq!(rig.last().context.unwrap().state, ContextState::Accepted);
    rig.data(Side::B, &response(2, 3, b"whole"));
    assert_eq!((rig.last().what.as_str(), rig.last().stub.as_deref()), ("response Some(8)", Some(&b"whole"[..])));
    rig.data(Side::A, &request(3, 9, 3, b""));
    cut(&mut rig, Side::B, &response(3, 3, &[7; 50]), 40);
    assert_eq!(rig.last().what, "response incomplete Some(9) lost");
    cut(&mut rig, Side::B, &fault(4, 5), 28);
    assert_eq!(rig.last().what, "fault Some(5) None");
    // Protected ones can't be opened.
    let body = Request { alloc_hint: 0, context_id: 0, opnum: 8, object: None, stub: &[7; 50] };
    cut(&mut rig, Side::A, &sealed(PduBody::Request(body), 5, 3, b""), 60);
    assert_eq!((rig.last().what.as_str(), rig.last().stub.as_deref()), ("request incomplete Some(8) lost", None));
    // A fragment of several.
    rig.data(Side::A, &request(6, 8, 1, b"ab"));
    cut(&mut rig, Side::A, &request(6, 8, 2, b"cdef"), 26);
    assert_eq!(rig.last().what, "request incomplete Some(8) lost");
    assert_eq!((rig.last().stub.as_deref(), rig.last().fragments), (Some(&b"abcd"[..]), 2));
}

#[test]
fn ends() {
    let mut rig = bound();
    rig.data(Side::A, &request(2, 8, 3, b"abcdefgh")[..20]);
    rig.data(Side::B, &[5, 0, 2]);
    rig.end();
    assert_eq!(
        rig.whats()[2..],
        ["request malformed offset 20: 12 bytes needed (frag_length), 0 left", "- skipped 3 lost Some(0) end"]
    );
    rig.end();
    assert_eq!(rig.seen.len(), 4);
}
