//! Keys files: UTF-8 text, one key a line, `#` starts a comment line, the last field runs to the end of the line.

use super::{KeyError, KeyErrorKind, KeyStore, secret};

/// Reads a keys file into the store.
pub(super) fn read(store: &mut KeyStore, bytes: &[u8]) -> Result<usize, KeyError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut count = 0usize;
    for (index, line) in bytes.split(|b| *b == b'\n').enumerate() {
        if entry(store, line).map_err(|e| e.at_line(index + 1))? {
            count += 1;
        }
    }
    Ok(count)
}

/// Reads a line; `false` if it holds no key.
fn entry(store: &mut KeyStore, line: &[u8]) -> Result<bool, KeyError> {
    let line = core::str::from_utf8(line).map_err(|_| KeyError::new(KeyErrorKind::NotText))?;
    let line = line.strip_suffix('\r').unwrap_or(line).trim_start_matches(BLANK);
    if line.is_empty() || line.starts_with('#') {
        return Ok(false);
    }
    let (keyword, rest) = word(line);
    match keyword {
        "password" => {
            let (name, password) = name_and_key(rest)?;
            store.add_password(name, password)?;
        }
        "nthash" => {
            let (name, hash) = name_and_key(rest)?;
            let hash = unhex(hash)?;
            let hash = <[u8; 16]>::try_from(hash.as_slice()).map_err(|_| KeyError::new(KeyErrorKind::KeyLength))?;
            store.add_nt_hash(name, hash)?;
        }
        "session-key" if rest.is_empty() => return Err(KeyError::new(KeyErrorKind::Missing)),
        "session-key" => store.add_session_key(&unhex(rest)?)?,
        _ => return Err(KeyError::new(KeyErrorKind::Keyword)),
    }
    Ok(true)
}

const BLANK: [char; 2] = [' ', '\t'];

/// The first word and what follows the blanks behind it.
fn word(text: &str) -> (&str, &str) {
    match text.split_once(BLANK) {
        Some((first, rest)) => (first, rest.trim_start_matches(BLANK)),
        None => (text, ""),
    }
}

fn name_and_key(text: &str) -> Result<(&str, &str), KeyError> {
    match word(text) {
        (name, key) if !name.is_empty() && !key.is_empty() => Ok((name, key)),
        _ => Err(KeyError::new(KeyErrorKind::Missing)),
    }
}

fn unhex(text: &str) -> Result<super::SecretBytes, KeyError> {
    hex::decode(text.trim_end_matches(BLANK)).map(secret).map_err(|_| KeyError::new(KeyErrorKind::NotHex))
}
