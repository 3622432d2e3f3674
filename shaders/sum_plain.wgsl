// Sums over a workgroup without subgroups: every invocation's part, then sixteen sums of parts, then their sum.

fn gather(me: u32, z: ptr<function, array<f32, CLASSES>>, movement: f32) {
    for (var c = 0u; c < CLASSES; c++) {
        parts[c * PARTS + me] = (*z)[c];
    }
    parts[CLASSES * PARTS + me] = movement;
}

fn half(c: u32, part: u32) -> f32 {
    var sum = 0.0;
    for (var i = part; i < PARTS; i += 16u) {
        sum = select(sum + parts[c * PARTS + i], max(sum, parts[c * PARTS + i]), c == CLASSES);
    }
    return sum;
}

fn whole(c: u32) -> f32 {
    var sum = 0.0;
    for (var i = 0u; i < 16u; i++) {
        sum = select(sum + halves[c * 16u + i], max(sum, halves[c * 16u + i]), c == CLASSES);
    }
    return sum;
}
