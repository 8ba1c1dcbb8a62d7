//! States of groups, resources, nodes, networks and interfaces as polls and notifications show them, and operations that
//! wait for one.

use super::event::{Event, Object, Outcome, Source, StateSeen};
use super::failures::Failures;
use super::timeline::{Timeline, Timelines, cut};
use super::waiting::{Aim, Goal, Seen, Waitings};
use super::wording;
use super::{EventContext, Lines, object};
use crate::analysis::Bounded;
use crate::analysis::notify::{self, Notification};
use crate::analysis::object_kind::ObjectKind;
use crate::analysis::top_level::TopLevelValues;
use crate::base::Timestamp;
use crate::consts::node::CLUSTER_NODE_DRAIN_STATUS;
use crate::consts::states::*;
use crate::consts::{Constant, Constants, notifications};
use crate::idl::methods::*;
use crate::ndr::Method;
use crate::ndr::types::MethodId;
use crate::session::Record;
use smol_str::SmolStr;

/// An object: kind and name in lower case.
pub(super) type Key = (ObjectKind, String);

/// What was seen last of an object.
#[derive(Clone, Debug)]
struct Known {
    state: u64,
    /// The node that owns it.
    owner: Option<SmolStr>,
    /// Since when it is not as it should be, and where it was then.
    trouble: Option<Trouble>,
}

/// When an object was first seen in trouble, and the node that owned it.
#[derive(Clone, Debug)]
struct Trouble {
    time: Option<Timestamp>,
    frame: u64,
    owner: Option<SmolStr>,
}

/// The states seen last, and the operations that wait.
#[derive(Debug)]
pub(super) struct States {
    known: Bounded<Key, Known>,
    waiting: Waitings,
    timelines: Timelines,
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
pub(super) enum Rest {
    Online,
    Offline,
    Failed,
    No,
}

pub(super) fn rest(kind: ObjectKind, state: u64) -> Rest {
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
    pub(super) fn new(limit: usize, timelines: usize) -> Self {
        States { known: Bounded::new(limit), waiting: Waitings::new(limit), timelines: Timelines::new(timelines) }
    }

    pub(super) fn forgotten(&self) -> u64 {
        self.known.dropped() + self.waiting.forgotten() + self.timelines.forgotten()
    }

    /// The states of each object.
    pub(super) fn timelines(&self) -> Vec<Timeline> {
        self.timelines.all()
    }

    /// The node that an object was seen on last.
    pub(super) fn owner(&self, goal: &Goal) -> Option<SmolStr> {
        self.known.peek(&goal.key())?.owner.clone()
    }

    /// An operation waits for its end.
    pub(super) fn wait(&mut self, goal: Goal, line: u64, done: String, lines: &mut Lines) {
        let key = goal.key();
        let before = self.known.get(&key);
        let offline = goal.aim == Aim::Moved
            && before.as_ref().is_some_and(|known| rest(goal.kind, known.state) == Rest::Offline);
        if let Some(known) = before {
            known.trouble = None;
        }
        self.waiting.add(goal, line, done, offline, lines);
    }

    /// An operation was done at once.
    pub(super) fn reached(&mut self, goal: &Goal, scene: &EventContext<'_>) {
        let key = goal.key();
        let node = goal.node.as_deref().map(cut);
        let known = self.known.get(&key);
        // A move changes where, not whether: what was offline stays offline.
        let Some(state) = goal.state().or(known.as_ref().map(|known| known.state)) else { return };
        match known {
            Some(known) => {
                known.state = state;
                known.trouble = None;
                if let Some(node) = node {
                    known.owner = Some(SmolStr::from(node));
                }
            }
            None => {
                self.known.insert(key.clone(), Known { state, owner: node.map(SmolStr::from), trouble: None });
            }
        }
        self.timelines.add(&key, &goal.name, state, node, (scene.time, scene.frame, Source::Operation));
    }

    /// What a response shows of states.
    pub(super) fn observe(
        &mut self,
        method: &Method,
        top_level: &TopLevelValues<'_>,
        record: &Record<'_>,
        scene: &EventContext<'_>,
        (failures, lines): (&mut Failures, &mut Lines),
    ) {
        if notify::delivers(method.id) {
            for notification in notify::notifications(record) {
                self.notified(&notification, scene, (failures, lines));
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
            self.seen(kind, name, (state, owner.as_deref()), Source::Poll, scene, (failures, lines));
        }
    }

    fn notified(
        &mut self,
        n: &Notification<'_>,
        scene: &EventContext<'_>,
        (failures, lines): (&mut Failures, &mut Lines),
    ) {
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
            return self.seen(kind, &name, (state, None), Source::Notification, scene, (failures, lines));
        }
        // Of properties only those are worth a line that come with their values: see `properties`.
        if event.is_empty() || event.contains("PROPERTY") || event.contains("HANDLE_CLOSE") {
            return;
        }
        let what = match kind {
            ObjectKind::Cluster if !name.is_empty() => wording::quoted(&name),
            kind => wording::object(kind, Some(&name)),
        };
        // A notification tells a node by its id.
        let owner = n.owner().map(wording::plain).map(|id| match scene.seen.nodes.iter().find(|(of, _)| **of == *id) {
            Some((_, name)) => name.to_string(),
            None => id,
        });
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
            match &owner {
                Some(owner) => format!("was told that {what} has another owner, node {}", wording::quoted(owner)),
                None => format!("was told that {what} has another owner"),
            }
        } else {
            let plain = event.trim_start_matches("CLUSTER_CHANGE_").trim_end_matches("_V2").trim_end_matches("_v2");
            format!("was told of {}: {what}", plain.to_ascii_lowercase().replace('_', " "))
        };
        let key = (kind, name.to_lowercase());
        if event.contains("STATE") || event.contains("OWNER_NODE") {
            self.waiting.told(&key, None, false, scene, (failures, lines));
        }
        let object = Some(Object { kind, name: Some(name.into()).filter(|_| kind != ObjectKind::Cluster) });
        lines.add(Event { object, to: owner, ..scene.event("notified", text) }, true);
    }

    /// How far the drain of a node is, told by a property.
    pub(super) fn drain(
        &mut self,
        name: &str,
        status: CLUSTER_NODE_DRAIN_STATUS,
        poll: bool,
        scene: &EventContext<'_>,
        (failures, lines): (&Failures, &mut Lines),
    ) {
        self.waiting.drain(&(ObjectKind::Node, name.to_lowercase()), status, poll, scene, (failures, lines));
    }

    /// A state was seen: the end of an operation, a change, or nothing new.
    fn seen(
        &mut self,
        kind: ObjectKind,
        name: &str,
        (state, owner): (u64, Option<&str>),
        source: Source,
        scene: &EventContext<'_>,
        (failures, lines): (&mut Failures, &mut Lines),
    ) {
        let key = (kind, name.to_lowercase());
        let owner = owner.map(cut).filter(|owner| !owner.is_empty());
        self.timelines.add(&key, name, state, owner, (scene.time, scene.frame, source));
        let object = Object { kind, name: Some(name.into()) };
        let words = words_of(kind, state);
        failures.state(&object, Some(words.as_str()).filter(|_| alarming(kind, state)), scene);

        let before = self.known.peek(&key).cloned();
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        let old_owner = before.as_ref().and_then(|before| before.owner.clone());
        let moved = old_owner.clone().zip(owner).filter(|(old, new)| !same(old, new));
        let changed_state = before.as_ref().is_some_and(|before| before.state != state);
        let now_owner = match (&moved, &old_owner, owner) {
            (None, Some(old), _) => Some(old.clone()),
            (_, _, Some(new)) => Some(SmolStr::from(new)),
            (_, _, None) => None,
        };
        if let Some((old, _)) = moved.as_ref().filter(|_| kind == ObjectKind::Group) {
            self.waiting.group_left(old);
        }
        if self.waiting.has(&key) {
            let unchanged = before.is_some() && !changed_state && moved.is_none();
            let shown =
                StateSeen { time: scene.time, frame: scene.frame, state: words, node: now_owner.clone(), source };
            self.known.insert(key.clone(), Known { state, owner: now_owner, trouble: None });
            let seen = Seen { state, owner, unchanged };
            self.waiting.told(&key, Some((&seen, shown)), source == Source::Poll, scene, (failures, lines));
            return;
        }

        let trouble = before.as_ref().and_then(|before| before.trouble.clone());
        let good = matches!(rest(kind, state), Rest::Online) || (kind == ObjectKind::Node && state == 0);
        let first_trouble = || Trouble {
            time: self.down_since(old_owner.as_deref()).or(scene.time),
            frame: scene.frame,
            owner: old_owner.clone().or(now_owner.clone()),
        };
        let next = match (good, &trouble, &before) {
            (true, ..) => None,
            (false, Some(trouble), _) => Some(trouble.clone()),
            (false, None, Some(before)) if before.state == state => None,
            (false, None, _) => Some(first_trouble()),
        };
        let over = if good { trouble.or_else(|| moved.as_ref().map(|_| first_trouble())) } else { None };
        self.known.insert(key, Known { state, owner: now_owner.clone(), trouble: next });
        let first = before.is_none() && alarming(kind, state);
        if !(changed_state || moved.is_some() || first) {
            return;
        }
        let what = wording::object(kind, Some(name));
        let verb = if source == Source::Poll { "saw" } else { "was told of" };
        let old_state = before.as_ref().map(|before| words_of(kind, before.state));
        // A group that is online elsewhere after trouble, without a call that asked for it.
        let from = over.as_ref().and_then(|trouble| trouble.owner.clone());
        let failed_over = kind == ObjectKind::Group
            && from.as_deref().zip(now_owner.as_deref()).is_some_and(|(from, to)| !same(from, to));
        let event_name = match kind {
            ObjectKind::Group if failed_over => "group_failed_over",
            ObjectKind::Group => "group_state",
            ObjectKind::Resource => "resource_state",
            ObjectKind::Node => "node_state",
            ObjectKind::Network => "network_state",
            _ => "interface_state",
        };
        let mut event = scene.event(event_name, String::new());
        event.object = Some(object);
        if failed_over {
            let quoted = |node: &Option<SmolStr>| wording::quoted(node.as_deref().unwrap_or_default());
            let verb = if source == Source::Poll { "saw that" } else { "was told that" };
            let (old, new) = (quoted(&from), quoted(&now_owner));
            event.text = format!("{verb} {what} failed over from {old} to {new}: {words}");
            (event.from, event.to) = (from.as_deref().map(str::to_string), now_owner.as_deref().map(str::to_string));
        } else {
            event.text = format!("{verb} {what} {words}");
            (event.from, event.to) = (old_state.clone(), Some(words.clone()));
            if let Some((old, new)) = &moved {
                let old_state = old_state.as_deref().unwrap_or_default();
                let (old, new) = (wording::quoted(old), wording::quoted(new));
                event.text.push_str(&format!(" on {new} (was {old_state} on {old})"));
            } else if let Some(old) = &old_state {
                event.text.push_str(&format!(" (was {old})"));
            }
        }
        if let Some(trouble) = over {
            (event.time, event.end) = (trouble.time.or(event.time), scene.time);
            if trouble.frame != scene.frame {
                event.frames.insert(0, trouble.frame);
            }
            if let Some(nanos) = event.duration().filter(|nanos| *nanos > 0) {
                event.text.push_str(&format!(" after {}", wording::duration(nanos)));
            }
        }
        event.add_state(StateSeen { time: scene.time, frame: scene.frame, state: words, node: now_owner, source });
        if alarming(kind, state) {
            event.outcome = Outcome::Failed;
        }
        lines.add(event, true);
    }

    /// Since when a node is down, if it is.
    fn down_since(&self, node: Option<&str>) -> Option<Timestamp> {
        let known = self.known.peek(&(ObjectKind::Node, node?.to_lowercase()))?;
        known.trouble.as_ref()?.time
    }

    /// The capture is over: what still waits is said to.
    pub(super) fn finish(&mut self, lines: &mut Lines) {
        self.waiting.finish(lines);
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
