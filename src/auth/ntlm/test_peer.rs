//! For tests alone: messages of a handshake, and a peer that signs and seals as MS-NLMP 3.4 tells, written against the
//! text and not against the code under test (its keys excepted, which the published vectors cover).

use std::vec::Vec;

use rc4::{KeyInit as _, Rc4, StreamCipher as _};

use super::Flags;
use super::crypto::{Key, hmac_md5, md5, sealkey, signkey};
use crate::rpc::security::{AuthTrailer, Protected, Sender};

pub(crate) const SERVER_CHALLENGE: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef];

pub(crate) fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Puts payload fields behind a fixed part of `fixed` bytes; each entry is where its locator stands and its bytes.
fn with_payload(mut message: Vec<u8>, fixed: usize, fields: &[(usize, &[u8])]) -> Vec<u8> {
    message.resize(fixed, 0);
    for (at, bytes) in fields {
        let length = u16::try_from(bytes.len()).unwrap().to_le_bytes();
        let offset = u32::try_from(message.len()).unwrap().to_le_bytes();
        message[*at..*at + 8].copy_from_slice(&[&length[..], &length, &offset].concat());
        message.extend_from_slice(bytes);
    }
    message
}

pub(crate) fn negotiate(flags: Flags) -> Vec<u8> {
    [b"NTLMSSP\0\x01\0\0\0".as_slice(), &flags.bits().to_le_bytes(), &[0; 16]].concat()
}

pub(crate) fn challenge(flags: Flags) -> Vec<u8> {
    let mut message = b"NTLMSSP\0\x02\0\0\0".to_vec();
    message.resize(20, 0);
    message.extend_from_slice(&flags.bits().to_le_bytes());
    message.extend_from_slice(&SERVER_CHALLENGE);
    with_payload(message, 56, &[(12, &wide("Server"))])
}

pub(crate) struct Reply<'a> {
    pub(crate) flags: Flags,
    pub(crate) domain: &'a str,
    pub(crate) user: &'a str,
    pub(crate) lm: &'a [u8],
    pub(crate) nt: &'a [u8],
    pub(crate) session_key: &'a [u8],
}

/// An AUTHENTICATE; with `mic` its MIC under that key over the other two messages and itself.
pub(crate) fn authenticate(reply: &Reply<'_>, mic: Option<(&[u8; 16], &[u8], &[u8])>) -> Vec<u8> {
    let mut message = b"NTLMSSP\0\x03\0\0\0".to_vec();
    message.resize(60, 0);
    message.extend_from_slice(&reply.flags.bits().to_le_bytes());
    let fixed = if mic.is_some() { 88 } else { 72 };
    let (domain, user, station) = (wide(reply.domain), wide(reply.user), wide("COMPUTER"));
    let fields: [(usize, &[u8]); 6] =
        [(28, &domain), (36, &user), (44, &station), (12, reply.lm), (20, reply.nt), (52, reply.session_key)];
    let mut message = with_payload(message, fixed, &fields);
    if let Some((key, first, second)) = mic {
        let code = hmac_md5(key, &[first, second, &message]);
        message[72..88].copy_from_slice(&code);
    }
    message
}

/// A protected PDU of the tests: 24 bytes of header, body, trailer, signature.
pub(crate) struct Pdu {
    pub(crate) bytes: Vec<u8>,
    pub(crate) body: core::ops::Range<usize>,
    pub(crate) sender: Sender,
    pub(crate) trailer: AuthTrailer,
    pub(crate) plain: Vec<u8>,
}

impl Pdu {
    pub(crate) fn new(sender: Sender, trailer: AuthTrailer, plain: &[u8], token: usize) -> Self {
        let mut bytes = std::vec![5, 0, if sender == Sender::Client { 0 } else { 2 }, 3, 0x10, 0, 0, 0];
        bytes.resize(24, 0x77);
        let stub = u32::try_from(plain.len()).unwrap() - u32::from(trailer.auth_pad_length);
        bytes[16..20].copy_from_slice(&stub.to_le_bytes());
        bytes[22..24].fill(0);
        bytes.extend_from_slice(plain);
        let body = 24..bytes.len();
        bytes.extend_from_slice(&[trailer.auth_type, trailer.auth_level, trailer.auth_pad_length, 0]);
        bytes.extend_from_slice(&trailer.auth_context_id.to_le_bytes());
        bytes.resize(bytes.len() + token, 0);
        Pdu { bytes, body, sender, trailer, plain: plain.to_vec() }
    }

    /// What a signature covers: with header signing everything before the token.
    pub(crate) fn covered(&self, whole: bool) -> Vec<u8> {
        if whole { self.bytes[..self.body.end + 8].to_vec() } else { self.plain.clone() }
    }

    pub(crate) fn protected(&self) -> Protected<'_> {
        Protected {
            sender: self.sender,
            pdu: &self.bytes,
            body: self.body.clone(),
            trailer_header: self.body.end..self.body.end + 8,
            auth_value: self.body.end + 8..self.bytes.len(),
            trailer: self.trailer,
            connectionless: None,
        }
    }
}

/// Both ends of a session.
pub(crate) struct Peers {
    flags: Flags,
    key: Key,
    handles: Vec<Rc4>,
    pub(crate) sequence: [u32; 2],
    pub(crate) whole: bool,
    /// Without extended session security: one handle for both directions.
    pub(crate) shared: bool,
    pub(crate) datagram: bool,
    pub(crate) weak: bool,
}

impl Peers {
    pub(crate) fn new(flags: Flags, key: [u8; 16], weak: bool) -> Self {
        let key = Key::new(key);
        let handle = |sender| Rc4::new_from_slice(&sealkey(flags, &key, sender, weak)).unwrap();
        let handles = std::vec![handle(Sender::Client), handle(Sender::Server)];
        let shared = !flags.contains(Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY);
        Peers { flags, key, handles, sequence: [0, 0], whole: true, shared, datagram: false, weak }
    }

    /// Signs, and with level 6 seals, a message.
    pub(crate) fn send(&mut self, sender: Sender, level: u8, plain: &[u8]) -> Pdu {
        let trailer = AuthTrailer { auth_type: 10, auth_level: level, auth_pad_length: 0, auth_context_id: 1 };
        let mut pdu = Pdu::new(sender, trailer, plain, 16);
        let covered = pdu.covered(self.whole);
        let index = if self.shared { 0 } else { usize::from(sender == Sender::Server) };
        let sequence = self.sequence[index];
        self.sequence[index] += 1;
        if self.datagram {
            let seal = sealkey(self.flags, &self.key, sender, self.weak);
            self.handles[index] = Rc4::new_from_slice(&md5(&[&seal, &sequence.to_le_bytes()])).unwrap();
        }
        let handle = &mut self.handles[index];
        if level == 6 {
            handle.apply_keystream(&mut pdu.bytes[pdu.body.clone()]);
        }
        let mut token = std::vec![1, 0, 0, 0];
        if self.flags.contains(Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY) {
            let mut code = hmac_md5(&signkey(&self.key, sender)[..], &[&sequence.to_le_bytes(), &covered]);
            if self.flags.contains(Flags::NEGOTIATE_KEY_EXCH) {
                handle.apply_keystream(&mut code[..8]);
            }
            token.extend_from_slice(&code[..8]);
            token.extend_from_slice(&sequence.to_le_bytes());
        } else {
            let mut rest = [0u8; 12];
            rest[4..8].copy_from_slice(&crc32fast::hash(&covered).to_le_bytes());
            handle.apply_keystream(&mut rest);
            rest[..4].fill(0);
            for (slot, b) in rest[8..].iter_mut().zip(sequence.to_le_bytes()) {
                *slot ^= b;
            }
            token.extend_from_slice(&rest);
        }
        let at = pdu.body.end + 8;
        pdu.bytes[at..].copy_from_slice(&token);
        pdu
    }
}
