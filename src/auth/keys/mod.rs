//! Secrets: where they are read from and how they are found again.
//!
//! A [`KeyStore`] is filled once, from keys files (`file.rs`), keytabs (`keytab.rs`), credential caches (`ccache.rs`)
//! or by hand, and then shared by all associations. Nothing in it is ever shown: `Debug` prints counts, errors name
//! lines and offsets. Secrets are wiped from memory when the store is dropped (with feature `decrypt`).

mod ccache;
mod error;
mod file;
mod keytab;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

pub use error::{KeyError, KeyErrorKind};

/// Octets that are wiped when dropped.
#[cfg(feature = "decrypt")]
pub(crate) type SecretBytes = zeroize::Zeroizing<Vec<u8>>;
/// Octets of a secret; without feature `decrypt` nothing uses them.
#[cfg(not(feature = "decrypt"))]
pub(crate) type SecretBytes = Vec<u8>;

/// Makes a secret of octets.
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

/// A user's key.
#[cfg_attr(not(feature = "decrypt"), allow(dead_code, reason = "read, but not used without decryption"))]
pub(crate) struct UserKey {
    /// Lower case; `None` matches any domain.
    pub(crate) domain: Option<String>,
    /// Lower case.
    pub(crate) user: String,
    /// As given: Kerberos' salts tell cases apart.
    pub(crate) name: String,
    /// Salt for Kerberos' string-to-key where it isn't the default one.
    pub(crate) salt: Option<String>,
    pub(crate) secret: UserSecret,
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
    pub(crate) session_keys: Vec<SecretBytes>,
    pub(crate) service_keys: Vec<ServiceKey>,
    pub(crate) cached_keys: Vec<CachedKey>,
    /// Keys of Kerberos made of passwords so far.
    #[cfg(feature = "decrypt")]
    pub(crate) derived: std::sync::Mutex<Vec<Derived>>,
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
    pub const MAX_ENTRIES: usize = 65_536;

    /// The most keys of Kerberos made of passwords: each takes some milliseconds, and whoever wrote the tickets chooses
    /// the realms that go into them.
    pub const MAX_DERIVED: usize = 128;

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

    /// Adds a user's password. `name` is `DOMAIN\user`, `user`, or a Kerberos principal (`service/host@REALM`).
    ///
    /// # Errors
    /// The store is full.
    pub fn add_password(&mut self, name: &str, password: &str) -> Result<(), KeyError> {
        self.add_user(name, None, UserSecret::Password(secret(password.as_bytes().to_vec())))
    }

    /// Adds the password of a Kerberos principal whose salt isn't the default one (realm and name components run
    /// together), as with accounts of a Windows domain: `REALMhosthostname.domain` for computers,
    /// `REALMsamaccountname` for users.
    ///
    /// # Errors
    /// The store is full.
    pub fn add_salted_password(&mut self, principal: &str, password: &str, salt: &str) -> Result<(), KeyError> {
        let secret = UserSecret::Password(secret(password.as_bytes().to_vec()));
        self.add_user(principal, Some(String::from(salt)), secret)
    }

    /// Adds a user's NT hash (NTOWFv1), which is its rc4-hmac key too.
    ///
    /// # Errors
    /// The store is full.
    pub fn add_nt_hash(&mut self, name: &str, hash: [u8; 16]) -> Result<(), KeyError> {
        self.add_user(name, None, UserSecret::NtHash(secret(hash.to_vec())))
    }

    /// Adds a session key: NTLM's exported session key, or Kerberos' session key or subkey.
    ///
    /// # Errors
    /// The store is full, or the key is neither 16 nor 32 octets long.
    pub fn add_session_key(&mut self, key: &[u8]) -> Result<(), KeyError> {
        if !matches!(key.len(), 16 | 32) {
            return Err(KeyError::new(KeyErrorKind::KeyLength));
        }
        push(&mut self.session_keys, secret(key.to_vec()))
    }

    /// Adds a long-term key of a Kerberos service that comes from no keytab.
    ///
    /// # Errors
    /// The store is full.
    pub fn add_service_key(&mut self, principal: &str, etype: i64, kvno: u32, key: &[u8]) -> Result<(), KeyError> {
        let key = ServiceKey { principal: String::from(principal), kvno, etype, key: secret(key.to_vec()) };
        push(&mut self.service_keys, key)
    }

    fn add_user(&mut self, name: &str, salt: Option<String>, secret: UserSecret) -> Result<(), KeyError> {
        let (domain, user) = match name.split_once('\\') {
            Some((domain, user)) if !domain.is_empty() => (Some(domain.to_lowercase()), user),
            Some((_, user)) => (None, user),
            None => (None, name),
        };
        let key = UserKey { domain, user: user.to_lowercase(), name: String::from(user), salt, secret };
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

    /// Reads a MIT credential cache, version 3 or 4. Gives the number of session keys read.
    ///
    /// # Errors
    /// The offset from which on it can't be read. Keys before it stay.
    pub fn add_ccache(&mut self, bytes: &[u8]) -> Result<usize, KeyError> {
        ccache::read(self, bytes)
    }

    /// [`KeyStore::add_keys_file`] of a file. At most [`KeyStore::MAX_FILE`] octets are read.
    ///
    /// # Errors
    /// The file can't be read, or as above.
    pub fn load_keys_file(&mut self, path: &std::path::Path) -> Result<usize, KeyError> {
        self.add_keys_file(&load(path)?)
    }

    /// [`KeyStore::add_keytab`] of a file.
    ///
    /// # Errors
    /// The file can't be read, or as above.
    pub fn load_keytab(&mut self, path: &std::path::Path) -> Result<usize, KeyError> {
        self.add_keytab(&load(path)?)
    }

    /// [`KeyStore::add_ccache`] of a file.
    ///
    /// # Errors
    /// The file can't be read, or as above.
    pub fn load_ccache(&mut self, path: &std::path::Path) -> Result<usize, KeyError> {
        self.add_ccache(&load(path)?)
    }

    /// The largest file read.
    pub const MAX_FILE: u64 = 64 << 20;

    /// Keys of a user; names compare without case, a key without a domain matches any.
    #[cfg(feature = "decrypt")]
    pub(crate) fn of_user<'a>(&'a self, domain: &str, user: &str) -> impl Iterator<Item = &'a UserKey> {
        let (domain, user) = (domain.to_lowercase(), user.to_lowercase());
        self.users.iter().filter(move |key| key.user == user && key.domain.as_ref().is_none_or(|d| *d == domain))
    }
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
