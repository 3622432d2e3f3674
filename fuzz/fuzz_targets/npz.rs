//! Arbitrary bytes as feature files: an error, or as many labels as rows.
#![no_main]

use engram::data::{Values, features};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((train, _)) = features::read(bytes, 2, 10) {
        let values = match &train.values {
            Values::Bytes { data, .. } => data.len(),
            Values::Floats(data) => data.len(),
        };
        assert_eq!(values, 2 * train.len());
    }
});
