//! Traces in the JSON of Chrome's trace viewer, which Perfetto (ui.perfetto.dev) opens; docs/views.md has the members.
//!
//! A client is a process, and each object that it uses is a track of its own in it: a pair of asynchronous events `b` and
//! `e` with the object's name that spans everything on it, and in it a pair for each call. What overlaps on one object
//! gets a further track of the same name. Calls come in the order of their answers, so a track is free for a call that
//! began when the last one on it had ended.

mod tracks;

use super::json::out::Out;
use super::row::{result, transport};
use super::{CallFormat, CallPrinter};
use crate::analysis::calls::{Answer, Call};
use tracks::{Slice, Trace};

/// Calls as slices.
pub const CALLS: CallFormat = CallFormat {
    name: "perfetto",
    about: "Trace events for Perfetto or Chrome's trace viewer: tracks by client and object",
    printer: |settings| Box::new(Calls(Trace::new(settings.tracks))),
};

struct Calls(Trace);

impl CallPrinter for Calls {
    fn begin(&mut self, out: &mut Vec<u8>) {
        self.0.begin(out);
    }

    fn call(&mut self, out: &mut Vec<u8>, call: &Call) {
        // Without a time it has no place.
        let Some(time) = call.time() else { return self.0.skip() };
        let object = call.objects.first().map(|used| &used.resolved);
        let track = match object.map(|object| (object.kind.name(), object.name.as_deref())) {
            Some((kind, Some(name))) => format!("{kind} {name}"),
            Some((kind, None)) => kind.to_string(),
            None => "no object".to_string(),
        };
        let name = call.name();
        let slice = Slice {
            process: &format!("client {}", call.client.ip()),
            track: &track,
            name: &name,
            category: call.interface.map_or("dcerpc", |(interface, _)| interface.name),
            from: time,
            to: call.latency().map(|latency| time.0.saturating_add(latency.max(0))),
        };
        self.0.slice(out, &slice, &|json| arguments(json, call));
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.0.end(out);
    }

    fn crowded(&self) -> u64 {
        self.0.crowded()
    }
}

/// What a click on a call shows.
fn arguments(out: &mut Out, call: &Call) {
    let text = |out: &mut Out, key: &str, value: &str| {
        out.key(key);
        out.text(value);
    };
    text(out, "server", &call.server.to_string());
    text(out, "client", &call.client.to_string());
    if let Some(user) = call.user.as_deref() {
        text(out, "user", user);
    }
    text(out, "transport", transport(call));
    text(out, "status", &call.outcome());
    text(out, "outcome", if call.answer == Answer::None { "unknown" } else { result(call) });
    out.key("call_id");
    out.uint(u64::from(call.call_id));
    for (key, half) in [("request_frame", call.request), ("response_frame", call.response)] {
        if let Some((frame, _)) = half {
            out.key(key);
            out.uint(frame);
        }
    }
    if let Some(latency) = call.latency() {
        out.key("latency_ns");
        out.int(latency);
    }
}
