//! `engram presets`: what can be run, and what it gave.

use std::fmt::Write;

use super::args::PresetsArgs;
use super::{Failure, print};
use crate::connect::spec as connect;
use crate::spec::{Preset, preset, presets as all};

pub fn presets(args: &PresetsArgs) -> Result<(), Failure> {
    let studies = connect::presets();
    if let Some(study) = studies.iter().find(|study| args.name.as_ref() == Some(&study.name)) {
        let title = if args.json { String::new() } else { format!("{}: {}\n", study.name, study.title) };
        return print(&(title + &json(&study.spec)));
    }
    let text = match (&args.name, args.json) {
        (Some(name), true) => json(&preset(name)?.spec),
        (Some(name), false) => describe(preset(name)?),
        (None, true) => json(&all()),
        (None, false) => list(),
    };
    print(&text)
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).expect("presets are plain data") + "\n"
}

fn list() -> String {
    let width = all().iter().map(|preset| preset.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for preset in all() {
        let (name, title) = (&preset.name, &preset.title);
        match accuracy(preset) {
            Some(accuracy) => writeln!(text, "{name:width$}  {title}: {accuracy}"),
            None => writeln!(text, "{name:width$}  {title}"),
        }
        .expect("writing to a String does not fail");
    }
    text += "\nStudies of the Connect lab, for `engram connect`:\n";
    for connect::ConnectPreset { name, title, .. } in connect::presets() {
        writeln!(text, "{name:width$}  {title}").expect("writing to a String does not fail");
    }
    text
}

fn describe(preset: &Preset) -> String {
    let mut lines = vec![format!("{}: {}", preset.name, preset.title)];
    match &preset.reported {
        Some(reported) => {
            lines.extend(accuracy(preset));
            lines.push(format!("seeds {}: {}", reported.seeds, reported.command));
            lines.push(format!("commit {}", reported.commit));
            lines.extend(reported.paper.as_ref().map(|paper| {
                let sd = paper.sd.map(|sd| format!(" ± {:.1}", 100.0 * sd)).unwrap_or_default();
                format!("published: {:.1}{sd} % ({})", 100.0 * paper.accuracy, paper.source)
            }));
        }
        None => lines.push("no numbers are reported for it yet".into()),
    }
    lines.push(json(&preset.spec));
    lines.join("\n")
}

fn accuracy(preset: &Preset) -> Option<String> {
    let reported = preset.reported.as_ref()?;
    Some(format!("{:.1} ± {:.1} % (n = {})", 100.0 * reported.accuracy, 100.0 * reported.sd, reported.n))
}
