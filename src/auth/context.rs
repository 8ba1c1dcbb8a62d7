//! One security context: the handshakes that were tried under its number, the mechanism each came to, and the way from
//! SPNEGO to the mechanism.

use crate::base::bounds;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::association::SecurityLimits;
#[cfg(feature = "decrypt")]
use super::budget::Purse;
use super::frame::{Frame, Verdict};
use super::keys::KeyStore;
#[cfg(feature = "decrypt")]
use super::run::Fingerprint;
use super::{kerberos, ntlm, spnego};
use crate::rpc::security::{AuthTrailer, Doubt, Sender, mechanism_of};
#[cfg(feature = "decrypt")]
use crate::rpc::security::{Connectionless, Remedy};

/// Which mechanism a context came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mechanism {
    Undecided,
    Ntlm,
    Kerberos,
}

/// A PDU to be opened, and what the association knows of its protection.
pub(crate) struct Attempted<'a> {
    pub(crate) sender: Sender,
    /// As its own trailer has it.
    pub(crate) pdu: Frame<'a>,
    /// `auth_level` of its trailer.
    pub(crate) stated: u8,
    /// The level that the handshake negotiated, where it was seen.
    pub(crate) level: Option<u8>,
    /// The level of the last PDU that opened.
    pub(crate) used: Option<u8>,
    /// Whether signatures are expected to cover the whole PDU (header signing).
    pub(crate) whole: bool,
}

impl<'a> Attempted<'a> {
    /// The PDU at the level that its sender uses: how far it moved the peers' key streams.
    pub(crate) fn negotiated(&self) -> Frame<'a> {
        let stated = if matches!(self.stated, 4..=6) { self.stated } else { 0 };
        let level = self.used.unwrap_or_else(|| self.level.map_or(self.stated, |level| level.max(stated)));
        self.pdu.taken_as(level >= 6)
    }

    /// The ways in which the PDU may be protected, and what speaks against each.
    pub(crate) fn frames(&self) -> impl Iterator<Item = (Frame<'a>, Option<Doubt>)> + use<'a> {
        let (stated, pdu) = (self.stated, self.pdu);
        let (first, second) = match self.level {
            Some(negotiated) if negotiated != stated => {
                let doubt = Some(Doubt::LevelChanged { stated, negotiated });
                let other = (negotiated >= 6) != pdu.sealed;
                // A PDU that is better protected than it has to be is as good.
                let first = if matches!(stated, 4..=6) && stated > negotiated { (pdu, None) } else { (pdu, doubt) };
                (first, other.then(|| (pdu.taken_as(!pdu.sealed), doubt)))
            }
            _ => ((pdu, None), None),
        };
        core::iter::once(first).chain(second)
    }
}

/// A handshake, and what it came to.
struct Handshake {
    mechanism: Mechanism,
    /// Whether SPNEGO carries the mechanism.
    negotiated: bool,
    /// `mechTypes` of the first NegTokenInit, as encoded.
    #[cfg(feature = "decrypt")]
    mech_types: Vec<u8>,
    #[cfg(feature = "decrypt")]
    ntlm: ntlm::handshake::Handshake,
    #[cfg(feature = "decrypt")]
    kerberos: kerberos::handshake::Handshake,
    /// Whether another association had it before; `None` as long as nothing opened.
    #[cfg(feature = "decrypt")]
    repeated: Option<bool>,
    #[cfg(not(feature = "decrypt"))]
    user: Option<String>,
}

impl Handshake {
    #[cfg_attr(not(feature = "decrypt"), allow(unused_variables, reason = "nothing is limited without decryption"))]
    fn new(auth_type: u8, limits: SecurityLimits) -> Self {
        Handshake {
            mechanism: match auth_type {
                10 => Mechanism::Ntlm,
                16 => Mechanism::Kerberos,
                _ => Mechanism::Undecided,
            },
            negotiated: auth_type == 9,
            #[cfg(feature = "decrypt")]
            mech_types: Vec::new(),
            #[cfg(feature = "decrypt")]
            ntlm: ntlm::handshake::Handshake::new(limits),
            #[cfg(feature = "decrypt")]
            kerberos: kerberos::handshake::Handshake::new(),
            #[cfg(feature = "decrypt")]
            repeated: None,
            #[cfg(not(feature = "decrypt"))]
            user: None,
        }
    }

    /// Bytes of memory.
    #[cfg(feature = "decrypt")]
    fn cost(&self) -> usize {
        size_of::<Handshake>() + self.mech_types.capacity() + self.ntlm.cost() + self.kerberos.cost()
    }

    /// Bytes of memory.
    #[cfg(not(feature = "decrypt"))]
    fn cost(&self) -> usize {
        size_of::<Handshake>()
    }

    /// Whether something that only the parties can make was seen of it.
    #[cfg(feature = "decrypt")]
    fn is_proved(&self) -> bool {
        match self.mechanism {
            Mechanism::Ntlm => self.ntlm.is_proved(),
            Mechanism::Kerberos => self.kerberos.is_proved(),
            Mechanism::Undecided => self.ntlm.is_proved() || self.kerberos.is_proved(),
        }
    }

    #[cfg(not(feature = "decrypt"))]
    fn is_proved(&self) -> bool {
        false
    }

    /// A client that offers one mechanism alone has decided.
    fn prefer(&mut self, init: &spnego::Init<'_>) {
        self.mechanism = Mechanism::Undecided;
        if let [only] = init.mechanisms.as_slice() {
            self.choose(only);
        }
    }

    fn choose(&mut self, mechanism: &str) {
        match mechanism {
            "ntlmssp" => self.mechanism = Mechanism::Ntlm,
            name if name.contains("krb5") => self.mechanism = Mechanism::Kerberos,
            _ => {}
        }
    }

    #[cfg(feature = "decrypt")]
    fn user(&self) -> Option<String> {
        let user = match self.mechanism {
            Mechanism::Ntlm => self.ntlm.user(),
            _ => self.kerberos.user(),
        };
        user.map(str::to_string)
    }

    #[cfg(not(feature = "decrypt"))]
    fn user(&self) -> Option<String> {
        self.user.clone()
    }
}

/// A security context.
pub(crate) struct Context {
    id: u32,
    auth_type: u8,
    limits: SecurityLimits,
    /// How often each level stood in the handshake's trailers; by number.
    levels: [u16; 8],
    /// Handshakes under its number, at least one.
    handshakes: Vec<Handshake>,
    /// The one that opened a PDU last, else the first.
    current: usize,
    /// Whether it opened a PDU.
    opened: bool,
    /// The level of the last PDU that opened.
    pub(crate) used: Option<u8>,
    /// Whether the signature of the last PDU that opened covers the whole PDU.
    pub(crate) whole: bool,
}

impl Context {
    pub(crate) fn new(trailer: &AuthTrailer, limits: SecurityLimits) -> Self {
        Context {
            id: trailer.auth_context_id,
            auth_type: trailer.auth_type,
            limits,
            levels: [0; 8],
            handshakes: alloc::vec![Handshake::new(trailer.auth_type, limits)],
            current: 0,
            opened: false,
            used: None,
            whole: true,
        }
    }

    /// A context whose handshake wasn't captured: session keys given by hand may fit.
    #[cfg(feature = "decrypt")]
    pub(crate) fn assume(&mut self, keys: &KeyStore) {
        if let Some(handshake) = self.handshakes.first_mut() {
            handshake.ntlm = ntlm::handshake::Handshake::assumed(keys, self.limits);
        }
    }

    /// Bytes of memory.
    pub(crate) fn cost(&self) -> usize {
        size_of::<Context>() + self.handshakes.iter().map(Handshake::cost).sum::<usize>()
    }

    pub(crate) fn is(&self, trailer: &AuthTrailer) -> bool {
        self.id == trailer.auth_context_id && self.auth_type == trailer.auth_type
    }

    /// Whether something that only the parties can make was seen of it; what wasn't gives way first.
    pub(crate) fn is_proved(&self) -> bool {
        self.opened || self.handshakes.iter().any(Handshake::is_proved)
    }

    /// The level that the handshake negotiated: what most of its legs state, of two the higher one. `None` where none
    /// was seen.
    pub(crate) fn level(&self) -> Option<u8> {
        let most = self.levels.iter().copied().max().filter(|most| *most > 0)?;
        let at = self.levels.iter().rposition(|count| *count == most)?;
        u8::try_from(at).ok()
    }

    /// Whether PDUs can't be opened only because the handshake isn't complete.
    #[cfg(feature = "decrypt")]
    pub(crate) fn awaits(&self) -> bool {
        let of = |handshake: &Handshake| {
            handshake.mechanism == Mechanism::Ntlm && !handshake.ntlm.is_complete() && !handshake.ntlm.is_proved()
        };
        !self.opened && self.handshakes.iter().all(of)
    }

    /// Takes a token of the handshake; `false` if it is none.
    pub(crate) fn token(
        &mut self,
        sender: Sender,
        level: u8,
        token: &[u8],
        keys: &KeyStore,
        #[cfg(feature = "decrypt")] purse: &mut Purse<'_>,
    ) -> bool {
        let parsed = spnego::parse(token);
        let first_leg = sender == Sender::Client
            && match &parsed {
                Some(parsed) => matches!(parsed, spnego::Parsed::Init(_)),
                None => is_first_leg(token),
            };
        // An established context isn't displaced: what begins anew is tried beside it.
        if first_leg && self.handshakes.last().is_some_and(Handshake::is_proved) {
            if self.handshakes.len() >= bounds::HANDSHAKES {
                self.handshakes.pop();
            }
            self.handshakes.push(Handshake::new(self.auth_type, self.limits));
        }
        if !self.opened
            && let Some(count) = self.levels.get_mut(usize::from(level))
        {
            *count = count.saturating_add(1);
        }
        let Some(handshake) = self.handshakes.last_mut() else { return false };
        let (inner, mic) = match parsed {
            Some(spnego::Parsed::Init(init)) => {
                handshake.negotiated = true;
                handshake.prefer(&init);
                #[cfg(feature = "decrypt")]
                if let (Sender::Client, Some(mech_types)) = (sender, init.mech_types)
                    && mech_types.len() <= self.limits.kept
                {
                    handshake.mech_types = mech_types.to_vec();
                }
                (init.token, init.mic)
            }
            Some(spnego::Parsed::Resp(resp)) => {
                handshake.negotiated = true;
                if let Some(chosen) = resp.mechanism.as_deref() {
                    handshake.choose(chosen);
                }
                (resp.token, resp.mic)
            }
            None => (Some(token), None),
        };
        let mut known = inner.is_none();
        #[cfg(feature = "decrypt")]
        {
            if let Some(inner) = inner {
                known = handshake.mechanism_token(sender, inner, keys, purse);
            }
            if let Some(mic) = mic {
                handshake.mech_list_mic(sender, mic);
            }
        }
        #[cfg(not(feature = "decrypt"))]
        {
            let (_, _) = (mic, keys);
            if let Some(inner) = inner {
                known = handshake.mechanism_token(inner);
            }
        }
        known
    }

    /// Opens a PDU.
    #[cfg(feature = "decrypt")]
    pub(crate) fn open(
        &mut self,
        tried: &Attempted<'_>,
        connectionless: Option<Connectionless>,
        keys: &KeyStore,
        purse: &mut Purse<'_>,
        is_repeated: &dyn Fn(Fingerprint) -> bool,
        out: &mut Vec<u8>,
    ) -> Verdict {
        let count = self.handshakes.len();
        let mut verdict = None;
        for offset in 0..count {
            let at = (self.current + offset) % count.max(1);
            let Some(handshake) = self.handshakes.get_mut(at) else { continue };
            let came = handshake.open(tried, connectionless, keys, purse, out);
            if let Verdict::Opened { decrypted, doubt, whole } = came {
                (self.current, self.opened, self.whole) = (at, true, whole);
                self.used = Some(if decrypted { 6 } else { tried.stated.min(5) });
                let repeated = handshake.is_repeated(is_repeated).then_some(Doubt::SessionRepeated);
                return Verdict::Opened { decrypted, doubt: doubt.or(repeated), whole };
            }
            verdict.get_or_insert(came);
        }
        self.unopened(tried, true);
        verdict.unwrap_or_else(|| Verdict::Sealed("handshake not captured".to_string(), Remedy::Handshake))
    }

    /// A PDU of the direction couldn't be opened here; by its number it is this context's (`own`) or another's.
    #[cfg(feature = "decrypt")]
    pub(crate) fn unopened(&mut self, tried: &Attempted<'_>, own: bool) {
        for handshake in &mut self.handshakes {
            handshake.ntlm.unopened(tried);
            handshake.kerberos.unopened(tried, own);
        }
    }

    #[cfg_attr(not(feature = "decrypt"), allow(clippy::unused_self, reason = "nothing to resynchronise"))]
    pub(crate) fn gap(&mut self, sender: Sender, lost: Option<u64>) {
        #[cfg(feature = "decrypt")]
        for handshake in &mut self.handshakes {
            handshake.ntlm.gap(sender, lost);
            handshake.kerberos.gap(sender, lost);
        }
        #[cfg(not(feature = "decrypt"))]
        let _ = (sender, lost);
    }

    fn shown(&self) -> Option<&Handshake> {
        self.handshakes.get(self.current)
    }

    pub(crate) fn mechanism(&self) -> String {
        let handshake = self.shown();
        let negotiated = handshake.is_some_and(|handshake| handshake.negotiated);
        let mechanism = handshake.map_or(Mechanism::Undecided, |handshake| handshake.mechanism);
        match (negotiated, mechanism) {
            (true, Mechanism::Ntlm) => "spnego/ntlm".to_string(),
            (true, Mechanism::Kerberos) => "spnego/krb5".to_string(),
            (false, Mechanism::Ntlm) => "ntlm".to_string(),
            (false, Mechanism::Kerberos) => "krb5".to_string(),
            (_, Mechanism::Undecided) => mechanism_of(self.auth_type),
        }
    }

    pub(crate) fn user(&self) -> Option<String> {
        self.shown().and_then(Handshake::user)
    }

    /// Whether its signatures are checksums that bytes can be changed under without a key.
    pub(crate) fn is_malleable(&self) -> bool {
        #[cfg(feature = "decrypt")]
        return self.shown().is_some_and(|shown| shown.mechanism == Mechanism::Ntlm && shown.ntlm.is_malleable());
        #[cfg(not(feature = "decrypt"))]
        false
    }

    #[cfg(feature = "decrypt")]
    pub(crate) fn mic(&self) -> Option<bool> {
        self.shown().and_then(|handshake| handshake.ntlm.mic())
    }

    #[cfg(not(feature = "decrypt"))]
    pub(crate) fn mic(&self) -> Option<bool> {
        None
    }

    /// Whether SPNEGO's `mechListMIC` is right, under Kerberos.
    #[cfg(all(test, feature = "decrypt"))]
    pub(crate) fn mech_list(&self) -> Option<bool> {
        self.shown().and_then(|handshake| handshake.kerberos.mech_list())
    }
}

/// Whether a mechanism's own token begins a handshake.
fn is_first_leg(token: &[u8]) -> bool {
    match ntlm::parse(token) {
        Ok(ntlm::Message::Negotiate(_)) => token.starts_with(ntlm::SIGNATURE),
        _ => matches!(kerberos::parse(token), Ok(kerberos::Message::ApReq(_))),
    }
}

#[cfg(feature = "decrypt")]
impl Handshake {
    /// Whether another association had it before. Asked once something opened: what proves nothing isn't remembered.
    fn is_repeated(&mut self, ask: &dyn Fn(Fingerprint) -> bool) -> bool {
        if let Some(known) = self.repeated {
            return known;
        }
        let fingerprint = match self.mechanism {
            Mechanism::Ntlm => self.ntlm.fingerprint(),
            _ => self.kerberos.fingerprint(),
        };
        *self.repeated.insert(fingerprint.is_some_and(ask))
    }

    /// Takes the mechanism's own token; `false` if it is none that is known.
    fn mechanism_token(&mut self, sender: Sender, token: &[u8], keys: &KeyStore, purse: &mut Purse<'_>) -> bool {
        if token.starts_with(ntlm::SIGNATURE) {
            self.mechanism = Mechanism::Ntlm;
            self.ntlm.token(token, keys, purse)
        } else if kerberos::parse(token).is_ok() {
            // An optimistic AP-REQ in a NegTokenInit decides nothing yet; the acceptor's answer does.
            if !self.negotiated {
                self.mechanism = Mechanism::Kerberos;
            }
            self.kerberos.token(sender, token, keys)
        } else {
            false
        }
    }

    fn mech_list_mic(&mut self, sender: Sender, mic: &[u8]) {
        match self.mechanism {
            Mechanism::Ntlm => self.ntlm.mech_list_mic(sender, &self.mech_types, mic),
            Mechanism::Kerberos => self.kerberos.mech_list_mic(sender, &self.mech_types, mic),
            Mechanism::Undecided => {}
        }
    }

    fn open(
        &mut self,
        tried: &Attempted<'_>,
        connectionless: Option<Connectionless>,
        keys: &KeyStore,
        purse: &mut Purse<'_>,
        out: &mut Vec<u8>,
    ) -> Verdict {
        if self.mechanism == Mechanism::Undecided {
            // The acceptor's answer wasn't captured; the PDU's own token tells.
            match tried.pdu.token {
                [1, 0, 0, 0, ..] => self.mechanism = Mechanism::Ntlm,
                [4 | 5, 4, ..] | [0x60, ..] => self.mechanism = Mechanism::Kerberos,
                _ => {}
            }
        }
        match self.mechanism {
            Mechanism::Ntlm => self.ntlm.open(tried, connectionless, purse, out),
            Mechanism::Kerberos => self.kerberos.open(tried, keys, out),
            Mechanism::Undecided => {
                Verdict::Sealed("handshake not captured: no mechanism chosen".to_string(), Remedy::Handshake)
            }
        }
    }
}

#[cfg(not(feature = "decrypt"))]
impl Handshake {
    fn mechanism_token(&mut self, token: &[u8]) -> bool {
        if token.starts_with(ntlm::SIGNATURE) {
            self.mechanism = Mechanism::Ntlm;
            if let Ok(ntlm::Message::Authenticate(message)) = ntlm::parse(token) {
                self.user = Some(super::text::short(message.account()));
            }
        } else if kerberos::parse(token).is_ok() && !self.negotiated {
            self.mechanism = Mechanism::Kerberos;
        }
        true
    }
}
