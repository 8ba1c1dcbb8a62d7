//! The flow table: a bounded map from pairs of end points to flows.
//!
//! When it is full, the least recently used flow goes, but first among those that nobody has shown interest in: a port
//! scan must not push out the connections that matter. Which is the least recently used one is known to an eighth of the
//! limit: so far in front a flow is not moved again each time that it is used.

use super::checksum;
use crate::base::hash::Map;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4};

/// A pair of end points, the same for both directions. Ends are numbers that sort as [`SocketAddr`]s do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// The lower end and the higher one, address before port in 48 bits.
    V4(u64, u64),
    /// The same of 128 bits of address.
    V6(End, End),
}

/// Address, upper half first, and port.
type End = (u64, u64, u16);

fn v4(ip: Ipv4Addr, port: u16) -> u64 {
    u64::from(ip.to_bits()) << 16 | u64::from(port)
}

fn v6(end: SocketAddr) -> End {
    let ip = match end.ip() {
        // A packet has both ends of one kind, so that this isn't met.
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    };
    let bits = ip.to_bits();
    ((bits >> 64) as u64, bits as u64, end.port())
}

impl Key {
    /// The key, and whether the sender is its lower end.
    pub(super) fn new(src: SocketAddr, dst: SocketAddr) -> (Key, bool) {
        match (src.ip(), dst.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => Key::of_v4((from, src.port()), (to, dst.port())),
            _ => {
                let (src, dst) = (v6(src), v6(dst));
                if src <= dst { (Key::V6(src, dst), true) } else { (Key::V6(dst, src), false) }
            }
        }
    }

    /// The same for the ends of an IPv4 packet.
    #[inline]
    pub(super) fn of_v4(src: (Ipv4Addr, u16), dst: (Ipv4Addr, u16)) -> (Key, bool) {
        let (src, dst) = (v4(src.0, src.1), v4(dst.0, dst.1));
        if src <= dst { (Key::V4(src, dst), true) } else { (Key::V4(dst, src), false) }
    }

    /// Both ends, the lower one first.
    pub(super) fn ends(&self) -> (SocketAddr, SocketAddr) {
        self.ends_from(true)
    }

    /// Sender and receiver, where the sender is the lower end or the higher one.
    #[inline(always)]
    pub(super) fn ends_from(&self, from_low: bool) -> (SocketAddr, SocketAddr) {
        match self.v4_ends_from(from_low) {
            Some((src, dst)) => (SocketAddr::V4(src), SocketAddr::V4(dst)),
            None => self.v6_ends_from(from_low),
        }
    }

    /// The same of IPv4 alone.
    #[inline(always)]
    pub(super) fn v4_ends_from(&self, from_low: bool) -> Option<(SocketAddrV4, SocketAddrV4)> {
        let Key::V4(low, high) = *self else { return None };
        let (src, dst) = if from_low { (low, high) } else { (high, low) };
        let v4 = |end: u64| SocketAddrV4::new(Ipv4Addr::from_bits((end >> 16) as u32), end as u16);
        Some((v4(src), v4(dst)))
    }

    /// The same of IPv6, out of line.
    #[inline(never)]
    fn v6_ends_from(&self, from_low: bool) -> (SocketAddr, SocketAddr) {
        let v6 = |(upper, lower, port): End| {
            SocketAddr::from((Ipv6Addr::from_bits(u128::from(upper) << 64 | u128::from(lower)), port))
        };
        match *self {
            Key::V6(low, high) => {
                let (src, dst) = if from_low { (low, high) } else { (high, low) };
                (v6(src), v6(dst))
            }
            // Not met here.
            Key::V4(low, high) => (v6((0, low, 0)), v6((0, high, 0))),
        }
    }
}

impl Key {
    /// The addresses' part of a checksum.
    #[inline]
    pub(super) fn addresses(&self) -> u64 {
        match *self {
            Key::V4(low, high) => checksum::v4_addresses((low >> 16) as u32, (high >> 16) as u32),
            Key::V6(..) => {
                let (low, high) = self.ends();
                checksum::addresses(low.ip(), high.ip())
            }
        }
    }
}

impl Hash for Key {
    /// Feeds whole words, which costs a hasher much less than the fields one by one.
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Key::V4(low, high) => {
                state.write_u64(*low);
                state.write_u64(*high);
            }
            Key::V6(low, high) => {
                for word in [low.0, low.1, high.0, high.1] {
                    state.write_u64(word);
                }
                state.write_u32(u32::from(low.2) << 16 | u32::from(high.2));
            }
        }
    }
}

impl Key {
    /// A place among [`Flows::near`].
    #[inline(always)]
    fn place(&self) -> usize {
        let mixed = match *self {
            Key::V4(low, high) => low ^ high.rotate_left(32),
            Key::V6(low, high) => low.1 ^ high.1.rotate_left(32) ^ u64::from(low.2) ^ u64::from(high.2) << 16,
        };
        // The upper bits of a product depend on all of its factors' bits.
        (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - NEAR.ilog2())) as usize
    }
}

/// No slot.
const NONE: usize = usize::MAX;

/// Flows that are found without the map.
const NEAR: usize = 256;

/// A flow that was put in front of its list so recently that no more than this share of the limit was put there since stays
/// where it is.
const LENIENT: usize = 8;

#[derive(Debug)]
struct Slot<T> {
    key: Key,
    flow: T,
    /// Which list it is in.
    wanted: bool,
    newer: usize,
    older: usize,
    /// [`Flows::turns`] when it was put in front of its list.
    turn: u64,
}

/// Flows by their end points. Looking one up makes it one of the most recently used; all operations take constant time.
#[derive(Debug)]
pub(super) struct Flows<T> {
    map: Map<Key, usize>,
    slots: Vec<Slot<T>>,
    /// Flows that nobody has shown interest in, and those that somebody has.
    unwanted: List,
    wanted: List,
    limit: usize,
    /// Where the flows stand that were looked up last, by [`Key::place`]: a cache of the map, which nothing depends on.
    near: [usize; NEAR],
    /// How often a flow was put in front of a list.
    turns: u64,
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
        Flows {
            map: Map::default(),
            slots: Vec::new(),
            unwanted: EMPTY,
            wanted: EMPTY,
            limit: limit.max(1),
            near: [NONE; NEAR],
            turns: 0,
        }
    }

    /// The place of a flow, if it is known, for [`Flows::at`]. Good until the next insertion.
    #[inline]
    pub(super) fn find(&mut self, key: &Key) -> Option<usize> {
        let place = key.place();
        let near = self.near.get(place).copied().unwrap_or(NONE);
        let (index, turn) = match self.slots.get(near) {
            Some(slot) if slot.key == *key => (near, slot.turn),
            _ => self.search(key, place)?,
        };
        if self.turns - turn > (self.limit / LENIENT) as u64 {
            self.unlink(index);
            self.link(index);
        }
        Some(index)
    }

    #[inline(never)]
    fn search(&mut self, key: &Key, place: usize) -> Option<(usize, u64)> {
        let index = *self.map.get(key)?;
        if let Some(near) = self.near.get_mut(place) {
            *near = index;
        }
        Some((index, self.slots.get(index)?.turn))
    }

    /// The flow at a place that [`Flows::find`] or [`Flows::insert`] told.
    #[inline]
    pub(super) fn at(&mut self, index: usize) -> Option<&mut T> {
        self.slots.get_mut(index).map(|slot| &mut slot.flow)
    }

    /// All flows, in no order.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.slots.iter_mut().map(|slot| &mut slot.flow)
    }

    /// Says whether a flow is of interest; a new one is not.
    #[inline]
    pub(super) fn want(&mut self, index: usize, wanted: bool) {
        if self.slots.get(index).is_some_and(|slot| slot.wanted != wanted) {
            self.turn(index, wanted);
        }
    }

    /// Puts a flow into the other list.
    #[cold]
    fn turn(&mut self, index: usize, wanted: bool) {
        self.unlink(index);
        if let Some(slot) = self.slots.get_mut(index) {
            slot.wanted = wanted;
        }
        self.link(index);
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
                self.slots.push(Slot { key, flow, wanted: false, newer: NONE, older: NONE, turn: 0 });
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
        self.turns += 1;
        slot.turn = self.turns;
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
    fn keys_sort_as_addresses_do() {
        let ends = ["0.0.0.0:0", "10.0.0.9:65535", "10.0.0.10:4", "255.0.0.1:1", "[::1]:9", "[::2]:0", "[fe80::1]:7"];
        let ends: Vec<SocketAddr> = ends.iter().map(|end| end.parse().unwrap()).collect();
        for a in &ends {
            for b in ends.iter().filter(|b| b.is_ipv4() == a.is_ipv4()) {
                let (key, from_low) = Key::new(*a, *b);
                assert_eq!(from_low, a <= b);
                assert_eq!(key.ends(), (*a.min(b), *a.max(b)));
            }
        }
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
