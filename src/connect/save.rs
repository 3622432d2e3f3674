//! A study as bytes, and back: it goes on bit for bit on the same target and CPU features.

use super::ctrnn::{Shape, Weights};
use super::study::{State, Study};
use crate::sealed::{self, Broken};
use crate::spec::SpecError;

/// How a saved study begins; the rest is its state, sealed.
const MAGIC: &[u8] = b"engram study 3\n";

/// Why a saved study was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SavedStudyError {
    #[error("the saved study cannot be read: {0}")]
    Sealed(#[from] Broken),
    #[error("the saved study does not fit its own settings")]
    Unfit,
    #[error("the saved study: {0}")]
    Spec(#[from] SpecError),
}

impl Study {
    /// The whole study as it stands; events that were not told yet are told again by their networks' next ones.
    pub fn save(&self) -> Vec<u8> {
        sealed::seal(MAGIC, &self.state)
    }

    /// A saved study, to go on.
    ///
    /// # Errors
    /// Where the bytes are not those that [`Study::save`] wrote.
    pub fn restore(bytes: &[u8]) -> Result<Study, SavedStudyError> {
        let state: State = sealed::open(MAGIC, "study", bytes)?;
        state.spec.validate()?;
        if !state.fits() {
            return Err(SavedStudyError::Unfit);
        }
        Ok(Study::from_state(state))
    }
}

/// Whether weights are as many as the Spec says.
pub(super) fn are_whole(weights: &Weights, shape: Shape) -> bool {
    weights.shape == shape && weights.values.len() == shape.weights()
}
