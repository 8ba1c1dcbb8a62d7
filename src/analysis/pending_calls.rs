//! Requests that wait for their answer.

use super::Bounded;
use super::record_context::{CallKey, PendingCall};

/// Requests by their key, of which the one made longest ago gives way.
#[derive(Debug)]
pub(super) struct PendingCalls {
    /// The last one, as long as it waits: most are answered before the next one comes.
    latest: Option<(CallKey, Box<PendingCall>)>,
    /// Those before it.
    earlier: Bounded<CallKey, Box<PendingCall>>,
}

impl PendingCalls {
    /// For at most so many, and no fewer than two.
    pub(super) fn new(limit: usize) -> Self {
        PendingCalls { latest: None, earlier: Bounded::new(limit.saturating_sub(1)) }
    }

    /// Adds a request, in the place of one with the same key; hands back what had to go for it.
    pub(super) fn insert(&mut self, key: CallKey, pending: Box<PendingCall>) -> Option<(CallKey, Box<PendingCall>)> {
        let (before, asked) = self.latest.replace((key, pending))?;
        let (.., frame) = key;
        if before == key {
            return None;
        }
        // Keys have the frame of the request, so that only those of one frame can be the same.
        if before.3 == frame {
            self.earlier.remove(&key);
        }
        self.earlier.insert(before, asked)
    }

    pub(super) fn get(&mut self, key: &CallKey) -> Option<&mut PendingCall> {
        match &mut self.latest {
            Some((own, pending)) if own == key => Some(pending),
            _ => self.earlier.get(key).map(|pending| &mut **pending),
        }
    }

    pub(super) fn remove(&mut self, key: &CallKey) -> Option<Box<PendingCall>> {
        match &self.latest {
            Some((own, _)) if own == key => self.latest.take().map(|(_, pending)| pending),
            _ => self.earlier.remove(key),
        }
    }

    /// Everything, the oldest first.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (CallKey, Box<PendingCall>)> + '_ {
        self.earlier.drain().chain(self.latest.take())
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.earlier.len() + usize::from(self.latest.is_some())
    }
}
