//! Traces in the JSON of Chrome's trace viewer, which Perfetto (ui.perfetto.dev) opens; docs/views.md has the members.
//!
//! A client is a process, and each object that it uses is a track of its own in it: a pair of asynchronous events `b` and
//! `e` with the object's name that spans everything on it, and in it a pair for each call. What overlaps on one object
//! gets a further track of the same name. Calls come in the order of their answers, so a track is free for a call that
//! began when the last one on it had ended.

mod tracks;

use super::json::out::Out;
use super::row::{result, transport};
use super::{CallFormat, CallPrinter, StoryFormat, StoryPrinter};
use crate::analysis::calls::{Answer, Call};
use crate::analysis::story::{Event, Object, Timeline};
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

/// Events as slices on the tracks of their objects, and the states of objects in a process of their own.
pub const STORY: StoryFormat = StoryFormat {
    name: "perfetto",
    about: "Trace events for Perfetto or Chrome's trace viewer: what was done, and the states of each object",
    printer: |limits| Box::new(Events { trace: Trace::new(limits.tracks), last: None }),
};

struct Events {
    trace: Trace,
    /// The latest time that was told.
    last: Option<i64>,
}

impl StoryPrinter for Events {
    fn begin(&mut self, out: &mut Vec<u8>) {
        self.trace.begin(out);
    }

    fn event(&mut self, out: &mut Vec<u8>, event: &Event) {
        let Some(time) = event.time else { return self.trace.skip() };
        let to = event.duration().map(|nanos| time.0.saturating_add(nanos));
        self.last = self.last.max(Some(to.unwrap_or(time.0)));
        let slice = Slice {
            process: &format!("client {}", event.client.ip()),
            track: &event.object.as_ref().map_or_else(|| "no object".to_string(), label),
            name: event.name,
            category: "event",
            from: time,
            to,
        };
        self.trace.slice(out, &slice, &|json| {
            for (key, value) in [("text", event.text.as_str()), ("outcome", event.outcome.name())] {
                json.key(key);
                json.text(value);
            }
            json.key("server");
            json.text(&event.server.to_string());
            json.key("frames");
            json.begin_list();
            event.frames.iter().for_each(|frame| json.uint(*frame));
            json.end_list();
        });
    }

    fn end(&mut self, out: &mut Vec<u8>, timelines: &[Timeline]) {
        let seen = timelines.iter().flat_map(|timeline| &timeline.states).filter_map(|seen| seen.time);
        let last = seen.map(|time| time.0).max().max(self.last);
        for timeline in timelines {
            let track = label(&timeline.object);
            let mut states = timeline.states.iter().peekable();
            while let Some(seen) = states.next() {
                let Some(from) = seen.time else { continue };
                let to = states.peek().and_then(|next| next.time).map(|time| time.0).or(last);
                let name = match seen.node.as_deref() {
                    Some(node) => format!("{} on {node}", seen.state),
                    None => seen.state.clone(),
                };
                let slice = Slice { process: "states", track: &track, name: &name, category: "state", from, to };
                self.trace.slice(out, &slice, &|json| {
                    json.key("frame");
                    json.uint(seen.frame);
                });
            }
        }
        self.trace.end(out);
    }
}

/// An object in words.
fn label(object: &Object) -> String {
    match object.name.as_deref() {
        Some(name) => format!("{} {name}", object.kind.name()),
        None => object.kind.name().to_string(),
    }
}
