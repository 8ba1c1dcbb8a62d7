//! Tables as text: CSV and flat JSON lines.

use crate::schema::{Column, Kind, Table};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use cluscope::internals::base::Timestamp;
use cluscope::internals::render::csv::{Cells, cell};
use cluscope::internals::render::json::out::Out;
use std::io::{self, Write};

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

pub(super) fn csv(out: &mut impl Write, table: &Table, batch: &RecordBatch) -> io::Result<()> {
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

pub(super) fn jsonl(out: &mut impl Write, json: &mut Out, table: &Table, batch: &RecordBatch) -> io::Result<()> {
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
