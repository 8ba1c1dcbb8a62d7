//! What happened, one line an event, in plain words.
//!
//! [`Story`] is shown every record with what the tracker knows of it and hands out [`Event`]s in the order in which they
//! began. Closing, enumerating and asking are no events, nor is opening but for a client's first opening of a cluster and
//! for what can't be opened; changing something is, and seeing that something has changed.
//!
//! An operation that the server answers with ERROR_IO_PENDING is held back until a poll or a notification shows how it
//! ended; lines behind it wait, up to [`StoryLimits::lines`].
//!
//! [`operations`]: which method does what, as a table; [`properties`]: properties and registry values, with what they were
//! before; [`state`]: states that polls and notifications show; [`reconnect`]: clients that lost their server
//! (3.2.4.6); [`opening`]: clients that come, and what is refused; [`witness`]: the Witness protocol.

pub mod opening;
pub mod operations;
pub mod properties;
pub mod reconnect;
pub mod state;
pub mod witness;
pub mod wording;

use super::Bounded;
use super::calls::{is_error, status_name};
use super::notify;
use super::object_kind::ObjectKind;
use super::top_level::TopLevelValues;
use super::tracker::{CallKey, Objects, RecordContext, call_key};
use crate::base::Timestamp;
use crate::base::bounds;
use crate::idl::cluster::ApiSetClusterName;
use crate::idl::key::ApiCreateKey;
use crate::rpc::event::Body;
use crate::session::Record;
use opening::Openings;
use operations::Draft;
use properties::Values;
use reconnect::Reconnects;
use state::States;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

/// What a story may keep. Each table forgets what was used least recently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoryLimits {
    /// Objects whose state is remembered, values, values asked for, operations that wait: so many of each. Default 3072.
    pub remembered: usize,
    /// Requests for a change that wait for their answer. Default 96.
    pub drafts: usize,
    /// Clients that are followed through reconnects, clients whose first opening was told, and servers by what they say of
    /// themselves: so many of each. Default 1024.
    pub clients: usize,
    /// Lines that wait for one before them; then that one goes without its end. Default 1024.
    pub lines: usize,
}

impl Default for StoryLimits {
    fn default() -> Self {
        StoryLimits { remembered: 3 << 10, drafts: 96, clients: 1024, lines: 1024 }
    }
}

/// ERROR_IO_PENDING
pub(super) const PENDING: u32 = 997;

/// ERROR_RESOURCE_PROPERTIES_STORED
const STORED: u32 = 5024;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it began.
    pub time: Option<Timestamp>,
    /// The client that did it, or to which it happened.
    pub client: SocketAddr,
    /// The user, where known.
    pub user: Option<Arc<str>>,
    /// What kind of event: `group_moved`, `resource_online` …
    pub name: &'static str,
    /// The whole in words, without the client.
    pub text: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How often the same happened in a row.
    pub times: u64,
    /// The frames that tell it, ascending; the first ones where there are many.
    pub frames: Vec<u64>,
    /// Which of a filter's comparisons hold for the call that began it.
    pub tests: u64,
}

/// How an event ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done, or seen.
    Done,
    /// It was refused, or it failed.
    Failed,
    /// Its end is not in the capture.
    Pending,
}

impl Outcome {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Failed => "failed",
            Outcome::Pending => "pending",
        }
    }
}

/// A line that is ready, or waits for its end.
#[derive(Debug)]
pub(super) struct Line {
    number: u64,
    ready: bool,
    event: Event,
}

/// The lines in order.
#[derive(Debug, Default)]
pub(super) struct Lines {
    lines: VecDeque<Line>,
    next: u64,
    limit: usize,
    /// Lines that went without their end.
    unfinished: u64,
}

impl Lines {
    /// Adds a line; returns its number.
    pub(super) fn add(&mut self, event: Event, ready: bool) -> u64 {
        if let Some(last) = self.lines.back_mut()
            && last.ready
            && ready
            && (last.event.client, last.event.name) == (event.client, event.name)
            && last.event.text == event.text
        {
            last.event.times += 1;
            let room = bounds::STORY_FRAMES.saturating_sub(last.event.frames.len());
            last.event.frames.extend(event.frames.into_iter().take(room));
            last.event.tests |= event.tests;
            return last.number;
        }
        self.next += 1;
        self.lines.push_back(Line { number: self.next, ready, event });
        self.next
    }

    /// The event of a line that waits.
    pub(super) fn waiting(&mut self, number: u64) -> Option<&mut Event> {
        self.lines.iter_mut().find(|line| line.number == number && !line.ready).map(|line| &mut line.event)
    }

    /// A line waits no longer.
    pub(super) fn release(&mut self, number: u64) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.number == number) {
            line.ready = true;
        }
    }

    /// A line turned out to be none.
    pub(super) fn withdraw(&mut self, number: u64) {
        self.lines.retain(|line| line.number != number);
    }

    /// Hands out what is ready at the front; the last line stays, since the same may happen again.
    fn flush(&mut self, all: bool, emit: &mut dyn FnMut(Event)) {
        loop {
            let keep = if all { 0 } else { 1 };
            let ready = self.lines.front().is_some_and(|line| line.ready);
            if self.lines.len() <= keep || !(ready || all || self.lines.len() > self.limit) {
                return;
            }
            self.unfinished += u64::from(!ready && !all);
            if let Some(line) = self.lines.pop_front() {
                emit(line.event);
            }
        }
    }
}

/// What parts of the story need to know of a record.
pub(super) struct EventContext<'s> {
    pub(super) time: Option<Timestamp>,
    pub(super) frame: u64,
    pub(super) seen: &'s RecordContext,
    pub(super) tests: u64,
}

impl EventContext<'_> {
    /// An event that begins here.
    pub(super) fn event(&self, name: &'static str, text: String) -> Event {
        Event {
            time: self.time,
            client: self.seen.client,
            user: self.seen.user.clone(),
            name,
            text,
            outcome: Outcome::Done,
            times: 1,
            frames: vec![self.frame],
            tests: self.tests | self.seen.request.as_ref().map_or(0, |request| request.tests),
        }
    }

    /// The event of the call that this response answers: it began with the request.
    pub(super) fn called(&self, name: &'static str, text: String) -> Event {
        let mut event = self.event(name, text);
        if let Some(request) = &self.seen.request {
            event.time = request.time.or(event.time);
            event.frames.insert(0, request.frame);
        }
        event
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
    last: Option<Timestamp>,
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
            lines: Lines { limit: limits.lines.max(1), ..Lines::default() },
            drafts: Bounded::new(limits.drafts),
            states: States::new(limits.remembered),
            values: Values::new(limits.remembered),
            reconnects: Reconnects::new(limits.clients),
            openings: Openings::new(limits.clients),
            last: None,
        }
    }

    /// Takes in the next record, after the tracker; `tests` goes into the events that it begins.
    pub fn feed(&mut self, record: &Record<'_>, seen: &RecordContext, tests: u64, emit: &mut dyn FnMut(Event)) {
        self.last = record.event.time().or(self.last);
        let scene = EventContext { time: record.event.time(), frame: record.event.frame(), seen, tests };
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
    }

    /// Lines that were told without their end for [`StoryLimits::lines`].
    pub fn unfinished(&self) -> u64 {
        self.lines.unfinished
    }

    /// The capture is over.
    pub fn finish(&mut self, emit: &mut dyn FnMut(Event)) {
        self.states.finish(&mut self.lines, self.last);
        self.reconnects.finish(&mut self.lines);
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
            }
            self.drafts.insert(key, draft);
        }
    }

    fn response(&mut self, record: &Record<'_>, scene: &EventContext<'_>) {
        let draft = call_key(record).and_then(|key| self.drafts.remove(&key));
        let (Some(method), Some(top_level)) = (record.method(), TopLevelValues::of(record)) else { return };
        self.reconnects.response(record, scene, &mut self.lines);
        self.values.learn(method, &top_level, record, scene);
        let told = draft.is_some() || self.reconnects.is_back(scene);
        if let Some(draft) = draft {
            self.tell(draft, &top_level, scene);
        }
        self.openings.observe(method, &top_level, scene, told, &mut self.lines);
        self.states.observe(method, &top_level, record, scene, &mut self.lines);
        if notify::delivers(method.id) {
            self.values.notified(record, scene, &mut self.lines);
        }
        witness::observe(method, record, scene, &mut self.lines);
    }

    /// The line of a call that changes something.
    fn tell(&mut self, draft: Draft, top_level: &TopLevelValues<'_>, scene: &EventContext<'_>) {
        let status = scene.seen.status.unwrap_or(0);
        if draft.only_new && top_level.number(ApiCreateKey::params::lpdwDisposition) != Some(1) && !is_error(status) {
            return;
        }
        let changes = self.values.compare(&draft.values, !is_error(status));
        let what = match &changes {
            Some(changes) => format!("{}: {changes}", draft.what),
            None => draft.what.clone(),
        };
        if is_error(status) {
            let mut event =
                scene.called(draft.name, format!("could not {} {what}: {}", draft.base, status_name(status)));
            event.outcome = Outcome::Failed;
            self.lines.add(event, true);
            return;
        }
        let text = format!("{} {what}", draft.past);
        match (&draft.goal, status) {
            (Some(goal), PENDING) => {
                let mut event = scene.called(draft.name, format!("asked to {} {what}", draft.base));
                event.outcome = Outcome::Pending;
                let number = self.lines.add(event, false);
                self.states.wait(goal.clone(), number, text, scene, &mut self.lines);
            }
            (goal, _) => {
                if let Some(goal) = goal {
                    self.states.reached(goal);
                }
                let note = match status {
                    0 => String::new(),
                    STORED => ", in effect when it is next brought online".to_string(),
                    status => format!(" ({})", status_name(status)),
                };
                self.lines.add(scene.called(draft.name, format!("{text}{note}")), true);
            }
        }
    }

    fn fault(&mut self, record: &Record<'_>, scene: &EventContext<'_>) {
        let draft = call_key(record).and_then(|key| self.drafts.remove(&key));
        self.reconnects.response(record, scene, &mut self.lines);
        let Some(draft) = draft else { return };
        let status = scene.seen.status.map_or_else(|| "unknown status".to_string(), status_name);
        let text = format!("could not {} {}: the call ended with a fault, {status}", draft.base, draft.what);
        let mut event = scene.called(draft.name, text);
        event.outcome = Outcome::Failed;
        self.lines.add(event, true);
    }
}

/// The object of a call's nth handle: its kind and name.
pub(super) fn object(objects: &Objects, n: usize) -> Option<(ObjectKind, Option<&str>)> {
    let used = objects.get(n)?;
    Some((used.resolved.kind, used.resolved.name.as_deref()))
}

#[cfg(test)]
mod tests;
