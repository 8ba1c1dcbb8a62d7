//! Bytes and what they are said to hold, edited on one side: refused at any depth, with the path.

use cluscope::internals::render::json::{buffers, stub};
use serde_json::{Value, json};

fn line() -> Value {
    let value =
        |name: &str, syntax: &str, value: Value| json!({"name": name, "values": [{"syntax": syntax, "value": value}]});
    let list = json!({"struct": "PROPERTY_LIST", "value": {"properties": [
        value("Description", "CLUSPROP_SYNTAX_LIST_VALUE_SZ", json!("text")),
        value("RestartAction", "CLUSPROP_SYNTAX_LIST_VALUE_DWORD", json!(2)),
        value("Names", "CLUSPROP_SYNTAX_LIST_VALUE_MULTI_SZ", json!(["a", "b"])),
    ]}});
    let bytes = buffers::encode(list.as_object().unwrap(), None).unwrap();
    let told = json!({"type": "PROPERTY_LIST", "value": list["value"]});
    json!({"interface": "clusapi", "version": "3.0", "method": "ApiResourceControl", "direction": "request", "syntax": "ndr",
        "params": {"hResource": {"attributes": 0, "uuid": "00000000-0000-0000-0000-000000000001"},
            "dwControlCode": "CLUSCTL_RESOURCE_SET_COMMON_PROPERTIES",
            "lpInBuffer": {"hex": hex::encode(bytes), "decoded": told}, "nOutBufferSize": 0}})
}

fn encode(line: &Value) -> Result<Vec<u8>, (String, String)> {
    stub::encode(line.as_object().unwrap()).map_err(|e| (e.path, e.message))
}

#[test]
fn bytes_and_content_disagree() {
    let right = encode(&line()).unwrap();
    let mut alone = line();
    alone["params"]["lpInBuffer"].as_object_mut().unwrap().remove("hex");
    assert_eq!(encode(&alone), Ok(right), "without the bytes they are the same");
    let list = "/params/lpInBuffer/decoded/value/properties";
    for (place, value) in [
        ("/0/values/0/value", json!("other")),
        ("/0/values/0/value", json!(["text"])),
        ("/0/name", json!("description")),
        ("/1/values/0/value", json!(3)),
        ("/1/values/0/value", json!("3")),
        ("/1/values/0/value", json!({"value": 3})),
        ("/1/values/0/value", json!(null)),
        ("/1/values/0/syntax", json!("CLUSPROP_SYNTAX_LIST_VALUE_LONG")),
        ("/2/values/0/value", json!(["a"])),
        ("/2/values/0/value", json!(["a", "c"])),
        ("/2/values/0", json!({})),
        ("/2/values/0", json!(5)),
        ("/2/values", json!([])),
        ("/2", json!({})),
        ("", json!([])),
        ("", json!({})),
    ] {
        let mut edited = line();
        *edited.pointer_mut(&format!("{list}{place}")).unwrap() = value.clone();
        let (path, message) = encode(&edited).expect_err(&format!("{place} {value}"));
        assert!(path.starts_with("params.lpInBuffer.decoded"), "{place} {value}: {path}: {message}");
        assert!(message.contains("\"hex\" and \"decoded\" disagree"), "{place} {value}: {message}");
    }
}

/// Numbers that would be others once they are written.
#[test]
fn numbers_out_of_range() {
    let encode = |syntax: &str, value: Value| {
        let syntax = format!("CLUSPROP_SYNTAX_LIST_VALUE_{syntax}");
        let line = json!({"struct": "PROPERTY_LIST", "value": {"properties": [
            {"name": "N", "values": [{"syntax": syntax, "value": value}]}]}});
        buffers::encode(line.as_object().unwrap(), None)
    };
    for (syntax, value) in [
        ("ULARGE_INTEGER", json!(-1)),
        ("ULARGE_INTEGER", json!("-1")),
        ("LARGE_INTEGER", json!(1u64 << 63)),
        ("DWORD", json!(-1)),
        ("DWORD", json!(1u64 << 32)),
        ("LONG", json!(1u64 << 31)),
        ("WORD", json!(65_536)),
        ("DWORD", json!(1.5)),
        ("MULTI_SZ", json!("a")),
    ] {
        let e = encode(syntax, value.clone()).expect_err(&format!("{syntax} {value}"));
        assert!(e.path.starts_with("value.properties[0].values[0].value"), "{syntax} {value}: {e}");
    }
    for (syntax, value) in
        [("LARGE_INTEGER", json!(-1)), ("ULARGE_INTEGER", json!(u64::MAX)), ("DWORD", json!("0xffffffff"))]
    {
        encode(syntax, value).unwrap();
    }
}
