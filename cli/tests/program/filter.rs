//! `--filter` on the commands that have it.

use crate::program::{command, objects};
use std::process::Output;

fn cluscope(name: &str, filter: &str, capture: &str) -> Output {
    let capture = format!("captures/{capture}");
    let arguments = [name, "--format", "jsonl", "--filter", filter, "--keys", "captures/lab.keys", &capture];
    command(&arguments).output().expect("the program runs")
}

/// The lines that a filter leaves.
fn lines(command: &str, filter: &str, capture: &str) -> Vec<serde_json::Value> {
    let output = cluscope(command, filter, capture);
    assert!(output.status.success(), "{filter}: {}", String::from_utf8_lossy(&output.stderr));
    objects(&String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn a_mistake_is_shown_under_the_expression() {
    for command in ["dissect", "calls", "stats", "story"] {
        let output = cluscope(command, "method == ApiOpenNode and latncy > 1ms", "tour.pcapng");
        assert_eq!(output.status.code(), Some(2), "{command}");
        assert!(output.stdout.is_empty());
        let text = String::from_utf8_lossy(&output.stderr);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[1], "method == ApiOpenNode and latncy > 1ms");
        assert_eq!(lines[2], "                          ^^^^^^");
        assert!(lines[3].starts_with("expected a field: method, opnum,"));
        assert_eq!(lines.len(), 4);
    }
}

#[test]
fn messages_by_field() {
    let all = lines("dissect", "frame >= 0", "tour.pcapng");
    let count = |filter: &str| lines("dissect", filter, "tour.pcapng").len();
    let by = |test: &dyn Fn(&serde_json::Value) -> bool| all.iter().filter(|r| test(r)).count();
    assert_eq!(count("method == apiclustercontrol"), by(&|r| r["method"] == "ApiClusterControl"));
    assert_eq!(count("opnum == 106 and type == request"), by(&|r| r["opnum"] == 106 && r["type"] == "request"));
    assert_eq!(count("direction == response"), by(&|r| r["type"] == "response"));
    assert_eq!(count("frame < 10 or frame > 100"), by(&|r| !(10..=100).contains(&r["frame"].as_u64().unwrap_or(0))));
    assert_eq!(count("status == ERROR_MORE_DATA"), by(&|r| r["return"]["value"] == 234));
    assert_eq!(count("latency > 100us"), by(&|r| r["latency_ns"].as_i64().unwrap_or(0) > 100_000));
    assert_eq!(count("src == 127.0.77.11"), by(&|r| r["src"].as_str().is_some_and(|s| s.starts_with("127.0.77.11"))));
    assert_eq!(count("addr == 127.0.0.1"), all.len());
    assert_eq!(count("not addr == 127.0.0.1"), 0);
    assert_eq!(count("version == 3.0 and interface == clusapi and call_id == 5"), by(&|r| r["call_id"] == 5));
    assert_eq!(count("kind == cluster and object == cluster and method ~ 'Control$'"), count("opnum == 106"));
    assert!(count("text contains \"lab\"") > 0);
}

/// Either name of a value, in buffers too; a name that two values have is that of the one that has it first.
#[test]
fn values_by_all_their_names() {
    let count = |filter: &str, capture: &str| lines("dissect", filter, capture).len();
    assert_eq!(count("value == CLUSTER_ENUM_NODE", "tour.pcapng"), 4);
    assert!(count("value == ClusGroupTypeCoreCluster", "ndr64.pcapng") > 0);
    assert_eq!(
        count("value == clusgrouptypereserved1", "ndr64.pcapng"),
        count("value == ClusGroupTypeCoreCluster", "ndr64.pcapng"),
    );
    let codes = "value == CLUSCTL_RESOURCE_GET_CHARACTERISTICS";
    assert!(count(codes, "ndr64.pcapng") > 0);
    assert_eq!(count(&format!("{codes} and not value contains _characteristics"), "ndr64.pcapng"), 0);
    assert_eq!(count("value == CLUSCTL_NOT_A_NAME", "ndr64.pcapng"), 0);
}

#[test]
fn calls_by_either_half() {
    // The name stands in the request, the status in the response.
    let calls = lines("calls", "object == Cluster and status == ERROR_MORE_DATA and src == 127.0.0.1", "tour.pcapng");
    assert!(!calls.is_empty());
    for call in &calls {
        assert_eq!(call["status"]["name"], "ERROR_MORE_DATA");
        assert_eq!(call["request"]["params"]["hCluster"]["object"]["name"], "Cluster");
    }
    assert!(lines("calls", "user == \"LAB\\clusadm\"", "sealed.pcapng").len() > 100);
    assert!(lines("calls", "user ~ '(?i)^lab\\\\ADM'", "sealed.pcapng").is_empty());
}

#[test]
fn statistics_and_stories_are_filtered_too() {
    let rows = lines("stats", "opnum == 106", "tour.pcapng");
    let methods: Vec<_> = rows.iter().filter(|r| r["by"] == "method").map(|r| r["key"].clone()).collect();
    assert_eq!(methods, ["ApiClusterControl"]);
    let all = lines("story", "frame >= 0", "witness.pcapng");
    let moves = lines("story", "status == 0 and method == WitnessrAsyncNotify", "witness.pcapng");
    assert!(!moves.is_empty() && moves.len() < all.len());
    assert!(moves.iter().all(|e| e["event"].as_str().is_some_and(|name| name.starts_with("witness_"))));
}

/// What is told of an unknown method has the spelling that was given.
#[test]
fn unknown_methods_as_they_were_spelt() {
    for (filter, told) in [
        ("method == ApiOpenNodes", "no method is called ApiOpenNodes; did you mean ApiOpenNode?"),
        ("failed or method == \"MoveTheGroup\"", "no method is called MoveTheGroup"),
    ] {
        let output = cluscope("calls", filter, "tour.pcapng");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.lines().any(|line| line == format!("cluscope: {told}")), "{text}");
    }
}
