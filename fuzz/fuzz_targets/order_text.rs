#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| commands::fuzzing::order_text(bytes));
