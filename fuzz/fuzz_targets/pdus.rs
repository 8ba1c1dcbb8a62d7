//! The two streams of a TCP connection, in pieces.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope_testkit::invariants::pdus(data));
