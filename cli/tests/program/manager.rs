//! The first calls of a failover manager of Windows Server 2025, made up: what newer systems send has names in every view.

use crate::data;
use crate::program::{self, objects, stdout};
use crate::wire;
use cluscope::internals::consts::control_codes;
use cluscope::internals::render::json::buffers;
use cluscope::internals::render::json::stub::encode;
use serde_json::{Value, json};

fn handle(n: u8) -> Value {
    json!({"attributes": 0, "uuid": format!("00000000-0000-0000-0000-0000000000{n:02x}")})
}

fn structure(name: &str, value: Value) -> Value {
    let line = json!({"struct": name, "value": value});
    let bytes = buffers::encode(line.as_object().unwrap(), None).unwrap_or_else(|e| panic!("{name}: {e}"));
    json!({"hex": hex::encode(bytes)})
}

fn properties(list: &[(&str, u32, Value)]) -> Value {
    let property = |(name, syntax, value): &(&str, u32, Value)| json!({"name": name, "values": [{"syntax": syntax, "value": value}]});
    let list: Vec<_> = list.iter().map(property).collect();
    structure("PROPERTY_LIST", json!({"propertyCount": list.len(), "properties": list}))
}

fn texts(list: &[&str]) -> Value {
    let units = list.iter().flat_map(|text| text.encode_utf16().chain([0])).chain([0]).flat_map(u16::to_le_bytes);
    json!({"hex": hex::encode(units.collect::<Vec<_>>())})
}

fn size(buffer: &Value) -> usize {
    buffer["hex"].as_str().unwrap().len() / 2
}

/// Request and response of a call: opnum, parameters, parameters, return value.
type Call = (u16, Value, Value, Value);

fn control(opnum: u16, object: &str, handle: &Value, code: &str, output: &Value) -> Call {
    let code = control_codes::by_name(code).unwrap().value;
    let n = size(output);
    let request = json!({object: handle, "dwControlCode": code, "lpInBuffer": null, "nInBufferSize": 0,
        "nOutBufferSize": n});
    let answer = json!({"lpOutBuffer": output, "lpBytesReturned": n, "lpcbRequired": n, "rpc_status": 0});
    (opnum, request, answer, 0.into())
}

fn calls() -> Vec<Call> {
    let [cluster, group, node, port, resource] = [1, 2, 3, 4, 5].map(handle);
    let open = |name: Option<(&str, &str)>, status: bool| {
        let mut request = json!({"dwDesiredAccess": 0x1000_0000});
        if let Some((parameter, name)) = name {
            request[parameter] = name.into();
        }
        let mut answer = json!({"lpdwGrantedAccess": 0x1000_0000, "Status": 0});
        if status {
            answer["rpc_status"] = 0.into();
        }
        (request, answer)
    };
    let (opening, opened) = open(None, false);
    let (group_opening, group_opened) = open(Some(("lpszGroupName", "vm1")), true);
    let (resource_opening, resource_opened) = open(Some(("lpszResourceName", "Virtual Machine vm1")), true);
    let (node_opening, node_opened) = open(Some(("lpszNodeName", "N1")), true);
    let group_list = properties(&[
        ("Name", 0x10003, "vm1".into()),
        ("GroupType", 0x10002, 111.into()),
        ("Priority", 0x10002, 3000.into()),
        ("PersistentState", 0x10002, 1.into()),
        ("AutoFailbackType", 0x10002, 0.into()),
        ("StatusInformation", 0x10006, 0x1001.into()),
        ("ColdStartSetting", 0x10002, 0.into()),
    ]);
    let node_list = properties(&[
        ("NodeDrainStatus", 0x10002, 2.into()),
        ("StatusInformation", 0x10002, 8.into()),
        ("NodeHighestVersion", 0x10002, 0xc0004.into()),
        ("NodeLowestVersion", 0x10002, 0xc0004.into()),
    ]);
    let rule = properties(&[
        ("Name", 0x10003, "apart".into()),
        ("RuleType", 0x10002, 4.into()),
        ("Enabled", 0x10002, 1.into()),
        ("Groups", 0x10005, json!(["vm1", "vm2"])),
    ]);
    let moved = json!({"GetTickCount64": 4_000_000_u64, "NodeId": 1, "GetSystemTime": {"wYear": 2026, "wMonth": 11,
        "wDayOfWeek": 6, "wDay": 28, "wHour": 9, "wMinute": 0, "wSecond": 0, "wMilliseconds": 0}});
    let failures = json!({"dwVersion": 1, "dwFailoverAttemptsRemaining": 1, "dwFailoverPeriodRemaining": 21600});
    let characteristics = json!({"hex": "002a0000"});
    let subscribe = |kind: u32, flags: u32| {
        let filter = json!({"dwObjectType": kind, "FilterFlags": flags});
        let request = json!({"hNotify": port, "hObject": cluster, "filter": filter, "dwNotifyKey": kind,
            "dwVersion": 2, "isTargetedAtObject": 0});
        (138, request, json!({"rpc_status": 0}), 0.into())
    };
    let event = |kind: u32, flags: u32, buffer: Value| {
        let n = if buffer.is_null() { 0 } else { size(&buffer) };
        json!({"dwNotifyKey": kind, "NotificationData": {"FilterAndType": {"dwObjectType": kind, "FilterFlags": flags},
            "buffer": buffer, "dwBufferSize": n, "ObjectId": "o", "ParentId": "", "Name": "n", "Type": ""}})
    };
    let list = |kinds: &[u32]| {
        let entries: Vec<_> =
            kinds.iter().map(|kind| json!({"Type": kind, "Name": format!("object {kind}")})).collect();
        json!({"EntryCount": entries.len(), "Entry": entries})
    };
    let of_group = |code: &str, output: &Value| control(77, "hGroup", &group, code, output);
    let of_cluster = |code: &str, output: &Value| control(106, "hCluster", &cluster, code, output);
    let configuration = properties(&[("S2DEnabled", 0x10002, 1.into())]);
    vec![
        (117, opening, opened, cluster.clone()),
        (
            125,
            json!({"hCluster": cluster, "dwType": 0x3f, "dwOptions": 0}),
            json!({"ReturnIdEnum": list(&[1, 8, 16]), "ReturnNameEnum": list(&[1, 8, 16]), "rpc_status": 0}),
            0.into(),
        ),
        of_cluster("CLUSCTL_CLUSTER_ENUM_AFFINITY_RULE_NAMES", &texts(&["apart"])),
        of_cluster("CLUSCTL_AFFINITYRULE_GET_COMMON_PROPERTIES", &rule),
        of_cluster("CLUSCTL_AFFINITYRULE_GET_GROUPNAMES", &texts(&["vm1", "vm2"])),
        of_cluster("CLUSCTL_CLUSTER_GET_STORAGE_CONFIGURATION", &configuration),
        of_cluster("CLUSCTL_CLUSTER_GET_NODES_IN_FD", &texts(&["N1", "N2"])),
        (119, group_opening, group_opened, group.clone()),
        of_group("CLUSCTL_GROUP_GET_COMMON_PROPERTIES", &group_list),
        of_group("CLUSCTL_GROUP_GET_LAST_MOVE_TIME", &structure("CLUSCTL_GROUP_GET_LAST_MOVE_TIME_OUTPUT", moved)),
        of_group("CLUSCTL_GROUP_GET_FAILURE_INFO", &structure("GROUP_FAILURE_INFO_BUFFER", failures)),
        (120, resource_opening, resource_opened, resource.clone()),
        control(73, "hResource", &resource, "CLUSCTL_RESOURCE_GET_CHARACTERISTICS", &characteristics),
        (118, node_opening, node_opened, node.clone()),
        control(79, "hNode", &node, "CLUSCTL_NODE_GET_RO_COMMON_PROPERTIES", &node_list),
        (137, json!({}), json!({"rpc_error": 0, "rpc_status": 0}), port.clone()),
        subscribe(2, 0x1ff),
        subscribe(3, 0x5ff),
        subscribe(10, 7),
        (
            139,
            json!({"hNotify": port}),
            json!({"dwNumNotifications": 3, "Notifications": [
                event(3, 0x400, json!({"hex": "02000000"})),
                event(10, 2, Value::Null),
                event(2, 2, group_list),
            ]}),
            0.into(),
        ),
    ]
}

fn capture() -> Vec<u8> {
    let mut out = wire::Pcap::new(Vec::new()).unwrap();
    let [mut client, mut server] = wire::connection(1);
    out.packet(&client.send(&wire::bind(1, 0..1, 1))).unwrap();
    out.packet(&server.send(&wire::bind_ack(1, 1))).unwrap();
    for (n, (opnum, request, answer, returned)) in calls().into_iter().enumerate() {
        let line = |direction: &str, params: Value| {
            let mut line = json!({"interface": "clusapi", "version": "3.0", "syntax": "ndr", "opnum": opnum,
                "direction": direction, "params": params});
            if direction == "response" {
                line["return"] = returned.clone();
            }
            encode(line.as_object().unwrap()).unwrap_or_else(|e| panic!("{opnum} {direction}: {e}"))
        };
        let call = n as u32 + 2;
        out.packet(&client.send(&wire::request(call, wire::WHOLE, opnum, &line("request", request)))).unwrap();
        out.packet(&server.send(&wire::response(call, wire::WHOLE, &line("response", answer)))).unwrap();
    }
    out.into_inner()
}

/// Every number that stands in an object of its own has a name, and every bit mask has one for each bit.
fn without_name(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            let told = ["name", "flags", "time"].iter().any(|key| map.contains_key(*key));
            if map.get("value").is_some_and(Value::is_u64) && !map.contains_key("syntax") && !told
                || map.contains_key("unknown")
                || map.contains_key("control_code")
                || map.contains_key("error")
                || map.contains_key("trailing")
            {
                found.push(format!("{path}: {value}"));
            }
            map.iter().for_each(|(key, value)| without_name(value, &format!("{path}.{key}"), found));
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, v)| without_name(v, &format!("{path}[{i}]"), found))
        }
        _ => {}
    }
}

/// The capture stands in captures/; with `CLUSCOPE_BLESS=1` in the environment it is written anew.
#[test]
fn the_capture_is_the_one_that_is_kept() {
    let file = data::file("captures/manager.pcap");
    if std::env::var_os("CLUSCOPE_BLESS").is_some() {
        std::fs::write(&file, capture()).expect("written");
    }
    assert!(std::fs::read(&file).expect("captures/manager.pcap") == capture());
}

#[test]
fn everything_has_a_name() {
    let capture = capture();
    let run = |arguments: &[&str]| stdout(&program::run(&[arguments, &["-"][..]].concat(), &capture));
    let json = run(&["dissect", "--format", "jsonl"]);
    let mut found = Vec::new();
    let records = objects(&json);
    assert_eq!(records.iter().filter(|record| record["type"] == "response").count(), calls().len());
    for record in &records {
        without_name(record, record["method"].as_str().unwrap_or_default(), &mut found);
    }
    assert!(found.is_empty(), "{found:#?}");
    for name in [
        "ClusGroupTypeVirtualMachine",
        "CLUSGRP_STATUS_LOCKED_MODE",
        "CLUSGRP_STATUS_WAITING_FOR_DEPENDENCIES",
        "NodeDrainStatusCompleted",
        "NodeStatusDrainCompleted",
        "CLUS_AFFINITY_RULE_DIFFERENT_NODE",
        "CLUSTER_CHANGE_RESOURCE_TERMINAL_STATE_V2",
        "CLUSTER_CHANGE_SHARED_VOLUME_ADDED_V2",
        "CLUS_CHAR_PLACEMENT_DATA",
        "PriorityHigh",
    ] {
        assert!(json.contains(name), "{name}");
    }
    for command in [&["story", "--format", "text", "--verbose"][..], &["calls", "--format", "text", "--full"]] {
        let text = run(command);
        assert!(!text.is_empty() && !text.to_lowercase().contains("unknown") && !text.contains("in no list"), "{text}");
        assert!(!text.contains("not shown"), "{text}");
    }
    let findings: Vec<Value> = objects(&run(&["check", "--format", "jsonl"]));
    // It is in clear, which no such client is; there is nothing else to say against it.
    let wrong = |finding: &&Value| {
        finding["type"] == "finding" && finding["rule"].as_str().is_none_or(|rule| !rule.starts_with("auth-level"))
    };
    assert_eq!(findings.iter().filter(wrong).collect::<Vec<_>>(), Vec::<&Value>::new());
}
