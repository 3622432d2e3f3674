//! `bias_update`: b += scale/B · Σ_b (ŝ − š), or of another difference or adjoint by sample.

use super::spmm::Dense;

/// `difference` is B × units, `scale` already divided by B.
pub fn bias_update(difference: Dense, bias: &mut [f32], scale: f32) {
    for row in difference.values.chunks_exact(difference.width) {
        bias.iter_mut().zip(row).for_each(|(b, &d)| *b += scale * d);
    }
}
