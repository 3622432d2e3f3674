// show, 3: steps of spiking areas, all right-hand sides from the step before. A workgroup owns a sample, an invocation every
// THREADS-th unit; spikes are bits. After fixed.wgsl, philox.wgsl and areas.wgsl. Twin: src/kernels/cpu/show.rs.
//
//   τ_j dj/dt = −κ·j − h·e + E·e_below       τ_m dv/dt = −γ·v + R·j       s = v > θ

@group(0) @binding(2) var<storage, read> plan: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read> raised: array<f32>;  // [replica][areas, labels]: what thresholds are above θ
@group(0) @binding(5) var<storage, read> plastic: array<f32>; // [replica][units]: what protection leaves of a change
@group(0) @binding(6) var<storage, read_write> numbers: array<f32>;
@group(0) @binding(7) var<storage, read_write> words: array<u32>;
@group(0) @binding(8) var<storage, read_write> shown: array<u32>;

const PURPOSE_SPIKES: u32 = 14u;
const PURPOSE_SHOWN: u32 = 15u;
// What is counted in a step: spikes of the input, of each population, …
const CAME: u32 = 0u;
const SPIKED: u32 = 1u;
// … errors other than 0 of each population's units, and the same of x − h·x̂ and of what is taught.
const WRONG: u32 = 7u;
const CARRIED: u32 = 13u;
const TAUGHT: u32 = 14u;
const COUNTS: u32 = 15u;

var<workgroup> mask: array<atomic<u32>, 2u * HALF>;
var<workgroup> counted: array<atomic<u32>, COUNTS>;

// A sample, as an invocation sees it.
struct Seat {
    replica: u32,
    samples: u32, // of the replica's minibatch
    place: u32,   // in it
    sample: u32,
    weights: u32, // where its replica's begin
    me: u32,
}

@compute @workgroup_size(THREADS)
fn show(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let replica = slots[group.z].x;
    let samples = slots[group.z].y;
    if group.x >= samples {
        return;
    }
    let sample = replica * params.capacity + group.x;
    let seat = Seat(replica, samples, group.x, sample, replica * params.weights, me);
    for (var i = me; i < 2u * HALF; i += THREADS) {
        atomicStore(&mask[i], words[masks_at(sample) + i]);
    }
    if me < COUNTS {
        atomicStore(&counted[me], 0u);
    }
    let first = words[done_at(sample)];
    workgroupBarrier();
    // The half of the first step, which holds what was two steps ago.
    clear(first, me);
    workgroupBarrier();
    for (var n = 0u; n < params.count; n++) {
        let t = first + n;
        expect(seat, 0u, t);
        expect(seat, params.areas, t);
        draw_input(seat, t);
        workgroupBarrier();
        compare(seat, t);
        storageBarrier();
        workgroupBarrier();
        for (var area = 1u; area <= params.areas; area++) {
            move_area(seat, area, t);
        }
        workgroupBarrier();
        if n + 1u < params.count {
            clear(t + 1u, me);
        }
        if me == 0u {
            count(seat, t);
        }
        workgroupBarrier();
    }
    for (var i = me; i < 2u * HALF; i += THREADS) {
        words[masks_at(sample) + i] = atomicLoad(&mask[i]);
    }
    if me == 0u {
        words[done_at(sample)] = first + params.count;
    }
}

// Where the spikes of step t are; those of the step before are in the other half.
fn half_of(t: u32) -> u32 {
    return (t & 1u) * HALF;
}

fn clear(t: u32, me: u32) {
    for (var i = me; i < HALF; i += THREADS) {
        atomicStore(&mask[half_of(t) + i], 0u);
    }
}

fn is_in(at: u32, unit: u32) -> bool {
    return (atomicLoad(&mask[at + unit / 32u]) & (1u << (unit % 32u))) != 0u;
}

// x̂ or ŷ: the lower units of pair p, which the upper area's last spikes drive.
fn expect(seat: Seat, p: u32, t: u32) {
    let population = params.pairs[p].lower;
    let units = params.populations[population].units;
    let is_label = p == params.areas;
    for (var i = seat.me; i < units; i += THREADS) {
        move_unit(seat, population, i, predicted(seat, p, i, t), params.expected_leak, params.threshold, t);
        if is_label {
            let at = list_at(seat.sample, VOLTAGE) + params.populations[population].at + i;
            numbers[voltage_sums_at(seat.sample) + i] += numbers[at];
        }
    }
}

// W·s for a lower unit of pair p, s being the upper area's spikes of the step before.
fn predicted(seat: Seat, p: u32, unit: u32, t: u32) -> f32 {
    let pair = params.pairs[p];
    let upper = params.populations[pair.upper];
    let width = params.populations[pair.lower].units;
    let row = seat.weights + pair.prediction_at + unit;
    let before = half_of(t + 1u) + upper.mask_at;
    var sum = 0.0;
    for (var word = 0u; word < (upper.units + 31u) / 32u; word++) {
        var bits = atomicLoad(&mask[before + word]);
        while bits != 0u {
            sum += weights[row + (32u * word + firstTrailingBit(bits)) * width];
            bits &= bits - 1u;
        }
    }
    return sum;
}

// A unit's step under its drive.
fn move_unit(seat: Seat, population: u32, i: u32, drive: f32, leak: f32, threshold: f32, t: u32) {
    let unit = params.populations[population].at + i;
    let current_at = list_at(seat.sample, CURRENT) + unit;
    let voltage_at = list_at(seat.sample, VOLTAGE) + unit;
    let trace_at = list_at(seat.sample, TRACE) + unit;
    let silent_at = word_list_at(seat.sample, SILENT) + unit;
    let current = numbers[current_at] + (params.current_gain * drive - leak * numbers[current_at]);
    numbers[current_at] = current;
    var voltage = numbers[voltage_at];
    var trace = numbers[trace_at] * params.trace_kept;
    var silent = words[silent_at];
    if silent > 0u {
        silent -= 1u;
    } else {
        voltage += params.voltage_gain * current - params.voltage_leak * voltage;
    }
    if voltage > threshold {
        voltage = 0.0;
        trace += 1.0;
        silent = params.refractory;
        words[word_list_at(seat.sample, SPIKES) + unit] += 1u;
        atomicOr(&mask[half_of(t) + params.populations[population].mask_at + i / 32u], 1u << (i % 32u));
        atomicAdd(&counted[SPIKED + population], 1u);
    }
    numbers[voltage_at] = voltage;
    numbers[trace_at] = trace;
    words[silent_at] = silent;
}

// Which inputs spike: their bits come first in a half.
fn draw_input(seat: Seat, t: u32) {
    let groups = (params.inputs + 3u) / 4u;
    for (var g = seat.me; g < groups; g += THREADS) {
        var below = vec4<u32>();
        for (var c = 0u; c < 4u; c++) {
            if 4u * g + c < params.inputs {
                below[c] = words[chances_at(seat.sample) + 4u * g + c];
            }
        }
        if any(below != vec4<u32>()) {
            let came = vec4<u32>(drawn(seat, t, g, groups) < below);
            let bits = came.x | (came.y << 1u) | (came.z << 2u) | (came.w << 3u);
            atomicOr(&mask[half_of(t) + g / 8u], bits << (4u * (g % 8u)));
            atomicAdd(&counted[CAME], countOneBits(bits));
        }
    }
}

// `net::areas::Seat::words`
fn drawn(seat: Seat, t: u32, g: u32, groups: u32) -> vec4<u32> {
    let seed = plan[SEEDS + seat.replica];
    if params.learns != 0u {
        let index = (seat.place * params.steps + t) * groups + g;
        return draw(seed, PURPOSE_SPIKES, plan[PHASE], plan[MINIBATCH], index);
    }
    return draw(seed, PURPOSE_SHOWN, 0u, words[row_at(seat.sample)], t * groups + g);
}

// Errors: what came less what was expected.
fn compare(seat: Seat, t: u32) {
    let now = half_of(t);
    let expected = now + params.populations[0].mask_at;
    for (var i = seat.me; i < params.inputs; i += THREADS) {
        let came = select(0.0, 1.0, is_in(now, i));
        let was_expected = is_in(expected, i);
        let carried = came - select(0.0, params.hold, was_expected);
        numbers[carried_at(seat.sample) + i] = carried;
        if carried != 0.0 {
            atomicAdd(&counted[CARRIED], 1u);
        }
        note_error(seat, 0u, i, came - select(0.0, 1.0, was_expected));
    }
    for (var p = 1u; p < params.areas; p++) {
        let lower = params.populations[p];
        for (var i = seat.me; i < lower.units; i += THREADS) {
            let trace = numbers[list_at(seat.sample, TRACE) + lower.at + i];
            note_error(seat, p, i, trace - predicted(seat, p, i, t));
        }
    }
    if params.learns != 0u {
        compare_label(seat, t);
    }
}

// y − ŷ, of spikes or of traces.
fn compare_label(seat: Seat, t: u32) {
    let population = params.areas + 1u;
    let classes = params.populations[population];
    let label = words[label_at(seat.sample)];
    for (var c = seat.me; c < classes.units; c += THREADS) {
        var came = 0.0;
        if c == label {
            came = params.label_worth;
            if params.compares_traces != 0u {
                let at = label_trace_at(seat.sample);
                came += params.trace_kept * numbers[at];
                numbers[at] = came;
            }
        }
        var error = came - select(0.0, 1.0, is_in(half_of(t) + classes.mask_at, c));
        if params.compares_traces != 0u {
            let trace = numbers[list_at(seat.sample, TRACE) + classes.at + c];
            error = (1.0 - params.trace_kept) * (came - trace);
        }
        note_error(seat, population, c, error);
    }
}

fn note_error(seat: Seat, population: u32, i: u32, error: f32) {
    let unit = params.populations[population].at + i;
    numbers[list_at(seat.sample, ERROR) + unit] = error;
    numbers[list_at(seat.sample, SUM) + unit] += error;
    if error != 0.0 {
        atomicAdd(&counted[WRONG + population], 1u);
    }
}

// Errors below drive an area, less its own; in the first one those of the labels, too, or else they teach it.
fn move_area(seat: Seat, area: u32, t: u32) {
    let units = params.populations[area];
    let raised_at = seat.replica * (params.units - params.inputs) + units.at - params.inputs;
    for (var s = seat.me; s < units.units; s += THREADS) {
        var drive = 0.0;
        if area == 1u {
            drive = from_input(seat, s, t);
            if params.learns != 0u {
                let told = from_label(seat, s);
                if params.teaches != 0u {
                    teach(seat, s, told);
                } else {
                    drive += told;
                }
            }
        } else {
            drive = from_below(seat, area - 1u, s, t);
        }
        if area < params.areas {
            drive -= params.hold * numbers[list_at(seat.sample, ERROR) + units.at + s];
        }
        move_unit(seat, area, s, drive, params.current_leak, params.threshold + raised[raised_at + s], t);
    }
}

// E_0·(x − h·x̂)
fn from_input(seat: Seat, s: u32, t: u32) -> f32 {
    let width = params.populations[1].units;
    let column = seat.weights + params.pairs[0].error_at + s;
    let now = half_of(t);
    let expected = now + params.populations[0].mask_at;
    var sum = 0.0;
    for (var word = 0u; word < (params.inputs + 31u) / 32u; word++) {
        var bits = atomicLoad(&mask[now + word]) | atomicLoad(&mask[expected + word]);
        while bits != 0u {
            let i = 32u * word + firstTrailingBit(bits);
            bits &= bits - 1u;
            sum += numbers[carried_at(seat.sample) + i] * weights[column + i * width];
        }
    }
    return sum;
}

// E_Y·e_Y
fn from_label(seat: Seat, s: u32) -> f32 {
    let width = params.populations[1].units;
    let classes = params.populations[params.areas + 1u];
    let column = seat.weights + params.pairs[params.areas].error_at + s;
    let errors = list_at(seat.sample, ERROR) + classes.at;
    var sum = 0.0;
    for (var c = 0u; c < classes.units; c++) {
        sum += numbers[errors + c] * weights[column + c * width];
    }
    return sum;
}

// E·e of pair p, whose errors are dense: of this step, or of the last one that computed it.
fn from_below(seat: Seat, p: u32, s: u32, t: u32) -> f32 {
    let lower = params.populations[p];
    let upper = params.populations[p + 1u];
    let width = upper.units;
    let arriving_at = list_at(seat.sample, ARRIVING) + upper.at + s;
    if t % params.error_every != 0u {
        return numbers[arriving_at];
    }
    let column = seat.weights + params.pairs[p].error_at + s;
    let errors = list_at(seat.sample, ERROR) + lower.at;
    var sum = 0.0;
    for (var i = 0u; i < lower.units; i++) {
        sum += numbers[errors + i] * weights[column + i * width];
    }
    numbers[arriving_at] = sum;
    return sum;
}

// What the labels' error teaches a unit that spiked of late or is depolarised, before it moves.
fn teach(seat: Seat, s: u32, told: f32) {
    let unit = params.populations[1].at + s;
    let trace = numbers[list_at(seat.sample, TRACE) + unit];
    let voltage = numbers[list_at(seat.sample, VOLTAGE) + unit];
    var taught = 0.0;
    if trace > 0.1 || voltage > 0.0 {
        let rate = bitcast<f32>(plan[ERROR_RATES]) / f32(seat.samples);
        taught = told * (rate * plastic[seat.replica * params.units + unit]);
    }
    numbers[taught_at(seat.sample) + s] = taught;
    if taught != 0.0 {
        atomicAdd(&counted[TAUGHT], 1u);
    }
}

// Adds a step's spikes, what they cost and what they change to what is shown, and begins anew. By one invocation.
fn count(seat: Seat, t: u32) {
    let shown_at = seat.sample * SHOWN;
    for (var k = 0u; k < params.areas + 3u; k++) {
        add_wide(shown_at + SPIKES_SHOWN + 2u * k, atomicLoad(&counted[CAME + k]));
    }
    let carried = atomicLoad(&counted[CARRIED]);
    let told = atomicLoad(&counted[WRONG + params.areas + 1u]);
    let first = params.populations[1].units;
    let spikes = atomicLoad(&counted[SPIKED + 1u]);
    var operations = (carried + told) * first;
    operations += spikes * (params.inputs + params.populations[params.areas + 1u].units);
    var changes = spikes * (atomicLoad(&counted[WRONG]) + 2u * told);
    changes += carried * select(spikes, atomicLoad(&counted[TAUGHT]), params.teaches != 0u);
    for (var p = 1u; p < params.areas; p++) {
        let arriving = atomicLoad(&counted[SPIKED + p + 1u]) * params.populations[p].units;
        operations += arriving;
        if t % params.error_every == 0u {
            operations += atomicLoad(&counted[WRONG + p]) * params.populations[p + 1u].units;
        }
        changes += 2u * arriving;
    }
    add_wide(shown_at + OPERATIONS, operations);
    if params.learns != 0u && t >= params.learns_from {
        add_wide(shown_at + CHANGES, changes);
    }
    for (var k = 0u; k < COUNTS; k++) {
        atomicStore(&counted[k], 0u);
    }
}

// A sum of (low, high) words.
fn add_wide(at: u32, n: u32) {
    let low = shown[at] + n;
    shown[at] = low;
    shown[at + 1u] += u32(low < n);
}
