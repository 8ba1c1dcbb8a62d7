//! An RC4 stream that can be looked into ahead of the position reached.

use alloc::vec::Vec;
use rc4::{KeyInit as _, Rc4, StreamCipher as _};
use zeroize::Zeroizing;

/// A direction's RC4 handle. Octets made but not yet used are kept, so that a guess at how far a lost segment moved the
/// stream costs nothing when it is wrong.
pub(crate) struct KeyStream {
    handle: Option<Rc4>,
    /// Octets made; those before `start` are used up.
    ahead: Zeroizing<Vec<u8>>,
    start: usize,
}

impl KeyStream {
    /// A stream at its start. With an empty key there is none: nothing can be taken from it.
    pub(crate) fn new(key: &[u8]) -> Self {
        KeyStream { handle: Rc4::new_from_slice(key).ok(), ahead: Zeroizing::new(Vec::new()), start: 0 }
    }

    /// The next `n` octets without using them up. `n` must be bounded by the caller's limits.
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

    /// Uses up `n` octets; no more than were peeked at.
    pub(crate) fn advance(&mut self, n: usize) {
        self.start = self.start.saturating_add(n).min(self.ahead.len());
    }
}
