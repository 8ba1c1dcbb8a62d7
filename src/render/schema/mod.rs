//! JSON Schema (2020-12) of what is printed, made from the declarations that it is printed by.
//!
//! [`method`]: lines of `stub decode` and records of a method; [`structure`]: lines of `struct decode`, or of a structure
//! that travels as NDR the object in `params`; [`record`](fn@record): records of `dissect` and `calls` (`record.rs` has
//! their members); [`vectors`]: messages with their bytes. `fields.rs`: parameters and members of NDR; `buffers.rs`: what buffers hold; `template.rs`: messages to
//! start from, with what the schema says as comments.

mod buffers;
mod fields;
pub(crate) mod record;
pub(crate) mod template;
pub(crate) mod vectors;

use crate::consts::{Constants, Kind};
use crate::idl;
use crate::ndr::types::{Flow, Struct, Type};
use crate::ndr::{Direction, Interface, Method};
use crate::structs::Structure;
use record::Lines;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// The definitions that a schema refers to, each made when it is first named.
#[derive(Debug, Default)]
struct Defs(Map<String, Json>);

impl Defs {
    /// A reference to the definition of this name, which is made unless it is there.
    fn named(&mut self, name: &str, make: impl FnOnce(&mut Defs) -> Json) -> Json {
        if !self.0.contains_key(name) {
            // What refers to itself finds a definition.
            self.0.insert(name.into(), Json::Bool(true));
            let schema = make(self);
            self.0.insert(name.into(), schema);
        }
        json!({"$ref": format!("#/$defs/{name}")})
    }

    /// A number of an enumeration or bit mask.
    fn constants(&mut self, table: &'static Constants) -> Json {
        self.named(&format!("enum.{}", table.name), |defs| {
            // Several numbers may share a name.
            let names: BTreeSet<&str> = table.members.iter().map(|member| member.name).collect();
            let value = defs.common("int");
            match table.kind {
                Kind::Enum => closed(&[("value", value)], &[("name", json!({"enum": names}))]),
                Kind::Flags => closed(
                    &[("value", value.clone())],
                    &[("flags", json!({"type": "array", "items": {"enum": names}})), ("unknown", value)],
                ),
            }
        })
    }

    /// One of the definitions that all schemas share.
    fn common(&mut self, name: &str) -> Json {
        self.named(name, |defs| match COMMON.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => {
                let schema: Json = serde_json::from_str(text).unwrap_or(Json::Bool(true));
                defs.follow(&schema);
                schema
            }
            None => Json::Bool(true),
        })
    }

    /// Makes the definitions that a schema of this module's text refers to.
    fn follow(&mut self, schema: &Json) {
        match schema {
            Json::Object(map) => {
                if let Some(name) =
                    map.get("$ref").and_then(Json::as_str).and_then(|name| name.strip_prefix("#/$defs/"))
                {
                    self.common(name);
                }
                map.values().for_each(|schema| self.follow(schema));
            }
            Json::Array(list) => list.iter().for_each(|schema| self.follow(schema)),
            _ => {}
        }
    }
}

/// Definitions by name.
const COMMON: &[(&str, &str)] = &[
    (
        "uint",
        r##"{"description":"an unsigned 64-bit integer; with --numbers safe those above 2^53 are decimal text",
            "anyOf":[{"type":"integer","minimum":0,"maximum":18446744073709551615},{"type":"string","pattern":"^[0-9]+$"}]}"##,
    ),
    (
        "int",
        r##"{"description":"a 64-bit integer; with --numbers safe those beyond 2^53 are decimal text",
            "anyOf":[{"type":"integer"},{"type":"string","pattern":"^-?[0-9]+$"}]}"##,
    ),
    ("hex", r##"{"description":"bytes as hexadecimal digits","type":"string","pattern":"^([0-9a-fA-F]{2})*$"}"##),
    ("time", r##"{"type":"string","pattern":"^[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$"}"##),
    ("guid", r##"{"type":"string","pattern":"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}"##),
    (
        "text",
        r##"{"description":"text; its UTF-16 units where they are ill-formed","anyOf":[{"type":"string"},
            {"type":"object","required":["utf16"],"additionalProperties":false,
             "properties":{"utf16":{"$ref":"#/$defs/hex"},"hex":{"$ref":"#/$defs/hex"}}},{"$ref":"#/$defs/secret"}]}"##,
    ),
    ("secret", r##"{"type":"object","required":["secret"],"properties":{"secret":{"const":true}}}"##),
    (
        "named",
        r##"{"description":"a number with its name","type":"object","required":["value"],"additionalProperties":false,
            "properties":{"value":{"$ref":"#/$defs/int"},"name":{"type":"string"},"control_code":{"type":"object"}}}"##,
    ),
    (
        "timed",
        r##"{"description":"a number with the time that it means","type":"object","required":["value"],
            "additionalProperties":false,"properties":{"value":{"$ref":"#/$defs/uint"},"time":{"type":"string"}}}"##,
    ),
    (
        "handle",
        r##"{"description":"a context handle; the null handle is null","anyOf":[{"type":"null"},
            {"type":"object","required":["attributes","uuid"],"additionalProperties":false,
             "properties":{"attributes":{"$ref":"#/$defs/uint"},"uuid":{"$ref":"#/$defs/guid"},
                           "object":{"description":"what it stands for","type":"object"}}}]}"##,
    ),
    (
        "buffer",
        r##"{"description":"bytes, and what they hold","type":"object","required":["hex"],
            "properties":{"hex":{"$ref":"#/$defs/hex"},"decoded":true,"text":{"type":"string"},"secret":{"const":true}},
            "additionalProperties":false}"##,
    ),
    (
        "irregular",
        r##"{"description":"a value with its bytes beside it, which are not what encoding it gives","type":"object",
            "required":["hex"],"additionalProperties":false,"properties":{"hex":{"$ref":"#/$defs/hex"},"value":true,
            "utf16":{"$ref":"#/$defs/hex"},"decoded":true,"sddl":{"type":"string"},"partial_sddl":{"type":"string"},
            "error":{"type":"string"},"secret":{"const":true}}}"##,
    ),
    (
        "constant",
        r##"{"description":"a number with its name, its flags or its time","type":"object","required":["value"],
            "additionalProperties":false,"properties":{"value":{"$ref":"#/$defs/int"},"name":{"type":"string"},
            "flags":{"type":"array","items":{"type":"string"}},"unknown":{"$ref":"#/$defs/int"},"time":{"type":"string"},
            "control_code":{"type":"object"}}}"##,
    ),
    (
        "property_bytes",
        r##"{"description":"bytes of a property, and what they hold","type":"object","required":["hex"],
            "additionalProperties":false,"properties":{"hex":{"$ref":"#/$defs/hex"},"value":true,"decoded":true,
            "utf16":{"$ref":"#/$defs/hex"},"sddl":{"type":"string"},"partial_sddl":{"type":"string"},
            "error":{"type":"string"},"secret":{"const":true}}}"##,
    ),
    (
        "error",
        r##"{"description":"offset and field of bytes that can't be read; line and path of what can't be encoded","type":"object",
            "required":["message"],"additionalProperties":false,"properties":{"offset":{"$ref":"#/$defs/uint"},
            "field":{"type":"string"},"object":{"$ref":"#/$defs/text"},"line":{"$ref":"#/$defs/uint"},
            "path":{"type":"string"},"message":{"type":"string"}}}"##,
    ),
    (
        "diagnostic",
        r##"{"type":"object","required":["rule","offset","value","section"],"additionalProperties":false,
            "properties":{"rule":{"type":"string"},"offset":{"$ref":"#/$defs/uint"},"field":{"type":"string"},
                "value":{"$ref":"#/$defs/uint"},"expected":{"$ref":"#/$defs/uint"},"section":{"type":"string"}}}"##,
    ),
    (
        "auth",
        r##"{"type":"object","required":["type","level","context_id"],"additionalProperties":false,"properties":{"type":{"type":"string"},
            "level":{"type":"string"},"context_id":{"$ref":"#/$defs/uint"},"user":{"type":"string"},
            "verified":{"type":"boolean"},"covers":{"const":"stub"},"signature":{"const":"crc"},
            "reason":{"type":"string"}}}"##,
    ),
];

/// An object with these members and no others.
fn closed(required: &[(&str, Json)], optional: &[(&str, Json)]) -> Json {
    let names: Vec<&str> = required.iter().map(|(name, _)| *name).collect();
    let all: Map<String, Json> =
        required.iter().chain(optional).map(|(name, schema)| ((*name).to_string(), schema.clone())).collect();
    json!({"type": "object", "required": names, "properties": all, "additionalProperties": false})
}

/// A whole schema.
fn whole(title: &str, schema: Json, defs: Defs) -> Json {
    let mut all = Map::new();
    all.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    all.insert("title".into(), title.into());
    if let Json::Object(schema) = schema {
        all.extend(schema);
    }
    all.insert("$defs".into(), Json::Object(defs.0));
    Json::Object(all)
}

/// Which of a method's messages a schema is of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Of<'w> {
    /// Of this interface alone.
    pub interface: Option<&'w str>,
    /// Of this version alone.
    pub version: Option<&'w str>,
    /// Of this direction alone.
    pub direction: Option<Direction>,
}

impl Of<'_> {
    /// The methods of this name: interface, place of the version, method.
    pub fn methods(self, name: &str) -> Vec<(&'static Interface, usize, &'static Method)> {
        let mut found = Vec::new();
        for interface in idl::INTERFACES.iter().chain(idl::RUNTIME) {
            for (place, version) in interface.versions.iter().enumerate() {
                let wanted = self.interface.is_none_or(|wanted| wanted == interface.name)
                    && self.version.is_none_or(|wanted| wanted == version.number.text());
                let methods = version.methods.iter().filter(|method| wanted && method.name == name && method.on_wire);
                found.extend(methods.map(|method| (*interface, place, *method)));
            }
        }
        found
    }

    fn directions(self) -> impl Iterator<Item = Direction> {
        let wanted = self.direction;
        [Direction::Request, Direction::Response].into_iter().filter(move |one| wanted.is_none_or(|w| w == *one))
    }
}

/// The schema of a method's messages; `None` if there is no such method.
pub fn method(name: &str, of: Of<'_>) -> Option<Json> {
    let mut defs = Defs::default();
    let mut each = Vec::new();
    for (interface, version, method) in of.methods(name) {
        for direction in of.directions() {
            each.push(message(interface, version, method, direction, &mut defs));
        }
    }
    let schema = match each.len() {
        0 => return None,
        1 => each.remove(0),
        _ => json!({"anyOf": each}),
    };
    Some(whole(name, schema, defs))
}

/// The schema of one message: a line of a stub, or a record.
fn message(
    interface: &'static Interface,
    version: usize,
    method: &'static Method,
    direction: Direction,
    defs: &mut Defs,
) -> Json {
    let fields: Vec<_> = method.fields_of(direction, version).filter(|field| field.flow != Flow::Return).collect();
    let params = defs.object(&fields, version);
    let mut properties = Map::new();
    properties.insert("interface".into(), json!({"const": interface.name}));
    let number = interface.versions.get(version).map_or("", |version| version.number.text());
    properties.insert("version".into(), json!({"const": number}));
    properties.insert("opnum".into(), json!({"const": method.opnum}));
    properties.insert("method".into(), json!({"const": method.name}));
    // One of them says it.
    properties.insert("direction".into(), json!({"const": direction.name()}));
    properties.insert("type".into(), json!({"const": direction.name()}));
    properties.insert("params".into(), params);
    if let Some(field) = method.fields_of(direction, version).find(|field| field.flow == Flow::Return) {
        properties.insert("return".into(), defs.value(field, field.ty, version));
    }
    let outcome: Vec<Json> =
        ["params", "error", "encrypted", "omitted"].iter().map(|key| json!({"required": [key]})).collect();
    let mut schema = Map::new();
    schema.insert("description".into(), format!("{} of {}", direction.name(), method.name).into());
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), properties.into());
    schema.insert("required".into(), json!(["interface", "version", "method"]));
    schema.insert("anyOf".into(), outcome.into());
    Json::Object(schema)
}

/// The structures that travel as NDR, by name.
pub fn ndr_structures() -> Vec<&'static Struct> {
    fn look(ty: &'static Type, found: &mut Vec<&'static Struct>) {
        match ty {
            Type::Pointer(_, target) | Type::Array(_, target) => look(target, found),
            Type::Struct(declaration) if !found.iter().any(|known| core::ptr::eq(*known, *declaration)) => {
                found.push(declaration);
                declaration.fields.iter().for_each(|field| look(field.ty, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for version in idl::INTERFACES.iter().flat_map(|interface| interface.versions) {
        for field in version.methods.iter().flat_map(|method| method.fields) {
            look(field.ty, &mut found);
        }
    }
    found.sort_by_key(|declaration| declaration.name);
    found.dedup_by_key(|declaration| declaration.name);
    found
}

/// The structure of this name that travels as NDR.
pub fn ndr_structure(name: &str) -> Option<&'static Struct> {
    ndr_structures().into_iter().find(|declaration| declaration.name.eq_ignore_ascii_case(name))
}

/// The schema of a structure: of a line of `struct decode`, or of an object in `params`. `None` if there is no such
/// structure.
pub fn structure(name: &str) -> Option<Json> {
    let mut defs = Defs::default();
    if let Some(structure) = Structure::by_name(name) {
        let line = defs.line_of(structure);
        return Some(whole(structure.name, line, defs));
    }
    let declaration = ndr_structure(name)?;
    let fields: Vec<_> = declaration.fields.iter().collect();
    // No member of theirs means something else in the first version.
    let object = defs.object(&fields, 1);
    Some(whole(declaration.name, object, defs))
}

/// The schema of the records of `dissect` and `calls`.
pub fn record() -> Json {
    let mut defs = Defs::default();
    let mut members = |lines: Lines| -> Map<String, Json> {
        let own = record::MEMBERS.iter().filter(|member| member.lines.among(lines));
        own.map(|member| {
            let mut schema: Json = serde_json::from_str(member.schema).unwrap_or(Json::Bool(true));
            defs.follow(&schema);
            if let Json::Object(schema) = &mut schema {
                schema.insert("description".into(), member.what.into());
            }
            (member.name.to_string(), schema)
        })
        .collect()
    };
    let (message, call) = (members(Lines::RECORD), members(Lines::CALL));
    let half = |name: &str| {
        let mut properties = message.clone();
        properties.retain(|key, _| !matches!(key.as_str(), "time" | "transport" | "stream" | "src" | "dst"));
        json!({"description": name, "type": "object", "required": ["frame"], "properties": properties, "additionalProperties": false})
    };
    let mut call = call;
    for name in ["request", "response", "fault"] {
        call.insert(name.into(), half(name));
    }
    call.insert("type".into(), json!({"const": "call"}));
    let mut message = message;
    message.insert("type".into(), json!({"type": "string", "not": {"enum": ["call", "capture", "limits"]}}));
    let schema = json!({"anyOf": [
        {"description": "a message", "type": "object", "properties": message,
         "required": ["frame", "frames", "transport", "stream", "src", "dst", "type"], "additionalProperties": false},
        {"description": "a call", "type": "object", "properties": call, "required": ["type", "call_id"],
         "additionalProperties": false},
        {"description": "the last record: what the capture holds and could not be read, or what was given up for a limit",
         "type": "object", "properties": {"type": {"enum": ["capture", "limits"]}}, "required": ["type"]},
    ]});
    whole("record", schema, defs)
}

#[cfg(test)]
mod tests;
