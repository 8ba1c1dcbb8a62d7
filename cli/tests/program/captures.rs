//! Captures: the golden files in captures/, and every message of the recorded sets against the log of the server that
//! took part in them, where those lie beside the project.

use crate::data;
use crate::program::{dissect, output};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each capture's lines are those that were looked at and kept. With `CLUSCOPE_BLESS=1` in the environment they are
/// written anew: look at the difference before keeping it.
#[test]
fn golden_lines() {
    for path in data::captures(&data::file("captures"), 7) {
        let new = output(&["dissect", "--format", "jsonl", "--keys", "captures/lab.keys", &path.to_string_lossy()]);
        let golden = path.with_extension("jsonl");
        if std::env::var_os("CLUSCOPE_BLESS").is_some() {
            std::fs::write(&golden, &new).expect("written");
        }
        let expected = std::fs::read(&golden).unwrap_or_default();
        let old = String::from_utf8_lossy(&expected);
        for (i, (new, old)) in new.lines().zip(old.lines()).enumerate() {
            assert_eq!(new, old, "{}, line {}", golden.display(), i + 1);
        }
        assert_eq!(new.lines().count(), old.lines().count(), "{}", golden.display());
    }
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
/// bytes beyond some length as their number and SHA-256 digest, and integers without regard to their sign.
fn same(logged: &Value, printed: &Value) -> bool {
    match (logged, printed) {
        (Value::Object(log), Value::Number(n)) if log.contains_key("dwLowDateTime") => {
            let word = |key: &str| log.get(key).and_then(Value::as_u64).unwrap_or(u64::MAX);
            n.as_u64() == Some(word("dwHighDateTime") << 32 | word("dwLowDateTime"))
        }
        (Value::Object(log), Value::Object(print)) if log.contains_key("sha256") => {
            let bytes = print.get("hex").and_then(Value::as_str).and_then(|h| hex::decode(h).ok()).unwrap_or_default();
            use sha2::Digest;
            let digest = hex::encode(sha2::Sha256::digest(&bytes));
            log.get("length").and_then(Value::as_u64) == Some(bytes.len() as u64)
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
        // Addresses are printed as such; the log has the integers that hold their bytes.
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

/// The directory of the recorded captures.
#[track_caller]
fn shared() -> Option<PathBuf> {
    data::shared("captures")
}

#[test]
fn every_message_equals_the_servers_log() {
    let Some(shared) = shared() else { return };
    let keys = ["--keys", "captures/lab.keys"];
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
        ("g-v3-spnego-krb5-seal", &keytab[..]),
        ("g2-v3-krb5-sign", &keytab[..]),
        ("h-bigfrag-ndr", &keys[..0]),
        ("h2-bigfrag-ndr64", &keys[..0]),
        ("h3-bigfrag-ntlm-seal", &keys[..]),
        ("i-witness-ndr", &keys[..0]),
        ("i2-witness-all-ndr64", &keys[..0]),
        ("i3-witness-ntlm-seal", &keys[..]),
        ("j-epm-dynamic", &keys[..0]),
        ("j2-epm-ntlm-seal", &keys[..]),
        ("j-epm-dynamic", &keys[..0]),
        ("j2-epm-ntlm-seal", &keys[..]),
        ("k-v2-udp", &keys[..0]),
        ("k2-v2-udp-bigendian", &keys[..0]),
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
    let keys = ["--keys", "captures/lab.keys"];
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

/// The protected captures: messages under a level that signs or seals, and how many of those are sealed.
const PROTECTED: [(&str, usize, bool); 12] = [
    ("d-v3-ntlm-seal.pcapng", 1468, true),
    ("d2-v3-ntlm-seal-ndr64.pcapng", 1468, true),
    ("e-v3-ntlm-sign.pcapng", 1468, false),
    ("f-v3-spnego-ntlm-seal.pcapng", 1468, true),
    ("g-v3-spnego-krb5-seal.pcapng", 1468, true),
    ("g2-v3-krb5-sign.pcapng", 412, false),
    ("h3-bigfrag-ntlm-seal.pcapng", 98, true),
    ("i3-witness-ntlm-seal.pcapng", 32, true),
    ("j2-epm-ntlm-seal.pcapng", 46, true),
    ("n-base-sealed.pcapng", 244, true),
    ("n-outoforder-sealed.pcap", 244, true),
    ("n-retransmitted-sealed.pcap", 244, true),
];

/// Requests and responses under protection.
fn protected(records: &[Value]) -> Vec<&Value> {
    let message = |r: &&Value| matches!(r["type"].as_str(), Some("request" | "response" | "fault"));
    let level = |r: &&Value| matches!(r["auth"]["level"].as_str(), Some("pkt_integrity" | "pkt_privacy"));
    records.iter().filter(message).filter(level).collect()
}

#[test]
fn every_protected_message_opens_and_is_verified() {
    let Some(shared) = shared() else { return };
    let keytab = shared.join("service.keytab").to_string_lossy().into_owned();
    let keys = "captures/lab.keys";
    for (capture, count, _) in PROTECTED {
        let records = dissect(&shared.join(capture), &["--keys", keys, "--keytab", &keytab]);
        let messages = protected(&records);
        let verified =
            messages.iter().filter(|r| r["auth"]["verified"] == true && r.get("encrypted").is_none()).count();
        assert_eq!((messages.len(), verified), (count, count), "{capture}");
        let unread = messages.iter().filter(|r| r["type"] != "fault" && r.get("params").is_none());
        assert_eq!(unread.collect::<Vec<_>>(), Vec::<&&Value>::new(), "{capture}");
    }
}

/// With wrong secrets nothing opens and each message says why; with none, everything but the stubs is there.
#[test]
fn without_the_right_secret() {
    let Some(shared) = shared() else { return };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("wrong");
    std::fs::create_dir_all(&folder).expect("a folder");
    let (wrong, other) = (folder.join("wrong.keys"), folder.join("other.keytab"));
    std::fs::write(&wrong, "password LAB\\clusadm not-the-password\n").expect("written");
    // The key's last byte changed: same principal, version and type, wrong key.
    let mut keytab = std::fs::read(shared.join("service.keytab")).expect("the keytab");
    let sound = dissect(
        &shared.join("g-v3-spnego-krb5-seal.pcapng"),
        &["--keytab", &shared.join("service.keytab").to_string_lossy()],
    );
    assert!(protected(&sound).iter().all(|r| r["auth"]["verified"] == true));
    let mut at = 2;
    while let Some(size) = keytab.get(at..at + 4).map(|s| u32::from_be_bytes(s.try_into().expect("four")) as usize) {
        // An entry ends with the key, or with four bytes of its version behind it.
        for byte in &mut keytab[at + 4 + size - 12..at + 4 + size - 4] {
            *byte ^= 0x55;
        }
        at += 4 + size;
    }
    std::fs::write(&other, keytab).expect("written");
    let wrong = ["--keys", &*wrong.to_string_lossy(), "--keytab", &*other.to_string_lossy()];
    for (capture, count, sealed) in PROTECTED {
        let kerberos = capture.contains("krb5");
        for (keys, reason) in [
            (&wrong[..], if kerberos { "no matching keytab entry (have kvno 1 aes256" } else { "wrong password" }),
            (&[], if kerberos { "): no key of a service" } else { "no key for LAB\\clusadm" }),
        ] {
            let records = dissect(&shared.join(capture), keys);
            let messages = protected(&records);
            assert_eq!(messages.len(), count, "{capture}");
            for record in messages {
                assert_ne!(record["auth"]["verified"], true, "{capture}: {record}");
                // What is only signed is readable.
                assert_eq!(record.get("params").is_none(), sealed, "{capture}: {record}");
                for key in ["opnum", "method", "call_id", "interface", "version", "syntax", "community_id"] {
                    assert!(record.get(key).is_some(), "{capture}: {key} of {record}");
                }
                if record["type"] != "request" {
                    assert!(record["latency_ns"].is_i64() && record["request_frame"].is_u64(), "{capture}: {record}");
                }
                if sealed {
                    let told = record["encrypted"]["reason"].as_str().unwrap_or_default();
                    assert!(told.contains(reason), "{capture}: {told}");
                    let encrypted = &record["encrypted"];
                    assert!(
                        encrypted["stub_bytes"].is_u64() && encrypted["auth_bytes"].as_u64() >= Some(16),
                        "{record}"
                    );
                }
            }
            // The handshake, told by its tokens.
            let tokens: Vec<&str> = records.iter().filter_map(|r| r["token"]["type"].as_str()).collect();
            let expected = match capture.as_bytes() {
                [b'f', ..] => "spnego_init",
                [b'g', b'-', ..] => "spnego_init",
                [b'g', b'2', ..] => "kerberos_ap_req",
                _ => "ntlm_authenticate",
            };
            assert!(tokens.contains(&expected), "{capture}: {tokens:?}");
        }
    }
}

/// One whole sealed response is missing: how far the key stream moved is told by the sequence numbers of TCP and of
/// NTLM, so everything behind the gap opens; the answer that is lost is the only one missing.
#[test]
fn after_a_lost_segment() {
    let Some(shared) = shared() else { return };
    let keys = "captures/lab.keys";
    let records = dissect(&shared.join("n-dropped-sealed.pcap"), &["--keys", keys]);
    let messages = protected(&records);
    let opened = |kind: &str| messages.iter().filter(|r| r["type"] == kind && r["auth"]["verified"] == true).count();
    assert_eq!((messages.len(), opened("request"), opened("response")), (243, 122, 121));
    assert!(records.iter().any(|r| r["type"] == "skipped" && r["lost_bytes"] == 80), "the gap is told");
}

/// Frame, stream and call numbers are Wireshark's.
#[test]
fn numbers_equal_tsharks() {
    let Some(shared) = shared() else { return };
    if !data::installed("tshark") {
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
