//! Events as lines of JSON, from several runs at once.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Mutex;

use serde::Serialize;

use super::Failure;
use crate::event::Event;

/// Where lines go.
pub struct Output(Option<Mutex<Box<dyn Write + Send>>>);

impl Output {
    /// To a file, anew or added to; else to standard output, unless that is a terminal: people read a table.
    pub fn new(file: Option<&Path>, append: bool) -> Result<Output, Failure> {
        let Some(path) = file else {
            let stdout = io::stdout();
            return Ok(Output((!stdout.is_terminal()).then(|| Mutex::new(Box::new(stdout) as _))));
        };
        let file = OpenOptions::new().create(true).write(true).append(append).truncate(!append).open(path);
        let file = file.map_err(|e| Failure::Failed(format!("{}: {e}", path.display())))?;
        Ok(Output(Some(Mutex::new(Box::new(file)))))
    }

    /// Writes one event of an experiment, whose first run is run `run` of all, as one whole line.
    pub fn write(&self, event: &Event, run: u32) -> io::Result<()> {
        let Some(sink) = &self.0 else { return Ok(()) };
        let line = line(event, run)?;
        let mut sink = sink.lock().expect("a writer does not panic");
        sink.write_all(&line)?;
        sink.flush()
    }
}

/// An event of an experiment whose first run is run `run` of all.
fn line(event: &Event, run: u32) -> io::Result<Vec<u8>> {
    /// Progress and engines are a whole experiment's: they name its first run.
    #[derive(Serialize)]
    struct OfRun<'a> {
        #[serde(flatten)]
        event: &'a Event,
        run: u32,
    }
    let mut event = event.clone();
    match &mut event {
        Event::Progress { .. } | Event::Engine { .. } => {
            let mut line = serde_json::to_vec(&OfRun { event: &event, run })?;
            line.push(b'\n');
            return Ok(line);
        }
        Event::Started { run: own, .. }
        | Event::Acted { run: own, .. }
        | Event::Spikes { run: own, .. }
        | Event::Diverged { run: own, .. } => {
            *own += run;
        }
        Event::Phase(report) => report.run += run,
        Event::Finished(finished) => finished.run += run,
    }
    let mut line = serde_json::to_vec(&event)?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Activity;

    #[test]
    fn every_line_names_its_run_once() {
        let progress = Event::Progress {
            phase: 1,
            name: "S1".into(),
            activity: Activity::Sleep,
            done: 500,
            total: 1000,
            fraction: 0.5,
            seconds: 1.0,
        };
        let spikes = Event::Spikes { run: 0, phase: 1, step: 500, per_step: vec![1.0] };
        for event in [progress, spikes] {
            let line = String::from_utf8(line(&event, 4).unwrap()).unwrap();
            assert_eq!(line.matches("\"run\":4").count(), 1, "{line}");
            assert_eq!(line.matches("\"run\"").count(), 1, "{line}");
            assert!(line.ends_with("}\n") && line.matches('\n').count() == 1);
        }
    }
}
