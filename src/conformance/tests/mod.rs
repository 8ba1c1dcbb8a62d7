//! Each rule has two tests: a conversation that breaks it, and one that comes close and gives no finding at all.

mod wire;

mod control;
mod handles;
mod notify;
mod registry;
mod transport;

use crate::conformance::rules;
use std::collections::BTreeSet;
use wire::{Case, Wire};

fn cases() -> impl Iterator<Item = &'static Case> {
    [transport::CASES, handles::CASES, control::CASES, registry::CASES, notify::CASES].into_iter().flatten()
}

#[test]
fn each_rule_is_found_broken_and_found_kept() {
    for case in cases() {
        let mut wire = Wire::new();
        (case.breaks)(&mut wire);
        let found = wire.findings.iter().find(|f| f.rule.name == case.rule);
        let found = found.unwrap_or_else(|| panic!("{}: found only {:?}", case.rule, wire.findings));
        assert!(found.to_string().contains(case.rule));
        let mut wire = Wire::new();
        (case.keeps)(&mut wire);
        assert!(wire.findings.is_empty(), "{} kept: {:?}", case.rule, wire.findings);
        assert!(wire.checker.summary().is_empty());
    }
}

#[test]
fn rule_names_are_unique_and_well_made() {
    let mut names = BTreeSet::new();
    for rule in rules() {
        assert!(names.insert(rule.name), "{} twice", rule.name);
        assert!(rule.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{}", rule.name);
        assert!(!rule.section.is_empty() && !rule.text.ends_with('.'), "{}", rule.name);
    }
    for case in cases() {
        assert!(names.contains(case.rule), "{} is no rule", case.rule);
    }
}
