//! The signature of one PDU under one guess at its place in the key stream (MS-NLMP 2.2.2.9, 3.4.4).

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use hmac::Mac as _;

use super::Flags;
use super::crypto::HmacMd5;
use crate::auth::frame::Frame;

/// A signature's fields (MS-NLMP 2.2.2.9), the version left out.
#[derive(Clone, Copy)]
pub(super) struct Signature {
    /// With extended session security the checksum; without, the random pad and the CRC.
    checksum: [u8; 8],
    pub(super) sequence: u32,
}

impl Signature {
    pub(super) fn read(token: &[u8]) -> Result<Self, String> {
        let Some(&[1, 0, 0, 0, ref rest @ ..]) = token.first_chunk::<16>() else {
            let n = token.len();
            return Err(if n < 16 {
                format!("NTLM signature of {n} bytes, 16 needed")
            } else {
                "NTLM signature of unknown version".to_string()
            });
        };
        let [c0, c1, c2, c3, c4, c5, c6, c7, s0, s1, s2, s3] = *rest;
        Ok(Signature { checksum: [c0, c1, c2, c3, c4, c5, c6, c7], sequence: u32::from_le_bytes([s0, s1, s2, s3]) })
    }
}

impl Signature {
    /// Whether the random pad is one that senders without extended session security make: zeros (MS-NLMP 3.4.4.1), or
    /// zeros under the key stream. No checksum covers it.
    pub(super) fn has_usual_pad(&self, flags: Flags, sealed_len: usize, key: &[u8]) -> bool {
        let [pad @ .., _, _, _, _] = self.checksum;
        flags.contains(Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY)
            || pad == [0; 4]
            || key.get(sealed_len..).and_then(|mask| mask.first_chunk()) == Some(&pad)
    }
}

/// Decrypts into `out` what is sealed and checks the signature. `key` are the handle's bytes from the body on.
#[allow(clippy::too_many_arguments, reason = "one signature check has that many inputs")]
pub(super) fn check(
    flags: Flags,
    frame: &Frame<'_>,
    whole: bool,
    signature: Signature,
    sign_key: &HmacMd5,
    key: &[u8],
    sequence: u32,
    out: &mut Vec<u8>,
) -> bool {
    out.clear();
    let Some((body_key, mac_key)) = key.split_at_checked(frame.sealed_len()) else { return false };
    let ess = flags.contains(Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY);
    let masks = mac_key.first_chunk::<12>();
    if let (false, Some(&[.., s0, s1, s2, s3])) = (ess, masks)
        && signature.sequence ^ u32::from_le_bytes([s0, s1, s2, s3]) != sequence
    {
        // The number alone tells most wrong places.
        crate::base::work::tick(1);
        return false;
    }
    crate::base::work::tick(64 + frame.covered_len());
    let (head, tail): (&[u8], &[u8]) = if whole { (frame.head, frame.tail) } else { (&[], &[]) };
    if ess {
        let mut mac = sign_key.clone();
        mac.update(&sequence.to_le_bytes());
        mac.update(head);
        clear(frame, body_key, out, |plain| mac.update(plain));
        mac.update(tail);
        let mac = mac.finalize().into_bytes();
        let masks = mac_key.iter().copied().chain(core::iter::repeat(0));
        signature.checksum.iter().zip(mac.iter().zip(masks)).all(|(seen, (m, k))| *seen == *m ^ k)
    } else {
        let Some(&[_, _, _, _, c0, c1, c2, c3, ..]) = masks else { return false };
        let mut crc = crc32fast::Hasher::new();
        crc.update(head);
        clear(frame, body_key, out, |plain| crc.update(plain));
        crc.update(tail);
        let [_, _, _, _, e0, e1, e2, e3] = signature.checksum;
        u32::from_le_bytes([e0, e1, e2, e3]) ^ u32::from_le_bytes([c0, c1, c2, c3]) == crc.finalize()
    }
}

/// Bytes decrypted at a time, so that the checksum finds them in the processor's first cache.
const PIECE: usize = 4096;

/// Gives the body in the clear to `covered`, piece by piece; what is sealed is decrypted to the end of `out`.
fn clear(frame: &Frame<'_>, key: &[u8], out: &mut Vec<u8>, mut covered: impl FnMut(&[u8])) {
    if !frame.sealed {
        return covered(frame.body);
    }
    out.reserve(frame.body.len());
    for (cipher, key) in frame.body.chunks(PIECE).zip(key.chunks(PIECE)) {
        let from = out.len();
        out.extend(cipher.iter().zip(key).map(|(c, k)| c ^ k));
        covered(out.get(from..).unwrap_or_default());
    }
}
