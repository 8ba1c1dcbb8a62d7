//! A capture with what was sealed in clear.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope_testkit::invariants::rewrite(data));
