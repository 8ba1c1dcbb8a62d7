//! The table of limits in docs/limits.md is the one that the code declares. `CLUSCOPE_BLESS=1` writes it anew.

use crate::data;
use cluscope::internals::limits::{DEFAULT_MEMORY, FIXED, LEAST_MEMORY, Limits, Scale, TABLE};
use std::fmt::Write as _;

/// A number as people read it: powers of two as such where it counts bytes.
fn shown(value: u64, unit: &str) -> String {
    match value {
        60_000_000_000 if unit == "nanoseconds" => "60 s".to_string(),
        _ if unit != "bytes" => format!("{value} {unit}"),
        _ if value >= 1 << 40 && value.is_multiple_of(1 << 40) => format!("{} TiB", value >> 40),
        _ if value >= 1 << 20 && value.is_multiple_of(1 << 20) => format!("{} MiB", value >> 20),
        _ if value >= 1 << 10 && value.is_multiple_of(1 << 10) => format!("{} KiB", value >> 10),
        _ => format!("{value} bytes"),
    }
}

fn tables() -> String {
    let mut text = String::new();
    let mut section = "";
    let default = Limits::default();
    for limit in TABLE {
        let (of, name) = limit.name.rsplit_once('.').unwrap();
        if of != section {
            section = of;
            let _ = write!(text, "\n### `{of}`\n\n");
            text.push_str("| limit | default | least | bounds | when it bites | counter |\n");
            text.push_str("| --- | --- | --- | --- | --- | --- |\n");
        }
        let least = match limit.scale {
            Scale::Memory(least) => shown(least, limit.unit),
            Scale::Fixed => "as default".to_string(),
        };
        let value = shown(limit.get(&default), limit.unit);
        let (what, bites, counter) = (limit.what, limit.bites, limit.counter);
        let _ = writeln!(text, "| `{name}` | {value} | {least} | {what} | {bites} | {counter} |");
    }
    text.push_str("\n### Bounds that are no settings\n\n");
    text.push_str("| bound | value | bounds | when it bites | shown by |\n| --- | --- | --- | --- | --- |\n");
    for fixed in FIXED {
        let (value, unit) = (fixed.value, fixed.unit);
        let _ = writeln!(
            text,
            "| {} | {value} {unit} | {} | {} | {} |",
            fixed.name, fixed.what, fixed.bites, fixed.counter
        );
    }
    text
}

#[test]
fn the_documentation_has_every_limit() {
    let text = data::text("docs/limits.md");
    let (begin, end) = ("<!-- begin of the table -->\n", "<!-- end of the table -->\n");
    let start = text.find(begin).expect("the mark before the table") + begin.len();
    let stop = text.find(end).expect("the mark behind the table");
    let tables = format!("{}\n", tables());
    if std::env::var_os("CLUSCOPE_BLESS").is_some() {
        let new = format!("{}{tables}{}", &text[..start], &text[stop..]);
        std::fs::write(data::file("docs/limits.md"), new).unwrap();
        return;
    }
    assert_eq!(text[start..stop], tables, "docs/limits.md is not what the code says; CLUSCOPE_BLESS=1 writes it");
    assert!(text.contains(&format!("{} MB", DEFAULT_MEMORY / 1_000_000)));
    assert!(text.contains(&format!("{} MiB", LEAST_MEMORY >> 20)));
}
