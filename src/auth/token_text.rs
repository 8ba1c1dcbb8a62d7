//! Tokens as one line of text: what a person looks for in a handshake. Everything else is in the JSON form.

use core::fmt;

use super::kerberos::EncryptedInfo;
use super::ntlm::{AvPair, AvValue, Flags, Version};
use super::token::TokenInfo;

impl fmt::Display for TokenInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokenInfo::NtlmNegotiate(m) => {
                f.write_str("NTLM NEGOTIATE")?;
                labelled(f, " from ", &account(&m.domain, &m.workstation))?;
                strength(f, m.flags)?;
                version(f, m.version)
            }
            TokenInfo::NtlmChallenge(m) => {
                f.write_str("NTLM CHALLENGE")?;
                labelled(f, " of ", &m.target)?;
                strength(f, m.flags)?;
                pairs(f, &m.target_info)?;
                version(f, m.version)
            }
            TokenInfo::NtlmAuthenticate(m) => {
                f.write_str("NTLM AUTHENTICATE")?;
                labelled(f, " of ", &account(&m.domain, &m.user))?;
                labelled(f, " at ", &m.workstation)?;
                write!(f, ", {}", m.response)?;
                strength(f, m.flags)?;
                f.write_str(if m.mic { ", MIC" } else { ", no MIC" })?;
                if let Some(time) = m.time {
                    write!(f, ", {time}")?;
                }
                version(f, m.version)
            }
            TokenInfo::SpnegoInit(m) => {
                write!(f, "SPNEGO offers {}", or_nothing(&m.mechanisms.join(", ")))?;
                inner(f, m.mech_list_mic, m.inner.as_deref())
            }
            TokenInfo::SpnegoResp(m) => {
                write!(f, "SPNEGO {}", m.state.as_deref().unwrap_or("goes on"))?;
                if let Some(mechanism) = &m.mechanism {
                    write!(f, ", {mechanism}")?;
                }
                inner(f, m.mech_list_mic, m.inner.as_deref())
            }
            TokenInfo::KerberosApReq(m) => {
                write!(f, "Kerberos AP-REQ for {}@{}, ticket ", m.service, m.realm)?;
                encrypted(f, &m.ticket)?;
                f.write_str(", authenticator ")?;
                encrypted(f, &m.authenticator)?;
                m.options.iter().try_for_each(|option| write!(f, ", {option}"))
            }
            TokenInfo::KerberosApRep(m) => {
                f.write_str("Kerberos AP-REP, ")?;
                encrypted(f, &m.encrypted)
            }
            TokenInfo::KerberosError(m) => {
                write!(f, "Kerberos error {}", m.code)?;
                labelled(f, " ", m.name)?;
                labelled(f, " of ", &m.service)?;
                labelled(f, ": ", m.text.as_deref().unwrap_or_default())
            }
            TokenInfo::KerberosTgtReq(m) => {
                f.write_str("Kerberos TGT-REQ (user-to-user)")?;
                labelled(f, " for ", m.service.as_deref().unwrap_or_default())?;
                labelled(f, "@", m.realm.as_deref().unwrap_or_default())
            }
            TokenInfo::KerberosTgtRep(m) => {
                write!(f, "Kerberos TGT-REP (user-to-user), ticket for {}@{}, ", m.service, m.realm)?;
                encrypted(f, &m.ticket)
            }
            TokenInfo::NegoEx(m) => write!(f, "NegoEx {}", m.messages.join(", ")),
            TokenInfo::Netlogon(m) => {
                write!(f, "Netlogon {}", m.message)?;
                m.names.iter().try_for_each(|(what, name)| write!(f, ", {what} {name}"))
            }
            TokenInfo::Tls(m) => {
                write!(f, "TLS {} {}", m.version, m.content)?;
                labelled(f, " ", m.handshake.unwrap_or_default())
            }
            TokenInfo::Unknown { length, reason } => write!(f, "token of {length} bytes: {reason}"),
        }
    }
}

fn labelled(f: &mut fmt::Formatter<'_>, label: &str, text: &str) -> fmt::Result {
    if text.is_empty() { Ok(()) } else { write!(f, "{label}{text}") }
}

fn or_nothing(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}

fn account(domain: &str, name: &str) -> alloc::string::String {
    if domain.is_empty() { name.into() } else { alloc::format!("{domain}\\{name}") }
}

/// The flags that decide about the keys.
fn strength(f: &mut fmt::Formatter<'_>, flags: Flags) -> fmt::Result {
    let bits = match flags {
        flags if flags.contains(Flags::NEGOTIATE_128) => "128-bit",
        flags if flags.contains(Flags::NEGOTIATE_56) => "56-bit",
        _ => "40-bit",
    };
    write!(f, ", {bits}")?;
    for (flag, name) in [
        (Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY, "extended session security"),
        (Flags::NEGOTIATE_KEY_EXCH, "key exchange"),
        (Flags::NEGOTIATE_DATAGRAM, "connectionless"),
        (Flags::ANONYMOUS, "anonymous"),
    ] {
        if flags.contains(flag) {
            write!(f, ", {name}")?;
        }
    }
    Ok(())
}

fn pairs(f: &mut fmt::Formatter<'_>, pairs: &[AvPair]) -> fmt::Result {
    for pair in pairs {
        match (pair.id, &pair.value) {
            // The DNS names of computer and domain, else those of NetBIOS.
            (3 | 4, AvValue::Text(text)) if !text.is_empty() => write!(f, ", {text}")?,
            (7, AvValue::Time(time)) => write!(f, ", {time}")?,
            _ => {}
        }
    }
    Ok(())
}

fn version(f: &mut fmt::Formatter<'_>, version: Option<Version>) -> fmt::Result {
    match version {
        Some(v) => write!(f, ", version {}.{}.{}", v.major, v.minor, v.build),
        None => Ok(()),
    }
}

fn encrypted(f: &mut fmt::Formatter<'_>, info: &EncryptedInfo) -> fmt::Result {
    match info.name {
        "" => write!(f, "etype {}", info.etype)?,
        name => f.write_str(name)?,
    }
    info.kvno.map_or(Ok(()), |kvno| write!(f, " kvno {kvno}"))
}

/// SPNEGO's inner token; SPNEGO is not looked for inside SPNEGO, so this doesn't nest.
fn inner(f: &mut fmt::Formatter<'_>, mic: bool, inner: Option<&TokenInfo>) -> fmt::Result {
    if mic {
        f.write_str(", mechListMIC")?;
    }
    inner.map_or(Ok(()), |inner| write!(f, "; {inner}"))
}
