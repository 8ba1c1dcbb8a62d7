//! Which bytes of a buffer are secrets, so that a printer can show the rest of it.
//!
//! Zeros stand for them: sizes, offsets and everything else stay as they were. What can't be read is hidden too where
//! a secret may lie in it.

use super::content::{self, Secrecy, Shape, ShapeKind};
use super::packed::ByteCursor;
use crate::ndr::WStr;
use crate::ndr::types::Semantics;
use crate::ndr::visitor::{At, Item, Place, Visitor};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

/// The secrets of a buffer, by their place in it.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    /// Where the buffer lies, to find the place of its parts.
    start: usize,
    ranges: Vec<Range<usize>>,
}

impl Mask {
    /// Looks for secrets; takes time in proportion to the buffer.
    pub fn of(shape: &Shape, bytes: &[u8]) -> Mask {
        let mut mask = Mask { start: bytes.as_ptr().addr(), ranges: Vec::new() };
        match shape.secrecy {
            Secrecy::Whole | Secrecy::Possible(_) => {
                mask.ranges.push(0..bytes.len());
                return mask;
            }
            Secrecy::None if matches!(shape.kind, ShapeKind::Nothing) => return mask,
            Secrecy::None => {}
        }
        let unread = match content::read(shape, ByteCursor::new(bytes), Place::TOP, &mut mask as &mut dyn Visitor<'_>) {
            Ok(rest) => bytes.len() - rest.len().min(bytes.len()),
            Err(e) => e.offset.min(bytes.len()),
        };
        if unread < bytes.len() && may_hold_secrets(shape) {
            mask.ranges.push(unread..bytes.len());
        }
        mask
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// A part of the buffer with zeros where its secrets are.
    pub fn apply<'p>(&self, part: &'p [u8]) -> Cow<'p, [u8]> {
        let Some(place) = part.as_ptr().addr().checked_sub(self.start) else { return Cow::Borrowed(part) };
        let mut masked = Cow::Borrowed(part);
        for range in &self.ranges {
            let (from, to) = (range.start.saturating_sub(place), range.end.saturating_sub(place).min(part.len()));
            if from < to
                && let Some(secret) = masked.to_mut().get_mut(from..to)
            {
                secret.fill(0);
            }
        }
        masked
    }

    fn hide(&mut self, part: &[u8]) {
        if let Some(place) = part.as_ptr().addr().checked_sub(self.start).filter(|_| !part.is_empty()) {
            self.ranges.push(place..place.saturating_add(part.len()));
        }
    }
}

impl<'a> Visitor<'a> for Mask {
    fn string(&mut self, at: At<'_>, text: WStr<'a>) {
        if matches!(at.semantics, Semantics::Opaque) {
            self.hide(text.as_bytes());
        }
    }

    fn bytes(&mut self, at: At<'_>, bytes: &'a [u8]) {
        if matches!(at.semantics, Semantics::Opaque) {
            self.hide(bytes);
        }
    }

    fn irregular(&mut self, at: At<'_>, item: Item<'a>, raw: &'a [u8]) {
        if matches!(at.semantics, Semantics::Opaque) {
            self.hide(raw);
        }
        item.visit(at, self);
    }
}

/// Whether a buffer of this shape may have secrets in what could not be read of it.
fn may_hold_secrets(shape: &Shape) -> bool {
    matches!(shape.kind, ShapeKind::Format(content) if super::may_hold_secrets(content))
}
