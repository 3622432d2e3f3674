//! The shaders: which files a kernel is made of, and the constants that fit it to a shape.

use super::context::{Context, Use};
use crate::kernels::EngineError;

const INPUTS: &str = include_str!("../../../shaders/inputs.wgsl");
const STATES: &str = include_str!("../../../shaders/states.wgsl");
const PRE_INPUT: &str = include_str!("../../../shaders/pre_input.wgsl");
const PRE_STATES: &str = include_str!("../../../shaders/pre_states.wgsl");
const SUM_PLAIN: &str = include_str!("../../../shaders/sum_plain.wgsl");
const SUM_SUBGROUPS: &str = include_str!("../../../shaders/sum_subgroups.wgsl");
const FIXED: &str = include_str!("../../../shaders/fixed.wgsl");
const PHILOX: &str = include_str!("../../../shaders/philox.wgsl");
const AREAS: &str = include_str!("../../../shaders/areas.wgsl");

/// A shader for one family of shapes.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// Its entry point, and the name of its file.
    pub name: &'static str,
    parts: Vec<&'static str>,
    constants: String,
    /// Tells it from the others.
    pub key: String,
}

/// A constant of a shader.
pub enum Constant {
    Number(u32),
    Truth(bool),
}

impl Kernel {
    pub fn new(name: &'static str, parts: &[&'static str], constants: &[(&str, Constant)]) -> Kernel {
        let line = |(name, value): &(&str, Constant)| match value {
            Constant::Number(value) => format!("const {name}: u32 = {value}u;\n"),
            Constant::Truth(value) => format!("const {name}: bool = {value};\n"),
        };
        let constants: String = constants.iter().map(line).collect();
        Kernel { name, parts: parts.to_vec(), key: format!("{name}\n{constants}"), constants }
    }

    /// WGSL.
    pub fn source(&self) -> String {
        std::iter::once(self.constants.as_str()).chain(self.parts.iter().copied()).collect()
    }
}

/// Rows × columns that a workgroup of 16 × 16 invocations computes of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    pub rows: u32,
    pub columns: u32,
}

/// Workgroups below which a large GPU idles.
const FEW: u32 = 256;

impl Tile {
    /// The tile for `products` products of rows × columns: narrow ones for few columns, small ones where large ones
    /// would be too few to fill a GPU.
    pub fn of(rows: u32, columns: u32, products: u32) -> Tile {
        let large = Tile { rows: 64, columns: 64 };
        if columns <= 16 {
            Tile { rows: 64, columns: 16 }
        } else if large.groups(rows, columns, products).iter().product::<u32>() < FEW {
            Tile { rows: 32, columns: 32 }
        } else {
            large
        }
    }

    pub fn groups(self, rows: u32, columns: u32, products: u32) -> [u32; 3] {
        [columns.div_ceil(self.columns), rows.div_ceil(self.rows), products]
    }

    fn constants(self) -> [(&'static str, Constant); 2] {
        [("ROWS", Constant::Number(self.rows)), ("COLUMNS", Constant::Number(self.columns))]
    }
}

/// `bytes`: whether the data set's values are bytes.
pub fn drive(tile: Tile, bytes: bool) -> Kernel {
    let [rows, columns] = tile.constants();
    let constants = [rows, columns, ("BYTES", Constant::Truth(bytes))];
    Kernel::new("drive", &[INPUTS, include_str!("../../../shaders/drive.wgsl")], &constants)
}

/// From the input.
pub fn hebbian_from_input(tile: Tile, bytes: bool) -> Kernel {
    let [rows, columns] = tile.constants();
    let constants = [rows, columns, ("BYTES", Constant::Truth(bytes))];
    let parts = [INPUTS, STATES, PRE_INPUT, include_str!("../../../shaders/hebbian_update.wgsl")];
    Kernel::new("hebbian_update", &parts, &constants)
}

/// From another layer.
pub fn hebbian_between(tile: Tile) -> Kernel {
    let parts = [STATES, PRE_STATES, include_str!("../../../shaders/hebbian_update.wgsl")];
    Kernel::new("hebbian_update", &parts, &tile.constants())
}

pub fn bias_update() -> Kernel {
    Kernel::new("bias_update", &[include_str!("../../../shaders/bias_update.wgsl")], &[])
}

/// Hidden units of an invocation up to which it keeps their weights in registers.
const KEPT_UNITS: u32 = 8;

/// For one hidden layer of `units` and `classes` outputs.
pub fn relax(units: u32, classes: u32, subgroups: Option<Subgroups>) -> Kernel {
    let threads = threads(units);
    let each = units.div_ceil(threads);
    let far = each > KEPT_UNITS;
    let lanes = subgroups.filter(|s| s.lanes < threads).map(|s| s.lanes);
    let constants = [
        ("CLASSES", Constant::Number(classes)),
        ("THREADS", Constant::Number(threads)),
        ("EACH", Constant::Number(each)),
        ("FAR", Constant::Truth(far)),
        ("KEPT", Constant::Number(if far { 1 } else { each * classes })),
        ("PARTS", Constant::Number(threads / lanes.unwrap_or(1))),
        ("LANES", Constant::Number(lanes.unwrap_or(1))),
    ];
    let sum = if lanes.is_some() { SUM_SUBGROUPS } else { SUM_PLAIN };
    Kernel::new("relax", &[include_str!("../../../shaders/relax.wgsl"), sum], &constants)
}

pub fn relax_deep(tile: Tile) -> Kernel {
    Kernel::new("relax_deep", &[include_str!("../../../shaders/relax_deep.wgsl")], &tile.constants())
}

pub fn tally() -> Kernel {
    Kernel::new("tally", &[include_str!("../../../shaders/tally.wgsl")], &[])
}

pub fn fault() -> Kernel {
    Kernel::new("fault", &[include_str!("../../../shaders/fault.wgsl")], &[])
}

pub fn largest_activity() -> Kernel {
    Kernel::new("largest_activity", &[include_str!("../../../shaders/largest_activity.wgsl")], &[])
}

/// For masks of `half` words, in which the input's begin at `input_at`; the widest layer has `units`.
pub fn sleep(half: u32, input_at: u32, units: u32) -> Kernel {
    let constants = [
        ("HALF", Constant::Number(half)),
        ("INPUT_AT", Constant::Number(input_at)),
        ("THREADS", Constant::Number(threads(units))),
    ];
    Kernel::new("sleep", &[FIXED, PHILOX, include_str!("../../../shaders/sleep.wgsl")], &constants)
}

/// `bytes`: whether the data set's values are bytes.
pub fn show_enter(bytes: bool) -> Kernel {
    let parts = [FIXED, AREAS, INPUTS, include_str!("../../../shaders/show_enter.wgsl")];
    Kernel::new("show_enter", &parts, &[("BYTES", Constant::Truth(bytes))])
}

/// As [`show_enter`].
pub fn show_gate(bytes: bool) -> Kernel {
    let parts = [AREAS, INPUTS, include_str!("../../../shaders/show_gate.wgsl")];
    Kernel::new("show_gate", &parts, &[("BYTES", Constant::Truth(bytes))])
}

/// For spikes of `half` words a step; the widest population has `units`.
pub fn show(half: u32, units: u32) -> Kernel {
    let constants = [("HALF", Constant::Number(half)), ("THREADS", Constant::Number(threads(units)))];
    Kernel::new("show", &[FIXED, PHILOX, AREAS, include_str!("../../../shaders/show.wgsl")], &constants)
}

/// As [`show`].
pub fn show_learn(half: u32) -> Kernel {
    let parts = [AREAS, include_str!("../../../shaders/show_learn.wgsl")];
    Kernel::new("show_learn", &parts, &[("HALF", Constant::Number(half))])
}

/// As [`show`].
pub fn show_settle(half: u32) -> Kernel {
    let parts = [AREAS, include_str!("../../../shaders/show_settle.wgsl")];
    Kernel::new("show_settle", &parts, &[("HALF", Constant::Number(half))])
}

pub fn show_limit() -> Kernel {
    Kernel::new("show_limit", &[AREAS, include_str!("../../../shaders/show_limit.wgsl")], &[])
}

pub fn show_leave() -> Kernel {
    Kernel::new("show_leave", &[AREAS, include_str!("../../../shaders/show_leave.wgsl")], &[])
}

const CEILING: &str = include_str!("../../../shaders/ceiling.wgsl");

/// Products in registers, for the benchmarks.
pub fn products() -> Kernel {
    Kernel::new("products", &[CEILING], &[])
}

/// Copies, for the benchmarks.
pub fn copies() -> Kernel {
    Kernel::new("copies", &[CEILING], &[])
}

/// Draws and products by themselves, for the tests.
pub fn draws() -> Kernel {
    Kernel::new("draws", &[FIXED, PHILOX, include_str!("../../../shaders/draws.wgsl")], &[])
}

/// Invocations of a workgroup that owns a sample or a network.
pub fn threads(units: u32) -> u32 {
    if units <= 64 { 64 } else { 256 }
}

/// Subgroups whose invocations are consecutive in their workgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subgroups {
    pub lanes: u32,
}

/// Looks how a device forms subgroups: the language promises no order, and sums rely on one.
pub async fn probe(context: &mut Context) -> Result<Option<Subgroups>, EngineError> {
    let kernel = Kernel::new("subgroups", &[include_str!("../../../shaders/subgroups.wgsl")], &[]);
    let seen = context.buffer("subgroups", 256 * 8);
    context.dispatch(&kernel, &[0; 4], &[Use::Write(&seen)], [1, 1, 1]);
    let lanes: Vec<[u32; 2]> = context.read(&seen).await?;
    let size = lanes[0][0];
    let consecutive = lanes.iter().zip(0..).all(|(&[lanes, lane], me)| lanes == size && lane == me % size);
    Ok((consecutive && size > 1 && size.is_power_of_two() && size <= 64).then_some(Subgroups { lanes: size }))
}
