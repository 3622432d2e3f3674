// Which subgroup an invocation finds itself in: its size, and its own place in it.

@group(0) @binding(0) var<uniform> unused: vec4<u32>;
@group(0) @binding(1) var<storage, read_write> seen: array<vec2<u32>>;

@compute @workgroup_size(256)
fn subgroups(
    @builtin(local_invocation_index) me: u32,
    @builtin(subgroup_size) size: u32,
    @builtin(subgroup_invocation_id) lane: u32,
) {
    seen[me] = vec2<u32>(size, lane);
}
