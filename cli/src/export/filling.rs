//! Tables by several threads: what needs the order of records is done in order, rows are made by all threads, batches are put
//! together in order, and they are encoded by all threads.

use super::Sink;
use crate::Failure;
use crate::pool::{Steps, Way};
use cluscope::internals::analysis::{RecordContext, Tracker};
use cluscope::internals::base::bounds::{TABLE_BYTES, TABLE_RECORDS};
use cluscope::internals::limits::Limits;
use cluscope::internals::session::{BatchLimits, Record};
use cluscope_columns::{Noted, Options, Order, Pending, Piece, RowFiller, Waiting};
use std::fs::File;
use std::io::BufWriter;
use std::sync::{Mutex, MutexGuard, PoisonError};

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

/// Files with rows that are to be encoded.
#[derive(Default)]
pub(super) struct Encoder {
    files: Mutex<Vec<Pending<BufWriter<File>>>>,
}

impl Encoder {
    fn files(&self) -> MutexGuard<'_, Vec<Pending<BufWriter<File>>>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, rows: Pending<BufWriter<File>>) {
        let mut files = self.files();
        if !files.iter().any(|file| file.is_of(&rows)) {
            files.push(rows);
        }
    }

    /// Encodes what nobody else has taken.
    pub(super) fn work(&self) -> Result<(), Failure> {
        loop {
            let mut files = self.files();
            files.retain(Pending::is_pending);
            let Some(file) = files.iter().find(|file| file.has_columns()).cloned() else { return Ok(()) };
            drop(files);
            file.work()?;
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
        written.sink.send(&self.encoder)?;
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(|| self.encoder.work())).collect();
            let own = self.encoder.work();
            let joined = others.into_iter().map(|other| other.join().unwrap_or(Err(Failure::Gone)));
            joined.fold(own, |all, one| all.and(one))
        })
    }
}
