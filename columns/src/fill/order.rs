//! What has to see the records in their order: which are shown, what the story makes of them, which rules they break.

use crate::tables::TableName;
use cluscope::Limits;
use cluscope::internals::analysis::story::{Event, Story};
use cluscope::internals::analysis::{CallKey, PendingCall, RecordContext};
use cluscope::internals::conformance::{Checker, Finding};
use cluscope::internals::session::Record;
use cluscope::internals::session::selection::{Chooser, Decision, connection};
use std::collections::BTreeSet;

/// Looks at records in their order.
#[derive(Debug)]
pub struct Order {
    chooser: Chooser,
    story: Option<Story>,
    checker: Option<Box<Checker>>,
    /// Whether records are held back for the table of messages.
    holds: bool,
}

/// What the order of records says about one of them.
#[derive(Debug)]
pub struct Noted {
    pub(super) decision: Decision,
    pub(super) events: Vec<Event>,
    pub(super) findings: Vec<Finding>,
    /// A request whose answer is not waited for any longer.
    pub(super) given_up: Option<(CallKey, Box<PendingCall>)>,
}

impl Order {
    /// For these tables.
    #[must_use]
    pub fn new(limits: &Limits, tables: &BTreeSet<TableName>) -> Self {
        Order {
            chooser: Chooser::new(limits.output),
            story: tables.contains(&TableName::Events).then(|| Story::new(limits.story)),
            checker: tables.contains(&TableName::Findings).then(|| Box::new(Checker::new(limits.conformance.clone()))),
            holds: tables.contains(&TableName::Messages),
        }
    }

    /// Looks at the next record, of which a tracker knows so much.
    pub fn note(&mut self, record: &Record<'_>, seen: &mut RecordContext) -> Noted {
        let (mut events, mut findings, mut given_up) = (Vec::new(), Vec::new(), None);
        if let Some(checker) = &mut self.checker {
            checker.record(record, &mut |finding| findings.push(finding));
        }
        let mut decision = self.chooser.decide(record);
        match decision {
            Decision::Show { .. } => {
                if let Some(story) = &mut self.story {
                    story.feed(record, seen, 0, &mut |event| events.push(event));
                }
                given_up = seen.given_up.take();
            }
            Decision::Hold if self.holds => self.chooser.hold(connection(record)),
            Decision::Hold => decision = Decision::Skip,
            Decision::Skip => {}
        }
        Noted { decision, events, findings, given_up }
    }

    /// The session is over: the story's last events.
    pub fn finish(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        if let Some(story) = &mut self.story {
            story.finish(&mut |event| events.push(event));
        }
        events
    }

    /// What chooses the records, for its counters.
    pub(super) fn chooser(&self) -> &Chooser {
        &self.chooser
    }

    /// What the story and the rules gave up for limits.
    pub(super) fn given_up(&self) -> Vec<(&'static str, u64)> {
        let mut all = Vec::new();
        if let Some(story) = &self.story {
            all.extend([("story_forgotten", story.forgotten()), ("story_unfinished", story.unfinished())]);
        }
        if let Some(checker) = &self.checker {
            let own = checker.counters();
            all.extend([
                ("check_associations_evicted", own.associations_evicted),
                ("check_pending_evicted", own.pending_evicted),
                ("check_handles_evicted", own.handles_evicted),
                ("check_values_omitted", own.values_omitted),
                ("check_servers_evicted", own.servers_evicted),
            ]);
        }
        all
    }
}
