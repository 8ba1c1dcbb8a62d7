//! Values of any structure, made from decisions: for tests and fuzz targets.
//!
//! Whoever decides is a [`Chance`]: bytes of an input, which end, or a generator of numbers, which does not.
#![doc(hidden)]

use cluscope::internals::base::Guid;
use cluscope::internals::consts::Constant;
use cluscope::internals::consts::content::BufferFormat;
use cluscope::internals::consts::properties;
use cluscope::internals::consts::syntax::CLUSTER_PROPERTY_SYNTAX;
use cluscope::internals::ndr::Syntax;
use cluscope::internals::ndr::types::Scalar;
use cluscope::internals::ndr::value::{Fields, Value};
use cluscope::internals::structs::records;
use cluscope::internals::structs::types::{Element, Record, Type};
use cluscope::internals::structs::{Kind, Structure};
use std::string::{String, ToString as _};
use std::vec::Vec;

/// Decides. When it always decides for zero, everything that is made still ends.
pub trait Chance {
    /// A number of so many bytes, 8 at most.
    fn bytes_of_number(&mut self, bytes: usize) -> u64;

    /// A number below `n`; 0 if that is 0.
    fn below(&mut self, n: u64) -> u64 {
        let bytes = if n <= 0x100 { 1 } else { 4 };
        self.bytes_of_number(bytes).checked_rem(n).unwrap_or(0)
    }

    /// A number of so many bits; small ones and the largest one come often.
    fn number(&mut self, bits: u32) -> u64 {
        let mask = if bits >= 64 { u64::MAX } else { (1 << bits) - 1 };
        match self.below(4) {
            0 => self.below(4),
            1 => mask,
            _ => self.bytes_of_number(bits.div_ceil(8) as usize) & mask,
        }
    }

    /// So many bytes.
    fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.bytes_of_number(1) as u8).collect()
    }

    /// Text of at most so many code units less one.
    fn text(&mut self, most: usize) -> Value {
        let most = if self.below(3) == 0 { most } else { most.min(6) };
        let (mut text, mut units) = (String::new(), 0);
        while units + 2 <= most {
            let character = ['a', 'Z', '7', '\\', 'ü', '名', '😀', ' '][self.below(8) as usize];
            text.push(character);
            units += character.len_utf16();
            if self.below(8) == 0 {
                break;
            }
        }
        Value::Text(text)
    }

    /// A GUID.
    fn guid(&mut self) -> Value {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.bytes(16));
        Value::Text(Guid(bytes).to_string())
    }

    /// A record in one of its readings.
    fn record(&mut self, record: &'static Record, variant: usize) -> Value {
        let mut fields = Fields::default();
        for (_, member) in record.members_of(variant) {
            let known = |name| match fields.get(name) {
                Some(Value::Int(n)) => *n,
                _ => 0,
            };
            if member.when.is_some_and(|when| !when.holds(known(when.member()))) {
                continue;
            }
            let value = match member.ty {
                // Lengths come from what they count.
                Type::Int(_) if lengths(record).any(|name| name == member.field.name) => continue,
                Type::Int(Scalar::U32) if record.name == "CLUSDSK_DISKID" => (self.below(2) + 1).into(),
                Type::Int(scalar) => {
                    let n = self.number(8 * scalar.size(Syntax::Ndr) as u32);
                    if scalar == Scalar::I32 { (n as u32 as i32).into() } else { n.into() }
                }
                Type::Total | Type::Gap(_) | Type::Fill(_) => continue,
                Type::Guid => self.guid(),
                Type::Ipv4 => Value::Text(core::net::Ipv4Addr::from(self.bytes_of_number(4) as u32).to_string()),
                Type::Ipv6 => {
                    Value::Text(core::net::Ipv6Addr::from(u128::from(self.bytes_of_number(8)) << 40).to_string())
                }
                Type::Bytes(n) => Value::Bytes(self.bytes(n)),
                Type::SizedBytes(_) => {
                    let n = self.below(9) as usize;
                    Value::Bytes(self.bytes(n))
                }
                Type::Sized(_, inner) => {
                    let mut bytes = Vec::new();
                    if let Value::Map(fields) = self.record(inner, 0)
                        && cluscope::internals::structs::writer::record(inner, &fields, &mut bytes).is_err()
                    {
                        bytes.clear();
                    }
                    Value::Bytes(bytes)
                }
                Type::Wide(units) => self.text(units - 1),
                Type::Chars(units) => self.text(units),
                Type::Sz | Type::SzRest | Type::CheckedSz(_) | Type::SizedSz(_) | Type::CountedSz(_) => self.text(40),
                Type::Record(inner) => self.record(inner, 0),
                Type::MultiSzRest => self.texts(),
                Type::Counted(_, element) | Type::Rest(element) => {
                    let n = self.below(4);
                    Value::List((0..n).map(|_| self.element(element)).collect())
                }
            };
            fields.set(member.field.name, value);
        }
        if variant != record.encode
            && let Some(variant) = record.variants.get(variant)
        {
            fields.set("reading", variant.name);
        }
        Value::Map(fields)
    }

    /// An element of an array.
    fn element(&mut self, element: Element) -> Value {
        match element {
            Element::U32 => self.number(32).into(),
            Element::Guid => self.guid(),
            Element::Record(inner) => self.record(inner, 0),
        }
    }

    /// A syntax that a value of a property can have.
    fn syntax(&mut self) -> u32 {
        let members = CLUSTER_PROPERTY_SYNTAX::TABLE.members;
        let first = self.below(members.len() as u64) as usize;
        let value = |n: u32| n != 0 && n != 0x0004_0003;
        let found = members.iter().cycle().skip(first).take(members.len()).find(|m| value(m.value as u32));
        found.map_or(0x0001_0002, |m| m.value as u32)
    }

    /// A value of a property: syntax and value.
    fn property_value(&mut self) -> Value {
        let syntax = self.syntax();
        self.value_of(syntax)
    }

    /// The same, of this syntax.
    fn value_of(&mut self, syntax: u32) -> Value {
        let value = match (syntax, syntax & 0xffff) {
            (0x0002_0002, _) if self.below(2) == 0 => self.record(&records::disk::CLUS_RESOURCE_CLASS_INFO, 0),
            (0x0006_0002, _) => self.record(&records::disk::CLUS_SCSI_ADDRESS, 0),
            (0x0008_0001, _) => self.record(&records::disk::CLUS_PARTITION_INFO, 0),
            (0x000d_0001, _) => self.record(&records::disk::CLUS_PARTITION_INFO_EX, 0),
            (0x000e_0001, _) => {
                let variant = self.below(2) as usize;
                self.record(&records::disk::CLUS_PARTITION_INFO_EX2, variant)
            }
            (_, 9) => Value::Bytes(self.security_descriptor()),
            (_, 1 | 14) => {
                let n = self.below(20) as usize;
                Value::Bytes(self.bytes(n))
            }
            (_, 2) => self.number(32).into(),
            (_, 3 | 4 | 8) => self.text(30),
            (_, 5) => self.texts(),
            (_, 7) => (self.number(32) as u32 as i32).into(),
            (_, 11) => self.number(16).into(),
            _ => self.number(64).into(),
        };
        let mut fields = Fields::default();
        fields.set("syntax", syntax);
        fields.set("value", value);
        Value::Map(fields)
    }

    /// A few texts, none of them empty.
    fn texts(&mut self) -> Value {
        let n = self.below(4);
        Value::List((0..n).map(|_| self.text(9)).filter(|text| *text != "".into()).collect())
    }

    /// A few values of properties.
    fn values(&mut self, most: u64) -> Value {
        let n = self.below(most);
        Value::List((0..n).map(|_| self.property_value()).collect())
    }

    /// A property. Some have names that the specification knows, but none that holds a secret.
    fn property(&mut self) -> Value {
        let known = properties::ALL.get(self.below(properties::ALL.len() as u64 * 2) as usize);
        let name = match known.filter(|known| !known.secret) {
            Some(known) => Value::Text(known.name.to_string()),
            None => self.text(12),
        };
        let mut fields = Fields::default();
        fields.set("name", name);
        fields.set("values", self.values(4));
        Value::Map(fields)
    }

    /// A property list.
    fn property_list(&mut self) -> Value {
        let n = self.below(5);
        let properties: Vec<_> = (0..n).map(|_| self.property()).collect();
        self.list_of(properties)
    }

    /// A property list of these properties.
    fn list_of(&mut self, properties: Vec<Value>) -> Value {
        let mut fields = Fields::default();
        fields.set("propertyCount", properties.len() as u64);
        fields.set("properties", Value::List(properties));
        if self.below(3) == 0 {
            fields.set("final_endmark", true);
        }
        Value::Map(fields)
    }

    /// A list that tells formats: each value is one, or nothing.
    fn property_formats(&mut self) -> Value {
        let n = self.below(4);
        let properties = (0..n).map(|_| {
            let name = self.text(12);
            let mut value = Fields::default();
            if self.below(2) == 0 {
                value.set("syntax", 0x0001_000b_u32);
                value.set("value", self.below(20));
            } else {
                value.set("syntax", self.syntax());
                value.set("value", Value::Bytes(Vec::new()));
            }
            let mut fields = Fields::default();
            fields.set("name", name);
            fields.set("values", Value::List([Value::Map(value)].into()));
            Value::Map(fields)
        });
        let properties = properties.collect();
        self.list_of(properties)
    }

    /// A command of a batch.
    fn command(&mut self) -> Value {
        let mut fields = Fields::default();
        fields.set("CommandType", self.below(20));
        fields.set("ValueType", self.below(13));
        fields.set("Name", self.text(20));
        let n = self.below(11) as usize;
        fields.set("Data", Value::Bytes(self.bytes(n)));
        Value::Map(fields)
    }

    /// A batch.
    fn batch(&mut self) -> Value {
        let n = self.below(6);
        let commands = (0..n).map(|_| self.command()).collect();
        let mut fields = Fields::default();
        fields.set("VersionNumber", 1u32);
        fields.set("commands", Value::List(commands));
        Value::Map(fields)
    }

    /// A value list.
    fn value_list(&mut self) -> Value {
        let mut fields = Fields::default();
        fields.set("values", self.values(5));
        Value::Map(fields)
    }

    /// Value lists of disks, each of which begins with a signature or a GUID.
    fn disk_list(&mut self) -> Value {
        const FIRST: [u32; 2] = [0x0005_0002, 0x000b_0003];
        let n = self.below(4);
        let disks = (0..n).map(|_| {
            let first = FIRST[self.below(2) as usize];
            let mut values = Vec::from([self.value_of(first)]);
            for _ in 0..self.below(4) {
                let syntax = self.syntax();
                if !FIRST.contains(&syntax) {
                    values.push(self.value_of(syntax));
                }
            }
            let mut fields = Fields::default();
            fields.set("values", Value::List(values));
            if self.below(3) == 0 {
                // As many as one is what comes without saying.
                fields.set("end_marks", [0u32, 2, 3][self.below(3) as usize]);
            }
            Value::Map(fields)
        });
        let mut fields = Fields::default();
        fields.set("disks", Value::List(disks.collect()));
        Value::Map(fields)
    }

    /// A security identifier.
    fn sid(&mut self) -> Vec<u8> {
        let subs = self.below(5);
        let mut bytes = Vec::from([1, subs as u8, 0, 0, 0, 0, 0, self.below(20) as u8]);
        for _ in 0..subs {
            let sub = if self.below(2) == 0 { self.below(0x300) } else { self.number(32) };
            bytes.extend((sub as u32).to_le_bytes());
        }
        bytes
    }

    /// An access control list.
    fn acl(&mut self) -> Vec<u8> {
        let count = self.below(4);
        let mut entries = Vec::new();
        for _ in 0..count {
            let (kind, flags) = (self.below(24) as u8, self.bytes_of_number(1) as u8);
            let mut body = self.bytes(4);
            if self.below(2) == 0 {
                let present = self.below(4) as u32;
                body.extend(present.to_le_bytes());
                body.extend(self.bytes(16 * present.count_ones() as usize));
            }
            body.extend(self.sid());
            entries.extend([kind, flags]);
            entries.extend((body.len() as u16 + 4).to_le_bytes());
            entries.extend(body);
        }
        let mut bytes = Vec::from([2, 0]);
        bytes.extend((entries.len() as u16 + 8).to_le_bytes());
        bytes.extend((count as u16).to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(entries);
        bytes
    }

    /// A self-relative security descriptor that can be read.
    fn security_descriptor(&mut self) -> Vec<u8> {
        let control = self.bytes_of_number(2) as u16 | 0x8000;
        let present = self.bytes_of_number(1);
        let mut parts = Vec::new();
        let mut bytes = Vec::from([1, 0]);
        bytes.extend(control.to_le_bytes());
        for part in 0..4u32 {
            let place = 20 + parts.len() as u32;
            if present & (1 << part) == 0 {
                bytes.extend([0; 4]);
                continue;
            }
            bytes.extend(place.to_le_bytes());
            parts.extend(if part < 2 { self.sid() } else { self.acl() });
        }
        bytes.extend(parts);
        bytes
    }
}

/// The members that say how long others are.
fn lengths(record: &'static Record) -> impl Iterator<Item = &'static str> {
    record.members.iter().filter_map(|m| match m.ty {
        Type::SizedBytes(name)
        | Type::Sized(name, _)
        | Type::SizedSz(name)
        | Type::CheckedSz(name)
        | Type::CountedSz(name)
        | Type::Counted(name, _) => Some(name),
        _ => None,
    })
}

/// A value of a structure, whichever it is.
pub fn value(structure: &Structure, chance: &mut impl Chance) -> Value {
    match structure.kind {
        Kind::Record(record) => {
            let variant = chance.below(record.variants.len() as u64) as usize;
            chance.record(record, variant)
        }
        Kind::Property => chance.property(),
        Kind::Batch => chance.batch(),
        Kind::Command => chance.command(),
        Kind::Format(BufferFormat::PropertyFormats) => chance.property_formats(),
        Kind::Format(BufferFormat::Values(_)) => chance.value_list(),
        Kind::Format(BufferFormat::ValuesPerDisk(_)) => chance.disk_list(),
        Kind::Format(BufferFormat::MultiSz) => chance.texts(),
        Kind::Format(BufferFormat::SecurityDescriptor) => Value::Bytes(chance.security_descriptor()),
        Kind::Format(_) => chance.property_list(),
    }
}
