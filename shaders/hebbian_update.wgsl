// hebbian_update: W += scale/B · Σ_b preᵀ·post, in tiles of ROWS × COLUMNS weights that a workgroup of 16×16
// invocations keeps in registers. Twin: src/kernels/cpu/hebbian_update.rs. After states.wgsl, and inputs.wgsl where
// FROM_INPUT.

struct Params {
    fan_in: u32,
    units: u32,
    states: u32,    // states of a sample, all layers'
    pre_at: u32,    // where the layer below begins among them
    post_at: u32,
    pre: u32,
    post: u32,
    capacity: u32,  // samples of a replica that there is room for
    words: u32,     // words of a data set's row
    data_scale: f32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<vec2<u32>>; // (replica, samples), those at work
@group(0) @binding(4) var<storage, read> free: array<f32>;
@group(0) @binding(5) var<storage, read> clamped: array<f32>;
@group(0) @binding(6) var<storage, read_write> weights: array<f32>;

const DEPTH: u32 = 16u; // samples that are taken at a time
const ROWS_EACH: u32 = ROWS / 16u;
const COLUMNS_EACH: u32 = COLUMNS / 16u;

var<workgroup> pres: array<f32, DEPTH * ROWS>;
var<workgroup> posts: array<f32, DEPTH * COLUMNS>;

@compute @workgroup_size(16, 16)
fn hebbian_update(@builtin(workgroup_id) tile: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let replica = slots[tile.z].x;
    let samples = slots[tile.z].y;
    let first_row = tile.y * ROWS;
    let first_column = tile.x * COLUMNS;
    var sums: array<f32, ROWS_EACH * COLUMNS_EACH>;
    for (var b0 = 0u; b0 < samples; b0 += DEPTH) {
        for (var i = me; i < DEPTH * ROWS / 4u; i += 256u) {
            let sample = b0 + i / (ROWS / 4u);
            let row = first_row + 4u * (i % (ROWS / 4u));
            var pre = vec4<f32>();
            if sample < samples && row < params.fan_in {
                pre = pre_quad(replica * params.capacity + sample, row);
            }
            for (var c = 0u; c < 4u; c++) {
                pres[4u * i + c] = pre[c];
            }
        }
        for (var i = me; i < DEPTH * COLUMNS; i += 256u) {
            let sample = b0 + i / COLUMNS;
            let column = first_column + i % COLUMNS;
            var post = 0.0;
            if sample < samples && column < params.units {
                let at = (replica * params.capacity + sample) * params.states + params.post_at + column;
                post = pick(params.post, at);
            }
            posts[i] = post;
        }
        workgroupBarrier();
        for (var b = 0u; b < DEPTH; b++) {
            var pre: array<f32, ROWS_EACH>;
            for (var r = 0u; r < ROWS_EACH; r++) {
                pre[r] = pres[b * ROWS + me / 16u + 16u * r];
            }
            for (var c = 0u; c < COLUMNS_EACH; c++) {
                let post = posts[b * COLUMNS + me % 16u + 16u * c];
                for (var r = 0u; r < ROWS_EACH; r++) {
                    sums[r * COLUMNS_EACH + c] += pre[r] * post;
                }
            }
        }
        workgroupBarrier();
    }
    let scale = params.scale / f32(samples);
    for (var r = 0u; r < ROWS_EACH; r++) {
        for (var c = 0u; c < COLUMNS_EACH; c++) {
            let row = first_row + me / 16u + 16u * r;
            let column = first_column + me % 16u + 16u * c;
            if row < params.fan_in && column < params.units {
                let at = (replica * params.fan_in + row) * params.units + column;
                weights[at] += scale * sums[r * COLUMNS_EACH + c];
            }
        }
    }
}
