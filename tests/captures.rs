//! Captures: the golden files in captures/, and every message of the recorded sets against the log of the server that
//! took part in them, where those lie beside the project.

use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn cluscope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cluscope"))
        .args(arguments)
        .env_remove("CLUSCOPE_KEYS")
        .output()
        .expect("the program runs")
}

/// The records of a capture, opened with what keys are given.
fn dissect(capture: &Path, keys: &[&str]) -> Vec<Value> {
    let mut arguments = vec!["dissect", "--format", "jsonl"];
    arguments.extend(keys);
    let capture = capture.to_string_lossy();
    arguments.push(&capture);
    let output = cluscope(&arguments);
    assert!(output.status.success(), "{capture}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

/// Each capture's lines are those that were looked at and kept. With `CLUSCOPE_BLESS=1` in the environment they are
/// written anew: look at the difference before keeping it.
#[test]
fn golden_lines() {
    let folder = root().join("captures");
    let keys = folder.join("lab.keys");
    let keys = keys.to_string_lossy();
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).expect("captures/") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|e| e != "pcapng" && e != "pcap") {
            continue;
        }
        let output = cluscope(&["dissect", "--format", "jsonl", "--keys", &keys, &path.to_string_lossy()]);
        assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
        let golden = path.with_extension("jsonl");
        if std::env::var_os("CLUSCOPE_BLESS").is_some() {
            std::fs::write(&golden, &output.stdout).expect("written");
        }
        let expected = std::fs::read(&golden).unwrap_or_default();
        let (new, old) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&expected));
        for (i, (new, old)) in new.lines().zip(old.lines()).enumerate() {
            assert_eq!(new, old, "{}, line {}", golden.display(), i + 1);
        }
        assert_eq!(new.lines().count(), old.lines().count(), "{}", golden.display());
        seen += 1;
    }
    assert!(seen >= 7, "only {seen} captures in captures/");
}

/// What a value is by the contract, without the names beside it.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            if let Some(value) = map.get("value") {
                return plain(value);
            }
            if let Some(hex) = map.get("hex") {
                return serde_json::json!({ "hex": hex });
            }
            // Beside a handle stands what it was opened for, which the log doesn't tell.
            let told = |key: &str| !(key == "object" && map.contains_key("uuid"));
            Value::Object(map.iter().filter(|(k, _)| told(k)).map(|(k, v)| (k.clone(), plain(v))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(plain).collect()),
        other => other.clone(),
    }
}

/// Whether a printed value is the logged one. The log has its own forms for three things: a FILETIME as its two words,
/// octets beyond some length as their number and SHA-256 digest, and integers without regard to their sign.
fn same(logged: &Value, printed: &Value) -> bool {
    match (logged, printed) {
        (Value::Object(log), Value::Number(n)) if log.contains_key("dwLowDateTime") => {
            let word = |key: &str| log.get(key).and_then(Value::as_u64).unwrap_or(u64::MAX);
            n.as_u64() == Some(word("dwHighDateTime") << 32 | word("dwLowDateTime"))
        }
        (Value::Object(log), Value::Object(print)) if log.contains_key("sha256") => {
            let octets = print.get("hex").and_then(Value::as_str).and_then(|h| hex::decode(h).ok()).unwrap_or_default();
            use sha2::Digest;
            let digest = hex::encode(sha2::Sha256::digest(&octets));
            log.get("length").and_then(Value::as_u64) == Some(octets.len() as u64)
                && log.get("sha256").and_then(Value::as_str) == Some(&digest)
        }
        (Value::Object(log), Value::Object(print)) => {
            log.len() == print.len() && log.iter().all(|(k, v)| print.get(k).is_some_and(|p| same(v, p)))
        }
        (Value::Array(log), Value::Array(print)) => {
            log.len() == print.len() && log.iter().zip(print).all(|(a, b)| same(a, b))
        }
        (Value::Number(a), Value::Number(b)) => {
            let wide = |n: &serde_json::Number| n.as_i64().map(i128::from).or(n.as_u64().map(i128::from));
            match (wide(a), wide(b)) {
                (Some(a), Some(b)) => {
                    a == b || (a.min(b) < 0 && matches!((a - b).abs(), 0x1_0000_0000 | 0x1_0000_0000_0000_0000))
                }
                _ => a == b,
            }
        }
        // Addresses are printed as such; the log has the integers that hold their octets.
        (Value::Number(log), Value::String(print)) => print
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|a| log.as_u64() == Some(u64::from(u32::from_le_bytes(a.octets())))),
        (Value::Array(log), Value::String(print)) => print.parse::<std::net::Ipv6Addr>().is_ok_and(|a| {
            let units: Vec<u64> = a.octets().chunks(2).map(|c| u64::from(u16::from_le_bytes([c[0], c[1]]))).collect();
            log.iter().map(Value::as_u64).eq(units.into_iter().map(Some))
        }),
        (a, b) => a == b,
    }
}

/// The server's log: what it received and sent, in order.
fn log(path: &Path) -> Vec<Value> {
    let mut text = String::new();
    let file = std::fs::File::open(path).expect("the log");
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("the log is gzip");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Compares every message of a capture with the log; returns how many were the same.
fn compare(shared: &Path, capture: &str, base: &str, keys: &[&str]) -> usize {
    let records = dissect(&shared.join(capture), keys);
    let mut by_call: HashMap<(String, u64), Vec<(Value, Value)>> = HashMap::new();
    for record in &records {
        let kind = record["type"].as_str().unwrap_or_default();
        if let (true, Some(opnum)) = (record.get("params").is_some(), record["opnum"].as_u64()) {
            let entry = by_call.entry((kind.into(), opnum)).or_default();
            entry.push((plain(&record["params"]), plain(record.get("return").unwrap_or(&Value::Null))));
        }
    }
    let mut compared = 0;
    for message in log(&shared.join(format!("{base}.messages.jsonl.gz"))) {
        let (Some(params), Some(kind)) = (message.get("params"), message["ptype"].as_str()) else { continue };
        let Some(opnum) = message["opnum"].as_u64() else { continue };
        if !matches!(message["interface"].as_str(), Some(i) if i.starts_with("b97db8b2") || i.starts_with("ccd8c074")) {
            continue;
        }
        let mut params = params.clone();
        let returned = params.as_object_mut().and_then(|p| p.remove("return")).unwrap_or(Value::Null);
        let candidates = by_call.entry((kind.into(), opnum)).or_default();
        let found = candidates.iter().position(|(p, r)| same(&params, p) && same(&returned, r));
        match found {
            Some(index) => {
                candidates.remove(index);
                compared += 1;
            }
            None => panic!("{capture}: {kind} of opnum {opnum} differs: {params}\nleft: {candidates:?}"),
        }
    }
    compared
}

/// The recorded sets, by the folder beside the project; the tests that need it say so and pass without.
fn shared() -> Option<PathBuf> {
    let folder = root().join("../shared/captures");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no recorded captures beside the project");
    None
}

#[test]
fn every_message_equals_the_servers_log() {
    let Some(shared) = shared() else { return };
    let keys = root().join("captures/lab.keys");
    let keys = ["--keys", &*keys.to_string_lossy()];
    let keytab = shared.join("service.keytab");
    let keytab = ["--keytab", &*keytab.to_string_lossy()];
    let mut total = 0;
    for (capture, keys) in [
        ("a-v3-ndr", &keys[..0]),
        ("b-v3-ndr64", &keys[..0]),
        ("c-v3-bigendian", &keys[..0]),
        ("d-v3-ntlm-seal", &keys[..]),
        ("d2-v3-ntlm-seal-ndr64", &keys[..]),
        ("e-v3-ntlm-sign", &keys[..]),
        ("f-v3-spnego-ntlm-seal", &keys[..]),
        ("g2-v3-krb5-sign", &keytab[..]),
        ("h-bigfrag-ndr", &keys[..0]),
        ("h2-bigfrag-ndr64", &keys[..0]),
        ("h3-bigfrag-ntlm-seal", &keys[..]),
        ("i-witness-ndr", &keys[..0]),
        ("i2-witness-all-ndr64", &keys[..0]),
        ("i3-witness-ntlm-seal", &keys[..]),
        ("l-faults", &keys[..]),
        ("l1-bindnak", &keys[..0]),
        ("l2-two-interfaces", &keys[..0]),
        ("m-all-ndr", &keys[..0]),
        ("m2-all-ndr64", &keys[..0]),
        ("m3-all-bigendian", &keys[..0]),
        ("m4-v2-tcp-all", &keys[..0]),
    ] {
        total += compare(&shared, &format!("{capture}.pcapng"), capture, keys);
    }
    println!("{total} messages equal the log");
    assert!(total > 10_000, "only {total} messages compared");
}

/// Where the capture was changed on its way, the messages are those of the original.
#[test]
fn transport_variants_give_the_same_messages() {
    let Some(shared) = shared() else { return };
    let keys = root().join("captures/lab.keys");
    let keys = ["--keys", &*keys.to_string_lossy()];
    // What the sets' description excepts: a part of the base's messages is gone by design.
    let partial = ["n-dropped.pcap", "n-dropped-sealed.pcap", "n-midstream.pcap", "n-oneway.pcap", "n-snaplen.pcap"];
    let mut variants = BTreeMap::new();
    for entry in std::fs::read_dir(&shared).expect("captures") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        let capture = name.ends_with(".pcap") || name.ends_with(".pcapng");
        if name.starts_with("n-") && capture && !name.contains("udp") && !partial.contains(&name.as_str()) {
            let base = if name.contains("sealed") { "n-base-sealed" } else { "n-base" };
            variants.insert(name.clone(), compare(&shared, &name, base, &keys));
        }
    }
    assert!(variants.len() >= 30, "{variants:?}");
    assert!(variants.values().all(|n| *n == 244), "{variants:?}");
}

/// Frame, stream and call numbers are Wireshark's.
#[test]
fn numbers_equal_tsharks() {
    let Some(shared) = shared() else { return };
    if Command::new("tshark").arg("--version").output().is_err() {
        println!("skipped: tshark is not installed");
        return;
    }
    for name in
        ["n-base.pcapng", "n-blocks.pcapng", "n-portreuse.pcap", "n-sections.pcapng", "l2-two-interfaces.pcapng"]
    {
        let capture = shared.join(name);
        let fields = ["frame.number", "tcp.stream", "dcerpc.cn_call_id", "dcerpc.opnum"];
        let output = Command::new("tshark")
            .args(["-r", &capture.to_string_lossy(), "-Y", "dcerpc.pkt_type == 0", "-T", "fields"])
            .args(fields.iter().flat_map(|f| ["-e", f]))
            .output()
            .expect("tshark runs");
        let theirs: Vec<String> =
            String::from_utf8_lossy(&output.stdout).lines().map(|l| l.trim().to_string()).collect();
        let ours: Vec<String> = dissect(&capture, &[])
            .iter()
            .filter(|r| r["type"] == "request")
            .map(|r| format!("{}\t{}\t{}\t{}", r["frame"], r["stream"], r["call_id"], r["opnum"]))
            .collect();
        assert_eq!(ours, theirs, "{name}");
    }
}
