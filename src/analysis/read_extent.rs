//! How much of a stub the tracker needs to read, by the method's declaration: most handles stand first.

use super::object_names;
use crate::idl::cluster::ApiOpenClusterEx;
use crate::idl::key::ApiOpenKey;
use crate::idl::notify::{ApiAddNotifyCluster, ApiAddNotifyResourceTypeV2};
use crate::idl::witness::WitnessrUnRegister;
use crate::ndr::Method;
use crate::ndr::types::{Direction, Field, FieldId, Flow, MethodId, Type};
use crate::session::Record;

/// The parameters that ask for access.
pub(super) const ACCESS: [FieldId; 2] = [ApiOpenClusterEx::params::dwDesiredAccess, ApiOpenKey::params::samDesired];

/// The parameter that names a notification key; those beside it tell what it is for.
pub(super) const KEY: FieldId = ApiAddNotifyCluster::params::dwNotifyKey;

/// The parameter that names a resource type.
pub(super) const TYPE: FieldId = ApiAddNotifyResourceTypeV2::params::resTypeName;

/// What matters of a method's stubs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ReadExtent {
    /// Of a request the fields before this place.
    pub(super) until: usize,
    /// Whether anything of a response but its status bears on handles and names.
    pub(super) response: bool,
    /// The parameter in which a new handle is returned.
    pub(super) opens: Option<&'static Field>,
    /// Whether a request tells anything but handles that is kept until the answer comes.
    pub(super) tells: bool,
}

impl ReadExtent {
    pub(super) fn of(method: &Method) -> ReadExtent {
        let fields = method.fields;
        let opens = opened_field(method);
        let texts = opens.is_some() || object_names::renames(method.id);
        let until = match method.has(KEY) {
            true => fields.len(),
            false => fields.iter().rposition(|field| in_request(field, texts)).map_or(0, |last| last + 1),
        };
        let back = |field: &Field| is_handle(field) && field.flow.travels(Direction::Response);
        let response = fields.iter().any(back)
            || method.has(KEY)
            || object_names::renames(method.id)
            || closes_silently(method.id)
            || object_names::may_name(method);
        let tells = fields.iter().any(|field| kept(field.id)) || object_names::renames(method.id);
        ReadExtent { until, response, opens, tells }
    }
}

fn in_request(field: &Field, texts: bool) -> bool {
    field.flow.travels(Direction::Request)
        && (is_handle(field) || kept(field.id) || (texts && matches!(behind(field), Type::String)))
}

/// Whether a parameter of this name is kept until the answer comes.
fn kept(name: FieldId) -> bool {
    ACCESS.contains(&name) || name == KEY || name == TYPE
}

fn is_handle(field: &Field) -> bool {
    matches!(behind(field), Type::Handle)
}

/// The type behind a parameter's pointer.
fn behind(field: &Field) -> &Type {
    if let Type::Pointer(_, target) = field.ty { target } else { field.ty }
}

/// The parameter in which a method returns a new handle, if it does.
fn opened_field(method: &Method) -> Option<&'static Field> {
    method.fields.iter().find(|f| matches!((f.flow, f.ty), (Flow::Out | Flow::Return, Type::Handle)))
}

/// Whether a method closes its handle without handing back a null one.
pub(super) fn closes_silently(method: MethodId) -> bool {
    method == WitnessrUnRegister::ID
}

/// What matters of each method, worked out when it is first met. Each has a place by its number, its interface and version;
/// where two methods have the same place, the one met last takes it.
#[derive(Debug, Default)]
pub(super) struct ReadExtents(Vec<Option<(&'static Method, ReadExtent)>>);

/// Places for methods: the interfaces have some 400, versions counted apart.
const PLACES: usize = 1024;

impl ReadExtents {
    /// Of the record's method, if it is known.
    #[inline]
    pub(super) fn of(&mut self, record: &Record<'_>) -> Option<ReadExtent> {
        let (interface, version) = record.interface?;
        let method = record.method()?;
        let [first, ..] = interface.uuid_bytes;
        let place = (usize::from(method.opnum) * 2 + version + usize::from(first) * 419) % PLACES;
        Some(self.at(place, method))
    }

    #[inline]
    fn at(&mut self, place: usize, method: &'static Method) -> ReadExtent {
        match self.0.get(place) {
            Some(Some((known, extent))) if core::ptr::eq(*known, method) => *extent,
            _ => self.work_out(place, method),
        }
    }

    #[cold]
    fn work_out(&mut self, place: usize, method: &'static Method) -> ReadExtent {
        let extent = ReadExtent::of(method);
        if self.0.len() <= place {
            self.0.resize(PLACES, None);
        }
        if let Some(slot) = self.0.get_mut(place) {
            *slot = Some((method, extent));
        }
        extent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::idl;
    use crate::idl::methods::*;

    /// Interfaces and versions have different methods of the same number.
    #[test]
    fn every_method_has_its_own() {
        let mut extents = ReadExtents::default();
        let versions = || {
            idl::INTERFACES
                .iter()
                .chain(idl::RUNTIME)
                .flat_map(|interface| interface.versions)
                .flat_map(|version| version.methods)
        };
        for method in versions().chain(versions()) {
            let [met, own] = [extents.at(usize::from(method.opnum) % 7, method), ReadExtent::of(method)];
            assert_eq!(format!("{met:?}"), format!("{own:?}"), "{}", method.name);
        }
    }

    #[test]
    fn what_matters() {
        let of = |method| {
            let ReadExtent { until, response, .. } = ReadExtent::of(method);
            (until, response)
        };
        // The handle; nothing comes back but numbers and bytes.
        assert_eq!(of(&ApiClusterControl::METHOD), (1, false));
        // Two handles, the node's behind the resource's.
        assert_eq!(of(&ApiNodeResourceControl::METHOD), (2, false));
        // A name and a new handle.
        assert_eq!(of(&ApiOpenResource::METHOD), (1, true));
        assert_eq!(of(&ApiOpenClusterEx::METHOD), (1, true));
        assert_eq!(of(&ApiCloseResource::METHOD), (1, true));
        assert_eq!(of(&ApiSetResourceName::METHOD), (2, true));
        assert_eq!(of(&ApiGetResourceId::METHOD), (1, true));
        assert_eq!(of(&ApiGetNotifyV2::METHOD), (1, true));
        // All of it: the filter stands behind the key or before it.
        let all = ApiAddNotifyCluster::METHOD.fields.len();
        assert_eq!(of(&ApiAddNotifyCluster::METHOD), (all, true));
        // The binding handle is declared, but stands in no stub.
        assert_eq!(of(&WitnessrUnRegister::METHOD), (2, true));
        assert_eq!(of(&WitnessrAsyncNotify::METHOD), (2, false));
    }
}
