//! What a person reads of captures made for the purpose: a line a call, stories, statistics, findings, on screens of 80 and of 120
//! columns; names and times that nobody expects.

use crate::data;
use crate::program::{self, objects, output, stderr, stdout};
use cluscope::internals::render::text::columns::width;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Stdio;

/// A capture that is removed at the end.
struct Capture(PathBuf);

impl Capture {
    /// Made of lines.
    fn of(name: &str, lines: &[Value]) -> Capture {
        let capture =
            Capture(std::env::temp_dir().join(format!("cluscope-glance-{}-{name}.pcapng", std::process::id())));
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let made = program::run(&["make", "-", "-o", capture.path(), "--force"], text.as_bytes());
        assert!(made.status.success(), "{name}: {}", stderr(&made));
        capture
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("a path in UTF-8")
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

const CLIENT: &str = "192.0.2.10:50000";
const SERVER: &str = "192.0.2.21:49700";

/// Calls one behind the other.
struct Calls {
    lines: Vec<Value>,
    /// Milliseconds since ten o'clock.
    now: i64,
    client: String,
    server: String,
    id: u32,
}

impl Calls {
    fn new() -> Calls {
        Calls { lines: Vec::new(), now: 0, client: CLIENT.into(), server: SERVER.into(), id: 1 }
    }

    fn time(&self) -> String {
        let (seconds, millis) = (self.now.div_euclid(1000), self.now.rem_euclid(1000));
        let at = 36_000 + seconds;
        format!("2026-11-20T{:02}:{:02}:{:02}.{millis:03}Z", at / 3600, at / 60 % 60, at % 60)
    }

    /// A call that takes so many milliseconds.
    fn call(&mut self, method: &str, request: Value, mut response: Value, result: Value, millis: i64) {
        let line = |direction: &str, params: Value, (src, dst): (&str, &str), time: String| {
            json!({"type": direction, "interface": "clusapi", "version": "3.0", "syntax": "ndr", "method": method,
                "src": src, "dst": dst, "time": time, "call_id": self.id, "params": params})
        };
        if method != "ApiGetClusterName" {
            response["rpc_status"] = json!(0);
        }
        let asked = line("request", request, (&self.client, &self.server), self.time());
        self.now += millis;
        let ends = (&*self.server, &*self.client);
        let time = self.time();
        let mut answered = json!({"type": "response", "interface": "clusapi", "version": "3.0", "syntax": "ndr",
            "method": method, "src": ends.0, "dst": ends.1, "time": time, "call_id": self.id, "params": response});
        answered["return"] = result;
        self.lines.extend([asked, answered]);
        self.now += 1;
        self.id += 1;
    }

    fn open_group(&mut self, name: &str, number: u32) {
        self.call("ApiOpenGroup", json!({"lpszGroupName": name}), json!({"Status": 0}), handle(number), 1);
    }

    fn open_node(&mut self, name: &str, number: u32) {
        self.call("ApiOpenNode", json!({"lpszNodeName": name}), json!({"Status": 0}), handle(number), 1);
    }

    fn poll_group(&mut self, number: u32, state: u32, node: &str) {
        let answer = json!({"State": state, "NodeName": node});
        self.call("ApiGetGroupState", json!({"hGroup": handle(number)}), answer, json!(0), 1);
    }

    fn poll_node(&mut self, number: u32, state: u32) {
        self.call("ApiGetNodeState", json!({"hNode": handle(number)}), json!({"State": state}), json!(0), 1);
    }

    /// A poll of how far the drain of a node is.
    fn poll_drain(&mut self, number: u32, status: u8) {
        let name: Vec<u8> = "NodeDrainStatus\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut list = vec![1, 0, 0, 0, 3, 0, 4, 0, name.len() as u8, 0, 0, 0];
        list.extend_from_slice(&name);
        list.extend_from_slice(&[2, 0, 1, 0, 4, 0, 0, 0, status, 0, 0, 0, 0, 0, 0, 0]);
        let hex: String = list.iter().map(|byte| format!("{byte:02x}")).collect();
        let request = json!({"hNode": handle(number), "dwControlCode": "CLUSCTL_NODE_GET_RO_COMMON_PROPERTIES",
            "lpInBuffer": null, "nInBufferSize": 0, "nOutBufferSize": 1024});
        let answer = json!({"lpOutBuffer": {"hex": hex}, "lpBytesReturned": list.len(), "lpcbRequired": list.len()});
        self.call("ApiNodeControl", request, answer, json!(0), 1);
    }
}

fn handle(number: u32) -> Value {
    json!({"attributes": 0, "uuid": format!("00000000-0000-0000-0000-{number:012}")})
}

/// A move that takes two seconds, a group that fails over, a refused move.
fn an_evening() -> Vec<Value> {
    let mut calls = Calls::new();
    calls.open_group("SQL1", 1);
    calls.open_group("FS2", 2);
    calls.open_node("node2", 3);
    calls.poll_group(1, 0, "node1");
    calls.poll_group(2, 0, "node1");
    let to_node = json!({"hGroup": handle(1), "hNode": handle(3)});
    calls.call("ApiMoveGroupToNode", to_node.clone(), json!({}), json!(997), 3);
    calls.poll_group(1, 4, "node2");
    calls.now = 2_000;
    calls.poll_group(1, 0, "node2");
    calls.now = 60_000;
    calls.poll_group(2, 2, "node1");
    calls.now = 65_000;
    calls.poll_group(2, 0, "node2");
    calls.now = 120_000;
    calls.call("ApiMoveGroupToNode", to_node, json!({}), json!("ERROR_ACCESS_DENIED"), 700);
    calls.lines
}

fn text(command: &str, capture: &Capture, options: &[&str]) -> String {
    output(&[&[command, "--format", "text", capture.path()], options].concat())
}

#[test]
fn a_move_a_failover_and_a_refusal() {
    let capture = Capture::of("evening", &an_evening());
    let story = text("story", &capture, &[]);
    for told in [
        "moved group \"SQL1\" from node \"node1\" to node \"node2\": online on \"node2\" after 2.0 s, 2 polls",
        "saw that group \"FS2\" failed over from \"node1\" to \"node2\": online after 5.0 s",
        "could not move group \"SQL1\" from node \"node2\" to node \"node2\": ERROR_ACCESS_DENIED",
    ] {
        assert!(story.contains(told), "{told}\n{story}");
    }
    let events = objects(&output(&["story", "--format", "jsonl", capture.path()]));
    let found = |name: &str| events.iter().find(|event| event["event"] == name).unwrap_or_else(|| panic!("{name}"));
    // From the request at 10:00:00.010 to the poll answered at 10:00:02.001.
    assert_eq!(found("group_moved")["duration_ns"], json!(1_991_000_000_u64), "{}", found("group_moved"));
    let failover = found("group_failed_over");
    assert_eq!((&failover["from"], &failover["to"]), (&json!("node1"), &json!("node2")), "{failover}");
    // From the time at which it was seen to have failed.
    assert_eq!(failover["duration_ns"], json!(5_000_000_000_u64), "{failover}");
}

#[test]
fn a_drain_until_the_groups_are_gone() {
    let mut calls = Calls::new();
    calls.open_group("SQL1", 1);
    calls.open_node("node1", 3);
    calls.poll_group(1, 0, "node1");
    let request = json!({"hNode": handle(3), "bDrainNode": 1, "dwPauseFlags": 0});
    calls.call("ApiPauseNodeEx", request, json!({}), json!(997), 2);
    calls.poll_drain(3, 1);
    calls.poll_group(1, 4, "node2");
    calls.poll_group(1, 0, "node2");
    calls.now = 9_000;
    calls.poll_node(3, 2);
    calls.poll_drain(3, 2);
    let capture = Capture::of("drain", &calls.lines);
    let story = text("story", &capture, &[]);
    assert!(
        story.contains("paused node \"node1\", draining its groups: drained, 1 group left it after 9.0 s"),
        "{story}"
    );
}

#[test]
fn a_line_a_call() {
    let capture = Capture::of("brief", &an_evening());
    let brief = output(&["calls", "--brief", capture.path()]);
    let lines: Vec<&str> = brief.lines().filter(|line| line.contains("Api")).collect();
    assert_eq!(lines.len(), 11, "{brief}");
    let refused: Vec<&&str> = lines.iter().filter(|line| line.contains("ACCESS_DENIED")).collect();
    assert_eq!(refused.len(), 1, "{brief}");
    for part in ["SQL1", "MoveGroupToNode", "node2", "700"] {
        assert!(brief.contains(part), "{part}\n{brief}");
    }
    // Accepted is no failure, and asking for a state that is bad is none.
    assert_eq!(output(&["calls", "--brief", "--filter", "failed", capture.path()]).matches("Api").count(), 1);
    assert_eq!(output(&["calls", "--brief", "--filter", "slow", capture.path()]).matches("Api").count(), 1);
}

#[test]
fn times_as_they_are_asked_for() {
    let capture = Capture::of("times", &an_evening());
    let with = |how: &str, zone: &str| {
        let mut command = program::command(&["calls", "--brief", "--time", how, capture.path()]);
        stdout(&command.env("TZ", zone).output().expect("the program runs"))
    };
    let utc = with("utc", "Asia/Tokyo");
    assert!(utc.contains("Times are in UTC") && utc.contains("10:00:00.000"), "{utc}");
    let local = with("local", "Asia/Tokyo");
    assert!(local.contains("Asia/Tokyo") && local.contains("19:00:00.000"), "{local}");
    let relative = with("relative", "UTC");
    assert!(relative.contains("0.000  ") && relative.contains("120.000  "), "{relative}");
    let epoch = with("epoch", "UTC");
    assert!(epoch.contains("1795168800.000"), "{epoch}");
}

#[test]
fn a_part_of_the_story() {
    let capture = Capture::of("part", &an_evening());
    let story = |options: &[&str]| text("story", &capture, options);
    let (moved, failed_over, refused) = ("moved group", "failed over", "could not move");
    let has = |story: &str| [moved, failed_over, refused].map(|what| story.contains(what));
    for (options, expected) in [
        (&[][..], [true, true, true]),
        (&["--since", "10:00:30"], [false, true, true]),
        (&["--until", "2026-11-20T10:01:30Z"], [true, true, false]),
        (&["--since", "2026-11-20 10:00:30", "--until", "10:01:30"], [false, true, false]),
        // What goes on at a time belongs to it.
        (&["--since", "10:00:01", "--until", "10:00:01.5"], [true, false, false]),
        (&["--since", "1795168890"], [false, false, true]),
        (&["--object", "fs2"], [false, true, false]),
        (&["--object", "SQL1", "--since", "10:01:30"], [false, false, true]),
        (&["--since", "2027-01-01"], [false, false, false]),
    ] {
        let told = story(options);
        assert_eq!(has(&told), expected, "{options:?}\n{told}");
    }
    let refused = program::run(&["story", "--since", "teatime", capture.path()], b"");
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("a time is 2026-11-20T10:00:00Z"), "{}", stderr(&refused));
}

/// What the views print on a screen of so many columns; piped where no terminal can be made.
fn on_screen(arguments: &[&str], columns: usize) -> String {
    let mut command = match data::installed("script") {
        true => {
            let quoted = arguments.iter().map(|argument| format!("'{argument}'")).collect::<Vec<_>>().join(" ");
            let mut script = std::process::Command::new("script");
            script.args(["-qec", &format!("'{}' {quoted} 2>/dev/null", program::PATH), "/dev/null"]);
            script
        }
        false => program::command(arguments),
    };
    command.env("COLUMNS", columns.to_string()).env("TERM", "dumb").env_remove("CLUSCOPE_KEYS").env_remove("NO_COLOR");
    let output = command.stdin(Stdio::null()).output().expect("the program runs");
    let text = stdout(&output) + &stderr(&output);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{arguments:?}: {text}");
    assert!(!text.contains("panicked"), "{arguments:?}: {text}");
    text
}

const VIEWS: &[&[&str]] = &[
    &["calls", "--brief"],
    &["calls", "--format", "text"],
    &["stats", "--format", "text"],
    &["story", "--format", "text", "--verbose", "--timeline"],
    &["check", "--format", "text"],
];

/// Every view of a capture on both screens: nothing in it acts on a terminal, no line is wider than the screen.
fn look_at(name: &str, capture: &str, shows: &str) {
    for columns in [80, 120] {
        for view in VIEWS {
            let text = on_screen(&[view, &[capture][..]].concat(), columns);
            for line in text.lines() {
                let line = line.trim_end_matches('\r');
                assert!(width(line) <= columns, "{name}, {view:?}, {columns}: {} columns: {line}", width(line));
                let acts = |c: &char| {
                    c.is_control()
                        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
                };
                assert_eq!(line.chars().find(acts), None, "{name}, {view:?}: {line:?}");
            }
            let shown = view[0] == "check" || text.contains(if view[0] == "story" { "group" } else { shows });
            assert!(shown, "{name}, {view:?}, {columns}: {text}");
        }
    }
}

fn hostile(name: &str) -> Vec<Value> {
    let mut calls = Calls::new();
    calls.open_group(name, 1);
    calls.open_node(name, 3);
    calls.poll_group(1, 0, name);
    calls.poll_group(1, 2, "node2");
    calls.call("ApiMoveGroupToNode", json!({"hGroup": handle(1), "hNode": handle(3)}), json!({}), json!(997), 3);
    calls.poll_group(1, 0, "node2");
    calls.call("ApiSetGroupName", json!({"hGroup": handle(1), "lpszGroupName": name}), json!({}), json!(5), 3);
    calls.call("ApiOfflineGroup", json!({"hGroup": handle(1)}), json!({}), json!("ERROR_ACCESS_DENIED"), 900);
    calls.lines
}

#[test]
fn names_that_nobody_expects() {
    for (what, name) in [
        ("long", "N".repeat(10_000)),
        ("words", "long name ".repeat(1_000)),
        ("ansi", "\u{1b}[31m\u{1b}]0;title\u{7}\u{9b}2J red".repeat(20)),
        ("bidi", "\u{202e}gnp.exe\u{2066}\u{200f}".repeat(20)),
        ("html", "<script>alert('1')</script>\"><img src=x onerror=alert(1)>".to_string()),
        ("scripts", "ガイド클러스터עִבְרִיתالعربيةไทย𝔘".repeat(20)),
        ("combining", "e\u{301}\u{200d}\u{fe0f}".repeat(200)),
        ("lines", "a\r\nb\nc\td".repeat(20)),
    ] {
        let capture = Capture::of(what, &hostile(&name));
        look_at(what, capture.path(), "MoveGroupToNode");
    }
}

/// A later call has an earlier time; a story, counts and latencies are still told, and none is negative.
#[test]
fn times_that_go_backwards() {
    let mut calls = Calls::new();
    calls.now = 3_600_000;
    calls.open_group("SQL1", 1);
    calls.open_node("node2", 3);
    calls.poll_group(1, 0, "node1");
    calls.call("ApiMoveGroupToNode", json!({"hGroup": handle(1), "hNode": handle(3)}), json!({}), json!(997), 3);
    calls.now = 0;
    calls.poll_group(1, 4, "node2");
    calls.poll_group(1, 0, "node2");
    let capture = Capture::of("backwards", &calls.lines);
    look_at("backwards", capture.path(), "Group");
    let story = text("story", &capture, &[]);
    assert!(story.contains("moved group \"SQL1\"") && !story.contains("after -"), "{story}");
}

/// Two servers of one name are told apart by their addresses.
#[test]
fn two_servers_of_one_name() {
    let mut calls = Calls::new();
    for (port, server) in [(50_000, "192.0.2.21:49700"), (50_001, "192.0.2.22:49700")] {
        (calls.client, calls.server) = (format!("192.0.2.10:{port}"), server.to_string());
        calls.call("ApiGetClusterName", json!({}), json!({"ClusterName": "CLUS", "NodeName": "node1"}), json!(0), 1);
        calls.open_group("SQL1", 1);
        calls.call("ApiOfflineGroup", json!({"hGroup": handle(1)}), json!({}), json!(5), 2);
    }
    let capture = Capture::of("namesakes", &calls.lines);
    look_at("namesakes", capture.path(), "Group");
    let brief = output(&["calls", "--brief", capture.path()]);
    assert!(brief.contains("192.0.2.21") && brief.contains("192.0.2.22"), "{brief}");
    let events = objects(&output(&["story", "--format", "jsonl", capture.path()]));
    let servers: std::collections::BTreeSet<String> = events
        .iter()
        .filter(|event| event["event"] == "group_offline")
        .map(|event| event["server"].as_str().unwrap_or_default().to_string())
        .collect();
    assert_eq!(servers.len(), 2, "{events:?}");
}

/// A capture without a packet: no panic, and nothing that looks like an answer.
#[test]
fn an_empty_capture() {
    let mut bytes = vec![0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0];
    bytes.extend_from_slice(&[0xff; 8]);
    bytes.extend_from_slice(&[28, 0, 0, 0, 1, 0, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 0, 0, 4, 0, 20, 0, 0, 0]);
    let capture = Capture(std::env::temp_dir().join(format!("cluscope-glance-{}-empty.pcapng", std::process::id())));
    std::fs::write(&capture.0, &bytes).expect("written");
    for columns in [80, 120] {
        for view in VIEWS {
            let text = on_screen(&[view, &[capture.path()][..]].concat(), columns);
            assert!(text.lines().all(|line| width(line.trim_end_matches('\r')) <= columns), "{view:?}: {text}");
            assert!(!text.contains("192.0.2."), "{view:?}: {text}");
        }
    }
}
