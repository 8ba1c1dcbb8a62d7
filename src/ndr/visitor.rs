//! The one interface through which values leave the decoders: of stubs ([`super::walk`]) and of the structures inside
//! their buffers ([`crate::structs`]). Printers, collectors, checks and embedders implement [`Visitor`].
//!
//! Every value comes with [`At`]: its declaration, the path to it, its semantics (which enumeration names it, which bits
//! it has) and the range of its bytes. Offsets count from the start of the stub, inside buffers too; a structure that is
//! decoded alone counts from its own start.
//!
//! A visitor implements [`Visitor::value`], which takes values of every kind as an [`Item`], or those of the methods by
//! kind that it needs. [`Visitor::overhead`] tells of the bytes that are no values (counts, referents, alignment gaps), so
//! that every byte can be accounted for.

mod path;

pub use crate::base::Guid;
pub use path::FieldPath;

use super::WStr;
use super::types::{Field, Scalar, Semantics, Struct};
use crate::base::diagnostic::Diagnostic;
use crate::base::error::{Error, Path};
use core::net::{Ipv4Addr, Ipv6Addr};
use core::ops::Range;

/// A context handle: attributes and UUID.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct ContextHandle {
    /// `context_handle_attributes`, 0 by MS-RPCE 2.2.4.15.
    pub attributes: u32,
    /// `context_handle_uuid`, bytes as they would stand in a little-endian stub.
    pub uuid: Guid,
}

impl ContextHandle {
    /// Whether all 20 bytes are zero: the null handle.
    pub fn is_null(&self) -> bool {
        *self == ContextHandle::default()
    }
}

/// Where a value stands: its declaration, the path to it and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct At<'t> {
    /// The declaration of the parameter or member; of an element that of the array or list.
    pub field: &'static Field,
    /// Place in its array or list, from 0; of an element only.
    pub index: Option<u32>,
    /// The path from the stub, or from the structure that is decoded alone.
    pub path: &'t FieldPath<'t>,
    /// What the value means in this version of the interface, or by the type that stands beside it.
    pub semantics: Semantics,
    /// First byte.
    pub offset: usize,
    /// Bytes of the value itself: a string's terminator is included; counts, and what a pointer leads to, are not.
    pub len: usize,
}

impl At<'_> {
    /// The bytes of the value.
    pub fn range(&self) -> Range<usize> {
        self.offset..self.offset.saturating_add(self.len)
    }

    /// Name of the parameter or member; empty for an element and for what is decoded alone.
    pub fn name(&self) -> &'static str {
        if self.index.is_none() { self.field.name } else { "" }
    }

    /// How deep the value stands: 1 for a parameter.
    pub fn depth(&self) -> usize {
        self.path.depth()
    }
}

/// A place that a value is read into: its declaration and path, but not yet its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Place<'t> {
    /// The declaration of the member; of an element that of its list.
    pub field: &'static Field,
    /// Place in its list, from 0.
    pub index: Option<u32>,
    /// The path to it.
    pub path: &'t FieldPath<'t>,
}

impl<'t> Place<'t> {
    /// What stands alone.
    pub const TOP: Place<'static> = Place { field: &Field::UNNAMED, index: None, path: &FieldPath::ROOT };

    /// A member.
    #[inline]
    pub fn member(field: &'static Field, path: &'t FieldPath<'t>) -> Self {
        Place { field, index: None, path }
    }

    /// An element of a list.
    #[inline]
    pub fn element(field: &'static Field, index: u32, path: &'t FieldPath<'t>) -> Self {
        Place { field, index: Some(index), path }
    }

    /// The value at this place.
    #[inline(always)]
    pub fn at(self, semantics: Semantics, range: Range<usize>) -> At<'t> {
        let Place { field, index, path } = self;
        At { field, index, path, semantics, offset: range.start, len: range.end.saturating_sub(range.start) }
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

/// A value of any kind.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Item<'a> {
    /// An unsigned integer. [`At::semantics`] tells whether it is an enumeration, flags, a status or a plain number.
    Uint(u64),
    /// A signed integer.
    Int(i64),
    /// Yes or no, where no integer stands for it: whether a mark is there.
    Bool(bool),
    /// Intervals of 100 ns since 1601-01-01 UTC.
    FileTime(u64),
    /// A context handle.
    Handle(ContextHandle),
    /// A GUID.
    Guid(Guid),
    /// Text without its terminator; it may be ill-formed UTF-16.
    Text(WStr<'a>),
    /// An array of 16-bit units: characters or numbers, by [`At::semantics`].
    Units(WStr<'a>),
    /// Bytes.
    Bytes(&'a [u8]),
    /// An IPv4 address.
    Ipv4(Ipv4Addr),
    /// An IPv6 address.
    Ipv6(Ipv6Addr),
    /// A null pointer.
    Null,
    /// A full pointer to what stands elsewhere under this referent identifier (C706 14.3.11.2).
    Alias(u64),
}

impl<'a> Item<'a> {
    /// Hands the value to the method of its kind.
    #[inline(always)]
    pub fn visit<V: Visitor<'a> + ?Sized>(self, at: At<'_>, visitor: &mut V) {
        match self {
            Item::Uint(value) => visitor.scalar(at, Scalar::U64, value),
            Item::Int(value) => visitor.scalar(at, Scalar::I64, value as u64),
            Item::FileTime(value) => visitor.filetime(at, value),
            Item::Handle(handle) => visitor.handle(at, handle),
            Item::Guid(guid) => visitor.guid(at, guid),
            Item::Text(text) => visitor.string(at, text),
            Item::Units(units) => visitor.units(at, units),
            Item::Bytes(bytes) => visitor.bytes(at, bytes),
            Item::Null => visitor.null(at),
            Item::Alias(referent) => visitor.alias(at, referent),
            Item::Bool(_) | Item::Ipv4(_) | Item::Ipv6(_) => visitor.value(at, self),
        }
    }
}

/// Something that holds other values.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Open<'a> {
    /// An NDR structure: its members follow. What its pointers lead to stands behind it and is told in between.
    Struct(&'static Struct),
    /// A structure of a buffer: its members follow.
    Record {
        /// Its name.
        name: &'static str,
        /// The layout variant, where the text has several and this is not the one that encoding would choose.
        variant: Option<&'static str>,
    },
    /// An array or list: its elements follow.
    List {
        /// Its bytes, where they are not what encoding the elements would give.
        raw: Option<&'a [u8]>,
    },
    /// Bytes, followed by what they hold as a member named `decoded`.
    Bytes(&'a [u8]),
}

/// Bytes that are no values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overhead {
    /// An alignment gap, or the padding behind a structure or value.
    Padding,
    /// The referent identifier of a pointer that is not null.
    Referent(u64),
    /// The maximum count of an array or string.
    MaximumCount(u64),
    /// The offset of a varying array or string.
    Offset(u64),
    /// The actual count of a varying array or string.
    ActualCount(u64),
    /// The type that stands before a value of a property or value list.
    Syntax(u64),
    /// The length in bytes of the value behind it.
    Length(u64),
    /// The mark that ends a list.
    EndMark,
    /// Bytes behind a structure or a stub that nothing declares.
    Trailing,
    /// Bytes that could not be read because of an error before them.
    Unread,
}

impl Overhead {
    /// In a few words.
    pub const fn name(self) -> &'static str {
        match self {
            Overhead::Padding => "padding",
            Overhead::Referent(_) => "referent",
            Overhead::MaximumCount(_) => "maximum count",
            Overhead::Offset(_) => "offset",
            Overhead::ActualCount(_) => "actual count",
            Overhead::Syntax(_) => "syntax",
            Overhead::Length(_) => "length",
            Overhead::EndMark => "end mark",
            Overhead::Trailing => "trailing",
            Overhead::Unread => "unread",
        }
    }

    /// The number that the bytes hold, if they hold one.
    pub const fn number(self) -> Option<u64> {
        match self {
            Overhead::Referent(n)
            | Overhead::MaximumCount(n)
            | Overhead::Offset(n)
            | Overhead::ActualCount(n)
            | Overhead::Syntax(n)
            | Overhead::Length(n) => Some(n),
            Overhead::Padding | Overhead::EndMark | Overhead::Trailing | Overhead::Unread => None,
        }
    }
}

/// Takes what a decoder finds: values in declaration order, nested, borrowed from the stub. Whatever was begun is ended,
/// unless reading the stub itself fails.
///
/// Everything does nothing by default; the methods by kind hand their value to [`Visitor::value`].
#[allow(unused_variables)]
pub trait Visitor<'a> {
    /// Whether [`Visitor::diagnostic`] does anything. Where it doesn't, nothing is checked that only breaks a rule.
    #[inline(always)]
    fn wants_diagnostics(&self) -> bool {
        true
    }

    /// Whether [`Visitor::overhead`] does anything.
    #[inline(always)]
    fn wants_overhead(&self) -> bool {
        false
    }

    /// Whether to read on to the parameter at this place of the method's fields; asked before each.
    #[inline(always)]
    fn wants(&self, place: usize) -> bool {
        true
    }

    /// A value of any kind.
    #[inline(always)]
    fn value(&mut self, at: At<'_>, item: Item<'a>) {}

    /// An integer; `value` is sign-extended where the type has a sign.
    #[inline(always)]
    fn scalar(&mut self, at: At<'_>, scalar: Scalar, value: u64) {
        let item = match at.semantics {
            // The bytes of an address are in network order in the memory of a little-endian machine.
            Semantics::Ipv4 => Item::Ipv4(Ipv4Addr::from((value as u32).to_le_bytes())),
            _ if scalar.signed() => Item::Int(value as i64),
            _ => Item::Uint(value),
        };
        self.value(at, item);
    }
    /// Intervals of 100 ns since 1601-01-01 UTC.
    #[inline(always)]
    fn filetime(&mut self, at: At<'_>, value: u64) {
        self.value(at, Item::FileTime(value));
    }
    /// A context handle.
    #[inline(always)]
    fn handle(&mut self, at: At<'_>, handle: ContextHandle) {
        self.value(at, Item::Handle(handle));
    }
    /// A GUID.
    #[inline(always)]
    fn guid(&mut self, at: At<'_>, guid: Guid) {
        self.value(at, Item::Guid(guid));
    }
    /// Text without its terminator. It had none if [`At::len`] counts no more bytes than the text has.
    #[inline(always)]
    fn string(&mut self, at: At<'_>, text: WStr<'a>) {
        self.value(at, Item::Text(text));
    }
    /// An array of bytes.
    #[inline(always)]
    fn bytes(&mut self, at: At<'_>, bytes: &'a [u8]) {
        self.value(at, Item::Bytes(bytes));
    }
    /// An array of 16-bit units.
    #[inline(always)]
    fn units(&mut self, at: At<'_>, units: WStr<'a>) {
        let item = match at.semantics {
            Semantics::Ipv6 => Item::Ipv6(units.to_ipv6()),
            _ => Item::Units(units),
        };
        self.value(at, item);
    }
    /// A null pointer.
    #[inline(always)]
    fn null(&mut self, at: At<'_>) {
        self.value(at, Item::Null);
    }
    /// A full pointer to something that was met before under this identifier.
    #[inline(always)]
    fn alias(&mut self, at: At<'_>, referent: u64) {
        self.value(at, Item::Alias(referent));
    }
    /// A value whose bytes, `raw`, are not what encoding it would give: a text with something behind its terminator.
    #[inline(always)]
    fn irregular(&mut self, at: At<'_>, item: Item<'a>, raw: &'a [u8]) {
        item.visit(at, self);
    }

    /// Something begins that holds others.
    #[inline(always)]
    fn begin(&mut self, at: At<'_>, open: Open<'a>) {}
    /// Its last member or element is behind us.
    #[inline(always)]
    fn end(&mut self, at: At<'_>, open: Open<'a>) {}

    /// The counts of the NDR array or string that follows.
    #[inline(always)]
    fn counts(&mut self, at: At<'_>, counts: Counts) {}
    /// A pointer that is not null; its referent follows.
    #[inline(always)]
    fn pointer(&mut self, at: At<'_>, referent: u64) {}
    /// Bytes that are no values, in the order in which they are met; see [`Visitor::wants_overhead`].
    #[inline(always)]
    fn overhead(&mut self, range: Range<usize>, overhead: Overhead) {}

    /// Legal to read, breaks a rule.
    #[inline(always)]
    fn diagnostic(&mut self, diagnostic: Diagnostic) {}
    /// What a buffer holds could not be read to its end; what came before was told.
    #[inline(always)]
    fn buffer_error(&mut self, at: At<'_>, error: Error) {}
    /// The name of the property or command of a buffer in which the error is that follows.
    #[inline(always)]
    fn failed_in(&mut self, name: WStr<'a>) {}
}

/// Takes no notice: validation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Null;

impl Visitor<'_> for Null {
    #[inline(always)]
    fn wants_diagnostics(&self) -> bool {
        false
    }
}

/// Collects diagnostics and nothing else.
#[cfg(feature = "std")]
#[derive(Clone, Debug, Default)]
pub struct Diagnostics(pub alloc::vec::Vec<Diagnostic>);

#[cfg(feature = "std")]
impl Visitor<'_> for Diagnostics {
    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }
}

/// Calls a closure with the bytes and the path of each value and of each pointer: for analyzers that mark bytes.
#[derive(Debug)]
pub struct Ranges<F>(pub F);

impl<'a, F: FnMut(Range<usize>, Path)> Visitor<'a> for Ranges<F> {
    fn value(&mut self, at: At<'_>, _: Item<'a>) {
        (self.0)(at.range(), at.path.to_path());
    }

    fn pointer(&mut self, at: At<'_>, _: u64) {
        (self.0)(at.range(), at.path.to_path());
    }
}
