//! Bytes of one direction that wait for their turn.

use super::{NetworkLimits, Timestamp};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// What the checksum of a segment says of its bytes, the least trustworthy first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Checksum {
    /// It doesn't fit the bytes, and is none that a network card was to fill in.
    Wrong,
    /// It was not computed, can't be (the capture cut the segment), or a network card was to fill it in.
    #[default]
    Unknown,
    /// It fits the bytes.
    Right,
}

/// What of a segment waits.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// The segment's payload as captured; parts of one segment share it.
    bytes: Arc<[u8]>,
    /// The part of `bytes` that this is.
    part: Range<usize>,
    /// What the segment acknowledged.
    pub(super) ack: Option<u32>,
    pub(super) checksum: Checksum,
    pub(super) frame: u64,
    pub(super) time: Option<Timestamp>,
    /// The connection's packets up to this one.
    pub(super) arrived: u64,
    /// Position behind the part that the capture cut off; 0 where it cut nothing.
    pub(super) cut_end: u64,
}

/// A segment's payload with what is known about it, on its way into [`HeldSegments`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Copied<'a> {
    pub(super) data: &'a [u8],
    pub(super) ack: Option<u32>,
    pub(super) checksum: Checksum,
    pub(super) frame: u64,
    pub(super) time: Option<Timestamp>,
    pub(super) arrived: u64,
    pub(super) cut_end: u64,
}

impl Held {
    fn of(copied: Copied<'_>) -> Held {
        let Copied { data, ack, checksum, frame, time, arrived, cut_end } = copied;
        crate::base::work::tick(data.len());
        Held { bytes: Arc::from(data), part: 0..data.len(), ack, checksum, frame, time, arrived, cut_end }
    }

    pub(super) fn data(&self) -> &[u8] {
        self.bytes.get(self.part.clone()).unwrap_or(&[])
    }

    fn len(&self) -> u64 {
        self.part.len() as u64
    }

    fn cost(&self) -> usize {
        self.part.len() + NetworkLimits::SEGMENT_COST
    }

    /// Takes everything from `count` bytes on off its end.
    fn split_off(&mut self, count: u64) -> Held {
        let at = self.part.start + usize::try_from(count).unwrap_or(usize::MAX).min(self.part.len());
        let mut rest = self.clone();
        rest.part.start = at;
        self.part.end = at;
        self.cut_end = 0;
        rest
    }
}

/// What became of a segment that was to be held.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcome {
    /// Whether any of its bytes is held now.
    pub(super) kept: bool,
    /// Whether another copy of some of its bytes was held before.
    pub(super) overlapped: bool,
}

/// Segments that wait, by position; none overlaps another.
///
/// Of several copies of a byte the one with the better [`Checksum`] stays, otherwise the one that came first. It counts
/// as sent when the copy that acknowledges least was sent: that copy was sent first.
#[derive(Debug, Default)]
pub(super) struct HeldSegments {
    segments: BTreeMap<u64, Held>,
    cost: usize,
}

impl HeldSegments {
    /// Bytes held, with an overhead for each segment.
    pub(super) fn cost(&self) -> usize {
        self.cost
    }

    pub(super) fn len(&self) -> usize {
        self.segments.len()
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.segments.clear();
        self.cost = 0;
    }

    /// Position of the first one, and it.
    pub(super) fn first(&self) -> Option<(u64, &Held)> {
        self.segments.first_key_value().map(|(start, held)| (*start, held))
    }

    pub(super) fn pop_first(&mut self) -> Option<(u64, Held)> {
        let (start, held) = self.segments.pop_first()?;
        crate::base::work::tick(1 + held.part.len());
        self.cost -= held.cost();
        Some((start, held))
    }

    fn put(&mut self, start: u64, held: Held) {
        self.cost += held.cost();
        if let Some(old) = self.segments.insert(start, held) {
            self.cost -= old.cost();
        }
    }

    /// Forgets bytes below a position.
    pub(super) fn drop_below(&mut self, position: u64) {
        while let Some((start, _)) = self.first().filter(|(start, _)| *start < position) {
            let Some((_, mut held)) = self.pop_first() else { return };
            if start.saturating_add(held.len()) > position || held.cut_end > position {
                let rest = held.split_off(position - start);
                self.put(position, rest);
            }
        }
    }

    /// Keeps what is to be kept of a segment that begins at a position.
    pub(super) fn insert(&mut self, start: u64, copied: Copied<'_>) -> Outcome {
        let end = start.saturating_add(copied.data.len() as u64);
        let mut outcome = Outcome::default();
        if copied.data.is_empty() {
            return self.insert_empty(start, copied);
        }
        // The bytes are copied once, and only if some of them are kept.
        let mut new: Option<Held> = None;
        let mut at = start;
        let before = self.segments.range(..start).next_back().map(|(start, _)| *start);
        let mut next = before.filter(|before| self.end_of(*before) > start).or_else(|| self.next_within(start, end));
        while let Some(own) = next {
            crate::base::work::tick(1);
            let own_end = self.end_of(own);
            let (from, to) = (own.max(start), own_end.min(end));
            next = self.next_within(own_end.max(own + 1), end);
            let Some(held) = self.segments.get(&own) else { continue };
            let better = copied.checksum > held.checksum;
            let earlier = is_before(copied.ack, held.ack);
            outcome.overlapped |= from < to;
            if from < to && !better && !earlier {
                outcome.kept |= self.fill(&mut new, copied, start, at..from);
                at = to;
                continue;
            }
            // The part that both have stands by itself from now on.
            let Some(mut held) = self.segments.remove(&own) else { continue };
            self.cost -= held.cost();
            if own_end > to {
                let rest = held.split_off(to - own);
                self.put(to, rest);
            }
            if own < from {
                let both = held.split_off(from - own);
                self.put(own, std::mem::replace(&mut held, both));
            }
            if from < to && !better {
                held.ack = copied.ack;
                self.put(from, held);
                outcome.kept |= self.fill(&mut new, copied, start, at..from);
                at = to;
            }
        }
        outcome.kept |= self.fill(&mut new, copied, start, at..end);
        outcome
    }

    /// Keeps a segment of which the capture has no byte of payload, for the sake of what it says was cut.
    fn insert_empty(&mut self, start: u64, copied: Copied<'_>) -> Outcome {
        if copied.cut_end <= start {
            return Outcome::default();
        }
        match self.segments.get_mut(&start) {
            Some(held) if held.part.is_empty() => held.cut_end = held.cut_end.max(copied.cut_end),
            Some(_) => {}
            None => self.put(start, Held::of(copied)),
        }
        Outcome { kept: true, overlapped: false }
    }

    /// Puts in the bytes of a segment, which begins at `start`, that belong to these positions.
    fn fill(&mut self, new: &mut Option<Held>, copied: Copied<'_>, start: u64, to: Range<u64>) -> bool {
        if to.start >= to.end {
            return false;
        }
        let mut part = new.get_or_insert_with(|| Held::of(copied)).clone();
        let at = |position: u64| usize::try_from(position - start).unwrap_or(usize::MAX).min(copied.data.len());
        part.part = at(to.start)..at(to.end);
        if part.part.end < copied.data.len() {
            part.cut_end = 0;
        }
        self.put(to.start, part);
        true
    }

    fn end_of(&self, start: u64) -> u64 {
        self.segments.get(&start).map_or(start, |held| start.saturating_add(held.len()))
    }

    /// Start of the first one that begins in this range.
    fn next_within(&self, from: u64, end: u64) -> Option<u64> {
        if from >= end {
            return None;
        }
        self.segments.range(from..end).next().map(|(start, _)| *start)
    }
}

/// Whether an acknowledgement names less than another one.
fn is_before(ack: Option<u32>, other: Option<u32>) -> bool {
    match (ack, other) {
        (Some(ack), Some(other)) => ack.wrapping_sub(other).cast_signed() < 0,
        _ => false,
    }
}
