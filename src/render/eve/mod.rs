//! Suricata's EVE, an event `dcerpc` a call; docs/views.md has the fields.
//!
//! Members are those that Suricata writes (`etc/schema.json`); what it doesn't have stands under `cluscope`.

use super::CallFormat;
use super::json::out::Out;
use super::row::{details, result, time_text, transport};
use crate::analysis::calls::{Answer, Call};
use crate::base::Transport;
use crate::net::community_id;

/// One line a call.
pub const FORMAT: CallFormat = CallFormat {
    name: "eve",
    about: "Suricata's EVE, events of type dcerpc, one JSON object a line",
    printer: |_| super::json_lines(call),
};

/// Appends the call's object.
pub fn call(out: &mut Out, call: &Call) {
    let text = |out: &mut Out, key: &str, value: &str| {
        out.key(key);
        out.text(value);
    };
    let number = |out: &mut Out, key: &str, value: u64| {
        out.key(key);
        out.uint(value);
    };
    out.begin();
    // Microseconds and an offset, as Suricata writes it.
    if let Some(time) = time_text(call.time()).get(..26) {
        text(out, "timestamp", &format!("{time}+0000"));
    }
    // Suricata's are hashes; this one is the same in every run.
    number(out, "flow_id", call.stream << 1 | u64::from(call.transport == Transport::Udp));
    if let Some((frame, _)) = call.response.or(call.request) {
        number(out, "pcap_cnt", frame);
    }
    text(out, "event_type", "dcerpc");
    for (ip, port, end) in [("src_ip", "src_port", call.client), ("dest_ip", "dest_port", call.server)] {
        text(out, ip, &end.ip().to_string());
        number(out, port, u64::from(end.port()));
    }
    text(out, "proto", &transport(call).to_ascii_uppercase());
    number(out, "ip_v", if call.client.is_ipv4() { 4 } else { 6 });
    text(out, "community_id", &community_id(call.transport, call.client, call.server));
    text(out, "app_proto", "dcerpc");
    out.key("dcerpc");
    out.begin();
    self::dcerpc(out, call);
    out.end();
    out.key("cluscope");
    out.begin();
    details(out, call);
    text(out, "status_name", &call.outcome());
    text(out, "outcome", result(call));
    if let Some(latency) = call.latency() {
        out.key("latency_ns");
        out.int(latency);
    }
    if let Some(user) = call.user.as_deref() {
        text(out, "user", user);
    }
    out.end();
    out.end();
}

/// The members of `dcerpc`.
fn dcerpc(out: &mut Out, call: &Call) {
    let text = |out: &mut Out, key: &str, value: &str| {
        out.key(key);
        out.text(value);
    };
    text(out, "request", if call.request.is_some() { "REQUEST" } else { "REQUEST_LOST" });
    if call.request.is_some() {
        out.key("req");
        out.begin();
        if let Some(opnum) = call.opnum {
            out.key("opnum");
            out.uint(u64::from(opnum));
        }
        out.key("stub_data_size");
        out.uint(call.request_bytes as u64);
        out.end();
    }
    let response = match call.answer {
        Answer::Response(_) => "RESPONSE",
        Answer::Fault(_) => "FAULT",
        Answer::None => "UNREPLIED",
    };
    text(out, "response", response);
    if matches!(call.answer, Answer::Response(_)) {
        out.key("res");
        out.begin();
        out.key("stub_data_size");
        out.uint(call.response_bytes as u64);
        out.end();
    }
    if let Some((interface, _)) = call.interface {
        out.key("interfaces");
        out.begin_list();
        out.begin();
        text(out, "uuid", interface.uuid);
        text(out, "version", call.version());
        text(out, "service", interface.name);
        if let Some(method) = call.method() {
            text(out, "procedure", method.name);
        }
        out.end();
        out.end_list();
    }
    // A connectionless call is named by its sequence number, and its protocol is version 4.0; on a connection the minor
    // version may be 0 or 1.
    match call.transport {
        Transport::Tcp => {
            out.key("call_id");
            out.uint(u64::from(call.call_id));
        }
        Transport::Udp => {
            out.key("seqnum");
            out.uint(u64::from(call.call_id));
            text(out, "rpc_version", "4.0");
        }
    }
}
