use super::wire::{Wire, cases, handle};
use serde_json::{Value as Json, json};

fn cluster(w: &mut Wire, filter: u32) {
    w.request(
        "ApiAddNotifyCluster",
        &json!({"hNotify": handle(1), "hCluster": handle(2), "dwFilter": filter, "dwNotifyKey": 0}),
    );
}

fn ask(w: &mut Wire, method: &str, object: &str, filter: u32) {
    w.request(method, &json!({"hNotify": handle(1), object: handle(2), "dwFilter": filter, "dwNotifyKey": 0}));
}

fn key(w: &mut Wire, filter: u32) {
    w.request(
        "ApiAddNotifyKey",
        &json!({"hNotify": handle(1), "hKey": handle(2), "dwNotifyKey": 0,
        "Filter": filter, "WatchSubTree": 1}),
    );
}

fn told(w: &mut Wire, port: Json, filter: u32) {
    w.call(
        "ApiGetNotify",
        json!({"hNotify": port}),
        json!({"dwNotifyKey": 0, "dwFilter": filter,
        "dwStateSequence": 0, "Name": "G", "rpc_status": 0, "return": 0}),
    );
}

fn add(w: &mut Wire, object: Json, kind: u32, filter: u64, targeted: u32) {
    w.request(
        "ApiAddNotifyV2",
        &json!({"hNotify": handle(1), "hObject": object,
        "filter": {"dwObjectType": kind, "FilterFlags": filter}, "dwNotifyKey": 0, "dwVersion": 2,
        "isTargetedAtObject": targeted}),
    );
}

fn event(w: &mut Wire, kind: u32, flags: u64, buffer: &str, type_name: &str) {
    let data = json!({"FilterAndType": {"dwObjectType": kind, "FilterFlags": flags}, "buffer": {"hex": buffer},
        "dwBufferSize": buffer.len() / 2, "ObjectId": "1", "ParentId": "2", "Name": "G", "Type": type_name});
    w.call(
        "ApiGetNotifyV2",
        json!({"hNotify": handle(1)}),
        json!({
        "Notifications": [{"dwNotifyKey": 0, "NotificationData": data}], "dwNumNotifications": 1, "return": 0}),
    );
}

/// An event of a port under this key; the port was given the key 0.
fn keyed(w: &mut Wire, number: u32) {
    let port = w.open("ApiCreateNotify", 1);
    cluster(w, 1);
    w.call(
        "ApiGetNotify",
        json!({"hNotify": port}),
        json!({"dwNotifyKey": number, "dwFilter": 1,
        "dwStateSequence": 0, "Name": "G", "rpc_status": 0, "return": 0}),
    );
}

/// An event of the quorum, of which ParentId and Type are null.
fn quorum_event(w: &mut Wire, parent: Json) {
    let data = json!({"FilterAndType": {"dwObjectType": 9, "FilterFlags": 1}, "buffer": {"hex": "02000000"},
        "dwBufferSize": 4, "ObjectId": "1", "ParentId": parent, "Name": "G", "Type": null});
    w.call(
        "ApiGetNotifyV2",
        json!({"hNotify": handle(1)}),
        json!({
        "Notifications": [{"dwNotifyKey": 0, "NotificationData": data}], "dwNumNotifications": 1, "return": 0}),
    );
}

cases! {
    "notify-key" => |w| keyed(w, 7), |w| keyed(w, 0);
    "v2-string-null" => |w| quorum_event(w, json!("2")), |w| quorum_event(w, json!(null));
    "cluster-filter" => |w| cluster(w, 0x8000_0001), |w| cluster(w, 0x5f00_ffff);
    "filter-empty" => |w| cluster(w, 0), |w| cluster(w, 1);
    "node-filter" => |w| ask(w, "ApiAddNotifyNode", "hNode", 0x11), |w| ask(w, "ApiAddNotifyNode", "hNode", 0xf);
    "group-filter" => |w| ask(w, "ApiAddNotifyGroup", "hGroup", 0x100),
        |w| ask(w, "ApiAddNotifyGroup", "hGroup", 0xf000);
    "resource-filter" => |w| ask(w, "ApiAddNotifyResource", "hResource", 0x1f00),
        |w| ask(w, "ApiAddNotifyResource", "hResource", 0x100);
    "key-filter" => |w| key(w, 0xf0), |w| key(w, 0x70);
    "network-filter" => |w| ask(w, "ApiAddNotifyNetwork", "hNetwork", 0x1),
        |w| ask(w, "ApiAddNotifyNetwork", "hNetwork", 0x0010_0000);
    "netinterface-filter" => |w| ask(w, "ApiAddNotifyNetInterface", "hNetInterface", 0),
        |w| ask(w, "ApiAddNotifyNetInterface", "hNetInterface", 0x0100_0000);
    "notify-returned" => |w| told(w, handle(1), 0x80), |w| told(w, handle(1), 0x0008_0000);
    "notify-one-value" => |w| told(w, handle(1), 0x3000), |w| told(w, handle(1), 0x1000);
    "notify-not-asked" => |w| {
        let port = w.open("ApiCreateNotify", 1);
        ask(w, "ApiAddNotifyGroup", "hGroup", 0x1000);
        told(w, port, 0x2000);
    }, |w| {
        let port = w.open("ApiCreateNotify", 1);
        cluster(w, 0x3000);
        told(w, port, 0x2000);
    };
    "port-generation" => |w| {
        let port = w.open("ApiCreateNotify", 1);
        w.request("ApiGetNotifyV2", &json!({"hNotify": port}));
    }, |w| {
        let port = w.open("ApiCreateNotifyV2", 1);
        w.request("ApiGetNotifyV2", &json!({"hNotify": port}));
        w.request("ApiUnblockGetNotifyCall", &json!({"hNotify": port}));
    };
    "v2-object-type" => |w| add(w, handle(2), 99, 1, 0), |w| add(w, handle(2), 2, 1, 0);
    "v2-filter-unknown" => |w| add(w, handle(2), 2, 0x8000, 0), |w| add(w, handle(2), 2, 0x1ff, 0);
    "v2-filter-disallowed" => |w| add(w, handle(2), 1, 8, 0), |w| add(w, handle(2), 1, 4, 0);
    "v2-object-handle" => |w| { let node = w.open("ApiOpenNode", 2); add(w, node, 2, 1, 1); },
        |w| {
            let group = w.open("ApiOpenGroup", 2);
            add(w, group, 2, 1, 1);
            let cluster = w.open("ApiOpenCluster", 3);
            add(w, cluster, 2, 1, 0);
        };
    "v2-returned" => |w| event(w, 2, 0x200, "", ""), |w| event(w, 2, 1, "", "");
    "v2-one-flag" => |w| event(w, 2, 3, "", ""), |w| event(w, 2, 1, "", "");
    "v2-buffer-empty" => |w| event(w, 2, 1, "00", ""), |w| event(w, 2, 1, "", "");
    "v2-buffer-size" => |w| event(w, 2, 8, "0000", ""), |w| event(w, 2, 8, "00000000", "");
    "v2-state-value" => |w| event(w, 2, 8, "63000000", ""), |w| event(w, 2, 8, "00000000", "");
    "v2-string-empty" => |w| event(w, 2, 1, "", "T"), |w| event(w, 2, 1, "", "");
}

/// Events that clients alone have are named, those beside them are not.
#[test]
fn events_that_clients_alone_have() {
    let mut w = Wire::new();
    cluster(&mut w, 0xa008_0001);
    let [found] = &w.findings[..] else { panic!("{:?}", w.names()) };
    let mut names: Vec<String> = found.value.to_string().split(" | ").map(str::to_string).collect();
    names.sort();
    let events = ["CLUSTER_RECONNECT", "CLUSTER_STATE", "HANDLE_CLOSE"];
    assert_eq!(names, events.map(|event| format!("CLUSTER_CHANGE_{event}")));
}
