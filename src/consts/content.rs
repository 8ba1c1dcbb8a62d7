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
pub enum BufferFormat {
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
    /// Unsigned, 8 bytes: a value of this enumeration or bit mask.
    QwordOf(&'static Constants),
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
    PropertyListOf(&'static BufferFormat),
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
    ByLength(&'static [(usize, BufferFormat)]),
    /// The first of these that the buffer holds exactly; the first one where it holds none of them.
    OneOf(&'static [BufferFormat]),
    /// `then` for the resource type of this name, `otherwise` for every other one.
    ByResourceType {
        /// Name of the resource type, compared without case.
        name: &'static str,
        /// Format for this resource type.
        then: &'static BufferFormat,
        /// Format for the others.
        otherwise: &'static BufferFormat,
    },
}

/// A value list: see [`BufferFormat::Values`].
#[derive(Debug, PartialEq, Eq)]
pub struct ValueList {
    /// The list starts with one of these; empty when it may start with any entry.
    pub first: &'static [CLUSTER_PROPERTY_SYNTAX],
    /// What follows, in any order and number.
    pub then: &'static [CLUSTER_PROPERTY_SYNTAX],
    /// What an entry of `CLUSPROP_SYNTAX_LIST_VALUE_BINARY` holds; those of another syntax follow
    /// [`BufferFormat::of_syntax`].
    pub binary: BufferFormat,
}

impl BufferFormat {
    /// The format of a value with this syntax: by the whole syntax where a structure goes with it, else by the format
    /// in its lower half; bytes for what is unknown.
    pub const fn of_syntax(syntax: CLUSTER_PROPERTY_SYNTAX) -> BufferFormat {
        match syntax {
            CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_ENDMARK => BufferFormat::Nothing,
            // The document has both: a class alone, and a class with a subclass. The entry's size tells.
            CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_RESCLASS => BufferFormat::ByLength(&[
                (8, BufferFormat::Struct("CLUS_RESOURCE_CLASS_INFO")),
                (4, BufferFormat::DwordOf(ClusResourceClass::TABLE)),
            ]),
            CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_SCSI_ADDRESS => BufferFormat::Struct("CLUS_SCSI_ADDRESS"),
            CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_PARTITION_INFO => BufferFormat::Struct("CLUS_PARTITION_INFO"),
            CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_PARTITION_INFO_EX => {
                BufferFormat::Struct("CLUS_PARTITION_INFO_EX")
            }
            CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_PARTITION_INFO_EX2 => {
                BufferFormat::Struct("CLUS_PARTITION_INFO_EX2")
            }
            CLUSTER_PROPERTY_SYNTAX(other) => BufferFormat::of_format(CLUSTER_PROPERTY_FORMAT((other & 0xFFFF) as u16)),
        }
    }

    /// The format of a value with this property format; bytes for what is unknown.
    pub const fn of_format(format: CLUSTER_PROPERTY_FORMAT) -> BufferFormat {
        match format {
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_DWORD => BufferFormat::Dword,
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_SZ
            | CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_EXPAND_SZ
            | CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_EXPANDED_SZ => BufferFormat::Sz,
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_MULTI_SZ => BufferFormat::MultiSz,
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_ULARGE_INTEGER => BufferFormat::Qword,
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_LONG => BufferFormat::Long,
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_SECURITY_DESCRIPTOR => BufferFormat::SecurityDescriptor,
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_LARGE_INTEGER => BufferFormat::LargeInteger,
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_WORD => BufferFormat::Word,
            CLUSTER_PROPERTY_FORMAT::CLUSPROP_FORMAT_FILETIME => BufferFormat::Filetime,
            _ => BufferFormat::Bytes,
        }
    }

    /// The format of a registry value of this type; bytes for what is unknown.
    pub const fn of_registry_type(value_type: RegistryValueType) -> BufferFormat {
        match value_type {
            RegistryValueType::REG_SZ | RegistryValueType::REG_EXPAND_SZ => BufferFormat::Sz,
            RegistryValueType::REG_DWORD => BufferFormat::Dword,
            RegistryValueType::REG_MULTI_SZ => BufferFormat::MultiSz,
            RegistryValueType::REG_QWORD => BufferFormat::Qword,
            _ => BufferFormat::Bytes,
        }
    }

    /// This format once the length of the buffer is known: [`BufferFormat::ByLength`] replaced by what it means.
    #[must_use]
    pub fn for_length(self, length: usize) -> BufferFormat {
        match self {
            BufferFormat::ByLength(choices) => choices
                .iter()
                .find(|(size, _)| *size == length)
                .or(choices.last())
                .map_or(BufferFormat::Bytes, |(_, content)| *content),
            other => other,
        }
    }

    /// This format once the resource type is known (or not): [`BufferFormat::ByResourceType`] replaced by what it means.
    #[must_use]
    pub fn for_resource_type(self, resource_type: Option<&str>) -> BufferFormat {
        match self {
            BufferFormat::ByResourceType { name, then, otherwise } => match resource_type {
                Some(given) if given.eq_ignore_ascii_case(name) => *then,
                _ => *otherwise,
            },
            other => other,
        }
    }
}

impl fmt::Display for BufferFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            BufferFormat::Nothing => f.write_str("none"),
            BufferFormat::Bytes => f.write_str("bytes"),
            BufferFormat::Word => f.write_str("WORD"),
            BufferFormat::Dword => f.write_str("DWORD"),
            BufferFormat::DwordOf(table) => match table.kind {
                super::Kind::Enum => write!(f, "DWORD {}", table.name),
                super::Kind::Flags => write!(f, "DWORD flags {}", table.name),
            },
            BufferFormat::QwordOf(table) => match table.kind {
                super::Kind::Enum => write!(f, "ULARGE_INTEGER {}", table.name),
                super::Kind::Flags => write!(f, "ULARGE_INTEGER flags {}", table.name),
            },
            BufferFormat::Dwords => f.write_str("array of DWORD"),
            BufferFormat::Long => f.write_str("LONG"),
            BufferFormat::Qword => f.write_str("ULARGE_INTEGER"),
            BufferFormat::LargeInteger => f.write_str("LARGE_INTEGER"),
            BufferFormat::Filetime => f.write_str("FILETIME"),
            BufferFormat::Guid => f.write_str("GUID (16 bytes)"),
            BufferFormat::Sz => f.write_str("SZ"),
            BufferFormat::MultiSz => f.write_str("MULTI_SZ"),
            BufferFormat::Names => f.write_str("SZ or several"),
            BufferFormat::SecurityDescriptor => f.write_str("SECURITY_DESCRIPTOR"),
            BufferFormat::PropertyList => f.write_str("PROPERTY_LIST"),
            BufferFormat::PropertyListOf(binary) => write!(f, "PROPERTY_LIST with binary values, each {binary}"),
            BufferFormat::PropertyFormats => f.write_str("property-format list"),
            BufferFormat::Values(list) => write!(f, "value list: {list}"),
            BufferFormat::ValuesPerDisk(list) => write!(f, "value lists, one per disk: {list}"),
            BufferFormat::Struct(name) => write!(f, "STRUCT:{name}"),
            BufferFormat::Structs(name) => write!(f, "array of STRUCT:{name}"),
            BufferFormat::ByLength(choices) => {
                for (i, (_, content)) in choices.iter().enumerate() {
                    write!(f, "{}{content}", if i == 0 { "" } else { " or " })?;
                }
                Ok(())
            }
            BufferFormat::OneOf(choices) => {
                for (i, content) in choices.iter().enumerate() {
                    write!(f, "{}{content}", if i == 0 { "" } else { " or " })?;
                }
                Ok(())
            }
            BufferFormat::ByResourceType { name, then, otherwise } => {
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
        if self.binary != BufferFormat::Bytes {
            write!(f, ", each {}", self.binary)?;
        }
        Ok(())
    }
}
