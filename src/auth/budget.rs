//! How much searching a run may do: keys tried on a ticket or a response that names none, places tried in a key stream,
//! keys made of passwords. The bytes of the capture pay for it, so that a small file can't buy long work.

use core::sync::atomic::{AtomicU64, Ordering};

use super::keys::Kind;

/// Work that a run may spend on searches. A unit is a byte hashed or decrypted, some nanoseconds.
pub(crate) struct Budget {
    left: AtomicU64,
    /// Keys that may still be made of passwords, in 1/65536.
    derivations: AtomicU64,
    /// Searches that were cut short or not begun.
    refused: AtomicU64,
}

impl Budget {
    /// What a run may spend before it has read anything, in units.
    pub(crate) const START: u64 = crate::base::bounds::SEARCH_START;
    /// What each byte of a token or protected PDU adds, in units.
    pub(crate) const PER_BYTE: u64 = crate::base::bounds::SEARCH_WORK_PER_BYTE;
    /// The most that is saved up, in units.
    pub(crate) const MOST: u64 = crate::base::bounds::SEARCH_MOST;
    /// What each key given adds, in units.
    pub(crate) const A_KEY: u64 = 1 << 12;
    /// What each session key given adds, in units.
    pub(crate) const A_SESSION_KEY: u64 = 4 << 20;
    /// What a search may cost that looks for the session of a key that nothing proved yet, in units.
    pub(crate) const UNPROVED_SEARCH: u64 = 2 << 20;
    /// Keys that may be made of passwords before anything is read. What they take differs: [`Budget::ITERATIONS`] of
    /// string-to-key count as one.
    pub(crate) const DERIVATIONS: u64 = 8;
    /// What each password given adds to that: two keys of the slowest type.
    pub(crate) const A_PASSWORD: u64 = 16;
    /// Iterations that take some milliseconds (RFC 3962 4; RFC 8009 4 has eight times as many).
    pub(crate) const ITERATIONS: u64 = 4096;
    /// Bytes that pay for so many more.
    pub(crate) const BYTES_A_DERIVATION: u64 = 1 << 15;

    /// Bytes were read.
    pub(crate) fn earn(&self, bytes: usize) {
        let bytes = bytes as u64;
        let more = bytes.saturating_mul(Budget::PER_BYTE);
        let left = self.left.load(Ordering::Relaxed);
        self.left.store(left.saturating_add(more).min(Budget::MOST), Ordering::Relaxed);
        let derivations = self.derivations.load(Ordering::Relaxed);
        let more = (bytes << 16) / Budget::BYTES_A_DERIVATION;
        self.derivations.store(derivations.saturating_add(more), Ordering::Relaxed);
    }

    /// Spends so many units; `false` if there aren't as many left, and then none are spent.
    pub(crate) fn spend(&self, units: u64) -> bool {
        let left = self.left.load(Ordering::Relaxed);
        match left.checked_sub(units) {
            Some(rest) => {
                self.left.store(rest, Ordering::Relaxed);
                true
            }
            None => false,
        }
    }

    /// A key was given: whoever gives keys pays for trying each of them a few times; a password also for making keys of
    /// it, a session key for the search of its place in a session.
    pub(crate) fn given(&self, kind: Kind) {
        let units = if kind == Kind::Session { Budget::A_SESSION_KEY } else { Budget::A_KEY };
        self.left.fetch_add(units, Ordering::Relaxed);
        if kind == Kind::Password {
            self.derivations.fetch_add(Budget::A_PASSWORD << 16, Ordering::Relaxed);
        }
    }

    /// Takes leave to make one key of a password.
    pub(crate) fn derive(&self, iterations: u32) -> bool {
        let left = self.derivations.load(Ordering::Relaxed);
        let price = (u64::from(iterations) << 16) / Budget::ITERATIONS;
        match left.checked_sub(price) {
            Some(rest) => {
                self.derivations.store(rest, Ordering::Relaxed);
                true
            }
            None => false,
        }
    }

    /// Counts a search that was cut short.
    pub(crate) fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Searches that were cut short or not begun so far.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            left: AtomicU64::new(Budget::START),
            derivations: AtomicU64::new(Budget::DERIVATIONS << 16),
            refused: AtomicU64::new(0),
        }
    }
}

/// What one association may spend, and the run's budget behind it.
pub(crate) struct Purse<'a> {
    pub(crate) run: &'a Budget,
    /// Units left to the association.
    pub(crate) left: &'a mut u64,
}

impl Purse<'_> {
    /// Spends so many units of both; `false` if one of them hasn't got as many.
    pub(crate) fn spend(&mut self, units: u64) -> bool {
        match self.left.checked_sub(units) {
            Some(rest) if self.run.spend(units) => {
                *self.left = rest;
                true
            }
            _ => false,
        }
    }
}
