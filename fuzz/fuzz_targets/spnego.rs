//! Handshakes of SPNEGO.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope::oracle::spnego(data));
