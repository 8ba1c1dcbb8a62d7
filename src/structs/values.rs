//! One value of a known format in octets of its own: the value of a property, of a registry command, of an entry in a
//! value list, or a whole buffer.
//!
//! Formats are those of [`BufferFormat`]. A value that its octets don't represent in the usual way comes with the octets
//! beside it, so that nothing is lost.

use super::packed::{self, ByteCursor, lower};
use super::property_list::{self, Dialect};
use super::reader::{Extent, choose, record, whole_text};
use super::rules::{self, Here, broken, down};
use super::sink::{Item, Key, Null, Open, Sink};
use super::writer::{self, integer};
use super::{Structure, security, value_list};
use crate::base::error::{Error, ErrorKind, Segment};
use crate::consts::Constants;
use crate::consts::content::BufferFormat;
use crate::consts::properties::Unit;
use crate::ndr::EncodeError;
use crate::ndr::WStr;
use crate::ndr::types::{Scalar, Semantics};
use crate::ndr::value::Value;
use alloc::format;
use alloc::vec::Vec;

/// A value to be read: what it is, and where it goes.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'t> {
    /// Its format.
    pub content: BufferFormat,
    /// Under which key it goes to the sink.
    pub key: Key,
    /// Whether it is a secret.
    pub secret: bool,
    /// What it counts, if it is a number without names.
    pub unit: Unit,
    /// The way down to it.
    pub here: Here<'t>,
}

impl<'t> Slot<'t> {
    /// A value that stands alone.
    pub fn top(content: BufferFormat) -> Self {
        Slot { content, key: Key::Top, secret: false, unit: Unit::Number, here: None }
    }

    /// A member of this name.
    pub fn of(content: BufferFormat, name: &'static str, here: Here<'t>) -> Self {
        Slot { content, key: Key::Name(name), secret: false, unit: Unit::Number, here }
    }

    fn semantics(&self, semantics: Semantics) -> Semantics {
        match (self.secret, semantics, self.unit) {
            (true, ..) => Semantics::Opaque,
            (_, _, Unit::Number) => semantics,
            (_, Semantics::Number, unit) => counted(unit),
            _ => semantics,
        }
    }
}

/// What a number means that counts this.
const fn counted(unit: Unit) -> Semantics {
    match unit {
        Unit::Number => Semantics::Number,
        Unit::Bool => Semantics::Bool,
        Unit::Milliseconds => Semantics::Milliseconds,
        Unit::Seconds => Semantics::Seconds,
        Unit::Minutes => Semantics::Minutes,
        Unit::Hours => Semantics::Hours,
        Unit::Percent => Semantics::Percent,
        Unit::Bytes => Semantics::Bytes,
        Unit::Time => Semantics::UnixTime,
        Unit::Status => Semantics::Win32,
    }
}

/// The names that go with a table.
const fn named(table: &'static Constants) -> Semantics {
    match table.kind {
        crate::consts::Kind::Enum => Semantics::Enum(table),
        crate::consts::Kind::Flags => Semantics::Flags(table),
    }
}

/// The integer formats: width and sign.
fn scalar(content: BufferFormat) -> Option<(Scalar, Semantics)> {
    Some(match content {
        BufferFormat::Word => (Scalar::U16, Semantics::Number),
        BufferFormat::Dword => (Scalar::U32, Semantics::Number),
        BufferFormat::DwordOf(table) => (Scalar::U32, named(table)),
        BufferFormat::QwordOf(table) => (Scalar::U64, named(table)),
        BufferFormat::Long => (Scalar::I32, Semantics::Number),
        BufferFormat::Qword => (Scalar::U64, Semantics::Number),
        BufferFormat::LargeInteger => (Scalar::I64, Semantics::Number),
        BufferFormat::Filetime => (Scalar::U64, Semantics::FileTime),
        _ => return None,
    })
}

/// Reads a value that should be all of `input`; returns what is left over.
///
/// # Errors
/// The octets are not of this format. What came before is in the sink, ended properly.
pub fn read<'a, S: Sink<'a> + ?Sized>(
    slot: Slot<'_>,
    input: ByteCursor<'a>,
    sink: &mut S,
) -> Result<ByteCursor<'a>, Error> {
    read_raw(slot, input, None, sink)
}

fn read_raw<'a, S: Sink<'a> + ?Sized>(
    slot: Slot<'_>,
    input: ByteCursor<'a>,
    raw: Option<&'a [u8]>,
    sink: &mut S,
) -> Result<ByteCursor<'a>, Error> {
    let content = slot.content.for_length(input.len());
    let end = input.skip(input.len());
    if let Some(scalar) = scalar(content) {
        return read_scalar(slot, scalar, input, raw, sink);
    }
    match content {
        BufferFormat::Nothing if input.is_empty() => {}
        BufferFormat::Sz => {
            let (text, raw, rule) = whole_text(input.rest());
            if let Some(rule) = rule {
                sink.diagnostic(broken(slot.here, input.offset(), rule, input.len() as u64, None));
            }
            sink.item(slot.key, slot.semantics(Semantics::Text), Item::Text(text), raw);
        }
        BufferFormat::MultiSz => multi_sz(slot, input, sink),
        BufferFormat::Names => match WStr::le(input.rest()).strip_terminator() {
            (text, true) if text.until_nul().len() == text.len() => {
                return read_raw(Slot { content: BufferFormat::Sz, ..slot }, input, raw, sink);
            }
            _ => multi_sz(slot, input, sink),
        },
        BufferFormat::Guid => {
            let (rest, guid) = lower(packed::guid(input))?;
            sink.item(slot.key, slot.semantics(Semantics::Number), Item::Guid(guid), raw);
            return Ok(rest);
        }
        BufferFormat::SecurityDescriptor => {
            if let Err(e) = security::Descriptor::new(input.rest()) {
                let rule = &rules::NOT_OF_FORMAT;
                sink.diagnostic(broken(
                    slot.here,
                    input.offset().saturating_add(e.offset),
                    rule,
                    input.len() as u64,
                    None,
                ));
            }
            sink.item(slot.key, Semantics::SecurityDescriptor, Item::Bytes(input.rest()), None);
        }
        BufferFormat::Dwords => return dwords(slot, input, sink),
        BufferFormat::Struct(name) => {
            let structure = Structure::by_name(name);
            let structure =
                structure.ok_or(Error::new(input.offset(), ErrorKind::Mismatch { expected: "a known structure" }))?;
            return structure.read(input, slot.key, slot.here, sink);
        }
        BufferFormat::Structs(name) => return structs(slot, name, input, sink),
        BufferFormat::PropertyList => return property_list::read(input, slot.key, slot.here, Dialect::PLAIN, sink),
        BufferFormat::PropertyListOf(binary) => {
            return property_list::read(
                input,
                slot.key,
                slot.here,
                Dialect { binary: *binary, nested: true, ..Dialect::PLAIN },
                sink,
            );
        }
        BufferFormat::PropertyFormats => {
            return property_list::read(input, slot.key, slot.here, Dialect { formats: true, ..Dialect::PLAIN }, sink);
        }
        BufferFormat::Values(list) => return value_list::read(input, slot.key, slot.here, list.binary, sink),
        BufferFormat::ValuesPerDisk(list) => return value_list::read_disks(input, slot.key, slot.here, list, sink),
        _ => sink.item(slot.key, slot.semantics(Semantics::Bytes), Item::Bytes(input.rest()), None),
    }
    Ok(end)
}

#[inline(always)]
fn read_scalar<'a, S: Sink<'a> + ?Sized>(
    slot: Slot<'_>,
    (scalar, semantics): (Scalar, Semantics),
    input: ByteCursor<'a>,
    raw: Option<&'a [u8]>,
    sink: &mut S,
) -> Result<ByteCursor<'a>, Error> {
    let (rest, value) = lower(packed::uint(scalar.size(crate::ndr::Syntax::Ndr), scalar.name())(input))?;
    let item = match (scalar, semantics) {
        (_, Semantics::FileTime) => Item::FileTime(value),
        (Scalar::I32, _) => Item::Int(i64::from(value as u32 as i32)),
        (Scalar::I64, _) => Item::Int(value as i64),
        _ => Item::Uint(value),
    };
    sink.item(slot.key, slot.semantics(semantics), item, raw);
    Ok(rest)
}

/// Reads a value that may be anything: what is not of its format comes as octets, with a diagnostic.
pub fn read_any<'a, S: Sink<'a> + ?Sized>(slot: Slot<'_>, input: ByteCursor<'a>, sink: &mut S) {
    if nested(slot.content) {
        return read_octets(slot, input, sink);
    }
    // Of these formats are octets whatever they are, and none are left over.
    match (slot.content, scalar(slot.content)) {
        (_, Some(found)) if found.0.size(crate::ndr::Syntax::Ndr) == input.len() => {
            let _ = read_scalar(slot, found, input, None, sink);
            return;
        }
        (BufferFormat::Sz | BufferFormat::MultiSz, _) => {
            let _ = read_raw(slot, input, None, sink);
            return;
        }
        _ => {}
    }
    let left = read(slot, input, &mut Null).map(|rest| rest.rest());
    let raw = match left {
        Ok([]) => None,
        // A size that counts the padding.
        Ok([0] | [0, 0] | [0, 0, 0]) if scalar(slot.content.for_length(input.len())).is_some() => {
            sink.diagnostic(broken(slot.here, input.offset(), &rules::SIZE_COUNTS_PADDING, input.len() as u64, None));
            Some(input.rest())
        }
        _ => {
            sink.diagnostic(broken(slot.here, input.offset(), &rules::SIZE_OF_FORMAT, input.len() as u64, None));
            return sink.item(slot.key, slot.semantics(Semantics::Bytes), Item::Bytes(input.rest()), None);
        }
    };
    // It was just read without an error.
    let _ = read_raw(slot, input, raw, sink);
}

/// Formats that are shown beside their octets rather than instead of them when they stand inside something.
fn nested(content: BufferFormat) -> bool {
    matches!(
        content,
        BufferFormat::PropertyList | BufferFormat::PropertyListOf(_) | BufferFormat::Struct("CLUSTER_REG_BATCH_UPDATE")
    )
}

/// Reads a value as octets, with what they hold beside them if they hold exactly that.
pub fn read_octets<'a, S: Sink<'a> + ?Sized>(slot: Slot<'_>, input: ByteCursor<'a>, sink: &mut S) {
    let plain = matches!(slot.content, BufferFormat::Bytes | BufferFormat::Nothing) || input.is_empty();
    let inner = Slot { key: Key::Name("decoded"), ..slot };
    if plain || !read(inner, input, &mut Null).is_ok_and(|rest| rest.is_empty()) {
        if !plain {
            sink.diagnostic(broken(slot.here, input.offset(), &rules::NOT_OF_FORMAT, input.len() as u64, None));
        }
        // What can't be read may be a secret where a part of it could be.
        let semantics = if super::may_hold_secrets(slot.content) { Semantics::Opaque } else { Semantics::Bytes };
        return sink.item(slot.key, slot.semantics(semantics), Item::Bytes(input.rest()), None);
    }
    let open = Open::Bytes(input.rest());
    sink.begin(slot.key, open);
    let _ = read(inner, input, sink);
    sink.end(open);
}

fn multi_sz<'a, S: Sink<'a> + ?Sized>(slot: Slot<'_>, input: ByteCursor<'a>, sink: &mut S) {
    let all = WStr::le(input.rest());
    let canonical = input.len().is_multiple_of(2);
    let list = all.multi_sz().filter(|_| canonical);
    if !all.is_well_formed() && list.is_some() {
        return sink.item(slot.key, Semantics::MultiSz, Item::Units(all), None);
    }
    let raw = if list.is_some() { None } else { Some(input.rest()) };
    let open = Open::List { raw };
    sink.begin(slot.key, open);
    let put = |i: u32, text: WStr<'a>, sink: &mut S| {
        sink.item(Key::Index(i), slot.semantics(Semantics::Text), Item::Text(text), None);
    };
    match list {
        Some(list) => {
            for (i, text) in list.enumerate() {
                put(i as u32, text, sink);
            }
        }
        None => {
            sink.diagnostic(broken(slot.here, input.offset(), &rules::NOT_OF_FORMAT, input.len() as u64, None));
            let (mut rest, mut i) = (all, 0);
            while !rest.is_empty() {
                let text = rest.until_nul();
                rest = rest.suffix(text.len() + 1);
                if !text.is_empty() {
                    put(i, text, sink);
                    i += 1;
                }
            }
        }
    }
    sink.end(open);
}

fn dwords<'a, S: Sink<'a> + ?Sized>(
    slot: Slot<'_>,
    input: ByteCursor<'a>,
    sink: &mut S,
) -> Result<ByteCursor<'a>, Error> {
    let open = Open::List { raw: None };
    sink.begin(slot.key, open);
    let (mut rest, mut index) = (input, 0);
    while rest.len() >= 4 {
        if let Ok((next, value)) = packed::u32(rest) {
            sink.item(Key::Index(index), Semantics::Number, Item::Uint(u64::from(value)), None);
            (rest, index) = (next, index.saturating_add(1));
        }
    }
    sink.end(open);
    Ok(rest)
}

/// Records of one kind to the end of the buffer. Its length tells the reading: the first one whose size divides it.
fn structs<'a, S: Sink<'a> + ?Sized>(
    slot: Slot<'_>,
    name: &str,
    input: ByteCursor<'a>,
    sink: &mut S,
) -> Result<ByteCursor<'a>, Error> {
    let unknown = Error::new(input.offset(), ErrorKind::Mismatch { expected: "a known structure" });
    let declaration = super::records::by_name(name).ok_or(unknown)?;
    let divides =
        |variant: &usize| declaration.size(*variant).is_some_and(|size| size > 0 && input.len().is_multiple_of(size));
    let variant = (0..declaration.variants.len().max(1)).find(divides).unwrap_or_else(|| choose(declaration, input));
    let open = Open::List { raw: None };
    sink.begin(slot.key, open);
    let (mut rest, mut index, mut result) = (input, 0u32, Ok(()));
    while !rest.is_empty() && result.is_ok() {
        let trail = down(slot.here, Segment::Index(index));
        match record(declaration, Extent::InPlace(variant), rest, Key::Index(index), Some(&trail), sink) {
            Ok(next) => (rest, index) = (next, index.saturating_add(1)),
            Err(e) => result = Err(e),
        }
    }
    sink.end(open);
    result.map(|()| rest)
}

/// Encodes a value of the first format that has all its members, in its length.
fn write_first(
    choices: impl Iterator<Item = BufferFormat>,
    value: &Value,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let mut refused = None;
    for choice in choices {
        let mut octets = Vec::new();
        match write(choice, value, &mut octets) {
            Ok(()) => {
                out.extend(octets);
                return Ok(());
            }
            Err(e) => refused = refused.or(Some(e)),
        }
    }
    Err(refused.unwrap_or_else(|| EncodeError::new("no format")))
}

/// Encodes a value of a format. Octets stand for themselves, whatever the format.
///
/// # Errors
/// The value can't be represented in this format, and why.
pub fn write(content: BufferFormat, value: &Value, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    if let Value::Bytes(octets) = value {
        out.extend_from_slice(octets);
        return Ok(());
    }
    if let BufferFormat::ByResourceType { then, otherwise, .. } = content {
        let mut octets = Vec::new();
        let written = write(*otherwise, value, &mut octets);
        return match written {
            Ok(()) => {
                out.extend(octets);
                Ok(())
            }
            Err(_) => write(*then, value, out),
        };
    }
    match content {
        BufferFormat::ByLength(choices) => return write_first(choices.iter().map(|(_, choice)| *choice), value, out),
        BufferFormat::OneOf(choices) => return write_first(choices.iter().copied(), value, out),
        _ => {}
    }
    if let Some((scalar, _)) = scalar(content) {
        let n = integer(value, scalar)?;
        out.extend(n.to_le_bytes().iter().take(scalar.size(crate::ndr::Syntax::Ndr)));
        return Ok(());
    }
    match (content, value) {
        (BufferFormat::Nothing, Value::Null) => Ok(()),
        (BufferFormat::Sz, value) => writer::sz(value).map(|octets| out.extend(octets)),
        (BufferFormat::MultiSz | BufferFormat::Names, Value::List(list)) => {
            for (i, text) in list.iter().enumerate() {
                let octets = writer::sz(text).map_err(|e| e.within(format_args!("[{i}]")))?;
                if octets.len() == 2 {
                    return Err(EncodeError::new("an empty string would end the list").within(format_args!("[{i}]")));
                }
                out.extend(octets);
            }
            out.extend([0, 0]);
            Ok(())
        }
        (BufferFormat::MultiSz, Value::Units(units)) => {
            out.extend(units.iter().flat_map(|u| u.to_le_bytes()));
            Ok(())
        }
        (BufferFormat::MultiSz | BufferFormat::Names, value @ Value::Text(_)) => {
            writer::sz(value).map(|octets| out.extend(octets))
        }
        (BufferFormat::Guid, value) => writer::guid(value).map(|octets| out.extend(octets)),
        (BufferFormat::Dwords, Value::List(list)) => {
            for value in list {
                out.extend(integer(value, Scalar::U32)?.to_le_bytes().iter().take(4));
            }
            Ok(())
        }
        (BufferFormat::Struct(name), Value::Map(_)) => match Structure::by_name(name) {
            Some(structure) => structure.write(value, out),
            None => Err(EncodeError::new(format!("unknown structure {name}"))),
        },
        (BufferFormat::Structs(name), Value::List(list)) => {
            list.iter().try_for_each(|value| write(BufferFormat::Struct(name), value, out))
        }
        (
            BufferFormat::PropertyList | BufferFormat::PropertyListOf(_) | BufferFormat::PropertyFormats,
            Value::Map(fields),
        ) => property_list::write(fields, out),
        (BufferFormat::Values(_), Value::Map(fields)) => value_list::write(fields, out),
        (BufferFormat::ValuesPerDisk(_), Value::Map(fields)) => value_list::write_disks(fields, out),
        (BufferFormat::Bytes, Value::List(_)) => writer::bytes(value).map(|octets| out.extend(octets)),
        (content, _) => Err(EncodeError::new(format!("not a value of format {content}"))),
    }
}
