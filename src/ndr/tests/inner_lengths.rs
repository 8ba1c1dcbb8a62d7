//! C706 14.3.7: arrays whose elements end with a varying array, so that each element has a length of its own; full
//! pointers beyond the first; GUIDs.

use super::support::*;
use crate::idl::words::*;
use crate::ndr::types::{Field, Flow, Semantics, Type};
use crate::ndr::wire::{self, Kind, Message};
use crate::ndr::{Direction, Endian, Method, Syntax, Value};

#[allow(non_camel_case_types)]
#[derive(Clone, Copy, Debug)]
pub enum VARYING_U8 {}
impl wire::Idl for VARYING_U8 {
    type Zero = wire::Varying<wire::U8, 4>;
    type One = wire::Varying<wire::U8, 4>;
    const SEMANTICS: Semantics = Semantics::Number;
}

crate::structure! {
    /// A byte and bytes of their own count.
    ("1") struct OWN {
        UCHAR k;
        VARYING_U8 v;
    }
}

crate::interface! {
    0 ("1", "1")
    error_status_t Own([in] UCHAR a, [in, size_is(n)] OWN *b, [in] DWORD n => size(b));

    1 ("1", "1")
    error_status_t Fulls([in] FULL_U32 a, [in] FULL_U32 b, [in] FULL_U32 c, [in] FULL_U32 d, [in] UCHAR z);
}

fn own(k: u8, v: &[u8]) -> Value {
    map([("k", k.into()), ("v", v.into())])
}

const NDR: &str = "01 ... 00000002
     05 ...  00000000 00000001  06 ...
     07 ...  00000000 00000002  08 09 ..
     00000002";
const NDR64: &str = "01 ....... 0000000000000002
     05 .......  0000000000000000 0000000000000001  06 .......
     07 .......  0000000000000000 0000000000000002  08 09 ......
     00000002";

/// Each element begins at the structure's alignment and ends with its own elements.
#[test]
fn elements_of_their_own_length() {
    let expected = params([("a", 1u8.into()), ("b", list([own(5, &[6]), own(7, &[8, 9])])), ("n", 2u32.into())]);
    request(&Own::METHOD, &expected, NDR, NDR64);
    let none = params([("a", 1u8.into()), ("b", list::<Value>([])), ("n", 0u32.into())]);
    request(&Own::METHOD, &none, "01 ... 00000000 00000000", "01 ....... 0000000000000000 00000000");
}

/// Views step over them in the same way.
#[test]
fn views_of_their_own_length() {
    for (syntax, vector) in [(Syntax::Ndr, NDR), (Syntax::Ndr64, NDR64)] {
        for endian in ORDERS {
            let stub = bytes(vector, endian, 0);
            let kind = Kind { interface: &TEST, version: 1, direction: Direction::Request, syntax, endian };
            let message = Message::decode(&Own::METHOD, kind, &stub).unwrap();
            let view = Own::Request::of(message).unwrap();
            let seen: Vec<_> = view.b().map(|own| (own.k(), own.v().as_bytes())).collect();
            assert_eq!(seen, [(5, &[6][..]), (7, &[8, 9][..])]);
            assert_eq!((view.a(), view.n()), (1, 2));
        }
    }
}

/// More elements than were declared are read and told; bytes that are not there end the reading.
#[test]
fn more_than_declared() {
    let expected = params([("a", 1u8.into()), ("b", list([own(5, &[1, 2, 3, 4, 5])])), ("n", 1u32.into())]);
    let vector = "01 ... 00000001  05 ... 00000000 00000005 01 02 03 04 05 ... 00000001";
    let rules: Vec<_> =
        read(&Own::METHOD, Direction::Request, Syntax::Ndr, Endian::Big, &bytes(vector, Endian::Big, 0))
            .diagnostics
            .iter()
            .map(|d| (d.rule.name, d.offset, d.path.to_string(), d.value, d.expected))
            .collect();
    assert_eq!(rules, [("actual-exceeds-maximum", 12, "b[0]".to_string(), 5, Some(4))]);
    let stub = bytes(vector, Endian::Little, 0);
    let reading = read(&Own::METHOD, Direction::Request, Syntax::Ndr, Endian::Little, &stub);
    assert_eq!((reading.result, reading.contents), (Ok(stub.len()), expected));
    let error = read(&Own::METHOD, Direction::Request, Syntax::Ndr, Endian::Little, &stub[..24]).result.unwrap_err();
    assert_eq!((error.offset, error.kind), (20, short(5, 4, "actual count")));
}

/// C706 14.3.11.1: every identifier that was met is remembered, not only the last one.
#[test]
fn aliases_of_several_referents() {
    let alias = |id: u32| map([("alias", id.into())]);
    request(
        &Fulls::METHOD,
        &params([
            ("a", 5u32.into()),
            ("b", 6u32.into()),
            ("c", alias(0x0002_0000)),
            ("d", alias(0x0002_0004)),
            ("z", 7u8.into()),
        ]),
        "00020000 00000005 00020004 00000006 00020000 00020004 07",
        "0000000000020000 00000005 .... 0000000000020004 00000006 .... 0000000000020000 0000000000020004 07",
    );
}

/// MS-DTYP 2.3.4: a GUID is aligned to 4, its first three fields follow the byte order.
#[test]
fn guids() {
    static METHOD: Method = Method::new(
        0,
        "Guids",
        EVERY,
        ["1", "1"],
        true,
        &[
            Field::new("a", "UCHAR", &Type::Scalar(crate::ndr::types::Scalar::U8), Flow::In, Semantics::Number),
            Field::new("g", "GUID", &Type::Guid, Flow::In, Semantics::Number),
        ],
    );
    let vector = "01 ... b97db8b2 4c63 11cf bf f6 08 00 2b e2 3f 2f";
    let expected = params([("a", 1u8.into()), ("g", "b97db8b2-4c63-11cf-bff6-08002be23f2f".into())]);
    request(&METHOD, &expected, vector, vector);
    let at = (4, "g");
    fails(&METHOD, Direction::Request, Syntax::Ndr, "01 ... b97db8b2 4c63", at, short(16, 6, "GUID"));
}
