//! The flow table: a bounded map from pairs of end points to flows.
//!
//! When it is full, the least recently used flow goes, but first among those that nobody has shown interest in: a port
//! scan must not push out the connections that matter.

use crate::hash::Map;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, SocketAddr};

/// A pair of end points, the same for both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    low: SocketAddr,
    high: SocketAddr,
}

impl Key {
    /// The key, and whether the sender is its lower end.
    pub(super) fn new(src: SocketAddr, dst: SocketAddr) -> (Key, bool) {
        if src <= dst { (Key { low: src, high: dst }, true) } else { (Key { low: dst, high: src }, false) }
    }

    /// Both ends, the lower one first.
    pub(super) fn ends(&self) -> (SocketAddr, SocketAddr) {
        (self.low, self.high)
    }
}

impl Hash for Key {
    /// Feeds whole words, which costs a hasher much less than the fields one by one.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let ports = u32::from(self.low.port()) << 16 | u32::from(self.high.port());
        match (self.low.ip(), self.high.ip()) {
            (IpAddr::V4(low), IpAddr::V4(high)) => {
                state.write_u64(u64::from(u32::from(low)) << 32 | u64::from(u32::from(high)));
            }
            (low, high) => {
                for ip in [low, high] {
                    match ip {
                        IpAddr::V4(ip) => state.write_u32(ip.into()),
                        IpAddr::V6(ip) => state.write_u128(ip.into()),
                    }
                }
            }
        }
        state.write_u32(ports);
    }
}

/// No slot.
const NONE: usize = usize::MAX;

#[derive(Debug)]
struct Slot<T> {
    key: Key,
    flow: T,
    /// Which list it is in.
    wanted: bool,
    newer: usize,
    older: usize,
}

/// Flows by their end points. Looking one up makes it the most recently used; all operations take constant time.
#[derive(Debug)]
pub(super) struct Flows<T> {
    map: Map<Key, usize>,
    slots: Vec<Slot<T>>,
    /// Flows that nobody has shown interest in, and those that somebody has.
    unwanted: List,
    wanted: List,
    limit: usize,
}

/// The ends of a list through the slots.
#[derive(Clone, Copy, Debug)]
struct List {
    newest: usize,
    oldest: usize,
}

const EMPTY: List = List { newest: NONE, oldest: NONE };

impl<T> Flows<T> {
    /// A table of at most `limit` flows, at least one.
    pub(super) fn new(limit: usize) -> Self {
        Flows { map: Map::default(), slots: Vec::new(), unwanted: EMPTY, wanted: EMPTY, limit: limit.max(1) }
    }

    /// The place of a flow, if it is known, for [`Flows::at`]. Good until the next insertion.
    pub(super) fn find(&mut self, key: &Key) -> Option<usize> {
        let index = *self.map.get(key)?;
        if self.unwanted.newest != index && self.wanted.newest != index {
            self.unlink(index);
            self.link(index);
        }
        Some(index)
    }

    /// The flow at a place that [`Flows::find`] or [`Flows::insert`] told.
    pub(super) fn at(&mut self, index: usize) -> Option<&mut T> {
        self.slots.get_mut(index).map(|slot| &mut slot.flow)
    }

    /// Says whether a flow is of interest; a new one is not.
    pub(super) fn want(&mut self, index: usize, wanted: bool) {
        if self.slots.get(index).is_some_and(|slot| slot.wanted != wanted) {
            self.unlink(index);
            if let Some(slot) = self.slots.get_mut(index) {
                slot.wanted = wanted;
            }
            self.link(index);
        }
    }

    /// Puts in a flow that is not known yet; returns its place and the flow that had to go for it.
    pub(super) fn insert(&mut self, key: Key, flow: T) -> (usize, Option<(Key, T)>) {
        let old = if self.slots.len() < self.limit {
            None
        } else {
            let index = if self.unwanted.oldest == NONE { self.wanted.oldest } else { self.unwanted.oldest };
            self.unlink(index);
            self.slots.get_mut(index).map(|slot| (index, slot))
        };
        let (index, old) = match old {
            Some((index, slot)) => {
                slot.wanted = false;
                let old = (std::mem::replace(&mut slot.key, key), std::mem::replace(&mut slot.flow, flow));
                self.map.remove(&old.0);
                (index, Some(old))
            }
            None => {
                self.slots.push(Slot { key, flow, wanted: false, newer: NONE, older: NONE });
                (self.slots.len() - 1, None)
            }
        };
        self.map.insert(key, index);
        self.link(index);
        (index, old)
    }

    /// Takes out everything, in no order.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (Key, T)> {
        self.map.clear();
        (self.unwanted, self.wanted) = (EMPTY, EMPTY);
        std::mem::take(&mut self.slots).into_iter().map(|slot| (slot.key, slot.flow))
    }

    fn unlink(&mut self, index: usize) {
        let Some(&Slot { newer, older, wanted, .. }) = self.slots.get(index) else { return };
        let list = if wanted { &mut self.wanted } else { &mut self.unwanted };
        match self.slots.get_mut(newer) {
            Some(slot) => slot.older = older,
            None => list.newest = older,
        }
        match self.slots.get_mut(older) {
            Some(slot) => slot.newer = newer,
            None => list.oldest = newer,
        }
    }

    /// Puts an unlinked slot in front of its list.
    fn link(&mut self, index: usize) {
        let Some(slot) = self.slots.get_mut(index) else { return };
        let list = if slot.wanted { &mut self.wanted } else { &mut self.unwanted };
        slot.older = list.newest;
        slot.newer = NONE;
        if list.oldest == NONE {
            list.oldest = index;
        }
        let before = std::mem::replace(&mut list.newest, index);
        if let Some(slot) = self.slots.get_mut(before) {
            slot.newer = index;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u16) -> Key {
        Key::new(SocketAddr::from(([10, 0, 0, 1], n)), SocketAddr::from(([10, 0, 0, 2], 1))).0
    }

    impl<T> Flows<T> {
        fn get(&mut self, key: &Key) -> Option<&mut T> {
            let index = self.find(key)?;
            self.at(index)
        }
        fn put(&mut self, key: Key, flow: T) -> Option<(Key, T)> {
            let (index, old) = self.insert(key, flow);
            assert_eq!(self.find(&key), Some(index));
            old
        }
    }

    #[test]
    fn both_directions_are_one_flow() {
        let a = "10.0.0.9:5".parse().unwrap();
        let b = "10.0.0.10:4".parse().unwrap();
        assert_eq!(Key::new(a, b).0, Key::new(b, a).0);
        assert_ne!(Key::new(a, b).1, Key::new(b, a).1);
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let mut flows = Flows::new(3);
        for n in 0..3 {
            assert!(flows.put(key(n), n).is_none());
        }
        assert_eq!(flows.get(&key(0)), Some(&mut 0));
        assert_eq!(flows.put(key(3), 3), Some((key(1), 1)));
        assert_eq!(flows.put(key(4), 4), Some((key(2), 2)));
        assert_eq!(flows.get(&key(0)), Some(&mut 0));
        assert_eq!(flows.put(key(5), 5), Some((key(3), 3)));
        assert_eq!(flows.get(&key(1)), None);
        assert_eq!(flows.drain().count(), 3);
        assert!(flows.get(&key(0)).is_none());
    }

    #[test]
    fn flows_of_interest_stay_longer() {
        let mut flows = Flows::new(4);
        for n in 0..4 {
            flows.put(key(n), n);
        }
        for n in 0..2 {
            let index = flows.find(&key(n)).unwrap();
            flows.want(index, true);
            flows.want(index, true);
        }
        for n in 4..1000 {
            assert!(!matches!(flows.put(key(n), n), Some((_, 0 | 1))));
        }
        let index = flows.find(&key(0)).unwrap();
        flows.want(index, false);
        assert_eq!(flows.put(key(1000), 0), Some((key(998), 998)));
        assert_eq!(flows.put(key(1001), 0), Some((key(999), 999)));
        assert_eq!(flows.put(key(1002), 0), Some((key(0), 0)));
        let mut all = Flows::new(2);
        for n in 0..5 {
            all.put(key(n), n);
            let index = all.find(&key(n)).unwrap();
            all.want(index, true);
        }
        assert_eq!(all.drain().count(), 2);
    }

    #[test]
    fn a_table_of_one() {
        let mut flows = Flows::new(0);
        assert!(flows.put(key(0), 0).is_none());
        assert_eq!(flows.put(key(1), 1), Some((key(0), 0)));
        assert_eq!(flows.put(key(2), 2), Some((key(1), 1)));
        assert_eq!(flows.get(&key(2)), Some(&mut 2));
    }
}
