// sleep: steps of sleep replay consolidation (Kubo et al. 2025, Algorithm 1) in the integers of src/sleep/mod.rs, with
// the same spikes and weights as its twin, src/kernels/cpu/sleep.rs. A workgroup owns a network; networks sleep side
// by side. Spikes are bits: `now` and `before` are halves of a mask that change places in every step.
// After fixed.wgsl and philox.wgsl.

struct Layer {
    fan_in: u32,
    units: u32,
    stride: u32,
    weights_at: u32, // among a replica's weights
    voltage_at: u32, // among a replica's voltages
    mask_at: u32,    // among the words of a half
    pre_at: u32,     // where the spikes that drive it are among the words of a half
    padding: u32,
}

struct Params {
    first: u32,     // steps that are done
    count: u32,
    weights: u32,   // of a replica
    voltages: u32,  // of a replica
    layer_count: u32,
    inputs: u32,
    plan_words: u32, // of a replica
    watch: u32,      // whether the first replica's spikes are kept step by step
    is_cascade: u32, // whether spikes go upwards through all layers in one step, and none go down
    padding_a: u32,
    padding_b: u32,
    padding_c: u32,
    layers: array<Layer, 5>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<u32>; // replicas that still sleep
@group(0) @binding(2) var<storage, read> plans: array<u32>;
@group(0) @binding(3) var<storage, read> tables: array<i32>; // [replica][layer][potentiation, depression][TABLE]
@group(0) @binding(4) var<storage, read_write> weights: array<i32>;
@group(0) @binding(5) var<storage, read_write> voltages: array<i32>;
// [replica][half][HALF words], then for each replica spikes of the input and of each layer, and layers that left the range
@group(0) @binding(6) var<storage, read_write> masks: array<u32>;
@group(0) @binding(7) var<storage, read_write> counts: array<u32>;
@group(0) @binding(8) var<storage, read_write> firing: array<u32>; // [step][HALF words], of the first replica

// Words of a replica's plan: below, then (fraction bits, threshold) of each layer, then a chance for each input.
const SEED: u32 = 0u;
const PHASE: u32 = 1u;
const STEPS: u32 = 2u;
const LEAK: u32 = 3u;
const FEEDBACK: u32 = 4u;
const SIDE: u32 = 5u; // of the window; 0: none
const HEIGHT: u32 = 6u;
const WIDTH: u32 = 7u;
const LAYER_PLANS: u32 = 8u;
const CHANCES: u32 = 18u;

const PURPOSE_WINDOW: u32 = 5u;
const PURPOSE_INPUT: u32 = 6u;
const CHUNK: u32 = 32u;
const TABLE: u32 = 4096u;
const VOLTAGE_BITS: u32 = 16u;
const WEIGHT_LIMIT: i32 = 1 << 26u;
const COUNTS: u32 = 7u; // input, five layers, layers that left the range
// Units of a layer that an invocation drives at a time.
const EACH: u32 = 4u;

var<workgroup> mask: array<atomic<u32>, 2u * HALF>;
var<workgroup> counted: array<atomic<u32>, COUNTS>;

@compute @workgroup_size(THREADS)
fn sleep(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let replica = slots[group.x];
    let plan = replica * params.plan_words;
    let last = min(params.first + params.count, plans[plan + STEPS]);
    for (var i = me; i < HALF; i += THREADS) {
        // The other half is that of the first step to come.
        atomicStore(&mask[half_of(params.first) + i], masks[replica * 2u * HALF + half_of(params.first) + i]);
        atomicStore(&mask[half_of(params.first + 1u) + i], 0u);
    }
    if me < COUNTS {
        atomicStore(&counted[me], 0u);
    }
    workgroupBarrier();
    for (var step = params.first + 1u; step <= last; step++) {
        if params.is_cascade != 0u {
            draw_input(plan, step, me);
            workgroupBarrier();
        }
        for (var n = 0u; n < params.layer_count; n++) {
            let l = select(params.layer_count - 1u - n, n, params.is_cascade != 0u);
            integrate(replica, plan, l, step, me);
            storageBarrier();
            workgroupBarrier();
            rewire(replica, plan, l, step, me);
            storageBarrier();
            workgroupBarrier();
        }
        if params.is_cascade == 0u {
            draw_input(plan, step, me);
        }
        if step < last {
            for (var i = me; i < HALF; i += THREADS) {
                atomicStore(&mask[half_of(step + 1u) + i], 0u);
            }
        }
        workgroupBarrier();
        if params.watch != 0u && replica == 0u {
            for (var i = me; i < HALF; i += THREADS) {
                firing[(step - params.first - 1u) * HALF + i] = atomicLoad(&mask[half_of(step) + i]);
            }
            workgroupBarrier();
        }
    }
    for (var i = me; i < 2u * HALF; i += THREADS) {
        masks[replica * 2u * HALF + i] = atomicLoad(&mask[i]);
    }
    if me + 1u < COUNTS {
        counts[replica * COUNTS + me] += atomicLoad(&counted[me]);
    } else if me + 1u == COUNTS {
        counts[replica * COUNTS + me] |= atomicLoad(&counted[me]);
    }
}

// Where the half of the masks that step writes begins.
fn half_of(step: u32) -> u32 {
    return (step & 1u) * HALF;
}

// Where the half is whose spikes drive a layer from below: those of a step ago, or of this one.
fn driving_half(step: u32) -> u32 {
    return half_of(select(step + 1u, step, params.is_cascade != 0u));
}

// Leaks, adds what spikes bring, and finds the spikes of this step.
fn integrate(replica: u32, plan: u32, l: u32, step: u32, me: u32) {
    let layer = params.layers[l];
    let shift = plans[plan + LAYER_PLANS + 2u * l] - VOLTAGE_BITS;
    let threshold = bitcast<i32>(plans[plan + LAYER_PLANS + 2u * l + 1u]);
    let voltage_at = replica * params.voltages + layer.voltage_at;
    let spikes = half_of(step) + layer.mask_at;
    for (var base = 0u; base < layer.units; base += EACH * THREADS) {
        var v: array<i32, EACH>;
        for (var e = 0u; e < EACH; e++) {
            let j = base + THREADS * e + me;
            if j < layer.units {
                v[e] = leaked(voltages[voltage_at + j], plans[plan + LEAK]);
            }
        }
        from_below(replica, l, step, shift, base + me, &v);
        if params.is_cascade == 0u && l + 1u < params.layer_count {
            from_above(replica, plan, l, step, base + me, &v);
        }
        for (var e = 0u; e < EACH; e++) {
            let j = base + THREADS * e + me;
            if j < layer.units {
                if v[e] > threshold {
                    v[e] = 0;
                    atomicOr(&mask[spikes + j / 32u], 1u << (j % 32u));
                    atomicAdd(&counted[1u + l], 1u);
                }
                voltages[voltage_at + j] = v[e];
            }
        }
    }
}

// Up to 32 spikes are summed exactly, shifted, and added with saturation, in ascending order.
fn from_below(replica: u32, l: u32, step: u32, shift: u32, first: u32, v: ptr<function, array<i32, EACH>>) {
    let layer = params.layers[l];
    let pre = driving_half(step) + layer.pre_at;
    let weights_at = replica * params.weights + layer.weights_at;
    var sums: array<i32, EACH>;
    var summed = 0u;
    for (var word = 0u; word < (layer.fan_in + 31u) / 32u; word++) {
        var bits = atomicLoad(&mask[pre + word]);
        while bits != 0u {
            let p = 32u * word + firstTrailingBit(bits);
            bits &= bits - 1u;
            for (var e = 0u; e < EACH; e++) {
                let j = first + THREADS * e;
                if j < layer.units {
                    sums[e] += weights[weights_at + p * layer.stride + j];
                }
            }
            summed++;
            if summed == CHUNK {
                for (var e = 0u; e < EACH; e++) {
                    (*v)[e] = add_saturating((*v)[e], sums[e] >> shift);
                    sums[e] = 0;
                }
                summed = 0u;
            }
        }
    }
    for (var e = 0u; e < EACH; e++) {
        (*v)[e] = add_saturating((*v)[e], sums[e] >> shift);
    }
}

// f·Σ W·s of the layer above, by its spikes of the step before.
fn from_above(replica: u32, plan: u32, l: u32, step: u32, first: u32, v: ptr<function, array<i32, EACH>>) {
    let units = params.layers[l].units;
    let above = params.layers[l + 1u];
    let before = half_of(step + 1u) + above.mask_at;
    let shift = plans[plan + LAYER_PLANS + 2u * l + 2u] - VOLTAGE_BITS;
    let strength = plans[plan + FEEDBACK];
    let weights_at = replica * params.weights + above.weights_at;
    var sums: array<i32, EACH>;
    var back: array<i32, EACH>;
    var summed = 0u;
    for (var word = 0u; word < (above.units + 31u) / 32u; word++) {
        var bits = atomicLoad(&mask[before + word]);
        while bits != 0u {
            let post = 32u * word + firstTrailingBit(bits);
            bits &= bits - 1u;
            for (var e = 0u; e < EACH; e++) {
                let j = first + THREADS * e;
                if j < units {
                    sums[e] += weights[weights_at + j * above.stride + post];
                }
            }
            summed++;
            if summed == CHUNK {
                for (var e = 0u; e < EACH; e++) {
                    back[e] = add_saturating(back[e], scaled(sums[e] >> shift, strength));
                    sums[e] = 0;
                }
                summed = 0u;
            }
        }
    }
    for (var e = 0u; e < EACH; e++) {
        back[e] = add_saturating(back[e], scaled(sums[e] >> shift, strength));
        (*v)[e] = add_saturating((*v)[e], back[e]);
    }
}

// The spike-timing rule for every unit that spiked in this step.
fn rewire(replica: u32, plan: u32, l: u32, step: u32, me: u32) {
    let layer = params.layers[l];
    let pre = driving_half(step) + layer.pre_at;
    let spikes = half_of(step) + layer.mask_at;
    let bits_of_fraction = plans[plan + LAYER_PLANS + 2u * l];
    let half_range = 1 << (bits_of_fraction - 5u);
    let potentiation = (replica * params.layer_count + l) * 2u * TABLE;
    let weights_at = replica * params.weights + layer.weights_at;
    var left_range = false;
    for (var word = 0u; word < (layer.units + 31u) / 32u; word++) {
        var bits = atomicLoad(&mask[spikes + word]);
        while bits != 0u {
            let post = 32u * word + firstTrailingBit(bits);
            bits &= bits - 1u;
            for (var p = me; p < layer.fan_in; p += THREADS) {
                let at = weights_at + p * layer.stride + post;
                let weight = weights[at];
                let inside = clamp(weight, -half_range, half_range - 1) + half_range;
                let entry = potentiation + (bitcast<u32>(inside) >> (bits_of_fraction - 16u));
                var changed = weight;
                if (atomicLoad(&mask[pre + p / 32u]) & (1u << (p % 32u))) != 0u {
                    changed += tables[entry];
                } else {
                    changed -= tables[entry + TABLE];
                }
                left_range |= abs(changed) >= WEIGHT_LIMIT;
                weights[at] = clamp(changed, 1 - WEIGHT_LIMIT, WEIGHT_LIMIT - 1);
            }
        }
    }
    if left_range {
        atomicOr(&counted[COUNTS - 1u], 1u << l);
    }
}

// Input spikes of this step: each input inside the window, on its own.
fn draw_input(plan: u32, step: u32, me: u32) {
    let seed = plans[plan + SEED];
    let phase = plans[plan + PHASE];
    let side = plans[plan + SIDE];
    if side == 0u {
        for (var i = me; i < params.inputs; i += THREADS) {
            draw_one(plan, seed, phase, step, i);
        }
        return;
    }
    let width = plans[plan + WIDTH];
    let place = draw(seed, PURPOSE_WINDOW, phase, step, 0u);
    let top = wide(place.x, plans[plan + HEIGHT] - side + 1u).y;
    let left = wide(place.y, width - side + 1u).y;
    for (var i = me; i < side * side; i += THREADS) {
        draw_one(plan, seed, phase, step, (top + i / side) * width + left + i % side);
    }
}

fn draw_one(plan: u32, seed: u32, phase: u32, step: u32, i: u32) {
    if draw(seed, PURPOSE_INPUT, phase, step, i / 4u)[i % 4u] < plans[plan + CHANCES + i] {
        atomicOr(&mask[half_of(step) + INPUT_AT + i / 32u], 1u << (i % 32u));
        atomicAdd(&counted[0], 1u);
    }
}
