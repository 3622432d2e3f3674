//! Bytes that outlast the program: a magic line, the SHA-256 of the rest, then the content as postcard.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

const DIGEST: usize = 32;

/// Why bytes were not opened.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Broken {
    /// They begin with another magic line: of another kind, or of another version.
    #[error("it is not a {0} that this version saved")]
    Foreign(&'static str),
    #[error("it is cut short")]
    Short,
    #[error("it is damaged: its checksum does not match")]
    Damaged,
    #[error("its content does not fit this version ({0})")]
    Content(postcard::Error),
}

/// The content as bytes that begin with `magic`.
pub fn seal(magic: &[u8], content: &impl Serialize) -> Vec<u8> {
    let body = postcard::to_stdvec(content).expect("plain data into memory");
    [magic, &Sha256::digest(&body), &body].concat()
}

/// The content of bytes that [`seal`] wrote with this `magic`; `kind` is what they are of.
pub fn open<T: DeserializeOwned>(magic: &[u8], kind: &'static str, bytes: &[u8]) -> Result<T, Broken> {
    let rest = bytes.strip_prefix(magic).ok_or(Broken::Foreign(kind))?;
    let (digest, body) = rest.split_at_checked(DIGEST).ok_or(Broken::Short)?;
    if Sha256::digest(body)[..] != *digest {
        return Err(Broken::Damaged);
    }
    postcard::from_bytes(body).map_err(Broken::Content)
}
