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

    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(alone)).expect("Parquet");
    assert!((2..6).contains(&reader.metadata().num_row_groups()), "{}", reader.metadata().num_row_groups());
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

#[test]
fn rows_that_nobody_encodes_are_encoded_at_last() {
    let mut alone = writer(Vec::new());
    write(&mut alone, |rows| rows.work().expect("written"));
    let mut late = writer(Vec::new());
    write(&mut late, drop);
    assert!(alone.finish().expect("finished") == late.finish().expect("finished"));
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
