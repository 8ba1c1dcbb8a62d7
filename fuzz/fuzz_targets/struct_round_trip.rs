//! Structures made from bytes: encoded, decoded, compared, encoded again.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope_testkit::invariants::arbitrary_structure(data));
