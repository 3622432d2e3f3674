// 64-bit products of 32-bit numbers, by 16-bit halves, and what sleep's integer arithmetic needs of them.

// (low, high) words of a·b.
fn wide(a: u32, b: u32) -> vec2<u32> {
    let ll = (a & 0xffffu) * (b & 0xffffu);
    let lh = (a & 0xffffu) * (b >> 16u);
    let hl = (a >> 16u) * (b & 0xffffu);
    let middle = (ll >> 16u) + (lh & 0xffffu) + (hl & 0xffffu);
    let high = (a >> 16u) * (b >> 16u) + (lh >> 16u) + (hl >> 16u) + (middle >> 16u);
    return vec2<u32>((ll & 0xffffu) | (middle << 16u), high);
}

// |v|, also of the smallest integer.
fn magnitude(v: i32) -> u32 {
    return select(bitcast<u32>(v), 0u - bitcast<u32>(v), v < 0);
}

// (v·leak + 2³¹) >> 32
fn leaked(v: i32, leak: u32) -> i32 {
    let product = wide(magnitude(v), leak);
    if v < 0 {
        return -bitcast<i32>(product.y + u32(product.x > 0x80000000u));
    }
    return bitcast<i32>(product.y + u32(product.x >= 0x80000000u));
}

// (v·factor) >> 16, kept within 32 bits.
fn scaled(v: i32, factor: u32) -> i32 {
    let product = wide(magnitude(v), factor);
    let whole = (product.y << 16u) | (product.x >> 16u);
    if v < 0 {
        // Shifting rounds down, away from zero here.
        let size = whole + u32((product.x & 0xffffu) != 0u);
        if product.y > 0xffffu || size < whole || size >= 0x80000000u {
            return bitcast<i32>(0x80000000u);
        }
        return -bitcast<i32>(size);
    }
    if product.y > 0xffffu || whole > 0x7fffffffu {
        return 0x7fffffff;
    }
    return bitcast<i32>(whole);
}

// a + b, stopped at the ends of the range.
fn add_saturating(a: i32, b: i32) -> i32 {
    let sum = a + b;
    if ((a ^ sum) & (b ^ sum)) < 0 {
        return select(0x7fffffff, bitcast<i32>(0x80000000u), a < 0);
    }
    return sum;
}
