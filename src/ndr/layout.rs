//! Where parameters and members stand on the wire: offsets, sizes and alignments in NDR and NDR64, as far as the declaration
//! alone tells them.

use super::Syntax;
use super::types::{ArrayKind, Field, Struct, Type, align_up};
use alloc::vec::Vec;

/// The place of a parameter or member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Bytes from the start of the stub or structure; `None` behind what has no fixed length.
    pub offset: Option<usize>,
    /// Bytes that it takes there; `None` if that depends on the value. Of a pointer those of its referent identifier.
    pub size: Option<usize>,
    /// Its alignment.
    pub align: usize,
}

/// The places of a structure's members, from where its fixed part begins. The maximum count of an array at its end stands in
/// front of the outermost structure.
pub fn members(declaration: &'static Struct, syntax: Syntax) -> Vec<Placed> {
    let mut at = Some(0);
    declaration.fields.iter().map(|field| place(field.ty, syntax, &mut at, false)).collect()
}

/// The places of the parameters of a stub. What pointers lead to stands behind each of them, so that nothing behind a pointer
/// has a fixed place.
pub fn parameters(fields: impl Iterator<Item = &'static Field>, syntax: Syntax) -> Vec<Placed> {
    let mut at = Some(0);
    fields.map(|field| place(field.ty, syntax, &mut at, true)).collect()
}

/// Places a value of this type at `at`, which moves behind it. `top` says that what belongs to it follows at once: referents
/// and maximum counts.
fn place(ty: &'static Type, syntax: Syntax, at: &mut Option<usize>, top: bool) -> Placed {
    let layout = ty.layout(syntax);
    let hoisted = matches!(ty.tail(), Some((ArrayKind::Conformant | ArrayKind::ConformantVarying, _)));
    let varies = ty.tail().is_some() || matches!(ty, Type::String);
    // A count of its own width stands first.
    let align = if top && (hoisted || matches!(ty, Type::String)) { syntax.word() } else { layout.align };
    let offset = at.map(|at| align_up(at, align));
    let size = (!varies).then_some(layout.size);
    let ends = size.is_some() && !(top && has_pointers(ty));
    *at = if ends { offset.zip(size).map(|(offset, size)| offset + size) } else { None };
    Placed { offset, size, align }
}

/// Whether referents follow.
fn has_pointers(ty: &Type) -> bool {
    match ty {
        Type::Pointer(..) => true,
        Type::Array(_, element) => has_pointers(element),
        Type::Struct(declaration) => declaration.fields.iter().any(|field| has_pointers(field.ty)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::idl::cluster::ApiGetClusterName;
    use crate::idl::structures::{NOTIFICATION_DATA_RPC, NOTIFICATION_RPC};
    use crate::ndr::Direction;

    fn offsets(placed: &[Placed]) -> Vec<Option<usize>> {
        placed.iter().map(|placed| placed.offset).collect()
    }

    /// By hand from 2.2.3.23 and 2.2.3.24: the filter's flags have 8 bytes, pointers 4 or 8, DWORD_PTR too.
    #[test]
    fn structures() {
        let ndr = members(NOTIFICATION_DATA_RPC::DECLARATION, Syntax::Ndr);
        assert_eq!(offsets(&ndr), [0, 16, 20, 24, 28, 32, 36].map(Some));
        let ndr64 = members(NOTIFICATION_DATA_RPC::DECLARATION, Syntax::Ndr64);
        assert_eq!(offsets(&ndr64), [0, 16, 24, 32, 40, 48, 56].map(Some));
        assert_eq!(ndr64[0], Placed { offset: Some(0), size: Some(16), align: 8 });
        assert_eq!(offsets(&members(NOTIFICATION_RPC::DECLARATION, Syntax::Ndr)), [0, 8].map(Some));
    }

    /// Two strings: nothing behind the first one has a fixed place.
    #[test]
    fn stubs() {
        let fields = || ApiGetClusterName::METHOD.fields_of(Direction::Response, 1);
        let placed = parameters(fields(), Syntax::Ndr);
        assert_eq!(placed[0].offset, Some(0));
        assert!(placed[1..].iter().all(|placed| placed.offset.is_none()), "{placed:?}");
    }
}
