//! Sessions that are fed by the caller: packets, or bytes of connections and datagrams of its own.

use crate::engine::Engine;
use crate::options::{Arguments, Options, Size};
use crate::reader::locked;
use crate::record::Message;
use crate::view::Messages;
use cluscope::base::{Side, Timestamp, Transport};
use cluscope::capture::{LinkType, Packet};
use cluscope::internals::capture::etl::PacketOrigins;
use cluscope::net::{Chunk, Datagram, Origin};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{IntoPyDict, PyBytes, PyDict, PyList, PyTuple};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

/// Packets of a batch that are worked on at a time, between which Python is asked whether a key was pressed.
const BATCH: usize = 1024;

/// What feeds a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fed {
    Nothing,
    Packets,
    Streams,
}

/// What a session and its flows share.
struct State {
    engine: Engine,
    fed: Fed,
    /// Packets, or pieces of streams, so far.
    frames: u64,
    /// Flows so far, for TCP and UDP.
    streams: [u64; 2],
}

impl State {
    /// Whether this may be fed now.
    fn feed(&mut self, what: Fed) -> PyResult<()> {
        if self.engine.is_finished() {
            return Err(PyValueError::new_err("this session is finished"));
        }
        if self.fed != Fed::Nothing && self.fed != what {
            return Err(PyValueError::new_err("a session takes either packets or streams, not both"));
        }
        self.fed = what;
        Ok(())
    }

    /// The number of what comes next: the caller's, or one more than the last one.
    fn frame(&mut self, frame: Option<u64>) -> u64 {
        self.frames = frame.unwrap_or(self.frames.saturating_add(1));
        self.frames
    }

    /// Everything that was made and not handed out yet. What can't be made an object stays.
    fn take<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        while let Some(item) = self.engine.out.pop_front() {
            list.append(Message::of(py, item)?)?;
        }
        Ok(list)
    }
}

/// A session that is fed by the caller. Each call returns the messages that it completed.
///
/// It takes packets as they lie in a capture (``packet``, ``packets``), or the bytes of connections that the caller has put
/// together itself (``connection``) and datagrams (``conversation``). ``finish`` ends it. One thread uses it at a time.
///
/// >>> import cluscope
/// >>> session = cluscope.Session()
/// >>> connection = session.connection(("192.0.2.10", 50000), ("192.0.2.20", 49664))
/// >>> bind = bytes.fromhex(
/// ...     "05000b03100000004800000001000000b810b810000000000100000000000100b2b87db9634ccf11bff608002be23f2f"
/// ...     "03000000045d888aeb1cc9119fe808002b10486002000000")
/// >>> connection.data(bind[:20])
/// []
/// >>> [message] = connection.data(bind[20:])
/// >>> message.type, message.src, message.frames
/// ('bind', '192.0.2.10:50000', [1, 2])
/// >>> session.finish()
/// []
#[pyclass(frozen, module = "cluscope")]
pub(crate) struct Session(Arc<Mutex<State>>);

/// A packet as Python hands it over.
struct Given {
    data: PyBackedBytes,
    time: Option<i64>,
    link: u32,
}

impl Given {
    /// Bytes alone, or a tuple of time in nanoseconds (or ``None``), bytes and, if it is another one, link type.
    fn new(given: &Bound<'_, PyAny>, link: u32) -> PyResult<Given> {
        if let Ok(tuple) = given.cast::<PyTuple>() {
            let link = match tuple.len() {
                2 => link,
                3 => tuple.get_item(2)?.extract()?,
                _ => {
                    return Err(PyTypeError::new_err(
                        "a packet is bytes, (time_ns, bytes) or (time_ns, bytes, link_type)",
                    ));
                }
            };
            return Ok(Given { time: tuple.get_item(0)?.extract()?, data: tuple.get_item(1)?.extract()?, link });
        }
        Ok(Given { time: None, data: given.extract()?, link })
    }
}

#[pymethods]
impl Session {
    #[new]
    #[pyo3(signature = (
        *, keys = None, keytab = None, ccache = None, filter = None, assume = None, decode_as = None,
        hide_secrets = false, memory_limit = None
    ))]
    #[allow(clippy::too_many_arguments, reason = "they are named")]
    fn py_new(
        py: Python<'_>,
        keys: Option<&Bound<'_, PyAny>>,
        keytab: Option<&Bound<'_, PyAny>>,
        ccache: Option<&Bound<'_, PyAny>>,
        filter: Option<&str>,
        assume: Option<Vec<String>>,
        decode_as: Option<Vec<String>>,
        hide_secrets: bool,
        memory_limit: Option<Size>,
    ) -> PyResult<Self> {
        let arguments = Arguments { keys, keytab, ccache, filter, assume, decode_as, hide_secrets, memory_limit };
        let options = Options::new(py, arguments)?;
        let view = Messages::new(&options, &PacketOrigins::default());
        let engine = Engine::new(&options, Box::new(view));
        Ok(Session(Arc::new(Mutex::new(State { engine, fed: Fed::Nothing, frames: 0, streams: [0, 0] }))))
    }

    /// Takes a packet. ``link_type`` is its LINKTYPE number (1: Ethernet), ``frame`` its number, one more than that of the
    /// last one unless it is given, ``length`` its length on the wire where the capture cut it.
    #[pyo3(signature = (data, /, time_ns = None, *, link_type = 1, frame = None, length = None))]
    fn packet<'py>(
        &self,
        py: Python<'py>,
        data: PyBackedBytes,
        time_ns: Option<i64>,
        link_type: u32,
        frame: Option<u64>,
        length: Option<usize>,
    ) -> PyResult<Bound<'py, PyList>> {
        let mut state = locked(&self.0, "session")?;
        let state = &mut *state;
        state.feed(Fed::Packets)?;
        let frame = state.frame(frame);
        let original_len = length.unwrap_or(0).max(data.len());
        let (time, link) = (time_ns.map(Timestamp), LinkType(link_type));
        py.detach(|| {
            state.engine.packet(&Packet { frame, time, link, data: &data, original_len, comments: Vec::new() });
        });
        state.take(py)
    }

    /// Takes many packets: an iterable of ``bytes``, ``(time_ns, bytes)`` or ``(time_ns, bytes, link_type)``. What an
    /// iterable that raises an exception has given before was read; its messages are returned by the next call.
    #[pyo3(signature = (packets, /, *, link_type = 1))]
    fn packets<'py>(
        &self,
        py: Python<'py>,
        packets: &Bound<'py, PyAny>,
        link_type: u32,
    ) -> PyResult<Bound<'py, PyList>> {
        let mut iterator = packets.try_iter()?;
        let mut batch = Vec::new();
        let mut outcome = Ok(());
        let mut more = true;
        while more && outcome.is_ok() {
            // The caller's code runs here: nothing is locked.
            while batch.len() < BATCH && outcome.is_ok() {
                match iterator.next().map(|packet| packet.and_then(|packet| Given::new(&packet, link_type))) {
                    Some(Ok(packet)) => batch.push(packet),
                    Some(Err(error)) => outcome = Err(error),
                    None => {
                        more = false;
                        break;
                    }
                }
            }
            let mut state = locked(&self.0, "session")?;
            let state = &mut *state;
            state.feed(Fed::Packets)?;
            py.detach(|| {
                for Given { data, time, link } in &batch {
                    let frame = state.frame(None);
                    let (time, link, original_len) = (time.map(Timestamp), LinkType(*link), data.len());
                    state.engine.packet(&Packet { frame, time, link, data, original_len, comments: Vec::new() });
                }
            });
            batch.clear();
            outcome = outcome.and_then(|()| py.check_signals());
        }
        outcome?;
        locked(&self.0, "session")?.take(py)
    }

    /// A TCP connection of the caller's own between a client and a server, each ``(address, port)``.
    fn connection(&self, client: (IpAddr, u16), server: (IpAddr, u16)) -> PyResult<Connection> {
        Ok(Connection(self.flow(Transport::Tcp, client, server)?))
    }

    /// Datagrams of the caller's own between a client and a server, each ``(address, port)``: ClusAPI 2.0 over UDP.
    fn conversation(&self, client: (IpAddr, u16), server: (IpAddr, u16)) -> PyResult<Conversation> {
        Ok(Conversation(self.flow(Transport::Udp, client, server)?))
    }

    /// Ends the session; returns what was still being put together. The second time there is nothing left.
    fn finish<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let mut state = locked(&self.0, "session")?;
        let state = &mut *state;
        py.detach(|| state.engine.finish());
        state.take(py)
    }

    /// What was given up for a limit so far: counters by their names, empty if that is nothing.
    #[getter]
    fn limits<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        locked(&self.0, "session")?.engine.given_up().into_py_dict(py)
    }
}

impl Session {
    fn flow(&self, transport: Transport, client: (IpAddr, u16), server: (IpAddr, u16)) -> PyResult<Flow> {
        let mut state = locked(&self.0, "session")?;
        state.feed(Fed::Streams)?;
        let Some(next) = state.streams.get_mut(usize::from(transport == Transport::Udp)) else {
            return Err(PyValueError::new_err("no such transport"));
        };
        let stream = *next;
        *next += 1;
        Ok(Flow { state: Arc::clone(&self.0), transport, stream, ends: [client.into(), server.into()] })
    }
}

/// A flow of the caller's own.
struct Flow {
    state: Arc<Mutex<State>>,
    transport: Transport,
    stream: u64,
    /// Client and server.
    ends: [SocketAddr; 2],
}

/// A piece of it.
enum Piece<'a> {
    Chunk(Chunk<'a>),
    Datagram(&'a [u8], usize),
}

impl Flow {
    fn take<'py>(
        &self,
        py: Python<'py>,
        pieces: &[(bool, Piece<'_>)],
        time_ns: Option<i64>,
        frame: Option<u64>,
    ) -> PyResult<Bound<'py, PyList>> {
        let mut state = locked(&self.state, "session")?;
        let state = &mut *state;
        state.feed(Fed::Streams)?;
        let frame = state.frame(frame);
        let [client, server] = self.ends;
        py.detach(|| {
            for (from_server, piece) in pieces {
                let (from, src, dst) = match from_server {
                    false => (Side::A, client, server),
                    true => (Side::B, server, client),
                };
                let (transport, stream, time) = (self.transport, self.stream, time_ns.map(Timestamp));
                let origin = Origin { transport, stream, from, src, dst, frame, time, seq: 0 };
                state.engine.with(|session, out| {
                    // A flow that carries something else has nothing to hand out, whatever it is fed.
                    let _ = match piece {
                        Piece::Chunk(chunk) => session.chunk(&origin, *chunk, out),
                        Piece::Datagram(data, wire_len) => {
                            let (frames, wire_len) = (&[frame][..], *wire_len);
                            let datagram = Datagram { data, wire_len, frames, identification: None };
                            session.datagram(&origin, datagram, out)
                        }
                    };
                });
            }
        });
        state.take(py)
    }
}

/// A TCP connection of the caller's own, made by ``Session.connection``. Each call returns the messages that it completed.
#[pyclass(frozen, module = "cluscope")]
pub(crate) struct Connection(Flow);

#[pymethods]
impl Connection {
    /// The next bytes of a direction, in any pieces. ``frame`` is the number of what carried them, one more than the last
    /// one unless it is given.
    #[pyo3(signature = (data, /, *, from_server = false, time_ns = None, frame = None))]
    fn data<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'_, PyBytes>,
        from_server: bool,
        time_ns: Option<i64>,
        frame: Option<u64>,
    ) -> PyResult<Bound<'py, PyList>> {
        self.0.take(py, &[(from_server, Piece::Chunk(Chunk::Data(data.as_bytes())))], time_ns, frame)
    }

    /// Bytes of a direction are missing: ``lost`` of them, or nobody knows how many.
    #[pyo3(signature = (lost = None, /, *, from_server = false, time_ns = None, frame = None))]
    fn gap<'py>(
        &self,
        py: Python<'py>,
        lost: Option<u64>,
        from_server: bool,
        time_ns: Option<i64>,
        frame: Option<u64>,
    ) -> PyResult<Bound<'py, PyList>> {
        let gap = Chunk::Gap { lost, reason: "not captured" };
        self.0.take(py, &[(from_server, Piece::Chunk(gap))], time_ns, frame)
    }

    /// The connection ends.
    #[pyo3(signature = (*, time_ns = None, frame = None))]
    fn end<'py>(&self, py: Python<'py>, time_ns: Option<i64>, frame: Option<u64>) -> PyResult<Bound<'py, PyList>> {
        let end = || Piece::Chunk(Chunk::End { reason: "the connection ended" });
        self.0.take(py, &[(false, end()), (true, end())], time_ns, frame)
    }
}

/// Datagrams of the caller's own, made by ``Session.conversation``.
#[pyclass(frozen, module = "cluscope")]
pub(crate) struct Conversation(Flow);

#[pymethods]
impl Conversation {
    /// A datagram. ``length`` is its length on the wire where it was cut.
    #[pyo3(signature = (data, /, *, from_server = false, time_ns = None, frame = None, length = None))]
    fn datagram<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'_, PyBytes>,
        from_server: bool,
        time_ns: Option<i64>,
        frame: Option<u64>,
        length: Option<usize>,
    ) -> PyResult<Bound<'py, PyList>> {
        let data = data.as_bytes();
        let piece = Piece::Datagram(data, length.unwrap_or(0).max(data.len()));
        self.0.take(py, &[(from_server, piece)], time_ns, frame)
    }
}
