//! C706 14.3.11: pointers. At top level a referent follows its pointer at once; inside a construct it waits until the
//! construct is complete.

use super::support::*;
use crate::idl::words::*;
use crate::ndr::{Direction, Syntax, Value};

crate::structure! {
    /// Two pointers and what stands behind them.
    ("1") struct PAIR {
        UNIQUE_U32 p;
        UNIQUE_U32 q;
        DWORD n;
    }

    /// A pointer to a structure of pointers, between two others.
    ("1") struct OUTER {
        UNIQUE_U32 first;
        PPAIR pair;
        [string] LPWSTR last;
    }

    /// An embedded reference pointer.
    ("1") struct HOLDER {
        REF_U32 r;
        DWORD n;
    }
}

#[allow(non_camel_case_types, dead_code)]
pub enum PPAIR {}
impl crate::ndr::wire::Idl for PPAIR {
    type Zero = crate::ndr::wire::Unique<PAIR>;
    type One = crate::ndr::wire::Unique<PAIR>;
    const SEMANTICS: crate::ndr::types::Semantics = crate::ndr::types::Semantics::Structure;
}

crate::interface! {
    0 ("1", "1")
    error_status_t TopUnique([in] UCHAR a, [in] UNIQUE_U32 p, [in] UNIQUE_U64 q, [in] UCHAR z);

    1 ("1", "1")
    error_status_t TopTwice([in] UNIQUE_UNIQUE_U32 p, [in] UCHAR z);

    2 ("1", "1")
    error_status_t Embedded([in] PAIR s, [in] UCHAR z);

    3 ("1", "1")
    error_status_t Nested([in] OUTER s, [in] UCHAR z);

    4 ("1", "1")
    error_status_t OptionalName([in, string, unique] LPWSTR s, [in] UCHAR z);

    5 ("1", "1")
    error_status_t EmbeddedReference([in] HOLDER s, [in] UCHAR z);
}

/// A unique pointer is a referent identifier as wide as a count; its referent follows in place, at its own alignment,
/// before the next parameter. Identifiers are written as 0x00020000, then 4 more each.
#[test]
fn a_referent_at_top_level_follows_its_pointer() {
    request(
        &TopUnique::METHOD,
        &params([("a", 1u8.into()), ("p", 2u32.into()), ("q", 3u64.into()), ("z", 4u8.into())]),
        "01 ...
         00020000 00000002
         00020004 0000000000000003
         04",
        "01 .......
         0000000000020000 00000002 ....
         0000000000020004 0000000000000003
         04",
    );
}

/// A null pointer is 0 and nothing follows.
#[test]
fn null_pointers() {
    request(
        &TopUnique::METHOD,
        &params([("a", 1u8.into()), ("p", Value::Null), ("q", Value::Null), ("z", 4u8.into())]),
        "01 ... 00000000 00000000 04",
        "01 ....... 0000000000000000 0000000000000000 04",
    );
    request(
        &Embedded::METHOD,
        &params([("s", map([("p", Value::Null), ("q", 5u32.into()), ("n", 6u32.into())])), ("z", 7u8.into())]),
        "00000000 00020000 00000006  00000005  07",
        // A structure ends at its alignment in NDR64; the referent stands behind that.
        "0000000000000000 0000000000020000 00000006 ....  00000005  07",
    );
}

/// A pointer to a pointer.
#[test]
fn a_pointer_behind_a_pointer() {
    request(
        &TopTwice::METHOD,
        &params([("p", 9u32.into()), ("z", 1u8.into())]),
        "00020000 00020004 00000009 01",
        "0000000000020000 0000000000020004 00000009 01",
    );
    // Where the first pointer is not null but the second one is, the value is null too: the reader does not tell the
    // two apart, and the writer makes the shorter form.
    let stub = "00020000 00000000 01";
    let expected = params([("p", Value::Null), ("z", 1u8.into())]);
    breaks(&TopTwice::METHOD, Direction::Request, Syntax::Ndr, stub, &expected, &[]);
}

/// C706 14.3.11.3: what embedded pointers lead to stands behind the whole structure, in the order of the pointers.
#[test]
fn referents_of_a_structure_follow_it() {
    request(
        &Embedded::METHOD,
        &params([("s", map([("p", 5u32.into()), ("q", 6u32.into()), ("n", 7u32.into())])), ("z", 8u8.into())]),
        "00020000 00020004 00000007  00000005 00000006  08",
        "0000000000020000 0000000000020004 00000007 ....  00000005 00000006  08",
    );
}

/// … and depth first: the referents of a referent stand behind it, before those of the next pointer. Identifiers are
/// assigned in the order in which the pointers are written.
#[test]
fn referents_come_depth_first() {
    let pair = map([("p", 0x11u32.into()), ("q", 0x22u32.into()), ("n", 0x33u32.into())]);
    request(
        &Nested::METHOD,
        &params([("s", map([("first", 0x44u32.into()), ("pair", pair), ("last", "L".into())])), ("z", 1u8.into())]),
        "00020000 00020004 00020008           # OUTER: three pointers
         00000044                             # first
         0002000c 00020010 00000033           # pair: two pointers and n
         00000011 00000022                    # what they lead to
         00000002 00000000 00000002 004c 0000 # last
         01",
        "0000000000020000 0000000000020004 0000000000020008
         00000044 ....
         000000000002000c 0000000000020010 00000033 ....
         00000011 00000022
         0000000000000002 0000000000000000 0000000000000002 004c 0000
         01",
    );
}

/// [unique, string]: a referent identifier, then the string.
#[test]
fn an_optional_string() {
    request(
        &OptionalName::METHOD,
        &params([("s", "x".into()), ("z", 1u8.into())]),
        "00020000 00000002 00000000 00000002 0078 0000 01",
        "0000000000020000 0000000000000002 0000000000000000 0000000000000002 0078 0000 01",
    );
    request(
        &OptionalName::METHOD,
        &params([("s", Value::Null), ("z", 1u8.into())]),
        "00000000 01",
        "0000000000000000 01",
    );
}

/// C706 14.3.11.2: an embedded reference pointer takes room for an identifier, whose value says nothing; null is an
/// error, since no referent is there.
#[test]
fn an_embedded_reference_pointer() {
    request(
        &EmbeddedReference::METHOD,
        &params([("s", map([("r", 5u32.into()), ("n", 6u32.into())])), ("z", 7u8.into())]),
        "00020000 00000006  00000005  07",
        "0000000000020000 00000006 ....  00000005  07",
    );
    fails(
        &EmbeddedReference::METHOD,
        Direction::Request,
        Syntax::Ndr,
        "00000000 00000006  00000005  07",
        (0, "s.r"),
        crate::base::error::ErrorKind::Value { value: 0, expected: "a reference pointer, which is never null" },
    );
}

/// Any identifier but 0 is a pointer.
#[test]
fn identifiers_are_arbitrary() {
    let expected =
        params([("s", map([("p", 5u32.into()), ("q", 6u32.into()), ("n", 7u32.into())])), ("z", 8u8.into())]);
    let vector = "ffffffff 00000001 00000007  00000005 00000006  08";
    breaks(&Embedded::METHOD, Direction::Request, Syntax::Ndr, vector, &expected, &[]);
    // The same identifier twice is no alias where pointers are unique.
    let vector = "8000000000000000 8000000000000000 00000007 ....  00000005 00000006  08";
    breaks(&Embedded::METHOD, Direction::Request, Syntax::Ndr64, vector, &expected, &[]);
}

/// The typed views of nested pointers.
#[test]
fn the_views() {
    let stub = bytes(
        "00020000 00020004 00020008  00000044  0002000c 00000000 00000033  00000011
         00000002 00000000 00000002 004c 0000  01",
        crate::ndr::Endian::Little,
        0,
    );
    let kind = crate::ndr::wire::Kind {
        interface: &TEST,
        version: 0,
        direction: Direction::Request,
        syntax: Syntax::Ndr,
        endian: crate::ndr::Endian::Little,
    };
    let view = Nested::Request::of(crate::ndr::wire::Message::decode(&Nested::METHOD, kind, &stub).unwrap()).unwrap();
    assert_eq!(view.s().first(), Some(0x44));
    let pair = view.s().pair().unwrap();
    assert_eq!((pair.p(), pair.q(), pair.n()), (Some(0x11), None, 0x33));
    assert_eq!(view.s().last().unwrap().to_string(), "L");
    assert_eq!(view.z(), 1);
}
