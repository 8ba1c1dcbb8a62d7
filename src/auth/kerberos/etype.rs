//! Encryption types: AES with HMAC-SHA1 (RFC 3961, RFC 3962), AES with HMAC-SHA2 (RFC 8009) and RC4-HMAC (RFC 4757).
//!
//! The primitives (AES, CTS mode, HMAC, PBKDF2, RC4) come from crates; what stands here is the profiles: n-fold, DR and
//! DK, KDF-HMAC-SHA2, key usages. (picky-krb has AES-SHA1 alone, keeps its n-fold to itself and can't take a message in
//! pieces with sign-only parts between them, which DCE style needs.) Nothing decrypted leaves without its checksum verified.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use aes::cipher::{BlockCipherDecrypt as _, BlockCipherEncrypt as _, InnerIvInit as _, KeyInit as _};
use aes::{Aes128, Aes128Dec, Aes256, Aes256Dec};
use cts::{CbcCs3, Decrypt as _};
use hmac::{EagerHash, Hmac, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384};
use std::sync::OnceLock;

use crate::auth::keys::{SecretBytes, secret};
use crate::auth::ntlm::crypto::{HmacMd5, hmac_md5, keyed_md5, rc4k};

/// An encryption type that is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Etype {
    Aes128Sha1,
    Aes256Sha1,
    Aes128Sha256,
    Aes256Sha384,
    Rc4,
}

/// What a derived key is for: the last byte of the derivation's constant.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Checksum = 0x99,
    Encryption = 0xaa,
    Integrity = 0x55,
}

/// A key with its encryption type.
#[derive(Clone)]
pub(crate) struct EncryptionKey {
    pub(crate) etype: Etype,
    pub(crate) key: SecretBytes,
    /// What the usages of messages derive to, made when first needed: deriving costs more than opening a short message.
    messages: [OnceLock<Option<Box<Ready>>>; 12],
}

/// A derived key made ready to be used many times: a cipher's round keys, or HMAC with its inner and outer states.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "always behind a box, one for each key")]
enum Ready {
    Aes128(Aes128Dec),
    Aes256(Aes256Dec),
    Md5(HmacMd5),
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
}

/// Bytes that a checksum covers beside what is encrypted, in place: before and after the body (sign-only buffers).
#[derive(Clone, Copy, Default)]
pub(crate) struct Around<'a> {
    pub(crate) head: &'a [u8],
    pub(crate) tail: &'a [u8],
}

const BLOCK: usize = 16;

impl Ready {
    /// AES with the key's size; `None` where AES has none of it.
    fn cipher(key: &[u8]) -> Option<Self> {
        match key.len() {
            16 => Aes128Dec::new_from_slice(key).ok().map(Ready::Aes128),
            _ => Aes256Dec::new_from_slice(key).ok().map(Ready::Aes256),
        }
    }
}

impl Etype {
    pub(crate) fn from_number(number: i64) -> Option<Self> {
        match number {
            17 => Some(Etype::Aes128Sha1),
            18 => Some(Etype::Aes256Sha1),
            19 => Some(Etype::Aes128Sha256),
            20 => Some(Etype::Aes256Sha384),
            23 => Some(Etype::Rc4),
            _ => None,
        }
    }

    pub(crate) fn number(self) -> i64 {
        match self {
            Etype::Aes128Sha1 => 17,
            Etype::Aes256Sha1 => 18,
            Etype::Aes128Sha256 => 19,
            Etype::Aes256Sha384 => 20,
            Etype::Rc4 => 23,
        }
    }

    pub(crate) fn key_len(self) -> usize {
        match self {
            Etype::Aes256Sha1 | Etype::Aes256Sha384 => 32,
            _ => 16,
        }
    }

    /// Bytes of a checksum.
    pub(crate) fn mac_len(self) -> usize {
        match self {
            Etype::Aes128Sha1 | Etype::Aes256Sha1 => 12,
            Etype::Aes256Sha384 => 24,
            Etype::Aes128Sha256 | Etype::Rc4 => 16,
        }
    }

    /// Whether the checksum covers the cipher text (RFC 8009) and not the plain text.
    fn encrypts_then_macs(self) -> bool {
        matches!(self, Etype::Aes128Sha256 | Etype::Aes256Sha384)
    }
}

impl EncryptionKey {
    /// A key, if the type is known and the length right.
    pub(crate) fn new(etype: i64, key: &[u8]) -> Option<Self> {
        let etype = Etype::from_number(etype)?;
        (key.len() == etype.key_len()).then(|| EncryptionKey {
            etype,
            key: secret(key.to_vec()),
            messages: [const { OnceLock::new() }; 12],
        })
    }

    /// Bytes of memory beside the key itself.
    pub(crate) fn cost(&self) -> usize {
        self.messages.iter().filter(|slot| slot.get().is_some()).count() * size_of::<Ready>()
    }

    /// The key derived for a usage and a purpose; RC4-HMAC derives differently and has none.
    pub(crate) fn derive(&self, usage: u32, purpose: Purpose) -> SecretBytes {
        let [a, b, c, d] = usage.to_be_bytes();
        let constant = [a, b, c, d, purpose as u8];
        match (self.etype, purpose) {
            (Etype::Aes128Sha1 | Etype::Aes256Sha1, _) => dk(&self.key, &constant),
            (Etype::Aes128Sha256, _) => kdf_hmac_sha2::<Sha256>(&self.key, &constant, 16),
            (Etype::Aes256Sha384, Purpose::Encryption) => kdf_hmac_sha2::<Sha384>(&self.key, &constant, 32),
            (Etype::Aes256Sha384, _) => kdf_hmac_sha2::<Sha384>(&self.key, &constant, 24),
            (Etype::Rc4, _) => self.key.clone(),
        }
    }

    /// The same, made ready.
    fn ready(&self, usage: u32, purpose: Purpose) -> Option<Box<Ready>> {
        let key = self.derive(usage, purpose);
        let ready = match (purpose, self.etype) {
            (_, Etype::Rc4) => Ready::Md5(keyed_md5(&key)),
            (Purpose::Encryption, _) => Ready::cipher(&key)?,
            (_, Etype::Aes128Sha1 | Etype::Aes256Sha1) => Ready::Sha1(Hmac::new_from_slice(&key).ok()?),
            (_, Etype::Aes128Sha256) => Ready::Sha256(Hmac::new_from_slice(&key).ok()?),
            (_, Etype::Aes256Sha384) => Ready::Sha384(Hmac::new_from_slice(&key).ok()?),
        };
        Some(Box::new(ready))
    }

    /// Lends the key derived for a usage and a purpose, made ready: once for the usages of messages (RFC 4121 2).
    fn with<T>(&self, usage: u32, purpose: Purpose, f: impl FnOnce(&Ready) -> T) -> Option<T> {
        let row = usage.checked_sub(22).and_then(|n| usize::try_from(n).ok()).filter(|n| *n < 4);
        let column = match purpose {
            Purpose::Checksum => 0,
            Purpose::Encryption => 1,
            Purpose::Integrity => 2,
        };
        match row.and_then(|row| self.messages.get(3 * row + column)) {
            Some(slot) => slot.get_or_init(|| self.ready(usage, purpose)).as_deref().map(f),
            None => self.ready(usage, purpose).as_deref().map(f),
        }
    }

    /// Whether `mac` is the checksum of RFC 3961 5.3 or RFC 8009 over the concatenation of `parts`.
    fn is_covered(&self, usage: u32, purpose: Purpose, parts: &[&[u8]], mac: &[u8]) -> bool {
        let right = |ready: &Ready| match ready {
            Ready::Md5(keyed) => is_mac(keyed, parts, mac),
            Ready::Sha1(keyed) => is_mac(keyed, parts, mac),
            Ready::Sha256(keyed) => is_mac(keyed, parts, mac),
            Ready::Sha384(keyed) => is_mac(keyed, parts, mac),
            Ready::Aes128(_) | Ready::Aes256(_) => false,
        };
        mac.len() == self.etype.mac_len() && self.with(usage, purpose, right) == Some(true)
    }

    /// Whether `mac` is what `get_mic` of the AES types makes: the checksum under Kc.
    pub(crate) fn is_checksum(&self, usage: u32, parts: &[&[u8]], mac: &[u8]) -> bool {
        self.is_covered(usage, Purpose::Checksum, parts, mac)
    }

    /// `get_mic` of the AES types: the checksum under Kc.
    #[cfg(test)]
    pub(crate) fn checksum(&self, usage: u32, parts: &[&[u8]]) -> Vec<u8> {
        let key = self.derive(usage, Purpose::Checksum);
        let mut mac = match self.etype {
            Etype::Aes128Sha1 | Etype::Aes256Sha1 => hmac::<Sha1>(&key, parts),
            Etype::Aes128Sha256 => hmac::<Sha256>(&key, parts),
            Etype::Aes256Sha384 => hmac::<Sha384>(&key, parts),
            Etype::Rc4 => hmac_md5(&key, parts).to_vec(),
        };
        mac.truncate(self.etype.mac_len());
        mac
    }

    /// Decrypts a message (RFC 3961 5.3, RFC 8009 5, RFC 4757 5) and verifies its checksum. Without confounder.
    pub(crate) fn decrypt(&self, usage: u32, message: &[u8]) -> Option<SecretBytes> {
        if self.etype == Etype::Rc4 {
            return self.decrypt_rc4(usage, message);
        }
        let (cipher, mac) = message.split_at_checked(message.len().checked_sub(self.etype.mac_len())?)?;
        let (confounder, body) = cipher.split_at_checked(BLOCK)?;
        let mut plain = secret(Vec::new());
        self.decrypt_parts(usage, confounder, body, &[], mac, Around::default(), &mut plain)?;
        Some(plain)
    }

    /// Decrypts a message whose cipher text lies in three pieces, as DCE style has it (AES only): confounder, body,
    /// rest. `out` gets body and rest in one.
    #[allow(clippy::too_many_arguments, reason = "the pieces of one message")]
    pub(crate) fn decrypt_parts(
        &self,
        usage: u32,
        confounder: &[u8],
        body: &[u8],
        rest: &[u8],
        mac: &[u8],
        around: Around<'_>,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        let covered = |confounder: &[u8], body: &[u8], rest: &[u8]| {
            let iv: &[u8] = if self.etype.encrypts_then_macs() { &[0; BLOCK] } else { &[] };
            let parts = [iv, confounder, around.head, body, around.tail, rest];
            self.is_covered(usage, Purpose::Integrity, &parts, mac)
        };
        if self.etype.encrypts_then_macs() && !covered(confounder, body, rest) {
            return None;
        }
        out.clear();
        out.reserve(confounder.len() + body.len() + rest.len());
        [confounder, body, rest].into_iter().for_each(|part| out.extend_from_slice(part));
        self.with(usage, Purpose::Encryption, |key| cts_decrypt(key, out))??;
        let (plain_confounder, after) = out.split_at_checked(confounder.len())?;
        let (body, rest) = after.split_at_checked(body.len())?;
        if !self.etype.encrypts_then_macs() && !covered(plain_confounder, body, rest) {
            out.clear();
            return None;
        }
        out.drain(..confounder.len());
        Some(())
    }

    fn decrypt_rc4(&self, usage: u32, message: &[u8]) -> Option<SecretBytes> {
        let (mac, cipher) = message.split_first_chunk::<16>()?;
        // RFC 4757 3: the usages of a TGS-REP's and an AS-REP's parts are one, and 23 is 13.
        let usage: u32 = match usage {
            3 | 9 => 8,
            23 => 13,
            other => other,
        };
        let k1 = secret(hmac_md5(&self.key, &[&usage.to_le_bytes()]).to_vec());
        let k3 = secret(hmac_md5(&k1, &[mac]).to_vec());
        let mut plain = secret(cipher.to_vec());
        rc4k(&k3, &mut plain);
        (hmac_md5(&k1, &[&plain]) == *mac).then_some(())?;
        Some(secret(plain.get(8..)?.to_vec()))
    }
}

/// Decrypts in place. Blocks go through the cipher several at a time.
fn cts_decrypt(key: &Ready, data: &mut [u8]) -> Option<()> {
    // One block is plain CBC (RFC 3962 5), which the mode's crate has otherwise.
    let single: Option<&mut [u8; BLOCK]> = if data.len() == BLOCK { data.first_chunk_mut() } else { None };
    let iv = &[0; BLOCK].into();
    match (key, single) {
        (Ready::Aes128(key), Some(block)) => key.decrypt_block(block.into()),
        (Ready::Aes256(key), Some(block)) => key.decrypt_block(block.into()),
        (Ready::Aes128(key), None) => CbcCs3::inner_iv_init(key, iv).decrypt(data).ok()?,
        (Ready::Aes256(key), None) => CbcCs3::inner_iv_init(key, iv).decrypt(data).ok()?,
        _ => return None,
    }
    Some(())
}

/// For measurements: the keys that encrypt and protect messages of a usage, and what opens such messages and tells how many
/// bytes were sealed in them.
#[doc(hidden)]
#[allow(clippy::type_complexity, reason = "a measurement's own")]
pub fn opener(etype: i64, key: &[u8], usage: u32) -> Option<(Vec<u8>, Vec<u8>, impl Fn(&[u8]) -> Option<usize>)> {
    let key = EncryptionKey::new(etype, key)?;
    let [encryption, integrity] = [Purpose::Encryption, Purpose::Integrity].map(|p| key.derive(usage, p).to_vec());
    Some((encryption, integrity, move |message: &[u8]| key.decrypt(usage, message).map(|plain| plain.len())))
}

/// Whether `seen` are the first bytes of the MAC over the concatenation of `parts`.
fn is_mac<M: Mac + Clone>(keyed: &M, parts: &[&[u8]], seen: &[u8]) -> bool {
    let mut mac = keyed.clone();
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().get(..seen.len()) == Some(seen)
}

fn hmac<H: EagerHash>(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // HMAC takes keys of any length; the alternative is never taken, and would only give a MAC that doesn't match.
    let Ok(mut mac) = Hmac::<H>::new_from_slice(key) else { return Vec::new() };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

/// The default number of iterations of string-to-key (RFC 3962 4, RFC 8009 4).
pub(crate) fn default_iterations(etype: Etype) -> u32 {
    match etype {
        Etype::Aes128Sha256 | Etype::Aes256Sha384 => 32_768,
        _ => 4096,
    }
}

/// string-to-key (RFC 3962 4, RFC 8009 4, RFC 4757 4).
pub(crate) fn string_to_key(etype: Etype, password: &str, salt: &[u8], iterations: u32) -> SecretBytes {
    let mut key = secret(vec![0; etype.key_len()]);
    match etype {
        Etype::Aes128Sha1 | Etype::Aes256Sha1 => {
            pbkdf2::pbkdf2_hmac::<Sha1>(password.as_bytes(), salt, iterations, &mut key);
            dk(&key, b"kerberos")
        }
        Etype::Aes128Sha256 => {
            let salt = [b"aes128-cts-hmac-sha256-128\0", salt].concat();
            pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), &salt, iterations, &mut key);
            kdf_hmac_sha2::<Sha256>(&key, b"kerberos", 16)
        }
        Etype::Aes256Sha384 => {
            let salt = [b"aes256-cts-hmac-sha384-192\0", salt].concat();
            pbkdf2::pbkdf2_hmac::<Sha384>(password.as_bytes(), &salt, iterations, &mut key);
            kdf_hmac_sha2::<Sha384>(&key, b"kerberos", 32)
        }
        Etype::Rc4 => secret(crate::auth::ntlm::crypto::ntowf_v1(password).to_vec()),
    }
}

/// KDF-HMAC-SHA2 (RFC 8009 3), up to one block of the hash.
fn kdf_hmac_sha2<H: EagerHash>(key: &[u8], label: &[u8], bytes: u8) -> SecretBytes {
    let bits = (u32::from(bytes) * 8).to_be_bytes();
    let mut out = hmac::<H>(key, &[&[0, 0, 0, 1], label, &[0], &bits]);
    out.truncate(usize::from(bytes));
    secret(out)
}

/// DK (RFC 3961 5.1) with AES: as many blocks of DR as the key is long; random-to-key is the identity.
fn dk(key: &[u8], constant: &[u8]) -> SecretBytes {
    let mut block: [u8; BLOCK] = n_fold(constant, BLOCK).try_into().unwrap_or_default();
    let mut out = secret(Vec::with_capacity(32));
    while out.len() < key.len() {
        match (Aes128::new_from_slice(key), Aes256::new_from_slice(key)) {
            (Ok(aes), _) => aes.encrypt_block((&mut block).into()),
            (_, Ok(aes)) => aes.encrypt_block((&mut block).into()),
            // Keys are made with the length of their type.
            _ => break,
        }
        out.extend_from_slice(&block);
    }
    out
}

/// n-fold (RFC 3961 5.1): copies of the input, each rotated 13 bits further right, cut into pieces of `bytes` that are
/// added in ones' complement.
pub(crate) fn n_fold(input: &[u8], bytes: usize) -> Vec<u8> {
    let (n, bits) = (input.len(), input.len() * 8);
    if n == 0 || bytes == 0 {
        return vec![0; bytes];
    }
    let (mut a, mut b) = (n, bytes);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let total = n / a * bytes;
    let byte = |at: usize| u32::from(input.get(at % n).copied().unwrap_or_default());
    let mut sums = vec![0u32; bytes];
    for at in 0..total {
        // Where this byte's first bit comes from: 13 bits to the left for each copy before it.
        let from = (at % n * 8 + bits - 13 * (at / n) % bits) % bits;
        let pair = byte(from / 8) << 8 | byte(from / 8 + 1);
        if let Some(sum) = sums.get_mut(at % bytes) {
            *sum += pair >> (8 - from % 8) & 0xff;
        }
    }
    // The carry out of the first byte comes in again at the last.
    let mut carry = 0;
    loop {
        for sum in sums.iter_mut().rev() {
            let value = *sum + carry;
            (*sum, carry) = (value & 0xff, value >> 8);
        }
        if carry == 0 {
            return sums.iter().map(|sum| u8::try_from(*sum).unwrap_or_default()).collect();
        }
    }
}

#[cfg(test)]
#[path = "vector_tests.rs"]
mod tests;
