//! The datagrams of a UDP flow.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope_testkit::invariants::datagrams(data));
