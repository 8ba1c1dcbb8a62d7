//! Every buffer in the logs of the recorded captures: read in the context of its call, and written again.

use crate::data;
use cluscope::internals::consts::control_codes::Family;
use cluscope::internals::idl;
use cluscope::internals::ndr::types::Semantics;
use cluscope::internals::ndr::value::Collect;
use cluscope::internals::ndr::visitor::Place;
use cluscope::internals::structs::content::{self, Context, ShapeKind};
use cluscope::internals::structs::packed::ByteCursor;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};
use std::io::Read;

/// The lines of a log; `None` where it is not there.
fn log(name: &str) -> Option<Vec<Map<String, Value>>> {
    let bytes = std::fs::read(data::shared(&format!("captures/{name}.messages.jsonl.gz"))?).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// What was found, by the name of the format.
#[derive(Default)]
struct Found {
    read: BTreeMap<&'static str, usize>,
    opaque: usize,
    /// Rules that the lab server or its clients broke: those values are kept as bytes.
    broken: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

impl Found {
    fn buffer(&mut self, what: &str, meaning: Semantics, context: &Context<'_>, value: &Value) {
        let Some(hex) = value.get("hex").and_then(Value::as_str) else { return };
        let bytes = hex::decode(hex).unwrap();
        if bytes.is_empty() {
            return;
        }
        let shape = content::shape(meaning, 1, context, &bytes);
        if matches!(shape.kind, ShapeKind::Nothing) {
            self.opaque += 1;
            return;
        }
        let mut sink = Collect::default();
        match content::read(&shape, ByteCursor::new(&bytes), Place::TOP, &mut sink) {
            Ok(rest) if rest.is_empty() => {}
            Ok(rest) => return self.wrong.push(format!("{what}: {} bytes left over by {}", rest.len(), shape.name())),
            Err(e) => return self.wrong.push(format!("{what}: {} {e}: {hex}", shape.name())),
        }
        for diagnostic in &sink.diagnostics {
            *self.broken.entry(diagnostic.rule.name).or_default() += 1;
        }
        let mut again = Vec::new();
        let written = content::write(&shape, &sink.into_value().0.unwrap(), &mut again);
        if written.is_err() || again != bytes {
            self.wrong.push(format!("{what}: {written:?} {} instead of {hex}", hex::encode(again)));
        }
        *self.read.entry(shape.name()).or_default() += 1;
    }
}

/// The number of a parameter, which the log has bare.
fn number(params: &Map<String, Value>, name: &str) -> Option<u32> {
    params.get(name)?.as_u64().and_then(|n| u32::try_from(n).ok())
}

fn family(meaning: Semantics) -> Option<Family> {
    match meaning {
        Semantics::ControlInput(family) | Semantics::ControlOutput(family) => Some(family),
        _ => None,
    }
}

/// The buffers of one message. `request` has the parameters of the call, as far as they are known.
fn message(found: &mut Found, line: &Map<String, Value>, request: &Map<String, Value>) {
    let (Some(opnum), Some(params)) = (line["opnum"].as_u64(), line.get("params").and_then(Value::as_object)) else {
        return;
    };
    let interface = idl::INTERFACES.iter().find(|i| i.uuid == line["interface"]);
    let Some(interface) = interface else { return };
    let version =
        interface.versions.iter().position(|v| u64::from(v.number.major()) == line["version"].as_u64().unwrap_or(0));
    let Some(version) = version else { return };
    let Some(method) = interface.method(version, opnum as u16) else { return };
    for field in method.fields {
        let Some(value) = params.get(field.name) else { continue };
        let meaning = field.semantics.in_version(version);
        let code = number(params, "dwControlCode").or_else(|| number(request, "dwControlCode"));
        let kind = ["dwType", "lpValueType", "lpType", "lpdwType"].iter().find_map(|name| number(params, name));
        let context = Context { control_code: family(meaning).zip(code), registry_type: kind, ..Context::default() };
        let what = format!("{} {} {code:x?}", method.name, field.name);
        found.buffer(&what, meaning, &context, value);
        nested(found, &what, value);
    }
}

/// Buffers in structures.
fn nested(found: &mut Found, what: &str, value: &Value) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| nested(found, what, value)),
        Value::Object(map) => {
            for (name, value) in map {
                let meaning = match name.as_str() {
                    "Properties" | "RoProperties" => Semantics::PropertyList,
                    "lpSecurityDescriptor" => Semantics::SecurityDescriptor,
                    "buffer" => Semantics::NotificationBuffer,
                    "MessageBuffer" => Semantics::WitnessMessages,
                    _ => {
                        nested(found, what, value);
                        continue;
                    }
                };
                let filter = map.get("FilterAndType").and_then(Value::as_object);
                let context = Context {
                    object_type: filter.and_then(|f| number(f, "dwObjectType")),
                    filter_flags: filter.and_then(|f| f.get("FilterFlags")?.as_u64()),
                    message_type: number(map, "MessageType"),
                    messages: number(map, "NumberOfMessages"),
                    ..Context::default()
                };
                found.buffer(&format!("{what} {name}"), meaning, &context, value);
            }
        }
        _ => {}
    }
}

#[test]
fn every_buffer_of_the_recorded_calls() {
    for name in [
        "a-v3-ndr",
        "b-v3-ndr64",
        "m-all-ndr",
        "m2-all-ndr64",
        "m4-v2-tcp-all",
        "i-witness-ndr",
        "i2-witness-all-ndr64",
    ] {
        let mut found = Found::default();
        let mut open: HashMap<String, Map<String, Value>> = HashMap::new();
        let Some(lines) = log(name) else { continue };
        for line in &lines {
            let call = format!("{} {}", line["conn"], line["call_id"]);
            match line["ptype"].as_str() {
                Some("request") => {
                    message(&mut found, line, &Map::new());
                    let params = line.get("params").and_then(Value::as_object).cloned();
                    open.insert(call, params.unwrap_or_default());
                }
                Some("response") => {
                    let request = open.remove(&call).unwrap_or_default();
                    message(&mut found, line, &request);
                }
                _ => {}
            }
        }
        eprintln!("{name}: {:?}, {} opaque, broken rules {:?}", found.read, found.opaque, found.broken);
        assert!(found.wrong.is_empty(), "{name}: {}\n{}", found.wrong.len(), found.wrong.join("\n"));
        assert!(!found.read.is_empty());
    }
}
