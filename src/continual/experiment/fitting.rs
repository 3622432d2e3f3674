//! Which Specs and data an experiment takes, side by side or alone.

use crate::continual::RunError;
use crate::data::{DataSet, Shape};
use crate::spec::{NetworkKind, Sleep, Spec, SpecError};

/// What runs side by side share.
pub(super) fn shared(specs: &[Spec]) -> Result<Spec, RunError> {
    let first = specs.first().ok_or(RunError::NoRuns)?;
    let like_first = |spec: &Spec| Spec { seed: first.seed, sleep: first.sleep.clone(), ..spec.clone() };
    if specs.iter().any(|spec| like_first(spec) != *first) {
        return Err(RunError::Unlike("runs side by side differ in `seed` and `sleep` alone"));
    }
    let length = |spec: &Spec| (spec.sleep.steps, spec.sleep.growth);
    if !first.actions.is_empty() && specs.iter().any(|spec| length(spec) != length(first)) {
        return Err(RunError::Unlike("runs side by side that are acted upon sleep for the same time"));
    }
    specs.iter().try_for_each(Spec::validate)?;
    let steps = specs.iter().map(|spec| spec.sleep.steps).max().unwrap_or(0);
    let growth = specs.iter().map(|spec| spec.sleep.growth).max().unwrap_or(0);
    Ok(Spec { sleep: Sleep { steps, growth, ..first.sleep.clone() }, ..first.clone() })
}

/// Units of the input, the hidden layers and the output. Who reads images row by row has as many inputs as a row.
pub(in crate::continual) fn layer_sizes(spec: &Spec, set: &DataSet) -> Vec<usize> {
    let hidden = spec.network.hidden.iter().map(|&units| units as usize);
    let inputs = match image_size(set) {
        Some((_, width)) if spec.network.kind == NetworkKind::Ctrnn => width as usize,
        _ => set.shape.len(),
    };
    std::iter::once(inputs).chain(hidden).chain([set.classes.len()]).collect()
}

/// Height and width, for data that are images.
pub(in crate::continual) fn image_size(set: &DataSet) -> Option<(u32, u32)> {
    match set.shape {
        Shape::Image { height, width } => Some((height, width)),
        Shape::Vector { .. } => None,
    }
}

/// The data are what the network takes: who reads row by row reads images, each row for as many steps.
pub(in crate::continual) fn check_shape(spec: &Spec, set: &DataSet) -> Result<(), SpecError> {
    if spec.network.kind == NetworkKind::Ctrnn {
        let steps = spec.network.free_steps;
        let (field, value, allowed) = match image_size(set) {
            Some((height, _)) if steps.is_multiple_of(height) => return Ok(()),
            Some((height, _)) => {
                let allowed = format!("the images of `{}` have {height} rows: write a multiple of that", set.name);
                ("network.free_steps", steps.to_string(), allowed)
            }
            None => (
                "network.kind",
                "ctrnn".into(),
                format!("`{}` holds no images that could be read row by row", set.name),
            ),
        };
        return Err(SpecError::OutOfRange { field: field.into(), value, allowed });
    }
    check_window(spec, set)
}

/// A sleep's window lies within the images; data that are not images have none.
fn check_window(spec: &Spec, set: &DataSet) -> Result<(), SpecError> {
    let sleeps = spec.strategy.sleeps() || spec.actions.iter().any(|action| action.act.sleeps());
    let Some(side) = spec.sleep.window.filter(|_| sleeps) else { return Ok(()) };
    let allowed = match image_size(set) {
        Some((height, width)) if side <= height.min(width) => return Ok(()),
        Some((height, width)) => format!("the images of `{}` are {height}×{width} pixels", set.name),
        None => format!("`{}` holds no images: write null", set.name),
    };
    Err(SpecError::OutOfRange { field: "sleep.window".into(), value: side.to_string(), allowed })
}
