//! `largest_activity`: the largest of a layer's states over a batch.

/// `states` is B × units; 0 where there is none above it.
pub fn largest_activity(states: &[f32]) -> f32 {
    states.iter().fold(0.0, |most, &s| most.max(s))
}
