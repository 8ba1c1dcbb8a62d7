use super::*;

#[test]
fn numbers_and_names_are_unique() {
    for (i, row) in ALL.iter().enumerate() {
        assert!(std::ptr::eq(by_name(row.name).unwrap(), row), "{}", row.name);
        assert!(std::ptr::eq(lookup_any(row.value).unwrap(), row), "{}", row.name);
        for other in &ALL[..i] {
            assert!(!row.alternates.contains(&other.value) && !other.alternates.contains(&row.value), "{}", row.name);
        }
    }
}

#[test]
fn found_in_its_family() {
    for family in Family::ALL {
        assert_eq!(Family::from_name(family.as_str()), Some(family));
        for row in family.codes() {
            assert_eq!(row.family, family);
            assert_eq!(lookup(family, row.value).map(|found| found.name), Some(row.name));
        }
    }
    assert_eq!(lookup(Family::Cluster, 0x0100_0029), None);
    assert_eq!(lookup(Family::Resource, 0xFFFF_FFFF), None);
    assert_eq!(lookup_any(0xFFFF_FFFF), None);
}

#[test]
fn alternates_are_accepted() {
    let name = |family, code| lookup(family, code).map(|row| row.name);
    // Printed with one zero too many.
    assert_eq!(name(Family::Node, 0x4000_21F1), Some("CLUSCTL_NODE_GET_CLUSBFLT_PATHINFO_EX"));
    assert_eq!(name(Family::Node, 0x4000_21E9), Some("CLUSCTL_NODE_STORAGE_GET_PHYSICAL_DISK_INFO_EX"));
    assert_eq!(name(Family::Node, 0x4000_21DD), Some("CLUSCTL_NODE_GET_SBL_DISK_STATE_EX"));
    assert_eq!(name(Family::Node, 0x4000_21E1), Some("CLUSCTL_NODE_GET_SBL_CACHE_CONFIG_EX"));
    // Another family's object byte.
    assert_eq!(name(Family::ResourceType, 0x0100_0229), Some("CLUSCTL_RESOURCE_TYPE_STORAGE_IS_CSV_FILE"));
    assert_eq!(name(Family::ResourceType, 0x0200_0229), Some("CLUSCTL_RESOURCE_TYPE_STORAGE_IS_CSV_FILE"));
    assert_eq!(name(Family::Resource, 0x0700_2121), Some("CLUSCTL_RESOURCE_NETNAME_CHECK_OU_PERMISSIONS"));
    assert_eq!(name(Family::Resource, 0x0100_2121), Some("CLUSCTL_RESOURCE_NETNAME_CHECK_OU_PERMISSIONS"));
    assert_eq!(name(Family::Resource, 0x0100_2125), Some("CLUSCTL_RESOURCE_NETNAME_CHECK_AD_STATE"));
    assert_eq!(name(Family::Group, 0x0800_2D7D), Some("CLUSCTL_GROUP_GET_PROVIDER_GROUPS"));
    assert_eq!(name(Family::Group, 0x0300_2D7D), Some("CLUSCTL_GROUP_GET_PROVIDER_GROUPS"));
    assert_eq!(name(Family::Group, 0x0300_2D81), Some("CLUSCTL_GROUP_GET_PROVIDER_GROUPSETS"));
    assert_eq!(lookup_any(0x4000_21F1).map(|row| row.value), Some(0x0400_21F1));
}

#[test]
fn same_function_in_two_families() {
    assert_eq!(lookup_any(0x0700_21F1).unwrap().name, "CLUSCTL_CLUSTER_NODE_REPLACEMENT");
    assert_eq!(lookup_any(0x0400_21F1).unwrap().name, "CLUSCTL_NODE_GET_CLUSBFLT_PATHINFO_EX");
    assert_eq!(ControlCodeFields::decode(0x0700_21F1).function, ControlCodeFields::decode(0x0400_21F1).function);
}

#[test]
fn fields_of_a_code() {
    let fields = ControlCodeFields::decode(CLUSCTL_RESOURCE_SET_PRIVATE_PROPERTIES);
    assert_eq!((fields.object, fields.function, fields.access), (1, 0x21, AccessBits::Write));
    assert!(fields.modify && !fields.global && !fields.user && !fields.internal);
    assert_eq!(fields.family(), Some(Family::Resource));
    assert_eq!(fields.to_string(), "resource, function 0x21, write, modify");
    assert_eq!(ControlCodeFields::decode(0x4000_21F3).to_string(), "object 64, function 0x87c, read, write");
    let migrate = ControlCodeFields::decode(CLUSCTL_RESOURCE_VM_START_MIGRATION);
    assert_eq!((migrate.user, migrate.modify, migrate.function, migrate.access), (true, true, 1, AccessBits::Any));
    for code in [0, u32::MAX, 0x01C0_018A, 0x1234_5678].into_iter().chain(ALL.iter().map(|row| row.value)) {
        assert_eq!(ControlCodeFields::decode(code).encode(), code);
    }
}

/// A 3.0 server asks for All where the modify bit is set, with two exceptions.
#[test]
fn access_follows_the_modify_bit() {
    let exceptions = [CLUSCTL_RESOURCE_NETNAME_RESET_VCO, CLUSCTL_RESOURCE_TYPE_STORAGE_REMAP_DRIVELETTER];
    for row in ALL {
        let all = ControlCodeFields::decode(row.value).modify || exceptions.contains(&row.value);
        assert_eq!(row.access == Access::All, all, "{}", row.name);
    }
}

#[test]
fn object_byte_follows_the_family() {
    let foreign: Vec<_> =
        ALL.iter().filter(|row| ControlCodeFields::decode(row.value).family() != Some(row.family)).collect();
    assert_eq!(foreign.len(), 5);
    assert!(foreign.iter().all(|row| row.alternates.len() == 1));
}
