//! The custom-marshalled structures of MS-CMRP 2.2.3 and MS-SWN 2.2.2: raw little-endia bytes inside byte buffers,
//! whatever the data representation of the PDU says.
//!
//! * [`records`]: the declarations of the plain ones, in the words of [`record!`](crate::record); [`types`]: what they
//!   are made of; [`reader`], [`writer`]: what interprets them
//! * [`property_list`], [`value_list`], [`batch`]: those that are no plain records
//! * [`values`]: a single value of a known format; [`security`]: security descriptors
//! * [`content`]: what a buffer holds, from the control code, notification or registry type it came with
//! * [`mask`]: the secrets in a buffer
//! * [`packed`]: the primitives as nom parsers
//!
//! Readers hand what they find to a [`Visitor`], as that of stubs does; `render::json::buffers` and
//! `render::text::buffers` print it.
//!
//! Every structure can be read by [`decode`] and written by [`encode`], or with a [`Visitor`] of one's own:
//!
//! ```
//! use cluscope::structs;
//!
//! let bytes = [1, 0, 0, 0, 0x0f, 0, 0, 0];
//! let decoded = structs::decode("CLUS_STORAGE_SET_DRIVELETTER", &bytes).unwrap();
//! let value = decoded.value.unwrap();
//! assert_eq!(structs::encode("CLUS_STORAGE_SET_DRIVELETTER", &value).unwrap(), bytes);
//! ```

#[macro_use]
pub(crate) mod macros;
pub(crate) mod batch;
pub(crate) mod content;
pub(crate) mod dependency;
pub(crate) mod describe;
pub(crate) mod mask;
pub mod packed;
pub(crate) mod property_list;
pub(crate) mod reader;
pub(crate) mod records;
pub(crate) mod rules;
pub(crate) mod security;
pub mod types;
pub(crate) mod value_list;
pub(crate) mod values;
pub(crate) mod writer;

pub use batch::{Batch, Command};
pub use content::{Context, Secrecy, Secrets, Shape, ShapeKind, shape};
pub use dependency::Expression;
use packed::ByteCursor;
pub use property_list::{Dialect, Property, PropertyList, PropertyValue};
pub use security::{Ace, Acl, Descriptor, Sid, sddl};

#[cfg(test)]
mod tests;

use crate::base::diagnostic::Diagnostic;
use crate::base::error::{Error, ErrorKind};
use crate::consts::Source;
use crate::consts::content::{BufferFormat, ValueList};
use crate::ndr::EncodeError;
use crate::ndr::value::{Collect, Fields, Value};
use crate::ndr::visitor::{Place, Visitor};
use alloc::vec::Vec;
use types::Record;
use values::Slot;

/// A structure that can be decoded and encoded by its name.
#[derive(Clone, Copy, Debug)]
pub struct Structure {
    /// Name in the specification; one of ours where it has none.
    pub name: &'static str,
    /// Section that defines it.
    pub section: &'static str,
    /// How it is read and written.
    pub kind: Kind,
}

/// How a structure is read and written.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// By a declaration.
    Record(&'static Record),
    /// By the functions of [`property_list`], for one property.
    Property,
    /// By the functions of [`batch`], for the whole.
    Batch,
    /// By the functions of [`batch`], for one command.
    Command,
    /// As a value of this format.
    Format(BufferFormat),
}

static VALUES: ValueList = ValueList { first: &[], then: &[], binary: BufferFormat::Bytes };
static DISKS: ValueList = ValueList {
    first: &[
        crate::consts::syntax::CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_DISK_SIGNATURE,
        crate::consts::syntax::CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_DISK_GUID,
    ],
    then: &[],
    binary: BufferFormat::Bytes,
};

/// The structures that are no plain records.
static OTHERS: [Structure; 9] = [
    Structure { name: "PROPERTY_LIST", section: "2.2.3.10", kind: Kind::Format(BufferFormat::PropertyList) },
    Structure { name: "PROPERTY_VALUE", section: "2.2.3.10.1", kind: Kind::Property },
    Structure { name: "CLUSTER_REG_BATCH_UPDATE", section: "2.2.3.17", kind: Kind::Batch },
    Structure { name: "BATCH_UPDATE_COMMAND", section: "2.2.3.17.1", kind: Kind::Command },
    Structure { name: "VALUE_LIST", section: "3.1.4.3.1.38", kind: Kind::Format(BufferFormat::Values(&VALUES)) },
    Structure { name: "DISK_LIST", section: "3.1.4.3.2.21", kind: Kind::Format(BufferFormat::ValuesPerDisk(&DISKS)) },
    Structure {
        name: "PROPERTY_FORMAT_LIST",
        section: "3.1.4.3.1.14",
        kind: Kind::Format(BufferFormat::PropertyFormats),
    },
    Structure { name: "MULTI_SZ", section: "2.2.2.2", kind: Kind::Format(BufferFormat::MultiSz) },
    Structure {
        name: "SECURITY_DESCRIPTOR",
        section: "MS-DTYP 2.4.6",
        kind: Kind::Format(BufferFormat::SecurityDescriptor),
    },
];

const COUNT: usize = records::ALL.len() + OTHERS.len();

static JOINED: [Structure; COUNT] = {
    let mut all = [OTHERS[0]; COUNT];
    let mut i = 0;
    while i < records::ALL.len() {
        let record = records::ALL[i];
        all[i] = Structure { name: record.name, section: record.section, kind: Kind::Record(record) };
        i += 1;
    }
    let mut other = 0;
    while other < OTHERS.len() {
        all[i] = OTHERS[other];
        i += 1;
        other += 1;
    }
    assert!(i == COUNT);
    all
};

/// Every structure that has a name.
pub static ALL: &[Structure] = &JOINED;

impl Structure {
    /// The structure of this name, as the specification spells it or in other case.
    pub fn by_name(name: &str) -> Option<&'static Structure> {
        ALL.iter().find(|s| s.name == name).or_else(|| ALL.iter().find(|s| s.name.eq_ignore_ascii_case(name)))
    }

    /// `record`, `list` or `value`.
    pub const fn kind_name(&self) -> &'static str {
        match self.kind {
            Kind::Record(_) => "record",
            Kind::Format(BufferFormat::SecurityDescriptor) => "value",
            _ => "list",
        }
    }

    /// Where the declaration comes from, by its section.
    pub fn source(&self) -> Source {
        match self.section {
            section if section.ends_with(".h") => Source::Sdk,
            section if section.starts_with("revision 44") => Source::Revision44,
            _ => Source::Spec34,
        }
    }

    /// Whether it may hold a secret, in what can't be read of it too.
    pub fn may_hold_secrets(&self) -> bool {
        match self.kind {
            Kind::Record(record) => record.members.iter().any(|member| member.secret),
            Kind::Property | Kind::Batch | Kind::Command => true,
            Kind::Format(content) => may_hold_secrets(content),
        }
    }

    /// Bytes, where they are always the same; of the reading that encoding chooses.
    pub fn size(&self) -> Option<usize> {
        match self.kind {
            Kind::Record(record) => record.size(record.encode),
            _ => None,
        }
    }

    /// Reads the structure from all of `input` into a visitor; returns what is left over.
    ///
    /// # Errors
    /// Where and why the bytes can't be this structure. What came before is in the visitor.
    pub fn read<'a, V: Visitor<'a> + ?Sized>(
        &self,
        input: ByteCursor<'a>,
        place: Place<'_>,
        visitor: &mut V,
    ) -> Result<ByteCursor<'a>, Error> {
        match self.kind {
            Kind::Record(record) => reader::record(record, reader::Extent::Whole, input, place, visitor),
            Kind::Property => property_list::one(input, place, property_list::Dialect::PLAIN, visitor),
            Kind::Batch => batch::read(input, place, visitor),
            Kind::Command => batch::one(input, place, visitor),
            Kind::Format(content) => values::read(Slot::of(content, place), input, visitor),
        }
    }

    /// Encodes the structure.
    ///
    /// # Errors
    /// Which member is missing or can't be represented, and why.
    pub fn write(&self, value: &Value, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        match (self.kind, value) {
            (Kind::Format(content), value) => values::write(content, value, out),
            (Kind::Record(record), Value::Map(fields)) => writer::record(record, fields, out),
            (Kind::Property, Value::Map(fields)) => {
                property_list::write_one(fields, property_list::Dialect::PLAIN, out)
            }
            (Kind::Batch, Value::Map(fields)) => batch::write(fields, out),
            (Kind::Command, Value::Map(fields)) => batch::write_one(fields, out),
            _ => Err(EncodeError::new("not an object of the structure's members")),
        }
    }
}

/// Whether a value of this format may hold a secret, in what can't be read of it too.
pub fn may_hold_secrets(content: BufferFormat) -> bool {
    match content {
        BufferFormat::PropertyList | BufferFormat::PropertyListOf(_) => true,
        BufferFormat::Struct(name) | BufferFormat::Structs(name) => {
            Structure::by_name(name).is_some_and(Structure::may_hold_secrets)
        }
        BufferFormat::Values(list) | BufferFormat::ValuesPerDisk(list) => may_hold_secrets(list.binary),
        BufferFormat::OneOf(choices) => choices.iter().any(|choice| may_hold_secrets(*choice)),
        BufferFormat::ByLength(choices) => choices.iter().any(|(_, choice)| may_hold_secrets(*choice)),
        _ => false,
    }
}

/// What [`decode`] finds.
#[derive(Debug)]
pub struct Decoded<'a> {
    /// The value; what came before the error, if there was one.
    pub value: Option<Value>,
    /// Broken rules.
    pub diagnostics: Vec<Diagnostic>,
    /// Bytes behind the structure.
    pub trailing: &'a [u8],
    /// Why reading stopped early.
    pub error: Option<Error>,
}

/// Decodes a structure into a tree. With a visitor ([`Structure::read`]) nothing is copied.
///
/// # Errors
/// There is no structure of this name.
pub fn decode<'a>(name: &str, bytes: &'a [u8]) -> Result<Decoded<'a>, Error> {
    let unknown = Error::new(0, ErrorKind::Mismatch { expected: "the name of a structure" });
    let structure = Structure::by_name(name).ok_or(unknown)?;
    let mut visitor = Collect::default();
    let result = structure.read(ByteCursor::new(bytes), Place::TOP, &mut visitor);
    let (value, diagnostics) = visitor.into_value();
    let trailing = result.as_ref().map_or(&[] as &[u8], ByteCursor::rest);
    Ok(Decoded { value, diagnostics, trailing, error: result.err() })
}

/// Encodes a structure from a tree.
///
/// # Errors
/// There is no structure of this name, or which member can't be represented, and why.
pub fn encode(name: &str, value: &Value) -> Result<Vec<u8>, EncodeError> {
    let structure = Structure::by_name(name).ok_or_else(|| EncodeError::new("unknown structure"))?;
    let mut out = Vec::new();
    structure.write(value, &mut out)?;
    Ok(out)
}

/// Decodes a record of a declaration of one's own: its members, and why reading stopped early.
pub fn decode_record(record: &'static Record, bytes: &[u8]) -> (Option<Fields>, Option<Error>) {
    let mut visitor = Collect::default();
    let result = reader::record(record, reader::Extent::Whole, ByteCursor::new(bytes), Place::TOP, &mut visitor);
    let fields = match visitor.into_value().0 {
        Some(Value::Map(fields)) => Some(fields),
        _ => None,
    };
    (fields, result.err())
}
