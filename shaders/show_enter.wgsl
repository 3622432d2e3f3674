// show, 1: silence before a minibatch, and the draws that its inputs spike below. An invocation a word of a sample.
// After areas.wgsl and inputs.wgsl. Twin: src/kernels/cpu/show.rs.

@group(0) @binding(4) var<storage, read_write> numbers: array<f32>;
@group(0) @binding(5) var<storage, read_write> words: array<u32>;

@compute @workgroup_size(64)
fn show_enter(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    if group.y >= slots[group.z].y {
        return;
    }
    let sample = slots[group.z].x * params.capacity + group.y;
    let i = 64u * group.x + me;
    if i < params.numbers {
        numbers[sample * params.numbers + i] = 0.0;
    }
    if i < params.words {
        words[sample * params.words + i] = first_word(sample, sample * params.words + i);
    }
}

fn first_word(sample: u32, at: u32) -> u32 {
    if at >= chances_at(sample) && at < label_at(sample) {
        let i = at - chances_at(sample);
        return chance(quad_of(rows[sample].x, i / 4u, params.row_words, params.data_scale)[i % 4u]);
    }
    if at == label_at(sample) {
        return rows[sample].y;
    }
    if at == row_at(sample) {
        return rows[sample].x;
    }
    return 0u;
}

// `rng::chance` of an input's value, rounded as there but where more bits than 56 of the product would decide.
fn chance(value: f32) -> u32 {
    let bits = bitcast<u32>(value);
    let exponent = i32((bits >> 23u) & 0xffu);
    // Nothing below 0, and nothing of numbers too small to be normal.
    if (bits >> 31u) != 0u || exponent == 0 {
        return 0u;
    }
    let mantissa = (bits & 0x7fffffu) | 0x800000u; // value = mantissa · 2^(exponent − 150)
    var product = wide(params.chance_high, mantissa);
    let rest = wide(params.chance_low, mantissa).y;
    product.x += rest;
    product.y += u32(product.x < rest);
    // chance = product · 2^−shift
    let shift = -(params.chance_exponent + 32 + exponent - 150);
    if shift <= 0 {
        return select(0u, 0xffffffffu, (product.x | product.y) != 0u);
    }
    if shift > 56 {
        return 0u;
    }
    // Half a unit more, so that cutting off rounds: the product has 56 bits.
    let half = u32(shift) - 1u;
    let low = product.x + select(0u, 1u << (half % 32u), half < 32u);
    let high = product.y + select(0u, 1u << (half % 32u), half >= 32u) + u32(low < product.x);
    let by = u32(shift);
    if by >= 32u {
        return high >> (by - 32u);
    }
    if (high >> by) != 0u {
        return 0xffffffffu;
    }
    return (low >> by) | (high << (32u - by));
}
