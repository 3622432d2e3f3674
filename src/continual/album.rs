//! Networks as they were after each phase, kept small: time travel asks them, nothing is trained from them.

use half::f16;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::net::gate::Gate;
use crate::net::{Layer, Net};
use crate::spec::NetworkKind;

/// The most that is kept, in bytes: the pages of a phone's browser may hold no more.
const ROOM: usize = 256 << 20;

/// Networks by the number of phases they have gone through: 0 is the one that has learnt nothing.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Album {
    pictures: Vec<Option<Picture>>,
    bytes: usize,
}

/// A network in half precision, with its gates as they are.
#[derive(Clone, Serialize, Deserialize)]
struct Picture {
    layers: Vec<SmallLayer>,
    gates: Vec<Gate>,
}

/// A layer in half precision, to three digits or so.
#[derive(Clone, Serialize, Deserialize)]
struct SmallLayer {
    fan_in: usize,
    units: usize,
    #[serde(serialize_with = "write_halves", deserialize_with = "read_halves")]
    weights: Vec<f16>,
    #[serde(serialize_with = "write_halves", deserialize_with = "read_halves")]
    recurrent: Vec<f16>,
    #[serde(serialize_with = "write_halves", deserialize_with = "read_halves")]
    feedback: Vec<f16>,
    #[serde(serialize_with = "write_halves", deserialize_with = "read_halves")]
    bias: Vec<f16>,
}

impl Album {
    /// An album that was shown `count` networks and kept none.
    pub fn without(count: usize) -> Album {
        Album { pictures: (0..count).map(|_| None).collect(), bytes: 0 }
    }

    /// Whether every picture is of a network of this kind with layers that are fan_in × units as listed.
    pub fn has_shape(&self, shapes: &[(usize, usize)], kind: NetworkKind) -> bool {
        (0..self.len()).filter_map(|after| self.net(after)).all(|net| net.has_shape(shapes, kind))
    }

    /// Keeps `net` as the next one, unless the album is full.
    pub fn keep(&mut self, net: &Net) {
        let picture = Picture::of(net);
        let bytes = picture.bytes();
        let fits = self.bytes + bytes <= ROOM;
        if fits {
            self.bytes += bytes;
        }
        self.pictures.push(fits.then_some(picture));
    }

    /// How many networks were shown to the album, kept or not.
    pub fn len(&self) -> usize {
        self.pictures.len()
    }

    /// Forgets all but the first `count` networks.
    pub fn cut(&mut self, count: usize) {
        self.pictures.truncate(count);
        self.bytes = self.pictures.iter().flatten().map(Picture::bytes).sum();
    }

    pub fn is_empty(&self) -> bool {
        self.pictures.is_empty()
    }

    /// The network after so many phases, if it was kept.
    pub fn net(&self, phases: usize) -> Option<Net> {
        let Picture { layers, gates } = self.pictures.get(phases)?.as_ref()?;
        Some(Net { layers: layers.iter().map(SmallLayer::layer).collect(), gates: gates.clone() })
    }

    /// The input weights of the `most` units of the first hidden layer that changed most (by the length of the change) in
    /// the phase before the network after `phases`: largest change first. `None` without both networks.
    pub fn fields(&self, phases: usize, most: usize) -> Option<Vec<Field>> {
        let (before, after) = (self.net(phases.checked_sub(1)?)?, self.net(phases)?);
        let (before, after) = (&before.layers[0], &after.layers[0]);
        let column = |layer: &Layer, unit: usize| -> Vec<f32> {
            layer.weights.iter().skip(unit).step_by(layer.units).copied().collect()
        };
        let mut change = vec![0.0f64; after.units];
        for (b, a) in before.weights.chunks_exact(after.units).zip(after.weights.chunks_exact(after.units)) {
            change.iter_mut().zip(b.iter().zip(a)).for_each(|(sum, (b, a))| *sum += f64::from(a - b).powi(2));
        }
        let mut units: Vec<usize> = (0..after.units).collect();
        units.sort_by(|&a, &b| change[b].total_cmp(&change[a]));
        let field = |&unit: &usize| Field {
            unit: unit as u32,
            change: change[unit].sqrt(),
            before: column(before, unit),
            after: column(after, unit),
        };
        Some(units.iter().take(most).map(field).collect())
    }
}

/// What a hidden unit sees: its weights from the input, before and after a phase.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Field {
    pub unit: u32,
    /// Euclidean length of the change, in units of weight.
    pub change: f64,
    pub before: Vec<f32>,
    pub after: Vec<f32>,
}

/// As bytes: postcard would take three for most of these numbers.
fn write_halves<S: Serializer>(values: &[f16], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytemuck::cast_slice(values))
}

fn read_halves<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f16>, D::Error> {
    let bytes: serde_bytes::ByteBuf = Deserialize::deserialize(deserializer)?;
    let halves = bytes.chunks_exact(2).map(|pair| f16::from_le_bytes([pair[0], pair[1]]));
    Ok(halves.collect())
}

impl Picture {
    fn of(net: &Net) -> Picture {
        Picture { layers: net.layers.iter().map(SmallLayer::of).collect(), gates: net.gates.clone() }
    }

    fn bytes(&self) -> usize {
        self.layers.iter().map(SmallLayer::bytes).sum::<usize>() + self.gates.iter().map(Gate::bytes).sum::<usize>()
    }
}

impl SmallLayer {
    fn of(layer: &Layer) -> SmallLayer {
        let small = |values: &[f32]| values.iter().map(|&value| f16::from_f32(value)).collect();
        SmallLayer {
            fan_in: layer.fan_in,
            units: layer.units,
            weights: small(&layer.weights),
            recurrent: small(&layer.recurrent),
            feedback: small(&layer.feedback),
            bias: small(&layer.bias),
        }
    }

    fn bytes(&self) -> usize {
        2 * (self.weights.len() + self.recurrent.len() + self.feedback.len() + self.bias.len())
    }

    fn layer(&self) -> Layer {
        let large = |values: &[f16]| values.iter().map(|value| value.to_f32()).collect();
        Layer {
            fan_in: self.fan_in,
            units: self.units,
            weights: large(&self.weights),
            recurrent: large(&self.recurrent),
            feedback: large(&self.feedback),
            bias: large(&self.bias),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_comes_back_to_three_digits() {
        let net = Net::new(&[20, 8, 3], 1);
        let mut album = Album::default();
        album.keep(&net);
        let back = album.net(0).unwrap();
        for (layer, back) in net.layers.iter().zip(&back.layers) {
            assert!(layer.weights.iter().zip(&back.weights).all(|(w, b)| (w - b).abs() <= 5e-4 * w.abs() + 1e-7));
        }
        assert!(album.net(1).is_none());
    }

    #[test]
    fn fields_are_those_that_changed_most() {
        let before = Net::new(&[6, 5, 2], 1);
        let mut after = before.clone();
        for row in after.layers[0].weights.chunks_exact_mut(5) {
            row[3] += 1.0;
            row[1] -= 0.25;
        }
        let mut album = Album::default();
        album.keep(&before);
        album.keep(&after);
        assert_eq!(album.fields(0, 2), None, "nothing comes before the first");
        let fields = album.fields(1, 2).unwrap();
        assert_eq!(fields.iter().map(|field| field.unit).collect::<Vec<_>>(), [3, 1]);
        assert!((fields[0].change - 6f64.sqrt()).abs() < 1e-2, "{}", fields[0].change);
        assert!((fields[1].after[2] - fields[1].before[2] + 0.25).abs() < 1e-3);
    }

    #[test]
    fn a_full_album_keeps_its_order() {
        let mut album = Album { bytes: ROOM - 10, ..Album::default() };
        album.keep(&Net::new(&[6, 5, 2], 1));
        assert_eq!((album.len(), album.net(0)), (1, None));
    }
}
