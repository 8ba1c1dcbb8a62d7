//! A call as JSON: both its halves, and what they come to.

use super::out::Out;
use super::record::{Records, body_with, cut, timestamp};
use crate::analysis::HandleAnnotations;
use crate::base::Timestamp;
use crate::render::call::{CallEnd, PrintedRequest, heading, latency, outcome, waits};
use crate::rpc::event::Body;
use crate::session::Record;

/// Replaces `out` by the call's object. `answer`: the response or fault as an object, where there is one; `last`: when the
/// last packet was captured, which tells how long a call was pending that has no answer.
pub fn call(
    out: &mut Out,
    records: &mut Records,
    request: Option<&PrintedRequest>,
    end: &CallEnd<'_, '_>,
    answer: Option<&[u8]>,
    last: Option<Timestamp>,
) {
    let (flow, call_id, method) = heading(request, end);
    out.clear();
    out.begin();
    out.key("type");
    out.text("call");
    if let Some(time) = request.and_then(|w| w.time) {
        out.key("time");
        timestamp(out, time);
    }
    if let Some(flow) = flow {
        records.flow(out, &flow);
    }
    out.key("call_id");
    out.uint(u64::from(call_id));
    if !method.is_empty() {
        out.key("method");
        out.text(&method);
    }
    if let Some(user) = request.and_then(|w| w.user.as_deref()) {
        out.key("user");
        out.text(user);
    }
    if waits(request, end) {
        out.key("long_poll");
        out.bool(true);
    }
    if let Some(latency) = latency(request, end) {
        out.key("latency_ns");
        out.int(latency);
    }
    if let (Some(request), CallEnd::Unanswered(_), Some(last)) = (request, end, last)
        && let Some(time) = request.time
    {
        out.key("pending_ns");
        out.int(last.0.saturating_sub(time.0));
    }
    if let Some(status) = outcome(end) {
        out.key("status");
        super::values::status(out, status);
    }
    if let Some(request) = request {
        out.key("request");
        out.raw(&request.print);
    }
    match (end, answer) {
        (CallEnd::Answered(record), Some(answer)) => {
            out.key(if matches!(record.event.body, Body::Fault { .. }) { "fault" } else { "response" });
            out.raw(answer);
        }
        (CallEnd::Unanswered(reason), _) => {
            out.key("unanswered");
            out.text(reason);
        }
        _ => {}
    }
    out.end();
}

/// Replaces `out` by one half of a call as an object; `more` adds what else is known of it. Returns whether its values had
/// to be left out, because it would have been longer than the limit of `out`.
pub fn half(
    out: &mut Out,
    record: &Record<'_>,
    view: Option<&HandleAnnotations<'_>>,
    more: impl FnOnce(&mut Out),
) -> bool {
    begin(out, record);
    body_with(out, record, view);
    more(out);
    out.end();
    let too_long = out.overflowed();
    if too_long {
        begin(out, record);
        cut(out, record);
        out.end();
    }
    too_long
}

fn begin(out: &mut Out, record: &Record<'_>) {
    out.clear();
    out.begin();
    out.key("frame");
    out.uint(record.event.frame());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::test_records::{Wire, values};
    use crate::ndr::value::Value;

    /// A half takes the place of what was there before, whole or, where that would be too long, without its values.
    #[test]
    fn halves() {
        let mut wire = Wire::new();
        wire.frame = 41;
        let path = "p".repeat(2_000);
        let request = values([("lpszPathName", Value::Text(path.clone()))]);
        wire.request("ApiBackupClusterDatabase", request, &mut |record| {
            for (mut out, long) in [(Out::new(), false), (Out::with_limit(1_500), true)] {
                out.text("before");
                let more = |out: &mut Out| {
                    out.key("more");
                    out.bool(true);
                };
                assert_eq!(half(&mut out, record, None, more), long);
                let json: serde_json::Value = serde_json::from_slice(out.as_bytes()).expect("an object");
                assert_eq!((&json["frame"], &json["method"]), (&42.into(), &"ApiBackupClusterDatabase".into()));
                if long {
                    assert!(json["omitted"].is_object() && json.get("params").is_none(), "{json}");
                } else {
                    assert_eq!((&json["params"]["lpszPathName"], &json["more"]), (&path.as_str().into(), &true.into()));
                }
            }
        });
    }
}
