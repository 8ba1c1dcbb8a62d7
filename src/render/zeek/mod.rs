//! Zeek's dce_rpc.log, tab-separated or as JSON lines; docs/views.md has the fields.

#[cfg(feature = "serde")]
use super::json::out::Out;
use super::row::transport;
use super::{CallFormat, CallPrinter};
use crate::analysis::calls::Call;
use crate::base::Timestamp;
use crate::base::printable::is_active;
use crate::idl;
use crate::ndr::Interface;
use crate::net::community_id;

/// Tab-separated lines.
pub const FORMAT: CallFormat = CallFormat {
    name: "zeek",
    about: "Tab-separated lines in the shape of Zeek's dce_rpc.log",
    printer: |_| Box::<Printer>::default(),
};

/// JSON lines, as Zeek writes them with `LogAscii::use_json=T`.
#[cfg(feature = "serde")]
pub const JSON_FORMAT: CallFormat =
    CallFormat { name: "zeek-json", about: "Zeek's dce_rpc.log as JSON lines", printer: |_| super::json_lines(json) };

/// Writes a log. It is opened with the first call and closed with the last one, in the capture's time: so every run
/// prints the same.
#[derive(Default)]
struct Printer {
    open: bool,
    last: Option<Timestamp>,
}

impl CallPrinter for Printer {
    fn call(&mut self, out: &mut Vec<u8>, call: &Call) {
        if !self.open {
            out.extend_from_slice(header(call.time()).as_bytes());
            self.open = true;
        }
        self.last = call.response.and_then(|(_, time)| time).or(call.time()).max(self.last);
        out.extend_from_slice(self::call(call).as_bytes());
        out.push(b'\n');
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if !self.open {
            out.extend_from_slice(header(None).as_bytes());
        }
        out.extend_from_slice(format!("#close\t{}\n", moment(self.last)).as_bytes());
    }
}

/// A time as the lines `#open` and `#close` have it.
fn moment(time: Option<Timestamp>) -> String {
    let text = String::from_utf8_lossy(&time.unwrap_or(Timestamp(0)).to_ascii()).into_owned();
    text.get(..19).unwrap_or_default().replace(['T', ':'], "-")
}

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
fn header(open: Option<Timestamp>) -> String {
    let names: Vec<_> = FIELDS.iter().map(|(name, _)| *name).collect();
    let types: Vec<_> = FIELDS.iter().map(|(_, ty)| *ty).collect();
    format!(
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdce_rpc\n#open\t{}\n#fields\t{}\n#types\t{}\n",
        moment(open),
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

/// The value of a field.
enum Value {
    /// Not there.
    Unset,
    /// A number, time or interval.
    Number(String),
    /// A text or an address.
    Text(String),
}

fn text(value: Option<impl Into<String>>) -> Value {
    value.map_or(Value::Unset, |value| Value::Text(value.into()))
}

fn number(value: Option<impl ToString>) -> Value {
    value.map_or(Value::Unset, |value| Value::Number(value.to_string()))
}

/// The name that Zeek's table of endpoints has for an interface.
fn endpoint(interface: &'static Interface) -> &'static str {
    if std::ptr::eq(interface, &raw const idl::WITNESS) { "Witness" } else { interface.name }
}

/// The values of [`FIELDS`].
fn values(call: &Call) -> [Value; FIELDS.len()] {
    let object = call.objects.first().and_then(|used| used.resolved.name.as_deref());
    let operation = match (call.method(), call.opnum) {
        (Some(method), _) => Some(method.name.to_string()),
        // As Zeek names operations that its table doesn't have.
        (None, opnum) => opnum.map(|opnum| format!("unknown-{opnum}")),
    };
    [
        number(call.time().map(|time| seconds(time.0))),
        // Zeek's own identifiers are random; this one is the same in every run.
        text(Some(format!("C{}{:x}", transport(call), call.stream))),
        text(Some(call.client.ip().to_string())),
        number(Some(call.client.port())),
        text(Some(call.server.ip().to_string())),
        number(Some(call.server.port())),
        number(call.latency().map(seconds)),
        text(Some(call.server.port().to_string())),
        text(call.interface.map(|(interface, _)| endpoint(interface))),
        text(operation),
        text(Some(call.version()).filter(|version| !version.is_empty())),
        number(call.opnum),
        text(Some(call.outcome())),
        text(call.user.as_deref()),
        text(object),
        text(Some(community_id(call.transport, call.client, call.server))),
    ]
}

/// A call as a line without its end.
pub fn call(call: &Call) -> String {
    let cells = values(call).map(|value| match value {
        Value::Unset => cell(None),
        Value::Number(digits) => digits,
        Value::Text(text) => cell(Some(&text)),
    });
    cells.join("\t")
}

/// Appends a call as an object; fields that are not there are left out.
#[cfg(feature = "serde")]
pub fn json(out: &mut Out, call: &Call) {
    out.begin();
    for ((name, _), value) in FIELDS.iter().zip(values(call)) {
        match value {
            Value::Unset => {}
            Value::Number(digits) => {
                out.key(name);
                out.raw(digits.as_bytes());
            }
            Value::Text(text) => {
                out.key(name);
                out.text(&text);
            }
        }
    }
    out.end();
}

#[cfg(test)]
mod tests {
    use super::{cell, seconds};

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

    /// A response may be captured before its request.
    #[test]
    fn times_and_intervals() {
        for (nanos, written) in [
            (0, "0.000000"),
            (999, "0.000000"),
            (1_000, "0.000001"),
            (1_790_000_000_123_456_789, "1790000000.123456"),
            (-1_000, "-0.000001"),
            (-2_500_000_000, "-2.500000"),
            (i64::MIN, "-9223372036.854775"),
        ] {
            assert_eq!(seconds(nanos), written);
        }
    }
}
