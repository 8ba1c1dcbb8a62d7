//! A tree of values: what the writer encodes, and what a stub decodes to where borrowing is no use.
//!
//! Read next: [`super::write`](mod@super::write).

use super::WStr;
use super::types::Scalar;
use super::visitor::{At, ContextHandle, Counts, Item, Open, Visitor};
use crate::base::diagnostic::Diagnostic;
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The most bytes of text that a line may have from which a tree is made: as long as the longest record that is printed,
/// twice.
pub const MAX_LINE: usize = crate::base::bounds::LINE_TO_ENCODE;

/// The most values that such a line may have, so that many empty lists in one line don't take memory without bound.
pub const MAX_VALUES: usize = crate::base::bounds::VALUES_TO_ENCODE;

/// A value of any wire type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A null pointer.
    Null,
    /// An integer, enumeration, bit mask, status or FILETIME; sign-extended where its type has a sign.
    Int(u64),
    /// Text, or a GUID or address as text.
    Text(String),
    /// UTF-16 code units: ill-formed text, or an array of 16-bit units.
    Units(Vec<u16>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A context handle.
    Handle(ContextHandle),
    /// The elements of an array.
    List(Vec<Value>),
    /// The members of a structure, by name.
    Map(Fields),
}

impl Value {
    /// A full pointer to what stands elsewhere under this referent identifier: `{"alias": id}`.
    pub fn alias(referent: u64) -> Value {
        Value::Map(Fields(alloc::vec![(Cow::Borrowed("alias"), Value::Int(referent))]))
    }

    /// The identifier, if that is what this is.
    pub fn as_alias(&self) -> Option<u64> {
        match self {
            Value::Map(Fields(fields)) => match fields.as_slice() {
                [(name, Value::Int(referent))] if name == "alias" => Some(*referent),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Parameters or members by name, in wire order when they come from the reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(pub Vec<(Cow<'static, str>, Value)>);

impl Fields {
    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Adds a value, or replaces the one of this name.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        let name = name.into();
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, slot)) => *slot = value.into(),
            None => self.0.push((name, value.into())),
        }
    }
}

macro_rules! from {
    ($($ty:ty: |$v:ident| $value:expr;)*) => {
        $(impl From<$ty> for Value {
            fn from($v: $ty) -> Value {
                $value
            }
        })*
    };
}

from! {
    u8: |v| Value::Int(u64::from(v));
    u16: |v| Value::Int(u64::from(v));
    u32: |v| Value::Int(u64::from(v));
    u64: |v| Value::Int(v);
    i32: |v| Value::Int(i64::from(v) as u64);
    i64: |v| Value::Int(v as u64);
    bool: |v| Value::Int(u64::from(v));
    &str: |v| Value::Text(v.into());
    String: |v| Value::Text(v);
    &[u8]: |v| Value::Bytes(v.into());
    Vec<u8>: |v| Value::Bytes(v);
    Vec<Value>: |v| Value::List(v);
    ContextHandle: |v| Value::Handle(v);
    Fields: |v| Value::Map(v);
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

impl From<WStr<'_>> for Value {
    fn from(text: WStr<'_>) -> Value {
        if text.is_well_formed() { Value::Text(text.to_string()) } else { Value::Units(text.units().collect()) }
    }
}

impl From<Item<'_>> for Value {
    /// What encodes to the same bytes: GUIDs and addresses become text, null pointers null.
    fn from(item: Item<'_>) -> Value {
        match item {
            Item::Uint(n) | Item::FileTime(n) => Value::Int(n),
            Item::Int(n) => Value::Int(n as u64),
            Item::Bool(b) => Value::Int(u64::from(b)),
            Item::Handle(handle) => Value::Handle(handle),
            Item::Guid(guid) => Value::Text(guid.to_string()),
            Item::Text(text) => text.into(),
            Item::Units(units) => Value::Units(units.units().collect()),
            Item::Bytes(bytes) => Value::Bytes(bytes.into()),
            Item::Ipv4(address) => Value::Text(address.to_string()),
            Item::Ipv6(address) => Value::Text(address.to_string()),
            Item::Null => Value::Null,
            Item::Alias(referent) => Value::alias(referent),
        }
    }
}

/// The contents of a stub: parameters by name, the return value under `return`, and what the values don't tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The parameters.
    pub fields: Fields,
    /// Maximum counts that differ from the actual ones, by path (`lpOutBuffer`).
    pub max_counts: Vec<(String, u64)>,
}

/// Collects a stub's [`Contents`] and diagnostics, or the value of a structure that is decoded alone.
#[derive(Debug, Default)]
pub struct Collect {
    /// What was read so far.
    pub contents: Contents,
    /// Broken rules.
    pub diagnostics: Vec<Diagnostic>,
    open: Vec<Value>,
}

impl Collect {
    /// The value of a structure that was decoded alone, as far as it was read, and the broken rules.
    pub fn into_value(self) -> (Option<Value>, Vec<Diagnostic>) {
        (self.contents.fields.0.into_iter().next().map(|(_, value)| value), self.diagnostics)
    }

    fn put(&mut self, at: &At<'_>, value: Value) {
        let name = Cow::Borrowed(at.field.name);
        match self.open.last_mut() {
            None => self.contents.fields.0.push((name, value)),
            Some(Value::List(list)) => list.push(value),
            Some(Value::Map(fields)) => fields.0.push((name, value)),
            // What bytes hold is told by the bytes.
            Some(_) => {}
        }
    }
}

impl<'a> Visitor<'a> for Collect {
    fn scalar(&mut self, at: At<'_>, _: Scalar, value: u64) {
        self.put(&at, Value::Int(value));
    }

    fn units(&mut self, at: At<'_>, units: WStr<'a>) {
        self.put(&at, Value::Units(units.units().collect()));
    }

    fn value(&mut self, at: At<'_>, item: Item<'a>) {
        self.put(&at, item.into());
    }

    fn begin(&mut self, _: At<'_>, open: Open<'a>) {
        self.open.push(match open {
            Open::Struct(declaration) => Value::Map(Fields(Vec::with_capacity(declaration.fields.len()))),
            Open::Record { variant: None, .. } => Value::Map(Fields::default()),
            Open::Record { variant: Some(variant), .. } => {
                Value::Map(Fields(alloc::vec![(Cow::Borrowed("reading"), Value::Text(variant.into()))]))
            }
            Open::List { raw: None } => Value::List(Vec::new()),
            Open::List { raw: Some(raw) } | Open::Bytes(raw) => Value::Bytes(raw.into()),
        });
    }

    fn end(&mut self, at: At<'_>, _: Open<'a>) {
        if let Some(value) = self.open.pop() {
            self.put(&at, value);
        }
    }

    fn irregular(&mut self, at: At<'_>, _: Item<'a>, raw: &'a [u8]) {
        self.put(&at, Value::Bytes(raw.into()));
    }

    fn counts(&mut self, at: At<'_>, counts: Counts) {
        if counts.max != counts.actual {
            self.contents.max_counts.push((at.path.to_path().to_string(), counts.max));
        }
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}
