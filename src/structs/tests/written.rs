//! What the writer of plain records makes of values: bytes to the last one, or the member and the reason.

use super::{join, wide};
use crate::base::Guid;
use crate::ndr::types::Scalar;
use crate::ndr::value::{Fields, Value};
use crate::structs::records::{by_name, netname, replication, witness};
use crate::structs::types::Record;
use crate::structs::{encode, writer};

#[allow(unreachable_pub)]
mod declared {
    record! {
        /// Bytes of a count of one byte.
        ("test") SHORT {
            BYTE Size;
            BYTE Data[Size];
        }

        /// Bytes of a count of eight.
        ("test") WIDE {
            ULONGLONG Size;
            BYTE Data[Size];
        }

        /// Members that need not be given, and one that must.
        ("test") FILLERS {
            BYTE dwReserved2;
            BYTE Reserved;
            BYTE Padding10;
            BYTE ReservedA;
        }
    }
}
use declared::{FILLERS, SHORT, WIDE};

fn map(fields: &[(&'static str, Value)]) -> Fields {
    Fields(fields.iter().map(|(name, value)| ((*name).into(), value.clone())).collect())
}

fn list(values: &[Value]) -> Value {
    Value::List(values.to_vec())
}

fn bytes(n: usize) -> Value {
    Value::Bytes((0..n).map(|i| i as u8 + 1).collect())
}

/// Encodes behind two bytes of something else, which nothing may depend on.
fn written(record: &'static Record, fields: &[(&'static str, Value)]) -> Result<Vec<u8>, String> {
    let mut out = vec![0xee, 0xee];
    writer::record(record, &map(fields), &mut out).map_err(|e| e.to_string())?;
    assert_eq!(out[..2], [0xee, 0xee]);
    Ok(out.split_off(2))
}

fn refused(record: &'static Record, fields: &[(&'static str, Value)]) -> String {
    written(record, fields).unwrap_err()
}

const GUID: &str = "03020100-0504-0706-0809-0a0b0c0d0e0f";
const GUID_BYTES: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// A width takes its largest and smallest number, with a sign or without, and nothing beyond.
#[test]
fn numbers_that_fit() {
    let fits = |n: i64, scalar| writer::integer(&Value::Int(n as u64), scalar).map_err(|e| e.message);
    for (scalar, bits) in [(Scalar::U8, 8), (Scalar::U16, 16), (Scalar::U32, 32), (Scalar::I32, 32)] {
        let (end, least) = (1i64 << bits, -(1i64 << (bits - 1)));
        for (n, taken) in [(0, 0), (1, 1), (end - 1, end - 1), (-1, end - 1), (least, -least), (least + 1, 1 - least)] {
            assert_eq!(fits(n, scalar), Ok(taken as u64), "{n} {bits}");
        }
        for n in [end, end + 1, least - 1, i64::MIN, i64::MAX] {
            assert_eq!(fits(n, scalar), Err(format!("{} does not fit into {bits} bits", n as u64)));
        }
    }
    assert_eq!(fits(i64::MIN, Scalar::U64), Ok(1 << 63));
    assert_eq!(fits(-1, Scalar::I64), Ok(u64::MAX));
    assert_eq!(writer::integer(&"1".into(), Scalar::U8), Ok(1));
    assert_eq!(writer::integer(&"256".into(), Scalar::U8).unwrap_err().message, "256 does not fit into 8 bits");
    assert_eq!(writer::integer(&Value::Null, Scalar::U8).unwrap_err().message, "not a number");
}

/// Lengths that are not given are filled in where they fit; those that are given must be right.
#[test]
fn lengths() {
    let data = |n: usize| ("Data", Value::Bytes(vec![7; n]));
    assert_eq!(written(&SHORT, &[data(2)]), Ok(vec![2, 7, 7]));
    assert_eq!(written(&SHORT, &[data(255)]).unwrap()[..2], [255, 7]);
    assert_eq!(refused(&SHORT, &[data(256)]), "Data: 256 is too long for Size");
    assert_eq!(written(&SHORT, &[("Size", 2u32.into()), data(2)]), Ok(vec![2, 7, 7]));
    assert_eq!(refused(&SHORT, &[("Size", 1u32.into()), data(2)]), "Data: Size is 1 where 2 would be right");
    assert_eq!(refused(&SHORT, &[("Size", 2u32.into())]), "Data: missing");
    assert_eq!(refused(&SHORT, &[("Data", "x".into())]), "Data: not bytes");
    assert_eq!(written(&SHORT, &[("Data", Value::Null)]), Ok(vec![0]));
    assert_eq!(written(&WIDE, &[data(256)]).unwrap()[..9], [0, 1, 0, 0, 0, 0, 0, 0, 7]);
}

/// Only members that hold nothing may be left out; names that no member has are refused.
#[test]
fn members_given_and_not() {
    let given = ("ReservedA", 9u32.into());
    assert_eq!(written(&FILLERS, std::slice::from_ref(&given)), Ok(vec![0, 0, 0, 9]));
    assert_eq!(written(&FILLERS, &[given, ("Reserved", 5u32.into())]), Ok(vec![0, 5, 0, 9]));
    assert_eq!(refused(&FILLERS, &[]), "ReservedA: missing");
    assert_eq!(refused(&SHORT, &[("Nope", 1u32.into())]), "Nope: SHORT has no member of this name");
    // What lies behind the members can only be told of a structure that says how long it is.
    assert_eq!(refused(&SHORT, &[("Padding", bytes(1))]), "Padding: SHORT has no member of this name");
    let nope = refused(&witness::RESOURCE_CHANGE, &[("Nope", 1u32.into())]);
    assert_eq!(nope, "Nope: RESOURCE_CHANGE has no member of this name");
    let alias = by_name("CLUS_PHYSICAL_DISK_INFO").unwrap();
    assert_eq!(refused(alias, &[("PhysicalDiskId", GUID.into())]), "BusType: missing");
    assert_eq!(refused(alias, &[]), "PhydiscId: missing");
}

/// MS-SWN 2.2.2: Length counts the whole structure, itself and what lies behind the members included.
#[test]
fn total_lengths() {
    let record = &witness::RESOURCE_CHANGE;
    let (kind, name) = (("ChangeType", 255u32.into()), ("ResourceName", "ab".into()));
    let expected = join(&[&[14, 0, 0, 0, 255, 0, 0, 0], &wide("ab")]);
    assert_eq!(written(record, &[kind.clone(), name.clone()]), Ok(expected.clone()));
    assert_eq!(written(record, &[("Length", 14u32.into()), kind.clone(), name.clone()]), Ok(expected));
    let wrong = refused(record, &[("Length", 13u32.into()), kind, name]);
    assert_eq!(wrong, "Length: 13 where 14 would be right");
    let behind = written(
        &witness::IPADDR_INFO_LIST,
        &[("IPAddrList", list(&[])), ("Reserved", 0u32.into()), ("Padding", bytes(2))],
    );
    assert_eq!(behind, Ok(vec![14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]));
}

/// Addresses as text, bytes, or the numbers that a little-endian machine would see.
#[test]
fn addresses() {
    let v6 = "102:304:506:708:90a:b0c:d0e:f10";
    let info =
        |v4: Value, v6: Value| written(&witness::IPADDR_INFO, &[("Flags", 1u32.into()), ("IPV4", v4), ("IPV6", v6)]);
    let expected = join(&[&[1, 0, 0, 0], &[1, 2, 3, 4], &(1..=16).collect::<Vec<u8>>()]);
    let units = |n: u64| list(&(0..n).map(|i| (0x0201 + 0x0202 * i).into()).collect::<Vec<_>>());
    for v4 in ["1.2.3.4".into(), bytes(4), 0x0403_0201u32.into(), units(2)] {
        for v6 in [v6.into(), bytes(16), units(8)] {
            assert_eq!(info(v4.clone(), v6), Ok(expected.clone()), "{v4:?}");
        }
    }
    let wrong = |size: usize| Err(format!("IPV{}: not an address of {size} bytes", if size == 4 { 4 } else { 6 }));
    let (long, null) = (list(&[1u32.into(), 0x1_0000u32.into()]), Value::Null);
    for v4 in [v6.into(), bytes(3), bytes(5), bytes(16), (1u64 << 32).into(), units(1), units(3), long, null.clone()] {
        assert_eq!(info(v4.clone(), v6.into()), wrong(4), "{v4:?}");
    }
    for v6 in ["1.2.3.4".into(), bytes(15), bytes(4), 1u32.into(), units(7), units(9), null] {
        assert_eq!(info("1.2.3.4".into(), v6.clone()), wrong(16), "{v6:?}");
    }
}

/// GUIDs as text or 16 bytes.
#[test]
fn guids() {
    assert_eq!(Guid::parse(GUID), Some(Guid(GUID_BYTES)));
    let guid = |value: Value| writer::guid(&value).map_err(|e| e.message);
    assert_eq!(guid(GUID.into()), Ok(GUID_BYTES));
    assert_eq!(guid(Value::Bytes(GUID_BYTES.to_vec())), Ok(GUID_BYTES));
    assert_eq!(guid(bytes(15)), Err("a GUID has 16 bytes".into()));
    assert_eq!(guid("x".into()), Err("\"x\" is no GUID".into()));
    assert_eq!(guid(1u32.into()), Err("not a GUID".into()));
}

/// 2.2.3.13: fixed fields of text with room for a terminator; 16 bytes or a GUID's text for the binary reading.
#[test]
fn fixed_fields() {
    let record = &netname::CLUS_NETNAME_PWD_INFO;
    let pwd = |password: Value, guid: Value| {
        let fields = [("Flags", 1u32.into()), ("Password", password), ("CreatingDC", "d".into()), ("ObjectGuid", guid)];
        written(record, &fields)
    };
    let head = join(&[&[1, 0, 0, 0], &super::field("p", 16), &super::field("d", 258)]);
    assert_eq!(pwd("p".into(), "g".into()), Ok(join(&[&head, &super::field("g", 64)])));
    // So many bytes are the binary reading, whatever was said; other numbers of them are none.
    assert_eq!(pwd("p".into(), Value::Bytes(GUID_BYTES.to_vec())), Ok(join(&[&head, &GUID_BYTES])));
    let short = pwd("p".into(), bytes(15));
    assert_eq!(short, Err("ObjectGuid: 15 bytes where there is room for 128".into()));
    let full = "123456789012345";
    assert!(pwd(full.into(), "g".into()).is_ok());
    let long = pwd(format!("{full}6").as_str().into(), "g".into());
    assert_eq!(long, Err("Password: 16 code units where there is room for 15".into()));
    assert_eq!(pwd(bytes(32), "g".into()).unwrap()[4..7], [1, 2, 3]);
    assert_eq!(pwd(bytes(31), "g".into()), Err("Password: 31 bytes where there is room for 32".into()));
    let ended = Value::Units(vec![0x61, 0x62, 0]);
    assert_eq!(pwd(ended, "g".into()).unwrap()[4..10], [0x61, 0, 0x62, 0, 0, 0]);
    let inner = pwd(Value::Units(vec![0x61, 0, 0x62]), "g".into());
    assert_eq!(inner, Err("Password: a null character would end the text".into()));
    assert_eq!(pwd(1u32.into(), "g".into()), Err("Password: not text".into()));

    let fields = [("Flags", 1u32.into()), ("Password", "p".into()), ("CreatingDC", "d".into())];
    let binary =
        |guid: Value| written(record, &[&fields[..], &[("reading", "binary".into()), ("ObjectGuid", guid)]].concat());
    assert_eq!(binary(GUID.into()), Ok(join(&[&head, &GUID_BYTES])));
    assert_eq!(binary("x".into()), Err("ObjectGuid: not bytes".into()));
    assert_eq!(binary(bytes(17)), Err("ObjectGuid: 17 bytes where there is room for 16".into()));

    // 2.2.3.59: text that may fill its field.
    let name =
        |text: &str| written(&netname::CLUS_CREATE_INFRASTRUCTURE_FILESERVER_INPUT, &[("FileServerName", text.into())]);
    assert_eq!(name("12345678").unwrap(), wide("12345678")[..16]);
    assert_eq!(name("123456789"), Err("FileServerName: 9 code units where there is room for 8".into()));
}

/// The reading that is asked for, or the one that the value is of, or the usual one.
#[test]
fn readings_from_values() {
    let record = &replication::SR_RESOURCE_TYPE_ELIGIBLE_DISKS_RESULT;
    assert_eq!(written(record, &[("DiskGuid", list(&[]))]), Ok(vec![0; 4]));
    assert_eq!(written(record, &[("DiskGuid", list(&[GUID.into()]))]), Ok(join(&[&[1, 0, 0, 0], &GUID_BYTES])));
    let reason = Value::Map(map(&[("Reason", 2u32.into()), ("DiskGuid", GUID.into())]));
    let expected = join(&[&[1, 0, 0, 0, 2, 0, 0, 0], &GUID_BYTES]);
    assert_eq!(written(record, &[("DiskGuid", list(std::slice::from_ref(&reason)))]), Ok(expected.clone()));
    // One element in the singular, where the reading is told.
    assert_eq!(written(record, &[("reading", "reasons".into()), ("DiskGuid", reason.clone())]), Ok(expected));
    let documented = written(record, &[("reading", "documented".into()), ("DiskGuid", list(&[GUID.into(), reason]))]);
    assert_eq!(documented, Err("DiskGuid[1]: not a GUID".into()));
    let number = written(record, &[("reading", "reasons".into()), ("DiskGuid", list(&[1u32.into()]))]);
    assert_eq!(number, Err("DiskGuid[0]: not an object of SR_DISK_REPLICATION_ELIGIBLE's members".into()));
    assert_eq!(written(record, &[("DiskGuid", 1u32.into())]), Err("DiskGuid: not a list".into()));
    let names = written(record, &[("reading", "nope".into())]);
    assert_eq!(names, Err(r#"reading: "nope" is none of ["documented", "reasons"]"#.into()));
    assert_eq!(written(record, &[("reading", 1u32.into())]), Err("reading: the name of a reading is text".into()));

    let record = &replication::SR_RESOURCE_TYPE_QUERY_ELIGIBLE_TARGET_DATADISKS;
    let fields = [
        ("SourceDataDiskGuid", GUID.into()),
        ("SkipConnectivityCheck", 1u32.into()),
        ("IncludeOfflineDisks", 0u32.into()),
        ("TargetReplicationGroupGuid", Value::Bytes(vec![0xaa; 16])),
    ];
    assert_eq!(written(record, &fields[..3]), Ok(join(&[&GUID_BYTES, &[1, 0, 0, 0]])));
    assert_eq!(written(record, &fields), Ok(join(&[&GUID_BYTES, &[0xaa; 16], &[1, 0, 0, 0]])));
    let states = by_name("CLUS_GET_SBL_DISK_STATE_OUT").unwrap();
    assert_eq!(written(states, &[("DiskState", list(&[]))]), Ok(vec![0; 4]));
    assert_eq!(written(states, &[("DiskState", list(&[])), ("Padding", bytes(4))]), Ok(vec![0, 0, 0, 0, 1, 2, 3, 4]));
    let member = by_name("CLUSTER_MEMBERSHIP_INFO").unwrap();
    let up = [("HasQuorum", 1u32.into()), ("UpNodes", bytes(1))];
    assert_eq!(written(member, &up), Ok(vec![1, 0, 0, 0, 1, 0, 0, 0, 1]));
    let documented = [&up[..], &[("reading", "documented".into())]].concat();
    assert_eq!(written(member, &documented), Ok(vec![1, 1, 0, 0, 0, 1]));
}

/// Text with sizes: characters, bytes, bytes or characters; with the terminator or without.
#[test]
fn sizes_of_text() {
    let record = by_name("OS_AND_OS_VERSION_INFO").unwrap();
    let texts = [("OS", "abc".into()), ("OSVersion", "d".into())];
    let tail = join(&[&wide("abc"), &wide("d")]);
    assert_eq!(written(record, &texts), Ok(join(&[&[3, 0, 0, 0, 1, 0, 0, 0], &tail])));
    // The terminator decides: another size stays as it was given.
    let given = [&texts[..], &[("dwOSSize", 9u32.into())]].concat();
    assert_eq!(written(record, &given), Ok(join(&[&[9, 0, 0, 0, 1, 0, 0, 0], &tail])));

    let record = &netname::CLUSCTL_RESOURCE_NETNAME_CHECK_OU_PERMISSIONS_OUTPUT;
    let output = |size: &[u32]| {
        let mut fields = vec![("bHasAccess", 1u32.into()), ("bDefaultOU", 0u32.into()), ("OUName", "ab".into())];
        fields.extend(size.iter().map(|n| ("OUSize", (*n).into())));
        written(record, &fields).map(|bytes| bytes[8..].to_vec())
    };
    assert_eq!(output(&[]), Ok(join(&[&[6, 0, 0, 0], &wide("ab")])));
    assert_eq!(output(&[4]), Ok(join(&[&[4, 0, 0, 0], &wide("ab")])));
    assert_eq!(output(&[5]), Err("OUName: OUSize is 5 where 6 would be right".into()));

    let record = by_name("CLUS_STRING_NAME_INFO").unwrap();
    let name = |size: u32| written(record, &[("StringName", "ab".into()), ("StringNameSize", size.into())]);
    for size in [6, 3] {
        assert_eq!(name(size), Ok(join(&[&[size as u8, 0, 0, 0], &wide("ab")])));
    }
    assert_eq!(name(4), Err("StringName: StringNameSize is 4 where 6 would be right".into()));
}

/// Members that are there only if another one says so; the rest of a structure of fixed length.
#[test]
fn members_on_condition() {
    let record = by_name("CLUSDSK_DISKID").unwrap();
    let (signature, guid) = (("DiskIdType", 1u32.into()), ("DiskGuid", GUID.into()));
    let disk = [signature.clone(), ("DiskSignature", 5u32.into())];
    assert_eq!(written(record, &disk), Ok(vec![1, 0, 0, 0, 5, 0, 0, 0]));
    let filled = [&disk[..], &[("Padding", bytes(12))]].concat();
    assert_eq!(written(record, &filled), Ok((1..=1).chain([0, 0, 0, 5, 0, 0, 0]).chain(1..=12).collect()));
    let short = [&disk[..], &[("Padding", bytes(11))]].concat();
    assert_eq!(refused(record, &short), "Padding: 11 bytes where there is room for 12");
    assert_eq!(
        refused(record, &[signature, ("DiskSignature", 5u32.into()), guid]),
        "DiskGuid: only there if DiskIdType is 2"
    );
    assert_eq!(refused(record, &[("DiskIdType", 2u32.into())]), "DiskGuid: missing");
}

/// Structures inside others: members, or bytes where their size is told.
#[test]
fn structures_inside() {
    let record = by_name("CLUS_GET_CLUSBFLT_PATHINFO_EX_IN").unwrap();
    let fields = |inner: Value| [("Version", 1u32.into()), ("SSUName", "s".into()), ("PathIdBuffer", inner)];
    let ids = [
        ("Version", 1u32.into()),
        ("TargetInstanceId", Value::Bytes(GUID_BYTES.to_vec())),
        ("PathId", list(&[5u32.into(), 6u32.into()])),
    ];
    let inner = join(&[&[1, 0, 0, 0, 2, 0, 0, 0], &GUID_BYTES, &[5, 0, 0, 0, 6, 0, 0, 0]]);
    let expected = join(&[&[1, 0, 0, 0], &wide("s"), &[32, 0, 0, 0], &inner]);
    assert_eq!(written(record, &fields(Value::Map(map(&ids)))), Ok(expected.clone()));
    assert_eq!(written(record, &fields(Value::Bytes(inner))), Ok(expected));
    assert_eq!(refused(record, &fields("x".into())), "PathIdBuffer: not bytes");
    let wrong = [&ids[..2], &[("PathId", list(&[5u32.into(), "x".into()]))]].concat();
    assert_eq!(refused(record, &fields(Value::Map(map(&wrong)))), "PathIdBuffer.PathId[1]: \"x\" is no number");
    let state = by_name("CLUS_SBL_DISK_STATE").unwrap();
    let names = ["Version", "DeviceNumber", "IsFlash", "IsCacheDevice", "Status", "State", "AdditionalStateInfo"];
    let mut fields: Vec<_> = names.iter().map(|name| (*name, Value::Int(0))).collect();
    fields.extend([("DiskId", GUID.into()), ("CacheMode", 0u32.into()), ("DirtyDataBytes", 0u32.into())]);
    fields.push(("Read", 1u32.into()));
    assert_eq!(refused(state, &fields), "Read: not an object of CLUS_SBL_DISK_HEALTH_STAT's members");
    let top = encode("CLUS_SCSI_ADDRESS", &Value::Int(1)).unwrap_err().to_string();
    assert_eq!(top, "not an object of the structure's members");
}
