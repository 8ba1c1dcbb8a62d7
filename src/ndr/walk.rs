//! The reader: walks a stub along its declaration.
//!
//! Two cursors. The parts of a construct (a structure, an array and all that lies in it) stand in one piece with fixed
//! strides, so that one bounds check covers them; what its pointers lead to stands behind it, depth first, and is read
//! from a second cursor as the pointers are met. Values thus come out nested and in declaration order, without
//! allocation. Neither cursor ever goes back, so the work is linear in the stub's length plus the number of fields.
//!
//! Next: `walk/leaves.rs` reads values that hold no others, `walk/counted.rs` measures arrays, `walk/checks.rs` compares
//! counts and values with what the declaration says, `walk/places.rs` finds places again for views.
//!
//! Invariants: every count is bounded by the bytes behind it before it is used; recursion follows the declared types
//! and ends at [`MAX_DEPTH`].

mod checks;
mod counted;
mod leaves;
mod places;

pub(super) use leaves::{guid, handle};
pub(super) use places::{Part, locate, own_length, skip, skip_referents};

use super::checks::Observer;
use super::cursor::{CountAlignment, DecodeContext};
use super::types::{
    ArrayKind, Direction, Field, Layout, MAX_FIELDS, Method, PointerKind, Scalar, Semantics, Struct, Type, align_up,
};
use super::utf16::WStr;
use super::visitor::{At, Counts, FieldPath, Null, Open, Overhead, Visitor};
use super::{Syntax, rules};
use crate::base::bounds;
use crate::base::error::{Error, ErrorKind, Segment};
use checks::{Found, note};
use counted::Tail;

/// The deepest nesting of declared types that is followed.
pub const MAX_DEPTH: usize = crate::base::bounds::NDR_DEPTH;

/// Of a context handle, in either syntax.
const HANDLE: Layout = Layout { size: 20, align: 4 };

/// An array of the NDR engine: its bytes are what its elements give.
const LIST: Open<'static> = Open::List { raw: None };

/// Reads a message's stub into `visitor`. Returns the number of bytes read; what lies behind them is pathing.
///
/// # Errors
/// The offset, the field's path and who claimed the bytes that are not there.
pub fn message<'a, S: Visitor<'a> + ?Sized>(
    cx: DecodeContext<'a>,
    method: &'static Method,
    direction: Direction,
    version: usize,
    visitor: &mut S,
) -> Result<usize, Error> {
    watched(cx, method, direction, version, visitor, None)
}

/// The same, showing the values to `watch` as well, which learns whether rules of the interface are broken.
pub(super) fn watched<'a, 's, S: Visitor<'a> + ?Sized>(
    cx: DecodeContext<'a>,
    method: &'static Method,
    direction: Direction,
    version: usize,
    visitor: &'s mut S,
    watch: Option<&'s mut (dyn Observer + 's)>,
) -> Result<usize, Error> {
    let mut walker = Walker { watch, ..Walker::new(cx, version, visitor) };
    let mut cursor = 0;
    let mut seen = (walker.visitor.wants_diagnostics() && method.sized).then_some([Found::Nothing; MAX_FIELDS]);
    for i in method.places(direction, version) {
        let Some(field) = method.fields.get(i).filter(|_| walker.visitor.wants(i)) else { break };
        let path = FieldPath::top(Segment::Name(field.name));
        let found = match field.ty {
            // Half of all parameters are one of these.
            Type::Scalar(scalar) => walker.aligned_scalar(field, None, *scalar, &mut cursor, &path)?,
            Type::Handle => walker.aligned_handle(field, None, &mut cursor, &path)?,
            ty => walker.construct(field, None, ty, &mut cursor, &path)?,
        };
        if !walker.visitor.wants_diagnostics() {
            continue;
        }
        note(&mut seen, i, found);
        // Where nothing was begun yet, the null handle is what goes in.
        if let Found::Handle { null: true } = found
            && direction == Direction::Request
            && !matches!(field.semantics, Semantics::Opaque)
        {
            walker.report(cursor.saturating_sub(20), &path, &rules::NULL_HANDLE_IN, 0, None);
        }
    }
    if let Some(seen) = &seen {
        walker.check_counts(method.fields, seen, None);
    }
    // The last gap may lie behind the end.
    Ok(cursor.min(cx.data.len()))
}

/// Finds out where the maximum counts of a stub stand: the reading that fits is the one that leaves nothing over.
pub fn count_alignment(
    cx: DecodeContext<'_>,
    method: &'static Method,
    direction: Direction,
    version: usize,
) -> CountAlignment {
    if !method.two_counts || cx.syntax != Syntax::Ndr || direction != Direction::Response {
        return CountAlignment::Own;
    }
    let fits =
        |counts| message(DecodeContext { counts, ..cx }, method, direction, version, &mut Null) == Ok(cx.data.len());
    if !fits(CountAlignment::Own) && fits(CountAlignment::Elements) {
        CountAlignment::Elements
    } else {
        CountAlignment::Own
    }
}

/// Reads one type that stands alone at `at`, as a top-level parameter does; returns the offset behind it.
///
/// # Errors
/// As [`message`].
pub fn value<'a, S: Visitor<'a> + ?Sized>(
    cx: DecodeContext<'a>,
    field: &'static Field,
    version: usize,
    at: usize,
    visitor: &mut S,
) -> Result<usize, Error> {
    let mut walker = Walker::new(cx, version, visitor);
    let path = FieldPath::top(Segment::Name(field.name));
    let mut cursor = at;
    walker.construct(field, None, field.ty, &mut cursor, &path)?;
    Ok(cursor)
}

struct Walker<'a, 's, S: ?Sized> {
    cx: DecodeContext<'a>,
    version: usize,
    visitor: &'s mut S,
    watch: Option<&'s mut (dyn Observer + 's)>,
    /// Full pointers so far; few methods have any.
    full: Option<Full>,
}

/// Full pointers that were met.
#[derive(Default)]
struct Full {
    met: [Option<(u64, &'static Type)>; bounds::FULL_POINTERS],
    len: usize,
}

impl Full {
    /// Whether nothing of this type was met under this referent identifier; then it is now.
    fn is_new(&mut self, referent: u64, target: &'static Type) -> bool {
        if self.met.iter().flatten().any(|&(id, ty)| id == referent && core::ptr::eq(ty, target)) {
            return false;
        }
        if let Some(slot) = self.met.get_mut(self.len) {
            *slot = Some((referent, target));
            self.len += 1;
        }
        true
    }
}

impl<'a, 's, S: Visitor<'a> + ?Sized> Walker<'a, 's, S> {
    fn new(cx: DecodeContext<'a>, version: usize, visitor: &'s mut S) -> Self {
        Walker { cx, version, visitor, watch: None, full: None }
    }

    /// Where a value stands.
    #[inline(always)]
    fn at<'t>(
        &self,
        field: &'static Field,
        index: Option<u32>,
        offset: usize,
        len: usize,
        path: &'t FieldPath<'t>,
    ) -> At<'t> {
        At { field, index, path, semantics: field.semantics.in_version(self.version), offset, len }
    }

    /// A whole construct at the cursor: what a top-level parameter is, and what a pointer leads to.
    fn construct(
        &mut self,
        field: &'static Field,
        index: Option<u32>,
        ty: &'static Type,
        cursor: &mut usize,
        path: &FieldPath<'_>,
    ) -> Result<Found, Error> {
        if path.depth() > MAX_DEPTH {
            return Err(fail(Error::new(*cursor, ErrorKind::Limit { limit: "MAX_DEPTH" }), path));
        }
        match ty {
            Type::Scalar(scalar) => self.aligned_scalar(field, index, *scalar, cursor, path),
            Type::Pointer(kind, target) => {
                let size = self.cx.syntax.word();
                let at = align_up(*cursor, size);
                self.gap(*cursor, at);
                // Checked where it is read; the cursor stands behind it whatever it leads to.
                *cursor = at.saturating_add(size);
                self.pointer(field, index, *kind, target, at, cursor, path)
            }
            Type::String => self.string(field, index, cursor, path),
            Type::Handle => self.aligned_handle(field, index, cursor, path),
            Type::Nothing => Ok(Found::Nothing),
            _ => {
                let (at, tail) = self.open(ty, cursor, path)?;
                self.inline(field, index, ty, at, cursor, tail, path)
            }
        }
    }

    /// A part of a construct at its place; `cursor` is where the next referent stands.
    #[allow(clippy::too_many_arguments)]
    fn inline(
        &mut self,
        field: &'static Field,
        index: Option<u32>,
        ty: &'static Type,
        at: usize,
        cursor: &mut usize,
        tail: Option<Tail>,
        path: &FieldPath<'_>,
    ) -> Result<Found, Error> {
        crate::base::work::tick(1);
        let semantics = field.semantics.in_version(self.version);
        let place = |len| At { field, index, path, semantics, offset: at, len };
        match ty {
            Type::Scalar(scalar) => {
                let value = self.cx.scalar(at, *scalar).map_err(|e| fail(e, path))?;
                Ok(self.scalar(place(scalar.size(self.cx.syntax)), *scalar, value))
            }
            Type::FileTime => {
                let low = self.cx.uint(at, 4, "FILETIME").map_err(|e| fail(e, path))?;
                let high = self.cx.uint(at + 4, 4, "FILETIME").map_err(|e| fail(e, path))?;
                self.visitor.filetime(place(8), high << 32 | low);
                Ok(Found::Nothing)
            }
            Type::Handle => self.handle(field, index, at, path),
            Type::Guid => {
                let guid = guid(&self.cx, at).map_err(|e| fail(e, path))?;
                self.visitor.guid(place(16), guid);
                Ok(Found::Nothing)
            }
            Type::Pointer(kind, target) => self.pointer(field, index, *kind, target, at, cursor, path),
            Type::Struct(declaration) => {
                let place = place(ty.layout(self.cx.syntax).size);
                self.visitor.begin(place, Open::Struct(declaration));
                self.members(declaration, at, cursor, tail, path)?;
                self.visitor.end(place, Open::Struct(declaration));
                Ok(Found::Nothing)
            }
            Type::Array(kind, element) => {
                let tail = match (kind, tail) {
                    (ArrayKind::Fixed(n), _) => {
                        Tail { at, counts: Counts { max: u64::from(*n), actual: u64::from(*n) } }
                    }
                    (_, Some(tail)) => tail,
                    // Struct::new lets no counted array stand anywhere else.
                    (_, None) => return Err(fail(Error::new(at, ErrorKind::Limit { limit: "declaration" }), path)),
                };
                self.elements(field, index, element, tail, cursor, path)?;
                Ok(Found::Counts { counts: tail.counts, at: tail.at })
            }
            Type::String | Type::Nothing => Ok(Found::Nothing),
        }
    }

    fn members(
        &mut self,
        declaration: &'static Struct,
        at: usize,
        cursor: &mut usize,
        tail: Option<Tail>,
        parent: &FieldPath<'_>,
    ) -> Result<(), Error> {
        if parent.depth() >= MAX_DEPTH {
            return Err(fail(Error::new(at, ErrorKind::Limit { limit: "MAX_DEPTH" }), parent));
        }
        let mut seen = (self.visitor.wants_diagnostics() && declaration.sized).then_some([Found::Nothing; MAX_FIELDS]);
        let mut place = at;
        for (i, member) in declaration.fields.iter().enumerate() {
            let layout = member.layouts[self.cx.syntax as usize];
            let end = place;
            place = align_up(end, layout.align);
            self.gap(end, place);
            let path = parent.down(Segment::Name(member.name));
            let found = match member.ty {
                Type::Scalar(scalar) => {
                    crate::base::work::tick(1);
                    let value = self.cx.scalar(place, *scalar).map_err(|e| fail(e, &path))?;
                    let len = layout.size;
                    self.scalar(self.at(member, None, place, len, &path), *scalar, value)
                }
                ty => self.inline(member, None, ty, place, cursor, tail, &path)?,
            };
            note(&mut seen, i, found);
            place += layout.size;
        }
        if declaration.tail.is_none() {
            self.gap(place, at + declaration.layouts[self.cx.syntax as usize].size);
        }
        if let Some(seen) = &seen {
            self.check_counts(declaration.fields, seen, Some(parent));
        }
        Ok(())
    }

    /// The elements of an array, whose extent has been checked.
    fn elements(
        &mut self,
        field: &'static Field,
        index: Option<u32>,
        element: &'static Type,
        tail: Tail,
        cursor: &mut usize,
        path: &FieldPath<'_>,
    ) -> Result<(), Error> {
        let Tail { at, counts } = tail;
        let layout = element.layout(self.cx.syntax);
        if let Some(inner) = element.tail() {
            let place = self.at(field, index, at, 0, path);
            self.visitor.counts(place, counts);
            self.visitor.begin(place, LIST);
            let mut next = at;
            for i in 0..counts.actual {
                let index = u32::try_from(i).unwrap_or(u32::MAX);
                let step = path.down(Segment::Index(index));
                // The array was measured in silence; what is wrong with its counts is told here.
                let (at, tail, end) = self.own_length(element, inner, next, &step)?;
                next = end;
                self.inline(field, Some(index), element, at, cursor, Some(tail), &step)?;
            }
            self.visitor.end(place, LIST);
            return Ok(());
        }
        let len = self.extent(layout, counts.actual, at, "actual count").map_err(|e| fail(e, path))?;
        let place = self.at(field, index, at, len, path);
        match element {
            Type::Scalar(Scalar::U8) => {
                let bytes = self.cx.take(at, len, "actual count").map_err(|e| fail(e, path))?;
                self.visitor.counts(place, counts);
                self.visitor.bytes(place, bytes);
            }
            Type::Scalar(Scalar::U16) => {
                let bytes = self.cx.take(at, len, "actual count").map_err(|e| fail(e, path))?;
                self.visitor.counts(place, counts);
                self.visitor.units(place, WStr::new(bytes, self.cx.endian));
            }
            _ => {
                self.visitor.counts(place, counts);
                self.visitor.begin(place, LIST);
                for i in 0..counts.actual {
                    let index = u32::try_from(i).unwrap_or(u32::MAX);
                    let step = path.down(Segment::Index(index));
                    let at = at + i as usize * layout.stride();
                    if i > 0 {
                        self.gap(at - (layout.stride() - layout.size), at);
                    }
                    self.inline(field, Some(index), element, at, cursor, None, &step)?;
                }
                self.visitor.end(place, LIST);
            }
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    fn pointer(
        &mut self,
        field: &'static Field,
        index: Option<u32>,
        kind: PointerKind,
        target: &'static Type,
        at: usize,
        cursor: &mut usize,
        path: &FieldPath<'_>,
    ) -> Result<Found, Error> {
        let size = self.cx.syntax.word();
        let referent = self.cx.uint(at, size, "referent identifier").map_err(|e| fail(e, path))?;
        let place = self.at(field, index, at, size, path);
        if referent == 0 {
            if kind == PointerKind::Ref {
                let kind = ErrorKind::Value { value: 0, expected: "a reference pointer, which is never null" };
                return Err(fail(Error::new(at, kind), path));
            }
            self.visitor.null(place);
            if let (true, Some(watch)) = (self.visitor.wants_diagnostics(), &mut self.watch) {
                watch.null(place);
            }
            return Ok(Found::Nothing);
        }
        if kind == PointerKind::Full && !self.full.get_or_insert_default().is_new(referent, target) {
            self.visitor.alias(place, referent);
            return Ok(Found::Nothing);
        }
        self.visitor.pointer(place, referent);
        if self.visitor.wants_overhead() {
            self.visitor.overhead(place.range(), Overhead::Referent(referent));
        }
        match target {
            Type::String if path.depth() <= MAX_DEPTH => self.string(field, index, cursor, path),
            _ => self.construct(field, index, target, cursor, path),
        }
    }
}

/// Gives an error the path of the field it arose in; those that have one keep it.
#[cold]
fn fail(mut error: Error, path: &FieldPath<'_>) -> Error {
    if error.path.segments().is_empty() {
        error.path = path.to_path();
    }
    error
}
