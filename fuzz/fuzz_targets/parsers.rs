//! The nom parsers, one after the other, over any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope_testkit::invariants::parsers(data));
