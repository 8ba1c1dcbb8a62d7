//! Captures divided into packets that many sessions read: by the hosts that exchange them.

use crate::errors;
use crate::options::{Arguments, Options, Size};
use crate::reader::locked;
use crate::source::{self, Captured, Failure, Input, Open, Raised};
use cluscope::capture::{CaptureError, Packet};
use cluscope::internals::capture::etl::PacketOrigins;
use cluscope::internals::select::{Bearing, By, Groups, Pair, Splitter, Survey};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use std::collections::VecDeque;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Mutex;

/// Packets and bytes that are read at a time.
const PACKETS: usize = 1024;
const BYTES: usize = 1 << 20;

/// Opens the one capture of the argument: a path, a file object, or the bytes of a file.
fn open(py: Python<'_>, capture: &Bound<'_, PyAny>, options: &Options, raised: &Raised) -> PyResult<Open> {
    let input = if let Ok(bytes) = capture.cast::<PyBytes>() {
        Input::Bytes(bytes.clone().into())
    } else if capture.hasattr("read")? {
        Input::Object(capture.clone().unbind())
    } else {
        Input::File(capture.extract()?)
    };
    let path = input.path().map(PathBuf::from);
    let opened = py.detach(|| source::open(input, &options.limits.capture, 0, &PacketOrigins::default(), raised));
    opened.map_err(|failure| match (raised.take(), failure) {
        (Some(error), _) => error,
        (None, Failure::File(error)) => source::named(py, &error, path.as_deref().unwrap_or("".as_ref())),
        (None, Failure::Capture(error)) => errors::capture(py, &error.to_string(), path.as_deref()),
    })
}

fn options(py: Python<'_>, decode_as: Option<Vec<String>>, memory_limit: Option<Size>) -> PyResult<Options> {
    let (keys, keytab, ccache, filter, assume) = (None, None, None, None, None);
    Options::new(py, Arguments { keys, keytab, ccache, filter, assume, decode_as, hide_secrets: false, memory_limit })
}

/// A packet that waits to be handed out.
struct Held {
    frame: u64,
    time: Option<i64>,
    link: u32,
    data: Vec<u8>,
    length: usize,
    pair: Pair,
}

/// What is being read.
struct Reading {
    reader: Captured,
    path: Option<PathBuf>,
    splitter: Splitter,
    out: VecDeque<Held>,
    raised: Raised,
    /// How it ended, once it has.
    ended: Option<Option<CaptureError>>,
}

impl Reading {
    fn step(&mut self) {
        let mut bytes = 0;
        while self.ended.is_none() && self.out.len() < PACKETS && bytes < BYTES {
            match self.reader.next() {
                Ok(Some(packet)) => {
                    if let Some(pair) = self.splitter.packet(&packet) {
                        let Packet { frame, time, link, data, original_len, .. } = packet;
                        bytes += data.len();
                        let (time, link, length) = (time.map(|time| time.0), link.0, original_len);
                        self.out.push_back(Held { frame, time, link, data: data.to_vec(), length, pair });
                    }
                }
                Ok(None) => self.ended = Some(None),
                Err(error) => self.ended = Some(Some(error)),
            }
        }
    }
}

/// An iterator over the packets of a capture, made by ``split_packets``.
///
/// >>> import cluscope
/// >>> packets = cluscope.split_packets("captures/tour.pcapng")
/// >>> sorted({(low, high) for *_, low, high in packets})
/// [('127.0.0.1', '127.0.77.11')]
/// >>> next(packets, "all were read")
/// 'all were read'
#[pyclass(frozen, module = "cluscope")]
pub(crate) struct Packets(Mutex<Reading>);

#[pymethods]
impl Packets {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Given<'py>>> {
        let mut reading = locked(&self.0, "iterator")?;
        let reading = &mut *reading;
        loop {
            if let Some(held) = reading.out.pop_front() {
                let Held { frame, time, link, data, length, pair: (low, high) } = held;
                let data = PyBytes::new(py, &data);
                return Ok(Some((frame, time, link, data, length, low.to_string(), high.to_string())));
            }
            if let Some(error) = reading.raised.take() {
                return Err(error);
            }
            match reading.ended.as_mut() {
                Some(ended) => {
                    let failed =
                        ended.take().map(|error| errors::capture(py, &error.to_string(), reading.path.as_deref()));
                    return failed.map_or(Ok(None), Err);
                }
                None => py.detach(|| reading.step()),
            }
            py.check_signals()?;
        }
    }
}

/// Number in its file, time, link type, captured bytes, length on the wire, the two hosts.
type Given<'py> = (u64, Option<i64>, u32, Bound<'py, PyBytes>, usize, String, String);

/// The packets of a capture (a path, a file object, or the bytes of a file) with the two hosts that exchange each, as a
/// session reads it: link types, VLAN tags and tunnels taken off, fragments of IP packets with the others. An iterator over
/// ``(frame, time_ns, link_type, data, length, low, high)``; ``low`` and ``high`` are the addresses, ``length`` the packet's
/// length on the wire. Packets of which a session makes nothing (ARP, ICMP, routing) are left out.
///
/// Pairs that need each other are put together by ``survey`` and ``group_pairs``; ``TableSession`` reads the packets of a
/// group. ``CaptureError`` follows behind everything that could be read.
///
/// >>> import cluscope
/// >>> frame, time_ns, link_type, data, length, low, high = next(cluscope.split_packets("captures/tour.pcapng"))
/// >>> frame, link_type, len(data) == length, low, high
/// (1, 1, True, '127.0.0.1', '127.0.77.11')
#[pyfunction]
#[pyo3(signature = (capture, /, *, decode_as = None, memory_limit = None))]
pub(crate) fn split_packets(
    capture: &Bound<'_, PyAny>,
    decode_as: Option<Vec<String>>,
    memory_limit: Option<Size>,
) -> PyResult<Packets> {
    let py = capture.py();
    let options = options(py, decode_as, memory_limit)?;
    let raised = Raised::default();
    let Open { reader, path, .. } = open(py, capture, &options, &raised)?;
    let rules = options.decode_as.iter().copied().collect();
    let splitter = Splitter::new(options.limits.select, options.limits.session.network.clone(), rules);
    Ok(Packets(Mutex::new(Reading { reader, path, splitter, out: VecDeque::new(), raised, ended: None })))
}

/// What ``group_pairs`` has to know of a capture, and whoever puts captures in order: ``frames`` (how many the file counts),
/// ``first_ns`` (the time of its first packet, or ``None``), ``pairs`` (``(low, high, bearing)``), ``links`` (``(low, high,
/// other low, other high)``, pairs that share a packet), ``left_out`` (how often there was no room for a pair, a link or a
/// waiting fragment), ``problems`` (damage that was passed over) and ``error`` (why the file could not be read to its end, or
/// ``None``). The capture is a path, a file object, or the bytes of a file.
///
/// Each packet of a pair without room counts in ``left_out``, and each record of it again: which pairs those are is just what
/// there was no room for. 0 says that nothing is missing. Such pairs are not in ``pairs``; whoever divides packets reads each
/// of them alone.
///
/// >>> import cluscope
/// >>> cluscope.survey("captures/tour.pcapng")["pairs"]
/// [('127.0.0.1', '127.0.77.11', 'cluster')]
#[pyfunction]
#[pyo3(signature = (capture, /, *, decode_as = None, memory_limit = None))]
pub(crate) fn survey<'py>(
    capture: &Bound<'py, PyAny>,
    decode_as: Option<Vec<String>>,
    memory_limit: Option<Size>,
) -> PyResult<Bound<'py, PyDict>> {
    let py = capture.py();
    let options = options(py, decode_as, memory_limit)?;
    let raised = Raised::default();
    let Open { mut reader, .. } = open(py, capture, &options, &raised)?;
    let rules = options.decode_as.iter().copied().collect();
    let mut survey = Survey::new(options.limits.select, options.limits.session.network.clone(), rules);
    let mut session = options.session();
    let (mut first, mut any, mut error) = (None, false, None);
    let mut more = true;
    while more {
        py.detach(|| {
            for _ in 0..PACKETS {
                match reader.next() {
                    Ok(Some(packet)) => {
                        if !any {
                            (first, any) = (packet.time.map(|time| time.0), true);
                        }
                        survey.packet(&mut session, &packet);
                    }
                    Ok(None) => more = false,
                    Err(found) => (more, error) = (false, Some(found.to_string())),
                }
                if !more {
                    break;
                }
            }
        });
        if let Some(raised) = raised.take() {
            return Err(raised);
        }
        py.check_signals()?;
    }
    survey.finish(&mut session);
    let told = PyDict::new(py);
    told.set_item("frames", reader.frames())?;
    told.set_item("first_ns", first)?;
    let text = |host: IpAddr| host.to_string();
    let pairs: Vec<_> = survey.pairs().map(|((a, b), bearing)| (text(a), text(b), bearing.name())).collect();
    told.set_item("pairs", pairs)?;
    let links: Vec<_> = survey.links().map(|((a, b), (c, d))| (text(a), text(b), text(c), text(d))).collect();
    told.set_item("links", links)?;
    told.set_item("left_out", survey.left_out())?;
    told.set_item("problems", reader.counters().problems)?;
    told.set_item("error", error)?;
    Ok(told)
}

fn host(text: &str) -> PyResult<IpAddr> {
    text.parse().map_err(|_| PyValueError::new_err(format!("{text:?} is no address")))
}

/// Which pairs of hosts one session has to read together: the name of its group for each pair of all captures.
///
/// With ``by="cluster"`` hosts that speak the cluster's protocols with each other, directly or by way of others, are one group
/// with everything else they say to anybody (endpoint mappers, Kerberos): then no group knows less than one session over
/// everything. With ``by="pair"`` each pair is a group of its own, unless it shares a packet with another one; what one client
/// learns of a server is then unknown to the others.
///
/// >>> import cluscope
/// >>> pairs = [("10.0.0.1", "10.0.0.2", "cluster"), ("10.0.0.2", "10.0.0.3", "cluster"), ("10.0.0.1", "10.0.0.9", "nothing")]
/// >>> sorted(cluscope.group_pairs(pairs).items())[1]
/// (('10.0.0.1', '10.0.0.9'), '10.0.0.1')
/// >>> cluscope.group_pairs(pairs, by="pair")["10.0.0.1", "10.0.0.2"]
/// '10.0.0.1-10.0.0.2'
#[pyfunction]
#[pyo3(signature = (pairs, links = None, /, *, by = "cluster"))]
pub(crate) fn group_pairs<'py>(
    py: Python<'py>,
    pairs: Vec<(String, String, String)>,
    links: Option<Vec<(String, String, String, String)>>,
    by: &str,
) -> PyResult<Bound<'py, PyDict>> {
    let by = match by {
        "cluster" => By::Cluster,
        "pair" => By::Pair,
        other => return Err(PyValueError::new_err(format!("by {other:?}: cluster or pair"))),
    };
    let mut groups = Groups::new(by);
    for (low, high, bearing) in &pairs {
        let found = Bearing::ALL.into_iter().find(|known| known.name() == bearing);
        let bearing = found.ok_or_else(|| PyValueError::new_err(format!("{bearing:?}: nothing, rpc or cluster")))?;
        groups.add((host(low)?, host(high)?), bearing);
    }
    for (low, high, other_low, other_high) in links.iter().flatten() {
        groups.link((host(low)?, host(high)?), (host(other_low)?, host(other_high)?));
    }
    let named = PyDict::new(py);
    for ((low, high), group) in py.detach(|| groups.names()) {
        named.set_item((low.to_string(), high.to_string()), group)?;
    }
    Ok(named)
}
