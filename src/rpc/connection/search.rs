//! Where a direction's PDUs begin: at its first bytes, and again behind a hole or what was no PDU.
//!
//! Bytes of a stub can look like a header: a string of four letters as NDR writes it (5, 0, 5, text) is a version, a type,
//! a data representation and a length. Behind a hole a header counts only when it fits all that is known of the
//! connection ([`Known`]), and what follows its PDU is another one, or the PDU ends where its packet does.

use super::session::{Session, sender_of};
use super::{BEGINNING, HalfStream, State};
use crate::base::Endian;
use crate::base::Side;
use crate::base::bounds;
use crate::rpc::event::FrameSet;
use crate::rpc::header::{Header, PacketType, PfcFlags, Representation};
use crate::rpc::pdu::Pdu;
use crate::rpc::security::Sender;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// How far the call identifier of a PDU behind a hole may be from the last one before it.
const NEAR: u32 = 4096;

/// Further than that from the largest context identifier that was negotiated no other one is believed.
const CONTEXTS: u16 = 64;

/// What the PDUs of a connection have in common.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    /// Data representation of what side A sends, and of what side B sends.
    representations: [Option<Representation>; 2],
    /// `call_id` of the last request.
    last_call: Option<u32>,
    /// Whether call identifiers are no count: two in a row were far apart.
    scattered: bool,
    /// The longest PDU that was agreed on or seen, bytes; 0 while nothing was agreed on.
    max_fragment: u16,
}

impl Known {
    /// Takes notice of a PDU.
    pub(super) fn note(&mut self, side: Side, header: &Header) {
        if let Some(representation) = self.representations.get_mut(side as usize) {
            *representation = Some(header.representation);
        }
        if header.ptype == PacketType::Request {
            self.request(header.call_id);
        }
        if self.max_fragment > 0 {
            self.max_fragment = self.max_fragment.max(header.frag_length);
        }
    }

    /// Takes notice of a request.
    #[inline]
    pub(super) fn request(&mut self, call_id: u32) {
        if let Some(last) = self.last_call {
            self.scattered |= !is_near(call_id, last);
        }
        self.last_call = Some(call_id);
    }

    /// The lengths of fragments that a bind or its answer names.
    pub(super) fn agree(&mut self, lengths: [u16; 2]) {
        let [a, b] = lengths;
        self.max_fragment = self.max_fragment.max(a).max(b);
    }
}

fn is_near(call_id: u32, last: u32) -> bool {
    call_id.wrapping_sub(last).cast_signed().unsigned_abs() <= NEAR
}

/// How well a header fits what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It contradicts something.
    No,
    /// Only its call identifier is far from the last one.
    Far,
    /// It contradicts nothing, but not everything that matters is known.
    Possible,
    /// Representation, role, context and call are those of the connection.
    Full,
}

/// What a place in a stream is.
enum Place {
    Nothing,
    /// A PDU begins here.
    Pdu,
    /// It depends on more bytes: so many from here.
    Undecided(usize),
}

/// Bytes that wait until it can be told whether a PDU begins in them, with the packets that they came in.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    pub(super) bytes: Vec<u8>,
    /// Ends of the chunks in `bytes`, each with its packet.
    chunks: VecDeque<(usize, FrameSet)>,
    /// Bytes that were looked at in vain.
    start: usize,
    /// Bytes that have to be there before it is worth looking again.
    needed: usize,
}

impl Waiting {
    /// Bytes that were kept as the beginning of a PDU, with the ends of their parts.
    pub(super) fn of(bytes: Vec<u8>, chunks: VecDeque<(usize, FrameSet)>) -> Waiting {
        Waiting { bytes, chunks, ..Waiting::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Bytes of it that belong to no PDU so far.
    fn rest(&self) -> u64 {
        (self.bytes.len() - self.start) as u64
    }

    fn add(&mut self, bytes: &[u8], latest: &FrameSet) {
        crate::base::work::tick(bytes.len());
        self.bytes.extend_from_slice(bytes);
        self.chunks.push_back((self.bytes.len(), latest.clone()));
    }

    /// The next part of a chunk that was not handed on, and its packet.
    pub(super) fn next_part(&mut self) -> Option<(core::ops::Range<usize>, FrameSet)> {
        while let Some((end, frame_set)) = self.chunks.pop_front() {
            if end > self.start {
                let part = self.start..end;
                self.start = end;
                return Some((part, frame_set));
            }
        }
        None
    }
}

impl<N: Default> Session<N> {
    /// How well what `bytes` begin with fits as the header of a PDU that this side sends.
    fn fit(&self, side: Side, bytes: &[u8]) -> Fit {
        if !Header::plausible(bytes) {
            return Fit::No;
        }
        let Ok(header) = Header::parse(bytes) else { return Fit::No };
        let known = &self.known;
        let sender = sender_of(header.ptype);
        let client = if sender == Sender::Client { side } else { side.other() };
        let representation = known.representations.get(side as usize).copied().flatten();
        if representation.is_some_and(|r| r != header.representation)
            || self.client.is_some_and(|c| c != client)
            || known.max_fragment != 0 && header.frag_length > known.max_fragment
            || header.flags.contains(PfcFlags::RESERVED_1)
        {
            return Fit::No;
        }
        let mut far = false;
        let mut full = representation.is_some() && self.client.is_some();
        let waits =
            matches!(header.ptype, PacketType::Response | PacketType::Fault) && self.calls.waits(header.call_id);
        match known.last_call {
            _ if waits => {}
            Some(_) if known.scattered => full = false,
            Some(last) if is_near(header.call_id, last) => {}
            Some(_) => far = true,
            None => full = false,
        }
        let call = matches!(header.ptype, PacketType::Request | PacketType::Response | PacketType::Fault);
        if call {
            match context_id(&header, bytes) {
                Some(id) if self.bindings.get(id).is_some() => {}
                Some(id) if !self.bindings.is_empty() && id > self.bindings.largest().saturating_add(CONTEXTS) => {
                    return Fit::No;
                }
                _ => full = false,
            }
            let first = header.flags.contains(PfcFlags::FIRST_FRAG) || header.ptype == PacketType::Fault;
            full &= first || self.messages.find(side, header.call_id).is_some();
        }
        match (far, full) {
            (true, _) => Fit::Far,
            (false, true) => Fit::Full,
            (false, false) => Fit::Possible,
        }
    }

    /// What is at the beginning of `bytes`; `last` is whether no more will come.
    fn place_at(&self, side: Side, bytes: &[u8], last: bool) -> Place {
        if bytes.len() < Header::SIZE {
            return if !last && Header::plausible_prefix(bytes) {
                Place::Undecided(Header::SIZE)
            } else {
                Place::Nothing
            };
        }
        crate::base::work::tick(Header::SIZE);
        let fit = self.fit(side, bytes);
        let Some(length) = Header::framed(bytes).filter(|_| fit != Fit::No) else { return Place::Nothing };
        let wait = |needed| if last { Place::Nothing } else { Place::Undecided(needed) };
        match bytes.get(length..) {
            Some(next) if next.len() >= Header::SIZE => {
                let follows = match self.fit(side, next) {
                    Fit::No => false,
                    // After a long hole one that is far from all before it has another one near.
                    found => fit.min(found) > Fit::Far || calls_are_near(bytes, next),
                };
                if follows { Place::Pdu } else { Place::Nothing }
            }
            Some(next) if !Header::plausible_prefix(next) => Place::Nothing,
            // Its packet ends with it.
            Some([]) if fit > Fit::Far => Place::Pdu,
            Some(_) if fit == Fit::Full || last && fit > Fit::Far => Place::Pdu,
            None if fit == Fit::Full => Place::Pdu,
            Some(_) => wait(length + Header::SIZE),
            None => wait(length),
        }
    }
}

fn calls_are_near(one: &[u8], other: &[u8]) -> bool {
    match (Header::parse(one), Header::parse(other)) {
        (Ok(one), Ok(other)) => is_near(other.call_id, one.call_id),
        _ => false,
    }
}

/// `p_cont_id` of a request, response or fault, as far as it is there.
fn context_id(header: &Header, bytes: &[u8]) -> Option<u16> {
    let field = bytes.get(Pdu::STUB_OFFSET - 4..)?.first_chunk::<2>()?;
    Some(match header.representation.endian {
        Endian::Little => u16::from_le_bytes(*field),
        Endian::Big => u16::from_be_bytes(*field),
    })
}

impl HalfStream {
    /// A direction's first bytes, or the first bytes of a later chunk after earlier ones were of no use.
    pub(super) fn recognise<'b, N>(&mut self, known: bool, bytes: &'b [u8], session: &mut Session<N>) -> &'b [u8] {
        let missing = Header::SIZE.saturating_sub(self.buffer.len());
        let (head, rest) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
        let earlier = self.buffer.len();
        if earlier > 0 || Header::plausible_prefix(head) {
            self.keep(head, &session.limits, &mut session.counters);
            let promising = match self.buffer.len() {
                Header::SIZE => Header::plausible(&self.buffer),
                _ => Header::plausible_prefix(&self.buffer),
            };
            if promising {
                if self.buffer.len() == Header::SIZE {
                    self.state = State::Synced;
                }
                return rest;
            }
            self.buffer.clear();
        }
        self.open_hole(BEGINNING);
        if known || self.midstream {
            self.state = State::Searching;
            // The bytes kept from earlier chunks are no header's beginning together with these; look in these only.
            self.hole.skipped += earlier as u64;
            return bytes;
        }
        self.hole.skipped += (earlier + bytes.len()) as u64;
        self.attempts = self.attempts.saturating_add(1);
        if self.attempts >= session.limits.recognition_attempts {
            self.state = State::Foreign;
        }
        &[]
    }

    /// Looks for the next header that fits: each byte is looked at once, and a header's fields at the places where one
    /// could begin. Returns what follows in `bytes` when a PDU begins there; when one begins in what waited from before,
    /// all of that is to be read again from [`HalfStream::found`].
    pub(super) fn search<'b, N: Default>(
        &mut self,
        side: Side,
        known: bool,
        bytes: &'b [u8],
        session: &mut Session<N>,
    ) -> &'b [u8] {
        if !self.waiting.is_empty() {
            self.waiting.add(bytes, &self.latest);
            if self.waiting.bytes.len() >= self.waiting.needed {
                self.look_again(side, session, false);
            }
        } else {
            match self.scan(side, bytes, session, false) {
                (at, Place::Pdu) => {
                    self.hole.skipped += at as u64;
                    self.state = State::Synced;
                    return bytes.get(at..).unwrap_or(&[]);
                }
                (at, Place::Undecided(needed)) => {
                    self.hole.skipped += at as u64;
                    let rest = bytes.get(at..).unwrap_or(&[]);
                    self.waiting = Waiting { needed, ..Waiting::default() };
                    self.budget = self.budget.saturating_add(rest.len() + 64);
                    self.waiting.add(rest, &self.latest);
                }
                (_, Place::Nothing) => self.hole.skipped += bytes.len() as u64,
            }
        }
        if self.state == State::Searching && !known {
            let passed = self.hole.skipped + self.waiting.rest().saturating_sub(Header::SIZE as u64 - 1);
            if passed > session.limits.recognition_bytes as u64 {
                self.hole.skipped = passed;
                self.waiting = Waiting::default();
                self.state = State::Foreign;
            }
        }
        &[]
    }

    /// The first place in `bytes` where a PDU begins or may begin.
    fn scan<N: Default>(&self, side: Side, bytes: &[u8], session: &Session<N>, last: bool) -> (usize, Place) {
        crate::base::work::tick(bytes.len());
        let last = last || self.budget > bounds::SEARCH_BYTES;
        let mut from = 0;
        while let Some(at) = bytes.get(from..).and_then(|b| b.iter().position(|b| *b == 5)).map(|n| n + from) {
            match session.place_at(side, bytes.get(at..).unwrap_or(&[]), last) {
                Place::Nothing => from = at + 1,
                place => return (at, place),
            }
        }
        (bytes.len(), Place::Nothing)
    }

    /// Looks through what waits; `last` is whether nothing more will come.
    pub(super) fn look_again<N: Default>(&mut self, side: Side, session: &Session<N>, last: bool) {
        let start = self.waiting.start;
        let (at, place) = self.scan(side, self.waiting.bytes.get(start..).unwrap_or(&[]), session, last);
        self.hole.skipped += at as u64;
        self.waiting.start = start + at;
        match place {
            Place::Nothing => self.waiting = Waiting::default(),
            Place::Pdu => {
                self.state = State::Synced;
                self.found = core::mem::take(&mut self.waiting);
            }
            Place::Undecided(needed) => {
                self.waiting.needed = self.waiting.start + needed;
                self.budget = self.budget.saturating_add(64);
                if self.waiting.start > 1 << 16 {
                    self.waiting.forget_start();
                }
            }
        }
    }
}

impl Waiting {
    /// Forgets bytes that were looked at in vain.
    fn forget_start(&mut self) {
        crate::base::work::tick(self.bytes.len());
        let start = core::mem::take(&mut self.start);
        self.bytes.drain(..start);
        self.needed -= start;
        self.chunks.retain_mut(|(end, _)| {
            *end = end.saturating_sub(start);
            *end > 0
        });
    }
}
