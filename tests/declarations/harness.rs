//! The tests themselves: none is left out unseen, and what may be absent is asked for in one place.

use crate::data;
use std::path::{Path, PathBuf};

/// Where Rust sources are.
const PLACES: &[&str] = &["src", "tests", "cli", "testkit", "benches", "examples"];

/// Every source file, with its path from the root and its text.
fn sources() -> Vec<(String, String)> {
    fn walk(directory: &Path, out: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                out.push(path);
            }
        }
    }
    let root = data::root();
    let mut paths = Vec::new();
    PLACES.iter().for_each(|place| walk(&root.join(place), &mut paths));
    paths.sort();
    assert!(paths.len() > 250, "{} sources", paths.len());
    let name =
        |path: &Path| path.strip_prefix(&root).expect("below the root").to_str().expect("UTF-8").replace('\\', "/");
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).expect("UTF-8"))).collect()
}

/// A test that never runs tests nothing.
#[test]
fn no_test_is_ignored() {
    let attribute = concat!("#[", "ignore");
    let ignored: Vec<_> =
        sources().into_iter().filter(|(_, text)| text.contains(attribute)).map(|(name, _)| name).collect();
    assert!(ignored.is_empty(), "{ignored:?}");
}

/// A file that nothing declares is not compiled.
#[test]
fn every_source_is_a_module() {
    let sources = sources();
    let declares = |file: &str, stem: &str| {
        let declared = |text: &str| {
            let wanted = format!("mod {stem};");
            text.lines().any(|line| line.trim_end().ends_with(&wanted))
        };
        sources.iter().any(|(name, text)| name == file && declared(text))
    };
    let mut orphans = Vec::new();
    for (name, _) in &sources {
        let (directory, file) = name.rsplit_once('/').expect("in a directory");
        let stem = file.trim_end_matches(".rs");
        // Programs, libraries, examples and benches are found by cargo.
        let root =
            matches!(stem, "main" | "lib" | "build") || directory == "benches" || directory.ends_with("examples");
        let (directory, stem) = match stem {
            "mod" => directory.rsplit_once('/').expect("a module in a directory"),
            _ => (directory, stem),
        };
        let parents = ["mod.rs", "lib.rs", "main.rs"].map(|parent| format!("{directory}/{parent}"));
        let by_place = parents.iter().chain([&format!("{directory}.rs")]).any(|parent| declares(parent, stem));
        let by_path = || {
            let named = [format!("/{file}\"]"), format!("\"{file}\"]")];
            let path =
                |line: &str| line.contains("#[path = ") && named.iter().any(|end| line.trim_end().ends_with(end));
            sources.iter().any(|(_, text)| text.lines().any(path))
        };
        if !root && !by_place && !by_path() {
            orphans.push(name);
        }
    }
    assert!(orphans.is_empty(), "declared nowhere: {orphans:?}");
}

/// The helper says what was skipped, and fails where nothing may be; nothing looks for data without it.
#[test]
fn what_may_be_absent_is_asked_for_in_one_place() {
    let helper = "tests/common/data.rs";
    let words = [concat!("shar", "ed/captures"), concat!("../", "shared"), concat!("\"", "skipped", ": ")];
    let mut wrong = Vec::new();
    for (name, text) in sources().iter().filter(|(name, _)| name != helper) {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            if words.iter().any(|word| line.contains(word)) {
                wrong.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each program of tests stands in a manifest, so that what features it needs is said and not found by chance.
#[test]
fn every_program_of_tests_is_in_a_manifest() {
    let mut programs = 0;
    for package in ["", "cli/", "testkit/"] {
        let Ok(entries) = std::fs::read_dir(data::file(&format!("{package}tests"))) else { continue };
        let manifest = data::text(&format!("{package}Cargo.toml"));
        for entry in entries.map(|entry| entry.expect("an entry").path()) {
            let name = entry.file_stem().and_then(|stem| stem.to_str()).expect("UTF-8").to_owned();
            if entry.join("main.rs").is_file() || entry.extension().is_some_and(|e| e == "rs") {
                assert!(manifest.contains(&format!("[[test]]\nname = \"{name}\"\n")), "{package}tests/{name}");
                programs += 1;
            }
        }
    }
    assert!(programs >= 6, "{programs}");
}
