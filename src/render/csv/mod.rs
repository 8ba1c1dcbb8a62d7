//! Comma-separated values (RFC 4180), one call a line; docs/views.md has the columns.

use super::row::{number, time_text, transport};
use crate::analysis::calls::Call;

/// A cell, quoted where RFC 4180 wants it.
pub fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_string() }
}

/// Names of the columns.
pub const COLUMNS: [&str; 22] = [
    "time",
    "transport",
    "stream",
    "client",
    "client_port",
    "server",
    "server_port",
    "user",
    "interface",
    "version",
    "opnum",
    "method",
    "call_id",
    "request_frame",
    "response_frame",
    "latency_ns",
    "long_poll",
    "status",
    "status_name",
    "object_kind",
    "object_name",
    "bytes",
];

/// A call as a line without its end.
pub fn call(call: &Call) -> String {
    let object = call.objects.first().map(|used| &used.resolved);
    let cells = [
        time_text(call.time()),
        transport(call).to_string(),
        call.stream.to_string(),
        call.client.ip().to_string(),
        call.client.port().to_string(),
        call.server.ip().to_string(),
        call.server.port().to_string(),
        call.user.as_deref().unwrap_or_default().to_string(),
        call.interface.map(|(i, _)| i.name).unwrap_or_default().to_string(),
        call.version().to_string(),
        number(call.opnum),
        call.name(),
        call.call_id.to_string(),
        number(call.request.map(|(frame, _)| frame)),
        number(call.response.map(|(frame, _)| frame)),
        number(call.latency()),
        call.is_long_poll().to_string(),
        number(call.status()),
        call.outcome(),
        object.map(|o| o.kind.name()).unwrap_or_default().to_string(),
        object.and_then(|o| o.name.as_deref()).unwrap_or_default().to_string(),
        (call.request_bytes + call.response_bytes).to_string(),
    ];
    let cells: Vec<_> = cells.iter().map(|text| cell(text)).collect();
    cells.join(",")
}
