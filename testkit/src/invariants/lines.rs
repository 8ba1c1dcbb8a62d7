//! Lines of JSON for `stub encode`: any text, and lines that are right but for a few values.

use super::{Source, contents, encode, json_line, parse, shown};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::stub;
use cluscope::internals::session::call_context::CallContext;
use serde_json::{Value, json};

/// A line if it begins like an object. Otherwise values of a method, made from the bytes as for `stub_round_trip`, or, with bit
/// 3 of the header, the message to start from; the first byte tells how many of their places in the line get something else.
pub fn json(data: &[u8]) {
    if let Some(b'{' | b' ') = data.first() {
        return json_line(&String::from_utf8_lossy(data));
    }
    let Some((&changes, data)) = data.split_first() else { return };
    let Some((identity, rest)) = parse(data) else { return };
    let Some(method) = identity.method() else { return };
    let mut source = Source::new(rest);
    let mut line = if super::is_set(data) && method.on_wire {
        shown::template(method, identity.kind)
    } else {
        let contents = contents(method, identity.kind.direction, identity.kind.version, &mut source);
        let bytes = encode(method, identity.kind, &contents);
        let mut out = Out::new();
        stub::decode(&mut out, &identity, &CallContext::default(), &bytes);
        serde_json::from_slice(out.as_bytes()).expect("output is JSON")
    };
    for _ in 0..changes % 4 {
        let mut left = source.below(64);
        if !change(&mut line, &mut left, &mut source) {
            change(&mut line, &mut 1, &mut source);
        }
    }
    json_line(&line.to_string());
}

/// Puts something else into the place of this number, counted from the outermost value on. Whether there is one.
pub(super) fn change(value: &mut Value, left: &mut usize, source: &mut Source<'_>) -> bool {
    if *left == 0 {
        let found = core::mem::take(value);
        *value = other(found, source);
        return true;
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| change(item, left, source)),
        Value::Object(map) => map.values_mut().any(|item| change(item, left, source)),
        _ => false,
    }
}

fn other(value: Value, source: &mut Source<'_>) -> Value {
    match (source.byte() % 16, value) {
        (0, _) => Value::Null,
        (1, _) => json!(source.number(8)),
        (2, _) => json!(source.number(8) as i64),
        (3, _) => json!(1.5),
        (4, _) => json!(true),
        (5, _) => json!([]),
        (6, _) => json!({}),
        (7, _) => json!({ "hex": "00ff0" }),
        (8, _) => json!({ "hex": "dc00d800", "value": [1] }),
        (9, _) => json!({ "utf16": [0xdc00, 0xd800, 0] }),
        (10, _) => json!({ "max_count": source.number(1), "value": "x" }),
        (11, value) => json!([value.clone(), value]),
        (12, value) => json!({ "value": value }),
        (13, Value::String(text)) => Value::String(text + "\u{0}x"),
        (14, Value::Array(mut items)) => {
            items.pop();
            Value::Array(items)
        }
        (15, Value::Object(mut map)) => {
            let key = map.keys().nth(source.below(map.len())).cloned();
            key.and_then(|key| map.remove(&key));
            Value::Object(map)
        }
        _ => json!("\u{feff}€"),
    }
}
