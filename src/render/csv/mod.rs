//! Comma-separated values (RFC 4180), one call a line; docs/views.md has the columns.

use super::row::{number, time_text, transport};
use super::{CallFormat, CallPrinter};
use crate::analysis::calls::Call;
use crate::base::printable::printable;

/// What a spreadsheet takes for a formula when it begins a cell, blanks left out: in full width too, as some take it.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// What makes quotation marks necessary: RFC 4180's, and what separates cells where the comma is the decimal point.
const QUOTED: [char; 6] = [',', '"', '\n', '\r', ';', '\t'];

/// How cells are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cells {
    /// Characters that act on a terminal are escaped ([`printable`]), and what a spreadsheet would take for a formula has
    /// an apostrophe in front, which makes it text.
    #[default]
    Safe,
    /// As they are.
    Raw,
}

/// A cell, quoted where RFC 4180 wants it.
pub fn cell(text: &str, cells: Cells) -> String {
    let mut text = match cells {
        Cells::Safe => printable(text),
        Cells::Raw => text.into(),
    };
    // Numbers with a sign are no formulas.
    if cells == Cells::Safe && text.trim_start().starts_with(FORMULA) && text.parse::<f64>().is_err() {
        text = format!("'{text}").into();
    }
    if text.contains(QUOTED) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.into_owned() }
}

/// One line a call.
pub const FORMAT: CallFormat = CallFormat {
    name: "csv",
    about: "Comma-separated values, one call a line",
    printer: |settings| Box::new(Printer(settings.cells)),
};

struct Printer(Cells);

impl CallPrinter for Printer {
    fn begin(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(COLUMNS.join(",").as_bytes());
        out.push(b'\n');
    }

    fn call(&mut self, out: &mut Vec<u8>, call: &Call) {
        out.extend_from_slice(self::call(call, self.0).as_bytes());
        out.push(b'\n');
    }
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
pub fn call(call: &Call, style: Cells) -> String {
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
    let cells: Vec<_> = cells.iter().map(|text| cell(text, style)).collect();
    cells.join(",")
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, Cells, call, cell};
    use crate::analysis::PendingCall;
    use crate::analysis::calls::Call;

    /// A request of each transport protocol, which nobody answered.
    #[test]
    fn calls_without_an_answer() {
        let mut request = PendingCall::default();
        request.client = "192.0.2.10:49731".parse().expect("an address");
        request.server = "[2001:db8::1]:135".parse().expect("an address");
        request.interface = Some((&crate::idl::CLUSAPI, 1));
        request.opnum = 7;
        request.bytes = 4;
        for (tcp, transport) in [(true, "tcp"), (false, "udp")] {
            let line = call(&Call::unanswered((tcp, 3, 9, 5), request.clone()), Cells::Safe);
            let cells: Vec<&str> = line.split(',').collect();
            let of = |name| cells.get(COLUMNS.iter().position(|column| *column == name)?).copied();
            for (name, expected) in [
                ("time", ""),
                ("transport", transport),
                ("stream", "3"),
                ("client", "192.0.2.10"),
                ("client_port", "49731"),
                ("server", "2001:db8::1"),
                ("server_port", "135"),
                ("user", ""),
                ("interface", "clusapi"),
                ("version", "3.0"),
                ("opnum", "7"),
                ("method", "ApiCreateEnum"),
                ("call_id", "9"),
                ("request_frame", "5"),
                ("response_frame", ""),
                ("latency_ns", ""),
                ("long_poll", "false"),
                ("status", ""),
                ("status_name", "no answer"),
                ("object_kind", ""),
                ("bytes", "4"),
            ] {
                assert_eq!(of(name), Some(expected), "{name}");
            }
        }
    }

    #[test]
    fn formulas_and_escapes() {
        for (text, safe) in [
            ("Cluster Group", "Cluster Group"),
            ("=1+2", "'=1+2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+cmd", "'+cmd"),
            ("-1.5", "-1.5"),
            ("-a,b", "\"'-a,b\""),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("a\nb", "a\\nb"),
            ("＝1+2", "'＝1+2"),
            (" =1+2", "' =1+2"),
            ("\t=1", "\\t=1"),
            ("a;=1", "\"a;=1\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
        ] {
            assert_eq!(cell(text, Cells::Safe), safe);
        }
        assert_eq!(cell("=1\n", Cells::Raw), "\"=1\n\"");
    }
}
