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

/// What stands beside an output while it is written.
fn leftovers(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).expect("a folder").flatten();
    names.map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(|name| name.contains(".part")).collect()
}

/// The input is known by what it is, not by its path: hard links, symbolic links, descriptors. So are files of keys.
#[cfg(unix)]
#[test]
fn the_input_is_spared_by_whatever_name() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    let folder = scratch("spared");
    let input = folder.join("in.pcapng");
    std::fs::copy(data::file("captures/sealed.pcapng"), &input).expect("copied");
    let before = std::fs::read(&input).expect("there");
    let (hard, soft, keys) = (folder.join("hard.pcapng"), folder.join("soft.pcapng"), folder.join("my.keys"));
    std::fs::hard_link(&input, &hard).expect("a link");
    symlink(&input, &soft).expect("a link");
    std::fs::copy(data::file("captures/lab.keys"), &keys).expect("copied");
    let key_bytes = std::fs::read(&keys).expect("there");
    let text = |path: &Path| path.to_string_lossy().into_owned();
    for (from, to) in
        [(&input, &hard), (&hard, &input), (&input, &soft), (&soft, &input), (&input, &input), (&input, &keys)]
    {
        let answer = cluscope(&["decrypt", &text(from), "-o", &text(to), "--force", "--keys", &text(&keys)]);
        assert_eq!(answer.status.code(), Some(2), "{from:?} {to:?}: {}", stderr(&answer));
    }
    // Descriptors, as a shell hands them over.
    let script = "\"$0\" decrypt /dev/fd/7 -o in.pcapng --force 7<in.pcapng; test $? = 2 && \
         \"$0\" decrypt in.pcapng -o /dev/fd/7 --force 7<>in.pcapng; test $? != 0";
    let shell = Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_cluscope")]).current_dir(&folder).output();
    assert!(shell.as_ref().is_ok_and(|o| o.status.success()), "{shell:?}");
    assert_eq!(std::fs::read(&input).expect("there"), before);
    assert_eq!(std::fs::metadata(&input).expect("there").nlink(), 2);
    assert_eq!(std::fs::read(&keys).expect("there"), key_bytes);
    // What it writes is its owner's alone, over a file that everybody could read too.
    let out = folder.join("out.pcapng");
    std::fs::write(&out, b"old").expect("written");
    std::fs::set_permissions(&out, std::fs::Permissions::from_mode(0o666)).expect("set");
    assert!(
        cluscope(&["decrypt", &text(&input), "-o", &text(&out), "--force", "--keys", &text(&keys)]).status.success()
    );
    assert_eq!(std::fs::metadata(&out).expect("there").permissions().mode() & 0o777, 0o600);
    assert_eq!(leftovers(&folder), Vec::<String>::new());
}

/// What ends it before its time leaves nothing behind: a limit of the file's size, signals.
#[cfg(unix)]
#[test]
fn nothing_half_written_stays() {
    let folder = scratch("half");
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let program = env!("CARGO_BIN_EXE_cluscope");
    let (capture, keys) = (text(&data::file("captures/sealed.pcapng")), text(&data::file("captures/lab.keys")));
    let script = format!("ulimit -f 10; \"$0\" decrypt {capture} -o part.pcapng --keys {keys}");
    let shell = Command::new("sh").args(["-c", &script, program]).current_dir(&folder).output().expect("a shell");
    assert_eq!(shell.status.code(), Some(1), "{}", stderr(&shell));
    assert!(stderr(&shell).contains("writing"), "{}", stderr(&shell));
    assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 0);
    // A capture that takes a while: the same packets over and over.
    let file = std::fs::read(data::file("captures/sealed.pcapng")).expect("there");
    let long = folder.join("long.pcapng");
    std::fs::write(&long, file.repeat(600)).expect("written");
    for signal in ["INT", "TERM", "HUP"] {
        let out = folder.join("signalled.pcapng");
        let script = format!(
            "\"$0\" decrypt long.pcapng -o signalled.pcapng --keys {keys} 2>said & p=$!; \
             until ls -A | grep -q '[.]part'; do kill -0 $p || exit 9; done; kill -{signal} $p; wait $p; echo $?"
        );
        let shell = Command::new("sh").args(["-c", &script, program]).current_dir(&folder).output().expect("a shell");
        let said = String::from_utf8_lossy(&shell.stdout).trim().to_owned();
        assert!(shell.status.success() && said == "1", "{signal}: {said} {shell:?}");
        assert!(!out.exists() && leftovers(&folder).is_empty(), "{signal}");
    }
}

/// The exit status and the words on a capture's damage are those of `dissect`.
#[test]
fn statuses_are_those_of_dissect() {
    let folder = scratch("statuses");
    let file = std::fs::read(data::file("captures/sealed.pcapng")).expect("there");
    let text = |path: &Path| path.to_string_lossy().into_owned();
    // A block in the middle with a length that can't be; the end cut off; a second section that is none.
    let mut damaged = file.clone();
    let half = damaged.len() / 2 / 4 * 4;
    damaged[half..half + 400].fill(0xee);
    let cut = file[..file.len() - 30].to_vec();
    for (name, bytes) in [("whole", &file), ("damaged", &damaged), ("cut", &cut)] {
        let input = folder.join(format!("{name}.pcapng"));
        std::fs::write(&input, bytes).expect("written");
        let out = folder.join(format!("{name}-clear.pcapng"));
        let dissect = cluscope(&["dissect", "--format", "text", &text(&input)]);
        let decrypt = cluscope(&["decrypt", &text(&input), "-o", &text(&out)]);
        assert_eq!(decrypt.status.code(), dissect.status.code(), "{name}: {}", stderr(&decrypt));
        assert_eq!(dissect.status.code(), Some(if name == "damaged" { 3 } else { 0 }), "{name}");
        let words = stderr(&decrypt);
        for line in stderr(&dissect).lines() {
            assert!(words.contains(line), "{name}: {line:?} not in {words:?}");
        }
        assert!(out.exists());
    }
}

/// Secrets of other protocols in the input are not copied.
#[test]
fn blocks_of_secrets_are_not_copied() {
    let folder = scratch("blocks");
    let file = std::fs::read(data::file("captures/sealed.pcapng")).expect("there");
    let section = u32::from_le_bytes(file[4..8].try_into().expect("four bytes")) as usize;
    let secret = b"CLIENT_RANDOM 00112233 SESAME-OPEN";
    let padded = secret.len().next_multiple_of(4);
    // A Decryption Secrets Block of TLS's kind, behind the section's header.
    let total = (20 + padded) as u32;
    let mut block = [10, total, 0x544c_534b, secret.len() as u32].map(u32::to_le_bytes).concat();
    block.extend_from_slice(secret);
    block.resize(16 + padded, 0);
    block.extend(total.to_le_bytes());
    let input = folder.join("in.pcapng");
    std::fs::write(&input, [&file[..section], &block, &file[section..]].concat()).expect("written");
    for options in [&[][..], &["--only-opened"], &["--hide-secrets"]] {
        let out = folder.join("out.pcapng");
        let (from, to) = (input.to_string_lossy(), out.to_string_lossy());
        let answer =
            cluscope(&[&["decrypt", &from, "-o", &to, "--force", "--keys", "captures/lab.keys"], options].concat());
        assert!(answer.status.success(), "{}", stderr(&answer));
        let written = std::fs::read(&out).expect("written");
        assert!(written.len() > 10_000);
        assert!(!written.windows(6).any(|part| part == b"SESAME"), "{options:?}");
    }
}

/// With `--hide-secrets` what JSON would leave out stays sealed; all the rest is in clear.
#[test]
fn secrets_stay_sealed() {
    let Some(shared) = shared() else { return };
    let folder = scratch("hidden");
    let keytab = shared.join("service.keytab").to_string_lossy().into_owned();
    let keys = ["--keys", "captures/lab.keys", "--keytab", &keytab];
    for name in ["d-v3-ntlm-seal.pcapng", "g-v3-spnego-krb5-seal.pcapng", "h3-bigfrag-ntlm-seal.pcapng"] {
        let (capture, out) = (shared.join(name), folder.join(name));
        let (from, to) = (capture.to_string_lossy().into_owned(), out.to_string_lossy().into_owned());
        let answer = cluscope(&[&["decrypt", &from, "-o", &to, "--hide-secrets"][..], &keys].concat());
        assert!(answer.status.success(), "{}", stderr(&answer));
        let hidden = |path: &Path, keys: &[&str]| {
            let path = path.to_string_lossy();
            let output = cluscope(&[&["dissect", "--format", "jsonl", "--hide-secrets", &*path], keys].concat());
            let text = String::from_utf8(output.stdout).expect("UTF-8");
            let lines: Vec<(bool, bool)> = text
                .lines()
                .map(|line| (line.contains(r#""secret":true"#), line.contains(r#""encrypted":"#)))
                .collect();
            lines
        };
        let (with_keys, without) = (hidden(&capture, &keys), hidden(&out, &[]));
        assert_eq!(with_keys.len(), without.len(), "{name}");
        let secrets = with_keys.iter().filter(|(secret, _)| *secret).count();
        assert!(with_keys.iter().any(|(secret, _)| !secret), "{name}");
        println!("{name}: {secrets} of {} messages hold secrets, or may", with_keys.len());
        for (before, after) in with_keys.iter().zip(&without) {
            assert!(!before.0 || after.1, "{name}: a secret in clear");
        }
        let sealed = without.iter().filter(|(_, sealed)| *sealed).count();
        assert!(sealed >= secrets && sealed <= secrets + 40, "{name}: {sealed} sealed, {secrets} with secrets");
    }
}
