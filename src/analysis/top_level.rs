//! What analysis wants to know of a stub: its top-level values, borrowed, without a tree.

use crate::idl::structures::NOTIFY_FILTER_AND_TYPE_RPC as Filter;
use crate::ndr::WStr;
use crate::ndr::types::{Field, FieldId, Flow, Scalar, Semantics};
use crate::ndr::visitor::{At, ContextHandle, Visitor};
use crate::ndr::wire::Message;
use crate::session::Record;
use smallvec::SmallVec;

/// The top-level values of a stub, each with its declaration, in wire order.
#[derive(Debug)]
pub struct TopLevelValues<'a> {
    /// Context handles, null handles among them.
    pub handles: SmallVec<[(&'static Field, ContextHandle); 4]>,
    /// Strings; null pointers are left out.
    pub texts: SmallVec<[(&'static Field, WStr<'a>); 4]>,
    /// Integers, and the two members of a notification filter.
    pub numbers: SmallVec<[(&'static Field, u64); 8]>,
    /// Byte buffers.
    pub bytes: SmallVec<[(&'static Field, &'a [u8]); 2]>,
    /// Fields from this place on are not read.
    until: usize,
}

impl Default for TopLevelValues<'_> {
    fn default() -> Self {
        let (handles, texts, numbers, bytes) = Default::default();
        TopLevelValues { handles, texts, numbers, bytes, until: usize::MAX }
    }
}

impl<'a> TopLevelValues<'a> {
    /// What a request's or response's stub holds; of one that can't be decoded, what stands before the error. `None`
    /// where there is no stub or no declaration.
    pub fn of(record: &Record<'a>) -> Option<TopLevelValues<'a>> {
        let mut top_level = TopLevelValues::default();
        top_level.read(record).then_some(top_level)
    }

    /// The same into empty ones, which are some 400 bytes to move. Whether there is a stub with a declaration.
    pub(super) fn read(&mut self, record: &Record<'a>) -> bool {
        let (Some((kind, stub)), Some(method)) = (record.stub(), record.method()) else { return false };
        if method.on_wire {
            let _ = Message::decode_with(method, kind, stub, self);
        }
        method.on_wire
    }

    /// Empty, for what stands in the fields before this place of the declaration.
    pub(super) fn until(place: usize) -> Self {
        TopLevelValues { until: place, ..TopLevelValues::default() }
    }

    /// The same of a stub of which only the beginning was captured.
    pub(super) fn read_partial(&mut self, record: &Record<'a>) {
        if let (Some((kind, stub)), Some(method)) = (record.partial_stub(), record.method())
            && method.on_wire
        {
            let _ = Message::decode_with(method, kind, stub, self);
        }
    }

    /// The number of this name.
    pub fn number(&self, id: FieldId) -> Option<u64> {
        self.numbers.iter().find(|(field, _)| field.id == id).map(|(_, value)| *value)
    }

    /// The string of this name.
    pub fn text(&self, id: FieldId) -> Option<WStr<'a>> {
        self.texts.iter().find(|(field, _)| field.id == id).map(|(_, text)| *text)
    }

    /// The buffer of this name.
    pub fn buffer(&self, id: FieldId) -> Option<&'a [u8]> {
        self.bytes.iter().find(|(field, _)| field.id == id).map(|(_, bytes)| *bytes)
    }

    /// What the method came to: its return value, or for one that returns a handle the first status parameter.
    pub fn status(&self) -> Option<u32> {
        let statuses = || self.numbers.iter().filter(|(f, _)| matches!(f.semantics, Semantics::Win32));
        let found = statuses().find(|(f, _)| f.flow == Flow::Return).or_else(|| statuses().next());
        found.map(|(_, value)| *value as u32)
    }
}

impl<'a> Visitor<'a> for TopLevelValues<'a> {
    fn wants_diagnostics(&self) -> bool {
        false
    }

    fn wants(&self, place: usize) -> bool {
        place < self.until
    }

    fn scalar(&mut self, at: At<'_>, _: Scalar, value: u64) {
        let filter = at.path.depth() == 2 && matches!(at.field.id, Filter::dwObjectType | Filter::FilterFlags);
        // A hostile stub can't make this long: only a filter that is a parameter stands this high.
        if at.index.is_none() && (at.path.depth() == 1 || filter) {
            self.numbers.push((at.field, value));
        }
    }

    fn handle(&mut self, at: At<'_>, handle: ContextHandle) {
        if at.path.depth() == 1 {
            self.handles.push((at.field, handle));
        }
    }

    fn string(&mut self, at: At<'_>, text: WStr<'a>) {
        if at.path.depth() == 1 && at.index.is_none() {
            self.texts.push((at.field, text));
        }
    }

    fn bytes(&mut self, at: At<'_>, bytes: &'a [u8]) {
        if at.path.depth() == 1 {
            self.bytes.push((at.field, bytes));
        }
    }
}
