//! Arbitrary text as a search's log: an error, or a log that is written as it was read.
#![no_main]

use engram::tune::Log;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(log) = Log::read(text) {
        assert_eq!(Log::read(&log.search.log(&log.evaluations)).unwrap(), log);
        drop(log.resume());
    }
});
