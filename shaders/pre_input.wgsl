// What comes before the first hidden layer: the input, whose values are its states in both phases.

fn pre_quad(sample: u32, row: u32) -> vec4<f32> {
    return quad_of(rows[sample].x, row / 4u, params.words, params.data_scale);
}
