//! What happened, one line an event, in plain words.
//!
//! [`Story`] is shown every record with what the tracker knows of it and hands out [`Event`]s in the order in which they
//! began. Closing, enumerating and asking are no events, nor is opening but for a client's first opening of a cluster and
//! for what can't be opened; changing something is, and seeing that something has changed.
//!
//! An operation that the server answers with ERROR_IO_PENDING is held back until a poll or a notification shows how it
//! ended; lines behind it wait, up to [`StoryLimits::lines`].
//!
//! [`event`]: what is handed out; [`operations`]: which method does what, as a table; [`properties`]: properties and registry
//! values, with what they were before; [`state`]: states that polls and notifications show; `waiting`: operations that wait
//! for one; [`timeline`]: the states of each object in their order; `failures`: what went wrong before something failed;
//! [`reconnect`]: clients that lost their server (3.2.4.6); [`opening`]: clients that come, and what is refused;
//! [`witness`]: the Witness protocol.

pub mod event;
mod failures;
mod lines;
pub mod opening;
pub mod operations;
pub mod properties;
pub mod reconnect;
pub mod state;
pub mod timeline;
mod waiting;
pub mod witness;
pub mod wording;

use super::Bounded;
use super::calls::{is_error, status_name};
use super::notify;
use super::object_kind::ObjectKind;
use super::top_level::TopLevelValues;
use super::tracker::{CallKey, Objects, RecordContext, call_key};
use crate::base::Timestamp;
use crate::idl::cluster::ApiSetClusterName;
use crate::idl::key::ApiCreateKey;
use crate::ndr::Method;
use crate::rpc::event::Body;
use crate::session::Record;
pub use event::{Cause, Change, Event, EventCall, Object, Outcome, Source, StateSeen};
use failures::Failures;
use lines::Lines;
use opening::Openings;
use operations::Draft;
use properties::Values;
use reconnect::Reconnects;
use state::States;
pub use timeline::Timeline;
use waiting::Aim;

/// What a story may keep. Each table forgets what was used least recently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoryLimits {
    /// Objects whose state is remembered, values, values asked for, operations that wait: so many of each. Default 2560.
    pub remembered: usize,
    /// Requests for a change that wait for their answer. Default 96.
    pub drafts: usize,
    /// Clients that are followed through reconnects, clients whose first opening was told, and servers by what they say of
    /// themselves: so many of each. Default 1024.
    pub clients: usize,
    /// Lines that wait for one before them; then that one goes without its end. Default 768.
    pub lines: usize,
    /// Objects whose states are kept as a timeline. Default 192.
    pub timelines: usize,
}

impl Default for StoryLimits {
    fn default() -> Self {
        StoryLimits { remembered: 2560, drafts: 96, clients: 1024, lines: 768, timelines: 192 }
    }
}

/// ERROR_IO_PENDING
pub(super) const PENDING: u32 = 997;

/// ERROR_RESOURCE_PROPERTIES_STORED
const STORED: u32 = 5024;

/// What parts of the story need to know of a record.
pub(super) struct EventContext<'s> {
    pub(super) time: Option<Timestamp>,
    pub(super) frame: u64,
    pub(super) method: Option<&'static Method>,
    /// Whether it answers a request.
    pub(super) answers: bool,
    /// Whether it is a fault.
    pub(super) fault: bool,
    pub(super) seen: &'s RecordContext,
    pub(super) tests: u64,
}

impl EventContext<'_> {
    /// An event that this record shows, and that nobody in particular did.
    pub(super) fn event(&self, name: &'static str, text: String) -> Event {
        Event {
            time: self.time,
            end: None,
            client: self.seen.client,
            server: self.seen.server,
            user: self.seen.user.clone(),
            acted: false,
            name,
            text,
            object: None,
            from: None,
            to: None,
            changes: Vec::new(),
            outcome: Outcome::Done,
            status: None,
            fault: false,
            polls: 0,
            notifications: 0,
            states: Vec::new(),
            calls: self.call().into_iter().collect(),
            cause: None,
            times: 1,
            frames: vec![self.frame],
            tests: self.tests | self.seen.request.as_ref().map_or(0, |request| request.tests),
            timed: false,
        }
    }

    /// The event of the call that this response answers: it began with the request, and the client did it.
    pub(super) fn called(&self, name: &'static str, text: String) -> Event {
        let mut event = self.event(name, text);
        event.acted = true;
        event.status = self.seen.status;
        event.fault = self.fault;
        event.end = self.time;
        if let Some(request) = &self.seen.request {
            event.time = request.time.or(event.time);
            event.frames.insert(0, request.frame);
        }
        event
    }

    /// The event of the call that this request begins.
    pub(super) fn asked(&self, name: &'static str) -> Event {
        Event { acted: true, ..self.event(name, String::new()) }
    }

    /// The call that this message belongs to.
    pub(super) fn call(&self) -> Option<EventCall> {
        let request = self.seen.request.as_ref().map(|request| request.frame);
        let (request, response) = if self.answers { (request, Some(self.frame)) } else { (Some(self.frame), None) };
        Some(EventCall { method: self.method?.name, request, response, status: self.seen.status, fault: self.fault })
    }
}

/// Tells the story. See the module's description.
#[derive(Debug)]
pub struct Story {
    lines: Lines,
    drafts: Bounded<CallKey, Draft>,
    states: States,
    values: Values,
    reconnects: Reconnects,
    openings: Openings,
    failures: Failures,
}

impl Default for Story {
    fn default() -> Self {
        Story::new(StoryLimits::default())
    }
}

impl Story {
    /// A story that has not begun.
    #[must_use]
    pub fn new(limits: StoryLimits) -> Self {
        Story {
            lines: Lines::new(limits.lines),
            drafts: Bounded::new(limits.drafts),
            states: States::new(limits.remembered, limits.timelines),
            values: Values::new(limits.remembered),
            reconnects: Reconnects::new(limits.clients),
            openings: Openings::new(limits.clients),
            failures: Failures::new(limits.remembered),
        }
    }

    /// Takes in the next record, after the tracker; `tests` goes into the events that it begins.
    pub fn feed(&mut self, record: &Record<'_>, seen: &RecordContext, tests: u64, emit: &mut dyn FnMut(Event)) {
        let (answers, fault) = match record.event.body {
            Body::Response { .. } => (true, false),
            Body::Fault { .. } => (true, true),
            _ => (false, false),
        };
        let (time, frame) = (record.event.time(), record.event.frame());
        let scene = EventContext { time, frame, method: record.method(), answers, fault, seen, tests };
        match record.event.body {
            Body::Request { .. } => self.request(record, &scene),
            Body::Response { .. } => self.response(record, &scene),
            Body::Fault { .. } => self.fault(record, &scene),
            _ => {}
        }
        self.lines.flush(false, emit);
    }

    /// How often something was forgotten for [`StoryLimits`]: what it was before is then not told.
    pub fn forgotten(&self) -> u64 {
        self.drafts.dropped()
            + self.states.forgotten()
            + self.values.forgotten()
            + self.reconnects.forgotten()
            + self.openings.forgotten()
            + self.failures.forgotten()
    }

    /// The states of each object that were seen, in the order in which the objects were first seen.
    pub fn timelines(&self) -> Vec<Timeline> {
        self.states.timelines()
    }

    /// Lines that were told without their end for [`StoryLimits::lines`].
    pub fn unfinished(&self) -> u64 {
        self.lines.unfinished()
    }

    /// The capture is over.
    pub fn finish(&mut self, emit: &mut dyn FnMut(Event)) {
        self.states.finish(&mut self.lines);
        self.reconnects.finish(&mut self.lines);
        for (_, draft) in self.drafts.drain() {
            let Some(mut event) = draft.asked.map(|event| *event) else { continue };
            event.text = format!("asked to {} {}: no answer in the capture", draft.base, draft.what);
            (event.object, event.from, event.to) = (draft.object, draft.from, draft.to);
            event.outcome = Outcome::Pending;
            self.lines.add(event, true);
        }
        self.lines.flush(true, emit);
    }

    fn request(&mut self, record: &Record<'_>, scene: &EventContext<'_>) {
        let Some(method) = record.method() else { return };
        self.reconnects.request(record, scene, &mut self.lines);
        let Some(top_level) = TopLevelValues::of(record) else { return };
        self.values.request(method, &top_level, record);
        let draft =
            properties::draft(method, &top_level, scene).or_else(|| operations::draft(method, &top_level, scene));
        if let (Some(key), Some(mut draft)) = (call_key(record), draft) {
            if draft.name == "cluster_renamed"
                && let (Some(old), Some(new)) = (
                    self.openings.cluster(scene.seen.server),
                    top_level.text(ApiSetClusterName::params::NewClusterName),
                )
            {
                draft.what = format!("cluster {} to {}", wording::quoted(old), wording::wide(new));
                draft.from = Some(old.to_string());
            }
            draft.asked = Some(Box::new(scene.asked(draft.name)));
            self.drafts.insert(key, draft);
        }
    }

    fn response(&mut self, record: &Record<'_>, scene: &EventContext<'_>) {
        let draft = call_key(record).and_then(|key| self.drafts.remove(&key));
        let (Some(method), Some(top_level)) = (record.method(), TopLevelValues::of(record)) else {
            if let Some(draft) = draft {
                self.undecided(draft, scene);
            }
            return;
        };
        self.reconnects.response(record, scene, &mut self.lines);
        self.values.learn(method, &top_level, record, scene);
        let told = draft.is_some() || self.reconnects.is_back(scene);
        if let Some(draft) = draft {
            self.tell(draft, &top_level, scene);
        }
        self.openings.observe(method, &top_level, scene, told, &mut self.lines);
        self.failures.learn(method, &top_level, scene);
        self.states.observe(method, &top_level, record, scene, (&mut self.failures, &mut self.lines));
        if notify::delivers(method.id) {
            self.values.notified(record, scene, &mut self.lines);
        }
        if let Some((node, status, poll)) = properties::drain_status(method, &top_level, record, scene) {
            self.states.drain(&node, status, poll, scene, (&self.failures, &mut self.lines));
        }
        self.failures.called(method, scene);
        witness::observe(method, record, scene, &mut self.lines);
    }

    /// The line of a call that changes something.
    fn tell(&mut self, draft: Draft, top_level: &TopLevelValues<'_>, scene: &EventContext<'_>) {
        let Some(status) = scene.seen.status else { return self.undecided(draft, scene) };
        if draft.only_new && top_level.number(ApiCreateKey::params::lpdwDisposition) != Some(1) && !is_error(status) {
            return;
        }
        let failed = is_error(status);
        let (changes, words) = self.values.compare(&draft.values, !failed);
        let mut event = scene.called(draft.name, String::new());
        event.timed = draft.timed;
        event.changes = changes;
        if let [Change { from, to, .. }] = event.changes.as_slice() {
            (event.from, event.to) = (from.clone(), Some(to.clone()));
        }
        event.object = draft.object.clone();
        event.from = draft.from.clone().or(event.from);
        event.to = draft.to.clone().or(event.to);
        let mut what = draft.what.clone();
        if let Some(goal) = draft.goal.as_ref().filter(|goal| goal.aim == Aim::Moved)
            && let Some(owner) = self.states.owner(goal)
        {
            what.insert_str(draft.object_end, &format!(" from node {}", wording::quoted(&owner)));
            event.from = Some(owner.to_string());
        }
        if let Some(words) = words {
            what.push_str(&format!(": {words}"));
        }
        if failed {
            event.text = format!("could not {} {what}: {}", draft.base, status_name(status));
            event.outcome = Outcome::Failed;
            self.blame(&mut event, scene);
            self.lines.add(event, true);
            return;
        }
        let text = format!("{} {what}", draft.past);
        match (draft.goal, status) {
            (Some(goal), PENDING) => {
                event.text = format!("asked to {} {what}", draft.base);
                (event.outcome, event.end) = (Outcome::Pending, None);
                let number = self.lines.add(event, false);
                self.states.wait(goal, number, text, &mut self.lines);
            }
            (None, PENDING) => {
                event.text = format!("asked to {} {what}: accepted; the capture doesn't show how it ended", draft.base);
                (event.outcome, event.end) = (Outcome::Pending, None);
                self.lines.add(event, true);
            }
            (goal, _) => {
                if let Some(goal) = goal {
                    self.states.reached(&goal, scene);
                }
                let note = match status {
                    0 => String::new(),
                    STORED => ", in effect when it is next brought online".to_string(),
                    status => format!(" ({})", status_name(status)),
                };
                event.text = format!("{text}{note}");
                self.lines.add(event, true);
            }
        }
    }

    /// The line of a call that was answered by nobody knows what.
    fn undecided(&mut self, draft: Draft, scene: &EventContext<'_>) {
        let text =
            format!("asked to {} {}: answered, but the answer is sealed or can't be read", draft.base, draft.what);
        let mut event = scene.called(draft.name, text);
        event.outcome = Outcome::Unknown;
        (event.object, event.from, event.to) = (draft.object, draft.from, draft.to);
        self.lines.add(event, true);
    }

    /// What went wrong before a call was refused.
    fn blame(&self, event: &mut Event, scene: &EventContext<'_>) {
        if let Some(object) = &event.object {
            let nodes = [event.from.as_deref(), event.to.as_deref()];
            event.cause = self.failures.before(object, nodes, event.time, scene);
        }
    }

    fn fault(&mut self, record: &Record<'_>, scene: &EventContext<'_>) {
        let draft = call_key(record).and_then(|key| self.drafts.remove(&key));
        self.reconnects.response(record, scene, &mut self.lines);
        if let Some(draft) = draft {
            let status = scene.seen.status.map_or_else(|| "unknown status".to_string(), status_name);
            let text = format!("could not {} {}: the call ended with a fault, {status}", draft.base, draft.what);
            let mut event = scene.called(draft.name, text);
            event.outcome = Outcome::Failed;
            (event.object, event.from, event.to) = (draft.object, draft.from, draft.to);
            self.blame(&mut event, scene);
            self.lines.add(event, true);
        }
        if let Some(method) = record.method() {
            self.failures.called(method, scene);
        }
    }
}

/// The object of a call's nth handle: its kind and name.
pub(super) fn object(objects: &Objects, n: usize) -> Option<(ObjectKind, Option<&str>)> {
    let used = objects.get(n)?;
    Some((used.resolved.kind, used.resolved.name.as_deref()))
}

#[cfg(test)]
mod tests;
