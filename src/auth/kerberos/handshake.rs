//! From AP-REQ and AP-REP and the secrets to the keys of a context (RFC 4120 3.2, RFC 4121 2).
//!
//! In DCE style there are three legs: AP-REQ, AP-REP, and an AP-REP back. A ticket is opened with a service's key, or
//! its session key comes from a credential cache or by hand; then the authenticator and the AP-REP give the subkeys.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::etype::EncryptionKey;
use super::message::{ApRep, ApReq, Message, etype_name, parse, principal};
use super::search;
use super::wrap::Token;
use crate::auth::der;
use crate::auth::frame::{Frame, Verdict};
use crate::auth::keys::KeyStore;
use crate::auth::text::short;
use crate::rpc::security::Sender;

/// Key usages (RFC 4120 7.5.1).
pub(crate) const USAGE_TICKET: u32 = 2;
const USAGE_AUTHENTICATOR: u32 = 11;
const USAGE_AP_REP: u32 = 12;

/// A handshake and what comes of it.
pub(crate) struct Handshake {
    client: Option<String>,
    session: Option<EncryptionKey>,
    /// Subkey of the authenticator.
    initiator: Option<EncryptionKey>,
    /// Subkey of the acceptor's AP-REP.
    acceptor: Option<EncryptionKey>,
    /// Why there is no key, or which one.
    reason: String,
    acceptor_reason: &'static str,
    /// Which coverage of the checksums proved right, once one did.
    whole: Option<bool>,
}

impl Handshake {
    pub(crate) fn new() -> Self {
        Handshake {
            client: None,
            session: None,
            initiator: None,
            acceptor: None,
            reason: "handshake not captured: no AP-REQ".to_string(),
            acceptor_reason: "no AP-REP captured",
            whole: None,
        }
    }

    /// Octets of memory beside the handshake itself.
    pub(crate) fn cost(&self) -> usize {
        // A key and what goes with it is some hundred octets.
        let keys = [&self.session, &self.initiator, &self.acceptor].into_iter().flatten().count() * 256;
        keys + self.client.as_ref().map_or(0, String::capacity) + self.reason.capacity()
    }

    /// `user@REALM`, once the ticket or the authenticator was opened.
    pub(crate) fn user(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// Takes a message of the handshake.
    pub(crate) fn token(&mut self, sender: Sender, token: &[u8], keys: &KeyStore) {
        match (parse(token), sender) {
            (Ok(Message::ApReq(request)), _) => {
                *self = Handshake::new();
                self.request(&request, keys);
            }
            (Ok(Message::ApRep(reply)), Sender::Server) => self.reply(&reply),
            // The third leg repeats the acceptor's number and brings no key.
            (Ok(Message::ApRep(_)), Sender::Client) => {}
            (Ok(Message::Error(error)), _) => {
                self.reason = format!("the handshake ended in {} ({})", error.name, error.code);
            }
            (Err(reason), _) if self.session.is_none() => self.reason = reason.to_string(),
            (Err(_), _) => {}
        }
        self.reason = short(core::mem::take(&mut self.reason));
    }

    fn request(&mut self, request: &ApReq<'_>, keys: &KeyStore) {
        let session = match search::ticket_key(request, keys) {
            Ok(ticket) => match encrypted_ticket(&ticket) {
                Some((key, client)) => {
                    self.client = Some(short(client));
                    Some(key)
                }
                None => {
                    self.reason = format!("the {} opens but can't be read", search::describe(request));
                    return;
                }
            },
            Err(reason) => {
                self.reason = reason;
                None
            }
        };
        let cipher = request.authenticator.cipher;
        let opened = match &session {
            Some(key) => key.decrypt(USAGE_AUTHENTICATOR, cipher).map(|plain| (key.clone(), plain)),
            // No ticket's key: one of the session keys at hand may be this one's.
            None => search::session_keys(keys, request.authenticator.etype).find_map(|key| {
                let plain = key.decrypt(USAGE_AUTHENTICATOR, cipher)?;
                Some((key, plain))
            }),
        };
        match opened {
            Some((key, plain)) => {
                if let Some((client, subkey)) = authenticator(&plain) {
                    self.client = Some(short(client));
                    self.initiator = subkey;
                }
                self.session = Some(key);
            }
            None if session.is_some() => {
                self.session = session;
                // What the ticket told stands; the authenticator may have been damaged.
            }
            None => {}
        }
    }

    fn reply(&mut self, reply: &ApRep<'_>) {
        let Some(session) = &self.session else { return };
        match session.decrypt(USAGE_AP_REP, reply.encrypted.cipher) {
            Some(plain) => {
                self.acceptor = ap_rep_subkey(&plain);
                self.acceptor_reason = "the AP-REP brings none";
            }
            None => self.acceptor_reason = "the AP-REP doesn't open with the ticket's session key",
        }
    }

    /// Opens a PDU.
    pub(crate) fn open(
        &mut self,
        sender: Sender,
        frame: &Frame<'_>,
        whole: bool,
        keys: &KeyStore,
        out: &mut Vec<u8>,
    ) -> Verdict {
        out.clear();
        let token = match Token::parse(frame.token) {
            Ok(token) => token,
            Err(reason) => return Verdict::Failed(reason.to_string()),
        };
        let acceptors = token.acceptor_subkey();
        // Tokens of RFC 4757 don't say which subkey is meant: the acceptor's, if there is one, then the initiator's.
        let order = match acceptors {
            Some(true) => [&self.acceptor, &None, &None],
            Some(false) => [&self.initiator, &self.session, &None],
            None => [&self.acceptor, &self.initiator, &self.session],
        };
        let known = order.into_iter().flatten().filter(|key| token.fits(key.etype));
        let coverages = match self.whole {
            Some(whole) => [Some(whole), None],
            None => [Some(whole), Some(!whole)],
        };
        let right = |key: &EncryptionKey, out: &mut Vec<u8>| {
            coverages.into_iter().flatten().find(|whole| token.open(key, sender, frame, *whole, out))
        };
        if let Some(whole) = known.clone().find_map(|key| right(key, out)) {
            self.whole = Some(whole);
            return Verdict::Opened;
        }
        // The key that is wanted isn't known: one given by hand may be it.
        if known.count() == 0 {
            let given = search::given_keys(keys).filter(|key| token.fits(key.etype));
            for key in given {
                if let Some(whole) = right(&key, out) {
                    self.whole = Some(whole);
                    let slot = if acceptors == Some(false) { &mut self.initiator } else { &mut self.acceptor };
                    *slot = Some(key);
                    return Verdict::Opened;
                }
            }
            out.clear();
            return Verdict::Sealed(if self.session.is_none() {
                self.reason.clone()
            } else if acceptors == Some(false) {
                "the context's key is of another type than the token".to_string()
            } else {
                format!("the acceptor's subkey is missing: {}", self.acceptor_reason)
            });
        }
        out.clear();
        Verdict::Failed("checksum mismatch (changed bytes, or another key)".to_string())
    }
}

/// An EncryptionKey (RFC 4120 5.2.9).
fn encryption_key(input: &[u8]) -> Option<EncryptionKey> {
    let (body, _) = der::expect(input, der::SEQUENCE)?;
    let etype = der::field(body, 0).and_then(der::integer)?;
    EncryptionKey::new(etype, der::field(body, 1).and_then(|v| der::expect(v, der::OCTET_STRING))?.0)
}

fn name(realm: Option<&[u8]>, names: Option<&[u8]>) -> Option<String> {
    Some(format!("{}@{}", principal(names?)?.join("/"), der::text(realm?)?))
}

/// Session key and client of an EncTicketPart (RFC 4120 5.3).
fn encrypted_ticket(plain: &[u8]) -> Option<(EncryptionKey, String)> {
    let (body, _) = der::expect(der::expect(plain, 0x63)?.0, der::SEQUENCE)?;
    Some((encryption_key(der::field(body, 1)?)?, name(der::field(body, 2), der::field(body, 3))?))
}

/// Client and subkey of an Authenticator (RFC 4120 5.5.1).
fn authenticator(plain: &[u8]) -> Option<(String, Option<EncryptionKey>)> {
    let (body, _) = der::expect(der::expect(plain, 0x62)?.0, der::SEQUENCE)?;
    Some((name(der::field(body, 1), der::field(body, 2))?, der::field(body, 6).and_then(encryption_key)))
}

/// Subkey of an EncAPRepPart (RFC 4120 5.5.2).
fn ap_rep_subkey(plain: &[u8]) -> Option<EncryptionKey> {
    let (body, _) = der::expect(der::expect(plain, 0x7b)?.0, der::SEQUENCE)?;
    der::field(body, 2).and_then(encryption_key)
}

/// Reads octets as each of the parts that a key opens: for fuzzing, which finds no key. How many they could be.
#[cfg(all(feature = "pcap", feature = "serde"))]
pub fn hidden_parts(plain: &[u8]) -> usize {
    let parts = [encrypted_ticket(plain).is_some(), authenticator(plain).is_some(), ap_rep_subkey(plain).is_some()];
    parts.into_iter().filter(|could| *could).count()
}

/// An encryption type's name, or its number.
pub(crate) fn etype_text(etype: i64) -> String {
    match etype_name(etype) {
        "" => format!("etype {etype}"),
        name => name.to_string(),
    }
}
