//! Lists of what this build knows.

use crate::{json, view};
use cluscope::internals::conformance;
use cluscope::internals::consts::{self, control_codes, notifications};
use cluscope::internals::idl::INTERFACES;
use cluscope::internals::limits::TABLE;
use cluscope::internals::ndr::Direction;
use cluscope::internals::render::json::{findings, list, out::Out};
use cluscope::internals::render::schema::{self, Of};
use cluscope::internals::structs;
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyList;

/// What this build knows, as lists of dicts: the lines of ``list``.
///
/// >>> import cluscope
/// >>> [interface["interface"] for interface in cluscope.Schema.interfaces()]
/// ['clusapi', 'clusapi', 'witness']
/// >>> next(m["opnum"] for m in cluscope.Schema.methods() if m["method"] == "ApiOpenResource" and m["version"] == "3.0")
/// 8
/// >>> cluscope.Schema.json_schema("ApiOpenResource", direction="request")["title"]
/// 'ApiOpenResource'
#[pyclass(frozen, module = "cluscope")]
pub(crate) struct Schema;

/// A dict of each entry.
fn all<'py, T>(
    py: Python<'py>,
    entries: impl IntoIterator<Item = T>,
    mut print: impl FnMut(&mut Out, T),
) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    let mut out = Out::new();
    for entry in entries {
        out.clear();
        out.begin();
        print(&mut out, entry);
        out.end();
        list.append(json::object(py, &view::text(&out))?)?;
    }
    Ok(list)
}

#[pymethods]
impl Schema {
    /// RPC interfaces and their versions.
    #[staticmethod]
    fn interfaces(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
        let versions = INTERFACES.iter().flat_map(|interface| interface.versions.iter().map(move |v| (interface, v)));
        all(py, versions, |out, (interface, version)| list::interface(out, interface, version))
    }

    /// Methods of all interfaces and versions with their parameters.
    #[staticmethod]
    fn methods(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
        let methods = INTERFACES.iter().flat_map(|interface| {
            let versions = interface.versions.iter().enumerate();
            versions.flat_map(move |(place, version)| version.methods.iter().map(move |m| (interface, place, m)))
        });
        all(py, methods, |out, (interface, place, method)| list::method(out, interface, place, method))
    }

    /// Custom-marshalled structures.
    #[staticmethod]
    fn structs(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
        all(py, structs::ALL, list::structure)
    }

    /// Enumerations and bit masks with their values.
    #[staticmethod]
    fn enums(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
        all(py, consts::ALL.iter().copied(), list::constants)
    }

    /// Control codes of all families.
    #[staticmethod]
    fn control_codes(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
        all(py, control_codes::ALL, list::control_code)
    }

    /// Events of a second-generation notification port.
    #[staticmethod]
    fn notifications(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
        all(py, notifications::ALL, list::notification)
    }

    /// Limits of memory and work, with the counter that shows each.
    #[staticmethod]
    fn limits(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
        all(py, TABLE, list::limit)
    }

    /// Rules of the specification that ``check`` knows.
    #[staticmethod]
    fn rules(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
        all(py, conformance::rules(), findings::rule)
    }

    /// The JSON Schema of a method's messages, of a structure, or of ``record``: what ``open`` and ``calls`` hand out.
    #[staticmethod]
    #[pyo3(signature = (name, /, *, interface = None, version = None, direction = None))]
    fn json_schema<'py>(
        py: Python<'py>,
        name: &str,
        interface: Option<&str>,
        version: Option<&str>,
        direction: Option<&str>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let direction = match direction {
            None => None,
            Some(word) => Some(
                [Direction::Request, Direction::Response]
                    .into_iter()
                    .find(|direction| direction.name() == word)
                    .ok_or_else(|| PyValueError::new_err("direction is request or response"))?,
            ),
        };
        let found = match name {
            "record" => Some(schema::record()),
            name => schema::method(name, Of { interface, version, direction }).or_else(|| schema::structure(name)),
        };
        let found = found.ok_or_else(|| PyKeyError::new_err(name.to_string()))?;
        json::object(py, &found.to_string())
    }
}
