//! Every kind of secret that messages carry, in every syntax and byte order, whole and cut at every byte: nothing of it in
//! text, nor in JSON with `--hide-secrets`.

use crate::program::{self, stdout};
use crate::wire;
use cluscope::internals::consts::control_codes::{self, Family};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::stub::{self, Identity};
use cluscope::internals::render::json::{buffers, stub::encode};
use cluscope::internals::session::call_context::CallContext;
use serde_json::{Value, json};

/// Stands in every message for the secret; four characters of it are found nowhere else.
const SECRET: &str = "qZ9x7Wk3vB5nM2jR";

const HANDLE: &str = "00000000-0000-0000-0000-000000000007";

fn units(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Whether four characters in a row of the secret can be read in an output: as text, in a dump, in hexadecimal.
fn leak(output: &str) -> Option<String> {
    let part = |at: usize| &SECRET[at..at + 4];
    let dots = |part: &str| part.chars().map(String::from).collect::<Vec<_>>().join(".");
    let spaced = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" ");
    (0..=SECRET.len() - 4)
        .flat_map(|at| {
            let wide = units(part(at));
            [part(at).to_owned(), dots(part(at)), hex::encode(&wide), spaced(&wide), hex::encode(part(at))]
        })
        .find(|form| output.to_lowercase().contains(&form.to_lowercase()))
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

fn sz() -> Value {
    json!({"hex": hex::encode([units(SECRET), vec![0, 0]].concat())})
}

fn multi_sz() -> Value {
    json!({"hex": hex::encode([units(SECRET), vec![0; 4]].concat())})
}

fn batch(command: u32, name: &str, kind: u32) -> Value {
    let command = json!({"CommandType": command, "ValueType": kind, "Name": name, "Data": sz()});
    structure("CLUSTER_REG_BATCH_UPDATE", json!({"VersionNumber": 1, "commands": [command]}))
}

struct Case {
    what: String,
    opnum: u16,
    direction: &'static str,
    values: Value,
    context: CallContext,
}

fn handle() -> Value {
    json!({"attributes": 0, "uuid": HANDLE})
}

fn size(buffer: &Value) -> usize {
    buffer["hex"].as_str().unwrap().len() / 2
}

fn control(family: Family, code: u32, input: &Value) -> Case {
    let opnum = if family == Family::ResourceType { 75 } else { 73 };
    let mut params = json!({"dwControlCode": code, "lpInBuffer": input, "nInBufferSize": size(input),
        "nOutBufferSize": 0});
    match family {
        Family::ResourceType => {
            params["lpszResourceTypeName"] = "Cloud Witness".into();
            params["hCluster"] = handle();
        }
        _ => params["hResource"] = handle(),
    }
    let what = format!("input of {code:#010x}");
    Case { what, opnum, direction: "request", values: json!({"params": params}), context: CallContext::default() }
}

fn answer(code: Option<u32>, output: &Value) -> Case {
    let n = size(output);
    let params = json!({"lpOutBuffer": output, "lpBytesReturned": n, "lpcbRequired": n, "rpc_status": 0});
    let context = CallContext { control_code: code.map(|code| (Family::Resource, code)), ..CallContext::default() };
    let values = json!({"params": params, "return": 0});
    Case { what: format!("output of {code:?}"), opnum: 73, direction: "response", values, context }
}

fn case(what: &str, opnum: u16, direction: &'static str, params: Value) -> Case {
    let values =
        if direction == "response" { json!({"params": params, "return": 0}) } else { json!({"params": params}) };
    Case { what: what.into(), opnum, direction, values, context: CallContext::default() }
}

fn cases() -> Vec<Case> {
    let of = |name: &str| control_codes::by_name(name).unwrap().value;
    let resource = |code: u32, input: &Value| control(Family::Resource, code, input);
    let mut cases = vec![
        resource(of("CLUSCTL_CLOUD_WITNESS_RESOURCE_UPDATE_KEY"), &sz()),
        resource(
            of("CLUSCTL_CLOUD_WITNESS_RESOURCE_UPDATE_KEY"),
            &properties(&[("PrimaryKey", 0x10003, SECRET.into())]),
        ),
        resource(
            of("CLUSCTL_CLOUD_WITNESS_RESOURCE_UPDATE_TOKEN"),
            &properties(&[("PrimaryToken", 0x10003, SECRET.into())]),
        ),
        resource(of("CLUSCTL_RESOURCE_ADD_CRYPTO_CHECKPOINT"), &sz()),
        resource(of("CLUSCTL_RESOURCE_ADD_CRYPTO_CHECKPOINT_EX"), &sz()),
        resource(of("CLUSCTL_RESOURCE_DELETE_CRYPTO_CHECKPOINT"), &sz()),
        resource(of("CLUSCTL_RESOURCE_SCALEOUT_COMMAND"), &sz()),
        resource(0x0160_1234, &sz()),
        resource(0x0160_1234, &properties(&[("Anything", 0x10003, SECRET.into())])),
    ];
    for name in ["CLUSCTL_RESOURCE_NETNAME_SET_PWD_INFO", "CLUSCTL_RESOURCE_NETNAME_SET_PWD_INFOEX"] {
        let of_code = if name.ends_with("EX") { "CLUS_NETNAME_PWD_INFOEX" } else { "CLUS_NETNAME_PWD_INFO" };
        let password = if name.ends_with("EX") { SECRET } else { &SECRET[..15] };
        let value = json!({"Flags": 1, "Password": password, "CreatingDC": "dc", "ObjectGuid": "g"});
        cases.push(resource(of(name), &structure(of_code, value)));
    }
    for name in [
        "CLUSCTL_CLOUD_WITNESS_RESOURCE_TYPE_VALIDATE_CREDENTIALS",
        "CLUSCTL_CLOUD_WITNESS_RESOURCE_TYPE_VALIDATE_CREDENTIALS_WITH_KEY",
    ] {
        for property in ["PrimaryToken", "primarykey", "SecondaryToken"] {
            let list = properties(&[("AccountName", 0x10003, "a".into()), (property, 0x10003, SECRET.into())]);
            cases.push(control(Family::ResourceType, of(name), &list));
        }
    }
    let private = of("CLUSCTL_RESOURCE_SET_PRIVATE_PROPERTIES");
    for property in
        ["Password", "AdminPwd", "StorageAccountKey", "Access Key", "SasToken", "ClientSecret", "ResourceData"]
    {
        let bytes = json!({"hex": hex::encode(units(SECRET))});
        for (syntax, value) in [(0x10003, Value::from(SECRET)), (0x10001, bytes), (0x10005, json!([SECRET, SECRET]))] {
            let list =
                properties(&[("Plain", 0x10002, 7.into()), (property, syntax, value), ("Last", 0x10002, 9.into())]);
            cases.push(resource(private, &list));
        }
    }
    cases.push(answer(Some(of("CLUSCTL_RESOURCE_GET_CRYPTO_CHECKPOINTS")), &multi_sz()));
    cases.push(answer(
        Some(of("CLUSCTL_RESOURCE_GET_PRIVATE_PROPERTIES")),
        &properties(&[("Passphrase", 0x10003, SECRET.into())]),
    ));
    cases.push(answer(Some(0x0160_1234), &multi_sz()));
    cases.push(answer(None, &sz()));
    cases.push(case(
        "password of the service account",
        108,
        "request",
        json!({"lpszNewPassword": SECRET, "dwFlags": 1, "ReturnStatusBufferSize": 0}),
    ));
    for (name, kind) in [("AdminPassword", 1), ("sas_token", 3), ("PRIVATEKEY", 7), ("Secret", 99)] {
        let data = sz();
        cases.push(case(
            name,
            32,
            "request",
            json!({"hKey": handle(), "lpValueName": name, "dwType": kind, "lpData": data, "cbData": size(&data)}),
        ));
        cases.push(case(
            name,
            36,
            "response",
            json!({"lpValueName": name, "lpType": kind, "lpData": data,
            "lpcbData": size(&data), "TotalSize": size(&data), "rpc_status": 0}),
        ));
        let queried = json!({"lpValueType": kind, "lpData": data, "lpcbRequired": size(&data), "rpc_status": 0});
        let mut asked = case(name, 34, "response", queried.clone());
        asked.context.secret_value = Some(true);
        cases.push(asked);
        cases.push(case("a value whose name is not known", 34, "response", queried));
        for command in [1, 6, 8, 13] {
            let batch = batch(command, name, kind);
            let n = size(&batch);
            cases.push(case(name, 113, "request", json!({"hKey": handle(), "cbData": n, "lpData": batch})));
            cases.push(case(name, 115, "response", json!({"cbData": n, "lpData": batch})));
            cases.push(case(name, 145, "response", json!({"cbOutData": n, "lpOutData": batch, "rpc_status": 0})));
        }
    }
    let list = properties(&[("UserToken", 0x10003, SECRET.into())]);
    let notification = json!({"dwNotifyKey": 1, "NotificationData": {
        "FilterAndType": {"dwObjectType": 3, "FilterFlags": 1}, "buffer": list, "dwBufferSize": size(&list),
        "ObjectId": "o", "ParentId": "p", "Name": "n", "Type": "t"}});
    cases.push(case(
        "notification",
        139,
        "response",
        json!({"dwNumNotifications": 1, "Notifications": [notification]}),
    ));
    cases
}

fn line(case: &Case, syntax: &str, endian: &str) -> Value {
    let mut line = case.values.clone();
    for (key, value) in [
        ("interface", "clusapi"),
        ("version", "3.0"),
        ("direction", case.direction),
        ("syntax", syntax),
        ("endian", endian),
    ] {
        line[key] = value.into();
    }
    line["opnum"] = case.opnum.into();
    line
}

/// What the library prints with secrets hidden, as JSON.
fn masked(case: &Case, identity: &Identity, stub: &[u8]) -> String {
    let mut out = Out::new();
    out.hide_secrets();
    stub::decode(&mut out, identity, &case.context, stub);
    String::from_utf8(out.as_bytes().to_vec()).unwrap()
}

#[test]
fn decoded() {
    for case in cases() {
        for syntax in ["ndr", "ndr64"] {
            for endian in ["little", "big"] {
                let line = line(&case, syntax, endian);
                let whole = encode(line.as_object().unwrap()).unwrap_or_else(|e| panic!("{}: {e}", case.what));
                let identity = Identity::new("clusapi", "3.0", case.opnum, case.direction, syntax, endian).unwrap();
                for n in 0..=whole.len() {
                    let printed = masked(&case, &identity, &whole[..n]);
                    assert_eq!(leak(&printed), None, "{} {syntax} {endian} {n}: {printed}", case.what);
                }
                // Behind a stub, and in one whose first count lies.
                let behind = [&whole[..], &units(SECRET)].concat();
                assert_eq!(leak(&masked(&case, &identity, &behind)), None, "{} {syntax} {endian}", case.what);
            }
        }
    }
}

/// A capture of one connection on which every message stands: accepted, on a rejected context, with a version that nobody
/// knows, without a bind; and with the stub cut.
fn capture(bind: Option<(Vec<u8>, Vec<u8>)>, cut: usize) -> Vec<u8> {
    let mut out = wire::Pcap::new(Vec::new()).unwrap();
    let [mut client, mut server] = wire::connection(1);
    if let Some((bind, ack)) = bind {
        out.packet(&client.send(&bind)).unwrap();
        out.packet(&server.send(&ack)).unwrap();
    }
    for (call, case) in cases().iter().enumerate() {
        let call = call as u32 + 2;
        let stub = encode(line(case, "ndr", "little").as_object().unwrap()).unwrap();
        let stub = &stub[..stub.len().saturating_sub(cut)];
        match (case.direction, case.context.control_code) {
            ("request", _) => out.packet(&client.send(&wire::request(call, wire::WHOLE, case.opnum, stub))).unwrap(),
            (_, code) => {
                // What was asked, as far as it matters.
                let asked = match (case.opnum, code) {
                    (73, Some((_, code))) => Some(json!({"hResource": handle(), "dwControlCode": code,
                        "lpInBuffer": null, "nInBufferSize": 0, "nOutBufferSize": 900})),
                    (34, _) if case.context.secret_value == Some(true) => {
                        Some(json!({"hKey": handle(), "lpValueName": case.what, "cbData": 900}))
                    }
                    _ => None,
                };
                if let Some(params) = asked {
                    let request = Case {
                        what: String::new(),
                        opnum: case.opnum,
                        direction: "request",
                        values: json!({"params": params}),
                        context: CallContext::default(),
                    };
                    let request = encode(line(&request, "ndr", "little").as_object().unwrap()).unwrap();
                    out.packet(&client.send(&wire::request(call, wire::WHOLE, case.opnum, &request))).unwrap();
                }
                out.packet(&server.send(&wire::response(call, wire::WHOLE, stub))).unwrap();
            }
        }
    }
    out.into_inner()
}

#[test]
fn printed_by_every_command() {
    let accepted = (wire::bind(1, 0..1, 1), wire::bind_ack(1, 1));
    let mut rejected = accepted.clone();
    // The result of the first context: provider rejection, abstract syntax not supported.
    let at = rejected.1.len() - 24;
    rejected.1[at..at + 4].copy_from_slice(&[2, 0, 1, 0]);
    let mut version = accepted.clone();
    let at = version.0.windows(16).position(|w| w == &wire::CLUSAPI[..16]).unwrap() + 16;
    version.0[at] = 9;
    let binds = [Some(accepted), Some(rejected), Some(version), None];
    let commands: &[&[&str]] = &[
        &["dissect", "--format", "text"],
        &["dissect", "--format", "jsonl", "--hide-secrets"],
        &["calls", "--format", "text"],
        &["calls", "--format", "text", "--full"],
        &["calls", "--format", "jsonl", "--hide-secrets"],
        &["calls", "--format", "csv"],
        &["calls", "--format", "zeek"],
        &["calls", "--format", "ecs"],
        &["calls", "--format", "zeek-json"],
        &["calls", "--format", "eve"],
        &["calls", "--format", "perfetto"],
        &["check", "--format", "text"],
        &["check", "--format", "jsonl"],
        &["stats", "--format", "text"],
        &["stats", "--format", "jsonl"],
        &["story", "--format", "text", "--verbose"],
        &["story", "--format", "jsonl", "--verbose"],
    ];
    for (i, bind) in binds.into_iter().enumerate() {
        for cut in [0, 9] {
            let capture = capture(bind.clone(), cut);
            for command in commands {
                let output = program::run(&[command, &["-"][..]].concat(), &capture);
                let printed = format!("{}{}", stdout(&output), String::from_utf8_lossy(&output.stderr));
                let leaked = leak(&printed);
                let line = leaked
                    .as_ref()
                    .and_then(|form| printed.lines().find(|line| line.to_lowercase().contains(&form.to_lowercase())));
                assert_eq!(leaked, None, "bind {i}, cut {cut}, {command:?}: {line:?}");
                assert!(
                    !stdout(&output).is_empty() || i == 3 || matches!(command[0], "check" | "story"),
                    "bind {i}: {command:?}"
                );
            }
        }
    }
}

/// `stub decode` and `stub explain` of every kind, whole, cut and with more behind it; `struct decode` of the buffers.
#[test]
fn printed_of_bare_stubs_and_structures() {
    for case in cases() {
        let whole = encode(line(&case, "ndr", "little").as_object().unwrap()).unwrap();
        let cut = &whole[..whole.len() - 9];
        let behind = [&whole[..], &units(SECRET)].concat();
        for (stub, version, opnum) in [
            (&whole[..], "3.0", case.opnum),
            (cut, "3.0", case.opnum),
            (&behind[..], "3.0", case.opnum),
            (&whole[..], "3.0", 999),
        ] {
            let opnum = opnum.to_string();
            for command in [
                &["decode", "--format", "text"][..],
                &["decode", "--format", "jsonl", "--hide-secrets"],
                &["explain", "--format", "text"],
                &["explain", "--format", "jsonl", "--hide-secrets"],
            ] {
                let of =
                    ["--interface", "clusapi", "--version", version, "--opnum", &opnum, "--direction", case.direction];
                let output = program::run(&[&["stub"], command, &of].concat(), hex::encode(stub).as_bytes());
                let printed = format!("{}{}", stdout(&output), String::from_utf8_lossy(&output.stderr));
                assert_eq!(leak(&printed), None, "{} {command:?} {opnum}: {printed}", case.what);
            }
        }
        let named = json!({"interface": "clusapi", "version": "3.0", "opnum": case.opnum, "direction": case.direction,
            "syntax": "ndr", "hex": hex::encode(&whole)});
        let output = program::run(&["stub", "decode", "--jsonl", "--hide-secrets"], named.to_string().as_bytes());
        assert_eq!(leak(&stdout(&output)), None, "{}", case.what);
    }
    for (name, value) in [
        (
            "CLUS_NETNAME_PWD_INFO",
            json!({"Flags": 1, "Password": &SECRET[..15], "CreatingDC": "dc", "ObjectGuid": "g"}),
        ),
        ("CLUS_NETNAME_PWD_INFOEX", json!({"Flags": 1, "Password": SECRET, "CreatingDC": "dc", "ObjectGuid": "g"})),
    ] {
        in_structure(name, &structure(name, value));
    }
    in_structure(
        "PROPERTY_LIST",
        &properties(&[("AdminPassword", 0x10003, SECRET.into()), ("Last", 0x10002, 9.into())]),
    );
    in_structure("CLUSTER_REG_BATCH_UPDATE", &batch(1, "SasToken", 1));
}

fn in_structure(name: &str, buffer: &Value) {
    let digits = buffer["hex"].as_str().unwrap();
    for n in (0..=digits.len()).step_by(14) {
        for format in [&["--format", "text"][..], &["--format", "jsonl", "--hide-secrets"]] {
            let output = program::run(&[&["struct", "decode", name], format].concat(), &digits.as_bytes()[..n]);
            let printed = format!("{}{}", stdout(&output), String::from_utf8_lossy(&output.stderr));
            assert_eq!(leak(&printed), None, "{name} {n} {format:?}: {printed}");
        }
        let line = json!({"struct": name, "hex": &digits[..n]}).to_string();
        let output = program::run(&["struct", "decode", "--jsonl", "--hide-secrets"], line.as_bytes());
        assert_eq!(leak(&stdout(&output)), None, "{name} {n}");
    }
}
