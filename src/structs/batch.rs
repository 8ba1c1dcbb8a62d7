//! CLUSTER_REG_BATCH_UPDATE (2.2.3.17): registry updates, read requests with their answers, and batch notifications:
//! a version, then commands to the end of the buffer, each on an even offset.
//!
//! [`Batch`] is the view for embedders; [`read`] and [`write`](fn@write) are its way to a visitor and back.

use super::packed::{self, ByteCursor, Parsed, lift, lower};
use super::reader::whole_text;
use super::rules::{self, broken, in_path};
use super::values::{self, Slot};
use super::writer::{integer, number_of, text_or_bytes};
use crate::base::error::{Error, ErrorKind, Segment};
use crate::consts::Constant;
use crate::consts::content::BufferFormat;
use crate::consts::properties;
use crate::consts::registry::{CLUSTER_REG_BATCH_COMMAND as CommandType, RegBatchControlValue, RegistryValueType};
use crate::ndr::EncodeError;
use crate::ndr::WStr;
use crate::ndr::types::{Field, Scalar, Semantics};
use crate::ndr::value::{Fields, Value};
use crate::ndr::visitor::{At, FieldPath, Item, Open, Overhead, Place, Visitor};
use alloc::format;
use alloc::vec::Vec;
use core::ops::Range;

pub(crate) static VERSION_NUMBER: Field = Field::of_buffer("VersionNumber", Semantics::Const(1));
/// The commands.
pub static COMMANDS: Field = Field::of_buffer("commands", Semantics::Structure);
/// What a command does.
pub static COMMAND_TYPE: Field = Field::of_buffer("CommandType", Semantics::Enum(CommandType::TABLE));
/// The type of its data.
pub static VALUE_TYPE: Field = Field::of_buffer("ValueType", Semantics::Enum(RegistryValueType::TABLE));
/// A name.
pub static NAME: Field = Field::of_buffer("Name", Semantics::Text);
/// Its data.
pub static DATA: Field = Field::of_buffer("Data", Semantics::Bytes);

/// A batch, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// Version of the structure, 1.
    pub version: u32,
    body: ByteCursor<'a>,
}

impl<'a> Batch<'a> {
    /// Reads the version.
    ///
    /// # Errors
    /// Fewer than four bytes.
    pub fn new(buffer: &'a [u8]) -> Result<Self, Error> {
        let (body, version) = lower(packed::u32(ByteCursor::new(buffer)))?;
        Ok(Batch { version, body })
    }

    /// The commands, ending with the first error.
    pub fn commands(&self) -> impl Iterator<Item = Result<Command<'a>, Error>> + use<'a> {
        let mut at = Some(self.body);
        core::iter::from_fn(move || {
            let rest = at.filter(|rest| !rest.is_empty())?;
            Some(match lower(command(rest)) {
                Ok((next, command)) => {
                    at = Some(next);
                    Ok(command)
                }
                Err(e) => {
                    at = None;
                    Err(e)
                }
            })
        })
    }
}

/// A command, borrowed (2.2.3.17.1).
#[derive(Clone, Copy, Debug)]
pub struct Command<'a> {
    /// What to do.
    pub command: CommandType,
    /// Type of the value; a status code in the answer to a read that failed.
    pub value_type: u32,
    name: ByteCursor<'a>,
    data: ByteCursor<'a>,
    padded: bool,
}

impl<'a> Command<'a> {
    /// Name of the key or value, up to its terminator.
    pub fn name(&self) -> WStr<'a> {
        WStr::le(self.name.rest()).until_nul()
    }

    /// The data, without padding.
    pub fn data(&self) -> &'a [u8] {
        self.data.rest()
    }

    /// Whether the name says that the data are a secret: see [`crate::consts::secrets`].
    pub fn is_secret(&self) -> bool {
        properties::is_secret(self.name().units())
    }

    /// The format of the data.
    pub fn content(&self) -> BufferFormat {
        data_of(self.command, self.value_type)
    }
}

/// The format of a command's data.
fn data_of(command: CommandType, value_type: u32) -> BufferFormat {
    match command {
        CommandType::CLUSREG_READ_ERROR => BufferFormat::Bytes,
        CommandType::CLUSREG_CONTROL_COMMAND => BufferFormat::DwordOf(RegBatchControlValue::TABLE),
        _ => content_of(value_type),
    }
}

/// The format of a registry value of this type.
pub fn content_of(value_type: u32) -> BufferFormat {
    BufferFormat::of_registry_type(RegistryValueType(value_type))
}

/// A command and the padding behind it.
fn command(input: ByteCursor<'_>) -> Parsed<'_, Command<'_>> {
    let (rest, (command, value_type)) = nom::Parser::parse(&mut (packed::u32, packed::u32), input)?;
    let (names, length) = packed::u32(rest)?;
    if length % 2 != 0 {
        let kind = ErrorKind::Value { value: u64::from(length), expected: "an even NameLength" };
        return lift(Err(Error {
            path: crate::base::error::Path::of("NameLength"),
            ..Error::new(rest.offset(), kind)
        }));
    }
    let (name, rest) = lift(names.split_claimed(u64::from(length), "NameLength"))?;
    let (rest, length) = packed::u32(rest)?;
    let (data, rest) = lift(rest.split_claimed(u64::from(length), "DataLength"))?;
    let padded = data.len() % 2 == 0 || !rest.is_empty();
    let rest = rest.skip(data.len() % 2);
    Ok((rest, Command { command: CommandType(command), value_type, name, data, padded }))
}

/// Reads a batch to the end of the buffer.
///
/// # Errors
/// A length that is not there or can't be. The commands before it are in the visitor.
pub fn read<'a, V: Visitor<'a> + ?Sized>(
    input: ByteCursor<'a>,
    place: Place<'_>,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let open = Open::Record { name: "CLUSTER_REG_BATCH_UPDATE", variant: None };
    let at = place.at(Semantics::Structure, input.range());
    visitor.begin(at, open);
    let result = batch(input, place.path, visitor);
    visitor.end(at, open);
    result
}

fn batch<'a, V: Visitor<'a> + ?Sized>(
    input: ByteCursor<'a>,
    path: &FieldPath<'_>,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let parent = path;
    let path = parent.down(Segment::Name(VERSION_NUMBER.name));
    let (mut rest, version) = lower(packed::u32(input)).map_err(|e| in_path(e, &path))?;
    let at = Place::member(&VERSION_NUMBER, &path).at(VERSION_NUMBER.semantics, input.range_to(&rest));
    visitor.scalar(at, Scalar::U32, u64::from(version));
    if version != 1 {
        let rule = &rules::NOT_THE_CONSTANT;
        visitor.diagnostic(broken(&path, input.offset(), rule, u64::from(version), Some(1)));
    }
    let path = parent.down(Segment::Name(COMMANDS.name));
    let open = Open::List { raw: None };
    let at = Place::member(&COMMANDS, &path).at(Semantics::Structure, rest.range());
    visitor.begin(at, open);
    let mut result = Ok(());
    for index in 0u32.. {
        if rest.is_empty() {
            break;
        }
        let path = path.down(Segment::Index(index));
        match one(rest, Place::element(&COMMANDS, index, &path), visitor) {
            Ok(next) => rest = next,
            Err(e) => {
                result = Err(e);
                break;
            }
        }
    }
    visitor.end(at, open);
    result.map(|()| rest)
}

/// Reads a command; returns what is behind it and its padding.
///
/// # Errors
/// As for [`read`].
pub fn one<'a, V: Visitor<'a> + ?Sized>(
    input: ByteCursor<'a>,
    place: Place<'_>,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let open = Open::Record { name: "BATCH_UPDATE_COMMAND", variant: None };
    let at = place.at(Semantics::Structure, input.range());
    visitor.begin(at, open);
    let result = match lower(command(input)) {
        Ok((rest, command)) => {
            members(&command, input.range_to(&rest), place.path, visitor);
            Ok(rest)
        }
        Err(e) => {
            partial(input, place.path, visitor);
            let mut path = place.path.to_path();
            e.path.segments().iter().for_each(|step| path.push(*step));
            Err(Error { path, ..e })
        }
    };
    let len = result.as_ref().map_or(at.len, |rest| rest.offset().saturating_sub(at.offset));
    visitor.end(At { len, ..at }, open);
    result
}

/// The first two members, which stand at this offset.
fn head<'a, V: Visitor<'a> + ?Sized>(
    command: CommandType,
    value_type: u32,
    offset: usize,
    path: &FieldPath<'_>,
    visitor: &mut V,
) {
    let step = path.down(Segment::Name(COMMAND_TYPE.name));
    let at = Place::member(&COMMAND_TYPE, &step).at(COMMAND_TYPE.semantics, offset..offset + 4);
    visitor.scalar(at, Scalar::U32, command.value());
    let semantics = match command {
        CommandType::CLUSREG_READ_ERROR => Semantics::Win32,
        _ => VALUE_TYPE.semantics,
    };
    let step = path.down(Segment::Name(VALUE_TYPE.name));
    let at = Place::member(&VALUE_TYPE, &step).at(semantics, offset + 4..offset + 8);
    visitor.scalar(at, Scalar::U32, u64::from(value_type));
}

/// What can be read of a command that is not all there.
fn partial<'a, V: Visitor<'a> + ?Sized>(input: ByteCursor<'a>, path: &FieldPath<'_>, visitor: &mut V) {
    let Ok((rest, (command, value_type))) = nom::Parser::parse(&mut (packed::u32, packed::u32), input) else { return };
    head(CommandType(command), value_type, input.offset(), path, visitor);
    let name = packed::u32(rest).ok().and_then(|(rest, length)| rest.split_claimed(u64::from(length), "").ok());
    if let Some((name, _)) = name {
        let text = WStr::le(name.rest()).until_nul();
        let step = path.down(Segment::Name(NAME.name));
        visitor.string(Place::member(&NAME, &step).at(Semantics::Text, name.range()), text);
        visitor.failed_in(text);
    }
}

/// The members of a command that takes the bytes of this range, padding included.
fn members<'a, V: Visitor<'a> + ?Sized>(
    command: &Command<'a>,
    range: Range<usize>,
    path: &FieldPath<'_>,
    visitor: &mut V,
) {
    let (name, data) = (command.name, command.data);
    head(command.command, command.value_type, range.start, path, visitor);
    if visitor.wants_overhead() {
        visitor.overhead(name.offset() - 4..name.offset(), Overhead::Length(name.len() as u64));
    }
    let (text, raw, rule) = whole_text(name.rest());
    let step = path.down(Segment::Name(NAME.name));
    if let Some(rule) = rule {
        let rule = if name.is_empty() { &rules::NAME_LENGTH } else { rule };
        visitor.diagnostic(broken(&step, name.offset(), rule, name.len() as u64, None));
    }
    let at = Place::member(&NAME, &step).at(Semantics::Text, name.range());
    match raw {
        None => visitor.string(at, text),
        Some(raw) => visitor.irregular(at, Item::Text(text), raw),
    }
    if !command.padded {
        visitor.diagnostic(broken(path, data.range().end, &rules::PADDING_MISSING, data.len() as u64, None));
    }
    if visitor.wants_overhead() {
        visitor.overhead(data.offset() - 4..data.offset(), Overhead::Length(data.len() as u64));
    }
    let step = path.down(Segment::Name(DATA.name));
    let place = Place::member(&DATA, &step);
    if command.is_secret() {
        visitor.bytes(place.at(Semantics::Opaque, data.range()), data.rest());
    } else {
        values::read_bytes(Slot::of(command.content(), place), data, visitor);
    }
    if visitor.wants_overhead() && data.range().end < range.end {
        visitor.overhead(data.range().end..range.end, Overhead::Padding);
    }
}

/// Encodes a batch.
///
/// # Errors
/// Which command can't be represented, and why.
pub fn write(fields: &Fields, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let version = match fields.get("VersionNumber") {
        Some(value) => integer(value, Scalar::U32).map_err(|e| e.within("VersionNumber"))?,
        None => 1,
    };
    out.extend((version as u32).to_le_bytes());
    let list = match fields.get("commands") {
        Some(Value::List(list)) => list,
        Some(_) => return Err(EncodeError::new("not a list").within("commands")),
        None => return Err(EncodeError::new("missing").within("commands")),
    };
    for (i, value) in list.iter().enumerate() {
        let written = match value {
            Value::Map(fields) => write_one(fields, out),
            _ => Err(EncodeError::new("not an object of a command's members")),
        };
        written.map_err(|e| e.within(format_args!("[{i}]")).within("commands"))?;
    }
    Ok(())
}

/// Encodes a command.
///
/// # Errors
/// Which member is missing or can't be represented, and why.
pub fn write_one(fields: &Fields, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let number = |field: &'static Field, semantics: Semantics| {
        let value = fields.get(field.name).ok_or_else(|| EncodeError::new("missing").within(field.name))?;
        number_of(value, semantics, Scalar::U32).map(|n| n as u32).map_err(|e| e.within(field.name))
    };
    let command = number(&COMMAND_TYPE, COMMAND_TYPE.semantics)?;
    let value_type = match CommandType(command) {
        CommandType::CLUSREG_READ_ERROR => number(&VALUE_TYPE, Semantics::Win32)?,
        _ => number(&VALUE_TYPE, VALUE_TYPE.semantics)?,
    };
    let name = fields.get("Name").ok_or_else(|| EncodeError::new("missing").within("Name"))?;
    let name = text_or_bytes(name).map_err(|e| e.within("Name"))?;
    if name.len() % 2 != 0 {
        return Err(EncodeError::new("half a code unit").within("Name"));
    }
    let mut data = Vec::new();
    match fields.get("Data") {
        None | Some(Value::Null) => {}
        // Bytes, or a value of the type that the command names.
        Some(value) => {
            values::write(data_of(CommandType(command), value_type), value, &mut data).map_err(|e| e.within("Data"))?
        }
    }
    let length = |bytes: &[u8], name: &str| {
        u32::try_from(bytes.len())
            .map_err(|_| EncodeError::new(format!("{} bytes are too many", bytes.len())).within(name))
    };
    out.extend(command.to_le_bytes());
    out.extend(value_type.to_le_bytes());
    out.extend(length(&name, "Name")?.to_le_bytes());
    out.extend(&name);
    out.extend(length(&data, "Data")?.to_le_bytes());
    out.extend(&data);
    out.extend([0u8; 1].iter().take(data.len() % 2));
    Ok(())
}
