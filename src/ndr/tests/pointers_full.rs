//! C706 14.3.11.1: full pointers. A referent is transmitted once; another pointer with the same identifier leads to it.

use super::support::*;
use crate::idl::words::*;
use crate::ndr::types::Flow;
use crate::ndr::types::{Field, PointerKind, Scalar, Semantics, Type};
use crate::ndr::{Direction, Method, Struct, Syntax, Value};

static U32: Type = Type::Scalar(Scalar::U32);
static U64: Type = Type::Scalar(Scalar::U64);

crate::interface! {
    0 ("1", "1")
    error_status_t Three([in] FULL_U32 a, [in] FULL_U32 b, [in] FULL_U32 c, [in] UCHAR z);
}

/// Two pointers, one referent: the second one is an alias and nothing stands for it.
#[test]
fn a_referent_stands_once() {
    let alias = map([("alias", 0x0002_0000u32.into())]);
    request(
        &Three::METHOD,
        &params([("a", 5u32.into()), ("b", alias), ("c", 6u32.into()), ("z", 7u8.into())]),
        "00020000 00000005  00020000  00020004 00000006  07",
        "0000000000020000 00000005 ....  0000000000020000  0000000000020004 00000006  07",
    );
}

/// Null is null, and is no referent of anything.
#[test]
fn null() {
    request(
        &Three::METHOD,
        &params([("a", Value::Null), ("b", Value::Null), ("c", 6u32.into()), ("z", 7u8.into())]),
        "00000000 00000000 00020000 00000006 07",
        "0000000000000000 0000000000000000 0000000000020000 00000006 07",
    );
}

/// Identifiers name referents of one type: the same number on another type is a referent of its own.
#[test]
fn identifiers_belong_to_a_type() {
    static METHOD: Method = Method::new(
        0,
        "Mixed",
        EVERY,
        ["1", "1"],
        true,
        &[
            Field::new("a", "A", &Type::Pointer(PointerKind::Full, &U32), Flow::In, Semantics::Number),
            Field::new("b", "B", &Type::Pointer(PointerKind::Full, &U64), Flow::In, Semantics::Number),
        ],
    );
    let expected = params([("a", 5u32.into()), ("b", 6u32.into())]);
    let vector = "00000009 00000005  00000009 .... 0000000000000006";
    breaks(&METHOD, Direction::Request, Syntax::Ndr, vector, &expected, &[]);
}

/// Aliases reach across constructs, into referents of structures and out of them.
#[test]
fn aliases_inside_structures() {
    static FULL: Type = Type::Pointer(PointerKind::Full, &U32);
    static FIELDS: &[Field] = &[
        Field::new("p", "P", &FULL, Flow::Member, Semantics::Number),
        Field::new("q", "Q", &FULL, Flow::Member, Semantics::Number),
    ];
    static PAIR: Struct = Struct::new("PAIR", "1", FIELDS);
    static METHOD: Method = Method::new(
        0,
        "InStructures",
        EVERY,
        ["1", "1"],
        true,
        &[
            Field::new("s", "PAIR", &Type::Struct(&PAIR), Flow::In, Semantics::Structure),
            Field::new("t", "T", &FULL, Flow::In, Semantics::Number),
        ],
    );
    let alias = map([("alias", 0x0002_0000u32.into())]);
    let pair = map([("p", 5u32.into()), ("q", alias.clone())]);
    request(
        &METHOD,
        &params([("s", pair), ("t", alias)]),
        "00020000 00020000 00000005  00020000",
        "0000000000020000 0000000000020000 00000005 .... 0000000000020000",
    );
}

/// More referents than are remembered: from then on pointers are read as if they were unique.
#[test]
fn memory_for_identifiers_is_bounded() {
    static FULL: Type = Type::Pointer(PointerKind::Full, &U32);
    static METHOD: Method = Method::new(
        0,
        "Many",
        EVERY,
        ["1", "1"],
        true,
        &[Field::new(
            "list",
            "L",
            &Type::Array(crate::ndr::types::ArrayKind::Fixed(40), &FULL),
            Flow::In,
            Semantics::Number,
        )],
    );
    let mut vector = String::new();
    for id in 1..=40u32 {
        vector += &format!("{id:08x} ");
    }
    for value in 1..=40u32 {
        vector += &format!("{value:08x} ");
    }
    let expected = params([("list", list(1..=40u32))]);
    breaks(&METHOD, Direction::Request, Syntax::Ndr, &vector, &expected, &[]);
}
