//! From records to rows.
//!
//! A [`Filler`] is shown every record of a session, in order, and hands out batches of rows. Numbers, names and states come
//! from the records and from what the tracker knows of them; parameters come from the printer of JSON lines, so that tables
//! and lines never differ, and secrets are left out of both alike.

mod flows;
#[cfg(test)]
mod tests;
mod values;

use crate::places::{Captures, Origin};
use crate::scan;
use crate::schema::Table;
use crate::tables::{TableName, calls, events, findings, handles, messages};
use arrow_array::RecordBatch;
use cluscope::Limits;
use cluscope::internals::analysis::calls::{Answer, Call, is_error, status_name};
use cluscope::internals::analysis::story::{Event, Story};
use cluscope::internals::analysis::{HandleAnnotations, RecordContext, Tracker};
use cluscope::internals::base::Timestamp;
use cluscope::internals::conformance::{Checker, Finding};
use cluscope::internals::consts::control_codes::Family;
use cluscope::internals::consts::status;
use cluscope::internals::ndr::names;
use cluscope::internals::render::json;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::stub::{self, Identity};
use cluscope::internals::rpc::event::Body;
use cluscope::internals::rpc::security::{Opened, Sender, Verified, level_name};
use cluscope::internals::session::Record;
use cluscope::internals::session::selection::{Choice, Selection};
use flows::FlowTexts;
use std::collections::BTreeSet;
use values::{Listed, Subject};

/// Rows of a batch at most.
pub const ROWS: usize = 8192;

/// What is filled, and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The tables.
    pub tables: BTreeSet<TableName>,
    /// Whether passwords and tokens that stand in messages are left out.
    pub hide_secrets: bool,
    /// Which file each packet is of.
    pub captures: Captures,
}

impl Options {
    /// These tables, with everything that messages hold.
    pub fn of(tables: impl IntoIterator<Item = TableName>) -> Self {
        Options { tables: tables.into_iter().collect(), ..Options::default() }
    }
}

/// Fills tables. See the module's description.
#[derive(Debug)]
pub struct Filler {
    tables: BTreeSet<TableName>,
    origin: Origin,
    /// Where none is run elsewhere.
    tracker: Option<Tracker>,
    selection: Selection<RecordBatch>,
    flows: FlowTexts,
    /// The stub's values.
    json: Out,
    /// Whatever else is JSON.
    other: Out,
    story: Option<Story>,
    told: Vec<Event>,
    checker: Option<Box<Checker>>,
    found: Vec<Finding>,
    rows: Rows,
    omitted: u64,
}

/// Rows that wait to become batches, and batches that wait to be taken.
#[derive(Debug, Default)]
struct Rows {
    batch: usize,
    messages: messages::Builder,
    calls: calls::Builder,
    listed: Listed,
    handles: handles::Builder,
    events: events::Builder,
    findings: findings::Builder,
    ready: Vec<(TableName, RecordBatch)>,
}

/// Makes a batch of a table's rows if there are enough of them, or if there are any and it `must`.
macro_rules! settle {
    ($rows:expr, $builder:expr, $name:expr, $must:expr) => {
        if $builder.rows() >= ROWS || $builder.bytes() >= $rows.batch || ($must && $builder.rows() > 0) {
            // The builder has every column of the declaration, so that there is no error.
            if let Ok(batch) = $builder.finish() {
                $rows.ready.push(($name, batch));
            }
        }
    };
}

impl Rows {
    fn settle(&mut self, must: bool) {
        settle!(self, self.messages, TableName::Messages, must);
        settle!(self, self.calls, TableName::Calls, must);
        settle!(self, self.listed.properties, TableName::Properties, must);
        settle!(self, self.listed.commands, TableName::Commands, must);
        settle!(self, self.handles, TableName::Handles, must);
        settle!(self, self.events, TableName::Events, must);
        settle!(self, self.findings, TableName::Findings, must);
    }
}

/// An unsigned number, where 64 bits with a sign hold it.
fn int(value: impl TryInto<i64>) -> Option<i64> {
    value.try_into().ok()
}

/// Microseconds and nanoseconds since 1970.
fn times(time: Option<Timestamp>) -> (Option<i64>, Option<i64>) {
    (time.map(|time| time.0.div_euclid(1000)), time.map(|time| time.0))
}

/// A control code's number and name.
fn code(of: Option<(Family, u32)>) -> (Option<i64>, Option<&'static str>) {
    let name = of.and_then(|(family, code)| names::control_code(family, code)).map(|code| code.name);
    (of.map(|(_, code)| i64::from(code)), name)
}

/// What of a stub's values stands where in the text.
#[derive(Clone, Copy, Debug, Default)]
struct Decoded<'a> {
    params: Option<&'a str>,
    returned: Option<&'a str>,
    error: Option<&'a str>,
    diagnostics: i64,
    trailing: i64,
}

impl<'a> Decoded<'a> {
    /// Takes it out of the object that the printer made.
    fn of(object: &'a [u8]) -> Self {
        let mut decoded = Decoded::default();
        for (key, value) in scan::members(object) {
            let text = str::from_utf8(value).ok();
            match key {
                b"params" | b"partial" | b"opaque" => decoded.params = text,
                b"return" => decoded.returned = text,
                b"error" => decoded.error = text,
                // Each is an object with a section; those beyond the limit are only counted.
                b"diagnostics" => decoded.diagnostics += count(value),
                b"diagnostics_omitted" => decoded.diagnostics += text.and_then(|n| n.parse().ok()).unwrap_or(0),
                // Hexadecimal, between quotes.
                b"trailing" => decoded.trailing = int(value.len().saturating_sub(2) / 2).unwrap_or(0),
                _ => {}
            }
        }
        decoded
    }
}

/// How many objects a list has.
fn count(list: &[u8]) -> i64 {
    let (mut depth, mut objects, mut quoted, mut escaped) = (0_i64, 0, false, false);
    for byte in list {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => {
                objects += i64::from(depth == 1);
                depth += 1;
            }
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    objects
}

impl Filler {
    /// A filler that is told by somebody's tracker what is known of each record.
    #[must_use]
    pub fn new(limits: &Limits, options: Options) -> Self {
        let Options { tables, hide_secrets, captures } = options;
        let mut json = Out::with_limit(limits.output.record);
        if hide_secrets {
            json.hide_secrets();
        }
        Filler {
            origin: Origin::of(captures),
            tracker: None,
            selection: Selection::new(limits.output),
            flows: FlowTexts::default(),
            json,
            other: Out::with_limit(limits.output.record),
            story: tables.contains(&TableName::Events).then(|| Story::new(limits.story)),
            told: Vec::new(),
            checker: tables.contains(&TableName::Findings).then(|| Box::new(Checker::new(limits.conformance.clone()))),
            found: Vec::new(),
            rows: Rows { batch: limits.columns.batch, ..Rows::default() },
            omitted: 0,
            tables,
        }
    }

    /// A filler with a tracker of its own, for [`Filler::record`] and [`Filler::finish`].
    #[must_use]
    pub fn tracking(limits: &Limits, options: Options) -> Self {
        Filler { tracker: Some(Tracker::new(limits.analysis)), ..Filler::new(limits, options) }
    }

    /// Takes the next record of the session.
    pub fn record(&mut self, record: &Record<'_>) {
        let mut seen = RecordContext::default();
        if let Some(tracker) = &mut self.tracker {
            tracker.feed_into(record, &mut seen);
        }
        self.tracked(record, &mut seen);
    }

    /// Takes the next record of the session, with what a tracker knows of it.
    pub fn tracked(&mut self, record: &Record<'_>, seen: &mut RecordContext) {
        if let Some(checker) = &mut self.checker {
            let found = &mut self.found;
            checker.record(record, &mut |finding| found.push(finding));
            self.findings();
        }
        match self.selection.choose(record) {
            Choice::Show(held) => {
                if !held.is_empty() {
                    // They stand before what is to come, and behind what there is.
                    settle!(self.rows, self.rows.messages, TableName::Messages, true);
                    self.rows.ready.extend(held.into_iter().map(|batch| (TableName::Messages, batch)));
                }
            }
            Choice::Hold => {
                if self.has(TableName::Messages) {
                    let shown = std::mem::take(&mut self.rows.messages);
                    self.message(record, seen);
                    let mut one = std::mem::replace(&mut self.rows.messages, shown);
                    let bytes = one.bytes();
                    if let Ok(batch) = one.finish() {
                        self.selection.hold(record, batch, bytes);
                    }
                }
                return;
            }
            Choice::Skip => return,
        }
        let shown = [TableName::Messages, TableName::Properties, TableName::Commands];
        if shown.into_iter().any(|table| self.has(table)) {
            self.message(record, seen);
        }
        if self.has(TableName::Handles) {
            self.handles(record, seen);
        }
        if let Some(story) = &mut self.story {
            let told = &mut self.told;
            story.feed(record, seen, 0, &mut |event| told.push(event));
            self.events();
        }
        if self.has(TableName::Calls) {
            if let Some((key, asking)) = seen.given_up.take() {
                let control_code = asking.control_code;
                self.call(&Call::unanswered(key, *asking), control_code);
            }
            if let Some(call) = Call::completed(record, seen) {
                self.call(&call, seen.request.as_ref().and_then(|request| request.control_code));
            }
        }
        self.rows.settle(false);
    }

    fn has(&self, table: TableName) -> bool {
        self.tables.contains(&table)
    }

    /// Takes out the batches that are full.
    pub fn ready(&mut self) -> impl Iterator<Item = (TableName, RecordBatch)> + '_ {
        self.rows.ready.drain(..)
    }

    /// Makes batches of all rows there are: somebody waits for them.
    pub fn flush(&mut self) {
        self.rows.settle(true);
    }

    /// The session is over: whatever is left, of the filler's own tracker too.
    pub fn finish(&mut self) -> Vec<(TableName, RecordBatch)> {
        let mut tracker = self.tracker.take();
        self.rest(tracker.as_mut())
    }

    /// The same with the tracker that was run elsewhere: its calls without an answer, the story's last events.
    pub fn rest(&mut self, tracker: Option<&mut Tracker>) -> Vec<(TableName, RecordBatch)> {
        if let Some(story) = &mut self.story {
            let told = &mut self.told;
            story.finish(&mut |event| told.push(event));
            self.events();
        }
        if let Some(tracker) = tracker.filter(|_| self.has(TableName::Calls)) {
            let unanswered: Vec<_> = tracker.unanswered().filter(|(_, asking)| asking.interface.is_some()).collect();
            for (key, asking) in unanswered {
                let control_code = asking.control_code;
                self.call(&Call::unanswered(key, *asking), control_code);
                self.rows.settle(false);
            }
        }
        self.rows.settle(true);
        std::mem::take(&mut self.rows.ready)
    }

    /// What was given up for limits, for those who tell it.
    #[must_use]
    pub fn given_up(&self) -> Vec<(&'static str, u64)> {
        let mut all = vec![("records_cut", self.omitted)];
        all.extend(self.selection.given_up());
        if let Some(story) = &self.story {
            all.extend([("story_forgotten", story.forgotten()), ("story_unfinished", story.unfinished())]);
        }
        if let Some(checker) = &self.checker {
            let own = checker.counters();
            all.extend([
                ("check_associations_evicted", own.associations_evicted),
                ("check_pending_evicted", own.pending_evicted),
                ("check_handles_evicted", own.handles_evicted),
                ("check_values_omitted", own.values_omitted),
                ("check_servers_evicted", own.servers_evicted),
            ]);
        }
        all.retain(|(_, count)| *count > 0);
        all
    }

    fn message(&mut self, record: &Record<'_>, seen: &RecordContext) {
        let event = &record.event;
        // The values, by the printer that JSON lines have them from.
        self.json.clear();
        self.json.begin();
        if let (Some((kind, stub)), Some(opnum)) = (record.stub().or(record.partial_stub()), record.opnum()) {
            let view = HandleAnnotations::of(seen);
            stub::decoded_with(&mut self.json, &Identity { kind, opnum }, record.context(), stub, Some(&view));
        } else if let Some(error) = &event.cut {
            stub::error(&mut self.json, error);
        }
        self.json.end();
        let omitted = self.json.overflowed();
        if omitted {
            self.omitted += 1;
            self.json.clear();
        }
        let decoded = Decoded::of(self.json.as_bytes());
        let flow = self.flows.of(&record.flow);
        let (time, time_ns) = times(event.time());
        let (control_code, control_code_name) = code(record.context().control_code);
        let object = seen.objects.first().map(|used| &used.resolved);
        let object_kind = object.map(|object| object.kind.name());
        let object_name = object.and_then(|object| object.name.as_deref());
        let (client, server) = match seen.client == record.flow.src {
            true => (flow.src, flow.dst),
            false => (flow.dst, flow.src),
        };
        let frame = event.frame();
        let is_request = matches!(event.body, Body::Request { .. });
        let listed = [TableName::Properties, TableName::Commands].map(|table| self.tables.contains(&table));
        if let (Some(params), true) = (decoded.params, listed != [false; 2]) {
            let subject = Subject {
                time,
                time_ns,
                frame: int(frame),
                stream: int(record.flow.stream),
                client: Some(client),
                server: Some(server),
                user: seen.user.as_deref(),
                call_id: event.call_id.map(i64::from),
                r#type: Some(event.type_name()),
                method: record.method().map(|method| method.name),
                control_code_name,
                object_kind,
                object_name,
            };
            self.rows.listed.read(params, &subject, listed);
        }
        if !self.tables.contains(&TableName::Messages) {
            return;
        }
        let mut row = messages::Row {
            time,
            time_ns,
            frame: int(frame),
            stream: int(record.flow.stream),
            transport: Some(flow.transport),
            src: Some(flow.src),
            src_port: Some(i64::from(record.flow.src.port())),
            dst: Some(flow.dst),
            dst_port: Some(i64::from(record.flow.dst.port())),
            client: Some(client),
            server: Some(server),
            community_id: Some(flow.community_id),
            r#type: Some(event.type_name()),
            call_id: event.call_id.map(i64::from),
            opnum: record.opnum().map(i64::from),
            method: record.method().map(|method| method.name),
            user: seen.user.as_deref(),
            object_kind,
            object_name,
            control_code,
            control_code_name,
            fragments: (event.fragments > 0).then(|| i64::from(event.fragments)),
            diagnostics: int(event.diagnostics.len()).map(|own| own + decoded.diagnostics),
            trailing_bytes: Some(decoded.trailing),
            omitted: Some(omitted),
            params: decoded.params,
            return_value: decoded.returned,
            ..messages::Row::default()
        };
        if let Some((capture, number)) = self.origin.find(frame) {
            (row.capture, row.capture_frame) = (Some(capture), int(number));
        }
        if let Some((interface, version)) = record.interface {
            row.interface = Some(interface.name);
            row.version = interface.versions.get(version).map(|version| version.number.text());
        }
        if let Some(context) = &event.context {
            row.syntax = context.syntax.name();
            row.assumed = Some(context.assumed);
        }
        if let Some(call) = event.call.as_ref().filter(|_| !is_request) {
            row.request_frame = int(call.frame);
            row.latency_ns = call.time.zip(event.time()).map(|(start, end)| end.0.saturating_sub(start.0));
        }
        let status = match event.body {
            Body::Fault { status, .. } => status,
            _ => seen.status,
        };
        let name = status.map(|status| named(status, matches!(event.body, Body::Fault { .. })));
        row.status = status.map(i64::from);
        row.status_name = name.as_deref();
        row.status_ok = match event.body {
            Body::Fault { .. } => Some(false),
            _ => status.map(|status| !is_error(status)),
        };
        if let Some(auth) = &event.auth {
            row.auth_type = Some(&auth.identity.mechanism);
            row.auth_level = Some(level_name(auth.trailer.auth_level));
        }
        let mut doubted = String::new();
        match event.auth.as_ref().and_then(|auth| auth.opened.as_ref()) {
            Some(Opened::Clear { verified: Verified::Right, .. }) => row.auth_verified = Some(true),
            Some(opened) => {
                if let Opened::Sealed { reason, .. } | Opened::Failed { reason, .. } = opened {
                    row.sealed_reason = Some(reason);
                }
                if let Some(doubt) = opened.doubt() {
                    doubted = doubt.to_string();
                    row.auth_verified = Some(false);
                }
            }
            None => {}
        }
        row.auth_doubt = Some(doubted.as_str()).filter(|doubt| !doubt.is_empty());
        let stub = record.stub().or(record.partial_stub()).map(|(_, stub)| stub.len());
        let sealed = event.auth.as_ref().filter(|_| stub.is_none()).map(|auth| auth.sizes.stub);
        row.stub_bytes = stub.and_then(int).or(sealed.and_then(int));
        let trouble = match &event.body {
            Body::Malformed { error, .. } => Some(error.to_string()),
            Body::Skipped { reason, .. } | Body::Incomplete { reason, .. } => Some(reason.to_string()),
            _ => None,
        };
        row.error = trouble.as_deref().or(decoded.error);
        self.rows.messages.push(&row);
    }

    fn handles(&mut self, record: &Record<'_>, seen: &RecordContext) {
        let event = &record.event;
        let flow = self.flows.of(&record.flow);
        let (time, time_ns) = times(event.time());
        let (client, server) = match seen.client == record.flow.src {
            true => (flow.src, flow.dst),
            false => (flow.dst, flow.src),
        };
        for used in seen.objects.iter().chain(&seen.returned) {
            let uuid = used.handle.uuid.to_string();
            self.rows.handles.push(&handles::Row {
                time,
                time_ns,
                frame: int(event.frame()),
                stream: int(record.flow.stream),
                client: Some(client),
                server: Some(server),
                call_id: event.call_id.map(i64::from),
                r#type: Some(event.type_name()),
                method: record.method().map(|method| method.name),
                parameter: Some(used.field.name),
                uuid: Some(&uuid),
                attributes: Some(i64::from(used.handle.attributes)),
                object_kind: Some(used.resolved.kind.name()),
                object_name: used.resolved.name.as_deref(),
                opened_frame: used.resolved.opened.and_then(int),
                access: used.resolved.access.map(i64::from),
                state: used.resolved.state.name(),
            });
        }
    }

    fn call(&mut self, call: &Call, asked: Option<(Family, u32)>) {
        let flow = self.flows.between(call.transport, call.stream, call.client, call.server);
        let (time, time_ns) = times(call.time());
        let (control_code, control_code_name) = code(asked);
        let objects = &mut self.other;
        objects.clear();
        objects.begin_list();
        for used in &call.objects {
            objects.begin();
            objects.key("kind");
            objects.text(used.resolved.kind.name());
            if let Some(name) = used.resolved.name.as_deref() {
                objects.key("name");
                objects.text(name);
            }
            objects.end();
        }
        objects.end_list();
        let object = call.objects.first().map(|used| &used.resolved);
        let fault = matches!(call.answer, Answer::Fault(_));
        let name = call.status().map(|status| named(status, fault));
        let frame = call.response.or(call.request).map_or(0, |(frame, _)| frame);
        self.rows.calls.push(&calls::Row {
            time,
            time_ns,
            capture: self.origin.find(frame).map(|(capture, _)| capture),
            stream: int(call.stream),
            transport: Some(flow.transport),
            client: Some(flow.src),
            client_port: Some(i64::from(call.client.port())),
            server: Some(flow.dst),
            server_port: Some(i64::from(call.server.port())),
            community_id: Some(flow.community_id),
            user: call.user.as_deref(),
            interface: call.interface.map(|(interface, _)| interface.name),
            version: Some(call.version()).filter(|version| !version.is_empty()),
            opnum: call.opnum.map(i64::from),
            method: call.method().map(|method| method.name),
            call_id: Some(i64::from(call.call_id)),
            request_frame: call.request.and_then(|(frame, _)| int(frame)),
            response_frame: call.response.and_then(|(frame, _)| int(frame)),
            latency_ns: call.latency(),
            long_poll: Some(call.is_long_poll()),
            answer: match call.answer {
                Answer::Response(_) => Some("response"),
                Answer::Fault(_) => Some("fault"),
                Answer::None => None,
            },
            status: call.status().map(i64::from),
            status_name: name.as_deref(),
            status_ok: match call.answer {
                Answer::Response(status) => status.map(|status| !is_error(status)),
                Answer::Fault(_) => Some(false),
                Answer::None => None,
            },
            object_kind: object.map(|object| object.kind.name()),
            object_name: object.and_then(|object| object.name.as_deref()),
            objects: str::from_utf8(objects.as_bytes()).ok(),
            control_code,
            control_code_name,
            request_bytes: int(call.request_bytes),
            response_bytes: int(call.response_bytes),
        });
    }

    fn events(&mut self) {
        for event in self.told.drain(..) {
            json::story::event(&mut self.other, &event);
            let (time, time_ns) = times(event.time);
            let [client, server] = [event.client, event.server].map(|end| end.ip().to_string());
            let name = event.status.map(|status| named(status, event.fault));
            self.rows.events.push(&events::Row {
                time,
                time_ns,
                client: Some(&client),
                client_port: Some(i64::from(event.client.port())),
                server: Some(&server),
                server_port: Some(i64::from(event.server.port())),
                user: event.user.as_deref(),
                acted: Some(event.acted),
                event: Some(event.name),
                object_kind: event.object.as_ref().map(|object| object.kind.name()),
                object_name: event.object.as_ref().and_then(|object| object.name.as_deref()),
                from_value: event.from.as_deref(),
                to_value: event.to.as_deref(),
                status: event.status.map(i64::from),
                status_name: name.as_deref(),
                duration_ns: event.duration(),
                cause: event.cause.as_ref().map(|cause| cause.text.as_str()),
                outcome: Some(event.outcome.name()),
                text: Some(&event.text),
                times: int(event.times),
                frame: event.frames.first().copied().and_then(int),
                details: str::from_utf8(self.other.as_bytes()).ok(),
            });
        }
    }

    fn findings(&mut self) {
        for finding in self.found.drain(..) {
            let flow = self.flows.of(&finding.flow);
            let (time, time_ns) = times(finding.time);
            let [value, expected] = [&finding.value, &finding.expected].map(ToString::to_string);
            let some = |text: &'_ str| !text.is_empty();
            self.rows.findings.push(&findings::Row {
                time,
                time_ns,
                frame: int(finding.frame),
                stream: int(finding.flow.stream),
                transport: Some(flow.transport),
                src: Some(flow.src),
                src_port: Some(i64::from(finding.flow.src.port())),
                dst: Some(flow.dst),
                dst_port: Some(i64::from(finding.flow.dst.port())),
                by: Some(if finding.by == Sender::Client { "client" } else { "server" }),
                rule: Some(finding.rule.name),
                section: Some(&finding.section),
                grade: Some(finding.rule.grade.name()),
                text: Some(finding.rule.text),
                call_id: finding.call_id.map(i64::from),
                interface: finding.interface.map(|(interface, _)| interface),
                version: finding.interface.map(|(_, version)| version),
                method: finding.method,
                object_kind: finding.object.as_ref().map(|(kind, _)| *kind),
                object_name: finding.object.as_ref().map(|(_, name)| &**name),
                field: Some(finding.field.as_str()).filter(|text| some(text)),
                offset: finding.offset.and_then(int),
                value: Some(value.as_str()).filter(|text| some(text)),
                expected: Some(expected.as_str()).filter(|text| some(text)),
            });
        }
        self.rows.settle(false);
    }
}

/// The name of a status, of a fault its own.
fn named(value: u32, fault: bool) -> String {
    match status::fault_name(value).filter(|_| fault) {
        Some(name) => name.to_string(),
        None => status_name(value),
    }
}

/// The declarations of all tables, for those who list them.
pub fn declarations() -> impl Iterator<Item = &'static Table> {
    TableName::ALL.into_iter().map(TableName::table)
}
