//! Arbitrary text as a file of finished runs: an error, or runs whose lines are read as they were.
#![no_main]

use engram::reproduce::read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for run in read(text).unwrap_or_default() {
        assert_eq!(read(&run.line).unwrap(), [run]);
    }
});
