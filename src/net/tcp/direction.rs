//! One direction of a TCP connection: which of its bytes come next, which wait.
//!
//! The rules of a direction alone; [`super::Connection`] has those that need both.
//!
//! * Bytes that come in turn are handed on straight from the packet; what comes early is copied and held.
//! * Of several copies of a byte the one that was handed on stays; among those held see [`HeldSegments`].
//! * What the capture cut off a segment is a hole like any other: a whole copy may fill it.
//! * A segment whose checksum is wrong waits until the receiver has acknowledged its bytes, or a right copy comes; in a
//!   direction where such segments are acknowledged again and again, checksums mean nothing.
//! * Without a SYN the start is not known: the first data is held until its place is certain, because the sender's
//!   last empty segment or the other side's acknowledgement named it, or until [`NetworkLimits::start_packets`] more packets
//!   came.

use super::super::{Chunk, Reason, Verdict};
use super::context::{At, Context, Sink, is_beyond};
use super::held::{Checksum, Copied, Held, HeldSegments};
use super::{NetworkLimits, Segment, Timestamp};
use crate::base::bounds;
use std::collections::VecDeque;

/// Positions count from here, so that some room is left below for what comes before the first segment seen.
const ORIGIN: u64 = 1 << 40;

/// So many acknowledged segments with a wrong checksum in a row say that checksums mean nothing.
const WRONG: u8 = 3;

/// What a hole is called that the receiver's acknowledgement proves to be one.
pub(super) const NOT_CAPTURED: &str = Reason::NotCaptured.text();
const CUT: &str = Reason::Cut.text();

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// No segment yet that takes up sequence numbers. If known, `hint` is where the first one should start.
    #[default]
    Unseen,
    /// Data is held because its place is not certain; packets of the connection since then.
    Starting(u32),
    /// In order up to `next`.
    Open,
    Ended,
}

/// State of one direction.
#[derive(Debug, Default)]
pub(in super::super) struct Direction {
    pub(super) state: State,
    hint: Option<u32>,
    /// Position and sequence number of the next byte to hand on.
    next: u64,
    next_seq: u32,
    held: HeldSegments,
    /// Position up to which the capture cut bytes off, and when the connection had so many packets.
    cut: (u64, u64),
    /// Position behind the last byte, once a FIN told it, and the packet that did.
    fin: Option<(u64, u64, Option<Timestamp>)>,
    /// Highest position that the other side acknowledged.
    acked: Option<u64>,
    /// While there is a hole: positions acknowledged, and the connection's packets then; both rise.
    acks: VecDeque<(u64, u64)>,
    /// The connection's packets when bytes last came in turn.
    moved: u64,
    /// Segments with a wrong checksum that were acknowledged in a row.
    wrong: u8,
}

/// Stops a function when the handler wants no more.
macro_rules! hand {
    ($verdict:expr) => {
        if $verdict == Verdict::Ignore {
            return Verdict::Ignore;
        }
    };
}
pub(super) use hand;

impl Direction {
    pub(in super::super) fn has_ended(&self) -> bool {
        self.state == State::Ended
    }

    pub(in super::super) fn held(&self) -> usize {
        self.held.cost()
    }

    /// Whether it is open and nothing of it waits for anything.
    #[inline]
    pub(in super::super) fn is_at_rest(&self) -> bool {
        self.state == State::Open && self.held.is_empty() && self.cut.0 <= self.next
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

    /// Data of a direction at rest that comes next goes by whole; the same as [`Direction::segment`] does with it.
    #[inline]
    pub(in super::super) fn pass(&mut self, data: &[u8]) {
        self.advance(data.len() as u64);
    }

    /// The other side acknowledged something of a direction at rest; the same as [`Direction::acknowledged`] does then.
    #[inline]
    pub(in super::super) fn acknowledge(&mut self, ack: u32) {
        let acked = self.position(ack);
        self.acked = Some(self.acked.map_or(acked, |before| before.max(acked)));
    }

    /// The sequence number of the next byte, if it is known and there may be one.
    pub(super) fn due(&self) -> Option<u32> {
        (self.state == State::Open).then_some(self.next_seq)
    }

    /// The first segment that waits: its position, and what is known of it.
    pub(super) fn first(&self) -> Option<(u64, &Held)> {
        self.held.first()
    }

    /// Position of the next byte.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Its sequence number.
    pub(super) fn next_seq(&self) -> u32 {
        self.next_seq
    }

    pub(super) fn waiting(&self) -> usize {
        self.held.len()
    }

    /// Whether its last byte is known and the other side has it, FIN included.
    pub(super) fn is_finished(&self) -> bool {
        self.has_ended() || matches!((self.fin, self.acked), (Some((fin, ..)), Some(acked)) if acked > fin)
    }

    /// Position that is certain to be one of this direction's: not behind its FIN.
    pub(super) fn within_fin(&self, position: u64) -> u64 {
        self.fin.map_or(position, |(fin, ..)| position.min(fin))
    }

    pub(super) fn is_acknowledged(&self) -> bool {
        self.acked.is_some()
    }

    /// The other side's acknowledgement, when the connection had so many packets.
    pub(super) fn acknowledged(&mut self, ack: u32, clock: u64) {
        match self.state {
            State::Unseen => self.hint = Some(ack),
            State::Starting(_) | State::Open => {
                let before = self.acked;
                self.acknowledge(ack);
                if self.acked > before && !self.is_at_rest() {
                    self.note_acked(clock);
                }
            }
            State::Ended => {}
        }
    }

    fn note_acked(&mut self, clock: u64) {
        let Some(acked) = self.acked else { return };
        while self.acks.front().is_some_and(|(position, _)| *position <= self.next) {
            self.acks.pop_front();
        }
        if self.acks.len() >= bounds::TCP_ACKS {
            self.acks.pop_back();
        }
        self.acks.push_back((acked, clock));
    }

    /// Takes a segment that is no reset: hands on what comes next, holds what doesn't. `checksum` says what that of the
    /// segment is worth, `peer` which sequence number the other direction's next byte has.
    pub(super) fn segment(
        &mut self,
        segment: &Segment<'_>,
        checksum: Checksum,
        peer: Option<u32>,
        context: &mut Context<'_>,
        sink: &mut impl Sink,
    ) -> Verdict {
        let len = segment.payload.wire_len();
        if self.state == State::Ended {
            context.stats.tcp_after_end += u64::from(len > 0);
            return Verdict::Keep;
        }
        let seq = if segment.syn { segment.seq.wrapping_add(1) } else { segment.seq };
        if segment.syn {
            match self.state {
                State::Unseen => self.open(seq),
                State::Starting(_) => {
                    // What is held below the SYN's number belongs to something older.
                    let start = self.position(seq);
                    self.held.drop_below(start);
                    (self.next, self.next_seq, self.state) = (start, seq, State::Open);
                }
                State::Open | State::Ended => {}
            }
        }
        if len == 0 && !segment.fin {
            if matches!(self.state, State::Unseen | State::Starting(_)) {
                self.hint = Some(seq);
            }
            return Verdict::Keep;
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
            self.fin = Some((end, context.at.frame, context.at.time));
        }
        if len == 0 {
            return Verdict::Keep;
        }
        let cut_end = if segment.payload.cut > 0 { end } else { 0 };
        let checksum = if self.wrong >= WRONG { checksum.max(Checksum::Unknown) } else { checksum };
        if checksum == Checksum::Right {
            self.wrong = 0;
        }
        let At { frame, time } = context.at;
        let arrived = context.clock;
        let copied = Copied { data: segment.payload.data, ack: segment.ack, checksum, frame, time, arrived, cut_end };
        self.data(start, end, copied, peer, context, sink)
    }

    /// Data at a position: in turn, late, or early. `end` is where it ended on the wire.
    fn data(
        &mut self,
        start: u64,
        end: u64,
        mut copied: Copied<'_>,
        peer: Option<u32>,
        context: &mut Context<'_>,
        sink: &mut impl Sink,
    ) -> Verdict {
        let mut start = start;
        if self.state == State::Open {
            if end <= self.next {
                context.stats.tcp_retransmissions += 1;
                return Verdict::Keep;
            }
            if start < self.next {
                context.stats.tcp_overlaps += 1;
                let late = usize::try_from(self.next - start).unwrap_or(usize::MAX);
                copied.data = copied.data.get(late..).unwrap_or(&[]);
                start = self.next;
            }
            if start == self.next {
                self.moved = copied.arrived;
            }
            let stop = start.saturating_add(copied.data.len() as u64);
            let alone = self.held.first().is_none_or(|(first, _)| first >= stop);
            if start == self.next && alone && copied.checksum != Checksum::Wrong && !is_early(copied.ack, peer) {
                self.note_cut(copied.cut_end, copied.arrived);
                return self.deliver(copied.data, context.at, sink);
            }
        }
        let outcome = self.held.insert(start, copied);
        match (outcome.kept, outcome.overlapped) {
            (false, _) => context.stats.tcp_retransmissions += 1,
            (true, true) => context.stats.tcp_overlaps += 1,
            (true, false) => context.stats.tcp_out_of_order += 1,
        }
        let peak = self.held().saturating_add(context.held_elsewhere) as u64;
        context.stats.tcp_buffer_peak = context.stats.tcp_buffer_peak.max(peak);
        Verdict::Keep
    }

    /// Whether a reset's sequence number is plausible: not known yet, or within a megabyte of what is expected. Resets
    /// that answer a packet to a closed port carry 0 when nothing else is known.
    pub(super) fn is_near(&self, seq: u32) -> bool {
        match self.state {
            State::Unseen | State::Starting(_) => true,
            State::Open | State::Ended => is_near(seq, self.next_seq, 0x10_0000),
        }
    }

    /// Position of a sequence number, the one nearest to the next byte's.
    pub(super) fn position(&self, seq: u32) -> u64 {
        let distance = i64::from(seq.wrapping_sub(self.next_seq).cast_signed());
        self.next.saturating_add_signed(distance)
    }

    fn open(&mut self, seq: u32) {
        (self.next, self.next_seq, self.state) = (ORIGIN, seq, State::Open);
    }

    fn advance(&mut self, count: u64) {
        self.next = self.next.saturating_add(count);
        // Sequence numbers count modulo 2^32.
        self.next_seq = self.next_seq.wrapping_add((count & 0xffff_ffff) as u32);
    }

    /// One more packet of the connection while the start is not known.
    pub(super) fn waited(&mut self) {
        if let State::Starting(packets) = &mut self.state {
            *packets = packets.saturating_add(1);
        }
    }

    /// Starts a direction of unknown beginning once its place is certain or long enough was waited.
    pub(super) fn settle(&mut self, limits: &NetworkLimits) {
        let State::Starting(packets) = self.state else { return };
        let start = self.lowest();
        let named = self.hint.is_some_and(|hint| self.position(hint) == start);
        let acknowledged = self.acked.is_some_and(|acked| acked >= start);
        if named || acknowledged || packets > limits.start_packets {
            self.start();
        }
    }

    fn lowest(&self) -> u64 {
        self.held.first().map(|(first, _)| first).or(self.fin.map(|(fin, ..)| fin)).unwrap_or(self.next)
    }

    /// Takes the lowest position held for the start.
    pub(super) fn start(&mut self) {
        if !matches!(self.state, State::Starting(_)) {
            return;
        }
        let start = self.lowest();
        self.next_seq = self.next_seq.wrapping_add((start.wrapping_sub(self.next) & 0xffff_ffff) as u32);
        self.next = start;
        self.state = State::Open;
    }

    fn note_cut(&mut self, cut_end: u64, clock: u64) {
        if cut_end > self.cut.0 {
            self.cut = (cut_end, clock);
        }
    }

    /// Whether the first segment held is next and nothing speaks against handing it on now.
    pub(super) fn is_ready(&self, peer: Option<u32>) -> bool {
        self.state == State::Open
            && self.held.first().is_some_and(|(start, held)| {
                start <= self.next && !is_early(held.ack, peer) && !self.is_doubtful(start, held)
            })
    }

    /// Whether a segment's checksum is wrong and the receiver has not confirmed its bytes.
    pub(super) fn is_doubtful(&self, start: u64, held: &Held) -> bool {
        let end = start.saturating_add(held.data().len() as u64);
        held.checksum == Checksum::Wrong && self.wrong < WRONG && self.acked.is_none_or(|acked| acked < end)
    }

    /// Hands on the first segment held, which must not begin behind the next byte.
    pub(super) fn deliver_first(&mut self, sink: &mut impl Sink) -> Verdict {
        let Some((start, held)) = self.held.pop_first() else { return Verdict::Keep };
        let late = usize::try_from(self.next.saturating_sub(start)).unwrap_or(usize::MAX);
        self.wrong = self.wrong.saturating_add(u8::from(held.checksum == Checksum::Wrong));
        self.note_cut(held.cut_end, held.arrived);
        let at = At { frame: held.frame, time: held.time };
        self.deliver(held.data().get(late..).unwrap_or(&[]), at, sink)
    }

    fn deliver(&mut self, data: &[u8], at: At, sink: &mut impl Sink) -> Verdict {
        let seq = self.next_seq;
        self.advance(data.len() as u64);
        if data.is_empty() { Verdict::Keep } else { sink.chunk(at, seq, Chunk::Data(data)) }
    }

    /// Where the hole ends that begins at the next byte: at the first segment held, or where the capture's cut does.
    pub(super) fn hole(&self) -> Option<u64> {
        if self.state != State::Open {
            return None;
        }
        let end = match self.held.first() {
            Some((first, _)) => first,
            None => self.cut.0,
        };
        (end > self.next).then_some(end)
    }

    /// Whether the hole that ends there was waited for long enough: since it was acknowledged, or, where the capture
    /// has no acknowledgement at all, since what the capture cut.
    pub(super) fn is_overdue(&mut self, end: u64, clock: u64, patience: u64) -> bool {
        while self.acks.front().is_some_and(|(position, _)| *position < end) {
            self.acks.pop_front();
        }
        let (cut_end, cut_at) = self.cut;
        // What comes behind the hole may have overtaken it just now; as long as bytes come in turn, others may too.
        let moved = if cut_end >= end { 0 } else { self.moved };
        let seen = self.held.first().map_or(cut_at, |(_, held)| held.arrived).max(moved);
        match self.acks.front() {
            Some((_, since)) => clock.saturating_sub(seen.max(*since)) >= patience,
            None if self.acked.is_some_and(|acked| acked >= end) => {
                // Acknowledged before there was a hole.
                self.acks.push_front((end, clock));
                false
            }
            None => cut_end >= end && clock.saturating_sub(cut_at) >= 2 * patience,
        }
    }

    /// Gives up the bytes up to a position.
    pub(super) fn give_up(
        &mut self,
        end: u64,
        reason: &'static str,
        context: &mut Context<'_>,
        sink: &mut impl Sink,
    ) -> Verdict {
        let at = self.held.first().map_or(context.at, |(_, held)| At { frame: held.frame, time: held.time });
        let cut_end = self.cut.0.min(end);
        for (end, reason) in [(cut_end, CUT), (end, reason)] {
            let Some(lost) = end.checked_sub(self.next).filter(|lost| *lost > 0) else { continue };
            let seq = self.next_seq;
            self.advance(lost);
            context.stats.tcp_gaps += 1;
            context.stats.tcp_lost_bytes += lost;
            hand!(sink.chunk(at, seq, Chunk::Gap { lost: Some(lost), reason }));
        }
        Verdict::Keep
    }

    /// Ends a direction of which nothing is held any more: what was acknowledged, or comes before a FIN, but was never
    /// seen is missing. One byte more may just be a FIN that was not captured.
    pub(super) fn end(&mut self, reason: &'static str, context: &mut Context<'_>, sink: &mut impl Sink) -> Verdict {
        hand!(self.end_if_done(sink));
        if self.state == State::Ended {
            return Verdict::Keep;
        }
        hand!(self.give_up_rest(reason, context, sink));
        self.state = State::Ended;
        sink.chunk(context.at, self.next_seq, Chunk::End { reason })
    }

    /// Gives up what is known to be missing at the end of what was captured.
    pub(super) fn give_up_rest(
        &mut self,
        reason: &'static str,
        context: &mut Context<'_>,
        sink: &mut impl Sink,
    ) -> Verdict {
        if self.state != State::Open {
            return Verdict::Keep;
        }
        let known_end = match (self.fin, self.acked) {
            (Some((fin, ..)), _) => fin,
            (None, Some(acked)) if acked > self.next.saturating_add(1) => acked,
            _ => self.next,
        };
        self.give_up(known_end.max(self.cut.0), reason, context, sink)
    }

    pub(super) fn end_if_done(&mut self, sink: &mut impl Sink) -> Verdict {
        match self.fin {
            Some((fin, frame, time)) if self.state == State::Open && self.next >= fin => {
                self.state = State::Ended;
                self.held.clear();
                self.acks = VecDeque::new();
                sink.chunk(At { frame, time }, self.next_seq, Chunk::End { reason: Reason::Fin.text() })
            }
            _ => Verdict::Keep,
        }
    }
}

/// Whether bytes that acknowledge this much came before what they answer. One byte may be a FIN or a SYN.
pub(super) fn is_early(ack: Option<u32>, peer: Option<u32>) -> bool {
    matches!((ack, peer), (Some(ack), Some(peer)) if is_beyond(ack, peer))
}

/// Whether a sequence number may belong to a stream whose next byte has this one: at most 64 KiB before it, or `ahead` bytes
/// behind.
pub(in super::super) fn is_near(seq: u32, next: u32, ahead: i32) -> bool {
    let distance = seq.wrapping_sub(next).cast_signed();
    (-0x1_0000..=ahead).contains(&distance)
}
