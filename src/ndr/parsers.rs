//! The primitives of NDR as nom parsers, to compose with one's own: an input that knows its absolute offset, since
//! alignment counts from the start of the stub.
//!
//! ```
//! use cluscope::ndr::parsers::{conformant_varying_string, u32, Input};
//! use cluscope::ndr::{Endian, Syntax};
//! use nom::Parser;
//!
//! let stub = [2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, b'A', 0, 0, 0, 7, 0, 0, 0];
//! let (rest, (name, number)) =
//!     (conformant_varying_string, u32).parse(Input::new(&stub, Syntax::Ndr, Endian::Little)).unwrap();
//! assert_eq!((name.to_string().as_str(), number, rest.offset()), ("A", 7, 20));
//! ```

use super::cursor::DecodeContext;
use super::types::{Scalar, align_up};
use super::utf16::WStr;
use super::visitor::{ContextHandle, Counts};
use super::{Endian, Syntax, walk};
use crate::base::error::Error;
use nom::IResult;

/// A stub and the place where the next parser goes on.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    cx: DecodeContext<'a>,
    offset: usize,
}

impl<'a> Input<'a> {
    /// At the start of a stub.
    pub fn new(data: &'a [u8], syntax: Syntax, endian: Endian) -> Self {
        Input { cx: DecodeContext::new(data, syntax, endian), offset: 0 }
    }

    /// Bytes from the start of the stub.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What has not been read.
    pub fn rest(&self) -> &'a [u8] {
        self.cx.data.get(self.offset..).unwrap_or(&[])
    }

    fn at(self, offset: usize) -> Self {
        Input { offset, ..self }
    }
}

/// What these parsers return.
pub type Parsed<'a, T> = IResult<Input<'a>, T, Error>;

impl<I> nom::error::ParseError<I> for Error {
    fn from_error_kind(_: I, _: nom::error::ErrorKind) -> Self {
        Error::new(0, crate::base::error::ErrorKind::Mismatch { expected: "what a combinator asked for" })
    }

    fn append(_: I, _: nom::error::ErrorKind, other: Self) -> Self {
        other
    }
}

fn step<'a, T>(
    input: Input<'a>,
    read: impl FnOnce(&DecodeContext<'a>, &mut usize) -> Result<T, Error>,
) -> Parsed<'a, T> {
    let mut offset = input.offset;
    match read(&input.cx, &mut offset) {
        Ok(value) => Ok((input.at(offset), value)),
        Err(error) => Err(nom::Err::Error(error)),
    }
}

/// An integer at its own alignment, sign-extended to 64 bits where its type has a sign.
pub fn scalar<'a>(scalar: Scalar) -> impl Fn(Input<'a>) -> Parsed<'a, u64> {
    move |input| {
        step(input, |cx, offset| {
            let size = scalar.size(cx.syntax);
            let at = align_up(*offset, size);
            let value = cx.scalar(at, scalar)?;
            *offset = at + size;
            Ok(value)
        })
    }
}

/// A 16-bit integer.
pub fn u16(input: Input<'_>) -> Parsed<'_, u16> {
    scalar(Scalar::U16)(input).map(|(rest, value)| (rest, value as u16))
}

/// A 32-bit integer.
pub fn u32(input: Input<'_>) -> Parsed<'_, u32> {
    scalar(Scalar::U32)(input).map(|(rest, value)| (rest, value as u32))
}

/// A 64-bit integer.
pub fn u64(input: Input<'_>) -> Parsed<'_, u64> {
    scalar(Scalar::U64)(input)
}

/// A referent identifier: `false` for null.
pub fn referent(input: Input<'_>) -> Parsed<'_, bool> {
    count(input).map(|(rest, id)| (rest, id != 0))
}

/// A maximum count, offset or actual count: 4 bytes in NDR, 8 in NDR64.
pub fn count(input: Input<'_>) -> Parsed<'_, u64> {
    step(input, |cx, offset| cx.word(offset, "count"))
}

/// A context handle.
pub fn context_handle(input: Input<'_>) -> Parsed<'_, ContextHandle> {
    step(input, |cx, offset| {
        let at = align_up(*offset, 4);
        let handle = walk::handle(cx, at)?;
        *offset = at + 20;
        Ok(handle)
    })
}

/// Maximum count, offset, actual count and so many elements of `size` bytes; the elements come as they lie there.
pub fn conformant_varying<'a>(size: usize) -> impl Fn(Input<'a>) -> Parsed<'a, (&'a [u8], Counts)> {
    move |input| {
        step(input, |cx, offset| {
            let max = cx.word(offset, "maximum count")?;
            cx.word(offset, "offset")?;
            let actual = cx.word(offset, "actual count")?;
            let at = align_up(*offset, size.clamp(1, 8).next_power_of_two());
            let bytes = usize::try_from(actual).ok().and_then(|n| n.checked_mul(size));
            let bytes = cx.take(at, bytes.unwrap_or(usize::MAX), "actual count")?;
            *offset = at + bytes.len();
            Ok((bytes, Counts { max, actual }))
        })
    }
}

/// A maximum count and so many bytes.
pub fn conformant_bytes(input: Input<'_>) -> Parsed<'_, &[u8]> {
    step(input, |cx, offset| {
        let max = cx.word(offset, "maximum count")?;
        let bytes = cx.take(*offset, usize::try_from(max).unwrap_or(usize::MAX), "maximum count")?;
        *offset += bytes.len();
        Ok(bytes)
    })
}

/// A `[string]`: UTF-16 text, its terminator taken off.
pub fn conformant_varying_string(input: Input<'_>) -> Parsed<'_, WStr<'_>> {
    let endian = input.cx.endian;
    conformant_varying(2)(input).map(|(rest, (bytes, _))| (rest, WStr::new(bytes, endian).strip_terminator().0))
}
