//! The little of ASN.1 DER that SPNEGO and Kerberos need: tag, definite length, value, read one level at a time.
//!
//! Nothing here recurses, so nesting in hostile tokens costs nothing; a length is checked against the bytes present
//! before anything is taken. Lengths in longer form than necessary are accepted, as old Kerberos libraries send them.

use alloc::format;
use alloc::string::String;
use nom::bytes::complete::take;
use nom::error::ErrorKind;
use nom::number::complete::u8 as byte;
use nom::{IResult, Parser};

/// Universal tags.
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OID: u8 = 0x06;
pub(crate) const ENUMERATED: u8 = 0x0a;
pub(crate) const SEQUENCE: u8 = 0x30;

/// A tag with its value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tlv<'a> {
    /// Identifier byte. Tag numbers above 30 don't occur in the protocols read here.
    pub(crate) tag: u8,
    /// Contents.
    pub(crate) value: &'a [u8],
    /// Identifier, length and contents.
    pub(crate) whole: &'a [u8],
}

/// Reads one element.
pub(crate) fn tlv(input: &[u8]) -> IResult<&[u8], Tlv<'_>> {
    let bad = |kind| nom::Err::Error(nom::error::Error::new(input, kind));
    let (rest, (tag, first)) = (byte, byte).parse_complete(input)?;
    if tag & 0x1f == 0x1f {
        return Err(bad(ErrorKind::Tag));
    }
    let (rest, length) = match first {
        0..=0x7f => (rest, usize::from(first)),
        0x81..=0x84 => {
            let (rest, bytes) = take(usize::from(first & 0x7f)).parse_complete(rest)?;
            (rest, bytes.iter().fold(0usize, |n, b| (n << 8) | usize::from(*b)))
        }
        _ => return Err(bad(ErrorKind::LengthValue)),
    };
    let (rest, value) = take(length).parse_complete(rest)?;
    let used = input.len() - rest.len();
    Ok((rest, Tlv { tag, value, whole: input.get(..used).unwrap_or_default() }))
}

/// Reads one element that must have the given tag: its contents and what follows.
pub(crate) fn expect(input: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    match tlv(input) {
        Ok((rest, element)) if element.tag == tag => Some((element.value, rest)),
        _ => None,
    }
}

/// The elements of a constructed value, ending at the first that can't be read.
pub(crate) fn elements(mut input: &[u8]) -> impl Iterator<Item = Tlv<'_>> {
    core::iter::from_fn(move || {
        let (rest, element) = tlv(input).ok()?;
        input = rest;
        Some(element)
    })
}

/// The context-specific field `[number]` of a SEQUENCE's contents: what the explicit tag holds.
pub(crate) fn field(sequence: &[u8], number: u8) -> Option<&[u8]> {
    elements(sequence).find(|e| e.tag == 0xa0 | number).map(|e| e.value)
}

/// An INTEGER or ENUMERATED, up to 8 bytes.
pub(crate) fn integer(input: &[u8]) -> Option<i64> {
    let (_, element) = tlv(input).ok()?;
    if !matches!(element.tag, INTEGER | ENUMERATED) || element.value.is_empty() || element.value.len() > 8 {
        return None;
    }
    let negative = element.value.first().is_some_and(|b| b & 0x80 != 0);
    Some(element.value.iter().fold(if negative { -1 } else { 0 }, |n, b| (n << 8) | i64::from(*b)))
}

/// The first 32 bits of a BIT STRING, the first bit the most significant (as Kerberos counts flags).
pub(crate) fn bits(input: &[u8]) -> Option<u32> {
    let (value, _) = expect(input, BIT_STRING)?;
    let bytes = value.get(1..)?;
    Some((0..4).fold(0, |n, i| (n << 8) | bytes.get(i).map_or(0, |b| u32::from(*b))))
}

/// A string of any of the character string types.
pub(crate) fn text(input: &[u8]) -> Option<String> {
    let (_, element) = tlv(input).ok()?;
    matches!(element.tag, 0x0c | 0x13 | 0x16 | 0x18 | 0x1a | 0x1b)
        .then(|| String::from_utf8_lossy(element.value).into_owned())
}

/// An object identifier's contents in dotted form.
pub(crate) fn dotted(value: &[u8]) -> String {
    let mut out = String::new();
    let mut arc: u64 = 0;
    for b in value {
        arc = (arc << 7) | u64::from(b & 0x7f);
        if b & 0x80 == 0 {
            if out.is_empty() {
                let first = (arc / 40).min(2);
                out = format!("{first}.{}", arc - first * 40);
            } else {
                out.push_str(&format!(".{arc}"));
            }
            arc = 0;
        }
    }
    out
}
