//! Fixed computations and the hashes of what they gave. Sleep is integer arithmetic: its hash holds on every target.

use engram::kernels::Device;
use engram::sleep::{Plan, Sleeper, Wiring};
use engram::spec::{self, Sleep};
use sha2::{Digest, Sha256};

use crate::toy;

/// What [`sleep`] gives.
pub const SLEEP: &str = "02e76cd4d6c1155a29578d6dc3c645a249966d18758ad7a6614a684078667d74";

/// 3,000 steps of sleep of a network with 96 hidden units.
pub async fn sleep<D: Device>(device: &mut D) -> String {
    let net = toy::network(&[64, 96, 10], 9, 1.0);
    let preset = spec::preset("quick-mnist-src").unwrap().spec.sleep.clone();
    let constants = Sleep { steps: 3000, window: None, gain_hidden: 6.0, gain_output: 4.0, inc: 1e-3, ..preset };
    let plan = Plan {
        seed: 11,
        phase: 3,
        constants,
        mean: (0..64).map(|i| (i % 5) as f32 / 5.0).collect(),
        image: None,
        wiring: Wiring::BothWays,
        largest_activity: vec![0.9, 0.9],
    };
    let mut sleepers = device.sleepers(vec![Sleeper::new(&net, &plan)], 0);
    device.sleep(&mut sleepers, 0, 3000);
    let sleepers = device.read_sleepers(&sleepers, 3000).await.expect("the engine serves");
    assert!(sleepers[0].layers.iter().all(|layer| layer.count > 0), "both layers spike");
    hash(sleepers[0].layers.iter().flat_map(|layer| &layer.weights).map(|w| w.to_le_bytes()))
}

/// The SHA-256 of numbers, in hexadecimal digits.
pub fn hash(numbers: impl Iterator<Item = [u8; 4]>) -> String {
    let bytes: Vec<u8> = numbers.flatten().collect();
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
