//! What the caller asks of a session: keys, filter, limits.

use crate::{errors, keys};
use cluscope::Limits;
use cluscope::auth::KeyStore;
use cluscope::filter::Filter;
use cluscope::internals::limits::parse_size;
use cluscope::internals::net::DecodeRule;
use cluscope::internals::session::inference::Assumption;
use cluscope::session::Session;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::sync::Arc;

/// The memory that is not exceeded unless the caller says otherwise.
const MEMORY: &str = "256MB";

/// The options that all doors to a session share, as Python hands them over.
#[derive(FromPyObject)]
pub(crate) enum Size {
    Bytes(u64),
    Text(String),
}

/// What a session is made of.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) assume: Vec<Assumption>,
    pub(crate) decode_as: Vec<DecodeRule>,
    pub(crate) filter: Option<Filter>,
    pub(crate) hide_secrets: bool,
    pub(crate) limits: Limits,
}

/// The arguments as they come.
pub(crate) struct Arguments<'a, 'py> {
    pub(crate) keys: Option<&'a Bound<'py, PyAny>>,
    pub(crate) keytab: Option<&'a Bound<'py, PyAny>>,
    pub(crate) ccache: Option<&'a Bound<'py, PyAny>>,
    pub(crate) filter: Option<&'a str>,
    pub(crate) assume: Option<Vec<String>>,
    pub(crate) decode_as: Option<Vec<String>>,
    pub(crate) hide_secrets: bool,
    pub(crate) memory_limit: Option<Size>,
}

impl Options {
    /// Reads them.
    pub(crate) fn new(py: Python<'_>, arguments: Arguments<'_, '_>) -> PyResult<Options> {
        let Arguments { keys, keytab, ccache, filter, assume, decode_as, hide_secrets, memory_limit } = arguments;
        let memory = match memory_limit.unwrap_or(Size::Text(MEMORY.into())) {
            Size::Bytes(bytes) => parse_size(&bytes.to_string()).map_err(PyValueError::new_err)?,
            Size::Text(text) => parse_size(&text).map_err(PyValueError::new_err)?,
        };
        let filter = filter.map(|text| Filter::parse(text).map_err(|error| errors::filter(py, &error, text)));
        Ok(Options {
            filter: filter.transpose()?,
            keys: keys::of_arguments(py, keys, keytab, ccache)?,
            assume: parsed(assume)?,
            decode_as: parsed(decode_as)?,
            hide_secrets,
            limits: Limits::for_memory(memory),
        })
    }

    /// A session by these options.
    pub(crate) fn session(&self) -> Session {
        let mut session = Session::new(self.limits.session.clone(), Arc::clone(&self.keys));
        session.decode_as(self.decode_as.iter().copied().collect());
        self.assume.iter().for_each(|assumption| session.assume(*assumption));
        session
    }
}

fn parsed<T: std::str::FromStr<Err: ToString>>(texts: Option<Vec<String>>) -> PyResult<Vec<T>> {
    texts
        .unwrap_or_default()
        .iter()
        .map(|text| text.parse().map_err(|e: T::Err| PyValueError::new_err(e.to_string())))
        .collect()
}
