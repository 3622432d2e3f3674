//! What holds in a page and in a Worker alike.

use engram::connect::spec::ConnectSpec;
use engram::connect::study::Study;
use engram::continual::Experiment;
use engram::data::idx;
use engram::event::Event;
use engram::kernels::cpu::Cpu;
use engram::net::Net;
use engram::spec;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{golden, toy};

/// WebAssembly without relaxed SIMD computes the same bits everywhere: what [`a_run`] gives.
const RUN: &str = "5d9547cd1201746893ac9e6b05e3c00208e0e72db4eec00276271d2aa8d42058";

async fn finish(experiment: &mut Experiment<Cpu>) -> (f64, Net) {
    let mut accuracy = None;
    while let Some(event) = experiment.next().await.unwrap() {
        if let Event::Finished(finished) = event {
            accuracy = Some(finished.accuracy);
        }
    }
    (accuracy.expect("the run ends"), experiment.networks().await.unwrap().remove(0))
}

fn a_run() -> Experiment<Cpu> {
    Experiment::new(Cpu, toy::spec("src-rehearsal"), &[7], &toy::digits(20, 5)).unwrap()
}

#[wasm_bindgen_test]
async fn a_run_gives_the_stored_weights() {
    let (accuracy, net) = finish(&mut a_run()).await;
    assert!(accuracy > 0.3, "{accuracy}");
    let weights = net.layers.iter().flat_map(|layer| layer.weights.iter().chain(&layer.bias));
    assert_eq!(golden::hash(weights.map(|w| w.to_le_bytes())), RUN);
}

#[wasm_bindgen_test]
async fn sleep_gives_the_stored_weights() {
    assert_eq!(golden::sleep(&mut Cpu).await, golden::SLEEP);
}

#[wasm_bindgen_test]
async fn a_saved_run_goes_on_as_if_nothing_had_happened() {
    let expected = finish(&mut a_run()).await;
    for events in [0, 30, 100] {
        let mut run = a_run();
        for _ in 0..events {
            run.next().await.unwrap().expect("more to come");
        }
        let saved = run.save().await.unwrap();
        let mut restored = Experiment::restore(Cpu, &saved, &toy::digits(20, 5)).unwrap();
        assert!(finish(&mut restored).await == expected, "saved after {events} events");
    }
}

#[wasm_bindgen_test]
fn gzipped_images_are_read() {
    let images = idx::Images { height: 2, width: 2, pixels: (0..12).collect() };
    let read = idx::images(idx::gzip(&idx::write_images(&images)), 2, 2).unwrap();
    assert_eq!(read.pixels, images.pixels);
}

/// What the networks of [`a_study_is_the_same_repeated_and_resumed`] come to: all their weights.
const STUDY: &str = "b7d52991a8716139e477676eecb50391b52790f917563e1e0fc1b901a5513bba";

#[wasm_bindgen_test]
fn a_study_is_the_same_repeated_and_resumed() {
    let fields = [
        ("network.units", "40"),
        ("gains", "[0.8]"),
        ("rules", "[\"bptt\",\"eprop_self\",\"rflo\"]"),
        ("training.iterations", "12"),
        ("training.window", "6"),
        ("training.batch", "5"),
        ("flossing.when", "always"),
        ("flossing.iterations", "2"),
        ("flossing.exponents", "8"),
        ("flossing.rate", "0.003"),
        ("exponents.count", "2"),
        ("seeds", "1"),
    ];
    let spec = spec::set(spec::named::<ConnectSpec>("connect-romo-quick").unwrap(), &fields).unwrap();
    let hash = |study: &Study| {
        let weights = (0..3).flat_map(|network| study.weights(network).unwrap().values.clone());
        golden::hash(weights.map(|w| w.to_le_bytes()))
    };
    let mut whole = Study::new(spec.clone(), 0, 1).unwrap();
    whole.by_ref().for_each(drop);
    assert_eq!(hash(&whole), STUDY);
    let mut study = Study::new(spec, 0, 1).unwrap();
    while study.next().is_some() {
        study = Study::restore(&study.save()).unwrap();
    }
    assert_eq!(hash(&study), STUDY);
}
