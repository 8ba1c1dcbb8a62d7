//! The recorded captures against the log of what was really sent.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::vec::Vec;

use super::KeyStore;
use super::extract::{Message, run};
use crate::rpc::security::{Opened, Sender, Verified};

#[track_caller]
fn folder() -> Option<PathBuf> {
    crate::test_data::shared("captures")
}

fn keys(folder: &std::path::Path, password: &str) -> Arc<KeyStore> {
    let mut keys = KeyStore::new();
    keys.add_keys_file(format!("# lab\npassword  lab\\CLUSADM {password}\n").as_bytes()).unwrap();
    if password == "Passw0rd-Lab1" {
        keys.load_keytab(&folder.join("service.keytab")).unwrap();
    }
    Arc::new(keys)
}

type Stubs = BTreeMap<(u16, bool), Vec<(u32, Vec<u8>)>>;

/// The log's stubs by client port and direction, in order.
fn logged(folder: &std::path::Path, name: &str) -> (Stubs, usize) {
    let file = std::fs::read(folder.join(format!("{name}.messages.jsonl.gz"))).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(&file[..]).read_to_string(&mut text).unwrap();
    let mut out: Stubs = BTreeMap::new();
    let mut total = 0;
    for line in text.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let kind = entry["ptype"].as_str().unwrap_or("");
        if !matches!(kind, "request" | "response" | "fault") {
            continue;
        }
        let stub = match entry["stub"].as_str() {
            Some(text) => hex::decode(text).unwrap(),
            // Long stubs are logged by length and digest.
            None if entry.get("stub_length").is_some() => {
                let mut mark = b"sha256:".to_vec();
                mark.extend(hex::decode(entry["stub_sha256"].as_str().unwrap()).unwrap());
                mark
            }
            None if kind == "fault" => {
                let status = u32::try_from(entry["status"].as_u64().unwrap()).unwrap();
                [status.to_le_bytes(), [0; 4]].concat()
            }
            None => continue,
        };
        let port = u16::try_from(entry["client_port"].as_u64().unwrap()).unwrap();
        let call = u32::try_from(entry["call_id"].as_u64().unwrap()).unwrap();
        out.entry((port, kind != "request")).or_default().push((call, stub));
        total += 1;
    }
    (out, total)
}

fn same(expected: &[u8], got: &[u8]) -> bool {
    use sha2::Digest as _;
    match expected.strip_prefix(b"sha256:") {
        Some(digest) => sha2::Sha256::digest(got)[..] == *digest,
        None => expected == got,
    }
}

/// Opens a capture and compares each message with the log; gives the messages.
fn whole(name: &str, mechanism: &str) {
    let Some(folder) = folder() else { return };
    let file = std::fs::read(folder.join(format!("{name}.pcapng"))).unwrap();
    let messages = run(&file, &keys(&folder, "Passw0rd-Lab1"));
    let (log, total) = logged(&folder, name);
    let mut got: BTreeMap<(u16, bool), Vec<&Message>> = BTreeMap::new();
    for message in &messages {
        got.entry((message.client_port, message.sender == Sender::Server)).or_default().push(message);
    }
    let mut compared = 0;
    let mut protected = 0;
    for (key, expected) in &log {
        let seen = got.get(key).map(Vec::as_slice).unwrap_or_default();
        for (call, stub) in expected {
            let matching: Vec<_> = seen.iter().filter(|m| m.call_id == *call).collect();
            let found = matching.iter().any(|m| same(stub, &m.stub));
            assert!(
                found,
                "{name} {key:?} call {call}: {:?}",
                matching.iter().map(|m| (&m.opened, hex::encode(&m.stub))).collect::<Vec<_>>()
            );
            compared += 1;
        }
    }
    for message in &messages {
        for opened in &message.opened {
            protected += 1;
            let decrypted = message.level >= 6;
            assert_eq!(
                *opened,
                Opened::Clear { verified: Verified::Right, decrypted },
                "{name} call {}",
                message.call_id
            );
        }
        if let Some(identity) = &message.identity {
            assert_eq!(identity.mechanism, mechanism, "{name}");
            let user = if mechanism.contains("krb5") { "clusadm@LAB.TEST" } else { "LAB\\clusadm" };
            assert_eq!(identity.user.as_deref(), Some(user), "{name}");
        }
    }
    assert_eq!(compared, total);
    println!("{name}: {compared} of {total} messages as logged, {protected} protected PDUs verified");
    assert!(protected > 0);
}

#[test]
fn d_ntlm_sealed() {
    whole("d-v3-ntlm-seal", "ntlm");
}

#[test]
fn d2_ntlm_sealed_ndr64() {
    whole("d2-v3-ntlm-seal-ndr64", "ntlm");
}

#[test]
fn e_ntlm_signed() {
    whole("e-v3-ntlm-sign", "ntlm");
}

#[test]
fn f_spnego_ntlm_sealed() {
    whole("f-v3-spnego-ntlm-seal", "spnego/ntlm");
}

#[test]
fn g_spnego_kerberos_sealed() {
    whole("g-v3-spnego-krb5-seal", "spnego/krb5");
}

#[test]
fn g2_kerberos_signed() {
    whole("g2-v3-krb5-sign", "krb5");
}

#[test]
fn h3_many_fragments() {
    whole("h3-bigfrag-ntlm-seal", "ntlm");
}

#[test]
fn i3_witness() {
    whole("i3-witness-ntlm-seal", "ntlm");
}

#[test]
fn j2_endpoint_mapper() {
    whole("j2-epm-ntlm-seal", "ntlm");
}

#[test]
fn l_faults() {
    whole("l-faults", "ntlm");
}

#[test]
fn n_base() {
    whole("n-base-sealed", "ntlm");
}

#[test]
fn wrong_password_opens_nothing() {
    let Some(folder) = folder() else { return };
    for name in ["d-v3-ntlm-seal", "f-v3-spnego-ntlm-seal", "n-base-sealed", "g-v3-spnego-krb5-seal"] {
        let file = std::fs::read(folder.join(format!("{name}.pcapng"))).unwrap();
        let mut sealed = 0;
        for message in run(&file, &keys(&folder, "wrong")) {
            for opened in &message.opened {
                let Opened::Sealed { reason, .. } = opened else { panic!("{name}: {opened:?}") };
                if name.contains("krb5") {
                    assert!(reason.contains("MSServerClusterMgmtAPI/NODE1.LAB.TEST"), "{reason}");
                } else {
                    assert_eq!(reason, "the key for LAB\\clusadm doesn't fit its response (wrong password)");
                }
                sealed += 1;
            }
            assert!(message.stub.is_empty() || message.opened.is_empty());
        }
        println!("{name}: {sealed} PDUs stay sealed");
        assert!(sealed > 0);
    }
}

#[test]
fn resynchronises_after_a_lost_response() {
    let Some(folder) = folder() else { return };
    let file = std::fs::read(folder.join("n-dropped-sealed.pcap")).unwrap();
    let messages = run(&file, &keys(&folder, "Passw0rd-Lab1"));
    let opened: Vec<_> = messages.iter().flat_map(|m| &m.opened).collect();
    let right =
        opened.iter().filter(|o| matches!(o, Opened::Clear { verified: Verified::Right, decrypted: true })).count();
    println!("n-dropped-sealed: {right} of {} PDUs opened", opened.len());
    assert_eq!(right, opened.len());
}

#[test]
fn signed_bodies_stay_readable_without_a_key() {
    let Some(folder) = folder() else { return };
    for name in ["e-v3-ntlm-sign", "g2-v3-krb5-sign"] {
        let file = std::fs::read(folder.join(format!("{name}.pcapng"))).unwrap();
        let messages = run(&file, &keys(&folder, "wrong"));
        for opened in messages.iter().flat_map(|m| &m.opened) {
            assert_eq!(*opened, Opened::Clear { verified: Verified::Unchecked, decrypted: false });
        }
        assert!(messages.len() > 100);
    }
}
