//! `story`: what happened, one line an event.

use super::dissect::limits_with;
use super::views::{CallConsumer, Reader};
use super::{Capture, Failure, Format, Look, Outcome, output, summary};
use clap::Args;
use cluscope::internals::analysis::RecordContext;
use cluscope::internals::analysis::story::{self, Event};
use cluscope::internals::filter::Filter;
use cluscope::internals::render::json::out::Out;
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
}

/// Prints events as they are told.
struct Teller<'a> {
    out: output::Stdout,
    line: Out,
    story: story::Story,
    pending: Vec<Event>,
    filter: Option<Filter>,
    format: Format,
    args: &'a Story,
}

impl Teller<'_> {
    fn print(&mut self) -> Result<(), Failure> {
        for event in self.pending.drain(..) {
            if self.filter.as_ref().is_some_and(|filter| !filter.decide(event.tests)) {
                continue;
            }
            match self.format {
                Format::Text => {
                    output::line(&mut self.out, text::story::event(&event, self.args.verbose).as_bytes())?;
                }
                Format::Jsonl => {
                    json::story::event(&mut self.line, &event);
                    output::line(&mut self.out, self.line.as_bytes())?;
                }
            }
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

    fn pause(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }
}

pub(super) fn run(args: &Story) -> Outcome {
    let format = output::format(&args.look);
    let reader = Reader::new(&args.capture)?;
    let mut teller = Teller {
        out: output::stdout_as(format),
        line: output::json(),
        story: story::Story::new(args.capture.memory.limits().story),
        pending: Vec::new(),
        // The filter is asked when the reader has gone.
        filter: args.capture.filter()?,
        format,
        args,
    };
    let (session, tracker, totals) = reader.read(&args.capture, &mut teller)?;
    let Teller { story, pending, .. } = &mut teller;
    story.finish(&mut |event| pending.push(event));
    teller.print()?;
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
