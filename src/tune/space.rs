//! The box that is searched: numeric fields of a Spec and their bounds. A method sees points of the unit cube only.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::TuneError;
use crate::spec::{Spec, set};

/// Significant digits of a value that is tried: what is written is what was run.
const DIGITS: i32 = 6;

/// Bounds of one field, both included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Bounds {
    pub low: f64,
    pub high: f64,
    #[serde(default)]
    pub scale: Scale,
}

/// What a step of the search is even in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Scale {
    /// The value.
    #[default]
    Linear,
    /// Its logarithm.
    Log,
    /// The logarithm of what it lacks to 1: for a leak near 1, say.
    LogRest,
}

/// Values by the dotted path of their field.
pub type Parameters = BTreeMap<String, f64>;

/// A box over fields of one Spec.
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    axes: Vec<Axis>,
}

#[derive(Clone, Debug, PartialEq)]
struct Axis {
    field: String,
    bounds: Bounds,
    whole: bool,
}

impl Space {
    /// The box that `fields` bound in `spec`.
    ///
    /// # Errors
    /// Where a field is none of the Spec's numbers, a bound is outside what the Spec allows, or the scale does not fit it.
    pub fn new(spec: &Spec, fields: &BTreeMap<String, Bounds>) -> Result<Space, TuneError> {
        if fields.is_empty() {
            return Err(TuneError::Tuning("it names no field to search over".into()));
        }
        let json = serde_json::to_value(spec).expect("a Spec is plain data");
        let axes = fields.iter().map(|(field, &bounds)| {
            let present = json.pointer(&format!("/{}", field.replace('.', "/")));
            let refuse = |why: String| Err(TuneError::Tuning(format!("`{field}` {why}")));
            let Bounds { low, high, scale } = bounds;
            match present {
                Some(Value::Number(_)) => {}
                Some(_) => return refuse("is no number: only numbers can be searched over".into()),
                None => return refuse("is not a field of the Spec that is tuned".into()),
            }
            if low.partial_cmp(&high) != Some(Ordering::Less) {
                return refuse(format!("has bounds from {low} to {high}: the lower one comes first"));
            }
            if (scale == Scale::Log && low <= 0.0) || (scale == Scale::LogRest && high >= 1.0) {
                return refuse(format!("cannot be searched on the scale it has from {low} to {high}"));
            }
            let axis = Axis { field: field.clone(), bounds, whole: present.is_some_and(Value::is_u64) };
            for unit in [0.0, 1.0] {
                set(spec, &[(field, &axis.value(unit).to_string())])?;
            }
            Ok(axis)
        });
        Ok(Space { axes: axes.collect::<Result<_, _>>()? })
    }

    /// The number of fields.
    pub fn dimensions(&self) -> usize {
        self.axes.len()
    }

    /// What a point of the unit cube stands for.
    pub fn parameters(&self, point: &[f64]) -> Parameters {
        self.axes.iter().zip(point).map(|(axis, &unit)| (axis.field.clone(), axis.value(unit))).collect()
    }

    /// The point that `spec` itself is at, moved into the box.
    pub fn point(&self, spec: &Spec) -> Vec<f64> {
        let json = serde_json::to_value(spec).expect("a Spec is plain data");
        let value = |axis: &Axis| json.pointer(&format!("/{}", axis.field.replace('.', "/"))).and_then(Value::as_f64);
        self.axes.iter().map(|axis| axis.unit(value(axis).unwrap_or(axis.bounds.low))).collect()
    }
}

/// `spec` with `values`, by the dotted paths of their fields, in place of its own.
pub fn with<T: ToString>(spec: &Spec, values: &BTreeMap<String, T>) -> Result<Spec, TuneError> {
    let fields: Vec<(&str, String)> = values.iter().map(|(path, value)| (&**path, value.to_string())).collect();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(path, value)| (*path, &**value)).collect();
    Ok(set(spec, &fields)?)
}

impl Axis {
    /// The value at `unit`, 0 to 1.
    fn value(&self, unit: f64) -> f64 {
        let Bounds { low, high, scale } = self.bounds;
        let value = match scale {
            _ if self.whole => self.raw(unit).round(),
            // Rounded twice: the difference to 1 has its digits, and the last bits of 1.
            Scale::LogRest => (1e12 * (1.0 - rounded(1.0 - self.raw(unit)))).round() / 1e12,
            Scale::Linear | Scale::Log => rounded(self.raw(unit)),
        };
        value.clamp(low, high)
    }

    fn raw(&self, unit: f64) -> f64 {
        let Bounds { low, high, scale } = self.bounds;
        match scale {
            Scale::Linear => low + unit * (high - low),
            Scale::Log => low * (high / low).powf(unit),
            Scale::LogRest => 1.0 - (1.0 - low) * ((1.0 - high) / (1.0 - low)).powf(unit),
        }
    }

    /// Where in the box `value` is, 0 to 1.
    fn unit(&self, value: f64) -> f64 {
        let Bounds { low, high, scale } = self.bounds;
        let unit = match scale {
            Scale::Linear => (value - low) / (high - low),
            Scale::Log => (value / low).ln() / (high / low).ln(),
            Scale::LogRest => ((1.0 - value) / (1.0 - low)).ln() / ((1.0 - high) / (1.0 - low)).ln(),
        };
        if unit.is_nan() { 0.0 } else { unit.clamp(0.0, 1.0) }
    }
}

/// `value` with [`DIGITS`] significant digits.
fn rounded(value: f64) -> f64 {
    format!("{value:.*e}", DIGITS as usize - 1).parse().expect("a number was written")
}
