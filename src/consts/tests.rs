use super::access::{ClusterDesiredAccess, REGSAM};
use super::change::{CLUSTER_CHANGE, CLUSTER_CHANGE_NODE_UPGRADE_PHASE_V2, CLUSTER_OBJECT_TYPE, filter_flags};
use super::control_codes::ControlCodeBits;
use super::states::{ClusterNodeState, ClusterResourceState};
use super::storage::{CsvFaultState, DriveLetterMask};
use super::witness::WitnessInterfaceState;
use super::*;

#[test]
fn names_are_unique_and_every_table_has_members() {
    let mut names: Vec<_> = ALL.iter().map(|table| table.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ALL.len());
    for table in ALL {
        assert!(!table.members.is_empty() && !table.section.is_empty() && !table.used_by.is_empty(), "{}", table.name);
        assert!(matches!(table.width, 16 | 32 | 64), "{}", table.name);
        assert!(core::ptr::eq(by_name(table.name).unwrap(), *table));
    }
    assert!(by_name("clusterresourcestate").is_none());
}

#[test]
fn values_are_unique_within_a_table_and_fit_the_width() {
    for table in ALL {
        for (i, member) in table.members.iter().enumerate() {
            assert!(table.width == 64 || member.value >> table.width == 0, "{}", member.name);
            assert_eq!(table.name_of(member.value), Some(member.name));
            assert_eq!(table.value_of(member.name), Some(member.value));
            assert!(table.members[..i].iter().all(|other| other.name != member.name));
        }
    }
}

#[test]
fn unknown_values_survive() {
    let state = ClusterResourceState::from(77);
    assert_eq!((u32::from(state), state.name(), state.to_string()), (77, None, "77".to_owned()));
    let mask = CLUSTER_CHANGE::from(u32::MAX);
    assert_eq!(u32::from(mask), u32::MAX);
    assert_eq!(REGSAM::from(0x80).bits(), 0x80);
}

#[test]
fn shown_with_name_and_number() {
    assert_eq!(ClusterNodeState::ClusterNodeStateUnknown.to_string(), "ClusterNodeStateUnknown (0xffffffff)");
    assert_eq!(WitnessInterfaceState(255).to_string(), "UNAVAILABLE (255)");
    assert_eq!(
        (ClusterDesiredAccess::GENERIC_READ | ClusterDesiredAccess::from(4)).to_string(),
        "GENERIC_READ | 0x4 (0x80000004)"
    );
    assert_eq!(format!("{:?}", ClusterDesiredAccess::from(4)), "0x4");
    assert_eq!(CsvFaultState::from(0).to_string(), "VolumeStateNoFaults (0x0)");
    assert_eq!(REGSAM::empty().to_string(), "0x0");
}

#[test]
fn a_zero_member_is_named_only_for_zero() {
    let table = CsvFaultState::TABLE;
    assert!(table.flags_of(0).eq(["VolumeStateNoFaults"]));
    assert!(table.flags_of(1).eq(["VolumeStateRedirected"]));
}

#[test]
fn a_union_is_not_named_beside_its_parts() {
    let table = CLUSTER_CHANGE_NODE_UPGRADE_PHASE_V2::TABLE;
    assert_eq!(table.flags_of(7).count(), 3);
    assert_eq!(table.flags_of(7).unknown(), 0);
    assert_eq!(table.flags_of(15).unknown(), 8);
    assert_eq!(table.name_of(7), Some("CLUSTER_CHANGE_UPGRADE_ALL"));
}

#[test]
fn a_field_of_several_bits_is_named_only_when_full() {
    let table = ControlCodeBits::TABLE;
    let flags = table.flags_of(0x0140_0086);
    assert_eq!(flags.unknown(), 0x0100_0084);
    assert!(flags.eq(["CLCTL_MODIFY", "CLUSCTL_ACCESS_WRITE"]));
    assert!(table.flags_of(0xFF00_0000).eq(["CLUSCTL_OBJECT_MASK"]));
}

#[test]
fn leftover_bits() {
    let flags = DriveLetterMask::TABLE.flags_of(0x0400_0004);
    assert_eq!(flags.unknown(), 0x0400_0000);
    assert!(flags.eq(["DriveC"]));
    // A 64-bit pattern with the sign bit set.
    assert_eq!(DriveLetterMask::TABLE.flags_of(u64::MAX).unknown(), u64::MAX << 26);
}

#[test]
fn the_object_type_decides_the_filter_flags() {
    let name = |object: CLUSTER_OBJECT_TYPE| filter_flags(object).map(|table| table.name);
    assert_eq!(name(CLUSTER_OBJECT_TYPE::CLUSTER_OBJECT_TYPE_NETWORK), Some("CLUSTER_CHANGE_NETWORK_V2"));
    assert_eq!(name(CLUSTER_OBJECT_TYPE::CLUSTER_OBJECT_TYPE_CERT), None);
    assert_eq!(name(CLUSTER_OBJECT_TYPE(99)), None);
}
