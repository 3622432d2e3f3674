// tally: answers counted by class, among all classes and among those of the class's task, and hidden activity summed by class. An invocation counts one sample's answer and
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
@group(0) @binding(4) var<storage, read> task_of: array<u32>; // by class
// [replica][class][answer], and after a class's answers how many are right within its task
@group(0) @binding(5) var<storage, read_write> answers: array<atomic<u32>>;
@group(0) @binding(6) var<storage, read_write> activity: array<f32>; // [replica][class][hidden unit]

@compute @workgroup_size(64)
fn tally(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let i = 64u * group.x + me;
    let replica = slots[group.z].x;
    let samples = slots[group.z].y;
    let first = replica * params.capacity;
    let states = params.hidden + params.classes;
    if i < samples {
        let label = rows[first + i].y;
        let row = (replica * params.classes + label) * (params.classes + 1u);
        atomicAdd(&answers[row + answer(first + i, label, false)], 1u);
        if answer(first + i, label, true) == label {
            atomicAdd(&answers[row + params.classes], 1u);
        }
    }
    if i < params.hidden {
        for (var b = 0u; b < samples; b++) {
            let at = (replica * params.classes + rows[first + b].y) * params.hidden + i;
            activity[at] += free[(first + b) * states + i];
        }
    }
}

// The largest output, of all or of the classes that share a task with `label`; the first of equals.
fn answer(sample: u32, label: u32, within_task: bool) -> u32 {
    let at = sample * (params.hidden + params.classes) + params.hidden;
    var best = params.classes;
    for (var c = 0u; c < params.classes; c++) {
        if within_task && task_of[c] != task_of[label] {
            continue;
        }
        if best == params.classes || free[at + c] > free[at + best] {
            best = c;
        }
    }
    return best;
}
