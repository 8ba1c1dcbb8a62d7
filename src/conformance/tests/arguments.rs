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

fn old_password(w: &mut Wire, flags: u32) {
    w.second();
    w.auth = Some((6, 10));
    w.request(
        "ApiSetServiceAccountPassword",
        &json!({"lpszNewPassword": "x", "dwFlags": flags, "ReturnStatusBufferSize": 0}),
    );
}

fn move_group(w: &mut Wire, flags: u32) {
    w.request(
        "ApiMoveGroupEx",
        &json!({"hGroup": handle(1), "dwMoveFlags": flags, "lpInBuffer": {"hex": ""}, "cbInBufferSize": 0}),
    );
}

fn depend(w: &mut Wire, expression: &str) {
    let params = json!({"hResource": handle(1), "lpszDependencyExpression": expression});
    w.request("ApiSetResourceDependencyExpression", &params);
}

fn depends(w: &mut Wire, on: Json, status: u32) {
    let request = json!({"hResource": handle(1), "hDependsOn": on});
    w.call("ApiAddResourceDependency", request, json!({"rpc_status": 0, "return": status}));
}

fn rename(w: &mut Wire, name: &str) {
    w.request("ApiSetGroupName", &json!({"hGroup": handle(1), "lpszGroupName": name}));
}

/// Lists of a resource type and a node, with the identifier of the node.
fn ids(w: &mut Wire, id: &str) {
    let list = |names: [&str; 2]| {
        json!({"EntryCount": 2, "Entry": [
        {"Type": 2, "Name": names[0]}, {"Type": 1, "Name": names[1]}]})
    };
    w.call(
        "ApiCreateEnumEx",
        json!({"hCluster": handle(1), "dwType": 3, "dwOptions": 0}),
        json!({"ReturnIdEnum": list(["", id]), "ReturnNameEnum": list(["IP Address", "N1"]), "rpc_status": 0,
        "return": 0}),
    );
}

cases! {
    "argument-value" => |w| w.request("ApiChangeCsvState", &json!({"hResource": handle(1), "dwState": 2})),
        |w| w.request("ApiChangeCsvState", &json!({"hResource": handle(1), "dwState": 1}));
    "drain-target" => |w| pause(w, handle(1)), |w| pause(w, handle(2));
    "quorum-device" => |w| quorum(w, "", "Q:\\"), |w| { quorum(w, "", ""); quorum(w, "Disk", "Q:\\"); };
    "empty-name" => |w| id(w, json!("")), |w| id(w, json!("a"));
    "empty-name" => |w| rename(w, ""), |w| rename(w, "a");
    "empty-name" => |w| ids(w, ""), |w| ids(w, "1");
    "argument-value" => |w| old_password(w, 2), |w| { old_password(w, 0); old_password(w, 1); };
    "move-flags" => |w| move_group(w, 5), |w| { move_group(w, 1); move_group(w, 4); };
    "dependency-expression" => |w| depend(w, "[a] or or [b]"), |w| { depend(w, "([a] or [b]) and [c]"); depend(w, ""); };
    "dependency-on-itself" => |w| depends(w, handle(1), 0), |w| { depends(w, handle(1), 87); depends(w, handle(2), 0); };
    "size-returned" => |w| password(w, 1), |w| password(w, 2);
}
