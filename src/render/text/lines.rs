//! Values as text: [`Inline`] in one line, [`Lines`] as indented lines. [`super::text`] decides which.

use crate::base::time::FileTime;
use crate::consts::syntax::CLUSTER_PROPERTY_SYNTAX;
use crate::consts::{Constant, status};
use crate::ndr::WStr;
use crate::ndr::types::Semantics;
use crate::ndr::visitor::{At, Item, Open, Visitor};
use crate::render::text::Style;
use crate::structs::content::Secrets;
use crate::structs::security;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

/// Writes a value.
fn item(out: &mut String, semantics: Semantics, item: Item<'_>, secrets: Secrets) {
    if matches!(semantics, Semantics::Opaque) && secrets != Secrets::Shown {
        return out.push_str("(secret)");
    }
    // Writing to memory does not fail.
    let _ = match item {
        Item::Int(n) => write!(out, "{n}"),
        Item::Uint(n) => match semantics {
            Semantics::Enum(table) | Semantics::Flags(table) => write!(out, "{}", table.display(n)),
            Semantics::Bool if n <= 1 => out.write_str(if n == 1 { "TRUE (1)" } else { "FALSE (0)" }),
            Semantics::Milliseconds => write!(out, "{n} ms"),
            Semantics::Seconds => write!(out, "{n} s"),
            Semantics::Minutes => write!(out, "{n} min"),
            Semantics::Hours => write!(out, "{n} h"),
            Semantics::Percent => write!(out, "{n} %"),
            Semantics::UnixTime => write!(out, "{} ({n})", FileTime::from_unix(n)),
            Semantics::Win32 => match u32::try_from(n).ok().and_then(status::win32_name) {
                Some(name) => write!(out, "{name} ({n})"),
                None => write!(out, "{n:#x}"),
            },
            Semantics::Const(_) => write!(out, "{n:#x}"),
            _ if (0x8000_0000..=0xffff_ffff).contains(&n) => write!(out, "{n} ({n:#x})"),
            _ => write!(out, "{n}"),
        },
        Item::Bool(b) => write!(out, "{b}"),
        Item::FileTime(n) => write!(out, "{}", FileTime(n)),
        Item::Guid(guid) => write!(out, "{guid}"),
        Item::Text(text) if text.len() > 1024 => {
            write!(out, "{:?}… {} characters more", text.prefix(1024), text.len() - 1024)
        }
        Item::Text(text) | Item::Units(text) => write!(out, "{text:?}"),
        Item::Ipv4(address) => write!(out, "{address}"),
        Item::Ipv6(address) => write!(out, "{address}"),
        Item::Handle(handle) => write!(out, "{}", handle.uuid),
        Item::Null => out.write_str("null"),
        Item::Alias(referent) => write!(out, "same as referent {referent:#x}"),
        Item::Bytes(bytes) => match (semantics, security::readable(bytes)) {
            (Semantics::SecurityDescriptor, Ok((text, None))) => out.write_str(&text),
            (Semantics::SecurityDescriptor, Ok((text, Some(error)))) => write!(out, "{text} ({error})"),
            _ => {
                let shown = bytes.get(..24).unwrap_or(bytes);
                shown.iter().for_each(|byte| {
                    let _ = write!(out, "{byte:02x}");
                });
                match bytes.len() - shown.len() {
                    0 if bytes.is_empty() => out.write_str("no bytes"),
                    0 => Ok(()),
                    more => write!(out, "… {more} bytes more"),
                }
            }
        },
    };
}

/// Writes a value, whatever it holds, into one line of limited length.
pub(crate) struct Inline {
    pub(crate) text: String,
    room: usize,
    secrets: Secrets,
    /// Of each thing that is open, whether it holds something already.
    open: Vec<bool>,
}

impl Inline {
    pub(crate) fn new(room: usize, secrets: Secrets) -> Self {
        Inline { text: String::new(), room, secrets, open: Vec::new() }
    }

    fn full(&mut self) -> bool {
        if self.text.len() <= self.room.saturating_mul(4) {
            return false;
        }
        if !self.text.ends_with('…') {
            self.text.push('…');
        }
        true
    }

    /// Commas between members and elements, names before members.
    fn start(&mut self, at: &At<'_>) {
        if let Some(any) = self.open.last_mut()
            && core::mem::replace(any, true)
        {
            self.text.push_str(", ");
        }
        match at.name() {
            "value" | "values" | "decoded" | "" => {}
            name => {
                self.text.push_str(name);
                self.text.push(' ');
            }
        }
    }
}

impl<'a> Visitor<'a> for Inline {
    fn value(&mut self, at: At<'_>, value: Item<'a>) {
        // The column before the value tells the syntax.
        if at.name() == "syntax" || self.full() {
            return;
        }
        self.start(&at);
        item(&mut self.text, at.semantics, value, self.secrets);
    }

    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        if self.full() {
            return self.open.push(false);
        }
        match open {
            // A value's own braces would only be noise.
            Open::Record { name: "VALUE", .. } => self.start(&at),
            Open::Record { .. } | Open::Struct(_) => {
                self.start(&at);
                self.text.push('{');
            }
            Open::List { .. } => self.start(&at),
            Open::Bytes(bytes) => {
                self.start(&at);
                let _ = write!(self.text, "{} bytes: ", bytes.len());
            }
        }
        self.open.push(false);
    }

    fn end(&mut self, _: At<'_>, open: Open<'a>) {
        let any = self.open.pop().unwrap_or(false);
        match open {
            Open::Record { name: "VALUE", .. } => {}
            Open::Record { .. } if !self.text.ends_with('…') => self.text.push('}'),
            Open::List { .. } if !any && !self.text.ends_with('…') => self.text.push_str("(empty)"),
            _ => {}
        }
    }
}

/// Writes members as indented lines.
pub(crate) struct Lines<'a> {
    pub(crate) text: String,
    style: Style,
    secrets: Secrets,
    depth: usize,
    /// Depth of the list whose elements past the limit are left out.
    hidden: Option<usize>,
    /// Inside a value of a list: its syntax stands in the line already.
    value: bool,
    pub(crate) failed_in: Option<WStr<'a>>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(style: Style, secrets: Secrets) -> Self {
        Lines { text: String::new(), style, secrets, depth: 0, hidden: None, value: false, failed_in: None }
    }

    fn is_hidden(&mut self, at: &At<'_>) -> bool {
        match (self.hidden, at.index) {
            (Some(depth), Some(_)) if self.depth == depth => true,
            (Some(depth), _) if self.depth > depth => true,
            (_, Some(i)) if u64::from(i) >= self.style.max_elements => {
                self.hidden = Some(self.depth);
                let indent = self.indent();
                let _ = writeln!(self.text, "{:indent$}…", "");
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
        let indent = self.indent();
        let _ = match at.index {
            None => write!(self.text, "{:indent$}{}", "", at.field.name),
            Some(i) => write!(self.text, "{:indent$}[{i}]", ""),
        };
    }
}

impl<'a> Visitor<'a> for Lines<'a> {
    fn value(&mut self, at: At<'_>, value: Item<'a>) {
        if self.is_hidden(&at) {
            return;
        }
        match (at.name(), self.value, value) {
            ("syntax", true, Item::Uint(n)) => {
                let _ = write!(self.text, "  {}", syntax(n));
                return;
            }
            ("value", true, _) => self.value = false,
            _ => self.start(&at),
        }
        if !is_top(&at) {
            self.text.push_str("  ");
        }
        item(&mut self.text, at.semantics, value, self.secrets);
        self.text.push('\n');
    }

    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        let hidden = self.is_hidden(&at);
        let value = core::mem::take(&mut self.value) && at.name() == "value";
        if !hidden && !is_top(&at) {
            if !value {
                self.start(&at);
            }
            let _ = match open {
                Open::Record { name: "VALUE", .. } => {
                    self.value = true;
                    Ok(())
                }
                Open::List { .. } => writeln!(self.text),
                Open::Record { name, .. } => writeln!(self.text, "  {name}"),
                Open::Struct(declaration) => writeln!(self.text, "  {}", declaration.name),
                Open::Bytes(bytes) => writeln!(self.text, "  {} bytes", bytes.len()),
            };
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

/// A syntax without the prefix that all have.
fn syntax(n: u64) -> String {
    let name = CLUSTER_PROPERTY_SYNTAX::TABLE.name_of(n).and_then(|name| name.strip_prefix("CLUSPROP_SYNTAX_"));
    name.map_or_else(|| format!("{n:#010x}"), |name| String::from(name.strip_prefix("LIST_VALUE_").unwrap_or(name)))
}

/// Whether a value is no member and no element of anything.
fn is_top(at: &At<'_>) -> bool {
    at.index.is_none() && at.field.name.is_empty()
}
