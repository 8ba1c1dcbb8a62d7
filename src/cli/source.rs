//! Captures from files and standard input through a session, with a progress bar for long ones.

use super::{Capture, Failure, Secrets};
use crate::auth::KeyStore;
use crate::capture::{CaptureError, Reader, sort_by_time};
use crate::limits::Limits;
use crate::session::{Batch, Record, Session};
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;

/// Files from this size on get a progress bar.
const LONG: u64 = 64 << 20;

/// Packets between two updates of the progress bar.
const STEP: u64 = 4096;

/// Keys from files and from the variable.
pub(super) fn keys(secrets: &Secrets) -> Result<Arc<KeyStore>, Failure> {
    let mut store = KeyStore::new();
    let variable = std::env::var_os("CLUSCOPE_KEYS").filter(|v| !v.is_empty()).map(std::path::PathBuf::from);
    let named = |path: &Path, e: crate::auth::KeyError| Failure::Message(format!("{}: {e}", path.display()));
    let all = secrets.keys.iter().chain(&secrets.keytab).chain(&secrets.ccache).chain(variable.as_ref());
    all.for_each(|path| warn_if_public(path));
    for path in secrets.keys.iter().chain(variable.as_ref()) {
        store.load_keys_file(path).map_err(|e| named(path, e))?;
    }
    for path in &secrets.keytab {
        store.load_keytab(path).map_err(|e| named(path, e))?;
    }
    for path in &secrets.ccache {
        store.load_ccache(path).map_err(|e| named(path, e))?;
    }
    Ok(Arc::new(store))
}

/// Warns about a file of secrets that everybody on this machine can read.
fn warn_if_public(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let public = std::fs::metadata(path).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o004 != 0);
        if public {
            eprintln!("cluscope: {}: warning: everybody can read these secrets (chmod 600)", path.display());
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// Batches of records on their way between two threads, beside the one being filled and the one being emptied: three in
/// all, each of half a megabyte or of a single larger message.
const UNDER_WAY: usize = 1;

/// Reads all files through one session. Problems go to standard error, a line each; whatever could be read is handed
/// out before. Returns the session for its counters, and whether anything could be read at all.
///
/// Where there is a second processor, a thread of its own reads the files and puts messages together while `out` works
/// on those before; the order stays the same.
pub(super) fn read(
    capture: &Capture,
    out: &mut dyn FnMut(Record<'_>) -> Result<(), Failure>,
) -> Result<(Session, bool), Failure> {
    if thread::available_parallelism().is_ok_and(|n| n.get() == 1) {
        return read_here(capture, out);
    }
    thread::scope(|scope| {
        let (full, filled) = mpsc::sync_channel::<Batch>(UNDER_WAY);
        let (empty, emptied) = mpsc::channel::<Batch>();
        let reader = thread::Builder::new().name("read".into()).spawn_scoped(scope, move || {
            let mut batch = Batch::default();
            let mut under_way = 0_usize;
            let read = read_here(capture, &mut |record| {
                batch.push(record);
                if batch.is_full() {
                    let next = match emptied.try_recv() {
                        Ok(emptied) => {
                            under_way = under_way.saturating_sub(1);
                            emptied
                        }
                        Err(_) => Batch::default(),
                    };
                    let large = batch.is_large();
                    full.send(std::mem::replace(&mut batch, next)).map_err(|_| Failure::Gone)?;
                    under_way += 1;
                    // Large messages are not piled up: memory is kept for one of them.
                    while large && under_way > 0 {
                        emptied.recv().map_err(|_| Failure::Gone)?;
                        under_way -= 1;
                    }
                }
                Ok(())
            });
            if !batch.is_empty() {
                // Where nobody takes it any more, the other side knows why.
                let _ = full.send(batch);
            }
            read
        });
        let reader = reader.map_err(|e| Failure::Message(format!("starting a thread: {e}")))?;
        let mut result = Ok(());
        while let Ok(mut batch) = filled.recv() {
            result = batch.drain(out);
            if result.is_err() {
                break;
            }
            let _ = empty.send(batch);
        }
        // The reader gives up when it finds that nobody listens.
        drop((filled, empty));
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        result?;
        read
    })
}

/// The same in this thread alone.
pub(super) fn read_here(
    capture: &Capture,
    out: &mut dyn FnMut(Record<'_>) -> Result<(), Failure>,
) -> Result<(Session, bool), Failure> {
    let limits = capture.memory.limits();
    let mut session = Session::new(limits.session.clone(), keys(&capture.secrets)?);
    for assumption in &capture.assume {
        session.assume(*assumption);
    }
    let mut files = capture.files.clone();
    if sort_by_time(&mut files, &limits.capture) && std::io::stderr().is_terminal() {
        eprintln!("cluscope: the files are read in the order of their time stamps");
    }
    let mut frames = 0;
    let mut any = false;
    let mut result = Ok(());
    for path in &files {
        match one(path, frames, &limits, &mut session, &mut result, out) {
            Ok(last) => {
                any = true;
                frames = last;
            }
            Err((last, error)) => {
                any |= last > frames;
                frames = last;
                eprintln!("cluscope: {}: {error}", path.display());
            }
        }
        std::mem::replace(&mut result, Ok(()))?;
    }
    let mut sink = |record: Record<'_>| {
        if result.is_ok() {
            result = out(record);
        }
    };
    session.finish(&mut sink);
    result?;
    Ok((session, any))
}

/// Reads one file; frames count on from `frames`. Returns the last frame's number.
fn one(
    path: &Path,
    frames: u64,
    limits: &Limits,
    session: &mut Session,
    result: &mut Result<(), Failure>,
    out: &mut dyn FnMut(Record<'_>) -> Result<(), Failure>,
) -> Result<u64, (u64, String)> {
    let fail = |frames: u64, error: CaptureError| (frames, error.to_string());
    let input: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(|e| (frames, e.to_string()))?)
    };
    let bar = progress(path);
    let mut reader =
        Reader::with_limits(input, limits.capture.clone()).map_err(|e| fail(frames, e))?.continue_after(frames);
    let outcome = loop {
        match reader.next() {
            Ok(Some(packet)) => {
                session.packet(&packet, &mut |record| {
                    if result.is_ok() {
                        *result = out(record);
                    }
                });
                if result.is_err() {
                    break Ok(());
                }
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
        if let Some(bar) = &bar
            && reader.frames() % STEP == 0
        {
            bar.set_position(reader.position());
        }
    };
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    // Of a file that can't be read at all the error says everything.
    if outcome.is_ok() || reader.frames() > frames {
        session.captured(&reader.counters());
    }
    for problem in reader.problems() {
        eprintln!(
            "cluscope: {}: packet {}, offset {}: {}",
            path.display(),
            problem.frame,
            problem.offset,
            problem.reason
        );
    }
    match outcome {
        Ok(()) => Ok(reader.frames()),
        Err(error) => Err(fail(reader.frames(), error)),
    }
}

/// A bar on standard error, for long files on a terminal.
fn progress(path: &Path) -> Option<ProgressBar> {
    let len = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?.len();
    if len < LONG || !std::io::stderr().is_terminal() {
        return None;
    }
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}").ok()?;
    Some(ProgressBar::new(len).with_style(style))
}
