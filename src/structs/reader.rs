//! The reader of plain records: interprets the declarations of [`super::records`].
//!
//! Next: [`super::writer`], its mirror image.

use super::packed::{self, ByteCursor, lower};
use super::rules::{self, Here, broken, down, path};
use super::sink::{Item, Key, Null, Open, Sink};
use super::types::{Element, MAX_MEMBERS, Member, Record, Type};
use super::values::{self, Slot};
use crate::base::error::{Error, ErrorKind, Segment};
use crate::consts::content::BufferFormat;
use crate::ndr::types::{Scalar, Semantics};
use crate::ndr::{Syntax, WStr};

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
            None => members(record, variant, input, None, &mut Null).ok().map(|rest| rest.len()),
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
/// The bytes end too early or a length in them can't be. What came before is in the sink, ended properly.
pub fn record<'a, S: Sink<'a> + ?Sized>(
    record: &'static Record,
    extent: Extent,
    input: ByteCursor<'a>,
    key: Key,
    here: Here<'_>,
    sink: &mut S,
) -> Result<ByteCursor<'a>, Error> {
    let variant = match extent {
        Extent::Whole => choose(record, input),
        Extent::InPlace(variant) => variant,
    };
    let unusual = if variant == record.encode { None } else { record.variants.get(variant).map(|r| r.name) };
    let open = Open::Record { name: record.name, variant: unusual };
    sink.begin(key, open);
    let result = members(record, variant, input, here, sink);
    sink.end(open);
    result
}

/// The name under which octets are shown that lie behind the members and inside the record's length.
pub(super) const BEHIND: &str = "Padding";

/// The integers of a record read so far, for the members that they give the length of.
struct Known([u64; MAX_MEMBERS]);

impl Known {
    fn get(&self, record: &Record, name: &str) -> u64 {
        record.place(name).and_then(|i| self.0.get(i)).copied().unwrap_or(0)
    }
}

fn members<'a, S: Sink<'a> + ?Sized>(
    record: &'static Record,
    variant: usize,
    input: ByteCursor<'a>,
    here: Here<'_>,
    sink: &mut S,
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
        let trail = down(here, Segment::Name(member.name));
        let mut cx = MemberReader { record, member, start, known: &known, here: Some(&trail), sink };
        let (next, integer) = cx.member(rest).map_err(|mut e| {
            if e.path.segments().is_empty() {
                e.path = path(Some(&trail));
            }
            e
        })?;
        rest = next;
        if let (Type::Total, Some(total)) = (member.ty, integer) {
            let read = start.until(&rest).len() as u64;
            let left = total.checked_sub(read).ok_or_else(|| Error {
                path: path(Some(&trail)),
                ..Error::new(
                    start.offset(),
                    ErrorKind::Value { value: total, expected: "a length of at least this member's" },
                )
            })?;
            let (part, next) =
                rest.split_claimed(left, member.name).map_err(|e| Error { path: path(Some(&trail)), ..e })?;
            (rest, behind) = (part, Some(next));
        }
        if let (Some(slot), Some(value)) = (known.0.get_mut(i), integer) {
            *slot = value;
        }
    }
    match behind {
        Some(behind) => {
            if !rest.is_empty() {
                sink.diagnostic(broken(here, rest.offset(), &rules::BEHIND_MEMBERS, rest.len() as u64, Some(0)));
                sink.item(Key::Name(BEHIND), Semantics::Bytes, Item::Bytes(rest.rest()), None);
            }
            Ok(behind)
        }
        None => Ok(rest),
    }
}

/// What reading a member needs.
struct MemberReader<'c, 'a, S: ?Sized> {
    record: &'static Record,
    member: &'static Member,
    start: ByteCursor<'a>,
    known: &'c Known,
    here: Here<'c>,
    sink: &'c mut S,
}

impl<'a, S: Sink<'a> + ?Sized> MemberReader<'_, 'a, S> {
    fn item(&mut self, item: Item<'a>, raw: Option<&'a [u8]>) {
        let semantics = if self.member.secret { Semantics::Opaque } else { self.member.semantics };
        self.sink.item(Key::Name(self.member.name), semantics, item, raw);
    }

    fn broken(
        &mut self,
        offset: usize,
        rule: &'static crate::base::diagnostic::Rule,
        value: u64,
        expected: Option<u64>,
    ) {
        self.sink.diagnostic(broken(self.here, offset, rule, value, expected));
    }

    /// Reads the member; an integer is returned as well.
    fn member(&mut self, input: ByteCursor<'a>) -> Result<(ByteCursor<'a>, Option<u64>), Error> {
        let key = Key::Name(self.member.name);
        let rest = match self.member.ty {
            Type::Int(scalar) => return self.integer(scalar, input),
            Type::Total => return self.integer(Scalar::U32, input),
            Type::Guid => {
                let (rest, guid) = lower(packed::guid(input))?;
                self.item(Item::Guid(guid), None);
                rest
            }
            Type::Ipv4 => {
                let (rest, octets) = lower(packed::take(4, "IPv4 address")(input))?;
                self.item(Item::Ipv4(octets.try_into().unwrap_or_default()), None);
                rest
            }
            Type::Ipv6 => {
                let (rest, octets) = lower(packed::take(16, "IPv6 address")(input))?;
                self.item(Item::Ipv6(octets.try_into().unwrap_or_default()), None);
                rest
            }
            Type::Bytes(n) => self.bytes(input, n as u64)?,
            Type::Gap(n) => {
                let (part, rest) = input.split(n, "alignment")?;
                if part.rest().iter().any(|octet| *octet != 0) {
                    self.item(Item::Bytes(part.rest()), None);
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
                self.text(part.rest(), part.offset(), full);
                rest
            }
            Type::Sz => {
                let (rest, text) = lower(packed::sz(input))?;
                self.item(Item::Text(text), None);
                rest
            }
            Type::CheckedSz(size) => {
                let (rest, text) = lower(packed::sz(input))?;
                let (claimed, units) = (self.known.get(self.record, size), text.len() as u64);
                if claimed != units && claimed != units + 1 {
                    self.broken(input.offset(), &rules::LENGTH_OF_TEXT, claimed, Some(units));
                }
                self.item(Item::Text(text), None);
                rest
            }
            Type::SzRest => {
                let (part, rest) = input.split(input.len(), "rest")?;
                self.whole_text(part);
                rest
            }
            Type::MultiSzRest => {
                let slot =
                    Slot { secret: self.member.secret, ..Slot::of(BufferFormat::MultiSz, self.member.name, self.here) };
                values::read(slot, input, self.sink)?
            }
            Type::SizedSz(size) => self.sized_sz(input, size)?,
            Type::CountedSz(size) => self.counted_sz(input, size)?,
            Type::Record(inner) => record(inner, Extent::InPlace(0), input, key, self.here, self.sink)?,
            Type::Counted(count, element) => self.array(input, element, Some(self.known.get(self.record, count)))?,
            Type::Rest(element) => self.array(input, element, None)?,
        };
        Ok((rest, None))
    }

    fn integer(&mut self, scalar: Scalar, input: ByteCursor<'a>) -> Result<(ByteCursor<'a>, Option<u64>), Error> {
        let (rest, value) = lower(packed::uint(scalar.size(Syntax::Ndr), scalar.name())(input))?;
        match scalar {
            Scalar::I32 => self.item(Item::Int(i64::from(value as u32 as i32)), None),
            Scalar::I64 => self.item(Item::Int(value as i64), None),
            _ => self.item(Item::Uint(value), None),
        }
        if let Semantics::Const(expected) = self.member.semantics
            && value != u64::from(expected)
        {
            self.broken(input.offset(), &rules::NOT_THE_CONSTANT, value, Some(u64::from(expected)));
        }
        Ok((rest, Some(value)))
    }

    fn bytes(&mut self, input: ByteCursor<'a>, n: u64) -> Result<ByteCursor<'a>, Error> {
        let (part, rest) = input.split_claimed(n, "octets")?;
        self.item(Item::Bytes(part.rest()), None);
        Ok(rest)
    }

    /// A record in octets of its own: they are shown, and what they hold beside them if they hold exactly that.
    fn inner(&mut self, inner: &'static Record, part: ByteCursor<'a>) {
        let key = Key::Name(self.member.name);
        let fits = record(inner, Extent::Whole, part, key, self.here, &mut Null).is_ok_and(|rest| rest.is_empty());
        if !fits {
            self.broken(part.offset(), &rules::NOT_OF_FORMAT, part.len() as u64, None);
            return self.item(Item::Bytes(part.rest()), None);
        }
        let open = Open::Bytes(part.rest());
        self.sink.begin(key, open);
        // It was just read without an error.
        let _ = record(inner, Extent::Whole, part, Key::Name("decoded"), self.here, self.sink);
        self.sink.end(open);
    }

    /// Text in a field of fixed size.
    fn text(&mut self, field: &'a [u8], offset: usize, full: bool) {
        let all = WStr::le(field);
        let text = all.until_nul();
        if text.len() == all.len() && !full {
            self.broken(offset, &rules::TERMINATOR_MISSING, all.len() as u64, None);
            return self.item(Item::Text(text), Some(field));
        }
        let junk = all.suffix(text.len()).as_bytes().iter().filter(|octet| **octet != 0).count();
        if junk > 0 {
            self.broken(offset + text.as_bytes().len() + 2, &rules::BEHIND_TERMINATOR, junk as u64, Some(0));
            return self.item(Item::Text(text), Some(field));
        }
        self.item(Item::Text(text), None);
    }

    /// Text that should be all of its octets: one terminator at the very end.
    fn whole_text(&mut self, part: ByteCursor<'a>) {
        let (text, raw, rule) = whole_text(part.rest());
        if let Some(rule) = rule {
            self.broken(part.offset(), rule, part.len() as u64, None);
        }
        self.item(Item::Text(text), raw);
    }

    fn sized_sz(&mut self, input: ByteCursor<'a>, size: &'static str) -> Result<ByteCursor<'a>, Error> {
        let (part, rest) = input.split_claimed(self.known.get(self.record, size), size)?;
        let text = WStr::le(part.rest());
        // The size counts the characters alone, and the terminator is the last that there is.
        if rest.rest() == [0, 0] && part.len() % 2 == 0 && text.until_nul().len() == text.len() {
            self.item(Item::Text(text), None);
            return Ok(rest.skip(2));
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
            self.item(Item::Text(text), None);
            return Ok(rest);
        }
        if let Some((text, rest)) = claimed.checked_mul(2).and_then(exact) {
            self.broken(input.offset(), &rules::OTHER_READING, claimed, claimed.checked_mul(2));
            self.item(Item::Text(text), None);
            return Ok(rest);
        }
        let (part, rest) = input.split_claimed(claimed, size)?;
        self.whole_text(part);
        Ok(rest)
    }

    fn array(&mut self, input: ByteCursor<'a>, element: Element, count: Option<u64>) -> Result<ByteCursor<'a>, Error> {
        let open = Open::List { raw: None };
        self.sink.begin(Key::Name(self.member.name), open);
        let result = self.elements(input, element, count);
        self.sink.end(open);
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
        // Every element takes at least an octet, so that the bytes end before a count that lies can do harm.
        while count.map_or(!rest.is_empty(), |count| u64::from(index) < count) {
            let trail = down(self.here, Segment::Index(index));
            let key = Key::Index(index);
            let read = match element {
                Element::U32 => lower(packed::u32(rest)).map(|(next, value)| {
                    self.sink.item(key, Semantics::Number, Item::Uint(u64::from(value)), None);
                    next
                }),
                Element::Guid => lower(packed::guid(rest)).map(|(next, guid)| {
                    self.sink.item(key, Semantics::Number, Item::Guid(guid), None);
                    next
                }),
                Element::Record(inner) => record(inner, Extent::InPlace(0), rest, key, Some(&trail), self.sink),
            };
            rest = read
                .map_err(|e| if e.path.segments().is_empty() { Error { path: path(Some(&trail)), ..e } } else { e })?;
            index = index.saturating_add(1);
        }
        Ok(rest)
    }

    /// Some systems count the kinds of disk identifiers from 0.
    fn disk_id_numbering(&mut self, input: ByteCursor<'a>, size: usize) {
        let kind = self.known.get(self.record, "DiskIdType");
        let set = self.start.rest().iter().skip(4).take(size.saturating_sub(4)).filter(|octet| **octet != 0).count();
        if self.record.name == "CLUSDSK_DISKID" && (kind == 0 || (kind == 1 && set > 4)) {
            self.broken(input.offset(), &rules::DISK_ID_NUMBERING, kind, None);
        }
    }
}

/// Text that should be all of these octets, with one terminator at their end. What is not so comes with the octets
/// themselves and the rule that they break.
pub(super) fn whole_text(octets: &[u8]) -> (WStr<'_>, Option<&[u8]>, Option<&'static crate::base::diagnostic::Rule>) {
    let all = WStr::le(octets);
    // As it should be, which is what most are: seen without looking for the end unit by unit.
    if let ([units @ .., [0, 0]], []) = octets.as_chunks::<2>()
        && !has_null(units)
    {
        return (all.strip_terminator().0, None, None);
    }
    let text = all.until_nul();
    let behind = octets.get(text.as_bytes().len() + 2..);
    match behind {
        _ if text.len() == all.len() => (text, Some(octets), Some(&rules::TERMINATOR_MISSING)),
        None | Some([]) => (text, None, None),
        Some([0] | [0, 0] | [0, 0, 0]) => (text, Some(octets), Some(&rules::SIZE_COUNTS_PADDING)),
        Some(zeros) if zeros.iter().all(|octet| *octet == 0) => (text, Some(octets), Some(&rules::LONGER_THAN_TEXT)),
        Some(_) => (text, Some(octets), Some(&rules::BEHIND_TERMINATOR)),
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
