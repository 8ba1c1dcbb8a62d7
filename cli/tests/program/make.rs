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
        let mut again: Vec<Value> = program::dissect(&target.0, &[]).into_iter().filter(makeable).collect();
        // A bind that the capture has only in part is made anew.
        let is_bind = |record: &Value| {
            let kind = record["type"].as_str().unwrap_or_default();
            kind.starts_with("bind") || kind.starts_with("alter")
        };
        let binds = |records: &[Value]| records.iter().filter(|record| is_bind(record)).count();
        if binds(&again) > binds(&made) {
            again.retain(|record| !is_bind(record));
            made.retain(|record| !is_bind(record));
        }
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

/// In the place of a capture's name: lines by hand over UDP.
const UDP: &str = "datagrams";

/// Lines of captures in clear, sealed by a password: opened with it, they are as they were, and every message is verified.
/// Over TCP and UDP, both byte orders and transfer syntaxes, fragments of several sizes.
#[test]
fn sealed() {
    let (password, keys, target) = (Temporary::new("pw"), Temporary::new("pw.keys"), Temporary::new("sealed.pcapng"));
    std::fs::write(&password.0, "a secret\n").unwrap();
    std::fs::write(&keys.0, "password LAB\\clusadm a secret\n").unwrap();
    let mut sealed = 0;
    for (capture, options) in [
        (UDP, &[][..]),
        (UDP, &["--fragment", "1440", "--endian", "big"]),
        ("bigendian.pcapng", &[]),
        ("bigendian.pcapng", &["--fragment", "1432"]),
        ("witness.pcapng", &["--syntax", "ndr64"]),
        ("witness.pcapng", &["--endian", "big"]),
    ] {
        let before: Vec<Value> = match capture {
            UDP => {
                make(&lines(&over_udp()), &target, &["--udp"]).unwrap();
                program::dissect(&target.0, &[])
            }
            capture => program::dissect(&data::file("captures").join(capture), &[]),
        };
        let before: Vec<Value> = before.into_iter().filter(makeable).collect();
        let seal = ["--seal", "LAB\\clusadm", "--password-file", password.path()];
        make(&lines(&before), &target, &[options, &seal].concat()).unwrap_or_else(|e| panic!("{capture}: {e}"));
        let closed = program::dissect(&target.0, &[]);
        let messages = |records: &[Value]| -> Vec<Value> {
            let mut found: Vec<Value> =
                records.iter().filter(|r| r["type"] == "request" || r["type"] == "response").cloned().collect();
            // A request over UDP is told when the handshake behind it is complete.
            found.sort_by_key(|record| record["frame"].as_u64());
            found
        };
        assert!(messages(&closed).iter().all(|record| record.get("encrypted").is_some()), "{capture}");
        let after = messages(&program::dissect(&target.0, &["--keys", keys.path()]));
        let before = messages(&before);
        assert_eq!(before.len(), after.len(), "{capture} {options:?}");
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(after["auth"]["verified"], true, "{capture} {options:?}: {after}");
            assert_eq!(after["auth"]["user"], "LAB\\clusadm");
            assert_eq!(rest(&before["params"]), rest(&after["params"]), "{capture} {options:?}");
            assert_eq!((&before["method"], &before["return"]["value"]), (&after["method"], &after["return"]["value"]));
        }
        // The first request of a connection repeats what was bound.
        let trailers = after.iter().filter(|record| record.get("verification_trailer").is_some()).count();
        assert_eq!(trailers > 0, capture != UDP, "{capture}");
        sealed += after.len();
        if data::installed("tshark") {
            assert_eq!(malformed(&target.0), 0, "{capture} {options:?}");
        }
    }
    println!("{sealed} messages sealed and opened");
    assert!(sealed > 100, "{sealed}");
}

/// The older format by the output's name; the messages are the same.
#[test]
fn as_pcap() {
    let (pcap, pcapng) = (Temporary::new("as.pcap"), Temporary::new("as.other"));
    let given = lines(&written());
    make(&given, &pcap, &[]).unwrap();
    make(&given, &pcapng, &[]).unwrap();
    assert_eq!(std::fs::read(&pcap.0).unwrap()[..4], [0x4d, 0x3c, 0xb2, 0xa1]);
    assert_eq!(std::fs::read(&pcapng.0).unwrap()[..4], [0x0a, 0x0d, 0x0d, 0x0a]);
    let (one, other) = (program::dissect(&pcap.0, &[]), program::dissect(&pcapng.0, &[]));
    assert_eq!(one, other);
    assert_eq!(one.len(), 6);
    // A capture is no lines.
    let refused = program::run(&["make", pcap.path(), "-o", pcapng.path(), "--force"], b"");
    assert_eq!(refused.status.code(), Some(2));
    assert!(program::stderr(&refused).contains("the lines are a capture"));
    // pcap has 32 bits of seconds.
    let mut late = written().remove(0);
    late["time"] = json!("2107-01-01T00:00:00Z");
    assert!(make(&lines(&[late.clone()]), &pcap, &[]).unwrap_err().contains("line 1: time: beyond 2106"));
    make(&lines(&[late]), &pcapng, &[]).unwrap();
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

/// The same in the version that goes over UDP.
fn over_udp() -> Vec<Value> {
    let older = |mut line: Value| {
        line["version"] = json!("2.0");
        line["params"].as_object_mut().unwrap().remove("rpc_status");
        line
    };
    written().into_iter().map(older).collect()
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
    make(&lines(&over_udp()), &target, &["--udp"]).unwrap();
    let records = program::dissect(&target.0, &[]);
    assert_eq!(records.len(), 4, "{records:?}");
    assert_eq!(records[2]["fragments"], 10);
    assert_eq!(records[2]["params"]["NewClusterName"].as_str().unwrap().len(), 23 * 300);
}

/// A line that the server sends to the client.
fn with_ends(line: &Value) -> Value {
    let mut line = line.clone();
    line["src"] = json!("192.0.2.20:49664");
    line["dst"] = json!("192.0.2.10:49731");
    line
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
        (with(response, "call_id", json!(7)), "line 1: call_id: no request of call 7 comes before its answer"),
        (with(request, "src", json!("somewhere")), "line 1: src: no address and port"),
        (with(request, "src", json!(7)), "line 1: src: not text"),
        (with(request, "src", json!("10.0.0.1:0")), "line 1: src: no packet has port 0"),
        (with(request, "dst", json!("10.0.0.1:65536")), "line 1: dst: no address and port"),
        (with(request, "dst", json!("224.0.0.1:7")), "line 1: dst: not the address of one host"),
        (with(request, "dst", json!("192.0.2.10:49731")), "line 1: dst: the same address and port as \"src\""),
        (with(request, "src", json!("[::1]:7")), "line 1: dst: not of the family of addresses"),
        (with(request, "time", json!("yesterday")), "line 1: time: no time as in"),
        (with(request, "time", json!("1969-12-31T23:59:59Z")), "line 1: time: no packet has a time before 1970"),
        (with(request, "time", json!("2026-01-01T00:00:00.1234567891Z")), "line 1: time: no time as in"),
        (with(request, "time", json!("2026-01-01T00:00:00.+5Z")), "line 1: time: no time as in"),
        (with(request, "stream", json!("one")), "line 1: stream: not a number"),
        (with(request, "maybe", json!("yes")), "line 1: maybe: true or false"),
        (with(request, "call_id", json!(1u64 << 32)), "line 1: call_id: 4294967296 is beyond 32 bits"),
        (with(request, "opnum", json!(65_536)), "line 1: opnum: not a 16-bit number"),
        (with(request, "opnum", json!(9)), "opnum"),
        (with(request, "stub", json!("00")), "line 1: stub: \"params\" stands beside it"),
        (with(request, "contextid", json!(0)), "line 1: contextid: \"contextid\" is no member of such a line; did you mean \"context_id\"?"),
        (with(request, "direction", json!("response")).replace("{", "{\"type\":\"request\","), "line 1: direction"),
        (
            format!("{}{}", with(request, "time", json!("2026-01-01T00:00:02Z")), with(response, "time", json!("2026-01-01T00:00:01Z"))),
            "line 2: time: before the request of call 2",
        ),
        (format!("{request}\n{}", with(response, "context_id", json!(1))), "line 2: context_id: call 2 is of context 0"),
        (format!("{request}\n{}", with(response, "method", json!("ApiOpenGroup"))), "line 2: opnum: call 2 is of opnum"),
        (
            format!("{request}\n{}", with(&with_ends(request), "call_id", json!(9))),
            "line 2: src: 192.0.2.10:49731 is the client of this connection",
        ),
        (
            format!("{request}\n{}{}", with(request, "stream", json!(1)), with(request, "stream", json!(0))),
            "line 3: stream: stream 1 of the same endpoints came in between",
        ),
        (
            json!({"type": "call", "request": {"type": "request", "interface": "clusapi", "version": "3.0", "opnum": 1, "params": {"x": 1}, "syntax": "ndr"}}).to_string(),
            "line 1: request.params",
        ),
        (with(request, "transport", json!("smb")), "line 1: transport: tcp or udp"),
        (with(request, "encrypted", json!({})), "sealed and was not opened"),
        (with(request, "error", json!({})), "could not be decoded"),
        (with(request, "method", json!("ApiOpenResourc")), "did you mean \"ApiOpenResource\"?"),
        (with(request, "params", json!({"lpszResourceNam": "IP1"})), "did you mean \"lpszResourceName\"?"),
        (with(request, "context_id", json!(70_000)), "line 1: context_id: 70000 is beyond 16 bits"),
        (json!({"type": "malformed"}).to_string(), "line 1: type: \"malformed\" is no PDU that is sent over TCP"),
        (json!({"type": "finding"}).to_string(), "line 1: type: \"finding\" is no PDU that is sent over TCP"),
        (json!({"type": "requests"}).to_string(), "did you mean \"request\"?"),
        (json!({"type": "alter_context", "max_xmit_frag": 5840, "max_recv_frag": 5840, "assoc_group_id": 0, "contexts": []}).to_string(), "line 1: type: no bind comes before"),
        (json!({"type": "bind", "max_xmit_frag": 65536}).to_string(), "line 1: max_xmit_frag: not a number of 16 bits"),
        (json!({"type": "bind", "max_xmit_frag": 5840, "max_recv_frag": 5840, "assoc_group_id": 0, "contexts": [{"id": 0, "uuid": "x"}]}).to_string(), "line 1: contexts[0]."),
        (
            json!({"type": "request", "interface": "clusapi", "version": "3.0", "method": "ApiSetClusterName", "syntax": "ndr", "hex": "00".repeat((8 << 20) + 1)}).to_string(),
            "line 1: a stub of 8388609 bytes is longer than 8388608",
        ),
        (
            format!("{request}\n{request}\n{}", with(request, "transport", json!("udp"))),
            "line 3: transport: one stream over TCP and UDP",
        ),
    ];
    let mut wrong = Vec::new();
    for (lines, expected) in cases {
        let refused = make(lines, &target, &[]).err().unwrap_or_default();
        if !refused.contains(expected) {
            let start: String = lines.chars().take(400).collect();
            wrong.push(format!("{start}: {refused}, expected {expected}"));
        }
        assert!(!target.0.exists(), "{lines}: something was written");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Never over a file that is there, unless told so; never over its own lines.
    std::fs::write(&target.0, lines(&written())).unwrap();
    let there = program::run(&["make", "-", "-o", target.path()], lines(&written()).as_bytes());
    assert_eq!(there.status.code(), Some(2));
    let itself = program::run(&["make", target.path(), "-o", target.path(), "--force"], b"");
    assert_eq!(itself.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&target.0).unwrap(), lines(&written()));
}
