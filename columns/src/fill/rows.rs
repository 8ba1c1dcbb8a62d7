//! Rows that wait to become batches.

use super::values::Listed;
use crate::tables::{TableName, calls, events, findings, handles, messages};
use arrow_array::RecordBatch;
use cluscope::internals::base::bounds::TABLE_ROWS;

/// Rows of all tables.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Bytes of a batch at most.
    pub(super) batch: usize,
    pub(super) messages: messages::Builder,
    pub(super) calls: calls::Builder,
    pub(super) listed: Listed,
    pub(super) handles: handles::Builder,
    pub(super) events: events::Builder,
    pub(super) findings: findings::Builder,
}

/// Which batches are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settle {
    /// Those that are full.
    Full,
    /// Of messages whatever there is.
    Messages,
    /// Whatever there is.
    All,
}

impl Rows {
    pub(super) fn settle(&mut self, which: Settle, out: &mut impl FnMut(TableName, RecordBatch)) {
        let batch = self.batch;
        macro_rules! settle {
            ($($builder:expr => $name:ident),+ $(,)?) => {$(
                let must = which == Settle::All || which == Settle::Messages && TableName::$name == TableName::Messages;
                let builder = &mut $builder;
                if builder.rows() >= TABLE_ROWS || builder.bytes() >= batch || (must && builder.rows() > 0) {
                    // The builder has every column of the declaration, so that there is no error.
                    if let Ok(batch) = builder.finish() {
                        out(TableName::$name, batch);
                    }
                }
            )+};
        }
        settle! {
            self.messages => Messages,
            self.calls => Calls,
            self.listed.properties => Properties,
            self.listed.commands => Commands,
            self.handles => Handles,
            self.events => Events,
            self.findings => Findings,
        }
    }
}
