//! PROPERTY_LIST (2.2.3.10): a count, then for each property its name, its values and an end mark.
//!
//! [`PropertyList`] is the view for embedders; [`read`] and [`write`](fn@write) are its way to a sink and back.
//!
//! ```
//! use cluscope::structs::property_list::PropertyList;
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
//! assert_eq!(property.values().next().unwrap().unwrap().octets(), [7, 0, 0, 0]);
//! ```

use super::packed::{self, ByteCursor, Parsed, lift, lower, pad4};
use super::reader::whole_text;
use super::rules::{self, Here, broken, down, path};
use super::sink::{Item, Key, Open, Sink};
use super::values::{self, Slot};
use crate::base::error::{Error, ErrorKind, Segment};
use crate::consts::Constant;
use crate::consts::content::BufferFormat;
use crate::consts::control_codes::Family;
use crate::consts::properties::{self, Unit};
use crate::consts::syntax::{CLUSTER_PROPERTY_FORMAT, CLUSTER_PROPERTY_SYNTAX as Syntax};
use crate::ndr::WStr;
use crate::ndr::sink::FieldPath;
use crate::ndr::types::Semantics;
use nom::Parser;

mod writing;

pub(super) use writing::write_entries;
pub use writing::{write, write_one};

/// The reading of a list that only names properties: neither values nor end marks stand behind the names. Enumerations
/// are asked for properties so by clients that take "property list" in 3.1.4.2.143 and 3.1.4.2.144 at its word.
pub const NAMES_ONLY: &str = "names only";

/// A property list, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct PropertyList<'a> {
    /// Number of properties that the list claims to have.
    pub count: u32,
    body: ByteCursor<'a>,
    names_only: bool,
}

impl<'a> PropertyList<'a> {
    /// Reads the count.
    ///
    /// # Errors
    /// Fewer than four octets.
    pub fn new(buffer: &'a [u8]) -> Result<Self, Error> {
        let (body, count) = lower(packed::u32(ByteCursor::new(buffer)))?;
        Ok(PropertyList { count, body, names_only: only_names(body, count) })
    }

    /// Whether the properties are only named: see [`NAMES_ONLY`].
    pub fn names_only(&self) -> bool {
        self.names_only
    }

    /// The properties, ending with the first error.
    pub fn properties(&self) -> impl Iterator<Item = Result<Property<'a>, Error>> + use<'a> {
        let (list, mut rest, mut left) = (*self, self.body, self.count);
        core::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            let next = match list.names_only {
                true => lower(name(rest)).map(|(next, name)| (next, Property { name, values: None })),
                false => lower(property(rest)),
            };
            Some(match next {
                Ok((next, property)) => {
                    rest = next;
                    Ok(property)
                }
                Err(e) => {
                    left = 0;
                    Err(e)
                }
            })
        })
    }
}

/// A property, borrowed: its name, and where its values start.
#[derive(Clone, Copy, Debug)]
pub struct Property<'a> {
    name: ByteCursor<'a>,
    values: Option<ByteCursor<'a>>,
}

impl<'a> Property<'a> {
    /// The name up to its terminator.
    pub fn name(&self) -> WStr<'a> {
        WStr::le(self.name.rest()).until_nul()
    }

    /// The values, ending with the first error.
    pub fn values(&self) -> impl Iterator<Item = Result<PropertyValue<'a>, Error>> + use<'a> {
        let mut at = self.values;
        core::iter::from_fn(move || match lower(entry(at?)) {
            Ok((next, Some(value))) => {
                at = Some(next);
                Some(Ok(value))
            }
            Ok((_, None)) => {
                at = None;
                None
            }
            Err(e) => {
                at = None;
                Some(Err(e))
            }
        })
    }
}

/// A value: its syntax and its octets.
#[derive(Clone, Copy, Debug)]
pub struct PropertyValue<'a> {
    /// What it is and how it is written.
    pub syntax: Syntax,
    pub(super) data: ByteCursor<'a>,
}

impl<'a> PropertyValue<'a> {
    /// The octets, without padding.
    pub fn octets(&self) -> &'a [u8] {
        self.data.rest()
    }
}

/// Size, data and padding.
fn sized(input: ByteCursor<'_>) -> Parsed<'_, ByteCursor<'_>> {
    let (input, size) = packed::u32(input)?;
    let (data, rest) = lift(input.split_claimed(u64::from(size), "Size"))?;
    let (rest, ()) = pad4(data.len())(rest)?;
    Ok((rest, data))
}

/// An entry of a list of values; `None` for an end mark, which is taken, and for the name of the next property, which
/// is not.
#[inline]
fn entry(input: ByteCursor<'_>) -> Parsed<'_, Option<PropertyValue<'_>>> {
    match packed::u32.map(Syntax).parse(input)? {
        (_, Syntax::CLUSPROP_SYNTAX_NAME) => Ok((input, None)),
        (rest, syntax) => behind_syntax(syntax, rest),
    }
}

/// An entry of a list in which names are values, too; `None` for an end mark.
pub(super) fn any_entry(input: ByteCursor<'_>) -> Parsed<'_, Option<PropertyValue<'_>>> {
    let (rest, syntax) = packed::u32.map(Syntax).parse(input)?;
    behind_syntax(syntax, rest)
}

#[inline(always)]
fn behind_syntax(syntax: Syntax, rest: ByteCursor<'_>) -> Parsed<'_, Option<PropertyValue<'_>>> {
    match syntax {
        Syntax::CLUSPROP_SYNTAX_ENDMARK => Ok((rest, None)),
        syntax => sized(rest).map(|(rest, data)| (rest, Some(PropertyValue { syntax, data }))),
    }
}

/// Syntax, size and text of a name.
pub(super) fn name(input: ByteCursor<'_>) -> Parsed<'_, ByteCursor<'_>> {
    let (rest, syntax) = packed::u32.map(Syntax).parse(input)?;
    if syntax != Syntax::CLUSPROP_SYNTAX_NAME {
        let kind = ErrorKind::Value { value: syntax.value(), expected: "CLUSPROP_SYNTAX_NAME" };
        return lift(Err(Error::new(input.offset(), kind)));
    }
    sized(rest)
}

/// A property and all its values.
fn property(input: ByteCursor<'_>) -> Parsed<'_, Property<'_>> {
    let (values, name) = name(input)?;
    let mut rest = values;
    loop {
        match entry(rest)? {
            (next, Some(_)) => rest = next,
            (next, None) => return Ok((next, Property { name, values: Some(values) })),
        }
    }
}

/// Whether names are all that a list of so many properties has, to the last octet. Looks further than the first name only
/// where no value stands behind it.
fn only_names(body: ByteCursor<'_>, count: u32) -> bool {
    let next = |input| lower(name(input)).map(|(rest, _)| rest).ok();
    let Some(mut rest) = next(body).filter(|_| count > 0) else { return false };
    if !rest.is_empty() && next(rest).is_none() {
        return false;
    }
    for _ in 1..count {
        match next(rest) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    rest.is_empty()
}

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
/// A size that is not there, or something else where a name must stand. The properties before it are in the sink.
pub fn read<'a, S: Sink<'a> + ?Sized>(
    input: ByteCursor<'a>,
    key: Key,
    here: Here<'_>,
    dialect: Dialect,
    sink: &mut S,
) -> Result<ByteCursor<'a>, Error> {
    let names_only = PropertyList::new(input.rest()).is_ok_and(|list| list.names_only);
    let open = Open::Record { name: "PROPERTY_LIST", variant: names_only.then_some(NAMES_ONLY) };
    sink.begin(key, open);
    let result = list(input, here, dialect, names_only, sink);
    sink.end(open);
    result
}

fn list<'a, S: Sink<'a> + ?Sized>(
    input: ByteCursor<'a>,
    here: Here<'_>,
    dialect: Dialect,
    names_only: bool,
    sink: &mut S,
) -> Result<ByteCursor<'a>, Error> {
    let (mut rest, count) = match packed::u32(input) {
        Ok(read) => read,
        Err(e) => return Err(failed(e, &down(here, Segment::Name("propertyCount")))),
    };
    sink.item(Key::Name("propertyCount"), Semantics::Count, Item::Uint(u64::from(count)), None);
    let trail = down(here, Segment::Name("properties"));
    let open = Open::List { raw: None };
    sink.begin(Key::Name("properties"), open);
    let mut result = Ok(());
    for index in 0..count {
        let trail = trail.down(Segment::Index(index));
        let read = match names_only {
            true => only_name(rest, Key::Index(index), Some(&trail), sink),
            false => one(rest, Key::Index(index), Some(&trail), dialect, sink),
        };
        match read {
            Ok(next) => rest = next,
            Err(e) => {
                result = Err(e);
                break;
            }
        }
    }
    sink.end(open);
    result?;
    // Windows closes the list with an end mark of its own.
    if rest.rest() == [0; 4] {
        sink.item(Key::Name("final_endmark"), Semantics::Bool, Item::Bool(true), None);
        rest = rest.skip(4);
    }
    Ok(rest)
}

/// What a parser says, and where. Errors are large: apart, what was read need not be moved together with them.
#[cold]
fn failed(e: nom::Err<Error>, trail: &FieldPath<'_>) -> Error {
    Error { path: path(Some(trail)), ..packed::error(e) }
}

/// Reads a property (2.2.3.10.1); returns what is behind it.
///
/// # Errors
/// As for [`read`].
pub fn one<'a, S: Sink<'a> + ?Sized>(
    input: ByteCursor<'a>,
    key: Key,
    here: Here<'_>,
    dialect: Dialect,
    sink: &mut S,
) -> Result<ByteCursor<'a>, Error> {
    let open = Open::Record { name: "PROPERTY_VALUE", variant: None };
    sink.begin(key, open);
    let result = property_members(input, here, dialect, sink);
    sink.end(open);
    result
}

/// A property of a list that only names them.
fn only_name<'a, S: Sink<'a> + ?Sized>(
    input: ByteCursor<'a>,
    key: Key,
    here: Here<'_>,
    sink: &mut S,
) -> Result<ByteCursor<'a>, Error> {
    let open = Open::Record { name: "PROPERTY_VALUE", variant: None };
    sink.begin(key, open);
    let result = property_name(input, here, sink);
    sink.end(open);
    let (rest, _) = result?;
    sink.diagnostic(broken(here, rest.offset(), &rules::NO_VALUE, 0, None));
    Ok(rest)
}

fn property_name<'a, S: Sink<'a> + ?Sized>(
    input: ByteCursor<'a>,
    here: Here<'_>,
    sink: &mut S,
) -> Result<(ByteCursor<'a>, WStr<'a>), Error> {
    let trail = down(here, Segment::Name("name"));
    let (rest, name) = match name(input) {
        Ok(read) => read,
        Err(e) => return Err(failed(e, &trail)),
    };
    let (text, raw, rule) = whole_text(name.rest());
    if let Some(rule) = rule {
        sink.diagnostic(broken(Some(&trail), name.offset(), rule, name.len() as u64, None));
    }
    sink.item(Key::Name("name"), Semantics::Text, Item::Text(text), raw);
    Ok((rest, text))
}

fn property_members<'a, S: Sink<'a> + ?Sized>(
    input: ByteCursor<'a>,
    here: Here<'_>,
    dialect: Dialect,
    sink: &mut S,
) -> Result<ByteCursor<'a>, Error> {
    let (rest, text) = property_name(input, here, sink)?;
    let open = Open::List { raw: None };
    sink.begin(Key::Name("values"), open);
    let result = property_values(rest, text, here, dialect, sink);
    sink.end(open);
    result.inspect_err(|_| sink.blame(text))
}

fn property_values<'a, S: Sink<'a> + ?Sized>(
    input: ByteCursor<'a>,
    name: WStr<'a>,
    here: Here<'_>,
    dialect: Dialect,
    sink: &mut S,
) -> Result<ByteCursor<'a>, Error> {
    let trail = down(here, Segment::Name("values"));
    let known = properties::about(name.units(), dialect.of);
    let mut rest = input;
    let mut previous = Syntax::CLUSPROP_SYNTAX_ENDMARK;
    for index in 0u32.. {
        let trail = trail.down(Segment::Index(index));
        let (next, found) = match entry(rest) {
            Ok(read) => read,
            Err(e) => return Err(failed(e, &trail)),
        };
        let Some(value) = found else {
            if next.offset() == rest.offset() {
                sink.diagnostic(broken(Some(&trail), rest.offset(), &rules::LIST_NOT_ENDED, 0x0004_0003, Some(0)));
            }
            if index == 0 {
                sink.diagnostic(broken(here, rest.offset(), &rules::NO_VALUE, 0, None));
            }
            return Ok(next);
        };
        if value.syntax == Syntax::CLUSPROP_SYNTAX_LIST_VALUE_EXPANDED_SZ
            && previous != Syntax::CLUSPROP_SYNTAX_LIST_VALUE_EXPAND_SZ
        {
            let rule = &rules::EXPANDED_WITHOUT_EXPAND;
            sink.diagnostic(broken(Some(&trail), rest.offset(), rule, value.syntax.value(), None));
        }
        previous = value.syntax;
        read_entry(value, Key::Index(index), Some(&trail), dialect, known, sink);
        rest = next;
    }
    Ok(rest)
}

/// Reads an entry: its syntax, and its value or the octets that are none.
pub(crate) fn read_entry<'a, S: Sink<'a> + ?Sized>(
    value: PropertyValue<'a>,
    key: Key,
    here: Here<'_>,
    dialect: Dialect,
    known: properties::About,
    sink: &mut S,
) {
    let open = Open::Record { name: "VALUE", variant: None };
    sink.begin(key, open);
    sink.item(Key::Name("syntax"), Semantics::Enum(Syntax::TABLE), Item::Uint(value.syntax.value()), None);
    let named = known.property.map(|known| known.format);
    let content = match (BufferFormat::of_syntax(value.syntax), named) {
        _ if value.syntax == Syntax::CLUSPROP_SYNTAX_LIST_VALUE_PROPERTY_LIST && !dialect.nested => INNER,
        (BufferFormat::Bytes, _) => dialect.binary,
        (BufferFormat::Dword, Some(BufferFormat::DwordOf(table) | BufferFormat::QwordOf(table))) => {
            BufferFormat::DwordOf(table)
        }
        (BufferFormat::Qword, Some(BufferFormat::DwordOf(table) | BufferFormat::QwordOf(table))) => {
            BufferFormat::QwordOf(table)
        }
        (other, _) => other,
    };
    let trail = down(here, Segment::Name("value"));
    let unit = known.property.map_or(Unit::Number, |known| known.unit);
    let slot = Slot { secret: known.secret, unit, ..Slot::of(content, "value", Some(&trail)) };
    match (dialect.formats, content, value.octets()) {
        (true, BufferFormat::Word, [low, high]) => {
            let format = u16::from_le_bytes([*low, *high]);
            let semantics = Semantics::Enum(CLUSTER_PROPERTY_FORMAT::TABLE);
            sink.item(slot.key, semantics, Item::Uint(u64::from(format)), None);
        }
        // The syntax alone tells the format: some answer so.
        (true, _, []) => sink.item(slot.key, Semantics::Bytes, Item::Bytes(&[]), None),
        // A secret of another format than it should have is no less one.
        _ if slot.secret && content != BufferFormat::Sz => {
            sink.item(slot.key, Semantics::Opaque, Item::Bytes(value.octets()), None);
        }
        (_, BufferFormat::Bytes, _) => sink.item(slot.key, Semantics::Bytes, Item::Bytes(value.octets()), None),
        _ if content == dialect.binary => values::read_octets(slot, value.data, sink),
        _ => values::read_any(slot, value.data, sink),
    }
    sink.end(open);
}
