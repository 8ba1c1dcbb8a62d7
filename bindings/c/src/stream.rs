//! Streams and datagrams of a host with a TCP and UDP of its own.

use crate::convert::{Plain, cluscope_bytes, copy_in, guard, put};
use crate::handle::{Handle, Kind};
use crate::message::cluscope_endpoint;
use crate::session::{Shared, Source, cluscope_session, enter, share, time};
use crate::status::cluscope_status::*;
use crate::status::{Failure, Outcome, cluscope_error};
use cluscope::base::{Side, Transport};
use cluscope::net::{Chunk, Datagram, Origin, Reason, Verdict};
use std::net::SocketAddr;
use std::ptr;

/// A connection of a session. It belongs to the thread that uses the session.
#[derive(Debug)]
pub struct cluscope_connection {
    _never: (),
}

/// A side of a connection or flow.
#[allow(non_camel_case_types)]
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum cluscope_side {
    /// The one that opened the connection, or sent the first datagram.
    CLUSCOPE_CLIENT = 0,
    /// The other one.
    CLUSCOPE_SERVER = 1,
}

/// Why bytes are missing, or why a direction ends. It stands in messages that are incomplete for it.
#[allow(non_camel_case_types)]
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum cluscope_reason {
    /// The host says no more.
    CLUSCOPE_REASON_HOST = 0,
    /// The receiver acknowledged the bytes, the capture does not have them.
    CLUSCOPE_REASON_NOT_CAPTURED = 1,
    /// The capture cut packets to a length.
    CLUSCOPE_REASON_CUT = 2,
    /// Nothing came any more.
    CLUSCOPE_REASON_SILENT = 3,
    /// Too much was waiting behind the hole.
    CLUSCOPE_REASON_TOO_MUCH_WAITING = 4,
    /// The sender ended the direction.
    CLUSCOPE_REASON_FIN = 5,
    /// The sender broke the connection off.
    CLUSCOPE_REASON_RESET = 6,
    /// The receiver broke it off.
    CLUSCOPE_REASON_RESET_OF_OTHER = 7,
    /// A new connection has begun between the same ports.
    CLUSCOPE_REASON_PORT_REUSE = 8,
    /// The capture is over.
    CLUSCOPE_REASON_END_OF_CAPTURE = 9,
    /// There was no room for so many connections.
    CLUSCOPE_REASON_EVICTED = 10,
}

fn reason(number: u32) -> Outcome<&'static str> {
    use cluscope_reason::*;
    const REASONS: [(cluscope_reason, Reason); 11] = [
        (CLUSCOPE_REASON_HOST, Reason::Host),
        (CLUSCOPE_REASON_NOT_CAPTURED, Reason::NotCaptured),
        (CLUSCOPE_REASON_CUT, Reason::Cut),
        (CLUSCOPE_REASON_SILENT, Reason::Silent),
        (CLUSCOPE_REASON_TOO_MUCH_WAITING, Reason::TooMuchWaiting),
        (CLUSCOPE_REASON_FIN, Reason::Fin),
        (CLUSCOPE_REASON_RESET, Reason::Reset),
        (CLUSCOPE_REASON_RESET_OF_OTHER, Reason::ResetOfOther),
        (CLUSCOPE_REASON_PORT_REUSE, Reason::PortReuse),
        (CLUSCOPE_REASON_END_OF_CAPTURE, Reason::EndOfCapture),
        (CLUSCOPE_REASON_EVICTED, Reason::Evicted),
    ];
    let found = REASONS.iter().find(|(own, _)| *own as u32 == number);
    found
        .map(|(_, reason)| reason.text())
        .ok_or_else(|| Failure::new(CLUSCOPE_ERROR_ARGUMENT, format!("no reason is {number}")))
}

/// A connection: its two ends, and the number by which messages name it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct cluscope_ends {
    /// Bytes of this structure.
    pub size: u32,
    /// 0.
    pub reserved: u32,
    /// A number of the host's choice, one for each connection while it lasts.
    pub stream: u64,
    /// The end that opened it.
    pub client: cluscope_endpoint,
    /// The other one.
    pub server: cluscope_endpoint,
}

// SAFETY: integers and arrays of them, for which zeros are values.
unsafe impl Plain for cluscope_ends {
    const FIRST_SIZE: usize = size_of::<cluscope_ends>();
}

/// The payload of a datagram.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct cluscope_datagram {
    /// Bytes of this structure.
    pub size: u32,
    /// A `cluscope_side`: who sent it.
    pub side: u32,
    /// A number of the host's choice, one for each pair of addresses and ports.
    pub stream: u64,
    /// Sender.
    pub source: cluscope_endpoint,
    /// Receiver.
    pub destination: cluscope_endpoint,
    /// The packet that completed it; 0 where the host counts none.
    pub frame: u64,
    /// When that was: nanoseconds since 1970-01-01 UTC, or `CLUSCOPE_NO_TIME`.
    pub time: i64,
    /// The payload, as far as it was captured.
    pub data: cluscope_bytes,
    /// Its length on the wire; less than that of the bytes counts as theirs.
    pub wire_length: usize,
    /// All packets that carried it, where IP has cut it; null for `frame` alone.
    pub frames: *const u64,
    /// How many those are.
    pub frame_count: usize,
    /// The identification of the IPv4 packet, which a copy has in common with it; -1 where it is not known.
    pub identification: i32,
    /// 0.
    pub reserved: u32,
}

// SAFETY: integers, arrays of them and pointers, for which zeros are values.
unsafe impl Plain for cluscope_datagram {
    const FIRST_SIZE: usize = size_of::<cluscope_datagram>();
}

/// The most packets that a datagram can come in: what IP can cut 64 KiB into.
const MAX_FRAMES: usize = 8192;

struct Connection {
    session: Shared,
    stream: u64,
    client: SocketAddr,
    server: SocketAddr,
    ended: [bool; 2],
    /// Whether it may carry DCE/RPC.
    wanted: bool,
}

impl Kind for Connection {
    const TAG: u64 = u64::from_le_bytes(*b"cl.conn\0");
}

/// What came, and when.
#[derive(Clone, Copy)]
struct When {
    side: u32,
    frame: u64,
    time: i64,
}

fn side(number: u32) -> Outcome<Side> {
    match number {
        0 => Ok(Side::A),
        1 => Ok(Side::B),
        _ => Err(Failure::new(CLUSCOPE_ERROR_ARGUMENT, format!("no side is {number}"))),
    }
}

impl Connection {
    fn chunk(&mut self, when: When, chunk: Chunk<'_>) -> Outcome {
        let from = side(when.side)?;
        if self.ended[from as usize] {
            return Err(CLUSCOPE_ERROR_FINISHED.into());
        }
        let ends = matches!(chunk, Chunk::End { .. });
        if !self.wanted {
            self.ended[from as usize] |= ends;
            return Err(CLUSCOPE_NOT_WANTED.into());
        }
        let (src, dst) = match from {
            Side::A => (self.client, self.server),
            Side::B => (self.server, self.client),
        };
        let origin = Origin {
            transport: Transport::Tcp,
            stream: self.stream,
            from,
            src,
            dst,
            frame: when.frame,
            time: time(when.time),
            seq: 0,
        };
        let mut verdict = Verdict::Keep;
        let mut state = self.session.enter()?;
        let done = state.work(Source::Streams, |session, out| verdict = session.chunk(&origin, chunk, out));
        // Where the callback asked to stop, what was brought was taken nevertheless.
        if done.as_ref().map_or_else(|failure| failure.status == CLUSCOPE_ERROR_STOPPED, |()| true) {
            self.ended[from as usize] |= ends;
            self.wanted = verdict == Verdict::Keep;
        }
        done?;
        if self.wanted { Ok(()) } else { Err(CLUSCOPE_NOT_WANTED.into()) }
    }
}

/// Makes a connection of a session; `connection` gets a handle, to be freed by `cluscope_connection_free`.
///
/// # Safety
/// `session` is null or not freed, `ends` can be read, `connection` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_connection_new(
    session: *mut cluscope_session,
    ends: *const cluscope_ends,
    connection: *mut *mut cluscope_connection,
    error: *mut cluscope_error,
) -> i32 {
    guard(error, || {
        // SAFETY: the caller's promise.
        let session = unsafe { share(session) }?;
        // SAFETY: the caller's promise.
        let ends = unsafe { copy_in(ends) }?;
        let made = Connection {
            session,
            stream: ends.stream,
            client: ends.client.get("client")?,
            server: ends.server.get("server")?,
            ended: [false; 2],
            wanted: true,
        };
        let made = Box::into_raw(Box::new(Handle::new(made)));
        // SAFETY: the caller's promise.
        unsafe { put(connection, made.cast(), "connection") }.inspect_err(|_| {
            // SAFETY: it was made above, and nobody has it.
            drop(unsafe { Box::from_raw(made) });
        })
    })
}

/// The next bytes of a direction. `side` is the `cluscope_side` that sent them, `frame` the packet that carried them (0 where
/// the host counts none), `time` when that was. Returns `CLUSCOPE_NOT_WANTED`, which is no error, where the connection
/// carries no DCE/RPC and nothing more of it is of use. For callbacks that stop see `cluscope_session_packet`.
///
/// # Safety
/// `connection` is null or not freed; the bytes can be read until the function returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_connection_data(
    connection: *mut cluscope_connection,
    side: u32,
    frame: u64,
    time: i64,
    data: cluscope_bytes,
    error: *mut cluscope_error,
) -> i32 {
    guard(error, || {
        // SAFETY: the caller's promise.
        let mut connection = unsafe { Handle::<Connection>::of(connection) }?.enter()?;
        // SAFETY: the caller's promise.
        let data = unsafe { data.get("data") }?;
        connection.chunk(When { side, frame, time }, Chunk::Data(data))
    })
}

/// Bytes of a direction are missing and won't come any more: `lost` of them, 0 where nobody knows how many. `reason` is a
/// `cluscope_reason`. What comes next stands behind the hole.
///
/// # Safety
/// `connection` is null or not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_connection_gap(
    connection: *mut cluscope_connection,
    side: u32,
    frame: u64,
    time: i64,
    lost: u64,
    reason: u32,
    error: *mut cluscope_error,
) -> i32 {
    guard(error, || {
        // SAFETY: the caller's promise.
        let mut connection = unsafe { Handle::<Connection>::of(connection) }?.enter()?;
        let reason = self::reason(reason)?;
        let lost = Some(lost).filter(|lost| *lost != 0);
        connection.chunk(When { side, frame, time }, Chunk::Gap { lost, reason })
    })
}

/// A direction ends; what comes of it afterwards is refused with `CLUSCOPE_ERROR_FINISHED`. `reason` is a `cluscope_reason`.
///
/// # Safety
/// `connection` is null or not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_connection_end(
    connection: *mut cluscope_connection,
    side: u32,
    frame: u64,
    time: i64,
    reason: u32,
    error: *mut cluscope_error,
) -> i32 {
    guard(error, || {
        // SAFETY: the caller's promise.
        let mut connection = unsafe { Handle::<Connection>::of(connection) }?.enter()?;
        let reason = self::reason(reason)?;
        connection.chunk(When { side, frame, time }, Chunk::End { reason })
    })
}

/// Frees a connection; null is none. Directions that have not ended end here, unless the session is finished or freed.
/// Returns `CLUSCOPE_ERROR_BUSY`, and frees nothing, from a callback of the session.
///
/// # Safety
/// `connection` is null or not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_connection_free(connection: *mut cluscope_connection) -> i32 {
    guard(ptr::null_mut(), || {
        if connection.is_null() {
            return Ok(());
        }
        // SAFETY: the caller's promise.
        let handle = unsafe { Handle::<Connection>::of(connection) }?;
        let mut inner = handle.enter()?;
        // Nothing is done where the session is in use.
        drop(inner.session.enter()?);
        for side in [0, 1] {
            let when = When { side, frame: 0, time: crate::message::CLUSCOPE_NO_TIME };
            // A session that is finished takes nothing any more, a direction that has ended neither.
            let _ = inner.chunk(when, Chunk::End { reason: Reason::Host.text() });
        }
        drop(inner);
        handle.retire()?;
        // SAFETY: it is of this kind, and nobody uses it.
        drop(unsafe { Box::from_raw(connection.cast::<Handle<Connection>>()) });
        Ok(())
    })
}

/// The payload of a datagram of a host with an IP and UDP of its own. Returns `CLUSCOPE_NOT_WANTED`, which is no error, where
/// the flow carries no DCE/RPC. For callbacks that stop see `cluscope_session_packet`.
///
/// # Safety
/// `session` is null or not freed; `datagram` and what it points to can be read until the function returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_session_datagram(
    session: *mut cluscope_session,
    datagram: *const cluscope_datagram,
    error: *mut cluscope_error,
) -> i32 {
    guard(error, || {
        // SAFETY: the caller's promise.
        let mut state = unsafe { enter(session) }?;
        // SAFETY: the caller's promise.
        let given = unsafe { copy_in(datagram) }?;
        // SAFETY: the caller's promise.
        let data = unsafe { given.data.get("data") }?;
        // SAFETY: the caller's promise.
        let frames = unsafe { frames(&given) }?;
        let origin = Origin {
            transport: Transport::Udp,
            stream: given.stream,
            from: side(given.side)?,
            src: given.source.get("source")?,
            dst: given.destination.get("destination")?,
            frame: given.frame,
            time: time(given.time),
            seq: 0,
        };
        let datagram = Datagram {
            data,
            wire_len: given.wire_length.max(data.len()),
            frames: if frames.is_empty() { std::slice::from_ref(&given.frame) } else { frames },
            identification: u16::try_from(given.identification).ok(),
        };
        let verdict = state.work(Source::Streams, |session, out| session.datagram(&origin, datagram, out))?;
        if verdict == Verdict::Keep { Ok(()) } else { Err(CLUSCOPE_NOT_WANTED.into()) }
    })
}

/// The packets that carried a datagram.
///
/// # Safety
/// `frames` is null, or `frame_count` numbers can be read there.
unsafe fn frames<'f>(given: &cluscope_datagram) -> Outcome<&'f [u64]> {
    match (given.frames, given.frame_count) {
        (_, 0) => Ok(&[]),
        (frames, _) if frames.is_null() => Err(Failure::new(CLUSCOPE_ERROR_NULL, "frames: null, with a count")),
        (frames, _) if !frames.is_aligned() => Err(Failure::new(CLUSCOPE_ERROR_ARGUMENT, "frames: not aligned")),
        (_, count) if count > MAX_FRAMES => {
            Err(Failure::new(CLUSCOPE_ERROR_SIZE, format!("frames: {count}, at most {MAX_FRAMES} are taken")))
        }
        // SAFETY: not null, aligned and few; the rest is the caller's promise.
        (frames, count) => Ok(unsafe { std::slice::from_raw_parts(frames, count) }),
    }
}
