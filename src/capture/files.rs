//! Several files as one capture, as ring-buffer recordings leave them.

use super::{CaptureError, CaptureLimits, Packet, Reader};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Reads files one after the other as one capture: frames go on counting, and so do flows for whoever takes the
/// packets.
///
/// The order is the given one, unless the files' first time stamps contradict it: then they are read in the order of
/// those time stamps (files with the same one stay in the given order), those without a packet or that can't be read
/// last. Nothing is sorted when one of the files is standard input (`-`), is no plain file, or has no time stamp in its
/// first packet. Files that overlap in time, as two taps give them, are not interleaved: merge them with Wireshark's
/// `mergecap` before.
///
/// A file that can't be read or ends in an error is reported once; the next call goes on with the next file.
#[derive(Debug)]
pub struct Files {
    limits: CaptureLimits,
    paths: std::vec::IntoIter<PathBuf>,
    current: Option<(PathBuf, Reader<Source>)>,
    sorted: bool,
    frames: u64,
}

/// A capture that could not be read, or not to its end.
#[derive(Debug)]
pub struct FileError {
    /// The file, `-` for standard input.
    pub path: PathBuf,
    /// Why.
    pub error: CaptureError,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.error)
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// A file or standard input.
#[derive(Debug)]
enum Source {
    File(File),
    /// A file that may be a trace, whose buffers are read in the order of time.
    #[cfg(feature = "etl")]
    Ordered(super::etl::TimeOrdered<File>),
    Stdin(io::Stdin),
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::File(file) => file.read(into),
            #[cfg(feature = "etl")]
            Source::Ordered(file) => file.read(into),
            Source::Stdin(stdin) => stdin.read(into),
        }
    }
}

impl Files {
    /// Looks at the files' first packets and settles the order. `-` is standard input.
    #[must_use]
    pub fn new(mut paths: Vec<PathBuf>, limits: CaptureLimits) -> Self {
        let sorted = sort_by_time(&mut paths, &limits);
        Files { limits, paths: paths.into_iter(), current: None, sorted, frames: 0 }
    }

    /// The next packet of the current file or of the next one; `None` behind the last file.
    ///
    /// # Errors
    /// What a file's [`Reader`] gives, with the file's name. The next call goes on with the next file.
    #[allow(clippy::should_implement_trait, reason = "the packet borrows the reader, which no Iterator can do")]
    pub fn next(&mut self) -> Result<Option<Packet<'_>>, FileError> {
        // Advancing and handing out are two steps, because the packet borrows the reader for as long as it is used.
        while self.current.as_mut().is_none_or(|(_, reader)| !reader.has_next()) {
            if let Some((path, mut reader)) = self.current.take() {
                self.frames = reader.frames();
                if let Some(error) = reader.take_error() {
                    return Err(FileError { path, error });
                }
            }
            let Some(path) = self.paths.next() else { return Ok(None) };
            match open(&path, &self.limits) {
                Ok(reader) => self.current = Some((path, reader.continue_after(self.frames))),
                Err(error) => return Err(FileError { path, error }),
            }
        }
        Ok(self.current.as_mut().and_then(|(_, reader)| reader.packet()))
    }

    /// The file that the last packet came from.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.current.as_ref().map(|(path, _)| path.as_path())
    }

    /// Whether the files were put into the order of their time stamps, against the given one.
    #[must_use]
    pub fn is_sorted(&self) -> bool {
        self.sorted
    }

    /// Frames counted so far, over all files.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.current.as_ref().map_or(self.frames, |(_, reader)| reader.frames())
    }

    /// The current file's names, as [`Reader::names`].
    #[must_use]
    pub fn names(&self) -> Option<&super::Names> {
        self.current.as_ref().and_then(|(_, reader)| reader.names())
    }
}

fn open(path: &Path, limits: &CaptureLimits) -> Result<Reader<Source>, CaptureError> {
    let source = if path == Path::new("-") {
        Source::Stdin(io::stdin())
    } else {
        let file = File::open(path).map_err(|source| CaptureError::Open { source })?;
        #[cfg(feature = "etl")]
        let file = match file.metadata().is_ok_and(|found| found.is_file()) {
            true => {
                Source::Ordered(super::etl::TimeOrdered::new(file).map_err(|source| CaptureError::Open { source })?)
            }
            false => Source::File(file),
        };
        #[cfg(not(feature = "etl"))]
        let file = Source::File(file);
        file
    };
    Reader::with_limits(source, limits.clone())
}

/// Sorts files by their first time stamps where that is needed and possible, by the rule that [`Files`] states; returns
/// whether it changed anything. For those who open the files themselves, with [`Reader::continue_after`].
pub fn sort_by_time(paths: &mut Vec<PathBuf>, limits: &CaptureLimits) -> bool {
    let is_plain = |path: &PathBuf| path.as_path() != Path::new("-") && path.is_file();
    if paths.len() < 2 || !paths.iter().all(is_plain) {
        return false;
    }
    let (mut timed, mut without) = (Vec::with_capacity(paths.len()), Vec::new());
    for path in paths.iter() {
        // One broken file among a thousand must not leave the others in a wrong order.
        let Ok(mut reader) = open(path, limits) else {
            without.push(path.clone());
            continue;
        };
        match reader.next() {
            Ok(Some(packet)) => match packet.time {
                Some(first) => timed.push((first, path.clone())),
                None => return false,
            },
            Ok(None) | Err(_) => without.push(path.clone()),
        }
    }
    if timed.is_sorted_by_key(|(first, _)| *first) {
        return false;
    }
    timed.sort_by_key(|(first, _)| *first);
    *paths = timed.into_iter().map(|(_, path)| path).chain(without).collect();
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A pcap file whose packets carry these seconds.
    fn file(dir: &Path, name: &str, seconds: &[u32], cut: usize) -> PathBuf {
        let mut bytes = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
        for second in seconds {
            for value in [*second, 0, 4, 4] {
                bytes.extend(value.to_le_bytes());
            }
            bytes.extend(b"data");
        }
        bytes.truncate(bytes.len() - cut);
        let path = dir.join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn seconds(files: &mut Files) -> (Vec<(u64, i64)>, Vec<String>) {
        let (mut packets, mut errors) = (vec![], vec![]);
        loop {
            match files.next() {
                Ok(Some(packet)) => packets.push((packet.frame, packet.time.unwrap().0 / 1_000_000_000)),
                Ok(None) => return (packets, errors),
                Err(error) => errors.push(error.error.to_string()),
            }
        }
    }

    /// A pcapng file with a Simple Packet Block, which has no time.
    fn simple_packet() -> Vec<u8> {
        let mut bytes = Vec::new();
        for (kind, body) in [
            (0x0a0d_0d0a_u32, &[0x1a2b_3c4d_u32, 1, u32::MAX, u32::MAX] as &[u32]),
            (1, &[1, 0]),
            (3, &[4, u32::from_le_bytes(*b"data")]),
        ] {
            let length = 12 + 4 * u32::try_from(body.len()).unwrap();
            for value in [kind, length].iter().chain(body).chain([&length]) {
                bytes.extend(value.to_le_bytes());
            }
        }
        bytes
    }

    #[test]
    fn in_a_row() {
        let dir = std::env::temp_dir().join(format!("cluscope-files-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let first = file(&dir, "first.pcap", &[1, 2], 0);
        let cut = file(&dir, "cut.pcap", &[3, 4], 2);
        let last = file(&dir, "last.pcap", &[5], 0);
        let empty = file(&dir, "empty.pcap", &[], 0);
        let missing = dir.join("missing.pcap");

        let mut files = Files::new(vec![first.clone(), cut.clone(), last.clone()], CaptureLimits::default());
        assert!(!files.is_sorted());
        let (packets, errors) = seconds(&mut files);
        assert_eq!(packets, [(1, 1), (2, 2), (3, 3), (4, 5)]);
        assert_eq!(errors.len(), 1);
        assert!(errors[0].starts_with("the file is cut off"));
        assert_eq!(files.frames(), 4);
        assert!(matches!(files.next(), Ok(None)));

        // Out of order: by time.
        let mut files = Files::new(vec![last.clone(), first.clone(), cut.clone()], CaptureLimits::default());
        assert!(files.is_sorted());
        assert_eq!(seconds(&mut files).0, [(1, 1), (2, 2), (3, 3), (4, 5)]);

        // Files without a packet come last, and leave the order of the others alone if that is right.
        let none = dir.join("none.pcap");
        fs::write(&none, "no capture").unwrap();
        let mut files = Files::new(vec![last.clone(), empty.clone(), none, first.clone()], CaptureLimits::default());
        assert!(files.is_sorted());
        let (packets, errors) = seconds(&mut files);
        assert_eq!(packets, [(1, 1), (2, 2), (3, 5)]);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(!Files::new(vec![empty, first.clone(), last.clone()], CaptureLimits::default()).is_sorted());

        // A file without a time in its first packet: as given.
        let untimed = dir.join("untimed.pcapng");
        fs::write(&untimed, simple_packet()).unwrap();
        let mut files = Files::new(vec![last.clone(), untimed, first.clone()], CaptureLimits::default());
        assert!(!files.is_sorted());
        assert_eq!(files.next().unwrap().unwrap().time.unwrap().0 / 1_000_000_000, 5);
        assert_eq!(files.next().unwrap().unwrap().time, None);

        let mut files = Files::new(vec![missing, first], CaptureLimits::default());
        let (packets, errors) = seconds(&mut files);
        assert_eq!(packets, [(1, 1), (2, 2)]);
        assert!(errors[0].starts_with("can't be opened: "), "{errors:?}");
        fs::remove_dir_all(&dir).unwrap();
    }
}
