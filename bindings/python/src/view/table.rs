//! Rows of a table: see [`cluscope_columns`].

use super::View;
use crate::options::Options;
use crate::record::Item;
use cluscope::Limits;
use cluscope::session::Record;
use cluscope_columns::{Captures, Filler, RecordBatch, TableName};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Batches that were made and not taken yet.
#[derive(Clone, Default)]
pub(crate) struct Rows(Arc<Mutex<VecDeque<(TableName, RecordBatch)>>>);

impl Rows {
    /// The next one.
    pub(crate) fn take(&self) -> Option<(TableName, RecordBatch)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn put(&self, batches: impl IntoIterator<Item = (TableName, RecordBatch)>) {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rows.extend(batches);
    }
}

/// Fills tables.
pub(crate) struct Filled {
    filler: Filler,
    captures: Captures,
    rows: Rows,
}

impl Filled {
    pub(crate) fn new(
        options: &Options,
        limits: &Limits,
        tables: impl IntoIterator<Item = TableName>,
        rows: Rows,
    ) -> Self {
        let captures = Captures::default();
        let mut wanted = cluscope_columns::Options::of(tables);
        (wanted.hide_secrets, wanted.captures) = (options.hide_secrets, captures.clone());
        Filled { filler: Filler::new(limits, wanted), captures, rows }
    }
}

impl View for Filled {
    fn begin(&mut self, packets: u64, path: Option<&Path>) {
        self.captures.begin(packets, &path.unwrap_or(Path::new("")).to_string_lossy());
    }

    fn record(&mut self, record: &Record<'_>, _: &mut VecDeque<Item>) {
        self.filler.record(record);
        self.rows.put(self.filler.ready());
    }

    fn finish(&mut self, _: &mut VecDeque<Item>) {
        let rest = self.filler.finish();
        self.rows.put(rest);
    }

    fn given_up(&self) -> Vec<(&'static str, u64)> {
        self.filler.given_up()
    }
}
