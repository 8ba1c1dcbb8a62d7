//! Rows of messages, and of the lists in their parameters.

use super::RowFiller;
use super::values::Subject;
use super::words::{code, int, named, times};
use crate::tables::{TableName, messages};
use cluscope::internals::analysis::calls::is_error;
use cluscope::internals::analysis::{HandleAnnotations, RecordContext};
use cluscope::internals::render::json::stub::{self, Identity, Parts};
use cluscope::internals::rpc::event::Body;
use cluscope::internals::rpc::security::{Opened, Verified, level_name};
use cluscope::internals::session::Record;
use core::ops::Range;

impl RowFiller {
    pub(super) fn message(&mut self, record: &Record<'_>, seen: &RecordContext) {
        let event = &record.event;
        // The values, by the printer that JSON lines have them from.
        self.json.clear();
        self.json.begin();
        let mut parts = Parts::default();
        if let (Some((kind, stub)), Some(opnum)) = (record.stub().or(record.partial_stub()), record.opnum()) {
            let view = HandleAnnotations::of(seen);
            parts = stub::decoded_with(&mut self.json, &Identity { kind, opnum }, record.context(), stub, Some(&view));
        } else if let Some(error) = &event.cut {
            parts.error = stub::error(&mut self.json, error);
        }
        self.json.end();
        let omitted = self.json.overflowed();
        if omitted {
            self.omitted += 1;
            self.json.clear();
            (parts.params, parts.returned, parts.error) = Default::default();
        }
        let json = self.json.as_bytes();
        let text = |place: Range<usize>| json.get(place).filter(|json| !json.is_empty());
        let text = |place| text(place).and_then(|json| str::from_utf8(json).ok());
        let (params, returned, error) = (text(parts.params), text(parts.returned), text(parts.error));
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
        if let (Some(params), true) = (params, listed != [false; 2]) {
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
            diagnostics: int(parts.diagnostics.saturating_add(event.diagnostics.len() as u64)),
            trailing_bytes: int(parts.trailing),
            omitted: Some(omitted),
            params,
            return_value: returned,
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
        row.error = trouble.as_deref().or(error);
        self.rows.messages.push(&row);
    }
}
