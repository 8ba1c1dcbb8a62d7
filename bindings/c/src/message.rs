//! Messages of streams and packets: the view that a callback is handed, and what can be asked of it there.

use crate::convert::{cluscope_bytes, cluscope_text, guard};
use crate::status::cluscope_status::*;
use crate::status::{Failure, Outcome, cluscope_error};
use crate::stub::{self, cluscope_value_fn, cluscope_write_fn, hand_over};
use cluscope::base::Timestamp;
use cluscope::consts::status::StatusName;
use cluscope::internals::analysis::{HandleAnnotations, RecordContext};
use cluscope::internals::base::Transport;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::rpc::event::Body;
use cluscope::internals::session::{CallContext, Record};
use cluscope::ndr::{Endian, HandleNames, Kind, Method, Syntax};
use std::cell::RefCell;
use std::ffi::c_void;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

/// The time of a packet that has none.
pub const CLUSCOPE_NO_TIME: i64 = i64::MIN;

/// An address and port.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct cluscope_endpoint {
    /// 4 or 6: which version of IP.
    pub family: u8,
    /// 0.
    pub reserved: u8,
    /// Port.
    pub port: u16,
    /// The address in network order; of IPv4 the first four bytes.
    pub address: [u8; 16],
}

impl From<SocketAddr> for cluscope_endpoint {
    fn from(address: SocketAddr) -> Self {
        let mut endpoint = cluscope_endpoint { port: address.port(), ..cluscope_endpoint::default() };
        match address.ip() {
            IpAddr::V4(ip) => {
                endpoint.family = 4;
                endpoint.address[..4].copy_from_slice(&ip.octets());
            }
            IpAddr::V6(ip) => {
                endpoint.family = 6;
                endpoint.address = ip.octets();
            }
        }
        endpoint
    }
}

impl cluscope_endpoint {
    pub(crate) fn get(self, what: &str) -> Outcome<SocketAddr> {
        let [a, b, c, d, ..] = self.address;
        match self.family {
            4 => Ok(SocketAddr::from(([a, b, c, d], self.port))),
            6 => Ok(SocketAddr::from((self.address, self.port))),
            family => Err(Failure::new(CLUSCOPE_ERROR_ARGUMENT, format!("{what}: no version of IP is {family}"))),
        }
    }
}

/// A message, or what stands in its place (`malformed`, `skipped`, `incomplete`). All of it is lent until the callback
/// returns, and so is the pointer itself.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct cluscope_message {
    /// Bytes of this structure; a library that is newer than the header has more of them.
    pub size: u32,
    /// 6 for TCP, 17 for UDP.
    pub transport: u32,
    /// The packet that completed it; 0 where none is known.
    pub frame: u64,
    /// When that was: nanoseconds since 1970-01-01 UTC, or `CLUSCOPE_NO_TIME`.
    pub time: i64,
    /// Number of the connection or UDP flow.
    pub stream: u64,
    /// Sender.
    pub source: cluscope_endpoint,
    /// Receiver.
    pub destination: cluscope_endpoint,
    /// The PDU's type: `request`, `response`, `fault`, `bind` …
    pub r#type: cluscope_text,
    /// `clusapi` or `witness`; empty where it is none of ours or not known.
    pub interface: cluscope_text,
    /// Name of the method; empty where it is not known.
    pub method: cluscope_text,
    /// Version of the interface, where that is known.
    pub version_major: u16,
    /// Its minor number.
    pub version_minor: u16,
    /// Operation number, -1 where there is none.
    pub opnum: i32,
    /// `call_id`, of connectionless PDUs the sequence number; -1 where no header was readable.
    pub call_id: i64,
    /// Of a response or fault the packet that completed its request; 0 where that was not seen.
    pub request_frame: u64,
    /// Nanoseconds from that to this; -1 where either time is not known.
    pub latency: i64,
    /// What a response or fault came to; -1 where that is not known.
    pub status: i64,
    /// Its name.
    pub status_name: cluscope_text,
    /// The object that the call is about, where it is known what its handle stands for: `resource`, `group`, `key` …
    pub object_kind: cluscope_text,
    /// Its name or path.
    pub object: cluscope_text,
    /// The user of the association, where a token told it.
    pub user: cluscope_text,
    /// The stub of a request or response, opened where it was sealed and there are keys; none where it is another
    /// interface's or sealed.
    pub stub: cluscope_bytes,
    /// A `cluscope_direction` of the stub.
    pub direction: u32,
    /// Its `cluscope_syntax`.
    pub syntax: u32,
    /// Its `cluscope_byte_order`.
    pub byte_order: u32,
    /// Not 0 where the bind was not captured and the interface is guessed from the stubs.
    pub assumed: u32,
    /// The library's own.
    pub internal: *const c_void,
}

/// What is behind a message.
pub(crate) trait Content {
    /// The JSON object, in `out` where it has to be made.
    fn json<'o>(&'o self, records: &mut Records, out: &'o mut Out) -> &'o [u8];
    /// The stub and how it is read.
    fn stub(&self) -> Option<(&'static Method, Kind, &[u8])>;
    /// What is known of its buffers.
    fn context(&self) -> &CallContext;
    /// What its handles stand for.
    fn names(&self) -> Option<&dyn HandleNames>;
}

/// What printing and reading need; behind [`cluscope_message::internal`].
pub(crate) struct Internal<'m> {
    pub(crate) content: &'m dyn Content,
    pub(crate) printer: &'m RefCell<Printer>,
    pub(crate) hide_secrets: bool,
}

/// Prints messages, one after the other.
pub(crate) struct Printer {
    pub(crate) records: Records,
    pub(crate) out: Out,
}

/// A record as it is lent by the session.
pub(crate) struct Lent<'r, 'a> {
    pub(crate) record: &'r Record<'a>,
    pub(crate) annotations: HandleAnnotations<'r>,
}

impl Content for Lent<'_, '_> {
    fn json<'o>(&'o self, records: &mut Records, out: &'o mut Out) -> &'o [u8] {
        records.print_with(out, self.record, Some(&self.annotations));
        out.as_bytes()
    }

    fn stub(&self) -> Option<(&'static Method, Kind, &[u8])> {
        let (kind, stub) = self.record.stub()?;
        Some((self.record.method()?, kind, stub))
    }

    fn context(&self) -> &CallContext {
        self.record.context()
    }

    fn names(&self) -> Option<&dyn HandleNames> {
        Some(&self.annotations)
    }
}

/// A message that is handed out later than it came: held back until its connection turned out to be of interest, or left
/// over from a call that was stopped.
#[derive(Debug)]
pub(crate) struct Kept {
    view: cluscope_message,
    texts: Texts,
    stub: Option<(&'static Method, Kind, Vec<u8>)>,
    context: CallContext,
    json: Vec<u8>,
}

/// Texts that a view borrows.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    object: String,
    user: String,
    status: String,
}

impl Kept {
    /// Of a record that is lent.
    pub(crate) fn of(lent: &Lent<'_, '_>, seen: &RecordContext, printer: &mut Printer) -> Kept {
        let Printer { records, out } = printer;
        let json = lent.json(records, out).to_vec();
        let mut texts = Texts::default();
        let view = view(lent.record, seen, &mut texts);
        Kept {
            view,
            texts: Texts { object: text_of(view.object), user: text_of(view.user), status: text_of(view.status_name) },
            stub: lent.stub().map(|(method, kind, stub)| (method, kind, stub.to_vec())),
            context: lent.context().clone(),
            json,
        }
    }

    /// The view, borrowed from this.
    pub(crate) fn view(&self) -> cluscope_message {
        cluscope_message {
            object: cluscope_text::of(&self.texts.object),
            user: cluscope_text::of(&self.texts.user),
            status_name: cluscope_text::of(&self.texts.status),
            stub: self.stub.as_ref().map_or(cluscope_bytes::NONE, |(_, _, stub)| cluscope_bytes::of(stub)),
            ..self.view
        }
    }

    /// Bytes that it takes.
    pub(crate) fn cost(&self) -> usize {
        size_of::<Kept>() + self.json.len() + self.stub.as_ref().map_or(0, |(_, _, stub)| stub.len())
    }
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.json
    }
}

impl Content for Kept {
    fn json<'o>(&'o self, _: &mut Records, _: &'o mut Out) -> &'o [u8] {
        &self.json
    }

    fn stub(&self) -> Option<(&'static Method, Kind, &[u8])> {
        self.stub.as_ref().map(|(method, kind, stub)| (*method, *kind, stub.as_slice()))
    }

    fn context(&self) -> &CallContext {
        &self.context
    }

    fn names(&self) -> Option<&dyn HandleNames> {
        None
    }
}

/// A copy of text that this library has lent itself.
fn text_of(text: cluscope_text) -> String {
    // SAFETY: made of a `str` that is still there: that of the record, or of `Texts`.
    unsafe { text.get("text") }.unwrap_or_default().to_string()
}

/// What a record says, in the words of the header.
pub(crate) fn view(record: &Record<'_>, seen: &RecordContext, texts: &mut Texts) -> cluscope_message {
    let event = &record.event;
    let call = event.call.as_ref().filter(|_| !matches!(event.body, Body::Request { .. }));
    let status = match event.body {
        Body::Fault { status, .. } => status,
        _ => seen.status,
    };
    let latency = call.and_then(|call| Some(event.time()?.0.saturating_sub(call.time?.0)));
    let object = seen.objects.iter().find(|used| used.resolved.name.is_some()).or(seen.objects.first());
    let (kind, stub) = match record.stub() {
        Some((kind, stub)) => (Some(kind), cluscope_bytes::of(stub)),
        None => (None, cluscope_bytes::NONE),
    };
    let version = record.interface.and_then(|(interface, version)| interface.versions.get(version));
    texts.status.clear();
    let status_name = match status.and_then(StatusName::of) {
        Some(StatusName::Plain(name)) => cluscope_text::of(name),
        Some(made) => {
            // Writing to memory does not fail.
            let _ = write!(texts.status, "{made}");
            cluscope_text::of(&texts.status)
        }
        None => cluscope_text::of(""),
    };
    cluscope_message {
        size: size_of::<cluscope_message>() as u32,
        transport: match record.flow.transport {
            Transport::Tcp => 6,
            Transport::Udp => 17,
        },
        frame: event.frame(),
        time: event.time().map_or(CLUSCOPE_NO_TIME, |Timestamp(time)| time),
        stream: record.flow.stream,
        source: record.flow.src.into(),
        destination: record.flow.dst.into(),
        r#type: cluscope_text::of(event.type_name()),
        interface: cluscope_text::of(record.interface.map_or("", |(interface, _)| interface.name)),
        method: cluscope_text::of(record.method().map_or("", |method| method.name)),
        version_major: version.map_or(0, |version| version.number.major()),
        version_minor: version.map_or(0, |version| version.number.minor()),
        opnum: record.opnum().map_or(-1, i32::from),
        call_id: event.call_id.map_or(-1, i64::from),
        request_frame: call.map_or(0, |call| call.frame),
        latency: latency.unwrap_or(-1),
        status: status.map_or(-1, i64::from),
        status_name,
        object_kind: cluscope_text::of(object.map_or("", |used| used.resolved.kind.name())),
        object: cluscope_text::of(object.and_then(|used| used.resolved.name.as_deref()).unwrap_or_default()),
        user: cluscope_text::of(seen.user.as_deref().unwrap_or_default()),
        stub,
        direction: kind.map_or(0, |kind| kind.direction as u32),
        syntax: kind.map_or(0, |kind| u32::from(kind.syntax == Syntax::Ndr64)),
        byte_order: kind.map_or(0, |kind| u32::from(kind.endian == Endian::Big)),
        assumed: u32::from(event.context.is_some_and(|context| context.assumed)),
        internal: std::ptr::null(),
    }
}

/// Takes a message; returns 0 to go on, anything else to stop. It must not throw, nor leave by `longjmp`. What
/// a message costs beyond its decoding is what is asked of it.
pub type cluscope_message_fn = Option<unsafe extern "C" fn(user: *mut c_void, message: *const cluscope_message) -> i32>;

/// What is behind a message of a callback.
///
/// # Safety
/// `message` is null, or what a callback that has not returned was handed.
unsafe fn internal<'m>(message: *const cluscope_message) -> Outcome<&'m Internal<'m>> {
    // SAFETY: the caller's promise.
    let message = unsafe { message.as_ref() }.ok_or(CLUSCOPE_ERROR_NULL)?;
    // SAFETY: the caller's promise: put there by the function that called back.
    unsafe { message.internal.cast::<Internal<'m>>().as_ref() }.ok_or_else(|| CLUSCOPE_ERROR_HANDLE.into())
}

/// Hands out the JSON object of a message, the line that `cluscope dissect` prints for it. To be called from the callback
/// that was handed the message.
///
/// # Safety
/// `message` is null, or what a callback was handed that has not returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_message_json(
    message: *const cluscope_message,
    write: cluscope_write_fn,
    user: *mut c_void,
    error: *mut cluscope_error,
) -> i32 {
    guard(error, || {
        let write = write.ok_or_else(|| Failure::new(CLUSCOPE_ERROR_NULL, "write: null"))?;
        // SAFETY: the caller's promise.
        let internal = unsafe { internal(message) }?;
        let mut printer = internal.printer.try_borrow_mut().map_err(|_| CLUSCOPE_ERROR_BUSY)?;
        let Printer { records, out } = &mut *printer;
        let json = internal.content.json(records, out);
        // SAFETY: the callback is as the header says.
        unsafe { hand_over(write, user, json) }
    })
}

/// Hands each value of a message's stub to `visit`, as `cluscope_stub_visit` does; `options` are `CLUSCOPE_OPTION_` values,
/// beside those of the session. What a context handle stands for is its value's `name`. Returns
/// `CLUSCOPE_ERROR_NOT_FOUND` for a message without a stub that can be read.
///
/// # Safety
/// As for `cluscope_message_json`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cluscope_message_visit(
    message: *const cluscope_message,
    options: u32,
    visit: cluscope_value_fn,
    user: *mut c_void,
    error: *mut cluscope_error,
) -> i32 {
    guard(error, || {
        let visit = visit.ok_or_else(|| Failure::new(CLUSCOPE_ERROR_NULL, "visit: null"))?;
        // SAFETY: the caller's promise.
        let internal = unsafe { internal(message) }?;
        let content = internal.content;
        let (method, kind, stub) =
            content.stub().filter(|(method, ..)| method.on_wire).ok_or(CLUSCOPE_ERROR_NOT_FOUND)?;
        let mut wanted = stub::wanted(options)?;
        wanted.hide_secrets |= internal.hide_secrets;
        // SAFETY: the callback is as the header says.
        let mut hand = |value: &crate::value::cluscope_value| unsafe { visit(user, value) } == 0;
        stub::visit(method, kind, stub, content.context().content(), wanted, content.names(), &mut hand)
    })
}
