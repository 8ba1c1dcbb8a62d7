//! A table to a file or a stream.
//!
//! The same batches give the same bytes: nothing of the time or the machine is written.

use crate::schema::{Column, Kind, TABLE_KEY, Table, VERSION, VERSION_KEY};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::ArrowError;
use cluscope::internals::base::Timestamp;
use cluscope::internals::render::csv::{Cells, cell};
use cluscope::internals::render::json::out::Out;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression as Codec, Encoding as Packing};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;
use std::io::{self, Write};

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
    inner: Inner<W>,
}

enum Inner<W: Write + Send> {
    Parquet(Box<ArrowWriter<W>>),
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

/// Rows of a row group at most.
const ROW_GROUP: usize = 1 << 20;

/// How Parquet files are written. Numbers and times mostly grow from row to row, and texts repeat, but for JSON.
fn properties(table: &Table, compression: Compression) -> WriterProperties {
    let about = [(VERSION_KEY, VERSION.to_string()), (TABLE_KEY, table.name.to_string())];
    let mut properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by(concat!("cluscope ", env!("CARGO_PKG_VERSION")).to_string())
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_key_value_metadata(Some(about.map(|(key, value)| KeyValue::new(key.to_string(), value)).into()))
        .set_compression(match compression {
            Compression::None => Codec::UNCOMPRESSED,
            Compression::Lz4 => Codec::LZ4_RAW,
        });
    for column in table.columns {
        let path = ColumnPath::from(column.name);
        match column.kind {
            Kind::Int | Kind::Time => {
                properties = properties
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_encoding(path, Packing::DELTA_BINARY_PACKED);
            }
            Kind::Json => properties = properties.set_column_dictionary_enabled(path, false),
            Kind::Text | Kind::Bool => {}
        }
    }
    properties.build()
}

impl<W: Write + Send> TableWriter<W> {
    /// Begins a table.
    ///
    /// # Errors
    /// When the output can't be written.
    pub fn new(table: &'static Table, encoding: Encoding, compression: Compression, mut out: W) -> Result<Self, Error> {
        let schema = table.schema();
        let packed = match compression {
            Compression::None => None,
            Compression::Lz4 => Some(CompressionType::LZ4_FRAME),
        };
        let options = || IpcWriteOptions::default().try_with_compression(packed);
        let inner = match encoding {
            Encoding::Parquet => {
                Inner::Parquet(Box::new(ArrowWriter::try_new(out, schema, Some(properties(table, compression)))?))
            }
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
        Ok(TableWriter { table, rows: 0, inner })
    }

    /// Rows written so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes of memory that the unfinished row group takes; 0 where there is none.
    #[must_use]
    pub fn pending(&self) -> usize {
        match &self.inner {
            Inner::Parquet(writer) => writer.memory_size(),
            _ => 0,
        }
    }

    /// Finishes the row group, where there is one, so that it takes no more memory.
    ///
    /// # Errors
    /// When the output can't be written.
    pub fn finish_row_group(&mut self) -> Result<(), Error> {
        match &mut self.inner {
            Inner::Parquet(writer) => Ok(writer.flush()?),
            _ => Ok(()),
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
            Inner::Parquet(writer) => writer.write(batch)?,
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
            Inner::Parquet(writer) => writer.into_inner()?,
            Inner::File(writer) => writer.into_inner()?,
            Inner::Stream(writer) => writer.into_inner()?,
            Inner::Csv(out) | Inner::Jsonl(out, _) => out,
        };
        out.flush()?;
        Ok(out)
    }
}

/// A value of a column.
enum Value<'b> {
    Null,
    Bool(bool),
    Int(i64),
    Text(&'b str),
    /// Microseconds.
    Time(i64),
}

/// The value in a row of a column of this kind.
fn value(kind: Kind, column: &dyn Array, row: usize) -> Value<'_> {
    if column.is_null(row) {
        return Value::Null;
    }
    match kind {
        Kind::Bool => column.as_boolean_opt().map_or(Value::Null, |all| Value::Bool(all.value(row))),
        Kind::Int => column.as_primitive_opt::<Int64Type>().map_or(Value::Null, |all| Value::Int(all.value(row))),
        Kind::Text | Kind::Json => column.as_string_opt::<i32>().map_or(Value::Null, |all| Value::Text(all.value(row))),
        Kind::Time => {
            column.as_primitive_opt::<TimestampMicrosecondType>().map_or(Value::Null, |all| Value::Time(all.value(row)))
        }
    }
}

/// A time as text, to the microsecond.
fn time_text(micros: i64) -> String {
    let text = String::from_utf8_lossy(&Timestamp(micros.saturating_mul(1000)).to_ascii()).into_owned();
    match text.strip_suffix("000Z") {
        Some(text) => format!("{text}Z"),
        None => text,
    }
}

fn csv(out: &mut impl Write, table: &Table, batch: &RecordBatch) -> io::Result<()> {
    let mut line = String::new();
    for row in 0..batch.num_rows() {
        line.clear();
        for (at, (Column { kind, .. }, column)) in table.columns.iter().zip(batch.columns()).enumerate() {
            if at > 0 {
                line.push(',');
            }
            match value(*kind, column, row) {
                Value::Null => {}
                Value::Bool(value) => line.push_str(if value { "true" } else { "false" }),
                Value::Int(value) => line.push_str(&value.to_string()),
                Value::Text(text) => line.push_str(&cell(text, Cells::Safe)),
                Value::Time(micros) => line.push_str(&time_text(micros)),
            }
        }
        line.push('\n');
        out.write_all(line.as_bytes())?;
    }
    Ok(())
}

fn jsonl(out: &mut impl Write, json: &mut Out, table: &Table, batch: &RecordBatch) -> io::Result<()> {
    for row in 0..batch.num_rows() {
        json.clear();
        json.begin();
        for (Column { name, kind, .. }, column) in table.columns.iter().zip(batch.columns()) {
            json.key(name);
            match value(*kind, column, row) {
                Value::Null => json.null(),
                Value::Bool(value) => json.bool(value),
                Value::Int(value) => json.int(value),
                Value::Text(text) => json.text(text),
                Value::Time(micros) => json.text(&time_text(micros)),
            }
        }
        json.end();
        json.write_line(out)?;
    }
    Ok(())
}
