//! The table of bounded size that keeps state of what a capture names.

/// A table of bounded size that forgets what was used least recently.
#[derive(Debug)]
pub struct Bounded<K: core::hash::Hash + Eq, V> {
    table: lru::LruCache<K, V>,
    limit: usize,
    dropped: u64,
}

impl<K: core::hash::Hash + Eq, V> Bounded<K, V> {
    /// A table of at most `limit` entries, one at least.
    pub fn new(limit: usize) -> Self {
        // Room is made as it is needed, not at once.
        Bounded { table: lru::LruCache::unbounded(), limit: limit.max(1), dropped: 0 }
    }

    /// Adds or replaces; hands back what had to go for it.
    pub fn insert(&mut self, key: K, value: V) -> Option<(K, V)> {
        self.table.put(key, value);
        if self.table.len() <= self.limit {
            return None;
        }
        self.dropped += 1;
        self.table.pop_lru()
    }

    /// What is there under the key, made if need be, and whether something had to go for it.
    pub fn get_or_insert(&mut self, key: K, make: impl FnOnce() -> V) -> (&mut V, bool) {
        let full = self.table.len() >= self.limit && !self.table.contains(&key);
        if full {
            self.dropped += 1;
            self.table.pop_lru();
        }
        (self.table.get_or_insert_mut(key, make), full)
    }

    /// How often something had to go.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// What is there under the key, which counts as a use.
    pub fn get(&mut self, key: &K) -> Option<&mut V> {
        self.table.get_mut(key)
    }

    /// What is there under the key, which does not count as a use.
    pub fn peek(&self, key: &K) -> Option<&V> {
        self.table.peek(key)
    }

    /// Every entry, the most recently used first.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.table.iter()
    }

    /// Takes out what is there under the key.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.table.pop(key)
    }

    /// Everything, the least recently used first.
    pub fn drain(&mut self) -> impl Iterator<Item = (K, V)> + '_ {
        core::iter::from_fn(|| self.table.pop_lru())
    }

    /// How much is in it.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }
}
