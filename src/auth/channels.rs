//! Security services that are named but not opened: Netlogon's secure channel (MS-NRPC 2.2.1.3.1, 3.3) and Schannel, which
//! is TLS (MS-RPCE 2.2.1.1.7).

use alloc::string::String;
use alloc::vec::Vec;

/// Names that a NL_AUTH_MESSAGE may have, by flag: OEM and DNS domain, OEM and DNS host, user.
const NAMES: [(u32, &str, bool); 5] = [
    (1, "domain", false),
    (2, "computer", false),
    (4, "dns_domain", true),
    (8, "dns_host", true),
    (0x10, "computer_utf8", true),
];

/// What a NL_AUTH_MESSAGE tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NetlogonInfo {
    /// `negotiate` or `response`.
    pub message: &'static str,
    /// The names in it: what they name, and the name.
    pub names: Vec<(&'static str, String)>,
}

/// What a TLS record tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TlsInfo {
    /// Content type: `handshake`, `alert` …
    pub content: &'static str,
    /// Version of the record, `3.3` for TLS 1.2 and above.
    pub version: String,
    /// The handshake message that it begins with.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub handshake: Option<&'static str>,
}

/// Reads a NL_AUTH_MESSAGE; `None` if it is none.
pub(crate) fn netlogon(token: &[u8]) -> Option<NetlogonInfo> {
    let (head, mut rest) = token.split_first_chunk::<8>()?;
    let [kind, 0, 0, 0, flags, 0, 0, 0] = *head else { return None };
    if kind > 1 || flags & !0x1f != 0 {
        return None;
    }
    let mut names = Vec::new();
    // An answer has no names.
    let stated = if kind == 0 { u32::from(flags) } else { 0 };
    for (_, what, compressed) in NAMES.iter().filter(|(flag, ..)| stated & flag != 0) {
        let (name, after) = if *compressed { dns_name(rest)? } else { oem_name(rest)? };
        names.push((*what, name));
        rest = after;
    }
    Some(NetlogonInfo { message: if kind == 0 { "negotiate" } else { "response" }, names })
}

/// A name that a zero byte ends.
fn oem_name(input: &[u8]) -> Option<(String, &[u8])> {
    let end = input.iter().position(|b| *b == 0)?;
    let (name, rest) = input.split_at_checked(end)?;
    Some((String::from_utf8_lossy(name).into_owned(), rest.get(1..)?))
}

/// A name in labels, each with its length, as in DNS (RFC 1035 4.1.4); pointers don't occur.
fn dns_name(mut input: &[u8]) -> Option<(String, &[u8])> {
    let mut name = String::new();
    loop {
        let (length, rest) = input.split_first()?;
        let (label, rest) = rest.split_at_checked(usize::from(*length))?;
        if *length > 63 {
            return None;
        }
        input = rest;
        if label.is_empty() {
            return Some((name, input));
        }
        if !name.is_empty() {
            name.push('.');
        }
        name.push_str(&String::from_utf8_lossy(label));
    }
}

/// Reads a TLS record's header (RFC 8446 5.1); `None` if it is none.
pub(crate) fn tls(token: &[u8]) -> Option<TlsInfo> {
    let [kind, 3, minor @ 0..=4, _, _, rest @ ..] = token else { return None };
    let content = match kind {
        20 => "change-cipher-spec",
        21 => "alert",
        22 => "handshake",
        23 => "application-data",
        _ => return None,
    };
    let handshake = rest.first().filter(|_| *kind == 22).map(|message| match message {
        1 => "client-hello",
        2 => "server-hello",
        11 => "certificate",
        12 => "server-key-exchange",
        13 => "certificate-request",
        14 => "server-hello-done",
        16 => "client-key-exchange",
        _ => "other",
    });
    Some(TlsInfo { content, version: alloc::format!("3.{minor}"), handshake })
}
