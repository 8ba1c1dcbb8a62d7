//! What was collected as one JSON object, which the page's script draws. Texts come out of captures and are escaped when
//! they are shown; secrets are not in them, as in text.

use super::super::summary::Totals;
use super::collect::{Collector, Count, Listed};
use cluscope::internals::analysis::calls::{Answer, Call};
use cluscope::internals::analysis::stats::By;
use cluscope::internals::conformance;
use cluscope::internals::render::json;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use std::collections::HashMap;

/// Rows of a table of counts that are shown.
const ROWS: usize = 200;

/// Texts that occur again and again, by their numbers.
#[derive(Default)]
struct Names {
    numbers: HashMap<String, u64>,
    all: Vec<String>,
}

impl Names {
    fn number(&mut self, text: &str) -> u64 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.all.len() as u64;
        self.numbers.insert(text.to_string(), number);
        self.all.push(text.to_string());
        number
    }
}

fn text(out: &mut Out, key: &str, value: &str) {
    out.key(key);
    out.text(value);
}

fn number(out: &mut Out, key: &str, value: u64) {
    out.key(key);
    out.uint(value);
}

fn list(out: &mut Out, key: &str, fill: impl FnOnce(&mut Out)) {
    out.key(key);
    out.begin_list();
    fill(out);
    out.end_list();
}

/// The data, and how many calls are listed in it.
pub(super) fn write(collector: Collector, title: &str, totals: &Totals, given_up: &[(&str, u64)]) -> (Vec<u8>, Count) {
    let Collector { calls, points, whole, stats, failures, story, events, more_events, checker, findings, .. } =
        collector;
    let (failed_stride, stride) = calls.strides();
    let point_stride = points.stride();
    let mut listed = calls.into_items();
    listed.sort_by_key(|listed| listed.number);
    let mut points = points.into_items();
    points.sort_by_key(|point| point.time);
    let times = listed.iter().filter_map(|listed| listed.call.time()).map(|time| time.0);
    let zero = times.chain(points.iter().map(|point| point.time)).min().unwrap_or_default();
    let mut names = Names::default();
    let (mut out, mut line) = (Out::new(), Out::new());
    line.hide_secrets();
    out.begin();
    text(&mut out, "program", concat!("cluscope ", env!("CARGO_PKG_VERSION")));
    text(&mut out, "title", title);
    // Milliseconds, and what is left in nanoseconds: the script's numbers have 53 bits.
    out.key("zero_ms");
    out.int(zero.div_euclid(1_000_000));
    out.key("zero_ns");
    out.int(zero.rem_euclid(1_000_000));
    number(&mut out, "packets", totals.packets());
    let latency = &whole.latency;
    for (key, value) in [
        ("calls", whole.calls),
        ("failed", whole.failed),
        ("faults", whole.faults),
        ("unanswered", whole.unanswered),
        ("unknown", whole.unknown),
        ("long_polls", whole.long_polls),
        ("listed", listed.len() as u64),
        ("failed_stride", failed_stride),
        ("stride", stride),
        ("point_stride", point_stride),
        ("without_messages", collector.without),
        ("more_events", more_events),
    ] {
        number(&mut out, key, value);
    }
    for (key, value) in [("p50", latency.quantile(50)), ("p95", latency.quantile(95)), ("p99", latency.quantile(99))] {
        if let Some(value) = value {
            number(&mut out, key, value);
        }
    }
    list(&mut out, "sealed", |out| {
        for (count, reason, remedy) in collector.sealed.all() {
            out.begin();
            number(out, "count", count);
            text(out, "reason", reason);
            text(out, "remedy", remedy);
            out.end();
        }
    });
    list(&mut out, "events", |out| {
        for event in &events {
            json::story::event(&mut line, event);
            out.raw(line.as_bytes());
        }
    });
    list(&mut out, "timelines", |out| {
        for timeline in story.timelines() {
            json::story::timeline(&mut line, &timeline);
            out.raw(line.as_bytes());
        }
    });
    list(&mut out, "stats", |out| {
        for by in By::ALL {
            for (key, row) in stats.table(by).rows().into_iter().take(ROWS) {
                json::stats::row(&mut line, by, key, row);
                out.raw(line.as_bytes());
            }
        }
    });
    list(&mut out, "failures", |out| {
        let mut failures: Vec<_> = failures.iter().collect();
        failures.sort_by_key(|(_, failed)| std::cmp::Reverse(failed.count));
        for ((method, status), failed) in failures {
            out.begin();
            text(out, "method", method);
            text(out, "status", status);
            number(out, "count", failed.count);
            number(out, "frame", failed.frame);
            out.end();
        }
    });
    list(&mut out, "points", |out| {
        for point in &points {
            out.begin_list();
            out.int(point.time.saturating_sub(zero));
            out.int(point.nanos);
            out.uint(u64::from(point.failed));
            out.uint(names.number(point.method));
            out.end_list();
        }
    });
    list(&mut out, "list", |out| {
        for listed in &listed {
            self::call(out, listed, zero, &mut names);
        }
    });
    number(&mut out, "checked", checker.checked());
    list(&mut out, "rules", |out| {
        let found = checker.summary();
        for rule in conformance::rules() {
            let Some(count) = found.get(rule.name) else { continue };
            out.begin();
            text(out, "rule", rule.name);
            text(out, "grade", rule.grade.name());
            text(out, "section", rule.section);
            text(out, "text", rule.text);
            number(out, "count", *count);
            let mut records = Records::default();
            list(out, "findings", |out| {
                for finding in findings.get(rule.name).into_iter().flatten() {
                    json::findings::finding(&mut line, &mut records, finding);
                    out.raw(line.as_bytes());
                }
            });
            out.end();
        }
    });
    list(&mut out, "servers", |out| {
        for fingerprint in checker.fingerprints() {
            json::findings::fingerprint(&mut line, &fingerprint);
            out.raw(line.as_bytes());
        }
    });
    list(&mut out, "limits", |out| {
        for (name, count) in given_up {
            out.begin_list();
            out.text(name);
            out.uint(*count);
            out.end_list();
        }
    });
    list(&mut out, "names", |out| names.all.iter().for_each(|name| out.text(name)));
    out.end();
    (out.as_bytes().to_vec(), Count { all: whole.calls, listed: listed.len() })
}

/// A call as an array: the script knows the places.
fn call(out: &mut Out, listed: &Listed, zero: i64, names: &mut Names) {
    let call = &listed.call;
    let object = call.objects.first().map(|used| &used.resolved);
    let object = match object.map(|object| (object.kind.name(), object.name.as_deref())) {
        Some((kind, Some(name))) => format!("{kind} {name}"),
        Some((kind, None)) => kind.to_string(),
        None => String::new(),
    };
    out.begin_list();
    match call.time() {
        Some(time) => out.int(time.0.saturating_sub(zero)),
        None => out.null(),
    }
    let texts = [
        call.client.to_string(),
        call.server.to_string(),
        call.name(),
        object,
        call.outcome(),
        call.user.as_deref().unwrap_or_default().to_string(),
    ];
    texts.iter().for_each(|text| out.uint(names.number(text)));
    out.text(outcome(call));
    match call.latency() {
        Some(latency) => out.int(latency),
        None => out.null(),
    }
    for half in [call.request, call.response] {
        match half {
            Some((frame, _)) => out.uint(frame),
            None => out.null(),
        }
    }
    out.uint(u64::from(call.is_long_poll()));
    match &listed.messages {
        Some(messages) => {
            out.text(&messages.request);
            out.text(&messages.answer);
        }
        None => out.null(),
    }
    out.end_list();
}

/// What a call came to, in a word.
fn outcome(call: &Call) -> &'static str {
    match call.answer {
        _ if call.failed() => "failed",
        Answer::Response(Some(_)) => "done",
        Answer::Response(None) => "unknown",
        Answer::None | Answer::Fault(_) => "unanswered",
    }
}
