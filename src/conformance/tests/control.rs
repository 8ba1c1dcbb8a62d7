use super::wire::{Wire, cases, handle};
use serde_json::{Value as Json, json};

/// A code without input, whose output is a string.
const GET_NAME: u32 = 0x0100_0029;
/// A code with a property list as input and no output, for which Read is not enough.
const SET_PRIVATE: u32 = 0x0140_0086;

const LIST: &str = "010000000300040004000000410000000200010004000000070000000000000000";

fn send(w: &mut Wire, resource: Json, code: u32, input: Option<&str>, room: usize) {
    w.request(
        "ApiResourceControl",
        &json!({"hResource": resource, "dwControlCode": code,
        "lpInBuffer": input.map(|hex| json!({"hex": hex})), "nInBufferSize": input.map_or(0, |hex| hex.len() / 2),
        "nOutBufferSize": room}),
    );
}

fn reply(w: &mut Wire, output: &str, room: usize, returned: usize, required: usize, status: u32) {
    w.response(
        "ApiResourceControl",
        &json!({"lpOutBuffer": {"hex": output}, "lpBytesReturned": returned,
        "lpcbRequired": required, "rpc_status": 0, "return": status, "max_counts": {"lpOutBuffer": room}}),
    );
}

fn exchange(w: &mut Wire, output: &str, room: usize, required: usize, status: u32) {
    send(w, handle(1), GET_NAME, None, room);
    reply(w, output, room, output.len() / 2, required, status);
}

fn list(hex: &str) -> String {
    // The last four digits are more than the list has.
    hex.get(..64).unwrap_or(hex).to_string()
}

cases! {
    "control-code-unknown" => |w| send(w, handle(1), 0x0100_7ffd, None, 0), |w| send(w, handle(1), GET_NAME, None, 0);
    "control-code-family" => |w| send(w, handle(1), 0x0300_0029, None, 0),
        |w| { send(w, handle(1), GET_NAME, None, 0); send(w, handle(1), 0x0900_0059, None, 0); };
    "control-code-version" => |w| {
        w.second();
        send(w, handle(1), 0x0100_02b5, None, 0);
    }, |w| { w.second(); send(w, handle(1), GET_NAME, None, 0); };
    "control-access" => |w| {
        let resource = w.open_with(1, 0x8000_0000);
        send(w, resource, SET_PRIVATE, Some(&list(LIST)), 0);
        reply(w, "", 0, 0, 0, 0);
    }, |w| {
        let resource = w.open_with(1, 0x1000_0000);
        send(w, resource, SET_PRIVATE, Some(&list(LIST)), 0);
        reply(w, "", 0, 0, 0, 0);
        let resource = w.open_with(2, 0x8000_0000);
        send(w, resource, SET_PRIVATE, Some(&list(LIST)), 0);
        reply(w, "", 0, 0, 0, 5);
    };
    // Accepted, though not carried out yet.
    "control-access" => |w| {
        let resource = w.open_with(1, 0x8000_0000);
        send(w, resource, SET_PRIVATE, Some(&list(LIST)), 0);
        reply(w, "", 0, 0, 0, 5024);
    }, |w| {
        let resource = w.open_with(1, 0x1000_0000);
        send(w, resource, SET_PRIVATE, Some(&list(LIST)), 0);
        reply(w, "", 0, 0, 0, 5024);
    };
    "control-input" => |w| { send(w, handle(1), SET_PRIVATE, None, 0); reply(w, "", 0, 0, 0, 0); },
        |w| { send(w, handle(1), SET_PRIVATE, None, 0); reply(w, "", 0, 0, 0, 87); };
    "control-input" => |w| { send(w, handle(1), 0x0100_0199, None, 0); reply(w, "", 0, 0, 0, 0); },
        // CLUSCTL_RESOURCE_GET_NODES_IN_FD, of which no section says that it needs any.
        |w| { send(w, handle(1), 0x0100_2de1, None, 8); reply(w, "00000000", 8, 4, 4, 0); };
    "control-output" => |w| { send(w, handle(1), SET_PRIVATE, Some(&list(LIST)), 8); reply(w, "01020304", 8, 4, 4, 0); },
        |w| { send(w, handle(1), SET_PRIVATE, Some(&list(LIST)), 8); reply(w, "", 8, 0, 0, 0); };
    "bytes-returned" => |w| { send(w, handle(1), GET_NAME, None, 2); reply(w, "49000000", 4, 4, 4, 0); },
        |w| exchange(w, "49000000", 8, 4, 0);
    "more-data-required" => |w| exchange(w, "", 8, 8, 234), |w| exchange(w, "", 8, 10, 234);
    "required-zero" => |w| exchange(w, "", 8, 4, 0),
        |w| { send(w, handle(1), 0x0100_0000, None, 8); reply(w, "", 8, 0, 0, 0); };
}
