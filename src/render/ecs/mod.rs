//! Elastic Common Schema, one JSON object a call; docs/views.md has the fields.

use super::CallFormat;
use super::json::out::Out;
use super::row::{details, result, time_text, transport};
use crate::analysis::ObjectKind;
use crate::analysis::calls::{Answer, Call};
use crate::net::community_id;

/// One line a call.
pub const FORMAT: CallFormat = CallFormat {
    name: "ecs",
    about: "Elastic Common Schema, one JSON object a line",
    printer: |_| super::json_lines(call),
};

/// Where the lines come from, as Elastic names it.
const MODULE: &str = "cluscope";

/// The same with the kind of lines.
const DATASET: &str = "cluscope.calls";

/// Appends the call's object.
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
        text(out, "module", MODULE);
        text(out, "dataset", DATASET);
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
        if let Some((interface, _)) = call.interface {
            text(out, "application", interface.name);
        }
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
    if call.failed() {
        nested(out, "error", &mut |out| {
            if let Some(status) = call.status() {
                text(out, "code", &status.to_string());
            }
            text(out, "message", &call.outcome());
            text(out, "type", if matches!(call.answer, Answer::Fault(_)) { "fault" } else { "status" });
        });
    }
    nested(out, "related", &mut |out| {
        let list = |out: &mut Out, key: &str, values: &mut dyn Iterator<Item = &str>| {
            let mut seen: Vec<&str> = values.collect();
            seen.sort_unstable();
            seen.dedup();
            if !seen.is_empty() {
                out.key(key);
                out.begin_list();
                seen.iter().for_each(|value| out.text(value));
                out.end_list();
            }
        };
        let ends = [call.client, call.server].map(|end| end.ip().to_string());
        list(out, "ip", &mut ends.iter().map(String::as_str));
        let user = call.user.as_deref().map(|user| user.split_once('\\').map_or(user, |(_, name)| name));
        list(out, "user", &mut user.into_iter());
        // Nodes are computers, and a witness registration is for a computer's network name.
        let hosts = call.objects.iter().map(|used| &used.resolved);
        let hosts = hosts.filter(|object| matches!(object.kind, ObjectKind::Node | ObjectKind::Witness));
        list(out, "hosts", &mut hosts.filter_map(|object| object.name.as_deref()).filter(|name| !name.is_empty()));
    });
    nested(out, "cluscope", &mut |out| {
        details(out, call);
    });
    out.end();
}
