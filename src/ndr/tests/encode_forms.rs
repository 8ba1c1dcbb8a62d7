//! The forms in which values may be given to the writer, and the bytes that each makes.

use super::support::*;
use crate::idl::words::*;
use crate::ndr::value::{Contents, Fields};
use crate::ndr::{Direction, Method, Syntax, Value, write};

crate::structure! {
    /// Two members.
    ("1") struct PAIR {
        DWORD n;
        UCHAR b;
    }
}

crate::interface! {
    0 ("1", "1")
    error_status_t Units([in, unique, size_is(n)] wchar_t *b => MultiSz, [in] DWORD n => size(b));

    1 ("1", "1")
    error_status_t Strings([in, string, size_is(n)] LPWSTR b[*], [in] DWORD n => size(b));

    2 ("1", "1")
    error_status_t Fixed([in] FIXED_U16 b);

    3 ("1", "1")
    error_status_t Numbers([in] DWORD a, [in] ULONGLONG b);

    4 ("1", "1")
    error_status_t Pair([in] PAIR s);

    5 ("1", "1")
    error_status_t Wide([in] UCHAR a, [in, size_is(n)] ULONGLONG *b, [in] UCHAR n => size(b));
}

#[track_caller]
fn makes(method: &'static Method, contents: &Contents, vector: &str) {
    for endian in ORDERS {
        let made = write::message(method, Direction::Request, 1, Syntax::Ndr, endian, contents);
        assert_eq!(made.map_err(|e| e.to_string()), Ok(bytes(vector, endian, 0)), "{endian:?}");
    }
}

#[track_caller]
fn refused(method: &'static Method, contents: &Contents, message: &str) {
    for endian in ORDERS {
        let made = write::message(method, Direction::Request, 1, Syntax::Ndr, endian, contents);
        assert_eq!(made.map_err(|e| e.to_string()), Err(message.to_string()), "{endian:?}");
    }
}

/// Bytes for an array of units are little-endian units; half a unit is refused; no element is no unit.
#[test]
fn arrays_of_units() {
    let given = |value: Value| params([("b", value)]);
    let bytes = given(vec![0x41u8, 0, 0x42, 0].into());
    makes(&Units::METHOD, &bytes, "00020000 00000002 0041 0042 00000002");
    refused(&Units::METHOD, &given(vec![0x41u8, 0, 0x42].into()), "b: bytes where an array is needed");
    makes(&Units::METHOD, &given(Value::Units(vec![0x41, 0])), "00020000 00000002 0041 0000 00000002");
    makes(&Units::METHOD, &given(list::<Value>([])), "00020000 00000000 00000000");
    makes(&Units::METHOD, &given(list([1u16, 2])), "00020000 00000002 0001 0002 00000002");
    let strings = list([Value::Units(vec![0xd800]), "b".into()]);
    makes(&Units::METHOD, &given(strings), "00020000 00000005 d800 0000 0062 0000 0000 .. 00000005");
}

/// A list of strings behind pointers counts its strings.
#[test]
fn arrays_of_strings() {
    let strings = params([("b", list(["a", "bc"]))]);
    makes(
        &Strings::METHOD,
        &strings,
        "00000002 00020000 00020004
         00000002 00000000 00000002 0061 0000
         00000003 00000000 00000003 0062 0063 0000 ..
         00000002",
    );
}

/// Text for a fixed number of units may be as long, is filled with null units where it is shorter, and no longer.
#[test]
fn fixed_text() {
    makes(&Fixed::METHOD, &params([("b", "abc".into())]), "0061 0062 0063");
    makes(&Fixed::METHOD, &params([("b", "a".into())]), "0061 0000 0000");
    refused(&Fixed::METHOD, &params([("b", "abcd".into())]), "b: longer than 3 units");
    refused(&Fixed::METHOD, &params([("b", Value::Units(vec![1, 2]))]), "b: not 3 elements");
}

/// An address is text for 32 bits alone.
#[test]
fn addresses() {
    let contents = |a: Value, b: Value| params([("a", a), ("b", b)]);
    makes(&Numbers::METHOD, &contents("10.1.2.3".into(), 5u64.into()), "0302010a .... 0000000000000005");
    let message = "b: \"10.1.2.3\" is no number";
    refused(&Numbers::METHOD, &contents(1u32.into(), "10.1.2.3".into()), message);
    refused(&Numbers::METHOD, &contents("x".into(), 5u64.into()), "a: \"x\" is no number");
}

/// A member that the structure does not have is told by name.
#[test]
fn unknown_members() {
    let pair = |name: &'static str| params([("s", map([("n", 1u32.into()), ("b", 2u8.into()), (name, 3u8.into())]))]);
    refused(&Pair::METHOD, &pair("c"), "s.c: PAIR has no such member");
    let two = params([("s", map([("n", 1u32.into()), ("b", 2u8.into())]))]);
    makes(&Pair::METHOD, &two, "00000001 02");
}

/// C706 14.3.3: the gap before elements belongs to the elements; where there is none, there is no gap.
#[test]
fn no_elements_no_gap() {
    let none = params([("a", 1u8.into()), ("b", list::<u64>([])), ("n", 0u8.into())]);
    request(&Wide::METHOD, &none, "01 ... 00000000 00", "01 ....... 0000000000000000 00");
    let one = params([("a", 1u8.into()), ("b", list([2u64])), ("n", 1u8.into())]);
    request(
        &Wide::METHOD,
        &one,
        "01 ... 00000001 0000000000000002 01",
        "01 ....... 0000000000000001 0000000000000002 01",
    );
}

/// Setting replaces what has the name and leaves the others.
#[test]
fn setting_fields() {
    let mut fields = Fields::default();
    fields.set("a", 1u32);
    fields.set("b", 2u32);
    fields.set("a", 3u32);
    assert_eq!(Value::Map(fields), map([("a", 3u32.into()), ("b", 2u32.into())]));
    assert_eq!(Value::alias(7).as_alias(), Some(7));
    assert_eq!(map([("other", 7u32.into())]).as_alias(), None);
    assert_eq!(map([("alias", 7u32.into()), ("b", 1u32.into())]).as_alias(), None);
}
