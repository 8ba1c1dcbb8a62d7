//! What printers show of a record beside its values.

use super::notify::Subscription;
use super::record_context::RecordContext;
use crate::ndr::names::{HandleName, HandleNames};
use crate::ndr::types::{Field, Flow};
use crate::ndr::visitor::ContextHandle;

/// The names of a record's handles, and what its notifications were asked for.
#[derive(Clone, Copy, Debug)]
pub struct HandleAnnotations<'t> {
    seen: &'t RecordContext,
}

impl<'t> HandleAnnotations<'t> {
    /// For the printers.
    pub fn of(seen: &'t RecordContext) -> Self {
        HandleAnnotations { seen }
    }

    /// The calls that asked for the notifications which the record delivers.
    pub fn asked(&self) -> &'t [Subscription] {
        &self.seen.asked
    }
}

impl HandleNames for HandleAnnotations<'_> {
    fn lookup(&self, field: &Field, handle: ContextHandle) -> Option<HandleName<'_>> {
        // What a response hands back of its request's handles stands before what the request used.
        let RecordContext { returned, objects, .. } = self.seen;
        let used = returned.iter().chain(objects).find(|u| core::ptr::eq(u.field, field) && u.handle == handle)?;
        let mut name = used.resolved.as_printed();
        if !matches!(field.flow, Flow::Out | Flow::Return) {
            name.access = None;
        }
        Some(name)
    }
}
