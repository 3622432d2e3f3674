// Philox4x32-10 (Salmon et al. 2011): four random words for a counter and a key. After fixed.wgsl. Twin: src/rng.rs.

fn philox(start: vec4<u32>, first_key: vec2<u32>) -> vec4<u32> {
    var counter = start;
    var key = first_key;
    for (var round = 0u; round < 10u; round++) {
        let a = wide(counter.x, 0xD2511F53u);
        let b = wide(counter.z, 0xCD9E8D57u);
        counter = vec4<u32>(b.y ^ counter.y ^ key.x, b.x, a.y ^ counter.w ^ key.y, a.x);
        key += vec2<u32>(0x9E3779B9u, 0xBB67AE85u);
    }
    return counter;
}

// Four random words for a seed and a place in a run; `purpose` by the number of `rng::Purpose`.
fn draw(seed: u32, purpose: u32, phase: u32, step: u32, index: u32) -> vec4<u32> {
    return philox(vec4<u32>(index, step, phase, 0u), vec2<u32>(seed, purpose));
}
