// relax, any number of hidden layers and outputs: one step of one layer for a minibatch, in tiles of ROWS samples ×
// COLUMNS units. A dispatch a layer and step; `from` and `to` change places between steps.
// Twin: src/kernels/cpu/relax_deep.rs.

struct Params {
    units: u32,
    below: u32,     // units of the layer below; 0 for the first hidden layer, whose input is the drive
    above: u32,     // units of the layer above; 0 for the output
    states: u32,    // states of a sample, all layers'; biases of a replica too
    at: u32,        // where the layer begins among them
    below_at: u32,
    above_at: u32,
    capacity: u32,  // samples of a replica that there is room for
    dt: f32,
    gamma: f32,
    nudge: f32,     // β of the clamped phase; 0 in the free phase
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<vec2<u32>>; // (replica, samples), those at work
@group(0) @binding(2) var<storage, read> rows: array<vec2<u32>>;  // (row, label), by replica and sample
@group(0) @binding(3) var<storage, read> drive: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read> weights: array<f32>;       // from the layer below: [replica][below][units]
@group(0) @binding(6) var<storage, read> weights_above: array<f32>; // to the layer above: [replica][units][above]
@group(0) @binding(7) var<storage, read> from_states: array<f32>;
@group(0) @binding(8) var<storage, read_write> to_states: array<f32>;

const DEPTH: u32 = 16u;
const PITCH: u32 = ROWS + 1u;
const ROWS_EACH: u32 = ROWS / 16u;
const COLUMNS_EACH: u32 = COLUMNS / 16u;

var<workgroup> ss: array<f32, DEPTH * PITCH>;
var<workgroup> ws: array<f32, DEPTH * COLUMNS>;

@compute @workgroup_size(16, 16)
fn relax_deep(@builtin(workgroup_id) tile: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let replica = slots[tile.z].x;
    let samples = slots[tile.z].y;
    let first_sample = tile.y * ROWS;
    let first_unit = tile.x * COLUMNS;
    if first_sample >= samples {
        return;
    }
    var sums: array<f32, ROWS_EACH * COLUMNS_EACH>;
    let depth = params.below + params.above; // what arrives from below, then what arrives from above
    for (var k0 = 0u; k0 < depth; k0 += DEPTH) {
        for (var i = me; i < ROWS * DEPTH; i += 256u) {
            let sample = first_sample + i / DEPTH;
            let k = k0 + i % DEPTH;
            var s = 0.0;
            if sample < samples && k < depth {
                let base = (replica * params.capacity + sample) * params.states;
                if k < params.below {
                    s = from_states[base + params.below_at + k];
                } else {
                    s = params.gamma * from_states[base + params.above_at + k - params.below];
                }
            }
            ss[(i % DEPTH) * PITCH + i / DEPTH] = s;
        }
        for (var i = me; i < DEPTH * COLUMNS; i += 256u) {
            let k = k0 + i / COLUMNS;
            let unit = first_unit + i % COLUMNS;
            var w = 0.0;
            if k < depth && unit < params.units {
                if k < params.below {
                    w = weights[(replica * params.below + k) * params.units + unit];
                } else {
                    w = weights_above[(replica * params.units + unit) * params.above + k - params.below];
                }
            }
            ws[i] = w;
        }
        workgroupBarrier();
        for (var k = 0u; k < DEPTH; k++) {
            for (var c = 0u; c < COLUMNS_EACH; c++) {
                let w = ws[k * COLUMNS + me % 16u + 16u * c];
                for (var r = 0u; r < ROWS_EACH; r++) {
                    sums[r * COLUMNS_EACH + c] += ss[k * PITCH + me / 16u + 16u * r] * w;
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
                step(replica, replica * params.capacity + sample, unit, sums[r * COLUMNS_EACH + c]);
            }
        }
    }
}

fn step(replica: u32, sample: u32, unit: u32, arriving: f32) {
    let at = sample * params.states + params.at + unit;
    let state = from_states[at];
    var input = arriving;
    if params.below == 0u {
        input += drive[sample * params.units + unit];
    } else {
        input += bias[replica * params.states + params.at + unit];
    }
    if params.above > 0u {
        to_states[at] = state + params.dt * (max(input, 0.0) - state);
        return;
    }
    let target_state = select(0.0, 1.0, unit == rows[sample].y);
    let nudge = params.dt * params.nudge * (target_state - state);
    to_states[at] = state + params.dt * (clamp(input, 0.0, 1.0) - state) + nudge;
}
