//! States of groups, resources, nodes, networks and interfaces as polls and notifications show them, and operations that
//! wait for one.

use super::wording;
use super::{EventContext, Lines, Outcome, object};
use crate::analysis::Bounded;
use crate::analysis::notify::{self, Notification};
use crate::analysis::object_kind::ObjectKind;
use crate::analysis::top_level::TopLevelValues;
use crate::base::Timestamp;
use crate::consts::states::*;
use crate::consts::{Constant, Constants, notifications};
use crate::idl::methods::*;
use crate::ndr::Method;
use crate::ndr::types::MethodId;
use crate::session::Record;
use std::sync::Arc;

/// The state that an operation leads to.
#[derive(Clone, Debug)]
pub(super) struct Goal {
    pub(super) kind: ObjectKind,
    pub(super) name: Arc<str>,
    pub(super) online: bool,
    /// The node that it is to be on.
    pub(super) node: Option<Arc<str>>,
    /// Whether it is a move.
    pub(super) moved: bool,
}

/// An operation that the server has not finished.
#[derive(Clone, Debug)]
struct Waiting {
    goal: Goal,
    line: u64,
    /// The line's text once it is done.
    done: String,
    since: Option<Timestamp>,
    polls: u64,
    last: Option<u64>,
}

/// An object: kind and name in lower case.
type Key = (ObjectKind, String);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    state: u64,
    owner: Option<String>,
}

/// The states seen last, and the operations that wait.
#[derive(Debug)]
pub(super) struct States {
    known: Bounded<Key, Known>,
    waiting: Bounded<Key, Waiting>,
}

/// Whether a method asks for the state of an object.
fn polls(method: MethodId) -> bool {
    matches!(
        method,
        ApiGetGroupState::ID
            | ApiGetResourceState::ID
            | ApiGetNodeState::ID
            | ApiGetNetworkState::ID
            | ApiGetNetInterfaceState::ID
    )
}

/// The names of a kind's states.
fn table(kind: ObjectKind) -> Option<&'static Constants> {
    Some(match kind {
        ObjectKind::Group => ClusterGroupState::TABLE,
        ObjectKind::Resource => ClusterResourceState::TABLE,
        ObjectKind::Node => ClusterNodeState::TABLE,
        ObjectKind::Network => ClusterNetworkState::TABLE,
        ObjectKind::NetInterface => ClusterNetInterfaceState::TABLE,
        _ => return None,
    })
}

/// A state in words: `ClusterResourceOnlinePending` is "online pending".
pub(super) fn words_of(kind: ObjectKind, state: u64) -> String {
    let Some(name) = table(kind).and_then(|table| table.name_of(state)) else { return format!("in state {state:#x}") };
    let prefix = match kind {
        ObjectKind::Group => "ClusterGroup",
        ObjectKind::Resource => "ClusterResource",
        ObjectKind::Node => "ClusterNode",
        ObjectKind::Network => "ClusterNetwork",
        _ => "ClusterNetInterface",
    };
    let mut words = String::new();
    for c in name.strip_prefix(prefix).unwrap_or(name).chars() {
        if c.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(c.to_ascii_lowercase());
    }
    words
}

/// Whether a state is one in which things stay: online, offline or failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    Online,
    Offline,
    Failed,
    No,
}

fn rest(kind: ObjectKind, state: u64) -> Rest {
    match (kind, state) {
        (ObjectKind::Group, 0 | 3) | (ObjectKind::Resource, 2) => Rest::Online,
        (ObjectKind::Group, 1) | (ObjectKind::Resource, 3) => Rest::Offline,
        (ObjectKind::Group, 2) | (ObjectKind::Resource, 4) => Rest::Failed,
        _ => Rest::No,
    }
}

/// Whether a state is worth a line although nothing was known before.
fn alarming(kind: ObjectKind, state: u64) -> bool {
    match kind {
        ObjectKind::Group => state == 2,
        ObjectKind::Resource => state == 4,
        ObjectKind::Node => state == 1,
        ObjectKind::Network => state == 1 || state == 2,
        _ => false,
    }
}

impl States {
    pub(super) fn new(limit: usize) -> Self {
        States { known: Bounded::new(limit), waiting: Bounded::new(limit) }
    }

    pub(super) fn forgotten(&self) -> u64 {
        self.known.dropped() + self.waiting.dropped()
    }

    /// An operation waits for its end.
    pub(super) fn wait(&mut self, goal: Goal, line: u64, done: String, scene: &EventContext<'_>, lines: &mut Lines) {
        let key = (goal.kind, goal.name.to_lowercase());
        let since = scene.seen.request.as_ref().and_then(|request| request.time).or(scene.time);
        let waiting = Waiting { goal, line, done, since, polls: 0, last: None };
        if let Some(earlier) = self.waiting.remove(&key) {
            end(lines, &earlier, Outcome::Pending, ": overtaken by the next operation".to_string(), None);
        }
        if let Some((_, dropped)) = self.waiting.insert(key, waiting) {
            end(lines, &dropped, Outcome::Pending, String::new(), None);
        }
    }

    /// An operation was done at once.
    pub(super) fn reached(&mut self, goal: &Goal) {
        let state = match (goal.kind, goal.online) {
            (ObjectKind::Group, true) => 0,
            (ObjectKind::Group, false) => 1,
            (ObjectKind::Resource, true) => 2,
            (ObjectKind::Resource, false) => 3,
            _ => return,
        };
        let key = (goal.kind, goal.name.to_lowercase());
        let owner = goal.node.as_deref().map(str::to_lowercase);
        match self.known.get(&key) {
            // A move changes where, not whether: what was offline stays offline.
            Some(known) if goal.moved => known.owner = owner,
            None if goal.moved => {}
            _ => {
                self.known.insert(key, Known { state, owner: None });
            }
        }
    }

    /// What a response shows of states.
    pub(super) fn observe(
        &mut self,
        method: &Method,
        top_level: &TopLevelValues<'_>,
        record: &Record<'_>,
        scene: &EventContext<'_>,
        lines: &mut Lines,
    ) {
        if notify::delivers(method.id) {
            for notification in notify::notifications(record) {
                self.notified(&notification, scene, lines);
            }
            return;
        }
        if scene.seen.status != Some(0) || !polls(method.id) {
            return;
        }
        if let (Some(state), Some((kind, Some(name)))) =
            (top_level.number(ApiGetGroupState::params::State), object(&scene.seen.objects, 0))
        {
            let owner = top_level.text(ApiGetGroupState::params::NodeName).map(wording::plain);
            self.seen(kind, name, state, owner, "saw", scene, lines);
        }
    }

    fn notified(&mut self, n: &Notification<'_>, scene: &EventContext<'_>, lines: &mut Lines) {
        let kind = n.kind();
        let Some(name) = n.name.map(wording::plain).filter(|name| !name.is_empty() || kind == ObjectKind::Cluster)
        else {
            return;
        };
        let (event, state) = match n.object_type {
            Some(object_type) => {
                let row = notifications::lookup(crate::consts::change::CLUSTER_OBJECT_TYPE(object_type), n.flags);
                let event = row.map_or("", |row| row.name);
                let state = n.buffer.and_then(|b| b.first_chunk::<4>()).map(|b| u64::from(u32::from_le_bytes(*b)));
                (event, state.filter(|_| event.ends_with("_STATE_V2") && table(kind).is_some()))
            }
            None => (crate::consts::change::CLUSTER_CHANGE::TABLE.name_of(n.flags).unwrap_or(""), None),
        };
        if let Some(state) = state {
            return self.seen(kind, &name, state, None, "was told of", scene, lines);
        }
        // Of properties only those are worth a line that come with their values: see `properties`.
        if event.is_empty() || event.contains("PROPERTY") || event.contains("HANDLE_CLOSE") {
            return;
        }
        let what = match kind {
            ObjectKind::Cluster if !name.is_empty() => wording::quoted(&name),
            kind => wording::object(kind, Some(&name)),
        };
        let text = if event.contains("LOST_NOTIFICATIONS") || event.contains("CLUSTER_RECONNECT") {
            "was told that notifications were lost".to_string()
        } else if event.contains("REGISTRY_VALUE") {
            format!("was told that a value of {what} changed")
        } else if event.contains("REGISTRY") {
            format!("was told that {what} changed")
        } else if event.ends_with("_STATE") || event.ends_with("_STATE_V2") {
            format!("was told that {what} has another state")
        } else if event.contains("_DELETED") {
            format!("was told that {what} was deleted")
        } else if event.contains("_ADDED") {
            format!("was told that {} was added", added(event, &name))
        } else if event.contains("OWNER_NODE") {
            match n.buffer.map(|bytes| crate::ndr::WStr::le(bytes).until_nul()).filter(|id| !id.is_empty()) {
                Some(id) => format!("was told that {what} has another owner, node {}", wording::wide(id)),
                None => format!("was told that {what} has another owner"),
            }
        } else {
            let plain = event.trim_start_matches("CLUSTER_CHANGE_").trim_end_matches("_V2").trim_end_matches("_v2");
            format!("was told of {}: {what}", plain.to_ascii_lowercase().replace('_', " "))
        };
        lines.add(scene.event("notified", text), true);
    }

    /// A state was seen: the end of an operation, a change, or nothing new.
    #[allow(clippy::too_many_arguments)]
    fn seen(
        &mut self,
        kind: ObjectKind,
        name: &str,
        state: u64,
        owner: Option<String>,
        verb: &str,
        scene: &EventContext<'_>,
        lines: &mut Lines,
    ) {
        let key = (kind, name.to_lowercase());
        let poll = verb == "saw";
        let lower = owner.as_deref().map(str::to_lowercase);
        let before = self.known.peek(&key).cloned();
        let now = Known { state, owner: lower.clone().or(before.as_ref().and_then(|b| b.owner.clone())) };
        self.known.insert(key.clone(), now.clone());
        if let Some(waiting) = self.waiting.get(&key) {
            waiting.polls += u64::from(poll);
            waiting.last = Some(scene.frame);
            let there = match (&waiting.goal.node, &lower) {
                (Some(node), Some(owner)) => node.to_lowercase() == *owner,
                _ => true,
            };
            let wanted = if waiting.goal.online { Rest::Online } else { Rest::Offline };
            let at_rest = rest(kind, state);
            // Until the operation has begun the old state is still shown.
            let unchanged = at_rest != Rest::Failed && before.as_ref() == Some(&now) && waiting.polls <= 1;
            let ended = at_rest == Rest::Failed
                || (at_rest == wanted && there)
                || (at_rest != Rest::No && there && waiting.goal.moved);
            if ended && !unchanged {
                let waiting = self.waiting.remove(&key);
                if let Some(waiting) = waiting {
                    let place =
                        owner.as_deref().map(|owner| format!(" on {}", wording::quoted(owner))).unwrap_or_default();
                    let outcome = if at_rest == wanted { Outcome::Done } else { Outcome::Failed };
                    let text = format!(": {}{place}{}", words_of(kind, state), after(&waiting, scene.time));
                    end(lines, &waiting, outcome, text, Some(scene.frame));
                }
            }
            return;
        }
        let changed = before
            .as_ref()
            .is_some_and(|before| before.state != now.state || (before.owner.is_some() && before.owner != now.owner));
        let first = before.is_none() && alarming(kind, state);
        if !(changed || first) {
            return;
        }
        let what = wording::object(kind, Some(name));
        let mut text = format!("{verb} {what} {}", words_of(kind, state));
        let moved = before.as_ref().is_some_and(|b| b.owner.is_some() && b.owner != now.owner);
        if let Some(owner) = owner.as_deref().filter(|_| moved) {
            text.push_str(&format!(" on {}", wording::quoted(owner)));
        }
        if let Some(before) = before {
            let old = words_of(kind, before.state);
            match (moved, before.owner) {
                (true, Some(owner)) => text.push_str(&format!(" (was {old} on {})", wording::quoted(&owner))),
                _ => text.push_str(&format!(" (was {old})")),
            }
        }
        let name = match kind {
            ObjectKind::Group => "group_state",
            ObjectKind::Resource => "resource_state",
            ObjectKind::Node => "node_state",
            ObjectKind::Network => "network_state",
            _ => "interface_state",
        };
        let mut event = scene.event(name, text);
        if alarming(kind, state) {
            event.outcome = Outcome::Failed;
        }
        lines.add(event, true);
    }

    /// The capture is over: what still waits is said to.
    pub(super) fn finish(&mut self, lines: &mut Lines, _: Option<Timestamp>) {
        let rest: Vec<Waiting> = self.waiting.drain().map(|(_, waiting)| waiting).collect();
        for waiting in rest {
            let text = match waiting.polls {
                0 => ": accepted; the capture doesn't show how it ended".to_string(),
                1 => ": accepted; still pending at the only poll".to_string(),
                n => format!(": accepted; still pending after {n} polls"),
            };
            end(lines, &waiting, Outcome::Pending, text, waiting.last);
        }
    }
}

/// What was added: events of the second generation tell it of the object that it was added to.
fn added(event: &str, name: &str) -> String {
    let kinds = [
        ("NETINTERFACE_ADDED", ObjectKind::NetInterface),
        ("RESOURCE_TYPE_ADDED", ObjectKind::ResourceType),
        ("RESOURCE_ADDED", ObjectKind::Resource),
        ("GROUP_ADDED", ObjectKind::Group),
        ("NETWORK_ADDED", ObjectKind::Network),
        ("NODE_ADDED", ObjectKind::Node),
    ];
    let kind = kinds.iter().find(|(word, _)| event.contains(word)).map_or(ObjectKind::Generic, |(_, kind)| *kind);
    wording::object(kind, Some(name))
}

fn after(waiting: &Waiting, now: Option<Timestamp>) -> String {
    let mut text = String::new();
    if let (Some(since), Some(now)) = (waiting.since, now) {
        text.push_str(&format!(" after {}", wording::duration(now.0.saturating_sub(since.0))));
    }
    match waiting.polls {
        0 => {}
        1 => text.push_str(", 1 poll"),
        n => text.push_str(&format!(", {n} polls")),
    }
    text
}

fn end(lines: &mut Lines, waiting: &Waiting, outcome: Outcome, text: String, frame: Option<u64>) {
    if let Some(event) = lines.waiting(waiting.line) {
        if outcome == Outcome::Done {
            event.text.clone_from(&waiting.done);
        }
        event.text.push_str(&text);
        event.outcome = outcome;
        event.frames.extend(frame);
    }
    lines.release(waiting.line);
}
