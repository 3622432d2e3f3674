//! `gradient_update`: W += scale/B · ∂L/∂W, for a layer whose gradient is summed over the minibatch already.

/// `gradient` lies as the weights do; `scale` is already divided by B.
pub fn gradient_update(gradient: &[f32], weights: &mut [f32], scale: f32) {
    weights.iter_mut().zip(gradient).for_each(|(w, &g)| *w += scale * g);
}
