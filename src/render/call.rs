//! What the printers of a call share: its request, which was printed when it came, and what became of it.

use crate::analysis::notify::is_long_poll;
use crate::base::Timestamp;
use crate::ndr::wire::Message;
use crate::render::text::record::StatusOf;
use crate::rpc::event::Body;
use crate::session::{Flow, Record};
use smol_str::SmolStr;

/// A request that was printed when it came and waits for its answer.
#[derive(Debug)]
pub struct PrintedRequest {
    /// Who called whom.
    pub flow: Flow,
    /// Number of the call on its connection or in its conversation.
    pub call_id: u32,
    /// The packet that completed it.
    pub frame: u64,
    /// When that was captured.
    pub time: Option<Timestamp>,
    /// The method's name, or its opnum where that has none.
    pub method: String,
    /// Whether the method waits by design until something happens.
    pub long_poll: bool,
    /// Who called, where a security context tells.
    pub user: Option<SmolStr>,
    /// The request as members of an object (JSON), or as lines (text).
    pub print: Vec<u8>,
}

impl PrintedRequest {
    /// A request with what was printed of it, and its user.
    pub fn new(record: &Record<'_>, user: Option<SmolStr>, print: Vec<u8>) -> Self {
        PrintedRequest {
            flow: record.flow,
            call_id: record.event.call_id.unwrap_or_default(),
            frame: record.event.frame(),
            time: record.event.time(),
            method: name(record),
            long_poll: record.method().is_some_and(|method| is_long_poll(method.id)),
            user,
            print,
        }
    }
}

/// How a call ended.
#[derive(Debug)]
pub enum CallEnd<'r, 'a> {
    /// By a response or a fault.
    Answered(&'r Record<'a>),
    /// By nothing that the capture holds; why.
    Unanswered(&'static str),
}

/// The method's name, or its opnum where that has none.
pub fn name(record: &Record<'_>) -> String {
    match (record.method(), record.opnum()) {
        (Some(method), _) => method.name.to_string(),
        (None, Some(opnum)) => format!("opnum {opnum}"),
        (None, None) => String::new(),
    }
}

/// Where the call went, its number and its method.
pub fn heading(request: Option<&PrintedRequest>, answer: &CallEnd<'_, '_>) -> (Option<Flow>, u32, String) {
    match (request, answer) {
        (Some(w), _) => (Some(w.flow), w.call_id, w.method.clone()),
        (None, CallEnd::Answered(r)) => {
            // Seen from the caller.
            let Flow { src, dst, .. } = r.flow;
            (Some(Flow { src: dst, dst: src, ..r.flow }), r.event.call_id.unwrap_or_default(), name(r))
        }
        (None, CallEnd::Unanswered(_)) => (None, 0, String::new()),
    }
}

/// Whether the call waits by design until something happens.
pub(crate) fn waits(request: Option<&PrintedRequest>, answer: &CallEnd<'_, '_>) -> bool {
    match (request, answer) {
        (Some(request), _) => request.long_poll,
        (None, CallEnd::Answered(record)) => record.method().is_some_and(|method| is_long_poll(method.id)),
        (None, CallEnd::Unanswered(_)) => false,
    }
}

/// Nanoseconds from the request to the answer.
pub fn latency(request: Option<&PrintedRequest>, answer: &CallEnd<'_, '_>) -> Option<i64> {
    match answer {
        CallEnd::Answered(record) => Some(record.event.time()?.0.saturating_sub(request?.time?.0)),
        CallEnd::Unanswered(_) => None,
    }
}

/// The status of a response or fault.
pub fn outcome(answer: &CallEnd<'_, '_>) -> Option<u32> {
    let CallEnd::Answered(record) = answer else { return None };
    if let Body::Fault { status, .. } = record.event.body {
        return status;
    }
    let (kind, stub) = record.stub()?;
    let mut status = StatusOf::default();
    // A response cut short may still have shown its status.
    let _ = Message::decode_with(record.method()?, kind, stub, &mut status);
    status.0
}
