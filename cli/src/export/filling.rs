//! Tables by several threads: what needs the order of records is done in order, rows are made by all threads, batches are put
//! together in order, and row groups are encoded by all threads.

use super::Sink;
use crate::Failure;
use crate::pool::{Steps, Way};
use cluscope::internals::analysis::{RecordContext, Tracker};
use cluscope::internals::base::bounds::{TABLE_BYTES, TABLE_RECORDS};
use cluscope::internals::limits::Limits;
use cluscope::internals::session::{BatchLimits, Record};
use cluscope_columns::{Noted, Options, Order, Piece, RowFiller, RowGroup, Waiting};
use std::collections::VecDeque;
use std::fs::File;
use std::io::BufWriter;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How tables are filled.
pub(super) struct Filling {
    pub(super) limits: Limits,
    pub(super) options: Options,
    /// Whether somebody waits for the rows of a capture that is still being made.
    pub(super) live: bool,
    pub(super) encoder: Encoder,
}

/// What the order of records tells.
pub(super) struct InOrder {
    pub(super) tracker: Tracker,
    pub(super) order: Order,
}

/// What was made of a batch of records.
#[derive(Default)]
pub(super) struct Made {
    pieces: Vec<Piece>,
    /// Records that are written without their values.
    omitted: u64,
}

/// Where everything goes.
pub(super) struct Written {
    pub(super) waiting: Waiting,
    pub(super) sink: Sink,
}

/// Row groups that are to be encoded.
#[derive(Default)]
pub(super) struct Encoder {
    row_groups: Mutex<VecDeque<Arc<RowGroup<BufWriter<File>>>>>,
}

impl Encoder {
    fn row_groups(&self) -> MutexGuard<'_, VecDeque<Arc<RowGroup<BufWriter<File>>>>> {
        self.row_groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, row_group: RowGroup<BufWriter<File>>) {
        self.row_groups().push_back(Arc::new(row_group));
    }

    /// Encodes what nobody else has taken.
    pub(super) fn work(&self) -> Result<(), Failure> {
        loop {
            let mut waiting = self.row_groups();
            while waiting.front().is_some_and(|first| first.is_taken()) {
                waiting.pop_front();
            }
            let Some(first) = waiting.front().cloned() else { return Ok(()) };
            drop(waiting);
            first.work()?;
        }
    }
}

impl Steps for Filling {
    type Order = InOrder;
    type Choice = Noted;
    type Worker = RowFiller;
    type Made = Made;
    type Last = Written;

    // Batches of records become batches of rows.
    const PACKED: bool = true;

    fn batch(&self) -> BatchLimits {
        BatchLimits { records: TABLE_RECORDS, bytes: TABLE_BYTES }
    }

    fn is_live(&self) -> bool {
        self.live
    }

    fn worker(&self) -> RowFiller {
        RowFiller::new(&self.limits, self.options.clone())
    }

    fn made(&self) -> Made {
        Made::default()
    }

    fn first(&self, order: &mut InOrder, record: &Record<'_>, seen: &mut RecordContext) -> Noted {
        order.tracker.feed_into(record, seen);
        order.order.note(record, seen)
    }

    fn middle(
        &self,
        worker: &mut RowFiller,
        made: &mut Made,
        (record, seen, noted): (&Record<'_>, &RecordContext, Noted),
        way: &Way<'_, Self>,
    ) -> Result<(), Failure> {
        worker.record(record, seen, noted);
        if worker.is_full() {
            // More than a batch is to have: it doesn't wait for its turn beside more of the kind.
            self.take(worker, made);
            return way.turn(made).map(drop);
        }
        Ok(())
    }

    fn settle(&self, worker: &mut RowFiller, made: &mut Made) {
        worker.flush();
        self.take(worker, made);
    }

    fn last(&self, written: &mut Written, made: &mut Made) -> Result<(), Failure> {
        let Written { waiting, sink } = written;
        waiting.omit(std::mem::take(&mut made.omitted));
        for piece in made.pieces.drain(..) {
            waiting.pass(piece, &mut |table, batch| sink.write(table, &batch, &self.encoder))?;
        }
        if self.live { sink.flush() } else { Ok(()) }
    }

    fn after(&self) -> Result<(), Failure> {
        self.encoder.work()
    }
}

impl Filling {
    fn take(&self, worker: &mut RowFiller, made: &mut Made) {
        made.pieces.extend(worker.pieces());
        made.omitted += worker.take_omitted();
    }

    /// What is left when all records are through, by so many threads.
    pub(super) fn finish(&self, order: &mut InOrder, written: &mut Written, threads: usize) -> Result<(), Failure> {
        let (mut worker, mut made) = (self.worker(), self.made());
        worker.rest(order.order.finish(), Some(&mut order.tracker));
        self.take(&mut worker, &mut made);
        self.last(written, &mut made)?;
        written.sink.row_groups(&self.encoder)?;
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(|| self.encoder.work())).collect();
            let own = self.encoder.work();
            let joined = others.into_iter().map(|other| other.join().unwrap_or(Err(Failure::Gone)));
            joined.fold(own, |all, one| all.and(one))
        })
    }
}
