//! What declarations are made of. Everything is `'static` data: a method is a table, not code.
//!
//! `types/meaning.rs`: what a value means beyond its wire type. `types/id.rs`: names of methods and fields that can be
//! compared in one step.
//!
//! Read next: [`crate::idl`] for the declarations themselves, [`super::walk`] for what interprets them.

use super::Syntax;
use super::key::Key;
pub use crate::consts::control_codes::Family;

mod id;
mod semantics;
mod version;

pub use id::{FieldId, MethodId};
pub use semantics::Semantics;
pub use version::{UnknownVersion, Version};

/// An integer on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// `UCHAR`, `BYTE`, `BOOLEAN`
    U8,
    /// `WORD`, `USHORT`, `WCHAR`
    U16,
    /// `DWORD`, `error_status_t`, `BOOL`
    U32,
    /// `ULONGLONG`
    U64,
    /// `long`, `int`
    I32,
    /// `LONGLONG`
    I64,
    /// An `enum` without `v1_enum`: 2 bytes in NDR, 4 in NDR64.
    Enum16,
    /// `DWORD_PTR`: 4 bytes in NDR, 8 in NDR64.
    UintPtr,
}

impl Scalar {
    /// Bytes on the wire; also the alignment.
    pub const fn size(self, syntax: Syntax) -> usize {
        match self {
            Scalar::U8 => 1,
            Scalar::U16 => 2,
            Scalar::U32 | Scalar::I32 => 4,
            Scalar::U64 | Scalar::I64 => 8,
            Scalar::Enum16 => match syntax {
                Syntax::Ndr => 2,
                Syntax::Ndr64 => 4,
            },
            Scalar::UintPtr => syntax.word(),
        }
    }

    /// Whether the value carries a sign.
    pub const fn signed(self) -> bool {
        matches!(self, Scalar::I32 | Scalar::I64)
    }

    /// The type's name in the tables: `u32`, `enum16` …
    pub const fn name(self) -> &'static str {
        match self {
            Scalar::U8 => "u8",
            Scalar::U16 => "u16",
            Scalar::U32 => "u32",
            Scalar::U64 => "u64",
            Scalar::I32 => "i32",
            Scalar::I64 => "i64",
            Scalar::Enum16 => "enum16",
            Scalar::UintPtr => "DWORD_PTR",
        }
    }
}

/// The pointer classes of C706 14.3.11.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointerKind {
    /// Never null; at top level nothing stands for it on the wire, embedded it has a referent identifier.
    Ref,
    /// Null or a referent of its own.
    Unique,
    /// Null, a new referent, or one that was met before under the same identifier (`ptr`).
    Full,
}

/// How many elements an array has on the wire, and what stands before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrayKind {
    /// So many, nothing before them.
    Fixed(u32),
    /// At most so many: offset and actual count before them.
    Varying(u32),
    /// Maximum count before them (hoisted to the front of the outermost structure).
    Conformant,
    /// Maximum count (hoisted likewise), offset and actual count.
    ConformantVarying,
}

/// An NDR type.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// An integer.
    Scalar(Scalar),
    /// `FILETIME`: two 32-bit words, low one first; one value here.
    FileTime,
    /// A context handle: 32-bit attributes and a UUID, 20 bytes.
    Handle,
    /// A GUID: a 32-bit field, two 16-bit fields and eight bytes.
    Guid,
    /// `[string] wchar_t`: a conformant varying array of UTF-16 code units with its terminator.
    String,
    /// A pointer inside something, or a pointer behind a top-level reference.
    Pointer(PointerKind, &'static Type),
    /// An array.
    Array(ArrayKind, &'static Type),
    /// A structure.
    Struct(&'static Struct),
    /// Takes no bytes: an explicit binding handle.
    Nothing,
}

/// Size and alignment of a type's part in its construct, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Bytes; of a conformant array 0, since its elements are counted on the wire.
    pub size: usize,
    /// 1, 2, 4 or 8.
    pub align: usize,
}

impl Layout {
    /// Distance between two elements of this layout.
    #[inline]
    pub const fn stride(self) -> usize {
        align_up(self.size, self.align)
    }
}

/// The next multiple of `align`, a power of two. Offsets are far below the limits of `usize` here: they are positions
/// in a slice or sizes of declared types.
#[inline]
pub const fn align_up(at: usize, align: usize) -> usize {
    (at.saturating_add(align - 1)) & !(align - 1)
}

impl Type {
    /// Layout of the type where it stands inside a construct.
    #[inline(always)]
    pub const fn layout(&self, syntax: Syntax) -> Layout {
        match self {
            Type::Scalar(s) => {
                let size = s.size(syntax);
                Layout { size, align: size }
            }
            Type::Struct(s) => s.layouts[syntax as usize],
            Type::Pointer(..) => Layout { size: syntax.word(), align: syntax.word() },
            _ => self.other_layout(syntax),
        }
    }

    const fn other_layout(&self, syntax: Syntax) -> Layout {
        match self {
            Type::FileTime => Layout { size: 8, align: 4 },
            Type::Handle => Layout { size: 20, align: 4 },
            Type::Guid => Layout { size: 16, align: 4 },
            Type::String => Layout { size: 0, align: syntax.word() },
            Type::Array(kind, element) => Type::array_layout(*kind, element, syntax),
            // Those with an answer of their own stand in `layout`.
            Type::Nothing | Type::Scalar(_) | Type::Struct(_) | Type::Pointer(..) => Layout { size: 0, align: 1 },
        }
    }

    const fn array_layout(kind: ArrayKind, element: &Type, syntax: Syntax) -> Layout {
        let e = element.layout(syntax);
        match kind {
            ArrayKind::Fixed(0) => Layout { size: 0, align: e.align },
            ArrayKind::Fixed(n) => Layout { size: e.stride() * (n as usize - 1) + e.size, align: e.align },
            ArrayKind::Conformant => Layout { size: 0, align: e.align },
            // Offset and actual count stand in place; the elements behind them may need more.
            ArrayKind::Varying(_) | ArrayKind::ConformantVarying => {
                let w = syntax.word();
                Layout { size: 0, align: if e.align > w { e.align } else { w } }
            }
        }
    }

    /// The array of counted length at the end of this type, whose maximum count is hoisted, if any.
    #[inline]
    pub const fn tail(&self) -> Option<(ArrayKind, &'static Type)> {
        match self {
            Type::Array(kind, element) => match kind {
                ArrayKind::Fixed(_) => None,
                kind => Some((*kind, element)),
            },
            Type::Struct(s) => s.tail,
            _ => None,
        }
    }
}

/// A structure of section 2.2.3 that travels as NDR.
#[derive(Debug)]
pub struct Struct {
    /// Name in the specification.
    pub name: &'static str,
    /// Section that defines it.
    pub section: &'static str,
    /// Members in wire order.
    pub fields: &'static [Field],
    /// In NDR and NDR64: size of the fixed part, and alignment.
    pub layouts: [Layout; 2],
    /// The counted array that ends it.
    pub tail: Option<(ArrayKind, &'static Type)>,
    /// Whether any member has a `size_is`.
    pub sized: bool,
}

impl Struct {
    /// Builds the descriptor; refuses, at compile time, what NDR can't lay out.
    pub const fn new(name: &'static str, section: &'static str, fields: &'static [Field]) -> Struct {
        check_references(fields);
        let mut tail = None;
        let mut i = 0;
        while i < fields.len() {
            if let Some(t) = fields[i].ty.tail() {
                assert!(i + 1 == fields.len(), "only the last member can be an array of counted length");
                tail = Some(t);
            }
            i += 1;
        }
        let layouts = [struct_layout(fields, Syntax::Ndr), struct_layout(fields, Syntax::Ndr64)];
        Struct { name, section, fields, layouts, tail, sized: sized(fields) }
    }
}

/// Whether the last member is, or ends with, an array of counted length.
const fn counted(fields: &[Field]) -> bool {
    matches!(fields, [.., last] if last.ty.tail().is_some())
}

const fn struct_layout(fields: &[Field], syntax: Syntax) -> Layout {
    let mut size = 0;
    let mut align = 1;
    let mut i = 0;
    while i < fields.len() {
        let l = fields[i].ty.layout(syntax);
        size = align_up(size, l.align) + l.size;
        if l.align > align {
            align = l.align;
        }
        i += 1;
    }
    // NDR64 closes a structure with a trailing gap, NDR does not (MS-RPCE 2.2.5.3.4.1). Behind an array of counted length
    // the gap follows the elements; the reader adds it there.
    if matches!(syntax, Syntax::Ndr64) && !counted(fields) {
        size = align_up(size, align);
    }
    Layout { size, align }
}

/// Which versions of an interface something belongs to, as bits by the version's place in [`Interface::versions`].
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
    /// Layout of `ty` in NDR and NDR64, worked out once.
    pub(super) layouts: [Layout; 2],
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
            layouts: [ty.layout(Syntax::Ndr), ty.layout(Syntax::Ndr64)],
        }
    }
}

/// Whether a maximum count in NDR is narrower than the alignment of what it counts.
const fn two_places(ty: &Type) -> bool {
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
const fn present(fields: &[Field], direction: Direction, version: usize) -> u32 {
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

/// A method.
#[derive(Debug)]
pub struct Method {
    /// Operation number.
    pub opnum: u16,
    /// Name in the specification.
    pub name: &'static str,
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
        let mut two_counts = false;
        let mut i = 0;
        while i < fields.len() {
            two_counts |= two_places(fields[i].ty);
            i += 1;
        }
        let present = [
            [present(fields, Direction::Request, 0), present(fields, Direction::Response, 0)],
            [present(fields, Direction::Request, 1), present(fields, Direction::Response, 1)],
        ];
        let id = MethodId::of(name);
        Method { opnum, name, id, versions, sections, on_wire, fields, sized: sized(fields), two_counts, present }
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
