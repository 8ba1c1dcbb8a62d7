//! `stats`: calls counted by method, client, object and status.

use super::dissect::limits;
use super::screen::screen;
use super::views::{CallConsumer, Reader};
use super::{Capture, Failure, Format, Outcome, output, summary};
use clap::{Args, ValueEnum};
use cluscope::internals::analysis::calls::Call;
use cluscope::internals::analysis::stats::By;
use cluscope::internals::render::stats::{COLUMNS, numbers};
use cluscope::internals::render::{csv, json, text};
use std::io::Write;

#[derive(Debug, Args)]
pub(super) struct Stats {
    #[command(flatten)]
    capture: Capture,
    /// How to print; text on a terminal and jsonl into a pipe unless named
    #[arg(long, value_enum)]
    format: Option<Shape>,
    /// Only these tables
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KEY")]
    by: Vec<Key>,
    /// Write the cells of csv as they are: control characters, and what a spreadsheet takes for a formula
    #[arg(long)]
    csv_raw: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// Aligned tables
    Text,
    /// One JSON object a row
    Jsonl,
    /// Comma-separated values, one row a line
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Key {
    /// Method
    Method,
    /// Address of the client
    Client,
    /// Object whose handle the call uses
    Object,
    /// Status of the response
    Status,
}

impl Key {
    fn by(self) -> By {
        match self {
            Key::Method => By::Method,
            Key::Client => By::Client,
            Key::Object => By::Object,
            Key::Status => By::Status,
        }
    }
}

/// Counts the calls.
struct Counting<'s>(&'s mut cluscope::internals::analysis::stats::Stats);

impl CallConsumer for Counting<'_> {
    fn call(&mut self, call: &Call) -> Result<(), Failure> {
        self.0.add(call);
        Ok(())
    }
}

pub(super) fn run(args: &Stats) -> Outcome {
    let by_variable = output::named_format().and_then(|name| <Shape as ValueEnum>::from_str(&name, true).ok());
    let here = if screen().terminal { Shape::Text } else { Shape::Jsonl };
    let shape = args.format.or(by_variable).unwrap_or(here);
    let mut stats = cluscope::internals::analysis::stats::Stats::new(args.capture.memory.limits().stats);
    let reader = Reader::new(&args.capture)?;
    let (session, tracker, totals) = reader.read(&args.capture, &mut Counting(&mut stats))?;
    let mut out = if shape == Shape::Text { output::stdout_as(Format::Text) } else { output::stdout() };
    let mut line = output::json();
    let quoting = if args.csv_raw { csv::Cells::Raw } else { csv::Cells::Safe };
    if shape == Shape::Csv {
        output::line(&mut out, format!("by,key,{}", COLUMNS.join(",")).as_bytes())?;
    }
    let wanted: Vec<By> =
        if args.by.is_empty() { By::ALL.to_vec() } else { args.by.iter().map(|key| key.by()).collect() };
    for by in wanted {
        let rows = stats.table(by).rows();
        match shape {
            Shape::Text => text::stats::table(&mut out, by, &rows, screen().columns)?,
            Shape::Jsonl => {
                for (key, row) in rows {
                    json::stats::row(&mut line, by, key, row);
                    output::line(&mut out, line.as_bytes())?;
                }
            }
            Shape::Csv => {
                for (key, row) in rows {
                    let cells = numbers(row).map(|n| n.map(|n| n.to_string()).unwrap_or_default());
                    output::line(
                        &mut out,
                        format!("{},{},{}", by.name(), csv::cell(key, quoting), cells.join(",")).as_bytes(),
                    )?;
                }
            }
        }
    }
    match shape {
        Shape::Text => limits(&mut out, &session, &tracker, Format::Text)?,
        Shape::Jsonl => limits(&mut out, &session, &tracker, Format::Jsonl)?,
        Shape::Csv => limits(&mut std::io::stderr(), &session, &tracker, Format::Text)?,
    }
    match shape {
        Shape::Jsonl => summary::tell(&mut out, &session, &totals, Format::Jsonl)?,
        Shape::Text | Shape::Csv => summary::tell(&mut out, &session, &totals, Format::Text)?,
    }
    out.flush()?;
    totals.outcome(&session)
}
