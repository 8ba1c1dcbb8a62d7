//! Stubs through the C interface, as a program in C hands them over.

use cluscope_c::cluscope_event::*;
use cluscope_c::*;
use std::ffi::c_void;
use std::ptr;

const CLUSAPI: [u8; 16] =
    [0xb2, 0xb8, 0x7d, 0xb9, 0x63, 0x4c, 0xcf, 0x11, 0xbf, 0xf6, 0x08, 0x00, 0x2b, 0xe2, 0x3f, 0x2f];

const NO_BYTES: cluscope_bytes = cluscope_bytes { data: ptr::null(), length: 0 };

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

fn error() -> cluscope_error {
    cluscope_error {
        size: size_of::<cluscope_error>() as u32,
        status: 0,
        offset: 0,
        field: [0; 200],
        message: [0; 300],
    }
}

fn text(text: cluscope_text) -> String {
    // SAFETY: lent by the library for the callback this is called from.
    let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.length) };
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// One line for each event.
unsafe extern "C" fn line(user: *mut c_void, value: *const cluscope_value) -> i32 {
    // SAFETY: `user` is the list that `lines` hands over, the value is lent.
    let (lines, value) = unsafe { (&mut *user.cast::<Vec<String>>(), &*value) };
    let [path, container, field, kind, shown, name, property] =
        [value.path, value.container, value.field, value.r#type, value.text, value.name, value.property].map(text);
    let event = match value.event {
        event if event == CLUSCOPE_EVENT_BEGIN as u32 => "{",
        event if event == CLUSCOPE_EVENT_END as u32 => "}",
        event if event == CLUSCOPE_EVENT_VALUE as u32 => "=",
        _ => "?",
    };
    lines.push(format!(
        "{event} {path} {container}.{field} {kind} {}..{} {} {shown:?} {name} [{property}] {}",
        value.offset,
        value.offset + value.length,
        value.number,
        value.depth,
    ));
    0
}

fn lines(stub: &cluscope_stub) -> (i32, Vec<String>) {
    let mut lines: Vec<String> = Vec::new();
    // SAFETY: all of it lives until the call returns.
    let status = unsafe { cluscope_stub_visit(stub, Some(line), (&raw mut lines).cast(), &mut error()) };
    (status, lines)
}

/// The answer to CLUSCTL_CLUSTER_GET_COMMON_PROPERTIES (0x07000059): a property list with one property, A = 7.
fn property_list() -> Vec<u8> {
    let list = [1, 0, 0, 0, 3, 0, 4, 0, 4, 0, 0, 0, b'A', 0, 0, 0, 2, 0, 1, 0, 4, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0];
    let mut stub = vec![32, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0];
    stub.extend(list);
    stub.extend([32, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0]);
    stub
}

#[test]
fn a_property_in_a_buffer() {
    let data = property_list();
    let mut stub = stub(106, cluscope_direction::CLUSCOPE_RESPONSE, &data);
    stub.control_code = 0x0700_0059;
    let (status, lines) = lines(&stub);
    assert_eq!(status, 0);
    let expected = [
        r#"{ lpOutBuffer ApiClusterControl.lpOutBuffer UCHAR 12..44 0 ""  [] 1"#,
        r#"{ lpOutBuffer ApiClusterControl.decoded PROPERTY_LIST 12..44 0 ""  [] 1"#,
        r#"= lpOutBuffer.propertyCount PROPERTY_LIST.propertyCount  12..16 1 ""  [] 2"#,
        r#"{ lpOutBuffer.properties PROPERTY_LIST.properties  16..44 0 ""  [] 2"#,
        r#"{ lpOutBuffer.properties[0] PROPERTY_LIST.properties PROPERTY_VALUE 16..44 0 ""  [] 3"#,
        r#"= lpOutBuffer.properties[0].name PROPERTY_VALUE.name  24..28 0 "A"  [A] 4"#,
        r#"{ lpOutBuffer.properties[0].values PROPERTY_VALUE.values  28..44 0 ""  [A] 4"#,
    ];
    assert_eq!(lines[..expected.len()], expected);
    assert!(
        lines.contains(&r#"= lpOutBuffer.properties[0].values[0].value VALUE.value  36..40 7 ""  [A] 6"#.to_string())
    );
    assert_eq!(
        lines.last().unwrap(),
        r#"= return ApiClusterControl.return error_status_t 56..60 5 "" ERROR_ACCESS_DENIED [] 1"#
    );
}

#[test]
fn an_error_ends_what_it_left_open() {
    // A list of two entries whose names are not there.
    let data = [0, 0, 2, 0, 2, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 4, 0, 2, 0, 4, 0, 0, 0, 8, 0, 2, 0];
    let (status, lines) = lines(&stub(7, cluscope_direction::CLUSCOPE_RESPONSE, &data));
    assert_eq!(status, cluscope_status::CLUSCOPE_ERROR_MALFORMED as i32);
    let count = |mark: char| lines.iter().filter(|line| line.starts_with(mark)).count();
    assert!(count('{') > 0);
    assert_eq!(count('{'), count('}'));
}
