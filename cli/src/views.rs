//! `calls` in its formats: text and JSON lines are made in `calls.rs`, those for other tools here. They are described
//! field by field in docs/views.md.

use super::dissect::{Choice, Selection, limits};
use super::{Capture, Failure, Format, Look, Outcome, calls, output, source};
use clap::{Args, ValueEnum};
use cluscope::analysis::calls::{Answer, Call};
use cluscope::analysis::{Seen, Tracker};
use cluscope::filter::{Filter, Subject};
use cluscope::net::{Timestamp, Transport, community_id};
use cluscope::render::json::out::Out;
use cluscope::rpc::event::Body;
use cluscope::session::{Record, Session};
use std::io::Write;

#[derive(Debug, Args)]
pub(super) struct Calls {
    #[command(flatten)]
    capture: Capture,
    /// How to print; text on a terminal and jsonl into a pipe unless named
    #[arg(long, value_enum)]
    format: Option<View>,
    /// Show buffers whole instead of their first bytes (text)
    #[arg(long)]
    full: bool,
    /// Leave passwords and tokens that stand in messages out of JSON as well; the other formats never have them
    #[arg(long)]
    hide_secrets: bool,
}

/// Formats of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum View {
    /// Blocks for a person
    Text,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated values, one call a line
    Csv,
    /// Tab-separated lines in the shape of Zeek's dce_rpc.log
    Zeek,
    /// Elastic Common Schema, one JSON object a line
    Ecs,
}

pub(super) fn run(args: &Calls) -> Outcome {
    let named = match args.format {
        Some(View::Text) => Some(Format::Text),
        Some(View::Jsonl) => Some(Format::Jsonl),
        Some(view) => return table(args, view),
        None => None,
    };
    calls::run(&args.capture, output::format(&Look { format: named }), args.full, args.hide_secrets)
}

/// Calls out of a capture, in the order in which they were completed; those without an answer last.
pub(super) struct Reader {
    filter: Option<Filter>,
    tracker: Tracker,
    selection: Selection,
}

impl Reader {
    pub(super) fn new(capture: &Capture) -> Result<Self, Failure> {
        let limits = capture.memory.limits();
        let (tracker, selection) = (Tracker::new(limits.analysis), Selection::new(limits.output));
        Ok(Reader { filter: capture.filter()?, tracker, selection })
    }

    /// Whether an expression holds, by its comparisons that do.
    pub(super) fn passes(&self, tests: u64) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.decide(tests))
    }

    /// Shows the tracker a record; `each` gets it with what the tracker knows and which of the filter's comparisons hold
    /// for it, if it is one of ours.
    fn record(&mut self, record: &Record<'_>, each: &mut dyn FnMut(&Record<'_>, &Seen, u64)) -> Option<Seen> {
        let seen = self.tracker.feed(record);
        if !matches!(self.selection.choose(record), Choice::Show(_)) {
            return None;
        }
        let tests = self.filter.as_ref().map_or(0, |filter| filter.tests(&Subject::of_call(record, &seen)));
        if matches!(record.event.body, Body::Request { .. }) {
            self.tracker.mark(record, tests);
        }
        each(record, &seen, tests);
        Some(seen)
    }

    /// Reads a capture and hands out every record of ours, and every call that passes the filter.
    pub(super) fn read(
        mut self,
        capture: &Capture,
        each: &mut dyn FnMut(&Record<'_>, &Seen, u64) -> Result<(), Failure>,
        call: &mut dyn FnMut(&Call) -> Result<(), Failure>,
    ) -> Result<(Session, Tracker, bool), Failure> {
        let (session, any) = source::read(capture, &mut |record| {
            let mut tests = 0;
            let mut result = Ok(());
            let seen = self.record(&record, &mut |record, seen, held| {
                tests = held;
                result = each(record, seen, held);
            });
            result?;
            let Some(mut seen) = seen else { return Ok(()) };
            if let Some((key, asking)) = seen.given_up.take() {
                let given_up = Call::unanswered(key, *asking);
                // One that expects no answer is not in the tracker's table, so its tests are those of this record.
                let own = if given_up.is(&record) { tests } else { given_up.tests };
                if self.passes(own) {
                    call(&given_up)?;
                }
            }
            if let Some(completed) = Call::completed(&record, &seen)
                && self.passes(completed.tests | tests)
            {
                call(&completed)?;
            }
            Ok(())
        })?;
        let rest: Vec<Call> = self.tracker.unanswered().map(|(key, asking)| Call::unanswered(key, *asking)).collect();
        for waiting in rest.iter().filter(|waiting| waiting.interface.is_some() && self.passes(waiting.tests)) {
            call(waiting)?;
        }
        Ok((session, self.tracker, any))
    }
}

fn table(args: &Calls, view: View) -> Outcome {
    let mut out = output::stdout();
    let reader = Reader::new(&args.capture)?;
    match view {
        View::Csv => output::line(&mut out, CSV.join(",").as_bytes())?,
        View::Zeek => out.write_all(zeek_header().as_bytes())?,
        _ => {}
    }
    let mut json = Out::new();
    let (session, tracker, any) = reader.read(&args.capture, &mut |_, _, _| Ok(()), &mut |call| {
        match view {
            View::Zeek => output::line(&mut out, zeek(call).as_bytes())?,
            View::Ecs => {
                ecs(&mut json, call);
                output::line(&mut out, json.as_bytes())?;
            }
            _ => output::line(&mut out, csv(call).as_bytes())?,
        }
        Ok(())
    })?;
    if view == View::Zeek {
        output::line(&mut out, b"#close")?;
    }
    out.flush()?;
    // These formats have no place for it.
    limits(&mut std::io::stderr(), &session, &tracker, Format::Text)?;
    Ok(any)
}

/// A cell, quoted where RFC 4180 wants it.
pub(super) fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_string() }
}

const CSV: [&str; 22] = [
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

fn time_text(time: Option<Timestamp>) -> String {
    time.map(|time| String::from_utf8_lossy(&time.to_ascii()).into_owned()).unwrap_or_default()
}

fn number<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn transport(call: &Call) -> &'static str {
    if call.transport == Transport::Tcp { "tcp" } else { "udp" }
}

/// What a call came to, in a word.
fn result(call: &Call) -> &'static str {
    match call.answer {
        Answer::Fault(_) => "failure",
        Answer::Response(Some(_)) if call.failed() => "failure",
        Answer::Response(_) => "success",
        Answer::None => "unknown",
    }
}

fn csv(call: &Call) -> String {
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

const ZEEK: [(&str, &str); 16] = [
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

fn zeek_header() -> String {
    let names: Vec<_> = ZEEK.iter().map(|(name, _)| *name).collect();
    let types: Vec<_> = ZEEK.iter().map(|(_, ty)| *ty).collect();
    format!(
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdce_rpc\n#fields\t{}\n#types\t{}\n",
        names.join("\t"),
        types.join("\t")
    )
}

/// A cell of a Zeek log: control characters and backslashes as \xNN.
fn zeek_cell(text: &str) -> String {
    let mut cell = String::new();
    for c in text.chars() {
        match c {
            '\\' => cell.push_str("\\\\"),
            c if c.is_control() => {
                let mut octets = [0; 4];
                for octet in c.encode_utf8(&mut octets).bytes() {
                    cell.push_str(&format!("\\x{octet:02x}"));
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

fn zeek(call: &Call) -> String {
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
    let cells: Vec<_> = cells.iter().map(|text| zeek_cell(text)).collect();
    cells.join("\t")
}

fn ecs(out: &mut Out, call: &Call) {
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
