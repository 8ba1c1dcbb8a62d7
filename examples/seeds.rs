//! Makes the seeds in `fuzz/corpus` from `tests/data/stubs.jsonl` and the captures.
//!
//! Run as `cargo run --example seeds [FILE...]` with captures, or with files of structures, one object a line (`struct`,
//! `hex`); without names it takes `captures/*.pcapng`.

use cluscope::capture::Reader;
use cluscope::json::stub::Identity;
use cluscope::net::{Chunk, Datagram, Handler, Limits, Network, Origin, Verdict};
use cluscope::oracle;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Octets of a stream, of a flow of datagrams and of a capture that become a seed: longer ones make a fuzzer slow.
const LONGEST: usize = 6000;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn put(root: &Path, target: &str, name: &str, octets: &[u8]) -> Result<()> {
    let directory = root.join("fuzz/corpus").join(target);
    std::fs::create_dir_all(&directory)?;
    std::fs::write(directory.join(name), octets)?;
    Ok(())
}

/// The pieces of each flow, by transport and stream number.
#[derive(Default)]
struct Flows(BTreeMap<(bool, u64), Vec<u8>>);

impl Handler for Flows {
    fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        let flow = self.0.entry((true, origin.stream)).or_default();
        match chunk {
            Chunk::Data(octets) if flow.len() < LONGEST => oracle::put_piece(flow, origin.from, octets),
            _ => {}
        }
        Verdict::Keep
    }

    fn udp(&mut self, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        let flow = self.0.entry((false, origin.stream)).or_default();
        if flow.len() < LONGEST {
            oracle::put_piece(flow, origin.from, datagram.data);
        }
        Verdict::Keep
    }
}

fn stubs(root: &Path) -> Result<()> {
    let text = std::fs::read_to_string(root.join("tests/data/stubs.jsonl"))?;
    for (i, line) in text.lines().enumerate() {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line)?;
        let identity = Identity::parse(&object)?;
        let id = object["id"].as_str().unwrap_or_default().to_owned();
        let stub = hex::decode(object["hex"].as_str().unwrap_or_default())?;
        if stub.len() > 1000 {
            continue;
        }
        let header = oracle::header(identity.kind, identity.opnum);
        put(root, "stub", &id, &[&header[..], &stub].concat())?;
        if i % 4 == 0 {
            put(root, "stub_round_trip", &id, &[&header[..], &oracle::noise(i as u64, 200)].concat())?;
            put(root, "parsers", &id, &[&[i as u8][..], &stub].concat())?;
            let mut object = object;
            object.retain(|key, _| !matches!(key.as_str(), "id" | "hex" | "canonical" | "method"));
            put(root, "json_stub", &id, serde_json::to_string(&object)?.as_bytes())?;
        }
    }
    Ok(())
}

/// Buffers of the stubs, as each structure in turn.
fn structures(root: &Path) -> Result<()> {
    use cluscope::ndr::Value;
    use cluscope::ndr::value::Collect;
    use cluscope::ndr::wire::Message;
    let text = std::fs::read_to_string(root.join("tests/data/stubs.jsonl"))?;
    let mut index = 0u8;
    for line in text.lines() {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line)?;
        let identity = Identity::parse(&object)?;
        let stub = hex::decode(object["hex"].as_str().unwrap_or_default())?;
        let Some(method) = identity.method() else { continue };
        let mut collect = Collect::default();
        Message::decode_with(method, identity.kind, &stub, &mut collect)?;
        for (_, value) in &collect.contents.fields.0 {
            if let Value::Bytes(octets) = value
                && !octets.is_empty()
            {
                index = index.wrapping_add(1) % 60;
                put(root, "structures", &index.to_string(), &[&[index][..], octets].concat())?;
            }
        }
    }
    Ok(())
}

/// Structures by name, one a line: `{"struct":"NAME","hex":"…"}`; the shortest of each.
fn named_structures(root: &Path, path: &Path) -> Result<()> {
    let mut shortest: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line)?;
        let name = object["struct"].as_str().unwrap_or_default();
        let Some(index) = cluscope::structs::ALL.iter().position(|s| s.name == name) else { continue };
        let octets = hex::decode(object["hex"].as_str().unwrap_or_default())?;
        let seed = [&[index as u8][..], &octets].concat();
        let slot = shortest.entry(index).or_insert_with(|| seed.clone());
        if seed.len() < slot.len() {
            *slot = seed;
        }
    }
    for (index, seed) in shortest {
        put(root, "structures", &format!("named-{}", cluscope::structs::ALL[index].name), &seed)?;
    }
    Ok(())
}

fn capture(root: &Path, path: &Path) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let octets = std::fs::read(path)?;
    put(root, "capture", &name, octets.get(..2 * LONGEST).unwrap_or(&octets))?;
    let mut network = Network::new(Limits::default());
    let mut flows = Flows::default();
    let mut reader = Reader::new(octets.as_slice())?;
    while let Some(packet) = reader.next()? {
        network.input(&packet, &mut flows);
    }
    network.finish(&mut flows);
    for ((tcp, stream), octets) in flows.0.iter().take(3) {
        let target = if *tcp { "pdus" } else { "datagrams" };
        put(root, target, &format!("{name}-{stream}"), octets)?;
    }
    Ok(())
}

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    stubs(root)?;
    structures(root)?;
    let mut paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if paths.is_empty() {
        for entry in std::fs::read_dir(root.join("captures"))? {
            paths.push(entry?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|e| e == "pcapng"));
        paths.sort();
    }
    for path in paths {
        if path.extension().is_some_and(|e| e == "jsonl") {
            named_structures(root, &path)?;
            continue;
        }
        capture(root, &path).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(())
}
