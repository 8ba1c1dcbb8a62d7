//! Tables of packets that the caller hands over.

use crate::engine::Engine;
use crate::options::{Arguments, Options, Size};
use crate::reader::locked;
use crate::view;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator};
use cluscope::base::Timestamp;
use cluscope::capture::{LinkType, Packet};
use cluscope_columns::TableName;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{IntoPyDict, PyCapsule, PyDict};
use std::path::Path;
use std::sync::Mutex;

/// Packets that are worked on between two looks at whether a key was pressed.
const BATCH: usize = 1024;

/// Some rows of a table, of which engines take an Arrow stream (``__arrow_c_stream__``); made by ``TableSession``.
///
/// >>> import cluscope
/// >>> session = cluscope.TableSession(["events"])
/// >>> rows = session.packets(packet[:5] for packet in cluscope.split_packets("captures/tour.pcapng"))
/// >>> events = (rows + session.finish())[-1]
/// >>> events.name, len(events) > 0, hasattr(events, "__arrow_c_stream__")
/// ('events', True, True)
#[pyclass(frozen, module = "cluscope")]
pub(crate) struct Rows {
    table: TableName,
    batch: RecordBatch,
}

#[pymethods]
impl Rows {
    /// The table's name.
    #[getter]
    fn name(&self) -> &'static str {
        self.table.table().name
    }

    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }

    /// The rows, as the Arrow PyCapsule interface has them. The schema that is asked for is of no account.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let batches = RecordBatchIterator::new([Ok(self.batch.clone())], self.batch.schema());
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(batches)), c"arrow_array_stream")
    }
}

struct State {
    engine: Engine,
    rows: view::Rows,
    /// The number of the last packet.
    last: u64,
}

impl State {
    fn take(&self) -> Vec<Rows> {
        std::iter::from_fn(|| self.rows.take()).map(|(table, batch)| Rows { table, batch }).collect()
    }
}

/// A packet as the caller hands it over.
type Given = (u64, Option<i64>, u32, PyBackedBytes, usize);

/// A session that fills tables with the packets of the caller: those of one group that ``split_packets`` and ``group_pairs``
/// have made, in the order in which one run over all files reads them. ``tables`` are the names of those that are wanted, all
/// unless given; ``captures`` are ``(packets before it, name)`` of each file, for the columns ``capture`` and
/// ``capture_frame``. Other arguments as with ``open``. One thread uses it at a time.
///
/// >>> import cluscope
/// >>> session = cluscope.TableSession(["messages"], captures=[(0, "tour.pcapng")])
/// >>> packets = (packet[:5] for packet in cluscope.split_packets("captures/tour.pcapng"))
/// >>> rows = session.packets(packets) + session.finish()
/// >>> {part.name for part in rows}, sum(map(len, rows)) > 200
/// ({'messages'}, True)
#[pyclass(frozen, module = "cluscope")]
pub(crate) struct TableSession(Mutex<State>);

#[pymethods]
impl TableSession {
    #[new]
    #[pyo3(signature = (
        tables = None, *, captures = None, keys = None, keytab = None, ccache = None, assume = None, decode_as = None,
        hide_secrets = false, memory_limit = None
    ))]
    #[allow(clippy::too_many_arguments, reason = "they are named")]
    fn py_new(
        py: Python<'_>,
        tables: Option<Vec<String>>,
        captures: Option<Vec<(u64, String)>>,
        keys: Option<&Bound<'_, PyAny>>,
        keytab: Option<&Bound<'_, PyAny>>,
        ccache: Option<&Bound<'_, PyAny>>,
        assume: Option<Vec<String>>,
        decode_as: Option<Vec<String>>,
        hide_secrets: bool,
        memory_limit: Option<Size>,
    ) -> PyResult<Self> {
        let tables: Vec<TableName> = match tables {
            None => TableName::ALL.into(),
            Some(names) => {
                names.iter().map(|name| name.parse()).collect::<Result<_, _>>().map_err(PyValueError::new_err)?
            }
        };
        let arguments = Arguments { keys, keytab, ccache, filter: None, assume, decode_as, hide_secrets, memory_limit };
        let options = Options::new(py, arguments)?;
        let rows = view::Rows::default();
        let filled = view::Filled::new(&options, &options.limits, tables, rows.clone());
        let mut engine = Engine::new(&options, Box::new(filled));
        let mut captures = captures.unwrap_or_default();
        captures.sort();
        for (before, name) in &captures {
            engine.begin(*before, Path::new(name));
        }
        Ok(TableSession(Mutex::new(State { engine, rows, last: 0 })))
    }

    /// Takes packets, an iterable of ``(frame, time_ns, link_type, data, length)``; returns the rows that are there, in
    /// batches. Numbers of frames rise: a ``ValueError`` tells of those that do not.
    fn packets(&self, py: Python<'_>, packets: &Bound<'_, PyAny>) -> PyResult<Vec<Rows>> {
        let mut iterator = packets.try_iter()?;
        let mut more = true;
        while more {
            let mut batch: Vec<Given> = Vec::with_capacity(BATCH);
            // The caller's code runs here: nothing is locked.
            while batch.len() < BATCH {
                match iterator.next() {
                    Some(packet) => batch.push(packet?.extract()?),
                    None => {
                        more = false;
                        break;
                    }
                }
            }
            let mut state = locked(&self.0, "session")?;
            let state = &mut *state;
            if state.engine.is_finished() {
                return Err(PyValueError::new_err("this session is finished"));
            }
            for (frame, ..) in &batch {
                if *frame <= state.last {
                    let message = format!("packet {frame} comes behind packet {}", state.last);
                    return Err(PyValueError::new_err(message));
                }
                state.last = *frame;
            }
            py.detach(|| {
                for (frame, time, link, data, length) in &batch {
                    let (time, link, original_len) = (time.map(Timestamp), LinkType(*link), (*length).max(data.len()));
                    let packet = Packet { frame: *frame, time, link, data, original_len, comments: Vec::new() };
                    state.engine.packet(&packet);
                }
            });
            py.check_signals()?;
        }
        Ok(locked(&self.0, "session")?.take())
    }

    /// Ends the session; returns the rows that are left.
    fn finish(&self, py: Python<'_>) -> PyResult<Vec<Rows>> {
        let mut state = locked(&self.0, "session")?;
        let state = &mut *state;
        py.detach(|| state.engine.finish());
        Ok(state.take())
    }

    /// What was given up for a limit so far: counters by their names, empty if that is nothing.
    #[getter]
    fn limits<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        locked(&self.0, "session")?.engine.given_up().into_py_dict(py)
    }
}
