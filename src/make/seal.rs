//! NTLM (MS-NLMP): a session of both ends, made from a password, that seals what they send.
//!
//! Version 2 with session keys of 128 bits that the client chooses, extended session security, a MIC over the handshake,
//! and signatures over whole PDUs. Challenges and keys are derived from the connection's ends and number, so that the same
//! lines make the same capture: nothing here keeps a secret.

use super::Credentials;
use super::association::head;
use crate::auth::ntlm::Flags;
use crate::auth::ntlm::crypto::{Key, hmac_md5, md5, ntowf_v1, ntowf_v2, rc4k, sealkey, signkey};
use crate::auth::ntlm::upcase::upper as upper_case;
use crate::base::Guid;
use crate::ndr::EncodeError;
use crate::rpc::dg;
use crate::rpc::header::PfcFlags;
use crate::rpc::pdu::{Body, Pdu, Verifier};
use crate::rpc::security::{AuthTrailer, Sender};
use rc4::{KeyInit as _, Rc4, StreamCipher as _};

/// Bytes that sealing adds to a fragment at most: padding, trailer, signature.
pub(super) const OVERHEAD: usize = 16 + TRAILER + SIGNATURE;

const TRAILER: usize = 8;
const SIGNATURE: usize = 16;

/// `RPC_C_AUTHN_WINNT` and `RPC_C_AUTHN_LEVEL_PKT_PRIVACY`.
const NTLM: u8 = 10;
const PRIVACY: u8 = 6;

const TARGET: &str = "LAB";
const SERVER: &str = "SERVER";
const CLIENT: &str = "CLIENT";

/// MsvAvFlags: the AUTHENTICATE message has a MIC.
const HAS_MIC: u32 = 2;

/// 2026-01-01T00:00:00Z.
const TIME: u64 = 134_116_992_000_000_000;

/// Both ends of a session.
#[derive(Debug)]
pub(super) struct Session {
    credentials: Credentials,
    seed: Vec<u8>,
    flags: Flags,
    negotiate: Vec<u8>,
    /// Set when the handshake is complete.
    ends: Option<[End; 2]>,
}

/// What one end sends with.
struct End {
    sign: Key,
    stream: Rc4,
    sequence: u32,
}

impl std::fmt::Debug for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("End").field("sequence", &self.sequence).finish_non_exhaustive()
    }
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// An attribute of a target (MS-NLMP 2.2.2.1).
fn pair(id: u16, value: &[u8]) -> Vec<u8> {
    [&id.to_le_bytes()[..], &(value.len() as u16).to_le_bytes(), value].concat()
}

/// Puts payload fields behind a fixed part of `fixed` bytes; each entry is where its locator stands and its bytes.
fn with_payload(mut message: Vec<u8>, fixed: usize, fields: &[(usize, &[u8])]) -> Vec<u8> {
    message.resize(fixed, 0);
    for (at, bytes) in fields {
        let length = (bytes.len() as u16).to_le_bytes();
        let offset = (message.len() as u32).to_le_bytes();
        let locator = [&length[..], &length, &offset].concat();
        for (slot, byte) in message.iter_mut().skip(*at).zip(locator) {
            *slot = byte;
        }
        message.extend_from_slice(bytes);
    }
    message
}

/// What both ends agree on.
fn agreed() -> Flags {
    Flags::NEGOTIATE_UNICODE
        | Flags::REQUEST_TARGET
        | Flags::NEGOTIATE_SIGN
        | Flags::NEGOTIATE_SEAL
        | Flags::NEGOTIATE_NTLM
        | Flags::NEGOTIATE_ALWAYS_SIGN
        | Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY
        | Flags::NEGOTIATE_TARGET_INFO
        | Flags::NEGOTIATE_128
        | Flags::NEGOTIATE_KEY_EXCH
        | Flags::NEGOTIATE_56
}

/// Bytes that sealing adds to a datagram at most: alignment, `sec_trailer_cl` with its own, signature.
pub(super) const DATAGRAM_OVERHEAD: usize = 7 + 4 + SIGNATURE;

/// An activity whose datagrams are sealed; keys depend on the number of each (MS-NLMP 3.4).
pub(super) struct Datagrams {
    flags: Flags,
    exported: Key,
}

impl std::fmt::Debug for Datagrams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Datagrams").field("flags", &self.flags).finish_non_exhaustive()
    }
}

impl Datagrams {
    /// Also the messages that server and client hand each other: CHALLENGE and AUTHENTICATE.
    pub(super) fn new(credentials: &Credentials, activity: Guid) -> Result<(Datagrams, Vec<u8>, Vec<u8>), EncodeError> {
        let flags = agreed() | Flags::NEGOTIATE_DATAGRAM;
        let Handshake { challenge, authenticate, exported } = handshake(credentials, flags, &activity.0, &[]);
        Ok((Datagrams { flags, exported }, challenge, authenticate))
    }

    /// A request, response or fault, sealed. Its number is that of the call, and that of the fragment above it.
    pub(super) fn seal(&self, header: dg::Header, body: dg::Body<&[u8]>) -> Result<Vec<u8>, EncodeError> {
        let sender = if matches!(body, dg::Body::Request(_)) { Sender::Client } else { Sender::Server };
        let header = dg::Header { auth_proto: NTLM, ..header };
        let trailer = AuthTrailer { auth_type: NTLM, auth_level: PRIVACY, auth_pad_length: 0, auth_context_id: 0 };
        let verifier = Some(dg::Verifier { trailer, header: (0, 0), value: &[0; SIGNATURE] });
        let mut bytes = dg::Pdu { header, body, verifier }.encode().map_err(EncodeError::new)?;
        let signed = bytes.len() - SIGNATURE;
        let range = dg::Header::SIZE..signed - 4;
        let number = header.sequence.wrapping_add(u32::from(header.fragment) << 16).to_le_bytes();
        let mut code =
            hmac_md5(&signkey(&self.exported, sender)[..], &[&number, bytes.get(range.clone()).unwrap_or_default()]);
        let key = md5(&[&sealkey(self.flags, &self.exported, sender, false)[..], &number]);
        let mut stream = Rc4::new_from_slice(&key).map_err(EncodeError::new)?;
        if let Some(body) = bytes.get_mut(range) {
            stream.apply_keystream(body);
        }
        if let Some(code) = code.get_mut(..8) {
            stream.apply_keystream(code);
        }
        let token = [&[1, 0, 0, 0][..], code.get(..8).unwrap_or_default(), &number].concat();
        for (slot, byte) in bytes.iter_mut().skip(signed).zip(token) {
            *slot = byte;
        }
        Ok(bytes)
    }
}

impl Session {
    /// `seed` is another one for each connection.
    pub(super) fn new(credentials: &Credentials, seed: &[u8]) -> Session {
        let flags = agreed();
        let negotiate = [b"NTLMSSP\0\x01\0\0\0".as_slice(), &flags.bits().to_le_bytes(), &[0; 16]].concat();
        Session { credentials: credentials.clone(), seed: seed.to_vec(), flags, negotiate, ends: None }
    }

    /// A bind with the first message.
    pub(super) fn negotiate(&self, bind: &Pdu<'_>) -> Result<Vec<u8>, EncodeError> {
        with_token(bind, &self.negotiate)
    }

    /// Its answer with the second message, and an auth3 with the third.
    pub(super) fn challenge(&mut self, ack: &Pdu<'_>) -> Result<(Vec<u8>, Vec<u8>), EncodeError> {
        let Handshake { challenge, authenticate, exported } =
            handshake(&self.credentials, self.flags, &self.seed, &self.negotiate);
        let end = |sender| -> Result<End, EncodeError> {
            let seal = sealkey(self.flags, &exported, sender, false);
            let stream = Rc4::new_from_slice(&seal).map_err(EncodeError::new)?;
            Ok(End { sign: signkey(&exported, sender), stream, sequence: 0 })
        };
        self.ends = Some([end(Sender::Client)?, end(Sender::Server)?]);
        let body = Body::Auth3;
        let flags = PfcFlags::FIRST_FRAG | PfcFlags::LAST_FRAG;
        let header = head(ack.header.representation, ack.header.call_id, flags, &body);
        let auth3 = Pdu { header, body, padding: &[0; 4], auth: None };
        Ok((with_token(ack, &challenge)?, with_token(&auth3, &authenticate)?))
    }

    /// A request, response or fault, sealed.
    pub(super) fn seal(&mut self, pdu: &Pdu<'_>) -> Result<Vec<u8>, EncodeError> {
        let Some([client, server]) = &mut self.ends else {
            return Err(EncodeError::new("a message before the handshake is complete"));
        };
        let end = if let Body::Request(_) = pdu.body { client } else { server };
        let start = pdu.stub_offset();
        let plain = Pdu { header: pdu.header, body: pdu.body.clone(), padding: &[], auth: None };
        let length = plain.encode().map_err(EncodeError::new)?.len() - start;
        let pad = length.wrapping_neg() & 15;
        let zeros = [0; 16];
        let padding = zeros.get(..pad).unwrap_or_default();
        let trailer =
            AuthTrailer { auth_type: NTLM, auth_level: PRIVACY, auth_pad_length: pad as u8, auth_context_id: 1 };
        let auth = Some(Verifier { trailer, value: &[0; SIGNATURE] });
        let mut bytes = Pdu { padding, auth, ..plain }.encode().map_err(EncodeError::new)?;
        let signed = bytes.len() - SIGNATURE;
        let sequence = end.sequence.to_le_bytes();
        let mut code = hmac_md5(&end.sign[..], &[&sequence, bytes.get(..signed).unwrap_or_default()]);
        if let Some(body) = bytes.get_mut(start..signed - TRAILER) {
            end.stream.apply_keystream(body);
        }
        if let Some(code) = code.get_mut(..8) {
            end.stream.apply_keystream(code);
        }
        let token = [&[1, 0, 0, 0][..], code.get(..8).unwrap_or_default(), &sequence].concat();
        for (slot, byte) in bytes.iter_mut().skip(signed).zip(token) {
            *slot = byte;
        }
        end.sequence = end.sequence.wrapping_add(1);
        Ok(bytes)
    }
}

/// The messages of a handshake that are made at once, and the session key that the client chose.
struct Handshake {
    challenge: Vec<u8>,
    authenticate: Vec<u8>,
    exported: Key,
}

/// CHALLENGE and AUTHENTICATE behind a NEGOTIATE, which connectionless handshakes do not have. `seed` tells sessions of one
/// user apart.
fn handshake(credentials: &Credentials, flags: Flags, seed: &[u8], negotiate: &[u8]) -> Handshake {
    let Credentials { domain, user, password } = credentials;
    let seed = digest(&[user.as_bytes(), seed, negotiate]);
    let random = |purpose: &[u8]| digest(&[&seed, purpose]);
    let (server, client) = (random(b"server challenge"), random(b"client challenge"));
    let (server, client) = (server.get(..8).unwrap_or_default(), client.get(..8).unwrap_or_default());
    let info = [pair(2, &wide(TARGET)), pair(1, &wide(SERVER)), pair(0, &[])].concat();
    let mut challenge = b"NTLMSSP\0\x02\0\0\0".to_vec();
    challenge.resize(20, 0);
    challenge.extend((flags | Flags::TARGET_TYPE_SERVER).bits().to_le_bytes());
    challenge.extend(server);
    let challenge = with_payload(challenge, 56, &[(12, &wide(TARGET)), (40, &info)]);
    // NTLMv2 (MS-NLMP 3.3.2).
    let upper: Vec<u16> = user.encode_utf16().map(upper_case).collect();
    let domain_units: Vec<u16> = domain.encode_utf16().collect();
    let key = ntowf_v2(&ntowf_v1(password), &upper, &domain_units);
    let told = [pair(2, &wide(TARGET)), pair(1, &wide(SERVER)), pair(6, &HAS_MIC.to_le_bytes()), pair(0, &[])].concat();
    let mut blob = Vec::from([1, 1, 0, 0, 0, 0, 0, 0]);
    blob.extend(TIME.to_le_bytes());
    blob.extend(client);
    blob.extend([0; 4]);
    blob.extend(told);
    blob.extend([0; 4]);
    let proof = hmac_md5(&key[..], &[server, &blob]);
    let response = [&proof[..], &blob].concat();
    let base = hmac_md5(&key[..], &[&proof]);
    let exported = random(b"session key");
    let mut sent = exported;
    rc4k(&base, &mut sent);
    let mut message = b"NTLMSSP\0\x03\0\0\0".to_vec();
    message.resize(60, 0);
    message.extend(flags.bits().to_le_bytes());
    let (domain, user, station) = (wide(domain), wide(user), wide(CLIENT));
    let fields: [(usize, &[u8]); 6] =
        [(28, &domain), (36, &user), (44, &station), (12, &[0; 24]), (20, &response), (52, &sent)];
    let mut authenticate = with_payload(message, 88, &fields);
    let mic = hmac_md5(&exported, &[negotiate, &challenge, &authenticate]);
    for (slot, byte) in authenticate.iter_mut().skip(72).zip(mic) {
        *slot = byte;
    }
    Handshake { challenge, authenticate, exported: Key::new(exported) }
}

/// A digest of several parts: what is to look random, and is the same for the same lines.
pub(super) fn digest(parts: &[&[u8]]) -> [u8; 16] {
    md5(parts)
}

/// A PDU of the handshake with its message.
fn with_token(pdu: &Pdu<'_>, token: &[u8]) -> Result<Vec<u8>, EncodeError> {
    let plain = Pdu { auth: None, ..pdu.clone() }.encode().map_err(EncodeError::new)?;
    let pad = plain.len().wrapping_neg() & 3;
    let padding = [pdu.padding, [0; 4].get(..pad).unwrap_or_default()].concat();
    let trailer = AuthTrailer { auth_type: NTLM, auth_level: PRIVACY, auth_pad_length: pad as u8, auth_context_id: 1 };
    let mut header = pdu.header;
    header.flags |= PfcFlags::SUPPORT_HEADER_SIGN;
    let auth = Some(Verifier { trailer, value: token });
    Pdu { header, body: pdu.body.clone(), padding: &padding, auth }.encode().map_err(EncodeError::new)
}
