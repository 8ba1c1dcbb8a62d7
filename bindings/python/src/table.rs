//! Tables of captures as Arrow streams.

use crate::engine::Reading;
use crate::options::{Arguments, Options, Size};
use crate::reader::Reader;
use crate::source;
use crate::view::{Filled, Rows};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use cluscope::internals::capture::etl::PacketOrigins;
use cluscope_columns::TableName;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// A table of captures, of which DuckDB, Polars, pandas and PyArrow take the rows as an Arrow stream
/// (``__arrow_c_stream__``). Each stream reads the captures anew; file objects can be read once.
///
/// >>> import cluscope
/// >>> cluscope.table("captures/tour.pcapng", "calls").name
/// 'calls'
#[pyclass(frozen, module = "cluscope")]
pub(crate) struct Table {
    captures: Py<PyAny>,
    options: Options,
    table: TableName,
}

#[pymethods]
impl Table {
    /// The table's name.
    #[getter]
    fn name(&self) -> &'static str {
        self.table.table().name
    }

    /// The rows, as the Arrow PyCapsule interface has them. The schema that is asked for is of no account: types are those of
    /// docs/schema.md.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let inputs = source::inputs(self.captures.bind(py), &self.options.limits.capture)?;
        let only = inputs.len() == 1;
        let (rows, origins) = (Rows::default(), PacketOrigins::default());
        let view = Filled::new(&self.options, &self.options.limits, [self.table], rows.clone());
        let mut reading = Box::new(Reading::new(&self.options, Box::new(view), origins, inputs));
        py.detach(|| reading.open());
        if only && let Some(error) = Reader::failure(py, &mut reading) {
            return Err(error);
        }
        let stream = Stream { reading, rows, schema: self.table.table().schema() };
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(stream)), c"arrow_array_stream")
    }
}

/// Batches as they are read.
struct Stream {
    reading: Box<Reading>,
    rows: Rows,
    schema: SchemaRef,
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((_, batch)) = self.rows.take() {
                return Some(Ok(batch));
            }
            if self.reading.is_done() {
                // Behind everything that could be read.
                let failure =
                    Python::attach(|py| Reader::failure(py, &mut self.reading).map(|error| error.to_string()));
                return failure.map(|message| Err(ArrowError::ExternalError(message.into())));
            }
            self.reading.step();
        }
    }
}

impl RecordBatchReader for Stream {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

/// A table of captures: ``messages``, ``calls``, ``properties``, ``commands``, ``handles``, ``events`` or ``findings``, with the
/// columns of docs/schema.md. Other arguments as with ``open``; a filter is the engine's business.
///
/// >>> import cluscope
/// >>> cluscope.table("captures/tour.pcapng", "nothing")
/// Traceback (most recent call last):
/// ...
/// ValueError: no table is called so: messages, calls, properties, commands, handles, events, findings
#[pyfunction]
#[pyo3(signature = (
    captures, name = "messages", /, *, keys = None, keytab = None, ccache = None, assume = None, decode_as = None,
    hide_secrets = false, memory_limit = None
))]
#[allow(clippy::too_many_arguments, reason = "they are named")]
pub(crate) fn table(
    captures: &Bound<'_, PyAny>,
    name: &str,
    keys: Option<&Bound<'_, PyAny>>,
    keytab: Option<&Bound<'_, PyAny>>,
    ccache: Option<&Bound<'_, PyAny>>,
    assume: Option<Vec<String>>,
    decode_as: Option<Vec<String>>,
    hide_secrets: bool,
    memory_limit: Option<Size>,
) -> PyResult<Table> {
    let table = name.parse().map_err(|error: String| PyValueError::new_err(error))?;
    let arguments = Arguments { keys, keytab, ccache, filter: None, assume, decode_as, hide_secrets, memory_limit };
    let options = Options::new(captures.py(), arguments)?;
    Ok(Table { captures: captures.clone().unbind(), options, table })
}
