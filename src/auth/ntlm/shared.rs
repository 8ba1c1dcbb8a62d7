//! One RC4 handle and one count for both directions (MS-NLMP 3.4, without extended session security).
//!
//! A hole in one direction's TCP stream keeps its PDUs back until the hole is given up, while those of the other
//! direction go on. So what comes next may lie further on in the key stream than the last PDU's end: the part between is
//! kept, for the PDUs that come later.

use crate::base::bounds;
use alloc::vec::Vec;
use zeroize::Zeroizing;

use super::check::Signature;
use super::search::POSITIONS_A_UNIT;
use super::session::side;
use crate::auth::budget::Purse;
use crate::rpc::security::{Doubt, Sender};

/// Positions that are paid for at once.
const PIECE: usize = 1 << 10;

/// A part of the key stream that was passed over.
struct Hole {
    /// Sequence number of its first message.
    next: u32,
    /// How many messages it has.
    count: u32,
    key: Zeroizing<Vec<u8>>,
    /// Whether its messages were told as missing: one of them may come late.
    told: bool,
}

/// What was passed over, and how far each direction came.
#[derive(Default)]
pub(super) struct Shared {
    holes: Vec<Hole>,
    /// The latest sequence number of each sender.
    last: [Option<u32>; 2],
    /// Messages that may be missing without anybody having dropped them.
    explained: u64,
}

impl Shared {
    /// Bytes of memory beside itself.
    pub(super) fn cost(&self) -> usize {
        self.holes.iter().map(|hole| size_of::<Hole>() + hole.key.capacity()).sum()
    }

    /// So many messages may be missing.
    pub(super) fn explain(&mut self, messages: u64) {
        self.explained = self.explained.saturating_add(messages);
    }

    /// A part of the stream with `count` messages from number `next` on was passed over; `room` bytes of such parts are
    /// kept.
    pub(super) fn skipped(&mut self, next: u32, count: u32, key: Vec<u8>, room: usize) {
        if count == 0 {
            return;
        }
        self.holes.push(Hole { next, count, key: Zeroizing::new(key), told: false });
        let mut kept: usize = self.holes.iter().map(|hole| hole.key.len()).sum();
        while self.holes.len() > bounds::STREAM_HOLES || kept > room {
            kept -= self.holes.remove(0).key.len();
        }
    }

    /// Looks for a PDU that uses up `used` bytes in the parts passed over. `right` checks the signature under a piece of
    /// the stream and a number. The number found. The purse pays for each
    /// position.
    pub(super) fn find(
        &mut self,
        used: usize,
        sealed: usize,
        signature: Signature,
        purse: &mut Purse<'_>,
        right: &mut dyn FnMut(&[u8], u32) -> bool,
    ) -> Option<u32> {
        for at in 0..self.holes.len() {
            let hole = self.holes.get(at)?;
            let Some(last) = hole.key.len().checked_sub(used) else { continue };
            for start in 0..=last {
                if start % PIECE == 0 && !purse.spend(PIECE as u64 / POSITIONS_A_UNIT) {
                    purse.run.refuse();
                    return None;
                }
                crate::base::work::tick(1);
                let key = hole.key.get(start..start + used)?;
                let Some(mask) = key.get(sealed + 8..).and_then(|k| k.first_chunk::<4>()) else { break };
                let sequence = signature.sequence ^ u32::from_le_bytes(*mask);
                let ahead = sequence.wrapping_sub(hole.next);
                if ahead >= hole.count || !right(key, sequence) {
                    continue;
                }
                let hole = self.holes.remove(at);
                let told = hole.told;
                let parts = [
                    (hole.next, ahead, hole.key.get(..start)),
                    (sequence.wrapping_add(1), hole.count - ahead - 1, hole.key.get(start + used..)),
                ];
                for (next, count, key) in parts.into_iter().rev() {
                    if let (true, Some(key)) = (count > 0, key) {
                        self.holes.insert(at, Hole { next, count, key: Zeroizing::new(key.to_vec()), told });
                    }
                }
                return Some(sequence);
            }
        }
        None
    }

    /// A PDU with this number is verified: what is wrong with its place. What both senders have passed by now is
    /// missing for good.
    pub(super) fn came(&mut self, sender: Sender, number: u32) -> Option<Doubt> {
        let last = self.last.get_mut(side(sender))?;
        let late = last.is_some_and(|last| number.wrapping_sub(last) > u32::MAX / 2);
        if late {
            return Some(Doubt::OutOfOrder { number: number.into() });
        }
        *last = Some(number);
        let [Some(client), Some(server)] = self.last else { return None };
        let behind = |end: u32, last: u32| last.wrapping_sub(end) < u32::MAX / 2;
        let mut count = 0_u64;
        for hole in self.holes.iter_mut().filter(|hole| !hole.told) {
            let end = hole.next.wrapping_add(hole.count);
            hole.told = behind(end, client.wrapping_add(1)) && behind(end, server.wrapping_add(1));
            count += if hole.told { u64::from(hole.count) } else { 0 };
        }
        let explained = self.explained.min(count);
        self.explained -= explained;
        match count - explained {
            0 => None,
            count => Some(Doubt::Missing { count }),
        }
    }
}
