//! Captures from files and standard input through a session, with a progress bar for long ones.

use super::follow::{self, Follower};
use super::interrupt::{self, Interruptible};
use super::output::tell;
use super::sealed::Sealed;
use super::summary::Totals;
use super::traced::{self, PacketOrigins, Traces};
use super::{Capture, Failure, Secrets};
use cluscope::internals::analysis::{RecordContext, Tracker};
use cluscope::internals::auth::KeyStore;
use cluscope::internals::capture::{CaptureError, Problem, Reader, sort_by_time};
use cluscope::internals::limits::Limits;
use cluscope::internals::session::{Batch, Record, Session};
use indicatif::{ProgressBar, ProgressStyle};
use std::cell::RefCell;
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
    let named =
        |path: &Path, e: cluscope::internals::auth::KeyError| Failure::Message(format!("{}: {e}", path.display()));
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
            tell!("{}: warning: everybody can read these secrets (chmod 600)", path.display());
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// Batches of records on their way between two threads, beside the one being filled and the one being emptied: three in
/// all, each of half a megabyte or of a single larger message.
const UNDER_WAY: usize = 1;

/// Takes the packets read before a file, and its name.
type Tell = dyn Fn(u64, &Path) + Send + Sync;

/// Whoever wants to know when a file begins.
#[derive(Clone, Default)]
pub(super) struct Begun(Option<Arc<Tell>>);

impl Begun {
    /// Calls this with the packets read before a file, and its name.
    #[cfg(feature = "columns")]
    pub(super) fn telling(tell: impl Fn(u64, &Path) + Send + Sync + 'static) -> Self {
        Begun(Some(Arc::new(tell)))
    }
}

impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Begun").field(&self.0.is_some()).finish()
    }
}

/// Takes records one by one.
pub(super) trait RecordConsumer {
    /// The next record; an error ends the reading.
    fn record(&mut self, record: &mut Record<'_>) -> Result<(), Failure>;

    /// What comes next may take long: what was taken so far should not wait for it.
    fn pause(&mut self) -> Result<(), Failure> {
        Ok(())
    }
}

/// Reads all files through one session. Problems go to standard error, a line each; whatever could be read is handed
/// out before. Returns the session for its counters, and what was read.
///
/// Where there is a second processor, one thread reads, parses and puts messages together while `out` works on those
/// before; the order stays the same. `out` gets `None` when no further record is there yet, for output that somebody waits
/// for. SIGINT and SIGTERM end the reading as the end of the capture does.
pub(super) fn read(
    capture: &Capture,
    out: &mut dyn FnMut(Option<Record<'_>>) -> Result<(), Failure>,
) -> Result<(Session, Totals), Failure> {
    let (session, _, totals) = read_with(capture, None, &mut |record| out(record.map(|(record, _)| record.take())))?;
    Ok((session, totals))
}

/// The same, with what `tracker` knows of each record, which works where the records are put together.
pub(super) fn read_tracked(
    capture: &Capture,
    tracker: Tracker,
    out: &mut Out<'_>,
) -> Result<(Session, Tracker, Totals), Failure> {
    let (session, tracker, totals) = read_with(capture, Some(tracker), out)?;
    Ok((session, tracker.unwrap_or_default(), totals))
}

/// Takes records, and what is known of them where a tracker reads along; see [`read_tracked`].
type Out<'o> = dyn FnMut(Option<(&mut Record<'_>, &mut RecordContext)>) -> Result<(), Failure> + 'o;

fn read_with(
    capture: &Capture,
    tracker: Option<Tracker>,
    out: &mut Out<'_>,
) -> Result<(Session, Option<Tracker>, Totals), Failure> {
    if capture.threads.number() == 1 {
        let mut direct = Direct { tracker, seen: RecordContext::default(), out };
        let (session, totals) = read_here(capture, &mut direct)?;
        return Ok((session, direct.tracker, totals));
    }
    thread::scope(|scope| {
        let (full, filled) = mpsc::sync_channel::<Batch<RecordContext>>(UNDER_WAY);
        let (empty, emptied) = mpsc::channel::<Batch<RecordContext>>();
        let reader = thread::Builder::new().name("read".into()).spawn_scoped(scope, move || {
            let mut sender = BatchSender { tracker, batch: Batch::default(), under_way: 0, full, emptied };
            let read = read_here(capture, &mut sender);
            // Where nobody takes it any more, the other side knows why.
            let _ = sender.pause();
            let (session, totals) = read?;
            Ok((session, sender.tracker, totals))
        });
        let reader = reader.map_err(|e| Failure::Message(format!("starting a thread: {e}")))?;
        let mut result = Ok(());
        loop {
            let mut batch = match filled.try_recv() {
                Ok(batch) => batch,
                Err(mpsc::TryRecvError::Disconnected) => break,
                Err(mpsc::TryRecvError::Empty) => {
                    result = out(None);
                    match filled.recv() {
                        Ok(batch) if result.is_ok() => batch,
                        _ => break,
                    }
                }
            };
            result = batch.drain(|record, seen| out(Some((record, seen))));
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

/// Hands records on as they come.
struct Direct<'o, 'f> {
    tracker: Option<Tracker>,
    seen: RecordContext,
    out: &'o mut Out<'f>,
}

impl RecordConsumer for Direct<'_, '_> {
    fn record(&mut self, record: &mut Record<'_>) -> Result<(), Failure> {
        if let Some(tracker) = &mut self.tracker {
            tracker.feed_into(record, &mut self.seen);
        }
        (self.out)(Some((record, &mut self.seen)))
    }

    fn pause(&mut self) -> Result<(), Failure> {
        (self.out)(None)
    }
}

/// Hands records on to another thread, many at a time.
struct BatchSender {
    tracker: Option<Tracker>,
    batch: Batch<RecordContext>,
    /// Batches that did not come back yet.
    under_way: usize,
    full: mpsc::SyncSender<Batch<RecordContext>>,
    emptied: mpsc::Receiver<Batch<RecordContext>>,
}

impl BatchSender {
    fn hand_over(&mut self) -> Result<(), Failure> {
        let next = match self.emptied.try_recv() {
            Ok(emptied) => {
                self.under_way = self.under_way.saturating_sub(1);
                emptied
            }
            Err(_) => Batch::default(),
        };
        let large = self.batch.is_large();
        self.full.send(std::mem::replace(&mut self.batch, next)).map_err(|_| Failure::Gone)?;
        self.under_way += 1;
        // Large messages are not piled up: memory is kept for one of them.
        while large && self.under_way > 0 {
            self.emptied.recv().map_err(|_| Failure::Gone)?;
            self.under_way -= 1;
        }
        Ok(())
    }
}

impl RecordConsumer for BatchSender {
    fn record(&mut self, record: &mut Record<'_>) -> Result<(), Failure> {
        let tracker = &mut self.tracker;
        self.batch.push(record, |record, seen| {
            if let Some(tracker) = tracker {
                tracker.feed_into(record, seen);
            }
        });
        if self.batch.is_full() { self.hand_over() } else { Ok(()) }
    }

    fn pause(&mut self) -> Result<(), Failure> {
        if self.batch.is_empty() { Ok(()) } else { self.hand_over() }
    }
}

/// A taker, and the first error that it gave.
pub(super) struct Taking<'t> {
    taker: &'t mut dyn RecordConsumer,
    result: Result<(), Failure>,
    sealed: Sealed,
    traces: Traces,
}

impl Taking<'_> {
    fn record(&mut self, record: &mut Record<'_>) {
        if self.result.is_ok() {
            self.sealed.see(record);
            self.traces.see(record);
            if let Err(error) = self.taker.record(record) {
                self.result = Err(error);
            }
        }
    }
}

/// An input that may be waited for: a pipe, somebody's capture that goes on. Whatever was made of it so far goes on its
/// way before more is asked for.
struct InteractiveReader<'c, 't, R> {
    input: R,
    taking: &'c RefCell<Taking<'t>>,
}

impl<R: Read> Read for InteractiveReader<'_, '_, R> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        if pause(self.taking) { Ok(0) } else { self.input.read(room) }
    }
}

/// Sends what was made so far on its way; whether nobody listens, so that there is nothing to read on for.
pub(super) fn pause(taking: &RefCell<Taking<'_>>) -> bool {
    let taking = &mut *taking.borrow_mut();
    if taking.result.is_ok() {
        taking.result = taking.taker.pause();
    }
    taking.result.is_err()
}

/// Reads in this thread alone.
pub(super) fn read_here(capture: &Capture, taker: &mut dyn RecordConsumer) -> Result<(Session, Totals), Failure> {
    interrupt::listen();
    capture.tell_unknown_methods();
    let limits = capture.limits.clone().unwrap_or_else(|| capture.memory.limits());
    let mut session = Session::new(limits.session.clone(), keys(&capture.secrets)?);
    session.decode_as(capture.decode_as.rules());
    for assumption in &capture.assume {
        session.assume(*assumption);
    }
    let mut files = capture.files.clone();
    if sort_by_time(&mut files, &limits.capture) && std::io::stderr().is_terminal() {
        tell!("the files are read in the order of their time stamps");
    }
    let taking = RefCell::new(Taking { taker, result: Ok(()), sealed: Sealed::default(), traces: Traces::default() });
    let mut reading = Reading {
        limits: &limits,
        origins: &capture.origins,
        begun: &capture.begun,
        session: &mut session,
        totals: Totals::default(),
        frames: 0,
        following: false,
        taking: &taking,
    };
    for path in &files {
        reading.file(path, open(path, &taking), &interrupt::requested);
        std::mem::replace(&mut taking.borrow_mut().result, Ok(()))?;
        if interrupt::requested() {
            break;
        }
    }
    if let Some(what) = &capture.follow.follow {
        reading.following = true;
        let follower = Follower::new(what.clone(), capture.follow.idle_exit, limits.capture.clone());
        let follower = RefCell::new(follower);
        while let Some((path, input)) = follow::next(&follower, &taking) {
            reading.file(&path, Ok(Box::new(input)), &|| follower.borrow().has_ended());
            std::mem::replace(&mut taking.borrow_mut().result, Ok(()))?;
        }
        reading.totals.failed += follower.borrow().lost();
        if !reading.totals.any {
            tell!("{}: no capture to read", what.display());
        }
    }
    let mut totals = reading.totals;
    std::mem::replace(&mut taking.borrow_mut().result, Ok(()))?;
    if interrupt::requested() {
        tell!("interrupted: what was read so far is printed");
    }
    let taking = &mut *taking.borrow_mut();
    session.lend_rest(&mut |record| taking.record(record));
    std::mem::replace(&mut taking.result, Ok(()))?;
    taking.sealed.tell();
    totals.traces = std::mem::take(&mut taking.traces);
    Ok((session, totals))
}

/// Opens a file, or standard input.
fn open<'c>(path: &Path, taking: &'c RefCell<Taking<'_>>) -> std::io::Result<Box<dyn Read + 'c>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(InteractiveReader { input: Interruptible(interrupt::standard_input()?), taking }));
    }
    let input = File::open(path)?;
    if input.metadata().is_ok_and(|m| m.is_file()) {
        return Ok(Box::new(traced::ordered(input)?));
    }
    Ok(Box::new(InteractiveReader { input: Interruptible(input), taking }))
}

/// What reads the files of a run, one after another.
struct Reading<'r, 't> {
    limits: &'r Limits,
    origins: &'r PacketOrigins,
    begun: &'r Begun,
    session: &'r mut Session,
    totals: Totals,
    /// Frames so far; they count on from file to file.
    frames: u64,
    /// Whether the files may still grow.
    following: bool,
    taking: &'r RefCell<Taking<'t>>,
}

impl Reading<'_, '_> {
    /// Reads one file, and tells what is wrong with it. `ended`: whether somebody or something else than the file ends the
    /// reading, so that nothing of it is missing.
    fn file(&mut self, path: &Path, input: std::io::Result<Box<dyn Read + '_>>, ended: &dyn Fn() -> bool) {
        let before = self.frames;
        if let Some(tell) = &self.begun.0 {
            tell(before, path);
        }
        let result = match input {
            Ok(input) => self.packets(path, input, ended),
            Err(error) => Err(error.to_string()),
        };
        match result {
            Ok(()) => self.totals.any = true,
            Err(error) => {
                self.totals.any |= self.frames > before;
                self.totals.failed += 1;
                tell!("{}: {error}", path.display());
            }
        }
    }

    fn packets(&mut self, path: &Path, input: Box<dyn Read + '_>, ended: &dyn Fn() -> bool) -> Result<(), String> {
        let before = self.frames;
        let bar = progress(path);
        let live = !path.is_file() || self.following;
        let mut reader = match Reader::with_limits(input, self.limits.capture.clone()) {
            Ok(reader) => traced::noting(reader.continue_after(before).live(live), self.origins),
            // One that has only been begun.
            Err(CaptureError::Empty | CaptureError::Truncated { .. }) if ended() => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        self.taking.borrow_mut().traces.begin(&reader);
        let outcome = loop {
            match reader.next() {
                // Where it lies: what was just written is slow to copy.
                Ok(Some(ref packet)) => {
                    let taking = &mut *self.taking.borrow_mut();
                    self.totals.packet(packet);
                    self.session.lend(packet, &mut |record| taking.record(record));
                    if taking.result.is_err() || interrupt::requested() {
                        break Ok(());
                    }
                }
                Ok(None) => break Ok(()),
                // What ends because nobody listens, or by a signal, is not cut.
                Err(_) if self.taking.borrow().result.is_err() || interrupt::requested() => break Ok(()),
                Err(error) => break Err(error),
            }
            self.taking.borrow_mut().traces.take(&mut reader);
            if let Some(bar) = &bar
                && reader.frames() % STEP == 0
            {
                bar.set_position(reader.position());
            }
        };
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        if !matches!(reader.format_name(), "pcap" | "pcapng") && std::io::stderr().is_terminal() {
            tell!("{}: read as {}", path.display(), reader.format_name());
        }
        self.frames = reader.frames();
        self.taking.borrow_mut().traces.read(&mut reader);
        // Of a file that can't be read at all the error says everything.
        if outcome.is_ok() || self.frames > before {
            self.session.captured(&reader.counters());
        }
        tell_problems(path, reader.problems());
        match outcome {
            Ok(()) => Ok(()),
            // Merely cut off at its end: all that is there was read.
            Err(error) if error.is_truncated() && self.frames > before => {
                tell!("{}: {error}", path.display());
                Ok(())
            }
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Tells what of a file could not be read, packet by packet.
pub(super) fn tell_problems(path: &Path, problems: &[Problem]) {
    for problem in problems {
        let skipped = match problem.skipped {
            Some(bytes) if bytes > 0 => format!("; {bytes} bytes were passed over"),
            _ => String::new(),
        };
        tell!("{}: packet {}, offset {}: {}{skipped}", path.display(), problem.frame, problem.offset, problem.reason);
    }
}

/// Tells what was given up for a limit, where the output has no place for it.
pub(super) fn tell_given_up(session: &Session) {
    let found: Vec<String> = session.given_up().iter().map(|(name, count)| format!("{name} {count}")).collect();
    if !found.is_empty() {
        tell!("given up for a limit: {}", found.join(", "));
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
