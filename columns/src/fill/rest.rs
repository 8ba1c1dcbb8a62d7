//! Rows of handles, calls, events and findings.

use super::RowFiller;
use super::words::{code, int, named, times};
use crate::tables::{calls, events, findings, handles};
use cluscope::internals::analysis::RecordContext;
use cluscope::internals::analysis::calls::{Answer, Call, is_error};
use cluscope::internals::analysis::story::Event;
use cluscope::internals::conformance::Finding;
use cluscope::internals::consts::control_codes::Family;
use cluscope::internals::render::{self, json};
use cluscope::internals::rpc::security::Sender;
use cluscope::internals::session::Record;

impl RowFiller {
    pub(super) fn handles(&mut self, record: &Record<'_>, seen: &RecordContext) {
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

    pub(super) fn call(&mut self, call: &Call, asked: Option<(Family, u32)>) {
        let flow = self.flows.between(call.transport, call.stream, call.client, call.server);
        let (time, time_ns) = times(call.time());
        let (control_code, control_code_name) = code(asked);
        let objects = &mut self.other;
        objects.clear();
        render::objects(objects, &call.objects);
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

    pub(super) fn events(&mut self, told: Vec<Event>) {
        for event in told {
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

    pub(super) fn findings(&mut self, found: Vec<Finding>) {
        for finding in found {
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
    }
}
