use super::wire::{Wire, cases, handle};
use serde_json::{Value as Json, json};

fn set(w: &mut Wire, kind: u32, hex: &str) {
    w.request(
        "ApiSetValue",
        &json!({"hKey": handle(1), "lpValueName": "V", "dwType": kind,
        "lpData": {"hex": hex}, "cbData": hex.len() / 2}),
    );
}

fn create(w: &mut Wire, key: &str, sam: u32, attributes: Json) {
    w.request(
        "ApiCreateKey",
        &json!({"hKey": handle(1), "lpSubKey": key, "dwOptions": 0, "samDesired": sam,
        "lpSecurityAttributes": attributes}),
    );
}

fn attributes(inherit: u32, size: u32) -> Json {
    json!({"nLength": 24, "bInheritHandle": inherit, "RpcSecurityDescriptor":
        {"lpSecurityDescriptor": null, "cbInSecurityDescriptor": size, "cbOutSecurityDescriptor": 0}})
}

fn created(w: &mut Wire, disposition: u32) {
    create(w, "A", 0x2000_0000, json!(null));
    w.response(
        "ApiCreateKey",
        &json!({"lpdwDisposition": disposition, "Status": 0, "rpc_status": 0, "return": handle(2)}),
    );
}

fn query(w: &mut Wire, room: usize, required: u32, status: u32) {
    w.call(
        "ApiQueryValue",
        json!({"hKey": handle(1), "lpValueName": "V", "cbData": room}),
        json!({"lpValueType": 3, "lpData": {"hex": "00".repeat(room)}, "lpcbRequired": required,
            "rpc_status": 0, "return": status}),
    );
}

fn enumerate(w: &mut Wire, room: usize, written: usize, total: usize, status: u32) {
    w.call(
        "ApiEnumValue",
        json!({"hKey": handle(1), "dwIndex": 0, "lpcbData": room}),
        json!({"lpValueName": "V", "lpType": 3, "lpData": {"hex": "00".repeat(written)}, "lpcbData": written,
            "TotalSize": total, "rpc_status": 0, "return": status}),
    );
}

cases! {
    "value-type" => |w| set(w, 5, "00000000"), |w| set(w, 4, "00000000");
    "value-type-version" => |w| set(w, 0, ""), |w| set(w, 11, "0000000000000000");
    "value-size" => |w| set(w, 4, "000000"), |w| set(w, 4, "01000000");
    "value-terminated" => |w| set(w, 1, "49005000"), |w| { set(w, 1, "49000000"); set(w, 7, "4900000000000000"); };
    // A list ends with two null characters, an empty one with a single one.
    "value-terminated" => |w| set(w, 7, "49000000"), |w| { set(w, 7, "0000"); set(w, 7, "490000004a0000000000"); };
    "value-terminated" => |w| set(w, 7, ""), |w| set(w, 3, "4900");
    "subkey-backslash" => |w| create(w, "\\A", 0x2000_0000, json!(null)),
        |w| create(w, "A\\B", 0x2000_0000, json!(null));
    "sam-desired" => |w| create(w, "A", 0x8000, json!(null)), |w| create(w, "A", 0x000f_003f, json!(null));
    "inherit-handle" => |w| create(w, "A", 1, attributes(1, 0)), |w| create(w, "A", 1, attributes(0, 0));
    "no-descriptor-no-size" => |w| create(w, "A", 1, attributes(0, 20)), |w| create(w, "A", 1, attributes(0, 0));
    "disposition" => |w| created(w, 3), |w| created(w, 2);
    "security-information" => |w| w.request("ApiGetKeySecurity", &json!({"hKey": handle(1),
        "SecurityInformation": 0x100, "pRpcSecurityDescriptor": {"lpSecurityDescriptor": null,
        "cbInSecurityDescriptor": 0, "cbOutSecurityDescriptor": 0}})),
        |w| w.request("ApiGetKeySecurity", &json!({"hKey": handle(1),
        "SecurityInformation": 4, "pRpcSecurityDescriptor": {"lpSecurityDescriptor": null,
        "cbInSecurityDescriptor": 256, "cbOutSecurityDescriptor": 0}}));
    "query-more-data" => |w| query(w, 8, 8, 234), |w| query(w, 8, 9, 234);
    "query-size" => |w| query(w, 8, 9, 0), |w| query(w, 8, 4, 0);
    "enum-more-data" => |w| enumerate(w, 8, 8, 4, 234), |w| enumerate(w, 8, 8, 40, 234);
    "enum-size" => |w| enumerate(w, 8, 4, 8, 0), |w| enumerate(w, 8, 4, 4, 0);
}
