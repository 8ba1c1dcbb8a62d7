//! `select`: the packets that bear on cluster traffic, in a capture of their own.
//!
//! The files are read twice: what a flow carries may show late, and its first packets are kept too.

use super::output::tell;
use super::place::{Beside, failed, interrupted, spare};
use super::summary::{self, Totals};
use super::{DecodeAs, Failure, Format, Memory, Outcome, source, traced};
use clap::Args;
use cluscope::internals::auth::KeyStore;
use cluscope::internals::capture::{CaptureError, Packet, Reader, Section, Writer, sort_by_time};
use cluscope::internals::limits::Limits;
use cluscope::internals::select::{Sorter, Wanted};
use cluscope::internals::session::Session;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Arguments of `select`.
#[derive(Debug, Args)]
pub(super) struct Select {
    /// Captures, pcap, pcapng or ETL; files, because they are read twice
    #[arg(required = true, value_name = "IN")]
    inputs: Vec<PathBuf>,
    /// Where the packets are written, pcapng; only its owner can read it
    #[arg(short, long, value_name = "OUT.pcapng")]
    output: PathBuf,
    /// Write over a file that is there, unless it is an input
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    decode_as: DecodeAs,
    #[command(flatten)]
    memory: Memory,
}

pub(super) fn run(arguments: &Select) -> Outcome {
    let Select { inputs, output, force, decode_as, memory } = arguments;
    let limits = memory.limits();
    if inputs.iter().chain([output]).any(|path| path.as_os_str() == "-") {
        return Err(Failure::Usage("inputs and output of select are files, not -".into()));
    }
    let mut files = inputs.clone();
    // What can't be opened is told when it is read; the output spares what is there.
    let there: Vec<&PathBuf> = files.iter().filter(|file| file.exists()).collect();
    spare(&there, output, *force)?;
    for file in &there {
        if !file.is_file() {
            return Err(failed(file, &"not a regular file; it has to be read twice, so save it first"));
        }
    }
    sort_by_time(&mut files, &limits.capture);
    let stop = interrupted();
    let stop = || stop.load(Ordering::Relaxed);

    // What is wrong with a file is told once: in the first reading.
    let mut session = Session::new(limits.session.clone(), Arc::new(KeyStore::new()));
    session.decode_as(decode_as.rules());
    let mut wanted = Wanted::new(limits.select, limits.output);
    let mut read = Files { limits: &limits, totals: Totals::default(), frames: 0, section: None };
    for path in &files {
        let mut told = (Vec::new(), Default::default());
        let outcome = read.file(
            path,
            &mut |packet| {
                wanted.packet(&mut session, packet);
                match stop() {
                    true => Err(Failure::Message("interrupted".into())),
                    false => Ok(()),
                }
            },
            &mut |reader| {
                told = (reader.problems().to_vec(), reader.counters());
            },
        )?;
        source::tell_problems(path, &told.0);
        session.captured(&told.1);
        if let Some(error) = outcome {
            tell!("{}: {error}", path.display());
        }
    }
    wanted.finish(&mut session);
    let Files { mut totals, section, .. } = read;
    if !totals.any {
        return Ok(false);
    }

    let mut file = Beside::new(output)?;
    let comment = format!(
        "selected by cluscope {}: the packets of flows that carry cluster traffic or may, and their clients' Kerberos \
         exchanges",
        env!("CARGO_PKG_VERSION")
    );
    let mut writer = Writer::new(BufWriter::with_capacity(1 << 18, file.file()), section.as_ref(), &comment);
    let mut sorter = Sorter::new(&wanted, limits.session.network.clone(), decode_as.rules());
    let mut again = Files { limits: &limits, totals: Totals::default(), frames: 0, section: None };
    let mut write =
        |packet: &Packet<'_>| writer.packet(packet, None, None).map_err(|e| failed(output, &format!("writing: {e}")));
    for path in &files {
        again.file(
            path,
            &mut |packet| {
                sorter.packet(packet, &mut write)?;
                match stop() {
                    true => Err(failed(output, &"interrupted")),
                    false => Ok(()),
                }
            },
            &mut |_| {},
        )?;
    }
    sorter.finish(&mut write)?;
    let (kept, dropped) = sorter.counts();
    writer.flush().map_err(|e| failed(output, &format!("writing: {e}")))?;
    drop(writer);
    if stop() {
        return Err(failed(output, &"interrupted"));
    }
    file.place(output, *force)?;
    tell!("{kept} packets written, {dropped} left out");
    if wanted.left_out() > 0 {
        tell!("{} flows left out: there are too many hosts for --memory-limit", wanted.left_out());
        totals.failed += 1;
    }
    source::tell_given_up(&session);
    summary::tell(&mut std::io::sink(), &session, &totals, Format::Text)?;
    totals.outcome(&session)
}

/// Reads files one after the other.
struct Files<'l> {
    limits: &'l Limits,
    totals: Totals,
    /// Frames so far; they count on from file to file.
    frames: u64,
    /// What the first section header says.
    section: Option<Section>,
}

impl Files<'_> {
    /// Hands out the packets of a file, and the reader at the end. What can't be read of it is given back; an error is one
    /// of `each`.
    fn file(
        &mut self,
        path: &Path,
        each: &mut dyn FnMut(&Packet<'_>) -> Result<(), Failure>,
        done: &mut dyn FnMut(&Reader<Input>),
    ) -> Result<Option<String>, Failure> {
        let open = || -> Result<Reader<Input>, String> {
            let file = File::open(path).map_err(|e| e.to_string())?;
            let input = traced::ordered(file).map_err(|e| e.to_string())?;
            Reader::with_limits(input, self.limits.capture.clone()).map_err(|e| e.to_string())
        };
        let mut reader = match open() {
            Ok(reader) => reader.continue_after(self.frames),
            Err(error) => {
                self.totals.failed += 1;
                return Ok(Some(error));
            }
        };
        let error: Option<CaptureError> = loop {
            match reader.next() {
                Ok(Some(packet)) => {
                    self.totals.packet(&packet);
                    each(&packet)?;
                }
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        if self.section.is_none() {
            self.section = reader.section().cloned();
        }
        let any = reader.frames() > self.frames;
        self.frames = reader.frames();
        done(&reader);
        // Merely cut off at its end: all that is there was read.
        let whole = error.as_ref().is_none_or(|error| error.is_truncated() && any);
        self.totals.any |= any || error.is_none();
        self.totals.failed += u64::from(!whole);
        Ok(error.map(|error| error.to_string()))
    }
}

/// A file, of a trace with its buffers in the order of time.
type Input = traced::Ordered;
