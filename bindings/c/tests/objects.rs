//! What context handles stand for, as a program in C asks for it.

use cluscope_c::cluscope_status::*;
use cluscope_c::*;
use std::ffi::{c_char, c_void};
use std::ptr;

const CLUSAPI: [u8; 16] =
    [0xb2, 0xb8, 0x7d, 0xb9, 0x63, 0x4c, 0xcf, 0x11, 0xbf, 0xf6, 0x08, 0x00, 0x2b, 0xe2, 0x3f, 0x2f];
const NO_BYTES: cluscope_bytes = cluscope_bytes { data: ptr::null(), length: 0 };
const OPEN: u16 = 8;
const CLOSE: u16 = 11;
const HANDLE: &str = r#"{"attributes":0,"uuid":"00112233-4455-6677-8899-aabbccddeeff"}"#;

unsafe extern "C" fn collect(user: *mut c_void, data: *const c_char, length: usize) -> i32 {
    // SAFETY: `user` is the vector that `encoded` hands over, the bytes are lent.
    let (out, bytes) = unsafe { (&mut *user.cast::<Vec<u8>>(), std::slice::from_raw_parts(data.cast::<u8>(), length)) };
    out.extend_from_slice(bytes);
    0
}

/// A stub of ClusAPI 3.0 with these members.
fn encoded(opnum: u16, direction: &str, members: &str) -> Vec<u8> {
    let json = format!(
        r#"{{"interface":"clusapi","version":"3.0","syntax":"ndr","opnum":{opnum},"direction":"{direction}",{members}}}"#
    );
    let mut out: Vec<u8> = Vec::new();
    let text = cluscope_text { data: json.as_ptr().cast(), length: json.len() };
    // SAFETY: all of it lives until the call returns.
    let status = unsafe { cluscope_stub_encode(text, Some(collect), (&raw mut out).cast(), ptr::null_mut()) };
    assert_eq!(status, 0, "{json}");
    out
}

struct Table(*mut cluscope_objects);

impl Drop for Table {
    fn drop(&mut self) {
        // SAFETY: made by `cluscope_objects_new`, freed once.
        unsafe { cluscope_objects_free(self.0) };
    }
}

fn table() -> Table {
    let mut objects = ptr::null_mut();
    // SAFETY: `objects` can be written to.
    assert_eq!(unsafe { cluscope_objects_new(&raw mut objects, ptr::null_mut()) }, 0);
    Table(objects)
}

fn text(text: cluscope_text) -> String {
    // SAFETY: lent by the library for the callback this is called from.
    let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.length) };
    String::from_utf8(bytes.to_vec()).unwrap()
}

unsafe extern "C" fn line(user: *mut c_void, object: *const cluscope_object) -> i32 {
    // SAFETY: `user` is the list that `message` hands over, the object is lent.
    let (lines, object) = unsafe { (&mut *user.cast::<Vec<String>>(), &*object) };
    let opened = if object.flags & CLUSCOPE_OBJECT_OPENED != 0 { object.opened.to_string() } else { "-".into() };
    let (field, kind, name, state) = (text(object.field), text(object.kind), text(object.name), text(object.state));
    lines.push(format!("{field}: {kind} {name:?} {opened} {state}"));
    0
}

/// Shows a message to the table; what its handles stand for.
fn message(table: &Table, opnum: u16, request: bool, frame: u64, request_frame: u64, data: &[u8]) -> Vec<String> {
    let direction = if request { cluscope_direction::CLUSCOPE_REQUEST } else { cluscope_direction::CLUSCOPE_RESPONSE };
    let mut lines: Vec<String> = Vec::new();
    let (stub, place) = (stub(opnum, direction, data), place(frame, request_frame));
    // SAFETY: all of it lives until the call returns.
    let status = unsafe {
        cluscope_objects_message(
            table.0,
            &raw const stub,
            &raw const place,
            Some(line),
            (&raw mut lines).cast(),
            ptr::null_mut(),
        )
    };
    assert_eq!(status, 0);
    lines
}

fn stub(opnum: u16, direction: cluscope_direction, data: &[u8]) -> cluscope_stub {
    cluscope_stub {
        size: size_of::<cluscope_stub>() as u32,
        options: 0,
        interface_uuid: CLUSAPI,
        version_major: 3,
        version_minor: 0,
        opnum,
        reserved: 0,
        direction: direction as u32,
        syntax: 0,
        byte_order: 0,
        request_byte_order: 0,
        data: cluscope_bytes { data: data.as_ptr(), length: data.len() },
        request: NO_BYTES,
        context: ptr::null(),
        control_code: 0,
        reserved2: 0,
    }
}

fn place(frame: u64, request_frame: u64) -> cluscope_message_place {
    let size = size_of::<cluscope_message_place>() as u32;
    cluscope_message_place { size, call_id: 1, association: 7, frame, request_frame }
}

#[test]
fn a_resource_from_its_opening_to_its_closing() {
    let table = table();
    let open = encoded(OPEN, "request", r#""params":{"lpszResourceName":"IP1"}"#);
    let opened = encoded(OPEN, "response", &format!(r#""params":{{"Status":0,"rpc_status":0}},"return":{HANDLE}"#));
    let close = encoded(CLOSE, "request", &format!(r#""params":{{"Resource":{HANDLE}}}"#));
    let closed = encoded(CLOSE, "response", r#""params":{"Resource":null},"return":0"#);
    assert_eq!(message(&table, OPEN, true, 1, 0, &open), [""; 0]);
    assert_eq!(message(&table, OPEN, false, 2, 1, &opened), ["return: resource \"IP1\" 1 "]);
    assert_eq!(message(&table, CLOSE, true, 3, 0, &close), ["Resource: resource \"IP1\" 1 "]);
    assert_eq!(message(&table, CLOSE, false, 4, 3, &closed), ["Resource: resource \"IP1\" 1 "]);
    assert_eq!(message(&table, CLOSE, true, 5, 0, &close), ["Resource: resource \"IP1\" 1 closed"]);
}

#[test]
fn a_handle_whose_opening_was_not_seen() {
    let close = encoded(CLOSE, "request", &format!(r#""params":{{"Resource":{HANDLE}}}"#));
    assert_eq!(message(&table(), CLOSE, true, 1, 0, &close), ["Resource: resource \"\" - before_capture"]);
}

#[test]
fn misuse_is_an_error() {
    unsafe extern "C" fn again(user: *mut c_void, _: *const cluscope_object) -> i32 {
        let stub = stub(CLOSE, cluscope_direction::CLUSCOPE_REQUEST, &[]);
        let place = place(2, 0);
        // SAFETY: `user` is the table.
        unsafe {
            cluscope_objects_message(
                user.cast(),
                &raw const stub,
                &raw const place,
                None,
                ptr::null_mut(),
                ptr::null_mut(),
            )
        }
    }
    let table = table();
    let close = encoded(CLOSE, "request", &format!(r#""params":{{"Resource":{HANDLE}}}"#));
    let given = stub(CLOSE, cluscope_direction::CLUSCOPE_REQUEST, &close);
    let place = place(1, 0);
    let (null, nobody) = (ptr::null_mut(), ptr::null_mut());
    let none = || ptr::null_mut();
    // SAFETY: null, or alive until the call returns.
    unsafe {
        assert_eq!(cluscope_objects_new(ptr::null_mut(), null), CLUSCOPE_ERROR_NULL as i32);
        cluscope_objects_free(ptr::null_mut());
        let (stub, place) = (&raw const given, &raw const place);
        assert_eq!(cluscope_objects_message(none(), stub, place, None, nobody, null), CLUSCOPE_ERROR_NULL as i32);
        assert_eq!(
            cluscope_objects_message(table.0, ptr::null(), place, None, nobody, null),
            CLUSCOPE_ERROR_NULL as i32
        );
        assert_eq!(
            cluscope_objects_message(table.0, stub, ptr::null(), None, nobody, null),
            CLUSCOPE_ERROR_NULL as i32
        );
        // The callback's own call is refused, and what it returns stops the other one.
        let stopped = cluscope_objects_message(table.0, stub, place, Some(again), table.0.cast(), null);
        assert_eq!(stopped, CLUSCOPE_ERROR_STOPPED as i32);
        assert_eq!(cluscope_objects_message(table.0, stub, place, None, nobody, null), 0);
    }
}
