// show, 7: what a minibatch leaves: rates in spikes a second, for equals among the labels' units their mean voltage, and the
// errors. A workgroup a sample. After areas.wgsl. Twin: src/kernels/cpu/show.rs.

@group(0) @binding(2) var<storage, read> numbers: array<f32>;
@group(0) @binding(3) var<storage, read> words: array<u32>;
@group(0) @binding(4) var<storage, read_write> free: array<f32>;  // [replica][sample][areas, labels]
@group(0) @binding(5) var<storage, read_write> shown: array<u32>;

const THREADS: u32 = 64u;
const EXPONENT: u32 = 0x7f800000u;

var<workgroup> parts: array<f32, THREADS>;

@compute @workgroup_size(THREADS)
fn show_leave(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    if group.x >= slots[group.z].y {
        return;
    }
    let sample = slots[group.z].x * params.capacity + group.x;
    leave_rates(sample, me);
    for (var p = 0u; p <= params.areas; p++) {
        let lower = params.populations[params.pairs[p].lower];
        var squares = 0.0;
        for (var i = me; i < lower.units; i += THREADS) {
            let mean = numbers[list_at(sample, SUM) + lower.at + i] / f32(params.steps);
            squares += mean * mean;
        }
        parts[me] = squares;
        workgroupBarrier();
        if me == 0u {
            var sum = 0.0;
            for (var i = 0u; i < THREADS; i++) {
                sum += parts[i];
            }
            let at = sample * SHOWN + SQUARES + p;
            shown[at] = bitcast<u32>(bitcast<f32>(shown[at]) + sum / f32(lower.units));
        }
        workgroupBarrier();
    }
}

fn leave_rates(sample: u32, me: u32) {
    let states = params.units - params.inputs;
    let labels_at = params.populations[params.areas + 1u].at;
    let a_second = params.rate / f32(params.steps);
    for (var unit = params.inputs + me; unit < params.units; unit += THREADS) {
        let spikes = f32(words[word_list_at(sample, SPIKES) + unit]);
        let voltage = numbers[list_at(sample, VOLTAGE) + unit];
        var state = spikes * a_second;
        if unit >= labels_at {
            let sum = numbers[voltage_sums_at(sample) + unit - labels_at];
            let mean = sum / f32(params.steps) / params.threshold;
            // From −∞…1 to 0…½, in order.
            state = (spikes + 0.5 / (2.0 - min(mean, 1.0))) * a_second;
        }
        // A voltage that is not a number never spikes: it must not hide.
        if (bitcast<u32>(voltage) & EXPONENT) == EXPONENT {
            state = voltage;
        }
        free[sample * states + unit - params.inputs] = state;
    }
}
