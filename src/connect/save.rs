//! A study as bytes, and back: it goes on bit for bit on the same target and CPU features.
//!
//! Layout: a magic line, the SHA-256 of the rest, then the state as postcard.

use sha2::{Digest, Sha256};

use super::ctrnn::{Shape, Weights};
use super::study::{State, Study};
use crate::spec::SpecError;

const MAGIC: &[u8] = b"engram study 3\n";
const DIGEST: usize = 32;

/// Why a saved study was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SavedStudyError {
    #[error("this is no saved study of the Connect lab, or one of another version of Engram")]
    Foreign,
    #[error("the saved study is damaged: its bytes are not the ones that were written")]
    Damaged,
    #[error("the saved study: {0}")]
    Spec(#[from] SpecError),
}

impl Study {
    /// The whole study as it stands; events that were not told yet are told again by their networks' next ones.
    pub fn save(&self) -> Vec<u8> {
        let body = postcard::to_stdvec(&self.state).expect("plain data");
        [MAGIC, &Sha256::digest(&body), &body].concat()
    }

    /// A saved study, to go on.
    ///
    /// # Errors
    /// Where the bytes are not those that [`Study::save`] wrote.
    pub fn restore(bytes: &[u8]) -> Result<Study, SavedStudyError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(SavedStudyError::Foreign)?;
        let (digest, body) = rest.split_at_checked(DIGEST).ok_or(SavedStudyError::Damaged)?;
        if Sha256::digest(body)[..] != *digest {
            return Err(SavedStudyError::Damaged);
        }
        let state: State = postcard::from_bytes(body).map_err(|_| SavedStudyError::Damaged)?;
        state.spec.validate()?;
        if !state.fits() {
            return Err(SavedStudyError::Damaged);
        }
        Ok(Study::from_state(state))
    }
}

/// Whether weights are as many as the Spec says.
pub(super) fn are_whole(weights: &Weights, shape: Shape) -> bool {
    weights.shape == shape && weights.values.len() == shape.weights()
}
