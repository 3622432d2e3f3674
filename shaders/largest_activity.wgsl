// largest_activity: the largest free-phase state of each layer over a minibatch. Activities are not negative: their
// order is that of their bits. Twin: src/kernels/cpu/largest_activity.rs.

struct Params {
    states: u32,   // states of a sample, all layers'
    layers: u32,
    capacity: u32, // samples of a replica that there is room for
    ends: array<vec4<u32>, 2>, // where each layer ends among a sample's states
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<vec2<u32>>; // (replica, samples), those at work
@group(0) @binding(2) var<storage, read> free: array<f32>;
@group(0) @binding(3) var<storage, read_write> largest: array<atomic<u32>>; // [replica][layer]

// An invocation takes one state of all samples.
@compute @workgroup_size(64)
fn largest_activity(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let state = 64u * group.x + me;
    if state >= params.states {
        return;
    }
    let replica = slots[group.z].x;
    let samples = slots[group.z].y;
    var most = 0.0;
    for (var b = 0u; b < samples; b++) {
        most = max(most, free[(replica * params.capacity + b) * params.states + state]);
    }
    var layer = 0u;
    while state >= params.ends[layer / 4u][layer % 4u] {
        layer++;
    }
    atomicMax(&largest[replica * params.layers + layer], bitcast<u32>(most));
}
