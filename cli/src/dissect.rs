//! `dissect`: every message of a capture.

use super::{Failure, Format, Messages, Outcome, output, source, summary, traced};
use cluscope::internals::analysis::{HandleAnnotations, Tracker};
use cluscope::internals::base::bounded::Bounded;
use cluscope::internals::base::bounds;
use cluscope::internals::base::hash::Map;
use cluscope::internals::filter::Subject;
use cluscope::internals::limits::Output;
use cluscope::internals::ndr::wire::Message;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::render::text::{TextBuffer, record as blocks};
use cluscope::internals::rpc::event::Body;
use cluscope::internals::session::{Record, Session};
use std::io::Write;

/// Which records are shown: those of our interfaces, everything about the associations they travel on, and binds that
/// were refused, since nothing else tells what they were for.
pub(super) struct Selection {
    ours: Bounded<(bool, u64), ()>,
    /// The one of them used last.
    last: Option<(bool, u64)>,
    held: Map<(bool, u64), Vec<Vec<u8>>>,
    /// Bytes of `held`.
    bytes: usize,
    omitted: u64,
    limits: Output,
}

/// Whether nothing can tell what a message belongs to: the bind is not in the capture, and neither is the request of an
/// answer, or the stub is sealed.
fn is_unknown(record: &Record<'_>) -> bool {
    record.event.context.is_none()
        && match record.event.body {
            Body::Request { stub, .. } => stub.is_none(),
            Body::Response { stub, opnum, .. } => stub.is_none() || opnum.is_none(),
            Body::Fault { status, opnum, .. } => status.is_none() || opnum.is_none(),
            _ => false,
        }
}

/// What to do with a record.
pub(super) enum Choice {
    /// Show it, after those that were held back.
    Show(Vec<Vec<u8>>),
    /// Print it and give it to [`Selection::hold`].
    Hold,
    /// Not ours.
    Skip,
}

impl Selection {
    fn key(record: &Record<'_>) -> (bool, u64) {
        (record.flow.transport == cluscope::internals::net::Transport::Tcp, record.flow.stream)
    }

    pub(super) fn new(limits: Output) -> Self {
        Selection { ours: Bounded::new(limits.chosen), last: None, held: Map::default(), bytes: 0, omitted: 0, limits }
    }

    /// What was given up for limits.
    pub(super) fn given_up(&self) -> [(&'static str, u64); 2] {
        [("held_omitted", self.omitted), ("connections_forgotten", self.ours.dropped())]
    }

    /// Takes out what was held back of a connection.
    fn release(&mut self, key: (bool, u64)) -> Vec<Vec<u8>> {
        let held = self.held.remove(&key).unwrap_or_default();
        self.bytes -= held.iter().map(Vec::len).sum::<usize>();
        held
    }

    /// Decides about a record.
    pub(super) fn choose(&mut self, record: &Record<'_>) -> Choice {
        let key = Selection::key(record);
        let ours = self.last == Some(key) || self.ours.get(&key).is_some();
        if ours {
            self.last = Some(key);
        }
        let proposed = match &record.event.body {
            Body::Bind(p) | Body::AlterContext(p) => p
                .contexts
                .iter()
                .any(|c| cluscope::internals::idl::interface_by_uuid(&c.abstract_syntax.uuid.0).is_some()),
            _ => false,
        };
        let refused = matches!(record.event.body, Body::BindNak { .. });
        if !ours && (proposed || refused || record.interface.is_some() || is_unknown(record)) {
            self.ours.insert(key, ());
            self.last = Some(key);
            return Choice::Show(self.release(key));
        }
        let call = matches!(
            record.event.body,
            Body::Request { .. } | Body::Response { .. } | Body::Fault { .. } | Body::Incomplete { .. }
        );
        if ours {
            // The callbacks of connectionless security are the handshake of the calls they are about.
            if record.event.token.is_some() {
                return Choice::Show(Vec::new());
            }
            // Calls of other interfaces on the same connection are none of ours; those of no known one may be.
            return match (&record.event.context, call) {
                (Some(_), true) if record.interface.is_none() && !rejected(record) => Choice::Skip,
                _ => Choice::Show(Vec::new()),
            };
        }
        match (call, self.held.len() < self.limits.held || self.held.contains_key(&key)) {
            (false, true) => Choice::Hold,
            (false, false) => {
                self.omitted += 1;
                Choice::Skip
            }
            (true, _) => Choice::Skip,
        }
    }

    /// Keeps a record's print until its connection turns out to be ours.
    pub(super) fn hold(&mut self, record: &Record<'_>, print: Vec<u8>) {
        let held = self.held.entry(Selection::key(record)).or_default();
        if held.len() < bounds::HELD_PDUS && self.bytes.saturating_add(print.len()) <= self.limits.held_bytes {
            self.bytes += print.len();
            held.push(print);
        } else {
            self.omitted += 1;
        }
    }
}

/// Whether the record's context is one of ours that the server rejected.
fn rejected(record: &Record<'_>) -> bool {
    record.event.context.is_some_and(|c| cluscope::internals::idl::interface_by_uuid(&c.interface.0).is_some())
}

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
            (Choice::Hold, Format::Jsonl) => selection.hold(record, json.as_bytes().to_vec()),
            (Choice::Hold, Format::Text) => selection.hold(record, text.as_bytes().to_vec()),
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
