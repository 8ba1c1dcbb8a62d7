//! What a forger could have made or kept away: each reason for which a message isn't called verified.

use super::message::Report;
use super::rule::Rule;
use super::transport::Association;
use crate::base::diagnostic::rules;
use crate::rpc::security::{Doubt, Opened, level_name};
use crate::session::Record;

rules! { "security", Rule:
    SIGNATURE = "signature-wrong", "C706 13.1.2.1",
        "the signature of a protected PDU is the one that the session's key makes of it", Must;
    UNPROTECTED = "unprotected-pdu", "C706 13.1.2.1",
        "on an association that negotiated protection each PDU has a signature", Must;
    LEVEL = "level-changed", "C706 13.1.2.1",
        "each PDU is protected at the level that the association negotiated", Must;
    REPEATED = "message-repeated", "RFC 2743 1.2.3", "the sender's numbers come once", Must;
    OUT_OF_ORDER = "message-out-of-order", "RFC 2743 1.2.3", "the sender's numbers come in their order", Must;
    MISSING = "messages-missing", "RFC 2743 1.2.3",
        "no message that the sender numbered is missing from a stream without holes", Must;
    EMPTY_PASSWORD = "empty-password", "MS-NLMP 3.3.2", "the key of a session comes from a secret: no empty password", Must;
    ANONYMOUS = "anonymous-session", "MS-NLMP 3.2.5.1.2", "the client of a session has a name and a key of its own", Must;
    GUEST = "guest-session", "MS-NLMP 3.2.5.1.2", "the key of a session comes from a secret: no zeros", Must;
    HANDSHAKE = "handshake-changed", "MS-NLMP 3.2.5.1.2",
        "the checksum over a handshake's messages is right: nobody changed what was negotiated", Must;
    SESSION_REPEATED = "session-repeated", "RFC 4120 3.2.3",
        "a session's handshake (the authenticator of Kerberos, challenge and response of NTLM) comes on one connection", Must;
    HEADER = "header-changed", "MS-RPCE 2.2.2.3",
        "without header signing the header of a signed PDU says what the session says", Must;
    EMPTY_SIGNATURE = "empty-signature", "MS-NLMP 3.4.2", "the peers negotiate signatures, not empty ones", Must;
}

/// The rule that a doubt breaks, and whether one finding says everything of the session.
fn rule(doubt: Doubt) -> (&'static Rule, bool) {
    match doubt {
        Doubt::Signature => (&SIGNATURE, false),
        Doubt::Unprotected { .. } => (&UNPROTECTED, false),
        Doubt::LevelChanged { .. } => (&LEVEL, false),
        Doubt::Repeated { .. } => (&REPEATED, false),
        Doubt::OutOfOrder { .. } => (&OUT_OF_ORDER, false),
        Doubt::Missing { .. } => (&MISSING, false),
        Doubt::EmptyPassword => (&EMPTY_PASSWORD, true),
        Doubt::Anonymous => (&ANONYMOUS, true),
        Doubt::Guest => (&GUEST, true),
        Doubt::Handshake => (&HANDSHAKE, true),
        Doubt::Header { .. } => (&HEADER, false),
        Doubt::EmptySignature => (&EMPTY_SIGNATURE, true),
        Doubt::SessionRepeated => (&SESSION_REPEATED, true),
    }
}

/// Checks what came of a record's protection.
pub(super) fn check(association: &mut Association, record: &Record<'_>, found: &mut Report<'_, '_>) {
    let opened = record.event.auth.as_ref().and_then(|auth| auth.opened.as_ref());
    let Some(doubt) = opened.and_then(Opened::doubt) else { return };
    let (rule, once) = rule(doubt);
    if once {
        let place = RULES.iter().position(|known| core::ptr::eq(*known, rule)).unwrap_or_default();
        if association.told & 1 << place != 0 {
            return;
        }
        association.told |= 1 << place;
    }
    match doubt {
        Doubt::Unprotected { negotiated } => found.add(rule, "auth_verifier", "none", level_name(negotiated)),
        Doubt::LevelChanged { stated, negotiated } => {
            found.add(rule, "auth_level", level_name(stated), level_name(negotiated));
        }
        Doubt::Repeated { number } | Doubt::OutOfOrder { number } => {
            found.add(rule, "sequence number", number, "one above those before it");
        }
        Doubt::Missing { count } => found.add(rule, "sequence number", count, "0 missing before it"),
        Doubt::SessionRepeated => found.add(rule, "handshake", "one that came before", "one of this connection's own"),
        Doubt::Signature => found.add(rule, "auth_value", "another signature", "the signature of these bytes"),
        Doubt::Header { field } => {
            found.add(rule, field, "another value, which no signature covers", "what the session says")
        }
        doubt => found.add(rule, "auth_value", doubt.to_string(), "a key that only the parties know"),
    }
}
