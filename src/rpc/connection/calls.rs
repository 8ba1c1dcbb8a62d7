//! Calls that wait for their answer, by call identifier, bounded.

use crate::rpc::event::Call;
use crate::rpc::limits::Counters;
use alloc::collections::BTreeMap;
use core::hash::Hash;
use std::collections::HashMap;

/// What the receiver's note on a call may hold beside itself, octets.
const NOTE: usize = 192;

/// Pending calls; `K` identifies a call on its association.
#[derive(Debug)]
pub(crate) struct Calls<K, N> {
    calls: HashMap<K, (u64, Call<N>)>,
    /// Age to key, for eviction.
    ages: BTreeMap<u64, K>,
    next: u64,
}

impl<K: Copy + Eq + Hash, N> Calls<K, N> {
    pub(crate) fn new() -> Self {
        Calls { calls: HashMap::new(), ages: BTreeMap::new(), next: 0 }
    }

    /// Adds a call; whether one of the same identifier was still waiting, and the call in its place.
    pub(crate) fn insert(
        &mut self,
        key: K,
        call: Call<N>,
        limit: usize,
        counters: &mut Counters,
    ) -> (bool, Option<&mut Call<N>>) {
        let age = self.next;
        self.next += 1;
        let replaced = match self.calls.insert(key, (age, call)) {
            Some((old, _)) => {
                self.ages.remove(&old);
                counters.calls_replaced += 1;
                true
            }
            None => false,
        };
        self.ages.insert(age, key);
        while self.calls.len() > limit.max(1) {
            let Some((_, oldest)) = self.ages.pop_first() else { break };
            self.calls.remove(&oldest);
            counters.calls_evicted += 1;
        }
        (replaced, self.get(key))
    }

    /// Roughly what is held, octets.
    pub(crate) fn cost(&self) -> usize {
        // A table is full at seven eighths; an age costs a share of a node.
        let table = self.calls.capacity() / 7 * 8 * (size_of::<(K, (u64, Call<N>))>() + 1);
        table + self.calls.len() * (3 * size_of::<(u64, K)>() + NOTE)
    }

    pub(crate) fn get(&mut self, key: K) -> Option<&mut Call<N>> {
        self.calls.get_mut(&key).map(|(_, call)| call)
    }

    pub(crate) fn remove(&mut self, key: K) -> Option<Call<N>> {
        let (age, call) = self.calls.remove(&key)?;
        self.ages.remove(&age);
        Some(call)
    }
}
