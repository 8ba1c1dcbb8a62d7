//! Values of single parameters: what a client may send, what a server may answer.

use super::message::{CheckedMessage, Report};
use super::rule::Rule;
use super::values::Item;
use crate::base::diagnostic::rules;
use crate::consts::Kind;
use crate::consts::methods::{ClusterEnumType, GroupMoveFlags as MoveFlags};
use crate::idl::methods::*;
use crate::idl::structures::ENUM_ENTRY;
use crate::ndr::types::{FieldId, MethodId, Semantics};
use crate::structs::dependency;

rules! { "arguments", Rule:
    VALUE = "argument-value", "MS-CMRP 3.1.4",
        "dwFlags of ApiCreateResource and of ApiSetServiceAccountPassword, dwState of ApiChangeCsvState and \
         dwResumeFailbackType are one of the listed values", Must;
    DRAIN_TARGET = "drain-target", "MS-CMRP 3.1.4",
        "the node that the groups of a paused node are moved to is another one", Must;
    QUORUM_DEVICE = "quorum-device", "MS-CMRP 3.1.4",
        "lpszDeviceName of ApiGetQuorumResource is empty if lpszResourceName is", Must;
    EMPTY_NAME = "empty-name", "MS-CMRP 3.1.4",
        "a name that a client gives to an object, and a name or identifier that a server tells, has one character or more",
        Must;
    TOGETHER = "move-flags", "MS-CMRP 3.1.4",
        "CLUSAPI_GROUP_MOVE_IGNORE_RESOURCE_STATUS and CLUSAPI_GROUP_MOVE_QUEUE_ENABLED do not stand together in \
         dwMoveFlags", Must;
    EXPRESSION = "dependency-expression", "MS-CMRP 3.1.4",
        "a dependency expression that a client sends conforms to the method's grammar", Must;
    ON_ITSELF = "dependency-on-itself", "MS-CMRP 3.1.4",
        "a server does not let a resource depend on itself", Must;
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
        ApiSetServiceAccountPassword::ID if message.is_clusapi_version(2) => {
            Some(ApiSetServiceAccountPassword::params::dwFlags)
        }
        _ => None,
    };
    if let Some(entry) = listed.and_then(|id| values.get(id))
        && let (Item::Number(value), Semantics::Enum(table)) = (entry.what, entry.field.semantics)
        && table.kind == Kind::Enum
        && table.member(value).is_none()
        // The flag of the password may be missing.
        && (value != 0 || message.method.id != ApiSetServiceAccountPassword::ID)
    {
        found.at(&VALUE, (values, entry), value, format!("a value of {}", table.name));
    }
    if let Some((_, name)) = GIVEN.iter().find(|(method, _)| *method == message.method.id)
        && let Some(entry) = values.get(*name)
        && let Item::Text { text } = entry.what
        && text.is_empty()
    {
        found.at(&EMPTY_NAME, (values, entry), "an empty string", "a name");
    }
    if let Some(flags) = values.number(ApiMoveGroupEx::params::dwMoveFlags)
        && flags & APART == APART
    {
        found.add(&TOGETHER, ApiMoveGroupEx::params::dwMoveFlags, flags, "one of the two");
    }
    expression(message, found);
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

/// Two flags of a move that exclude each other (3.1.4.2.131).
const APART: u64 = (MoveFlags::CLUSAPI_GROUP_MOVE_IGNORE_RESOURCE_STATUS.bits()
    | MoveFlags::CLUSAPI_GROUP_MOVE_QUEUE_ENABLED.bits()) as u64;

/// A dependency expression that is sent.
fn expression(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    for entry in values.entries.iter().filter(|entry| entry.depth == 1) {
        let (Item::Text { text }, Semantics::DependencyExpression) = (entry.what, entry.field.semantics) else {
            continue;
        };
        if let Err(wrong) = dependency::parse_wide(text)
            && !wrong.limit
        {
            found.at(&EXPRESSION, (values, entry), wrong.to_string(), "an expression of the grammar");
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
    if message.method.id == ApiAddResourceDependency::ID
        && let Some(request) = message.request
    {
        use ApiAddResourceDependency::params as add;
        let (resource, on) = (request.handle(add::hResource), request.handle(add::hDependsOn));
        if resource.is_some() && resource == on {
            found.add(&ON_ITSELF, add::hDependsOn, "ERROR_SUCCESS", "ERROR_INVALID_PARAMETER (87)");
        }
    }
    if message.method.id == ApiGetQuorumResource::ID {
        use ApiGetQuorumResource::params as quorum;
        let text = |id| values.text(id).filter(|text| !text.is_empty());
        if let (None, Some(device)) = (text(quorum::lpszResourceName), text(quorum::lpszDeviceName)) {
            found.add(&QUORUM_DEVICE, quorum::lpszDeviceName, device.to_string(), "an empty string");
        }
    }
    // Resource types have no identifiers: the text wants them empty (3.1.4.2.124).
    let mut of_types = false;
    for entry in &values.entries {
        if let (Item::Number(kind), Semantics::ObjectKind) = (entry.what, entry.field.semantics) {
            of_types = kind == u64::from(ClusterEnumType::CLUSTER_ENUM_RESTYPE.bits())
                && values.parameter(entry) == ApiCreateEnumEx::params::ReturnIdEnum.name();
        }
        if !NAMES.contains(&entry.field.id) || of_types {
            continue;
        }
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

/// The names that clients give to objects.
static GIVEN: &[(MethodId, FieldId)] = &[
    (ApiCreateResource::ID, ApiCreateResource::params::lpszResourceName),
    (ApiSetResourceName::ID, ApiSetResourceName::params::lpszResourceName),
    (ApiCreateGroup::ID, ApiCreateGroup::params::lpszGroupName),
    (ApiCreateGroupEx::ID, ApiCreateGroupEx::params::lpszGroupName),
    (ApiSetGroupName::ID, ApiSetGroupName::params::lpszGroupName),
    (ApiSetNetworkName::ID, ApiSetNetworkName::params::lpszNetworkName),
    (ApiCreateGroupSet::ID, ApiCreateGroupSet::params::lpszGroupSetName),
    (ApiCreateResourceType::ID, ApiCreateResourceType::params::lpszTypeName),
];

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
