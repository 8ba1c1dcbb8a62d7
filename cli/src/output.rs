//! Standard output: format, colour, width, and a writer that stops quietly when its reader has gone.

use super::{Failure, Format, Look, Outcome};
use cluscope::render::json::out::Out;
use cluscope::render::text::Style;
use std::io::{BufRead, BufWriter, IsTerminal, StdoutLock, Write};

/// The format that was named, or the one that fits where the output goes.
pub(super) fn format(look: &Look) -> Format {
    look.format.unwrap_or_else(|| if std::io::stdout().is_terminal() { Format::Text } else { Format::Jsonl })
}

/// How text looks here: colour on a terminal only, and never with NO_COLOR.
pub(super) fn style(full: bool) -> Style {
    let terminal = std::io::stdout().is_terminal();
    let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    let width = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()).unwrap_or(100);
    let mut style = Style { color: terminal && !plain, width, ..Style::default() };
    if full {
        style.max_bytes = usize::MAX;
        style.max_elements = u64::MAX;
    }
    style
}

/// Standard output with a large buffer.
pub(super) fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(1 << 16, std::io::stdout().lock())
}

/// Writes a line.
pub(super) fn line(out: &mut impl Write, bytes: &[u8]) -> std::io::Result<()> {
    out.write_all(bytes)?;
    out.write_all(b"\n")
}

/// Answers JSON lines one by one; true if every line could be answered.
pub(super) fn lines(input: &mut dyn BufRead, mut answer: impl FnMut(&mut Out, &str) -> bool) -> Outcome {
    let mut out = stdout();
    let mut json = Out::new();
    let mut all = true;
    let mut octets = Vec::new();
    loop {
        octets.clear();
        let n = input.read_until(b'\n', &mut octets).map_err(|e| Failure::Message(format!("reading: {e}")))?;
        if n == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&octets);
        if text.trim().is_empty() {
            continue;
        }
        all &= answer(&mut json, &text);
        line(&mut out, json.as_bytes())?;
    }
    out.flush()?;
    Ok(all)
}
