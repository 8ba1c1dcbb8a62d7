//! Any text as a line of `stub encode` and `stub decode`, and lines that are right but for a few values.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope_testkit::invariants::json(data));
