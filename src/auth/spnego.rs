//! SPNEGO tokens (RFC 4178, MS-SPNG): which mechanisms are offered and chosen, and the inner tokens.

use crate::base::bounds;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::der;
use super::token::{TokenInfo, describe_mechanism, mechanism_name};

/// Contents of the object identifier 1.3.6.1.5.5.2.
const SPNEGO_OID: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x02];

/// What a NegTokenInit tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct InitInfo {
    /// `mechTypes`, the preferred one first: `krb5`, `ms-krb5`, `ntlmssp`, `negoex` or a dotted object identifier.
    pub mechanisms: Vec<String>,
    /// `mechToken`: the first token of the preferred mechanism.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub inner: Option<Box<TokenInfo>>,
    /// Whether a `mechListMIC` is there.
    pub mech_list_mic: bool,
}

/// What a NegTokenResp tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RespInfo {
    /// `negState`: `accept-completed`, `accept-incomplete`, `reject`, `request-mic` or the number.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub state: Option<String>,
    /// `supportedMech`: the chosen mechanism.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub mechanism: Option<String>,
    /// `responseToken`.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub inner: Option<Box<TokenInfo>>,
    /// Whether a `mechListMIC` is there.
    pub mech_list_mic: bool,
}

/// A SPNEGO token, borrowed.
pub(crate) enum Parsed<'a> {
    Init(Init<'a>),
    Resp(Resp<'a>),
}

pub(crate) struct Init<'a> {
    /// `mechTypes` as encoded, tag and length included: what `mechListMIC` covers.
    #[cfg_attr(not(feature = "decrypt"), allow(dead_code, reason = "only the check of mechListMIC needs it"))]
    pub(crate) mech_types: Option<&'a [u8]>,
    pub(crate) mechanisms: Vec<String>,
    pub(crate) token: Option<&'a [u8]>,
    pub(crate) mic: Option<&'a [u8]>,
}

pub(crate) struct Resp<'a> {
    state: Option<i64>,
    pub(crate) mechanism: Option<String>,
    pub(crate) token: Option<&'a [u8]>,
    pub(crate) mic: Option<&'a [u8]>,
}

impl Init<'_> {
    pub(crate) fn info(&self) -> InitInfo {
        InitInfo {
            mechanisms: self.mechanisms.clone(),
            inner: self.token.map(|t| Box::new(describe_mechanism(t))),
            mech_list_mic: self.mic.is_some(),
        }
    }
}

impl Resp<'_> {
    pub(crate) fn info(&self) -> RespInfo {
        RespInfo {
            state: self.state.map(|s| match s {
                0 => String::from("accept-completed"),
                1 => String::from("accept-incomplete"),
                2 => String::from("reject"),
                3 => String::from("request-mic"),
                other => other.to_string(),
            }),
            mechanism: self.mechanism.clone(),
            inner: self.token.map(|t| Box::new(describe_mechanism(t))),
            mech_list_mic: self.mic.is_some(),
        }
    }
}

/// Reads a SPNEGO token; `None` if it is none.
pub(crate) fn parse(token: &[u8]) -> Option<Parsed<'_>> {
    let (_, outer) = der::tlv(token).ok()?;
    let choice = match outer.tag {
        0x60 => {
            let (oid, rest) = der::expect(outer.value, der::OID)?;
            if oid != SPNEGO_OID {
                return None;
            }
            der::tlv(rest).ok()?.1
        }
        0xa0 | 0xa1 => outer,
        _ => return None,
    };
    let (body, _) = der::expect(choice.value, der::SEQUENCE)?;
    let bytes = |n| der::field(body, n).and_then(|v| der::expect(v, der::OCTET_STRING)).map(|(v, _)| v);
    match choice.tag {
        0xa0 => {
            let mech_types = der::field(body, 0);
            let mechanisms = mech_types
                .and_then(|m| der::expect(m, der::SEQUENCE))
                .map(|(list, _)| {
                    der::elements(list)
                        .take(bounds::SPNEGO_MECHANISMS)
                        .filter(|e| e.tag == der::OID)
                        .map(|e| name(e.value))
                        .collect()
                })
                .unwrap_or_default();
            // NegTokenInit2 (MS-SPNG 2.2.1) has negHints in [3] and the MIC in [4]; only an OCTET STRING is a MIC.
            let mic = bytes(3).or_else(|| bytes(4));
            Some(Parsed::Init(Init { mech_types, mechanisms, token: bytes(2), mic }))
        }
        0xa1 => Some(Parsed::Resp(Resp {
            state: der::field(body, 0).and_then(der::integer),
            mechanism: der::field(body, 1).and_then(|v| der::expect(v, der::OID)).map(|(oid, _)| name(oid)),
            token: bytes(2),
            mic: bytes(3),
        })),
        _ => None,
    }
}

fn name(oid: &[u8]) -> String {
    mechanism_name(&der::dotted(oid)).to_string()
}
