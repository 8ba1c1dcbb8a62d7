//! Which methods change something, and how that is put into words.

use super::waiting::{Aim, Goal};
use super::wording::{self, plain, wide};
use super::{Event, EventContext, Object, object};
use crate::analysis::object_kind::ObjectKind;
use crate::analysis::top_level::TopLevelValues;
use crate::consts::control_codes::ControlCodeBits;
use crate::consts::registry::CLUSTER_REG_BATCH_COMMAND as Command;
use crate::idl::methods::*;
use crate::ndr::Method;
use crate::ndr::names::control_code;
use crate::ndr::types::{FieldId, MethodId};
use crate::structs::batch::Batch;
use smol_str::SmolStr;

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
    /// What it is done to.
    pub(super) object: Option<Object>,
    /// What it had before, if the request tells.
    pub(super) from: Option<String>,
    /// What it is to have, or where it is to be, if the request tells.
    pub(super) to: Option<String>,
    /// The state that the operation leads to.
    pub(super) goal: Option<Goal>,
    /// Whether it is only an event if the response says that something new was made.
    pub(super) only_new: bool,
    /// Whether how long it takes is worth telling: it leads to a state.
    pub(super) timed: bool,
    /// Where the object ends in `what`.
    pub(super) object_end: usize,
    /// The event as far as the request tells, should no answer come.
    pub(super) asked: Option<Box<Event>>,
    /// New values, to be compared with the old ones.
    pub(super) values: Vec<super::properties::NewValue>,
}

impl Draft {
    /// Of these words, about nothing in particular.
    pub(super) fn new(name: &'static str, past: &'static str, base: &'static str, what: String) -> Self {
        let (object, from, to, goal, asked, values) = Default::default();
        Draft {
            name,
            past,
            base,
            what,
            object,
            from,
            to,
            goal,
            only_new: false,
            timed: false,
            object_end: 0,
            asked,
            values,
        }
    }
}

/// What stands in the words of an event. The first part that is an object is what the event is about.
#[derive(Clone, Copy)]
enum Part {
    /// These words.
    Words(&'static str),
    /// The object of the nth handle.
    Object(usize),
    /// The same, to which the event leads.
    ToObject(usize),
    /// The cluster.
    Cluster,
    /// A string parameter.
    Text(FieldId),
    /// The same, to which the event leads.
    ToText(FieldId),
    /// A string parameter that names an object of this kind.
    Called(ObjectKind, FieldId),
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
    leads: Option<Aim>,
}

/// A row: the methods, the name of the event, its verb in two forms, what stands behind the verb, and the state that it leads
/// to. Behind the verb stand words, the object of a handle as `(object n)`, a string parameter of the first method by its
/// name, as `(called Kind parameter)` where it names an object, `(cluster)` or `(path)`. `(to object n)` and `(to parameter)`
/// are where the event leads.
macro_rules! operations {
    ($($method:ident $(| $other:ident)*: $name:literal, $past:literal/$base:literal, [$($part:tt)*] $(=> $leads:ident)?;)*) => {
        &[$(Operation {
            methods: &[$method::ID $(, $other::ID)*],
            name: $name,
            past: $past,
            base: $base,
            what: operations!(@parts $method [] $($part)*),
            leads: { let _leads: Option<Aim> = None; $(let _leads = Some(Aim::$leads);)? _leads },
        },)*]
    };
    (@parts $method:ident [$($done:tt)*]) => { &[$($done)*] };
    (@parts $method:ident [$($done:tt)*] $words:literal $($rest:tt)*) => {
        operations!(@parts $method [$($done)* Part::Words($words),] $($rest)*)
    };
    (@parts $method:ident [$($done:tt)*] (object $n:literal) $($rest:tt)*) => {
        operations!(@parts $method [$($done)* Part::Object($n),] $($rest)*)
    };
    (@parts $method:ident [$($done:tt)*] (to object $n:literal) $($rest:tt)*) => {
        operations!(@parts $method [$($done)* Part::ToObject($n),] $($rest)*)
    };
    (@parts $method:ident [$($done:tt)*] (to $param:ident) $($rest:tt)*) => {
        operations!(@parts $method [$($done)* Part::ToText($method::params::$param),] $($rest)*)
    };
    (@parts $method:ident [$($done:tt)*] (called $kind:ident $param:ident) $($rest:tt)*) => {
        operations!(@parts $method [$($done)* Part::Called(ObjectKind::$kind, $method::params::$param),] $($rest)*)
    };
    (@parts $method:ident [$($done:tt)*] (cluster) $($rest:tt)*) => {
        operations!(@parts $method [$($done)* Part::Cluster,] $($rest)*)
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
    ApiSetClusterName: "cluster_renamed", "renamed"/"rename", [(cluster) " to " (to NewClusterName)];
    ApiSetQuorumResource: "quorum_changed", "made"/"make",
        [(object 0) " the quorum resource, device " lpszDeviceName];
    ApiBackupClusterDatabase: "database_backed_up", "backed up"/"back up", ["the cluster database to " (to lpszPathName)];
    ApiSetServiceAccountPassword: "password_changed", "changed"/"change",
        ["the password of the cluster service account"];

    ApiCreateResource: "resource_created", "created"/"create",
        ["resource " (called Resource lpszResourceName) " of type " lpszResourceType " in " (to object 0)];
    ApiDeleteResource: "resource_deleted", "deleted"/"delete", [(object 0)];
    ApiSetResourceName: "resource_renamed", "renamed"/"rename", [(object 0) " to " (to lpszResourceName)];
    ApiFailResource: "resource_failed", "made"/"make", [(object 0) " fail on purpose"];
    ApiOnlineResource | ApiOnlineResourceEx: "resource_online", "brought"/"bring", [(object 0) " online"] => Online;
    ApiOfflineResource | ApiOfflineResourceEx: "resource_offline", "took"/"take", [(object 0) " offline"] => Offline;
    ApiRestartResource: "resource_restarted", "restarted"/"restart", [(object 0)] => Online;
    ApiAddResourceDependency: "dependency_added", "made"/"make", [(object 0) " depend on " (object 1)];
    ApiRemoveResourceDependency: "dependency_removed", "ended"/"end",
        ["the dependency of " (object 0) " on " (object 1)];
    ApiSetResourceDependencyExpression: "dependencies_set", "set"/"set",
        ["the dependencies of " (object 0) " to " (to lpszDependencyExpression)];
    ApiAddResourceNode: "owner_allowed", "allowed"/"allow", [(object 0) " to run on " (object 1)];
    ApiRemoveResourceNode: "owner_forbidden", "forbade"/"forbid", [(object 0) " to run on " (object 1)];
    ApiChangeResourceGroup | ApiChangeResourceGroupEx: "resource_moved", "moved"/"move",
        [(object 0) " to " (to object 1)];
    ApiChangeCsvState | ApiChangeCsvStateEx: "shared_volume_changed", "changed"/"change",
        ["whether " (object 0) " is a cluster shared volume"];
    ApiCreateResourceType: "resource_type_created", "created"/"create",
        ["resource type " (called ResourceType lpszTypeName) " with " lpszDllName];
    ApiDeleteResourceType: "resource_type_deleted", "deleted"/"delete", ["resource type " (called ResourceType lpszTypeName)];

    ApiCreateGroup | ApiCreateGroupEx: "group_created", "created"/"create", ["group " (called Group lpszGroupName)];
    ApiDeleteGroup: "group_deleted", "deleted"/"delete", [(object 0)];
    ApiSetGroupName: "group_renamed", "renamed"/"rename", [(object 0) " to " (to lpszGroupName)];
    ApiOnlineGroup | ApiOnlineGroupEx: "group_online", "brought"/"bring", [(object 0) " online"] => Online;
    ApiOfflineGroup | ApiOfflineGroupEx: "group_offline", "took"/"take", [(object 0) " offline"] => Offline;
    ApiMoveGroup | ApiMoveGroupEx: "group_moved", "moved"/"move", [(object 0) " to the best node"] => Moved;
    ApiMoveGroupToNode | ApiMoveGroupToNodeEx: "group_moved", "moved"/"move",
        [(object 0) " to " (to object 1)] => Moved;
    ApiCancelClusterGroupOperation: "operation_cancelled", "cancelled"/"cancel",
        ["the pending operation on " (object 0)];
    ApiSetGroupNodeList: "preferred_owners_set", "set"/"set", ["the preferred owners of " (object 0)];
    ApiSetGroupDependencyExpression: "dependencies_set", "set"/"set",
        ["the dependencies of " (object 0) " to " (to lpszDependencyExpression)];
    ApiRemoveClusterGroupDependency: "dependency_removed", "ended"/"end",
        ["the dependency of " (object 0) " on " (object 1)];

    ApiCreateGroupSet: "group_set_created", "created"/"create", ["group set " (called GroupSet lpszGroupSetName)];
    ApiDeleteGroupSet: "group_set_deleted", "deleted"/"delete", [(object 0)];
    ApiAddGroupToGroupSet | ApiAddGroupToGroupSetEx: "group_set_changed", "added"/"add",
        [(object 1) " to " (to object 0)];
    ApiRemoveGroupFromGroupSet: "group_set_changed", "removed"/"remove", [(object 0) " from its group set"];
    ApiMoveGroupToGroupSet: "group_set_changed", "moved"/"move", [(object 1) " to " (to object 0)];
    ApiAddGroupSetDependency: "dependency_added", "made"/"make", [(object 0) " depend on " (object 1)];
    ApiAddGroupToGroupSetDependency: "dependency_added", "made"/"make", [(object 0) " depend on " (object 1)];
    ApiSetGroupSetDependencyExpression: "dependencies_set", "set"/"set",
        ["the dependencies of " (object 0) " to " (to lpszDependencyExpression)];
    ApiRemoveGroupSetDependency: "dependency_removed", "ended"/"end",
        ["the dependency of " (object 0) " on " (object 1)];
    ApiRemoveClusterGroupToGroupSetDependency: "dependency_removed", "ended"/"end",
        ["the dependency of " (object 0) " on " (object 1)];

    ApiPauseNode | ApiPauseNodeEx: "node_paused", "paused"/"pause", [(object 0)] => Paused;
    ApiPauseNodeWithDrainTarget: "node_paused", "paused"/"pause",
        [(object 0) ", its groups going to " (to object 1)] => Drained;
    ApiResumeNode | ApiResumeNodeEx: "node_resumed", "resumed"/"resume", [(object 0)] => Resumed;
    ApiEvictNode: "node_evicted", "evicted"/"evict", [(object 0)];

    ApiSetNetworkName: "network_renamed", "renamed"/"rename", [(object 0) " to " (to lpszNetworkName)];
    ApiSetNetworkPriorityOrder: "network_order_changed", "changed"/"change", ["the priority order of the networks"];

    ApiCreateKey: "registry_key_created", "created"/"create", ["registry key " (path)];
    ApiDeleteKey: "registry_key_deleted", "deleted"/"delete", ["registry key " (path)];
    ApiDeleteValue: "registry_value_deleted", "deleted"/"delete", ["value " lpValueName " of " (object 0)];
    ApiSetKeySecurity: "registry_security_changed", "changed"/"change", ["the security of " (object 0)];

    WitnessrRegister | WitnessrRegisterEx: "witness_registered", "registered"/"register",
        ["with the witness of " (called Witness NetName) " as " ClientComputerName ", watching " IpAddress];
    WitnessrUnRegister | WitnessrUnRegisterEx: "witness_unregistered", "gave up"/"give up", ["the " (object 0)];
};

/// The words for a request, if it changes something.
pub(super) fn draft(method: &Method, top_level: &TopLevelValues<'_>, scene: &EventContext<'_>) -> Option<Draft> {
    if method.id == ApiExecuteBatch::ID {
        return batch(top_level, scene);
    }
    if let Some(code) = top_level.number(ApiClusterControl::params::dwControlCode) {
        return control(code as u32, top_level, scene);
    }
    let rule = OPERATIONS.iter().find(|rule| rule.methods.contains(&method.id))?;
    let mut draft = Draft::new(rule.name, rule.past, rule.base, String::new());
    fill(&mut draft, rule.what, top_level, scene);
    draft.only_new = method.id == ApiCreateKey::ID;
    let mut leads = rule.leads;
    match method.id {
        ApiPauseNodeEx::ID if top_level.number(ApiPauseNodeEx::params::bDrainNode) == Some(1) => {
            draft.what.push_str(", draining its groups");
            leads = Some(Aim::Drained);
        }
        ApiResumeNodeEx::ID => match top_level.number(ApiResumeNodeEx::params::dwResumeFailbackType) {
            Some(1) => draft.what.push_str(", groups coming back at once"),
            Some(2) => draft.what.push_str(", groups coming back by their policies"),
            _ => {}
        },
        ApiChangeCsvState::ID | ApiChangeCsvStateEx::ID => {
            let name = words_of(scene, 0);
            draft.what = match top_level.number(ApiChangeCsvState::params::dwState) {
                Some(0) => format!("{name} out of the cluster shared volumes"),
                _ => format!("{name} into the cluster shared volumes"),
            };
            (draft.past, draft.base) = ("put", "put");
        }
        WitnessrRegisterEx::ID => {
            if let Some(share) = top_level.text(WitnessrRegisterEx::params::ShareName) {
                draft.what.push_str(&format!(", share {}", wide(share)));
            }
        }
        _ => {}
    }
    if rule.past == "renamed"
        && let Some(Object { name: Some(name), .. }) = &draft.object
    {
        draft.from = Some(name.to_string());
    }
    draft.timed = leads.is_some();
    // What the operation leads to can only be waited for by the object's name.
    draft.goal = leads.zip(object(&scene.seen.objects, 0)).and_then(|(aim, (kind, name))| {
        let node = object(&scene.seen.objects, 1).and_then(|(_, node)| node).filter(|_| aim == Aim::Moved);
        Some(Goal { kind, name: SmolStr::from(name?), aim, node: node.map(SmolStr::from) })
    });
    Some(draft)
}

fn words_of(scene: &EventContext<'_>, n: usize) -> String {
    match object(&scene.seen.objects, n) {
        Some((kind, name)) => wording::object(kind, name),
        None => "an object".to_string(),
    }
}

/// The object of the nth handle.
pub(super) fn object_of(scene: &EventContext<'_>, n: usize) -> Option<Object> {
    object(&scene.seen.objects, n).map(|(kind, name)| Object { kind, name: name.map(SmolStr::from) })
}

/// Puts objects and strings in their places.
fn fill(draft: &mut Draft, parts: &[Part], top_level: &TopLevelValues<'_>, scene: &EventContext<'_>) {
    let mut text = String::new();
    for part in parts {
        let mut is_about = None;
        match *part {
            Part::Words(words) => text.push_str(words),
            Part::Object(n) => {
                text.push_str(&words_of(scene, n));
                is_about = object_of(scene, n);
            }
            Part::ToObject(n) => {
                text.push_str(&words_of(scene, n));
                draft.to = object(&scene.seen.objects, n).and_then(|(_, name)| name).map(str::to_string);
            }
            Part::Cluster => {
                text.push_str(&wording::object(ObjectKind::Cluster, None));
                is_about = Some(Object { kind: ObjectKind::Cluster, name: None });
            }
            Part::Path => {
                let parent = object(&scene.seen.objects, 0).and_then(|(_, name)| name).unwrap_or("…");
                let sub = top_level.text(ApiCreateKey::params::lpSubKey).map(plain).unwrap_or_default();
                let path = format!("{parent}\\{}", sub.trim_matches('\\'));
                text.push_str(&wording::quoted(&path));
                is_about = Some(Object { kind: ObjectKind::Key, name: Some(path.into()) });
            }
            Part::Text(id) | Part::ToText(id) | Part::Called(_, id) => {
                let value = top_level.text(id);
                text.push_str(&value.map_or_else(|| "nothing".to_string(), wide));
                match *part {
                    Part::ToText(_) => draft.to = value.map(plain),
                    Part::Called(kind, _) => {
                        is_about = Some(Object { kind, name: value.map(plain).map(SmolStr::from) });
                    }
                    _ => {}
                }
            }
        }
        if let (Some(object), None) = (is_about, &draft.object) {
            (draft.object, draft.object_end) = (Some(object), text.len());
        }
    }
    draft.what = text;
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
    let object = subject_of(top_level, scene);
    Some(Draft { object, to: Some(known.name.to_string()), ..Draft::new("control", "sent", "send", what) })
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

/// The same as an object.
pub(super) fn subject_of(top_level: &TopLevelValues<'_>, scene: &EventContext<'_>) -> Option<Object> {
    match top_level.text(ApiResourceTypeControl::params::lpszResourceTypeName) {
        Some(name) => Some(Object { kind: ObjectKind::ResourceType, name: Some(plain(name).into()) }),
        None => object_of(scene, 0),
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
    Some(Draft { object: object_of(scene, 0), ..Draft::new("registry_batch", "ran", "run", what) })
}

/// The methods that have a rule.
#[cfg(test)]
pub(super) fn methods() -> impl Iterator<Item = &'static str> {
    OPERATIONS.iter().flat_map(|rule| rule.methods).map(|method| method.name())
}
