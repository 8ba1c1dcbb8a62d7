//! `dissect`: every message of a capture.

use super::{Failure, Format, Messages, Outcome, blocks, output, source};
use crate::analysis::Tracker;
use crate::filter::Subject;
use crate::hash::{Map, Set};
use crate::json::out::Out;
use crate::json::record::Records;
use crate::ndr::wire::Message;
use crate::rpc::event::Body;
use crate::session::{Record, Session};
use std::io::Write;

/// Association PDUs of a connection that are held back until the connection turns out to be ours.
const HELD: usize = 16;

/// Connections with something held back.
const HELD_CONNECTIONS: usize = 1024;

/// Which records are shown: those of our interfaces, everything about the associations they travel on, and binds that
/// were refused, since nothing else tells what they were for.
#[derive(Default)]
pub(super) struct Selection {
    ours: Set<(bool, u64)>,
    held: Map<(bool, u64), Vec<Vec<u8>>>,
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
        (record.flow.transport == crate::net::Transport::Tcp, record.flow.stream)
    }

    /// Decides about a record.
    pub(super) fn choose(&mut self, record: &Record<'_>) -> Choice {
        let key = Selection::key(record);
        let ours = self.ours.contains(&key);
        let proposed = match &record.event.body {
            Body::Bind(p) | Body::AlterContext(p) => {
                p.contexts.iter().any(|c| crate::idl::interface_by_uuid(&c.abstract_syntax.uuid.0).is_some())
            }
            _ => false,
        };
        let refused = matches!(record.event.body, Body::BindNak { .. });
        if !ours && (proposed || refused || record.interface.is_some()) {
            self.ours.insert(key);
            return Choice::Show(self.held.remove(&key).unwrap_or_default());
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
        match (call, self.held.len() < HELD_CONNECTIONS || self.held.contains_key(&key)) {
            (false, true) => Choice::Hold,
            _ => Choice::Skip,
        }
    }

    /// Keeps a record's print until its connection turns out to be ours.
    pub(super) fn hold(&mut self, record: &Record<'_>, print: Vec<u8>) {
        let held = self.held.entry(Selection::key(record)).or_default();
        if held.len() < HELD {
            held.push(print);
        }
    }
}

/// Whether the record's context is one of ours that the server rejected.
fn rejected(record: &Record<'_>) -> bool {
    record.event.context.is_some_and(|c| crate::idl::interface_by_uuid(&c.interface.0).is_some())
}

/// Decodes every stub and prints nothing.
fn quiet(messages: &Messages) -> Outcome {
    let (_, any) = source::read_here(&messages.capture, &mut |record| {
        if let (Some((kind, stub)), Some(method)) = (record.stub(), record.method()) {
            // What can't be decoded would be a record like any other.
            let _ = Message::decode(method, kind, stub);
        }
        Ok(())
    })?;
    Ok(any)
}

pub(super) fn run(messages: &Messages) -> Outcome {
    if messages.quiet {
        return quiet(messages);
    }
    let capture = &messages.capture;
    let filter = capture.filter()?;
    let format = output::format(&messages.look);
    let style = output::style(messages.full);
    let mut out = output::stdout();
    let mut json = Out::new();
    let mut records = Records::default();
    let mut selection = Selection::default();
    let mut text = String::new();
    let mut tracker = Tracker::default();
    let (session, any) = source::read(capture, &mut |record| {
        let seen = tracker.feed(&record);
        let choice = selection.choose(&record);
        let passes = filter.as_ref().is_none_or(|filter| filter.matches(&Subject::of(&record, &seen)));
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
        if let Choice::Skip = choice {
            return Ok(());
        }
        let print: &[u8] = match format {
            Format::Jsonl => {
                records.print_with(&mut json, &record, Some(&tracker.view(&seen)));
                json.as_bytes()
            }
            Format::Text => {
                text.clear();
                blocks::record(&mut text, &record, &style, Some(&tracker.view(&seen)));
                text.as_bytes()
            }
        };
        match choice {
            Choice::Show(held) => {
                for earlier in held {
                    output::line(&mut out, &earlier)?;
                }
                output::line(&mut out, print)?;
            }
            Choice::Hold => selection.hold(&record, print.to_vec()),
            Choice::Skip => {}
        }
        Ok(())
    })?;
    limits(&mut out, &session, &tracker, format)?;
    out.flush()?;
    Ok(any)
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
    let network = session.network_stats();
    let rpc = session.stats().rpc;
    let mut found: Vec<(&str, u64)> = vec![
        ("tcp_buffer_limits", network.tcp_buffer_limits),
        ("tcp_evictions", network.tcp_evictions),
        ("udp_evictions", network.udp_evictions),
        ("fragment_evictions", network.fragment_evictions),
        ("fragment_timeouts", network.fragment_timeouts),
        ("too_deep", network.too_deep),
        ("connections_evicted", session.stats().connections_evicted),
        ("conversations_evicted", session.stats().conversations_evicted),
    ];
    found.extend(rpc.nonzero().filter(|(name, _)| !matches!(*name, "pdus" | "malformed" | "skipped_bytes")));
    found.extend(tracker.counters().all());
    found.extend(more);
    found.retain(|(_, count)| *count != 0);
    if found.is_empty() {
        return Ok(());
    }
    match format {
        Format::Jsonl => {
            let mut json = Out::new();
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
