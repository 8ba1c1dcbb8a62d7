//! Value lists: entries of syntax, size and data without count or names, as several control codes answer with them
//! (3.1.4.3.1.5, 3.1.4.3.1.38 and others). The entries are those of a property list.
//!
//! `{"values":[{"syntax":…,"value":…}],"end_mark":false}`, the mark only where it is missing; with one list for each
//! disk `{"disks":[{"values":[…],"end_marks":1}]}`, where marks are counted that stand behind a disk.

use super::packed::{ByteCursor, lower};
use super::property_list::{self, Dialect, any_entry, read_entry};
use super::rules::{Here, down, path};
use super::sink::{Item, Key, Open, Sink};
use super::writer::integer;
use crate::base::error::{Error, Segment};
use crate::consts::content::{BufferFormat, ValueList};
use crate::consts::properties::About;
use crate::ndr::EncodeError;
use crate::ndr::types::{Scalar, Semantics};
use crate::ndr::value::{Fields, Value};
use alloc::vec::Vec;

/// Reads a value list to its end mark or the end of the buffer; returns what is behind it.
///
/// # Errors
/// A size that is not there. The entries before it are in the sink.
pub fn read<'a, S: Sink<'a> + ?Sized>(
    input: ByteCursor<'a>,
    key: Key,
    here: Here<'_>,
    binary: BufferFormat,
    sink: &mut S,
) -> Result<ByteCursor<'a>, Error> {
    let open = Open::Record { name: "VALUE_LIST", variant: None };
    sink.begin(key, open);
    let result = entries(input, here, binary, sink, |_, _| false);
    if let Ok((_, false)) = result {
        sink.item(Key::Name("end_mark"), Semantics::Bool, Item::Bool(false), None);
    }
    sink.end(open);
    result.map(|(rest, _)| rest)
}

/// Reads entries until the end mark, which is taken, or the end, or `stop` says that the entry of this index is
/// another list's. Returns whether there was an end mark.
fn entries<'a, S: Sink<'a> + ?Sized>(
    input: ByteCursor<'a>,
    here: Here<'_>,
    binary: BufferFormat,
    sink: &mut S,
    stop: impl Fn(u32, &property_list::PropertyValue<'a>) -> bool,
) -> Result<(ByteCursor<'a>, bool), Error> {
    let dialect = Dialect { binary, formats: false, of: None, nested: false };
    let trail = down(here, Segment::Name("values"));
    let open = Open::List { raw: None };
    sink.begin(Key::Name("values"), open);
    let (mut rest, mut result) = (input, Ok(false));
    for index in 0u32.. {
        if rest.is_empty() {
            break;
        }
        let trail = trail.down(Segment::Index(index));
        match lower(any_entry(rest)) {
            Ok((_, Some(value))) if stop(index, &value) => break,
            Ok((next, Some(value))) => {
                read_entry(value, Key::Index(index), Some(&trail), dialect, About::default(), sink);
                rest = next;
            }
            Ok((next, None)) => {
                (rest, result) = (next, Ok(true));
                break;
            }
            Err(e) => {
                result = Err(Error { path: path(Some(&trail)), ..e });
                break;
            }
        }
    }
    sink.end(open);
    result.map(|marked| (rest, marked))
}

/// Reads one value list for each disk: a new one starts at each entry of the list's `first`; end marks may stand
/// between the disks or only at the very end.
///
/// # Errors
/// As for [`read`].
pub fn read_disks<'a, S: Sink<'a> + ?Sized>(
    input: ByteCursor<'a>,
    key: Key,
    here: Here<'_>,
    list: &'static ValueList,
    sink: &mut S,
) -> Result<ByteCursor<'a>, Error> {
    let open = Open::Record { name: "DISK_LIST", variant: None };
    sink.begin(key, open);
    let result = disks(input, here, list, sink);
    sink.end(open);
    result
}

fn disks<'a, S: Sink<'a> + ?Sized>(
    input: ByteCursor<'a>,
    here: Here<'_>,
    list: &'static ValueList,
    sink: &mut S,
) -> Result<ByteCursor<'a>, Error> {
    let (mut rest, leading) = marks(input);
    let trail = down(here, Segment::Name("disks"));
    let open = Open::List { raw: None };
    sink.begin(Key::Name("disks"), open);
    let mut result = Ok(());
    for index in 0u32.. {
        if rest.is_empty() {
            break;
        }
        let disk = Open::Record { name: "VALUE_LIST", variant: None };
        let trail = trail.down(Segment::Index(index));
        sink.begin(Key::Index(index), disk);
        let stop = |i: u32, value: &property_list::PropertyValue<'a>| i > 0 && list.first.contains(&value.syntax);
        match entries(rest, Some(&trail), list.binary, sink, stop) {
            Ok((next, marked)) => {
                let (next, more) = marks(next);
                rest = next;
                let count = more + u64::from(marked);
                if count != 1 {
                    sink.item(Key::Name("end_marks"), Semantics::Count, Item::Uint(count), None);
                }
            }
            Err(e) => result = Err(e),
        }
        sink.end(disk);
        if result.is_err() {
            break;
        }
    }
    sink.end(open);
    if leading > 0 {
        sink.item(Key::Name("end_marks"), Semantics::Count, Item::Uint(leading), None);
    }
    result.map(|()| rest)
}

/// Takes the end marks that stand here, and counts them.
fn marks(input: ByteCursor<'_>) -> (ByteCursor<'_>, u64) {
    let (mut rest, mut count) = (input, 0);
    while rest.rest().get(..4) == Some(&[0; 4]) {
        (rest, count) = (rest.skip(4), count + 1);
    }
    (rest, count)
}

/// Encodes a value list.
///
/// # Errors
/// Which value can't be represented, and why.
pub fn write(fields: &Fields, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    property_list::write_entries(fields, out)?;
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
pub fn write_disks(fields: &Fields, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let Some(Value::List(list)) = fields.get("disks") else {
        return Err(EncodeError::new("not a list").within("disks"));
    };
    put_marks(fields, 0, out)?;
    for (i, disk) in list.iter().enumerate() {
        let written = match disk {
            Value::Map(fields) => property_list::write_entries(fields, out).and_then(|()| put_marks(fields, 1, out)),
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
