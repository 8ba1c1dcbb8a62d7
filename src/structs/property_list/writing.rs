//! Writing of property lists.

use super::super::values;
use super::super::writer::{integer, number_of, text_or_bytes};
use super::{Dialect, NAMES_ONLY, Syntax, format_of};
use crate::consts::Constant;
use crate::consts::content::BufferFormat;
use crate::consts::properties::{self, About, Unit};
use crate::consts::syntax::CLUSTER_PROPERTY_FORMAT;
use crate::ndr::EncodeError;
use crate::ndr::types::{Scalar, Semantics};
use crate::ndr::value::{Fields, Value};
use alloc::format;
use alloc::vec::Vec;

/// Encodes a property list.
///
/// # Errors
/// Which property or value can't be represented, and why.
pub fn write(fields: &Fields, dialect: Dialect, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let list = match fields.get("properties") {
        Some(Value::List(list)) => list.as_slice(),
        Some(_) => return Err(EncodeError::new("not a list").within("properties")),
        None => return Err(EncodeError::new("missing").within("properties")),
    };
    let count = match fields.get("propertyCount") {
        Some(value) => integer(value, Scalar::U32).map_err(|e| e.within("propertyCount"))?,
        None => list.len() as u64,
    };
    if count != list.len() as u64 {
        let reason = format!("{count} where {} properties follow", list.len());
        return Err(EncodeError::new(reason).within("propertyCount"));
    }
    let names_only = match fields.get("reading") {
        None => false,
        Some(Value::Text(variant)) if &**variant == NAMES_ONLY => true,
        Some(_) => return Err(EncodeError::new(format!("the only other reading is {NAMES_ONLY:?}")).within("reading")),
    };
    out.extend((count as u32).to_le_bytes());
    for (i, value) in list.iter().enumerate() {
        let property = match value {
            Value::Map(fields) if names_only => write_name(fields, out),
            Value::Map(fields) => write_one(fields, dialect, out),
            _ => Err(EncodeError::new("not an object of name and values")),
        };
        property.map_err(|e| e.within(format_args!("[{i}]")).within("properties"))?;
    }
    if matches!(fields.get("final_endmark"), Some(Value::Int(1))) {
        out.extend([0; 4]);
    }
    Ok(())
}

/// Encodes a property.
///
/// # Errors
/// Which value can't be represented, and why.
pub fn write_one(fields: &Fields, dialect: Dialect, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    write_name(fields, out)?;
    let known = match fields.get("name") {
        Some(Value::Text(name)) => properties::about(name.encode_utf16(), dialect.of),
        _ => About::default(),
    };
    write_entries(fields, dialect, known, out)?;
    out.extend([0; 4]);
    Ok(())
}

fn write_name(fields: &Fields, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let name = fields.get("name").ok_or_else(|| EncodeError::new("missing").within("name"))?;
    let bytes = text_or_bytes(name).map_err(|e| e.within("name"))?;
    put(Syntax::CLUSPROP_SYNTAX_NAME, &bytes, out).map_err(|e| e.within("name"))
}

/// Encodes the values of `fields`, without an end mark.
pub(in crate::structs) fn write_entries(
    fields: &Fields,
    dialect: Dialect,
    known: About,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let list = match fields.get("values") {
        Some(Value::List(list)) => list.as_slice(),
        _ => return Err(EncodeError::new("not a list").within("values")),
    };
    for (i, value) in list.iter().enumerate() {
        write_entry(value, dialect, known, out).map_err(|e| e.within(format_args!("[{i}]")).within("values"))?;
    }
    Ok(())
}

fn write_entry(value: &Value, dialect: Dialect, known: About, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let Value::Map(fields) = value else { return Err(EncodeError::new("not an object of syntax and value")) };
    let syntax = fields.get("syntax").ok_or_else(|| EncodeError::new("missing").within("syntax"))?;
    let syntax = number_of(syntax, Semantics::Enum(Syntax::TABLE), Scalar::U32).map_err(|e| e.within("syntax"))? as u32;
    let value = fields.get("value").ok_or_else(|| EncodeError::new("missing").within("value"))?;
    let mut bytes = Vec::new();
    let unit = known.property.map_or(Unit::Number, |known| known.unit);
    let written = match (format_of(Syntax(syntax), dialect, known), value) {
        (_, Value::Bytes(raw)) => {
            bytes.extend(raw);
            Ok(())
        }
        (BufferFormat::Word, value) if dialect.formats => {
            let format = (Scalar::U16, Semantics::Enum(CLUSTER_PROPERTY_FORMAT::TABLE));
            values::write_number(format, value, &mut bytes)
        }
        (content, value) => match values::scalar_of(content, unit) {
            Some(number) => values::write_number(number, value, &mut bytes),
            None => values::write(content, value, &mut bytes),
        },
    };
    written.map_err(|e| e.within("value"))?;
    put(Syntax(syntax), &bytes, out)
}

/// Syntax, size, data and padding.
fn put(syntax: Syntax, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
    if syntax == Syntax::CLUSPROP_SYNTAX_ENDMARK {
        return Err(EncodeError::new("an end mark is no value").within("syntax"));
    }
    let size = u32::try_from(bytes.len()).map_err(|_| EncodeError::new("longer than a size can tell"))?;
    out.extend(syntax.0.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend_from_slice(bytes);
    out.extend([0; 3].iter().take(bytes.len().wrapping_neg() & 3));
    Ok(())
}
