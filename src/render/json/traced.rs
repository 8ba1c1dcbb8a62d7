//! What event traces of Windows tell beside packets, as members of records and as records of their own.

use super::out::Out;
use super::record::timestamp;
use crate::capture::etl::{PacketOrigin, RpcEvent};
use crate::consts::status;
use crate::idl;

/// The request that a call of the RPC runtime may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The packet that completed the request.
    pub frame: u64,
    /// Its stream.
    pub stream: u64,
}

fn number(out: &mut Out, key: &str, value: u64) {
    out.key(key);
    out.uint(value);
}

fn text(out: &mut Out, key: &str, value: &str) {
    if !value.is_empty() {
        out.key(key);
        out.text(value);
    }
}

/// A number with its name, where it has one.
fn named(out: &mut Out, key: &str, value: u32, name: Option<&str>) {
    out.key(key);
    out.begin();
    number(out, "value", u64::from(value));
    text(out, "name", name.unwrap_or_default());
    out.end();
}

/// `process`, and `dropped` of a packet that components dropped.
pub fn origin(out: &mut Out, origin: &PacketOrigin) {
    out.key("process");
    out.begin();
    number(out, "id", u64::from(origin.process));
    number(out, "thread", u64::from(origin.thread));
    number(out, "interface", u64::from(origin.interface));
    if let Some(layer) = origin.layer {
        number(out, "layer", u64::from(layer));
    }
    text(out, "interface_name", origin.name.as_deref().unwrap_or_default());
    text(out, "direction", origin.direction.map_or("", crate::capture::etl::PacketDirection::name));
    out.end();
    if origin.dropped.is_empty() {
        return;
    }
    out.key("dropped");
    out.begin_list();
    for at in &origin.dropped {
        out.begin();
        number(out, "component", u64::from(at.component));
        text(out, "component_name", at.name.as_deref().unwrap_or_default());
        named(out, "reason", at.reason, at.reason_name());
        number(out, "location", u64::from(at.location));
        out.end();
    }
    out.end_list();
}

/// The name of an interface of ours, and that of the method that the newest version of it has at an operation number.
pub(crate) fn names(event: &RpcEvent) -> (Option<&'static str>, Option<&'static str>) {
    let Some(call) = &event.call else { return (None, None) };
    let Some(interface) = idl::interface_by_uuid(&call.interface.0) else { return (None, None) };
    let opnum = u16::try_from(call.opnum).ok();
    let method = opnum.and_then(|opnum| interface.method(interface.versions.len().checked_sub(1)?, opnum));
    (Some(interface.name), method.map(|method| method.name))
}

/// Replaces `out` by the record of an event of the RPC runtime.
pub fn rpc_event(out: &mut Out, event: &RpcEvent, hint: Option<Hint>) {
    out.clear();
    out.begin();
    text(out, "type", "rpc_event");
    if let Some(time) = event.time {
        out.key("time");
        timestamp(out, time);
    }
    number(out, "event", u64::from(event.id));
    text(out, "side", event.side.name());
    text(out, "phase", if event.status.is_none() { "start" } else { "end" });
    out.key("process");
    out.begin();
    number(out, "id", u64::from(event.process));
    number(out, "thread", u64::from(event.thread));
    out.end();
    out.key("activity");
    out.display(event.activity);
    if let Some(call) = &event.call {
        let (interface, method) = names(event);
        text(out, "interface", interface.unwrap_or_default());
        out.key("interface_uuid");
        out.display(call.interface);
        number(out, "opnum", u64::from(call.opnum));
        text(out, "method", method.unwrap_or_default());
        named(out, "protocol", call.protocol, call.protocol_name());
        text(out, "address", &call.address);
        text(out, "endpoint", &call.endpoint);
        text(out, "options", &call.options);
        number(out, "auth_level", u64::from(call.auth_level));
        number(out, "auth_service", u64::from(call.auth_service));
        number(out, "impersonation_level", u64::from(call.impersonation_level));
    }
    if let Some(value) = event.status {
        named(out, "status", value, status::rpc_status_name(value).or_else(|| status::win32_name(value)));
    }
    if let Some(hint) = hint {
        out.key("hint");
        out.begin();
        number(out, "request_frame", hint.frame);
        number(out, "stream", hint.stream);
        text(out, "by", "time, endpoint and opnum");
        out.end();
    }
    out.end();
}
