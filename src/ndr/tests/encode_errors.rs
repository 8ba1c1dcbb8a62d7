//! What the writer refuses, and how it says so; what it derives when it is not told.

use super::support::*;
use crate::idl::{cluster, group, resource, witness};
use crate::ndr::value::Contents;
use crate::ndr::{Direction, Endian, Method, Syntax, Value, write};
use Direction::{Request, Response};

fn encode(method: &'static Method, direction: Direction, contents: &Contents) -> Result<Vec<u8>, String> {
    write::message(method, direction, 1, Syntax::Ndr, Endian::Little, contents).map_err(|e| e.to_string())
}

fn refused(method: &'static Method, direction: Direction, contents: &Contents) -> String {
    encode(method, direction, contents).expect_err("encoded")
}

#[test]
fn missing_unknown_and_of_the_wrong_kind() {
    let open = &resource::ApiOpenResource::METHOD;
    assert_eq!(refused(open, Request, &params([])), "lpszResourceName: missing");
    assert_eq!(
        refused(open, Request, &params([("lpszResourceName", "a".into()), ("Status", 0u32.into())])),
        "Status: ApiOpenResource has no such parameter in a request"
    );
    assert_eq!(
        refused(open, Request, &params([("lpszResourceName", 1u32.into())])),
        "lpszResourceName: a number where a string is needed"
    );
    assert_eq!(
        refused(open, Request, &params([("lpszResourceName", Value::Null)])),
        "lpszResourceName: null where a string is needed"
    );
    let expected = "rpc_status: \"x\" is no status code";
    assert_eq!(refused(open, Response, &params([("Status", 0u32.into()), ("rpc_status", "x".into())])), expected);
}

#[test]
fn numbers_that_do_not_fit() {
    let version = |major: u64| {
        params([
            ("lpwMajorVersion", major.into()),
            ("lpwMinorVersion", 0u16.into()),
            ("lpwBuildNumber", 0u16.into()),
            ("lpszVendorId", Value::Null),
            ("lpszCSDVersion", Value::Null),
            ("return", 0u32.into()),
        ])
    };
    let method = &cluster::ApiGetClusterVersion::METHOD;
    assert!(encode(method, Response, &version(0xffff)).is_ok());
    assert_eq!(refused(method, Response, &version(0x1_0000)), "lpwMajorVersion: 65536 does not fit into u16");
    assert_eq!(refused(method, Response, &version(u64::MAX)), "lpwMajorVersion: -1 does not fit into u16");
}

#[test]
fn paths_reach_into_structures() {
    let create = |value: Value| params([("ReturnEnum", value), ("rpc_status", 0u32.into()), ("return", 0u32.into())]);
    let method = &cluster::ApiCreateEnum::METHOD;
    let entry = |name: Value| map([("Type", 1u32.into()), ("Name", name)]);
    let bad = map([("EntryCount", 2u32.into()), ("Entry", list([entry("a".into()), entry(5u32.into())]))]);
    assert_eq!(refused(method, Response, &create(bad)), "ReturnEnum.Entry[1].Name: a number where a string is needed");
    let bad = map([("EntryCount", 1u32.into()), ("Entry", list([map([("Type", "x".into()), ("Name", Value::Null)])]))]);
    assert_eq!(refused(method, Response, &create(bad)), "ReturnEnum.Entry[0].Type: \"x\" is no number");
    let bad = map([("EntryCount", 0u32.into()), ("Entries", list::<Value>([]))]);
    let told = refused(method, Response, &create(bad));
    assert!(
        told == "ReturnEnum.Entry: missing" || told == "ReturnEnum.Entries: ENUM_LIST has no such member",
        "{told}"
    );
    assert_eq!(refused(method, Response, &create(1u32.into())), "ReturnEnum: a number where a structure is needed");
}

/// Sizes that are left out are taken from what they count.
#[test]
fn sizes_are_derived() {
    let (_, handle) = ((), Value::Null);
    let method = &group::ApiOnlineGroupEx::METHOD;
    let contents = params([("hGroup", handle), ("dwOnlineFlags", 0u32.into()), ("lpInBuffer", vec![1u8, 2].into())]);
    let stub = encode(method, Request, &contents).unwrap();
    assert_eq!(hex::encode(&stub[24..]), "020000000102000002000000");
    let entries = map([("Entry", list([map([("Type", 1u32.into()), ("Name", Value::Null)])]))]);
    let contents = params([("ReturnEnum", entries), ("rpc_status", 0u32.into()), ("return", 0u32.into())]);
    let stub = encode(&cluster::ApiCreateEnum::METHOD, Response, &contents).unwrap();
    assert_eq!(hex::encode(&stub[..12]), "000002000100000001000000");
}

/// A maximum count that is given is for arrays that have an actual count beside it; others would be cut or torn.
#[test]
fn given_maximum_counts() {
    let mut contents =
        params([("hGroup", Value::Null), ("dwOnlineFlags", 0u32.into()), ("lpInBuffer", vec![1u8, 2].into())]);
    let plain = encode(&group::ApiOnlineGroupEx::METHOD, Request, &contents).unwrap();
    contents.max_counts.push(("lpInBuffer".into(), 1000));
    assert_eq!(encode(&group::ApiOnlineGroupEx::METHOD, Request, &contents).unwrap(), plain);
}

/// MULTI_SZ as a list of strings; addresses and fixed names as text.
#[test]
fn friendlier_forms() {
    let list = |value: Value| params([("hGroup", Value::Null), ("multiSzNodeList", value)]);
    let method = &group::ApiSetGroupNodeList::METHOD;
    let short = encode(method, Request, &list(Value::List(vec!["N1".into(), "N2".into()]))).unwrap();
    let units: Vec<u16> = "N1\0N2\0\0".encode_utf16().collect();
    assert_eq!(short, encode(method, Request, &list(Value::Units(units))).unwrap());

    let witness = |name: Value, v4: Value, v6: Value| {
        let info = map([
            ("InterfaceGroupName", name),
            ("Version", 1u32.into()),
            ("State", 1u16.into()),
            ("IPV4", v4),
            ("IPV6", v6),
            ("Flags", 1u32.into()),
        ]);
        let interfaces = map([("InterfaceInfo", Value::List(vec![info]))]);
        params([("InterfaceList", interfaces), ("return", 0u32.into())])
    };
    let method = &witness::WitnessrGetInterfaceList::METHOD;
    let text = witness("N1".into(), "127.0.0.1".into(), "fe80::1".into());
    let mut name: Vec<u16> = "N1".encode_utf16().collect();
    name.resize(260, 0);
    let units = Value::Units(vec![0x80fe, 0, 0, 0, 0, 0, 0, 0x0100]);
    let plain = witness(Value::Units(name), 0x0100_007fu32.into(), units);
    assert_eq!(encode(method, Response, &text).unwrap(), encode(method, Response, &plain).unwrap());

    let long = witness("x".repeat(261).into(), 0u32.into(), "::".into());
    let told = refused(method, Response, &long);
    assert_eq!(told, "InterfaceList.InterfaceInfo[0].InterfaceGroupName: longer than 260 units");
    let few = witness(Value::Units(vec![1, 2]), 0u32.into(), "::".into());
    let told = refused(method, Response, &few);
    assert_eq!(told, "InterfaceList.InterfaceInfo[0].InterfaceGroupName: not 260 elements");
}
