//! `calls`: each request joined with its response or fault.
//!
//! A request's print is kept until its answer comes, under a limit of bytes; what is given up for it is printed as a
//! call whose answer was not waited for.

use super::dissect::{Choice, Selection, limits_with};
use super::screen::screen;
use super::{Capture, Failure, Format, Outcome, output, source, summary, traced};
use cluscope::internals::analysis::calls::{Answer, CallOutcome};
use cluscope::internals::analysis::joiner::{self, Joiner};
use cluscope::internals::analysis::notify::is_long_poll;
use cluscope::internals::analysis::{HandleAnnotations, RecordContext, Tracker};
use cluscope::internals::base::Timestamp;
use cluscope::internals::filter::{Filter, Subject};
use cluscope::internals::render::call::{self, CallEnd, PrintedRequest};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::{Records, body_with, cut};
use cluscope::internals::render::text::brief::{self, BriefCall, BriefLines};
use cluscope::internals::render::text::{Style, TextBuffer};
use cluscope::internals::render::{json, text};
use cluscope::internals::rpc::event::Body;
use cluscope::internals::session::Record;
use std::io::Write;

/// A request that waits for its answer, and which of the filter's comparisons hold for it.
struct Pending {
    request: PrintedRequest,
    /// What its line says of it, where lines are printed.
    about: String,
    tests: u64,
}

impl Pending {
    /// What keeping it takes, in bytes.
    fn size(&self) -> usize {
        self.request.print.len() + self.about.len()
    }
}

/// How text has calls.
pub(super) enum Shape {
    /// A block each.
    Blocks,
    /// A line each.
    Lines,
    /// A line each, and for those that failed what their blocks have.
    LinesAndFailures,
    /// Blocks as long as all of them fit the screen; else as above. Until then they wait.
    Fitting {
        /// What was printed so far: as a block, and as a line.
        held: Vec<(Vec<u8>, Vec<u8>)>,
        /// Lines of the blocks.
        rows: usize,
    },
}

/// Prints calls as their answers come.
struct Calls<'o, W> {
    out: &'o mut W,
    json: Out,
    /// Where both halves are put together; each has its limit already.
    whole: Out,
    text: TextBuffer,
    records: Records,
    format: Format,
    style: Style,
    shape: Shape,
    lines: BriefLines,
    /// Whether standard output is a terminal.
    screen: bool,
    joiner: Joiner<Pending>,
    /// Halves of calls printed without their values.
    cut: u64,
    /// What is known of the record that is being printed.
    seen: RecordContext,
    filter: Option<Filter>,
    matched: summary::Matched,
    /// When the last record was captured.
    last: Option<Timestamp>,
    /// Where packets come from.
    origins: traced::PacketOrigins,
}

/// The shape that fits where text goes.
pub(super) fn shape(brief: bool, full: bool) -> Shape {
    match (brief, full || !screen().terminal) {
        (true, _) => Shape::Lines,
        (false, true) => Shape::Blocks,
        (false, false) => Shape::Fitting { held: Vec::new(), rows: 0 },
    }
}

pub(super) fn run(capture: &Capture, format: Format, full: bool, shape: Shape, hide_secrets: bool) -> Outcome {
    let filter = capture.filter()?;
    let limits = capture.memory.limits();
    let mut selection = Selection::new(limits.output);
    let mut style = output::style(full);
    style.max_output = limits.output.half;
    let mut out = output::stdout_in(format, &style);
    output::head(&mut out, format)?;
    let mut calls = Calls {
        out: &mut out,
        json: output::json_within(limits.output.half),
        whole: output::json(),
        text: TextBuffer::new(),
        records: Records::default(),
        format,
        style,
        shape,
        lines: BriefLines::default(),
        screen: screen().terminal,
        joiner: Joiner::new(limits.output),
        cut: 0,
        seen: RecordContext::default(),
        filter,
        matched: summary::Matched::default(),
        last: None,
        origins: capture.origins.clone(),
    };
    if hide_secrets {
        calls.json.hide_secrets();
    }
    let tracker = Tracker::new(limits.analysis);
    let (session, tracker, totals) = source::read_tracked(capture, tracker, &mut |record| {
        let Some((record, seen)) = record else {
            // Who waits for more wants to see what there is.
            calls.decide(true)?;
            return Ok(calls.out.flush()?);
        };
        let record = &*record;
        std::mem::swap(&mut calls.seen, seen);
        calls.last = record.event.time().or(calls.last);
        match selection.choose(record) {
            Choice::Show(_) => calls.record(record),
            Choice::Hold | Choice::Skip => Ok(()),
        }
    })?;
    while let Some(pending) = calls.joiner.oldest() {
        calls.print(Some(&pending), &CallEnd::Unanswered(joiner::NO_ANSWER))?;
    }
    calls.decide(false)?;
    calls.matched.tell("calls", calls.filter.is_some());
    let mut more = vec![("calls_not_waited_for", calls.joiner.given_up()), ("records_cut", calls.cut)];
    more.extend(selection.given_up());
    totals.traces.print(&mut out, format)?;
    limits_with(&mut out, &session, &tracker, &more, format)?;
    summary::tell(&mut out, &session, &totals, format)?;
    out.flush()?;
    totals.outcome(&session)
}

impl<W: Write> Calls<'_, W> {
    fn record(&mut self, record: &Record<'_>) -> Result<(), Failure> {
        let Some(call_id) = record.event.call_id else { return Ok(()) };
        match record.event.body {
            Body::Request { .. } => {
                if let Some(earlier) = self.joiner.take(record) {
                    self.print(Some(&earlier), &CallEnd::Unanswered(joiner::USED_AGAIN))?;
                }
                let pending = self.request(record, call_id);
                if record.event.call.is_none() {
                    return self.print(Some(&pending), &CallEnd::Unanswered(joiner::NOT_EXPECTED));
                }
                self.joiner.wait(record, pending.size(), pending);
                while let Some(oldest) = self.joiner.overdue() {
                    self.print(Some(&oldest), &CallEnd::Unanswered(joiner::NOT_WAITED_FOR))?;
                }
                Ok(())
            }
            Body::Response { .. } | Body::Fault { .. } => {
                let pending = self.joiner.take(record);
                self.print(pending.as_ref(), &CallEnd::Answered(record))
            }
            _ => Ok(()),
        }
    }

    fn tests(&self, record: &Record<'_>) -> u64 {
        self.filter.as_ref().map_or(0, |filter| filter.tests(&Subject::of_call(record, &self.seen)))
    }

    fn request(&mut self, record: &Record<'_>, call_id: u32) -> Pending {
        let print = match self.format {
            Format::Jsonl => self.half(record),
            Format::Text => {
                self.text.clear();
                text::record::stub(&mut self.text, record, &self.style, Some(&HandleAnnotations::of(&self.seen)));
                self.text.as_bytes().to_vec()
            }
        };
        let request = PrintedRequest {
            flow: record.flow,
            call_id,
            frame: record.event.frame(),
            time: record.event.time(),
            method: call::name(record),
            long_poll: record.method().is_some_and(|method| is_long_poll(method.id)),
            user: self.seen.user.clone(),
            print,
        };
        let lines = self.format == Format::Text && !matches!(self.shape, Shape::Blocks);
        let about = if lines { brief::about(record, &self.seen) } else { String::new() };
        Pending { request, about, tests: self.tests(record) }
    }

    /// One half of a call as an object.
    fn half(&mut self, record: &Record<'_>) -> Vec<u8> {
        self.json.clear();
        self.json.begin();
        self.json.key("frame");
        self.json.uint(record.event.frame());
        body_with(&mut self.json, record, Some(&HandleAnnotations::of(&self.seen)));
        traced::json(&mut self.json, &self.origins, record);
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

    fn print(&mut self, pending: Option<&Pending>, answer: &CallEnd<'_, '_>) -> Result<(), Failure> {
        let answered = match answer {
            CallEnd::Answered(record) => self.tests(record),
            CallEnd::Unanswered(_) => 0,
        };
        let tests = answered | pending.map_or(0, |w| w.tests);
        if !self.matched.count(self.filter.as_ref().is_none_or(|filter| filter.decide(tests))) {
            return Ok(());
        }
        let request = pending.map(|pending| &pending.request);
        match self.format {
            Format::Jsonl => {
                let half = match answer {
                    CallEnd::Answered(record) => Some(self.half(record)),
                    CallEnd::Unanswered(_) => None,
                };
                json::call::call(&mut self.whole, &mut self.records, request, answer, half.as_deref(), self.last);
                output::line(self.out, self.whole.as_bytes())?;
            }
            Format::Text => {
                let view = HandleAnnotations::of(&self.seen);
                self.text.clear();
                if !matches!(self.shape, Shape::Lines) {
                    text::call::call(&mut self.text, request, answer, &self.style, Some(&view));
                }
                if matches!(self.shape, Shape::Blocks) {
                    output::line(self.out, self.text.as_bytes())?;
                } else {
                    self.line(pending, answer)?;
                }
            }
        }
        Ok(())
    }

    /// A call as a line; its block lies in `text`.
    fn line(&mut self, pending: Option<&Pending>, end: &CallEnd<'_, '_>) -> Result<(), Failure> {
        let request = pending.map(|pending| &pending.request);
        let (answer, time, latency) = match end {
            CallEnd::Answered(record) => {
                let status = call::outcome(end);
                let fault = matches!(record.event.body, Body::Fault { .. });
                let answer = if fault { Answer::Fault(status) } else { Answer::Response(status) };
                (answer, record.event.time(), call::latency(request, end))
            }
            CallEnd::Unanswered(_) => (Answer::None, None, None),
        };
        // Of a call whose request was not captured, what its answer uses is known.
        let (client, server) = match (request, end) {
            (Some(request), _) => (request.flow.src, request.flow.dst),
            (None, CallEnd::Answered(record)) => (record.flow.dst, record.flow.src),
            (None, CallEnd::Unanswered(_)) => return Ok(()),
        };
        let (_, _, method) = call::heading(request, end);
        let about = pending.map_or("", |pending| pending.about.as_str());
        let time = request.and_then(|request| request.time).or(time);
        let brief = BriefCall { time, client, server, method: &method, about, answer, latency };
        let mut line = TextBuffer::new();
        self.lines.line(&mut line, &brief, &self.style, self.screen);
        let failed = answer.outcome() == CallOutcome::Failure;
        let block = self.text.as_bytes();
        match &mut self.shape {
            Shape::Fitting { held, rows } => {
                *rows += block.split(|byte| *byte == b'\n').count();
                if failed {
                    line.put(body(self.text.as_str()));
                }
                held.push((block.to_vec(), line.as_bytes().to_vec()));
                if *rows > screen().rows.saturating_sub(ROWS_BESIDE) {
                    self.decide(true)?;
                }
            }
            Shape::LinesAndFailures if failed => {
                line.put(body(self.text.as_str()));
                self.out.write_all(line.as_bytes())?;
            }
            _ => self.out.write_all(line.as_bytes())?,
        }
        Ok(())
    }

    /// Prints what waits: as lines, if there is more than fits the screen, else as blocks.
    fn decide(&mut self, more: bool) -> Result<(), Failure> {
        let Shape::Fitting { held, .. } = &mut self.shape else { return Ok(()) };
        for (block, line) in std::mem::take(held) {
            if more {
                self.out.write_all(&line)?;
            } else {
                output::line(self.out, &block)?;
            }
        }
        if more {
            self.shape = Shape::LinesAndFailures;
        }
        Ok(())
    }
}

/// Lines of the screen that are not for calls: the head, and the shell's prompt.
const ROWS_BESIDE: usize = 3;

/// What a block has below its two lines of heading.
fn body(block: &str) -> &str {
    block.splitn(3, '\n').nth(2).unwrap_or_default()
}
