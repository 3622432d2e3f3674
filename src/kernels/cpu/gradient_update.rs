//! `gradient_update`: W += scale/B · ∂L/∂W, for a layer whose gradient is summed over the minibatch already; and momentum.

/// `gradient` lies as the weights do; `scale` is already divided by B.
pub fn gradient_update(gradient: &[f32], weights: &mut [f32], scale: f32) {
    weights.iter_mut().zip(gradient).for_each(|(w, &g)| *w += scale * g);
}

/// v ← momentum·v + what `add` adds, parameters += v. Without momentum there is no v: `add` adds to the parameters.
pub fn with_momentum(momentum: f32, velocity: &mut Vec<f32>, parameters: &mut [f32], add: impl FnOnce(&mut [f32])) {
    if momentum == 0.0 {
        return add(parameters);
    }
    velocity.resize(parameters.len(), 0.0);
    velocity.iter_mut().for_each(|v| *v *= momentum);
    add(velocity);
    parameters.iter_mut().zip(velocity).for_each(|(p, v)| *p += *v);
}
