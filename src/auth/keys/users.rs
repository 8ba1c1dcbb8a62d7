//! Keys of users, and which of them to try first on a session. The response proves a key, so the form of a name only
//! decides the order: `LAB\\clusadm`, `clusadm@lab.test` and `clusadm` are tried on each other's sessions.

use alloc::string::String;

#[cfg(feature = "decrypt")]
use super::KeyStore;
use super::{SecretBytes, UserSecret};

/// A user's key.
#[cfg_attr(not(feature = "decrypt"), allow(dead_code, reason = "read, but not used without decryption"))]
pub(crate) struct UserKey {
    /// Lower case; `None` matches any domain.
    pub(super) domain: Option<String>,
    /// Lower case.
    pub(super) user: String,
    /// As given, without the domain before a backslash: Kerberos' salts tell cases apart.
    pub(crate) name: String,
    /// As given.
    pub(crate) shown: String,
    /// Salt for Kerberos' string-to-key where it isn't the default one.
    pub(crate) salt: Option<String>,
    pub(crate) secret: UserSecret,
    /// LM hash, where one was given.
    pub(crate) lm: Option<SecretBytes>,
    /// NTOWFv1.
    #[cfg(feature = "decrypt")]
    pub(crate) hash: crate::auth::ntlm::crypto::Key,
}

/// How well a key's name fits a session's.
#[cfg(feature = "decrypt")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// The same user, of the same domain or with no domain given.
    Same,
    /// The same user of another domain.
    OtherDomain,
    /// Another user: an alias of the same account, perhaps.
    Other,
}

/// Domain and user of a name in any form, in lower case. A service's principal is no user and stays whole.
fn split(name: &str) -> (Option<String>, String) {
    let (domain, user) = match (name.split_once('\\'), name.rsplit_once('@')) {
        (Some((domain, user)), _) => (domain, user),
        (None, Some((user, realm))) if !user.contains('/') && !user.is_empty() => (realm, user),
        _ => ("", name),
    };
    ((!domain.is_empty()).then(|| domain.to_lowercase()), user.to_lowercase())
}

impl UserKey {
    pub(super) fn new(shown: &str, secret: UserSecret) -> Self {
        let (domain, user) = split(shown);
        let name = shown.split_once('\\').map_or(shown, |(_, user)| user);
        UserKey {
            domain,
            user,
            name: String::from(name),
            shown: String::from(shown),
            salt: None,
            lm: None,
            #[cfg(feature = "decrypt")]
            hash: match &secret {
                UserSecret::Password(password) => {
                    crate::auth::ntlm::crypto::ntowf_v1(core::str::from_utf8(password).unwrap_or_default())
                }
                UserSecret::NtHash(hash) => {
                    let hash = <[u8; 16]>::try_from(hash.as_slice()).unwrap_or_default();
                    crate::auth::ntlm::crypto::Key::new(hash)
                }
            },
            secret,
        }
    }

    /// How well its name fits that of a session.
    #[cfg(feature = "decrypt")]
    pub(crate) fn fit(&self, domain: &str, user: &str) -> Fit {
        let (realm, user) = split(user);
        if user != self.user {
            return Fit::Other;
        }
        let stated = if domain.is_empty() { realm } else { Some(domain.to_lowercase()) };
        // A domain has a short name and a DNS name, which begins with it more often than not.
        let first = |name: &str| name.split('.').next().unwrap_or_default().to_lowercase();
        match (&self.domain, stated) {
            (Some(key), Some(session)) if *key != session && first(key) != first(&session) => Fit::OtherDomain,
            _ => Fit::Same,
        }
    }
}

#[cfg(feature = "decrypt")]
impl KeyStore {
    /// Keys that may be a user's, the likeliest first; of lines that can be read in several ways the other readings only
    /// where the name is exactly that.
    pub(crate) fn of_user<'a>(&'a self, domain: &str, user: &str) -> impl Iterator<Item = (Fit, &'a UserKey)> {
        let fit = |key: &'a UserKey| (key.fit(domain, user), key);
        let fits: alloc::vec::Vec<_> = self.users.iter().map(fit).collect();
        let others: alloc::vec::Vec<_> =
            self.other_readings.iter().map(fit).filter(|(fit, _)| *fit == Fit::Same).collect();
        crate::base::work::tick(self.users.len() + self.other_readings.len());
        let with = |wanted: Fit| fits.clone().into_iter().filter(move |(fit, _)| *fit == wanted);
        with(Fit::Same).chain(others).chain(with(Fit::OtherDomain)).chain(with(Fit::Other))
    }
}
