//! Declarations of custom-marshalled structures in words: the members with their types, and where they stand.

use super::types::{Element, Type};
use super::{Kind, Structure, batch, property_list, value_list};
use crate::consts::content::BufferFormat;
use crate::ndr::types::Field;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A member in words.
#[derive(Clone, Debug)]
pub struct Described {
    /// Its declaration.
    pub field: &'static Field,
    /// The type on the wire: `u32`, `UTF-16 text of 260 units` …
    pub ty: String,
    /// Bytes from the start of the structure; `None` behind what has no fixed length.
    pub offset: Option<usize>,
    /// Bytes that it takes; `None` if that depends on the value.
    pub size: Option<usize>,
    /// When it is there, if not always.
    pub when: Option<String>,
}

/// The readings of a structure by name, each with its members; one without a name for most.
pub fn members(structure: &Structure) -> Vec<(&'static str, Vec<Described>)> {
    match structure.kind {
        Kind::Record(record) => {
            let reading = |variant: usize| {
                let name = record.variants.get(variant).map_or("", |reading| reading.name);
                let mut at = Some(0usize);
                let member = |(_, member): (usize, &'static super::types::Member)| {
                    let (offset, size) = (at, member.size());
                    at = at.zip(size).map(|(at, size)| at + size);
                    let when = member.when.map(|when| match when {
                        super::types::Condition::Is(name, value) => format!("if {name} is {value}"),
                        super::types::Condition::Outside(name, low, high) => {
                            format!("unless {name} is {low} to {high}")
                        }
                    });
                    Described { field: &member.field, ty: words(member.ty), offset, size, when }
                };
                (name, record.members_of(variant).map(member).collect())
            };
            (0..record.variants.len().max(1)).map(reading).collect()
        }
        Kind::Property => one(&[
            (&property_list::NAME, "syntax u32, size u32, UTF-16 text, padding to 4", Some(0)),
            (&property_list::VALUES, "for each value syntax u32, size u32, bytes, padding to 4; an end mark u32", None),
        ]),
        Kind::Batch => one(&[
            (&batch::VERSION_NUMBER, "u32", Some(0)),
            (&batch::COMMANDS, "BATCH_UPDATE_COMMAND, to the end", Some(4)),
        ]),
        Kind::Command => one(&[
            (&batch::COMMAND_TYPE, "u32", Some(0)),
            (&batch::VALUE_TYPE, "u32", Some(4)),
            (&batch::NAME, "size u32, UTF-16 text", Some(8)),
            (&batch::DATA, "size u32, bytes, padding to 2", None),
        ]),
        Kind::Format(BufferFormat::PropertyList | BufferFormat::PropertyListOf(_) | BufferFormat::PropertyFormats) => {
            one(&[
                (&property_list::PROPERTY_COUNT, "u32", Some(0)),
                (&property_list::PROPERTIES, "PROPERTY_VALUE, so many", Some(4)),
                (&property_list::FINAL_ENDMARK, "an end mark u32 that may stand there", None),
            ])
        }
        Kind::Format(BufferFormat::Values(_)) => one(&[
            (&value_list::VALUES, "for each value syntax u32, size u32, bytes, padding to 4", Some(0)),
            (&value_list::END_MARK, "an end mark u32", None),
        ]),
        Kind::Format(BufferFormat::ValuesPerDisk(_)) => one(&[
            (&value_list::DISKS, "VALUE_LIST, to the end", Some(0)),
            (&value_list::END_MARKS, "end marks u32", None),
        ]),
        Kind::Format(_) => Vec::new(),
    }
}

fn one(members: &[(&'static Field, &str, Option<usize>)]) -> Vec<(&'static str, Vec<Described>)> {
    let member = |(field, ty, offset): &(&'static Field, &str, Option<usize>)| {
        let size = (*ty == "u32").then_some(4);
        Described { field, ty: (*ty).to_string(), offset: *offset, size, when: None }
    };
    Vec::from([("", members.iter().map(member).collect())])
}

/// A type in words.
fn words(ty: Type) -> String {
    let element = |element: Element| match element {
        Element::U32 => "u32",
        Element::Guid => "GUID",
        Element::Record(record) => record.name,
    };
    match ty {
        Type::Int(scalar) => scalar.name().into(),
        Type::Total => "u32, bytes of the whole structure".into(),
        Type::Guid => "GUID".into(),
        Type::Ipv4 => "IPv4 address, 4 bytes".into(),
        Type::Ipv6 => "IPv6 address, 16 bytes".into(),
        Type::Bytes(n) => format!("{n} bytes"),
        Type::Gap(n) => format!("gap of {n} bytes"),
        Type::Fill(n) => format!("bytes up to a length of {n}"),
        Type::SizedBytes(size) => format!("{size} bytes"),
        Type::Sized(size, record) => format!("{} in {size} bytes", record.name),
        Type::Wide(n) => format!("UTF-16 text in a field of {n} units, with terminator"),
        Type::Chars(n) => format!("UTF-16 text in a field of {n} units"),
        Type::Sz => "UTF-16 text up to its terminator".into(),
        Type::CheckedSz(size) => format!("UTF-16 text up to its terminator, {size} units"),
        Type::SzRest => "UTF-16 text to the end".into(),
        Type::MultiSzRest => "MULTI_SZ to the end".into(),
        Type::SizedSz(size) => format!("UTF-16 text in {size} bytes"),
        Type::CountedSz(size) => format!("UTF-16 text in {size} bytes or units"),
        Type::Record(record) => record.name.into(),
        Type::Counted(count, inner) => format!("{count} times {}", element(inner)),
        Type::Rest(inner) => format!("{} to the end", element(inner)),
    }
}
