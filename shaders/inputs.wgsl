// A data set's samples on the GPU, where they stay. BYTES: four values to a word, times `scale`; else plain floats.
// A row of samples is padded to whole words.

@group(0) @binding(2) var<storage, read> rows: array<vec2<u32>>; // (row, label), by replica and sample
@group(0) @binding(3) var<storage, read> data: array<u32>;

// Values 4·quad … 4·quad + 3 of a row; the caller sees to it that the row has them.
fn quad_of(row: u32, quad: u32, words: u32, scale: f32) -> vec4<f32> {
    if BYTES {
        let word = data[row * words + quad];
        return scale * vec4<f32>(vec4<u32>(word, word >> 8u, word >> 16u, word >> 24u) & vec4<u32>(0xffu));
    }
    let at = row * words + 4u * quad;
    return vec4<f32>(
        bitcast<f32>(data[at]),
        bitcast<f32>(data[at + 1u]),
        bitcast<f32>(data[at + 2u]),
        bitcast<f32>(data[at + 3u]),
    );
}
