//! Tests of the structures: [`fixed`] bytes with known values, [`hostile`] input,
//! [`shown`] output (to the printers one by one: [`sinks`]), what is [`written`] of records. Values made at random are tested in `testkit`.

mod exact;
mod fixed;
mod formats;
mod hostile;
mod printed;
mod shown;
mod shown_lines;
mod sinks;
mod written;

use super::{ALL, Structure};
use crate::ndr::types::{Field, Semantics};
use crate::ndr::value::Value;
use crate::ndr::visitor::{At, FieldPath, Item, Open, Place, Visitor};

/// Which member or element a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Top,
    Name(&'static str),
    Index(u32),
}

impl Key {
    fn of(at: &At<'_>) -> Key {
        match at.index {
            Some(index) => Key::Index(index),
            None if at.field.name.is_empty() => Key::Top,
            None => Key::Name(at.field.name),
        }
    }

    fn at(self, semantics: Semantics) -> At<'static> {
        let (name, index) = match self {
            Key::Top => ("", None),
            Key::Name(name) => (name, None),
            Key::Index(index) => ("list", Some(index)),
        };
        let field = Box::leak(Box::new(Field::of_buffer(name, semantics)));
        Place { field, index, path: &FieldPath::ROOT }.at(semantics, 0..0)
    }
}

/// Tells a visitor values by hand.
trait Tell<'a>: Visitor<'a> {
    fn tell(&mut self, key: Key, semantics: Semantics, item: Item<'a>, raw: Option<&'a [u8]>) {
        match raw {
            None => item.visit(key.at(semantics), self),
            Some(raw) => self.irregular(key.at(semantics), item, raw),
        }
    }
    fn open(&mut self, key: Key, open: Open<'a>) {
        self.begin(key.at(Semantics::Structure), open);
    }
    fn close(&mut self, open: Open<'a>) {
        self.end(Key::Top.at(Semantics::Structure), open);
    }
}

impl<'a, V: Visitor<'a> + ?Sized> Tell<'a> for V {}

/// Decodes, which must take all bytes and break no rule.
fn clean(name: &str, bytes: &[u8]) -> Value {
    let decoded = super::decode(name, bytes).unwrap();
    assert_eq!(decoded.error, None, "{name}");
    assert!(decoded.trailing.is_empty(), "{name}: trailing {:02x?}", decoded.trailing);
    assert!(decoded.diagnostics.is_empty(), "{name}: {}", decoded.diagnostics[0]);
    decoded.value.unwrap()
}

/// Decodes and encodes, which must give the same bytes.
fn there_and_back(name: &str, bytes: &[u8]) -> Value {
    let value = clean(name, bytes);
    assert_eq!(super::encode(name, &value).unwrap(), bytes, "{name}: {value:?}");
    value
}

fn member<'v>(value: &'v Value, name: &str) -> &'v Value {
    match value {
        Value::Map(fields) => fields.get(name).unwrap_or_else(|| panic!("no member {name} in {value:?}")),
        other => panic!("no members in {other:?}"),
    }
}

fn element(value: &Value, index: usize) -> &Value {
    match value {
        Value::List(list) => &list[index],
        other => panic!("no elements in {other:?}"),
    }
}

/// Text in UTF-16 with its terminator.
fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

/// Text in a fixed field.
fn field(text: &str, units: usize) -> Vec<u8> {
    let mut bytes = wide(text);
    bytes.resize(units * 2, 0);
    bytes
}

/// Bytes from parts.
fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// Syntax, size, data, padding.
fn entry(syntax: u32, data: &[u8]) -> Vec<u8> {
    let padding = data.len().wrapping_neg() & 3;
    join(&[&syntax.to_le_bytes(), &(data.len() as u32).to_le_bytes(), data, &[0; 3][..padding]])
}

/// A property list of these properties, each a name and entries.
fn list(properties: &[(&str, &[Vec<u8>])]) -> Vec<u8> {
    let mut bytes = (properties.len() as u32).to_le_bytes().to_vec();
    for (name, values) in properties {
        bytes.extend(entry(0x0004_0003, &wide(name)));
        bytes.extend(values.concat());
        bytes.extend([0; 4]);
    }
    bytes
}

/// Reads as every structure, and prints all that it finds.
fn read_as_everything(bytes: &[u8]) {
    for structure in ALL {
        read_as(structure, bytes);
    }
}

fn read_as(structure: &Structure, bytes: &[u8]) {
    cluscope_testkit::invariants::structures::named(structure.name, bytes);
}
