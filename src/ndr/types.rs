//! What declarations are made of. Everything is `'static` data: a method is a table, not code.
//!
//! `types/meaning.rs`: what a value means beyond its wire type. `types/id.rs`: names of methods and fields that can be
//! compared in one step.
//!
//! Read next: [`crate::idl`] for the declarations themselves, [`super::walk`] for what interprets them.

pub use crate::consts::control_codes::Family;

mod field;
mod id;
mod semantics;
mod version;
mod wire_type;

pub use field::{Direction, Field, Flow, MAX_FIELDS, Versions, check_references, same, sized};
pub use id::{FieldId, MethodId};
pub use semantics::Semantics;
pub use version::{UnknownVersion, Version};
pub use wire_type::{ArrayKind, Layout, PointerKind, Scalar, Struct, Type, align_up};

use super::key::Piece;
use field::{present, two_places};

/// A method.
#[derive(Debug)]
pub struct Method {
    /// Operation number.
    pub opnum: u16,
    /// Name in the specification.
    pub name: &'static str,
    /// Operation number and name as members of a JSON object.
    pub members: Piece<64>,
    /// The name as a constant that rules compare with.
    pub id: MethodId,
    /// Versions of the interface that have it.
    pub versions: Versions,
    /// The section that describes it, by version; empty where a version has none.
    pub sections: [&'static str; 2],
    /// Whether a client may send it; `NotUsedOnWire` methods are shown as opaque stubs.
    pub on_wire: bool,
    /// Parameters in wire order, the return value last.
    pub fields: &'static [Field],
    /// Whether any parameter has a `size_is`.
    pub sized: bool,
    /// Whether a maximum count in it can stand in two places in NDR, see
    /// [`CountAlignment`](super::cursor::CountAlignment).
    pub two_counts: bool,
    /// Whether a request has a parameter that tells how buffers of its response are to be read: a control code, or the name
    /// of a registry value.
    pub tells: bool,
    /// For the first two versions, then for request and response: which fields travel, a bit for each.
    pub(super) present: [[u32; 2]; 2],
}

impl Method {
    /// Builds the descriptor; refuses references to fields that don't exist.
    pub const fn new(
        opnum: u16,
        name: &'static str,
        versions: Versions,
        sections: [&'static str; 2],
        on_wire: bool,
        fields: &'static [Field],
    ) -> Method {
        check_references(fields);
        let (mut two_counts, mut tells) = (false, false);
        let mut i = 0;
        while i < fields.len() {
            two_counts |= two_places(fields[i].ty);
            tells |= matches!(fields[i].semantics, Semantics::ControlCode(_) | Semantics::ValueName);
            i += 1;
        }
        let present = [
            [present(fields, Direction::Request, 0), present(fields, Direction::Response, 0)],
            [present(fields, Direction::Request, 1), present(fields, Direction::Response, 1)],
        ];
        let id = MethodId::of(name);
        Method {
            opnum,
            name,
            members: Piece::method(opnum, name),
            id,
            versions,
            sections,
            on_wire,
            fields,
            sized: sized(fields),
            two_counts,
            tells,
            present,
        }
    }

    /// The places in [`Method::fields`] of those that stand in stubs of one direction, in wire order.
    #[inline(always)]
    pub(super) fn places(&self, direction: Direction, version: usize) -> impl Iterator<Item = usize> + use<> {
        let mut rest = match self.present.get(version) {
            Some(present) => present[direction as usize],
            None => present(self.fields, direction, version),
        };
        core::iter::from_fn(move || {
            let next = rest.trailing_zeros();
            rest &= rest.wrapping_sub(1);
            (next < u32::BITS).then_some(next as usize)
        })
    }

    /// Whether it has a parameter of this name, in whatever direction.
    pub fn has(&self, field: FieldId) -> bool {
        self.fields.iter().any(|own| own.id == field)
    }

    /// The fields that stand in stubs of one direction, in wire order, for the version at `version`.
    pub fn fields_of(&self, direction: Direction, version: usize) -> impl Iterator<Item = &'static Field> + use<> {
        self.fields.iter().filter(move |f| f.flow.travels(direction) && f.versions.contains(version))
    }
}

/// A version of an interface: its methods by opnum.
#[derive(Debug)]
pub struct InterfaceVersion {
    /// Which one.
    pub number: Version,
    /// Methods by opnum, without holes.
    pub methods: &'static [&'static Method],
}

/// An RPC interface.
#[derive(Debug)]
pub struct Interface {
    /// Short name: `clusapi`, `witness`.
    pub name: &'static str,
    /// The same as a member of a JSON object.
    pub member: Piece<32>,
    /// What it is, in a line.
    pub title: &'static str,
    /// UUID as text.
    pub uuid: &'static str,
    /// The same, as its bytes stand in a little-endian PDU.
    pub uuid_bytes: [u8; 16],
    /// Opnums up to this one are reserved where no method has them.
    pub reserved_to: u16,
    /// Its versions, oldest first; a [`Versions`] bit is a place in here.
    pub versions: &'static [InterfaceVersion],
    /// Rules of its own, if it has any.
    pub checks: Option<&'static dyn super::checks::Checks>,
}

impl Interface {
    /// An interface of this short name, without anything else.
    pub const fn named(name: &'static str) -> Interface {
        let member = Piece::member("interface", name);
        Interface {
            name,
            member,
            title: "",
            uuid: "",
            uuid_bytes: [0; 16],
            reserved_to: 0,
            versions: &[],
            checks: None,
        }
    }

    /// The version with this number, as a place in [`Interface::versions`].
    pub fn version(&self, major: u16, minor: u16) -> Option<usize> {
        self.versions.iter().position(|v| v.number.major() == major && v.number.minor() == minor)
    }

    /// The same of one that is known.
    pub fn place_of(&self, version: Version) -> Option<usize> {
        self.versions.iter().position(|v| v.number == version)
    }

    /// The method with this opnum.
    pub fn method(&self, version: usize, opnum: u16) -> Option<&'static Method> {
        self.versions.get(version)?.methods.get(usize::from(opnum)).copied()
    }
}
