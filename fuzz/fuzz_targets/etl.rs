//! An event trace of Windows.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope_testkit::invariants::etl(data));
