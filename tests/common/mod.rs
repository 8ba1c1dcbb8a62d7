//! The stubs of `tests/data`, and what all tests share.
#![allow(dead_code, unreachable_pub, reason = "each test program uses a part")]

pub mod accounting;
pub mod data;

use cluscope::internals::render::json::stub::Identity;
use serde_json::{Map, Value};

/// A stub with what it decodes to.
pub struct Sample {
    pub id: String,
    /// `interface`, `version`, `opnum`, …, `params`, `return`.
    pub line: Map<String, Value>,
    pub identity: Identity,
    pub stub: Vec<u8>,
    /// Whether encoding gives back the same bytes.
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
/// NDR, and the odd ones: bytes in gaps (`tw`), ill-formed text (`ux`).
pub fn corpus() -> Vec<Sample> {
    let all: Vec<Sample> = objects(&data::text("tests/data/stubs.jsonl")).map(sample).collect();
    assert!(all.len() > 250, "{} stubs", all.len());
    all
}
