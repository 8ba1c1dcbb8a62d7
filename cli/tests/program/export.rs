//! `cluscope export`: tables say what JSON lines say.

use crate::data;
use crate::program::{command, dissect, objects, stderr};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

const KEYS: [&str; 2] = ["--keys", "captures/lab.keys"];

/// A folder of this test's own.
fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("export").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn export(arguments: &[&str]) -> Output {
    command(&[&["export"], arguments].concat()).stdin(Stdio::null()).output().expect("the program runs")
}

/// The rows of a table of a capture.
fn rows(table: &str, capture: &Path, more: &[&str]) -> Vec<Value> {
    let capture = capture.to_string_lossy();
    let output = export(&[&["--to", "jsonl-flat", "--table", table, &capture], more].concat());
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
    objects(&String::from_utf8(output.stdout).expect("UTF-8"))
}

/// A member of a record that a column shows, by its path; whatever is absent is null.
fn member<'v>(record: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(record, |value, key| &value[key])
}

/// Compares the rows of messages with the records of `dissect`; their number.
fn compare(capture: &Path, keys: &[&str]) -> usize {
    let records: Vec<Value> =
        dissect(capture, keys).into_iter().filter(|record| record.get("frame").is_some()).collect();
    let rows = rows("messages", capture, keys);
    assert_eq!(rows.len(), records.len(), "{}", capture.display());
    for (row, record) in rows.iter().zip(&records) {
        for (column, path) in [
            ("frame", "frame"),
            ("stream", "stream"),
            ("transport", "transport"),
            ("community_id", "community_id"),
            ("type", "type"),
            ("call_id", "call_id"),
            ("interface", "interface"),
            ("version", "version"),
            ("syntax", "syntax"),
            ("opnum", "opnum"),
            ("request_frame", "request_frame"),
            ("latency_ns", "latency_ns"),
            ("auth_type", "auth.type"),
            ("auth_level", "auth.level"),
            ("auth_verified", "auth.verified"),
            ("sealed_reason", "encrypted.reason"),
        ] {
            assert_eq!(&row[column], member(record, path), "{column}: {record}");
        }
        assert_eq!(row["capture_frame"], record["frame"]);
        assert_eq!(row["capture"], capture.to_string_lossy().as_ref());
        if let Some(method) = row["method"].as_str() {
            assert_eq!(record["method"], method);
        }
        let ends = |side: &str| {
            let port = row[format!("{side}_port")].as_i64().expect("a port");
            let address = row[side].as_str().expect("an address");
            if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
        };
        assert_eq!((record["src"].as_str(), record["dst"].as_str()), (Some(&*ends("src")), Some(&*ends("dst"))));
        // JSON text is the record's own, but for the objects that a message's handles stand for.
        for (column, keys) in [("params", &["params", "partial", "opaque"][..]), ("return_value", &["return"])] {
            let there = keys.iter().find_map(|key| record.get(*key));
            let parsed: Option<Value> = row[column].as_str().map(|text| serde_json::from_str(text).expect("JSON"));
            assert_eq!(parsed.as_ref(), there, "{column}: {record}");
        }
        if let Some(status) = record["return"]["value"].as_i64().or(record["status"]["value"].as_i64()) {
            assert_eq!(row["status"], status, "{record}");
        }
        let broken = |key: &str| record[key].as_array().map_or(0, Vec::len) as u64;
        let omitted = record["diagnostics_omitted"].as_u64().unwrap_or(0);
        assert_eq!(row["diagnostics"], broken("diagnostics") + broken("pdu_diagnostics") + omitted);
        let trailing = record["trailing"].as_str().map_or(0, |hex| hex.len() / 2);
        assert_eq!(row["trailing_bytes"], trailing);
        assert!(record.get("error").is_none() || row["error"].is_string(), "{record}");
    }
    rows.len()
}

#[test]
fn messages_are_those_of_dissect() {
    let mut all = 0;
    for capture in data::captures(&data::file("captures"), 9) {
        all += compare(&capture, &KEYS);
        all += compare(&capture, &[]);
    }
    assert!(all > 2000, "{all}");
}

#[test]
fn messages_of_the_recorded_captures() {
    let Some(shared) = data::shared("captures") else { return };
    let keytab = shared.join("service.keytab").to_string_lossy().into_owned();
    let keys = [&KEYS[..], &["--keytab", &keytab]].concat();
    let all: usize = data::captures(&shared, 60).iter().map(|capture| compare(capture, &keys)).sum();
    assert!(all > 10_000, "{all}");
}

#[test]
fn the_other_tables_are_those_of_other_commands() {
    for capture in data::captures(&data::file("captures"), 9) {
        let name = capture.to_string_lossy();
        let of = |command: &str, kind: &str| -> Vec<Value> {
            let records =
                objects(&crate::program::output(&[&[command, "--format", "jsonl", &name], &KEYS[..]].concat()));
            records.into_iter().filter(|record| record["type"] == kind).collect()
        };
        let calls = of("calls", "call");
        let rows = |table| rows(table, &capture, &KEYS);
        let mut of_interface: BTreeMap<&str, usize> = BTreeMap::new();
        let answered = calls.iter().filter(|call| call.get("response").or(call.get("fault")).is_some()).count();
        let calls_rows = rows("calls");
        let shown = calls_rows.iter().filter(|row| !row["answer"].is_null()).count();
        assert_eq!(shown, answered, "{name}");
        calls_rows
            .iter()
            .for_each(|row| *of_interface.entry(row["interface"].as_str().unwrap_or("")).or_default() += 1);
        assert!(of_interface.len() <= 4, "{of_interface:?}");
        let events = of("story", "event");
        let events_rows = rows("events");
        assert_eq!(events_rows.len(), events.len(), "{name}");
        for (row, event) in events_rows.iter().zip(&events) {
            assert_eq!((&row["event"], &row["text"]), (&event["event"], &event["text"]));
            let details: Value = serde_json::from_str(row["details"].as_str().expect("JSON")).expect("JSON");
            assert_eq!(&details, event);
        }
        let findings = of("check", "finding");
        let findings_rows = rows("findings");
        assert_eq!(findings_rows.len(), findings.len(), "{name}");
        for (row, finding) in findings_rows.iter().zip(&findings) {
            assert_eq!((&row["rule"], &row["frame"]), (&finding["rule"], &finding["frame"]));
        }
    }
}

/// How many lists of this name stand in a value, and how many values in them.
fn listed(value: &Value, list: &str, values: Option<&str>) -> usize {
    let own = match value {
        Value::Object(members) => members.get(list).and_then(Value::as_array).map_or(0, |all| {
            let each = |one: &Value| values.map_or(1, |values| one[values].as_array().map_or(1, |v| v.len().max(1)));
            all.iter().map(each).sum()
        }),
        _ => 0,
    };
    let inner: usize = match value {
        Value::Object(members) => members.values().map(|value| listed(value, list, values)).sum(),
        Value::Array(all) => all.iter().map(|value| listed(value, list, values)).sum(),
        _ => 0,
    };
    own + inner
}

#[test]
fn every_property_and_command_has_a_row() {
    let capture = data::file("captures/tour.pcapng");
    let records = dissect(&capture, &[]);
    let count = |list, values| records.iter().map(|record| listed(&record["params"], list, values)).sum::<usize>();
    let properties = rows("properties", &capture, &[]);
    assert_eq!(properties.len(), count("properties", Some("values")));
    assert!(properties.len() > 40, "{}", properties.len());
    let threshold = properties.iter().find(|row| row["name"] == "SameSubnetThreshold").expect("a property");
    assert_eq!((&threshold["value_int"], &threshold["value"]), (&Value::from(10), &Value::from("10")));
    assert_eq!(threshold["syntax_name"], "CLUSPROP_SYNTAX_LIST_VALUE_DWORD");
    assert_eq!(rows("commands", &capture, &[]).len(), count("commands", None));
}

#[test]
fn secrets_are_left_out() {
    for (table, to) in
        [("messages", "jsonl-flat"), ("messages", "csv"), ("properties", "jsonl-flat"), ("events", "csv")]
    {
        for capture in data::captures(&data::file("captures"), 9) {
            let name = capture.to_string_lossy();
            let output = export(&[&["--to", to, "--table", table, "--hide-secrets", &*name], &KEYS[..]].concat());
            let text = String::from_utf8(output.stdout).expect("UTF-8");
            let secret: String = "Passw0rd".encode_utf16().map(|unit| format!("{unit:02x}00")).collect();
            assert!(!text.contains("Passw0rd") && !text.contains(&secret), "{table} {name}");
        }
    }
}

/// Names and contents of all files under a folder.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => found.extend(tree(&path)),
            false => drop(found.insert(path.clone(), std::fs::read(&path).expect("a file"))),
        }
    }
    found
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let folder = scratch("again");
    for to in ["parquet", "arrow", "csv", "jsonl-flat"] {
        for (more, files) in [(&[][..], 7), (&["--partition", "server"], 0)] {
            let make = |name: &str| {
                let out = folder.join(format!("{name}-{to}-{files}"));
                let path = out.to_string_lossy();
                let output = export(
                    &[&["--to", to, "captures/tour.pcapng", "captures/faults.pcapng", "-o", &path], more].concat(),
                );
                assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
                let strip =
                    |(path, bytes): (PathBuf, Vec<u8>)| (path.strip_prefix(&out).expect("within").to_owned(), bytes);
                tree(&out).into_iter().map(strip).collect::<BTreeMap<_, _>>()
            };
            let (one, other) = (make("one"), make("other"));
            assert_eq!(one, other);
            assert!(files == 0 || one.len() == files, "{:?}", one.keys());
        }
    }
}

#[test]
fn every_number_of_threads_gives_the_same_bytes() {
    let Some(shared) = data::shared("captures") else { return };
    let folder = scratch("threads");
    // Enough that rows are encoded while there are more to come, with as little memory as there may be.
    let captures = data::captures(&shared, 60);
    let captures: Vec<_> = captures.iter().step_by(3).map(|capture| capture.to_string_lossy()).collect();
    let captures: Vec<&str> = captures.iter().map(AsRef::as_ref).collect();
    for (to, more) in [("parquet", &[][..]), ("parquet", &["--partition", "server"]), ("arrow", &[]), ("csv", &[])] {
        let make = |threads: &str| {
            let out = folder.join(format!("{to}-{}-{threads}", more.len()));
            let path = out.to_string_lossy();
            let how = ["--to", to, "--threads", threads, "--memory-limit", "64M", "-o", &path];
            let output = export(&[&how[..], more, &captures].concat());
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
            let strip =
                |(path, bytes): (PathBuf, Vec<u8>)| (path.strip_prefix(&out).expect("within").to_owned(), bytes);
            tree(&out).into_iter().map(strip).collect::<BTreeMap<_, _>>()
        };
        let one = make("1");
        assert!(one.len() >= 6, "{:?}", one.keys());
        for threads in ["2", "3", "8"] {
            assert!(one == make(threads), "{to} {more:?} --threads {threads}");
        }
    }
}

#[test]
fn what_is_refused_leaves_everything_as_it_was() {
    let folder = scratch("refused");
    let file = folder.join("there.parquet");
    let path = file.to_string_lossy();
    std::fs::write(&file, b"kept").expect("written");
    let output = export(&["--to", "parquet", "captures/tour.pcapng", "-o", &path]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--force"), "{}", stderr(&output));
    let output = export(&["--to", "parquet", "--force", "no-such-file", "-o", &path]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(std::fs::read(&file).expect("there"), b"kept");
    for wrong in [
        &["--to", "parquet", "captures/tour.pcapng"][..],
        &["--to", "csv", "--table", "calls,messages", "captures/tour.pcapng"],
        &["--to", "csv", "--table", "nothing", "captures/tour.pcapng"],
        &["--to", "csv", "--filter", "opnum == 1", "captures/tour.pcapng"],
        &["--to", "csv", "--memory-limit", "32M", "captures/tour.pcapng"],
        &["--to", "csv", "--partition", "day", "captures/tour.pcapng"],
    ] {
        let output = export(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty());
    }
    // An input in the folder that would be written over.
    let tables = folder.join("tables");
    std::fs::create_dir_all(tables.join("messages")).expect("a folder");
    let inside = tables.join("messages").join("tour.pcapng");
    std::fs::copy(data::file("captures/tour.pcapng"), &inside).expect("copied");
    let output = export(&["--to", "csv", "--force", &inside.to_string_lossy(), "-o", &tables.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(tree(&folder).len(), 2);
    // With --force what was there is gone, the rest of the folder is not; nothing else is left.
    std::fs::remove_dir_all(tables.join("messages")).expect("removed");
    std::fs::write(tables.join("notes.txt"), b"mine").expect("written");
    for _ in 0..2 {
        let output = export(&["--to", "csv", "--force", "captures/tour.pcapng", "-o", &tables.to_string_lossy()]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    let names: Vec<PathBuf> = tree(&folder).into_keys().collect();
    assert_eq!(names.len(), 2 + 7, "{names:?}");
}

/// A capture that is cut, one that is none, and one twice: what can be read is in the tables.
#[test]
fn bad_captures_among_good_ones() {
    let folder = scratch("bad");
    let tour = std::fs::read(data::file("captures/tour.pcapng")).expect("a capture");
    let (cut, empty) = (folder.join("cut.pcapng"), folder.join("empty.pcapng"));
    std::fs::write(&cut, &tour[..tour.len() / 2]).expect("written");
    std::fs::write(&empty, b"").expect("written");
    let [cut, empty] = [cut, empty].map(|path| path.to_string_lossy().into_owned());
    let output =
        export(&["--to", "jsonl-flat", "captures/tour.pcapng", &empty, "Cargo.toml", &cut, "captures/tour.pcapng"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let rows = objects(&String::from_utf8(output.stdout).expect("UTF-8"));
    let of = |name: &str| rows.iter().filter(|row| row["capture"] == name).count();
    assert!(of("captures/tour.pcapng") > 200 && of(&cut) < 200, "{} {}", of("captures/tour.pcapng"), of(&cut));
    assert_eq!(of(&empty) + of("Cargo.toml"), 0);
}

/// A full disk: an error, and no half of a table.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing() {
    let folder = scratch("full");
    let out = folder.join("tables");
    // When the tables end, and while there are more rows to come.
    let mut cases = vec![(8, "captures/tour.pcapng captures/ndr64.pcapng".to_string())];
    if let Some(shared) = data::shared("captures") {
        let captures = data::captures(&shared, 60);
        cases.push((64, captures.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>().join(" ")));
    }
    for (blocks, captures) in &cases {
        for threads in [1, 2, 5] {
            let script = format!(
                "ulimit -f {blocks}; exec {} export --to parquet --threads {threads} --memory-limit 64M {captures} -o {}",
                crate::program::PATH,
                out.display()
            );
            let output = std::process::Command::new("bash").args(["-c", &script]).current_dir(data::root()).output();
            let output = output.expect("the shell runs");
            assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
            assert!(stderr(&output).contains("writing"), "{}", stderr(&output));
            assert!(tree(&folder).is_empty(), "{:?}", tree(&folder).keys());
        }
    }
}
