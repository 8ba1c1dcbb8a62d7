//! `decrypt`: the same capture with what is sealed in clear.

use super::output::tell;
use super::{Failure, Memory, Outcome, Secrets, source};
use clap::Args;
use cluscope::capture::{Reader, Writer};
use cluscope::rewrite::{self, MARK, RewriteError, Summary};
use cluscope::rpc::security::Opened;
use cluscope::session::Session;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, ErrorKind};
use std::path::{Path, PathBuf};

/// Different reasons that are told at the end.
const REASONS: usize = 8;

/// Arguments of `decrypt`.
#[derive(Debug, Args)]
pub(super) struct Decrypt {
    /// Capture, pcap or pcapng; a file, because it is read twice
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// Where the capture is written, pcapng
    #[arg(short, long, value_name = "OUT.pcapng")]
    output: PathBuf,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    secrets: Secrets,
    #[command(flatten)]
    memory: Memory,
}

pub(super) fn run(arguments: &Decrypt) -> Outcome {
    let Decrypt { input, output, force, secrets, memory } = arguments;
    let limits = memory.limits();
    for (path, which) in [(input, "input"), (output, "output")] {
        if path.as_os_str() == "-" {
            return Err(Failure::Usage(format!("the {which} of decrypt is a file, not -")));
        }
    }
    let failed = |path: &Path, error: &dyn std::fmt::Display| Failure::Message(format!("{}: {error}", path.display()));
    let open = || {
        let file = File::open(input).map_err(|e| failed(input, &e))?;
        if !file.metadata().is_ok_and(|m| m.is_file()) {
            return Err(failed(input, &"not a regular file; it has to be read twice, so save it first"));
        }
        Reader::with_limits(file, limits.capture.clone()).map_err(|e| failed(input, &e))
    };
    // What can't be read leaves no output behind.
    let (ahead, behind, mut first) = (open()?, open()?, open()?);
    let keys = source::keys(secrets)?;
    if let (Ok(from), Ok(to)) = (input.canonicalize(), output.canonicalize())
        && from == to
    {
        return Err(Failure::Usage("the output is the input".into()));
    }
    let mut options = OpenOptions::new();
    options.write(true);
    if *force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let file = options.open(output).map_err(|e| match e.kind() {
        ErrorKind::AlreadyExists => failed(output, &"there already; --force writes over it"),
        _ => failed(output, &e),
    })?;
    // The section's header is read with its first packet.
    let _ = first.next();
    let comment = format!(
        "{MARK} {}: sealed DCE/RPC stubs were replaced by what they decrypt to, and the level of their security \
         trailers by connect; the signatures left in them no longer mean anything",
        env!("CARGO_PKG_VERSION")
    );
    let mut writer = Writer::new(BufWriter::with_capacity(1 << 18, file), first.section(), &comment);
    let session = Session::new(limits.session.clone(), keys);
    let mut closed: BTreeMap<String, u64> = BTreeMap::new();
    let mut others = 0_u64;
    // Its buffer is not needed any more.
    drop(first);
    let result = rewrite::rewrite(ahead, behind, session, &mut writer, limits.rewrite, &mut |record| {
        let opened = record.event.auth.as_ref().and_then(|auth| auth.opened.as_ref());
        if let Some(Opened::Sealed { reason, .. } | Opened::Failed { reason, .. }) = opened {
            if closed.len() < REASONS || closed.contains_key(reason) {
                *closed.entry(reason.clone()).or_default() += 1;
            } else {
                others += 1;
            }
        }
    });
    let summary = match result {
        Ok(summary) => summary,
        Err(RewriteError::Read(error, summary)) => {
            tell!("{}: {error}", input.display());
            summary
        }
        Err(error) => return Err(failed(output, &error)),
    };
    tell(&summary, &closed, others);
    Ok(summary.packets > 0)
}

/// What was done, on standard error: the output is the file.
fn tell(summary: &Summary, closed: &BTreeMap<String, u64>, others: u64) {
    let Summary { packets, changed, pdus, left } = summary;
    tell!("{packets} packets written, {changed} of them changed: {pdus} sealed PDUs in clear");
    if *left > 0 {
        tell!("{left} of those PDUs stay sealed: their packets were too far apart");
    }
    for (reason, count) in closed {
        tell!("{count} messages stay sealed: {reason}");
    }
    if others > 0 {
        tell!("{others} messages stay sealed for other reasons");
    }
}
