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
use super::wrap::{Framing, Token};
use crate::auth::context::Attempted;
use crate::auth::der;
use crate::auth::frame::{Frame, Verdict};
use crate::auth::keys::KeyStore;
use crate::auth::ntlm::crypto::md5;
use crate::auth::order::{Order, room};
use crate::auth::run::Fingerprint;
use crate::auth::text::short;
use crate::rpc::security::{Doubt, Remedy, Sender};

/// Key usages (RFC 4120 7.5.1).
pub(crate) const USAGE_TICKET: u32 = 2;
pub(crate) const USAGE_AUTHENTICATOR: u32 = 11;
const USAGE_AP_REP: u32 = 12;

/// Numbers that a sender may have used before its first message: some sign something to learn how long a signature is.
const SLACK: u64 = 1;

/// A handshake and what comes of it.
pub(crate) struct Handshake {
    client: Option<String>,
    session: Option<EncryptionKey>,
    /// Subkey of the authenticator.
    initiator: Option<EncryptionKey>,
    /// Subkey of the acceptor's AP-REP.
    acceptor: Option<EncryptionKey>,
    /// Why there is no key, and what would help.
    reason: String,
    remedy: Remedy,
    acceptor_reason: &'static str,
    /// Which coverage of the checksums proved right, once one did.
    whole: Option<bool>,
    /// How client and server numbered their messages.
    orders: [Order; 2],
    /// What client and server may have sent unseen since their last PDU that opened.
    unopened: [Unopened; 2],
    /// Whether SPNEGO's `mechListMIC` is right.
    mech_list: Option<bool>,
    /// Whether the client is anonymous (RFC 8062).
    anonymous: bool,
    framing: Framing,
    /// Of the authenticator.
    fingerprint: Option<Fingerprint>,
}

/// Messages that may have come since the last PDU that opened.
#[derive(Clone, Copy, Debug, Default)]
struct Unopened {
    /// PDUs of the context that couldn't be opened.
    own: u64,
    /// PDUs of other contexts, and what gaps have room for.
    others: u64,
}

impl Handshake {
    pub(crate) fn new() -> Self {
        Handshake {
            client: None,
            session: None,
            initiator: None,
            acceptor: None,
            reason: "handshake not captured: no AP-REQ".to_string(),
            remedy: Remedy::Handshake,
            acceptor_reason: "no AP-REP captured",
            whole: None,
            orders: [Order::default(), Order::default()],
            unopened: [Unopened::default(); 2],
            mech_list: None,
            anonymous: false,
            framing: Framing::default(),
            fingerprint: None,
        }
    }

    /// Whether the AP-REQ was opened.
    pub(crate) fn is_proved(&self) -> bool {
        self.session.is_some()
    }

    /// The authenticator, which a client makes once: it has the time, to the microsecond (RFC 4120 3.2.3).
    pub(crate) fn fingerprint(&self) -> Option<Fingerprint> {
        self.fingerprint
    }

    /// Tells that bytes of a direction are missing.
    pub(crate) fn gap(&mut self, sender: Sender, lost: Option<u64>) {
        self.order(sender).explain(room(lost));
        let unopened = self.unopened_of(sender);
        unopened.others = unopened.others.saturating_add(room(lost));
    }

    /// A PDU of the direction couldn't be opened: one of this context by its number (`own`), or of another.
    pub(crate) fn unopened(&mut self, tried: &Attempted<'_>, own: bool) {
        self.order(tried.sender).explain(1);
        let unopened = self.unopened_of(tried.sender);
        let count = if own { &mut unopened.own } else { &mut unopened.others };
        *count = count.saturating_add(1);
    }

    fn unopened_of(&mut self, sender: Sender) -> &mut Unopened {
        let [client, server] = &mut self.unopened;
        match sender {
            Sender::Client => client,
            Sender::Server => server,
        }
    }

    fn order(&mut self, sender: Sender) -> &mut Order {
        let [client, server] = &mut self.orders;
        match sender {
            Sender::Client => client,
            Sender::Server => server,
        }
    }

    /// Bytes of memory beside the handshake itself.
    pub(crate) fn cost(&self) -> usize {
        // A key and what goes with it is some hundred bytes, and what it derives to.
        let keys = [&self.session, &self.initiator, &self.acceptor].into_iter().flatten();
        let keys: usize = keys.map(|key| 256 + key.cost()).sum();
        keys + self.client.as_ref().map_or(0, String::capacity) + self.reason.capacity()
    }

    /// `user@REALM`, once the ticket or the authenticator was opened.
    pub(crate) fn user(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// Takes a message of the handshake; whether it was one.
    pub(crate) fn token(&mut self, sender: Sender, token: &[u8], keys: &KeyStore) -> bool {
        match (parse(token), sender) {
            // What comes after the one that opened is a forger's, or another context's.
            (Ok(Message::ApReq(_)), _) if self.session.is_some() => {}
            (Ok(Message::ApReq(request)), _) => {
                *self = Handshake::new();
                if let Some(mechanism) = frame_mechanism(token) {
                    self.framing.mechanism = mechanism.to_vec();
                }
                self.fingerprint = Some(md5(&[request.authenticator.cipher]));
                self.request(&request, keys);
            }
            (Ok(Message::ApRep(reply)), Sender::Server) => self.reply(&reply),
            // The third leg repeats the acceptor's number and brings no key.
            (Ok(Message::ApRep(_)), Sender::Client) => {}
            (Ok(Message::TgtReq(_) | Message::TgtRep(_)), _) => {}
            (Ok(Message::Error(error)), _) => {
                self.reason = format!("the handshake ended in {} ({})", error.name, error.code);
                self.remedy = Remedy::Unknown;
            }
            (Err(reason), _) if self.session.is_none() => self.reason = reason.to_string(),
            (Err(_), _) => return false,
        }
        self.reason = short(core::mem::take(&mut self.reason));
        true
    }

    fn request(&mut self, request: &ApReq<'_>, keys: &KeyStore) {
        let session = match search::ticket_key(request, keys) {
            Ok(ticket) => match encrypted_ticket(&ticket) {
                Some((key, client)) => {
                    self.named(client);
                    Some(key)
                }
                None => {
                    self.reason = format!("the {} opens but can't be read", search::describe(request));
                    self.remedy = Remedy::Unknown;
                    return;
                }
            },
            Err((reason, remedy)) => {
                (self.reason, self.remedy) = (reason, remedy);
                None
            }
        };
        let opened = match session {
            Some(key) => {
                let plain = key.decrypt(USAGE_AUTHENTICATOR, request.authenticator.cipher);
                // What the ticket told stands without the authenticator, which may have been damaged.
                self.session = Some(key.clone());
                plain.map(|plain| (key, plain))
            }
            None => search::session_key(request, keys),
        };
        let Some((key, plain)) = opened else { return };
        if let Some(authenticator) = authenticator(&plain) {
            self.named(authenticator.client);
            self.framing.dce_style = authenticator.dce_style.unwrap_or(true);
            self.initiator = authenticator.subkey;
            if let Some(number) = authenticator.sequence {
                self.begin(Sender::Client, number);
            }
        }
        self.session = Some(key);
    }

    /// The handshake tells a sender's first number.
    fn begin(&mut self, sender: Sender, number: u64) {
        self.order(sender).begin(number, SLACK);
        self.unopened_of(sender).others += SLACK;
    }

    fn named(&mut self, client: String) {
        self.anonymous = client.starts_with("WELLKNOWN/ANONYMOUS@");
        self.client = Some(short(client));
    }

    fn reply(&mut self, reply: &ApRep<'_>) {
        let Some(session) = &self.session else { return };
        match session.decrypt(USAGE_AP_REP, reply.encrypted.cipher) {
            Some(plain) => {
                let (subkey, sequence) = ap_rep(&plain).unwrap_or_default();
                if self.acceptor.is_none() {
                    self.acceptor = subkey;
                }
                if let Some(number) = sequence {
                    self.begin(Sender::Server, number);
                }
                self.acceptor_reason = "the AP-REP brings none";
            }
            None if self.acceptor.is_none() => {
                self.acceptor_reason = "the AP-REP doesn't open with the ticket's session key";
            }
            None => {}
        }
    }

    /// Checks SPNEGO's `mechListMIC` (RFC 4178 5), which has a number of its direction.
    pub(crate) fn mech_list_mic(&mut self, sender: Sender, mech_types: &[u8], mic: &[u8]) {
        if mech_types.is_empty() {
            return;
        }
        let frame = Frame { head: mech_types, body: &[], tail: &[], token: mic, sealed: false };
        let Ok(token) = Token::parse(mic) else { return };
        let right = |key: &EncryptionKey| {
            token.open(key, sender, &frame, &self.framing, true, &mut Vec::new()).then(|| token.number(key)).flatten()
        };
        if self.keys_for(&token).next().is_none() {
            return;
        }
        let number = self.keys_for(&token).find_map(right);
        match number {
            Some(number) => {
                self.mech_list.get_or_insert(true);
                let _ = self.order(sender).came(number);
            }
            None => self.mech_list = Some(false),
        }
    }

    #[cfg(test)]
    /// Whether `mechListMIC` is right; `None` if there was none or it couldn't be checked.
    pub(crate) fn mech_list(&self) -> Option<bool> {
        self.mech_list
    }

    /// The known keys that may have made a token, the likeliest first.
    fn keys_for(&self, token: &Token<'_>) -> impl Iterator<Item = &EncryptionKey> + Clone {
        // Tokens of RFC 4757 don't say which subkey is meant: the acceptor's, if there is one, then the initiator's.
        let order = match token.acceptor_subkey() {
            Some(true) => [&self.acceptor, &None, &None],
            Some(false) => [&self.initiator, &self.session, &None],
            None => [&self.acceptor, &self.initiator, &self.session],
        };
        let token = *token;
        order.into_iter().flatten().filter(move |key| token.fits(key.etype))
    }

    /// Opens a PDU.
    pub(crate) fn open(&mut self, tried: &Attempted<'_>, keys: &KeyStore, out: &mut Vec<u8>) -> Verdict {
        out.clear();
        let sender = tried.sender;
        let token = match Token::parse(tried.pdu.token) {
            Ok(token) => token,
            Err(reason) => return Verdict::Failed(reason.to_string(), Doubt::Signature),
        };
        let coverages = match self.whole {
            Some(whole) => [Some(whole), None],
            None => [Some(tried.whole), Some(!tried.whole)],
        };
        let framing = &self.framing;
        let right = |key: &EncryptionKey, out: &mut Vec<u8>| {
            tried.frames().find_map(|(frame, doubt)| {
                let mut coverages = coverages.into_iter().flatten();
                let whole = coverages.find(|whole| token.open(key, sender, &frame, framing, *whole, out))?;
                Some((whole, doubt, frame.sealed, token.number(key)))
            })
        };
        let known = self.keys_for(&token);
        let mut found = known.clone().find_map(|key| right(key, out));
        let none = known.count() == 0;
        if none {
            // The key that is wanted isn't known: one given by hand may be it.
            for key in search::given_keys(keys, tried.pdu.covered_len()).filter(|key| token.fits(key.etype)) {
                found = right(&key, out);
                if found.is_some() {
                    let initiators = token.acceptor_subkey() == Some(false);
                    let slot = if initiators { &mut self.initiator } else { &mut self.acceptor };
                    // A subkey is one session's; with it nothing proves the authenticator.
                    if !initiators {
                        self.fingerprint = Some(md5(&[&key.key]));
                    }
                    *slot = Some(key);
                    break;
                }
            }
        }
        if let Some((whole, level, decrypted, number)) = found {
            self.whole = Some(whole);
            let ahead = number.map(|number| self.order(sender).ahead(number));
            let disorder = number.and_then(|number| self.order(sender).came(number));
            let Unopened { own, others } = core::mem::take(self.unopened_of(sender));
            // A number that may have been changed has to be the one that is due.
            let due = own..=own.saturating_add(others);
            let unproved = ahead.filter(|ahead| !token.covers_number() && !due.contains(ahead));
            let disorder = disorder.or(unproved.map(|count| Doubt::Missing { count }));
            let standing = if self.anonymous {
                Some(Doubt::Anonymous)
            } else {
                (self.mech_list == Some(false)).then_some(Doubt::Handshake)
            };
            return Verdict::Opened { doubt: disorder.or(level).or(standing), decrypted, whole };
        }
        out.clear();
        if !none {
            return Verdict::Failed("checksum mismatch (changed bytes, or another key)".to_string(), Doubt::Signature);
        }
        if self.session.is_none() {
            Verdict::Sealed(self.reason.clone(), self.remedy)
        } else if token.acceptor_subkey() == Some(false) {
            Verdict::Failed("the context's key is of another type than the token".to_string(), Doubt::Signature)
        } else {
            Verdict::Sealed(format!("the acceptor's subkey is missing: {}", self.acceptor_reason), Remedy::Handshake)
        }
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

/// What an Authenticator (RFC 4120 5.5.1) tells.
struct Authenticator {
    client: String,
    subkey: Option<EncryptionKey>,
    /// The number of the client's first message.
    sequence: Option<u64>,
    /// Whether the client asks for DCE style, where it says so.
    dce_style: Option<bool>,
}

fn authenticator(plain: &[u8]) -> Option<Authenticator> {
    let (body, _) = der::expect(der::expect(plain, 0x62)?.0, der::SEQUENCE)?;
    Some(Authenticator {
        client: name(der::field(body, 1), der::field(body, 2))?,
        subkey: der::field(body, 6).and_then(encryption_key),
        sequence: der::field(body, 7).and_then(sequence),
        dce_style: der::field(body, 3).and_then(context_flags).map(|flags| flags & DCE_STYLE != 0),
    })
}

/// `GSS_C_DCE_STYLE` (MS-KILE 3.4.5.4.1).
const DCE_STYLE: u32 = 0x1000;

/// The context's flags, which stand where an authenticator has its checksum (RFC 4121 4.1.1).
fn context_flags(checksum: &[u8]) -> Option<u32> {
    let (body, _) = der::expect(checksum, der::SEQUENCE)?;
    if der::field(body, 0).and_then(der::integer)? != 0x8003 {
        return None;
    }
    let (value, _) = der::field(body, 1).and_then(|value| der::expect(value, der::OCTET_STRING))?;
    value.get(20..)?.first_chunk().map(|flags| u32::from_le_bytes(*flags))
}

/// The object identifier of the frame that a token stands in.
fn frame_mechanism(token: &[u8]) -> Option<&[u8]> {
    let (body, _) = der::expect(token, 0x60)?;
    der::expect(body, der::OID).map(|(mechanism, _)| mechanism)
}

/// Subkey and first number of an EncAPRepPart (RFC 4120 5.5.2).
fn ap_rep(plain: &[u8]) -> Option<(Option<EncryptionKey>, Option<u64>)> {
    let (body, _) = der::expect(der::expect(plain, 0x7b)?.0, der::SEQUENCE)?;
    Some((der::field(body, 2).and_then(encryption_key), der::field(body, 3).and_then(sequence)))
}

/// A sequence number; old implementations encode the upper half of the 32 bits as negative numbers (RFC 4120 5.5.1).
fn sequence(input: &[u8]) -> Option<u64> {
    der::integer(input).map(|n| n.cast_unsigned() & 0xffff_ffff)
}

/// Reads bytes as each of the parts that a key opens: for fuzzing, which finds no key. How many they could be.
#[cfg(all(feature = "session", feature = "serde"))]
pub fn hidden_parts(plain: &[u8]) -> usize {
    let parts = [encrypted_ticket(plain).is_some(), authenticator(plain).is_some(), ap_rep(plain).is_some()];
    parts.into_iter().filter(|could| *could).count()
}

/// An encryption type's name, or its number.
pub(crate) fn etype_text(etype: i64) -> String {
    match etype_name(etype) {
        "" => format!("etype {etype}"),
        name => name.to_string(),
    }
}
