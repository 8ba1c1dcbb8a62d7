//! A call as text.

use super::{Style, record};
use crate::analysis::HandleAnnotations;
use crate::consts::status;
use crate::render::call::{CallEnd, PrintedRequest, heading, latency, outcome, waits};
use crate::rpc::event::Body;

/// A call as lines: who called whom, what came of it, and both halves.
pub fn call(
    request: Option<&PrintedRequest>,
    end: &CallEnd<'_, '_>,
    style: &Style,
    view: Option<&HandleAnnotations<'_>>,
) -> String {
    let (flow, call_id, method) = heading(request, end);
    let mut text = String::new();
    let mut words = Vec::new();
    let frames = match (request, end) {
        (Some(w), CallEnd::Answered(r)) => format!("#{}-{}", w.frame, r.event.frame()),
        (Some(w), CallEnd::Unanswered(_)) => format!("#{}", w.frame),
        (None, CallEnd::Answered(r)) => format!("#{}", r.event.frame()),
        (None, CallEnd::Unanswered(_)) => String::new(),
    };
    words.push(frames);
    words.extend(request.and_then(|w| w.time).map(record::clock));
    words.extend(flow.map(|f| format!("{} -> {}", f.src, f.dst)));
    words.push(format!("call {call_id}"));
    text.push_str(&words.join("  "));
    text.push_str(&format!("\n  {}{method}{}", record::bold(style), record::off(style)));
    match end {
        CallEnd::Answered(answer) => {
            let fault = if matches!(answer.event.body, Body::Fault { .. }) { "fault " } else { "" };
            match outcome(end) {
                Some(code) => {
                    let name = if fault.is_empty() { status::win32_name(code) } else { status::fault_name(code) };
                    text.push_str(&format!("  {fault}{} ({code:#x})", name.unwrap_or("status")));
                }
                None => text.push_str(&format!("  {fault}answered")),
            }
            if let Some(latency) = latency(request, end) {
                let word = if waits(request, end) { "waited" } else { "after" };
                text.push_str(&format!("  {word} {}", record::duration(latency)));
            }
        }
        CallEnd::Unanswered(reason) => text.push_str(&format!("  no answer: {reason}")),
    }
    text.push('\n');
    match request {
        Some(request) => text.push_str(&String::from_utf8_lossy(&request.print)),
        None => text.push_str("    (the request was not captured)\n"),
    }
    if let CallEnd::Answered(answer) = end {
        let start = text.len();
        record::stub(&mut text, answer, style, view);
        if text.len() > start {
            text.insert_str(start, "   =>\n");
        }
    }
    text
}
