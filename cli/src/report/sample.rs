//! What is shown of too many: every second one, then every fourth, and so on.

use std::collections::BinaryHeap;

/// At most so many items, evenly spaced over all that came: as soon as there are too many, every second one goes.
#[derive(Debug)]
pub(super) struct Spaced<T> {
    items: Vec<T>,
    limit: usize,
    stride: u64,
    came: u64,
}

impl<T> Spaced<T> {
    pub(super) fn new(limit: usize) -> Self {
        Spaced { items: Vec::new(), limit: limit.max(2), stride: 1, came: 0 }
    }

    /// Takes an item, or one that is dropped for it in turn.
    pub(super) fn push(&mut self, item: T) {
        let wanted = self.came.is_multiple_of(self.stride);
        self.came += 1;
        if !wanted {
            return;
        }
        self.items.push(item);
        if self.items.len() > self.limit {
            let mut keep = false;
            self.items.retain(|_| {
                keep = !keep;
                keep
            });
            self.stride *= 2;
        }
    }

    /// How many there are for each one that is kept.
    pub(super) fn stride(&self) -> u64 {
        self.stride
    }

    pub(super) fn into_items(self) -> Vec<T> {
        self.items
    }
}

/// An item in the order of a number.
#[derive(Debug)]
struct Ranked<T>(i64, T);

impl<T> PartialEq for Ranked<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Ranked<T> {}

impl<T> PartialOrd for Ranked<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Ranked<T> {
    /// The smallest number is the greatest, which a heap gives first.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.0.cmp(&self.0)
    }
}

/// The items of the largest numbers.
#[derive(Debug)]
struct Largest<T> {
    heap: BinaryHeap<Ranked<T>>,
    limit: usize,
}

impl<T> Largest<T> {
    /// Takes an item; gives back the one that has no room.
    fn push(&mut self, rank: i64, item: T) -> Option<T> {
        self.heap.push(Ranked(rank, item));
        if self.heap.len() > self.limit { self.heap.pop().map(|Ranked(_, item)| item) } else { None }
    }
}

/// Why a call may be among those that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// It failed.
    Failed,
    /// It took so many nanoseconds.
    Took(i64),
    /// Nothing in particular.
    Plain,
}

/// Calls that are worth showing: all of them while they fit; then failures, half of the room, the slowest, an eighth, and
/// of the others an even sample.
#[derive(Debug)]
pub(super) struct Calls<T> {
    all: Vec<(Worth, T)>,
    limit: usize,
    chosen: Option<(Spaced<T>, Largest<T>, Spaced<T>)>,
}

impl<T> Calls<T> {
    pub(super) fn new(limit: usize) -> Self {
        Calls { all: Vec::new(), limit, chosen: None }
    }

    pub(super) fn push(&mut self, worth: Worth, call: T) {
        if self.chosen.is_none() {
            self.all.push((worth, call));
            if self.all.len() > self.limit {
                let eighth = self.limit / 8;
                let slow = Largest { heap: BinaryHeap::new(), limit: eighth };
                self.chosen = Some((Spaced::new(4 * eighth), slow, Spaced::new(3 * eighth)));
                std::mem::take(&mut self.all).into_iter().for_each(|(worth, call)| self.push(worth, call));
            }
            return;
        }
        let Some((failed, slow, others)) = &mut self.chosen else { return };
        match worth {
            Worth::Failed => failed.push(call),
            Worth::Took(nanos) => {
                if let Some(call) = slow.push(nanos, call) {
                    others.push(call);
                }
            }
            Worth::Plain => others.push(call),
        }
    }

    /// How many failures, and how many others, there are for each one that is kept.
    pub(super) fn strides(&self) -> (u64, u64) {
        self.chosen.as_ref().map_or((1, 1), |(failed, _, others)| (failed.stride(), others.stride()))
    }

    /// Those that were kept, in no order.
    pub(super) fn into_items(self) -> Vec<T> {
        match self.chosen {
            None => self.all.into_iter().map(|(_, call)| call).collect(),
            Some((failed, slow, others)) => {
                let slow = slow.heap.into_iter().map(|Ranked(_, call)| call);
                failed.into_items().into_iter().chain(slow).chain(others.into_items()).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaced_over_all() {
        let mut few = Spaced::new(10);
        (0..10).for_each(|n| few.push(n));
        assert_eq!((few.stride(), few.into_items()), (1, (0..10).collect()));
        let mut many = Spaced::new(10);
        (0..1000).for_each(|n| many.push(n));
        let (stride, items) = (many.stride(), many.into_items());
        assert!(items.len() > 4 && items.len() <= 10, "{items:?}");
        assert!(items.iter().enumerate().all(|(i, n)| *n == i as u64 * stride), "{items:?} {stride}");
    }

    /// While there is room everything stays; then failures and the slowest do.
    #[test]
    fn what_is_worth_showing_stays() {
        let worth = |n: u64| match n % 100 {
            0 => Worth::Failed,
            _ => Worth::Took(n as i64),
        };
        let mut few = Calls::new(80);
        (0..80).for_each(|n| few.push(worth(n), n));
        assert_eq!(few.strides(), (1, 1));
        assert_eq!(few.into_items().len(), 80);
        let mut many = Calls::new(80);
        (0..2000).for_each(|n| many.push(worth(n), n));
        let (failures, others) = many.strides();
        assert!(failures == 1 && others > 8);
        let items = many.into_items();
        assert!(items.len() <= 80);
        assert_eq!(items.iter().filter(|n| *n % 100 == 0).count(), 20);
        assert!((1991..2000).all(|n| items.contains(&n)));
        assert!(items.iter().any(|n| *n < 1000 && n % 100 != 0));
    }
}
