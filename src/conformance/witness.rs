//! The Service Witness Protocol: registrations, interfaces, notifications.

use super::message::{CheckedMessage, Report};
use super::rule::Rule;
use super::values::{Item, wide};
use crate::base::diagnostic::rules;
use crate::consts::Constant;
use crate::consts::witness::{WitnessInterfaceState, WitnessMessageType as Type, WitnessResourceChangeType};
use crate::idl::structures::{RESP_ASYNC_NOTIFY, WITNESS_INTERFACE_INFO, WITNESS_INTERFACE_LIST};
use crate::idl::witness::*;
use crate::ndr::types::FieldId;
use crate::structs::macros::member;
use crate::structs::records::witness::{IPADDR_INFO, IPADDR_INFO_LIST, RESOURCE_CHANGE};

rules! { "witness", Rule:
    REVISION = "witness-revision", "MS-SWN 3.1.4",
        "a server refuses any version but 1 in WitnessrRegister, any but 2 in WitnessrRegisterEx, with \
         ERROR_REVISION_MISMATCH", Must;
    NO_NAME = "witness-null-name", "MS-SWN 3.1.4",
        "a server refuses a registration without the names and the address with ERROR_INVALID_PARAMETER", Must;
    STATE = "witness-interface-state", "MS-SWN 2.2.2.5", "State is UNKNOWN, AVAILABLE or UNAVAILABLE", Must;
    INTERFACE_FLAGS = "witness-interface-flags", "MS-SWN 2.2.2.5",
        "Flags of an interface is an OR of IPv4, IPv6 and INTERFACE_WITNESS", Must;
    GROUP_NAME = "witness-group-name", "MS-SWN 2.2.2.5", "InterfaceGroupName is null-terminated", Must;
    EMPTY_LIST = "witness-empty-list", "MS-SWN 3.1.4.1",
        "a server without interfaces returns ERROR_NO_MORE_ITEMS", Must;
    MESSAGE_TYPE = "witness-message-type", "MS-SWN 2.2.2.4", "MessageType is 1 to 4", Must;
    MESSAGE_COUNT = "witness-message-count", "MS-SWN 2.2.2.4",
        "NumberOfMessages is the number of notifications in MessageBuffer", Must;
    MESSAGE_LENGTH = "witness-message-length", "MS-SWN 2.2.2", "Length of a notification lies inside the buffer", Must;
    RESERVED = "witness-reserved", "MS-SWN 2.2.2.2", "Reserved of an IPADDR_INFO_LIST is 0", Must;
    INSTANCES = "witness-instances", "MS-SWN 2.2.2.2",
        "an IPADDR_INFO_LIST holds IPAddrInstances addresses, one or more", Must;
    ADDRESS_FAMILY = "witness-address-family", "MS-SWN 2.2.2.1",
        "IPADDR_V4 and IPADDR_V6 are not set together", Must;
    ADDRESS_FLAGS = "witness-address-flags", "MS-SWN 2.2.2.1",
        "Flags of an address is an OR of the listed values", Should;
    CHANGE_TYPE = "witness-change-type", "MS-SWN 2.2.2.3", "ChangeType is 0, 1 or 255", Must;
    RESOURCE_NAME = "witness-resource-name", "MS-SWN 2.2.2.3", "ResourceName is null-terminated", Must;
}

/// The parameter of WitnessrAsyncNotify that holds the notifications.
const PRESP: FieldId = WitnessrAsyncNotify::params::pResp;

const REVISION_MISMATCH: u32 = 0x51a;
const INVALID_PARAMETER: u32 = 0x57;

/// Checks a message of Witness.
pub(super) fn check(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    if !core::ptr::eq(message.kind.interface, &crate::idl::WITNESS) {
        return;
    }
    match message.response_to() {
        Some(WitnessrRegister::ID | WitnessrRegisterEx::ID) => registered(message, found),
        Some(WitnessrGetInterfaceList::ID) if message.success() => interfaces(message, found),
        Some(WitnessrAsyncNotify::ID) if message.success() => notified(message, found),
        _ => {}
    }
}

fn registered(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let (Some(request), Some((_, status))) = (message.request, message.values.status()) else { return };
    let wanted = if message.method.id == WitnessrRegister::ID { 0x0001_0001 } else { 0x0002_0000 };
    let version = request.number(WitnessrRegister::params::Version);
    if version.is_some_and(|v| v != wanted) && status != REVISION_MISMATCH {
        let value = format!("version {:#x}, {}", version.unwrap_or(0), super::registry::status_name(status));
        found.add(&REVISION, FieldId::RETURN, value, "ERROR_REVISION_MISMATCH (1306)");
        return;
    }
    // The text has this for WitnessrRegister; running systems refuse both (docs/errata.md, E-60).
    let names = [
        WitnessrRegister::params::NetName,
        WitnessrRegister::params::IpAddress,
        WitnessrRegister::params::ClientComputerName,
    ];
    if status == 0
        && let Some(name) = names.into_iter().find(|name| request.was_null(*name))
    {
        let value = format!("{name} null, ERROR_SUCCESS");
        found.add(&NO_NAME, FieldId::RETURN, value, format!("ERROR_INVALID_PARAMETER ({INVALID_PARAMETER})"));
    }
}

fn interfaces(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    if values.member(WITNESS_INTERFACE_LIST::NumberOfInterfaces) == Some(0)
        || values.is_null(WitnessrGetInterfaceList::params::InterfaceList)
    {
        found.add(
            &EMPTY_LIST,
            WitnessrGetInterfaceList::params::InterfaceList,
            "ERROR_SUCCESS with no interface",
            "ERROR_NO_MORE_ITEMS (259)",
        );
    }
    for entry in &values.entries {
        match (entry.field.id, entry.what) {
            (WITNESS_INTERFACE_INFO::State, Item::Number(state))
                if WitnessInterfaceState::TABLE.member(state).is_none() =>
            {
                found.at(&STATE, (values, entry), state, "0, 1 or 255");
            }
            (WITNESS_INTERFACE_INFO::Flags, Item::Number(flags)) if flags > 7 => {
                found.at(&INTERFACE_FLAGS, (values, entry), flags, "at most 7");
            }
            (WITNESS_INTERFACE_INFO::InterfaceGroupName, Item::Units(units)) if !units.units().any(|u| u == 0) => {
                found.at(&GROUP_NAME, (values, entry), "no null character", "a null character");
            }
            _ => {}
        }
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(<[u8; 4]>::try_from(bytes).ok()?))
}

fn notified(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    let Some((entry, kind)) = values.numbers(RESP_ASYNC_NOTIFY::MessageType).next() else { return };
    if Type::TABLE.member(kind).is_none() {
        found.at(&MESSAGE_TYPE, (values, entry), kind, "1 to 4");
        return;
    }
    let buffer = values.bytes(RESP_ASYNC_NOTIFY::MessageBuffer).map_or(&[][..], |(_, bytes)| bytes);
    let count = values.member(RESP_ASYNC_NOTIFY::NumberOfMessages).unwrap_or(0);
    let mut rest = buffer;
    let mut read = 0u64;
    while !rest.is_empty() {
        let field = format!("{PRESP}.{}[{read}]", RESP_ASYNC_NOTIFY::MessageBuffer);
        let length = word(rest, 0).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let Some((message, next)) = rest.split_at_checked(length).filter(|(m, _)| m.len() >= 8) else {
            found.add(&MESSAGE_LENGTH, field, length, format!("8 to {}", rest.len()));
            return;
        };
        if kind == 1 {
            resource(message, &field, found)
        } else {
            addresses(message, &field, found)
        }
        rest = next;
        read += 1;
    }
    if read != count {
        let field = format!("{PRESP}.{}", RESP_ASYNC_NOTIFY::NumberOfMessages);
        found.add(&MESSAGE_COUNT, field, count, read);
    }
}

fn resource(message: &[u8], field: &str, found: &mut Report<'_, '_>) {
    let change = word(message, 4).unwrap_or(0);
    if WitnessResourceChangeType::TABLE.member(u64::from(change)).is_none() {
        found.add(&CHANGE_TYPE, format!("{field}.{}", member!(RESOURCE_CHANGE.ChangeType)), change, "0, 1 or 255");
    }
    let name = wide(message.get(8..).unwrap_or(&[]));
    if !name.units().any(|u| u == 0) {
        found.add(
            &RESOURCE_NAME,
            format!("{field}.{}", member!(RESOURCE_CHANGE.ResourceName)),
            name.to_string(),
            "a null character at the end",
        );
    }
}

fn addresses(message: &[u8], field: &str, found: &mut Report<'_, '_>) {
    if let Some(reserved) = word(message, 4).filter(|n| *n != 0) {
        found.add(&RESERVED, format!("{field}.{}", member!(IPADDR_INFO_LIST.Reserved)), reserved, 0u64);
    }
    let instances = word(message, 8).unwrap_or(0) as usize;
    let list = message.get(12..).unwrap_or(&[]);
    if instances == 0 || instances.checked_mul(24) != Some(list.len()) {
        found.add(
            &INSTANCES,
            format!("{field}.{}", member!(IPADDR_INFO_LIST.IPAddrInstances)),
            instances,
            list.len() / 24,
        );
    }
    for (i, address) in list.chunks_exact(24).enumerate() {
        let flags = word(address, 0).unwrap_or(0);
        let field = format!("{field}.{}[{i}].{}", member!(IPADDR_INFO_LIST.IPAddrInfo), member!(IPADDR_INFO.Flags));
        if flags & 3 == 3 {
            found.add(&ADDRESS_FAMILY, field, flags, "one of the two");
        } else if flags & !0x1b != 0 || flags == 0 {
            found.add(&ADDRESS_FLAGS, field, flags, "values of WitnessIpaddrFlags");
        }
    }
}
