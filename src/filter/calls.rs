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
}

impl CallReader {
    /// Nothing read yet. Without a filter all calls are handed out.
    pub fn new(filter: Option<Filter>, analysis: AnalysisLimits, selection: impl Into<SelectionLimits>) -> Self {
        CallReader { filter, tracker: Tracker::new(analysis), selection: Selection::new(selection) }
    }

    /// Whether the expression holds, by its comparisons that do.
    pub fn passes(&self, tests: u64) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.decide(tests))
    }

    /// What was given up for a limit.
    pub fn tracker(&self) -> &Tracker {
        &self.tracker
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
            if self.passes(own) {
                call(&given_up);
            }
        }
        if let Some(completed) = Call::completed(record, &seen)
            && self.passes(completed.tests | tests)
        {
            call(&completed);
        }
    }

    /// Calls of ours that were not answered and pass.
    pub fn finish(&mut self, call: &mut dyn FnMut(&Call)) {
        let CallReader { filter, tracker, .. } = self;
        let rest = tracker.unanswered().map(|(key, asking)| Call::unanswered(key, *asking));
        rest.filter(|waiting| waiting.interface.is_some())
            .filter(|waiting| filter.as_ref().is_none_or(|filter| filter.decide(waiting.tests)))
            .for_each(|waiting| call(&waiting));
    }
}
