//! Handshakes of Kerberos, and PDUs that it protects.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope_testkit::invariants::kerberos(data));
