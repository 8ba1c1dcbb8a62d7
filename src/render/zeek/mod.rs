//! Tab-separated lines in the shape of Zeek's dce_rpc.log; docs/views.md has the fields.

use super::CallFormat;
use super::row::transport;
use crate::analysis::calls::Call;
use crate::base::printable::is_active;
use crate::net::community_id;

/// One line a call.
pub const FORMAT: CallFormat = CallFormat {
    name: "zeek",
    about: "Tab-separated lines in the shape of Zeek's dce_rpc.log",
    header,
    call: |out, call, _| out.extend_from_slice(self::call(call).as_bytes()),
    footer: "#close\n",
};

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

/// A cell of a Zeek log, as Zeek writes it: `-` for what is not there, `(empty)` for an empty text, and what could be
/// taken for one of these, for a separator or for an escape as `\xNN`, as well as what acts on a terminal.
fn cell(text: Option<&str>) -> String {
    const MARKERS: [&str; 2] = ["-", "(empty)"];
    let Some(text) = text else { return "-".to_string() };
    if text.is_empty() {
        return "(empty)".to_string();
    }
    let mut cell = String::new();
    let marker = MARKERS.contains(&text);
    for (n, c) in text.chars().enumerate() {
        match c {
            '\\' => cell.push_str("\\\\"),
            c if is_active(c) || (marker && n == 0) => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    cell.push_str(&format!("\\x{byte:02x}"));
                }
            }
            c => cell.push(c),
        }
    }
    cell
}

/// Seconds with microseconds, as Zeek writes time and interval.
fn seconds(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let micros = nanos.unsigned_abs() / 1_000;
    format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// A call as a line without its end.
pub fn call(call: &Call) -> String {
    let object = call.objects.first().and_then(|used| used.resolved.name.as_deref());
    let cells = [
        call.time().map(|time| seconds(time.0)),
        // Zeek's own identifiers are random; this one is the same in every run.
        Some(format!("C{}{:x}", transport(call), call.stream)),
        Some(call.client.ip().to_string()),
        Some(call.client.port().to_string()),
        Some(call.server.ip().to_string()),
        Some(call.server.port().to_string()),
        call.latency().map(seconds),
        Some(call.server.port().to_string()),
        call.interface.map(|(i, _)| i.name.to_string()),
        Some(call.name()).filter(|name| !name.is_empty()),
        Some(call.version().to_string()).filter(|version| !version.is_empty()),
        call.opnum.map(|opnum| opnum.to_string()),
        Some(call.outcome()),
        call.user.as_deref().map(str::to_string),
        object.map(str::to_string),
        Some(community_id(call.transport, call.client, call.server)),
    ];
    let cells: Vec<_> = cells.iter().map(|text| cell(text.as_deref())).collect();
    cells.join("\t")
}

#[cfg(test)]
mod tests {
    use super::cell;

    /// `LogAscii` of Zeek: the first character of a text that looks like a marker is escaped.
    #[test]
    fn markers() {
        for (text, written) in [
            (None, "-"),
            (Some(""), "(empty)"),
            (Some("-"), "\\x2d"),
            (Some("(empty)"), "\\x28empty)"),
            (Some("a\tb"), "a\\x09b"),
            (Some("a\\b"), "a\\\\b"),
            (Some("a\u{202e}b"), "a\\xe2\\x80\\xaeb"),
            (Some("--"), "--"),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
