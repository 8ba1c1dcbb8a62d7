//! `docs/views.md` against what the program prints: columns, fields and bounds.

use crate::program::{objects, output};
use cluscope::internals::analysis::AnalysisLimits;
use cluscope::internals::filter::{Field, MAX_DEPTH, MAX_LENGTH, MAX_TESTS};
use serde_json::Value;
use std::collections::BTreeSet;

const CAPTURE: &str = "captures/tour.pcapng";

fn document() -> String {
    crate::data::text("docs/views.md")
}

/// The names in backquotes of the first column of the table below a heading, in their order.
fn table(document: &str, heading: &str) -> Vec<String> {
    let section = document.split("\n## ").find(|section| section.starts_with(heading)).expect(heading);
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let firsts = rows.filter_map(|row| row.split('|').nth(1));
    firsts.flat_map(|cell| cell.split('`').skip(1).step_by(2).map(String::from).collect::<Vec<_>>()).collect()
}

#[test]
fn columns_of_csv_and_of_statistics() {
    let document = document();
    let header = |arguments: &[&str]| {
        let printed = output(&[arguments, &[CAPTURE]].concat());
        printed.lines().next().expect("a header").split(',').map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(table(&document, "`calls --format csv`"), header(&["calls", "--format", "csv"]));
    assert_eq!(table(&document, "`stats`"), header(&["stats", "--format", "csv"]));
}

#[test]
fn fields_of_zeek() {
    let printed = output(&["calls", "--format", "zeek", CAPTURE]);
    let line = printed.lines().find_map(|line| line.strip_prefix("#fields\t")).expect("fields");
    let fields: BTreeSet<String> = line.split('\t').map(String::from).collect();
    assert_eq!(table(&document(), "`calls --format zeek`").into_iter().collect::<BTreeSet<_>>(), fields);
}

/// The paths of the values of an object.
fn paths(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) if path.is_empty() || !path.ends_with("objects") => {
            for (key, value) in members {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                paths(value, &path, found);
            }
        }
        _ => {
            found.insert(path.to_string());
        }
    }
}

#[test]
fn fields_of_elastic() {
    let mut found = BTreeSet::new();
    for capture in [CAPTURE, "captures/faults.pcapng", "captures/sealed.pcapng", "captures/witness.pcapng"] {
        let printed = output(&["calls", "--format", "ecs", "--keys", "captures/lab.keys", capture]);
        for line in objects(&printed) {
            paths(&line, "", &mut found);
        }
    }
    // `.opnum` behind `cluscope.version` is `cluscope.opnum`; `source.*` has its members in the next column.
    let mut documented = BTreeSet::new();
    let mut family = String::new();
    for name in table(&document(), "`calls --format ecs`") {
        let name = match name.strip_prefix('.') {
            Some(rest) => format!("{family}.{rest}"),
            None => name,
        };
        family = name.split('.').next().unwrap_or_default().to_string();
        match name.strip_suffix(".*") {
            Some(end) => documented.extend(["address", "ip", "port", "bytes"].map(|member| format!("{end}.{member}"))),
            None => drop(documented.insert(name)),
        }
    }
    let unknown: Vec<_> = found.difference(&documented).collect();
    assert!(unknown.is_empty(), "printed, but not in the document: {unknown:?}");
    let rare = ["cluscope.long_poll"];
    let missing: Vec<_> = documented.difference(&found).filter(|name| !rare.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "in the document, but not printed: {missing:?}");
}

#[test]
fn members_of_a_story() {
    let mut found = BTreeSet::new();
    for line in objects(&output(&["story", "--format", "jsonl", CAPTURE])) {
        found.extend(line.as_object().expect("an object").keys().cloned());
    }
    let documented: BTreeSet<String> = table(&document(), "`story`").into_iter().collect();
    let unknown: Vec<_> = found.difference(&documented).collect();
    assert!(unknown.is_empty(), "printed, but not in the document: {unknown:?}");
}

#[test]
fn fields_and_bounds_of_filters() {
    let document = document();
    let documented: BTreeSet<String> = table(&document, "`--filter EXPR`").into_iter().collect();
    let fields: BTreeSet<String> = Field::ALL.iter().map(|(name, ..)| (*name).to_string()).collect();
    assert_eq!(documented, fields);
    let bounds = format!("{MAX_LENGTH} bytes, {MAX_TESTS} comparisons, {MAX_DEPTH} levels of nesting");
    assert!(document.contains(&bounds), "{bounds}");
}

#[test]
fn bounds_of_what_is_kept() {
    let AnalysisLimits { handles, associations, calls, ids, subscriptions, name, .. } = AnalysisLimits::default();
    let sentence = format!(
        "{handles} handles, {associations} associations, {calls} calls that wait, {ids} ids, {subscriptions} notification \
         keys, {name} bytes of a name"
    );
    let plain = document().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(plain.contains(&sentence), "{sentence}");
}
