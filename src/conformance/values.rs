//! The values of one stub, flat and in wire order, for checks to look things up in; and what is kept of a request until
//! its answer comes.

use crate::base::diagnostic::Diagnostic;
use crate::base::error::Path;
use crate::ndr::types::{Field, FieldId, Flow, Scalar, Semantics};
use crate::ndr::visitor::{At, ContextHandle, Open, Visitor};
use crate::ndr::{Endian, WStr};

/// What stands at a place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item<'a> {
    Number(u64),
    FileTime,
    Handle(ContextHandle),
    Text { text: WStr<'a> },
    Bytes { bytes: &'a [u8] },
    Units(WStr<'a>),
    Null,
    List,
}

/// A value with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub(super) field: &'static Field,
    pub(super) offset: usize,
    pub(super) depth: usize,
    /// Index in [`Values::paths`].
    path: usize,
    pub(super) what: Item<'a>,
}

/// All values of a stub.
#[derive(Debug, Default)]
pub(super) struct Values<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    paths: Vec<Path>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Most entries that are kept; the rest goes unchecked.
    limit: usize,
    /// Entries beyond the limit.
    pub(super) omitted: u64,
}

impl<'a> Values<'a> {
    pub(super) fn new(limit: usize) -> Self {
        Values { limit, ..Values::default() }
    }

    fn push(&mut self, at: At<'_>, what: Item<'a>) {
        if self.entries.len() >= self.limit {
            self.omitted += 1;
            return;
        }
        let path = self.paths.len();
        self.paths.push(at.path.to_path());
        self.entries.push(Entry { field: at.field, offset: at.offset, depth: at.path.depth(), path, what });
    }

    /// The way to an entry.
    pub(super) fn path(&self, entry: &Entry<'_>) -> String {
        self.paths.get(entry.path).map(Path::to_string).unwrap_or_default()
    }

    /// The parameter an entry belongs to.
    pub(super) fn parameter(&self, entry: &Entry<'_>) -> &'static str {
        match self.paths.get(entry.path).and_then(|p| p.segments().first()) {
            Some(crate::base::error::Segment::Name(name)) => name,
            _ => "",
        }
    }

    /// The parameter of this name.
    pub(super) fn get(&self, id: FieldId) -> Option<&Entry<'a>> {
        self.entries.iter().find(|e| e.depth == 1 && e.field.id == id)
    }

    /// The first value of this name, parameter or member.
    pub(super) fn any(&self, id: FieldId) -> Option<&Entry<'a>> {
        self.entries.iter().find(|e| e.field.id == id)
    }

    /// A parameter that is a number.
    pub(super) fn number(&self, id: FieldId) -> Option<u64> {
        match self.get(id)?.what {
            Item::Number(n) => Some(n),
            _ => None,
        }
    }

    /// A member that is a number.
    pub(super) fn member(&self, id: FieldId) -> Option<u64> {
        match self.any(id)?.what {
            Item::Number(n) => Some(n),
            _ => None,
        }
    }

    /// Numbers of this member in all structures of the stub, with their entries.
    pub(super) fn numbers(&self, id: FieldId) -> impl Iterator<Item = (&Entry<'a>, u64)> {
        self.entries.iter().filter_map(move |e| match e.what {
            Item::Number(n) if e.field.id == id => Some((e, n)),
            _ => None,
        })
    }

    /// The bytes of a parameter.
    pub(super) fn bytes(&self, id: FieldId) -> Option<(&Entry<'a>, &'a [u8])> {
        let entry = self.entries.iter().find(|e| e.field.id == id && matches!(e.what, Item::Bytes { .. }))?;
        match entry.what {
            Item::Bytes { bytes } => Some((entry, bytes)),
            _ => None,
        }
    }

    /// The text of a parameter.
    pub(super) fn text(&self, id: FieldId) -> Option<WStr<'a>> {
        self.entries.iter().find_map(|e| match e.what {
            Item::Text { text } if e.field.id == id => Some(text),
            _ => None,
        })
    }

    /// Whether the parameter is a null pointer.
    pub(super) fn is_null(&self, id: FieldId) -> bool {
        self.get(id).is_some_and(|e| matches!(e.what, Item::Null))
    }

    /// The status of a response: what it returns, or for methods that return a handle what they put into `Status`.
    pub(super) fn status(&self) -> Option<(&Entry<'a>, u32)> {
        let mut found = None;
        for entry in self.entries.iter().filter(|e| e.depth == 1 && matches!(e.field.semantics, Semantics::Win32)) {
            if let Item::Number(n) = entry.what
                && (found.is_none() || entry.field.flow == Flow::Return)
            {
                found = Some((entry, n as u32));
            }
        }
        found
    }
}

impl<'a> Visitor<'a> for Values<'a> {
    fn scalar(&mut self, at: At<'_>, _: Scalar, value: u64) {
        // Elements of an array of numbers tell a check nothing.
        if at.index.is_none() {
            self.push(at, Item::Number(value));
        }
    }

    fn filetime(&mut self, at: At<'_>, _: u64) {
        self.push(at, Item::FileTime);
    }

    fn handle(&mut self, at: At<'_>, handle: ContextHandle) {
        self.push(at, Item::Handle(handle));
    }

    fn string(&mut self, at: At<'_>, text: WStr<'a>) {
        self.push(at, Item::Text { text });
    }

    fn bytes(&mut self, at: At<'_>, bytes: &'a [u8]) {
        self.push(at, Item::Bytes { bytes });
    }

    fn units(&mut self, at: At<'_>, units: WStr<'a>) {
        self.push(at, Item::Units(units));
    }

    fn null(&mut self, at: At<'_>) {
        self.push(at, Item::Null);
    }

    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        if let Open::List { .. } = open {
            self.push(at, Item::List);
        }
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < self.limit {
            self.diagnostics.push(diagnostic);
        }
    }
}

/// The numbers and handles of a request, kept until its answer comes.
#[derive(Clone, Debug, Default)]
pub(super) struct PendingRequest {
    pub(super) opnum: u16,
    numbers: Vec<(FieldId, u64)>,
    handles: Vec<(FieldId, ContextHandle)>,
    /// Bytes that pointers to buffers led to.
    lengths: Vec<(FieldId, u64)>,
    /// Pointers that were null.
    nulls: Vec<FieldId>,
    /// Commands of a batch.
    pub(super) commands: Option<u64>,
    /// Digests of the names in the first commands of a batch.
    pub(super) names: Vec<u64>,
}

/// Numbers, handles or lengths that are kept of a request: no method has more.
const KEPT: usize = crate::ndr::types::MAX_FIELDS * 2;

impl PendingRequest {
    pub(super) fn of(values: &Values<'_>, opnum: u16) -> PendingRequest {
        let mut kept = PendingRequest { opnum, ..PendingRequest::default() };
        for entry in values.entries.iter().take(KEPT) {
            if let (Item::Bytes { bytes }, Semantics::Custom(structure)) = (entry.what, entry.field.semantics)
                && super::contents::is_batch(structure)
            {
                let (commands, names) = super::contents::batch_asked(bytes);
                (kept.commands, kept.names) = (Some(commands), names);
            }
            match entry.what {
                Item::Number(n) => kept.numbers.push((entry.field.id, n)),
                Item::Handle(h) => kept.handles.push((entry.field.id, h)),
                Item::Bytes { bytes } => kept.lengths.push((entry.field.id, bytes.len() as u64)),
                Item::Null => kept.nulls.push(entry.field.id),
                _ => {}
            }
        }
        kept
    }

    pub(super) fn number(&self, id: FieldId) -> Option<u64> {
        self.numbers.iter().find(|(own, _)| *own == id).map(|(_, value)| *value)
    }

    pub(super) fn handle(&self, id: FieldId) -> Option<ContextHandle> {
        self.handles.iter().find(|(own, _)| *own == id).map(|(_, value)| *value)
    }

    pub(super) fn handles(&self) -> impl Iterator<Item = (FieldId, ContextHandle)> + '_ {
        self.handles.iter().copied()
    }

    pub(super) fn was_null(&self, id: FieldId) -> bool {
        self.nulls.contains(&id)
    }

    /// Bytes of a buffer; `None` for a null pointer.
    pub(super) fn length(&self, id: FieldId) -> Option<u64> {
        self.lengths.iter().find(|(own, _)| *own == id).map(|(_, value)| *value)
    }
}

/// Little-endian text of a registry value or property.
pub(super) fn wide(bytes: &[u8]) -> WStr<'_> {
    WStr::new(bytes, Endian::Little)
}
