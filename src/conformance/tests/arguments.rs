use super::wire::{Wire, cases, handle};
use serde_json::{Value as Json, json};

fn pause(w: &mut Wire, target: Json) {
    w.request(
        "ApiPauseNodeWithDrainTarget",
        &json!({"hNode": handle(1), "dwPauseFlags": 1, "hNodeDrainTarget": target}),
    );
}

fn quorum(w: &mut Wire, resource: &str, device: &str) {
    w.call(
        "ApiGetQuorumResource",
        json!({}),
        json!({"lpszResourceName": resource, "lpszDeviceName": device, "pdwMaxQuorumLogSize": 0x400, "rpc_status": 0,
        "return": 0}),
    );
}

fn id(w: &mut Wire, id: Json) {
    w.call("ApiGetResourceId", json!({"hResource": handle(1)}), json!({"pGuid": id, "rpc_status": 0, "return": 0}));
}

fn password(w: &mut Wire, room: u32) {
    let status = json!({"NodeId": 1, "SetAttempted": 1, "ReturnStatus": 0});
    w.call(
        "ApiSetServiceAccountPassword",
        json!({"lpszNewPassword": "x", "dwFlags": 1, "ReturnStatusBufferSize": room}),
        json!({"ReturnStatusBufferPtr": [status, status], "SizeReturned": 2, "ExpectedBufferSize": 2, "return": 120,
        "max_counts": {"ReturnStatusBufferPtr": 2}}),
    );
}

cases! {
    "argument-value" => |w| w.request("ApiChangeCsvState", &json!({"hResource": handle(1), "dwState": 2})),
        |w| w.request("ApiChangeCsvState", &json!({"hResource": handle(1), "dwState": 1}));
    "drain-target" => |w| pause(w, handle(1)), |w| pause(w, handle(2));
    "quorum-device" => |w| quorum(w, "", "Q:\\"), |w| { quorum(w, "", ""); quorum(w, "Disk", "Q:\\"); };
    "empty-name" => |w| id(w, json!("")), |w| id(w, json!("a"));
    "size-returned" => |w| password(w, 1), |w| password(w, 2);
}
