//! The view of a value that callbacks are handed, and the numbers in it.

use crate::convert::{cluscope_bytes, cluscope_text};
use cluscope::ndr::{Overhead, Semantics};

/// What a `cluscope_value` tells of.
#[allow(non_camel_case_types)]
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum cluscope_event {
    /// A value.
    CLUSCOPE_EVENT_VALUE = 1,
    /// Something begins that holds others; they follow, one deeper, up to its end.
    CLUSCOPE_EVENT_BEGIN = 2,
    /// It ends. Each beginning has its end, also where an error ends the stub.
    CLUSCOPE_EVENT_END = 3,
    /// Bytes that are no values; told only with `CLUSCOPE_OPTION_OVERHEAD`.
    CLUSCOPE_EVENT_OVERHEAD = 4,
    /// What could be read but breaks a rule of the specification: `name` is the rule's, `text` says it, `section` is where it
    /// is written, `number` the value in question.
    CLUSCOPE_EVENT_DIAGNOSTIC = 5,
    /// What a buffer holds can't be read to its end: `text` says why, `offset` where. What stood before it was told.
    CLUSCOPE_EVENT_BUFFER_ERROR = 6,
}

/// Of which kind a value is, or what it is that begins or ends.
#[allow(non_camel_case_types)]
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum cluscope_kind {
    /// No value.
    CLUSCOPE_KIND_NONE = 0,
    /// An unsigned integer, in `number`.
    CLUSCOPE_KIND_UINT = 1,
    /// A signed integer: `number` as an `int64_t`.
    CLUSCOPE_KIND_INT = 2,
    /// 0 or 1 in `number`: whether a mark is there.
    CLUSCOPE_KIND_BOOL = 3,
    /// Intervals of 100 ns since 1601-01-01 UTC in `number`; the time as text.
    CLUSCOPE_KIND_FILETIME = 4,
    /// A context handle: its attributes in `number`, its UUID as 16 bytes and as text.
    CLUSCOPE_KIND_HANDLE = 5,
    /// A GUID: 16 bytes as in a little-endian stub, and text.
    CLUSCOPE_KIND_GUID = 6,
    /// Text, as UTF-8 and as its bytes in the stub without the terminator.
    CLUSCOPE_KIND_TEXT = 7,
    /// 16-bit units, as bytes. Where they are a text, `text` is what stands before the first null unit; where they are a
    /// MULTI_SZ, its strings, each but the last followed by a null byte.
    CLUSCOPE_KIND_UNITS = 8,
    /// Bytes; of a security descriptor also, as text in the Security Descriptor Definition Language, what can be read of it.
    CLUSCOPE_KIND_BYTES = 9,
    /// An IPv4 address: 4 bytes in network order, and text.
    CLUSCOPE_KIND_IPV4 = 10,
    /// An IPv6 address: 16 bytes in network order, and text.
    CLUSCOPE_KIND_IPV6 = 11,
    /// A null pointer.
    CLUSCOPE_KIND_NULL = 12,
    /// A full pointer to what was told before; its referent identifier in `number`.
    CLUSCOPE_KIND_ALIAS = 13,
    /// A structure of a stub; its name in `type`.
    CLUSCOPE_KIND_STRUCT = 14,
    /// A structure of a buffer; its name in `type`.
    CLUSCOPE_KIND_RECORD = 15,
    /// An array or list.
    CLUSCOPE_KIND_LIST = 16,
}

/// What a value means beyond its kind; the words are those of the specification's tables.
#[allow(non_camel_case_types)]
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum cluscope_meaning {
    /// A plain number.
    CLUSCOPE_MEANING_NUMBER = 0,
    /// A number of objects or units.
    CLUSCOPE_MEANING_COUNT = 1,
    /// Grows by one with each change.
    CLUSCOPE_MEANING_COUNTER = 2,
    /// A length in characters or bytes.
    CLUSCOPE_MEANING_LENGTH = 3,
    /// A position in a list, from 0.
    CLUSCOPE_MEANING_INDEX = 4,
    /// Bytes, or a number of bytes.
    CLUSCOPE_MEANING_BYTES = 5,
    /// Milliseconds.
    CLUSCOPE_MEANING_MILLISECONDS = 6,
    /// Seconds.
    CLUSCOPE_MEANING_SECONDS = 7,
    /// Minutes.
    CLUSCOPE_MEANING_MINUTES = 8,
    /// Hours.
    CLUSCOPE_MEANING_HOURS = 9,
    /// Hundredths.
    CLUSCOPE_MEANING_PERCENT = 10,
    /// Seconds since 1970-01-01 UTC.
    CLUSCOPE_MEANING_UNIX_TIME = 11,
    /// 0 or 1.
    CLUSCOPE_MEANING_BOOL = 12,
    /// Must be one certain value.
    CLUSCOPE_MEANING_CONST = 13,
    /// Must be 0 or is ignored.
    CLUSCOPE_MEANING_RESERVED = 14,
    /// A value of the caller's own; of text and bytes: a secret, or what may be one.
    CLUSCOPE_MEANING_OPAQUE = 15,
    /// One of the values of `table`.
    CLUSCOPE_MEANING_ENUM = 16,
    /// A combination of the bits of `table`.
    CLUSCOPE_MEANING_FLAGS = 17,
    /// A combination of bits whose names depend on an object type that is not known here.
    CLUSCOPE_MEANING_NOTIFY_FLAGS = 18,
    /// A Win32 error code or an HRESULT.
    CLUSCOPE_MEANING_STATUS = 19,
    /// Status of the call itself, set by the RPC runtime.
    CLUSCOPE_MEANING_RPC_STATUS = 20,
    /// A context handle; its type in `type`.
    CLUSCOPE_MEANING_HANDLE = 21,
    /// Text.
    CLUSCOPE_MEANING_TEXT = 22,
    /// Text that is a secret: a password.
    CLUSCOPE_MEANING_SECRET = 23,
    /// Text that is a dependency expression (3.1.4.2.109).
    CLUSCOPE_MEANING_DEPENDENCY_EXPRESSION = 24,
    /// Text: the name of a registry value.
    CLUSCOPE_MEANING_VALUE_NAME = 25,
    /// Strings, each with its terminator, and a terminator behind them.
    CLUSCOPE_MEANING_MULTI_SZ = 26,
    /// 100 ns since 1601.
    CLUSCOPE_MEANING_FILETIME = 27,
    /// How many bytes or elements another field has.
    CLUSCOPE_MEANING_SIZE = 28,
    /// How many the caller can take in another field.
    CLUSCOPE_MEANING_CAPACITY = 29,
    /// How many another field would have needed.
    CLUSCOPE_MEANING_REQUIRED = 30,
    /// A structure whose declaration says the rest.
    CLUSCOPE_MEANING_STRUCTURE = 31,
    /// PROPERTY_LIST (2.2.3.10).
    CLUSCOPE_MEANING_PROPERTY_LIST = 32,
    /// Bytes of a registry value of the type given beside it.
    CLUSCOPE_MEANING_REGISTRY_DATA = 33,
    /// A custom-marshalled structure.
    CLUSCOPE_MEANING_CUSTOM = 34,
    /// A self-relative security descriptor (MS-DTYP 2.4.6).
    CLUSCOPE_MEANING_SECURITY_DESCRIPTOR = 35,
    /// A control code.
    CLUSCOPE_MEANING_CONTROL_CODE = 36,
    /// The input buffer of a control code.
    CLUSCOPE_MEANING_CONTROL_INPUT = 37,
    /// The output buffer of a control code.
    CLUSCOPE_MEANING_CONTROL_OUTPUT = 38,
    /// The buffer of a notification.
    CLUSCOPE_MEANING_NOTIFICATION_BUFFER = 39,
    /// IPv4 address, bytes in network order.
    CLUSCOPE_MEANING_IPV4 = 40,
    /// IPv6 address, bytes in network order.
    CLUSCOPE_MEANING_IPV6 = 41,
    /// The messages of WitnessrAsyncNotify.
    CLUSCOPE_MEANING_WITNESS_MESSAGES = 42,
    /// The explicit binding handle.
    CLUSCOPE_MEANING_BINDING = 43,
    /// A list of objects whose kinds are bits of a mask.
    CLUSCOPE_MEANING_KINDS = 44,
    /// The kind of an object of such a list, where the mask is not known.
    CLUSCOPE_MEANING_OBJECT_KIND = 45,
}

impl From<Semantics> for cluscope_meaning {
    fn from(semantics: Semantics) -> Self {
        use cluscope_meaning::*;
        match semantics {
            Semantics::Number => CLUSCOPE_MEANING_NUMBER,
            Semantics::Count => CLUSCOPE_MEANING_COUNT,
            Semantics::Counter => CLUSCOPE_MEANING_COUNTER,
            Semantics::Length => CLUSCOPE_MEANING_LENGTH,
            Semantics::Index => CLUSCOPE_MEANING_INDEX,
            Semantics::Bytes => CLUSCOPE_MEANING_BYTES,
            Semantics::Milliseconds => CLUSCOPE_MEANING_MILLISECONDS,
            Semantics::Seconds => CLUSCOPE_MEANING_SECONDS,
            Semantics::Minutes => CLUSCOPE_MEANING_MINUTES,
            Semantics::Hours => CLUSCOPE_MEANING_HOURS,
            Semantics::Percent => CLUSCOPE_MEANING_PERCENT,
            Semantics::UnixTime => CLUSCOPE_MEANING_UNIX_TIME,
            Semantics::Bool => CLUSCOPE_MEANING_BOOL,
            Semantics::Const(_) => CLUSCOPE_MEANING_CONST,
            Semantics::Reserved => CLUSCOPE_MEANING_RESERVED,
            Semantics::Opaque => CLUSCOPE_MEANING_OPAQUE,
            Semantics::Enum(_) => CLUSCOPE_MEANING_ENUM,
            Semantics::Flags(_) => CLUSCOPE_MEANING_FLAGS,
            Semantics::NotifyFlags => CLUSCOPE_MEANING_NOTIFY_FLAGS,
            Semantics::Win32 => CLUSCOPE_MEANING_STATUS,
            Semantics::RpcStatus => CLUSCOPE_MEANING_RPC_STATUS,
            Semantics::Handle => CLUSCOPE_MEANING_HANDLE,
            Semantics::Text => CLUSCOPE_MEANING_TEXT,
            Semantics::Secret => CLUSCOPE_MEANING_SECRET,
            Semantics::DependencyExpression => CLUSCOPE_MEANING_DEPENDENCY_EXPRESSION,
            Semantics::ValueName => CLUSCOPE_MEANING_VALUE_NAME,
            Semantics::MultiSz => CLUSCOPE_MEANING_MULTI_SZ,
            Semantics::FileTime => CLUSCOPE_MEANING_FILETIME,
            Semantics::Size(_) => CLUSCOPE_MEANING_SIZE,
            Semantics::Capacity(_) => CLUSCOPE_MEANING_CAPACITY,
            Semantics::Required(_) => CLUSCOPE_MEANING_REQUIRED,
            Semantics::Structure => CLUSCOPE_MEANING_STRUCTURE,
            Semantics::PropertyList | Semantics::PropertyListOf(_) => CLUSCOPE_MEANING_PROPERTY_LIST,
            Semantics::RegistryData => CLUSCOPE_MEANING_REGISTRY_DATA,
            Semantics::Custom(_) => CLUSCOPE_MEANING_CUSTOM,
            Semantics::SecurityDescriptor => CLUSCOPE_MEANING_SECURITY_DESCRIPTOR,
            Semantics::ControlCode(_) => CLUSCOPE_MEANING_CONTROL_CODE,
            Semantics::ControlInput(_) => CLUSCOPE_MEANING_CONTROL_INPUT,
            Semantics::ControlOutput(_) => CLUSCOPE_MEANING_CONTROL_OUTPUT,
            Semantics::NotificationBuffer => CLUSCOPE_MEANING_NOTIFICATION_BUFFER,
            Semantics::Ipv4 => CLUSCOPE_MEANING_IPV4,
            Semantics::Ipv6 => CLUSCOPE_MEANING_IPV6,
            Semantics::WitnessMessages => CLUSCOPE_MEANING_WITNESS_MESSAGES,
            Semantics::Binding => CLUSCOPE_MEANING_BINDING,
            Semantics::Kinds(_) => CLUSCOPE_MEANING_KINDS,
            Semantics::ObjectKind => CLUSCOPE_MEANING_OBJECT_KIND,
            // Values are told in the meaning of their version, declarations are asked for one.
            Semantics::ByVersion([first, _]) => cluscope_meaning::from(*first),
        }
    }
}

/// What part a value has in a list of properties or values.
#[allow(non_camel_case_types)]
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum cluscope_role {
    /// None of these.
    CLUSCOPE_ROLE_NONE = 0,
    /// The name of a property.
    CLUSCOPE_ROLE_PROPERTY_NAME = 1,
    /// The type that stands before a value.
    CLUSCOPE_ROLE_PROPERTY_SYNTAX = 2,
    /// A value, or what begins or ends is one.
    CLUSCOPE_ROLE_PROPERTY_VALUE = 3,
}

/// What bytes are that are no values.
#[allow(non_camel_case_types)]
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum cluscope_overhead {
    /// None: the event is another one.
    CLUSCOPE_OVERHEAD_NONE = 0,
    /// An alignment gap, or the padding behind a structure or value.
    CLUSCOPE_OVERHEAD_PADDING = 1,
    /// The referent identifier of a pointer that is not null, in `number`.
    CLUSCOPE_OVERHEAD_REFERENT = 2,
    /// The maximum count of an array or string, in `number`.
    CLUSCOPE_OVERHEAD_MAXIMUM_COUNT = 3,
    /// The offset of a varying array or string, in `number`.
    CLUSCOPE_OVERHEAD_OFFSET = 4,
    /// The actual count of a varying array or string, in `number`.
    CLUSCOPE_OVERHEAD_ACTUAL_COUNT = 5,
    /// The type that stands before a value of a property or value list, in `number`.
    CLUSCOPE_OVERHEAD_SYNTAX = 6,
    /// The length in bytes of the value behind it, in `number`.
    CLUSCOPE_OVERHEAD_LENGTH = 7,
    /// The mark that ends a list.
    CLUSCOPE_OVERHEAD_END_MARK = 8,
    /// Bytes behind a structure or a stub that nothing declares.
    CLUSCOPE_OVERHEAD_TRAILING = 9,
    /// Bytes that could not be read because of an error before them.
    CLUSCOPE_OVERHEAD_UNREAD = 10,
}

impl From<Overhead> for cluscope_overhead {
    fn from(overhead: Overhead) -> Self {
        use cluscope_overhead::*;
        match overhead {
            Overhead::Padding => CLUSCOPE_OVERHEAD_PADDING,
            Overhead::Referent(_) => CLUSCOPE_OVERHEAD_REFERENT,
            Overhead::MaximumCount(_) => CLUSCOPE_OVERHEAD_MAXIMUM_COUNT,
            Overhead::Offset(_) => CLUSCOPE_OVERHEAD_OFFSET,
            Overhead::ActualCount(_) => CLUSCOPE_OVERHEAD_ACTUAL_COUNT,
            Overhead::Syntax(_) => CLUSCOPE_OVERHEAD_SYNTAX,
            Overhead::Length(_) => CLUSCOPE_OVERHEAD_LENGTH,
            Overhead::EndMark => CLUSCOPE_OVERHEAD_END_MARK,
            Overhead::Trailing => CLUSCOPE_OVERHEAD_TRAILING,
            Overhead::Unread => CLUSCOPE_OVERHEAD_UNREAD,
            // One that this version does not know yet: bytes that are no value.
            _ => CLUSCOPE_OVERHEAD_PADDING,
        }
    }
}

/// An enumeration, bit mask or list of codes with its names: see `cluscope_tables`. It lives as long as the program.
#[allow(non_camel_case_types)]
#[derive(Debug)]
pub struct cluscope_table {
    _never: (),
}

/// A value of a stub, or where something begins or ends. All of it is lent: it may be used until the callback returns,
/// `bytes` as long as the stub. A field that says nothing about an event is 0, empty or null.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct cluscope_value {
    /// Bytes of this structure; a library that is newer than the header has more of them.
    pub size: u32,
    /// A `cluscope_event`.
    pub event: u32,
    /// A `cluscope_kind`.
    pub kind: u32,
    /// A `cluscope_meaning`.
    pub meaning: u32,
    /// A `cluscope_role`.
    pub role: u32,
    /// A `cluscope_overhead`.
    pub overhead: u32,
    /// How deep the value stands: 1 for a parameter.
    pub depth: u32,
    /// Bits of an integer as it was sent: 8, 16, 32 or 64.
    pub bits: u32,
    /// Place in its array or list, from 0; -1 for what is no element.
    pub index: i64,
    /// First byte in the stub; inside buffers too.
    pub offset: usize,
    /// Bytes of the value itself: a string's terminator is included; counts, and what a pointer leads to, are not.
    pub length: usize,
    /// An integer or time, or what the event says.
    pub number: u64,
    /// The path: `ReturnEnum.Entry[3].Name`.
    pub path: cluscope_text,
    /// Name of the parameter or member in the specification; of an element that of its array.
    pub field: cluscope_text,
    /// Where that is declared: the name of the structure, or of the method for a parameter.
    pub container: cluscope_text,
    /// The type in the IDL (`DWORD`, `HRES_RPC`); of a structure its name.
    pub r#type: cluscope_text,
    /// Text as UTF-8. An unpaired surrogate is shown as U+FFFD, and `ill_formed` says so.
    pub text: cluscope_text,
    /// The name of an integer, or the names of its bits with ` | ` between them; bits without one as a hexadecimal number.
    pub name: cluscope_text,
    /// The name of the property that this is in.
    pub property: cluscope_text,
    /// The section of a broken rule.
    pub section: cluscope_text,
    /// The bytes of text, units, bytes, GUIDs and addresses, or of the buffer that begins.
    pub bytes: cluscope_bytes,
    /// The names that the integer can have; null where there are none.
    pub table: *const cluscope_table,
    /// Not 0 for a secret, or what may be one. With `CLUSCOPE_OPTION_HIDE_SECRETS` text and bytes are left out of it.
    pub secret: u8,
    /// Not 0 for text that is no well-formed UTF-16.
    pub ill_formed: u8,
    /// 0.
    pub reserved: [u8; 6],
}

impl cluscope_value {
    /// Says nothing.
    pub(crate) const EMPTY: cluscope_value = cluscope_value {
        size: size_of::<cluscope_value>() as u32,
        event: 0,
        kind: 0,
        meaning: 0,
        role: 0,
        overhead: 0,
        depth: 0,
        bits: 0,
        index: -1,
        offset: 0,
        length: 0,
        number: 0,
        path: cluscope_text::of(""),
        field: cluscope_text::of(""),
        container: cluscope_text::of(""),
        r#type: cluscope_text::of(""),
        text: cluscope_text::of(""),
        name: cluscope_text::of(""),
        property: cluscope_text::of(""),
        section: cluscope_text::of(""),
        bytes: cluscope_bytes::NONE,
        table: std::ptr::null(),
        secret: 0,
        ill_formed: 0,
        reserved: [0; 6],
    };
}
