// fault: a number that is not finite in the drive, the states of both phases or the output's weights, found by its
// exponent's bits: on some adapters NaN compares as if it were a number. Twin: src/kernels/cpu/fault.rs.

struct Params {
    first_units: u32, // of the first hidden layer
    states: u32,      // states of a sample, all layers'
    layers: u32,
    capacity: u32,    // samples of a replica that there is room for
    outputs: u32,     // weights that lead to the output
    replicas_before: u32, // in other groups of buffers
    weights_at: u32,  // where those begin among a replica's that are bound
    weights: u32,     // of a replica that are bound
    ends: array<vec4<u32>, 2>, // where each layer ends among a sample's states
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<vec2<u32>>; // (replica, samples), those at work
@group(0) @binding(2) var<storage, read> drive: array<u32>;
@group(0) @binding(3) var<storage, read> free: array<u32>;
@group(0) @binding(4) var<storage, read> clamped: array<u32>;
@group(0) @binding(5) var<storage, read> weights: array<u32>;
@group(0) @binding(6) var<storage, read_write> found: array<atomic<u32>>; // the lowest layer at fault of each replica

const EXPONENT: u32 = 0x7f800000u;
const EACH: u32 = 16u;

@compute @workgroup_size(256)
fn fault(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let replica = slots[group.z].x;
    let samples = slots[group.z].y;
    let states = samples * params.states;
    let drives = samples * params.first_units;
    for (var n = 0u; n < EACH; n++) {
        let i = (group.x * EACH + n) * 256u + me;
        let first = replica * params.capacity;
        if i < states {
            let at = first * params.states + i;
            if is_broken(free[at]) || is_broken(clamped[at]) {
                report(replica, layer_of(i % params.states));
            }
        } else if i < states + drives {
            if is_broken(drive[first * params.first_units + i - states]) {
                report(replica, 0u);
            }
        } else if i < states + drives + params.outputs {
            if is_broken(weights[replica * params.weights + params.weights_at + i - states - drives]) {
                report(replica, params.layers - 1u);
            }
        }
    }
}

fn is_broken(bits: u32) -> bool {
    return (bits & EXPONENT) == EXPONENT;
}

fn layer_of(state: u32) -> u32 {
    var layer = 0u;
    while state >= params.ends[layer / 4u][layer % 4u] {
        layer++;
    }
    return layer;
}

fn report(replica: u32, layer: u32) {
    atomicMin(&found[params.replicas_before + replica], layer);
}
