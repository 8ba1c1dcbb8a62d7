//! Handles, calls, statistics and stories of whole captures, by the program.

use crate::data;
use crate::program::{objects, output};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Runs a command on a capture with the keys of the project's captures; standard output.
#[track_caller]
fn run(command: &[&str], capture: &Path) -> String {
    output(&[command, &["--keys", "captures/lab.keys", &*capture.to_string_lossy()]].concat())
}

fn captures() -> Vec<PathBuf> {
    data::captures(&data::file("captures"), 7)
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
    let Some(shared) = data::shared("captures") else { return };
    for name in ["a-v3-ndr", "b-v3-ndr64", "m-all-ndr", "d-v3-ntlm-seal"] {
        let story = run(&["story", "--format", "text", "--verbose"], &shared.join(name).with_extension("pcapng"));
        let golden = data::file("tests/golden").join(name).with_extension("story.txt");
        if std::env::var_os("CLUSCOPE_BLESS").is_some() {
            std::fs::create_dir_all(data::file("tests/golden")).expect("a folder");
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
    if let Some(shared) = data::shared("captures") {
        for name in ["a-v3-ndr", "b-v3-ndr64", "m-all-ndr", "d-v3-ntlm-seal", "m4-v2-tcp-all", "k2-v2-udp-bigendian"] {
            all.push(shared.join(name).with_extension("pcapng"));
        }
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
    let records = objects(&run(&["dissect", "--format", "jsonl"], &data::file("captures/tour.pcapng")));
    let open = records.iter().find(|r| r["method"] == "ApiOpenCluster" && r["type"] == "response").expect("an open");
    assert_eq!(open["return"]["object"]["kind"], "cluster");
    let used = records.iter().find(|r| r["method"] == "ApiClusterControl" && r["type"] == "request").expect("a use");
    let handle = &used["params"]["hCluster"];
    assert_eq!(handle["object"]["name"], "Cluster");
    assert!(handle["object"]["opened"].as_u64() < used["frame"].as_u64());
    let text = run(&["dissect", "--format", "text"], &data::file("captures/tour.pcapng"));
    assert!(text.contains("cluster \"Cluster\" (#"));
}

#[test]
fn statistics_in_three_formats_agree() {
    let capture = data::file("captures/tour.pcapng");
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
    let capture = data::file("captures/sealed.pcapng");
    let calls = objects(&run(&["calls", "--format", "jsonl"], &capture)).len();
    let zeek = run(&["calls", "--format", "zeek"], &capture);
    let fields = zeek.lines().find(|l| l.starts_with("#fields\t")).expect("the fields").split('\t').count() - 1;
    let rows: Vec<_> = zeek.lines().filter(|l| !l.starts_with('#')).collect();
    assert_eq!(rows.len(), calls);
    assert!(rows.iter().all(|row| row.split('\t').count() == fields));
    assert!(zeek.lines().last().is_some_and(|line| line.starts_with("#close\t2026-")));
    let csv = run(&["calls", "--format", "csv"], &capture);
    assert_eq!(csv.lines().count(), calls + 1);
    for event in objects(&run(&["calls", "--format", "ecs"], &capture)) {
        for path in ["/@timestamp", "/event/action", "/event/outcome", "/source/ip", "/destination/port", "/user/name"]
        {
            assert!(event.pointer(path).is_some(), "{path}: {event}");
        }
    }
}
