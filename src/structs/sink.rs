//! Where the readers of structures put what they find: a value at a time, in the order of the bytes, borrowed from
//! them. Whatever was begun is ended, on errors too, so that a printer can show what came before.
//!
//! [`Null`] only validates, [`Collect`] makes the tree that [`super::encode`] takes; printers are in `json.rs` and
//! `text.rs`.

use crate::base::Guid;
use crate::base::diagnostic::Diagnostic;
use crate::ndr::WStr;
use crate::ndr::types::Semantics;
use crate::ndr::value::{Fields, Value};
use alloc::borrow::Cow;
use alloc::string::ToString;
use alloc::vec::Vec;

/// Which member or element a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The outermost value.
    Top,
    /// A member, by its name in the specification.
    Name(&'static str),
    /// An element, counted from 0.
    Index(u32),
}

/// A single value.
#[derive(Clone, Copy, Debug)]
pub enum Item<'a> {
    /// Unsigned integer.
    Uint(u64),
    /// Signed integer.
    Int(i64),
    /// Yes or no, where the structure has no integer for it.
    Bool(bool),
    /// 100 ns since 1601.
    FileTime(u64),
    /// GUID.
    Guid(Guid),
    /// Text without its terminator.
    Text(WStr<'a>),
    /// Code units in which some surrogate has no partner, as they stand.
    Units(WStr<'a>),
    /// IPv4 address, octets in network order.
    Ipv4([u8; 4]),
    /// IPv6 address, octets in network order.
    Ipv6([u8; 16]),
    /// Octets; of a security descriptor if the meaning says so.
    Bytes(&'a [u8]),
}

/// Something that holds other values.
#[derive(Clone, Copy, Debug)]
pub enum Open<'a> {
    /// Members by name. The reading is given where the text can be read in several ways and the bytes are not in the
    /// one that encoding would choose.
    Record {
        /// The structure's name.
        name: &'static str,
        /// Which way of reading the text was taken.
        variant: Option<&'static str>,
    },
    /// Elements. `raw` holds the octets where they are not what encoding the elements would give.
    List {
        /// The octets.
        raw: Option<&'a [u8]>,
    },
    /// Octets, followed by what they hold as member `decoded`, with these names for its type.
    Bytes(&'a [u8]),
}

/// Takes what a reader finds. Readers are made for the sink that they are given: fast, and large. They take
/// `&mut dyn Sink`, too, which is for sinks that have time.
pub trait Sink<'a> {
    /// A value. `raw` holds the octets where they are not what encoding the value would give.
    fn item(&mut self, key: Key, semantics: Semantics, item: Item<'a>, raw: Option<&'a [u8]>) {
        let _ = (key, semantics, item, raw);
    }

    /// The start of something that holds others.
    fn begin(&mut self, key: Key, open: Open<'a>) {
        let _ = (key, open);
    }

    /// Its end.
    fn end(&mut self, open: Open<'a>) {
        let _ = open;
    }

    /// A broken rule.
    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        let _ = diagnostic;
    }

    /// The name of the property or command in which the error is that follows.
    fn blame(&mut self, name: WStr<'a>) {
        let _ = name;
    }
}

/// Takes nothing: for validation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Null;

impl Sink<'_> for Null {}

/// Collects a tree of owned values.
#[derive(Debug, Default)]
pub struct Collect {
    /// The outermost value, when it is complete.
    pub value: Option<Value>,
    /// Broken rules.
    pub diagnostics: Vec<Diagnostic>,
    open: Vec<(Key, Value)>,
}

impl Collect {
    fn put(&mut self, key: Key, value: Value) {
        match self.open.last_mut() {
            None => self.value = Some(value),
            Some((_, Value::List(list))) => list.push(value),
            Some((_, Value::Map(fields))) => {
                if let Key::Name(name) = key {
                    fields.0.push((Cow::Borrowed(name), value));
                }
            }
            // What octets hold is told by the octets.
            Some(_) => {}
        }
    }
}

impl<'a> Sink<'a> for Collect {
    fn item(&mut self, key: Key, _: Semantics, item: Item<'a>, raw: Option<&'a [u8]>) {
        let value = match (raw, item) {
            (Some(raw), _) => Value::Bytes(raw.into()),
            (None, Item::Uint(n) | Item::FileTime(n)) => Value::Int(n),
            (None, Item::Int(n)) => Value::Int(n as u64),
            (None, Item::Bool(b)) => Value::Int(u64::from(b)),
            (None, Item::Guid(guid)) => Value::Text(guid.to_string()),
            (None, Item::Text(text)) => text.into(),
            (None, Item::Units(units)) => Value::Units(units.units().collect()),
            (None, Item::Ipv4(octets)) => Value::Text(core::net::Ipv4Addr::from(octets).to_string()),
            (None, Item::Ipv6(octets)) => Value::Text(core::net::Ipv6Addr::from(octets).to_string()),
            (None, Item::Bytes(bytes)) => Value::Bytes(bytes.into()),
        };
        self.put(key, value);
    }

    fn begin(&mut self, key: Key, open: Open<'a>) {
        let value = match open {
            Open::Record { variant, .. } => {
                let mut fields = Fields::default();
                if let Some(variant) = variant {
                    fields.0.push((Cow::Borrowed("reading"), Value::Text(variant.into())));
                }
                Value::Map(fields)
            }
            Open::List { raw: Some(raw) } | Open::Bytes(raw) => Value::Bytes(raw.into()),
            Open::List { raw: None } => Value::List(Vec::new()),
        };
        self.open.push((key, value));
    }

    fn end(&mut self, _: Open<'a>) {
        if let Some((key, value)) = self.open.pop() {
            self.put(key, value);
        }
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}
