//! Security descriptors in self-relative form (MS-DTYP 2.4.6) as text in the Security Descriptor Definition Language
//! (MS-DTYP 2.5.1): `O:BAG:SYD:(A;;FA;;;SY)`.
//!
//! [`Descriptor`] is the view; every offset and size in it is checked against the bytes that are there. `parsing.rs`: the
//! way back, from text. Next: [`super::values`].

use super::packed::{self, ByteCursor, lower};
use crate::base::error::{Error, ErrorKind, Path};
use crate::ndr::visitor::Guid;
use alloc::string::String;
use core::fmt::{self, Write as _};

mod parsing;

pub use parsing::parse;

/// A security descriptor, borrowed; its parts have been checked.
#[derive(Clone, Copy, Debug)]
pub struct Descriptor<'a> {
    /// `Control` bits.
    pub control: u16,
    /// Owner.
    pub owner: Option<Sid<'a>>,
    /// Primary group.
    pub group: Option<Sid<'a>>,
    /// Discretionary list: absent, null or entries.
    pub dacl: Option<Acl<'a>>,
    /// System list.
    pub sacl: Option<Acl<'a>>,
}

/// A security identifier, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Sid<'a> {
    revision: u8,
    authority: [u8; 6],
    subs: &'a [u8],
}

/// An access control list, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Acl<'a> {
    /// Whether there is a list at all; without one everything is allowed.
    pub present: bool,
    count: u16,
    entries: ByteCursor<'a>,
}

/// An access control entry, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Ace<'a> {
    /// `AceType`
    pub kind: u8,
    /// `AceFlags`
    pub flags: u8,
    body: ByteCursor<'a>,
}

const DACL_PRESENT: u16 = 0x0004;
const SACL_PRESENT: u16 = 0x0010;
const SELF_RELATIVE: u16 = 0x8000;
// The same of a system list is twice the bit.
const DACL_AUTO_REQUESTED: u16 = 0x0100;
const DACL_AUTO_INHERITED: u16 = 0x0400;
const DACL_PROTECTED: u16 = 0x1000;

/// What was read; the first error is kept.
fn part<T>(name: &'static str, result: Result<Option<T>, Error>, error: &mut Option<Error>) -> Option<T> {
    result.unwrap_or_else(|e| {
        error.get_or_insert(Error { path: Path::of(name), ..e });
        None
    })
}

impl<'a> Descriptor<'a> {
    /// Reads a descriptor and checks all its parts.
    ///
    /// # Errors
    /// An offset or size outside the bytes, or no self-relative descriptor of revision 1.
    pub fn new(bytes: &'a [u8]) -> Result<Self, Error> {
        match Descriptor::readable(bytes)? {
            (descriptor, None) => Ok(descriptor),
            (_, Some(error)) => Err(error),
        }
    }

    /// The parts of a descriptor that can be read, and what is wrong with the first of the others.
    ///
    /// # Errors
    /// No self-relative descriptor of revision 1.
    pub fn readable(bytes: &'a [u8]) -> Result<(Self, Option<Error>), Error> {
        let start = ByteCursor::new(bytes);
        let (rest, (revision, _, control)) =
            lower(nom::Parser::parse(&mut (packed::u8, packed::u8, packed::u16), start))?;
        if revision != 1 || control & SELF_RELATIVE == 0 {
            return Err(Error::new(0, ErrorKind::Mismatch { expected: "a self-relative security descriptor" }));
        }
        let offsets = &mut (packed::u32, packed::u32, packed::u32, packed::u32);
        let (_, (owner, group, sacl, dacl)) = lower(nom::Parser::parse(offsets, rest))?;
        let at = |offset: u32| start.split_claimed(u64::from(offset), "offset").map(|(_, part)| part);
        let sid = |offset: u32| match offset {
            0 => Ok(None),
            offset => at(offset).and_then(sid).map(|(_, sid)| Some(sid)),
        };
        let list = |offset: u32, bit: u16| match (control & bit != 0, offset) {
            (false, _) => Ok(None),
            (true, 0) => Ok(Some(Acl { present: false, count: 0, entries: start.skip(bytes.len()) })),
            (true, offset) => at(offset).and_then(acl).map(Some),
        };
        let mut error = None;
        let (owner, group) = (part("OffsetOwner", sid(owner), &mut error), part("OffsetGroup", sid(group), &mut error));
        let (dacl, sacl) = (
            part("OffsetDacl", list(dacl, DACL_PRESENT), &mut error),
            part("OffsetSacl", list(sacl, SACL_PRESENT), &mut error),
        );
        Ok((Descriptor { control, owner, group, dacl, sacl }, error))
    }
}

fn sid(input: ByteCursor<'_>) -> Result<(ByteCursor<'_>, Sid<'_>), Error> {
    let head = &mut (packed::u8, packed::u8, packed::take(6, "IdentifierAuthority"));
    let (rest, (revision, count, bytes)) = lower(nom::Parser::parse(head, input))?;
    if count > 15 {
        let kind = ErrorKind::Count { value: u64::from(count), limit: 15, claimed_by: "SubAuthorityCount" };
        return Err(Error::new(input.offset(), kind));
    }
    let (part, rest) = rest.split(usize::from(count) * 4, "SubAuthorityCount")?;
    Ok((rest, Sid { revision, authority: bytes.try_into().unwrap_or_default(), subs: part.rest() }))
}

fn acl(input: ByteCursor<'_>) -> Result<Acl<'_>, Error> {
    let head = &mut (packed::u8, packed::u8, packed::u16, packed::u16, packed::u16);
    let (rest, (_, _, size, count, _)) = lower(nom::Parser::parse(head, input))?;
    let size = usize::from(size).checked_sub(8);
    let size =
        size.ok_or(Error::new(input.offset(), ErrorKind::Value { value: 0, expected: "an AclSize of 8 or more" }))?;
    let (entries, _) = rest.split(size, "AclSize")?;
    let list = Acl { present: true, count, entries };
    list.entries().try_for_each(|entry| entry.map(drop))?;
    Ok(list)
}

impl<'a> Acl<'a> {
    /// The entries, ending with the first error; a list that came with a [`Descriptor`] has none.
    pub fn entries(&self) -> impl Iterator<Item = Result<Ace<'a>, Error>> + use<'a> {
        let (mut rest, mut left) = (self.entries, self.count);
        core::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            let read = ace(rest);
            Some(match read {
                Ok((next, ace)) => {
                    rest = next;
                    Ok(ace)
                }
                Err(e) => {
                    left = 0;
                    Err(e)
                }
            })
        })
    }
}

fn ace(input: ByteCursor<'_>) -> Result<(ByteCursor<'_>, Ace<'_>), Error> {
    let (_, (kind, flags, size)) = lower(nom::Parser::parse(&mut (packed::u8, packed::u8, packed::u16), input))?;
    let (part, next) = input.split(usize::from(size).max(4), "AceSize")?;
    Ok((next, Ace { kind, flags, body: part.skip(4) }))
}

impl fmt::Display for Sid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.authority.iter().fold(0u64, |n, byte| n << 8 | u64::from(*byte));
        let subs = || self.subs.chunks_exact(4).map(|c| u32::from_le_bytes(c.try_into().unwrap_or_default()));
        let known = |(known, list, _): &&(u64, &[u32], &str)| *known == authority && subs().eq(list.iter().copied());
        let name = ALIASES.iter().find(|alias| self.revision == 1 && known(alias)).map(|(.., name)| *name);
        if let Some(name) = name {
            return f.write_str(name);
        }
        write!(f, "S-{}-", self.revision)?;
        if authority >> 32 == 0 {
            write!(f, "{authority}")?
        } else {
            write!(f, "{authority:#014x}")?
        }
        subs().try_for_each(|sub| write!(f, "-{sub}"))
    }
}

/// Names of security identifiers (MS-DTYP 2.5.1.1): authority, subauthorities, name. Those of a domain have none here.
const ALIASES: &[(u64, &[u32], &str)] = &[
    (1, &[0], "WD"),
    (3, &[0], "CO"),
    (3, &[1], "CG"),
    (3, &[4], "OW"),
    (5, &[2], "NU"),
    (5, &[4], "IU"),
    (5, &[6], "SU"),
    (5, &[7], "AN"),
    (5, &[9], "ED"),
    (5, &[10], "PS"),
    (5, &[11], "AU"),
    (5, &[12], "RC"),
    (5, &[18], "SY"),
    (5, &[19], "LS"),
    (5, &[20], "NS"),
    (5, &[32, 544], "BA"),
    (5, &[32, 545], "BU"),
    (5, &[32, 546], "BG"),
    (5, &[32, 547], "PU"),
    (5, &[32, 548], "AO"),
    (5, &[32, 549], "SO"),
    (5, &[32, 550], "PO"),
    (5, &[32, 551], "BO"),
    (5, &[32, 552], "RE"),
    (5, &[32, 554], "RU"),
    (5, &[32, 555], "RD"),
    (5, &[32, 556], "NO"),
    (5, &[32, 559], "LU"),
    (16, &[0x1000], "LW"),
    (16, &[0x2000], "ME"),
    (16, &[0x3000], "HI"),
    (16, &[0x4000], "SI"),
];

/// Names of the kinds of entries (MS-DTYP 2.5.1.1); those with GUIDs are marked.
const KINDS: &[(u8, &str, bool)] = &[
    (0x00, "A", false),
    (0x01, "D", false),
    (0x02, "AU", false),
    (0x03, "AL", false),
    (0x05, "OA", true),
    (0x06, "OD", true),
    (0x07, "OU", true),
    (0x09, "XA", false),
    (0x0a, "XD", false),
    (0x0b, "ZA", true),
    (0x0d, "XU", false),
    (0x11, "ML", false),
    (0x12, "RA", false),
    (0x13, "SP", false),
];

const ACE_FLAGS: &[(u8, &str)] =
    &[(0x01, "OI"), (0x02, "CI"), (0x04, "NP"), (0x08, "IO"), (0x10, "ID"), (0x40, "SA"), (0x80, "FA")];

const RIGHTS: &[(u32, &str)] = &[
    (0x8000_0000, "GR"),
    (0x4000_0000, "GW"),
    (0x2000_0000, "GX"),
    (0x1000_0000, "GA"),
    (0x000F_003F, "KA"),
    (0x0002_0019, "KR"),
    (0x0002_0006, "KW"),
    (0x001F_01FF, "FA"),
    (0x0012_0089, "FR"),
    (0x0012_0116, "FW"),
    (0x0012_00A0, "FX"),
];

const BITS: &[(u32, &str)] = &[
    (0x1, "CC"),
    (0x2, "DC"),
    (0x4, "LC"),
    (0x8, "SW"),
    (0x10, "RP"),
    (0x20, "WP"),
    (0x40, "DT"),
    (0x80, "LO"),
    (0x100, "CR"),
    (0x1_0000, "SD"),
    (0x2_0000, "RC"),
    (0x4_0000, "WD"),
    (0x8_0000, "WO"),
    (0x8000_0000, "GR"),
    (0x4000_0000, "GW"),
    (0x2000_0000, "GX"),
    (0x1000_0000, "GA"),
];

fn rights(mask: u32, text: &mut String) {
    if let Some((_, name)) = RIGHTS.iter().find(|(bits, _)| *bits == mask) {
        return text.push_str(name);
    }
    let named = BITS.iter().fold(0, |all, (bit, _)| all | bit);
    if mask == 0 || mask & !named != 0 {
        // Writing to memory does not fail.
        let _ = write!(text, "{mask:#x}");
        return;
    }
    BITS.iter().filter(|(bit, _)| mask & bit != 0).for_each(|(_, name)| text.push_str(name));
}

impl Ace<'_> {
    /// Appends `(type;flags;rights;object;inherited object;sid)`; what has another form as `(0xNN;flags;;;;)`.
    fn append(&self, text: &mut String) {
        let known = KINDS.iter().find(|(kind, ..)| *kind == self.kind);
        let mut flags = String::new();
        ACE_FLAGS.iter().filter(|(bit, _)| self.flags & bit != 0).for_each(|(_, name)| flags.push_str(name));
        let parsed = known.and_then(|(_, name, object)| Some((name, self.parts(*object)?)));
        let Some((name, parts)) = parsed else {
            let _ = write!(text, "({:#x};{flags};;;;)", self.kind);
            return;
        };
        let _ = write!(text, "({name};{flags};");
        rights(parts.mask, text);
        for guid in [parts.object, parts.inherited] {
            text.push(';');
            if let Some(guid) = guid {
                let _ = write!(text, "{guid}");
            }
        }
        let _ = write!(text, ";{}", parts.sid);
        text.push(')');
    }

    fn parts(&self, object: bool) -> Option<Parts<'_>> {
        let (mut rest, mask) = packed::u32(self.body).ok()?;
        let mut guids = [None; 2];
        if object {
            let (mut next, present) = packed::u32(rest).ok()?;
            for (slot, bit) in guids.iter_mut().zip([1, 2]) {
                if present & bit != 0 {
                    let (behind, guid) = packed::guid(next).ok()?;
                    (next, *slot) = (behind, Some(guid));
                }
            }
            rest = next;
        }
        let (_, sid) = sid(rest).ok()?;
        let [object, inherited] = guids;
        Some(Parts { mask, object, inherited, sid })
    }
}

struct Parts<'a> {
    mask: u32,
    object: Option<Guid>,
    inherited: Option<Guid>,
    sid: Sid<'a>,
}

fn list(letter: char, acl: &Acl<'_>, flags: [(bool, &str); 3], text: &mut String) {
    text.push(letter);
    text.push(':');
    flags.iter().filter(|(set, _)| *set).for_each(|(_, name)| text.push_str(name));
    if !acl.present {
        text.push_str("NO_ACCESS_CONTROL");
    }
    acl.entries().flatten().for_each(|entry| entry.append(text));
}

/// A descriptor as text. It is at most some twenty times as long as the bytes.
///
/// # Errors
/// As for [`Descriptor::new`].
pub fn sddl(bytes: &[u8]) -> Result<String, Error> {
    match readable(bytes)? {
        (text, None) => Ok(text),
        (_, Some(error)) => Err(error),
    }
}

/// As much of a descriptor as can be read, as text, with `?` for its other parts (`O:BAD:?`); and what is wrong with the
/// first of those.
///
/// # Errors
/// As for [`Descriptor::readable`].
pub fn readable(bytes: &[u8]) -> Result<(String, Option<Error>), Error> {
    let (descriptor, error) = Descriptor::readable(bytes)?;
    let given = |at: usize| bytes.get(at..at + 4).is_some_and(|offset| offset != [0; 4]);
    let bit = |n: u16| descriptor.control & n != 0;
    let mut text = String::new();
    for (letter, sid, at) in [('O', &descriptor.owner, 4), ('G', &descriptor.group, 8)] {
        let _ = match sid {
            Some(sid) => write!(text, "{letter}:{sid}"),
            None if given(at) => write!(text, "{letter}:?"),
            None => Ok(()),
        };
    }
    let flags = |shift: u32| {
        [
            (bit(DACL_PROTECTED << shift), "P"),
            (bit(DACL_AUTO_REQUESTED << shift), "AR"),
            (bit(DACL_AUTO_INHERITED << shift), "AI"),
        ]
    };
    match &descriptor.dacl {
        Some(acl) => list('D', acl, flags(0), &mut text),
        None if bit(DACL_PRESENT) => text.push_str("D:?"),
        None => {}
    }
    match &descriptor.sacl {
        Some(acl) => list('S', acl, flags(1), &mut text),
        None if bit(SACL_PRESENT) => text.push_str("S:?"),
        None => {}
    }
    Ok((text, error))
}
