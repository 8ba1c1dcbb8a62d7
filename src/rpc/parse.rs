//! The few nom parsers that all PDUs are made of, with the error type that turns into [`Error`].
//!
//! Inputs are suffixes of the PDU, so that what is left of the input tells the offset. nom's types stay inside
//! [`crate::rpc`].

use super::header::Endian;
use crate::base::error::{Error, ErrorKind, Path};
use crate::base::guid::Guid;
use nom::number::Endianness;

/// Result of a parser.
pub(super) type Res<'a, T> = nom::IResult<&'a [u8], T, Fail>;

/// Why a parser failed; the offset is known once the length of the whole input is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fail {
    /// Bytes that were left where it failed.
    left: usize,
    kind: ErrorKind,
    /// The field.
    name: Option<&'static str>,
}

impl Fail {
    fn new(at: &[u8], kind: ErrorKind) -> nom::Err<Fail> {
        nom::Err::Failure(Fail { left: at.len(), kind, name: None })
    }

    /// A value that leaves no way to go on.
    pub(super) fn value(at: &[u8], value: impl Into<u64>, expected: &'static str) -> nom::Err<Fail> {
        Fail::new(at, ErrorKind::Value { value: value.into(), expected })
    }

    /// A count or length that contradicts another.
    pub(super) fn count(at: &[u8], value: impl Into<u64>, limit: usize, claimed_by: &'static str) -> nom::Err<Fail> {
        Fail::new(at, ErrorKind::Count { value: value.into(), limit: limit as u64, claimed_by })
    }

    fn truncated(at: &[u8], needed: usize, name: &'static str) -> nom::Err<Fail> {
        let kind = ErrorKind::Truncated { needed: needed as u64, available: at.len() as u64, claimed_by: name };
        nom::Err::Failure(Fail { left: at.len(), kind, name: Some(name) })
    }

    /// The error; `end` is the offset of the end of the input that was parsed.
    pub(super) fn into_error(fail: nom::Err<Fail>, end: usize) -> Error {
        match fail {
            nom::Err::Failure(f) | nom::Err::Error(f) => {
                let path = f.name.map_or(Path::new(), Path::of);
                Error { offset: end.saturating_sub(f.left), kind: f.kind, path }
            }
            // Only streaming parsers ask for more; there are none here.
            nom::Err::Incomplete(_) => Error::truncated(end, 1, 0, "PDU"),
        }
    }
}

impl nom::error::ParseError<&[u8]> for Fail {
    fn from_error_kind(input: &[u8], _kind: nom::error::ErrorKind) -> Self {
        Fail {
            left: input.len(),
            kind: ErrorKind::Truncated { needed: 1, available: input.len() as u64, claimed_by: "PDU" },
            name: None,
        }
    }

    fn append(_input: &[u8], _kind: nom::error::ErrorKind, other: Self) -> Self {
        other
    }
}

fn order(endian: Endian) -> Endianness {
    match endian {
        Endian::Little => Endianness::Little,
        Endian::Big => Endianness::Big,
    }
}

/// `count` bytes.
pub(super) fn bytes<'a>(input: &'a [u8], count: usize, name: &'static str) -> Res<'a, &'a [u8]> {
    nom::bytes::complete::take::<_, _, Fail>(count)(input).map_err(|_| Fail::truncated(input, count, name))
}

/// A byte.
pub(super) fn u8_<'a>(input: &'a [u8], name: &'static str) -> Res<'a, u8> {
    nom::number::complete::u8::<_, Fail>(input).map_err(|_| Fail::truncated(input, 1, name))
}

/// Two bytes.
pub(super) fn u16_<'a>(input: &'a [u8], endian: Endian, name: &'static str) -> Res<'a, u16> {
    nom::number::complete::u16::<_, Fail>(order(endian))(input).map_err(|_| Fail::truncated(input, 2, name))
}

/// Four bytes.
pub(super) fn u32_<'a>(input: &'a [u8], endian: Endian, name: &'static str) -> Res<'a, u32> {
    nom::number::complete::u32::<_, Fail>(order(endian))(input).map_err(|_| Fail::truncated(input, 4, name))
}

/// A UUID.
pub(super) fn uuid<'a>(input: &'a [u8], endian: Endian, name: &'static str) -> Res<'a, Guid> {
    let (rest, bytes) = bytes(input, 16, name)?;
    match <[u8; 16]>::try_from(bytes) {
        Ok(bytes) => Ok((rest, Guid::from_wire(bytes, endian))),
        Err(_) => Err(Fail::truncated(input, 16, name)),
    }
}
