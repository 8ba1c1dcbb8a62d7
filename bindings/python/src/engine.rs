//! A session and the view of its records, packet by packet; what the reading came to as a whole.

use crate::options::Options;
use crate::record::Item;
use crate::source::{self, Captured, Failure, Input, Open, Raised};
use crate::view::View;
use cluscope::capture::{CaptureError, CaptureLimits, Packet};
use cluscope::internals::capture::etl::PacketOrigins;
use cluscope::session::Session;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Records that one step hands out, and their bytes; a single one may be longer.
const RECORDS: usize = 512;
const BYTES: usize = 1 << 20;

/// How long a step may take until Python is asked whether somebody has pressed a key.
const STEP: Duration = Duration::from_millis(50);

/// Packets between two looks at the clock.
const PACKETS: u32 = 64;

/// A session with what is made of its records.
pub(crate) struct Engine {
    pub(crate) session: Session,
    view: Box<dyn View>,
    /// Made and not handed out yet.
    pub(crate) out: VecDeque<Item>,
    finished: bool,
}

impl Engine {
    pub(crate) fn new(options: &Options, view: Box<dyn View>) -> Self {
        Engine { session: options.session(), view, out: VecDeque::new(), finished: false }
    }

    /// The next packet.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>) {
        let Engine { session, view, out, .. } = self;
        session.lend(packet, &mut |record| view.record(record, out));
    }

    /// A capture begins behind so many packets.
    pub(crate) fn begin(&mut self, packets: u64, path: &Path) {
        self.view.begin(packets, Some(path));
    }

    /// Hands the session and the way of its records to `work`: for streams and datagrams.
    pub(crate) fn with(&mut self, work: impl FnOnce(&mut Session, &mut dyn FnMut(cluscope::session::Record<'_>))) {
        let Engine { session, view, out, .. } = self;
        work(session, &mut |record| view.record(&record, out));
    }

    /// Nothing more comes; the second time this does nothing.
    pub(crate) fn finish(&mut self) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        let Engine { session, view, out, .. } = self;
        session.lend_rest(&mut |record| view.record(record, out));
        view.finish(out);
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// What was given up for a limit, by the name of its counter; those that are zero are left out.
    pub(crate) fn given_up(&self) -> Vec<(&'static str, u64)> {
        let mut all = self.session.given_up();
        all.extend(self.view.given_up());
        all.retain(|(_, count)| *count != 0);
        all
    }
}

/// Something of a capture that could not be read, of which the rest was.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) path: Option<PathBuf>,
    pub(crate) frame: Option<u64>,
    pub(crate) offset: Option<u64>,
    pub(crate) reason: String,
}

/// Reads captures one after another through one session.
pub(crate) struct Reading {
    pub(crate) engine: Engine,
    limits: CaptureLimits,
    inputs: VecDeque<Input>,
    current: Option<Open>,
    frames: u64,
    origins: PacketOrigins,
    pub(crate) raised: Raised,
    /// The first capture that could not be read to its end.
    pub(crate) failed: Option<(Failure, Option<PathBuf>)>,
    pub(crate) problems: Vec<Problem>,
    done: bool,
}

impl Reading {
    pub(crate) fn new(options: &Options, view: Box<dyn View>, origins: PacketOrigins, inputs: VecDeque<Input>) -> Self {
        Reading {
            engine: Engine::new(options, view),
            limits: options.limits.capture.clone(),
            inputs,
            current: None,
            frames: 0,
            origins,
            raised: Raised::default(),
            failed: None,
            problems: Vec::new(),
            done: false,
        }
    }

    /// Whether everything was read.
    pub(crate) fn is_done(&self) -> bool {
        self.done
    }

    /// Opens the next capture, if none is open.
    pub(crate) fn open(&mut self) {
        if self.current.is_some() {
            return;
        }
        let Some(input) = self.inputs.pop_front() else {
            self.engine.finish();
            self.done = true;
            return;
        };
        let path = input.path().map(PathBuf::from);
        match source::open(input, &self.limits, self.frames, &self.origins, &self.raised) {
            Ok(open) => {
                self.engine.view.begin(self.frames, open.path.as_deref());
                self.current = Some(open);
            }
            Err(failure) => self.fail(failure, path),
        }
    }

    fn fail(&mut self, failure: Failure, path: Option<PathBuf>) {
        if self.failed.is_none() {
            self.failed = Some((failure, path));
            return;
        }
        let reason = match failure {
            Failure::File(error) => error.to_string(),
            Failure::Capture(error) => error.to_string(),
        };
        self.problems.push(Problem { path, frame: None, offset: None, reason });
    }

    /// Reads on until there is something to hand out or some time has passed.
    pub(crate) fn step(&mut self) {
        let began = Instant::now();
        let mut bytes = 0;
        let mut packets = 0;
        while !self.done {
            let Some(open) = &mut self.current else {
                self.open();
                continue;
            };
            let live = open.live;
            let before = self.engine.out.len();
            let ended = match open.reader.next() {
                Ok(Some(packet)) => {
                    self.engine.packet(&packet);
                    None
                }
                Ok(None) => Some(Ok(())),
                Err(error) => Some(Err(error)),
            };
            if let Some(outcome) = ended
                && let Some(open) = self.current.take()
            {
                self.close(open, outcome);
            }
            let out = &self.engine.out;
            bytes += out.range(before..).map(|item| item.line.len()).sum::<usize>();
            if out.len() >= RECORDS || bytes >= BYTES || (live && !out.is_empty()) {
                return;
            }
            packets += 1;
            if packets % PACKETS == 0 && began.elapsed() >= STEP {
                return;
            }
        }
    }

    /// Notes what a capture came to that was read as far as that is possible.
    fn close(&mut self, open: Open, outcome: Result<(), CaptureError>) {
        let Open { reader, path, .. } = open;
        let any = reader.frames() > self.frames;
        self.frames = reader.frames();
        // Of a capture that can't be read at all the error says everything.
        if outcome.is_ok() || any {
            self.engine.session.captured(&reader.counters());
        }
        self.note(&reader, path.as_ref());
        match outcome {
            Ok(()) => {}
            // Merely cut off at its end: all that is there was read.
            Err(error) if error.is_truncated() && any => {
                self.problems.push(Problem { path, frame: None, offset: None, reason: error.to_string() });
            }
            Err(error) => self.fail(Failure::Capture(error), path),
        }
    }

    fn note(&mut self, reader: &Captured, path: Option<&PathBuf>) {
        for problem in reader.problems() {
            self.problems.push(Problem {
                path: path.cloned(),
                frame: Some(problem.frame),
                offset: Some(problem.offset),
                reason: problem.reason.to_string(),
            });
        }
    }
}
