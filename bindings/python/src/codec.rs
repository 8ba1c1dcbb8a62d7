//! Bare stubs and structures, decoded and encoded.

use crate::record::Record;
use crate::{errors, json, view};
use cluscope::internals::ndr::Direction;
use cluscope::internals::render::json::buffers as structure;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::stub::{self, Identity};
use cluscope::session::CallContext;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

fn out(hide_secrets: bool) -> Out {
    let mut out = Out::new();
    if hide_secrets {
        out.hide_secrets();
    }
    out
}

/// The answer as a dict, or as the exception that it tells.
fn answer<'py>(py: Python<'py>, out: &Out, decoded: bool) -> PyResult<Bound<'py, PyAny>> {
    let answer = json::object(py, &view::text(out))?;
    if decoded { Ok(answer) } else { Err(errors::decoding(py, &answer)) }
}

/// Decodes a stub of a method, which is named by ``method`` or ``opnum``. Returns a dict with ``params``, and ``return`` in
/// a response; ``encode_stub`` takes it back. ``request`` is the stub of the request, for the buffers of a response.
///
/// >>> import cluscope
/// >>> stub = bytes.fromhex("0400000000000000040000004900500031000000")
/// >>> message = cluscope.decode_stub(stub, method="ApiOpenResource", direction="request")
/// >>> message["params"]
/// {'lpszResourceName': 'IP1'}
/// >>> cluscope.encode_stub(message) == stub
/// True
#[pyfunction]
#[pyo3(signature = (
    stub, /, *, method = None, opnum = None, direction = "request", interface = "clusapi", version = None,
    syntax = "ndr", endian = "little", request = None, hide_secrets = false
))]
#[allow(clippy::too_many_arguments, reason = "they are named")]
pub(crate) fn decode_stub<'py>(
    py: Python<'py>,
    stub: &[u8],
    method: Option<&str>,
    opnum: Option<u16>,
    direction: &str,
    interface: &str,
    version: Option<&str>,
    syntax: &str,
    endian: &str,
    request: Option<&[u8]>,
    hide_secrets: bool,
) -> PyResult<Bound<'py, PyAny>> {
    // The newest version of the interface.
    let newest = cluscope::idl::interface(interface).and_then(|interface| interface.versions.last());
    let version = version.or(newest.map(|version| version.number.text())).unwrap_or_default();
    let mut identity = Identity::new(interface, version, opnum.unwrap_or_default(), direction, syntax, endian)
        .map_err(PyValueError::new_err)?;
    match (method, opnum) {
        (Some(method), None) => identity.opnum = identity.opnum_of(method).map_err(PyValueError::new_err)?,
        (None, Some(_)) => {}
        _ => return Err(PyTypeError::new_err("one of method and opnum is given")),
    }
    let mut out = out(hide_secrets);
    let decoded = py.detach(|| {
        let context = match request {
            Some(request) => identity.context(request),
            None if identity.kind.direction == Direction::Request => identity.context(stub),
            None => CallContext::default(),
        };
        stub::decode(&mut out, &identity, &context, stub)
    });
    answer(py, &out, decoded)
}

/// Decodes a custom-marshalled structure by its name in the specification. Returns a dict with ``struct`` and ``value``;
/// ``encode_struct`` takes it back.
///
/// >>> import cluscope
/// >>> found = cluscope.decode_struct("PROPERTY_LIST", bytes.fromhex("00000000"))
/// >>> cluscope.encode_struct(found).hex()
/// '00000000'
#[pyfunction]
#[pyo3(signature = (name, data, /, *, hide_secrets = false))]
pub(crate) fn decode_struct<'py>(
    py: Python<'py>,
    name: &str,
    data: &[u8],
    hide_secrets: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let mut out = out(hide_secrets);
    let decoded = py.detach(|| structure::decode(&mut out, name, data));
    answer(py, &out, decoded)
}

/// What is to be encoded as JSON: a record's line, text, or what Python's `json` makes of it.
fn line(given: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(record) = given.cast::<Record>() {
        return Ok(record.get().line().to_string());
    }
    if let Ok(text) = given.cast::<PyString>() {
        return Ok(text.to_str()?.to_string());
    }
    let text = given.py().import("json")?.call_method1("dumps", (given,))?;
    Ok(text.cast::<PyString>()?.to_str()?.to_string())
}

/// The bytes that the library answers with, or the exception.
fn bytes<'py>(py: Python<'py>, out: &Out) -> PyResult<Bound<'py, PyAny>> {
    let answer = json::object(py, &view::text(out))?;
    if let Ok(error) = answer.get_item("error") {
        let message: String = error.get_item("message")?.extract()?;
        let path: Option<String> = error.get_item("path").ok().map(|path| path.extract()).transpose()?;
        return Err(errors::encoding(py, &message, path.as_deref()));
    }
    let digits = answer.get_item("hex")?;
    py.get_type::<PyBytes>().call_method1("fromhex", (digits,))
}

/// Encodes what ``decode_stub`` returns, or a message of a capture, as the bytes of a stub. ``message`` is a mapping, a
/// ``Message`` or JSON text.
///
/// >>> import cluscope
/// >>> cluscope.encode_stub({"interface": "clusapi", "version": "3.0", "method": "ApiOpenResource",
/// ...     "direction": "request", "syntax": "ndr", "params": {"lpszResourceName": "IP1"}}).hex()
/// '0400000000000000040000004900500031000000'
#[pyfunction]
#[pyo3(signature = (message, /))]
pub(crate) fn encode_stub<'py>(message: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let (py, line, mut out) = (message.py(), line(message)?, out(false));
    py.detach(|| stub::encode_line(&mut out, &line));
    bytes(py, &out)
}

/// Encodes what ``decode_struct`` returns as bytes. ``name`` is for values that do not name their structure themselves.
///
/// >>> import cluscope
/// >>> cluscope.encode_struct({"value": {"properties": []}}, "PROPERTY_LIST").hex()
/// '00000000'
#[pyfunction]
#[pyo3(signature = (value, /, name = None))]
pub(crate) fn encode_struct<'py>(value: &Bound<'py, PyAny>, name: Option<&str>) -> PyResult<Bound<'py, PyAny>> {
    let (py, line, mut out) = (value.py(), line(value)?, out(false));
    py.detach(|| structure::encode_line_as(&mut out, &line, name));
    bytes(py, &out)
}
