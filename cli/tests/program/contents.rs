//! Every buffer in the recorded captures, as the program prints it: what it holds is shown, and encoding what is shown
//! gives the same bytes. Calls that failed are no exception. What can't be shown as anything but bytes is listed in
//! [`EXCEPTIONS`].

use crate::data;
use crate::program::dissect;
use cluscope::internals::consts::content::BufferFormat;
use cluscope::internals::structs::{self, values};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a buffer came with.
struct Buffer<'r> {
    record: &'r Value,
    method: &'r str,
    field: &'r str,
    bytes: Vec<u8>,
    /// The object with `hex` and, mostly, `decoded`.
    value: &'r Map<String, Value>,
}

type Exception = (&'static str, fn(&Buffer<'_>) -> bool, &'static str);

/// Buffers of which nothing is shown but bytes: name, which, why.
const EXCEPTIONS: &[Exception] = &[
    (
        "REG_BINARY",
        |b| registry(b) == Some("REG_BINARY"),
        "a binary registry value is bytes by its type; nothing says what of",
    ),
    (
        "REG_NONE",
        |b| registry(b) == Some("REG_NONE") && b.record["return"]["value"] != 0 && b.bytes.iter().all(|o| *o == 0),
        "a failed ApiQueryValue or ApiEnumValue returns the buffer that was asked for, zeros of no type",
    ),
];

/// Buffers that are shown with a part that the lab's server made wrong, so that this part is bytes: name, the rule that
/// is reported broken, why.
const BROKEN_PARTS: &[(&str, &str, &str)] = &[
    (
        "SECURITY_DESCRIPTOR",
        "not-of-format",
        "the lab's descriptor is cut short: OffsetGroup or OffsetDacl lead outside",
    ),
    ("PROPERTY_LIST", "not-of-format", "one property is that security descriptor"),
    ("VALUE_LIST", "size-of-format", "the lab's CLUS_PARTITION_INFO_EX has 1164 bytes; 2.2.3.11 has 1160"),
    ("DISK_LIST", "size-of-format", "the lab's CLUS_PARTITION_INFO has 1124 bytes; 2.2.3.5 has 1120"),
];

/// Kinds of calls.
fn class(buffer: &Buffer<'_>) -> &'static str {
    match buffer.method {
        name if name.ends_with("Control") => "control code",
        name if name.contains("Batch") => "batch",
        name if name.contains("Notify") => "notification",
        name if name.contains("Enum") && name.starts_with("ApiCreate") => "enumeration",
        _ => "registry and security",
    }
}

fn registry<'r>(buffer: &Buffer<'r>) -> Option<&'r str> {
    let params = &buffer.record["params"];
    let kind = ["dwType", "lpValueType", "lpType"].iter().find_map(|name| params.get(name))?;
    (buffer.field == "lpData").then_some(kind["name"].as_str()?)
}

/// The buffers of a record that are not empty, wherever they stand.
fn buffers<'r>(record: &'r Value, found: &mut Vec<Buffer<'r>>) {
    fn walk<'r>(record: &'r Value, field: &'r str, value: &'r Value, found: &mut Vec<Buffer<'r>>) {
        match value {
            Value::Array(list) => list.iter().for_each(|value| walk(record, field, value, found)),
            Value::Object(map) => match map.get("hex").and_then(Value::as_str) {
                Some("") => {}
                Some(hex) => found.push(Buffer {
                    record,
                    method: record["method"].as_str().expect("a method"),
                    field,
                    bytes: hex::decode(hex).expect("hex"),
                    value: map,
                }),
                None => map.iter().for_each(|(name, value)| walk(record, name, value, found)),
            },
            _ => {}
        }
    }
    walk(record, "", &record["params"], found);
}

/// The bytes of what is shown.
fn encode(decoded: &Map<String, Value>) -> Result<Vec<u8>, String> {
    let kind = decoded["type"].as_str().ok_or("no type")?;
    let json = &decoded["value"];
    let structure = structs::Structure::by_name(kind);
    let content = match kind {
        "SZ" => BufferFormat::Sz,
        "WORD" => BufferFormat::Word,
        "DWORD" if json.is_array() => BufferFormat::Dwords,
        "DWORD" => BufferFormat::Dword,
        "LONG" => BufferFormat::Long,
        "ULARGE_INTEGER" => BufferFormat::Qword,
        "LARGE_INTEGER" => BufferFormat::LargeInteger,
        "FILETIME" => BufferFormat::Filetime,
        "GUID" => BufferFormat::Guid,
        _ => match structure {
            Some(structure) if json.is_array() && structure.kind_name() == "record" => {
                BufferFormat::Structs(structure.name)
            }
            Some(_) => {
                let mut line = decoded.clone();
                line.insert("struct".into(), kind.into());
                return cluscope::internals::render::json::buffers::encode(&line, None).map_err(|e| e.to_string());
            }
            None => return Err(format!("no format {kind}")),
        },
    };
    let mut bytes = Vec::new();
    let value = cluscope::internals::render::json::buffers::value(json).map_err(|e| e.to_string())?;
    values::write(content, &value, &mut bytes).map_err(|e| e.to_string())?;
    Ok(bytes)
}

/// What was found in a capture.
#[derive(Debug, Default, PartialEq)]
struct Found {
    /// Buffers by kind of call, and how many of them belong to calls that failed.
    classes: BTreeMap<&'static str, (usize, usize)>,
    shown: BTreeMap<String, usize>,
    exceptions: BTreeMap<&'static str, usize>,
    broken_parts: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

fn look(records: &[Value]) -> Found {
    let mut found = Found::default();
    let mut all = Vec::new();
    records.iter().filter(|r| r.get("params").is_some()).for_each(|record| buffers(record, &mut all));
    for buffer in &all {
        let what = format!("#{} {} {}", buffer.record["frame"], buffer.method, buffer.field);
        let failed = buffer.record["return"]["value"].as_u64().is_some_and(|status| status != 0);
        let count = found.classes.entry(class(buffer)).or_default();
        *count = (count.0 + 1, count.1 + usize::from(failed));
        if let Some((name, ..)) = EXCEPTIONS.iter().find(|(_, which, _)| which(buffer)) {
            assert!(!buffer.value.contains_key("decoded"), "{what}: needs no exception any more");
            *found.exceptions.entry(name).or_default() += 1;
            continue;
        }
        let Some(decoded) = buffer.value.get("decoded").and_then(Value::as_object) else {
            found.wrong.push(format!("{what}: nothing is shown of {}", hex::encode(&buffer.bytes)));
            continue;
        };
        if decoded.contains_key("error") || !decoded.contains_key("value") {
            found.wrong.push(format!("{what}: {decoded:?}"));
            continue;
        }
        match encode(decoded) {
            Ok(again) if again == buffer.bytes => {}
            Ok(again) => found.wrong.push(format!("{what}: {} instead of {:?}", hex::encode(again), buffer.value)),
            Err(e) => found.wrong.push(format!("{what}: {e}: {decoded:?}")),
        }
        let kind = decoded["type"].as_str().expect("a type");
        *found.shown.entry(kind.into()).or_default() += 1;
        let rules = decoded.get("diagnostics").and_then(Value::as_array).into_iter().flatten();
        for rule in rules.filter_map(|d| d["rule"].as_str()).filter(|rule| rule.ends_with("of-format")) {
            if !BROKEN_PARTS.iter().any(|(k, r, _)| (*k, *r) == (kind, rule)) {
                found.wrong.push(format!("{what}: {rule}: {decoded:?}"));
            }
            *found.broken_parts.entry(format!("{kind} {rule}")).or_default() += 1;
        }
    }
    found
}

fn sum<K>(counts: &BTreeMap<K, usize>) -> usize {
    counts.values().sum()
}

#[test]
fn every_buffer_is_shown_and_encoded_again() {
    let Some(shared) = data::shared("captures") else { return };
    // Buffers that are shown, exceptions, parts that are wrong.
    for (name, shown, exceptions, parts) in [
        ("a-v3-ndr", 141, 8, 10),
        ("b-v3-ndr64", 141, 8, 10),
        ("d-v3-ntlm-seal", 141, 8, 10),
        ("m-all-ndr", 207, 5, 11),
        ("m2-all-ndr64", 207, 5, 11),
        ("m3-all-bigendian", 207, 5, 11),
        ("m4-v2-tcp-all", 153, 5, 11),
        ("i2-witness-all-ndr64", 18, 0, 0),
    ] {
        let records = dissect(&shared.join(name).with_extension("pcapng"), &["--keys", "captures/lab.keys"]);
        let found = look(&records);
        println!(
            "{name}: {} of {} buffers shown as structures or values, {} parts of them as bytes; {:?} {:?} {:?} {:?}",
            sum(&found.shown),
            sum(&found.shown) + sum(&found.exceptions),
            sum(&found.broken_parts),
            found.classes,
            found.shown,
            found.exceptions,
            found.broken_parts
        );
        assert!(found.wrong.is_empty(), "{name}: {}\n{}", found.wrong.len(), found.wrong.join("\n"));
        let counts = (sum(&found.shown), sum(&found.exceptions), sum(&found.broken_parts));
        assert_eq!(counts, (shown, exceptions, parts), "{name}");
    }
}

#[test]
fn the_exceptions_have_reasons() {
    assert!(
        EXCEPTIONS
            .iter()
            .map(|(_, _, why)| why)
            .chain(BROKEN_PARTS.iter().map(|(_, _, why)| why))
            .all(|w| w.len() > 30)
    );
}
