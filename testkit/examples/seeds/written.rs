//! Seeds of the targets that take captures as they are, changed or made: `capture`, `select` and `rewrite`.

use super::{LONGEST, Result, put};
use cluscope::internals::capture::{Reader, Writer};
use cluscope_testkit::invariants;
use std::path::Path;

const TARGETS: [&str; 3] = ["capture", "select", "rewrite"];

/// The beginning of a capture, whole packets.
fn beginning(file: &[u8], longest: usize) -> Result<Vec<u8>> {
    let mut writer = Writer::new(Vec::new(), None, "a seed");
    let mut reader = Reader::new(file)?;
    let mut length = 0;
    while let Some(packet) = reader.next()? {
        length += packet.data.len() + 40;
        if length > longest {
            break;
        }
        writer.packet(&packet, None, None)?;
    }
    writer.flush()?;
    Ok(writer.into_inner())
}

/// Changes of packets, as `packets.rs` has them, of every kind in turn.
fn plan(seed: u64) -> Vec<u8> {
    let count = seed % 5;
    let places = invariants::noise(seed, 2 * count as usize);
    let kinds = (0..count).map(|i| (seed + i) as u8);
    kinds.zip(places.as_chunks::<2>().0).flat_map(|(kind, [at, with])| [kind, *at, *with]).collect()
}

pub(super) fn written(root: &Path) -> Result<()> {
    for (seed, name) in (0_u64..).zip(["clean", "faults", "fragments", "sealed", "tour", "witness"]) {
        let file = std::fs::read(root.join("captures").join(name).with_extension("pcapng"))?;
        let start = beginning(&file, LONGEST / 2)?;
        let plan = [plan(5 * seed + 4), plan(5 * seed + 3)];
        for target in ["select", "rewrite"] {
            put(root, target, name, &start)?;
            put(root, target, &format!("{name}-changed"), &[&[seed as u8, 4][..], &plan[0], &start].concat())?;
        }
        put(root, "capture", &format!("{name}-changed"), &[&[0, 3][..], &plan[1], &start].concat())?;
    }
    for seed in 0..32_u64 {
        // Values of messages, with their answers, sealed every other time, over TCP and UDP; then what happens to the packets.
        let opnum = seed as u8 * 6;
        let how = seed as u8 & 0x6d;
        let mut values = vec![how, 0];
        for bits in [8, 9, 0x28, 0x29] {
            values.extend([opnum, 0, bits, 1 - (how & 1), 40]);
            values.extend(invariants::noise(seed + u64::from(bits), 40));
        }
        let plan = plan(seed);
        let head = [seed as u8, (plan.len() / 3) as u8 | if seed % 2 == 0 { 16 } else { 0 }];
        for target in TARGETS.iter().filter(|target| seed % 4 == 0 || **target != "capture") {
            put(root, target, &format!("made-{seed}"), &[&head[..], &plan, &values].concat())?;
        }
    }
    Ok(())
}
