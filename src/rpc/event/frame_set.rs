//! The packets that a message came in.

use crate::base::Timestamp;
use crate::rpc::limits::Counters;
use alloc::vec::Vec;
use smallvec::SmallVec;

/// The packets that carried a PDU or message, ascending and without repetition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrameSet {
    frames: SmallVec<[u64; 4]>,
    /// Numbers that came far too late, in no order, until [`FrameSet::settle`]: to put each into its place at once would
    /// take time with the square of their number.
    late: Vec<u64>,
    /// The smallest number.
    low: u64,
    /// Time of the packet with the smallest number.
    pub first_time: Option<Timestamp>,
    /// Time of the packet with the largest number.
    pub last_time: Option<Timestamp>,
    /// Packets left out for [`RpcLimits::frames`](crate::rpc::RpcLimits::frames); the largest number is never left out.
    pub omitted: u64,
}

/// So many places from the end a late number is put into its place at once.
const NEAR: usize = 32;

impl FrameSet {
    /// A single packet.
    #[must_use]
    pub fn of(frame: u64, time: Option<Timestamp>) -> FrameSet {
        let mut frames = SmallVec::new();
        frames.push(frame);
        FrameSet { frames, late: Vec::new(), low: frame, first_time: time, last_time: time, omitted: 0 }
    }

    /// Makes it [`FrameSet::of`] a packet, with less to do where it was that of another one before.
    #[inline]
    pub(crate) fn set(&mut self, frame: u64, time: Option<Timestamp>) {
        match self.frames.as_mut_slice() {
            [only] if self.late.is_empty() && self.omitted == 0 => {
                *only = frame;
                (self.low, self.first_time, self.last_time) = (frame, time, time);
            }
            _ => *self = FrameSet::of(frame, time),
        }
    }

    /// Frame and time of a single packet, where that is all there is.
    #[inline]
    #[cfg(feature = "session")]
    pub(crate) fn only(&self) -> Option<(u64, Option<Timestamp>)> {
        match *self.frames.as_slice() {
            [frame] if self.late.is_empty() && self.omitted == 0 && self.first_time == self.last_time => {
                Some((frame, self.first_time))
            }
            _ => None,
        }
    }

    /// The numbers, ascending.
    #[must_use]
    pub fn frames(&self) -> &[u64] {
        &self.frames
    }

    /// The largest number.
    #[must_use]
    pub fn last(&self) -> Option<u64> {
        self.frames.last().copied()
    }

    /// Adds a packet, keeping at most `limit` numbers.
    pub fn add(&mut self, frame: u64, time: Option<Timestamp>, limit: usize, counters: &mut Counters) {
        let room = self.frames.len() + self.late.len() < limit.max(1);
        crate::base::work::tick(1);
        match self.frames.last_mut() {
            Some(last) if *last == frame => {}
            Some(last) if *last < frame => {
                self.last_time = time;
                if room {
                    self.frames.push(frame);
                } else {
                    // Keep the largest: it is the message's frame.
                    *last = frame;
                    self.omitted += 1;
                    counters.frames_omitted += 1;
                }
            }
            None => *self = FrameSet::of(frame, time),
            Some(_) => {
                let Err(at) = self.frames.binary_search(&frame) else { return };
                if frame < self.low {
                    (self.low, self.first_time) = (frame, time);
                }
                if room && self.frames.len() - at > NEAR {
                    self.late.push(frame);
                } else if room {
                    self.frames.insert(at, frame);
                } else {
                    self.omitted += 1;
                    counters.frames_omitted += 1;
                }
            }
        }
    }

    /// Adds all of `other`'s packets.
    pub fn merge(&mut self, other: &FrameSet, limit: usize, counters: &mut Counters) {
        let last = other.frames.len().saturating_sub(1);
        for (n, frame) in other.frames.iter().enumerate() {
            // Only the ends' times are kept, so those in between don't matter.
            let time = if n == last { other.last_time } else { other.first_time };
            self.add(*frame, time, limit, counters);
        }
        other.late.iter().for_each(|frame| self.add(*frame, other.first_time, limit, counters));
    }

    /// Brings the numbers in order: to be called before they are handed out.
    pub(crate) fn settle(&mut self) {
        if !self.late.is_empty() {
            let mut frames = core::mem::take(&mut self.frames).into_vec();
            frames.append(&mut self.late);
            crate::base::work::tick(frames.len());
            frames.sort_unstable();
            frames.dedup();
            self.frames = SmallVec::from_vec(frames);
        }
    }
}
