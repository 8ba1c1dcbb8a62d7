//! One TCP connection: from chunks of its two streams to messages, sans I/O.
//!
//! [`Connection`] is fed with [`Connection::data`], [`Connection::gap`] and [`Connection::end`] in the order that a
//! capture has; events come out through a callback. A PDU that lies whole inside one chunk is read in place and a
//! message of one fragment is handed out as it stands; everything else is buffered under [`RpcLimits`].
//!
//! This file cuts the streams into PDUs, `search` finds where one begins. `session` is what PDUs mean together,
//! `fragments` and `messages` join fragments, `deliver` hands out messages with their context and call, `plain` is a short
//! way for most of them, `bindings` keeps presentation contexts, `calls` pending calls.

mod bindings;
pub(crate) mod calls;
mod deliver;
mod fast_path;
mod fragments;
mod messages;
pub mod rules;
mod search;
mod session;
#[cfg(test)]
mod tests;

use super::event::{Event, FrameSet, Resolver};
use super::header::Header;
use super::limits::{Counters, RpcLimits};
use super::security::Security;
use crate::base::{Side, Timestamp};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::mem;
use search::Waiting;
use session::{Io, Session};

/// Whether a connection carries DCE/RPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognition {
    /// Too little was seen.
    Undecided,
    /// At least one direction does.
    Rpc,
    /// It doesn't; nothing more is read of it.
    NotRpc,
}

/// Who gets the events of a connection.
pub(crate) trait Receiver<N> {
    /// Takes the next one.
    fn event(&mut self, event: Event<'_, N>);
}

/// A receiver that is called by address.
struct Caller<'o, N>(&'o mut dyn FnMut(Event<'_, N>));

impl<N> Receiver<N> for Caller<'_, N> {
    fn event(&mut self, event: Event<'_, N>) {
        (self.0)(event);
    }
}

/// The state of one TCP connection. `N` is the receiver's note on each call.
pub struct Connection<N> {
    directions: [HalfStream; 2],
    session: Session<N>,
    recognition: Recognition,
    /// What is held beside calls, bytes: only they change on the short way.
    held: usize,
}

/// Where a direction stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Nothing of it looked like a PDU yet.
    #[default]
    Fresh,
    /// At a PDU boundary, `buffer` holding the beginning of an incomplete PDU.
    Synced,
    /// Looking for the next header; `waiting` holds bytes that may be one.
    Searching,
    /// Given up.
    Foreign,
}

#[derive(Debug, Default)]
struct HalfStream {
    state: State,
    buffer: Vec<u8>,
    /// The packets of what `buffer` holds.
    frame_set: FrameSet,
    /// While `buffer` holds no more than a header: ends of its parts, each with its packet.
    parts: VecDeque<(usize, FrameSet)>,
    /// The packet of the latest chunk.
    latest: FrameSet,
    attempts: u8,
    /// Whether the beginning of the direction is missing.
    midstream: bool,
    /// Bytes still to come of a PDU with a hole.
    step_over: usize,
    /// Bytes in which a PDU may begin, while one is looked for.
    waiting: Waiting,
    /// Bytes in which one was found that had waited, to be read again.
    found: Waiting,
    /// Bytes copied for waiting so far.
    budget: usize,
    hole: Hole,
}

/// What was passed over since the last whole PDU.
#[derive(Clone, Copy, Debug, Default)]
struct Hole {
    /// Whether there is one.
    open: bool,
    /// Captured bytes that belong to no PDU.
    skipped: u64,
    /// Bytes never captured that a [`super::event::Body::Malformed`] doesn't account for.
    lost: u64,
    /// Whether `lost` is all of them.
    unknown: bool,
    /// Bytes of PDUs with a hole.
    damaged: u64,
    reason: &'static str,
}

const BEGINNING: &str = "the direction's beginning was not captured";
const FOREIGN: &str = "this direction carries no DCE/RPC";
const NO_HEADER: &str = "no PDU header where one was due";

impl<N: Default> Connection<N> {
    /// A connection of which nothing was seen yet.
    #[must_use]
    pub fn new(limits: RpcLimits) -> Self {
        Connection::of(Session::new(limits, None))
    }

    fn of(session: Session<N>) -> Self {
        let directions = [HalfStream::default(), HalfStream::default()];
        let mut connection = Connection { directions, session, recognition: Recognition::Undecided, held: 0 };
        connection.weigh();
        connection
    }

    /// The same with someone to ask about calls whose bind was not captured.
    #[must_use]
    pub fn with_resolver(limits: RpcLimits, resolver: Box<dyn Resolver + Send>) -> Self {
        Connection::of(Session::new(limits, Some(resolver)))
    }

    /// Whether the connection carries DCE/RPC.
    #[must_use]
    pub fn recognition(&self) -> Recognition {
        self.recognition
    }

    /// Of sides A and B, whether nothing that it sends is read until the other side turns out to speak DCE/RPC.
    #[must_use]
    pub fn unread(&self) -> [bool; 2] {
        let [a, b] = &self.directions;
        [a, b].map(|direction| direction.state == State::Foreign)
    }

    /// What was seen and given up so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.session.counters
    }

    /// Roughly what the connection holds, bytes.
    #[must_use]
    #[inline]
    pub fn cost(&self) -> usize {
        self.held + self.session.calls.cost()
    }

    /// Takes account of what is held beside calls.
    fn weigh(&mut self) {
        let [a, b] = &self.directions;
        let buffers = a.held() + b.held() + self.session.scratch.capacity();
        // The rest: what this type is in size, what goes with it, and what allocators add.
        self.held = size_of::<Self>()
            + 512
            + buffers
            + self.session.messages.cost()
            + self.session.bindings.cost()
            + self.session.resolver.as_ref().map_or(0, |resolver| resolver.cost())
            + self.session.guesses.len() * 64;
    }

    /// Which side binds, as far as PDU types have told.
    #[must_use]
    pub fn client(&self) -> Option<Side> {
        self.session.client
    }

    /// The next bytes of a direction, with the packet that carried them.
    pub fn data(
        &mut self,
        side: Side,
        frame: u64,
        time: Option<Timestamp>,
        bytes: &[u8],
        security: &mut dyn Security,
        out: &mut dyn FnMut(Event<'_, N>),
    ) -> Recognition {
        self.data_to(side, frame, time, bytes, security, &mut Caller(out))
    }

    /// The same for a receiver that is known when compiling: what it makes of a plain message is compiled into the fast path,
    /// so that the event is built where the receiver wants it.
    #[inline(always)]
    pub(crate) fn data_to(
        &mut self,
        side: Side,
        frame: u64,
        time: Option<Timestamp>,
        mut bytes: &[u8],
        security: &mut dyn Security,
        receiver: &mut impl Receiver<N>,
    ) -> Recognition {
        if self.recognition == Recognition::NotRpc || bytes.is_empty() {
            return self.recognition;
        }
        let known = self.recognition == Recognition::Rpc;
        let direction = direction(&mut self.directions, side);
        direction.latest.set(frame, time);
        if direction.state == State::Foreign {
            // Only what comes in the other direction can change that.
            return self.recognition;
        }
        if known && direction.is_at_boundary() {
            while let Some(rest) = self.session.plain(side, (frame, time), bytes, &direction.latest, security, receiver)
            {
                if rest.is_empty() {
                    return Recognition::Rpc;
                }
                bytes = rest;
            }
        }
        self.feed(side, known, bytes, &mut Io { security, out: &mut |event| receiver.event(event) })
    }

    #[inline(never)]
    fn feed(&mut self, side: Side, known: bool, bytes: &[u8], io: &mut Io<'_, N>) -> Recognition {
        direction(&mut self.directions, side).feed(side, known, bytes, &mut self.session, io);
        self.decide();
        self.weigh();
        self.recognition
    }

    /// Bytes of a direction that were never captured.
    pub fn gap(
        &mut self,
        side: Side,
        lost: Option<u64>,
        reason: &'static str,
        security: &mut dyn Security,
        out: &mut dyn FnMut(Event<'_, N>),
    ) {
        if self.recognition != Recognition::NotRpc {
            let io = &mut Io { security, out };
            direction(&mut self.directions, side).gap(side, lost, reason, &mut self.session, io);
            self.weigh();
        }
    }

    /// A direction ends: whatever is incomplete is handed out as such.
    pub fn end(
        &mut self,
        side: Side,
        reason: &'static str,
        security: &mut dyn Security,
        out: &mut dyn FnMut(Event<'_, N>),
    ) {
        if self.recognition != Recognition::NotRpc {
            let io = &mut Io { security, out };
            direction(&mut self.directions, side).end(side, reason, &mut self.session, io);
            self.weigh();
        }
    }

    fn decide(&mut self) {
        if self.directions.iter().any(|d| d.state == State::Synced) {
            self.recognition = Recognition::Rpc;
            for direction in &mut self.directions {
                if direction.state == State::Foreign {
                    direction.state = State::Searching;
                }
            }
        } else if self.recognition == Recognition::Undecided {
            let [a, b] = &self.directions;
            let foreign = |d: &HalfStream| d.state == State::Foreign;
            let silent = |d: &HalfStream| d.latest.last().is_none();
            if (foreign(a) && (foreign(b) || silent(b))) || (foreign(b) && silent(a)) {
                self.recognition = Recognition::NotRpc;
                self.directions = [HalfStream::default(), HalfStream::default()];
            }
        }
    }
}

fn direction(directions: &mut [HalfStream; 2], side: Side) -> &mut HalfStream {
    let [a, b] = directions;
    match side {
        Side::A => a,
        Side::B => b,
    }
}

impl HalfStream {
    /// Bytes of memory behind it.
    fn held(&self) -> usize {
        self.buffer.capacity() + self.waiting.bytes.capacity()
    }

    fn feed<N: Default>(
        &mut self,
        side: Side,
        known: bool,
        bytes: &[u8],
        session: &mut Session<N>,
        io: &mut Io<'_, N>,
    ) {
        self.take_in(side, known, bytes, session, io);
        if !self.found.is_empty() {
            self.read_found(side, known, session, io);
        }
    }

    /// Reads again what had waited until a PDU was found in it, and what is found in that.
    #[cold]
    fn read_found<N: Default>(&mut self, side: Side, known: bool, session: &mut Session<N>, io: &mut Io<'_, N>) {
        let mut all = Vec::new();
        loop {
            if !self.found.is_empty() {
                all.push(mem::take(&mut self.found));
            }
            let Some(last) = all.last_mut() else { return };
            let Some((part, frame_set)) = last.next_part() else {
                all.pop();
                continue;
            };
            self.latest = frame_set;
            self.take_in(side, known, last.bytes.get(part).unwrap_or(&[]), session, io);
        }
    }

    fn take_in<N: Default>(
        &mut self,
        side: Side,
        known: bool,
        mut bytes: &[u8],
        session: &mut Session<N>,
        io: &mut Io<'_, N>,
    ) {
        // A direction may begin with a PDU that is nothing but a header.
        let whole =
            |this: &Self| this.state == State::Synced && Header::framed(&this.buffer) == Some(this.buffer.len());
        while !bytes.is_empty() || whole(self) {
            bytes = match self.state {
                State::Foreign => return,
                State::Fresh => self.recognise(known, bytes, session),
                State::Synced => self.read(side, bytes, session, io),
                State::Searching => self.search(side, known, bytes, session),
            };
        }
    }

    /// Whether a PDU is to begin, and nothing has to be said before.
    #[inline]
    fn is_at_boundary(&self) -> bool {
        self.state == State::Synced && self.step_over == 0 && self.buffer.is_empty() && !self.hole.open
    }

    /// Keeps bytes, with the packet they came in.
    fn keep(&mut self, bytes: &[u8], limits: &RpcLimits, counters: &mut Counters) {
        if self.buffer.is_empty() {
            self.frame_set = self.latest.clone();
            self.parts.clear();
        } else {
            self.frame_set.merge(&self.latest, limits.frames, counters);
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() <= Header::SIZE {
            self.parts.push_back((self.buffer.len(), self.latest.clone()));
        }
    }

    /// At a PDU boundary, or inside a PDU whose beginning is in the buffer.
    fn read<'b, N: Default>(
        &mut self,
        side: Side,
        bytes: &'b [u8],
        session: &mut Session<N>,
        io: &mut Io<'_, N>,
    ) -> &'b [u8] {
        if self.step_over > 0 {
            let step = self.step_over.min(bytes.len());
            self.step_over -= step;
            return bytes.get(step..).unwrap_or(&[]);
        }
        if self.buffer.is_empty() {
            if bytes.len() < Header::SIZE {
                self.keep(bytes, &session.limits, &mut session.counters);
                return &[];
            }
            let Some(length) = Header::framed(bytes) else {
                self.lose_place();
                return bytes;
            };
            let Some((pdu, rest)) = bytes.split_at_checked(length) else {
                self.keep(bytes, &session.limits, &mut session.counters);
                return &[];
            };
            self.close_hole(side, session, io, Some(pdu));
            io.security.framed(rest.len());
            session.pdu(side, pdu, &self.latest, io);
            return rest;
        }
        let (wanted, complete) = match self.buffer.len() {
            n if n < Header::SIZE => (Header::SIZE - n, false),
            n => match Header::framed(&self.buffer) {
                Some(length) => (length.saturating_sub(n), true),
                None => {
                    self.lose_place();
                    return bytes;
                }
            },
        };
        let Some((part, rest)) = bytes.split_at_checked(wanted) else {
            self.keep(bytes, &session.limits, &mut session.counters);
            return &[];
        };
        if !part.is_empty() {
            self.keep(part, &session.limits, &mut session.counters);
        }
        // A PDU of nothing but a header is complete as soon as its header is.
        if complete || Header::framed(&self.buffer) == Some(self.buffer.len()) {
            let pdu = mem::take(&mut self.buffer);
            self.close_hole(side, session, io, Some(&pdu));
            let mut frame_set = mem::take(&mut self.frame_set);
            frame_set.settle();
            io.security.framed(rest.len());
            session.pdu(side, &pdu, &frame_set, io);
            self.buffer = pdu;
            self.buffer.clear();
        } else if Header::framed(&self.buffer).is_none() {
            self.lose_place();
        }
        rest
    }

    /// No PDU is where one was due: what was kept of it is looked through with what follows.
    fn lose_place(&mut self) {
        self.open_hole(NO_HEADER);
        self.state = State::Searching;
        if !self.buffer.is_empty() {
            self.waiting = Waiting::of(mem::take(&mut self.buffer), mem::take(&mut self.parts));
        }
    }

    fn open_hole(&mut self, reason: &'static str) {
        if !self.hole.open {
            self.hole.open = true;
            self.hole.reason = reason;
        }
    }

    /// A PDU follows, or the end: says what was passed over before it.
    fn close_hole<N: Default>(
        &mut self,
        side: Side,
        session: &mut Session<N>,
        io: &mut Io<'_, N>,
        next: Option<&[u8]>,
    ) {
        if !self.hole.open {
            return;
        }
        let hole = mem::take(&mut self.hole);
        let total = hole.skipped.saturating_add(hole.lost).saturating_add(hole.damaged);
        let lost = (!hole.unknown).then_some(total);
        session.hole(side, lost, next, io);
        session.counters.skipped_bytes = session.counters.skipped_bytes.saturating_add(hole.skipped);
        if hole.unknown || hole.skipped > 0 || hole.lost > 0 {
            let lost = (!hole.unknown).then_some(hole.lost);
            session.skipped(side, hole.skipped, lost, hole.reason, &self.latest, io);
        }
    }

    fn gap<N: Default>(
        &mut self,
        side: Side,
        lost: Option<u64>,
        reason: &'static str,
        session: &mut Session<N>,
        io: &mut Io<'_, N>,
    ) {
        self.give_up_waiting(side, session, io);
        if self.state != State::Synced {
            // What is kept can't be continued.
            if !self.buffer.is_empty() {
                self.open_hole(BEGINNING);
                self.hole.skipped += self.buffer.len() as u64;
                self.buffer.clear();
            }
            match self.state {
                State::Searching => self.note_loss(lost, reason),
                _ => self.midstream = true,
            }
            return;
        }
        let buffer = mem::take(&mut self.buffer);
        let mut remaining = self.step_over;
        self.step_over = 0;
        match Header::framed(&buffer) {
            Some(length) if buffer.len() >= Header::SIZE => {
                remaining = length.saturating_sub(buffer.len());
                let mut frame_set = mem::take(&mut self.frame_set);
                frame_set.settle();
                session.truncated(side, &buffer, reason, &frame_set, io);
                self.open_hole(reason);
                self.hole.damaged = self.hole.damaged.saturating_add(length as u64);
            }
            _ => {
                self.open_hole(reason);
                self.hole.skipped += buffer.len() as u64;
                // Part of a header was captured: nothing tells where its PDU ends.
                remaining = if buffer.is_empty() { remaining } else { 0 };
            }
        }
        match lost.and_then(|n| usize::try_from(n).ok()) {
            Some(n) if n <= remaining => self.step_over = remaining - n,
            _ => {
                self.state = State::Searching;
                self.note_loss(lost.map(|n| n.saturating_sub(remaining as u64)), reason);
                session.damage_all(side, reason);
            }
        }
    }

    fn note_loss(&mut self, lost: Option<u64>, reason: &'static str) {
        self.open_hole(reason);
        match lost {
            Some(n) => self.hole.lost = self.hole.lost.saturating_add(n),
            None => self.hole.unknown = true,
        }
    }

    /// Nothing more follows what waits: it is a PDU if it is whole.
    fn give_up_waiting<N: Default>(&mut self, side: Side, session: &mut Session<N>, io: &mut Io<'_, N>) {
        while !self.waiting.is_empty() {
            self.look_again(side, session, true);
            self.read_found(side, true, session, io);
        }
    }

    fn end<N: Default>(&mut self, side: Side, reason: &'static str, session: &mut Session<N>, io: &mut Io<'_, N>) {
        self.give_up_waiting(side, session, io);
        if self.state == State::Searching && self.hole.reason == BEGINNING && session.complete {
            self.hole.reason = FOREIGN;
        }
        let buffer = mem::take(&mut self.buffer);
        if self.state == State::Synced && buffer.len() >= Header::SIZE && Header::framed(&buffer).is_some() {
            let mut frame_set = mem::take(&mut self.frame_set);
            frame_set.settle();
            session.truncated(side, &buffer, reason, &frame_set, io);
        } else if !buffer.is_empty() {
            self.open_hole(reason);
            self.hole.skipped += buffer.len() as u64;
        }
        if matches!(self.state, State::Synced | State::Searching) {
            self.close_hole(side, session, io, None);
            session.flush(side, reason, io);
        }
        *self = HalfStream { latest: mem::take(&mut self.latest), ..HalfStream::default() };
    }
}
