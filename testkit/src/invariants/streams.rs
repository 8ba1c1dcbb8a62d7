//! What must hold for PDU streams, datagrams and captures.
//!
//! Streams and datagrams come in pieces: two bytes, little-endian, then what they count. The highest bit tells the side;
//! the others the length. No byte stands for bytes that were not captured.

use super::analysis::Analysis;
use super::auth::{KEYS, LIMITS};
use super::packets;
use cluscope::internals::auth::{Association, KeyStore};
use cluscope::internals::capture::Reader;
use cluscope::internals::net::{Side, Timestamp};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::render::json::stub::Identity;
use cluscope::internals::rpc::connection::{Connection, Recognition};
use cluscope::internals::rpc::dg::{Conversation, Received};
use cluscope::internals::rpc::event::{Body, Event};
use cluscope::internals::rpc::security::NoSecurity;
use cluscope::internals::rpc::{Counters, RpcLimits};
use cluscope::internals::session::{self, Batch, Record, Session};
use std::sync::Arc;

/// Bytes of one side, or bytes of it that are missing.
pub(super) type Piece<'d> = (Side, &'d [u8]);

/// Writes a piece; longer ones are cut.
pub fn put_piece(out: &mut Vec<u8>, side: Side, bytes: &[u8]) {
    for part in bytes.chunks(0x7fff) {
        let bit = if side == Side::A { 0 } else { 0x8000 };
        out.extend_from_slice(&(part.len() as u16 | bit).to_le_bytes());
        out.extend_from_slice(part);
    }
}

pub(super) fn pieces(mut data: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    core::iter::from_fn(move || {
        let (&head, rest) = data.split_first_chunk::<2>()?;
        let head = u16::from_le_bytes(head);
        let (piece, rest) = rest.split_at(usize::from(head & 0x7fff).min(rest.len()));
        data = rest;
        Some((if head & 0x8000 == 0 { Side::A } else { Side::B }, piece))
    })
}

/// What a message says, without where it stood in the stream.
fn summary(event: &Event<'_, ()>) -> String {
    format!("{:?} {:?} {:?} {:?} {:?}", event.side, event.ptype, event.call_id, event.context_id, event.body)
}

/// A connection fed with these pieces: what came out, what was counted, and whether it was taken for DCE/RPC.
fn connection<'d>(
    pieces: impl Iterator<Item = Piece<'d>>,
    keys: Option<&Arc<KeyStore>>,
) -> (Vec<String>, Counters, Recognition) {
    let mut events = Vec::new();
    let mut connection = Connection::<()>::new(RpcLimits::default());
    let mut association = keys.map(|keys| Association::with_limits(Arc::clone(keys), LIMITS));
    let mut nothing = NoSecurity;
    let mut total = 0;
    let mut out = |event: Event<'_, ()>| events.push(summary(&event));
    for (frame, (side, bytes)) in (1u64..).zip(pieces) {
        total += bytes.len();
        let security: &mut dyn cluscope::internals::rpc::security::Security = match &mut association {
            Some(association) => association,
            None => &mut nothing,
        };
        let time = Some(Timestamp(frame as i64));
        if bytes.is_empty() {
            connection.gap(side, (frame % 2 == 0).then_some(frame), "missing", security, &mut out);
        } else {
            connection.data(side, frame, time, bytes, security, &mut out);
        }
    }
    for side in [Side::A, Side::B] {
        connection.end(side, "end", &mut NoSecurity, &mut out);
    }
    let counters = *connection.counters();
    assert!(counters.skipped_bytes <= total as u64, "{} of {total} bytes skipped", counters.skipped_bytes);
    (events, counters, connection.recognition())
}

/// A TCP connection. Where nothing is missing and everything can be read, it makes no difference how the streams are cut
/// into pieces, as long as the sides take turns at the same places.
pub fn pdus(data: &[u8]) {
    connection(pieces(data), Some(&*KEYS));
    let (events, counters, recognition) = connection(pieces(data), None);
    let missing = pieces(data).any(|(_, bytes)| bytes.is_empty());
    if missing || recognition != Recognition::Rpc || counters.malformed != 0 || counters.skipped_bytes != 0 {
        return;
    }
    // A size from the data itself, so that the cut moves about.
    let size = 1 + data.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)) as usize % 40;
    let small = pieces(data).flat_map(|(side, bytes)| bytes.chunks(size).map(move |part| (side, part)));
    let (again, small_counters, small_recognition) = connection(small, None);
    if small_recognition == Recognition::Rpc && small_counters.skipped_bytes == 0 {
        assert_eq!(events, again, "in pieces of {size}");
    }
}

/// A UDP flow.
pub fn datagrams(data: &[u8]) {
    let mut conversation = Conversation::<()>::new(RpcLimits::default());
    let mut security = Association::with_limits(Arc::clone(&KEYS), LIMITS);
    let mut out = |event: Event<'_, ()>| assert!(!summary(&event).is_empty());
    for (frame, (side, bytes)) in (1u64..).zip(pieces(data)) {
        let received = Received {
            side,
            frames: &[frame],
            time: Some(Timestamp(frame as i64)),
            data: bytes,
            // One in eight was cut by the capture.
            wire_len: bytes.len() + usize::from(frame % 8 == 0) * 3,
            identification: None,
        };
        conversation.datagram(received, &mut security, &mut out);
    }
    conversation.end(&mut security, &mut out);
}

/// A capture: link layer to stubs, and everything that looks at records. Every stub that comes out is read in every way there
/// is; frame numbers exist. What is no capture is lines, or bytes, of which one is made as for `make`.
pub fn capture(data: &[u8]) {
    let Some(input) = packets::input(data) else { return };
    let Ok(mut reader) = Reader::new(input.file.as_slice()) else { return };
    let mut session = Session::new(session::SessionLimits::default(), input.keys);
    // Blocks of pcapng have a multiple of four bytes.
    let mut analysis = Analysis::new(data.len() / 4);
    let mut later = Later::default();
    let mut last = 0;
    while let Ok(Some(packet)) = reader.next() {
        assert!(packet.frame > last, "frame {} after {last}", packet.frame);
        last = packet.frame;
        session.packet(&packet, &mut |record| look(record, last, &mut analysis, &mut later));
    }
    session.finish(&mut |record| look(record, last, &mut analysis, &mut later));
    let _ = (session.stats(), session.given_up());
    later.compare();
    analysis.finish();
}

/// Records that outlive their packets, and what was printed of each when it came.
#[derive(Default)]
struct Later {
    batch: Batch<()>,
    records: Records,
    out: Out,
    lines: Vec<Vec<u8>>,
}

impl Later {
    fn push(&mut self, mut record: Record<'_>) {
        self.records.print(&mut self.out, &record);
        self.lines.push(self.out.as_bytes().to_vec());
        self.batch.push(&mut record, |_, ()| {});
        if self.batch.is_full() {
            self.compare();
        }
    }

    /// Nothing has changed meanwhile.
    fn compare(&mut self) {
        let Later { batch, records, out, lines } = self;
        for ((record, ()), line) in batch.lend().zip(&*lines) {
            records.print(out, &record);
            assert!(out.as_bytes() == line, "{}", String::from_utf8_lossy(line));
        }
        batch.clear();
        lines.clear();
    }
}

fn look(record: Record<'_>, last: u64, analysis: &mut Analysis, later: &mut Later) {
    assert!(record.event.frames().iter().all(|frame| (1..=last).contains(frame)));
    if let Body::Malformed { error, bytes } = &record.event.body {
        assert!(error.offset <= bytes.len(), "{error}: outside the PDU of {} bytes", bytes.len());
    }
    analysis.look(&record);
    if let (Some((kind, stub)), Some(method)) = (record.stub(), record.method()) {
        let _ = super::read(method, kind, stub);
        super::printed(&Identity { kind, opnum: method.opnum }, stub);
    }
    later.push(record);
}
