// States that enter a weight's change, by the number of `kernels::States`. A sample's states are those of all its
// layers, one after another: [replica][sample][layers' units].

const FREE: u32 = 0u;
const CLAMPED: u32 = 1u;
const DIFFERENCE: u32 = 2u;

fn pick(kind: u32, at: u32) -> f32 {
    if kind == FREE {
        return free[at];
    }
    if kind == CLAMPED {
        return clamped[at];
    }
    return clamped[at] - free[at];
}
