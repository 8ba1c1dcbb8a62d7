//! Calls that wait for their answer, by call identifier, bounded.

use crate::base::hash::Map;
use crate::rpc::event::Call;
use crate::rpc::limits::Counters;
use alloc::collections::VecDeque;
use core::hash::Hash;

/// What the receiver's note on a call may hold beside itself, bytes.
const NOTE: usize = 192;

/// Calls kept whose identifier was used again on another presentation context.
const DOUBLED: usize = 64;

/// Pending calls; `K` identifies a call on its association.
#[derive(Debug)]
pub(crate) struct Calls<K, N> {
    /// The call made last, with its age, as long as it waits: most are answered before the next one is made. Its key is
    /// not among the others.
    latest: Option<(K, u64, Call<N>)>,
    /// Those before it.
    calls: Map<K, (u64, Call<N>)>,
    /// Ages and keys, oldest first, for eviction; those of calls that were answered are left in it for a while.
    ages: VecDeque<(u64, K)>,
    next: u64,
    /// Calls whose identifier was used again on another presentation context while they waited, oldest first.
    doubled: VecDeque<(K, Call<N>)>,
    /// What the tables behind `calls` and `doubled` take, bytes, when they were largest: what a table says of its room leaves
    /// out places that deletions have spoiled.
    tables: (usize, usize),
}

impl<K: Copy + Eq + Hash, N> Calls<K, N> {
    pub(crate) fn new() -> Self {
        Calls {
            latest: None,
            calls: Map::default(),
            ages: VecDeque::new(),
            next: 0,
            doubled: VecDeque::new(),
            tables: (0, 0),
        }
    }

    /// Adds a call; whether one of the same identifier was still waiting, and the call in its place.
    #[inline(always)]
    pub(crate) fn insert(
        &mut self,
        key: K,
        call: Call<N>,
        limit: usize,
        counters: &mut Counters,
    ) -> (bool, Option<&mut Call<N>>) {
        if self.latest.is_some() || !self.calls.is_empty() {
            return self.insert_beside(key, call, limit, counters);
        }
        // No other waits.
        let age = self.next;
        self.next += 1;
        self.latest = Some((key, age, call));
        (false, self.latest.as_mut().map(|(_, _, call)| call))
    }

    /// The same where others wait.
    #[inline(never)]
    fn insert_beside(
        &mut self,
        key: K,
        call: Call<N>,
        limit: usize,
        counters: &mut Counters,
    ) -> (bool, Option<&mut Call<N>>) {
        let age = self.next;
        self.next += 1;
        let before = match self.latest.take() {
            Some((own, _, before)) if own == key => Some(before),
            Some((earlier, age, call)) => {
                self.calls.insert(earlier, (age, call));
                // A table is full at seven eighths (three of four where it is smallest).
                let room = (self.calls.capacity() * 8).div_ceil(7);
                self.tables.0 = self.tables.0.max(room * (size_of::<(K, (u64, Call<N>))>() + 1));
                self.ages.push_back((age, earlier));
                self.calls.remove(&key).map(|(_, before)| before)
            }
            None => self.calls.remove(&key).map(|(_, before)| before),
        };
        let replaced = before.is_some();
        if let Some(before) = before {
            self.double(key, before, call.context_id, counters);
        }
        // One is the latest, which stays.
        while self.calls.len() >= limit.max(1) {
            let Some((age, oldest)) = self.ages.pop_front() else { break };
            if self.calls.get(&oldest).is_some_and(|(own, _)| *own == age) {
                self.calls.remove(&oldest);
                counters.calls_evicted += 1;
            }
        }
        if self.ages.len() > 2 * self.calls.len() + 32 {
            let calls = &self.calls;
            self.ages.retain(|(age, key)| calls.get(key).is_some_and(|(own, _)| own == age));
        }
        let (_, _, call) = self.latest.insert((key, age, call));
        (replaced, Some(call))
    }

    /// A call whose identifier is used again: on another presentation context both may be answered.
    #[cold]
    fn double(&mut self, key: K, before: Call<N>, context_id: u16, counters: &mut Counters) {
        if before.context_id == context_id {
            counters.calls_replaced += 1;
            return;
        }
        self.doubled.push_back((key, before));
        self.tables.1 = self.doubled.capacity() * (size_of::<(K, Call<N>)>() + NOTE);
        if self.doubled.len() > DOUBLED {
            self.doubled.pop_front();
            counters.calls_evicted += 1;
        }
    }

    /// Roughly what is held, bytes.
    #[inline]
    pub(crate) fn cost(&self) -> usize {
        let (calls, doubled) = self.tables;
        // An age costs a share of a node.
        calls + doubled + (self.calls.len() + usize::from(self.latest.is_some())) * (3 * size_of::<(u64, K)>() + NOTE)
    }

    /// The call made last, if it has this key and still waits.
    #[inline]
    pub(crate) fn latest(&mut self, key: K) -> Option<&mut Call<N>> {
        self.latest.as_mut().filter(|(own, ..)| *own == key).map(|(_, _, call)| call)
    }

    /// The call made last was answered.
    #[inline]
    pub(crate) fn forget_latest(&mut self) {
        self.latest = None;
    }

    pub(crate) fn get(&mut self, key: K) -> Option<&mut Call<N>> {
        match &mut self.latest {
            Some((own, _, call)) if *own == key => Some(call),
            _ => self.calls.get_mut(&key).map(|(_, call)| call),
        }
    }

    /// Whether a call of this key waits, but for one in whose place another was made.
    #[inline]
    pub(crate) fn has(&self, key: K) -> bool {
        match &self.latest {
            Some((own, ..)) if *own == key => true,
            _ => !self.calls.is_empty() && self.calls.contains_key(&key),
        }
    }

    /// Whether a call of this key waits.
    pub(crate) fn waits(&self, key: K) -> bool {
        self.latest.as_ref().is_some_and(|(own, ..)| *own == key)
            || self.calls.contains_key(&key)
            || self.doubled.iter().any(|(own, _)| *own == key)
    }

    /// Takes the call that an answer on this presentation context belongs to: the one made there, or else the latest of
    /// that key.
    pub(crate) fn answer(&mut self, key: K, context_id: u16) -> Option<Call<N>> {
        if !self.doubled.is_empty() {
            crate::base::work::tick(self.doubled.len());
            let elsewhere = self.get(key).is_none_or(|call| call.context_id != context_id);
            let same = |(own, call): &(K, Call<N>)| *own == key && call.context_id == context_id;
            let alone = self.get(key).is_none();
            let at = self
                .doubled
                .iter()
                .position(same)
                .or_else(|| if alone { self.doubled.iter().rposition(|(own, _)| *own == key) } else { None });
            if let Some(at) = at.filter(|_| elsewhere) {
                return self.doubled.remove(at).map(|(_, call)| call);
            }
        }
        if self.latest.as_ref().is_some_and(|(own, ..)| *own == key) {
            return self.latest.take().map(|(_, _, call)| call);
        }
        self.calls.remove(&key).map(|(_, call)| call)
    }
}
