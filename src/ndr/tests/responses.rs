//! The order of a response, on methods of the specification: [out] parameters in order, what their pointers lead to in
//! place, the return value last, even when it is a context handle.

use super::support::*;
use crate::idl::{cluster, group, key, resource, witness};
use crate::ndr::visitor::{ContextHandle, Guid};
use crate::ndr::{Direction::Response, Value};

fn handle() -> (Value, &'static str) {
    let uuid = Guid::parse("00112233-4455-6677-8899-aabbccddeeff").unwrap();
    (ContextHandle { attributes: 0, uuid }.into(), "00000000 00112233 4455 6677 88 99 aa bb cc dd ee ff")
}

/// ApiOpenResource (3.1.4.2.9): Status, rpc_status, then the handle it returns.
#[test]
fn a_returned_handle_is_last() {
    let (value, vector) = handle();
    let vector = format!("00000001 00000002 {vector}");
    both_ways(
        &resource::ApiOpenResource::METHOD,
        Response,
        &params([("Status", 1u32.into()), ("rpc_status", 2u32.into()), ("return", value)]),
        &vector,
        &vector,
    );
}

/// ApiCloseGroup (3.1.4.2.45): an [in, out] handle comes back, and the status behind it.
#[test]
fn a_handle_in_and_out() {
    let null = "00000000 00000000 0000 0000 00 00 00 00 00 00 00 00";
    both_ways(
        &group::ApiCloseGroup::METHOD,
        Response,
        &params([("Group", ContextHandle::default().into()), ("return", 0u32.into())]),
        &format!("{null} 00000000"),
        &format!("{null} 00000000"),
    );
}

/// ApiGetClusterName (3.1.4.2.4): LPWSTR *, that is a reference to a unique pointer: each string follows its own
/// identifier, not both identifiers.
#[test]
fn referents_of_parameters_are_in_place() {
    both_ways(
        &cluster::ApiGetClusterName::METHOD,
        Response,
        &params([("ClusterName", "C".into()), ("NodeName", "N1".into()), ("return", 0u32.into())]),
        "00020000 00000002 00000000 00000002 0043 0000
         00020004 00000003 00000000 00000003 004e 0031 0000 ..
         00000000",
        "0000000000020000 0000000000000002 0000000000000000 0000000000000002 0043 0000 ....
         0000000000020004 0000000000000003 0000000000000000 0000000000000003 004e 0031 0000 ..
         00000000",
    );
}

/// ApiGetClusterVersion (3.1.4.2.5): 16-bit parameters stand close together.
#[test]
fn narrow_parameters() {
    both_ways(
        &cluster::ApiGetClusterVersion::METHOD,
        Response,
        &params([
            ("lpwMajorVersion", 10u16.into()),
            ("lpwMinorVersion", 0u16.into()),
            ("lpwBuildNumber", 20348u16.into()),
            ("lpszVendorId", Value::Null),
            ("lpszCSDVersion", Value::Null),
            ("return", 0u32.into()),
        ]),
        "000a 0000 4f7c .. 00000000 00000000 00000000",
        "000a 0000 4f7c .. 0000000000000000 0000000000000000 00000000",
    );
}

/// ApiCreateEnum (3.1.4.2.8): the list behind its pointer, then the two statuses.
#[test]
fn an_enumeration_of_objects() {
    let entry = map([("Type", 4u32.into()), ("Name", "G".into())]);
    let list = map([("EntryCount", 1u32.into()), ("Entry", list([entry]))]);
    both_ways(
        &cluster::ApiCreateEnum::METHOD,
        Response,
        &params([("ReturnEnum", list), ("rpc_status", 0u32.into()), ("return", 0u32.into())]),
        "00020000 00000001 00000001 00000004 00020004
         00000002 00000000 00000002 0047 0000
         00000000 00000000",
        "0000000000020000 0000000000000001 00000001 .... 00000004 .... 0000000000020004
         0000000000000002 0000000000000000 0000000000000002 0047 0000
         00000000 00000000",
    );
}

/// ApiSetServiceAccountPassword (3.1.4.2.108): structures of 12 bytes as a conformant varying array.
#[test]
fn an_array_of_statuses() {
    let status = |node: u32, tried: bool, status: u32| {
        map([("NodeId", node.into()), ("SetAttempted", tried.into()), ("ReturnStatus", status.into())])
    };
    let mut expected = params([
        ("ReturnStatusBufferPtr", list([status(1, true, 0), status(2, false, 5)])),
        ("SizeReturned", 2u32.into()),
        ("ExpectedBufferSize", 2u32.into()),
        ("return", 0u32.into()),
    ]);
    expected.max_counts.push(("ReturnStatusBufferPtr".into(), 3));
    let body = "00000001 01 ... 00000000  00000002 00 ... 00000005  00000002 00000002 00000000";
    both_ways(
        &cluster::ApiSetServiceAccountPassword::METHOD,
        Response,
        &expected,
        &format!("00000003 00000000 00000002 {body}"),
        &format!("0000000000000003 0000000000000000 0000000000000002 {body}"),
    );
}

/// ApiEnumKey (3.1.4.2.32): FILETIME behind a string, at 4.
#[test]
fn a_time() {
    both_ways(
        &key::ApiEnumKey::METHOD,
        Response,
        &params([
            ("KeyName", "k".into()),
            ("lpftLastWriteTime", 0x01d5_c03a_669f_4000u64.into()),
            ("rpc_status", 0u32.into()),
            ("return", 0u32.into()),
        ]),
        "00020000 00000002 00000000 00000002 006b 0000  669f4000 01d5c03a  00000000 00000000",
        "0000000000020000 0000000000000002 0000000000000000 0000000000000002 006b 0000  669f4000 01d5c03a
         00000000 00000000",
    );
}

/// WitnessrGetInterfaceList (MS-SWN 3.1.4.1): a pointer to a structure with a pointer to an array of structures with
/// fixed arrays inside: 260 and 8 units.
#[test]
fn the_witness_interface_list() {
    let mut group = vec![0u16; 260];
    group[..2].copy_from_slice(&[0x4e, 0x31]);
    let info = map([
        ("InterfaceGroupName", Value::Units(group)),
        ("Version", 0x0001_0001u32.into()),
        ("State", 1u16.into()),
        ("IPV4", 0x0100_007fu32.into()),
        ("IPV6", Value::Units(vec![0, 0, 0, 0, 0, 0, 0, 0x0100])),
        ("Flags", 5u32.into()),
    ]);
    let interfaces = map([("NumberOfInterfaces", 1u32.into()), ("InterfaceInfo", list([info]))]);
    let name = format!("004e 0031 {}", "0000 ".repeat(258));
    let rest = format!("00010001 0001 .. 0100007f {} 0100 00000005", "0000 ".repeat(7));
    both_ways(
        &witness::WitnessrGetInterfaceList::METHOD,
        Response,
        &params([("InterfaceList", interfaces), ("return", 0u32.into())]),
        &format!("00020000 00000001 00020004 00000001 {name} {rest} 00000000"),
        &format!("0000000000020000 00000001 .... 0000000000020004 0000000000000001 {name} {rest} 00000000"),
    );
}
