//! Appends text to a byte buffer, with the same means as JSON lines are printed: each value goes straight from the stub into
//! the buffer, without the formatting machinery and without strings in between.

use crate::base::Guid;
#[cfg(feature = "session")]
use crate::base::Timestamp;
use crate::base::time::FileTime;
use crate::ndr::WStr;
use crate::render::buffer::Buffer;
use crate::render::digits;
use alloc::string::String;
use core::fmt;

/// A buffer that text is appended to; what it holds is UTF-8.
///
/// With a limit it takes no further line once it is longer than that: see [`TextBuffer::is_full`].
#[derive(Debug)]
pub struct TextBuffer {
    buffer: Buffer,
    limit: usize,
    full: bool,
    /// The last second that a time was printed of, since 1970-01-01, and that time's text.
    #[cfg(feature = "session")]
    clock: Option<(i64, [u8; Timestamp::TEXT_LEN])>,
}

impl Default for TextBuffer {
    fn default() -> Self {
        TextBuffer {
            buffer: Buffer::default(),
            limit: usize::MAX,
            full: false,
            #[cfg(feature = "session")]
            clock: None,
        }
    }
}

/// As many blanks as are written at once.
const BLANKS: [u8; 64] = [b' '; 64];

impl TextBuffer {
    /// Empty.
    pub fn new() -> Self {
        TextBuffer::default()
    }

    /// What was written.
    pub fn as_bytes(&self) -> &[u8] {
        self.buffer.written()
    }

    /// What was written.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.buffer.written()).unwrap_or_default()
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.buffer.len
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.buffer.len == 0
    }

    /// Forgets everything; keeps the memory.
    pub fn clear(&mut self) {
        self.buffer.len = 0;
        self.full = false;
    }

    /// Takes back everything from `len` on.
    pub(super) fn truncate(&mut self, len: usize) {
        self.buffer.len = self.buffer.len.min(len);
    }

    /// From now on so many bytes more are the limit; returns the one before.
    pub(super) fn limit(&mut self, more: usize) -> usize {
        core::mem::replace(&mut self.limit, self.buffer.len.saturating_add(more))
    }

    /// Ends a limit. Returns whether anything was left out for it.
    pub(super) fn unlimit(&mut self, before: usize) -> bool {
        self.limit = before;
        core::mem::take(&mut self.full)
    }

    /// Whether there is no room for another line; to be asked before each.
    #[inline(always)]
    pub(super) fn is_full(&mut self) -> bool {
        self.full |= self.buffer.len > self.limit;
        self.full
    }

    /// Text.
    #[inline(always)]
    pub fn put(&mut self, text: &str) {
        self.buffer.put(text.as_bytes());
    }

    /// The end of a line.
    #[inline(always)]
    pub(super) fn end_line(&mut self) {
        self.buffer.put(b"\n");
    }

    /// Blanks.
    #[inline]
    pub(super) fn blanks(&mut self, mut count: usize) {
        while count > BLANKS.len() {
            self.buffer.piece(&BLANKS, BLANKS.len());
            count -= BLANKS.len();
        }
        self.buffer.piece(&BLANKS, count);
    }

    /// ASCII text and blanks behind it, to the width of a column.
    #[inline]
    pub(super) fn padded(&mut self, text: &str, width: usize) {
        self.put(text);
        self.blanks(width.saturating_sub(text.len()));
    }

    /// A number in decimal digits.
    #[inline]
    pub(super) fn uint(&mut self, value: u64) {
        match digits::few(value) {
            // Without the comma.
            Some((text, len)) => self.buffer.piece(&text, len - 1),
            None => {
                let (text, len) = digits::decimal(value);
                self.buffer.piece(&text, len);
            }
        }
    }

    /// The same of one that may be negative.
    pub(super) fn int(&mut self, value: i64) {
        if value < 0 {
            self.put("-");
        }
        self.uint(value.unsigned_abs());
    }

    /// A number in hexadecimal digits, as `{:#x}` has it.
    pub(super) fn hexadecimal(&mut self, value: u64) {
        let (text, len) = digits::hexadecimal(value);
        self.buffer.piece(&text, len);
    }

    /// The same with eight digits at least, as `{:#010x}` has it.
    pub(super) fn hexadecimal_8(&mut self, value: u64) {
        if value > u64::from(u32::MAX) {
            return self.hexadecimal(value);
        }
        self.put("0x");
        self.hex(&(value as u32).to_be_bytes());
    }

    /// An offset in at least four hexadecimal digits.
    pub(super) fn offset(&mut self, offset: usize) {
        match u16::try_from(offset) {
            Ok(offset) => self.hex(&offset.to_be_bytes()),
            Err(_) => self.display(format_args!("{offset:x}")),
        }
    }

    /// The digits of bytes.
    #[inline]
    pub(super) fn hex(&mut self, bytes: &[u8]) {
        digits::hex(bytes, self.buffer.room(bytes.len() * 2));
    }

    /// A GUID.
    #[inline]
    pub(super) fn guid(&mut self, guid: Guid) {
        // Without quotes and comma.
        let [_, text @ .., _, _] = digits::guid(guid);
        self.buffer.piece::<36>(&text, 36);
    }

    /// A time in UTC to the microsecond; of the same second as the last one only the fraction is made anew.
    #[cfg(feature = "session")]
    pub(super) fn time(&mut self, time: Timestamp) {
        let second = time.0.div_euclid(1_000_000_000);
        let text = match &mut self.clock {
            Some((last, text)) if *last == second => {
                time.write_fraction(text);
                text
            }
            clock => {
                let mut text = time.to_ascii();
                text[10] = b' ';
                &mut clock.insert((second, text)).1
            }
        };
        self.buffer.put(&text[..26]);
    }

    /// A time.
    pub(super) fn filetime(&mut self, time: FileTime) {
        let (text, len) = time.to_ascii();
        self.buffer.piece(&text, len);
    }

    /// An IPv4 address.
    pub(super) fn ipv4(&mut self, address: [u8; 4]) {
        let (text, len) = digits::ipv4(address);
        // Without quotes and comma.
        self.buffer.put(text.get(1..len - 2).unwrap_or_default());
    }

    /// Text between quotes, with what acts on a terminal escaped, as Rust's `Debug` has it.
    #[inline]
    pub(super) fn quoted(&mut self, text: WStr<'_>) {
        let start = self.buffer.len;
        if let [first, room @ .., last] = self.buffer.room(text.len() + 2) {
            (*first, *last) = (b'"', b'"');
            if digits::narrow::<b'\''>(text, room) {
                return;
            }
        }
        self.buffer.len = start;
        self.display(format_args!("{text:?}"));
    }

    /// Text that may act on a terminal, between the same quotes.
    pub(super) fn quoted_str(&mut self, text: &str) {
        if digits::is_plain(text.as_bytes()) {
            self.put("\"");
            self.put(text);
            return self.put("\"");
        }
        self.display(format_args!("{text:?}"));
    }

    /// Text without quotes in at most so many units, with what acts on a terminal escaped. Returns the columns it takes.
    pub(super) fn clean(&mut self, text: WStr<'_>, most: usize) -> usize {
        let text = text.prefix(most);
        let start = self.buffer.len;
        if digits::narrow::<b'"'>(text, self.buffer.room(text.len())) {
            return text.len();
        }
        self.buffer.len = start;
        let mut columns = 0;
        for c in text.chars() {
            match c {
                Ok(c) if crate::base::printable::is_active(c) => {
                    columns += c.escape_default().len();
                    self.display(c.escape_default());
                }
                c => {
                    columns += 1;
                    self.put(c.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut [0; 4]));
                }
            }
        }
        columns
    }

    /// Anything that can be displayed, for what is rare.
    #[cold]
    pub fn display(&mut self, value: impl fmt::Display) {
        // Writing to memory does not fail.
        let _ = fmt::write(self, format_args!("{value}"));
    }
}

impl fmt::Write for TextBuffer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.put(text);
        Ok(())
    }
}

impl From<TextBuffer> for String {
    fn from(text: TextBuffer) -> String {
        String::from(text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::vec::Vec;

    fn printed(print: impl FnOnce(&mut TextBuffer)) -> String {
        let mut out = TextBuffer::new();
        print(&mut out);
        out.into()
    }

    /// Against the formatting machinery.
    #[test]
    fn numbers() {
        for value in (0..70).map(|bits| 1u64.checked_shl(bits).unwrap_or(u64::MAX)).flat_map(|n| [n - 1, n, n / 3]) {
            assert_eq!(printed(|out| out.uint(value)), format!("{value}"));
            assert_eq!(printed(|out| out.int(value as i64)), format!("{}", value as i64));
            assert_eq!(printed(|out| out.hexadecimal(value)), format!("{value:#x}"));
            assert_eq!(printed(|out| out.offset(value as usize)), format!("{value:04x}"));
            assert_eq!(printed(|out| out.hexadecimal_8(value)), format!("{value:#010x}"));
        }
        for width in [0, 1, 63, 64, 65, 200] {
            assert_eq!(printed(|out| out.blanks(width)), format!("{:width$}", ""));
        }
        assert_eq!(printed(|out| out.padded("name", 6)), "name  ");
        assert_eq!(printed(|out| out.ipv4([10, 0, 255, 1])), "10.0.255.1");
        assert_eq!(printed(|out| out.guid(Guid([0x1f; 16]))), format!("{}", Guid([0x1f; 16])));
        assert_eq!(printed(|out| out.filetime(FileTime(7))), format!("{}", FileTime(7)));
    }

    #[test]
    fn texts() {
        for text in
            ["", "a", "plain text", "it's", "\"quoted\\", "ä \u{202e}\n", "long enough for blocks of sixteen units"]
        {
            let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(printed(|out| out.quoted(WStr::le(&units))), format!("{:?}", WStr::le(&units)));
            assert_eq!(printed(|out| out.quoted_str(text)), format!("{text:?}"));
        }
        let units: Vec<u8> = "b\u{1b}ä".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut columns = 0;
        assert_eq!(printed(|out| columns = out.clean(WStr::le(&units), 9)), "b\\u{1b}ä");
        assert_eq!(columns, 8);
        assert_eq!(printed(|out| columns = out.clean(WStr::le(&units), 1)), "b");
    }

    #[test]
    fn limits() {
        let mut out = TextBuffer::new();
        out.put("before");
        let before = out.limit(3);
        assert!(!out.is_full());
        out.put("123");
        assert!(!out.is_full());
        out.put("4");
        assert!(out.is_full() && out.unlimit(before) && !out.is_full());
        out.clear();
        assert!(out.is_empty());
    }
}
