// What comes before the other layers: the states of the layer below.

fn pre_quad(sample: u32, row: u32) -> vec4<f32> {
    let at = sample * params.states + params.pre_at;
    var pre = vec4<f32>();
    for (var c = 0u; c < 4u; c++) {
        if row + c < params.fan_in {
            pre[c] = pick(params.pre, at + row + c);
        }
    }
    return pre;
}
