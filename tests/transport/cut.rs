//! Packets that the capture cut: what is whole comes out, and the rest as far as it goes.

use crate::support::*;
use serde_json::Value;
use std::collections::HashMap;

fn snapped(packets: &[Owned], length: usize) -> Vec<Owned> {
    let mut packets = packets.to_vec();
    for packet in &mut packets {
        packet.data.truncate(length);
    }
    packets
}

fn by_frame(lines: &[Value]) -> HashMap<(u64, u64), &Value> {
    let key = |r: &Value| (r["frame"].as_u64().unwrap(), r["call_id"].as_u64().unwrap_or(u64::MAX));
    lines.iter().map(|r| (key(r), r)).collect()
}

/// Each parameter that a cut message still has is the whole message's.
fn prefix(cut: &Value, whole: &Value) -> bool {
    match (cut, whole) {
        (Value::Object(cut), Value::Object(whole)) => {
            cut.iter().all(|(k, v)| whole.get(k).is_some_and(|w| prefix(v, w)))
        }
        (Value::Array(cut), Value::Array(whole)) => {
            cut.len() <= whole.len() && cut.iter().zip(whole).all(|(c, w)| prefix(c, w))
        }
        (cut, whole) => cut == whole,
    }
}

#[test]
fn at_every_length() {
    for (name, lengths) in [
        ("tour.pcapng", &[60, 90, 110, 130, 160, 200, 300, 500][..]),
        ("ndr64.pcapng", &[110, 160, 250]),
        ("fragments.pcapng", &[160, 1000]),
    ] {
        let packets = ours(name);
        let whole = run(&packets);
        let whole = by_frame(&whole);
        for length in lengths {
            let cut = run(&snapped(&packets, *length));
            let full: HashMap<u64, bool> = packets.iter().map(|p| (p.frame, p.data.len() <= *length)).collect();
            let mut partial = 0;
            for record in &cut {
                let key = (record["frame"].as_u64().unwrap(), record["call_id"].as_u64().unwrap_or(u64::MAX));
                if record["type"] == "incomplete" {
                    assert!(
                        record["error"].is_object()
                            || record.get("params").is_some()
                            || record.get("stub_bytes").is_none_or(|n| n == 0)
                            || record.get("stub_bytes_before_hole").is_some_and(|n| n == 0),
                        "{name} {length}: {record}"
                    );
                    // Without the bind's contexts a guess may be wrong, and says so.
                    let known = record.get("partial").filter(|_| record.get("assumed").is_none());
                    if let (Some(found), Some(whole)) = (known, whole.get(&key)) {
                        assert!(prefix(found, &whole["params"]), "{name} {length}: {record}\n{whole}");
                        partial += 1;
                    }
                }
            }
            // What lies in packets that weren't cut comes out as before.
            let cut = by_frame(&cut);
            for (key, record) in &whole {
                let frames = record["frames"].as_array().unwrap();
                let kept = frames.iter().all(|f| full[&f.as_u64().unwrap()]);
                if kept && is(record, &["request", "response", "fault"]) {
                    let found = cut.get(key).unwrap_or_else(|| panic!("{name} {length}: lost {record}"));
                    if found.get("assumed").is_none() {
                        assert_eq!((&found["params"], &found["opnum"]), (&record["params"], &record["opnum"]));
                    }
                }
            }
            println!("{name} at {length}: {partial} in part");
        }
    }
}

/// A bind cut by the snap length still tells the contexts that are whole in it, and so does its answer.
#[test]
fn a_bind_cut_short() {
    let packets = ours("tour.pcapng");
    let whole = run(&packets);
    let bind = whole.iter().find(|r| r["type"] == "bind").unwrap();
    let contexts = bind["contexts"].as_array().unwrap();
    assert_eq!(contexts.len(), 2);
    let frame = bind["frame"].as_u64().unwrap();
    let mut cut = packets.clone();
    let packet = cut.iter_mut().find(|p| p.frame == frame).unwrap();
    packet.data.truncate(packet.data.len() - 10);
    let lines = run(&cut);
    let found = lines.iter().find(|r| r["type"] == "bind" && r["frame"] == frame).unwrap();
    assert_eq!(found["contexts"].as_array().unwrap()[..], contexts[..1]);
    assert!(found["error"]["message"].as_str().unwrap().contains("10 bytes needed"), "{found}");
    // Everything on that connection goes on as before.
    let calls = |lines: &[Value]| -> Vec<Value> {
        lines.iter().filter(|r| is(r, &["request", "response"])).map(|r| r["params"].clone()).collect()
    };
    assert_eq!(calls(&lines), calls(&whole));
    assert!(lines.iter().filter(|r| is(r, &["request"])).all(|r| r.get("assumed").is_none()));
}

#[test]
fn the_recorded_one() {
    let (Some(cut), Some(base)) = (recorded("n-snaplen.pcap"), recorded("n-base.pcapng")) else { return };
    let (lines, whole) = (run(&cut), run(&base));
    let whole = by_frame(&whole);
    let mut partial = 0;
    for record in &lines {
        let key = (record["frame"].as_u64().unwrap(), record["call_id"].as_u64().unwrap_or(u64::MAX));
        match record["type"].as_str().unwrap() {
            "request" | "response" => assert_eq!(record["params"], whole[&key]["params"]),
            "incomplete" => {
                assert!(record["error"].is_object(), "{record}");
                if let Some(found) = record.get("partial") {
                    assert!(prefix(found, &whole[&key]["params"]), "{record}");
                    partial += 1;
                }
            }
            "bind" => assert!(!record["contexts"].as_array().unwrap().is_empty()),
            _ => {}
        }
    }
    assert!(partial > 20, "{partial}");
    let messages = |lines: &[&Value]| lines.iter().filter(|r| is(r, &["request", "response", "incomplete"])).count();
    assert_eq!(messages(&lines.iter().collect::<Vec<_>>()), 244);
}
