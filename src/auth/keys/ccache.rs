//! MIT credential caches (file format), versions 3 and 4, big-endian: the session keys of the tickets in them.

use alloc::format;
use alloc::string::String;
use nom::multi::length_data;
use nom::number::complete::{be_u16, be_u32, u8 as byte};
use nom::{IResult, Parser};

use super::{CachedKey, KeyError, KeyErrorKind, KeyStore, push, secret};

/// Reads a credential cache into the store.
pub(super) fn read(store: &mut KeyStore, bytes: &[u8]) -> Result<usize, KeyError> {
    let truncated = |rest: &[u8]| KeyError::new(KeyErrorKind::Truncated).at_offset(bytes.len() - rest.len());
    let (version, rest) = match bytes {
        [5, 3, rest @ ..] => (3, rest),
        [5, 4, rest @ ..] => (4, rest),
        _ => return Err(KeyError::new(KeyErrorKind::Version).at_offset(0)),
    };
    let mut rest = rest;
    if version == 4 {
        rest = data16(rest).map_err(|_| truncated(rest))?.0;
    }
    rest = principal(rest).map_err(|_| truncated(rest))?.0;
    let mut count = 0usize;
    while !rest.is_empty() {
        let (after, key) = credential(rest, version).map_err(|_| truncated(rest))?;
        // Configuration entries look like tickets of this realm and hold no key.
        if !key.server.ends_with("@X-CACHECONF:") && !key.key.is_empty() {
            store.paid(super::Kind::Key);
            push(&mut store.cached_keys, key).map_err(|e| KeyError::new(e.kind).at_offset(bytes.len() - rest.len()))?;
            count += 1;
        }
        rest = after;
    }
    Ok(count)
}

fn data16(input: &[u8]) -> IResult<&[u8], &[u8]> {
    length_data(be_u16).parse_complete(input)
}

fn data32(input: &[u8]) -> IResult<&[u8], &[u8]> {
    length_data(be_u32).parse_complete(input)
}

/// Name type, number of components, realm, components.
fn principal(input: &[u8]) -> IResult<&[u8], String> {
    let (rest, (_kind, components)) = (be_u32, be_u32).parse_complete(input)?;
    let (mut rest, realm) = data32(rest)?;
    let mut name = String::new();
    for i in 0..components {
        // Each takes four bytes at least, so that the count is bounded by what is there.
        let (after, component) = data32(rest)?;
        if i > 0 {
            name.push('/');
        }
        name.push_str(&String::from_utf8_lossy(component));
        rest = after;
    }
    Ok((rest, format!("{name}@{}", String::from_utf8_lossy(realm))))
}

/// A list of addresses or of authorization data: number, then type and bytes each.
fn typed_list(input: &[u8]) -> IResult<&[u8], ()> {
    let (mut rest, count) = be_u32.parse_complete(input)?;
    for _ in 0..count {
        rest = be_u16.parse_complete(rest)?.0;
        rest = data32(rest)?.0;
    }
    Ok((rest, ()))
}

fn credential(input: &[u8], version: u8) -> IResult<&[u8], CachedKey> {
    let (rest, _client) = principal(input)?;
    let (rest, server) = principal(rest)?;
    let (rest, etype) = be_u16.parse_complete(rest)?;
    // Version 3 repeats the encryption type.
    let rest = if version == 3 { be_u16.parse_complete(rest)?.0 } else { rest };
    let (rest, key) = data32(rest)?;
    // Four times, whether the ticket is encrypted in a session key, the ticket's flags.
    let (rest, _) = (be_u32, be_u32, be_u32, be_u32, byte, be_u32).parse_complete(rest)?;
    let (rest, ()) = typed_list(rest)?;
    let (rest, ()) = typed_list(rest)?;
    let (rest, _ticket) = data32(rest)?;
    let (rest, _second) = data32(rest)?;
    Ok((rest, CachedKey { server, etype: i64::from(etype), key: secret(key.to_vec()) }))
}
