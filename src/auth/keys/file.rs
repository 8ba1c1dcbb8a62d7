//! Keys files: text, one key a line, `#` starts a comment line, the last field runs to the end of the line.
//!
//! The text is UTF-8 or, as Windows' programs write it, UTF-16 with a byte order mark. A name with blanks stands in
//! quotation marks; without them each blank may be the one behind the name, and the session decides. Lines of a dump of
//! hashes (`user:500:LM:NT:::`, `user:aes256-cts-hmac-sha1-96:KEY`) are read as they are.

use crate::base::bounds;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::{KeyError, KeyErrorKind, KeyStore, SecretBytes, UserKey, UserSecret, push, secret};

/// Reads a keys file into the store.
pub(super) fn read(store: &mut KeyStore, bytes: &[u8]) -> Result<usize, KeyError> {
    let bytes = text(bytes)?;
    let mut count = 0usize;
    for (index, line) in bytes.split(|b| *b == b'\n').enumerate() {
        if entry(store, line).map_err(|e| e.at_line(index + 1))? {
            count += 1;
        }
    }
    #[cfg(feature = "decrypt")]
    if let Cow::Owned(mut bytes) = bytes {
        zeroize::Zeroize::zeroize(&mut bytes);
    }
    Ok(count)
}

/// The file's bytes as UTF-8, without a byte order mark.
fn text(bytes: &[u8]) -> Result<Cow<'_, [u8]>, KeyError> {
    let from: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] | [0x01..=0x7f, 0, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] | [0, 0x01..=0x7f, ..] => u16::from_be_bytes,
        _ => return Ok(Cow::Borrowed(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))),
    };
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| from(*pair)).filter(|unit| *unit != 0xfeff);
    let wide: Result<String, _> = char::decode_utf16(units).collect();
    match wide {
        Ok(wide) if rest.is_empty() => Ok(Cow::Owned(wide.into_bytes())),
        Ok(_) => Err(KeyError::new(KeyErrorKind::NotText).at_offset(bytes.len())),
        Err(_) => {
            let units = pairs.iter().map(|pair| from(*pair)).filter(|unit| *unit != 0xfeff);
            let whole =
                char::decode_utf16(units).take_while(Result::is_ok).flatten().map(char::len_utf16).sum::<usize>();
            Err(KeyError::new(KeyErrorKind::NotText).at_offset((2 * whole).min(bytes.len())))
        }
    }
}

/// Reads a line; `false` if it holds no key.
fn entry(store: &mut KeyStore, line: &[u8]) -> Result<bool, KeyError> {
    let line = core::str::from_utf8(line).map_err(|_| KeyError::new(KeyErrorKind::NotText))?;
    let line = line.strip_suffix('\r').unwrap_or(line).trim_start_matches(BLANK);
    if line.is_empty() || line.starts_with('#') {
        return Ok(false);
    }
    let (keyword, rest) = word(line);
    match keyword.to_ascii_lowercase().as_str() {
        "password" => {
            for (reading, (name, password)) in names_and_keys(rest)?.into_iter().enumerate() {
                let key = UserSecret::Password(secret(password.as_bytes().to_vec()));
                add(store, name, key, None, reading > 0)?;
            }
        }
        "nthash" => {
            let mut found = false;
            let readings = names_and_keys(rest)?;
            let first = readings.first().copied();
            for (name, hash) in readings {
                // A hash has no blanks: there is one reading at most.
                if let Ok((lm, nt)) = hashes(hash) {
                    add(store, name, UserSecret::NtHash(secret(nt.to_vec())), lm, false)?;
                    found = true;
                    break;
                }
            }
            if let (false, Some((_, hash))) = (found, first) {
                hashes(hash)?;
            }
        }
        "session-key" if rest.is_empty() => return Err(KeyError::new(KeyErrorKind::Missing)),
        "session-key" => store.add_session_key(&unhex(rest)?)?,
        _ => return dumped(store, line),
    }
    Ok(true)
}

fn add(
    store: &mut KeyStore,
    name: &str,
    key: UserSecret,
    lm: Option<[u8; 16]>,
    other_reading: bool,
) -> Result<(), KeyError> {
    let key = UserKey { lm: lm.map(|lm| secret(lm.to_vec())), ..UserKey::new(name, key) };
    if other_reading { push(&mut store.other_readings, key) } else { store.add_user(key) }
}

const BLANK: [char; 2] = [' ', '\t'];

/// The first word and what follows the blanks behind it.
fn word(text: &str) -> (&str, &str) {
    match text.split_once(BLANK) {
        Some((first, rest)) => (first, rest.trim_start_matches(BLANK)),
        None => (text, ""),
    }
}

/// Name and key in each way in which the line can be read, the one whose name has no blanks first.
fn names_and_keys(text: &str) -> Result<Vec<(&str, &str)>, KeyError> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (name, key) = quoted.split_once('"').ok_or(KeyError::new(KeyErrorKind::Quote))?;
        let key = key.trim_start_matches(BLANK);
        if name.is_empty() || key.is_empty() {
            return Err(KeyError::new(KeyErrorKind::Missing));
        }
        return Ok(alloc::vec![(name, key)]);
    }
    let mut readings = Vec::new();
    for (at, _) in text.match_indices(BLANK) {
        let (name, key) = text.split_at(at);
        let key = key.trim_start_matches(BLANK);
        // Of several blanks in a row the first ends the name.
        if name.is_empty() || name.ends_with(BLANK) || key.is_empty() {
            continue;
        }
        readings.push((name, key));
        if readings.len() == bounds::KEY_LINE_READINGS {
            break;
        }
    }
    if readings.is_empty() {
        return Err(KeyError::new(KeyErrorKind::Missing));
    }
    Ok(readings)
}

/// An NT hash, or `LM:NT`.
fn hashes(text: &str) -> Result<(Option<[u8; 16]>, [u8; 16]), KeyError> {
    let hash = |text: &str| {
        let hash = unhex(text)?;
        <[u8; 16]>::try_from(hash.as_slice()).map_err(|_| KeyError::new(KeyErrorKind::KeyLength))
    };
    match text.trim_end_matches(BLANK).split_once(':') {
        Some((lm, nt)) => Ok((hash(lm).ok().filter(|lm| *lm != EMPTY_LM), hash(nt)?)),
        None => Ok((None, hash(text)?)),
    }
}

/// The LM hash of no password, which stands where there is no LM hash.
const EMPTY_LM: [u8; 16] =
    [0xaa, 0xd3, 0xb4, 0x35, 0xb5, 0x14, 0x04, 0xee, 0xaa, 0xd3, 0xb4, 0x35, 0xb5, 0x14, 0x04, 0xee];

/// A line of a dump: `DOMAIN\user:RID:LM:NT:…`, `user:NT`, `LM:NT`, or `DOMAIN\user:ENCRYPTION-TYPE:KEY`.
fn dumped(store: &mut KeyStore, line: &str) -> Result<bool, KeyError> {
    let unknown = KeyError::new(KeyErrorKind::Keyword);
    let fields: Vec<&str> = line.split(':').map(|field| field.trim_matches(BLANK)).collect();
    match fields.as_slice() {
        [name, rid, lm, nt, ..] if !name.is_empty() && !rid.is_empty() && rid.bytes().all(|b| b.is_ascii_digit()) => {
            // "NO PASSWORD***" and the like: an account without one.
            if lm.starts_with("NO PASSWORD") && nt.starts_with("NO PASSWORD") {
                return Ok(false);
            }
            let lm = hashes(lm).ok().map(|(_, lm)| lm).filter(|lm| *lm != EMPTY_LM);
            let (_, nt) = hashes(nt)?;
            add(store, name, UserSecret::NtHash(secret(nt.to_vec())), lm, false)?;
            Ok(true)
        }
        // `LM:NT` without a name, as other programs take it, or `user:NT`.
        [name, hash] if !name.is_empty() && hash.len() == 32 => {
            let lm = hashes(name).ok().map(|(_, lm)| lm);
            let (_, nt) = hashes(hash).map_err(|_| unknown)?;
            let user = if lm.is_some() { "" } else { name };
            add(store, user, UserSecret::NtHash(secret(nt.to_vec())), lm.filter(|lm| *lm != EMPTY_LM), false)?;
            Ok(true)
        }
        [name, etype, key] if !name.is_empty() => {
            let etype = crate::auth::kerberos::etype_number(etype).ok_or(unknown)?;
            store.add_service_key(name, etype, 0, &unhex(key)?)?;
            Ok(true)
        }
        _ => Err(unknown),
    }
}

fn unhex(text: &str) -> Result<SecretBytes, KeyError> {
    hex::decode(text.trim_end_matches(BLANK)).map(secret).map_err(|_| KeyError::new(KeyErrorKind::NotHex))
}
