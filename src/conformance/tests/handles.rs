use super::wire::{Wire, cases, handle};
use serde_json::{Value as Json, json};

fn online(w: &mut Wire, resource: Json) {
    w.request("ApiOnlineResource", &json!({"hResource": resource}));
}

fn close(w: &mut Wire, resource: Json, after: Json) {
    w.call("ApiCloseResource", json!({"Resource": resource}), json!({"Resource": after, "return": 0}));
}

cases! {
    "handle-kind" => |w| { let group = w.open("ApiOpenGroup", 1); online(w, group); },
        |w| { let resource = w.open("ApiOpenResource", 1); online(w, resource); };
    "handle-closed" => |w| {
        let resource = w.open("ApiOpenResource", 1);
        close(w, resource.clone(), json!(null));
        online(w, resource);
    }, |w| {
        let resource = w.open("ApiOpenResource", 1);
        close(w, resource, json!(null));
        // The server gives the same identifier to the next one.
        let resource = w.open("ApiOpenResource", 1);
        online(w, resource);
    };
    "handle-foreign" => |w| {
        let cluster = w.open("ApiOpenCluster", 1);
        w.request("WitnessrUnRegister", &json!({"pContext": cluster}));
    }, |w| w.request("WitnessrUnRegister", &json!({"pContext": handle(7)}));
    "null-handle-on-success" => |w| {
        w.call("ApiOpenResource", json!({"lpszResourceName": "R"}),
            json!({"Status": 0, "rpc_status": 0, "return": null}));
    }, |w| {
        w.call("ApiOpenResource", json!({"lpszResourceName": "R"}),
            json!({"Status": 5007, "rpc_status": 0, "return": null}));
    };
    "handle-on-error" => |w| {
        w.call("ApiOpenResource", json!({"lpszResourceName": "R"}),
            json!({"Status": 5007, "rpc_status": 0, "return": handle(1)}));
    }, |w| { w.open("ApiOpenResource", 1); };
    "handle-not-nulled" => |w| {
        let resource = w.open("ApiOpenResource", 1);
        close(w, resource.clone(), resource);
    }, |w| {
        let resource = w.open("ApiOpenResource", 1);
        close(w, resource, json!(null));
    };
    "handle-access" => |w| {
        let resource = w.open_with(1, 0x8000_0000);
        w.call("ApiFailResource", json!({"hResource": resource}), json!({"rpc_status": 0, "return": 0}));
    }, |w| {
        let resource = w.open_with(1, 0x8000_0000);
        w.call("ApiFailResource", json!({"hResource": resource}), json!({"rpc_status": 0, "return": 5}));
        let resource = w.open_with(2, 0x1000_0000);
        w.call("ApiFailResource", json!({"hResource": resource}), json!({"rpc_status": 0, "return": 0}));
    };
    "null-handle-in" => |w| online(w, json!(null)), |w| online(w, handle(1));
    "handle-attributes" => |w| {
        online(w, json!({"attributes": 1, "uuid": "00000000-0000-4000-8000-000000000001"}));
    }, |w| online(w, handle(1));
    "not-a-boolean" => |w| w.request("ApiDeleteGroup", &json!({"Group": handle(1), "force": 2})),
        |w| w.request("ApiDeleteGroup", &json!({"Group": handle(1), "force": 1}));
    "not-the-constant" => |w| w.request("ApiCreateEnumEx",
        &json!({"hCluster": handle(1), "dwType": 1, "dwOptions": 1})),
        |w| w.request("ApiCreateEnumEx", &json!({"hCluster": handle(1), "dwType": 1, "dwOptions": 0}));
    "out-of-range" => |w| {
        w.request("ApiSetServiceAccountPassword",
            &json!({"lpszNewPassword": "x", "dwFlags": 1, "ReturnStatusBufferSize": 65537}));
    }, |w| {
        w.request("ApiSetServiceAccountPassword",
            &json!({"lpszNewPassword": "x", "dwFlags": 1, "ReturnStatusBufferSize": 65536}));
    };
    "terminator-missing" => |w| w.raw_request("ApiOpenResource",
        &[1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, b'R', 0]),
        |w| w.raw_request("ApiOpenResource", &[2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, b'R', 0, 0, 0]);
    "offset-not-zero" => |w| w.raw_request("ApiOpenResource",
        &[3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, b'R', 0, 0, 0]),
        |w| w.raw_request("ApiOpenResource", &[3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, b'R', 0, 0, 0]);
    "actual-exceeds-maximum" => |w| w.raw_request("ApiOpenResource",
        &[1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, b'R', 0, 0, 0]),
        |w| w.raw_request("ApiOpenResource", &[2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, b'R', 0, 0, 0]);
    "ill-formed-utf16" => |w| w.raw_request("ApiOpenResource",
        &[2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0xd8, 0, 0]),
        |w| w.raw_request("ApiOpenResource",
            &[3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0x3d, 0xd8, 0, 0xdc, 0, 0]);
    "count-mismatch" => |w| {
        let mut stub = w.stub("ApiSetValue", "request", &json!({"hKey": handle(1), "lpValueName": "V", "dwType": 3,
            "lpData": {"hex": "01020304"}, "cbData": 4}));
        let end = stub.len();
        stub[end - 4] = 5;
        w.raw_request("ApiSetValue", &stub);
    }, |w| w.request("ApiSetValue", &json!({"hKey": handle(1), "lpValueName": "V", "dwType": 3,
            "lpData": {"hex": "01020304"}, "cbData": 4}));
    "length-mismatch" => |w| {
        let stub = control(w, 3);
        w.raw_response("ApiResourceControl", &stub);
    }, |w| {
        let stub = control(w, 4);
        w.raw_response("ApiResourceControl", &stub);
    };
    "enum-high-bits" => |w| password(w, 0x8001), |w| password(w, 1);
}

/// A response whose buffer has four bytes.
fn control(w: &mut Wire, returned: u8) -> Vec<u8> {
    let mut stub = w.stub(
        "ApiResourceControl",
        "response",
        &json!({"lpOutBuffer": {"hex": "01020304"},
        "lpBytesReturned": 4, "lpcbRequired": 4, "rpc_status": 0, "return": 0}),
    );
    let end = stub.len();
    stub[end - 16] = returned;
    stub
}

fn password(w: &mut Wire, flags: u16) {
    let mut stub = w.stub(
        "ApiSetServiceAccountPassword",
        "request",
        &json!({"lpszNewPassword": "x", "dwFlags": 1, "ReturnStatusBufferSize": 0}),
    );
    stub[16..18].copy_from_slice(&flags.to_le_bytes());
    w.raw_request("ApiSetServiceAccountPassword", &stub);
}
