//! Enumerations of objects, states and versions: what may be asked for, what may come back.

use super::message::{CheckedMessage, Report};
use super::rule::Rule;
use super::values::Item;
use crate::base::diagnostic::rules;
use crate::consts::methods::{ClusterEnumType, ClusterNodeEnumType, ClusterResTypeEnumType};
use crate::consts::{Constant, Constants, Kind};
use crate::idl::methods::*;
use crate::idl::structures::{CLUSTER_OPERATIONAL_VERSION_INFO as VersionInfo, ENUM_ENTRY, ENUM_LIST};
use crate::ndr::types::{FieldId, Flow, MethodId, Semantics};

rules! { "lists", Rule:
    ASKED = "enum-type-unknown", "MS-CMRP 3.1.4", "dwType is an OR of one or more of the method's values", Must;
    ALONE = "enum-type-alone", "MS-CMRP 3.1.4",
        "CLUSTER_ENUM_INTERNAL_NETWORK and CLUSTER_ENUM_SHARED_VOLUME_RESOURCE stand alone in dwType", Must;
    ENTRY_TYPE = "entry-type", "MS-CMRP 2.2.3.4", "Type of an ENUM_ENTRY is one of the values", Must;
    ENTRY_KIND = "entry-not-asked", "MS-CMRP 3.1.4", "a list holds entries of the kinds that were asked for", Must;
    EQUAL_LENGTH = "lists-equal-length", "MS-CMRP 3.1.4", "the lists of IDs and of names are of equal length", Must;
    EQUAL_TYPES = "lists-equal-types", "MS-CMRP 3.1.4",
        "an ID and the name at the same place of the two lists are of the same object", Must;
    STATE = "state-value", "MS-CMRP 3.1.4", "a state after success is one of the listed ones", Must;
    FLAGS = "flags-unknown", "MS-CMRP 3.1.4", "flags of a request are those that the method lists", Must;
    VERSION_SIZE = "version-info-size", "MS-CMRP 2.2.3.3", "dwSize of CLUSTER_OPERATIONAL_VERSION_INFO is 20", Must;
    VERSION_FLAGS = "version-info-flags", "MS-CMRP 2.2.3.3",
        "dwFlags of CLUSTER_OPERATIONAL_VERSION_INFO is 0 or CLUSTER_VERSION_FLAG_MIXED_MODE", Must;
    VERSION_RESERVED = "version-info-reserved", "MS-CMRP 2.2.3.3",
        "dwReserved of CLUSTER_OPERATIONAL_VERSION_INFO is 0", Must;
    GRANTED = "granted-access", "MS-CMRP 3.1.4",
        "lpdwGrantedAccess after success is GENERIC_READ or GENERIC_ALL", Must;
    DESIRED = "desired-access", "MS-CMRP 3.1.4",
        "dwDesiredAccess is an OR of the listed values", Should;
    CHANGE_ALONE = "change-without-read", "MS-CMRP 3.1.4",
        "a server returns ERROR_INVALID_PARAMETER for CLUSAPI_CHANGE_ACCESS without CLUSAPI_READ_ACCESS", Must;
    NAME_LENGTH = "name-length", "MS-CMRP 3.1.4.2",
        "the name of a cluster or node, with its null, is no longer than 128 bytes; in version 2.0, 32", Must;
    OLD_VERSION = "version-not-implemented", "MS-CMRP 3.1.4",
        "a server of version 3.0 answers ApiGetClusterVersion, ApiSetNetworkPriorityOrder and ApiBackupClusterDatabase \
         with ERROR_CALL_NOT_IMPLEMENTED", Must;
    PASSWORD = "password-not-implemented", "MS-CMRP 3.1.4.2.108",
        "a server of version 3.0 answers ApiSetServiceAccountPassword with ERROR_CALL_NOT_IMPLEMENTED", Must;
}

/// Checks lists, states and versions.
pub(super) fn check(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    if !message.is_clusapi() {
        return;
    }
    names(message, found);
    if message.is_request() { request(message, found) } else { response(message, found) }
}

/// Names of clusters and nodes.
fn names(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    let most = if message.is_clusapi_version(2) { 32 } else { 128 };
    for entry in values.entries.iter().filter(|e| e.depth == 1) {
        let Item::Text { text } = entry.what else { continue };
        let named = matches!(
            entry.field.id,
            ApiSetClusterName::params::NewClusterName
                | ApiGetClusterName::params::ClusterName
                | ApiGetClusterName::params::NodeName
                | ApiOpenNode::params::lpszNodeName
        );
        let bytes = text.as_bytes().len() + 2;
        if named && bytes > most {
            found.at(&NAME_LENGTH, (values, entry), bytes, format!("at most {most}"));
        }
    }
}

/// The kinds of objects that only version 3.0 enumerates.
fn of_version_3(table: &'static Constants) -> u64 {
    if core::ptr::eq(table, ClusterEnumType::TABLE) {
        u64::from(ClusterEnumType::CLUSTER_ENUM_SHARED_VOLUME_RESOURCE.bits())
    } else if core::ptr::eq(table, ClusterNodeEnumType::TABLE) {
        u64::from(ClusterNodeEnumType::CLUSTER_NODE_ENUM_GROUPS.bits())
    } else if core::ptr::eq(table, ClusterResTypeEnumType::TABLE) {
        u64::from(ClusterResTypeEnumType::CLUSTER_RESOURCE_TYPE_ENUM_RESOURCES.bits())
    } else {
        0
    }
}

/// Methods that enumerate by kinds.
fn enumerates(method: MethodId) -> bool {
    matches!(
        method,
        ApiCreateEnum::ID
            | ApiCreateEnumEx::ID
            | ApiCreateResEnum::ID
            | ApiCreateGroupResourceEnum::ID
            | ApiCreateNetworkEnum::ID
            | ApiCreateNodeEnum::ID
            | ApiCreateNodeEnumEx::ID
            | ApiCreateResTypeEnum::ID
    )
}

fn request(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    for entry in values.entries.iter().filter(|e| e.depth == 1) {
        let (Item::Number(value), Semantics::Flags(table)) =
            (entry.what, entry.field.semantics.in_version(message.kind.version))
        else {
            continue;
        };
        let unknown = table.flags_of(value).unknown();
        match entry.field.id {
            ApiCreateEnum::params::dwType if enumerates(message.method.id) => {
                let new = if message.is_clusapi_version(2) { value & of_version_3(table) } else { 0 };
                if unknown | new != 0 || value == 0 {
                    let version = if new != 0 { " of version 2.0" } else { "" };
                    found.at(&ASKED, (values, entry), value, format!("values of {}{version}", table.name));
                }
                let alone = value & 0xc000_0000;
                if alone != 0
                    && value.count_ones() > 1
                    && matches!(message.method.id, ApiCreateEnum::ID | ApiCreateEnumEx::ID)
                {
                    found.at(&ALONE, (values, entry), value, alone);
                }
            }
            ApiOpenClusterEx::params::dwDesiredAccess if unknown != 0 || value == 0 => {
                found.at(&DESIRED, (values, entry), value, format!("values of {}", table.name));
            }
            ApiPauseNodeEx::params::dwPauseFlags
            | ApiOnlineGroupEx::params::dwOnlineFlags
            | ApiOfflineGroupEx::params::dwOfflineFlags
            | ApiMoveGroupEx::params::dwMoveFlags
                if unknown != 0 =>
            {
                found.at(&FLAGS, (values, entry), value, format!("values of {}", table.name));
            }
            _ => {}
        }
    }
}

fn response(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    let Some((_, status)) = values.status() else { return };
    if message.method.id == ApiSetServiceAccountPassword::ID && message.is_clusapi_version(3) && status != 120 {
        found.add(&PASSWORD, FieldId::RETURN, super::registry::status_name(status), "ERROR_CALL_NOT_IMPLEMENTED (120)");
    }
    if matches!(
        message.method.id,
        ApiGetClusterVersion::ID | ApiSetNetworkPriorityOrder::ID | ApiBackupClusterDatabase::ID
    ) && message.is_clusapi_version(3)
        && status != 120
    {
        found.add(
            &OLD_VERSION,
            FieldId::RETURN,
            super::registry::status_name(status),
            "ERROR_CALL_NOT_IMPLEMENTED (120)",
        );
    }
    if status != 0 {
        return;
    }
    let asked = |id| message.request.and_then(|r| r.number(id));
    if let Some(wanted) = asked(ApiOpenClusterEx::params::dwDesiredAccess)
        && wanted & 3 == 2
        && wanted & 0xf200_0000 == 0
    {
        found.add(&CHANGE_ALONE, FieldId::RETURN, "ERROR_SUCCESS", "ERROR_INVALID_PARAMETER (87)");
    }
    for entry in values.entries.iter().filter(|e| e.depth == 1 && e.field.flow == Flow::Out) {
        let (Item::Number(value), Semantics::Enum(table)) =
            (entry.what, entry.field.semantics.in_version(message.kind.version))
        else {
            continue;
        };
        if table.kind != Kind::Enum || table.member(value).is_some() {
            continue;
        }
        match entry.field.id {
            ApiGetGroupState::params::State => {
                found.at(&STATE, (values, entry), value, format!("a value of {}", table.name))
            }
            ApiOpenClusterEx::params::lpdwGrantedAccess => {
                found.at(&GRANTED, (values, entry), value, "GENERIC_READ or GENERIC_ALL");
            }
            _ => {}
        }
    }
    versions(message, found);
    if enumerates(message.method.id) || message.method.id == ApiCreateNetInterfaceEnum::ID {
        entries(message, asked(ApiCreateEnum::params::dwType), found);
    }
}

fn versions(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    if message.method.id != ApiGetClusterVersion2::ID {
        return;
    }
    for (entry, value) in values.numbers(VersionInfo::dwSize).filter(|(_, n)| *n != 20) {
        found.at(&VERSION_SIZE, (values, entry), value, 20u64);
    }
    for (entry, value) in values.numbers(VersionInfo::dwFlags).filter(|(_, n)| *n > 1) {
        found.at(&VERSION_FLAGS, (values, entry), value, "0 or 1");
    }
    for (entry, value) in values.numbers(VersionInfo::dwReserved).filter(|(_, n)| *n != 0) {
        found.at(&VERSION_RESERVED, (values, entry), value, 0u64);
    }
}

/// The entries of the lists that enumerations return.
fn entries(message: &CheckedMessage<'_, '_>, asked: Option<u64>, found: &mut Report<'_, '_>) {
    let values = message.values;
    // Only interfaces: the method has no dwType.
    let asked = if message.method.id == ApiCreateNetInterfaceEnum::ID { Some(0x20) } else { asked };
    let mut lists: Vec<(&str, Vec<u64>)> = Vec::new();
    for entry in &values.entries {
        let parameter = values.parameter(entry);
        match entry.what {
            Item::List => lists.push((parameter, Vec::new())),
            Item::Number(value) if matches!(entry.field.semantics, Semantics::ObjectKind) => {
                if let Some((_, types)) = lists.last_mut() {
                    types.push(value);
                }
                if value.count_ones() != 1 {
                    found.at(&ENTRY_TYPE, (values, entry), value, "one of the values");
                } else if let Some(asked) = asked.filter(|asked| asked & value == 0) {
                    found.at(&ENTRY_KIND, (values, entry), value, format!("kinds of {asked:#x}"));
                }
            }
            _ => {}
        }
    }
    if let [(_, ids), (field, names)] = lists.as_slice()
        && values.omitted == 0
    {
        if ids.len() != names.len() {
            found.add(&EQUAL_LENGTH, *field, names.len(), ids.len());
        } else if let Some(index) = ids.iter().zip(names).position(|(a, b)| a != b) {
            let types = format!("{:?}", ids.get(index).zip(names.get(index)).unwrap_or((&0, &0)));
            found.add(
                &EQUAL_TYPES,
                format!("{field}.{}[{index}].{}", ENUM_LIST::Entry, ENUM_ENTRY::Type),
                types,
                "the same type",
            );
        }
    }
}
