//! The lines of `struct decode` and `struct encode`: the bytes of a structure with its name, and its values.

use super::agree::{self, Mode};
use super::buffers::members;
use super::input;
use super::lines::{begin, failure, parse};
use super::out::Out;
use crate::ndr::EncodeError;
use crate::ndr::types::Semantics;
use crate::ndr::value::{Fields, Value};
use crate::ndr::visitor::Place;
use crate::structs::Structure;
use crate::structs::content::{self, Context, Secrets};
use crate::structs::mask::Mask;
use serde_json::{Map, Value as Json};
use std::borrow::Cow;

/// Decodes a structure into members of the object that is open in `out`: `struct`, `value`, `reading`, `trailing`,
/// `diagnostics`, or `error` with what was read before it as `partial`. Returns whether it could be decoded.
pub fn decoded(out: &mut Out, name: &str, bytes: &[u8]) -> bool {
    let Some(structure) = Structure::by_name(name) else {
        out.key("struct");
        out.text(name);
        failure(out, &unknown(name).within("struct"));
        return false;
    };
    out.key("struct");
    out.text(structure.name);
    let hidden = match out.secrets() {
        Secrets::Masked => {
            let context = Context { secrets: Secrets::Masked, ..Context::default() };
            let shape = content::shape(Semantics::Custom(structure.name), 0, &context, bytes);
            (Secrets::Masked, Mask::of(&shape, bytes))
        }
        // Whoever hands over the bytes of a structure knows them.
        _ => (Secrets::Shown, Mask::default()),
    };
    members(out, hidden, bytes, |input, sink| structure.read(input, Place::TOP, sink))
}

/// Decodes a structure into a whole object. Returns whether it could be decoded.
pub fn decode(out: &mut Out, name: &str, bytes: &[u8]) -> bool {
    out.clear();
    out.begin();
    let done = decoded(out, name, bytes);
    out.end();
    done
}

fn unknown(name: &str) -> EncodeError {
    let names = || crate::structs::ALL.iter().map(|structure| structure.name);
    let near: Vec<_> = names().filter(|n| n.contains(&name.to_ascii_uppercase())).collect();
    match near.is_empty() || name.is_empty() {
        true => crate::ndr::number::unknown(name, "structure", names()),
        false => EncodeError::new(format!("{name:?} is no structure; there are {}", near.join(", "))),
    }
}

/// The structure's name: the line's own, or one given from outside.
fn name_of<'l>(line: &'l Map<String, Json>, default: Option<&'l str>) -> Result<&'l str, EncodeError> {
    // What stands as `decoded` in a record has the name as `type`.
    match line.get("struct").or_else(|| line.get("type")) {
        Some(Json::String(name)) => Ok(name),
        Some(_) => Err(EncodeError::new("not text").within("struct")),
        None => default.ok_or_else(|| EncodeError::new("missing").within("struct")),
    }
}

/// Answers a line `{"id":…,"struct":"NAME","hex":"…"}`. Returns whether it could be decoded.
pub fn decode_line(out: &mut Out, text: &str) -> bool {
    decode_line_as(out, text, None)
}

/// The same with the name of the structure for lines that have none.
pub fn decode_line_as(out: &mut Out, text: &str, name: Option<&str>) -> bool {
    let line = parse(text);
    let empty = Map::new();
    begin(out, line.as_ref().unwrap_or(&empty));
    let parsed = line.as_ref().map_err(Clone::clone).and_then(|line| {
        let bytes = input::member(line, "hex")?.ok_or_else(|| EncodeError::new("missing").within("hex"))?;
        Ok((name_of(line, name)?, bytes))
    });
    let done = match parsed {
        Ok((name, bytes)) => decoded(out, name, &bytes),
        Err(e) => {
            failure(out, &e);
            false
        }
    };
    out.end();
    done
}

/// Encodes what a decoded line holds: `struct`, `value`, and `reading` and `trailing` if there are any.
///
/// # Errors
/// What is missing or wrong, and its path in the line.
pub fn encode(line: &Map<String, Json>, name: Option<&str>) -> Result<Vec<u8>, EncodeError> {
    let name = name_of(line, name)?;
    let structure = Structure::by_name(name).ok_or_else(|| unknown(name).within("struct"))?;
    if let Some(key) = line.keys().find(|key| !LINE.contains(&key.as_str())) {
        return Err(crate::ndr::number::unknown(key, "member of such a line", LINE.iter().copied()).within(key));
    }
    let given = input::member(line, "hex")?;
    let json = match (line.get("value"), &given) {
        (Some(json), _) => json,
        (None, Some(_)) => {
            return Err(EncodeError::new("missing; \"hex\" is what is to be made of it").within("value"));
        }
        (None, None) => return Err(EncodeError::new("missing").within("value")),
    };
    let mut value = value(json).map_err(|e| e.within("value"))?;
    if let (Value::Map(fields), Some(Json::String(variant))) = (&mut value, line.get("reading")) {
        fields.set("reading", variant.as_str());
    }
    let mut bytes = Vec::new();
    structure.write(&value, &mut bytes).map_err(|e| e.within("value"))?;
    as_given(name, json, &bytes)?;
    bytes.extend(input::member(line, "trailing")?.unwrap_or_default());
    match given {
        Some(given) if given != bytes => Err(input::not_the_same(&given, &bytes)),
        _ => Ok(bytes),
    }
}

/// What a line of structures may have.
const LINE: &[&str] = &["id", "struct", "type", "value", "reading", "trailing", "diagnostics", "hex"];

/// Whether the bytes of a structure are printed as the value that they were made from.
fn as_given(name: &str, json: &Json, bytes: &[u8]) -> Result<(), EncodeError> {
    let mut out = Out::new();
    let done = decode(&mut out, name, bytes);
    let printed: Map<String, Json> =
        serde_json::from_slice(out.as_bytes()).map_err(|e| EncodeError::new(format!("what was encoded: {e}")))?;
    match (done, printed.get("value")) {
        (true, Some(printed)) => agree::check(json, printed, Mode::Buffer).map_err(|e| e.within("value")),
        (true, None) => Ok(()),
        (false, _) => {
            let why = printed.get("error").map(Json::to_string).unwrap_or_default();
            Err(EncodeError::new(format!("what was encoded can't be decoded: {why}")))
        }
    }
}

/// Answers a line of `struct encode --jsonl`. Returns whether it could be encoded.
pub fn encode_line(out: &mut Out, text: &str) -> bool {
    encode_line_as(out, text, None)
}

/// The same with the name of the structure for lines that have none.
pub fn encode_line_as(out: &mut Out, text: &str, name: Option<&str>) -> bool {
    let line = parse(text);
    begin(out, line.as_ref().unwrap_or(&Map::new()));
    let done = match line.and_then(|line| encode(&line, name)) {
        Ok(bytes) => {
            out.key("hex");
            out.hex(&bytes);
            true
        }
        Err(e) => {
            failure(out, &e);
            false
        }
    };
    out.end();
    done
}

/// JSON to what the writers encode, by the forms of the contract. An object with `syntax` is a value of a property, in
/// which `value` is a member.
///
/// # Errors
/// Where it is wrong and why.
pub fn value(json: &Json) -> Result<Value, EncodeError> {
    match json {
        Json::Array(items) => {
            let item = |(i, json)| value(json).map_err(|e| e.within(format_args!("[{i}]")));
            Ok(Value::List(items.iter().enumerate().map(item).collect::<Result<_, _>>()?))
        }
        Json::Object(map) if map.contains_key("secret") => Err(EncodeError::new("a secret was left out here")),
        Json::Object(map) if map.contains_key("syntax") => fields(map),
        Json::Object(map) if map.contains_key("hex") || map.contains_key("utf16") => input::value(json),
        // What bytes hold, where the bytes are left out.
        Json::Object(map) if map.contains_key("decoded") => {
            map.get("decoded").map_or(Ok(Value::Null), value).map_err(|e| e.within("decoded"))
        }
        Json::Object(map) if map.contains_key("sddl") => {
            map.get("sddl").map_or(Ok(Value::Null), value).map_err(|e| e.within("sddl"))
        }
        Json::Object(map) => match map.get("value") {
            // The writer finds out whether number and name agree.
            Some(_) if ["name", "flags", "time"].iter().any(|key| map.contains_key(*key)) => fields(map),
            Some(inner) => value(inner),
            None => fields(map),
        },
        plain => input::value(plain),
    }
}

fn fields(map: &Map<String, Json>) -> Result<Value, EncodeError> {
    let mut fields = Fields::default();
    for (key, json) in map {
        let value = value(json).map_err(|e| e.within(key))?;
        fields.0.push((Cow::Owned(key.clone()), value));
    }
    Ok(Value::Map(fields))
}
