// Sums over a workgroup by subgroups of LANES invocations, which were seen to be consecutive on this device.

fn gather(me: u32, z: ptr<function, array<f32, CLASSES>>, movement: f32) {
    for (var c = 0u; c < CLASSES; c++) {
        let sum = subgroupAdd((*z)[c]);
        if me % LANES == 0u {
            parts[c * PARTS + me / LANES] = sum;
        }
    }
    let most = subgroupMax(movement);
    if me % LANES == 0u {
        parts[CLASSES * PARTS + me / LANES] = most;
    }
}

// Not called: the parts are few.
fn half(c: u32, part: u32) -> f32 {
    return 0.0;
}

fn whole(c: u32) -> f32 {
    var sum = 0.0;
    for (var i = 0u; i < PARTS; i++) {
        sum = select(sum + parts[c * PARTS + i], max(sum, parts[c * PARTS + i]), c == CLASSES);
    }
    return sum;
}
