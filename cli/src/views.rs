//! `calls` in its formats: text and JSON lines are made in `calls.rs`, those for other tools here.

use super::dissect::{Choice, Selection, limits};
use super::summary::{self, Totals};
use super::{Capture, Failure, Format, Look, Outcome, calls, output, source};
use clap::{Args, ValueEnum};
use cluscope::analysis::calls::Call;
use cluscope::analysis::{RecordContext, Tracker};
use cluscope::filter::{Filter, Subject};
use cluscope::render::json::out::Out;
use cluscope::render::{csv, ecs, zeek};
use cluscope::rpc::event::Body;
use cluscope::session::{Record, Session};
use std::io::Write;

#[derive(Debug, Args)]
pub(super) struct Calls {
    #[command(flatten)]
    capture: Capture,
    /// How to print; text on a terminal and jsonl into a pipe unless named
    #[arg(long, value_enum)]
    format: Option<View>,
    /// Show buffers whole instead of their first bytes (text)
    #[arg(long)]
    full: bool,
    /// Write the cells of csv as they are: control characters, and what a spreadsheet takes for a formula
    #[arg(long)]
    csv_raw: bool,
    /// Leave passwords and tokens that stand in messages out of JSON as well; the other formats never have them
    #[arg(long)]
    hide_secrets: bool,
}

/// Formats of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum View {
    /// Blocks for a person
    Text,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated values, one call a line
    Csv,
    /// Tab-separated lines in the shape of Zeek's dce_rpc.log
    Zeek,
    /// Elastic Common Schema, one JSON object a line
    Ecs,
}

pub(super) fn run(args: &Calls) -> Outcome {
    let named = match args.format {
        Some(View::Text) => Some(Format::Text),
        Some(View::Jsonl) => Some(Format::Jsonl),
        Some(view) => return table(args, view),
        None => None,
    };
    calls::run(&args.capture, output::format(&Look { format: named }), args.full, args.hide_secrets)
}

/// Calls out of a capture, in the order in which they were completed; those without an answer last.
pub(super) struct Reader {
    filter: Option<Filter>,
    tracker: Tracker,
    selection: Selection,
}

impl Reader {
    pub(super) fn new(capture: &Capture) -> Result<Self, Failure> {
        let limits = capture.memory.limits();
        let (tracker, selection) = (Tracker::new(limits.analysis), Selection::new(limits.output));
        Ok(Reader { filter: capture.filter()?, tracker, selection })
    }

    /// Whether an expression holds, by its comparisons that do.
    pub(super) fn passes(&self, tests: u64) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.decide(tests))
    }

    /// Shows the tracker a record; `each` gets it with what the tracker knows and which of the filter's comparisons hold
    /// for it, if it is one of ours.
    fn record(
        &mut self,
        record: &Record<'_>,
        each: &mut dyn FnMut(&Record<'_>, &RecordContext, u64),
    ) -> Option<RecordContext> {
        let seen = self.tracker.feed(record);
        if !matches!(self.selection.choose(record), Choice::Show(_)) {
            return None;
        }
        let tests = self.filter.as_ref().map_or(0, |filter| filter.tests(&Subject::of_call(record, &seen)));
        if matches!(record.event.body, Body::Request { .. }) {
            self.tracker.mark(record, tests);
        }
        each(record, &seen, tests);
        Some(seen)
    }

    /// Reads a capture and hands out every record of ours, and every call that passes the filter.
    pub(super) fn read(
        mut self,
        capture: &Capture,
        each: &mut dyn FnMut(&Record<'_>, &RecordContext, u64) -> Result<(), Failure>,
        call: &mut dyn FnMut(&Call) -> Result<(), Failure>,
    ) -> Result<(Session, Tracker, Totals), Failure> {
        let mut matched = summary::Matched::default();
        let (session, totals) = source::read(capture, &mut |record| {
            let mut tests = 0;
            let mut result = Ok(());
            let seen = self.record(&record, &mut |record, seen, held| {
                tests = held;
                result = each(record, seen, held);
            });
            result?;
            let Some(mut seen) = seen else { return Ok(()) };
            if let Some((key, asking)) = seen.given_up.take() {
                let given_up = Call::unanswered(key, *asking);
                // One that expects no answer is not in the tracker's table, so its tests are those of this record.
                let own = if given_up.is(&record) { tests } else { given_up.tests };
                if matched.count(self.passes(own)) {
                    call(&given_up)?;
                }
            }
            if let Some(completed) = Call::completed(&record, &seen)
                && matched.count(self.passes(completed.tests | tests))
            {
                call(&completed)?;
            }
            Ok(())
        })?;
        let rest: Vec<Call> = self.tracker.unanswered().map(|(key, asking)| Call::unanswered(key, *asking)).collect();
        for waiting in rest.iter().filter(|waiting| waiting.interface.is_some()) {
            if matched.count(self.passes(waiting.tests)) {
                call(waiting)?;
            }
        }
        matched.tell("calls", self.filter.is_some());
        Ok((session, self.tracker, totals))
    }
}

fn table(args: &Calls, view: View) -> Outcome {
    let mut out = output::stdout();
    let reader = Reader::new(&args.capture)?;
    match view {
        View::Csv => output::line(&mut out, csv::COLUMNS.join(",").as_bytes())?,
        View::Zeek => out.write_all(zeek::header().as_bytes())?,
        _ => {}
    }
    let mut json = Out::new();
    let (session, tracker, totals) = reader.read(&args.capture, &mut |_, _, _| Ok(()), &mut |call| {
        match view {
            View::Zeek => output::line(&mut out, zeek::call(call).as_bytes())?,
            View::Ecs => {
                ecs::call(&mut json, call);
                output::line(&mut out, json.as_bytes())?;
            }
            _ => output::line(
                &mut out,
                csv::call(call, if args.csv_raw { csv::Cells::Raw } else { csv::Cells::Safe }).as_bytes(),
            )?,
        }
        Ok(())
    })?;
    if view == View::Zeek {
        output::line(&mut out, b"#close")?;
    }
    out.flush()?;
    // These formats have no place for it.
    limits(&mut std::io::stderr(), &session, &tracker, Format::Text)?;
    summary::tell(&mut std::io::sink(), &session, &totals, Format::Text)?;
    totals.outcome(&session)
}
