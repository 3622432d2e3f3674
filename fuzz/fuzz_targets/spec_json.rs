//! Arbitrary text as a Spec: an error, or a valid Spec that survives being written and read.
#![no_main]

use engram::spec::Spec;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(spec) = Spec::from_json(text) {
        spec.validate().unwrap();
        assert_eq!(Spec::from_json(&serde_json::to_string(&spec).unwrap()).unwrap(), spec);
    }
});
