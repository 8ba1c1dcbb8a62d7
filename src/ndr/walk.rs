//! The reader: walks a stub along its declaration.
//!
//! Two cursors. The parts of a construct (a structure, an array and all that lies in it) stand in one piece with fixed
//! strides, so that one bounds check covers them; what its pointers lead to stands behind it, depth first, and is read
//! from a second cursor as the pointers are met. Values thus come out nested and in declaration order, without
//! allocation. Neither cursor ever goes back, so the work is linear in the stub's length plus the number of fields.
//!
//! Next: `walk/counted.rs` measures arrays, `walk/checks.rs` compares counts and values with what the declaration says,
//! `walk/places.rs` finds places again for views.
//!
//! Invariants: every count is bounded by the octets behind it before it is used; recursion follows the declared types
//! and ends at [`MAX_DEPTH`].

mod checks;
mod counted;
mod places;

pub(super) use places::{Part, locate, own_length, skip, skip_referents};

use super::checks::Observer;
use super::cursor::{CountAlignment, DecodeContext};
use super::sink::{At, ContextHandle, Counts, FieldPath, Guid, Null, Sink};
use super::types::{
    ArrayKind, Direction, Field, Layout, MAX_FIELDS, Method, PointerKind, Scalar, Semantics, Struct, Type, align_up,
};
use super::utf16::WStr;
use super::{Endian, Syntax, rules};
use crate::base::error::{Error, ErrorKind, Segment};
use checks::{Found, note};
use counted::Tail;

/// The deepest nesting of declared types that is followed.
pub const MAX_DEPTH: usize = 24;

/// Of a context handle, in either syntax.
const HANDLE: Layout = Layout { size: 20, align: 4 };

/// Full pointers remembered in one stub; later ones are read as if they were unique.
const MAX_FULL: usize = 16;

/// Reads a message's stub into `sink`. Returns the number of octets read; what lies behind them is trailing.
///
/// # Errors
/// The offset, the field's path and who claimed the octets that are not there.
pub fn message<'a, S: Sink<'a>>(
    cx: DecodeContext<'a>,
    method: &'static Method,
    direction: Direction,
    version: usize,
    sink: &mut S,
) -> Result<usize, Error> {
    watched(cx, method, direction, version, sink, None)
}

/// The same, showing the values to `watch` as well, which learns whether rules of the interface are broken.
pub(super) fn watched<'a, 's, S: Sink<'a>>(
    cx: DecodeContext<'a>,
    method: &'static Method,
    direction: Direction,
    version: usize,
    sink: &'s mut S,
    watch: Option<&'s mut (dyn Observer + 's)>,
) -> Result<usize, Error> {
    let mut walker = Walker { watch, ..Walker::new(cx, version, sink) };
    let mut cursor = 0;
    let mut seen = (S::WANTS_DIAGNOSTICS && method.sized).then_some([Found::Nothing; MAX_FIELDS]);
    for i in method.places(direction, version) {
        let Some(field) = method.fields.get(i).filter(|_| walker.sink.wants(i)) else { break };
        let trail = FieldPath::top(Segment::Name(field.name));
        let found = match field.ty {
            // Half of all parameters are one of these.
            Type::Scalar(scalar) => walker.aligned_scalar(field, None, *scalar, &mut cursor, &trail)?,
            Type::Handle => walker.aligned_handle(field, None, &mut cursor, &trail)?,
            ty => walker.construct(field, None, ty, &mut cursor, &trail)?,
        };
        if !S::WANTS_DIAGNOSTICS {
            continue;
        }
        note(&mut seen, i, found);
        // Where nothing was begun yet, the null handle is what goes in.
        if let Found::Handle { null: true } = found
            && direction == Direction::Request
            && !matches!(field.semantics, Semantics::Opaque)
        {
            walker.report(cursor.saturating_sub(20), &trail, &rules::NULL_HANDLE_IN, 0, None);
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
pub fn value<'a, S: Sink<'a>>(
    cx: DecodeContext<'a>,
    field: &'static Field,
    version: usize,
    at: usize,
    sink: &mut S,
) -> Result<usize, Error> {
    let mut walker = Walker::new(cx, version, sink);
    let trail = FieldPath::top(Segment::Name(field.name));
    let mut cursor = at;
    walker.construct(field, None, field.ty, &mut cursor, &trail)?;
    Ok(cursor)
}

struct Walker<'a, 's, S> {
    cx: DecodeContext<'a>,
    version: usize,
    sink: &'s mut S,
    watch: Option<&'s mut (dyn Observer + 's)>,
    /// Full pointers so far; few methods have any.
    full: Option<Full>,
}

/// Full pointers that were met.
#[derive(Default)]
struct Full {
    met: [Option<(u64, &'static Type)>; MAX_FULL],
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

impl<'a, 's, S: Sink<'a>> Walker<'a, 's, S> {
    fn new(cx: DecodeContext<'a>, version: usize, sink: &'s mut S) -> Self {
        Walker { cx, version, sink, watch: None, full: None }
    }

    /// A scalar at the cursor.
    #[inline(always)]
    fn aligned_scalar(
        &mut self,
        field: &'static Field,
        index: Option<u32>,
        scalar: Scalar,
        cursor: &mut usize,
        trail: &FieldPath<'_>,
    ) -> Result<Found, Error> {
        let size = scalar.size(self.cx.syntax);
        let at = align_up(*cursor, size);
        let value = self.cx.scalar(at, scalar).map_err(|e| fail(e, trail))?;
        *cursor = at + size;
        Ok(self.scalar(At { field, index, offset: at, len: size, trail }, scalar, value))
    }

    /// A context handle at the cursor.
    #[inline(always)]
    fn aligned_handle(
        &mut self,
        field: &'static Field,
        index: Option<u32>,
        cursor: &mut usize,
        trail: &FieldPath<'_>,
    ) -> Result<Found, Error> {
        let at = align_up(*cursor, HANDLE.align);
        let found = self.handle(field, index, at, trail)?;
        *cursor = at + HANDLE.size;
        Ok(found)
    }

    /// A whole construct at the cursor: what a top-level parameter is, and what a pointer leads to.
    fn construct(
        &mut self,
        field: &'static Field,
        index: Option<u32>,
        ty: &'static Type,
        cursor: &mut usize,
        trail: &FieldPath<'_>,
    ) -> Result<Found, Error> {
        if trail.depth() > MAX_DEPTH {
            return Err(fail(Error::new(*cursor, ErrorKind::Limit { limit: "MAX_DEPTH" }), trail));
        }
        match ty {
            Type::Scalar(scalar) => self.aligned_scalar(field, index, *scalar, cursor, trail),
            Type::Pointer(kind, target) => {
                let size = self.cx.syntax.word();
                let at = align_up(*cursor, size);
                // Checked where it is read; the cursor stands behind it whatever it leads to.
                *cursor = at.saturating_add(size);
                self.pointer(field, index, *kind, target, at, cursor, trail)
            }
            Type::String => self.string(field, index, cursor, trail).map_err(|e| fail(e, trail)),
            Type::Handle => self.aligned_handle(field, index, cursor, trail),
            Type::Nothing => Ok(Found::Nothing),
            _ => {
                let (at, tail) = self.open(ty, cursor, trail)?;
                self.inline(field, index, ty, at, cursor, tail, trail)
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
        trail: &FieldPath<'_>,
    ) -> Result<Found, Error> {
        crate::base::work::tick(1);
        let place = |len| At { field, index, offset: at, len, trail };
        match ty {
            Type::Scalar(scalar) => {
                let value = self.cx.scalar(at, *scalar).map_err(|e| fail(e, trail))?;
                Ok(self.scalar(place(scalar.size(self.cx.syntax)), *scalar, value))
            }
            Type::FileTime => {
                let low = self.cx.uint(at, 4, "FILETIME").map_err(|e| fail(e, trail))?;
                let high = self.cx.uint(at + 4, 4, "FILETIME").map_err(|e| fail(e, trail))?;
                self.sink.filetime(place(8), high << 32 | low);
                Ok(Found::Nothing)
            }
            Type::Handle => self.handle(field, index, at, trail),
            Type::Guid => {
                let guid = guid(&self.cx, at).map_err(|e| fail(e, trail))?;
                self.sink.guid(place(16), guid);
                Ok(Found::Nothing)
            }
            Type::Pointer(kind, target) => self.pointer(field, index, *kind, target, at, cursor, trail),
            Type::Struct(declaration) => {
                let place = place(ty.layout(self.cx.syntax).size);
                self.sink.begin_struct(place, declaration);
                self.members(declaration, at, cursor, tail, trail)?;
                self.sink.end_struct(place);
                Ok(Found::Nothing)
            }
            Type::Array(kind, element) => {
                let tail = match (kind, tail) {
                    (ArrayKind::Fixed(n), _) => {
                        Tail { at, counts: Counts { max: u64::from(*n), actual: u64::from(*n) } }
                    }
                    (_, Some(tail)) => tail,
                    // Struct::new lets no counted array stand anywhere else.
                    (_, None) => return Err(fail(Error::new(at, ErrorKind::Limit { limit: "declaration" }), trail)),
                };
                self.elements(field, index, element, tail, cursor, trail)?;
                Ok(Found::Counts { counts: tail.counts, at: tail.at })
            }
            Type::String | Type::Nothing => Ok(Found::Nothing),
        }
    }

    /// A scalar that was read.
    #[inline]
    fn scalar(&mut self, at: At<'_>, scalar: Scalar, value: u64) -> Found {
        self.sink.scalar(at, scalar, value);
        if S::WANTS_DIAGNOSTICS {
            if let Some(watch) = &mut self.watch {
                watch.scalar(at, value);
            }
            self.check_scalar(at.field, scalar, value, at);
        }
        Found::Value(value)
    }

    /// A context handle at its place.
    #[inline]
    fn handle(
        &mut self,
        field: &'static Field,
        index: Option<u32>,
        at: usize,
        trail: &FieldPath<'_>,
    ) -> Result<Found, Error> {
        let handle = handle(&self.cx, at).map_err(|e| fail(e, trail))?;
        self.sink.handle(At { field, index, offset: at, len: HANDLE.size, trail }, handle);
        if S::WANTS_DIAGNOSTICS {
            if let Some(watch) = &mut self.watch {
                watch.handle(At { field, index, offset: at, len: HANDLE.size, trail }, handle);
            }
            if handle.attributes != 0 {
                self.report(at, trail, &rules::HANDLE_ATTRIBUTES, u64::from(handle.attributes), Some(0));
            }
        }
        Ok(Found::Handle { null: handle.is_null() })
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
        let mut seen = (S::WANTS_DIAGNOSTICS && declaration.sized).then_some([Found::Nothing; MAX_FIELDS]);
        let mut place = at;
        for (i, member) in declaration.fields.iter().enumerate() {
            let layout = member.layouts[self.cx.syntax as usize];
            place = align_up(place, layout.align);
            let trail = parent.down(Segment::Name(member.name));
            let found = match member.ty {
                Type::Scalar(scalar) => {
                    crate::base::work::tick(1);
                    let value = self.cx.scalar(place, *scalar).map_err(|e| fail(e, &trail))?;
                    let len = layout.size;
                    self.scalar(At { field: member, index: None, offset: place, len, trail: &trail }, *scalar, value)
                }
                ty => self.inline(member, None, ty, place, cursor, tail, &trail)?,
            };
            note(&mut seen, i, found);
            place += layout.size;
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
        trail: &FieldPath<'_>,
    ) -> Result<(), Error> {
        let Tail { at, counts } = tail;
        let layout = element.layout(self.cx.syntax);
        if let Some(inner) = element.tail() {
            let place = At { field, index, offset: at, len: 0, trail };
            self.sink.begin_array(place, counts);
            let mut next = at;
            for i in 0..counts.actual {
                let index = u32::try_from(i).unwrap_or(u32::MAX);
                let step = trail.down(Segment::Index(index));
                // The array was measured in silence; what is wrong with its counts is told here.
                let (at, tail, end) = self.own_length(element, inner, next, &step)?;
                next = end;
                self.inline(field, Some(index), element, at, cursor, Some(tail), &step)?;
            }
            self.sink.end_array(place);
            return Ok(());
        }
        let len = self.extent(layout, counts.actual, at, "actual count").map_err(|e| fail(e, trail))?;
        let place = At { field, index, offset: at, len, trail };
        match element {
            Type::Scalar(Scalar::U8) => {
                let bytes = self.cx.take(at, len, "actual count").map_err(|e| fail(e, trail))?;
                self.sink.bytes(place, bytes, counts);
            }
            Type::Scalar(Scalar::U16) => {
                let bytes = self.cx.take(at, len, "actual count").map_err(|e| fail(e, trail))?;
                self.sink.units(place, WStr::new(bytes, self.cx.endian), counts);
            }
            _ => {
                self.sink.begin_array(place, counts);
                for i in 0..counts.actual {
                    let index = u32::try_from(i).unwrap_or(u32::MAX);
                    let step = trail.down(Segment::Index(index));
                    let at = at + i as usize * layout.stride();
                    self.inline(field, Some(index), element, at, cursor, None, &step)?;
                }
                self.sink.end_array(place);
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
        trail: &FieldPath<'_>,
    ) -> Result<Found, Error> {
        let size = self.cx.syntax.word();
        let referent = self.cx.uint(at, size, "referent identifier").map_err(|e| fail(e, trail))?;
        let place = At { field, index, offset: at, len: size, trail };
        if referent == 0 {
            if kind == PointerKind::Ref {
                let kind = ErrorKind::Value { value: 0, expected: "a reference pointer, which is never null" };
                return Err(fail(Error::new(at, kind), trail));
            }
            self.sink.null(place);
            if let (true, Some(watch)) = (S::WANTS_DIAGNOSTICS, &mut self.watch) {
                watch.null(place);
            }
            return Ok(Found::Nothing);
        }
        if kind == PointerKind::Full && !self.full.get_or_insert_default().is_new(referent, target) {
            self.sink.alias(place, referent);
            return Ok(Found::Nothing);
        }
        self.sink.pointer(place, referent);
        match target {
            Type::String if trail.depth() <= MAX_DEPTH => {
                self.string(field, index, cursor, trail).map_err(|e| fail(e, trail))
            }
            _ => self.construct(field, index, target, cursor, trail),
        }
    }

    fn string(
        &mut self,
        field: &'static Field,
        index: Option<u32>,
        cursor: &mut usize,
        trail: &FieldPath<'_>,
    ) -> Result<Found, Error> {
        let max = self.cx.word(cursor, "maximum count")?;
        let actual = self.varying(max, cursor, trail)?;
        let at = *cursor;
        let layout = Layout { size: 2, align: 2 };
        let len = self.extent(layout, actual, at, "actual count")?;
        let bytes = self.cx.take(at, len, "actual count")?;
        crate::base::work::tick(1 + len);
        *cursor = at + len;
        let (text, terminated) = WStr::new(bytes, self.cx.endian).strip_terminator();
        let counts = Counts { max, actual };
        let place = At { field, index, offset: at, len, trail };
        self.sink.string(place, text, terminated, counts);
        if !S::WANTS_DIAGNOSTICS {
            return Ok(Found::Nothing);
        }
        if let Some(watch) = &mut self.watch {
            watch.string(place, text);
        }
        if !terminated {
            self.report(at + len, trail, &rules::TERMINATOR_MISSING, actual, None);
        }
        if text.has_surrogates() && !text.is_well_formed() {
            let unit = text.chars().find_map(Result::err).unwrap_or(0);
            self.report(at, trail, &rules::ILL_FORMED_UTF16, u64::from(unit), None);
        }
        Ok(Found::Counts { counts, at })
    }
}

/// A GUID at `at`.
pub(super) fn guid(cx: &DecodeContext<'_>, at: usize) -> Result<Guid, Error> {
    let octets = cx.take(at, 16, "GUID")?;
    Ok(Guid::from_wire(<[u8; 16]>::try_from(octets).unwrap_or_default(), cx.endian))
}

/// A context handle at `at`.
pub(super) fn handle(cx: &DecodeContext<'_>, at: usize) -> Result<ContextHandle, Error> {
    let octets = cx.take(at, 20, "context handle")?;
    let (Some((attributes, _)), Some((_, uuid))) = (octets.split_first_chunk::<4>(), octets.split_last_chunk::<16>())
    else {
        return Ok(ContextHandle::default());
    };
    let attributes = match cx.endian {
        Endian::Little => u32::from_le_bytes(*attributes),
        Endian::Big => u32::from_be_bytes(*attributes),
    };
    Ok(ContextHandle { attributes, uuid: Guid::from_wire(*uuid, cx.endian) })
}

/// Gives an error the path of the field it arose in; those that have one keep it.
#[cold]
fn fail(mut error: Error, trail: &FieldPath<'_>) -> Error {
    if error.path.segments().is_empty() {
        error.path = trail.to_path();
    }
    error
}
