//! What is handed out: a line of JSON whose members become Python's objects when they are asked for.

use crate::json::{self, Member};
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::OnceLockExt;
use pyo3::types::{PyBytes, PyDict, PyIterator, PyList, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use std::sync::OnceLock;

/// A line of JSON and what goes with it, on its way to Python.
#[derive(Debug, Default)]
pub(crate) struct Item {
    /// The object, as the program prints it.
    pub(crate) line: String,
    /// The stub, where a message has one whose bytes may be shown.
    pub(crate) stub: Option<Box<[u8]>>,
    /// When the message was captured, in nanoseconds since 1970.
    pub(crate) time_ns: Option<i64>,
}

/// A record: a read-only mapping of what the program prints as one line of JSON. Values become objects when they are asked
/// for; ``json`` is the line itself, ``to_dict()`` all of it as a dict of its own.
///
/// >>> import cluscope
/// >>> record = cluscope.Record('{"type": "example", "n": 18446744073709551615}')
/// >>> record["n"], record.get("m", 0), list(record), record.type
/// (18446744073709551615, 0, ['type', 'n'], 'example')
/// >>> record.to_dict()
/// {'type': 'example', 'n': 18446744073709551615}
#[pyclass(frozen, subclass, mapping, module = "cluscope")]
#[derive(Debug)]
pub(crate) struct Record {
    line: String,
    members: OnceLock<Vec<Member>>,
    /// Values that were asked for, by their keys.
    values: OnceLock<Py<PyDict>>,
}

impl Record {
    pub(crate) fn new(line: String) -> Self {
        Record { line, members: OnceLock::new(), values: OnceLock::new() }
    }

    /// The same of a line that somebody else has made.
    fn checked(line: String) -> PyResult<Self> {
        let record = Record::new(line);
        let members = json::members(&record.line).map_err(|error| PyValueError::new_err(error.to_string()))?;
        let _ = record.members.set(members);
        Ok(record)
    }

    /// The JSON.
    pub(crate) fn line(&self) -> &str {
        &self.line
    }

    fn members(&self) -> &[Member] {
        // Lines that the library prints are objects; others were checked.
        self.members.get_or_init(|| json::members(&self.line).unwrap_or_default())
    }

    fn text(&self, range: &std::ops::Range<usize>) -> &str {
        self.line.get(range.clone()).unwrap_or_default()
    }

    /// The value of a member; `None` if there is none of this name.
    pub(crate) fn value<'py>(&self, py: Python<'py>, key: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(member) = self.members().iter().find(|member| self.text(&member.key) == key) else { return Ok(None) };
        let text = self.text(&member.value);
        if !text.starts_with(['{', '[']) {
            return json::object(py, text).map(Some);
        }
        // One that can be changed is made once: what is done to it is seen by whoever asks again.
        let values = self.values.get_or_init_py_attached(py, || PyDict::new(py).unbind()).bind(py);
        if let Some(value) = values.get_item(key)? {
            return Ok(Some(value));
        }
        let value = json::object(py, text)?;
        values.set_item(key, &value)?;
        Ok(Some(value))
    }

    /// The value of a member, or Python's `None`.
    fn or_none<'py>(&self, py: Python<'py>, key: &str) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.value(py, key)?.unwrap_or_else(|| py.None().into_bound(py)))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.members().iter().map(|member| self.text(&member.key))
    }

    /// A short text for people: what identifies it, never its values.
    fn describe(&self, class: &str) -> String {
        let mut text = format!("<cluscope.{class}");
        for member in self.members() {
            let key = self.text(&member.key);
            if matches!(key, "frame" | "type" | "method" | "src" | "dst") {
                text += &format!(" {key}={}", self.text(&member.value));
            }
        }
        text + ">"
    }
}

#[pymethods]
impl Record {
    #[new]
    #[pyo3(signature = (json, /))]
    fn py_new(json: String) -> PyResult<Self> {
        Record::checked(json)
    }

    /// The line as the program prints it.
    #[getter]
    fn json(&self) -> &str {
        &self.line
    }

    /// What kind of record it is: ``request``, ``response``, ``bind``, ``call``, ``capture`` …
    #[getter]
    fn r#type<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.or_none(py, "type")
    }

    /// All of it as a dict that is made anew each time.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::object(py, &self.line)
    }

    /// The value of a member, or ``default``.
    #[pyo3(signature = (key, default = None, /))]
    fn get<'py>(&self, py: Python<'py>, key: &str, default: Option<Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.value(py, key)?.or(default).unwrap_or_else(|| py.None().into_bound(py)))
    }

    /// Names of the members, in their order.
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.names())
    }

    /// Values of the members, in their order.
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let values: Vec<_> = self.names().map(|name| self.or_none(py, name)).collect::<PyResult<_>>()?;
        PyList::new(py, values)
    }

    /// Names and values of the members, in their order.
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let items: Vec<_> = self.names().map(|name| Ok((name, self.or_none(py, name)?))).collect::<PyResult<_>>()?;
        PyList::new(py, items)
    }

    fn __getitem__<'py>(&self, py: Python<'py>, key: &str) -> PyResult<Bound<'py, PyAny>> {
        self.value(py, key)?.ok_or_else(|| PyKeyError::new_err(key.to_string()))
    }

    fn __contains__(&self, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Ok(key) = key.cast::<PyString>() else { return Ok(false) };
        let key = key.to_str()?;
        Ok(self.names().any(|name| name == key))
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        PyIterator::from_object(self.keys(py)?.as_any())
    }

    fn __len__(&self) -> usize {
        self.members().len()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        Ok(slf.get().describe(slf.get_type().name()?.to_str()?))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Record>().is_ok_and(|other| other.get().line == self.line)
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.line.hash(&mut hasher);
        hasher.finish()
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let arguments = PyTuple::new(slf.py(), [&slf.get().line])?;
        Ok((slf.get_type().into_any(), arguments))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.values.get().map_or(Ok(()), |values| visit.call(values))
    }
}

/// The one block of methods that a class may have: getters of members by their names in the record, each with what it is,
/// and whatever else the class has.
macro_rules! attributes {
    (
        $class:ident { $($(#[doc = $doc:literal])* $name:ident,)* }
        $($more:tt)*
    ) => {
        #[pymethods]
        impl $class {
            $(
                $(#[doc = $doc])*
                #[getter]
                fn $name<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
                    slf.as_super().get().or_none(slf.py(), stringify!($name))
                }
            )*
            $($more)*
        }
    };
}

/// A message of a capture: a record of ``dissect`` with the usual members as attributes, ``None`` where a message has no
/// such member. Every member is there by ``message["name"]``.
///
/// >>> import cluscope
/// >>> message = cluscope.Message('{"frame": 8, "type": "request", "method": "ApiOpenNode", "params": {"a": 1}}')
/// >>> message.frame, message.method, message.params, message.error
/// (8, 'ApiOpenNode', {'a': 1}, None)
/// >>> import pickle
/// >>> pickle.loads(pickle.dumps(message)) == message
/// True
#[pyclass(frozen, extends = Record, module = "cluscope")]
#[derive(Debug)]
pub(crate) struct Message {
    stub: Option<Box<[u8]>>,
    time_ns: Option<i64>,
}

impl Message {
    /// A message for Python.
    pub(crate) fn of(py: Python<'_>, item: Item) -> PyResult<Py<Message>> {
        let Item { line, stub, time_ns } = item;
        Py::new(py, PyClassInitializer::from(Record::new(line)).add_subclass(Message { stub, time_ns }))
    }
}

attributes! {
    Message {
        /// Number of the packet that completed it, as Wireshark counts.
        frame,
        /// Numbers of all packets that carried it.
        frames,
        /// When that packet was captured, as ``2026-11-20T10:00:00.123456789Z``.
        time,
        /// ``tcp`` or ``udp``.
        transport,
        /// Number of the stream, as Wireshark counts.
        stream,
        /// Address and port of the sender.
        src,
        /// Address and port of the receiver.
        dst,
        /// The flow as a community id, by which other tools name it.
        community_id,
        /// Call id, or sequence number of a connectionless call.
        call_id,
        /// ``clusapi`` or ``witness``.
        interface,
        /// Version of the interface: ``3.0``.
        version,
        /// Operation number.
        opnum,
        /// Name of the method.
        method,
        /// Transfer syntax: ``ndr`` or ``ndr64``.
        syntax,
        /// Frame of the request that a response or fault answers.
        request_frame,
        /// Nanoseconds since that request.
        latency_ns,
        /// The parameters as a dict: integers as int, bytes as hexadecimal digits, buffers decoded.
        params,
        /// Of a fault: number and name of its status.
        status,
        /// Why the stub could not be read: a dict with ``message`` and, where known, ``offset`` and ``field``.
        error,
        /// What breaks a rule of the specification, a list of dicts.
        diagnostics,
        /// Security of the message: a dict.
        auth,
    }

    #[new]
    #[pyo3(signature = (json, /, stub = None, time_ns = None))]
    fn py_new(json: String, stub: Option<Vec<u8>>, time_ns: Option<i64>) -> PyResult<PyClassInitializer<Self>> {
        let message = Message { stub: stub.map(Vec::into_boxed_slice), time_ns };
        Ok(PyClassInitializer::from(Record::checked(json)?).add_subclass(message))
    }

    /// What the method returned: a dict with ``value`` and, where it has one, ``name``; of a method that returns a handle,
    /// the handle.
    #[getter]
    fn return_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().get().or_none(slf.py(), "return")
    }

    /// The bytes of the stub: opened where it was sealed, without padding and verification trailer. ``None`` where there is
    /// no stub, and with ``hide_secrets``.
    #[getter]
    fn stub<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.stub.as_ref().map(|stub| PyBytes::new(py, stub))
    }

    /// When it was captured, in nanoseconds since 1970.
    #[getter]
    fn time_ns(&self) -> Option<i64> {
        self.time_ns
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let Message { stub, time_ns } = slf.get();
        let stub = stub.as_ref().map(|stub| PyBytes::new(slf.py(), stub));
        let arguments = (&slf.as_super().get().line, stub, *time_ns).into_pyobject(slf.py())?;
        Ok((slf.get_type().into_any(), arguments.into_any()))
    }
}

/// A call: a request joined with its response or fault, a record of ``calls``, with the usual members as attributes.
///
/// >>> import cluscope
/// >>> call = cluscope.Call('{"type": "call", "method": "ApiOpenNode", "latency_ns": 5, "request": {"frame": 1}}')
/// >>> call.method, call.latency_ns, call.request, call.unanswered
/// ('ApiOpenNode', 5, {'frame': 1}, None)
#[pyclass(frozen, extends = Record, module = "cluscope")]
#[derive(Debug)]
pub(crate) struct Call {}

impl Call {
    /// A call for Python.
    pub(crate) fn of(py: Python<'_>, item: Item) -> PyResult<Py<Call>> {
        Py::new(py, PyClassInitializer::from(Record::new(item.line)).add_subclass(Call {}))
    }
}

attributes! {
    Call {
        /// When the request was captured.
        time,
        /// ``tcp`` or ``udp``.
        transport,
        /// Number of the stream, as Wireshark counts.
        stream,
        /// Address and port of the client.
        src,
        /// Address and port of the server.
        dst,
        /// The flow as a community id, by which other tools name it.
        community_id,
        /// Call id, or sequence number of a connectionless call.
        call_id,
        /// Name of the method.
        method,
        /// The user, where a token told it.
        user,
        /// Nanoseconds from request to answer.
        latency_ns,
        /// What came of it: number and name.
        status,
        /// The request: a dict with ``frame``, ``params`` and so on.
        request,
        /// The response, or ``None``.
        response,
        /// The fault, or ``None``.
        fault,
        /// Why there is no answer, or ``None``.
        unanswered,
    }

    #[new]
    #[pyo3(signature = (json, /))]
    fn py_new(json: String) -> PyResult<PyClassInitializer<Self>> {
        Ok(PyClassInitializer::from(Record::checked(json)?).add_subclass(Call {}))
    }
}
