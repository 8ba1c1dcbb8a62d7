//! Runs each fuzz target over its corpus and over the inputs that once made it fail (`fuzz/corpus`, `fuzz/regressions`),
//! and holds the dictionaries against the declarations.

use crate::common;
use cluscope_testkit::invariants;
use std::path::PathBuf;

/// `fuzz/corpus` or `fuzz/regressions`, in another place where `CLUSCOPE_CORPUS` names one (`fuzz/coverage.sh`).
fn place(name: &str) -> PathBuf {
    std::env::var_os("CLUSCOPE_CORPUS").map_or_else(common::data::root, PathBuf::from).join(name)
}

/// The target whose corpus is run by the tests of the C interface, `bindings/c/tests/replay.rs`.
const ELSEWHERE: &str = "c_interface";

/// The targets that also take the captures of this repository as they are.
const CAPTURES: [&str; 3] = ["capture", "select", "rewrite"];

fn replay(target: &str, run: fn(&[u8])) -> usize {
    let mut count = 0;
    let inputs = |directory: PathBuf| {
        let entries = std::fs::read_dir(directory).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    let mut paths = [place("fuzz/corpus"), place("fuzz/regressions")].map(|place| inputs(place.join(target))).concat();
    if CAPTURES.contains(&target) {
        let captures = inputs(common::data::file("captures")).into_iter();
        paths.extend(captures.filter(|path| path.extension().is_some_and(|name| name == "pcap" || name == "pcapng")));
    }
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        if std::panic::catch_unwind(|| run(&bytes)).is_err() {
            panic!("{} makes {target} fail", path.display());
        }
        count += 1;
    }
    assert!(count >= 10, "only {count} inputs for {target}");
    count
}

#[test]
fn every_target() {
    assert!(invariants::TARGETS.len() >= 16);
    for (name, run) in invariants::TARGETS {
        let count = replay(name, *run);
        println!("{name}: {count}");
    }
}

/// A directory without a target would never be replayed.
#[test]
fn every_directory_has_a_target() {
    for name in ["fuzz/corpus", "fuzz/regressions"] {
        let directory = std::fs::read_dir(place(name)).unwrap();
        for entry in directory.map(Result::unwrap).filter(|e| e.path().is_dir()) {
            let name = entry.file_name();
            let known = invariants::TARGETS.iter().any(|(target, _)| name == *target) || name == ELSEWHERE;
            assert!(known, "{}", entry.path().display());
        }
    }
}

/// Each target has a program, and each program is one of the targets.
#[test]
fn every_target_has_a_program() {
    let manifest = std::fs::read_to_string(common::data::file("fuzz/Cargo.toml")).unwrap();
    let programs: Vec<_> = manifest.lines().filter_map(|l| l.strip_prefix("path = \"fuzz_targets/")).collect();
    let targets = invariants::TARGETS.iter().map(|(target, _)| *target).chain([ELSEWHERE]);
    let wanted: Vec<_> = targets.map(|target| format!("{target}.rs\"")).collect();
    assert!(wanted.iter().all(|name| programs.contains(&name.as_str())), "{wanted:?}");
    assert_eq!(programs.len(), wanted.len());
}

/// `cargo run --example seeds` writes them anew.
#[test]
fn dictionaries_are_those_of_the_declarations() {
    for (target, text) in invariants::dictionaries() {
        let path = common::data::file("fuzz/dictionaries").join(format!("{target}.dict"));
        assert!(std::fs::read_to_string(&path).unwrap() == text, "{} is out of date", path.display());
    }
}
