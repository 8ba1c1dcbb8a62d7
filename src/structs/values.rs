//! One value of a known format in bytes of its own: the value of a property, of a registry command, of an entry in a
//! value list, or a whole buffer.
//!
//! Formats are those of [`BufferFormat`]. A value that its bytes don't represent in the usual way comes with the bytes
//! beside it, so that nothing is lost.

use super::packed::{self, ByteCursor, lower};
use super::property_list::{self, Dialect};
use super::reader::{DECODED, Extent, choose, record, whole_text};
use super::rules::{self, broken};
use super::{Structure, security, value_list};
use crate::base::error::{Error, ErrorKind, Segment};
use crate::consts::Constants;
use crate::consts::content::BufferFormat;
use crate::consts::properties::Unit;
use crate::ndr::WStr;
use crate::ndr::types::{Scalar, Semantics};
use crate::ndr::visitor::{At, Item, Null, Open, Overhead, Place, Visitor};

mod writing;

pub use writing::write;
pub(super) use writing::{dialect, scalar_of, write_number};

/// A value to be read: what it is, and where it goes.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'t> {
    /// Its format.
    pub content: BufferFormat,
    /// Its declaration and path.
    pub place: Place<'t>,
    /// Whether it is a secret.
    pub secret: bool,
    /// What it counts, if it is a number without names.
    pub unit: Unit,
}

impl<'t> Slot<'t> {
    /// A value that stands alone.
    pub fn top(content: BufferFormat) -> Self {
        Slot::of(content, Place::TOP)
    }

    /// A value at this place.
    pub fn of(content: BufferFormat, place: Place<'t>) -> Self {
        Slot { content, place, secret: false, unit: Unit::Number }
    }

    fn semantics(&self, semantics: Semantics) -> Semantics {
        match (self.secret, semantics, self.unit) {
            (true, ..) => Semantics::Opaque,
            (_, _, Unit::Number) => semantics,
            (_, Semantics::Number, unit) => counted(unit),
            _ => semantics,
        }
    }

    #[inline(always)]
    fn at(&self, semantics: Semantics, input: ByteCursor<'_>) -> At<'t> {
        self.place.at(self.semantics(semantics), input.range())
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
/// The bytes are not of this format. What came before is in the visitor, ended properly.
pub fn read<'a, V: Visitor<'a> + ?Sized>(
    slot: Slot<'_>,
    input: ByteCursor<'a>,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    read_raw(slot, input, None, visitor)
}

fn read_raw<'a, V: Visitor<'a> + ?Sized>(
    slot: Slot<'_>,
    input: ByteCursor<'a>,
    raw: Option<&'a [u8]>,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let content = slot.content.for_length(input.len());
    let end = input.skip(input.len());
    if let Some(scalar) = scalar(content) {
        return read_scalar(slot, scalar, input, raw, visitor);
    }
    match content {
        BufferFormat::Nothing if input.is_empty() => {}
        BufferFormat::Sz => {
            let (text, raw, rule) = whole_text(input.rest());
            if let Some(rule) = rule {
                visitor.diagnostic(broken(slot.place.path, input.offset(), rule, input.len() as u64, None));
            }
            let at = slot.at(Semantics::Text, input);
            match raw {
                None => visitor.string(at, text),
                Some(raw) => visitor.irregular(at, Item::Text(text), raw),
            }
        }
        BufferFormat::MultiSz => multi_sz(slot, input, visitor),
        BufferFormat::Names => match WStr::le(input.rest()).strip_terminator() {
            (text, true) if text.until_nul().len() == text.len() => {
                return read_raw(Slot { content: BufferFormat::Sz, ..slot }, input, raw, visitor);
            }
            _ => multi_sz(slot, input, visitor),
        },
        BufferFormat::Guid => {
            let (rest, guid) = lower(packed::guid(input))?;
            let at = slot.place.at(slot.semantics(Semantics::Number), input.range_to(&rest));
            match raw {
                None => visitor.guid(at, guid),
                Some(raw) => visitor.irregular(at, Item::Guid(guid), raw),
            }
            return Ok(rest);
        }
        BufferFormat::SecurityDescriptor => {
            if let Err(e) = security::Descriptor::new(input.rest()) {
                let rule = &rules::NOT_OF_FORMAT;
                visitor.diagnostic(broken(
                    slot.place.path,
                    input.offset().saturating_add(e.offset),
                    rule,
                    input.len() as u64,
                    None,
                ));
            }
            visitor.bytes(slot.place.at(Semantics::SecurityDescriptor, input.range()), input.rest());
        }
        BufferFormat::Dwords => return dwords(slot, input, visitor),
        BufferFormat::Struct(name) => {
            let structure = Structure::by_name(name);
            let structure =
                structure.ok_or(Error::new(input.offset(), ErrorKind::Mismatch { expected: "a known structure" }))?;
            return structure.read(input, slot.place, visitor);
        }
        BufferFormat::Structs(name) => return structs(slot, name, input, visitor),
        BufferFormat::PropertyList => return property_list::read(input, slot.place, Dialect::PLAIN, visitor),
        BufferFormat::PropertyListOf(binary) => {
            let dialect = Dialect { binary: *binary, nested: true, ..Dialect::PLAIN };
            return property_list::read(input, slot.place, dialect, visitor);
        }
        BufferFormat::PropertyFormats => {
            return property_list::read(input, slot.place, Dialect { formats: true, ..Dialect::PLAIN }, visitor);
        }
        BufferFormat::Values(list) => return value_list::read(input, slot.place, list.binary, visitor),
        BufferFormat::ValuesPerDisk(list) => return value_list::read_disks(input, slot.place, list, visitor),
        _ => visitor.bytes(slot.at(Semantics::Bytes, input), input.rest()),
    }
    Ok(end)
}

#[inline(always)]
fn read_scalar<'a, V: Visitor<'a> + ?Sized>(
    slot: Slot<'_>,
    (scalar, semantics): (Scalar, Semantics),
    input: ByteCursor<'a>,
    raw: Option<&'a [u8]>,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let (rest, value) = lower(packed::uint(scalar.size(crate::ndr::Syntax::Ndr), scalar.name())(input))?;
    let extended = if let Scalar::I32 = scalar { i64::from(value as u32 as i32) as u64 } else { value };
    let at = slot.place.at(slot.semantics(semantics), input.range_to(&rest));
    match (raw, semantics) {
        (None, Semantics::FileTime) => visitor.filetime(at, value),
        (None, _) => visitor.scalar(at, scalar, extended),
        (Some(raw), Semantics::FileTime) => visitor.irregular(at, Item::FileTime(value), raw),
        (Some(raw), _) if scalar.signed() => visitor.irregular(at, Item::Int(extended as i64), raw),
        (Some(raw), _) => visitor.irregular(at, Item::Uint(extended), raw),
    }
    Ok(rest)
}

/// Reads a value that may be anything: what is not of its format comes as bytes, with a diagnostic.
pub fn read_any<'a, V: Visitor<'a> + ?Sized>(slot: Slot<'_>, input: ByteCursor<'a>, visitor: &mut V) {
    if nested(slot.content) {
        return read_bytes(slot, input, visitor);
    }
    // Of these formats are bytes whatever they are, and none are left over.
    match (slot.content, scalar(slot.content)) {
        (_, Some(found)) if found.0.size(crate::ndr::Syntax::Ndr) == input.len() => {
            let _ = read_scalar(slot, found, input, None, visitor);
            return;
        }
        (BufferFormat::Sz | BufferFormat::MultiSz, _) => {
            let _ = read_raw(slot, input, None, visitor);
            return;
        }
        _ => {}
    }
    let left = read(slot, input, &mut Null).map(|rest| rest.rest());
    let raw = match left {
        Ok([]) => None,
        // A size that counts the padding.
        Ok([0] | [0, 0] | [0, 0, 0]) if scalar(slot.content.for_length(input.len())).is_some() => {
            visitor.diagnostic(broken(
                slot.place.path,
                input.offset(),
                &rules::SIZE_COUNTS_PADDING,
                input.len() as u64,
                None,
            ));
            Some(input.rest())
        }
        _ => {
            visitor.diagnostic(broken(
                slot.place.path,
                input.offset(),
                &rules::SIZE_OF_FORMAT,
                input.len() as u64,
                None,
            ));
            return visitor.bytes(slot.at(Semantics::Bytes, input), input.rest());
        }
    };
    // It was just read without an error.
    let _ = read_raw(slot, input, raw, visitor);
}

/// Formats that are shown beside their bytes rather than instead of them when they stand inside something.
fn nested(content: BufferFormat) -> bool {
    matches!(
        content,
        BufferFormat::PropertyList | BufferFormat::PropertyListOf(_) | BufferFormat::Struct("CLUSTER_REG_BATCH_UPDATE")
    )
}

/// Reads a value as bytes, with what they hold beside them if they hold exactly that.
pub fn read_bytes<'a, V: Visitor<'a> + ?Sized>(slot: Slot<'_>, input: ByteCursor<'a>, visitor: &mut V) {
    let plain = matches!(slot.content, BufferFormat::Bytes | BufferFormat::Nothing) || input.is_empty();
    let inner = Slot { place: Place::member(&DECODED, slot.place.path), ..slot };
    if plain || !read(inner, input, &mut Null).is_ok_and(|rest| rest.is_empty()) {
        if !plain {
            visitor.diagnostic(broken(
                slot.place.path,
                input.offset(),
                &rules::NOT_OF_FORMAT,
                input.len() as u64,
                None,
            ));
        }
        // What can't be read may be a secret where a part of it could be.
        let semantics =
            if !plain && super::may_hold_secrets(slot.content) { Semantics::Opaque } else { Semantics::Bytes };
        return visitor.bytes(slot.at(semantics, input), input.rest());
    }
    let open = Open::Bytes(input.rest());
    let at = slot.at(Semantics::Bytes, input);
    visitor.begin(at, open);
    let _ = read(inner, input, visitor);
    visitor.end(at, open);
}

fn multi_sz<'a, V: Visitor<'a> + ?Sized>(slot: Slot<'_>, input: ByteCursor<'a>, visitor: &mut V) {
    let all = WStr::le(input.rest());
    let at = slot.place.at(Semantics::MultiSz, input.range());
    let canonical = input.len().is_multiple_of(2);
    let list = all.multi_sz().filter(|_| canonical);
    if !all.is_well_formed() && list.is_some() {
        return visitor.string(at, all);
    }
    let raw = if list.is_some() { None } else { Some(input.rest()) };
    let open = Open::List { raw };
    visitor.begin(at, open);
    // Each string ends with its terminator.
    let put = |i: u32, text: WStr<'a>, start: usize, visitor: &mut V| {
        let path = slot.place.path.down(Segment::Index(i));
        let end = (start + text.as_bytes().len() + 2).min(input.range().end);
        let place = Place::element(slot.place.field, i, &path);
        visitor.string(place.at(slot.semantics(Semantics::Text), start..end), text);
        end
    };
    let mut at_byte = input.offset();
    match list {
        Some(list) => {
            for (i, text) in list.enumerate() {
                at_byte = put(i as u32, text, at_byte, visitor);
            }
            visitor.overhead(at_byte..input.range().end, Overhead::EndMark);
        }
        None => {
            // An empty list with the terminator of a string that is not there: it lists nothing either way.
            if input.rest() != [0; 4] {
                visitor.diagnostic(broken(
                    slot.place.path,
                    input.offset(),
                    &rules::NOT_OF_FORMAT,
                    input.len() as u64,
                    None,
                ));
            }
            let (mut rest, mut i) = (all, 0);
            while !rest.is_empty() {
                let text = rest.until_nul();
                rest = rest.suffix(text.len() + 1);
                if !text.is_empty() {
                    put(i, text, at_byte, visitor);
                    i += 1;
                }
                at_byte += text.as_bytes().len() + 2;
            }
        }
    }
    visitor.end(at, open);
}

fn dwords<'a, V: Visitor<'a> + ?Sized>(
    slot: Slot<'_>,
    input: ByteCursor<'a>,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let open = Open::List { raw: None };
    let at = slot.place.at(Semantics::Number, input.range());
    visitor.begin(at, open);
    let (mut rest, mut index) = (input, 0);
    while rest.len() >= 4 {
        if let Ok((next, value)) = packed::u32(rest) {
            let path = slot.place.path.down(Segment::Index(index));
            let at = Place::element(slot.place.field, index, &path).at(Semantics::Number, rest.range_to(&next));
            visitor.scalar(at, Scalar::U32, u64::from(value));
            (rest, index) = (next, index.saturating_add(1));
        }
    }
    visitor.end(At { len: rest.offset() - at.offset, ..at }, open);
    Ok(rest)
}

/// Records of one kind to the end of the buffer. Its length tells the reading: the first one whose size divides it.
fn structs<'a, V: Visitor<'a> + ?Sized>(
    slot: Slot<'_>,
    name: &str,
    input: ByteCursor<'a>,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let unknown = Error::new(input.offset(), ErrorKind::Mismatch { expected: "a known structure" });
    let declaration = super::records::by_name(name).ok_or(unknown)?;
    let divides =
        |variant: &usize| declaration.size(*variant).is_some_and(|size| size > 0 && input.len().is_multiple_of(size));
    let variant = (0..declaration.variants.len().max(1)).find(divides).unwrap_or_else(|| choose(declaration, input));
    let open = Open::List { raw: None };
    let at = slot.place.at(Semantics::Structure, input.range());
    visitor.begin(at, open);
    let (mut rest, mut index, mut result) = (input, 0u32, Ok(()));
    while !rest.is_empty() && result.is_ok() {
        let path = slot.place.path.down(Segment::Index(index));
        let place = Place::element(slot.place.field, index, &path);
        match record(declaration, Extent::InPlace(variant), rest, place, visitor) {
            Ok(next) => (rest, index) = (next, index.saturating_add(1)),
            Err(e) => result = Err(e),
        }
    }
    visitor.end(at, open);
    result.map(|()| rest)
}
