//! A series of calls, as analysis, conformance rules and printers see it.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope_testkit::invariants::calls(data));
