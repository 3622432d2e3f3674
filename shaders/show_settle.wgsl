// show, 5: what a step changes in the units: the areas' thresholds, by homeostasis, and the inter-spike intervals that are
// counted. An invocation a unit. After areas.wgsl. Twin: src/kernels/cpu/show.rs.

@group(0) @binding(2) var<storage, read_write> words: array<u32>;
@group(0) @binding(3) var<storage, read_write> raised: array<f32>; // [replica][areas, labels]
// [replica][unit]: count, sum and sum of squares of its intervals, sums as (low, high)
@group(0) @binding(4) var<storage, read_write> intervals: array<u32>;

const INTERVAL: u32 = 5u;

@compute @workgroup_size(64)
fn show_settle(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let unit = 64u * group.x + me;
    if unit >= params.units {
        return;
    }
    let replica = slots[group.z].x;
    let samples = slots[group.z].y;
    var population = 0u;
    while population <= params.areas && unit >= params.populations[population + 1u].at {
        population++;
    }
    let i = unit - params.populations[population].at;
    let mask_at = params.populations[population].mask_at + i / 32u;
    var spikes = 0u;
    var open = 0u;
    for (var b = 0u; b < samples; b++) {
        let sample = replica * params.capacity + b;
        let done = words[done_at(sample)];
        // No spike silences for longer than the refractory time: a gate does.
        open += u32(words[word_list_at(sample, SILENT) + unit] <= params.refractory);
        let bits = words[masks_at(sample) + ((done - 1u) & 1u) * HALF + mask_at];
        if (bits & (1u << (i % 32u))) != 0u {
            spikes++;
            if params.counts_intervals != 0u {
                note_interval(replica, sample, unit, done);
            }
        }
    }
    if params.homeostasis > 0.0 && population >= 1u && population <= params.areas {
        let at = replica * (params.units - params.inputs) + unit - params.inputs;
        let share = params.homeostasis / f32(samples);
        raised[at] = max(raised[at] + share * f32(spikes) - share * params.target_rate * f32(open), 0.0);
    }
}

// Counts the interval since a unit's last spike in this sample. Of at most 10,000 steps, its square is a word.
fn note_interval(replica: u32, sample: u32, unit: u32, done: u32) {
    let last_at = word_list_at(sample, LAST) + unit;
    let last = words[last_at];
    words[last_at] = done;
    if last > 0u {
        let at = INTERVAL * (replica * params.units + unit);
        let steps = done - last;
        intervals[at] += 1u;
        add_wide(at + 1u, steps);
        add_wide(at + 3u, steps * steps);
    }
}

// A sum of (low, high) words.
fn add_wide(at: u32, n: u32) {
    let low = intervals[at] + n;
    intervals[at] = low;
    intervals[at + 1u] += u32(low < n);
}
