use super::wire::{Wire, cases, handle};
use crate::consts::control_codes as codes;
use serde_json::json;

pub(super) fn send(w: &mut Wire, list: &str) {
    w.request(
        "ApiResourceControl",
        &json!({"hResource": handle(1), "dwControlCode": 0x0140_0086,
        "lpInBuffer": {"hex": list}, "nInBufferSize": list.len() / 2, "nOutBufferSize": 0}),
    );
}

/// The private properties of a resource.
fn get(w: &mut Wire, list: &str) {
    let size = list.len() / 2;
    w.call(
        "ApiResourceControl",
        json!({"hResource": handle(1), "dwControlCode": 0x0100_0081, "lpInBuffer": null,
        "nInBufferSize": 0, "nOutBufferSize": size}),
        json!({"lpOutBuffer": {"hex": list}, "lpBytesReturned": size,
        "lpcbRequired": size, "rpc_status": 0, "return": 0}),
    );
}

fn formats(w: &mut Wire, value: &str) {
    let list = format!("01000000{NAME}{value}");
    let size = list.len() / 2;
    w.call(
        "ApiResourceControl",
        json!({"hResource": handle(1), "dwControlCode": 0x0100_0065, "lpInBuffer": null,
        "nInBufferSize": 0, "nOutBufferSize": size}),
        json!({"lpOutBuffer": {"hex": list}, "lpBytesReturned": size,
        "lpcbRequired": size, "rpc_status": 0, "return": 0}),
    );
}

pub(super) const NAME: &str = "030004000400000041000000";
pub(super) const DWORD: &str = "020001000400000007000000";
const EXPAND: &str = "040001000400000025000000";
const EXPANDED: &str = "080001000400000025000000";
pub(super) const END: &str = "00000000";

pub(super) fn list(count: u8, values: &str) -> String {
    format!("{count:02x}000000{NAME}{values}{END}")
}

fn execute(w: &mut Wire, batch: &str) {
    w.request("ApiExecuteBatch", &json!({"hKey": handle(1), "cbData": batch.len() / 2, "lpData": {"hex": batch}}));
}

fn command(kind: u8, value_type: u8) -> String {
    format!("{kind:02x}000000{value_type:02x}0000000400000041000000{data}", data = "0400000001000000")
}

fn batch(kind: u8, value_type: u8) -> String {
    format!("01000000{}", command(kind, value_type))
}

fn read(w: &mut Wire, answers: usize) {
    let asked = format!("01000000{}", "0800000000000000040000004100000000000000".repeat(2));
    let answer = format!("01000000{}", command(8, 4).repeat(answers));
    w.call(
        "ApiExecuteReadBatch",
        json!({"hKey": handle(1), "cbInData": asked.len() / 2, "lpInData": {"hex": asked}}),
        json!({"cbOutData": answer.len() / 2, "lpOutData": {"hex": answer}, "rpc_status": 0, "return": 0}),
    );
}

/// A read of a value, asked for with one type and answered with another.
fn read_types(w: &mut Wire, asked: u8, answered: u8) {
    let asked = format!("0100000008000000{asked:02x}000000040000004100000000000000");
    let answer = batch(8, answered);
    w.call(
        "ApiExecuteReadBatch",
        json!({"hKey": handle(1), "cbInData": asked.len() / 2, "lpInData": {"hex": asked}}),
        json!({"cbOutData": answer.len() / 2, "lpOutData": {"hex": answer}, "rpc_status": 0, "return": 0}),
    );
}

pub(super) const RESOURCE: (&str, &str) = ("ApiResourceControl", "hResource");
pub(super) const GROUP: (&str, &str) = ("ApiGroupControl", "hGroup");
/// A value of syntax CLUSPROP_SYNTAX_DISK_SIGNATURE.
pub(super) const SIGNATURE: &str = "020005000400000001000000";
/// A value of syntax CLUSPROP_SYNTAX_DISK_GUID.
const GUID: &str = "03000b000400000041000000";
const TYPE: (&str, &str) = ("ApiResourceTypeControl", "hCluster");
/// The name PrimaryToken.
const TOKEN: &str = "030004001a0000005000720069006d0061007200790054006f006b0065006e0000000000";
/// The name PrimaryTokens.
const TOKENS: &str = "030004001c0000005000720069006d0061007200790054006f006b0065006e0073000000";
/// The name PRIMARYTOKEN.
const TOKEN_IN_CAPITALS: &str = "030004001a0000005000520049004d0041005200590054004f004b0045004e0000000000";
/// A value of syntax CLUSPROP_SYNTAX_LIST_VALUE_SZ.
const TEXT: &str = "030001000400000041000000";

/// A control code that is answered with these bytes.
pub(super) fn output(w: &mut Wire, object: (&str, &str), code: u32, bytes: &str) {
    call(w, object, code, "", bytes);
}

pub(super) fn input(w: &mut Wire, code: u32, bytes: &str) {
    w.request(
        "ApiResourceControl",
        &json!({"hResource": handle(1), "dwControlCode": code, "lpInBuffer": {"hex": bytes},
        "nInBufferSize": bytes.len() / 2, "nOutBufferSize": 0}),
    );
}

/// A value of syntax CLUSPROP_SYNTAX_PARTITION_INFO with these flags.
fn partition(flags: u8) -> String {
    format!("0100080060040000{flags:02x}000000{}", "00".repeat(1116))
}

/// A control code with input, and what it is answered with.
fn call(w: &mut Wire, (method, object): (&str, &str), code: u32, input: &str, output: &str) {
    let size = output.len() / 2;
    let mut request = json!({object: handle(1), "dwControlCode": code, "lpInBuffer": null,
        "nInBufferSize": input.len() / 2, "nOutBufferSize": size.max(8)});
    if !input.is_empty() {
        request["lpInBuffer"] = json!({"hex": input});
    }
    if method == "ApiResourceTypeControl" {
        request["lpszResourceTypeName"] = json!("T");
    }
    let mut response = json!({"lpOutBuffer": {"hex": output}, "lpBytesReturned": size, "lpcbRequired": size,
        "return": 0, "max_counts": {"lpOutBuffer": size.max(8)}});
    if w.version == 3 {
        response["rpc_status"] = json!(0);
    }
    w.call(method, request, response);
}

/// A control code of a group whose output the client leaves no room for.
fn no_room(w: &mut Wire, code: u32) {
    let request = json!({"hGroup": handle(1), "dwControlCode": code, "lpInBuffer": null, "nInBufferSize": 0,
        "nOutBufferSize": 0});
    let response =
        json!({"lpOutBuffer": {"hex": ""}, "lpBytesReturned": 0, "lpcbRequired": 0, "rpc_status": 0, "return": 0});
    w.call("ApiGroupControl", request, response);
}

fn maintenance(kind: u8) -> String {
    format!("01000000{kind:02x}000000000000000ff0baab")
}

/// A CLUS_POOL_DRIVE_INFO of this health.
fn drive(health: u8) -> String {
    format!("41000000{}{health:02x}000000{}", "00".repeat(512), "00".repeat(2608 - 520))
}

/// An SR_RESOURCE_TYPE_REPLICATED_DISKS_RESULT with one disk of this type.
fn replicated(kind: u8) -> String {
    format!("01000000{kind:02x}000000{}", "00".repeat(32 + 520))
}

/// Physical disks of which one is on this bus.
fn disks(w: &mut Wire, bus: u8) {
    let disk = format!("{}{bus:02x}000000000000000000{}", "00".repeat(16), "020000000000".repeat(3));
    let code = codes::CLUSCTL_NODE_STORAGE_GET_PHYSICAL_DISK_INFO_EX;
    call(w, ("ApiNodeControl", "hNode"), code, "010000000000", &format!("0100000001000000{disk}"));
}

fn voter(w: &mut Wire, answer: &str) {
    call(w, ("ApiClusterControl", "hCluster"), 0x0700_0045, "31000000", answer);
}

/// A notification of the state of a shared volume with these reasons of redirection.
fn volume_state(w: &mut Wire, reasons: u32) {
    let reasons = reasons.swap_bytes();
    let state = format!("{}02000000{}{reasons:08x}{}", "00".repeat(1040), "00".repeat(520), "00".repeat(12));
    let state = list(1, &format!("01000100{:08x}{state}", (state.len() as u32 / 2).swap_bytes()));
    w.response(
        "ApiGetNotifyV2",
        &json!({"Notifications": [{"dwNotifyKey": 1, "NotificationData": {
        "FilterAndType": {"dwObjectType": 10, "FilterFlags": 1}, "buffer": {"hex": state},
        "dwBufferSize": state.len() / 2, "ObjectId": "i", "ParentId": null, "Name": "n", "Type": null}}],
        "dwNumNotifications": 1, "return": 0}),
    );
}

fn disk_id(w: &mut Wire, answer: &str) {
    let padded = format!("{answer:0<40}");
    call(w, TYPE, 0x0200_0205, "51003a005c000000", &padded);
}

/// A read of two values; what comes back second has another name, or not.
fn read_names(w: &mut Wire, second: &str, first: &str) {
    let asked = format!("01000000{}", "0800000000000000040000004100000000000000".repeat(2));
    let one = |name: &str| format!("080000000400000004000000{name}0000000400000001000000");
    let answer = format!("01000000{}{}", one(first), one(second));
    w.call(
        "ApiExecuteReadBatch",
        json!({"hKey": handle(1), "cbInData": asked.len() / 2, "lpInData": {"hex": asked}}),
        json!({"cbOutData": answer.len() / 2, "lpOutData": {"hex": answer}, "rpc_status": 0, "return": 0}),
    );
}

cases! {
    "structure-malformed" => |w| send(w, "0100000003000400ff00000041000000"), |w| send(w, &list(1, DWORD));
    "property-count" => |w| get(w, &format!("01000000{0}{0}", format!("{NAME}{DWORD}{END}"))),
        |w| get(w, &format!("02000000{0}{0}", format!("{NAME}{DWORD}{END}")));
    "property-syntax" => |w| send(w, &list(1, "0f0001000400000007000000")), |w| send(w, &list(1, DWORD));
    "expanded-from-client" => |w| send(w, &list(1, &format!("{EXPAND}{EXPANDED}"))), |w| send(w, &list(1, EXPAND));
    "expand-without-expanded" => |w| get(w, &list(1, EXPAND)), |w| get(w, &list(1, &format!("{EXPAND}{EXPANDED}")));
    // Nobody says what CLUSCTL_NODE_INJECT_GEM_FAULT takes: that it can be read as a list makes it none.
    "expanded-from-client" => |w| send(w, &list(1, &format!("{EXPAND}{EXPANDED}"))),
        |w| call(w, ("ApiNodeControl", "hNode"), codes::CLUSCTL_NODE_INJECT_GEM_FAULT,
            &list(1, &format!("{EXPAND}{EXPANDED}")), "");
    "property-without-value" => |w| send(w, &list(1, "")), |w| send(w, &list(1, DWORD));
    "size-of-format" => |w| send(w, &list(1, "020001000300000007000000")), |w| send(w, &list(1, DWORD));
    "text-not-terminated" => |w| send(w, &list(1, "030001000400000041004100")),
        |w| send(w, &list(1, "030001000400000041000000"));
    "property-formats" => |w| formats(w, "020001000000000000000000"),
        |w| formats(w, &format!("0b0001000200000002000000{END}"));
    "batch-empty" => |w| execute(w, "01000000"), |w| execute(w, &batch(1, 4));
    "batch-command" => |w| execute(w, &batch(20, 4)), |w| execute(w, &batch(1, 4));
    "batch-value-type" => |w| execute(w, &batch(1, 9)), |w| execute(w, &batch(4, 9));
    // What a client asks to be read has its type in the answer.
    "batch-value-type" => |w| read_types(w, 4, 9), |w| read_types(w, 9, 4);
    "batch-reply-command" => |w| execute(w, &batch(6, 4)), |w| execute(w, &batch(4, 4));
    "batch-same-length" => |w| read(w, 1), |w| read(w, 2);
    "member-not-the-constant" => |w| execute(w, &format!("02000000{}", command(1, 4))), |w| execute(w, &batch(1, 4));
    "size-counts-padding" => |w| send(w, &list(1, "0b0001000400000007000000")),
        |w| send(w, &list(1, "0b0001000200000007000000"));
    "not-of-format" => |w| send(w, &list(1, "050001000400000041004200")),
        |w| send(w, &list(1, "0500010006000000410000000000beef"));
    "list-not-ended" => |w| send(w, &format!("02000000{NAME}{DWORD}{NAME}{DWORD}{END}")),
        |w| send(w, &format!("02000000{NAME}{DWORD}{END}{NAME}{DWORD}{END}"));
    "expanded-without-expand" => |w| get(w, &list(1, EXPANDED)),
        |w| get(w, &list(1, &format!("{EXPAND}{EXPANDED}")));
    "batch-name-length" => |w| execute(w, "0100000003000000000000000000000000000000"),
        |w| execute(w, "01000000030000000000000002000000000000000000");
    "batch-padding" => |w| execute(w, "0100000001000000030000000400000041000000010000000f"),
        |w| execute(w, "0100000001000000030000000400000041000000010000000f00");
    "batch-order" => |w| read_names(w, "42", "41"), |w| read_names(w, "41", "41");
    "batch-no-key" => |w| execute(w, &format!("01000000{}{}", command(3, 0), command(1, 4))),
        |w| execute(w, &format!("01000000{}{}{}", command(3, 0), command(2, 0), command(1, 4)));
    "member-value" => |w| output(w, RESOURCE, 0x0100_000d, "0700000000000000"),
        |w| output(w, RESOURCE, 0x0100_000d, "0100000000000080");
    "member-bits" => |w| output(w, RESOURCE, 0x0100_0005, "00000080"),
        |w| output(w, RESOURCE, 0x0100_0005, "01000000");
    // 3.1.4.3.1.3 says of no flag that it must not be.
    "member-bits" => |w| output(w, RESOURCE, 0x0100_0005, "00000080"),
        |w| output(w, RESOURCE, codes::CLUSCTL_RESOURCE_GET_FLAGS, "00000080");
    "no-characteristics" => |w| output(w, GROUP, 0x0300_0005, "01000000"), |w| output(w, GROUP, 0x0300_0005, END);
    "disk-info-first" => |w| output(w, TYPE, 0x0200_0195, &format!("020007000400000001000000{SIGNATURE}{END}")),
        |w| { output(w, TYPE, 0x0200_0195, END); output(w, TYPE, 0x0200_0195, &format!("{SIGNATURE}{SIGNATURE}{END}")); };
    "disk-info-first" => |w| {
        w.second();
        output(w, RESOURCE, 0x0100_0191, &format!("{GUID}{END}"));
    }, |w| output(w, RESOURCE, 0x0100_0191, &format!("{GUID}{END}"));
    "value-list-entry" => |w| output(w, RESOURCE, codes::CLUSCTL_RESOURCE_STORAGE_GET_SHARED_VOLUME_INFO, &format!("{SIGNATURE}{END}")),
        |w| output(w, RESOURCE, codes::CLUSCTL_RESOURCE_STORAGE_GET_SHARED_VOLUME_INFO, END);
    "value-list-not-ended" => |w| output(w, RESOURCE, 0x0100_01f1, SIGNATURE),
        |w| output(w, RESOURCE, 0x0100_01f1, &format!("{SIGNATURE}{END}"));
    "disk-info-first" => |w| output(w, RESOURCE, 0x0100_01f1, &format!("020007000400000001000000{SIGNATURE}{END}")),
        |w| output(w, RESOURCE, 0x0100_01f1, &format!("{SIGNATURE}020007000400000001000000{END}"));
    "dependency-kind" => |w| output(w, RESOURCE, 0x0100_0011, &format!("{SIGNATURE}{END}")),
        |w| output(w, RESOURCE, 0x0100_0011, &format!("02000200080000000100000000000080{NAME}{END}"));
    "required-property" => |w| input(w, 0x0140_20e6, &list(1, DWORD)),
        |w| input(w, 0x0140_20e6, &format!("01000000{TOKEN}030001000400000041000000{END}"));
    // It is the whole name that counts, whatever its case.
    "required-property" => |w| input(w, 0x0140_20e6, &format!("01000000{TOKENS}{TEXT}{END}")),
        |w| input(w, 0x0140_20e6, &format!("01000000{TOKEN_IN_CAPITALS}{TEXT}{END}"));
    "required-property" => |w| input(w, 0x0140_20e6, &list(1, TEXT)),
        |w| input(w, 0x0140_20e6, &format!("02000000{NAME}{TEXT}{END}{TOKEN}{TEXT}{END}"));
    "quorum-not-usable" => |w| output(w, RESOURCE, 0x0100_01f1, &format!("{SIGNATURE}{}{END}", partition(8))),
        |w| output(w, RESOURCE, 0x0100_01f1, &format!("{SIGNATURE}{}{END}", partition(12)));
    "quorum-not-usable" => |w| output(w, RESOURCE, 0x0100_01f1, &format!("{SIGNATURE}{}{END}", partition(9))),
        |w| output(w, RESOURCE, 0x0100_01f1, &format!("{SIGNATURE}{}{}{END}", partition(1), partition(4)));
    "list-missing" => |w| output(w, RESOURCE, 0x0100_007d, ""), |w| output(w, RESOURCE, 0x0100_007d, END);
    "list-missing" => |w| output(w, RESOURCE, 0x0100_0065, ""), |w| output(w, RESOURCE, 0x0100_0065, END);
    "list-missing" => |w| output(w, GROUP, 0x0300_0059, ""), |w| no_room(w, 0x0300_0059);
    "output-missing" => |w| output(w, RESOURCE, 0x0100_0005, ""), |w| output(w, RESOURCE, 0x0100_0005, "01000000");
    "empty-name" => |w| output(w, GROUP, 0x0300_0029, "0000"), |w| output(w, GROUP, 0x0300_0029, "41000000");
    // 2.2.2.6.
    "member-value" => |w| output(w, RESOURCE, 0x0100_01e1, &maintenance(9)),
        |w| output(w, RESOURCE, 0x0100_01e1, &maintenance(1));
    // 2.2.3.31, one structure of several.
    "member-value" => |w| output(w, RESOURCE, 0x0100_02b5, &format!("{}{}", drive(3), drive(9))),
        |w| output(w, RESOURCE, 0x0100_02b5, &format!("{}{}", drive(3), drive(1)));
    // 2.2.3.40, inside another structure.
    "member-value" => |w| output(w, TYPE, codes::CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_REPLICATED_DISKS, &replicated(99)), |w| output(w, TYPE, codes::CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_REPLICATED_DISKS, &replicated(4));
    // 2.2.3.51, inside another structure.
    "member-value" => |w| disks(w, 0x7e), |w| disks(w, 0x11);
    // 3.1.4.3.7.3.
    "member-value" => |w| voter(w, "09000000"), |w| voter(w, "01000000");
    // 2.2.3.32.
    "member-bits" => |w| volume_state(w, 0x1000), |w| volume_state(w, 0x11);
    // 3.1.4.3.1.59.
    "member-bits" => |w| output(w, RESOURCE, codes::CLUSCTL_RESOURCE_NETNAME_CHECK_AD_STATE, "10000000"),
        |w| output(w, RESOURCE, codes::CLUSCTL_RESOURCE_NETNAME_CHECK_AD_STATE, "0f000000");
    "disk-id-unknown" => |w| disk_id(w, "88130000"), |w| disk_id(w, "0100000001000000");
    "behind-members" => |w| letter(w, "010000000f00000001"), |w| letter(w, "010000000f000000");
}

fn letter(w: &mut Wire, input: &str) {
    w.request(
        "ApiResourceControl",
        &json!({"hResource": handle(1), "dwControlCode": 0x0140_01ea,
        "lpInBuffer": {"hex": input}, "nInBufferSize": input.len() / 2, "nOutBufferSize": 0}),
    );
}
