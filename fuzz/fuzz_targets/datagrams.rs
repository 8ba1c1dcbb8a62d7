//! The datagrams of a UDP flow.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope::oracle::datagrams(data));
