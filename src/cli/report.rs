//! What a person sees of runs: a progress bar, a line for each end, a table.

use std::io::{self, IsTerminal};
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::analysis::Spread;
use crate::event::{Activity, EngineUsed, Event, Finished, TaskIncremental};
use crate::spec::Spec;

/// Standard error, shared by all runs. The bar is drawn on a terminal only.
pub struct Screen {
    bar: ProgressBar,
    quiet: bool,
    /// The part of each run that is done; `None` before its first event.
    done: Mutex<Vec<Option<f64>>>,
}

/// Resolution of the bar.
const STEPS: u64 = 10_000;

impl Screen {
    pub fn new(runs: usize, quiet: bool) -> Screen {
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(STEPS) };
        let style = ProgressStyle::with_template("{bar:32} {percent:>3} %  {eta} left  {msg}");
        bar.set_style(style.expect("the template is sound"));
        bar.enable_steady_tick(Duration::from_millis(200));
        Screen { bar, quiet, done: Mutex::new(vec![None; runs]) }
    }

    /// Shows how far the runs of `specs`, side by side from run number `first` on, are.
    pub fn progress(&self, event: &Event, first: usize, specs: &[Spec]) {
        let Event::Progress { name, activity, fraction, .. } = event else { return };
        let doing = match activity {
            Activity::Train => "learns",
            Activity::Sleep => "sleeps",
            Activity::Evaluate => "is tested",
        };
        let who = match specs {
            [one] => format!("seed {} {doing}", one.seed),
            several => format!("{} seeds, each {doing}", several.len()),
        };
        self.advance(first, specs.len(), *fraction, &format!("{name}: {who}"));
    }

    /// Shows that `count` runs from number `first` on are done to this part, and what they are at.
    pub fn advance(&self, first: usize, count: usize, fraction: f64, at: &str) {
        let mut done = self.done.lock().expect("drawing does not panic");
        let is_first = done[first].is_none();
        done[first..first + count].fill(Some(fraction));
        let sum: f64 = done.iter().flatten().sum();
        self.bar.set_position((sum / done.len() as f64 * STEPS as f64) as u64);
        if is_first {
            // A resumed run begins with work that took no time now.
            self.bar.reset_eta();
        }
        let ended = done.iter().flatten().filter(|&&fraction| fraction >= 1.0).count();
        self.bar.set_message(format!("{at}; {ended} of {} runs done", done.len()));
    }

    /// Says something, unless told to be quiet.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.alert(text);
        }
    }

    /// Says what must be known even then.
    pub fn alert(&self, text: &str) {
        self.bar.suspend(|| eprintln!("{text}"));
    }

    /// Removes the bar, and shows the results of several runs.
    pub fn end(&self, results: &[Finished]) {
        self.bar.finish_and_clear();
        if io::stdout().is_terminal()
            && let Some(table) = table(results)
        {
            self.say(&table);
        }
        if results.len() > 1 {
            let accuracy: Vec<f64> = results.iter().map(|result| result.accuracy).collect();
            let forgetting: Vec<f64> = results.iter().map(|result| result.forgetting).collect();
            self.say(&format!(
                "{} runs: accuracy {} %, forgetting {} points (mean ± s.d.)",
                results.len(),
                percent(&accuracy),
                percent(&forgetting)
            ));
            let told: Option<Vec<_>> = results.iter().map(|result| result.task_incremental.as_ref()).collect();
            if let Some(told) = told {
                let of = |number: fn(&TaskIncremental) -> f64| {
                    percent(&told.iter().map(|told| number(told)).collect::<Vec<_>>())
                };
                self.say(&format!(
                    "told which task a sample is of (task-incremental): accuracy {} %, forgetting {} points",
                    of(|told| told.accuracy),
                    of(|told| told.forgetting)
                ));
            }
        }
    }
}

/// One line about a run that ended.
pub fn summary(result: &Finished) -> String {
    format!(
        "seed {}: accuracy {} %, forgetting {} points, {:.1} s",
        result.seed,
        percent(&[result.accuracy]),
        percent(&[result.forgetting]),
        result.seconds
    )
}

/// One line about what computes.
pub fn engine(engine: &EngineUsed, failure: Option<&str>, went_back: bool) -> String {
    let what = match &engine.adapter {
        Some(adapter) if adapter.software => format!("{} through {}, a program and no GPU", adapter.name, adapter.api),
        Some(adapter) => format!("{} through {}", adapter.name, adapter.api),
        None => "the CPU".into(),
    };
    match failure {
        Some(failure) if went_back => format!("{failure}; it goes on from its last checkpoint on {what}"),
        _ => format!("computed on {what} ({})", engine.reason),
    }
}

/// Accuracy after every phase on every task, mean over runs that have the same phases.
fn table(results: &[Finished]) -> Option<String> {
    let first = results.first()?;
    let tasks = first.tasks.len();
    if results.iter().any(|result| result.phases != first.phases || result.tasks.len() != tasks) {
        return None;
    }
    let mut lines = vec!["accuracy in %, a column a task in the order of learning".to_owned()];
    let header: String = (1..=tasks).map(|task| format!("{task:>7}")).collect();
    lines.push(format!("{:5}{header}    mean of tasks", ""));
    for (phase, name) in first.phases.iter().enumerate() {
        let rows: Vec<&Vec<f64>> = results.iter().filter_map(|result| result.matrix.get(phase)).collect();
        let cells = (0..tasks).map(|task| {
            let on_task: Vec<f64> = rows.iter().filter_map(|row| row.get(task).copied()).collect();
            format!("{:7.1}", 100.0 * mean(&on_task))
        });
        let means: Vec<f64> = rows.iter().map(|row| mean(row)).collect();
        lines.push(format!("{name:5}{}    {}", cells.collect::<String>(), percent(&means)));
    }
    Some(lines.join("\n"))
}

/// Mean ± standard deviation (n − 1) of fractions, in percent; one value has no deviation.
pub fn percent(values: &[f64]) -> String {
    match Spread::of(values) {
        Spread { mean, sd: Some(sd), .. } => format!("{:.1} ± {:.1}", 100.0 * mean, 100.0 * sd),
        Spread { mean, .. } => format!("{:.1}", 100.0 * mean),
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::TimeShares;
    use crate::spec::preset;

    fn result(seed: u32, matrix: [[f64; 2]; 2]) -> Finished {
        Finished {
            run: 0,
            spec: preset("quick-mnist-src").unwrap().spec.clone(),
            seed,
            phases: vec!["T1".into(), "T2".into()],
            tasks: vec![vec![0, 1], vec![2, 3]],
            matrix: matrix.map(Vec::from).to_vec(),
            accuracy: mean(&matrix[1]),
            untaught: vec![0.1, 0.1],
            average_accuracy: (matrix[1][0] + matrix[1][1]) / 2.0,
            forgetting: matrix[0][0] - matrix[1][0],
            forgetting_max: matrix[0][0] - matrix[1][0],
            backward_transfer: matrix[1][0] - matrix[0][0],
            forward_transfer: matrix[0][1] - 0.1,
            task_incremental: None,
            cost: None,
            seconds: 1.25,
            time: TimeShares::default(),
            engine: None,
        }
    }

    #[test]
    fn deviation_divides_by_n_minus_one() {
        assert_eq!(percent(&[0.5]), "50.0");
        assert_eq!(percent(&[0.4, 0.6]), "50.0 ± 14.1");
    }

    #[test]
    fn runs_are_averaged_place_by_place() {
        let results = [result(0, [[1.0, 0.0], [0.5, 0.9]]), result(1, [[0.9, 0.0], [0.3, 0.9]])];
        let table = table(&results).unwrap();
        let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[2], ["T1", "95.0", "0.0", "47.5", "±", "3.5"]);
        assert_eq!(lines[3], ["T2", "40.0", "90.0", "65.0", "±", "7.1"]);
        assert_eq!(summary(&results[0]), "seed 0: accuracy 70.0 %, forgetting 50.0 points, 1.2 s");
        assert_eq!(super::table(&[]), None);
    }
}
