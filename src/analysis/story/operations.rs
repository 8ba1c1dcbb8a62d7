//! Which methods change something, and how that is put into words.

use super::state::Goal;
use super::wording::{self, wide};
use super::{EventContext, object};
use crate::analysis::top_level::TopLevelValues;
use crate::consts::control_codes::ControlCodeBits;
use crate::consts::registry::CLUSTER_REG_BATCH_COMMAND as Command;
use crate::idl::methods::*;
use crate::ndr::Method;
use crate::ndr::names::control_code;
use crate::ndr::types::{FieldId, MethodId};
use crate::structs::batch::Batch;
use std::sync::Arc;

/// The words of an event, made of its request.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// Name of the event.
    pub(super) name: &'static str,
    /// "moved"
    pub(super) past: &'static str,
    /// "move"
    pub(super) base: &'static str,
    /// Everything behind the verb.
    pub(super) what: String,
    /// The state that the operation leads to.
    pub(super) goal: Option<Goal>,
    /// Whether it is only an event if the response says that something new was made.
    pub(super) only_new: bool,
    /// New values, to be compared with the old ones.
    pub(super) values: Vec<super::properties::NewValue>,
}

/// What a state-changing operation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leads {
    Nowhere,
    Online,
    Offline,
    /// Online on the node of the second handle, if there is one.
    Moved,
}

/// What stands in the words of an event.
#[derive(Clone, Copy)]
enum Part {
    /// These words.
    Words(&'static str),
    /// The object of the nth handle.
    Object(usize),
    /// A string parameter.
    Text(FieldId),
    /// The subkey of ApiCreateKey and ApiDeleteKey, with the path of its key.
    Path,
}

struct Operation {
    methods: &'static [MethodId],
    name: &'static str,
    past: &'static str,
    base: &'static str,
    /// Everything behind the verb.
    what: &'static [Part],
    leads: Leads,
}

/// A row: the methods, the name of the event, its verb in two forms, and what stands behind the verb: words, the
/// object of a handle as `(object n)`, a string parameter of the first method by its name, or `(path)`.
macro_rules! operations {
    ($($method:ident $(| $other:ident)*: $name:literal, $past:literal/$base:literal, [$($part:tt)*] $(=> $leads:ident)?;)*) => {
        &[$(Operation {
            methods: &[$method::ID $(, $other::ID)*],
            name: $name,
            past: $past,
            base: $base,
            what: operations!(@parts $method [] $($part)*),
            leads: { let _leads = Leads::Nowhere; $(let _leads = Leads::$leads;)? _leads },
        },)*]
    };
    (@parts $method:ident [$($done:tt)*]) => { &[$($done)*] };
    (@parts $method:ident [$($done:tt)*] $words:literal $($rest:tt)*) => {
        operations!(@parts $method [$($done)* Part::Words($words),] $($rest)*)
    };
    (@parts $method:ident [$($done:tt)*] (object $n:literal) $($rest:tt)*) => {
        operations!(@parts $method [$($done)* Part::Object($n),] $($rest)*)
    };
    (@parts $method:ident [$($done:tt)*] (path) $($rest:tt)*) => {
        operations!(@parts $method [$($done)* Part::Path,] $($rest)*)
    };
    (@parts $method:ident [$($done:tt)*] $param:ident $($rest:tt)*) => {
        operations!(@parts $method [$($done)* Part::Text($method::params::$param),] $($rest)*)
    };
}

/// The methods that change something.
const OPERATIONS: &[Operation] = operations! {
    ApiSetClusterName: "cluster_renamed", "renamed"/"rename", ["the cluster to " NewClusterName];
    ApiSetQuorumResource: "quorum_changed", "made"/"make",
        [(object 0) " the quorum resource, device " lpszDeviceName];
    ApiBackupClusterDatabase: "database_backed_up", "backed up"/"back up", ["the cluster database to " lpszPathName];
    ApiSetServiceAccountPassword: "password_changed", "changed"/"change",
        ["the password of the cluster service account"];

    ApiCreateResource: "resource_created", "created"/"create",
        ["resource " lpszResourceName " of type " lpszResourceType " in " (object 0)];
    ApiDeleteResource: "resource_deleted", "deleted"/"delete", [(object 0)];
    ApiSetResourceName: "resource_renamed", "renamed"/"rename", [(object 0) " to " lpszResourceName];
    ApiFailResource: "resource_failed", "made"/"make", [(object 0) " fail on purpose"];
    ApiOnlineResource | ApiOnlineResourceEx: "resource_online", "brought"/"bring", [(object 0) " online"] => Online;
    ApiOfflineResource | ApiOfflineResourceEx: "resource_offline", "took"/"take", [(object 0) " offline"] => Offline;
    ApiRestartResource: "resource_restarted", "restarted"/"restart", [(object 0)] => Online;
    ApiAddResourceDependency: "dependency_added", "made"/"make", [(object 0) " depend on " (object 1)];
    ApiRemoveResourceDependency: "dependency_removed", "ended"/"end",
        ["the dependency of " (object 0) " on " (object 1)];
    ApiSetResourceDependencyExpression: "dependencies_set", "set"/"set",
        ["the dependencies of " (object 0) " to " lpszDependencyExpression];
    ApiAddResourceNode: "owner_allowed", "allowed"/"allow", [(object 0) " to run on " (object 1)];
    ApiRemoveResourceNode: "owner_forbidden", "forbade"/"forbid", [(object 0) " to run on " (object 1)];
    ApiChangeResourceGroup | ApiChangeResourceGroupEx: "resource_moved", "moved"/"move",
        [(object 0) " to " (object 1)];
    ApiChangeCsvState | ApiChangeCsvStateEx: "shared_volume_changed", "changed"/"change",
        ["whether " (object 0) " is a cluster shared volume"];
    ApiCreateResourceType: "resource_type_created", "created"/"create",
        ["resource type " lpszTypeName " with " lpszDllName];
    ApiDeleteResourceType: "resource_type_deleted", "deleted"/"delete", ["resource type " lpszTypeName];

    ApiCreateGroup | ApiCreateGroupEx: "group_created", "created"/"create", ["group " lpszGroupName];
    ApiDeleteGroup: "group_deleted", "deleted"/"delete", [(object 0)];
    ApiSetGroupName: "group_renamed", "renamed"/"rename", [(object 0) " to " lpszGroupName];
    ApiOnlineGroup | ApiOnlineGroupEx: "group_online", "brought"/"bring", [(object 0) " online"] => Online;
    ApiOfflineGroup | ApiOfflineGroupEx: "group_offline", "took"/"take", [(object 0) " offline"] => Offline;
    ApiMoveGroup | ApiMoveGroupEx: "group_moved", "moved"/"move", [(object 0) " to the best node"] => Moved;
    ApiMoveGroupToNode | ApiMoveGroupToNodeEx: "group_moved", "moved"/"move", [(object 0) " to " (object 1)] => Moved;
    ApiCancelClusterGroupOperation: "operation_cancelled", "cancelled"/"cancel",
        ["the pending operation on " (object 0)];
    ApiSetGroupNodeList: "preferred_owners_set", "set"/"set", ["the preferred owners of " (object 0)];
    ApiSetGroupDependencyExpression: "dependencies_set", "set"/"set",
        ["the dependencies of " (object 0) " to " lpszDependencyExpression];
    ApiRemoveClusterGroupDependency: "dependency_removed", "ended"/"end",
        ["the dependency of " (object 0) " on " (object 1)];

    ApiCreateGroupSet: "group_set_created", "created"/"create", ["group set " lpszGroupSetName];
    ApiDeleteGroupSet: "group_set_deleted", "deleted"/"delete", [(object 0)];
    ApiAddGroupToGroupSet | ApiAddGroupToGroupSetEx: "group_set_changed", "added"/"add",
        [(object 1) " to " (object 0)];
    ApiRemoveGroupFromGroupSet: "group_set_changed", "removed"/"remove", [(object 0) " from its group set"];
    ApiMoveGroupToGroupSet: "group_set_changed", "moved"/"move", [(object 1) " to " (object 0)];
    ApiAddGroupSetDependency: "dependency_added", "made"/"make", [(object 0) " depend on " (object 1)];
    ApiAddGroupToGroupSetDependency: "dependency_added", "made"/"make", [(object 0) " depend on " (object 1)];
    ApiSetGroupSetDependencyExpression: "dependencies_set", "set"/"set",
        ["the dependencies of " (object 0) " to " lpszDependencyExpression];
    ApiRemoveGroupSetDependency: "dependency_removed", "ended"/"end",
        ["the dependency of " (object 0) " on " (object 1)];
    ApiRemoveClusterGroupToGroupSetDependency: "dependency_removed", "ended"/"end",
        ["the dependency of " (object 0) " on " (object 1)];

    ApiPauseNode | ApiPauseNodeEx: "node_paused", "paused"/"pause", [(object 0)];
    ApiPauseNodeWithDrainTarget: "node_paused", "paused"/"pause", [(object 0) ", its groups going to " (object 1)];
    ApiResumeNode | ApiResumeNodeEx: "node_resumed", "resumed"/"resume", [(object 0)];
    ApiEvictNode: "node_evicted", "evicted"/"evict", [(object 0)];

    ApiSetNetworkName: "network_renamed", "renamed"/"rename", [(object 0) " to " lpszNetworkName];
    ApiSetNetworkPriorityOrder: "network_order_changed", "changed"/"change", ["the priority order of the networks"];

    ApiCreateKey: "registry_key_created", "created"/"create", ["registry key " (path)];
    ApiDeleteKey: "registry_key_deleted", "deleted"/"delete", ["registry key " (path)];
    ApiDeleteValue: "registry_value_deleted", "deleted"/"delete", ["value " lpValueName " of " (object 0)];
    ApiSetKeySecurity: "registry_security_changed", "changed"/"change", ["the security of " (object 0)];

    WitnessrRegister | WitnessrRegisterEx: "witness_registered", "registered"/"register",
        ["with the witness of " NetName " as " ClientComputerName ", watching " IpAddress];
    WitnessrUnRegister | WitnessrUnRegisterEx: "witness_unregistered", "gave up"/"give up", ["the " (object 0)];
};

/// The words for a request, if it changes something.
pub(super) fn draft(method: &Method, top_level: &TopLevelValues<'_>, scene: &EventContext<'_>) -> Option<Draft> {
    let objects = &scene.seen.objects;
    if method.id == ApiExecuteBatch::ID {
        return batch(top_level, scene);
    }
    if let Some(code) = top_level.number(ApiClusterControl::params::dwControlCode) {
        return control(code as u32, top_level, scene);
    }
    let rule = OPERATIONS.iter().find(|rule| rule.methods.contains(&method.id))?;
    let mut what = fill(rule.what, top_level, scene);
    match method.id {
        ApiPauseNodeEx::ID if top_level.number(ApiPauseNodeEx::params::bDrainNode) == Some(1) => {
            what.push_str(", draining its groups");
        }
        ApiResumeNodeEx::ID => match top_level.number(ApiResumeNodeEx::params::dwResumeFailbackType) {
            Some(1) => what.push_str(", groups coming back at once"),
            Some(2) => what.push_str(", groups coming back by their policies"),
            _ => {}
        },
        ApiChangeCsvState::ID | ApiChangeCsvStateEx::ID => {
            let name = words_of(scene, 0);
            what = match top_level.number(ApiChangeCsvState::params::dwState) {
                Some(0) => format!("{name} out of the cluster shared volumes"),
                _ => format!("{name} into the cluster shared volumes"),
            };
        }
        WitnessrRegisterEx::ID => {
            if let Some(share) = top_level.text(WitnessrRegisterEx::params::ShareName) {
                what.push_str(&format!(", share {}", wide(share)));
            }
        }
        _ => {}
    }
    let (past, base) = if rule.name == "shared_volume_changed" { ("put", "put") } else { (rule.past, rule.base) };
    let first = object(objects, 0).and_then(|(kind, name)| Some((kind, Arc::from(name?))));
    let goal = first.and_then(|(kind, name)| match rule.leads {
        Leads::Nowhere => None,
        Leads::Online => Some(Goal { kind, name, online: true, node: None, moved: false }),
        Leads::Offline => Some(Goal { kind, name, online: false, node: None, moved: false }),
        Leads::Moved => {
            let node = object(objects, 1).and_then(|(_, node)| node).map(Arc::from);
            Some(Goal { kind, name, online: true, node, moved: true })
        }
    });
    let only_new = method.id == ApiCreateKey::ID;
    Some(Draft { name: rule.name, past, base, what, goal, only_new, values: Vec::new() })
}

fn words_of(scene: &EventContext<'_>, n: usize) -> String {
    match object(&scene.seen.objects, n) {
        Some((kind, name)) => wording::object(kind, name),
        None => "an object".to_string(),
    }
}

/// Puts objects and strings in their places.
fn fill(parts: &[Part], top_level: &TopLevelValues<'_>, scene: &EventContext<'_>) -> String {
    let mut text = String::new();
    for part in parts {
        match *part {
            Part::Words(words) => text.push_str(words),
            Part::Object(n) => text.push_str(&words_of(scene, n)),
            Part::Path => {
                let parent = object(&scene.seen.objects, 0).and_then(|(_, name)| name).unwrap_or("…");
                let sub = top_level.text(ApiCreateKey::params::lpSubKey).map(|t| wording::plain(t)).unwrap_or_default();
                text.push_str(&wording::quoted(&format!("{parent}\\{}", sub.trim_matches('\\'))));
            }
            Part::Text(id) => match top_level.text(id) {
                Some(value) => text.push_str(&wide(value)),
                None => text.push_str("nothing"),
            },
        }
    }
    text
}

/// A control code that changes something and is none of those with properties, which `properties` looks after.
fn control(code: u32, top_level: &TopLevelValues<'_>, scene: &EventContext<'_>) -> Option<Draft> {
    let modifies = ControlCodeBits::from_bits_retain(code).contains(ControlCodeBits::CLCTL_MODIFY);
    let (family, _) = scene_code(top_level)?;
    let known = control_code(family, code)?;
    // Reading properties may ask for more access than it needs; the name says what it does.
    let asks =
        ["_GET_", "_ENUM_", "_VALIDATE_", "_QUERY_", "_CHECK_", "_IS_"].iter().any(|word| known.name.contains(word));
    if !modifies || asks {
        return None;
    }
    let what = format!("{} to {}", known.name, subject(top_level, scene));
    Some(Draft { name: "control", past: "sent", base: "send", what, goal: None, only_new: false, values: Vec::new() })
}

/// The control code of a request with the family of its method.
pub(super) fn scene_code(top_level: &TopLevelValues<'_>) -> Option<(crate::consts::control_codes::Family, u32)> {
    top_level.numbers.iter().find_map(|(field, value)| match field.semantics {
        crate::ndr::types::Semantics::ControlCode(family) => Some((family, *value as u32)),
        _ => None,
    })
}

/// What a control code is about: the first handle's object, or the resource type that is named.
pub(super) fn subject(top_level: &TopLevelValues<'_>, scene: &EventContext<'_>) -> String {
    match top_level.text(ApiResourceTypeControl::params::lpszResourceTypeName) {
        Some(name) => format!("resource type {}", wide(name)),
        None => words_of(scene, 0),
    }
}

/// A batch of registry updates, in numbers.
fn batch(top_level: &TopLevelValues<'_>, scene: &EventContext<'_>) -> Option<Draft> {
    let batch = Batch::new(top_level.buffer(ApiExecuteBatch::params::lpData)?).ok()?;
    let mut counts: [(u64, &str, &str); 5] = [
        (0, "value written", "values written"),
        (0, "key created", "keys created"),
        (0, "key deleted", "keys deleted"),
        (0, "value deleted", "values deleted"),
        (0, "condition", "conditions"),
    ];
    let mut names = Vec::new();
    for command in batch.commands().map_while(Result::ok) {
        let at = match command.command {
            Command::CLUSREG_SET_VALUE => 0,
            Command::CLUSREG_CREATE_KEY => 1,
            Command::CLUSREG_DELETE_KEY => 2,
            Command::CLUSREG_DELETE_VALUE => 3,
            Command(11..) => 4,
            _ => continue,
        };
        if let Some((count, ..)) = counts.get_mut(at) {
            *count += 1;
        }
        if at < 4 && names.len() < 4 {
            names.push(wide(command.name()));
        }
    }
    let list: Vec<String> = counts
        .iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many)| format!("{n} {}", if *n == 1 { one } else { many }))
        .collect();
    let mut what = format!("a batch on {}", words_of(scene, 0));
    if !list.is_empty() {
        what.push_str(&format!(": {}", list.join(", ")));
    }
    if !names.is_empty() {
        what.push_str(&format!(" ({})", names.join(", ")));
    }
    Some(Draft {
        name: "registry_batch",
        past: "ran",
        base: "run",
        what,
        goal: None,
        only_new: false,
        values: Vec::new(),
    })
}

/// The methods that have a rule.
#[cfg(test)]
pub(super) fn methods() -> impl Iterator<Item = &'static str> {
    OPERATIONS.iter().flat_map(|rule| rule.methods).map(|method| method.name())
}
