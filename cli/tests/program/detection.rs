//! The rules of `docs/detection` on what the program prints: each fires on one capture and stays quiet on another.

use crate::{data, program};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The part of YAML that the rules are written in: mappings and lists of texts, by their indentation.
#[derive(Debug)]
enum Yaml {
    Text(String),
    List(Vec<String>),
    Map(BTreeMap<String, Yaml>),
}

impl Yaml {
    fn get(&self, path: &str) -> &Yaml {
        path.split('.').fold(self, |yaml, key| match yaml {
            Yaml::Map(map) => map.get(key).unwrap_or_else(|| panic!("{path}: no {key}")),
            _ => panic!("{path}: {key} in no mapping"),
        })
    }

    fn text(&self) -> &str {
        match self {
            Yaml::Text(text) => text,
            _ => panic!("no text: {self:?}"),
        }
    }

    fn texts(&self) -> Vec<&str> {
        match self {
            Yaml::Text(text) => vec![text],
            Yaml::List(list) => list.iter().map(String::as_str).collect(),
            Yaml::Map(_) => panic!("no list: {self:?}"),
        }
    }
}

fn plain(text: &str) -> String {
    let text = text.trim();
    match text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        Some(quoted) => quoted.replace("''", "'"),
        None => text.to_string(),
    }
}

/// What is indented as far as the first line.
fn parse(lines: &[&str]) -> Yaml {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let here = lines.first().map_or(0, |line| indent(line));
    if lines.first().is_some_and(|line| line.trim_start().starts_with("- ")) {
        return Yaml::List(
            lines.iter().map(|line| plain(line.trim_start().strip_prefix("- ").expect("an item"))).collect(),
        );
    }
    let mut map = BTreeMap::new();
    let mut n = 0;
    while n < lines.len() {
        let (key, value) = lines[n].trim_start().split_once(':').expect("a key");
        let end = n + 1 + lines[n + 1..].iter().take_while(|line| indent(line) > here).count();
        let value = if value.trim().is_empty() { parse(&lines[n + 1..end]) } else { Yaml::Text(plain(value)) };
        assert!(map.insert(key.to_string(), value).is_none(), "{key} twice");
        n = end;
    }
    Yaml::Map(map)
}

/// The values that a field has in an event; an element of a list counts as one.
fn values<'v>(event: &'v Value, path: &str) -> Vec<&'v Value> {
    if let Value::Array(elements) = event {
        return elements.iter().flat_map(|element| values(element, path)).collect();
    }
    if path.is_empty() {
        return vec![event];
    }
    // ECS has dots in no key, EVE neither.
    let (key, rest) = path.split_once('.').unwrap_or((path, ""));
    event.get(key).map_or_else(Vec::new, |value| values(value, rest))
}

/// Whether an event has one of the values that a selection names for each field. Sigma compares without case.
fn selects(selection: &Yaml, event: &Value) -> bool {
    let Yaml::Map(fields) = selection else { panic!("no selection: {selection:?}") };
    fields.iter().all(|(field, wanted)| {
        let (field, modifier) = field.split_once('|').unwrap_or((field, ""));
        let found: Vec<String> = values(event, field)
            .into_iter()
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_string).to_lowercase())
            .collect();
        wanted.texts().into_iter().map(str::to_lowercase).any(|wanted| {
            found.iter().any(|found| match modifier {
                "" => *found == wanted,
                "contains" => found.contains(&wanted),
                other => panic!("modifier {other}"),
            })
        })
    })
}

/// The command whose lines a service is.
fn command(service: &str) -> [&'static str; 3] {
    match service {
        "story" => ["story", "--format", "jsonl"],
        "check" => ["check", "--format", "jsonl"],
        "calls" => ["calls", "--format", "ecs"],
        other => panic!("service {other}"),
    }
}

/// How many lines of a capture a rule fires on.
fn fires(rule: &Yaml, capture: &Path) -> usize {
    let arguments = command(rule.get("logsource.service").text());
    let rest = ["--keys", "captures/lab.keys", capture.to_str().expect("UTF-8")];
    let output = program::command(&[&arguments[..], &rest].concat()).output().expect("the program runs");
    let condition = rule.get("detection.condition").text();
    let selection = rule.get("detection").get(condition);
    program::objects(&program::stdout(&output)).iter().filter(|event| selects(selection, event)).count()
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("detection");
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// The capture of a rule, made of its lines.
fn made(rule: &str, kind: &str) -> PathBuf {
    let lines = data::file(&format!("docs/detection/captures/{rule}.{kind}.jsonl"));
    let capture = folder().join(format!("{rule}.{kind}.pcapng"));
    program::output(&["make", lines.to_str().unwrap(), "-o", capture.to_str().unwrap(), "--force"]);
    capture
}

/// The sealed capture with a bit of a sealed request turned.
fn tampered() -> PathBuf {
    let mut bytes = std::fs::read(data::file("captures/sealed.pcapng")).expect("the capture");
    // Requests with both fragment flags, in little endian, and a security trailer of 16 bytes.
    let head = |at: &[u8]| at[..8] == [5, 0, 0, 3, 0x10, 0, 0, 0] && at[10..12] == [16, 0];
    let requests: Vec<usize> = (0..bytes.len() - 64).filter(|at| head(&bytes[*at..*at + 12])).collect();
    assert!(requests.len() > 20);
    bytes[requests[20] + 26] ^= 1;
    let path = folder().join("tampered.pcapng");
    std::fs::write(&path, bytes).expect("written");
    path
}

#[test]
fn each_rule_fires_where_it_should() {
    let mut rules = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for entry in std::fs::read_dir(data::file("docs/detection")).expect("the rules").flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "yml") {
            continue;
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a rule");
        let rule = parse(&text.lines().collect::<Vec<_>>());
        // What every rule of Sigma has, and what its specification recommends.
        for key in ["title", "description", "date", "status"] {
            assert!(!rule.get(key).text().is_empty(), "{name}: {key}");
        }
        assert!(["low", "medium", "high", "critical"].contains(&rule.get("level").text()), "{name}");
        assert_eq!(rule.get("logsource.product").text(), "cluscope", "{name}");
        assert!(ids.insert(rule.get("id").text().to_string()), "{name}: the id of another rule");
        let (loud, quiet) = match name.as_str() {
            "session_downgraded" => (data::file("captures/tour.pcapng"), data::file("captures/sealed.pcapng")),
            "session_unverified" => (tampered(), data::file("captures/sealed.pcapng")),
            _ => (made(&name, "fires"), made(&name, "quiet")),
        };
        assert!(fires(&rule, &loud) > 0, "{name} does not fire");
        assert_eq!(fires(&rule, &quiet), 0, "{name} is not quiet");
        rules.insert(name);
    }
    assert!(rules.len() >= 12, "{rules:?}");
    let document = data::text("docs/detection/README.md");
    let rows = document.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(name, _)| name);
    let services = ["story", "check", "calls"];
    let named: BTreeSet<String> = rows.filter(|name| !services.contains(name)).map(str::to_string).collect();
    assert_eq!(named, rules);
}
