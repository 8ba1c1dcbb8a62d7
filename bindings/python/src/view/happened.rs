//! What happened: stories, statistics, and where rules are broken.

use super::{View, text};
use crate::options::Options;
use crate::record::Item;
use cluscope::filter::Filter;
use cluscope::internals::analysis::stats::{By, Stats};
use cluscope::internals::analysis::story::{Event, Story};
use cluscope::internals::conformance::Checker;
use cluscope::internals::filter::calls::CallReader;
use cluscope::internals::render::json;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::session::Record;
use std::collections::VecDeque;

fn reader(options: &Options, filter: Option<Filter>) -> CallReader {
    CallReader::new(filter, options.limits.analysis, options.limits.output)
}

fn item(line: &Out) -> Item {
    Item { line: text(line), ..Item::default() }
}

/// Events of `story`.
pub(crate) struct Told {
    reader: CallReader,
    story: Story,
    line: Out,
}

impl Told {
    pub(crate) fn new(options: &Options) -> Self {
        let story = Story::new(options.limits.story);
        Told { reader: reader(options, options.filter.clone()), story, line: Out::new() }
    }

    fn tell(&mut self, events: &[Event], out: &mut VecDeque<Item>) {
        for event in events.iter().filter(|event| self.reader.passes(event.tests)) {
            json::story::event(&mut self.line, event);
            out.push_back(item(&self.line));
        }
    }
}

impl View for Told {
    fn record(&mut self, record: &Record<'_>, out: &mut VecDeque<Item>) {
        let (mut events, story) = (Vec::new(), &mut self.story);
        self.reader.record(
            record,
            &mut |record, seen, tests| story.feed(record, seen, tests, &mut |event| events.push(event)),
            &mut |_| {},
        );
        self.tell(&events, out);
    }

    fn finish(&mut self, out: &mut VecDeque<Item>) {
        let mut events = Vec::new();
        self.story.finish(&mut |event| events.push(event));
        self.tell(&events, out);
    }

    fn given_up(&self) -> Vec<(&'static str, u64)> {
        let mut all = self.reader.tracker().counters().all().to_vec();
        all.extend([("story_forgotten", self.story.forgotten()), ("story_unfinished", self.story.unfinished())]);
        all
    }
}

/// Rows of `stats`.
pub(crate) struct Counted {
    reader: CallReader,
    stats: Stats,
}

impl Counted {
    pub(crate) fn new(options: &Options) -> Self {
        let stats = Stats::new(options.limits.stats);
        Counted { reader: reader(options, options.filter.clone()), stats }
    }
}

impl View for Counted {
    fn record(&mut self, record: &Record<'_>, _out: &mut VecDeque<Item>) {
        let stats = &mut self.stats;
        self.reader.record(record, &mut |_, _, _| {}, &mut |call| stats.add(call));
    }

    fn finish(&mut self, out: &mut VecDeque<Item>) {
        let stats = &mut self.stats;
        self.reader.finish(&mut |call| stats.add(call));
        let mut line = Out::new();
        for by in By::ALL {
            for (key, row) in self.stats.table(by).rows() {
                json::stats::row(&mut line, by, key, row);
                out.push_back(item(&line));
            }
        }
    }

    fn given_up(&self) -> Vec<(&'static str, u64)> {
        self.reader.tracker().counters().all().to_vec()
    }
}

/// Findings of `check`.
pub(crate) struct Checked {
    checker: Checker,
    records: Records,
    line: Out,
}

impl Checked {
    pub(crate) fn new(options: &Options) -> Self {
        let checker = Checker::new(options.limits.conformance.clone());
        Checked { checker, records: Records::default(), line: Out::new() }
    }
}

impl View for Checked {
    fn record(&mut self, record: &Record<'_>, out: &mut VecDeque<Item>) {
        let Checked { checker, records, line } = self;
        checker.record(record, &mut |finding| {
            json::findings::finding(line, records, &finding);
            out.push_back(item(line));
        });
    }

    fn finish(&mut self, out: &mut VecDeque<Item>) {
        json::findings::summary(&mut self.line, &self.checker);
        out.push_back(item(&self.line));
        for fingerprint in self.checker.fingerprints() {
            json::findings::fingerprint(&mut self.line, &fingerprint);
            out.push_back(item(&self.line));
        }
    }

    fn given_up(&self) -> Vec<(&'static str, u64)> {
        let mut all = self.checker.tracker().counters().all().to_vec();
        all.extend(self.checker.counters().all());
        all
    }
}
