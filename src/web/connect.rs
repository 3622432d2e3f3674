//! A share of a study of the Connect lab in a Worker: events out, and questions about its networks.

use wasm_bindgen::prelude::*;

use super::{read_connect_spec, to_js};
use crate::connect::claims::claims;
use crate::connect::spec::TaskKind;
use crate::connect::study::Study;
use crate::connect::summary::{NetworkRecord, summary};
use crate::connect::trajectories::{show, trajectories};
use crate::rng::Purpose;

/// The Spec of a study that `ConnectSession.save` wrote.
#[wasm_bindgen(unchecked_return_type = "ConnectSpec")]
pub fn saved_connect_spec(saved: &[u8]) -> Result<JsValue, JsError> {
    to_js(Study::restore(saved)?.spec())
}

/// What the networks of a study come to.
#[wasm_bindgen(unchecked_return_type = "StudyLine[]")]
pub fn connect_summary(
    #[wasm_bindgen(unchecked_param_type = "ConnectSpec")] spec: JsValue,
    #[wasm_bindgen(unchecked_param_type = "NetworkRecord[]")] records: JsValue,
) -> Result<JsValue, JsError> {
    let records: Vec<NetworkRecord> = serde_wasm_bindgen::from_value(records)?;
    to_js(&summary(&read_connect_spec(spec)?, &records))
}

/// Which of the paper's claims the networks of a study answer, and how; nothing of those whose networks are not all trained.
#[wasm_bindgen(unchecked_return_type = "StudyClaim[]")]
pub fn connect_claims(
    #[wasm_bindgen(unchecked_param_type = "ConnectSpec")] spec: JsValue,
    #[wasm_bindgen(unchecked_param_type = "NetworkRecord[]")] records: JsValue,
) -> Result<JsValue, JsError> {
    let records: Vec<NetworkRecord> = serde_wasm_bindgen::from_value(records)?;
    let spec = read_connect_spec(spec)?;
    to_js(&claims("", &spec, &summary(&spec, &records), &records))
}

/// A test trial of a task, to be looked at.
#[wasm_bindgen(unchecked_return_type = "TaskTrial")]
pub fn connect_trial(
    #[wasm_bindgen(unchecked_param_type = "TaskKind")] task: JsValue,
    seed: u32,
    number: u32,
) -> Result<JsValue, JsError> {
    let task: TaskKind = serde_wasm_bindgen::from_value(task)?;
    to_js(&task.trial(seed, Purpose::Test, 0, number))
}

/// The networks of a share of a study.
#[wasm_bindgen]
pub struct ConnectSession {
    study: Study,
}

#[wasm_bindgen]
impl ConnectSession {
    /// The share of a study that is the `share`-th of `shares`, counted from 0.
    pub fn create(
        #[wasm_bindgen(unchecked_param_type = "ConnectSpec")] spec: JsValue,
        share: u32,
        shares: u32,
    ) -> Result<ConnectSession, JsError> {
        Ok(ConnectSession { study: Study::new(read_connect_spec(spec)?, share, shares)? })
    }

    /// One that `save` wrote, to go on.
    pub fn restore(saved: &[u8]) -> Result<ConnectSession, JsError> {
        Ok(ConnectSession { study: Study::restore(saved)? })
    }

    /// One slice of work, or an event that waits; `undefined` once all is done.
    #[wasm_bindgen(unchecked_return_type = "ConnectEvent | undefined")]
    pub fn step(&mut self) -> Result<JsValue, JsError> {
        self.study.next().map_or(Ok(JsValue::UNDEFINED), |event| to_js(&event))
    }

    /// Whether there is nothing more to tell or to do.
    pub fn is_over(&self) -> bool {
        self.study.is_over()
    }

    /// The whole share as bytes.
    pub fn save(&self) -> Vec<u8> {
        self.study.save()
    }

    /// What became of its networks so far, by their number.
    #[wasm_bindgen(unchecked_return_type = "[number, NetworkRecord][]")]
    pub fn records(&self) -> Result<JsValue, JsError> {
        to_js(&self.study.records().collect::<Vec<_>>())
    }

    /// What a network makes of a test trial now; `undefined` where it is not of this share.
    #[wasm_bindgen(unchecked_return_type = "Shown | undefined")]
    pub fn show(&self, network: u32, number: u32) -> Result<JsValue, JsError> {
        let Some((weights, seed)) = self.network(network) else { return Ok(JsValue::UNDEFINED) };
        to_js(&show(weights, self.study.spec(), seed, number))
    }

    /// The ways of several test trials through the plane in which a network moves most.
    #[wasm_bindgen(unchecked_return_type = "Trajectories | undefined")]
    pub fn trajectories(&self, network: u32) -> Result<JsValue, JsError> {
        let Some((weights, seed)) = self.network(network) else { return Ok(JsValue::UNDEFINED) };
        to_js(&trajectories(weights, self.study.spec(), seed))
    }
}

impl ConnectSession {
    fn network(&self, network: u32) -> Option<(&crate::connect::ctrnn::Weights, u32)> {
        let record = self.study.records().find(|(number, _)| *number == network)?.1;
        Some((self.study.weights(network)?, record.arm.seed))
    }
}
