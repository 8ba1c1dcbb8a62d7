//! Values made up from the declarations, encoded, decoded and encoded again.

use cluscope::internals::structs::{ALL, Kind, Structure};
use cluscope_testkit::arbitrary::{self, Chance};
use cluscope_testkit::invariants::structures as invariants;

/// A small generator of numbers (splitmix64): the same ones on every run.
pub(super) struct Random(pub(super) u64);

impl Chance for Random {
    fn bytes_of_number(&mut self, bytes: usize) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        if bytes < 8 { z & ((1 << (8 * bytes)) - 1) } else { z }
    }
}

/// There and back, many times over.
fn check(structure: &Structure, random: &mut Random, times: usize) {
    for _ in 0..times {
        invariants::round_trip(structure, &arbitrary::value(structure, random));
    }
}

#[test]
fn records_in_every_reading() {
    let mut random = Random(1);
    for structure in ALL {
        let Kind::Record(record) = structure.kind else { continue };
        for reading in 0..record.variants.len().max(1) {
            for _ in 0..20 {
                invariants::round_trip(structure, &random.record(record, reading));
            }
        }
    }
}

#[test]
fn the_others() {
    let mut random = Random(2);
    for structure in ALL.iter().filter(|structure| !matches!(structure.kind, Kind::Record(_))) {
        check(structure, &mut random, 300);
    }
}

/// A descriptor that is made can be read, and so told as text.
#[test]
fn security_descriptors() {
    let mut random = Random(3);
    for _ in 0..300 {
        let bytes = random.security_descriptor();
        assert!(cluscope::internals::structs::security::sddl(&bytes).is_ok(), "{bytes:02x?}");
    }
}

/// Noise is read as every structure, and what can be read can be written.
#[test]
fn noise() {
    let mut random = Random(5);
    for _ in 0..300 {
        let n = random.below(120) as usize;
        let mut bytes = random.bytes(n);
        // Small numbers get further than large ones.
        for byte in bytes.iter_mut() {
            if random.below(2) == 0 {
                *byte = random.below(5) as u8;
            }
        }
        ALL.iter().for_each(|structure| invariants::structure(structure, &bytes));
        for kind in 0..8 {
            invariants::context(&super::join(&[&[kind], &bytes]));
        }
    }
}
