//! `stats`: calls counted by method, client, object and status.

use super::dissect::limits;
use super::views::{Reader, cell};
use super::{Capture, Failure, Format, Outcome, output};
use clap::{Args, ValueEnum};
use cluscope::analysis::stats::{By, Row};
use cluscope::render::json::out::Out;
use cluscope::render::text::record as blocks;
use std::io::{IsTerminal, Write};

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

/// The columns of numbers, in the order of [`numbers`].
const COLUMNS: [&str; 10] = [
    "calls",
    "errors",
    "faults",
    "unanswered",
    "long_polls",
    "latency_p50_ns",
    "latency_p95_ns",
    "latency_max_ns",
    "request_bytes",
    "response_bytes",
];

fn numbers(row: &Row) -> [Option<u64>; 10] {
    let latency = &row.latency;
    [
        Some(row.calls),
        Some(row.errors),
        Some(row.faults),
        Some(row.unanswered),
        Some(row.long_polls),
        latency.quantile(50),
        latency.quantile(95),
        (latency.count() > 0).then_some(latency.max()),
        Some(row.request_bytes),
        Some(row.response_bytes),
    ]
}

pub(super) fn run(args: &Stats) -> Outcome {
    let terminal = std::io::stdout().is_terminal();
    let shape = args.format.unwrap_or(if terminal { Shape::Text } else { Shape::Jsonl });
    let mut stats = cluscope::analysis::stats::Stats::new(args.capture.memory.limits().stats);
    let reader = Reader::new(&args.capture)?;
    let (session, tracker, any) = reader.read(&args.capture, &mut |_, _, _| Ok(()), &mut |call| {
        stats.add(call);
        Ok(())
    })?;
    let mut out = output::stdout();
    if shape == Shape::Csv {
        output::line(&mut out, format!("by,key,{}", COLUMNS.join(",")).as_bytes())?;
    }
    let wanted: Vec<By> =
        if args.by.is_empty() { By::ALL.to_vec() } else { args.by.iter().map(|key| key.by()).collect() };
    for by in wanted {
        let rows = stats.table(by).rows();
        match shape {
            Shape::Text => text(&mut out, by, &rows)?,
            Shape::Jsonl => jsonl(&mut out, by, &rows)?,
            Shape::Csv => {
                for (key, row) in rows {
                    let cells = numbers(row).map(|n| n.map(|n| n.to_string()).unwrap_or_default());
                    output::line(&mut out, format!("{},{},{}", by.name(), cell(key), cells.join(",")).as_bytes())?;
                }
            }
        }
    }
    match shape {
        Shape::Text => limits(&mut out, &session, &tracker, Format::Text)?,
        Shape::Jsonl => limits(&mut out, &session, &tracker, Format::Jsonl)?,
        Shape::Csv => limits(&mut std::io::stderr(), &session, &tracker, Format::Text)?,
    }
    out.flush()?;
    Ok(any)
}

fn jsonl(out: &mut impl Write, by: By, rows: &[(&str, &Row)]) -> Result<(), Failure> {
    let mut json = Out::new();
    for (key, row) in rows {
        json.clear();
        json.begin();
        json.key("by");
        json.text(by.name());
        json.key("key");
        json.text(key);
        for (name, value) in COLUMNS.iter().zip(numbers(row)) {
            if let Some(value) = value {
                json.key(name);
                json.uint(value);
            }
        }
        json.end();
        output::line(out, json.as_bytes())?;
    }
    Ok(())
}

/// Widest key of a text table; longer ones are cut.
const WIDEST: usize = 56;

fn text(out: &mut impl Write, by: By, rows: &[(&str, &Row)]) -> Result<(), Failure> {
    const TITLES: [&str; 8] = ["calls", "errors", "lost", "p50", "p95", "max", "in", "out"];
    let latency =
        |nanos: Option<u64>| nanos.map_or("-".to_string(), |n| blocks::duration(i64::try_from(n).unwrap_or(i64::MAX)));
    let mut lines = vec![TITLES.map(str::to_string)];
    for (_, row) in rows {
        let [calls, errors, _, unanswered, _, p50, p95, max, request, response] = numbers(row);
        let count = |n: Option<u64>| n.unwrap_or_default().to_string();
        lines.push([
            count(calls),
            count(errors),
            count(unanswered),
            latency(p50),
            latency(p95),
            latency(max),
            bytes(request),
            bytes(response),
        ]);
    }
    let shown = |key: &str| {
        let plain: String = key.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if plain.chars().count() > WIDEST {
            format!("{}…", plain.chars().take(WIDEST - 1).collect::<String>())
        } else {
            plain
        }
    };
    let keys: Vec<String> =
        core::iter::once(by.name().to_string()).chain(rows.iter().map(|(key, _)| shown(key))).collect();
    let widest = keys.iter().map(|key| key.chars().count()).max().unwrap_or(0);
    let mut widths = [0; 8];
    for line in &lines {
        for (width, text) in widths.iter_mut().zip(line) {
            *width = text.chars().count().max(*width);
        }
    }
    for (key, line) in keys.iter().zip(&lines) {
        write!(out, "{key:widest$}")?;
        for (text, width) in line.iter().zip(widths) {
            write!(out, "  {text:>width$}")?;
        }
        writeln!(out)?;
    }
    writeln!(out)?;
    Ok(())
}

fn bytes(n: Option<u64>) -> String {
    match n.unwrap_or_default() {
        n @ ..10_000 => n.to_string(),
        n @ 10_000..10_000_000 => format!("{} k", n / 1_000),
        n => format!("{} M", n / 1_000_000),
    }
}
