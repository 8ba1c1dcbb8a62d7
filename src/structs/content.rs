//! What a buffer holds, from what came with it: the control code, the notification, the registry type, the message
//! type. [`shape`] finds out, [`read`] reads it into a visitor; `render::json` and `render::text` show it.
//!
//! Nothing here fails: what does not fit is shown with the error and with what came before it. Reading takes time in
//! proportion to the buffer and, but for what is printed, no memory.
//!
//! ```
//! use cluscope::consts::control_codes::Family;
//! use cluscope::ndr::Semantics;
//! use cluscope::structs::{Context, shape};
//!
//! let context = Context { control_code: Some((Family::Resource, 0x0100_0029)), ..Context::default() };
//! let shape = shape(Semantics::ControlOutput(Family::Resource), 1, &context, b"I\0P\0\0\0");
//! assert_eq!(shape.name(), "SZ");
//! ```

use super::Structure;
use super::packed::{ByteCursor, lower, sz};
use super::property_list::{self, Dialect};
use super::reader::{Extent, record};
use super::records::witness::{IPADDR_INFO_LIST, RESOURCE_CHANGE};
use super::security::Descriptor;
use super::types::Record;
use super::values::{self, Slot};
use super::writer;
use crate::base::bounds;
use crate::base::error::{Error, Segment};
use crate::consts::change::CLUSTER_OBJECT_TYPE;
use crate::consts::content::BufferFormat;
use crate::consts::control_codes::{Certainty, ControlCodeFields, Family};
use crate::consts::notifications;
use crate::consts::registry::RegistryValueType;
use crate::consts::syntax::CLUSTER_PROPERTY_SYNTAX;
use crate::consts::witness::WitnessMessageType;
use crate::ndr::EncodeError;
use crate::ndr::types::{Field, Semantics, Type};
use crate::ndr::value::Value;
use crate::ndr::visitor::{At, Null, Open, Place, Visitor};
use crate::ndr::{Direction, Method, WStr, names};
use alloc::vec::Vec;

/// Whether secrets that stand in messages (passwords, tokens) are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secrets {
    /// As any other value.
    Shown,
    /// `{"secret":true}` stands for them in what a buffer holds; the bytes of the buffer, which JSON has beside that, are
    /// as they were sent.
    #[default]
    Hidden,
    /// The same, and zeros stand for them in the bytes.
    Masked,
}

/// What came with a buffer, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// `dwControlCode`, and the family of the method.
    pub control_code: Option<(Family, u32)>,
    /// `dwType`, `lpValueType` or `lpType` of a registry value.
    pub registry_type: Option<u32>,
    /// `dwObjectType` of a notification.
    pub object_type: Option<u32>,
    /// `FilterFlags` of a notification.
    pub filter_flags: Option<u64>,
    /// `MessageType` of RESP_ASYNC_NOTIFY.
    pub message_type: Option<u32>,
    /// `NumberOfMessages` of RESP_ASYNC_NOTIFY.
    pub messages: Option<u32>,
    /// Name of the resource type, for the control codes whose buffers depend on it.
    pub resource_type: Option<&'a str>,
    /// Whether the name of a registry value says that it is a secret; `None` where the name is not known.
    pub secret_value: Option<bool>,
    /// Whether secrets are printed.
    pub secrets: Secrets,
}

/// What a buffer holds.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// What to read.
    pub kind: ShapeKind,
    /// Nobody says so, but it fits exactly.
    pub guess: bool,
    /// A control code that no list has, taken apart.
    pub unknown_code: Option<ControlCodeFields>,
    /// The kind of object whose properties it holds, where it is a property list and that is known.
    pub of: Option<Family>,
    /// Whether it is a secret as a whole. Secrets in parts of it are told by what is read ([`Semantics::Opaque`]).
    pub secrecy: Secrecy,
}

/// Whether a buffer is a secret as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// It is not, as far as its declaration tells.
    None,
    /// It may be, for what would tell is not known: this.
    Possible(&'static str),
    /// It is.
    Whole,
}

/// What to read.
#[derive(Clone, Copy, Debug)]
pub enum ShapeKind {
    /// Bytes of which there is nothing to say.
    Nothing,
    /// A value of this format.
    Format(BufferFormat),
    /// A dependency expression: text with a tree beside it.
    Expression,
    /// So many messages, or to the end.
    Messages(&'static Record, Option<u32>),
}

impl Shape {
    const NOTHING: Shape =
        Shape { kind: ShapeKind::Nothing, guess: false, unknown_code: None, of: None, secrecy: Secrecy::None };

    fn of(content: BufferFormat, length: usize) -> Shape {
        let kind = match content.for_length(length) {
            BufferFormat::Bytes | BufferFormat::Nothing => ShapeKind::Nothing,
            content => ShapeKind::Format(content),
        };
        Shape { kind, ..Shape::NOTHING }
    }

    /// A value of this format.
    pub fn of_format(format: BufferFormat) -> Shape {
        Shape { kind: ShapeKind::Format(format), ..Shape::NOTHING }
    }

    /// How a property list is to be read; `None` for what is none.
    pub fn dialect(&self) -> Option<Dialect> {
        match self.kind {
            ShapeKind::Format(
                format @ (BufferFormat::PropertyList | BufferFormat::PropertyListOf(_) | BufferFormat::PropertyFormats),
            ) => Some(values::dialect(format, self.of)),
            _ => None,
        }
    }

    /// Whether there is anything to say.
    pub fn is_nothing(&self) -> bool {
        matches!(self.kind, ShapeKind::Nothing) && self.unknown_code.is_none() && self.secrecy != Secrecy::Whole
    }

    /// The format's name: of a structure its own, else `SZ`, `DWORD` …
    pub fn name(&self) -> &'static str {
        match self.kind {
            ShapeKind::Nothing => "",
            ShapeKind::Expression => "SZ",
            ShapeKind::Messages(record, _) => record.name,
            ShapeKind::Format(content) => name_of(content),
        }
    }
}

/// A format's name.
pub fn name_of(content: BufferFormat) -> &'static str {
    match content {
        BufferFormat::Nothing => "none",
        BufferFormat::Word => "WORD",
        BufferFormat::Dword | BufferFormat::DwordOf(_) | BufferFormat::Dwords => "DWORD",
        BufferFormat::Long => "LONG",
        BufferFormat::Qword | BufferFormat::QwordOf(_) => "ULARGE_INTEGER",
        BufferFormat::LargeInteger => "LARGE_INTEGER",
        BufferFormat::Filetime => "FILETIME",
        BufferFormat::Guid => "GUID",
        BufferFormat::Sz | BufferFormat::Names => "SZ",
        BufferFormat::MultiSz => "MULTI_SZ",
        BufferFormat::SecurityDescriptor => "SECURITY_DESCRIPTOR",
        BufferFormat::PropertyList | BufferFormat::PropertyListOf(_) => "PROPERTY_LIST",
        BufferFormat::PropertyFormats => "PROPERTY_FORMAT_LIST",
        BufferFormat::Values(_) => "VALUE_LIST",
        BufferFormat::ValuesPerDisk(_) => "DISK_LIST",
        BufferFormat::Struct(name) | BufferFormat::Structs(name) => name,
        _ => "bytes",
    }
}

/// Finds out what a buffer holds. `version` is the place in [`Interface::versions`](crate::ndr::Interface::versions).
pub fn shape(semantics: Semantics, version: usize, context: &Context<'_>, bytes: &[u8]) -> Shape {
    let length = bytes.len();
    match semantics.in_version(version) {
        _ if length == 0 => Shape::NOTHING,
        Semantics::PropertyList => Shape::of(BufferFormat::PropertyList, length),
        Semantics::PropertyListOf(family) => {
            Shape { of: Some(family), ..Shape::of(BufferFormat::PropertyList, length) }
        }
        Semantics::MultiSz => names(bytes),
        Semantics::SecurityDescriptor => Shape::of(BufferFormat::SecurityDescriptor, length),
        Semantics::Custom(name) => Shape::of(BufferFormat::Struct(name), length),
        Semantics::RegistryData => {
            let secrecy = match context.secret_value {
                Some(true) => Secrecy::Whole,
                Some(false) => Secrecy::None,
                None => Secrecy::Possible("the name of the value is not known"),
            };
            Shape { secrecy, ..registry(context.registry_type, bytes) }
        }
        Semantics::ControlInput(family) => control(family, context, bytes, true),
        Semantics::ControlOutput(family) => control(family, context, bytes, false),
        Semantics::NotificationBuffer => notification(context, bytes),
        Semantics::WitnessMessages => messages(context),
        _ => Shape::NOTHING,
    }
}

/// Names of properties: MULTI_SZ by the text, a property list by some clients, whose second and third unit are no
/// characters of a name.
fn names(bytes: &[u8]) -> Shape {
    let syntax = CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_NAME.0.to_le_bytes();
    let list = bytes.get(4..8) == Some(&syntax) && fits(BufferFormat::PropertyList, bytes);
    let content = match bytes {
        _ if list => BufferFormat::PropertyList,
        // All of them: a single string and no list (3.1.4.2.143).
        [b'*', 0, 0, 0] => BufferFormat::Sz,
        _ => BufferFormat::MultiSz,
    };
    Shape::of(content, bytes.len())
}

fn registry(value_type: Option<u32>, bytes: &[u8]) -> Shape {
    let Some(value_type) = value_type else { return Shape::NOTHING };
    let descriptor = || Descriptor::new(bytes).is_ok_and(|d| d.owner.is_some() || d.dacl.is_some());
    match RegistryValueType(value_type) {
        RegistryValueType::REG_BINARY if descriptor() => {
            Shape { guess: true, ..Shape::of(BufferFormat::SecurityDescriptor, bytes.len()) }
        }
        value_type => Shape::of(BufferFormat::of_registry_type(value_type), bytes.len()),
    }
}

fn control(family: Family, context: &Context<'_>, bytes: &[u8], input: bool) -> Shape {
    let Some((_, code)) = context.control_code else {
        return Shape { secrecy: Secrecy::Possible("its control code is not known"), ..Shape::NOTHING };
    };
    let Some(row) = names::control_code(family, code) else {
        return Shape {
            unknown_code: Some(ControlCodeFields::decode(code)),
            secrecy: Secrecy::Possible("its control code is in no list"),
            ..guessed(guess(bytes), bytes)
        };
    };
    let (content, secret) = if input { (row.input, row.secret_input) } else { (row.output, row.secret_output) };
    let content = one_of(content.for_resource_type(context.resource_type), bytes).for_length(bytes.len());
    let shape = match row.certainty {
        Certainty::Guess if content != BufferFormat::Bytes && fits(content, bytes) => guessed(Some(content), bytes),
        // Nobody says what it is: only what fits is told.
        Certainty::Guess => guessed(guess(bytes), bytes),
        _ => Shape::of(content, bytes.len()),
    };
    let shape = Shape { of: Some(row.family), ..shape };
    match (secret, row.certainty, content) {
        (true, ..) => Shape { secrecy: Secrecy::Whole, ..shape },
        (false, Certainty::Guess, BufferFormat::Bytes) => {
            Shape { secrecy: Secrecy::Possible("nothing is known of its format"), ..shape }
        }
        _ => shape,
    }
}

/// A format that nobody states.
fn guessed(content: Option<BufferFormat>, bytes: &[u8]) -> Shape {
    match content {
        Some(content) => Shape { guess: true, ..Shape::of(content, bytes.len()) },
        None => Shape::NOTHING,
    }
}

/// Whether the bytes are exactly of a format.
fn fits(content: BufferFormat, bytes: &[u8]) -> bool {
    values::read(Slot::top(content), ByteCursor::new(bytes), &mut Null).is_ok_and(|rest| rest.is_empty())
}

/// [`BufferFormat::OneOf`] replaced by the first of its formats that the bytes are of.
fn one_of(content: BufferFormat, bytes: &[u8]) -> BufferFormat {
    match content {
        BufferFormat::OneOf(choices) => {
            let found = choices.iter().find(|choice| fits(**choice, bytes)).or(choices.first());
            found.map_or(BufferFormat::Bytes, |choice| *choice)
        }
        other => other,
    }
}

/// What the bytes fit exactly, where nobody says what they are.
pub fn guess(bytes: &[u8]) -> Option<BufferFormat> {
    let input = ByteCursor::new(bytes);
    let all = WStr::le(bytes);
    let text = |text: WStr<'_>| text.chars().all(|c| c.is_ok_and(|c| !c.is_control())) && !text.is_empty();
    match bytes.len() {
        4 => Some(BufferFormat::Dword),
        length if length % 2 != 0 => None,
        8.. if fits(BufferFormat::PropertyList, bytes) => Some(BufferFormat::PropertyList),
        _ if lower(sz(input)).is_ok_and(|(rest, found)| rest.is_empty() && text(found)) => Some(BufferFormat::Sz),
        _ if all.multi_sz().is_some_and(|mut list| list.all(text)) => Some(BufferFormat::MultiSz),
        _ => None,
    }
}

fn notification(context: &Context<'_>, bytes: &[u8]) -> Shape {
    let unknown = Shape { secrecy: Secrecy::Possible("nothing is known of its format"), ..Shape::NOTHING };
    let (Some(kind), Some(flags)) = (context.object_type, context.filter_flags) else { return unknown };
    let Some(row) = notifications::lookup(CLUSTER_OBJECT_TYPE(kind), flags) else { return unknown };
    if row.meaning == "dependency expression" {
        return Shape { kind: ShapeKind::Expression, ..Shape::NOTHING };
    }
    let of = notifications::family(row.object_type);
    match one_of(row.buffer, bytes) {
        BufferFormat::Bytes | BufferFormat::Nothing => unknown,
        content => Shape { of, ..Shape::of(content, bytes.len()) },
    }
}

fn messages(context: &Context<'_>) -> Shape {
    let Some(kind) = context.message_type.map(WitnessMessageType) else { return Shape::NOTHING };
    let record = match kind {
        WitnessMessageType::RESOURCE_CHANGE_NOTIFICATION => &RESOURCE_CHANGE,
        WitnessMessageType::CLIENT_MOVE_NOTIFICATION
        | WitnessMessageType::SHARE_MOVE_NOTIFICATION
        | WitnessMessageType::IP_CHANGE_NOTIFICATION => &IPADDR_INFO_LIST,
        _ => return Shape::NOTHING,
    };
    Shape { kind: ShapeKind::Messages(record, context.messages), ..Shape::NOTHING }
}

/// Reads what a buffer holds; returns what is left over. `place` is [`Place::TOP`] for a buffer that stands alone.
///
/// # Errors
/// The bytes don't fit. What came before was told to the visitor.
pub fn read<'a, V: Visitor<'a> + ?Sized>(
    shape: &Shape,
    input: ByteCursor<'a>,
    place: Place<'_>,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    if shape.secrecy == Secrecy::Whole {
        visitor.bytes(place.at(Semantics::Opaque, input.range()), input.rest());
        return Ok(input.skip(input.len()));
    }
    match shape.kind {
        ShapeKind::Nothing => Ok(input.skip(input.len())),
        ShapeKind::Format(content) => match shape.dialect() {
            Some(dialect) => property_list::read(input, place, dialect, visitor),
            None => values::read(Slot::of(content, place), input, visitor),
        },
        ShapeKind::Expression => values::read(Slot::of(BufferFormat::Sz, place), input, visitor),
        ShapeKind::Messages(declaration, count) => list(declaration, count, input, place, visitor),
    }
}

fn list<'a, V: Visitor<'a> + ?Sized>(
    declaration: &'static Record,
    count: Option<u32>,
    input: ByteCursor<'a>,
    place: Place<'_>,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let open = Open::List { raw: None };
    let at = place.at(Semantics::Structure, input.range());
    visitor.begin(at, open);
    let (mut rest, mut index, mut result) = (input, 0u32, Ok(()));
    while result.is_ok() && count.map_or(!rest.is_empty(), |count| index < count) {
        let path = place.path.down(Segment::Index(index));
        let place = Place::element(place.field, index, &path);
        match record(declaration, Extent::InPlace(0), rest, place, visitor) {
            Ok(next) => (rest, index) = (next, index.saturating_add(1)),
            Err(e) => result = Err(e),
        }
    }
    visitor.end(At { len: rest.offset() - at.offset, ..at }, open);
    result.map(|()| rest)
}

/// Whether a stub of this method may hold a secret, so that what can't be read of it is not to be shown: one with a
/// secret parameter, with property lists, with the buffers of control codes or of notifications.
pub fn may_hold_secrets(method: &Method, direction: Direction, version: usize) -> bool {
    method.fields_of(direction, version).any(|field| may_be_secret(field, version, 0))
}

fn may_be_secret(field: &Field, version: usize, level: usize) -> bool {
    let semantics = field.semantics.in_version(version);
    let mut ty = &field.ty;
    while let Type::Pointer(_, inner) | Type::Array(_, inner) = ty {
        ty = inner;
    }
    matches!(
        semantics,
        Semantics::Secret
            | Semantics::PropertyList
            | Semantics::PropertyListOf(_)
            | Semantics::ControlInput(_)
            | Semantics::ControlOutput(_)
            | Semantics::NotificationBuffer
            | Semantics::RegistryData
    ) || matches!(semantics, Semantics::Custom(name) if Structure::by_name(name).is_some_and(Structure::may_hold_secrets))
        || matches!(ty, Type::Struct(declaration) if level >= bounds::CONTENT_LEVELS
            || declaration.fields.iter().any(|field| may_be_secret(field, version, level + 1)))
}

/// The formats that control codes, notifications and registry types name, for a count of what can be decoded.
pub fn is_structured(content: BufferFormat) -> bool {
    match content {
        BufferFormat::Bytes => false,
        BufferFormat::Struct(name) | BufferFormat::Structs(name) => Structure::by_name(name).is_some(),
        BufferFormat::ByLength(choices) => choices.iter().all(|(_, content)| is_structured(*content)),
        BufferFormat::OneOf(choices) => choices.iter().all(|content| is_structured(*content)),
        BufferFormat::ByResourceType { then, otherwise, .. } => is_structured(*then) && is_structured(*otherwise),
        BufferFormat::PropertyListOf(binary) => is_structured(*binary),
        BufferFormat::Values(list) | BufferFormat::ValuesPerDisk(list) => {
            list.binary == BufferFormat::Bytes || is_structured(list.binary)
        }
        _ => true,
    }
}

/// Encodes what [`read`] gave to [`Collect`](crate::ndr::value::Collect).
///
/// # Errors
/// Which value can't be represented, and why.
pub fn write(shape: &Shape, value: &Value, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    match (shape.kind, value) {
        (ShapeKind::Nothing, value) => values::write(BufferFormat::Bytes, value, out),
        (ShapeKind::Format(content), value) => match (shape.dialect(), value) {
            (Some(dialect), Value::Map(fields)) => property_list::write(fields, dialect, out),
            _ => values::write(content, value, out),
        },
        (ShapeKind::Expression, value) => values::write(BufferFormat::Sz, value, out),
        (ShapeKind::Messages(declaration, _), Value::List(list)) => {
            let message = |(i, value): (usize, &Value)| match value {
                Value::Map(fields) => {
                    writer::record(declaration, fields, out).map_err(|e| e.within(format_args!("[{i}]")))
                }
                _ => Err(EncodeError::new("not an object of a message's members").within(format_args!("[{i}]"))),
            };
            list.iter().enumerate().try_for_each(message)
        }
        (ShapeKind::Messages(..), _) => Err(EncodeError::new("not a list")),
    }
}
