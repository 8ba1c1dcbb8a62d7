//! Any bytes as a custom-marshalled structure; the first one tells which.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope_testkit::invariants::structure(data));
