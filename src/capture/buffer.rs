//! The refill loop's buffer: a window over the input that grows with what was really read, never with what a length
//! field claims.

use super::CaptureLimits;
use super::decompress::Input;
use std::io::{Error, ErrorKind, Read, Result};

/// How much is asked from the input at once, in bytes.
const CHUNK: usize = 64 << 10;

/// Bytes of a page of memory, as most systems have them.
const PAGE: usize = 4096;

/// A window over an input.
#[derive(Debug)]
pub(super) struct Buffer<R: Read> {
    input: Input<R>,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// Offset in the input of `bytes[start]`.
    offset: u64,
    ended: bool,
    /// An error that came when more was asked for than was needed.
    deferred: Option<Error>,
    /// The most that is ever asked for at once.
    most: usize,
}

impl<R: Read> Buffer<R> {
    pub(super) fn new(input: R, limits: &CaptureLimits) -> Result<Self> {
        let input = Input::new(input, limits)?;
        Ok(Buffer {
            input,
            bytes: Vec::new(),
            start: 0,
            end: 0,
            offset: 0,
            ended: false,
            deferred: None,
            most: limits.block,
        })
    }

    /// Whether the input ended as a compressed stream that is not complete.
    pub(super) fn is_cut(&self) -> bool {
        self.input.is_cut()
    }

    /// Whether the input has told that there is nothing more.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Bytes read of a compressed input; `None` for others.
    pub(super) fn compressed(&self) -> Option<u64> {
        self.input.compressed()
    }

    /// Offset in the input of the first byte of [`Buffer::data`].
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// What was read and not yet consumed.
    #[inline]
    pub(super) fn data(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or(&[])
    }

    /// The data behind its first `count` bytes, and where in the buffer that begins, for [`Buffer::part`].
    #[inline(always)]
    pub(super) fn behind(&self, count: usize) -> Option<(&[u8], usize)> {
        let start = self.start.saturating_add(count);
        Some((self.bytes.get(start..self.end)?, start))
    }

    /// Bytes of the buffer, until more is read into it.
    #[inline(always)]
    pub(super) fn part(&self, start: usize, len: usize) -> &[u8] {
        self.bytes.get(start..start.saturating_add(len)).unwrap_or(&[])
    }

    /// Reads until `needed` bytes are there or the input ends; returns how many are there.
    pub(super) fn fill(&mut self, needed: usize) -> Result<usize> {
        while self.end - self.start < needed && !self.ended {
            if let Some(error) = self.deferred.take() {
                return Err(error);
            }
            self.make_room();
            let Some(room) = self.bytes.get_mut(self.end..) else { break };
            match self.input.read(room) {
                Ok(0) => self.ended = true,
                // A reader that claims more than it was given room for must not push the window past the buffer.
                Ok(count) => self.end = self.end.saturating_add(count).min(self.bytes.len()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.end - self.start)
    }

    /// The same for bytes that are of use but not needed: an error is given when they are.
    pub(super) fn fill_ahead(&mut self, wanted: usize) {
        if self.deferred.is_none() {
            self.deferred = self.fill(wanted).err();
        }
    }

    /// Drops `count` bytes from the front, at most as many as are there.
    #[inline]
    pub(super) fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.offset = self.offset.saturating_add(count as u64);
    }

    /// Reads and drops `count` bytes without keeping them; returns how many there were.
    pub(super) fn skip(&mut self, count: u64) -> Result<u64> {
        let mut left = count;
        while left > 0 {
            let have = self.fill(1)?;
            if have == 0 {
                break;
            }
            let step = usize::try_from(left).unwrap_or(usize::MAX).min(have);
            self.consume(step);
            left -= step as u64;
        }
        Ok(count - left)
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.bytes.len()
    }

    /// Makes room behind the data: moves it towards the front, and grows once half of the buffer is data.
    fn make_room(&mut self) {
        if self.bytes.len() - self.end >= CHUNK / 2 {
            return;
        }
        let data = self.end - self.start;
        if self.bytes.len() - data < CHUNK / 2 + PAGE {
            // Doubled, but not beyond the largest block and a chunk.
            let most = self.most.saturating_add(CHUNK).max(self.bytes.len().saturating_add(CHUNK));
            let grown = self.bytes.len().saturating_mul(2).max(2 * CHUNK).min(most.max(2 * CHUNK));
            if self.bytes.is_empty() {
                // Untouched until something is read into it.
                self.bytes = vec![0; grown];
            } else {
                self.bytes.resize(grown, 0);
            }
        }
        // What is read next comes to an address that lies in its page as the bytes do in those of the file: systems copy
        // whole pages faster than parts of two.
        let next = self.bytes.as_ptr().align_offset(PAGE).wrapping_add((self.offset as usize).wrapping_add(data));
        let start = next.wrapping_sub(data) % PAGE;
        if start < self.start || self.start == 0 {
            // A cache line at a time.
            crate::base::work::tick(data / 64);
            self.bytes.copy_within(self.start..self.end, start);
            (self.start, self.end) = (start, start + data);
        }
    }
}
