//! Iterators over captures.

use crate::engine::{Problem, Reading};
use crate::options::{Arguments, Options, Size};
use crate::record::{Call, Item, Message};
use crate::source::{self, Failure};
use crate::view::{self, View};
use crate::{errors, json};
use cluscope::internals::capture::etl::PacketOrigins;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict, PyList};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, TryLockError};

/// What items become.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Message,
    Call,
    Dict,
}

impl Shape {
    fn object(self, py: Python<'_>, item: Item) -> PyResult<Py<PyAny>> {
        Ok(match self {
            Shape::Message => Message::of(py, item)?.into_any(),
            Shape::Call => Call::of(py, item)?.into_any(),
            Shape::Dict => json::object(py, &item.line)?.unbind(),
        })
    }
}

/// An iterator over what captures hold. It reads as it goes and keeps nothing; other threads run meanwhile. What it can't
/// read ends it with an exception behind everything that it could read.
///
/// >>> import cluscope
/// >>> with cluscope.open("captures/tour.pcapng") as messages:
/// ...     first = next(messages)
/// >>> first.type, first.frame
/// ('bind', 4)
/// >>> next(messages)
/// Traceback (most recent call last):
/// ...
/// ValueError: this reader is closed
#[pyclass(frozen, generic, module = "cluscope")]
pub(crate) struct Reader {
    /// `None` when it was closed.
    reading: Mutex<Option<Box<Reading>>>,
    shape: Shape,
}

/// The lock of something that one thread uses at a time.
pub(crate) fn locked<'m, T>(mutex: &'m Mutex<T>, what: &str) -> PyResult<MutexGuard<'m, T>> {
    match mutex.try_lock() {
        Ok(guard) => Ok(guard),
        // It is whole whatever happened: what could not be done was not done.
        Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => Err(PyValueError::new_err(format!("this {what} is being used already"))),
    }
}

impl Reader {
    /// Opens the first capture.
    pub(crate) fn open(
        captures: &Bound<'_, PyAny>,
        arguments: Arguments<'_, '_>,
        shape: Shape,
        view: impl FnOnce(&Options, &PacketOrigins) -> Box<dyn View>,
    ) -> PyResult<Reader> {
        let py = captures.py();
        let options = Options::new(py, arguments)?;
        let inputs = source::inputs(captures, &options.limits.capture)?;
        let only = inputs.len() == 1;
        let origins = PacketOrigins::default();
        let view = view(&options, &origins);
        let mut reading = Box::new(Reading::new(&options, view, origins, inputs));
        py.detach(|| reading.open());
        // Where there is nothing else to be read, that is told at once.
        if only && let Some(error) = Reader::failure(py, &mut reading) {
            return Err(error);
        }
        Ok(Reader { reading: Mutex::new(Some(reading)), shape })
    }

    /// What went wrong, once.
    pub(crate) fn failure(py: Python<'_>, reading: &mut Reading) -> Option<PyErr> {
        let failed = reading.failed.take();
        if let Some(raised) = reading.raised.take() {
            return Some(raised);
        }
        let (failure, path) = failed?;
        let path = path.as_deref();
        Some(match failure {
            Failure::File(error) => source::named(py, &error, path.unwrap_or(Path::new(""))),
            Failure::Capture(error) => {
                let message = match path {
                    Some(path) => format!("{}: {error}", path.display()),
                    None => error.to_string(),
                };
                errors::capture(py, &message, path)
            }
        })
    }

    fn lock(&self) -> PyResult<MutexGuard<'_, Option<Box<Reading>>>> {
        locked(&self.reading, "reader")
    }
}

fn closed() -> PyErr {
    PyValueError::new_err("this reader is closed")
}

#[pymethods]
impl Reader {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let mut reading = self.lock()?;
        let reading = reading.as_mut().ok_or_else(closed)?;
        loop {
            if let Some(item) = reading.engine.out.pop_front() {
                return self.shape.object(py, item).map(Some);
            }
            if reading.is_done() {
                return Reader::failure(py, reading).map_or(Ok(None), Err);
            }
            py.detach(|| reading.step());
            py.check_signals()?;
            // What asks the program to stop does not wait until everything was handed out.
            if let Some(raised) = reading.raised.take() {
                if source::stops(py, &raised) {
                    return Err(raised);
                }
                reading.raised.put(raised);
            }
        }
    }

    /// Ends the reading; what was not read yet is not read any more.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let reading = self.lock()?.take();
        py.detach(|| drop(reading));
        Ok(())
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyAny>) -> PyResult<()> {
        self.close(py)
    }

    /// Parts of captures that could not be read so far, while the rest was: dicts with ``reason`` and, where known,
    /// ``filename``, ``frame`` and ``offset``.
    #[getter]
    fn problems<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let reading = self.lock()?;
        let list = PyList::empty(py);
        for Problem { path, frame, offset, reason } in &reading.as_ref().ok_or_else(closed)?.problems {
            let problem = PyDict::new(py);
            problem.set_item("reason", reason)?;
            if let Some(path) = path {
                problem.set_item("filename", path.to_string_lossy())?;
            }
            if let Some(frame) = frame {
                problem.set_item("frame", frame)?;
            }
            if let Some(offset) = offset {
                problem.set_item("offset", offset)?;
            }
            list.append(problem)?;
        }
        Ok(list)
    }

    /// Packets that could not be read so far, by why: dicts with ``kind`` and, where it has them, ``value`` and ``name``, and
    /// with ``packets`` and ``first_frame``.
    #[getter]
    fn unread<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let reading = self.lock()?;
        let list = PyList::empty(py);
        for (kind, count) in reading.as_ref().ok_or_else(closed)?.engine.session.unread().iter() {
            let one = PyDict::new(py);
            one.set_item("kind", kind.key())?;
            if let Some(value) = kind.value() {
                one.set_item("value", value)?;
            }
            if let Some(name) = kind.name() {
                one.set_item("name", name)?;
            }
            one.set_item("packets", count.packets)?;
            one.set_item("first_frame", count.first_frame)?;
            list.append(one)?;
        }
        Ok(list)
    }

    /// What was given up for a limit so far: counters by their names, empty if that is nothing.
    #[getter]
    fn limits<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let reading = self.lock()?;
        reading.as_ref().ok_or_else(closed)?.engine.given_up().into_py_dict(py)
    }
}

/// A function of the package: captures and the options that all of them share, to a [`Reader`].
macro_rules! views {
    ($($(#[doc = $doc:literal])* $name:ident: $shape:expr, $view:expr;)*) => {
        $(
            $(#[doc = $doc])*
            #[pyfunction]
            #[pyo3(signature = (
                captures, /, *, keys = None, keytab = None, ccache = None, filter = None, assume = None,
                decode_as = None, hide_secrets = false, memory_limit = None
            ))]
            #[allow(clippy::too_many_arguments, reason = "they are named")]
            pub(crate) fn $name(
                captures: &Bound<'_, PyAny>,
                keys: Option<&Bound<'_, PyAny>>,
                keytab: Option<&Bound<'_, PyAny>>,
                ccache: Option<&Bound<'_, PyAny>>,
                filter: Option<&str>,
                assume: Option<Vec<String>>,
                decode_as: Option<Vec<String>>,
                hide_secrets: bool,
                memory_limit: Option<Size>,
            ) -> PyResult<Reader> {
                let arguments =
                    Arguments { keys, keytab, ccache, filter, assume, decode_as, hide_secrets, memory_limit };
                Reader::open(captures, arguments, $shape, $view)
            }
        )*
    };
}

views! {
    /// Opens captures and iterates over their ClusAPI and Witness messages.
    ///
    /// ``captures`` is a path, a binary file object, or several of them in a list: pcap, pcapng or ETL, plain or packed with
    /// gzip, zstd or lz4. ``keys``, ``keytab`` and ``ccache`` are files (or their bytes) that open what is sealed; ``keys`` may
    /// be a ``Keys`` instead. ``filter`` is an expression of docs/views.md. ``assume`` tells what connections without a bind
    /// carry (``clusapi:3.0:ndr64``), ``decode_as`` what to take ports and the like for (``udp.port==14789,vxlan``).
    /// ``hide_secrets`` leaves passwords and tokens that stand in messages out of what is returned. ``memory_limit`` is in bytes
    /// or as ``"256MB"``.
    ///
    /// >>> import cluscope
    /// >>> for message in cluscope.open("captures/tour.pcapng", filter='method == "ApiGetClusterName" and frame < 10'):
    /// ...     print(message.frame, message.type, message.params)
    /// 8 request {}
    /// 9 response {'ClusterName': 'LABCLUS1', 'NodeName': 'node1'}
    open: Shape::Message, |options, origins| Box::new(view::Messages::new(options, origins));

    /// Iterates over the calls of captures: each request joined with its response or fault. Arguments as with ``open``; the
    /// filter passes a call if it holds for either half.
    ///
    /// >>> import cluscope
    /// >>> call = next(cluscope.calls("captures/tour.pcapng", filter='method == "ApiGetClusterName"'))
    /// >>> call.latency_ns, call.status["name"], call.response["params"]
    /// (169602, 'ERROR_SUCCESS', {'ClusterName': 'LABCLUS1', 'NodeName': 'node1'})
    calls: Shape::Call, |options, origins| Box::new(view::Calls::new(options, origins));

    /// Iterates over what happened, as dicts: who did what to which object, and what came of it. Arguments as with ``open``.
    ///
    /// >>> import cluscope
    /// >>> event = next(cluscope.story("captures/manager.pcap"))
    /// >>> print(event["event"], "-", event["text"])
    /// cluster_opened - opened the cluster at 192.0.2.1:49664
    story: Shape::Dict, |options, _| Box::new(view::Told::new(options));

    /// Checks captures against the rules of the specification. Iterates over dicts: one of each finding, then how often each
    /// rule was broken (``type`` is ``summary``), then what tells the release of each server (``fingerprint``). Arguments as
    /// with ``open``; a filter is of no use here.
    ///
    /// >>> import cluscope
    /// >>> *findings, summary = [one for one in cluscope.check("captures/clean.pcapng") if one["type"] != "fingerprint"]
    /// >>> len(findings) == summary["findings"], summary["messages"]
    /// (True, 30)
    check: Shape::Dict, |options, _| Box::new(view::Checked::new(options));

    /// Counts calls by method, client, object and status: rows as dicts. Arguments as with ``open``.
    ///
    /// >>> import cluscope
    /// >>> rows = list(cluscope.stats("captures/clean.pcapng"))
    /// >>> [(row["key"], row["calls"]) for row in rows if row["by"] == "client"]
    /// [('127.0.0.1', 15)]
    stats: Shape::Dict, |options, _| Box::new(view::Counted::new(options));
}
