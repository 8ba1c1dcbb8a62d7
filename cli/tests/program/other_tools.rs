//! The views for other tools against the field lists that those tools publish (`fields/*.tsv`), and against the rules of
//! their formats.

use crate::data;
use crate::program::{command, objects, output, stdout};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Captures with answers, faults, sealed messages that open and that don't, connectionless calls.
const CAPTURES: [&[&str]; 6] = [
    &["captures/tour.pcapng"],
    &["captures/faults.pcapng"],
    &["captures/sealed.pcapng"],
    &["--keys", "captures/lab.keys", "captures/sealed.pcapng"],
    &["captures/witness.pcapng"],
    &["captures/manager.pcap"],
];

/// Rows of a field list: the name, and the other cells.
fn fields(name: &str) -> BTreeMap<String, Vec<String>> {
    let list = data::text(&format!("cli/tests/program/fields/{name}.tsv"));
    let rows = list.lines().filter(|line| !line.starts_with('#') && line.contains('\t'));
    rows.map(|row| {
        let mut cells = row.split('\t').map(String::from);
        (cells.next().expect("a name"), cells.collect())
    })
    .collect()
}

fn calls(format: &str, capture: &[&str]) -> String {
    let output = command(&[&["calls", "--format", format], capture].concat()).output().expect("the program runs");
    stdout(&output)
}

/// The values of an object by their paths, elements of arrays each by itself, and whether they stand in one.
fn leaves<'v>(value: &'v Value, path: &str, array: bool, found: &mut Vec<(String, bool, &'v Value)>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            leaves(value, &path, false, found);
        }),
        Value::Array(elements) => elements.iter().for_each(|element| leaves(element, path, true, found)),
        _ => found.push((path.to_string(), array, value)),
    }
}

#[test]
fn elastic_knows_every_field() {
    let known = fields("ecs");
    let mut seen = BTreeSet::new();
    for capture in CAPTURES {
        for event in objects(&calls("ecs", capture)) {
            let mut found = Vec::new();
            leaves(&event, "", false, &mut found);
            for (path, array, value) in found.into_iter().filter(|(path, ..)| !path.starts_with("cluscope.")) {
                let row = known.get(&path).unwrap_or_else(|| panic!("{path} is no field of the schema"));
                let right = match row[0].as_str() {
                    "long" => value.is_i64() || value.is_u64(),
                    "ip" => value.as_str().is_some_and(|ip| ip.parse::<std::net::IpAddr>().is_ok()),
                    "date" => value.as_str().is_some_and(|time| time.ends_with('Z')),
                    _ => value.as_str().is_some_and(|text| !text.is_empty()),
                };
                assert!(right, "{path} is {value}, not {}", row[0]);
                assert_eq!(array, row[1] == "array", "{path}");
                seen.insert(path);
            }
            let failed = event.pointer("/event/outcome") == Some(&"failure".into());
            assert_eq!(failed, event.get("error").is_some(), "{event}");
        }
    }
    let unseen: Vec<_> = known.keys().filter(|field| !seen.contains(*field)).collect();
    assert!(unseen.is_empty(), "in the list, but never printed: {unseen:?}");
}

#[test]
fn suricata_knows_every_member() {
    let known = fields("eve");
    let mut seen = BTreeSet::new();
    for capture in CAPTURES {
        for event in objects(&calls("eve", capture)) {
            let mut found = Vec::new();
            leaves(&event, "", false, &mut found);
            for (path, _, value) in found.into_iter().filter(|(path, ..)| !path.starts_with("cluscope.")) {
                let row = known.get(&path).unwrap_or_else(|| panic!("{path} is no member of EVE"));
                let right = if row[0] == "integer" { value.is_u64() } else { value.is_string() };
                assert!(right, "{path} is {value}, not {}", row[0]);
                seen.insert(path);
            }
            let time = event["timestamp"].as_str().expect("a time");
            assert!(time.len() == 31 && time.ends_with("+0000"), "{time}");
            let unanswered = event["dcerpc"]["response"] == "UNREPLIED";
            assert!(!unanswered || event["cluscope"]["outcome"] == "unknown", "{event}");
        }
    }
    // Over UDP nothing is in these captures.
    let rare = ["dcerpc.seqnum", "dcerpc.rpc_version"];
    let unseen: Vec<_> = known.keys().filter(|f| !seen.contains(*f) && !rare.contains(&f.as_str())).collect();
    assert!(unseen.is_empty(), "in the list, but never printed: {unseen:?}");
}

/// What can't be read is unknown in each of them, never a success.
#[test]
fn sealed_is_unknown() {
    for (format, path) in [("ecs", "/event/outcome"), ("eve", "/cluscope/outcome")] {
        let events = objects(&calls(format, &["captures/sealed.pcapng"]));
        let sealed: Vec<_> = events.iter().filter(|e| e.pointer("/cluscope/status").is_none()).collect();
        assert!(sealed.len() > 5, "{format}");
        assert!(sealed.iter().all(|event| event.pointer(path) == Some(&"unknown".into())), "{format}");
    }
}

/// The tab-separated log and the JSON lines have the published fields, with the same values.
#[test]
fn zeek_reads_its_own_log() {
    let list = data::text("cli/tests/program/fields/zeek.tsv");
    let (zeeks, ours) = list.split_once("ours\n").expect("the mark");
    let rows = |text: &str| -> Vec<(String, String)> {
        let rows = text.lines().filter_map(|row| row.split_once('\t'));
        rows.map(|(name, ty)| (name.to_string(), ty.to_string())).collect()
    };
    let expected = [rows(zeeks), rows(ours)].concat();
    for capture in CAPTURES {
        let log = calls("zeek", capture);
        let header = |key: &str| -> Vec<String> {
            let line = log.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_else(|| panic!("{key} in {log}"));
            line.trim_start_matches('\t').split('\t').map(String::from).collect()
        };
        let (names, types) = (header("#fields"), header("#types"));
        let printed: Vec<_> = names.iter().cloned().zip(types.iter().cloned()).collect();
        assert_eq!(printed, expected);
        // As Zeek's own: YYYY-MM-DD-hh-mm-ss.
        for key in ["#open", "#close"] {
            let moment = header(key).concat();
            let parts: Vec<_> = moment.split('-').map(str::len).collect();
            assert_eq!(parts, [4, 2, 2, 2, 2, 2], "{key} {moment}");
        }
        let lines = calls("zeek-json", capture);
        let rows: Vec<&str> = log.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(rows.len(), lines.lines().count());
        for (row, object) in rows.iter().zip(objects(&lines)) {
            for ((name, ty), cell) in printed.iter().zip(row.split('\t')) {
                let value = &object[name];
                match (ty.as_str(), cell) {
                    (_, "-") => assert!(value.is_null(), "{name}"),
                    ("time" | "interval", cell) => assert_eq!(value.as_f64(), cell.parse().ok(), "{name}"),
                    ("port" | "count", cell) => assert_eq!(value.as_u64(), cell.parse().ok(), "{name}"),
                    (_, cell) if !cell.contains('\\') => assert_eq!(value, cell, "{name}"),
                    _ => assert!(value.is_string(), "{name}"),
                }
            }
        }
    }
    let faults = calls("zeek", &["captures/faults.pcapng"]);
    assert!(faults.contains("\tunknown-250\t"), "{faults}");
    assert!(calls("zeek", &["captures/witness.pcapng"]).contains("\tWitness\tWitnessr"));
}

/// The rules of trace events: each asynchronous track is a series of pairs, properly nested, in the order of its times.
#[test]
fn perfetto_can_nest_every_slice() {
    for capture in CAPTURES {
        let trace: Value = serde_json::from_str(&calls("perfetto", capture)).expect("one JSON object");
        let events = trace["traceEvents"].as_array().expect("events");
        let answered = objects(&calls("zeek-json", capture)).len();
        let mut tracks: BTreeMap<(u64, String), Vec<&Value>> = BTreeMap::new();
        let mut processes = BTreeSet::new();
        for event in events {
            let process = event["pid"].as_u64().expect("a process");
            match event["ph"].as_str().expect("a phase") {
                "M" => assert!(processes.insert(process), "{event}"),
                "b" | "e" | "n" => {
                    assert!(
                        processes.contains(&process) && event["ts"].as_f64().is_some_and(|ts| ts >= 0.0),
                        "{event}"
                    );
                    let id = event["id2"]["local"].as_str().expect("an identifier").to_string();
                    tracks.entry((process, id)).or_default().push(event);
                }
                other => panic!("phase {other}"),
            }
        }
        let mut slices = 0;
        for ((_, id), mut track) in tracks {
            // As a viewer sorts them: by time, and what is equal as it stands.
            track.sort_by(|a, b| a["ts"].as_f64().partial_cmp(&b["ts"].as_f64()).expect("times"));
            let mut open: Vec<&Value> = Vec::new();
            for event in track {
                match event["ph"].as_str() {
                    Some("b") => open.push(event),
                    Some("e") => assert_eq!(open.pop().map(|begun| &begun["name"]), Some(&event["name"]), "track {id}"),
                    _ => {}
                }
                assert!(open.len() <= 2, "track {id}");
                slices += usize::from(event.get("args").is_some());
            }
            assert!(open.is_empty(), "track {id}");
        }
        assert_eq!(slices, answered);
    }
}

/// A capture without calls of ours gives a whole file in each format.
#[test]
fn nothing_at_all() {
    let empty = "captures/clean.pcapng";
    let filter = ["--filter", "method == Nothing", empty];
    assert!(output(&[&["calls", "--format", "perfetto"], &filter[..]].concat()).contains("\"traceEvents\":[\n]"));
    assert!(output(&[&["calls", "--format", "zeek"], &filter[..]].concat()).ends_with("#close\t1970-01-01-00-00-00\n"));
    for format in ["ecs", "eve", "zeek-json"] {
        assert_eq!(output(&[&["calls", "--format", format], &filter[..]].concat()), "");
    }
}

/// The fields of the index template with their types.
fn mapped(properties: &Value, path: &str, found: &mut BTreeMap<String, String>) {
    for (name, field) in properties.as_object().expect("properties") {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match field.get("properties") {
            Some(inner) => mapped(inner, &path, found),
            None => drop(found.insert(path, field["type"].as_str().expect("a type").to_string())),
        }
    }
}

/// The template has what is printed, with the schema's types; the dashboard asks for nothing else, and is whole.
#[test]
fn elastic_files() {
    let template: Value = serde_json::from_str(&data::text("docs/elastic/index-template.json")).expect("JSON");
    let mut known = BTreeMap::new();
    mapped(&template["template"]["mappings"]["properties"], "", &mut known);
    for (field, row) in fields("ecs") {
        assert_eq!(known.get(&field), Some(&row[0]), "{field}");
    }
    for capture in CAPTURES {
        for event in objects(&calls("ecs", capture)) {
            let mut found = Vec::new();
            leaves(&event, "", false, &mut found);
            for (path, ..) in found {
                assert!(known.contains_key(&path), "{path} is not in the template");
            }
        }
    }
    let saved = objects(&data::text("docs/elastic/dashboard.ndjson"));
    let ids: BTreeSet<(String, String)> = saved.iter().map(|o| (o["type"].to_string(), o["id"].to_string())).collect();
    assert_eq!(ids.len(), saved.len());
    let inner = |value: &Value| -> Value { serde_json::from_str(value.as_str().expect("JSON in text")).expect("JSON") };
    let mut asked = 0;
    for object in &saved {
        for reference in object["references"].as_array().expect("references") {
            assert!(ids.contains(&(reference["type"].to_string(), reference["id"].to_string())), "{reference}");
        }
        let attributes = &object["attributes"];
        let mut named: Vec<Value> = attributes["columns"].as_array().cloned().unwrap_or_default();
        if attributes.get("visState").is_some() {
            let state = inner(&attributes["visState"]);
            let aggregations = state["aggs"].as_array().expect("aggregations").clone();
            named.extend(aggregations.iter().filter_map(|aggregation| aggregation.pointer("/params/field").cloned()));
        }
        if attributes.get("panelsJSON").is_some() {
            let panels = inner(&attributes["panelsJSON"]);
            assert_eq!(panels.as_array().map(Vec::len), object["references"].as_array().map(Vec::len));
        }
        for field in named {
            assert!(known.contains_key(field.as_str().expect("a name")), "{field} is not in the template");
            asked += 1;
        }
    }
    assert!(asked > 10);
}
