//! A decoded line back to what the writer encodes, along the method's declaration: buffers from what they hold, sizes of
//! what was edited.
//!
//! A buffer stands in a line as `{"hex":…,"decoded":{"type":…,"value":…}}`. With both, they have to agree. Without `hex`
//! the bytes are made from `decoded`, and the sizes that count them are worked out anew, whatever is given for them: they
//! are those of the bytes that were there before.

use super::agree::{self, Mode};
use super::out::Out;
use super::stub::{self, Identity};
use super::{buffers, input};
use crate::base::diagnostic::Rule;
use crate::consts::Constants;
use crate::consts::content::BufferFormat;
use crate::idl::Buffers;
use crate::ndr::number::number;
use crate::ndr::types::{Field, Scalar, Semantics, Type};
use crate::ndr::value::{Contents, Fields, Value};
use crate::ndr::wire::Kind;
use crate::ndr::{Direction, EncodeError, Method, rules};
use crate::render::schema::record;
use crate::session::call_context::CallContext;
use crate::structs::Structure;
use crate::structs::content::{self, Secrets, Shape, ShapeKind};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;

/// What is known while a line is read.
struct Reading<'c> {
    version: usize,
    buffers: Buffers<'c>,
    /// The mask that names the entries of the list that is being read.
    kinds: Option<&'static Constants>,
}

/// The parameters, the return value and the maximum counts of a decoded line.
///
/// # Errors
/// Which member is wrong, and why.
pub(super) fn contents(
    method: &'static Method,
    kind: Kind,
    context: content::Context<'_>,
    line: &Map<String, Json>,
) -> Result<Contents, EncodeError> {
    let mut contents = input::counts(line)?;
    let mut reading = Reading { version: kind.version, buffers: Buffers { content: context }, kinds: None };
    let empty = Map::new();
    let params = match line.get("params") {
        Some(Json::Object(params)) => params,
        None => &empty,
        Some(_) => return Err(EncodeError::new("not an object").within("params")),
    };
    let fields: Vec<&'static Field> = method.fields_of(kind.direction, kind.version).collect();
    let (values, edited) = reading.members(&fields, params).map_err(|e| e.within("params"))?;
    contents.fields = values;
    // A maximum count that the new bytes no longer fit into was that of the old ones.
    contents.max_counts.retain(|(path, max)| {
        let length = edited.iter().find(|(name, _)| name == path).map(|(_, length)| *length);
        length.is_none_or(|length| *max >= length)
    });
    if let Some(json) = line.get("return") {
        contents.fields.set("return", input::value(json).map_err(|e| e.within("return"))?);
    }
    Ok(contents)
}

/// Puts the path of a writer's error, which begins with a parameter, into that of the line.
pub(super) fn in_line(e: EncodeError) -> EncodeError {
    if e.path == "return" || e.path.starts_with("return.") { e } else { e.within("params") }
}

/// The names of what was edited, and its length now.
type Edited = Vec<(&'static str, u64)>;

impl Reading<'_> {
    /// Parameters of a stub or members of a structure, and the names and lengths of those that were edited.
    fn members(&mut self, fields: &[&'static Field], map: &Map<String, Json>) -> Result<(Fields, Edited), EncodeError> {
        let mut values = Fields::default();
        let mut edited = Vec::new();
        for field in fields {
            let Some(json) = map.get(field.name) else { continue };
            let (value, new) = self.value(field, field.ty, json).map_err(|e| e.within(field.name))?;
            if let Value::Int(_) | Value::Text(_) | Value::Map(_) | Value::List(_) = value
                && let Ok(number) = number(&value, field.semantics.in_version(self.version))
            {
                self.buffers.scalar(field, number);
            }
            if let Some(length) = new {
                edited.push((field.name, length));
            }
            values.0.push((Cow::Borrowed(field.name), value));
        }
        // The writer says what they are not.
        for (key, json) in map.iter().filter(|(key, _)| !fields.iter().any(|field| field.name == key.as_str())) {
            let value = input::value(json).unwrap_or(Value::Null);
            values.0.push((Cow::Owned(key.clone()), value));
        }
        for field in fields.iter().filter(|field| edited.iter().any(|(name, _)| *name == field.name)) {
            for size in [field.size_is, field.length_is].into_iter().flatten() {
                values.0.retain(|(name, _)| name != size);
            }
        }
        Ok((values, edited))
    }

    /// A value, and the length of an array that was made from what it holds.
    fn value(
        &mut self,
        field: &'static Field,
        ty: &'static Type,
        json: &Json,
    ) -> Result<(Value, Option<u64>), EncodeError> {
        match (ty, json) {
            (_, Json::Null) => Ok((Value::Null, None)),
            (_, Json::Object(map)) if map.contains_key("alias") => plain(json),
            (Type::Pointer(_, target), json) => self.value(field, target, json),
            (Type::Struct(declaration), Json::Object(map)) => {
                if let Semantics::Kinds(table) = field.semantics {
                    self.kinds = Some(table);
                }
                let members: Vec<&'static Field> = declaration.fields.iter().collect();
                Ok((Value::Map(self.members(&members, map)?.0), None))
            }
            (Type::Array(_, Type::Scalar(Scalar::U8)), Json::Object(map)) => self.buffer(field, map),
            (Type::Array(_, Type::Scalar(Scalar::U16)), Json::Object(map)) => units(map),
            (Type::Array(_, Type::Scalar(Scalar::U16)), Json::Array(items))
                if matches!(field.semantics, Semantics::MultiSz) && !items.iter().all(Json::is_number) =>
            {
                let mut map = Map::new();
                map.insert("decoded".into(), json.clone());
                Ok((units(&map)?.0, None))
            }
            // A list of texts, or text, where bytes hold it.
            (Type::Array(_, Type::Scalar(Scalar::U8)), Json::String(_) | Json::Array(_)) if !is_bytes(json) => {
                let mut decoded = Map::new();
                decoded.insert("value".into(), json.clone());
                let mut map = Map::new();
                map.insert("decoded".into(), decoded.into());
                Ok((self.buffer(field, &map)?.0, None))
            }
            (Type::Array(_, element), Json::Array(items)) => {
                let element = |(i, json)| {
                    let value = self.value(field, element, json);
                    value.map(|(value, _)| value).map_err(|e| e.within(format_args!("[{i}]")))
                };
                Ok((Value::List(items.iter().enumerate().map(element).collect::<Result<_, _>>()?), None))
            }
            (Type::Scalar(_), json) => {
                let value = plain(json)?.0;
                let semantics = match (field.semantics.in_version(self.version), self.kinds) {
                    (Semantics::ObjectKind, Some(table)) => Semantics::Flags(table),
                    (Semantics::NotifyFlags, _) => {
                        let object = self.buffers.content.object_type.unwrap_or(0);
                        crate::ndr::names::notify_flags(object).map_or(Semantics::NotifyFlags, Semantics::Flags)
                    }
                    (semantics, _) => semantics,
                };
                match (&value, semantics) {
                    // The writer takes addresses as text.
                    (_, Semantics::Ipv4) => Ok((value, None)),
                    _ => Ok((Value::Int(number(&value, semantics)?), None)),
                }
            }
            (_, json) => plain(json),
        }
    }

    fn buffer(&mut self, field: &'static Field, map: &Map<String, Json>) -> Result<(Value, Option<u64>), EncodeError> {
        let given = input::member(map, "hex")?;
        let semantics = field.semantics.in_version(self.version);
        let decoded = match map.get("decoded") {
            Some(Json::Object(decoded)) => decoded,
            Some(_) => return Err(EncodeError::new("not an object").within("decoded")),
            None => {
                return match (given, map.get("text").or_else(|| map.get("value"))) {
                    (Some(bytes), _) => Ok((Value::Bytes(bytes), None)),
                    (None, Some(_)) => plain(&Json::Object(map.clone())),
                    (None, None) => Err(EncodeError::new("neither \"hex\" nor \"decoded\"")),
                };
            }
        };
        let known = |bytes: &[u8]| content::shape(semantics, self.version, &self.buffers.content, bytes);
        let Some(bytes) = given else {
            let shape = known(&[0]);
            let bytes = encode(decoded, &shape).map_err(|e| e.within("decoded"))?;
            self.compare(semantics, &bytes, decoded, &shape, Mode::Buffer).map_err(|e| e.within("decoded"))?;
            let length = bytes.len() as u64;
            return Ok((Value::Bytes(bytes), Some(length)));
        };
        if map.get("secret") == Some(&Json::Bool(true)) {
            return Err(EncodeError::new("a secret was left out here"));
        }
        let shape = known(&bytes);
        // What is encoded to the same bytes agrees with them; what is not may still be what they are printed as.
        let mode = if encode(decoded, &shape).is_ok_and(|same| same == bytes) { Mode::Buffer } else { Mode::Beside };
        self.compare(semantics, &bytes, decoded, &shape, mode).map_err(|e| {
            let reason = "\"hex\" and \"decoded\" disagree: leave \"hex\" out to encode what is edited, or \"decoded\" to encode the bytes";
            EncodeError { message: format!("{reason} ({})", e.message), ..e }.within("decoded")
        })?;
        Ok((Value::Bytes(bytes), None))
    }

    /// Whether what bytes are said to hold is what they are printed as.
    fn compare(
        &self,
        semantics: Semantics,
        bytes: &[u8],
        decoded: &Map<String, Json>,
        known: &Shape,
        mode: Mode,
    ) -> Result<(), EncodeError> {
        let given = Json::Object(decoded.clone());
        let named = by_name(decoded);
        let compare = |secrets: Secrets| {
            let named_as = |shape: &Shape| buffers::shown(shape, bytes, secrets).map(Json::Object);
            let printed = match self.printed(semantics, bytes, secrets) {
                // Without the request's control code nothing is printed; what it is then said by its name.
                None => named.as_ref().and_then(named_as),
                printed => printed,
            };
            let Some(printed) = printed else {
                // A format that nobody knows: nothing can be compared.
                return match decoded.get("type") {
                    _ if !decoded.contains_key("value") && !decoded.contains_key("partial") => Ok(()),
                    Some(name) => Err(EncodeError::new(format!("{name} is no format that is known")).within("type")),
                    None => Err(EncodeError::new("missing, and nothing else tells it").within("type")),
                };
            };
            agree::check(&given, &printed, mode).or_else(|e| {
                // Bytes that are none of the format that was expected may be of the one that is named.
                let shown = named.as_ref().filter(|named| named.name() != known.name()).and_then(named_as);
                shown.map_or(Err(e.clone()), |shown| agree::check(&given, &shown, mode).map_err(|_| e))
            })
        };
        compare(Secrets::Hidden)?;
        match mode {
            Mode::Beside => compare(Secrets::Shown)
                .map_err(|e| EncodeError { message: "not the secret that the bytes hold".into(), ..e }),
            _ => Ok(()),
        }
    }

    /// What bytes are printed as beside `hex`.
    fn printed(&self, semantics: Semantics, bytes: &[u8], secrets: Secrets) -> Option<Json> {
        let mut out = Out::new();
        out.begin();
        let context = content::Context { secrets, ..self.buffers.content };
        buffers::beside_hex(&mut out, semantics, self.version, &context, bytes);
        out.end();
        match serde_json::from_slice(out.as_bytes()) {
            Ok(Json::Object(mut map)) => map.remove("decoded"),
            _ => None,
        }
    }
}

/// Whether a line has members that lines do not have.
///
/// # Errors
/// The first one, and the nearest name.
pub(crate) fn known_members(line: &Map<String, Json>) -> Result<(), EncodeError> {
    match line.keys().find(|key| record::member(key).is_none()) {
        None => Ok(()),
        Some(key) => {
            let members = record::MEMBERS.iter().map(|m| m.name);
            Err(crate::ndr::number::unknown(key, "member of such a line", members).within(key))
        }
    }
}

/// Rules of NDR whose breach is a contradiction between values, or a value out of its range. What was decoded from bytes
/// that break them says so in `diagnostics`, and is encoded.
const CONTRADICTIONS: &[&Rule] = &[
    &rules::COUNT_MISMATCH,
    &rules::LENGTH_MISMATCH,
    &rules::ACTUAL_EXCEEDS_MAXIMUM,
    &rules::OUT_OF_RANGE,
    &rules::ENUM_HIGH_BITS,
];

/// Whether the bytes are decoded to what the line has.
///
/// # Errors
/// The first value that is not as it was given, or contradicts another one.
pub(super) fn verify(identity: &Identity, line: &Map<String, Json>, bytes: &[u8]) -> Result<(), EncodeError> {
    let context = match identity.kind.direction {
        Direction::Request => identity.context(bytes),
        Direction::Response => match line.get("request") {
            Some(Json::String(digits)) => identity.context(&hex::decode(digits).unwrap_or_default()),
            _ => CallContext::default(),
        },
    };
    let mut out = Out::new();
    let done = stub::decode(&mut out, identity, &context, bytes);
    let printed: Map<String, Json> =
        serde_json::from_slice(out.as_bytes()).map_err(|e| EncodeError::new(format!("what was encoded: {e}")))?;
    if !done {
        let error = printed.get("error").and_then(Json::as_object);
        let text = |key: &str| error.and_then(|error| error.get(key)).and_then(Json::as_str).unwrap_or_default();
        let message = format!("what was encoded can't be decoded: {}", text("message"));
        return Err(in_line(EncodeError::new(message).within(text("field"))));
    }
    for key in ["params", "return"] {
        if let (Some(given), Some(printed)) = (line.get(key), printed.get(key)) {
            agree::check(given, printed, Mode::Stub).map_err(|e| e.within(key))?;
        }
    }
    // Trees of dependency expressions, which are texts among the parameters.
    if let Some(given) = line.get("expressions") {
        let printed = printed.get("expressions").cloned().unwrap_or_else(|| Json::Array(Vec::new()));
        agree::check(given, &printed, Mode::Stub).map_err(|e| {
            let reason = "\"expressions\" and \"params\" disagree: leave \"expressions\" out";
            EncodeError { message: format!("{reason} ({})", e.message), ..e }.within("expressions")
        })?;
    }
    if line.contains_key("diagnostics_omitted") {
        return Ok(());
    }
    let list = |map: &Map<String, Json>| map.get("diagnostics").and_then(Json::as_array).cloned().unwrap_or_default();
    let field = |diagnostic: &Json| diagnostic.get("field").and_then(Json::as_str).map(str::to_string);
    let told = list(line);
    let new = list(&printed).into_iter().find_map(|one| {
        let rule = CONTRADICTIONS.iter().find(|rule| one.get("rule").is_some_and(|name| *name == rule.name))?;
        let told = told.iter().any(|told| field(told) == field(&one));
        (!told).then_some((*rule, one))
    });
    let Some((rule, one)) = new else { return Ok(()) };
    let number = |key: &str| one.get(key).map(Json::to_string);
    let expected = number("expected").map(|n| format!(", not {n}")).unwrap_or_default();
    let value = number("value").unwrap_or_default();
    let message = format!("{} ({value}{expected}); a line whose \"diagnostics\" say so is encoded", rule.text);
    Err(in_line(EncodeError::new(message).within(field(&one).unwrap_or_default())))
}

/// Whether a list is one of bytes as numbers.
fn is_bytes(json: &Json) -> bool {
    json.as_array().is_some_and(|items| items.iter().all(Json::is_number))
}

fn plain(json: &Json) -> Result<(Value, Option<u64>), EncodeError> {
    input::value(json).map(|value| (value, None))
}

/// An array of 16-bit units: `{"value":[…],"decoded":["…"]}` or `{"value":[…],"text":"…"}`.
fn units(map: &Map<String, Json>) -> Result<(Value, Option<u64>), EncodeError> {
    let read = |key: &str| map.get(key).map(input::value).transpose().map_err(|e| e.within(key));
    let (value, decoded, text) = (read("value")?, read("decoded")?, read("text")?);
    let list = |decoded: &Value| match decoded {
        Value::List(texts) => {
            let mut units: Vec<u16> = Vec::new();
            for text in texts {
                match text {
                    Value::Text(text) => units.extend(text.encode_utf16()),
                    Value::Units(more) => units.extend(more),
                    _ => return Err(EncodeError::new("not a list of texts").within("decoded")),
                }
                units.push(0);
            }
            units.push(0);
            Ok(units)
        }
        _ => Err(EncodeError::new("not a list of texts").within("decoded")),
    };
    match (value, decoded, text) {
        (None, Some(decoded), _) => {
            let units = list(&decoded)?;
            let length = units.len() as u64;
            Ok((Value::Units(units), Some(length)))
        }
        (None, None, Some(text)) => Ok((text, None)),
        (Some(Value::List(given)), Some(decoded), _) => {
            let same = list(&decoded)?.iter().map(|unit| Value::Int(u64::from(*unit))).eq(given.iter().cloned());
            match same {
                true => Ok((Value::List(given), None)),
                false => Err(EncodeError::new("\"value\" and \"decoded\" disagree: leave one of them out")),
            }
        }
        (Some(value), None, Some(Value::Text(text))) => {
            let units = match &value {
                Value::List(given) => given.iter().map_while(|unit| match unit {
                    Value::Int(unit) if *unit != 0 => Some(*unit as u16),
                    _ => None,
                }),
                _ => return Ok((value, None)),
            };
            match units.eq(text.encode_utf16()) {
                true => Ok((value, None)),
                false => Err(EncodeError::new("\"value\" and \"text\" disagree: leave one of them out")),
            }
        }
        (Some(value), ..) => Ok((value, None)),
        (None, None, None) => plain(&Json::Object(map.clone())),
    }
}

/// The format that `decoded` names.
fn by_name(decoded: &Map<String, Json>) -> Option<Shape> {
    let name = decoded.get("type")?.as_str()?;
    let list = decoded.get("value").or_else(|| decoded.get("partial")).is_some_and(Json::is_array);
    let format = match name {
        "WORD" => BufferFormat::Word,
        "DWORD" if list => BufferFormat::Dwords,
        "DWORD" => BufferFormat::Dword,
        "LONG" => BufferFormat::Long,
        "ULARGE_INTEGER" => BufferFormat::Qword,
        "LARGE_INTEGER" => BufferFormat::LargeInteger,
        "FILETIME" => BufferFormat::Filetime,
        "GUID" => BufferFormat::Guid,
        "SZ" if list => BufferFormat::MultiSz,
        "SZ" => BufferFormat::Sz,
        "MULTI_SZ" => BufferFormat::MultiSz,
        name => {
            let structure = Structure::by_name(name)?;
            match structure.kind {
                crate::structs::Kind::Format(format) => format,
                _ if list => BufferFormat::Structs(structure.name),
                _ => BufferFormat::Struct(structure.name),
            }
        }
    };
    Some(Shape::of_format(format))
}

/// The bytes of what a buffer holds: in the format that is known from elsewhere, if `decoded` names no other one.
fn encode(decoded: &Map<String, Json>, known: &Shape) -> Result<Vec<u8>, EncodeError> {
    if decoded.contains_key("partial") {
        return Err(EncodeError::new("what was only read in part can't be encoded"));
    }
    let same = decoded.get("type").is_none_or(|name| name.as_str() == Some(known.name()));
    let shape = match by_name(decoded) {
        _ if same && !matches!(known.kind, ShapeKind::Nothing) => *known,
        Some(named) => named,
        None => match decoded.get("type") {
            Some(name) => return Err(EncodeError::new(format!("{name} is no format that is known")).within("type")),
            None => return Err(EncodeError::new("missing, and nothing else tells it").within("type")),
        },
    };
    let json = decoded.get("value").ok_or_else(|| EncodeError::new("missing").within("value"))?;
    let mut value = buffers::value(json).map_err(|e| e.within("value"))?;
    if let (Value::Map(fields), Some(Json::String(reading))) = (&mut value, decoded.get("reading")) {
        fields.set("reading", reading.as_str());
    }
    let mut bytes = Vec::new();
    content::write(&shape, &value, &mut bytes).map_err(|e| e.within("value"))?;
    if let Some(trailing) = decoded.get("trailing") {
        bytes.extend(input::bytes(trailing).map_err(|e| e.within("trailing"))?);
    }
    Ok(bytes)
}
