//! Any bytes as a series of calls of the C interface.
#![no_main]

#[path = "../../bindings/c/tests/boundary/mod.rs"]
mod boundary;

libfuzzer_sys::fuzz_target!(|data: &[u8]| boundary::run(data));
