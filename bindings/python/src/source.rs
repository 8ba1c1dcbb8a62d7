//! Where packets come from: files, and Python's file objects.

use crate::errors;
use cluscope::capture::{CaptureError, CaptureLimits, Reader};
use cluscope::internals::capture::etl::{PacketOrigins, TimeOrdered};
use cluscope::internals::capture::sort_by_time;
use pyo3::exceptions::{PyException, PyTypeError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Cursor, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The capture that is being read.
pub(crate) type Captured = Reader<Box<dyn Read + Send>>;

/// One of the captures to be read.
pub(crate) enum Input {
    File(PathBuf),
    Object(Py<PyAny>),
    /// The whole file's bytes.
    Bytes(PyBackedBytes),
}

impl Input {
    /// The file's name, where it is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Input::File(path) => Some(path),
            Input::Object(_) | Input::Bytes(_) => None,
        }
    }
}

/// What Python raised while a capture was read.
#[derive(Clone, Default)]
pub(crate) struct Raised(Arc<Mutex<Option<PyErr>>>);

impl Raised {
    pub(crate) fn put(&self, error: PyErr) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    pub(crate) fn take(&self) -> Option<PyErr> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The captures of the argument: a path, a file object, or several of them; files are put into the order of their time
/// stamps as the program does.
pub(crate) fn inputs(given: &Bound<'_, PyAny>, limits: &CaptureLimits) -> PyResult<VecDeque<Input>> {
    let mut inputs = Vec::new();
    for one in crate::keys::several(given)? {
        inputs.push(match one.hasattr("read")? {
            true => Input::Object(one.unbind()),
            false if one.is_instance_of::<PyBytes>() => {
                return Err(PyTypeError::new_err("a path or a file object; io.BytesIO makes one of bytes"));
            }
            false => Input::File(one.extract()?),
        });
    }
    let mut paths = Vec::new();
    for input in &inputs {
        match input {
            Input::File(path) => paths.push(path.clone()),
            Input::Object(_) | Input::Bytes(_) => return Ok(inputs.into()),
        }
    }
    for path in &paths {
        std::fs::metadata(path).map_err(|error| named(given.py(), &error, path))?;
    }
    given.py().detach(|| sort_by_time(&mut paths, limits));
    Ok(paths.into_iter().map(Input::File).collect())
}

/// An error of the system with the file's name, as Python's own `open` raises it.
pub(crate) fn named(py: Python<'_>, error: &io::Error, path: &Path) -> PyErr {
    let Some(number) = error.raw_os_error() else { return errors::capture(py, &error.to_string(), Some(path)) };
    let text = py.import("os").and_then(|os| os.call_method1("strerror", (number,)));
    let class = py.get_type::<pyo3::exceptions::PyOSError>();
    match text.and_then(|text| class.call1((number, text, path))) {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

/// A capture that is open.
pub(crate) struct Open {
    pub(crate) reader: Captured,
    pub(crate) path: Option<PathBuf>,
    /// Whether more may come of it later, so that what there is should not wait.
    pub(crate) live: bool,
}

/// Why a capture can't be read.
pub(crate) enum Failure {
    /// The file can't be opened.
    File(io::Error),
    Capture(CaptureError),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::File(error)
    }
}

/// Opens a capture whose packets are numbered from `frames` on.
pub(crate) fn open(
    input: Input,
    limits: &CaptureLimits,
    frames: u64,
    origins: &PacketOrigins,
    raised: &Raised,
) -> Result<Open, Failure> {
    let (input, path, live): (Box<dyn Read + Send>, _, _) = match input {
        Input::File(path) => {
            let file = File::open(&path)?;
            match file.metadata().is_ok_and(|found| found.is_file()) {
                true => (Box::new(TimeOrdered::new(file)?), Some(path), false),
                false => (Box::new(Interruptible { file, raised: raised.clone() }), Some(path), true),
            }
        }
        Input::Bytes(bytes) => (Box::new(TimeOrdered::new(Cursor::new(bytes))?), None, false),
        Input::Object(object) => (Box::new(ObjectReader { object, raised: raised.clone() }), None, true),
    };
    let reader = Reader::with_limits(input, limits.clone()).map_err(Failure::Capture)?;
    Ok(Open { reader: reader.continue_after(frames).live(live).noting(origins.clone()), path, live })
}

/// A pipe or a device, whose reading a signal may end: Python's handler decides.
struct Interruptible {
    file: File,
    raised: Raised,
}

impl Read for Interruptible {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.file.read(room) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {
                    if let Err(raised) = Python::attach(|py| py.check_signals()) {
                        self.raised.put(raised);
                        return Err(io::Error::other("interrupted"));
                    }
                }
                read => return read,
            }
        }
    }
}

/// A file object of Python.
struct ObjectReader {
    object: Py<PyAny>,
    raised: Raised,
}

impl Read for ObjectReader {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        Python::attach(|py| {
            let mut read = || -> PyResult<usize> {
                let given = self.object.bind(py).call_method1("read", (room.len(),))?;
                let given = given.cast::<PyBytes>().map_err(|_| PyTypeError::new_err("read() gives no bytes"))?;
                let bytes = given.as_bytes();
                match room.get_mut(..bytes.len()) {
                    Some(room) => room.copy_from_slice(bytes),
                    None => return Err(PyTypeError::new_err("read() gives more bytes than it was asked for")),
                }
                Ok(bytes.len())
            };
            read().map_err(|error| {
                self.raised.put(error);
                io::Error::other("the file object raised an exception")
            })
        })
    }
}

/// Whether what was raised asks the program to stop, rather than telling that something is wrong.
pub(crate) fn stops(py: Python<'_>, error: &PyErr) -> bool {
    !error.is_instance_of::<PyException>(py)
}
