//! Printing by several threads: what is shown is chosen in order, each record is printed by any of them, and written in order.

use crate::output::{self, Screen, Stdout};
use crate::pool::{Steps, Way};
use crate::summary::Matched;
use crate::{Failure, Format, traced};
use cluscope::internals::analysis::{HandleAnnotations, RecordContext, Tracker};
use cluscope::internals::base::bounds::BATCH_PRINT;
use cluscope::internals::filter::{Filter, Subject};
use cluscope::internals::limits::Output;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::render::text::{Style, TextBuffer, record as blocks};
use cluscope::internals::session::Record;
use cluscope::internals::session::selection::{Chooser, Connection, Decision, HeldBack, connection};
use std::io::Write;
use std::ops::Range;

/// Bytes of memory for what is printed of a batch; one record more may come to [`BATCH_PRINT`] before it is handed on.
const BATCH_ROOM: usize = 2 * BATCH_PRINT;

/// How records are printed.
pub(super) struct Printing<'p> {
    pub(super) format: Format,
    /// Of text.
    pub(super) style: Style,
    pub(super) hide_secrets: bool,
    pub(super) filter: Option<Filter>,
    pub(super) origins: &'p traced::PacketOrigins,
    /// What text goes through.
    pub(super) screen: Screen<()>,
    pub(super) limits: Output,
}

/// What the order of records tells.
pub(super) struct Order {
    pub(super) tracker: Tracker,
    pub(super) chooser: Chooser,
    pub(super) matched: Matched,
}

/// Where everything goes.
pub(super) struct Written {
    pub(super) out: Stdout,
    pub(super) held: HeldBack<Vec<u8>>,
    /// For records that take more than [`BATCH_PRINT`].
    pub(super) large: Printer,
    json: Out,
}

impl Written {
    /// Nothing written yet.
    pub(super) fn new(printing: &Printing<'_>, out: Stdout, held: HeldBack<Vec<u8>>) -> Self {
        let limit = printing.limits.record;
        Written { out, held, large: printing.printer(limit), json: printing.json(limit) }
    }
}

/// Prints records one by one.
pub(super) struct Printer {
    records: Records,
    text: TextBuffer,
    /// Bytes of a record at most.
    limit: usize,
}

impl Printer {
    /// Records that were printed without their values.
    pub(super) fn cut(&self) -> u64 {
        self.records.cut()
    }
}

/// What was printed of a batch.
pub(super) struct Made {
    /// JSON lines, which are printed where they stand.
    json: Out,
    /// Text, which has gone through the screen.
    text: Screen<Vec<u8>>,
    pieces: Vec<Piece>,
}

impl Made {
    fn bytes(&self, format: Format) -> &[u8] {
        match format {
            Format::Jsonl => self.json.lines(),
            Format::Text => self.text.made(),
        }
    }
}

/// What is not simply written.
enum Piece {
    /// Here stands what was held back of a connection.
    Release(usize, Connection),
    /// This is held back; the number is what it counts for.
    Hold(Range<usize>, Connection, usize),
}

impl Printing<'_> {
    /// A printer of records that take no more than this.
    pub(super) fn printer(&self, limit: usize) -> Printer {
        let records = traced::telling(Records::default(), self.origins);
        Printer { records, text: TextBuffer::new(), limit }
    }

    /// What JSON is printed into.
    fn json(&self, limit: usize) -> Out {
        let mut json = output::json_within(limit);
        if self.hide_secrets {
            json.hide_secrets();
        }
        json
    }

    /// Bytes of a record that other threads print.
    fn batch_limit(&self) -> usize {
        BATCH_PRINT.min(self.limits.record)
    }

    /// Prints a record, as text into the printer's own buffer; whether it was not too long for this printer.
    fn print(&self, printer: &mut Printer, json: &mut Out, record: &Record<'_>, seen: &RecordContext) -> bool {
        let view = HandleAnnotations::of(seen);
        match self.format {
            Format::Jsonl => {
                let cut = printer.records.cut();
                printer.records.print_with(json, record, Some(&view));
                printer.records.cut() == cut
            }
            Format::Text => {
                printer.text.clear();
                let style = Style { max_output: printer.limit, ..self.style };
                blocks::record(&mut printer.text, record, &style, Some(&view));
                traced::text(&mut printer.text, self.origins, record);
                printer.text.len() <= printer.limit
            }
        }
    }

    /// Writes what was printed.
    fn write(&self, printer: &Printer, json: &mut Out, out: &mut impl Write) -> std::io::Result<()> {
        match self.format {
            Format::Jsonl => json.write_line(out),
            Format::Text => output::line(out, printer.text.as_bytes()),
        }
    }

    /// Bytes of what was printed.
    fn len(&self, printer: &Printer, json: &Out) -> usize {
        match self.format {
            Format::Jsonl => json.as_bytes().len(),
            Format::Text => printer.text.len(),
        }
    }

    /// Prints a record that is too long to wait for its turn.
    fn large(
        &self,
        written: &mut Written,
        (record, seen): (&Record<'_>, &RecordContext),
        hold: Option<Connection>,
    ) -> Result<(), Failure> {
        let Written { out, held, large, json } = written;
        self.print(large, json, record, seen);
        match hold {
            Some(connection) => {
                let mut print = self.screen.buffer();
                let bytes = self.len(large, json);
                self.write(large, json, &mut print)?;
                held.hold(connection, print.made().to_vec(), bytes);
            }
            None => self.write(large, json, out)?,
        }
        Ok(())
    }
}

impl Steps for Printing<'_> {
    type Order = Order;
    /// What to do with it, and whether the filter lets it through.
    type Choice = (Decision, bool);
    type Worker = Printer;
    type Made = Made;
    type Last = Written;

    fn worker(&self) -> Printer {
        self.printer(self.batch_limit())
    }

    fn made(&self) -> Made {
        let mut json = self.json(self.batch_limit());
        if self.format == Format::Jsonl {
            json.clear_lines(BATCH_ROOM);
        }
        Made { json, text: self.screen.buffer(), pieces: Vec::new() }
    }

    fn first(&self, order: &mut Order, record: &Record<'_>, seen: &mut RecordContext) -> Self::Choice {
        order.tracker.feed_into(record, seen);
        let decision = order.chooser.decide(record);
        let passes = self.filter.as_ref().is_none_or(|filter| filter.matches(&Subject::of(record, seen)));
        let decision = match decision {
            Decision::Hold if !passes => Decision::Skip,
            decision => decision,
        };
        match decision {
            Decision::Hold => order.chooser.hold(connection(record)),
            Decision::Skip if passes => return (decision, passes),
            _ => {}
        }
        order.matched.count(passes);
        (decision, passes)
    }

    fn middle(
        &self,
        worker: &mut Printer,
        made: &mut Made,
        (record, seen, (decision, passes)): (&Record<'_>, &RecordContext, Self::Choice),
        way: &Way<'_, Self>,
    ) -> Result<(), Failure> {
        let hold = match decision {
            Decision::Skip => return Ok(()),
            Decision::Hold => Some(connection(record)),
            Decision::Show { release } => {
                if release {
                    made.pieces.push(Piece::Release(made.bytes(self.format).len(), connection(record)));
                }
                if !passes {
                    return Ok(());
                }
                None
            }
        };
        if !self.print(worker, &mut made.json, record, seen) {
            let mut turn = way.turn(made)?;
            return self.large(turn.last(), (record, seen), hold);
        }
        let held = hold.map(|connection| (made.bytes(self.format).len(), connection, self.len(worker, &made.json)));
        match self.format {
            Format::Jsonl => made.json.keep_line(),
            Format::Text => output::line(&mut made.text, worker.text.as_bytes())?,
        }
        let end = made.bytes(self.format).len();
        if let Some((from, connection, bytes)) = held {
            made.pieces.push(Piece::Hold(from..end, connection, bytes));
        }
        if end >= BATCH_PRINT { way.turn(made).map(drop) } else { Ok(()) }
    }

    fn last(&self, written: &mut Written, made: &mut Made) -> Result<(), Failure> {
        let Written { out, held, .. } = written;
        let pieces = std::mem::take(&mut made.pieces);
        let bytes = made.bytes(self.format);
        let part = |range: Range<usize>| bytes.get(range).unwrap_or_default();
        let mut from = 0;
        for piece in pieces {
            match piece {
                Piece::Release(at, connection) => {
                    out.write_made(part(from..at))?;
                    held.release(connection).iter().try_for_each(|print| out.write_made(print))?;
                    from = at;
                }
                Piece::Hold(range, connection, bytes) => {
                    out.write_made(part(from..range.start))?;
                    from = range.end;
                    held.hold(connection, part(range).to_vec(), bytes);
                }
            }
        }
        out.write_made(part(from..bytes.len()))?;
        if self.format == Format::Jsonl {
            made.json.clear_lines(BATCH_ROOM);
        }
        made.text.clear(BATCH_ROOM);
        // Somebody may wait for it.
        Ok(out.flush()?)
    }
}
