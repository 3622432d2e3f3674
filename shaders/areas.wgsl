// Spiking areas on the GPU (src/net/areas.rs): what lies where. What the kernels `show_…` and `show` share; after fixed.wgsl.
//
// Populations: what is expected of the input, each area, what is expected of the labels. Pairs of them, from the input
// upwards, that of the first area with the labels last: W (upper × lower) predicts, E (lower × upper) carries errors back.

struct Population {
    units: u32,
    at: u32,      // where its units begin among those of all populations
    mask_at: u32, // where its spikes begin among the words of a half
    padding: u32,
}

struct Pair {
    lower: u32, // populations
    upper: u32,
    prediction_at: u32, // where W begins among a replica's weights
    error_at: u32,      // where E does
}

struct Params {
    areas: u32,
    units: u32,    // of all populations
    inputs: u32,
    capacity: u32, // samples of a replica that there is room for
    numbers: u32,  // of a sample, in `numbers`
    words: u32,    // of a sample, in `words`
    weights: u32,  // of a replica
    row_words: u32, // of a data set's row
    data_scale: f32,
    // Spikes of an input of 1 in a step, · 2³²: (high · 2³² + low) · 2^exponent.
    chance_high: u32,
    chance_low: u32,
    chance_exponent: i32,
    count: u32,    // steps of a dispatch
    steps: u32,    // of a sample
    learns: u32,   // whether there is a label
    learns_from: u32,
    teaches: u32,
    compares_traces: u32,
    refractory: u32,
    counts_intervals: u32,
    current_leak: f32,
    expected_leak: f32,
    current_gain: f32,
    voltage_leak: f32,
    voltage_gain: f32,
    trace_kept: f32,
    threshold: f32,
    label_worth: f32,
    hold: f32,
    rate: f32,     // steps a second
    norm_limit: f32,
    homeostasis: f32,
    target_rate: f32, // spikes a step that homeostasis aims at
    error_every: u32, // steps from one computation of E·e between areas to the next
    gates: u32,       // words of a replica's gates
    padding: u32,
    populations: array<Population, 6>,
    pairs: array<Pair, 5>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<vec2<u32>>; // (replica, samples), those at work

// `numbers`: what a sample's units are at, each for all populations' units, …
const CURRENT: u32 = 0u;
const VOLTAGE: u32 = 1u;
const TRACE: u32 = 2u;
const ERROR: u32 = 3u; // of a pair's lower units
const SUM: u32 = 4u;   // of these errors over the steps
const ARRIVING: u32 = 5u; // E·e of the areas from the second upwards, as it was computed last
// … then x − h·x̂, what the labels' error teaches the first area, sums of the labels' units' voltages, and z_y.
const LISTS: u32 = 6u;

// `words`: likewise steps that a unit is still silent, spikes so far, the step of the last one (from 1; 0: none), …
const SILENT: u32 = 0u;
const SPIKES: u32 = 1u;
const LAST: u32 = 2u;
// … then the draws that each input spikes below, label, row, steps that are done, and two halves of spikes as bits: those of
// step t are in half t mod 2.
const WORD_LISTS: u32 = 3u;

// `plan`: the same for all samples of a minibatch; then a seed for each replica.
const PHASE: u32 = 0u;
const MINIBATCH: u32 = 1u;
const RATES: u32 = 2u;       // a of each pair
const ERROR_RATES: u32 = 7u; // a·b
const SEEDS: u32 = 12u;

// `shown`: words of a sample that only the host clears, in pairs of (low, high): operations, changes, spikes of the input and of
// each population; then the errors' squares of each pair.
const SHOWN: u32 = 24u;
const OPERATIONS: u32 = 0u;
const CHANGES: u32 = 2u;
const SPIKES_SHOWN: u32 = 4u;
const SQUARES: u32 = 18u;

fn list_at(sample: u32, list: u32) -> u32 {
    return sample * params.numbers + list * params.units;
}

fn carried_at(sample: u32) -> u32 {
    return list_at(sample, LISTS);
}

fn taught_at(sample: u32) -> u32 {
    return carried_at(sample) + params.inputs;
}

fn voltage_sums_at(sample: u32) -> u32 {
    return taught_at(sample) + params.populations[1].units;
}

fn label_trace_at(sample: u32) -> u32 {
    return voltage_sums_at(sample) + params.populations[params.areas + 1u].units;
}

fn word_list_at(sample: u32, list: u32) -> u32 {
    return sample * params.words + list * params.units;
}

fn chances_at(sample: u32) -> u32 {
    return word_list_at(sample, WORD_LISTS);
}

fn label_at(sample: u32) -> u32 {
    return chances_at(sample) + params.inputs;
}

fn row_at(sample: u32) -> u32 {
    return label_at(sample) + 1u;
}

fn done_at(sample: u32) -> u32 {
    return label_at(sample) + 2u;
}

fn masks_at(sample: u32) -> u32 {
    return label_at(sample) + 3u;
}
