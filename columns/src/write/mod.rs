//! A table to a file or a stream.
//!
//! The same batches give the same bytes: nothing of the time or the machine is written.

mod parquet;
mod text;

use crate::schema::Table;
use ::parquet::errors::ParquetError;
use arrow_array::RecordBatch;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::ArrowError;
use cluscope::internals::limits::Columns;
use cluscope::internals::render::json::out::Out;
use parquet::ParquetTable;
pub use parquet::Pending;
use std::io::{self, Write};
use text::{csv, jsonl};

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// A Parquet file.
    Parquet,
    /// An Arrow IPC file, which can be read at any place.
    ArrowFile,
    /// An Arrow IPC stream.
    ArrowStream,
    /// Comma-separated values (RFC 4180) with a line of names; cells that a spreadsheet would take for formulas are made text.
    Csv,
    /// A JSON object a line, without objects in it: parameters are text.
    JsonlFlat,
}

impl Encoding {
    /// What files of it end in.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Encoding::Parquet => "parquet",
            Encoding::ArrowFile | Encoding::ArrowStream => "arrow",
            Encoding::Csv => "csv",
            Encoding::JsonlFlat => "jsonl",
        }
    }
}

/// How columns are packed, in Parquet and Arrow IPC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// LZ4: `LZ4_RAW` in Parquet, frames in Arrow IPC.
    #[default]
    Lz4,
}

/// Why a table can't be written.
#[derive(Debug)]
pub enum Error {
    /// The output says no: a full disk, a reader that has gone.
    Io(io::Error),
    /// The batches don't fit the format.
    Format(String),
}

impl Error {
    /// The same once more, for another who has to know.
    fn again(&self) -> Error {
        match self {
            Error::Io(error) => Error::Io(match error.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code),
                None => io::Error::new(error.kind(), error.to_string()),
            }),
            Error::Format(error) => Error::Format(error.clone()),
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Error::Io(error) => error.fmt(f),
            Error::Format(error) => f.write_str(error),
        }
    }
}

impl core::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Error::Io(error)
    }
}

impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        match error {
            ArrowError::IoError(_, error) => Error::Io(error),
            other => Error::Format(other.to_string()),
        }
    }
}

impl From<ParquetError> for Error {
    fn from(error: ParquetError) -> Self {
        match error {
            ParquetError::External(error) => match error.downcast::<io::Error>() {
                Ok(error) => Error::Io(*error),
                Err(error) => Error::Format(error.to_string()),
            },
            other => Error::Format(other.to_string()),
        }
    }
}

/// Writes the batches of a table.
#[derive(Debug)]
pub struct TableWriter<W: Write + Send> {
    table: &'static Table,
    rows: u64,
    portion: usize,
    inner: Inner<W>,
}

enum Inner<W: Write + Send> {
    Parquet(Box<ParquetTable<W>>),
    File(Box<FileWriter<W>>),
    Stream(Box<StreamWriter<W>>),
    Csv(W),
    Jsonl(W, Box<Out>),
}

impl<W: Write + Send> core::fmt::Debug for Inner<W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Inner")
    }
}

/// What a Parquet file may take of memory while it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Bytes of rows that wait to be encoded, before [`TableWriter::write`] encodes them itself.
    pub portion: usize,
    /// Bytes of the row group that is being written, encoded.
    pub row_group: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        let Columns { portion, row_groups, .. } = Columns::default();
        Sizes { portion, row_group: row_groups }
    }
}

impl<W: Write + Send> TableWriter<W> {
    /// Begins a table.
    ///
    /// # Errors
    /// When the output can't be written.
    pub fn new(table: &'static Table, encoding: Encoding, compression: Compression, out: W) -> Result<Self, Error> {
        TableWriter::within(table, encoding, compression, Sizes::default(), out)
    }

    /// The same with so much memory.
    ///
    /// # Errors
    /// When the output can't be written.
    pub fn within(
        table: &'static Table,
        encoding: Encoding,
        compression: Compression,
        sizes: Sizes,
        mut out: W,
    ) -> Result<Self, Error> {
        let schema = table.schema();
        let packed = match compression {
            Compression::None => None,
            Compression::Lz4 => Some(CompressionType::LZ4_FRAME),
        };
        let options = || IpcWriteOptions::default().try_with_compression(packed);
        let inner = match encoding {
            Encoding::Parquet => Inner::Parquet(Box::new(ParquetTable::new(table, compression, out, sizes.row_group)?)),
            Encoding::ArrowFile => Inner::File(Box::new(FileWriter::try_new_with_options(out, &schema, options()?)?)),
            Encoding::ArrowStream => {
                Inner::Stream(Box::new(StreamWriter::try_new_with_options(out, &schema, options()?)?))
            }
            Encoding::Csv => {
                let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
                writeln!(out, "{}", names.join(","))?;
                Inner::Csv(out)
            }
            Encoding::JsonlFlat => Inner::Jsonl(out, Box::default()),
        };
        Ok(TableWriter { table, rows: 0, portion: sizes.portion, inner })
    }

    /// Rows written so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes of the rows of a Parquet file that wait to be sent on their way; 0 with other encodings.
    #[must_use]
    pub fn pending(&self) -> usize {
        match &self.inner {
            Inner::Parquet(writer) => writer.pending(),
            _ => 0,
        }
    }

    /// Sends the rows of a Parquet file on their way, which wait to be encoded: by any thread that has what this returns, or
    /// else with the next ones, or when the table ends. Waits where too many are on their way already, and others are at it.
    ///
    /// # Errors
    /// When the output can't be written.
    pub fn send(&mut self) -> Result<Option<Pending<W>>, Error> {
        match &mut self.inner {
            Inner::Parquet(writer) => Ok(Some(writer.send()?)),
            _ => Ok(None),
        }
    }

    /// Brings what there is to the output, for a reader that waits for it; a Parquet file is whole only in the end.
    ///
    /// # Errors
    /// When the output can't be written.
    pub fn flush(&mut self) -> Result<(), Error> {
        match &mut self.inner {
            Inner::Parquet(_) => Ok(()),
            Inner::File(writer) => Ok(writer.flush()?),
            Inner::Stream(writer) => Ok(writer.flush()?),
            Inner::Csv(out) | Inner::Jsonl(out, _) => Ok(out.flush()?),
        }
    }

    /// Writes a batch of the table's rows.
    ///
    /// # Errors
    /// When the output can't be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        self.rows += batch.num_rows() as u64;
        match &mut self.inner {
            Inner::Parquet(writer) => {
                writer.write(batch);
                if writer.pending() >= self.portion {
                    writer.send()?.work()?;
                }
            }
            Inner::File(writer) => writer.write(batch)?,
            Inner::Stream(writer) => writer.write(batch)?,
            Inner::Csv(out) => csv(out, self.table, batch)?,
            Inner::Jsonl(out, json) => jsonl(out, json, self.table, batch)?,
        }
        Ok(())
    }

    /// Ends the table; gives back the output, with everything written to it.
    ///
    /// # Errors
    /// When the output can't be written.
    pub fn finish(self) -> Result<W, Error> {
        let mut out = match self.inner {
            Inner::Parquet(writer) => writer.finish()?,
            Inner::File(writer) => writer.into_inner()?,
            Inner::Stream(writer) => writer.into_inner()?,
            Inner::Csv(out) | Inner::Jsonl(out, _) => out,
        };
        out.flush()?;
        Ok(out)
    }
}
