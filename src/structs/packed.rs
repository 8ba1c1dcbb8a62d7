//! The primitives of custom-marshalled buffers as nom parsers: packed, little-endian, with no alignment of their own.
//!
//! ```
//! use cluscope::structs::packed::{Packed, sz, u32};
//! use nom::Parser;
//!
//! let buffer = [1, 0, 0, 0, b'A', 0, 0, 0];
//! let (rest, (version, name)) = (u32, sz).parse(Packed::new(&buffer)).unwrap();
//! assert_eq!((version, name.to_string().as_str(), rest.len()), (1, "A", 0));
//! ```
//!
//! Next: [`super::reader`] for the plain records, [`super::property_list`] and [`super::batch`] for what is not plain.

use crate::error::Error;
use crate::ndr::WStr;
use crate::ndr::sink::Guid;
use nom::IResult;

/// A buffer, or a part of one, and the place where the next parser goes on. Offsets are those in the whole buffer.
#[derive(Clone, Copy, Debug)]
pub struct Packed<'a> {
    data: &'a [u8],
    at: usize,
}

/// What these parsers return.
pub type Parsed<'a, T> = IResult<Packed<'a>, T, Error>;

impl<'a> Packed<'a> {
    /// At the start of a buffer.
    pub fn new(data: &'a [u8]) -> Self {
        Packed { data, at: 0 }
    }

    /// Octets from the start of the whole buffer.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// What has not been read.
    pub fn rest(&self) -> &'a [u8] {
        self.data.get(self.at..).unwrap_or(&[])
    }

    /// How many octets have not been read.
    pub fn len(&self) -> usize {
        self.data.len().saturating_sub(self.at)
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes `n` octets off as a part of their own, and gives what is behind them.
    ///
    /// # Errors
    /// Fewer than `n` octets are left, which `claimed_by` says are there.
    pub fn split(self, n: usize, claimed_by: &'static str) -> Result<(Packed<'a>, Packed<'a>), Error> {
        crate::work::tick(1);
        match self.at.checked_add(n).and_then(|end| Some((end, self.data.get(..end)?))) {
            Some((end, data)) => Ok((Packed { data, at: self.at }, Packed { data: self.data, at: end })),
            None => Err(Error::truncated(self.at, n as u64, self.len() as u64, claimed_by)),
        }
    }

    /// The same for a length that was read from the buffer.
    ///
    /// # Errors
    /// As for [`Packed::split`].
    pub fn split_claimed(self, n: u64, claimed_by: &'static str) -> Result<(Packed<'a>, Packed<'a>), Error> {
        match usize::try_from(n) {
            Ok(n) => self.split(n, claimed_by),
            Err(_) => Err(Error::truncated(self.at, n, self.len() as u64, claimed_by)),
        }
    }

    /// Behind `n` octets more, or at the end.
    #[must_use]
    pub fn skip(self, n: usize) -> Self {
        Packed { data: self.data, at: self.at.saturating_add(n).min(self.data.len()) }
    }

    /// The octets between two places of the same buffer.
    pub fn until(&self, later: &Packed<'a>) -> &'a [u8] {
        self.data.get(self.at..later.at).unwrap_or(&[])
    }
}

/// Lifts a plain result into nom's.
pub(crate) fn lift<T>(result: Result<T, Error>) -> Result<T, nom::Err<Error>> {
    result.map_err(nom::Err::Error)
}

/// Lowers nom's result into a plain one.
pub(crate) fn lower<'a, T>(parsed: Parsed<'a, T>) -> Result<(Packed<'a>, T), Error> {
    parsed.map_err(|e| match e {
        nom::Err::Error(e) | nom::Err::Failure(e) => e,
        // Complete parsers never ask for more.
        nom::Err::Incomplete(_) => Error::truncated(0, 1, 0, "a parser"),
    })
}

/// An unsigned integer of 1, 2, 4 or 8 octets.
pub fn uint<'a>(size: usize, claimed_by: &'static str) -> impl Fn(Packed<'a>) -> Parsed<'a, u64> {
    move |input| {
        let (part, rest) = lift(input.split(size, claimed_by))?;
        // Little-endian: the last octet is the highest.
        let value = part.rest().iter().rev().fold(0u64, |value, octet| value << 8 | u64::from(*octet));
        Ok((rest, value))
    }
}

/// A `BYTE`.
pub fn u8(input: Packed<'_>) -> Parsed<'_, u8> {
    uint(1, "BYTE")(input).map(|(rest, value)| (rest, value as u8))
}

/// A `WORD`.
pub fn u16(input: Packed<'_>) -> Parsed<'_, u16> {
    uint(2, "WORD")(input).map(|(rest, value)| (rest, value as u16))
}

/// A `DWORD`.
#[inline]
pub fn u32(input: Packed<'_>) -> Parsed<'_, u32> {
    let (part, rest) = lift(input.split(4, "DWORD"))?;
    Ok((rest, part.rest().first_chunk().map_or(0, |octets| u32::from_le_bytes(*octets))))
}

/// A `ULONGLONG`.
pub fn u64(input: Packed<'_>) -> Parsed<'_, u64> {
    uint(8, "ULONGLONG")(input)
}

/// A `GUID`.
pub fn guid(input: Packed<'_>) -> Parsed<'_, Guid> {
    let (part, rest) = lift(input.split(16, "GUID"))?;
    let mut octets = [0; 16];
    for (slot, octet) in octets.iter_mut().zip(part.rest()) {
        *slot = *octet;
    }
    Ok((rest, Guid(octets)))
}

/// So many octets.
pub fn take<'a>(n: usize, claimed_by: &'static str) -> impl Fn(Packed<'a>) -> Parsed<'a, &'a [u8]> {
    move |input| {
        let (part, rest) = lift(input.split(n, claimed_by))?;
        Ok((rest, part.rest()))
    }
}

/// UTF-16 text up to its terminator, which is taken off.
pub fn sz(input: Packed<'_>) -> Parsed<'_, WStr<'_>> {
    let text = WStr::le(input.rest()).until_nul();
    crate::work::tick(text.len());
    let (_, rest) = lift(input.split(text.as_bytes().len() + 2, "terminator"))?;
    Ok((rest, text))
}

/// The padding behind `size` octets that brings them to a multiple of 4; at the end of the buffer it may be missing.
pub fn pad4<'a>(size: usize) -> impl Fn(Packed<'a>) -> Parsed<'a, ()> {
    move |input| Ok((input.skip(size.wrapping_neg() & 3), ()))
}
