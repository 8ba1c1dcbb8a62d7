//! The security contexts of one association: [`Association`] implements [`Security`].

use alloc::collections::VecDeque;
use alloc::string::ToString as _;
use alloc::sync::Arc;
use alloc::vec::Vec;

#[cfg(feature = "decrypt")]
use super::budget::Purse;
use super::context::{Attempted, Context};
use super::frame::{Frame, Verdict};
use super::keys::KeyStore;
use super::run::Run;
use super::uncovered::Uncovered;
use crate::rpc::security::{
    AuthTrailer, Doubt, Identity, Opened, Protected, Remedy, Security, Sender, Token, Verified, mechanism_of,
};

/// SecurityLimits of an association, and of the searches in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecurityLimits {
    /// Security contexts kept; the oldest gives way.
    pub contexts: usize,
    /// Farthest a lost segment may have moved an RC4 stream, in bytes; also the memory a search may take.
    pub resync_window: usize,
    /// Work of one search for the place in an RC4 stream, in bytes decrypted and hashed; an association gets four times
    /// that in all, and the run what its bytes pay for.
    pub resync_work: u64,
    /// Longest token of a handshake that is looked at, in bytes.
    pub token: usize,
    /// Longest part of a handshake that is kept until the rest of it comes, in bytes; a context keeps three at most.
    /// Those of Windows and Samba have a few hundred.
    pub kept: usize,
    /// Handshakes that a run remembers, to tell those that come again on another connection; the one used least recently
    /// is forgotten.
    pub handshakes: usize,
}

impl Default for SecurityLimits {
    fn default() -> Self {
        SecurityLimits {
            contexts: 32,
            resync_window: 1 << 20,
            resync_work: 8 << 20,
            token: 65_536,
            kept: 8192,
            handshakes: 6144,
        }
    }
}

/// What limits cost an association so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Contexts given up because there were more than [`SecurityLimits::contexts`].
    pub contexts_evicted: u64,
    /// Tokens left out because they were longer than [`SecurityLimits::token`].
    pub tokens_refused: u64,
}

impl Counters {
    /// Adds another association's counts.
    pub fn add(&mut self, other: &Counters) {
        self.contexts_evicted = self.contexts_evicted.saturating_add(other.contexts_evicted);
        self.tokens_refused = self.tokens_refused.saturating_add(other.tokens_refused);
    }
}

/// The security contexts of an association (a connection, or an activity of the connectionless protocol).
///
/// Tokens of the handshake go to [`Security::token`] in the order of capture, protected PDUs to [`Security::open`].
/// Without the feature `decrypt` it names users and mechanisms but opens nothing.
pub struct Association {
    run: Arc<Run>,
    /// Its number among those of the run.
    #[cfg(feature = "decrypt")]
    number: u64,
    limits: SecurityLimits,
    counters: Counters,
    contexts: VecDeque<Context>,
    /// Whether the client offered and the server accepted header signing (MS-RPCE 2.2.2.3).
    header_signing: [bool; 2],
    /// What the bind negotiated for every PDU that follows.
    required: Option<AuthTrailer>,
    /// What its searches may still cost, in bytes decrypted and hashed.
    #[cfg(feature = "decrypt")]
    work: u64,
    /// What `contexts` cost together.
    cost: usize,
    /// What headers that no signature covers are compared with.
    uncovered: Uncovered,
}

impl core::fmt::Debug for Association {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Association")
            .field("keys", &self.run.keys)
            .field("contexts", &self.contexts.len())
            .field("header_signing", &self.header_signing)
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}

impl Association {
    /// An association without contexts yet.
    pub fn new(keys: Arc<KeyStore>) -> Self {
        Association::with_limits(keys, SecurityLimits::default())
    }

    /// The same with limits of one's own.
    pub fn with_limits(keys: Arc<KeyStore>, limits: SecurityLimits) -> Self {
        Association::of_run(Arc::new(Run::new(keys, limits)), limits)
    }

    /// One of several associations that share keys and the memory of handshakes.
    pub fn of_run(run: Arc<Run>, limits: SecurityLimits) -> Self {
        Association {
            #[cfg(feature = "decrypt")]
            number: run.association(),
            run,
            limits,
            counters: Counters::default(),
            contexts: VecDeque::new(),
            header_signing: [false; 2],
            required: None,
            #[cfg(feature = "decrypt")]
            work: limits.resync_work.saturating_mul(4),
            cost: 0,
            uncovered: Uncovered::default(),
        }
    }

    /// Bytes of memory that its contexts take, roughly: handshakes that wait for their rest, keys, key streams.
    pub fn cost(&self) -> usize {
        self.cost
    }

    /// Opens a PDU in its context, and tells the others that it wasn't theirs.
    #[cfg(feature = "decrypt")]
    fn verdict(
        &mut self,
        pdu: &Protected<'_>,
        tried: &Attempted<'_>,
        known: Option<usize>,
        out: &mut Vec<u8>,
    ) -> Verdict {
        let run = Arc::clone(&self.run);
        let keys = &run.keys;
        keys.budget.earn(pdu.pdu.len());
        let known = match known {
            Some(at) => Some(at),
            // It is kept even if nothing fits: its searches come out of one purse.
            None if !keys.session_keys.is_empty() => {
                let at = self.context(&pdu.trailer);
                if let Some(context) = self.contexts.get_mut(at) {
                    context.assume(keys);
                }
                Some(at)
            }
            None => None,
        };
        let number = self.number;
        let mut purse = Purse { run: &keys.budget, left: &mut self.work };
        let verdict = match known.and_then(|at| self.contexts.get_mut(at)) {
            Some(context) => {
                context.open(tried, pdu.connectionless, keys, &mut purse, &|f| run.is_repeated(f, number), out)
            }
            None => not_opened(pdu.trailer.auth_type),
        };
        if !matches!(verdict, Verdict::Opened { .. }) {
            // Its number may be what was changed.
            let others = self.contexts.iter_mut().enumerate().filter(|(at, _)| Some(*at) != known);
            others.for_each(|(_, context)| context.unopened(tried, false));
            return named(verdict, pdu.trailer.auth_type);
        }
        verdict
    }

    #[cfg(not(feature = "decrypt"))]
    fn verdict(&mut self, _: &Protected<'_>, _: &Attempted<'_>, _: Option<usize>, _: &mut Vec<u8>) -> Verdict {
        Verdict::Sealed("built without decryption".to_string(), Remedy::Feature)
    }

    /// Takes account of what a context costs now.
    fn settle(&mut self) {
        self.cost = self.contexts.iter().map(Context::cost).sum();
    }

    /// What limits cost so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Whether the MIC of the context's NTLM AUTHENTICATE is right; `None` if there is none or it can't be checked.
    pub fn mic(&self, trailer: &AuthTrailer) -> Option<bool> {
        self.contexts.iter().find(|c| c.is(trailer)).and_then(Context::mic)
    }

    /// Whether the context's `mechListMIC` is right, under Kerberos.
    #[cfg(all(test, feature = "decrypt"))]
    pub(crate) fn mech_list(&self, trailer: &AuthTrailer) -> Option<bool> {
        self.contexts.iter().find(|c| c.is(trailer)).and_then(Context::mech_list)
    }

    /// The place of a context, made if there is none. Of too many the oldest gives way that nothing proved to be the
    /// parties' own.
    fn context(&mut self, trailer: &AuthTrailer) -> usize {
        if let Some(index) = self.contexts.iter().position(|c| c.is(trailer)) {
            return index;
        }
        if self.contexts.len() >= self.limits.contexts.max(1) {
            let unproved = self.contexts.iter().position(|context| !context.is_proved());
            self.contexts.remove(unproved.unwrap_or(0));
            self.counters.contexts_evicted += 1;
        }
        self.contexts.push_back(Context::new(trailer, self.limits));
        self.contexts.len() - 1
    }
}

/// `auth_level` below which PDUs have no protection of their own (C706 13.1.2.1): the handshake alone is protected.
const FIRST_PROTECTED: u8 = 3;

/// PDU type of bind (C706 12.6.4.3).
const BIND: u8 = 11;

impl Security for Association {
    fn token(&mut self, token: &Token<'_>) {
        if token.token.is_empty() {
            return;
        }
        if token.token.len() > self.limits.token {
            self.counters.tokens_refused += 1;
            return;
        }
        let [client, server] = &mut self.header_signing;
        match token.sender {
            Sender::Client => *client |= token.header_signing,
            Sender::Server => *server |= token.header_signing,
        }
        let level = token.trailer.auth_level;
        self.uncovered.handshake(token);
        if token.ptype == BIND && level >= FIRST_PROTECTED {
            self.required.get_or_insert(token.trailer);
        }
        let run = Arc::clone(&self.run);
        let keys = &run.keys;
        let at = self.context(&token.trailer);
        let Some(context) = self.contexts.get_mut(at) else { return };
        #[cfg(feature = "decrypt")]
        {
            keys.budget.earn(token.token.len());
            let mut purse = Purse { run: &keys.budget, left: &mut self.work };
            if !context.token(token.sender, level, token.token, keys, &mut purse) {
                // Something else in a token's place: a PDU that was changed, perhaps, and is missing from its stream.
                context.gap(token.sender, Some(token.pdu.len() as u64));
            }
        }
        #[cfg(not(feature = "decrypt"))]
        context.token(token.sender, level, token.token, keys);
        self.settle();
    }

    fn open(&mut self, pdu: &Protected<'_>, out: &mut Vec<u8>) -> Opened {
        out.clear();
        let stated = pdu.trailer.auth_level;
        let known = self.contexts.iter().position(|c| c.is(&pdu.trailer));
        let level = known.and_then(|at| self.contexts.get(at)).and_then(Context::level);
        if stated < FIRST_PROTECTED && level.is_none_or(|level| level < FIRST_PROTECTED) {
            // pkt_connect protects the handshake alone; its PDUs carry a filler.
            let verified = match self.required {
                Some(required) => Verified::Wrong(Doubt::Unprotected { negotiated: required.auth_level }),
                None => Verified::Unchecked,
            };
            return Opened::Clear { verified, decrypted: false };
        }
        let Some(frame) = Frame::cut(pdu) else {
            return Opened::Failed {
                reason: "the trailer's ranges lie outside the PDU".to_string(),
                doubt: Doubt::Signature,
            };
        };
        let whole = self.header_signing == [true, true];
        let used = known.and_then(|at| self.contexts.get(at)).and_then(|context| context.used);
        let tried = Attempted { sender: pdu.sender, pdu: frame, stated, level, used, whole };
        let verdict = self.verdict(pdu, &tried, known, out);
        self.settle();
        if !matches!(verdict, Verdict::Opened { decrypted: true, .. }) {
            out.clear();
        }
        if !matches!(verdict, Verdict::Opened { .. }) {
            self.uncovered.unopened(pdu);
        }
        let sealed = tried.pdu.sealed || level.is_some_and(|level| level >= 6);
        let changed =
            level.filter(|level| *level > stated).map(|negotiated| Doubt::LevelChanged { stated, negotiated });
        match verdict {
            Verdict::Opened { doubt, decrypted, whole } => {
                let altered = level.filter(|level| *level != stated && !(stated > *level && stated <= 6));
                let altered = altered.map(|negotiated| Doubt::LevelChanged { stated, negotiated });
                // It learns from each of them.
                let header = self.uncovered.doubt(pdu, whole);
                let doubt = doubt.or(altered).or(header);
                let verified = doubt.map_or(Verified::Right, Verified::Wrong);
                Opened::Clear { verified, decrypted }
            }
            Verdict::Failed(reason, doubt) if sealed && stated >= FIRST_PROTECTED => {
                Opened::Failed { reason, doubt: changed.unwrap_or(doubt) }
            }
            Verdict::Sealed(reason, remedy) if tried.pdu.sealed => Opened::Sealed { reason, remedy },
            // The body is readable; its signature is wrong, or can't be checked.
            Verdict::Failed(_, doubt) => {
                Opened::Clear { verified: Verified::Wrong(changed.unwrap_or(doubt)), decrypted: false }
            }
            Verdict::Sealed(..) => {
                let verified = changed.map_or(Verified::Unchecked, Verified::Wrong);
                Opened::Clear { verified, decrypted: false }
            }
        }
    }

    fn required(&self) -> Option<AuthTrailer> {
        self.required
    }

    #[cfg(feature = "decrypt")]
    fn awaits(&self, trailer: &AuthTrailer) -> bool {
        trailer.auth_level >= FIRST_PROTECTED
            && !self.run.keys.is_empty()
            && self.contexts.iter().find(|c| c.is(trailer)).is_none_or(Context::awaits)
    }

    fn gap(&mut self, sender: Sender, lost: Option<u64>) {
        self.uncovered.gap(sender);
        for context in &mut self.contexts {
            context.gap(sender, lost);
        }
    }

    fn covers_header(&self, trailer: &AuthTrailer) -> bool {
        self.contexts.iter().find(|c| c.is(trailer)).is_none_or(|context| context.whole)
    }

    fn is_malleable(&self, trailer: &AuthTrailer) -> bool {
        self.contexts.iter().find(|c| c.is(trailer)).is_some_and(Context::is_malleable)
    }

    fn identity(&self, trailer: &AuthTrailer) -> Identity {
        match self.contexts.iter().find(|c| c.is(trailer)) {
            Some(context) => Identity { mechanism: context.mechanism(), user: context.user() },
            None => Identity { mechanism: mechanism_of(trailer.auth_type), user: None },
        }
    }
}

/// Why a PDU of a context that isn't known stays sealed.
#[cfg(feature = "decrypt")]
fn not_opened(auth_type: u8) -> Verdict {
    named(Verdict::Sealed("handshake not captured".to_string(), Remedy::Handshake), auth_type)
}

/// The services that are named but never opened say so instead.
#[cfg(feature = "decrypt")]
fn named(verdict: Verdict, auth_type: u8) -> Verdict {
    match auth_type {
        14 => Verdict::Sealed("Schannel (TLS) isn't opened".to_string(), Remedy::Unknown),
        68 => Verdict::Sealed("Netlogon's secure channel isn't opened".to_string(), Remedy::Unknown),
        _ => verdict,
    }
}
