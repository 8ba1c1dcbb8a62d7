//! The primitives of custom-marshalled buffers as nom parsers: packed, little-endian, with no alignment of their own.
//!
//! ```
//! use cluscope::structs::packed::{ByteCursor, sz, u32};
//! use nom::Parser;
//!
//! let buffer = [1, 0, 0, 0, b'A', 0, 0, 0];
//! let (rest, (version, name)) = (u32, sz).parse(ByteCursor::new(&buffer)).unwrap();
//! assert_eq!((version, name.to_string().as_str(), rest.len()), (1, "A", 0));
//! ```
//!
//! Next: [`super::reader`] for the plain records, [`super::property_list`] and [`super::batch`] for what is not plain.

use crate::base::error::Error;
use crate::ndr::WStr;
use crate::ndr::visitor::Guid;
use core::ops::Range;
use nom::IResult;

/// A buffer, or a part of one, and the place where the next parser goes on. Offsets are those in the whole buffer.
#[derive(Clone, Copy, Debug)]
pub struct ByteCursor<'a> {
    rest: &'a [u8],
    at: usize,
}

/// What these parsers return.
pub type Parsed<'a, T> = IResult<ByteCursor<'a>, T, Error>;

impl<'a> ByteCursor<'a> {
    /// At the start of a buffer.
    pub fn new(data: &'a [u8]) -> Self {
        ByteCursor { rest: data, at: 0 }
    }

    /// The same for a buffer whose first byte stands there in a stub: all offsets count from the stub's start then.
    pub fn within(data: &'a [u8], offset: usize) -> Self {
        ByteCursor { rest: data, at: offset }
    }

    /// Bytes from the start of the whole buffer, or of the stub that it stands in.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// The bytes that have not been read, as offsets.
    #[inline]
    pub fn range(&self) -> Range<usize> {
        self.at..self.at + self.rest.len()
    }

    /// The offsets between two places of the same buffer.
    #[inline]
    pub fn range_to(&self, later: &ByteCursor<'a>) -> Range<usize> {
        self.at..later.at
    }

    /// What has not been read.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// How many bytes have not been read.
    pub fn len(&self) -> usize {
        self.rest.len()
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Takes `n` bytes off as a part of their own, and gives what is behind them.
    ///
    /// # Errors
    /// Fewer than `n` bytes are left, which `claimed_by` says are there.
    #[inline]
    pub fn split(self, n: usize, claimed_by: &'static str) -> Result<(ByteCursor<'a>, ByteCursor<'a>), Error> {
        crate::base::work::tick(1);
        match self.rest.split_at_checked(n) {
            Some((part, rest)) => Ok((ByteCursor { rest: part, at: self.at }, ByteCursor { rest, at: self.at + n })),
            None => Err(Error::truncated(self.at, n as u64, self.len() as u64, claimed_by)),
        }
    }

    /// The same for a length that was read from the buffer.
    ///
    /// # Errors
    /// As for [`ByteCursor::split`].
    pub fn split_claimed(self, n: u64, claimed_by: &'static str) -> Result<(ByteCursor<'a>, ByteCursor<'a>), Error> {
        match usize::try_from(n) {
            Ok(n) => self.split(n, claimed_by),
            Err(_) => Err(Error::truncated(self.at, n, self.len() as u64, claimed_by)),
        }
    }

    /// Behind `n` bytes more, or at the end.
    #[must_use]
    #[inline]
    pub fn skip(self, n: usize) -> Self {
        let n = n.min(self.rest.len());
        ByteCursor { rest: self.rest.get(n..).unwrap_or(&[]), at: self.at + n }
    }

    /// The bytes between two places of the same buffer.
    pub fn until(&self, later: &ByteCursor<'a>) -> &'a [u8] {
        later.at.checked_sub(self.at).and_then(|n| self.rest.get(..n)).unwrap_or(&[])
    }
}

/// Lifts a plain result into nom's.
pub(crate) fn lift<T>(result: Result<T, Error>) -> Result<T, nom::Err<Error>> {
    result.map_err(nom::Err::Error)
}

/// Lowers nom's result into a plain one.
pub(crate) fn lower<'a, T>(parsed: Parsed<'a, T>) -> Result<(ByteCursor<'a>, T), Error> {
    parsed.map_err(error)
}

/// The error in one of nom's.
pub(crate) fn error(e: nom::Err<Error>) -> Error {
    match e {
        nom::Err::Error(e) | nom::Err::Failure(e) => e,
        // Complete parsers never ask for more.
        nom::Err::Incomplete(_) => Error::truncated(0, 1, 0, "a parser"),
    }
}

/// An unsigned integer of 1, 2, 4 or 8 bytes.
pub fn uint<'a>(size: usize, claimed_by: &'static str) -> impl Fn(ByteCursor<'a>) -> Parsed<'a, u64> {
    move |input| {
        let (part, rest) = lift(input.split(size, claimed_by))?;
        let value = match *part.rest() {
            [one] => u64::from(one),
            [a, b] => u64::from(u16::from_le_bytes([a, b])),
            [a, b, c, d] => u64::from(u32::from_le_bytes([a, b, c, d])),
            // The last byte is the highest.
            ref bytes => bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)),
        };
        Ok((rest, value))
    }
}

/// A `BYTE`.
pub fn u8(input: ByteCursor<'_>) -> Parsed<'_, u8> {
    uint(1, "BYTE")(input).map(|(rest, value)| (rest, value as u8))
}

/// A `WORD`.
pub fn u16(input: ByteCursor<'_>) -> Parsed<'_, u16> {
    uint(2, "WORD")(input).map(|(rest, value)| (rest, value as u16))
}

/// A `DWORD`.
#[inline]
pub fn u32(input: ByteCursor<'_>) -> Parsed<'_, u32> {
    let (part, rest) = lift(input.split(4, "DWORD"))?;
    Ok((rest, part.rest().first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))))
}

/// A `ULONGLONG`.
pub fn u64(input: ByteCursor<'_>) -> Parsed<'_, u64> {
    uint(8, "ULONGLONG")(input)
}

/// A `GUID`.
pub fn guid(input: ByteCursor<'_>) -> Parsed<'_, Guid> {
    let (part, rest) = lift(input.split(16, "GUID"))?;
    let mut bytes = [0; 16];
    for (slot, byte) in bytes.iter_mut().zip(part.rest()) {
        *slot = *byte;
    }
    Ok((rest, Guid(bytes)))
}

/// So many bytes.
pub fn take<'a>(n: usize, claimed_by: &'static str) -> impl Fn(ByteCursor<'a>) -> Parsed<'a, &'a [u8]> {
    move |input| {
        let (part, rest) = lift(input.split(n, claimed_by))?;
        Ok((rest, part.rest()))
    }
}

/// UTF-16 text up to its terminator, which is taken off.
pub fn sz(input: ByteCursor<'_>) -> Parsed<'_, WStr<'_>> {
    let text = WStr::le(input.rest()).until_nul();
    crate::base::work::tick(text.len());
    let (_, rest) = lift(input.split(text.as_bytes().len() + 2, "terminator"))?;
    Ok((rest, text))
}

/// The padding behind `size` bytes that brings them to a multiple of 4; at the end of the buffer it may be missing.
pub fn pad4<'a>(size: usize) -> impl Fn(ByteCursor<'a>) -> Parsed<'a, ()> {
    move |input| Ok((input.skip(size.wrapping_neg() & 3), ()))
}
