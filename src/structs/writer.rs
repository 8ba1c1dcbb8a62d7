//! The writer of plain records: the mirror image of [`super::reader`], from the same declarations.
//!
//! Sizes and counts that are given must be right; those that are not are filled in. A value in bytes
//! (`Value::Bytes`) stands for itself wherever the field's length allows it, so that what was decoded from unusual
//! bytes can be encoded again.

use super::reader::BEHIND;
use super::types::{Condition, Element, Member, Record, Type};
use super::values;
use crate::base::Guid;
use crate::consts::content::BufferFormat;
use crate::ndr::EncodeError;
use crate::ndr::number::{nearest, number};
use crate::ndr::types::{Scalar, Semantics};
use crate::ndr::value::{Fields, Value};
use alloc::format;
use alloc::vec::Vec;

/// Encodes a record.
///
/// # Errors
/// Which member is missing or can't be represented, and why.
pub fn record(record: &'static Record, fields: &Fields, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let variant = variant(record, fields)?;
    for (name, _) in &fields.0 {
        let known = record.members.iter().any(|m| m.field.name == *name || m.alias == *name);
        let behind = *name == BEHIND && record.members.iter().any(|m| matches!(m.ty, Type::Total));
        if !known && !behind && *name != "reading" {
            let mut message = format!("{} has no member of this name", record.name);
            if let Some(near) = nearest(name, record.members.iter().map(|m| m.field.name)) {
                message += &format!("; did you mean {near:?}?");
            }
            return Err(EncodeError::new(message).within(name));
        }
    }
    let mut writer = Writer { record, fields, variant, start: out.len(), open: Vec::new(), total: None, out };
    for (_, member) in record.members_of(variant) {
        if writer.absent(member)? {
            continue;
        }
        writer.member(member).map_err(|e| e.within(member.field.name))?;
    }
    writer.finish()
}

/// The reading asked for, or the one that the value is of, or the one that encoding chooses.
fn variant(record: &'static Record, fields: &Fields) -> Result<usize, EncodeError> {
    match fields.get("reading") {
        Some(Value::Text(name)) => record.variant(name).ok_or_else(|| {
            let names: Vec<_> = record.variants.iter().map(|r| r.name).collect();
            EncodeError::new(format!("{name:?} is none of {names:?}")).within("reading")
        }),
        Some(_) => Err(EncodeError::new("the name of a reading is text").within("reading")),
        None => Ok(implied(record, fields).unwrap_or(record.encode)),
    }
}

/// A reading that is alone in having a member, or a fixed field of bytes for a value of so many.
fn implied(record: &'static Record, fields: &Fields) -> Option<usize> {
    let mut found = None;
    for member in record.members.iter().filter(|m| !m.only.is_empty()) {
        let elsewhere = record.members.iter().any(|m| m.field.name == member.field.name && m.only != member.only);
        let Some(value) = fields.get(member.field.name) else { continue };
        let fits = match (value, member.ty) {
            (Value::Bytes(bytes), Type::Bytes(n)) => bytes.len() == n,
            (Value::List(list), Type::Counted(_, Element::Record(_))) => matches!(list.first(), Some(Value::Map(_))),
            _ => !elsewhere,
        };
        if fits {
            found = record.variant(member.only);
        }
    }
    found
}

struct Writer<'w> {
    record: &'static Record,
    fields: &'w Fields,
    variant: usize,
    start: usize,
    /// Integers written, by name: place, width, and the value if it was given.
    open: Vec<(&'static str, usize, usize, Option<u64>)>,
    total: Option<(&'static str, usize, Option<u64>)>,
    out: &'w mut Vec<u8>,
}

impl<'w> Writer<'w> {
    fn get(&self, member: &Member) -> Option<&'w Value> {
        let found = self.fields.get(member.field.name);
        found.or_else(|| if member.alias.is_empty() { None } else { self.fields.get(member.alias) })
    }

    fn need(&self, member: &Member) -> Result<&'w Value, EncodeError> {
        self.get(member).ok_or_else(|| EncodeError::new("missing"))
    }

    fn absent(&self, member: &Member) -> Result<bool, EncodeError> {
        let Some(when) = member.when else { return Ok(false) };
        let name = when.member();
        let given = self.open.iter().find(|(n, ..)| *n == name).and_then(|(.., value)| *value);
        let absent = !given.is_some_and(|given| when.holds(given));
        if absent && self.get(member).is_some() {
            let reason = match when {
                Condition::Is(_, wanted) => format!("only there if {name} is {wanted}"),
                Condition::Outside(_, low, high) => format!("not there if {name} is {low} to {high}"),
            };
            return Err(EncodeError::new(reason).within(member.field.name));
        }
        Ok(absent)
    }

    /// Whether another member's length comes from this one.
    fn gives_length(&self, member: &Member) -> bool {
        self.record.members_of(self.variant).any(|(_, m)| match m.ty {
            Type::SizedBytes(name)
            | Type::Sized(name, _)
            | Type::SizedSz(name)
            | Type::CheckedSz(name)
            | Type::CountedSz(name)
            | Type::Counted(name, _) => name == member.field.name,
            _ => false,
        })
    }

    fn member(&mut self, member: &'static Member) -> Result<(), EncodeError> {
        match member.ty {
            Type::Int(scalar) => self.integer(member, scalar)?,
            Type::Total => {
                let given = self.get(member).map(|v| integer(v, Scalar::U32)).transpose()?;
                self.total = Some((member.field.name, self.out.len(), given));
                self.out.extend([0; 4]);
            }
            Type::Guid => {
                let bytes = guid(self.need(member)?)?;
                self.out.extend(bytes);
            }
            Type::Ipv4 => {
                let bytes = address(self.need(member)?, 4)?;
                self.out.extend(bytes);
            }
            Type::Ipv6 => {
                let bytes = address(self.need(member)?, 16)?;
                self.out.extend(bytes);
            }
            Type::Bytes(n) => {
                let given = if is_filler(member.field.name) { self.get(member) } else { Some(self.need(member)?) };
                let bytes = fixed(given, n)?;
                self.out.extend(bytes);
            }
            Type::Gap(n) => {
                let bytes = match self.get(member) {
                    None => [0].repeat(n),
                    given => fixed(given, n)?,
                };
                self.out.extend(bytes);
            }
            Type::Fill(n) => {
                let missing = n.saturating_sub(self.out.len() - self.start);
                if let Some(value) = self.get(member) {
                    let bytes = fixed(Some(value), missing)?;
                    self.out.extend(bytes);
                }
            }
            Type::SizedBytes(size) => {
                let bytes = bytes_of(self.need(member)?)?;
                self.claim(size, &[bytes.len() as u64])?;
                self.out.extend(bytes);
            }
            Type::Sized(size, inner) => {
                let mut bytes = Vec::new();
                match self.need(member)? {
                    Value::Map(fields) => record(inner, fields, &mut bytes)?,
                    other => bytes = bytes_of(other)?,
                }
                self.claim(size, &[bytes.len() as u64])?;
                self.out.extend(bytes);
            }
            Type::Wide(units) => {
                let bytes = wide(self.need(member)?, units, false)?;
                self.out.extend(bytes);
            }
            Type::Chars(units) => {
                let bytes = wide(self.need(member)?, units, true)?;
                self.out.extend(bytes);
            }
            Type::Sz => {
                let bytes = sz(self.need(member)?)?;
                self.out.extend(bytes);
            }
            Type::CheckedSz(size) => {
                let bytes = sz(self.need(member)?)?;
                // The terminator decides: another size that was given stays as it is.
                let given = self.open.iter().find(|(n, ..)| *n == size).and_then(|(.., given)| *given);
                let units = (bytes.len() / 2 - 1) as u64;
                self.claim(size, &[given.unwrap_or(units)])?;
                self.out.extend(bytes);
            }
            Type::SzRest => {
                let bytes = text_or_bytes(self.need(member)?)?;
                self.out.extend(bytes);
            }
            Type::MultiSzRest => values::write(BufferFormat::MultiSz, self.need(member)?, self.out)?,
            Type::SizedSz(size) => {
                let bytes = text_or_bytes(self.need(member)?)?;
                let n = bytes.len() as u64;
                // With the terminator, or without it.
                self.claim(size, &[n, n.saturating_sub(2)])?;
                self.out.extend(bytes);
            }
            Type::CountedSz(size) => {
                let bytes = text_or_bytes(self.need(member)?)?;
                let n = bytes.len() as u64;
                self.claim(size, &[n, n / 2])?;
                self.out.extend(bytes);
            }
            Type::Record(inner) => match self.need(member)? {
                Value::Map(fields) => record(inner, fields, self.out)?,
                _ => return Err(EncodeError::new(format!("not an object of {}'s members", inner.name))),
            },
            Type::Counted(count, element) => {
                let n = self.array(member, element)?;
                self.claim(count, &[n])?;
            }
            Type::Rest(element) => {
                self.array(member, element)?;
            }
        }
        Ok(())
    }

    fn integer(&mut self, member: &'static Member, scalar: Scalar) -> Result<(), EncodeError> {
        let given = self.get(member).map(|v| number_of(v, member.field.semantics, scalar)).transpose()?;
        if given.is_none() && !self.gives_length(member) && !is_filler(member.field.name) {
            return Err(EncodeError::new("missing"));
        }
        let size = scalar.size(crate::ndr::Syntax::Ndr);
        self.open.push((member.field.name, self.out.len(), size, given));
        self.out.extend(given.unwrap_or(0).to_le_bytes().iter().take(size));
        Ok(())
    }

    fn array(&mut self, member: &'static Member, element: Element) -> Result<u64, EncodeError> {
        let list = match self.need(member)? {
            Value::List(list) => list.clone(),
            // The text speaks of one element in the singular.
            Value::Map(fields) => [Value::Map(fields.clone())].into(),
            _ => return Err(EncodeError::new("not a list")),
        };
        for (i, value) in list.iter().enumerate() {
            let written = match (element, value) {
                (Element::U32, value) => {
                    integer(value, Scalar::U32).map(|n| self.out.extend(n.to_le_bytes().iter().take(4)))
                }
                (Element::Guid, value) => guid(value).map(|bytes| self.out.extend(bytes)),
                (Element::Record(inner), Value::Map(fields)) => record(inner, fields, self.out),
                (Element::Record(inner), _) => {
                    Err(EncodeError::new(format!("not an object of {}'s members", inner.name)))
                }
            };
            written.map_err(|e| e.within(format_args!("[{i}]")))?;
        }
        Ok(list.len() as u64)
    }

    /// Fills a length in, or checks that the given one is among those that are right.
    fn claim(&mut self, name: &'static str, right: &[u64]) -> Result<(), EncodeError> {
        let Some((_, at, size, given)) = self.open.iter().find(|(n, ..)| *n == name) else { return Ok(()) };
        let (at, size, first) = (*at, *size, right.first().copied().unwrap_or(0));
        match given {
            Some(given) if right.contains(given) => Ok(()),
            Some(given) => Err(EncodeError::new(format!("{name} is {given} where {first} would be right"))),
            None if size < 8 && first >> (size * 8) != 0 => {
                Err(EncodeError::new(format!("{first} is too long for {name}")))
            }
            None => {
                for (slot, byte) in self.out.iter_mut().skip(at).zip(first.to_le_bytes()).take(size) {
                    *slot = byte;
                }
                Ok(())
            }
        }
    }

    fn finish(self) -> Result<(), EncodeError> {
        let Some((name, at, given)) = self.total else { return Ok(()) };
        if let Some(behind) = self.fields.get(BEHIND) {
            self.out.extend(bytes_of(behind).map_err(|e| e.within(BEHIND))?);
        }
        let total = (self.out.len() - self.start) as u64;
        let right =
            u32::try_from(total).map_err(|_| EncodeError::new(format!("{total} bytes are too many")).within(name))?;
        if given.is_some_and(|given| given != total) {
            let reason = format!("{} where {total} would be right", given.unwrap_or(0));
            return Err(EncodeError::new(reason).within(name));
        }
        for (slot, byte) in self.out.iter_mut().skip(at).zip(right.to_le_bytes()) {
            *slot = byte;
        }
        Ok(())
    }
}

fn is_filler(name: &str) -> bool {
    let rest = name
        .strip_prefix("Reserved")
        .or_else(|| name.strip_prefix("Padding"))
        .or_else(|| name.strip_prefix("dwReserved"));
    rest.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The number that a value stands for, if it fits into its type.
pub(super) fn number_of(value: &Value, semantics: Semantics, scalar: Scalar) -> Result<u64, EncodeError> {
    integer(&Value::Int(number(value, semantics)?), scalar)
}

/// An integer that fits into its type, whether taken with a sign or without.
pub(super) fn integer(value: &Value, scalar: Scalar) -> Result<u64, EncodeError> {
    let n = &number(value, Semantics::Number)?;
    let bits = scalar.size(crate::ndr::Syntax::Ndr) * 8;
    if bits >= 64 {
        return Ok(*n);
    }
    let low = n & ((1 << bits) - 1);
    let negative = (*n as i64) < 0 && (*n as i64) >= -(1i64 << (bits - 1));
    if low == *n || negative { Ok(low) } else { Err(EncodeError::new(format!("{n} does not fit into {bits} bits"))) }
}

pub(super) fn guid(value: &Value) -> Result<[u8; 16], EncodeError> {
    match value {
        Value::Text(text) => {
            Guid::parse(text).map(|g| g.0).ok_or_else(|| EncodeError::new(format!("{text:?} is no GUID")))
        }
        Value::Bytes(bytes) => bytes.as_slice().try_into().map_err(|_| EncodeError::new("a GUID has 16 bytes")),
        _ => Err(EncodeError::new("not a GUID")),
    }
}

fn address(value: &Value, size: usize) -> Result<Vec<u8>, EncodeError> {
    let parsed = match value {
        Value::Text(text) if size == 4 => text.parse::<core::net::Ipv4Addr>().ok().map(|a| a.octets().to_vec()),
        Value::Text(text) => text.parse::<core::net::Ipv6Addr>().ok().map(|a| a.octets().to_vec()),
        Value::Bytes(bytes) if bytes.len() == size => Some(bytes.clone()),
        // As the number that the bytes would be in little-endian order.
        Value::Int(_) if size == 4 => integer(value, Scalar::U32).ok().map(|n| (n as u32).to_le_bytes().to_vec()),
        Value::List(list) => {
            let units: Option<Vec<u64>> = list.iter().map(|v| integer(v, Scalar::U16).ok()).collect();
            units.filter(|u| u.len() * 2 == size).map(|u| u.iter().flat_map(|n| (*n as u16).to_le_bytes()).collect())
        }
        _ => None,
    };
    parsed.ok_or_else(|| EncodeError::new(format!("not an address of {size} bytes")))
}

/// Bytes, as such or as a list of small numbers.
pub(super) fn bytes_of(value: &Value) -> Result<Vec<u8>, EncodeError> {
    match value {
        Value::Bytes(bytes) => Ok(bytes.clone()),
        Value::List(list) => list.iter().map(|v| integer(v, Scalar::U8).map(|n| n as u8)).collect(),
        Value::Null => Ok(Vec::new()),
        _ => Err(EncodeError::new("not bytes")),
    }
}

fn fixed(value: Option<&Value>, n: usize) -> Result<Vec<u8>, EncodeError> {
    let bytes = match value {
        // A reserved member that is not given.
        None => return Ok([0].repeat(n)),
        Some(Value::Text(text)) => {
            Guid::parse(text).map(|g| g.0.to_vec()).ok_or_else(|| EncodeError::new("not bytes"))?
        }
        Some(value) => bytes_of(value)?,
    };
    if bytes.len() == n {
        Ok(bytes)
    } else {
        Err(EncodeError::new(format!("{} bytes where there is room for {n}", bytes.len())))
    }
}

/// The code units of a text without terminator.
pub(super) fn units(value: &Value) -> Result<Vec<u8>, EncodeError> {
    let units: Vec<u16> = match value {
        Value::Text(text) => text.encode_utf16().collect(),
        Value::Units(units) => units.strip_suffix(&[0]).unwrap_or(units).to_vec(),
        _ => return Err(EncodeError::new("not text")),
    };
    if units.contains(&0) {
        return Err(EncodeError::new("a null character would end the text"));
    }
    Ok(units.into_iter().flat_map(u16::to_le_bytes).collect())
}

/// Text with its terminator.
pub(super) fn sz(value: &Value) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = units(value)?;
    bytes.extend([0, 0]);
    Ok(bytes)
}

/// Text with its terminator, or bytes that stand for themselves.
pub(super) fn text_or_bytes(value: &Value) -> Result<Vec<u8>, EncodeError> {
    match value {
        Value::Bytes(bytes) => Ok(bytes.clone()),
        other => sz(other),
    }
}

fn wide(value: &Value, room: usize, full: bool) -> Result<Vec<u8>, EncodeError> {
    if let Value::Bytes(bytes) = value {
        return fixed(Some(value), room * 2).map(|_| bytes.clone());
    }
    let mut bytes = units(value)?;
    let used = bytes.len() / 2 + usize::from(!full);
    if used > room {
        let most = room - usize::from(!full);
        return Err(EncodeError::new(format!("{} code units where there is room for {most}", bytes.len() / 2)));
    }
    bytes.resize(room * 2, 0);
    Ok(bytes)
}
