//! What must hold for what is printed of records, calls, events and findings, in every format.

use cluscope::internals::analysis::RecordContext;
use cluscope::internals::analysis::calls::Call;
use cluscope::internals::analysis::joiner;
use cluscope::internals::analysis::story::{Event, Timeline};
use cluscope::internals::analysis::{HandleAnnotations, stats};
use cluscope::internals::conformance::{Checker, Finding};
use cluscope::internals::limits::Pictures;
use cluscope::internals::render::call::{CallEnd, PrintedRequest};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::render::text::brief::{self, BriefCall, BriefLines};
use cluscope::internals::render::text::{self, Style, TextBuffer, story};
use cluscope::internals::render::{CALL_FORMATS, CallPrinter, STORY_FORMATS, Settings, StoryPrinter, csv, json};
use cluscope::internals::rpc::event::Body;
use cluscope::internals::session::Record;

/// Printers of every format.
pub(super) struct Printers {
    calls: Vec<Box<dyn CallPrinter>>,
    stories: Vec<Box<dyn StoryPrinter>>,
    style: Style,
    text: TextBuffer,
    brief: BriefLines,
    about: String,
    lines: story::Lines,
    sum: story::Sum,
    out: Vec<u8>,
    json: Out,
    records: Records,
    /// The last request, with the object that was printed of it.
    request: Option<PrintedRequest>,
    half: Out,
}

/// Text that a terminal shows: no character acts on it. What begins as lines of JSON is that.
pub(super) fn check(bytes: &[u8]) {
    let text = core::str::from_utf8(bytes).expect("output is UTF-8");
    let acts = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    assert!(!text.contains(acts), "a control character in {text:?}");
    if text.starts_with('{') && text.ends_with("}\n") {
        for line in text.lines() {
            assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "no JSON: {line}");
        }
    }
}

/// The same of text in colour: but for what the library itself puts around names.
pub(super) fn check_coloured(bytes: &[u8]) {
    let text = core::str::from_utf8(bytes).expect("output is UTF-8");
    let plain = text::COLOURS.iter().fold(text.to_owned(), |text, colour| text.replace(colour, ""));
    check(plain.as_bytes());
}

impl Printers {
    /// For a screen of so many columns.
    pub(super) fn new(width: usize) -> Printers {
        let settings = Settings { cells: csv::Cells::Safe, tracks: 4 };
        let pictures = Pictures { tracks: 4, arrows: 8, ..Pictures::default() };
        let mut printers = Printers {
            calls: CALL_FORMATS.iter().map(|format| (format.printer)(settings)).collect(),
            stories: STORY_FORMATS.iter().map(|format| (format.printer)(&pictures)).collect(),
            style: Style { width, ..Style::default() },
            text: TextBuffer::new(),
            brief: BriefLines::default(),
            about: String::new(),
            lines: story::Lines::default(),
            sum: story::Sum::default(),
            out: Vec::new(),
            json: Out::new(),
            records: Records::default(),
            request: None,
            half: Out::new(),
        };
        printers.calls.iter_mut().for_each(|printer| printer.begin(&mut printers.out));
        printers.stories.iter_mut().for_each(|printer| printer.begin(&mut printers.out));
        printers
    }

    pub(super) fn record(&mut self, record: &Record<'_>, seen: &RecordContext) {
        self.text.clear();
        text::record::record(&mut self.text, record, &self.style, Some(&HandleAnnotations::of(seen)));
        check(self.text.as_bytes());
        self.about = brief::about(record, seen);
        self.whole(record, seen);
    }

    /// A call with both its halves, of the last request and what may be its answer.
    fn whole(&mut self, record: &Record<'_>, seen: &RecordContext) {
        let view = HandleAnnotations::of(seen);
        json::call::half(&mut self.half, record, Some(&view), |_| {});
        assert!(serde_json::from_slice::<serde_json::Value>(self.half.as_bytes()).is_ok(), "no JSON");
        let half = self.half.as_bytes().to_vec();
        let request = self.request.take();
        let (end, answer) = match record.event.body {
            Body::Response { .. } | Body::Fault { .. } => (CallEnd::Answered(record), Some(half.as_slice())),
            Body::Request { .. } => {
                self.request = Some(PrintedRequest::new(record, seen.user.clone(), half));
                (CallEnd::Unanswered(joiner::NO_ANSWER), None)
            }
            _ => return,
        };
        if request.is_none() && answer.is_none() {
            return;
        }
        json::call::call(&mut self.json, &mut self.records, request.as_ref(), &end, answer, record.event.time());
        self.is_json();
        self.text.clear();
        text::call::call(&mut self.text, request.as_ref(), &end, &self.style, Some(&view));
        check(self.text.as_bytes());
    }

    pub(super) fn call(&mut self, call: &Call) {
        for printer in &mut self.calls {
            self.out.clear();
            printer.call(&mut self.out, call);
            check(&self.out);
        }
        self.text.clear();
        let name = call.name();
        let line = BriefCall {
            time: call.time(),
            client: call.client,
            server: call.server,
            method: &name,
            about: &self.about,
            answer: call.answer,
            latency: call.latency(),
        };
        self.brief.line(&mut self.text, &line, &self.style, self.style.width.is_multiple_of(2));
        check(self.text.as_bytes());
        self.sum.add(call);
    }

    pub(super) fn event(&mut self, event: &Event) {
        for printer in &mut self.stories {
            self.out.clear();
            printer.event(&mut self.out, event);
            check(&self.out);
        }
        check(self.lines.event(event, true, &self.style, self.style.width.is_multiple_of(2)).as_bytes());
        json::story::event(&mut self.json, event);
        self.is_json();
    }

    pub(super) fn finding(&mut self, finding: &Finding) {
        json::findings::finding(&mut self.json, &mut self.records, finding);
        self.is_json();
    }

    fn is_json(&self) {
        assert!(serde_json::from_slice::<serde_json::Value>(self.json.as_bytes()).is_ok(), "no JSON");
    }

    pub(super) fn finish(mut self, timelines: &[Timeline], checker: &Checker, statistics: &stats::Stats) {
        self.out.clear();
        self.calls.iter_mut().for_each(|printer| printer.end(&mut self.out));
        self.stories.iter_mut().for_each(|printer| printer.end(&mut self.out, timelines));
        check(&self.out);
        for timeline in timelines {
            check(story::timeline(timeline, &self.style).as_bytes());
            json::story::timeline(&mut self.json, timeline);
            self.is_json();
        }
        for fingerprint in checker.fingerprints() {
            json::findings::fingerprint(&mut self.json, &fingerprint);
            self.is_json();
        }
        json::findings::summary(&mut self.json, checker);
        self.is_json();
        check(self.sum.line(&self.style).as_bytes());
        for by in stats::By::ALL.iter().copied() {
            let rows = statistics.table(by).rows();
            self.out.clear();
            text::stats::table(&mut self.out, by, &rows, Some(self.style.width)).expect("bytes in memory");
            check(&self.out);
            for (key, row) in rows {
                json::stats::row(&mut self.json, by, key, row);
                self.is_json();
            }
        }
    }
}
