//! Does decoding allocate? Counts what reading, putting together and decoding of a capture asks of the allocator, for each
//! message, once the connections are known; handshakes aside. Run with `cargo bench --bench allocations`; it fails when the
//! decode path allocates for each message.

use cluscope::internals::auth::KeyStore;
use cluscope::internals::capture::{LinkType, Reader};
use cluscope::internals::ndr::wire::Message;
use cluscope::internals::net::Timestamp;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::rpc::event::Body;
use cluscope::internals::session::{Session, SessionLimits};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Rounds that are counted, after one that is not.
const ROUNDS: u32 = 20;

struct Held {
    time: Option<Timestamp>,
    link: LinkType,
    data: Vec<u8>,
}

fn load(name: &str) -> Vec<Held> {
    let path = format!("{}/captures/{name}.pcapng", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path).expect("a capture of the repository");
    let mut reader = Reader::new(bytes.as_slice()).expect("a capture");
    let mut packets = Vec::new();
    while let Some(packet) = reader.next().expect("a whole capture") {
        // Connections stay open.
        if packet.data.get(47).is_some_and(|flags| flags & 5 != 0) {
            continue;
        }
        packets.push(Held { time: packet.time, link: packet.link, data: packet.data.to_vec() });
    }
    packets
}

/// Addresses and ports of one direction of a connection.
type Ends = [u8; 12];

/// A packet of Ethernet, IPv4 and TCP: its ends, and its payload's length.
fn tcp(data: &[u8]) -> Option<(Ends, usize)> {
    let total = usize::from(u16::from_be_bytes(data.get(16..18)?.try_into().ok()?));
    let header = usize::from(data.get(46)? >> 4) * 4;
    (data.get(12..14)? == [8, 0] && data.get(23)? == &6).then_some(())?;
    Some((data.get(26..38)?.try_into().ok()?, (14 + total).checked_sub(34 + header)?))
}

fn turned(ends: &Ends) -> Ends {
    let [a, b, c, d, e, f, g, h, p, q, r, s] = *ends;
    [e, f, g, h, a, b, c, d, r, s, p, q]
}

/// Whether a packet begins with a bind, alter_context, one of their answers, or the third leg of a handshake.
fn is_handshake(data: &[u8]) -> bool {
    let Some((_, len)) = tcp(data) else { return false };
    let start = data.len().saturating_sub(len);
    matches!(data.get(start..), Some([5, _, 11..=16, ..]))
}

fn bump(data: &mut [u8], at: usize, by: u32) {
    if let Some(field) = data.get_mut(at..at + 4) {
        let value = u32::from_be_bytes([field[0], field[1], field[2], field[3]]).wrapping_add(by);
        field.copy_from_slice(&value.to_be_bytes());
    }
}

/// Repeats what the connections of a capture carry: no binds, no beginnings, no ends, sequence numbers counted on.
fn repeated(packets: &[Held], round: u32, totals: &BTreeMap<Ends, u32>) -> Vec<Vec<u8>> {
    let body = packets.iter().filter(|p| tcp(&p.data).is_some_and(|(_, len)| len > 0));
    body.map(|p| {
        let mut data = p.data.clone();
        if let Some((ends, _)) = tcp(&p.data) {
            let total = |ends: &Ends| totals.get(ends).copied().unwrap_or(0);
            bump(&mut data, 38, total(&ends).wrapping_mul(round));
            bump(&mut data, 42, total(&turned(&ends)).wrapping_mul(round));
        }
        data
    })
    .collect()
}

fn main() -> ExitCode {
    let mut fine = true;
    println!("allocations for each message, {ROUNDS} rounds");
    for name in ["tour", "ndr64", "bigendian"] {
        let packets = load(name);
        let mut totals = BTreeMap::new();
        for (ends, len) in packets.iter().filter_map(|p| tcp(&p.data)) {
            *totals.entry(ends).or_default() += len as u32;
        }
        for what in ["messages", "decoded", "JSON lines"] {
            let mut session = Session::new(SessionLimits::default(), Arc::new(KeyStore::default()));
            let (mut records, mut out) = (Records::default(), Out::new());
            let (mut frame, mut messages, mut allocations, mut bytes) = (0, 0_u64, 0, 0);
            for round in 0..=ROUNDS {
                let all = repeated(&packets, round, &totals);
                if round == 0 {
                    // The beginnings too, once.
                    for held in &packets {
                        frame += 1;
                        feed(&mut session, frame, held, &held.data, &mut |_| {});
                    }
                    continue;
                }
                let body = packets.iter().filter(|p| tcp(&p.data).is_some_and(|(_, len)| len > 0));
                for (data, held) in all.iter().zip(body) {
                    frame += 1;
                    let region = Region::new(COUNTING);
                    feed(&mut session, frame, held, data, &mut |record| {
                        if !matches!(record.event.body, Body::Request { .. } | Body::Response { .. }) {
                            return;
                        }
                        messages += 1;
                        if what == "decoded" {
                            if let (Some(method), Some((kind, stub))) = (record.method(), record.stub()) {
                                let _ = black_box(Message::decode(method, kind, stub));
                            }
                        } else if what == "JSON lines" {
                            records.print(&mut out, &record);
                            bytes += out.len();
                        }
                    });
                    let change = region.change();
                    if round > 1 && !is_handshake(data) {
                        allocations += change.allocations + change.reallocations;
                    }
                }
            }
            black_box(bytes);
            let each = allocations as f64 / messages.max(1) as f64;
            println!("{name:10} {what:12} {messages:7} messages  {allocations:7} allocations  {each:.3} a message");
            fine &= messages > 1000 && (what == "JSON lines" || each < 0.01);
        }
    }
    if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn feed(
    session: &mut Session,
    frame: u64,
    held: &Held,
    data: &[u8],
    out: &mut dyn FnMut(cluscope::internals::session::Record<'_>),
) {
    let packet = cluscope::internals::capture::Packet {
        frame,
        time: held.time,
        link: held.link,
        data,
        original_len: data.len(),
        comments: Vec::new(),
    };
    session.packet(&packet, out);
}
