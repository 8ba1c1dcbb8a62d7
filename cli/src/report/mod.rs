//! `report`: a page that shows what a capture holds; one file, which needs no network and nothing beside it.
//!
//! `collect.rs` reads the capture and keeps what the page shows, in bounded memory: `sample.rs` chooses calls and points
//! where there are too many; `data.rs` puts it into JSON. `page.rs` puts that into `page.html`, beside `page.css` and
//! `page.js`, which draw it.

mod collect;
mod data;
mod page;
mod sample;

use super::place::{Beside, failed, spare};
use super::{Capture, Failure, Format, Outcome, dissect, output, summary, views};
use clap::Args;
use cluscope::internals::limits::Limits;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct Report {
    #[command(flatten)]
    capture: Capture,
    /// Where the page is written; only its owner can read it
    #[arg(short, long, value_name = "OUT.html")]
    output: PathBuf,
    /// Write over a file that is there, unless it is the input
    #[arg(long)]
    force: bool,
    /// What the page is headed with, instead of the files' names
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
}

pub(super) fn run(mut args: Report) -> Outcome {
    let Report { capture, output, force, title } = &mut args;
    if output.as_os_str() == "-" {
        return Err(Failure::Usage("the output of report is a file, not -".into()));
    }
    let inputs: Vec<&PathBuf> = capture.files.iter().filter(|file| file.exists()).collect();
    spare(&inputs, output, *force)?;
    // It keeps at once what `check`, `stats` and `story` keep.
    capture.memory.memory_limit = Limits::share_of_report(capture.memory.memory_limit);
    let limits = capture.memory.limits();
    let mut collector = collect::Collector::new(&limits, capture.filter()?);
    let (session, tracker, totals) = views::Reader::new(capture)?.read(capture, &mut collector)?;
    if !totals.any {
        return Ok(false);
    }
    let mut given_up = session.given_up();
    given_up.extend(tracker.counters().all());
    given_up.retain(|(_, count)| *count != 0);
    let title = title.take().unwrap_or_else(|| names(&capture.files));
    let (json, listed) = collector.finish(&title, &totals, &given_up);
    let mut beside = Beside::new(output)?;
    let mut file = BufWriter::new(beside.file());
    page::write(&mut file, &title, &json).and_then(|()| file.flush()).map_err(|e| failed(output, &e))?;
    drop(file);
    beside.place(output, *force)?;
    dissect::limits(&mut std::io::stderr(), &session, &tracker, Format::Text)?;
    summary::tell(&mut std::io::sink(), &session, &totals, Format::Text)?;
    output::tell!("{}: {} of {} calls are listed", output.display(), listed.listed, listed.all);
    totals.outcome(&session)
}

/// The names of the files, without their folders.
fn names(files: &[PathBuf]) -> String {
    const SHOWN: usize = 3;
    let name = |path: &PathBuf| match path.file_name() {
        Some(name) if path.as_os_str() != "-" => name.to_string_lossy().into_owned(),
        _ => "standard input".to_string(),
    };
    let shown: Vec<String> = files.iter().take(SHOWN).map(name).collect();
    match files.len() {
        0 => "live capture".to_string(),
        n if n > SHOWN => format!("{} and {} more", shown.join(", "), n - SHOWN),
        _ => shown.join(", "),
    }
}
