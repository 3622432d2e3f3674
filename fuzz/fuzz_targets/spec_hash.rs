//! Arbitrary text as a URL's hash: an error, or a valid Spec that survives being written and read.
#![no_main]

use engram::spec;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(spec) = spec::from_hash::<spec::Spec>(text) {
        spec.validate().unwrap();
        assert_eq!(spec::from_hash::<spec::Spec>(&spec::to_hash(&spec)).unwrap(), spec);
    }
});
