//! A report as Markdown, in the paper's layout, and as CSV, a line a cell.

use std::collections::BTreeSet;

use super::claims::ClaimReport;
use super::plan::Named;
use super::report::{CellReport, Reproduction};
use super::verdict::Verdict;

impl Reproduction {
    /// For people: a row a data set and strategy, a column a model; of a figure, a row a percentage, a column a strategy.
    pub fn to_markdown(&self) -> String {
        let mut text = format!("# {}\n\n{}\n\n{}{}", self.title, self.preface(), self.table(), self.costs());
        if !self.claims.is_empty() {
            let whose =
                if self.cells.iter().any(|cell| cell.paper.is_some()) { "The paper's claims" } else { "Claims" };
            text += &format!("\n## {whose} in words\n\n");
            text += "| Claim | Here | By how much |\n|---|---|---|\n";
            text += &self.claims.iter().map(claim).collect::<String>();
        }
        text += "\n## What made it\n\n";
        text += &format!("- this file: `{}` (engram {})\n", escape(&self.command), self.engram);
        text += &self.made.iter().map(|made| format!("- runs: `{}`\n", escape(made))).collect::<String>();
        for cell in self.cells.iter().filter(|cell| !cell.runs.is_empty()) {
            let seconds = cell.runs.iter().map(|run| run.seconds).sum::<f64>() / cell.runs.len() as f64;
            let command = cell.command.as_deref().unwrap_or_default();
            let by: BTreeSet<&str> = cell.runs.iter().filter_map(|run| run.engram.as_deref()).collect();
            let by: String = by.into_iter().map(|version| format!(", engram {}", escape(version))).collect();
            text += &format!("- {}: `{}`, {seconds:.1} s a run{by}\n", cell.id, escape(command));
        }
        for cell in &self.cells {
            for run in &cell.diverged {
                text += &format!("- {} with seed {} diverged in {}\n", cell.id, run.seed, escape(&run.message));
            }
        }
        text
    }

    fn preface(&self) -> String {
        let seeds = match (self.seeds.first(), self.seeds.last()) {
            (Some(first), Some(last)) if first != last => format!("seeds {first} to {last}"),
            (Some(only), _) => format!("seed {only}"),
            (None, _) => "no seed".into(),
        };
        let (done, hours) = (self.runs, self.core_hours);
        let mut text = format!("Mean ± s.d. (n − 1) over {seeds}; {done} runs, {hours:.2} core-hours.");
        if self.cells.iter().any(|cell| cell.paper.is_some()) {
            text += &format!(
                " Beside it {}, and in brackets the difference in standard errors, (ours − paper) / √(s²/n + s_paper²/6). A \
                 cell is *verified* where |ours − paper| ≤ the paper's s.d. + ours.",
                escape(&self.paper)
            );
        }
        format!("{text} Cells: {}.", self.summary())
    }

    /// How many cells have which verdict, in words.
    pub fn summary(&self) -> String {
        let counts = Verdict::ALL.map(|verdict| (self.count(verdict), verdict.words()));
        let told: Vec<String> =
            counts.iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}")).collect();
        told.join(", ")
    }

    fn table(&self) -> String {
        if self.cells.iter().any(|cell| cell.fraction.is_some()) { self.of_figure() } else { self.of_table() }
    }

    /// What runs took beside time, a row a model and strategy; nothing where the paper's own table says no such thing.
    fn costs(&self) -> String {
        let cells = || self.cells.iter().filter(|cell| cell.paper.is_none() && !cell.told && cell.cost.is_some());
        if cells().next().is_none() {
            return String::new();
        }
        let title = |list: &[Named], name: &str| {
            list.iter().find(|named| named.name == name).map_or(name.to_owned(), |named| named.title.clone())
        };
        let millions = |number: Option<f64>| number.map_or("–".into(), |number| format!("{:.3}", number / 1e6));
        let columns = [
            "Held while it learns, MB",
            "of that weights, MB",
            "Operations and changes a learnt sample, millions",
            "Operations an answered sample, millions",
            "Spikes an answered sample",
        ];
        let mut text = "\n## What it takes\n\nWhat a sleep computes is in none of these numbers.\n\n".to_owned();
        text += &header(&["Strategy", "Model"], columns.into_iter());
        for cell in cells() {
            let cost = cell.cost.expect("filtered");
            let numbers = [
                millions(cost.held),
                millions(cost.weights),
                millions(Some(cost.learning)),
                millions(Some(cost.answering)),
                cost.spikes.map_or("–".into(), |spikes| format!("{spikes:.0}")),
            ];
            let heads = [title(&self.strategies, &cell.strategy), title(&self.models, &cell.model)];
            text += &line(&[&heads[0], &heads[1]], numbers.into_iter());
        }
        text
    }

    fn of_table(&self) -> String {
        let mut text = header(&["Data", "Strategy"], self.models.iter().map(|model| &*model.title));
        for row in &self.datasets {
            for strategy in &self.strategies {
                let of_row = |cell: &&CellReport| cell.dataset == row.name && cell.strategy == strategy.name;
                if !self.cells.iter().any(|cell| of_row(&cell)) {
                    continue;
                }
                let cells = self.models.iter().map(|model| {
                    self.cells
                        .iter()
                        .filter(of_row)
                        .find(|cell| cell.model == model.name)
                        .map(words)
                        .unwrap_or_default()
                });
                text += &line(&[&self.named(&row.name), &strategy.title], cells);
            }
        }
        text
    }

    fn of_figure(&self) -> String {
        let mut text = header(&["Data", "Model", "Rehearsed"], self.strategies.iter().map(|strategy| &*strategy.title));
        for row in &self.datasets {
            for model in &self.models {
                let of_row = |cell: &&CellReport| cell.dataset == row.name && cell.model == model.name;
                let mut fractions: Vec<f64> =
                    self.cells.iter().filter(of_row).filter_map(|cell| cell.fraction).collect();
                fractions.sort_by(f64::total_cmp);
                fractions.dedup();
                for fraction in fractions {
                    let cells = self.strategies.iter().map(|strategy| {
                        let is_it =
                            |cell: &&CellReport| cell.strategy == strategy.name && cell.fraction == Some(fraction);
                        self.cells.iter().filter(of_row).find(is_it).map(words).unwrap_or_default()
                    });
                    text += &line(&[&self.named(&row.name), &model.title, &format!("{fraction} %")], cells);
                }
            }
        }
        text
    }

    /// A data set as its row is called: a surrogate says whose place it takes.
    fn named(&self, name: &str) -> String {
        match self.datasets.iter().find(|row| row.name == name) {
            Some(row) if row.surrogate => format!("{} (for {})", row.title, row.paper),
            Some(row) => row.title.clone(),
            None => name.into(),
        }
    }

    /// For programs: a header, and a line a cell. Numbers are points, and empty where there is none.
    pub fn to_csv(&self) -> String {
        let mut text =
            "experiment,id,dataset,paper_dataset,surrogate,model,strategy,fraction,tuned,mean,sd,n,diverged,orders,\
             paper_mean,paper_sd,difference,standard_errors,verdict,seconds,told,forgetting,forgetting_sd,held_bytes,\
             learning_operations,answering_operations,answering_spikes,command\n"
                .to_owned();
        for cell in &self.cells {
            let paper_dataset = self.datasets.iter().find(|row| row.name == cell.dataset).map(|row| row.paper.clone());
            let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
            let seconds = (!cell.runs.is_empty()).then(|| cell.runs.iter().map(|run| run.seconds).sum());
            let fields = [
                self.name.clone(),
                cell.id.clone(),
                cell.dataset.clone(),
                paper_dataset.unwrap_or_default(),
                cell.surrogate.to_string(),
                cell.model.clone(),
                cell.strategy.clone(),
                number(cell.fraction),
                cell.tuned.to_string(),
                number(cell.ours.map(|ours| ours.mean)),
                number(cell.ours.and_then(|ours| ours.sd)),
                cell.runs.len().to_string(),
                cell.diverged.len().to_string(),
                self.seeds.len().to_string(),
                number(cell.paper.map(|paper| paper.mean)),
                number(cell.paper.and_then(|paper| paper.sd)),
                number(cell.difference),
                number(cell.standard_errors),
                cell.verdict.words().to_owned(),
                number(seconds),
                cell.told.to_string(),
                number(cell.forgetting.map(|forgetting| forgetting.mean)),
                number(cell.forgetting.and_then(|forgetting| forgetting.sd)),
                number(cell.cost.and_then(|cost| cost.held)),
                number(cell.cost.map(|cost| cost.learning)),
                number(cell.cost.map(|cost| cost.answering)),
                number(cell.cost.and_then(|cost| cost.spikes)),
                cell.command.clone().unwrap_or_default(),
            ];
            text += &(fields.map(|field| quoted(&field)).join(",") + "\n");
        }
        text
    }
}

/// A cell's words in a table.
fn words(cell: &CellReport) -> String {
    let mut lines = Vec::new();
    if let Some(ours) = cell.ours {
        lines.push(format!("{} (n {})", spread(ours.mean, ours.sd), ours.n));
        // A paper's table has no room for what it does not speak of.
        if let Some(forgetting) = cell.forgetting.filter(|_| cell.paper.is_none()) {
            lines.push(format!("forgets {}", spread(forgetting.mean, forgetting.sd)));
        }
    }
    if let Some(paper) = cell.paper {
        let errors = cell.standard_errors.map(|errors| format!(" [{}]", signed(errors, 1))).unwrap_or_default();
        let sd = paper.sd.map(|sd| format!(" ± {sd:.2}")).unwrap_or_default();
        lines.push(format!("paper {:.2}{sd}{errors}", paper.mean));
    }
    match (cell.verdict, cell.verdict.words()) {
        (Verdict::Verified, words) => lines.push(format!("**{words}**")),
        (Verdict::Measured, _) => {}
        (_, words) => lines.push(words.into()),
    }
    if !cell.diverged.is_empty() {
        lines.push(format!("{} of {} diverged", cell.diverged.len(), cell.diverged.len() + cell.runs.len()));
    }
    if !cell.tuned && cell.command.is_some() {
        lines.push("constants not tuned".into());
    }
    lines.join("<br>")
}

fn claim(claim: &ClaimReport) -> String {
    let mut here = claim.answer.words().to_owned();
    if claim.surrogate {
        here += "<br>surrogate data";
    }
    if !claim.tuned {
        here += "<br>constants not tuned";
    }
    line(&[&claim.text, &here, &claim.by], std::iter::empty())
}

fn header<'a>(first: &[&str], columns: impl Iterator<Item = &'a str>) -> String {
    let columns: Vec<String> = columns.map(str::to_owned).collect();
    let rule = "|---".repeat(first.len() + columns.len()) + "|\n";
    line(first, columns.into_iter()) + &rule
}

/// A row of a table: its heads, and its cells.
fn line(first: &[&str], cells: impl Iterator<Item = String>) -> String {
    let first = first.iter().map(|text| (*text).to_owned());
    let row: String = first.chain(cells).map(|cell| format!("| {} ", escape(&cell))).collect();
    row + "|\n"
}

fn escape(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

/// A field of CSV (RFC 4180).
fn quoted(field: &str) -> String {
    let is_plain = !field.contains([',', '"', '\n', '\r']);
    if is_plain { field.to_owned() } else { format!("\"{}\"", field.replace('"', "\"\"")) }
}

/// With its sign, and so many digits after the point.
pub(super) fn signed(number: f64, digits: usize) -> String {
    let sign = if number < 0.0 { '−' } else { '+' };
    format!("{sign}{:.digits$}", number.abs())
}

/// Mean ± s.d.; one value has none.
pub(super) fn spread(mean: f64, sd: Option<f64>) -> String {
    let mean = if mean < 0.0 { signed(mean, 1) } else { format!("{mean:.1}") };
    sd.map(|sd| format!("{mean} ± {sd:.1}")).unwrap_or(mean)
}
