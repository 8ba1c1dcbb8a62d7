//! The cluster registry: value types, sizes, names, access.

use super::message::{CheckedMessage, Report};
use super::rule::Rule;
use super::values::{Item, wide};
use crate::base::diagnostic::rules;
use crate::consts::Constant;
use crate::consts::access::{REGSAM, SECURITY_INFORMATION};
use crate::consts::registry::{RegistryDisposition, RegistryValueType as Type};
use crate::consts::status;
use crate::idl::key::*;
use crate::idl::structures::{RPC_SECURITY_ATTRIBUTES, RPC_SECURITY_DESCRIPTOR};
use crate::ndr::types::FieldId;

rules! { "registry", Rule:
    VALUE_TYPE = "value-type", "MS-CMRP 3.1.4.2.33", "a registry value is of one of the listed types", Must;
    VALUE_TYPE_VERSION = "value-type-version", "MS-CMRP 3.1.1.2",
        "Windows permits REG_QWORD over 3.0 alone, and REG_NONE over 2.0 alone (note 51)", Should;
    VALUE_SIZE = "value-size", "MS-CMRP 3.1.4.2.33", "a REG_DWORD is 4 bytes long, a REG_QWORD 8", Must;
    VALUE_TERMINATED = "value-terminated", "MS-CMRP 3.1.4.2.33",
        "a value of type REG_SZ or REG_EXPAND_SZ is null-terminated, REG_MULTI_SZ by two null characters", Must;
    SUBKEY = "subkey-backslash", "MS-CMRP 3.1.4", "lpSubKey does not begin with a backslash", Must;
    SAM = "sam-desired", "MS-CMRP 3.1.4", "samDesired has the bits of REGSAM", Must;
    INHERIT = "inherit-handle", "MS-CMRP 2.2.3.2", "bInheritHandle is 0 in ApiCreateKey", Must;
    DISPOSITION = "disposition", "MS-CMRP 3.1.4",
        "lpdwDisposition is REG_CREATED_NEW_KEY or REG_OPENED_EXISTING_KEY after success", Must;
    SECURITY_INFO = "security-information", "MS-CMRP 3.1.4",
        "SecurityInformation names parts of a security descriptor", Must;
    NO_DESCRIPTOR = "no-descriptor-no-size", "MS-CMRP 2.2.3.1",
        "both sizes of an RPC_SECURITY_DESCRIPTOR are 0 if it holds no security descriptor", Must;
    QUERY_MORE = "query-more-data", "MS-CMRP 3.1.4",
        "lpcbRequired of ApiQueryValue with ERROR_MORE_DATA is the size that would have done: more than cbData", Must;
    QUERY_SIZE = "query-size", "MS-CMRP 3.1.4",
        "lpcbRequired of ApiQueryValue after success is what was written: no more than cbData", Must;
    ENUM_MORE = "enum-more-data", "MS-CMRP 3.1.4",
        "TotalSize of ApiEnumValue with ERROR_MORE_DATA is the size that would have done: more than lpcbData", Must;
    ENUM_SIZE = "enum-size", "MS-CMRP 3.1.4",
        "lpcbData and TotalSize of ApiEnumValue after success are both what was written: no more than was asked", Must;
}

const MORE_DATA: u32 = 234;

/// Checks a message of the registry methods.
pub(super) fn check(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    if !message.is_clusapi() {
        return;
    }
    if message.is_request() { request(message, found) } else { response(message, found) }
}

fn request(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    match message.method.id {
        ApiSetValue::ID => value(message, ApiSetValue::params::dwType, ApiSetValue::params::lpData, None, found),
        ApiCreateKey::ID | ApiOpenKey::ID | ApiDeleteKey::ID | ApiGetRootKey::ID => {
            if let Some(text) =
                values.text(ApiOpenKey::params::lpSubKey).filter(|t| t.units().next() == Some(u16::from(b'\\')))
            {
                found.add(&SUBKEY, ApiOpenKey::params::lpSubKey, text.to_string(), "a child of hKey");
            }
            if let Some(sam) = values.number(ApiOpenKey::params::samDesired) {
                let unknown = REGSAM::TABLE.flags_of(sam).unknown();
                if unknown != 0 {
                    found.add(&SAM, ApiOpenKey::params::samDesired, unknown, 0u64);
                }
            }
            for (entry, n) in values.numbers(RPC_SECURITY_ATTRIBUTES::bInheritHandle).filter(|(_, n)| *n != 0) {
                found.at(&INHERIT, (values, entry), n, 0u64);
            }
        }
        ApiSetKeySecurity::ID | ApiGetKeySecurity::ID => {
            if let Some(parts) = values.number(ApiSetKeySecurity::params::SecurityInformation) {
                let unknown = SECURITY_INFORMATION::TABLE.flags_of(parts).unknown();
                if unknown != 0 || parts == 0 {
                    let field = ApiSetKeySecurity::params::SecurityInformation;
                    found.add(&SECURITY_INFO, field, parts, "OWNER, GROUP, DACL, SACL");
                }
            }
        }
        _ => {}
    }
    // ApiGetKeySecurity offers room for a descriptor without sending one.
    if message.method.id != ApiGetKeySecurity::ID
        && let Some(entry) = values.any(RPC_SECURITY_DESCRIPTOR::lpSecurityDescriptor)
        && matches!(entry.what, Item::Null)
    {
        for name in [RPC_SECURITY_DESCRIPTOR::cbInSecurityDescriptor, RPC_SECURITY_DESCRIPTOR::cbOutSecurityDescriptor]
        {
            if let Some(size) = values.member(name).filter(|size| *size != 0) {
                found.at(&NO_DESCRIPTOR, (values, entry), format!("{name} {size}"), 0u64);
            }
        }
    }
}

/// The type of a value, its size and its terminator.
fn value(
    message: &CheckedMessage<'_, '_>,
    type_field: FieldId,
    data_field: FieldId,
    len: Option<u64>,
    found: &mut Report<'_, '_>,
) {
    let values = message.values;
    let Some((entry, number)) = values.numbers(type_field).next() else { return };
    let kind = Type(number as u32);
    if Type::TABLE.member(number).is_none() {
        found.at(&VALUE_TYPE, (values, entry), number, "0 to 4, 7 or 11");
    }
    let refused = if message.is_clusapi_version(3) { Type::REG_NONE } else { Type::REG_QWORD };
    if kind == refused && (message.is_request() || message.success()) {
        found.at(&VALUE_TYPE_VERSION, (values, entry), number, "another type");
    }
    let Some((entry, bytes)) = values.bytes(data_field) else { return };
    // A reply's buffer is as large as the request asked for; the value fills the first bytes of it.
    let len = len.and_then(|n| usize::try_from(n).ok()).unwrap_or(bytes.len());
    let Some(bytes) = bytes.get(..len) else { return };
    let size = match kind {
        Type::REG_DWORD => Some(4),
        Type::REG_QWORD => Some(8),
        _ => None,
    };
    if let Some(size) = size.filter(|size| *size != bytes.len()) {
        found.at(&VALUE_SIZE, (values, entry), bytes.len(), size);
    }
    let text = wide(bytes);
    let nulls = text.units().collect::<Vec<_>>().iter().rev().take_while(|u| **u == 0).count();
    let wanted = match kind {
        Type::REG_SZ | Type::REG_EXPAND_SZ => 1,
        // An empty list is its last terminator alone.
        Type::REG_MULTI_SZ if text.len() > 1 => 2,
        Type::REG_MULTI_SZ => 1,
        _ => 0,
    };
    if nulls < wanted {
        found.at(&VALUE_TERMINATED, (values, entry), format!("{nulls} null characters at the end"), wanted as u64);
    }
}

fn response(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    let Some((_, status)) = values.status() else { return };
    let asked = |id| message.request.and_then(|r| r.number(id));
    match message.method.id {
        ApiCreateKey::ID if status == 0 => {
            if let Some(n) = values.number(ApiCreateKey::params::lpdwDisposition)
                && RegistryDisposition::TABLE.member(n).is_none()
            {
                found.add(&DISPOSITION, ApiCreateKey::params::lpdwDisposition, n, "1 or 2");
            }
        }
        ApiQueryValue::ID => {
            use ApiQueryValue::params as query;
            let (Some(required), Some(asked)) = (values.number(query::lpcbRequired), asked(query::cbData)) else {
                return;
            };
            if status == MORE_DATA && required <= asked {
                found.add(&QUERY_MORE, query::lpcbRequired, required, format!("more than {asked}"));
            }
            if status == 0 && required > asked {
                found.add(&QUERY_SIZE, query::lpcbRequired, required, format!("at most {asked}"));
            }
            if status == 0 {
                value(message, query::lpValueType, query::lpData, Some(required), found);
            }
        }
        ApiEnumValue::ID => {
            use ApiEnumValue::params as each;
            let (Some(total), Some(written)) = (values.number(each::TotalSize), values.number(each::lpcbData)) else {
                return;
            };
            let Some(asked) = asked(each::lpcbData) else { return };
            if status == MORE_DATA && total <= asked {
                found.add(&ENUM_MORE, each::TotalSize, total, format!("more than {asked}"));
            }
            if status == 0 && (written > asked || total != written) {
                found.add(
                    &ENUM_SIZE,
                    each::lpcbData,
                    format!("{written}, TotalSize {total}"),
                    format!("at most {asked}, the same"),
                );
            }
            if status == 0 {
                value(message, each::lpType, each::lpData, Some(written), found);
            }
        }
        _ => {}
    }
}

/// The name of a status for evidence.
pub(super) fn status_name(value: u32) -> String {
    status::win32_name(value).map_or_else(|| format!("{value:#x}"), |name| format!("{name} ({value})"))
}
