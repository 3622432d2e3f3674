// tally: answers counted by class, and hidden activity summed by class. An invocation counts one sample's answer and
// sums one hidden unit over the minibatch. Twin: src/kernels/cpu/tally.rs.

struct Params {
    classes: u32,
    hidden: u32,   // units of all hidden layers
    capacity: u32, // samples of a replica that there is room for
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<vec2<u32>>; // (replica, samples), those at work
@group(0) @binding(2) var<storage, read> rows: array<vec2<u32>>;  // (row, label), by replica and sample
@group(0) @binding(3) var<storage, read> free: array<f32>;
@group(0) @binding(4) var<storage, read_write> confusion: array<atomic<u32>>; // [replica][class][answer]
@group(0) @binding(5) var<storage, read_write> activity: array<f32>;          // [replica][class][hidden unit]

@compute @workgroup_size(64)
fn tally(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let i = 64u * group.x + me;
    let replica = slots[group.z].x;
    let samples = slots[group.z].y;
    let first = replica * params.capacity;
    let states = params.hidden + params.classes;
    if i < samples {
        let class_at = rows[first + i].y * params.classes;
        atomicAdd(&confusion[replica * params.classes * params.classes + class_at + answer(first + i)], 1u);
    }
    if i < params.hidden {
        for (var b = 0u; b < samples; b++) {
            let at = (replica * params.classes + rows[first + b].y) * params.hidden + i;
            activity[at] += free[(first + b) * states + i];
        }
    }
}

// The largest output; the first of equals.
fn answer(sample: u32) -> u32 {
    let at = sample * (params.hidden + params.classes) + params.hidden;
    var best = 0u;
    for (var c = 1u; c < params.classes; c++) {
        if free[at + c] > free[at + best] {
            best = c;
        }
    }
    return best;
}
