//! From records of a session to what is handed out: messages, and further views of the same records.

mod calls;
mod happened;
mod table;

pub(crate) use calls::Calls;
pub(crate) use happened::{Checked, Counted, Told};
pub(crate) use table::{Filled, Rows};

use crate::options::Options;
use crate::record::Item;
use cluscope::filter::{Filter, Subject};
use cluscope::internals::analysis::{HandleAnnotations, RecordContext, Tracker};
use cluscope::internals::capture::etl::PacketOrigins;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::session::selection::{Choice, Selection};
use cluscope::session::Record;
use std::collections::VecDeque;
use std::path::Path;

/// What is made of the records of a session.
pub(crate) trait View: Send {
    /// Takes a record.
    fn record(&mut self, record: &Record<'_>, out: &mut VecDeque<Item>);

    /// A capture begins behind so many packets.
    fn begin(&mut self, _packets: u64, _path: Option<&Path>) {}

    /// Nothing more comes.
    fn finish(&mut self, _out: &mut VecDeque<Item>) {}

    /// What was given up for a limit.
    fn given_up(&self) -> Vec<(&'static str, u64)>;
}

/// The text of what was printed.
pub(crate) fn text(out: &Out) -> String {
    // What is printed is UTF-8.
    String::from_utf8_lossy(out.as_bytes()).into_owned()
}

/// Messages: the records of `dissect`.
pub(crate) struct Messages {
    tracker: Tracker,
    seen: RecordContext,
    selection: Selection<Item>,
    filter: Option<Filter>,
    json: Out,
    records: Records,
    hide_secrets: bool,
}

impl Messages {
    pub(crate) fn new(options: &Options, origins: &PacketOrigins) -> Self {
        let tracker = Tracker::new(options.limits.analysis);
        let mut json = Out::with_limit(options.limits.output.record);
        if options.hide_secrets {
            json.hide_secrets();
        }
        Messages {
            // Only filters ask what calls came to.
            tracker: if options.filter.is_none() { tracker.without_statuses() } else { tracker },
            seen: RecordContext::default(),
            selection: Selection::new(options.limits.output),
            filter: options.filter.clone(),
            json,
            records: Records::default().telling(origins.clone()),
            hide_secrets: options.hide_secrets,
        }
    }
}

impl View for Messages {
    fn record(&mut self, record: &Record<'_>, out: &mut VecDeque<Item>) {
        let seen = &mut self.seen;
        self.tracker.feed_into(record, seen);
        let choice = self.selection.choose(record);
        let passes = self.filter.as_ref().is_none_or(|filter| filter.matches(&Subject::of(record, seen)));
        // What was held back of the connection came before.
        if let Choice::Show(held) = &choice
            && held.is_empty()
            && !passes
        {
            return;
        }
        let print = passes && !matches!(choice, Choice::Skip);
        let item = print.then(|| {
            self.records.print_with(&mut self.json, record, Some(&HandleAnnotations::of(seen)));
            let stub = record.stub().filter(|_| !self.hide_secrets).map(|(_, stub)| stub.into());
            Item { line: text(&self.json), stub, time_ns: record.event.time().map(|time| time.0) }
        });
        match choice {
            Choice::Show(held) => {
                out.extend(held);
                out.extend(item);
            }
            Choice::Hold => {
                if let Some(item) = item {
                    let bytes = item.line.len();
                    self.selection.hold(record, item, bytes);
                }
            }
            Choice::Skip => {}
        }
    }

    fn given_up(&self) -> Vec<(&'static str, u64)> {
        let mut all = self.tracker.counters().all().to_vec();
        all.push(("records_cut", self.records.cut()));
        all.extend(self.selection.given_up());
        all
    }
}
