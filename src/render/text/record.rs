//! Text: one readable block a message.

use super::paint::Paint;
use crate::analysis::HandleAnnotations;
use crate::base::printable::Printable;
use crate::base::time::FileTime;
use crate::consts::status;
use crate::ndr::names::HandleNames;
use crate::ndr::types::Scalar;
use crate::ndr::visitor::{At, Visitor};
use crate::ndr::wire::Message;
use crate::net::Timestamp;
use crate::render::text::{Clock, Style, TextBuffer, Values, hex_dump};
use crate::rpc::event::{Body, ContextState};
use crate::rpc::extended_error;
use crate::rpc::header::{Endian, PfcFlags};
use crate::rpc::security::level_name;
use crate::rpc::security::{Opened, Verified};
use crate::rpc::syntax::{SyntaxId, TransferSyntax};
use crate::session::Record;
use crate::session::call_context::CallContext;
use crate::structs::content::may_hold_secrets;
use std::fmt::Write;
use std::net::SocketAddr;

/// Appends a record's block.
pub fn record(out: &mut TextBuffer, record: &Record<'_>, style: &Style, view: Option<&HandleAnnotations<'_>>) {
    let paint = Paint(style.color);
    let event = &record.event;
    out.put(paint.dim());
    out.put("#");
    out.uint(event.frame());
    if let Some(time) = event.time() {
        out.put("  ");
        clock(out, time, style.clock);
    }
    out.put("  ");
    endpoint(out, record.flow.src);
    out.put(" -> ");
    endpoint(out, record.flow.dst);
    if let Some(call_id) = event.call_id {
        out.put("  call ");
        out.uint(u64::from(call_id));
    }
    if let Some(call) = event.call.as_ref().filter(|_| !matches!(event.body, Body::Request { .. }))
        && let (Some(start), Some(end)) = (call.time, event.time())
    {
        out.put("  after ");
        duration(out, end.0.saturating_sub(start.0));
    }
    out.put(paint.off());
    out.end_line();
    title(out, record, &paint);
    body(out, record, style, &paint, view);
    let lines = out.as_bytes();
    let end = lines.iter().rposition(|byte| *byte != b'\n').map_or(0, |last| last + 1);
    out.truncate(end);
    out.end_line();
}

/// An address and a port.
pub(super) fn endpoint(out: &mut TextBuffer, endpoint: SocketAddr) {
    match endpoint {
        SocketAddr::V4(endpoint) => {
            out.ipv4(endpoint.ip().octets());
            out.put(":");
            out.uint(u64::from(endpoint.port()));
        }
        SocketAddr::V6(endpoint) => out.display(endpoint),
    }
}

/// Begins bold text.
pub fn bold(style: &Style) -> &'static str {
    Paint(style.color).bold()
}

/// Ends bold text.
pub fn off(style: &Style) -> &'static str {
    Paint(style.color).off()
}

/// A time to the microsecond.
pub(super) fn clock(out: &mut TextBuffer, time: Timestamp, clock: Clock) {
    if let Clock::Zone(write) | Clock::Seconds(write) = clock {
        return out.put(&write(time));
    }
    out.time(time);
}

/// A latency in the unit that fits.
pub(super) fn duration(out: &mut TextBuffer, nanos: i64) {
    match nanos {
        i64::MIN..0 => out.display(format_args!("{:.1} us", nanos as f64 / 1e3)),
        0..1_000_000 => decimal(out, nanos, 100, 1, " us"),
        1_000_000..1_000_000_000 => decimal(out, nanos, 10_000, 2, " ms"),
        _ => decimal(out, nanos, 1_000_000, 3, " s"),
    }
}

/// So many units with so many digits behind the point, of which the last one counts `step` nanoseconds; rounded as
/// floating-point numbers are, a half to the nearest number that can be represented.
fn decimal(out: &mut TextBuffer, nanos: i64, step: i64, digits: u32, unit: &str) {
    let (steps, rest) = (nanos / step, nanos % step);
    if rest * 2 == step {
        let value = nanos as f64 / (step * 10_i64.pow(digits)) as f64;
        return out.display(format_args!("{value:.*}{unit}", digits as usize));
    }
    let steps = (steps + i64::from(rest * 2 > step)).unsigned_abs();
    let whole = 10_u64.pow(digits);
    out.uint(steps / whole);
    out.put(".");
    for place in (0..digits).rev() {
        out.uint(steps % whole / 10_u64.pow(place) % 10);
    }
    out.put(unit);
}

/// Words in brackets, separated by commas.
struct Notes<'o, 'p> {
    out: &'o mut TextBuffer,
    paint: &'p Paint,
    any: bool,
}

impl Notes<'_, '_> {
    /// The place for the next one.
    fn next(&mut self) -> &mut TextBuffer {
        if self.any {
            self.out.put(", ");
        } else {
            self.out.put("  ");
            self.out.put(self.paint.dim());
            self.out.put("(");
        }
        self.any = true;
        self.out
    }

    fn end(self) {
        if self.any {
            self.out.put(")");
            self.out.put(self.paint.off());
        }
        self.out.end_line();
    }
}

fn title(out: &mut TextBuffer, record: &Record<'_>, paint: &Paint) {
    let event = &record.event;
    out.put("  ");
    out.put(paint.bold());
    let named = match (record.method(), record.opnum()) {
        (Some(method), _) => {
            out.put(method.name);
            true
        }
        (None, Some(opnum)) => {
            out.put("opnum ");
            out.uint(u64::from(opnum));
            true
        }
        (None, None) => false,
    };
    out.put(paint.off());
    out.put(if named { " " } else { "" });
    out.put(event.type_name());
    let mut notes = Notes { out, paint, any: false };
    if let Some((interface, version)) = record.interface {
        let out = notes.next();
        out.put(interface.name);
        out.put(" ");
        out.put(interface.versions.get(version).map_or("", |v| v.number.text()));
    } else if let Some(context) = &event.context {
        notes.next().display(format_args!("{} {}.{}", context.interface, context.version.0, context.version.1));
    }
    if let (Some(context), Some(opnum)) = (&event.context, record.opnum()) {
        if let Some(name) = context.syntax.name() {
            notes.next().put(name);
        }
        let out = notes.next();
        out.put("opnum ");
        out.uint(u64::from(opnum));
        if context.state == ContextState::Rejected {
            notes.next().put("on a rejected context");
        }
        match (context.assumed, context.confidence) {
            (true, Some(c)) => notes.next().display(format_args!("assumed, {}.{} % sure", c / 10, c % 10)),
            (true, None) => notes.next().put("assumed"),
            _ => {}
        }
        if let Some(before) = &event.reassumed {
            let interface = crate::idl::interface_by_uuid(&before.interface.0);
            let name = interface.map_or_else(|| before.interface.to_string(), |i| i.name.to_string());
            let syntax = before.syntax.name().unwrap_or_default();
            let (major, minor) = before.version;
            notes.next().display(format_args!("taken for {name} {major}.{minor} {syntax} before"));
        }
    } else if let (None, Some(id)) = (&event.context, event.context_id) {
        notes.next().display(format_args!("context {id} was never negotiated here"));
    }
    if event.representation.endian == Endian::Big {
        notes.next().put("big-endian");
    }
    if event.fragments > 1 {
        let out = notes.next();
        out.uint(u64::from(event.fragments));
        out.put(" fragments");
    }
    if event.flags.contains(PfcFlags::MAYBE) {
        notes.next().put("maybe: no answer expected");
    }
    if let Some(auth) = &event.auth {
        let out = notes.next();
        out.display(format_args!("{} {}", auth.identity.mechanism, level_name(auth.trailer.auth_level)));
        if let Some(user) = &auth.identity.user {
            out.display(format_args!(" as {}", Printable(user)));
        }
        match auth.opened {
            Some(Opened::Clear { verified: Verified::Right, .. }) => {
                out.put(if auth.stub_only { ", stub verified" } else { ", verified" });
                if auth.malleable {
                    out.put(" by a CRC");
                }
            }
            Some(Opened::Clear { verified: Verified::Wrong(doubt), .. }) => {
                out.display(format_args!(", NOT VERIFIED: {doubt}"));
            }
            _ => {}
        }
    }
    notes.end();
}

fn body(out: &mut TextBuffer, record: &Record<'_>, style: &Style, paint: &Paint, view: Option<&HandleAnnotations<'_>>) {
    let event = &record.event;
    match &event.body {
        Body::Bind(proposal) | Body::AlterContext(proposal) => {
            for context in &proposal.contexts {
                let syntaxes: Vec<_> = context.transfer_syntaxes.iter().map(transfer_syntax).collect();
                let interface = &context.abstract_syntax;
                let _ = writeln!(out, "    context {}  {}  {}", context.id, name_of(interface), syntaxes.join(", "));
            }
        }
        Body::BindAck(answer) | Body::AlterContextResp(answer) => {
            for one in &answer.results {
                let about = one
                    .proposed
                    .as_ref()
                    .map_or(String::new(), |p| format!("context {}  {}  ", p.id, name_of(&p.abstract_syntax)));
                let result = one.result.outcome.name().map_or_else(|| one.result.outcome.0.to_string(), str::to_string);
                let detail = match (one.result.features(), one.result.outcome.0) {
                    (Some(features), _) => format!("features {:#x}", features.bits()),
                    (None, 0) => transfer_syntax(&one.result.transfer_syntax),
                    (None, _) => {
                        let reason = one.result.reason;
                        reason.name().map_or_else(|| reason.0.to_string(), str::to_string)
                    }
                };
                let _ = writeln!(out, "    {about}{result}: {detail}");
            }
        }
        Body::BindNak { reason, extended_error, .. } => {
            let name = reason.name().unwrap_or("unknown reason");
            let _ = writeln!(out, "    {}refused: {name} ({}){}", paint.red(), reason.0, paint.off());
            if let Some(bytes) = extended_error {
                errors(out, bytes);
            }
        }
        Body::Fault { status: Some(status), extended_error, stub, .. } => {
            let name = status::fault_name(*status).unwrap_or("unknown status");
            let executed =
                if record.event.flags.contains(PfcFlags::DID_NOT_EXECUTE) { ", the call was not executed" } else { "" };
            let _ = writeln!(out, "    {}{name} ({status:#010x}){executed}{}", paint.red(), paint.off());
            if let (true, Some(bytes)) = (*extended_error, stub) {
                errors(out, bytes);
            }
        }
        Body::Malformed { error, .. } => {
            let _ = writeln!(out, "    {}{error}{}", paint.red(), paint.off());
        }
        Body::Skipped { bytes, lost, reason } => {
            let lost = lost.map_or_else(|| "an unknown number of".into(), |n| n.to_string());
            let _ = writeln!(out, "    {bytes} bytes passed over, {lost} bytes never captured: {reason}");
        }
        Body::Incomplete { reason, stub, .. } => {
            let of = event.ptype.map_or("message", |p| p.name());
            let _ = writeln!(out, "    {of}: {reason}; {} bytes of its stub came", stub.map_or(0, <[u8]>::len));
        }
        Body::Control(body) => super::runtime::control(out, body, event.datagram),
        _ => {}
    }
    if let Some(header) = event.datagram {
        super::runtime::header(out, header);
    }
    if let Some(error) = &event.cut {
        let _ = writeln!(out, "    {}{error}{}", paint.red(), paint.off());
    }
    if let Some(auth) = &event.auth
        && let Some(Opened::Sealed { reason, .. } | Opened::Failed { reason, .. }) = &auth.opened
    {
        let sizes = auth.sizes;
        let _ = writeln!(
            out,
            "    {}not opened: {}{} (stub of {} bytes, signature of {})",
            paint.red(),
            Printable(reason),
            paint.off(),
            sizes.stub,
            sizes.auth
        );
    }
    if let Some(token) = event.token.filter(|token| !token.is_empty()) {
        let _ = writeln!(out, "    {}", Printable(crate::auth::describe(token)));
    }
    stub(out, record, style, view);
    for diagnostic in &event.diagnostics {
        let _ = writeln!(out, "    {}! {diagnostic}{}", paint.red(), paint.off());
    }
}

/// The stub's values.
pub fn stub(out: &mut TextBuffer, record: &Record<'_>, style: &Style, view: Option<&HandleAnnotations<'_>>) {
    let paint = &Paint(style.color);
    let Some((kind, stub)) = record.stub().or(record.partial_stub()) else {
        if let Body::Request { stub: Some(stub), .. } | Body::Response { stub: Some(stub), .. } = record.event.body {
            // It may be any method's, of an interface that was rejected or in a version that nobody knows as well.
            bytes(out, stub, true, 4, style);
        }
        return;
    };
    let Some(method) = record.method().filter(|m| m.on_wire) else {
        // An answer whose request was not captured may be any method's as well.
        return bytes(out, stub, true, 4, style);
    };
    values(out, method, kind, record.context(), stub, style, paint, view.map(|view| view as &dyn HandleNames));
    for asked in view.map_or(&[][..], |view| view.asked()) {
        let _ =
            write!(out, "    key {} was given in #{} by {}: {}", asked.key, asked.frame, asked.client, asked.method);
        if let Some((kind, name)) = &asked.object {
            let _ = write!(out, " for {kind} {:?}", name.as_deref().unwrap_or("?"));
        }
        out.end_line();
    }
}

/// Bytes that nobody can read; of those that may hold a secret (a password, a token) only how many there are.
fn bytes(out: &mut TextBuffer, bytes: &[u8], secret: bool, indent: usize, style: &Style) {
    if secret && !bytes.is_empty() {
        let _ = writeln!(out, "{:indent$}{} bytes not shown: they may hold a secret", "", bytes.len());
    } else {
        hex_dump(out, bytes, indent, style.max_bytes);
    }
}

#[allow(clippy::too_many_arguments)]
fn values(
    out: &mut TextBuffer,
    method: &'static crate::ndr::Method,
    kind: crate::ndr::wire::Kind,
    context: &CallContext,
    stub: &[u8],
    style: &Style,
    paint: &Paint,
    names: Option<&dyn HandleNames>,
) {
    let before = out.limit(style.max_output);
    let mut sink = Values::new(out, *style, method, kind.direction, kind.version, context).with_names(names);
    let result = Message::decode_with(method, kind, stub, &mut sink);
    let diagnostics = core::mem::take(&mut sink.diagnostics);
    if out.unlimit(before) {
        out.put("    … too long: the rest is left out (--memory-limit)\n");
    }
    let secret = || may_hold_secrets(method, kind.direction, kind.version);
    match result {
        Ok(message) if message.trailing().is_empty() => {}
        Ok(message) => {
            let _ = writeln!(out, "    {} bytes left over", message.trailing().len());
            bytes(out, message.trailing(), secret(), 6, style);
        }
        Err(error) => {
            let _ = writeln!(out, "    {}can't be decoded: {error}{}", paint.red(), paint.off());
            bytes(out, stub, secret(), 6, style);
        }
    }
    for diagnostic in diagnostics {
        let _ = writeln!(out, "    {}! {diagnostic}{}", paint.red(), paint.off());
    }
}

/// A bare stub's block.
#[cfg(feature = "serde")]
pub fn bare(
    out: &mut TextBuffer,
    identity: &crate::render::json::stub::Identity,
    context: &CallContext,
    stub: &[u8],
    style: &Style,
) {
    let paint = Paint(style.color);
    match identity.method().filter(|m| m.on_wire) {
        Some(method) => {
            let direction = identity.kind.direction.name();
            let _ = writeln!(out, "{}{}{} {direction}", paint.bold(), method.name, paint.off());
            values(out, method, identity.kind, context, stub, style, &paint, None);
        }
        None => {
            let word = if identity.method().is_some() { "reserved" } else { "not in this version of the interface" };
            let _ = writeln!(out, "opnum {}, {word}", identity.opnum);
            let _ = writeln!(out, "    {} bytes not shown: they may hold a secret", stub.len());
        }
    }
}

/// The status that a response carries, for the line of a call.
#[derive(Default)]
pub struct StatusOf(pub Option<u32>);

impl Visitor<'_> for StatusOf {
    fn wants_diagnostics(&self) -> bool {
        false
    }

    fn scalar(&mut self, at: At<'_>, _: Scalar, value: u64) {
        use crate::ndr::types::{Flow, Semantics};
        let status = matches!(at.field.semantics, Semantics::Win32);
        // Methods that return a handle have it in Status; all others return it.
        if status && at.path.depth() == 1 && (at.field.flow == Flow::Return || self.0.is_none()) {
            self.0 = Some(value as u32);
        }
    }
}

fn name_of(id: &SyntaxId) -> String {
    match crate::idl::interface_by_uuid(&id.uuid.0) {
        Some(interface) => format!("{} {}.{}", interface.name, id.major, id.minor),
        None => id.to_string(),
    }
}

fn transfer_syntax(id: &SyntaxId) -> String {
    match TransferSyntax::from(*id) {
        TransferSyntax::Other(id) => match id.features() {
            Some(features) => format!("bind-time features {:#x}", features.bits()),
            None => id.to_string(),
        },
        syntax => syntax.name().unwrap_or_default().to_string(),
    }
}

/// A line for each record of extended error information.
fn errors(out: &mut TextBuffer, bytes: &[u8]) {
    for record in extended_error::parse(bytes).unwrap_or_default() {
        let status = status::fault_name(record.status).unwrap_or("unknown status");
        let component = extended_error::component_name(record.component).unwrap_or("unknown component");
        let computer = record.computer.as_deref().unwrap_or("here");
        let (process, location) = (record.process, record.location);
        let _ = writeln!(
            out,
            "    caused by {status} ({:#010x}) in {component}, {}, process {process}, location {location}, {}",
            record.status,
            Printable(computer),
            FileTime(record.time),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (nanos, text) in [
            (0, "0.0 us"),
            (249, "0.2 us"),
            (251, "0.3 us"),
            (999_949, "999.9 us"),
            (1_000_000, "1.00 ms"),
            (12_345_678_901, "12.346 s"),
            (-1_500, "-1.5 us"),
            // Halves that can be represented go to the even digit.
            (250, "0.2 us"),
            (750, "0.8 us"),
            (1_125_000, "1.12 ms"),
            (1_375_000, "1.38 ms"),
            (1_062_500_000, "1.062 s"),
            // Those that can't are a little more or less.
            (150, "0.1 us"),
            (1_005_000, "1.00 ms"),
            (1_000_500_000, "1.000 s"),
            (1_001_500_000, "1.002 s"),
        ] {
            let mut out = TextBuffer::new();
            duration(&mut out, nanos);
            assert_eq!(out.as_str(), text, "{nanos}");
        }
    }
}
