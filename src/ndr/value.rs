//! A tree of values: what the writer encodes, and what a stub decodes to where borrowing is no use.
//!
//! Read next: [`super::write`](mod@super::write).

use super::WStr;
use super::sink::{At, ContextHandle, Counts, Sink};
use super::types::{Scalar, Struct};
use crate::base::diagnostic::Diagnostic;
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

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
    /// Octets.
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

/// The contents of a stub: parameters by name, the return value under `return`, and what the values don't tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The parameters.
    pub fields: Fields,
    /// Maximum counts that differ from the actual ones, by path (`lpOutBuffer`).
    pub max_counts: Vec<(String, u64)>,
}

/// Collects a stub's [`Contents`] and diagnostics.
#[derive(Debug, Default)]
pub struct Collect {
    /// What was read so far.
    pub contents: Contents,
    /// Broken rules.
    pub diagnostics: Vec<Diagnostic>,
    open: Vec<Value>,
}

impl Collect {
    fn put(&mut self, at: &At<'_>, value: Value) {
        let name = Cow::Borrowed(at.field.name);
        match self.open.last_mut() {
            None => self.contents.fields.0.push((name, value)),
            Some(Value::List(list)) => list.push(value),
            Some(Value::Map(fields)) => fields.0.push((name, value)),
            Some(_) => {}
        }
    }

    fn counts(&mut self, at: &At<'_>, counts: Counts) {
        if counts.max != counts.actual {
            self.contents.max_counts.push((at.trail.to_path().to_string(), counts.max));
        }
    }

    fn close(&mut self, at: &At<'_>) {
        if let Some(value) = self.open.pop() {
            self.put(at, value);
        }
    }
}

impl<'a> Sink<'a> for Collect {
    fn scalar(&mut self, at: At<'_>, _: Scalar, value: u64) {
        self.put(&at, Value::Int(value));
    }

    fn filetime(&mut self, at: At<'_>, value: u64) {
        self.put(&at, Value::Int(value));
    }

    fn handle(&mut self, at: At<'_>, handle: ContextHandle) {
        self.put(&at, Value::Handle(handle));
    }

    fn guid(&mut self, at: At<'_>, guid: super::sink::Guid) {
        self.put(&at, Value::Text(guid.to_string()));
    }

    fn string(&mut self, at: At<'_>, text: WStr<'a>, _: bool, counts: Counts) {
        self.counts(&at, counts);
        self.put(&at, text.into());
    }

    fn bytes(&mut self, at: At<'_>, bytes: &'a [u8], counts: Counts) {
        self.counts(&at, counts);
        self.put(&at, Value::Bytes(bytes.into()));
    }

    fn units(&mut self, at: At<'_>, units: WStr<'a>, counts: Counts) {
        self.counts(&at, counts);
        self.put(&at, Value::Units(units.units().collect()));
    }

    fn null(&mut self, at: At<'_>) {
        self.put(&at, Value::Null);
    }

    fn alias(&mut self, at: At<'_>, referent: u64) {
        self.put(&at, Value::alias(referent));
    }

    fn begin_struct(&mut self, _: At<'_>, declaration: &'static Struct) {
        self.open.push(Value::Map(Fields(Vec::with_capacity(declaration.fields.len()))));
    }

    fn end_struct(&mut self, at: At<'_>) {
        self.close(&at);
    }

    fn begin_array(&mut self, at: At<'_>, counts: Counts) {
        self.counts(&at, counts);
        self.open.push(Value::List(Vec::new()));
    }

    fn end_array(&mut self, at: At<'_>) {
        self.close(&at);
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}
