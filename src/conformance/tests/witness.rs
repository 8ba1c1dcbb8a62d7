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

fn register_ex(w: &mut Wire, flags: u32) {
    w.request(
        "WitnessrRegisterEx",
        &json!({"Version": 0x0002_0000, "NetName": "N", "ShareName": null,
        "IpAddress": "192.0.2.1", "ClientComputerName": "C", "Flags": flags, "KeepAliveTimeout": 120}),
    );
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
    "witness-flags" => |w| register_ex(w, 2), |w| register_ex(w, 1);
    "witness-revision" => |w| register(w, 1, Some("N"), 0), |w| register(w, 1, Some("N"), 0x51a);
    "witness-null-name" => |w| register(w, 0x0001_0001, None, 0), |w| register(w, 0x0001_0001, None, 87);
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
    "witness-message-length" => |w| notify(w, 1, 1, "10000000010000004e000000"), |w| notify(w, 1, 1, CHANGE);
    "witness-change-type" => |w| notify(w, 1, 1, "0c000000020000004e000000"),
        |w| notify(w, 1, 1, "0c000000ff0000004e000000");
    "witness-resource-name" => |w| notify(w, 1, 1, "0c000000010000004e004e00"), |w| notify(w, 1, 1, CHANGE);
    "witness-reserved" => |w| client_move(w, V4, ONE, ONE), |w| client_move(w, V4, NO, ONE);
    "witness-instances" => |w| client_move(w, V4, NO, "02000000"), |w| client_move(w, V4, NO, ONE);
    "witness-address-family" => |w| client_move(w, "03000000", NO, ONE), |w| client_move(w, "02000000", NO, ONE);
    "witness-address-flags" => |w| client_move(w, "21000000", NO, ONE), |w| client_move(w, "09000000", NO, ONE);
}
