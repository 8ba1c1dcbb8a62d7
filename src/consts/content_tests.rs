use super::change::{CLUSTER_CHANGE_SHARED_VOLUME_V2, CLUSTER_OBJECT_TYPE as Object};
use super::content::BufferFormat;
use super::control_codes::{self, Family};
use super::registry::RegistryValueType;
use super::syntax::{CLUSTER_PROPERTY_FORMAT, CLUSTER_PROPERTY_SYNTAX as Syntax, ClusResourceClass};
use super::versions::{ClusterInternalVersion, RELEASES};
use super::{Constant, notifications, properties};

#[test]
fn by_syntax() {
    assert_eq!(BufferFormat::of_syntax(Syntax::CLUSPROP_SYNTAX_LIST_VALUE_SZ), BufferFormat::Sz);
    assert_eq!(BufferFormat::of_syntax(Syntax::CLUSPROP_SYNTAX_DISK_SIZE), BufferFormat::Qword);
    assert_eq!(BufferFormat::of_syntax(Syntax::CLUSPROP_SYNTAX_DISK_GUID), BufferFormat::Sz);
    assert_eq!(
        BufferFormat::of_syntax(Syntax::CLUSPROP_SYNTAX_SCSI_ADDRESS),
        BufferFormat::Struct("CLUS_SCSI_ADDRESS")
    );
    let class = BufferFormat::of_syntax(Syntax::CLUSPROP_SYNTAX_RESCLASS);
    assert_eq!(class.for_length(8), BufferFormat::Struct("CLUS_RESOURCE_CLASS_INFO"));
    assert_eq!(class.for_length(4), BufferFormat::DwordOf(ClusResourceClass::TABLE));
    assert_eq!(class.for_length(7), BufferFormat::DwordOf(ClusResourceClass::TABLE));
    // An unknown type with a known format, and an unknown format.
    assert_eq!(BufferFormat::of_syntax(Syntax(0x0077_0005)), BufferFormat::MultiSz);
    assert_eq!(BufferFormat::of_syntax(Syntax(0x0001_0077)), BufferFormat::Bytes);
}

/// The whole syntax never contradicts the format in its lower half, structures in binary or DWORD form aside.
#[test]
fn every_syntax_has_a_known_format() {
    for member in Syntax::TABLE.members {
        let format = (member.value & 0xFFFF) as u16;
        assert!(CLUSTER_PROPERTY_FORMAT(format).name().is_some(), "{}", member.name);
    }
}

#[test]
fn by_registry_type() {
    assert_eq!(BufferFormat::of_registry_type(RegistryValueType::REG_QWORD), BufferFormat::Qword);
    assert_eq!(BufferFormat::of_registry_type(RegistryValueType(99)), BufferFormat::Bytes);
}

#[test]
fn the_resource_type_decides() {
    let path = control_codes::lookup(Family::ResourceType, control_codes::CLUSCTL_RESOURCE_TYPE_VALIDATE_PATH);
    let path = path.unwrap().input;
    assert_eq!(path.for_resource_type(Some("file share witness")), BufferFormat::PropertyList);
    assert_eq!(path.for_resource_type(Some("Generic Application")), BufferFormat::Sz);
    assert_eq!(path.for_resource_type(None), BufferFormat::Sz);
    assert_eq!(BufferFormat::Dword.for_resource_type(None), BufferFormat::Dword);
}

#[test]
fn maintenance_mode_by_length() {
    let code = control_codes::by_name("CLUSCTL_RESOURCE_SET_MAINTENANCE_MODE").unwrap();
    assert_eq!(code.input.for_length(4), BufferFormat::Struct("CLUS_MAINTENANCE_MODE_INFO"));
    assert_eq!(code.input.for_length(16), BufferFormat::Struct("CLUS_MAINTENANCE_MODE_INFO_EX"));
}

#[test]
fn notifications_are_found() {
    let flag = CLUSTER_CHANGE_SHARED_VOLUME_V2::CLUSTER_CHANGE_SHARED_VOLUME_STATE_V2.bits();
    let row = notifications::lookup(Object::CLUSTER_OBJECT_TYPE_SHARED_VOLUME, flag).unwrap();
    let BufferFormat::PropertyListOf(binary) = row.buffer else { panic!() };
    assert_eq!(binary.for_length(1044), BufferFormat::Struct("CLUSTER_SHARED_VOLUME_STATE_INFO"));
    assert_eq!(binary.for_length(1584), BufferFormat::Struct("CLUSTER_SHARED_VOLUME_STATE_INFO_EX"));
    assert!(notifications::lookup(Object::CLUSTER_OBJECT_TYPE_CERT, 0x40).is_some());
    assert!(notifications::lookup(Object::CLUSTER_OBJECT_TYPE_GROUP, 0).is_none());
    assert!(notifications::lookup(Object::CLUSTER_OBJECT_TYPE_GROUP, 1 << 63).is_none());
    assert!(notifications::lookup(Object(0x77), 1).is_none());
}

/// Each bit that has a name has a row, found by it.
#[test]
fn every_event_has_a_row() {
    for object in Object::TABLE.members {
        let object = Object(object.value as u32);
        let Some(table) = super::change::filter_flags(object) else { continue };
        // Unions are for filters.
        let union = |member: &&crate::consts::Member| member.name.contains("_ALL");
        for member in table.members.iter().filter(|member| !union(member)) {
            let row = notifications::lookup(object, member.value);
            assert_eq!(row.map(|row| row.name), Some(member.name));
        }
    }
}

#[test]
fn secrets() {
    // Whoever adds a property whose name says that it is a secret marks it.
    for property in properties::ALL {
        let says = super::secrets::in_name(property.name.encode_utf16());
        assert!(property.secret || !says, "{} is not marked", property.name);
        let about = properties::about(property.name.encode_utf16(), property.family);
        assert_eq!(about.secret, property.secret);
        assert!(about.property.is_none_or(|found| found.name == property.name));
    }
    assert!(properties::is_secret("primarytoken".encode_utf16()));
    assert!(!properties::is_secret("AccountName".encode_utf16()));
    assert!(!properties::is_secret("no such property".encode_utf16()));
    assert_eq!(properties::by_name("PrimaryToken").count(), 3);
}

#[test]
fn every_listed_version_has_its_releases() {
    assert!(
        RELEASES
            .iter()
            .map(|release| u64::from(release.version.0))
            .eq(ClusterInternalVersion::TABLE.members.iter().map(|member| member.value))
    );
    let version = ClusterInternalVersion(0x0008_2580);
    assert_eq!((version.major(), version.minor()), (8, 0x2580));
    assert!(version.release().unwrap().highest.starts_with("Windows Server 2012 R2"));
    assert_eq!(ClusterInternalVersion(0x0099_0001).release(), None);
}
