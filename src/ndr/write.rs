//! The writer: the reader's mirror. Encodes [`Contents`] along a method's declaration.
//!
//! A construct's fixed part and the elements of its array are written in one piece; what its pointers lead to is put
//! off and written behind it, depth first. Referent identifiers are assigned as the common runtimes do: 0x00020000,
//! then 4 more for each pointer.

use super::EncodeError;
use super::number::{nearest, number};
use super::types::{ArrayKind, Direction, Field, Method, PointerKind, Scalar, Semantics, Struct, Type, align_up};
use super::value::{Contents, Fields, Value};
use super::visitor::ContextHandle;
use super::{Endian, Syntax};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Encodes a stub.
///
/// A parameter that holds the size of another one may be left out; it is then taken from that one. A maximum count is,
/// in this order, the one given in [`Contents::max_counts`], the value of the field that `size_is` names in the same
/// structure or stub if that is not less than the actual count, or the actual count.
///
/// # Errors
/// Names the first parameter that is missing, of the wrong kind or out of range, or that the stub does not have.
pub fn message(
    method: &'static Method,
    direction: Direction,
    version: usize,
    syntax: Syntax,
    endian: Endian,
    contents: &Contents,
) -> Result<Vec<u8>, EncodeError> {
    // Of two entries for one path the first counts.
    let max = contents.max_counts.iter().rev().map(|(path, max)| (path.as_str(), *max)).collect();
    let mut writer = Writer { out: Vec::new(), syntax, endian, referent: 0x0002_0000, max, version };
    for (name, _) in &contents.fields.0 {
        let known = method.fields_of(direction, version).any(|f| f.name == name.as_ref());
        if !known {
            let mut message = format!("{} has no such parameter in a {}", method.name, direction.name());
            let names = method.fields_of(direction, version).map(|f| f.name);
            if let Some(near) = nearest(name, names) {
                message += &format!("; did you mean {near:?}?");
            }
            return Err(EncodeError::new(message).within(name));
        }
    }
    for field in method.fields_of(direction, version) {
        let scope = Scope { fields: method.fields, values: &contents.fields };
        writer.field(field, &scope).map_err(|e| e.within(field.name))?;
    }
    Ok(writer.out)
}

/// The fields among which `size_is` and `length_is` look for their names.
#[derive(Clone, Copy)]
struct Scope<'v> {
    fields: &'static [Field],
    values: &'v Fields,
}

impl<'v> Scope<'v> {
    /// The value of a field; sizes that are not given are derived from what they count.
    fn value(&self, field: &Field) -> Result<Source<'v>, EncodeError> {
        if let Some(value) = self.values.get(field.name) {
            return Ok(Source::Given(value));
        }
        if let Type::Nothing = field.ty {
            return Ok(Source::Derived(0));
        }
        let counted = self.fields.iter().find(|f| {
            (f.size_is == Some(field.name) || f.length_is == Some(field.name)) && self.values.get(f.name).is_some()
        });
        match counted.and_then(|f| Some((f.ty, self.values.get(f.name)?))) {
            Some((ty, value)) => Ok(Source::Derived(count_of(ty, value) as u64)),
            None => Err(EncodeError::new("missing")),
        }
    }

    /// The maximum count that the field named by `size_is` tells.
    fn maximum(&self, field: &Field) -> Option<u64> {
        match self.values.get(field.size_is?) {
            Some(Value::Int(value)) => Some(*value),
            Some(Value::Text(text)) => super::number::integer(text),
            _ => None,
        }
    }
}

enum Source<'v> {
    Given(&'v Value),
    Derived(u64),
}

/// Elements that a value makes in an array of this type.
fn count_of(ty: &Type, value: &Value) -> usize {
    let wide = match ty {
        Type::Pointer(_, target) => return count_of(target, value),
        Type::Array(_, element) => matches!(element, Type::Scalar(Scalar::U16)),
        _ => false,
    };
    match value {
        Value::Bytes(bytes) if wide => bytes.len() / 2,
        Value::Bytes(bytes) => bytes.len(),
        Value::Units(units) => units.len(),
        // Strings in an array of 16-bit units are a MULTI_SZ.
        Value::List(list) if wide && !list.is_empty() => multi_sz(list).map_or(list.len(), |units| units.len()),
        Value::List(list) => list.len(),
        _ => 0,
    }
}

/// The units of a MULTI_SZ.
fn multi_sz(list: &[Value]) -> Option<Vec<u16>> {
    let mut units = Vec::new();
    for item in list {
        match item {
            Value::Text(text) => units.extend(text.encode_utf16()),
            Value::Units(more) => units.extend(more),
            _ => return None,
        }
        units.push(0);
    }
    units.push(0);
    Some(units)
}

/// A referent that is still to be written.
struct Deferred<'v> {
    field: &'static Field,
    target: &'static Type,
    value: &'v Value,
    scope: Scope<'v>,
    path: String,
}

struct Writer<'v> {
    out: Vec<u8>,
    syntax: Syntax,
    endian: Endian,
    referent: u32,
    /// Maximum counts by path.
    max: BTreeMap<&'v str, u64>,
    version: usize,
}

impl<'v> Writer<'v> {
    fn field(&mut self, field: &'static Field, scope: &Scope<'v>) -> Result<(), EncodeError> {
        match scope.value(field)? {
            Source::Given(value) => self.construct(field, field.ty, value, scope, field.name),
            Source::Derived(count) => match field.ty {
                Type::Scalar(scalar) => self.scalar(*scalar, count),
                Type::Nothing => Ok(()),
                _ => Err(EncodeError::new("missing")),
            },
        }
    }

    /// A whole construct and, behind it, what its pointers lead to.
    fn construct(
        &mut self,
        field: &'static Field,
        ty: &'static Type,
        value: &'v Value,
        scope: &Scope<'v>,
        path: &str,
    ) -> Result<(), EncodeError> {
        let mut deferred = Vec::new();
        if let Type::String = ty {
            return self.string(value, path);
        }
        if let Some((ArrayKind::Conformant | ArrayKind::ConformantVarying, _)) = ty.tail() {
            let max = self.hoisted(field, ty, value, scope, path)?;
            self.word(max);
        }
        self.inline(field, ty, value, scope, path, &mut deferred)?;
        for d in deferred {
            self.construct(d.field, d.target, d.value, &d.scope, &d.path)
                .map_err(|e| e.within(d.path.strip_prefix(path).unwrap_or(&d.path).trim_start_matches('.')))?;
        }
        Ok(())
    }

    /// The maximum count of the array that ends a construct.
    fn hoisted(
        &self,
        field: &'static Field,
        ty: &'static Type,
        value: &'v Value,
        scope: &Scope<'v>,
        path: &str,
    ) -> Result<u64, EncodeError> {
        match (ty, value) {
            (Type::Array(..), _) => {
                let actual = count_of(ty, value) as u64;
                if let Type::Array(ArrayKind::Conformant, _) = ty {
                    // Without a separate actual count the maximum is the number of elements.
                    return Ok(actual);
                }
                let given = self.max.get(path).copied();
                let told = scope.maximum(field).filter(|max| *max >= actual);
                Ok(given.or(told).unwrap_or(actual))
            }
            (Type::Struct(declaration), Value::Map(values)) => {
                let Some(last) = declaration.fields.last() else { return Ok(0) };
                let value = values.get(last.name).ok_or_else(|| EncodeError::new("missing").within(last.name))?;
                let scope = Scope { fields: declaration.fields, values };
                self.hoisted(last, last.ty, value, &scope, &format!("{path}.{}", last.name))
            }
            _ => Err(wrong(value, "a structure")),
        }
    }

    fn inline(
        &mut self,
        field: &'static Field,
        ty: &'static Type,
        value: &'v Value,
        scope: &Scope<'v>,
        path: &str,
        deferred: &mut Vec<Deferred<'v>>,
    ) -> Result<(), EncodeError> {
        match ty {
            Type::Scalar(scalar) => match value {
                Value::Int(value) => self.scalar(*scalar, *value),
                Value::Text(text) if *scalar == Scalar::U32 && address(text).is_some_and(|a| a.v4().is_some()) => {
                    let bytes = address(text).and_then(|a| a.v4()).unwrap_or_default();
                    // The bytes of an address are in network order in the memory of a little-endian machine.
                    self.scalar(Scalar::U32, u64::from(u32::from_le_bytes(bytes)))
                }
                Value::Text(_) | Value::List(_) | Value::Map(_) => {
                    let number = number(value, field.semantics.in_version(self.version))?;
                    self.scalar(*scalar, number)
                }
                _ => Err(wrong(value, "a number")),
            },
            Type::FileTime => {
                let time = match value {
                    Value::Int(_) | Value::Text(_) | Value::Map(_) => number(value, Semantics::FileTime)?,
                    _ => return Err(wrong(value, "a FILETIME as a number")),
                };
                self.scalar(Scalar::U32, time & 0xffff_ffff)?;
                self.scalar(Scalar::U32, time >> 32)
            }
            Type::Handle => match value {
                Value::Handle(handle) => self.handle(handle),
                Value::Null => self.handle(&ContextHandle::default()),
                _ => Err(wrong(value, "a context handle")),
            },
            Type::Guid => {
                let guid = match value {
                    Value::Text(text) => super::visitor::Guid::parse(text),
                    _ => None,
                };
                let guid = guid.ok_or_else(|| wrong(value, "a GUID"))?;
                self.align(4);
                self.out.extend(guid.to_wire(self.endian));
                Ok(())
            }
            Type::Pointer(kind, target) => {
                self.align(self.syntax.word());
                if *value == Value::Null {
                    if *kind == PointerKind::Ref {
                        return Err(EncodeError::new("a reference pointer can't be null"));
                    }
                    self.word(0);
                    return Ok(());
                }
                if let (PointerKind::Full, Some(id)) = (kind, value.as_alias()) {
                    self.word(id);
                    return Ok(());
                }
                let id = u64::from(self.referent);
                self.referent = self.referent.wrapping_add(4).max(4);
                self.word(id);
                deferred.push(Deferred { field, target, value, scope: *scope, path: path.to_string() });
                Ok(())
            }
            Type::Struct(declaration) => self.members(declaration, value, path, deferred),
            Type::Array(kind, element) => self.array(field, *kind, element, value, scope, path, deferred),
            Type::String => self.string(value, path),
            Type::Nothing => Ok(()),
        }
    }

    fn members(
        &mut self,
        declaration: &'static Struct,
        value: &'v Value,
        path: &str,
        deferred: &mut Vec<Deferred<'v>>,
    ) -> Result<(), EncodeError> {
        let Value::Map(values) = value else { return Err(wrong(value, "a structure")) };
        for (name, _) in &values.0 {
            if !declaration.fields.iter().any(|f| f.name == name.as_ref()) {
                let mut message = format!("{} has no such member", declaration.name);
                if let Some(near) = nearest(name, declaration.fields.iter().map(|f| f.name)) {
                    message += &format!("; did you mean {near:?}?");
                }
                return Err(EncodeError::new(message).within(name));
            }
        }
        let layout = Type::Struct(declaration).layout(self.syntax);
        self.align(layout.align);
        let scope = Scope { fields: declaration.fields, values };
        for member in declaration.fields {
            let path = format!("{path}.{}", member.name);
            match scope.value(member).map_err(|e| e.within(member.name))? {
                Source::Given(value) => self.inline(member, member.ty, value, &scope, &path, deferred),
                Source::Derived(count) => match member.ty {
                    Type::Scalar(scalar) => self.scalar(*scalar, count),
                    _ => Err(EncodeError::new("missing")),
                },
            }
            .map_err(|e| e.within(member.name))?;
        }
        if self.syntax == Syntax::Ndr64 {
            self.align(layout.align);
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    fn array(
        &mut self,
        field: &'static Field,
        kind: ArrayKind,
        element: &'static Type,
        value: &'v Value,
        scope: &Scope<'v>,
        path: &str,
        deferred: &mut Vec<Deferred<'v>>,
    ) -> Result<(), EncodeError> {
        let n = count_of(&Type::Array(kind, element), value) as u64;
        if let ArrayKind::Varying(_) | ArrayKind::ConformantVarying = kind {
            self.word(0);
            self.word(n);
        }
        if n > 0 {
            self.align(element.layout(self.syntax).align);
        }
        let start = self.out.len();
        match (element, value) {
            (Type::Scalar(Scalar::U8), Value::Bytes(bytes)) => self.out.extend(bytes),
            (Type::Scalar(Scalar::U16), Value::Units(units)) => self.units(units.iter().copied()),
            (Type::Scalar(Scalar::U16), Value::Bytes(bytes)) if bytes.len() % 2 == 0 => {
                self.units(bytes.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])));
            }
            (Type::Scalar(Scalar::U16), Value::Text(text)) => match (address(text), kind) {
                (Some(Address::V6(bytes)), ArrayKind::Fixed(8)) => {
                    self.units(bytes.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])));
                }
                (_, ArrayKind::Fixed(n)) => {
                    let mut units: Vec<u16> = text.encode_utf16().collect();
                    if units.len() > n as usize {
                        return Err(EncodeError::new(format!("longer than {n} units")));
                    }
                    units.resize(n as usize, 0);
                    self.units(units.into_iter());
                }
                _ => return Err(wrong(value, "an array")),
            },
            (Type::Scalar(Scalar::U16), Value::List(list)) if !list.is_empty() => match multi_sz(list) {
                Some(units) => self.units(units.into_iter()),
                None => self.list(field, element, list, scope, path, deferred)?,
            },
            (_, Value::List(list)) => self.list(field, element, list, scope, path, deferred)?,
            _ => return Err(wrong(value, "an array")),
        }
        if let ArrayKind::Fixed(n) = kind {
            let size = Type::Array(kind, element).layout(self.syntax).size;
            if self.out.len() - start != size {
                return Err(EncodeError::new(format!("not {n} elements")));
            }
        }
        Ok(())
    }

    fn list(
        &mut self,
        field: &'static Field,
        element: &'static Type,
        list: &'v [Value],
        scope: &Scope<'v>,
        path: &str,
        deferred: &mut Vec<Deferred<'v>>,
    ) -> Result<(), EncodeError> {
        for (i, item) in list.iter().enumerate() {
            self.align(element.layout(self.syntax).align);
            let step = format!("[{i}]");
            let path = format!("{path}{step}");
            self.inline(field, element, item, scope, &path, deferred).map_err(|e| e.within(&step))?;
        }
        Ok(())
    }

    fn string(&mut self, value: &Value, path: &str) -> Result<(), EncodeError> {
        let units: Vec<u16> = match value {
            Value::Text(text) => text.encode_utf16().collect(),
            Value::Units(units) => units.clone(),
            _ => return Err(wrong(value, "a string")),
        };
        let n = units.len() as u64 + 1;
        let max = self.max.get(path).copied().unwrap_or(n);
        self.word(max);
        self.word(0);
        self.word(n);
        self.units(units.into_iter().chain([0]));
        Ok(())
    }

    fn handle(&mut self, handle: &ContextHandle) -> Result<(), EncodeError> {
        self.scalar(Scalar::U32, u64::from(handle.attributes))?;
        self.out.extend(handle.uuid.to_wire(self.endian));
        Ok(())
    }

    fn units(&mut self, units: impl Iterator<Item = u16>) {
        for unit in units {
            self.out.extend(match self.endian {
                Endian::Little => unit.to_le_bytes(),
                Endian::Big => unit.to_be_bytes(),
            });
        }
    }

    fn align(&mut self, align: usize) {
        self.out.resize(align_up(self.out.len(), align), 0);
    }

    fn word(&mut self, value: u64) {
        self.put(self.syntax.word(), value);
    }

    fn put(&mut self, size: usize, value: u64) {
        self.align(size);
        match self.endian {
            Endian::Little => self.out.extend(value.to_le_bytes().iter().take(size)),
            Endian::Big => self.out.extend(value.to_be_bytes().iter().skip(8 - size)),
        }
    }

    fn scalar(&mut self, scalar: Scalar, value: u64) -> Result<(), EncodeError> {
        let size = scalar.size(self.syntax);
        let bits = size as u32 * 8;
        let fits = match scalar {
            Scalar::I32 => i32::try_from(value as i64).is_ok(),
            _ => bits == 64 || value >> bits == 0,
        };
        if !fits {
            return Err(EncodeError::new(format!("{} does not fit into {}", value as i64, scalar.name())));
        }
        self.put(size, value);
        Ok(())
    }
}

/// An address as text, in wire bytes.
enum Address {
    V4([u8; 4]),
    V6([u8; 16]),
}

impl Address {
    fn v4(&self) -> Option<[u8; 4]> {
        match self {
            Address::V4(bytes) => Some(*bytes),
            Address::V6(_) => None,
        }
    }
}

fn address(text: &str) -> Option<Address> {
    Some(match text.parse().ok()? {
        core::net::IpAddr::V4(a) => Address::V4(a.octets()),
        core::net::IpAddr::V6(a) => Address::V6(a.octets()),
    })
}

#[cold]
fn wrong(value: &Value, expected: &str) -> EncodeError {
    EncodeError::new(format!("{} where {expected} is needed", super::number::kind(value)))
}
