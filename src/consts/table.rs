//! The tables behind the newtypes: what a printer, a lookup by name and `list enums` read.
//!
//! Next: `declare.rs` for the macro that makes a newtype and its table from one declaration.

use core::fmt;

/// Whether a number is one of the listed values or an OR of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Exactly one value at a time; others may occur and must survive.
    Enum,
    /// A bit mask; bits without a name may occur and must survive.
    Flags,
}

impl Kind {
    /// `"enum"` or `"flags"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Enum => "enum",
            Kind::Flags => "flags",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a declaration comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Source {
    /// Revision 34.0 of MS-CMRP, or the other document that the section names.
    Spec34,
    /// The later published revision of MS-CMRP.
    Revision44,
    /// The public header of the Windows SDK (`clusapi.h`, `resapi.h`).
    Sdk,
    /// Public documentation of Windows; names are ours where it has none.
    Public,
}

impl Source {
    /// `"spec 34"`, `"revision 44"`, `"sdk"` or `"public documentation"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Source::Spec34 => "spec 34",
            Source::Revision44 => "revision 44",
            Source::Sdk => "sdk",
            Source::Public => "public documentation",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A named value or bit of an enumeration or a bit mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The name, to the letter of its source.
    pub name: &'static str,
    /// The value, zero-extended to 64 bits.
    pub value: u64,
    /// Other names of the same value; encoding and filters take them too.
    pub also: &'static [&'static str],
    /// Where the name comes from.
    pub source: Source,
    /// The Windows release that brought it; empty where that is not known.
    pub since: &'static str,
    /// What else there is to say about it; empty for most.
    pub note: &'static str,
}

/// An enumeration or a bit mask of the specification, as data.
#[derive(Debug, PartialEq, Eq)]
pub struct Constants {
    /// The specification's name; where it has a list but no name, one of ours.
    pub name: &'static str,
    /// Enumeration or bit mask.
    pub kind: Kind,
    /// Width of the number where it is used, in bits: 16, 32 or 64. A 16-bit NDR enumeration takes four bytes in NDR64.
    pub width: u8,
    /// Section of MS-CMRP, or of the document that is named first.
    pub section: &'static str,
    /// Parameters and members that hold it.
    pub used_by: &'static str,
    /// The names, in the order of the specification.
    pub members: &'static [Member],
}

impl Member {
    /// Whether this is the member's name or one of its other names.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.also.contains(&name)
    }
}

impl Constants {
    /// Where the list comes from: the earliest source of any of its members.
    pub fn source(&self) -> Source {
        self.members.iter().map(|member| member.source).min().unwrap_or(Source::Spec34)
    }

    /// The name of the member with exactly this value, the first one if several have it.
    pub const fn name_of(&self, value: u64) -> Option<&'static str> {
        match self.member(value) {
            Some(member) => Some(member.name),
            None => None,
        }
    }

    /// The member with exactly this value. The lists are short (some 60 members at most), so it looks at them in turn.
    pub const fn member(&self, value: u64) -> Option<&'static Member> {
        let mut rest = self.members;
        while let [first, tail @ ..] = rest {
            if first.value == value {
                return Some(first);
            }
            rest = tail;
        }
        None
    }

    /// The value of the member of this name, or of the one that has it as another name.
    pub fn value_of(&self, name: &str) -> Option<u64> {
        let named = self.members.iter().find(|member| member.name == name);
        named.or_else(|| self.members.iter().find(|member| member.is_called(name))).map(|member| member.value)
    }

    /// Takes a bit mask apart: the names of the bits that are set, in the order of the table, and what is left over.
    ///
    /// A member of value 0 is named only when no bit is set. A member of several bits is named when all of them are set
    /// and at least one of them has no name of its own, so that a union beside its parts says nothing twice.
    pub const fn flags_of(&self, value: u64) -> Flags {
        Flags { rest: self.members, all: self.members, value, unknown: value & !self.named_bits(value) }
    }

    /// The bits of `value` that [`Constants::flags_of`] gives a name to.
    const fn named_bits(&self, value: u64) -> u64 {
        let mut rest = self.members;
        let mut named = 0;
        while let [first, tail @ ..] = rest {
            if value & first.value == first.value {
                named |= first.value;
            }
            rest = tail;
        }
        named
    }

    /// The number with its name or names, for people: `ClusterResourceOnline (2)`, `GENERIC_READ | 0x4 (0x80000004)`.
    pub const fn display(&'static self, value: u64) -> Display {
        Display { table: self, value }
    }
}

/// The bits that have a member of their own.
const fn single_bits(members: &'static [Member]) -> u64 {
    let mut rest = members;
    let mut bits = 0;
    while let [first, tail @ ..] = rest {
        if first.value.is_power_of_two() {
            bits |= first.value;
        }
        rest = tail;
    }
    bits
}

/// The names of a bit mask's set bits: see [`Constants::flags_of`].
#[derive(Clone, Debug)]
pub struct Flags {
    rest: &'static [Member],
    all: &'static [Member],
    value: u64,
    unknown: u64,
}

impl Flags {
    /// The set bits that have no name; the same before and after iterating.
    pub const fn unknown(&self) -> u64 {
        self.unknown
    }
}

impl Iterator for Flags {
    type Item = &'static str;

    fn next(&mut self) -> Option<&'static str> {
        while let [first, tail @ ..] = self.rest {
            self.rest = tail;
            let bits = first.value;
            let named = if bits == 0 {
                self.value == 0
            } else {
                self.value & bits == bits && (bits.is_power_of_two() || bits & !single_bits(self.all) != 0)
            };
            if named {
                return Some(first.name);
            }
        }
        None
    }
}

/// A number with its name or names: see [`Constants::display`].
#[derive(Clone, Copy)]
pub struct Display {
    table: &'static Constants,
    value: u64,
}

impl fmt::Display for Display {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value;
        match self.table.kind {
            Kind::Enum => match self.table.name_of(value) {
                Some(name) => write!(f, "{name} ({})", Number(value)),
                None => write!(f, "{}", Number(value)),
            },
            Kind::Flags => {
                let flags = self.table.flags_of(value);
                let unknown = flags.unknown();
                let mut any = false;
                for name in flags {
                    // A name and the bar before it in one piece: a writer may break the line there.
                    if any {
                        f.write_str(" | ")?;
                    }
                    f.write_str(name)?;
                    any = true;
                }
                match (any, unknown) {
                    (false, _) => write!(f, "{value:#x}"),
                    (true, 0) => write!(f, " ({value:#x})"),
                    (true, _) => write!(f, " | {unknown:#x} ({value:#x})"),
                }
            }
        }
    }
}

/// Decimal up to 65535, hexadecimal above: as the specification prints such numbers.
struct Number(u64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 <= 0xFFFF { write!(f, "{}", self.0) } else { write!(f, "{:#x}", self.0) }
    }
}

/// What every newtype of this module has in common.
pub trait Constant: Copy {
    /// The table of its names.
    const TABLE: &'static Constants;

    /// The number, zero-extended to 64 bits.
    fn value(self) -> u64;
}

/// Joins lists into one array; `fill` is only there because arrays must start with something.
pub(super) const fn concat<T: Copy, const N: usize>(fill: T, lists: &[&[T]]) -> [T; N] {
    let mut all = [fill; N];
    let mut at = 0;
    let mut list = 0;
    while list < lists.len() {
        let mut i = 0;
        while i < lists[list].len() {
            all[at] = lists[list][i];
            at += 1;
            i += 1;
        }
        list += 1;
    }
    assert!(at == N);
    all
}

/// How many elements [`concat`] makes of these lists.
pub(super) const fn total<T>(lists: &[&[T]]) -> usize {
    let mut count = 0;
    let mut list = 0;
    while list < lists.len() {
        count += lists[list].len();
        list += 1;
    }
    count
}
