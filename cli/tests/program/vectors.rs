//! `vectors/messages.jsonl`: what the program makes, decodes and encodes.

use crate::{data, program};
use serde_json::Value;

/// Lines longer than this are left out of the file.
const LONGEST: usize = 8000;

/// The calls that make the file.
const PARTS: &[&[&str]] = &[
    &["--count", "2", "--syntax", "ndr", "--endian", "little", "--direction", "request", "--version", "3.0"],
    &["--count", "2", "--syntax", "ndr64", "--endian", "little", "--direction", "response", "--version", "3.0"],
    &[
        "--count",
        "2",
        "--syntax",
        "ndr",
        "--endian",
        "big",
        "--version",
        "2.0",
        "ApiOpenResource",
        "ApiCreateEnum",
        "ApiEnumKey",
        "ApiSetValue",
    ],
    &["--count", "2", "--version", "1.1"],
    &["--count", "5", "--version", "3.0", "ApiOpenResource", "ApiEnumKey", "ept_lookup"],
];

#[test]
fn the_file_is_what_is_made() {
    let mut made = String::new();
    for part in PARTS {
        let lines = program::output(&[&["stub", "vectors"], *part].concat());
        lines.lines().filter(|line| line.len() < LONGEST).for_each(|line| {
            made.push_str(line);
            made.push('\n');
        });
    }
    let path = data::file("vectors/messages.jsonl");
    if std::env::var_os("CLUSCOPE_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(&path, &made).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap() == made, "vectors/messages.jsonl is not what is made");
    // Encoded, they are their bytes; decoded, their values.
    let encoded = program::run(&["stub", "encode", "--jsonl"], made.as_bytes());
    assert!(encoded.status.success());
    let decoded = program::run(&["stub", "decode", "--jsonl"], made.as_bytes());
    assert!(decoded.status.success());
    let lines: Vec<Value> = program::objects(&made);
    assert!(lines.len() > 500, "{}", lines.len());
    let (encoded, decoded) =
        (program::objects(&program::stdout(&encoded)), program::objects(&program::stdout(&decoded)));
    assert_eq!((encoded.len(), decoded.len()), (lines.len(), lines.len()));
    for ((line, encoded), mut decoded) in lines.into_iter().zip(encoded).zip(decoded) {
        assert_eq!(encoded["hex"], line["hex"], "{}", line["id"]);
        assert_eq!(decoded.get("diagnostics"), None, "{}", line["id"]);
        decoded["hex"] = line["hex"].clone();
        assert_eq!(decoded, line);
    }
}

/// Integers beyond 2^53 as text, on every command; encoding takes them.
#[test]
fn safe_numbers() {
    let stub = "00000000000000000000000000000000fffffffffffffffff0e211f794009c07ab130000";
    let flags = [
        "stub",
        "decode",
        "--interface",
        "clusapi",
        "--version",
        "2.0",
        "--opnum",
        "38",
        "--direction",
        "response",
        "--format",
        "jsonl",
    ];
    let plain = program::output(&[&flags[..], &[stub]].concat());
    assert!(plain.contains("\"value\":548313894432662256,"), "{plain}");
    let safe = program::output(&[&flags[..], &["--numbers", "safe", stub]].concat());
    assert!(safe.contains("\"value\":\"548313894432662256\","), "{safe}");
    for line in [plain, safe] {
        let encoded = program::run(&["stub", "encode", "--jsonl"], line.as_bytes());
        assert!(program::stdout(&encoded).contains(stub));
    }
}
