//! Captures for the targets that take captures: a file as it is, or one whose packets are changed, or one that is made.
//!
//! Unless it is a file, the first byte is for the target. The low four bits of the second one say how many changes come first,
//! three bytes each ([`change`]); bit 4 that something is sealed in what is made. Then comes the file, or what one is made of,
//! as for `make`.

use super::{auth, made};
use cluscope::internals::auth::KeyStore;
use cluscope::internals::capture::{LinkType, Packet, Reader, Writer};
use cluscope::internals::net::Timestamp;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::session::selection::{Choice, Selection};
use cluscope::internals::session::{Record, SelectionLimits, Session, SessionLimits};
use serde_json::Value;
use std::sync::Arc;

/// A capture, and keys that open what is sealed in it.
pub(super) struct Input {
    pub(super) bits: u8,
    pub(super) file: Vec<u8>,
    pub(super) keys: Arc<KeyStore>,
}

/// A packet that nobody lends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owned {
    pub(super) frame: u64,
    pub(super) time: Option<Timestamp>,
    pub(super) link: LinkType,
    pub(super) data: Vec<u8>,
    pub(super) original_len: usize,
    pub(super) comments: Vec<String>,
}

impl Owned {
    pub(super) fn of(packet: &Packet<'_>) -> Owned {
        let &Packet { frame, time, link, data, original_len, .. } = packet;
        let comments = packet.comments.iter().map(|comment| comment.to_string()).collect();
        Owned { frame, time, link, data: data.to_vec(), original_len, comments }
    }

    fn lend(&self) -> Packet<'_> {
        let &Owned { frame, time, link, original_len, .. } = self;
        let comments = self.comments.iter().map(|comment| comment.as_str().into()).collect();
        Packet { frame, time, link, data: &self.data, original_len, comments }
    }
}

/// The packets of a file that can be read.
pub(super) fn packets(file: &[u8]) -> Vec<Owned> {
    let Ok(mut reader) = Reader::new(file) else { return Vec::new() };
    let mut packets = Vec::new();
    while let Ok(Some(packet)) = reader.next() {
        packets.push(Owned::of(&packet));
    }
    packets
}

/// Where the headers of an IPv4 packet in an Ethernet frame end, and its payload; nothing for others.
fn ipv4(packet: &Owned) -> Option<(usize, usize)> {
    let data = &packet.data;
    let plain =
        packet.link == LinkType::ETHERNET && data.get(12..15)? == [8, 0, 0x45] && data.get(20..22)? != [0x20, 0];
    let end = 14 + usize::from(u16::from_be_bytes([*data.get(16)?, *data.get(17)?]));
    (plain && end <= data.len() && data.len() == packet.original_len && end > 34).then_some((34, end))
}

/// Writes the length of an IPv4 packet in an Ethernet frame, and its checksum.
fn total(data: &mut [u8]) {
    let length = u16::try_from(data.len() - 14).unwrap_or(u16::MAX).to_be_bytes();
    data[16..18].copy_from_slice(&length);
    data[24..26].fill(0);
    let sum: u32 = data[14..34].chunks(2).map(|word| u32::from(u16::from_be_bytes([word[0], word[1]]))).sum();
    let sum = !((sum & 0xffff) + (sum >> 16)) as u16;
    data[24..26].copy_from_slice(&sum.to_be_bytes());
}

/// An IPv4 packet in two fragments.
fn fragments(packet: &Owned, with: u8) -> Option<[Owned; 2]> {
    let (start, end) = ipv4(packet)?;
    let cut = (8 * (1 + usize::from(with))).min((end - start - 1) / 8 * 8);
    if cut == 0 || packet.data[20] & 0x3f != 0 || packet.data[21] != 0 {
        return None;
    }
    let mut first = Owned { data: packet.data[..start + cut].to_vec(), ..packet.clone() };
    first.data[20] |= 0x20;
    let mut rest = Owned { data: [&packet.data[..start], &packet.data[start + cut..end]].concat(), ..packet.clone() };
    rest.data[20..22].copy_from_slice(&u16::try_from(cut / 8).unwrap_or(0).to_be_bytes());
    Some([first, rest])
}

/// A TCP segment as two, the second from `with` on. Their checksums are wrong.
fn segments(packet: &Owned, with: u8) -> Option<[Owned; 2]> {
    let (start, end) = ipv4(packet)?;
    let header = usize::from(packet.data.get(start + 12)? >> 4) * 4;
    let (payload, cut) = (start + header, start + header + usize::from(with));
    if packet.data[23] != 6 || header < 20 || cut <= payload || cut >= end {
        return None;
    }
    let first = Owned { data: packet.data[..cut].to_vec(), ..packet.clone() };
    let mut rest = Owned { data: [&packet.data[..payload], &packet.data[cut..end]].concat(), ..packet.clone() };
    let seq = rest.data[start + 4..].first_chunk().map_or(0, |seq| u32::from_be_bytes(*seq)).wrapping_add(with.into());
    rest.data[start + 4..start + 8].copy_from_slice(&seq.to_be_bytes());
    Some([first, rest])
}

/// Changes packets: one comes twice, or elsewhere, is cut by the capture, is gone, has a bit turned or no time, or comes in two
/// fragments or segments.
fn change(packets: &mut Vec<Owned>, [kind, at, with]: [u8; 3]) {
    if packets.is_empty() {
        return;
    }
    let (count, with_index) = (packets.len(), usize::from(with));
    let at = usize::from(at) % count;
    let packet = &mut packets[at];
    let length = packet.data.len();
    match kind % 8 {
        0 => {
            let again = packet.clone();
            packets.insert((at + with_index).min(count), again);
        }
        1 => {
            let moved = packets.remove(at);
            packets.insert(with_index % count, moved);
        }
        2 => packet.data.truncate(length.saturating_sub(with_index)),
        3 => drop(packets.remove(at)),
        4 if length > 0 => packet.data[length * with_index / 256] ^= 1 << (kind >> 5),
        5 => packet.time = None,
        6 | 7 => {
            let parts = if kind % 8 == 6 { fragments(packet, with) } else { segments(packet, with) };
            if let Some(parts) = parts {
                let parts = parts.map(|mut part| {
                    total(&mut part.data);
                    part.original_len = part.data.len();
                    part
                });
                packets.splice(at..=at, parts);
            }
        }
        _ => {}
    }
}

/// Writes packets.
pub(super) fn written(packets: &[Owned]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), None, "made");
    packets.iter().for_each(|packet| writer.packet(&packet.lend(), None, None).expect("bytes in memory"));
    writer.flush().expect("bytes in memory");
    writer.into_inner()
}

/// The input, unless there is no capture in it.
pub(super) fn input(data: &[u8]) -> Option<Input> {
    if Reader::new(data).is_ok() {
        return Some(Input { bits: 0, file: data.to_vec(), keys: Arc::clone(&auth::KEYS) });
    }
    let &[bits, changes, ref rest @ ..] = data else { return None };
    let (plan, rest) = rest.split_at_checked(3 * usize::from(changes & 15))?;
    let (mut file, keys) = match Reader::new(rest) {
        Ok(_) => (rest.to_vec(), &*auth::KEYS),
        Err(_) => (made::file(rest, changes & 16 != 0), &*made::KEYS),
    };
    Reader::new(file.as_slice()).ok()?;
    if !plan.is_empty() {
        let mut packets = packets(&file);
        plan.as_chunks::<3>().0.iter().for_each(|plan| change(&mut packets, *plan));
        file = written(&packets);
    }
    Some(Input { bits, file, keys: Arc::clone(keys) })
}

/// A session, and the records that `dissect` shows of it.
pub(super) struct Dissected {
    session: Session,
    selection: Selection<Value>,
    records: Records,
    out: Out,
    lines: Vec<Value>,
}

impl Dissected {
    pub(super) fn new(keys: &Arc<KeyStore>) -> Dissected {
        let session = Session::new(SessionLimits::default(), Arc::clone(keys));
        let limits = SelectionLimits { held: 1 << 10, held_bytes: 1 << 20, chosen: 1 << 10 };
        let selection = Selection::new(limits);
        Dissected { session, selection, records: Records::default(), out: Out::new(), lines: Vec::new() }
    }

    fn each(&mut self, read: impl FnOnce(&mut Session, &mut dyn FnMut(Record<'_>))) {
        let Dissected { session, selection, records, out, lines } = self;
        read(session, &mut |record| {
            records.print(out, &record);
            let line: Value = serde_json::from_slice(out.as_bytes()).expect("a record is JSON");
            match selection.choose(&record) {
                Choice::Show(before) => {
                    lines.extend(before);
                    lines.push(line);
                }
                Choice::Hold => selection.hold(&record, line, 1),
                Choice::Skip => {}
            }
        });
    }

    pub(super) fn packet(&mut self, packet: &Packet<'_>) {
        self.each(|session, out| session.packet(packet, out));
    }

    /// The records, without members of these names.
    pub(super) fn finish(mut self, names: &[&str]) -> Vec<Value> {
        self.each(|session, out| session.finish(out));
        self.lines.iter_mut().for_each(|line| without(line, names));
        self.lines
    }
}

/// The records of a file that `dissect` shows, without members of these names.
pub(super) fn dissected(file: &[u8], keys: &Arc<KeyStore>, names: &[&str]) -> Vec<Value> {
    let mut dissected = Dissected::new(keys);
    let mut reader = Reader::new(file).expect("a capture");
    while let Ok(Some(packet)) = reader.next() {
        dissected.packet(&packet);
    }
    dissected.finish(names)
}

fn without(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(members) => {
            names.iter().for_each(|name| drop(members.shift_remove(*name)));
            members.values_mut().for_each(|value| without(value, names));
        }
        Value::Array(list) => list.iter_mut().for_each(|value| without(value, names)),
        _ => {}
    }
}

/// Compares records one by one, so that what differs is told.
pub(super) fn same(these: &[Value], those: &[Value], what: &str) {
    for (one, other) in these.iter().zip(those) {
        assert_eq!(one, other, "{what}");
    }
    assert_eq!(these.len(), those.len(), "{what}");
}
