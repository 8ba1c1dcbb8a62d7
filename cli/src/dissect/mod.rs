//! `dissect`: every message of a capture.

mod printing;

use super::{Failure, Format, Messages, Outcome, output, pool, source, summary};
use cluscope::internals::analysis::Tracker;
use cluscope::internals::ndr::wire::Message;
use cluscope::internals::session::selection::{Chooser, HeldBack, given_up};
use cluscope::internals::session::{Record, Session};
use printing::{Order, Printing, Written};
use std::io::Write;

/// Decodes every stub and prints nothing.
struct Quiet;

impl source::RecordConsumer for Quiet {
    fn record(&mut self, record: &mut Record<'_>) -> Result<(), Failure> {
        if let (Some((kind, stub)), Some(method)) = (record.stub(), record.method()) {
            // What can't be decoded would be a record like any other.
            let _ = Message::decode(method, kind, stub);
        }
        Ok(())
    }
}

fn quiet(messages: &Messages) -> Outcome {
    let (session, totals) = source::read_here(&messages.capture, &mut Quiet)?;
    summary::tell(&mut std::io::sink(), &session, &totals, Format::Text)?;
    totals.outcome(&session)
}

pub(super) fn run(messages: &Messages) -> Outcome {
    if messages.quiet {
        return quiet(messages);
    }
    let capture = &messages.capture;
    let filter = capture.filter()?;
    let filtered = filter.is_some();
    let format = output::format(&messages.look);
    let limits = capture.memory.limits();
    let mut style = output::style(messages.full);
    style.max_output = limits.output.record;
    let mut out = output::stdout_in(format, &style);
    output::head(&mut out, format)?;
    let mut tracker = Tracker::new(limits.analysis);
    if !filtered {
        tracker = tracker.without_statuses();
    }
    let printing = Printing {
        format,
        style,
        hide_secrets: capture.hide_secrets,
        filter,
        origins: &capture.origins,
        screen: out.like(),
        limits: limits.output,
    };
    let order = Order { tracker, chooser: Chooser::new(limits.output), matched: summary::Matched::default() };
    let held = HeldBack::new(limits.output);
    let written = Written::new(&printing, out, held);
    let (order, written, session, totals) = pool::read(capture, &printing, order, written)?;
    let Order { tracker, chooser, matched } = order;
    let Written { mut out, held, large, .. } = written;
    let mut more = vec![("records_cut", large.cut())];
    more.extend(given_up(&chooser, &held));
    totals.traces.print(&mut out, format)?;
    limits_with(&mut out, &session, &tracker, &more, format)?;
    matched.tell("messages", filtered);
    summary::tell(&mut out, &session, &totals, format)?;
    out.flush()?;
    totals.outcome(&session)
}

/// What was given up for a limit, as the last record: nothing read is lost silently.
pub(super) fn limits(
    out: &mut impl Write,
    session: &Session,
    tracker: &Tracker,
    format: Format,
) -> Result<(), Failure> {
    limits_with(out, session, tracker, &[], format)
}

/// The same with what a command has given up itself.
pub(super) fn limits_with(
    out: &mut impl Write,
    session: &Session,
    tracker: &Tracker,
    more: &[(&'static str, u64)],
    format: Format,
) -> Result<(), Failure> {
    let mut found = session.given_up();
    found.extend(tracker.counters().all());
    found.extend(more);
    found.retain(|(_, count)| *count != 0);
    if found.is_empty() {
        return Ok(());
    }
    match format {
        Format::Jsonl => {
            let mut json = output::json();
            json.begin();
            json.key("type");
            json.text("limits");
            for (name, count) in &found {
                json.key(name);
                json.uint(*count);
            }
            json.end();
            output::line(out, json.as_bytes())?;
        }
        Format::Text => {
            write!(out, "Given up for a limit:")?;
            for (name, count) in &found {
                write!(out, " {name} {count}")?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}
