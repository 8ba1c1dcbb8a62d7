//! What printers show of a record beside its values.

use super::kind::Kind;
use super::notify::Asked;
use super::tracker::{Seen, Tracker};
use crate::ndr::names::{HandleName, HandleNames};
use crate::ndr::sink::ContextHandle;
use crate::ndr::types::{Field, Flow};

/// The names of a record's handles, and what its notifications were asked for.
#[derive(Clone, Copy, Debug)]
pub struct View<'t> {
    tracker: &'t Tracker,
    seen: &'t Seen,
}

impl<'t> View<'t> {
    pub(super) fn new(tracker: &'t Tracker, seen: &'t Seen) -> Self {
        View { tracker, seen }
    }

    /// The calls that asked for the notifications which the record delivers.
    pub fn asked(&self) -> &'t [Asked] {
        &self.seen.asked
    }
}

impl HandleNames for View<'_> {
    fn lookup(&self, field: &Field, handle: ContextHandle) -> Option<HandleName<'_>> {
        // What the tracker has just looked up need not be looked up again. A handle that goes both ways is another matter:
        // what the request used is closed by the response.
        let used = match field.flow {
            Flow::InOut => None,
            _ => self.seen.objects.iter().find(|used| core::ptr::eq(used.field, field) && used.handle == handle),
        };
        let mut name = match used {
            Some(used) => used.resolved.as_printed(),
            None => self.tracker.handle_name(self.seen, Kind::of_idl(field.idl), handle),
        };
        if !matches!(field.flow, Flow::Out | Flow::Return) {
            name.access = None;
        }
        Some(name)
    }
}
