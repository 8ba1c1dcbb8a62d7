//! What the page shows, kept while the capture is read.

use super::super::Failure;
use super::super::sealed::Sealed;
use super::super::summary::Totals;
use super::super::views::CallConsumer;
use super::data;
use super::sample::{Calls, Spaced, Worth};
use cluscope::internals::analysis::calls::{Answer, Call};
use cluscope::internals::analysis::record_context::{CallKey, call_key};
use cluscope::internals::analysis::stats::{Histogram, Stats};
use cluscope::internals::analysis::story::{Event, Story};
use cluscope::internals::analysis::{HandleAnnotations, RecordContext};
use cluscope::internals::base::bounded::Bounded;
use cluscope::internals::conformance::{Checker, Finding};
use cluscope::internals::filter::Filter;
use cluscope::internals::limits::{Limits, Pictures};
use cluscope::internals::render::text::record::stub;
use cluscope::internals::render::text::{Style, TextBuffer};
use cluscope::internals::rpc::event::Body;
use cluscope::internals::session::Record;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Findings of one rule that are shown.
const FINDINGS_EACH: usize = 20;

/// Kinds of failures, by method and status, that are counted.
const FAILURES: usize = 200;

/// A call that may be listed, with its messages as text where there was room for them.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) call: Call,
    /// Request and answer.
    pub(super) messages: Option<Messages>,
    /// Its place among all calls.
    pub(super) number: u64,
}

/// The messages of a call as text; dropped, they give their room back.
#[derive(Debug)]
pub(super) struct Messages {
    pub(super) request: Box<str>,
    pub(super) answer: Box<str>,
    kept: Rc<Cell<usize>>,
}

impl Messages {
    fn len(&self) -> usize {
        self.request.len() + self.answer.len()
    }
}

impl Drop for Messages {
    fn drop(&mut self) {
        self.kept.set(self.kept.get().saturating_sub(self.len()));
    }
}

/// Numbers of all calls.
#[derive(Debug, Default)]
pub(super) struct Whole {
    pub(super) calls: u64,
    pub(super) failed: u64,
    pub(super) faults: u64,
    pub(super) unanswered: u64,
    /// Calls whose outcome can't be told: sealed or damaged answers.
    pub(super) unknown: u64,
    pub(super) long_polls: u64,
    /// Latencies of all but long polls.
    pub(super) latency: Histogram,
}

impl Whole {
    fn add(&mut self, call: &Call) {
        let waits = call.is_long_poll();
        self.calls += 1;
        self.failed += u64::from(call.failed());
        self.faults += u64::from(matches!(call.answer, Answer::Fault(_)));
        self.unanswered += u64::from(call.answer == Answer::None);
        self.unknown += u64::from(call.answer == Answer::Response(None));
        self.long_polls += u64::from(waits);
        if let Some(latency) = call.latency().filter(|_| !waits) {
            self.latency.add(latency);
        }
    }
}

/// A latency in the picture of all of them.
#[derive(Debug)]
pub(super) struct Point {
    /// Nanoseconds since 1970.
    pub(super) time: i64,
    pub(super) nanos: i64,
    pub(super) failed: bool,
    pub(super) method: &'static str,
}

/// What failed: how often, and the frame that showed it first.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) count: u64,
    pub(super) frame: u64,
}

/// How many calls there were, and how many the page lists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count {
    pub(super) all: u64,
    pub(super) listed: usize,
}

pub(super) struct Collector {
    pub(super) limits: Pictures,
    filter: Option<Filter>,
    pub(super) calls: Calls<Listed>,
    pub(super) points: Spaced<Point>,
    pub(super) whole: Whole,
    pub(super) stats: Stats,
    pub(super) failures: BTreeMap<(String, String), Failed>,
    pub(super) story: Story,
    pub(super) events: Vec<Event>,
    /// Events beyond those.
    pub(super) more_events: u64,
    pub(super) checker: Checker,
    pub(super) findings: BTreeMap<&'static str, Vec<Finding>>,
    pub(super) sealed: Sealed,
    /// Requests as text, until their answer comes.
    requests: Bounded<CallKey, Box<str>>,
    /// The answer as text that the next call is completed by.
    answer: Option<Box<str>>,
    text: TextBuffer,
    style: Style,
    /// Bytes of messages that are kept.
    kept: Rc<Cell<usize>>,
    /// Calls whose messages had no room.
    pub(super) without: u64,
}

impl Collector {
    pub(super) fn new(limits: &Limits, filter: Option<Filter>) -> Self {
        let pictures = limits.pictures;
        Collector {
            limits: pictures,
            filter,
            calls: Calls::new(pictures.calls),
            points: Spaced::new(pictures.events),
            whole: Whole::default(),
            stats: Stats::new(limits.stats),
            failures: BTreeMap::new(),
            story: Story::new(limits.story),
            events: Vec::new(),
            more_events: 0,
            checker: Checker::new(limits.conformance.clone()),
            findings: BTreeMap::new(),
            sealed: Sealed::default(),
            // Of each byte of a message's room an answer may take as much again.
            requests: Bounded::new((pictures.messages / pictures.message.max(1)).max(1)),
            answer: None,
            text: TextBuffer::new(),
            style: Style { indent: 2, width: 96, max_output: pictures.message, ..Style::default() },
            kept: Rc::default(),
            without: 0,
        }
    }

    fn told(&mut self, event: Event) {
        if self.filter.as_ref().is_some_and(|filter| !filter.decide(event.tests)) {
            return;
        }
        if self.events.len() < self.limits.events {
            self.events.push(event);
        } else {
            self.more_events += 1;
        }
    }

    /// The values of a message as text.
    fn print(&mut self, record: &Record<'_>, seen: &RecordContext) -> Box<str> {
        self.text.clear();
        stub(&mut self.text, record, &self.style, Some(&HandleAnnotations::of(seen)));
        String::from_utf8_lossy(self.text.as_bytes()).into()
    }

    /// Both messages of a call.
    fn messages(&mut self, call: &Call) -> Option<Messages> {
        let tcp = call.transport == cluscope::internals::net::Transport::Tcp;
        let request =
            call.request.and_then(|(frame, _)| self.requests.remove(&(tcp, call.stream, call.call_id, frame)));
        let answer = call.response.and(self.answer.take());
        if request.is_none() && answer.is_none() {
            return None;
        }
        let (request, answer) = (request.unwrap_or_default(), answer.unwrap_or_default());
        // A quarter of the room is for failures alone.
        let room = if call.failed() { self.limits.messages } else { self.limits.messages / 4 * 3 };
        let size = request.len() + answer.len();
        let kept = self.kept.get().saturating_add(size);
        if kept > room {
            self.without += u64::from(size > 0);
            return None;
        }
        self.kept.set(kept);
        Some(Messages { request, answer, kept: Rc::clone(&self.kept) })
    }

    /// The page's data, and how many calls are in it.
    pub(super) fn finish(mut self, title: &str, totals: &Totals, given_up: &[(&str, u64)]) -> (Vec<u8>, Count) {
        let mut events = Vec::new();
        self.story.finish(&mut |event| events.push(event));
        events.into_iter().for_each(|event| self.told(event));
        data::write(self, title, totals, given_up)
    }
}

impl CallConsumer for Collector {
    fn every(&mut self, record: &Record<'_>) -> Result<(), Failure> {
        self.sealed.see(record);
        let findings = &mut self.findings;
        self.checker.record(record, &mut |finding| {
            let of_rule = findings.entry(finding.rule.name).or_default();
            if of_rule.len() < FINDINGS_EACH {
                of_rule.push(finding);
            }
        });
        Ok(())
    }

    fn record(&mut self, record: &Record<'_>, context: &RecordContext, tests: u64) -> Result<(), Failure> {
        match record.event.body {
            Body::Request { .. } => {
                if let Some(key) = call_key(record) {
                    let text = self.print(record, context);
                    self.requests.insert(key, text);
                }
            }
            Body::Response { .. } | Body::Fault { .. } => self.answer = Some(self.print(record, context)),
            _ => {}
        }
        let mut events = Vec::new();
        self.story.feed(record, context, tests, &mut |event| events.push(event));
        events.into_iter().for_each(|event| self.told(event));
        Ok(())
    }

    fn call(&mut self, call: &Call) -> Result<(), Failure> {
        self.stats.add(call);
        self.whole.add(call);
        let messages = self.messages(call);
        let number = self.whole.calls;
        let (failed, latency) = (call.failed(), call.latency());
        if failed {
            let key = (call.name(), call.outcome());
            let known = self.failures.contains_key(&key) || self.failures.len() < FAILURES;
            if known {
                let frame = call.response.map_or(0, |(frame, _)| frame);
                let failed = self.failures.entry(key).or_insert(Failed { count: 0, frame });
                failed.count += 1;
            }
        }
        let waits = call.is_long_poll();
        if let (Some(time), Some(nanos), false) = (call.time(), latency, waits) {
            let method = call.method().map_or("", |method| method.name);
            self.points.push(Point { time: time.0, nanos, failed, method });
        }
        let worth = match latency {
            _ if failed => Worth::Failed,
            Some(nanos) if !waits => Worth::Took(nanos),
            _ => Worth::Plain,
        };
        self.calls.push(worth, Listed { call: call.clone(), messages, number });
        Ok(())
    }
}
