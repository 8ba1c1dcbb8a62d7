//! The states of each object in the order in which the capture shows them.

use super::event::{Object, Source, StateSeen, beginning};
use super::state::{Key, words_of};
use crate::analysis::Bounded;
use crate::analysis::object_kind::ObjectKind;
use crate::base::{Timestamp, bounds};
use smol_str::SmolStr;
use std::collections::VecDeque;

/// The states of an object: one entry each time that its state, or the node that owns it, was another than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The object.
    pub object: Object,
    /// The states, of very many the first 32 and the last 32.
    pub states: Vec<StateSeen>,
    /// States between those that are left out.
    pub omitted: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    time: Option<Timestamp>,
    frame: u64,
    state: u64,
    node: Option<SmolStr>,
    source: Source,
}

#[derive(Debug)]
struct Kept {
    number: u64,
    name: SmolStr,
    first: Vec<Entry>,
    last: VecDeque<Entry>,
    omitted: u64,
}

/// The timelines of the objects that were seen last.
#[derive(Debug)]
pub(super) struct Timelines {
    objects: Bounded<Key, Kept>,
    next: u64,
}

impl Timelines {
    pub(super) fn new(limit: usize) -> Self {
        Timelines { objects: Bounded::new(limit), next: 0 }
    }

    pub(super) fn forgotten(&self) -> u64 {
        self.objects.dropped()
    }

    /// A state was seen.
    pub(super) fn add(
        &mut self,
        key: &Key,
        name: &str,
        state: u64,
        node: Option<&str>,
        (time, frame, source): (Option<Timestamp>, u64, Source),
    ) {
        let next = &mut self.next;
        let (kept, _) = self.objects.get_or_insert(key.clone(), || {
            *next += 1;
            let (first, last) = Default::default();
            Kept { number: *next, name: SmolStr::from(name), first, last, omitted: 0 }
        });
        let before = kept.last.back().or(kept.first.last());
        let same_node = |entry: &Entry| node.is_none_or(|node| entry.node.as_deref() == Some(cut(node)));
        if before.is_some_and(|before| before.state == state && same_node(before)) {
            return;
        }
        let known = before.and_then(|before| before.node.clone());
        let node = match node.map(cut) {
            Some(node) if known.as_deref() == Some(node) => known,
            Some(node) => Some(SmolStr::from(node)),
            None => known,
        };
        let entry = Entry { time, frame, state, node, source };
        if kept.first.len() < bounds::STORY_TIMELINE {
            kept.first.push(entry);
            return;
        }
        if kept.last.len() >= bounds::STORY_TIMELINE {
            kept.last.pop_front();
            kept.omitted += 1;
        }
        kept.last.push_back(entry);
    }

    /// All of them, in the order in which the objects were first seen.
    pub(super) fn all(&self) -> Vec<Timeline> {
        let mut kept: Vec<_> = self.objects.iter().collect();
        kept.sort_by_key(|(_, kept)| kept.number);
        let one = |((kind, _), kept): (&Key, &Kept)| Timeline {
            object: Object { kind: *kind, name: Some(kept.name.clone()) },
            states: kept.first.iter().chain(&kept.last).map(|entry| entry.seen(*kind)).collect(),
            omitted: kept.omitted,
        };
        kept.into_iter().map(one).collect()
    }
}

impl Entry {
    fn seen(&self, kind: ObjectKind) -> StateSeen {
        StateSeen {
            time: self.time,
            frame: self.frame,
            state: words_of(kind, self.state),
            node: self.node.clone(),
            source: self.source,
        }
    }
}

/// The beginning of a node's name.
pub(super) fn cut(name: &str) -> &str {
    beginning(name, bounds::STORY_NODE)
}
