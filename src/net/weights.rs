//! A network as a file that other programs read: safetensors, one tensor for each matrix and each bias.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, TensorView, serialize};

use super::{Net, layer_name};
use crate::spec::{Spec, to_hash};

/// The network's parameters in the safetensors format: for each layer `NAME.weight` (fan_in × units, so that its drive is
/// x · weight + bias) and `NAME.bias` (units), in an RNN's hidden layers also `NAME.recurrent`
/// (units × units), of spiking areas `NAME.feedback` (units × fan_in), 32-bit floats; NAME is `hidden.1`, … and `output`. The metadata hold the
/// Spec as JSON (`engram_spec`) and as a link's hash (`engram_link`).
pub fn to_safetensors(net: &Net, spec: &Spec) -> Vec<u8> {
    let mut tensors = Vec::new();
    for (index, layer) in net.layers.iter().enumerate() {
        let name = layer_name(index, net.layers.len()).replace(' ', ".");
        tensors.push((format!("{name}.weight"), view(&layer.weights, vec![layer.fan_in, layer.units])));
        if !layer.recurrent.is_empty() {
            tensors.push((format!("{name}.recurrent"), view(&layer.recurrent, vec![layer.units, layer.units])));
        }
        if !layer.feedback.is_empty() {
            tensors.push((format!("{name}.feedback"), view(&layer.feedback, vec![layer.units, layer.fan_in])));
        }
        tensors.push((format!("{name}.bias"), view(&layer.bias, vec![layer.units])));
    }
    let json = serde_json::to_string(spec).expect("a Spec is plain data");
    let metadata = HashMap::from([("engram_spec".into(), json), ("engram_link".into(), to_hash(spec))]);
    serialize(tensors, Some(metadata)).expect("names differ, shapes fit and memory is not a file")
}

fn view(values: &[f32], shape: Vec<usize>) -> TensorView<'_> {
    TensorView::new(Dtype::F32, shape, bytemuck::cast_slice(values)).expect("a layer holds what its shape says")
}

#[cfg(test)]
mod tests {
    use safetensors::SafeTensors;

    use super::*;
    use crate::spec::preset;

    #[test]
    fn every_parameter_is_written_under_its_name_with_the_spec() {
        let net = Net::new(&[6, 5, 4, 3], 7);
        let spec = Spec { seed: 7, ..preset("quick-mnist-src").unwrap().spec.clone() };
        let bytes = to_safetensors(&net, &spec);
        let read = SafeTensors::deserialize(&bytes).unwrap();
        let mut names = read.names();
        names.sort();
        let expected =
            ["hidden.1.bias", "hidden.1.weight", "hidden.2.bias", "hidden.2.weight", "output.bias", "output.weight"];
        assert_eq!(names, expected);
        for (name, layer) in ["hidden.1", "hidden.2", "output"].iter().zip(&net.layers) {
            let tensor = read.tensor(&format!("{name}.weight")).unwrap();
            assert_eq!(tensor.shape(), [layer.fan_in, layer.units]);
            assert_eq!(bytemuck::pod_collect_to_vec::<u8, f32>(tensor.data()), layer.weights);
            let tensor = read.tensor(&format!("{name}.bias")).unwrap();
            assert_eq!(bytemuck::pod_collect_to_vec::<u8, f32>(tensor.data()), layer.bias);
        }
        let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
        let metadata = metadata.metadata().clone().unwrap();
        assert_eq!(Spec::from_json(&metadata["engram_spec"]).unwrap(), spec);
        assert_eq!(crate::spec::from_hash::<Spec>(&metadata["engram_link"]).unwrap(), spec);
    }
}
