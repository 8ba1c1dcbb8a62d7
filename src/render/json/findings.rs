//! Findings of conformance as JSON.

use super::out::Out;
use super::record::{Records, timestamp};
use crate::conformance::{Checker, Evidence, Finding, Fingerprint, Rule};
use crate::rpc::security::Sender;

fn evidence(out: &mut Out, key: &str, evidence: &Evidence) {
    match evidence {
        Evidence::None => {}
        Evidence::Number(n) => {
            out.key(key);
            out.uint(*n);
        }
        Evidence::Text(text) => {
            out.key(key);
            out.text(text);
        }
    }
}

/// Replaces `out` by the finding's object.
pub fn finding(out: &mut Out, records: &mut Records, finding: &Finding) {
    out.clear();
    out.begin();
    out.key("type");
    out.text("finding");
    out.key("rule");
    out.text(finding.rule.name);
    out.key("section");
    out.text(&finding.section);
    out.key("grade");
    out.text(finding.rule.grade.name());
    out.key("text");
    out.text(finding.rule.text);
    out.key("frame");
    out.uint(finding.frame);
    if let Some(time) = finding.time {
        out.key("time");
        timestamp(out, time);
    }
    records.flow(out, &finding.flow);
    out.key("by");
    out.text(if finding.by == Sender::Client { "client" } else { "server" });
    if let Some(call) = finding.call_id {
        out.key("call_id");
        out.uint(u64::from(call));
    }
    if let Some((interface, version)) = finding.interface {
        out.key("interface");
        out.text(interface);
        out.key("version");
        out.text(version);
    }
    if let Some(method) = finding.method {
        out.key("method");
        out.text(method);
    }
    if let Some((kind, name)) = &finding.object {
        out.key("object");
        out.begin();
        out.key("kind");
        out.text(kind);
        out.key("name");
        out.text(name);
        out.end();
    }
    if !finding.field.is_empty() {
        out.key("field");
        out.text(&finding.field);
    }
    if let Some(offset) = finding.offset {
        out.key("offset");
        out.uint(offset as u64);
    }
    evidence(out, "value", &finding.value);
    evidence(out, "expected", &finding.expected);
    out.end();
}

/// Replaces `out` by the object of what a server's answers tell about it.
pub fn fingerprint(out: &mut Out, fingerprint: &Fingerprint) {
    out.clear();
    out.begin();
    out.key("type");
    out.text("fingerprint");
    out.key("server");
    out.display(fingerprint.server);
    out.key("release");
    out.display(fingerprint.release);
    out.key("releases");
    out.begin_list();
    fingerprint.release.releases().iter().for_each(|name| out.text(name));
    out.end_list();
    out.key("evidence");
    out.begin_list();
    for clue in &fingerprint.evidence {
        out.begin();
        out.key("frame");
        out.uint(clue.frame);
        out.key("says");
        out.text(&clue.says);
        out.key("points_to");
        out.display(clue.points_to);
        out.key("section");
        out.text(clue.section);
        out.end();
    }
    out.end_list();
    out.end();
}

/// Replaces `out` by the object of how often each rule was broken, and what was given up for a limit.
pub fn summary(out: &mut Out, checker: &Checker) {
    let found = checker.summary();
    out.clear();
    out.begin();
    out.key("type");
    out.text("summary");
    out.key("messages");
    out.uint(checker.checked());
    out.key("findings");
    out.uint(found.values().sum());
    out.key("rules");
    out.begin();
    for (rule, count) in found {
        out.key(rule);
        out.uint(*count);
    }
    out.end();
    for (name, count) in checker.counters().all().into_iter().filter(|(_, count)| *count != 0) {
        // Here it needs no word of whose it is.
        out.key(name.trim_start_matches("check_"));
        out.uint(count);
    }
    out.end();
}

/// Appends the members of a rule to the object that is open in `out`.
pub fn rule(out: &mut Out, rule: &Rule) {
    let Rule { name, section, text, grade, area } = rule;
    for (key, value) in [("rule", *name), ("area", area), ("section", section), ("grade", grade.name()), ("text", text)]
    {
        out.key(key);
        out.text(value);
    }
}
