//! Parquet files, whose row groups are encoded column by column by as many threads as there are.

use super::{Compression, Error};
use crate::schema::{Kind, TABLE_KEY, Table, VERSION, VERSION_KEY};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression as Codec, Encoding as Packing};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

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
            // Nobody looks for rows between two of such texts.
            Kind::Json => {
                properties = properties
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_statistics_enabled(path, EnabledStatistics::None);
            }
            Kind::Text | Kind::Bool => {}
        }
    }
    properties.build()
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes of an array's values.
fn bytes_of(array: &ArrayRef) -> usize {
    array.to_data().get_slice_memory_size().unwrap_or_default()
}

/// Row groups on their way into a file.
struct InOrder<W: Write + Send> {
    /// Until the file is finished.
    writer: Option<SerializedFileWriter<W>>,
    /// Number of the row group that is next.
    next: usize,
    /// Row groups that were encoded before their turn.
    waiting: BTreeMap<usize, Vec<ArrowColumnChunk>>,
    /// What went wrong first.
    failure: Option<Error>,
}

/// A file that threads write row groups to.
struct Shared<W: Write + Send> {
    file: Mutex<InOrder<W>>,
    /// A row group was written, or can't be.
    written: Condvar,
}

impl<W: Write + Send> Shared<W> {
    /// Writes an encoded row group, and those that waited for it.
    fn put(&self, number: usize, chunks: Vec<ArrowColumnChunk>) -> Result<(), Error> {
        let mut file = lock(&self.file);
        let InOrder { writer, next, waiting, .. } = &mut *file;
        waiting.insert(number, chunks);
        while let (Some(writer), Some(chunks)) = (writer.as_mut(), waiting.remove(next)) {
            let mut row_group = writer.next_row_group()?;
            chunks.into_iter().try_for_each(|chunk| chunk.append_to_row_group(&mut row_group))?;
            row_group.close()?;
            *next += 1;
        }
        drop(file);
        self.written.notify_all();
        Ok(())
    }

    fn fail(&self, error: Error) {
        lock(&self.file).failure.get_or_insert(error);
        self.written.notify_all();
    }
}

/// Tells the others when a thread panics, so that none waits for it.
struct Watch<'w, W: Write + Send>(&'w Shared<W>);

impl<W: Write + Send> Drop for Watch<'_, W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail(Error::Format("a thread ended before its time".into()));
        }
    }
}

/// A column of a row group that nobody has taken yet.
struct Column {
    at: usize,
    arrays: Vec<ArrayRef>,
    writer: ArrowColumnWriter,
}

impl Column {
    fn encode(mut self, schema: &SchemaRef) -> Result<ArrowColumnChunk, Error> {
        // Memory goes back as soon as it can.
        for array in self.arrays.drain(..) {
            for leaf in compute_leaves(schema.field(self.at), &array)? {
                self.writer.write(&leaf)?;
            }
        }
        Ok(self.writer.close()?)
    }
}

/// Rows that are to become a row group of a Parquet file. Whoever calls [`RowGroup::work`] encodes columns, until there are
/// none left; whoever encodes the last one writes all of them to the file in the order of the row groups.
pub struct RowGroup<W: Write + Send> {
    shared: Arc<Shared<W>>,
    schema: SchemaRef,
    number: usize,
    /// The largest ones first.
    columns: Vec<Mutex<Option<Column>>>,
    /// The next that nobody has taken.
    next: AtomicUsize,
    encoded: Mutex<BTreeMap<usize, ArrowColumnChunk>>,
}

impl<W: Write + Send> core::fmt::Debug for RowGroup<W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RowGroup").field("number", &self.number).finish_non_exhaustive()
    }
}

impl<W: Write + Send> RowGroup<W> {
    /// Encodes columns as long as there are some that nobody else has taken.
    ///
    /// # Errors
    /// When a column doesn't fit the format, or the output can't be written.
    pub fn work(&self) -> Result<(), Error> {
        let _watch = Watch(&self.shared);
        self.columns().inspect_err(|error| self.shared.fail(error.again()))
    }

    fn columns(&self) -> Result<(), Error> {
        while let Some(place) = self.columns.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let Some(column) = lock(place).take() else { continue };
            let at = column.at;
            let chunk = column.encode(&self.schema)?;
            let mut encoded = lock(&self.encoded);
            encoded.insert(at, chunk);
            if encoded.len() == self.columns.len() {
                let chunks = std::mem::take(&mut *encoded);
                drop(encoded);
                self.shared.put(self.number, chunks.into_values().collect())?;
            }
        }
        Ok(())
    }

    /// Whether every column was taken by somebody.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.next.load(Ordering::Relaxed) >= self.columns.len()
    }
}

/// A table on its way into a Parquet file.
pub(super) struct ParquetTable<W: Write + Send> {
    shared: Arc<Shared<W>>,
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    rows: usize,
    bytes: usize,
    /// Row groups so far.
    count: usize,
}

impl<W: Write + Send> ParquetTable<W> {
    pub(super) fn new(table: &Table, compression: Compression, out: W) -> Result<Self, Error> {
        let schema = table.schema();
        let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties(table, compression)))?;
        let (writer, factory) = writer.into_serialized_writer()?;
        let file = InOrder { writer: Some(writer), next: 0, waiting: BTreeMap::new(), failure: None };
        let shared = Arc::new(Shared { file: Mutex::new(file), written: Condvar::new() });
        Ok(ParquetTable { shared, factory, schema, batches: Vec::new(), rows: 0, bytes: 0, count: 0 })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.rows += batch.num_rows();
        // What is reserved beyond that depends on which thread made it.
        self.bytes += batch.columns().iter().map(bytes_of).sum::<usize>();
        self.batches.push(batch.clone());
        if self.rows >= ROW_GROUP { self.finish_row_group() } else { Ok(()) }
    }

    /// Bytes of the rows that are in no row group yet.
    pub(super) fn pending(&self) -> usize {
        self.bytes
    }

    /// Takes out these rows.
    pub(super) fn row_group(&mut self) -> Result<Option<RowGroup<W>>, Error> {
        if self.batches.is_empty() {
            return Ok(None);
        }
        let batches = std::mem::take(&mut self.batches);
        (self.rows, self.bytes) = (0, 0);
        let number = self.count;
        self.count += 1;
        let writers = self.factory.create_column_writers(number)?;
        let columns = writers.into_iter().enumerate().map(|(at, writer)| {
            let arrays: Vec<ArrayRef> = batches.iter().filter_map(|batch| batch.columns().get(at).cloned()).collect();
            (arrays.iter().map(bytes_of).sum::<usize>(), Column { at, arrays, writer })
        });
        let mut columns: Vec<_> = columns.collect();
        columns.sort_by_key(|(bytes, _)| core::cmp::Reverse(*bytes));
        Ok(Some(RowGroup {
            shared: Arc::clone(&self.shared),
            schema: self.schema.clone(),
            number,
            columns: columns.into_iter().map(|(_, column)| Mutex::new(Some(column))).collect(),
            next: AtomicUsize::new(0),
            encoded: Mutex::new(BTreeMap::new()),
        }))
    }

    pub(super) fn finish_row_group(&mut self) -> Result<(), Error> {
        self.row_group()?.map_or(Ok(()), |row_group| row_group.work())
    }

    /// Waits for all row groups, and ends the file.
    pub(super) fn finish(mut self) -> Result<W, Error> {
        self.finish_row_group()?;
        let mut file = lock(&self.shared.file);
        loop {
            if let Some(error) = file.failure.take() {
                return Err(error);
            }
            if file.next == self.count {
                break;
            }
            file = self.shared.written.wait(file).unwrap_or_else(PoisonError::into_inner);
        }
        match file.writer.take() {
            Some(writer) => Ok(writer.into_inner()?),
            None => Err(Error::Format("the file is finished".into())),
        }
    }
}
