//! `story`: what happened, one line an event.

use super::dissect::limits_with;
use super::period::{Period, Point};
use super::screen::screen;
use super::views::{CallConsumer, Reader};
use super::{Capture, Failure, Format, Look, Outcome, output, summary};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};
use cluscope::internals::analysis::RecordContext;
use cluscope::internals::analysis::calls::Call;
use cluscope::internals::analysis::story::{self, Event, Timeline};
use cluscope::internals::filter::Filter;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::text::Style;
use cluscope::internals::render::text::story::{Lines, Sum};
use cluscope::internals::render::{STORY_FORMATS, StoryPrinter, json, text};
use cluscope::internals::session::Record;
use std::io::Write;

#[derive(Debug, Args)]
pub(super) struct Story {
    #[command(flatten)]
    capture: Capture,
    /// How to print; text on a terminal and jsonl into a pipe unless named
    #[arg(long, value_parser = formats())]
    format: Option<String>,
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

/// Names of the formats, with what they are.
fn formats() -> PossibleValuesParser {
    let own = [("text", "A line an event"), ("jsonl", "One JSON object a line")];
    let others = STORY_FORMATS.iter().map(|format| (format.name, format.about));
    PossibleValuesParser::new(own.into_iter().chain(others).map(|(name, about)| PossibleValue::new(name).help(about)))
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
    /// What prints in their place, for other tools.
    printer: Option<Box<dyn StoryPrinter>>,
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
            if let Some(printer) = &mut self.printer {
                let mut printed = Vec::new();
                printer.event(&mut printed, &event);
                self.out.write_all(&printed)?;
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
        if !self.args.timeline && self.object.is_none() && self.printer.is_none() {
            return Ok(());
        }
        let mut timelines = self.story.timelines();
        timelines.retain_mut(|Timeline { object, states, .. }| {
            let name = object.name.as_deref().map(str::to_lowercase);
            states.retain(|seen| self.period.overlaps(seen.time, None));
            !states.is_empty() && (self.object.is_none() || name == self.object)
        });
        if let Some(printer) = &mut self.printer {
            let mut printed = Vec::new();
            printer.end(&mut printed, &timelines);
            return Ok(self.out.write_all(&printed)?);
        }
        for timeline in timelines {
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
    let by_variable = output::named_format();
    let named = args.format.as_deref().or(by_variable.as_deref());
    let other = STORY_FORMATS.iter().find(|format| named == Some(format.name));
    let format = args.format.as_deref().map(|name| if name == "text" { Format::Text } else { Format::Jsonl });
    let format = output::format(&Look { format });
    let limits = args.capture.memory.limits();
    let mut printer = other.map(|format| (format.printer)(&limits.pictures));
    let reader = Reader::new(&args.capture)?;
    let style = output::style(false);
    let mut out = output::stdout_in(format, &style);
    output::head(&mut out, format)?;
    if let Some(printer) = &mut printer {
        let mut printed = Vec::new();
        printer.begin(&mut printed);
        out.write_all(&printed)?;
    }
    let mut teller = Teller {
        out,
        line: output::json(),
        lines: Lines::default(),
        style,
        story: story::Story::new(limits.story),
        pending: Vec::new(),
        // The filter is asked when the reader has gone.
        filter: args.capture.filter()?,
        format,
        printer,
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
    let given_up = [("story_forgotten", story.forgotten()), ("story_unfinished", story.unfinished())];
    if other.is_some() {
        // These formats have no place for it.
        limits_with(&mut std::io::stderr(), &session, &tracker, &given_up, Format::Text)?;
        summary::tell(&mut std::io::sink(), &session, &totals, Format::Text)?;
    } else {
        limits_with(&mut out, &session, &tracker, &given_up, format)?;
        summary::tell(&mut out, &session, &totals, format)?;
    }
    out.flush()?;
    totals.outcome(&session)
}
