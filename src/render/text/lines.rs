//! The visitors that write what buffers hold: [`Inline`] into one line, [`Lines`] as indented lines.

use super::Style;
use super::out::TextBuffer;
use super::value;
use crate::consts::Constant;
use crate::consts::syntax::CLUSTER_PROPERTY_SYNTAX;
use crate::ndr::WStr;
use crate::ndr::visitor::{At, Item, Open, Visitor};
use crate::structs::content::Secrets;
use alloc::vec::Vec;

/// Writes a value, whatever it holds, into the line that is open, in limited length.
pub(crate) struct Inline<'o> {
    out: &'o mut TextBuffer,
    /// Where the value begins.
    start: usize,
    room: usize,
    secrets: Secrets,
    /// Of each thing that is open, whether it holds something already.
    open: Vec<bool>,
}

impl<'o> Inline<'o> {
    /// For about so many columns.
    pub(crate) fn new(out: &'o mut TextBuffer, room: usize, secrets: Secrets) -> Self {
        let start = out.len();
        Inline { out, start, room, secrets, open: Vec::new() }
    }

    fn is_cut(&self) -> bool {
        self.out.as_bytes().get(self.start..).is_some_and(|text| text.ends_with("…".as_bytes()))
    }

    fn full(&mut self) -> bool {
        if self.out.len() - self.start <= self.room.saturating_mul(4) {
            return false;
        }
        if !self.is_cut() {
            self.out.put("…");
        }
        true
    }

    /// Commas between members and elements, names before members.
    fn start(&mut self, at: &At<'_>) {
        if let Some(any) = self.open.last_mut()
            && core::mem::replace(any, true)
        {
            self.out.put(", ");
        }
        match at.name() {
            "value" | "values" | "decoded" | "" => {}
            name => {
                self.out.put(name);
                self.out.put(" ");
            }
        }
    }
}

impl<'a> Visitor<'a> for Inline<'_> {
    fn wants_diagnostics(&self) -> bool {
        false
    }

    fn value(&mut self, at: At<'_>, value: Item<'a>) {
        // The column before the value tells the syntax.
        if at.name() == "syntax" || self.full() {
            return;
        }
        self.start(&at);
        value::item(self.out, at.semantics, value, self.secrets);
    }

    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        if !self.full() {
            self.start(&at);
            match open {
                // A value's own braces would only be noise.
                Open::Record { name: "VALUE", .. } | Open::List { .. } => {}
                Open::Record { .. } | Open::Struct(_) => self.out.put("{"),
                Open::Bytes(bytes) => {
                    self.out.uint(bytes.len() as u64);
                    self.out.put(" bytes: ");
                }
            }
        }
        self.open.push(false);
    }

    fn end(&mut self, _: At<'_>, open: Open<'a>) {
        let any = self.open.pop().unwrap_or(false);
        match open {
            Open::Record { name: "VALUE", .. } => {}
            Open::Record { .. } if !self.is_cut() => self.out.put("}"),
            Open::List { .. } if !any && !self.is_cut() => self.out.put("(empty)"),
            _ => {}
        }
    }
}

/// Writes members as indented lines.
pub(crate) struct Lines<'o, 'a> {
    out: &'o mut TextBuffer,
    style: Style,
    secrets: Secrets,
    depth: usize,
    /// Depth of the list whose elements past the limit are left out.
    hidden: Option<usize>,
    /// Inside a value of a list: its syntax stands in the line already.
    value: bool,
    pub(crate) failed_in: Option<WStr<'a>>,
}

impl<'o> Lines<'o, '_> {
    /// Appends to `out`.
    pub(crate) fn new(out: &'o mut TextBuffer, style: Style, secrets: Secrets) -> Self {
        Lines { out, style, secrets, depth: 0, hidden: None, value: false, failed_in: None }
    }

    fn is_hidden(&mut self, at: &At<'_>) -> bool {
        match (self.hidden, at.index) {
            _ if self.out.is_full() => true,
            (Some(depth), Some(_)) if self.depth == depth => true,
            (Some(depth), _) if self.depth > depth => true,
            (_, Some(i)) if u64::from(i) >= self.style.max_elements => {
                self.hidden = Some(self.depth);
                self.out.blanks(self.indent());
                self.out.put("…\n");
                true
            }
            _ => {
                self.hidden = None;
                false
            }
        }
    }

    fn indent(&self) -> usize {
        self.style.indent + 2 * self.depth.saturating_sub(1).min(16)
    }

    fn start(&mut self, at: &At<'_>) {
        self.out.blanks(self.indent());
        match at.index {
            None => self.out.put(at.field.name),
            Some(index) => {
                self.out.put("[");
                self.out.uint(u64::from(index));
                self.out.put("]");
            }
        }
    }
}

impl<'a> Visitor<'a> for Lines<'_, 'a> {
    fn wants_diagnostics(&self) -> bool {
        false
    }

    fn value(&mut self, at: At<'_>, value: Item<'a>) {
        if self.is_hidden(&at) {
            return;
        }
        match (at.name(), self.value, value) {
            ("syntax", true, Item::Uint(n)) => {
                self.out.put("  ");
                return syntax(self.out, n);
            }
            ("value", true, _) => self.value = false,
            _ => self.start(&at),
        }
        if !is_top(&at) {
            self.out.put("  ");
        }
        value::item(self.out, at.semantics, value, self.secrets);
        self.out.end_line();
    }

    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        let hidden = self.is_hidden(&at);
        let value = core::mem::take(&mut self.value) && at.name() == "value";
        if !hidden && !is_top(&at) {
            if !value {
                self.start(&at);
            }
            match open {
                Open::Record { name: "VALUE", .. } => self.value = true,
                Open::List { .. } => self.out.end_line(),
                Open::Record { name, .. } => self.named(name),
                Open::Struct(declaration) => self.named(declaration.name),
                Open::Bytes(bytes) => {
                    self.out.put("  ");
                    self.out.uint(bytes.len() as u64);
                    self.out.put(" bytes\n");
                }
            }
        }
        self.depth += 1;
    }

    fn end(&mut self, _: At<'_>, _: Open<'a>) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn failed_in(&mut self, name: WStr<'a>) {
        self.failed_in = Some(name);
    }
}

impl Lines<'_, '_> {
    fn named(&mut self, name: &str) {
        self.out.put("  ");
        self.out.put(name);
        self.out.end_line();
    }
}

/// A syntax without the prefix that all have.
fn syntax(out: &mut TextBuffer, n: u64) {
    let name = CLUSTER_PROPERTY_SYNTAX::TABLE.name_of(n).and_then(|name| name.strip_prefix("CLUSPROP_SYNTAX_"));
    match name {
        Some(name) => out.put(name.strip_prefix("LIST_VALUE_").unwrap_or(name)),
        None => out.hexadecimal_8(n),
    }
}

/// Whether a value is no member and no element of anything.
fn is_top(at: &At<'_>) -> bool {
    at.index.is_none() && at.field.name.is_empty()
}
