//! `story`: what happened, one line an event.

use super::dissect::limits_with;
use super::period::{Period, Point};
use super::screen::screen;
use super::views::{CallConsumer, Reader};
use super::{Capture, Failure, Format, Look, Outcome, output, summary};
use clap::Args;
use cluscope::internals::analysis::RecordContext;
use cluscope::internals::analysis::calls::Call;
use cluscope::internals::analysis::story::{self, Event, Timeline};
use cluscope::internals::filter::Filter;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::text::Style;
use cluscope::internals::render::text::story::{Lines, Sum};
use cluscope::internals::render::{json, text};
use cluscope::internals::session::Record;
use std::io::Write;

#[derive(Debug, Args)]
pub(super) struct Story {
    #[command(flatten)]
    capture: Capture,
    #[command(flatten)]
    look: Look,
    /// Name the frames of each event
    #[arg(long, short)]
    verbose: bool,
    /// Only what happened to this object or names it: a group, a resource, a node …; its states follow at the end
    #[arg(long, value_name = "NAME")]
    object: Option<String>,
    /// Only what happened from this time on: 2026-11-20T10:00:00Z, '2026-11-20 10:00' (in the zone of --time), 10:00:30 of any
    /// day, or seconds since 1970
    #[arg(long, value_name = "TIME")]
    since: Option<Point>,
    /// Only what had begun by this time
    #[arg(long, value_name = "TIME")]
    until: Option<Point>,
    /// Print the states of groups, resources, nodes, networks and interfaces at the end, as the capture shows them
    #[arg(long)]
    timeline: bool,
}

/// Prints events as they are told.
struct Teller<'a> {
    out: output::Stdout,
    line: Out,
    lines: Lines,
    style: Style,
    story: story::Story,
    pending: Vec<Event>,
    filter: Option<Filter>,
    format: Format,
    args: &'a Story,
    /// The object in lower case.
    object: Option<String>,
    period: Period,
    sum: Sum,
}

impl Teller<'_> {
    fn is_wanted(&self, event: &Event) -> bool {
        let is = |name: &str| self.object.as_deref().is_some_and(|object| name.to_lowercase() == object);
        let of_object = || {
            let name = event.object.as_ref().and_then(|object| object.name.as_deref());
            let ends = [name, event.from.as_deref(), event.to.as_deref()];
            // What a line names beside its object stands in quotes.
            let quoted = |object: &String| event.text.to_lowercase().contains(&format!("\"{object}\""));
            ends.into_iter().flatten().any(is) || self.object.as_ref().is_some_and(quoted)
        };
        self.filter.as_ref().is_none_or(|filter| filter.decide(event.tests))
            && (self.object.is_none() || of_object())
            && self.period.overlaps(event.time, event.end)
    }

    fn print(&mut self) -> Result<(), Failure> {
        for event in std::mem::take(&mut self.pending) {
            if !self.is_wanted(&event) {
                continue;
            }
            match self.format {
                Format::Text => {
                    let line = self.lines.event(&event, self.args.verbose, &self.style, screen().terminal);
                    output::line(&mut self.out, line.as_bytes())?;
                }
                Format::Jsonl => {
                    json::story::event(&mut self.line, &event);
                    output::line(&mut self.out, self.line.as_bytes())?;
                }
            }
        }
        Ok(())
    }

    /// The states of the objects that were asked for.
    fn timelines(&mut self) -> Result<(), Failure> {
        if !self.args.timeline && self.object.is_none() {
            return Ok(());
        }
        for mut timeline in self.story.timelines() {
            let Timeline { object, states, .. } = &mut timeline;
            let name = object.name.as_deref().map(str::to_lowercase);
            states.retain(|seen| self.period.overlaps(seen.time, None));
            if states.is_empty() || (self.object.is_some() && name != self.object) {
                continue;
            }
            match self.format {
                Format::Text => {
                    writeln!(self.out)?;
                    self.out.write_all(text::story::timeline(&timeline, &self.style).as_bytes())?;
                }
                Format::Jsonl => {
                    json::story::timeline(&mut self.line, &timeline);
                    output::line(&mut self.out, self.line.as_bytes())?;
                }
            }
        }
        Ok(())
    }

    /// What the calls came to, where all of them were asked for.
    fn sum(&mut self) -> Result<(), Failure> {
        if self.format == Format::Text && self.object.is_none() && self.period.is_all() {
            writeln!(self.out, "{}", self.sum.line(&self.style))?;
        }
        Ok(())
    }
}

impl CallConsumer for Teller<'_> {
    fn record(&mut self, record: &Record<'_>, context: &RecordContext, tests: u64) -> Result<(), Failure> {
        let Teller { story, pending, .. } = self;
        story.feed(record, context, tests, &mut |event| pending.push(event));
        self.print()
    }

    fn call(&mut self, call: &Call) -> Result<(), Failure> {
        self.sum.add(call);
        Ok(())
    }

    fn pause(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }
}

pub(super) fn run(args: &Story) -> Outcome {
    let format = output::format(&args.look);
    let reader = Reader::new(&args.capture)?;
    let style = output::style(false);
    let mut out = output::stdout_in(format, &style);
    output::head(&mut out, format)?;
    let mut teller = Teller {
        out,
        line: output::json(),
        lines: Lines::default(),
        style,
        story: story::Story::new(args.capture.memory.limits().story),
        pending: Vec::new(),
        // The filter is asked when the reader has gone.
        filter: args.capture.filter()?,
        format,
        args,
        object: args.object.as_deref().map(str::to_lowercase),
        period: Period { since: args.since, until: args.until },
        sum: Sum::default(),
    };
    let (session, tracker, totals) = reader.read(&args.capture, &mut teller)?;
    let Teller { story, pending, .. } = &mut teller;
    story.finish(&mut |event| pending.push(event));
    teller.print()?;
    teller.timelines()?;
    teller.sum()?;
    let Teller { mut out, story, .. } = teller;
    limits_with(
        &mut out,
        &session,
        &tracker,
        &[("story_forgotten", story.forgotten()), ("story_unfinished", story.unfinished())],
        format,
    )?;
    summary::tell(&mut out, &session, &totals, format)?;
    out.flush()?;
    totals.outcome(&session)
}
