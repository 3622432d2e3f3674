// drive: x·W_in + b for a minibatch (B×H₁), in tiles of ROWS samples × COLUMNS units that a workgroup of 16×16
// invocations keeps in registers. Twin: src/kernels/cpu/drive.rs. After inputs.wgsl.

struct Params {
    width: u32,    // values of a sample
    words: u32,    // words of a data set's row
    units: u32,    // H₁
    biases: u32,   // biases of a replica, all layers'
    capacity: u32, // samples of a replica that there is room for
    scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<vec2<u32>>; // (replica, samples), those at work
@group(0) @binding(4) var<storage, read> weights: array<f32>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;
@group(0) @binding(6) var<storage, read_write> drive_out: array<f32>;

const DEPTH: u32 = 16u; // values of x that are multiplied at a time
const PITCH: u32 = ROWS + 1u;
const ROWS_EACH: u32 = ROWS / 16u;
const COLUMNS_EACH: u32 = COLUMNS / 16u;

var<workgroup> xs: array<f32, DEPTH * PITCH>;
var<workgroup> ws: array<f32, DEPTH * COLUMNS>;

@compute @workgroup_size(16, 16)
fn drive(@builtin(workgroup_id) tile: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let replica = slots[tile.z].x;
    let samples = slots[tile.z].y;
    let first_sample = tile.y * ROWS;
    let first_unit = tile.x * COLUMNS;
    if first_sample >= samples {
        return;
    }
    var sums: array<f32, ROWS_EACH * COLUMNS_EACH>;
    for (var k0 = 0u; k0 < params.width; k0 += DEPTH) {
        for (var i = me; i < ROWS * DEPTH / 4u; i += 256u) {
            let sample = i / (DEPTH / 4u);
            let quad = i % (DEPTH / 4u);
            var x = vec4<f32>();
            if first_sample + sample < samples && k0 + 4u * quad < params.width {
                let row = rows[replica * params.capacity + first_sample + sample].x;
                x = quad_of(row, k0 / 4u + quad, params.words, params.scale);
            }
            for (var c = 0u; c < 4u; c++) {
                xs[(4u * quad + c) * PITCH + sample] = x[c];
            }
        }
        for (var i = me; i < DEPTH * COLUMNS; i += 256u) {
            let k = k0 + i / COLUMNS;
            let unit = first_unit + i % COLUMNS;
            var w = 0.0;
            if k < params.width && unit < params.units {
                w = weights[(replica * params.width + k) * params.units + unit];
            }
            ws[i] = w;
        }
        workgroupBarrier();
        for (var k = 0u; k < DEPTH; k++) {
            var x: array<f32, ROWS_EACH>;
            for (var r = 0u; r < ROWS_EACH; r++) {
                x[r] = xs[k * PITCH + me / 16u + 16u * r];
            }
            for (var c = 0u; c < COLUMNS_EACH; c++) {
                let w = ws[k * COLUMNS + me % 16u + 16u * c];
                for (var r = 0u; r < ROWS_EACH; r++) {
                    sums[r * COLUMNS_EACH + c] += x[r] * w;
                }
            }
        }
        workgroupBarrier();
    }
    for (var r = 0u; r < ROWS_EACH; r++) {
        for (var c = 0u; c < COLUMNS_EACH; c++) {
            let sample = first_sample + me / 16u + 16u * r;
            let unit = first_unit + me % 16u + 16u * c;
            if sample < samples && unit < params.units {
                let at = (replica * params.capacity + sample) * params.units + unit;
                drive_out[at] = sums[r * COLUMNS_EACH + c] + bias[replica * params.biases + unit];
            }
        }
    }
}
