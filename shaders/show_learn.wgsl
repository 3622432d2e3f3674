// show, 4: what a step changes in the weights, the mean over the minibatch. A workgroup takes a row of W or E, and skips the
// samples in which its unit was silent, or erred in nothing. After areas.wgsl. Twin: src/kernels/cpu/show.rs.
//
//   ΔW = a·e·sᵀ      ΔE = a·b·s·eᵀ      or, taught by the labels' error,  ΔE_0 = taught·(x − h·x̂)ᵀ

@group(0) @binding(2) var<storage, read> plan: array<u32>;
@group(0) @binding(3) var<storage, read> plastic: array<f32>; // [replica][units]: what protection leaves of a change
@group(0) @binding(4) var<storage, read> numbers: array<f32>;
@group(0) @binding(5) var<storage, read> words: array<u32>;
@group(0) @binding(6) var<storage, read_write> weights: array<f32>;

const THREADS: u32 = 64u;

@compute @workgroup_size(THREADS)
fn show_learn(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) me: u32,
) {
    let replica = slots[group.z].x;
    let samples = slots[group.z].y;
    // A grid has at most 65,535 workgroups a side: rows go on in the next column.
    var row = group.y * groups.x + group.x;
    for (var p = 0u; p <= params.areas; p++) {
        let lower = params.populations[params.pairs[p].lower].units;
        let upper = params.populations[params.pairs[p].upper].units;
        if row < upper {
            learn_prediction(replica, samples, p, row, me);
            return;
        }
        row -= upper;
        if row < lower {
            learn_error(replica, samples, p, row, me);
            return;
        }
        row -= lower;
    }
}

// The row of W that belongs to a unit of the upper area.
fn learn_prediction(replica: u32, samples: u32, p: u32, s: u32, me: u32) {
    let lower = params.populations[params.pairs[p].lower];
    let row = replica * params.weights + params.pairs[p].prediction_at + s * lower.units;
    let rate = bitcast<f32>(plan[RATES + p]) / f32(samples);
    for (var b = 0u; b < samples; b++) {
        let sample = replica * params.capacity + b;
        if !has_spiked(sample, params.pairs[p].upper, s) {
            continue;
        }
        let errors = list_at(sample, ERROR) + lower.at;
        for (var i = me; i < lower.units; i += THREADS) {
            let error = numbers[errors + i];
            if error != 0.0 {
                weights[row + i] += rate * error * plastic[replica * params.units + lower.at + i];
            }
        }
    }
}

// The row of E that belongs to a lower unit.
fn learn_error(replica: u32, samples: u32, p: u32, i: u32, me: u32) {
    let lower = params.populations[params.pairs[p].lower];
    let upper = params.populations[params.pairs[p].upper];
    let row = replica * params.weights + params.pairs[p].error_at + i * upper.units;
    let rate = bitcast<f32>(plan[ERROR_RATES + p]) / f32(samples);
    let is_taught = p == 0u && params.teaches != 0u;
    for (var b = 0u; b < samples; b++) {
        let sample = replica * params.capacity + b;
        let error = numbers[select(list_at(sample, ERROR) + lower.at, carried_at(sample), p == 0u) + i];
        if error == 0.0 {
            continue;
        }
        for (var s = me; s < upper.units; s += THREADS) {
            if is_taught {
                weights[row + s] += error * numbers[taught_at(sample) + s];
            } else if has_spiked(sample, params.pairs[p].upper, s) {
                weights[row + s] += rate * error * plastic[replica * params.units + upper.at + s];
            }
        }
    }
}

// In the step that was just done.
fn has_spiked(sample: u32, population: u32, unit: u32) -> bool {
    let now = masks_at(sample) + ((words[done_at(sample)] - 1u) & 1u) * HALF;
    return (words[now + params.populations[population].mask_at + unit / 32u] & (1u << (unit % 32u))) != 0u;
}
