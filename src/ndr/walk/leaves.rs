//! Values that hold no others: integers, context handles, GUIDs and strings, and the counts and gaps around them.

use super::checks::Found;
use super::{HANDLE, Walker, fail};
use crate::base::error::Error;
use crate::ndr::Endian;
use crate::ndr::cursor::DecodeContext;
use crate::ndr::rules;
use crate::ndr::types::{Field, Layout, Scalar, align_up};
use crate::ndr::utf16::WStr;
use crate::ndr::visitor::{At, ContextHandle, Counts, FieldPath, Guid, Overhead, Visitor};

impl<'a, S: Visitor<'a> + ?Sized> Walker<'a, '_, S> {
    /// Tells of an alignment gap. The last one may lie behind the end.
    #[inline(always)]
    pub(super) fn gap(&mut self, from: usize, to: usize) {
        if self.visitor.wants_overhead() && from < to.min(self.cx.data.len()) {
            self.visitor.overhead(from..to.min(self.cx.data.len()), Overhead::Padding);
        }
    }

    /// A maximum count, offset or actual count at the cursor.
    #[inline(always)]
    pub(super) fn count(
        &mut self,
        cursor: &mut usize,
        claimed_by: &'static str,
        kind: fn(u64) -> Overhead,
        path: &FieldPath<'_>,
    ) -> Result<u64, Error> {
        let before = *cursor;
        let value = self.cx.word(cursor, claimed_by).map_err(|e| fail(e, path))?;
        if self.visitor.wants_overhead() {
            let at = *cursor - self.cx.syntax.word();
            self.gap(before, at);
            self.visitor.overhead(at..*cursor, kind(value));
        }
        Ok(value)
    }

    /// A scalar at the cursor.
    #[inline(always)]
    pub(super) fn aligned_scalar(
        &mut self,
        field: &'static Field,
        index: Option<u32>,
        scalar: Scalar,
        cursor: &mut usize,
        path: &FieldPath<'_>,
    ) -> Result<Found, Error> {
        let size = scalar.size(self.cx.syntax);
        let at = align_up(*cursor, size);
        let value = self.cx.scalar(at, scalar).map_err(|e| fail(e, path))?;
        self.gap(*cursor, at);
        *cursor = at + size;
        Ok(self.scalar(self.at(field, index, at, size, path), scalar, value))
    }

    /// A context handle at the cursor.
    #[inline(always)]
    pub(super) fn aligned_handle(
        &mut self,
        field: &'static Field,
        index: Option<u32>,
        cursor: &mut usize,
        path: &FieldPath<'_>,
    ) -> Result<Found, Error> {
        let at = align_up(*cursor, HANDLE.align);
        self.gap(*cursor, at);
        let found = self.handle(field, index, at, path)?;
        *cursor = at + HANDLE.size;
        Ok(found)
    }

    /// A scalar that was read.
    #[inline]
    pub(super) fn scalar(&mut self, at: At<'_>, scalar: Scalar, value: u64) -> Found {
        self.visitor.scalar(at, scalar, value);
        if self.visitor.wants_diagnostics() {
            if let Some(watch) = &mut self.watch {
                watch.scalar(at, value);
            }
            self.check_scalar(at.field, scalar, value, at);
        }
        Found::Value(value)
    }

    /// A context handle at its place.
    #[inline]
    pub(super) fn handle(
        &mut self,
        field: &'static Field,
        index: Option<u32>,
        at: usize,
        path: &FieldPath<'_>,
    ) -> Result<Found, Error> {
        let handle = handle(&self.cx, at).map_err(|e| fail(e, path))?;
        let place = self.at(field, index, at, HANDLE.size, path);
        self.visitor.handle(place, handle);
        if self.visitor.wants_diagnostics() {
            if let Some(watch) = &mut self.watch {
                watch.handle(place, handle);
            }
            if handle.attributes != 0 {
                self.report(at, path, &rules::HANDLE_ATTRIBUTES, u64::from(handle.attributes), Some(0));
            }
        }
        Ok(Found::Handle { null: handle.is_null() })
    }

    pub(super) fn string(
        &mut self,
        field: &'static Field,
        index: Option<u32>,
        cursor: &mut usize,
        path: &FieldPath<'_>,
    ) -> Result<Found, Error> {
        let max = self.count(cursor, "maximum count", Overhead::MaximumCount, path)?;
        let actual = self.varying(max, cursor, path)?;
        let at = *cursor;
        let layout = Layout { size: 2, align: 2 };
        let len = self.extent(layout, actual, at, "actual count").map_err(|e| fail(e, path))?;
        let bytes = self.cx.take(at, len, "actual count").map_err(|e| fail(e, path))?;
        crate::base::work::tick(1 + len);
        *cursor = at + len;
        let (text, terminated) = WStr::new(bytes, self.cx.endian).strip_terminator();
        let counts = Counts { max, actual };
        let place = self.at(field, index, at, len, path);
        self.visitor.counts(place, counts);
        self.visitor.string(place, text);
        if !self.visitor.wants_diagnostics() {
            return Ok(Found::Nothing);
        }
        if let Some(watch) = &mut self.watch {
            watch.string(place, text);
        }
        if !terminated {
            self.report(at + len, path, &rules::TERMINATOR_MISSING, actual, None);
        }
        if text.has_surrogates() && !text.is_well_formed() {
            let unit = text.chars().find_map(Result::err).unwrap_or(0);
            self.report(at, path, &rules::ILL_FORMED_UTF16, u64::from(unit), None);
        }
        Ok(Found::Counts { counts, at })
    }
}

/// A GUID at `at`.
pub(in crate::ndr) fn guid(cx: &DecodeContext<'_>, at: usize) -> Result<Guid, Error> {
    let bytes = cx.take(at, 16, "GUID")?;
    Ok(Guid::from_wire(<[u8; 16]>::try_from(bytes).unwrap_or_default(), cx.endian))
}

/// A context handle at `at`.
pub(in crate::ndr) fn handle(cx: &DecodeContext<'_>, at: usize) -> Result<ContextHandle, Error> {
    let bytes = cx.take(at, 20, "context handle")?;
    let (Some((attributes, _)), Some((_, uuid))) = (bytes.split_first_chunk::<4>(), bytes.split_last_chunk::<16>())
    else {
        return Ok(ContextHandle::default());
    };
    Ok(match cx.endian {
        // Copied as it stands, without a choice for each byte.
        Endian::Little => ContextHandle { attributes: u32::from_le_bytes(*attributes), uuid: Guid(*uuid) },
        Endian::Big => big_endian_handle(*attributes, *uuid),
    })
}

/// Not inlined, so that the usual byte order does not become a choice for each byte.
#[inline(never)]
fn big_endian_handle(attributes: [u8; 4], uuid: [u8; 16]) -> ContextHandle {
    ContextHandle { attributes: u32::from_be_bytes(attributes), uuid: Guid::from_wire(uuid, Endian::Big) }
}
