//! From the three messages and the secrets to a session (MS-NLMP 3.2.5.1.2 as a bystander sees it).
//!
//! The NT response proves a password before anything is opened with it. Where nothing in the handshake can prove a key
//! (anonymous, session keys given by hand), it stays a candidate until the MIC or the first signature decides.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::crypto::{Key, desl, hmac_md5, kxkey_ess, kxkey_v1, lmowf_v1, md5, ntowf_v1, ntowf_v2, rc4k};
use super::session::Session;
use super::{Authenticate, Challenge, Flags, Message, parse};
use crate::auth::association::Limits;
use crate::auth::frame::{Frame, Verdict};
use crate::auth::keys::{KeyStore, UserSecret};
use crate::auth::text::{short, units};
use crate::rpc::security::{Connectionless, Sender};

/// What sessions are assumed to have negotiated when their handshake isn't there but session keys are.
const ASSUMED: Flags = Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY
    .union(Flags::NEGOTIATE_128)
    .union(Flags::NEGOTIATE_56)
    .union(Flags::NEGOTIATE_KEY_EXCH)
    .union(Flags::NEGOTIATE_SIGN)
    .union(Flags::NEGOTIATE_SEAL);

/// At most so many session keys given by hand are tried where nothing says whose a session is: each costs a search.
const MAX_GIVEN: usize = 16;

/// The signature of sessions without session security (MS-NLMP 3.4.4: only NEGOTIATE_ALWAYS_SIGN was negotiated).
const DUMMY_SIGNATURE: [u8; 16] = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// A handshake and what comes of it.
pub(crate) struct Handshake {
    negotiate: Vec<u8>,
    challenge: Vec<u8>,
    user: Option<String>,
    /// Sessions that the keys allow for; one once it is sure.
    sessions: Vec<Session>,
    /// Whether the key was proved by the response, the MIC or a signature.
    proved: bool,
    mic: Option<bool>,
    /// Why there is no session.
    reason: String,
    complete: bool,
    limits: Limits,
}

/// A key and whether the response proved it.
struct Candidate {
    exported: Key,
    proved: bool,
}

impl Handshake {
    pub(crate) fn new(limits: Limits) -> Self {
        Handshake {
            negotiate: Vec::new(),
            challenge: Vec::new(),
            user: None,
            sessions: Vec::new(),
            proved: false,
            mic: None,
            reason: "no AUTHENTICATE seen".to_string(),
            complete: false,
            limits,
        }
    }

    /// A session whose handshake wasn't captured: session keys given by hand may be its own.
    pub(crate) fn assumed(keys: &KeyStore, limits: Limits) -> Self {
        let mut handshake = Handshake::new(limits);
        handshake.reason = "handshake not captured".to_string();
        for exported in given(keys) {
            let mut session = Session::new(ASSUMED, exported, false, limits);
            session.gap(Sender::Client, None);
            session.gap(Sender::Server, None);
            handshake.sessions.push(session);
        }
        handshake
    }

    /// Octets of memory beside the handshake itself.
    pub(crate) fn cost(&self) -> usize {
        let sessions: usize = self.sessions.iter().map(Session::cost).sum();
        let user = self.user.as_ref().map_or(0, String::capacity);
        sessions + self.negotiate.capacity() + self.challenge.capacity() + self.reason.capacity() + user
    }

    pub(crate) fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// Whether the AUTHENTICATE's MIC is right; `None` if there is none or it can't be checked.
    pub(crate) fn mic(&self) -> Option<bool> {
        self.mic
    }

    /// Takes a message of the handshake.
    pub(crate) fn token(&mut self, token: &[u8], keys: &KeyStore) {
        match parse(token) {
            Ok(Message::Negotiate(_)) => {
                *self = Handshake::new(self.limits);
                if token.len() <= self.limits.kept {
                    self.negotiate = token.to_vec();
                }
            }
            Ok(Message::Challenge(_)) if token.len() > self.limits.kept => {
                self.reason = "the CHALLENGE is longer than is kept".to_string();
            }
            Ok(Message::Challenge(_)) if !self.complete => self.challenge = token.to_vec(),
            Ok(Message::Authenticate(message)) => self.authenticate(token, &message, keys),
            Ok(Message::Challenge(_)) => {}
            Err(reason) => self.reason = reason.to_string(),
        }
        self.reason = short(core::mem::take(&mut self.reason));
    }

    fn authenticate(&mut self, token: &[u8], message: &Authenticate<'_>, keys: &KeyStore) {
        self.complete = true;
        self.user = Some(short(message.account()));
        self.sessions.clear();
        self.proved = false;
        self.mic = None;
        let challenge_token = core::mem::take(&mut self.challenge);
        let challenge = match parse(&challenge_token) {
            Ok(Message::Challenge(challenge)) => Some(challenge),
            _ => None,
        };
        let mut candidates = match &challenge {
            Some(challenge) => derive(message, challenge, keys),
            None => Err("handshake not captured whole: no CHALLENGE".to_string()),
        };
        if candidates.is_err() {
            // A session key given by hand needs no handshake; it is proved by the MIC or the first signature.
            let given: Vec<Candidate> = given(keys).map(|exported| Candidate { exported, proved: false }).collect();
            if !given.is_empty() {
                candidates = Ok(given);
            }
        }
        let mut candidates = match candidates {
            Ok(candidates) => candidates,
            Err(reason) => {
                self.reason = reason;
                self.challenge = challenge_token;
                return;
            }
        };
        if let Some(mic) = &message.mic
            && !challenge_token.is_empty()
        {
            // Zeros stand in the MIC's place while it is computed; connectionless handshakes have no NEGOTIATE.
            let (before, rest) = token.split_at_checked(72).unwrap_or((token, &[]));
            let after = rest.get(16..).unwrap_or_default();
            let right = |c: &Candidate| {
                let parts = [&self.negotiate, &challenge_token, before, &[0; 16], after];
                hmac_md5(&c.exported[..], &parts) == *mic
            };
            match candidates.iter().position(right) {
                Some(index) => {
                    let mut found = candidates.swap_remove(index);
                    found.proved = true;
                    candidates = alloc::vec![found];
                    self.mic = Some(true);
                }
                None if candidates.iter().any(|c| c.proved) && !self.negotiate.is_empty() => self.mic = Some(false),
                None => {}
            }
        }
        let flags = if message.flags.is_empty() { challenge.map_or(message.flags, |c| c.flags) } else { message.flags };
        let weak = flags.intersects(Flags::NEGOTIATE_LM_KEY | Flags::NEGOTIATE_DATAGRAM);
        let ess = flags.contains(Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY);
        for Candidate { exported, proved } in candidates {
            self.proved |= proved;
            if !ess {
                // Which key length is meant depends on the peers' revision too (MS-NLMP 3.4.5.3): try both.
                self.sessions.push(Session::new(flags, exported.clone(), weak, self.limits));
            }
            self.sessions.push(Session::new(flags, exported, !weak && !ess, self.limits));
        }
        self.challenge = challenge_token;
    }

    /// Takes SPNEGO's `mechListMIC`; it also proves a key.
    pub(crate) fn mech_list_mic(&mut self, sender: Sender, mech_types: &[u8], mic: &[u8]) {
        let right: Vec<bool> = self.sessions.iter_mut().map(|s| s.mech_list_mic(sender, mech_types, mic)).collect();
        if right.iter().any(|r| *r) {
            let mut right = right.iter();
            self.sessions.retain(|_| *right.next().unwrap_or(&false));
            self.proved = true;
        }
    }

    pub(crate) fn gap(&mut self, sender: Sender, lost: Option<u64>) {
        for session in &mut self.sessions {
            session.gap(sender, lost);
        }
    }

    /// Opens a PDU.
    pub(crate) fn open(
        &mut self,
        sender: Sender,
        frame: &Frame<'_>,
        whole: bool,
        connectionless: Option<Connectionless>,
        out: &mut Vec<u8>,
    ) -> Verdict {
        if !frame.sealed && frame.token == DUMMY_SIGNATURE {
            return Verdict::Sealed("no session security: an empty signature".to_string());
        }
        let mut verdict = None;
        let mut found = None;
        for (index, session) in self.sessions.iter_mut().enumerate() {
            let came = match connectionless {
                Some(datagram) => {
                    let fragment = u32::from(datagram.fragment);
                    let numbers = [datagram.sequence, fragment, datagram.sequence << 16 | fragment];
                    session.open_datagram(sender, frame, &numbers, out)
                }
                None => session.open(sender, frame, whole, out),
            };
            let opened = matches!(came, Verdict::Opened);
            verdict.get_or_insert(came);
            if opened {
                found = Some(index);
                break;
            }
        }
        if let Some(index) = found {
            if self.sessions.len() > 1 {
                let session = self.sessions.swap_remove(index);
                self.sessions.clear();
                self.sessions.push(session);
            }
            self.proved = true;
            return Verdict::Opened;
        }
        match verdict {
            // Not even known to be the right key: then it is a key that is missing.
            Some(Verdict::Failed(_) | Verdict::Sealed(_)) if !self.proved && !self.complete => {
                Verdict::Sealed(format!("{}, and no session key given fits", self.reason))
            }
            Some(Verdict::Failed(reason)) if !self.proved => Verdict::Sealed(format!("no key that fits: {reason}")),
            Some(verdict) => verdict,
            None => Verdict::Sealed(self.reason.clone()),
        }
    }
}

/// Session keys given by hand.
fn given(keys: &KeyStore) -> impl Iterator<Item = Key> {
    let fitting = keys.session_keys.iter().filter_map(|key| <[u8; 16]>::try_from(key.as_slice()).ok());
    fitting.take(MAX_GIVEN).map(Zeroizing::new)
}

/// The session keys that the secrets allow for, proved by the NT response where there is one.
fn derive(message: &Authenticate<'_>, challenge: &Challenge<'_>, keys: &KeyStore) -> Result<Vec<Candidate>, String> {
    let exported = |key_exchange: Key| {
        let mut key = key_exchange;
        if message.flags.contains(Flags::NEGOTIATE_KEY_EXCH)
            && let Ok(session_key) = <[u8; 16]>::try_from(message.session_key)
        {
            let mut random = Zeroizing::new(session_key);
            rc4k(&key[..], &mut random[..]);
            key = random;
        }
        key
    };
    if message.is_anonymous() {
        // The key is that of no password: zeros, or what extended session security makes of them.
        let zero: Key = Zeroizing::new([0; 16]);
        let mixed = kxkey_ess(&zero, &challenge.challenge, message.lm);
        return Ok([zero, mixed].map(|key| Candidate { exported: exported(key), proved: false }).into_iter().collect());
    }
    let account = message.account();
    if message.nt.is_empty() {
        return Err(format!("{account} sent no NT response; the LM response alone isn't followed"));
    }
    let mut known = 0usize;
    for key in keys.of_user(&message.domain_name(), &message.user_name()) {
        known += 1;
        let (hash, lmowf) = match &key.secret {
            UserSecret::Password(password) => {
                let password = core::str::from_utf8(password).unwrap_or_default();
                (ntowf_v1(password), lmowf_v1(password))
            }
            UserSecret::NtHash(hash) => match <[u8; 16]>::try_from(hash.as_slice()) {
                Ok(hash) => (Zeroizing::new(hash), None),
                Err(_) => continue,
            },
        };
        if let Some(kx) = key_exchange_key(message, challenge, &hash, lmowf.as_ref())? {
            return Ok(alloc::vec![Candidate { exported: exported(kx), proved: true }]);
        }
    }
    // Guests and fresh accounts have no password.
    if let Some(kx) = key_exchange_key(message, challenge, &ntowf_v1(""), lmowf_v1("").as_ref())? {
        return Ok(alloc::vec![Candidate { exported: exported(kx), proved: true }]);
    }
    Err(if known == 0 {
        format!("no key for {account}")
    } else {
        format!("the key for {account} doesn't fit its response (wrong password)")
    })
}

/// The key exchange key, if the hash explains the NT response.
fn key_exchange_key(
    message: &Authenticate<'_>,
    challenge: &Challenge<'_>,
    hash: &Key,
    lmowf: Option<&Key>,
) -> Result<Option<Key>, String> {
    let server = &challenge.challenge;
    if let Some(blob) = message.v2_blob() {
        let unicode = message.flags.contains(Flags::NEGOTIATE_UNICODE);
        let wide = |bytes: &[u8]| if unicode { units(bytes) } else { bytes.iter().map(|b| u16::from(*b)).collect() };
        let key = ntowf_v2(hash, &wide(message.user), &wide(message.domain));
        let proof = hmac_md5(&key[..], &[server, blob]);
        let right = message.nt.get(..16) == Some(&proof[..]);
        return Ok(right.then(|| Zeroizing::new(hmac_md5(&key[..], &[&proof]))));
    }
    let session_base: Key = Zeroizing::new({
        use md4::Digest as _;
        md4::Md4::digest(&hash[..]).into()
    });
    if message.flags.contains(Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY)
        && let Some(client) = message.lm.first_chunk::<8>()
        && let Some(nonce) = md5(&[server, client]).first_chunk::<8>()
        && message.nt == desl(hash, nonce)
    {
        return Ok(Some(kxkey_ess(&session_base, server, message.lm)));
    }
    if message.nt != desl(hash, server) {
        return Ok(None);
    }
    kxkey_v1(message.flags, &session_base, lmowf, message.lm)
        .map(Some)
        .ok_or_else(|| format!("{} negotiated a LAN Manager key, which needs the password", message.account()))
}
