//! What is to be changed where: [`Patches`] notes where segments and datagrams stand and what was opened of them, and
//! changes packets accordingly.
//!
//! TCP: an opened PDU is kept by the sequence numbers of its bytes, as sealed and as clear; a packet is changed where a
//! segment of it holds those sequence numbers and exactly those sealed bytes, which also tells retransmissions with
//! other contents and numbers that have wrapped around. UDP: where a datagram stands is noted with the packet that completes
//! it, for its PDU may be opened only when the handshake has come.

use super::OpenedFlows;
use crate::net::{Origin, Place, Placed, Side, Transport};
use crate::session::observed_security::{Tap, Unsealed};
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use zeroize::Zeroizing;

/// Which direction of which TCP stream, and the sequence number of the first byte.
type Key = (u64, bool, u32);

/// The longest PDU: `frag_length` has 16 bits.
const MAX_PDU: u32 = 0xffff;

/// What a note costs beside bytes, roughly.
const NOTE_COST: usize = 128;

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
        /// Offset of `at` in the payload.
        offset: usize,
    },
    /// The packet is one of those to be written.
    Keep,
    /// It completes a datagram, of which it may turn out later that it is sealed.
    Datagram(Datagram),
    /// Bytes to be replaced.
    Replace {
        at: usize,
        bytes: Zeroizing<Vec<u8>>,
        /// The packet that completed the datagram.
        datagram: u64,
    },
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
                    self.change(&note, data, &mut out);
                }
            }
        }
        self.datagrams.retain(|datagram, _| *datagram > frame);
        (out, kept)
    }

    fn change(&mut self, note: &Note, data: &[u8], out: &mut Option<Vec<u8>>) {
        match note {
            Note::Keep | Note::Datagram(_) => {}
            Note::Replace { datagram, .. } if self.withholds && self.datagrams.get(datagram) != Some(&true) => {}
            Note::Replace { at, bytes, .. } => {
                let out = out.get_or_insert_with(|| data.to_vec());
                if let Some(place) = at.checked_add(bytes.len()).and_then(|end| out.get_mut(*at..end)) {
                    place.copy_from_slice(bytes);
                }
            }
            Note::Segment { at, len, key, checksum, offset } => {
                let mut delta = 0;
                let mut changed = false;
                let (stream, side, seq) = *key;
                // PDUs that begin in the segment, or so shortly before it that they reach into it.
                let from = seq.wrapping_sub(MAX_PDU);
                let until = seq.wrapping_add(u32::try_from(*len).unwrap_or(u32::MAX));
                let ranges = if from <= until { [(from, until), (1, 0)] } else { [(from, u32::MAX), (0, until)] };
                for (low, high) in ranges.into_iter().filter(|(low, high)| low <= high) {
                    for ((_, _, start), patch) in self.patches.range_mut((stream, side, low)..=(stream, side, high)) {
                        // Distance of the PDU's part from the segment's first byte.
                        let distance = i64::from(start.wrapping_sub(seq).cast_signed());
                        let skip = usize::try_from(-distance).unwrap_or(0);
                        let into = usize::try_from(distance).unwrap_or(0);
                        let count = patch.sealed.len().saturating_sub(skip).min(len.saturating_sub(into));
                        let place = at.saturating_add(into)..at.saturating_add(into).saturating_add(count);
                        let (Some(sealed), Some(clear)) =
                            (patch.sealed.get(skip..skip + count), patch.clear.get(skip..skip + count))
                        else {
                            continue;
                        };
                        if self.withholds && patch.shown != Some(true) {
                            continue;
                        }
                        if count == 0 || data.get(place.clone()) != Some(sealed) {
                            continue;
                        }
                        let out = out.get_or_insert_with(|| data.to_vec());
                        if let Some(bytes) = out.get_mut(place) {
                            bytes.copy_from_slice(clear);
                            delta += difference(sealed, clear, (offset + into) % 2 == 1);
                            changed = true;
                            patch.written = patch.written.saturating_add(count);
                        }
                    }
                }
                if let (true, Some(at), Some(out)) = (changed, checksum, out) {
                    let field = at.checked_add(2).and_then(|end| out.get_mut(*at..end));
                    if let Some(field) = field
                        && let Ok(old) = <[u8; 2]>::try_from(&*field)
                    {
                        field.copy_from_slice(&updated(old, delta));
                    }
                }
            }
        }
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
        let (mut skip, mut rest, mut all) = (at, bytes, true);
        for place in &datagram.places {
            let from = skip.min(place.len);
            skip -= from;
            let (now, later) = rest.split_at_checked(place.len - from).unwrap_or((rest, &[]));
            rest = later;
            if !now.is_empty() {
                let bytes = Zeroizing::new(now.to_vec());
                let datagram = datagram.frame;
                let at = place.at.saturating_add(from);
                all &= self.note(place.frame, Note::Replace { at, bytes, datagram });
            }
        }
        all && rest.is_empty()
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
        let left_to_hardware = left_to_hardware(origin, &placed);
        if origin.transport == Transport::Udp {
            let checksum = if left_to_hardware { 0 } else { placed.checksum };
            let (places, header, frame) = (placed.places.to_vec(), placed.header, origin.frame);
            self.note(frame, Note::Datagram(Datagram { places, header, checksum, frame }));
            return;
        }
        // The checksum stands at offset 16; of a segment in IP fragments it is left alone, since its bytes are changed
        // packet by packet.
        let checksum = match placed.places {
            [one] if one.len >= 18 && !left_to_hardware => Some(one.at.saturating_add(16)),
            _ => None,
        };
        let (mut skip, mut offset) = (placed.header, 0);
        for place in placed.places {
            let from = skip.min(place.len);
            skip -= from;
            let len = place.len - from;
            if len > 0 {
                let seq = origin.seq.wrapping_add(u32::try_from(offset).unwrap_or(0));
                let key = (origin.stream, origin.from == Side::A, seq);
                let at = place.at.saturating_add(from);
                self.note(place.frame, Note::Segment { at, len, key, checksum, offset });
            }
            offset += len;
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

/// Whether the checksum was left to the network card when the packet was captured: only the addresses and the length are
/// summed in it, and it has nothing to do with the bytes that are changed.
fn left_to_hardware(origin: &Origin, placed: &Placed<'_>) -> bool {
    let words = |address: IpAddr| -> u64 {
        match address {
            IpAddr::V4(address) => address.octets().as_chunks::<2>().0.iter().map(|w| sum_of(*w)).sum(),
            IpAddr::V6(address) => address.octets().as_chunks::<2>().0.iter().map(|w| sum_of(*w)).sum(),
        }
    };
    let protocol = if origin.transport == Transport::Tcp { 6 } else { 17 };
    let length: usize = placed.places.iter().map(|place| place.len).sum();
    let sum = words(origin.src.ip()) + words(origin.dst.ip()) + protocol;
    [sum, sum + length as u64].into_iter().any(|sum| (sum % 0xffff) == u64::from(placed.checksum) % 0xffff)
}

fn sum_of(word: [u8; 2]) -> u64 {
    u64::from(u16::from_be_bytes(word))
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
