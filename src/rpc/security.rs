//! What a DCE/RPC association asks of its security contexts. [`crate::auth`] implements it; [`NoSecurity`] is what is
//! used when nothing can be opened.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// Who sent a PDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// The side that binds.
    Client,
    /// The side that acknowledges.
    Server,
}

/// A security trailer's header (C706 13.2.6.1, MS-RPCE 2.2.2.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthTrailer {
    /// `auth_type`: 9 SPNEGO, 10 NTLM, 16 Kerberos …
    pub auth_type: u8,
    /// `auth_level`: 1 none … 5 pkt_integrity, 6 pkt_privacy.
    pub auth_level: u8,
    /// Bytes of padding between the stub and the trailer.
    pub auth_pad_length: u8,
    /// `auth_context_id`; for connectionless PDUs the key sequence number.
    pub auth_context_id: u32,
}

/// A token of the handshake.
#[derive(Clone, Copy, Debug)]
pub struct Token<'a> {
    /// Who sent it.
    pub sender: Sender,
    /// The PDU's type number (11 bind, 12 bind_ack, 14 alter_context, 15 alter_context_resp, 16 auth3). Connectionless
    /// tokens come in the conversation manager's callbacks: the server's in a request (0), the client's in its
    /// response (2).
    pub ptype: u8,
    /// The trailer it came in.
    pub trailer: AuthTrailer,
    /// `auth_value`.
    pub token: &'a [u8],
    /// Whether the PDU offers or accepts header signing (`PFC_SUPPORT_HEADER_SIGN`).
    pub header_signing: bool,
    /// The whole PDU.
    pub pdu: &'a [u8],
}

/// A signed or sealed PDU (one fragment).
#[derive(Clone, Debug)]
pub struct Protected<'a> {
    /// Who sent it.
    pub sender: Sender,
    /// The whole PDU as captured, from its first header byte to the end of `auth_value`.
    pub pdu: &'a [u8],
    /// The protected part of `pdu`: stub and authentication padding.
    pub body: Range<usize>,
    /// The eight bytes of the trailer's header in `pdu`; connectionless PDUs have two bytes and alignment instead.
    pub trailer_header: Range<usize>,
    /// `auth_value` in `pdu`.
    pub auth_value: Range<usize>,
    /// The trailer.
    pub trailer: AuthTrailer,
    /// Connectionless only: the sequence number and fragment number that make up the key.
    pub connectionless: Option<Connectionless>,
}

/// What a connectionless PDU's protection depends on beside its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connectionless {
    /// Activity identifier, as on the wire (16 bytes).
    pub activity: [u8; 16],
    /// Sequence number of the call.
    pub sequence: u32,
    /// Fragment number.
    pub fragment: u16,
}

/// Why a PDU isn't called verified although its protection was looked at. Each is a state of its own: what a forger could
/// have made, or could have kept from the reader, is never called verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doubt {
    /// The signature is wrong: bytes were changed, or the PDU was made without the key.
    Signature,
    /// The PDU has no signature although the association negotiated that each has one (C706 13.1.2.1).
    Unprotected {
        /// Level that was negotiated.
        negotiated: u8,
    },
    /// The PDU states another level than the association negotiated, a lower one as a rule.
    LevelChanged {
        /// Level that the PDU states.
        stated: u8,
        /// Level that was negotiated.
        negotiated: u8,
    },
    /// The sender's number came before: the PDU was recorded and sent again.
    Repeated {
        /// The number.
        number: u64,
    },
    /// The sender's number is below one that came before, and was missing then.
    OutOfOrder {
        /// The number.
        number: u64,
    },
    /// Messages that the sender numbered are missing before this one, and no gap in the capture accounts for them.
    Missing {
        /// How many.
        count: u64,
    },
    /// The user's password is empty: anybody can make the key.
    EmptyPassword,
    /// The session is anonymous: anybody can make the key.
    Anonymous,
    /// The session's key is made of zeros, as for guests: anybody can make it.
    Guest,
    /// The handshake's own checksum (the MIC of NTLM, mechListMIC of SPNEGO) is wrong: what was negotiated was changed.
    Handshake,
    /// No signature covers the PDU's header, and a field of it isn't what the session says.
    Header {
        /// The field, as the specification names it.
        field: &'static str,
    },
    /// The peers negotiated no signatures; an empty one takes their place (MS-NLMP 3.4.2).
    EmptySignature,
    /// The session's handshake came before on another connection: the session was recorded and played again, or the
    /// capture has it twice (RFC 4120 3.2.3: an authenticator is used once; MS-NLMP 2.2.1.2: a challenge is a nonce).
    SessionRepeated,
}

/// The name of an authentication level (MS-RPCE 2.2.1.1.8).
#[must_use]
pub const fn level_name(level: u8) -> &'static str {
    match level {
        0 => "default",
        1 => "none",
        2 => "connect",
        3 => "call",
        4 => "pkt",
        5 => "pkt_integrity",
        6 => "pkt_privacy",
        _ => "unknown",
    }
}

impl core::fmt::Display for Doubt {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let level = |level: &u8| level_name(*level);
        match self {
            Doubt::Signature => f.write_str("signature wrong (changed bytes, or made without the key)"),
            Doubt::Unprotected { negotiated } => write!(f, "no signature where {} was negotiated", level(negotiated)),
            Doubt::LevelChanged { stated, negotiated } => {
                write!(f, "level {} where {} was negotiated", level(stated), level(negotiated))
            }
            Doubt::Repeated { number } => write!(f, "repeated: the sender's number {number} came before"),
            Doubt::OutOfOrder { number } => write!(f, "out of order: the sender's number {number} was due earlier"),
            Doubt::Missing { count } => {
                let messages = if *count == 1 { "message" } else { "messages" };
                write!(f, "{count} {messages} missing before this one, and no gap in the capture accounts for that")
            }
            Doubt::EmptyPassword => f.write_str("the user's password is empty, so that anybody can make the key"),
            Doubt::Anonymous => f.write_str("anonymous session: anybody can make the key"),
            Doubt::Guest => f.write_str("guest session with a key of zeros, which anybody can make"),
            Doubt::Handshake => f.write_str("the handshake was changed: its own checksum is wrong"),
            Doubt::Header { field } => {
                write!(f, "header changed: no signature covers {field}, and it isn't what the session says")
            }
            Doubt::EmptySignature => f.write_str("empty signature: the peers negotiated no signatures"),
            Doubt::SessionRepeated => f.write_str(
                "repeated session: its handshake came before on another connection (recorded and played again, or \
                 captured twice)",
            ),
        }
    }
}

/// Whether a PDU is what the sender made, sent once, in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// There was no key to check it with.
    Unchecked,
    /// The signature was checked with a key that only the parties know, at the level negotiated, and the PDU came in the
    /// order in which its sender numbered it.
    Right,
    /// Something of that doesn't hold.
    Wrong(Doubt),
}

impl Verified {
    /// What holds of two fragments together: the first doubt, else that both are right, else nothing.
    #[must_use]
    pub fn and(self, other: Verified) -> Verified {
        match (self, other) {
            (Verified::Wrong(_), _) => self,
            (_, Verified::Wrong(_)) => other,
            (Verified::Right, Verified::Right) => Verified::Right,
            _ => Verified::Unchecked,
        }
    }
}

/// What would open a PDU that stays sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remedy {
    /// Nothing is known that would.
    #[default]
    Unknown,
    /// The user's password or NT hash.
    User,
    /// The user's password; a hash is not enough.
    Password,
    /// The service's key, or the client's tickets.
    Service,
    /// A capture that has the handshake, or the session key.
    Handshake,
    /// A capture without holes.
    WholeCapture,
    /// A build with the feature `decrypt`.
    Feature,
}

impl Remedy {
    /// What to do, for a person; empty where nothing is known.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Remedy::Unknown => "",
            Remedy::User => "a password or nthash line of that user in --keys opens it",
            Remedy::Password => "a password line of that user in --keys opens it",
            Remedy::Service => {
                "--keytab of the service, --ccache of the client or a password line of the service's \
                                account opens it"
            }
            Remedy::Handshake => {
                "a capture from before the connection starts, or a session-key line in --keys, opens it"
            }
            Remedy::WholeCapture => "a capture without lost packets opens it",
            Remedy::Feature => "a build with the feature decrypt opens it",
        }
    }
}

/// What came of an attempt to open a PDU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The body is readable: either it was never sealed (`clear` is empty and the body is to be read from the PDU), or
    /// `clear` holds the decrypted body, of the same length.
    Clear {
        /// What the check of its signature came to.
        verified: Verified,
        /// Whether `out` was filled.
        decrypted: bool,
    },
    /// The body stays sealed.
    Sealed {
        /// Exactly what is missing: `"no key"`, `"handshake not captured"`, …
        reason: String,
        /// What would open it.
        remedy: Remedy,
    },
    /// There is a key, but the signature is wrong, or the PDU isn't in its place; no bytes are handed out.
    Failed {
        /// What failed: `"signature mismatch (wrong key or changed bytes)"`, …
        reason: String,
        /// The same as a state.
        doubt: Doubt,
    },
}

impl Opened {
    /// A body that stays sealed for a reason that no key helps against.
    #[must_use]
    pub fn sealed(reason: &str) -> Opened {
        Opened::Sealed { reason: String::from(reason), remedy: Remedy::Unknown }
    }

    /// What a PDU without a signature comes to where level `negotiated` was negotiated.
    #[must_use]
    pub const fn unprotected(negotiated: u8) -> Opened {
        Opened::Clear { verified: Verified::Wrong(Doubt::Unprotected { negotiated }), decrypted: false }
    }

    /// Why the message isn't verified although its protection was looked at.
    #[must_use]
    pub const fn doubt(&self) -> Option<Doubt> {
        match self {
            Opened::Clear { verified: Verified::Wrong(doubt), .. } | Opened::Failed { doubt, .. } => Some(*doubt),
            _ => None,
        }
    }
}

/// Who a security context is, as far as its tokens tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// `ntlm`, `spnego/ntlm`, `spnego/krb5`, `krb5`, `spnego` while undecided, `schannel`, `netlogon`, or `auth_type N`.
    pub mechanism: String,
    /// `DOMAIN\user` or `user@REALM`, where a token tells.
    pub user: Option<String>,
}

/// The security contexts of one association.
pub trait Security {
    /// A token went by.
    fn token(&mut self, token: &Token<'_>);
    /// Opens a PDU; the decrypted body goes to `out` (cleared first), in place of `pdu[body]`.
    fn open(&mut self, pdu: &Protected<'_>, out: &mut Vec<u8>) -> Opened;
    /// Bytes of a direction were lost: `lost` bytes of the TCP stream, where known. They are counted from the end of
    /// the last PDU that was handed over whole to the start of the next one, the captured part of damaged PDUs
    /// included; the call comes before that next PDU is opened.
    fn gap(&mut self, sender: Sender, lost: Option<u64>);
    /// The trailer that each PDU of the association has to have, where its handshake negotiated protection: one without
    /// is nobody's in particular. `None` where nothing was negotiated.
    fn required(&self) -> Option<AuthTrailer> {
        None
    }
    /// Whether opening a PDU with this trailer can only fail now, because the handshake that it needs is still to come:
    /// connectionless clients send their first request before it.
    fn awaits(&self, _trailer: &AuthTrailer) -> bool {
        false
    }
    /// Whether the signatures of that context cover the whole PDU. Without header signing (MS-RPCE 2.2.2.3) they cover its
    /// body alone, and what the header says is nobody's in particular.
    fn covers_header(&self, _trailer: &AuthTrailer) -> bool {
        true
    }
    /// Whether the signatures of that context are checksums that bytes can be changed under without a key: the CRC of NTLM
    /// without extended session security (MS-NLMP 3.4.4.1).
    fn is_malleable(&self, _trailer: &AuthTrailer) -> bool {
        false
    }
    /// Who the context `auth_context_id` belongs to.
    fn identity(&self, trailer: &AuthTrailer) -> Identity;
    /// The whole connection-oriented PDU that is worked on next ends `rest` bytes before the end of what the
    /// connection was given last.
    fn framed(&mut self, _rest: usize) {}
    /// The datagram that is worked on next was held back since this packet; `None`: it is the one that was given last.
    fn held(&mut self, _since: Option<u64>) {}
}

/// The mechanism by `auth_type` alone (MS-RPCE 2.2.1.1.7): `auth_type N` for what has no name here.
#[must_use]
pub fn mechanism_of(auth_type: u8) -> String {
    String::from(match auth_type {
        9 => "spnego",
        10 => "ntlm",
        14 => "schannel",
        16 => "krb5",
        68 => "netlogon",
        other => return alloc::format!("auth_type {other}"),
    })
}

/// Opens nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSecurity;

impl Security for NoSecurity {
    fn token(&mut self, _token: &Token<'_>) {}

    fn open(&mut self, pdu: &Protected<'_>, out: &mut Vec<u8>) -> Opened {
        out.clear();
        if pdu.trailer.auth_level < 6 {
            Opened::Clear { verified: Verified::Unchecked, decrypted: false }
        } else {
            Opened::sealed("no key")
        }
    }

    fn gap(&mut self, _sender: Sender, _lost: Option<u64>) {}

    fn identity(&self, trailer: &AuthTrailer) -> Identity {
        Identity { mechanism: mechanism_of(trailer.auth_type), user: None }
    }
}
