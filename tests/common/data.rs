//! Data and programs that tests use and that may be absent.
//!
//! The recorded captures and the vectors are too large for the repository. They are looked for in the directory that
//! `CLUSCOPE_SHARED` names, otherwise in `shared` beside the repository. A test that does not find them says so on
//! standard error, past the harness, which keeps what a test that passes prints to itself:
//!
//! ```text
//! skipped: network::cut_anywhere: no ../shared/captures
//! ```
//!
//! With `CLUSCOPE_REQUIRE_SHARED=1` it fails instead; with `CLUSCOPE_REQUIRE_PROGRAMS=1` so do the tests that compare
//! with another program (tshark, ndrdump) that is not installed. `.ci/run` sets both where it can.
//!
//! The unit tests of the library include this file too.
#![allow(dead_code, unreachable_pub, reason = "each test program uses a part")]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// The repository's root, wherever in it the tested package is.
pub fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let root = Path::new(&package).ancestors().find(|dir| dir.join("spec/methods.tsv").is_file());
    root.unwrap_or_else(|| panic!("no spec/methods.tsv above {}", package.display())).to_path_buf()
}

/// A file of the repository.
pub fn file(name: &str) -> PathBuf {
    root().join(name)
}

/// The text of a file of the repository.
pub fn text(name: &str) -> String {
    let path = file(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Where the shared data is or would be.
fn shared_directory() -> PathBuf {
    match std::env::var_os("CLUSCOPE_SHARED") {
        Some(named) => named.into(),
        None => root().parent().map(|above| above.join("shared")).expect("the repository is not the root directory"),
    }
}

/// A file or directory of the shared data, or `None` with a line that says that the test was skipped.
#[track_caller]
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = shared_directory().join(name);
    if path.exists() {
        return Some(path);
    }
    let shown = match std::env::var_os("CLUSCOPE_SHARED") {
        Some(_) => path.display().to_string(),
        None => format!("../shared/{name}"),
    };
    absent("CLUSCOPE_REQUIRE_SHARED", &format!("no {shown}"));
    None
}

/// The text of a file of the shared data, like [`shared`].
#[track_caller]
pub fn shared_text(name: &str) -> Option<String> {
    shared(name).map(|path| std::fs::read_to_string(path).expect("UTF-8"))
}

/// Whether a program is installed; where it is not, the test says that it was skipped.
#[track_caller]
pub fn installed(program: &str) -> bool {
    let run = Command::new(program).arg("--version").stdin(Stdio::null()).output();
    if run.is_err() {
        absent("CLUSCOPE_REQUIRE_PROGRAMS", &format!("{program} is not installed"));
    }
    run.is_ok()
}

/// Says that the running test, or a part of it, was skipped; once for each test.
pub fn skipped(why: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    // The thread of a test has its name.
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    if !SAID.lock().unwrap_or_else(PoisonError::into_inner).insert(test.to_owned()) {
        return;
    }
    // Not `eprintln!`: the harness swallows what that prints.
    let _ = std::io::stderr().write_all(format!("skipped: {test}: {why}\n").as_bytes());
}

#[track_caller]
fn absent(variable: &str, why: &str) {
    if std::env::var_os(variable).is_some_and(|value| value != "0" && !value.is_empty()) {
        panic!("{why}, and {variable} is set");
    }
    skipped(why);
}

/// The captures of a directory, sorted by name. At least `least` of them, so that a loop over them cannot pass for nothing.
#[track_caller]
pub fn captures(directory: &Path, least: usize) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    all.retain(|path| path.extension().is_some_and(|e| e == "pcap" || e == "pcapng"));
    all.sort();
    assert!(all.len() >= least, "{} captures in {}, at least {least} expected", all.len(), directory.display());
    all
}
