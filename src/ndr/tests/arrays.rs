//! C706 14.3.3: fixed, varying, conformant and conformant varying arrays.

use super::support::*;
use crate::idl::words::*;
use crate::ndr::{Direction, Syntax, Value};

crate::structure! {
    /// 5 bytes at an alignment of 4.
    ("1") struct FIVE {
        DWORD n;
        UCHAR b;
    }

    /// Two names.
    ("1") struct NAMES {
        [string] LPWSTR first;
        [string] LPWSTR second;
    }
}

#[allow(non_camel_case_types, dead_code)]
pub enum FIXED_FIVE {}
impl crate::ndr::wire::Idl for FIXED_FIVE {
    type Zero = crate::ndr::wire::Fixed<FIVE, 2>;
    type One = crate::ndr::wire::Fixed<FIVE, 2>;
    const SEMANTICS: crate::ndr::types::Semantics = crate::ndr::types::Semantics::Number;
}

crate::interface! {
    0 ("1", "1")
    error_status_t FixedArrays([in] UCHAR a, [in] FIXED_U16 b, [in] FIXED_U32 c, [in] UCHAR z);

    1 ("1", "1")
    error_status_t FixedStructures([in] UCHAR a, [in] FIXED_FIVE b, [in] UCHAR z);

    2 ("1", "1")
    error_status_t VaryingArrays([in] UCHAR a, [in] VARYING_U32 b, [in] VARYING_U64 c, [in] UCHAR z);

    3 ("1", "1")
    error_status_t Bytes([in] UCHAR a, [in, size_is(n)] UCHAR *b, [in] DWORD n => size(b));

    4 ("1", "1")
    error_status_t Words([in, size_is(n)] DWORD *b, [in] DWORD n => size(b));

    5 ("1", "1")
    error_status_t OptionalUnits([in, unique, size_is(n)] wchar_t *b => MultiSz, [in] DWORD n => size(b));

    6 ("1", "1")
    error_status_t Buffer([out, size_is(room), length_is(*used)] UCHAR *b, [in] DWORD room => capacity(b),
        [out] DWORD *used => size(b));

    7 ("1", "1")
    error_status_t Strings([in, string, size_is(n)] LPWSTR b[*], [in] DWORD n => size(b));

    8 ("1", "1")
    error_status_t Structures([in, size_is(n)] NAMES *b, [in] DWORD n => size(b));

    9 ("1", "1")
    error_status_t ByteCursor([in, size_is(n)] FIVE *b, [in] UCHAR n => size(b));

    10 ("1", "1")
    error_status_t Enumerations([in, size_is(n)] ENUM *b, [in] UCHAR n => size(b));

    11 ("1", "1")
    error_status_t OutPointer([out, size_is(, *n)] UCHAR **b, [out] DWORD *n => size(b));
}

/// C706 14.3.3.1: the elements and nothing else, aligned as one of them.
#[test]
fn fixed_arrays() {
    let expected =
        params([("a", 1u8.into()), ("b", Value::Units(vec![2, 3, 4])), ("c", list([5u32, 6])), ("z", 7u8.into())]);
    let vector = "01 . 0002 0003 0004  00000005 00000006  07";
    request(&FixedArrays::METHOD, &expected, vector, vector);
}

/// Elements that are structures are each aligned; in NDR the last one ends without a gap (C706 14.3.7.1), in NDR64 all
/// of them have it (MS-RPCE 2.2.5.3.4).
#[test]
fn fixed_arrays_of_structures() {
    let five = |n: u32| map([("n", n.into()), ("b", (n as u8).into())]);
    let expected = params([("a", 1u8.into()), ("b", list([five(2), five(3)])), ("z", 4u8.into())]);
    request(
        &FixedStructures::METHOD,
        &expected,
        "01 ...  00000002 02 ... 00000003 03  04",
        "01 ...  00000002 02 ... 00000003 03 ...  04",
    );
}

/// C706 14.3.3.3: offset and actual count, then so many elements.
#[test]
fn varying_arrays() {
    let expected = params([("a", 1u8.into()), ("b", list([2u32])), ("c", list([3u64, 4])), ("z", 5u8.into())]);
    request(
        &VaryingArrays::METHOD,
        &expected,
        "01 ...  00000000 00000001 00000002
         00000000 00000002 0000000000000003 0000000000000004  05",
        "01 .......  0000000000000000 0000000000000001 00000002 ....
         0000000000000000 0000000000000002 0000000000000003 0000000000000004  05",
    );
    // More than were declared.
    let expected =
        params([("a", 1u8.into()), ("b", list([1u32, 2, 3, 4, 5])), ("c", list::<u64>([])), ("z", 5u8.into())]);
    let vector = "01 ...  00000000 00000005 00000001 00000002 00000003 00000004 00000005  00000000 00000000  05";
    let rules = [("actual-exceeds-maximum", 4)];
    breaks(&VaryingArrays::METHOD, Direction::Request, Syntax::Ndr, vector, &expected, &rules);
}

/// C706 14.3.3.2: the maximum count, then the elements.
#[test]
fn conformant_arrays() {
    request(
        &Bytes::METHOD,
        &params([("a", 1u8.into()), ("b", vec![2u8, 3, 4].into()), ("n", 3u32.into())]),
        "01 ...  00000003 02 03 04 .  00000003",
        "01 .......  0000000000000003 02 03 04 .  00000003",
    );
    request(
        &Words::METHOD,
        &params([("b", list([2u32, 3])), ("n", 2u32.into())]),
        "00000002 00000002 00000003  00000002",
        "0000000000000002 00000002 00000003  00000002",
    );
    // Without an element.
    request(
        &Words::METHOD,
        &params([("b", list::<u32>([])), ("n", 0u32.into())]),
        "00000000  00000000",
        "0000000000000000  00000000",
    );
}

/// [unique, size_is]: a referent identifier first. Units are in the byte order of the stub.
#[test]
fn optional_conformant_arrays() {
    request(
        &OptionalUnits::METHOD,
        &params([("b", Value::Units(vec![0x4e, 0, 0])), ("n", 3u32.into())]),
        "00020000 00000003 004e 0000 0000 ..  00000003",
        "0000000000020000 0000000000000003 004e 0000 0000 ..  00000003",
    );
    request(
        &OptionalUnits::METHOD,
        &params([("b", Value::Null), ("n", 0u32.into())]),
        "00000000 00000000",
        "0000000000000000 00000000",
    );
}

/// C706 14.3.3.4: maximum count, offset, actual count, then as many elements as the actual count says. `used` stands
/// in the same stub and is compared; `room` was in the request.
#[test]
fn conformant_varying_arrays() {
    let mut expected = params([("b", vec![0xaau8, 0xbb].into()), ("used", 2u32.into()), ("return", 0u32.into())]);
    expected.max_counts.push(("b".into(), 1024));
    both_ways(
        &Buffer::METHOD,
        Direction::Response,
        &expected,
        "00000400 00000000 00000002 aa bb ..  00000002 00000000",
        "0000000000000400 0000000000000000 0000000000000002 aa bb ..  00000002 00000000",
    );
    // Room for 1024 and nothing in it: ERROR_MORE_DATA.
    let mut expected = params([("b", Vec::<u8>::new().into()), ("used", 0u32.into()), ("return", 234u32.into())]);
    expected.max_counts.push(("b".into(), 1024));
    both_ways(
        &Buffer::METHOD,
        Direction::Response,
        &expected,
        "00000400 00000000 00000000  00000000 000000ea",
        "0000000000000400 0000000000000000 0000000000000000  00000000 000000ea",
    );
}

/// The counts on the wire decide; the fields that `size_is` and `length_is` name are compared with them.
#[test]
fn counts_that_disagree() {
    let expected = params([("a", 1u8.into()), ("b", vec![2u8, 3, 4].into()), ("n", 5u32.into())]);
    let vector = "01 ... 00000003 02 03 04 . 00000005";
    breaks(&Bytes::METHOD, Direction::Request, Syntax::Ndr, vector, &expected, &[("count-mismatch", 8)]);

    let expected = params([("b", vec![2u8].into()), ("used", 2u32.into()), ("return", 0u32.into())]);
    let vector = "0000000000000001 0000000000000000 0000000000000001 02 ... 00000002 00000000";
    breaks(&Buffer::METHOD, Direction::Response, Syntax::Ndr64, vector, &expected, &[("length-mismatch", 24)]);

    // Behind a pointer.
    let expected = params([("b", Value::Units(vec![1])), ("n", 2u32.into())]);
    let vector = "00020000 00000001 0001 .. 00000002";
    breaks(&OptionalUnits::METHOD, Direction::Request, Syntax::Ndr, vector, &expected, &[("count-mismatch", 8)]);
    // A null pointer has no count to compare with.
    let expected = params([("b", Value::Null), ("n", 2u32.into())]);
    breaks(&OptionalUnits::METHOD, Direction::Request, Syntax::Ndr, "00000000 00000002", &expected, &[]);
}

/// An array of pointers: all of them, then what they lead to.
#[test]
fn arrays_of_strings() {
    request(
        &Strings::METHOD,
        &params([("b", list([Value::from("x"), Value::Null, "yz".into()])), ("n", 3u32.into())]),
        "00000003  00020000 00000000 00020004
         00000002 00000000 00000002 0078 0000
         00000003 00000000 00000003 0079 007a 0000 ..
         00000003",
        "0000000000000003  0000000000020000 0000000000000000 0000000000020004
         0000000000000002 0000000000000000 0000000000000002 0078 0000 ....
         0000000000000003 0000000000000000 0000000000000003 0079 007a 0000 ..
         00000003",
    );
}

/// An array of structures with pointers: all elements first, then the referents, element by element, member by member.
#[test]
fn referents_follow_the_whole_array() {
    let names = |a: Value, b: Value| map([("first", a), ("second", b)]);
    request(
        &Structures::METHOD,
        &params([("b", list([names("a".into(), "b".into()), names(Value::Null, "c".into())])), ("n", 2u32.into())]),
        "00000002
         00020000 00020004
         00000000 00020008
         00000002 00000000 00000002 0061 0000
         00000002 00000000 00000002 0062 0000
         00000002 00000000 00000002 0063 0000
         00000002",
        "0000000000000002
         0000000000020000 0000000000020004
         0000000000000000 0000000000020008
         0000000000000002 0000000000000000 0000000000000002 0061 0000 ....
         0000000000000002 0000000000000000 0000000000000002 0062 0000 ....
         0000000000000002 0000000000000000 0000000000000002 0063 0000
         00000002",
    );
}

/// The last element of an array has no gap behind it in NDR: the next byte belongs to the next parameter.
#[test]
fn gaps_between_elements() {
    let five = |n: u32| map([("n", n.into()), ("b", (n as u8).into())]);
    request(
        &ByteCursor::METHOD,
        &params([("b", list([five(1), five(2)])), ("n", 2u8.into())]),
        "00000002  00000001 01 ... 00000002 02  02",
        "0000000000000002  00000001 01 ... 00000002 02 ...  02",
    );
}

/// Elements of an enumeration are as wide as the syntax makes them.
#[test]
fn arrays_of_enumerations() {
    request(
        &Enumerations::METHOD,
        &params([("b", list([1u16, 2])), ("n", 2u8.into())]),
        "00000002 0001 0002 02",
        "0000000000000002 00000001 00000002 02",
    );
}

/// [out, size_is(, *n)]: errata E-03, one pointer to one array.
#[test]
fn returned_arrays() {
    both_ways(
        &OutPointer::METHOD,
        Direction::Response,
        &params([("b", vec![1u8, 2, 3].into()), ("n", 3u32.into()), ("return", 0u32.into())]),
        "00020000 00000003 01 02 03 .  00000003 00000000",
        "0000000000020000 0000000000000003 01 02 03 .  00000003 00000000",
    );
}

/// Views of arrays iterate over views of their elements.
#[test]
fn the_views() {
    use crate::ndr::wire::{Kind, Message};
    let names = |a: Value, b: Value| map([("first", a), ("second", b)]);
    let contents = params([
        ("b", list([names("a".into(), "b".into()), names(Value::Null, "c".into()), names("d".into(), Value::Null)])),
        ("n", 3u32.into()),
    ]);
    for syntax in [Syntax::Ndr, Syntax::Ndr64] {
        for endian in ORDERS {
            let stub =
                crate::ndr::write::message(&Structures::METHOD, Direction::Request, 0, syntax, endian, &contents)
                    .unwrap();
            let kind = Kind { interface: &TEST, version: 0, direction: Direction::Request, syntax, endian };
            let view = Structures::Request::of(Message::decode(&Structures::METHOD, kind, &stub).unwrap()).unwrap();
            let text = |t: Option<crate::ndr::WStr<'_>>| t.map(|t| t.to_string());
            let found: Vec<_> = view.b().map(|e| (text(e.first()), text(e.second()))).collect();
            let some = |s: &str| Some(s.to_string());
            assert_eq!(found, [(some("a"), some("b")), (None, some("c")), (some("d"), None)]);
            assert_eq!((view.b().len(), view.n()), (3, 3));
        }
    }
}
