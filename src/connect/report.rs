//! What is written of a study: its result as JSON, and as a table for people.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::claims::{RateTrend, StudyAnswer, StudyClaim, claims, trends};
use super::known::share_networks;
use super::spec::{ConnectSpec, Credit};
use super::summary::{FROM, InTwo, NetworkRecord, SleptLine, StudyLine, summary};
use crate::analysis::Spread;
use crate::reproduce::{Difference, Made};

/// The version of a result's JSON.
pub const RESULT_FORMAT: u32 = 2;

/// A study that is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudyResult {
    pub format: u32,
    pub spec: ConnectSpec,
    /// Mean and spread over seeds.
    pub lines: Vec<StudyLine>,
    pub networks: Vec<NetworkRecord>,
    /// Seconds of computing, over all networks.
    pub seconds: f64,
    pub made: Made,
}

impl StudyResult {
    pub fn new(spec: ConnectSpec, networks: Vec<NetworkRecord>, seconds: f64, made: Made) -> StudyResult {
        let lines = summary(&spec, &networks);
        StudyResult { format: RESULT_FORMAT, spec, lines, networks, seconds, made }
    }

    /// The paper's claims that it says something about.
    pub fn claims(&self, study: &str) -> Vec<StudyClaim> {
        claims(study, &self.spec, &self.lines, &self.networks)
    }

    /// How far smaller gains learn worse where all have the same learning rate.
    pub fn trends(&self) -> Vec<RateTrend> {
        trends(&self.spec, &self.networks)
    }
}

impl Credit {
    /// What the rule is called.
    pub fn title(self) -> &'static str {
        match self {
            Credit::Bptt => "BPTT",
            Credit::Eprop => "e-prop",
            Credit::EpropSelf => "e-prop with self term",
            Credit::Rflo => "RFLO, random feedback",
        }
    }
}

/// The lines of a study as a Markdown table.
pub fn table(lines: &[StudyLine], spec: &ConnectSpec) -> String {
    let unit = spec.task.timing();
    let slept = if spec.sleep.is_some() {
        [" after sleep: test loss | right answers, % | largest exponent, 1/step |", "---|---|---|"]
    } else {
        [""; 2]
    };
    let mut text = format!(
        "| rule | flossed | gain | learning rate | mean loss from iteration {FROM} on | loss at the end | test loss | right answers, % | largest exponent before, 1/step | after, 1/step |{} n |\n|---|---|---|---|---|---|---|---|---|---|{}---|\n",
        slept[0], slept[1],
    );
    for line in lines {
        writeln!(
            text,
            "| {} | {} | {} | {}{} | {} | {} | {} | {}{} | {} | {} |{} {}{} |",
            line.rule.title(),
            if line.flossed { "yes" } else { "no" },
            line.gain,
            line.rate,
            edge(line.rate, &spec.training.rates),
            with_spread(&line.learning, 1.0, 4),
            with_spread(&line.end, 1.0, 4),
            with_spread(&line.test_loss, 1.0, 4),
            with_spread(&line.test_accuracy, 100.0, 1),
            line.split.as_ref().map_or(String::new(), in_two),
            with_spread(&line.before, 1.0, 3),
            with_spread(&line.after, 1.0, 3),
            if spec.sleep.is_some() { after_sleep(line.slept.as_ref()) } else { String::new() },
            line.test_loss.map_or(0, |spread| spread.n),
            if line.diverged > 0 { format!(", {} diverged", line.diverged) } else { String::new() },
        )
        .expect("writing to a String does not fail");
    }
    let (tau, leak) = (spec.network.tau, spec.leak());
    write!(
        text,
        "\nτ = {tau} {}, dt = {} {}: a leak a of {leak:.2}. Mean ± s.d. over seeds.\n",
        unit.unit, unit.dt, unit.unit
    )
    .expect("writing to a String does not fail");
    text
}

/// Whether a rate is at the edge of those that were tried: beyond it may lie a better one.
pub fn edge(rate: f64, rates: &[f64]) -> &'static str {
    let is_most = |beats: fn(&f64, &f64) -> bool| rates.len() > 1 && !rates.iter().any(|other| beats(other, &rate));
    match (is_most(f64::gt), is_most(f64::lt)) {
        (true, _) => ", the largest",
        (_, true) => ", the smallest",
        _ => "",
    }
}

/// `; 4 of 5 solved it (100.0), others 51.7`
fn in_two(InTwo { solved, of, accuracy, others }: &InTwo) -> String {
    format!("; {solved} of {of} solved it ({:.1}), others {:.1}", 100.0 * accuracy, 100.0 * others)
}

fn after_sleep(slept: Option<&SleptLine>) -> String {
    let of = |spread: fn(&SleptLine) -> Spread, scale, digits| with_spread(&slept.map(spread), scale, digits);
    format!(
        " {} | {} | {} |",
        of(|slept| slept.test_loss, 1.0, 4),
        of(|slept| slept.test_accuracy, 100.0, 1),
        of(|slept| slept.exponent, 1.0, 3)
    )
}

/// A row for each line of each study, for spreadsheets.
pub fn to_csv<'a>(results: impl Iterator<Item = (&'a str, &'a StudyResult)>) -> String {
    let mut text = String::from(
        "study,task,units,batch,tau,rule,flossed,gain,rate,learning,learning_sd,end,end_sd,test_loss,test_loss_sd,accuracy,accuracy_sd,solved,exponent_before,exponent_before_sd,exponent_after,exponent_after_sd,slept_loss,slept_loss_sd,slept_accuracy,slept_accuracy_sd,slept_exponent,slept_exponent_sd,n,diverged\n",
    );
    for (name, StudyResult { spec, lines, .. }) in results {
        for line in lines {
            let slept = line.slept.as_ref();
            let both = |spread: &Option<Spread>| match spread {
                Some(Spread { mean, sd, .. }) => format!("{mean},{}", sd.map_or(String::new(), |sd| sd.to_string())),
                None => ",".into(),
            };
            writeln!(
                text,
                "{name},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
                plain(&spec.task),
                spec.network.units,
                spec.training.batch,
                spec.network.tau,
                plain(&line.rule),
                line.flossed,
                line.gain,
                line.rate,
                both(&line.learning),
                both(&line.end),
                both(&line.test_loss),
                both(&line.test_accuracy),
                line.split.map_or(String::new(), |split| split.solved.to_string()),
                both(&line.before),
                both(&line.after),
                both(&slept.map(|slept| slept.test_loss)),
                both(&slept.map(|slept| slept.test_accuracy)),
                both(&slept.map(|slept| slept.exponent)),
                line.test_loss.map_or(0, |spread| spread.n),
                line.diverged,
            )
            .expect("writing to a String does not fail");
        }
    }
    text
}

/// As it is written in a Spec.
fn plain(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// What agrees with the paper, as a Markdown table.
pub fn agreement(claims: &[StudyClaim]) -> String {
    let mut text = String::from(
        "| study | claim | | difference, with its 95 % interval | of the loss at the end | n | |\n|---|---|---|---|---|---|---|\n",
    );
    for StudyClaim { study, text: claim, answer, difference, end, unit, note } in claims {
        let (n, end) = (difference.n, end.as_ref().map_or("–".into(), |end| with_interval(end, 4)));
        let (answer, difference) = (in_words(*answer), with_interval(difference, 4));
        writeln!(text, "| {study} | {claim} | {answer} | {difference} {unit} | {end} | {n} | {note} |")
            .expect("writing to a String does not fail");
    }
    text
}

/// Whether smaller gains learn worse at each learning rate, as a Markdown table: a row for each study and rule, but for studies that have
/// their networks in common with one before.
pub fn trend_table<'a>(results: impl Iterator<Item = (&'a str, &'a StudyResult)> + Clone) -> String {
    let mut rates: Vec<f64> = results.clone().flat_map(|(_, result)| result.spec.training.rates.clone()).collect();
    rates.sort_by(f64::total_cmp);
    rates.dedup();
    let heads: Vec<String> = rates.iter().map(f64::to_string).collect();
    let mut text = format!("| study | rule | {} |\n|---|---|{}\n", heads.join(" | "), "---|".repeat(rates.len()));
    let mut told: Vec<(&ConnectSpec, RateTrend)> = Vec::new();
    for (study, result) in results {
        let is_told =
            |trend: &RateTrend| told.iter().any(|(spec, other)| other == trend && share_networks(spec, &result.spec));
        let trends: Vec<RateTrend> = result.trends().into_iter().filter(|trend| !is_told(trend)).collect();
        for rule in result.spec.rules.iter().filter(|rule| trends.iter().any(|trend| trend.rule == **rule)) {
            let cell = |rate: &f64| {
                let trend = trends.iter().find(|trend| (trend.rule, trend.rate) == (*rule, *rate));
                let words = |RateTrend { answer, correlation, .. }: &RateTrend| {
                    let is_whole = correlation.n == result.spec.seeds as usize;
                    let n = if is_whole { String::new() } else { format!(", n {}", correlation.n) };
                    format!("{}: {}{n}", in_words(*answer), with_interval(correlation, 2))
                };
                trend.map_or("–".into(), words)
            };
            let cells: Vec<String> = rates.iter().map(cell).collect();
            writeln!(text, "| {study} | {} | {} |", rule.title(), cells.join(" | "))
                .expect("writing to a String does not fail");
        }
        told.extend(trends.into_iter().map(|trend| (&result.spec, trend)));
    }
    text
}

fn in_words(answer: StudyAnswer) -> &'static str {
    match answer {
        StudyAnswer::Holds => "holds",
        StudyAnswer::Fails => "**fails**",
        StudyAnswer::Undecided => "undecided",
    }
}

/// `0.0123 (0.0100 to 0.0146)`
fn with_interval(Difference { mean, interval: [low, high], .. }: &Difference, digits: usize) -> String {
    format!("{mean:.digits$} ({low:.digits$} to {high:.digits$})")
}

/// `0.0123 ± 0.0004`; a dash where nothing is known.
pub fn with_spread(spread: &Option<Spread>, scale: f64, digits: usize) -> String {
    let Some(Spread { mean, sd, .. }) = spread else { return "–".into() };
    let sd = sd.map(|sd| format!(" ± {:.digits$}", scale * sd)).unwrap_or_default();
    format!("{:.digits$}{sd}", scale * mean)
}
