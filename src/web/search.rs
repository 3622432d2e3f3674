//! The search for constants in the page: a [`Search`] decides what is tried, and Workers, each with a [`Trier`], try it.

use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use super::read_spec;
use super::session::assemble;
use crate::continual::Run;
use crate::data::DataSet;
use crate::tune::{self, Errand, Judge, Log, TriedOrder, Tuner, Tuning};

/// A search under way: what it hands out and is told is the command line's, and so is its log.
#[wasm_bindgen]
pub struct Search {
    search: tune::Search,
    tuner: Tuner,
    /// What was handed out and not told of.
    out: Vec<Errand>,
}

#[wasm_bindgen]
impl Search {
    /// A search for constants of `spec` that begins.
    pub fn create(
        #[wasm_bindgen(unchecked_param_type = "Spec")] spec: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Tuning")] tuning: JsValue,
    ) -> Result<Search, JsError> {
        let (spec, tuning) = (read_spec(spec)?, Tuning::from_value(serde_wasm_bindgen::from_value(tuning)?)?);
        let tuner = Tuner::new(&spec, tuning.clone())?;
        Ok(Search { search: tune::Search { spec, tuning }, tuner, out: Vec::new() })
    }

    /// One whose log was kept, where it stood.
    pub fn open(log: &str) -> Result<Search, JsError> {
        let log = Log::read(log)?;
        Ok(Search { search: log.search.clone(), tuner: log.resume()?, out: Vec::new() })
    }

    #[wasm_bindgen(unchecked_return_type = "Spec")]
    pub fn spec(&self) -> Result<JsValue, JsError> {
        to_js(&self.search.spec)
    }

    #[wasm_bindgen(unchecked_return_type = "Tuning")]
    pub fn tuning(&self) -> Result<JsValue, JsError> {
        to_js(&self.search.tuning)
    }

    /// What is to be tried next; `undefined` while what was handed out must be told of first.
    #[wasm_bindgen(unchecked_return_type = "Errand | undefined")]
    pub fn hand_out(&mut self) -> Result<JsValue, JsError> {
        let Some(errand) = self.tuner.hand_out()? else { return Ok(JsValue::UNDEFINED) };
        let handed = to_js(&errand);
        self.out.push(errand);
        handed
    }

    /// Takes note of what came of the errand of a point: of its orders, up to the first that was given up.
    #[wasm_bindgen(unchecked_return_type = "Tried")]
    pub fn tell(
        &mut self,
        point: u32,
        #[wasm_bindgen(unchecked_param_type = "TriedOrder[]")] trials: JsValue,
    ) -> Result<JsValue, JsError> {
        let place = self.out.iter().position(|errand| errand.point == point);
        let errand = self.out.swap_remove(place.ok_or_else(|| JsError::new("this point is not under way"))?);
        let trials: Vec<TriedOrder> = serde_json::from_value(serde_wasm_bindgen::from_value::<Value>(trials)?)?;
        let tried = self.tuner.evaluation(&errand, trials);
        self.tuner.tell(tried.clone())?;
        to_js(&tried)
    }

    /// What was handed out and not told of is handed out again: nobody tries it any more.
    pub fn take_back(&mut self) -> Result<(), JsError> {
        self.out.clear();
        Ok(self.tuner.resume([])?)
    }

    /// All evaluations, as they were told.
    #[wasm_bindgen(unchecked_return_type = "Tried[]")]
    pub fn told(&self) -> Result<JsValue, JsError> {
        to_js(self.tuner.told())
    }

    /// The best that was evaluated on the last rung, by its place among those told.
    pub fn best(&self) -> Option<usize> {
        let best = self.tuner.best()?;
        self.tuner.told().iter().position(|tried| std::ptr::eq(tried, best))
    }

    /// The log, which `engram tune` goes on with.
    pub fn log(&self) -> String {
        self.search.log(self.tuner.told())
    }
}

/// By way of the text that a log is written as: one writer of each type, not two.
fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsError> {
    js_sys::JSON::parse(&serde_json::to_string(value)?).map_err(|_| JsError::new("it cannot be written as JSON"))
}

/// Tries constants in a Worker: one run after another on one data set, each up to where its judge has heard enough.
#[wasm_bindgen]
pub struct Trier {
    set: DataSet,
    at_work: Option<(Run, Judge)>,
}

#[wasm_bindgen]
impl Trier {
    /// On the set `name`; `quick` says that the files are the class-balanced subset.
    pub fn create(
        name: &str,
        #[wasm_bindgen(unchecked_param_type = "NamedFile[]")] files: JsValue,
        quick: bool,
    ) -> Result<Trier, JsError> {
        Ok(Trier { set: assemble(name, files, quick)?, at_work: None })
    }

    /// Begins a run of `spec`, in place of the one before.
    pub async fn begin(&mut self, #[wasm_bindgen(unchecked_param_type = "Spec")] spec: JsValue) -> Result<(), JsError> {
        let spec = read_spec(spec)?;
        let run = Run::new(std::slice::from_ref(&spec), &self.set).await?;
        self.at_work = Some((run, Judge::new(&spec)));
        Ok(())
    }

    /// One slice of work; the verdict once there is one, and `undefined` before.
    #[wasm_bindgen(unchecked_return_type = "TriedOrder | undefined")]
    pub async fn next(&mut self) -> Result<JsValue, JsError> {
        let Some((run, judge)) = &mut self.at_work else { return Err(JsError::new("no run was begun")) };
        let is_over = match run.next().await {
            Ok(event) => event.is_none_or(|event| judge.hear(&event)),
            Err(error) => {
                run.recover(error, &self.set).await?;
                false
            }
        };
        match self.at_work.take_if(|_| is_over) {
            Some((_, judge)) => to_js(&judge.verdict()),
            None => Ok(JsValue::UNDEFINED),
        }
    }
}
