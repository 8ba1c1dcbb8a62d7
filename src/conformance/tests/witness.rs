use super::wire::{Wire, cases, handle};
use serde_json::{Value as Json, json};

fn register(w: &mut Wire, version: u32, name: Option<&str>, status: u32) {
    let returned = if status == 0 { handle(1) } else { json!(null) };
    w.call(
        "WitnessrRegister",
        json!({"Version": version, "NetName": name, "IpAddress": "192.0.2.1",
        "ClientComputerName": "C"}),
        json!({"ppContext": returned, "return": status}),
    );
}

fn register_ex(w: &mut Wire, version: u32, address: &str, flags: u32) {
    w.request(
        "WitnessrRegisterEx",
        &json!({"Version": version, "NetName": "N", "ShareName": null,
        "IpAddress": address, "ClientComputerName": "C", "Flags": flags, "KeepAliveTimeout": 120}),
    );
}

const V2: u32 = 0x0002_0000;
const ADDRESS: &str = "192.0.2.1";

fn refused(w: &mut Wire, name: Option<&str>, status: u32) {
    let request = json!({"Version": 0x0001_0001, "NetName": name, "IpAddress": ADDRESS, "ClientComputerName": "C"});
    let response = json!({"ppContext": if status == 0 { handle(1) } else { json!(null) }, "return": status});
    w.call("WitnessrRegister", request, response);
    // That the client asked so is another rule.
    w.findings.retain(|f| f.rule.name != "witness-string-null");
}

/// A registration of version 2 with these names and address, and how it is answered.
fn refused_ex(w: &mut Wire, address: Option<&str>, client: Option<&str>, status: u32) {
    w.call(
        "WitnessrRegisterEx",
        json!({"Version": V2, "NetName": "N", "ShareName": null, "IpAddress": address, "ClientComputerName": client,
        "Flags": 0, "KeepAliveTimeout": 120}),
        json!({"ppContext": if status == 0 { handle(1) } else { json!(null) }, "return": status}),
    );
    w.findings.retain(|f| f.rule.name != "witness-string-null");
}

/// No messages: the buffer is null, whatever its length says.
fn nothing(w: &mut Wire, length: u32) {
    w.call(
        "WitnessrAsyncNotify",
        json!({"pContext": handle(1)}),
        json!({"pResp": {"MessageType": 1, "Length": length, "NumberOfMessages": 0, "MessageBuffer": null}, "return": 0}),
    );
}

fn revision(w: &mut Wire, version: u32, status: u32) {
    register(w, version, Some("N"), status);
    w.findings.retain(|f| f.rule.name != "witness-register-version");
}

fn interface(state: u32, flags: u32, group: Vec<u16>) -> Json {
    let mut units = group;
    units.resize(260, 0);
    let hex: String = units.iter().flat_map(|u| u.to_le_bytes()).map(|b| format!("{b:02x}")).collect();
    json!({"InterfaceGroupName": {"utf16": hex}, "Version": 0xffff_ffff_u32, "State": state, "IPV4": "192.0.2.1",
        "IPV6": "::", "Flags": flags})
}

fn interfaces(w: &mut Wire, list: Vec<Json>) {
    w.call(
        "WitnessrGetInterfaceList",
        json!({}),
        json!({"InterfaceList":
        {"NumberOfInterfaces": list.len(), "InterfaceInfo": list}, "return": 0}),
    );
}

fn notify(w: &mut Wire, kind: u32, count: u32, hex: &str) {
    w.call(
        "WitnessrAsyncNotify",
        json!({"pContext": handle(1)}),
        json!({"pResp": {"MessageType": kind,
        "Length": hex.len() / 2, "NumberOfMessages": count, "MessageBuffer": {"hex": hex}}, "return": 0}),
    );
}

const CHANGE: &str = "0c000000010000004e000000";

fn move_to(flags: &str, reserved: &str, instances: &str) -> String {
    format!("24000000{reserved}{instances}{flags}c000020100000000000000000000000000000000")
}

fn client_move(w: &mut Wire, flags: &str, reserved: &str, instances: &str) {
    notify(w, 2, 1, &move_to(flags, reserved, instances));
}

const V4: &str = "01000000";
const NO: &str = "00000000";
const ONE: &str = "01000000";

cases! {
    "witness-flags" => |w| register_ex(w, V2, ADDRESS, 2), |w| register_ex(w, V2, ADDRESS, 1);
    "witness-register-version" => |w| register(w, 0x0002_0000, Some("N"), 0x51a),
        |w| register(w, 0x0001_0001, Some("N"), 0);
    "witness-register-ex-version" => |w| register_ex(w, 0x0001_0001, ADDRESS, 0),
        |w| register_ex(w, V2, ADDRESS, 0);
    "witness-string-null" => |w| register(w, 0x0001_0001, None, 87), |w| register(w, 0x0001_0001, Some("N"), 87);
    "witness-string-terminator" => |w| register(w, 0x0001_0001, Some("N\0M"), 87),
        |w| register(w, 0x0001_0001, Some("NM"), 87);
    "witness-address" => |w| register_ex(w, V2, "somewhere", 0), |w| register_ex(w, V2, "2001:db8::1", 0);
    "witness-revision" => |w| revision(w, 1, 0), |w| revision(w, 1, 0x51a);
    "witness-null-name" => |w| refused(w, None, 0), |w| refused(w, None, 87);
    "witness-null-name" => |w| refused_ex(w, None, Some("C"), 0), |w| refused_ex(w, None, Some("C"), 87);
    "witness-null-name" => |w| refused_ex(w, Some(ADDRESS), None, 0), |w| refused_ex(w, Some(ADDRESS), None, 87);
    "witness-interface-state" => |w| interfaces(w, vec![interface(2, 5, vec![78])]),
        |w| interfaces(w, vec![interface(255, 5, vec![78])]);
    "witness-interface-flags" => |w| interfaces(w, vec![interface(1, 8, vec![78])]),
        |w| interfaces(w, vec![interface(1, 7, vec![78])]);
    "witness-group-name" => |w| interfaces(w, vec![interface(1, 1, vec![78; 260])]),
        |w| interfaces(w, vec![interface(1, 1, vec![78; 259])]);
    "witness-empty-list" => |w| interfaces(w, vec![]),
        |w| w.call("WitnessrGetInterfaceList", json!({}), json!({"InterfaceList": null, "return": 259}));
    "witness-message-type" => |w| notify(w, 5, 1, CHANGE), |w| notify(w, 1, 1, CHANGE);
    "witness-message-count" => |w| notify(w, 1, 2, CHANGE), |w| notify(w, 1, 2, &CHANGE.repeat(2));
    "witness-message-count" => |w| notify(w, 1, 0, CHANGE), |w| { nothing(w, 0); nothing(w, 64); };
    "witness-message-length" => |w| notify(w, 1, 1, "10000000010000004e000000"), |w| notify(w, 1, 1, CHANGE);
    "witness-change-type" => |w| notify(w, 1, 1, "0c000000020000004e000000"),
        |w| notify(w, 1, 1, "0c000000ff0000004e000000");
    "witness-resource-name" => |w| notify(w, 1, 1, "0c000000010000004e004e00"), |w| notify(w, 1, 1, CHANGE);
    "witness-reserved" => |w| client_move(w, V4, ONE, ONE), |w| client_move(w, V4, NO, ONE);
    "witness-instances" => |w| client_move(w, V4, NO, "02000000"), |w| client_move(w, V4, NO, ONE);
    "witness-address-family" => |w| client_move(w, "03000000", NO, ONE), |w| client_move(w, "02000000", NO, ONE);
    "witness-address-flags" => |w| client_move(w, "21000000", NO, ONE), |w| client_move(w, "09000000", NO, ONE);
}
