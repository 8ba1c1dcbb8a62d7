//! The reader of plain records: interprets the declarations of [`super::records`].
//!
//! Next: [`super::writer`], its mirror image.

use super::packed::{self, ByteCursor, lower};
use super::rules::{self, broken, in_path};
use super::types::{Element, MAX_MEMBERS, Member, Record, Type};
use super::values::{self, Slot};
use crate::base::error::{Error, ErrorKind, Segment};
use crate::consts::content::BufferFormat;
use crate::ndr::types::{Field, Scalar, Semantics};
use crate::ndr::visitor::{At, FieldPath, Item, Null, Open, Overhead, Place, Visitor};
use crate::ndr::{Syntax, WStr};
use core::ops::Range;

/// How much of the input is the record's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it: what the length tells about the reading counts.
    Whole,
    /// As much as the members need, in this reading.
    InPlace(usize),
}

/// Which reading the bytes are in: the one that takes exactly all of them; else the first one that they are enough for;
/// else the first one.
pub fn choose(record: &'static Record, input: ByteCursor<'_>) -> usize {
    let mut enough = None;
    for variant in 0..record.variants.len() {
        let left = match record.size(variant) {
            Some(size) => input.len().checked_sub(size),
            None => members(record, variant, input, &FieldPath::ROOT, &mut Null).ok().map(|rest| rest.len()),
        };
        match left {
            Some(0) => return variant,
            Some(_) if enough.is_none() => enough = Some(variant),
            _ => {}
        }
    }
    enough.unwrap_or(0)
}

/// Reads a record; returns what is behind it.
///
/// # Errors
/// The bytes end too early or a length in them can't be. What came before is told to the visitor, ended properly.
pub fn record<'a, V: Visitor<'a> + ?Sized>(
    record: &'static Record,
    extent: Extent,
    input: ByteCursor<'a>,
    place: Place<'_>,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let variant = match extent {
        Extent::Whole => choose(record, input),
        Extent::InPlace(variant) => variant,
    };
    let unusual = if variant == record.encode { None } else { record.variants.get(variant).map(|r| r.name) };
    let open = Open::Record { name: record.name, variant: unusual };
    let at = place.at(Semantics::Structure, input.range());
    visitor.begin(at, open);
    let result = members(record, variant, input, place.path, visitor);
    visitor.end(at, open);
    result
}

/// The name under which bytes are shown that lie behind the members and inside the record's length.
pub(crate) const BEHIND: &str = PADDING.name;

/// What bytes hold, as a member beside them.
pub(crate) static DECODED: Field = Field::of_buffer("decoded", Semantics::Structure);

static PADDING: Field = Field::of_buffer("Padding", Semantics::Bytes);

/// The integers of a record read so far, for the members that they give the length of.
struct Known([u64; MAX_MEMBERS]);

impl Known {
    fn get(&self, record: &Record, name: &str) -> u64 {
        record.place(name).and_then(|i| self.0.get(i)).copied().unwrap_or(0)
    }
}

fn members<'a, V: Visitor<'a> + ?Sized>(
    record: &'static Record,
    variant: usize,
    input: ByteCursor<'a>,
    path: &FieldPath<'_>,
    visitor: &mut V,
) -> Result<ByteCursor<'a>, Error> {
    let start = input;
    let mut known = Known([0; MAX_MEMBERS]);
    let mut rest = input;
    // What lies behind a record that says how long it is.
    let mut behind = None;
    for (i, member) in record.members_of(variant) {
        if member.when.is_some_and(|when| !when.holds(known.get(record, when.member()))) {
            continue;
        }
        let path = path.down(Segment::Name(member.field.name));
        let mut reader = MemberReader { record, member, start, known: &known, path: &path, visitor };
        let (next, integer) = reader.member(rest).map_err(|e| in_path(e, &path))?;
        rest = next;
        if let (Type::Total, Some(total)) = (member.ty, integer) {
            let read = start.until(&rest).len() as u64;
            let kind = ErrorKind::Value { value: total, expected: "a length of at least this member's" };
            let left = total.checked_sub(read).ok_or_else(|| in_path(Error::new(start.offset(), kind), &path))?;
            let (part, next) = rest.split_claimed(left, member.field.name).map_err(|e| in_path(e, &path))?;
            (rest, behind) = (part, Some(next));
        }
        if let (Some(slot), Some(value)) = (known.0.get_mut(i), integer) {
            *slot = value;
        }
    }
    match behind {
        Some(behind) => {
            if !rest.is_empty() {
                visitor.diagnostic(broken(path, rest.offset(), &rules::BEHIND_MEMBERS, rest.len() as u64, Some(0)));
                let path = path.down(Segment::Name(BEHIND));
                visitor.bytes(Place::member(&PADDING, &path).at(Semantics::Bytes, rest.range()), rest.rest());
            }
            Ok(behind)
        }
        None => Ok(rest),
    }
}

/// What reading a member needs.
struct MemberReader<'c, 'a, V: ?Sized> {
    record: &'static Record,
    member: &'static Member,
    start: ByteCursor<'a>,
    known: &'c Known,
    path: &'c FieldPath<'c>,
    visitor: &'c mut V,
}

impl<'c, 'a, V: Visitor<'a> + ?Sized> MemberReader<'c, 'a, V> {
    /// Where the member stands.
    #[inline(always)]
    fn at(&self, range: Range<usize>) -> At<'c> {
        let semantics = if self.member.secret { Semantics::Opaque } else { self.member.field.semantics };
        Place::member(&self.member.field, self.path).at(semantics, range)
    }

    /// Text, with its bytes where they are not what encoding it would give.
    #[inline(always)]
    fn string(&mut self, range: Range<usize>, text: WStr<'a>, raw: Option<&'a [u8]>) {
        let at = self.at(range);
        match raw {
            None => self.visitor.string(at, text),
            Some(raw) => self.visitor.irregular(at, Item::Text(text), raw),
        }
    }

    fn broken(
        &mut self,
        offset: usize,
        rule: &'static crate::base::diagnostic::Rule,
        value: u64,
        expected: Option<u64>,
    ) {
        self.visitor.diagnostic(broken(self.path, offset, rule, value, expected));
    }

    /// Reads the member; an integer is returned as well.
    fn member(&mut self, input: ByteCursor<'a>) -> Result<(ByteCursor<'a>, Option<u64>), Error> {
        let place = Place::member(&self.member.field, self.path);
        let rest = match self.member.ty {
            Type::Int(scalar) => return self.integer(scalar, input),
            Type::Total => return self.integer(Scalar::U32, input),
            Type::Guid => {
                let (rest, guid) = lower(packed::guid(input))?;
                self.visitor.guid(self.at(input.range_to(&rest)), guid);
                rest
            }
            Type::Ipv4 => {
                let (rest, bytes) = lower(packed::take(4, "IPv4 address")(input))?;
                let address = <[u8; 4]>::try_from(bytes).unwrap_or_default();
                self.visitor.value(self.at(input.range_to(&rest)), Item::Ipv4(address.into()));
                rest
            }
            Type::Ipv6 => {
                let (rest, bytes) = lower(packed::take(16, "IPv6 address")(input))?;
                let address = <[u8; 16]>::try_from(bytes).unwrap_or_default();
                self.visitor.value(self.at(input.range_to(&rest)), Item::Ipv6(address.into()));
                rest
            }
            Type::Bytes(n) => self.bytes(input, n as u64)?,
            Type::Gap(n) => {
                let (part, rest) = input.split(n, "alignment")?;
                match part.rest().iter().all(|byte| *byte == 0) {
                    true => self.visitor.overhead(part.range(), Overhead::Padding),
                    false => self.visitor.bytes(self.at(part.range()), part.rest()),
                }
                rest
            }
            Type::Fill(n) => {
                let missing = n.saturating_sub(self.start.until(&input).len());
                self.disk_id_numbering(input, n);
                if missing == 0 || input.len() < missing {
                    return Ok((input, None));
                }
                self.bytes(input, missing as u64)?
            }
            Type::SizedBytes(size) => self.bytes(input, self.known.get(self.record, size))?,
            Type::Sized(size, inner) => {
                let (part, rest) = input.split_claimed(self.known.get(self.record, size), size)?;
                self.inner(inner, part);
                rest
            }
            Type::Wide(units) | Type::Chars(units) => {
                let (part, rest) = input.split(units * 2, "fixed field")?;
                let full = matches!(self.member.ty, Type::Chars(_));
                self.text(part, full);
                rest
            }
            Type::Sz => {
                let (rest, text) = lower(packed::sz(input))?;
                self.string(input.range_to(&rest), text, None);
                rest
            }
            Type::CheckedSz(size) => {
                let (rest, text) = lower(packed::sz(input))?;
                let (claimed, units) = (self.known.get(self.record, size), text.len() as u64);
                if claimed != units && claimed != units + 1 {
                    self.broken(input.offset(), &rules::LENGTH_OF_TEXT, claimed, Some(units));
                }
                self.string(input.range_to(&rest), text, None);
                rest
            }
            Type::SzRest => {
                let (part, rest) = input.split(input.len(), "rest")?;
                self.whole_text(part);
                rest
            }
            Type::MultiSzRest => {
                let slot = Slot { secret: self.member.secret, ..Slot::of(BufferFormat::MultiSz, place) };
                values::read(slot, input, self.visitor)?
            }
            Type::SizedSz(size) => self.sized_sz(input, size)?,
            Type::CountedSz(size) => self.counted_sz(input, size)?,
            Type::Record(inner) => record(inner, Extent::InPlace(0), input, place, self.visitor)?,
            Type::Counted(count, element) => self.array(input, element, Some(self.known.get(self.record, count)))?,
            Type::Rest(element) => self.array(input, element, None)?,
        };
        Ok((rest, None))
    }

    fn integer(&mut self, scalar: Scalar, input: ByteCursor<'a>) -> Result<(ByteCursor<'a>, Option<u64>), Error> {
        let (rest, value) = lower(packed::uint(scalar.size(Syntax::Ndr), scalar.name())(input))?;
        let extended = if let Scalar::I32 = scalar { i64::from(value as u32 as i32) as u64 } else { value };
        self.visitor.scalar(self.at(input.range_to(&rest)), scalar, extended);
        if let Semantics::Const(expected) = self.member.field.semantics
            && value != u64::from(expected)
        {
            self.broken(input.offset(), &rules::NOT_THE_CONSTANT, value, Some(u64::from(expected)));
        }
        Ok((rest, Some(value)))
    }

    fn bytes(&mut self, input: ByteCursor<'a>, n: u64) -> Result<ByteCursor<'a>, Error> {
        let (part, rest) = input.split_claimed(n, "bytes")?;
        self.visitor.bytes(self.at(part.range()), part.rest());
        Ok(rest)
    }

    /// A record in bytes of its own: they are shown, and what they hold beside them if they hold exactly that.
    fn inner(&mut self, inner: &'static Record, part: ByteCursor<'a>) {
        let at = self.at(part.range());
        let place = Place::member(&DECODED, self.path);
        if !record(inner, Extent::Whole, part, place, &mut Null).is_ok_and(|rest| rest.is_empty()) {
            self.broken(part.offset(), &rules::NOT_OF_FORMAT, part.len() as u64, None);
            return self.visitor.bytes(at, part.rest());
        }
        let open = Open::Bytes(part.rest());
        self.visitor.begin(at, open);
        // It was just read without an error.
        let _ = record(inner, Extent::Whole, part, place, self.visitor);
        self.visitor.end(at, open);
    }

    /// Text in a field of fixed size.
    fn text(&mut self, field: ByteCursor<'a>, full: bool) {
        let (range, offset, field) = (field.range(), field.offset(), field.rest());
        let all = WStr::le(field);
        let text = all.until_nul();
        if text.len() == all.len() && !full {
            self.broken(offset, &rules::TERMINATOR_MISSING, all.len() as u64, None);
            return self.string(range, text, Some(field));
        }
        let junk = all.suffix(text.len()).as_bytes().iter().filter(|byte| **byte != 0).count();
        if junk > 0 {
            self.broken(offset + text.as_bytes().len() + 2, &rules::BEHIND_TERMINATOR, junk as u64, Some(0));
            return self.string(range, text, Some(field));
        }
        self.string(range, text, None);
    }

    /// Text that should be all of its bytes: one terminator at the very end.
    fn whole_text(&mut self, part: ByteCursor<'a>) {
        let (text, raw, rule) = whole_text(part.rest());
        if let Some(rule) = rule {
            self.broken(part.offset(), rule, part.len() as u64, None);
        }
        self.string(part.range(), text, raw);
    }

    fn sized_sz(&mut self, input: ByteCursor<'a>, size: &'static str) -> Result<ByteCursor<'a>, Error> {
        let (part, rest) = input.split_claimed(self.known.get(self.record, size), size)?;
        let text = WStr::le(part.rest());
        // The size counts the characters alone, and the terminator is the last that there is.
        if rest.rest() == [0, 0] && part.len() % 2 == 0 && text.until_nul().len() == text.len() {
            let rest = rest.skip(2);
            self.string(input.range_to(&rest), text, None);
            return Ok(rest);
        }
        self.whole_text(part);
        Ok(rest)
    }

    fn counted_sz(&mut self, input: ByteCursor<'a>, size: &'static str) -> Result<ByteCursor<'a>, Error> {
        let claimed = self.known.get(self.record, size);
        let exact = |n: u64| {
            let (part, rest) = input.split_claimed(n, size).ok()?;
            let (text, raw, _) = whole_text(part.rest());
            raw.is_none().then_some((text, rest))
        };
        if let Some((text, rest)) = exact(claimed) {
            self.string(input.range_to(&rest), text, None);
            return Ok(rest);
        }
        if let Some((text, rest)) = claimed.checked_mul(2).and_then(exact) {
            self.broken(input.offset(), &rules::OTHER_READING, claimed, claimed.checked_mul(2));
            self.string(input.range_to(&rest), text, None);
            return Ok(rest);
        }
        let (part, rest) = input.split_claimed(claimed, size)?;
        self.whole_text(part);
        Ok(rest)
    }

    fn array(&mut self, input: ByteCursor<'a>, element: Element, count: Option<u64>) -> Result<ByteCursor<'a>, Error> {
        let open = Open::List { raw: None };
        let at = self.at(input.range());
        self.visitor.begin(at, open);
        let result = self.elements(input, element, count);
        self.visitor.end(at, open);
        result
    }

    fn elements(
        &mut self,
        input: ByteCursor<'a>,
        element: Element,
        count: Option<u64>,
    ) -> Result<ByteCursor<'a>, Error> {
        let mut rest = input;
        let mut index = 0u32;
        // Every element takes at least a byte, so that the bytes end before a count that lies can do harm.
        while count.map_or(!rest.is_empty(), |count| u64::from(index) < count) {
            let path = self.path.down(Segment::Index(index));
            let place = Place::element(&self.member.field, index, &path);
            let read = match element {
                Element::U32 => lower(packed::u32(rest)).map(|(next, value)| {
                    let at = place.at(Semantics::Number, rest.range_to(&next));
                    self.visitor.scalar(at, Scalar::U32, u64::from(value));
                    next
                }),
                Element::Guid => lower(packed::guid(rest)).map(|(next, guid)| {
                    self.visitor.guid(place.at(Semantics::Number, rest.range_to(&next)), guid);
                    next
                }),
                Element::Record(inner) => record(inner, Extent::InPlace(0), rest, place, self.visitor),
            };
            rest = read.map_err(|e| in_path(e, &path))?;
            index = index.saturating_add(1);
        }
        Ok(rest)
    }

    /// Some systems count the kinds of disk identifiers from 0.
    fn disk_id_numbering(&mut self, input: ByteCursor<'a>, size: usize) {
        let kind = self.known.get(self.record, "DiskIdType");
        let set = self.start.rest().iter().skip(4).take(size.saturating_sub(4)).filter(|byte| **byte != 0).count();
        if self.record.name == "CLUSDSK_DISKID" && (kind == 0 || (kind == 1 && set > 4)) {
            self.broken(input.offset(), &rules::DISK_ID_NUMBERING, kind, None);
        }
    }
}

/// Text that should be all of these bytes, with one terminator at their end. What is not so comes with the bytes
/// themselves and the rule that they break.
pub(super) fn whole_text(bytes: &[u8]) -> (WStr<'_>, Option<&[u8]>, Option<&'static crate::base::diagnostic::Rule>) {
    let all = WStr::le(bytes);
    // As it should be, which is what most are: seen without looking for the end unit by unit.
    if let ([units @ .., [0, 0]], []) = bytes.as_chunks::<2>()
        && !has_null(units)
    {
        return (all.strip_terminator().0, None, None);
    }
    let text = all.until_nul();
    let behind = bytes.get(text.as_bytes().len() + 2..);
    match behind {
        _ if text.len() == all.len() => (text, Some(bytes), Some(&rules::TERMINATOR_MISSING)),
        None | Some([]) => (text, None, None),
        Some([0] | [0, 0] | [0, 0, 0]) => (text, Some(bytes), Some(&rules::SIZE_COUNTS_PADDING)),
        Some(zeros) if zeros.iter().all(|byte| *byte == 0) => (text, Some(bytes), Some(&rules::LONGER_THAN_TEXT)),
        Some(_) => (text, Some(bytes), Some(&rules::BEHIND_TERMINATOR)),
    }
}

/// Whether one of the units is null: eight at a time, which a processor does at once.
fn has_null(units: &[[u8; 2]]) -> bool {
    let null = |found, unit: &[u8; 2]| found | (*unit == [0, 0]);
    let (blocks, rest) = units.as_chunks::<8>();
    match units.last_chunk::<8>() {
        // The last block overlaps the one before.
        Some(last) => last.iter().fold(false, null) | blocks.iter().any(|block| block.iter().fold(false, null)),
        None => rest.iter().fold(false, null),
    }
}
