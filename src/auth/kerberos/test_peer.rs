//! For tests alone: tickets, authenticators and the tokens of a peer, written from RFC 4121 and RFC 4757 and from how
//! DCE style lays them out, not from the code under test (keys and checksums excepted, which published vectors cover).

use std::vec::Vec;

use cts::{CbcCs3, Encrypt as _, KeyIvInit as _};

use super::etype::{EncryptionKey, Etype, Purpose};
use crate::auth::ntlm::crypto::{hmac_md5, md5, rc4k};
use crate::auth::ntlm::test_peer::Pdu;
use crate::auth::test_der::{ap_rep, ap_req, der, encrypted, name, seq};
use crate::rpc::security::{AuthTrailer, Sender};

const CONFOUNDER: [u8; 16] = *b"confounder 16 by";

fn cts(key: &[u8], data: &mut [u8]) {
    match key.len() {
        16 => CbcCs3::<aes::Aes128>::new_from_slices(key, &[0; 16]).unwrap().encrypt(data).unwrap(),
        _ => CbcCs3::<aes::Aes256>::new_from_slices(key, &[0; 16]).unwrap().encrypt(data).unwrap(),
    }
}

fn mac(key: &EncryptionKey, usage: u32, data: &[u8]) -> Vec<u8> {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let ki = key.derive(usage, Purpose::Integrity);
    let mut out = match key.etype {
        Etype::Aes128Sha1 | Etype::Aes256Sha1 => {
            Hmac::<sha1::Sha1>::new_from_slice(&ki).unwrap().chain_update(data).finalize().into_bytes().to_vec()
        }
        Etype::Aes128Sha256 => {
            Hmac::<sha2::Sha256>::new_from_slice(&ki).unwrap().chain_update(data).finalize().into_bytes().to_vec()
        }
        _ => Hmac::<sha2::Sha384>::new_from_slice(&ki).unwrap().chain_update(data).finalize().into_bytes().to_vec(),
    };
    out.truncate(key.etype.mac_len());
    out
}

/// Encrypts a message whose plain text is at least 16 bytes long.
pub(super) fn encrypt(key: &EncryptionKey, usage: u32, plain: &[u8]) -> Vec<u8> {
    if key.etype == Etype::Rc4 {
        let k1 = hmac_md5(&key.key, &[&usage.to_le_bytes()]);
        let mut data = [&CONFOUNDER[..8], plain].concat();
        let code = hmac_md5(&k1, &[&data]);
        rc4k(&hmac_md5(&k1, &[&code]), &mut data);
        return [&code[..], &data].concat();
    }
    let clear = [&CONFOUNDER[..], plain].concat();
    let mut data = clear.clone();
    cts(&key.derive(usage, Purpose::Encryption), &mut data);
    let code = match key.etype {
        Etype::Aes128Sha1 | Etype::Aes256Sha1 => mac(key, usage, &clear),
        _ => mac(key, usage, &[&[0; 16][..], &data].concat()),
    };
    [data, code].concat()
}

fn key_der(key: &EncryptionKey) -> Vec<u8> {
    let number = u8::try_from(key.etype.number()).unwrap();
    seq(&[der(0xa0, &der(2, &[number])), der(0xa1, &der(4, &key.key))])
}

pub(super) const TRAILER: AuthTrailer =
    AuthTrailer { auth_type: 16, auth_level: 6, auth_pad_length: 0, auth_context_id: 3 };

/// Both ends of a context.
pub(in crate::auth) struct Peers {
    pub(super) service: EncryptionKey,
    pub(super) session: EncryptionKey,
    pub(super) initiator: Option<EncryptionKey>,
    pub(super) acceptor: Option<EncryptionKey>,
    pub(super) whole: bool,
    /// Whether the authenticator asks for DCE style, and tokens have it.
    pub(super) dce_style: bool,
    /// Of client and server.
    pub(super) sequences: [u64; 2],
    pub(super) sequence: u64,
}

pub(super) fn some_key(etype: i64, seed: u8) -> EncryptionKey {
    let length = Etype::from_number(etype).unwrap().key_len();
    let bytes: Vec<u8> = (0..length).map(|i| u8::try_from(i).unwrap().wrapping_mul(7) ^ seed).collect();
    EncryptionKey::new(etype, &bytes).unwrap()
}

impl Peers {
    pub(in crate::auth) fn new(etype: i64) -> Self {
        Peers {
            service: some_key(etype, 1),
            session: some_key(etype, 2),
            initiator: Some(some_key(etype, 3)),
            acceptor: Some(some_key(etype, 4)),
            whole: true,
            dce_style: true,
            sequences: [0x0102_0303; 2],
            sequence: 0,
        }
    }

    pub(in crate::auth) fn ap_req(&self, kvno: u8) -> Vec<u8> {
        let client = [der(0xa2, &der(0x1b, b"LAB.TEST")), der(0xa3, &name(&["clusadm"]))];
        let ticket = der(
            0x63,
            &seq(&[der(0xa0, &der(3, &[0, 0, 0, 0, 0])), der(0xa1, &key_der(&self.session)), client.concat()]),
        );
        let mut parts =
            std::vec![der(0xa0, &der(2, &[5])), der(0xa1, &der(0x1b, b"LAB.TEST")), der(0xa2, &name(&["clusadm"])),];
        // RFC 4121 4.1.1: length and bindings, then flags.
        let flags = if self.dce_style { 0x103e_u32 } else { 0x3e };
        let bindings = [&16_u32.to_le_bytes()[..], &[0; 16], &flags.to_le_bytes()].concat();
        parts.push(der(0xa3, &seq(&[der(0xa0, &der(2, &[0, 0x80, 3])), der(0xa1, &der(4, &bindings))])));
        parts.extend(self.initiator.as_ref().map(|key| der(0xa6, &key_der(key))));
        parts.push(der(0xa7, &der(2, &[1, 2, 3, 4])));
        let authenticator = der(0x62, &seq(&parts));
        let number = self.service.etype.number();
        ap_req(
            &["cifs", "node1.lab.test"],
            &encrypted(number, Some(kvno), &encrypt(&self.service, 2, &ticket)),
            &encrypted(self.session.etype.number(), None, &encrypt(&self.session, 11, &authenticator)),
        )
    }

    pub(super) fn ap_rep(&self) -> Vec<u8> {
        let mut parts = std::vec![der(0xa0, &der(0x18, b"20261120100000Z")), der(0xa1, &der(2, &[1]))];
        parts.extend(self.acceptor.as_ref().map(|key| der(0xa2, &key_der(key))));
        parts.push(der(0xa3, &der(2, &[1, 2, 3, 4])));
        let plain = der(0x7b, &seq(&parts));
        ap_rep(&encrypted(self.session.etype.number(), None, &encrypt(&self.session, 12, &plain)))
    }

    pub(super) fn key(&self) -> &EncryptionKey {
        self.acceptor.as_ref().or(self.initiator.as_ref()).unwrap_or(&self.session)
    }

    pub(super) fn send(&mut self, sender: Sender, level: u8, plain: &[u8]) -> Pdu {
        let own = &mut self.sequences[usize::from(sender == Sender::Server)];
        *own += 1;
        self.sequence = *own;
        let key = self.key().clone();
        let trailer = AuthTrailer { auth_level: level, ..TRAILER };
        let token = self.token_len(&key, level);
        let mut pdu = Pdu::new(sender, trailer, plain, token);
        let (head, tail) = match self.whole {
            true => (pdu.bytes[..24].to_vec(), pdu.bytes[pdu.body.end..pdu.body.end + 8].to_vec()),
            false => (Vec::new(), Vec::new()),
        };
        let (token, body) = match (key.etype, level) {
            (Etype::Rc4, _) => self.rc4(&key, sender, level == 6, &head, plain, &tail),
            (_, 6) => self.wrap(&key, sender, &head, plain, &tail),
            _ => (self.mic(&key, sender, &head, plain, &tail), plain.to_vec()),
        };
        let at = pdu.body.end + 8;
        assert_eq!(token.len(), pdu.bytes.len() - at);
        pdu.bytes[at..].copy_from_slice(&token);
        pdu.bytes[pdu.body.clone()].copy_from_slice(&body);
        pdu
    }

    /// SPNEGO's checksum over what was offered.
    pub(super) fn mech_list_mic(&mut self, sender: Sender, offered: &[u8]) -> Vec<u8> {
        let own = &mut self.sequences[usize::from(sender == Sender::Server)];
        *own += 1;
        self.sequence = *own;
        let key = self.key().clone();
        self.mic(&key, sender, offered, &[], &[])
    }

    fn token_len(&self, key: &EncryptionKey, level: u8) -> usize {
        match (key.etype, level) {
            (Etype::Rc4, 6) => 45,
            (Etype::Rc4, _) => 37,
            (etype, 6) => 64 + etype.mac_len(),
            (etype, _) => 16 + etype.mac_len(),
        }
    }

    fn flags(&self, sender: Sender, sealed: bool) -> u8 {
        u8::from(sender == Sender::Server) | u8::from(sealed) << 1 | u8::from(self.acceptor.is_some()) << 2
    }

    fn wrap(&self, key: &EncryptionKey, sender: Sender, head: &[u8], body: &[u8], tail: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let usage = if sender == Sender::Server { 22 } else { 24 };
        let mut header = std::vec![5, 4, self.flags(sender, true), 0xff, 0, 16, 0, 0];
        header.extend(self.sequence.to_be_bytes());
        let rest = [&[0x5a; 16][..], &header].concat();
        let mut data = [&CONFOUNDER, body, &rest].concat();
        cts(&key.derive(usage, Purpose::Encryption), &mut data);
        let (c, after) = data.split_at(16);
        let (b, r) = after.split_at(body.len());
        let code = match key.etype {
            Etype::Aes128Sha1 | Etype::Aes256Sha1 => mac(key, usage, &[&CONFOUNDER, head, body, tail, &rest].concat()),
            _ => mac(key, usage, &[&[0; 16], c, head, b, tail, r].concat()),
        };
        let moved = 32 + code.len();
        let rrc = if self.dce_style { moved - 16 } else { moved };
        header[6..8].copy_from_slice(&u16::try_from(rrc).unwrap().to_be_bytes());
        ([&header[..], r, &code, c].concat(), b.to_vec())
    }

    fn mic(&self, key: &EncryptionKey, sender: Sender, head: &[u8], body: &[u8], tail: &[u8]) -> Vec<u8> {
        let usage = if sender == Sender::Server { 23 } else { 25 };
        let mut header = std::vec![4, 4, self.flags(sender, false), 0xff, 0xff, 0xff, 0xff, 0xff];
        header.extend(self.sequence.to_be_bytes());
        let code = key.checksum(usage, &[head, body, tail, &header]);
        [header, code].concat()
    }

    fn rc4(
        &self,
        key: &EncryptionKey,
        sender: Sender,
        sealed: bool,
        head: &[u8],
        body: &[u8],
        tail: &[u8],
    ) -> (Vec<u8>, Vec<u8>) {
        let header: [u8; 8] =
            if sealed { [2, 1, 0x11, 0, 0x10, 0, 0xff, 0xff] } else { [1, 1, 0x11, 0, 0xff, 0xff, 0xff, 0xff] };
        let salt: u32 = if sealed { 13 } else { 15 };
        let confounder: &[u8] = if sealed { &CONFOUNDER[..8] } else { &[] };
        let sign = hmac_md5(&key.key, &[b"signaturekey\0"]);
        let digest = md5(&[&salt.to_le_bytes(), &header, confounder, head, body, tail]);
        let code = hmac_md5(&sign, &[&digest])[..8].to_vec();
        let number = u32::try_from(self.sequence).unwrap().to_be_bytes();
        let direction = if sender == Sender::Server { [0xff; 4] } else { [0; 4] };
        let mut data = [confounder, body].concat();
        if sealed {
            let local: Vec<u8> = key.key.iter().map(|b| b ^ 0xf0).collect();
            rc4k(&hmac_md5(&hmac_md5(&local, &[&[0; 4]]), &[&number]), &mut data);
        }
        let mut sequence = [number, direction].concat();
        rc4k(&hmac_md5(&hmac_md5(&key.key, &[&[0; 4]]), &[&code]), &mut sequence);
        let (confounder, body) = data.split_at(confounder.len());
        let inner = [&header[..], &sequence, &code, confounder].concat();
        let mechanism = der(6, crate::auth::test_der::KRB5);
        let mut token = der(0x60, &[mechanism, inner].concat());
        if sealed && !self.dce_style {
            // The body counts too.
            token[1] = u8::try_from(usize::from(token[1]) + body.len()).unwrap();
        }
        (token, body.to_vec())
    }
}
