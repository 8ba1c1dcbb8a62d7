//! `decrypt`: the same capture with what is sealed in clear.
//!
//! The output is written beside its place under another name, readable by its owner alone, and takes its place when it
//! is complete; whatever goes wrong before, a signal included, leaves nothing behind.

use super::output::tell;
use super::place::{Beside, failed, interrupted, same, spare};
use super::sealed::Sealed;
use super::summary::{self, Totals};
use super::{Failure, Format, Memory, Outcome, Secrets, source, traced};
use clap::Args;
use cluscope::internals::auth::KeyStore;
use cluscope::internals::capture::{Reader, Writer};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::rewrite::{self, MARK, Request, Rewritten, Summary};
use cluscope::internals::session::{Record, Session};
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Arguments of `decrypt`.
#[derive(Debug, Args)]
pub(super) struct Decrypt {
    /// Capture, pcap, pcapng or ETL; a file, because it is read twice
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// Where the capture is written, pcapng; only its owner can read it
    #[arg(short, long, value_name = "OUT.pcapng")]
    output: PathBuf,
    /// Write over a file that is there, unless it is the input
    #[arg(long)]
    force: bool,
    /// Leave out packets of connections in which nothing opens
    #[arg(long)]
    only_opened: bool,
    /// Leave messages sealed that hold passwords, keys or tokens, or may hold some
    #[arg(long)]
    hide_secrets: bool,
    #[command(flatten)]
    secrets: Secrets,
    #[command(flatten)]
    memory: Memory,
}

pub(super) fn run(arguments: &Decrypt) -> Outcome {
    let Decrypt { input, output, force, only_opened, hide_secrets, secrets, memory } = arguments;
    let limits = memory.limits();
    for (path, which) in [(input, "input"), (output, "output")] {
        if path.as_os_str() == "-" {
            return Err(Failure::Usage(format!("the {which} of decrypt is a file, not -")));
        }
    }
    let open = || {
        let file = File::open(input).map_err(|e| failed(input, &e))?;
        if !file.metadata().is_ok_and(|m| m.is_file()) {
            return Err(failed(input, &"not a regular file; it has to be read twice, so save it first"));
        }
        let file = traced::ordered(file).map_err(|e| failed(input, &e))?;
        Reader::with_limits(file, limits.capture.clone()).map_err(|e| failed(input, &e))
    };
    // What can't be read leaves no output behind.
    let (ahead, behind, mut first) = (open()?, open()?, open()?);
    let keys = source::keys(secrets)?;
    spare(&[input], output, *force)?;
    for key in secrets.keys.iter().chain(&secrets.keytab).chain(&secrets.ccache) {
        let path = KeyStore::file_of(key).unwrap_or_else(|_| key.clone());
        if let (Ok(key), Ok(there)) = (std::fs::metadata(&path), std::fs::metadata(output))
            && same(&key, &there, (&path, output))
        {
            return Err(Failure::Usage("the output is a file of keys".into()));
        }
    }
    let interrupted = interrupted();
    let stop = || interrupted.load(Ordering::Relaxed);
    let session = || Session::new(limits.session.clone(), Arc::clone(&keys));
    let only = match only_opened {
        true => Some(rewrite::opened(open()?, session(), &stop).map_err(|e| failed(output, &e))?),
        false => None,
    };
    let mut file = Beside::new(output)?;
    // The section's header is read with its first packet.
    let _ = first.next();
    let comment = format!(
        "{MARK} {}: sealed DCE/RPC stubs were replaced by what they decrypt to, and the level of their security \
         trailers by connect; the signatures left in them no longer mean anything",
        env!("CARGO_PKG_VERSION")
    );
    let mut writer = Writer::new(BufWriter::with_capacity(1 << 18, file.file()), first.section(), &comment);
    // Its buffer is not needed any more.
    drop(first);
    let mut sealed = Sealed::default();
    let mut shown = Shown::default();
    shown.json.hide_secrets();
    let seen = &mut |record: &Record<'_>| {
        sealed.see(record);
        !*hide_secrets || shown.is_clear(record)
    };
    let request = Request { limits: limits.rewrite, only, stop: &stop, seen, withhold: *hide_secrets };
    let rewritten = rewrite::rewrite(ahead, behind, session(), &mut writer, request).map_err(|e| failed(output, &e))?;
    drop(writer);
    let Rewritten { summary, error, problems, session } = rewritten;
    source::tell_problems(input, &problems);
    if let Some(error) = &error {
        tell!("{}: {error}", input.display());
    }
    if stop() {
        return Err(failed(output, &"interrupted"));
    }
    file.place(output, *force)?;
    tell_summary(&summary);
    sealed.tell();
    source::tell_given_up(&session);
    // Merely cut off at its end: all that is there was read.
    let whole = error.is_none_or(|error| error.is_truncated());
    let totals = Totals::of(summary.packets + summary.left_out, whole);
    summary::tell(&mut std::io::sink(), &session, &totals, Format::Text)?;
    totals.outcome(&session)
}

/// Looks for what `--hide-secrets` leaves out of JSON.
#[derive(Default)]
struct Shown {
    json: Out,
    records: Records,
}

impl Shown {
    /// Whether a record is one of our interfaces' and has nothing that would be left out.
    fn is_clear(&mut self, record: &Record<'_>) -> bool {
        self.records.print(&mut self.json, record);
        let mark = br#""secret":true"#;
        record.interface.is_some() && !self.json.as_bytes().windows(mark.len()).any(|part| part == mark)
    }
}

/// What was done, on standard error: the output is the file.
fn tell_summary(summary: &Summary) {
    let Summary { packets, changed, left_out, pdus, left, withheld } = summary;
    tell!("{packets} packets written, {changed} of them changed: {} sealed PDUs in clear", pdus - withheld);
    if *left_out > 0 {
        tell!("{left_out} packets left out: nothing of their connections opens");
    }
    if *withheld > 0 {
        tell!("{withheld} PDUs that hold secrets, or may, stay sealed");
    }
    if *left > 0 {
        tell!("{left} of those PDUs stay sealed: their packets were too far apart");
    }
}
