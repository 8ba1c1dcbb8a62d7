//! Lines of JSON that stubs are encoded from, and what stubs are printed as, case by case.

use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::stub::{self, Identity};
use cluscope::internals::render::text::{Style, TextBuffer, record};
use cluscope::internals::session::call_context::CallContext;
use serde_json::{Value, json};

fn encode(line: &Value) -> Result<String, String> {
    stub::encode(line.as_object().unwrap()).map(hex::encode).map_err(|e| e.to_string())
}

fn answer(line: &Value) -> (bool, Value) {
    let mut out = Out::new();
    let done = stub::encode_line(&mut out, &line.to_string());
    (done, serde_json::from_slice(out.as_bytes()).unwrap())
}

/// Bytes may be a list of numbers; a list of texts is what the bytes hold.
#[test]
fn bytes_as_numbers() {
    let set = |kind: &str, data: Value| {
        encode(&json!({"interface": "clusapi", "version": "3.0", "method": "ApiSetValue", "direction": "request",
            "syntax": "ndr", "params": {"hKey": {"attributes": 0, "uuid": "00000000-0000-0000-0000-000000000001"},
            "lpValueName": "v", "dwType": kind, "lpData": data}}))
    };
    for (numbers, bytes) in
        [(json!([]), ""), (json!([1, 2, 255]), "0102ff"), (json!([97, 0, 0, 0, 0, 0]), "610000000000")]
    {
        let given = set("REG_BINARY", json!({"hex": bytes}));
        assert!(given.is_ok(), "{given:?}");
        assert_eq!(set("REG_BINARY", numbers.clone()), given, "{numbers}");
        // Whatever the type says of them.
        assert_eq!(set("REG_MULTI_SZ", numbers), set("REG_MULTI_SZ", json!({"hex": bytes})));
    }
    assert_eq!(set("REG_MULTI_SZ", json!(["a"])), set("REG_MULTI_SZ", json!({"hex": "610000000000"})));
    assert!(set("REG_BINARY", json!([256])).is_err());
}

/// Of a record of `calls` those halves are encoded that were decoded.
#[test]
fn halves_of_calls() {
    let half = |more: Value| {
        let mut half = json!({"frame": 1, "interface": "clusapi", "version": "3.0", "syntax": "ndr"});
        half.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        half
    };
    let request = || half(json!({"method": "ApiCreateEnum", "params": {"dwType": 5}}));
    let opened = || half(json!({"method": "ApiSetClusterName", "params": {"rpc_status": 0}, "return": 5}));
    let sealed = || half(json!({"encrypted": {"auth_type": "NTLM", "auth_level": "PKT_PRIVACY", "reason": "no key"}}));
    let reserved = || half(json!({"opnum": 80, "opaque": "0102"}));
    for (request, response, expected) in [
        (request(), sealed(), json!({"request": {"hex": "05000000"}})),
        (sealed(), opened(), json!({"response": {"hex": "0000000005000000"}})),
        (reserved(), sealed(), json!({"request": {"hex": "0102"}})),
        (reserved(), reserved(), json!({"request": {"hex": "0102"}, "response": {"hex": "0102"}})),
    ] {
        let line = json!({"type": "call", "request": request, "response": response});
        assert_eq!(answer(&line), (true, expected), "{line}");
    }
    let (done, told) = answer(&json!({"type": "call", "request": sealed(), "response": sealed()}));
    let message = told["error"]["message"].as_str().unwrap();
    assert!(!done && message.contains("neither \"request\" nor \"response\" was decoded"), "{told}");
}

/// What records call an opnum that nobody has, where the interface keeps it.
#[test]
fn names_of_reserved_opnums() {
    let line = |opnum: u16, method: &str| {
        encode(&json!({"interface": "clusapi", "version": "3.0", "opnum": opnum, "method": method,
            "direction": "request", "syntax": "ndr", "opaque": "00"}))
    };
    assert_eq!(line(263, "Opnum263Reserved"), Ok("00".into()));
    for (opnum, method) in [(263, "Opnum262Reserved"), (264, "Opnum264Reserved"), (7, "Opnum7Reserved")] {
        let error = line(opnum, method).expect_err(method);
        assert!(error.contains("clusapi has no method"), "{error}");
    }
    // Opnum 80 has a name of its own; 7 is ApiCreateEnum, and nothing is known of 264 (MS-CMRP 3.1.4.2).
    for (opnum, reserved) in [(7, false), (80, true), (263, true), (264, false)] {
        let identity = Identity::new("clusapi", "3.0", opnum, "request", "ndr", "little").unwrap();
        assert_eq!(identity.is_reserved(), reserved, "{opnum}");
    }
}

/// The annotation of an endpoint (C706 appendix O) is text up to its terminator.
#[test]
fn annotations() {
    let entry = format!("{}00000000 00000000 05000000 4c41420058 000000", "11".repeat(16));
    let bytes = hex::decode(format!("01000000 01000000 {entry} 01000000").replace(' ', "")).unwrap();
    let identity = Identity::new("epm", "3.0", 0, "request", "ndr", "little").unwrap();
    let mut out = TextBuffer::new();
    record::bare(&mut out, &identity, &CallContext::default(), &bytes, &Style::default());
    let line = out.as_str().lines().find(|line| line.contains("annotation")).unwrap_or_default().trim();
    assert!(line.starts_with("annotation") && line.ends_with(" \"LAB\""), "{}", out.as_str());
}
