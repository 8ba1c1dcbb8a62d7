//! PROPERTY_LIST (2.2.3.10): a count, then for each property its name, its values and an end mark.
//!
//! [`PropertyList`] is the view for embedders; [`read`] and [`write`](fn@write) are its way to a visitor and back.
//!
//! ```
//! use cluscope::structs::PropertyList;
//!
//! let buffer = [
//!     1, 0, 0, 0, // one property
//!     3, 0, 4, 0, 4, 0, 0, 0, b'A', 0, 0, 0, // its name
//!     2, 0, 1, 0, 4, 0, 0, 0, 7, 0, 0, 0, // a DWORD
//!     0, 0, 0, 0, // end mark
//! ];
//! let list = PropertyList::new(&buffer).unwrap();
//! let property = list.properties().next().unwrap().unwrap();
//! assert_eq!(property.name().to_string(), "A");
//! assert_eq!(property.values().next().unwrap().unwrap().bytes(), [7, 0, 0, 0]);
//! ```

use super::packed::{self, ByteCursor};
use super::reader::whole_text;
use super::rules::{self, broken};
use super::values::{self, Slot};
use crate::base::error::{Error, Segment};
use crate::consts::Constant;
use crate::consts::content::BufferFormat;
use crate::consts::control_codes::Family;
use crate::consts::properties::{self, Unit};
use crate::consts::syntax::{CLUSTER_PROPERTY_FORMAT, CLUSTER_PROPERTY_SYNTAX as Syntax};
use crate::ndr::WStr;
use crate::ndr::types::{Field, Scalar, Semantics};
use crate::ndr::visitor::{At, FieldPath, Item, Open, Overhead, Place, Visitor};
use core::ops::Range;

mod view;
mod writing;

pub(crate) static PROPERTY_COUNT: Field = Field::of_buffer("propertyCount", Semantics::Count);
/// The properties.
pub static PROPERTIES: Field = Field::of_buffer("properties", Semantics::Structure);
pub(crate) static FINAL_ENDMARK: Field = Field::of_buffer("final_endmark", Semantics::Bool);
/// The name of a property.
pub static NAME: Field = Field::of_buffer("name", Semantics::Text);
/// The values of a property.
pub static VALUES: Field = Field::of_buffer("values", Semantics::Structure);
/// The type that stands before a value of a property or value list.
pub static SYNTAX: Field = Field::of_buffer("syntax", Semantics::Enum(Syntax::TABLE));
/// The structure that holds a value with its type, in property and value lists.
pub const VALUE_ENTRY: &str = "VALUE";
/// A value of a property or value list.
pub static VALUE: Field = Field::of_buffer("value", Semantics::Bytes);

use view::entry;
pub use view::{Property, PropertyList, PropertyValue};
pub(super) use view::{any_entry, name};
pub(super) use writing::write_entries;
pub use writing::{write, write_one};

/// The reading of a list that only names properties: neither values nor end marks stand behind the names. Enumerations
/// are asked for properties so by clients that take "property list" in 3.1.4.2.143 and 3.1.4.2.144 at its word.
pub const NAMES_ONLY: &str = "names only";

/// A property list that is the value of a property.
const INNER: BufferFormat = BufferFormat::PropertyListOf(&BufferFormat::Bytes);

/// What a property list holds besides what the syntaxes say.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// What binary values hold.
    pub binary: BufferFormat,
    /// WORD values are formats of properties.
    pub formats: bool,
    /// The kind of object that has the properties, where it is known.
    pub of: Option<Family>,
    /// Whether it stands inside another list: then lists in it are bytes.
    pub nested: bool,
}

impl Dialect {
    /// What the syntaxes say and nothing else.
    pub const PLAIN: Dialect = Dialect { binary: BufferFormat::Bytes, formats: false, of: None, nested: false };
}

/// Reads a property list; returns what is behind it.
///
/// # Errors
/// A size that is not there, or something else where a name must stand. The properties before it are in the visitor.
pub fn read<'a, V: Visitor<'a> + ?Sized>(
    input: ByteCursor<'a>,
    place: Place<'_>,
    dialect: Dialect,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let names_only = PropertyList::new(input.rest()).is_ok_and(|list| list.names_only);
    let open = Open::Record { name: "PROPERTY_LIST", variant: names_only.then_some(NAMES_ONLY) };
    let at = place.at(Semantics::PropertyList, input.range());
    visitor.begin(at, open);
    let result = list(input, place.path, dialect, names_only, visitor);
    visitor.end(ended(at, &result), open);
    result
}

/// Where something turned out to end.
fn ended<'t>(at: At<'t>, result: &Result<ByteCursor<'_>, Error>) -> At<'t> {
    match result {
        Ok(rest) => At { len: rest.offset().saturating_sub(at.offset), ..at },
        Err(_) => at,
    }
}

fn list<'a, V: Visitor<'a> + ?Sized>(
    input: ByteCursor<'a>,
    path: &FieldPath<'_>,
    dialect: Dialect,
    names_only: bool,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let parent = path;
    let path = parent.down(Segment::Name(PROPERTY_COUNT.name));
    let (mut rest, count) = match packed::u32(input) {
        Ok(read) => read,
        Err(e) => return Err(failed(e, &path)),
    };
    let at = Place::member(&PROPERTY_COUNT, &path).at(Semantics::Count, input.range_to(&rest));
    visitor.scalar(at, Scalar::U32, u64::from(count));
    let path = parent.down(Segment::Name(PROPERTIES.name));
    let open = Open::List { raw: None };
    let at = Place::member(&PROPERTIES, &path).at(Semantics::Structure, rest.range());
    visitor.begin(at, open);
    let mut result = Ok(());
    for index in 0..count {
        let path = path.down(Segment::Index(index));
        let place = Place::element(&PROPERTIES, index, &path);
        let read = match names_only {
            true => only_name(rest, place, visitor),
            false => one(rest, place, dialect, visitor),
        };
        match read {
            Ok(next) => rest = next,
            Err(e) => {
                result = Err(e);
                break;
            }
        }
    }
    visitor.end(At { len: rest.offset().saturating_sub(at.offset), ..at }, open);
    result?;
    // Windows closes the list with an end mark of its own.
    if rest.rest() == [0; 4] {
        let path = parent.down(Segment::Name(FINAL_ENDMARK.name));
        visitor.value(Place::member(&FINAL_ENDMARK, &path).at(Semantics::Bool, rest.range()), Item::Bool(true));
        rest = rest.skip(4);
    }
    Ok(rest)
}

/// What a parser says, and where. Errors are large: apart, what was read need not be moved together with them.
#[cold]
fn failed(e: nom::Err<Error>, path: &FieldPath<'_>) -> Error {
    Error { path: path.to_path(), ..packed::error(e) }
}

/// Reads a property (2.2.3.10.1); returns what is behind it.
///
/// # Errors
/// As for [`read`].
pub fn one<'a, V: Visitor<'a> + ?Sized>(
    input: ByteCursor<'a>,
    place: Place<'_>,
    dialect: Dialect,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let open = Open::Record { name: "PROPERTY_VALUE", variant: None };
    let at = place.at(Semantics::Structure, input.range());
    visitor.begin(at, open);
    let result = property_members(input, place.path, dialect, visitor);
    visitor.end(ended(at, &result), open);
    result
}

/// A property of a list that only names them.
fn only_name<'a, V: Visitor<'a> + ?Sized>(
    input: ByteCursor<'a>,
    place: Place<'_>,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let open = Open::Record { name: "PROPERTY_VALUE", variant: None };
    let at = place.at(Semantics::Structure, input.range());
    visitor.begin(at, open);
    let result = property_name(input, place.path, visitor);
    let end = result.as_ref().map_or(input.range().end, |(rest, _)| rest.offset());
    visitor.end(At { len: end - at.offset, ..at }, open);
    let (rest, _) = result?;
    visitor.diagnostic(broken(place.path, rest.offset(), &rules::NO_VALUE, 0, None));
    Ok(rest)
}

fn property_name<'a, V: Visitor<'a> + ?Sized>(
    input: ByteCursor<'a>,
    path: &FieldPath<'_>,
    visitor: &mut V,
) -> Result<(ByteCursor<'a>, WStr<'a>), Error> {
    let path = path.down(Segment::Name(NAME.name));
    let (rest, name) = match name(input) {
        Ok(read) => read,
        Err(e) => return Err(failed(e, &path)),
    };
    if visitor.wants_overhead() {
        let at = input.offset();
        visitor.overhead(at..at + 4, Overhead::Syntax(Syntax::CLUSPROP_SYNTAX_NAME.value()));
        visitor.overhead(at + 4..at + 8, Overhead::Length(name.len() as u64));
    }
    let (text, raw, rule) = whole_text(name.rest());
    if let Some(rule) = rule {
        visitor.diagnostic(broken(&path, name.offset(), rule, name.len() as u64, None));
    }
    let at = Place::member(&NAME, &path).at(Semantics::Text, name.range());
    match raw {
        None => visitor.string(at, text),
        Some(raw) => visitor.irregular(at, Item::Text(text), raw),
    }
    padding(name.range().end..rest.offset(), visitor);
    Ok((rest, text))
}

/// Tells of the padding behind a name or value.
#[inline(always)]
fn padding<'a, V: Visitor<'a> + ?Sized>(range: Range<usize>, visitor: &mut V) {
    if visitor.wants_overhead() && !range.is_empty() {
        visitor.overhead(range, Overhead::Padding);
    }
}

fn property_members<'a, V: Visitor<'a> + ?Sized>(
    input: ByteCursor<'a>,
    path: &FieldPath<'_>,
    dialect: Dialect,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let (rest, text) = property_name(input, path, visitor)?;
    let parent = path;
    let path = parent.down(Segment::Name(VALUES.name));
    let open = Open::List { raw: None };
    let at = Place::member(&VALUES, &path).at(Semantics::Structure, rest.range());
    visitor.begin(at, open);
    let result = property_values(rest, text, (parent, &path), dialect, visitor);
    visitor.end(ended(at, &result), open);
    result.inspect_err(|_| visitor.failed_in(text))
}

/// What a property's name tells about its values.
pub(crate) fn about(name: WStr<'_>, of: Option<Family>) -> properties::About {
    let mut room = [0; properties::LONGEST];
    match name.ascii(&mut room) {
        Some(name) => properties::about_ascii(name.as_bytes(), of),
        None => properties::about(name.units(), of),
    }
}

fn property_values<'a, V: Visitor<'a> + ?Sized>(
    input: ByteCursor<'a>,
    name: WStr<'a>,
    (parent, list): (&FieldPath<'_>, &FieldPath<'_>),
    dialect: Dialect,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let known = about(name, dialect.of);
    let mut rest = input;
    let mut previous = Syntax::CLUSPROP_SYNTAX_ENDMARK;
    for index in 0u32.. {
        let path = list.down(Segment::Index(index));
        let (next, found) = match entry(rest) {
            Ok(read) => read,
            Err(e) => return Err(failed(e, &path)),
        };
        let Some(value) = found else {
            if next.offset() == rest.offset() {
                visitor.diagnostic(broken(&path, rest.offset(), &rules::LIST_NOT_ENDED, 0x0004_0003, Some(0)));
            } else {
                visitor.overhead(rest.range_to(&next), Overhead::EndMark);
            }
            if index == 0 {
                visitor.diagnostic(broken(parent, rest.offset(), &rules::NO_VALUE, 0, None));
            }
            return Ok(next);
        };
        if value.syntax == Syntax::CLUSPROP_SYNTAX_LIST_VALUE_EXPANDED_SZ
            && previous != Syntax::CLUSPROP_SYNTAX_LIST_VALUE_EXPAND_SZ
        {
            let rule = &rules::EXPANDED_WITHOUT_EXPAND;
            visitor.diagnostic(broken(&path, rest.offset(), rule, value.syntax.value(), None));
        }
        previous = value.syntax;
        let place = Place::element(&VALUES, index, &path);
        read_entry(value, rest.range_to(&next), place, dialect, known, visitor);
        rest = next;
    }
    Ok(rest)
}

/// The format of a value of this syntax, from what is known of the property.
fn format_of(syntax: Syntax, dialect: Dialect, known: properties::About) -> BufferFormat {
    match BufferFormat::of_syntax(syntax) {
        _ if syntax == Syntax::CLUSPROP_SYNTAX_LIST_VALUE_PROPERTY_LIST && !dialect.nested => INNER,
        BufferFormat::Bytes => dialect.binary,
        other => known.property.map_or(other, |property| property.format_of(other)),
    }
}

/// Reads an entry, which takes the bytes of this range: its syntax, and its value or the bytes that are none.
pub(crate) fn read_entry<'a, V: Visitor<'a> + ?Sized>(
    value: PropertyValue<'a>,
    range: Range<usize>,
    place: Place<'_>,
    dialect: Dialect,
    known: properties::About,
    visitor: &mut V,
) {
    let open = Open::Record { name: VALUE_ENTRY, variant: None };
    let entry = place.at(Semantics::Structure, range.clone());
    visitor.begin(entry, open);
    let path = place.path.down(Segment::Name(SYNTAX.name));
    let at = Place::member(&SYNTAX, &path).at(SYNTAX.semantics, range.start..range.start + 4);
    visitor.scalar(at, Scalar::U32, value.syntax.value());
    if visitor.wants_overhead() {
        visitor.overhead(range.start + 4..range.start + 8, Overhead::Length(value.data.len() as u64));
    }
    let content = format_of(value.syntax, dialect, known);
    let path = place.path.down(Segment::Name(VALUE.name));
    let place = Place::member(&VALUE, &path);
    let unit = known.property.map_or(Unit::Number, |known| known.unit);
    let slot = Slot { secret: known.secret, unit, ..Slot::of(content, place) };
    let data = value.data.range();
    match (dialect.formats, content, value.bytes()) {
        (true, BufferFormat::Word, [low, high]) => {
            let at = place.at(Semantics::Enum(CLUSTER_PROPERTY_FORMAT::TABLE), data.clone());
            visitor.scalar(at, Scalar::U16, u64::from(u16::from_le_bytes([*low, *high])));
        }
        // The syntax alone tells the format: some answer so.
        (true, _, []) => visitor.bytes(place.at(Semantics::Bytes, data.clone()), &[]),
        // A secret of another format than it should have is no less one.
        _ if slot.secret && content != BufferFormat::Sz => {
            visitor.bytes(place.at(Semantics::Opaque, data.clone()), value.bytes());
        }
        (_, BufferFormat::Bytes, bytes) => visitor.bytes(place.at(Semantics::Bytes, data.clone()), bytes),
        _ if content == dialect.binary => values::read_bytes(slot, value.data, visitor),
        _ => values::read_any(slot, value.data, visitor),
    }
    padding(data.end..range.end, visitor);
    visitor.end(entry, open);
}
