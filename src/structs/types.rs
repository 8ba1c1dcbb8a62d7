//! What the declaration of a plain record is made of. Everything is `'static` data, made by [`record!`](crate::record)
//! and interpreted by one reader ([`super::reader`]) and one writer ([`super::writer`]).

use crate::ndr::types::{Field, Scalar};

/// A record of section 2.2.3: members one after the other, packed, little-endian.
#[derive(Debug)]
pub struct Record {
    /// Name in the specification.
    pub name: &'static str,
    /// Section that defines it.
    pub section: &'static str,
    /// Members in wire order, those of all readings.
    pub members: &'static [Member],
    /// The ways in which the text can be read, in the order in which they are tried; empty where there is but one.
    pub variants: &'static [LayoutVariant],
    /// The reading that encoding chooses unless told otherwise, as a place in `readings`.
    pub encode: usize,
}

impl Record {
    /// The name of a member that the declaration has; evaluated when compiling, a misspelt name does not compile.
    #[cfg(feature = "session")]
    pub(crate) const fn member(&self, name: &str) -> &'static str {
        let mut i = 0;
        while i < self.members.len() {
            if crate::ndr::types::same(self.members[i].field.name, name) {
                return self.members[i].field.name;
            }
            i += 1;
        }
        panic!("no such member");
    }
}

/// A way of reading the text.
#[derive(Debug, PartialEq, Eq)]
pub struct LayoutVariant {
    /// Its name in output and input: `documented`, `natural` …
    pub name: &'static str,
    /// What it says, in a line.
    pub text: &'static str,
}

/// A member of a record.
#[derive(Debug)]
pub struct Member {
    /// Its name in the specification, to the letter, and what its value means.
    pub field: Field,
    /// Another spelling that encoding takes; empty for none.
    pub alias: &'static str,
    /// Type on the wire.
    pub ty: Type,
    /// The only reading that has it; empty for all.
    pub only: &'static str,
    /// Present only if this holds.
    pub when: Option<Condition>,
    /// Not to be shown where nobody asked for this very structure.
    pub secret: bool,
}

/// What decides whether a member is present: the value of an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The member of this name has this value.
    Is(&'static str, u64),
    /// The member of this name has a value outside this range, both ends included.
    Outside(&'static str, u64, u64),
}

impl Condition {
    /// The member that it looks at.
    pub const fn member(&self) -> &'static str {
        match self {
            Condition::Is(name, _) | Condition::Outside(name, ..) => name,
        }
    }

    /// Whether it holds for this value of that member.
    pub const fn holds(&self, value: u64) -> bool {
        match self {
            Condition::Is(_, wanted) => value == *wanted,
            Condition::Outside(_, low, high) => value < *low || value > *high,
        }
    }
}

/// The type of a member.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// An integer.
    Int(Scalar),
    /// A 32-bit integer: bytes of the whole record, itself included. Nothing of the record lies behind them.
    Total,
    /// GUID, 16 bytes.
    Guid,
    /// IPv4 address, bytes in network order.
    Ipv4,
    /// IPv6 address, bytes in network order.
    Ipv6,
    /// So many bytes.
    Bytes(usize),
    /// So many bytes between two members, without meaning; shown only when they are not zero.
    Gap(usize),
    /// What is left of the record if that brings it to this length; else nothing.
    Fill(usize),
    /// As many bytes as the earlier member says.
    SizedBytes(&'static str),
    /// A record in as many bytes as the earlier member says.
    Sized(&'static str, &'static Record),
    /// Null-terminated UTF-16 text in a field of so many units.
    Wide(usize),
    /// UTF-16 text in a field of so many units, which it may fill without a terminator.
    Chars(usize),
    /// UTF-16 text up to its terminator, of no stated length.
    Sz,
    /// UTF-16 text up to its terminator; the earlier member says how many units it has, with the terminator or without.
    CheckedSz(&'static str),
    /// UTF-16 text in what is left of the record.
    SzRest,
    /// UTF-16 strings, each with its terminator, and an empty one, in what is left of the record.
    MultiSzRest,
    /// UTF-16 text in as many bytes as the earlier member says; the terminator may be among them or behind them.
    SizedSz(&'static str),
    /// UTF-16 text in as many bytes, or else units, as the earlier member says.
    CountedSz(&'static str),
    /// A record.
    Record(&'static Record),
    /// As many elements as the earlier member says.
    Counted(&'static str, Element),
    /// Elements to the end.
    Rest(Element),
}

/// The type of an array's elements.
#[derive(Clone, Copy, Debug)]
pub enum Element {
    /// 32-bit integers.
    U32,
    /// GUIDs.
    Guid,
    /// Records.
    Record(&'static Record),
}

/// The most members that a record can have, those of all readings together.
pub const MAX_MEMBERS: usize = 24;

impl Record {
    /// The members that a reading has.
    pub fn members_of(&self, variant: usize) -> impl Iterator<Item = (usize, &'static Member)> + use<> {
        let name = self.variants.get(variant).map_or("", |r| r.name);
        self.members.iter().enumerate().filter(move |(_, m)| m.only.is_empty() || m.only == name)
    }

    /// Bytes of a reading, where they are always the same.
    pub fn size(&self, variant: usize) -> Option<usize> {
        self.members_of(variant).try_fold(0usize, |sum, (_, member)| sum.checked_add(member.size()?))
    }

    /// The fewest bytes that a reading can take.
    pub fn min_size(&self, variant: usize) -> usize {
        self.members_of(variant).map(|(_, member)| member.min_size()).sum()
    }

    /// The place of the reading of this name.
    pub fn variant(&self, name: &str) -> Option<usize> {
        self.variants.iter().position(|r| r.name == name)
    }

    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|m| m.field.name == name)
    }
}

impl Member {
    /// Bytes that it takes, where they are always the same.
    pub fn size(&self) -> Option<usize> {
        match self.ty {
            _ if self.when.is_some() => None,
            Type::Int(scalar) => Some(scalar.size(crate::ndr::Syntax::Ndr)),
            Type::Total | Type::Ipv4 => Some(4),
            Type::Guid | Type::Ipv6 => Some(16),
            Type::Bytes(n) | Type::Gap(n) => Some(n),
            Type::Wide(units) | Type::Chars(units) => Some(units * 2),
            Type::Record(record) => record.size(0),
            _ => None,
        }
    }

    fn min_size(&self) -> usize {
        match self.ty {
            Type::Sz | Type::CheckedSz(_) | Type::CountedSz(_) => 2,
            Type::Record(record) => record.min_size(0),
            _ => self.size().unwrap_or(0),
        }
    }
}
