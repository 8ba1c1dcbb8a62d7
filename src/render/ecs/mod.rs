//! Elastic Common Schema, one JSON object a call; docs/views.md has the fields.

use super::CallFormat;
use super::json::out::Out;
use super::row::{result, time_text, transport};
use crate::analysis::calls::{Answer, Call};
use crate::net::community_id;

/// One line a call.
pub const FORMAT: CallFormat = CallFormat {
    name: "ecs",
    about: "Elastic Common Schema, one JSON object a line",
    header: String::new,
    call: |out, call, _| {
        let mut json = Out::new();
        self::call(&mut json, call);
        out.extend_from_slice(json.as_bytes());
    },
    footer: "",
};

/// Replaces `out` by the call's object.
pub fn call(out: &mut Out, call: &Call) {
    let nested = |out: &mut Out, key: &str, members: &mut dyn FnMut(&mut Out)| {
        out.key(key);
        out.begin();
        members(out);
        out.end();
    };
    let text = |out: &mut Out, key: &str, value: &str| {
        out.key(key);
        out.text(value);
    };
    out.clear();
    out.begin();
    if call.time().is_some() {
        text(out, "@timestamp", &time_text(call.time()));
    }
    nested(out, "ecs", &mut |out| text(out, "version", "8.11.0"));
    nested(out, "event", &mut |out| {
        text(out, "kind", "event");
        out.key("category");
        out.begin_list();
        out.text("network");
        out.end_list();
        out.key("type");
        out.begin_list();
        out.text("protocol");
        out.end_list();
        text(out, "action", &call.name());
        text(out, "outcome", result(call));
        if call.answer != Answer::None {
            text(out, "code", &call.outcome());
        }
        if let Some(latency) = call.latency() {
            out.key("duration");
            out.int(latency);
        }
        if let Some((_, Some(end))) = call.response {
            text(out, "end", &time_text(Some(end)));
        }
    });
    nested(out, "network", &mut |out| {
        text(out, "transport", transport(call));
        text(out, "type", if call.client.is_ipv4() { "ipv4" } else { "ipv6" });
        text(out, "protocol", "dce_rpc");
        text(out, "application", call.interface.map_or("", |(i, _)| i.name));
        text(out, "community_id", &community_id(call.transport, call.client, call.server));
        out.key("bytes");
        out.uint((call.request_bytes + call.response_bytes) as u64);
    });
    for (key, end, bytes) in
        [("source", call.client, call.request_bytes), ("destination", call.server, call.response_bytes)]
    {
        nested(out, key, &mut |out| {
            text(out, "address", &end.ip().to_string());
            text(out, "ip", &end.ip().to_string());
            out.key("port");
            out.uint(u64::from(end.port()));
            out.key("bytes");
            out.uint(bytes as u64);
        });
    }
    if let Some(user) = call.user.as_deref() {
        nested(out, "user", &mut |out| match user.split_once('\\') {
            Some((domain, name)) => {
                text(out, "domain", domain);
                text(out, "name", name);
            }
            None => text(out, "name", user),
        });
    }
    nested(out, "cluscope", &mut |out| {
        text(out, "version", call.version());
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
            out.begin_list();
            for used in &call.objects {
                out.begin();
                text(out, "kind", used.resolved.kind.name());
                if let Some(name) = used.resolved.name.as_deref() {
                    text(out, "name", name);
                }
                out.end();
            }
            out.end_list();
        }
    });
    out.end();
}
