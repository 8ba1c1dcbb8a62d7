//! The sink that prints a stub's values as the members of a JSON object, straight from the bytes.

use super::out::Out;
use crate::base::Guid;
use crate::base::diagnostic::{Diagnostic, MAX_KEPT};
use crate::base::time::FileTime;
use crate::consts::control_codes::ControlCodeFields;
use crate::consts::{Constants, Kind, status};
use crate::idl::Buffers;
use crate::ndr::WStr;
use crate::ndr::names::{self, HandleName, HandleNames};
use crate::ndr::types::{Family, Field, Flow, Scalar, Semantics};
use crate::ndr::visitor::{At, ContextHandle, Counts, Open, Visitor};
use crate::session::call_context::CallContext;
use crate::structs;
use crate::structs::content::Secrets;
use crate::structs::mask::Mask;
use std::borrow::Cow;

/// Maximum counts that are collected for an output with a limit: they stand behind the values, so each takes memory
/// until then.
const MAX_COUNTS: usize = crate::base::bounds::PRINTED_COUNTS;

/// Prints values. What does not fit into the object of the values (maximum counts, diagnostics) is collected beside it.
pub struct Values<'o> {
    pub(super) out: &'o mut Out,
    version: usize,
    buffers: Buffers<'o>,
    names: Option<&'o dyn HandleNames>,
    kinds: Option<&'static Constants>,
    /// The return value, kept apart from the parameters.
    pub returned: Option<Returned>,
    /// Maximum counts that differ from the actual ones.
    pub max_counts: MaxCounts,
    /// Broken rules, as many as [`crate::base::diagnostic::MAX_KEPT`].
    pub diagnostics: Vec<Diagnostic>,
    /// How many more there are.
    pub diagnostics_omitted: u64,
    /// Dependency expressions as trees: `{"lpszDependencyExpression":…}`, members without the braces around them.
    pub expressions: Option<Box<Out>>,
}

/// Maximum counts by path. Most stubs have none, the others one of a parameter, which needs no memory of its own.
#[derive(Debug, Default)]
pub struct MaxCounts {
    first: Option<(Cow<'static, str>, u64)>,
    more: Vec<(Cow<'static, str>, u64)>,
}

impl MaxCounts {
    fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.more.len()
    }

    fn push(&mut self, path: Cow<'static, str>, count: u64) {
        match self.first {
            None => self.first = Some((path, count)),
            Some(_) => self.more.push((path, count)),
        }
    }

    /// `"max_counts":{…}`, absent when there are none.
    pub fn print(&self, out: &mut Out) {
        if self.first.is_none() {
            return;
        }
        out.literal("\"max_counts\":{");
        for (path, count) in self.first.iter().chain(&self.more) {
            out.key(path);
            out.uint(*count);
        }
        out.end();
    }
}

/// A return value: all methods return a status or a handle.
#[derive(Clone, Copy, Debug)]
pub enum Returned {
    /// A status code.
    Status(u32),
    /// A context handle, with the declaration of the return value.
    Handle(&'static Field, ContextHandle),
}

impl core::fmt::Debug for Values<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Values").field("version", &self.version).finish_non_exhaustive()
    }
}

impl<'o> Values<'o> {
    /// For the version at this place in [`Interface::versions`](crate::ndr::Interface::versions); `context` is what the
    /// request told, for a response.
    pub fn new(out: &'o mut Out, version: usize, context: &'o CallContext) -> Self {
        let mut buffers = Buffers { content: context.content() };
        buffers.content.secrets = out.secrets();
        Values {
            out,
            version,
            buffers,
            names: None,
            kinds: None,
            returned: None,
            max_counts: MaxCounts::default(),
            diagnostics: Vec::new(),
            diagnostics_omitted: 0,
            expressions: None,
        }
    }

    /// Shows beside each context handle what it stands for.
    #[must_use]
    pub fn with_names(mut self, names: Option<&'o dyn HandleNames>) -> Self {
        self.names = names;
        self
    }

    #[inline]
    fn key(&mut self, at: &At<'_>) {
        if at.index.is_none() {
            self.out.prepared_key(&at.field.key, at.field.name);
        }
    }

    /// The bytes of a buffer, without secrets where they are to be hidden.
    fn bytes(&mut self, semantics: Semantics, bytes: &[u8]) {
        if self.out.secrets() != Secrets::Masked {
            return self.out.hex(bytes);
        }
        let shape = structs::content::shape(semantics, self.version, &self.buffers.content, bytes);
        let mask = Mask::of(&shape, bytes);
        self.out.hex(&mask.apply(bytes));
        if !mask.is_empty() {
            self.out.key("secret");
            self.out.bool(true);
        }
    }

    fn different(&mut self, at: &At<'_>, counts: Counts) {
        if self.out.is_limited() && self.max_counts.len() >= MAX_COUNTS {
            return self.out.overflow();
        }
        let path = match at.path.depth() {
            // The name of a parameter.
            1 => Cow::Borrowed(at.field.name),
            _ => Cow::Owned(at.path.to_path().to_string()),
        };
        self.max_counts.push(path, counts.max);
    }
}

/// A status code with its name.
#[inline]
pub fn status(out: &mut Out, value: u32) {
    named(out, u64::from(value), |out| {
        if let Some(name) = status::win32_name(value) {
            out.literal("\"name\":");
            out.name(name);
        } else if let Some(name) = status::StatusName::of(value) {
            out.key("name");
            out.display(name);
        }
    });
}

/// A number of an enumeration with its name, or a bit mask with its flags.
pub fn constant(out: &mut Out, table: &'static Constants, value: u64, signed: bool) {
    out.literal("{\"value\":");
    if signed {
        out.int(value as i64)
    } else {
        out.uint(value)
    }
    match table.kind {
        Kind::Enum => {
            if let Some(name) = table.name_of(value) {
                out.literal("\"name\":");
                out.name(name);
            }
        }
        Kind::Flags => {
            let flags = table.flags_of(value);
            let unknown = flags.unknown();
            out.literal("\"flags\":[");
            for name in flags {
                out.name(name);
            }
            out.end_list();
            if unknown != 0 {
                out.key("unknown");
                out.uint(unknown);
            }
        }
    }
    out.end();
}

/// A control code with its name.
fn control_code(out: &mut Out, family: Family, value: u32) {
    named(out, u64::from(value), |out| match names::control_code(family, value) {
        Some(code) => {
            out.literal("\"name\":");
            out.name(code.name);
        }
        None => super::buffers::control_code(out, ControlCodeFields::decode(value)),
    });
}

fn named(out: &mut Out, value: u64, more: impl FnOnce(&mut Out)) {
    out.literal("{\"value\":");
    out.uint(value);
    more(out);
    out.end();
}

/// A context handle; the null handle is `null`.
pub fn handle(out: &mut Out, handle: ContextHandle) {
    if handle.is_null() {
        return out.null();
    }
    handle_members(out, handle);
    out.end();
}

#[inline]
fn handle_members(out: &mut Out, handle: ContextHandle) {
    match handle.attributes {
        0 => out.literal("{\"attributes\":0,\"uuid\":"),
        attributes => {
            out.literal("{\"attributes\":");
            out.uint(u64::from(attributes));
            out.literal("\"uuid\":");
        }
    }
    out.guid(handle.uuid);
}

/// A context handle with the object it stands for.
pub fn named_handle(out: &mut Out, value: ContextHandle, name: Option<HandleName<'_>>) {
    let Some(HandleName { kind, name, opened, state, access }) = name.filter(|_| !value.is_null()) else {
        return handle(out, value);
    };
    handle_members(out, value);
    out.literal("\"object\":{\"kind\":");
    out.name(kind);
    if let Some(name) = name {
        out.literal("\"name\":");
        out.text(name);
    }
    if let Some(frame) = opened {
        out.literal("\"opened\":");
        out.uint(frame);
    }
    if let Some(state) = state {
        out.literal("\"state\":");
        out.name(state);
    }
    if let Some(access) = access {
        out.literal("\"access\":");
        out.uint(u64::from(access));
    }
    out.end();
    out.end();
}

/// A FILETIME with its time.
pub fn filetime(out: &mut Out, value: u64) {
    time(out, value, FileTime(value));
}

/// Seconds since 1970 with their time.
pub fn unix_time(out: &mut Out, value: u64) {
    time(out, value, FileTime::from_unix(value));
}

fn time(out: &mut Out, value: u64, time: FileTime) {
    named(out, value, |out| {
        let (time, len) = time.to_ascii();
        out.literal("\"time\":\"");
        out.piece(&time, len);
        out.literal("\",");
    });
}

/// A number by what it means: with its name, its flags or its text.
#[inline(always)]
pub(super) fn number(out: &mut Out, semantics: Semantics, value: u64, scalar: Scalar) {
    let signed = scalar.signed();
    match semantics {
        // Every response has one.
        Semantics::RpcStatus | Semantics::Win32 if !signed && value <= u64::from(u32::MAX) => status(out, value as u32),
        Semantics::Enum(_)
        | Semantics::Flags(_)
        | Semantics::Win32
        | Semantics::RpcStatus
        | Semantics::ControlCode(_)
        | Semantics::UnixTime
        | Semantics::Ipv4 => number_with_meaning(out, semantics, value, scalar),
        _ if signed => out.int(value as i64),
        _ => out.uint(value),
    }
}

fn number_with_meaning(out: &mut Out, semantics: Semantics, value: u64, scalar: Scalar) {
    let signed = scalar.signed();
    // A property may come with a wider type than its meaning has. Below 0, only what has 32 bits itself is one of its numbers.
    let narrow = value <= u64::from(u32::MAX) || (scalar == Scalar::I32 && i32::try_from(value as i64).is_ok());
    match semantics {
        Semantics::Enum(table) | Semantics::Flags(table) => constant(out, table, value, signed),
        _ if !narrow && signed => out.int(value as i64),
        Semantics::Win32 | Semantics::RpcStatus | Semantics::ControlCode(_) | Semantics::Ipv4 if !narrow => {
            out.uint(value)
        }
        Semantics::Win32 | Semantics::RpcStatus => status(out, value as u32),
        Semantics::ControlCode(family) => control_code(out, family, value as u32),
        Semantics::UnixTime => unix_time(out, value),
        Semantics::Ipv4 => out.ipv4((value as u32).to_le_bytes()),
        _ if signed => out.int(value as i64),
        _ => out.uint(value),
    }
}

impl<'a> Visitor<'a> for Values<'_> {
    #[inline]
    fn scalar(&mut self, at: At<'_>, scalar: Scalar, value: u64) {
        if at.field.flow == Flow::Return {
            self.returned = Some(Returned::Status(value as u32));
            return;
        }
        self.key(&at);
        self.buffers.scalar(at.field, value);
        let table = match at.semantics {
            Semantics::ObjectKind => self.kinds,
            Semantics::NotifyFlags => names::notify_flags(self.buffers.content.object_type.unwrap_or(0)),
            semantics => return number(self.out, semantics, value, scalar),
        };
        match table {
            Some(table) => constant(self.out, table, value, scalar.signed()),
            None => number(self.out, Semantics::Number, value, scalar),
        }
    }

    fn filetime(&mut self, at: At<'_>, value: u64) {
        self.key(&at);
        filetime(self.out, value);
    }

    fn handle(&mut self, at: At<'_>, value: ContextHandle) {
        if at.field.flow == Flow::Return {
            self.returned = Some(Returned::Handle(at.field, value));
            return;
        }
        self.key(&at);
        named_handle(self.out, value, self.names.and_then(|names| names.lookup(at.field, value)));
    }

    fn guid(&mut self, at: At<'_>, guid: Guid) {
        self.key(&at);
        self.out.guid(guid);
    }

    fn string(&mut self, at: At<'_>, text: WStr<'a>) {
        self.buffers.string(at.field, text);
        self.key(&at);
        if self.out.secrets() == Secrets::Masked && matches!(at.field.semantics, Semantics::Secret) {
            self.out.begin();
            self.out.key("secret");
            self.out.bool(true);
            return self.out.end();
        }
        self.out.wide(text);
        if matches!(at.field.semantics, Semantics::DependencyExpression) {
            let expressions = self.expressions.get_or_insert_default();
            expressions.begin();
            expressions.key("parameter");
            expressions.name(at.field.name);
            super::buffers::expression(expressions, text);
            expressions.end();
        }
    }

    fn bytes(&mut self, at: At<'_>, bytes: &'a [u8]) {
        self.key(&at);
        self.out.literal("{\"hex\":");
        self.bytes(at.field.semantics, bytes);
        super::buffers::beside_hex(self.out, at.field.semantics, self.version, &self.buffers.content, bytes);
        self.out.end();
    }

    fn units(&mut self, at: At<'_>, units: WStr<'a>) {
        self.key(&at);
        if let Semantics::Ipv6 = at.field.semantics {
            return self.out.ipv6(units.to_ipv6().segments());
        }
        self.out.begin();
        self.out.key("value");
        self.out.begin_list();
        self.out.units(units);
        self.out.end_list();
        match at.field.semantics {
            Semantics::MultiSz => {
                if let Some(list) = units.multi_sz() {
                    self.out.key("decoded");
                    self.out.begin_list();
                    for item in list {
                        self.out.wide(item);
                    }
                    self.out.end_list();
                }
            }
            Semantics::Text => {
                self.out.key("text");
                self.out.wide(units.until_nul());
            }
            _ => {}
        }
        self.out.end();
    }

    fn null(&mut self, at: At<'_>) {
        self.key(&at);
        self.out.null();
    }

    fn alias(&mut self, at: At<'_>, referent: u64) {
        self.key(&at);
        self.out.begin();
        self.out.key("alias");
        self.out.uint(referent);
        self.out.end();
    }

    #[inline]
    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        self.key(&at);
        match open {
            Open::List { .. } => self.out.begin_list(),
            _ => {
                if let Semantics::Kinds(table) = at.semantics {
                    self.kinds = Some(table);
                }
                self.out.begin();
            }
        }
    }

    #[inline]
    fn end(&mut self, _: At<'_>, open: Open<'a>) {
        match open {
            Open::List { .. } => self.out.end_list(),
            _ => self.out.end(),
        }
    }

    #[inline]
    fn counts(&mut self, at: At<'_>, counts: Counts) {
        if counts.max != counts.actual {
            self.different(&at, counts);
        }
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_KEPT {
            self.diagnostics.push(diagnostic);
        } else {
            self.diagnostics_omitted += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same number by what it means.
    #[test]
    fn numbers_with_a_meaning() {
        for (semantics, value, expected) in [
            (Semantics::UnixTime, 1_790_000_000, r#"{"value":1790000000,"time":"2026-09-21T14:13:20Z"}"#),
            (Semantics::Ipv4, 0x0102_000a, r#""10.0.2.1""#),
            (Semantics::Win32, 5, r#"{"value":5,"name":"ERROR_ACCESS_DENIED"}"#),
            (Semantics::Seconds, 1_790_000_000, "1790000000"),
        ] {
            let mut out = Out::new();
            number_with_meaning(&mut out, semantics, value, Scalar::U32);
            assert_eq!(out.as_bytes(), expected.as_bytes());
        }
    }
}
