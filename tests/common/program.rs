//! Runs the program.
#![allow(dead_code, unreachable_pub, reason = "each test program uses a part")]

use crate::data;
use serde_json::Value;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program's file.
pub const PATH: &str = env!("CARGO_BIN_EXE_cluscope");

/// The program with these arguments, run in the repository's root, without the user's keys.
pub fn command<A: AsRef<OsStr>>(arguments: &[A]) -> Command {
    let mut command = Command::new(PATH);
    command.args(arguments).env_remove("CLUSCOPE_KEYS").current_dir(data::root());
    command
}

/// Runs it with this on standard input.
pub fn run<A: AsRef<OsStr>>(arguments: &[A], input: &[u8]) -> Output {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("piped");
    // What it answers is read meanwhile: it would wait for that with more than a pipe holds.
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // The program may be done before it has read everything.
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().expect("the program ends")
    })
}

/// Runs it; what it printed on standard output. It has to succeed.
#[track_caller]
pub fn output<A: AsRef<OsStr>>(arguments: &[A]) -> String {
    let output = command(arguments).stdin(Stdio::null()).output().expect("the program runs");
    let name = |a: &A| a.as_ref().to_string_lossy().into_owned();
    assert!(output.status.success(), "{:?}: {}", arguments.iter().map(name).collect::<Vec<_>>(), stderr(&output));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The records of a capture, opened with what keys are given.
#[track_caller]
pub fn dissect(capture: &Path, keys: &[&str]) -> Vec<Value> {
    let capture = capture.to_string_lossy();
    objects(&output(&[&["dissect", "--format", "jsonl"], keys, &[&capture]].concat()))
}

/// One JSON object a line.
#[track_caller]
pub fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
