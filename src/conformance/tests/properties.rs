use super::contents::{DWORD, END, GROUP, NAME, RESOURCE, input, list, output, send};
use super::wire::{Wire, cases, handle};
use crate::consts::control_codes as codes;
use serde_json::json;

/// Syntax, size and data of an entry, padded to four bytes.
fn entry(syntax: u32, data: &[u8]) -> String {
    let mut bytes = Vec::new();
    bytes.extend(syntax.to_le_bytes());
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

const SZ: u32 = 0x0001_0003;
const NUMBER: u32 = 0x0001_0002;
const LARGE: u32 = 0x0001_0006;

/// A property: its name, and its values as entries.
fn property(name: &str, values: &[(u32, &[u8])]) -> String {
    let values: String = values.iter().map(|(syntax, data)| entry(*syntax, data)).collect();
    format!("{}{values}{END}", entry(0x0004_0003, &wide(name)))
}

fn properties(all: &[String]) -> String {
    format!("{:02x}000000{}", all.len(), all.concat())
}

/// A property list to or from a control code of a resource type.
fn of_type(w: &mut Wire, name: &str, code: u32, input: &str, output: &str) {
    let size = output.len() / 2;
    w.call(
        "ApiResourceTypeControl",
        json!({"hCluster": handle(1), "lpszResourceTypeName": name, "dwControlCode": code, "lpInBuffer": {"hex": input},
        "nInBufferSize": input.len() / 2, "nOutBufferSize": size.max(8)}),
        json!({"lpOutBuffer": {"hex": output}, "lpBytesReturned": size, "lpcbRequired": size, "rpc_status": 0,
        "return": 0, "max_counts": {"lpOutBuffer": size.max(8)}}),
    );
}

/// CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_REPLICA_VOLUMES with so many volumes of the source and of the target.
fn volumes(w: &mut Wire, source: usize, target: &str, targets: usize) {
    let volume = wide("\\\\?\\Volume{0}\\");
    let asked = properties(&[
        property("SourceResourceId", &[(SZ, &wide("1"))]),
        property("TargetResourceId", &[(SZ, &wide("2"))]),
    ]);
    let told = properties(&[
        property("SourceVolumes", &vec![(SZ, volume.as_slice()); source]),
        property(target, &vec![(SZ, volume.as_slice()); targets]),
    ]);
    of_type(w, "T", codes::CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_REPLICA_VOLUMES, &asked, &told);
}

fn log_info(w: &mut Wire, syntax: u32) {
    let told = properties(&[
        property("MinimumLogSizeInBytes", &[(LARGE, &[0; 8])]),
        property("UnitOfLogSizeChangeInBytes", &[(LARGE, &[0; 8])]),
        property("LogSizeMultiple", &[(syntax, &[1, 0, 0, 0])]),
    ]);
    of_type(w, "T", codes::CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_LOG_INFO, &"00".repeat(16), &told);
}

/// CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_RESOURCE_GROUP: lists inside a value list.
fn resource_group(w: &mut Wire, third: &str) {
    let inner = properties(&[
        property("ReplicationGroupId", &[(SZ, &wide("1"))]),
        property("ClusterGroupId", &[(SZ, &wide("2"))]),
        property(third, &[(NUMBER, &[1, 0, 0, 0])]),
    ]);
    let inner: Vec<u8> = (0..inner.len() / 2).map(|i| u8::from_str_radix(&inner[2 * i..][..2], 16).unwrap()).collect();
    of_type(
        w,
        "T",
        codes::CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_RESOURCE_GROUP,
        "",
        &format!("{}{END}", entry(0x0001_0001, &inner)),
    );
}

fn access(w: &mut Wire, mask: u8) {
    let asked = properties(&[
        property("AccountSID", &[(SZ, &wide("S-1-5-18"))]),
        property("AccountAccessMask", &[(NUMBER, &[mask, 0, 0, 0])]),
        property("AccountAccessType", &[(NUMBER, &[0, 0, 0, 0])]),
    ]);
    w.request(
        "ApiClusterControl",
        &json!({"hCluster": handle(1), "dwControlCode": codes::CLUSCTL_CLUSTER_SET_ACCOUNT_ACCESS, "lpInBuffer": {"hex": asked},
        "nInBufferSize": asked.len() / 2, "nOutBufferSize": 0}),
    );
}

fn share(w: &mut Wire, name: &str) {
    of_type(
        w,
        "file share witness",
        codes::CLUSCTL_RESOURCE_TYPE_VALIDATE_PATH,
        &properties(&[property(name, &[(SZ, &wide("\\\\a\\b"))])]),
        "",
    );
}

fn from_master(w: &mut Wire, count: usize) {
    let all: Vec<String> = (0..count).map(|i| property(&format!("P{i}"), &[(NUMBER, &[0; 4])])).collect();
    let asked = properties(&all);
    w.request(
        "ApiGroupControl",
        &json!({"hGroup": handle(1), "dwControlCode": codes::CLUSCTL_GROUP_SET_CCF_FROM_MASTER, "lpInBuffer": {"hex": asked},
        "nInBufferSize": asked.len() / 2, "nOutBufferSize": 0}),
    );
}

const NODE: (&str, &str) = ("ApiNodeControl", "hNode");

cases! {
    "required-property" => |w| share(w, "Path"), |w| share(w, "sharepath");
    "required-property" => |w| volumes(w, 1, "Volumes", 1), |w| volumes(w, 1, "TargetVolumes", 1);
    "required-property" => |w| log_info(w, SZ), |w| log_info(w, NUMBER);
    "required-property" => |w| resource_group(w, "Type"), |w| resource_group(w, "ReplicationClusterGroupType");
    "equal-values" => |w| volumes(w, 2, "TargetVolumes", 1), |w| volumes(w, 2, "TargetVolumes", 2);
    // 3.1.4.3.7.21.
    "member-value" => |w| access(w, 9), |w| access(w, 3);
    "no-properties" => |w| send(w, END), |w| send(w, &list(1, DWORD));
    "no-properties" => |w| output(w, RESOURCE, 0x0100_0059, END), |w| output(w, RESOURCE, 0x0100_0055, END);
    "no-properties" => |w| input(w, 0x0140_005e, END), |w| input(w, 0x0140_005e, &list(1, DWORD));
    "two-properties" => |w| from_master(w, 1), |w| from_master(w, 2);
    "read-only-private" => |w| output(w, NODE, 0x0400_007d, &list(1, DWORD)), |w| output(w, NODE, 0x0400_007d, END);
    "read-only-private" => |w| output(w, GROUP, 0x0300_007d, &format!("{END}{END}")),
        |w| output(w, RESOURCE, 0x0100_007d, &format!("01000000{NAME}{DWORD}{END}"));
}
