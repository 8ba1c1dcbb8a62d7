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

use crate::base::Guid;
use crate::base::error::Error;
use crate::ndr::WStr;
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

    /// Octets from the start of the whole buffer.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// What has not been read.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// How many octets have not been read.
    pub fn len(&self) -> usize {
        self.rest.len()
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Takes `n` octets off as a part of their own, and gives what is behind them.
    ///
    /// # Errors
    /// Fewer than `n` octets are left, which `claimed_by` says are there.
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

    /// Behind `n` octets more, or at the end.
    #[must_use]
    #[inline]
    pub fn skip(self, n: usize) -> Self {
        let n = n.min(self.rest.len());
        ByteCursor { rest: self.rest.get(n..).unwrap_or(&[]), at: self.at + n }
    }

    /// The octets between two places of the same buffer.
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

/// An unsigned integer of 1, 2, 4 or 8 octets.
pub fn uint<'a>(size: usize, claimed_by: &'static str) -> impl Fn(ByteCursor<'a>) -> Parsed<'a, u64> {
    move |input| {
        let (part, rest) = lift(input.split(size, claimed_by))?;
        let value = match *part.rest() {
            [one] => u64::from(one),
            [a, b] => u64::from(u16::from_le_bytes([a, b])),
            [a, b, c, d] => u64::from(u32::from_le_bytes([a, b, c, d])),
            // The last octet is the highest.
            ref octets => octets.iter().rev().fold(0, |value, octet| value << 8 | u64::from(*octet)),
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
    Ok((rest, part.rest().first_chunk().map_or(0, |octets| u32::from_le_bytes(*octets))))
}

/// A `ULONGLONG`.
pub fn u64(input: ByteCursor<'_>) -> Parsed<'_, u64> {
    uint(8, "ULONGLONG")(input)
}

/// A `GUID`.
pub fn guid(input: ByteCursor<'_>) -> Parsed<'_, Guid> {
    let (part, rest) = lift(input.split(16, "GUID"))?;
    let mut octets = [0; 16];
    for (slot, octet) in octets.iter_mut().zip(part.rest()) {
        *slot = *octet;
    }
    Ok((rest, Guid(octets)))
}

/// So many octets.
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

/// The padding behind `size` octets that brings them to a multiple of 4; at the end of the buffer it may be missing.
pub fn pad4<'a>(size: usize) -> impl Fn(ByteCursor<'a>) -> Parsed<'a, ()> {
    move |input| Ok((input.skip(size.wrapping_neg() & 3), ()))
}
