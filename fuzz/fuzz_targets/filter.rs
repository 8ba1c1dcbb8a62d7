//! Filter expressions.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| cluscope_testkit::invariants::filter(text));
