//! Both directions of a TCP connection together.
//!
//! * What acknowledges bytes of the other side that were not handed on yet was sent after them: it waits for them, so
//!   that an answer never comes before its question, neither where the question is held behind a hole nor where a tap
//!   let the two overtake each other. Directions that would wait for each other don't: the side that opened the
//!   connection goes first.
//! * A hole is given up when the other side has acknowledged all of it and [`NetworkLimits::hole_packets`] more packets of the
//!   connection came; what waits for the other side waits twice as long at most.
//! * When no hole can be filled any more (both FINs acknowledged, reset, new connection on the same ports, eviction, end
//!   of the capture) or too much is held, what waits comes out in the order of the acknowledgements, both directions
//!   merged: see [`Connection::release`].

use super::super::{Reason, Verdict};
use super::context::{Context, Sink};
use super::direction::{Direction, NOT_CAPTURED, State, hand, is_early};
use super::held::Checksum;
use super::{NetworkLimits, Segment};

/// Both directions of a connection that somebody is interested in.
#[derive(Debug, Default)]
pub(in super::super) struct Connection {
    /// Sent by side A, the sender of the first packet, and by side B.
    directions: [Direction; 2],
    /// Whether side A opened the connection, as far as a SYN told.
    a_opened: Option<bool>,
    /// Packets that were not plain segments in turn.
    clock: u64,
    /// A reset that was seen last.
    reset: Option<Reset>,
}

/// A reset of which it is not sure yet that it ended the connection: a tap may have seen it where the other side never did,
/// and what was on its way comes after it.
#[derive(Clone, Copy, Debug)]
struct Reset {
    /// What it is for each direction.
    reasons: [&'static str; 2],
    /// Whether the direction of side A ends first.
    a_first: bool,
    /// Positions of the next bytes when it came.
    next: [u64; 2],
}

/// What [`Connection::release`] does next.
enum Step {
    /// The first segment held of this direction comes out.
    Deliver(usize),
    /// This direction's bytes up to a position are given up.
    GiveUp(usize, u64),
    /// The same as `Deliver`, and what comes behind it as far as nothing of the other direction comes first.
    Force(usize),
}

impl Connection {
    /// The direction that side A sends, or the other, first, then the opposite one.
    pub(in super::super) fn directions(&mut self, a_sends: bool) -> (&mut Direction, &mut Direction) {
        let [a, b] = &mut self.directions;
        if a_sends { (a, b) } else { (b, a) }
    }

    fn pair(&mut self, which: usize) -> (&mut Direction, &Direction) {
        let [a, b] = &mut self.directions;
        if which == 0 { (a, b) } else { (b, a) }
    }

    /// Whether nothing more can come.
    pub(in super::super) fn has_ended(&self) -> bool {
        self.directions.iter().all(Direction::has_ended)
    }

    fn positions(&self) -> [u64; 2] {
        let [a, b] = &self.directions;
        [a.next(), b.next()]
    }

    /// Whether a reset was seen and nothing new since.
    pub(in super::super) fn is_reset(&self) -> bool {
        self.reset.is_some_and(|reset| reset.next == self.positions() && self.held() == 0)
    }

    /// Whether a segment of this sequence number may be one of what side A sent, or side B, as far as that is known.
    pub(in super::super) fn is_near(&self, a_sends: bool, seq: u32) -> bool {
        let [a, b] = &self.directions;
        if a_sends { a.is_near(seq) } else { b.is_near(seq) }
    }

    /// The sequence numbers of the next bytes.
    pub(in super::super) fn ends(&self) -> [u32; 2] {
        let [a, b] = &self.directions;
        [a.next_seq(), b.next_seq()]
    }

    /// Out-of-order bytes held, with their overhead.
    pub(in super::super) fn held(&self) -> usize {
        self.directions.iter().map(Direction::held).sum()
    }

    /// Takes a segment that side A sent, or side B.
    pub(in super::super) fn segment(
        &mut self,
        a_sends: bool,
        segment: &Segment<'_>,
        checksum: Checksum,
        context: &mut Context<'_>,
        sink: &mut impl Sink,
    ) -> Verdict {
        self.clock += 1;
        context.clock = self.clock;
        if segment.syn {
            self.a_opened.get_or_insert(a_sends == segment.ack.is_none());
        }
        let (_, other) = self.directions(a_sends);
        other.waited();
        if let Some(ack) = segment.ack {
            other.acknowledged(ack, context.clock);
        }
        other.settle(context.limits);
        // What the other side sent comes first: this packet may have been the answer to it.
        hand!(self.drain(sink));
        let (own, other) = self.directions(a_sends);
        if segment.rst {
            // The payload of a reset, if any, is a text for people (RFC 9293, 3.10.7.4), no part of the stream.
            if !own.has_ended() && !own.is_near(segment.seq) {
                context.stats.tcp_bad_resets += 1;
                return Verdict::Keep;
            }
            let reasons = if a_sends { [RST, RST_OF_OTHER] } else { [RST_OF_OTHER, RST] };
            hand!(self.release_all(reasons, true, context, sink));
            for which in if a_sends { [0, 1] } else { [1, 0] } {
                sink.from(which == 0);
                hand!(self.pair(which).0.give_up_rest(if which == 0 { reasons[0] } else { reasons[1] }, context, sink));
            }
            self.reset = Some(Reset { reasons, a_first: a_sends, next: self.positions() });
            return Verdict::Keep;
        }
        sink.from(a_sends);
        let due = other.due();
        hand!(own.segment(segment, checksum, due, context, sink));
        own.waited();
        own.settle(context.limits);
        hand!(self.progress(context, sink));
        hand!(self.enforce_limits(usize::from(!a_sends), context, sink));
        if self.directions.iter().all(Direction::is_finished) && !self.has_ended() {
            return self.close([NOT_CAPTURED; 2], true, context, sink);
        }
        Verdict::Keep
    }

    /// Hands on everything that is due now, and what was waited for too long.
    fn progress(&mut self, context: &mut Context<'_>, sink: &mut impl Sink) -> Verdict {
        loop {
            hand!(self.drain(sink));
            match self.overdue(context) {
                Some(step) => hand!(self.step(step, NOT_CAPTURED, context, sink)),
                None => return Verdict::Keep,
            }
        }
    }

    /// Hands on everything that waits for nothing any more.
    fn drain(&mut self, sink: &mut impl Sink) -> Verdict {
        let mut moved = true;
        while moved {
            moved = false;
            for which in [0, 1] {
                sink.from(which == 0);
                let (own, other) = self.pair(which);
                let due = other.due();
                while own.is_ready(due) {
                    hand!(own.deliver_first(sink));
                    moved = true;
                }
                let had_ended = own.has_ended();
                hand!(own.end_if_done(sink));
                moved |= own.has_ended() != had_ended;
            }
        }
        Verdict::Keep
    }

    /// What was waited for long enough, or in vain.
    fn overdue(&mut self, context: &Context<'_>) -> Option<Step> {
        let patience = u64::from(context.limits.hole_packets);
        let first = self.first_to_go();
        if self.directions.iter().all(|d| d.held() == 0 && d.is_at_rest()) {
            return None;
        }
        // Both wait for each other, and nothing that is missing can change that.
        if [0, 1].into_iter().all(|which| self.is_stuck(which)) {
            return Some(Step::Deliver(first));
        }
        for which in [0, 1] {
            let (own, other) = self.pair(which);
            let clock = context.clock;
            if let Some(end) = own.hole() {
                if own.is_overdue(end, clock, patience) {
                    return Some(Step::GiveUp(which, end));
                }
                continue;
            }
            let Some((start, held)) = own.first().filter(|_| own.state == State::Open) else { continue };
            let age = clock.saturating_sub(held.arrived);
            if own.is_doubtful(start, held) && age >= patience {
                return Some(Step::Force(which));
            }
            if age < 2 * patience || !is_early(held.ack, other.due()) {
                continue;
            }
            let answered = held.ack.map_or(0, |ack| other.position(ack));
            return Some(match other.hole().filter(|_| other.first().is_some_and(|(first, _)| first < answered)) {
                Some(end) => Step::GiveUp(1 - which, end),
                None => Step::Force(which),
            });
        }
        None
    }

    /// Whether a direction's next bytes are there, but wait for the other direction.
    fn is_stuck(&self, which: usize) -> bool {
        let [a, b] = &self.directions;
        let (own, other) = if which == 0 { (a, b) } else { (b, a) };
        own.first().is_some_and(|(start, held)| start <= own.next() && is_early(held.ack, other.due()))
            && own.state == State::Open
    }

    /// The direction that goes first where nothing else decides: that of the side which opened the connection, or else
    /// the one whose first segment held was captured first.
    fn first_to_go(&self) -> usize {
        let [a, b] = &self.directions;
        match (self.a_opened, a.first(), b.first()) {
            (Some(a_opened), ..) => usize::from(!a_opened),
            (None, Some((_, a)), Some((_, b))) => usize::from(b.frame < a.frame),
            (None, None, Some(_)) => 1,
            _ => 0,
        }
    }

    fn step(&mut self, step: Step, reason: &'static str, context: &mut Context<'_>, sink: &mut impl Sink) -> Verdict {
        crate::base::work::tick(1);
        match step {
            Step::GiveUp(which, end) => {
                sink.from(which == 0);
                self.pair(which).0.give_up(end, reason, context, sink)
            }
            Step::Deliver(which) => {
                sink.from(which == 0);
                self.pair(which).0.deliver_first(sink)
            }
            Step::Force(which) => {
                sink.from(which == 0);
                let (own, other) = self.pair(which);
                loop {
                    hand!(own.deliver_first(sink));
                    let Some((start, held)) = own.first() else { break };
                    let answered = held.ack.map_or(0, |ack| other.position(ack));
                    if start > own.next() || other.first().is_some_and(|(first, _)| first < answered) {
                        break;
                    }
                }
                Verdict::Keep
            }
        }
    }

    /// What comes next of everything that is held, where nothing more is waited for. Of what doesn't wait for the other
    /// direction, that without a hole before it, and of those what was captured first; a hole is given up as far as
    /// something that waits proves it was sent. `last` is whether nothing more can come at all: until then a single
    /// acknowledgement is not believed when it names bytes of which nothing was seen.
    fn release(&mut self, last: bool) -> Option<Step> {
        let [a, b] = &self.directions;
        let candidate = |which: usize| {
            let (own, other) = if which == 0 { (a, b) } else { (b, a) };
            let (start, held) = own.first().filter(|_| own.state == State::Open)?;
            let hole = start > own.next();
            let early = is_early(held.ack, other.due());
            Some((early, hole, held.frame, start, held.ack.map_or(0, |ack| other.position(ack)), which))
        };
        let candidates = [candidate(0), candidate(1)];
        let best = candidates.iter().flatten().min_by_key(|(early, hole, frame, ..)| (*early, *hole, *frame))?;
        let (early, hole, _, start, _, which) = *best;
        if !early {
            return Some(if hole { Step::GiveUp(which, start) } else { Step::Deliver(which) });
        }
        let first = self.first_to_go();
        let order = if first == 0 { [0, 1] } else { [1, 0] };
        for which in order {
            let Some((.., answered, _)) = candidates.iter().flatten().find(|(.., own)| *own == which) else { continue };
            let answered = *answered;
            let other = self.directions.get(1 - which)?;
            if other.first().is_some_and(|(first, _)| first < answered) {
                continue;
            }
            let end = other.within_fin(answered);
            if last && end > other.next() {
                return Some(Step::GiveUp(1 - which, end));
            }
            return Some(self.forced(which));
        }
        // Each would come before the other.
        Some(self.forced(first))
    }

    fn forced(&self, which: usize) -> Step {
        match self.directions.get(which).and_then(Direction::hole) {
            Some(end) => Step::GiveUp(which, end),
            None => Step::Force(which),
        }
    }

    /// Hands on what is held, with the holes in between, and ends both directions: that of side A first, or that of B.
    pub(in super::super) fn close(
        &mut self,
        reasons: [&'static str; 2],
        a_first: bool,
        context: &mut Context<'_>,
        sink: &mut impl Sink,
    ) -> Verdict {
        let (reasons, a_first) = match self.reset.filter(|_| self.is_reset()) {
            Some(reset) => (reset.reasons, reset.a_first),
            None => (reasons, a_first),
        };
        let [of_a, of_b] = reasons;
        hand!(self.release_all(reasons, true, context, sink));
        let order = if a_first { [0, 1] } else { [1, 0] };
        for which in order {
            sink.from(which == 0);
            hand!(self.pair(which).0.end(if which == 0 { of_a } else { of_b }, context, sink));
        }
        Verdict::Keep
    }

    /// Hands on what is held, with the holes in between, while more may still come.
    pub(in super::super) fn give_up_waiting(
        &mut self,
        reason: &'static str,
        context: &mut Context<'_>,
        sink: &mut impl Sink,
    ) -> Verdict {
        self.release_all([reason; 2], false, context, sink)
    }

    /// Hands on what is held, with the holes in between; `last` as for [`Connection::release`].
    fn release_all(
        &mut self,
        reasons: [&'static str; 2],
        last: bool,
        context: &mut Context<'_>,
        sink: &mut impl Sink,
    ) -> Verdict {
        self.directions.iter_mut().for_each(Direction::start);
        let [of_a, of_b] = reasons;
        while let Some(step) = self.release(last) {
            let which = match step {
                Step::Deliver(which) | Step::GiveUp(which, _) | Step::Force(which) => which,
            };
            hand!(self.step(step, if which == 0 { of_a } else { of_b }, context, sink));
            sink.from(which == 0);
            hand!(self.pair(which).0.end_if_done(sink));
        }
        Verdict::Keep
    }

    /// Gives up holes until no more is held than the limits allow; `which` is the direction that has got something.
    fn enforce_limits(&mut self, which: usize, context: &mut Context<'_>, sink: &mut impl Sink) -> Verdict {
        while self.is_too_much(which, context) {
            context.stats.tcp_buffer_limits += 1;
            let (own, _) = self.pair(which);
            own.start();
            match self.release(false) {
                Some(step) => hand!(self.step(step, Reason::TooMuchWaiting.text(), context, sink)),
                None => break,
            }
            hand!(self.progress(context, sink));
        }
        Verdict::Keep
    }

    fn is_too_much(&mut self, which: usize, context: &Context<'_>) -> bool {
        let (total, limits): (_, &NetworkLimits) = (self.held(), context.limits);
        let (own, _) = self.pair(which);
        let held = own.held();
        let bytes = if own.is_acknowledged() { limits.tcp_buffer } else { limits.tcp_buffer_unacknowledged };
        held > bytes
            || own.waiting() > limits.tcp_segments
            || (held > 0 && total.saturating_add(context.held_elsewhere) > limits.tcp_buffer_total)
    }
}

const RST: &str = Reason::Reset.text();
const RST_OF_OTHER: &str = Reason::ResetOfOther.text();
