//! What must hold for handshakes, protected PDUs, and files of secrets.
//!
//! The first byte of a handshake has bits: 0 tokens are made from the bytes instead of being the bytes, 1 headers are
//! signed, 2 there are no keys, 3 connectionless PDUs. Then come pieces, two bytes in front of each: little-endian, bit
//! 15 the side, bit 14 set for a protected PDU, bits 12 and 13 the context, the rest the length.

use super::{Source, tokens};
use cluscope::internals::auth::{Association, KeyStore, SecurityLimits, describe};
use cluscope::internals::rpc::security::{
    AuthTrailer, Connectionless, Opened, Protected, Security, Sender, Token, Verified,
};
use std::sync::{Arc, LazyLock};

/// The keys of the captures that the seeds come from, and some that fit by chance. No passwords: each realm of a Kerberos
/// token would cost the making of keys, which is slow on purpose.
pub(super) static KEYS: LazyLock<Arc<KeyStore>> = LazyLock::new(|| {
    let mut keys = KeyStore::new();
    keys.add_keys_file(b"nthash LAB\\clusadm 932b81c3f47277a751d5d8a9b3e5af1f\n").expect("a keys file");
    let service = "MSServerClusterMgmtAPI/NODE1.LAB.TEST@LAB.TEST";
    let key = *b"\x84\x1c\xdc\xba\x3e\x50\x41\x37\x6f\xa8\x4a\xdf\x5d\xaf\x40\x49\xec\xe3\x39\x56\x8b\x7d\x1f\xaa\x1a\xab\xe6\x33\x50\xfc\xc4\x1a";
    keys.add_service_key(service, 18, 1, &key).expect("room for a key");
    Arc::new(keys)
});

static NO_KEYS: LazyLock<Arc<KeyStore>> = LazyLock::new(Arc::default);

/// Small ones: a search for the place in a key stream is slow on purpose, too.
pub(super) const LIMITS: SecurityLimits = SecurityLimits {
    contexts: 3,
    resync_window: 1 << 12,
    resync_work: 1 << 14,
    token: 4096,
    kept: 1024,
    handshakes: 64,
};

/// Any tokens of NTLM and PDUs protected by it.
pub fn ntlm(data: &[u8]) {
    handshake(10, data, tokens::ntlm);
}

/// The same for SPNEGO.
pub fn spnego(data: &[u8]) {
    handshake(9, data, tokens::spnego);
}

/// The same for Kerberos, and what its messages hide.
pub fn kerberos(data: &[u8]) {
    handshake(16, data, tokens::kerberos);
    #[cfg(feature = "decrypt")]
    if let Some(rest) = data.get(1..) {
        cluscope::internals::auth::kerberos::hidden_parts(rest);
        cluscope::internals::auth::kerberos::hidden_parts(&tokens::hidden(&mut Source::new(rest)));
    }
}

fn handshake(auth_type: u8, data: &[u8], make: fn(&mut Source<'_>) -> Vec<u8>) {
    let Some((&bits, mut rest)) = data.split_first() else { return };
    let set = |bit: u8| bits & (1 << bit) != 0;
    let keys = if set(2) { &NO_KEYS } else { &KEYS };
    let mut association = Association::with_limits(Arc::clone(keys), LIMITS);
    let mut out = Vec::new();
    while let Some((&head, behind)) = rest.split_first_chunk::<2>() {
        let head = u16::from_le_bytes(head);
        let (piece, behind) = behind.split_at(usize::from(head & 0xfff).min(behind.len()));
        rest = behind;
        let sender = if head & 0x8000 == 0 { Sender::Client } else { Sender::Server };
        let trailer =
            AuthTrailer { auth_type, auth_level: 6, auth_pad_length: 0, auth_context_id: u32::from(head >> 12 & 3) };
        if head & 0x4000 == 0 {
            let token = if set(0) { make(&mut Source::new(piece)) } else { piece.to_vec() };
            told(&token);
            let ptype = 11;
            association.token(&Token { sender, ptype, trailer, token: &token, header_signing: set(1), pdu: &token });
        } else if piece.is_empty() {
            association.gap(sender, (bits > 0x7f).then_some(u64::from(bits)));
        } else {
            let before = out.len();
            let Some((pdu, body)) = protected(piece, sender, trailer, set(3)) else { continue };
            match association.open(&pdu, &mut out) {
                Opened::Clear { verified, decrypted } => {
                    assert!(!decrypted || verified != Verified::Unchecked, "handed out without a check");
                    assert!(verified != Verified::Right || !set(2), "verified without a key");
                    assert_eq!(out.len(), if decrypted { body } else { 0 }, "{before}");
                }
                Opened::Sealed { reason, .. } | Opened::Failed { reason, .. } => {
                    assert!(out.is_empty() && !reason.is_empty(), "{reason}");
                }
            }
        }
        assert!(!association.identity(&trailer).mechanism.is_empty());
        let _ = association.mic(&trailer);
        let most = LIMITS.contexts * (8192 + 4 * LIMITS.kept + 8 * LIMITS.resync_window);
        assert!(association.cost() <= most, "{} bytes are kept", association.cost());
    }
}

/// What a token tells, as text and as JSON.
fn told(token: &[u8]) {
    let info = describe(token);
    assert!(!info.to_string().is_empty(), "{info:?}");
    let text = serde_json::to_string(&info).expect("what a token tells is JSON");
    assert!(text.starts_with('{'));
}

/// A PDU behind four bytes that say how it is cut: level, bytes before the body, bytes of `auth_value`, padding. Also
/// how long the body is.
fn protected(
    piece: &[u8],
    sender: Sender,
    trailer: AuthTrailer,
    connectionless: bool,
) -> Option<(Protected<'_>, usize)> {
    let (&[level, head, value, pad], pdu) = piece.split_first_chunk::<4>()?;
    let value = pdu.len().checked_sub(usize::from(value))?;
    let trailer_header = value.checked_sub(if connectionless { 2 } else { 8 })?;
    let end = trailer_header.checked_sub(usize::from(pad % 4))?;
    let start = usize::from(head).min(end);
    let trailer = AuthTrailer { auth_level: 5 + level % 2, ..trailer };
    let number = u32::from(level >> 1);
    let connectionless =
        connectionless.then_some(Connectionless { activity: [7; 16], sequence: number, fragment: number as u16 & 3 });
    let pdu = Protected {
        sender,
        pdu,
        body: start..end,
        trailer_header: trailer_header..value,
        auth_value: value..pdu.len(),
        trailer,
        connectionless,
    };
    Some((pdu, end - start))
}

/// A file of secrets: keytab, credential cache or keys file, as the first byte tells. An error is in the file, what came
/// before it stays, and nothing is shown.
pub fn keytab(data: &[u8]) {
    let Some((&kind, file)) = data.split_first() else { return };
    let mut keys = KeyStore::new();
    let result = match kind % 4 {
        0 => keys.add_keytab(&[&[5, 2][..], file].concat()),
        1 => keys.add_ccache(&[&[5, 3 + (kind >> 2 & 1)][..], file].concat()),
        2 => keys.add_keys_file(file),
        _ => keys.add_keytab(&[&[5, 1][..], file].concat()),
    };
    match result {
        Ok(count) => {
            assert!(count <= file.len(), "{count} keys in {} bytes", file.len());
            assert_eq!(count == 0, keys.is_empty());
        }
        Err(error) => {
            assert!(error.offset.is_none_or(|at| at <= file.len() + 2), "{error}");
            assert!(error.line.is_none_or(|line| line <= file.iter().filter(|b| **b == b'\n').count() + 1), "{error}");
            assert!(error.line.is_some() != error.offset.is_some(), "{error}");
        }
    }
    let shown = format!("{keys:?}");
    assert!(shown.starts_with("KeyStore { users: ") && shown.len() < 128, "{shown}");
}
