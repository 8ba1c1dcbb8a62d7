//! NegoEx (MS-NEGOEX): which messages a token has. It chooses among mechanisms inside SPNEGO; nothing of it is opened.

use crate::base::bounds;
use alloc::string::String;
use alloc::vec::Vec;

/// What every message begins with (MS-NEGOEX 2.2.6.2).
pub(crate) const SIGNATURE: &[u8] = b"NEGOEXTS";

/// A NegoEx token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NegoExInfo {
    /// Names of its messages.
    pub messages: Vec<&'static str>,
    /// `ConversationId` of the first, in hexadecimal.
    pub conversation: String,
}

/// Reads a token; `None` if it is none.
pub(crate) fn parse(token: &[u8]) -> Option<NegoExInfo> {
    let mut rest = token;
    let mut messages = Vec::new();
    let conversation = token.get(24..40).map(hex::encode)?;
    while messages.len() < bounds::NEGOEX_MESSAGES {
        let Some(body) = rest.strip_prefix(SIGNATURE) else { break };
        let number = |at: usize| body.get(at..).and_then(|b| b.first_chunk::<4>()).map(|b| u32::from_le_bytes(*b));
        let (Some(kind), Some(length)) = (number(0), number(12)) else { break };
        messages.push(match kind {
            0 => "initiator-nego",
            1 => "acceptor-nego",
            2 => "initiator-meta-data",
            3 => "acceptor-meta-data",
            4 => "challenge",
            5 => "ap-request",
            6 => "verify",
            7 => "alert",
            _ => "unknown",
        });
        let next = usize::try_from(length).ok().filter(|length| *length >= 40);
        let Some(after) = next.and_then(|length| rest.get(length..)) else { break };
        rest = after;
    }
    (!messages.is_empty()).then_some(NegoExInfo { messages, conversation })
}
