// show, 2: the gate that a sample goes through, that of the nearest mean input, and silence for the units that it leaves out. A
// workgroup a sample. After areas.wgsl and inputs.wgsl. Twin: src/kernels/cpu/show.rs.

// By replica: how many gates it has, then of each one the mean input and, as bits, which of the areas' units are open.
@group(0) @binding(4) var<storage, read> gates: array<u32>;
@group(0) @binding(5) var<storage, read_write> words: array<u32>;

const THREADS: u32 = 64u;
// Steps of silence that no sample outlasts.
const SHUT: u32 = 0xffffffffu;

var<workgroup> parts: array<f32, THREADS>;

@compute @workgroup_size(THREADS)
fn show_gate(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let replica = slots[group.z].x;
    if group.x >= slots[group.z].y {
        return;
    }
    let sample = replica * params.capacity + group.x;
    let areas_units = params.populations[params.areas + 1u].at - params.inputs;
    let first = replica * params.gates;
    let count = gates[first];
    let each = params.inputs + (areas_units + 31u) / 32u;
    var nearest = 0u;
    var least = 0.0;
    for (var g = 0u; g < count; g++) {
        let distance = distance_to(first + 1u + g * each, sample, me);
        if g == 0u || distance < least {
            nearest = g;
            least = distance;
        }
    }
    if count > 0u {
        let open_at = first + 1u + nearest * each + params.inputs;
        for (var unit = me; unit < areas_units; unit += THREADS) {
            if (gates[open_at + unit / 32u] & (1u << (unit % 32u))) == 0u {
                words[word_list_at(sample, SILENT) + params.inputs + unit] = SHUT;
            }
        }
    }
}

// The squared distance of a sample's input from a mean, the same in all invocations.
fn distance_to(mean_at: u32, sample: u32, me: u32) -> f32 {
    var squares = 0.0;
    for (var quad = me; quad < (params.inputs + 3u) / 4u; quad += THREADS) {
        let values = quad_of(rows[sample].x, quad, params.row_words, params.data_scale);
        for (var c = 0u; c < min(4u, params.inputs - 4u * quad); c++) {
            let far = values[c] - bitcast<f32>(gates[mean_at + 4u * quad + c]);
            squares += far * far;
        }
    }
    parts[me] = squares;
    workgroupBarrier();
    var sum = 0.0;
    for (var i = 0u; i < THREADS; i++) {
        sum += parts[i];
    }
    workgroupBarrier();
    return sum;
}
