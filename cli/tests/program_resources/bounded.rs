//! State is bounded: captures with more opens than any table holds, made while they are read, never on disk. What was
//! dropped is told in the `limits` record.

use crate::opens::Opens;
use crate::program::command;
use cluscope::internals::limits::Limits;
use serde_json::Value;
use std::io::BufRead;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// The peak of resident memory so far, in KiB; only Linux tells.
fn peak(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// What a command came to: lines printed, the record of what was dropped, peak memory in KiB, time.
struct Ran {
    lines: u64,
    limits: Value,
    peak: u64,
    time: Duration,
}

/// Runs a command on a capture with so many opens.
fn run(arguments: &[&str], calls: u64) -> Ran {
    let start = Instant::now();
    let mut child = command(&[arguments, &["--format", "jsonl", "-"]].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("piped");
    let output = child.stdout.take().expect("piped");
    let reader = std::thread::spawn(move || {
        let (mut lines, mut limits) = (0, Value::Null);
        for line in std::io::BufReader::new(output).lines() {
            let line = line.expect("UTF-8");
            lines += 1;
            if line.starts_with(r#"{"type":"limits""#) {
                limits = serde_json::from_str(&line).expect("JSON");
            }
        }
        (lines, limits)
    });
    // Everything but what is in the pipe has been read when the last byte is written.
    std::io::copy(&mut Opens::new(calls), &mut input).expect("written");
    let highest = peak(&child).unwrap_or(0);
    drop(input);
    let (lines, limits) = reader.join().expect("read");
    assert!(child.wait().expect("ended").success());
    Ran { lines, limits, peak: highest, time: start.elapsed() }
}

fn look(more: u64, commands: &[&[&str]]) {
    let limits = Limits::default();
    let (calls, conformance) = (limits.analysis.handles as u64 + more, limits.conformance.handles as u64);
    for arguments in commands {
        let Ran { lines, limits, peak, time } = run(arguments, calls);
        println!("{arguments:?}: {calls} opens, {lines} lines, peak {} MiB, {time:.1?}, {limits}", peak >> 10);
        let forgotten = &limits["handles_forgotten"];
        assert_eq!(forgotten, &Value::from(more), "{arguments:?}: {limits}");
        assert!(peak < 256 << 10, "{arguments:?}: {peak} KiB");
        if arguments[0] == "check" {
            // What the checker remembers itself has a limit of its own.
            let own = &limits["check_handles_evicted"];
            let right = calls.saturating_sub(conformance);
            assert_eq!(own.as_u64().unwrap_or(0), right, "{limits}");
        }
    }
}

#[test]
fn more_opens_than_the_tables_hold() {
    let more = if cfg!(debug_assertions) { 1000 } else { 300_000 };
    look(more, &[&["story"], &["check"]]);
}

/// With `CLUSCOPE_CEILING=full` ten million, which takes minutes.
#[test]
fn every_command_is_bounded() {
    let full = std::env::var_os("CLUSCOPE_CEILING").is_some_and(|v| v == "full");
    let commands: [&[&str]; 5] = [
        &["story"],
        &["calls", "--filter", "status != 0"],
        &["stats", "--by", "object"],
        &["check"],
        &["dissect", "--filter", "object == \"nobody\""],
    ];
    look(if full { 10_000_000 } else { 1000 }, &commands);
}
