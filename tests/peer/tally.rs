//! Counts of a run, as JSON lines: one line for each block of stubs, so that a run can go on where it was stopped.

use super::Outcome;
use super::known::{self, Peer};
use super::subject::Subject;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// How many unexpected differences are told in full.
const TOLD: usize = 50;

/// What a number of stubs gave.
#[derive(Debug, Default)]
pub struct Tally {
    pub stubs: u64,
    pub values: u64,
    pub equal: u64,
    /// Stubs that differ as it is known, by method and what differs.
    pub known: BTreeMap<String, u64>,
    /// Stubs that differ otherwise, by method and what differs.
    pub wrong: BTreeMap<String, u64>,
    /// The first of those in full.
    pub told: Vec<String>,
}

impl Tally {
    /// Counts an outcome.
    pub fn add(&mut self, peer: Peer, subject: &Subject, outcome: Outcome) {
        self.stubs += 1;
        self.values += outcome.values as u64;
        let kind = subject.identity.kind;
        let (method, direction) = (subject.method, kind.direction.name());
        let (interface, syntax) = (kind.interface.name, kind.syntax.name());
        let name = format!("{interface} {} {} {direction}", method.opnum, method.name);
        match outcome.differs {
            None => self.equal += 1,
            Some((what, _)) if known::explains(peer, subject, &what).is_some() => {
                *self.known.entry(format!("{name}: {what}")).or_default() += 1;
            }
            Some((what, detail)) => {
                if self.told.len() < TOLD {
                    let (number, stub) = (subject.number, hex::encode(&subject.stub));
                    self.told
                        .push(format!("{name} {syntax} {:?}, stub {number}: {what}\n{detail}\n{stub}", kind.endian));
                }
                *self.wrong.entry(format!("{name} {syntax}: {what}")).or_default() += 1;
            }
        }
    }

    /// Adds another one.
    pub fn join(&mut self, other: Tally) {
        self.stubs += other.stubs;
        self.values += other.values;
        self.equal += other.equal;
        for (mine, theirs) in [(&mut self.known, other.known), (&mut self.wrong, other.wrong)] {
            theirs.into_iter().for_each(|(name, n)| *mine.entry(name).or_default() += n);
        }
        let room = TOLD.saturating_sub(self.told.len());
        self.told.extend(other.told.into_iter().take(room));
    }

    /// As a JSON object.
    pub fn to_json(&self, block: u64) -> Value {
        json!({"block": block, "stubs": self.stubs, "values": self.values, "equal": self.equal, "known": self.known,
               "wrong": self.wrong, "told": self.told})
    }

    /// From a line of a journal, with the block's number.
    pub fn from_json(line: &str) -> Option<(u64, Tally)> {
        let object: Map<String, Value> = serde_json::from_str(line).ok()?;
        let number = |name: &str| object.get(name)?.as_u64();
        let counts = |name: &str| -> Option<BTreeMap<String, u64>> {
            object.get(name)?.as_object()?.iter().map(|(k, n)| Some((k.clone(), n.as_u64()?))).collect()
        };
        let told = object.get("told")?.as_array()?.iter().filter_map(|t| t.as_str().map(String::from)).collect();
        let tally = Tally {
            stubs: number("stubs")?,
            values: number("values")?,
            equal: number("equal")?,
            known: counts("known")?,
            wrong: counts("wrong")?,
            told,
        };
        Some((number("block")?, tally))
    }
}
