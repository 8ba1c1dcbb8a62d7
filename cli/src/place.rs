//! Files that are written: beside their place under another name, readable by their owner alone, and put into it when they
//! are complete. Whatever goes wrong before, a signal included, leaves nothing behind.

use super::Failure;
use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tempfile::NamedTempFile;

/// What went wrong with a file.
pub(super) fn failed(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::Message(format!("{}: {error}", path.display()))
}

/// A file that is being written; dropped, it is removed.
#[derive(Debug)]
pub(super) struct Beside(NamedTempFile);

impl Beside {
    /// A file in the folder of `output`.
    pub(super) fn new(output: &Path) -> Result<Beside, Failure> {
        let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = tempfile::Builder::new().prefix(".cluscope-").suffix(".part").tempfile_in(folder);
        Ok(Beside(file.map_err(|e| failed(output, &e))?))
    }

    /// Where it is written.
    pub(super) fn file(&mut self) -> &mut File {
        self.0.as_file_mut()
    }

    /// Puts it into its place, on the disk.
    pub(super) fn place(self, output: &Path, force: bool) -> Result<(), Failure> {
        self.0.as_file().sync_all().map_err(|e| failed(output, &e))?;
        let placed = if force { self.0.persist(output) } else { self.0.persist_noclobber(output) };
        placed.map(drop).map_err(|e| match e.error.kind() {
            std::io::ErrorKind::AlreadyExists => failed(output, &"there already; --force writes over it"),
            _ => failed(output, &e.error),
        })
    }
}

/// Whether two files are one, whatever their paths: hard links and symbolic ones too.
#[cfg(unix)]
pub(super) fn same(one: &Metadata, other: &Metadata, _: (&Path, &Path)) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Whether two files are one, as far as their paths tell.
#[cfg(not(unix))]
pub(super) fn same(_: &Metadata, _: &Metadata, (one, other): (&Path, &Path)) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Sees to it that nothing is lost that is there: the input above all.
pub(super) fn spare(inputs: &[&PathBuf], output: &Path, force: bool) -> Result<(), Failure> {
    let there = std::fs::metadata(output);
    for input in inputs {
        let from = std::fs::metadata(input).map_err(|e| failed(input, &e))?;
        if there.as_ref().is_ok_and(|there| same(&from, there, (input, output))) {
            return Err(Failure::Usage("the output is the input".into()));
        }
    }
    match there {
        Ok(there) if !there.is_file() => Err(failed(output, &"not a regular file")),
        Ok(_) if !force => Err(failed(output, &"there already; --force writes over it")),
        Ok(_) => Ok(()),
        // A symbolic link that leads nowhere is there too.
        Err(_) if !force && std::fs::symlink_metadata(output).is_ok() => {
            Err(failed(output, &"there already; --force writes over it"))
        }
        Err(_) => Ok(()),
    }
}

/// Set by the signals that end programs. A file that may not grow further gives an error instead of a signal.
pub(super) fn interrupted() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            // Without a handler a signal ends the program as it does others, and the file under its other name stays.
            let _ = signal_hook::flag::register(signal, Arc::clone(&flag));
        }
        let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
    }
    flag
}
