//! What a writer says of itself, in each encoding.

use cluscope_columns::tables::commands::{Builder, Row};
use cluscope_columns::{Compression, Encoding, RecordBatch, TableName, TableWriter};

const ENCODINGS: [Encoding; 5] =
    [Encoding::Parquet, Encoding::ArrowFile, Encoding::ArrowStream, Encoding::Csv, Encoding::JsonlFlat];

fn batch(rows: i64) -> RecordBatch {
    let mut builder = Builder::default();
    (0..rows).for_each(|row| builder.push(&Row { position: Some(row), ..Row::default() }));
    builder.finish().expect("a batch")
}

#[test]
fn rows_are_counted() {
    for encoding in ENCODINGS {
        let table = TableName::Commands.table();
        let mut writer = TableWriter::new(table, encoding, Compression::None, Vec::new()).expect("begun");
        assert_eq!(writer.rows(), 0, "{encoding:?}");
        for (rows, all) in [(3, 3), (0, 3), (4, 7)] {
            writer.write(&batch(rows)).expect("written");
            assert_eq!(writer.rows(), all, "{encoding:?}");
        }
        writer.finish().expect("finished");
    }
}

/// Rows wait in Parquet files alone: of a row with one number not less than its 8 bytes.
#[test]
fn rows_wait_in_parquet_files_alone() {
    for encoding in ENCODINGS {
        let parquet = matches!(encoding, Encoding::Parquet);
        let table = TableName::Commands.table();
        let mut writer = TableWriter::new(table, encoding, Compression::None, Vec::new()).expect("begun");
        assert_eq!(writer.pending(), 0, "{encoding:?}");
        writer.write(&batch(100)).expect("written");
        let once = writer.pending();
        assert_eq!(once >= 800, parquet, "{encoding:?}: {once}");
        writer.write(&batch(100)).expect("written");
        assert_eq!(writer.pending(), 2 * once, "{encoding:?}");
        assert_eq!(writer.send().expect("sent").is_some(), parquet, "{encoding:?}");
        assert_eq!(writer.pending(), 0, "{encoding:?}");
    }
}
