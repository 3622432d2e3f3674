//! IDX files, the format of MNIST and its relatives (LeCun et al. 1998): plain or gzipped, from bytes and back.
//!
//! A file is a big-endian header (magic 0x0000_08dd with dd dimensions, then their sizes) and one byte a value.
//! Reading is total: nothing is believed before it is checked, and a gzipped file is inflated no further than
//! the size its own header promises.

use std::borrow::Cow;
use std::io::{self, Read, Write};

use flate2::{Compression, bufread::GzDecoder, write::GzEncoder};

/// The largest file that is read, in bytes after inflating: five times the largest set in the catalogue.
pub const LIMIT: u64 = 256 << 20;

/// Images of one size: `pixels` holds count × height × width bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    pub height: u32,
    pub width: u32,
    pub pixels: Vec<u8>,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Images,
    Labels,
}

impl Kind {
    fn magic(self) -> u32 {
        match self {
            Kind::Images => 0x0803,
            Kind::Labels => 0x0801,
        }
    }

    fn header_len(self) -> usize {
        match self {
            Kind::Images => 16,
            Kind::Labels => 8,
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Kind::Images => "images",
            Kind::Labels => "labels",
        })
    }
}

/// Why bytes are not the IDX file they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdxError {
    #[error(
        "is no IDX file of images or labels: it starts with {found:#010x}, not with {:#010x} or {:#010x}",
        Kind::Images.magic(),
        Kind::Labels.magic()
    )]
    NotIdx { found: u32 },
    #[error("starts with {found:#010x}, but an IDX file of {kind} starts with {expected:#010x}")]
    Magic { kind: Kind, found: u32, expected: u32 },
    #[error("holds images of {found_height}×{found_width} pixels, expected {height}×{width}")]
    Dimensions { found_height: u32, found_width: u32, height: u32, width: u32 },
    #[error("ends after {found} bytes, but its header promises {expected}")]
    Truncated { found: u64, expected: u64 },
    #[error("holds {extra} bytes after the {expected} that its header promises")]
    Trailing { extra: u64, expected: u64 },
    #[error("inflates to more than the {expected} bytes that its header promises")]
    Bomb { expected: u64 },
    #[error("its header promises {promised} bytes, more than the {LIMIT} that are read")]
    TooLarge { promised: u128 },
    #[error("is not a sound gzip file ({message})")]
    Gzip { message: String },
    #[error("label {label} of sample {row} is out of range: there are {classes} classes, counted from 0")]
    Label { label: u8, row: usize, classes: usize },
}

/// The whole plain IDX file: as it is, or inflated. Its length is what its header promises.
pub fn unpack<'a>(bytes: impl Into<Cow<'a, [u8]>>, kind: Kind) -> Result<Cow<'a, [u8]>, IdxError> {
    let bytes = bytes.into();
    if is_gzipped(&bytes) {
        return inflate(&bytes, kind).map(Cow::Owned);
    }
    let expected = promised_len(&bytes, kind)?;
    let found = bytes.len() as u64;
    if found > expected {
        return Err(IdxError::Trailing { extra: found - expected, expected });
    }
    complete(found, expected)?;
    Ok(bytes)
}

pub fn is_gzipped(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// What a file, plain or gzipped, says that it holds.
pub fn kind(bytes: &[u8]) -> Result<Kind, IdxError> {
    let mut magic = Vec::new();
    if is_gzipped(bytes) {
        read_up_to(&mut GzDecoder::new(bytes), 4, &mut magic)?;
    } else {
        magic.extend(bytes.iter().take(4));
    }
    complete(magic.len() as u64, 4)?;
    let found = word(&magic, 0);
    [Kind::Images, Kind::Labels].into_iter().find(|kind| kind.magic() == found).ok_or(IdxError::NotIdx { found })
}

/// Reads images, which must be of `height` × `width` pixels.
pub fn images<'a>(bytes: impl Into<Cow<'a, [u8]>>, height: u32, width: u32) -> Result<Images, IdxError> {
    let images = any_images(bytes)?;
    let (found_height, found_width) = (images.height, images.width);
    if (found_height, found_width) != (height, width) {
        return Err(IdxError::Dimensions { found_height, found_width, height, width });
    }
    Ok(images)
}

/// Reads images of whatever size.
pub fn any_images<'a>(bytes: impl Into<Cow<'a, [u8]>>) -> Result<Images, IdxError> {
    let mut file = unpack(bytes, Kind::Images)?.into_owned();
    let (height, width) = (word(&file, 2), word(&file, 3));
    file.drain(..Kind::Images.header_len());
    Ok(Images { height, width, pixels: file })
}

/// Reads labels, each smaller than `classes`.
pub fn labels<'a>(bytes: impl Into<Cow<'a, [u8]>>, classes: usize) -> Result<Vec<u8>, IdxError> {
    let mut labels = unpack(bytes, Kind::Labels)?.into_owned();
    labels.drain(..Kind::Labels.header_len());
    match labels.iter().position(|&label| usize::from(label) >= classes) {
        Some(row) => Err(IdxError::Label { label: labels[row], row, classes }),
        None => Ok(labels),
    }
}

/// Writes a plain IDX file of images.
pub fn write_images(images: &Images) -> Vec<u8> {
    let count = images.pixels.len() / (images.height as usize * images.width as usize).max(1);
    let header = [Kind::Images.magic(), count as u32, images.height, images.width];
    header.iter().flat_map(|word| word.to_be_bytes()).chain(images.pixels.iter().copied()).collect()
}

/// Writes a plain IDX file of labels.
pub fn write_labels(labels: &[u8]) -> Vec<u8> {
    let header = [Kind::Labels.magic(), labels.len() as u32];
    header.iter().flat_map(|word| word.to_be_bytes()).chain(labels.iter().copied()).collect()
}

/// Gzips a file. The same bytes give the same file: no time is recorded.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("writing to memory does not fail")
}

fn inflate(bytes: &[u8], kind: Kind) -> Result<Vec<u8>, IdxError> {
    let mut decoder = GzDecoder::new(bytes);
    let mut file = Vec::new();
    read_up_to(&mut decoder, kind.header_len() as u64, &mut file)?;
    let expected = promised_len(&file, kind)?;
    // One byte more than promised tells a bomb, and asking for it makes the decoder check its checksum.
    let cut = read_up_to(&mut decoder, expected + 1 - file.len() as u64, &mut file)?;
    if file.len() as u64 > expected {
        return Err(IdxError::Bomb { expected });
    }
    complete(file.len() as u64, expected)?;
    if cut {
        return Err(IdxError::Gzip { message: "its end is missing".into() });
    }
    match decoder.into_inner() {
        [] => Ok(file),
        rest => Err(IdxError::Trailing { extra: rest.len() as u64, expected }),
    }
}

/// Reads until `len` bytes came or the stream ended; true when it was cut short.
fn read_up_to(decoder: &mut GzDecoder<&[u8]>, len: u64, file: &mut Vec<u8>) -> Result<bool, IdxError> {
    match decoder.take(len).read_to_end(file) {
        Ok(_) => Ok(false),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(true),
        Err(e) => Err(IdxError::Gzip { message: e.to_string() }),
    }
}

/// Length of the whole file by its header, which must be there.
fn promised_len(file: &[u8], kind: Kind) -> Result<u64, IdxError> {
    let header_len = kind.header_len();
    if file.len() >= 4 && word(file, 0) != kind.magic() {
        return Err(IdxError::Magic { kind, found: word(file, 0), expected: kind.magic() });
    }
    complete(file.len().min(header_len) as u64, header_len as u64)?;
    let values: u128 = (1..header_len / 4).map(|i| u128::from(word(file, i))).product();
    let promised = values + header_len as u128;
    if promised > u128::from(LIMIT) {
        return Err(IdxError::TooLarge { promised });
    }
    Ok(promised as u64)
}

fn complete(found: u64, expected: u64) -> Result<(), IdxError> {
    if found < expected { Err(IdxError::Truncated { found, expected }) } else { Ok(()) }
}

fn word(file: &[u8], index: usize) -> u32 {
    let bytes = &file[4 * index..4 * index + 4];
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_images() -> Images {
        Images { height: 2, width: 3, pixels: (1..=12).collect() }
    }

    #[test]
    fn what_is_written_is_read_plain_and_gzipped() {
        let file = write_images(&two_images());
        assert_eq!(file[..16], [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3]);
        assert_eq!(images(&file, 2, 3).unwrap(), two_images());
        assert_eq!(images(gzip(&file), 2, 3).unwrap(), two_images());
        let file = write_labels(&[3, 0, 1]);
        assert_eq!(labels(&file, 4).unwrap(), [3, 0, 1]);
        assert_eq!(labels(gzip(&file), 4).unwrap(), [3, 0, 1]);
    }

    #[test]
    fn a_wrong_magic_is_refused() {
        let error = labels(write_images(&two_images()), 10).unwrap_err();
        assert_eq!(error, IdxError::Magic { kind: Kind::Labels, found: 0x803, expected: 0x801 });
        assert_eq!(error.to_string(), "starts with 0x00000803, but an IDX file of labels starts with 0x00000801");
        assert!(matches!(images(gzip(b"<html>"), 28, 28), Err(IdxError::Magic { found: 0x3c68_746d, .. })));
    }

    #[test]
    fn a_file_says_what_it_holds() {
        let (images, labels) = (write_images(&two_images()), write_labels(&[1]));
        assert_eq!([&images, &gzip(&images)].map(|file| kind(file).unwrap()), [Kind::Images; 2]);
        assert_eq!([&labels, &gzip(&labels)].map(|file| kind(file).unwrap()), [Kind::Labels; 2]);
        assert_eq!(kind(b"<html>"), Err(IdxError::NotIdx { found: 0x3c68_746d }));
        assert_eq!(kind(b"abc"), Err(IdxError::Truncated { found: 3, expected: 4 }));
        assert!(kind(&gzip(&images)[..12]).is_err());
    }

    #[test]
    fn wrong_dimensions_are_refused() {
        let error = images(write_images(&two_images()), 28, 28).unwrap_err();
        assert_eq!(error, IdxError::Dimensions { found_height: 2, found_width: 3, height: 28, width: 28 });
    }

    #[test]
    fn a_truncated_file_is_refused() {
        let file = write_images(&two_images());
        for len in 0..file.len() {
            let expected = if len < 16 { 16 } else { 28 };
            let error = images(&file[..len], 2, 3).unwrap_err();
            assert_eq!(error, IdxError::Truncated { found: len as u64, expected });
            assert_eq!(images(gzip(&file[..len]), 2, 3).unwrap_err(), error);
        }
        let zipped = gzip(&file);
        for len in 2..zipped.len() {
            let error = images(&zipped[..len], 2, 3).unwrap_err();
            assert!(matches!(error, IdxError::Truncated { .. } | IdxError::Gzip { .. }), "cut to {len}: {error}");
        }
    }

    #[test]
    fn trailing_bytes_are_refused() {
        let mut file = write_labels(&[1, 2]);
        file.push(7);
        assert_eq!(labels(&file, 10), Err(IdxError::Trailing { extra: 1, expected: 10 }));
        let mut zipped = gzip(&file[..10]);
        zipped.extend([0, 0]);
        assert_eq!(labels(&zipped, 10), Err(IdxError::Trailing { extra: 2, expected: 10 }));
    }

    #[test]
    fn a_bomb_is_not_inflated() {
        let mut file = write_labels(&[1, 2]);
        file.resize(64 << 20, 0);
        assert_eq!(labels(gzip(&file), 10), Err(IdxError::Bomb { expected: 10 }));
        let header: Vec<u8> = [0x803_u32, u32::MAX, u32::MAX, 28].iter().flat_map(|w| w.to_be_bytes()).collect();
        assert!(matches!(images(gzip(&header), 28, 28), Err(IdxError::TooLarge { .. })));
        assert!(matches!(images(&header, 28, 28), Err(IdxError::TooLarge { .. })));
    }

    #[test]
    fn damage_in_a_gzip_file_is_found() {
        let mut zipped = gzip(&write_labels(&[1, 2, 3, 4]));
        let checksum = zipped.len() - 8;
        zipped[checksum] ^= 1;
        assert!(matches!(labels(&zipped, 10), Err(IdxError::Gzip { .. })));
    }

    #[test]
    fn a_label_out_of_range_is_refused() {
        let error = labels(write_labels(&[9, 10]), 10).unwrap_err();
        assert_eq!(error, IdxError::Label { label: 10, row: 1, classes: 10 });
        assert!(error.to_string().contains("label 10 of sample 1"));
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod properties {
        use super::super::*;
        use proptest::{collection::vec, prelude::*};

        proptest! {
            #[test]
            fn round_trip(count in 0usize..20, height in 1u32..9, width in 1u32..9, seed in any::<u8>()) {
                let len = count * (height * width) as usize;
                let pixels = (0..len).map(|i| (i as u8).wrapping_mul(seed)).collect();
                let written = Images { height, width, pixels };
                let file = write_images(&written);
                prop_assert_eq!(&images(&file, height, width).unwrap(), &written);
                prop_assert_eq!(&images(gzip(&file), height, width).unwrap(), &written);
            }

            #[test]
            fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..400)) {
                let _ = images(&bytes, 28, 28);
                let _ = labels(&bytes, 10);
                let _ = labels(gzip(&bytes), 10);
            }

            #[test]
            fn a_mutated_file_is_read_whole_or_refused(
                at in 0usize..64, to in any::<u8>(), zipped in any::<bool>(), cut in 0usize..80,
            ) {
                let file = write_labels(&[1; 56]);
                let mut bytes = if zipped { gzip(&file) } else { file };
                let at = at % bytes.len();
                bytes[at] = to;
                bytes.truncate(bytes.len().saturating_sub(cut / 2));
                if let Ok(labels) = labels(&bytes, 256) {
                    prop_assert_eq!(labels.len(), 56);
                }
            }

            /// Whatever the header promises, no more is allocated than the bytes can hold.
            #[test]
            fn memory_follows_the_bytes_not_the_promise(count in any::<u32>(), height in 1u32..64, zipped in any::<bool>()) {
                let header: Vec<u8> = [0x803, count, height, 28].iter().flat_map(|w: &u32| w.to_be_bytes()).collect();
                let bytes = if zipped { gzip(&header) } else { header };
                prop_assert_eq!(count == 0, images(&bytes, height, 28).is_ok());
            }
        }
    }
}
