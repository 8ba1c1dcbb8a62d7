//! One direction of a TCP connection put in order.
//!
//! The rules:
//!
//! * Bytes that come in turn are handed on straight from the packet; what comes early is copied and held.
//! * Where segments overlap, the copy that came first stays, whether it was handed on already or is held.
//! * A hole is given up when the other side has acknowledged all of it and [`Limits::hole_packets`] more packets of the
//!   connection came; when a limit on held bytes or segments is reached; when the direction closes (reset, new
//!   connection on the same ports, eviction); at the end of the capture.
//! * What acknowledges bytes of the other side that were not handed on yet was sent after them: it waits for them, so
//!   that an answer never comes before its question, neither where the question is held behind a hole nor where a tap
//!   let the two overtake each other. It waits twice as long as a hole does, and no longer than any of the above.
//! * Without a SYN the start is not known: the first data is held until its place is certain, because the sender's
//!   last empty segment or the other side's acknowledgement named it, or until [`Limits::start_packets`] more packets
//!   came.
//! * A segment that the capture cut counts with its whole length; the part that is missing is reported at once.

use super::super::{Chunk, Verdict};
use super::context::{Context, Sink, is_beyond};
use super::{CapturedSlice, Limits, Segment, Timestamp};
use std::collections::BTreeMap;

/// Positions count from here, so that some room is left below for what comes before the first segment seen.
const ORIGIN: u64 = 1 << 40;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// No segment yet that takes up sequence numbers. If known, `hint` is where the first one should start.
    #[default]
    Unseen,
    /// Data is held because its place is not certain; packets of the connection since then.
    Starting(u32),
    /// In order up to `next`.
    Open,
    Ended,
}

/// Bytes held until their turn.
#[derive(Debug)]
struct Held {
    data: Box<[u8]>,
    /// Length on the wire; more than `data.len()` where the capture cut it.
    wire_len: u64,
    /// What it acknowledged.
    ack: Option<u32>,
    frame: u64,
    time: Option<Timestamp>,
}

impl Held {
    fn cost(&self) -> usize {
        self.data.len() + Limits::SEGMENT_COST
    }
}

/// State of one direction.
#[derive(Debug, Default)]
pub(in super::super) struct Direction {
    state: State,
    hint: Option<u32>,
    /// Position and sequence number of the next byte to hand on.
    next: u64,
    next_seq: u32,
    /// By position; none overlaps another or what was handed on.
    segments: BTreeMap<u64, Held>,
    held: usize,
    /// Position behind the last byte, once a FIN told it, and the packet that did.
    fin: Option<(u64, u64, Option<Timestamp>)>,
    /// Highest position that the other side acknowledged.
    acked: Option<u64>,
    /// Packets of the connection since the first hole was acknowledged, or since what came early waits.
    since_acked: u32,
}

/// Stops a function when the handler wants no more.
macro_rules! hand {
    ($verdict:expr) => {
        if $verdict == Verdict::Ignore {
            return Verdict::Ignore;
        }
    };
}

impl Direction {
    pub(in super::super) fn has_ended(&self) -> bool {
        self.state == State::Ended
    }

    pub(in super::super) fn held(&self) -> usize {
        self.held
    }

    /// Whether it is open and nothing of it waits for anything.
    #[inline]
    pub(in super::super) fn is_at_rest(&self) -> bool {
        self.state == State::Open && self.segments.is_empty()
    }

    /// Of a direction [at rest](Direction::is_at_rest): whether data of this sequence number is what comes next.
    #[inline]
    pub(in super::super) fn is_next(&self, seq: u32) -> bool {
        self.next_seq == seq && self.fin.is_none()
    }

    /// Of a direction at rest: whether an acknowledgement names bytes that didn't come yet.
    #[inline]
    pub(in super::super) fn is_awaited(&self, ack: u32) -> bool {
        is_beyond(ack, self.next_seq)
    }

    /// The sequence number of the next byte, if it is known and there may be one.
    pub(in super::super) fn due(&self) -> Option<u32> {
        (self.state == State::Open).then_some(self.next_seq)
    }

    /// Data of a direction at rest that comes next goes by whole; the same as [`Direction::segment`] does with it.
    #[inline]
    pub(in super::super) fn pass(&mut self, data: &[u8]) {
        self.advance(data.len() as u64);
    }

    /// The other side acknowledged something of a direction at rest; the same as [`Direction::packet_of_connection`]
    /// does then.
    #[inline]
    pub(in super::super) fn acknowledge(&mut self, ack: u32) {
        let acked = self.position(ack);
        self.acked = Some(self.acked.map_or(acked, |before| before.max(acked)));
    }

    /// Takes a segment of this direction.
    pub(in super::super) fn segment(
        &mut self,
        segment: &Segment<'_>,
        context: &mut Context<'_>,
        sink: &mut impl Sink,
    ) -> Verdict {
        let len = segment.payload.wire_len();
        if self.state == State::Ended {
            context.stats.tcp_after_end += u64::from(len > 0);
            return Verdict::Keep;
        }
        if segment.rst {
            // The payload of a reset, if any, is a text for people (RFC 9293, 3.10.7.4), no part of the stream.
            if !self.is_near(segment.seq) {
                context.stats.tcp_bad_resets += 1;
                return Verdict::Keep;
            }
            return self.close("RST", context, sink);
        }
        let seq = if segment.syn { segment.seq.wrapping_add(1) } else { segment.seq };
        if segment.syn {
            match self.state {
                State::Unseen => self.open(seq),
                State::Starting(_) => {
                    // What is held below the SYN's number belongs to something older.
                    let start = self.position(seq);
                    self.drop_below(start);
                    (self.next, self.next_seq, self.state) = (start, seq, State::Open);
                }
                State::Open | State::Ended => {}
            }
        }
        if len == 0 && !segment.fin {
            if matches!(self.state, State::Unseen | State::Starting(_)) {
                self.hint = Some(seq);
                return self.settle(context, sink);
            }
            // A late SYN may have made held data deliverable.
            return if segment.syn { self.drain(context, sink) } else { Verdict::Keep };
        }
        if self.state == State::Unseen {
            if self.hint == Some(seq) {
                self.open(seq);
            } else {
                (self.next, self.next_seq) = (ORIGIN, seq);
                self.state = State::Starting(0);
            }
        }
        let start = self.position(seq);
        let end = start.saturating_add(len as u64);
        if segment.fin && self.fin.is_none() && (self.state != State::Open || end >= self.next) {
            self.fin = Some((end, context.frame, context.time));
        }
        if len > 0 {
            hand!(self.data(start, segment.payload, segment.ack, context, sink));
        }
        hand!(self.settle(context, sink));
        self.end_if_done(sink)
    }

    /// Takes note of what the other side acknowledged, and of one more packet of the connection from either side.
    pub(in super::super) fn packet_of_connection(
        &mut self,
        ack: Option<u32>,
        context: &mut Context<'_>,
        sink: &mut impl Sink,
    ) -> Verdict {
        if let Some(ack) = ack {
            match self.state {
                State::Unseen => self.hint = Some(ack),
                State::Starting(_) | State::Open => {
                    let acked = self.position(ack);
                    self.acked = Some(self.acked.map_or(acked, |before| before.max(acked)));
                }
                State::Ended => return Verdict::Keep,
            }
        }
        match self.state {
            State::Starting(seen) => {
                self.state = State::Starting(seen.saturating_add(1));
                hand!(self.settle(context, sink));
                self.end_if_done(sink)
            }
            State::Open => {
                let Some(first) = self.first_held() else { return Verdict::Keep };
                // Without a hole before it, it came early; what it answers may be behind a hole itself.
                let early = first <= self.next;
                if !early && self.acked.is_none_or(|acked| acked < first) {
                    return Verdict::Keep;
                }
                self.since_acked = self.since_acked.saturating_add(1);
                let patience = context.limits.hole_packets;
                if self.since_acked <= if early { patience.saturating_mul(2) } else { patience } {
                    return Verdict::Keep;
                }
                if early {
                    context.peer = None;
                }
                hand!(self.give_up_hole("acknowledged by the receiver but not captured", context, sink));
                self.end_if_done(sink)
            }
            State::Unseen | State::Ended => Verdict::Keep,
        }
    }

    /// Hands on what is held, with the holes in between, and ends the direction.
    pub(in super::super) fn close(
        &mut self,
        reason: &'static str,
        context: &mut Context<'_>,
        sink: &mut impl Sink,
    ) -> Verdict {
        if self.state == State::Ended {
            return Verdict::Keep;
        }
        context.peer = None;
        if matches!(self.state, State::Starting(_)) {
            hand!(self.start(context, sink));
        }
        while !self.segments.is_empty() {
            hand!(self.give_up_hole(reason, context, sink));
        }
        hand!(self.end_if_done(sink));
        if self.state == State::Ended {
            return Verdict::Keep;
        }
        // Acknowledged, or before a FIN, but never seen. One byte more may just be a FIN that was not captured.
        let known_end = match (self.fin, self.acked) {
            (Some((fin, ..)), _) => fin,
            (None, Some(acked)) if acked > self.next.saturating_add(1) => acked,
            _ => self.next,
        };
        if self.state == State::Open && known_end > self.next {
            hand!(self.gap(known_end - self.next, reason, context, sink));
        }
        self.state = State::Ended;
        sink.chunk(context.frame, context.time, Chunk::End { reason })
    }

    /// Position of a sequence number, the one nearest to the next byte's.
    fn position(&self, seq: u32) -> u64 {
        let distance = i64::from(seq.wrapping_sub(self.next_seq).cast_signed());
        self.next.saturating_add_signed(distance)
    }

    /// Whether a reset's sequence number is plausible: not known yet, or within a megabyte of what is expected. Resets
    /// that answer a packet to a closed port carry 0 when nothing else is known.
    fn is_near(&self, seq: u32) -> bool {
        match self.state {
            State::Unseen | State::Starting(_) => true,
            State::Open | State::Ended => {
                let distance = seq.wrapping_sub(self.next_seq).cast_signed();
                (-0x1_0000..=0x10_0000).contains(&distance)
            }
        }
    }

    fn open(&mut self, seq: u32) {
        (self.next, self.next_seq, self.state) = (ORIGIN, seq, State::Open);
    }

    fn first_held(&self) -> Option<u64> {
        self.segments.first_key_value().map(|(start, _)| *start)
    }

    fn advance(&mut self, count: u64) {
        self.next = self.next.saturating_add(count);
        // Sequence numbers count modulo 2^32.
        self.next_seq = self.next_seq.wrapping_add((count & 0xffff_ffff) as u32);
        self.since_acked = 0;
    }

    /// Data at a position: in turn, late, or early.
    fn data(
        &mut self,
        start: u64,
        piece: CapturedSlice<'_>,
        ack: Option<u32>,
        context: &mut Context<'_>,
        sink: &mut impl Sink,
    ) -> Verdict {
        let end = start.saturating_add(piece.wire_len() as u64);
        if !matches!(self.state, State::Open) {
            self.hold(start, end, piece, ack, context);
            return self.enforce_limits(context, sink);
        }
        if end <= self.next {
            context.stats.tcp_retransmissions += 1;
            return Verdict::Keep;
        }
        let (start, piece) = if start < self.next {
            context.stats.tcp_overlaps += 1;
            (self.next, piece.after_lossy(usize::try_from(self.next - start).unwrap_or(usize::MAX)))
        } else {
            (start, piece)
        };
        if start > self.next || context.is_early(ack) {
            self.hold(start, end, piece, ack, context);
            return self.enforce_limits(context, sink);
        }
        // In turn. What is held already came first, so this segment's bytes count up to there.
        let stop = self.first_held().unwrap_or(end).min(end);
        let len = usize::try_from(stop - start).unwrap_or(usize::MAX);
        let (now, later) = (piece.with_wire_len_at_most(len), piece.after_lossy(len));
        hand!(self.deliver(now.data, stop - start, context.frame, context.time, context.stats, sink));
        if stop < end {
            self.hold(stop, end, later, ack, context);
        }
        self.drain(context, sink)
    }

    /// Keeps the parts of a segment that are not there yet.
    fn hold(&mut self, start: u64, end: u64, piece: CapturedSlice<'_>, ack: Option<u32>, context: &mut Context<'_>) {
        let mut at = start;
        let mut overlapped = false;
        let mut kept = false;
        if let Some((before, held)) = self.segments.range(..=at).next_back() {
            let reached = before.saturating_add(held.wire_len);
            if reached > at {
                overlapped = true;
                at = reached;
            }
        }
        while at < end {
            crate::base::work::tick(1);
            let (stop, next) = match self.segments.range(at..end).next() {
                Some((start, held)) => {
                    overlapped = true;
                    (*start, start.saturating_add(held.wire_len))
                }
                None => (end, end),
            };
            if stop > at {
                let from = usize::try_from(at - start).unwrap_or(usize::MAX);
                let to = usize::try_from(stop - start).unwrap_or(usize::MAX).min(piece.data.len());
                let data = Box::from(piece.data.get(from..to).unwrap_or(&[]));
                crate::base::work::tick(piece.data.len());
                let held = Held { data, wire_len: stop - at, ack, frame: context.frame, time: context.time };
                self.held += held.cost();
                self.segments.insert(at, held);
                kept = true;
            }
            at = next;
        }
        match (kept, overlapped) {
            (false, _) => context.stats.tcp_retransmissions += 1,
            (true, true) => context.stats.tcp_overlaps += 1,
            (true, false) => context.stats.tcp_out_of_order += 1,
        }
        let peak = (self.held.saturating_add(context.held_elsewhere)) as u64;
        context.stats.tcp_buffer_peak = context.stats.tcp_buffer_peak.max(peak);
    }

    /// Forgets held bytes below a position.
    fn drop_below(&mut self, position: u64) {
        while let Some(entry) = self.segments.first_entry() {
            let start = *entry.key();
            if start >= position {
                break;
            }
            let mut held = entry.remove();
            self.held -= held.cost();
            let below = position - start;
            if held.wire_len > below {
                let from = usize::try_from(below).unwrap_or(usize::MAX);
                held.data = Box::from(held.data.get(from..).unwrap_or(&[]));
                held.wire_len -= below;
                self.held += held.cost();
                self.segments.insert(position, held);
            }
        }
    }

    /// Starts a direction of unknown beginning once its place is certain or long enough was waited.
    fn settle(&mut self, context: &mut Context<'_>, sink: &mut impl Sink) -> Verdict {
        let State::Starting(packets) = self.state else { return Verdict::Keep };
        let start = self.first_held().or(self.fin.map(|(fin, ..)| fin)).unwrap_or(self.next);
        let named = self.hint.is_some_and(|hint| self.position(hint) == start);
        let acknowledged = self.acked.is_some_and(|acked| acked >= start);
        if named || acknowledged || packets > context.limits.start_packets {
            return self.start(context, sink);
        }
        Verdict::Keep
    }

    /// Takes the lowest position held for the start.
    fn start(&mut self, context: &mut Context<'_>, sink: &mut impl Sink) -> Verdict {
        let start = self.first_held().or(self.fin.map(|(fin, ..)| fin)).unwrap_or(self.next);
        self.next_seq = self.next_seq.wrapping_add((start.wrapping_sub(self.next) & 0xffff_ffff) as u32);
        self.next = start;
        self.state = State::Open;
        self.drain(context, sink)
    }

    /// Hands on everything held that is in turn now, as far as it answers nothing that didn't come yet.
    pub(in super::super) fn drain(&mut self, context: &mut Context<'_>, sink: &mut impl Sink) -> Verdict {
        if self.state != State::Open {
            return Verdict::Keep;
        }
        while let Some(entry) = self.segments.first_entry() {
            if *entry.key() > self.next || context.is_early(entry.get().ack) {
                break;
            }
            let held = entry.remove();
            crate::base::work::tick(1 + held.data.len());
            self.held -= held.cost();
            hand!(self.deliver(&held.data, held.wire_len, held.frame, held.time, context.stats, sink));
        }
        Verdict::Keep
    }

    fn deliver(
        &mut self,
        data: &[u8],
        wire_len: u64,
        frame: u64,
        time: Option<Timestamp>,
        stats: &mut super::Stats,
        sink: &mut impl Sink,
    ) -> Verdict {
        let seq = self.next_seq;
        self.advance(wire_len);
        if !data.is_empty() {
            sink.sequence(seq);
            hand!(sink.chunk(frame, time, Chunk::Data(data)));
        }
        let lost = wire_len.saturating_sub(data.len() as u64);
        if lost > 0 {
            stats.tcp_gaps += 1;
            stats.tcp_lost_bytes += lost;
            hand!(sink.chunk(
                frame,
                time,
                Chunk::Gap { lost: Some(lost), reason: "cut by the capture's snapshot length" }
            ));
        }
        Verdict::Keep
    }

    /// Reports a hole before `next + lost`.
    fn gap(&mut self, lost: u64, reason: &'static str, context: &mut Context<'_>, sink: &mut impl Sink) -> Verdict {
        let (frame, time) = match self.segments.first_key_value() {
            Some((_, held)) => (held.frame, held.time),
            None => (context.frame, context.time),
        };
        self.advance(lost);
        context.stats.tcp_gaps += 1;
        context.stats.tcp_lost_bytes += lost;
        sink.chunk(frame, time, Chunk::Gap { lost: Some(lost), reason })
    }

    /// Gives up the first hole and hands on what follows it.
    fn give_up_hole(&mut self, reason: &'static str, context: &mut Context<'_>, sink: &mut impl Sink) -> Verdict {
        if let Some(first) = self.first_held()
            && first > self.next
        {
            hand!(self.gap(first - self.next, reason, context, sink));
        }
        self.drain(context, sink)
    }

    fn enforce_limits(&mut self, context: &mut Context<'_>, sink: &mut impl Sink) -> Verdict {
        let limits = context.limits;
        let bytes = if self.acked.is_some() { limits.tcp_buffer } else { limits.tcp_buffer_unacknowledged };
        while self.held > bytes
            || self.segments.len() > limits.tcp_segments
            || (self.held > 0 && self.held.saturating_add(context.held_elsewhere) > limits.tcp_buffer_total)
        {
            context.stats.tcp_buffer_limits += 1;
            context.peer = None;
            if matches!(self.state, State::Starting(_)) {
                hand!(self.start(context, sink));
            } else {
                hand!(self.give_up_hole("too much is waiting behind it", context, sink));
            }
        }
        Verdict::Keep
    }

    pub(in super::super) fn end_if_done(&mut self, sink: &mut impl Sink) -> Verdict {
        match self.fin {
            Some((fin, frame, time)) if self.state == State::Open && self.next >= fin => {
                self.state = State::Ended;
                self.held = 0;
                self.segments.clear();
                sink.chunk(frame, time, Chunk::End { reason: "FIN" })
            }
            _ => Verdict::Keep,
        }
    }
}
