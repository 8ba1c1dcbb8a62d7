//! Ids and names: where a capture tells both, the one stands for the other from there on.
//!
//! Sources: `ApiGet…Id` and the control codes `…_GET_ID` and `…_GET_NAME` of a handle whose other half is known; the
//! lists of ApiCreateEnumEx, ApiCreateNodeEnumEx, ApiCreateGroupEnum and ApiCreateResourceEnum; notifications of the
//! second generation.

use super::object_kind::ObjectKind;
use super::top_level::TopLevelValues;
use super::{Bounded, Counters, notify, record_context};
use crate::base::bounds;
use crate::consts::control_codes::ControlCode;
use crate::consts::methods::{ClusterEnumType, ClusterNodeEnumType};
use crate::idl::cluster::{ApiClusterControl, ApiCreateEnumEx};
use crate::idl::group::{ApiGetGroupId, ApiSetGroupName};
use crate::idl::network::ApiSetNetworkName;
use crate::idl::node::{ApiCreateNodeEnum, ApiCreateNodeEnumEx};
use crate::idl::resource::ApiSetResourceName;
use crate::idl::structures::{ENUM_ENTRY, GROUP_ENUM_ENTRY, RESOURCE_ENUM_ENTRY};
use crate::ndr::names::control_code;
use crate::ndr::types::{Field, FieldId, MethodId, Scalar};
use crate::ndr::visitor::{At, Open, Visitor};
use crate::ndr::wire::Message;
use crate::ndr::{Method, WStr};
use crate::session::Record;
use smol_str::SmolStr;

/// Ids and their names. Both compare without case.
#[derive(Debug)]
pub(super) struct ObjectNames(Bounded<(ObjectKind, String), SmolStr>);

impl ObjectNames {
    pub(super) fn new(limit: usize) -> Self {
        ObjectNames(Bounded::new(limit))
    }

    pub(super) fn learn(&mut self, kind: ObjectKind, id: &str, name: SmolStr, counters: &mut Counters) {
        if !is_id(kind, id) || name.eq_ignore_ascii_case(id) {
            return;
        }
        let key = (kind, id.to_ascii_lowercase());
        if self.0.peek(&key).is_some_and(|known| *known == name) {
            return;
        }
        if self.0.insert(key, name).is_some() {
            counters.ids_forgotten += 1;
        }
    }

    pub(super) fn name(&self, kind: ObjectKind, id: &str) -> Option<SmolStr> {
        if is_id(kind, id) { self.0.peek(&(kind, id.to_ascii_lowercase())).cloned() } else { None }
    }

    /// A string to keep.
    pub(super) fn plain(&self, text: WStr<'_>, limit: usize) -> Option<SmolStr> {
        record_context::plain(text, limit)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Whether a text looks like an id: a GUID, or the number of a node.
fn is_id(kind: ObjectKind, text: &str) -> bool {
    text.len() == 36 || (kind == ObjectKind::Node && text.len() <= 10 && text.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a method gives its object another name: the first string of its request.
pub(super) fn renames(method: MethodId) -> bool {
    matches!(method, ApiSetResourceName::ID | ApiSetGroupName::ID | ApiSetNetworkName::ID)
}

/// What a response told about the object that its request's first handle stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum NameOrId<'a> {
    Id(WStr<'a>),
    Name(WStr<'a>),
}

/// What a response told.
#[derive(Debug, Default)]
pub(super) struct NamesFound<'a> {
    pub(super) of_handle: Option<NameOrId<'a>>,
    pub(super) pairs: Vec<(ObjectKind, WStr<'a>, WStr<'a>)>,
}

/// What there is to learn from a response.
pub(super) fn found_in<'a>(record: &Record<'a>, top_level: &TopLevelValues<'a>) -> NamesFound<'a> {
    let mut names_found = NamesFound::default();
    let Some(method) = record.method() else { return names_found };
    if let Some(id) = top_level.text(ID) {
        names_found.of_handle = Some(NameOrId::Id(id));
    } else if let Some((family, code)) = record.context().control_code
        && let Some(buffer) = top_level.buffer(ApiClusterControl::params::lpOutBuffer).filter(|b| !b.is_empty())
        && top_level.status() == Some(0)
        && let Some(code) = control_code(family, code)
    {
        // The node that a control code is sent through comes second; the object of the family first.
        names_found.of_handle = asks_for(code).map(|told| told(WStr::le(buffer).until_nul()));
    } else if notify::delivers(method.id) {
        for n in notify::notifications(record) {
            if let (Some(object), Some(id), Some(name)) = (n.object_type, n.id, n.name) {
                let kind = ObjectKind::of_object_type(object);
                // A registry event's Id is the name of a value.
                if kind != ObjectKind::Key {
                    names_found.pairs.push((kind, id, name));
                }
            }
        }
    } else if lists(method.fields)
        && let Some((kind, stub)) = record.stub()
    {
        let of_nodes = matches!(method.id, ApiCreateNodeEnum::ID | ApiCreateNodeEnumEx::ID);
        let mut list = List { of_nodes, ..List::default() };
        let _ = Message::decode_with(method, kind, stub, &mut list);
        names_found.pairs = list.pairs;
        for ((kind, id), (other, name)) in list.ids.into_iter().zip(list.names) {
            if let (Some(kind), true) = (kind, kind == other) {
                names_found.pairs.push((kind, id, name));
            }
        }
    }
    names_found
}

/// The parameter of the methods that tell an object's id.
const ID: FieldId = ApiGetGroupId::params::pGuid;

/// What the answer to a control code tells of the object.
fn asks_for<'a>(code: &ControlCode) -> Option<fn(WStr<'a>) -> NameOrId<'a>> {
    match code.name {
        name if name.ends_with("_GET_ID") => Some(NameOrId::Id),
        name if name.ends_with("_GET_NAME") => Some(NameOrId::Name),
        _ => None,
    }
}

/// Whether the answer to the record's control code is one of those from which [`found_in`] learns.
pub(super) fn response_names_object(record: &Record<'_>) -> bool {
    let code = record.context().control_code.and_then(|(family, code)| control_code(family, code));
    code.is_some_and(|code| asks_for(code).is_some())
}

/// Whether a method's responses are among those from which [`found_in`] learns, control codes apart.
pub(super) fn may_name(method: &Method) -> bool {
    notify::delivers(method.id) || lists(method.fields) || method.has(ID)
}

/// Whether a method's response has a list with ids and names.
fn lists(fields: &[Field]) -> bool {
    fields.iter().any(|f| {
        f.id == ApiCreateEnumEx::params::ReturnIdEnum || matches!(f.idl, "PGROUP_ENUM_LIST" | "PRESOURCE_ENUM_LIST")
    })
}

/// The kind of object that an entry of a list names, by its bit.
fn listed(bits: u64, of_nodes: bool) -> Option<ObjectKind> {
    if of_nodes {
        return match ClusterNodeEnumType::from_bits_retain(bits as u32) {
            ClusterNodeEnumType::CLUSTER_NODE_ENUM_NETINTERFACES => Some(ObjectKind::NetInterface),
            ClusterNodeEnumType::CLUSTER_NODE_ENUM_GROUPS => Some(ObjectKind::Group),
            _ => None,
        };
    }
    match ClusterEnumType::from_bits_retain(bits as u32) {
        ClusterEnumType::CLUSTER_ENUM_NODE => Some(ObjectKind::Node),
        ClusterEnumType::CLUSTER_ENUM_RESOURCE | ClusterEnumType::CLUSTER_ENUM_SHARED_VOLUME_RESOURCE => {
            Some(ObjectKind::Resource)
        }
        ClusterEnumType::CLUSTER_ENUM_GROUP => Some(ObjectKind::Group),
        ClusterEnumType::CLUSTER_ENUM_NETWORK | ClusterEnumType::CLUSTER_ENUM_INTERNAL_NETWORK => {
            Some(ObjectKind::Network)
        }
        ClusterEnumType::CLUSTER_ENUM_NETINTERFACE => Some(ObjectKind::NetInterface),
        _ => None,
    }
}

/// Collects the entries of lists.
#[derive(Default)]
struct List<'a> {
    of_nodes: bool,
    in_ids: bool,
    /// Whether the entries have both an id and a name.
    paired: bool,
    kind: Option<ObjectKind>,
    name: Option<WStr<'a>>,
    ids: Vec<(Option<ObjectKind>, WStr<'a>)>,
    names: Vec<(Option<ObjectKind>, WStr<'a>)>,
    pairs: Vec<(ObjectKind, WStr<'a>, WStr<'a>)>,
}

impl<'a> Visitor<'a> for List<'a> {
    fn wants_diagnostics(&self) -> bool {
        false
    }

    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        let Open::Struct(declaration) = open else { return };
        match at.field.id {
            ApiCreateEnumEx::params::ReturnIdEnum => self.in_ids = true,
            ApiCreateEnumEx::params::ReturnNameEnum => self.in_ids = false,
            _ if core::ptr::eq(declaration, GROUP_ENUM_ENTRY::DECLARATION) => {
                (self.paired, self.kind) = (true, Some(ObjectKind::Group));
            }
            _ if core::ptr::eq(declaration, RESOURCE_ENUM_ENTRY::DECLARATION) => {
                (self.paired, self.kind) = (true, Some(ObjectKind::Resource));
            }
            _ => {}
        }
    }

    fn scalar(&mut self, at: At<'_>, _: Scalar, value: u64) {
        if at.field.id == ENUM_ENTRY::Type {
            self.kind = listed(value, self.of_nodes);
        }
    }

    fn string(&mut self, at: At<'_>, text: WStr<'a>) {
        match (at.field.id, self.kind) {
            (GROUP_ENUM_ENTRY::Name, _) if self.paired => self.name = Some(text),
            (GROUP_ENUM_ENTRY::Id, Some(kind)) if self.paired => {
                if let Some(name) = self.name.take() {
                    push(&mut self.pairs, (kind, text, name));
                }
            }
            (ENUM_ENTRY::Name, kind) if self.in_ids => push(&mut self.ids, (kind, text)),
            (ENUM_ENTRY::Name, kind) => push(&mut self.names, (kind, text)),
            _ => {}
        }
    }
}

/// Keeps what one answer lists, up to a limit.
fn push<T>(list: &mut Vec<T>, one: T) {
    if list.len() < bounds::NAME_PAIRS {
        list.push(one);
    }
}
