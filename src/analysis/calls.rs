//! Calls: a request with what came of it.

use super::notify::is_long_poll;
use super::tracker::{CallKey, Objects, PendingCall, RecordContext, call_key};
use crate::consts::status::{self, StatusName};
use crate::ndr::{Interface, Method};
use crate::net::{Timestamp, Transport};
use crate::rpc::event::Body;
use crate::session::Record;
use smol_str::SmolStr;
use std::net::SocketAddr;

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A response; its status, where the stub could be read.
    Response(Option<u32>),
    /// A fault.
    Fault(Option<u32>),
    /// Nothing in the capture, or not as long as the call was remembered.
    None,
}

/// What a call came to, as far as the capture tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallOutcome {
    /// It was answered, and the answer is none of an error; see [`is_error`].
    Success,
    /// A fault, or a status that says that it failed.
    Failure,
    /// Nobody knows: the answer is sealed, can't be decoded, or is not in the capture.
    Unknown,
}

impl CallOutcome {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            CallOutcome::Success => "success",
            CallOutcome::Failure => "failure",
            CallOutcome::Unknown => "unknown",
        }
    }
}

impl Answer {
    /// What it says.
    pub fn outcome(self) -> CallOutcome {
        match self {
            Answer::Fault(_) => CallOutcome::Failure,
            Answer::Response(Some(status)) if is_error(status) => CallOutcome::Failure,
            Answer::Response(Some(_)) => CallOutcome::Success,
            Answer::Response(None) | Answer::None => CallOutcome::Unknown,
        }
    }
}

/// A request with what came of it; either half may be missing.
#[derive(Clone, Debug)]
pub struct Call {
    /// Transport protocol.
    pub transport: Transport,
    /// Number of the stream.
    pub stream: u64,
    /// Call id, or sequence number of a connectionless call.
    pub call_id: u32,
    /// The caller.
    pub client: SocketAddr,
    /// The server.
    pub server: SocketAddr,
    /// The user of the association, where a token told it.
    pub user: Option<SmolStr>,
    /// Interface and version, where it is one of ours.
    pub interface: Option<(&'static Interface, usize)>,
    /// Operation number, where the request was seen or the response tells.
    pub opnum: Option<u16>,
    /// The handles that the call uses and returns.
    pub objects: Objects,
    /// Frame and time of the request.
    pub request: Option<(u64, Option<Timestamp>)>,
    /// Frame and time of the response or fault.
    pub response: Option<(u64, Option<Timestamp>)>,
    /// Bytes of the request's stub.
    pub request_bytes: usize,
    /// Bytes of the response's stub.
    pub response_bytes: usize,
    /// What came of it.
    pub answer: Answer,
    /// Which of a filter's comparisons hold for the request.
    pub tests: u64,
}

impl Call {
    /// The call that a response or fault completes; `None` for other records.
    pub fn completed(record: &Record<'_>, seen: &RecordContext) -> Option<Call> {
        let answer = match record.event.body {
            Body::Response { .. } => Answer::Response(seen.status),
            Body::Fault { .. } => Answer::Fault(seen.status),
            _ => return None,
        };
        let request = seen.request.as_ref();
        Some(Call {
            transport: record.flow.transport,
            stream: record.flow.stream,
            call_id: record.event.call_id.unwrap_or_default(),
            client: seen.client,
            server: seen.server,
            user: seen.user.clone(),
            interface: record.interface,
            opnum: record.opnum(),
            objects: seen.objects.clone(),
            request: match (request, record.event.call.as_ref()) {
                (Some(pending), _) => Some((pending.frame, pending.time)),
                (None, Some(call)) => Some((call.frame, call.time)),
                (None, None) => None,
            },
            response: Some((record.event.frame(), record.event.time())),
            request_bytes: request.map_or(0, |pending| pending.bytes),
            response_bytes: record.stub().map_or(0, |(_, stub)| stub.len()),
            answer,
            tests: request.map_or(0, |pending| pending.tests),
        })
    }

    /// The call of a request that was given up or never answered.
    pub fn unanswered(key: CallKey, pending: PendingCall) -> Call {
        let (tcp, stream, call_id, frame) = key;
        Call {
            transport: if tcp { Transport::Tcp } else { Transport::Udp },
            stream,
            call_id,
            client: pending.client,
            server: pending.server,
            user: pending.user,
            interface: pending.interface,
            opnum: Some(pending.opnum),
            objects: pending.objects,
            request: Some((frame, pending.time)),
            response: None,
            request_bytes: pending.bytes,
            response_bytes: 0,
            answer: Answer::None,
            tests: pending.tests,
        }
    }

    /// The method, where it is known.
    pub fn method(&self) -> Option<&'static Method> {
        let (interface, version) = self.interface?;
        interface.method(version, self.opnum?)
    }

    /// Name of the method, or `opnum N`.
    pub fn name(&self) -> String {
        match (self.method(), self.opnum) {
            (Some(method), _) => method.name.to_string(),
            (None, Some(opnum)) => format!("opnum {opnum}"),
            (None, None) => "unknown".to_string(),
        }
    }

    /// Version of the interface as text.
    pub fn version(&self) -> &'static str {
        self.interface.and_then(|(i, v)| i.versions.get(v)).map_or("", |v| v.number.text())
    }

    /// Nanoseconds from the request to its answer.
    pub fn latency(&self) -> Option<i64> {
        Some(self.response?.1?.0.saturating_sub(self.request?.1?.0))
    }

    /// When the request was sent; of one that was not seen, when it was answered.
    pub fn time(&self) -> Option<Timestamp> {
        self.request.and_then(|(_, time)| time).or(self.response.and_then(|(_, time)| time))
    }

    /// Whether it waits by design until something happens.
    pub fn is_long_poll(&self) -> bool {
        self.method().is_some_and(|method| is_long_poll(method.id))
    }

    /// Status of the response or fault.
    pub fn status(&self) -> Option<u32> {
        match self.answer {
            Answer::Response(status) | Answer::Fault(status) => status,
            Answer::None => None,
        }
    }

    /// Whether it failed: a fault, or a status that is neither success nor one of those that say how to go on.
    pub fn failed(&self) -> bool {
        self.answer.outcome() == CallOutcome::Failure
    }

    /// Status by name, `no answer`, or `unknown` where the status could not be read.
    pub fn outcome(&self) -> String {
        match self.answer {
            Answer::Response(Some(status)) => status_name(status),
            Answer::Fault(Some(status)) => status::fault_name(status)
                .map_or_else(|| format!("fault {status:#010x}"), |name| format!("fault {name}")),
            Answer::Response(None) => CallOutcome::Unknown.name().to_string(),
            Answer::Fault(None) => "fault".to_string(),
            Answer::None => "no answer".to_string(),
        }
    }

    /// Whether this is the same call as the record's.
    pub fn is(&self, record: &Record<'_>) -> bool {
        let key = call_key(record);
        key.is_some_and(|(_, stream, id, _)| stream == self.stream && id == self.call_id)
    }
}

/// Name of a status of any space, or its number.
pub fn status_name(status: u32) -> String {
    StatusName::of(status).map_or_else(|| format!("{status:#x}"), |name| name.to_string())
}

/// Whether a status says that a call failed. ERROR_MORE_DATA, ERROR_NO_MORE_ITEMS, ERROR_IO_PENDING and
/// ERROR_RESOURCE_PROPERTIES_STORED are answers: how to go on.
pub fn is_error(status: u32) -> bool {
    !matches!(status, 0 | 234 | 259 | 997 | 5024)
}
