//! What is remembered from message to message, all of it bounded.

use crate::analysis::handles::Scope;
use crate::ndr::Interface;
use crate::ndr::visitor::{ContextHandle, Guid};
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// A map that forgets what was entered first.
#[derive(Debug)]
pub(super) struct Bounded<K, V> {
    map: HashMap<K, (u64, V)>,
    ages: BTreeMap<u64, K>,
    next: u64,
    limit: usize,
    /// Entries that were given up for the limit.
    pub(super) evicted: u64,
}

impl<K: Hash + Eq + Copy, V> Bounded<K, V> {
    pub(super) fn new(limit: usize) -> Self {
        Bounded { map: HashMap::new(), ages: BTreeMap::new(), next: 0, limit: limit.max(1), evicted: 0 }
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.map.get(key).map(|(_, value)| value)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.map.iter().map(|(key, (_, value))| (key, value))
    }

    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.map.get_mut(key).map(|(_, value)| value)
    }

    /// Enters a value, in place of an earlier one.
    pub(super) fn insert(&mut self, key: K, value: V) {
        let age = self.next;
        self.next += 1;
        if let Some((old, _)) = self.map.insert(key, (age, value)) {
            self.ages.remove(&old);
        }
        self.ages.insert(age, key);
        if self.map.len() > self.limit
            && let Some((_, oldest)) = self.ages.pop_first()
        {
            self.map.remove(&oldest);
            self.evicted += 1;
        }
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        let (age, value) = self.map.remove(key)?;
        self.ages.remove(&age);
        Some(value)
    }

    pub(super) fn or_insert(&mut self, key: K, value: V) -> Option<&mut V> {
        if !self.map.contains_key(&key) {
            self.insert(key, value);
        }
        self.get_mut(&key)
    }
}

/// A context handle that a server returned.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenHandle {
    /// The type's name in the IDL: `HRES_RPC`.
    pub(super) kind: &'static str,
    /// The response that returned it.
    pub(super) frame: u64,
    /// The response that closed it.
    pub(super) closed: Option<u64>,
    pub(super) interface: &'static Interface,
    /// Place in [`Interface::versions`].
    pub(super) version: usize,
    /// `lpdwGrantedAccess`, where the method has one.
    pub(super) granted: Option<u32>,
    /// A notification port made by ApiCreateNotifyV2.
    pub(super) second_generation: bool,
    /// Everything that a first-generation port was asked to report.
    pub(super) filter: u64,
    /// The notification keys that a port was given.
    pub(super) keys: Keys,
}

/// The notification keys of a port: the first few, and whether there were more.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Keys {
    first: [u64; 8],
    given: usize,
}

impl Keys {
    /// A key is given.
    pub(super) fn give(&mut self, key: u64) {
        if self.given <= self.first.len() && !self.may_have(key) {
            if let Some(slot) = self.first.get_mut(self.given) {
                *slot = key;
            }
            self.given += 1;
        }
    }

    /// Whether the key was given, as far as they were kept.
    pub(super) fn may_have(&self, key: u64) -> bool {
        self.given > self.first.len() || self.first.iter().take(self.given).any(|given| *given == key)
    }
}

/// Context handles by association: connections that joined the same association group share them.
#[derive(Debug)]
pub(super) struct Handles(pub(super) Bounded<(Scope, Guid), OpenHandle>);

impl Handles {
    pub(super) fn get(&self, scope: Scope, handle: ContextHandle) -> Option<&OpenHandle> {
        self.0.get(&(scope, handle.uuid))
    }

    pub(super) fn get_mut(&mut self, scope: Scope, handle: ContextHandle) -> Option<&mut OpenHandle> {
        self.0.get_mut(&(scope, handle.uuid))
    }

    pub(super) fn open(&mut self, scope: Scope, handle: ContextHandle, opened: OpenHandle) {
        self.0.insert((scope, handle.uuid), opened);
    }

    pub(super) fn close(&mut self, scope: Scope, handle: ContextHandle, frame: u64) {
        if let Some(opened) = self.get_mut(scope, handle) {
            opened.closed = Some(frame);
        }
    }
}
