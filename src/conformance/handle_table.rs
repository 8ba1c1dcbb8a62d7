//! What is remembered from message to message, all of it bounded.

use crate::analysis::handles::Scope;
use crate::base::bounded::Bounded;
use crate::ndr::Interface;
use crate::ndr::visitor::{ContextHandle, Guid};

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
        self.0.peek(&(scope, handle.uuid))
    }

    pub(super) fn get_mut(&mut self, scope: Scope, handle: ContextHandle) -> Option<&mut OpenHandle> {
        self.0.get(&(scope, handle.uuid))
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
