//! One security context: the handshake's state whichever mechanism it runs, and the way from SPNEGO to the mechanism.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::association::Limits;
use super::frame::{Frame, Verdict};
use super::keys::KeyStore;
use super::{kerberos, ntlm, spnego};
use crate::rpc::security::{AuthTrailer, Connectionless, Sender, mechanism_of};

/// Which mechanism a context came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mechanism {
    Undecided,
    Ntlm,
    Kerberos,
}

/// A security context.
pub(crate) struct Context {
    id: u32,
    auth_type: u8,
    mechanism: Mechanism,
    /// Whether SPNEGO carries the mechanism.
    negotiated: bool,
    /// `mechTypes` of the first NegTokenInit, as encoded.
    #[cfg(feature = "decrypt")]
    mech_types: Vec<u8>,
    #[cfg(feature = "decrypt")]
    kept: usize,
    #[cfg(feature = "decrypt")]
    ntlm: ntlm::handshake::Handshake,
    #[cfg(feature = "decrypt")]
    kerberos: kerberos::handshake::Handshake,
    #[cfg(not(feature = "decrypt"))]
    user: Option<String>,
}

impl Context {
    #[cfg_attr(not(feature = "decrypt"), allow(unused_variables, reason = "nothing is limited without decryption"))]
    pub(crate) fn new(trailer: &AuthTrailer, limits: Limits) -> Self {
        Context {
            id: trailer.auth_context_id,
            auth_type: trailer.auth_type,
            mechanism: match trailer.auth_type {
                10 => Mechanism::Ntlm,
                16 => Mechanism::Kerberos,
                _ => Mechanism::Undecided,
            },
            negotiated: trailer.auth_type == 9,
            #[cfg(feature = "decrypt")]
            mech_types: Vec::new(),
            #[cfg(feature = "decrypt")]
            kept: limits.kept,
            #[cfg(feature = "decrypt")]
            ntlm: ntlm::handshake::Handshake::new(limits),
            #[cfg(feature = "decrypt")]
            kerberos: kerberos::handshake::Handshake::new(),
            #[cfg(not(feature = "decrypt"))]
            user: None,
        }
    }

    /// A context whose handshake wasn't captured: session keys given by hand may fit.
    #[cfg(feature = "decrypt")]
    pub(crate) fn assume(&mut self, keys: &KeyStore, limits: Limits) {
        self.ntlm = ntlm::handshake::Handshake::assumed(keys, limits);
    }

    #[cfg(not(feature = "decrypt"))]
    pub(crate) fn assume(&mut self, _: &KeyStore, _: Limits) {}

    /// Octets of memory.
    #[cfg(feature = "decrypt")]
    pub(crate) fn cost(&self) -> usize {
        size_of::<Context>() + self.mech_types.capacity() + self.ntlm.cost() + self.kerberos.cost()
    }

    /// Octets of memory.
    #[cfg(not(feature = "decrypt"))]
    pub(crate) fn cost(&self) -> usize {
        size_of::<Context>()
    }

    pub(crate) fn is(&self, trailer: &AuthTrailer) -> bool {
        self.id == trailer.auth_context_id && self.auth_type == trailer.auth_type
    }

    /// Takes a token of the handshake.
    pub(crate) fn token(&mut self, sender: Sender, token: &[u8], keys: &KeyStore) {
        let (inner, mic) = match spnego::parse(token) {
            Some(spnego::Parsed::Init(init)) => {
                self.negotiated = true;
                self.offered(&init);
                (init.token, init.mic)
            }
            Some(spnego::Parsed::Resp(resp)) => {
                self.negotiated = true;
                match resp.mechanism.as_deref() {
                    Some("ntlmssp") => self.mechanism = Mechanism::Ntlm,
                    Some(name) if name.contains("krb5") => self.mechanism = Mechanism::Kerberos,
                    _ => {}
                }
                (resp.token, resp.mic)
            }
            None => (Some(token), None),
        };
        if let Some(inner) = inner {
            self.mechanism_token(sender, inner, keys);
        }
        if let Some(mic) = mic {
            self.mech_list_mic(sender, mic);
        }
    }

    #[cfg(feature = "decrypt")]
    fn offered(&mut self, init: &spnego::Init<'_>) {
        if let Some(mech_types) = init.mech_types.filter(|m| m.len() <= self.kept) {
            self.mech_types = mech_types.to_vec();
        }
        self.prefer(init);
    }

    #[cfg(not(feature = "decrypt"))]
    fn offered(&mut self, init: &spnego::Init<'_>) {
        self.prefer(init);
    }

    /// A client that offers one mechanism alone has decided.
    fn prefer(&mut self, init: &spnego::Init<'_>) {
        self.mechanism = Mechanism::Undecided;
        if let [only] = init.mechanisms.as_slice() {
            match only.as_str() {
                "ntlmssp" => self.mechanism = Mechanism::Ntlm,
                name if name.contains("krb5") => self.mechanism = Mechanism::Kerberos,
                _ => {}
            }
        }
    }

    #[cfg(feature = "decrypt")]
    fn mechanism_token(&mut self, sender: Sender, token: &[u8], keys: &KeyStore) {
        if token.starts_with(ntlm::SIGNATURE) {
            self.mechanism = Mechanism::Ntlm;
            self.ntlm.token(token, keys);
        } else if kerberos::parse(token).is_ok() {
            // An optimistic AP-REQ in a NegTokenInit decides nothing yet; the acceptor's answer does.
            if !self.negotiated {
                self.mechanism = Mechanism::Kerberos;
            }
            self.kerberos.token(sender, token, keys);
        }
    }

    #[cfg(not(feature = "decrypt"))]
    fn mechanism_token(&mut self, _sender: Sender, token: &[u8], _keys: &KeyStore) {
        if token.starts_with(ntlm::SIGNATURE) {
            self.mechanism = Mechanism::Ntlm;
            if let Ok(ntlm::Message::Authenticate(message)) = ntlm::parse(token) {
                self.user = Some(super::text::short(message.account()));
            }
        } else if kerberos::parse(token).is_ok() && !self.negotiated {
            self.mechanism = Mechanism::Kerberos;
        }
    }

    #[cfg(feature = "decrypt")]
    fn mech_list_mic(&mut self, sender: Sender, mic: &[u8]) {
        if self.mechanism == Mechanism::Ntlm {
            self.ntlm.mech_list_mic(sender, &self.mech_types, mic);
        }
    }

    #[cfg(not(feature = "decrypt"))]
    fn mech_list_mic(&mut self, _: Sender, _: &[u8]) {}

    /// Opens a PDU.
    #[cfg(feature = "decrypt")]
    pub(crate) fn open(
        &mut self,
        sender: Sender,
        frame: &Frame<'_>,
        whole: bool,
        connectionless: Option<Connectionless>,
        keys: &KeyStore,
        out: &mut Vec<u8>,
    ) -> Verdict {
        if self.mechanism == Mechanism::Undecided {
            // The acceptor's answer wasn't captured; the PDU's own token tells.
            match frame.token {
                [1, 0, 0, 0, ..] => self.mechanism = Mechanism::Ntlm,
                [4 | 5, 4, ..] | [0x60, ..] => self.mechanism = Mechanism::Kerberos,
                _ => {}
            }
        }
        match self.mechanism {
            Mechanism::Ntlm => self.ntlm.open(sender, frame, whole, connectionless, out),
            Mechanism::Kerberos => self.kerberos.open(sender, frame, whole, keys, out),
            Mechanism::Undecided => Verdict::Sealed("handshake not captured: no mechanism chosen".to_string()),
        }
    }

    #[cfg(not(feature = "decrypt"))]
    pub(crate) fn open(
        &mut self,
        _: Sender,
        _: &Frame<'_>,
        _: bool,
        _: Option<Connectionless>,
        _: &KeyStore,
        _: &mut Vec<u8>,
    ) -> Verdict {
        // Not reached: the association says it for all contexts.
        Verdict::Sealed("built without decryption".to_string())
    }

    #[cfg_attr(not(feature = "decrypt"), allow(clippy::unused_self, reason = "nothing to resynchronise"))]
    pub(crate) fn gap(&mut self, sender: Sender, lost: Option<u64>) {
        #[cfg(feature = "decrypt")]
        self.ntlm.gap(sender, lost);
        #[cfg(not(feature = "decrypt"))]
        let _ = (sender, lost);
    }

    pub(crate) fn mechanism(&self) -> String {
        match (self.negotiated, self.mechanism) {
            (true, Mechanism::Ntlm) => "spnego/ntlm".to_string(),
            (true, Mechanism::Kerberos) => "spnego/krb5".to_string(),
            (false, Mechanism::Ntlm) => "ntlm".to_string(),
            (false, Mechanism::Kerberos) => "krb5".to_string(),
            (_, Mechanism::Undecided) => mechanism_of(self.auth_type),
        }
    }

    #[cfg(feature = "decrypt")]
    pub(crate) fn user(&self) -> Option<String> {
        let user = match self.mechanism {
            Mechanism::Ntlm => self.ntlm.user(),
            _ => self.kerberos.user(),
        };
        user.map(str::to_string)
    }

    #[cfg(not(feature = "decrypt"))]
    pub(crate) fn user(&self) -> Option<String> {
        self.user.clone()
    }

    #[cfg(feature = "decrypt")]
    pub(crate) fn mic(&self) -> Option<bool> {
        self.ntlm.mic()
    }

    #[cfg(not(feature = "decrypt"))]
    pub(crate) fn mic(&self) -> Option<bool> {
        None
    }
}
