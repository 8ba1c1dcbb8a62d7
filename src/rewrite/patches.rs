//! What is to be changed where: [`Patches`] notes where segments and datagrams stand and what was opened of them, and
//! changes packets accordingly.
//!
//! TCP: an opened PDU is kept by the sequence numbers of its bytes, as sealed and as clear; a packet is changed where a
//! segment of it holds those sequence numbers and exactly those sealed bytes, which also tells retransmissions with
//! other contents and numbers that have wrapped around. UDP: where a datagram stands is noted with the packet that completes
//! it, for its PDU may be opened only when the handshake has come.
//! A segment in IP fragments is changed in all of them at once, with its checksum, when the first is written.

use super::OpenedFlows;
use crate::net::{Origin, Place, Placed, Side, Transport};
use crate::session::observed_security::{Tap, Unsealed};
use std::collections::{BTreeMap, VecDeque};
use zeroize::Zeroizing;

/// Which direction of which TCP stream, and the sequence number of the first byte.
type Key = (u64, bool, u32);

/// The longest PDU: `frag_length` has 16 bits.
const MAX_PDU: u32 = 0xffff;

/// What a note costs beside bytes, roughly.
const NOTE_COST: usize = 128;

/// Where the checksum stands in a TCP header.
const CHECKSUM: usize = 16;

/// `auth_level` of PDUs whose stub is not protected (C706 13.1.2.1).
const CONNECT: u8 = 2;

/// A part of an opened PDU, from its stub to the end of the trailer's header.
struct Patch {
    sealed: Box<[u8]>,
    clear: Zeroizing<Vec<u8>>,
    /// Bytes written so far, those of retransmissions again.
    written: usize,
    /// Whether it may be written, once that is known.
    shown: Option<bool>,
}

/// A note on a packet.
enum Note {
    /// Payload of a TCP segment.
    Segment {
        at: usize,
        len: usize,
        key: Key,
        /// Where the segment's checksum stands, if in this packet.
        checksum: Option<usize>,
    },
    /// A TCP segment that came in IP fragments, of which this packet is the first. It is changed at once for all of them, so
    /// that its checksum is right for what stands in the others.
    Fragmented(Fragmented),
    /// The packet is one of those to be written.
    Keep,
    /// It completes a datagram, of which it may turn out later that it is sealed.
    Datagram(Datagram),
    /// Bytes to be replaced.
    Replace {
        at: usize,
        bytes: Zeroizing<Vec<u8>>,
        /// The packet that completed the datagram; none for a part of a TCP segment.
        datagram: Option<u64>,
    },
}

/// A TCP segment in IP fragments.
struct Fragmented {
    places: Vec<Place>,
    /// Bytes of its header.
    header: usize,
    /// All of it, as captured.
    bytes: Box<[u8]>,
    /// Of its payload.
    key: Key,
    /// Whether its checksum is about its bytes.
    summed: bool,
}

/// Where a datagram stands.
#[derive(Clone, Debug)]
struct Datagram {
    places: Vec<Place>,
    /// Bytes of its header.
    header: usize,
    /// As captured; 0 for none, and for one that was left to the network card.
    checksum: u16,
    /// The packet that completes it.
    frame: u64,
}

impl Note {
    fn cost(&self) -> usize {
        match self {
            Note::Segment { .. } | Note::Keep => NOTE_COST,
            Note::Datagram(datagram) => NOTE_COST.saturating_add(datagram.places.len() * size_of::<Place>()),
            Note::Fragmented(segment) => NOTE_COST + segment.places.len() * size_of::<Place>() + segment.bytes.len(),
            Note::Replace { bytes, .. } => NOTE_COST + bytes.len(),
        }
    }
}

/// What is to be changed; a [`Tap`] of a session.
#[derive(Default)]
pub struct Patches {
    notes: BTreeMap<u64, Vec<Note>>,
    patches: BTreeMap<Key, Patch>,
    /// Keys of `patches`, oldest first, with the packet that completed the PDU.
    ages: VecDeque<(Key, u64)>,
    weight: usize,
    /// The last packet that was changed or passed.
    passed: u64,
    pdus: u64,
    left: u64,
    /// Packets of these flows alone are to be written.
    pub(super) only: Option<OpenedFlows>,
    /// Nothing is written of which [`Patches::decide`] didn't say that it may.
    pub(super) withholds: bool,
    /// Segments' PDUs that wait for that, by the packet that completed them.
    undecided: BTreeMap<u64, Vec<Key>>,
    /// Whether datagrams may be written, by the packet that completed them.
    datagrams: BTreeMap<u64, bool>,
    withheld: u64,
}

impl core::fmt::Debug for Patches {
    /// Never the bytes.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Patches").field("pdus", &self.pdus).field("weight", &self.weight).finish_non_exhaustive()
    }
}

impl Patches {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Patches::default()
    }

    /// Bytes that it takes, roughly.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// PDUs opened so far.
    #[must_use]
    pub fn pdus(&self) -> u64 {
        self.pdus
    }

    /// PDUs of which not every byte could be placed, so far as it is known: finally only after all packets were
    /// passed.
    #[must_use]
    pub fn left(&self) -> u64 {
        let open = self.patches.values().filter(|patch| !patch.is_written() && !self.is_withheld(patch)).count();
        self.left.saturating_add(open as u64)
    }

    /// PDUs that stay sealed because they hold secrets, or may.
    #[must_use]
    pub fn withheld(&self) -> u64 {
        let held = self.patches.values().filter(|patch| self.is_withheld(patch)).count();
        self.withheld.saturating_add(held as u64)
    }

    fn is_withheld(&self, patch: &Patch) -> bool {
        self.withholds && patch.shown != Some(true)
    }

    /// What a message that came in these packets holds may be written in clear, or may not; of two messages in one packet
    /// the one that may not decides.
    pub(super) fn decide(&mut self, stream: u64, transport: Transport, first: bool, frames: &[u64], clear: bool) {
        for frame in frames {
            if transport == Transport::Udp {
                *self.datagrams.entry(*frame).or_insert(true) &= clear;
                continue;
            }
            let Some(keys) = self.undecided.get(frame) else { continue };
            for key in keys.iter().filter(|key| (key.0, key.1) == (stream, first)) {
                if let Some(patch) = self.patches.get_mut(key) {
                    patch.shown = Some(patch.shown.unwrap_or(true) && clear);
                }
            }
        }
    }

    /// Forgets the oldest PDUs whose packets have all been passed until no more than `weight` bytes are taken.
    pub fn forget(&mut self, weight: usize) {
        while self.weight > weight {
            let Some((key, frame)) = self.ages.front().copied() else { break };
            if frame > self.passed {
                break;
            }
            self.ages.pop_front();
            self.undecided.remove(&frame);
            if let Some(patch) = self.patches.remove(&key) {
                self.weight = self.weight.saturating_sub(patch.cost());
                let withheld = self.is_withheld(&patch);
                self.withheld += u64::from(withheld);
                self.left += u64::from(!withheld && !patch.is_written());
            }
        }
    }

    /// The packet as it is to be written, `None` if it stays, and whether it is to be written at all. Packets come in
    /// order; nothing is kept of those before.
    pub fn apply(&mut self, frame: u64, data: &[u8]) -> (Option<Vec<u8>>, bool) {
        self.passed = self.passed.max(frame);
        let mut out = None;
        let mut kept = self.only.is_none();
        while let Some(entry) = self.notes.first_entry().filter(|entry| *entry.key() <= frame) {
            let (of, notes) = entry.remove_entry();
            for note in notes {
                self.weight = self.weight.saturating_sub(note.cost());
                if of == frame {
                    kept |= matches!(note, Note::Keep);
                    self.change(note, frame, data, &mut out);
                }
            }
        }
        self.datagrams.retain(|datagram, _| *datagram > frame);
        (out, kept)
    }

    fn change(&mut self, note: Note, frame: u64, data: &[u8], out: &mut Option<Vec<u8>>) {
        match note {
            Note::Keep | Note::Datagram(_) => {}
            Note::Replace { at, bytes, datagram } => {
                let withheld = |datagram| self.withholds && self.datagrams.get(&datagram) != Some(&true);
                if !datagram.is_some_and(withheld) {
                    replace(data, out, at, &bytes);
                }
            }
            Note::Segment { at, len, key, checksum } => {
                let payload = data.get(at..at.saturating_add(len)).unwrap_or(&[]);
                let mut delta = 0;
                for Change { into, clear, sum } in self.changes(key, payload) {
                    replace(data, out, at.saturating_add(into), &clear);
                    delta += sum;
                }
                if let (true, Some(at), Some(old)) = (delta != 0, checksum, checksum.and_then(|at| word(data, at))) {
                    replace(data, out, at, &updated(old, delta));
                }
            }
            Note::Fragmented(segment) => {
                let Fragmented { places, header, bytes, key, summed } = &segment;
                let payload = bytes.get(*header..).unwrap_or(&[]);
                let mut delta = 0;
                let mut all = Vec::new();
                for Change { into, clear, sum } in self.changes(*key, payload) {
                    all.push((header.saturating_add(into), clear));
                    delta += sum;
                }
                if let (true, true, Some(old)) = (delta != 0, *summed, word(bytes, CHECKSUM)) {
                    all.push((CHECKSUM, Zeroizing::new(updated(old, delta).to_vec())));
                }
                for (at, bytes) in all {
                    for (place, now) in parts(places, at, &bytes) {
                        if place.frame == frame {
                            replace(data, out, place.at, now);
                        } else {
                            let bytes = Zeroizing::new(now.to_vec());
                            self.note(place.frame, Note::Replace { at: place.at, bytes, datagram: None });
                        }
                    }
                }
            }
        }
    }

    /// What changes in the payload of a segment, whose first byte has this sequence number.
    fn changes(&mut self, (stream, side, seq): Key, payload: &[u8]) -> Vec<Change> {
        let mut changes = Vec::new();
        // PDUs that begin in the segment, or so shortly before it that they reach into it.
        let from = seq.wrapping_sub(MAX_PDU);
        let until = seq.wrapping_add(u32::try_from(payload.len()).unwrap_or(u32::MAX));
        let ranges = if from <= until { [(from, until), (1, 0)] } else { [(from, u32::MAX), (0, until)] };
        for (low, high) in ranges.into_iter().filter(|(low, high)| low <= high) {
            for ((_, _, start), patch) in self.patches.range_mut((stream, side, low)..=(stream, side, high)) {
                if self.withholds && patch.shown != Some(true) {
                    continue;
                }
                // Distance of the PDU's part from the segment's first byte.
                let distance = i64::from(start.wrapping_sub(seq).cast_signed());
                let skip = usize::try_from(-distance).unwrap_or(0);
                let into = usize::try_from(distance).unwrap_or(0);
                let count = patch.sealed.len().saturating_sub(skip).min(payload.len().saturating_sub(into));
                let (Some(sealed), Some(clear)) =
                    (patch.sealed.get(skip..skip + count), patch.clear.get(skip..skip + count))
                else {
                    continue;
                };
                if count == 0 || payload.get(into..into.saturating_add(count)) != Some(sealed) {
                    continue;
                }
                patch.written = patch.written.saturating_add(count);
                // A TCP header has an even length.
                let sum = difference(sealed, clear, into % 2 == 1);
                changes.push(Change { into, clear: Zeroizing::new(clear.to_vec()), sum });
            }
        }
        changes
    }

    fn note(&mut self, frame: u64, note: Note) -> bool {
        if frame <= self.passed {
            return false;
        }
        self.weight = self.weight.saturating_add(note.cost());
        self.notes.entry(frame).or_default().push(note);
        true
    }

    /// The datagram of this PDU, unless its packet was passed: the one that was placed last, which `frame` completed; of one that
    /// was held back since the packet `held` the one of its length, if there is no other one in that packet.
    fn datagram_of(&self, frame: u64, held: Option<u64>, pdu: &[u8]) -> Option<Datagram> {
        let notes = self.notes.get(&held.unwrap_or(frame))?;
        let mut datagrams = notes.iter().rev().filter_map(|note| match note {
            Note::Datagram(datagram) => Some(datagram),
            _ => None,
        });
        if held.is_none() {
            return datagrams.next().cloned();
        }
        let mut fitting = datagrams.filter(|datagram| {
            let length: usize = datagram.places.iter().map(|place| place.len).sum();
            length == datagram.header.saturating_add(pdu.len())
        });
        let found = fitting.next()?;
        fitting.next().is_none().then(|| found.clone())
    }

    /// Replaces bytes of a datagram, `at` counted from its UDP header.
    fn replace(&mut self, datagram: &Datagram, at: usize, bytes: &[u8]) -> bool {
        let (mut all, mut done) = (true, 0);
        for (place, now) in parts(&datagram.places, at, bytes) {
            done += now.len();
            let (bytes, datagram) = (Zeroizing::new(now.to_vec()), Some(datagram.frame));
            all &= self.note(place.frame, Note::Replace { at: place.at, bytes, datagram });
        }
        all && done == bytes.len()
    }
}

impl Patch {
    fn is_written(&self) -> bool {
        self.written >= self.sealed.len()
    }

    fn cost(&self) -> usize {
        NOTE_COST + self.sealed.len() + self.clear.len()
    }
}

impl Tap for Patches {
    fn placed(&mut self, origin: &Origin, placed: Placed<'_>) {
        if self.only.as_ref().is_some_and(|only| only.has(origin)) {
            for place in placed.places {
                self.note(place.frame, Note::Keep);
            }
        }
        let summed = !placed.is_left_to_hardware(origin);
        if origin.transport == Transport::Udp {
            let checksum = if summed { placed.checksum } else { 0 };
            let (places, header, frame) = (placed.places.to_vec(), placed.header, origin.frame);
            self.note(frame, Note::Datagram(Datagram { places, header, checksum, frame }));
            return;
        }
        let key = (origin.stream, origin.from == Side::A, origin.seq);
        if let [one] = placed.places {
            let checksum = (summed && one.len >= CHECKSUM + 2).then(|| one.at.saturating_add(CHECKSUM));
            let (at, len) = (one.at.saturating_add(placed.header), one.len.saturating_sub(placed.header));
            self.note(one.frame, Note::Segment { at, len, key, checksum });
        } else if let Some(first) = placed.places.iter().map(|place| place.frame).min() {
            let (places, header, bytes) = (placed.places.to_vec(), placed.header, placed.bytes.into());
            self.note(first, Note::Fragmented(Fragmented { places, header, bytes, key, summed }));
        }
    }

    fn unsealed(&mut self, unsealed: Unsealed<'_>) {
        let Unsealed { origin, seq, held, pdu, clear } = unsealed;
        self.pdus += 1;
        let datagram = pdu.connectionless.is_some();
        // `auth_type` stands before it in the trailers of connections.
        let level = pdu.trailer_header.start + usize::from(!datagram);
        let Some(sealed) = pdu.pdu.get(pdu.body.start..pdu.trailer_header.end) else { return };
        let mut opened = Zeroizing::new(sealed.to_vec());
        if let Some(body) = opened.get_mut(..clear.len()) {
            body.copy_from_slice(clear);
        }
        if let Some(byte) = opened.get_mut(level.saturating_sub(pdu.body.start)) {
            *byte = CONNECT;
        }
        if datagram {
            let Some(of) = self.datagram_of(origin.frame, held, pdu.pdu) else {
                self.left += 1;
                return;
            };
            let header = of.header;
            // The body begins at an even offset (80), the UDP header has 8 bytes and its checksum last.
            let delta = difference(sealed, &opened, (header + pdu.body.start) % 2 == 1);
            let mut all = self.replace(&of, header + pdu.body.start, &opened);
            if of.checksum != 0 {
                all &= self.replace(&of, 6, &updated(of.checksum.to_be_bytes(), delta));
            }
            self.left += u64::from(!all);
            return;
        }
        let start = seq.wrapping_add(u32::try_from(pdu.body.start).unwrap_or(0));
        let key = (origin.stream, origin.from == Side::A, start);
        let patch = Patch { sealed: sealed.into(), clear: opened, written: 0, shown: None };
        self.weight = self.weight.saturating_add(patch.cost());
        match self.patches.insert(key, patch) {
            Some(old) => self.weight = self.weight.saturating_sub(old.cost()),
            None => self.ages.push_back((key, origin.frame)),
        }
        if self.withholds {
            self.undecided.entry(origin.frame).or_default().push(key);
        }
    }
}

/// A change of a segment's payload.
struct Change {
    /// Where in it.
    into: usize,
    clear: Zeroizing<Vec<u8>>,
    /// By how much the sum of the segment changes.
    sum: i64,
}

/// Writes bytes into a copy of the packet.
fn replace(data: &[u8], out: &mut Option<Vec<u8>>, at: usize, bytes: &[u8]) {
    let out = out.get_or_insert_with(|| data.to_vec());
    if let Some(place) = at.checked_add(bytes.len()).and_then(|end| out.get_mut(at..end)) {
        place.copy_from_slice(bytes);
    }
}

fn word(bytes: &[u8], at: usize) -> Option<[u8; 2]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// The places of bytes that stand `at` in what has these places, and which of the bytes stand there.
fn parts<'b>(places: &[Place], at: usize, bytes: &'b [u8]) -> impl Iterator<Item = (Place, &'b [u8])> {
    let (mut skip, mut rest) = (at, bytes);
    places.iter().filter_map(move |place| {
        let from = skip.min(place.len);
        skip -= from;
        let (now, later) = rest.split_at_checked(place.len - from).unwrap_or((rest, &[]));
        rest = later;
        let at = place.at.saturating_add(from);
        (!now.is_empty()).then_some((Place { frame: place.frame, at, len: now.len() }, now))
    })
}

/// By how much the sum of 16-bit words changes; `odd`: the first byte is the second of its word.
fn difference(old: &[u8], new: &[u8], odd: bool) -> i64 {
    let mut high = !odd;
    let mut sum = 0;
    for (old, new) in old.iter().zip(new) {
        let change = i64::from(*new) - i64::from(*old);
        sum += if high { change << 8 } else { change };
        high = !high;
    }
    sum
}

/// A checksum after the sum changed (RFC 1624); never 0, which UDP takes for none.
fn updated(old: [u8; 2], delta: i64) -> [u8; 2] {
    let sum = (i64::from(!u16::from_be_bytes(old)) + delta).rem_euclid(0xffff);
    (!u16::try_from(sum).unwrap_or(0)).to_be_bytes()
}
