//! Arbitrary bytes as a saved study of the Connect lab: an error, or a study that is written as it was read.
#![no_main]

use engram::connect::study::Study;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(study) = Study::restore(bytes) {
        assert_eq!(study.save(), bytes);
    }
});
