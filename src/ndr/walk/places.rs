//! Places in a stub that was read to its end, for the typed views of [`crate::ndr::wire`].

use super::Walker;
use super::counted::Tail;
use crate::base::error::Error;
use crate::ndr::cursor::DecodeContext;
use crate::ndr::types::{ArrayKind, Field, Type};
use crate::ndr::visitor::{FieldPath, Null};

/// A part of a validated stub, for the typed views of [`super::wire`].
#[derive(Clone, Copy, Debug)]
pub(in crate::ndr) struct Part {
    /// Where it stands in its construct.
    pub(in crate::ndr) at: usize,
    /// Where the next referent stands.
    pub(in crate::ndr) cursor: usize,
    /// The counted array at its end.
    pub(in crate::ndr) tail: Option<Tail>,
}

/// Finds a construct that begins at `cursor`.
pub(in crate::ndr) fn locate(cx: DecodeContext<'_>, ty: &'static Type, mut cursor: usize) -> Result<Part, Error> {
    let (at, tail) = Walker::new(cx, 0, &mut Null).open(ty, &mut cursor, &FieldPath::ROOT)?;
    Ok(Part { at, cursor, tail })
}

/// An element of an array whose elements end with an array of their own counts: where it begins, that array, and where
/// the element ends.
pub(in crate::ndr) fn own_length(
    cx: DecodeContext<'_>,
    element: &'static Type,
    inner: (ArrayKind, &'static Type),
    at: usize,
    path: &FieldPath<'_>,
) -> Result<(usize, Tail, usize), Error> {
    crate::base::work::tick(1);
    Walker::new(cx, 0, &mut Null).own_length(element, inner, at, path)
}

/// Moves a cursor behind a whole construct.
pub(in crate::ndr) fn skip(cx: DecodeContext<'_>, ty: &'static Type, cursor: &mut usize) -> Result<(), Error> {
    Walker::new(cx, 0, &mut Null).construct(&Field::UNNAMED, None, ty, cursor, &FieldPath::ROOT)?;
    Ok(())
}

/// Moves `part.cursor` behind everything that the part's pointers lead to.
pub(in crate::ndr) fn skip_referents(cx: DecodeContext<'_>, ty: &'static Type, part: &mut Part) -> Result<(), Error> {
    Walker::new(cx, 0, &mut Null).inline(
        &Field::UNNAMED,
        None,
        ty,
        part.at,
        &mut part.cursor,
        part.tail,
        &FieldPath::ROOT,
    )?;
    Ok(())
}
