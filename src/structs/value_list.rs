//! Value lists: entries of syntax, size and data without count or names, as several control codes answer with them
//! (3.1.4.3.1.5, 3.1.4.3.1.38 and others). The entries are those of a property list.
//!
//! `{"values":[{"syntax":…,"value":…}],"end_mark":false}`, the mark only where it is missing; with one list for each
//! disk `{"disks":[{"values":[…],"end_marks":1}]}`, where marks are counted that stand behind a disk.

use super::packed::{ByteCursor, lower};
use super::property_list::{self, Dialect, any_entry, read_entry};
use super::rules::in_path;
use super::writer::integer;
use crate::base::error::{Error, Segment};
use crate::consts::content::{BufferFormat, ValueList};
use crate::consts::properties::About;
use crate::ndr::EncodeError;
use crate::ndr::types::{Field, Scalar, Semantics};
use crate::ndr::value::{Fields, Value};
use crate::ndr::visitor::{At, FieldPath, Item, Open, Overhead, Place, Visitor};
use alloc::vec::Vec;

pub(crate) static VALUES: Field = Field::of_buffer("values", Semantics::Structure);
pub(crate) static END_MARK: Field = Field::of_buffer("end_mark", Semantics::Bool);
pub(crate) static DISKS: Field = Field::of_buffer("disks", Semantics::Structure);
pub(crate) static END_MARKS: Field = Field::of_buffer("end_marks", Semantics::Count);

/// The entries of a value list or of several behind each other, with `None` for each end mark; it ends with the first
/// error.
pub fn values(buffer: &[u8]) -> impl Iterator<Item = Option<property_list::PropertyValue<'_>>> {
    let mut rest = ByteCursor::new(buffer);
    core::iter::from_fn(move || {
        let (next, value) = lower(any_entry(rest)).ok()?;
        rest = next;
        Some(value)
    })
}

/// Reads a value list to its end mark or the end of the buffer; returns what is behind it.
///
/// # Errors
/// A size that is not there. The entries before it are in the visitor.
pub fn read<'a, V: Visitor<'a> + ?Sized>(
    input: ByteCursor<'a>,
    place: Place<'_>,
    binary: BufferFormat,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let open = Open::Record { name: "VALUE_LIST", variant: None };
    let at = place.at(Semantics::Structure, input.range());
    visitor.begin(at, open);
    let result = entries(input, place.path, binary, visitor, |_, _| false);
    if let Ok((rest, false)) = &result {
        let path = place.path.down(Segment::Name(END_MARK.name));
        let at = Place::member(&END_MARK, &path).at(Semantics::Bool, rest.offset()..rest.offset());
        visitor.value(at, Item::Bool(false));
    }
    visitor.end(ended(at, &result), open);
    result.map(|(rest, _)| rest)
}

/// How the entries are read and written whose binary values are of this format.
fn dialect(binary: BufferFormat) -> Dialect {
    Dialect { binary, formats: false, of: None, nested: false }
}

/// Where a list turned out to end.
fn ended<'t>(at: At<'t>, result: &Result<(ByteCursor<'_>, bool), Error>) -> At<'t> {
    match result {
        Ok((rest, _)) => At { len: rest.offset().saturating_sub(at.offset), ..at },
        Err(_) => at,
    }
}

/// Reads entries until the end mark, which is taken, or the end, or `stop` says that the entry of this index is
/// another list's. Returns whether there was an end mark.
fn entries<'a, V: Visitor<'a> + ?Sized>(
    input: ByteCursor<'a>,
    path: &FieldPath<'_>,
    binary: BufferFormat,
    visitor: &mut V,
    stop: impl Fn(u32, &property_list::PropertyValue<'a>) -> bool,
) -> Result<(ByteCursor<'a>, bool), Error> {
    let dialect = dialect(binary);
    let path = path.down(Segment::Name(VALUES.name));
    let open = Open::List { raw: None };
    let at = Place::member(&VALUES, &path).at(Semantics::Structure, input.range());
    visitor.begin(at, open);
    let (mut rest, mut result) = (input, Ok(false));
    for index in 0u32.. {
        if rest.is_empty() {
            break;
        }
        let path = path.down(Segment::Index(index));
        match lower(any_entry(rest)) {
            Ok((_, Some(value))) if stop(index, &value) => break,
            Ok((next, Some(value))) => {
                let place = Place::element(&VALUES, index, &path);
                read_entry(value, rest.range_to(&next), place, dialect, About::default(), visitor);
                rest = next;
            }
            Ok((next, None)) => {
                visitor.overhead(rest.range_to(&next), Overhead::EndMark);
                (rest, result) = (next, Ok(true));
                break;
            }
            Err(e) => {
                result = Err(in_path(e, &path));
                break;
            }
        }
    }
    visitor.end(At { len: rest.offset() - at.offset, ..at }, open);
    result.map(|marked| (rest, marked))
}

/// Reads one value list for each disk: a new one starts at each entry of the list's `first`; end marks may stand
/// between the disks or only at the very end.
///
/// # Errors
/// As for [`read`].
pub fn read_disks<'a, V: Visitor<'a> + ?Sized>(
    input: ByteCursor<'a>,
    place: Place<'_>,
    list: &'static ValueList,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let open = Open::Record { name: "DISK_LIST", variant: None };
    let at = place.at(Semantics::Structure, input.range());
    visitor.begin(at, open);
    let result = disks(input, place.path, list, visitor);
    visitor.end(at, open);
    result
}

fn disks<'a, V: Visitor<'a> + ?Sized>(
    input: ByteCursor<'a>,
    path: &FieldPath<'_>,
    list: &'static ValueList,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let (mut rest, leading) = marks(input, visitor);
    let parent = path;
    let path = parent.down(Segment::Name(DISKS.name));
    let open = Open::List { raw: None };
    let at = Place::member(&DISKS, &path).at(Semantics::Structure, rest.range());
    visitor.begin(at, open);
    let mut result = Ok(());
    for index in 0u32.. {
        if rest.is_empty() {
            break;
        }
        let disk = Open::Record { name: "VALUE_LIST", variant: None };
        let path = path.down(Segment::Index(index));
        let at = Place::element(&DISKS, index, &path).at(Semantics::Structure, rest.range());
        visitor.begin(at, disk);
        let stop = |i: u32, value: &property_list::PropertyValue<'a>| i > 0 && list.first.contains(&value.syntax);
        match entries(rest, &path, list.binary, visitor, stop) {
            Ok((next, marked)) => {
                let (next, more) = marks(next, visitor);
                rest = next;
                let count = more + u64::from(marked);
                if count != 1 {
                    end_marks(count, &path, rest.offset(), visitor);
                }
            }
            Err(e) => result = Err(e),
        }
        visitor.end(At { len: rest.offset().saturating_sub(at.offset), ..at }, disk);
        if result.is_err() {
            break;
        }
    }
    visitor.end(at, open);
    if leading > 0 {
        end_marks(leading, parent, input.offset(), visitor);
    }
    result.map(|()| rest)
}

/// Takes the end marks that stand here, and counts them.
fn marks<'a, V: Visitor<'a> + ?Sized>(input: ByteCursor<'a>, visitor: &mut V) -> (ByteCursor<'a>, u64) {
    let (mut rest, mut count) = (input, 0);
    while rest.rest().get(..4) == Some(&[0; 4]) {
        let next = rest.skip(4);
        visitor.overhead(rest.range_to(&next), Overhead::EndMark);
        (rest, count) = (next, count + 1);
    }
    (rest, count)
}

/// How many end marks there are, where it is not one: a value of no bytes of its own.
fn end_marks<'a, V: Visitor<'a> + ?Sized>(count: u64, path: &FieldPath<'_>, at: usize, visitor: &mut V) {
    let path = path.down(Segment::Name(END_MARKS.name));
    visitor.scalar(Place::member(&END_MARKS, &path).at(Semantics::Count, at..at), Scalar::U32, count);
}

/// Encodes a value list.
///
/// # Errors
/// Which value can't be represented, and why.
pub fn write(fields: &Fields, binary: BufferFormat, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    property_list::write_entries(fields, dialect(binary), About::default(), out)?;
    match fields.get("end_mark") {
        Some(Value::Int(0)) => {}
        None | Some(Value::Int(_)) => out.extend([0; 4]),
        Some(_) => return Err(EncodeError::new("true or false").within("end_mark")),
    }
    Ok(())
}

/// Encodes one value list for each disk.
///
/// # Errors
/// As for [`write`](fn@write).
pub fn write_disks(fields: &Fields, binary: BufferFormat, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let Some(Value::List(list)) = fields.get("disks") else {
        return Err(EncodeError::new("not a list").within("disks"));
    };
    put_marks(fields, 0, out)?;
    for (i, disk) in list.iter().enumerate() {
        let written = match disk {
            Value::Map(fields) => property_list::write_entries(fields, dialect(binary), About::default(), out)
                .and_then(|()| put_marks(fields, 1, out)),
            _ => Err(EncodeError::new("not an object of values")),
        };
        written.map_err(|e| e.within(format_args!("[{i}]")).within("disks"))?;
    }
    Ok(())
}

fn put_marks(fields: &Fields, default: u64, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let count = match fields.get("end_marks") {
        Some(value) => integer(value, Scalar::U16).map_err(|e| e.within("end_marks"))?,
        None => default,
    };
    (0..count).for_each(|_| out.extend([0; 4]));
    Ok(())
}
