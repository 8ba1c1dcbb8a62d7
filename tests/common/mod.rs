//! The stubs of `tests/data`, and where reference files may be.
#![allow(dead_code, unreachable_pub)]

use cluscope::json::stub::Identity;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// A file of the crate.
pub fn file(name: &str) -> PathBuf {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    PathBuf::from(root).join(name)
}

/// A reference file beside the crate, if it is there; otherwise a line that says so.
pub fn shared(name: &str) -> Option<String> {
    let path = file("../shared").join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(_) => {
            eprintln!("skipped: {} is not there", path.display());
            None
        }
    }
}

/// A stub with what it decodes to.
pub struct Sample {
    pub id: String,
    /// `interface`, `version`, `opnum`, …, `params`, `return`.
    pub line: Map<String, Value>,
    pub identity: Identity,
    pub stub: Vec<u8>,
    /// Whether encoding gives back the same octets.
    pub canonical: bool,
}

/// A sample from a line that has everything.
pub fn sample(mut line: Map<String, Value>) -> Sample {
    let hex = line.remove("hex").unwrap();
    Sample {
        id: line["id"].as_str().unwrap().to_owned(),
        identity: Identity::parse(&line).unwrap(),
        stub: hex::decode(hex.as_str().unwrap()).unwrap(),
        canonical: line.get("canonical") != Some(&Value::Bool(false)),
        line,
    }
}

/// The objects of a file, one a line.
pub fn objects(text: &str) -> impl Iterator<Item = Map<String, Value>> {
    text.lines().map(|line| serde_json::from_str(line).unwrap())
}

/// `tests/data/stubs.jsonl`: a stub of each method and direction that there are vectors of, in NDR, NDR64 and big-endian
/// NDR, and the odd ones: octets in gaps (`tw`), ill-formed text (`ux`).
pub fn corpus() -> Vec<Sample> {
    let text = std::fs::read_to_string(file("tests/data/stubs.jsonl")).unwrap();
    objects(&text).map(sample).collect()
}
