//! What is known of packets by their frame number, for those who print messages later than packets are read.

use super::origin::PacketOrigin;
use crate::base::bounded::Bounded;
use crate::base::bounds;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Where the packets read lately come from, by frame. Clones share what they know.
#[derive(Clone, Debug)]
pub struct PacketOrigins(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Whether anything was ever known: captures of most kinds tell nothing, and then nobody has to lock.
    any: AtomicBool,
    known: Mutex<Bounded<u64, Arc<PacketOrigin>>>,
}

impl Default for PacketOrigins {
    fn default() -> Self {
        PacketOrigins(Arc::new(Shared {
            any: AtomicBool::new(false),
            known: Mutex::new(Bounded::new(bounds::TRACE_ORIGINS)),
        }))
    }
}

impl PacketOrigins {
    /// Where a packet comes from; `None` for packets of captures that don't tell, and for those read too long ago.
    #[must_use]
    pub fn get(&self, frame: u64) -> Option<Arc<PacketOrigin>> {
        if !self.0.any.load(Ordering::Acquire) {
            return None;
        }
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner).peek(&frame).cloned()
    }

    pub(super) fn insert(&self, frame: u64, origin: Arc<PacketOrigin>) {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner).insert(frame, origin);
        self.0.any.store(true, Ordering::Release);
    }
}
