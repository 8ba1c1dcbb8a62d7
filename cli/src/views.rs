//! `calls` in its formats: text and JSON lines are made in `calls.rs`, those of one line a call here.

use super::dissect::limits;
use super::summary::{self, Totals};
use super::{Capture, Failure, Format, Look, Outcome, calls, output, source};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};
use cluscope::internals::analysis::calls::Call;
use cluscope::internals::analysis::{RecordContext, Tracker};
use cluscope::internals::filter::calls::CallReader;
use cluscope::internals::render::csv::Cells;
use cluscope::internals::render::{CALL_FORMATS, CallFormat, CallPrinter, Settings};
use cluscope::internals::session::{Record, Session};
use std::cell::{Cell, RefCell};
use std::io::Write;

#[derive(Debug, Args)]
pub(super) struct Calls {
    #[command(flatten)]
    capture: Capture,
    /// How to print; text on a terminal and jsonl into a pipe unless named
    #[arg(long, value_parser = formats())]
    format: Option<String>,
    /// Print a line a call, as text: time, client and server, method, object, what was asked, status, latency. On a terminal
    /// this is how calls are printed when they don't fit the screen, with all of those that failed
    #[arg(long, conflicts_with_all = ["full", "format"])]
    brief: bool,
    /// Show buffers whole instead of their first bytes, and all of every call (text)
    #[arg(long)]
    full: bool,
    /// Write the cells of csv as they are: control characters, and what a spreadsheet takes for a formula
    #[arg(long)]
    csv_raw: bool,
}

/// Names of the formats, with what they are.
fn formats() -> PossibleValuesParser {
    let own = [("text", "Blocks for a person"), ("jsonl", "One JSON object a line")];
    let others = CALL_FORMATS.iter().map(|format| (format.name, format.about));
    PossibleValuesParser::new(own.into_iter().chain(others).map(|(name, about)| PossibleValue::new(name).help(about)))
}

pub(super) fn run(args: &Calls) -> Outcome {
    let by_variable = output::named_format().filter(|_| args.format.is_none() && !args.brief);
    let named = args.format.as_deref().or(by_variable.as_deref());
    if let Some(format) = CALL_FORMATS.iter().find(|format| named == Some(format.name)) {
        return lines(args, *format);
    }
    let named = match named {
        _ if args.brief => Some(Format::Text),
        Some("text") => Some(Format::Text),
        named => named.map(|_| Format::Jsonl),
    };
    let shape = calls::shape(args.brief, args.full);
    calls::run(&args.capture, output::format(&Look { format: named }), args.full, shape, args.capture.hide_secrets)
}

/// Takes what a [`Reader`] reads.
pub(super) trait CallConsumer {
    /// A record of ours, with what the tracker knows and which of the filter's comparisons hold for it.
    fn record(&mut self, _record: &Record<'_>, _context: &RecordContext, _tests: u64) -> Result<(), Failure> {
        Ok(())
    }

    /// Every record, whether it is one of ours or not, before anything else is done with it.
    fn every(&mut self, _record: &Record<'_>) -> Result<(), Failure> {
        Ok(())
    }

    /// A call that passes the filter.
    fn call(&mut self, _call: &Call) -> Result<(), Failure> {
        Ok(())
    }

    /// Nothing further is there yet: what was printed should not wait for it.
    fn pause(&mut self) -> Result<(), Failure> {
        Ok(())
    }
}

/// Calls out of a capture, in the order in which they were completed; those without an answer last.
pub(super) struct Reader {
    calls: CallReader,
}

impl Reader {
    pub(super) fn new(capture: &Capture) -> Result<Self, Failure> {
        let limits = capture.memory.limits();
        Ok(Reader { calls: CallReader::new(capture.filter()?, limits.analysis, limits.output) })
    }

    /// Reads a capture and hands out every record of ours, and every call that passes the filter.
    pub(super) fn read(
        self,
        capture: &Capture,
        to: &mut dyn CallConsumer,
    ) -> Result<(Session, Tracker, Totals), Failure> {
        let Reader { mut calls } = self;
        let to = RefCell::new(to);
        let (session, totals) = source::read(capture, &mut |record| {
            let Some(record) = record else { return to.borrow_mut().pause() };
            to.borrow_mut().every(&record)?;
            let failed = Cell::new(None);
            let keep = |result: Result<(), Failure>| {
                if let Err(failure) = result {
                    let first = failed.take();
                    failed.set(first.or(Some(failure)));
                }
            };
            calls.record(
                &record,
                &mut |record, seen, tests| keep(to.borrow_mut().record(record, seen, tests)),
                &mut |call| keep(to.borrow_mut().call(call)),
            );
            failed.take().map_or(Ok(()), Err)
        })?;
        let mut result = Ok(());
        calls.finish(&mut |call| {
            if result.is_ok() {
                result = to.borrow_mut().call(call);
            }
        });
        result?;
        summary::Matched::of(calls.counts()).tell("calls", calls.is_filtered());
        Ok((session, calls.into_tracker(), totals))
    }
}

/// Prints a line a call.
struct Lines {
    out: output::Stdout,
    line: Vec<u8>,
    printer: Box<dyn CallPrinter>,
}

impl CallConsumer for Lines {
    fn call(&mut self, call: &Call) -> Result<(), Failure> {
        self.line.clear();
        self.printer.call(&mut self.line, call);
        Ok(self.out.write_all(&self.line)?)
    }

    fn pause(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }
}

fn lines(args: &Calls, format: CallFormat) -> Outcome {
    let reader = Reader::new(&args.capture)?;
    let cells = if args.csv_raw { Cells::Raw } else { Cells::Safe };
    let settings = Settings { cells, tracks: args.capture.memory.limits().pictures.tracks };
    let mut lines = Lines { out: output::stdout(), line: Vec::new(), printer: (format.printer)(settings) };
    lines.printer.begin(&mut lines.line);
    lines.out.write_all(&lines.line)?;
    let (session, tracker, totals) = reader.read(&args.capture, &mut lines)?;
    let Lines { mut out, mut line, mut printer } = lines;
    line.clear();
    printer.end(&mut line);
    out.write_all(&line)?;
    if printer.crowded() > 0 {
        output::tell!("{} calls have no track of their own: too many objects at once", printer.crowded());
    }
    out.flush()?;
    // These formats have no place for it.
    limits(&mut std::io::stderr(), &session, &tracker, Format::Text)?;
    summary::tell(&mut std::io::sink(), &session, &totals, Format::Text)?;
    totals.outcome(&session)
}
