//! `cluscope decrypt`: captures in clear say without a key what the sealed ones say with it.

use crate::data;
use crate::program::{command, stderr};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn cluscope(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the program runs")
}

/// The directory of the recorded captures.
#[track_caller]
fn shared() -> Option<PathBuf> {
    data::shared("captures")
}

/// A folder of this test's own.
fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("decrypt").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// The records without what tells how they were protected.
fn records(capture: &Path, keys: &[&str]) -> Vec<Value> {
    let path = capture.to_string_lossy();
    let output = cluscope(&[&["dissect", "--format", "jsonl", &path], keys].concat());
    assert!(output.status.success(), "{path}: {}", stderr(&output));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn unprotected(mut records: Vec<Value>) -> Vec<Value> {
    for record in &mut records {
        let record = record.as_object_mut().expect("an object");
        record.remove("auth");
    }
    records
}

/// Decrypts a capture; the number of sealed PDUs in it that were opened.
fn decrypt(capture: &Path, out: &Path, keys: &[&str]) -> u64 {
    let (capture, out) = (capture.to_string_lossy(), out.to_string_lossy());
    let output = cluscope(&[&["decrypt", &capture, "-o", &out], keys].concat());
    assert!(output.status.success(), "{capture}: {}", stderr(&output));
    assert!(output.stdout.is_empty());
    let words = stderr(&output);
    let line = words.lines().find(|line| line.ends_with("sealed PDUs in clear")).unwrap_or_default();
    let pdus = line.split(": ").last().and_then(|w| w.split(' ').next()).and_then(|n| n.parse().ok());
    pdus.unwrap_or_else(|| panic!("{words}"))
}

/// The clear capture without keys says what the sealed one says with them.
fn same(capture: &Path, out: &Path, keys: &[&str]) -> u64 {
    let pdus = decrypt(capture, out, keys);
    let with_keys = unprotected(records(capture, keys));
    let without = records(out, &[]);
    assert!(without.iter().all(|r| r.get("encrypted").is_none()), "{}", capture.display());
    for (sealed, clear) in with_keys.iter().zip(&unprotected(without)) {
        assert_eq!(sealed, clear, "{}", capture.display());
    }
    assert_eq!(with_keys.len(), records(out, &[]).len());
    pdus
}

#[test]
fn the_own_capture() {
    let folder = scratch("own");
    let out = folder.join("clear.pcapng");
    let keys = ["--keys", "captures/lab.keys"];
    assert_eq!(same(&data::file("captures/sealed.pcapng"), &out, &keys), 244);
    let file = std::fs::read(&out).expect("written");
    let count = |needle: &[u8]| file.windows(needle.len()).filter(|w| *w == needle).count();
    // The section, and each changed packet.
    assert_eq!(count(b"decrypted by cluscope"), 1 + 244);
    assert_eq!(
        count(b"Passw0rd") + count("Passw0rd".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>().as_slice()),
        0
    );
    // Packets, lengths, times and addresses are those of the input; what is not opened stays as it is.
    let nothing = folder.join("nothing.pcapng");
    assert_eq!(packets(&out).len(), packets(&data::file("captures/sealed.pcapng")).len());
    let output = cluscope(&["decrypt", "captures/sealed.pcapng", "-o", &nothing.to_string_lossy()]);
    assert!(stderr(&output).contains("244 messages stay sealed: no key for LAB\\clusadm"), "{}", stderr(&output));
    assert_eq!(packets(&nothing), packets(&data::file("captures/sealed.pcapng")));
}

/// Frame number, time, length on the wire and contents of each packet.
fn packets(path: &Path) -> Vec<(u64, Option<i64>, usize, Vec<u8>)> {
    let mut reader =
        cluscope::internals::capture::Reader::new(std::fs::File::open(path).expect("a file")).expect("a capture");
    let mut out = Vec::new();
    while let Some(packet) = reader.next().expect("a packet") {
        out.push((packet.frame, packet.time.map(|t| t.0), packet.original_len, packet.data.to_vec()));
    }
    out
}

#[test]
fn what_is_refused() {
    let folder = scratch("refused");
    let out = folder.join("there.pcapng");
    std::fs::write(&out, b"kept").expect("written");
    let path = out.to_string_lossy();
    let keys = ["--keys", "captures/lab.keys"];
    let arguments = [&["decrypt", "captures/sealed.pcapng", "-o", &*path], &keys[..]].concat();
    let output = cluscope(&arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--force"), "{}", stderr(&output));
    assert_eq!(std::fs::read(&out).expect("there"), b"kept");
    assert!(cluscope(&[&arguments[..], &["--force"]].concat()).status.success());
    assert!(std::fs::read(&out).expect("there").len() > 10_000);
    // The input is never written over, by whatever name.
    let before = std::fs::read(&out).expect("there");
    let again = cluscope(&["decrypt", &path, "-o", &path, "--force"]);
    assert_eq!(again.status.code(), Some(2), "{}", stderr(&again));
    assert_eq!(std::fs::read(&out).expect("there"), before);
    for (input, output) in [("-", "x.pcapng"), ("captures/sealed.pcapng", "-")] {
        let answer = cluscope(&["decrypt", input, "-o", output]);
        assert_eq!(answer.status.code(), Some(2), "{}", stderr(&answer));
        assert!(stderr(&answer).contains("file, not -"), "{}", stderr(&answer));
    }
    // What is no capture leaves nothing behind, nor do keys that can't be read.
    let none = folder.join("none.pcapng");
    for input in [&["Cargo.toml"][..], &["captures/sealed.pcapng", "--keys", "Cargo.toml"], &["no-such-file"], &["src"]]
    {
        let answer = cluscope(&[&["decrypt", "-o", &none.to_string_lossy()], input].concat());
        assert_eq!(answer.status.code(), Some(1), "{input:?}: {}", stderr(&answer));
        assert!(!none.exists(), "{input:?}");
    }
}

#[test]
fn the_recorded_captures() {
    let Some(shared) = shared() else { return };
    let folder = scratch("recorded");
    let keytab = shared.join("service.keytab").to_string_lossy().into_owned();
    let keys = ["--keys", "captures/lab.keys", "--keytab", &keytab];
    for (capture, pdus) in [
        ("d-v3-ntlm-seal.pcapng", 1468),
        ("d2-v3-ntlm-seal-ndr64.pcapng", 1468),
        // Only signed: readable as it is.
        ("e-v3-ntlm-sign.pcapng", 0),
        ("f-v3-spnego-ntlm-seal.pcapng", 1468),
        ("g-v3-spnego-krb5-seal.pcapng", 1468),
        ("h3-bigfrag-ntlm-seal.pcapng", 307),
        ("i3-witness-ntlm-seal.pcapng", 32),
        ("j2-epm-ntlm-seal.pcapng", 46),
        ("n-base-sealed.pcapng", 244),
        ("n-outoforder-sealed.pcap", 244),
        ("n-retransmitted-sealed.pcap", 244),
        ("n-dropped-sealed.pcap", 243),
        ("n-blocks.pcapng", 0),
        ("n-simplepackets.pcapng", 0),
        ("n-sections.pcapng", 0),
        ("n-interfaces-be.pcapng", 0),
        ("n-snaplen.pcap", 0),
    ] {
        let out = folder.join(capture);
        let (from, opened) = (shared.join(capture), same(&shared.join(capture), &out, &keys));
        assert_eq!(opened, pdus, "{capture}");
        let (before, after) = (packets(&from), packets(&out));
        assert_eq!(before.len(), after.len(), "{capture}");
        for (a, b) in before.iter().zip(&after) {
            assert_eq!((a.0, a.1, a.2, a.3.len()), (b.0, b.1, b.2, b.3.len()), "{capture}");
        }
        if pdus == 0 {
            assert_eq!(before, after, "{capture}");
        }
    }
}

/// Wireshark decodes the clear capture without a key, as much of it as of one that was never sealed.
#[test]
fn tshark_reads_it() {
    let Some(shared) = shared() else { return };
    if !data::installed("tshark") {
        return;
    }
    let folder = scratch("tshark");
    let keytab = shared.join("service.keytab").to_string_lossy().into_owned();
    let keys = ["--keys", "captures/lab.keys", "--keytab", &keytab];
    let statuses = |path: &Path, options: &[&str]| {
        let output = Command::new("tshark")
            .args(["-r", &path.to_string_lossy(), "-Y", "clusapi && dcerpc.pkt_type == 2", "-O", "clusapi"])
            .args(options)
            .output()
            .expect("tshark runs");
        String::from_utf8_lossy(&output.stdout).lines().filter(|l| l.contains("Windows Error:")).count()
    };
    let decrypted = |capture: &str| {
        let out = folder.join(capture);
        decrypt(&shared.join(capture), &out, &keys);
        statuses(&out, &["-o", "tcp.check_checksum:TRUE", "-o", "tcp.reassemble_out_of_order:TRUE"])
    };
    let plain = statuses(&shared.join("n-base.pcapng"), &[]);
    assert_eq!(decrypted("n-base-sealed.pcapng"), plain);
    assert_eq!(decrypted("n-outoforder-sealed.pcap"), plain);
    let sealed = ["d-v3-ntlm-seal.pcapng", "f-v3-spnego-ntlm-seal.pcapng", "g-v3-spnego-krb5-seal.pcapng"];
    assert_eq!(sealed.map(decrypted), [611; 3]);
}
