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
    /// Octets of padding between the stub and the trailer.
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
    /// Activity identifier, as on the wire (16 octets).
    pub activity: [u8; 16],
    /// Sequence number of the call.
    pub sequence: u32,
    /// Fragment number.
    pub fragment: u16,
}

/// What came of an attempt to open a PDU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The body is readable: either it was never sealed (`clear` is empty and the body is to be read from the PDU), or
    /// `clear` holds the decrypted body, of the same length.
    Clear {
        /// Whether the signature was checked and is right; `None` where there was no key to check it with.
        verified: Option<bool>,
        /// Whether `out` was filled.
        decrypted: bool,
    },
    /// The body stays sealed.
    Sealed {
        /// Exactly what is missing: `"no key"`, `"handshake not captured"`, …
        reason: String,
    },
    /// Opening gave bytes whose signature is wrong; they are not handed out.
    Failed {
        /// What failed: `"signature mismatch (wrong key?)"`, …
        reason: String,
    },
}

/// Who a security context is, as far as its tokens tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// `ntlm`, `spnego/ntlm`, `spnego/krb5`, `krb5`, `spnego` while undecided, or `auth_type N`.
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
    /// Bytes of a direction were lost: `lost` octets of the TCP stream, where known. They are counted from the end of
    /// the last PDU that was handed over whole to the start of the next one, the captured part of damaged PDUs
    /// included; the call comes before that next PDU is opened.
    fn gap(&mut self, sender: Sender, lost: Option<u64>);
    /// Who the context `auth_context_id` belongs to.
    fn identity(&self, trailer: &AuthTrailer) -> Identity;
    /// The whole connection-oriented PDU that is worked on next ends `rest` octets before the end of what the
    /// connection was given last.
    fn framed(&mut self, _rest: usize) {}
}

/// Opens nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSecurity;

impl Security for NoSecurity {
    fn token(&mut self, _token: &Token<'_>) {}

    fn open(&mut self, pdu: &Protected<'_>, out: &mut Vec<u8>) -> Opened {
        out.clear();
        if pdu.trailer.auth_level < 6 {
            Opened::Clear { verified: None, decrypted: false }
        } else {
            Opened::Sealed { reason: String::from("no key") }
        }
    }

    fn gap(&mut self, _sender: Sender, _lost: Option<u64>) {}

    fn identity(&self, trailer: &AuthTrailer) -> Identity {
        let mechanism = match trailer.auth_type {
            9 => String::from("spnego"),
            10 => String::from("ntlm"),
            16 => String::from("krb5"),
            other => alloc::format!("auth_type {other}"),
        };
        Identity { mechanism, user: None }
    }
}
