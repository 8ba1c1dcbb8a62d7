//! Exceptions: the classes are written in Python (`python/cluscope/_errors.py`), where they have their attributes and types.

use cluscope::auth::KeyError;
use cluscope::filter;
use pyo3::prelude::*;
use pyo3::types::PyString;
use std::path::Path;

/// The module that has the classes.
const MODULE: &str = "cluscope._errors";

/// An exception of a class by its name.
fn new<'py>(py: Python<'py>, class: &str, arguments: impl pyo3::call::PyCallArgs<'py>) -> PyErr {
    let made = py.import(MODULE).and_then(|module| module.getattr(class)).and_then(|class| class.call1(arguments));
    match made {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

/// A capture that can't be read.
pub(crate) fn capture(py: Python<'_>, message: &str, file: Option<&Path>) -> PyErr {
    new(py, "CaptureError", (message, file.map(|file| file.to_string_lossy().into_owned())))
}

/// Bytes that can't be read: `answer` is what the library printed, with its member `error`.
pub(crate) fn decoding(py: Python<'_>, answer: &Bound<'_, PyAny>) -> PyErr {
    let read = || -> PyResult<PyErr> {
        let error = answer.get_item("error")?;
        let part = |name: &str| error.get_item(name).ok().filter(|value| !value.is_none());
        let message = error.get_item("message")?;
        let (offset, path) = (part("offset"), part("field"));
        let mut text = String::new();
        if let Some(offset) = &offset {
            text += &format!("offset {offset}");
            if let Some(path) = &path {
                text += &format!(", {path}");
            }
            text += ": ";
        }
        text += message.cast::<PyString>()?.to_str()?;
        let partial = answer.get_item("partial").ok();
        Ok(new(py, "DecodeError", (text, offset, path, partial)))
    };
    read().unwrap_or_else(|error| error)
}

/// Values that no bytes can be made of.
pub(crate) fn encoding(py: Python<'_>, message: &str, path: Option<&str>) -> PyErr {
    new(py, "EncodeError", (message, path))
}

/// Keys that can't be read.
pub(crate) fn keys(py: Python<'_>, error: KeyError, file: Option<&Path>) -> PyErr {
    let file = file.map(|file| file.to_string_lossy().into_owned());
    let message = file.as_ref().map_or_else(|| error.to_string(), |file| format!("{file}: {error}"));
    new(py, "KeyFileError", (message, file, error.line, error.offset))
}

/// A filter that can't be read.
pub(crate) fn filter(py: Python<'_>, error: &filter::Error, text: &str) -> PyErr {
    new(py, "FilterError", (error.explain(text).trim_end().to_string(), error.at))
}
