//! Lines of JSON to a capture, and back.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope_testkit::invariants::make(data));
