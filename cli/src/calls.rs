//! `calls`: each request joined with its response or fault.
//!
//! A request's print is kept until its answer comes, under a limit of bytes; what is given up for it is printed as a
//! call whose answer was not waited for.

use super::dissect::{Choice, Selection, limits_with};
use super::{Capture, Failure, Format, Outcome, output, source};
use cluscope::analysis::notify::is_long_poll;
use cluscope::analysis::{Seen, Tracker, View};
use cluscope::consts::status;
use cluscope::filter::{Filter, Subject};
use cluscope::limits::Output;
use cluscope::ndr::wire::Message;
use cluscope::net::Timestamp;
use cluscope::render::json::out::Out;
use cluscope::render::json::record::{Records, body_with, cut, timestamp};
use cluscope::render::text::Style;
use cluscope::render::text::record::{self as blocks, StatusOf};
use cluscope::rpc::event::Body;
use cluscope::session::{Flow, Record};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

/// A request that waits for its answer.
struct Waiting {
    flow: Flow,
    call_id: u32,
    frame: u64,
    time: Option<Timestamp>,
    method: String,
    long_poll: bool,
    user: Option<Arc<str>>,
    /// Which of the filter's comparisons hold for it.
    tests: u64,
    /// The request as members of an object, or as lines.
    print: Vec<u8>,
}

/// Requests by the order in which they came, and the way to them by stream and call.
struct Calls<'o, W> {
    out: &'o mut W,
    json: Out,
    /// Where both halves are put together; each has its limit already.
    whole: Out,
    records: Records,
    format: Format,
    style: Style,
    by_age: BTreeMap<u64, Waiting>,
    by_call: BTreeMap<(bool, u64, u32), u64>,
    next: u64,
    bytes: usize,
    given_up: u64,
    /// Halves of calls printed without their values.
    cut: u64,
    limits: Output,
    /// What is known of the record that is being printed.
    seen: Seen,
    filter: Option<Filter>,
    /// When the last record was captured.
    last: Option<Timestamp>,
}

/// The other half of a call.
enum Answer<'r, 'a> {
    Record(&'r Record<'a>),
    None(&'static str),
}

pub(super) fn run(capture: &Capture, format: Format, full: bool, hide_secrets: bool) -> Outcome {
    let filter = capture.filter()?;
    let mut out = output::stdout();
    let limits = capture.memory.limits();
    let mut selection = Selection::new(limits.output);
    let mut style = output::style(full);
    style.max_output = limits.output.half;
    let mut calls = Calls {
        out: &mut out,
        json: Out::with_limit(limits.output.half),
        whole: Out::new(),
        records: Records::default(),
        format,
        style,
        by_age: BTreeMap::new(),
        by_call: BTreeMap::new(),
        next: 0,
        bytes: 0,
        given_up: 0,
        cut: 0,
        limits: limits.output,
        seen: Seen::default(),
        filter,
        last: None,
    };
    if hide_secrets {
        calls.json.hide_secrets();
    }
    let tracker = Tracker::new(limits.analysis);
    let (session, tracker, any) = source::read_tracked(capture, tracker, &mut |record| {
        let Some((record, seen)) = record else { return Ok(calls.out.flush()?) };
        let record = &*record;
        std::mem::swap(&mut calls.seen, seen);
        calls.last = record.event.time().or(calls.last);
        match selection.choose(record) {
            Choice::Show(_) => calls.record(record),
            Choice::Hold | Choice::Skip => Ok(()),
        }
    })?;
    while let Some((_, waiting)) = calls.by_age.pop_first() {
        calls.print(Some(&waiting), &Answer::None("no answer in the capture"))?;
    }
    let mut more = vec![("calls_not_waited_for", calls.given_up), ("records_cut", calls.cut)];
    more.extend(selection.given_up());
    limits_with(&mut out, &session, &tracker, &more, format)?;
    out.flush()?;
    Ok(any)
}

impl<W: Write> Calls<'_, W> {
    fn record(&mut self, record: &Record<'_>) -> Result<(), Failure> {
        let Some(call_id) = record.event.call_id else { return Ok(()) };
        let key = (record.flow.transport == cluscope::net::Transport::Tcp, record.flow.stream, call_id);
        match record.event.body {
            Body::Request { .. } => {
                if let Some(earlier) = self.take(key) {
                    self.print(Some(&earlier), &Answer::None("the call id was used again"))?;
                }
                let waiting = self.request(record, call_id);
                if record.event.call.is_none() {
                    return self.print(Some(&waiting), &Answer::None("none is expected"));
                }
                self.bytes += waiting.print.len();
                self.by_age.insert(self.next, waiting);
                self.by_call.insert(key, self.next);
                self.next += 1;
                while self.bytes > self.limits.waiting_bytes || self.by_age.len() > self.limits.waiting {
                    let Some((_, oldest)) = self.by_age.pop_first() else { break };
                    self.bytes -= oldest.print.len();
                    let tcp = oldest.flow.transport == cluscope::net::Transport::Tcp;
                    self.by_call.remove(&(tcp, oldest.flow.stream, oldest.call_id));
                    self.given_up += 1;
                    self.print(Some(&oldest), &Answer::None("not waited for: too many calls are open"))?;
                }
                Ok(())
            }
            Body::Response { .. } | Body::Fault { .. } => {
                let waiting = self.take(key);
                self.print(waiting.as_ref(), &Answer::Record(record))
            }
            _ => Ok(()),
        }
    }

    fn tests(&self, record: &Record<'_>) -> u64 {
        self.filter.as_ref().map_or(0, |filter| filter.tests(&Subject::of_call(record, &self.seen)))
    }

    fn take(&mut self, key: (bool, u64, u32)) -> Option<Waiting> {
        let waiting = self.by_age.remove(&self.by_call.remove(&key)?)?;
        self.bytes -= waiting.print.len();
        Some(waiting)
    }

    fn request(&mut self, record: &Record<'_>, call_id: u32) -> Waiting {
        let print = match self.format {
            Format::Jsonl => self.half(record),
            Format::Text => {
                let mut text = String::new();
                blocks::stub(&mut text, record, &self.style, Some(&View::of(&self.seen)));
                text.into_bytes()
            }
        };
        Waiting {
            flow: record.flow,
            call_id,
            frame: record.event.frame(),
            time: record.event.time(),
            method: name(record),
            long_poll: record.method().is_some_and(|method| is_long_poll(method.id)),
            user: self.seen.user.clone(),
            tests: self.tests(record),
            print,
        }
    }

    /// One half of a call as an object.
    fn half(&mut self, record: &Record<'_>) -> Vec<u8> {
        self.json.clear();
        self.json.begin();
        self.json.key("frame");
        self.json.uint(record.event.frame());
        body_with(&mut self.json, record, Some(&View::of(&self.seen)));
        self.json.end();
        if self.json.overflowed() {
            self.cut += 1;
            self.json.clear();
            self.json.begin();
            self.json.key("frame");
            self.json.uint(record.event.frame());
            cut(&mut self.json, record);
            self.json.end();
        }
        self.json.as_bytes().to_vec()
    }

    fn print(&mut self, waiting: Option<&Waiting>, answer: &Answer<'_, '_>) -> Result<(), Failure> {
        let answered = match answer {
            Answer::Record(record) => self.tests(record),
            Answer::None(_) => 0,
        };
        let tests = answered | waiting.map_or(0, |w| w.tests);
        if self.filter.as_ref().is_some_and(|filter| !filter.decide(tests)) {
            return Ok(());
        }
        match self.format {
            Format::Jsonl => self.print_json(waiting, answer),
            Format::Text => self.print_text(waiting, answer),
        }
    }

    fn print_json(&mut self, waiting: Option<&Waiting>, answer: &Answer<'_, '_>) -> Result<(), Failure> {
        let half = match answer {
            Answer::Record(record) => Some(self.half(record)),
            Answer::None(_) => None,
        };
        let (flow, call_id, method) = heading(waiting, answer);
        let out = &mut self.whole;
        out.clear();
        out.begin();
        out.key("type");
        out.text("call");
        if let Some(time) = waiting.and_then(|w| w.time) {
            out.key("time");
            timestamp(out, time);
        }
        if let Some(flow) = flow {
            self.records.flow(out, &flow);
        }
        out.key("call_id");
        out.uint(u64::from(call_id));
        if !method.is_empty() {
            out.key("method");
            out.text(&method);
        }
        if let Some(user) = waiting.and_then(|w| w.user.as_deref()) {
            out.key("user");
            out.text(user);
        }
        if waits(waiting, answer) {
            out.key("long_poll");
            out.bool(true);
        }
        if let Some(latency) = latency(waiting, answer) {
            out.key("latency_ns");
            out.int(latency);
        }
        if let (Some(waiting), Answer::None(_), Some(last)) = (waiting, answer, self.last)
            && let Some(time) = waiting.time
        {
            out.key("pending_ns");
            out.int(last.0.saturating_sub(time.0));
        }
        if let Some(status) = outcome(answer) {
            out.key("status");
            cluscope::render::json::values::status(out, status);
        }
        if let Some(waiting) = waiting {
            out.key("request");
            out.raw(&waiting.print);
        }
        match (answer, half) {
            (Answer::Record(record), Some(half)) => {
                out.key(if matches!(record.event.body, Body::Fault { .. }) { "fault" } else { "response" });
                out.raw(&half);
            }
            (Answer::None(reason), _) => {
                out.key("unanswered");
                out.text(reason);
            }
            _ => {}
        }
        out.end();
        output::line(self.out, out.as_bytes())?;
        Ok(())
    }

    fn print_text(&mut self, waiting: Option<&Waiting>, answer: &Answer<'_, '_>) -> Result<(), Failure> {
        let (flow, call_id, method) = heading(waiting, answer);
        let mut text = String::new();
        let mut words = Vec::new();
        let frames = match (waiting, answer) {
            (Some(w), Answer::Record(r)) => format!("#{}-{}", w.frame, r.event.frame()),
            (Some(w), Answer::None(_)) => format!("#{}", w.frame),
            (None, Answer::Record(r)) => format!("#{}", r.event.frame()),
            (None, Answer::None(_)) => String::new(),
        };
        words.push(frames);
        words.extend(waiting.and_then(|w| w.time).map(blocks::clock));
        words.extend(flow.map(|f| format!("{} -> {}", f.src, f.dst)));
        words.push(format!("call {call_id}"));
        text.push_str(&words.join("  "));
        text.push_str(&format!("\n  {}{method}{}", blocks::bold(&self.style), blocks::off(&self.style)));
        match answer {
            Answer::Record(record) => {
                let fault = if matches!(record.event.body, Body::Fault { .. }) { "fault " } else { "" };
                match outcome(answer) {
                    Some(code) => {
                        let name = if fault.is_empty() { status::win32_name(code) } else { status::fault_name(code) };
                        text.push_str(&format!("  {fault}{} ({code:#x})", name.unwrap_or("status")));
                    }
                    None => text.push_str(&format!("  {fault}answered")),
                }
                if let Some(latency) = latency(waiting, answer) {
                    let word = if waits(waiting, answer) { "waited" } else { "after" };
                    text.push_str(&format!("  {word} {}", blocks::duration(latency)));
                }
            }
            Answer::None(reason) => text.push_str(&format!("  no answer: {reason}")),
        }
        text.push('\n');
        match waiting {
            Some(waiting) => text.push_str(&String::from_utf8_lossy(&waiting.print)),
            None => text.push_str("    (the request was not captured)\n"),
        }
        if let Answer::Record(record) = answer {
            let start = text.len();
            blocks::stub(&mut text, record, &self.style, Some(&View::of(&self.seen)));
            if text.len() > start {
                text.insert_str(start, "   =>\n");
            }
        }
        output::line(self.out, text.as_bytes())?;
        Ok(())
    }
}

fn name(record: &Record<'_>) -> String {
    match (record.method(), record.opnum()) {
        (Some(method), _) => method.name.to_string(),
        (None, Some(opnum)) => format!("opnum {opnum}"),
        (None, None) => String::new(),
    }
}

fn heading(waiting: Option<&Waiting>, answer: &Answer<'_, '_>) -> (Option<Flow>, u32, String) {
    match (waiting, answer) {
        (Some(w), _) => (Some(w.flow), w.call_id, w.method.clone()),
        (None, Answer::Record(r)) => {
            // Seen from the caller.
            let Flow { src, dst, .. } = r.flow;
            (Some(Flow { src: dst, dst: src, ..r.flow }), r.event.call_id.unwrap_or_default(), name(r))
        }
        (None, Answer::None(_)) => (None, 0, String::new()),
    }
}

/// Whether the call waits by design until something happens.
fn waits(waiting: Option<&Waiting>, answer: &Answer<'_, '_>) -> bool {
    match (waiting, answer) {
        (Some(waiting), _) => waiting.long_poll,
        (None, Answer::Record(record)) => record.method().is_some_and(|method| is_long_poll(method.id)),
        (None, Answer::None(_)) => false,
    }
}

fn latency(waiting: Option<&Waiting>, answer: &Answer<'_, '_>) -> Option<i64> {
    match answer {
        Answer::Record(record) => Some(record.event.time()?.0.saturating_sub(waiting?.time?.0)),
        Answer::None(_) => None,
    }
}

/// The status of a response or fault.
fn outcome(answer: &Answer<'_, '_>) -> Option<u32> {
    let Answer::Record(record) = answer else { return None };
    if let Body::Fault { status, .. } = record.event.body {
        return status;
    }
    let (kind, stub) = record.stub()?;
    let mut status = StatusOf::default();
    // A response cut short may still have shown its status.
    let _ = Message::decode_with(record.method()?, kind, stub, &mut status);
    status.0
}
