//! `engram bench`: each kernel of each engine, against what the device can do at most.

use pollster::block_on;

use super::args::BenchArgs;
use super::{Failure, print};
use crate::bench::{Report, Shapes, Timed, bench};
use crate::kernels::EngineError;
use crate::kernels::cpu::Cpu;
use crate::kernels::gpu::Gpu;

pub fn run(args: &BenchArgs) -> Result<(), Failure> {
    let failed = |error: EngineError| Failure::Failed(error.to_string());
    let shapes = Shapes { hidden: args.hidden, batch: args.batch, replicas: args.replicas };
    let mut reports = Vec::new();
    if args.engine != "gpu" {
        reports.push(block_on(bench(&mut Cpu, shapes)).map_err(failed)?);
    }
    if args.engine != "cpu" {
        let mut gpu = block_on(Gpu::open()).map_err(failed)?;
        reports.push(block_on(bench(&mut gpu, shapes)).map_err(failed)?);
    }
    if args.json {
        return print(&format!("{}\n", serde_json::to_string_pretty(&reports).expect("plain data")));
    }
    print(&reports.iter().map(table).collect::<Vec<_>>().join("\n"))
}

/// A report as lines of text.
fn table(report: &Report) -> String {
    let device = match &report.engine.adapter {
        Some(adapter) if adapter.software => format!("{} through {}: a program, no GPU", adapter.name, adapter.api),
        Some(adapter) => format!("{} through {}", adapter.name, adapter.api),
        None => "CPU, one thread".into(),
    };
    let Shapes { hidden, batch, replicas } = report.shapes;
    let [product, copy] = [report.ceilings.product, report.ceilings.copy].map(|rate| rate / 1e9);
    let mut lines = vec![
        format!("{device}; H {hidden}, B {batch}, R {replicas}; ceilings: {product:.1} GFLOP/s, {copy:.1} GB/s copied"),
        format!("{:28}{:>12}{:>24}{:>20}{:>9}{:>10}", "kernel", "ms a call", "least … most", "rate", "MB", "share"),
    ];
    lines.extend(report.kernels.iter().map(row));
    lines.join("\n") + "\n"
}

fn row(timed: &Timed) -> String {
    let Timed { kernel, seconds, least, most, operations, spikes, bytes, share } = timed;
    let [ms, least, most] = [seconds, least, most].map(|seconds| 1e3 * seconds);
    let rate = if *spikes > 0.0 {
        format!("{:.3} Mspikes/s", spikes / seconds / 1e6)
    } else {
        format!("{:.2} GFLOP/s", operations / seconds / 1e9)
    };
    let (spread, megabytes) = (format!("{least:.3} … {most:.3}"), bytes / 1e6);
    format!("{kernel:28}{ms:>12.3}{spread:>24}{rate:>20}{megabytes:>9.1}{:>8.1} %", 100.0 * share)
}
