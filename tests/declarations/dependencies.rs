//! Holds `docs/dependencies.md` against what cargo says: every direct dependency has a row with its version, licence,
//! feature and weight, no row is without one, and nothing needs a newer compiler than we say that we do.

use crate::data;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// The target whose dependencies are counted.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// What cargo says of the crate and all that it needs, in tests too.
fn metadata() -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--all-features", "--locked", "--filter-platform", TARGET])
        .current_dir(data::root())
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo prints JSON")
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// Packages and nodes of the graph by their identifiers.
struct Graph<'v> {
    /// The workspace's packages: the library, the program, the kit for tests.
    members: Vec<&'v str>,
    packages: BTreeMap<&'v str, &'v Value>,
    nodes: BTreeMap<&'v str, &'v Value>,
}

impl<'v> Graph<'v> {
    fn new(metadata: &'v Value) -> Self {
        let by_id = |list: &'v [Value]| list.iter().map(|item| (text(item, "id"), item)).collect();
        Graph {
            members: list(metadata, "workspace_members").iter().filter_map(Value::as_str).collect(),
            packages: by_id(list(metadata, "packages")),
            nodes: by_id(list(&metadata["resolve"], "nodes")),
        }
    }

    /// What a package needs to be linked or built, itself left out.
    fn weight(&self, id: &'v str, seen: &mut BTreeSet<&'v str>) {
        for dependency in list(self.nodes[id], "deps") {
            let normal = list(dependency, "dep_kinds").iter().any(|kind| kind["kind"].is_null());
            let id = text(dependency, "pkg");
            if normal && seen.insert(id) {
                self.weight(id, seen);
            }
        }
    }

    /// Which features of a member turn a dependency on, as the table says it.
    fn feature(&self, member: &str, dependency: &str) -> String {
        let wanted = Value::from(format!("dep:{dependency}"));
        let features = self.packages[member]["features"].as_object().expect("an object").iter();
        let features = features.filter(|(_, on)| on.as_array().is_some_and(|on| on.contains(&wanted)));
        let features: Vec<_> = features.map(|(name, _)| format!("`{name}`")).collect();
        if features.is_empty() { "always".to_owned() } else { features.join(", ") }
    }
}

/// The first cells of each row that should be there, by name.
fn rows(graph: &Graph<'_>) -> BTreeMap<String, String> {
    // Who links it and when, by its identifier; the library's word counts before the program's.
    let mut found: BTreeMap<&str, BTreeMap<u8, String>> = BTreeMap::new();
    for member in &graph.members {
        let own = text(graph.packages[member], "name");
        for dependency in list(graph.nodes[member], "deps") {
            let id = text(dependency, "pkg");
            if graph.members.contains(&id) {
                continue;
            }
            let linked = list(dependency, "dep_kinds").iter().any(|kind| kind["kind"].is_null());
            let (rank, when) = match own {
                "cluscope" if linked => (0, graph.feature(member, text(graph.packages[id], "name"))),
                "cluscope-cli" if linked => (1, "program".to_owned()),
                "cluscope-columns" if linked => (2, "`columns`".to_owned()),
                _ => (3, "tests".to_owned()),
            };
            found.entry(id).or_default().insert(rank, when);
        }
    }
    let row = |(id, ranks): (&str, BTreeMap<u8, String>)| {
        let package = graph.packages[id];
        let mut seen = BTreeSet::new();
        graph.weight(id, &mut seen);
        let (name, version) = (text(package, "name"), text(package, "version"));
        let licence = text(package, "license").replace('/', " OR ");
        let when = ranks.into_values().next().expect("one at least");
        (name.to_owned(), format!("| {name} | {version} | {licence} | {when} | {} |", seen.len()))
    };
    found.into_iter().map(row).collect()
}

#[test]
fn every_dependency_has_its_row() {
    let metadata = metadata();
    let wanted = rows(&Graph::new(&metadata));
    let document = data::text("docs/dependencies.md");
    let lines =
        document.lines().filter(|l| l.starts_with("| ") && !l.starts_with("| crate |") && !l.starts_with("| ---"));
    let mut there = BTreeMap::new();
    for line in lines {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        assert!(cells.len() == 7 && cells.iter().all(|cell| !cell.is_empty()), "not seven cells: {line}");
        let date = cells[5].as_bytes();
        let dated = date.len() == 10 && date[4] == b'-' && date[7] == b'-';
        assert!(dated || date == b"not noted", "no date: {line}");
        assert!(there.insert(cells[0].to_owned(), line).is_none(), "twice: {line}");
    }
    let mut wrong = Vec::new();
    for (name, start) in &wanted {
        if !there.get(name).is_some_and(|line| line.starts_with(start)) {
            wrong.push(format!("should begin: {start}"));
        }
    }
    wrong.extend(there.keys().filter(|name| !wanted.contains_key(*name)).map(|name| format!("no dependency: {name}")));
    assert!(wrong.is_empty(), "docs/dependencies.md:\n{}", wrong.join("\n"));
}

/// A version as numbers.
fn version(text: &str) -> Vec<u32> {
    let mut parts: Vec<u32> = text.split('.').filter_map(|part| part.parse().ok()).collect();
    parts.resize(3, 0);
    parts
}

#[test]
fn no_dependency_needs_a_newer_compiler() {
    let metadata = metadata();
    let graph = Graph::new(&metadata);
    let ours = version(text(graph.packages[graph.members[0]], "rust_version"));
    let newer = graph.packages.values().filter(|p| version(text(p, "rust_version")) > ours);
    let newer: Vec<_> = newer.map(|p| format!("{} {}", text(p, "name"), text(p, "rust_version"))).collect();
    assert!(newer.is_empty(), "{newer:?}");
}
