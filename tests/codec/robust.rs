//! The stubs of `tests/data`, damaged in every place: cut at every byte, each byte inverted and set to its extremes,
//! each group of four bytes replaced by what counts go wrong with. Nothing panics, every error lies in the stub, and
//! reading takes time in proportion to the stub.

use crate::common;
use crate::common::Sample;
use cluscope::internals::ndr::Endian;
use cluscope::internals::ndr::value::Collect;
use cluscope::internals::ndr::wire::Message;
use cluscope_testkit::invariants;
use std::time::{Duration, Instant};

/// Reads a damaged stub; [`invariants::read`] asserts what must hold of it.
fn read(sample: &Sample, stub: &[u8], what: &dyn Fn() -> String) -> bool {
    let method = sample.identity.method().unwrap();
    let outcome = std::panic::catch_unwind(|| invariants::read(method, sample.identity.kind, stub).is_ok());
    outcome.unwrap_or_else(|_| panic!("{}, {}: {}", sample.id, what(), hex::encode(stub)))
}

#[test]
fn cut_at_every_byte() {
    let mut short = 0;
    for sample in common::corpus() {
        for len in 0..sample.stub.len() {
            let read = read(&sample, &sample.stub[..len], &|| format!("cut at {len}"));
            short += usize::from(!read);
        }
    }
    assert!(short > 15_000, "{short} refused");
}

/// A cut stub is refused, or what was cut off was a gap or left over: canonical stubs end with a value.
#[test]
fn a_canonical_stub_has_no_byte_to_spare() {
    for sample in common::corpus().iter().filter(|s| s.canonical && !s.stub.is_empty()) {
        let method = sample.identity.method().unwrap();
        let cut = &sample.stub[..sample.stub.len() - 1];
        let error = Message::decode(method, sample.identity.kind, cut).expect_err(&sample.id);
        assert!(error.offset <= cut.len(), "{}: {error}", sample.id);
    }
}

#[test]
fn every_byte_changed() {
    for sample in common::corpus() {
        let mut stub = sample.stub.clone();
        for at in 0..stub.len() {
            let was = stub[at];
            for byte in [!was, was ^ 1] {
                stub[at] = byte;
                read(&sample, &stub, &|| format!("byte {at} made {byte:#x}"));
            }
            stub[at] = was;
        }
    }
}

#[test]
fn every_word_made_extreme() {
    for sample in common::corpus() {
        for at in (0..sample.stub.len().saturating_sub(3)).step_by(4) {
            for word in [0xffff_ffffu32, 0x7fff_ffff, 0x8000_0000, 0] {
                let bytes = match sample.identity.kind.endian {
                    Endian::Little => word.to_le_bytes(),
                    Endian::Big => word.to_be_bytes(),
                };
                let mut stub = sample.stub.clone();
                stub[at..at + 4].copy_from_slice(&bytes);
                read(&sample, &stub, &|| format!("word at {at} made {word:#x}"));
            }
        }
    }
}

#[test]
fn every_pair_of_words_made_extreme() {
    for sample in common::corpus() {
        for at in (0..sample.stub.len().saturating_sub(7)).step_by(4) {
            for word in [u64::MAX, 1 << 63, u64::MAX / 2 + 2] {
                let mut stub = sample.stub.clone();
                stub[at..at + 8].copy_from_slice(&word.to_le_bytes());
                read(&sample, &stub, &|| format!("words at {at} made {word:#x}"));
            }
        }
    }
}

/// Every stub as every other method: bytes of the wrong method are as good as any.
#[test]
fn stubs_of_other_methods() {
    let samples = common::corpus();
    for (i, sample) in samples.iter().enumerate() {
        for other in samples.iter().skip(i % 7).step_by(7) {
            read(sample, &other.stub, &|| format!("as {}", other.id));
        }
    }
}

/// Counts that claim the most that is there, pointers that are all set: a megabyte is read at once and nothing grows
/// beyond a small multiple of it.
#[test]
fn a_megabyte_of_anything() {
    let patterns: [&[u8]; 5] = [&[0], &[1], &[0xff], &[1, 0, 0, 0], &[0, 0, 1, 0, 0, 0, 0, 0]];
    for (i, sample) in common::corpus().iter().enumerate() {
        let pattern = patterns[i % patterns.len()];
        let stub = pattern.repeat((1 << 20) / pattern.len());
        let method = sample.identity.method().unwrap();
        let start = Instant::now();
        let mut collect = Collect::default();
        let _ = Message::decode_with(method, sample.identity.kind, &stub, &mut collect);
        // Some 10 ms unoptimized on a slow machine; a loop over claimed counts would take hours.
        assert!(start.elapsed() < Duration::from_secs(10), "{}: {:?}", sample.id, start.elapsed());
    }
}
