//! The nom parsers: the engine's primitives, composed by hand.

use super::support::*;
use crate::base::error::{Error, ErrorKind};
use crate::ndr::parsers::{
    Input, Parsed, conformant_bytes, conformant_varying, conformant_varying_string, context_handle, count, referent,
    scalar, u16, u32, u64,
};
use crate::ndr::types::Scalar;
use crate::ndr::visitor::{Counts, Guid};
use crate::ndr::{Endian, Syntax, WStr};
use Syntax::{Ndr, Ndr64};
use nom::Parser;

/// Runs a parser over a vector in both byte orders; it must read to the end.
#[track_caller]
fn reads<F>(syntax: Syntax, vector: &str, check: F)
where
    F: for<'a> Fn(Input<'a>) -> Parsed<'a, ()>,
{
    for endian in ORDERS {
        let stub = bytes(vector, endian, 0xa5);
        let (rest, ()) = check(Input::new(&stub, syntax, endian)).unwrap();
        assert_eq!((rest.offset(), rest.rest()), (stub.len(), &[][..]), "{endian:?}");
    }
}

/// Alignment counts from the start of the stub, wherever a parser begins.
#[test]
fn scalars() {
    for syntax in [Ndr, Ndr64] {
        reads(syntax, "01 . 0203 04 ... 05060708 09 ... 0a0b0c0d0e0f1011", |input| {
            let u8 = scalar(Scalar::U8);
            let (rest, numbers) = (&u8, u16, &u8, u32, &u8, u64).parse(input)?;
            assert_eq!(numbers, (1, 0x0203, 4, 0x0506_0708, 9, 0x0a0b_0c0d_0e0f_1011));
            Ok((rest, ()))
        });
    }
    reads(Ndr, "01 . fffe 02 ... fffffffd", |input| {
        let (rest, numbers) =
            (scalar(Scalar::U8), scalar(Scalar::Enum16), scalar(Scalar::U8), scalar(Scalar::I32)).parse(input)?;
        assert_eq!(numbers, (1, 0xfffe, 2, -3i64 as u64));
        Ok((rest, ()))
    });
    reads(Ndr64, "01 ... 0000fffe 02 ....... 0000000000000003", |input| {
        let (rest, numbers) =
            (scalar(Scalar::U8), scalar(Scalar::Enum16), scalar(Scalar::U8), scalar(Scalar::UintPtr)).parse(input)?;
        assert_eq!(numbers, (1, 0xfffe, 2, 3));
        Ok((rest, ()))
    });
}

/// Counts and referent identifiers are as wide as the syntax makes them.
#[test]
fn counts_and_referents() {
    reads(Ndr, "01 ... 00000000 00020000 00000005", |input| {
        let (rest, found) = (scalar(Scalar::U8), referent, referent, count).parse(input)?;
        assert_eq!(found, (1, false, true, 5));
        Ok((rest, ()))
    });
    reads(Ndr64, "01 ....... 0000000000000000 0000000000020000 0000000000000005", |input| {
        let (rest, found) = (scalar(Scalar::U8), referent, referent, count).parse(input)?;
        assert_eq!(found, (1, false, true, 5));
        Ok((rest, ()))
    });
}

#[test]
fn handles() {
    reads(Ndr, "01 ... 00000007 01234567 89ab cdef 01 23 45 67 89 ab cd ef", |input| {
        let (rest, (_, handle)) = (scalar(Scalar::U8), context_handle).parse(input)?;
        let uuid = Guid::parse("{01234567-89AB-cdef-0123-456789abcdef}").unwrap();
        assert_eq!((handle.attributes, handle.uuid), (7, uuid));
        Ok((rest, ()))
    });
}

#[test]
fn arrays_and_strings() {
    reads(Ndr, "00000003 01 02 03 . 00000004 00000000 00000002 0041 0000", |input| {
        let (rest, (bytes, text)) = (conformant_bytes, conformant_varying_string).parse(input)?;
        assert_eq!((bytes, text.to_string().as_str()), (&[1, 2, 3][..], "A"));
        Ok((rest, ()))
    });
    reads(Ndr64, "0000000000000004 0000000000000000 0000000000000002 0000000000000005 0000000000000006", |input| {
        let (rest, (bytes, counts)) = conformant_varying(8)(input)?;
        assert_eq!((bytes.len(), counts), (16, Counts { max: 4, actual: 2 }));
        Ok((rest, ()))
    });
    // Elements of 8 bytes behind counts of 4.
    reads(Ndr, "00000001 00000000 00000001 .... 0000000000000005", |input| {
        let (rest, (bytes, _)) = conformant_varying(8)(input)?;
        assert_eq!(bytes.len(), 8);
        Ok((rest, ()))
    });
}

/// A list of objects (2.2.3.5) from primitives: what an embedder can do without a declaration.
#[test]
fn an_enumeration_of_objects() {
    let vector = "00020000 00000002 00000002  00000001 00020004 00000004 00020008
                  00000002 00000000 00000002 0061 0000  00000002 00000000 00000002 0062 0000  00000000";
    reads(Ndr, vector, |input| {
        let (rest, (present, max, n)) = (referent, count, u32).parse(input)?;
        assert_eq!((present, max, n), (true, 2, 2));
        let (rest, heads) = nom::multi::count((u32, referent), max as usize).parse(rest)?;
        let (rest, names) = nom::multi::count(conformant_varying_string, 2).parse(rest)?;
        assert_eq!(heads, [(1, true), (4, true)]);
        assert_eq!(names.iter().map(WStr::to_string).collect::<Vec<_>>(), ["a", "b"]);
        let (rest, status) = u32(rest)?;
        assert_eq!(status, 0);
        Ok((rest, ()))
    });
}

/// Errors are the engine's: offset from the start of the stub and who claimed the bytes.
#[test]
fn errors() {
    let error = |result: Parsed<'_, ()>| match result {
        Err(nom::Err::Error(Error { offset, kind, .. })) => (offset, kind),
        other => panic!("{other:?}"),
    };
    let unit = |input| (u32, u64).parse(input).map(|(rest, _)| (rest, ()));
    let stub = [0; 12];
    assert_eq!(error(unit(Input::new(&stub, Ndr, Endian::Big))), (8, short(8, 4, "u64")));
    let huge = bytes("00000000 ffffffff 01", Endian::Little, 0);
    let unit = |input| (u32, conformant_bytes).parse(input).map(|(rest, _)| (rest, ()));
    assert_eq!(error(unit(Input::new(&huge, Ndr, Endian::Little))), (8, short(0xffff_ffff, 1, "maximum count")));
    let huge = bytes("0000000000000000 0000000000000000 ffffffffffffffff", Endian::Little, 0);
    let unit = |input| conformant_varying(8)(input).map(|(rest, _)| (rest, ()));
    assert!(matches!(error(unit(Input::new(&huge, Ndr64, Endian::Little))), (24, ErrorKind::Truncated { .. })));
}

/// Alternatives and repetitions of nom work on these inputs.
#[test]
fn combinators() {
    let stub = bytes("00000001 00000002 00000003", Endian::Little, 0);
    let input = Input::new(&stub, Ndr, Endian::Little);
    let handle = |input| context_handle(input).map(|(rest, _)| (rest, 0));
    let (rest, first) = nom::branch::alt((handle, u32)).parse(input).unwrap();
    assert_eq!((first, rest.offset()), (1, 4));
    let none = nom::branch::alt((handle, |i| u64(i).map(|(r, v)| (r, v as u32)))).parse(Input::new(
        &stub[..6],
        Ndr,
        Endian::Big,
    ));
    assert!(none.is_err());
}
