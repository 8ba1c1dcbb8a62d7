//! What views, lists and the smaller sinks say of a stub, and where the reader looks for counts.

use super::support::*;
use crate::base::error::Path;
use crate::idl::words::*;
use crate::ndr::value::Collect;
use crate::ndr::visitor::{Diagnostics, Ranges};
use crate::ndr::wire::{Kind, Message};
use crate::ndr::{Direction, Endian, Syntax, Value};

crate::structure! {
    /// The array needs more than what stands before it.
    ("1") struct EIGHTS {
        UCHAR n => size(data);
        [size_is(n)] ULONGLONG data[*];
    }
}

crate::interface! {
    0 ("1", "1")
    error_status_t Numbers([in, size_is(n)] USHORT *b, [in] DWORD n => size(b));

    1 ("1", "1")
    error_status_t Truth([in] UCHAR a, [in] BOOLEAN t);

    2 ("1", "1")
    error_status_t Name([in, string] LPCWSTR b);

    3 ("1", "1")
    error_status_t Enumeration([in] ENUM e);

    4 ("1", "1")
    error_status_t Asked([in] DWORD a, [in, size_is(n)] ULONGLONG *b, [in] DWORD n => size(b));

    5 ("1", "1")
    error_status_t Told([out] UCHAR *a, [out] EIGHTS *s);
}

fn kind(endian: Endian) -> Kind {
    Kind { interface: &TEST, version: 1, direction: Direction::Request, syntax: Syntax::Ndr, endian }
}

/// A list knows how many are left and where its bytes lie.
#[test]
fn lists() {
    for endian in ORDERS {
        let stub = bytes("00000003 0041 0042 0043 .. 00000003", endian, 0);
        let message = Message::decode(&Numbers::METHOD, kind(endian), &stub).unwrap();
        let view = Numbers::Request::of(message).unwrap();
        let mut left = view.b();
        assert_eq!((left.len(), left.is_empty(), left.size_hint()), (3, false, (3, Some(3))));
        assert_eq!((left.as_text().to_string(), format!("{left:?}")), ("ABC".into(), "[3 elements]".into()));
        assert_eq!(left.next(), Some(0x41));
        assert_eq!((left.len(), left.size_hint(), left.as_text().to_string()), (2, (2, Some(2)), "BC".into()));
        assert_eq!((left.next(), left.next(), left.next()), (Some(0x42), Some(0x43), None));
        assert_eq!((left.len(), left.is_empty(), left.size_hint()), (0, true, (0, Some(0))));

        let mut collect = Collect::default();
        message.visit_parameters(&mut collect);
        let expected = params([("b", Value::Units(vec![0x41, 0x42, 0x43])), ("n", 3u32.into())]);
        assert_eq!(collect.contents, expected);
        let shown = format!("{view:?}");
        assert!(shown.contains("Numbers") && shown.contains('3'), "{shown}");
    }
}

/// Where each value stands, and what the rules say, without anything else being kept.
#[test]
fn smaller_sinks() {
    let stub = [1, 2];
    let mut told = Diagnostics::default();
    Message::decode_with(&Truth::METHOD, kind(Endian::Little), &stub, &mut told).unwrap();
    let told: Vec<_> = told.0.iter().map(|d| (d.rule.name, d.offset, d.path.to_string())).collect();
    assert_eq!(told, [("not-a-boolean", 1, "t".to_string())]);

    let mut ranges = Vec::new();
    let mut sink = Ranges(|range, path: Path| ranges.push((range, path.to_string())));
    Message::decode_with(&Truth::METHOD, kind(Endian::Little), &stub, &mut sink).unwrap();
    assert_eq!(ranges, [(0..1, "a".to_string()), (1..2, "t".to_string())]);
}

/// A text of nothing but a lone surrogate is ill-formed as well.
#[test]
fn a_lone_surrogate() {
    let expected = params([("b", Value::Units(vec![0xd800]))]);
    let vector = "00000002 00000000 00000002 d800 0000";
    breaks(&Name::METHOD, Direction::Request, Syntax::Ndr, vector, &expected, &[("ill-formed-utf16", 12)]);
}

/// C706 14.2.6: an enumeration has 15 bits.
#[test]
fn the_greatest_enumeration() {
    let expected = params([("e", 0x7fffu32.into())]);
    breaks(&Enumeration::METHOD, Direction::Request, Syntax::Ndr, "7fff", &expected, &[]);
    let expected = params([("e", 0x8000u32.into())]);
    breaks(&Enumeration::METHOD, Direction::Request, Syntax::Ndr, "8000", &expected, &[("enum-high-bits", 0)]);
}

/// The second place of a maximum count is tried in responses alone, and only where an array's count can have one.
#[test]
fn counts_with_one_place() {
    let stub = bytes("00000001 00000000 00000001 00000000 0000000000000005 00000001", Endian::Little, 0);
    let reading = read(&Asked::METHOD, Direction::Request, Syntax::Ndr, Endian::Little, &stub);
    let expected = params([("a", 1u32.into()), ("b", list::<u64>([])), ("n", 1u32.into())]);
    assert_eq!((reading.result, reading.contents), (Ok(12), expected));

    let stub = bytes("01 ... .... 00000001 .... 01 ....... 0000000000000005 00000000", Endian::Little, 0);
    let reading = read(&Told::METHOD, Direction::Response, Syntax::Ndr, Endian::Little, &stub);
    assert_eq!(reading.result, Ok(20));
}
