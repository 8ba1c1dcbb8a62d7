//! The three messages of the handshake (MS-NLMP 2.2.1) and what they tell without a secret.
//!
//! All integers are little-endian. A payload field that points outside its message is taken as empty and named in
//! `problems`; only a message too short for its fixed part is refused.

use crate::base::bounds;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use nom::bytes::complete::take;
use nom::number::complete::{le_u16, le_u32};
use nom::{IResult, Parser};

use super::Flags;
use crate::auth::text::utf16;
use crate::base::time::FileTime;

/// The eight bytes every message begins with.
pub(crate) const SIGNATURE: &[u8] = b"NTLMSSP\0";

/// The operating system's version (MS-NLMP 2.2.2.10), for debugging only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Version {
    /// Major version.
    pub major: u8,
    /// Minor version.
    pub minor: u8,
    /// Build number.
    pub build: u16,
    /// NTLM revision; 15 is W2K3.
    pub revision: u8,
}

/// An attribute of the target (MS-NLMP 2.2.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AvPair {
    /// `AvId`.
    pub id: u16,
    /// Name of `AvId`; empty when unknown.
    pub name: &'static str,
    /// Value.
    pub value: AvValue,
}

/// The value of an [`AvPair`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(untagged))]
pub enum AvValue {
    /// A name.
    Text(String),
    /// `MsvAvFlags`: 1 constrained, 2 the AUTHENTICATE has a MIC, 4 the target name comes from an untrusted source.
    Flags(u32),
    /// `MsvAvTimestamp`.
    Time(#[cfg_attr(feature = "serde", serde(serialize_with = "crate::auth::text::file_time"))] FileTime),
    /// Anything else, in hexadecimal.
    Bytes(String),
}

/// What a NEGOTIATE tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NegotiateInfo {
    /// Flags offered.
    pub flags: Flags,
    /// Domain, where supplied.
    pub domain: String,
    /// Workstation, where supplied.
    pub workstation: String,
    /// Version, where [`Flags::NEGOTIATE_VERSION`] says so.
    pub version: Option<Version>,
    /// Fields that point outside the message.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub problems: Vec<String>,
}

/// What a CHALLENGE tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ChallengeInfo {
    /// Flags chosen by the server.
    pub flags: Flags,
    /// The server's challenge, in hexadecimal.
    pub challenge: String,
    /// Target name.
    pub target: String,
    /// Target information.
    pub target_info: Vec<AvPair>,
    /// Version, where [`Flags::NEGOTIATE_VERSION`] says so.
    pub version: Option<Version>,
    /// Fields that point outside the message.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub problems: Vec<String>,
}

/// What an AUTHENTICATE tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AuthenticateInfo {
    /// Flags in force.
    pub flags: Flags,
    /// `ntlmv2`, `ntlmv1`, `ntlmv1 with extended session security`, `anonymous` or `lm only`.
    pub response: &'static str,
    /// User.
    pub user: String,
    /// Domain.
    pub domain: String,
    /// Workstation.
    pub workstation: String,
    /// Target information that an NTLMv2 response repeats.
    pub target_info: Vec<AvPair>,
    /// Time stamp of an NTLMv2 response.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::auth::text::maybe_file_time"))]
    pub time: Option<FileTime>,
    /// Whether an encrypted session key is there.
    pub key_exchange: bool,
    /// Whether the message has a MIC.
    pub mic: bool,
    /// Version, where [`Flags::NEGOTIATE_VERSION`] says so.
    pub version: Option<Version>,
    /// Fields that point outside the message.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub problems: Vec<String>,
}

/// A message, borrowed.
#[derive(Debug)]
pub(crate) enum Message<'a> {
    Negotiate(Negotiate<'a>),
    Challenge(Challenge<'a>),
    Authenticate(Authenticate<'a>),
}

#[derive(Debug)]
pub(crate) struct Negotiate<'a> {
    flags: Flags,
    domain: &'a [u8],
    workstation: &'a [u8],
    version: Option<Version>,
    problems: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Challenge<'a> {
    pub(crate) flags: Flags,
    pub(crate) challenge: [u8; 8],
    target: &'a [u8],
    target_info: &'a [u8],
    version: Option<Version>,
    problems: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Authenticate<'a> {
    pub(crate) flags: Flags,
    pub(crate) lm: &'a [u8],
    pub(crate) nt: &'a [u8],
    pub(crate) domain: &'a [u8],
    pub(crate) user: &'a [u8],
    workstation: &'a [u8],
    /// `EncryptedRandomSessionKey`.
    pub(crate) session_key: &'a [u8],
    /// The MIC's bytes, where there is one: at offset 72 to 88.
    pub(crate) mic: Option<[u8; 16]>,
    version: Option<Version>,
    problems: Vec<String>,
}

/// Parses a message; the error says what is wrong.
pub(crate) fn parse(message: &[u8]) -> Result<Message<'_>, &'static str> {
    let parsed = match message.get(8..12) {
        Some([1, 0, 0, 0]) => negotiate(message).map(Message::Negotiate),
        Some([2, 0, 0, 0]) => challenge(message).map(Message::Challenge),
        Some([3, 0, 0, 0]) => authenticate(message).map(Message::Authenticate),
        Some(_) => return Err("NTLM message of unknown type"),
        None => return Err("NTLM message cut off"),
    };
    parsed.ok_or("NTLM message too short for its fixed part")
}

/// Length, maximum length and offset of a payload field.
fn locator(input: &[u8]) -> IResult<&[u8], (u16, u32)> {
    let (rest, (length, _maximum, offset)) = (le_u16, le_u16, le_u32).parse_complete(input)?;
    Ok((rest, (length, offset)))
}

/// Resolves payload fields against the whole message.
struct Payload<'a> {
    message: &'a [u8],
    /// Lowest offset of a payload field that isn't empty: what lies before it belongs to the fixed part.
    first: usize,
    problems: Vec<String>,
}

impl<'a> Payload<'a> {
    fn new(message: &'a [u8]) -> Self {
        Payload { message, first: message.len(), problems: Vec::new() }
    }

    fn field(&mut self, name: &str, at: usize) -> &'a [u8] {
        let Ok((_, (length, offset))) = locator(self.message.get(at..).unwrap_or_default()) else { return &[] };
        if length == 0 {
            return &[];
        }
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        match self.message.get(start..start.saturating_add(usize::from(length))) {
            Some(bytes) => {
                self.first = self.first.min(start);
                bytes
            }
            None => {
                let have = self.message.len();
                self.problems.push(format!("{name}: {length} bytes at {offset}, the message has {have}"));
                &[]
            }
        }
    }

    fn u32(&self, at: usize) -> Option<u32> {
        le_u32::<_, nom::error::Error<&[u8]>>(self.message.get(at..)?).ok().map(|(_, v)| v)
    }

    /// The version at `at`, if the flags and the room before the payload say that there is one.
    fn version(&self, flags: Flags, at: usize) -> Option<Version> {
        if !flags.contains(Flags::NEGOTIATE_VERSION) || self.first < at.saturating_add(8) {
            return None;
        }
        match self.message.get(at..)?.first_chunk::<8>()? {
            [major, minor, b0, b1, _, _, _, revision] => Some(Version {
                major: *major,
                minor: *minor,
                build: u16::from_le_bytes([*b0, *b1]),
                revision: *revision,
            }),
        }
    }
}

fn negotiate(message: &[u8]) -> Option<Negotiate<'_>> {
    let mut payload = Payload::new(message);
    let flags = Flags::from_bits_retain(payload.u32(12)?);
    let domain = payload.field("domain", 16);
    let workstation = payload.field("workstation", 24);
    let version = payload.version(flags, 32);
    Some(Negotiate { flags, domain, workstation, version, problems: payload.problems })
}

fn challenge(message: &[u8]) -> Option<Challenge<'_>> {
    let mut payload = Payload::new(message);
    let flags = Flags::from_bits_retain(payload.u32(20)?);
    let challenge = *message.get(24..)?.first_chunk::<8>()?;
    let target = payload.field("target name", 12);
    // The oldest servers end the fixed part here.
    let target_info = if flags.contains(Flags::NEGOTIATE_TARGET_INFO) { payload.field("target info", 40) } else { &[] };
    let version = payload.version(flags, 48);
    Some(Challenge { flags, challenge, target, target_info, version, problems: payload.problems })
}

fn authenticate(message: &[u8]) -> Option<Authenticate<'_>> {
    // Up to and including the workstation; the session key and the flags were added later.
    message.get(..52)?;
    let mut payload = Payload::new(message);
    let lm = payload.field("LM response", 12);
    let nt = payload.field("NT response", 20);
    let domain = payload.field("domain", 28);
    let user = payload.field("user", 36);
    let workstation = payload.field("workstation", 44);
    let (session_key, flags) = if payload.first >= 64 && message.len() >= 64 {
        (payload.field("session key", 52), payload.u32(60).unwrap_or_default())
    } else {
        (&[] as &[u8], 0)
    };
    let flags = Flags::from_bits_retain(flags);
    let version = payload.version(flags, 64);
    // There is no flag for the MIC in the fixed part: it is there if the payload begins behind it. NTLMv2 responses
    // say so themselves (MsvAvFlags), but clients that don't set the flag leave the 16 bytes zero or out.
    let mic = (payload.first >= 88)
        .then(|| message.get(72..).and_then(|m| m.first_chunk::<16>()).copied())
        .flatten()
        .filter(|mic| mic.iter().any(|b| *b != 0));
    Some(Authenticate {
        flags,
        lm,
        nt,
        domain,
        user,
        workstation,
        session_key,
        mic,
        version,
        problems: payload.problems,
    })
}

fn text(flags: Flags, bytes: &[u8]) -> String {
    if flags.contains(Flags::NEGOTIATE_UNICODE) {
        utf16(bytes)
    } else {
        // The OEM code page isn't known; names are ASCII but for rare ones.
        bytes.iter().map(|b| char::from(*b)).collect()
    }
}

impl Negotiate<'_> {
    pub(crate) fn info(&self) -> NegotiateInfo {
        let oem = |bytes: &[u8]| text(Flags::empty(), bytes);
        NegotiateInfo {
            flags: self.flags,
            domain: oem(self.domain),
            workstation: oem(self.workstation),
            version: self.version,
            problems: self.problems.clone(),
        }
    }
}

impl Challenge<'_> {
    pub(crate) fn info(&self) -> ChallengeInfo {
        ChallengeInfo {
            flags: self.flags,
            challenge: hex::encode(self.challenge),
            target: text(self.flags, self.target),
            target_info: av_pairs(self.target_info),
            version: self.version,
            problems: self.problems.clone(),
        }
    }
}

impl<'a> Authenticate<'a> {
    /// User name as text.
    pub(crate) fn user_name(&self) -> String {
        text(self.flags, self.user)
    }

    /// Domain name as text.
    pub(crate) fn domain_name(&self) -> String {
        text(self.flags, self.domain)
    }

    /// `DOMAIN\user`, `user` without a domain, `anonymous`.
    pub(crate) fn account(&self) -> String {
        if self.is_anonymous() {
            return String::from("anonymous");
        }
        let (domain, user) = (self.domain_name(), self.user_name());
        if domain.is_empty() { user } else { format!("{domain}\\{user}") }
    }

    /// MS-NLMP 3.2.5.1.2: no user, no NT response, an LM response of nothing or one zero.
    pub(crate) fn is_anonymous(&self) -> bool {
        self.user.is_empty() && self.nt.is_empty() && matches!(self.lm, [] | [0])
    }

    /// The part of an NTLMv2 response behind the proof (NTLMv2_CLIENT_CHALLENGE, MS-NLMP 2.2.2.7).
    pub(crate) fn v2_blob(&self) -> Option<&'a [u8]> {
        if self.nt.len() > 24 { self.nt.get(16..) } else { None }
    }

    pub(crate) fn info(&self) -> AuthenticateInfo {
        let blob = self.v2_blob();
        let time = blob.and_then(|b| b.get(8..)).and_then(|b| b.first_chunk::<8>());
        AuthenticateInfo {
            flags: self.flags,
            response: match self.nt.len() {
                0 if self.is_anonymous() => "anonymous",
                0 => "lm only",
                1..=24 if self.flags.contains(Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY) => {
                    "ntlmv1 with extended session security"
                }
                1..=24 => "ntlmv1",
                _ => "ntlmv2",
            },
            user: self.user_name(),
            domain: self.domain_name(),
            workstation: text(self.flags, self.workstation),
            target_info: blob.and_then(|b| b.get(28..)).map(av_pairs).unwrap_or_default(),
            time: time.map(|t| FileTime(u64::from_le_bytes(*t))),
            key_exchange: !self.session_key.is_empty(),
            mic: self.mic.is_some(),
            version: self.version,
            problems: self.problems.clone(),
        }
    }
}

fn av_pair(input: &[u8]) -> IResult<&[u8], (u16, &[u8])> {
    let (rest, (id, length)) = (le_u16, le_u16).parse_complete(input)?;
    let (rest, value) = take(length).parse_complete(rest)?;
    Ok((rest, (id, value)))
}

fn av_pairs(mut input: &[u8]) -> Vec<AvPair> {
    let mut out = Vec::new();
    while out.len() < bounds::AV_PAIRS {
        let Ok((rest, (id, value))) = av_pair(input) else { break };
        input = rest;
        let name = match id {
            0 => break,
            1 => "MsvAvNbComputerName",
            2 => "MsvAvNbDomainName",
            3 => "MsvAvDnsComputerName",
            4 => "MsvAvDnsDomainName",
            5 => "MsvAvDnsTreeName",
            6 => "MsvAvFlags",
            7 => "MsvAvTimestamp",
            8 => "MsvAvSingleHost",
            9 => "MsvAvTargetName",
            10 => "MsvAvChannelBindings",
            _ => "",
        };
        let value = match (id, value.first_chunk::<4>(), value.first_chunk::<8>()) {
            (1..=5 | 9, ..) => AvValue::Text(utf16(value)),
            (6, Some(flags), _) => AvValue::Flags(u32::from_le_bytes(*flags)),
            (7, _, Some(time)) => AvValue::Time(FileTime(u64::from_le_bytes(*time))),
            _ => AvValue::Bytes(hex::encode(value)),
        };
        out.push(AvPair { id, name, value });
    }
    out
}
