//! `cluscope check`: findings, the summary, the list of rules.

use crate::program::command;

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = command(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn check_prints_findings_a_summary_and_what_it_thinks_of_the_server() {
    let tour = "captures/tour.pcapng";
    let (status, json) = run(&["check", "--format", "jsonl", tour]);
    assert_eq!(status, Some(0));
    let lines: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &str| lines.iter().filter(|l| l["type"] == kind).collect::<Vec<_>>();
    let (findings, summary, servers) = (of("finding"), of("summary"), of("fingerprint"));
    assert_eq!(summary[0]["findings"], findings.len());
    assert_eq!((summary.len(), servers.len()), (1, 1));
    for finding in &findings {
        for key in ["rule", "section", "grade", "text", "frame", "stream", "src", "dst", "by", "method"] {
            assert!(!finding[key].is_null(), "{key}: {finding}");
        }
    }
    let (status, text) = run(&["check", "--format", "text", tour]);
    assert_eq!(status, Some(0));
    assert!(text.contains("MS-CMRP 2.1") && text.contains("\nServer "), "{text}");
}

#[test]
fn check_lists_its_rules_and_knows_wrong_usage() {
    let (status, text) = run(&["check", "--list", "--format", "text"]);
    assert_eq!(status, Some(0));
    assert!(text.lines().count() >= 60);
    assert_eq!(run(&["check"]).0, Some(2));
    assert_eq!(run(&["check", "no such file"]).0, Some(1));
}
