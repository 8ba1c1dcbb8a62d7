//! A capture file, from its first block to the stubs in it.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope_testkit::invariants::capture(data));
