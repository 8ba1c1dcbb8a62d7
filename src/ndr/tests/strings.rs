//! C706 14.3.4: a string is a conformant varying array of code units whose counts include a terminator.

use super::support::*;
use crate::idl::words::*;
use crate::ndr::value::Contents;
use crate::ndr::{Direction, Endian, Syntax, Value, Version, write};

crate::interface! {
    0 ("1", "1")
    error_status_t Name([in] UCHAR a, [in, string] LPCWSTR b, [in] UCHAR c);

    1 ("1", "1")
    error_status_t Names([in, string] LPCWSTR a, [in, string] LPCWSTR b, [in] DWORD c);

    // E-05: a method of the specification whose LPCWSTR lacks the attribute.
    2 ("1", "1")
    error_status_t Bare([in] LPCWSTR a, [in] UCHAR b);
}

fn name(text: impl Into<Value>) -> Contents {
    params([("a", 1u8.into()), ("b", text.into()), ("c", 2u8.into())])
}

/// A top-level reference pointer leaves no trace; maximum count, offset and actual count of 4 bytes in NDR and 8 in
/// NDR64; then the units without a gap, and what comes next at its own alignment.
#[test]
fn a_reference_to_a_string_stands_in_place() {
    request(
        &Name::METHOD,
        &name("Ab"),
        "01 ... 00000003 00000000 00000003 0041 0062 0000  02",
        "01 ....... 0000000000000003 0000000000000000 0000000000000003 0041 0062 0000  02",
    );
}

/// The second string's counts are aligned again, behind an odd number of units.
#[test]
fn strings_one_after_the_other() {
    request(
        &Names::METHOD,
        &params([("a", "x".into()), ("b", "yz".into()), ("c", 7u32.into())]),
        "00000002 00000000 00000002 0078 0000
         00000003 00000000 00000003 0079 007a 0000 ..
         00000007",
        "0000000000000002 0000000000000000 0000000000000002 0078 0000 ....
         0000000000000003 0000000000000000 0000000000000003 0079 007a 0000 ..
         00000007",
    );
}

/// Errata E-05: an LPCWSTR without [string] is a string all the same.
#[test]
fn strings_without_the_attribute() {
    request(
        &Bare::METHOD,
        &params([("a", "r".into()), ("b", 1u8.into())]),
        "00000002 00000000 00000002 0072 0000 01",
        "0000000000000002 0000000000000000 0000000000000002 0072 0000 01",
    );
}

/// The empty string is a terminator.
#[test]
fn an_empty_string() {
    request(
        &Name::METHOD,
        &name(""),
        "01 ... 00000001 00000000 00000001 0000 02",
        "01 ....... 0000000000000001 0000000000000000 0000000000000001 0000 02",
    );
}

/// Characters outside the BMP take two units; an unpaired surrogate is kept as it stands.
#[test]
fn surrogates() {
    request(
        &Name::METHOD,
        &name("\u{1f4be}"),
        "01 ... 00000003 00000000 00000003 d83d dcbe 0000 02",
        "01 ....... 0000000000000003 0000000000000000 0000000000000003 d83d dcbe 0000 02",
    );
    let ill = name(Value::Units(vec![0xd800, 0x41]));
    for (syntax, at, vector) in [
        (Syntax::Ndr, 16, "01 ... 00000003 00000000 00000003 d800 0041 0000 02"),
        (Syntax::Ndr64, 32, "01 ....... 0000000000000003 0000000000000000 0000000000000003 d800 0041 0000 02"),
    ] {
        breaks(&Name::METHOD, Direction::Request, syntax, vector, &ill, &[("ill-formed-utf16", at)]);
        for endian in [Endian::Little, Endian::Big] {
            let stub = bytes(vector, endian, 0);
            let encoded = write::message(&Name::METHOD, Direction::Request, 1, syntax, endian, &ill);
            assert_eq!(encoded, Ok(stub), "{syntax:?} {endian:?}");
        }
    }
}

/// A terminator inside the string is a character like any other; only the last one is taken off.
#[test]
fn a_terminator_in_the_middle() {
    request(
        &Name::METHOD,
        &name("a\0b"),
        "01 ... 00000004 00000000 00000004 0061 0000 0062 0000 02",
        "01 ....... 0000000000000004 0000000000000000 0000000000000004 0061 0000 0062 0000 02",
    );
}

/// C706 14.3.4.2: a string is terminated. Reported at the place where the terminator should stand.
#[test]
fn a_missing_terminator() {
    let vector = "01 ... 00000002 00000000 00000002 0041 0062 02";
    breaks(&Name::METHOD, Direction::Request, Syntax::Ndr, vector, &name("Ab"), &[("terminator-missing", 20)]);
    // No unit at all.
    let vector = "01 ....... 0000000000000000 0000000000000000 0000000000000000 02";
    breaks(&Name::METHOD, Direction::Request, Syntax::Ndr64, vector, &name(""), &[("terminator-missing", 32)]);
}

/// C706 14.3.3.3: an offset says where in the array the units belong; these interfaces send from the start.
#[test]
fn an_offset() {
    let vector = "01 ... 00000005 00000002 00000003 0041 0062 0000 02";
    let mut expected = name("Ab");
    expected.max_counts.push(("b".into(), 5));
    breaks(&Name::METHOD, Direction::Request, Syntax::Ndr, vector, &expected, &[("offset-not-zero", 8)]);
}

/// C706 14.3.3.4: the units lie within the maximum count. The actual count decides how many there are.
#[test]
fn an_actual_count_beyond_the_maximum_count() {
    let mut expected = name("Ab");
    expected.max_counts.push(("b".into(), 2));
    let vector = "01 ... 00000002 00000000 00000003 0041 0062 0000 02";
    breaks(&Name::METHOD, Direction::Request, Syntax::Ndr, vector, &expected, &[("actual-exceeds-maximum", 8)]);
    // The sum overflows 64 bits.
    let vector = "01 ....... 0000000000000002 ffffffffffffffff 0000000000000003 0041 0062 0000 02";
    let rules = [("offset-not-zero", 16), ("actual-exceeds-maximum", 16)];
    breaks(&Name::METHOD, Direction::Request, Syntax::Ndr64, vector, &expected, &rules);
}

/// A maximum count above the actual one is legal, and written again.
#[test]
fn room_beyond_the_string() {
    let mut expected = name("Ab");
    expected.max_counts.push(("b".into(), 260));
    request(
        &Name::METHOD,
        &expected,
        "01 ... 00000104 00000000 00000003 0041 0062 0000 02",
        "01 ....... 0000000000000104 0000000000000000 0000000000000003 0041 0062 0000 02",
    );
}

/// The typed view of a string.
#[test]
fn the_view() {
    for endian in ORDERS {
        let stub = bytes("01 ... 00000003 00000000 00000003 0041 0062 0000 02", endian, 0);
        let kind = crate::ndr::wire::Kind {
            interface: &TEST,
            version: 0,
            direction: Direction::Request,
            syntax: Syntax::Ndr,
            endian,
        };
        let message = crate::ndr::wire::Message::decode(&Name::METHOD, kind, &stub).unwrap();
        let view = Name::Request::of(message).unwrap();
        assert_eq!((view.a(), view.b().to_string().as_str(), view.c()), (1, "Ab", 2));
        assert!(Name::Response::of(message).is_none() && Names::Request::of(message).is_none());
    }
    assert!(Name::Request::decode(Version::V2_0, Syntax::Ndr, Endian::Little, &[]).is_err(), "of no interface");
}
