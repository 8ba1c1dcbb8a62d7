//! Notification ports: what may be asked for, what may be reported.

use super::handle_table::Handles;
use super::message::{CheckedMessage, Report};
use super::rule::Rule;
use super::values::{Entry, Item, Values};
use crate::base::diagnostic::rules;
use crate::consts::change::{self, CLUSTER_CHANGE as Change, CLUSTER_OBJECT_TYPE as Object};
use crate::consts::{Constant, Kind, notifications};
use crate::idl::notify::*;
use crate::idl::structures::{
    NOTIFICATION_DATA_ASYNC_RPC, NOTIFICATION_DATA_RPC as Data, NOTIFICATION_RPC, NOTIFY_FILTER_AND_TYPE_RPC as Filter,
};
use crate::ndr::types::{FieldId, MethodId};
use crate::ndr::visitor::ContextHandle;

rules! { "notifications", Rule:
    CLUSTER_FILTER = "cluster-filter", "MS-CMRP 3.1.4",
        "dwFilter of ApiAddNotifyCluster has none of CLUSTER_STATE, CLUSTER_RECONNECT and HANDLE_CLOSE", Must;
    FILTER_EMPTY = "filter-empty", "MS-CMRP 3.1.4", "dwFilter of ApiAddNotifyCluster has one value or more", Must;
    NODE_FILTER = "node-filter", "MS-CMRP 3.1.4", "dwFilter for a node is an OR of CLUSTER_CHANGE_NODE_ values", Must;
    GROUP_FILTER = "group-filter", "MS-CMRP 3.1.4",
        "dwFilter for a group is an OR of CLUSTER_CHANGE_GROUP_ values", Must;
    RESOURCE_FILTER = "resource-filter", "MS-CMRP 3.1.4",
        "dwFilter for a resource is an OR of CLUSTER_CHANGE_RESOURCE_ values", Must;
    KEY_FILTER = "key-filter", "MS-CMRP 3.1.4",
        "the filter for a key is an OR of CLUSTER_CHANGE_REGISTRY_ NAME, ATTRIBUTES and VALUE", Must;
    NETWORK_FILTER = "network-filter", "MS-CMRP 3.1.4",
        "dwFilter for a network is an OR of CLUSTER_CHANGE_NETWORK_ values", Must;
    INTERFACE_FILTER = "netinterface-filter", "MS-CMRP 3.1.4",
        "dwFilter for a network interface is an OR of CLUSTER_CHANGE_NETINTERFACE_ values", Must;
    RETURNED = "notify-returned", "MS-CMRP 3.1.4",
        "a server does not report REGISTRY_SUBTREE, CLUSTER_STATE or HANDLE_CLOSE, nor in 2.0 CLUSTER_RECONNECT", Must;
    ONE_VALUE = "notify-one-value", "MS-CMRP 2.2.2.7", "a server reports one value of CLUSTER_CHANGE at a time", Must;
    UNASKED = "notify-not-asked", "MS-CMRP 3.1.4",
        "what a server reports was asked for on that port", Must;
    PORT = "port-generation", "MS-CMRP 3.1.4",
        "methods of version 1 and of version 2 notifications are called with ports of their own version", Must;
    V2_TYPE = "v2-object-type", "MS-CMRP 2.2.3.22", "dwObjectType is a value of CLUSTER_OBJECT_TYPE", Must;
    V2_FILTER = "v2-filter-unknown", "MS-CMRP 3.1.4", "FilterFlags has no bits but those of the object type", Must;
    V2_DISALLOWED = "v2-filter-disallowed", "MS-CMRP 3.1.4",
        "a client does not ask for the events that only clients generate", Must;
    V2_OBJECT = "v2-object-handle", "MS-CMRP 3.1.4",
        "hObject is a handle of the kind that goes with dwObjectType, of the cluster if not targeted at an object", Must;
    V2_RETURNED = "v2-returned", "MS-CMRP 3.1.4",
        "a server does not report the events that only clients generate, nor REGISTRY_SUBTREE_V2", Must;
    V2_ONE_FLAG = "v2-one-flag", "MS-CMRP 3.1.4", "a notification has one flag of its object type", Must;
    V2_BUFFER = "v2-buffer-empty", "MS-CMRP 3.1.4", "the buffer of this event is empty", Must;
    V2_STATE = "v2-buffer-size", "MS-CMRP 3.1.4", "the buffer of this event is a DWORD", Must;
    V2_STATE_VALUE = "v2-state-value", "MS-CMRP 3.1.4", "a state in the buffer of an event is one of the listed ones", Must;
    V2_NULL = "v2-string-null", "MS-CMRP 3.1.4", "this string is a null pointer with this event", Must;
    KEY = "notify-key", "MS-CMRP 3.1.4",
        "dwNotifyKey of an event is one that was given when events were asked for on that port", Must;
    V2_STRING = "v2-string-empty", "MS-CMRP 3.1.4", "this string is empty with this event", Must;
}

const CLIENT_ONLY: u64 = change_bits(Change::CLUSTER_CHANGE_CLUSTER_STATE)
    | change_bits(Change::CLUSTER_CHANGE_CLUSTER_RECONNECT)
    | change_bits(Change::CLUSTER_CHANGE_HANDLE_CLOSE);

const fn change_bits(change: Change) -> u64 {
    change.bits() as u64
}

/// What the first-generation methods that ask for events of one kind allow.
fn allowed(method: MethodId) -> Option<(&'static Rule, u64, &'static str)> {
    Some(match method {
        ApiAddNotifyNode::ID | ApiReAddNotifyNode::ID => (&NODE_FILTER, 0x0000_000f, "bits of 0xf"),
        ApiAddNotifyGroup::ID | ApiReAddNotifyGroup::ID => (&GROUP_FILTER, 0x0000_f000, "bits of 0xf000"),
        ApiAddNotifyResource::ID | ApiReAddNotifyResource::ID => (&RESOURCE_FILTER, 0x0000_0f00, "bits of 0xf00"),
        ApiAddNotifyKey::ID => (&KEY_FILTER, 0x0000_0070, "bits of 0x70"),
        ApiAddNotifyNetwork::ID | ApiReAddNotifyNetwork::ID => (&NETWORK_FILTER, 0x00f0_0000, "bits of 0xf00000"),
        ApiAddNotifyNetInterface::ID | ApiReAddNotifyNetInterface::ID => {
            (&INTERFACE_FILTER, 0x0f00_0000, "bits of 0xf000000")
        }
        _ => return None,
    })
}

/// The filter of a first-generation request, whatever it is called.
fn filter<'v, 'a>(values: &'v Values<'a>) -> Option<(&'v Entry<'a>, u64)> {
    let entry =
        values.get(ApiAddNotifyCluster::params::dwFilter).or_else(|| values.get(ApiAddNotifyKey::params::Filter))?;
    match entry.what {
        Item::Number(n) => Some((entry, n)),
        _ => None,
    }
}

/// Checks a message of the notification methods.
pub(super) fn check(message: &CheckedMessage<'_, '_>, handles: &mut Handles, found: &mut Report<'_, '_>) {
    if !message.is_clusapi() {
        return;
    }
    if message.is_request() {
        ports(message, handles, found);
        give(message, handles);
        match message.method.id {
            ApiAddNotifyV2::ID => add_v2(message, handles, found),
            ApiAddNotifyResourceTypeV2::ID => {
                flags(
                    message.values,
                    Object::CLUSTER_OBJECT_TYPE_RESOURCE_TYPE,
                    ApiAddNotifyResourceTypeV2::params::filter,
                    found,
                );
            }
            _ => add(message, handles, found),
        }
        return;
    }
    if message.success() {
        keys(message, handles, found);
    }
    match message.method.id {
        ApiGetNotify::ID if message.success() => {
            if let Some((entry, value)) = filter(message.values) {
                reported(message, (entry, value), handles, found);
            }
        }
        ApiGetNotifyAsync::ID if message.success() => {
            for (entry, value) in message.values.numbers(NOTIFICATION_DATA_ASYNC_RPC::dwFilter) {
                reported(message, (entry, value), handles, found);
            }
        }
        ApiGetNotifyV2::ID if message.success() => notified(message, found),
        _ => {}
    }
}

/// Asking on a first-generation port.
fn add(message: &CheckedMessage<'_, '_>, handles: &mut Handles, found: &mut Report<'_, '_>) {
    let values = message.values;
    let Some((entry, value)) = filter(values) else { return };
    let place = (values, entry);
    if message.method.id == ApiAddNotifyCluster::ID && value & CLIENT_ONLY != 0 {
        found.at(&CLUSTER_FILTER, place, names(value & CLIENT_ONLY), "none of them");
    }
    if let Some((rule, bits, expected)) = allowed(message.method.id)
        && (value & !bits != 0 || value == 0)
    {
        found.at(rule, place, value, expected);
    }
    if message.method.id == ApiAddNotifyCluster::ID && value == 0 {
        found.at(&FILTER_EMPTY, place, value, "values of CLUSTER_CHANGE");
    }
    if let Some(handle) = handle(values, ApiGetNotify::params::hNotify)
        && let Some(port) = handles.get_mut(message.scope, handle)
    {
        // A key that is watched with its subtree, or the cluster's with REGISTRY_SUBTREE, gives all its events.
        let registry = if value & 0x80 != 0 { 0x70 } else { 0 };
        port.filter |= value | registry;
    }
}

fn names(value: u64) -> String {
    let mut text = String::new();
    for name in Change::TABLE.flags_of(value) {
        if !text.is_empty() {
            text.push_str(" | ");
        }
        text.push_str(name);
    }
    text
}

fn handle(values: &Values<'_>, id: FieldId) -> Option<ContextHandle> {
    match values.get(id)?.what {
        Item::Handle(handle) => Some(handle),
        _ => None,
    }
}

/// What a first-generation port reports.
fn reported(
    message: &CheckedMessage<'_, '_>,
    (entry, value): (&Entry<'_>, u64),
    handles: &Handles,
    found: &mut Report<'_, '_>,
) {
    let place = (message.values, entry);
    let mut never = Change::CLUSTER_CHANGE_REGISTRY_SUBTREE.bits() | CLIENT_ONLY as u32;
    // Version 3.0 reports lost events with it.
    if message.is_clusapi_version(3) {
        never &= !Change::CLUSTER_CHANGE_CLUSTER_RECONNECT.bits();
    }
    let never = u64::from(never);
    if value & never != 0 {
        found.at(&RETURNED, place, names(value & never), "another event");
    }
    if value.count_ones() != 1 {
        found.at(&ONE_VALUE, place, value, "one bit");
        return;
    }
    let port = message.request.and_then(|r| r.handle(ApiGetNotify::params::hNotify));
    let asked = port.and_then(|port| handles.get(message.scope, port));
    // What a port of the other version was asked for is another matter.
    let asked = asked.filter(|port| !port.second_generation).map(|port| port.filter);
    let lost = change_bits(Change::CLUSTER_CHANGE_CLUSTER_RECONNECT);
    if let Some(asked) = asked.filter(|asked| value & (asked | never | lost) == 0) {
        found.at(&UNASKED, place, names(value), format!("bits of {asked:#x}"));
    }
}

/// A port is given a key.
fn give(message: &CheckedMessage<'_, '_>, handles: &mut Handles) {
    let key = message.values.number(ApiAddNotifyCluster::params::dwNotifyKey);
    if let (Some(key), Some(port)) = (key, handle(message.values, ApiGetNotify::params::hNotify))
        && let Some(port) = handles.get_mut(message.scope, port)
    {
        port.keys.give(key);
    }
}

/// The keys of what a port reports.
fn keys(message: &CheckedMessage<'_, '_>, handles: &Handles, found: &mut Report<'_, '_>) {
    if !matches!(message.method.id, ApiGetNotify::ID | ApiGetNotifyAsync::ID | ApiGetNotifyV2::ID) {
        return;
    }
    let port = message.request.and_then(|request| request.handle(ApiGetNotify::params::hNotify));
    let Some(port) = port.and_then(|port| handles.get(message.scope, port)) else { return };
    // What a port of the other version was asked for is another matter.
    if port.second_generation != (message.method.id == ApiGetNotifyV2::ID) {
        return;
    }
    for (entry, key) in message.values.numbers(NOTIFICATION_RPC::dwNotifyKey) {
        if !port.keys.may_have(key) {
            found.at(&KEY, (message.values, entry), key, "a key that was given");
        }
    }
}

/// Whether methods get the ports that are made for them.
fn ports(message: &CheckedMessage<'_, '_>, handles: &Handles, found: &mut Report<'_, '_>) {
    let second = match message.method.id {
        ApiGetNotifyV2::ID | ApiAddNotifyV2::ID | ApiAddNotifyResourceTypeV2::ID => true,
        ApiGetNotify::ID | ApiGetNotifyAsync::ID | ApiAddNotifyCluster::ID => false,
        method if allowed(method).is_some() => false,
        _ => return,
    };
    let Some(port) = handle(message.values, ApiGetNotify::params::hNotify) else { return };
    let Some(opened) = handles.get(message.scope, port) else { return };
    if opened.kind == "HNOTIFY_RPC" && opened.second_generation != second {
        let made = |second| if second { ApiCreateNotifyV2::ID } else { ApiCreateNotify::ID };
        found.add(
            &PORT,
            ApiGetNotify::params::hNotify,
            format!("of {}", made(opened.second_generation)),
            format!("of {}", made(second)),
        );
    }
}

/// The flags of a second-generation filter.
fn flags(values: &Values<'_>, object: Object, field: FieldId, found: &mut Report<'_, '_>) {
    let Some(entry) = values.any(field) else { return };
    let Item::Number(value) = entry.what else { return };
    let place = (values, entry);
    let Some(table) = change::filter_flags(object) else { return };
    let unknown = table.flags_of(value).unknown();
    if unknown != 0 {
        found.at(&V2_FILTER, place, unknown, 0u64);
    }
    let disallowed = value & disallowed(object);
    if disallowed != 0 {
        found.at(&V2_DISALLOWED, place, table.display(disallowed).to_string(), "none of them");
    }
}

/// The flags that only clients generate: those that 3.1.4.2.137 forbids to ask for.
fn disallowed(object: Object) -> u64 {
    let Some(table) = change::filter_flags(object) else { return 0 };
    let client = |name: &str| {
        name.ends_with("HANDLE_CLOSE_V2")
            || name.ends_with("HANDLE_CLOSE_v2")
            || matches!(name, "CLUSTER_CHANGE_CLUSTER_RECONNECT_V2" | "CLUSTER_CHANGE_CLUSTER_STATE_V2")
    };
    table.members.iter().filter(|m| client(m.name)).fold(0, |bits, m| bits | m.value)
}

/// The kind of handle that goes with an object type (3.1.4.2.137).
fn object_handle(object: Object) -> Option<&'static str> {
    Some(match object {
        Object::CLUSTER_OBJECT_TYPE_GROUP => "HGROUP_RPC",
        Object::CLUSTER_OBJECT_TYPE_RESOURCE => "HRES_RPC",
        Object::CLUSTER_OBJECT_TYPE_NETWORK => "HNETWORK_RPC",
        Object::CLUSTER_OBJECT_TYPE_NETWORK_INTERFACE => "HNETINTERFACE_RPC",
        Object::CLUSTER_OBJECT_TYPE_NODE => "HNODE_RPC",
        Object::CLUSTER_OBJECT_TYPE_REGISTRY => "HKEY_RPC",
        Object::CLUSTER_OBJECT_TYPE_GROUPSET => "HGROUPSET_RPC",
        Object::CLUSTER_OBJECT_TYPE_CLUSTER
        | Object::CLUSTER_OBJECT_TYPE_QUORUM
        | Object::CLUSTER_OBJECT_TYPE_RESOURCE_TYPE
        | Object::CLUSTER_OBJECT_TYPE_SHARED_VOLUME
        | Object::CLUSTER_OBJECT_TYPE_SPACEPORT
        | Object::CLUSTER_OBJECT_TYPE_UPGRADE => "HCLUSTER_RPC",
        _ => return None,
    })
}

fn add_v2(message: &CheckedMessage<'_, '_>, handles: &Handles, found: &mut Report<'_, '_>) {
    let values = message.values;
    let Some((entry, object)) = values.numbers(Filter::dwObjectType).next() else { return };
    let object = Object(object as u32);
    if Object::TABLE.member(u64::from(object.0)).is_none() {
        found.at(&V2_TYPE, (values, entry), object.0, "1 to 15");
    }
    flags(values, object, Filter::FilterFlags, found);
    let opened = handle(values, ApiAddNotifyV2::params::hObject).and_then(|h| handles.get(message.scope, h));
    let targeted = values.number(ApiAddNotifyV2::params::isTargetedAtObject).is_some_and(|n| n != 0);
    let wanted = if targeted { object_handle(object) } else { Some("HCLUSTER_RPC") };
    if let (Some(opened), Some(wanted)) = (opened, wanted)
        && opened.kind != wanted
    {
        found.add(&V2_OBJECT, ApiAddNotifyV2::params::hObject, opened.kind, wanted);
    }
}

/// What a second-generation port reports.
fn notified(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    let mut object = None;
    let mut row = None;
    for entry in &values.entries {
        match (entry.field.id, entry.what) {
            (Filter::dwObjectType, Item::Number(value)) => {
                object = Some(Object(value as u32));
                row = None;
                if Object::TABLE.member(value).is_none() {
                    found.at(&V2_TYPE, (values, entry), value, "1 to 15");
                }
            }
            (Filter::FilterFlags, Item::Number(value)) => {
                let Some(object) = object else { continue };
                event(values, entry, object, value, found);
                row = notifications::lookup(object, value);
            }
            (Data::buffer, Item::Bytes { bytes }) => buffer(values, entry, row, bytes, found),
            (Data::ObjectId | Data::ParentId | Data::Name | Data::Type, Item::Text { text }) if entry.depth > 1 => {
                let expected = row.map(|row| match entry.field.id {
                    Data::ObjectId => row.object_id,
                    Data::ParentId => row.parent_id,
                    Data::Name => row.object_name,
                    _ => row.type_name,
                });
                if expected == Some(notifications::Text::Null) {
                    found.at(&V2_NULL, (values, entry), text.to_string(), "null");
                }
                if expected == Some(notifications::Text::Empty) && !text.is_empty() {
                    found.at(&V2_STRING, (values, entry), text.to_string(), "an empty string");
                }
            }
            _ => {}
        }
    }
}

fn event(values: &Values<'_>, entry: &Entry<'_>, object: Object, value: u64, found: &mut Report<'_, '_>) {
    let Some(table) = change::filter_flags(object) else { return };
    let place = (values, entry);
    let subtree = match object {
        Object::CLUSTER_OBJECT_TYPE_REGISTRY => table.value_of("CLUSTER_CHANGE_REGISTRY_SUBTREE_V2").unwrap_or(0),
        _ => 0,
    };
    let never = value & (disallowed(object) | subtree);
    if never != 0 {
        found.at(&V2_RETURNED, place, table.display(never).to_string(), "another event");
    }
    if value.count_ones() != 1 || table.flags_of(value).unknown() != 0 {
        found.at(&V2_ONE_FLAG, place, value, "one flag");
    }
}

fn buffer(
    values: &Values<'_>,
    entry: &Entry<'_>,
    row: Option<&notifications::Notification>,
    bytes: &[u8],
    found: &mut Report<'_, '_>,
) {
    use crate::consts::content::BufferFormat;
    let len = bytes.len();
    match row.map(|row| row.buffer) {
        Some(BufferFormat::DwordOf(table)) if len == 4 && table.kind == Kind::Enum => {
            let state = bytes.first_chunk::<4>().map(|state| u64::from(u32::from_le_bytes(*state)));
            if let Some(state) = state.filter(|state| table.member(*state).is_none()) {
                found.at(&V2_STATE_VALUE, (values, entry), state, format!("a value of {}", table.name));
            }
        }
        Some(BufferFormat::Nothing) if len != 0 => found.at(&V2_BUFFER, (values, entry), len, 0u64),
        Some(BufferFormat::Dword | BufferFormat::DwordOf(_)) if len != 4 => {
            found.at(&V2_STATE, (values, entry), len, 4u64)
        }
        _ => {}
    }
}
