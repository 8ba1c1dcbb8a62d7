//! The Security Descriptor Definition Language (MS-DTYP 2.5.1) to self-relative security descriptors.
//!
//! What stands in a domain's own name space (`DA`, `DU` …) has no number without the domain, and conditions of entries
//! (`XA`, `ZA` …) are not read: both are errors.

use super::{
    ACE_FLAGS, ALIASES, BITS, DACL_AUTO_INHERITED, DACL_AUTO_REQUESTED, DACL_PRESENT, DACL_PROTECTED, KINDS, RIGHTS,
    SACL_PRESENT, SELF_RELATIVE,
};
use crate::base::Guid;
use crate::ndr::EncodeError;
use alloc::format;
use alloc::vec::Vec;

/// Bits of the system list's flags are those of the discretionary one, one place higher.
const SACL_SHIFT: u32 = 1;

/// The kind of an integrity label, whose rights have names of their own (MS-DTYP 2.4.4.13).
const LABEL: u8 = 0x11;

const LABEL_RIGHTS: &[(u32, &str)] = &[(1, "NW"), (2, "NR"), (4, "NX")];

fn wrong(what: &str, text: &str) -> EncodeError {
    EncodeError::new(format!("{text:?} is no {what} of SDDL"))
}

/// A descriptor's bytes, its parts in the order in which Windows writes them: system list, discretionary list, owner,
/// group.
///
/// # Errors
/// Which part of the text can't be read.
pub fn parse(text: &str) -> Result<Vec<u8>, EncodeError> {
    let (mut owner, mut group, mut dacl, mut sacl) = (None, None, None, None);
    let mut control = SELF_RELATIVE;
    for (letter, body) in sections(text)? {
        let slot = match letter {
            b'O' => &mut owner,
            b'G' => &mut group,
            b'D' => &mut dacl,
            _ => &mut sacl,
        };
        if slot.is_some() {
            return Err(EncodeError::new(format!("\"{}:\" stands twice", char::from(letter))));
        }
        *slot = Some(match letter {
            b'O' | b'G' => sid(body.trim())?,
            b'D' => {
                control |= DACL_PRESENT;
                list(body, 0, &mut control)?
            }
            _ => {
                control |= SACL_PRESENT;
                list(body, SACL_SHIFT, &mut control)?
            }
        });
    }
    let parts = [sacl, dacl, owner, group].map(Option::unwrap_or_default);
    let mut offsets = [0u32; 4];
    let mut at = 20u32;
    for (offset, part) in offsets.iter_mut().zip(&parts) {
        if !part.is_empty() {
            *offset = at;
            at = at.saturating_add(part.len() as u32);
        }
    }
    let [sacl, dacl, owner, group] = offsets;
    let mut bytes = Vec::from([1, 0]);
    bytes.extend(control.to_le_bytes());
    [owner, group, sacl, dacl].iter().for_each(|offset| bytes.extend(offset.to_le_bytes()));
    parts.iter().for_each(|part| bytes.extend(part));
    Ok(bytes)
}

/// The letters with what stands behind their colons.
fn sections(text: &str) -> Result<Vec<(u8, &str)>, EncodeError> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let mut starts = Vec::new();
    let mut inside = false;
    for (i, pair) in bytes.windows(2).enumerate() {
        match pair {
            [b'(', _] => inside = true,
            [b')', _] => inside = false,
            [b'O' | b'G' | b'D' | b'S', b':'] if !inside => starts.push(i),
            _ => {}
        }
    }
    if starts.first() != Some(&0) {
        return Err(wrong("security descriptor", text));
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let section = |(start, end): (&usize, usize)| Some((*bytes.get(*start)?, text.get(start + 2..end)?));
    Ok(starts.iter().zip(ends).filter_map(section).collect())
}

/// A list; empty for `NO_ACCESS_CONTROL`, which is no list at all.
fn list(body: &str, shift: u32, control: &mut u16) -> Result<Vec<u8>, EncodeError> {
    let (mut flags, entries) = match body.find('(') {
        Some(at) => body.split_at(at),
        None => (body, ""),
    };
    let mut present = true;
    flags = flags.trim();
    while !flags.is_empty() {
        let names = [("P", DACL_PROTECTED), ("AR", DACL_AUTO_REQUESTED), ("AI", DACL_AUTO_INHERITED)];
        if let Some(rest) = flags.strip_prefix("NO_ACCESS_CONTROL") {
            (present, flags) = (false, rest);
        } else if let Some((rest, bit)) = names.iter().find_map(|(name, bit)| Some((flags.strip_prefix(name)?, bit))) {
            *control |= bit << shift;
            flags = rest;
        } else {
            return Err(wrong("flag of a list", flags));
        }
    }
    let (mut bytes, mut count, mut objects) = (Vec::new(), 0u16, false);
    let mut rest = entries.trim();
    while !rest.is_empty() {
        let entry = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let (entry, behind) = entry.ok_or_else(|| wrong("entry", rest))?;
        objects |= ace(entry, &mut bytes)?;
        count = count.checked_add(1).ok_or_else(|| EncodeError::new("more entries than a list can have"))?;
        rest = behind.trim_start();
    }
    if !present {
        return if count == 0 { Ok(bytes) } else { Err(EncodeError::new("entries behind NO_ACCESS_CONTROL")) };
    }
    let size = u16::try_from(bytes.len() + 8).map_err(|_| EncodeError::new("more bytes than a list can have"))?;
    let mut head = Vec::from([if objects { 4 } else { 2 }, 0]);
    head.extend(size.to_le_bytes());
    head.extend(count.to_le_bytes());
    head.extend([0, 0]);
    head.extend(bytes);
    Ok(head)
}

/// An entry without its parentheses; whether it is one with GUIDs.
fn ace(text: &str, out: &mut Vec<u8>) -> Result<bool, EncodeError> {
    let mut parts = text.split(';').map(str::trim);
    let mut part = || parts.next().ok_or_else(|| wrong("entry", text));
    let [name, flags, rights, object, inherited, trustee] = [part()?, part()?, part()?, part()?, part()?, part()?];
    if parts.next().is_some() {
        return Err(EncodeError::new(format!("{text:?}: conditions and resource attributes are not read")));
    }
    let known = KINDS.iter().find(|(_, known, _)| known.eq_ignore_ascii_case(name));
    let (kind, name, has_guids) = *known.ok_or_else(|| wrong("kind of entry", name))?;
    if matches!(name, "XA" | "XD" | "XU" | "ZA" | "RA") {
        return Err(EncodeError::new(format!("{text:?}: conditions and resource attributes are not read")));
    }
    let flags = letters(flags, ACE_FLAGS.iter().map(|(bit, name)| (u32::from(*bit), *name)))
        .ok_or_else(|| wrong("flag of an entry", flags))?;
    let mask = mask(rights, kind)?;
    let mut body = Vec::from(mask.to_le_bytes());
    let guids = [object, inherited].map(|text| match text {
        "" => Ok(None),
        text => Guid::parse(text).map(Some).ok_or_else(|| wrong("GUID", text)),
    });
    let [object, inherited] = guids;
    let guids = [object?, inherited?];
    if has_guids {
        let present = u32::from(guids[0].is_some()) | u32::from(guids[1].is_some()) << 1;
        body.extend(present.to_le_bytes());
        guids.iter().flatten().for_each(|guid| body.extend(guid.0));
    } else if guids.iter().any(Option::is_some) {
        return Err(EncodeError::new(format!("{text:?}: entries of this kind have no GUIDs")));
    }
    body.extend(sid(trustee)?);
    let size = u16::try_from(body.len() + 4).map_err(|_| wrong("entry", text))?;
    out.extend([kind, flags as u8]);
    out.extend(size.to_le_bytes());
    out.extend(body);
    Ok(has_guids)
}

/// Names of two letters, one behind the other; `None` if there is another one.
fn letters<'n>(text: &str, names: impl Iterator<Item = (u32, &'n str)> + Clone) -> Option<u32> {
    let (mut rest, mut bits) = (text, 0);
    while !rest.is_empty() {
        let (name, behind) = rest.split_at_checked(2)?;
        bits |= names.clone().find(|(_, known)| known.eq_ignore_ascii_case(name))?.0;
        rest = behind;
    }
    Some(bits)
}

fn mask(text: &str, kind: u8) -> Result<u32, EncodeError> {
    let number = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    let label: &[(u32, &str)] = if kind == LABEL { LABEL_RIGHTS } else { &[] };
    let names = label.iter().chain(RIGHTS).chain(BITS).copied();
    number.or_else(|| letters(text, names)).ok_or_else(|| wrong("access right", text))
}

fn sid(text: &str) -> Result<Vec<u8>, EncodeError> {
    let put = |authority: u64, subs: &[u32]| {
        let mut bytes = Vec::from([1, subs.len() as u8]);
        bytes.extend(authority.to_be_bytes().iter().skip(2));
        subs.iter().for_each(|sub| bytes.extend(sub.to_le_bytes()));
        bytes
    };
    if let Some((authority, subs, _)) = ALIASES.iter().find(|(.., name)| name.eq_ignore_ascii_case(text)) {
        return Ok(put(*authority, subs));
    }
    let mut parts = text.split('-');
    if !(matches!(parts.next(), Some("S" | "s")) && parts.next() == Some("1")) {
        return Err(wrong("security identifier", text));
    }
    let authority = parts.next().and_then(|part| match part.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => part.parse().ok(),
    });
    let authority = authority.filter(|n| n >> 48 == 0).ok_or_else(|| wrong("security identifier", text))?;
    let subs: Option<Vec<u32>> = parts.map(|part| part.parse().ok()).collect();
    let subs = subs.filter(|subs| subs.len() <= 15).ok_or_else(|| wrong("security identifier", text))?;
    Ok(put(authority, &subs))
}

#[cfg(test)]
mod tests {
    use super::super::sddl;
    use super::*;

    /// Bytes as Windows' ConvertStringSecurityDescriptorToSecurityDescriptor makes them, worked out by hand from
    /// MS-DTYP 2.4.6, 2.4.5 and 2.4.4.2.
    #[test]
    fn bytes_of_a_text() {
        let bytes = parse("O:BAG:SYD:P(A;CI;FA;;;SY)").unwrap();
        let expected = "0100049030000000400000000000000014000000\
            02001c0001000000 00021400ff011f00010100000000000512000000\
            01020000000000052000000020020000 010100000000000512000000";
        let expected: Vec<u8> = hex::decode(expected.replace(' ', "")).unwrap();
        assert_eq!(bytes, expected);
    }

    #[test]
    fn texts_and_back() {
        for text in [
            "O:BAG:SYD:(A;;FA;;;SY)",
            "D:NO_ACCESS_CONTROL",
            "D:",
            "S:",
            "O:S-1-5-21-1-2-3-500",
            "D:PARAI(A;OICINPIOID;GA;;;WD)(D;;0x12019f;;;S-1-5-32-580)",
            "G:LSD:AI(OA;CI;RPWP;bf967aba-0de6-11d0-a285-00aa003049e2;;AU)S:ARAI(AU;SAFA;CCDCLC;;;WD)",
            "D:(OA;;CR;;bf967aba-0de6-11d0-a285-00aa003049e2;CO)",
            "S:(ML;;CC;;;ME)",
            "D:(A;;0x0;;;S-1-0x123456789abc-1)",
        ] {
            let bytes = parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(sddl(&bytes).unwrap(), text);
        }
        assert_eq!(sddl(&parse(" D: ( A ; ; 131097 ; ; ; s-1-1-0 ) ").unwrap()).unwrap(), "D:(A;;KR;;;WD)");
        assert_eq!(parse("S:(ML;;NW;;;ME)").unwrap(), parse("S:(ML;;CC;;;ME)").unwrap());
    }

    #[test]
    fn what_is_no_text() {
        for text in [
            "",
            "x",
            "O:",
            "O:DA",
            "O:BAO:BA",
            "D:(A;;FA;;;SY",
            "D:(A;;FA;;SY)",
            "D:(A;;FX1;;;SY)",
            "D:(Q;;FA;;;SY)",
            "D:Q(A;;FA;;;SY)",
            "D:(A;;FA;bf967aba-0de6-11d0-a285-00aa003049e2;;SY)",
            "D:(XA;;FA;;;SY;(a == 1))",
            "D:(XA;;FA;;;SY)",
            "D:NO_ACCESS_CONTROL(A;;FA;;;SY)",
            "D:(A;;ü;;;SY)",
            "O:S-1-281474976710656-1",
            "O:S-1-5-4294967296",
            "O:S-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        let long = format!("D:{}", "(A;;FA;;;SY)".repeat(5000));
        assert!(parse(&long).is_err());
    }
}
