//! Packets of any link type.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope_testkit::invariants::link_types(data));
