use super::wire::{Wire, cases, handle};
use serde_json::{Value as Json, json};

fn ask(w: &mut Wire, kinds: u32) {
    w.request("ApiCreateEnum", &json!({"dwType": kinds}));
}

fn list(types: &[u32]) -> Json {
    let entries: Vec<Json> = types.iter().map(|t| json!({"Type": t, "Name": "X"})).collect();
    json!({"EntryCount": types.len(), "Entry": entries})
}

fn answer(w: &mut Wire, types: &[u32]) {
    w.response("ApiCreateEnum", &json!({"ReturnEnum": list(types), "rpc_status": 0, "return": 0}));
}

fn both(w: &mut Wire, ids: &[u32], names: &[u32]) {
    w.call(
        "ApiCreateEnumEx",
        json!({"hCluster": handle(1), "dwType": 12, "dwOptions": 0}),
        json!({
        "ReturnIdEnum": list(ids), "ReturnNameEnum": list(names), "rpc_status": 0, "return": 0}),
    );
}

fn version(w: &mut Wire, size: u32, flags: u32, reserved: u32) {
    w.call(
        "ApiGetClusterVersion2",
        json!({}),
        json!({"lpwMajorVersion": 10, "lpwMinorVersion": 0,
        "lpwBuildNumber": 14393, "lpszVendorId": "V", "lpszCSDVersion": "", "ppClusterOpVerInfo": {"dwSize": size,
        "dwClusterHighestVersion": 0x0009_0003, "dwClusterLowestVersion": 0x0009_0003, "dwFlags": flags,
        "dwReserved": reserved}, "rpc_status": 0, "return": 0}),
    );
}

fn open(w: &mut Wire, desired: u32, granted: u32, status: u32) {
    let returned = if status == 0 { handle(1) } else { json!(null) };
    w.call(
        "ApiOpenClusterEx",
        json!({"dwDesiredAccess": desired}),
        json!({"lpdwGrantedAccess": granted,
        "Status": status, "return": returned}),
    );
}

fn state(w: &mut Wire, state: u32) {
    w.call("ApiGetNodeState", json!({"hNode": handle(1)}), json!({"State": state, "rpc_status": 0, "return": 0}));
}

fn password(w: &mut Wire, status: u32) {
    w.call(
        "ApiSetServiceAccountPassword",
        json!({"lpszNewPassword": "x", "dwFlags": 1, "ReturnStatusBufferSize": 0}),
        json!({"ReturnStatusBufferPtr": [], "SizeReturned": 0, "ExpectedBufferSize": 0, "return": status}),
    );
}

fn old_version(w: &mut Wire, status: u32) {
    w.call(
        "ApiGetClusterVersion",
        json!({}),
        json!({"lpwMajorVersion": 6, "lpwMinorVersion": 3,
        "lpwBuildNumber": 9600, "lpszVendorId": "V", "lpszCSDVersion": "", "return": status}),
    );
}

fn name(w: &mut Wire, name: &str) {
    w.request("ApiOpenNode", &json!({"lpszNodeName": name}));
}

cases! {
    "enum-type-unknown" => |w| ask(w, 0x100), |w| ask(w, 0x3f);
    "enum-type-alone" => |w| ask(w, 0x8000_0001), |w| ask(w, 0x8000_0000);
    "entry-type" => |w| { ask(w, 12); answer(w, &[12]); }, |w| { ask(w, 12); answer(w, &[4, 8]); };
    "entry-not-asked" => |w| { ask(w, 4); answer(w, &[4, 1]); }, |w| { ask(w, 5); answer(w, &[4, 1]); };
    "lists-equal-length" => |w| both(w, &[4], &[4, 4]), |w| both(w, &[4, 8], &[4, 8]);
    "lists-equal-types" => |w| both(w, &[4, 8], &[8, 4]), |w| both(w, &[4, 8], &[4, 8]);
    "state-value" => |w| state(w, 9), |w| state(w, 0xffff_ffff);
    "flags-unknown" => |w| w.request("ApiPauseNodeEx",
        &json!({"hNode": handle(1), "bDrainNode": 1, "dwPauseFlags": 8})),
        |w| w.request("ApiPauseNodeEx", &json!({"hNode": handle(1), "bDrainNode": 1, "dwPauseFlags": 1}));
    "version-info-size" => |w| version(w, 24, 0, 0), |w| version(w, 20, 0, 0);
    "version-info-flags" => |w| version(w, 20, 2, 0), |w| version(w, 20, 1, 0);
    "version-info-reserved" => |w| version(w, 20, 0, 1), |w| version(w, 20, 0, 0);
    "granted-access" => |w| open(w, 3, 3, 0), |w| open(w, 3, 0x1000_0000, 0);
    "desired-access" => |w| open(w, 0x10, 0x8000_0000, 0), |w| open(w, 0x0200_0000, 0x8000_0000, 0);
    "change-without-read" => |w| open(w, 2, 0x1000_0000, 0), |w| open(w, 2, 0, 87);
    "password-not-implemented" => |w| password(w, 0), |w| password(w, 120);
    "version-not-implemented" => |w| old_version(w, 0), |w| old_version(w, 120);
    "name-length" => |w| name(w, &"n".repeat(64)), |w| name(w, &"n".repeat(63));
}
