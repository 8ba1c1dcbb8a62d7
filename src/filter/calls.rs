//! Calls that an expression holds for: records in, what the tracker knows of them and whole calls out.

use super::{Filter, Subject};
use crate::analysis::calls::Call;
use crate::analysis::{AnalysisLimits, RecordContext, Tracker};
use crate::rpc::event::Body;
use crate::session::Record;
use crate::session::selection::{Choice, Selection, SelectionLimits};

/// Calls out of records, in the order in which they were completed; those without an answer last.
#[derive(Debug)]
pub struct CallReader {
    filter: Option<Filter>,
    tracker: Tracker,
    selection: Selection<Vec<u8>>,
    seen: u64,
    passed: u64,
}

impl CallReader {
    /// Nothing read yet. Without a filter all calls are handed out.
    pub fn new(filter: Option<Filter>, analysis: AnalysisLimits, selection: impl Into<SelectionLimits>) -> Self {
        CallReader { filter, tracker: Tracker::new(analysis), selection: Selection::new(selection), seen: 0, passed: 0 }
    }

    /// Whether the expression holds, by its comparisons that do.
    pub fn passes(&self, tests: u64) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.decide(tests))
    }

    /// Counts a call; whether it passes.
    fn count(&mut self, tests: u64) -> bool {
        let passes = self.passes(tests);
        self.seen += 1;
        self.passed += u64::from(passes);
        passes
    }

    /// Whether there is an expression.
    pub fn is_filtered(&self) -> bool {
        self.filter.is_some()
    }

    /// How many calls there were so far, and how many of them passed.
    pub fn counts(&self) -> (u64, u64) {
        (self.seen, self.passed)
    }

    /// What was given up for a limit.
    pub fn tracker(&self) -> &Tracker {
        &self.tracker
    }

    /// The same when nothing is read any more.
    pub fn into_tracker(self) -> Tracker {
        self.tracker
    }

    /// Takes a record. `each` gets it, if it is one of ours, with what the tracker knows and which of the filter's
    /// comparisons hold for it; `call` the calls that it completes and that pass.
    pub fn record(
        &mut self,
        record: &Record<'_>,
        each: &mut dyn FnMut(&Record<'_>, &RecordContext, u64),
        call: &mut dyn FnMut(&Call),
    ) {
        let mut seen = self.tracker.feed(record);
        if !matches!(self.selection.choose(record), Choice::Show(_)) {
            return;
        }
        let tests = self.filter.as_ref().map_or(0, |filter| filter.tests(&Subject::of_call(record, &seen)));
        if matches!(record.event.body, Body::Request { .. }) {
            self.tracker.mark(record, tests);
        }
        each(record, &seen, tests);
        if let Some((key, asking)) = seen.given_up.take() {
            let given_up = Call::unanswered(key, *asking);
            // One that expects no answer is not in the tracker's table, so its tests are those of this record.
            let own = if given_up.is(record) { tests } else { given_up.tests };
            if self.count(own) {
                call(&given_up);
            }
        }
        if let Some(completed) = Call::completed(record, &seen)
            && self.count(completed.tests | tests)
        {
            call(&completed);
        }
    }

    /// Calls of ours that were not answered and pass.
    pub fn finish(&mut self, call: &mut dyn FnMut(&Call)) {
        let CallReader { filter, tracker, seen, passed, .. } = self;
        for (key, asking) in tracker.unanswered() {
            let waiting = Call::unanswered(key, *asking);
            if waiting.interface.is_none() {
                continue;
            }
            *seen += 1;
            if filter.as_ref().is_none_or(|filter| filter.decide(waiting.tests)) {
                *passed += 1;
                call(&waiting);
            }
        }
    }
}
