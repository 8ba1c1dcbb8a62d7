//! Any bytes as a series of calls of the C interface, for the fuzz target `c_interface` and for the test that runs its
//! corpus.
//!
//! Each call is a byte that names it, a byte of bits, a 16-bit length (little-endian) and so many bytes. What must hold:
//! no function returns what is none of the header's numbers, or that the library has a defect; what begins ends; ranges lie
//! in the stub; text is UTF-8; and whatever is made is freed.

use cluscope_c::cluscope_event::*;
use cluscope_c::cluscope_status::*;
use cluscope_c::*;
use std::ffi::{CStr, c_char, c_void};
use std::ptr;

/// Interfaces and versions by two bits.
const INTERFACES: [([u8; 16], u16, u16); 4] = [(CLUSAPI, 3, 0), (CLUSAPI, 2, 0), (WITNESS, 1, 1), ([0xa5; 16], 1, 0)];
const CLUSAPI: [u8; 16] =
    [0xb2, 0xb8, 0x7d, 0xb9, 0x63, 0x4c, 0xcf, 0x11, 0xbf, 0xf6, 0x08, 0x00, 0x2b, 0xe2, 0x3f, 0x2f];
const WITNESS: [u8; 16] =
    [0x74, 0xc0, 0xd8, 0xcc, 0xe5, 0xd0, 0x40, 0x4a, 0x92, 0xb4, 0xd0, 0x74, 0xfa, 0xa6, 0xba, 0x28];

/// Calls of one input.
const CALLS: usize = 64;

/// What callbacks look at.
#[derive(Default)]
struct Seen {
    /// Bytes of the stub that is read.
    stub: usize,
    depth: i64,
    /// Callbacks until one asks to stop; none does at 0.
    stop: u32,
    session: Option<*mut cluscope_session>,
}

impl Seen {
    fn answer(&mut self) -> i32 {
        self.stop = self.stop.saturating_sub(1);
        i32::from(self.stop == 1)
    }
}

fn text(text: cluscope_text) -> usize {
    assert!(!text.data.is_null());
    // SAFETY: lent by the library for the callback that asks.
    let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.length) };
    assert!(std::str::from_utf8(bytes).is_ok());
    bytes.len()
}

/// `user` as what is seen.
///
/// # Safety
/// It is what the functions below hand over.
unsafe fn seen<'s>(user: *mut c_void) -> &'s mut Seen {
    // SAFETY: the caller's promise.
    unsafe { &mut *user.cast() }
}

unsafe extern "C" fn value(user: *mut c_void, value: *const cluscope_value) -> i32 {
    // SAFETY: handed over below, and lent by the library.
    let (seen, value) = unsafe { (seen(user), &*value) };
    for lent in [value.path, value.field, value.container, value.r#type, value.text, value.name, value.property] {
        text(lent);
    }
    match value.event {
        event if event == CLUSCOPE_EVENT_BEGIN as u32 => seen.depth += 1,
        event if event == CLUSCOPE_EVENT_END as u32 => seen.depth -= 1,
        event => assert!((1..=6).contains(&event)),
    }
    assert!(seen.depth >= 0);
    assert!(value.offset.checked_add(value.length).is_some_and(|end| end <= seen.stub));
    if !value.bytes.data.is_null() {
        // SAFETY: lent by the library.
        let bytes = unsafe { std::slice::from_raw_parts(value.bytes.data, value.bytes.length) };
        std::hint::black_box(bytes.iter().fold(0u8, |all, byte| all ^ byte));
    }
    seen.answer()
}

unsafe extern "C" fn write(user: *mut c_void, data: *const c_char, length: usize) -> i32 {
    // SAFETY: lent by the library.
    let bytes = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length) };
    std::hint::black_box(bytes.iter().fold(0u8, |all, byte| all ^ byte));
    // SAFETY: handed over below.
    unsafe { seen(user) }.answer()
}

unsafe extern "C" fn counter(user: *mut c_void, name: cluscope_text, count: u64) -> i32 {
    assert!(text(name) > 0 && count > 0);
    // SAFETY: handed over below.
    unsafe { seen(user) }.answer()
}

unsafe extern "C" fn object(user: *mut c_void, object: *const cluscope_object) -> i32 {
    // SAFETY: lent by the library.
    let object = unsafe { &*object };
    for lent in [object.field, object.kind, object.name, object.state] {
        text(lent);
    }
    // SAFETY: handed over below.
    unsafe { seen(user) }.answer()
}

unsafe extern "C" fn interface(user: *mut c_void, entry: *const cluscope_interface) -> i32 {
    // SAFETY: lent by the library, and handed over below.
    let (seen, entry) = unsafe { (seen(user), &*entry) };
    assert!(text(entry.name) > 0 && entry.opnums > 0);
    seen.answer()
}

unsafe extern "C" fn method(user: *mut c_void, entry: *const cluscope_method) -> i32 {
    // SAFETY: lent by the library, and handed over below.
    let (seen, entry) = unsafe { (seen(user), &*entry) };
    assert!(text(entry.name) > 0);
    text(entry.section);
    seen.answer()
}

unsafe extern "C" fn field(user: *mut c_void, entry: *const cluscope_field) -> i32 {
    // SAFETY: lent by the library, and handed over below.
    let (seen, entry) = unsafe { (seen(user), &*entry) };
    assert!(entry.bits <= 64);
    seen.answer()
}

unsafe extern "C" fn name(user: *mut c_void, entry: *const cluscope_name) -> i32 {
    // SAFETY: lent by the library, and handed over below.
    let (seen, entry) = unsafe { (seen(user), &*entry) };
    assert!(matches!(entry.bits, 8 | 16 | 32 | 64));
    seen.answer()
}

/// One of the lists of what the library knows.
fn list(which: u8, seen: *mut c_void) {
    let (uuid, major, minor) = INTERFACES[usize::from(which >> 3 & 3)];
    // SAFETY: the callbacks live as long as the program, what they are given and the UUID until the calls return.
    known(unsafe {
        match which & 7 {
            0 => cluscope_interfaces(Some(interface), seen),
            1 => cluscope_methods(uuid.as_ptr(), major, minor, Some(method), seen),
            2 => cluscope_fields(Some(field), seen),
            3 => cluscope_tables(Some(name), seen),
            4 => cluscope_control_codes(Some(name), seen),
            5 => cluscope_statuses(Some(name), seen),
            6 => cluscope_interfaces(None, seen),
            _ => {
                let mut name = cluscope_text { data: ptr::null(), length: 0 };
                let status = cluscope_method_name(uuid.as_ptr(), major, minor, u16::from(which), &raw mut name);
                assert!(status != 0 || text(name) > 0);
                status
            }
        }
    });
}

unsafe extern "C" fn message(user: *mut c_void, message: *const cluscope_message) -> i32 {
    // SAFETY: handed over below, and lent by the library.
    let (seen, view) = unsafe { (seen(user), &*message) };
    for lent in [view.r#type, view.interface, view.method, view.object, view.object_kind, view.user, view.status_name] {
        text(lent);
    }
    let mut inner = Seen { stub: view.stub.length, ..Seen::default() };
    let user = (&raw mut inner).cast();
    // SAFETY: lent by the library; all of the rest lives until the calls return.
    unsafe {
        known(cluscope_message_json(message, Some(write), user, ptr::null_mut()));
        let read = cluscope_message_visit(message, 3, Some(value), user, ptr::null_mut());
        known(read);
        assert!(read == CLUSCOPE_ERROR_STOPPED as i32 || inner.depth == 0);
        if let Some(session) = seen.session {
            // A callback that calls back in.
            assert_eq!(cluscope_session_finish(session, ptr::null_mut()), CLUSCOPE_ERROR_BUSY as i32);
        }
    }
    seen.answer()
}

/// What functions may return.
fn known(status: i32) -> i32 {
    // SAFETY: it has a terminator and lives as long as the program.
    let name = unsafe { CStr::from_ptr(cluscope_status_name(status)) };
    assert_ne!(name, c"CLUSCOPE_ERROR_UNKNOWN", "{status}");
    assert_ne!(status, CLUSCOPE_ERROR_INTERNAL as i32);
    status
}

fn bytes(data: &[u8]) -> cluscope_bytes {
    cluscope_bytes { data: data.as_ptr(), length: data.len() }
}

/// Cuts a length and so many bytes off.
fn cut<'d>(data: &mut &'d [u8]) -> Option<&'d [u8]> {
    let [low, high, rest @ ..] = *data else { return None };
    let (part, rest) = rest.split_at(rest.len().min(usize::from(u16::from_le_bytes([*low, *high]))));
    *data = rest;
    Some(part)
}

/// A stub out of bits and bytes: opnum, length of the request, request, stub.
fn stub(bits: u8, data: &[u8]) -> Option<(cluscope_stub, usize)> {
    let [low, high, code, rest @ ..] = data else { return None };
    let mut rest = rest;
    let request = if bits & 0x40 != 0 { cut(&mut rest)? } else { &[] };
    let (interface_uuid, version_major, version_minor) = INTERFACES[usize::from(bits & 3)];
    let stub = cluscope_stub {
        size: size_of::<cluscope_stub>() as u32 - u32::from(bits == 0xff),
        options: u32::from(code & 7),
        interface_uuid,
        version_major,
        version_minor,
        opnum: u16::from_le_bytes([*low, *high]),
        reserved: 0,
        direction: u32::from(bits >> 2 & 1),
        syntax: u32::from(bits >> 3 & 1),
        byte_order: u32::from(bits >> 4 & 1),
        request_byte_order: u32::from(bits >> 5 & 1),
        data: bytes(rest),
        request: bytes(request),
        context: ptr::null(),
        control_code: u32::from(*code) << 24 | 0x59,
        reserved2: 0,
    };
    Some((stub, rest.len()))
}

fn endpoint(n: u8) -> cluscope_endpoint {
    cluscope_endpoint {
        family: if n & 1 == 0 { 4 } else { 6 },
        reserved: 0,
        port: 49664 + u16::from(n),
        address: [n; 16],
    }
}

/// The handles of one input.
struct Handles {
    seen: Box<Seen>,
    keys: *mut cluscope_keys,
    session: *mut cluscope_session,
    objects: *mut cluscope_objects,
    connections: [*mut cluscope_connection; 4],
}

impl Handles {
    fn user(&mut self) -> *mut c_void {
        (&raw mut *self.seen).cast()
    }

    /// The session; made where there is none, with a filter out of these bytes.
    fn session(&mut self, bits: u8, filter: &[u8]) -> *mut cluscope_session {
        if self.session.is_null() {
            let options = cluscope_session_options {
                size: size_of::<cluscope_session_options>() as u32,
                options: u32::from(bits & 4),
                memory_limit: if bits & 8 == 0 { 0 } else { 16 << 20 },
                keys: if bits & 16 == 0 { ptr::null() } else { self.keys },
                filter: cluscope_text { data: filter.as_ptr().cast(), length: filter.len() },
                assume: cluscope_text { data: ptr::null(), length: 0 },
                message: Some(message),
                user: self.user(),
            };
            let mut made = ptr::null_mut();
            // SAFETY: all of it lives until the call returns, what `user` points to as long as the session.
            known(unsafe { cluscope_session_new(&options, &raw mut made, ptr::null_mut()) });
            self.session = made;
            self.seen.session = Some(made).filter(|made| !made.is_null());
        }
        self.session
    }

    fn connection(&mut self, place: u8) -> *mut cluscope_connection {
        let session = self.session(0, b"");
        let connection = &mut self.connections[usize::from(place & 3)];
        if connection.is_null() {
            let ends = cluscope_ends {
                size: size_of::<cluscope_ends>() as u32,
                reserved: 0,
                stream: u64::from(place & 3),
                client: endpoint(place & 3),
                server: endpoint(place | 0x80),
            };
            // SAFETY: a session or null; all of the rest lives until the call returns.
            known(unsafe { cluscope_connection_new(session, &ends, connection, ptr::null_mut()) });
        }
        *connection
    }
}

impl Drop for Handles {
    fn drop(&mut self) {
        self.seen.stop = 0;
        for connection in self.connections {
            // SAFETY: made above, or null.
            known(unsafe { cluscope_connection_free(connection) });
        }
        // SAFETY: made above, or null.
        unsafe {
            known(cluscope_session_free(self.session));
            known(cluscope_keys_free(self.keys));
            known(cluscope_objects_free(self.objects));
        }
    }
}

/// Runs the calls of an input.
pub fn run(data: &[u8]) {
    let mut keys = ptr::null_mut();
    // SAFETY: it can be written to.
    unsafe { cluscope_keys_new(&raw mut keys, ptr::null_mut()) };
    let mut objects = ptr::null_mut();
    // SAFETY: it can be written to.
    unsafe { cluscope_objects_new(&raw mut objects, ptr::null_mut()) };
    let session = ptr::null_mut();
    let mut handles = Handles { seen: Box::default(), keys, session, objects, connections: [ptr::null_mut(); 4] };
    let mut error = cluscope_error {
        size: size_of::<cluscope_error>() as u32,
        status: 0,
        offset: 0,
        field: [0; 200],
        message: [0; 300],
    };
    let mut rest = data;
    for frame in 1..=CALLS as u64 {
        let [call, bits, tail @ ..] = rest else { return };
        rest = tail;
        let Some(data) = cut(&mut rest) else { return };
        handles.seen.stop = if bits & 0x80 == 0 { 0 } else { 2 + u32::from(bits & 7) };
        call_one(*call, *bits, data, frame as i64, &mut handles, &mut error);
        assert!(error.message.contains(&0) && error.field.contains(&0));
    }
}

fn call_one(call: u8, bits: u8, data: &[u8], time: i64, handles: &mut Handles, error: &mut cluscope_error) {
    let side = u32::from(bits >> 2 & 1);
    let frame = time as u64;
    let user = handles.user();
    match call {
        0 | 1 => {
            let Some((mut stub, length)) = stub(bits, data) else { return };
            handles.seen.stub = length;
            handles.seen.depth = 0;
            let mut context = ptr::null_mut();
            // SAFETY: all of it lives until the calls return.
            unsafe {
                if call == 1 {
                    known(cluscope_stub_json(&stub, Some(write), user, error));
                    return;
                }
                let kept = cluscope_context_new(&stub, &raw mut context, error);
                known(kept);
                let mut code = 0;
                known(cluscope_context_control_code(context, &raw mut code));
                stub.direction |= u32::from(kept == 0 && bits & 0x20 != 0);
                stub.context = context;
                let read = known(cluscope_stub_visit(&stub, Some(value), user, error));
                assert!(read == CLUSCOPE_ERROR_STOPPED as i32 || handles.seen.depth == 0);
                assert!(read != CLUSCOPE_ERROR_MALFORMED as i32 || error.offset <= length as u64);
                cluscope_context_free(context);
            }
        }
        2 => {
            let json = cluscope_text { data: data.as_ptr().cast(), length: data.len() };
            // SAFETY: all of it lives until the call returns.
            known(unsafe { cluscope_stub_encode(json, Some(write), user, error) });
        }
        3 => {
            let connection = handles.connection(bits);
            // SAFETY: a connection or null; all of the rest lives until the call returns.
            known(unsafe { cluscope_connection_data(connection, side, frame, time, bytes(data), error) });
        }
        4 => {
            let connection = handles.connection(bits);
            // SAFETY: a connection or null.
            known(unsafe {
                cluscope_connection_gap(
                    connection,
                    side,
                    frame,
                    time,
                    data.len() as u64,
                    u32::from(bits >> 3 & 15),
                    error,
                )
            });
        }
        5 => {
            let connection = handles.connection(bits);
            // SAFETY: a connection or null.
            known(unsafe { cluscope_connection_end(connection, side, frame, time, u32::from(bits >> 3 & 15), error) });
        }
        6 => {
            let datagram = cluscope_datagram {
                size: size_of::<cluscope_datagram>() as u32,
                side,
                stream: u64::from(bits & 3),
                source: endpoint(bits),
                destination: endpoint(bits ^ 0x40),
                frame,
                time,
                data: bytes(data),
                wire_length: data.len() + usize::from(bits >> 5 & 1),
                frames: ptr::null(),
                frame_count: 0,
                identification: -1,
                reserved: 0,
            };
            let session = handles.session(0, b"");
            // SAFETY: a session or null; all of the rest lives until the call returns.
            known(unsafe { cluscope_session_datagram(session, &datagram, error) });
        }
        7 => {
            let packet = cluscope_packet {
                size: size_of::<cluscope_packet>() as u32,
                link_type: if bits & 1 == 0 { 1 } else { u32::from(bits) },
                frame: 0,
                time,
                data: bytes(data),
                original_length: data.len(),
            };
            let session = handles.session(0, b"");
            // SAFETY: a session or null; all of the rest lives until the call returns.
            known(unsafe { cluscope_session_packet(session, &packet, error) });
        }
        8 => {
            let session = handles.session(bits, data);
            // SAFETY: a session or null.
            unsafe {
                known(cluscope_session_counters(session, Some(counter), user));
                known(cluscope_session_unread(session, Some(counter), user));
            }
        }
        9 => {
            let add = match bits & 3 {
                0 => cluscope_keys_add_text,
                1 => cluscope_keys_add_keytab,
                _ => cluscope_keys_add_ccache,
            };
            // SAFETY: made by `run`; the bytes live until the call returns.
            known(unsafe { add(handles.keys, bytes(data), error) });
        }
        10 => {
            let connection = std::mem::replace(&mut handles.connections[usize::from(bits & 3)], ptr::null_mut());
            // SAFETY: made above, or null, and forgotten here.
            known(unsafe { cluscope_connection_free(connection) });
        }
        11 => {
            let session = handles.session(0, b"");
            // SAFETY: a session or null.
            known(unsafe { cluscope_session_finish(session, error) });
        }
        12 => {
            let Some((stub, _)) = stub(bits, data) else { return };
            let place = cluscope_message_place {
                size: size_of::<cluscope_message_place>() as u32,
                call_id: 1,
                association: u64::from(bits & 1),
                frame,
                request_frame: if stub.direction == 0 { 0 } else { frame - 1 },
            };
            // SAFETY: made by `run`; all of the rest lives until the call returns.
            known(unsafe { cluscope_objects_message(handles.objects, &stub, &place, Some(object), user, error) });
        }
        // Some of them are long.
        13 if frame <= 8 => list(data.first().copied().unwrap_or(bits), user),
        _ => {}
    }
}
