//! Wire types: what NDR and NDR64 make of a declaration, and how wide that is.

use super::{Field, check_references, sized};
use crate::ndr::Syntax;

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
