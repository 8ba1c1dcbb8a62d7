//! Values made up from the declarations, encoded, decoded and encoded again.

use super::{element, member};
use crate::consts::Constant;
use crate::consts::syntax::CLUSTER_PROPERTY_SYNTAX;
use crate::ndr::types::Scalar;
use crate::ndr::value::{Fields, Value};
use crate::structs::types::{Element, Record, Type};
use crate::structs::{decode, encode, records};

/// A small generator of numbers (splitmix64): the same ones on every run.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    pub(super) fn number(&mut self, bits: u32) -> u64 {
        let mask = if bits >= 64 { u64::MAX } else { (1 << bits) - 1 };
        match self.below(4) {
            0 => self.below(4),
            1 => mask,
            _ => self.next() & mask,
        }
    }

    pub(super) fn octets(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.next() as u8).collect()
    }

    pub(super) fn text(&mut self, most: usize) -> Value {
        let most = match self.below(3) {
            0 => most,
            _ => most.min(6),
        };
        let mut text = String::new();
        while text.encode_utf16().count() + 2 <= most {
            text.push(['a', 'Z', '7', '\\', 'ü', '名', '😀', ' '][self.below(8) as usize]);
            if self.below(8) == 0 {
                break;
            }
        }
        Value::Text(text)
    }

    pub(super) fn record(&mut self, record: &'static Record, reading: usize) -> Value {
        let mut fields = Fields::default();
        for (_, m) in record.members_of(reading) {
            if m.when.is_some_and(|(name, value)| fields.get(name) != Some(&value.into())) {
                continue;
            }
            let value = match m.ty {
                Type::Int(scalar) if lengths(record).any(|name| name == m.name) => {
                    let _ = scalar;
                    continue;
                }
                Type::Int(Scalar::U32) if record.name == "CLUSDSK_DISKID" => (self.below(2) + 1).into(),
                Type::Int(scalar) => {
                    let n = self.number(8 * scalar.size(crate::ndr::Syntax::Ndr) as u32);
                    if scalar == Scalar::I32 { (n as u32 as i32).into() } else { n.into() }
                }
                Type::Total | Type::Gap(_) | Type::Fill(_) => continue,
                Type::Guid => {
                    let octets: [u8; 16] = self.octets(16).try_into().unwrap();
                    Value::Text(crate::ndr::sink::Guid(octets).to_string())
                }
                Type::Ipv4 => Value::Text(std::net::Ipv4Addr::from(self.next() as u32).to_string()),
                Type::Ipv6 => Value::Text(std::net::Ipv6Addr::from(u128::from(self.next()) << 40).to_string()),
                Type::Bytes(n) => Value::Bytes(self.octets(n)),
                Type::SizedBytes(_) => {
                    let n = self.below(9) as usize;
                    Value::Bytes(self.octets(n))
                }
                Type::Sized(_, inner) => {
                    let inner = self.record(inner, 0);
                    let mut octets = Vec::new();
                    let Value::Map(fields) = inner else { panic!() };
                    crate::structs::writer::record(&records::node::CBFLT_PATH_IDS, &fields, &mut octets).unwrap();
                    Value::Bytes(octets)
                }
                Type::Wide(units) => self.text(units - 1),
                Type::Chars(units) => self.text(units),
                Type::Sz | Type::SzRest | Type::CheckedSz(_) | Type::SizedSz(_) | Type::CountedSz(_) => self.text(40),
                Type::Record(inner) => self.record(inner, 0),
                Type::Counted(_, e) | Type::Rest(e) => {
                    let n = self.below(4);
                    Value::List((0..n).map(|_| self.element(e)).collect())
                }
            };
            fields.set(m.name, value);
        }
        if reading != record.encode {
            fields.set("reading", record.readings[reading].name);
        }
        Value::Map(fields)
    }

    fn element(&mut self, element: Element) -> Value {
        match element {
            Element::U32 => self.number(32).into(),
            Element::Guid => Value::Text(crate::ndr::sink::Guid(self.octets(16).try_into().unwrap()).to_string()),
            Element::Record(inner) => self.record(inner, 0),
        }
    }

    pub(super) fn property_value(&mut self) -> Value {
        let members = CLUSTER_PROPERTY_SYNTAX::TABLE.members;
        let syntax = loop {
            let syntax = members[self.below(members.len() as u64) as usize].value;
            if syntax != 0 && syntax != 0x0004_0003 {
                break syntax;
            }
        };
        let value = match (syntax, syntax & 0xffff) {
            (0x0002_0002, _) if self.below(2) == 0 => self.record(&records::disk::CLUS_RESOURCE_CLASS_INFO, 0),
            (0x0006_0002, _) => self.record(&records::disk::CLUS_SCSI_ADDRESS, 0),
            (0x0008_0001, _) => self.record(&records::disk::CLUS_PARTITION_INFO, 0),
            (0x000d_0001, _) => self.record(&records::disk::CLUS_PARTITION_INFO_EX, 0),
            (0x000e_0001, _) => {
                let reading = self.below(2) as usize;
                self.record(&records::disk::CLUS_PARTITION_INFO_EX2, reading)
            }
            (_, 1 | 9) => {
                let n = self.below(20) as usize;
                Value::Bytes(self.octets(n))
            }
            (_, 2) => self.number(32).into(),
            (_, 3 | 4 | 8) => self.text(30),
            (_, 5) => {
                let texts = (0..self.below(4)).map(|_| self.text(9)).filter(|t| *t != "".into()).collect();
                Value::List(texts)
            }
            (_, 7) => (self.number(32) as u32 as i32).into(),
            (_, 11) => self.number(16).into(),
            _ => self.number(64).into(),
        };
        let mut fields = Fields::default();
        fields.set("syntax", syntax);
        fields.set("value", value);
        Value::Map(fields)
    }

    pub(super) fn property_list(&mut self) -> Value {
        let properties = (0..self.below(5)).map(|_| {
            let mut fields = Fields::default();
            fields.set("name", self.text(12));
            fields.set("values", Value::List((0..self.below(4)).map(|_| self.property_value()).collect()));
            Value::Map(fields)
        });
        let properties: Vec<_> = properties.collect();
        let mut fields = Fields::default();
        fields.set("propertyCount", properties.len() as u64);
        fields.set("properties", Value::List(properties));
        if self.below(3) == 0 {
            fields.set("final_endmark", true);
        }
        Value::Map(fields)
    }

    fn batch(&mut self) -> Value {
        let commands = (0..self.below(6)).map(|_| {
            let mut fields = Fields::default();
            fields.set("CommandType", self.below(20));
            fields.set("ValueType", self.below(13));
            fields.set("Name", self.text(20));
            let n = self.below(11) as usize;
            fields.set("Data", Value::Bytes(self.octets(n)));
            Value::Map(fields)
        });
        let commands = Value::List(commands.collect());
        let mut fields = Fields::default();
        fields.set("VersionNumber", 1u32);
        fields.set("commands", commands);
        Value::Map(fields)
    }
}

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

/// Everything that was given comes back; lengths come in addition.
fn contains(decoded: &Value, given: &Value, at: &str) {
    match (decoded, given) {
        (Value::Map(_), Value::Map(fields)) => {
            for (name, value) in &fields.0 {
                contains(member(decoded, name), value, &format!("{at}.{name}"));
            }
        }
        (Value::List(all), Value::List(list)) => {
            assert_eq!(all.len(), list.len(), "{at}");
            for (i, value) in list.iter().enumerate() {
                contains(element(decoded, i), value, &format!("{at}[{i}]"));
            }
        }
        _ => assert_eq!(decoded, given, "{at}"),
    }
}

fn check(name: &str, given: &Value) {
    let octets = encode(name, given).unwrap_or_else(|e| panic!("{name}: {e}"));
    let decoded = decode(name, &octets).unwrap();
    assert_eq!(decoded.error, None, "{name}");
    assert!(decoded.trailing.is_empty(), "{name}");
    let value = decoded.value.unwrap();
    contains(&value, given, name);
    assert_eq!(encode(name, &value).unwrap(), octets, "{name}");
    assert_eq!(decode(name, &octets).unwrap().value.unwrap(), value);
}

#[test]
fn records_in_every_reading() {
    let mut random = Random(1);
    for record in records::ALL {
        for reading in 0..record.readings.len().max(1) {
            for _ in 0..20 {
                let value = random.record(record, reading);
                // With no element the readings of some lists look alike.
                let empty = matches!(&value, Value::Map(f) if f.0.iter().any(|(_, v)| *v == Value::List(vec![])));
                if !(empty && record.readings.len() > 1) {
                    check(record.name, &value);
                }
            }
        }
    }
}

#[test]
fn property_lists() {
    let mut random = Random(2);
    for _ in 0..400 {
        check("PROPERTY_LIST", &random.property_list());
    }
}

#[test]
fn batches() {
    let mut random = Random(3);
    for _ in 0..400 {
        check("CLUSTER_REG_BATCH_UPDATE", &random.batch());
    }
}

#[test]
fn value_lists() {
    let mut random = Random(4);
    for _ in 0..200 {
        let mut fields = Fields::default();
        fields.set("values", Value::List((0..random.below(5)).map(|_| random.property_value()).collect()));
        check("VALUE_LIST", &Value::Map(fields));
    }
}

/// Noise is read as every structure, and what can be read can be written.
#[test]
fn noise() {
    let mut random = Random(5);
    for _ in 0..300 {
        let n = random.below(120) as usize;
        let mut octets = random.octets(n);
        // Small numbers get further than large ones.
        for octet in octets.iter_mut() {
            if random.below(2) == 0 {
                *octet = random.below(5) as u8;
            }
        }
        super::read_as_everything(&octets);
        for kind in 0..8 {
            crate::structs::oracle::context(&super::join(&[&[kind], &octets]));
        }
    }
}
