//! `story`: what happened, one line an event.

use super::dissect::limits_with;
use super::views::Reader;
use super::{Capture, Failure, Format, Look, Outcome, output};
use clap::Args;
use cluscope::analysis::story::{self, Event};
use cluscope::render::json::out::Out;
use cluscope::render::json::record::timestamp;
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
    let mut out = output::stdout();
    let mut json = Out::new();
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
                Format::Text => output::line(&mut out, line(&event, args.verbose).as_bytes())?,
                Format::Jsonl => {
                    object(&mut json, &event);
                    output::line(&mut out, json.as_bytes())?;
                }
            }
        }
        Ok(())
    };
    let (session, tracker, any) = reader.read(
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
    out.flush()?;
    Ok(any)
}

/// Time to the millisecond, client, and what happened.
fn line(event: &Event, verbose: bool) -> String {
    let mut line = String::new();
    if let Some(time) = event.time {
        let text = String::from_utf8_lossy(&time.to_ascii()).replacen('T', " ", 1);
        line.push_str(text.get(..23).unwrap_or(&text));
        line.push_str("  ");
    }
    if let Some(user) = event.user.as_deref() {
        line.push_str(user);
        line.push('@');
    }
    line.push_str(&format!("{}  {}", event.client.ip(), event.text));
    if event.times > 1 {
        line.push_str(&format!(" ({} times)", event.times));
    }
    if verbose {
        let frames: Vec<String> = event.frames.iter().map(u64::to_string).collect();
        line.push_str(&format!("  [#{}]", frames.join(" #")));
    }
    // Names are shown with their escapes; nothing else may move the cursor either.
    line.retain(|c| !c.is_control());
    line
}

fn object(out: &mut Out, event: &Event) {
    out.clear();
    out.begin();
    out.key("type");
    out.text("event");
    if let Some(time) = event.time {
        out.key("time");
        timestamp(out, time);
    }
    out.key("event");
    out.text(event.name);
    out.key("client");
    out.display(event.client);
    if let Some(user) = event.user.as_deref() {
        out.key("user");
        out.text(user);
    }
    out.key("text");
    out.text(&event.text);
    out.key("outcome");
    out.text(event.outcome.name());
    if event.times > 1 {
        out.key("times");
        out.uint(event.times);
    }
    out.key("frames");
    out.begin_list();
    for frame in &event.frames {
        out.uint(*frame);
    }
    out.end_list();
    out.end();
}
