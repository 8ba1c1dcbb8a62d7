//! Values of single parameters: what a client may send, what a server may answer.

use super::message::{CheckedMessage, Report};
use super::rule::Rule;
use super::values::Item;
use crate::base::diagnostic::rules;
use crate::consts::Kind;
use crate::idl::methods::*;
use crate::idl::structures::ENUM_ENTRY;
use crate::ndr::types::{FieldId, MethodId, Semantics};

rules! { "arguments", Rule:
    VALUE = "argument-value", "MS-CMRP 3.1.4",
        "dwFlags of ApiCreateResource, dwState of ApiChangeCsvState and dwResumeFailbackType are one of the listed values",
        Must;
    DRAIN_TARGET = "drain-target", "MS-CMRP 3.1.4",
        "the node that the groups of a paused node are moved to is another one", Must;
    QUORUM_DEVICE = "quorum-device", "MS-CMRP 3.1.4",
        "lpszDeviceName of ApiGetQuorumResource is empty if lpszResourceName is", Must;
    EMPTY_NAME = "empty-name", "MS-CMRP 3.1.4", "a name or identifier that a server tells is a string with characters",
        Must;
    SIZE_RETURNED = "size-returned", "MS-CMRP 3.1.4",
        "SizeReturned of ApiSetServiceAccountPassword is no more than ReturnStatusBufferSize", Must;
}

/// Checks the parameters of a message.
pub(super) fn check(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    if !message.is_clusapi() {
        return;
    }
    if message.is_request() { request(message, found) } else { response(message, found) }
}

fn request(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    let listed = match message.method.id {
        ApiCreateResource::ID => Some(ApiCreateResource::params::dwFlags),
        ApiChangeCsvState::ID | ApiChangeCsvStateEx::ID => Some(ApiChangeCsvState::params::dwState),
        ApiResumeNodeEx::ID => Some(ApiResumeNodeEx::params::dwResumeFailbackType),
        _ => None,
    };
    if let Some(entry) = listed.and_then(|id| values.get(id))
        && let (Item::Number(value), Semantics::Enum(table)) = (entry.what, entry.field.semantics)
        && table.kind == Kind::Enum
        && table.member(value).is_none()
    {
        found.at(&VALUE, (values, entry), value, format!("a value of {}", table.name));
    }
    if message.method.id == ApiPauseNodeWithDrainTarget::ID {
        use ApiPauseNodeWithDrainTarget::params as pause;
        let handle = |id| match values.get(id)?.what {
            Item::Handle(handle) => Some(handle),
            _ => None,
        };
        let same_handle = handle(pause::hNode) == handle(pause::hNodeDrainTarget);
        let name = found.object(pause::hNode);
        if same_handle || (name.is_some() && name == found.object(pause::hNodeDrainTarget)) {
            let value = name.unwrap_or_else(|| "the same handle".to_string());
            found.add(&DRAIN_TARGET, pause::hNodeDrainTarget, value, "another node");
        }
    }
}

fn response(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    if message.method.id == ApiSetServiceAccountPassword::ID {
        use ApiSetServiceAccountPassword::params as password;
        let room = message.request.and_then(|r| r.number(password::ReturnStatusBufferSize));
        if let (Some(returned), Some(room)) = (values.number(password::SizeReturned), room)
            && returned > room
        {
            found.add(&SIZE_RETURNED, password::SizeReturned, returned, format!("at most {room}"));
        }
    }
    if !message.success() {
        return;
    }
    if message.method.id == ApiGetQuorumResource::ID {
        use ApiGetQuorumResource::params as quorum;
        let text = |id| values.text(id).filter(|text| !text.is_empty());
        if let (None, Some(device)) = (text(quorum::lpszResourceName), text(quorum::lpszDeviceName)) {
            found.add(&QUORUM_DEVICE, quorum::lpszDeviceName, device.to_string(), "an empty string");
        }
    }
    for entry in values.entries.iter().filter(|entry| NAMES.contains(&entry.field.id)) {
        let empty = match entry.what {
            Item::Null => "null",
            Item::Text { text } if text.is_empty() => "an empty string",
            _ => continue,
        };
        let named = match entry.depth {
            1 => NAMING.contains(&message.method.id),
            _ => entry.field.id == ENUM_ENTRY::Name && message.is_enumeration(),
        };
        if named {
            found.at(&EMPTY_NAME, (values, entry), empty, "a name");
        }
    }
}

/// Methods that tell the name or the identifier of an object.
const NAMING: [MethodId; 9] = [
    ApiGetClusterName::ID,
    ApiGetGroupId::ID,
    ApiGetNodeId::ID,
    ApiGetResourceId::ID,
    ApiGetNetworkId::ID,
    ApiGetNetInterfaceId::ID,
    ApiGetResourceType::ID,
    ApiGetNetInterface::ID,
    ApiGetResourceNetworkName::ID,
];

/// The parameters and the member in which they tell it.
const NAMES: [FieldId; 7] = [
    ApiGetClusterName::params::ClusterName,
    ApiGetClusterName::params::NodeName,
    ApiGetGroupId::params::pGuid,
    ApiGetResourceType::params::lpszResourceType,
    ApiGetNetInterface::params::lppszInterfaceName,
    ApiGetResourceNetworkName::params::lpszName,
    ENUM_ENTRY::Name,
];
