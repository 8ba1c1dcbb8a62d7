//! Files of secrets.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cluscope::oracle::keytab(data));
