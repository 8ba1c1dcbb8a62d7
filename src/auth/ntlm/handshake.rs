//! From the three messages and the secrets to a session (MS-NLMP 3.2.5.1.2 as a bystander sees it).
//!
//! The NT response proves a password before anything is opened with it. Where nothing in the handshake can prove a key
//! (anonymous, session keys given by hand), it stays a candidate until the MIC or the first signature decides. Messages
//! that a forger puts between the genuine ones don't take their place: a few of each kind are kept, and the proof decides
//! which belong together.

use crate::base::bounds;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::crypto::{Key, desl, hmac_md5, kxkey_ess, kxkey_v1, lmowf_v1, md5, ntowf_v1, ntowf_v2, rc4k};
use super::session::NtlmSession;
use super::{Authenticate, Challenge, Flags, Message, parse, upcase};
use crate::auth::association::SecurityLimits;
use crate::auth::budget::Purse;
use crate::auth::context::Attempted;
use crate::auth::frame::Verdict;
use crate::auth::keys::{Fit, KeyStore, UserKey, UserSecret};
use crate::auth::run::Fingerprint;
use crate::auth::text::{short, units};
use crate::rpc::security::{Connectionless, Doubt, Remedy, Sender};

/// What sessions are assumed to have negotiated when their handshake isn't there but session keys are.
const ASSUMED: Flags = Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY
    .union(Flags::NEGOTIATE_128)
    .union(Flags::NEGOTIATE_56)
    .union(Flags::NEGOTIATE_KEY_EXCH)
    .union(Flags::NEGOTIATE_SIGN)
    .union(Flags::NEGOTIATE_SEAL);

/// What trying a key on a response costs, in units of the budget.
const PRICE: u64 = 512;

/// The signature of sessions without session security (MS-NLMP 3.4.2: only NEGOTIATE_ALWAYS_SIGN was negotiated).
const DUMMY_SIGNATURE: [u8; 16] = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// A handshake and what comes of it.
pub(crate) struct Handshake {
    negotiates: Vec<Vec<u8>>,
    challenges: Vec<Vec<u8>>,
    user: Option<String>,
    /// Sessions that the keys allow for; one once it is sure.
    sessions: Vec<NtlmSession>,
    /// Whether the key was proved by the response, the MIC or a signature.
    proved: bool,
    mic: Option<bool>,
    /// Whether SPNEGO's `mechListMIC` is right.
    mech_list: Option<bool>,
    /// Whether session security was negotiated: without, signatures are empty.
    secured: bool,
    /// Why there is no session, and what would help.
    reason: String,
    remedy: Remedy,
    complete: bool,
    /// Whether the sessions are guesses: no key given fits the response.
    keyless: bool,
    /// Whether session keys given by hand are among them.
    by_hand: bool,
    /// PDUs that nothing opened before a key was proved.
    unopened: u32,
    /// The server's challenge that was answered.
    challenge: Option<[u8; 8]>,
    /// Whether the session's key depends on the password alone.
    constant_key: bool,
    limits: SecurityLimits,
}

/// A key, whether the response proved it, and what speaks against whatever it opens.
struct Candidate {
    exported: Key,
    proved: bool,
    standing: Option<Doubt>,
}

/// The keys that secrets allow for, or why there are none.
type Candidates = Result<Vec<Candidate>, (String, Remedy)>;

impl Handshake {
    pub(crate) fn new(limits: SecurityLimits) -> Self {
        Handshake {
            negotiates: Vec::new(),
            challenges: Vec::new(),
            user: None,
            sessions: Vec::new(),
            proved: false,
            mic: None,
            mech_list: None,
            secured: true,
            reason: "no AUTHENTICATE seen".to_string(),
            remedy: Remedy::Handshake,
            complete: false,
            keyless: false,
            by_hand: false,
            unopened: 0,
            challenge: None,
            constant_key: false,
            limits,
        }
    }

    /// A session whose handshake wasn't captured: session keys given by hand may be its own.
    pub(crate) fn assumed(keys: &KeyStore, limits: SecurityLimits) -> Self {
        let mut handshake = Handshake::new(limits);
        handshake.reason = "handshake not captured".to_string();
        for exported in given(keys) {
            let standing = known_to_all(&exported);
            let mut session = NtlmSession::new(ASSUMED, exported, false, standing, limits);
            session.gap(Sender::Client, None);
            session.gap(Sender::Server, None);
            handshake.sessions.push(session);
        }
        (handshake.keyless, handshake.by_hand) = (true, !handshake.sessions.is_empty());
        handshake
    }

    /// Bytes of memory beside the handshake itself.
    pub(crate) fn cost(&self) -> usize {
        let sessions: usize = self.sessions.iter().map(NtlmSession::cost).sum();
        let user = self.user.as_ref().map_or(0, String::capacity);
        let messages: usize = self.negotiates.iter().chain(&self.challenges).map(Vec::capacity).sum();
        sessions + messages + self.reason.capacity() + user
    }

    pub(crate) fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The session's key, which is another one for each session. Where it depends on the password alone (NTLMv1 without
    /// extended session security and key exchange), the server's challenge has to be another one (MS-NLMP 2.2.1.2).
    pub(crate) fn fingerprint(&self) -> Option<Fingerprint> {
        let (challenge, session) = (self.challenge?, self.sessions.first()?);
        Some(session.fingerprint(self.constant_key.then_some(challenge)))
    }

    /// Whether a key was proved.
    pub(crate) fn is_proved(&self) -> bool {
        self.proved
    }

    /// Whether its signatures are CRCs.
    pub(crate) fn is_malleable(&self) -> bool {
        self.sessions.first().is_some_and(|session| !session.ess())
    }

    /// Whether the handshake came to its end.
    pub(crate) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether the AUTHENTICATE's MIC is right; `None` if there is none or it can't be checked.
    pub(crate) fn mic(&self) -> Option<bool> {
        self.mic
    }

    /// Takes a message of the handshake; whether it was one.
    pub(crate) fn token(&mut self, token: &[u8], keys: &KeyStore, purse: &mut Purse<'_>) -> bool {
        let kept = self.limits.kept;
        match parse(token) {
            Ok(Message::Negotiate(_)) if token.len() <= kept => keep(&mut self.negotiates, token),
            Ok(Message::Negotiate(_)) => {}
            Ok(Message::Challenge(_)) if token.len() > kept => {
                self.reason = "the CHALLENGE is longer than is kept".to_string();
                self.remedy = Remedy::Handshake;
            }
            Ok(Message::Challenge(_)) => keep(&mut self.challenges, token),
            Ok(Message::Authenticate(message)) => self.authenticate(token, &message, keys, purse),
            Err(_) if self.complete => return false,
            Err(reason) => self.reason = reason.to_string(),
        }
        self.reason = short(core::mem::take(&mut self.reason));
        true
    }

    fn authenticate(&mut self, token: &[u8], message: &Authenticate<'_>, keys: &KeyStore, purse: &mut Purse<'_>) {
        let challenges = core::mem::take(&mut self.challenges);
        let mut best: Candidates = Err(("handshake not captured whole: no CHALLENGE".to_string(), Remedy::Handshake));
        let mut answered: Option<(&[u8], Challenge<'_>)> = None;
        for bytes in challenges.iter().rev() {
            let Ok(Message::Challenge(challenge)) = parse(bytes) else { continue };
            let found = derive(message, &challenge, keys, purse);
            let proved = found.as_ref().is_ok_and(|all| all.iter().any(|c| c.proved));
            if answered.is_none() || proved {
                (best, answered) = (found, Some((bytes.as_slice(), challenge)));
            }
            if proved {
                break;
            }
        }
        let proved = best.as_ref().is_ok_and(|all| all.iter().any(|c| c.proved));
        let repeated = best.as_ref().is_ok_and(|all| {
            all.iter().any(|candidate| self.sessions.iter().any(|session| session.has_key(&candidate.exported)))
        });
        // What can't prove itself doesn't displace what came before it; nor does the same message once more.
        if self.complete && (!proved || repeated) {
            self.challenges = challenges;
            return;
        }
        if !self.proved || proved {
            self.user = Some(short(message.account()));
        }
        self.complete = true;
        if !self.proved {
            self.sessions.clear();
            self.mic = None;
        }
        self.keyless = best.is_err();
        self.by_hand = self.keyless && given(keys).next().is_some();
        let mut candidates: Vec<Candidate> = match best {
            Ok(candidates) => candidates,
            Err((reason, remedy)) => {
                (self.reason, self.remedy) = (reason, remedy);
                // Keys that anybody can make open guests' sessions; a session key given by hand needs no handshake. All
                // are proved by the MIC or the first signature.
                let standing = message.is_anonymous().then_some(Doubt::Anonymous);
                let by_hand = given(keys).map(|exported| {
                    let standing = standing.or_else(|| known_to_all(&exported));
                    Candidate { exported, proved: false, standing }
                });
                let zero = Key::new([0; 16]);
                let guest = [export(message, zero.clone()), zero];
                let guests = guest.into_iter().map(|exported| Candidate {
                    exported,
                    proved: false,
                    standing: standing.or(Some(Doubt::Guest)),
                });
                by_hand.chain(guests).collect()
            }
        };
        let flags = match &answered {
            Some((_, challenge)) if message.flags.is_empty() => challenge.flags,
            _ => message.flags,
        };
        if let (Some(mic), Some((challenge, _))) = (&message.mic, &answered) {
            // Zeros stand in the MIC's place while it is computed; connectionless handshakes have no NEGOTIATE.
            let (before, rest) = token.split_at_checked(72).unwrap_or((token, &[]));
            let after = rest.get(16..).unwrap_or_default();
            let none = [Vec::new()];
            let negotiates = if self.negotiates.is_empty() { &none[..] } else { &self.negotiates };
            let right = |c: &Candidate| {
                negotiates.iter().any(|negotiate| {
                    hmac_md5(&c.exported[..], &[negotiate, challenge, before, &[0; 16], after]) == *mic
                })
            };
            match candidates.iter().position(right) {
                Some(index) => {
                    let mut found = candidates.swap_remove(index);
                    found.proved = true;
                    candidates = alloc::vec![found];
                    self.mic = Some(true);
                }
                None if candidates.iter().any(|c| c.proved) && !self.negotiates.is_empty() => self.mic = Some(false),
                None => {}
            }
        }
        let weak = flags.intersects(Flags::NEGOTIATE_LM_KEY | Flags::NEGOTIATE_DATAGRAM);
        let ess = flags.contains(Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY);
        self.challenge = answered.as_ref().map(|(_, challenge)| challenge.challenge);
        self.constant_key = !ess && !flags.contains(Flags::NEGOTIATE_KEY_EXCH) && message.v2_blob().is_none();
        self.secured = flags.is_empty() || flags.intersects(Flags::NEGOTIATE_SIGN | Flags::NEGOTIATE_SEAL);
        for Candidate { exported, proved, standing } in candidates {
            self.proved |= proved;
            if !ess {
                // Which key length is meant depends on the peers' revision too (MS-NLMP 3.4.5.3): try both.
                self.sessions.push(NtlmSession::new(flags, exported.clone(), weak, standing, self.limits));
            }
            self.sessions.push(NtlmSession::new(flags, exported, !weak && !ess, standing, self.limits));
        }
        self.challenges = challenges;
    }

    /// Takes SPNEGO's `mechListMIC`; it also proves a key.
    pub(crate) fn mech_list_mic(&mut self, sender: Sender, mech_types: &[u8], mic: &[u8]) {
        let right: Vec<bool> = self.sessions.iter_mut().map(|s| s.mech_list_mic(sender, mech_types, mic)).collect();
        if right.iter().any(|r| *r) {
            let mut right = right.iter();
            self.sessions.retain(|_| *right.next().unwrap_or(&false));
            self.proved = true;
            self.mech_list.get_or_insert(true);
        } else if self.proved && !mech_types.is_empty() {
            self.mech_list = Some(false);
        }
    }

    pub(crate) fn gap(&mut self, sender: Sender, lost: Option<u64>) {
        for session in &mut self.sessions {
            session.gap(sender, lost);
        }
    }

    /// A PDU of the direction was none of this context's, or couldn't be opened.
    pub(crate) fn unopened(&mut self, tried: &Attempted<'_>) {
        for session in &mut self.sessions {
            session.unopened(tried.sender, &tried.negotiated());
        }
    }

    /// What speaks against all that a session opens.
    fn standing(&self, session: Option<Doubt>) -> Option<Doubt> {
        let changed = self.mic == Some(false) || self.mech_list == Some(false);
        session.or(changed.then_some(Doubt::Handshake))
    }

    /// Opens a PDU.
    pub(crate) fn open(
        &mut self,
        tried: &Attempted<'_>,
        connectionless: Option<Connectionless>,
        purse: &mut Purse<'_>,
        out: &mut Vec<u8>,
    ) -> Verdict {
        let sender = tried.sender;
        if !tried.pdu.sealed && !self.secured && tried.pdu.token == DUMMY_SIGNATURE {
            return Verdict::Failed("no session security: an empty signature".to_string(), Doubt::EmptySignature);
        }
        let mut failure = None;
        let mut found = None;
        'all: for (index, session) in self.sessions.iter_mut().enumerate() {
            for (frame, doubt) in tried.frames() {
                let came = match connectionless {
                    Some(datagram) => {
                        let fragment = u32::from(datagram.fragment);
                        let numbers = [datagram.sequence, fragment, datagram.sequence << 16 | fragment];
                        match session.open_datagram(sender, &frame, &numbers, out) {
                            Ok(doubt) => Some(doubt),
                            Err((reason, doubt)) => {
                                failure.get_or_insert((reason, Some(doubt)));
                                None
                            }
                        }
                    }
                    None => session.open(sender, &frame, tried.whole, purse, out),
                };
                if let Some(disorder) = came {
                    found = Some((index, disorder.or(doubt), frame.sealed));
                    break 'all;
                }
            }
        }
        if found.is_none() && connectionless.is_none() {
            (found, failure) = self.search(tried, purse, out);
        }
        let Some((index, doubt, decrypted)) = found else { return self.failed(failure) };
        // It is the only one from now on. Sessions are large, so it stays where it is once it is the first.
        if index > 0 {
            self.sessions.swap(0, index);
        }
        self.sessions.truncate(1);
        let Some(session) = self.sessions.first() else { return self.failed(None) };
        let standing = self.standing(session.standing);
        let whole = session.covers_header();
        self.proved = true;
        Verdict::Opened { doubt: doubt.or(standing), decrypted, whole }
    }

    /// Searches for the place of a PDU that opens at none of those that are tried first: the session, or why it stays
    /// closed.
    fn search(
        &mut self,
        tried: &Attempted<'_>,
        purse: &mut Purse<'_>,
        out: &mut Vec<u8>,
    ) -> (Option<Found>, Option<Failure>) {
        let frame = tried.negotiated();
        let proved = self.proved;
        let mut failure = None;
        for (index, session) in self.sessions.iter_mut().enumerate() {
            let why = match session.failure(tried.sender, &frame) {
                Some((reason, doubt)) => (reason, Some(doubt)),
                None if session.standing == Some(Doubt::Guest) && !proved => continue,
                None => match session.search(tried.sender, &frame, tried.whole, proved, purse, out) {
                    Ok(disorder) => return (Some((index, disorder, frame.sealed)), None),
                    Err(lost) => (lost.reason, lost.doubt),
                },
            };
            failure.get_or_insert(why);
        }
        (None, failure)
    }

    /// What a PDU that no session opens comes to.
    fn failed(&mut self, failure: Option<Failure>) -> Verdict {
        if self.proved {
            return match failure {
                Some((reason, Some(doubt))) => Verdict::Failed(reason, doubt),
                Some((reason, None)) => Verdict::Sealed(reason, Remedy::WholeCapture),
                None => Verdict::Sealed(self.reason.clone(), self.remedy),
            };
        }
        // A guest's key would have opened the first PDUs.
        self.unopened += 1;
        if self.unopened > 2 {
            self.sessions.retain(|session| session.standing != Some(Doubt::Guest));
        }
        // Not even known to be the right key: then it is a key that is missing.
        match failure {
            Some(_) if self.by_hand => {
                Verdict::Sealed(format!("{}, and no session key given fits", self.reason), self.remedy)
            }
            Some((reason, _)) if !self.keyless => Verdict::Sealed(format!("no key that fits: {reason}"), self.remedy),
            _ => Verdict::Sealed(self.reason.clone(), self.remedy),
        }
    }
}

/// The session that opened a PDU, what speaks against it, and whether it was sealed.
type Found = (usize, Option<Doubt>, bool);

/// Why a PDU stays closed; with a doubt where the PDU itself is at fault.
type Failure = (String, Option<Doubt>);

/// Keeps a message of the handshake beside those of its kind; the last place goes to the newest.
fn keep(messages: &mut Vec<Vec<u8>>, token: &[u8]) {
    if messages.iter().any(|known| known == token) {
        return;
    }
    messages.truncate(bounds::HANDSHAKE_MESSAGES - 1);
    messages.push(token.to_vec());
}

/// Session keys given by hand.
fn given(keys: &KeyStore) -> impl Iterator<Item = Key> {
    let fitting = keys.session_keys.iter().filter_map(|key| <[u8; 16]>::try_from(key.as_slice()).ok());
    fitting.take(bounds::GIVEN_KEYS).map(Zeroizing::new)
}

/// What speaks against a key that is known to everybody.
fn known_to_all(exported: &Key) -> Option<Doubt> {
    exported.iter().all(|byte| *byte == 0).then_some(Doubt::Guest)
}

/// The exported session key: with key exchange the client's random one, which the key exchange key encrypts.
fn export(message: &Authenticate<'_>, key_exchange: Key) -> Key {
    let session_key = <[u8; 16]>::try_from(message.session_key);
    match session_key {
        Ok(session_key) if message.flags.contains(Flags::NEGOTIATE_KEY_EXCH) => {
            let mut random = Zeroizing::new(session_key);
            rc4k(&key_exchange[..], &mut random[..]);
            random
        }
        _ => key_exchange,
    }
}

/// The session keys that the secrets allow for, proved by the NT response where there is one.
fn derive(message: &Authenticate<'_>, challenge: &Challenge<'_>, keys: &KeyStore, purse: &mut Purse<'_>) -> Candidates {
    if message.is_anonymous() {
        // The key is that of no password: zeros, or what extended session security makes of them.
        let zero: Key = Zeroizing::new([0; 16]);
        let mixed = kxkey_ess(&zero, &challenge.challenge, message.lm);
        let standing = Some(Doubt::Anonymous);
        let candidate = |key| Candidate { exported: export(message, key), proved: false, standing };
        return Ok([zero, mixed].map(candidate).into_iter().collect());
    }
    let account = message.account();
    if message.nt.is_empty() {
        let reason = format!("{account} sent no NT response; the LM response alone isn't followed");
        return Err((reason, Remedy::Handshake));
    }
    let empty = ntowf_v1("");
    let proved = |key: Key, hash: &Key| {
        let standing = (*hash == empty).then_some(Doubt::EmptyPassword);
        Ok(alloc::vec![Candidate { exported: export(message, key), proved: true, standing }])
    };
    let mut known = 0_usize;
    let mut near: Option<&UserKey> = None;
    let mut cut = false;
    for (fit, key) in keys.of_user(&message.domain_name(), &message.user_name()) {
        if !purse.run.spend(PRICE) {
            cut = true;
            break;
        }
        known += usize::from(fit == Fit::Same);
        if fit == Fit::OtherDomain {
            near.get_or_insert(key);
        }
        let lmowf = || match (&key.secret, &key.lm) {
            (_, Some(lm)) => <[u8; 16]>::try_from(lm.as_slice()).ok().map(Key::new),
            (UserSecret::Password(password), None) => lmowf_v1(core::str::from_utf8(password).unwrap_or_default()),
            (UserSecret::NtHash(_), None) => None,
        };
        if let Some(kx) = key_exchange_key(message, challenge, &key.hash, &lmowf)? {
            return proved(kx, &key.hash);
        }
    }
    // Guests and fresh accounts have no password.
    if let Some(kx) = key_exchange_key(message, challenge, &empty, &|| lmowf_v1(""))? {
        return proved(kx, &empty);
    }
    let mut reason = match (known, near) {
        (0, Some(near)) => format!("no key for {account}; the one for {} doesn't fit its response", near.shown),
        (0, None) => format!("no key for {account}"),
        _ => format!("the key for {account} doesn't fit its response (wrong password)"),
    };
    if cut {
        purse.run.refuse();
        reason.push_str("; not all keys were tried, for the capture has too many such handshakes");
    }
    Err((reason, Remedy::User))
}

/// The key exchange key, if the hash explains the NT response.
fn key_exchange_key(
    message: &Authenticate<'_>,
    challenge: &Challenge<'_>,
    hash: &Key,
    lmowf: &dyn Fn() -> Option<Key>,
) -> Result<Option<Key>, (String, Remedy)> {
    let server = &challenge.challenge;
    if let Some(blob) = message.v2_blob() {
        let unicode = message.flags.contains(Flags::NEGOTIATE_UNICODE);
        let wide = |bytes: &[u8]| if unicode { units(bytes) } else { bytes.iter().map(|b| u16::from(*b)).collect() };
        let domain = wide(message.domain);
        crate::base::work::tick(message.nt.len());
        return Ok(upcase::forms(&wide(message.user)).iter().find_map(|user| {
            let key = ntowf_v2(hash, user, &domain);
            let proof = hmac_md5(&key[..], &[server, blob]);
            let right = message.nt.get(..16) == Some(&proof[..]);
            right.then(|| Zeroizing::new(hmac_md5(&key[..], &[&proof])))
        }));
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
    kxkey_v1(message.flags, &session_base, lmowf, message.lm).map(Some).ok_or_else(|| {
        let reason = format!("{} negotiated a LAN Manager key, which needs the password", message.account());
        (reason, Remedy::Password)
    })
}
