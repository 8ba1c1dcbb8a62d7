//! JSON values to what the writer encodes, by the forms of the contract: `{"hex"}`, `{"utf16"}`, `{"value"}`,
//! `{"attributes","uuid"}`; everything else as it is.

use crate::ndr::EncodeError;
use crate::ndr::value::{Contents, Fields, Value};
use crate::ndr::visitor::{ContextHandle, Guid};
use serde_json::Value as Json;
use std::borrow::Cow;

/// Reads a value.
///
/// # Errors
/// What is wrong with it, and where in it.
pub fn value(json: &Json) -> Result<Value, EncodeError> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Int(u64::from(*b)),
        Json::Number(n) => {
            Value::Int(integer(n).ok_or_else(|| EncodeError::new(format_args!("{n} is no 64-bit integer")))?)
        }
        Json::String(s) => Value::Text(s.clone()),
        Json::Array(items) => {
            let item = |(i, json)| value(json).map_err(|e| e.within(format_args!("[{i}]")));
            Value::List(items.iter().enumerate().map(item).collect::<Result<_, _>>()?)
        }
        Json::Object(map) => {
            if map.contains_key("secret") {
                return Err(EncodeError::new("a secret was left out here"));
            } else if let Some(hex) = map.get("hex") {
                Value::Bytes(bytes(hex).map_err(|e| e.within("hex"))?)
            } else if let Some(hex) = map.get("utf16") {
                let bytes = bytes(hex).map_err(|e| e.within("utf16"))?;
                if bytes.len() % 2 != 0 {
                    return Err(EncodeError::new("half a code unit").within("utf16"));
                }
                Value::Units(bytes.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect())
            } else if map.contains_key("value") && ["name", "flags", "time"].iter().any(|key| map.contains_key(*key)) {
                // The writer finds out whether they agree.
                Value::Map(fields(map)?)
            } else if let Some(inner) = map.get("value") {
                value(inner).map_err(|e| e.within("value"))?
            } else if let (Some(attributes), Some(uuid)) = (map.get("attributes"), map.get("uuid")) {
                let number = attributes.as_u64().or_else(|| attributes.as_str().and_then(crate::ndr::number::integer));
                let attributes = number.and_then(|n| u32::try_from(n).ok());
                let uuid = uuid.as_str().and_then(Guid::parse);
                match (attributes, uuid) {
                    (Some(attributes), Some(uuid)) => Value::Handle(ContextHandle { attributes, uuid }),
                    (None, _) => return Err(EncodeError::new("not a 32-bit number").within("attributes")),
                    (_, None) => return Err(EncodeError::new("not a UUID").within("uuid")),
                }
            } else {
                Value::Map(fields(map)?)
            }
        }
    })
}

fn fields(map: &serde_json::Map<String, Json>) -> Result<Fields, EncodeError> {
    let mut fields = Fields::default();
    for (key, json) in map {
        let value = value(json).map_err(|e| e.within(key))?;
        fields.0.push((Cow::Owned(key.clone()), value));
    }
    Ok(fields)
}

fn integer(n: &serde_json::Number) -> Option<u64> {
    n.as_u64().or_else(|| n.as_i64().map(|i| i as u64))
}

/// Bytes from a JSON string of hexadecimal digits.
///
/// # Errors
/// In a few words, what is wrong with it.
pub fn bytes(json: &Json) -> Result<Vec<u8>, EncodeError> {
    let text = json.as_str().ok_or_else(|| EncodeError::new("hexadecimal digits are a string"))?;
    hex::decode(text).map_err(|e| EncodeError::new(format_args!("hexadecimal digits: {e}")))
}

/// Bytes of a member of a line, if it has that.
///
/// # Errors
/// The same, with the member's name.
pub fn member(line: &serde_json::Map<String, Json>, key: &str) -> Result<Option<Vec<u8>>, EncodeError> {
    line.get(key).map(bytes).transpose().map_err(|e| e.within(key))
}

/// What is said where bytes are given beside what is to be encoded, and differ from it.
pub(super) fn not_the_same(given: &[u8], encoded: &[u8]) -> EncodeError {
    let at = given.iter().zip(encoded).take_while(|(given, encoded)| given == encoded).count();
    EncodeError::new(format_args!("\"hex\" and what stands beside it differ from byte {at} on: leave one of them out"))
        .within("hex")
}

/// The maximum counts of a decoded stub's line.
///
/// # Errors
/// Which of them is wrong, and why.
pub fn counts(line: &serde_json::Map<String, Json>) -> Result<Contents, EncodeError> {
    let mut contents = Contents::default();
    match line.get("max_counts") {
        Some(Json::Object(counts)) => {
            for (path, count) in counts {
                let number = count.as_u64().or_else(|| count.as_str().and_then(crate::ndr::number::integer));
                let count = number.ok_or_else(|| EncodeError::new("not a count").within(path).within("max_counts"))?;
                contents.max_counts.push((path.clone(), count));
            }
        }
        None => {}
        Some(_) => return Err(EncodeError::new("not an object").within("max_counts")),
    }
    Ok(contents)
}
