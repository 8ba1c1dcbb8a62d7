//! The table of context handles.
//!
//! A handle is good within its association: the table's key is the association and the handle's bytes, since servers
//! may give the same bytes to two clients.

use super::object_kind::ObjectKind;
use super::{Bounded, Counters};
use crate::ndr::names::HandleName;
use crate::ndr::visitor::ContextHandle;
use smol_str::SmolStr;

/// An association as the tracker counts them: connections that joined the same association group share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope(pub u64);

/// How the use of a handle stands to what the capture shows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Its opening was seen, its closing was not.
    Open,
    /// It was closed before, by the call of this frame.
    Closed(u64),
    /// It was opened in another association only.
    OtherAssociation,
    /// Its opening is not in the capture.
    BeforeCapture,
    /// Its opening is not in the capture, or was forgotten for a limit.
    Unknown,
    /// It is open, but the parameter takes another kind of handle.
    WrongKind,
}

impl State {
    /// The word that records show; an open handle needs none.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            State::Open => None,
            State::Closed(_) => Some("closed"),
            State::OtherAssociation => Some("other_association"),
            State::BeforeCapture => Some("before_capture"),
            State::Unknown => Some("unknown"),
            State::WrongKind => Some("wrong_kind"),
        }
    }
}

/// What a handle stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// ObjectKind of the object.
    pub kind: ObjectKind,
    /// Name or path; of one whose opening was not seen, as far as anything else told it.
    pub name: Option<SmolStr>,
    /// Frame of the request that opened it, of the response where the request was lost.
    pub opened: Option<u64>,
    /// Access granted, where the capture tells.
    pub access: Option<u32>,
    /// Whether it may be used as it was.
    pub state: State,
}

impl Resolved {
    /// As the printers want it.
    pub(super) fn as_printed(&self) -> HandleName<'_> {
        HandleName {
            kind: self.kind.name(),
            name: self.name.as_deref(),
            opened: self.opened,
            state: self.state.name(),
            access: self.access,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) kind: ObjectKind,
    pub(super) name: Option<SmolStr>,
    /// `None` for handles that were met without an opening.
    pub(super) opened: Option<u64>,
    pub(super) access: Option<u32>,
    pub(super) closed: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Handles {
    table: Bounded<(Scope, ContextHandle), Entry>,
    /// Where a handle's bytes were opened last, whatever the association.
    anywhere: Bounded<ContextHandle, Scope>,
}

impl Handles {
    pub(super) fn new(limit: usize) -> Self {
        Handles { table: Bounded::new(limit), anywhere: Bounded::new(limit) }
    }

    pub(super) fn open(&mut self, scope: Scope, handle: ContextHandle, entry: Entry, counters: &mut Counters) {
        self.insert(scope, handle, entry, counters);
        self.anywhere.insert(handle, scope);
    }

    fn insert(&mut self, scope: Scope, handle: ContextHandle, entry: Entry, counters: &mut Counters) {
        match self.table.insert((scope, handle), entry) {
            Some((_, Entry { closed: None, .. })) => counters.handles_forgotten += 1,
            Some(_) => counters.closed_handles_forgotten += 1,
            None => {}
        }
    }

    /// The entry of a handle that is in use, made if this is the first that is seen of it.
    pub(super) fn entry(&mut self, scope: Scope, handle: ContextHandle) -> Option<&mut Entry> {
        self.table.get(&(scope, handle))
    }

    /// What a handle of a request stands for, see [`Handles::resolve`]. One whose opening was not seen is remembered, so
    /// that what is learnt of it later finds a place.
    pub(super) fn meet(
        &mut self,
        scope: Scope,
        handle: ContextHandle,
        wanted: ObjectKind,
        counters: &mut Counters,
    ) -> Resolved {
        let found = self.find(scope, handle, wanted, counters.forgotten());
        if found.0.is_some() {
            return resolved(found, wanted);
        }
        let entry = Entry { kind: wanted, name: None, opened: None, access: None, closed: None };
        self.insert(scope, handle, entry, counters);
        self.resolve(scope, handle, wanted, counters.forgotten())
    }

    /// What is known of a handle where a parameter takes handles of the kind `wanted`, and how its use stands to that.
    fn find(
        &self,
        scope: Scope,
        handle: ContextHandle,
        wanted: ObjectKind,
        forgotten: bool,
    ) -> (Option<&Entry>, State) {
        let unseen = if forgotten { State::Unknown } else { State::BeforeCapture };
        if let Some(entry) = self.table.peek(&(scope, handle)) {
            let state = match (entry.closed, entry.opened) {
                (Some(frame), _) => State::Closed(frame),
                (None, None) => unseen,
                (None, Some(_)) if !entry.kind.fits(wanted) => State::WrongKind,
                (None, Some(_)) => State::Open,
            };
            return (Some(entry), state);
        }
        let other = self.anywhere.peek(&handle).and_then(|scope| self.table.peek(&(*scope, handle)));
        (other, if other.is_some() { State::OtherAssociation } else { unseen })
    }

    /// What a handle stands for where a parameter takes handles of the kind `wanted`.
    pub(super) fn resolve(&self, scope: Scope, handle: ContextHandle, wanted: ObjectKind, forgotten: bool) -> Resolved {
        resolved(self.find(scope, handle, wanted, forgotten), wanted)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }
}

/// What was found in a copy.
fn resolved((entry, state): (Option<&Entry>, State), wanted: ObjectKind) -> Resolved {
    match entry {
        Some(Entry { kind, name, opened, access, .. }) => {
            Resolved { kind: *kind, name: name.clone(), opened: *opened, access: *access, state }
        }
        None => Resolved { kind: wanted, name: None, opened: None, access: None, state },
    }
}
