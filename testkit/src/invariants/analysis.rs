//! Everything that looks at records: analysis, conformance rules, stories, and the printers of what comes of them.

use super::printed::Printers;
use cluscope::internals::analysis::calls::Call as Joined;
use cluscope::internals::analysis::story::Story;
use cluscope::internals::analysis::{AnalysisLimits, HandleAnnotations, Tracker, stats};
use cluscope::internals::conformance::{self, Checker};
use cluscope::internals::filter::calls::CallReader;
use cluscope::internals::filter::{Filter, Subject};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::session::{Record, SelectionLimits};
use std::sync::LazyLock;

/// Expressions that ask for everything that can be asked for.
static FILTERS: LazyLock<Vec<Filter>> = LazyLock::new(|| {
    const FILTERS: [&str; 4] = [
        "method == apiopenresource or opnum == 100 or interface == witness or version == 2.0",
        "type == fault or status != ERROR_SUCCESS or latency > 1ms or frame > 3 and stream == 1 and call_id != 2",
        "src == 192.0.2.10:50000 or addr == 192.0.2.21 or user ~ '(?i)adm' or kind == group or direction == request",
        "object ~ '^[A-Z]' or text contains \"a\"",
    ];
    FILTERS.into_iter().filter_map(|text| Filter::parse(text).ok()).collect()
});

/// Everything that is shown records.
pub(super) struct Analysis {
    tracker: Tracker,
    story: Story,
    checker: Checker,
    statistics: stats::Stats,
    printers: Printers,
    records: Records,
    out: Out,
    /// Reads all calls, and those that an expression holds for.
    readers: [CallReader; 2],
}

impl Analysis {
    /// For an input of so many bytes: on a screen of another width for each, and every other time with limits that are soon
    /// reached.
    pub(super) fn new(length: usize) -> Self {
        let small = AnalysisLimits { handles: 8, associations: 2, calls: 4, ids: 4, subscriptions: 2, name: 24 };
        let limits = if length.is_multiple_of(2) { small } else { AnalysisLimits::default() };
        let chosen = SelectionLimits { held: 8, held_bytes: 1 << 12, chosen: 64 };
        let readers = [None, FILTERS.get(1).cloned()].map(|filter| CallReader::new(filter, limits, chosen));
        assert_eq!(FILTERS.len(), 4);
        Analysis {
            readers,
            tracker: Tracker::new(limits),
            story: Story::default(),
            checker: Checker::new(conformance::CheckLimits { analysis: limits, ..conformance::CheckLimits::default() }),
            statistics: stats::Stats::default(),
            printers: Printers::new(20 + length % 140),
            records: Records::default(),
            out: Out::new(),
        }
    }

    pub(super) fn look(&mut self, record: &Record<'_>) {
        let seen = self.tracker.feed(record);
        self.records.print_with(&mut self.out, record, Some(&HandleAnnotations::of(&seen)));
        let line: serde_json::Value = serde_json::from_slice(self.out.as_bytes()).expect("a record is JSON");
        assert_eq!(line["frame"], record.event.frame());
        for filter in &*FILTERS {
            let subject = Subject::of(record, &seen);
            assert_eq!(filter.matches(&subject), filter.decide(filter.tests(&subject)));
        }
        for reader in &mut self.readers {
            reader.record(record, &mut |_, _, _| {}, &mut |_| {});
        }
        let printers = &mut self.printers;
        printers.record(record, &seen);
        self.story.feed(record, &seen, 0, &mut |event| printers.event(&event));
        self.checker.record(record, &mut |finding| {
            assert!(finding.frame <= record.event.frame(), "{finding:?}");
            // Those about PDUs lie in the PDU.
            let stub = record.stub().map_or(0, |(_, stub)| stub.len());
            let most = if finding.rule.area == "rpc" { usize::from(u16::MAX) } else { stub };
            assert!(finding.offset.is_none_or(|at| at <= most), "{finding:?}: outside {stub} bytes");
            printers.finding(&finding);
        });
        if let Some(call) = Joined::completed(record, &seen) {
            assert!(!call.outcome().is_empty() && !call.name().is_empty());
            self.statistics.add(&call);
            self.printers.call(&call);
        }
        if let Some((key, asking)) = seen.given_up {
            self.unanswered(Joined::unanswered(key, *asking));
        }
    }

    fn unanswered(&mut self, call: Joined) {
        self.statistics.add(&call);
        self.printers.call(&call);
    }

    pub(super) fn finish(mut self) {
        let printers = &mut self.printers;
        self.story.finish(&mut |event| printers.event(&event));
        let unanswered: Vec<Joined> =
            self.tracker.unanswered().map(|(key, asking)| Joined::unanswered(key, *asking)).collect();
        unanswered.into_iter().for_each(|call| self.unanswered(call));
        self.readers.iter_mut().for_each(|reader| reader.finish(&mut |_| {}));
        let [all, some] = self.readers.each_ref().map(CallReader::counts);
        assert!(all.0 == all.1 && all.0 == some.0 && some.1 <= some.0, "calls read: {all:?}, {some:?}");
        let _ = (self.checker.counters(), self.story.forgotten());
        self.printers.finish(&self.story.timelines(), &self.checker, &self.statistics);
    }
}
