//! What a value means beyond its wire type.

use crate::consts::Constants;
use crate::consts::control_codes::Family;

/// What a value means beyond its wire type; the words are those of the specification's tables.
#[derive(Clone, Copy, Debug)]
pub enum Semantics {
    /// A plain number.
    Number,
    /// A number of objects or units.
    Count,
    /// Grows by one with each change.
    Counter,
    /// A length in characters or bytes.
    Length,
    /// A position in a list, from 0.
    Index,
    /// Bytes.
    Bytes,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Hundredths.
    Percent,
    /// Seconds since 1970-01-01 UTC.
    UnixTime,
    /// 0 or 1.
    Bool,
    /// Must be this value.
    Const(u32),
    /// Must be 0 or is ignored.
    Reserved,
    /// A value of the caller's own, handed back as it came.
    Opaque,
    /// One of these values.
    Enum(&'static Constants),
    /// A combination of these bits.
    Flags(&'static Constants),
    /// A combination of bits whose names depend on the `dwObjectType` before it.
    NotifyFlags,
    /// A Win32 error code or an HRESULT.
    Win32,
    /// Status of the call itself, set by the RPC runtime.
    RpcStatus,
    /// A context handle of the type that the IDL names.
    Handle,
    /// Text.
    Text,
    /// Text that is a secret: a password.
    Secret,
    /// Text that is a dependency expression, a tree of names (3.1.4.2.109).
    DependencyExpression,
    /// Text: the name of a registry value, which may say that the value is a secret.
    ValueName,
    /// Strings, each with its terminator, and a terminator behind them.
    MultiSz,
    /// 100 ns since 1601.
    FileTime,
    /// How many bytes or elements the named field has.
    Size(&'static str),
    /// How many the caller can take in the named field.
    Capacity(&'static str),
    /// How many the named field would have needed.
    Required(&'static str),
    /// A structure whose declaration says the rest.
    Structure,
    /// PROPERTY_LIST (2.2.3.10).
    PropertyList,
    /// PROPERTY_LIST of an object of this kind.
    PropertyListOf(Family),
    /// Bytes of a registry value of the type given beside it.
    RegistryData,
    /// A custom-marshalled structure, by name.
    Custom(&'static str),
    /// A self-relative security descriptor (MS-DTYP 2.4.6).
    SecurityDescriptor,
    /// A control code of this family.
    ControlCode(Family),
    /// The input buffer of a control code of this family.
    ControlInput(Family),
    /// The output buffer of a control code of this family.
    ControlOutput(Family),
    /// The buffer of a notification, by object type and filter flag.
    NotificationBuffer,
    /// IPv4 address, bytes in network order.
    Ipv4,
    /// IPv6 address, bytes in network order.
    Ipv6,
    /// The messages of WitnessrAsyncNotify, by message type.
    WitnessMessages,
    /// The explicit binding handle.
    Binding,
    /// A list of objects whose kinds are bits of this mask.
    Kinds(&'static Constants),
    /// The kind of object that an ENUM_ENTRY names: one bit of the mask that the list's parameter gives.
    ObjectKind,
    /// One meaning in the first version of the interface, another one in the second.
    ByVersion(&'static [Semantics; 2]),
}

impl Semantics {
    /// The meaning in the version at this place in [`Interface::versions`](super::Interface::versions).
    pub const fn in_version(self, version: usize) -> Semantics {
        match self {
            Semantics::ByVersion([first, second]) => {
                if version == 0 {
                    *first
                } else {
                    *second
                }
            }
            semantics => semantics,
        }
    }
}
