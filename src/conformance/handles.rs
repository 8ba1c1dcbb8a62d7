//! Context handles: of the right kind, from this interface, not yet closed; and what opening and closing return.

use super::handle_table::{Handles, Keys, OpenHandle};
use super::message::{CheckedMessage, Report};
use super::registry::status_name;
use super::rule::Rule;
use super::values::Item;
use crate::base::diagnostic::rules;
use crate::idl::methods::*;
use crate::ndr::types::{Field, FieldId, Flow, MethodId, Type};
use crate::ndr::visitor::ContextHandle;

rules! { "handles", Rule:
    KIND = "handle-kind", "MS-CMRP 2.2.1",
        "a context handle is used as what it was opened as", Must;
    CLOSED = "handle-closed", "MS-CMRP 3.1.4", "a context handle is not used after it was closed", Must;
    FOREIGN = "handle-foreign", "MS-CMRP 3.1.4.2",
        "a context handle is not used on another interface than the one that made it (strict_context_handle)", Must;
    NULL_ON_SUCCESS = "null-handle-on-success", "MS-CMRP 3.1.4",
        "a method that succeeds in opening an object returns a valid context handle", Must;
    HANDLE_ON_ERROR = "handle-on-error", "MS-CMRP 3.1.4",
        "a method that fails to open an object returns a null context handle", Must;
    ACCESS = "handle-access", "MS-CMRP 3.1.4",
        "a method that requires access level All of a handle does not succeed on one with GENERIC_READ", Must;
    NOT_NULLED = "handle-not-nulled", "MS-CMRP 3.1.4",
        "a method that succeeds in closing a context handle sets it to null", Must;
}

const GENERIC_READ: u32 = 0x8000_0000;

macro_rules! access {
    ($($method:ident: $($handle:ident),+;)*) => { &[$(($method::ID, &[$($method::params::$handle),+])),*] };
}

/// Methods of which the text requires access level All, and of which handles.
static ALL_ACCESS: &[(MethodId, &[FieldId])] = access! {
    ApiCreateResource: hGroup;
    ApiDeleteResource: hResource;
    ApiSetResourceName: hResource;
    ApiFailResource: hResource;
    ApiOnlineResource: hResource;
    ApiOfflineResource: hResource;
    ApiAddResourceDependency: hResource, hDependsOn;
    ApiRemoveResourceDependency: hResource, hDependsOn;
    ApiAddResourceNode: hResource, hNode;
    ApiRemoveResourceNode: hResource, hNode;
    ApiChangeResourceGroup: hResource, hGroup;
    ApiDeleteGroup: Group;
    ApiSetGroupName: hGroup;
    ApiOnlineGroup: hGroup;
    ApiOfflineGroup: hGroup;
    ApiSetGroupNodeList: hGroup;
    ApiPauseNode: hNode;
    ApiResumeNode: hNode;
    ApiEvictNode: hNode;
    ApiSetNetworkName: hNetwork;
    ApiSetResourceDependencyExpression: hResource;
    ApiChangeCsvState: hResource;
    ApiPauseNodeEx: hNode;
    ApiPauseNodeWithDrainTarget: hNode, hNodeDrainTarget;
    ApiResumeNodeEx: hNode;
    ApiOnlineGroupEx: hGroup;
    ApiOfflineGroupEx: hGroup;
    ApiMoveGroupEx: hGroup;
    ApiMoveGroupToNodeEx: hGroup;
    ApiCancelClusterGroupOperation: hGroup;
    ApiOnlineResourceEx: hResource;
    ApiOfflineResourceEx: hResource;
    ApiRestartResource: hResource;
    ApiDeleteGroupSet: GroupSet;
    ApiMoveGroupToGroupSet: GroupSet, Group;
    ApiAddGroupSetDependency: DependentGroupSet, ProviderGroupSet;
    ApiAddGroupToGroupSetDependency: DependentGroup, ProviderGroupSet;
    ApiSetGroupDependencyExpression: hGroup;
    ApiRemoveClusterGroupDependency: hGroup, hDependsOn;
    ApiSetGroupSetDependencyExpression: hGroupSet;
    ApiRemoveGroupSetDependency: hGroupSet, hDependsOn;
    ApiRemoveClusterGroupToGroupSetDependency: hGroup, hDependsOn;
    ApiChangeCsvStateEx: hResource;
};

/// Whether a server carries out what it is asked for: at once, or after this answer.
pub(super) fn accepted(status: u32) -> bool {
    const IO_PENDING: u32 = 997;
    const RESOURCE_PROPERTIES_STORED: u32 = 5024;
    matches!(status, 0 | IO_PENDING | RESOURCE_PROPERTIES_STORED)
}

/// The kind of handle that a type of the IDL names; `None` for handles of any kind.
fn kind(idl: &'static str) -> Option<&'static str> {
    match idl {
        "HGENERIC_RPC" => None,
        "PPCONTEXT_HANDLE" | "PCONTEXT_HANDLE_SHARED" => Some("PCONTEXT_HANDLE"),
        kind => Some(kind),
    }
}

/// Whether a method ends the life of the handle it takes and gives back.
fn closes(message: &CheckedMessage<'_, '_>) -> bool {
    let nulls = |f: &Field| f.flow == Flow::InOut && matches!(f.ty, Type::Handle);
    message.method.id == WitnessrUnRegister::ID || message.method.fields.iter().any(nulls)
}

/// Checks the handles of a message and takes notice of those that it opens and closes.
pub(super) fn check(message: &CheckedMessage<'_, '_>, handles: &mut Handles, found: &mut Report<'_, '_>) {
    if message.is_request() { request(message, handles, found) } else { response(message, handles, found) }
}

fn request(message: &CheckedMessage<'_, '_>, handles: &mut Handles, found: &mut Report<'_, '_>) {
    let values = message.values;
    let scope = message.scope;
    for entry in &values.entries {
        let Item::Handle(handle) = entry.what else { continue };
        let Some(opened) = handles.get(scope, handle) else { continue };
        if !core::ptr::eq(opened.interface, message.kind.interface) || opened.version != message.kind.version {
            let theirs = opened.interface.versions.get(opened.version).map_or("", |v| v.number.text());
            let value = format!("a handle of {} {theirs}", opened.interface.name);
            found.at(&FOREIGN, (values, entry), value, message.kind.interface.name);
            continue;
        }
        if let Some(frame) = opened.closed {
            let value = format!("{} closed in frame {frame}", handle.uuid);
            found.at(&CLOSED, (values, entry), value, "a handle that is open");
        } else if let Some(wanted) = kind(entry.field.idl)
            && wanted != opened.kind
        {
            let value = format!("{} of frame {}", opened.kind, opened.frame);
            found.at(&KIND, (values, entry), value, wanted);
        }
    }
}

fn response(message: &CheckedMessage<'_, '_>, handles: &mut Handles, found: &mut Report<'_, '_>) {
    let values = message.values;
    let scope = message.scope;
    let Some((_, status)) = values.status() else { return };
    for entry in values.entries.iter().filter(|e| e.depth == 1) {
        let Item::Handle(handle) = entry.what else { continue };
        match entry.field.flow {
            Flow::InOut if status == 0 && !handle.is_null() && closes(message) => {
                found.at(&NOT_NULLED, (values, entry), handle.uuid.to_string(), "null");
            }
            Flow::Return | Flow::Out if status == 0 && handle.is_null() => {
                found.at(&NULL_ON_SUCCESS, (values, entry), "null", "a handle");
            }
            Flow::Return | Flow::Out if status != 0 && !handle.is_null() => {
                found.at(&HANDLE_ON_ERROR, (values, entry), handle.uuid.to_string(), "null");
            }
            _ => {}
        }
        if matches!(entry.field.flow, Flow::Return | Flow::Out) && !handle.is_null() {
            open(message, handles, entry.field.idl, handle);
        }
    }
    if accepted(status)
        && message.is_clusapi_version(3)
        && let Some((_, ids)) = ALL_ACCESS.iter().find(|(method, _)| *method == message.method.id)
    {
        for id in ids.iter().copied() {
            if let Some(handle) = message.request.and_then(|r| r.handle(id))
                && handles.get(scope, handle).and_then(|o| o.granted) == Some(GENERIC_READ)
            {
                let value = format!("GENERIC_READ, {}", status_name(status));
                found.add(&ACCESS, id, value, "ERROR_ACCESS_DENIED (5)");
            }
        }
    }
    // What was closed is named by the request alone.
    if status == 0 && closes(message) {
        for (_, handle) in message.request.into_iter().flat_map(|r| r.handles()) {
            handles.close(scope, handle, message.record.event.frame());
        }
    }
}

fn open(message: &CheckedMessage<'_, '_>, handles: &mut Handles, idl: &'static str, handle: ContextHandle) {
    let opened = OpenHandle {
        kind: kind(idl).unwrap_or(idl),
        frame: message.record.event.frame(),
        closed: None,
        interface: message.kind.interface,
        version: message.kind.version,
        granted: granted(message),
        second_generation: message.method.id == ApiCreateNotifyV2::ID,
        filter: 0,
        keys: Keys::default(),
    };
    handles.open(message.scope, handle, opened);
}

/// The access that a method granted: methods without access levels grant all (3.1.4.2.1).
fn granted(message: &CheckedMessage<'_, '_>) -> Option<u32> {
    message.values.number(ApiOpenClusterEx::params::lpdwGrantedAccess).map(|n| n as u32)
}
