//! `dissect`: every message of a capture.

use super::{Failure, Format, Messages, Outcome, output, source, summary, traced};
use cluscope::internals::analysis::{HandleAnnotations, Tracker};
use cluscope::internals::filter::Subject;
use cluscope::internals::ndr::wire::Message;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::render::text::{TextBuffer, record as blocks};
use cluscope::internals::session::selection;
pub(super) use cluscope::internals::session::selection::Choice;
use cluscope::internals::session::{Record, Session};
use std::io::Write;

/// Which records are shown; those that are held back are kept as printed.
pub(super) type Selection = selection::Selection<Vec<u8>>;

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
    let format = output::format(&messages.look);
    let limits = capture.memory.limits();
    let mut style = output::style(messages.full);
    style.max_output = limits.output.record;
    let mut out = output::stdout_in(format, &style);
    output::head(&mut out, format)?;
    let mut json = output::json_within(limits.output.record);
    if capture.hide_secrets {
        json.hide_secrets();
    }
    let mut records = traced::telling(Records::default(), &capture.origins);
    let mut selection = Selection::new(limits.output);
    let mut text = TextBuffer::new();
    let mut tracker = Tracker::new(limits.analysis);
    if filter.is_none() {
        tracker = tracker.without_statuses();
    }
    let mut matched = summary::Matched::default();
    let (session, tracker, totals) = source::read_tracked(capture, tracker, &mut |record| {
        let Some((record, seen)) = record.map(|(record, seen)| (&*record, &*seen)) else { return Ok(out.flush()?) };
        let choice = selection.choose(record);
        let passes = filter.as_ref().is_none_or(|filter| filter.matches(&Subject::of(record, seen)));
        let choice = match choice {
            Choice::Show(held) if !passes => {
                for earlier in held {
                    output::line(&mut out, &earlier)?;
                }
                Choice::Skip
            }
            Choice::Hold if !passes => Choice::Skip,
            choice => choice,
        };
        if !matches!(choice, Choice::Skip) || !passes {
            matched.count(passes);
        }
        if let Choice::Skip = choice {
            return Ok(());
        }
        match format {
            Format::Jsonl => records.print_with(&mut json, record, Some(&HandleAnnotations::of(seen))),
            Format::Text => {
                text.clear();
                blocks::record(&mut text, record, &style, Some(&HandleAnnotations::of(seen)));
                traced::text(&mut text, &capture.origins, record);
            }
        }
        match (choice, format) {
            (Choice::Show(held), _) => {
                for earlier in held {
                    output::line(&mut out, &earlier)?;
                }
                match format {
                    Format::Jsonl => json.write_line(&mut out)?,
                    Format::Text => output::line(&mut out, text.as_bytes())?,
                }
            }
            (Choice::Hold, Format::Jsonl) => selection.hold(record, json.as_bytes().to_vec(), json.as_bytes().len()),
            (Choice::Hold, Format::Text) => selection.hold(record, text.as_bytes().to_vec(), text.as_bytes().len()),
            (Choice::Skip, _) => {}
        }
        Ok(())
    })?;
    let mut more = vec![("records_cut", records.cut())];
    more.extend(selection.given_up());
    totals.traces.print(&mut out, format)?;
    limits_with(&mut out, &session, &tracker, &more, format)?;
    matched.tell("messages", filter.is_some());
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
