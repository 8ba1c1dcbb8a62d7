//! Text between quotes, with its escapes.

use super::Out;
use crate::base::printable::is_active;
use crate::ndr::WStr;
use crate::render::digits;
use std::fmt::Write as _;

impl Out {
    /// Text.
    pub fn text(&mut self, text: &str) {
        if !digits::is_plain(text.as_bytes()) {
            return self.text_with_escapes(text);
        }
        if self.fits(text.len()) {
            self.quoted(text.as_bytes(), b',');
        }
    }

    #[cold]
    #[inline(never)]
    fn text_with_escapes(&mut self, text: &str) {
        self.buffer.put(b"\"");
        self.escaped(text);
        self.buffer.put(b"\",");
    }

    /// Text inside quotes: runs without anything to escape are copied whole.
    pub(super) fn escaped(&mut self, text: &str) {
        if !self.fits(text.len()) {
            return;
        }
        let mut rest = text;
        while let Some(at) = rest.bytes().position(|b| !(0x20..0x7f).contains(&b) || b == b'"' || b == b'\\') {
            let (plain, more) = rest.split_at(at);
            self.buffer.put(plain.as_bytes());
            let mut chars = more.chars();
            if let Some(c) = chars.next() {
                self.char(c);
            }
            rest = chars.as_str();
        }
        self.buffer.put(rest.as_bytes());
    }

    /// Anything that can be displayed, as text.
    pub fn display(&mut self, value: impl std::fmt::Display) {
        struct Escaping<'o>(&'o mut Out);
        impl std::fmt::Write for Escaping<'_> {
            fn write_str(&mut self, text: &str) -> std::fmt::Result {
                self.0.escaped(text);
                Ok(())
            }
        }
        self.buffer.put(b"\"");
        // Writing to memory does not fail.
        let _ = write!(Escaping(self), "{value}");
        self.buffer.put(b"\",");
    }

    /// UTF-16 text; ill-formed, `{"utf16":"…"}` with the code units in little-endian order.
    pub fn wide(&mut self, text: WStr<'_>) {
        // What needs no second look, which is all of most texts.
        if !self.filled(text.len(), |room| digits::narrow::<b'"'>(text, room)) {
            self.wide_with_escapes(text);
        }
    }

    #[cold]
    #[inline(never)]
    fn wide_with_escapes(&mut self, text: WStr<'_>) {
        let start = self.buffer.len;
        self.buffer.put(b"\"");
        for c in text.chars() {
            match c {
                Ok(c) => self.char(c),
                Err(_) => {
                    self.buffer.len = start;
                    return self.utf16(text);
                }
            }
        }
        self.buffer.put(b"\",");
    }

    /// Code units as `{"utf16":"…"}`.
    pub fn utf16(&mut self, text: WStr<'_>) {
        self.begin();
        self.key("utf16");
        if !self.fits(4 * text.len()) {
            return;
        }
        self.buffer.put(b"\"");
        for unit in text.units() {
            self.bytes(&unit.to_le_bytes());
        }
        self.buffer.put(b"\",");
        self.end();
    }

    #[inline]
    fn char(&mut self, c: char) {
        match c {
            '"' => self.buffer.put(b"\\\""),
            '\\' => self.buffer.put(b"\\\\"),
            '\n' => self.buffer.put(b"\\n"),
            '\r' => self.buffer.put(b"\\r"),
            '\t' => self.buffer.put(b"\\t"),
            // The same text to a parser, and nothing that acts on a terminal.
            c if is_active(c) => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    self.buffer.put(b"\\u");
                    self.bytes(&unit.to_be_bytes());
                }
            }
            c if c.is_ascii() => self.buffer.put(&[c as u8]),
            c => {
                let mut utf8 = [0; 4];
                let bytes = c.encode_utf8(&mut utf8).len();
                self.buffer.piece(&utf8, bytes);
            }
        }
    }
}
