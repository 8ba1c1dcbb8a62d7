//! What the declarations say about values, and what a version of the interface has.

use super::support::*;
use crate::idl::words::*;
use crate::ndr::{Direction, Endian, Syntax};

crate::interface! {
    0 ("1", "1")
    error_status_t Limits([in, range(2, 5)] DWORD a, [in] DWORD b => constant(7), [in] DWORD c => Reserved);

    1 ("1", "1")
    error_status_t NewLimit([in, v3_range(0, 5)] DWORD a);

    2 ("1", "1")
    error_status_t Versioned([in, v2] DWORD older, [in, v3] USHORT newer, [in] UCHAR z, [out, v3] error_status_t *rpc_status);

    3 ("1", "1")
    error_status_t Flags([in] DWORD a => flags(ClusterEnumType), [in] DWORD b => enumeration(ClusterGroupState));
}

/// MS-RPCE 2.2.4.9: a value outside its range is reported, with the limit it breaks; so is a parameter with one
/// permitted value. A reserved parameter may hold anything: receivers ignore it.
#[test]
fn ranges_and_constants() {
    let values = |a: u32, b: u32, c: u32| params([("a", a.into()), ("b", b.into()), ("c", c.into())]);
    let check = |a, b, c, vector: &str, rules: &[(&'static str, usize)]| {
        for syntax in [Syntax::Ndr, Syntax::Ndr64] {
            breaks(&Limits::METHOD, Direction::Request, syntax, vector, &values(a, b, c), rules);
        }
    };
    check(2, 7, 0, "00000002 00000007 00000000", &[]);
    check(5, 7, 0, "00000005 00000007 00000000", &[]);
    check(1, 7, 0, "00000001 00000007 00000000", &[("out-of-range", 0)]);
    check(6, 8, 9, "00000006 00000008 00000009", &[("out-of-range", 0), ("not-the-constant", 4)]);

    let reading =
        read(&Limits::METHOD, Direction::Request, Syntax::Ndr, Endian::Little, &[6, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0]);
    let told: Vec<_> = reading.diagnostics.iter().map(|d| (d.path.to_string(), d.value, d.expected)).collect();
    assert_eq!(told, [("a".into(), 6, Some(5)), ("b".into(), 8, Some(7))]);
}

/// A range that one version gives is not held against the other.
#[test]
fn ranges_of_one_version() {
    let stub = bytes("00000006", Endian::Big, 0);
    for (version, rules) in [(0, vec![]), (1, vec![("out-of-range", 0)])] {
        let reading = read_version(&NewLimit::METHOD, Direction::Request, version, Syntax::Ndr, Endian::Big, &stub);
        assert_eq!((reading.result, reading.rules()), (Ok(4), rules));
    }
}

/// A constant of one version: dwOptions of ApiCreateKey is 0 in 2.0 (3.1.4.1.30) and ignored in 3.0 (3.1.4.2.30).
#[test]
fn constants_of_one_version() {
    let handle = "00000000 00000001 0000 0000 00 00 00 00 00 00 00 00";
    let vector = format!("{handle} 00000001 00000000 00000001 0000 .. 00000005 00000000 00000000");
    let stub = bytes(&vector, Endian::Little, 0);
    for (version, rules) in [(0, vec![("not-the-constant", 36)]), (1, vec![])] {
        let method = &crate::idl::key::ApiCreateKey::METHOD;
        let reading = read_version(method, Direction::Request, version, Syntax::Ndr, Endian::Little, &stub);
        assert_eq!((reading.result, reading.rules()), (Ok(stub.len()), rules));
    }
}

/// A parameter of one version takes no bytes in the other's stubs.
#[test]
fn parameters_of_one_version() {
    let check = |version, direction, vector: &str, expected: &crate::ndr::value::Contents| {
        for endian in ORDERS {
            let stub = bytes(vector, endian, 0);
            let reading = read_version(&Versioned::METHOD, direction, version, Syntax::Ndr, endian, &stub);
            assert_eq!((reading.result, &reading.contents), (Ok(stub.len()), expected));
            let encoded =
                crate::ndr::write::message(&Versioned::METHOD, direction, version, Syntax::Ndr, endian, expected);
            assert_eq!(encoded.unwrap(), stub);
        }
    };
    use Direction::{Request, Response};
    check(0, Request, "00000001 02", &params([("older", 1u32.into()), ("z", 2u8.into())]));
    check(1, Request, "0001 02", &params([("newer", 1u16.into()), ("z", 2u8.into())]));
    check(0, Response, "00000005", &params([("return", 5u32.into())]));
    check(1, Response, "00000006 00000005", &params([("rpc_status", 6u32.into()), ("return", 5u32.into())]));

    let kind = |version| crate::ndr::wire::Kind {
        interface: &TEST,
        version,
        direction: Request,
        syntax: Syntax::Ndr,
        endian: Endian::Big,
    };
    let stub = bytes("0001 02", Endian::Big, 0);
    let message = crate::ndr::wire::Message::decode(&Versioned::METHOD, kind(1), &stub).unwrap();
    let view = Versioned::Request::of(message).unwrap();
    assert_eq!((view.older(), view.newer(), view.z()), (None, Some(1), 2));
}

/// Numbers that the specification names are not restricted to those: they survive, without a diagnostic.
#[test]
fn unknown_names_are_no_error() {
    let expected = params([("a", u32::MAX.into()), ("b", 0xffff_fff0u32.into())]);
    request(&Flags::METHOD, &expected, "ffffffff fffffff0", "ffffffff fffffff0");
}

/// Every rule has a name of its own, a sentence and a section.
#[test]
fn the_list_of_rules() {
    let mut names: Vec<_> = crate::ndr::rules::ALL.iter().map(|r| r.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    for rule in crate::ndr::rules::ALL {
        assert!(rule.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{}", rule.name);
        assert!(!rule.text.is_empty() && rule.section.contains(' '), "{}", rule.name);
    }
}
