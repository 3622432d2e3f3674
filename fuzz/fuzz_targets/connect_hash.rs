//! Arbitrary text as the address of a study: an error, or a valid Spec that survives being written and read.
#![no_main]

use engram::connect::spec::ConnectSpec;
use engram::spec;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(study) = spec::from_hash::<ConnectSpec>(text) {
        study.validate().unwrap();
        assert_eq!(spec::from_hash::<ConnectSpec>(&spec::to_hash(&study)).unwrap(), study);
    }
});
