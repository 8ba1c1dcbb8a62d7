//! MIT keytabs, versions 0x0501 (in the byte order of the machine that wrote it) and 0x0502 (big-endian).
//!
//! Layout of the entries: `int32 size` (negative: a hole), components, realm, names, name type, time stamp, `uint8
//! kvno`, etype, key, and maybe `uint32 kvno`.

use alloc::format;
use alloc::string::String;
use nom::bytes::complete::take;
use nom::multi::length_data;
use nom::number::Endianness;
use nom::number::complete::{i32 as int32, u8 as byte, u16 as uint16, u32 as uint32};
use nom::{IResult, Parser};

use super::{KeyError, KeyErrorKind, KeyStore, ServiceKey, push, secret};

/// Reads a keytab into the store.
pub(super) fn read(store: &mut KeyStore, bytes: &[u8]) -> Result<usize, KeyError> {
    let (version, mut rest) = match bytes {
        [5, 1, rest @ ..] => (1, rest),
        [5, 2, rest @ ..] => (2, rest),
        _ => return Err(KeyError::new(KeyErrorKind::Version).at_offset(0)),
    };
    // Version 1 was written in the machine's own order: the first entry's size tells which.
    let fits = |n: &[u8; 4]| usize::try_from(u32::from_le_bytes(*n)).is_ok_and(|n| n <= rest.len());
    let little = version == 1 && rest.first_chunk::<4>().is_none_or(fits);
    let endian = if little { Endianness::Little } else { Endianness::Big };
    let mut count = 0usize;
    while !rest.is_empty() {
        let error = |kind| KeyError::new(kind).at_offset(bytes.len() - rest.len());
        let (after, body) = record(rest, endian).map_err(|_| error(KeyErrorKind::Truncated))?;
        if let Some(body) = body {
            let (_, key) = entry(body, endian, version == 1).map_err(|_| error(KeyErrorKind::Truncated))?;
            store.paid(super::Kind::Key);
            push(&mut store.service_keys, key).map_err(|e| error(e.kind))?;
            count += 1;
        }
        rest = after;
    }
    Ok(count)
}

/// An entry's bytes, or `None` for a hole. A size of zero ends the table as MIT reads it.
fn record(input: &[u8], endian: Endianness) -> IResult<&[u8], Option<&[u8]>> {
    let (rest, size) = int32(endian).parse_complete(input)?;
    if size == 0 {
        return Ok((&[], None));
    }
    let (rest, body) = take(size.unsigned_abs()).parse_complete(rest)?;
    Ok((rest, (size > 0).then_some(body)))
}

fn entry(input: &[u8], endian: Endianness, first_version: bool) -> IResult<&[u8], ServiceKey> {
    let counted = || length_data(uint16(endian));
    let (rest, components) = uint16(endian).parse_complete(input)?;
    // Version 1 counts the realm as a component.
    let components = if first_version { components.saturating_sub(1) } else { components };
    let (mut rest, realm): (&[u8], &[u8]) = counted().parse_complete(rest)?;
    let mut name = String::new();
    for i in 0..components {
        let (after, component) = counted().parse_complete(rest)?;
        if i > 0 {
            name.push('/');
        }
        name.push_str(&String::from_utf8_lossy(component));
        rest = after;
    }
    if !first_version {
        rest = uint32(endian).parse_complete(rest)?.0;
    }
    let (rest, (_time, short_kvno, etype)) = (uint32(endian), byte, uint16(endian)).parse_complete(rest)?;
    let (rest, key): (&[u8], &[u8]) = counted().parse_complete(rest)?;
    let kvno = match uint32::<_, nom::error::Error<&[u8]>>(endian).parse_complete(rest) {
        Ok((_, kvno)) if kvno != 0 => kvno,
        _ => u32::from(short_kvno),
    };
    let principal = format!("{name}@{}", String::from_utf8_lossy(realm));
    Ok((rest, ServiceKey { principal, kvno, etype: i64::from(etype), key: secret(key.to_vec()) }))
}
