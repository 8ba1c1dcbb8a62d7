//! The security contexts of one association: [`Association`] implements [`Security`].

use alloc::collections::VecDeque;
use alloc::string::ToString as _;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::context::Context;
use super::frame::{Frame, Verdict};
use super::keys::KeyStore;
use crate::rpc::security::{
    AuthTrailer, Doubt, Identity, Opened, Protected, Remedy, Security, Sender, Token, Verified, mechanism_of,
};

/// Limits of an association, and of the searches in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Security contexts kept; the oldest gives way.
    pub contexts: usize,
    /// Farthest a lost segment may have moved an RC4 stream, in octets; also the memory a search may take.
    pub resync_window: usize,
    /// Work of one search for the place in an RC4 stream, in octets decrypted and hashed; a session gets four times
    /// that in all.
    pub resync_work: u64,
    /// Longest token of a handshake that is looked at, in octets.
    pub token: usize,
    /// Longest part of a handshake that is kept until the rest of it comes, in octets; a context keeps three at most.
    /// Those of Windows and Samba have a few hundred.
    pub kept: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { contexts: 32, resync_window: 1 << 20, resync_work: 8 << 20, token: 65_536, kept: 8192 }
    }
}

/// What limits cost an association so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Contexts given up because there were more than [`Limits::contexts`].
    pub contexts_evicted: u64,
    /// Tokens left out because they were longer than [`Limits::token`].
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
    keys: Arc<KeyStore>,
    limits: Limits,
    counters: Counters,
    contexts: VecDeque<Context>,
    /// Whether the client offered and the server accepted header signing (MS-RPCE 2.2.2.3).
    header_signing: [bool; 2],
    /// What `contexts` cost together.
    cost: usize,
}

impl core::fmt::Debug for Association {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Association")
            .field("keys", &self.keys)
            .field("contexts", &self.contexts.len())
            .field("header_signing", &self.header_signing)
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}

impl Association {
    /// An association without contexts yet.
    pub fn new(keys: Arc<KeyStore>) -> Self {
        Association::with_limits(keys, Limits::default())
    }

    /// The same with limits of one's own.
    pub fn with_limits(keys: Arc<KeyStore>, limits: Limits) -> Self {
        Association {
            keys,
            limits,
            counters: Counters::default(),
            contexts: VecDeque::new(),
            header_signing: [false; 2],
            cost: 0,
        }
    }

    /// Octets of memory that its contexts take, roughly: handshakes that wait for their rest, keys, key streams.
    pub fn cost(&self) -> usize {
        self.cost
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

    fn context(&mut self, trailer: &AuthTrailer) -> Option<&mut Context> {
        let index = match self.contexts.iter().position(|c| c.is(trailer)) {
            Some(index) => index,
            None => {
                if self.contexts.len() >= self.limits.contexts.max(1) {
                    self.contexts.pop_front();
                    self.counters.contexts_evicted += 1;
                }
                self.contexts.push_back(Context::new(trailer, self.limits));
                self.contexts.len() - 1
            }
        };
        self.contexts.get_mut(index)
    }
}

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
        let keys = Arc::clone(&self.keys);
        if let Some(context) = self.context(&token.trailer) {
            context.token(token.sender, token.token, &keys);
        }
        self.settle();
    }

    fn open(&mut self, pdu: &Protected<'_>, out: &mut Vec<u8>) -> Opened {
        out.clear();
        let level = pdu.trailer.auth_level;
        if level <= 2 {
            // pkt_connect protects the handshake alone; its PDUs carry a filler.
            return Opened::Clear { verified: Verified::Unchecked, decrypted: false };
        }
        let Some(frame) = Frame::cut(pdu) else {
            out.clear();
            return Opened::Failed {
                reason: "the trailer's ranges lie outside the PDU".to_string(),
                doubt: Doubt::Signature,
            };
        };
        let whole = self.header_signing == [true, true];
        let keys = Arc::clone(&self.keys);
        let limits = self.limits;
        let known = self.contexts.iter().any(|c| c.is(&pdu.trailer));
        let verdict = if cfg!(not(feature = "decrypt")) {
            Verdict::Sealed("built without decryption".to_string())
        } else if !known && keys.session_keys.is_empty() {
            Verdict::Sealed("handshake not captured".to_string())
        } else {
            // It is kept even if nothing fits, with what is left of its searches.
            match self.context(&pdu.trailer) {
                Some(context) => {
                    if !known {
                        context.assume(&keys, limits);
                    }
                    context.open(pdu.sender, &frame, whole, pdu.connectionless, &keys, out)
                }
                None => Verdict::Sealed("handshake not captured".to_string()),
            }
        };
        self.settle();
        let opened = matches!(verdict, Verdict::Opened);
        if !opened || !frame.sealed {
            out.clear();
        }
        match verdict {
            Verdict::Opened => Opened::Clear { verified: Verified::Right, decrypted: frame.sealed },
            Verdict::Sealed(reason) if frame.sealed => Opened::Sealed { reason, remedy: Remedy::Unknown },
            Verdict::Failed(reason) if frame.sealed => Opened::Failed { reason, doubt: Doubt::Signature },
            // The body is readable; its signature is wrong, or can't be checked.
            Verdict::Failed(_) => Opened::Clear { verified: Verified::Wrong(Doubt::Signature), decrypted: false },
            Verdict::Sealed(_) => Opened::Clear { verified: Verified::Unchecked, decrypted: false },
        }
    }

    fn gap(&mut self, sender: Sender, lost: Option<u64>) {
        for context in &mut self.contexts {
            context.gap(sender, lost);
        }
    }

    fn identity(&self, trailer: &AuthTrailer) -> Identity {
        match self.contexts.iter().find(|c| c.is(trailer)) {
            Some(context) => Identity { mechanism: context.mechanism(), user: context.user() },
            None => Identity { mechanism: mechanism_of(trailer.auth_type), user: None },
        }
    }
}
