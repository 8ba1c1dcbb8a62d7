//! Structures with the values they decode to: those of `tests/data`, and all of `../shared/vectors` where that is at
//! hand; decoded, encoded, cut and flipped.

use crate::common;
use cluscope::internals::render::json::buffers::{decode, decode_line, encode_line};
use cluscope::internals::render::json::out::Out;
use serde_json::{Map, Value, json};

/// Each with its bytes, as the program takes it, and what it decodes to: our selection, and all where they are at hand.
fn vectors() -> Vec<(Map<String, Value>, Map<String, Value>)> {
    let own = common::data::text("tests/data/structs.jsonl");
    let mut all: Vec<_> = common::objects(&own).collect();
    let shared = common::data::shared_text("vectors/structs.jsonl")
        .zip(common::data::shared_text("vectors/structs-expected.jsonl"));
    if let Some((bytes, values)) = shared {
        for (bytes, mut values) in common::objects(&bytes).zip(common::objects(&values)) {
            values.insert("hex".into(), bytes["hex"].clone());
            all.push(values);
        }
    }
    let split = |mut whole: Map<String, Value>| {
        let line = json!({"id": whole["id"], "struct": whole["struct"], "hex": whole.remove("hex")});
        (line.as_object().unwrap().clone(), whole)
    };
    assert!(all.len() > 100, "{} vectors", all.len());
    all.into_iter().map(split).collect()
}

/// Whether what was decoded is what was expected: names beside numbers, bytes beside values and what they hold are an
/// addition, and fillers don't count.
fn differs(expected: &Value, actual: &Value, at: &str) -> Option<String> {
    let unlike = || Some(format!("{at}: {actual} instead of {expected}"));
    match (expected, actual) {
        (Value::Object(e), Value::Object(a)) if e.contains_key("hex") || e.contains_key("utf16") => {
            let key = if e.contains_key("hex") { "hex" } else { "utf16" };
            if e.get(key) == a.get(key) { None } else { unlike() }
        }
        (Value::Object(e), Value::String(_) | Value::Array(_)) if e.contains_key("hex") => None,
        (Value::Object(e), Value::Object(a)) => {
            let filler = |key: &str| key.starts_with("Reserved") || key.starts_with("Padding");
            let more = a.keys().find(|key| !e.contains_key(*key) && *key != "final_endmark" && !filler(key));
            if let Some(key) = more {
                return Some(format!("{at}.{key} is too much"));
            }
            e.iter().filter(|(key, _)| !filler(key)).find_map(|(key, value)| match a.get(key) {
                Some(actual) => differs(value, actual, &format!("{at}.{key}")),
                None => Some(format!("{at}.{key} is missing")),
            })
        }
        (Value::Array(e), Value::Array(a)) => {
            if e.len() != a.len() {
                return unlike();
            }
            e.iter().zip(a).enumerate().find_map(|(i, (e, a))| differs(e, a, &format!("{at}[{i}]")))
        }
        (_, Value::Object(a)) if a.contains_key("value") => differs(expected, &a["value"], at),
        _ if expected == actual => None,
        _ => unlike(),
    }
}

#[test]
fn decoded() {
    let mut out = Out::new();
    for (vector, expected) in vectors() {
        assert!(decode_line(&mut out, &Value::Object(vector.clone()).to_string()), "{}", vector["id"]);
        let actual: Map<String, Value> = serde_json::from_slice(out.as_bytes()).unwrap();
        assert!(!actual.contains_key("trailing"), "{}", vector["id"]);
        let wrong = differs(&expected["value"], &actual["value"], "value");
        assert!(wrong.is_none() || expected.contains_key("disputed"), "{}: {}", vector["id"], wrong.unwrap());
    }
}

#[test]
fn encoded() {
    let mut out = Out::new();
    for (vector, expected) in vectors() {
        if expected.get("canonical") == Some(&json!(false)) || expected.contains_key("disputed") {
            continue;
        }
        assert!(encode_line(&mut out, &Value::Object(expected).to_string()), "{}", vector["id"]);
        let actual: Map<String, Value> = serde_json::from_slice(out.as_bytes()).unwrap();
        assert_eq!(actual["hex"], vector["hex"], "{}", vector["id"]);
    }
}

/// What we print we can read, disputed or not: the reading is told.
#[test]
fn there_and_back() {
    let mut out = Out::new();
    for (vector, expected) in vectors() {
        decode_line(&mut out, &Value::Object(vector.clone()).to_string());
        let printed = String::from_utf8(out.as_bytes().to_vec()).unwrap();
        assert!(encode_line(&mut out, &printed), "{}: {}", vector["id"], String::from_utf8_lossy(out.as_bytes()));
        let actual: Map<String, Value> = serde_json::from_slice(out.as_bytes()).unwrap();
        let canonical = expected.get("canonical") != Some(&json!(false));
        assert!(actual["hex"] == vector["hex"] || !canonical, "{}", vector["id"]);
    }
}

#[test]
fn cut_and_flipped() {
    let mut out = Out::new();
    for (vector, _) in vectors() {
        let bytes = hex::decode(vector["hex"].as_str().unwrap()).unwrap();
        let name = vector["struct"].as_str().unwrap();
        // The long ones are mostly zeros.
        let step = bytes.len() / 300 + 1;
        for n in (0..bytes.len()).step_by(step) {
            decode(&mut out, name, &bytes[..n]);
            let mut flipped = bytes.clone();
            flipped[n] ^= 0xff;
            decode(&mut out, name, &flipped);
            assert!(serde_json::from_slice::<Value>(out.as_bytes()).is_ok());
        }
    }
}
