//! Parquet files, encoded column by column by as many threads as there are.
//!
//! Rows come in portions. The columns of a portion are encoded in any order by any thread, those of the next one when all of them
//! are done; then it is known too how much memory the row group takes, so that it ends at the same row whoever has encoded it.

use super::{Compression, Error};
use crate::schema::{Kind, TABLE_KEY, Table, VERSION, VERSION_KEY};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use cluscope::internals::base::bounds::{PAGE_ROWS, PORTIONS, ROW_GROUP_BYTES, ROW_GROUP_ROWS};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression as Codec, Encoding as Packing};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use std::collections::VecDeque;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// How Parquet files are written. Numbers and times mostly grow from row to row, and texts repeat, but for JSON.
fn properties(table: &Table, compression: Compression) -> WriterProperties {
    let about = [(VERSION_KEY, VERSION.to_string()), (TABLE_KEY, table.name.to_string())];
    let mut properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by(concat!("cluscope ", env!("CARGO_PKG_VERSION")).to_string())
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        // What waits for its page takes more memory than what is encoded.
        .set_data_page_row_count_limit(PAGE_ROWS)
        // Of each page this would have to be kept until the file ends.
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
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

/// Rows that are encoded together.
struct Portion {
    batches: Vec<RecordBatch>,
    rows: usize,
    bytes: usize,
}

/// A column of a portion.
enum Column {
    /// That nobody has taken yet.
    Waits(Vec<ArrayRef>, Box<ArrowColumnWriter>),
    /// That somebody is at.
    Taken,
    Encoded(Box<ArrowColumnWriter>),
}

/// A portion that is being encoded.
struct Job {
    /// In the order of the table.
    columns: Vec<Mutex<Column>>,
    /// Places of the columns, the largest one first.
    order: Vec<usize>,
    /// The next in that order that nobody has taken.
    next: AtomicUsize,
    /// Columns that are not encoded.
    left: AtomicUsize,
}

impl Job {
    fn new(portion: Portion, writers: Vec<ArrowColumnWriter>) -> Self {
        let column = |(at, writer)| {
            let arrays = portion.batches.iter().filter_map(|batch| batch.columns().get(at).cloned());
            Column::Waits(arrays.collect(), Box::new(writer))
        };
        let columns: Vec<Column> = writers.into_iter().enumerate().map(column).collect();
        let bytes = |column: &Column| match column {
            Column::Waits(arrays, _) => arrays.iter().map(bytes_of).sum(),
            Column::Taken | Column::Encoded(_) => 0_usize,
        };
        let sizes: Vec<usize> = columns.iter().map(bytes).collect();
        let mut order: Vec<usize> = (0..columns.len()).collect();
        order.sort_by_key(|at| core::cmp::Reverse(sizes.get(*at)));
        let left = AtomicUsize::new(columns.len());
        Job { columns: columns.into_iter().map(Mutex::new).collect(), order, next: AtomicUsize::new(0), left }
    }

    fn is_taken(&self) -> bool {
        self.next.load(Ordering::Relaxed) >= self.order.len()
    }

    /// Encodes a column. Returns whether there was one, and whether it was the last.
    fn encode_one(&self, schema: &SchemaRef) -> Result<Option<bool>, Error> {
        let next = self.order.get(self.next.fetch_add(1, Ordering::Relaxed));
        let Some((at, place)) = next.and_then(|at| Some((*at, self.columns.get(*at)?))) else { return Ok(None) };
        let column = std::mem::replace(&mut *lock(place), Column::Taken);
        if let Column::Waits(arrays, mut writer) = column {
            // Memory goes back as soon as it can.
            for array in arrays {
                for leaf in compute_leaves(schema.field(at), &array)? {
                    writer.write(&leaf)?;
                }
            }
            *lock(place) = Column::Encoded(writer);
        }
        Ok(Some(self.left.fetch_sub(1, Ordering::AcqRel) == 1))
    }

    /// The writers, when all columns are encoded.
    fn writers(&self) -> Vec<ArrowColumnWriter> {
        let writer = |column: &Mutex<Column>| {
            let column = std::mem::replace(&mut *lock(column), Column::Taken);
            if let Column::Encoded(writer) = column { Some(*writer) } else { None }
        };
        self.columns.iter().filter_map(writer).collect()
    }
}

/// The row group that is being written.
#[derive(Default)]
struct RowGroup {
    /// Of its columns; none where it has no rows yet.
    writers: Vec<ArrowColumnWriter>,
    rows: usize,
    /// Before they were encoded.
    bytes: usize,
}

/// What stands in the file, and what is to come.
struct State<W: Write + Send> {
    /// Until the file is finished; not there while a row group ends.
    file: Option<SerializedFileWriter<W>>,
    /// How many row groups are in the file.
    count: usize,
    row_group: RowGroup,
    waiting: VecDeque<Portion>,
    job: Option<Arc<Job>>,
    /// What went wrong first.
    failure: Option<Error>,
}

/// A file that threads encode.
struct Shared<W: Write + Send> {
    state: Mutex<State<W>>,
    /// A portion is encoded, or can't be.
    encoded: Condvar,
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    /// Bytes of a row group while it is being written, at most.
    limit: usize,
}

impl<W: Write + Send> Shared<W> {
    /// Begins with the next portion, if there is one and no other is under way.
    fn begin(&self, state: &mut State<W>) -> Result<(), Error> {
        if state.job.is_some() {
            return Ok(());
        }
        let Some(portion) = state.waiting.pop_front() else { return Ok(()) };
        let RowGroup { writers, rows, bytes } = &mut state.row_group;
        if writers.is_empty() {
            *writers = self.factory.create_column_writers(state.count)?;
        }
        *rows += portion.rows;
        *bytes += portion.bytes;
        state.job = Some(Arc::new(Job::new(portion, std::mem::take(writers))));
        Ok(())
    }

    /// A portion is encoded: ends the row group where it is large enough, and begins with the next portion.
    fn done(&self, job: &Job) -> Result<(), Error> {
        let writers = job.writers();
        let size: usize = writers.iter().map(ArrowColumnWriter::memory_size).sum();
        let mut state = lock(&self.state);
        state.row_group.writers = writers;
        let RowGroup { rows, bytes, .. } = state.row_group;
        if size >= self.limit || rows >= ROW_GROUP_ROWS || bytes >= ROW_GROUP_BYTES {
            // The job is still there, so that nobody else begins with anything; whoever brings rows doesn't have to wait.
            let (row_group, file) = (std::mem::take(&mut state.row_group), state.file.take());
            drop(state);
            let mut file = file.ok_or_else(finished)?;
            end(row_group, &mut file)?;
            state = lock(&self.state);
            state.file = Some(file);
            state.count += 1;
        }
        state.job = None;
        let begun = self.begin(&mut state);
        drop(state);
        self.encoded.notify_all();
        begun
    }

    fn fail(&self, error: Error) {
        let mut state = lock(&self.state);
        state.failure.get_or_insert(error);
        state.waiting.clear();
        drop(state);
        self.encoded.notify_all();
    }

    fn work(&self) -> Result<(), Error> {
        loop {
            let Some(job) = lock(&self.state).job.clone() else { return Ok(()) };
            match job.encode_one(&self.schema)? {
                Some(true) => self.done(&job)?,
                Some(false) => {}
                None => return Ok(()),
            }
        }
    }
}

fn finished() -> Error {
    Error::Format("the file is finished".into())
}

/// Ends a row group.
fn end<W: Write + Send>(row_group: RowGroup, file: &mut SerializedFileWriter<W>) -> Result<(), Error> {
    if row_group.rows == 0 {
        return Ok(());
    }
    let mut to = file.next_row_group()?;
    for writer in row_group.writers {
        writer.close()?.append_to_row_group(&mut to)?;
    }
    to.close()?;
    Ok(())
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

/// Rows of a Parquet file that are to be encoded. Whoever calls [`Pending::work`] encodes columns until there are none left
/// that nobody else has taken.
pub struct Pending<W: Write + Send>(Arc<Shared<W>>);

impl<W: Write + Send> Clone for Pending<W> {
    fn clone(&self) -> Self {
        Pending(Arc::clone(&self.0))
    }
}

impl<W: Write + Send> core::fmt::Debug for Pending<W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Pending")
    }
}

impl<W: Write + Send> Pending<W> {
    /// Encodes columns as long as there are some that nobody else has taken.
    ///
    /// # Errors
    /// When a column doesn't fit the format, or the output can't be written.
    pub fn work(&self) -> Result<(), Error> {
        let _watch = Watch(&self.0);
        self.0.work().inspect_err(|error| self.0.fail(error.again()))
    }

    /// Whether there are columns that nobody has taken.
    #[must_use]
    pub fn has_columns(&self) -> bool {
        lock(&self.0.state).job.as_ref().is_some_and(|job| !job.is_taken())
    }

    /// Whether there are columns that nobody has taken, or will be.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        let state = lock(&self.0.state);
        !state.waiting.is_empty() || state.job.as_ref().is_some_and(|job| !job.is_taken())
    }

    /// Whether it is the same file.
    #[must_use]
    pub fn is_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// A table on its way into a Parquet file.
pub(super) struct ParquetTable<W: Write + Send> {
    shared: Arc<Shared<W>>,
    portion: Portion,
}

impl Portion {
    const EMPTY: Portion = Portion { batches: Vec::new(), rows: 0, bytes: 0 };
}

impl<W: Write + Send> ParquetTable<W> {
    /// Begins a file, of which a row group is to take so much memory at most while it is being written.
    pub(super) fn new(table: &Table, compression: Compression, out: W, limit: usize) -> Result<Self, Error> {
        let schema = table.schema();
        let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties(table, compression)))?;
        let (file, factory) = writer.into_serialized_writer()?;
        let state = State {
            file: Some(file),
            count: 0,
            row_group: RowGroup::default(),
            waiting: VecDeque::new(),
            job: None,
            failure: None,
        };
        let shared = Shared { state: Mutex::new(state), encoded: Condvar::new(), factory, schema, limit };
        Ok(ParquetTable { shared: Arc::new(shared), portion: Portion::EMPTY })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) {
        if batch.num_rows() > 0 {
            self.portion.rows += batch.num_rows();
            // What is reserved beyond that depends on which thread made it.
            self.portion.bytes += batch.columns().iter().map(bytes_of).sum::<usize>();
            self.portion.batches.push(batch.clone());
        }
    }

    /// Bytes of the rows that are not on their way yet.
    pub(super) fn pending(&self) -> usize {
        self.portion.bytes
    }

    /// Sends these rows on their way.
    pub(super) fn send(&mut self) -> Result<Pending<W>, Error> {
        let mut state = lock(&self.shared.state);
        while state.waiting.len() >= PORTIONS && state.job.as_ref().is_some_and(|job| job.is_taken()) {
            state = self.shared.encoded.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let full = state.waiting.len() >= PORTIONS;
        drop(state);
        if full {
            // Nobody is at it.
            Pending(Arc::clone(&self.shared)).work()?;
        }
        let mut state = lock(&self.shared.state);
        let portion = std::mem::replace(&mut self.portion, Portion::EMPTY);
        if portion.rows > 0 && state.failure.is_none() {
            state.waiting.push_back(portion);
            self.shared.begin(&mut state)?;
        }
        Ok(Pending(Arc::clone(&self.shared)))
    }

    /// Waits until everything is encoded, and ends the file.
    pub(super) fn finish(mut self) -> Result<W, Error> {
        self.send()?.work()?;
        let mut state = lock(&self.shared.state);
        while state.failure.is_none() && state.job.is_some() {
            state = self.shared.encoded.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if let Some(error) = state.failure.take() {
            return Err(error);
        }
        let mut file = state.file.take().ok_or_else(finished)?;
        end(std::mem::take(&mut state.row_group), &mut file)?;
        Ok(file.into_inner()?)
    }
}
