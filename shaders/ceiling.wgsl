// What a device can do at most, for the benchmarks: multiply and add in registers, or copy.

@group(0) @binding(0) var<uniform> rounds: vec4<u32>;
@group(0) @binding(1) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> sink: array<vec4<f32>>;

// Four independent chains of 4-vectors: 32 floating-point operations a round.
@compute @workgroup_size(256)
fn products(@builtin(global_invocation_id) id: vec3<u32>) {
    let factor = source[id.x % 1024u];
    var a = factor;
    var b = factor.yzwx;
    var c = factor.zwxy;
    var d = factor.wxyz;
    for (var i = 0u; i < rounds.x; i++) {
        a = fma(a, factor, b);
        b = fma(b, factor, c);
        c = fma(c, factor, d);
        d = fma(d, factor, a);
    }
    sink[id.x % 1024u] = a + b + c + d;
}

@compute @workgroup_size(256)
fn copies(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < arrayLength(&source); i += groups.x * 256u) {
        sink[i] = source[i];
    }
}
