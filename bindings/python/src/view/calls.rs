//! Calls: the records of `calls`.

use super::{View, text};
use crate::options::Options;
use crate::record::Item;
use cluscope::base::Timestamp;
use cluscope::filter::{Filter, Subject};
use cluscope::internals::analysis::joiner::{self, Joiner};
use cluscope::internals::analysis::{HandleAnnotations, RecordContext, Tracker};
use cluscope::internals::capture::etl::PacketOrigins;
use cluscope::internals::render::call::{CallEnd, PrintedRequest};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::render::json::{call, traced};
use cluscope::internals::rpc::event::Body;
use cluscope::internals::session::selection::{Choice, Selection};
use cluscope::session::Record;
use std::collections::VecDeque;

/// A request that waits for its answer, and which of the filter's comparisons hold for it.
struct Pending {
    request: PrintedRequest,
    tests: u64,
}

pub(crate) struct Calls {
    tracker: Tracker,
    seen: RecordContext,
    selection: Selection<Item>,
    filter: Option<Filter>,
    joiner: Joiner<Pending>,
    /// One half.
    json: Out,
    /// Where both halves are put together; each has its limit already.
    whole: Out,
    records: Records,
    origins: PacketOrigins,
    /// Halves of calls printed without their values.
    cut: u64,
    /// When the last record was captured.
    last: Option<Timestamp>,
}

impl Calls {
    pub(crate) fn new(options: &Options, origins: &PacketOrigins) -> Self {
        let mut json = Out::with_limit(options.limits.output.half);
        if options.hide_secrets {
            json.hide_secrets();
        }
        Calls {
            tracker: Tracker::new(options.limits.analysis),
            seen: RecordContext::default(),
            selection: Selection::new(options.limits.output),
            filter: options.filter.clone(),
            joiner: Joiner::new(options.limits.output),
            json,
            whole: Out::new(),
            records: Records::default(),
            origins: origins.clone(),
            cut: 0,
            last: None,
        }
    }

    fn tests(&self, record: &Record<'_>) -> u64 {
        self.filter.as_ref().map_or(0, |filter| filter.tests(&Subject::of_call(record, &self.seen)))
    }

    /// One half of a call as an object.
    fn half(&mut self, record: &Record<'_>) -> Vec<u8> {
        let Calls { json, seen, origins, .. } = self;
        let cut = call::half(json, record, Some(&HandleAnnotations::of(seen)), |out| {
            if let Some(origin) = origins.get(record.event.frame()) {
                traced::origin(out, &origin);
            }
        });
        self.cut += u64::from(cut);
        self.json.as_bytes().to_vec()
    }

    fn unanswered(&mut self, pending: &Pending, why: &'static str, out: &mut VecDeque<Item>) {
        self.hand_out(Some(pending), &CallEnd::Unanswered(why), out);
    }

    fn hand_out(&mut self, pending: Option<&Pending>, end: &CallEnd<'_, '_>, out: &mut VecDeque<Item>) {
        let answered = match end {
            CallEnd::Answered(record) => self.tests(record),
            CallEnd::Unanswered(_) => 0,
        };
        let tests = answered | pending.map_or(0, |pending| pending.tests);
        if !self.filter.as_ref().is_none_or(|filter| filter.decide(tests)) {
            return;
        }
        let half = match end {
            CallEnd::Answered(record) => Some(self.half(record)),
            CallEnd::Unanswered(_) => None,
        };
        let request = pending.map(|pending| &pending.request);
        call::call(&mut self.whole, &mut self.records, request, end, half.as_deref(), self.last);
        out.push_back(Item { line: text(&self.whole), ..Item::default() });
    }
}

impl View for Calls {
    fn record(&mut self, record: &Record<'_>, out: &mut VecDeque<Item>) {
        self.tracker.feed_into(record, &mut self.seen);
        self.last = record.event.time().or(self.last);
        if !matches!(self.selection.choose(record), Choice::Show(_)) || record.event.call_id.is_none() {
            return;
        }
        match record.event.body {
            Body::Request { .. } => {
                if let Some(earlier) = self.joiner.take(record) {
                    self.unanswered(&earlier, joiner::USED_AGAIN, out);
                }
                let print = self.half(record);
                let request = PrintedRequest::new(record, self.seen.user.clone(), print);
                let pending = Pending { request, tests: self.tests(record) };
                if record.event.call.is_none() {
                    return self.unanswered(&pending, joiner::NOT_EXPECTED, out);
                }
                self.joiner.wait(record, pending.request.print.len(), pending);
                while let Some(oldest) = self.joiner.overdue() {
                    self.unanswered(&oldest, joiner::NOT_WAITED_FOR, out);
                }
            }
            Body::Response { .. } | Body::Fault { .. } => {
                let pending = self.joiner.take(record);
                self.hand_out(pending.as_ref(), &CallEnd::Answered(record), out);
            }
            _ => {}
        }
    }

    fn finish(&mut self, out: &mut VecDeque<Item>) {
        while let Some(pending) = self.joiner.oldest() {
            self.unanswered(&pending, joiner::NO_ANSWER, out);
        }
    }

    fn given_up(&self) -> Vec<(&'static str, u64)> {
        let mut all = self.tracker.counters().all().to_vec();
        all.extend([("calls_not_waited_for", self.joiner.given_up()), ("records_cut", self.cut)]);
        all.extend(self.selection.given_up());
        all
    }
}
