//! From messages to what happened: context handles resolved to objects, calls joined, statistics, stories.
//!
//! Everything reads [`session::Record`](crate::session::Record)s in the order in which a session hands them out.
//! [`tracker::Tracker`] comes first: it is fed with each record and then knows, for that record, which association it
//! belongs to, what its handles stand for and which request it answers. State is bounded by [`AnalysisLimits`]; what was
//! dropped for a limit is counted in [`Counters`].
//!
//! Next: [`tracker`], [`record_context`] for what it says of a record, [`handles`] for the table behind it, [`notify`] for
//! notifications, [`calls`], [`joiner`] and [`stats`], [`story`].

pub(crate) mod annotations;
pub(crate) mod calls;
pub(crate) mod handles;
pub(crate) mod joiner;
pub(crate) mod notify;
pub(crate) mod object_kind;
pub(crate) mod object_names;
mod pending_calls;
mod read_extent;
pub(crate) mod record_context;
pub mod stats;
pub mod story;
pub(crate) mod top_level;
pub(crate) mod tracker;

pub(crate) use crate::base::bounded::Bounded;
pub use annotations::HandleAnnotations;
pub use calls::{Answer, Call, CallOutcome};
pub use handles::{Resolved, Scope, State};
pub use notify::Subscription;
pub use object_kind::ObjectKind;
pub use record_context::{CallKey, HandleUse, PendingCall};
pub use stats::Stats;
pub use story::Story;
pub use tracker::{RecordContext, Tracker};

/// What analysis may keep. Each table drops what was used least recently when it is full; each has a counter. Hostile
/// names that fill every table bring it to some 45 MB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnalysisLimits {
    /// Context handles, open and closed ones together. Default 32768.
    pub handles: usize,
    /// Associations: connections, and address pairs of connectionless calls. Default 16384.
    pub associations: usize,
    /// Requests that wait for their answer. Default 4096.
    pub calls: usize,
    /// Objects known by id and name. Default 8192.
    pub ids: usize,
    /// Notification keys that were given to ports. Default 1024.
    pub subscriptions: usize,
    /// Bytes of a name or path in UTF-8. Default 256; longer ones are cut.
    pub name: usize,
}

impl Default for AnalysisLimits {
    fn default() -> Self {
        AnalysisLimits {
            handles: 1 << 15,
            associations: 1 << 14,
            calls: 1 << 12,
            ids: 1 << 13,
            subscriptions: 1 << 10,
            name: 256,
        }
    }
}

/// What was given up for [`AnalysisLimits`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Open handles forgotten for [`AnalysisLimits::handles`]; later uses of them count as of unknown origin.
    pub handles_forgotten: u64,
    /// Closed ones, which should not be used any more.
    pub closed_handles_forgotten: u64,
    /// Associations forgotten for [`AnalysisLimits::associations`].
    pub associations_forgotten: u64,
    /// Requests forgotten for [`AnalysisLimits::calls`].
    pub calls_forgotten: u64,
    /// Ids forgotten for [`AnalysisLimits::ids`].
    pub ids_forgotten: u64,
    /// Notification keys forgotten for [`AnalysisLimits::subscriptions`].
    pub subscriptions_forgotten: u64,
    /// Names cut for [`AnalysisLimits::name`].
    pub names_cut: u64,
}

impl Counters {
    /// Whether any handle was forgotten.
    pub(crate) fn forgotten(&self) -> bool {
        self.handles_forgotten > 0 || self.closed_handles_forgotten > 0
    }

    /// Names and values, for the `limits` record. What is forgotten of closed handles is no loss.
    pub fn all(&self) -> [(&'static str, u64); 6] {
        [
            ("handles_forgotten", self.handles_forgotten),
            ("associations_forgotten", self.associations_forgotten),
            ("calls_forgotten", self.calls_forgotten),
            ("ids_forgotten", self.ids_forgotten),
            ("subscriptions_forgotten", self.subscriptions_forgotten),
            ("names_cut", self.names_cut),
        ]
    }
}

#[cfg(test)]
mod names_tests;
#[cfg(test)]
mod parts_tests;
#[cfg(test)]
pub(crate) mod test_records;
#[cfg(test)]
mod tests;
