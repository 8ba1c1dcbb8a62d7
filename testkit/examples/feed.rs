//! What a host with a TCP or a DCE/RPC of its own would hand over, out of a capture: the lines that the programs in
//! `examples/c` read.
//!
//!     cargo run -p cluscope-testkit --example feed -- calls trace.pcapng
//!     cargo run -p cluscope-testkit --example feed -- stubs trace.pcapng [KEYS [KEYTAB]]

use cluscope::auth::KeyStore;
use cluscope::internals::capture::Reader;
use cluscope::internals::net::{Chunk, Datagram, Handler, Network, NetworkLimits, Origin, Reason, Side, Verdict};
use cluscope::internals::rpc::event::Body;
use cluscope::ndr::{Direction, Endian, Syntax};
use cluscope::session::{Record, Session, SessionLimits};
use std::collections::HashMap;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, capture, secrets @ ..] = arguments.as_slice() else {
        return Err("calls or stubs, and a capture".into());
    };
    let mut reader = Reader::new(std::fs::File::open(capture)?)?;
    let out = &mut std::io::stdout().lock();
    if what == "calls" {
        let mut calls = Calls { out };
        let mut network = Network::new(NetworkLimits::default());
        // What a capture ends with that can't be read was told by whoever read it before.
        while let Ok(Some(packet)) = reader.next() {
            network.input(&packet, &mut calls);
        }
        network.finish(&mut calls);
        return Ok(());
    }
    let mut keys = KeyStore::new();
    if let Some(path) = secrets.first() {
        keys.load_keys_file(path.as_ref())?;
    }
    if let Some(path) = secrets.get(1) {
        keys.load_keytab(path.as_ref())?;
    }
    let mut requests = HashMap::new();
    let mut session = Session::new(SessionLimits::default(), Arc::new(keys));
    let mut take = |record: Record<'_>| stub(&record, &mut requests, out);
    while let Ok(Some(packet)) = reader.next() {
        session.packet(&packet, &mut take);
    }
    session.finish(&mut take);
    Ok(())
}

/// Prints what a network hands over.
struct Calls<'o, W> {
    out: &'o mut W,
}

fn address(end: SocketAddr) -> String {
    match end {
        SocketAddr::V4(end) => format!("{} {}", hex::encode(end.ip().octets()), end.port()),
        SocketAddr::V6(end) => format!("{} {}", hex::encode(end.ip().octets()), end.port()),
    }
}

/// The place of a reason in the header's `cluscope_reason`.
fn number(text: &str) -> usize {
    const ALL: [Reason; 11] = [
        Reason::Host,
        Reason::NotCaptured,
        Reason::Cut,
        Reason::Silent,
        Reason::TooMuchWaiting,
        Reason::Fin,
        Reason::Reset,
        Reason::ResetOfOther,
        Reason::PortReuse,
        Reason::EndOfCapture,
        Reason::Evicted,
    ];
    ALL.iter().position(|reason| reason.text() == text).unwrap_or(0)
}

fn when(what: &str, origin: &Origin, ends: [SocketAddr; 2]) -> String {
    let time = origin.time.map_or("-".into(), |time| time.0.to_string());
    let side = origin.from as usize;
    let ends = ends.map(address).join(" ");
    format!("{what} {} {side} {} {time} {ends}", origin.stream, origin.frame)
}

fn digits(bytes: &[u8]) -> String {
    if bytes.is_empty() { "-".into() } else { hex::encode(bytes) }
}

impl<W: Write> Handler for Calls<'_, W> {
    fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        let ends = match origin.from {
            Side::A => [origin.src, origin.dst],
            Side::B => [origin.dst, origin.src],
        };
        let line = match chunk {
            Chunk::Data(bytes) => format!("{} {}", when("data", origin, ends), digits(bytes)),
            Chunk::Gap { lost, reason } => {
                format!("{} {} {}", when("gap", origin, ends), lost.unwrap_or(0), number(reason))
            }
            Chunk::End { reason } => format!("{} {}", when("end", origin, ends), number(reason)),
        };
        // A reader that has gone ends the program when it next prints.
        let _ = writeln!(self.out, "{line}");
        Verdict::Keep
    }

    fn udp(&mut self, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        let frames: Vec<_> = datagram.frames.iter().map(u64::to_string).collect();
        let identification = datagram.identification.map_or(-1, i32::from);
        let when = when("datagram", origin, [origin.src, origin.dst]);
        let (length, frames, bytes) = (datagram.wire_len, frames.join(","), digits(datagram.data));
        let _ = writeln!(self.out, "{when} {length} {identification} {frames} {bytes}");
        Verdict::Keep
    }
}

/// The request of each call that was seen: its byte order and stub, by stream and frame.
type Requests = HashMap<(bool, u64, u32, u64), (u8, Vec<u8>)>;

fn stub(record: &Record<'_>, requests: &mut Requests, out: &mut impl Write) {
    let (Some((kind, stub)), Some(opnum)) = (record.stub(), record.opnum()) else { return };
    let transport = record.flow.transport == cluscope::base::Transport::Udp;
    let call_id = record.event.call_id.unwrap_or(0);
    let order = u8::from(kind.endian == Endian::Big);
    let request = match record.event.body {
        Body::Request { .. } => {
            let key = (transport, record.flow.stream, call_id, record.event.frame());
            requests.insert(key, (order, stub.to_vec()));
            None
        }
        _ => {
            let frame = record.event.call.as_ref().map_or(0, |call| call.frame);
            requests.get(&(transport, record.flow.stream, call_id, frame))
        }
    };
    let (request_order, request) = request.map_or((0, &[][..]), |(order, stub)| (*order, stub.as_slice()));
    let number = kind.interface.versions[kind.version].number;
    let _ = writeln!(
        out,
        "{} {} {} {opnum} {} {} {order} {request_order} {} {}",
        hex::encode(kind.interface.uuid_bytes),
        number.major(),
        number.minor(),
        u8::from(kind.direction == Direction::Response),
        u8::from(kind.syntax == Syntax::Ndr64),
        digits(request),
        digits(stub),
    );
}
