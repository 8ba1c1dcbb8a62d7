//! Partitions as Hive has them: a folder for each value of a key, `day=2026-11-20`.

use crate::schema::Table;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{Array, RecordBatch, UInt32Array};
use arrow_schema::ArrowError;
use cluscope::internals::base::Timestamp;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What partitions are made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partition {
    /// The day of the column `time`, UTC: `day=2026-11-20`.
    Day,
    /// The column `server`: `host=10.0.0.1`. Tables without it are not partitioned.
    Server,
}

/// What Hive calls the partition of rows without a value.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

impl Partition {
    /// The column that decides.
    const fn column(self) -> &'static str {
        match self {
            Partition::Day => "time",
            Partition::Server => "server",
        }
    }

    /// The name of the key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Partition::Day => "day",
            Partition::Server => "host",
        }
    }

    /// The folder of a value.
    fn folder(self, value: Option<&str>) -> String {
        let mut folder = format!("{}=", self.key());
        let Some(value) = value else { return folder + NULL };
        for byte in value.bytes() {
            // What Hive escapes, and whatever a file system may not like.
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => folder.push(char::from(byte)),
                byte => drop(write!(folder, "%{byte:02X}")),
            }
        }
        folder
    }

    /// The rows of a batch by their folder, in the order of folders; `None` for a table that is not partitioned.
    ///
    /// # Errors
    /// Arrow's.
    pub fn split(self, table: &Table, batch: &RecordBatch) -> Result<Option<Vec<(String, RecordBatch)>>, ArrowError> {
        if !table.columns.iter().any(|column| column.name == self.column()) {
            return Ok(None);
        }
        let Some(column) = batch.column_by_name(self.column()) else { return Ok(None) };
        let mut folders: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        let mut last: Option<(Option<i64>, String)> = None;
        for (row, number) in (0..batch.num_rows()).zip(0_u32..) {
            let folder = match self {
                Partition::Day => {
                    let micros = column
                        .as_primitive_opt::<TimestampMicrosecondType>()
                        .filter(|times| !times.is_null(row))
                        .map(|times| times.value(row));
                    let day = micros.map(|micros| micros.div_euclid(86_400_000_000));
                    match &last {
                        Some((of, folder)) if *of == day => folder.clone(),
                        _ => {
                            let text = micros.map(|micros| Timestamp(micros.saturating_mul(1000)).to_ascii());
                            let text = text.as_ref().and_then(|text| str::from_utf8(text.get(..10)?).ok());
                            let folder = self.folder(text);
                            last = Some((day, folder.clone()));
                            folder
                        }
                    }
                }
                Partition::Server => {
                    let texts = column.as_string_opt::<i32>().filter(|texts| !texts.is_null(row));
                    self.folder(texts.map(|texts| texts.value(row)))
                }
            };
            folders.entry(folder).or_default().push(number);
        }
        if let (1, Some((folder, _))) = (folders.len(), folders.first_key_value()) {
            return Ok(Some(vec![(folder.clone(), batch.clone())]));
        }
        let parts = folders.into_iter().map(|(folder, rows)| {
            let part = arrow_select::take::take_record_batch(batch, &UInt32Array::from(rows))?;
            Ok((folder, part))
        });
        parts.collect::<Result<_, ArrowError>>().map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::Partition;
    use crate::TableName;
    use crate::tables::{findings, messages};

    #[test]
    fn rows_go_where_their_value_says() {
        let mut builder = messages::Builder::default();
        for (time, server) in
            [(0, Some("::1")), (86_399_999_999, Some("10.0.0.1")), (86_400_000_000, None), (-1, Some("::1"))]
        {
            builder.push(&messages::Row { time: Some(time), server, ..messages::Row::default() });
        }
        builder.push(&messages::Row::default());
        let batch = builder.finish().expect("a batch");
        let parts = |by: Partition| -> Vec<(String, usize)> {
            let parts = by.split(TableName::Messages.table(), &batch).expect("split").expect("partitioned");
            parts.into_iter().map(|(folder, rows)| (folder, rows.num_rows())).collect()
        };
        let is = |all: &[(&str, usize)]| -> Vec<(String, usize)> {
            all.iter().map(|(folder, rows)| ((*folder).to_string(), *rows)).collect()
        };
        assert_eq!(
            parts(Partition::Day),
            is(&[
                ("day=1969-12-31", 1),
                ("day=1970-01-01", 2),
                ("day=1970-01-02", 1),
                ("day=__HIVE_DEFAULT_PARTITION__", 1)
            ])
        );
        assert_eq!(
            parts(Partition::Server),
            is(&[("host=%3A%3A1", 2), ("host=10.0.0.1", 1), ("host=__HIVE_DEFAULT_PARTITION__", 2)])
        );
        let findings = findings::Builder::default().finish().expect("a batch");
        assert!(Partition::Server.split(TableName::Findings.table(), &findings).expect("split").is_none());
    }
}
