//! `cluscope export`: the rows of what stands in lists inside buffers.

use crate::export::{KEYS, rows, scratch};
use crate::program::{run, stderr};
use crate::rows::{captures, records, same};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The values of the property lists in a value, in their order: the property's name, place, syntax and value.
fn properties(value: &Value, found: &mut Vec<[Value; 4]>) {
    match value {
        Value::Object(members) => {
            for property in members.get("properties").and_then(Value::as_array).into_iter().flatten() {
                let values = property["values"].as_array().expect("values");
                if values.is_empty() {
                    found.push([property["name"].clone(), Value::Null, Value::Null, Value::Null]);
                }
                for (at, one) in values.iter().enumerate() {
                    found.push([property["name"].clone(), at.into(), one["syntax"].clone(), one["value"].clone()]);
                }
            }
            members.values().for_each(|value| properties(value, found));
        }
        Value::Array(all) => all.iter().for_each(|value| properties(value, found)),
        _ => {}
    }
}

/// Columns that rows of what is in a message have from the message's own row.
const OF_MESSAGE: &[&str] =
    &["time", "time_ns", "frame", "stream", "client", "server", "user", "call_id", "type", "method", "object_name"];

#[test]
fn properties_are_those_of_messages() {
    let mut seen = 0;
    for capture in captures() {
        let records = records(&capture);
        let messages: BTreeMap<i64, Value> = rows("messages", &capture, &KEYS)
            .into_iter()
            .filter_map(|row| Some((row["frame"].as_i64()?, row)))
            .collect();
        let mut all = rows("properties", &capture, &KEYS).into_iter();
        for (frame, record) in &records {
            let mut expected = Vec::new();
            properties(&record["params"], &mut expected);
            for [name, at, syntax, value] in expected {
                let row = all.next().expect("a row");
                seen += 1;
                for column in OF_MESSAGE.iter().chain(&["control_code_name", "object_kind"]) {
                    same(&row, &[(column, messages[frame][*column].clone())]);
                }
                let text = value.as_str().or(["name", "time", "sddl"].into_iter().find_map(|key| value[key].as_str()));
                same(
                    &row,
                    &[
                        ("name", name),
                        ("value_index", at),
                        ("syntax", syntax["value"].clone()),
                        ("syntax_name", syntax["name"].clone()),
                        ("value_int", Value::from(value.as_i64().or(value["value"].as_i64()))),
                        ("value_text", Value::from(text)),
                    ],
                );
                let whole = row["value"].as_str().map(|text| serde_json::from_str::<Value>(text).expect("JSON"));
                assert_eq!(whole.unwrap_or_default(), value, "{row}");
            }
        }
        assert_eq!(all.next(), None, "{}", capture.display());
    }
    assert!(seen > 500, "{seen}");
}

/// A batch by hand (2.2.3.17): CREATE_KEY `Batch`, SET_VALUE `V1` = REG_SZ `first`, SET_VALUE `V2` = REG_DWORD 7.
#[test]
fn commands_of_a_batch() {
    let folder = scratch("commands");
    let capture = folder.join("batch.pcapng");
    let bytes = [
        "01000000",
        "02000000 00000000 0c000000 420061007400630068000000 00000000",
        "01000000 01000000 06000000 560031000000 0c000000 660069007200730074000000",
        "01000000 04000000 06000000 560032000000 04000000 07000000",
    ];
    let hex = bytes.concat().replace(' ', "");
    let line = json!({
        "type": "request", "interface": "clusapi", "version": "3.0", "method": "ApiExecuteBatch", "call_id": 9,
        "params": {
            "hKey": { "attributes": 0, "uuid": "529bc0b6-5e20-5b6e-a26a-9c48d89dd4e7" },
            "cbData": hex.len() / 2,
            "lpData": { "hex": hex },
        },
    });
    let made = run(&["make", "-", "-o", &capture.to_string_lossy()], format!("{line}\n").as_bytes());
    assert!(made.status.success(), "{}", stderr(&made));
    let messages = rows("messages", &capture, &[]);
    let message = messages.iter().find(|row| row["type"] == "request").expect("the request");
    let all = rows("commands", &capture, &[]);
    assert_eq!(all.len(), 3);
    for row in &all {
        for column in OF_MESSAGE {
            same(row, &[(column, message[*column].clone())]);
        }
    }
    let null = Value::Null;
    for (row, expected) in all.iter().zip([
        [
            json!(0),
            json!(2),
            json!("CLUSREG_CREATE_KEY"),
            json!("Batch"),
            json!(0),
            json!("REG_NONE"),
            null.clone(),
            null.clone(),
        ],
        [
            json!(1),
            json!(1),
            json!("CLUSREG_SET_VALUE"),
            json!("V1"),
            json!(1),
            json!("REG_SZ"),
            null.clone(),
            json!("first"),
        ],
        [
            json!(2),
            json!(1),
            json!("CLUSREG_SET_VALUE"),
            json!("V2"),
            json!(4),
            json!("REG_DWORD"),
            json!(7),
            null.clone(),
        ],
    ]) {
        let columns =
            ["position", "command", "command_name", "name", "value_type", "value_type_name", "value_int", "value_text"];
        for (column, value) in columns.into_iter().zip(expected) {
            same(row, &[(column, value)]);
        }
    }
    assert_eq!(all[2]["value"], r#"{"hex":"07000000","decoded":7}"#);
}
