//! Counted arrays: where a construct's fixed part and the elements of the array at its end stand, and that they are there.

use super::{Walker, fail};
use crate::base::error::{Error, ErrorKind};
use crate::ndr::Syntax;
use crate::ndr::cursor::CountAlignment;
use crate::ndr::rules;
use crate::ndr::types::{ArrayKind, Layout, Type, align_up};
use crate::ndr::visitor::{Counts, FieldPath, Overhead, Visitor};

/// A counted array, measured: where its elements stand and how many there are.
#[derive(Clone, Copy, Debug)]
pub(in crate::ndr) struct Tail {
    pub(in crate::ndr) at: usize,
    pub(in crate::ndr) counts: Counts,
}

impl<'a, S: Visitor<'a> + ?Sized> Walker<'a, '_, S> {
    /// Finds the place of a construct's fixed part and of its counted tail; moves the cursor behind both, to where the
    /// first referent stands.
    pub(super) fn open(
        &mut self,
        ty: &'static Type,
        cursor: &mut usize,
        path: &FieldPath<'_>,
    ) -> Result<(usize, Option<Tail>), Error> {
        let layout = ty.layout(self.cx.syntax);
        let Some((kind, element)) = ty.tail() else {
            // One check for all that has a fixed place.
            let at = align_up(*cursor, layout.align);
            self.cx.take(at, layout.size, type_name(ty)).map_err(|e| fail(e, path))?;
            self.gap(*cursor, at);
            *cursor = at + layout.size;
            return Ok((at, None));
        };
        let hoisted = match kind {
            ArrayKind::Conformant | ArrayKind::ConformantVarying => {
                if self.cx.counts == CountAlignment::Elements {
                    let at = align_up(*cursor, layout.align);
                    self.gap(*cursor, at);
                    *cursor = at;
                }
                self.count(cursor, "maximum count", Overhead::MaximumCount, path)?
            }
            ArrayKind::Varying(bound) | ArrayKind::Fixed(bound) => u64::from(bound),
        };
        let mut at = *cursor;
        if let Type::Struct(_) = ty {
            at = align_up(at, layout.align);
            self.cx.take(at, layout.size, type_name(ty)).map_err(|e| fail(e, path))?;
            self.gap(*cursor, at);
            *cursor = at + layout.size;
        }
        let tail = self.tail(kind, element, hoisted, cursor, path)?;
        if let (Type::Struct(_), Syntax::Ndr64) = (ty, self.cx.syntax) {
            let end = align_up(*cursor, layout.align);
            self.gap(*cursor, end);
            *cursor = end;
        }
        Ok((at, Some(tail)))
    }

    /// Measures the counted array at the end of a construct and moves the cursor behind its elements.
    fn tail(
        &mut self,
        kind: ArrayKind,
        element: &'static Type,
        max: u64,
        cursor: &mut usize,
        path: &FieldPath<'_>,
    ) -> Result<Tail, Error> {
        let (actual, claimed_by) = match kind {
            ArrayKind::Conformant | ArrayKind::Fixed(_) => (max, "maximum count"),
            ArrayKind::ConformantVarying | ArrayKind::Varying(_) => (self.varying(max, cursor, path)?, "actual count"),
        };
        let layout = element.layout(self.cx.syntax);
        let mut at = *cursor;
        if let Some((inner, elements)) = element.tail() {
            // Each element has a length of its own; their referents stand behind the last one.
            at = align_up(at, layout.align);
            self.gap(*cursor, at);
            let mut end = at;
            for _ in 0..actual {
                (_, _, end) = super::own_length(self.cx, element, (inner, elements), end, path)?;
            }
            *cursor = end;
        } else if actual != 0 {
            at = align_up(at, layout.align);
            let extent = self.extent(layout, actual, at, claimed_by).map_err(|e| fail(e, path))?;
            self.gap(*cursor, at);
            *cursor = at + extent;
        }
        // A varying array has no maximum count on the wire.
        let max = if let ArrayKind::Varying(_) = kind { actual } else { max };
        Ok(Tail { at, counts: Counts { max, actual } })
    }

    /// Measures an element that ends with an array of its own counts; see the function of this name.
    pub(super) fn own_length(
        &mut self,
        element: &'static Type,
        (kind, inner): (ArrayKind, &'static Type),
        at: usize,
        path: &FieldPath<'_>,
    ) -> Result<(usize, Tail, usize), Error> {
        let layout = element.layout(self.cx.syntax);
        let bound = match kind {
            ArrayKind::Varying(bound) | ArrayKind::Fixed(bound) => u64::from(bound),
            // A maximum count can't stand inside an array's elements.
            _ => return Err(fail(Error::new(at, ErrorKind::Limit { limit: "declaration" }), path)),
        };
        let start = align_up(at, layout.align);
        self.gap(at, start);
        let at = start;
        self.cx.take(at, layout.size, type_name(element)).map_err(|e| fail(e, path))?;
        let mut end = at + layout.size;
        let tail = self.tail(kind, inner, bound, &mut end, path)?;
        if self.cx.syntax == Syntax::Ndr64 {
            let behind = align_up(end, layout.align);
            self.gap(end, behind);
            end = behind;
        }
        Ok((at, tail, end))
    }

    /// Offset and actual count.
    pub(super) fn varying(&mut self, max: u64, cursor: &mut usize, path: &FieldPath<'_>) -> Result<u64, Error> {
        let offset = self.count(cursor, "offset", Overhead::Offset, path)?;
        let at = cursor.saturating_sub(self.cx.syntax.word());
        let actual = self.count(cursor, "actual count", Overhead::ActualCount, path)?;
        if !self.visitor.wants_diagnostics() {
            return Ok(actual);
        }
        if offset != 0 {
            self.report(at, path, &rules::OFFSET_NOT_ZERO, offset, Some(0));
        }
        if offset.checked_add(actual).is_none_or(|end| end > max) {
            self.report(at, path, &rules::ACTUAL_EXCEEDS_MAXIMUM, offset.saturating_add(actual), Some(max));
        }
        Ok(actual)
    }

    /// Bytes of `count` elements, if they are there.
    pub(super) fn extent(
        &self,
        layout: Layout,
        count: u64,
        at: usize,
        claimed_by: &'static str,
    ) -> Result<usize, Error> {
        if count == 0 {
            return Ok(0);
        }
        let stride = layout.stride().max(1) as u64;
        let needed = (count - 1).checked_mul(stride).and_then(|n| n.checked_add(layout.size as u64));
        match needed {
            Some(needed) if needed <= self.cx.left(at) as u64 => Ok(needed as usize),
            _ => Err(self.cx.short(at, needed.unwrap_or(u64::MAX), claimed_by)),
        }
    }
}

fn type_name(ty: &Type) -> &'static str {
    match ty {
        Type::Scalar(scalar) => scalar.name(),
        Type::FileTime => "FILETIME",
        Type::Handle => "context handle",
        Type::Guid => "GUID",
        Type::String => "string",
        Type::Pointer(..) => "referent identifier",
        Type::Array(..) => "array",
        Type::Struct(s) => s.name,
        Type::Nothing => "nothing",
    }
}
