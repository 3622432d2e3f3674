//! Small data and networks for the tests.

use engram::data::{DataSet, Samples, Shape, Values};
use engram::net::Net;
use engram::rng::{Purpose, Stream};
use engram::spec::{self, Spec};
use rand::RngExt;

/// Side of the toy images.
pub const SIDE: u32 = 8;

/// Ten classes of noisy patterns, mostly zero, that a small network can tell apart.
pub fn digits(train_per_class: usize, test_per_class: usize) -> DataSet {
    DataSet {
        name: "mnist".into(),
        shape: Shape::Image { height: SIDE, width: SIDE },
        classes: (0..10).map(|c| c.to_string()).collect(),
        train: samples(train_per_class, 1),
        test: samples(test_per_class, 2),
    }
}

fn samples(per_class: usize, stream: u32) -> Samples {
    let pixels = (SIDE * SIDE) as usize;
    let mut patterns = Stream::new(5, Purpose::Subset, 0, 0);
    let patterns: Vec<Vec<bool>> =
        (0..10).map(|_| (0..pixels).map(|_| patterns.random::<f32>() < 0.25).collect()).collect();
    let mut noise = Stream::new(6, Purpose::Subset, stream, 0);
    let mut data = Vec::new();
    let mut labels = Vec::new();
    for i in 0..10 * per_class {
        let class = i % 10;
        labels.push(class as u8);
        data.extend(patterns[class].iter().map(|&on| {
            let flipped = noise.random::<f32>() < 0.05;
            if on != flipped { noise.random_range(128..=255) } else { 0u8 }
        }));
    }
    Samples { values: Values::Bytes { data, scale: 1.0 / 255.0 }, labels }
}

/// Vectors without zeros, which take the dense products; tested natively.
#[cfg(not(target_arch = "wasm32"))]
pub fn features(count: usize, len: usize, classes: usize) -> DataSet {
    let mut stream = Stream::new(8, Purpose::Subset, 0, 0);
    let samples = Samples {
        values: Values::Floats((0..count * len).map(|_| stream.random_range(0.0..1.0)).collect()),
        labels: (0..count).map(|i| (i % classes) as u8).collect(),
    };
    DataSet {
        name: "features".into(),
        shape: Shape::Vector { len: len as u32 },
        classes: (0..classes).map(|c| c.to_string()).collect(),
        train: samples.clone(),
        test: samples,
    }
}

/// A network with weights `scale` times the usual.
pub fn network(sizes: &[usize], seed: u32, scale: f32) -> Net {
    let mut net = Net::new(sizes, seed);
    for layer in &mut net.layers {
        layer.weights.iter_mut().for_each(|w| *w *= scale);
    }
    net
}

/// A network whose layers couple weakly enough for its dynamics to contract, whatever their sizes: the spectral
/// norm of a random n × m matrix uniform in ±1/√n is about (√n + √m)/√(3n).
#[cfg(not(target_arch = "wasm32"))]
pub fn contracting(sizes: &[usize], seed: u32, norm: f32) -> Net {
    let mut net = Net::new(sizes, seed);
    for layer in net.layers.iter_mut().skip(1) {
        let (n, m) = (layer.fan_in as f32, layer.units as f32);
        let scale = (norm * (3.0 * n).sqrt() / (n.sqrt() + m.sqrt())).min(1.0);
        layer.weights.iter_mut().for_each(|w| *w *= scale);
    }
    net
}

/// A run over the toy digits that takes a fraction of a second.
pub fn spec(strategy: &str) -> Spec {
    let preset = format!("quick-mnist-{strategy}");
    let fields = [
        ("data.subset", "null"),
        ("network.hidden", "[48]"),
        ("network.free_steps", "40"),
        ("rule.rates", "[0.1, 0.05]"),
        ("training.batch", "8"),
        ("training.epochs", "2"),
        ("sleep.steps", "1100"),
        ("sleep.window", "5"),
        ("sleep.rate", "0.3"),
        ("sleep.gain_hidden", "4"),
    ];
    spec::set(&spec::preset(&preset).unwrap().spec, &fields).unwrap()
}
