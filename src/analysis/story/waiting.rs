//! Operations that the server answered with ERROR_IO_PENDING, until a poll or a notification shows how they ended.

use super::event::{Event, Object, Outcome, StateSeen};
use super::failures::Failures;
use super::lines::Lines;
use super::state::{Key, Rest, rest, words_of};
use super::{EventContext, wording};
use crate::analysis::Bounded;
use crate::analysis::object_kind::ObjectKind;
use crate::consts::node::CLUSTER_NODE_DRAIN_STATUS as Drain;
use crate::consts::states::ClusterNodeState;
use smol_str::SmolStr;

/// Where an operation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    Online,
    Offline,
    /// As it was, on the node of the second handle, if there is one.
    Moved,
    Paused,
    /// Paused, and its groups on other nodes.
    Drained,
    Resumed,
}

/// The state that an operation leads to.
#[derive(Clone, Debug)]
pub(super) struct Goal {
    pub(super) kind: ObjectKind,
    pub(super) name: SmolStr,
    pub(super) aim: Aim,
    /// The node that it is to be on.
    pub(super) node: Option<SmolStr>,
}

impl Goal {
    pub(super) fn key(&self) -> Key {
        (self.kind, self.name.to_lowercase())
    }

    /// The state that it is in afterwards; `None` for a move, which changes where it is.
    pub(super) fn state(&self) -> Option<u64> {
        Some(match (self.kind, self.aim) {
            (ObjectKind::Group, Aim::Online) => 0,
            (ObjectKind::Group, Aim::Offline) => 1,
            (ObjectKind::Resource, Aim::Online) => 2,
            (ObjectKind::Resource, Aim::Offline) => 3,
            (ObjectKind::Node, Aim::Resumed) => u64::from(ClusterNodeState::ClusterNodeUp.0),
            (ObjectKind::Node, Aim::Paused | Aim::Drained) => u64::from(ClusterNodeState::ClusterNodePaused.0),
            _ => return None,
        })
    }
}

/// An operation that the server has not finished.
#[derive(Clone, Debug)]
struct Waiting {
    goal: Goal,
    line: u64,
    /// The line's text once it is done.
    done: String,
    /// Whether the object was offline before a move, and stays so.
    offline: bool,
    /// Groups that left a node which is drained.
    left: u64,
    last: Option<u64>,
}

/// What was seen of an object.
pub(super) struct Seen<'s> {
    pub(super) state: u64,
    /// The node that owns it.
    pub(super) owner: Option<&'s str>,
    /// Whether this is what was known before the operation as well.
    pub(super) unchanged: bool,
}

/// The operations that wait.
#[derive(Debug)]
pub(super) struct Waitings(Bounded<Key, Waiting>);

impl Waitings {
    pub(super) fn new(limit: usize) -> Self {
        Waitings(Bounded::new(limit))
    }

    pub(super) fn forgotten(&self) -> u64 {
        self.0.dropped()
    }

    /// An operation waits for its end.
    pub(super) fn add(&mut self, goal: Goal, line: u64, done: String, offline: bool, lines: &mut Lines) {
        let key = goal.key();
        let waiting = Waiting { goal, line, done, offline, left: 0, last: None };
        if let Some(earlier) = self.0.remove(&key) {
            let reason = ": overtaken by the next operation";
            end(lines, &earlier, Outcome::Pending, None, |_| reason.to_string());
        }
        if let Some((_, dropped)) = self.0.insert(key, waiting) {
            end(lines, &dropped, Outcome::Pending, None, |_| String::new());
        }
    }

    /// Whether an operation on this object waits.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.0.peek(key).is_some()
    }

    /// Something was told of an object: a state, or, without one, that there is another.
    pub(super) fn told(
        &mut self,
        key: &Key,
        seen: Option<(&Seen<'_>, StateSeen)>,
        poll: bool,
        scene: &EventContext<'_>,
        (failures, lines): (&Failures, &mut Lines),
    ) {
        let Some(waiting) = self.0.get(key) else { return };
        waiting.last = Some(scene.frame);
        let mut polls = 0;
        if let Some(event) = lines.waiting(waiting.line) {
            event.polls += u64::from(poll);
            event.notifications += u64::from(!poll);
            polls = event.polls;
            if let Some(call) = scene.call() {
                event.add_call(call);
            }
            if let Some((_, state)) = &seen {
                event.add_state(state.clone());
            }
        }
        let Some((seen, _)) = seen else { return };
        // Until the operation has begun the old state is still shown.
        let early = seen.unchanged && polls <= 1;
        let Some(outcome) = waiting.judge(seen).filter(|outcome| *outcome == Outcome::Failed || !early) else { return };
        if let Some(waiting) = self.0.remove(key) {
            let mut text = format!(": {}", words_of(waiting.goal.kind, seen.state));
            if let Some(owner) = seen.owner {
                text.push_str(&format!(" on {}", wording::quoted(owner)));
            }
            if let Some(event) = lines.waiting(waiting.line) {
                if let (Aim::Moved, Some(owner), None) = (waiting.goal.aim, seen.owner, &event.to) {
                    event.to = Some(owner.to_string());
                }
                if outcome == Outcome::Failed {
                    blame(event, &waiting, failures, scene);
                }
            }
            end(lines, &waiting, outcome, Some(scene), |event| text + &after(event));
        }
    }

    /// A property told how far the drain of a node is.
    pub(super) fn drain(
        &mut self,
        key: &Key,
        status: Drain,
        poll: bool,
        scene: &EventContext<'_>,
        (failures, lines): (&Failures, &mut Lines),
    ) {
        let Some(waiting) = self.0.get(key).filter(|waiting| waiting.goal.aim == Aim::Drained) else { return };
        waiting.last = Some(scene.frame);
        if let Some(event) = lines.waiting(waiting.line) {
            event.polls += u64::from(poll);
            event.notifications += u64::from(!poll);
            if let Some(call) = scene.call() {
                event.add_call(call);
            }
        }
        let (outcome, words) = match status {
            Drain::NodeDrainStatusCompleted => (Outcome::Done, ": drained"),
            Drain::NodeDrainStatusFailed => (Outcome::Failed, ": the drain failed"),
            _ => return,
        };
        if let Some(waiting) = self.0.remove(key) {
            if let Some(event) = lines.waiting(waiting.line).filter(|_| outcome == Outcome::Failed) {
                blame(event, &waiting, failures, scene);
            }
            let left = left(&waiting);
            end(lines, &waiting, outcome, Some(scene), |event| format!("{words}{left}{}", after(event)));
        }
    }

    /// A group has gone from this node.
    pub(super) fn group_left(&mut self, node: &str) {
        if let Some(waiting) = self.0.get(&(ObjectKind::Node, node.to_lowercase())) {
            waiting.left += 1;
        }
    }

    /// The capture is over: what still waits is said to.
    pub(super) fn finish(&mut self, lines: &mut Lines) {
        let rest: Vec<Waiting> = self.0.drain().map(|(_, waiting)| waiting).collect();
        for waiting in rest {
            let left = left(&waiting);
            end(lines, &waiting, Outcome::Pending, None, |event| match (event.polls, event.notifications) {
                (0, 0) => format!(": accepted; the capture doesn't show how it ended{left}"),
                (1, 0) => format!(": accepted; still pending at the only poll{left}"),
                _ => format!(": accepted; still pending after {}{left}", signs(event)),
            });
        }
    }
}

impl Waiting {
    /// How the operation ended, by what was seen of its object.
    fn judge(&self, seen: &Seen<'_>) -> Option<Outcome> {
        let outcome = |done: bool| Some(if done { Outcome::Done } else { Outcome::Failed });
        if self.goal.kind == ObjectKind::Node {
            let state = ClusterNodeState(seen.state as u32);
            return match self.goal.aim {
                _ if state == ClusterNodeState::ClusterNodeDown => outcome(false),
                // Paused it is from the beginning.
                Aim::Drained => None,
                _ if self.goal.state() == Some(seen.state) => outcome(true),
                _ => None,
            };
        }
        let there = match (&self.goal.node, seen.owner) {
            (Some(node), Some(owner)) => node.to_lowercase() == owner.to_lowercase(),
            _ => true,
        };
        let offline = self.goal.aim == Aim::Offline || self.offline;
        let wanted = if offline { Rest::Offline } else { Rest::Online };
        match rest(self.goal.kind, seen.state) {
            Rest::Failed => outcome(false),
            at if at == wanted && there => outcome(true),
            Rest::No => None,
            _ if there && self.goal.aim == Aim::Moved => outcome(false),
            _ => None,
        }
    }
}

/// What went wrong before an operation failed.
fn blame(event: &mut Event, waiting: &Waiting, failures: &Failures, scene: &EventContext<'_>) {
    let object = Object { kind: waiting.goal.kind, name: Some(waiting.goal.name.clone()) };
    let nodes = [event.from.as_deref(), waiting.goal.node.as_deref()];
    event.cause = failures.before(&object, nodes, event.time, scene);
}

fn left(waiting: &Waiting) -> String {
    match waiting.left {
        0 => String::new(),
        1 => ", 1 group left it".to_string(),
        n => format!(", {n} groups left it"),
    }
}

/// `3 polls, 1 notification`
fn signs(event: &Event) -> String {
    let count = |n: u64, one: &str| match n {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {one}s")),
    };
    let all = [count(event.polls, "poll"), count(event.notifications, "notification")];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// How long it took, and after how many polls and notifications the end was seen.
fn after(event: &Event) -> String {
    let mut text = String::new();
    if let Some(nanos) = event.duration() {
        text.push_str(&format!(" after {}", wording::duration(nanos)));
    }
    if event.polls + event.notifications > 0 {
        text.push_str(&format!(", {}", signs(event)));
    }
    text
}

fn end(
    lines: &mut Lines,
    waiting: &Waiting,
    outcome: Outcome,
    scene: Option<&EventContext<'_>>,
    text: impl FnOnce(&Event) -> String,
) {
    if let Some(event) = lines.waiting(waiting.line) {
        if outcome == Outcome::Done {
            event.text.clone_from(&waiting.done);
        }
        event.end = scene.and_then(|scene| scene.time);
        event.outcome = outcome;
        let text = text(event);
        event.text.push_str(&text);
        event.frames.extend(scene.map(|scene| scene.frame).or(waiting.last));
        event.timed = false;
    }
    lines.release(waiting.line);
}
