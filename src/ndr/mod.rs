//! The NDR engine: one reader and one writer that interpret the declarations of [`crate::idl`], for NDR (C706
//! chapter 14) and NDR64 (MS-RPCE 2.2.5), little and big endian.
//!
//! * [`types`]: what a declaration is made of, and how wide things are in each syntax
//! * [`walk`]: the reader; it hands every value it meets to a [`Visitor`]
//! * [`visitor`]: that trait, and the visitors that need nothing else: none, byte ranges
//! * [`value`] and [`write`](mod@write): a tree of values, and the way back to bytes
//! * [`wire`]: typed views for embedders
//! * [`parsers`]: the primitives as nom parsers, to compose with one's own
//!
//! Offsets are counted from the start of the stub, and so is alignment.

pub(crate) mod checks;
pub(crate) mod cursor;
#[cfg(feature = "std")]
pub(crate) mod describe;
#[cfg(feature = "std")]
mod encode_error;
pub(crate) mod key;
#[cfg(feature = "std")]
pub(crate) mod layout;
pub(crate) mod names;
#[cfg(feature = "std")]
pub(crate) mod number;
pub mod parsers;
pub(crate) mod rules;
pub(crate) mod types;
pub(crate) mod utf16;
#[cfg(feature = "std")]
pub(crate) mod value;
pub(crate) mod visitor;
pub(crate) mod walk;
pub mod wire;
#[cfg(feature = "std")]
pub(crate) mod write;

pub use checks::{Checks, Observer};
pub use cursor::{CountAlignment, DecodeContext};
#[cfg(feature = "std")]
pub use encode_error::EncodeError;
pub use key::{Key, Piece};
pub use names::{HandleName, HandleNames};
pub use types::{
    ArrayKind, Direction, Field, FieldId, Flow, Interface, InterfaceVersion, Layout, Method, MethodId, PointerKind,
    Scalar, Semantics, Struct, Type, UnknownVersion, Version, Versions,
};
pub use utf16::{MultiSz, WStr};
#[cfg(feature = "std")]
pub use value::{Collect, Contents, Fields, Value};
pub use visitor::{At, ContextHandle, Counts, FieldPath, Item, Open, Overhead, Place, Visitor};
pub use wire::{Kind, List, Message};

/// Transfer syntax of a stub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// NDR 2.0, 8a885d04-1ceb-11c9-9fe8-08002b104860: counts and pointers of 4 bytes.
    Ndr,
    /// NDR64 1.0, 71710533-beba-4937-8319-b5dbef9ccc36: counts and pointers of 8 bytes.
    Ndr64,
}

impl Syntax {
    /// `ndr` or `ndr64`.
    pub const fn name(self) -> &'static str {
        match self {
            Syntax::Ndr => "ndr",
            Syntax::Ndr64 => "ndr64",
        }
    }

    /// Bytes of a count, an offset or a referent identifier.
    pub const fn word(self) -> usize {
        match self {
            Syntax::Ndr => 4,
            Syntax::Ndr64 => 8,
        }
    }
}

pub use crate::base::Endian;

#[cfg(test)]
mod tests;
