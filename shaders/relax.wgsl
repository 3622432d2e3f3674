// relax, one hidden layer and few outputs: a whole phase of a sample in one workgroup, which keeps the sample's
// hidden states and its own share of W_out in registers. An invocation has EACH hidden units; sums over units are
// taken in the workgroup, by subgroups where there are any. Twin: src/kernels/cpu/relax.rs.
//
//   h ← h + dt(−h + relu(a + γ·W_out·o))     o ← o + dt(−o + hs(W_outᵀ·h + b) + [clamped] β(y − o))

struct Params {
    units: u32,
    capacity: u32, // samples of a replica that there is room for
    steps: u32,
    is_clamped: u32,
    dt: f32,
    gamma: f32,
    beta: f32,
    tolerance: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<vec2<u32>>; // (replica, samples), those at work
@group(0) @binding(2) var<storage, read> rows: array<vec2<u32>>;  // (row, label), by replica and sample
@group(0) @binding(3) var<storage, read> drive: array<f32>;       // a: [replica][sample][hidden]
@group(0) @binding(4) var<storage, read> weights: array<f32>;     // W_out: [replica][hidden][CLASSES]
@group(0) @binding(5) var<storage, read> bias: array<f32>;        // [replica][hidden, CLASSES]
@group(0) @binding(6) var<storage, read_write> free: array<f32>;  // [replica][sample][hidden, CLASSES]
@group(0) @binding(7) var<storage, read_write> clamped: array<f32>;

// Steps between two looks whether a sample has settled.
const LOOK: u32 = 4u;
// Sums that an invocation takes part in: an output each, and the largest movement.
const SUMS: u32 = CLASSES + 1u;

var<workgroup> parts: array<f32, SUMS * PARTS>;
var<workgroup> halves: array<f32, SUMS * 16u>;
var<workgroup> outputs: array<f32, 2u * CLASSES>;
var<workgroup> has_settled: u32;

@compute @workgroup_size(THREADS)
fn relax(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) me: u32,
) {
    let replica = slots[group.z].x;
    let samples = slots[group.z].y;
    // A grid has at most 65,535 workgroups a side, and no minibatch more samples.
    if group.x >= samples {
        return;
    }
    let sample = replica * params.capacity + group.x;
    let label = rows[sample].y;
    let states = sample * (params.units + CLASSES);
    let matrix = replica * params.units * CLASSES;
    var a: array<f32, EACH>;
    var h: array<f32, EACH>;
    var w: array<f32, KEPT>;
    for (var u = 0u; u < EACH; u++) {
        let j = me + THREADS * u;
        if j < params.units {
            a[u] = drive[sample * params.units + j];
            if params.is_clamped != 0u {
                h[u] = free[states + j];
            }
            if !FAR {
                for (var c = 0u; c < CLASSES; c++) {
                    w[u * CLASSES + c] = weights[matrix + j * CLASSES + c];
                }
            }
        }
    }
    var own_bias = 0.0;
    if me < CLASSES {
        own_bias = bias[replica * (params.units + CLASSES) + params.units + me];
        outputs[me] = 0.0;
        if params.is_clamped != 0u {
            outputs[me] = free[states + params.units + me];
        }
    }
    var now = 0u; // which half of `outputs` holds those of this step
    var output_movement = 1.0; // of the step before
    workgroupBarrier();
    for (var step = 0u; step < params.steps; step++) {
        // With a value of its own: Chromium on Vulkan zeroes a declaration without one once, not in every step.
        var z = array<f32, CLASSES>();
        var o: array<f32, CLASSES>;
        for (var c = 0u; c < CLASSES; c++) {
            o[c] = outputs[now * CLASSES + c];
        }
        var movement = output_movement;
        for (var u = 0u; u < EACH; u++) {
            let j = me + THREADS * u;
            var input = a[u];
            if FAR {
                if j < params.units {
                    for (var c = 0u; c < CLASSES; c++) {
                        let weight = weights[matrix + j * CLASSES + c];
                        z[c] += weight * h[u];
                        input += params.gamma * weight * o[c];
                    }
                }
            } else {
                for (var c = 0u; c < CLASSES; c++) {
                    z[c] += w[u * CLASSES + c] * h[u];
                    input += params.gamma * w[u * CLASSES + c] * o[c];
                }
            }
            let change = params.dt * (max(input, 0.0) - h[u]);
            h[u] += change;
            movement = max(movement, abs(change));
        }
        gather(me, &z, movement);
        workgroupBarrier();
        if PARTS == THREADS {
            for (var i = me; i < SUMS * 16u; i += THREADS) {
                halves[i] = half(i / 16u, i % 16u);
            }
            workgroupBarrier();
        }
        if me < CLASSES {
            let before = outputs[now * CLASSES + me];
            var change = params.dt * (clamp(whole(me) + own_bias, 0.0, 1.0) - before);
            if params.is_clamped != 0u {
                change += params.dt * params.beta * (select(0.0, 1.0, me == label) - before);
            }
            outputs[(1u - now) * CLASSES + me] = before + change;
            output_movement = abs(change);
        } else {
            output_movement = 0.0;
        }
        if me == 0u {
            has_settled = u32(whole(CLASSES) <= params.tolerance);
        }
        now = 1u - now;
        if params.is_clamped == 0u && params.tolerance > 0.0 && step % LOOK == LOOK - 1u {
            if workgroupUniformLoad(&has_settled) != 0u {
                break;
            }
        } else {
            workgroupBarrier();
        }
    }
    for (var u = 0u; u < EACH; u++) {
        let j = me + THREADS * u;
        if j < params.units {
            write(states + j, h[u]);
        }
    }
    if me < CLASSES {
        write(states + params.units + me, outputs[now * CLASSES + me]);
    }
}

fn write(at: u32, state: f32) {
    if params.is_clamped != 0u {
        clamped[at] = state;
    } else {
        free[at] = state;
    }
}
