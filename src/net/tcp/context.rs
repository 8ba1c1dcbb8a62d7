//! What a direction of a TCP connection is given beside its segments, and where its chunks go.

use super::super::{Chunk, Verdict};
use super::{NetworkLimits, Stats, Timestamp};

/// A packet: its number and when it was captured.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct At {
    pub(in super::super) frame: u64,
    pub(in super::super) time: Option<Timestamp>,
}

/// Takes a direction's chunks, with the packet that each came in and the sequence number it begins at.
pub(in super::super) trait Sink {
    fn chunk(&mut self, at: At, seq: u32, chunk: Chunk<'_>) -> Verdict;

    /// The chunks that follow are those that side A, or side B, sent.
    fn from(&mut self, _a_sends: bool) {}
}

/// What a connection needs besides the segment.
pub(in super::super) struct Context<'a> {
    pub(in super::super) at: At,
    pub(in super::super) limits: &'a NetworkLimits,
    pub(in super::super) stats: &'a mut Stats,
    /// Bytes held by all other connections together.
    pub(in super::super) held_elsewhere: usize,
    /// Packets of the connection so far.
    pub(in super::super) clock: u64,
}

/// Whether an acknowledgement names bytes behind the next one.
#[inline]
pub(super) fn is_beyond(ack: u32, next: u32) -> bool {
    ack.wrapping_sub(next).cast_signed() > 1
}
