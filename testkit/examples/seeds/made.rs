//! Seeds of the target `make`.

use super::{LONGEST, Result, put};
use cluscope::internals::make;
use cluscope_testkit::invariants;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Lines that become captures: records of captures, PDUs of datagrams, values made from bytes.
pub(super) fn made(root: &Path) -> Result<()> {
    const TARGET: &str = "make";
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(root.join("captures"))? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (mut start, mut kinds) = (Vec::new(), BTreeMap::new());
        for line in std::fs::read_to_string(&path)?.lines() {
            let mut record: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line)?;
            let kind = record["type"].as_str().unwrap_or_default().to_owned();
            if matches!(kind.as_str(), "auth3" | "capture" | "limits") || record.contains_key("encrypted") {
                continue;
            }
            for key in ["frame", "frames", "community_id", "auth", "token", "request_frame", "partial", "text"] {
                record.remove(key);
            }
            let text = serde_json::to_string(&record)? + "\n";
            if start.len() + text.len() <= LONGEST / 2 {
                start.extend(text.as_bytes());
            }
            let shortest = kinds.entry(kind).or_insert_with(|| text.clone());
            if text.len() < shortest.len() {
                *shortest = text;
            }
        }
        put(root, TARGET, &name, &[&[0][..], &start].concat())?;
        put(root, TARGET, &format!("{name}-sealed"), &[&[2][..], &start].concat())?;
        for (kind, text) in kinds {
            put(root, TARGET, &format!("{name}-{kind}"), &[&[0x80][..], text.as_bytes()].concat())?;
        }
    }
    for kind in make::BOTH.iter().chain(make::UDP) {
        let line = serde_json::json!({
            "type": kind, "transport": "udp", "interface": "clusapi", "version": "2.0", "opnum": 1, "call_id": 7, "stub": "",
            "activity": "11111111-2222-3333-4444-555555555555", "pdu_flags": ["idempotent"], "status": 5, "cancel_id": 1,
            "fack": {"version": 1, "window_size": 2, "max_tsdu": 3, "max_frag_size": 4, "serial": 5, "selack": [1]},
        });
        put(root, TARGET, &format!("datagram-{kind}"), format!("\x01{line}\n").as_bytes())?;
    }
    for opnum in (0..190u8).step_by(7) {
        // Without changes, sealed or not, over TCP, and over UDP in the version that goes there.
        let (how, version) = (opnum & 7, 1 - (opnum & 1));
        let mut bytes = vec![how, opnum % 3];
        for bits in [8, 9, 0x28, 0x29] {
            bytes.extend([opnum, 0, bits, version, 50]);
            bytes.extend(invariants::noise(u64::from(opnum) + u64::from(bits), 50));
        }
        put(root, TARGET, &format!("values-{opnum}"), &bytes)?;
    }
    Ok(())
}
