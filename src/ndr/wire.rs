//! Wire types as Rust types: what [`interface!`](crate::interface) makes of the IDL's words, and the views that an
//! embedder reads. A view borrows the stub and nothing else; it looks values up when asked and never fails, because a
//! [`Message`] is only made of a stub that was read to its end.

use super::cursor::{CountAlignment, DecodeContext};
use super::types::{ArrayKind, Direction, Field, Interface, Method, PointerKind, Scalar, Type};
use super::utf16::WStr;
use super::visitor::{ContextHandle, Guid, Null};
use super::walk::{self, Part};
use super::{Endian, Syntax};
use crate::base::error::Error;
use core::marker::PhantomData;

/// A wire type.
pub trait Wire {
    /// Its descriptor.
    const TYPE: Type;
    /// What an embedder sees of it.
    type View<'a>;
    /// The view of a validated part of a stub.
    fn view(node: Node<'_>) -> Self::View<'_>;
}

/// A word of the IDL: which wire type it is by itself, and which one behind one more `*`.
pub trait Idl {
    /// As a parameter without a star; for pointer types (`LPWSTR`, `PENUM_LIST`) what they point at.
    type Zero: Wire;
    /// With one star; a reference pointer leaves no trace at top level, a second level is a unique pointer.
    type One: Wire;
    /// What such a value means where the declaration says nothing else.
    const SEMANTICS: super::types::Semantics;
}

/// A place in a validated stub.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    cx: DecodeContext<'a>,
    ty: &'static Type,
    place: Place,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    /// A whole construct that begins here, alignment not yet applied.
    Construct(usize),
    /// A part of a construct.
    Part(Part),
}

impl<'a> Node<'a> {
    fn part(&self) -> Part {
        match self.place {
            Place::Part(part) => part,
            Place::Construct(cursor) => walk::locate(self.cx, self.ty, cursor).unwrap_or(Part {
                at: usize::MAX,
                cursor: usize::MAX,
                tail: None,
            }),
        }
    }

    /// Bytes `at..at + len`; validation has seen them.
    fn scalar(&self, scalar: Scalar) -> u64 {
        self.cx.scalar(self.part().at, scalar).unwrap_or(0)
    }

    fn string(&self) -> WStr<'a> {
        let cursor = match self.place {
            Place::Construct(cursor) => cursor,
            Place::Part(part) => part.cursor,
        };
        let read = |mut cursor: usize| -> Result<WStr<'a>, Error> {
            self.cx.word(&mut cursor, "")?;
            self.cx.word(&mut cursor, "")?;
            let actual = self.cx.word(&mut cursor, "")?;
            let len = usize::try_from(actual).unwrap_or(usize::MAX).saturating_mul(2);
            let bytes = self.cx.take(cursor, len, "")?;
            Ok(WStr::new(bytes, self.cx.endian).strip_terminator().0)
        };
        read(cursor).unwrap_or(WStr::new(&[], self.cx.endian))
    }

    fn referent(&self) -> Option<usize> {
        let part = self.part();
        match self.cx.uint(part.at, self.cx.syntax.word(), "") {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(part.cursor),
        }
    }

    /// The member at `index` of the structure that stands here.
    pub fn member<T: Wire>(&self, index: usize) -> T::View<'a> {
        let part = self.part();
        let Type::Struct(declaration) = self.ty else {
            return T::view(*self);
        };
        let mut at = part.at;
        let mut cursor = part.cursor;
        for (i, field) in declaration.fields.iter().enumerate() {
            let layout = field.ty.layout(self.cx.syntax);
            at = super::types::align_up(at, layout.align);
            let mut here = Part { at, cursor, tail: part.tail };
            if i == index {
                return T::view(Node { cx: self.cx, ty: field.ty, place: Place::Part(here) });
            }
            if walk::skip_referents(self.cx, field.ty, &mut here).is_err() {
                break;
            }
            cursor = here.cursor;
            at = at.saturating_add(layout.size);
        }
        T::view(*self)
    }
}

/// A stub that was read to its end, with what identifies it.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The stub and how it is read.
    pub cx: DecodeContext<'a>,
    /// The interface.
    pub interface: &'static Interface,
    /// The version's place in [`Interface::versions`].
    pub version: usize,
    /// The method.
    pub method: &'static Method,
    /// Request or response.
    pub direction: Direction,
    /// Bytes read; what lies behind them is trailing.
    pub consumed: usize,
}

/// What identifies a stub beside its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The interface.
    pub interface: &'static Interface,
    /// The version's place in [`Interface::versions`].
    pub version: usize,
    /// Request or response.
    pub direction: Direction,
    /// Transfer syntax.
    pub syntax: Syntax,
    /// Byte order.
    pub endian: Endian,
}

impl<'a> Message<'a> {
    /// Reads a stub to its end without keeping anything.
    ///
    /// # Errors
    /// The first thing that makes going on impossible, with offset, field path and who claimed the length.
    #[inline]
    pub fn decode(method: &'static Method, kind: Kind, data: &'a [u8]) -> Result<Message<'a>, Error> {
        Message::decode_with(method, kind, data, &mut Null)
    }

    /// The same, handing the values to a visitor on the way.
    ///
    /// # Errors
    /// As [`Message::decode`]; the visitor has seen what came before.
    pub fn decode_with<V: super::Visitor<'a> + ?Sized>(
        method: &'static Method,
        kind: Kind,
        data: &'a [u8],
        visitor: &mut V,
    ) -> Result<Message<'a>, Error> {
        let Kind { interface, version, direction, syntax, endian } = kind;
        let mut cx = DecodeContext::new(data, syntax, endian);
        cx.counts = walk::count_alignment(cx, method, direction, version);
        if cx.counts == CountAlignment::Elements {
            visitor.diagnostic(crate::base::diagnostic::Diagnostic {
                offset: syntax.word(),
                path: crate::base::error::Path::new(),
                rule: &super::rules::COUNT_ALIGNMENT,
                value: 0,
                expected: None,
            });
        }
        let Some(checks) = interface.checks.filter(|_| visitor.wants_diagnostics()) else {
            let consumed = walk::message(cx, method, direction, version, visitor)?;
            return Ok(Message { cx, interface, version, method, direction, consumed });
        };
        let (mut consumed, mut broken) = (Ok(0), false);
        checks.observe(method, direction, &mut |observer| {
            consumed = walk::watched(cx, method, direction, version, visitor, Some(observer));
            broken = observer.broken();
        });
        let message = Message { cx, interface, version, method, direction, consumed: consumed? };
        if broken {
            // Read again for what to say of it: the reader's own findings come first.
            checks.report(&message, &mut |diagnostic| visitor.diagnostic(diagnostic));
        }
        Ok(message)
    }

    /// Hands the parameters and their members to a visitor; buffers are bytes, see [`Message::visit`] for what they hold.
    pub fn visit_parameters<V: super::Visitor<'a> + ?Sized>(&self, visitor: &mut V) {
        // It was read before; nothing can go wrong.
        let _ = walk::message(self.cx, self.method, self.direction, self.version, visitor);
    }

    /// Bytes behind the last parameter.
    pub fn trailing(&self) -> &'a [u8] {
        self.cx.data.get(self.consumed..).unwrap_or(&[])
    }

    /// The view of the parameter at `index` in [`Method::fields`], which every stub of this direction has.
    pub fn present<T: Wire>(&self, index: usize) -> T::View<'a> {
        // The fallback looks behind the end and finds zeroes; it is not reached after validation.
        let nowhere = || T::view(Node { cx: self.cx, ty: &Type::Nothing, place: Place::Construct(usize::MAX) });
        self.field::<T>(index).unwrap_or_else(nowhere)
    }

    /// The view of the parameter at `index` in [`Method::fields`], if it stands in this stub.
    pub fn field<T: Wire>(&self, index: usize) -> Option<T::View<'a>> {
        let mut cursor = 0;
        for (i, field) in self.method.fields.iter().enumerate() {
            if !field.flow.travels(self.direction) || !field.versions.contains(self.version) {
                continue;
            }
            if i == index {
                return Some(T::view(Node { cx: self.cx, ty: field.ty, place: Place::Construct(cursor) }));
            }
            walk::skip(self.cx, field.ty, &mut cursor).ok()?;
        }
        None
    }
}

/// What views show of themselves: all values where text can be made, else what they are.
pub fn debug(message: &Message<'_>, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
    #[cfg(feature = "std")]
    return core::fmt::Display::fmt(message, f);
    #[cfg(not(feature = "std"))]
    write!(f, "{} {}", message.method.name, message.direction.name())
}

/// The place of a field in a list, for accessors; refuses unknown names at compile time.
pub const fn index_of(fields: &[Field], name: &str) -> usize {
    let mut i = 0;
    while i < fields.len() {
        if super::types::same(fields[i].name, name) {
            return i;
        }
        i += 1;
    }
    panic!("no such field");
}

macro_rules! scalars {
    ($($(#[$doc:meta])* $name:ident: $scalar:ident as $rust:ty;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub enum $name {}
            impl Wire for $name {
                const TYPE: Type = Type::Scalar(Scalar::$scalar);
                type View<'a> = $rust;
                fn view(node: Node<'_>) -> $rust {
                    node.scalar(Scalar::$scalar) as $rust
                }
            }
        )*
    };
}

scalars! {
    /// 8 bits.
    U8: U8 as u8;
    /// 16 bits.
    U16: U16 as u16;
    /// 32 bits.
    U32: U32 as u32;
    /// 64 bits.
    U64: U64 as u64;
    /// 32 bits with a sign.
    I32: I32 as i32;
    /// 64 bits with a sign.
    I64: I64 as i64;
    /// An enumeration of 16 bits in NDR, 32 in NDR64.
    Enum16: Enum16 as u32;
    /// An integer as wide as a pointer.
    UintPtr: UintPtr as u64;
}

/// Declares a wire type without parameters.
macro_rules! plain {
    ($($(#[$doc:meta])* $name:ident: $ty:expr, $view:ty, $read:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub enum $name {}
            impl Wire for $name {
                const TYPE: Type = $ty;
                type View<'a> = $view;
                fn view(node: Node<'_>) -> Self::View<'_> {
                    let read: fn(Node<'_>) -> Self::View<'_> = $read;
                    read(node)
                }
            }
        )*
    };
}

plain! {
    /// FILETIME: 100 ns since 1601.
    FileTime: Type::FileTime, u64, |node| {
        let at = node.part().at;
        let word = |at| node.cx.uint(at, 4, "").unwrap_or(0);
        word(at.saturating_add(4)) << 32 | word(at)
    };
    /// A context handle.
    Handle: Type::Handle, ContextHandle, |node| walk::handle(&node.cx, node.part().at).unwrap_or_default();
    /// A GUID.
    Uuid: Type::Guid, Guid, |node| walk::guid(&node.cx, node.part().at).unwrap_or_default();
    /// `[string]` UTF-16 text.
    Text: Type::String, WStr<'a>, |node| node.string();
    /// Nothing on the wire.
    Nothing: Type::Nothing, (), |_| ();
}

macro_rules! pointers {
    ($($(#[$doc:meta])* $name:ident: $kind:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name<T>(PhantomData<T>);
            impl<T: Wire> $name<T> {
                const TARGET: &'static Type = &T::TYPE;
            }
            impl<T: Wire> Wire for $name<T> {
                const TYPE: Type = Type::Pointer(PointerKind::$kind, Self::TARGET);
                type View<'a> = Option<T::View<'a>>;
                fn view(node: Node<'_>) -> Self::View<'_> {
                    let place = Place::Construct(node.referent()?);
                    Some(T::view(Node { cx: node.cx, ty: Self::TARGET, place }))
                }
            }
        )*
    };
}

pointers! {
    /// A unique pointer.
    Unique: Unique;
    /// A full pointer. Views keep no list of identifiers: read stubs in which one is repeated through a visitor, see
    /// [`super::Visitor::alias`].
    Full: Full;
    /// An embedded reference pointer.
    Ref: Ref;
}

macro_rules! arrays {
    ($($(#[$doc:meta])* $name:ident $(<$n:ident>)?: $kind:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name<T $(, const $n: u32)?>(PhantomData<T>);
            impl<T: Wire $(, const $n: u32)?> $name<T $(, $n)?> {
                const ELEMENT: &'static Type = &T::TYPE;
            }
            impl<T: Wire $(, const $n: u32)?> Wire for $name<T $(, $n)?> {
                const TYPE: Type = Type::Array($kind, Self::ELEMENT);
                type View<'a> = List<'a, T>;
                fn view(node: Node<'_>) -> List<'_, T> {
                    let part = node.part();
                    let (at, len) = match (&Self::TYPE, part.tail) {
                        (Type::Array(ArrayKind::Fixed(n), _), _) => (part.at, *n as usize),
                        (_, Some(tail)) => (tail.at, usize::try_from(tail.counts.actual).unwrap_or(0)),
                        (_, None) => (part.at, 0),
                    };
                    List { cx: node.cx, element: Self::ELEMENT, at, cursor: part.cursor, len, wire: PhantomData }
                }
            }
        )*
    };
}

arrays! {
    /// A conformant array.
    Conf: ArrayKind::Conformant;
    /// A conformant varying array.
    ConfVar: ArrayKind::ConformantVarying;
    /// An array of `N` elements.
    Fixed<N>: ArrayKind::Fixed(N);
    /// A varying array of at most `N` elements.
    Varying<N>: ArrayKind::Varying(N);
}

/// The elements of an array in a stub; iterates in order.
pub struct List<'a, T> {
    cx: DecodeContext<'a>,
    element: &'static Type,
    at: usize,
    cursor: usize,
    len: usize,
    wire: PhantomData<T>,
}

impl<T> Clone for List<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<'_, T> {}

impl<T> List<'_, T> {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<'a> List<'a, U8> {
    /// The bytes, in place.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.cx.take(self.at, self.len, "").unwrap_or(&[])
    }
}

impl<'a> List<'a, U16> {
    /// The units as UTF-16 text.
    pub fn as_text(&self) -> WStr<'a> {
        WStr::new(self.cx.take(self.at, self.len.saturating_mul(2), "").unwrap_or(&[]), self.cx.endian)
    }
}

impl<'a, T: Wire> Iterator for List<'a, T> {
    type Item = T::View<'a>;

    fn next(&mut self) -> Option<T::View<'a>> {
        if self.len == 0 {
            return None;
        }
        self.len -= 1;
        let mut part = Part { at: self.at, cursor: self.cursor, tail: None };
        let mut next = self.at.saturating_add(self.element.layout(self.cx.syntax).stride());
        if let Some(inner) = self.element.tail() {
            let trail = super::visitor::FieldPath::ROOT;
            if let Ok((at, tail, end)) = walk::own_length(self.cx, self.element, inner, self.at, &trail) {
                (part.at, part.tail, next) = (at, Some(tail), end);
            }
        }
        let item = T::view(Node { cx: self.cx, ty: self.element, place: Place::Part(part) });
        match walk::skip_referents(self.cx, self.element, &mut part) {
            Ok(()) => self.cursor = part.cursor,
            Err(_) => self.len = 0,
        }
        self.at = next;
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len, Some(self.len))
    }
}

impl<T> core::fmt::Debug for List<'_, T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "[{} elements]", self.len)
    }
}
