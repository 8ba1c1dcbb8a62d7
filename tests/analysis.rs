//! Handles, calls, statistics and stories of whole captures, by the program.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn cluscope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cluscope"))
        .args(arguments)
        .env_remove("CLUSCOPE_KEYS")
        .output()
        .expect("the program runs")
}

/// Runs a command on a capture with the keys of the project's captures; standard output.
fn run(command: &[&str], capture: &Path) -> String {
    let keys = root().join("captures/lab.keys");
    let keys = keys.to_string_lossy();
    let capture = capture.to_string_lossy();
    let mut arguments = command.to_vec();
    arguments.extend(["--keys", &keys, &capture]);
    let output = cluscope(&arguments);
    assert!(output.status.success(), "{command:?} {capture}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

fn captures() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("captures")).expect("captures/");
    let mut all: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    all.retain(|path| path.extension().is_some_and(|e| e == "pcapng"));
    all.sort();
    assert!(all.len() >= 7);
    all
}

/// Without a filter most responses are not read for their status; names and states of handles are the same as with it.
#[test]
fn a_filter_that_always_holds_changes_nothing() {
    for capture in captures() {
        for format in ["jsonl", "text"] {
            let all = run(&["dissect", "--format", format], &capture);
            let filtered = run(&["dissect", "--format", format, "--filter", "frame > 0"], &capture);
            assert!(all == filtered, "{} {format}", capture.display());
        }
    }
}

/// Each capture's story was read and kept. With `CLUSCOPE_BLESS=1` in the environment they are written anew: read the
/// difference before keeping it.
#[test]
fn golden_stories() {
    for capture in captures() {
        let story = run(&["story", "--format", "text", "--verbose"], &capture);
        let golden = capture.with_extension("story.txt");
        if std::env::var_os("CLUSCOPE_BLESS").is_some() {
            std::fs::write(&golden, &story).expect("written");
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(story, expected, "{}", golden.display());
    }
}

/// The recorded sets' stories were read and kept, too; a change is blessed in the same way.
#[test]
fn golden_stories_of_the_recorded_captures() {
    let shared = root().join("../shared/captures");
    if !shared.is_dir() {
        println!("skipped: no recorded captures beside the project");
        return;
    }
    for name in ["a-v3-ndr", "b-v3-ndr64", "m-all-ndr", "d-v3-ntlm-seal"] {
        let story = run(&["story", "--format", "text", "--verbose"], &shared.join(name).with_extension("pcapng"));
        let golden = root().join("tests/golden").join(name).with_extension("story.txt");
        if std::env::var_os("CLUSCOPE_BLESS").is_some() {
            std::fs::create_dir_all(root().join("tests/golden")).expect("a folder");
            std::fs::write(&golden, &story).expect("written");
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        for (i, (new, old)) in story.lines().zip(expected.lines()).enumerate() {
            assert_eq!(new, old, "{}, line {}", golden.display(), i + 1);
        }
        assert_eq!(story.lines().count(), expected.lines().count(), "{}", golden.display());
    }
}

/// Uses of handles: (after their opening, of those with a name), over all requests.
fn uses(records: &[Value]) -> (usize, usize) {
    let (mut after, mut named) = (0, 0);
    for record in records.iter().filter(|r| r["type"] == "request") {
        let Some(params) = record["params"].as_object() else { continue };
        for handle in params.values().filter(|v| v.get("uuid").is_some()) {
            let object = &handle["object"];
            assert!(object["kind"].is_string(), "{record}");
            if object["opened"].is_u64() {
                after += 1;
                named += usize::from(object["name"].is_string());
            }
        }
    }
    (after, named)
}

#[test]
fn handles_are_resolved_and_calls_joined() {
    let mut all: Vec<PathBuf> = captures();
    let shared = root().join("../shared/captures");
    if shared.is_dir() {
        for name in ["a-v3-ndr", "b-v3-ndr64", "m-all-ndr", "d-v3-ntlm-seal", "m4-v2-tcp-all", "k2-v2-udp-bigendian"] {
            all.push(shared.join(name).with_extension("pcapng"));
        }
    } else {
        println!("only the project's captures: no recorded ones beside the project");
    }
    for capture in all {
        let name = capture.display();
        let (after, resolved) = uses(&objects(&run(&["dissect", "--format", "jsonl"], &capture)));
        println!("{name}: {resolved} of {after} handles used after their open have a name");
        assert!(resolved * 100 >= after * 99, "{name}: {resolved} of {after}");
        if name.to_string().contains("faults") {
            // Made to have calls without an answer.
            continue;
        }
        let calls = objects(&run(&["calls", "--format", "jsonl"], &capture));
        let joined = calls
            .iter()
            .filter(|c| c.get("request").is_some() && (c.get("response").is_some() || c.get("fault").is_some()));
        // Two captures are the first packets of longer ones and end between a request and its response.
        let cut =
            usize::from(name.to_string().contains("bigendian.pcapng") || name.to_string().ends_with("/ndr64.pcapng"));
        let joined = joined.count();
        println!("{name}: {joined} of {} calls joined with their answer", calls.len());
        assert!(joined + cut >= calls.len(), "{name}");
    }
}

#[test]
fn objects_stand_beside_handles() {
    let records = objects(&run(&["dissect", "--format", "jsonl"], &root().join("captures/tour.pcapng")));
    let open = records.iter().find(|r| r["method"] == "ApiOpenCluster" && r["type"] == "response").expect("an open");
    assert_eq!(open["return"]["object"]["kind"], "cluster");
    let used = records.iter().find(|r| r["method"] == "ApiClusterControl" && r["type"] == "request").expect("a use");
    let handle = &used["params"]["hCluster"];
    assert_eq!(handle["object"]["name"], "Cluster");
    assert!(handle["object"]["opened"].as_u64() < used["frame"].as_u64());
    let text = run(&["dissect", "--format", "text"], &root().join("captures/tour.pcapng"));
    assert!(text.contains("cluster \"Cluster\" (#"));
}

#[test]
fn statistics_in_three_formats_agree() {
    let capture = root().join("captures/tour.pcapng");
    let rows = objects(&run(&["stats", "--format", "jsonl"], &capture));
    let calls = objects(&run(&["calls", "--format", "jsonl"], &capture)).len() as u64;
    for by in ["method", "client", "status"] {
        let sum: u64 = rows.iter().filter(|r| r["by"] == by).filter_map(|r| r["calls"].as_u64()).sum();
        assert_eq!(sum, calls, "{by}");
    }
    assert!(rows.iter().all(|r| r["latency_p50_ns"].as_u64() <= r["latency_p95_ns"].as_u64()));
    assert!(rows.iter().all(|r| r["latency_p95_ns"].as_u64() <= r["latency_max_ns"].as_u64()));
    let csv = run(&["stats", "--format", "csv"], &capture);
    assert_eq!(csv.lines().count(), rows.len() + 1);
    assert!(csv.lines().all(|line| line.starts_with("by,") || line.matches(',').count() >= 11));
    let only = run(&["stats", "--format", "csv", "--by", "status"], &capture);
    assert!(only.lines().skip(1).all(|line| line.starts_with("status,")));
    let text = run(&["stats", "--format", "text", "--by", "method"], &capture);
    assert!(text.starts_with("method "));
}

#[test]
fn views_for_other_tools() {
    let capture = root().join("captures/sealed.pcapng");
    let calls = objects(&run(&["calls", "--format", "jsonl"], &capture)).len();
    let zeek = run(&["calls", "--format", "zeek"], &capture);
    let fields = zeek.lines().find(|l| l.starts_with("#fields\t")).expect("the fields").split('\t').count() - 1;
    let rows: Vec<_> = zeek.lines().filter(|l| !l.starts_with('#')).collect();
    assert_eq!(rows.len(), calls);
    assert!(rows.iter().all(|row| row.split('\t').count() == fields));
    assert!(zeek.ends_with("#close\n"));
    let csv = run(&["calls", "--format", "csv"], &capture);
    assert_eq!(csv.lines().count(), calls + 1);
    for event in objects(&run(&["calls", "--format", "ecs"], &capture)) {
        for path in ["/@timestamp", "/event/action", "/event/outcome", "/source/ip", "/destination/port", "/user/name"]
        {
            assert!(event.pointer(path).is_some(), "{path}: {event}");
        }
    }
}
