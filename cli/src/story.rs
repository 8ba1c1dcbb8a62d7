//! `story`: what happened, one line an event.

use super::dissect::limits_with;
use super::views::Reader;
use super::{Capture, Failure, Format, Look, Outcome, output, summary};
use clap::Args;
use cluscope::analysis::story::{self, Event};
use cluscope::render::json::out::Out;
use cluscope::render::{json, text};
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

pub(super) fn run(args: &Story) -> Outcome {
    let format = output::format(&args.look);
    let mut out = output::stdout_as(format);
    let mut json_line = Out::new();
    let mut story = story::Story::new(args.capture.memory.limits().story);
    let mut pending: Vec<Event> = Vec::new();
    let reader = Reader::new(&args.capture)?;
    // The filter is asked when the reader has gone.
    let filter = args.capture.filter()?;
    let mut print = |pending: &mut Vec<Event>| -> Result<(), Failure> {
        for event in pending.drain(..) {
            if filter.as_ref().is_some_and(|filter| !filter.decide(event.tests)) {
                continue;
            }
            match format {
                Format::Text => output::line(&mut out, text::story::event(&event, args.verbose).as_bytes())?,
                Format::Jsonl => {
                    json::story::event(&mut json_line, &event);
                    output::line(&mut out, json_line.as_bytes())?;
                }
            }
        }
        Ok(())
    };
    let (session, tracker, totals) = reader.read(
        &args.capture,
        &mut |record, seen, tests| {
            story.feed(record, seen, tests, &mut |event| pending.push(event));
            print(&mut pending)
        },
        &mut |_| Ok(()),
    )?;
    story.finish(&mut |event| pending.push(event));
    print(&mut pending)?;
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
