//! Any bytes as a stub; four bytes in front tell of which method.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope_testkit::invariants::stub(data));
