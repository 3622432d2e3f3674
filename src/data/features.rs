//! Feature files: NumPy's `.npz`, for data sets whose samples are vectors.
//!
//! A file holds `X_train`, `y_train`, `X_test` and `y_test` (or `X_val` and `y_val`). X is samples × features in
//! f16, f32, or u8 with a number `scale` that bytes are multiplied by; y holds the classes as u8. Reading is
//! total, within [`LIMIT`] bytes an array.

use std::io::{Cursor, Read};

use npyz::{Deserialize, NpyFile, Order, half::f16};
use zip::ZipArchive;

use super::{Samples, Values};

/// The largest array that is read, in bytes after inflating.
pub const LIMIT: u64 = 256 << 20;

/// Why bytes are not a feature file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FeatureError {
    #[error("is not a sound npz archive ({message})")]
    Archive { message: String },
    #[error("holds no array `{array}`")]
    Missing { array: String },
    #[error("array `{array}` inflates to more than the {LIMIT} bytes that are read")]
    TooLarge { array: String },
    #[error("array `{array}` is not a sound npy file ({message})")]
    Npy { array: String, message: String },
    #[error("array `{array}` is of type {found}, expected {expected}")]
    Type { array: String, found: String, expected: &'static str },
    #[error("array `{array}` has shape {found:?}, expected {expected}")]
    Dimensions { array: String, found: Vec<u64>, expected: String },
    #[error("array `{array}` holds {found} bytes of data, but its header promises {expected}")]
    Size { array: String, found: u64, expected: u64 },
    #[error("array `{array}`: feature {column} of sample {row} is {value}, not a finite number")]
    NotFinite { array: String, row: usize, column: usize, value: f32 },
    #[error("array `{array}`: label {label} of sample {row} is out of range: there are {classes} classes")]
    Label { array: String, label: u8, row: usize, classes: usize },
    #[error("`scale` is {value}, expected one finite number above 0")]
    Scale { value: f32 },
}

/// Training and test samples of `len` features each, labelled below `classes`.
pub fn read(bytes: &[u8], len: usize, classes: usize) -> Result<(Samples, Samples), FeatureError> {
    let archive = ZipArchive::new(Cursor::new(bytes));
    let mut archive = Archive(archive.map_err(|e| FeatureError::Archive { message: e.to_string() })?);
    let test = if archive.has("X_test") { "test" } else { "val" };
    let train = archive.samples("train", len, classes)?;
    Ok((train, archive.samples(test, len, classes)?))
}

struct Archive<'a>(ZipArchive<Cursor<&'a [u8]>>);

impl Archive<'_> {
    fn has(&self, array: &str) -> bool {
        self.0.index_for_name(&npyz::npz::file_name_from_array_name(array)).is_some()
    }

    fn samples(&mut self, split: &str, len: usize, classes: usize) -> Result<Samples, FeatureError> {
        let labels = self.labels(&format!("y_{split}"), classes)?;
        let values = self.values(&format!("X_{split}"), labels.len(), len)?;
        Ok(Samples { values, labels })
    }

    fn labels(&mut self, name: &str, classes: usize) -> Result<Vec<u8>, FeatureError> {
        let array = self.array(name)?;
        let [_] = array.shape[..] else { return Err(array.wrong_dimensions("(samples,)".into())) };
        if array.dtype != "|u1" {
            return Err(array.wrong_type("u8"));
        }
        let labels: Vec<u8> = array.read()?;
        match labels.iter().position(|&label| usize::from(label) >= classes) {
            Some(row) => Err(FeatureError::Label { array: name.into(), label: labels[row], row, classes }),
            None => Ok(labels),
        }
    }

    fn values(&mut self, name: &str, rows: usize, len: usize) -> Result<Values, FeatureError> {
        let array = self.array(name)?;
        if array.shape != [rows as u64, len as u64] {
            return Err(array.wrong_dimensions(format!("({rows}, {len}): one row a label")));
        }
        let floats = match array.dtype.as_str() {
            "|u1" => return Ok(Values::Bytes { data: array.read()?, scale: self.scale()? }),
            "<f2" => array.read::<f16>()?.into_iter().map(f16::to_f32).collect(),
            "<f4" => array.read::<f32>()?,
            _ => return Err(array.wrong_type("f16, f32 or u8, little-endian")),
        };
        match floats.iter().position(|value| !value.is_finite()) {
            Some(i) => {
                let (row, column, value) = (i / len, i % len, floats[i]);
                Err(FeatureError::NotFinite { array: name.into(), row, column, value })
            }
            None => Ok(Values::Floats(floats)),
        }
    }

    fn scale(&mut self) -> Result<f32, FeatureError> {
        let array = self.array("scale")?;
        if array.dtype != "<f4" {
            return Err(array.wrong_type("f32"));
        }
        if array.shape.iter().any(|&n| n != 1) {
            return Err(array.wrong_dimensions("() or (1,)".into()));
        }
        let [value] = array.read::<f32>()?[..] else { return Err(FeatureError::Scale { value: f32::NAN }) };
        if value.is_finite() && value > 0.0 { Ok(value) } else { Err(FeatureError::Scale { value }) }
    }

    fn array(&mut self, name: &str) -> Result<Array, FeatureError> {
        let mut bytes = Vec::new();
        let Some(index) = self.0.index_for_name(&npyz::npz::file_name_from_array_name(name)) else {
            return Err(FeatureError::Missing { array: name.into() });
        };
        let archive_error = |message: String| FeatureError::Archive { message: format!("`{name}`: {message}") };
        let entry = self.0.by_index(index).map_err(|e| archive_error(e.to_string()))?;
        entry.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|e| archive_error(e.to_string()))?;
        if bytes.len() as u64 > LIMIT {
            return Err(FeatureError::TooLarge { array: name.into() });
        }
        Array::new(name, bytes)
    }
}

/// One npy file whose header was checked: its data are as long as its shape says.
struct Array {
    name: String,
    /// NumPy's name of the type, for instance `<f2`.
    dtype: String,
    shape: Vec<u64>,
    bytes: Vec<u8>,
}

impl Array {
    fn new(name: &str, bytes: Vec<u8>) -> Result<Array, FeatureError> {
        let npy_error = |message: String| FeatureError::Npy { array: name.into(), message };
        let data = check_header(&bytes).map_err(|message| npy_error(message.into()))?;
        let header = npyz::NpyHeader::from_reader(&bytes[..]).map_err(|e| npy_error(e.to_string()))?;
        let dtype = header.dtype();
        let (npyz::DType::Plain(_), Some(item)) = (&dtype, dtype.num_bytes()) else {
            return Err(npy_error("its elements are not plain numbers".into()));
        };
        if header.order() != Order::C && header.shape().len() > 1 {
            return Err(npy_error("its order is Fortran's, expected C's".into()));
        }
        let found = (bytes.len() - data) as u64;
        let expected = header.len().saturating_mul(item as u64);
        if found != expected {
            return Err(FeatureError::Size { array: name.into(), found, expected });
        }
        let dtype = dtype.descr().trim_matches('\'').to_owned();
        Ok(Array { name: name.into(), dtype, shape: header.shape().to_vec(), bytes })
    }

    fn read<T: Deserialize>(&self) -> Result<Vec<T>, FeatureError> {
        NpyFile::new(&self.bytes[..])
            .and_then(NpyFile::into_vec)
            .map_err(|e| FeatureError::Npy { array: self.name.clone(), message: e.to_string() })
    }

    fn wrong_type(&self, expected: &'static str) -> FeatureError {
        FeatureError::Type { array: self.name.clone(), found: self.dtype.clone(), expected }
    }

    fn wrong_dimensions(&self, expected: String) -> FeatureError {
        FeatureError::Dimensions { array: self.name.clone(), found: self.shape.clone(), expected }
    }
}

/// Where the data of an npy file begin.
///
/// The header is a Python literal, which the library parses recursively and multiplies out unchecked: refusing
/// long, deep and huge ones first keeps it from exhausting the stack and from overflowing.
fn check_header(bytes: &[u8]) -> Result<usize, &'static str> {
    let (start, len) = match bytes {
        [0x93, b'N', b'U', b'M', b'P', b'Y', 1, _, a, b, ..] => (10, u32::from_le_bytes([*a, *b, 0, 0])),
        [0x93, b'N', b'U', b'M', b'P', b'Y', 2 | 3, _, a, b, c, d, ..] => (12, u32::from_le_bytes([*a, *b, *c, *d])),
        _ => return Err("it does not start as an npy file does"),
    };
    if len > 512 {
        return Err("its header is longer than 512 bytes");
    }
    let header = bytes[start..].get(..len as usize).ok_or("it ends within its header")?;
    if header.iter().filter(|b| b"([{".contains(b)).count() > 8 {
        return Err("its header is nested too deep");
    }
    if header.iter().filter(|b| b.is_ascii_digit()).count() > 18 {
        return Err("its header promises too many elements");
    }
    Ok(start + len as usize)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use npyz::{AutoSerialize, Serialize, WriterBuilder};
    use zip::write::SimpleFileOptions;

    use super::*;

    fn npy<T: Serialize + AutoSerialize>(shape: &[u64], data: &[T]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let writer = npyz::WriteOptions::new().default_dtype().shape(shape).writer(&mut bytes);
        let mut writer = writer.begin_nd().unwrap();
        data.iter().for_each(|value| writer.push(value).unwrap());
        writer.finish().unwrap();
        bytes
    }

    fn npz(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in arrays {
            archive.start_file(format!("{name}.npy"), SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    /// Two training samples and one test sample of two features, with some arrays replaced.
    fn file(replaced: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut arrays = vec![
            ("X_train", npy(&[2, 2], &[0.5_f32, 1.0, -1.5, 2.0])),
            ("y_train", npy(&[2], &[0_u8, 1])),
            ("X_test", npy(&[1, 2], &[3.0_f32, 4.0])),
            ("y_test", npy(&[1], &[1_u8])),
        ];
        for (name, bytes) in replaced {
            match arrays.iter_mut().find(|(n, _)| n == name) {
                Some(array) => array.1 = bytes.clone(),
                None => arrays.push((name, bytes.clone())),
            }
        }
        npz(&arrays)
    }

    fn refusal(replaced: &[(&str, Vec<u8>)]) -> FeatureError {
        read(&file(replaced), 2, 2).unwrap_err()
    }

    #[test]
    fn reads_f32_f16_and_scaled_bytes() {
        let (train, test) = read(&file(&[]), 2, 2).unwrap();
        assert_eq!(train, Samples { values: Values::Floats(vec![0.5, 1.0, -1.5, 2.0]), labels: vec![0, 1] });
        assert_eq!(test, Samples { values: Values::Floats(vec![3.0, 4.0]), labels: vec![1] });

        let halves: Vec<f16> = [0.5, 1.0, -1.5, 2.0].map(f16::from_f32).to_vec();
        let (train, _) = read(&file(&[("X_train", npy(&[2, 2], &halves))]), 2, 2).unwrap();
        assert_eq!(train.values, Values::Floats(vec![0.5, 1.0, -1.5, 2.0]));

        let bytes = [("X_train", npy(&[2, 2], &[1_u8, 2, 3, 4])), ("scale", npy(&[], &[0.25_f32]))];
        let (train, _) = read(&file(&bytes), 2, 2).unwrap();
        assert_eq!(train.values, Values::Bytes { data: vec![1, 2, 3, 4], scale: 0.25 });
    }

    /// A file that `scripts/features` wrote: `PYTHONPATH=scripts/features python3 -c 'import test_npz;
    /// test_npz.write_toy("tests/shared/features.npz")'`.
    #[test]
    fn reads_what_the_script_for_the_paper_s_features_writes() {
        let (train, test) = read(include_bytes!("../../tests/shared/features.npz"), 4, 10).unwrap();
        // The smallest f16 above 0, and the smallest that is not subnormal.
        let (least, normal) = (1.0 / 16_777_216.0, 1.0 / 16_384.0);
        let values = vec![0.0, 0.5, 1.0, 65504.0, least, normal, 0.25, 3.0, -1.5, 0.0, 1024.0, 7.0];
        assert_eq!(train, Samples { values: Values::Floats(values), labels: vec![0, 9, 1] });
        let values = vec![1.0, 2.0, 3.0, 4.0, 0.125, 0.0, -0.0, 2048.0];
        assert_eq!(test, Samples { values: Values::Floats(values), labels: vec![9, 0] });
    }

    #[test]
    fn a_validation_split_is_the_test_split() {
        let arrays = [
            ("X_train", npy(&[1, 2], &[0.5_f32, 1.0])),
            ("y_train", npy(&[1], &[0_u8])),
            ("X_val", npy(&[1, 2], &[3.0_f32, 4.0])),
            ("y_val", npy(&[1], &[1_u8])),
        ];
        assert_eq!(read(&npz(&arrays), 2, 2).unwrap().1.labels, [1]);
    }

    #[test]
    fn what_is_not_an_archive_or_lacks_an_array_is_refused() {
        assert!(matches!(read(b"PK no", 2, 2), Err(FeatureError::Archive { .. })));
        assert_eq!(read(&npz(&[]), 2, 2), Err(FeatureError::Missing { array: "y_train".into() }));
        let bytes = [("X_train", npy(&[2, 2], &[1_u8, 2, 3, 4]))];
        assert_eq!(refusal(&bytes), FeatureError::Missing { array: "scale".into() });
    }

    #[test]
    fn wrong_types_and_shapes_are_refused() {
        let wrong = refusal(&[("X_train", npy(&[2, 2], &[1.0_f64, 2.0, 3.0, 4.0]))]);
        assert!(matches!(&wrong, FeatureError::Type { array, found, .. } if array == "X_train" && found == "<f8"));
        assert!(matches!(refusal(&[("y_test", npy(&[1], &[1_i64]))]), FeatureError::Type { .. }));
        assert!(matches!(refusal(&[("X_train", npy(&[4], &[0.0_f32; 4]))]), FeatureError::Dimensions { .. }));
        assert!(matches!(refusal(&[("X_test", npy(&[3, 2], &[0.0_f32; 6]))]), FeatureError::Dimensions { .. }));
    }

    #[test]
    fn values_that_are_no_features_are_refused() {
        let error = refusal(&[("X_train", npy(&[2, 2], &[0.0, 1.0, f32::INFINITY, 2.0]))]);
        assert!(matches!(error, FeatureError::NotFinite { row: 1, column: 0, .. }));
        let halves = [f16::NAN; 2];
        assert!(matches!(refusal(&[("X_test", npy(&[1, 2], &halves))]), FeatureError::NotFinite { row: 0, .. }));
        let error = refusal(&[("y_train", npy(&[2], &[0_u8, 2]))]);
        assert!(matches!(error, FeatureError::Label { label: 2, row: 1, classes: 2, .. }));
        let bytes = [("X_train", npy(&[2, 2], &[1_u8, 2, 3, 4])), ("scale", npy(&[], &[f32::NAN]))];
        assert!(matches!(refusal(&bytes), FeatureError::Scale { .. }));
    }

    #[test]
    fn data_that_do_not_fill_their_shape_are_refused() {
        let mut array = npy(&[2, 2], &[0.0_f32; 4]);
        array.pop();
        assert_eq!(
            refusal(&[("X_train", array)]),
            FeatureError::Size { array: "X_train".into(), found: 15, expected: 16 }
        );
    }

    #[test]
    fn hostile_headers_are_refused() {
        let header = |text: &str| {
            let mut bytes = b"\x93NUMPY\x02\x00".to_vec();
            bytes.extend((text.len() as u32).to_le_bytes());
            bytes.extend(text.bytes());
            bytes
        };
        let huge = header("{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999, 9999999999), }\n");
        for bytes in
            [header(&"(".repeat(400)), header(&" ".repeat(600)), huge, b"\x93NUMPY\x03\x00\xff\xff\xff\xff".to_vec()]
        {
            assert!(matches!(refusal(&[("X_train", bytes)]), FeatureError::Npy { .. }));
        }
    }

    #[test]
    fn an_array_past_the_budget_is_not_inflated() {
        let zeros = vec![0_u8; LIMIT as usize + 2];
        assert_eq!(refusal(&[("y_train", zeros)]), FeatureError::TooLarge { array: "y_train".into() });
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod properties {
        use super::*;
        use proptest::{collection::vec, prelude::*};

        proptest! {
            #[test]
            fn arbitrary_and_mutated_bytes_never_panic(
                noise in vec(any::<u8>(), 0..300), changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
            ) {
                prop_assert!(read(&noise, 2, 2).is_err());
                let mut bytes = file(&[]);
                for (at, to) in changes {
                    let at = at.index(bytes.len());
                    bytes[at] = to;
                }
                if let Ok((train, _)) = read(&bytes, 2, 2) {
                    prop_assert_eq!(train.len(), 2);
                }
            }

            #[test]
            fn mutated_npy_headers_never_panic(changes in vec((0usize..128, any::<u8>()), 1..6)) {
                let mut bytes = npy(&[2, 2], &[0.5_f32, 1.0, -1.5, 2.0]);
                for (at, to) in changes {
                    bytes[at] = to;
                }
                let _ = read(&file(&[("X_train", bytes)]), 2, 2);
            }
        }
    }
}
