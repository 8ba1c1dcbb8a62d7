//! Values of buffers back to bytes.

use super::{counted, scalar};
use crate::consts::content::BufferFormat;
use crate::consts::control_codes::Family;
use crate::consts::properties::Unit;
use crate::ndr::EncodeError;
use crate::ndr::types::{Scalar, Semantics};
use crate::ndr::value::Value;
use crate::structs::property_list::{self, Dialect};
use crate::structs::writer::{self, integer, number_of};
use crate::structs::{Structure, security, value_list};
use alloc::format;
use alloc::vec::Vec;

/// Encodes a value of the first format that has all its members, in its length.
fn write_first(
    choices: impl Iterator<Item = BufferFormat>,
    value: &Value,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let mut refused = None;
    for choice in choices {
        let mut bytes = Vec::new();
        match write(choice, value, &mut bytes) {
            Ok(()) => {
                out.extend(bytes);
                return Ok(());
            }
            Err(e) => refused = refused.or(Some(e)),
        }
    }
    Err(refused.unwrap_or_else(|| EncodeError::new("no format")))
}

/// How a property list of this format is read and written, of an object of this kind.
pub(in crate::structs) fn dialect(content: BufferFormat, of: Option<Family>) -> Dialect {
    let plain = Dialect { of, ..Dialect::PLAIN };
    match content {
        BufferFormat::PropertyListOf(binary) => Dialect { binary: *binary, ..plain },
        BufferFormat::PropertyFormats => Dialect { formats: true, ..plain },
        _ => plain,
    }
}

/// Encodes a number whose property says more of it than its format does.
pub(in crate::structs) fn write_number(
    (scalar, semantics): (Scalar, Semantics),
    value: &Value,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let n = number_of(value, semantics, scalar)?;
    out.extend(n.to_le_bytes().iter().take(scalar.size(crate::ndr::Syntax::Ndr)));
    Ok(())
}

/// The integer formats, and what one means that counts this.
pub(in crate::structs) fn scalar_of(content: BufferFormat, unit: Unit) -> Option<(Scalar, Semantics)> {
    let (scalar, semantics) = scalar(content)?;
    Some((scalar, if let Semantics::Number = semantics { counted(unit) } else { semantics }))
}

/// Encodes a value of a format. Bytes stand for themselves, whatever the format.
///
/// # Errors
/// The value can't be represented in this format, and why.
pub fn write(content: BufferFormat, value: &Value, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    if let Value::Bytes(bytes) = value {
        out.extend_from_slice(bytes);
        return Ok(());
    }
    if let BufferFormat::ByResourceType { then, otherwise, .. } = content {
        let mut bytes = Vec::new();
        let written = write(*otherwise, value, &mut bytes);
        return match written {
            Ok(()) => {
                out.extend(bytes);
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
    if let Some(number) = scalar(content) {
        return write_number(number, value, out);
    }
    match (content, value) {
        (BufferFormat::Nothing, Value::Null) => Ok(()),
        (BufferFormat::Sz, value) => writer::sz(value).map(|bytes| out.extend(bytes)),
        (BufferFormat::MultiSz | BufferFormat::Names, Value::List(list)) => {
            for (i, text) in list.iter().enumerate() {
                let bytes = writer::sz(text).map_err(|e| e.within(format_args!("[{i}]")))?;
                if bytes.len() == 2 {
                    return Err(EncodeError::new("an empty string would end the list").within(format_args!("[{i}]")));
                }
                out.extend(bytes);
            }
            out.extend([0, 0]);
            Ok(())
        }
        (BufferFormat::MultiSz, Value::Units(units)) => {
            out.extend(units.iter().flat_map(|u| u.to_le_bytes()));
            Ok(())
        }
        (BufferFormat::MultiSz | BufferFormat::Names, value @ Value::Text(_)) => {
            writer::sz(value).map(|bytes| out.extend(bytes))
        }
        (BufferFormat::SecurityDescriptor, Value::Text(text)) => security::parse(text).map(|bytes| out.extend(bytes)),
        (BufferFormat::Guid, value) => writer::guid(value).map(|bytes| out.extend(bytes)),
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
        ) => property_list::write(fields, dialect(content, None), out),
        (BufferFormat::Values(list), Value::Map(fields)) => value_list::write(fields, list.binary, out),
        (BufferFormat::ValuesPerDisk(list), Value::Map(fields)) => value_list::write_disks(fields, list.binary, out),
        (BufferFormat::Bytes, Value::List(_)) => writer::bytes_of(value).map(|bytes| out.extend(bytes)),
        (content, _) => Err(EncodeError::new(format!("not a value of format {content}"))),
    }
}
