//! See `devtail_tests::fuzzing::session`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| devtail_tests::fuzzing::session(data));
