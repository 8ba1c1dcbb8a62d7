//! Key derivation of NTLM (MS-NLMP 3.3 and 3.4.5). Names are the specification's.

use des::Des;
use des::cipher::{Array, BlockCipherEncrypt as _, KeyInit as _};
use hmac::{Hmac, Mac as _};
use md4::Md4;
use md5::{Digest as _, Md5};
use rc4::StreamCipher as _;
use zeroize::{Zeroize as _, Zeroizing};

use super::Flags;
use crate::rpc::security::Sender;

/// A 128-bit key, wiped when dropped.
pub(crate) type Key = Zeroizing<[u8; 16]>;

/// HMAC-MD5 whose inner and outer states are made: a copy of it starts a message's.
pub(crate) type HmacMd5 = Hmac<Md5>;

/// HMAC-MD5 with a key, before any message.
pub(crate) fn keyed_md5(key: &[u8]) -> HmacMd5 {
    // HMAC takes keys of any length; the alternative is never taken, and would only give a MAC that doesn't match.
    Hmac::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Array::default()))
}

/// HMAC-MD5 over the concatenation of `parts`.
pub(crate) fn hmac_md5(key: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    let mut mac = keyed_md5(key);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// MD5 over the concatenation of `parts`.
pub(crate) fn md5(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Md5::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// RC4 with a fresh handle (RC4K).
pub(crate) fn rc4k(key: &[u8], data: &mut [u8]) {
    if let Ok(mut handle) = rc4::Rc4::new_from_slice(key) {
        handle.apply_keystream(data);
    }
}

/// NTOWFv1: MD4 over the password in UTF-16.
pub(crate) fn ntowf_v1(password: &str) -> Key {
    let mut hash = Md4::new();
    for unit in password.encode_utf16() {
        hash.update(unit.to_le_bytes());
    }
    Zeroizing::new(hash.finalize().into())
}

/// LMOWFv1: two DES keys from the upper-case password of at most 14 characters. `None` if it isn't ASCII: the OEM code
/// page isn't known then.
pub(crate) fn lmowf_v1(password: &str) -> Option<Key> {
    if !password.is_ascii() {
        return None;
    }
    let mut padded = Zeroizing::new([0u8; 14]);
    for (slot, b) in padded.iter_mut().zip(password.bytes()) {
        *slot = b.to_ascii_uppercase();
    }
    let (low, high) = padded.split_first_chunk::<7>()?;
    let mut out = Zeroizing::new([0u8; 16]);
    let (a, b) = out.split_first_chunk_mut::<8>()?;
    *a = des(low, b"KGS!@#$%");
    b.copy_from_slice(&des(high.first_chunk()?, b"KGS!@#$%"));
    Some(out)
}

/// NTOWFv2: keyed with NTOWFv1 over the user in upper case and the domain as it stands, both UTF-16 code units.
pub(crate) fn ntowf_v2(nt_hash: &[u8; 16], upper_user: &[u16], domain: &[u16]) -> Key {
    let mut data = alloc::vec::Vec::with_capacity(2 * (upper_user.len() + domain.len()));
    for unit in upper_user.iter().chain(domain) {
        data.extend_from_slice(&unit.to_le_bytes());
    }
    Zeroizing::new(hmac_md5(nt_hash, &[&data]))
}

/// DES of one block with a key of seven bytes.
fn des(key: &[u8; 7], block: &[u8; 8]) -> [u8; 8] {
    let [a, b, c, d, e, f, g] = *key;
    let mut wide = u64::from_be_bytes([0, a, b, c, d, e, f, g]);
    let mut spread = [0u8; 8];
    for slot in spread.iter_mut().rev() {
        // Seven bits a byte; the parity bit isn't looked at.
        *slot = u8::try_from(wide & 0x7f).unwrap_or_default() << 1;
        wide >>= 7;
    }
    let mut data = Array::from(*block);
    Des::new(&Array::from(spread)).encrypt_block(&mut data);
    spread.zeroize();
    data.into()
}

/// DESL: three DES encryptions keyed by the thirds of the hash, the last padded with zeros.
pub(crate) fn desl(hash: &[u8; 16], block: &[u8; 8]) -> [u8; 24] {
    let mut keys = Zeroizing::new([0u8; 21]);
    for (slot, b) in keys.iter_mut().zip(hash) {
        *slot = *b;
    }
    let mut out = [0u8; 24];
    for (third, key) in out.as_chunks_mut::<8>().0.iter_mut().zip(keys.as_chunks::<7>().0) {
        *third = des(key, block);
    }
    out
}

/// KXKEY without extended session security (MS-NLMP 3.4.5.1): from NTOWFv1's hash, or from the LAN Manager hash where
/// the flags ask for it. `None` if that hash is needed and unknown.
pub(crate) fn kxkey_v1(
    flags: Flags,
    session_base: &Key,
    lmowf: &dyn Fn() -> Option<Key>,
    lm_response: &[u8],
) -> Option<Key> {
    if flags.contains(Flags::NEGOTIATE_LM_KEY) {
        let hash = lmowf()?;
        let response = lm_response.first_chunk::<8>()?;
        let (low, rest) = hash.split_first_chunk::<7>()?;
        let high = [*rest.first()?, 0xbd, 0xbd, 0xbd, 0xbd, 0xbd, 0xbd];
        let mut out = Zeroizing::new([0u8; 16]);
        let (a, b) = out.split_first_chunk_mut::<8>()?;
        *a = des(low, response);
        b.copy_from_slice(&des(&high, response));
        Some(out)
    } else if flags.contains(Flags::REQUEST_NON_NT_SESSION_KEY) {
        let mut out = Zeroizing::new([0u8; 16]);
        for (slot, b) in out.iter_mut().zip(lmowf()?.iter().take(8)) {
            *slot = *b;
        }
        Some(out)
    } else {
        Some(session_base.clone())
    }
}

/// KXKEY of NTLMv1 with extended session security.
pub(crate) fn kxkey_ess(session_base: &Key, server_challenge: &[u8; 8], lm_response: &[u8]) -> Key {
    let mut client = [0u8; 8];
    for (slot, b) in client.iter_mut().zip(lm_response) {
        *slot = *b;
    }
    Zeroizing::new(hmac_md5(&session_base[..], &[server_challenge, &client]))
}

/// SIGNKEY (MS-NLMP 3.4.5.2); only with extended session security.
pub(crate) fn signkey(exported: &[u8; 16], sender: Sender) -> Key {
    let magic: &[u8] = match sender {
        Sender::Client => b"session key to client-to-server signing key magic constant\0",
        Sender::Server => b"session key to server-to-client signing key magic constant\0",
    };
    Zeroizing::new(md5(&[exported, magic]))
}

/// SEALKEY (MS-NLMP 3.4.5.3). `weak` chooses the 40- or 56-bit form where extended session security is off.
pub(crate) fn sealkey(flags: Flags, exported: &[u8; 16], sender: Sender, weak: bool) -> Zeroizing<alloc::vec::Vec<u8>> {
    let cut = |n: usize| exported.get(..n).unwrap_or_default();
    if flags.contains(Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY) {
        let key = if flags.contains(Flags::NEGOTIATE_128) {
            cut(16)
        } else if flags.contains(Flags::NEGOTIATE_56) {
            cut(7)
        } else {
            cut(5)
        };
        let magic: &[u8] = match sender {
            Sender::Client => b"session key to client-to-server sealing key magic constant\0",
            Sender::Server => b"session key to server-to-client sealing key magic constant\0",
        };
        Zeroizing::new(md5(&[key, magic]).to_vec())
    } else if weak {
        if flags.contains(Flags::NEGOTIATE_56) {
            Zeroizing::new([cut(7), &[0xa0]].concat())
        } else {
            Zeroizing::new([cut(5), &[0xe5, 0x38, 0xb0]].concat())
        }
    } else {
        Zeroizing::new(exported.to_vec())
    }
}
