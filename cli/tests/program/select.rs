//! `cluscope select`: what it keeps of a capture says what the capture says.

use crate::data;
use crate::program::{command, stderr};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Output;

fn cluscope(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the program runs")
}

/// A folder of this test's own.
fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("select").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Takes out numbers of frames and streams, and how many packets the capture has.
fn without_numbers(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for key in ["frame", "frames", "request_frame", "response_frame", "opened", "closed", "stream"] {
                members.remove(key);
            }
            members.values_mut().for_each(without_numbers);
        }
        Value::Array(list) => list.iter_mut().for_each(without_numbers),
        _ => {}
    }
}

/// The records of captures without what selecting changes, and without the records about the capture as a whole.
fn records(captures: &[&Path], keys: &[&str]) -> Vec<Value> {
    let names: Vec<String> = captures.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let output = cluscope(&[&["dissect", "--format", "jsonl"], keys, &names].concat());
    assert!(matches!(output.status.code(), Some(0 | 3)), "{names:?}: {}", stderr(&output));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    records.retain(|record| record["type"] != "capture" && record["type"] != "limits");
    records.iter_mut().for_each(without_numbers);
    records
}

fn select(captures: &[&Path], out: &Path) -> String {
    let names: Vec<String> = captures.iter().chain([&out]).map(|path| path.to_string_lossy().into_owned()).collect();
    let (out, names) = names.split_last().expect("the output");
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let output = cluscope(&[&["select", "--force", "-o", out], &names[..]].concat());
    assert!(matches!(output.status.code(), Some(0 | 3)), "{names:?}: {}", stderr(&output));
    assert!(output.stdout.is_empty());
    stderr(&output)
}

/// Compares the records of a capture with those of what is selected of it; their number.
#[track_caller]
fn same(captures: &[&Path], out: &Path, keys: &[&str]) -> usize {
    select(captures, out);
    let (whole, selected) = (records(captures, keys), records(&[out], keys));
    for (whole, selected) in whole.iter().zip(&selected) {
        assert_eq!(whole, selected, "{captures:?}");
    }
    assert_eq!(whole.len(), selected.len(), "{captures:?}");
    whole.len()
}

#[test]
fn own_captures() {
    let folder = scratch("own");
    let out = folder.join("selected.pcapng");
    let captures = data::captures(&data::file("captures"), 9);
    let mut all = 0;
    for capture in &captures {
        all += same(&[capture], &out, &["--keys", "captures/lab.keys"]);
    }
    assert!(all > 1000, "{all}");
}

#[test]
fn recorded_captures() {
    let Some(shared) = data::shared("captures") else { return };
    let folder = scratch("recorded");
    let out = folder.join("selected.pcapng");
    let keytab = shared.join("service.keytab").to_string_lossy().into_owned();
    let keys = ["--keys", "captures/lab.keys", "--keytab", &keytab];
    let mut captures = data::captures(&shared, 60);
    captures.extend(data::captures(&shared.join("sealed"), 1));
    let mut all = 0;
    for capture in &captures {
        all += same(&[capture], &out, &keys);
        all += same(&[capture], &out, &[]);
    }
    assert!(all > 20_000, "{all}");
}

#[test]
fn all_captures_as_one() {
    let Some(shared) = data::shared("captures") else { return };
    let folder = scratch("one");
    let captures = data::captures(&shared, 60);
    let captures: Vec<&Path> = captures.iter().map(PathBuf::as_path).collect();
    let keytab = shared.join("service.keytab").to_string_lossy().into_owned();
    let keys = ["--keys", "captures/lab.keys", "--keytab", &keytab];
    assert!(same(&captures, &folder.join("selected.pcapng"), &keys) > 10_000);
}

#[test]
fn what_is_refused_and_what_is_told() {
    let folder = scratch("refused");
    let there = folder.join("there.pcapng");
    std::fs::write(&there, b"kept").expect("written");
    let path = there.to_string_lossy();
    let output = cluscope(&["select", "captures/tour.pcapng", "-o", &path]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--force"), "{}", stderr(&output));
    assert_eq!(std::fs::read(&there).expect("there"), b"kept");
    assert!(select(&[&data::file("captures/tour.pcapng")], &there).contains("packets written, 0 left out"));
    // Never over an input, whichever of them it is.
    let before = std::fs::read(&there).expect("there");
    let output = cluscope(&["select", "captures/tour.pcapng", &path, "-o", &path, "--force"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(std::fs::read(&there).expect("there"), before);
    for (input, output) in [("-", "x.pcapng"), ("captures/tour.pcapng", "-")] {
        assert_eq!(cluscope(&["select", input, "-o", output]).status.code(), Some(2));
    }
    // What is no capture leaves nothing behind; beside one it is told.
    let none = folder.join("none.pcapng");
    let out = none.to_string_lossy();
    for input in ["Cargo.toml", "no-such-file"] {
        assert_eq!(cluscope(&["select", input, "-o", &out]).status.code(), Some(1), "{input}");
        assert!(!none.exists());
        let output = cluscope(&["select", input, "captures/tour.pcapng", "-o", &out, "--force"]);
        assert_eq!(output.status.code(), Some(3), "{input}");
        assert!(stderr(&output).contains(input) && none.exists(), "{}", stderr(&output));
        std::fs::remove_file(&none).expect("removed");
    }
    let left: Vec<_> = std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("one").path()).collect();
    assert_eq!(left, [there]);
}

/// Traffic of others between and beside does not come along.
#[test]
fn other_traffic_is_left_out() {
    let folder = scratch("others");
    let out = folder.join("selected.pcapng");
    // The capture has one client and a thousand datagrams of name lookups after it.
    let noisy = folder.join("noisy.pcap");
    let mut bytes = Vec::from(0xa1b2_c3d4_u32.to_le_bytes());
    bytes.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0]);
    for n in 0..1000_u16 {
        let [high, low] = n.to_be_bytes();
        let mut packet = vec![0x45, 0, 0, 32, high, low, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
        packet.extend([0x20 | high, low, 0, 53, 0, 12, 0, 0, 1, 2, 3, 4]);
        let length = u32::try_from(packet.len()).expect("short").to_le_bytes();
        bytes.extend([0; 8]);
        bytes.extend(length);
        bytes.extend(length);
        bytes.extend(packet);
    }
    std::fs::write(&noisy, bytes).expect("written");
    let tour = data::file("captures/tour.pcapng");
    let words = select(&[&tour, &noisy], &out);
    assert!(words.contains("1000 left out"), "{words}");
    assert_eq!(records(&[&tour], &[]), records(&[&out], &[]));
}
