//! From records to rows.
//!
//! A [`Filler`] is shown every record of a session, in order, and hands out batches of rows. Numbers, names and states come
//! from the records and from what the tracker knows of them; parameters come from the printer of JSON lines, so that tables
//! and lines never differ, and secrets are left out of both alike.
//!
//! It has three parts, for those who work with several threads: [`Order`] looks at the records in their order, a
//! [`RowFiller`] makes rows of any of them, and [`Waiting`] brings the batches into their order.

mod flows;
mod message;
mod order;
mod rest;
mod rows;
#[cfg(test)]
mod tests;
mod values;
mod words;

use crate::places::{Captures, Origin};
use crate::schema::Table;
use crate::tables::TableName;
use arrow_array::RecordBatch;
use cluscope::Limits;
use cluscope::internals::analysis::calls::Call;
use cluscope::internals::analysis::story::Event;
use cluscope::internals::analysis::{RecordContext, Tracker};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::session::Record;
use cluscope::internals::session::selection::{Connection, Decision, HeldBack, connection, given_up};
use flows::FlowTexts;
pub use order::{Noted, Order};
use rows::{Rows, Settle};
use std::collections::BTreeSet;

/// What is filled, and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The tables.
    pub tables: BTreeSet<TableName>,
    /// Whether passwords and tokens that stand in messages are left out.
    pub hide_secrets: bool,
    /// Which file each packet is of.
    pub captures: Captures,
}

impl Options {
    /// These tables, with everything that messages hold.
    pub fn of(tables: impl IntoIterator<Item = TableName>) -> Self {
        Options { tables: tables.into_iter().collect(), ..Options::default() }
    }
}

/// What comes of records, in order.
#[derive(Debug)]
pub enum Piece {
    /// Rows of a table.
    Rows(TableName, RecordBatch),
    /// Here stands what was held back of a connection.
    Release(Connection),
    /// Rows of messages that are held back; the number is the bytes that they count for.
    Hold(Connection, RecordBatch, usize),
}

/// Makes rows of records.
#[derive(Debug)]
pub struct RowFiller {
    tables: BTreeSet<TableName>,
    origin: Origin,
    flows: FlowTexts,
    /// The stub's values.
    json: Out,
    /// Whatever else is JSON.
    other: Out,
    rows: Rows,
    pieces: Vec<Piece>,
    /// Bytes of the pieces.
    bytes: usize,
    /// Records that are written without their values.
    omitted: u64,
}

impl RowFiller {
    /// Nothing filled yet.
    #[must_use]
    pub fn new(limits: &Limits, options: Options) -> Self {
        let Options { tables, hide_secrets, captures } = options;
        let mut json = Out::with_limit(limits.output.record);
        if hide_secrets {
            json.hide_secrets();
        }
        RowFiller {
            origin: Origin::of(captures),
            flows: FlowTexts::default(),
            json,
            other: Out::with_limit(limits.output.record),
            rows: Rows { batch: limits.columns.batch, ..Rows::default() },
            pieces: Vec::new(),
            bytes: 0,
            omitted: 0,
            tables,
        }
    }

    /// Makes rows of a record, of which a tracker knows so much, and the order of records.
    pub fn record(&mut self, record: &Record<'_>, seen: &RecordContext, noted: Noted) {
        let Noted { decision, events, findings, given_up } = noted;
        self.findings(findings);
        match decision {
            Decision::Show { release } => {
                if release {
                    // They stand before what is to come, and behind what there is.
                    self.settle(Settle::Messages);
                    self.pieces.push(Piece::Release(connection(record)));
                }
                self.show(record, seen);
                self.events(events);
                if self.has(TableName::Calls) {
                    if let Some((key, asking)) = given_up {
                        let control_code = asking.control_code;
                        self.call(&Call::unanswered(key, *asking), control_code);
                    }
                    if let Some(call) = Call::completed(record, seen) {
                        self.call(&call, seen.request.as_ref().and_then(|request| request.control_code));
                    }
                }
            }
            Decision::Hold => {
                let shown = std::mem::take(&mut self.rows.messages);
                self.message(record, seen);
                let mut one = std::mem::replace(&mut self.rows.messages, shown);
                if let Ok(batch) = one.finish() {
                    let bytes = batch.get_array_memory_size();
                    self.bytes += bytes;
                    self.pieces.push(Piece::Hold(connection(record), batch, bytes));
                }
            }
            Decision::Skip => {}
        }
        self.settle(Settle::Full);
    }

    /// The record itself, and its handles.
    fn show(&mut self, record: &Record<'_>, seen: &RecordContext) {
        let shown = [TableName::Messages, TableName::Properties, TableName::Commands];
        if shown.into_iter().any(|table| self.has(table)) {
            self.message(record, seen);
        }
        if self.has(TableName::Handles) {
            self.handles(record, seen);
        }
    }

    /// The session is over: the story's last events, and the calls that the tracker has without an answer.
    pub fn rest(&mut self, events: Vec<Event>, tracker: Option<&mut Tracker>) {
        self.events(events);
        if let Some(tracker) = tracker.filter(|_| self.has(TableName::Calls)) {
            let unanswered: Vec<_> = tracker.unanswered().filter(|(_, asking)| asking.interface.is_some()).collect();
            for (key, asking) in unanswered {
                let control_code = asking.control_code;
                self.call(&Call::unanswered(key, *asking), control_code);
                self.settle(Settle::Full);
            }
        }
        self.flush();
    }

    /// Makes batches of all rows there are.
    pub fn flush(&mut self) {
        self.settle(Settle::All);
    }

    fn settle(&mut self, which: Settle) {
        let (pieces, bytes) = (&mut self.pieces, &mut self.bytes);
        self.rows.settle(which, &mut |table, batch| {
            *bytes += batch.get_array_memory_size();
            pieces.push(Piece::Rows(table, batch));
        });
    }

    /// Takes out what was made.
    pub fn pieces(&mut self) -> impl Iterator<Item = Piece> + '_ {
        self.bytes = 0;
        self.pieces.drain(..)
    }

    /// Whether there is as much to take out as a batch is to have.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.bytes >= self.rows.batch
    }

    /// How many records were written without their values, since it was asked last.
    pub fn take_omitted(&mut self) -> u64 {
        std::mem::take(&mut self.omitted)
    }

    fn has(&self, table: TableName) -> bool {
        self.tables.contains(&table)
    }
}

/// Keeps the rows of records that are held back until it is known whether they are shown.
#[derive(Debug)]
pub struct Waiting {
    held: HeldBack<RecordBatch>,
    omitted: u64,
}

impl Waiting {
    /// Nothing held back yet.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Waiting { held: HeldBack::new(limits.output), omitted: 0 }
    }

    /// Takes a piece in its order, and hands out the batches that follow.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn pass<E>(
        &mut self,
        piece: Piece,
        out: &mut impl FnMut(TableName, RecordBatch) -> Result<(), E>,
    ) -> Result<(), E> {
        match piece {
            Piece::Rows(table, batch) => out(table, batch),
            Piece::Release(connection) => {
                let held = self.held.release(connection);
                held.into_iter().try_for_each(|batch| out(TableName::Messages, batch))
            }
            Piece::Hold(connection, batch, bytes) => {
                self.held.hold(connection, batch, bytes);
                Ok(())
            }
        }
    }

    /// So many records more were written without their values.
    pub fn omit(&mut self, records: u64) {
        self.omitted += records;
    }

    /// What was given up for limits, here and by the order, for those who tell it.
    #[must_use]
    pub fn given_up(&self, order: &Order) -> Vec<(&'static str, u64)> {
        let mut all = vec![("records_cut", self.omitted)];
        all.extend(given_up(order.chooser(), &self.held));
        all.extend(order.given_up());
        all.retain(|(_, count)| *count > 0);
        all
    }
}

/// Fills tables. See the module's description.
#[derive(Debug)]
pub struct Filler {
    tracker: Tracker,
    order: Order,
    rows: RowFiller,
    waiting: Waiting,
    ready: Vec<(TableName, RecordBatch)>,
}

impl Filler {
    /// A filler for these tables.
    #[must_use]
    pub fn new(limits: &Limits, options: Options) -> Self {
        Filler {
            tracker: Tracker::new(limits.analysis),
            order: Order::new(limits, &options.tables),
            rows: RowFiller::new(limits, options),
            waiting: Waiting::new(limits),
            ready: Vec::new(),
        }
    }

    /// Takes the next record of the session.
    pub fn record(&mut self, record: &Record<'_>) {
        let mut seen = RecordContext::default();
        self.tracker.feed_into(record, &mut seen);
        let noted = self.order.note(record, &mut seen);
        self.rows.record(record, &seen, noted);
        self.collect();
    }

    fn collect(&mut self) {
        self.waiting.omit(self.rows.take_omitted());
        let ready = &mut self.ready;
        for piece in self.rows.pieces() {
            let Ok(()) = self.waiting.pass(piece, &mut |table, batch| {
                ready.push((table, batch));
                Ok::<(), core::convert::Infallible>(())
            });
        }
    }

    /// Takes out the batches that are full.
    pub fn ready(&mut self) -> impl Iterator<Item = (TableName, RecordBatch)> + '_ {
        self.ready.drain(..)
    }

    /// The session is over: whatever is left, calls without an answer and the story's last events too.
    pub fn finish(&mut self) -> Vec<(TableName, RecordBatch)> {
        let events = self.order.finish();
        self.rows.rest(events, Some(&mut self.tracker));
        self.collect();
        std::mem::take(&mut self.ready)
    }

    /// What was given up for limits, for those who tell it.
    #[must_use]
    pub fn given_up(&self) -> Vec<(&'static str, u64)> {
        self.waiting.given_up(&self.order)
    }
}

/// The declarations of all tables, for those who list them.
pub fn declarations() -> impl Iterator<Item = &'static Table> {
    TableName::ALL.into_iter().map(TableName::table)
}
