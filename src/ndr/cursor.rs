//! A stub's bytes with what is needed to read them, and bounded access at an offset.

use super::types::{Scalar, align_up};
use super::{Endian, Syntax};
use crate::base::error::Error;

/// A stub and how to read it. Copying it copies a reference.
#[derive(Clone, Copy, Debug)]
pub struct DecodeContext<'a> {
    /// The stub, from its first byte.
    pub data: &'a [u8],
    /// Transfer syntax.
    pub syntax: Syntax,
    /// Byte order.
    pub endian: Endian,
    /// Where a maximum count stands.
    pub counts: CountAlignment,
}

/// Where the maximum count of an array stands whose elements need a wider alignment than the count.
///
/// Of the ClusAPI methods this concerns the response of ApiGetNotifyV2 in NDR alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CountAlignment {
    /// Aligned to its own width, as Windows sends it.
    #[default]
    Own,
    /// Aligned to the elements as well, as C706 14.3.3.2 has it to the letter and as some other senders do.
    Elements,
}

impl<'a> DecodeContext<'a> {
    /// A stub as Windows sends it.
    pub const fn new(data: &'a [u8], syntax: Syntax, endian: Endian) -> Self {
        DecodeContext { data, syntax, endian, counts: CountAlignment::Own }
    }

    /// Bytes `at..at + len`, or who claimed them.
    #[inline]
    pub fn take(&self, at: usize, len: usize, claimed_by: &'static str) -> Result<&'a [u8], Error> {
        match at.checked_add(len).and_then(|end| self.data.get(at..end)) {
            Some(bytes) => Ok(bytes),
            None => Err(self.short(at, len as u64, claimed_by)),
        }
    }

    /// The error of `len` bytes that are not all there from `at` on. If a gap already leads over the end, the error is
    /// at the end and what is needed includes the gap, so that an offset always lies in the stub.
    #[cold]
    pub(super) fn short(&self, at: usize, len: u64, claimed_by: &'static str) -> Error {
        let offset = at.min(self.data.len());
        let needed = len.saturating_add((at - offset) as u64);
        Error::truncated(offset, needed, self.left(offset) as u64, claimed_by)
    }

    /// An unsigned integer of 1, 2, 4 or 8 bytes.
    #[inline]
    pub fn uint(&self, at: usize, size: usize, claimed_by: &'static str) -> Result<u64, Error> {
        let bytes = self.take(at, size, claimed_by)?;
        Ok(match (bytes, self.endian) {
            (&[a], _) => u64::from(a),
            (&[a, b], Endian::Little) => u64::from(u16::from_le_bytes([a, b])),
            (&[a, b], Endian::Big) => u64::from(u16::from_be_bytes([a, b])),
            (&[a, b, c, d], Endian::Little) => u64::from(u32::from_le_bytes([a, b, c, d])),
            (&[a, b, c, d], Endian::Big) => u64::from(u32::from_be_bytes([a, b, c, d])),
            (&[a, b, c, d, e, f, g, h], Endian::Little) => u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            (&[a, b, c, d, e, f, g, h], Endian::Big) => u64::from_be_bytes([a, b, c, d, e, f, g, h]),
            _ => 0,
        })
    }

    /// A scalar, sign-extended to 64 bits where its type has a sign. Inlined always: a call takes as long as the reading.
    #[inline(always)]
    pub fn scalar(&self, at: usize, scalar: Scalar) -> Result<u64, Error> {
        let value = self.uint(at, scalar.size(self.syntax), scalar.name())?;
        Ok(match scalar {
            Scalar::I32 => i64::from(value as u32 as i32) as u64,
            _ => value,
        })
    }

    /// A count, offset or referent identifier at the next place where one can stand; moves the cursor behind it.
    #[inline]
    pub fn word(&self, cursor: &mut usize, claimed_by: &'static str) -> Result<u64, Error> {
        let size = self.syntax.word();
        let at = align_up(*cursor, size);
        let value = self.uint(at, size, claimed_by)?;
        *cursor = at + size;
        Ok(value)
    }

    /// Bytes from `at` to the end.
    #[inline]
    pub fn left(&self, at: usize) -> usize {
        self.data.len().saturating_sub(at)
    }
}
