//! Appends JSON to a byte buffer: members and elements each end with a comma, which closing takes off again.

use crate::ndr::WStr;
use crate::ndr::sink::Guid;
use crate::structs::content::Secrets;
use std::fmt::Write as _;

/// A buffer that JSON is appended to.
///
/// With a limit it drops what it holds as soon as that grows longer, and says so by [`Out::overflowed`]: whoever prints
/// then prints something shorter instead. So a few octets that print as many don't take memory without bound.
#[derive(Debug)]
pub struct Out {
    bytes: Vec<u8>,
    secrets: Secrets,
    limit: usize,
    overflowed: bool,
}

impl Default for Out {
    fn default() -> Self {
        Out { bytes: Vec::new(), secrets: Secrets::default(), limit: usize::MAX, overflowed: false }
    }
}

/// The two digits of each octet.
const HEX: [[u8; 2]; 256] = {
    let digits = b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut octet = 0;
    while octet < 256 {
        pairs[octet] = [digits[octet >> 4], digits[octet & 15]];
        octet += 1;
    }
    pairs
};

impl Out {
    /// Empty.
    pub fn new() -> Self {
        Out::default()
    }

    /// From now on secrets that stand in messages are left out: [`Secrets::Masked`].
    pub fn hide_secrets(&mut self) {
        self.secrets = Secrets::Masked;
    }

    /// What is done with secrets that stand in messages.
    pub fn secrets(&self) -> Secrets {
        self.secrets
    }

    /// Empty, and never to hold much more than `limit` octets.
    pub fn with_limit(limit: usize) -> Self {
        Out { limit, ..Out::default() }
    }

    /// Whether more was written than the limit allows since [`Out::clear`]; what it holds then is of no use.
    pub fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// Whether it has a limit.
    pub(crate) fn is_limited(&self) -> bool {
        self.limit != usize::MAX
    }

    /// Whether so many octets more find room; drops everything if they don't.
    #[inline]
    fn room(&mut self, more: usize) -> bool {
        let fits = self.bytes.len().saturating_add(more) <= self.limit;
        if !fits {
            self.overflow();
        }
        fits
    }

    #[cold]
    pub(crate) fn overflow(&mut self) {
        self.overflowed |= self.limit != usize::MAX;
        self.bytes.clear();
    }

    /// What was written, without the comma behind the last value.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.strip_suffix(b",").unwrap_or(&self.bytes)
    }

    /// Forgets everything; keeps the memory.
    pub fn clear(&mut self) {
        self.overflowed = false;
        self.bytes.clear();
    }

    /// Octets written so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Takes back everything from `len` on.
    pub fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
    }

    /// Opens an object.
    pub fn begin(&mut self) {
        self.bytes.push(b'{');
    }

    /// Closes an object.
    pub fn end(&mut self) {
        self.close(b'}');
    }

    /// Opens an array.
    pub fn begin_list(&mut self) {
        self.bytes.push(b'[');
    }

    /// Closes an array.
    pub fn end_list(&mut self) {
        self.close(b']');
    }

    fn close(&mut self, bracket: u8) {
        if self.bytes.last() == Some(&b',') {
            self.bytes.pop();
        }
        self.bytes.extend([bracket, b',']);
    }

    /// A member's key. Keys are names of the specification or of the contract and need no escaping.
    #[inline(always)]
    pub fn key(&mut self, key: &str) {
        self.room(0);
        self.bytes.reserve(key.len() + 3);
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(key.as_bytes());
        self.bytes.extend_from_slice(b"\":");
    }

    /// `null`.
    pub fn null(&mut self) {
        self.bytes.extend_from_slice(b"null,");
    }

    /// `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        self.bytes.extend_from_slice(if value { b"true," } else { b"false," });
    }

    /// An unsigned integer.
    #[inline]
    pub fn uint(&mut self, value: u64) {
        if value < 10 {
            return self.bytes.extend_from_slice(&[b'0' + value as u8, b',']);
        }
        let mut buffer = itoa::Buffer::new();
        self.bytes.extend_from_slice(buffer.format(value).as_bytes());
        self.bytes.push(b',');
    }

    /// A signed integer.
    pub fn int(&mut self, value: i64) {
        let mut buffer = itoa::Buffer::new();
        self.bytes.extend_from_slice(buffer.format(value).as_bytes());
        self.bytes.push(b',');
    }

    /// Text.
    pub fn text(&mut self, text: &str) {
        self.bytes.push(b'"');
        self.escaped(text);
        self.bytes.extend_from_slice(b"\",");
    }

    /// A name of the specification or of the contract, which has nothing to escape.
    #[inline(always)]
    pub fn name(&mut self, name: &str) {
        self.bytes.reserve(name.len() + 3);
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(b"\",");
    }

    /// Text of ASCII octets with nothing to escape.
    #[cfg(feature = "pcap")]
    pub(super) fn ascii(&mut self, text: &[u8]) {
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(text);
        self.bytes.extend_from_slice(b"\",");
    }

    /// Text inside quotes: runs without anything to escape are copied whole.
    fn escaped(&mut self, text: &str) {
        if !self.room(text.len()) {
            return;
        }
        let mut rest = text;
        while let Some(at) = rest.bytes().position(|b| b < 0x20 || b == b'"' || b == b'\\') {
            let (plain, more) = rest.split_at(at);
            self.bytes.extend_from_slice(plain.as_bytes());
            let mut chars = more.chars();
            if let Some(c) = chars.next() {
                self.char(c);
            }
            rest = chars.as_str();
        }
        self.bytes.extend_from_slice(rest.as_bytes());
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
        self.bytes.push(b'"');
        // Writing to memory does not fail.
        let _ = write!(Escaping(self), "{value}");
        self.bytes.extend_from_slice(b"\",");
    }

    /// UTF-16 text; ill-formed, `{"utf16":"…"}` with the code units in little-endian order.
    pub fn wide(&mut self, text: WStr<'_>) {
        if !self.room(text.len()) {
            return;
        }
        let start = self.bytes.len();
        self.bytes.reserve(text.len() + 4);
        self.bytes.push(b'"');
        // What needs no second look, which is all of most texts.
        self.bytes.resize(start + 1 + text.len(), 0);
        let room = self.bytes.get_mut(start + 1..).unwrap_or(&mut []);
        let mut plain = 0;
        for (octet, unit) in room.iter_mut().zip(text.units()) {
            if !(0x20..=0x7e).contains(&unit) || unit == 0x22 || unit == 0x5c {
                break;
            }
            *octet = unit as u8;
            plain += 1;
        }
        self.bytes.truncate(start + 1 + plain);
        for c in text.suffix(plain).chars() {
            match c {
                Ok(c) => self.char(c),
                Err(_) => {
                    self.bytes.truncate(start);
                    return self.utf16(text);
                }
            }
        }
        self.bytes.extend_from_slice(b"\",");
    }

    /// Code units as `{"utf16":"…"}`.
    pub fn utf16(&mut self, text: WStr<'_>) {
        self.begin();
        self.key("utf16");
        if !self.room(4 * text.len()) {
            return;
        }
        self.bytes.push(b'"');
        for unit in text.units() {
            self.octets(&unit.to_le_bytes());
        }
        self.bytes.extend_from_slice(b"\",");
        self.end();
    }

    /// Octets that can't be read, as a hexadecimal string; where secrets are masked and `secret` says that there may be
    /// one from `start` on, zeros stand for them, and `"secret":true` behind it.
    pub fn unread(&mut self, octets: &[u8], secret: bool, start: usize) {
        match octets.get(start..).filter(|rest| secret && !rest.is_empty() && self.secrets == Secrets::Masked) {
            Some(_) => {
                let mut masked = octets.to_vec();
                masked.iter_mut().skip(start).for_each(|octet| *octet = 0);
                self.hex(&masked);
                self.key("secret");
                self.bool(true);
            }
            None => self.hex(octets),
        }
    }

    /// Octets as a hexadecimal string.
    pub fn hex(&mut self, octets: &[u8]) {
        if !self.room(2 * octets.len()) {
            return;
        }
        self.bytes.push(b'"');
        self.octets(octets);
        self.bytes.extend_from_slice(b"\",");
    }

    /// A GUID as text.
    pub fn guid(&mut self, guid: Guid) {
        let mut text = *b"\"00000000-0000-0000-0000-000000000000\",";
        let (before, after) = text.split_at_mut(19);
        let octets = guid.to_wire(crate::ndr::Endian::Big);
        let (front, back) = octets.split_at(8);
        // Where the digits of each octet stand: `"aabbccdd-eeff-gghh` and `-iijj-kkllmmnnoopp",`.
        for (at, octet) in [1, 3, 5, 7, 10, 12, 15, 17].into_iter().zip(front) {
            before[at..at + 2].copy_from_slice(&HEX[usize::from(*octet)]);
        }
        for (at, octet) in [1, 3, 6, 8, 10, 12, 14, 16].into_iter().zip(back) {
            after[at..at + 2].copy_from_slice(&HEX[usize::from(*octet)]);
        }
        self.bytes.extend_from_slice(&text);
    }

    /// A value that is JSON already.
    pub fn raw(&mut self, json: &[u8]) {
        if !self.room(json.len()) {
            return;
        }
        self.bytes.extend_from_slice(json);
        self.bytes.push(b',');
    }

    #[inline]
    fn octets(&mut self, octets: &[u8]) {
        let start = self.bytes.len();
        self.bytes.resize(start + octets.len() * 2, 0);
        let room = self.bytes.get_mut(start..).unwrap_or(&mut []);
        for (digits, octet) in room.chunks_exact_mut(2).zip(octets) {
            digits.copy_from_slice(&HEX[usize::from(*octet)]);
        }
    }

    #[inline]
    fn char(&mut self, c: char) {
        match c {
            '"' => self.bytes.extend_from_slice(b"\\\""),
            '\\' => self.bytes.extend_from_slice(b"\\\\"),
            '\n' => self.bytes.extend_from_slice(b"\\n"),
            '\r' => self.bytes.extend_from_slice(b"\\r"),
            '\t' => self.bytes.extend_from_slice(b"\\t"),
            c if (c as u32) < 0x20 => {
                self.bytes.extend_from_slice(b"\\u00");
                self.octets(&[c as u8]);
            }
            c if c.is_ascii() => self.bytes.push(c as u8),
            c => {
                let mut utf8 = [0; 4];
                self.bytes.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
            }
        }
    }
}
