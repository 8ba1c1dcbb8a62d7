//! Tab-separated lines in the shape of Zeek's dce_rpc.log; docs/views.md has the fields.

use super::row::{number, transport};
use crate::analysis::calls::Call;
use crate::net::community_id;

/// Names and types of the fields.
const FIELDS: [(&str, &str); 16] = [
    ("ts", "time"),
    ("uid", "string"),
    ("id.orig_h", "addr"),
    ("id.orig_p", "port"),
    ("id.resp_h", "addr"),
    ("id.resp_p", "port"),
    ("rtt", "interval"),
    ("named_pipe", "string"),
    ("endpoint", "string"),
    ("operation", "string"),
    ("version", "string"),
    ("opnum", "count"),
    ("status", "string"),
    ("user", "string"),
    ("object", "string"),
    ("community_id", "string"),
];

/// The lines that begin a log.
pub fn header() -> String {
    let names: Vec<_> = FIELDS.iter().map(|(name, _)| *name).collect();
    let types: Vec<_> = FIELDS.iter().map(|(_, ty)| *ty).collect();
    format!(
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdce_rpc\n#fields\t{}\n#types\t{}\n",
        names.join("\t"),
        types.join("\t")
    )
}

/// A cell of a Zeek log: control characters and backslashes as \xNN.
fn cell(text: &str) -> String {
    let mut cell = String::new();
    for c in text.chars() {
        match c {
            '\\' => cell.push_str("\\\\"),
            c if c.is_control() => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    cell.push_str(&format!("\\x{byte:02x}"));
                }
            }
            c => cell.push(c),
        }
    }
    match cell.as_str() {
        "" => "-".to_string(),
        "-" => "\\x2d".to_string(),
        _ => cell,
    }
}

/// Seconds with microseconds, as Zeek writes time and interval.
fn seconds(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let micros = nanos.unsigned_abs() / 1_000;
    format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// A call as a line without its end.
pub fn call(call: &Call) -> String {
    let object = call.objects.first().and_then(|used| used.resolved.name.as_deref()).unwrap_or_default();
    let cells = [
        call.time().map(|time| seconds(time.0)).unwrap_or_default(),
        // Zeek's own identifiers are random; this one is the same in every run.
        format!("C{}{:x}", transport(call), call.stream),
        call.client.ip().to_string(),
        call.client.port().to_string(),
        call.server.ip().to_string(),
        call.server.port().to_string(),
        call.latency().map(seconds).unwrap_or_default(),
        call.server.port().to_string(),
        call.interface.map(|(i, _)| i.name).unwrap_or_default().to_string(),
        call.name(),
        call.version().to_string(),
        number(call.opnum),
        call.outcome(),
        call.user.as_deref().unwrap_or_default().to_string(),
        object.to_string(),
        community_id(call.transport, call.client, call.server),
    ];
    let cells: Vec<_> = cells.iter().map(|text| cell(text)).collect();
    cells.join("\t")
}
