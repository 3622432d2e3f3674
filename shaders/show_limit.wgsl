// show, 6: after a step in which something is learnt, the weights that lead to a unit are scaled down where they are longer than
// the limit. An invocation a column of W or E. After areas.wgsl. Twin: src/kernels/cpu/show_limit.rs.

@group(0) @binding(2) var<storage, read_write> weights: array<f32>;

@compute @workgroup_size(64)
fn show_limit(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let first = slots[group.z].x * params.weights;
    var column = 64u * group.x + me;
    for (var p = 0u; p <= params.areas; p++) {
        let pair = params.pairs[p];
        let lower = params.populations[pair.lower].units;
        let upper = params.populations[pair.upper].units;
        if column < lower {
            limit(first + pair.prediction_at + column, upper, lower);
            return;
        }
        column -= lower;
        if column < upper {
            limit(first + pair.error_at + column, lower, upper);
            return;
        }
        column -= upper;
    }
}

// A column of a matrix of so many rows.
fn limit(column: u32, rows: u32, columns: u32) {
    var squares = 0.0;
    for (var r = 0u; r < rows; r++) {
        let weight = weights[column + r * columns];
        squares += weight * weight;
    }
    if squares > params.norm_limit * params.norm_limit {
        let factor = params.norm_limit / sqrt(squares);
        for (var r = 0u; r < rows; r++) {
            weights[column + r * columns] *= factor;
        }
    }
}
