//! The bytes of connections, as a host has them that puts TCP together itself. Here a bind and one request of a client,
//! and the answers of the server, come in pieces; a hole is told with `Chunk::Gap`, the end with `Chunk::End`, and
//! datagrams of ClusAPI 2.0 go to `Session::datagram`.
//!
//!     cargo run --example own_streams

use cluscope::base::{Side, Timestamp, Transport};
use cluscope::ndr::Message;
use cluscope::net::{Chunk, Origin};
use cluscope::session::{Record, Session, SessionLimits};
use std::sync::Arc;

/// bind, ClusAPI 3.0 in NDR, call 1.
const BIND: &str = "05000b03100000004800000001000000b810b810000000000100000000000100b2b87db9634ccf11bff608002be23f2f\
                    03000000045d888aeb1cc9119fe808002b10486002000000";
/// bind_ack: accepted.
const BIND_ACK: &str = "05000c03100000003800000001000000b810b810001000000000000001000000\
                        00000000045d888aeb1cc9119fe808002b10486002000000";
/// request, opnum 102, call 2: ApiGetClusterVersion2 has no input.
const REQUEST: &str = "05000003100000001800000002000000 00000000 0000 6600";
/// fault for call 2: nca_s_op_rng_error.
const FAULT: &str = "05000303100000002000000002000000 00000000 0000 00 00 0200011c 00000000";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bytes = |text: &str| hex::decode(text.replace(' ', ""));
    let mut session = Session::new(SessionLimits::default(), Arc::default());
    let mut show = |record: Record<'_>| {
        let name = record.method().map_or("", |method| method.name);
        println!("{} -> {}  {} {name}", record.flow.src, record.flow.dst, record.event.type_name());
        if let (Some(method), Some((kind, stub))) = (record.method(), record.stub()) {
            println!("  {:?}", Message::decode(method, kind, stub).map(|message| message.consumed));
        }
    };
    let mut origin = Origin {
        transport: Transport::Tcp,
        stream: 7,
        from: Side::A,
        src: "192.0.2.10:50000".parse()?,
        dst: "192.0.2.20:49664".parse()?,
        frame: 0,
        time: None,
        seq: 0,
    };
    for (n, (from, pdu)) in
        [(Side::A, BIND), (Side::B, BIND_ACK), (Side::A, REQUEST), (Side::B, FAULT)].into_iter().enumerate()
    {
        if from != origin.from {
            (origin.src, origin.dst, origin.from) = (origin.dst, origin.src, from);
        }
        // Pieces need not be PDUs.
        for piece in bytes(pdu)?.chunks(20) {
            origin.frame = n as u64 + 1;
            origin.time = Some(Timestamp(1_795_000_000_000_000_000 + n as i64));
            session.chunk(&origin, Chunk::Data(piece), &mut show);
        }
    }
    session.chunk(&origin, Chunk::End { reason: "FIN" }, &mut show);
    session.finish(&mut show);
    Ok(())
}
