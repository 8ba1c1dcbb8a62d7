//! What the formats of one line a call share.

#[cfg(feature = "serde")]
use crate::analysis::calls::Answer;
use crate::analysis::calls::Call;
use crate::base::{Timestamp, Transport};

pub(super) fn time_text(time: Option<Timestamp>) -> String {
    time.map(|time| String::from_utf8_lossy(&time.to_ascii()).into_owned()).unwrap_or_default()
}

pub(super) fn number<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

pub(super) fn transport(call: &Call) -> &'static str {
    if call.transport == Transport::Tcp { "tcp" } else { "udp" }
}

/// What a call came to, in a word.
#[cfg(feature = "serde")]
pub(super) fn result(call: &Call) -> &'static str {
    match call.answer {
        Answer::Fault(_) => "failure",
        Answer::Response(Some(_)) if call.failed() => "failure",
        Answer::Response(Some(_)) => "success",
        // Sealed, or unreadable for another reason: nobody knows what the server said.
        Answer::Response(None) | Answer::None => "unknown",
    }
}
