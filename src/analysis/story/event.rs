//! What a story hands out: events, with who did what to what, from what to what, for how long, and the messages that show it.

use super::wording;
use crate::analysis::object_kind::ObjectKind;
use crate::base::{Timestamp, bounds};
use smol_str::SmolStr;
use std::net::SocketAddr;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it began.
    pub time: Option<Timestamp>,
    /// When it ended: of a call with its answer, of an operation that takes longer with the message that showed its end.
    pub end: Option<Timestamp>,
    /// The client that did it, saw it or was told of it.
    pub client: SocketAddr,
    /// The server that it was done at, or that told it.
    pub server: SocketAddr,
    /// The user, where known.
    pub user: Option<SmolStr>,
    /// Whether the client did it; otherwise it saw it or was told of it, and who did it is not known.
    pub acted: bool,
    /// What kind of event: `group_moved`, `resource_online` …
    pub name: &'static str,
    /// The whole in words, without the client.
    pub text: String,
    /// The object it is about.
    pub object: Option<Object>,
    /// What was before: of a group that moves its node, of something renamed its name, of a state the one before.
    pub from: Option<String>,
    /// What is to be, or is, after: the same as in `from`.
    pub to: Option<String>,
    /// Properties and registry values that it sets, at most 6.
    pub changes: Vec<Change>,
    /// How it ended.
    pub outcome: Outcome,
    /// What the call that did it came to.
    pub status: Option<u32>,
    /// Whether `status` is that of a fault.
    pub fault: bool,
    /// Calls that asked for the object's state until the end was seen.
    pub polls: u64,
    /// Notifications about the object until the end was seen.
    pub notifications: u64,
    /// The states that were seen until the end, at most 8: the first ones and the last.
    pub states: Vec<StateSeen>,
    /// The calls that tell it, at most 8: the first ones and the last.
    pub calls: Vec<EventCall>,
    /// Why it failed: the first failing call or bad state of the same object, of one that belongs to it, or of the node it
    /// was to move to, since it began, or the last one before.
    pub cause: Option<Box<Cause>>,
    /// How often the same happened in a row.
    pub times: u64,
    /// The frames that tell it, ascending; the first ones where there are many.
    pub frames: Vec<u64>,
    /// Which of a filter's comparisons hold for the call that began it.
    pub tests: u64,
    /// Whether its duration belongs into its words.
    pub(super) timed: bool,
}

/// The object of an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name, where known.
    pub name: Option<SmolStr>,
}

/// A property or registry value that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its name.
    pub name: String,
    /// The value before, as text, where the capture showed it.
    pub from: Option<String>,
    /// The value now, as text; secrets are left out.
    pub to: String,
}

/// How a state became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A call asked for it.
    Poll,
    /// A notification told it.
    Notification,
    /// An operation led to it at once.
    Operation,
}

impl Source {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Source::Poll => "poll",
            Source::Notification => "notification",
            Source::Operation => "operation",
        }
    }
}

/// A state when it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateSeen {
    /// When.
    pub time: Option<Timestamp>,
    /// The frame that showed it.
    pub frame: u64,
    /// The state in words: `online`, `offline pending`.
    pub state: String,
    /// The node that owned the object, where told.
    pub node: Option<SmolStr>,
    /// How it became known.
    pub source: Source,
}

/// A call that tells an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventCall {
    /// The method.
    pub method: &'static str,
    /// Frame of the request, where captured.
    pub request: Option<u64>,
    /// Frame of the response or fault, where captured.
    pub response: Option<u64>,
    /// What it came to.
    pub status: Option<u32>,
    /// Whether it ended with a fault.
    pub fault: bool,
}

/// What went wrong before something failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// When.
    pub time: Option<Timestamp>,
    /// The frame that showed it.
    pub frame: u64,
    /// The object it happened to.
    pub object: Object,
    /// The call that failed; `None` for a state that was seen.
    pub method: Option<&'static str>,
    /// What the call came to.
    pub status: Option<u32>,
    /// In words: `resource "Disk 1" failed`.
    pub text: String,
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
    /// It was answered, but what it came to is sealed or can't be decoded.
    Unknown,
}

impl Outcome {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Failed => "failed",
            Outcome::Pending => "pending",
            Outcome::Unknown => "unknown",
        }
    }
}

impl Event {
    /// Who did it, as text: the user, where known, and the client's address.
    pub fn actor(&self) -> Option<String> {
        self.acted.then(|| match &self.user {
            Some(user) => format!("{user}@{}", self.client.ip()),
            None => self.client.ip().to_string(),
        })
    }

    /// Nanoseconds from its beginning to its end; `None` where the end is not known, or lies before the beginning because
    /// the clock of the capture was set back.
    pub fn duration(&self) -> Option<i64> {
        Some(self.end?.0.saturating_sub(self.time?.0)).filter(|nanos| *nanos >= 0)
    }

    /// Cuts what is too long to be kept.
    pub(super) fn cut(&mut self) {
        for text in [&mut self.from, &mut self.to] {
            *text = text.take().map(short);
        }
        for change in &mut self.changes {
            change.name = short(core::mem::take(&mut change.name));
            change.from = change.from.take().map(short);
            change.to = short(core::mem::take(&mut change.to));
        }
        if let Some(object) = &mut self.object
            && let Some(name) = object.name.as_deref().filter(|name| name.len() > bounds::STORY_NAME)
        {
            object.name = Some(short(name.to_string()).into());
        }
    }

    /// Another call tells it.
    pub(super) fn add_call(&mut self, call: EventCall) {
        push_bounded(&mut self.calls, bounds::STORY_CALLS, call);
    }

    /// A state was seen until the end.
    pub(super) fn add_state(&mut self, state: StateSeen) {
        push_bounded(&mut self.states, bounds::STORY_STATES, state);
    }

    /// Puts the words behind it that its end allows: how long it took, and what went wrong before.
    pub(super) fn finish(&mut self) {
        if let Some(nanos) = self.duration().filter(|_| self.timed && self.outcome == Outcome::Done) {
            let most = if self.times > 1 { " at most" } else { "" };
            self.text.push_str(&format!(": done in {}{most}", wording::duration(nanos)));
        }
        if let Some(cause) = &self.cause {
            self.text.push_str(&format!("; before that {} (#{})", cause.text, cause.frame));
        }
    }
}

/// The beginning of a name or value, with a mark where it goes on.
fn short(text: String) -> String {
    match beginning(&text, bounds::STORY_NAME) {
        cut if cut.len() < text.len() => format!("{cut}…"),
        _ => text,
    }
}

/// The beginning of a text, at most so many bytes of it.
pub(super) fn beginning(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// Adds to a list of limited length, of which the first ones and the last are kept.
fn push_bounded<T>(list: &mut Vec<T>, limit: usize, item: T) {
    if list.len() >= limit {
        list.pop();
    }
    list.push(item);
}
