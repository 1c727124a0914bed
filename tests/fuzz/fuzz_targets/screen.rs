//! See `devtail_tests::fuzzing::screen`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| devtail_tests::fuzzing::screen(data));
