//! What the associations of a run share: the keys, and the handshakes that went by.

use alloc::sync::Arc;
#[cfg(feature = "decrypt")]
use core::sync::atomic::{AtomicU64, Ordering};
#[cfg(feature = "decrypt")]
use std::sync::Mutex;

use super::association::SecurityLimits;
use super::keys::KeyStore;
#[cfg(feature = "decrypt")]
use crate::base::bounded::Bounded;

/// What identifies a handshake: a digest of what its client can have made only once.
#[cfg(feature = "decrypt")]
pub(crate) type Fingerprint = [u8; 16];

/// What the associations of a run share. A handshake whose session was seen on one of them is known on the others: who
/// records a session and plays it again on another connection makes nothing that is verified.
pub struct Run {
    pub(crate) keys: Arc<KeyStore>,
    /// By handshake the association that it was first seen on.
    #[cfg(feature = "decrypt")]
    handshakes: Mutex<Bounded<Fingerprint, u64>>,
    #[cfg(feature = "decrypt")]
    associations: AtomicU64,
}

impl core::fmt::Debug for Run {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Run").field("keys", &self.keys).finish_non_exhaustive()
    }
}

impl Run {
    /// A run that opens what `keys` open and remembers at most [`SecurityLimits::handshakes`] handshakes.
    #[cfg_attr(not(feature = "decrypt"), allow(unused_variables, reason = "nothing is remembered without decryption"))]
    pub fn new(keys: Arc<KeyStore>, limits: SecurityLimits) -> Self {
        Run {
            keys,
            #[cfg(feature = "decrypt")]
            handshakes: Mutex::new(Bounded::new(limits.handshakes)),
            #[cfg(feature = "decrypt")]
            associations: AtomicU64::new(0),
        }
    }

    /// The keys.
    pub fn keys(&self) -> &KeyStore {
        &self.keys
    }

    /// Handshakes that were forgotten because there were more than [`SecurityLimits::handshakes`]: a session that repeats one of
    /// them goes unnoticed.
    pub fn handshakes_forgotten(&self) -> u64 {
        #[cfg(feature = "decrypt")]
        return self.handshakes.lock().map_or(0, |handshakes| handshakes.dropped());
        #[cfg(not(feature = "decrypt"))]
        return 0;
    }

    /// The number of a new association.
    #[cfg(feature = "decrypt")]
    pub(crate) fn association(&self) -> u64 {
        self.associations.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether another association had this handshake before.
    #[cfg(feature = "decrypt")]
    pub(crate) fn is_repeated(&self, handshake: Fingerprint, association: u64) -> bool {
        let Ok(mut handshakes) = self.handshakes.lock() else { return false };
        *handshakes.get_or_insert(handshake, || association).0 != association
    }
}
