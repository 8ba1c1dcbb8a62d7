//! What must hold for captures that are written again with what was sealed in clear.

use super::packets::{Owned, dissected, input, packets, same};
use cluscope::internals::auth::KeyStore;
use cluscope::internals::capture::{Reader, Writer};
use cluscope::internals::net::{Side, Stats};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::rewrite::{MARK, OpenedFlows, Request, RewriteLimits, Summary, opened, rewrite as write};
use cluscope::internals::session::{Record, Session, SessionLimits};
use serde_json::Value;
use std::sync::Arc;

/// How a session is to read: sums of packets are looked at.
fn session(keys: &Arc<KeyStore>) -> Session {
    let mut limits = SessionLimits::default();
    limits.network.verify_checksums = true;
    Session::new(limits, Arc::clone(keys))
}

struct Written {
    summary: Summary,
    network: Stats,
    file: Vec<u8>,
}

/// The capture in clear.
fn written(
    file: &[u8],
    keys: &Arc<KeyStore>,
    memory: usize,
    only: Option<OpenedFlows>,
    hide: Option<&dyn Fn(&Record<'_>) -> bool>,
) -> Written {
    let reader = || Reader::new(file).expect("a capture");
    let mut writer = Writer::new(Vec::new(), None, MARK);
    let mut seen = |record: &Record<'_>| hide.is_none_or(|hide| !hide(record));
    let limits = RewriteLimits { memory };
    let request = Request { limits, only, stop: &|| false, seen: &mut seen, withhold: hide.is_some() };
    let done = write(reader(), reader(), session(keys), &mut writer, request).expect("bytes in memory");
    let network = *done.session.network_stats();
    Written { summary: done.summary, network, file: writer.into_inner() }
}

/// Whether these are the packets, but for bytes of some and their comments; how many were changed.
fn compare(before: &[Owned], after: &[Owned]) -> u64 {
    let mut changed = 0;
    for (before, after) in before.iter().zip(after) {
        let head = |packet: &Owned| (packet.frame, packet.link, packet.original_len, packet.data.len());
        assert_eq!(head(after), head(before));
        assert_eq!(after.time.map(|time| time.0), before.time.map(|time| time.0.max(0)));
        let marked = after.comments.last().is_some_and(|comment| comment == MARK);
        assert!(after.data == before.data || marked || after.time.is_none(), "frame {} is changed", after.frame);
        changed += u64::from(after.data != before.data);
    }
    assert_eq!(after.len(), before.len());
    changed
}

/// What was captured sealed, and is to stay: everything the answering side sends.
fn answers(record: &Record<'_>) -> bool {
    record.event.side == Side::B
}

/// Records of that side that say what was sealed.
fn told(file: &[u8], keys: &Arc<KeyStore>) -> (Vec<Value>, Vec<Value>) {
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    let (mut records, mut out) = (Records::default(), Out::new());
    let mut session = session(keys);
    let mut look = |record: Record<'_>| {
        records.print(&mut out, &record);
        let line: Value = serde_json::from_slice(out.as_bytes()).expect("a record is JSON");
        let values = line["values"].clone();
        if answers(&record) { theirs.push(values) } else { mine.push(values) }
    };
    let mut reader = Reader::new(file).expect("a capture");
    while let Ok(Some(packet)) = reader.next() {
        session.packet(&packet, &mut look);
    }
    session.finish(&mut look);
    (mine, theirs)
}

/// Writes a capture with what opens in clear. The same packets come out, none longer or shorter, right checksums right and wrong
/// ones wrong; without keys they say what the capture says with them. With little memory nothing is lost but clearness, with
/// the flows alone in which something opens, nothing of these; what may not be told stays sealed.
///
/// The first byte has bits: 0 to 2 how much memory there is, 3 whether there are no keys.
pub fn rewrite(data: &[u8]) {
    let Some(input) = input(data) else { return };
    let none = Arc::<KeyStore>::default();
    let keys = if input.bits & 8 == 0 { &input.keys } else { &none };
    let before = packets(&input.file);
    let whole = written(&input.file, keys, usize::MAX, None, None);
    let after = packets(&whole.file);
    assert!(compare(&before, &after) <= whole.summary.changed, "{:?}", whole.summary);
    assert_eq!((whole.summary.packets, whole.summary.left_out), (before.len() as u64, 0));
    assert!(whole.summary.pdus > 0 || whole.summary.changed == 0, "{:?}", whole.summary);
    let again = written(&whole.file, &none, usize::MAX, None, None);
    let sums = |stats: &Stats| [stats.bad_ip_checksums, stats.bad_transport_checksums];
    assert_eq!(sums(&again.network), sums(&whole.network), "checksums");
    assert_eq!(again.summary.changed, 0, "without keys");
    if whole.summary.left == 0 {
        // What is sealed may have to wait for its handshake; what is clear comes at once.
        let in_order = |file: &[u8], keys: &Arc<KeyStore>| {
            let mut records = dissected(file, keys, &["auth"]);
            records.sort_by_key(|record| record["frame"].as_u64());
            // Why something stays sealed depends on the keys that there are.
            for sealed in records.iter_mut().filter_map(|record| record.get_mut("encrypted")) {
                sealed.as_object_mut().map(|members| members.shift_remove("reason"));
            }
            records
        };
        same(&in_order(&whole.file, &none), &in_order(&input.file, keys), "clear, and sealed with keys");
    }

    let memory = [0, 200, 700, 1500, 3000, 6000, 12_000, 20_000][usize::from(input.bits & 7)];
    let little = written(&input.file, keys, memory, None, None);
    assert_eq!((little.summary.pdus, little.summary.packets), (whole.summary.pdus, whole.summary.packets));
    compare(&before, &packets(&little.file));

    let reader = Reader::new(input.file.as_slice()).expect("a capture");
    let flows = opened(reader, session(keys), &|| false).expect("nobody stops it");
    let some = written(&input.file, keys, usize::MAX, Some(flows), None);
    assert_eq!((some.summary.pdus, some.summary.changed), (whole.summary.pdus, whole.summary.changed), "some flows");
    assert_eq!(some.summary.packets + some.summary.left_out, whole.summary.packets);
    let mut all = after.iter();
    for packet in packets(&some.file) {
        assert!(all.any(|other| *other == packet), "frame {} of some flows", packet.frame);
    }

    let hidden = written(&input.file, keys, usize::MAX, None, Some(&answers));
    compare(&before, &packets(&hidden.file));
    let (_, theirs) = told(&hidden.file, &none);
    let (_, sealed) = told(&input.file, &none);
    same(&theirs, &sealed, "what may not be told");
}
