//! Secrets: where they are read from and how they are found again.
//!
//! A [`KeyStore`] is filled once, from keys files (`file.rs`), keytabs (`keytab.rs`), credential caches (`ccache.rs`),
//! kirbi files (`kirbi.rs`) or by hand, and then shared by all associations. Nothing in it is ever shown: `Debug` prints
//! counts, errors name lines and offsets. Secrets are wiped from memory when the store is dropped (with feature
//! `decrypt`).

mod ccache;
mod error;
mod file;
mod keytab;
mod kirbi;
mod place;
mod users;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

pub use error::{KeyError, KeyErrorKind};
#[cfg(feature = "decrypt")]
pub(crate) use users::Fit;
pub(crate) use users::UserKey;

/// Bytes that are wiped when dropped.
#[cfg(feature = "decrypt")]
pub(crate) type SecretBytes = zeroize::Zeroizing<Vec<u8>>;
/// Bytes of a secret; without feature `decrypt` nothing uses them.
#[cfg(not(feature = "decrypt"))]
pub(crate) type SecretBytes = Vec<u8>;

/// Makes a secret of bytes.
pub(crate) fn secret(bytes: Vec<u8>) -> SecretBytes {
    #[cfg(feature = "decrypt")]
    return zeroize::Zeroizing::new(bytes);
    #[cfg(not(feature = "decrypt"))]
    return bytes;
}

/// What a user's key is.
#[cfg_attr(not(feature = "decrypt"), allow(dead_code, reason = "read, but not used without decryption"))]
pub(crate) enum UserSecret {
    /// Password, UTF-8.
    Password(SecretBytes),
    /// NTOWFv1 (also the key of etype rc4-hmac).
    NtHash(SecretBytes),
}

/// A long-term key of Kerberos.
#[cfg_attr(not(feature = "decrypt"), allow(dead_code, reason = "read, but not used without decryption"))]
pub(crate) struct ServiceKey {
    /// `service/host@REALM`; empty for a key given without a name.
    pub(crate) principal: String,
    pub(crate) kvno: u32,
    pub(crate) etype: i64,
    pub(crate) key: SecretBytes,
}

/// A session key of Kerberos, from a credential cache. Whose it is doesn't matter: the checksum tells whether it fits.
#[cfg_attr(not(feature = "decrypt"), allow(dead_code, reason = "read, but not used without decryption"))]
pub(crate) struct CachedKey {
    pub(crate) server: String,
    pub(crate) etype: i64,
    pub(crate) key: SecretBytes,
}

/// A key made of a password, remembered because making it is slow on purpose.
#[cfg(feature = "decrypt")]
pub(crate) struct Derived {
    pub(crate) etype: i64,
    pub(crate) password: SecretBytes,
    pub(crate) salt: String,
    pub(crate) key: SecretBytes,
    /// Whether it opened a ticket: such keys never give way to others.
    pub(crate) opened: bool,
}

/// What searches among the keys have cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyCounters {
    /// Keys made of passwords that gave way to others ([`KeyStore::MAX_DERIVED`]), or weren't made because the tickets
    /// that asked for them came faster than their bytes pay for.
    pub derived_keys_evicted: u64,
    /// Searches for a key or for a place in a key stream that were cut short: the bytes read pay for so much work only.
    pub searches_cut: u64,
}

/// All secrets of a run. Each kind holds at most [`KeyStore::MAX_ENTRIES`].
///
/// ```
/// let mut keys = cluscope::auth::KeyStore::new();
/// keys.add_keys_file(b"# of the lab\npassword  LAB\\clusadm  not a real one\n")?;
/// assert_eq!(format!("{keys:?}"), "KeyStore { users: 1, session_keys: 0, service_keys: 0, cached_keys: 0 }");
/// # Ok::<(), cluscope::auth::KeyError>(())
/// ```
#[derive(Default)]
pub struct KeyStore {
    pub(crate) users: Vec<UserKey>,
    /// Other readings of lines whose names may have blanks in them.
    pub(crate) other_readings: Vec<UserKey>,
    pub(crate) session_keys: Vec<SecretBytes>,
    pub(crate) service_keys: Vec<ServiceKey>,
    pub(crate) cached_keys: Vec<CachedKey>,
    /// Keys of Kerberos made of passwords so far.
    #[cfg(feature = "decrypt")]
    pub(crate) derived: std::sync::Mutex<Vec<Derived>>,
    #[cfg(feature = "decrypt")]
    pub(crate) derived_evicted: core::sync::atomic::AtomicU64,
    /// What searches may still cost.
    #[cfg(feature = "decrypt")]
    pub(crate) budget: super::budget::Budget,
}

impl fmt::Debug for KeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyStore")
            .field("users", &self.users.len())
            .field("session_keys", &self.session_keys.len())
            .field("service_keys", &self.service_keys.len())
            .field("cached_keys", &self.cached_keys.len())
            .finish()
    }
}

impl KeyStore {
    /// The most entries of each kind.
    pub const MAX_ENTRIES: usize = crate::base::bounds::KEYS;

    /// The most keys of Kerberos made of passwords: each takes some milliseconds, and whoever wrote the tickets chooses
    /// the realms that go into them.
    pub const MAX_DERIVED: usize = crate::base::bounds::DERIVED_KEYS;

    /// An empty store.
    pub fn new() -> Self {
        KeyStore::default()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
            && self.session_keys.is_empty()
            && self.service_keys.is_empty()
            && self.cached_keys.is_empty()
    }

    /// Adds a user's password. `name` is `DOMAIN\user`, `user@realm`, `user`, or a Kerberos principal
    /// (`service/host@REALM`).
    ///
    /// # Errors
    /// The store is full.
    pub fn add_password(&mut self, name: &str, password: &str) -> Result<(), KeyError> {
        self.add_user(UserKey::new(name, UserSecret::Password(secret(password.as_bytes().to_vec()))))
    }

    /// Adds the password of a Kerberos principal whose salt isn't the default one (realm and name components run
    /// together), as with accounts of a Windows domain: `REALMhosthostname.domain` for computers,
    /// `REALMsamaccountname` for users.
    ///
    /// # Errors
    /// The store is full.
    pub fn add_salted_password(&mut self, principal: &str, password: &str, salt: &str) -> Result<(), KeyError> {
        let secret = UserSecret::Password(secret(password.as_bytes().to_vec()));
        self.add_user(UserKey { salt: Some(String::from(salt)), ..UserKey::new(principal, secret) })
    }

    /// Adds a user's NT hash (NTOWFv1), which is its rc4-hmac key too.
    ///
    /// # Errors
    /// The store is full.
    pub fn add_nt_hash(&mut self, name: &str, hash: [u8; 16]) -> Result<(), KeyError> {
        self.add_user(UserKey::new(name, UserSecret::NtHash(secret(hash.to_vec()))))
    }

    /// The same with the LM hash, which very old sessions need.
    ///
    /// # Errors
    /// The store is full.
    pub fn add_hashes(&mut self, name: &str, lm: [u8; 16], nt: [u8; 16]) -> Result<(), KeyError> {
        let key = UserKey::new(name, UserSecret::NtHash(secret(nt.to_vec())));
        self.add_user(UserKey { lm: Some(secret(lm.to_vec())), ..key })
    }

    /// Adds a session key: NTLM's exported session key, or Kerberos' session key or subkey.
    ///
    /// # Errors
    /// The store is full, or the key is neither 16 nor 32 bytes long.
    pub fn add_session_key(&mut self, key: &[u8]) -> Result<(), KeyError> {
        if !matches!(key.len(), 16 | 32) {
            return Err(KeyError::new(KeyErrorKind::KeyLength));
        }
        self.paid(Kind::Session);
        push(&mut self.session_keys, secret(key.to_vec()))
    }

    /// Adds a long-term key of a Kerberos service that comes from no keytab.
    ///
    /// # Errors
    /// The store is full.
    pub fn add_service_key(&mut self, principal: &str, etype: i64, kvno: u32, key: &[u8]) -> Result<(), KeyError> {
        self.paid(Kind::Key);
        let key = ServiceKey { principal: String::from(principal), kvno, etype, key: secret(key.to_vec()) };
        push(&mut self.service_keys, key)
    }

    /// What a key adds to what searches may cost.
    #[cfg(feature = "decrypt")]
    fn paid(&self, kind: Kind) {
        self.budget.given(kind);
    }

    #[cfg(not(feature = "decrypt"))]
    #[allow(clippy::unused_self, reason = "nothing is searched for without decryption")]
    fn paid(&self, _: Kind) {}

    /// What searches among the keys have cost so far.
    pub fn counters(&self) -> KeyCounters {
        #[cfg(feature = "decrypt")]
        return KeyCounters {
            derived_keys_evicted: self.derived_evicted.load(core::sync::atomic::Ordering::Relaxed),
            searches_cut: self.budget.refused(),
        };
        #[cfg(not(feature = "decrypt"))]
        return KeyCounters::default();
    }

    fn add_user(&mut self, key: UserKey) -> Result<(), KeyError> {
        self.paid(if matches!(key.secret, UserSecret::Password(_)) { Kind::Password } else { Kind::Key });
        push(&mut self.users, key)
    }

    /// Reads a keys file; see the crate's README for the format. Gives the number of keys read.
    ///
    /// # Errors
    /// The line that isn't understood, by number. Keys of the lines before it stay.
    pub fn add_keys_file(&mut self, bytes: &[u8]) -> Result<usize, KeyError> {
        file::read(self, bytes)
    }

    /// Reads a MIT keytab, version 0x0501 or 0x0502. Gives the number of keys read.
    ///
    /// # Errors
    /// The offset from which on it can't be read. Keys before it stay.
    pub fn add_keytab(&mut self, bytes: &[u8]) -> Result<usize, KeyError> {
        keytab::read(self, bytes)
    }

    /// Reads a MIT credential cache, version 3 or 4, or a kirbi file (a KRB-CRED message, RFC 4120 5.8.1, as it is or in
    /// base64). Gives the number of session keys read.
    ///
    /// # Errors
    /// The offset from which on it can't be read. Keys before it stay.
    pub fn add_ccache(&mut self, bytes: &[u8]) -> Result<usize, KeyError> {
        match kirbi::is_one(bytes) {
            Some(kirbi) => kirbi::read(self, &kirbi),
            None => ccache::read(self, bytes),
        }
    }

    /// [`KeyStore::add_keys_file`] of a file. At most [`KeyStore::MAX_FILE`] bytes are read.
    ///
    /// # Errors
    /// The file can't be read, or as above.
    pub fn load_keys_file(&mut self, path: &std::path::Path) -> Result<usize, KeyError> {
        self.add_keys_file(&load(path)?)
    }

    /// [`KeyStore::add_keytab`] of a file, with or without MIT's prefix `FILE:` or `WRFILE:`.
    ///
    /// # Errors
    /// The file can't be read, the name is of another kind of key table, or as above.
    pub fn load_keytab(&mut self, path: &std::path::Path) -> Result<usize, KeyError> {
        self.add_keytab(&load(&place::file_of(path)?)?)
    }

    /// [`KeyStore::add_ccache`] of a file, with or without MIT's prefix `FILE:`.
    ///
    /// # Errors
    /// The file can't be read, the name is of a cache that is no file, or as above.
    pub fn load_ccache(&mut self, path: &std::path::Path) -> Result<usize, KeyError> {
        self.add_ccache(&load(&place::file_of(path)?)?)
    }

    /// The file that a name of a keytab or credential cache means: MIT's prefixes `FILE:` and `WRFILE:` taken off.
    ///
    /// # Errors
    /// It names something that is no file (`KCM:`, `KEYRING:` …).
    pub fn file_of(name: &std::path::Path) -> Result<std::path::PathBuf, KeyError> {
        place::file_of(name)
    }

    /// The largest file read.
    pub const MAX_FILE: u64 = crate::base::bounds::KEYS_FILE;
}

/// What a key costs those who search.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "decrypt"), allow(dead_code, reason = "nothing is searched for without decryption"))]
pub(crate) enum Kind {
    /// Keys of Kerberos are made of it.
    Password,
    /// Its place in a session is searched for.
    Session,
    /// It is tried as it is.
    Key,
}

/// Appends within the limit.
pub(crate) fn push<T>(list: &mut Vec<T>, item: T) -> Result<(), KeyError> {
    if list.len() >= KeyStore::MAX_ENTRIES {
        return Err(KeyError::new(KeyErrorKind::Full));
    }
    list.push(item);
    Ok(())
}

fn load(path: &std::path::Path) -> Result<SecretBytes, KeyError> {
    use std::io::Read as _;
    let io = |e: std::io::Error| KeyError::new(KeyErrorKind::Io(e.kind()));
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(io)?;
    file.take(KeyStore::MAX_FILE + 1).read_to_end(&mut bytes).map_err(io)?;
    let bytes = secret(bytes);
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > KeyStore::MAX_FILE {
        return Err(KeyError::new(KeyErrorKind::Full));
    }
    Ok(bytes)
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
