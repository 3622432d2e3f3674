// bias_update: b += scale/B · Σ_b (ŝ − š), an invocation a unit. Twin: src/kernels/cpu/bias_update.rs.

struct Params {
    units: u32,
    states: u32,   // states of a sample, all layers'; biases of a replica too
    at: u32,       // where the layer begins among them
    capacity: u32, // samples of a replica that there is room for
    scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<vec2<u32>>; // (replica, samples), those at work
@group(0) @binding(2) var<storage, read> free: array<f32>;
@group(0) @binding(3) var<storage, read> clamped: array<f32>;
@group(0) @binding(4) var<storage, read_write> bias: array<f32>;

@compute @workgroup_size(64)
fn bias_update(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let unit = 64u * group.x + me;
    if unit >= params.units {
        return;
    }
    let replica = slots[group.z].x;
    let samples = slots[group.z].y;
    var sum = 0.0;
    for (var b = 0u; b < samples; b++) {
        let at = (replica * params.capacity + b) * params.states + params.at + unit;
        sum += clamped[at] - free[at];
    }
    bias[replica * params.states + params.at + unit] += params.scale / f32(samples) * sum;
}
