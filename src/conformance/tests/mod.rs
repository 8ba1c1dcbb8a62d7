//! Each rule has two tests at least: a conversation that breaks it, and one that comes close and gives no finding at all.
//! A rule that can be broken in several ways has a pair for each.

mod wire;

mod arguments;
mod contents;
mod control;
mod fingerprint;
mod handles;
mod lists;
mod notify;
mod properties;
mod registry;
mod rpc;
mod security;
mod transport;
mod witness;

use crate::conformance::rules;
use std::collections::BTreeSet;
use wire::{Case, Wire};

fn cases() -> impl Iterator<Item = &'static Case> {
    [
        transport::CASES,
        handles::CASES,
        arguments::CASES,
        lists::CASES,
        control::CASES,
        registry::CASES,
        notify::CASES,
        contents::CASES,
        properties::CASES,
        witness::CASES,
        rpc::CASES,
        security::CASES,
    ]
    .into_iter()
    .flatten()
}

#[test]
fn each_rule_is_found_broken_and_found_kept() {
    let mut wrong = Vec::new();
    for case in cases() {
        let file = case.file;
        let run = |f: fn(&mut Wire)| {
            std::panic::catch_unwind(|| {
                let mut wire = Wire::new();
                f(&mut wire);
                wire
            })
        };
        let (Ok(wire), Ok(kept)) = (run(case.breaks), run(case.keeps)) else {
            wrong.push(format!("{} ({file}) panicked", case.rule));
            continue;
        };
        match wire.findings.iter().find(|f| f.rule.name == case.rule) {
            Some(found) => assert!(found.to_string().contains(case.rule)),
            None => wrong.push(format!("{} ({file}) not found broken, only {:?}", case.rule, wire.names())),
        }
        for found in &kept.findings {
            wrong.push(format!("{} ({file}) kept, but: {found}", case.rule));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Of a method the section of its own version of the interface, in the document of the interface.
#[test]
fn sections_of_methods() {
    use crate::conformance::message::method_section;
    use crate::idl;
    use crate::ndr::types::{Direction, Interface};
    use crate::ndr::wire::Kind;
    use crate::ndr::{Endian, Syntax};
    let section = |interface: &'static Interface, version: usize, opnum| {
        let (direction, syntax, endian) = (Direction::Request, Syntax::Ndr, Endian::Little);
        let method = interface.method(version, opnum).expect("a method");
        method_section(method, Kind { interface, version, direction, syntax, endian })
    };
    // ApiCreateEnum and WitnessrGetInterfaceList.
    assert_eq!(section(&idl::CLUSAPI, 1, 7).as_deref(), Some("MS-CMRP 3.1.4.2.8"));
    assert_eq!(section(&idl::CLUSAPI, 0, 7).as_deref(), Some("MS-CMRP 3.1.4.1.8"));
    assert_eq!(section(&idl::WITNESS, 0, 0).as_deref(), Some("MS-SWN 3.1.4.1"));
    assert_eq!(section(&idl::EPM, 0, 3), None);
}

/// Who broke a rule, where, and what he broke: what a finding is printed as.
#[test]
fn findings_in_text() {
    use serde_json::json;
    let mut wire = Wire::new();
    wire.call("ApiSetClusterName", json!({"NewClusterName": "C"}), json!({"rpc_status": 1726, "return": 0}));
    let [found] = &wire.findings[..] else { panic!("{:?}", wire.names()) };
    let text = found.to_string();
    assert!(text.starts_with("#2 rpc-status (MS-CMRP "), "{text}");
    assert!(text.contains(")  server 192.0.2.20:49664 -> 192.0.2.10:49731 call 1\n"), "{text}");
    wire.auth = Some((5, 9));
    wire.request("ApiSetClusterName", &json!({"NewClusterName": "C"}));
    let text = wire.findings[1].to_string();
    assert!(text.starts_with("#3 auth-level-privacy (MS-CMRP "), "{text}");
    assert!(text.contains(")  client 192.0.2.10:49731 -> 192.0.2.20:49664 call 2\n"), "{text}");
}

#[test]
fn rule_names_are_unique_and_well_made() {
    let mut names = BTreeSet::new();
    for rule in rules() {
        assert!(names.insert(rule.name), "{} twice", rule.name);
        assert!(rule.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{}", rule.name);
        assert!(!rule.section.is_empty() && !rule.text.ends_with('.'), "{}", rule.name);
    }
    let tested: BTreeSet<&str> = cases().map(|case| case.rule).collect();
    let unknown: Vec<_> = tested.difference(&names).collect();
    assert!(unknown.is_empty(), "tested, but no rules: {unknown:?}");
    let untested: Vec<_> = names.difference(&tested).collect();
    assert!(untested.is_empty(), "without tests: {untested:?}");
}
