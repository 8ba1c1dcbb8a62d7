//! The visitor that makes a `cluscope_value` of each value and hands it to a callback.

use crate::convert::{cluscope_bytes, cluscope_text};
use crate::value::cluscope_event::*;
use crate::value::cluscope_kind::*;
use crate::value::cluscope_role::*;
use crate::value::{cluscope_event, cluscope_kind, cluscope_meaning, cluscope_overhead, cluscope_role, cluscope_value};
use cluscope::base::{Diagnostic, Error, Guid};
use cluscope::consts::{Constants, status::StatusName};
use cluscope::internals::base::error::Segment;
use cluscope::internals::base::time::FileTime;
use cluscope::internals::ndr::names;
use cluscope::internals::structs::{property_list, security};
use cluscope::ndr::{
    At, ContextHandle, HandleNames, Item, Method, Open, Overhead, Scalar, Semantics, Syntax, Visitor, WStr,
};
use std::fmt::Write;
use std::ops::Range;

/// What the callback says: go on, or stop.
pub(crate) type Hand<'h> = &'h mut dyn FnMut(&cluscope_value) -> bool;

/// What is to be told.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    /// Counts, referents, gaps.
    pub(crate) overhead: bool,
    /// Broken rules.
    pub(crate) diagnostics: bool,
    /// Text and bytes of secrets are left out.
    pub(crate) hide_secrets: bool,
}

/// Something that has begun.
struct Level {
    /// What to say when an error ends it.
    end: Ending,
    /// The name of the structure that its members belong to.
    container: &'static str,
    /// The name of the property that this is in, as a range of [`Values::properties`].
    property: Range<usize>,
}

/// What is told again when something ends.
#[derive(Clone, Copy)]
struct Ending {
    kind: cluscope_kind,
    semantics: Semantics,
    role: cluscope_role,
    depth: u32,
    index: i64,
    range: (usize, usize),
    field: &'static str,
    ty: &'static str,
}

pub(crate) struct Values<'h> {
    hand: Hand<'h>,
    names: Option<&'h dyn HandleNames>,
    /// What is handed out next, filled in its place: it is large.
    value: cluscope_value,
    wanted: Wanted,
    syntax: Syntax,
    method: &'static str,
    stopped: bool,
    levels: Vec<Level>,
    /// The names of the properties that are open, one behind the other.
    properties: String,
    path: String,
    text: String,
    name: String,
}

impl<'h> Values<'h> {
    pub(crate) fn new(
        hand: Hand<'h>,
        wanted: Wanted,
        syntax: Syntax,
        method: &Method,
        names: Option<&'h dyn HandleNames>,
    ) -> Self {
        Values {
            hand,
            names,
            value: cluscope_value::EMPTY,
            wanted,
            syntax,
            method: method.name,
            stopped: false,
            levels: Vec::new(),
            properties: String::new(),
            path: String::new(),
            text: String::new(),
            name: String::new(),
        }
    }

    /// Whether the callback asked to stop.
    pub(crate) fn stopped(&self) -> bool {
        self.stopped
    }

    /// Ends what an error has left open.
    pub(crate) fn close(&mut self) {
        while let Some(level) = self.levels.pop() {
            let Ending { kind, semantics, role, depth, index, range, field, ty } = level.end;
            self.value = cluscope_value {
                event: CLUSCOPE_EVENT_END as u32,
                kind: kind as u32,
                meaning: cluscope_meaning::from(semantics) as u32,
                role: role as u32,
                depth,
                index,
                offset: range.0,
                length: range.1,
                field: cluscope_text::of(field),
                container: cluscope_text::of(self.container()),
                r#type: cluscope_text::of(ty),
                ..cluscope_value::EMPTY
            };
            self.give();
        }
    }

    fn container(&self) -> &'static str {
        self.levels.last().map_or(self.method, |level| level.container)
    }

    fn give(&mut self) {
        if !self.stopped {
            self.stopped = !(self.hand)(&self.value);
        }
    }

    /// Where a value stands: fills in [`Values::value`].
    fn at(&mut self, at: &At<'_>, event: cluscope_event, kind: cluscope_kind) {
        self.path.clear();
        write_path(&mut self.path, at);
        let level = self.levels.last();
        let property = level.and_then(|level| self.properties.get(level.property.clone())).unwrap_or_default();
        self.value = cluscope_value {
            event: event as u32,
            kind: kind as u32,
            meaning: cluscope_meaning::from(at.semantics) as u32,
            role: role(at) as u32,
            depth: at.depth() as u32,
            index: at.index.map_or(-1, i64::from),
            offset: at.offset,
            length: at.len,
            path: cluscope_text::of(&self.path),
            field: cluscope_text::of(at.field.name),
            container: cluscope_text::of(self.container()),
            r#type: cluscope_text::of(at.field.idl),
            property: cluscope_text::of(property),
            ..cluscope_value::EMPTY
        };
    }

    /// Text and bytes, unless they are a secret that is to be hidden.
    fn with_contents(&mut self, at: &At<'_>, bytes: &[u8]) {
        self.value.text = cluscope_text::of(&self.text);
        self.value.bytes = cluscope_bytes::of(bytes);
        self.hide(matches!(at.semantics, Semantics::Opaque | Semantics::Secret));
    }

    /// Marks a secret, and takes it out where it is to be hidden.
    fn hide(&mut self, secret: bool) {
        let value = &mut self.value;
        value.secret = u8::from(secret);
        if secret && self.wanted.hide_secrets {
            (value.text, value.name) = (cluscope_text::of(""), cluscope_text::of(""));
            (value.bytes, value.number) = (cluscope_bytes::NONE, 0);
        }
    }

    /// The text in `self.text`; whether it is well-formed.
    fn decode(&mut self, text: WStr<'_>) -> bool {
        let mut well_formed = true;
        self.text.clear();
        let (units, _) = text.as_bytes().as_chunks::<2>();
        self.text.reserve(units.len());
        self.text.extend(text.chars().map(|c| {
            c.unwrap_or_else(|_| {
                well_formed = false;
                char::REPLACEMENT_CHARACTER
            })
        }));
        well_formed
    }

    /// Text that is made of a value, not read.
    fn shown(&mut self, at: &At<'_>, kind: cluscope_kind, number: u64, bytes: &[u8], text: impl std::fmt::Display) {
        self.at(at, CLUSCOPE_EVENT_VALUE, kind);
        self.text.clear();
        // Writing to memory does not fail.
        let _ = write!(self.text, "{text}");
        self.value.number = number;
        self.with_contents(at, bytes);
        self.give();
    }
}

/// The path in one pass; the formatting machinery would cost more than all else.
fn write_path(out: &mut String, at: &At<'_>) {
    at.path.for_each(&mut |segment| match segment {
        Segment::Name(name) => {
            if !out.is_empty() {
                out.push('.');
            }
            out.push_str(name);
        }
        Segment::Index(index) => write_index(out, index),
    });
}

fn write_index(out: &mut String, index: u32) {
    let mut digits = [0u8; 12];
    let mut rest = index;
    let mut at = digits.len() - 1;
    digits[at] = b']';
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    at -= 1;
    digits[at] = b'[';
    out.push_str(std::str::from_utf8(&digits[at..]).unwrap_or_default());
}

/// Whether the value is no parameter and no member of one: those have a type in the IDL.
fn is_in_buffer(at: &At<'_>) -> bool {
    at.field.idl.is_empty()
}

fn role(at: &At<'_>) -> cluscope_role {
    match at.field {
        field if std::ptr::eq(field, &property_list::NAME) => CLUSCOPE_ROLE_PROPERTY_NAME,
        field if std::ptr::eq(field, &property_list::SYNTAX) => CLUSCOPE_ROLE_PROPERTY_SYNTAX,
        field if std::ptr::eq(field, &property_list::VALUE) => CLUSCOPE_ROLE_PROPERTY_VALUE,
        _ => CLUSCOPE_ROLE_NONE,
    }
}

/// The name or names of a number, in `out` where they are not one that is declared.
fn name_of(semantics: Semantics, number: u64, out: &mut String) -> Option<&'static str> {
    match semantics {
        Semantics::Enum(table) => table.name_of(number),
        Semantics::Flags(table) => flags(table, number, out),
        Semantics::Win32 | Semantics::RpcStatus => match StatusName::of(u32::try_from(number).ok()?)? {
            StatusName::Plain(name) => Some(name),
            made => {
                let _ = write!(out, "{made}");
                None
            }
        },
        Semantics::ControlCode(family) => names::control_code(family, number as u32).map(|code| code.name),
        _ => None,
    }
}

fn flags(table: &'static Constants, number: u64, out: &mut String) -> Option<&'static str> {
    let mut flags = table.flags_of(number);
    let unknown = flags.unknown();
    let first = flags.next()?;
    let second = flags.next();
    if second.is_none() && unknown == 0 {
        return Some(first);
    }
    out.push_str(first);
    for name in second.into_iter().chain(flags) {
        out.push_str(" | ");
        out.push_str(name);
    }
    if unknown != 0 {
        let _ = write!(out, " | {unknown:#x}");
    }
    None
}

/// The table of a number's names.
pub(crate) fn table_of(semantics: Semantics) -> *const crate::value::cluscope_table {
    match semantics {
        Semantics::Enum(table) | Semantics::Flags(table) | Semantics::Kinds(table) => {
            std::ptr::from_ref::<Constants>(table).cast()
        }
        _ => std::ptr::null(),
    }
}

impl<'a> Visitor<'a> for Values<'_> {
    fn wants_diagnostics(&self) -> bool {
        self.wanted.diagnostics
    }

    fn wants_overhead(&self) -> bool {
        self.wanted.overhead
    }

    fn wants(&self, _: usize) -> bool {
        !self.stopped
    }

    fn scalar(&mut self, at: At<'_>, scalar: Scalar, number: u64) {
        if let Semantics::Ipv4 = at.semantics {
            let bytes = (number as u32).to_le_bytes();
            return self.shown(&at, CLUSCOPE_KIND_IPV4, number, &bytes, std::net::Ipv4Addr::from(bytes));
        }
        let kind = if scalar.signed() { CLUSCOPE_KIND_INT } else { CLUSCOPE_KIND_UINT };
        self.at(&at, CLUSCOPE_EVENT_VALUE, kind);
        self.value.number = number;
        // What has no width of its own, for it was never sent, takes no bytes.
        self.value.bits = match at.len {
            0 => 0,
            _ => 8 * scalar.size(self.syntax) as u32,
        };
        self.value.table = table_of(at.semantics);
        self.name.clear();
        match name_of(at.semantics, number, &mut self.name) {
            Some(name) => self.value.name = cluscope_text::of(name),
            None => self.value.name = cluscope_text::of(&self.name),
        }
        if let Semantics::UnixTime = at.semantics {
            self.text.clear();
            let _ = write!(self.text, "{}", FileTime::from_unix(number));
            self.value.text = cluscope_text::of(&self.text);
        }
        // A parameter that is opaque is a number of the caller's own; in a buffer it is a secret.
        self.hide(matches!(at.semantics, Semantics::Opaque) && is_in_buffer(&at));
        self.give();
    }

    fn filetime(&mut self, at: At<'_>, value: u64) {
        self.shown(&at, CLUSCOPE_KIND_FILETIME, value, &[], FileTime(value));
    }

    fn handle(&mut self, at: At<'_>, handle: ContextHandle) {
        self.at(&at, CLUSCOPE_EVENT_VALUE, CLUSCOPE_KIND_HANDLE);
        self.text.clear();
        let _ = write!(self.text, "{}", handle.uuid);
        self.value.number = u64::from(handle.attributes);
        self.with_contents(&at, &handle.uuid.0);
        let known = self.names.filter(|_| !handle.is_null()).and_then(|names| names.lookup(at.field, handle));
        if let Some(name) = known {
            self.name.clear();
            self.name.push_str(name.name.unwrap_or_default());
            self.value.name = cluscope_text::of(&self.name);
        }
        self.give();
    }

    fn guid(&mut self, at: At<'_>, guid: Guid) {
        self.shown(&at, CLUSCOPE_KIND_GUID, 0, &guid.0, guid);
    }

    fn string(&mut self, at: At<'_>, text: WStr<'a>) {
        self.at(&at, CLUSCOPE_EVENT_VALUE, CLUSCOPE_KIND_TEXT);
        self.value.ill_formed = u8::from(!self.decode(text));
        self.with_contents(&at, text.as_bytes());
        if std::ptr::eq(at.field, &property_list::NAME) {
            self.begin_property();
            if let Some(level) = self.levels.last() {
                self.value.property =
                    cluscope_text::of(self.properties.get(level.property.clone()).unwrap_or_default());
            }
        }
        self.give();
    }

    fn bytes(&mut self, at: At<'_>, bytes: &'a [u8]) {
        self.at(&at, CLUSCOPE_EVENT_VALUE, CLUSCOPE_KIND_BYTES);
        self.text.clear();
        if let Semantics::SecurityDescriptor = at.semantics
            && let Ok((text, _)) = security::readable(bytes)
        {
            self.text.push_str(&text);
        }
        self.with_contents(&at, bytes);
        self.give();
    }

    fn units(&mut self, at: At<'_>, units: WStr<'a>) {
        if let Semantics::Ipv6 = at.semantics {
            let address = units.to_ipv6();
            return self.shown(&at, CLUSCOPE_KIND_IPV6, 0, &address.octets(), address);
        }
        self.at(&at, CLUSCOPE_EVENT_VALUE, CLUSCOPE_KIND_UNITS);
        self.text.clear();
        match (at.semantics, units.multi_sz()) {
            (Semantics::Text | Semantics::Secret, _) => {
                self.value.ill_formed = u8::from(!self.decode(units.until_nul()));
            }
            (Semantics::MultiSz, Some(_)) => {
                // Both terminators at the end go.
                let strings = units.strip_terminator().0.strip_terminator().0;
                self.value.ill_formed = u8::from(!self.decode(strings));
            }
            _ => {}
        }
        self.with_contents(&at, units.as_bytes());
        self.give();
    }

    fn null(&mut self, at: At<'_>) {
        self.at(&at, CLUSCOPE_EVENT_VALUE, CLUSCOPE_KIND_NULL);
        self.give();
    }

    fn alias(&mut self, at: At<'_>, referent: u64) {
        self.at(&at, CLUSCOPE_EVENT_VALUE, CLUSCOPE_KIND_ALIAS);
        self.value.number = referent;
        self.give();
    }

    fn value(&mut self, at: At<'_>, item: Item<'a>) {
        match item {
            Item::Bool(set) => {
                self.at(&at, CLUSCOPE_EVENT_VALUE, CLUSCOPE_KIND_BOOL);
                self.value.number = u64::from(set);
                self.give();
            }
            Item::Ipv4(address) => {
                let number = u64::from(u32::from_le_bytes(address.octets()));
                self.shown(&at, CLUSCOPE_KIND_IPV4, number, &address.octets(), address);
            }
            Item::Ipv6(address) => self.shown(&at, CLUSCOPE_KIND_IPV6, 0, &address.octets(), address),
            item => item.visit(at, self),
        }
    }

    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        let (kind, ty) = kind_of(&open);
        self.at(&at, CLUSCOPE_EVENT_BEGIN, kind);
        if !ty.is_empty() {
            self.value.r#type = cluscope_text::of(ty);
        }
        match open {
            // Whether a secret stands among them is not known before they are read.
            Open::Bytes(bytes) | Open::List { raw: Some(bytes) } if !self.wanted.hide_secrets => {
                self.value.bytes = cluscope_bytes::of(bytes);
            }
            _ => {}
        }
        self.value.table = table_of(at.semantics);
        let outer = self.levels.last();
        let container = if ty.is_empty() { self.container() } else { ty };
        let property = outer.map_or(0..0, |level| level.property.clone());
        let end = Ending {
            kind,
            semantics: at.semantics,
            role: role(&at),
            depth: self.value.depth,
            index: self.value.index,
            range: (at.offset, at.len),
            field: at.field.name,
            ty: if ty.is_empty() { at.field.idl } else { ty },
        };
        self.levels.push(Level { end, container, property });
        self.give();
    }

    fn end(&mut self, at: At<'_>, open: Open<'a>) {
        self.levels.pop();
        let outer = self.levels.last().map_or(0, |level| level.property.end);
        self.properties.truncate(outer);
        let (kind, ty) = kind_of(&open);
        self.at(&at, CLUSCOPE_EVENT_END, kind);
        if !ty.is_empty() {
            self.value.r#type = cluscope_text::of(ty);
        }
        self.give();
    }

    fn overhead(&mut self, range: Range<usize>, overhead: Overhead) {
        if !self.wanted.overhead {
            return;
        }
        self.value = cluscope_value {
            event: CLUSCOPE_EVENT_OVERHEAD as u32,
            overhead: cluscope_overhead::from(overhead) as u32,
            depth: self.levels.len() as u32 + 1,
            offset: range.start,
            length: range.len(),
            number: overhead.number().unwrap_or(0),
            container: cluscope_text::of(self.container()),
            text: cluscope_text::of(overhead.name()),
            ..cluscope_value::EMPTY
        };
        self.give();
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.path.clear();
        let _ = write!(self.path, "{}", diagnostic.path);
        self.value = cluscope_value {
            event: CLUSCOPE_EVENT_DIAGNOSTIC as u32,
            depth: self.levels.len() as u32 + 1,
            offset: diagnostic.offset,
            number: diagnostic.value,
            path: cluscope_text::of(&self.path),
            container: cluscope_text::of(self.container()),
            text: cluscope_text::of(diagnostic.rule.text),
            name: cluscope_text::of(diagnostic.rule.name),
            section: cluscope_text::of(diagnostic.rule.section),
            ..cluscope_value::EMPTY
        };
        self.give();
    }

    fn buffer_error(&mut self, at: At<'_>, error: Error) {
        self.at(&at, CLUSCOPE_EVENT_BUFFER_ERROR, CLUSCOPE_KIND_NONE);
        self.text.clear();
        let _ = write!(self.text, "{error}");
        self.value.text = cluscope_text::of(&self.text);
        let end = self.value.offset.saturating_add(self.value.length);
        self.value.offset = error.offset.min(end);
        self.value.length = end - self.value.offset;
        self.give();
    }
}

impl Values<'_> {
    /// A property's name was read into `self.text`: what follows in its record belongs to it.
    fn begin_property(&mut self) {
        let outer = match self.levels.as_slice() {
            [.., outer, _] => outer.property.end,
            _ => 0,
        };
        self.properties.truncate(outer);
        self.properties.push_str(&self.text);
        if let Some(level) = self.levels.last_mut() {
            level.property = outer..self.properties.len();
        }
    }
}

fn kind_of(open: &Open<'_>) -> (cluscope_kind, &'static str) {
    match open {
        Open::Struct(declaration) => (CLUSCOPE_KIND_STRUCT, declaration.name),
        Open::Record { name, .. } => (CLUSCOPE_KIND_RECORD, name),
        Open::Bytes(_) => (CLUSCOPE_KIND_BYTES, ""),
        _ => (CLUSCOPE_KIND_LIST, ""),
    }
}
