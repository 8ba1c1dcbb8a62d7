//! Rows of a table of counts as JSON.

use super::out::Out;
use crate::analysis::stats::{By, Row};
use crate::render::stats::{COLUMNS, numbers};

/// Replaces `out` by the row's object.
pub fn row(out: &mut Out, by: By, key: &str, row: &Row) {
    out.clear();
    out.begin();
    out.key("by");
    out.text(by.name());
    out.key("key");
    out.text(key);
    for (name, value) in COLUMNS.iter().zip(numbers(row)) {
        if let Some(value) = value {
            out.key(name);
            out.uint(value);
        }
    }
    out.end();
}
