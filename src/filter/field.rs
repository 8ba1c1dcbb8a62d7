//! The fields that an expression can name, and their types.

/// What values a field has, and so what it can be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Text; compares without case.
    Text,
    /// A number.
    Number,
    /// A span of time, with its unit.
    Duration,
    /// A status code, as a number or by name.
    Status,
    /// An address, with or without port.
    Address,
    /// Nothing: it holds or it doesn't, and is not compared.
    Flag,
}

impl Type {
    /// What a literal of this type looks like, for error messages.
    pub const fn expected(self) -> &'static str {
        match self {
            Type::Text => "text in quotes, or a word",
            Type::Number => "a number",
            Type::Duration => "a duration with its unit: 10ms, 1.5s, 200us",
            Type::Status => "a status: a number or a name such as ERROR_ACCESS_DENIED",
            Type::Flag => "nothing: it holds by itself",
            Type::Address => "an address: 192.0.2.1, 192.0.2.1:49664, 2001:db8::1 or [2001:db8::1]:49664",
        }
    }
}

/// A field of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Name of the method.
    Method,
    /// Operation number.
    Opnum,
    /// `clusapi` or `witness`.
    Interface,
    /// Version of the interface.
    Version,
    /// Sender.
    Src,
    /// Receiver.
    Dst,
    /// Sender or receiver.
    Addr,
    /// User of the association.
    User,
    /// What a response or fault came to.
    Status,
    /// From request to response.
    Latency,
    /// Names of the objects whose handles the call uses.
    Object,
    /// Kinds of those objects.
    Kind,
    /// PDU type.
    Type,
    /// `request` or `response`.
    Direction,
    /// Number of the stream.
    Stream,
    /// Call id.
    CallId,
    /// Frame number.
    Frame,
    /// Every string among the parameters.
    Text,
    /// Every name of a number among the parameters and in their buffers; other names of the same number, too.
    Value,
    /// The call failed: a fault, or a status of an error ([`is_error`](crate::analysis::calls::is_error)).
    Failed,
    /// The call was answered late ([`SLOW`]), and does not wait by design.
    Slow,
    /// The call was answered, but what it came to is sealed or can't be decoded.
    Unknown,
}

/// Nanoseconds from which on an answer is late: half a second. In a cluster at rest answers take milliseconds.
pub const SLOW: i64 = 500_000_000;

impl Field {
    /// All fields with their names and types.
    pub const ALL: [(&'static str, Field, Type); 22] = [
        ("method", Field::Method, Type::Text),
        ("opnum", Field::Opnum, Type::Number),
        ("interface", Field::Interface, Type::Text),
        ("version", Field::Version, Type::Text),
        ("src", Field::Src, Type::Address),
        ("dst", Field::Dst, Type::Address),
        ("addr", Field::Addr, Type::Address),
        ("user", Field::User, Type::Text),
        ("status", Field::Status, Type::Status),
        ("latency", Field::Latency, Type::Duration),
        ("object", Field::Object, Type::Text),
        ("kind", Field::Kind, Type::Text),
        ("type", Field::Type, Type::Text),
        ("direction", Field::Direction, Type::Text),
        ("stream", Field::Stream, Type::Number),
        ("call_id", Field::CallId, Type::Number),
        ("frame", Field::Frame, Type::Number),
        ("text", Field::Text, Type::Text),
        ("value", Field::Value, Type::Text),
        ("failed", Field::Failed, Type::Flag),
        ("slow", Field::Slow, Type::Flag),
        ("unknown", Field::Unknown, Type::Flag),
    ];

    /// The field of this name, with its type.
    pub fn find(name: &str) -> Option<(Field, Type)> {
        Field::ALL.iter().find(|(n, ..)| *n == name).map(|(_, field, ty)| (*field, *ty))
    }

    /// Whether one message can have several values of it. `!=` then says that none of them is equal; of a field with
    /// one value, that there is a value and it differs.
    pub const fn many(self) -> bool {
        matches!(self, Field::Addr | Field::Object | Field::Kind | Field::Text | Field::Value)
    }
}
