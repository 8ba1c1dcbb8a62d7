//! `cluscope export`: every column of the tables, against what `dissect`, `calls`, `check` and `story` say of the same
//! captures. What is only counted, or compared in part, is in `export`.

use crate::data;
use crate::export::{KEYS, rows};
use crate::program::{dissect, objects, output};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The captures that come with the repository.
pub(crate) fn captures() -> Vec<PathBuf> {
    data::captures(&data::file("captures"), 9)
}

/// What a command prints of one type.
fn printed(command: &str, kind: &str, capture: &Path) -> Vec<Value> {
    let name = capture.to_string_lossy();
    let mut all = objects(&output(&[&[command, "--format", "jsonl", &name], &KEYS[..]].concat()));
    all.retain(|record| record["type"] == kind);
    all
}

/// The records of messages by their frame.
pub(crate) fn records(capture: &Path) -> BTreeMap<i64, Value> {
    let all = dissect(capture, &KEYS).into_iter().filter_map(|record| Some((record["frame"].as_i64()?, record)));
    all.collect()
}

/// Compares columns; whatever is absent in the other form is null.
#[track_caller]
pub(crate) fn same(row: &Value, expected: &[(&str, Value)]) {
    for (column, value) in expected {
        assert!(row.get(column).is_some(), "no column {column}");
        assert_eq!(&row[*column], value, "{column}: {row}");
    }
}

/// The columns of a time that is printed with nanoseconds.
fn times(time: &Value) -> [(&'static str, Value); 2] {
    let text = time.as_str().expect("a time");
    let whole: jiff::Timestamp = text.parse().expect("a time");
    let nanos = i64::try_from(whole.as_nanosecond()).expect("a time of these centuries");
    assert_eq!(text.len(), "2026-11-20T10:03:50.537193149Z".len(), "{text}");
    [("time", Value::from(format!("{}Z", &text[..26]))), ("time_ns", Value::from(nanos))]
}

/// Address and port of a column pair, as other commands print an endpoint.
fn endpoint(row: &Value, side: &str) -> Value {
    let port = row[format!("{side}_port")].as_i64().expect("a port");
    let address: std::net::IpAddr = row[side].as_str().expect("an address").parse().expect("an address");
    Value::from(std::net::SocketAddr::new(address, u16::try_from(port).expect("a port")).to_string())
}

/// The handles of a value with the name of the parameter that each is, or is in.
fn handles<'v>(name: &'v str, value: &'v Value, found: &mut Vec<(&'v str, &'v Value)>) {
    match value {
        Value::Object(members) if members.contains_key("uuid") && members.contains_key("attributes") => {
            found.push((name, value));
        }
        Value::Object(members) => members.iter().for_each(|(name, value)| handles(name, value, found)),
        Value::Array(all) => all.iter().for_each(|value| handles(name, value, found)),
        _ => {}
    }
}

/// The handles of a message.
fn handles_of(message: &Value) -> Vec<(&str, &Value)> {
    let mut found = Vec::new();
    for part in ["params", "partial", "return"] {
        handles(part, &message[part], &mut found);
    }
    found
}

/// Kind and name of the object that the first handle stands for.
fn first_object<'v>(mut messages: impl Iterator<Item = &'v Value>) -> [(&'static str, Value); 2] {
    let object =
        messages.find_map(|message| handles_of(message).into_iter().find_map(|(_, handle)| handle.get("object")));
    let object = object.unwrap_or(&Value::Null);
    [("object_kind", object["kind"].clone()), ("object_name", object["name"].clone())]
}

/// The control code that a request's parameters have, which is its answer's too.
fn control_code(request: &Value) -> [(&'static str, Value); 2] {
    let code = &request["params"]["dwControlCode"];
    [("control_code", code["value"].clone()), ("control_code_name", code["name"].clone())]
}

#[test]
fn messages_have_what_follows_from_records() {
    let mut seen = BTreeMap::<&str, usize>::new();
    for capture in captures() {
        let records = records(&capture);
        let all = rows("messages", &capture, &KEYS);
        assert_eq!(all.len(), records.len(), "{}", capture.display());
        for row in &all {
            let record = &records[&row["frame"].as_i64().expect("a frame")];
            let request = record["request_frame"].as_i64().and_then(|frame| records.get(&frame)).unwrap_or(record);
            let kind = record["type"].as_str().expect("a type");
            let from_client = ["bind", "request", "alter_context", "auth3", "co_cancel", "orphaned"].contains(&kind);
            let (client, server) = if from_client { ("src", "dst") } else { ("dst", "src") };
            same(row, &times(&record["time"]));
            same(row, &control_code(request));
            if kind == "request" || kind == "response" {
                same(row, &first_object([record, request].into_iter()));
            }
            same(
                row,
                &[
                    ("client", row[client].clone()),
                    ("server", row[server].clone()),
                    ("user", record["auth"]["user"].clone()),
                    ("fragments", record.get("fragments").cloned().unwrap_or(Value::from(1))),
                    ("omitted", Value::from(false)),
                ],
            );
            let status = record.get("status").or(record["return"].get("value").map(|_| &record["return"]));
            if let Some(status) = status {
                same(row, &[("status", status["value"].clone()), ("status_name", status["name"].clone())]);
            }
            let ok = match (kind, row["status"].as_u64()) {
                ("fault", _) | ("response", Some(120)) => Some(false),
                ("response", Some(0)) => Some(true),
                _ => None,
            };
            if let Some(ok) = ok {
                same(row, &[("status_ok", Value::from(ok))]);
            }
            for column in ["user", "control_code_name", "object_name", "status_name"] {
                *seen.entry(column).or_default() += usize::from(row[column].is_string());
            }
        }
    }
    assert!(seen.len() == 4 && seen.values().all(|count| *count > 50), "{seen:?}");
}

#[test]
fn calls_have_what_follows_from_calls() {
    let mut seen = 0;
    for capture in captures() {
        let stub_bytes: BTreeMap<i64, Value> = rows("messages", &capture, &KEYS)
            .into_iter()
            .filter_map(|row| Some((row["frame"].as_i64()?, row["stub_bytes"].clone())))
            .collect();
        let calls = printed("calls", "call", &capture);
        let all = rows("calls", &capture, &KEYS);
        assert_eq!(all.len(), calls.len(), "{}", capture.display());
        for (row, call) in all.iter().zip(&calls) {
            seen += 1;
            let none = Value::Null;
            let request = call.get("request").unwrap_or(&none);
            let answer = call.get("response").or(call.get("fault")).unwrap_or(&none);
            let either = |key: &str| request.get(key).or(answer.get(key)).cloned().unwrap_or_default();
            let kind = ["response", "fault"].into_iter().find(|key| call.get(*key).is_some());
            same(row, &times(&call["time"]));
            same(row, &control_code(request));
            same(row, &first_object([request, answer].into_iter()));
            let known =
                [request, answer].into_iter().flat_map(handles_of).filter_map(|(_, handle)| handle.get("object"));
            let pair = |object: &Value| {
                let members = object.as_object().expect("an object").iter();
                Value::Object(
                    members
                        .filter(|(k, _)| *k == "kind" || *k == "name")
                        .map(|(k, v)| (k.clone(), v.clone()))
                        .collect(),
                )
            };
            let found: Value = serde_json::from_str(row["objects"].as_str().expect("JSON")).expect("JSON");
            assert_eq!(found, Value::Array(known.map(pair).collect()), "{call}");
            for (side, key) in [("client", "src"), ("server", "dst")] {
                assert_eq!(endpoint(row, side), call[key], "{call}");
            }
            for key in ["stream", "transport", "community_id", "call_id", "latency_ns", "user"] {
                same(row, &[(key, call[key].clone())]);
            }
            same(
                row,
                &[
                    ("capture", Value::from(capture.to_string_lossy())),
                    ("interface", either("interface")),
                    ("version", either("version")),
                    ("opnum", either("opnum")),
                    ("request_frame", request["frame"].clone()),
                    ("response_frame", answer["frame"].clone()),
                    ("long_poll", call.get("long_poll").cloned().unwrap_or(Value::from(false))),
                    ("answer", Value::from(kind)),
                    ("status", call["status"]["value"].clone()),
                    ("status_name", call["status"]["name"].clone()),
                ],
            );
            if call["method"].as_str().is_some_and(|name| !name.starts_with("opnum ")) {
                same(row, &[("method", call["method"].clone())]);
            }
            match (kind, row["status"].as_u64()) {
                (Some("fault"), _) | (_, Some(120)) => same(row, &[("status_ok", Value::from(false))]),
                (Some("response"), Some(0)) => same(row, &[("status_ok", Value::from(true))]),
                (None, _) => same(row, &[("status_ok", Value::Null)]),
                _ => {}
            }
            for (column, message) in [("request_bytes", request), ("response_bytes", answer)] {
                if let Some(bytes) = message["frame"].as_i64().and_then(|frame| stub_bytes.get(&frame)) {
                    assert_eq!(row[column], bytes.as_i64().unwrap_or(0), "{column}: {call}");
                }
            }
        }
    }
    assert!(seen > 500, "{seen}");
}

/// An answer has the handles of its request too.
#[test]
fn handles_are_those_of_messages() {
    let (mut seen, mut with_access) = (0, 0);
    for capture in captures() {
        let records = records(&capture);
        let mut by_frame: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
        for row in rows("handles", &capture, &KEYS) {
            by_frame.entry(row["frame"].as_i64().expect("a frame")).or_default().push(row);
        }
        for (frame, record) in &records {
            let request = record["request_frame"].as_i64().and_then(|frame| records.get(&frame));
            let answered = record["type"] == "response";
            let asked = request.filter(|_| answered).map(handles_of).unwrap_or_default();
            let expected = [asked, handles_of(record)].concat();
            let found = by_frame.remove(frame).unwrap_or_default();
            if record["type"] != "request" && !answered {
                continue;
            }
            assert_eq!(found.len(), expected.len(), "{record}");
            for (row, (parameter, handle)) in found.iter().zip(expected) {
                seen += 1;
                same(row, &times(&record["time"]));
                let object = handle.get("object").unwrap_or(&Value::Null);
                let (client, server) = if answered { ("dst", "src") } else { ("src", "dst") };
                let address = |side: &str| {
                    let end: std::net::SocketAddr =
                        record[side].as_str().expect("an endpoint").parse().expect("an endpoint");
                    Value::from(end.ip().to_string())
                };
                same(
                    row,
                    &[
                        ("stream", record["stream"].clone()),
                        ("client", address(client)),
                        ("server", address(server)),
                        ("call_id", record["call_id"].clone()),
                        ("type", record["type"].clone()),
                        ("method", record["method"].clone()),
                        ("parameter", Value::from(parameter)),
                        ("uuid", handle["uuid"].clone()),
                        ("attributes", handle["attributes"].clone()),
                        ("object_kind", object["kind"].clone()),
                        ("object_name", object["name"].clone()),
                        ("opened_frame", object["opened"].clone()),
                        ("state", object["state"].clone()),
                    ],
                );
                // Lines have the access where the handle is opened; with a wrong kind of handle tables have it too.
                if let Some(access) = object.get("access") {
                    with_access += 1;
                    same(row, &[("access", access.clone())]);
                }
            }
        }
    }
    assert!(seen > 500 && with_access > 10, "{seen} {with_access}");
}

#[test]
fn findings_are_those_of_check() {
    let mut seen = 0;
    for capture in captures() {
        let findings = printed("check", "finding", &capture);
        let all = rows("findings", &capture, &KEYS);
        assert_eq!(all.len(), findings.len(), "{}", capture.display());
        for (row, finding) in all.iter().zip(&findings) {
            seen += 1;
            same(row, &times(&finding["time"]));
            for key in [
                "frame",
                "stream",
                "transport",
                "by",
                "rule",
                "section",
                "grade",
                "text",
                "call_id",
                "interface",
                "version",
                "method",
                "field",
                "offset",
            ] {
                same(row, &[(key, finding[key].clone())]);
            }
            for side in ["src", "dst"] {
                assert_eq!(endpoint(row, side), finding[side], "{finding}");
            }
            let object = finding.get("object").unwrap_or(&Value::Null);
            same(row, &[("object_kind", object["kind"].clone()), ("object_name", object["name"].clone())]);
            // In the table both are text: numbers in base 10 or 16.
            for key in ["value", "expected"] {
                let number = |text: &str| match text.strip_prefix("0x") {
                    Some(digits) => u64::from_str_radix(digits, 16).ok(),
                    None => text.parse().ok(),
                };
                match finding[key].as_u64() {
                    Some(value) => assert_eq!(row[key].as_str().and_then(number), Some(value), "{key}: {finding}"),
                    None => same(row, &[(key, finding[key].clone())]),
                }
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn events_are_those_of_the_story() {
    let mut seen = 0;
    for capture in captures() {
        let events = printed("story", "event", &capture);
        let all = rows("events", &capture, &KEYS);
        assert_eq!(all.len(), events.len(), "{}", capture.display());
        for (row, event) in all.iter().zip(&events) {
            seen += 1;
            same(row, &times(&event["time"]));
            for side in ["client", "server"] {
                assert_eq!(endpoint(row, side), event[side], "{event}");
            }
            same(
                row,
                &[
                    ("user", event["user"].clone()),
                    ("acted", Value::from(event.get("actor").is_some())),
                    ("outcome", event["outcome"].clone()),
                    ("object_kind", event["object"]["kind"].clone()),
                    ("object_name", event["object"]["name"].clone()),
                    ("from_value", event["from"].clone()),
                    ("to_value", event["to"].clone()),
                    ("status", event["status"]["value"].clone()),
                    ("status_name", event["status"]["name"].clone()),
                    ("duration_ns", event["duration_ns"].clone()),
                    ("cause", event["cause"]["text"].clone()),
                    ("times", event.get("times").cloned().unwrap_or(Value::from(1))),
                    ("frame", event["frames"][0].clone()),
                ],
            );
        }
    }
    assert!(seen > 80, "{seen}");
}
