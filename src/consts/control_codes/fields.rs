//! The bit fields of a control code (3.1.4.3), laid out as [`ControlCodeBits`](super::ControlCodeBits) has them.

use core::fmt;

use super::Family;

/// A control code taken apart. Every 32-bit number can be; [`ControlCodeFields::encode`] puts it together again.
///
/// | bits | field |
/// | --- | --- |
/// | 31 to 24 | kind of object |
/// | 23 | global |
/// | 22 | modifies: a 3.0 server asks for the All access level |
/// | 21 | defined by a user (a resource DLL), not by the cluster service |
/// | 20 | internal to the cluster service |
/// | 19 to 2 | function |
/// | 1, 0 | write, read |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ControlCodeFields {
    /// Kind of object, 1 to 8: see [`ControlCodeFields::family`]. A few codes have another than their family's.
    pub object: u8,
    /// Concerns all nodes.
    pub global: bool,
    /// Modifies something.
    pub modify: bool,
    /// Defined by a resource DLL.
    pub user: bool,
    /// Internal to the cluster service.
    pub internal: bool,
    /// Function number, 18 bits.
    pub function: u32,
    /// The two access bits. Informative: they don't decide about the access level.
    pub access: AccessBits,
}

/// The access bits of a control code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccessBits {
    /// Neither bit.
    Any,
    /// `CLUSCTL_ACCESS_READ`.
    Read,
    /// `CLUSCTL_ACCESS_WRITE`.
    Write,
    /// Both bits.
    ReadWrite,
}

impl AccessBits {
    /// `"any"`, `"read"`, `"write"` or `"read, write"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            AccessBits::Any => "any",
            AccessBits::Read => "read",
            AccessBits::Write => "write",
            AccessBits::ReadWrite => "read, write",
        }
    }
}

impl ControlCodeFields {
    /// Takes a control code apart.
    pub const fn decode(code: u32) -> Self {
        ControlCodeFields {
            object: (code >> 24) as u8,
            global: code & (1 << 23) != 0,
            modify: code & (1 << 22) != 0,
            user: code & (1 << 21) != 0,
            internal: code & (1 << 20) != 0,
            function: (code >> 2) & 0x3_FFFF,
            access: match code & 3 {
                0 => AccessBits::Any,
                1 => AccessBits::Read,
                2 => AccessBits::Write,
                _ => AccessBits::ReadWrite,
            },
        }
    }

    /// The control code with these fields; the function number is cut to its 18 bits.
    pub const fn encode(self) -> u32 {
        (self.object as u32) << 24
            | (self.global as u32) << 23
            | (self.modify as u32) << 22
            | (self.user as u32) << 21
            | (self.internal as u32) << 20
            | (self.function & 0x3_FFFF) << 2
            | match self.access {
                AccessBits::Any => 0,
                AccessBits::Read => 1,
                AccessBits::Write => 2,
                AccessBits::ReadWrite => 3,
            }
    }

    /// The family whose object byte this is.
    pub fn family(self) -> Option<Family> {
        Family::ALL.into_iter().find(|family| family.object() == self.object)
    }
}

impl fmt::Display for ControlCodeFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.family() {
            Some(family) => write!(f, "{family}")?,
            None => write!(f, "object {}", self.object)?,
        }
        write!(f, ", function {:#x}, {}", self.function, self.access.as_str())?;
        let bits = [(self.global, "global"), (self.modify, "modify"), (self.user, "user"), (self.internal, "internal")];
        for (_, name) in bits.iter().filter(|(set, _)| *set) {
            write!(f, ", {name}")?;
        }
        Ok(())
    }
}
