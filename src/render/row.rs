//! What the formats of one line a call share.

#[cfg(feature = "serde")]
use crate::analysis::HandleUse;
use crate::analysis::calls::Call;
use crate::base::{Timestamp, Transport};
#[cfg(feature = "serde")]
use crate::render::json::out::Out;

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
    call.answer.outcome().name()
}

/// What the JSON formats for other tools have beyond the fields of those tools, as the members of an open object.
#[cfg(feature = "serde")]
pub(super) fn details(out: &mut Out, call: &Call) {
    if !call.version().is_empty() {
        out.key("version");
        out.text(call.version());
    }
    if let Some(opnum) = call.opnum {
        out.key("opnum");
        out.uint(u64::from(opnum));
    }
    out.key("stream");
    out.uint(call.stream);
    out.key("call_id");
    out.uint(u64::from(call.call_id));
    for (key, half) in [("request_frame", call.request), ("response_frame", call.response)] {
        if let Some((frame, _)) = half {
            out.key(key);
            out.uint(frame);
        }
    }
    if let Some(status) = call.status() {
        out.key("status");
        out.uint(u64::from(status));
    }
    if call.is_long_poll() {
        out.key("long_poll");
        out.bool(true);
    }
    if !call.objects.is_empty() {
        out.key("objects");
        objects(out, &call.objects);
    }
}

/// What a call's handles stand for: `[{"kind":"group","name":"SQL"}]`.
#[cfg(feature = "serde")]
pub fn objects(out: &mut Out, objects: &[HandleUse]) {
    out.begin_list();
    for used in objects {
        out.begin();
        out.key("kind");
        out.text(used.resolved.kind.name());
        if let Some(name) = used.resolved.name.as_deref() {
            out.key("name");
            out.text(name);
        }
        out.end();
    }
    out.end_list();
}
