//! Arbitrary text as a plan of what is reproduced: an error, or a plan whose tables can be written.
#![no_main]

use engram::reproduce::{Made, Plan, Reproduction, Runs};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(plan) = Plan::from_json(text) else { return };
    let made = Made { engram: String::new(), command: String::new() };
    for experiment in &plan.experiments {
        let report = Reproduction::new(&plan, experiment, &Runs::default(), 2, &made).unwrap();
        assert_eq!(Reproduction::from_json(&report.to_json()).unwrap(), report);
        drop((report.to_markdown(), report.to_csv()));
    }
});
