//! How the vectors are written, and what is checked of each.
//!
//! A vector is text. Each word is one number as it would be read aloud, most significant digit first, with two digits
//! a byte: `0001` takes two bytes, `00000001` four. A little-endian stub has the bytes of each number reversed. A
//! dot is one byte of an alignment gap; `#` starts a comment. So one vector shows the layout, and serves both byte
//! orders. NDR and NDR64 have vectors of their own, since their counts and pointers differ in width.

use crate::base::diagnostic::Diagnostic;
use crate::base::error::{Error, ErrorKind};
use crate::ndr::types::{InterfaceVersion, Versions};
use crate::ndr::value::{Collect, Contents, Fields};
use crate::ndr::wire::{self, Idl, Kind, Message};
use crate::ndr::{Direction, Endian, Interface, Method, Syntax, Value, Version, types, write};

pub const ORDERS: [Endian; 2] = [Endian::Little, Endian::Big];

/// The bytes of a vector, gaps filled with `gap`.
pub fn bytes(vector: &str, endian: Endian, gap: u8) -> Vec<u8> {
    let mut out = Vec::new();
    for line in vector.lines() {
        let line = line.split('#').next().unwrap();
        for word in line.split_whitespace() {
            if word.chars().all(|c| c == '.') {
                out.extend(std::iter::repeat_n(gap, word.len()));
                continue;
            }
            let mut number = hex::decode(word).unwrap_or_else(|e| panic!("{word}: {e}"));
            if endian == Endian::Little {
                number.reverse();
            }
            out.extend(number);
        }
    }
    out
}

/// An interface of two versions, so that marks of versions can be tried; its methods are given with each call.
pub static TEST: Interface = Interface {
    title: "declarations of the tests",
    uuid: "00000000-0000-0000-0000-000000000000",
    uuid_bytes: [0; 16],
    reserved_to: 0,
    versions: &[
        InterfaceVersion { number: Version::V2_0, methods: &[] },
        InterfaceVersion { number: Version::V3_0, methods: &[] },
    ],
    ..Interface::named("test")
};

/// What reading a stub came to.
#[derive(Debug)]
pub struct Reading {
    pub result: Result<usize, Error>,
    pub contents: Contents,
    pub diagnostics: Vec<Diagnostic>,
}

impl Reading {
    /// The names of the rules that were broken, with the offset of each.
    pub fn rules(&self) -> Vec<(&'static str, usize)> {
        self.diagnostics.iter().map(|d| (d.rule.name, d.offset)).collect()
    }
}

pub fn read_version(
    method: &'static Method,
    direction: Direction,
    version: usize,
    syntax: Syntax,
    endian: Endian,
    stub: &[u8],
) -> Reading {
    let mut collect = Collect::default();
    let kind = Kind { interface: &TEST, version, direction, syntax, endian };
    let result = Message::decode_with(method, kind, stub, &mut collect).map(|m| m.consumed);
    Reading { result, contents: collect.contents, diagnostics: collect.diagnostics }
}

/// Reads with version 3.0.
pub fn read(method: &'static Method, direction: Direction, syntax: Syntax, endian: Endian, stub: &[u8]) -> Reading {
    read_version(method, direction, 1, syntax, endian, stub)
}

/// Checks a vector of each syntax both ways and in both byte orders: it decodes to `expected`, to its end and without a
/// diagnostic, whatever stands in the gaps; and `expected` is encoded to it.
#[track_caller]
pub fn both_ways(method: &'static Method, direction: Direction, expected: &Contents, ndr: &str, ndr64: &str) {
    for (syntax, vector) in [(Syntax::Ndr, ndr), (Syntax::Ndr64, ndr64)] {
        for endian in ORDERS {
            let stub = bytes(vector, endian, 0);
            let reading = read(method, direction, syntax, endian, &stub);
            assert_eq!(reading.result, Ok(stub.len()), "{syntax:?} {endian:?}: {:?}", reading.contents);
            assert_eq!(reading.contents, *expected, "{syntax:?} {endian:?}");
            assert_eq!(reading.diagnostics, [], "{syntax:?} {endian:?}");

            // C706 14.3.1: the content of a gap is undefined; it must not matter.
            let dirty = read(method, direction, syntax, endian, &bytes(vector, endian, 0xa5));
            assert_eq!((dirty.result, dirty.contents), (Ok(stub.len()), expected.clone()), "{syntax:?} {endian:?}");

            let encoded = write::message(method, direction, 1, syntax, endian, expected);
            let encoded = encoded.map(hex::encode).map_err(|e| e.to_string());
            assert_eq!(encoded, Ok(hex::encode(&stub)), "{syntax:?} {endian:?}");
        }
    }
}

/// The same for a request.
#[track_caller]
pub fn request(method: &'static Method, expected: &Contents, ndr: &str, ndr64: &str) {
    both_ways(method, Direction::Request, expected, ndr, ndr64);
}

/// Checks that a stub of one syntax decodes in both byte orders to `expected`, breaking exactly these rules at these
/// offsets.
#[track_caller]
pub fn breaks(
    method: &'static Method,
    direction: Direction,
    syntax: Syntax,
    vector: &str,
    expected: &Contents,
    rules: &[(&'static str, usize)],
) {
    for endian in ORDERS {
        let stub = bytes(vector, endian, 0);
        let reading = read(method, direction, syntax, endian, &stub);
        assert_eq!(reading.result, Ok(stub.len()), "{endian:?}");
        assert_eq!(reading.contents, *expected, "{endian:?}");
        assert_eq!(reading.rules(), rules, "{endian:?}");
    }
}

/// Checks that a stub can't be decoded, in both byte orders: offset, field and what the error says.
#[track_caller]
pub fn fails(
    method: &'static Method,
    direction: Direction,
    syntax: Syntax,
    vector: &str,
    at: (usize, &str),
    kind: ErrorKind,
) {
    for endian in ORDERS {
        let stub = bytes(vector, endian, 0);
        let error = read(method, direction, syntax, endian, &stub).result.expect_err("decoded");
        assert_eq!((error.offset, error.path.to_string().as_str(), error.kind), (at.0, at.1, kind), "{endian:?}");
    }
}

/// The error of bytes that are not there.
pub fn short(needed: u64, available: u64, claimed_by: &'static str) -> ErrorKind {
    ErrorKind::Truncated { needed, available, claimed_by }
}

/// Fields of a structure.
pub fn map<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    Value::Map(Fields(fields.into_iter().map(|(name, value)| (name.into(), value)).collect()))
}

/// Parameters of a stub.
pub fn params<const N: usize>(fields: [(&'static str, Value); N]) -> Contents {
    let Value::Map(fields) = map(fields) else { unreachable!() };
    Contents { fields, max_counts: Vec::new() }
}

/// Numbers of an array.
pub fn list<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Value {
    Value::List(items.into_iter().map(Into::into).collect())
}

/// The methods' versions in declarations made by hand.
pub const EVERY: Versions = Versions::ALL;

/// Words of the IDL for wire types that no word of the two interfaces has.
macro_rules! words {
    ($($name:ident: $wire:ty;)*) => {$(
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}
        impl Idl for $name {
            type Zero = $wire;
            type One = $wire;
            const SEMANTICS: types::Semantics = types::Semantics::Number;
        }
    )*};
}

words! {
    ENUM: wire::Enum16;
    FIXED_U16: wire::Fixed<wire::U16, 3>;
    FIXED_U32: wire::Fixed<wire::U32, 2>;
    VARYING_U32: wire::Varying<wire::U32, 4>;
    VARYING_U64: wire::Varying<wire::U64, 4>;
    REF_U32: wire::Ref<wire::U32>;
    UNIQUE_U32: wire::Unique<wire::U32>;
    UNIQUE_U64: wire::Unique<wire::U64>;
    UNIQUE_UNIQUE_U32: wire::Unique<wire::Unique<wire::U32>>;
    FULL_U32: wire::Full<wire::U32>;
}

#[test]
fn the_notation_means_what_it_says() {
    let vector = "0102 .. 03040506 # a comment\n 07";
    assert_eq!(bytes(vector, Endian::Little, 0), [2, 1, 0, 0, 6, 5, 4, 3, 7]);
    assert_eq!(bytes(vector, Endian::Big, 0xff), [1, 2, 0xff, 0xff, 3, 4, 5, 6, 7]);
}
