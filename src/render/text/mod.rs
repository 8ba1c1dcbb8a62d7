//! Text for people: a stub's values as indented lines, names before numbers.
//!
//! [`Values`] is the visitor of stubs, [`lines`] has those of buffers; both write into a [`TextBuffer`] and leave to
//! `value.rs` how a value looks.

#[cfg(feature = "session")]
pub(crate) mod brief;
pub(crate) mod buffers;
#[cfg(feature = "session")]
pub(crate) mod call;
#[cfg(feature = "session")]
pub(crate) mod columns;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod lines;
#[cfg(feature = "session")]
pub(crate) mod list;
pub(crate) mod out;
#[cfg_attr(not(feature = "session"), allow(dead_code))]
mod paint;
#[cfg(feature = "session")]
pub(crate) mod record;
#[cfg(feature = "session")]
mod runtime;
#[cfg(feature = "session")]
pub(crate) mod stats;
#[cfg(feature = "session")]
pub(crate) mod story;
#[cfg(all(feature = "etl", feature = "serde"))]
pub(crate) mod traced;
mod value;
mod values;

#[cfg(feature = "session")]
pub use call::call;
pub use out::TextBuffer;
#[cfg(feature = "session")]
pub use paint::COLOURS;
#[cfg(feature = "session")]
pub use record::record;
#[cfg(feature = "session")]
pub use story::event;
pub(crate) use values::Values;

use crate::ndr::wire::Message;
use crate::session::call_context::CallContext;
use core::fmt;

/// How values are written.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns of the screen.
    pub width: usize,
    /// Columns of indentation at the outermost level.
    pub indent: usize,
    /// Bytes of a buffer that are shown; the rest is counted.
    pub max_bytes: usize,
    /// Elements of an array that are shown.
    pub max_elements: u64,
    /// Names in colour (ANSI).
    pub color: bool,
    /// Bytes that the values of one message may take as text; then they end.
    pub max_output: usize,
    /// How times are written.
    pub clock: Clock,
}

/// How times are written.
#[derive(Clone, Copy, Debug, Default)]
pub enum Clock {
    /// Date and time in UTC: `2026-11-20 10:00:00.123456`.
    #[default]
    Utc,
    /// As this function has it: date and time in the same shape, in another zone.
    Zone(fn(crate::base::Timestamp) -> String),
    /// As this function has it: a number of seconds.
    Seconds(fn(crate::base::Timestamp) -> String),
}

impl Default for Style {
    fn default() -> Self {
        Style {
            width: 100,
            indent: 4,
            max_bytes: 64,
            max_elements: 64,
            color: false,
            max_output: usize::MAX,
            clock: Clock::Utc,
        }
    }
}

/// Bytes in hexadecimal with their ASCII beside, 16 a line, `max` at the most.
pub fn hex_dump(out: &mut TextBuffer, bytes: &[u8], indent: usize, max: usize) {
    let shown = bytes.get(..max).unwrap_or(bytes);
    for (i, row) in shown.chunks(16).enumerate() {
        if out.is_full() {
            return;
        }
        out.blanks(indent);
        out.offset(i * 16);
        out.put("  ");
        for column in 0..16 {
            match row.get(column) {
                Some(byte) => {
                    out.hex(&[*byte]);
                    out.put(" ");
                }
                None => out.put("   "),
            }
            if column == 7 {
                out.put(" ");
            }
        }
        out.put(" ");
        let text: [u8; 16] = core::array::from_fn(|i| match row.get(i) {
            Some(byte @ 0x20..0x7f) => *byte,
            _ => b'.',
        });
        out.put(core::str::from_utf8(text.get(..row.len()).unwrap_or_default()).unwrap_or_default());
        out.end_line();
    }
    if let more @ 1.. = bytes.len() - shown.len() {
        out.blanks(indent);
        value::left_out(out, more, "bytes");
        out.end_line();
    }
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = TextBuffer::new();
        out.put(self.method.name);
        out.put(" ");
        out.put(self.direction.name());
        out.end_line();
        let context = CallContext::default();
        let mut values = Values::new(&mut out, Style::default(), self.method, self.direction, self.version, &context);
        self.visit_parameters(&mut values);
        f.write_str(out.as_str())
    }
}
