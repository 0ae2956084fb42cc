#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| commands::fuzzing::modal(bytes));
