//! Tables of counts as text.

use super::TextBuffer;
use super::record::duration;
use crate::analysis::stats::{By, Row};
use crate::base::bounds;
use crate::base::printable::printable;
use crate::render::stats::numbers;
use std::io::{self, Write};

/// A table: its heads, and one line a row.
///
/// # Errors
/// Writing fails.
pub fn table(out: &mut impl Write, by: By, rows: &[(&str, &Row)]) -> io::Result<()> {
    const TITLES: [&str; 8] = ["calls", "errors", "lost", "p50", "p95", "max", "in", "out"];
    let latency = |nanos: Option<u64>| {
        let Some(nanos) = nanos else { return "-".to_string() };
        let mut text = TextBuffer::new();
        duration(&mut text, i64::try_from(nanos).unwrap_or(i64::MAX));
        text.into()
    };
    let mut lines = vec![TITLES.map(str::to_string)];
    for (_, row) in rows {
        let [calls, errors, _, unanswered, _, p50, p95, max, request, response] = numbers(row);
        let count = |n: Option<u64>| n.unwrap_or_default().to_string();
        lines.push([
            count(calls),
            count(errors),
            count(unanswered),
            latency(p50),
            latency(p95),
            latency(max),
            bytes(request),
            bytes(response),
        ]);
    }
    let shown = |key: &str| {
        let plain = printable(key);
        if plain.chars().count() > bounds::STATS_KEY {
            format!("{}…", plain.chars().take(bounds::STATS_KEY - 1).collect::<String>())
        } else {
            plain.into_owned()
        }
    };
    let keys: Vec<String> =
        core::iter::once(by.name().to_string()).chain(rows.iter().map(|(key, _)| shown(key))).collect();
    let widest = keys.iter().map(|key| key.chars().count()).max().unwrap_or(0);
    let mut widths = [0; 8];
    for line in &lines {
        for (width, text) in widths.iter_mut().zip(line) {
            *width = text.chars().count().max(*width);
        }
    }
    for (key, line) in keys.iter().zip(&lines) {
        write!(out, "{key:widest$}")?;
        for (text, width) in line.iter().zip(widths) {
            write!(out, "  {text:>width$}")?;
        }
        writeln!(out)?;
    }
    writeln!(out)?;
    Ok(())
}

fn bytes(n: Option<u64>) -> String {
    match n.unwrap_or_default() {
        n @ ..10_000 => n.to_string(),
        n @ 10_000..10_000_000 => format!("{} k", n / 1_000),
        n => format!("{} M", n / 1_000_000),
    }
}
