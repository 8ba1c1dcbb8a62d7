//! Rows that several threads encode come to the same file.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use cluscope_columns::tables::commands::{Builder, Row};
use cluscope_columns::{Compression, Encoding, Error, Pending, RecordBatch, Sizes, TableName, TableWriter};
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

/// A row group ends behind whatever is encoded at a time when it takes more than some tens of kilobytes.
fn writer<W: Write + Send>(out: W) -> TableWriter<W> {
    let sizes = Sizes { portion: usize::MAX, row_group: 80_000 };
    TableWriter::within(TableName::Commands.table(), Encoding::Parquet, Compression::None, sizes, out).expect("begun")
}

/// Writes six times three batches, and each time lets somebody encode them.
fn write<W: Write + Send>(writer: &mut TableWriter<W>, mut then: impl FnMut(Pending<W>)) {
    for number in 0..6 {
        (0..3).for_each(|at| writer.write(&batch(3 * number + at)).expect("taken"));
        assert!(writer.pending() > 0);
        then(writer.send().expect("taken").expect("a Parquet file"));
        assert_eq!(writer.pending(), 0);
    }
}

#[test]
fn threads_write_the_same_file() {
    let mut alone = writer(Vec::new());
    write(&mut alone, |rows| rows.work().expect("written"));
    let alone = alone.finish().expect("finished");

    for _ in 0..20 {
        let mut together = writer(Vec::new());
        let together = thread::scope(|scope| {
            write(&mut together, |rows| {
                let other = rows.clone();
                scope.spawn(move || other.work().expect("written"));
                scope.spawn(move || rows.work().expect("written"));
            });
            together.finish().expect("finished")
        });
        assert!(alone == together);
    }

    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(alone.clone())).expect("Parquet");
    assert!((2..6).contains(&reader.metadata().num_row_groups()), "{}", reader.metadata().num_row_groups());
    assert_eq!(positions(alone), (0..6 * 1500).collect::<Vec<_>>());
}

#[test]
fn rows_that_nobody_encodes_are_encoded_at_last() {
    let mut alone = writer(Vec::new());
    write(&mut alone, |rows| rows.work().expect("written"));
    let mut late = writer(Vec::new());
    write(&mut late, drop);
    assert!(alone.finish().expect("finished") == late.finish().expect("finished"));
}

/// What threads that have nothing to do ask: whether there are columns to encode, and of which file.
#[test]
fn rows_on_their_way_tell_whether_somebody_is_needed() {
    let (mut one, mut other) = (writer(Vec::new()), writer(Vec::new()));
    let none = one.send().expect("taken").expect("a Parquet file");
    assert!(!none.is_pending() && !none.has_columns(), "no rows");
    none.work().expect("nothing to do");

    one.write(&batch(0)).expect("taken");
    let first = one.send().expect("taken").expect("a Parquet file");
    assert!(first.is_pending() && first.has_columns(), "one portion");
    one.write(&batch(1)).expect("taken");
    let second = one.send().expect("taken").expect("a Parquet file");
    assert!(second.is_pending() && second.has_columns(), "two portions");
    // Sending nothing changes nothing.
    one.send().expect("taken").expect("a Parquet file");
    first.work().expect("encoded");
    assert!(!second.is_pending() && !second.has_columns(), "both are encoded");

    let of_other = other.send().expect("taken").expect("a Parquet file");
    assert!(first.is_of(&second) && first.is_of(&first.clone()) && !first.is_of(&of_other));
    assert_eq!(positions(one.finish().expect("finished")), (0..1000).collect::<Vec<_>>());
    assert_eq!(positions(other.finish().expect("finished")), Vec::<i64>::new());
}

/// Portions beyond those that may wait are encoded by whoever brings them.
#[test]
fn a_row_group_has_the_rows_of_many_portions() {
    let mut alone = writer(Vec::new());
    for number in 0..20 {
        alone.write(&batch(number)).expect("taken");
        alone.send().expect("taken");
    }
    assert_eq!(positions(alone.finish().expect("finished")), (0..10_000).collect::<Vec<_>>());
}

/// The positions in a file, row by row.
fn positions(file: Vec<u8>) -> Vec<i64> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(file)).expect("Parquet");
    let batches = reader.build().expect("read").map(|batch| batch.expect("rows"));
    let column = |batch: RecordBatch| batch.column_by_name("position").expect("a column").clone();
    let values = |column: arrow_array::ArrayRef| column.as_primitive::<Int64Type>().values().to_vec();
    batches.map(column).flat_map(values).collect()
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
    let mut failed = Vec::new();
    write(&mut writer, |rows| {
        let result = thread::scope(|scope| scope.spawn(|| rows.work()).join().expect("no panic"));
        failed.extend(result.err());
    });
    assert!(matches!(&failed[..], [Error::Io(error), ..] if error.kind() == io::ErrorKind::StorageFull), "{failed:?}");
    let finished = writer.finish().map(|_| ());
    assert!(matches!(finished, Err(Error::Io(error)) if error.kind() == io::ErrorKind::StorageFull));
}
