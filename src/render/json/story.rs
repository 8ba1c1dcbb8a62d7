//! Events of a story as JSON.

use super::out::Out;
use super::record::timestamp;
use crate::analysis::story::Event;

/// Replaces `out` by the event's object.
pub fn event(out: &mut Out, event: &Event) {
    out.clear();
    out.begin();
    out.key("type");
    out.text("event");
    if let Some(time) = event.time {
        out.key("time");
        timestamp(out, time);
    }
    out.key("event");
    out.text(event.name);
    out.key("client");
    out.display(event.client);
    if let Some(user) = event.user.as_deref() {
        out.key("user");
        out.text(user);
    }
    out.key("text");
    out.text(&event.text);
    out.key("outcome");
    out.text(event.outcome.name());
    if event.times > 1 {
        out.key("times");
        out.uint(event.times);
    }
    out.key("frames");
    out.begin_list();
    for frame in &event.frames {
        out.uint(*frame);
    }
    out.end_list();
    out.end();
}
