//! Test vectors: valid messages of any method with their bytes. Edge cases come first, then what a seed makes.
//!
//! Values keep every rule of the declarations: sizes agree with what they count, ranges and constants hold, handles that go
//! in are not null, buffers hold what they are said to hold. So whatever decodes a vector with a diagnostic is wrong.

use super::template;
use crate::base::Guid;
use crate::base::error::{Path, Segment};
use crate::consts::control_codes::Family;
use crate::consts::registry::RegistryValueType;
use crate::consts::witness::WitnessMessageType;
use crate::consts::{Constant, Constants};
use crate::idl::structures::RESP_ASYNC_NOTIFY;
use crate::ndr::types::{ArrayKind, Field, PointerKind, Scalar, Semantics, Type};
use crate::ndr::value::{Collect, Contents, Fields, Value};
use crate::ndr::visitor::{At, ContextHandle, Visitor};
use crate::ndr::wire::{Kind, Message};
use crate::ndr::{Direction, Method, write};
use crate::render::json::buffers;
use crate::structs::{Structure, security};
use std::borrow::Cow;

/// What a vector is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// Null pointers, empty lists and texts, zeros.
    Least,
    /// No pointer is null; lists of two.
    Full,
    /// Long lists, buffers and texts; the largest numbers.
    Extremes,
    /// Text beyond the Basic Multilingual Plane: surrogate pairs.
    Surrogates,
    /// Full pointers that lead to what another one leads to; without such like [`Case::Full`], with other numbers.
    Aliases,
    /// Whatever the seed says.
    Random,
}

impl Case {
    /// In the order in which they come.
    pub const EDGES: [Case; 5] = [Case::Least, Case::Full, Case::Extremes, Case::Surrogates, Case::Aliases];

    /// The case of the vector with this number.
    pub fn of(number: u64) -> Case {
        let known = usize::try_from(number).ok().and_then(|number| Case::EDGES.get(number));
        known.copied().unwrap_or(Case::Random)
    }

    /// Its name, a part of a vector's id.
    pub const fn name(self) -> &'static str {
        match self {
            Case::Least => "least",
            Case::Full => "full",
            Case::Extremes => "extremes",
            Case::Surrogates => "surrogates",
            Case::Aliases => "aliases",
            Case::Random => "random",
        }
    }
}

/// Elements of a list that is long, and units of a text: more than a byte counts.
const LONG: usize = 300;

/// Elements of a long list of structures.
const MANY: usize = 40;

/// The values of a vector; the same numbers give the same ones.
pub fn contents(method: &'static Method, kind: Kind, case: Case, seed: u64) -> Contents {
    let mut seed = seed ^ u64::from(method.opnum) << 32 ^ (kind.version as u64) << 48;
    if kind.direction == Direction::Response {
        seed = !seed;
    }
    let mut maker = Maker { case, direction: kind.direction, version: kind.version, state: seed, kinds: None };
    let fields: Vec<_> = method.fields_of(kind.direction, kind.version).collect();
    let mut contents = Contents { fields: maker.members(&fields), max_counts: Vec::new() };
    if case == Case::Aliases {
        alias(method, kind, &mut contents);
    }
    mend(method, kind, &mut contents);
    contents
}

/// Rules of an interface's own that values can break one behind the other.
const ROUNDS: usize = 4;

/// Text that breaks no rule: neither empty nor null, and an address where one has to be.
pub(super) const ADDRESS: &str = "192.0.2.1";

/// Changes parameters that break a rule of the interface's own, which their types do not tell.
fn mend(method: &'static Method, kind: Kind, contents: &mut Contents) {
    for _ in 0..ROUNDS {
        let Ok(bytes) = encode(method, kind, contents) else { return };
        let mut read = Collect::default();
        if Message::decode_with(method, kind, &bytes, &mut read).is_err() || read.diagnostics.is_empty() {
            return;
        }
        for diagnostic in read.diagnostics {
            let [Segment::Name(name)] = diagnostic.path.segments() else { continue };
            let value = match contents.fields.get(name) {
                Some(Value::Null | Value::Text(_)) => ADDRESS.into(),
                Some(Value::Handle(_)) => {
                    let mut guid = Guid::default();
                    if let Some(last) = guid.0.last_mut() {
                        *last = 1;
                    }
                    Value::Handle(ContextHandle { attributes: 0, uuid: guid })
                }
                Some(Value::Int(_)) => Value::Int(diagnostic.expected.unwrap_or(0)),
                _ => continue,
            };
            contents.fields.set(*name, value);
        }
    }
}

/// Encodes a vector.
///
/// # Errors
/// The values don't fit their declaration, which would be a mistake of this module.
pub fn encode(method: &'static Method, kind: Kind, contents: &Contents) -> Result<Vec<u8>, crate::ndr::EncodeError> {
    write::message(method, kind.direction, kind.version, kind.syntax, kind.endian, contents)
}

struct Maker {
    case: Case,
    direction: Direction,
    version: usize,
    state: u64,
    /// The mask that names the entries of the list that is being made.
    kinds: Option<&'static Constants>,
}

impl Maker {
    /// The next number (SplitMix64).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next().checked_rem(n).unwrap_or(0)
    }

    fn members(&mut self, fields: &[&'static Field]) -> Fields {
        let mut values = Fields::default();
        let counting: Vec<&str> = fields.iter().flat_map(|field| [field.size_is, field.length_is]).flatten().collect();
        for field in fields {
            // The writer counts.
            if matches!(field.ty, Type::Nothing) || counting.contains(&field.name) {
                continue;
            }
            let size = fields.iter().find(|size| field.size_is == Some(size.name));
            let range = size.and_then(|size| size.range.filter(|_| size.range_versions.contains(self.version)));
            if let Semantics::Kinds(table) = field.semantics.in_version(self.version) {
                self.kinds = Some(table);
            }
            let value = self.value(field, field.ty, range);
            values.0.push((Cow::Borrowed(field.name), value));
        }
        values
    }

    /// A value; of an array, with as many elements as this range allows.
    fn value(&mut self, field: &'static Field, ty: &'static Type, range: Option<(u32, u32)>) -> Value {
        let semantics = field.semantics.in_version(self.version);
        match ty {
            Type::Scalar(scalar) => Value::Int(self.scalar(field, *scalar, semantics)),
            Type::FileTime => Value::Int(match self.case {
                Case::Least => 0,
                Case::Extremes => u64::MAX,
                _ => 0x01d8_0000_0000_0000 | self.below(1 << 48),
            }),
            Type::Handle => Value::Handle(self.handle()),
            Type::Guid => Value::Text(self.handle().uuid.to_string()),
            Type::String => Value::Text(self.text(LONG)),
            Type::Nothing => Value::Null,
            Type::Pointer(kind, target) => {
                let must = *kind == PointerKind::Ref || range.is_some_and(|(low, _)| low > 0);
                let null = match self.case {
                    Case::Least => true,
                    Case::Random => self.below(4) == 0,
                    _ => false,
                };
                if null && !must { Value::Null } else { self.value(field, target, range) }
            }
            Type::Struct(declaration) => {
                let fields: Vec<_> = declaration.fields.iter().collect();
                Value::Map(self.members(&fields))
            }
            Type::Array(kind, element) => self.array(field, *kind, element, range),
        }
    }

    /// How many elements, within a range.
    fn length(&mut self, most: usize, range: Option<(u32, u32)>) -> usize {
        let n = match self.case {
            Case::Least => 0,
            Case::Full | Case::Surrogates | Case::Aliases => 2,
            Case::Extremes => most,
            Case::Random => self.below(6) as usize,
        };
        match range {
            Some((low, high)) => n.clamp(low as usize, (high as usize).max(low as usize)),
            None => n,
        }
    }

    fn array(
        &mut self,
        field: &'static Field,
        kind: ArrayKind,
        element: &'static Type,
        range: Option<(u32, u32)>,
    ) -> Value {
        let semantics = field.semantics.in_version(self.version);
        let most = if let Type::Scalar(_) = element { LONG } else { MANY };
        let n = match kind {
            ArrayKind::Fixed(n) => n as usize,
            ArrayKind::Varying(n) => self.length(most, range).min(n as usize),
            ArrayKind::Conformant | ArrayKind::ConformantVarying => self.length(most, range),
        };
        match (element, semantics) {
            (Type::Scalar(Scalar::U8), _) => Value::Bytes(self.buffer(semantics, n)),
            (Type::Scalar(Scalar::U16), Semantics::Ipv6) => {
                Value::Text(core::net::Ipv6Addr::from(u128::from(self.next()) << 16 | 0x2001_0db8 << 96).to_string())
            }
            (Type::Scalar(Scalar::U16), Semantics::MultiSz) => {
                let n = n.min(MANY);
                Value::List((0..n).map(|_| Value::Text(self.text(8) + "x")).collect())
            }
            (Type::Scalar(Scalar::U16), _) if matches!(kind, ArrayKind::Fixed(_)) => {
                // Room for the terminator.
                let mut text = self.text(n);
                while text.encode_utf16().count() >= n {
                    text.pop();
                }
                Value::Text(text)
            }
            // Text of a caller that counts, with its terminator.
            (Type::Scalar(Scalar::U16), _) => {
                let mut units: Vec<u16> = self.text(n.max(1)).encode_utf16().take(n.saturating_sub(1)).collect();
                if let Some(0xd800..=0xdbff) = units.last() {
                    units.pop();
                }
                units.resize(n, 0);
                Value::Units(units)
            }
            _ => Value::List((0..n).map(|_| self.value(field, element, None)).collect()),
        }
    }

    fn scalar(&mut self, field: &Field, scalar: Scalar, semantics: Semantics) -> u64 {
        let mask: u64 = match scalar {
            Scalar::U8 => 0xff,
            Scalar::Enum16 => 0x7fff,
            Scalar::U16 => 0xffff,
            // A DWORD_PTR has 4 bytes in NDR.
            Scalar::U32 | Scalar::UintPtr => 0xffff_ffff,
            Scalar::I32 => 0x7fff_ffff,
            Scalar::U64 => u64::MAX,
            Scalar::I64 => u64::MAX >> 1,
        };
        let plain = match self.case {
            Case::Least => 0,
            Case::Extremes => mask,
            _ => self.next() & mask & 0xffff,
        };
        let value = match semantics {
            Semantics::Const(value) => u64::from(value),
            Semantics::Enum(table) if core::ptr::eq(table, RegistryValueType::TABLE) => {
                RegistryValueType::REG_SZ.value()
            }
            Semantics::Enum(table) if core::ptr::eq(table, WitnessMessageType::TABLE) => {
                WitnessMessageType::RESOURCE_CHANGE_NOTIFICATION.value()
            }
            Semantics::Enum(table) => self.member(table),
            Semantics::Flags(table) => match self.case {
                Case::Least => 0,
                Case::Extremes => table.members.iter().fold(0, |bits, member| bits | member.value) & mask,
                _ => self.member(table) | self.member(table),
            },
            Semantics::ObjectKind => self.kinds.map_or(1, |table| self.member(table)),
            // Without an event there is no buffer.
            Semantics::NotifyFlags | Semantics::Reserved => 0,
            Semantics::Bool => u64::from(self.case != Case::Least),
            Semantics::Win32 | Semantics::RpcStatus => 0,
            Semantics::ControlCode(family) => self.control_code(family),
            Semantics::Count if field.id == RESP_ASYNC_NOTIFY::NumberOfMessages => u64::from(self.case != Case::Least),
            _ => plain,
        };
        match field.range {
            Some((low, high)) if field.range_versions.contains(self.version) => {
                value.clamp(u64::from(low), u64::from(high))
            }
            _ => value,
        }
    }

    fn member(&mut self, table: &Constants) -> u64 {
        let last = table.members.len().saturating_sub(1);
        let at = match self.case {
            Case::Least => 0,
            Case::Extremes => last,
            _ => self.below(table.members.len() as u64) as usize,
        };
        table.members.get(at).map_or(0, |member| member.value)
    }

    fn control_code(&mut self, family: Family) -> u64 {
        let codes = family.codes();
        let at = if self.case == Case::Least { 0 } else { self.below(codes.len() as u64) as usize };
        codes.get(at).map_or(0, |code| u64::from(code.value))
    }

    fn handle(&mut self) -> ContextHandle {
        let mut bytes = [0; 16];
        for (slot, byte) in bytes.iter_mut().zip(self.next().to_le_bytes().into_iter().chain(self.next().to_le_bytes()))
        {
            *slot = byte;
        }
        if let Some(last) = bytes.last_mut() {
            *last |= 1;
        }
        match (self.case, self.direction) {
            // A call that opens nothing.
            (Case::Least, Direction::Response) => ContextHandle::default(),
            _ => ContextHandle { attributes: 0, uuid: Guid(bytes) },
        }
    }

    /// Text of so many units at most.
    fn text(&mut self, most: usize) -> String {
        let n = self.length(most.saturating_sub(1), None).min(most.saturating_sub(1));
        let pick = |maker: &mut Maker| match maker.case {
            Case::Surrogates => ['\u{1f600}', '\u{10ffff}', '\u{10000}'][maker.below(3) as usize],
            Case::Random => ['a', 'Z', '7', '\\', ' ', 'ü', '名', '\u{1f600}'][maker.below(8) as usize],
            _ => char::from(b'a' + maker.below(26) as u8),
        };
        let mut text = String::new();
        for _ in 0..n {
            text.push(pick(self));
        }
        while text.encode_utf16().count() > most.saturating_sub(1) {
            text.pop();
        }
        text
    }

    /// A buffer that holds what its declaration says; where that says nothing, so many bytes.
    fn buffer(&mut self, semantics: Semantics, n: usize) -> Vec<u8> {
        let least = self.case == Case::Least;
        let structure = |name: &str| {
            let line = template::structure(name).and_then(|line| line.as_object().cloned());
            // Members whose keys are comments are no members.
            let line = line.and_then(|line| {
                crate::render::json::strict::object(&serde_json::Value::Object(line).to_string()).ok()
            });
            line.and_then(|line| buffers::encode(&line, None).ok()).unwrap_or_default()
        };
        let text = |text: &str| text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        match semantics {
            _ if least && n == 0 => Vec::new(),
            Semantics::PropertyList => structure("PROPERTY_LIST"),
            Semantics::Custom(name) if Structure::by_name(name).is_some() => structure(name),
            Semantics::SecurityDescriptor => security::parse("O:BAG:SYD:(A;;GA;;;BA)").unwrap_or_default(),
            Semantics::WitnessMessages => structure("RESOURCE_CHANGE"),
            Semantics::MultiSz => {
                let mut bytes: Vec<u8> = text(&self.text(9));
                bytes.extend([0, 0]);
                if bytes.len() == 4 { Vec::from([0, 0]) } else { bytes }
            }
            Semantics::RegistryData => text(&self.text(n.max(2))),
            _ => (0..n).map(|_| self.next() as u8).collect(),
        }
    }
}

/// Puts an alias in the place of the last full pointer that leads to the same as an earlier one could.
fn alias(method: &'static Method, kind: Kind, contents: &mut Contents) {
    struct Pointers(Vec<(Path, &'static str, u64)>);
    impl<'a> Visitor<'a> for Pointers {
        fn wants_diagnostics(&self) -> bool {
            false
        }
        fn wants_overhead(&self) -> bool {
            true
        }
        fn pointer(&mut self, at: At<'_>, referent: u64) {
            if let (Type::Pointer(PointerKind::Full, _), 1..) = (at.field.ty, referent) {
                self.0.push((at.path.to_path(), at.field.name, referent));
            }
        }
    }
    let Ok(bytes) = encode(method, kind, contents) else { return };
    let mut found = Pointers(Vec::new());
    if Message::decode_with(method, kind, &bytes, &mut found).is_err() {
        return;
    }
    let Some((path, name, _)) = found.0.last() else { return };
    let first = found.0.iter().find(|(other, known, _)| known == name && other.segments() != path.segments());
    if let Some((_, _, referent)) = first
        && let Some(slot) = place(&mut contents.fields, path.segments())
    {
        *slot = Value::alias(*referent);
    }
}

/// The value at a path.
fn place<'f>(fields: &'f mut Fields, path: &[Segment]) -> Option<&'f mut Value> {
    let (Segment::Name(first), mut rest) = path.split_first()? else { return None };
    let mut value = &mut fields.0.iter_mut().find(|(name, _)| name == first)?.1;
    while let Some((step, behind)) = rest.split_first() {
        value = match (step, value) {
            (Segment::Name(step), Value::Map(fields)) => &mut fields.0.iter_mut().find(|(name, _)| name == step)?.1,
            (Segment::Index(index), Value::List(list)) => list.get_mut(*index as usize)?,
            _ => return None,
        };
        rest = behind;
    }
    Some(value)
}
