//! Reads the tables of `spec`.

use crate::data;
use std::collections::BTreeMap;

/// A row's cells by column name.
pub(crate) type Row = BTreeMap<String, String>;

/// The rows of a table.
pub(crate) fn table(name: &str) -> Vec<Row> {
    let text = data::text(&format!("spec/{name}"));
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().expect("a header line").split('\t').collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        assert_eq!(cells.len(), columns.len(), "{name}: {line}");
        columns.iter().zip(cells).map(|(column, cell)| (column.to_string(), cell.to_string())).collect()
    };
    let rows: Vec<Row> = lines.map(row).collect();
    assert!(!rows.is_empty(), "{name} has no rows");
    rows
}
