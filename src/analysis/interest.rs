//! How much of a stub the tracker needs to read, by the method's declaration: most handles stand first.

use super::learn;
use crate::base::hash::Map;
use crate::ndr::Method;
use crate::ndr::types::{Direction, Field, Flow, Type};
use crate::session::Record;

/// The parameters that ask for access.
pub(super) const ACCESS: [&str; 2] = ["dwDesiredAccess", "samDesired"];

/// The parameter that names a notification key; those beside it tell what it is for.
pub(super) const KEY: &str = "dwNotifyKey";

/// The parameter that names a resource type.
pub(super) const TYPE: &str = "resTypeName";

/// What matters of a method's stubs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interest {
    /// Of a request the fields before this place.
    pub(super) until: usize,
    /// Whether anything of a response but its status bears on handles and names.
    pub(super) response: bool,
}

impl Interest {
    pub(super) fn of(method: &Method) -> Interest {
        let fields = method.fields;
        let named = |name: &str| fields.iter().any(|field| field.name == name);
        let texts = opened_field(method).is_some() || learn::renames(method.name);
        let until = match named(KEY) {
            true => fields.len(),
            false => fields.iter().rposition(|field| in_request(field, texts)).map_or(0, |last| last + 1),
        };
        let back = |field: &Field| is_handle(field) && field.flow.travels(Direction::Response);
        let response = fields.iter().any(back)
            || named(KEY)
            || learn::renames(method.name)
            || closes_silently(method.name)
            || learn::tells(method);
        Interest { until, response }
    }
}

fn in_request(field: &Field, texts: bool) -> bool {
    field.flow.travels(Direction::Request)
        && (is_handle(field)
            || ACCESS.contains(&field.name)
            || field.name == TYPE
            || (texts && matches!(behind(field), Type::String)))
}

fn is_handle(field: &Field) -> bool {
    matches!(behind(field), Type::Handle)
}

/// The type behind a parameter's pointer.
fn behind(field: &Field) -> &Type {
    if let Type::Pointer(_, target) = field.ty { target } else { field.ty }
}

/// The parameter in which a method returns a new handle, if it does.
pub(super) fn opened_field(method: &Method) -> Option<&'static Field> {
    method.fields.iter().find(|f| matches!((f.flow, f.ty), (Flow::Out | Flow::Return, Type::Handle)))
}

/// Whether a method closes its handle without handing back a null one.
pub(super) fn closes_silently(method: &str) -> bool {
    method == "WitnessrUnRegister"
}

/// What matters of each method, by its declaration's address; worked out when it is first met.
#[derive(Debug, Default)]
pub(super) struct Interests(Map<usize, Interest>);

impl Interests {
    /// Of the record's method, if it is known.
    pub(super) fn of(&mut self, record: &Record<'_>) -> Option<Interest> {
        record.method().map(|method| self.of_method(method))
    }

    fn of_method(&mut self, method: &'static Method) -> Interest {
        *self.0.entry(core::ptr::from_ref(method).addr()).or_insert_with(|| Interest::of(method))
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_records::Wire;
    use super::*;
    use crate::idl;

    /// Interfaces and versions have different methods of the same number.
    #[test]
    fn every_method_has_its_own() {
        let mut interests = Interests::default();
        let versions = || {
            idl::INTERFACES
                .iter()
                .chain(idl::RUNTIME)
                .flat_map(|interface| interface.versions)
                .flat_map(|version| version.methods)
        };
        for method in versions().chain(versions()) {
            assert_eq!(interests.of_method(method), Interest::of(method), "{}", method.name);
        }
    }

    #[test]
    fn what_matters() {
        let of = |name| {
            let Interest { until, response } = Interest::of(Wire::method(name));
            (until, response)
        };
        // The handle; nothing comes back but numbers and octets.
        assert_eq!(of("ApiClusterControl"), (1, false));
        // Two handles, the node's behind the resource's.
        assert_eq!(of("ApiNodeResourceControl"), (2, false));
        // A name and a new handle.
        assert_eq!(of("ApiOpenResource"), (1, true));
        assert_eq!(of("ApiOpenClusterEx"), (1, true));
        assert_eq!(of("ApiCloseResource"), (1, true));
        assert_eq!(of("ApiSetResourceName"), (2, true));
        assert_eq!(of("ApiGetResourceId"), (1, true));
        assert_eq!(of("ApiGetNotifyV2"), (1, true));
        // All of it: the filter stands behind the key or before it.
        let all = Wire::method("ApiAddNotifyCluster").fields.len();
        assert_eq!(of("ApiAddNotifyCluster"), (all, true));
        // The binding handle is declared, but stands in no stub.
        assert_eq!(of("WitnessrUnRegister"), (2, true));
        assert_eq!(of("WitnessrAsyncNotify"), (2, false));
    }
}
