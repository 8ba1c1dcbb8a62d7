//! A search of what every command prints of every capture for every secret of the lab that the captures come from:
//! passwords, NT hashes, keys of services and sessions, what changed them; as text, in UTF-16, in digits, in base64.

use crate::data;
use crate::program::{command, stderr};
use std::path::{Path, PathBuf};

/// The passwords of the lab's users, and what they change passwords to in messages.
const PASSWORDS: &[&str] =
    &["Passw0rd-Lab1", "L0w-T1de!Kran", "Rotat3d#2026", "Qu4y-Service/Key-5", "N3w-Secret!", "Svc-Key-Lab1"];

/// Passwords that stand in messages of the lab's captures, as its configuration has them.
fn configured(shared: &Path) -> Vec<String> {
    let mut all: Vec<String> = PASSWORDS.iter().map(|password| String::from(*password)).collect();
    for config in ["lab/dev.json", "captures/sealed/config.json"] {
        let Ok(text) = std::fs::read(shared.join(config)) else { continue };
        let json: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        all.extend(json["newpw"].as_str().map(String::from));
        all.extend(json["krb5"]["svcpw"].as_str().map(String::from));
        let users = json["users"].as_object();
        all.extend(users.into_iter().flatten().filter_map(|(_, password)| password.as_str().map(String::from)));
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// Keys in a keytab or credential cache: type, length of 16 or 32 bytes, bytes, as both formats have them.
fn keys(file: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for (at, window) in file.windows(4).enumerate() {
        let [0, etype @ (17..=20 | 23), 0, length @ (16 | 32)] = *window else { continue };
        let fits = (length == 32) == matches!(etype, 18 | 20);
        found.extend(file.get(at + 4..at + 4 + usize::from(length)).filter(|_| fits).map(<[u8]>::to_vec));
    }
    // Version 4 of credential caches: type, then 32 bits of length.
    for (at, window) in file.windows(6).enumerate() {
        let [0, etype @ (17..=20 | 23), 0, 0, 0, length @ (16 | 32)] = *window else { continue };
        let fits = (length == 32) == matches!(etype, 18 | 20);
        found.extend(file.get(at + 6..at + 6 + usize::from(length)).filter(|_| fits).map(<[u8]>::to_vec));
    }
    found
}

fn nt_hash(password: &str) -> Vec<u8> {
    use md4::Digest as _;
    md4::Md4::digest(password.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()).to_vec()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let n = chunk.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        out.extend((0..=chunk.len()).map(|i| char::from(DIGITS[(n >> (18 - 6 * i) & 63) as usize])));
    }
    out
}

/// The forms in which bytes could be printed, lower case where case doesn't matter. Of base64 the part that doesn't depend
/// on what stands before and behind.
fn forms(bytes: &[u8], needles: &mut Vec<Vec<u8>>) {
    let spaced: Vec<String> = bytes.iter().map(|b| format!("{b:02x}")).collect();
    needles.push(bytes.to_ascii_lowercase());
    needles.push(hex::encode(bytes).into_bytes());
    // A line of a hex dump has 16 bytes; eight in a row show it.
    needles.extend(spaced.chunks(8).filter(|part| part.len() == 8).map(|part| part.join(" ").into_bytes()));
    for skip in 0..3 {
        let text = base64(bytes.get(skip..).unwrap_or_default());
        let inner = text.get(..text.len().saturating_sub(4)).unwrap_or_default();
        if inner.len() >= 12 {
            needles.push(inner.to_ascii_lowercase().into_bytes());
        }
    }
}

fn needles(shared: &Path, folder: &Path) -> Vec<Vec<u8>> {
    let mut needles = Vec::new();
    for password in configured(shared) {
        forms(password.as_bytes(), &mut needles);
        let units = |bytes: fn(u16) -> [u8; 2]| password.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        forms(&units(u16::to_le_bytes), &mut needles);
        forms(&units(u16::to_be_bytes), &mut needles);
        // As a dump's column of characters has UTF-16.
        let dotted: Vec<String> = password.chars().map(String::from).collect();
        needles.push(dotted.join(".").to_ascii_lowercase().into_bytes());
        forms(&nt_hash(&password), &mut needles);
    }
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for path in files.map(|entry| entry.path()) {
        if path.extension().is_some_and(|extension| extension == "keytab" || extension == "ccache") {
            let found = keys(&std::fs::read(&path).expect("readable"));
            assert!(!found.is_empty(), "{}", path.display());
            found.iter().for_each(|key| forms(key, &mut needles));
        }
    }
    needles.sort_unstable();
    needles.dedup();
    assert!(needles.iter().all(|needle| needle.len() >= 8));
    needles
}

/// Where one of the needles stands; looked for by their first bytes.
fn found(output: &[u8], needles: &[Vec<u8>]) -> Option<String> {
    let mut by_start: Vec<Vec<&[u8]>> = vec![Vec::new(); 1 << 16];
    for needle in needles {
        by_start[usize::from(needle[0]) << 8 | usize::from(needle[1])].push(needle);
    }
    let output = output.to_ascii_lowercase();
    output.windows(2).enumerate().find_map(|(at, pair)| {
        let candidates = &by_start[usize::from(pair[0]) << 8 | usize::from(pair[1])];
        let hit = candidates.iter().find(|needle| output[at..].starts_with(needle))?;
        let around = &output[at.saturating_sub(80)..(at + hit.len() + 20).min(output.len())];
        Some(String::from_utf8_lossy(around).into_owned())
    })
}

/// What opens the captures of a folder.
fn secrets(folder: &Path) -> Vec<String> {
    let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("leaks");
    std::fs::create_dir_all(&scratch).expect("a folder");
    let file = scratch.join("lab.keys");
    std::fs::write(&file, "password LAB\\clusadm Passw0rd-Lab1\npassword QUAY\\harbour.m L0w-T1de!Kran\n")
        .expect("written");
    let mut arguments = vec!["--keys".into(), file.to_string_lossy().into_owned()];
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let option = match path.extension().and_then(|extension| extension.to_str()) {
            Some("keytab") => "--keytab",
            Some("ccache") => "--ccache",
            _ => continue,
        };
        arguments.extend([option.into(), path.to_string_lossy().into_owned()]);
    }
    arguments
}

const COMMANDS: &[&[&str]] = &[
    &["dissect", "--format", "text"],
    &["dissect", "--format", "text", "--full"],
    &["dissect", "--format", "jsonl", "--hide-secrets"],
    &["calls", "--format", "text"],
    &["calls", "--format", "jsonl", "--hide-secrets"],
    &["calls", "--format", "csv"],
    &["calls", "--format", "zeek"],
    &["calls", "--format", "ecs"],
    &["calls", "--format", "zeek-json"],
    &["calls", "--format", "eve"],
    &["calls", "--format", "perfetto"],
    &["story", "--format", "text", "--verbose"],
    &["story", "--format", "jsonl", "--verbose", "--hide-secrets"],
    &["check", "--format", "text"],
    &["check", "--format", "jsonl", "--hide-secrets"],
    &["stats", "--format", "text"],
    &["stats", "--format", "jsonl", "--hide-secrets"],
    &["stats", "--format", "csv"],
];

/// Searches what every command prints of the captures in a folder.
fn search(folder: &Path, needles: &[Vec<u8>]) -> usize {
    let keys = secrets(folder);
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("leaks/clear.pcapng");
    let mut outputs = 0;
    let mut names: Vec<_> = std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
    names.sort();
    for path in names.iter().filter(|p| p.extension().is_some_and(|e| e == "pcap" || e == "pcapng")) {
        let file = path.to_string_lossy();
        for arguments in COMMANDS {
            let output = command(&[arguments, &[&*file][..], &keys].concat()).output().expect("the program runs");
            for printed in [&output.stdout, &output.stderr] {
                assert_eq!(found(printed, needles), None, "{arguments:?} {file}");
            }
            outputs += usize::from(!output.stdout.is_empty());
        }
        let page = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("leaks/page.html");
        let arguments = ["report", &file, "-o", &page.to_string_lossy(), "--force"];
        let output = command(&[&arguments[..], &keys].concat()).output().expect("the program runs");
        assert!(matches!(output.status.code(), Some(0 | 3)), "{file}: {}", stderr(&output));
        assert_eq!(found(&output.stderr, needles), None, "{file}");
        assert_eq!(found(&std::fs::read(&page).expect("written"), needles), None, "report {file}");
        let to = out.to_string_lossy();
        let arguments = ["decrypt", &file, "-o", &to, "--force", "--hide-secrets"];
        let output = command(&[&arguments[..], &keys].concat()).output().expect("the program runs");
        assert!(matches!(output.status.code(), Some(0 | 3)), "{file}: {}", stderr(&output));
        assert_eq!(found(&output.stderr, needles), None, "{file}");
        // What was in clear in the input stays; nothing that was sealed is among the secrets.
        let before = std::fs::read(path).expect("readable");
        if found(&before, needles).is_none() {
            assert_eq!(found(&std::fs::read(&out).expect("written"), needles), None, "decrypt {file}");
        }
        outputs += 1;
    }
    outputs
}

#[test]
fn of_the_own_captures() {
    let shared = data::shared("captures").and_then(|captures| captures.parent().map(Path::to_path_buf));
    let needles = needles(&shared.unwrap_or_default(), &data::file("tests/data/sealed"));
    assert!(needles.len() > 100, "{}", needles.len());
    // The search finds what it looks for.
    for secret in ["\"L0w-T1de!Kran\"", "P.a.s.s.w.0.r.d.-.L.a.b.1", "50617373773072642d4c616231"] {
        assert!(found(secret.as_bytes(), &needles).is_some(), "{secret}");
    }
    assert!(search(&data::file("captures"), &needles) > 20);
    assert!(search(&data::file("tests/data/sealed"), &needles) > 50);
}

#[test]
fn of_the_recorded_captures() {
    let Some(captures) = data::shared("captures") else { return };
    let shared = captures.parent().expect("a folder");
    for folder in [captures.clone(), captures.join("sealed")] {
        let needles = needles(shared, &folder);
        let outputs = search(&folder, &needles);
        println!("{}: {outputs} outputs, {} forms of secrets, none found", folder.display(), needles.len());
        assert!(outputs > 100);
    }
}
