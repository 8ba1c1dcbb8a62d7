//! `export`: tables.
//!
//! Files are written beside their place and put into it when all of them are complete; whatever goes wrong before, a signal
//! included, leaves nothing behind. The same input gives the same bytes.

mod files;
mod filling;

use super::output::tell;
use super::place::interrupted;
use super::{Capture, Failure, Format, Outcome, interrupt, pool, source, summary};
use clap::{Args, ValueEnum};
use cluscope::internals::analysis::Tracker;
use cluscope::internals::limits::{LEAST_FOR_TABLES, Limits};
use cluscope_columns::{
    Captures, Compression, Encoding, Error, Options, Order, Partition, RecordBatch, TableName, TableWriter, Waiting,
};
use files::{Files, How, Place};
use filling::{Encoder, Filling, InOrder, Written};
use std::collections::BTreeSet;
use std::io::{BufWriter, Stdout};
use std::path::PathBuf;
use std::sync::atomic::Ordering;

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    capture: Capture,
    /// How tables are written
    #[arg(long, value_enum)]
    to: To,
    /// A folder for all tables, or a file for one; standard output unless given
    #[arg(short, long, value_name = "DIR-or-FILE")]
    output: Option<PathBuf>,
    /// Only these tables, such as calls or events. All go into a folder, messages into a file or to standard output
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    table: Vec<TableName>,
    /// Folders as Hive has them, by day (UTC) or by the server's address
    #[arg(long, value_enum, value_name = "BY", requires = "output")]
    partition: Option<By>,
    /// How columns are packed, in Parquet and Arrow
    #[arg(long, value_enum, default_value = "lz4", value_name = "HOW")]
    compression: Packed,
    /// Write over tables that are there, unless they are an input
    #[arg(long)]
    force: bool,
}

/// Formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum To {
    /// Parquet files
    Parquet,
    /// Arrow IPC: files, and a stream on standard output
    Arrow,
    /// Comma-separated values
    Csv,
    /// One JSON object a line, parameters as text in it
    JsonlFlat,
}

/// Partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    Day,
    Server,
}

/// Packing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Packed {
    Lz4,
    None,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Io(error) => error.into(),
            Error::Format(error) => Failure::Message(format!("writing: {error}")),
        }
    }
}

/// Where batches go.
enum Sink {
    Stream(Box<TableWriter<BufWriter<Stdout>>>),
    Files(Box<Files>),
}

impl Export {
    /// How tables are written, to files or to standard output.
    fn encoding(&self) -> Result<Encoding, Failure> {
        match (self.to, &self.output) {
            (To::Parquet, Some(_)) => Ok(Encoding::Parquet),
            (To::Parquet, None) => {
                Err(Failure::Usage("a Parquet file is not written to standard output: -o names it, or a folder".into()))
            }
            (To::Arrow, Some(_)) => Ok(Encoding::ArrowFile),
            (To::Arrow, None) => Ok(Encoding::ArrowStream),
            (To::Csv, _) => Ok(Encoding::Csv),
            (To::JsonlFlat, _) => Ok(Encoding::JsonlFlat),
        }
    }

    /// The tables, and whether they go into one file: a name that ends as the format's files do, or one table and no folder
    /// of that name.
    fn tables(&self, encoding: Encoding) -> Result<(BTreeSet<TableName>, bool), Failure> {
        let named: BTreeSet<TableName> = self.table.iter().copied().collect();
        let Some(output) = &self.output else {
            return match named.len() {
                0 => Ok(([TableName::Messages].into(), true)),
                1 => Ok((named, true)),
                _ => Err(Failure::Usage("standard output takes one table".into())),
            };
        };
        let ends = output.extension().is_some_and(|end| end == encoding.extension());
        let one = !output.is_dir() && self.partition.is_none() && (ends || named.len() == 1);
        match (named.len(), one) {
            (0, true) => Ok(([TableName::Messages].into(), true)),
            (0, false) => Ok((TableName::ALL.into(), false)),
            (2.., true) => Err(Failure::Usage(format!("{} is a file, and takes one table", output.display()))),
            _ => Ok((named, one)),
        }
    }
}

pub(super) fn run(mut export: Export) -> Outcome {
    let encoding = export.encoding()?;
    let (tables, one) = export.tables(encoding)?;
    if export.capture.filter.is_some() {
        return Err(Failure::Usage("export takes no --filter: ask the tables".into()));
    }
    let memory = export.capture.memory.memory_limit;
    if memory < LEAST_FOR_TABLES {
        return Err(Failure::Usage(format!("export takes a --memory-limit of {}M at least", LEAST_FOR_TABLES >> 20)));
    }
    let limits = Limits::for_tables(memory);
    let compression = match export.compression {
        Packed::None => Compression::None,
        Packed::Lz4 => Compression::Lz4,
    };
    let partition = export.partition.map(|by| match by {
        By::Day => Partition::Day,
        By::Server => Partition::Server,
    });
    let sink = match &export.output {
        None => {
            let table = tables.first().copied().unwrap_or(TableName::Messages);
            let out = BufWriter::with_capacity(1 << 16, std::io::stdout());
            Sink::Stream(Box::new(TableWriter::new(table.table(), encoding, compression, out)?))
        }
        Some(output) => {
            let place = Place { output, one, force: export.force };
            let how = How { encoding, compression, partition, limits: limits.columns };
            Sink::Files(Box::new(Files::new(place, &export.capture.files, &tables, how)?))
        }
    };
    let captures = Captures::default();
    export.capture.begun = source::Begun::telling({
        let captures = captures.clone();
        move |before, path| captures.begin(before, &path.to_string_lossy())
    });
    export.capture.limits = Some(limits.clone());
    let capture = &export.capture;
    let stop = interrupted();
    let order = InOrder { tracker: Tracker::new(limits.analysis), order: Order::new(&limits, &tables) };
    let written = Written { waiting: Waiting::new(&limits), sink };
    // Somebody may wait for the rows of a capture that is still being made; files are there in the end only.
    let making = capture.follow.follow.is_some() || capture.files.iter().any(|file| !file.is_file());
    let filling = Filling {
        options: Options { tables, hide_secrets: capture.hide_secrets, captures },
        limits,
        live: making && export.output.is_none(),
        encoder: Encoder::default(),
    };
    let (mut order, mut written, session, totals) = pool::read(capture, &filling, order, written)?;
    filling.finish(&mut order, &mut written, capture.threads.number_within(&capture.memory))?;
    let (InOrder { tracker, order }, Written { waiting, sink }) = (order, written);
    let given_up = [session.given_up(), tracker.counters().all().into(), waiting.given_up(&order)].concat();
    let given_up: Vec<String> =
        given_up.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name} {count}")).collect();
    if !given_up.is_empty() {
        tell!("given up for a limit: {}", given_up.join(", "));
    }
    let whole = totals.any && !(stop.load(Ordering::Relaxed) || interrupt::requested());
    match sink {
        Sink::Stream(writer) => drop(writer.finish()?),
        // What is not whole is not left for a whole.
        Sink::Files(files) if whole => files.place()?,
        Sink::Files(_) if totals.any => return Err(Failure::Message("interrupted: no tables are written".into())),
        Sink::Files(_) => {}
    }
    summary::tell(&mut std::io::sink(), &session, &totals, Format::Text)?;
    totals.outcome(&session)
}

impl Sink {
    fn write(&mut self, table: TableName, batch: &RecordBatch, encoder: &Encoder) -> Result<(), Failure> {
        match self {
            Sink::Stream(writer) => Ok(writer.write(batch)?),
            Sink::Files(files) => files.write(table, batch, encoder),
        }
    }

    fn send(&mut self, encoder: &Encoder) -> Result<(), Failure> {
        match self {
            Sink::Stream(_) => Ok(()),
            Sink::Files(files) => files.send(encoder),
        }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        match self {
            Sink::Stream(writer) => Ok(writer.flush()?),
            Sink::Files(_) => Ok(()),
        }
    }
}
