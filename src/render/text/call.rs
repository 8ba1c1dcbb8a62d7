//! A call as text.

use super::{Style, TextBuffer, record};
use crate::analysis::HandleAnnotations;
use crate::analysis::calls::CallOutcome;
use crate::consts::status;
use crate::render::call::{CallEnd, PrintedRequest, heading, latency, outcome, waits};
use crate::rpc::event::Body;
use std::fmt::Write as _;

/// A call as lines: who called whom, what came of it, and both halves.
pub fn call(
    out: &mut TextBuffer,
    request: Option<&PrintedRequest>,
    end: &CallEnd<'_, '_>,
    style: &Style,
    view: Option<&HandleAnnotations<'_>>,
) {
    let (flow, call_id, method) = heading(request, end);
    let frames = match end {
        CallEnd::Answered(answer) => (request.map(|request| request.frame), Some(answer.event.frame())),
        CallEnd::Unanswered(_) => (request.map(|request| request.frame), None),
    };
    match frames {
        (Some(first), Some(last)) => {
            let _ = write!(out, "#{first}-{last}");
        }
        (Some(frame), None) | (None, Some(frame)) => {
            let _ = write!(out, "#{frame}");
        }
        (None, None) => {}
    }
    if let Some(time) = request.and_then(|request| request.time) {
        out.put("  ");
        record::clock(out, time, style.clock);
    }
    if let Some(flow) = flow {
        out.put("  ");
        record::endpoint(out, flow.src);
        out.put(" -> ");
        record::endpoint(out, flow.dst);
    }
    out.put("  call ");
    out.uint(u64::from(call_id));
    let _ = write!(out, "\n  {}{method}{}", record::bold(style), record::off(style));
    match end {
        CallEnd::Answered(answer) => {
            let fault = if matches!(answer.event.body, Body::Fault { .. }) { "fault " } else { "" };
            out.put("  ");
            out.put(fault);
            match outcome(end) {
                Some(code) => {
                    let name = if fault.is_empty() { status::win32_name(code) } else { status::fault_name(code) };
                    out.put(name.unwrap_or("status"));
                    out.put(" (");
                    out.hexadecimal(u64::from(code));
                    out.put(")");
                }
                None if fault.is_empty() => out.put(CallOutcome::Unknown.name()),
                None => {}
            }
            if let Some(latency) = latency(request, end) {
                out.put(if waits(request, end) { "  waited " } else { "  after " });
                record::duration(out, latency);
            }
        }
        CallEnd::Unanswered(reason) => {
            out.put("  no answer: ");
            out.put(reason);
        }
    }
    out.end_line();
    match request {
        Some(request) => out.put(&String::from_utf8_lossy(&request.print)),
        None => out.put("    (the request was not captured)\n"),
    }
    if let CallEnd::Answered(answer) = end {
        let start = out.len();
        out.put("   =>\n");
        let empty = out.len();
        record::stub(out, answer, style, view);
        if out.len() == empty {
            out.truncate(start);
        }
    }
}
