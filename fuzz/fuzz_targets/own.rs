//! Arbitrary files as a person's own set: an error or a set whose labels and pixels fit.
#![no_main]

use engram::data::{Values, own};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|files: Vec<(String, Vec<u8>)>| {
    let Ok(set) = own::assemble(&files) else { return };
    assert!(own::is_own(&set.name));
    for samples in [&set.train, &set.test] {
        let Values::Bytes { data, .. } = &samples.values else { panic!("images are bytes") };
        assert_eq!(data.len(), samples.len() * set.shape.len());
        assert!(samples.labels.iter().all(|&label| usize::from(label) < set.classes.len()));
    }
});
