//! Values of any declaration, made from bytes: the same bytes make the same values.

use cluscope::internals::ndr::types::{ArrayKind, Field, Scalar, Semantics, Type};
use cluscope::internals::ndr::value::{Contents, Fields};
use cluscope::internals::ndr::visitor::{ContextHandle, Guid};
use cluscope::internals::ndr::{Direction, Method, Value};

/// Bytes that decide. When they are used up everything is zero, so that every input makes values and values end.
#[derive(Clone, Debug)]
pub struct Source<'d> {
    rest: &'d [u8],
    style: Style,
}

/// What text is made of, and how often extremes come up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// Anything, ill-formed text and terminators inside it too.
    Any,
    /// Printable ASCII.
    Plain,
    /// Well-formed text of all planes without control characters; many extremes of numbers and lengths.
    Edges,
}

/// Lengths at which encodings and buffers change their minds.
const LENGTHS: [usize; 8] = [0, 1, 2, 255, 256, 1023, 4096, 9000];

impl<'d> Source<'d> {
    /// Over these bytes.
    pub fn new(bytes: &'d [u8]) -> Self {
        Source { rest: bytes, style: Style::Any }
    }

    /// The same; all text is printable ASCII.
    pub fn plain(bytes: &'d [u8]) -> Self {
        Source { rest: bytes, style: Style::Plain }
    }

    /// The same; text is well-formed, of all planes and without control characters, and extremes are frequent: numbers
    /// with all bits or only the highest one set, empty and long strings and buffers. Needs many bytes.
    pub fn edges(bytes: &'d [u8]) -> Self {
        Source { rest: bytes, style: Style::Edges }
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        match self.rest.split_first() {
            Some((&first, rest)) => {
                self.rest = rest;
                first
            }
            None => 0,
        }
    }

    /// A number of so many bytes, little-endian.
    pub fn number(&mut self, bytes: usize) -> u64 {
        (0..bytes.min(8)).fold(0, |n, i| n | u64::from(self.byte()) << (8 * i))
    }

    /// A number below `limit`; 0 if that is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.number(2) as usize).checked_rem(limit).unwrap_or(0)
    }

    /// Yes once in `n`.
    pub fn once_in(&mut self, n: u8) -> bool {
        self.byte() % n == 1 % n
    }

    fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.byte()).collect()
    }

    /// How many elements or units something gets: mostly few.
    fn length(&mut self, longest: usize) -> usize {
        if self.style == Style::Edges && self.once_in(8) {
            let pick = usize::from(self.byte());
            // The long ones are rare: they are slow.
            let pick = if pick < 16 { pick % 8 } else { pick % 3 };
            return LENGTHS.get(pick).copied().unwrap_or(0).min(longest);
        }
        let length = match self.byte() {
            0..=223 => self.below(6),
            224..=250 => self.below(40),
            _ => self.below(600),
        };
        match self.style {
            // Hundreds of zeroes, once the bytes are used up, are slow and show nothing that a few don't.
            Style::Any => length.min(self.rest.len() + 8),
            Style::Plain | Style::Edges => length,
        }
    }
}

impl crate::arbitrary::Chance for Source<'_> {
    fn bytes_of_number(&mut self, bytes: usize) -> u64 {
        self.number(bytes)
    }
}

/// Bytes that look random, from a seed (SplitMix64).
pub fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed;
    let mut out = Vec::with_capacity(len + 8);
    while out.len() < len {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        out.extend_from_slice(&(z ^ (z >> 31)).to_le_bytes());
    }
    out.truncate(len);
    out
}

/// Values for all parameters of a stub, which break no rule: sizes agree with what they count, ranges and constants are
/// kept, handles that go in are not null.
pub fn contents(method: &'static Method, direction: Direction, version: usize, source: &mut Source<'_>) -> Contents {
    let mut maker = Maker { source, version, direction, max_counts: Vec::new() };
    let present = |f: &&Field| f.flow.travels(direction) && f.versions.contains(version);
    let fields: Vec<&'static Field> = method.fields.iter().filter(present).collect();
    let fields = maker.fields(&fields, "");
    Contents { fields, max_counts: maker.max_counts }
}

struct Maker<'s, 'd> {
    source: &'s mut Source<'d>,
    version: usize,
    direction: Direction,
    max_counts: Vec<(String, u64)>,
}

/// What a value tells about counts: maximum and actual.
type Counts = Option<(u64, u64)>;

impl Maker<'_, '_> {
    fn fields(&mut self, fields: &[&'static Field], path: &str) -> Fields {
        let mut values = Fields::default();
        let mut sizes: Vec<(&'static str, u64)> = Vec::new();
        for field in fields {
            if let Type::Nothing = field.ty {
                continue;
            }
            let path = if path.is_empty() { field.name.to_string() } else { format!("{path}.{}", field.name) };
            let (value, counts) = self.value(field, field.ty, &path);
            values.set(field.name, value);
            if let Some((max, actual)) = counts {
                sizes.extend(field.size_is.map(|name| (name, max)));
                sizes.extend(field.length_is.map(|name| (name, actual)));
            }
        }
        for (name, count) in sizes {
            if values.get(name).is_some() {
                values.set(name, count);
            }
        }
        values
    }

    fn value(&mut self, field: &'static Field, ty: &'static Type, path: &str) -> (Value, Counts) {
        let value = match ty {
            Type::Scalar(scalar) => Value::Int(self.scalar(field, *scalar)),
            Type::FileTime => Value::Int(self.source.number(8)),
            Type::Handle => Value::Handle(self.handle()),
            Type::Guid => Value::Text(self.handle().uuid.to_string()),
            Type::String => self.string(path),
            Type::Pointer(_, target) => {
                if self.source.once_in(5) {
                    Value::Null
                } else {
                    return self.value(field, target, path);
                }
            }
            Type::Struct(declaration) => {
                let fields: Vec<&'static Field> = declaration.fields.iter().collect();
                Value::Map(self.fields(&fields, path))
            }
            Type::Array(kind, element) => return self.array(field, *kind, element, path),
            Type::Nothing => Value::Null,
        };
        (value, None)
    }

    fn scalar(&mut self, field: &'static Field, scalar: Scalar) -> u64 {
        // A DWORD_PTR of 4 bytes, so that the same values do for both syntaxes.
        let (bytes, mask) = match scalar {
            Scalar::U8 => (1, 0xff),
            Scalar::Enum16 => (2, 0x7fff),
            Scalar::U16 => (2, 0xffff),
            Scalar::U32 | Scalar::I32 | Scalar::UintPtr => (4, 0xffff_ffff),
            Scalar::U64 | Scalar::I64 => (8, u64::MAX),
        };
        let mut number = self.source.number(bytes) & mask;
        if self.source.style == Style::Edges && self.source.once_in(4) {
            number = match self.source.byte() % 5 {
                0 => 0,
                1 => 1,
                2 => mask,
                3 => mask >> 1,
                _ => (mask >> 1) + 1,
            };
        }
        let number = match field.semantics.in_version(self.version) {
            Semantics::Bool => number & 1,
            Semantics::Const(constant) => u64::from(constant),
            // Small ones are the interesting ones.
            Semantics::Enum(_) | Semantics::ObjectKind | Semantics::Win32 => {
                number & if number & 1 == 0 { 0x1f } else { mask }
            }
            _ => number,
        };
        let number = match field.range {
            Some((low, high)) if field.range_versions.contains(self.version) => {
                let (low, high) = (u64::from(low), u64::from(high));
                low + number.checked_rem(high.saturating_sub(low).saturating_add(1)).unwrap_or(0)
            }
            _ => number,
        };
        match scalar {
            Scalar::I32 => i64::from(number as u32 as i32) as u64,
            _ => number,
        }
    }

    fn handle(&mut self) -> ContextHandle {
        if self.direction == Direction::Response && self.source.once_in(4) {
            return ContextHandle::default();
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.source.bytes(16));
        bytes[15] |= 1;
        ContextHandle { attributes: 0, uuid: Guid(bytes) }
    }

    /// Text of all kinds: ASCII, beyond it, beyond the BMP, with terminators inside; ill-formed units now and then.
    fn units(&mut self, n: usize) -> Vec<u16> {
        if self.source.style == Style::Edges {
            let mut units: Vec<u16> = self.text(n).encode_utf16().take(n).collect();
            // No half of a pair at the end.
            if let Some(last @ 0xd800..=0xdbff) = units.last_mut() {
                *last = 0x2a;
            }
            return units;
        }
        let style = if self.source.style == Style::Plain { 0 } else { self.source.byte() % 8 };
        let mut units = Vec::with_capacity(n);
        for _ in 0..n {
            let pick = self.source.number(2) as u16;
            match style {
                0..=3 => units.push(0x20 + pick % 0x5f),
                4 => units.push(pick % 0xd800),
                5 => units.extend([0xd800 | pick & 0x3ff, 0xdc00 | pick >> 6]),
                6 => units.push(if pick.is_multiple_of(3) { 0 } else { 0x41 + pick % 26 }),
                _ => units.push(pick),
            }
        }
        units
    }

    /// `n` characters that peers print as they are.
    fn text(&mut self, n: usize) -> String {
        let style = self.source.byte() % 8;
        let (first, last) = match style {
            0..=3 => (0x20, 0x7e),
            4 => (0xa1, 0x24f),
            5 => (0x370, 0xd7ff),
            6 => (0xe000, 0xfffd),
            _ => (0x1_0000, 0x10_ffff),
        };
        let character = |pick: u64| char::from_u32(first + (pick % u64::from(last - first + 1)) as u32).unwrap_or('?');
        (0..n).map(|_| character(self.source.number(3))).collect()
    }

    fn string(&mut self, path: &str) -> Value {
        let n = self.source.length(usize::MAX);
        let units = self.units(n);
        if self.source.once_in(16) {
            let actual = units.len() as u64 + 1;
            self.max_counts.push((path.to_string(), actual + 1 + self.source.number(1)));
        }
        match String::from_utf16(&units) {
            Ok(text) => Value::Text(text),
            Err(_) => Value::Units(units),
        }
    }

    fn array(&mut self, field: &'static Field, kind: ArrayKind, element: &'static Type, path: &str) -> (Value, Counts) {
        let n = match kind {
            ArrayKind::Fixed(n) => n as usize,
            ArrayKind::Varying(n) => self.source.below(n as usize + 1),
            // Of what is more than a number a few hundred do.
            ArrayKind::Conformant | ArrayKind::ConformantVarying => {
                let longest = if let Type::Scalar(_) = element { usize::MAX } else { 256 };
                self.source.length(longest)
            }
        };
        // The place of the maximum count stands before those of what is inside.
        let actual = n as u64;
        let mut max = actual;
        if kind == ArrayKind::ConformantVarying && self.source.once_in(2) {
            max += 1 + self.source.number(1);
            self.max_counts.push((path.to_string(), max));
        }
        let value = match element {
            Type::Scalar(Scalar::U8) => Value::Bytes(self.source.bytes(n)),
            Type::Scalar(Scalar::U16) if self.source.style != Style::Any => Value::Units(self.units(n)),
            Type::Scalar(Scalar::U16) => Value::Units((0..n).map(|_| self.source.number(2) as u16).collect()),
            _ => {
                let mut items = Vec::with_capacity(n);
                for i in 0..n {
                    items.push(self.value(field, element, &format!("{path}[{i}]")).0);
                }
                Value::List(items)
            }
        };
        (value, Some((max, actual)))
    }
}
