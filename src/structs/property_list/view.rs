//! The view of a property list for embedders, and the parsers of its parts.

use crate::base::error::{Error, ErrorKind};
use crate::consts::Constant;
use crate::consts::content::BufferFormat;
use crate::consts::syntax::CLUSTER_PROPERTY_SYNTAX as Syntax;
use crate::ndr::WStr;
use crate::structs::packed::{self, ByteCursor, Parsed, lift, lower, pad4};
use core::ops::Range;
use nom::Parser;

/// A property list, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct PropertyList<'a> {
    /// Number of properties that the list claims to have.
    pub count: u32,
    body: ByteCursor<'a>,
    pub(super) names_only: bool,
}

impl<'a> PropertyList<'a> {
    /// Reads the count.
    ///
    /// # Errors
    /// Fewer than four bytes.
    pub fn new(buffer: &'a [u8]) -> Result<Self, Error> {
        let (body, count) = lower(packed::u32(ByteCursor::new(buffer)))?;
        Ok(PropertyList { count, body, names_only: only_names(body, count) })
    }

    /// Whether the properties are only named: see [`super::NAMES_ONLY`].
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

/// A value: its syntax and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct PropertyValue<'a> {
    /// What it is and how it is written.
    pub syntax: Syntax,
    pub(in crate::structs) data: ByteCursor<'a>,
}

impl PropertyValue<'_> {
    /// The bytes of the syntax, the size and the value, without padding.
    pub fn range(&self) -> Range<usize> {
        self.data.offset().saturating_sub(8)..self.data.range().end
    }
}

impl<'a> PropertyValue<'a> {
    /// The format of the bytes, by the syntax.
    pub fn format(&self) -> BufferFormat {
        BufferFormat::of_syntax(self.syntax)
    }

    /// The bytes, without padding.
    pub fn bytes(&self) -> &'a [u8] {
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
pub(super) fn entry(input: ByteCursor<'_>) -> Parsed<'_, Option<PropertyValue<'_>>> {
    match packed::u32.map(Syntax).parse(input)? {
        (_, Syntax::CLUSPROP_SYNTAX_NAME) => Ok((input, None)),
        (rest, syntax) => behind_syntax(syntax, rest),
    }
}

/// An entry of a list in which names are values, too; `None` for an end mark.
pub(in crate::structs) fn any_entry(input: ByteCursor<'_>) -> Parsed<'_, Option<PropertyValue<'_>>> {
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
pub(in crate::structs) fn name(input: ByteCursor<'_>) -> Parsed<'_, ByteCursor<'_>> {
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

/// Whether names are all that a list of so many properties has, to the last byte. Looks further than the first name only
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
