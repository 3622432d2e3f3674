//! Arbitrary bytes as a saved study of the Connect lab, as they come and signed as one: an error, or a study that is written as it was
//! read, and, where it is a small one, goes on.
#![no_main]

use engram::connect::study::Study;
use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};

/// What a saved study begins with.
const MAGIC: &[u8] = b"engram study 3\n";

/// Slices of work that are done of it.
const SLICES: usize = 200;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(study) = Study::restore(bytes) {
        assert_eq!(study.save(), bytes);
    }
    let signed = [MAGIC, &Sha256::digest(bytes)[..], bytes].concat();
    let Ok(study) = Study::restore(&signed) else { return };
    // Numbers can be written in more than one way, and a study that is kept in one.
    let saved = study.save();
    assert_eq!(Study::restore(&saved).expect("what was saved").save(), saved);
    let spec = study.spec();
    let work = [spec.network.units, spec.training.batch, spec.exponents.series, spec.exponents.trials, spec.flossing.exponents];
    if work.iter().all(|&n| n <= 8) && spec.sleep.is_none() {
        study.take(SLICES).for_each(drop);
    }
});
