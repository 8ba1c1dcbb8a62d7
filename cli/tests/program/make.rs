//! `make`: captures from their own lines, from other lines, sealed; and what is refused.

use crate::{data, program};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// A file that is removed at the end.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Temporary {
        Temporary(std::env::temp_dir().join(format!("cluscope-make-{}-{name}", std::process::id())))
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("a path in UTF-8")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// What a made capture has of its own: numbers and times of packets, and what protected the messages.
const OWN: &[&str] = &[
    "frame",
    "frames",
    "time",
    "latency_ns",
    "request_frame",
    "stream",
    "fragments",
    "auth",
    "token",
    "encrypted",
    "verification_trailer",
    "opened",
    "asked",
];

/// A record without that.
fn rest(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| !OWN.contains(&key.as_str()));
            Value::Object(kept.map(|(key, value)| (key.clone(), rest(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(rest).collect(),
        plain => plain.clone(),
    }
}

fn lines(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

/// Makes a capture of lines; what went wrong if it was refused.
fn make(lines: &str, capture: &Temporary, options: &[&str]) -> Result<(), String> {
    let output = program::run(&[&["make", "-", "-o", capture.path(), "--force"], options].concat(), lines.as_bytes());
    match output.status.code() {
        Some(0) => Ok(()),
        _ => Err(program::stderr(&output)),
    }
}

/// Frames that tshark calls malformed.
fn malformed(capture: &Path) -> usize {
    let arguments = ["-r", capture.to_str().unwrap(), "-Y", "_ws.malformed", "-T", "fields", "-e", "frame.number"];
    let output = std::process::Command::new("tshark").args(arguments).output().expect("tshark runs");
    String::from_utf8_lossy(&output.stdout).lines().count()
}

/// Records of types that no packet makes, or that security alone needs.
fn makeable(record: &Value) -> bool {
    let kind = record["type"].as_str().unwrap_or_default();
    let message = kind.ends_with("request") || kind.ends_with("response") || kind == "fault";
    let told = matches!(kind, "capture" | "limits" | "auth3" | "malformed" | "skipped" | "incomplete" | "unknown");
    let sealed = message && record.get("encrypted").is_some();
    !told && !sealed && record.get("error").is_none()
}

#[test]
fn of_their_own_lines() {
    let tshark = data::installed("tshark");
    let mut captures = data::captures(&data::file("captures"), 8);
    captures.extend(data::shared("captures").map(|path| data::captures(&path, 40)).unwrap_or_default());
    captures.retain(|path| path.extension().is_some_and(|extension| extension == "pcapng"));
    let (mut all, mut left_out) = (0, 0);
    for capture in &captures {
        let output = program::command(&[
            "dissect",
            "--format",
            "jsonl",
            "--keys",
            data::file("captures/lab.keys").to_str().unwrap(),
            capture.to_str().unwrap(),
        ]);
        let mut output = output;
        let records = program::objects(&program::stdout(&output.output().unwrap()));
        let (mut made, others): (Vec<Value>, Vec<Value>) = records.into_iter().partition(makeable);
        left_out += others.len();
        // An answer whose request is none of the lines has nothing to be paired with.
        let asked: std::collections::BTreeSet<u64> =
            made.iter().filter_map(|record| record["frame"].as_u64()).collect();
        made.retain(|record| {
            record.get("request_frame").and_then(Value::as_u64).is_none_or(|frame| asked.contains(&frame))
        });
        // Over UDP a request with the number of an earlier one is a repetition of that.
        let mut seen = std::collections::BTreeSet::new();
        made.retain(|record| {
            let own = |key: &str| record.get(key).map(Value::to_string);
            let call = (own("type"), own("activity"), own("call_id"), own("src"));
            let message = record["type"] == "request" || record["type"] == "response";
            call.1.is_none() || !message || seen.insert(call)
        });
        if made.is_empty() {
            continue;
        }
        let name = capture.file_name().unwrap().to_string_lossy().into_owned();
        let target = Temporary::new(&name);
        make(&lines(&made), &target, &[]).unwrap_or_else(|e| panic!("{name}: {e}"));
        let again: Vec<Value> = program::dissect(&target.0, &[]).into_iter().filter(makeable).collect();
        assert_eq!(again.len(), made.len(), "{name}");
        let mut realigned = 0;
        for (before, after) in made.iter().zip(&again) {
            let (mut before, mut after) = (rest(before), rest(after));
            // What is encoded is canonical: unusual alignment is not made again.
            let unusual = before.get("diagnostics").is_some_and(|list| list.to_string().contains("count-alignment"));
            if unusual {
                realigned += 1;
                before.as_object_mut().unwrap().remove("diagnostics");
                after.as_object_mut().unwrap().remove("diagnostics");
            }
            assert_eq!(before, after, "{name}");
        }
        if tshark {
            // tshark itself misreads some messages; those that it takes in the recording it takes here.
            let (before, after) = (malformed(capture), malformed(&target.0));
            assert!(after <= before + realigned, "{name}: {after} malformed frames, {before} in the recording");
        }
        all += made.len();
    }
    println!("{all} records of {} captures, {left_out} can't be made", captures.len());
    assert!(all > 1000, "{all}");
}

/// A few lines written by hand: no frame, no time, no bind.
fn written() -> Vec<Value> {
    let line = |method: &str, direction: &str, params: Value| json!({"interface": "clusapi", "version": "3.0", "method": method, "direction": direction, "syntax": "ndr", "params": params});
    let mut opened = line("ApiOpenResource", "response", json!({"lpStatus": "ERROR_SUCCESS", "rpc_status": 0}));
    opened["params"] = json!({"Status": "ERROR_SUCCESS", "rpc_status": 0});
    opened["return"] = json!({"attributes": 0, "uuid": "11111111-2222-3333-4444-555555555555"});
    let mut set = line("ApiSetClusterName", "response", json!({"rpc_status": 0}));
    set["return"] = json!("ERROR_ACCESS_DENIED");
    vec![
        line("ApiOpenResource", "request", json!({"lpszResourceName": "IP1"})),
        opened,
        line("ApiSetClusterName", "request", json!({"NewClusterName": "a name of many letters ".repeat(300)})),
        set,
    ]
}

#[test]
fn of_lines_by_hand() {
    let target = Temporary::new("by-hand.pcapng");
    let password = Temporary::new("password");
    let keys = Temporary::new("keys");
    std::fs::write(&password.0, "a secret\n").unwrap();
    std::fs::write(&keys.0, "password LAB\\clusadm a secret\n").unwrap();
    let seal = ["--seal", "LAB\\clusadm", "--password-file", password.path()];
    let key = ["--keys", keys.path()];
    let ways: &[(&[&str], &str, &str)] = &[
        (&[], "ndr", "little"),
        (&["--syntax", "ndr64"], "ndr64", "little"),
        (&["--endian", "big"], "ndr", "big"),
        (&["--fragment", "1432", "--syntax", "ndr64", "--endian", "big"], "ndr64", "big"),
        (&["--fragment", "1432"], "ndr", "little"),
        (&seal, "ndr", "little"),
        (&[&["--fragment", "1432", "--syntax", "ndr64"], &seal[..]].concat(), "ndr64", "little"),
    ];
    for (options, syntax, endian) in ways {
        make(&lines(&written()), &target, options).unwrap_or_else(|e| panic!("{options:?}: {e}"));
        let sealed = options.contains(&"--seal");
        if sealed {
            // Nothing of it without the key.
            let closed = program::dissect(&target.0, &[]);
            assert!(
                closed
                    .iter()
                    .filter(|record| record["type"] == "request")
                    .all(|record| record.get("encrypted").is_some())
            );
        }
        let records = program::dissect(&target.0, if sealed { &key } else { &[] });
        let messages: Vec<&Value> =
            records.iter().filter(|record| record["type"] == "request" || record["type"] == "response").collect();
        assert_eq!(messages.len(), 4, "{options:?}: {records:?}");
        assert_eq!(messages[0]["params"]["lpszResourceName"], "IP1");
        assert_eq!(messages[2]["params"]["NewClusterName"].as_str().unwrap().len(), 23 * 300);
        assert_eq!(messages[3]["return"]["name"], "ERROR_ACCESS_DENIED");
        for message in messages {
            assert_eq!(message["syntax"], *syntax);
            assert_eq!(message.get("endian").map_or("little", |_| "big"), *endian);
            assert_eq!(message.get("diagnostics"), None, "{message}");
            if sealed {
                assert_eq!(message["auth"]["verified"], true, "{message}");
                assert_eq!(message["auth"]["user"], "LAB\\clusadm");
            }
        }
        if data::installed("tshark") {
            assert_eq!(malformed(&target.0), 0, "{options:?}");
        }
    }
    // Over UDP, in the version that goes there.
    let udp: Vec<Value> = written()
        .into_iter()
        .map(|mut line| {
            line["version"] = json!("2.0");
            line["params"].as_object_mut().unwrap().remove("rpc_status");
            line
        })
        .collect();
    make(&lines(&udp), &target, &["--udp"]).unwrap();
    let records = program::dissect(&target.0, &[]);
    assert_eq!(records.len(), 4, "{records:?}");
    assert_eq!(records[2]["fragments"], 10);
    assert_eq!(records[2]["params"]["NewClusterName"].as_str().unwrap().len(), 23 * 300);
}

#[test]
fn what_is_refused() {
    let target = Temporary::new("refused.pcapng");
    let _ = std::fs::remove_file(&target.0);
    let all = written();
    let (request, response) = (&all[0], &all[1]);
    let with = |line: &Value, key: &str, value: Value| {
        let mut line = line.clone();
        line[key] = value;
        format!("{line}\n")
    };
    let cases: &[(String, &str)] = &[
        (String::new(), "no line is a message"),
        ("{\"type\":\"capture\"}\n".into(), "no line is a message"),
        ("[]\n".into(), "line 1: the line is no JSON object"),
        ("{\"type\":\"request\"".into(), "line 1: not JSON"),
        (with(response, "call_id", json!(7)), "line 1: no request of call 7 comes before its answer"),
        (with(request, "src", json!("somewhere")), "\"src\" is no address and port"),
        (with(request, "src", json!("[::1]:7")), "addresses of two families"),
        (with(request, "time", json!("yesterday")), "\"time\" is no time"),
        (with(request, "transport", json!("smb")), "\"transport\" is tcp or udp"),
        (with(request, "encrypted", json!({})), "sealed and was not opened"),
        (with(request, "error", json!({})), "could not be decoded"),
        (with(request, "method", json!("ApiOpenResourc")), "did you mean \"ApiOpenResource\"?"),
        (with(request, "params", json!({"lpszResourceNam": "IP1"})), "did you mean \"lpszResourceName\"?"),
        (with(request, "context_id", json!(70_000)), "\"context_id\" has 16 bits"),
        (with(request, "type", json!("malformed")), "can't be made over TCP"),
        (
            format!("{request}\n{request}\n{}", with(request, "transport", json!("udp"))),
            "line 3: one stream over TCP and UDP",
        ),
    ];
    for (lines, expected) in cases {
        let refused = make(lines, &target, &[]).expect_err(expected);
        assert!(refused.contains(expected), "{lines}: {refused}, expected {expected}");
        assert!(!target.0.exists(), "{lines}: something was written");
    }
    // Never over a file that is there, unless told so; never over its own lines.
    std::fs::write(&target.0, lines(&written())).unwrap();
    let there = program::run(&["make", "-", "-o", target.path()], lines(&written()).as_bytes());
    assert_eq!(there.status.code(), Some(2));
    let itself = program::run(&["make", target.path(), "-o", target.path(), "--force"], b"");
    assert_eq!(itself.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&target.0).unwrap(), lines(&written()));
}
