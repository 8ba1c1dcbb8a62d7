//! Where the reader's findings go. A sink implements what it wants to know; everything else does nothing.

pub use crate::base::Guid;

use super::WStr;
use super::types::{Field, Scalar, Struct};
use crate::base::diagnostic::Diagnostic;
use crate::base::error::{Path, Segment};
use core::ops::Range;

/// A context handle: attributes and UUID.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct ContextHandle {
    /// `context_handle_attributes`, 0 by MS-RPCE 2.2.4.15.
    pub attributes: u32,
    /// `context_handle_uuid`, octets as they would stand in a little-endian stub.
    pub uuid: Guid,
}

impl ContextHandle {
    /// Whether all 20 octets are zero: the null handle.
    pub fn is_null(&self) -> bool {
        *self == ContextHandle::default()
    }
}

/// The way down to the present field, as a chain on the stack.
#[derive(Clone, Copy, Debug)]
pub struct FieldPath<'t> {
    parent: Option<&'t FieldPath<'t>>,
    step: Segment,
    depth: u8,
}

impl<'t> FieldPath<'t> {
    /// The first step.
    pub fn top(step: Segment) -> Self {
        FieldPath { parent: None, step, depth: 1 }
    }

    /// One step further down.
    pub fn down(&'t self, step: Segment) -> Self {
        FieldPath { parent: Some(self), step, depth: self.depth.saturating_add(1) }
    }

    /// The same as an owned path.
    pub fn to_path(&self) -> Path {
        let mut path = match self.parent {
            Some(parent) => parent.to_path(),
            None => Path::new(),
        };
        path.push(self.step);
        path
    }

    /// Steps from the top.
    pub fn depth(&self) -> usize {
        usize::from(self.depth)
    }
}

/// Where a value stands: which field, which element, which octets.
#[derive(Clone, Copy, Debug)]
pub struct At<'t> {
    /// The declaration; for an element of an array that of the array.
    pub field: &'static Field,
    /// The element's index inside an array.
    pub index: Option<u32>,
    /// First octet.
    pub offset: usize,
    /// Octets of the value itself; counts, offsets and what pointers lead to not included.
    pub len: usize,
    /// The way down.
    pub trail: &'t FieldPath<'t>,
}

impl At<'_> {
    /// The octets of the value.
    pub fn range(&self) -> Range<usize> {
        self.offset..self.offset.saturating_add(self.len)
    }
}

/// The counts in front of an array or string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Maximum count; of an array without one the actual count.
    pub max: u64,
    /// Actual count: elements that are there.
    pub actual: u64,
}

/// Receives the values of a stub in declaration order, nested.
#[allow(unused_variables)]
pub trait Sink<'a> {
    /// Whether [`Sink::diagnostic`] does anything with what it is told. Where it doesn't, nothing is checked that only
    /// breaks a rule.
    const WANTS_DIAGNOSTICS: bool = true;

    /// Whether to read on to the parameter at this place of the method's fields; asked before each.
    #[inline(always)]
    fn wants(&self, place: usize) -> bool {
        true
    }
    /// An integer; `value` is sign-extended where the type has a sign.
    fn scalar(&mut self, at: At<'_>, scalar: Scalar, value: u64) {}
    /// A FILETIME.
    fn filetime(&mut self, at: At<'_>, value: u64) {}
    /// A context handle.
    fn handle(&mut self, at: At<'_>, handle: ContextHandle) {}
    /// A GUID.
    fn guid(&mut self, at: At<'_>, guid: Guid) {}
    /// A string, without its terminator; `terminated` tells whether there was one.
    fn string(&mut self, at: At<'_>, text: WStr<'a>, terminated: bool, counts: Counts) {}
    /// An array of octets.
    fn bytes(&mut self, at: At<'_>, bytes: &'a [u8], counts: Counts) {}
    /// An array of 16-bit units.
    fn units(&mut self, at: At<'_>, units: WStr<'a>, counts: Counts) {}
    /// A null pointer.
    fn null(&mut self, at: At<'_>) {}
    /// A pointer that is not null; its referent follows.
    fn pointer(&mut self, at: At<'_>, referent: u64) {}
    /// A full pointer to something that was met before under this identifier.
    fn alias(&mut self, at: At<'_>, referent: u64) {}
    /// A structure begins; its members follow.
    fn begin_struct(&mut self, at: At<'_>, declaration: &'static Struct) {}
    /// The structure's last member is behind us.
    fn end_struct(&mut self, at: At<'_>) {}
    /// An array of other elements begins.
    fn begin_array(&mut self, at: At<'_>, counts: Counts) {}
    /// The array's last element is behind us.
    fn end_array(&mut self, at: At<'_>) {}
    /// Legal to read, breaks a rule.
    fn diagnostic(&mut self, diagnostic: Diagnostic) {}
}

/// Takes no notice: validation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Null;

impl Sink<'_> for Null {
    const WANTS_DIAGNOSTICS: bool = false;
}

/// Collects diagnostics and nothing else.
#[cfg(feature = "std")]
#[derive(Clone, Debug, Default)]
pub struct Diagnostics(pub alloc::vec::Vec<Diagnostic>);

#[cfg(feature = "std")]
impl Sink<'_> for Diagnostics {
    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }
}

/// Calls a closure with each value's octets and path: for analyzers that mark bytes.
#[derive(Debug)]
pub struct Ranges<F>(pub F);

macro_rules! ranges {
    ($($name:ident($($ty:ty),*);)*) => {
        impl<'a, F: FnMut(Range<usize>, Path)> Sink<'a> for Ranges<F> {
            $(fn $name(&mut self, at: At<'_>, $(_: $ty),*) {
                (self.0)(at.range(), at.trail.to_path());
            })*
        }
    };
}

ranges! {
    scalar(Scalar, u64);
    filetime(u64);
    handle(ContextHandle);
    guid(Guid);
    string(WStr<'a>, bool, Counts);
    bytes(&'a [u8], Counts);
    units(WStr<'a>, Counts);
    null();
    pointer(u64);
    alias(u64);
}
