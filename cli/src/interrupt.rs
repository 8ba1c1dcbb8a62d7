//! Signals that ask the program to end while a capture is still being made: what was read is printed, in order, and then
//! it ends as it does at the end of the capture.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set by the first SIGINT or SIGTERM; a second one ends the program at once.
fn flag() -> &'static Arc<AtomicBool> {
    static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    FLAG.get_or_init(|| {
        let flag = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            // In this order: the second signal finds what the first one has set. Without handlers a signal ends the
            // program as it does others.
            let _ = signal_hook::flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&flag));
            let _ = signal_hook::flag::register(signal, Arc::clone(&flag));
        }
        flag
    })
}

/// Listens for the signals from here on.
pub(super) fn listen() {
    flag();
}

/// Whether the program was asked to end.
pub(super) fn requested() -> bool {
    flag().load(Ordering::Relaxed)
}

/// Standard input without a buffer of its own: what lies in a buffer is nothing that can be waited for.
#[cfg(unix)]
pub(super) fn standard_input() -> io::Result<std::fs::File> {
    use std::os::fd::AsFd;
    Ok(io::stdin().as_fd().try_clone_to_owned()?.into())
}

/// Standard input.
#[cfg(not(unix))]
pub(super) fn standard_input() -> io::Result<io::StdinLock<'static>> {
    Ok(io::stdin().lock())
}

/// An input that may be waited for, and which ends when the program is asked to.
#[derive(Debug)]
pub(super) struct Interruptible<R>(pub(super) R);

/// How long a wait lasts until the signal is looked for, in milliseconds.
#[cfg(unix)]
const WAIT: u32 = 50;

#[cfg(unix)]
impl<R: Read + std::os::fd::AsFd> Read for Interruptible<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let wait = Timespec { tv_sec: 0, tv_nsec: i64::from(WAIT) * 1_000_000 };
        while !requested() {
            // Of the output only its end is of interest, which is told unasked.
            let output = io::stdout();
            let mut ends = [PollFd::new(&self.0, PollFlags::IN), PollFd::new(&output, PollFlags::empty())];
            let polled = poll(&mut ends, Some(&wait));
            let [input, output] = ends.map(|end| end.revents());
            match polled {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) if is_gone(output) => return Ok(0),
                // A descriptor that is none.
                Ok(_) if input.is_empty() => std::thread::sleep(std::time::Duration::from_millis(u64::from(WAIT))),
                // Whatever is wrong with it, reading says so.
                _ => return self.0.read(room),
            }
        }
        Ok(0)
    }
}

#[cfg(not(unix))]
impl<R: Read> Read for Interruptible<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.0.read(room)
    }
}

/// Whether nobody reads the output any more: what was written to it from here on would be lost.
#[cfg(unix)]
pub(super) fn output_gone() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let output = io::stdout();
    let mut ends = [PollFd::new(&output, PollFlags::empty())];
    poll(&mut ends, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok() && ends.iter().any(|end| is_gone(end.revents()))
}

/// Whether nobody reads the output any more; writing tells, where the system doesn't.
#[cfg(not(unix))]
pub(super) fn output_gone() -> bool {
    false
}

/// What `poll` says of a pipe or terminal whose other end is closed.
#[cfg(unix)]
fn is_gone(events: rustix::event::PollFlags) -> bool {
    use rustix::event::PollFlags;
    events.intersects(PollFlags::ERR | PollFlags::HUP)
}
