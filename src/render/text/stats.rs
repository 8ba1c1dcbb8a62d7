//! Tables of counts as text.

use super::TextBuffer;
use super::columns::{cut, width};
use super::record::duration;
use crate::analysis::stats::{By, Row};
use crate::base::bounds;
use crate::base::printable::printable;
use crate::render::stats::numbers;
use std::io::{self, Write};

/// Columns between two columns.
const GAP: usize = 2;

/// A column of numbers: its title, its cells, and its rank among those that are left out where the screen is narrow.
struct Column {
    title: &'static str,
    cells: Vec<String>,
    /// 0 always stays; of the others the largest goes first.
    rank: u8,
    /// Whether it is of no interest where it holds zeros alone.
    rare: bool,
}

impl Column {
    fn width(&self) -> usize {
        self.cells.iter().map(|cell| width(cell)).max().unwrap_or(0).max(self.title.len())
    }
}

/// A table: its heads, and one line a row. `columns` are those of the screen: there, columns of zeros are left out, as are the
/// less important ones if need be, and a key that is too long for the rest of its line has a line of its own. Without, all is
/// shown.
///
/// # Errors
/// Writing fails.
pub fn table(out: &mut impl Write, by: By, rows: &[(&str, &Row)], columns: Option<usize>) -> io::Result<()> {
    let mut table = columns_of(rows);
    let keys: Vec<String> = core::iter::once(by.name().into()).chain(rows.iter().map(|(key, _)| key_of(key))).collect();
    let longest = keys.iter().map(|key| width(key)).max().unwrap_or(0);
    let screen = columns.unwrap_or(usize::MAX);
    if columns.is_some() {
        table.retain(|column| !column.rare || column.cells.iter().any(|cell| cell != "0"));
    }
    let taken = |table: &[Column]| table.iter().map(|column| column.width() + GAP).sum::<usize>();
    // Room for most keys: half of the screen, if it comes to that.
    while taken(&table) + longest.min(screen / 2) > screen {
        let Some(worst) = (0..table.len()).filter(|n| table[*n].rank > 0).max_by_key(|n| table[*n].rank) else { break };
        table.remove(worst);
    }
    let room = if columns.is_some() { screen.saturating_sub(taken(&table)) } else { bounds::STATS_KEY };
    let widest = keys.iter().map(|key| width(key)).filter(|key| *key <= room).max().unwrap_or(room).min(room);
    for (n, key) in keys.iter().enumerate() {
        let mut used = width(key);
        if columns.is_some() && used > widest {
            writeln!(out, "{}", cut(key, screen))?;
            used = 0;
        } else {
            let key = cut(key, widest);
            used = width(&key).min(used);
            write!(out, "{key}")?;
        }
        write!(out, "{:1$}", "", widest - used)?;
        for column in &table {
            let text = if n == 0 { column.title } else { column.cells.get(n - 1).map_or("", String::as_str) };
            write!(out, "{:1$}{text}", "", GAP + column.width() - width(text))?;
        }
        writeln!(out)?;
    }
    writeln!(out)?;
    Ok(())
}

/// A key as it is shown.
fn key_of(key: &str) -> String {
    printable(key).into_owned()
}

/// All columns, in their order.
fn columns_of(rows: &[(&str, &Row)]) -> Vec<Column> {
    let latency = |nanos: Option<u64>| {
        let Some(nanos) = nanos else { return "-".to_string() };
        let mut text = TextBuffer::new();
        duration(&mut text, i64::try_from(nanos).unwrap_or(i64::MAX));
        text.into()
    };
    let count = |n: Option<u64>| n.unwrap_or_default().to_string();
    let mut columns: Vec<Column> = [
        ("calls", 0, false),
        ("errors", 0, false),
        ("unknown", 1, true),
        ("lost", 1, true),
        ("p50", 4, false),
        ("p95", 3, false),
        ("max", 2, false),
        ("in", 5, false),
        ("out", 5, false),
    ]
    .map(|(title, rank, rare)| Column { title, cells: Vec::new(), rank, rare })
    .into();
    for (_, row) in rows {
        let [calls, errors, _, unanswered, _, p50, p95, max, request, response, unknown] = numbers(row);
        let cells = [
            count(calls),
            count(errors),
            count(unknown),
            count(unanswered),
            latency(p50),
            latency(p95),
            latency(max),
            bytes(request),
            bytes(response),
        ];
        for (column, cell) in columns.iter_mut().zip(cells) {
            column.cells.push(cell);
        }
    }
    columns
}

fn bytes(n: Option<u64>) -> String {
    match n.unwrap_or_default() {
        n @ ..10_000 => n.to_string(),
        n @ 10_000..10_000_000 => format!("{} k", n / 1_000),
        n => format!("{} M", n / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(rows: &[(&str, Row)], columns: Option<usize>) -> String {
        let rows: Vec<(&str, &Row)> = rows.iter().map(|(key, row)| (*key, row)).collect();
        let mut out = Vec::new();
        table(&mut out, By::Method, &rows, columns).expect("memory takes everything");
        String::from_utf8(out).expect("UTF-8")
    }

    fn row(calls: u64, request_bytes: u64, response_bytes: u64) -> Row {
        Row { calls, request_bytes, response_bytes, ..Row::default() }
    }

    fn rows() -> [(&'static str, Row); 2] {
        [("ApiOpenCluster", row(12_345, 9_999, 10_000)), ("X", row(1, 9_999_999, 10_000_000))]
    }

    /// Numbers stand at the right, two columns apart; sizes are cut to thousands and millions.
    #[test]
    fn everything_without_a_screen() {
        let expected = "\
method          calls  errors  unknown  lost  p50  p95  max      in   out
ApiOpenCluster  12345       0        0     0    -    -    -    9999  10 k
X                   1       0        0     0    -    -    -  9999 k  10 M

";
        assert_eq!(printed(&rows(), None), expected);
    }

    /// On a screen what is rare and zero goes first, then one column after the other, as far as need be.
    #[test]
    fn columns_that_find_room() {
        let whole = "\
method          calls  errors  p50  p95  max      in   out
ApiOpenCluster  12345       0    -    -    -    9999  10 k
X                   1       0    -    -    -  9999 k  10 M

";
        let width = whole.lines().next().map_or(0, str::len);
        assert_eq!(printed(&rows(), Some(width)), whole);
        let less = printed(&rows(), Some(width - 1));
        assert_eq!(less.lines().next(), Some("method          calls  errors  p50  p95  max      in"));
        let least = printed(&rows(), Some(25));
        assert_eq!(least.lines().next(), Some("method  calls  errors"));
        // A key that does not fit stands above its numbers.
        assert_eq!(least.lines().nth(1), Some("ApiOpenCluster"));
        assert_eq!(least.lines().nth(2), Some("        12345       0"));
    }

    /// Without a screen a key stands in its line however long it is, and is cut where it is longer than any name.
    #[test]
    fn keys_that_are_too_long() {
        let most = "k".repeat(bounds::STATS_KEY);
        let text = printed(&[(&most, row(1, 0, 0))], None);
        assert!(text.lines().nth(1).is_some_and(|line| line.starts_with(&format!("{most}      1"))), "{text}");
        let text = printed(&[(&format!("{most}k"), row(1, 0, 0)), (&most, row(2, 0, 0))], None);
        let cut = format!("{}…      1", "k".repeat(bounds::STATS_KEY - 1));
        assert!(text.lines().nth(1).is_some_and(|line| line.starts_with(&cut)), "{text}");
        assert_eq!(text.lines().count(), 4, "{text}");
    }
}
