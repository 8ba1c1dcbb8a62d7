//! Row groups that several threads encode, in whatever order, come to the same file.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use cluscope_columns::tables::commands::{Builder, Row};
use cluscope_columns::{Compression, Encoding, Error, RecordBatch, RowGroup, TableName, TableWriter};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::io::{self, Write};
use std::thread;

fn batch(number: i64) -> RecordBatch {
    let mut builder = Builder::default();
    for row in 0..500 {
        let text = format!("{{\"row\":{row}}}");
        builder.push(&Row {
            position: Some(number * 500 + row),
            name: Some("name"),
            value: Some(&text),
            ..Row::default()
        });
    }
    builder.finish().expect("a batch")
}

fn writer<W: Write + Send>(out: W) -> TableWriter<W> {
    TableWriter::new(TableName::Commands.table(), Encoding::Parquet, Compression::Lz4, out).expect("begun")
}

/// Row groups of three batches each.
fn row_groups<W: Write + Send>(writer: &mut TableWriter<W>) -> Vec<RowGroup<W>> {
    let one = |number: i64| {
        (0..3).for_each(|at| writer.write(&batch(3 * number + at)).expect("taken"));
        assert!(writer.pending() > 0);
        let row_group = writer.row_group().expect("taken").expect("there are rows");
        assert_eq!(writer.pending(), 0);
        row_group
    };
    (0..6).map(one).collect()
}

#[test]
fn threads_write_the_same_file() {
    let mut alone = writer(Vec::new());
    for number in 0..6 {
        (0..3).for_each(|at| alone.write(&batch(3 * number + at)).expect("taken"));
        alone.finish_row_group().expect("written");
    }
    let alone = alone.finish().expect("finished");

    let mut together = writer(Vec::new());
    let row_groups = row_groups(&mut together);
    thread::scope(|scope| {
        // Each from another end, so that later row groups are ready first.
        scope.spawn(|| row_groups.iter().rev().for_each(|row_group| row_group.work().expect("written")));
        scope.spawn(|| row_groups.iter().for_each(|row_group| row_group.work().expect("written")));
        row_groups.iter().rev().for_each(|row_group| row_group.work().expect("written"));
    });
    assert!(row_groups.iter().all(RowGroup::is_taken));
    let together = together.finish().expect("finished");
    assert!(alone == together);

    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(together)).expect("Parquet");
    assert_eq!(reader.metadata().num_row_groups(), 6);
    let mut next = 0;
    for batch in reader.build().expect("read") {
        let batch = batch.expect("rows");
        let positions = batch.column_by_name("position").expect("a column").as_primitive::<Int64Type>();
        for position in positions {
            assert_eq!(position, Some(next));
            next += 1;
        }
    }
    assert_eq!(next, 6 * 1500);
}

/// An output with room for so much.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.checked_sub(bytes.len()) {
            Some(left) => self.0 = left,
            None => return Err(io::ErrorKind::StorageFull.into()),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn whoever_finishes_the_file_hears_of_the_failure_of_another() {
    let mut writer = writer(Full(4000));
    let row_groups = row_groups(&mut writer);
    let failed = thread::scope(|scope| {
        let other = scope.spawn(|| row_groups.iter().map(RowGroup::work).find_map(Result::err));
        other.join().expect("no panic")
    });
    assert!(matches!(failed, Some(Error::Io(error)) if error.kind() == io::ErrorKind::StorageFull));
    let finished = writer.finish().map(|_| ());
    assert!(matches!(finished, Err(Error::Io(error)) if error.kind() == io::ErrorKind::StorageFull));
}
