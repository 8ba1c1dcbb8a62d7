//! Kirbi files: a KRB-CRED message (RFC 4120 5.8.1) whose encrypted part is not encrypted (type 0), with the session keys of
//! the tickets in it. Some programs print them in base64.

use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;

use super::{CachedKey, KeyError, KeyErrorKind, KeyStore, push, secret};
use crate::auth::der;
use crate::auth::kerberos::{encrypted, principal};

/// Application tags of KRB-CRED and EncKrbCredPart.
const KRB_CRED: u8 = 0x76;
const ENC_PART: u8 = 0x7d;

/// The message, if the file is one.
pub(super) fn is_one(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    match bytes {
        [KRB_CRED, ..] => Some(Cow::Borrowed(bytes)),
        // What a KRB-CRED begins with, in base64.
        [b'd', b'g' | b'o', ..] => base64(bytes).filter(|b| b.first() == Some(&KRB_CRED)).map(Cow::Owned),
        _ => None,
    }
}

/// Base64 without a care for line ends; `None` if it is none.
#[cfg(feature = "decrypt")]
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    use base64::Engine as _;
    let text: Vec<u8> = text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// Without decryption nothing uses the keys in it.
#[cfg(not(feature = "decrypt"))]
fn base64(_: &[u8]) -> Option<Vec<u8>> {
    None
}

/// Reads a KRB-CRED into the store.
pub(super) fn read(store: &mut KeyStore, bytes: &[u8]) -> Result<usize, KeyError> {
    let broken = KeyError::new(KeyErrorKind::Truncated).at_offset(0);
    let part = der::expect(bytes, KRB_CRED)
        .and_then(|(body, _)| der::expect(body, der::SEQUENCE))
        .and_then(|(body, _)| encrypted(der::field(body, 3)?))
        .ok_or(broken)?;
    if part.etype != 0 {
        return Err(KeyError::new(KeyErrorKind::Encrypted));
    }
    let infos = der::expect(part.cipher, ENC_PART)
        .and_then(|(body, _)| der::expect(body, der::SEQUENCE))
        .and_then(|(body, _)| der::expect(der::field(body, 0)?, der::SEQUENCE))
        .ok_or(broken)?
        .0;
    let mut count = 0;
    for info in der::elements(infos) {
        let key = cached(info.value).ok_or(broken)?;
        store.paid(super::Kind::Key);
        push(&mut store.cached_keys, key)?;
        count += 1;
    }
    Ok(count)
}

/// The key of a KrbCredInfo.
fn cached(info: &[u8]) -> Option<CachedKey> {
    let (key, _) = der::expect(der::field(info, 0)?, der::SEQUENCE)?;
    let realm = der::field(info, 8).and_then(der::text).unwrap_or_default();
    let server = der::field(info, 9).and_then(principal).unwrap_or_default();
    Some(CachedKey {
        server: format!("{}@{realm}", server.join("/")),
        etype: der::field(key, 0).and_then(der::integer)?,
        key: secret(der::field(key, 1).and_then(|v| der::expect(v, der::OCTET_STRING))?.0.to_vec()),
    })
}
