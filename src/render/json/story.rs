//! Events of a story, and the states of objects, as JSON; docs/views.md has the members.

use super::out::Out;
use super::record::timestamp;
use super::values;
use crate::analysis::story::{Cause, Event, EventCall, Object, StateSeen, Timeline};
use crate::consts::status::fault_name;

/// Replaces `out` by the event's object.
pub fn event(out: &mut Out, event: &Event) {
    out.clear();
    out.begin();
    text(out, "type", "event");
    time(out, "time", event.time);
    text(out, "event", event.name);
    out.key("client");
    out.display(event.client);
    if let Some(user) = event.user.as_deref() {
        text(out, "user", user);
    }
    text(out, "text", &event.text);
    text(out, "outcome", event.outcome.name());
    if event.times > 1 {
        number(out, "times", event.times);
    }
    out.key("frames");
    out.begin_list();
    for frame in &event.frames {
        out.uint(*frame);
    }
    out.end_list();
    if let Some(actor) = event.actor() {
        text(out, "actor", &actor);
    }
    out.key("server");
    out.display(event.server);
    if let Some(about) = &event.object {
        object(out, about);
    }
    for (key, value) in [("from", &event.from), ("to", &event.to)] {
        if let Some(value) = value {
            text(out, key, value);
        }
    }
    changes(out, event);
    if let Some(nanos) = event.duration() {
        out.key("duration_ns");
        out.int(nanos);
        time(out, "end", event.end);
    }
    status(out, event.status, event.fault);
    for (key, n) in [("polls", event.polls), ("notifications", event.notifications)] {
        if n > 0 {
            number(out, key, n);
        }
    }
    if !event.states.is_empty() {
        states(out, &event.states);
    }
    out.key("calls");
    out.begin_list();
    event.calls.iter().for_each(|one| call(out, one));
    out.end_list();
    if let Some(cause) = &event.cause {
        self::cause(out, cause);
    }
    out.end();
}

/// Replaces `out` by the object of a timeline.
pub fn timeline(out: &mut Out, timeline: &Timeline) {
    out.clear();
    out.begin();
    text(out, "type", "timeline");
    object(out, &timeline.object);
    states(out, &timeline.states);
    if timeline.omitted > 0 {
        number(out, "omitted", timeline.omitted);
    }
    out.end();
}

fn text(out: &mut Out, key: &str, value: &str) {
    out.key(key);
    out.text(value);
}

fn number(out: &mut Out, key: &str, value: u64) {
    out.key(key);
    out.uint(value);
}

fn time(out: &mut Out, key: &str, time: Option<crate::base::Timestamp>) {
    if let Some(time) = time {
        out.key(key);
        timestamp(out, time);
    }
}

fn object(out: &mut Out, object: &Object) {
    out.key("object");
    out.begin();
    text(out, "kind", object.kind.name());
    if let Some(name) = object.name.as_deref() {
        text(out, "name", name);
    }
    out.end();
}

fn changes(out: &mut Out, event: &Event) {
    if event.changes.is_empty() {
        return;
    }
    out.key("changes");
    out.begin_list();
    for change in &event.changes {
        out.begin();
        text(out, "name", &change.name);
        if let Some(from) = &change.from {
            text(out, "from", from);
        }
        text(out, "to", &change.to);
        out.end();
    }
    out.end_list();
}

/// The status of a response, or that of a fault, which is from another space.
fn status(out: &mut Out, status: Option<u32>, fault: bool) {
    if let Some(status) = status {
        out.key("status");
        if fault {
            out.begin();
            number(out, "value", u64::from(status));
            if let Some(name) = fault_name(status) {
                text(out, "name", name);
            }
            out.end();
        } else {
            values::status(out, status);
        }
    }
    if fault {
        out.key("fault");
        out.bool(true);
    }
}

fn states(out: &mut Out, states: &[StateSeen]) {
    out.key("states");
    out.begin_list();
    for seen in states {
        out.begin();
        time(out, "time", seen.time);
        number(out, "frame", seen.frame);
        text(out, "state", &seen.state);
        if let Some(node) = seen.node.as_deref() {
            text(out, "node", node);
        }
        text(out, "source", seen.source.name());
        out.end();
    }
    out.end_list();
}

fn call(out: &mut Out, call: &EventCall) {
    out.begin();
    text(out, "method", call.method);
    for (key, frame) in [("request_frame", call.request), ("response_frame", call.response)] {
        if let Some(frame) = frame {
            number(out, key, frame);
        }
    }
    status(out, call.status, call.fault);
    out.end();
}

fn cause(out: &mut Out, cause: &Cause) {
    out.key("cause");
    out.begin();
    time(out, "time", cause.time);
    number(out, "frame", cause.frame);
    object(out, &cause.object);
    if let Some(method) = cause.method {
        text(out, "method", method);
    }
    status(out, cause.status, false);
    text(out, "text", &cause.text);
    out.end();
}
