#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| alpaca::fuzzing::alpaca_body(bytes));
