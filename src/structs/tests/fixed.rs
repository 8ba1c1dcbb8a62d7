//! Known bytes, known values; the two ways of reading the text.

use super::{clean, element, entry, field, join, list, member, there_and_back, wide};
use crate::ndr::value::Value;
use crate::structs::records::{self, disk};
use crate::structs::rules;
use crate::structs::{ALL, Kind, decode, encode};

/// The totals that the specification or the public headers give.
#[test]
fn sizes() {
    let totals: &[(&str, &[usize])] = &[
        ("CLUS_RESOURCE_CLASS_INFO", &[8]),
        ("CLUS_SCSI_ADDRESS", &[4]),
        ("CLUS_PARTITION_INFO", &[1120]),
        ("CLUS_PARTITION_INFO_EX", &[1160]),
        ("CLUS_PARTITION_INFO_EX2", &[1700, 1704]),
        ("CLUS_STORAGE_REMAP_DRIVELETTER", &[8]),
        ("CLUS_NETNAME_PWD_INFO", &[680, 568]),
        ("CLUS_MAINTENANCE_MODE_INFO", &[4]),
        ("CLUS_MAINTENANCE_MODE_INFO_EX", &[16]),
        ("CLUS_STORAGE_SET_DRIVELETTER", &[8]),
        ("CLUS_CSV_VOLUME_INFO", &[640]),
        ("CLUS_CSV_MAINTENANCE_MODE_INFO", &[524]),
        ("CLUS_SHARED_VOLUME_BACKUP_MODE", &[528]),
        ("CLUSTER_SHARED_VOLUME_STATE_INFO", &[1044]),
        ("CLUS_POOL_DRIVE_INFO", &[2608, 2600]),
        ("CLUSTER_SHARED_VOLUME_STATE_INFO_EX", &[1584, 1580]),
        ("CLUSCTL_RESOURCE_NETNAME_CHECK_OU_PERMISSIONS_INPUT", &[24]),
        ("SR_RESOURCE_TYPE_QUERY_ELIGIBLE_LOGDISKS", &[20]),
        ("SR_RESOURCE_TYPE_QUERY_ELIGIBLE_TARGET_DATADISKS", &[20, 36]),
        ("SR_RESOURCE_TYPE_QUERY_ELIGIBLE_SOURCE_DATADISKS", &[20]),
        ("SR_RESOURCE_TYPE_REPLICATED_DISK", &[556]),
        ("CLUS_DISK_NUMBER_INFO", &[8]),
        ("CLUS_SBL_DISK_STATE", &[104]),
        ("CLUS_SBL_DISK_HEALTH_STAT", &[24]),
        ("CLUS_SBL_CACHE_CONFIG", &[100, 104]),
        ("CLUS_CREATE_INFRASTRUCTURE_FILESERVER_INPUT", &[16, 32]),
        ("CLUS_CREATE_INFRASTRUCTURE_FILESERVER_OUTPUT", &[480, 520]),
        ("CLUS_NETNAME_VS_TOKEN_INFO", &[12]),
        ("CLUS_NETNAME_PWD_INFOEX", &[904]),
        ("CLUS_DNN_LEADER_STATUS", &[8]),
        ("CLUS_DNN_SODAFS_CLONE_STATUS", &[8]),
        ("FILESHARE_CHANGE", &[172]),
        ("CLUS_CSV_VOLUME_NAME", &[1056, 1054]),
        ("CLUSCTL_RESOURCE_TYPE_STORAGE_GET_AVAILABLE_DISKS_EX2_INPUT", &[20]),
        ("CLUS_FTSET_INFO", &[8]),
        ("SR_VOLUME_NAME", &[520]),
        ("SR_RESOURCE_TYPE_ADD_REPLICATION_GROUP_RESULT", &[524]),
        ("SR_RESOURCE_TYPE_REPLICATED_PARTITION_INFO", &[16]),
        ("RESOURCE_FAILURE_INFO_BUFFER", &[12]),
        ("GROUP_FAILURE_INFO_BUFFER", &[12]),
        ("RESOURCE_TERMINAL_FAILURE_INFO_BUFFER", &[8]),
        ("SYSTEMTIME", &[16]),
        ("CLUSCTL_GROUP_GET_LAST_MOVE_TIME_OUTPUT", &[32, 28]),
        ("GET_OPERATION_CONTEXT_PARAMS", &[16]),
        ("POST_UPGRADE_VERSION_INFO", &[20]),
        ("CLUS_STARTING_PARAMS", &[12]),
        ("CLUSCTL_RESOURCE_STATE_CHANGE_REASON_STRUCT", &[12]),
        ("PaxosTagCStruct", &[80]),
        ("WitnessTagHelper", &[88]),
        ("WitnessTagUpdateHelper", &[168]),
        ("STUCK_NODES", &[12]),
        ("IPADDR_INFO", &[24]),
    ];
    for (name, sizes) in totals {
        let record = records::by_name(name).unwrap();
        for (reading, size) in sizes.iter().enumerate() {
            assert_eq!(record.size(reading), Some(*size), "{name}, reading {reading}");
        }
        assert_eq!(record.variants.len().max(1), sizes.len(), "{name}");
    }
    for record in records::ALL {
        let fixed = (0..record.variants.len().max(1)).any(|reading| record.size(reading).is_some());
        assert_eq!(fixed, totals.iter().any(|(name, _)| *name == record.name), "{}", record.name);
        assert!(record.members.len() <= crate::structs::types::MAX_MEMBERS);
        for (i, other) in records::ALL.iter().enumerate() {
            assert!(record.name != other.name || core::ptr::eq(*record, records::ALL[i]));
        }
    }
}

/// A length names an integer that stands before it.
#[test]
fn lengths_are_known_before() {
    use crate::structs::types::Type;
    for record in records::ALL {
        for (i, member) in record.members.iter().enumerate() {
            let name = match member.ty {
                Type::SizedBytes(name)
                | Type::Sized(name, _)
                | Type::SizedSz(name)
                | Type::CheckedSz(name)
                | Type::CountedSz(name)
                | Type::Counted(name, _) => name,
                _ => continue,
            };
            let place = record.members.iter().position(|m| m.field.name == name);
            assert!(place.is_some_and(|place| place < i), "{}.{}", record.name, member.field.name);
            assert!(matches!(record.members[place.unwrap()].ty, Type::Int(_)));
        }
    }
}

#[test]
fn every_structure_has_a_name_of_its_own() {
    for (i, a) in ALL.iter().enumerate() {
        assert!(ALL.iter().skip(i + 1).all(|b| b.name != a.name), "{}", a.name);
        assert!(!matches!(a.kind, Kind::Record(r) if r.name != a.name));
    }
    assert!(crate::structs::Structure::by_name("property_list").is_some());
    assert!(crate::structs::Structure::by_name("nothing").is_none());
}

/// Example 4.1 with the size as 2.2.3.10.1 has it, and as the example prints it: with the padding.
#[test]
fn the_address_of_example_4_1() {
    let bytes = list(&[("Address", &[entry(0x0001_0003, &wide("10.1.2.3"))])]);
    assert_eq!(bytes[32..36], 18u32.to_le_bytes());
    let value = there_and_back("PROPERTY_LIST", &bytes);
    let property = element(member(&value, "properties"), 0);
    assert_eq!(member(property, "name"), &"Address".into());
    assert_eq!(member(element(member(property, "values"), 0), "value"), &"10.1.2.3".into());

    let mut printed = bytes.clone();
    printed[32] = 20;
    let decoded = decode("PROPERTY_LIST", &printed).unwrap();
    assert_eq!((decoded.error, decoded.trailing), (None, &[] as &[u8]));
    assert_eq!(decoded.diagnostics[0].rule, &rules::SIZE_COUNTS_PADDING);
    assert_eq!(encode("PROPERTY_LIST", &decoded.value.unwrap()).unwrap(), printed);
}

#[test]
fn every_syntax() {
    let scsi = [3, 0, 2, 1];
    let partition = join(&[&[1, 0, 0, 0], &field("dev", 260), &field("vol", 260), &[0; 12], &field("NTFS", 32)]);
    let partition_ex = join(&[&partition, &[7; 40]]);
    let partition_ex2 = join(&[&partition_ex, &[9; 16], &field("name", 260), &[5, 0, 0, 0]]);
    let partition_ex2_natural = join(&[&partition_ex2, &[0; 4]]);
    let sd = [1, 0, 4, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let values = [
        entry(0x0002_0002, &[1, 0, 0, 0]),
        entry(0x0002_0002, &[1, 0, 0, 0, 0, 0, 0, 0x80]),
        entry(0x0001_0003, &wide("text")),
        entry(0x0001_0004, &wide("%a%")),
        entry(0x0001_0008, &wide("b")),
        entry(0x0001_0002, &[0xff; 4]),
        entry(0x0001_0001, &[1, 2, 3, 4, 5]),
        entry(0x0001_0001, &[]),
        entry(0x0001_0005, &join(&[&wide("a"), &wide("bc"), &[0, 0]])),
        entry(0x0001_0005, &[0, 0]),
        entry(0x0001_0007, &[0xff; 4]),
        entry(0x0001_0009, &sd),
        entry(0x0001_000a, &[0xff; 8]),
        entry(0x0001_0006, &[0xff; 8]),
        entry(0x0001_000b, &[1, 2]),
        entry(0x0001_000c, &[0, 0x80, 0x3e, 0xd5, 0xde, 0xb1, 0x9d, 1]),
        entry(0x0005_0002, &[0x11, 0x22, 0x33, 0x44]),
        entry(0x0006_0002, &scsi),
        entry(0x0007_0002, &[4, 0, 0, 0]),
        entry(0x0008_0001, &partition),
        entry(0x000a_0003, &wide("serial")),
        entry(0x000b_0003, &wide("{cab0e89a-9470-4328-bbf3-8ec425c2e128}")),
        entry(0x000c_0006, &[0, 0, 0, 0, 1, 0, 0, 0]),
        entry(0x000d_0001, &partition_ex),
        entry(0x000e_0001, &partition_ex2),
        entry(0x000e_0001, &partition_ex2_natural),
        // Not in the specification: an unknown type with a known format, and an unknown format.
        entry(0x0077_0002, &[1, 0, 0, 0]),
        entry(0x0001_0077, &[1, 2, 3]),
    ];
    let value = there_and_back("PROPERTY_LIST", &list(&[("All", &values), ("Empty", &[entry(0x0001_0003, &[0, 0])])]));
    let property = element(member(&value, "properties"), 0);
    let value_of = |i: usize| member(element(member(property, "values"), i), "value").clone();
    assert_eq!(value_of(0), 1u32.into());
    assert_eq!(member(&value_of(1), "SubClass"), &0x8000_0000u32.into());
    assert_eq!(value_of(8), Value::List(vec!["a".into(), "bc".into()]));
    assert_eq!(value_of(9), Value::List(vec![]));
    assert_eq!(value_of(10), (-1i32).into());
    assert_eq!(value_of(13), u64::MAX.into());
    assert_eq!(member(&value_of(17), "TargetID"), &2u8.into());
    assert_eq!(member(&value_of(23), "VolumeGuid"), &"07070707-0707-0707-0707-070707070707".into());
    assert_eq!(member(&value_of(24), "szPartitionName"), &"name".into());
    assert_eq!(member(&value_of(25), "reading"), &"natural".into());
    assert_eq!(value_of(26), 1u32.into());
    assert_eq!(value_of(27), Value::Bytes(vec![1, 2, 3]));
}

#[test]
fn final_end_mark() {
    let mut bytes = list(&[("A", &[entry(0x0001_0002, &[1, 0, 0, 0])])]);
    bytes.extend([0; 4]);
    let value = there_and_back("PROPERTY_LIST", &bytes);
    assert_eq!(member(&value, "final_endmark"), &1u8.into());
    // Other bytes behind the last property are ignored, and kept.
    bytes.extend([7; 3]);
    let decoded = decode("PROPERTY_LIST", &bytes).unwrap();
    assert_eq!((decoded.error, decoded.trailing.len()), (None, 7));
    there_and_back("PROPERTY_LIST", &[0; 4]);
    assert_eq!(member(&there_and_back("PROPERTY_LIST", &[0; 8]), "final_endmark"), &1u8.into());
}

/// Expanded text is sent behind the text that it comes from.
#[test]
fn expanded_alone_is_told() {
    let bytes = list(&[("P", &[entry(0x0001_0008, &wide("x"))])]);
    let decoded = decode("PROPERTY_LIST", &bytes).unwrap();
    assert_eq!(decoded.diagnostics[0].rule, &rules::EXPANDED_WITHOUT_EXPAND);
    assert_eq!(decoded.diagnostics[0].path.to_string(), "properties[0].values[0]");
}

fn command(kind: u32, value_type: u32, name: &str, data: &[u8]) -> Vec<u8> {
    let name = wide(name);
    let mut bytes = join(&[&kind.to_le_bytes(), &value_type.to_le_bytes(), &(name.len() as u32).to_le_bytes(), &name]);
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes.extend(&[0u8; 1][..data.len() % 2]);
    bytes
}

#[test]
fn every_command_and_type() {
    let mut bytes = vec![1, 0, 0, 0];
    for kind in [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 99] {
        bytes.extend(command(kind, 0, "Key\\Name", &[]));
    }
    let typed: &[(u32, Vec<u8>)] = &[
        (0, vec![1]),
        (1, wide("text")),
        (2, wide("%x%")),
        (3, vec![1, 2, 3]),
        (4, vec![1, 0, 0, 0]),
        (7, join(&[&wide("a"), &[0, 0]])),
        (11, vec![1; 8]),
        (77, vec![1, 2]),
    ];
    for (value_type, data) in typed {
        bytes.extend(command(1, *value_type, "", data));
    }
    let value = there_and_back("CLUSTER_REG_BATCH_UPDATE", &bytes);
    assert_eq!(member(element(member(&value, "commands"), 17), "CommandType"), &99u32.into());
    assert_eq!(member(element(member(&value, "commands"), 19), "Data"), &Value::Bytes(wide("text")));
    there_and_back("CLUSTER_REG_BATCH_UPDATE", &[1, 0, 0, 0]);
    there_and_back("BATCH_UPDATE_COMMAND", &command(1, 3, "n", &[1]));
}

/// E-12, E-24, E-26 to E-28, E-31, E-36, E-38: by the bytes, and back to the same ones.
#[test]
fn both_readings() {
    let reading = |name: &str, bytes: &[u8]| match there_and_back(name, bytes) {
        Value::Map(fields) => match fields.get("reading") {
            Some(Value::Text(reading)) => reading.clone(),
            _ => String::new(),
        },
        other => panic!("{other:?}"),
    };
    let password = join(&[&[1, 0, 0, 0], &field("secret", 16), &field("dc", 258)]);
    assert_eq!(reading("CLUS_NETNAME_PWD_INFO", &join(&[&password, &field("guid", 64)])), "");
    assert_eq!(reading("CLUS_NETNAME_PWD_INFO", &join(&[&password, &[5; 16]])), "binary");

    let drive = |gap: &[u8]| join(&[&field("d", 256), &[1; 12], gap, &[2; 28], &field("e", 1024), gap]);
    assert_eq!(reading("CLUS_POOL_DRIVE_INFO", &drive(&[0; 4])), "");
    assert_eq!(reading("CLUS_POOL_DRIVE_INFO", &drive(&[9; 4])), "");
    assert_eq!(reading("CLUS_POOL_DRIVE_INFO", &drive(&[])), "documented");

    let state =
        |gap: &[u8]| join(&[&field("v", 260), &field("n", 260), &[2, 0, 0, 0], &field("f", 260), gap, &[0; 16]]);
    assert_eq!(reading("CLUSTER_SHARED_VOLUME_STATE_INFO_EX", &state(&[0; 4])), "");
    assert_eq!(reading("CLUSTER_SHARED_VOLUME_STATE_INFO_EX", &state(&[])), "documented");

    let disks = |count: u8, element: &[u8]| join(&[&[count, 0, 0, 0], &element.repeat(usize::from(count))]);
    assert_eq!(reading("SR_RESOURCE_TYPE_ELIGIBLE_DISKS_RESULT", &disks(3, &[7; 16])), "");
    assert_eq!(reading("SR_RESOURCE_TYPE_ELIGIBLE_DISKS_RESULT", &disks(3, &[7; 20])), "reasons");
    assert_eq!(reading("SR_RESOURCE_TYPE_QUERY_ELIGIBLE_TARGET_DATADISKS", &[1; 20]), "");
    assert_eq!(reading("SR_RESOURCE_TYPE_QUERY_ELIGIBLE_TARGET_DATADISKS", &[1; 36]), "group");

    assert_eq!(reading("CLUSTER_MEMBERSHIP_INFO", &[1, 0, 0, 0, 2, 0, 0, 0, 1, 2]), "");
    assert_eq!(reading("CLUSTER_MEMBERSHIP_INFO", &[1, 2, 0, 0, 0, 1, 2]), "documented");

    let cache = |gap: &[u8]| join(&[&[1, 0, 0, 0], &[3; 88], gap, &[4; 8]]);
    assert_eq!(reading("CLUS_SBL_CACHE_CONFIG", &cache(&[])), "");
    assert_eq!(reading("CLUS_SBL_CACHE_CONFIG", &cache(&[0; 4])), "natural");
    let states = |gap: &[u8]| join(&[&[2, 0, 0, 0], gap, &[5; 208]]);
    assert_eq!(reading("CLUS_GET_SBL_DISK_STATE_OUT", &states(&[])), "");
    assert_eq!(reading("CLUS_GET_SBL_DISK_STATE_OUT", &states(&[0; 4])), "natural");

    for (bytes, signature) in
        [(vec![1, 0, 0, 0, 1, 2, 3, 4], true), (join(&[&[1, 0, 0, 0, 1, 2, 3, 4], &[0; 12]]), true)]
    {
        let value = there_and_back("CLUSDSK_DISKID", &bytes);
        assert_eq!(member(&value, "DiskSignature") == &0x0403_0201u32.into(), signature);
    }
    there_and_back("CLUSDSK_DISKID", &[2, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    there_and_back("CLUSDSK_DISKID", &[0x88, 0x13, 0, 0]);
    let bytes = join(&[&[1, 0, 0, 0], &[6; 16]]);
    let foreign = decode("CLUSDSK_DISKID", &bytes).unwrap();
    assert_eq!(foreign.diagnostics[0].rule, &rules::DISK_ID_NUMBERING);

    // Bytes with the terminator, and characters.
    there_and_back("CLUS_STRING_NAME_INFO", &join(&[&[6, 0, 0, 0], &wide("ab")]));
    let characters = join(&[&[3, 0, 0, 0], &wide("ab")]);
    let decoded = decode("CLUS_STRING_NAME_INFO", &characters).unwrap();
    assert_eq!(decoded.diagnostics[0].rule, &rules::OTHER_READING);
    assert_eq!(encode("CLUS_STRING_NAME_INFO", &decoded.value.unwrap()).unwrap(), characters);

    // The terminator among the bytes, or behind them.
    let ou = "CLUSCTL_RESOURCE_NETNAME_CHECK_OU_PERMISSIONS_OUTPUT";
    there_and_back(ou, &join(&[&[1, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0], &wide("OU")]));
    there_and_back(ou, &join(&[&[1, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0], &wide("OU")]));
}

#[test]
fn nested_and_variable() {
    let disk = |name: &str| {
        let counted = |text: &str| join(&[&(wide(text).len() as u32).to_le_bytes(), &wide(text)]);
        join(&[&[1; 16], &[1, 0, 0, 0, 2, 0, 0, 0, 1, 0], &counted(name), &counted(""), &counted("x")])
    };
    let bytes = join(&[&[1, 0, 0, 0, 2, 0, 0, 0], &disk("odd"), &disk("even")]);
    let value = there_and_back("CLUS_PHYSICAL_DISK_INFO_HEADER", &bytes);
    let second = element(member(&value, "PhysicalDiskInfo"), 1);
    assert_eq!(member(member(second, "Manufacturer"), "StringName"), &"even".into());

    let node = |name: &str| join(&[&wide(name), &[3; 88], &[1, 0, 0, 0]]);
    let value = there_and_back("ClusterUtilizationInfo", &join(&[&node("node1"), &node("n2")]));
    assert_eq!(member(element(member(&value, "NodeInfos"), 1), "NodeName"), &"n2".into());

    let paths = join(&[&[1, 0, 0, 0, 2, 0, 0, 0], &[7; 16], &[1, 0, 0, 0, 2, 0, 0, 0]]);
    there_and_back("CBFLT_PATH_IDS", &paths);
    let request = join(&[&[1, 0, 0, 0], &wide("odd"), &32u32.to_le_bytes(), &paths]);
    assert_eq!(
        member(&there_and_back("CLUS_GET_CLUSBFLT_PATHINFO_EX_IN", &request), "PathIdBuffer"),
        &Value::Bytes(paths)
    );

    let versions = join(&[&[1, 0, 0, 0, 2, 0, 0, 0], &wide("W"), &wide("10")]);
    assert_eq!(member(&there_and_back("OS_AND_OS_VERSION_INFO", &versions), "OSVersion"), &"10".into());

    let odd = join(&[&[9, 0, 0, 0, 3, 0, 0, 0], &wide("W"), &wide("10")]);
    let decoded = decode("OS_AND_OS_VERSION_INFO", &odd).unwrap();
    assert_eq!((decoded.diagnostics.len(), decoded.diagnostics[0].rule), (1, &rules::LENGTH_OF_TEXT));
    assert_eq!(encode("OS_AND_OS_VERSION_INFO", &decoded.value.unwrap()).unwrap(), odd);

    let address = [9, 0, 0, 0, 10, 1, 2, 3, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let bytes = join(&[&36u32.to_le_bytes(), &[0, 0, 0, 0, 1, 0, 0, 0], &address]);
    let value = there_and_back("IPADDR_INFO_LIST", &bytes);
    assert_eq!(member(element(member(&value, "IPAddrInfo"), 0), "IPV4"), &"10.1.2.3".into());
    assert_eq!(member(element(member(&value, "IPAddrInfo"), 0), "IPV6"), &"fe80::1".into());
    there_and_back("RESOURCE_CHANGE", &join(&[&14u32.to_le_bytes(), &[255, 0, 0, 0], &wide("FS")]));
}

/// E-43: one end mark for each disk, or one for all of them.
#[test]
fn disks() {
    let disk = |signature: u8| {
        join(&[&entry(0x0005_0002, &[signature; 4]), &entry(0x0006_0002, &[1; 4]), &entry(0x0007_0002, &[1, 0, 0, 0])])
    };
    let each = join(&[&disk(1), &[0; 4], &disk(2), &[0; 4]]);
    let once = join(&[&disk(1), &disk(2), &[0; 4]]);
    let never = join(&[&disk(1), &disk(2)]);
    for bytes in [each, once, never, vec![0; 4], vec![]] {
        let value = there_and_back("DISK_LIST", &bytes);
        let Value::List(disks) = member(&value, "disks") else { panic!() };
        assert_eq!(disks.len(), if bytes.len() > 4 { 2 } else { 0 });
    }
    let value = there_and_back("VALUE_LIST", &join(&[&disk(1), &[0; 4]]));
    assert_eq!(member(element(member(&value, "values"), 0), "value"), &0x0101_0101u32.into());
    there_and_back("VALUE_LIST", &disk(1));
    // Names are values here.
    there_and_back(
        "VALUE_LIST",
        &join(&[&entry(0x0002_0002, &[2, 0, 0, 0]), &entry(0x0004_0003, &wide("IP Address")), &[0; 4]]),
    );
}

#[test]
fn text_in_fixed_fields() {
    let name = "CLUS_CREATE_INFRASTRUCTURE_FILESERVER_OUTPUT";
    let full = "x".repeat(239);
    there_and_back(name, &field(&full, 240));
    // No terminator: read, told, and written as it was.
    let bytes = field(&"x".repeat(240), 240);
    let decoded = decode(name, &bytes[..480]).unwrap();
    assert_eq!(decoded.diagnostics[0].rule, &rules::TERMINATOR_MISSING);
    // Left-overs behind the terminator.
    let mut bytes = field("ab", 240);
    bytes[100] = 1;
    let decoded = decode(name, &bytes).unwrap();
    assert_eq!(decoded.diagnostics[0].rule, &rules::BEHIND_TERMINATOR);
    assert_eq!(encode(name, &decoded.value.unwrap()).unwrap(), bytes);
    // A lone surrogate.
    let mut bytes = field("ab", 240);
    bytes[1] = 0xd8;
    assert!(matches!(member(&there_and_back(name, &bytes), "FileServerName"), Value::Units(_)));
    // Eight characters fill the field of the request.
    there_and_back("CLUS_CREATE_INFRASTRUCTURE_FILESERVER_INPUT", &wide("fileserv")[..16]);
}

#[test]
fn refused() {
    let value = |text: &str| {
        let mut fields = crate::ndr::value::Fields::default();
        fields.set("FileServerName", text);
        Value::Map(fields)
    };
    let reason = |name: &str, value: &Value| encode(name, value).unwrap_err().to_string();
    let name = "CLUS_CREATE_INFRASTRUCTURE_FILESERVER_INPUT";
    assert_eq!(reason(name, &value("123456789")), "FileServerName: 9 code units where there is room for 8");
    assert_eq!(reason(name, &value("a\0b")), "FileServerName: a null character would end the text");
    assert_eq!(reason(name, &Value::Null), "not an object of the structure's members");
    assert_eq!(reason("CLUS_SCSI_ADDRESS", &value("")), "FileServerName: CLUS_SCSI_ADDRESS has no member of this name");

    let mut scsi = clean("CLUS_SCSI_ADDRESS", &[1, 2, 3, 4]);
    let Value::Map(fields) = &mut scsi else { panic!() };
    fields.set("LUN", 256u32);
    assert_eq!(reason("CLUS_SCSI_ADDRESS", &scsi), "LUN: 256 does not fit into 8 bits");

    let mut paths = clean("CBFLT_PATH_IDS", &join(&[&[1, 0, 0, 0, 1, 0, 0, 0], &[0; 20]]));
    let Value::Map(fields) = &mut paths else { panic!() };
    fields.set("Count", 2u32);
    assert_eq!(reason("CBFLT_PATH_IDS", &paths), "PathId: Count is 2 where 1 would be right");

    let mut properties = clean("PROPERTY_LIST", &list(&[("A", &[entry(0x0001_0002, &[0; 4])])]));
    let Value::Map(fields) = &mut properties else { panic!() };
    fields.set("propertyCount", 11u32);
    assert_eq!(reason("PROPERTY_LIST", &properties), "propertyCount: 11 where 1 properties follow");
    assert_eq!(encode("X", &Value::Null).unwrap_err().message, "unknown structure");
    assert_eq!(disk::CLUSDSK_DISKID.section, "2.2.3.33");
}
