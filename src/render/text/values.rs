//! The visitor that writes a stub's values as lines.

use super::out::TextBuffer;
use super::paint::Paint;
use super::value::{self, Wrap};
use super::{Style, buffers, hex_dump};
use crate::base::diagnostic::Diagnostic;
use crate::base::time::FileTime;
use crate::consts::Constants;
use crate::idl::Buffers;
use crate::ndr::names::{self, HandleName, HandleNames};
use crate::ndr::types::{Field, Scalar, Semantics};
use crate::ndr::visitor::{At, ContextHandle, Counts, Open, Visitor};
use crate::ndr::{Direction, Method, WStr};
use crate::session::call_context::CallContext;
use crate::structs::content::{self, Secrecy, ShapeKind};
use alloc::vec::Vec;
use core::fmt;

/// Writes values as lines.
pub struct Values<'w> {
    out: &'w mut TextBuffer,
    style: Style,
    version: usize,
    buffers: Buffers<'w>,
    names: Option<&'w dyn HandleNames>,
    /// The mask that names the entries of the list that is being read.
    kinds: Option<&'static Constants>,
    /// Nesting below which nothing is written: an array's elements past the limit.
    hidden: Option<usize>,
    /// Width of the longest name at each level that is open, to put the values one below the other.
    widths: [u8; LEVELS],
    /// Those of the array that is being read.
    counts: Counts,
    /// Broken rules, not written among the values; as many as [`crate::base::diagnostic::MAX_KEPT`].
    pub diagnostics: Vec<Diagnostic>,
}

/// Levels whose names are aligned.
const LEVELS: usize = 16;

/// No name is padded beyond this.
const WIDEST: usize = 28;

/// Width of the longest name, within reason.
fn widest<'f>(fields: impl Iterator<Item = &'f Field>) -> u8 {
    fields.map(|f| f.name.len().min(WIDEST)).max().unwrap_or(0) as u8
}

impl<'w> Values<'w> {
    /// For a method's stub, in the version at this place in [`Interface::versions`](crate::ndr::Interface::versions);
    /// `context` is what the request told, for a response.
    pub fn new(
        out: &'w mut TextBuffer,
        style: Style,
        method: &Method,
        direction: Direction,
        version: usize,
        context: &'w CallContext,
    ) -> Self {
        let mut widths = [0; LEVELS];
        widths[0] = widest(method.fields_of(direction, version));
        let buffers = Buffers { content: context.content() };
        Values {
            out,
            style,
            version,
            buffers,
            names: None,
            kinds: None,
            hidden: None,
            widths,
            counts: Counts { max: 0, actual: 0 },
            diagnostics: Vec::new(),
        }
    }

    /// Shows behind each context handle what it stands for.
    #[must_use]
    pub fn with_names(mut self, names: Option<&'w dyn HandleNames>) -> Self {
        self.names = names;
        self
    }

    fn is_hidden(&mut self, at: &At<'_>) -> bool {
        let limit = self.style.max_elements;
        match (self.hidden, at.index) {
            _ if self.out.is_full() => true,
            (Some(depth), _) if at.path.depth() > depth => true,
            (Some(depth), Some(i)) if at.path.depth() == depth && u64::from(i) > limit => true,
            (_, Some(i)) if u64::from(i) == limit => {
                self.hidden = Some(at.path.depth());
                self.out.blanks(self.indent(at));
                self.out.put("…\n");
                true
            }
            _ => {
                self.hidden = None;
                false
            }
        }
    }

    fn indent(&self, at: &At<'_>) -> usize {
        self.style.indent + 2 * at.path.depth().saturating_sub(1).min(16)
    }

    /// The line of a value up to the value itself; `None` where none is to be written.
    fn start(&mut self, at: &At<'_>) -> Option<Wrap> {
        if self.is_hidden(at) {
            return None;
        }
        let indent = self.indent(at);
        let paint = Paint(self.style.color);
        let (on, off) = (paint.cyan(), paint.off());
        let out = &mut *self.out;
        out.blanks(indent);
        out.put(on);
        let width = match at.index {
            Some(index) => {
                out.put("[");
                out.uint(u64::from(index));
                out.put("]");
                6
            }
            None => {
                let level = at.path.depth().saturating_sub(1);
                let width = usize::from(self.widths.get(level).copied().unwrap_or(0));
                out.padded(at.field.name, width);
                width.max(at.field.name.len())
            }
        };
        out.put(off);
        out.put("  ");
        Some(Wrap { indent: indent + width + 2, width: self.style.width })
    }

    /// The line of a value.
    #[inline]
    fn line(&mut self, at: &At<'_>, value: impl FnOnce(&mut TextBuffer)) {
        if self.start(at).is_some() {
            value(self.out);
            self.out.end_line();
        }
    }

    /// What a buffer of bytes holds, below its line.
    fn buffer(&mut self, at: &At<'_>, bytes: &[u8]) {
        if self.is_hidden(at) {
            return;
        }
        let indent = self.indent(at) + 2;
        let (semantics, context) = (at.field.semantics, &self.buffers.content);
        let shape = content::shape(semantics, self.version, context, bytes);
        if let ShapeKind::Nothing = shape.kind
            && shape.is_nothing()
            && shape.secrecy == Secrecy::None
        {
            return hex_dump(self.out, bytes, indent, self.style.max_bytes);
        }
        buffers::shaped(self.out, Style { indent, ..self.style }, &shape, context, bytes);
    }
}

impl fmt::Debug for Values<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Values").field("style", &self.style).finish_non_exhaustive()
    }
}

impl<'a> Visitor<'a> for Values<'_> {
    fn scalar(&mut self, at: At<'_>, scalar: Scalar, value: u64) {
        self.buffers.scalar(at.field, value);
        let semantics = match at.semantics {
            Semantics::ObjectKind => self.kinds.map_or(Semantics::Number, Semantics::Flags),
            Semantics::NotifyFlags => match names::notify_flags(self.buffers.content.object_type.unwrap_or(0)) {
                Some(table) => Semantics::Flags(table),
                None => return self.line(&at, |out| out.hexadecimal(value)),
            },
            semantics => semantics,
        };
        if let Some(wrap) = self.start(&at) {
            value::number(self.out, semantics, value, scalar.signed(), Some(wrap));
            self.out.end_line();
        }
    }

    fn filetime(&mut self, at: At<'_>, value: u64) {
        self.line(&at, |out| out.filetime(FileTime(value)));
    }

    fn handle(&mut self, at: At<'_>, handle: ContextHandle) {
        if self.start(&at).is_none() {
            return;
        }
        if handle.is_null() {
            self.out.put("null handle");
        } else {
            self.out.guid(handle.uuid);
            if handle.attributes != 0 {
                self.out.put(" (attributes ");
                self.out.hexadecimal(u64::from(handle.attributes));
                self.out.put(")");
            }
            if let Some(name) = self.names.and_then(|names| names.lookup(at.field, handle)) {
                stands_for(self.out, name);
            }
        }
        self.out.end_line();
    }

    fn guid(&mut self, at: At<'_>, guid: crate::base::Guid) {
        self.line(&at, |out| out.guid(guid));
    }

    fn string(&mut self, at: At<'_>, text: WStr<'a>) {
        self.buffers.string(at.field, text);
        if matches!(at.field.semantics, Semantics::Secret) {
            return self.line(&at, |out| out.put("(secret)"));
        }
        let room = self.style.width.saturating_sub(self.indent(&at) + at.field.name.len() + 6).max(24);
        let shown = text.prefix(room);
        self.line(&at, |out| {
            out.quoted(shown);
            if text.len() > shown.len() {
                out.put("… ");
                out.uint((text.len() - shown.len()) as u64);
                out.put(" more units");
            }
            if at.len == text.as_bytes().len() {
                out.put(" (no terminator)");
            }
        });
    }

    fn bytes(&mut self, at: At<'_>, bytes: &'a [u8]) {
        match at.field.semantics {
            Semantics::Custom("twr_t") => {
                return self.line(&at, |out| out.display(crate::rpc::tower::Tower::parse(bytes)));
            }
            Semantics::Text => {
                let text = bytes.split(|b| *b == 0).next().unwrap_or_default();
                return self.line(&at, |out| out.display(format_args!("\"{}\"", text.escape_ascii())));
            }
            _ => {}
        }
        let counts = self.counts;
        self.line(&at, |out| {
            out.uint(bytes.len() as u64);
            out.put(" bytes");
            if counts.max != counts.actual {
                out.put(" of ");
                out.uint(counts.max);
            }
        });
        self.buffer(&at, bytes);
    }

    fn units(&mut self, at: At<'_>, units: WStr<'a>) {
        self.line(&at, |out| match at.field.semantics {
            Semantics::MultiSz => match units.multi_sz() {
                Some(list) => {
                    for (i, item) in list.enumerate() {
                        out.put(if i == 0 { "" } else { ", " });
                        out.quoted(item);
                    }
                }
                None => {
                    out.quoted(units);
                    out.put(" (not a list of strings)");
                }
            },
            Semantics::Ipv6 => out.display(units.to_ipv6()),
            _ => out.quoted(units.until_nul()),
        });
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < crate::base::diagnostic::MAX_KEPT {
            self.diagnostics.push(diagnostic);
        }
    }

    fn null(&mut self, at: At<'_>) {
        self.line(&at, |out| out.put("null"));
    }

    fn alias(&mut self, at: At<'_>, referent: u64) {
        self.line(&at, |out| {
            out.put("same as referent ");
            out.hexadecimal(referent);
        });
    }

    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        let Open::Struct(declaration) = open else {
            let count = self.counts.actual;
            return self.line(&at, |out| {
                out.uint(count);
                out.put(if count == 1 { " element" } else { " elements" });
            });
        };
        if let Semantics::Kinds(table) = at.semantics {
            self.kinds = Some(table);
        }
        if let Some(width) = self.widths.get_mut(at.path.depth()) {
            *width = widest(declaration.fields.iter());
        }
        self.line(&at, |out| out.put(declaration.name));
    }

    fn counts(&mut self, _: At<'_>, counts: Counts) {
        self.counts = counts;
    }
}

/// What a context handle stands for, behind its UUID.
fn stands_for(out: &mut TextBuffer, name: HandleName<'_>) {
    let HandleName { kind, name, opened, state, .. } = name;
    out.put("  ");
    out.put(kind);
    if let Some(name) = name {
        out.put(" ");
        out.quoted_str(name);
    }
    if state.is_none() && opened.is_none() {
        return;
    }
    out.put(" (");
    if let Some(state) = state {
        // With blanks in place of underscores.
        for (i, word) in state.split('_').enumerate() {
            out.put(if i == 0 { "" } else { " " });
            out.put(word);
        }
        out.put(if opened.is_some() { ", opened in " } else { "" });
    }
    if let Some(frame) = opened {
        out.put("#");
        out.uint(frame);
    }
    out.put(")");
}
