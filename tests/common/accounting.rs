//! What must hold of the byte ranges that a visitor is told: they lie in the stub, those of members in those of what
//! holds them, no byte has two, and reading a range again gives its value. Of a message whose buffers can be
//! read every byte has one, whatever rules it breaks.
#![allow(dead_code, unreachable_pub, reason = "each test program uses a part")]

use cluscope::internals::base::error::Error;
use cluscope::internals::ndr::Endian;
use cluscope::internals::ndr::visitor::{At, Item, Open, Overhead, Visitor};
use cluscope::internals::ndr::wire::Message;
use cluscope::internals::structs::content::Context;
use std::ops::Range;

#[derive(Default)]
struct Told<'a> {
    stub: &'a [u8],
    big: bool,
    /// Of values and of what is none, with what it is.
    ranges: Vec<(Range<usize>, String)>,
    /// Of what is open; `None` for NDR, where what pointers lead to lies elsewhere.
    open: Vec<Option<Range<usize>>>,
    /// Lists shown beside their bytes, in which strings may be left out.
    raw: usize,
    broken: bool,
    wrong: Vec<String>,
}

impl<'a> Told<'a> {
    fn add(&mut self, range: Range<usize>, what: String) {
        if range.end > self.stub.len() || range.start > range.end {
            self.wrong.push(format!("{what} at {range:?} of {}", self.stub.len()));
        }
        if let Some(Some(outer)) = self.open.last()
            && (range.start < outer.start || range.end > outer.end)
        {
            self.wrong.push(format!("{what} at {range:?} outside of {outer:?}"));
        }
        if self.raw == 0 && !range.is_empty() {
            self.ranges.push((range, what));
        }
    }

    fn number(&self, range: Range<usize>, big: bool) -> u64 {
        let bytes = self.stub.get(range).unwrap_or_default();
        let fold = |n, byte: &u8| n << 8 | u64::from(*byte);
        if big { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) }
    }

    /// Whether the bytes at a value's place are the value.
    fn reads(&self, at: &At<'_>, item: Item<'a>) -> bool {
        // Buffers are little-endian, whatever the stub is.
        let big = self.big && self.open.iter().all(Option::is_none);
        let bytes = self.stub.get(at.range()).unwrap_or_default();
        match item {
            _ if at.len == 0 => true,
            Item::Uint(value) => self.number(at.range(), big) == value,
            Item::Int(value) => {
                let bits = 64 - 8 * at.len as u32;
                (self.number(at.range(), big) << bits) as i64 >> bits == value
            }
            Item::FileTime(value) if big => self.number(at.offset..at.offset + 4, true) == value & 0xffff_ffff,
            Item::FileTime(value) => self.number(at.range(), false) == value,
            Item::Guid(guid) => bytes == guid.to_wire(if big { Endian::Big } else { Endian::Little }),
            Item::Handle(handle) => bytes[4..] == handle.uuid.to_wire(if big { Endian::Big } else { Endian::Little }),
            Item::Text(text) => bytes.starts_with(text.as_bytes()) && bytes.len() <= text.as_bytes().len() + 2,
            Item::Units(units) => bytes == units.as_bytes(),
            Item::Bytes(value) => bytes == value,
            Item::Ipv4(address) if big => self.number(at.range(), true) as u32 == u32::from_le_bytes(address.octets()),
            Item::Ipv4(address) => bytes == address.octets(),
            Item::Ipv6(address) => big || bytes == address.octets(),
            Item::Null => bytes.iter().all(|byte| *byte == 0),
            Item::Bool(_) => bytes.iter().all(|byte| *byte == 0),
            Item::Alias(referent) => self.number(at.range(), big) == referent,
            other => panic!("{other:?}"),
        }
    }
}

impl<'a> Visitor<'a> for Told<'a> {
    fn wants_overhead(&self) -> bool {
        true
    }

    fn value(&mut self, at: At<'_>, item: Item<'a>) {
        if self.raw == 0 && !self.reads(&at, item) {
            self.wrong.push(format!("{} at {:?} is not {item:?}", at.path, at.range()));
        }
        self.add(at.range(), at.path.to_string());
    }

    fn irregular(&mut self, at: At<'_>, _: Item<'a>, raw: &'a [u8]) {
        if self.stub.get(at.range()) != Some(raw) {
            self.wrong.push(format!("{} at {:?} is not {raw:02x?}", at.path, at.range()));
        }
        self.add(at.range(), at.path.to_string());
    }

    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        let inside = self.open.iter().any(Option::is_some);
        let range = (inside || matches!(open, Open::Bytes(_))).then(|| at.range());
        if let (Some(range), Some(Some(outer))) = (&range, self.open.last())
            && (range.start < outer.start || range.end > outer.end)
        {
            self.wrong.push(format!("{} at {range:?} outside of {outer:?}", at.path));
        }
        if let Open::List { raw: Some(raw) } = open {
            if self.stub.get(at.range()) != Some(raw) {
                self.wrong.push(format!("{} at {:?} is not {raw:02x?}", at.path, at.range()));
            }
            self.add(at.range(), at.path.to_string());
            self.raw += 1;
        }
        self.open.push(range);
    }

    fn end(&mut self, at: At<'_>, open: Open<'a>) {
        if let Open::List { raw: Some(_) } = open {
            self.raw -= 1;
        }
        if let Some(Some(range)) = self.open.pop()
            && (at.offset != range.start || at.range().end > range.end)
        {
            self.wrong.push(format!("{} begins at {range:?} and ends at {:?}", at.path, at.range()));
        }
    }

    fn overhead(&mut self, range: Range<usize>, overhead: Overhead) {
        if let Some(number) = overhead.number() {
            let big = self.big && self.open.iter().all(Option::is_none);
            if self.number(range.clone(), big) != number {
                self.wrong.push(format!("{overhead:?} at {range:?}"));
            }
        }
        self.add(range, overhead.name().to_string());
    }

    fn buffer_error(&mut self, _: At<'_>, _: Error) {
        self.broken = true;
    }
}

/// What is wrong with a message's ranges; whether every byte had to have one; that is, whether all buffers could be read.
pub(crate) fn check(message: &Message<'_>, context: Context<'_>) -> (Vec<String>, bool) {
    let big = message.cx.endian == Endian::Big;
    let mut told = Told { stub: message.cx.data, big, ..Told::default() };
    message.visit_with(context, &mut told);
    let Told { mut ranges, mut wrong, broken, stub, .. } = told;
    ranges.sort_by_key(|(range, _)| range.start);
    let mut end = 0;
    for (range, what) in &ranges {
        if range.start < end {
            wrong.push(format!("{what} at {range:?} has bytes of another"));
        }
        if range.start > end && !broken {
            wrong.push(format!("nothing is said of {end}..{}, before {what}", range.start));
        }
        end = end.max(range.end);
    }
    if end != stub.len() && !broken {
        wrong.push(format!("nothing is said of {end}..{}, at the end", stub.len()));
    }
    (wrong, !broken)
}
