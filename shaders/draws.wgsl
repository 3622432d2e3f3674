// Draws and 64-bit arithmetic by themselves, for the tests. After fixed.wgsl and philox.wgsl.

@group(0) @binding(0) var<uniform> unused: vec4<u32>;
@group(0) @binding(1) var<storage, read> counters: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> keys: array<vec2<u32>>;
@group(0) @binding(3) var<storage, read_write> words: array<vec4<u32>>; // Philox of each counter and key
@group(0) @binding(4) var<storage, read_write> fixed: array<vec4<i32>>; // of a counter's words as numbers

@compute @workgroup_size(64)
fn draws(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= arrayLength(&counters) {
        return;
    }
    let counter = counters[id.x];
    let v = bitcast<i32>(counter.x);
    words[id.x] = philox(counter, keys[id.x]);
    fixed[id.x] = vec4<i32>(
        leaked(v, counter.y),
        scaled(v, counter.y),
        add_saturating(v, bitcast<i32>(counter.z)),
        0,
    );
}
