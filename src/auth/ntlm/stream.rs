//! An RC4 stream that can be looked into ahead of the position reached.

use alloc::vec::Vec;
use rc4::{KeyInit as _, Rc4, StreamCipher as _};
use zeroize::Zeroizing;

/// How much may stay made ahead between two messages, in bytes.
const AHEAD: usize = 4096;

/// Up to this position a stream is made anew from its key rather than kept ahead of it, in bytes.
pub(super) const REMAKE: u64 = 1 << 20;

/// A direction's RC4 handle. Bytes made but not yet used are kept, so that a guess at how far a lost segment moved the
/// stream costs nothing when it is wrong.
pub(crate) struct KeyStream {
    handle: Option<Rc4>,
    /// Bytes made; those before `start` are used up.
    ahead: Zeroizing<Vec<u8>>,
    start: usize,
    key: Zeroizing<Vec<u8>>,
    /// Bytes used up since the stream's start.
    used: u64,
}

impl KeyStream {
    /// A stream at its start. With an empty key there is none: nothing can be taken from it.
    pub(crate) fn new(key: &[u8]) -> Self {
        KeyStream {
            handle: Rc4::new_from_slice(key).ok(),
            ahead: Zeroizing::new(Vec::new()),
            start: 0,
            key: Zeroizing::new(key.to_vec()),
            used: 0,
        }
    }

    /// The next `n` bytes without using them up. `n` must be bounded by the caller's limits.
    pub(crate) fn peek(&mut self, n: usize) -> &[u8] {
        let have = self.ahead.len() - self.start;
        if n > have
            && let Some(handle) = &mut self.handle
        {
            if self.start > 0 {
                self.ahead.drain(..self.start);
                self.start = 0;
            }
            self.ahead.resize(n, 0);
            if let Some(fresh) = self.ahead.get_mut(have..) {
                handle.apply_keystream(fresh);
            }
        }
        self.ahead.get(self.start..self.start.saturating_add(n)).unwrap_or_default()
    }

    /// Uses up `n` bytes; no more than were peeked at.
    pub(crate) fn advance(&mut self, n: usize) {
        let n = n.min(self.ahead.len() - self.start);
        self.start += n;
        self.used = self.used.saturating_add(n as u64);
    }

    /// Bytes used up since the stream's start.
    pub(super) fn used(&self) -> u64 {
        self.used
    }

    /// Bytes held beside the stream itself.
    pub(crate) fn cost(&self) -> usize {
        self.ahead.capacity()
    }

    /// Gives back what a search made ahead, so that sessions that never open don't hold it. The handle can't go back, so
    /// a stream that is still near its start is made anew; one that got farther has opened PDUs, and keeps it.
    pub(crate) fn release(&mut self) {
        if self.ahead.len() - self.start <= AHEAD || self.used > REMAKE {
            return;
        }
        let Ok(mut handle) = Rc4::new_from_slice(&self.key) else { return };
        let mut scratch = Zeroizing::new([0; 256]);
        let mut left = self.used;
        while left > 0 {
            let step = usize::try_from(left).unwrap_or(usize::MAX).min(scratch.len());
            if let Some(part) = scratch.get_mut(..step) {
                handle.apply_keystream(part);
            }
            left -= step as u64;
        }
        (self.handle, self.ahead, self.start) = (Some(handle), Zeroizing::new(Vec::new()), 0);
    }
}
