//! What a direction of a TCP connection is given beside its segments, and where its chunks go.

use super::super::{Chunk, Verdict};
use super::{Limits, Stats, Timestamp};

/// Takes a direction's chunks, with the number and time of the packet each came in.
pub(in super::super) trait Sink {
    fn chunk(&mut self, frame: u64, time: Option<Timestamp>, chunk: Chunk<'_>) -> Verdict;

    /// The sequence number of the data that the next chunk brings.
    fn sequence(&mut self, _seq: u32) {}
}

/// What a direction needs besides the segment.
pub(in super::super) struct Context<'a> {
    pub(in super::super) frame: u64,
    pub(in super::super) time: Option<Timestamp>,
    pub(in super::super) limits: &'a Limits,
    pub(in super::super) stats: &'a mut Stats,
    /// Bytes held by all other directions together.
    pub(in super::super) held_elsewhere: usize,
    /// The sequence number that the other side's next byte has, if what answers later ones is to wait.
    pub(in super::super) peer: Option<u32>,
}

impl Context<'_> {
    /// Whether bytes that acknowledge this much came before what they answer. One byte may be a FIN or a SYN.
    pub(super) fn is_early(&self, ack: Option<u32>) -> bool {
        matches!((ack, self.peer), (Some(ack), Some(peer)) if is_beyond(ack, peer))
    }
}

/// Whether an acknowledgement names bytes behind the next one.
#[inline]
pub(super) fn is_beyond(ack: u32, next: u32) -> bool {
    ack.wrapping_sub(next).cast_signed() > 1
}
