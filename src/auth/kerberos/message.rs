//! AP-REQ, AP-REP and KRB-ERROR (RFC 4120 section 5), bare or in the frame of RFC 2743 3.1 with a token identifier
//! (RFC 4121 4.1): what they tell without a key.

use crate::base::bounds;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::auth::der;
use crate::auth::token::mechanism_name;

/// An EncryptedData's outside.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EncryptedInfo {
    /// Encryption type's number.
    pub etype: i64,
    /// Its name; empty when unknown.
    pub name: &'static str,
    /// Key version number, where given.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub kvno: Option<i64>,
    /// Bytes of cipher text.
    pub length: usize,
}

/// What an AP-REQ tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ApReqInfo {
    /// The service's realm.
    pub realm: String,
    /// The service's principal, components joined by `/`.
    pub service: String,
    /// `ap-options` by name: `use-session-key`, `mutual-required`.
    pub options: Vec<&'static str>,
    /// The ticket's encryption.
    pub ticket: EncryptedInfo,
    /// The authenticator's encryption.
    pub authenticator: EncryptedInfo,
}

/// What an AP-REP tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ApRepInfo {
    /// Its encryption.
    pub encrypted: EncryptedInfo,
}

/// What a KERB-TGT-REQUEST tells (user-to-user: the client asks the service for its ticket-granting ticket).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TgtReqInfo {
    /// The service's principal, where given.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub service: Option<String>,
    /// Its realm, where given.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub realm: Option<String>,
}

/// What a KERB-TGT-REPLY tells (the service's ticket-granting ticket).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TgtRepInfo {
    /// The ticket's realm.
    pub realm: String,
    /// The service that it is a ticket for: `krbtgt/REALM`.
    pub service: String,
    /// The ticket's encryption.
    pub ticket: EncryptedInfo,
}

/// What a KRB-ERROR tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ErrorInfo {
    /// `error-code`.
    pub code: i64,
    /// Its name; empty when unknown.
    pub name: &'static str,
    /// The server's time, as `2026-11-20T10:00:00Z`.
    pub time: String,
    /// The service's realm.
    pub realm: String,
    /// The service's principal.
    pub service: String,
    /// `e-text`.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub text: Option<String>,
}

/// A message, borrowed.
#[derive(Debug)]
pub(crate) enum Message<'a> {
    ApReq(ApReq<'a>),
    ApRep(ApRep<'a>),
    Error(ErrorInfo),
    TgtReq(TgtReqInfo),
    TgtRep(TgtRepInfo),
}

/// An EncryptedData.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encrypted<'a> {
    pub(crate) etype: i64,
    pub(crate) kvno: Option<i64>,
    pub(crate) cipher: &'a [u8],
}

#[derive(Debug)]
pub(crate) struct ApReq<'a> {
    options: u32,
    pub(crate) realm: String,
    pub(crate) service: Vec<String>,
    pub(crate) ticket: Encrypted<'a>,
    pub(crate) authenticator: Encrypted<'a>,
}

#[derive(Debug)]
pub(crate) struct ApRep<'a> {
    pub(crate) encrypted: Encrypted<'a>,
}

impl Encrypted<'_> {
    fn info(&self) -> EncryptedInfo {
        EncryptedInfo { etype: self.etype, name: etype_name(self.etype), kvno: self.kvno, length: self.cipher.len() }
    }
}

impl ApReq<'_> {
    /// Whether the ticket is encrypted in a session key (user-to-user, RFC 4120 3.7).
    #[cfg(feature = "decrypt")]
    pub(crate) fn uses_session_key(&self) -> bool {
        self.options & 0x4000_0000 != 0
    }

    pub(crate) fn info(&self) -> ApReqInfo {
        let options = [(0x4000_0000, "use-session-key"), (0x2000_0000, "mutual-required")];
        ApReqInfo {
            realm: self.realm.clone(),
            service: self.service.join("/"),
            options: options.iter().filter(|(bit, _)| self.options & bit != 0).map(|(_, name)| *name).collect(),
            ticket: self.ticket.info(),
            authenticator: self.authenticator.info(),
        }
    }
}

impl ApRep<'_> {
    pub(crate) fn info(&self) -> ApRepInfo {
        ApRepInfo { encrypted: self.encrypted.info() }
    }
}

/// Parses a message; the error says what is wrong.
pub(crate) fn parse(token: &[u8]) -> Result<Message<'_>, &'static str> {
    let (_, outer) = der::tlv(token).map_err(|_| "not NTLM, SPNEGO or Kerberos")?;
    let message = if outer.tag == 0x60 {
        let (oid, rest) = der::expect(outer.value, der::OID).ok_or("GSS-API frame without a mechanism")?;
        if !mechanism_name(&der::dotted(oid)).contains("krb5") {
            return Err("GSS-API frame of an unknown mechanism");
        }
        let rest = match rest {
            // KRB_AP_REQ, KRB_AP_REP, KRB_ERROR.
            [1 | 2, 0, rest @ ..] | [3, 0, rest @ ..] => rest,
            // KERB-TGT-REQUEST and KERB-TGT-REPLY (draft-swift-win2k-krb-user2user-03), as Windows and MIT send them.
            [4, 0, rest @ ..] => return tgt_req(rest).map(Message::TgtReq).ok_or("broken TGT-REQ"),
            [4, 1, rest @ ..] => return tgt_rep(rest).map(Message::TgtRep).ok_or("broken TGT-REP"),
            _ => return Err("Kerberos token of unknown type"),
        };
        der::tlv(rest).map_err(|_| "Kerberos message cut off")?.1
    } else {
        outer
    };
    let body = || der::expect(message.value, der::SEQUENCE).map(|(body, _)| body);
    match message.tag {
        0x6e => body().and_then(ap_req).map(Message::ApReq).ok_or("broken AP-REQ"),
        0x6f => body()
            .and_then(|b| encrypted(der::field(b, 2)?))
            .map(|encrypted| Message::ApRep(ApRep { encrypted }))
            .ok_or("broken AP-REP"),
        0x7e => body().and_then(error).map(Message::Error).ok_or("broken KRB-ERROR"),
        _ => Err("not NTLM, SPNEGO or Kerberos"),
    }
}

/// The body of a TGT-REQ or TGT-REP, with or without an application tag.
fn tgt_body(input: &[u8], message_type: i64) -> Option<&[u8]> {
    let (_, outer) = der::tlv(input).ok()?;
    let body = if outer.tag == der::SEQUENCE { outer.value } else { der::expect(outer.value, der::SEQUENCE)?.0 };
    (der::field(body, 1).and_then(der::integer)? == message_type).then_some(body)
}

fn tgt_req(input: &[u8]) -> Option<TgtReqInfo> {
    let body = tgt_body(input, 16)?;
    Some(TgtReqInfo {
        service: der::field(body, 2).and_then(principal).map(|names| names.join("/")),
        realm: der::field(body, 3).and_then(der::text),
    })
}

fn tgt_rep(input: &[u8]) -> Option<TgtRepInfo> {
    let body = tgt_body(input, 17)?;
    let (ticket, _) = der::expect(der::field(body, 2)?, 0x61)?;
    let (ticket, _) = der::expect(ticket, der::SEQUENCE)?;
    Some(TgtRepInfo {
        realm: der::field(ticket, 1).and_then(der::text)?,
        service: der::field(ticket, 2).and_then(principal)?.join("/"),
        ticket: encrypted(der::field(ticket, 3)?)?.info(),
    })
}

fn ap_req(body: &[u8]) -> Option<ApReq<'_>> {
    let (ticket, _) = der::expect(der::field(body, 3)?, 0x61)?;
    let (ticket, _) = der::expect(ticket, der::SEQUENCE)?;
    Some(ApReq {
        options: der::field(body, 2).and_then(der::bits)?,
        realm: der::field(ticket, 1).and_then(der::text)?,
        service: der::field(ticket, 2).and_then(principal)?,
        ticket: encrypted(der::field(ticket, 3)?)?,
        authenticator: encrypted(der::field(body, 4)?)?,
    })
}

/// An EncryptedData (RFC 4120 5.2.9).
pub(crate) fn encrypted(input: &[u8]) -> Option<Encrypted<'_>> {
    let (body, _) = der::expect(input, der::SEQUENCE)?;
    Some(Encrypted {
        etype: der::field(body, 0).and_then(der::integer)?,
        kvno: der::field(body, 1).and_then(der::integer),
        cipher: der::field(body, 2).and_then(|v| der::expect(v, der::OCTET_STRING))?.0,
    })
}

/// The components of a PrincipalName (RFC 4120 5.2.2).
pub(crate) fn principal(input: &[u8]) -> Option<Vec<String>> {
    let (body, _) = der::expect(input, der::SEQUENCE)?;
    let (names, _) = der::expect(der::field(body, 1)?, der::SEQUENCE)?;
    Some(der::elements(names).take(bounds::PRINCIPAL_COMPONENTS).filter_map(|e| der::text(e.whole)).collect())
}

fn error(body: &[u8]) -> Option<ErrorInfo> {
    let code = der::field(body, 6).and_then(der::integer)?;
    Some(ErrorInfo {
        code,
        name: error_name(code),
        time: der::field(body, 4).and_then(der::text).map(|t| generalized_time(&t)).unwrap_or_default(),
        realm: der::field(body, 9).and_then(der::text).unwrap_or_default(),
        service: der::field(body, 10).and_then(principal).unwrap_or_default().join("/"),
        text: der::field(body, 11).and_then(der::text),
    })
}

/// `20261120100000Z` as `2026-11-20T10:00:00Z`; anything else as it stands.
fn generalized_time(text: &str) -> String {
    let digits: &str = text.strip_suffix('Z').unwrap_or("");
    if digits.len() != 14 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return text.to_string();
    }
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12), part(12, 14))
}

/// Names of the encryption types (IANA registry "Kerberos Encryption Type Numbers").
pub(crate) fn etype_name(etype: i64) -> &'static str {
    match etype {
        1 => "des-cbc-crc",
        3 => "des-cbc-md5",
        16 => "des3-cbc-sha1-kd",
        17 => "aes128-cts-hmac-sha1-96",
        18 => "aes256-cts-hmac-sha1-96",
        19 => "aes128-cts-hmac-sha256-128",
        20 => "aes256-cts-hmac-sha384-192",
        23 => "rc4-hmac",
        24 => "rc4-hmac-exp",
        25 => "camellia128-cts-cmac",
        26 => "camellia256-cts-cmac",
        _ => "",
    }
}

/// The number of an encryption type by its name.
pub(crate) fn etype_number(name: &str) -> Option<i64> {
    (1..=26).find(|etype| !name.is_empty() && etype_name(*etype) == name)
}

/// Names of the error codes that an acceptor sends (RFC 4120 7.5.9).
fn error_name(code: i64) -> &'static str {
    match code {
        7 => "KDC_ERR_S_PRINCIPAL_UNKNOWN",
        14 => "KDC_ERR_ETYPE_NOSUPP",
        31 => "KRB_AP_ERR_BAD_INTEGRITY",
        32 => "KRB_AP_ERR_TKT_EXPIRED",
        33 => "KRB_AP_ERR_TKT_NYV",
        34 => "KRB_AP_ERR_REPEAT",
        35 => "KRB_AP_ERR_NOT_US",
        36 => "KRB_AP_ERR_BADMATCH",
        37 => "KRB_AP_ERR_SKEW",
        38 => "KRB_AP_ERR_BADADDR",
        39 => "KRB_AP_ERR_BADVERSION",
        40 => "KRB_AP_ERR_MSG_TYPE",
        41 => "KRB_AP_ERR_MODIFIED",
        42 => "KRB_AP_ERR_BADORDER",
        44 => "KRB_AP_ERR_BADKEYVER",
        45 => "KRB_AP_ERR_NOKEY",
        46 => "KRB_AP_ERR_MUT_FAIL",
        47 => "KRB_AP_ERR_BADDIRECTION",
        48 => "KRB_AP_ERR_METHOD",
        49 => "KRB_AP_ERR_BADSEQ",
        50 => "KRB_AP_ERR_INAPP_CKSUM",
        60 => "KRB_ERR_GENERIC",
        _ => "",
    }
}
