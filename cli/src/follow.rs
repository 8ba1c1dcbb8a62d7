//! `--follow`: captures that are still being made, in files that appear one after another, as the ring buffers of
//! dumpcap, tcpdump and pktmon leave them.
//!
//! The files of a folder, or those that a pattern matches, are read oldest first. The newest one is read on as it grows
//! until a newer one appears. Whatever goes away before it could be read is told.

use super::interrupt;
use super::output::tell;
use super::source::{Taking, pause};
use cluscope::base::Timestamp;
use cluscope::capture::{CaptureLimits, Reader};
use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// Time between two looks at the folder and at the file that is read.
const INTERVAL: Duration = Duration::from_millis(100);

/// A writer whose file changed so recently may still write its last bytes after the next file is there.
const RECENT: Duration = Duration::from_secs(1);

/// Bytes at the start of a file by which it is known again: a header and the time of the first packet.
const HEAD: u64 = 256;

/// How often the folder is read again because a file had just appeared.
const ROUNDS: usize = 4;

/// A file as it was found.
#[derive(Debug, Default)]
struct Known {
    /// Device and inode, where the system has them.
    identity: Option<(u64, u64)>,
    /// Its first bytes, as far as they were there.
    head: Vec<u8>,
    /// Bytes read of it.
    read: u64,
    modified: Option<SystemTime>,
    /// Whether another one is read after it.
    left: bool,
}

/// A file to be read.
#[derive(Debug)]
struct Waiting {
    path: PathBuf,
    /// When its first packet was captured, once it holds one.
    first: Option<Timestamp>,
}

/// The files of a folder or of a pattern, one after the other.
#[derive(Debug)]
pub(super) struct Follower {
    what: PathBuf,
    idle_exit: Option<Duration>,
    limits: CaptureLimits,
    /// In the order in which they will be read.
    waiting: Vec<Waiting>,
    known: BTreeMap<PathBuf, Known>,
    /// Name and number of the file of a ring that was opened last.
    ring: Option<(String, u64)>,
    /// When something new was last there.
    last_new: Instant,
    ended: bool,
    /// Files that were lost.
    lost: u64,
}

impl Follower {
    pub(super) fn new(what: PathBuf, idle_exit: Option<Duration>, limits: CaptureLimits) -> Self {
        Follower {
            what,
            idle_exit,
            limits,
            waiting: Vec::new(),
            known: BTreeMap::new(),
            ring: None,
            last_new: Instant::now(),
            ended: false,
            lost: 0,
        }
    }

    /// Files, or parts of them, that were gone before they could be read.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    /// Whether reading is at its end: nothing new for long enough, or somebody asked for it.
    pub(super) fn has_ended(&self) -> bool {
        self.ended || interrupt::requested()
    }

    /// The plain files there are now.
    fn list(&self) -> Vec<(PathBuf, Metadata)> {
        let plain = |path: PathBuf| fs::metadata(&path).ok().filter(Metadata::is_file).map(|metadata| (path, metadata));
        if self.what.is_file() {
            return plain(self.what.clone()).into_iter().collect();
        }
        if self.what.is_dir() {
            let hidden = |path: &Path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            let entries = fs::read_dir(&self.what).into_iter().flatten().flatten();
            return entries.map(|entry| entry.path()).filter(|path| !hidden(path)).filter_map(plain).collect();
        }
        let pattern = self.what.to_str().and_then(|pattern| glob::glob(pattern).ok());
        pattern.into_iter().flatten().flatten().filter_map(plain).collect()
    }

    /// Looks for files that are new.
    fn scan(&mut self) {
        for _ in 0..ROUNDS {
            let listed = self.list();
            let mut found = false;
            for (path, metadata) in &listed {
                if !self.is_new(path, metadata) {
                    continue;
                }
                found = true;
                self.last_new = Instant::now();
                let known =
                    Known { identity: identity(metadata), modified: metadata.modified().ok(), ..Known::default() };
                self.known.insert(path.clone(), known);
                if !self.waiting.iter().any(|waiting| waiting.path == *path) {
                    self.waiting.push(Waiting { path: path.clone(), first: None });
                }
            }
            let paths: BTreeSet<&PathBuf> = listed.iter().map(|(path, _)| path).collect();
            self.known.retain(|path, _| paths.contains(path));
            // While the folder was read, files may have appeared before the ones that were found.
            if !found {
                break;
            }
        }
        for waiting in self.waiting.iter_mut().filter(|waiting| waiting.first.is_none()) {
            waiting.first = first_time(&waiting.path, &self.limits);
        }
        self.waiting.sort_by(in_order);
    }

    /// Whether a file was not there before: by its name, or because another one took its place.
    fn is_new(&mut self, path: &Path, metadata: &Metadata) -> bool {
        let Some(known) = self.known.get_mut(path) else { return true };
        if known.identity != identity(metadata) || metadata.len() < known.read {
            return true;
        }
        let modified = metadata.modified().ok();
        if !known.left || known.modified == modified {
            return false;
        }
        known.modified = modified;
        if head(path).is_some_and(|now| !now.starts_with(&known.head)) {
            return true;
        }
        if metadata.len() > known.read {
            let more = metadata.len() - known.read;
            known.read = metadata.len();
            self.lost += 1;
            tell!(
                "{}: {more} bytes were written when a newer file was being read already; they are not read",
                path.display()
            );
        }
        false
    }

    /// Whether the file being read, first captured at `first`, comes before one that waits.
    fn has_newer(&self, path: &Path, first: Option<Timestamp>) -> bool {
        let this = Waiting { path: path.to_path_buf(), first };
        self.waiting.iter().any(|waiting| in_order(&this, waiting) == Ordering::Less)
    }

    fn is_idle(&self) -> bool {
        self.idle_exit.is_some_and(|idle| self.last_new.elapsed() >= idle)
    }

    /// Tells which files of a ring went away unseen, by the numbers in their names.
    fn count_ring(&mut self, path: &Path) {
        let Some((name, number)) = path.file_name().and_then(|name| ring_number(&name.to_string_lossy())) else {
            return;
        };
        if let Some((earlier, last)) = &self.ring
            && *earlier == name
            && number > last + 1
        {
            let missing = number - last - 1;
            self.lost += missing;
            let files = if missing == 1 { "file" } else { "files" };
            tell!("{}: {missing} {files} of the ring before it went away before they could be read", path.display());
        }
        self.ring = Some((name, number));
    }
}

/// Opens the next file; `None` at the end.
pub(super) fn next<'f, 't>(
    follower: &'f RefCell<Follower>,
    taking: &'f RefCell<Taking<'t>>,
) -> Option<(PathBuf, FollowedFile<'f, 't>)> {
    loop {
        if follower.borrow().has_ended() || pause(taking) {
            return None;
        }
        let state = &mut *follower.borrow_mut();
        state.scan();
        if state.waiting.is_empty() {
            if state.is_idle() || interrupt::output_gone() {
                state.ended = true;
                return None;
            }
            thread::sleep(INTERVAL);
            continue;
        }
        let Waiting { path, first } = state.waiting.remove(0);
        state.count_ring(&path);
        match File::open(&path) {
            Ok(file) => {
                // What was opened is what is known by this name now.
                if let (Ok(metadata), Some(known)) = (file.metadata(), state.known.get_mut(&path)) {
                    known.identity = identity(&metadata);
                }
                let file =
                    FollowedFile { follower, taking, file, path: path.clone(), first, grown: false, leaving: false };
                return Some((path, file));
            }
            Err(error) => {
                state.lost += 1;
                match error.kind() {
                    io::ErrorKind::NotFound => tell!("{}: deleted before it could be read", path.display()),
                    _ => tell!("{}: {error}", path.display()),
                }
            }
        }
    }
}

/// A file that may still grow.
pub(super) struct FollowedFile<'f, 't> {
    follower: &'f RefCell<Follower>,
    taking: &'f RefCell<Taking<'t>>,
    file: File,
    path: PathBuf,
    first: Option<Timestamp>,
    /// Whether the end was reached and waited at.
    grown: bool,
    /// Whether a newer file is there, so that the next end is the last one.
    leaving: bool,
}

impl FollowedFile<'_, '_> {
    /// Counts bytes that were read; whether they still belong to the same file.
    fn count(&mut self, bytes: &[u8]) -> bool {
        let state = &mut *self.follower.borrow_mut();
        state.last_new = Instant::now();
        // Its name may belong to another one by now.
        let same = self.file.metadata().map(|metadata| identity(&metadata));
        let Some(known) = state.known.get_mut(&self.path) else { return true };
        if same.is_ok_and(|same| same != known.identity) {
            return true;
        }
        if self.grown && !head(&self.path).is_none_or(|now| now.starts_with(&known.head)) {
            // Written over from its beginning.
            known.left = true;
            known.modified = None;
            return false;
        }
        let room = usize::try_from(HEAD.saturating_sub(known.read)).unwrap_or(0);
        known.head.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or(&[]));
        known.read += bytes.len() as u64;
        true
    }

    /// Leaves the file for a newer one.
    fn leave(&self) {
        let modified = self.file.metadata().and_then(|metadata| metadata.modified()).ok();
        if let Some(known) = self.follower.borrow_mut().known.get_mut(&self.path) {
            known.left = true;
            known.modified = modified;
        }
    }
}

impl Read for FollowedFile<'_, '_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.follower.borrow().has_ended() {
                return Ok(0);
            }
            let count = self.file.read(room)?;
            if count > 0 {
                let same = self.count(room.get(..count).unwrap_or(&[]));
                self.grown = false;
                return Ok(if same { count } else { 0 });
            }
            if self.leaving {
                self.leave();
                return Ok(0);
            }
            if pause(self.taking) {
                return Ok(0);
            }
            let state = &mut *self.follower.borrow_mut();
            state.scan();
            if self.first.is_none() {
                self.first = first_time(&self.path, &state.limits);
            }
            let modified = self.file.metadata().and_then(|metadata| metadata.modified()).ok();
            let recent = modified.and_then(|at| at.elapsed().ok()).is_none_or(|since| since < RECENT);
            let waits = !state.waiting.is_empty();
            if state.has_newer(&self.path, self.first) || waits && !recent {
                self.leaving = true;
                if recent {
                    thread::sleep(INTERVAL);
                }
                continue;
            }
            if !waits && state.is_idle() || interrupt::output_gone() {
                state.ended = true;
                return Ok(0);
            }
            self.grown = true;
            thread::sleep(INTERVAL);
        }
    }
}

/// By the time of the first packet; those without one last. Then by name, with numbers in it as numbers.
fn in_order(a: &Waiting, b: &Waiting) -> Ordering {
    let key = |waiting: &Waiting| waiting.first.map_or((true, 0), |first| (false, first.0));
    let name = |waiting: &Waiting| waiting.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    key(a).cmp(&key(b)).then_with(|| natural(&name(a), &name(b))).then_with(|| a.path.cmp(&b.path))
}

/// Compares names with the numbers in them by their value: `trace.pcap9` comes before `trace.pcap10`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let (numbers_a, rest_a) = a.split_at(digits(a));
        let (numbers_b, rest_b) = b.split_at(digits(b));
        let value = |text: &str| text.trim_start_matches('0').to_string();
        let (value_a, value_b) = (value(numbers_a), value(numbers_b));
        let order = match (numbers_a.is_empty(), numbers_b.is_empty()) {
            (false, false) => value_a.len().cmp(&value_b.len()).then_with(|| value_a.cmp(&value_b)),
            (empty_a, empty_b) => empty_b.cmp(&empty_a),
        };
        let (mut chars_a, mut chars_b) = (rest_a.chars(), rest_b.chars());
        let order = order.then_with(|| chars_a.next().cmp(&chars_b.next()));
        if order != Ordering::Equal || rest_a.is_empty() {
            return order;
        }
        (a, b) = (chars_a.as_str(), chars_b.as_str());
    }
}

/// The name and number of a file of dumpcap's ring: `NAME_00001_20260101120000.pcapng`, or the two in the other order.
fn ring_number(name: &str) -> Option<(String, u64)> {
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    let (rest, last) = stem.rsplit_once('_')?;
    let (prefix, middle) = rest.rsplit_once('_')?;
    let is = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    let number = match () {
        () if is(middle, 5) && is(last, 14) => middle,
        () if is(middle, 14) && is(last, 5) => last,
        () => return None,
    };
    Some((prefix.to_string(), number.parse().ok()?))
}

/// When the first packet of a file was captured, if that is there already.
fn first_time(path: &Path, limits: &CaptureLimits) -> Option<Timestamp> {
    let mut reader = Reader::with_limits(File::open(path).ok()?, limits.clone()).ok()?;
    reader.next().ok()??.time
}

/// The first bytes of a file.
fn head(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(HEAD).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// What tells one file from another one of the same name.
#[cfg(unix)]
fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_by_their_numbers() {
        let mut names = ["t.pcap10", "t.pcap", "t.pcap2", "t_00010_x", "t_00009_y", "a2b", "a02a", "a1"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["a1", "a02a", "a2b", "t.pcap", "t.pcap2", "t.pcap10", "t_00009_y", "t_00010_x"]);
    }

    #[test]
    fn numbers_of_a_ring() {
        assert_eq!(ring_number("a_b_00012_20260101120000.pcapng.gz"), Some(("a_b".into(), 12)));
        assert_eq!(ring_number("a_20260101120000_00012.pcapng"), Some(("a".into(), 12)));
        assert_eq!(ring_number("a_12_20260101120000.pcapng"), None);
        assert_eq!(ring_number("trace.pcap12"), None);
    }
}
