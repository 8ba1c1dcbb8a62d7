//! Finds the key that opens a ticket: every try is proved by the checksum, so that aliases of a service's account are
//! found too. The likeliest come first; what the others cost comes out of the run's budget.

use crate::base::bounds;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::etype::{EncryptionKey, Etype, default_iterations, string_to_key};
use super::handshake::{USAGE_AUTHENTICATOR, USAGE_TICKET, etype_text};
use super::message::{ApReq, Encrypted};
use crate::auth::budget::Budget;
use crate::auth::keys::{CachedKey, Derived, KeyStore, SecretBytes, ServiceKey, UserKey, UserSecret, secret};
use crate::rpc::security::Remedy;
use core::sync::atomic::Ordering;

/// What a try costs beside the bytes it decrypts, in units of the budget: deriving keys.
const PRICE: u64 = 512;

/// Keys to be tried on one message, the likeliest first, as long as the budget lasts.
struct Tries<'a> {
    budget: &'a Budget,
    price: u64,
    free: usize,
    cut: bool,
}

impl<'a> Tries<'a> {
    fn new(budget: &'a Budget, cipher: &[u8]) -> Self {
        Tries { budget, price: PRICE + cipher.len() as u64, free: bounds::FREE_TRIES, cut: false }
    }

    /// Whether one more key may be tried.
    fn next(&mut self, likely: bool) -> bool {
        if likely && self.free > 0 {
            self.free -= 1;
            return true;
        }
        let granted = self.budget.spend(self.price);
        if !granted && !self.cut {
            self.budget.refuse();
            self.cut = true;
        }
        granted
    }
}

/// `ticket for service@REALM (etype, kvno)`.
pub(crate) fn describe(request: &ApReq<'_>) -> String {
    let etype = etype_text(request.ticket.etype);
    let kvno = request.ticket.kvno.map_or_else(String::new, |n| format!(", kvno {n}"));
    format!("ticket for {}@{} ({etype}{kvno})", request.service.join("/"), request.realm)
}

/// The ticket's contents; the error says which key is missing, what there is instead, and what would help.
pub(crate) fn ticket_key(request: &ApReq<'_>, keys: &KeyStore) -> Result<SecretBytes, (String, Remedy)> {
    let Some(etype) = Etype::from_number(request.ticket.etype) else {
        return Err((format!("{}: that encryption type isn't opened", describe(request)), Remedy::Unknown));
    };
    let service = format!("{}@{}", request.service.join("/"), request.realm);
    let same = |key: &ServiceKey| key.principal.eq_ignore_ascii_case(&service);
    let usable = |key: &&ServiceKey| key.etype == etype.number();
    let cipher = request.ticket.cipher;
    let mut tries = Tries::new(&keys.budget, cipher);
    let open = |key: &[u8]| {
        crate::base::work::tick(64 + cipher.len());
        EncryptionKey::new(etype.number(), key).and_then(|k| k.decrypt(USAGE_TICKET, cipher))
    };
    // User-to-user: the ticket is encrypted in the session key of the service's ticket-granting ticket.
    if request.uses_session_key() {
        let own = |key: &&CachedKey| key.server.starts_with("krbtgt/");
        let cached = keys.cached_keys.iter().filter(|key| key.etype == etype.number());
        let (granting, others): (Vec<_>, Vec<_>) = cached.partition(own);
        for (key, likely) in granting.iter().map(|key| (key, true)).chain(others.iter().map(|key| (key, false))) {
            if !tries.next(likely) {
                break;
            }
            if let Some(ticket) = open(&key.key) {
                return Ok(ticket);
            }
        }
    }
    let (named, others): (Vec<_>, Vec<_>) = keys.service_keys.iter().filter(usable).partition(|key| same(key));
    for (key, likely) in named.iter().map(|key| (key, true)).chain(others.iter().map(|key| (key, false))) {
        if !tries.next(likely) {
            break;
        }
        if let Some(ticket) = open(&key.key) {
            return Ok(ticket);
        }
    }
    let mut underived = false;
    for user in &keys.users {
        if !tries.next(false) {
            break;
        }
        let found = match (&user.secret, etype) {
            (UserSecret::NtHash(_) | UserSecret::Password(_), Etype::Rc4) => open(&user.hash[..]),
            (UserSecret::NtHash(_), _) => None,
            (UserSecret::Password(password), etype) => {
                let password = core::str::from_utf8(password).unwrap_or_default();
                salts(user, request).iter().find_map(|salt| {
                    let Some(key) = derived(keys, etype, password, salt) else {
                        underived = true;
                        return None;
                    };
                    let ticket = open(&key)?;
                    opened_with(keys, etype, password, salt);
                    Some(ticket)
                })
            }
        };
        if let Some(ticket) = found {
            return Ok(ticket);
        }
    }
    let mut reason = missing(request, keys, etype, &same);
    if tries.cut || underived {
        reason.push_str("; not all keys were tried, for the capture has too many such tickets");
    }
    Err((reason, Remedy::Service))
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

/// Whether a remembered key is this one.
fn is_derived(known: &Derived, etype: Etype, password: &str, salt: &str) -> bool {
    known.etype == etype.number() && known.salt == salt && known.password.as_slice() == password.as_bytes()
}

/// string-to-key, remembered: it is slow on purpose. Of more than [`KeyStore::MAX_DERIVED`] the oldest that opened
/// nothing gives way. `None` where the bytes of the capture don't pay for it: whoever wrote the tickets chooses the
/// realms that go into it.
fn derived(keys: &KeyStore, etype: Etype, password: &str, salt: &str) -> Option<SecretBytes> {
    let mut known = keys.derived.lock().ok()?;
    if let Some(found) = known.iter().find(|d| is_derived(d, etype, password, salt)) {
        return Some(found.key.clone());
    }
    let evicted = &keys.derived_evicted;
    let iterations = default_iterations(etype);
    if !keys.budget.derive(iterations) {
        evicted.fetch_add(1, Ordering::Relaxed);
        return None;
    }
    if known.len() >= KeyStore::MAX_DERIVED {
        let Some(at) = known.iter().position(|d| !d.opened) else {
            evicted.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        known.remove(at);
        evicted.fetch_add(1, Ordering::Relaxed);
    }
    crate::base::work::tick(usize::try_from(iterations).unwrap_or_default() * 128);
    let key = string_to_key(etype, password, salt.as_bytes(), iterations);
    known.push(Derived {
        etype: etype.number(),
        password: secret(password.as_bytes().to_vec()),
        salt: salt.to_string(),
        key: key.clone(),
        opened: false,
    });
    Some(key)
}

/// Remembers that a key made of a password opened a ticket.
fn opened_with(keys: &KeyStore, etype: Etype, password: &str, salt: &str) {
    let Ok(mut known) = keys.derived.lock() else { return };
    if let Some(found) = known.iter_mut().find(|d| is_derived(d, etype, password, salt)) {
        found.opened = true;
    }
}

/// Why a ticket stays closed.
fn missing(request: &ApReq<'_>, keys: &KeyStore, etype: Etype, same: &dyn Fn(&ServiceKey) -> bool) -> String {
    let ticket = describe(request);
    if request.uses_session_key() {
        return format!("{ticket}, user-to-user: no ticket-granting ticket of the service in a credential cache");
    }
    if keys.service_keys.is_empty() {
        return format!("{ticket}: no key of a service");
    }
    let own: Vec<&ServiceKey> = keys.service_keys.iter().filter(|key| same(key)).collect();
    let mut have: Vec<String> = own.iter().map(|key| format!("kvno {} {}", key.kvno, etype_text(key.etype))).collect();
    have.sort_unstable();
    have.dedup();
    have.truncate(8);
    if have.is_empty() {
        return format!("{ticket}: no matching keytab entry (none for that principal, and no other's key opens it)");
    }
    let of_type: Vec<_> = own.iter().filter(|key| key.etype == etype.number()).collect();
    let near = if of_type.is_empty() {
        format!("{} is missing", etype_text(etype.number()))
    } else if let Some(kvno) = request.ticket.kvno.filter(|n| of_type.iter().all(|key| i64::from(key.kvno) != *n)) {
        format!("kvno {kvno} is missing")
    } else {
        "another password".to_string()
    };
    format!("{ticket}: no matching keytab entry (have {}; {near})", have.join(", "))
}

/// The session key of a ticket whose own key isn't known, of credential caches or given by hand: the one that opens the
/// authenticator, and what is in it.
pub(crate) fn session_key(request: &ApReq<'_>, keys: &KeyStore) -> Option<(EncryptionKey, SecretBytes)> {
    let Encrypted { etype, cipher, .. } = request.authenticator;
    let service = format!("{}@{}", request.service.join("/"), request.realm);
    let cached = keys.cached_keys.iter().filter(|key| key.etype == etype);
    let (named, others): (Vec<_>, Vec<_>) = cached.partition(|key| key.server.eq_ignore_ascii_case(&service));
    let cached = named.iter().map(|key| (&key.key, true)).chain(others.iter().map(|key| (&key.key, false)));
    let mut tries = Tries::new(&keys.budget, cipher);
    for (key, likely) in cached.chain(keys.session_keys.iter().map(|key| (key, false))) {
        let Some(key) = EncryptionKey::new(etype, key) else { continue };
        if !tries.next(likely) {
            break;
        }
        crate::base::work::tick(64 + cipher.len());
        if let Some(plain) = key.decrypt(USAGE_AUTHENTICATOR, cipher) {
            return Some((key, plain));
        }
    }
    None
}

/// Keys given by hand, as every encryption type of their length; each costs `bytes` and its derivations.
pub(crate) fn given_keys(keys: &KeyStore, bytes: usize) -> impl Iterator<Item = EncryptionKey> {
    let types = [18, 17, 20, 19, 23];
    let price = PRICE + bytes as u64;
    let every = keys.session_keys.iter().flat_map(move |key| types.map(|etype| EncryptionKey::new(etype, key)));
    every.flatten().take_while(move |_| keys.budget.spend(price))
}
