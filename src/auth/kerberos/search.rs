//! Finds the key that opens a ticket: every try is proved by the checksum, so that aliases of a service's account are
//! found too; the likeliest come first and the number of tries is bounded.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::etype::{EncryptionKey, Etype, default_iterations, string_to_key};
use super::handshake::{USAGE_TICKET, etype_text};
use super::message::ApReq;
use crate::auth::keys::{Derived, KeyStore, SecretBytes, ServiceKey, UserKey, UserSecret};

/// At most so many keys are tried on a ticket.
const MAX_TRIES: usize = 4096;

/// `ticket for service@REALM (etype, kvno)`.
pub(crate) fn describe(request: &ApReq<'_>) -> String {
    let etype = etype_text(request.ticket.etype);
    let kvno = request.ticket.kvno.map_or_else(String::new, |n| format!(", kvno {n}"));
    format!("ticket for {}@{} ({etype}{kvno})", request.service.join("/"), request.realm)
}

/// The ticket's contents; the error says which key is missing and what there is instead.
pub(crate) fn ticket_key(request: &ApReq<'_>, keys: &KeyStore) -> Result<SecretBytes, String> {
    let Some(etype) = Etype::from_number(request.ticket.etype) else {
        return Err(format!("{}: that encryption type isn't opened", describe(request)));
    };
    let service = format!("{}@{}", request.service.join("/"), request.realm);
    let same = |key: &ServiceKey| key.principal.eq_ignore_ascii_case(&service);
    let usable = |key: &&ServiceKey| key.etype == etype.number();
    let open = |key: &[u8]| {
        EncryptionKey::new(etype.number(), key).and_then(|k| k.decrypt(USAGE_TICKET, request.ticket.cipher))
    };
    let (named, others): (Vec<_>, Vec<_>) = keys.service_keys.iter().filter(usable).partition(|key| same(key));
    let tries = named.iter().chain(&others).take(MAX_TRIES);
    if let Some(ticket) = tries.map(|key| &key.key).find_map(|key| open(key)) {
        return Ok(ticket);
    }
    for user in keys.users.iter().take(MAX_TRIES) {
        let found = match (&user.secret, etype) {
            (UserSecret::NtHash(hash), Etype::Rc4) => open(hash),
            (UserSecret::NtHash(_), _) => None,
            (UserSecret::Password(password), etype) => {
                let password = core::str::from_utf8(password).unwrap_or_default();
                salts(user, request).iter().find_map(|salt| open(&derived(keys, etype, password, salt)?))
            }
        };
        if let Some(ticket) = found {
            return Ok(ticket);
        }
    }
    Err(missing(request, keys, &same))
}

/// Salts that a password's key may have been made with: as given, else the default ones of the service's own
/// principal, of a user account and of a computer account (MS-KILE 3.1.1.2).
fn salts(user: &UserKey, request: &ApReq<'_>) -> Vec<String> {
    if let Some(salt) = &user.salt {
        return alloc::vec![salt.clone()];
    }
    let realm = &request.realm;
    let (name, _) = user.name.split_once('@').unwrap_or((&user.name, ""));
    if name.contains('/') {
        // A service's principal is meant: it must be this one.
        let wanted = request.service.join("/");
        let right = name.eq_ignore_ascii_case(&wanted);
        return if right { alloc::vec![format!("{realm}{}", request.service.concat())] } else { Vec::new() };
    }
    match name.strip_suffix('$') {
        Some(host) => alloc::vec![format!("{realm}host{}.{}", host.to_lowercase(), realm.to_lowercase())],
        None => alloc::vec![format!("{realm}{name}")],
    }
}

/// string-to-key, remembered: it is slow on purpose. `None` once the store remembers [`KeyStore::MAX_DERIVED`].
fn derived(keys: &KeyStore, etype: Etype, password: &str, salt: &str) -> Option<SecretBytes> {
    if etype == Etype::Rc4 {
        return Some(string_to_key(etype, password, &[], 0));
    }
    let mut known = keys.derived.lock().ok()?;
    let same =
        |d: &&Derived| d.etype == etype.number() && d.salt == salt && d.password.as_slice() == password.as_bytes();
    if let Some(found) = known.iter().find(same) {
        return Some(found.key.clone());
    }
    if known.len() >= KeyStore::MAX_DERIVED {
        return None;
    }
    let key = string_to_key(etype, password, salt.as_bytes(), default_iterations(etype));
    known.push(Derived {
        etype: etype.number(),
        password: crate::auth::keys::secret(password.as_bytes().to_vec()),
        salt: salt.to_string(),
        key: key.clone(),
    });
    Some(key)
}

/// Why a ticket stays closed.
fn missing(request: &ApReq<'_>, keys: &KeyStore, same: &dyn Fn(&ServiceKey) -> bool) -> String {
    let ticket = describe(request);
    if keys.service_keys.is_empty() {
        return format!("{ticket}: no key of a service");
    }
    let mut have: Vec<String> = keys
        .service_keys
        .iter()
        .filter(|key| same(key))
        .map(|key| format!("kvno {} {}", key.kvno, etype_text(key.etype)))
        .collect();
    have.sort_unstable();
    have.dedup();
    have.truncate(8);
    if have.is_empty() {
        format!("{ticket}: no matching keytab entry (none for that principal, and no other's key opens it)")
    } else {
        format!("{ticket}: no matching keytab entry (have {})", have.join(", "))
    }
}

/// Session keys that may be a ticket's: of credential caches, or given by hand.
pub(crate) fn session_keys(keys: &KeyStore, etype: i64) -> impl Iterator<Item = EncryptionKey> {
    let cached = keys.cached_keys.iter().filter(move |key| key.etype == etype).map(|key| &key.key);
    let given = keys.session_keys.iter();
    cached.chain(given).take(MAX_TRIES).filter_map(move |key| EncryptionKey::new(etype, key))
}

/// Keys given by hand, as every encryption type of their length.
pub(crate) fn given_keys(keys: &KeyStore) -> impl Iterator<Item = EncryptionKey> {
    let types = [18, 17, 20, 19, 23];
    let given = keys.session_keys.iter().take(MAX_TRIES);
    given.flat_map(move |key| types.into_iter().filter_map(move |etype| EncryptionKey::new(etype, key)))
}
