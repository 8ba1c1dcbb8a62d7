//! The order in which a sender numbered its messages (RFC 4121 4.2.2, MS-NLMP 3.4.4), seen by a bystander: which came
//! again, which came late, which are missing.

use crate::base::bounds;
use alloc::collections::VecDeque;

use crate::rpc::security::Doubt;

/// Bytes of the smallest protected PDU, roughly: what a gap of a given size may have held.
const SMALLEST: u64 = 40;

/// How many messages a gap of so many bytes may have held.
pub(crate) fn room(lost: Option<u64>) -> u64 {
    lost.map_or(u64::MAX, |bytes| bytes / SMALLEST + 1)
}

/// The numbers of one sender.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// The number that is due; `None` as long as none is known.
    next: Option<u64>,
    /// Missing numbers, from and up to, oldest first.
    missing: VecDeque<(u64, u64)>,
    /// Messages that may be missing without anybody having dropped them: what gaps of the capture have room for, and PDUs
    /// that came but couldn't be opened.
    explained: u64,
}

impl Order {
    /// The handshake tells the first number, or one of which `slack` may have been used before it.
    pub(crate) fn begin(&mut self, first: u64, slack: u64) {
        if self.next.is_none() {
            self.next = Some(first);
            self.explain(slack);
        }
    }

    /// So many messages may be missing.
    pub(crate) fn explain(&mut self, messages: u64) {
        self.explained = self.explained.saturating_add(messages);
    }

    /// How far a number is ahead of the one that is due.
    pub(crate) fn ahead(&self, number: u64) -> u64 {
        self.next.map_or(0, |next| number.saturating_sub(next))
    }

    /// A message whose signature is right has this number: what is wrong with its place, if anything.
    pub(crate) fn came(&mut self, number: u64) -> Option<Doubt> {
        let next = self.next.unwrap_or(number);
        if number < next {
            let Some(at) = self.missing.iter().position(|(from, to)| (*from..*to).contains(&number)) else {
                return Some(Doubt::Repeated { number });
            };
            if let Some((from, to)) = self.missing.remove(at) {
                for rest in [(from, number), (number + 1, to)] {
                    if rest.0 < rest.1 {
                        self.missing.insert(at.min(self.missing.len()), rest);
                    }
                }
                self.missing.truncate(bounds::MISSING_RANGES);
            }
            return Some(Doubt::OutOfOrder { number });
        }
        self.next = Some(number.saturating_add(1));
        let count = number - next;
        let explained = core::mem::take(&mut self.explained);
        if count == 0 {
            return None;
        }
        if self.missing.len() >= bounds::MISSING_RANGES {
            self.missing.pop_front();
        }
        self.missing.push_back((next, number));
        match count.saturating_sub(explained) {
            0 => None,
            count => Some(Doubt::Missing { count }),
        }
    }

    /// What a number would be that is stated but not proved: repeated or late.
    #[cfg(feature = "decrypt")]
    pub(crate) fn behind(&self, number: u64) -> Doubt {
        if self.missing.iter().any(|(from, to)| (*from..*to).contains(&number)) {
            Doubt::OutOfOrder { number }
        } else {
            Doubt::Repeated { number }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Order, room};
    use crate::rpc::security::Doubt;

    #[test]
    fn each_kind_of_disorder_is_told_apart() {
        let mut order = Order::default();
        order.begin(5, 0);
        assert_eq!([5, 6].map(|n| order.came(n)), [None, None]);
        assert_eq!(order.came(5), Some(Doubt::Repeated { number: 5 }));
        assert_eq!(order.came(9), Some(Doubt::Missing { count: 2 }));
        assert_eq!(order.came(8), Some(Doubt::OutOfOrder { number: 8 }));
        assert_eq!(order.came(8), Some(Doubt::Repeated { number: 8 }));
        assert_eq!(order.came(7), Some(Doubt::OutOfOrder { number: 7 }));
        assert_eq!(order.came(10), None);
        // What the capture lost, nobody dropped; but a gap has room for so many messages only.
        order.explain(room(Some(100)));
        assert_eq!(order.came(14), None);
        order.explain(room(Some(100)));
        assert_eq!(order.came(20), Some(Doubt::Missing { count: 2 }));
        assert_eq!(order.came(21), None);
    }

    #[test]
    fn the_first_number_is_taken_where_the_handshake_tells_none() {
        let mut order = Order::default();
        assert_eq!([0xffff_ffff, 0x1_0000_0000].map(|n| order.came(n)), [None, None]);
    }
}
