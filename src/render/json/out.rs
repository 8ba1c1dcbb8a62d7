//! Appends JSON to a byte buffer: members and elements each end with a comma, which closing takes off again.
//!
//! Pieces are short, so what one costs is what counts: room is looked for once for a value, and where a piece's width is
//! known it is put there whole, without asking how much of it is wanted (`Out::piece`). How numbers and bytes become
//! digits: `digits.rs`; text and its escapes: `out/text.rs`.

use crate::base::Guid;
use crate::ndr::key::{Key, Piece};
use crate::ndr::{Endian, WStr};
use crate::render::buffer::Buffer;
use crate::render::digits;
use crate::structs::content::Secrets;
use core::ops::Range;

mod text;

/// A buffer that JSON is appended to.
///
/// With a limit it drops what it holds as soon as that grows longer, and says so by [`Out::overflowed`]: whoever prints
/// then prints something shorter instead. So a few bytes that print as many don't take memory without bound.
pub struct Out {
    buffer: Buffer,
    /// Where what is being printed begins: behind the lines before it that are kept.
    start: usize,
    secrets: Secrets,
    safe_numbers: bool,
    /// Bytes that may be printed; lines that are kept don't count.
    limit: usize,
    /// Where what is being printed has to end: `limit` behind `start`.
    end: usize,
    overflowed: bool,
    /// The line of the input that is answered; 0 if that is not known.
    line: u64,
}

impl std::fmt::Debug for Out {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = String::from_utf8_lossy(self.written());
        f.debug_struct("Out").field("text", &text).field("overflowed", &self.overflowed).finish_non_exhaustive()
    }
}

impl Default for Out {
    fn default() -> Self {
        Out {
            buffer: Buffer::default(),
            start: 0,
            secrets: Secrets::default(),
            safe_numbers: false,
            limit: usize::MAX,
            end: usize::MAX,
            overflowed: false,
            line: 0,
        }
    }
}

/// The largest integer up to which floating-point numbers of 64 bits have all.
const SAFE: u64 = 1 << 53;

impl Out {
    /// Empty.
    pub fn new() -> Self {
        Out::default()
    }

    /// From now on secrets that stand in messages are left out: [`Secrets::Masked`].
    pub fn hide_secrets(&mut self) {
        self.secrets = Secrets::Masked;
    }

    /// From now on integers beyond 2^53 are text, which programs that read all numbers as floating-point ones do not round.
    pub fn safe_numbers(&mut self) {
        self.safe_numbers = true;
    }

    /// What follows answers this line of the input, counted from 1: errors say it.
    pub fn at_line(&mut self, line: u64) {
        self.line = line;
    }

    /// The line that is answered, if that is known.
    pub(super) fn line(&self) -> Option<u64> {
        (self.line > 0).then_some(self.line)
    }

    /// What is done with secrets that stand in messages.
    pub fn secrets(&self) -> Secrets {
        self.secrets
    }

    /// Empty, and never to hold much more than `limit` bytes.
    pub fn with_limit(limit: usize) -> Self {
        Out { limit, end: limit, ..Out::default() }
    }

    /// Whether more was written than the limit allows since [`Out::clear`]; what it holds then is of no use.
    pub fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// Whether it has a limit.
    pub(crate) fn is_limited(&self) -> bool {
        self.limit != usize::MAX
    }

    /// Whether so many bytes more find room; drops everything if they don't.
    #[inline]
    fn fits(&mut self, more: usize) -> bool {
        let fits = self.buffer.len.saturating_add(more) <= self.end;
        if !fits {
            self.overflow();
        }
        fits
    }

    #[cold]
    pub(crate) fn overflow(&mut self) {
        self.overflowed |= self.limit != usize::MAX;
        self.buffer.len = self.start;
    }

    /// What was written, without the comma behind the last value.
    pub fn as_bytes(&self) -> &[u8] {
        let written = self.written();
        written.strip_suffix(b",").unwrap_or(written)
    }

    /// Writes what was written as a line, whose end stands in the place of the comma behind the last value.
    #[cfg(feature = "session")]
    pub fn write_line(&mut self, to: &mut impl std::io::Write) -> std::io::Result<()> {
        if let Some([.., last @ b',']) = self.buffer.written_mut() {
            *last = b'\n';
            return to.write_all(self.written());
        }
        to.write_all(self.written())?;
        to.write_all(b"\n")
    }

    fn written(&self) -> &[u8] {
        self.buffer.written().get(self.start..).unwrap_or_default()
    }

    /// Forgets everything but lines that are kept; keeps the memory.
    pub fn clear(&mut self) {
        self.overflowed = false;
        self.buffer.len = self.start;
    }

    /// Keeps what was written as a line; what is written next stands behind it.
    #[cfg(feature = "session")]
    pub fn keep_line(&mut self) {
        // A line that was kept ends otherwise, so that this is the end of what was written behind it.
        match self.buffer.written_mut() {
            Some([.., last @ b',']) => *last = b'\n',
            _ => self.buffer.put(b"\n"),
        }
        self.begin_at(self.buffer.len);
    }

    #[cfg(feature = "session")]
    fn begin_at(&mut self, start: usize) {
        self.start = start;
        self.end = start.saturating_add(self.limit);
    }

    /// The lines that are kept.
    #[cfg(feature = "session")]
    pub fn lines(&self) -> &[u8] {
        self.buffer.written().get(..self.start).unwrap_or_default()
    }

    /// Forgets everything, lines that are kept too, and has room for so many bytes then.
    #[cfg(feature = "session")]
    pub fn clear_lines(&mut self, room: usize) {
        self.begin_at(0);
        self.clear();
        self.buffer.set_room(room);
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.buffer.len - self.start
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes back everything from `len` on.
    pub fn truncate(&mut self, len: usize) {
        self.buffer.len = self.buffer.len.min(self.start.saturating_add(len));
    }

    /// Where the value stands that was begun at `start` and is complete, without the comma behind it.
    pub fn value_from(&self, start: usize) -> Range<usize> {
        start..self.len().saturating_sub(1).max(start)
    }

    /// Appends the first `len` bytes of a piece of JSON.
    #[inline(always)]
    pub(super) fn piece<const N: usize>(&mut self, piece: &[u8; N], len: usize) {
        self.buffer.piece(piece, len);
    }

    /// Opens an object.
    #[inline]
    pub fn begin(&mut self) {
        self.buffer.put(b"{");
    }

    /// Closes an object.
    #[inline]
    pub fn end(&mut self) {
        self.close(b'}');
    }

    /// Opens an array.
    #[inline]
    pub fn begin_list(&mut self) {
        self.buffer.put(b"[");
    }

    /// Closes an array.
    #[inline]
    pub fn end_list(&mut self) {
        self.close(b']');
    }

    #[inline]
    fn close(&mut self, bracket: u8) {
        let before = self.buffer.len.wrapping_sub(1);
        match self.buffer.at(before, 2) {
            Some([last @ b',', next]) => {
                (*last, *next) = (bracket, b',');
                self.buffer.len += 1;
            }
            _ => self.close_otherwise(bracket),
        }
    }

    /// Where there is no comma, or no room.
    #[cold]
    #[inline(never)]
    fn close_otherwise(&mut self, bracket: u8) {
        if self.written().ends_with(b",") {
            self.buffer.len -= 1;
        }
        self.buffer.put(&[bracket, b',']);
    }

    /// A member's key. Keys are names of the specification or of the contract and need no escaping.
    #[inline(always)]
    pub fn key(&mut self, key: &str) {
        self.fits(0);
        self.quoted(key.as_bytes(), b':');
    }

    /// The key of a declared field, which is prepared; `name` is the field's.
    #[inline(always)]
    pub(crate) fn prepared_key(&mut self, key: &Key, name: &str) {
        self.fits(0);
        match key.padded() {
            (_, 0) => self.quoted(name.as_bytes(), b':'),
            (text, len) => self.buffer.piece(text, len),
        }
    }

    /// Members that are prepared.
    #[inline(always)]
    pub(super) fn prepared<const N: usize>(&mut self, piece: &Piece<N>) {
        let (text, len) = piece.padded();
        self.buffer.piece(text, len);
    }

    /// Quotes with nothing to escape between them, and what stands behind them.
    #[inline(always)]
    fn quoted(&mut self, text: &[u8], behind: u8) {
        let more = text.len() + 3;
        match self.buffer.next(more) {
            Some([first, room @ .., quote, last]) => {
                *first = b'"';
                room.copy_from_slice(text);
                (*quote, *last) = (b'"', behind);
                self.buffer.len += more;
            }
            _ => self.quoted_growing(text, behind),
        }
    }

    #[cold]
    #[inline(never)]
    fn quoted_growing(&mut self, text: &[u8], behind: u8) {
        if let [first, room @ .., quote, last] = self.buffer.room(text.len() + 3) {
            *first = b'"';
            room.copy_from_slice(text);
            (*quote, *last) = (b'"', behind);
        }
    }

    /// JSON of the contract's own, of a length that is known when compiling: keys and names of a value in one piece.
    #[inline(always)]
    pub(crate) fn literal(&mut self, json: &str) {
        self.buffer.put(json.as_bytes());
    }

    /// `null`.
    #[inline]
    pub fn null(&mut self) {
        self.buffer.put(b"null,");
    }

    /// `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        match value {
            true => self.buffer.put(b"true,"),
            false => self.buffer.put(b"false,"),
        }
    }

    /// An unsigned integer.
    #[inline]
    pub fn uint(&mut self, value: u64) {
        if value < 10 {
            return self.buffer.put(&[b'0' + value as u8, b',']);
        }
        self.long_uint(value);
    }

    fn long_uint(&mut self, value: u64) {
        match digits::few(value) {
            Some((text, len)) => self.buffer.piece(&text, len),
            None => self.longest_uint(value),
        }
    }

    #[inline(never)]
    fn longest_uint(&mut self, value: u64) {
        let (text, len) = digits::decimal(value);
        let quote = self.safe_numbers && value > SAFE;
        if quote {
            self.buffer.put(b"\"");
        }
        self.buffer.piece(&text, len);
        self.buffer.put(if quote { b"\"," } else { b"," });
    }

    /// `"frame":…,"frames":[…]`.
    #[cfg(feature = "session")]
    #[inline]
    pub(super) fn frames(&mut self, first: u64, all: &[u64]) {
        self.buffer.put(b"\"frame\":");
        // The same number twice for most.
        match (digits::few(first), all) {
            (Some((text, len)), [only]) if *only == first => {
                self.buffer.piece(&text, len);
                self.buffer.put(b"\"frames\":[");
                self.buffer.piece(&text, len);
                self.buffer.len -= 1;
            }
            _ => {
                self.uint(first);
                self.buffer.put(b"\"frames\":[");
                all.iter().for_each(|frame| self.uint(*frame));
                return self.end_list();
            }
        }
        self.buffer.put(b"],");
    }

    /// Code units as elements: numbers. Fields of a fixed length end with many zeros.
    pub(super) fn units(&mut self, units: WStr<'_>) {
        let (blocks, rest) = units.as_bytes().as_chunks::<16>();
        let all = |out: &mut Out, units: &[u8], endian: Endian| {
            WStr::new(units, endian).units().for_each(|unit| out.uint(u64::from(unit)));
        };
        for block in blocks {
            match block {
                block if *block == [0; 16] => self.buffer.put(b"0,0,0,0,0,0,0,0,"),
                block => all(self, block, units.endian()),
            }
        }
        all(self, rest, units.endian());
    }

    /// A signed integer.
    pub fn int(&mut self, value: i64) {
        if value < 0 {
            if self.safe_numbers && value.unsigned_abs() > SAFE {
                return self.display(value);
            }
            self.buffer.put(b"-");
        }
        self.uint(value.unsigned_abs());
    }

    /// A name of the specification or of the contract, which has nothing to escape.
    #[inline(always)]
    pub fn name(&mut self, name: &str) {
        self.quoted(name.as_bytes(), b',');
    }

    /// Bytes that can't be read, as a hexadecimal string; where secrets are masked and `secret` says that there may be
    /// one from `start` on, zeros stand for them, and `"secret":true` behind it.
    pub fn unread(&mut self, bytes: &[u8], secret: bool, start: usize) {
        match bytes.get(start..).filter(|rest| secret && !rest.is_empty() && self.secrets == Secrets::Masked) {
            Some(_) => {
                let mut masked = bytes.to_vec();
                masked.iter_mut().skip(start).for_each(|byte| *byte = 0);
                self.hex(&masked);
                self.key("secret");
                self.bool(true);
            }
            None => self.hex(bytes),
        }
    }

    /// Bytes as a hexadecimal string.
    pub fn hex(&mut self, bytes: &[u8]) {
        self.filled(2 * bytes.len(), |room| {
            digits::hex(bytes, room);
            true
        });
    }

    /// A GUID as text.
    #[inline]
    pub fn guid(&mut self, guid: Guid) {
        self.buffer.put(&digits::guid(guid));
    }

    /// An IPv4 address as text.
    pub(crate) fn ipv4(&mut self, bytes: [u8; 4]) {
        let (text, len) = digits::ipv4(bytes);
        self.buffer.piece(&text, len);
    }

    /// An IPv6 address as text, by its 16-bit groups.
    pub(crate) fn ipv6(&mut self, groups: [u16; 8]) {
        match groups {
            // None, most often.
            [0, 0, 0, 0, 0, 0, 0, 0] => return self.buffer.put(b"\"::\","),
            // An IPv4 address in disguise.
            [0, 0, 0, 0, 0, 0xffff, ..] => return self.display(std::net::Ipv6Addr::from(groups)),
            _ => {}
        }
        self.buffer.put(b"\"");
        let (text, len) = digits::ipv6(groups);
        self.buffer.piece(&text, len);
        self.buffer.put(b"\",");
    }

    /// A value that is JSON already.
    pub fn raw(&mut self, json: &[u8]) {
        if !self.fits(json.len()) {
            return;
        }
        self.buffer.put(json);
        self.buffer.put(b",");
    }

    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        digits::hex(bytes, self.buffer.room(bytes.len() * 2));
    }

    /// Quotes with so many bytes between them that `fill` writes, and a comma. Returns whether `fill` says that they can
    /// stand there; else nothing was written.
    #[inline(always)]
    fn filled(&mut self, bytes: usize, fill: impl FnOnce(&mut [u8]) -> bool) -> bool {
        if !self.fits(bytes) {
            // Nothing is wanted any more.
            return true;
        }
        let start = self.buffer.len;
        if let [first, room @ .., quote, last] = self.buffer.room(bytes + 3) {
            *first = b'"';
            (*quote, *last) = (b'"', b',');
            if fill(room) {
                return true;
            }
        }
        self.buffer.len = start;
        false
    }
}

#[cfg(test)]
mod tests;
