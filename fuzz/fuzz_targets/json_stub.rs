//! Any text as a line of `stub encode` and `stub decode`.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| cluscope::oracle::json_line(text));
