//! Parameters and members: where they travel, in which versions, and what their declarations refer to.

use super::{ArrayKind, FieldId, Layout, Semantics, Type};
use crate::ndr::Syntax;
use crate::ndr::key::Key;

/// Which versions of an interface something belongs to, as bits by the version's place in [`Interface::versions`](super::Interface::versions).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions(pub u8);

impl Versions {
    /// All of them.
    pub const ALL: Versions = Versions(0xff);
    /// The first one: ClusAPI 2.0.
    pub const FIRST: Versions = Versions(1);
    /// The second one: ClusAPI 3.0.
    pub const SECOND: Versions = Versions(2);

    /// Those for which a section is given.
    pub const fn of(first: &str, second: &str) -> Versions {
        Versions((!first.is_empty()) as u8 | ((!second.is_empty()) as u8) << 1)
    }

    /// Whether the version at `index` is one of them.
    pub const fn contains(self, index: usize) -> bool {
        index < 8 && self.0 & (1 << index) != 0
    }
}

/// Direction of a stub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Client to server: the `[in]` parameters.
    Request,
    /// Server to client: the `[out]` parameters and the return value.
    Response,
}

impl Direction {
    /// `request` or `response`.
    pub const fn name(self) -> &'static str {
        match self {
            Direction::Request => "request",
            Direction::Response => "response",
        }
    }
}

/// Direction attributes of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// `[in]`
    In,
    /// `[out]`
    Out,
    /// `[in, out]`
    InOut,
    /// The return value.
    Return,
    /// A member of a structure.
    Member,
}

impl Flow {
    /// Whether a parameter of this direction stands in stubs of that one.
    pub const fn travels(self, direction: Direction) -> bool {
        match direction {
            Direction::Request => matches!(self, Flow::In | Flow::InOut),
            Direction::Response => matches!(self, Flow::Out | Flow::InOut | Flow::Return),
        }
    }

    /// `in`, `out`, `inout`, `return`; a member has none.
    pub const fn name(self) -> &'static str {
        match self {
            Flow::In => "in",
            Flow::Out => "out",
            Flow::InOut => "inout",
            Flow::Return => "return",
            Flow::Member => "",
        }
    }
}

/// A parameter, a return value or a member.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Name in the specification's IDL, to the letter; `return` for the return value.
    pub name: &'static str,
    /// The name as a constant that rules compare with.
    pub id: FieldId,
    /// The same as the key of a JSON member.
    pub key: Key,
    /// The IDL type as declared, without stars: `DWORD`, `PENUM_LIST`.
    pub idl: &'static str,
    /// Wire type.
    pub ty: &'static Type,
    /// Direction.
    pub flow: Flow,
    /// Versions of the interface that have it.
    pub versions: Versions,
    /// What the value means.
    pub semantics: Semantics,
    /// `size_is`: the field that holds the maximum count.
    pub size_is: Option<&'static str>,
    /// `length_is`: the field that holds the actual count.
    pub length_is: Option<&'static str>,
    /// Whether `size_is` names what a pointer points at: `size_is(*cbData)`.
    pub size_is_star: bool,
    /// The same of `length_is`.
    pub length_is_star: bool,
    /// Whether the IDL writes a star, so that the value stands behind a reference.
    pub reference: bool,
    /// `range(low, high)`.
    pub range: Option<(u32, u32)>,
    /// The versions in which the range holds.
    pub range_versions: Versions,
    /// Whether a line about the call names it: what was asked for, beside the objects of handles.
    pub tells: bool,
    /// Layout of `ty` in NDR and NDR64, worked out once.
    pub(in crate::ndr) layouts: [Layout; 2],
}

impl Field {
    /// Of what has no name: a structure that is decoded alone.
    pub const UNNAMED: Field = Field::new("", "", &Type::Nothing, Flow::Member, Semantics::Number);

    /// A member of a structure that is not marshalled by NDR: its wire type is told elsewhere.
    pub const fn of_buffer(name: &'static str, semantics: Semantics) -> Field {
        Field::new(name, "", &Type::Nothing, Flow::Member, semantics)
    }

    /// A field with nothing special about it.
    pub const fn new(
        name: &'static str,
        idl: &'static str,
        ty: &'static Type,
        flow: Flow,
        semantics: Semantics,
    ) -> Field {
        Field {
            name,
            id: FieldId::of(name),
            key: Key::of(name),
            idl,
            ty,
            flow,
            versions: Versions::ALL,
            semantics,
            size_is: None,
            length_is: None,
            size_is_star: false,
            length_is_star: false,
            reference: false,
            range: None,
            range_versions: Versions::ALL,
            tells: false,
            layouts: [ty.layout(Syntax::Ndr), ty.layout(Syntax::Ndr64)],
        }
    }
}

/// Whether a maximum count in NDR is narrower than the alignment of what it counts.
pub(super) const fn two_places(ty: &Type) -> bool {
    match ty {
        Type::Pointer(_, target) => two_places(target),
        Type::Array(ArrayKind::Conformant | ArrayKind::ConformantVarying, element) => {
            element.layout(Syntax::Ndr).align > Syntax::Ndr.word()
        }
        _ => false,
    }
}

/// Compares two strings at compile time.
pub const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Refuses, at compile time, a `size_is` or a meaning that names no other field.
pub const fn check_references(fields: &[Field]) {
    assert!(fields.len() <= MAX_FIELDS, "more fields than MAX_FIELDS");
    let mut i = 0;
    while i < fields.len() {
        if let Some(name) = fields[i].size_is {
            assert!(names(fields, name), "size_is names no field");
        }
        if let Some(name) = fields[i].length_is {
            assert!(names(fields, name), "length_is names no field");
        }
        if let Semantics::Size(name) | Semantics::Capacity(name) | Semantics::Required(name) = fields[i].semantics {
            assert!(names(fields, name), "size, capacity or required names no field");
        }
        i += 1;
    }
}

/// The most parameters or members that a declaration can have.
pub const MAX_FIELDS: usize = 20;

/// Which fields stand in stubs of one direction, a bit for each.
pub(super) const fn present(fields: &[Field], direction: Direction, version: usize) -> u32 {
    let mut bits = 0;
    let mut i = 0;
    while i < fields.len() && i < MAX_FIELDS {
        if fields[i].flow.travels(direction) && fields[i].versions.contains(version) {
            bits |= 1 << i;
        }
        i += 1;
    }
    bits
}

/// Whether any field has a `size_is`.
pub const fn sized(fields: &[Field]) -> bool {
    let mut i = 0;
    while i < fields.len() {
        if fields[i].size_is.is_some() {
            return true;
        }
        i += 1;
    }
    false
}

const fn names(fields: &[Field], name: &str) -> bool {
    let mut i = 0;
    while i < fields.len() {
        if same(fields[i].name, name) {
            return true;
        }
        i += 1;
    }
    false
}
