//! What the tokens of a handshake tell without any secret. Start at [`describe`]; the parsers themselves are in
//! [`super::ntlm`], [`super::spnego`] and [`super::kerberos`].

use alloc::string::String;

use super::{channels, kerberos, negoex, ntlm, spnego};

/// A token of the handshake, as far as it can be read without a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(tag = "type", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum TokenInfo {
    /// NTLM NEGOTIATE_MESSAGE (MS-NLMP 2.2.1.1).
    NtlmNegotiate(ntlm::NegotiateInfo),
    /// NTLM CHALLENGE_MESSAGE (MS-NLMP 2.2.1.2).
    NtlmChallenge(ntlm::ChallengeInfo),
    /// NTLM AUTHENTICATE_MESSAGE (MS-NLMP 2.2.1.3).
    NtlmAuthenticate(ntlm::AuthenticateInfo),
    /// SPNEGO NegTokenInit (RFC 4178 4.2.1) or NegTokenInit2 (MS-SPNG 2.2.1).
    SpnegoInit(spnego::InitInfo),
    /// SPNEGO NegTokenResp (RFC 4178 4.2.2).
    SpnegoResp(spnego::RespInfo),
    /// Kerberos AP-REQ (RFC 4120 5.5.1).
    KerberosApReq(kerberos::ApReqInfo),
    /// Kerberos AP-REP (RFC 4120 5.5.2).
    KerberosApRep(kerberos::ApRepInfo),
    /// Kerberos KRB-ERROR (RFC 4120 5.9.1).
    KerberosError(kerberos::ErrorInfo),
    /// Kerberos KERB-TGT-REQUEST, the first leg of user-to-user (draft-swift-win2k-krb-user2user-03).
    KerberosTgtReq(kerberos::TgtReqInfo),
    /// Kerberos KERB-TGT-REPLY.
    KerberosTgtRep(kerberos::TgtRepInfo),
    /// NegoEx messages (MS-NEGOEX 2.2.6).
    #[cfg_attr(feature = "serde", serde(rename = "negoex"))]
    NegoEx(negoex::NegoExInfo),
    /// Netlogon's NL_AUTH_MESSAGE (MS-NRPC 2.2.1.3.1).
    Netlogon(channels::NetlogonInfo),
    /// A TLS record: Schannel.
    Tls(channels::TlsInfo),
    /// None of these, or too broken to read.
    Unknown {
        /// Bytes of the token.
        length: usize,
        /// Why it can't be read.
        reason: String,
    },
}

/// Says what a token of the handshake tells. Never fails: what can't be read is [`TokenInfo::Unknown`].
///
/// ```
/// let token = cluscope::auth::describe(b"NTLMSSP\0\x01\0\0\0\x07\x82\x08\xa2");
/// assert!(matches!(token, cluscope::auth::TokenInfo::NtlmNegotiate(_)));
/// ```
pub fn describe(token: &[u8]) -> TokenInfo {
    match spnego::parse(token) {
        Some(spnego::Parsed::Init(init)) => TokenInfo::SpnegoInit(init.info()),
        Some(spnego::Parsed::Resp(resp)) => TokenInfo::SpnegoResp(resp.info()),
        None => describe_mechanism(token),
    }
}

/// The same for a token that isn't SPNEGO's (its inner tokens), so that nothing can nest.
pub(crate) fn describe_mechanism(token: &[u8]) -> TokenInfo {
    let unknown = |reason: &str| TokenInfo::Unknown { length: token.len(), reason: String::from(reason) };
    if token.is_empty() {
        return unknown("empty token");
    }
    if token.starts_with(ntlm::SIGNATURE) {
        return match ntlm::parse(token) {
            Ok(ntlm::Message::Negotiate(m)) => TokenInfo::NtlmNegotiate(m.info()),
            Ok(ntlm::Message::Challenge(m)) => TokenInfo::NtlmChallenge(m.info()),
            Ok(ntlm::Message::Authenticate(m)) => TokenInfo::NtlmAuthenticate(m.info()),
            Err(reason) => unknown(reason),
        };
    }
    match kerberos::parse(token) {
        Ok(kerberos::Message::ApReq(m)) => TokenInfo::KerberosApReq(m.info()),
        Ok(kerberos::Message::ApRep(m)) => TokenInfo::KerberosApRep(m.info()),
        Ok(kerberos::Message::Error(m)) => TokenInfo::KerberosError(m),
        Ok(kerberos::Message::TgtReq(m)) => TokenInfo::KerberosTgtReq(m),
        Ok(kerberos::Message::TgtRep(m)) => TokenInfo::KerberosTgtRep(m),
        Err(reason) => None
            .or_else(|| negoex::parse(token).map(TokenInfo::NegoEx))
            .or_else(|| channels::netlogon(token).map(TokenInfo::Netlogon))
            .or_else(|| channels::tls(token).map(TokenInfo::Tls))
            .unwrap_or_else(|| unknown(reason)),
    }
}

/// The name of a security mechanism's object identifier, or the dotted identifier itself.
pub(crate) fn mechanism_name(dotted: &str) -> &str {
    match dotted {
        "1.2.840.113554.1.2.2" => "krb5",
        "1.2.840.48018.1.2.2" => "ms-krb5",
        "1.2.840.113554.1.2.2.3" => "krb5-user-to-user",
        "1.3.6.1.4.1.311.2.2.10" => "ntlmssp",
        "1.3.6.1.4.1.311.2.2.30" => "negoex",
        "1.3.6.1.5.2.5" => "iakerb",
        "1.3.6.1.5.5.2" => "spnego",
        other => other,
    }
}
