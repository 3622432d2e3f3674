//! Arbitrary bytes as IDX files, plain and gzipped: an error or a file that is written back as it was.
#![no_main]

use engram::data::idx;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = idx::labels(bytes, 10);
    let _ = idx::labels(&idx::gzip(bytes), 10);
    if let Ok(images) = idx::images(bytes, 28, 28)
        && !idx::is_gzipped(bytes)
    {
        assert_eq!(idx::write_images(&images), bytes);
    }
});
