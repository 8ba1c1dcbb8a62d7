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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::budget::Budget;

    /// What a PDU without a body uses up: its signature.
    const USED: usize = 12;

    /// The key stream under which these messages stand.
    fn stream(numbers: core::ops::Range<u8>) -> Vec<u8> {
        numbers.flat_map(|number| [number; USED]).collect()
    }

    /// Looks for message `number` in what was passed over, paid for out of `left`.
    fn find_for(shared: &mut Shared, number: u8, left: &mut u64) -> Option<u32> {
        let budget = Budget::default();
        let mask = u32::from_le_bytes([number; 4]);
        let sequence = (u32::from(number) ^ mask).to_le_bytes();
        let token = [&[1, 0, 0, 0], &[0; 8][..], &sequence].concat();
        let signature = Signature::read(&token).unwrap_or_else(|reason| panic!("{reason}"));
        let mut right = |key: &[u8], seen: u32| key == [number; USED] && seen == u32::from(number);
        shared.find(USED, 0, signature, &mut Purse { run: &budget, left }, &mut right)
    }

    fn find(shared: &mut Shared, number: u8) -> Option<u32> {
        find_for(shared, number, &mut 1_000_000)
    }

    /// A message that comes out of the middle leaves those before and behind it, and no others.
    #[test]
    fn what_is_left_of_a_part() {
        for (first, others) in [(12, [10, 14, 11, 13]), (10, [14, 13, 12, 11]), (14, [10, 11, 12, 13])] {
            let mut shared = Shared::default();
            // One message of which nothing more than its key stream is known stands behind the five.
            shared.skipped(10, 5, stream(10..16), 1 << 10);
            assert_eq!(find(&mut shared, 15), None, "only five were passed over");
            for number in [first].into_iter().chain(others) {
                assert_eq!(find(&mut shared, number), Some(number.into()), "{first} first");
                assert_eq!(find(&mut shared, number), None, "{number} once more");
                assert_eq!(find(&mut shared, 15), None, "behind {number}");
            }
            assert_eq!(shared.holes.len(), 0);
        }
    }

    /// As many parts and bytes as are allowed are kept; of more the oldest go.
    #[test]
    fn parts_are_bounded() {
        let most = u8::try_from(bounds::STREAM_HOLES).expect("few");
        let room = bounds::STREAM_HOLES * USED;
        let mut shared = Shared::default();
        (0..most).for_each(|number| shared.skipped(number.into(), 1, stream(number..number + 1), room));
        assert_eq!(shared.holes.len(), bounds::STREAM_HOLES);
        shared.skipped(most.into(), 1, stream(most..most + 1), room + USED);
        assert_eq!((find(&mut shared, 0), find(&mut shared, 1)), (None, Some(1)));
        // Two parts of two messages have room for four, and not for one byte less.
        for (room, kept) in [(4 * USED, 2), (4 * USED - 1, 1)] {
            let mut shared = Shared::default();
            shared.skipped(0, 2, stream(0..2), room);
            shared.skipped(2, 2, stream(2..4), room);
            assert_eq!(shared.holes.len(), kept);
        }
    }

    /// Two positions cost a unit; a piece of positions is paid for before it is looked at.
    #[test]
    fn positions_are_paid_for() {
        let price = (PIECE / 2) as u64;
        for (left, found) in [(price, Some(1)), (price - 1, None)] {
            let mut shared = Shared::default();
            shared.skipped(0, 2, stream(0..2), 1 << 10);
            let mut rest = left;
            assert_eq!(find_for(&mut shared, 1, &mut rest), found);
            assert_eq!(rest, if found.is_some() { 0 } else { left });
        }
    }

    /// What both senders have passed is missing, once; what came late, or may be missing, is not.
    #[test]
    fn what_both_have_passed_is_missing() {
        let mut shared = Shared::default();
        shared.skipped(1, 2, stream(1..3), 1 << 10);
        assert_eq!(shared.came(Sender::Client, 0), None);
        assert_eq!(shared.came(Sender::Server, 3), None, "the client's may still come");
        assert_eq!(shared.came(Sender::Client, 4), Some(Doubt::Missing { count: 2 }));
        shared.skipped(5, 1, stream(5..6), 1 << 10);
        assert_eq!(shared.came(Sender::Server, 6), None);
        assert_eq!(shared.came(Sender::Client, 7), Some(Doubt::Missing { count: 1 }), "the others were told");
        shared.skipped(8, 3, stream(8..11), 1 << 10);
        shared.explain(1);
        assert_eq!(find(&mut shared, 9), Some(9));
        assert_eq!(shared.came(Sender::Client, 9), None);
        assert_eq!(shared.came(Sender::Server, 11), None);
        assert_eq!(shared.came(Sender::Client, 12), Some(Doubt::Missing { count: 1 }));
    }
}
