//! What a byte buffer holds: the small closed language in which control codes, notifications and properties describe
//! their buffers, so that one decoder can be driven by all of them.
//!
//! Buffers are little-endian whatever the data representation of the PDU says. Structures are named as in section
//! 2.2.3. Next: [`super::control_codes`], [`super::notifications`], [`super::properties`].

use core::fmt;

use super::registry::RegistryValueType;
use super::syntax::{CLUSTER_PROPERTY_FORMAT, CLUSTER_PROPERTY_SYNTAX, ClusResourceClass};
use super::{Constant, Constants};

/// The format of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// Empty: there is no input, or the output stays empty.
    Nothing,
    /// Bytes without a described format, to the end of the buffer.
    Bytes,
    /// Unsigned, 2 bytes.
    Word,
    /// Unsigned, 4 bytes.
    Dword,
    /// Unsigned, 4 bytes: a value of this enumeration or bit mask.
    DwordOf(&'static Constants),
    /// Unsigned, 4 bytes each, to the end of the buffer.
    Dwords,
    /// Signed, 4 bytes.
    Long,
    /// Unsigned, 8 bytes.
    Qword,
    /// Signed, 8 bytes.
    LargeInteger,
    /// 100-nanosecond intervals since 1601-01-01 UTC, 8 bytes.
    Filetime,
    /// 16 bytes: a little-endian 32-bit and two 16-bit fields, then 8 bytes.
    Guid,
    /// One UTF-16 string and its terminator.
    Sz,
    /// UTF-16 strings, each with its terminator, and an empty one at the end.
    MultiSz,
    /// UTF-16 text that names several things in a way the specification leaves open: one string, or more of them
    /// separated by terminators.
    Names,
    /// A self-relative security descriptor (MS-DTYP 2.4.6).
    SecurityDescriptor,
    /// A property list (2.2.3.10).
    PropertyList,
    /// A property list whose binary values have this format.
    PropertyListOf(&'static Content),
    /// The formats of properties: their count (4 bytes), then for each a `CLUSPROP_SYNTAX_NAME` entry, a
    /// `CLUSPROP_SYNTAX_LIST_VALUE_WORD` entry (a [`CLUSTER_PROPERTY_FORMAT`], 2 bytes and 2 of padding) and an end
    /// mark.
    PropertyFormats,
    /// Entries of syntax, size and data, neither counted nor named, up to an end mark or the end of the buffer.
    Values(&'static ValueList),
    /// One such list for each disk. A new disk starts at each entry of the list's `first`; end marks may stand between
    /// the disks or only at the very end: skip them.
    ValuesPerDisk(&'static ValueList),
    /// One structure.
    Struct(&'static str),
    /// Structures of this name to the end of the buffer.
    Structs(&'static str),
    /// The length of the buffer, in bytes, decides; the last one stands for every other length.
    ByLength(&'static [(usize, Content)]),
    /// `then` for the resource type of this name, `otherwise` for every other one.
    ByResourceType {
        /// Name of the resource type, compared without case.
        name: &'static str,
        /// Format for this resource type.
        then: &'static Content,
        /// Format for the others.
        otherwise: &'static Content,
    },
}

/// A value list: see [`Content::Values`].
#[derive(Debug, PartialEq, Eq)]
pub struct ValueList {
    /// The list starts with one of these; empty when it may start with any entry.
    pub first: &'static [CLUSTER_PROPERTY_SYNTAX],
    /// What follows, in any order and number.
    pub then: &'static [CLUSTER_PROPERTY_SYNTAX],
    /// What an entry of `CLUSPROP_SYNTAX_LIST_VALUE_BINARY` holds; those of another syntax follow
    /// [`Content::of_syntax`].
    pub binary: Content,
}

impl Content {
    /// The format of a value with this syntax: by the whole syntax where a structure goes with it, else by the format
    /// in its lower half; bytes for what is unknown.
    pub const fn of_syntax(syntax: CLUSTER_PROPERTY_SYNTAX) -> Content {
        match syntax {
            CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_ENDMARK => Content::Nothing,
            // The document has both: a class alone, and a class with a subclass. The entry's size tells.
            CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_RESCLASS => Content::ByLength(&[
                (8, Content::Struct("CLUS_RESOURCE_CLASS_INFO")),
                (4, Content::DwordOf(ClusResourceClass::TABLE)),
            ]),
            CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_SCSI_ADDRESS => Content::Struct("CLUS_SCSI_ADDRESS"),
            CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_PARTITION_INFO => Content::Struct("CLUS_PARTITION_INFO"),
            CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_PARTITION_INFO_EX => Content::Struct("CLUS_PARTITION_INFO_EX"),
            CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_PARTITION_INFO_EX2 => Content::Struct("CLUS_PARTITION_INFO_EX2"),
            CLUSTER_PROPERTY_SYNTAX(other) => Content::of_format(CLUSTER_PROPERTY_FORMAT((other & 0xFFFF) as u16)),
        }
    }

    /// The format of a value with this property format; bytes for what is unknown.
    pub const fn of_format(format: CLUSTER_PROPERTY_FORMAT) -> Content {
        match format {
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_DWORD => Content::Dword,
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_SZ
            | CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_EXPAND_SZ
            | CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_EXPANDED_SZ => Content::Sz,
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_MULTI_SZ => Content::MultiSz,
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_ULARGE_INTEGER => Content::Qword,
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_LONG => Content::Long,
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_SECURITY_DESCRIPTOR => Content::SecurityDescriptor,
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_LARGE_INTEGER => Content::LargeInteger,
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_WORD => Content::Word,
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_FILETIME => Content::Filetime,
            _ => Content::Bytes,
        }
    }

    /// The format of a registry value of this type; bytes for what is unknown.
    pub const fn of_registry_type(value_type: RegistryValueType) -> Content {
        match value_type {
            RegistryValueType::REG_SZ | RegistryValueType::REG_EXPAND_SZ => Content::Sz,
            RegistryValueType::REG_DWORD => Content::Dword,
            RegistryValueType::REG_MULTI_SZ => Content::MultiSz,
            RegistryValueType::REG_QWORD => Content::Qword,
            _ => Content::Bytes,
        }
    }

    /// This format once the length of the buffer is known: [`Content::ByLength`] replaced by what it means.
    #[must_use]
    pub fn for_length(self, length: usize) -> Content {
        match self {
            Content::ByLength(choices) => choices
                .iter()
                .find(|(size, _)| *size == length)
                .or(choices.last())
                .map_or(Content::Bytes, |(_, content)| *content),
            other => other,
        }
    }

    /// This format once the resource type is known (or not): [`Content::ByResourceType`] replaced by what it means.
    #[must_use]
    pub fn for_resource_type(self, resource_type: Option<&str>) -> Content {
        match self {
            Content::ByResourceType { name, then, otherwise } => match resource_type {
                Some(given) if given.eq_ignore_ascii_case(name) => *then,
                _ => *otherwise,
            },
            other => other,
        }
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Content::Nothing => f.write_str("none"),
            Content::Bytes => f.write_str("bytes"),
            Content::Word => f.write_str("WORD"),
            Content::Dword => f.write_str("DWORD"),
            Content::DwordOf(table) => match table.kind {
                super::Kind::Enum => write!(f, "DWORD {}", table.name),
                super::Kind::Flags => write!(f, "DWORD flags {}", table.name),
            },
            Content::Dwords => f.write_str("array of DWORD"),
            Content::Long => f.write_str("LONG"),
            Content::Qword => f.write_str("ULARGE_INTEGER"),
            Content::LargeInteger => f.write_str("LARGE_INTEGER"),
            Content::Filetime => f.write_str("FILETIME"),
            Content::Guid => f.write_str("GUID (16 bytes)"),
            Content::Sz => f.write_str("SZ"),
            Content::MultiSz => f.write_str("MULTI_SZ"),
            Content::Names => f.write_str("SZ or several"),
            Content::SecurityDescriptor => f.write_str("SECURITY_DESCRIPTOR"),
            Content::PropertyList => f.write_str("PROPERTY_LIST"),
            Content::PropertyListOf(binary) => write!(f, "PROPERTY_LIST with binary values, each {binary}"),
            Content::PropertyFormats => f.write_str("property-format list"),
            Content::Values(list) => write!(f, "value list: {list}"),
            Content::ValuesPerDisk(list) => write!(f, "value lists, one per disk: {list}"),
            Content::Struct(name) => write!(f, "STRUCT:{name}"),
            Content::Structs(name) => write!(f, "array of STRUCT:{name}"),
            Content::ByLength(choices) => {
                for (i, (_, content)) in choices.iter().enumerate() {
                    write!(f, "{}{content}", if i == 0 { "" } else { " or " })?;
                }
                Ok(())
            }
            Content::ByResourceType { name, then, otherwise } => {
                write!(f, "{otherwise}; {then} when the resource type is {name}")
            }
        }
    }
}

impl fmt::Display for ValueList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |syntax: &CLUSTER_PROPERTY_SYNTAX| {
            let name = syntax.name().unwrap_or("?");
            name.strip_prefix("CLUSPROP_SYNTAX_").unwrap_or(name)
        };
        for (i, syntax) in self.first.iter().enumerate() {
            write!(f, "{}{}", if i == 0 { "first " } else { " or " }, name(syntax))?;
        }
        if !self.first.is_empty() {
            f.write_str(", then ")?;
        }
        for (i, syntax) in self.then.iter().enumerate() {
            write!(f, "{}{}", if i == 0 { "" } else { ", " }, name(syntax))?;
        }
        if self.binary != Content::Bytes {
            write!(f, ", each {}", self.binary)?;
        }
        Ok(())
    }
}
